"""Instants as people on a watch write them: date-time groups in Zulu, and ISO 8601 for programs.

The month names are our own table: `strftime("%b")` follows the locale of whoever starts the process.
All instants are UTC milliseconds since 1970; nothing here asks what time it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from openline.console.codes import Told

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z


def _instant(at_ms: int) -> datetime | None:
    return _EPOCH + timedelta(milliseconds=at_ms) if 0 <= at_ms <= _LAST_MS else None


def dtg(at_ms: int) -> str:
    """`22 1005:31Z NOV 26`: day, time to the second, month, year. What no calendar holds is shown raw."""
    t = _instant(at_ms)
    if t is None:
        return f"{at_ms} ms"
    return f"{t.day:02d} {t.hour:02d}{t.minute:02d}:{t.second:02d}Z {MONTHS[t.month - 1]} {_year(t.year)}"


def short_dtg(at_ms: int) -> str:
    """`221005Z NOV 26`: the classic group, to the minute."""
    t = _instant(at_ms)
    if t is None:
        return f"{at_ms} ms"
    return f"{t.day:02d}{t.hour:02d}{t.minute:02d}Z {MONTHS[t.month - 1]} {_year(t.year)}"


def _year(year: int) -> str:
    """Two digits for this century; whoever dates something a hundred years ahead is not to look like today."""
    return f"{year % 100:02d}" if 2000 <= year < 2100 else f"{year:04d}"


def clock(at_ms: int) -> str:
    """`1005:31.204Z`: time of day to the millisecond, where the date is plain from around it."""
    t = _instant(at_ms)
    if t is None:
        return f"{at_ms} ms"
    return f"{t.hour:02d}{t.minute:02d}:{t.second:02d}.{t.microsecond // 1000:03d}Z"


def iso(at_ms: int | None) -> str | None:
    """`2026-11-22T10:05:31.204Z`, for programs. None stays None; what no calendar holds is None too."""
    t = _instant(at_ms) if at_ms is not None else None
    if t is None:
        return None
    return f"{t.year:04d}-{t.month:02d}-{t.day:02d}T{t.hour:02d}:{t.minute:02d}:{t.second:02d}" \
           f".{t.microsecond // 1000:03d}Z"


def parse_iso(text: str) -> int:
    """UTC milliseconds of an ISO 8601 instant that names its zone.

    Raises Told OL-204 for anything else: an instant without a zone is two instants.
    """
    try:
        t = datetime.fromisoformat(text)
    except ValueError as error:
        raise Told("OL-204", f"{text!r} is not an instant like 2026-11-22T10:05:31Z") from error
    if t.tzinfo is None:
        raise Told("OL-204", f"{text!r} names no zone; write it with Z for UTC")
    at_ms = (t.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)
    if at_ms < 0:
        raise Told("OL-204", f"{text!r} lies before 1970")
    return at_ms


def interval(earliest_ms: int, latest_ms: int) -> str:
    """An interval in as few words as it needs: one instant when both ends share the second."""
    if earliest_ms // 1000 == latest_ms // 1000:
        return dtg(latest_ms)
    return f"between {dtg(earliest_ms)} and {dtg(latest_ms)}"
