"""Fields that say where: points, circles, polygons, routes, quadrants of oceans, named places, areas in any such form.

A coordinate is counted in 1/3000 of a minute of arc, so that minutes, seconds, and thousandths of a minute are all
whole; on the wire in the resolution that the format names. Latitude first, north and east positive (ISO 6709).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.accord.formats.numbers import Number
from openline.accord.formats.polygons import crosses_itself, half_way_round
from openline.accord.formats.times import text_of, whole
from openline.accord.formats.unfit import Unfit, each_of
from openline.accord.formats.words import OCEAN_CODES, OCEANS, QUADRANT_CODES, QUADRANTS, RIGHT_TO_LEFT, said, word
from openline.seal.spelling import REFUSED_IN_ANY_TEXT

MINUTE: Final = 3000
DEGREE: Final = 60 * MINUTE
RESOLUTIONS: Final = {"minute": MINUTE, "tenth of a minute": 300, "second": 50, "thousandth of a minute": 3}
POINTS_MAX: Final = 64
PLACE_CHARS_MAX: Final = 120
_SIDE: Final = {"N": 1, "S": -1, "E": 1, "W": -1}
_PART: Final = r"(\d{1,3})[ °](\d\d)(?:\.(\d{1,3}))?(?:[ '](\d\d))?['\"]?\s?"
_POINT: Final = re.compile(_PART + "([NS])[ ,]+" + _PART + "([EW])", re.ASCII)
_REMEDY: Final = "write it as 57 12.3N 155 00.0E, or with seconds 57 12 18N 155 00 00E"
# A name is seen whole: nothing in it hides or turns direction.
_CONTROL: Final = re.compile(f"[\x00-\x1f{REFUSED_IN_ANY_TEXT}\u061c\u200b-\u200f\u2060-\u206f\ufeff]")


class Point(NamedTuple):
    """A place on the Earth, WGS 84."""

    resolution: int = 300

    def check(self, raw: object) -> list[int]:
        """From the wire: `[latitude, longitude]`. Raises Unfit."""
        if type(raw) is not list or len(raw) != 2:
            raise Unfit("a point has a latitude and a longitude", _REMEDY)
        lat, lon = 90 * DEGREE // self.resolution, 180 * DEGREE // self.resolution
        latitude, longitude = whole(raw[0], -lat, lat, "latitude"), whole(raw[1], -lon, lon, "longitude")
        if longitude == -lon or (longitude and abs(latitude) == lat):
            raise Unfit("one place, two spellings", "the antimeridian is 180 E, a pole has longitude 0")
        return [latitude, longitude]

    def read(self, given: object) -> list[int]:
        """`57 12.3N 155 00.0E`. Raises Unfit."""
        typed = text_of(given, _REMEDY)
        found = _POINT.fullmatch(typed)
        if found is None:
            raise Unfit(f"{typed!r:.60} is no point", _REMEDY)
        latitude = self._angle(found.groups()[0:5], 90, "latitude")
        longitude = self._angle(found.groups()[5:10], 180, "longitude")
        if abs(latitude) == 90 * DEGREE // self.resolution:
            longitude = 0
        antimeridian = 180 * DEGREE // self.resolution
        return self.check([latitude, antimeridian if longitude == -antimeridian else longitude])

    def _angle(self, parts: Sequence[str | None], most: int, what: str) -> int:
        degrees, minutes, thousandths, seconds, side = parts
        assert degrees is not None and minutes is not None and side is not None
        sixtieth = max(int(minutes), int(seconds or 0))
        if sixtieth > 59:
            raise Unfit(f"{what} with {sixtieth} of sixty", "minutes and seconds are below 60")
        if thousandths is not None and seconds is not None:
            raise Unfit(f"{what} with a fraction of minutes and seconds", _REMEDY)
        units = int(degrees) * DEGREE + int(minutes) * MINUTE
        units += int((thousandths or "0").ljust(3, "0")) * 3 + int(seconds or 0) * 50
        if units > most * DEGREE:
            raise Unfit(f"{what} of more than {most} degrees", f"from 0 to {most}")
        if units % self.resolution:
            finest = next(name for name, one in RESOLUTIONS.items() if one == self.resolution)
            raise Unfit(f"{what} is finer than the format allows", f"round it to one {finest}")
        return _SIDE[side] * units // self.resolution

    def give(self, value: list[int]) -> object:
        """What `read` reads."""
        return f"{self._written(value[0], 2, 'N', 'S')} {self._written(value[1], 3, 'E', 'W')}"

    def _written(self, angle: int, digits: int, positive: str, negative: str) -> str:
        units = abs(angle) * self.resolution
        degrees, rest = divmod(units, DEGREE)
        minutes, rest = divmod(rest, MINUTE)
        text = f"{degrees:0{digits}d} {minutes:02d}"
        if self.resolution == 50:
            text += f" {rest // 50:02d}"
        elif self.resolution == 300:
            text += f".{rest // 300}"
        elif self.resolution == 3:
            text += f".{rest // 3:03d}"
        return text + (negative if angle < 0 else positive)

    def say(self, value: list[int], language: str) -> str:
        """For people."""
        north = self._written(value[0], 2, word("north", language), word("south", language))
        east = self._written(value[1], 3, word("east", language), word("west", language))
        if language.split("-", 1)[0] in RIGHT_TO_LEFT:  # with spaces inside, degrees and minutes would change places
            north, east = _marked(north), _marked(east)
        return f"{north} {east}"


def _marked(written: str) -> str:
    """`57 12.3N` as `N57°12.3′`: the letter first, so that all of it runs from left to right in any line."""
    for mark in "°′":
        written = written.replace(" ", mark, 1)
    return f"{written[-1]}{written[:-1]}{'″' if '′' in written else '′'}"


class Points(NamedTuple):
    """Several points: a route as it is flown or sailed, or a polygon, closed by itself."""

    closed: bool
    resolution: int = 300

    @property
    def _least(self) -> int:
        return 3 if self.closed else 2

    @property
    def _shape(self) -> str:
        return "polygon" if self.closed else "route"

    def check(self, raw: object) -> list[list[int]]:
        """From the wire: an array of points. Raises Unfit."""
        if type(raw) is not list or not self._least <= len(raw) <= POINTS_MAX:
            raise Unfit(f"a {self._shape} has {self._least} to {POINTS_MAX} points", "give that many")
        points = each_of(raw, Point(self.resolution).check)
        for number, (one, other) in enumerate(zip(points, points[1:] + points[:1] * self.closed, strict=False)):
            if one == other:
                raise Unfit(f"point {number + 1} stands twice in a row", "leave one out; a polygon closes by itself")
        if self.closed:
            self._simple(points)
        return points

    def _simple(self, points: list[list[int]]) -> None:
        around = 360 * DEGREE // self.resolution
        side = half_way_round(points, around)
        if side is not None:
            raise Unfit(f"the side after point {side + 1} is half a turn long: it could run either way",
                        "give a corner between its ends")
        met = crosses_itself(points, around)
        if met is not None:
            one, other = met[0] + 1, met[1] + 1
            raise Unfit(f"the polygon crosses itself: the sides after points {one} and {other} meet",
                        "give the corners in the order in which one walks round the area")

    def read(self, given: object) -> list[list[int]]:
        """`57 12.3N 155 00.0E; 57 20.0N ...`, or a list of such texts. Raises Unfit."""
        if isinstance(given, str):
            if len(given) > POINTS_MAX * 40:
                raise Unfit("too long", f"at most {POINTS_MAX} points")
            given = [part.strip() for part in given.split(";")]
        if type(given) is not list or len(given) > POINTS_MAX:
            raise Unfit(f"a {self._shape} is a list of points", "points between semicolons")
        return self.check(each_of(given, Point(self.resolution).read))

    def give(self, value: list[list[int]]) -> object:
        """What `read` reads."""
        return "; ".join(str(Point(self.resolution).give(one)) for one in value)

    def say(self, value: list[list[int]], language: str) -> str:
        """For people."""
        points = "; ".join(Point(self.resolution).say(one, language) for one in value)
        return f"{word(self._shape, language)} {points}"


class Circle(NamedTuple):
    """A centre and a radius above 0."""

    radius: Number
    resolution: int = 300

    def check(self, raw: object) -> list[object]:
        """From the wire: `[latitude, longitude, radius]`. Raises Unfit."""
        if type(raw) is not list or len(raw) != 3:
            raise Unfit("a circle has a centre and a radius", self._remedy)
        return [*Point(self.resolution).check(raw[:2]), self.radius.check(raw[2])]

    @property
    def _remedy(self) -> str:
        return f"write it as 57 12.3N 155 00.0E radius 45 {self.radius.unit}"

    def read(self, given: object) -> list[object]:
        """`57 12.3N 155 00.0E radius 45 km`; the unit is the format's and must be there. Raises Unfit."""
        typed = text_of(given, self._remedy)
        centre, between, radius = typed.partition(" radius ")
        if not between:
            raise Unfit(f"{typed!r:.60} is no circle", self._remedy)
        if not radius.endswith(f" {self.radius.unit}"):
            raise Unfit(f"the radius {radius!r:.20} is not in {self.radius.unit}", self._remedy)
        return self.check([*Point(self.resolution).read(centre), self.radius.read(radius)])

    def give(self, value: list[int]) -> object:
        """What `read` reads."""
        return f"{Point(self.resolution).give(value[:2])} radius {self.radius.give(value[2])} {self.radius.unit}"

    def say(self, value: list[int], language: str) -> str:
        """For people."""
        centre = Point(self.resolution).say(value[:2], language)
        radius = self.radius.say(value[2], language)
        return f"{word('circle', language)} {centre}, {word('radius', language)} {radius}"


