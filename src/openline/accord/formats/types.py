"""The types of fields, as format files write them: `type = "..."` and what belongs to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from openline.accord.formats.numbers import DECIMALS_MAX, NUMBER_MAX, Number
from openline.accord.formats.places import RESOLUTIONS, Area, Circle, Form, Named, Point, Points, Quadrant
from openline.accord.formats.section import Section
from openline.accord.formats.tables import COLUMNS_MAX, LIST_MAX, ROWS_MAX, Column, FieldType, ListOf, Plain, Table
from openline.accord.formats.texts import (
    CHOICES_MAX,
    IDENTIFIER_CHARS_MAX,
    Choice,
    Flag,
    Identifier,
    Option,
    Text,
    is_code,
)
from openline.accord.formats.times import SCALES, Clock, Date, Instant, Window, Year
from openline.accord.formats.words import UNITS
from openline.limits import TEXT_CHARS_MAX

RADIUS_UNITS: Final = ("km", "nm", "m")
PLACE_FORMS: Final = ("named", "point", "circle", "polygon", "route", "quadrant")

_Reads = Callable[[Section, list[str]], Plain]


def read_type(given: Section, languages: list[str], key: str = "type") -> FieldType:
    """The type of a field and its settings; a wrong one is noted in the section and stands as a text."""
    name = given.one_of(key, (*_PLAIN, "list", "table"), "text", required=True)
    if name == "list":
        of = given.one_of("of", tuple(_PLAIN), "text", required=True)
        least = given.whole("least", 1, 0, LIST_MAX)
        return ListOf(_PLAIN[of](given, languages), least, given.whole("most", LIST_MAX, max(least, 1), LIST_MAX))
    if name == "table":
        columns = tuple(read_column(one, languages) for one in given.inner("columns", COLUMNS_MAX, least=1))
        names = [column.name for column in columns]
        for one in {one for one in names if names.count(one) > 1}:
            given.fault("columns", f"two columns are called {one}", "another name for one of them")
        least = given.whole("least", 0, 0, ROWS_MAX)
        return Table(columns, least, given.whole("most", ROWS_MAX, max(least, 1), ROWS_MAX))
    return _PLAIN[name](given, languages)


def read_column(given: Section, languages: list[str]) -> Column:
    """One column of a table. Faults are noted in the section."""
    kind = given.one_of("type", tuple(_PLAIN), "text", required=True)
    column = Column(
        given.name("name"), given.words("label", languages), _PLAIN[kind](given, languages),
        given.take("required", lambda one: type(one) is bool, "true or false", True), given.flag("key"),
    )  # fmt: skip
    if column.key and not isinstance(column.type, Identifier):
        given.fault("key", f"a column of the type {kind} cannot be the key", "an identifier can")
    given.end()
    return column


def _scale(given: Section) -> str:
    return given.one_of("scale", SCALES, "UTC", required=True)


def _window(given: Section, _languages: list[str]) -> Window:
    if given.one_of("of_dates", ("instants", "dates"), "instants") == "dates":
        return Window(Date(_scale(given)))
    return Window(Instant())


def _number(given: Section, _languages: list[str]) -> Number:
    decimals = given.whole("decimals", 0, 0, DECIMALS_MAX)
    scale = 10**decimals
    least = given.whole("min", 0, -NUMBER_MAX // scale, NUMBER_MAX // scale) * scale
    most = given.whole("max", NUMBER_MAX // scale, least // scale, NUMBER_MAX // scale) * scale
    unit = given.one_of("unit", tuple(UNITS), "")
    return Number(least, most, unit, decimals, given.flag("may_be_withheld"))


def _resolution(given: Section) -> int:
    return RESOLUTIONS[given.one_of("resolution", tuple(RESOLUTIONS), "tenth of a minute")]


def _circle(given: Section, _languages: list[str]) -> Circle:
    unit = given.one_of("unit", RADIUS_UNITS, "km", required=True)
    decimals = given.whole("decimals", 0, 0, 3)
    most = given.whole("max", 20_000, 1, 20_000) * 10**decimals
    return Circle(Number(1, most, unit, decimals), _resolution(given))


def _area(given: Section, languages: list[str]) -> Area:
    names = given.take(
        "forms",
        lambda one: isinstance(one, list) and len(one) > 0 and len(set(map(str, one))) == len(one)
        and all(form in PLACE_FORMS for form in one),
        f"a list of {', '.join(PLACE_FORMS)}", ["named"], required=True,
    )  # fmt: skip
    resolution = _resolution(given)
    forms: list[Form] = []
    for name in names:
        match name:
            case "named":
                forms.append(Named())
            case "point":
                forms.append(Point(resolution))
            case "circle":
                forms.append(_circle(given, languages))
            case "polygon" | "route":
                forms.append(Points(name == "polygon", resolution))
            case _:
                forms.append(Quadrant())
    return Area(tuple(forms))


def _identifier(given: Section, _languages: list[str]) -> Identifier:
    exactly = given.whole("exactly", 0, 1, IDENTIFIER_CHARS_MAX)
    return Identifier(exactly or given.whole("chars", IDENTIFIER_CHARS_MAX, 1, IDENTIFIER_CHARS_MAX), exactly)


def _choice(given: Section, languages: list[str]) -> Choice:
    options = []
    for one in given.inner("options", CHOICES_MAX, least=2):
        code = one.take("code", is_code, "capital letters, digits and _ . / -, at most 32", "", required=True)
        options.append(Option(code, one.words("label", languages)))
        one.end()
    codes = [option.code for option in options]
    for code in {code for code in codes if codes.count(code) > 1}:
        given.fault("options", f"{code} stands twice", "each code once")
    return Choice(tuple(options))


_PLAIN: Final[Mapping[str, _Reads]] = {
    "instant": lambda _given, _languages: Instant(),
    "date": lambda given, _languages: Date(_scale(given)),
    "window": _window,
    "clock time": lambda given, _languages: Clock(_scale(given)),
    "year": lambda _given, _languages: Year(),
    "number": _number,
    "point": lambda given, _languages: Point(_resolution(given)),
    "circle": _circle,
    "polygon": lambda given, _languages: Points(True, _resolution(given)),
    "route": lambda given, _languages: Points(False, _resolution(given)),
    "quadrant": lambda _given, _languages: Quadrant(),
    "named place": lambda _given, _languages: Named(),
    "area": _area,
    "identifier": _identifier,
    "choice": _choice,
    "yes or no": lambda _given, _languages: Flag(),
    "text": lambda given, _languages: Text(given.whole("chars", 2_000, 1, TEXT_CHARS_MAX)),
}
