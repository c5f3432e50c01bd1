"""What a notice says of places, as shapes to draw and as lines to read beside them.

Circles are drawn on a sphere of 6,371 km, which is at most half a percent from the ellipsoid. Quadrants of oceans have
no agreed bounds: what is drawn of them is rough and marked so. What cannot be drawn still has its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import asin, atan2, cos, degrees, pi, radians, sin
from typing import Any, Final, NamedTuple

from openline.accord.formats.format import Format
from openline.accord.formats.places import (
    DEGREE,
    FORM_NAMES,
    Area,
    Circle,
    Named,
    Point,
    Points,
    Quadrant,
    form_name,
)
from openline.accord.formats.polygons import step, unrolled
from openline.accord.formats.tables import FieldType, ListOf, Table
from openline.accord.formats.unfit import Unfit
from openline.accord.formats.words import said
from openline.console.maps.land import LonLat

SHAPES_MAX: Final = 400  # on one map; what is beyond stands in the notice itself
EARTH_KM: Final = 6371.0088
IN_KM: Final = {"km": 1.0, "nm": 1.852, "m": 0.001}
_STEPS: Final = 120
_POLE: Final = 90.0
# West, east, south, north of an ocean, roughly: the agreement of 31 May 1988 gives no bounds.
_OCEANS: Final = ((0, 360, 66, 90), (-70, 20, -60, 66), (20, 120, -60, 25), (120, 290, -60, 66), (0, 360, -80, -60))


class Shape(NamedTuple):
    """One place. `areas`: closed rings to fill; `lines`: what bounds it, or is it; `dots`: points."""

    number: int
    title: str
    words: str
    form: str
    areas: tuple[tuple[LonLat, ...], ...] = ()
    lines: tuple[tuple[LonLat, ...], ...] = ()
    dots: tuple[LonLat, ...] = ()
    holds_pole: bool = False

    @property
    def is_drawn(self) -> bool:
        """Whether the map shows it."""
        return bool(self.lines or self.dots)

    @property
    def is_rough(self) -> bool:
        """Whether its bounds on the map are nobody's word."""
        return self.form == "quadrant"


def shapes_of(format_: Format, values: Sequence[object], language: str) -> list[Shape]:
    """Every place that a notice names, numbered from 1 in the order of its fields; at most `SHAPES_MAX`."""
    found: list[Shape] = []
    for title, type_, value in _places(format_, values, language):
        if len(found) == SHAPES_MAX:
            break
        found.append(_shape(len(found) + 1, title, type_, value, language))
    return found


def _places(format_: Format, values: Sequence[object], language: str) -> Iterator[tuple[str, FieldType, Any]]:
    for field, value in zip(format_.fields, values, strict=False):
        if value is None:
            continue
        title = said(field.label, language)
        match field.type:
            case ListOf(of=of) if isinstance(value, list):
                yield from ((title, of, one) for one in value if _is_place(of))
            case Table(columns=columns) if isinstance(value, list):
                for row in value:
                    cells = zip(columns, row if isinstance(row, list) else [], strict=False)
                    yield from ((f"{title}: {said(one.label, language)}", one.type, cell) for one, cell in cells
                                if _is_place(one.type) and cell is not None)  # fmt: skip
            case type_ if _is_place(type_):
                yield title, type_, value


def _is_place(type_: FieldType) -> bool:
    return isinstance(type_, Point | Circle | Points | Quadrant | Named | Area)


def _shape(number: int, title: str, type_: FieldType, value: Any, language: str) -> Shape:
    try:
        value = type_.check(value)
        words = type_.say(value, language)
    except Unfit as unfit:
        return Shape(number, title, f"?? {value!r:.80} ({unfit})", "")
    if isinstance(type_, Area):
        name = FORM_NAMES[value[0]]
        type_, value = next(form for form in type_.forms if form_name(form) == name), value[1]
    base = Shape(number, title, words, form_name(type_))  # type: ignore[arg-type]
    match type_:
        case Point(resolution=resolution):
            return base._replace(dots=(_degrees(value, resolution),))
        case Circle(radius=radius, resolution=resolution):
            angle = value[2] / 10**radius.decimals * IN_KM[radius.unit] / EARTH_KM
            return _circle(base, _degrees(value, resolution), angle)
        case Points(closed=True, resolution=resolution):
            return _polygon(base, value, resolution)
        case Points(resolution=resolution):
            return base._replace(lines=(_route(value, resolution),))
        case Quadrant():
            ring = _quadrant(value)
            return base._replace(areas=(ring,), lines=((*ring, ring[0]),))
        case _:
            return base