class Quadrant(NamedTuple):
    """A sector of 90 degrees of an ocean, about a quarter of its area (agreement of 31 May 1988)."""

    def check(self, raw: object) -> int:
        """From the wire: four times the ocean, and the quadrant. Raises Unfit."""
        return whole(raw, 0, 4 * len(OCEAN_CODES) - 1, "quadrant of an ocean")

    def read(self, given: object) -> int:
        """`PACIFIC NE`. Raises Unfit."""
        remedy = f"an ocean of {', '.join(OCEAN_CODES)}, then {', '.join(QUADRANT_CODES)}: PACIFIC NE"
        ocean, _, quadrant = text_of(given, remedy).upper().partition(" ")
        if ocean not in OCEAN_CODES or quadrant not in QUADRANT_CODES:
            raise Unfit(f"{given!r:.40} is no quadrant of an ocean", remedy)
        return 4 * OCEAN_CODES.index(ocean) + QUADRANT_CODES.index(quadrant)

    def give(self, value: int) -> object:
        """What `read` reads."""
        return f"{OCEAN_CODES[value // 4]} {QUADRANT_CODES[value % 4]}"

    def say(self, value: int, language: str) -> str:
        """For people."""
        return f"{said(OCEANS[value // 4], language)}, {said(QUADRANTS[value % 4], language)}"


