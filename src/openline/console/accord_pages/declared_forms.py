"""What a browser's form says of a declaration, as the station reads it; a file that is loaded into it; and back.

Rows typed on the page and rows of a loaded file go one way: as CSV, to the readers that the command line has. Inputs
are named `f.TABLE.ROW.COLUMN`, the text of a file `csv.TABLE`, and `json` where it is the whole. Nothing is judged here
but what keeps a file from being read at all: whatever was typed or loaded comes back as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from openline.accord.declarations.declaration import Cells
from openline.accord.declarations.files import KEPT_BACK, Lack, as_csv, give_cell, read_csv, read_json
from openline.accord.declarations.layout import Layout, TableOf
from openline.accord.formats.numbers import PROVIDED_NOT, Number
from openline.accord.formats.tables import Column
from openline.accord.formats.unfit import Fault
from openline.console.accord_pages.forms import GRID_ROWS_MAX, count_of, part_of
from openline.console.accord_pages.widgets import EMPTY_ROWS, Widget, labelled, part_widget

WHOLE: Final = "*"  # what a file is that holds every table
KEPT: Final = (PROVIDED_NOT, KEPT_BACK)
Row = dict[str, str]


class Typed(NamedTuple):
    """A declaration as its form holds it. `rows`: typed, by table; `texts`: CSV by table; `only`: which rows of CSV."""

    as_of: str
    rows: dict[str, list[Row]]
    texts: dict[str, str]
    json: str
    only: dict[str, str]
    faults: list[Fault]

    def csv(self, layout: Layout) -> dict[str, str]:
        """Every table that is given, as the text of a file."""
        found = dict(self.texts)
        for table in layout.tables:
            if self.rows.get(table.name):
                found[table.name] = _as_text(table, self.rows[table.name], self.only)
        return found


def typed_of(layout: Layout, form: Mapping[str, str]) -> Typed:
    """What the form holds, and what of it cannot be read as it stands."""
    faults: list[Fault] = []
    rows, texts = dict[str, list[Row]](), dict[str, str]()
    for table in layout.tables:
        every = (_row(table, form, at) for at in range(min(count_of(form, table.name), table.most)))
        filled = [row for row in every if row]
        text = form.get(f"csv.{table.name}", "").strip("\n")
        if filled:
            rows[table.name] = filled
        if text.strip():
            texts[table.name] = text + "\n"
        if filled and text.strip():
            faults.append(Fault(table.name, "its rows are typed, and stand in a file too", "one of the two"))
    only = _only(layout, form.get("only", ""), faults)
    return Typed(form.get("as_of", "").strip(), rows, texts, form.get("json", "").strip(), only, faults)


def _row(table: TableOf, form: Mapping[str, str], at: int) -> Row:
    cells = ((one.name, _cell(one, form, f"f.{table.name}.{at}.{one.name}")) for one in table.columns)
    return {name: text for name, text in cells if text}


def _cell(column: Column, form: Mapping[str, str], name: str) -> str:
    kept = form.get(f"{name}.kept", "")
    if isinstance(column.type, Number) and column.type.may_withhold and kept in KEPT:
        return kept
    return part_of(column.type, form, name).strip()


def _only(layout: Layout, text: str, faults: list[Fault]) -> dict[str, str]:
    """`party=US`, one a line."""
    columns = {column.name for table in layout.tables for column in table.columns}
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, between, value = line.partition("=")
        if not between or not name.strip():
            remedy = "a column, =, and what it says, one a line"
            faults.append(Fault("rows to take", f"{line!r:.60} chooses none", remedy))
        elif name.strip() in columns:
            what = f"{name.strip()!r:.40} is a column that is declared"
            faults.append(Fault("rows to take", what, "take out the other rows, or `openline declare send --only`"))
        else:
            found[name.strip()] = value.strip()
    return found


def _as_text(table: TableOf, rows: Sequence[Row], only: Mapping[str, str]) -> str:
    """Rows as a file; where rows are chosen these are among them, for they were typed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(one.name for one in table.columns), *only])
    for row in rows:
        writer.writerow([*(row.get(one.name, "") for one in table.columns), *only.values()])
    return out.getvalue()


