"""Navigational warnings of the world-wide service: `read_warning`, `write_warning`.

    041200Z MAR 26                                    one period, one area:
    NAVAREA XII 123/26                                HAZARDOUS OPERATIONS 040500Z TO 041100Z MAR 26
    NORTH PACIFIC                                     IN AREA WITHIN 27 MILES OF 08-43N 167-43E.
    HAZARDOUS OPERATIONS 040500Z TO 041100Z MAR 26, 050500Z TO 051100Z MAR 26 AND 060500Z TO 061100Z MAR 26
    IN AREAS:
    A. BOUNDED BY 08-00N 167-00E, 09-00N 167-00E, 09-00N 168-00E.
    B. WITHIN 27 MILES OF 08-43N 167-43E.
    DETAILS IN PLAIN WORDS
    CANCEL THIS MESSAGE 061200Z MAR 26.

Sources. Read in public pages of MSC.1/Circ.1310, the joint IMO/IHO/WMO manual (IHO S-53): the elements and their order
(series and number, general area, subject, position, remarks, cancellation), each on a new line; the time of origin on a
line before; positions as DD-MMN DDD-MME with hundredths where needed, the same accuracy for both halves; circles in
nautical miles. Said there and left to the writer: corners clockwise from the north west. From general knowledge: the
words of the period, of the area and of the cancellation, that several areas are lettered, and how several periods are
joined. Periods stand in their order and do not overlap; each is of all areas.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NamedTuple

from openline.accord.foreign.measures import Spot, group, sea_spot, span, take_group, take_span, take_spot
from openline.accord.foreign.scanning import Scan, Unwritable, checked

CORNERS_MAX: Final = 64
PERIODS_MAX: Final = 16
AREAS_MAX: Final = 16
LINES_MAX: Final = 100
_ALLOWED: Final = re.compile(r"[A-Z0-9 \-?:().,'=/+]", re.ASCII)
_SERIES: Final = re.compile(r"((?:NAVAREA|HYDROLANT|HYDROPAC|COASTAL)(?: [A-Z]{1,12})?) (\d{1,4})/(\d\d)\n", re.ASCII)
_ORIGIN: Final = re.compile(r"\d{6}Z [A-Z]{3} \d\d\n", re.ASCII)
_SUBJECT: Final = re.compile(r"([A-Z][A-Z ,'-]{0,98}[A-Z]) (?=\d{6}Z)", re.ASCII)
_MILES: Final = re.compile(r"([1-9]\d{0,2}(?:\.\d)?) MILES OF ", re.ASCII)


class Place(NamedTuple):
    """One area: a polygon, or a circle around the one corner, its radius in tenths of a nautical mile (0: polygon)."""

    corners: tuple[Spot, ...]
    radius_tenths_nm: int = 0


class Warned(NamedTuple):
    """One warning. `periods`: seconds since 1970, begin and end, in their order; each is of every area."""

    origin: int | None
    series: str
    number: int
    year: int  # two digits
    area: str
    subject: str
    periods: tuple[tuple[int, int], ...]
    places: tuple[Place, ...]
    remarks: str
    cancelled: int


def read_warning(text: str) -> Warned:
    """From its text. Raises Misread."""
    scan = Scan(text, _ALLOWED)
    origin = None
    if _ORIGIN.match(scan.text):
        origin = take_group(scan)
        scan.literal("\n")
    series, number, year = scan.take(_SERIES, "series, number and year: NAVAREA XII 123/26").groups()
    area = ""
    if _SUBJECT.match(scan.text, scan.at) is None:
        area = scan.line()
    subject = scan.take(_SUBJECT, "the hazard in capital letters, then its period: HAZARDOUS OPERATIONS 040500Z TO ...")
    periods = _periods(scan)
    scan.literal("\n")
    places = _places(scan)
    remarks = scan.until("CANCEL THIS MESSAGE ")
    scan.literal("CANCEL THIS MESSAGE ")
    cancelled = take_group(scan)
    scan.literal(".")
    scan.end()
    return Warned(origin, series, int(number), int(year), area, subject[1], periods, places, remarks, cancelled)


def _periods(scan: Scan) -> tuple[tuple[int, int], ...]:
    """`X`, `X AND Y`, `X, Y AND Z`."""
    found = [take_span(scan)]
    is_last = False
    while not is_last and (scan.sees(", ") or scan.sees(" AND ")):
        is_last = scan.sees(" AND ")
        scan.literal(" AND " if is_last else ", ")
        begin = scan.at
        if len(found) == PERIODS_MAX:
            scan.fail(f"more than {PERIODS_MAX} periods", "the others in another warning")
        found.append(take_span(scan))
        if found[-1][0] <= found[-2][1]:
            scan.fail("it begins before the one before it ends", "periods in their order, apart from each other", begin)
    if len(found) > 1 and not is_last:
        scan.fail("a list of periods that goes on", "' AND ' before the last of them")
    return tuple(found)


def _places(scan: Scan) -> tuple[Place, ...]:
    if not scan.sees("IN AREAS:"):
        scan.literal("IN AREA ")
        return (_place(scan),)
    scan.literal("IN AREAS:\n")
    found: list[Place] = []
    while not found or scan.sees(f"{_letter(len(found))}. "):
        if len(found) == AREAS_MAX:
            scan.fail(f"more than {AREAS_MAX} areas", "the others in another warning")
        scan.literal(f"{_letter(len(found))}. ")
        found.append(_place(scan))
    if len(found) < 2:
        scan.fail("one area in a list of them", "'B. ', or `IN AREA` and no letter")
    return tuple(found)


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def _place(scan: Scan) -> Place:
    if scan.sees("WITHIN "):
        scan.literal("WITHIN ")
        miles = scan.take(_MILES, "a radius in nautical miles: 27 MILES OF")[1]
        spot = take_spot(scan)
        scan.literal(".\n")
        return Place((spot,), round(float(miles) * 10))
    scan.literal("BOUNDED BY ")
    corners = [take_spot(scan)]
    while scan.sees(", "):
        scan.literal(", ")
        corners.append(take_spot(scan))
    if not 3 <= len(corners) <= CORNERS_MAX:
        scan.fail(f"{len(corners)} corners", f"an area has 3 to {CORNERS_MAX}")
    scan.literal(".\n")
    return Place(tuple(corners))


def _said(place: Place) -> str:
    if not place.radius_tenths_nm:
        return f"BOUNDED BY {', '.join(map(sea_spot, place.corners))}."
    whole, tenth = divmod(place.radius_tenths_nm, 10)
    return f"WITHIN {f'{whole}.{tenth}' if tenth else whole} MILES OF {sea_spot(place.corners[0])}."


def write_warning(one: Warned) -> str:
    """Its text, which `read_warning` reads to the same. Raises Unwritable."""
    if not 1 <= len(one.periods) <= PERIODS_MAX or not 1 <= len(one.places) <= AREAS_MAX:
        raise Unwritable("periods and areas", f"1 to {PERIODS_MAX} periods, 1 to {AREAS_MAX} areas")
    if any(begin <= ended for (_, ended), (begin, _) in pairwise(one.periods)):
        raise Unwritable("periods", "they stand in their order and do not overlap")
    places = [_said(place) for place in one.places]
    where = [f"IN AREA {places[0]}"]
    if len(places) > 1:
        where = ["IN AREAS:", *(f"{_letter(number)}. {place}" for number, place in enumerate(places))]
    *former, last = (span(begin, end, "period") for begin, end in one.periods)
    periods = f"{', '.join(former)} AND {last}" if former else last
    lines = [
        *([group(one.origin, "origin")] if one.origin is not None else []),
        f"{one.series} {one.number}/{one.year:02d}", *([one.area] if one.area else []),
        f"{one.subject} {periods}", *where, *([one.remarks] if one.remarks else []),
        f"CANCEL THIS MESSAGE {group(one.cancelled, 'cancelled')}.",
    ]  # fmt: skip
    if one.remarks:
        checked(one.remarks, _ALLOWED, "remarks", LINES_MAX)
    if one.area:
        checked(one.area, _ALLOWED, "area")
    found = _SUBJECT.match(f"{one.subject} 010000Z")
    if found is None or found[1] != one.subject:
        raise Unwritable("subject", "2 to 100 capital letters, spaces, commas and hyphens")
    remarks = one.remarks.split("\n")
    if any(line.startswith("CANCEL THIS MESSAGE ") for line in remarks):
        raise Unwritable("remarks", "a line of them looks like the cancellation")
    if len(places) > 1 and remarks[0].startswith(f"{_letter(len(places))}. "):
        raise Unwritable("remarks", "the first line of them looks like one more area")
    return "\n".join(lines) + "\n"
