"""Scenarios of what parties state: bodies, what counts of them, and how contact then stands."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.parties import OPENED_AT_MS, Log, line
from conformance.making.scenarios import Book
from openline.contact.saying import KIND_OF as KINDS
from openline.contact.saying import (
    Alerted,
    HoldingReply,
    Refusal,
    Resumption,
    Said,
    SilenceAnswered,
    SilenceRecorded,
    Suspension,
    encode_said,
)
from openline.record.entry import MESSAGE, Ref

HOUR_MS: Final = 3_600_000
AT_MS: Final = OPENED_AT_MS + HOUR_MS
OFFICER: Final = "Capt. A. Example"
LONG: Final = "x" * 2001
BODIES: Final[dict[int, tuple[str, list[Any], int]]] = {
    40: ("service-message", ["The radio moves to 8364 kHz at 1000Z.\nPlease confirm.", "en", OFFICER], 0),
    41: ("refusal", [0, "The subject is not one for this line.", OFFICER], 1),
    42: ("holding-reply", [AT_MS, "It is being studied.", OFFICER], 1),
    43: ("suspension", [AT_MS, AT_MS + 1, "The talks are suspended.", OFFICER], 0),
    44: ("resumption", ["", OFFICER], 0),
    45: ("silence-recorded", [AT_MS, "", OFFICER], 1),
    46: ("silence-answered", [0, "It was answered by voice at 1015Z.", OFFICER], 1),
    47: ("drill", [1, "The drill of the month.", OFFICER], 0),
    49: ("alerted", [AT_MS, 1], 1),
}
NUMBERS: Final = {40: "291", 41: "292", 42: "293", 43: "294", 44: "294", 45: "295", 46: "295", 47: "296", 49: "287"}


def write(book: Book) -> None:
    """All of them."""
    for kind, (name, fields, references) in BODIES.items():
        _body(book, kind, name, fields, references)
    _more_bodies(book)
    _suspended(book)
    _about_messages(book)


def _body(book: Book, kind: int, name: str, fields: list[Any], references: int) -> None:
    rules = f"R-290 R-{NUMBERS[kind]}"

    def given(data: bytes, count: int = references) -> dict[str, object]:
        return {"kind": kind, "bytes": data, "references": count}

    data = cbor(fields)
    book.accept(f"stated-{name}", "statement-body", given(data), rules, f"Kind {kind}, as it is spelled.")
    nobody = ("by-nobody", cbor([*fields[:-1], " "]), references, "empty", "No officer.")
    for what, changed, count, says, story in (
        *([nobody] if fields[-1] == OFFICER else []),
        ("field-lacks", cbor(fields[:-1]), references, "keys 0 to", "The last field is missing."),
        ("field-too-many", cbor([*fields, 0]), references, "keys 0 to", "A field that no rule names."),
        ("trailing-byte", data + b"\0", references, "one spelling", "A byte after the end."),
        ("referring-to-too-many", data, 2, "refers to 2", "Two entries where at most one is meant."),
    ):
        book.refuse(f"stated-{name}-{what}", "statement-body", given(changed, count), rules, story, says)
    if kind in (42, 45, 46, 49):
        book.refuse(f"stated-{name}-of-nothing", "statement-body", given(data, 0), rules, "Of which entry?", "refers to 0")


def _more_bodies(book: Book) -> None:
    book.accept("stated-refusal-of-contact", "statement-body", {"kind": 41, "bytes": cbor([1, "Until the inquiry ends.", OFFICER]), "references": 0}, "R-292", "Contact, and no message.")
    book.accept("stated-suspension-open-ended", "statement-body", {"kind": 43, "bytes": cbor([AT_MS, None, "The talks are suspended.", OFFICER]), "references": 0}, "R-294", "No end is named.")
    book.accept("stated-drill-ends", "statement-body", {"kind": 47, "bytes": cbor([0, "", OFFICER]), "references": 1}, "R-296", "It refers to the one that began.")
    for name, kind, fields, references, says, story in (
        ("service-message-of-nothing", 40, ["\n", "en", OFFICER], 0, "empty", "It says nothing."),
        ("service-message-too-long", 40, ["x" * 4001, "en", OFFICER], 0, "at most 4000", "What is longer is a message."),
        ("service-message-in-no-language", 40, ["Good.", "", OFFICER], 0, "not a tag", "In which language?"),
        ("refusal-without-a-reason", 41, [0, "", OFFICER], 1, "empty", "A refusal says why."),
        ("refusal-with-a-long-reason", 41, [0, LONG, OFFICER], 1, "at most 2000", "One character too many."),
        ("refusal-of-a-third-thing", 41, [2, "No.", OFFICER], 1, "from 0 to 1", "A message or contact."),
        ("refusal-of-contact-and-a-message", 41, [1, "No.", OFFICER], 1, "0 is right", "Of one or of the other."),
        ("refusal-of-no-message", 41, [0, "No.", OFFICER], 0, "1 is right", "Of which message?"),
        ("refusal-true", 41, [True, "No.", OFFICER], 0, "whole number", "True equals 1 and is not spelled so."),
        ("holding-reply-until-a-word", 42, ["tomorrow", "", OFFICER], 1, "whole number", "An instant in UTC, in ms."),
        ("suspension-that-ends-as-it-begins", 43, [AT_MS, AT_MS, "Why.", OFFICER], 0, "before it begins", "Of no length."),
        ("alerted-half-aloud", 49, [AT_MS, 2], 1, "from 0 to 1", "An annunciator could be heard, or not."),
        ("alerted-yes", 49, [AT_MS, True], 1, "whole number", "True equals 1 and is not spelled so."),
        ("alerted-some-day", 49, ["today", 0], 1, "whole number", "An instant in UTC, in ms."),
        ("suspension-without-a-reason", 43, [AT_MS, None, "", OFFICER], 0, "empty", "A suspension says why."),
        ("suspension-beyond-all-time", 43, [AT_MS, 2**48, "Why.", OFFICER], 0, "whole number", "After the year 10889."),
        ("resumption-of-an-entry", 44, ["", OFFICER], 1, "0 is right", "It lifts what its author knows, all of it."),
        ("silence-answered-neither-way", 46, [2, "", OFFICER], 1, "from 0 to 1", "Confirmed or contested."),
        ("drill-that-ends-nothing", 47, [0, "", OFFICER], 0, "1 is right", "Which one ends?"),
        ("drill-that-begins-another", 47, [1, "", OFFICER], 1, "0 is right", "What begins refers to nothing."),
        ("no-kind", 48, ["", OFFICER], 0, "no statement", "No kind of this section."),
    ):
        given = {"kind": kind, "bytes": cbor(fields), "references": references}
        book.refuse(f"stated-{name}", "statement-body", given, f"R-290 R-{NUMBERS.get(kind, '290')}", story, says)


class Record:
    """Two parties' logs, written in turn; each entry knows all that the other has written so far."""

    def __init__(self) -> None:
        opened = line(2)
        self.logs = [Log(opened, 0), Log(opened, 1)]
        self.entries: list[dict[str, object]] = []

    def write(self, party: int, said: Said, *about: Ref, at_ms: int = AT_MS, knowing: bool = True, flags: int = 0) -> Ref:
        """One statement."""
        return self.put(party, KINDS[type(said)], encode_said(said), *about, at_ms=at_ms, knowing=knowing, flags=flags)

    def put(self, party: int, kind: int, body: bytes, *about: Ref, at_ms: int = AT_MS, knowing: bool = True, flags: int = 0) -> Ref:
        """One entry."""
        log, other = self.logs[party], self.logs[1 - party]
        held = [other.held()] if knowing else []
        index = log.write(body, kind=kind, held=held, references=about, at_ms=at_ms, flags=flags)
        self.entries.append({"log": list(log.log), "header": log.headers[-1], "body": body})
        return Ref(party, log.log.generation, index)