# ------------------------------------------------------------------ a file
def loaded(layout: Layout, typed: Typed, into: str, data: bytes) -> Typed:
    """With the file: its rows as rows where it has no fault and few of them, else its text, as it came."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        fault = Fault("file", f"byte {wrong.start} is not UTF-8", "save it as UTF-8")
        return typed._replace(faults=[*typed.faults, fault])
    if into == WHOLE:
        return _whole(layout, typed, text)
    table = layout.table(into)
    if table is None:
        there = ", ".join(one.name for one in layout.tables)
        fault = Fault("tables", f"there is no table {into!r:.40}", f"the tables are {there}")
        return typed._replace(faults=[*typed.faults, fault])
    rows, texts = dict(typed.rows), dict(typed.texts)
    rows.pop(into, None)
    texts[into] = text if text.endswith("\n") else text + "\n"
    cells, faults = read_csv(table, text, typed.only)
    if all(isinstance(one, Lack) for one in faults) and 0 < len(cells) <= GRID_ROWS_MAX:
        del texts[into]
        rows[into] = given_rows(table, cells)
    return typed._replace(rows=rows, texts=texts)


def _whole(layout: Layout, typed: Typed, text: str) -> Typed:
    day, read = read_json(layout, text)
    if any(not isinstance(one, Lack) for one in read.faults):
        return typed._replace(rows={}, texts={}, json=text)
    rows, texts = dict[str, list[Row]](), dict[str, str]()
    for table, cells in zip(layout.tables, read.tables, strict=False):
        if cells is None:
            continue
        if len(cells) <= GRID_ROWS_MAX:
            rows[table.name] = given_rows(table, cells)
        else:
            texts[table.name] = as_csv(table, cells)
    return typed._replace(as_of=day or typed.as_of, rows=rows, texts=texts, json="", only={})


def given_rows(table: TableOf, cells: Cells) -> list[Row]:
    """Cells as they are typed."""
    return [{one.name: str(give_cell(one, cell)) for one, cell in zip(table.columns, row, strict=True)
             if cell is not None} for row in cells]  # fmt: skip


# ------------------------------------------------------------------ on the page
def table_widgets(
    layout: Layout, typed: Typed, faults: Sequence[Any], language: str, more: Mapping[str, int]
) -> list[Widget]:
    """One a table, with the faults of its rows. `more`: empty rows to add, by table."""
    return [_widget(one, typed, faults, language, more.get(one.name, EMPTY_ROWS)) for one in layout.tables]


def _widget(table: TableOf, typed: Typed, faults: Sequence[Any], language: str, more: int) -> Widget:
    rows, text = typed.rows.get(table.name, []), typed.texts.get(table.name, "")
    lines = []
    for at in range(0 if text else min(table.most, len(rows) + more)):
        row = rows[at] if at < len(rows) else {}
        lines.append([_cell_widget(one, row.get(one.name, ""), f"f.{table.name}.{at}.{one.name}", language)
                      for one in table.columns])  # fmt: skip
    columns = [{**labelled(one.label, language), "name": one.name, "required": one.required} for one in table.columns]
    return {
        "name": table.name, "label": labelled(table.label, language), "columns": columns, "rows": lines, "csv": text,
        "most": table.most, "faults": [one for one in faults if is_of(one.place, table.name)],
    }  # fmt: skip


def _cell_widget(column: Column, value: str, name: str, language: str) -> Widget:
    keeps_back = isinstance(column.type, Number) and column.type.may_withhold
    kept = value if keeps_back and value in KEPT else ""
    found = part_widget(column.type, "" if kept else value, name, language)
    return {**found, "kept": kept, "keeps_back": keeps_back, "withhold": False}


def is_of(place: str, table: str) -> bool:
    """Whether a fault's place is in a table: `line 3, units row 2, id`, `units head`."""
    return any(part == table or part.startswith(f"{table} ") for part in place.split(", "))
