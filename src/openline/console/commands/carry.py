"""carry: the line by courier. What the other side lacks goes into a folder; a folder that came is read."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console.channel.asking import Carried, CarryIn, CarryOut
from openline.console.codes import Told
from openline.console.terminal import Session, room_options

_WITHIN_MS = 600_000


@click.group()
def carry() -> None:
    """The line by courier: a stick, a diode, a mail bag. It may run beside every other bearer."""


@carry.command("out")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--to", metavar="PARTY", type=int, help="Party number as `status` shows it; left out: all others.")
@room_options
@click.pass_obj
def carry_out(session: Session, folder: Path | None, to: int | None) -> None:
    """Write what the other side lacks into FOLDER (else carry_out of station.toml), sealed, with a cover note."""
    folder = _folder(session, folder, "carry_out")
    with session.link() as link:
        done = link.ask(CarryOut(folder=str(folder), party=to), Carried, _WITHIN_MS)
    session.answer(done, f"{done.files} files, {done.bytes} bytes, {done.entries} entries in {folder}; "
                         "not held there until their receipts come back")


@carry.command("in")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@room_options
@click.pass_obj
def carry_in(session: Session, folder: Path | None) -> None:
    """Read FOLDER (else carry_in of station.toml). What is not whole, or not for us, is named."""
    folder = _folder(session, folder, "carry_in")
    with session.link() as link:
        done = link.ask(CarryIn(folder=str(folder)), Carried, _WITHIN_MS)
    for why in done.refused:
        session.say(f"not taken: {why}")
    session.answer(done, f"{done.files} files, {done.bytes} bytes read from {folder}; {done.entries} new entries")


def _folder(session: Session, folder: Path | None, key: str) -> Path:
    if folder is None:
        folder = getattr(session.config.of_line(session.line.name), key)
    if folder is None:
        raise Told("OL-201", f"give a FOLDER, or set {key} for this line in station.toml")
    if not folder.is_dir():
        raise Told("OL-303", f"{folder} is not a folder that is there")
    return folder.absolute()
