"""Instants and places as forms of others write them. Two digits of a year are of 2000 to 2099: all these forms are new.

A place is counted in hundredths of a minute of arc, north and east positive, the finest that any of them has.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from openline.accord.foreign.scanning import Scan, Unwritable

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DEGREE: Final = 6000
_GROUP: Final = re.compile(r"(\d\d)(\d\d)(\d\d)Z(?: ([A-Z]{3}) (\d\d))?", re.ASCII)
_TEN: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_GROUP_REMEDY: Final = "day, hour, minute, Z, month and year: 041200Z MAR 26"
_TEN_REMEDY: Final = "ten figures, UTC: 2603041200"
_SEA: Final = re.compile(r"(\d\d)-(\d\d)(?:\.(\d\d))?([NS]) (\d\d\d)-(\d\d)(?:\.(\d\d))?([EW])", re.ASCII)
_SEA_REMEDY: Final = "degrees and minutes, in hundredths where needed: 07-08N 039-17W, 32-18.65S 165-02.81E"


class Spot(NamedTuple):
    """A place on the Earth, in hundredths of a minute."""

    latitude: int
    longitude: int

    def given(self) -> str:
        """As forms of this program read it."""
        return f"{_angle(self.latitude, 2, 'NS')} {_angle(self.longitude, 3, 'EW')}"


def _angle(value: int, digits: int, sides: str) -> str:
    degrees, rest = divmod(abs(value), DEGREE)
    return f"{degrees:0{digits}d} {rest // 100:02d}.{rest % 100:02d}{sides[value < 0]}"


_GIVEN: Final = re.compile(r"(\d\d) (\d\d)(?:\.(\d{1,3}))?([NS]) (\d\d\d) (\d\d)(?:\.(\d{1,3}))?([EW])", re.ASCII)


def spot_of(given: str, part: str) -> Spot:
    """A place as this program writes it, to hundredths of a minute. Raises Unwritable."""
    found = _GIVEN.fullmatch(given)
    if found is None:
        raise Unwritable(part, f"{given!r:.40} is no place in degrees and minutes")
    north: list[int] = []
    east: list[int] = []
    for half, most, angle in ((found.groups()[:4], 90, north), (found.groups()[4:], 180, east)):
        part_of = (half[2] or "").ljust(3, "0")
        if part_of[2] != "0":
            raise Unwritable(part, f"{given} is finer than a hundredth of a minute")
        value = int(half[0]) * DEGREE + int(half[1]) * 100 + int(part_of[:2])
        if int(half[1]) > 59 or value > most * DEGREE:
            raise Unwritable(part, f"{given} is no place on the Earth")
        angle.append(-value if half[3] in "SW" else value)
    return Spot(north[0], east[0])


def take_spot(scan: Scan) -> Spot:
    """`07-08N 039-17W`. Raises Misread."""
    begin = scan.at
    found = scan.take(_SEA, _SEA_REMEDY)
    values = []
    for (degrees, minutes, hundredths, side), most in ((found.groups()[:4], 90), (found.groups()[4:], 180)):
        value = int(degrees) * DEGREE + int(minutes) * 100 + int(hundredths or 0)
        if int(minutes) > 59 or value > most * DEGREE:
            scan.fail(f"{found[0]} is no place on the Earth", "minutes below 60, at most 90 and 180 degrees", begin)
        values.append(-value if side in "SW" else value)
    if (found[3] is None) != (found[7] is None):
        scan.fail(f"{found[0]}: one half is finer than the other", "the same accuracy for both", begin)
    return Spot(values[0], values[1])


def sea_spot(spot: Spot) -> str:
    """As `take_spot` reads it."""
    fine = bool(spot.latitude % 100 or spot.longitude % 100)
    parts = []
    for value, digits, sides in ((spot.latitude, 2, "NS"), (spot.longitude, 3, "EW")):
        degrees, rest = divmod(abs(value), DEGREE)
        hundredths = f".{rest % 100:02d}" if fine else ""
        parts.append(f"{degrees:0{digits}d}-{rest // 100:02d}{hundredths}{sides[value < 0]}")
    return " ".join(parts)


def _instant(scan: Scan, begin: int, parts: tuple[int, int, int, int, int], remedy: str) -> int:
    year, month, day, hour, minute = parts
    try:
        return round(datetime(2000 + year, month, day, hour, minute, tzinfo=UTC).timestamp())
    except ValueError:
        scan.fail("an instant that is in no calendar", remedy, begin)


def take_group(scan: Scan) -> int:
    """A date-time group with month and year: seconds since 1970. Raises Misread."""
    begin = scan.at
    found = scan.take(_GROUP, _GROUP_REMEDY)
    if found[4] is None or found[4] not in MONTHS:
        scan.fail("a group without its month and year", _GROUP_REMEDY, begin)
    parts = (int(found[5]), MONTHS.index(found[4]) + 1, int(found[1]), int(found[2]), int(found[3]))
    return _instant(scan, begin, parts, _GROUP_REMEDY)


def take_span(scan: Scan) -> tuple[int, int]:
    """`040500Z TO 041100Z MAR 26`, or both ends whole. Raises Misread."""
    begin = scan.at
    first = scan.take(_GROUP, _GROUP_REMEDY)
    if first[4] is not None:
        scan.at = begin
        started = take_group(scan)
        scan.literal(" TO ")
        ended = take_group(scan)
    else:
        scan.literal(" TO ")
        ended = take_group(scan)
        at = datetime.fromtimestamp(ended, UTC)
        parts = (at.year - 2000, at.month, int(first[1]), int(first[2]), int(first[3]))
        started = _instant(scan, begin, parts, _GROUP_REMEDY)
    if ended < started:
        scan.fail("it ends before it begins", "begin first; a month of its own where it is another", begin)
    return started, ended


def _at(seconds: int, part: str) -> datetime:
    if seconds % 60 or not 946_684_800 <= seconds < 4_102_444_800:
        raise Unwritable(part, "an instant is written to the minute, in the years 2000 to 2099")
    return datetime.fromtimestamp(seconds, UTC)


def group(seconds: int, part: str) -> str:
    """As `take_group` reads it. Raises Unwritable."""
    at = _at(seconds, part)
    return f"{at.day:02d}{at.hour:02d}{at.minute:02d}Z {MONTHS[at.month - 1]} {at.year % 100:02d}"


def span(started: int, ended: int, part: str) -> str:
    """As `take_span` reads it. Raises Unwritable."""
    first, last = group(started, part), group(ended, part)
    return f"{first.split(' ')[0] if first.split(' ')[1:] == last.split(' ')[1:] else first} TO {last}"


def take_ten(scan: Scan) -> int:
    """`2603041200`. Raises Misread."""
    begin = scan.at
    year, month, day, hour, minute = map(int, scan.take(_TEN, _TEN_REMEDY).groups())
    return _instant(scan, begin, (year, month, day, hour, minute), _TEN_REMEDY)


def ten(seconds: int, part: str) -> str:
    """As `take_ten` reads it. Raises Unwritable."""
    return _at(seconds, part).strftime("%y%m%d%H%M")
