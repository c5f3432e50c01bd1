"""Time between two bounds, calendar days in a scale, and spans added to instants. Whole milliseconds, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from openline.accord.formats.format import Span

SECOND_MS: Final = 1000
DAY_MS: Final = 86_400 * SECOND_MS
LAST_MS: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCALE: Final = re.compile(r"UTC(?:([+-])(\d\d):(\d\d))?", re.ASCII)
_LOCAL_WEST_MS: Final = -12 * 3_600_000  # a day "local of the event" is one somewhere on Earth
_LOCAL_EAST_MS: Final = 14 * 3_600_000


class When(NamedTuple):
    """An instant known to lie from `earliest_ms` to `latest_ms`, both inside. Exact where they are equal."""

    earliest_ms: int
    latest_ms: int

    @property
    def is_exact(self) -> bool:
        """Known to the millisecond."""
        return self.earliest_ms == self.latest_ms


def exactly(at_ms: int) -> When:
    """An instant that is known."""
    return When(at_ms, at_ms)


def offsets_ms(scale: str) -> tuple[int, int]:
    """How far ahead of UTC a scale is, at least and at most: the same for all but "local of the event"."""
    found = _SCALE.fullmatch(scale)
    if found is None:
        return _LOCAL_WEST_MS, _LOCAL_EAST_MS
    if found[1] is None:
        return 0, 0
    ahead = (int(found[2]) * 60 + int(found[3])) * 60_000 * (1 if found[1] == "+" else -1)
    return ahead, ahead


def day_of(days: int, scale: str) -> tuple[When, When]:
    """When a calendar day (days since 1970-01-01, in a scale) begins and when it ends (its last millisecond)."""
    least, most = offsets_ms(scale)
    begin = When(days * DAY_MS - most, days * DAY_MS - least)
    return begin, When(begin.earliest_ms + DAY_MS - 1, begin.latest_ms + DAY_MS - 1)


def days_at(at_ms: int, scale: str) -> tuple[int, int]:
    """Which calendar day it is in a scale at an instant: one day, or two where the scale leaves it open."""
    least, most = offsets_ms(scale)
    return (at_ms + least) // DAY_MS, (at_ms + most) // DAY_MS


def plus(at_ms: int, span: Span, sign: int = 1) -> int:
    """An instant and a span after it (before it with sign -1). Months keep the day of the month, or its last day.

    ISO 8601 does not say what a month after 31 January is; treaties do not either. We take the last day of February.
    """
    at_ms = inside(at_ms)
    if span.months:
        at = _EPOCH + timedelta(milliseconds=at_ms)
        month = at.year * 12 + at.month - 1 + sign * span.months
        year, month = divmod(month, 12)
        if not 1 <= year <= 9999:
            return LAST_MS if sign > 0 else 0
        day = min(at.day, _days_in(year, month + 1))
        at_ms = (at.replace(year=year, month=month + 1, day=day) - _EPOCH) // timedelta(milliseconds=1)
    moved = at_ms + sign * (span.days * DAY_MS + span.seconds * SECOND_MS)
    return inside(moved)


def inside(at_ms: int) -> int:
    """The nearest instant that can be written as a date-time group: what a peer gives may lie at the edge of it."""
    return max(0, min(LAST_MS, at_ms))


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def month_day_of(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01."""
    day = (_EPOCH + timedelta(days=days)).date()
    return day.year, day.month, day.day


def year_begin(at_ms: int) -> int:
    """The begin of the calendar year, UTC, in which an instant lies."""
    year = month_day_of(inside(at_ms) // DAY_MS)[0]
    return days_of(year, 1, 1) * DAY_MS


def year_of(at_ms: int, scale: str = "UTC") -> tuple[int, int]:
    """Which calendar year it is in a scale at an instant: one, or two where the scale leaves it open."""
    first, last = (max(0, min(LAST_MS // DAY_MS, day)) for day in days_at(inside(at_ms), scale))
    return month_day_of(first)[0], month_day_of(last)[0]


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01; 29 February of another year is 28 February."""
    return (datetime(year, month, min(day, _days_in(year, month)), tzinfo=UTC) - _EPOCH).days
