"""Fields that say when: instants, dates in a named scale, windows, years, clock times.

Wire: an instant is whole seconds since 1970 UTC; a date whole days since 1970-01-01 in the scale that its format names;
a window its begin and its length in the same unit; a clock time minutes of the day.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from openline.accord.formats.unfit import Unfit
from openline.accord.formats.words import MONTHS, word

SECONDS_MAX: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
DAYS_MAX: Final = SECONDS_MAX // 86_400
LOCAL: Final = "local of the event"
SCALES: Final = ("UTC", "UTC+02:00", "UTC+03:00", "UTC+05:00", "UTC+05:30", "UTC-05:00", LOCAL)
YEAR_MIN: Final = 1900
YEAR_MAX: Final = 9999
_INSTANT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?Z", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_CLOCK: Final = re.compile(r"(\d\d):(\d\d)", re.ASCII)
_WINDOW: Final = " to "
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_ZERO: Final = date(1970, 1, 1)
_AS_INSTANT: Final = "write it as 2026-03-04T12:00:00Z"
_AS_DATE: Final = "write it as 2026-03-04"
_AS_CLOCK: Final = "write it as 12:00"


def whole(raw: object, least: int, most: int, what: str) -> int:
    """A whole number within bounds; true is none. Raises Unfit."""
    if type(raw) is not int or not least <= raw <= most:
        raise Unfit(f"{raw!r:.40} is no {what}", f"a whole number from {least} to {most}")
    return raw


def text_of(given: object, remedy: str) -> str:
    """What somebody typed. Raises Unfit for anything but a short text."""
    if type(given) is not str or len(given) > 400:
        raise Unfit(f"{given!r:.40} is not written like this", remedy)
    return given.strip()


def say_date(days: int, language: str) -> str:
    """`04 MAR 2026`."""
    day = _DAY_ZERO + timedelta(days=days)
    months = MONTHS.get(language.split("-", 1)[0], MONTHS["en"])
    return f"{day.day:02d} {months[day.month - 1]} {day.year:04d}"


def say_instant(seconds: int, language: str) -> str:
    """`041200Z MAR 2026`; with seconds where there are any: `041200:30Z MAR 2026`."""
    at = _EPOCH + timedelta(seconds=seconds)
    months = MONTHS.get(language.split("-", 1)[0], MONTHS["en"])
    second = f":{at.second:02d}" if at.second else ""
    return f"{at.day:02d}{at.hour:02d}{at.minute:02d}{second}Z {months[at.month - 1]} {at.year:04d}"


def say_scale(scale: str, language: str) -> str:
    """`UTC+03:00` as it is; the scale that has no name, in words."""
    return word("local time", language) if scale == LOCAL else scale


class Instant(NamedTuple):
    """An instant, UTC, to the second."""

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        return whole(raw, 0, SECONDS_MAX, "instant")

    def read(self, given: object) -> int:
        """`2026-03-04T12:00:00Z`; the zone is part of it, and it is Z. Raises Unfit."""
        typed = text_of(given, _AS_INSTANT)
        found = _INSTANT.fullmatch(typed)
        if found is None:
            without = "an instant without a zone says nothing: " if _INSTANT.fullmatch(typed + "Z") else ""
            raise Unfit(f"{without}{typed!r:.40} is no instant", _AS_INSTANT)
        try:
            at = datetime(*(int(part or 0) for part in found.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
        except ValueError as wrong:
            raise Unfit(f"{typed} is in no calendar: {wrong}", _AS_INSTANT) from wrong
        return self.check((at - _EPOCH) // timedelta(seconds=1))

    def give(self, value: int) -> object:
        """What `read` reads."""
        return (_EPOCH + timedelta(seconds=value)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def say(self, value: int, language: str) -> str:
        """For people."""
        return say_instant(value, language)


class Date(NamedTuple):
    """A date in a scale: a day somewhere. `scale` is printed with it."""

    scale: str

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        return whole(raw, 0, DAYS_MAX, "date")

    def read(self, given: object) -> int:
        """`2026-03-04`. Raises Unfit."""
        typed = text_of(given, _AS_DATE)
        found = _DATE.fullmatch(typed)
        if found is None:
            raise Unfit(f"{typed!r:.40} is no date", _AS_DATE)
        try:
            day = date(*(int(part) for part in found.groups()))
        except ValueError as wrong:
            raise Unfit(f"{typed} is in no calendar: {wrong}", _AS_DATE) from wrong
        return self.check((day - _DAY_ZERO).days)

    def give(self, value: int) -> object:
        """What `read` reads."""
        return (_DAY_ZERO + timedelta(days=value)).isoformat()

    def say(self, value: int, language: str) -> str:
        """For people, with the scale."""
        return f"{say_date(value, language)} ({say_scale(self.scale, language)})"


class Window(NamedTuple):
    """From one instant or date to another, both inside. `of` is the type of its ends."""

    of: Instant | Date

    @property
    def _most(self) -> int:
        return SECONDS_MAX if isinstance(self.of, Instant) else DAYS_MAX

    def check(self, raw: object) -> list[int]:
        """From the wire: `[begin, length]`. Raises Unfit."""
        if type(raw) is not list or len(raw) != 2:
            raise Unfit("a window has a begin and a length", "two whole numbers")
        begin = self.of.check(raw[0])
        length = whole(raw[1], 0, self._most, "length")
        self.of.check(begin + length)
        return [begin, length]

    def read(self, given: object) -> list[int]:
        """`2026-03-04 to 2026-03-08`. Raises Unfit."""
        remedy = f"write it as {self.give([0, 1])}"
        begin, between, end = text_of(given, remedy).partition(_WINDOW)
        if not between:
            raise Unfit(f"{given!r:.60} is no window", remedy)
        first, last = self.of.read(begin), self.of.read(end)
        if last < first:
            raise Unfit(f"the window ends ({end}) before it begins ({begin})", "begin first, then end")
        return [first, last - first]

    def give(self, value: list[int]) -> object:
        """What `read` reads."""
        return f"{self.of.give(value[0])}{_WINDOW}{self.of.give(value[0] + value[1])}"

    def say(self, value: list[int], language: str) -> str:
        """For people."""
        begin, end = self.of.say(value[0], language), self.of.say(value[0] + value[1], language)
        return f"{word('from', language)} {begin} {word('to', language)} {end}"


class Clock(NamedTuple):
    """A clock time of any day, to the minute, in a scale."""

    scale: str

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        return whole(raw, 0, 1439, "clock time")

    def read(self, given: object) -> int:
        """`16:00`. Raises Unfit."""
        typed = text_of(given, _AS_CLOCK)
        found = _CLOCK.fullmatch(typed)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise Unfit(f"{typed!r:.40} is no clock time", _AS_CLOCK)
        return int(found[1]) * 60 + int(found[2])

    def give(self, value: int) -> object:
        """What `read` reads."""
        return f"{value // 60:02d}:{value % 60:02d}"

    def say(self, value: int, language: str) -> str:
        """For people."""
        return f"{self.give(value)} ({say_scale(self.scale, language)})"


class Year(NamedTuple):
    """A calendar year."""

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        return whole(raw, YEAR_MIN, YEAR_MAX, "year")

    def read(self, given: object) -> int:
        """`2026`, as a number or as digits. Raises Unfit."""
        typed: Any = int(given) if type(given) is str and re.fullmatch(r"[0-9]{4}", given) else given
        return self.check(typed)

    def give(self, value: int) -> object:
        """What `read` reads."""
        return value

    def say(self, value: int, language: str) -> str:
        """For people."""
        return str(value)
