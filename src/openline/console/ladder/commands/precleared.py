"""Notices that two officers release beforehand, and that the watch officer alone may send, filled in."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console import ceremonies
from openline.console.channel.asking import Sent
from openline.console.codes import Told, as_given
from openline.console.ladder.noticing import FILE_BYTES_MAX, read_notice
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.console.watch import asking
from openline.console.watch.draft_words import number_of
from openline.console.words import wrapped
from openline.visible import visible


@click.group()
@room_options
def precleared() -> None:
    """Notices released beforehand by two officers, sent filled in by whoever has the watch. Each use is recorded."""


@precleared.command("write")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def write(session: Session, file: Path) -> None:
    """Draft the notice in FILE (TOML); it may be sent once two officers have released it with `openline draft`."""
    with as_given():
        text = ceremonies.read_text(file, FILE_BYTES_MAX)
    notice = read_notice(text, str(file))
    with session.link() as link:
        row = link.ask(asking.WriteNotice(notice=notice.hex()), asking.DraftRow)
    session.answer(row, lambda: f"D-{row.draft} is written; submit it, and let another officer release it")


@precleared.command("list")
@room_options
@click.pass_obj
def listed(session: Session) -> None:
    """List the notices that may be sent, with what is to be filled in."""
    with session.link() as link:
        rows = link.ask(asking.AskNotices(), list[asking.NoticeRow])
    session.answer(rows, lambda: "\n".join(line for row in rows for line in _lines(row)) or "No notice is cleared.")


@precleared.command("send")
@click.argument("notice")
@click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="What is filled in; one for each field.")
@click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever.")
@room_options
@click.pass_obj
def send(session: Session, notice: str, values: tuple[str, ...], exercise: bool) -> None:
    """Send NOTICE (its number, as D-3), filled in. For whoever has the watch; the record says it was pre-cleared."""
    given = [one.partition("=") for one in values]
    wrong = [one for one, (_, sign, _value) in zip(values, given, strict=True) if not sign]
    if wrong or len({name for name, _, _ in given}) != len(given):
        raise Told("OL-201", f"--set takes FIELD=VALUE, each field once{f', not {wrong[0]!r}' if wrong else ''}")
    filled = {name: value for name, _, value in given}
    ask = asking.SendPrecleared(notice=number_of(notice), values=filled, exercise=exercise)
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded here as {sent.places[0]}, not held there until a receipt says so")


@precleared.command("allow")
@click.argument("allowed", type=click.Choice(("yes", "no")))
@room_options
@click.pass_obj
def allow(session: Session, allowed: str) -> None:
    """Say whether such notices may be sent at all. For a custodian; where a release takes two, `yes` is asked for, and
    begins when another officer agrees: `openline officer agree`."""
    with session.link() as link:
        desk = link.ask(asking.AllowPrecleared(allowed=allowed == "yes"), asking.DeskRow)
    may = "may" if desk.allows_precleared else "may not"
    asked = f"\n{visible(desk.less_asked)}; another agrees with `openline officer agree`" if desk.less_asked else ""
    session.answer(desk, lambda: f"notices released beforehand {may} be sent{asked}")


def _lines(row: asking.NoticeRow) -> list[str]:
    by = visible(" and ".join(row.cleared_by))
    head = f"D-{row.draft}  {row.precedence} {visible(row.name)}: {visible(row.subject)}  released by {by}"
    gone = [f"  NOT SENT ANY MORE: {visible(row.not_good)}"] if row.not_good else []
    return [head, *gone, *wrapped(row.text), *(f"  {visible(one)}" for one in row.fields)]
