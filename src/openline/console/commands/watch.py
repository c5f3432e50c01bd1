"""The watch: who has it, taking it, handing it over; the desk's own log."""

from __future__ import annotations

import click

from openline.console.commands.officer import show_desk
from openline.console.dtg import dtg, parse_iso
from openline.console.terminal import Session, room_options
from openline.console.watch import asking
from openline.visible import visible


@click.group()
def watch() -> None:
    """The watch at this desk, and the desk's own log, which only grows."""


@watch.command("take")
@room_options
@click.pass_obj
def take(session: Session) -> None:
    """Take the watch, as whoever is signed in here."""
    show_desk(session, asking.TakeWatch())


@watch.command("hand-over")
@click.argument("to")
@click.option("--remark", default="", help="What whoever comes must know.")
@room_options
@click.pass_obj
def hand_over(session: Session, to: str, remark: str) -> None:
    """Hand the watch over TO another watch officer."""
    show_desk(session, asking.HandOver(to=to, remark=remark))


@watch.command("relief")
@click.argument("instant", required=False)
@room_options
@click.pass_obj
def relief(session: Session, instant: str | None) -> None:
    """The watch is relieved at INSTANT, like 2026-11-22T14:00:00Z: a duty from then on. Without one, open again."""
    show_desk(session, asking.SetRelief(at_ms=parse_iso(instant) if instant else 0))


@watch.command("show")
@room_options
@click.pass_obj
def show(session: Session) -> None:
    """Who has the watch, since when, and who else is of this desk."""
    show_desk(session)


@watch.command("log")
@click.option("--after", type=click.IntRange(0), default=0, metavar="INDEX", help="From this entry on.")
@click.option("--count", type=click.IntRange(1, 1000), default=100, show_default=True)
@room_options
@click.pass_obj
def log(session: Session, after: int, count: int) -> None:
    """The desk's own log: every act, by whom and when."""
    with session.link() as link:
        page = link.ask(asking.ReadDeskLog(after=after, count=count), asking.DeskLogPage)
    session.answer(page, lambda: "\n".join(_row(one) for one in page.entries) or "Nothing here.")


def _row(row: asking.DeskLogRow) -> str:
    said = ", ".join(f"{name} {visible(value)!r}" for name, value in row.fields.items() if value)
    who = visible(row.officer) or "the station"
    return f"{row.index:>6}  {dtg(row.at_ms)}  {who}: {row.what}{': ' + said if said else ''}"