def _degrees(value: Sequence[int], resolution: int) -> LonLat:
    return value[1] * resolution / DEGREE, value[0] * resolution / DEGREE


def _route(points: Sequence[Sequence[int]], resolution: int) -> tuple[LonLat, ...]:
    around = 360 * DEGREE // resolution
    longitudes = [points[0][1]]
    for one in points[1:]:
        longitudes.append(longitudes[-1] + step(longitudes[-1], one[1], around))
    return tuple(_degrees((one[0], at), resolution) for one, at in zip(points, longitudes, strict=True))


def _polygon(base: Shape, points: Sequence[Sequence[int]], resolution: int) -> Shape:
    flat = unrolled(points, 360 * DEGREE // resolution)
    line = tuple(_degrees(one, resolution) for one in flat.corners)
    pole = _POLE if flat.holds_north else -_POLE
    touches = any(abs(latitude) == _POLE for _, latitude in line)
    area = _by_the_pole(line, pole) if flat.round else line[:-1]
    return base._replace(areas=(area,), lines=(line,), holds_pole=bool(flat.round) or touches)


def _by_the_pole(line: tuple[LonLat, ...], pole: float) -> tuple[LonLat, ...]:
    """A line once round the Earth, closed by way of a pole."""
    return (*line, (line[-1][0], pole), (line[0][0], pole))


def _circle(base: Shape, centre: LonLat, angle: float) -> Shape:
    """`angle`: the radius as seen from the middle of the Earth."""
    angle = min(angle, pi)
    longitude, latitude = radians(centre[0]), radians(centre[1])
    line: list[LonLat] = []
    for at in range(_STEPS + 1):
        bearing = 2 * pi * at / _STEPS
        if abs(centre[1]) == _POLE:  # every longitude is its own
            line.append((degrees(bearing), centre[1] - degrees(angle) * (1 if centre[1] > 0 else -1)))
            continue
        up = asin(max(-1.0, min(1.0, sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(bearing))))
        along = atan2(sin(bearing) * sin(angle) * cos(latitude), cos(angle) - sin(latitude) * sin(up))
        here = degrees(longitude + along)
        if line:
            here = line[-1][0] + (here - line[-1][0] + 180) % 360 - 180
        line.append((here, degrees(up)))
    ring = tuple(line)
    north, south = pi / 2 - latitude <= angle, pi / 2 + latitude <= angle
    if north and south:  # all but a spot on the other side
        west, east = centre[0] + 180 - 180, centre[0] + 180 + 180
        by = 360 * round((centre[0] + 180 - ring[0][0]) / 360)
        spot = tuple((x + by, y) for x, y in ring)
        whole = ((west, -_POLE), (east, -_POLE), (east, _POLE), (west, _POLE))
        return base._replace(areas=(whole, spot), lines=(spot,), holds_pole=True)
    if north or south:
        if abs(ring[-1][0] - ring[0][0]) < 180:  # its edge touches the pole itself
            return base._replace(areas=(ring,), lines=(ring,), holds_pole=True)
        return base._replace(areas=(_by_the_pole(ring, _POLE if north else -_POLE),), lines=(ring,), holds_pole=True)
    return base._replace(areas=(ring,), lines=(ring,))


def _quadrant(value: int) -> tuple[LonLat, ...]:
    west, east, south, north = _OCEANS[value // 4]
    which = value % 4  # NE, SE, SW, NW
    if east - west == 360:  # round a pole: four sectors from the prime meridian on
        return _box(90 * which, 90 * which + 90, south, north)
    middle, equator = (west + east) / 2, (south + north) / 2 if not south < 0 < north else 0
    return _box(*((middle, east) if which < 2 else (west, middle)), *((equator, north) if which in (0, 3) else (
        south, equator)))  # fmt: skip


def _box(west: float, east: float, south: float, north: float) -> tuple[LonLat, ...]:
    return (west, south), (east, south), (east, north), (west, north)
