"""Agreements, standings to them, and what is due. Each asks the running station one thing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import click

from openline.accord.agreements import reminders
from openline.accord.drafting.owed import LAPSE
from openline.console.accords import asking
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, drafted
from openline.console.accords.papers import read_agreement
from openline.console.channel.asking import Sent
from openline.console.dtg import interval, iso, parse_iso
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible

DAYS_AHEAD: Final = 30
_DAY_MS: Final = 86_400_000


@click.group()
def agreement() -> None:
    """Agreements that duties hang on: their identity, the hashes of their texts, how each party stands to them."""


@agreement.command("record")
@click.argument("file", type=INPUT_FILE)
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def record(session: Session, file: Path, as_draft: bool, token: str | None) -> None:
    """Say on the record: this is an agreement between us. It is known once every party has recorded the same."""
    with session.link() as link:
        formats = {one.id: bytes.fromhex(one.digest) for one in link.ask(asking.AskFormats(), list[asking.FormatRow])}
        ask = asking.RecordAgreement(body=read_agreement(file, formats).hex(), token=token)
        if not as_draft:
            sent = link.ask(ask, Sent)
    if as_draft:
        drafted(session, asking.DraftPaper(paper=ask))
        return
    session.answer(sent, lambda: f"recorded as {sent.places[0]}; known once every party has recorded the same bytes")


@agreement.command("list")
@room_options
@click.pass_obj
def list_agreements(session: Session) -> None:
    """List agreements, and how each party says it stands to them now."""
    with session.link() as link:
        found = link.ask(asking.AskAgreements(), list[asking.AgreementRow])
    session.answer(found, lambda: "\n".join(map(_agreement_text, found)) or "no agreement is on the record")


def _agreement_text(one: asking.AgreementRow) -> str:
    state = "known" if one.known else f"recorded by {', '.join(map(visible, one.by))} only"
    when = f"from {iso(one.from_ms)}" if one.from_ms is not None else "not in force"
    until = f" until {iso(one.until_ms)}" if one.until_ms is not None else ", no end agreed"
    lines = [f"{one.digest[:12]}  {one.id}: {visible(one.title.get('en', ''))} ({state}; {when}{until})"]
    return "\n".join([*lines, *(f"  {visible(name)}: {said or 'not in force'}" for name, said in one.standing.items())])


@agreement.command("standing")
@click.argument("name")
@click.argument("standing", type=click.Choice(("in force", "suspended", "ended", "countermeasure")))
@click.option("--from", "begins", required=True, metavar="INSTANT", help="From when on, like 2026-11-22T10:05:00Z.")
@click.option("--reason", default="")
@click.option("--language", default="", help="Language of the reason.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def standing(session: Session, /, name: str, standing: Any, begins: str, **given: Any) -> None:
    """Say how we stand to the agreement NAME. The other party may see it otherwise, and both views are shown."""
    ask = asking.SayStanding(
        agreement=name, standing=standing, from_ms=parse_iso(begins), reason=given["reason"],
        language=given["language"] or ("en" if given["reason"] else ""), token=given["token"],
    )  # fmt: skip
    if given["as_draft"]:
        drafted(session, asking.DraftPaper(paper=ask))
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded as {sent.places[0]}")


@click.command()
@click.option("--from", "begins", metavar="INSTANT", help="From when on [30 days ago].")
@click.option("--to", "ends", metavar="INSTANT", help="Until when [30 days ahead].")
@click.option("--agreement", default="", metavar="ID", help="The calendar of this agreement alone.")
@room_options
@click.pass_obj
def duties(session: Session, begins: str | None, ends: str | None, agreement: str) -> None:
    """What is due, from whom and by when, and the entries that it follows from. Clocks run from receipt.

    What is due from us stands on the first screen from its alarm time on, and is discharged by the notice once held.
    """
    now_ms = int(time.time() * 1000)
    ask = asking.AskDuties(
        from_ms=parse_iso(begins) if begins else now_ms - DAYS_AHEAD * _DAY_MS,
        to_ms=parse_iso(ends) if ends else now_ms + DAYS_AHEAD * _DAY_MS, agreement=agreement,
    )
    with session.link() as link:
        found = link.ask(ask, list[asking.DutyRow])
    session.answer(found, lambda: "\n".join(map(_duty_text, found)) or "nothing is due in that time")


def _duty_text(one: asking.DutyRow) -> str:
    if one.of in (*reminders.KINDS, LAPSE):
        when = interval(one.due_earliest_ms, one.due_latest_ms)
        return f"{when}  {visible(one.name)} is reminded: {one.of}, {visible(one.agreement)}: {one.state}"
    views = "".join(f"; in the view of {visible(name)}: {state}" for name, state in one.views.items())
    causes = ", ".join(one.causes)
    done = f"; discharged by {one.discharged_by}" if one.discharged_by else ""
    if one.quota:
        views = f" ({one.quota[0]} of {one.quota[1]} this year){views}"
    waits = one.ours and not one.discharged_by and one.state == "due"
    alarm = f"; told from {iso(one.alarm_at_ms)} on" if waits else ""
    return (
        f"{interval(one.due_earliest_ms, one.due_latest_ms)}  {visible(one.name)} owes {one.of} {one.format} "
        f"({one.agreement}): {one.state}{views}\n    counted {one.rule}; because of {causes}{done}{alarm}"
    )
