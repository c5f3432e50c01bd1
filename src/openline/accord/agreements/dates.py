"""Dates as people state them, no finer than they are known: a year, a season, a month, a day, an instant in UTC.

The spelling follows ISO 8601-1 and, for seasons (21 spring to 24 winter), ISO 8601-2. A stated date is its writer's
word about when something was said or done; when that was written down and held stands with the entry. (R-501)
"""

from __future__ import annotations

import re
from typing import Final

from openline.accord.clocks.spans import days_of, month_day_of
from openline.errors import Malformed

DAY_S: Final = 86_400
SEASONS: Final = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}
_STATED: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})Z)?)?)?")


def stated(value: object, what: str, data: bytes, *, required: bool = False) -> str:
    """A stated date in its one spelling, or empty. Raises Malformed."""
    if type(value) is str and ((not value and not required) or begin_of(value) is not None):
        return value
    raise Malformed(f"{what}: no date like 2026, 2026-02, 2026-02-05, 2026-02-05T12:00:00Z or 2021-23 (autumn)", data)


def begin_of(text: str) -> int | None:
    """The first second that a stated date can mean, since 1970; None for what is none. A season is a northern one."""
    found = _STATED.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    if year < 1970:
        return None
    if month in SEASONS and day is None:
        return days_of(year, 3 * (month - 20), 1) * DAY_S
    if (month is not None and not 1 <= month <= 12) or day == 0:
        return None
    begin = days_of(year, month or 1, day or 1)
    if month_day_of(begin) != (year, month or 1, day or 1):
        return None
    if hour is None or minute is None or second is None:
        return begin * DAY_S
    return begin * DAY_S + hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None
