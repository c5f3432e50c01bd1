"""A form in a browser loses nothing: what was typed is composed, and stands there again; faults have their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from openline.accord.formats.format import Format
from openline.accord.formats.notice import compose
from openline.accord.formats.tables import ListOf, Table
from openline.console.accord_pages.forms import GRID_ROWS_MAX, as_csv, given_of, parts_of
from openline.console.accord_pages.widgets import widgets
from openline.console.accords.library import formats
from openline.console.accords.rows import fault_rows
from tests.rooms.accord.formats.examples import every_type
from tests.rooms.accord.library.listing import example

EVERY = every_type()


def as_typed(format_: Format, given: Mapping[str, Any]) -> dict[str, str]:
    """The form with these values in its inputs, as a browser sends it."""
    form: dict[str, str] = {}

    def put(name: str, parts: Mapping[str, str]) -> None:
        form.update({f"{name}{'.' if part else ''}{part}": value for part, value in parts.items()})

    for field in format_.fields:
        value = given.get(field.name)
        match field.type:
            case ListOf(of=of):
                values = value if isinstance(value, list) else [value] if value else []
                form[f"n.{field.name}"] = str(len(values) + 1)
                for at, one in enumerate([*values, ""]):
                    put(f"f.{field.name}.{at}", parts_of(of, one))
            case Table(columns=columns):
                form[f"n.{field.name}"] = str(len(value or []))
                for at, row in enumerate(value or []):
                    for column in columns:
                        put(f"f.{field.name}.{at}.{column.name}", parts_of(column.type, row.get(column.name, "")))
            case type_:
                put(f"f.{field.name}", parts_of(type_, value))
    return form


@pytest.mark.parametrize("name", sorted(formats()))
def test_every_shipped_example_goes_through_a_form_and_comes_out_the_same(name: str) -> None:
    format_ = formats()[name]
    given, faults, kept = given_of(format_, as_typed(format_, example(name)))
    assert not faults and not kept
    assert compose(format_, given) == compose(format_, example(name))
    again, _, _ = given_of(format_, as_typed(format_, given))
    assert again == given
    for language in ("en", "ru", "ar"):
        found = widgets(format_, given, [], language, {}, {})
        assert [one["name"] for one in found] == [one.name for one in format_.fields]
        assert all(one["label"]["lang"] == ("ru" if language == "ru" else "en") for one in found)


NONSENSE = {
    "f.when": "2026-02-30T12:00:00Z", "f.day": "30.02.2026", "f.period.from": "soon", "f.days.to": "2026-01-01",
    "f.each_day": "25:00", "f.year": "26", "f.count": "many", "f.height": "1.234", "f.point": "91 00 00N 181 00 00E",
    "f.circle": "somewhere", "f.circle.radius": "0", "f.polygon": "1\n\n2;3", "f.area.form": "circle",
    "f.area": "10 00.0N 010 00.0E radius 5", "f.item": "A\u202eB", "f.kind": "NONE", "f.public": "maybe",
    "f.named": "x\u200b", "n.names": "3", "f.names.1": "Ж",
}  # fmt: skip


def test_nonsense_stands_there_again_and_every_fault_has_its_place_and_rule() -> None:
    given, _, _ = given_of(EVERY, NONSENSE)
    again, _, _ = given_of(EVERY, as_typed(EVERY, given))
    assert again == given
    told = {one.place: one.rule for one in fault_rows(compose(EVERY, given).faults, EVERY)}
    assert told == {
        "when": "A1", "day": "A1", "period": "A1", "days": "A1", "each_day": "A1", "year": "R-404", "count": "R-404",
        "height": "R-404", "point": "A4", "circle": "A4", "polygon[1]": "A4",
        "polygon[2]": "A4", "polygon[3]": "A4", "area": "A4", "item": "R-404",
        "kind": "R-404", "public": "R-404", "named": "A4", "names[1]": "R-404",
    }  # fmt: skip
    found = {one["name"]: one for one in widgets(EVERY, given, [], "en", {}, {})}
    assert found["item"]["part"]["value"] == "A\u202eB" and found["polygon"]["part"]["value"] == "1\n2\n3"


@pytest.mark.parametrize(("given", "place", "says", "rule"), [
    ({"when": "2026-02-30T12:00:00Z"}, "when", "in no calendar", "A1"),
    ({"when": "2026-12-20T12:00:00"}, "when", "without a zone", "A1"),
    ({"polygon": "10 00N 10 00E; 11 00N 11 00E; 11 00N 10 00E; 10 00N 11 00E"}, "polygon", "crosses itself", "A4"),
    ({"circle": "57 12.300N 155 00.000E radius 45"}, "circle", "not in nm", "A4"),
    ({"point": "57 60 00N 155 00 00E"}, "point", "60 of sixty", "A4"),
    ({"item": "RS-24\u202e"}, "item", "U+202E", "R-404"),
    ({"remarks": "x" * 10_000_000}, "remarks", "10000000 characters", "R-404"),
    ({"items": [{"id": "X1", "number": "1"}, {"id": "X1", "number": "2"}]}, "items[2].id", "row 1 already", "E1"),
    ({"items": [{"id": "X1", "number": "none"}]}, "items[1].number", "no number", "R-404"),
    ({"items": [{"id": "X1"}]}, "items[1].number", "nothing there", "R-404"),
    ({"height": "not provided"}, "height", "no number", "R-404"),
])  # fmt: skip
def test_bad_input_is_named_with_its_place_and_its_rule(
    given: dict[str, object], place: str, says: str, rule: str
) -> None:
    found = [one for one in fault_rows(compose(EVERY, given).faults, EVERY) if one.place == place]
    assert [one.rule for one in found] == [rule] and says in found[0].what and len(found[0].what) < 300


def test_rows_from_csv_by_names_or_labels_in_any_language() -> None:
    for text in ("id,number,place\nX1,3,08 43.0N 167 43.0E\nX2,not provided,\n",
                 "Обозначение;Число;Место\nX1;3;08 43.0N 167 43.0E\nX2;not provided;\n",
                 "Identifier\tNumber\tPlace\nX1\t3\t08 43.0N 167 43.0E\n\nX2\tnot provided\t\n"):  # fmt: skip
        given, faults, _ = given_of(EVERY, {"csv.items": text})
        assert not faults and given["items"] == [
            {"id": "X1", "number": "3", "place": "08 43.0N 167 43.0E"}, {"id": "X2", "number": "not provided"}
        ]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), [
    ("id,what\nX1,3\n", "does not name its columns"), ("id,id\nX1,X2\n", "does not name its columns"),
    ("id,number\nX1,3,4\n", "line 2 has 3 cells and not 2"), ('id,number\n"X1,3\n', "not CSV"),
])  # fmt: skip
def test_csv_with_wrong_columns_is_told_and_kept_as_it_was_typed(text: str, says: str) -> None:
    given, (fault,), kept = given_of(EVERY, {"csv.items": text})
    assert fault.place == "items" and says in fault.what and kept == {"items": text} and "items" not in given
    (found,) = (one for one in widgets(EVERY, given, [], "en", {}, kept) if one["name"] == "items")
    assert found["csv"] == text


def test_a_long_table_is_shown_as_csv_and_read_again() -> None:
    rows: list[object] = [{"id": f"X{at}", "number": str(at)} for at in range(GRID_ROWS_MAX + 60)]
    field = EVERY.field("items")
    assert field is not None and isinstance(field.type, Table)
    (found,) = (one for one in widgets(EVERY, {"items": rows}, [], "en", {}, {}) if one["name"] == "items")
    assert found["csv"] == as_csv(field.type, rows) and len(found["rows"]) == 2
    assert given_of(EVERY, {"csv.items": found["csv"]})[0]["items"] == rows
