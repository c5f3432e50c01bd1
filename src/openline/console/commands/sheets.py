"""Messages as sheets for paper and archives."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from openline.console.channel.asking import (
    FIND_MAX,
    Amendments,
    AskAmendments,
    AskStatus,
    Find,
    Found,
    Show,
    Shown,
    Status,
)
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.home import write_whole
from openline.console.sheets import setting
from openline.console.sheets.composing import called, given_of
from openline.console.terminal import Session, room_options
from openline.console.words import parse_place, parse_position
from openline.record.entry import MESSAGE

DAY_MS = 86_400_000


@click.command("print")
@click.argument("entry", required=False)
@click.option("--day", metavar="YYYY-MM-DD", help="Instead: every message that came to stand here on this day, UTC.")
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
            at_ms = _day(day or "")
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


def _day(day: str) -> int:
    try:
        at = datetime.date.fromisoformat(day)
    except ValueError as error:
        raise Told("OL-204", f"{day!r} is no day like 2026-11-22") from error
    return (at - datetime.date(1970, 1, 1)).days * DAY_MS


def _of_day(link: ControlLink, from_ms: int) -> list[Shown]:
    """Messages that arrived on that day, found by halving: positions are in order of arrival."""
    last = link.ask(Find(count=1, newest=True), Found).next
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        if link.ask(Show(position=middle), Shown).arrived_at_ms < from_ms:
            low = middle + 1
        else:
            high = middle
    found: list[Shown] = []
    after = low - 1
    while True:
        page = link.ask(Find(after=after, count=min(200, FIND_MAX), kind=MESSAGE), Found)
        found += [one for one in page.entries if from_ms <= one.arrived_at_ms < from_ms + DAY_MS]
        if not page.entries or page.entries[-1].arrived_at_ms >= from_ms + DAY_MS:
            return found
        after = page.next
