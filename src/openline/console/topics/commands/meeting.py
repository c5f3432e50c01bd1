"""Meetings and talks: proposed, answered, told of. Each asks the running station one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, written
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.dtg import dtg, parse_iso
from openline.console.terminal import F, Session, room_options
from openline.console.topics import asking
from openline.console.topics.commands.topic import by_language
from openline.visible import visible


@click.group()
def meeting() -> None:
    """Meetings and contact appointments. Nothing is agreed by silence; whether it was held is each side's own word."""


def _persons(given: tuple[str, ...], option: str) -> dict[str, list[tuple[str, str]]]:
    """PARTY=PERSON[, CAPACITY]. Raises Told OL-201."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in given:
        party, mark, person = one.partition("=")
        name, _, capacity = person.partition(",")
        if not mark or not name.strip():
            raise Told("OL-201", f"{option} {one!r:.60}: PARTY=PERSON, or PARTY=PERSON, CAPACITY")
        found.setdefault(party, []).append((name.strip(), capacity.strip()))
    return found


def _agenda(given: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in given:
        language, mark, text = one.partition("=")
        if not mark:
            raise Told("OL-201", f"--item {one!r:.60}: LANGUAGE=TEXT")
        found.setdefault(language, []).append(text)
    return found


def _proposal(command: F) -> F:
    for option in reversed((
        click.option("--title", "titles", multiple=True, required=True, metavar="LANGUAGE=TEXT"),
        click.option("--from", "begins", required=True, metavar="INSTANT", help="Like 2026-11-23T16:00:00Z."),
        click.option("--until", "ends", metavar="INSTANT"),
        click.option("--replaces", metavar="ENTRY", help="The version whose place this one takes."),
        AS_DRAFT, TOKEN,
    )):
        command = option(command)
    return command  # fmt: skip


@meeting.command("propose")
@click.argument("meeting_id", metavar="MEETING")
@_proposal
@click.option("--where", default="")
@click.option("--item", "items", multiple=True, metavar="LANGUAGE=TEXT", help="An item of the agenda; again for more.")
@click.option("--delegate", "delegates", multiple=True, metavar="PARTY=PERSON[, CAPACITY]", help="Again for more.")
@room_options
@click.pass_obj
def propose(session: Session, /, meeting_id: str, **given: Any) -> None:
    """Propose a MEETING, by an id that both sides write alike, or another version of one."""
    _propose(session, meeting_id, "meeting", given)


@meeting.command("talk")
@click.argument("meeting_id", metavar="TALK")
@_proposal
@click.option("--by", "where", default="", help="By what: this line, a telephone, a channel.")
@room_options
@click.pass_obj
def talk(session: Session, /, meeting_id: str, **given: Any) -> None:
    """Propose a contact appointment: talk at a time, by a means."""
    _propose(session, meeting_id, "contact", given)


def _propose(session: Session, meeting_id: str, sort: Any, given: dict[str, Any]) -> None:
    ask = asking.ProposeMeeting(
        meeting=meeting_id, sort=sort, titles=by_language(given["titles"], "--title"),
        from_ms=parse_iso(given["begins"]), until_ms=parse_iso(given["ends"]) if given["ends"] else None,
        where=given["where"], agenda=_agenda(given.get("items", ())),
        delegations=_persons(given.get("delegates", ()), "--delegate"),
        of=full_name(session, given["replaces"]) if given["replaces"] else None, token=given["token"],
    )  # fmt: skip
    written(session, ask, _drafted(given["as_draft"]), "agreed when every other party says so")


def _drafted(as_draft: bool) -> Callable[[Any], Any] | None:
    return (lambda paper: asking.DraftTopics(paper=paper)) if as_draft else None


def _says(session: Session, entry: str, word: Any, given: dict[str, Any], **more: Any) -> None:
    reason = given.get("reason", "")
    ask = asking.SayOfMeeting(
        place=full_name(session, entry), word=word, reason=reason,
        language=given.get("language", "") or ("en" if reason else ""), token=given["token"], **more,
    )  # fmt: skip
    written(session, ask, _drafted(given["as_draft"]))


def _reason(*, required: bool = False) -> Callable[[F], F]:
    def with_options(command: F) -> F:
        command = TOKEN(AS_DRAFT(command))
        command = click.option("--language", default="", help="Language of the reason.")(command)
        if required:
            return click.option("--reason", required=True)(command)
        return click.option("--reason", default="")(command)

    return with_options


@meeting.command("agree")
@click.argument("entry")
@_reason()
@room_options
@click.pass_obj
def agree(session: Session, /, entry: str, **given: Any) -> None:
    """Agree to the version in ENTRY, as it stands."""
    _says(session, entry, "agrees", given)


@meeting.command("refuse")
@click.argument("entry")
@_reason(required=True)
@room_options
@click.pass_obj
def refuse(session: Session, /, entry: str, **given: Any) -> None:
    """Refuse the version in ENTRY, and say why."""
    _says(session, entry, "refuses", given)


@meeting.command("hold")
@click.argument("entry")
@click.option("--until", "until", required=True, metavar="INSTANT", help="When the answer will come at the latest.")
@_reason()
@room_options
@click.pass_obj
def hold(session: Session, /, entry: str, until: str, **given: Any) -> None:
    """A holding reply: the answer will come."""
    _says(session, entry, "will answer", given, until_ms=parse_iso(until))


@meeting.command("cancel")
@click.argument("entry")
@_reason()
@room_options
@click.pass_obj
def cancel(session: Session, /, entry: str, **given: Any) -> None:
    """Cancel what was proposed or agreed."""
    _says(session, entry, "cancels", given)


@meeting.command("held")
@click.argument("entry")
@click.option("--present", multiple=True, metavar="PARTY=PERSON[, CAPACITY]", help="Who was there; again for more.")
@click.option("--record", default="", metavar="AGREEMENT", help="The agreed record of it: an agreement's id or digest.")
@_reason()
@room_options
@click.pass_obj
def held(session: Session, /, entry: str, present: tuple[str, ...], record: str, **given: Any) -> None:
    """Say that it was held, who was present, and which agreed text is its record."""
    _says(session, entry, "was held", given, present=_persons(present, "--present"), record=record)


@meeting.command("not-held")
@click.argument("entry")
@_reason()
@room_options
@click.pass_obj
def not_held(session: Session, /, entry: str, **given: Any) -> None:
    """Say that it was not held."""
    _says(session, entry, "was not held", given)


@meeting.command("list")
@room_options
@click.pass_obj
def list_meetings(session: Session) -> None:
    """List every version of every meeting and talk, and how it stands."""
    with session.link() as link:
        found = link.ask(asking.AskMeetings(), list[asking.MeetingRow])
    session.answer(found, lambda: "\n".join(map(meeting_text, found)) or "no meeting is on the record")


def meeting_text(one: asking.MeetingRow) -> str:
    """A version of a meeting, whole."""
    ends = f" to {dtg(one.until_ms)}" if one.until_ms is not None else ""
    where = f", {visible(one.where)}" if one.where else ""
    waits = f"; waits for {', '.join(map(visible, one.waits_for))}" if one.waits_for else ""
    what = "talk" if one.sort == "contact" else "meeting"
    head = f"{dtg(one.from_ms)}{ends}  {what} {one.id}, by {visible(one.name)}{where}"
    lines = [f"{head}: {one.state}{waits}  {one.place}"]
    lines += [f"    {tag}: {visible(text)}" for tag, text in one.titles.items()]
    for tag, items in one.agenda.items():
        lines += [f"    {tag} {number}. {visible(item)}" for number, item in enumerate(items, 1)]
    lines += [f"    {line}" for line in _delegation_lines(one.delegations)]
    for word in one.words:
        until = f" until {dtg(word.until_ms)}" if word.until_ms is not None else ""
        reason = f": {visible(word.reason)}" if word.reason else ""
        record = f", record {word.record[:12]}" if word.record else ""
        lines.append(f"    {visible(word.name)} {word.word}{until}{record}{reason}  {word.place}")
        lines += [f"      present for {line}" for line in _delegation_lines(word.present)]
    lines += [f"    agreed record: {one.record[:12]}"] * bool(one.record)
    return "\n".join(lines)


def _delegation_lines(given: dict[str, list[tuple[str, str]]]) -> list[str]:
    def said(person: str, capacity: str) -> str:
        return visible(f"{person}, {capacity}" if capacity else person)

    return [f"{visible(party)}: {'; '.join(said(*one) for one in persons)}" for party, persons in given.items()]