class Named(NamedTuple):
    """A place by its name, as both sides know it."""

    chars_most: int = PLACE_CHARS_MAX

    def check(self, raw: object) -> str:
        """From the wire. Raises Unfit."""
        if type(raw) is not str or not 0 < len(raw) <= self.chars_most or raw != raw.strip():
            remedy = f"1 to {self.chars_most} characters, no spaces around them"
            raise Unfit(f"{raw!r:.40} is no name of a place", remedy)
        found = _CONTROL.search(raw)
        if found is not None:
            raise Unfit(f"the name holds U+{ord(found[0]):04X}", "letters, digits, spaces and marks in one line")
        return raw

    def read(self, given: object) -> str:
        """As written. Raises Unfit."""
        return self.check(given.strip() if isinstance(given, str) else given)

    def give(self, value: str) -> object:
        """What `read` reads."""
        return value

    def say(self, value: str, language: str) -> str:
        """As written: names are not translated."""
        return value


Form = Named | Point | Circle | Points | Quadrant
FORM_NAMES: Final = ("named", "point", "circle", "polygon", "route", "quadrant")  # by the number on the wire


def form_name(form: Form) -> str:
    """Its name in format files."""
    match form:
        case Named():
            return "named"
        case Point():
            return "point"
        case Circle():
            return "circle"
        case Points(closed=closed):
            return "polygon" if closed else "route"
        case _:
            return "quadrant"


class Area(NamedTuple):
    """A place in one of several forms. On the wire the number of the form in `FORM_NAMES`, then its value."""

    forms: tuple[Form, ...]

    def _form(self, name: str) -> Form:
        for form in self.forms:
            if form_name(form) == name:
                return form
        names = ", ".join(form_name(form) for form in self.forms)
        raise Unfit(f"{name!r:.20} is no form of a place here", f"one of {names}, then a colon: {self._example()}")

    def _example(self) -> str:
        return {"named": "named: Plesetsk", "point": "point: 57 12.3N 155 00.0E", "quadrant": "quadrant: PACIFIC NE",
                "circle": "circle: 57 12.3N 155 00.0E radius 45 km"}.get(form_name(self.forms[0]), "polygon: A; B; C")

    def check(self, raw: object) -> list[object]:
        """From the wire: `[form, value]`. Raises Unfit."""
        if type(raw) is not list or len(raw) != 2 or type(raw[0]) is not int or not 0 <= raw[0] < len(FORM_NAMES):
            raise Unfit("a place has a form and a value", self._example())
        return [raw[0], self._form(FORM_NAMES[raw[0]]).check(raw[1])]

    def read(self, given: object) -> list[object]:
        """`circle: 57 12.3N 155 00.0E radius 45 km`. Raises Unfit."""
        if type(given) is not str:
            raise Unfit("a place is written as text", self._example())
        name, between, rest = given.partition(":")
        if not between:
            raise Unfit(f"{given!r:.40} does not say in which form the place is given", self._example())
        name = name.strip()
        return [FORM_NAMES.index(name) if name in FORM_NAMES else -1, self._form(name).read(rest.strip())]

    def give(self, value: list[object]) -> object:
        """What `read` reads."""
        name = FORM_NAMES[value[0]]  # type: ignore[call-overload]
        return f"{name}: {self._form(name).give(value[1])}"  # type: ignore[arg-type]

    def say(self, value: list[object], language: str) -> str:
        """For people."""
        return self._form(FORM_NAMES[value[0]]).say(value[1], language)  # type: ignore[call-overload, arg-type]
