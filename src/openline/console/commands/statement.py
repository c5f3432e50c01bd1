"""Statements: refuse, ask for time, suspend, resume, record silence, drill; operators' words about the line itself."""

from __future__ import annotations

from typing import Any, Final

import click

from openline.console import words
from openline.console.channel.asking import Find, Found, Sent
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.dtg import dtg, parse_iso
from openline.console.stating import asking
from openline.console.terminal import Session, login, room_options
from openline.record.entry import OPERATING
from openline.visible import visible

_OFFICER: Final = click.option("--officer", envvar="OPENLINE_OFFICER", metavar="NAME",
                               help="Who does this, as it shall be recorded [OPENLINE_OFFICER or the login name].")
_TOKEN: Final = click.option("--token", help="Asking twice under one token records once.")
_REMARK: Final = click.option("--remark", default="", help="At most 2000 characters.")
_REASON: Final = click.option("--reason", required=True, help="Why; at most 2000 characters.")
_EXERCISE: Final = click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever: nothing in earnest.")


@click.command()
@click.argument("entry", required=False)
@click.option("--contact", is_flag=True, help="Refuse contact, and not one message.")
@_REASON
@_EXERCISE
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def refuse(session: Session, /, entry: str | None, contact: bool, reason: str, **given: Any) -> None:
    """Refuse the message ENTRY, or contact, with a reason. On the record; it stops nothing from arriving."""
    if contact == (entry is not None):
        raise Told("OL-201", "give ENTRY to refuse a message, or --contact to refuse contact, one of the two")
    ask = asking.Declare(act="refuse-contact" if contact else "refuse", officer="", text=reason)
    _declare(session, entry, ask, given, "refused; what comes is still held")


@click.command()
@click.argument("entry")
@click.option("--until", required=True, metavar="INSTANT", help="When an answer will come, like 2026-11-22T10:05:00Z.")
@_REMARK
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def holding(session: Session, /, entry: str, until: str, remark: str, **given: Any) -> None:
    """Say that an answer to the message ENTRY will come, and by when. It is no answer and no agreement."""
    ask = asking.Declare(act="hold", officer="", text=remark, until_ms=parse_iso(until))
    _declare(session, entry, ask, given, f"an answer is promised by {until}")


@click.command()
@click.option("--from", "begins", metavar="INSTANT", help="From when on [now].")
@click.option("--to", "ends", metavar="INSTANT", help="Until when [no end named].")
@_REASON
@_EXERCISE
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def suspend(session: Session, /, begins: str | None, ends: str | None, reason: str, **given: Any) -> None:
    """Declare contact suspended. The line goes on carrying, and both sides' status says what was declared."""
    ask = asking.Declare(act="suspend", officer="", text=reason, from_ms=parse_iso(begins) if begins else None,
                         until_ms=parse_iso(ends) if ends else None)  # fmt: skip
    _declare(session, None, ask, given, "suspended, by our declaration; it is lifted when both sides resume")


@click.command()
@_REMARK
@_EXERCISE
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def resume(session: Session, /, remark: str, **given: Any) -> None:
    """Declare that we are ready to resume contact. It is open when the other side has said so too."""
    _declare(session, None, asking.Declare(act="resume", officer="", text=remark), given,
             "ready to resume, by our declaration; open when the other side has said so too")  # fmt: skip


@click.group()
@room_options
def silence() -> None:
    """Record that a message of ours stayed unanswered; confirm or contest a silence that they recorded."""


@silence.command()
@click.argument("entry")
@click.option("--due", metavar="INSTANT", help="When an answer was due [its reply-by, or the line's time to open it].")
@_REMARK
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def record(session: Session, /, entry: str, due: str | None, remark: str, **given: Any) -> None:
    """Record that our message ENTRY was not answered when that was due. Silence is neither consent nor refusal."""
    ask = asking.Declare(act="silence", officer="", text=remark, until_ms=parse_iso(due) if due else None)
    _declare(session, entry, ask, given, "the silence is on the record; the other side may confirm or contest it")


@silence.command()
@click.argument("entry")
@_REMARK
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def confirm(session: Session, /, entry: str, remark: str, **given: Any) -> None:
    """Confirm the silence that they recorded as ENTRY."""
    _declare(session, entry, asking.Declare(act="confirm", officer="", text=remark), given, "the silence is confirmed")


