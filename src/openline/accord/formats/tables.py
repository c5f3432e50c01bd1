"""Fields that hold several of something: a list of one type, a table with columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from openline.accord.formats.numbers import Number
from openline.accord.formats.places import Area, Circle, Named, Point, Points, Quadrant
from openline.accord.formats.texts import Choice, Flag, Identifier, Text
from openline.accord.formats.times import Clock, Date, Instant, Window, Year
from openline.accord.formats.unfit import Unfit, Unfits, each_of
from openline.accord.formats.words import Said, said, word

LIST_MAX: Final = 512
ROWS_MAX: Final = 8_192
COLUMNS_MAX: Final = 32
PADDED_CHARS_MAX: Final = 40  # to which cells of a column are filled up: one long cell must not widen every row
SAID_CHARS_MAX: Final = 1_000_000  # of a list or table for people; a byte on the wire may stand for a whole label

Plain = (
    Instant | Date | Window | Clock | Year | Number | Point | Points | Circle | Quadrant | Named | Area | Identifier
    | Choice | Flag | Text
)  # fmt: skip


_Seen = dict[tuple[str, object], int]  # row in which a column has a key


class ListOf(NamedTuple):
    """Several values of one type, in the order given."""

    of: Plain
    least: int = 1
    most: int = LIST_MAX

    def _bounded(self, given: object) -> list[Any]:
        if type(given) is not list or not self.least <= len(given) <= self.most:
            there = f"{len(given)} of them" if type(given) is list else f"{given!r:.40} is no list"
            raise Unfit(there, f"a list of {self.least} to {self.most}")
        return given

    def check(self, raw: object) -> list[object]:
        """From the wire. Raises Unfit naming each item that does not fit, counted from 1."""
        return each_of(self._bounded(raw), self.of.check)

    def read(self, given: object) -> list[object]:
        """A list of what the type reads; one text stands for a list of one. Raises Unfit naming each that is none."""
        return each_of(self._bounded([given] if isinstance(given, str) else given), self.of.read)

    def give(self, value: list[Any]) -> object:
        """What `read` reads."""
        return [self.of.give(one) for one in value]

    def say(self, value: list[Any], language: str) -> str:
        """For people, one a line where there are several."""
        if not value:
            return word("none", language)
        return "\n".join(_cut((self.of.say(one, language) for one in value), len(value)))


class Column(NamedTuple):
    """One column of a table. `key`: its values are identifiers, each once in the table."""

    name: str
    label: Said
    type: Plain
    required: bool = True
    key: bool = False


class Table(NamedTuple):
    """Rows of the same columns. On the wire an array of arrays; an empty cell is null."""

    columns: tuple[Column, ...]
    least: int = 0
    most: int = ROWS_MAX

    def check(self, raw: object) -> list[list[object]]:
        """From the wire. Raises Unfit naming row and column."""
        return self._rows(raw, self._as_wired)

    def _as_wired(self, row: object) -> list[object]:
        if type(row) is not list or len(row) != len(self.columns):
            raise Unfit(f"not a row of {len(self.columns)} cells", "as many cells as columns")
        return row

    def _as_written(self, row: object) -> list[object]:
        if type(row) is dict:
            names = [column.name for column in self.columns]
            unknown = next((name for name in row if name not in names), None)
            if unknown is not None:
                raise Unfit(f"there is no column {unknown!r:.40}", f"the columns are {', '.join(names)}")
            return [row.get(name) for name in names]
        return self._as_wired(row)

    def read(self, given: object) -> list[list[object]]:
        """A list of rows: lists in the order of the columns, or objects by their names. Raises Unfit."""
        return self._rows(given, self._as_written, reading=True)

    def _rows(self, given: object, cells_of: Any, *, reading: bool = False) -> list[list[object]]:
        if type(given) is not list or not self.least <= len(given) <= self.most:
            there = f"{len(given)} rows" if type(given) is list else f"{given!r:.40} is no table"
            raise Unfit(there, f"a list of {self.least} to {self.most} rows")
        seen: _Seen = {}
        return each_of(enumerate(given, 1), lambda one: self._row(cells_of(one[1]), one[0], seen, reading))

    def _row(self, cells: list[object], number: int, seen: _Seen, reading: bool) -> list[object]:
        found: list[object] = []
        unfits = Unfits()
        for column, cell in zip(self.columns, cells, strict=True):
            value: object = None
            try:
                value = self._cell(column, cell, reading)
                self._once(column, value, number, seen)
            except Unfit as unfit:
                unfits.met(unfit)
            found.append(value)
        unfits.end()
        return found

    def _cell(self, column: Column, cell: object, reading: bool) -> object:
        try:
            if cell is None or (reading and cell == ""):
                if column.required:
                    raise Unfit("nothing there", "this column needs a value in every row")
                return None
            return column.type.read(cell) if reading else column.type.check(cell)
        except Unfit as unfit:
            raise unfit.within(f".{column.name}") from unfit

    @staticmethod
    def _once(column: Column, cell: object, number: int, seen: _Seen) -> None:
        if column.key and cell is not None:
            before = seen.setdefault((column.name, cell), number)
            if before != number:
                raise Unfit(f"{cell} stands in row {before} already", "each identifier once", f".{column.name}")

    def give(self, value: list[list[Any]]) -> object:
        """What `read` reads."""
        return [
            {c.name: c.type.give(cell) for c, cell in zip(self.columns, row, strict=True) if cell is not None}
            for row in value
        ]

    def say(self, value: list[list[Any]], language: str) -> str:
        """For people: heads and rows between bars."""
        if not value:
            return word("none", language)
        heads = [said(column.label, language) for column in self.columns]
        widths = [min(len(head), PADDED_CHARS_MAX) for head in heads]
        rows = []
        left = SAID_CHARS_MAX
        for row in value:
            rows.append([
                "-" if cell is None else c.type.say(cell, language).replace("\n", " ")
                for c, cell in zip(self.columns, row, strict=True)
            ])  # fmt: skip
            lengths = [min(len(cell), PADDED_CHARS_MAX) for cell in rows[-1]]
            widths = [max(pair) for pair in zip(widths, lengths, strict=True)]
            left -= sum(map(len, rows[-1]))
            if left < 0:
                break
        bar = f" {word('bar', language)} "
        lines = (
            bar.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [heads, *rows]
        )
        return "\n".join(_cut(lines, 1 + len(value)))


def _cut(lines: Iterable[str], count: int) -> Iterator[str]:
    """Lines until there are too many characters, then how many of `count` are not said."""
    left = SAID_CHARS_MAX
    said_ = 0
    for line in lines:
        if left < 0:
            break
        left -= len(line)
        said_ += 1
        yield line
    if said_ < count:
        yield f"... {count - said_} more"


FieldType = Plain | ListOf | Table
