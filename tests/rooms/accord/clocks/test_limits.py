"""Time limits: each kind, each way to count days, the edges, and what cannot be told. (R-407)"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.clocks.limits import (
    Due,
    Kept,
    due_times,
    is_kept,
    kept_after,
    latest_receipt,
    next_on_days,
    on_a_day,
    span_text,
)
from openline.accord.clocks.spans import DAY_MS, LAST_MS, When, day_of, days_of, exactly, month_day_of, plus
from openline.accord.formats.format import DayCount, Limit, LimitKind, Span
from openline.accord.formats.reader import parse_span

HOUR = 3_600_000
LAUNCH = Limit(LimitKind.BEFORE, Span(seconds=24 * 3600), event="planned")
EXERCISE = Limit(LimitKind.BEFORE, Span(days=14), event="start")
UPDATE = Limit(LimitKind.AFTER, Span(days=30), event="period end")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def test_a_launch_notice_is_due_a_day_before_the_day_begins() -> None:
    day = day_of(days_of(2026, 3, 4), "UTC")
    due = latest_receipt(LAUNCH, day)
    assert due is not None and due.by == exactly(at("2026-03-03T00:00:00"))
    assert is_kept(due, exactly(at("2026-03-03T00:00:00"))) is Kept.KEPT
    assert is_kept(due, exactly(at("2026-03-03T00:00:00") + 1)) is Kept.BROKEN


def test_a_receipt_that_is_an_interval_leaves_open_what_it_leaves_open() -> None:
    due = latest_receipt(LAUNCH, (exactly(at("2026-03-04T12:00:00")),) * 2)
    assert due is not None
    edge = at("2026-03-03T12:00:00")
    assert is_kept(due, When(edge - 1000, edge)) is Kept.KEPT
    assert is_kept(due, When(edge - 1000, edge + 1000)) is Kept.OPEN
    assert is_kept(due, When(edge + 1, edge + 1000)) is Kept.BROKEN


def test_a_day_somewhere_on_earth_is_an_interval() -> None:
    begin, end = day_of(days_of(2026, 3, 4), "local of the event")
    assert begin == When(at("2026-03-03T10:00:00"), at("2026-03-04T12:00:00"))
    due = latest_receipt(LAUNCH, (begin, end))
    assert due is not None and is_kept(due, exactly(at("2026-03-03T06:00:00"))) is Kept.OPEN
    assert day_of(days_of(2026, 3, 4), "UTC+03:00")[0] == exactly(at("2026-03-03T21:00:00"))


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (DayCount.SPANS, "2026-03-31T10:00:00"),
        (DayCount.EVENT_IS_ZERO, "2026-03-31T23:59:59.999"),
        (DayCount.EVENT_IS_ONE, "2026-03-30T23:59:59.999"),
    ],
)
def test_thirty_days_after_a_half_year_differ_by_the_way_days_are_counted(days: DayCount, last: str) -> None:
    due = latest_receipt(UPDATE._replace(days=days), (exactly(at("2026-03-01T10:00:00")),) * 2)
    by_ms = int(datetime.fromisoformat(last).replace(tzinfo=UTC).timestamp() * 1000)
    assert due is not None and due.by == exactly(by_ms) and str(days) in due.rule


def test_calendar_days_before_an_event() -> None:
    event = (exactly(at("2026-03-15T10:00:00")),) * 2
    due = latest_receipt(EXERCISE._replace(days=DayCount.EVENT_IS_ZERO), event)
    assert due is not None and due.by == exactly(at("2026-03-02T00:00:00") - 1), "all of day 14 before is in time"
    due = latest_receipt(EXERCISE, event)
    assert due is not None and due.by == exactly(at("2026-03-01T10:00:00"))


def test_a_reply_counts_from_the_receipt_of_what_it_answers() -> None:
    reply = Limit(LimitKind.AFTER, Span(days=60), of="reply")
    cause = When(at("2026-01-01T00:00:00"), at("2026-01-01T00:00:01"))
    assert kept_after(reply, cause, exactly(at("2026-03-02T00:00:00"))) is Kept.KEPT
    assert kept_after(reply, cause, exactly(at("2026-03-02T00:00:00") + 500)) is Kept.OPEN
    assert kept_after(reply, cause, exactly(at("2026-03-02T00:00:02"))) is Kept.BROKEN


def test_a_list_of_the_first_of_january_comes_on_that_day() -> None:
    lists = Limit(LimitKind.CALENDAR_DAY, month_days=((1, 1), (7, 1)), scale="UTC+05:30")
    assert on_a_day(lists, exactly(at("2025-12-31T18:30:00"))) is Kept.KEPT
    assert on_a_day(lists, exactly(at("2025-12-31T18:29:59"))) is Kept.BROKEN
    assert on_a_day(lists, When(at("2025-12-31T18:29:59"), at("2025-12-31T18:30:01"))) is Kept.OPEN
    assert next_on_days(lists, at("2026-01-02T00:00:00")).by == exactly(at("2026-07-01T18:30:00") - 1)
    leap = Limit(LimitKind.CALENDAR_DAY, month_days=((2, 29),))
    assert month_day_of(next_on_days(leap, at("2096-03-01T00:00:00")).by.latest_ms // DAY_MS) == (2104, 2, 29)


def test_a_plan_by_noon_of_the_day() -> None:
    plan = Limit(LimitKind.CLOCK_TIME, event="day", minute=12 * 60, scale="UTC+03:00")
    due = latest_receipt(plan, day_of(days_of(2022, 8, 5), "UTC+03:00"))
    assert due is not None and due.by.latest_ms == at("2022-08-05T09:00:59") + 999


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 30), st.integers(0, 400), st.integers(0, 100_000))
def test_there_and_back_is_never_later_than_before(at_ms: int, months: int, days: int, seconds: int) -> None:
    span = Span(months, days, seconds)
    assert plus(at_ms, span) >= at_ms
    if not months and at_ms > 400 * DAY_MS + 100_000_000:
        assert plus(plus(at_ms, span), span, -1) == at_ms


def test_a_month_after_the_thirty_first_is_the_last_day() -> None:
    assert plus(at("2024-01-31T00:00:00"), Span(months=1)) == at("2024-02-29T00:00:00")
    assert plus(at("2023-01-31T00:00:00"), Span(months=1)) == at("2023-02-28T00:00:00")
    assert plus(at("2024-03-31T00:00:00"), Span(months=1), -1) == at("2024-02-29T00:00:00")


@given(st.integers(0, 400), st.integers(1, 60))
def test_periods_are_counted_from_their_begin(days_after: int, every: int) -> None:
    limit = Limit(LimitKind.EVERY, Span(days=every))
    begin = at("2011-03-01T00:00:00")
    now = begin + days_after * DAY_MS
    by = next_after(limit, begin, now).by.latest_ms
    assert now < by <= now + every * DAY_MS and (by - begin) % (every * DAY_MS) == 0


def test_half_years_from_the_first_of_march() -> None:
    limit = Limit(LimitKind.EVERY, Span(months=6))
    begin = at("2011-03-01T00:00:00")
    assert next_after(limit, begin, at("2020-10-01T00:00:00")).by == exactly(at("2021-03-01T00:00:00"))
    assert next_after(limit, begin, at("2011-02-01T00:00:00")).by == exactly(at("2011-09-01T00:00:00"))


def test_first_then_is_due_before_each_year_begins() -> None:
    """R-464."""
    limit = Limit(LimitKind.FIRST_THEN, Span(days=30), then=Span(days=30))
    dues = due_times(limit, at("2011-02-05T00:00:00"))
    assert [next(dues).by for _ in range(3)] == [
        exactly(at(day)) for day in ("2011-03-07T00:00:00", "2011-12-02T00:00:00", "2012-12-02T00:00:00")
    ]
    late = due_times(limit, at("2011-12-20T00:00:00"))
    firsts = [next(late).by for _ in range(2)]
    assert firsts == [exactly(at("2012-01-19T00:00:00")), exactly(at("2012-12-02T00:00:00"))], "none before the first"
    dues = due_times(limit, at("9998-12-20T00:00:00"))
    assert [next(dues).by.latest_ms for _ in range(4)][-1] == LAST_MS


@pytest.mark.parametrize("text", ["P14D", "PT24H", "P6M", "P1Y6M", "P3DT12H30M", "PT45M"])
def test_a_span_is_written_as_it_was_read(text: str) -> None:
    span = parse_span(text)
    assert span is not None and span_text(span) == text


def next_after(limit: Limit, begin_ms: int, after_ms: int) -> Due:
    return next(due for due in due_times(limit, begin_ms) if due.by.latest_ms > after_ms)