def _suspended(book: Book) -> None:
    ends = Suspension(AT_MS, AT_MS + HOUR_MS, "For an hour.", OFFICER)
    no_end = Suspension(AT_MS, None, "The talks are suspended.", OFFICER)
    refused = Refusal(True, "Until the inquiry ends.", OFFICER)
    again = Resumption("We are ready.", OFFICER)

    def show(name: str, story: str, state: str, *said: tuple[int, Said], now_ms: int = AT_MS + 60_000, **how: Any) -> None:
        record = Record()
        for party, one in said:
            record.write(party, one, **how)
        given = {"entries": record.entries, "parties": [0, 1], "now_ms": now_ms}
        book.accept(f"declared-{name}", "declared", given, "R-294 R-298", story, state=state)

    show("nothing", "Nobody has said anything.", "open")
    show("suspended", "By one: for both.", "suspended", (0, no_end))
    show("suspended-resumed-by-one", "The other has not said so.", "suspended", (0, no_end), (0, again))
    show("suspended-resumed-by-the-other", "He who suspended has not.", "suspended", (0, no_end), (1, again))
    show("reopened", "Both have.", "open", (0, no_end), (1, again), (0, again))
    show("suspended-again", "The second suspension is known to neither resumption.", "suspended", (0, no_end), (1, again), (0, again), (1, no_end))
    show("resumed-without-knowing", "B's resumption was written without knowing the suspension.", "suspended", (0, no_end), (1, again), (0, again), knowing=False)
    show("suspended-for-an-hour", "Within it.", "suspended", (0, ends))
    show("suspended-before-it-begins", "It is coming.", "open", (0, ends), now_ms=AT_MS - 1)
    show("suspended-until-its-end", "At its end it has ended.", "open", (0, ends), now_ms=AT_MS + HOUR_MS)
    show("refused", "Contact is refused.", "refused", (1, refused))
    show("refused-and-suspended", "The refusal is what is said first.", "refused", (0, no_end), (1, refused))
    show("refused-then-reopened", "Both have resumed.", "open", (1, refused), (0, again), (1, again))
    show("in-an-exercise", "A suspension for an exercise suspends nothing.", "open", (0, no_end), flags=1)
    record = Record()
    record.put(0, 43, cbor([AT_MS, None, "", OFFICER]))
    book.accept("declared-by-a-body-that-does-not-read", "declared", {"entries": record.entries, "parties": [0, 1], "now_ms": AT_MS}, "R-290 R-298", "A suspension without a reason says nothing.", state="open")


