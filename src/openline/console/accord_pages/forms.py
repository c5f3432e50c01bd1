"""What a browser's form says of a notice, as `compose` takes it; and back, so that what was typed stands there again.

Inputs are named `f.FIELD`, with what is in parts below it: `f.period.from`, `f.areas.0.form`, `f.items.2.id`. Nothing
is judged here: whatever was typed comes back as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final

from openline.accord.formats.format import Field, Format
from openline.accord.formats.numbers import PROVIDED_NOT, Number
from openline.accord.formats.places import Area, Circle, Points
from openline.accord.formats.tables import Column, FieldType, ListOf, Plain, Table
from openline.accord.formats.times import Window
from openline.accord.formats.unfit import Fault

GRID_ROWS_MAX: Final = 40  # a table with more is shown as the text of a CSV file
TO: Final = " to "
RADIUS: Final = " radius "
Given = dict[str, object]


def given_of(format_: Format, form: Mapping[str, str]) -> tuple[Given, list[Fault], dict[str, str]]:
    """The fields that the form fills; what is wrong with CSV in it; and that CSV, as it was typed, by field."""
    given: Given = {}
    faults: list[Fault] = []
    kept: dict[str, str] = {}
    for field in format_.fields:
        value, fault = _field(field, form)
        if fault is not None:
            faults.append(fault)
            kept[field.name] = form.get(f"csv.{field.name}", "")
        if value not in ("", []):
            given[field.name] = value
    return given, faults, kept


def _field(field: Field, form: Mapping[str, str]) -> tuple[object, Fault | None]:
    name = f"f.{field.name}"
    match field.type:
        case ListOf(of=of):
            every = (part_of(of, form, f"{name}.{at}") for at in range(count_of(form, field.name)))
            return [one for one in every if one != ""], None
        case Table(columns=columns):
            rows: list[object] = [row for at in range(count_of(form, field.name))
                                  if (row := _row(columns, form, f"{name}.{at}"))]  # fmt: skip
            more, fault = _from_csv(field, columns, form.get(f"csv.{field.name}", ""))
            return [*rows, *more], fault
        case type_:
            return part_of(type_, form, name), None


def count_of(form: Mapping[str, str], name: str) -> int:
    """How many rows a list or table of the form has."""
    typed = form.get(f"n.{name}", "")
    return min(int(typed), 512) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 0


def _row(columns: tuple[Column, ...], form: Mapping[str, str], name: str) -> dict[str, str]:
    cells = ((column.name, part_of(column.type, form, f"{name}.{column.name}")) for column in columns)
    return {key: value for key, value in cells if value != ""}


def part_of(type_: Plain, form: Mapping[str, str], name: str) -> str:
    """What was typed for one value, in the one text that its type reads."""
    typed = form.get(name, "")
    match type_:
        case Window():
            begin, end = form.get(f"{name}.from", "").strip(), form.get(f"{name}.to", "").strip()
            return f"{begin}{TO}{end}" if begin or end else ""
        case Circle(radius=radius):
            size = form.get(f"{name}.radius", "").strip()
            if not (typed.strip() or size):
                return ""
            unit = "" if size.endswith(radius.unit) else f" {radius.unit}"
            return f"{typed.strip()}{RADIUS}{size}{unit}"
        case Points():
            return "; ".join(one.strip() for one in typed.replace(";", "\n").split("\n") if one.strip())
        case Number(may_withhold=True) if form.get(f"{name}.not") == "on":
            return PROVIDED_NOT
        case Area():
            value = "; ".join(one.strip() for one in typed.split("\n") if one.strip())
            return f"{form.get(f'{name}.form', '')}: {value}" if value else ""
        case _:
            return typed if typed.strip() else ""


def parts_of(type_: FieldType, value: object) -> dict[str, str]:
    """The parts in which a value is typed: `""` is the part without a name."""
    typed = value if isinstance(value, str) else "" if value is None else str(value)
    match type_:
        case Window():
            begin, _, end = typed.partition(TO)
            return {"from": begin, "to": end}
        case Circle(radius=radius):
            centre, _, size = typed.partition(RADIUS)
            return {"": centre, "radius": size.removesuffix(f" {radius.unit}")}
        case Points():
            return {"": "\n".join(one.strip() for one in typed.split(";"))}
        case Number(may_withhold=True):
            return {"": "", "not": "on"} if typed == PROVIDED_NOT else {"": typed}
        case Area():
            form, _, rest = typed.partition(":")
            return {"form": form.strip(), "": "\n".join(one.strip() for one in rest.split(";"))}
        case _:
            return {"": typed}


# ------------------------------------------------------------------ tables as text
def _from_csv(field: Field, columns: tuple[Column, ...], text: str) -> tuple[list[object], Fault | None]:
    """Rows of a table that somebody pasted, by its heads: names of columns, or what they are called in any language."""
    if not text.strip():
        return [], None
    first = text.lstrip(" \r\n").split("\n", 1)[0]
    between = max(";\t,", key=first.count)
    by_head = {said.casefold(): one.name for one in columns for said in (one.name, *one.label.values())}
    names = ", ".join(one.name for one in columns)
    try:
        reader = csv.reader(io.StringIO(text.strip(" \r\n") + "\n", newline=""), delimiter=between, strict=True)
        heads = [by_head.get(one.strip().casefold(), "") for one in next(reader)]
        if "" in heads or len(set(heads)) != len(heads):
            what = f"the first line {first!r:.60} does not name its columns"
            return [], Fault(field.name, what, f"each once: {names}")
        rows: list[object] = []
        for cells in reader:
            if cells and len(cells) != len(heads):
                what = f"line {reader.line_num} has {len(cells)} cells and not {len(heads)}"
                return [], Fault(field.name, what, f"as many as its first line has: {', '.join(heads)}")
            row = {name: cell.strip() for name, cell in zip(heads, cells, strict=True) if cell.strip()} if cells else {}
            if row:
                rows.append(row)
    except csv.Error as wrong:
        return [], Fault(field.name, f"what was pasted is not CSV: {wrong}", "RFC 4180: cells with marks in quotes")
    return rows, None


def as_csv(table: Table, rows: list[object]) -> str:
    """Rows as the text of a CSV file, which `given_of` reads again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([one.name for one in table.columns])
    for row in rows:
        if isinstance(row, dict):
            writer.writerow([row.get(one.name, "") for one in table.columns])
    return out.getvalue()
