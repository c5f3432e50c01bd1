"""Navigational warnings of the world-wide service: `read_warning`, `write_warning`.

    041200Z MAR 26
    NAVAREA XII 123/26
    NORTH PACIFIC
    HAZARDOUS OPERATIONS 040500Z TO 041100Z MAR 26
    IN AREA BOUNDED BY 08-00N 167-00E, 09-00N 167-00E, 09-00N 168-00E.
    DETAILS IN PLAIN WORDS
    CANCEL THIS MESSAGE 041200Z MAR 26.

Sources. Read in public pages of MSC.1/Circ.1310, the joint IMO/IHO/WMO manual (IHO S-53): the elements and their order
(series and number, general area, subject, position, remarks, cancellation), each on a new line; the time of origin on a
line before; positions as DD-MMN DDD-MME with hundredths where needed, the same accuracy for both halves; circles in
nautical miles. Said there and left to the writer: corners clockwise from the north west. From general knowledge: the
words of the period, of the area and of the cancellation. One warning here has one period and one area.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openline.accord.foreign.measures import Spot, group, sea_spot, span, take_group, take_span, take_spot
from openline.accord.foreign.scanning import Scan, Unwritable, checked

CORNERS_MAX: Final = 64
LINES_MAX: Final = 100
_ALLOWED: Final = re.compile(r"[A-Z0-9 \-?:().,'=/+]", re.ASCII)
_SERIES: Final = re.compile(r"((?:NAVAREA|HYDROLANT|HYDROPAC|COASTAL)(?: [A-Z]{1,12})?) (\d{1,4})/(\d\d)\n", re.ASCII)
_ORIGIN: Final = re.compile(r"\d{6}Z [A-Z]{3} \d\d\n", re.ASCII)
_SUBJECT: Final = re.compile(r"([A-Z][A-Z ,'-]{0,98}[A-Z]) (?=\d{6}Z)", re.ASCII)
_MILES: Final = re.compile(r"([1-9]\d{0,2}(?:\.\d)?) MILES OF ", re.ASCII)


class Warned(NamedTuple):
    """One warning. `radius_nm`: of a circle around the one corner, in tenths of a nautical mile; 0 for a polygon."""

    origin: int | None
    series: str
    number: int
    year: int  # two digits
    area: str
    subject: str
    begins: int
    ends: int
    corners: tuple[Spot, ...]
    radius_tenths_nm: int
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
    begins, ends = take_span(scan)
    scan.literal("\n")
    corners, radius = _place(scan)
    remarks = scan.until("CANCEL THIS MESSAGE ")
    scan.literal("CANCEL THIS MESSAGE ")
    cancelled = take_group(scan)
    scan.literal(".")
    scan.end()
    return Warned(origin, series, int(number), int(year), area, subject[1], begins, ends, corners, radius, remarks,
                  cancelled)  # fmt: skip


def _place(scan: Scan) -> tuple[tuple[Spot, ...], int]:
    if scan.sees("IN AREA WITHIN "):
        scan.literal("IN AREA WITHIN ")
        miles = scan.take(_MILES, "a radius in nautical miles: 27 MILES OF")[1]
        spot = take_spot(scan)
        scan.literal(".\n")
        return (spot,), round(float(miles) * 10)
    scan.literal("IN AREA BOUNDED BY ")
    corners = [take_spot(scan)]
    while scan.sees(", "):
        scan.literal(", ")
        corners.append(take_spot(scan))
    if not 3 <= len(corners) <= CORNERS_MAX:
        scan.fail(f"{len(corners)} corners", f"an area has 3 to {CORNERS_MAX}")
    scan.literal(".\n")
    return tuple(corners), 0


def write_warning(one: Warned) -> str:
    """Its text, which `read_warning` reads to the same. Raises Unwritable."""
    if one.radius_tenths_nm:
        whole, tenth = divmod(one.radius_tenths_nm, 10)
        miles = f"{whole}.{tenth}" if tenth else str(whole)
        where = f"IN AREA WITHIN {miles} MILES OF {sea_spot(one.corners[0])}."
    else:
        where = f"IN AREA BOUNDED BY {', '.join(map(sea_spot, one.corners))}."
    lines = [
        *([group(one.origin, "origin")] if one.origin is not None else []),
        f"{one.series} {one.number}/{one.year:02d}", *([one.area] if one.area else []),
        f"{one.subject} {span(one.begins, one.ends, 'period')}", where, *([one.remarks] if one.remarks else []),
        f"CANCEL THIS MESSAGE {group(one.cancelled, 'cancelled')}.",
    ]  # fmt: skip
    if one.remarks:
        checked(one.remarks, _ALLOWED, "remarks", LINES_MAX)
    if one.area:
        checked(one.area, _ALLOWED, "area")
    found = _SUBJECT.match(f"{one.subject} 010000Z")
    if found is None or found[1] != one.subject:
        raise Unwritable("subject", "2 to 100 capital letters, spaces, commas and hyphens")
    if any(line.startswith("CANCEL THIS MESSAGE ") for line in one.remarks.split("\n")):
        raise Unwritable("remarks", "a line of them looks like the cancellation")
    return "\n".join(lines) + "\n"
