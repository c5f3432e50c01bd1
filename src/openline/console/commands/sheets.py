"""Messages as sheets for paper and archives."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console.channel.asking import (
    Amendments,
    AskAmendments,
    AskStatus,
    Show,
    Shown,
    Status,
)
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.home import write_whole
from openline.console.sheets import setting
from openline.console.sheets.composing import called, given_of
from openline.console.sheets.days import day_ms, of_day
from openline.console.terminal import Session, room_options
from openline.console.words import parse_place, parse_position


@click.command("print")
@click.argument("entry", required=False)
@click.option("--day", metavar="YYYY-MM-DD", help="Instead: all official text that came here on this day, UTC.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to; else a name is made of it.")
@room_options
@click.pass_obj
def print_sheets(session: Session, entry: str | None, day: str | None, out: Path | None) -> None:
    """Write a message, or a day, as PDF/A: reference, page x of y, record position and hash on every page.

    The same record gives the same file. What is printed is what `show` says; letters for which there is no shape here
    are printed by their numbers.
    """
    if (entry is None) == (day is None):
        raise Told("OL-201", "give an ENTRY or a --day, one of the two")
    setting.check_installed()
    with session.link() as link:
        status = link.ask(AskStatus(), Status)
        terms = link.ask(AskAmendments(), Amendments)
        if entry is not None:
            found = [link.ask(_which(entry), Shown)]
            title, at_ms = called(found[0]), found[0].written_at_ms
        else:
            at_ms = day_ms(day or "")
            found, title = _of_day(link, at_ms), f"{status.line} {day}"
    given = given_of(found, line=status.line, name=status.name, banners=_banners(terms), title=title, at_ms=at_ms,
                     listed=entry is None)
    path = out if out is not None else Path("".join(c if c.isalnum() or c in "-_" else "-" for c in title) + ".pdf")
    data = setting.set_sheets(given)
    write_whole(path, data, replace=False)
    session.answer({"path": str(path), "bytes": len(data), "messages": len(found)},
                   f"{path}: {len(found)} {'message' if len(found) == 1 else 'messages'}, {len(data)} bytes, PDF/A")


def _banners(terms: Amendments) -> list[str]:
    return [banner.partition("=")[2] or banner for banner in terms.handling]


def _which(entry: str) -> Show:
    position = parse_position(entry)
    return Show(position=position) if position is not None else Show(place=str(parse_place(entry)))


def _of_day(link: ControlLink, from_ms: int) -> list[Shown]:
    asking = of_day(from_ms)
    ask, answer = next(asking)
    while True:
        try:
            ask, answer = asking.send(link.ask(ask, answer))
        except StopIteration as done:
            return list(done.value)
