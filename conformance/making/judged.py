"""Scenarios of what is shown beside a notice: each rule of form, time and order kept, and broken by one thing."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import json
from typing import Any, Final

from conformance.making.notices import EXAMPLES
from conformance.making.scenarios import Book
from openline.accord.clocks.spans import days_of
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice, has_free_text
from openline.console.accords import library
from openline.record.entry import Ref

DAY_S: Final = 86_400
LIFE: Final = bytes(12)


def at(year: int, month: int, day: int, second: int = 0) -> int:
    """Seconds since 1970."""
    return days_of(year, month, day) * DAY_S + second


def sent(name: str, index: int, received: int | None, party: int = 0, serial: int | None = None, relation: Relation = Relation.NONE, of: Ref | None = None, language: str = "en", **fields: Any) -> dict[str, Any]:
    """A notice as one party's log has it."""
    format_ = library.formats()[name]
    written = compose(format_, fields)
    language = language if has_free_text(format_, written.values) else ""
    number = index if serial is None else serial
    body = encode_notice(Notice(format_.mark, 2030, number, language, relation, written.values, of))
    return {"party": party, "index": index, "bytes": body.hex(), "received": received}


def write(book: Book) -> None:
    """All of them."""
    _forms(book)
    _times(book)
    _counts(book)
    _relations(book)


def _put(book: Book, name: str, notices: list[dict[str, Any]], broken: list[list[str]], story: str, rules: str = "R-404 R-407", said_by: tuple[int, ...] = (0, 1)) -> None:
    names = sorted({one.id for one in library.formats().values() for notice in notices if one.mark.hex() in notice["bytes"]})
    given = {"formats": [library.files()[one].hex() for one in names], "said_by": list(said_by), "notices": notices}
    book.accept(f"judged-{name}", "notice-judged", given, rules, story, broken=sorted(broken))


def _forms(book: Book) -> None:
    words = {"subject": "Greeting", "text": "With good wishes."}
    one = sent("goodwill", 1, 100, **words)
    _put(book, "all-kept", [one], [], "Said by both, numbered, its language named.")
    _put(book, "format-of-one", [one], [["", "WARN", "format"]], "Only its sender has said the format.", "R-403", (0,))
    _put(book, "a1-no-instant", [sent("contact-request", 1, 100, **words)], [["R-441", "ERROR", one.name] for one in library.formats()["contact-request"].fields if one.required], "Nothing of what is required is given.", "R-441")
    _put(book, "a2-same-number", [one, sent("goodwill", 2, 100, serial=1, **words)], [["A2", "ERROR", "number"]], "Two under one number.")
    _put(book, "a2-gap", [one, sent("goodwill", 3, 100, **words)], [["A2", "ERROR", "number"]], "The second of three lacks.")
    asked = sent("contact-request", 2, 100, serial=1, **_example("contact-request"))
    _put(book, "a2-number-of-another-agreement", [one, asked], [], "Its sender counts by agreement.", "R-467")
    initial = sent("new-start-ii-1", 1, 100, **_example("new-start-ii-1"))
    second = sent("new-start-iv-1", 2, at(2030, 1, 2), serial=1, **_example("new-start-iv-1"))
    _put(book, "a2-number-of-another-format", [initial, second], [["A2", "ERROR", "number"]], "One number in two formats of one agreement.", "R-467")
    _put(book, "a5-cites-what-is-not-there", [sent("goodwill", 1, 100, relation=Relation.ANSWERS, of=Ref(1, LIFE, 9), **words)], [["A5", "WARN", "references"]], "What it answers is not held.")
    _put(book, "a7-no-language", [sent("goodwill", 1, 100, language="", **words)], [["A7", "ERROR", "language"]], "Free text in no language.", "R-441")
    first = sent("new-start-iv-3", 1, 100, **_example("new-start-iv-3"))
    _put(book, "a6-needs-one-before", [first], [["A6", "ERROR", "references"]], "It explains what nobody asked.")


def _example(name: str) -> dict[str, Any]:
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text("utf-8")))