def _about_messages(book: Book) -> None:
    due = AT_MS + HOUR_MS

    def show(name: str, rules: str, story: str, record: Record, message: Ref, exercise: bool = False, **expected: list[Any]) -> None:
        given = {"message": list(message), "exercise": exercise, "entries": record.entries}
        nothing: dict[str, object] = {"refused": [], "holding": [], "silences": [], "alerted": []}
        book.accept(f"about-{name}", "about-a-message", given, f"R-290 R-297 {rules}", story, **(nothing | expected))

    def begun(flags: int = 0) -> tuple[Record, Ref]:
        record = Record()
        return record, record.put(0, MESSAGE, b"a message", flags=flags)

    record, message = begun()
    first = record.write(1, Refusal(False, "Not on this line.", OFFICER), message)
    record.write(1, Refusal(False, "As said.", OFFICER), message)
    record.write(0, Refusal(False, "Our own.", OFFICER), message)
    show("refused", "R-292", "The first of B's; its author does not refuse his own.", record, message, refused=[first])
    record, message = begun()
    record.write(1, HoldingReply(due, "", OFFICER), message)
    last = record.write(1, HoldingReply(due + 1, "", OFFICER), message)
    show("held-off", "R-293", "The last one.", record, message, holding=[last])
    record, message = begun()
    silent = record.write(0, SilenceRecorded(due, "", OFFICER), message, at_ms=due)
    record.write(1, SilenceAnswered(False, "By voice.", OFFICER), silent)
    answer = record.write(1, SilenceAnswered(True, "", OFFICER), silent)
    record.write(0, SilenceAnswered(True, "", OFFICER), silent)
    show("left-unanswered", "R-295", "Recorded by its author; B contested, then confirmed.", record, message, silences=[[silent, [answer]]])
    record, message = begun()
    record.write(0, SilenceRecorded(due, "", OFFICER), message, at_ms=due - 1)
    record.write(1, SilenceRecorded(due, "", OFFICER), message, at_ms=due)
    show("silence-too-early-or-of-another", "R-295", "Before it was due; and by who did not write it.", record, message)
    record, message = begun()
    record.write(1, Refusal(False, "Unseen.", OFFICER), message, knowing=False)
    show("refused-unseen", "R-290", "Written without knowing the message.", record, message)
    record, message = begun(flags=1)
    record.write(1, Refusal(False, "In earnest.", OFFICER), message)
    drilled = record.write(1, HoldingReply(due, "", OFFICER), message, flags=1)
    show("an-exercise", "R-296", "In an exercise only what has the flag counts.", record, message, True, holding=[drilled])
    record, message = begun(flags=1)
    record.write(1, Alerted(due, True), message)
    record.write(0, Alerted(AT_MS, True), message, flags=1)
    rang = record.write(1, Alerted(AT_MS, False), message, flags=1)
    record.write(1, Alerted(due, True), message, flags=1)
    show("alerted-in-an-exercise", "R-287", "When it first rang at B; not by its author, nor without the flag.", record, message, True, alerted=[rang])
    record, message = begun()
    record.write(1, Alerted(AT_MS, True), message)
    show("alerted-in-earnest", "R-287", "When a message in earnest rings is told to nobody.", record, message)