@silence.command()
@click.argument("entry")
@_REMARK
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def contest(session: Session, /, entry: str, remark: str, **given: Any) -> None:
    """Contest the silence that they recorded as ENTRY."""
    _declare(session, entry, asking.Declare(act="contest", officer="", text=remark), given, "the silence is contested")


@click.group(name="service")
@room_options
def operating() -> None:
    """Between operators, about the line itself: apart from official traffic, on the same record."""


@operating.command(name="send")
@click.argument("text")
@click.option("--language", default="en", show_default=True)
@click.option("--in-reply-to", "entry", metavar="ENTRY", help="Position here, or the entry's full name.")
@_EXERCISE
@_OFFICER
@_TOKEN
@room_options
@click.pass_obj
def send_operating(session: Session, /, text: str, language: str, entry: str | None, **given: Any) -> None:
    """Record TEXT for the other side's operators."""
    ask = asking.SayOperating(text=text, officer="", language=language)
    _declare(session, entry, ask, given, "service message recorded; it is no official traffic")


@operating.command(name="list")
@click.option("--after", type=click.IntRange(0), metavar="POSITION", help="Only what came after this position.")
@click.option("--count", type=click.IntRange(1, 1000), default=20, show_default=True)
@room_options
@click.pass_obj
def list_operating(session: Session, after: int | None, count: int) -> None:
    """List service messages, ours and theirs, oldest first."""
    ask = Find(after=after or 0, count=count, kind=OPERATING, newest=after is None)
    with session.link() as link:
        found = link.ask(ask, Found)
    session.answer(found, lambda: words.listing(found.entries))


@click.group()
@room_options
def drill() -> None:
    """EXERCISE: a scripted message to all desks, and how long each step took. Counted in no statistics."""


@drill.command()
@_REMARK
@_OFFICER
@room_options
@click.pass_obj
def start(session: Session, remark: str, officer: str | None) -> None:
    """Begin a drill: an exercise message goes to all desks."""
    report = _drill(session, asking.DrillAsk(begins=True, officer=officer or login(), remark=remark))
    what = f"the message is {report.message}" if report.draft is None else (
        f"its message is draft D-{report.draft}, submitted: another officer reads and releases it"
    )
    session.answer(report, lambda: f"EXERCISE: drill begun, {report.drill}; {what}\n"
                                   "end it with `openline drill stop`, which tells how far it came")  # fmt: skip


@drill.command(name="stop")
@_REMARK
@_OFFICER
@room_options
@click.pass_obj
def end(session: Session, remark: str, officer: str | None) -> None:
    """End our drill, and tell when each step was reached."""
    report = _drill(session, asking.DrillAsk(begins=False, officer=officer or login(), remark=remark))
    session.answer(report, lambda: _reported(report))


def _drill(session: Session, ask: asking.DrillAsk) -> asking.DrillReport:
    with session.link() as link:
        return link.ask(ask, asking.DrillReport)


def _reported(report: asking.DrillReport) -> str:
    lines = [f"EXERCISE: drill {report.drill}, begun {dtg(report.begun_at_ms)}, ended; in no statistics"]
    if report.message is None:
        lines.append("  no message was recorded for it")
    for step in report.steps:
        when = f"{dtg(step.at_ms)}  +{(step.after_ms or 0) / 1000:.1f} s" if step.at_ms is not None else "-"
        who = f" {visible(step.name)}" if step.name else ""
        lines.append(f"  {step.step:<9}{who}  {when}" + (f"  ({visible(step.note)})" if step.note else ""))
    return "\n".join(lines)


def _declare(session: Session, entry: str | None, ask: asking.Declare | asking.SayOperating, given: dict[str, Any],
             done: str) -> None:
    """Fill in who, and about which entry; ask; say what is now recorded."""
    ask.officer = given.get("officer") or login()
    ask.token = given.get("token")
    ask.exercise = bool(given.get("exercise"))
    ask.place = full_name(session, entry) if entry is not None else None
    with session.link() as link:
        written = link.ask(ask, Sent)
    mark = "EXERCISE: " if ask.exercise else ""
    session.answer(written, lambda: f"{mark}{done}; recorded here as {written.places[0]}")
