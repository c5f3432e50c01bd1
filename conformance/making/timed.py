"""Scenarios of time and form: each kind of time limit at its edge, what is owed and how it stands, forms filled in
wrongly, and forms of others."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any, Final

from conformance.making.judged import DAY_S, LIFE, at, sent
from conformance.making.scenarios import Book
from openline.accord.bodies import Agreement, Standing, Status, agreement_digest, encode_agreement, encode_status
from openline.accord.clocks.spans import days_of
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import Notice, Relation, encode_notice
from openline.accord.formats.reader import read_format
from openline.console.accords import library
from openline.record.entry import Ref

HOUR_S: Final = 3_600
HEAD: Final = """[format]
id = "small-ID"
version = 1
class = "notification"
release = "two"
status = "unconfirmed"
languages = ["en"]
title = { en = "A format of these vectors" }
[[basis]]
agreement = "TEST-1"
label = { en = "A test" }
[[limit]]
LIMIT
[[field]]
name = "at"
group = "time"
type = "TYPE"
SCALErequired = true
label = { en = "When" }
"""
FRAME: Final = """PRECEDENCE: PRIORITY
FROM: PARTY A
TO: PARTY B
INFO: NIL
SUBJECT: TRANSFER OF ACTIVE QUOTA
1. OS MESSAGE NUMBER: OS/A/26/0001/F1
2. OS MESSAGE DATE AND TIME: 041200Z MAR 26
3. TREATY REFERENCE: ARTICLE III, SECTION I, PARAGRAPH 9
4. MESSAGE REFERENCE: OS/A/26/0001/F36
5. CONTENT:
A. STATE TO BE OVERFLOWN: EXAMPLELAND
6. REMARKS: NIL
7. END OF OS MESSAGE NUMBER: OS/A/26/0001/F1
"""


def small(name: str, limit: str, type_: str = "instant") -> str:
    """A format with one instant or day, and one limit."""
    scale = "" if type_ == "instant" else 'scale = "UTC"\n'
    return HEAD.replace("ID", name).replace("LIMIT", limit).replace("TYPE", type_).replace("SCALE", scale)


def held(file: str, index: int, value: object, first: int | None, last: int | None = None, party: int = 0, of: Ref | None = None, relation: Relation = Relation.ANSWERS) -> dict[str, Any]:
    """A notice in such a format, held by the other one between two seconds."""
    mark = read_format(file.encode()).mark
    body = encode_notice(Notice(mark, 2030, index, "", Relation.NONE if of is None else relation, (value,), of))
    return {"party": party, "index": index, "bytes": body.hex(), "received": None if first is None else [first, first if last is None else last]}


def write(book: Book) -> None:
    """All of them."""
    _limits(book)
    _shipped(book)
    _owed(book)
    _by_the_clock(book)
    _covered(book)
    _forms(book)
    _foreign(book)


def _timed(book: Book, name: str, file: str, notices: list[dict[str, Any]], kept: str, story: str) -> None:
    given = {"formats": [file.encode().hex()], "notices": notices}
    book.accept(f"timed-{name}", "notice-timed", given, "R-407", story)
    found = book.ask("notice-timed", given)["limits"]
    if [one[2] for one in found] != [kept]:
        book.problems.append(f"{name}: {found}, not {kept}")


def _limits(book: Book) -> None:
    event = at(2030, 6, 10, 12 * HOUR_S)
    lead = small("before", 'kind = "at least before"\nspan = "PT24H"\nevent = "at"')
    last = event - DAY_S
    for name, first, until, kept, story in (
        ("b3-held-in-time", last - 1, None, "kept", "Held a second before the last instant, whenever it was sent."),
        ("b3-held-late", last + 1, None, "broken", "Held a second after it, however early it was sent."),
        ("b3-between", last - 5, last + 5, "not to be told", "The receipt proves an interval that holds the last instant."),
        ("b3-not-held", None, None, "not to be told", "No receipt: nothing is counted."),
    ):
        _timed(book, name, lead, [held(lead, 1, event, first, until)], kept, story)
    day = days_of(2030, 6, 10)
    for name, days, first_out in (
        ("b8-spans", "spans of 24 hours", day + 6), ("b8-day-zero", "calendar days, the day of the event is day 0", day + 6),
        ("b8-day-one", "calendar days, the day of the event is day 1", day + 5),
    ):
        lag = small("after", f'kind = "at most after"\nspan = "P5D"\nevent = "at"\ndays = "{days}"', "date")
        _timed(book, f"{name}-kept", lag, [held(lag, 1, day, first_out * DAY_S - 1)], "kept", f"Five days, as {days}: the last second.")
        _timed(book, f"{name}-broken", lag, [held(lag, 1, day, first_out * DAY_S)], "broken", f"Five days, as {days}: a second later.")
    dated = small("list", 'kind = "calendar day"\non = ["01-01", "07-01"]', "date")
    noon = small("noon", 'kind = "clock time"\nat = "12:00"\nevent = "at"', "date")
    local = small("local", 'kind = "calendar day"\non = ["01-01"]\nscale = "local of the event"', "date")
    for name, file, when, kept, story in (
        ("b5-on-the-day", dated, at(2030, 7, 1, 5), "kept", "The list of 1 July, on that day."),
        ("b5-a-day-late", dated, at(2030, 7, 2), "broken", "On the day after."),
        ("b5-a-day-early", dated, at(2030, 6, 30, DAY_S - 1), "broken", "And a second too early."),
        ("b5-somewhere", local, at(2030, 1, 1, 13 * HOUR_S), "not to be told", "1 January still or not, by where on the Earth."),
        ("b6-by-noon", noon, at(2030, 6, 10, 12 * HOUR_S), "kept", "The plan by 12:00 of the day."),
        ("b6-after-noon", noon, at(2030, 6, 10, 12 * HOUR_S + 60), "broken", "A minute later."),
    ):
        _timed(book, name, file, [held(file, 1, day, when)], kept, story)


def _shipped(book: Book) -> None:
    items = [{"id": "A", "type": "T-1", "place": "Base", "old": "ICBM_DEPLOYED", "new": "ICBM_NONDEPLOYED"}]
    for name, format_, when, kept, story, fields in (
        ("b2-initial-data", "new-start-ii-1", at(2030, 4, 15), "kept", "Forty-five days.", {"as_of": "2030-03-01"}),
        ("b2-initial-data-late", "new-start-ii-1", at(2030, 4, 17), "broken", "More than forty-five.", {"as_of": "2030-03-01"}),
        ("b2-change", "new-start-ii-3", at(2030, 3, 6), "kept", "Five days.", {"date_of_change": "2030-03-01", "items": items}),
        ("b2-change-late", "new-start-ii-3", at(2030, 3, 8), "broken", "More than five.", {"date_of_change": "2030-03-01", "items": items}),
    ):
        one = sent(format_, 1, when, **fields)
        given = {"formats": [library.files()[format_].hex()], "notices": [{**one, "received": [when, when]}]}
        book.accept(f"timed-{name}", "notice-timed", given, "R-407", story)
        found = book.ask("notice-timed", given)["limits"]
        if [row[2] for row in found if row[1]] != [kept]:
            book.problems.append(f"{name}: {found}")
    test = {"formats": [library.files()["india-pakistan-missile-2005"].hex()], "said_by": [0, 1]}
    cut = {**sent("goodwill", 1, 100, subject="One", text="Well."), "bytes": "", "received": [100, 100]}
    book.refuse("timed-no-notice", "notice-timed", {"formats": [], "notices": [cut]}, "R-401", "Nothing that has a time.", "not CBOR")
    for name, window, broken in (("b7-kept", "2030-10-06 to 2030-10-11", []), ("b7-broken", "2030-10-06 to 2030-10-12", [["B7", "BREACH", "window"]])):
        notices = [sent("india-pakistan-missile-2005", 1, at(2030, 10, 1), window=window)]
        book.accept(f"judged-{name}", "notice-judged", {**test, "notices": notices}, "R-404 R-407", "Five days from the first day, and one more.", broken=broken)


def _owed(book: Book) -> None:
    confirmed = small("confirmed", 'kind = "at most after"\nspan = "PT1H"\nof = "confirmation"')
    plain = small("plain", 'kind = "none"')
    begin = at(2030, 6, 10)
    question = held(confirmed, 1, begin, begin)
    span = {"from": begin - DAY_S, "to": begin + DAY_S}
    for name, answers, now, states, story in (
        ("b4-within-the-hour", [held(plain, 2, begin, begin + HOUR_S - 1, party=1, of=Ref(0, LIFE, 1))], begin + DAY_S, ["kept"], "Confirmed within an hour of receipt."),
        ("b4-too-late", [held(plain, 2, begin, begin + HOUR_S + 2, party=1, of=Ref(0, LIFE, 1))], begin + DAY_S, ["late"], "Confirmed, and too late."),
        ("b4-due", [], begin + 60, ["due"], "A minute after receipt."),
        ("b4-not-provided", [], begin + 2 * HOUR_S, ["not provided"], "The hour has passed."),
    ):
        _owing(book, name, [confirmed, plain], [question, *answers], {**span, "now": now}, states, story)

    yearly = small("yearly", 'kind = "first then"\nspan = "P30D"\nthen = "P30D"')
    update = small("update", 'kind = "every"\nspan = "P6M"\nthen = "P30D"')
    quota = small("quota", 'kind = "every"\nspan = "P6M"\nquota = 1')
    numbers = library.files()["new-start-vi-1"].decode()
    force = at(2030, 2, 5)
    dues = {"agreements": [treaty(yearly, update, quota).hex()]}
    year = {**dues, "from": force, "to": at(2031, 2, 1), "now": at(2031, 1, 15)}
    here = [held(yearly, 1, force, force + 29 * DAY_S), held(yearly, 2, force, at(2030, 12, 1))]
    _owing(book, "b10-kept", [yearly], here, year, ["kept", "kept"], "Within thirty days, then thirty days before the year begins.", 0)
    _owing(book, "b10-late", [yearly], [here[0], held(yearly, 2, force, at(2030, 12, 3))], year, ["kept", "late"], "Twenty-nine days before the year.", 0)
    _owing(book, "b10-none", [yearly], [], year, ["not provided", "not provided"], "Nothing was given.", 0)
    covering = {**year, "agreements": [treaty(numbers).hex()]}
    for name, other, states, story in (
        ("kept", given_for(2031, at(2030, 12, 1), 2), ["kept", "kept"], "A number for each year, in time."),
        ("same-year-again", given_for(2030, at(2030, 12, 1), 2), ["kept", "not provided"], "Another number of the old year is not that of the next."),
        ("early", given_for(2031, force + DAY_S, 2), ["kept", "kept"], "The number of the next year, given with the first."),
    ):
        _owing(book, f"b10-of-a-year-{name}", [numbers], [given_for(2030, force + DAY_S, 1), other], covering, states, story, 0)
    due_on = at(2030, 10, 1)
    one = held(update, 1, force, due_on - DAY_S)
    later = {**year, "to": at(2031, 5, 1), "now": at(2031, 5, 1)}
    taken_back = held(update, 2, force, due_on + DAY_S)
    cancels = held(update, 3, force, due_on + 2 * DAY_S, of=Ref(0, LIFE, 2), relation=Relation.CANCELS)
    corrects = held(update, 4, force, due_on + 3 * DAY_S, of=Ref(0, LIFE, 1), relation=Relation.CORRECTS)
    _owing(book, "one-is-enough-for-one", [update], [one, corrects, taken_back, cancels], later, ["kept", "not provided"], "What corrects, cancels or was cancelled discharges no round.", 0)
    pair = small("pair", 'kind = "every"\nspan = "P6M"\nthen = "P30D"\nnotices = 2')
    both = {**later, "agreements": [treaty(pair).hex()]}
    halves = [held(pair, 1, force, due_on - 2 * DAY_S), held(pair, 2, force, due_on - DAY_S)]
    _owing(book, "two-for-one-duty", [pair], halves, both, ["kept", "not provided"], "Two notices discharge a round together.", 0)
    _owing(book, "half-of-a-duty", [pair], halves[:1], both, ["not provided", "not provided"], "One of two is not enough.", 0)
    _owing(book, "two-for-one-duty-late", [pair], [halves[0], held(pair, 2, force, due_on + DAY_S)], both, ["late", "not provided"], "The last of them says when.", 0)
    _owing(book, "b9-update", [update], [], {**year, "now": at(2030, 3, 2)}, ["due"], "Thirty days after the half-year that began on 1 March.", 0)
    # every six months from 1 March: 1 September, and none after it before the end of the span
    _owing(book, "b11-within-the-allowance", [quota], [], year, ["withheld by right"], "One a year may be withheld: silence is no breach.", 0)
    said = [[0, 200, encode_status(Status(agreement_digest(treaty(update)), Standing.SUSPENDED, at(2030, 4, 1), "Why.", "en")).hex()]]
    again = {**year, "agreements": [treaty(update).hex()], "statuses": said}
    book.refuse("owed-by-no-status", "notices-owed", {"formats": [], "notices": [], "statuses": [[0, 1, ""]], **year}, "R-406", "A standing of nothing.", "not CBOR")
    _owing(book, "b12-two-clocks", [update], [], again, ["not provided"], "Suspended in the view of who says so; not provided in the other's.", 0, [[0, "suspended"]])


def _by_the_clock(book: Book) -> None:
    plain, begin = small("plain", 'kind = "none"'), at(2030, 6, 10)
    plan = small("plan", 'kind = "clock time"\nat = "16:00"\nof = "reply"')
    asked = begin + 11 * HOUR_S
    day = {"from": begin - DAY_S, "now": begin + 2 * DAY_S - 1, "to": begin + 2 * DAY_S}
    for name, question_at, reply, states, story in (
        ("by-four", asked, 16 * HOUR_S + 59, ["kept"], "A plan held at 11:00, answered within the minute of 16:00."),
        ("after-four", asked, 16 * HOUR_S + 60, ["late"], "And a second later."),
        ("next-day", begin + 16 * HOUR_S + 60, DAY_S + 16 * HOUR_S, ["kept"], "Held after 16:00: by 16:00 of the next day."),
        ("not-at-all", asked, None, ["not provided"], "Never answered."),
    ):
        answers = [] if reply is None else [held(plain, 2, begin, begin + reply, party=1, of=Ref(0, LIFE, 1))]
        _owing(book, f"b6-{name}", [plan, plain], [held(plan, 1, begin, question_at), *answers], day, states, story)


def treaty(*files: str) -> bytes:
    """An agreement in force from 5 February 2030, its periods counted from 1 March."""
    digests = tuple(sorted(format_digest(one.encode()) for one in files))
    return encode_agreement(Agreement("TEST-1", (("en", "A test"),), (("en", bytes(32)),), at(2030, 2, 5), None, at(2030, 3, 1), digests))


def _owing(book: Book, name: str, files: list[str], notices: list[dict[str, Any]], more: dict[str, Any], states: list[str], story: str, party: int = 1, view: list[Any] | None = None) -> None:
    given = {"formats": [one.encode().hex() for one in files], "notices": notices, **more}
    book.accept(f"owed-{name}", "notices-owed", given, "R-407 R-462 R-463 R-464 R-465 R-468", story)
    rows = [one for one in book.ask("notices-owed", given)["duties"] if one[0] == party]
    if sorted(one[4] for one in rows) != sorted(states) or any(one[5] != (view or []) for one in rows):
        book.problems.append(f"{name}: {rows}")


def given_for(year: int, when: int, index: int, clearance: str = "N-1", party: int = 0, **more: Any) -> dict[str, Any]:
    """A standing number for a calendar year."""
    one = sent("new-start-vi-1", index, when, party=party, clearance=clearance, year=year, validity="WHOLE", **more)
    return {**one, "received": [when, when]}


def _covered(book: Book) -> None:
    given = {"formats": [library.files()[name].hex() for name in ("new-start-vi-1", "new-start-vi-2")], "said_by": [0, 1]}
    may, begin, next_begin = "2030-05-04T06:00:00Z", at(2030, 1, 10), "2031-01-01T00:00:00Z"

    def put(name: str, numbers: list[dict[str, Any]], broken: list[list[str]], story: str, departure: str = may, **more: Any) -> None:
        plan = sent("new-start-vi-2", 1, begin, departure=departure, plan="(FPL)", **more)
        notices = [*({**one, "received": one["received"] and one["received"][0]} for one in numbers), plan]
        book.accept(f"judged-b10-{name}", "notice-judged", {**given, "notices": notices}, "R-466", story, broken=broken)

    breach, unsure = [["B10", "BREACH", "departure"]], [["B10", "WARN", "departure"]]
    one = given_for(2030, begin, 1, party=1)
    put("covered", [one], [], "The other side gave a number for the year of the flight.")
    put("no-number", [], breach, "Nobody gave any.")
    put("another-year", [one], breach, "A flight on the first instant of the next year.", next_begin)
    put("last-instant", [one], [], "And on the last of its own.", "2030-12-31T23:59:59Z")
    put("given-too-late", [given_for(2030, at(2030, 5, 4, 6 * HOUR_S + 1), 1, party=1)], breach, "Held a second after the departure.")
    put("not-held", [{**one, "received": None}], unsure, "No receipt proves it held: it cannot be told.")
    put("own-number", [given_for(2030, begin, 2)], breach, "Nobody clears their own flight.")
    put("named", [one, given_for(2030, begin, 2, "N-2", 1)], [], "The plan names one of two.", clearance="N-2")
    put("named-of-another-year", [one, given_for(2031, begin, 2, "N-2", 1)], [["B10", "BREACH", "clearance"]], "It names the number of the next year.", clearance="N-2")
    put("taken-back", [one, given_for(2030, begin, 2, party=1, relation=Relation.CANCELS, of=Ref(1, LIFE, 1))], breach, "The number was cancelled.")
    wrong = given_for(2029, begin, 1, party=1)
    put("corrected", [wrong, given_for(2030, at(2030, 9, 1), 2, party=1, relation=Relation.CORRECTS, of=Ref(1, LIFE, 1))], [], "As it was corrected, and from when the first was held.")


def _forms(book: Book) -> None:
    def put(name: str, type_: str, value: object, rule: str, story: str, below: str = "") -> None:
        file = HEAD.replace("ID", "form").replace("LIMIT", 'kind = "none"').replace('type = "TYPE"\nSCALE', type_)
        faults = [[rule, "ERROR", f"at{below}"]] if rule else []
        book.accept(f"form-{name}", "notice-form", {"file": file, "fields": {"at": value}}, "R-404 R-440", story, faults=faults)

    book.refuse("form-of-no-format", "notice-form", {"file": "[format]\n", "fields": {}}, "R-400", "A file with faults has no form.", "is missing")
    instant = 'type = "instant"\n'
    put("a1-kept", instant, "2030-03-04T12:00:00Z", "", "With its zone.")
    put("a1-without-a-zone", instant, "2030-03-04T12:00:00", "A1", "An instant without a zone is none.")
    put("a1-in-no-calendar", instant, "2030-02-30T12:00:00Z", "A1", "30 February.")
    put("a1-a-date-alone", instant, "2030-03-04", "A1", "A day is no instant.")
    area = 'type = "area"\nforms = ["circle", "polygon", "point"]\nunit = "km"\n'
    for name, value, rule, story in (
        ("a4-kept", "polygon: 10 00N 010 00E; 11 00N 010 00E; 11 00N 011 00E", "", "Three corners."),
        ("a4-latitude", "point: 91 00N 010 00E", "A4", "Beyond the pole."),
        ("a4-longitude", "point: 10 00N 181 00E", "A4", "Beyond the antimeridian."),
        ("a4-minutes", "point: 10 60N 010 00E", "A4", "Sixty minutes are a degree."),
        ("a4-two-corners", "polygon: 10 00N 010 00E; 11 00N 010 00E", "A4", "Two corners bound nothing."),
        ("a4-bow-tie", "polygon: 10 00N 010 00E; 11 00N 011 00E; 11 00N 010 00E; 10 00N 011 00E", "A4", "It crosses itself."),
        ("a4-no-radius", "circle: 10 00N 010 00E radius 0 km", "A4", "A circle of nothing."),
        ("a4-no-unit", "circle: 10 00N 010 00E radius 50", "A4", "Fifty of what?"),
        ("a4-another-unit", "circle: 10 00N 010 00E radius 50 nm", "A4", "The format says kilometres."),
    ):
        put(name, area, value, rule, story)


def _foreign(book: Book) -> None:
    book.accept("foreign-a3-one-number", "foreign-form", {"form": "open-skies", "text": FRAME}, "R-401", "The number at the end is that at the head.")
    wrong = FRAME.replace("NUMBER: OS/A/26/0001/F1\n2.", "NUMBER: OS/A/26/0002/F1\n2.")
    book.refuse("foreign-a3-two-numbers", "foreign-form", {"form": "open-skies", "text": wrong}, "R-401", "Another number at the end: which is it?", "line 13, column 30")
