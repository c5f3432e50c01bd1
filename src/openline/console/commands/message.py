"""Messages: send, inbox, show, acknowledge. Each asks the running station one thing."""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path
from typing import Final, Literal

import click

from openline.console import words
from openline.console.channel.asking import (
    FIND_MAX,
    PRECEDENCES,
    Acknowledge,
    Attachment,
    Find,
    Found,
    Outgoing,
    Place,
    Precedence,
    Send,
    Sent,
    Show,
    Shown,
    Waited,
    WaitHeld,
)
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.dtg import parse_iso
from openline.console.terminal import INPUT_FILE, F, Session, login, room_options
from openline.limits import BODY_BYTES_MAX
from openline.record.entry import MESSAGE, OPERATING, READ_ALOUD
from openline.visible import visible

Relates = Literal["", "corrects", "withdraws", "supersedes", "forwards"]
RELATIONS: Final[tuple[Relates, ...]] = ("corrects", "withdraws", "supersedes", "forwards")
NAMED_MAX: Final = 8  # entries named in a sentence
_OFFICER: Final = click.option("--officer", envvar="OPENLINE_OFFICER", metavar="NAME",
                               help="Who does this, as it shall be recorded [OPENLINE_OFFICER or the login name].")


def message_options(command: F) -> F:
    """What can be said of a message beside its text, for every command that writes one."""
    for option in reversed(_MESSAGE_OPTIONS):
        command = option(command)
    return command


_MESSAGE_OPTIONS: Final = (
    click.option("--subject", default="", help="At most 256 characters."),
    click.option("--action", multiple=True, metavar="OFFICE", help="Office that shall act; may be repeated."),
    click.option("--info", multiple=True, metavar="OFFICE", help="Office that shall know; may be repeated."),
    click.option("--precedence", type=click.Choice(PRECEDENCES, case_sensitive=False), default="ROUTINE",
                 show_default=True),
    click.option("--language", default="en", show_default=True, help="Language of the text."),
    click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever."),
    click.option("--reply-by", metavar="INSTANT", help="Like 2026-11-22T10:05:00Z."),
    click.option("--in-reply-to", metavar="ENTRY", help="Position here, or the entry's full name."),
    click.option("--corrects", metavar="ENTRY", help="Our earlier message that was wrong."),
    click.option("--supersedes", multiple=True, metavar="ENTRY", help="Ours that holds no longer; may be repeated."),
    click.option("--withdraws", multiple=True, metavar="ENTRY",
                 help="Ours that is to be taken as not said; TEXT is then the reason, and goes without a message."),
    click.option("--forwards", multiple=True, metavar="ENTRY", help="Any that goes to other offices with this."),
    click.option("--note", default="", help="Of what is corrected, superseded or forwarded: why."),
    click.option("--attach", multiple=True, type=INPUT_FILE, help="A file to go along; may be repeated."),
)


@click.command()
@click.argument("text", required=False)
@message_options
@click.option("--released-by", multiple=True, metavar="NAME",
              help="Who let it out; recorded as given. Left out: the login name, and one person is what is recorded.")
@click.option("--token", help="Asking twice under one token records once.")
@click.option("--wait", type=click.FloatRange(0, 86_400), metavar="SECONDS",
              help="Wait for receipts of all other parties; exit 6 when they do not come in time.")
@room_options
@click.pass_obj
def send(
    session: Session, /, text: str | None, precedence: Precedence, released_by: tuple[str, ...], token: str | None,
    wait: float | None, **given: object,
) -> int:
    """Record TEXT (or stdin) and send it. Works while the other side is away: it is queued and said so."""
    message = composed(session, text, precedence, given)
    message.released_by = tuple(released_by) or (login(),)
    message.token = token
    with session.link() as link:
        sent = link.ask(Send(messages=[message]), Sent)
        place = sent.places[0]
        held = wait is not None and link.ask(
            WaitHeld(places=[place], within_ms=int(wait * 1000)), Waited, int(wait * 1000) + 10_000).held
        entry = _looked_up(link, place)
    for doubt in sent.doubts:
        session.say(f"DOUBTFUL addressee {visible(doubt)}")
    drill = "EXERCISE: " if message.exercise else ""
    session.answer(entry, lambda: words.whole(entry) if wait is not None else drill + _recorded(place))
    if wait is not None and not held:
        ahead = ", ".join(one.name for one in entry.said_ahead)
        also = f"; {ahead} holds it ahead of what comes before it" if ahead else ""
        session.complain(Told("OL-602", f"{place} not held by all within {wait:g} s{also}"))
        return 6
    return 0


@click.command()
@click.option("--all", "everything", is_flag=True, help="Ours too, and every kind of entry.")
@click.option("--service", "operating", is_flag=True, help="Instead: what operators say about the line, ours too.")
@click.option("--after", type=click.IntRange(0), metavar="POSITION", help="Only what came after this position.")
@click.option("--count", type=click.IntRange(1, 1000), default=20, show_default=True)
@room_options
@click.pass_obj
def inbox(session: Session, everything: bool, operating: bool, after: int | None, count: int) -> None:
    """List the newest messages that came in, oldest first; with --after, all that came since, page by page."""
    kind = OPERATING if operating else None if everything else MESSAGE
    ask = Find(after=after or 0, count=count, kind=kind, newest=after is None, theirs=not everything and not operating)
    with session.link() as link:
        found = link.ask(ask, Found)
        if kind == MESSAGE:
            heard = link.ask(Find(after=after or 0, count=count, kind=READ_ALOUD, newest=after is None), Found)
            _add_heard(found, heard.entries, count, newest=after is None)
    session.answer(found, lambda: words.listing([*found.entries, *found.ahead]))