def _times(book: Book) -> None:
    test = {"window": "2030-10-06 to 2030-10-10"}
    _put(book, "b1-in-time", [sent("exercise-1989", 1, at(2030, 8, 17), start_date="2030-09-01")], [], "Fifteen days before.")
    _put(book, "b1-late", [sent("exercise-1989", 1, at(2030, 8, 18, 1), start_date="2030-09-01")], [["B1", "BREACH", "start_date"]], "Less than fourteen days before, by the receipt.")
    _put(book, "b1-not-held", [sent("exercise-1989", 1, None, start_date="2030-09-01")], [["B1", "WARN", "start_date"]], "Sent, and held by nobody: no receipt, nothing kept.")
    stage = {"stage": "COMPLETION", "completed": "2030-06-01", "facility": "Site", "type": "T-1", "item": "X-1", "procedure": "As agreed"}
    _put(book, "d7-kept", [sent("new-start-v", 1, at(2030, 6, 2), visible_until="2030-08-02", **stage)], [], "Visible for sixty-one days after receipt.")
    _put(book, "d7-too-short", [sent("new-start-v", 1, at(2030, 6, 2), visible_until="2030-07-31", **stage)], [["D7", "BREACH", "visible_until"]], "Visible for fifty-nine days after receipt.")
    _put(book, "d8-kept", [sent("india-pakistan-missile-2005", 1, at(2030, 10, 1), site_distance=40, impact_distance=70, track_distance=40, **test)], [], "Exactly as far as it must be.")
    for field, least in (("site_distance", 40), ("impact_distance", 70), ("track_distance", 40)):
        near = sent("india-pakistan-missile-2005", 1, at(2030, 10, 1), **{field: least - 1}, **test)
        _put(book, f"d8-{field.split('_')[0]}", [near], [["D8", "BREACH", field]], "A kilometre too near.")


def _counts(book: Book) -> None:
    def exercise(index: int, day: str, **more: Any) -> dict[str, Any]:
        return sent("exercise-1989", index, at(2030, 1, 1), start_date=day, **more)

    goodwill = [["D9", "WARN", "start_date"]]
    _put(book, "d9-second-of-a-year", [exercise(1, "2030-03-01"), exercise(2, "2030-09-01")], goodwill, "One a year is owed; this one is goodwill.")
    _put(book, "d9-another-year", [exercise(1, "2030-03-01"), exercise(2, "2031-03-01")], [], "The first of its year.")
    _put(book, "d9-another-party", [exercise(1, "2030-03-01"), exercise(1, "2030-09-01", party=1)], [], "Each party counts its own.")
    _put(book, "d9-order", [exercise(2, "2030-09-01"), exercise(1, "2030-03-01")], [], "The first by its number, whatever came first.")
    cancel = exercise(2, "2030-03-01", relation=Relation.CANCELS, of=Ref(0, LIFE, 1))
    _put(book, "d9-cancelled", [exercise(1, "2030-03-01"), cancel, exercise(3, "2030-09-01")], [], "The first was cancelled.")


def _relations(book: Book) -> None:
    one = sent("goodwill", 1, 100, subject="One", text="Well.")
    correction = sent("goodwill", 2, 100, subject="One", text="Better.", relation=Relation.CORRECTS, of=Ref(0, LIFE, 1))
    _put(book, "e7-correction-cites", [one, correction], [], "A correction names what it corrects; both stay.", "R-401")
    given = {"formats": [library.files()["goodwill"].hex()], "said_by": [0, 1], "notices": [correction, one]}
    book.accept("judged-e7-corrected", "notice-judged", given, "R-401", "The old text stands, with what corrects it beside.", related=[["corrects", f"0/{LIFE.hex()}/2"]])
    other = sent("goodwill", 5, 100, party=1, subject="One", text="No.", relation=Relation.CORRECTS, of=Ref(0, LIFE, 1))
    given = {**given, "notices": [other, one]}
    book.accept("judged-e7-not-anothers", "notice-judged", given, "R-401", "Nobody corrects another's notice: it stands beside, and counts for nothing.", related=[])
