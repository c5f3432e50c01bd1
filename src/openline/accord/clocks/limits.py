"""What a time limit asks for, and whether it was kept. Every answer is one of three: kept, broken, or not to be told.

    R  the instant at which the receiver held the notice, as the record proves it: an interval (record.times)
    X  the instant, or the day, of the event that the notice speaks of

    at least before   R + span <= X           the last instant for R is X - span
    at most after     R <= X + span           X is a field of the notice, or the receipt of what it answers
    at once           nothing to compare: how long it took is shown
    every             R <= the receipt of the one before + span
    calendar day      R falls on one of the days of the year
    clock time        R falls on the day of the event, or the day it speaks of, no later than the minute; a reply or
                      confirmation by the next such minute after what it answers was held
    first then        the first at most `span` after the begin; each later one at least `then` before its year begins

Days are counted as the limit says, because treaties do not: as spans of 24 hours, or as calendar days in a scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from heapq import merge
from itertools import count
from typing import Final, NamedTuple

from openline.accord.clocks.spans import (
    DAY_MS,
    LAST_MS,
    When,
    day_of,
    days_at,
    days_of,
    inside,
    month_day_of,
    plus,
    year_of,
)
from openline.accord.formats.format import DayCount, Limit, LimitKind, Span

_DAYS_LOOKED_AHEAD: Final = 8 * 366 + 2
_YEAR_LAST: Final = 9999


class Kept(StrEnum):
    """Whether a limit was kept."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "not to be told"  # the record leaves it open, or there is nothing to measure by


class Due(NamedTuple):
    """By when: the last instant at which it is in time. `rule` says how it was counted.

    `years`: of `first then`, for which calendar years it is, the first and the last of them; else nothing.
    """

    by: When
    rule: str
    years: tuple[int, int] = (0, 0)


def latest_receipt(limit: Limit, event: tuple[When, When]) -> Due | None:
    """The last instant at which a notice must be held, measured from its event; None for kinds that measure otherwise.

    `event`: when it begins, and when it ends, which for an instant is the same, for a day its last millisecond.
    """
    begin, end = event
    match limit.kind:
        case LimitKind.BEFORE:
            return _counted(limit, begin, limit.span, -1)
        case LimitKind.AFTER:
            return _counted(limit, end, limit.span, 1)
        case LimitKind.CLOCK_TIME if limit.of != "notice":
            return Due(_next_clock(limit, begin), f"by the clock of {limit.scale}, next after what it answers was held")
        case LimitKind.CLOCK_TIME:
            return Due(_clock(limit, begin), f"by the clock of {limit.scale} on the day of the event")
        case _:
            return None


def _counted(limit: Limit, at: When, span: Span, sign: int) -> Due:
    if limit.days is DayCount.SPANS or not (span.days or span.months):
        return Due(When(plus(at.earliest_ms, span, sign), plus(at.latest_ms, span, sign)), str(DayCount.SPANS))
    ends = []
    for at_ms in at:
        for day in days_at(at_ms, limit.scale):
            moved = plus(day * DAY_MS, span, sign) // DAY_MS
            if limit.days is DayCount.EVENT_IS_ONE:
                moved -= sign
            ends += list(day_of(moved, limit.scale)[1])  # the whole of that day is in time
    return Due(When(inside(min(ends)), inside(max(ends))), f"{limit.days}, in {limit.scale}")


def _clock(limit: Limit, at: When) -> When:
    ends = []
    for at_ms in at:
        for day in days_at(at_ms, limit.scale):
            begin = day_of(day, limit.scale)[0]
            ends += [edge + limit.minute * 60_000 + 59_999 for edge in begin]
    return When(inside(min(ends)), inside(max(ends)))


def _next_clock(limit: Limit, at: When) -> When:
    """That minute of the day, or of the next day where it has passed."""
    ends = []
    for at_ms in at:
        for day in days_at(at_ms, limit.scale):
            for edge in day_of(day, limit.scale)[0]:
                end_ms = edge + limit.minute * 60_000 + 59_999
                ends.append(end_ms if end_ms >= at_ms else end_ms + DAY_MS)
    return When(inside(min(ends)), inside(max(ends)))


def is_kept(due: Due, received: When) -> Kept:
    """Whether what was held at `received` was in time."""
    if received.latest_ms <= due.by.earliest_ms:
        return Kept.KEPT
    return Kept.BROKEN if received.earliest_ms > due.by.latest_ms else Kept.OPEN


