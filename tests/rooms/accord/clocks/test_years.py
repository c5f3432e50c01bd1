"""Calendar years: a number given for one covers what happens in it, and discharges what is owed for it, however late or
early in the year, wherever a zone puts midnight, and whatever was corrected since. (R-464, R-466)"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from openline.accord.bodies import Agreement, Offered, encode_agreement
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.conformity import Conformity, Finding
from openline.accord.clocks.duty import DutyState
from openline.accord.clocks.limits import due_times
from openline.accord.clocks.spans import SECOND_MS, exactly
from openline.accord.formats.format import Limit, LimitKind, Span, format_digest
from openline.accord.formats.notice import Notice, Relation, compose
from openline.accord.formats.reader import read_format
from openline.console.accords import library
from openline.record.entry import Ref
from tests.rooms.accord.clocks.test_book import LIFE, at

NUMBER, PLAN = (library.files()[name] for name in ("new-start-vi-1", "new-start-vi-2"))
FIRST = "2030-01-10T00:00:00"
# The same plan with a day in a zone, or days, in place of an instant.
DATED = PLAN.replace(b'id = "new-start-vi-2"', b'id = "dated"').replace(
    b'type = "instant"', b'type = "date"\nscale = "UTC+03:00"')
DAYS = PLAN.replace(b'id = "new-start-vi-2"', b'id = "days"').replace(
    b'type = "instant"', b'type = "window"\nof_dates = "dates"\nscale = "local of the event"')


def said(
    file: bytes, party: int, index: int, received: str | None, relation: Relation = Relation.NONE,
    of: Ref | None = None, *, exercise: bool = False, **fields: Any,
) -> NoticeSeen:  # fmt: skip
    format_ = read_format(file)
    written = compose(format_, fields)
    assert written.unread == 0, written.faults
    body = Notice(format_.mark, 2030, index, "en" if file is not NUMBER else "", relation, written.values, of)
    held = exactly(at(received) * SECOND_MS) if received else None
    return NoticeSeen(Ref(party, LIFE, index), body, held, body.references, exercise)


def number(
    index: int, received: str | None, year: int, clearance: str = "N-1", *, party: int = 1, **more: Any
) -> NoticeSeen:
    return said(NUMBER, party, index, received, clearance=clearance, year=year, validity="WHOLE", **more)


def plan(departure: str, clearance: str = "", file: bytes = PLAN, received: str | None = FIRST) -> NoticeSeen:
    more = {"clearance": clearance} if clearance else {}
    return said(file, 0, 1, received, departure=departure, plan="(FPL)", **more)


def book_of(*seen: NoticeSeen, said_by: tuple[int, ...] = (0, 1), parties: int = 2) -> Book:
    book = Book(range(parties))
    for place, file in enumerate((NUMBER, PLAN, DATED, DAYS)):
        for party in said_by:
            book.take_offered(Ref(party, LIFE, 900 + place), Offered(format_digest(file), file))
    for one in seen:
        book.take_notice(one)
    return book


def found(book: Book, seen: NoticeSeen) -> list[tuple[str, str]]:
    """Severity and place of what is said of B10."""
    format_ = book.format_of(seen)
    assert format_ is not None
    return [(one.severity, one.place) for one in Conformity(book).of(seen, format_) if one.rule == "B10"]


BREACH, OPEN, OF_NUMBER = [("BREACH", "departure")], [("WARN", "departure")], [("BREACH", "clearance")]


@pytest.mark.parametrize(
    ("flight", "numbers", "says"),
    [
        (plan("2030-05-04T06:00:00Z"), [number(1, FIRST, 2030)], []),
        (plan("2030-05-04T06:00:00Z"), [], BREACH),
        (plan("2030-05-04T06:00:00Z"), [number(1, FIRST, 2029), number(2, FIRST, 2031)], BREACH),
        # the last second of a year, and the first of the next; a leap day is a day like any other
        (plan("2030-12-31T23:59:59Z"), [number(1, FIRST, 2030)], []),
        (plan("2031-01-01T00:00:00Z"), [number(1, FIRST, 2030)], BREACH),
        (plan("2032-02-29T12:00:00Z"), [number(1, FIRST, 2032)], []),
        # a day is of the year that it says, though that begins earlier in its zone than in UTC
        (plan("2031-01-01", file=DATED), [number(1, FIRST, 2030)], BREACH),
        (plan("2031-01-01", file=DATED), [number(1, FIRST, 2031)], []),
        # days over the turn of the year need a number for each
        (plan("2030-12-30 to 2031-01-02", file=DAYS), [number(1, FIRST, 2030)], BREACH),
        (plan("2030-12-30 to 2031-01-02", file=DAYS), [number(1, FIRST, 2030), number(2, FIRST, 2031)], []),
        # held before it begins, and the number that it names
        (plan("2030-05-04T06:00:00Z"), [number(1, "2030-05-04T06:00:00", 2030)], []),
        (plan("2030-05-04T06:00:00Z"), [number(1, "2030-05-04T06:00:01", 2030)], BREACH),
        (plan("2030-05-04T06:00:00Z"), [number(1, None, 2030)], OPEN),
        (plan("2030-05-04T06:00:00Z", "N-2"), [number(1, FIRST, 2030), number(2, FIRST, 2030, "N-2")], []),
        (plan("2030-05-04T06:00:00Z", "N-2"), [number(1, FIRST, 2030), number(2, FIRST, 2031, "N-2")], OF_NUMBER),
        # given by the other side, in earnest, and not taken back; as it was corrected, from when it was first held
        (plan("2030-05-04T06:00:00Z"), [number(2, FIRST, 2030, party=0)], BREACH),
        (plan("2030-05-04T06:00:00Z"), [number(1, FIRST, 2030, exercise=True)], BREACH),
        (plan("2030-05-04T06:00:00Z"),
         [number(1, FIRST, 2030), number(2, None, 2030, relation=Relation.CANCELS, of=Ref(1, LIFE, 1))], BREACH),
        (plan("2030-05-04T06:00:00Z"),
         [number(1, FIRST, 2029),
          number(2, "2030-09-01T00:00:00", 2030, relation=Relation.CORRECTS, of=Ref(1, LIFE, 1))], []),
        (plan("2030-05-04T06:00:00Z"),
         [number(1, FIRST, 2030), number(2, None, 2031, relation=Relation.CORRECTS, of=Ref(1, LIFE, 1))], BREACH),
        (plan("2030-05-04T06:00:00Z"),
         [number(1, FIRST, 2030), number(2, None, 2031, relation=Relation.CORRECTS, of=Ref(1, LIFE, 1)),
          number(3, None, 2031, relation=Relation.CANCELS, of=Ref(1, LIFE, 2))], []),
    ],
    ids=lambda one: None,
)  # fmt: skip
def test_a_number_covers_what_happens_in_its_year(
    flight: NoticeSeen, numbers: list[NoticeSeen], says: list[tuple[str, str]]
) -> None:
    """R-466, rule B10."""
    for order in (numbers, numbers[::-1]):
        book = book_of(flight, *order)
        assert found(book, flight) == says, "whatever the order in which they came"


def test_a_number_in_a_format_that_one_side_alone_has_said_covers_nothing() -> None:
    flight = plan("2030-05-04T06:00:00Z")
    assert found(book_of(flight, number(1, FIRST, 2030), said_by=(1,)), flight) == BREACH


def test_it_is_said_what_lacks_and_what_to_do() -> None:
    flight = plan("2030-05-04T06:00:00Z", "N-7")
    book = book_of(flight, number(1, FIRST, 2030))
    (one,) = (one for one in Conformity(book).of(flight, book.formats[flight.notice.mark]) if one.rule == "B10")
    assert one == Finding(
        "clearance", "'N-7' is no number of new-start-vi-1 for 2030 that was held before it",
        "a notice of new-start-vi-1 for that year, or another day", "BREACH", "B10",
    )  # fmt: skip


def test_corrections_that_correct_each_other_end() -> None:
    """A hostile peer names entries that it has yet to write."""
    circle = [number(index, FIRST, 2030, relation=Relation.CORRECTS, of=Ref(1, LIFE, 2 + index % 3))
              for index in (2, 3, 4)]  # fmt: skip
    tail = number(5, FIRST, 2030, relation=Relation.CORRECTS, of=Ref(1, LIFE, 4))
    flight = plan("2030-05-04T06:00:00Z")
    book = book_of(flight, *circle, tail)
    assert all(book.as_corrected(one).ref in book.notices for one in circle)
    assert found(book, flight) == BREACH, "none of them is the first"
    itself = number(6, FIRST, 2030, relation=Relation.CORRECTS, of=Ref(1, LIFE, 6))
    book.take_notice(itself)
    assert book.as_corrected(itself) == itself


def test_thousands_of_numbers_and_plans_are_looked_at_in_one_pass() -> None:
    """Bounded by work, not by a clock: ten times as many take ten times as long, with much to spare."""
    def spent(count: int) -> float:
        flights = [plan("2030-05-04T06:00:00Z", f"N-{index}") for index in range(count)]
        flights = [one._replace(ref=Ref(0, LIFE, 10_000 + index)) for index, one in enumerate(flights)]
        numbers = [number(index, FIRST, 2030, f"N-{index}") for index in range(count)]
        book = book_of(*flights, *numbers)
        look, begun = Conformity(book), time.process_time()
        for one in flights:
            assert not [row for row in look.of(one, book.formats[one.notice.mark]) if row.rule == "B10"]
        return time.process_time() - begun

    spent(50)
    assert spent(1000) < 60 * max(spent(100), 0.002)


def states(*numbers: NoticeSeen) -> list[tuple[str, DutyState, Ref | None]]:
    """What party 1 owes of two years under an agreement in force from 5 February 2030."""
    mark = format_digest(NUMBER)
    agreement = Agreement("T", (("en", "T"),), (("en", bytes(32)),), at("2030-02-05T00:00:00"), None, None, (mark,))
    book = book_of(*numbers)
    for party in (0, 1):
        book.take_agreement(Ref(party, LIFE, 2000), encode_agreement(agreement))
    now_ms = at("2031-06-01T00:00:00") * SECOND_MS
    due = book.duties(0, at("2031-12-01T00:00:00") * SECOND_MS, now_ms)
    return [(_day(one.due.by.earliest_ms), one.state, one.discharged_by) for one in due if one.party == 1]


def test_a_number_discharges_what_is_owed_for_its_own_year_and_for_no_other() -> None:
    """R-464: another number of the same year, given when that of the next is owed, is not that of the next."""
    first, again = number(1, "2030-02-20T00:00:00", 2030), number(2, "2030-11-20T00:00:00", 2030)
    kept = ("2030-03-07", DutyState.KEPT, first.ref)
    assert states(first, again) == [kept, ("2030-12-02", DutyState.MISSING, None)]
    early = number(3, "2030-02-21T00:00:00", 2031)
    assert states(first, early) == [kept, ("2030-12-02", DutyState.KEPT, early.ref)], "however early"
    late = number(4, "2030-12-02T00:00:01", 2031)
    assert states(first, late) == [kept, ("2030-12-02", DutyState.LATE, late.ref)]
    put_right = number(5, "2031-03-01T00:00:00", 2031, relation=Relation.CORRECTS, of=again.ref)
    assert states(first, again, put_right) == [kept, ("2030-12-02", DutyState.KEPT, again.ref)], "as it says now"


def yearly(begin: str, scale: str = "UTC") -> list[tuple[str, tuple[int, int]]]:
    limit = Limit(LimitKind.FIRST_THEN, Span(0, 30, 0), then=Span(0, 30, 0), scale=scale, year="year")
    times = due_times(limit, at(begin) * SECOND_MS)
    return [(_day(due.by.earliest_ms), due.years) for due, _ in zip(times, range(3), strict=False)]


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // SECOND_MS, UTC).strftime("%Y-%m-%d")


def test_the_number_of_the_next_year_is_owed_also_where_the_first_is_due_after_it() -> None:
    """R-464. In force from 25 November: the number of 2012 is due on 2 December, the first on 25 December."""
    assert yearly("2011-02-05T00:00:00") == [
        ("2011-03-07", (2011, 2011)), ("2011-12-02", (2012, 2012)), ("2012-12-02", (2013, 2013))]  # fmt: skip
    assert yearly("2011-11-25T00:00:00") == [
        ("2011-12-02", (2012, 2012)), ("2011-12-25", (2011, 2011)), ("2012-12-02", (2013, 2013))]  # fmt: skip
    # too late for that of 2012: the first is for either
    assert yearly("2011-12-20T00:00:00") == [
        ("2012-01-19", (2011, 2012)), ("2012-12-02", (2013, 2013)), ("2013-12-02", (2014, 2014))]  # fmt: skip
    # the year begins by the limit's own scale
    assert yearly("2010-12-31T22:00:00", "UTC+03:00")[1] == ("2011-12-01", (2012, 2012))
