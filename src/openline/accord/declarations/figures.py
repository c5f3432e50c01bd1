"""What a declaration's figures are: sums over its rows, with the reason where no sum can be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from openline.accord.declarations.declaration import Cells
from openline.accord.declarations.files import give_cell
from openline.accord.declarations.layout import Figure, Layout, TableOf, Term
from openline.accord.formats.unfit import Unfit

NOT_DECLARED: Final = "not declared"
UNREADABLE: Final = "does not fit its layout"


class Value(NamedTuple):
    """A figure's number; None where `why` says why there is none. It is never taken for zero."""

    number: int | None
    why: str = ""

    @property
    def kept_back(self) -> bool:
        """Whether its declarer says that it does not say."""
        return self.number is None and self.why != NOT_DECLARED


class Row(NamedTuple):
    """A row in words, as its columns write them, and its amount; None where that is kept back."""

    words: dict[str, Any]
    amount: int | None
    why: str


class Sheet:
    """One declaration, opened for asking. Cells that do not fit stand as texts nobody asks for."""

    def __init__(self, layout: Layout, tables: Sequence[Cells | None]) -> None:
        self.layout = layout
        self._rows: dict[str, list[Row]] = {}
        for table, cells in zip(layout.tables, tables, strict=False):
            if cells is not None:
                self._rows[table.name] = [_row(table, row) for row in cells]
        self._figures = layout.by_name()

    def rows(self, table: str) -> list[Row] | None:
        """The rows of a table; None where the declaration does not have it."""
        return self._rows.get(table)

    def chosen(self, table: str, where: Sequence[tuple[str, tuple[str, ...]]]) -> list[Row]:
        """The rows where each of these columns says one of these."""
        return [one for one in self._rows.get(table, ()) if all(one.words.get(name) in codes for name, codes in where)]

    def values_of(self, figure: str, column: str) -> list[str]:
        """What the column says in the rows of this figure, its total apart, in alphabetical order."""
        one = self._figures[figure]
        table = self.layout.table(one.table)
        if table is None or column not in [each.name for each in table.columns]:
            return []
        totals = {level.total for level in table.levels if level.column == column}
        said = {str(row.words.get(column) or "") for row in self.chosen(one.table, one.where)}
        return sorted(said - totals)

    def value(self, name: str, group: tuple[str, str] | None = None) -> Value:
        """A figure; with `group` only of the rows where that column says so."""
        figure = self._figures[name]
        table = self.layout.table(figure.table)
        if table is None or figure.table not in self._rows:
            return Value(None, NOT_DECLARED)
        rows = self.chosen(figure.table, figure.where)
        if not figure.column:
            return Value(len(rows))
        if group is not None:
            rows = [row for row in rows if row.words.get(group[0]) == group[1]]
        levels = [level for level in table.levels if group is None or level.column != group[0]]
        return _rolled(figure, rows, [(level.column, level.total) for level in levels])

    def parts(self, figure: Figure, level: int) -> list[tuple[str, Value, Value]]:
        """For each place where a total at this level is declared: what it is, its value, and the sum of its parts."""
        table = self.layout.table(figure.table)
        if table is None or figure.table not in self._rows or not figure.column:
            return []
        found = []
        column, total = table.levels[level].column, table.levels[level].total
        above = [(one.column, one.total) for one in table.levels[:level]]
        below = [(one.column, one.total) for one in table.levels[level + 1 :]]
        all_rows = self.chosen(figure.table, figure.where)
        keys = {tuple(str(row.words.get(name) or "") for name, _ in above) for row in all_rows}
        for key in sorted(keys):
            rows = [row for row in all_rows if key == tuple(str(row.words.get(name) or "") for name, _ in above)]
            others = [row for row in rows if row.words.get(column) != total]
            declared = [row for row in rows if row.words.get(column) == total]
            if declared and others:
                place = ", ".join([figure.name, *key])
                found.append((place, _rolled(figure, declared, below), _summed(figure, others, column, below)))
        return found


def _row(table: TableOf, cells: Sequence[Any]) -> Row:
    words: dict[str, Any] = {}
    amount, why = None, UNREADABLE
    for column, cell in zip(table.columns, cells, strict=False):
        try:
            words[column.name] = given = give_cell(column, cell)
        except Unfit:
            continue
        if type(cell) is int:
            words[f"{column.name} "] = cell  # as a number, whatever it is called
        if column.name == table.amount:
            amount, why = (cell, "") if type(cell) is int else (None, str(given) or NOT_DECLARED)
    return Row(words, amount, why)


def _rolled(figure: Figure, rows: list[Row], levels: Sequence[tuple[str, str]]) -> Value:
    """The declared total where there is one, else the sum of what stands below it."""
    if not rows:
        return Value(None, NOT_DECLARED)
    if not levels:
        return _added([_amount(figure, row) for row in rows])
    (column, total), *below = levels
    declared = [row for row in rows if row.words.get(column) == total]
    if declared:
        return _rolled(figure, declared, below)
    return _summed(figure, rows, column, below)


def _summed(figure: Figure, rows: list[Row], column: str, below: Sequence[tuple[str, str]]) -> Value:
    said = sorted({str(row.words.get(column) or "") for row in rows})
    groups = [[row for row in rows if str(row.words.get(column) or "") == one] for one in said]
    return _added([_rolled(figure, group, below) for group in groups])


def _amount(figure: Figure, row: Row) -> Value:
    number = row.words.get(f"{figure.column} ")
    if type(number) is int:
        return Value(number)
    return Value(None, str(row.words.get(figure.column, UNREADABLE)) or NOT_DECLARED)


def _added(values: Sequence[Value]) -> Value:
    stopped = next((one for one in values if one.number is None), None)
    if stopped is not None:
        return stopped
    return Value(sum(one.number or 0 for one in values))


def total_of(terms: Sequence[Term], value: Any) -> tuple[int | None, list[tuple[str, str]]]:
    """The sum of these terms, or None with each figure that stops it and why. `value`: what a name stands for."""
    found, stopped = 0, []
    for term in terms:
        one = value(term.figure) if term.figure else Value(term.number)
        if one.number is None:
            stopped.append((term.figure, one.why))
        else:
            found += term.sign * one.number
    return (None if stopped else found), stopped


def in_numbers(terms: Sequence[Term], value: Any) -> str:
    """`397 + 230 + 48`, with a name where there is no number."""
    said = ""
    for term in terms:
        one = value(term.figure) if term.figure else Value(term.number)
        shown = f"{term.figure} ({one.why})" if one.number is None else str(one.number)
        said += (" - " if term.sign < 0 else " + " if said else "") + shown
    return said.strip()
