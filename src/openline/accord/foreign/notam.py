"""NOTAM: `read_notam`, `write_notam`.

    (A0123/26 NOTAMN
    Q) XXXX/QWMLW/IV/BO/W/000/999/0843N16743E027
    A) XXXX
    B) 2603040500 C) 2603041100
    D) DAILY 0500-1100
    E) MISSILE FIRING WILL TAKE PLACE
    F) SFC G) UNL)

Sources. Read in public pages: the parts of the Q line and their order, items A to G and what each is for, the ten
figures of B and C in UTC, PERM and EST, NOTAMN, R and C, that Q codes have five letters of which the first is Q
(FAA Order 7930.2, International NOTAMs; EUROCONTROL's Digital NOTAM pages after ICAO Doc 8126). From general
knowledge, not confirmed here: which letters traffic, purpose and scope may have, the brackets around the whole, that F
and G share a line. ICAO Annex 15 and Doc 8126 themselves were not at hand. Codes are not looked up: any of the right
shape is read.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openline.accord.foreign.measures import DEGREE, Spot, take_ten, ten
from openline.accord.foreign.scanning import Scan, Unwritable, checked

LINES_MAX: Final = 200
_ALLOWED: Final = re.compile(r"[A-Z0-9 \-?:().,'=/+]", re.ASCII)
_NUMBER: Final = re.compile(r"[A-Z]\d{4}/\d\d", re.ASCII)
_CODE: Final = re.compile(r"Q[A-Z]{4}", re.ASCII)
_PLACE: Final = re.compile(r"[A-Z]{4}", re.ASCII)
_QUALIFIER: Final = re.compile(r"(IV|I|V|K)/(BO|NBO|NB|N|B|O|M|K)/(AE|AW|A|E|W|K)/", re.ASCII)
_LEVELS: Final = re.compile(r"(\d{3})/(\d{3})/", re.ASCII)
_CENTRE: Final = re.compile(r"(\d\d)(\d\d)([NS])(\d\d\d)(\d\d)([EW])(\d{3})", re.ASCII)
_HEIGHT: Final = re.compile(r"SFC|GND|UNL|FL\d{3}|\d{1,5}(?:FT|M) (?:AMSL|AGL)", re.ASCII)
_HEIGHT_REMEDY: Final = "SFC, GND, UNL, FL100, or 2000FT AMSL"


class Notam(NamedTuple):
    """One NOTAM. `ends` None: PERM. `centre` and `radius_nm` are those of the Q line, to the minute and the mile."""

    number: str
    kind: str  # N new, R replaces, C cancels
    of: str  # the number that it replaces or cancels
    fir: str
    code: str
    traffic: str
    purpose: str
    scope: str
    lower: int  # flight levels
    upper: int
    centre: Spot
    radius_nm: int
    places: tuple[str, ...]
    begins: int
    ends: int | None
    estimated: bool
    schedule: str
    text: str
    floor: str
    ceiling: str


def read_notam(text: str) -> Notam:
    """From its text. Raises Misread."""
    scan = Scan(text, _ALLOWED)
    scan.literal("(")
    number = scan.take(_NUMBER, "series, number and year: A0123/26")[0]
    kind = scan.take(re.compile(" NOTAM([NRC])"), "NOTAMN, NOTAMR or NOTAMC")[1]
    of = scan.take(re.compile(r" ([A-Z]\d{4}/\d\d)", re.ASCII), "the number that it acts on")[1] if kind != "N" else ""
    scan.literal("\nQ) ")
    fir = scan.take(_PLACE, "four letters of a flight information region")[0]
    scan.literal("/")
    code = scan.take(_CODE, "five letters, the first is Q")[0]
    scan.literal("/")
    traffic, purpose, scope = scan.take(_QUALIFIER, "traffic, purpose and scope: IV/BO/W/").groups()
    begin = scan.at
    lower, upper = map(int, scan.take(_LEVELS, "lower and upper flight level: 000/999/").groups())
    if lower > upper:
        scan.fail("the lower level is above the upper", "lower first", begin)
    centre, radius = _centre(scan)
    scan.literal("\nA) ")
    places = [scan.take(_PLACE, "four letters of a place")[0]]
    while scan.sees(" "):
        scan.literal(" ")
        places.append(scan.take(_PLACE, "four letters of a place")[0])
    scan.literal("\nB) ")
    begins = take_ten(scan)
    scan.literal(" C) ")
    begin = scan.at
    ends = None if scan.sees("PERM") else take_ten(scan)
    scan.at += 4 if ends is None else 0
    estimated = ends is not None and scan.sees(" EST")
    scan.at += 4 if estimated else 0
    if ends is not None and ends < begins:
        scan.fail("it ends before it begins", "item C after item B", begin)
    scan.literal("\n")
    schedule = ""
    if scan.sees("D) "):
        scan.literal("D) ")
        schedule = scan.line()
    said, floor, ceiling = _said(scan)
    scan.end()
    return Notam(number, kind, of, fir, code, traffic, purpose, scope, lower, upper, centre, radius, tuple(places),
                 begins, ends, estimated, schedule, said, floor, ceiling)  # fmt: skip


def _centre(scan: Scan) -> tuple[Spot, int]:
    begin = scan.at
    found = scan.take(_CENTRE, "centre and radius in miles: 0843N16743E027")
    north, east = int(found[1]) * DEGREE + int(found[2]) * 100, int(found[4]) * DEGREE + int(found[5]) * 100
    if int(found[2]) > 59 or int(found[5]) > 59 or north > 90 * DEGREE or east > 180 * DEGREE:
        scan.fail(f"{found[0]} is no place on the Earth", "minutes below 60, at most 90 and 180 degrees", begin)
    return Spot(-north if found[3] == "S" else north, -east if found[6] == "W" else east), int(found[7])


def _said(scan: Scan) -> tuple[str, str, str]:
    scan.literal("E) ")
    rest = scan.text[scan.at :]
    if "\nF) " in rest:
        said = scan.until("F) ")
        scan.literal("F) ")
        floor = scan.take(_HEIGHT, _HEIGHT_REMEDY)[0]
        scan.literal(" G) ")
        ceiling = scan.take(_HEIGHT, _HEIGHT_REMEDY)[0]
        scan.literal(")")
        return _checked(scan, said), floor, ceiling
    if not rest.endswith(")"):
        scan.fail("no bracket closes it", "`)` at the end", len(scan.text))
    scan.at = len(scan.text)
    return _checked(scan, rest[:-1]), "", ""


def _checked(scan: Scan, said: str) -> str:
    if not said.strip() or said.count("\n") >= LINES_MAX:
        scan.fail("item E is empty or too long", f"what it is about, in 1 to {LINES_MAX} lines")
    return said


def write_notam(one: Notam) -> str:
    """Its text, which `read_notam` reads to the same. Raises Unwritable."""
    end = "PERM" if one.ends is None else ten(one.ends, "end") + " EST" * one.estimated
    checked(one.text, _ALLOWED, "text", LINES_MAX)
    if any(line.startswith("F) ") for line in one.text.split("\n")):
        raise Unwritable("text", "a line of it looks like item F")
    if one.schedule:
        checked(one.schedule, _ALLOWED, "schedule")
    lines = [
        f"({one.number} NOTAM{one.kind}{f' {one.of}' if one.of else ''}",
        f"Q) {one.fir}/{one.code}/{one.traffic}/{one.purpose}/{one.scope}/{one.lower:03d}/{one.upper:03d}/"
        f"{short_centre(one.centre, one.radius_nm)}",
        f"A) {' '.join(one.places)}", f"B) {ten(one.begins, 'begin')} C) {end}",
        *([f"D) {one.schedule}"] if one.schedule else []), f"E) {one.text}",
    ]  # fmt: skip
    if one.floor:
        lines.append(f"F) {one.floor} G) {one.ceiling}")
    return "\n".join(lines) + ")\n"


def short_centre(spot: Spot, radius_nm: int) -> str:
    """Centre and radius as the Q line has them. Raises Unwritable."""
    if spot.latitude % 100 or spot.longitude % 100:
        raise Unwritable("centre", "the Q line has whole minutes; say the exact place in item E")
    north, east = divmod(abs(spot.latitude), DEGREE), divmod(abs(spot.longitude), DEGREE)
    sides = "NS"[spot.latitude < 0], "EW"[spot.longitude < 0]
    return f"{north[0]:02d}{north[1] // 100:02d}{sides[0]}{east[0]:03d}{east[1] // 100:02d}{sides[1]}{radius_nm:03d}"