def _add_heard(found: Found, heard: list[Shown], count: int, *, newest: bool) -> None:
    """What we took down by ear stands among what came in, until its entry has come and bears it out."""
    if not newest and len(found.entries) < count:
        found.next = max([found.next, *(one.position for one in heard)])
    unborne = [one for one in heard if one.ours and one.read_aloud and one.read_aloud.state != "confirmed"]
    among = [*found.entries, *(one for one in unborne if one.position <= found.next)]
    among.sort(key=lambda one: one.position)
    found.entries = among[-count:] if newest else among


@click.command()
@click.argument("entry", required=False)
@room_options
@click.pass_obj
def show(session: Session, entry: str | None) -> None:
    """Show ENTRY (a position as the inbox shows it, or its full name) with its words and all evidence.

    Without ENTRY: the one message that came in and that nobody here has acknowledged.
    """
    with session.link() as link:
        shown = _the_one(link, entry)
    session.answer(shown, lambda: words.whole(shown))


@click.command()
@click.argument("entry", required=False)
@_OFFICER
@click.option("--role", default="watch officer", show_default=True)
@click.option("--note", default="")
@click.option("--token", help="Asking twice under one token records once.")
@room_options
@click.pass_obj
def acknowledge(
    session: Session, entry: str | None, officer: str | None, role: str, note: str, token: str | None
) -> None:
    """Record that an officer has opened ENTRY. A receipt is a machine's; this is a person's; neither is agreement.

    Without ENTRY: the one message that waits for it; where several wait, they are named and nothing is done.
    """
    with session.link() as link:
        place = _the_one(link, entry).place
        ask = Acknowledge(place=place, officer=officer or login(), role=role, note=note, token=token)
        written = link.ask(ask, Sent)
    session.answer(written, lambda: f"acknowledged {place}; recorded here as {written.places[0]}. It is not agreement.")


def _which(entry: str) -> Show:
    position = words.parse_position(entry)
    if position is not None:
        return Show(position=position)
    return Show(place=str(words.parse_place(entry)))


def _called(entry: Shown) -> str:
    return str(entry.position) if entry.ahead_of is None else entry.place


def _the_one(link: ControlLink, entry: str | None) -> Shown:
    """The entry that was named; without a name the one that waits. Raises Told OL-204 where none or several wait."""
    if entry is not None:
        return link.ask(_which(entry), Shown)
    found = link.ask(Find(count=FIND_MAX, kind=MESSAGE, newest=True, theirs=True), Found)
    waiting = [one for one in [*found.entries, *found.ahead] if not one.acknowledged]
    if len(waiting) == 1:
        return waiting[0]
    which = ", ".join(_called(one) for one in waiting[:NAMED_MAX])
    more = f" and {len(waiting) - NAMED_MAX} more" if len(waiting) > NAMED_MAX else ""
    raise Told("OL-204", f"no ENTRY given, and {f'these wait: {which}{more}' if waiting else 'no message waits'}")


def given_text(text: str | None) -> str:
    """TEXT as given, or stdin. Raises Told OL-201, OL-203, OL-402."""
    if text is not None and text != "-":
        return text
    if sys.stdin.isatty():
        raise Told("OL-203", "no TEXT given; give it as an argument or on stdin")
    data = sys.stdin.buffer.read(BODY_BYTES_MAX + 1)
    if len(data) > BODY_BYTES_MAX:
        raise Told("OL-402", f"more than {BODY_BYTES_MAX} bytes on stdin")
    try:
        return data.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Told("OL-201", f"stdin byte {error.start} is not UTF-8") from error


def composed(session: Session, text: str | None, precedence: Precedence, given: dict[str, object]) -> Outgoing:
    """A message from TEXT (or stdin) and `message_options`. Raises Told OL-201, OL-203, OL-204, OL-402."""
    words_given = given_text(text)
    if not words_given and not given["attach"]:
        raise Told("OL-201", "an empty message says nothing; give TEXT, or a file with --attach")

    def names(key: str) -> tuple[str, ...]:
        value = given[key]
        assert isinstance(value, tuple)
        return value

    related = [(which, places) for which in RELATIONS if (places := _listed(given[which]))]
    if len(related) > 1:
        raise Told("OL-201", f"{' and '.join(f'--{which}' for which, _ in related)}: give one of them")
    nothing: tuple[Relates, tuple[str, ...]] = ("", ())
    which, places = related[0] if related else nothing
    reply_by, in_reply_to = given["reply_by"], given["in_reply_to"]
    return Outgoing(
        text=words_given, subject=str(given["subject"]), language=str(given["language"]), precedence=precedence,
        exercise=bool(given["exercise"]), action=names("action"), info=names("info"),
        reply_by_ms=parse_iso(str(reply_by)) if reply_by else None,
        in_reply_to=full_name(session, str(in_reply_to)) if in_reply_to else None,
        attachments=tuple(_attachment(Path(str(path))) for path in names("attach")),
        relates=which, of=tuple(full_name(session, place) for place in places), note=str(given["note"]),
    )


def _listed(value: object) -> tuple[str, ...]:
    """One entry, several, or none."""
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def _attachment(path: Path) -> Attachment:
    return Attachment(path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", str(path.resolve()))


def full_name(session: Session, entry: str) -> str:
    """An entry's full name, also from its position here."""
    if words.parse_position(entry) is None:
        return str(words.parse_place(entry))
    with session.link() as link:
        return link.ask(_which(entry), Shown).place


def _looked_up(link: ControlLink, place: Place) -> Shown:
    return link.ask(Show(place=str(place)), Shown)


def _recorded(place: Place) -> str:
    return f"recorded here as {place}; not held there until a receipt says so (openline show {place})"
