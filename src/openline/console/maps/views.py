"""Which part of the Earth a map shows, and how: plate carree around what is there, or around a pole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, cos, floor, radians, sin
from typing import Final, NamedTuple

from openline.console.maps.land import LonLat
from openline.console.maps.shapes import Shape

WIDTH: Final = 480.0
HEIGHT_MIN: Final = 200.0
ASPECT: Final = 1.6
SPAN_MIN: Final = 24.0  # degrees across: what is small is seen among coasts
MARGIN: Final = 1.5
POLAR_FROM: Final = 72.0  # what reaches beyond is stretched too much on a flat map
POLAR_TO: Final = 30.0
STEPS: Final = (1, 2, 5, 10, 15, 30, 45)
XY = tuple[float, float]


class Flat(NamedTuple):
    """Plate carree: a degree of latitude is `scale` high, one of longitude `scale * narrow` wide."""

    west: float
    north: float
    width_degrees: float
    height_degrees: float
    narrow: float

    @property
    def scale(self) -> float:
        """Units of the drawing to a degree of latitude."""
        return WIDTH / (self.width_degrees * self.narrow)

    @property
    def height(self) -> float:
        """Of the drawing."""
        return self.height_degrees * self.scale

    def at(self, place: LonLat) -> XY:
        """Where it is drawn."""
        return (place[0] - self.west) * self.scale * self.narrow, (self.north - place[1]) * self.scale

    def laid(self, line: Sequence[LonLat]) -> list[list[XY]]:
        """A line as often as it is seen, on each turn of the Earth."""
        west, east = min(one[0] for one in line), max(one[0] for one in line)
        first, last = ceil((self.west - east) / 360), floor((self.west + self.width_degrees - west) / 360)
        south, north = min(one[1] for one in line), max(one[1] for one in line)
        if south > self.north or north < self.north - self.height_degrees:
            return []
        return [[self.at((x + 360 * turn, y)) for x, y in line] for turn in range(first, last + 1)]

    def grid(self) -> list[tuple[list[XY], str, XY]]:
        """Lines of the graticule, each with its label and where that stands."""
        step = _step(max(self.width_degrees, self.height_degrees * ASPECT) / 5)
        found = []
        south, east = self.north - self.height_degrees, self.west + self.width_degrees
        for degree in range(ceil(self.west / step) * step, floor(east) + 1, step):
            top, bottom = self.at((degree, self.north)), self.at((degree, south))
            found.append(([top, bottom], meridian(degree), (bottom[0] + 3, bottom[1] - 4)))
        for degree in range(ceil(south / step) * step, floor(self.north) + 1, step):
            left, right = self.at((self.west, degree)), self.at((east, degree))
            found.append(([left, right], parallel(degree), (left[0] + 3, left[1] - 3)))
        return found


class Polar(NamedTuple):
    """Equal distances from a pole, out to a latitude."""

    is_north: bool
    reach: float  # degrees from the pole

    @property
    def height(self) -> float:
        """Of the drawing."""
        return WIDTH

    def at(self, place: LonLat) -> XY:
        """Where it is drawn: the prime meridian downwards in the north, upwards in the south."""
        away = (90 - place[1] if self.is_north else 90 + place[1]) / self.reach * WIDTH / 2
        angle = radians(place[0])
        down = cos(angle) if self.is_north else -cos(angle)
        return WIDTH / 2 + away * sin(angle), WIDTH / 2 + away * down

    def laid(self, line: Sequence[LonLat]) -> list[list[XY]]:
        """A line, bent as it is on the flat map."""
        nearest = max(one[1] for one in line) if self.is_north else -min(one[1] for one in line)
        if nearest < 90 - self.reach * 1.5:
            return []
        return [[self.at(one) for one in _bent(line)]]

    def grid(self) -> list[tuple[list[XY], str, XY]]:
        """Circles of latitude and meridians."""
        step = _step(self.reach / 3)
        sign = 1 if self.is_north else -1
        found = []
        for away in range(step, ceil(self.reach * 1.42), step):
            latitude = sign * (90 - away)
            ring = [self.at((degree, latitude)) for degree in range(0, 361, 3)]
            at = self.at((45, latitude))
            found.append((ring, parallel(latitude), (at[0] + 2, at[1] - 2)))
        for degree in range(-150, 181, 30):
            line = [self.at((degree, sign * 90)), self.at((degree, sign * (90 - self.reach * 1.42)))]
            found.append((line, meridian(degree), self.at((degree, sign * (90 - self.reach * 0.9)))))
        return found


View = Flat | Polar


def _bent(line: Sequence[LonLat]) -> list[LonLat]:
    """With points so close that a side that is straight on the flat map bends as it should."""
    found = [line[0]]
    for (x, y), (u, v) in pairwise(line):
        parts = max(1, ceil(max(abs(u - x), abs(v - y)) / 3))
        found += [(x + (u - x) * at / parts, y + (v - y) * at / parts) for at in range(1, parts + 1)]
    return found


def _step(about: float) -> int:
    return next((one for one in STEPS if one >= about), STEPS[-1])


def meridian(degree: int) -> str:
    """`30°E`."""
    turned = (degree + 180) % 360 - 180
    if turned in (0, -180):
        return f"{abs(turned)}°"
    return f"{abs(turned)}°{'E' if turned > 0 else 'W'}"


def parallel(degree: int) -> str:
    """`60°N`."""
    return f"{abs(degree)}°{'' if degree == 0 else 'N' if degree > 0 else 'S'}"


def view_of(shapes: Iterable[Shape], least: float = SPAN_MIN) -> View:
    """The view that shows all of them, `least` degrees across; the whole Earth where nothing is to be drawn."""
    drawn = [one for one in shapes if one.is_drawn]
    points = [point for one in drawn for line in (*one.lines, *one.areas, one.dots) for point in line]
    if not points:
        return Flat(-180, 90, 360, 180, 1)
    south, north = min(one[1] for one in points), max(one[1] for one in points)
    if south >= POLAR_TO and (north >= POLAR_FROM or any(one.holds_pole for one in drawn)):
        return Polar(True, max(SPAN_MIN, (90 - south) * 1.25))
    if north <= -POLAR_TO and (south <= -POLAR_FROM or any(one.holds_pole for one in drawn)):
        return Polar(False, max(SPAN_MIN, (90 + north) * 1.25))
    return _flat(drawn, south, north, least)


def _flat(drawn: Sequence[Shape], south: float, north: float, least: float) -> Flat:
    west, width = _window([line for one in drawn for line in (*one.lines, one.dots) if line])
    middle = (south + north) / 2
    narrow = max(0.3, cos(radians(min(80.0, abs(middle)))))
    height = max((north - south) * MARGIN, least / ASPECT)
    wide = max(width * MARGIN, least, height * ASPECT / narrow)
    if wide >= 360:
        wide, narrow = 360.0, 1.0
    height = min(180.0, max(height, wide * narrow / ASPECT))
    top = min(90.0, max(height - 90, middle + height / 2))
    return Flat(west + width / 2 - wide / 2, top, wide, height, narrow)


def _window(lines: Sequence[Sequence[LonLat]]) -> tuple[float, float]:
    """The narrowest stretch of longitudes that holds all of them: its west, its width."""
    spans = sorted(((min(one[0] for one in line)) % 360, max(one[0] for one in line) - min(one[0] for one in line))
                   for line in lines)  # fmt: skip
    best = (spans[0][0], 360.0)
    for at, (begin, _) in enumerate(spans):
        end = begin
        for other, length in (*spans[at:], *((one + 360, length) for one, length in spans[:at])):
            end = max(end, other + length)
        if end - begin < best[1]:
            best = (begin, end - begin)
    return best
