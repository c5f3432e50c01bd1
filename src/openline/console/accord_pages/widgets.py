"""What stands on the page for each field: its label in the page's language, inputs, hint, and the faults beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from openline.accord.formats.format import Field, Format
from openline.accord.formats.numbers import NUMBER_MAX, Number
from openline.accord.formats.places import RESOLUTIONS, Area, Circle, Named, Point, Points, Quadrant, form_name
from openline.accord.formats.tables import FieldType, ListOf, Plain, Table
from openline.accord.formats.texts import Choice, Flag, Identifier, Text
from openline.accord.formats.times import LOCAL, Clock, Date, Instant, Window, Year
from openline.accord.formats.words import OCEAN_CODES, QUADRANT_CODES, UNITS, Said, said
from openline.console.accord_pages.forms import GRID_ROWS_MAX, as_csv, parts_of
from openline.console.accords.asking import FaultRow

EMPTY_ROWS: Final = 2  # of a list or table, ready to be filled
Widget = dict[str, Any]


def tongue(words: Said, language: str) -> str:
    """In which language `said` says it."""
    first = language.split("-", 1)[0]
    return language if words.get(language) else first if words.get(first) else "en"


def labelled(words: Said, language: str) -> Widget:
    """Words with the language that they are in."""
    return {"words": said(words, language), "lang": tongue(words, language)}


def widgets(
    format_: Format, given: Mapping[str, object], faults: Sequence[FaultRow], language: str,
    more: Mapping[str, int], kept: Mapping[str, str],
) -> list[Widget]:  # fmt: skip
    """One a field, in the order of the format. `more`: rows to add by field; `kept`: CSV that could not be read."""
    return [_field(one, format_, given.get(one.name), faults, language, more, kept) for one in format_.fields]


def _field(
    field: Field, format_: Format, value: object, faults: Sequence[FaultRow], language: str,
    more: Mapping[str, int], kept: Mapping[str, str],
) -> Widget:  # fmt: skip
    found: Widget = {
        "name": field.name, "label": labelled(field.label, language), "group": str(field.group),
        "required": field.required, "because": _because(field, format_, language),
        "unconfirmed": field.is_unconfirmed, "note": labelled(field.note, language) if field.note else None,
        "faults": [one for one in faults if one.place.split("[")[0].split(".")[0] == field.name],
        "rows": None, "columns": None, "csv": None,
    }  # fmt: skip
    name = f"f.{field.name}"
    rows = value if isinstance(value, list) else [value] if value not in (None, "") else []
    match field.type:
        case ListOf(of=of):
            lines = min(field.type.most, len(rows) + more.get(field.name, 1))
            found["rows"] = [part_widget(of, rows[at] if at < len(rows) else "", f"{name}.{at}", language)
                             for at in range(max(1, lines))]  # fmt: skip
        case Table():
            found |= _table(field.type, rows, name, language, more.get(field.name, EMPTY_ROWS), kept.get(field.name))
        case type_:
            found["part"] = part_widget(type_, value, name, language)
    return found


def _table(table: Table, rows: list[object], name: str, language: str, more: int, kept: str | None) -> Widget:
    shown, text = (rows, kept or "") if len(rows) <= GRID_ROWS_MAX else ([], as_csv(table, rows))
    lines = []
    for at in range(min(table.most, len(shown) + more)):
        row = shown[at] if at < len(shown) else {}
        cells = row if isinstance(row, dict) else {}
        lines.append([part_widget(one.type, cells.get(one.name, ""), f"{name}.{at}.{one.name}", language)
                      for one in table.columns])  # fmt: skip
    return {"rows": lines, "columns": [{**labelled(one.label, language), "required": one.required, "name": one.name}
                                       for one in table.columns], "csv": text}  # fmt: skip


def _because(field: Field, format_: Format, language: str) -> Widget | None:
    """Where it is required only by what another field holds: which, and what."""
    condition = field.required_if
    other = format_.field(condition.field) if condition is not None else None
    if condition is None or other is None:
        return None
    chosen = next((one.label for one in other.type.options if one.code == condition.code), None) if (
        isinstance(other.type, Choice)) else None  # fmt: skip
    return {"field": labelled(other.label, language), "is": labelled(chosen, language) if chosen else None}


def part_widget(type_: Plain, value: object, name: str, language: str) -> Widget:
    """What is needed to draw one value's inputs."""
    typed = parts_of(type_, value)
    found: Widget = {"name": name, "kind": _kind(type_), "value": typed.get("", ""), "parts": typed}
    return found | _details(type_, language)


def _kind(type_: FieldType) -> str:
    match type_:
        case Window(of=of):
            return "window of dates" if isinstance(of, Date) else "window"
        case Points(closed=closed):
            return "polygon" if closed else "route"
        case _:
            return {
                Instant: "instant", Date: "date", Clock: "clock", Year: "year", Number: "number", Point: "point",
                Circle: "circle", Quadrant: "quadrant", Named: "named", Area: "area", Identifier: "identifier",
                Choice: "choice", Flag: "flag", Text: "text",
            }[type(type_)]  # fmt: skip


def _details(type_: Plain, language: str) -> Widget:
    match type_:
        case Date(scale=scale) | Clock(scale=scale) | Window(of=Date(scale=scale)):
            return {"scale": "" if scale == LOCAL else scale}
        case Number():
            return {"unit": _unit(type_.unit, language), "bounds": _bounds(type_), "withhold": type_.may_withhold}
        case Circle(radius=radius, resolution=resolution):
            return {"unit": _unit(radius.unit, language), "bounds": _bounds(radius), "like": _like(resolution)}
        case Point(resolution=resolution) | Points(resolution=resolution):
            return {"like": _like(resolution)}
        case Area(forms=forms):
            return {"forms": [_form(one) for one in forms]}
        case Quadrant():
            codes = [f"{ocean} {quadrant}" for ocean in OCEAN_CODES for quadrant in QUADRANT_CODES]
            options = [(code, type_.say(at, language)) for at, code in enumerate(codes)]
            return {"options": options}
        case Choice(options=options_):
            return {"options": [(one.code, said(one.label, language)) for one in options_]}
        case Identifier(chars_most=most, exactly=exactly):
            return {"chars": exactly or most, "exactly": bool(exactly)}
        case Text(chars_most=most) | Named(chars_most=most):
            return {"chars": most}
        case _:
            return {}


def _unit(unit: str, language: str) -> Widget | None:
    return labelled(UNITS[unit], language) if unit else None


def _bounds(number: Number) -> tuple[str, str]:
    """Least and most, empty where there is no bound worth saying."""
    scale = 10**number.decimals
    return f"{number.least / scale:g}", f"{number.most / scale:g}" if number.most < NUMBER_MAX // scale else ""


def _like(resolution: int) -> str:
    """A point of this resolution, as an example."""
    name = next(key for key, one in RESOLUTIONS.items() if one == resolution)
    return {"minute": "57 12N 155 00E", "second": "57 12 18N 155 00 00E",
            "thousandth of a minute": "57 12.300N 155 00.000E"}.get(name, "57 12.3N 155 00.0E")  # fmt: skip


def _form(form: Any) -> tuple[str, str]:
    """A form of a place, and how it is written."""
    name = form_name(form)
    like = _like(form.resolution) if hasattr(form, "resolution") else ""
    match form:
        case Circle(radius=radius):
            return name, f"{like} radius 45 {radius.unit}"
        case Points():
            return name, f"{like}; …"
        case Quadrant():
            return name, "PACIFIC NE"
        case _:
            return name, like