def kept_after(limit: Limit, cause: When, received: When) -> Kept:
    """Whether a reply or confirmation came in time after what it answers was held."""
    due = latest_receipt(limit, (cause, cause))
    return is_kept(due, received) if due is not None else Kept.OPEN


def on_a_day(limit: Limit, received: When) -> Kept:
    """Whether it came on one of the days of `calendar day`."""
    found = set()
    first, last = days_at(received.earliest_ms, limit.scale)[0], days_at(received.latest_ms, limit.scale)[1]
    for day in range(first, min(last, first + 3) + 1):
        found.add(month_day_of(day)[1:] in limit.month_days)
    if len(found) > 1 or last > first + 3:
        return Kept.OPEN
    return Kept.KEPT if found == {True} else Kept.BROKEN


def next_on_days(limit: Limit, after_ms: int) -> Due:
    """The next of the days of `calendar day` that ends after an instant: due by its end."""
    day = days_at(after_ms, limit.scale)[0]
    for ahead in range(_DAYS_LOOKED_AHEAD):
        if (day + ahead + 2) * DAY_MS > LAST_MS:
            return Due(When(LAST_MS, LAST_MS), "the end of all that can be written")
        if month_day_of(day + ahead)[1:] in limit.month_days:
            end = day_of(day + ahead, limit.scale)[1]
            if end.latest_ms > after_ms:
                return Due(end, f"the end of the day in {limit.scale}")
    raise AssertionError("29 February comes within eight years, every other day within one")


def due_times(limit: Limit, begin_ms: int) -> Iterator[Due]:
    """Every due time of `every`, `calendar day` or `first then` after an instant, ascending; at the end of all time it
    stays."""
    if limit.kind is LimitKind.FIRST_THEN:
        yearly = (due for due in (_due_of_year(limit, begin_ms, number) for number in count(1))
                  if due.by.latest_ms > begin_ms or due.by.latest_ms >= LAST_MS)  # fmt: skip
        yield from merge([_first_due(limit, begin_ms)], yearly, key=lambda due: due.by.latest_ms)
    last_ms = begin_ms
    for number in count(1):
        is_daily = limit.kind is LimitKind.CALENDAR_DAY
        due = next_on_days(limit, last_ms) if is_daily else _due_of_period(limit, begin_ms, number)
        if due.by.latest_ms > last_ms or due.by.latest_ms >= LAST_MS:
            last_ms = due.by.latest_ms
            yield due


def _due_of_period(limit: Limit, begin_ms: int, number: int) -> Due:
    """Of that round; periods are counted from `begin_ms`. With `then` it is due that long after its end. (R-462)"""
    at_ms = plus(begin_ms, _times(limit.span, number))
    every = f"every {span_text(limit.span)} from the begin"
    if limit.then is None:
        return Due(When(at_ms, at_ms), every)
    due = _counted(limit, When(at_ms, at_ms), limit.then, 1)
    return Due(due.by, f"{every}, then {span_text(limit.then)}: {due.rule}")


def _first_due(limit: Limit, begin_ms: int) -> Due:
    """That long after the begin: for the year of either."""
    due = _counted(limit, When(begin_ms, begin_ms), limit.span, 1)
    years = year_of(begin_ms, limit.scale)[0], year_of(due.by.latest_ms, limit.scale)[1]
    return Due(due.by, f"first, {span_text(limit.span)} from the begin: {due.rule}", years)


def _due_of_year(limit: Limit, begin_ms: int, number: int) -> Due:
    """That long before the so manieth later calendar year begins. (R-464)"""
    year = year_of(begin_ms, limit.scale)[0] + number
    if limit.then is None or year > _YEAR_LAST:
        return Due(When(LAST_MS, LAST_MS), "the end of all that can be written")
    begins = day_of(days_of(year, 1, 1), limit.scale)[0]
    due = _counted(limit, begins, limit.then, -1)
    rule = f"then, {span_text(limit.then)} before the year {year} begins: {due.rule}"
    return Due(due.by, rule, (year, year))


def _times(span: Span, number: int) -> Span:
    return Span(span.months * number, span.days * number, span.seconds * number)


def span_text(span: Span) -> str:
    """As ISO 8601 writes it."""
    years, months = divmod(span.months, 12)
    hours, seconds = divmod(span.seconds, 3600)
    day = "".join(f"{n}{letter}" for n, letter in ((years, "Y"), (months, "M"), (span.days, "D")) if n)
    clock = "".join(f"{n}{letter}" for n, letter in ((hours, "H"), (seconds // 60, "M")) if n)
    return f"P{day}" + (f"T{clock}" if clock else "")
