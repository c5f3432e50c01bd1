"""Declarations from and to files: CSV (RFC 4180) a table, JSON the whole. Strict; every fault at once, with its place.

A cell is written as its column's type writes it; empty where nothing is said; among numbers that may be kept back
`not provided` or `withheld`, which are not zero and not left out. What is written out is read back to the same cells.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from openline.accord.declarations.declaration import NOT_PROVIDED, WITHHELD, Cells
from openline.accord.declarations.layout import Layout, TableOf
from openline.accord.formats.numbers import PROVIDED_NOT, Number
from openline.accord.formats.tables import Column
from openline.accord.formats.unfit import Fault, Unfit

KEPT_BACK: Final = "withheld"  # as people and files write it
FAULTS_MAX: Final = 1_000  # that are told of one file
FILE_CHARS_MAX: Final = 16 * 1024 * 1024
HEAD_COLUMNS: Final = ("as_of", "party")  # that a file may have beside those of its table: whose, and of which day


class Lack(Fault):
    """A fault with which a declaration can leave, marked at both ends: something lacks, or stands twice. (R-418)"""

    __slots__ = ()


class Faults:
    """Faults in the order they are met; past the bound they are only counted."""

    def __init__(self) -> None:
        self.told: list[Fault] = []
        self._more = 0

    def note(self, place: str, what: str, remedy: str, line: int = 0, *, lacks: bool = False) -> None:
        """One more."""
        if len(self.told) < FAULTS_MAX:
            self.told.append((Lack if lacks else Fault)(place, what, remedy, line))
        else:
            self._more += 1

    def all(self) -> tuple[Fault, ...]:
        """Those that are told, and how many more there are."""
        if not self._more:
            return tuple(self.told)
        return (*self.told, Fault("file", f"{self._more} faults more", "mend these first"))


class Read(NamedTuple):
    """What was read, as far as it could be, and every fault."""

    tables: tuple[Cells | None, ...]
    faults: tuple[Fault, ...]


def read_csv(table: TableOf, source: str, only: Mapping[str, str]) -> tuple[Cells, tuple[Fault, ...]]:
    """The rows of one table. `only`: those where each of these columns says this; the table need not have them."""
    faults = Faults()
    if len(source) > FILE_CHARS_MAX:
        return [], (Fault("file", f"{len(source)} characters", f"at most {FILE_CHARS_MAX}"),)
    reader = csv.reader(io.StringIO(source.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[tuple[int, dict[str, Any]]] = []
    try:
        heads = next(reader, [])
        if not _heads_fit(table, heads, only, faults):
            return [], faults.all()
        for cells in reader:
            if len(cells) != len(heads):
                what = f"{len(cells)} cells under {len(heads)} heads"
                faults.note(f"{table.name} row {len(rows) + 1}", what, "as many as heads", reader.line_num)
                continue
            row = dict(zip(heads, cells, strict=True))
            if all(row[name] == value for name, value in only.items()):
                rows.append((reader.line_num, row))
    except csv.Error as wrong:
        remedy = "RFC 4180: commas, quotes doubled inside quotes"
        faults.note(table.name, f"is not CSV: {wrong}", remedy, reader.line_num)
    return _rows(table, rows, faults), faults.all()


def _heads_fit(table: TableOf, heads: Sequence[str], only: Mapping[str, str], faults: Faults) -> bool:
    names = [column.name for column in table.columns]
    known = {*names, *HEAD_COLUMNS, *only}
    place, there = f"{table.name} head", f"the columns are {', '.join(names)}"
    for name in heads:
        if name not in known:
            faults.note(place, f"there is no column {name!r:.40}", there, 1)
    for name in sorted({one for one in heads if heads.count(one) > 1}):
        faults.note(place, f"two columns are called {name!r:.40}", "each once", 1)
    for column in table.columns:
        if column.required and column.name not in heads:
            faults.note(place, f"the column {column.name} is missing", there, 1)
    for name in only:
        if name not in heads:
            faults.note(place, f"rows are chosen by {name}, which is no column", "one of the heads", 1)
    return not faults.told


def _rows(table: TableOf, rows: Iterable[tuple[int, Mapping[str, Any]]], faults: Faults) -> Cells:
    found: Cells = []
    seen: dict[tuple[str, Any], int] = {}
    number = 0
    for number, (line, row) in enumerate(rows, 1):
        if number > table.most:
            continue
        cells = []
        for column in table.columns:
            place = f"{table.name} row {number}, {column.name}"
            try:
                given = row.get(column.name)
                if column.required and given in (None, ""):
                    faults.note(place, "nothing there", _nothing(column), line, lacks=True)
                    given = None
                cell = None if given is None else read_cell(column, given)
                if column.key and cell is not None and seen.setdefault((column.name, cell), number) != number:
                    what = f"{cell} stands in row {seen[column.name, cell]} already"
                    faults.note(place, what, "one identifier, one place, one state (E1)", line, lacks=True)
            except Unfit as unfit:
                for one in unfit.each():
                    faults.note(place + one.place, one.what, one.remedy, line)
                cell = None
            cells.append(cell)
        found.append(cells)
    if not table.least <= number <= table.most:
        faults.note(table.name, f"{number} rows", f"{table.least} to {table.most}", lacks=number < table.least)
    return found


def read_cell(column: Column, given: object) -> Any:
    """A cell as it is written. Raises Unfit."""
    type_ = column.type
    if given is None or given == "":
        if column.required:
            raise Unfit("nothing there", _nothing(column))
        return None
    if isinstance(type_, Number) and given in (PROVIDED_NOT, KEPT_BACK):
        if not type_.may_withhold:
            raise Unfit(f"{given} cannot stand among these numbers", "a number")
        return NOT_PROVIDED if given == PROVIDED_NOT else WITHHELD
    return type_.read(given)


def _nothing(column: Column) -> str:
    if isinstance(column.type, Number) and column.type.may_withhold:
        return "a number, `not provided` or `withheld`: nothing is not zero"
    return "this column needs a value in every row"


def check_cell(column: Column, raw: object) -> None:
    """A cell as it travels. Raises Unfit."""
    type_ = column.type
    if raw is None:
        if column.required:
            raise Unfit("nothing there", "this column needs a value in every row")
    elif type(raw) is bool:
        if not isinstance(type_, Number) or not type_.may_withhold:
            raise Unfit(f"{KEPT_BACK if raw else PROVIDED_NOT} cannot stand here", "a value")
    elif type_.check(raw) != raw:
        raise Unfit(f"{raw!r:.40} has another spelling", "its one spelling")


def give_cell(column: Column, cell: Any) -> Any:
    """A cell as `read_cell` reads it. Raises Unfit for what its column cannot hold."""
    if cell is None:
        return ""
    if type(cell) is bool:
        return KEPT_BACK if cell is WITHHELD else PROVIDED_NOT
    return column.type.give(column.type.check(cell))  # type: ignore[arg-type]


def read_json(layout: Layout, source: str) -> tuple[str, Read]:
    """The day it stands for, as written, and its tables, from `{"as_of": "...", "tables": {name: [row, ...]}}`."""
    faults = Faults()
    nothing = Read((None,) * len(layout.tables), ())
    if len(source) > FILE_CHARS_MAX:
        return "", nothing._replace(faults=(Fault("file", f"{len(source)} characters", f"at most {FILE_CHARS_MAX}"),))
    try:
        given = json.loads(source, object_pairs_hook=each_key_once, parse_constant=no_number)
    except (ValueError, RecursionError) as wrong:
        return "", nothing._replace(faults=(Fault("file", f"is not JSON: {wrong}"[:200], "RFC 8259, each key once"),))
    tables = given.get("tables") if type(given) is dict else None
    if type(given) is not dict or set(given) - {"as_of", "tables"} or type(tables) is not dict:
        remedy = '{"as_of": "2020-09-01", "tables": {...}}'
        return "", nothing._replace(faults=(Fault("file", "is not one declaration", remedy),))
    names = [table.name for table in layout.tables]
    for name in tables:
        if name not in names:
            faults.note("tables", f"there is no table {name!r:.40}", f"the tables are {', '.join(names)}")
    found = [_table(table, tables[table.name], faults) if table.name in tables else None for table in layout.tables]
    as_of = given.get("as_of", "")
    return as_of if isinstance(as_of, str) else repr(as_of), Read(tuple(found), faults.all())


def _table(table: TableOf, given: object, faults: Faults) -> Cells:
    if type(given) is not list:
        faults.note(table.name, f"{given!r:.40} is no list of rows", "[{column: value, ...}, ...]")
        return []
    names = [column.name for column in table.columns]
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, row in enumerate(given, 1):
        if type(row) is not dict or set(row) - set(names):
            odd = next((name for name in row if name not in names), "") if type(row) is dict else ""
            what = f"there is no column {odd!r:.40}" if odd else f"{row!r:.40} is no row"
            faults.note(f"{table.name} row {number}", what, f"the columns are {', '.join(names)}")
            row = {}
        rows.append((0, row))
    return _rows(table, rows, faults)


def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON (`object_pairs_hook`). Raises ValueError where a key stands twice: which of them is meant?"""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def no_number(name: str) -> None:
    """For `parse_constant`. Raises ValueError: NaN and infinities are not of JSON (RFC 8259)."""
    raise ValueError(f"{name} is no number")


def as_json(layout: Layout, as_of: str, tables: Sequence[Cells | None]) -> str:
    """What `read_json` reads."""
    said = {}
    for table, cells in zip(layout.tables, tables, strict=False):
        if cells is not None:
            said[table.name] = [
                {one.name: give_cell(one, cell) for one, cell in zip(table.columns, row, strict=True)
                 if cell is not None} for row in cells
            ]  # fmt: skip
    return json.dumps({"as_of": as_of, "tables": said}, ensure_ascii=False, indent=1) + "\n"


def as_csv(table: TableOf, cells: Cells) -> str:
    """What `read_csv` reads."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    for row in cells:
        writer.writerow([give_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)])
    return out.getvalue()
