"""carry: the line by courier. What the other side lacks goes into a folder; a folder that came is read.

With `--pages` the same on paper: codes to print or show, and images of them to read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from openline.console.channel.asking import Carried, CarryIn, CarryOut
from openline.console.codes import Told
from openline.console.terminal import Session, at_a_terminal, room_options
from openline.limits import PAGE_SETS_AT_ONCE_MAX

_WITHIN_MS: Final = 600_000


@click.group()
def carry() -> None:
    """The line by courier: a stick, a diode, a mail bag, paper. It may run beside every other bearer."""


@carry.command("out")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--to", metavar="PARTY", type=int, help="Party number as `status` shows it; left out: all others.")
@click.option("--pages", is_flag=True, help="Sheets of codes to print, as few bytes as can be, instead of files.")
@click.option("--screen", is_flag=True, help="With --pages: show the codes here, one after another; no FOLDER.")
@room_options
@click.pass_obj
def carry_out(session: Session, folder: Path | None, to: int | None, pages: bool, screen: bool) -> None:
    """Write what the other side lacks into FOLDER (else carry_out of station.toml), sealed, with a cover note."""
    if screen and not pages:
        raise Told("OL-201", "--screen goes with --pages")
    if screen and (folder is not None or session.as_json):
        raise Told("OL-201", "--screen shows the codes to a person; leave out FOLDER and --json")
    if not screen:
        folder = _folder(session, folder, "carry_out")
    if pages:
        _pages_out(session, folder, to)
        return
    with session.link() as link:
        done = link.ask(CarryOut(folder=str(folder), party=to), Carried, _WITHIN_MS)
    session.answer(done, f"{done.files} files, {done.bytes} bytes, {done.entries} entries in {folder}; "
                         "not held there until their receipts come back")


@carry.command("in")
@click.argument("paths", metavar="[FOLDER | IMAGE...]", type=click.Path(path_type=Path), nargs=-1)
@click.option("--pages", is_flag=True, help="Read images (PNG, JPEG) of printed codes, or folders of images.")
@room_options
@click.pass_obj
def carry_in(session: Session, paths: tuple[Path, ...], pages: bool) -> int:
    """Read FOLDER (else carry_in of station.toml). What is not whole, or not for us, is named.

    With --pages, images in any order and any number of calls: codes are kept until enough of a set are here.
    Without images, what is kept is tried again.
    """
    if pages:
        return _pages_in(session, paths)
    if len(paths) > 1:
        raise Told("OL-201", "one FOLDER at a time; images of codes are read with --pages")
    folder = _folder(session, paths[0] if paths else None, "carry_in")
    with session.link() as link:
        done = link.ask(CarryIn(folder=str(folder)), Carried, _WITHIN_MS)
    for why in done.refused:
        session.say(f"not taken, or not whole: {why}")
    session.answer(done, f"{done.files} files, {done.bytes} bytes read from {folder}; {done.entries} new entries")
    return 0


def _pages_out(session: Session, folder: Path | None, to: int | None) -> None:
    from openline.console import paging

    paging.check_installed()
    with session.link() as link:
        done = paging.carry_out(link, session.line, folder, to, _shower())
    if done.left_out:
        session.say(f"{done.left_out} bytes more did not fit {PAGE_SETS_AT_ONCE_MAX} sets: print again once "
                    "receipts for these have come, or take a stick")
    rows = [f"set {one.name} to {one.to}: any {one.needed} of {one.made} codes are enough"
            + (f"; print {folder / one.files[-1]}" if folder is not None else "") for one in done.sets]
    rows.append(f"{done.entries} entries, {done.bytes} bytes; not held there until their receipts come back")
    session.answer(done, "\n".join(rows))


def _pages_in(session: Session, paths: tuple[Path, ...]) -> int:
    from openline.console import paging

    paging.check_installed()
    for path in paths:
        if not path.exists():
            raise Told("OL-303", f"{path} is not there")
    with session.link() as link:
        done = paging.carry_in(link, session.line, [path.absolute() for path in paths])
    for why in done.refused:
        session.say(f"not taken: {why}")
    session.answer(done, lambda: paging.in_words(done))
    lacking = [one for one in done.sets if not one.complete]
    if lacking:
        rest = ", ".join(f"{one.name} lacks {one.needed - one.have} codes" for one in lacking)
        session.complain(Told("OL-604", rest))
        return 6
    if done.images and not done.codes:
        session.complain(Told("OL-502", f"no code for us could be read in {done.images} images"))
        return 5
    return 0


def _shower() -> Callable[..., None]:
    """Shows a set's codes on this terminal; a person says when to go on."""

    def show(page_set: object) -> None:
        from openline.bearer.pages.drawing import for_a_terminal
        from openline.bearer.pages.sets import PageSet

        assert isinstance(page_set, PageSet)
        for number, symbol in enumerate(page_set.symbols):
            click.echo(for_a_terminal(symbol), nl=False)
            click.echo(f"{page_set.head.name}   {number + 1} / {page_set.head.made}   "
                       f"any {page_set.head.needed} are enough")
            if at_a_terminal() and sys.stdout.isatty():
                click.pause("any key: next", err=True)

    return show


def _folder(session: Session, folder: Path | None, key: str) -> Path:
    if folder is None:
        folder = getattr(session.config.of_line(session.line.name), key)
    if folder is None:
        raise Told("OL-201", f"give a FOLDER, or set {key} for this line in station.toml")
    if not folder.is_dir():
        raise Told("OL-303", f"{folder} is not a folder that is there")
    return folder.absolute()
