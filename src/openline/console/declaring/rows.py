"""Declarations as answers: plain data for programs, words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openline.accord.declarations.declaration import Cells
from openline.accord.declarations.figures import Sheet
from openline.accord.declarations.files import KEPT_BACK, give_cell
from openline.accord.declarations.judging import Finding, Verdict, day_text, judge_declaration
from openline.accord.declarations.layout import Layout, Severity
from openline.accord.declarations.ledger import Ledger, Whole
from openline.accord.declarations.reconciling import Difference, Kind, Reconciliation, Unit
from openline.accord.formats.numbers import PROVIDED_NOT, Number
from openline.accord.formats.tables import Column
from openline.accord.formats.unfit import Fault, Unfit
from openline.console.accords.asking import FaultRow
from openline.console.accords.rows import type_text
from openline.console.declaring import asking

_WHAT = {
    Kind.APPEARED: ("is declared, and was not there before", "заявлена, а прежде её не было"),
    Kind.GONE: ("is not declared any more", "более не заявлена"),
    Kind.MOVED: ("is at another place", "находится в другом месте"),
    Kind.CHANGED: ("is in another state", "находится в другом состоянии"),
    Kind.OTHER_TYPE: ("is of another type", "заявлена другого типа"),
    Kind.NOT_DONE: ("is not as a notice of yours says", "не такова, как указано в вашем уведомлении"),
}


def number_of(ledger: Ledger, whole: Whole) -> str:
    """A declaration's number as people say it."""
    one = whole.declared
    layout = ledger.layout_of(one)
    return f"{layout.id if layout is not None else one.mark.hex()}/{one.year}/{one.serial:04d}"


def layout_whole(layout: Layout, row: asking.LayoutRow, file: bytes) -> asking.LayoutWhole:
    """A layout with all that is in it."""
    tables = [
        asking.TableRow(table.name, dict(table.label), [
            asking.ColumnRow(one.name, dict(one.label), _type_text(one), one.required, one.key)
            for one in table.columns
        ]) for table in layout.tables
    ]  # fmt: skip
    rules = [f"{one.id} {one.severity}: {one.claim.text}" for one in layout.rules]
    rules += [f"{row_.id} {row_.severity}: {row_.claim.text}" for row_ in layout.row_rules]
    for one_ in layout.ceilings:
        rules.append(f"{one_.rule} {one_.id}: {one_.figure} <= {one_.most}, from {day_text(one_.from_day)}")
    rules += [f"{quota.id}: at most {quota.most} a year of {quota.table}" for quota in layout.quotas]
    rules += [f"{may.id}: {may.column} of {may.table} is one of {', '.join(may.codes)}" for may in layout.allowed]
    rules += [f"{step.id}: {step.figure} changes by at most {step.most}" for step in layout.steps]
    rules += [f"{change.format} changes units" for change in layout.changes]
    figures = {one.name: dict(one.label) for one in layout.figures}
    return asking.LayoutWhole(row, tables, figures, rules, list(layout.sources), file.decode("utf-8"))


def _type_text(column: Column) -> str:
    is_kept = isinstance(column.type, Number) and column.type.may_withhold
    return type_text(column.type) + (f", or `{PROVIDED_NOT}` or `{KEPT_BACK}`" if is_kept else "")


def fault_rows(faults: Iterable[Fault]) -> list[FaultRow]:
    """Faults of a file."""
    return [FaultRow(f"line {one.line}, {one.place}" if one.line else one.place, one.what, one.remedy)
            for one in faults]  # fmt: skip


def finding_rows(findings: Iterable[Finding]) -> list[asking.FindingRow]:
    """Findings."""
    return [asking.FindingRow(*map(str, one)) for one in findings]


def is_bad(one: Finding) -> bool:
    """Broken, and more than a hint."""
    return one.verdict is Verdict.BROKEN and one.severity is not Severity.WARN


def counts_of(layout: Layout | None, tables: Sequence[Cells | None]) -> dict[str, int]:
    """How many rows each table has."""
    names = [one.name for one in layout.tables] if layout is not None else []
    names += [f"table {number}" for number in range(len(names) + 1, len(tables) + 1)]
    return {name: len(cells) for name, cells in zip(names, tables, strict=False) if cells is not None}


def tables_given(layout: Layout, tables: Sequence[Cells | None]) -> dict[str, list[dict[str, Any]]]:
    """Cells as they would be given again. Raises Unfit for a row or a cell that does not fit its column."""
    found = {}
    if len(tables) > len(layout.tables):
        raise Unfit(f"{len(tables)} tables", f"{len(layout.tables)}")
    for table, cells in zip(layout.tables, tables, strict=False):
        if cells is None:
            continue
        if any(len(row) != len(table.columns) for row in cells):
            raise Unfit("rows of another length", f"{len(table.columns)} cells", table.name)
        found[table.name] = [
            {one.name: give_cell(one, cell) for one, cell in zip(table.columns, row, strict=True) if cell is not None}
            for row in cells
        ]
    return found


def figures_of(ledger: Ledger, whole: Whole) -> dict[str, int | None]:
    """The figures of a declaration by name."""
    layout = ledger.layout_of(whole.declared)
    if layout is None:
        return {}
    sheet = Sheet(layout, whole.declared.tables)
    return {one.name: sheet.value(one.name).number for one in layout.figures}


def declared_figures(layout: Layout, tables: Sequence[Cells | None]) -> list[asking.FigureRow]:
    """Numbers that tables give, and those that they keep back."""
    sheet = Sheet(layout, tables)
    values = [(figure, sheet.value(figure.name)) for figure in layout.figures]
    return [asking.FigureRow(figure.name, dict(figure.label), value.number, value.why, [])
            for figure, value in values if value.number is not None or value.kept_back]  # fmt: skip


def figure_rows(ledger: Ledger, whole: Whole, name: Any) -> list[asking.FigureRow]:
    """Figures that are declared, kept back, or counted by somebody. `name`: of a party by its number."""
    layout = ledger.layout_of(whole.declared)
    if layout is None:
        return []
    sheet = Sheet(layout, whole.declared.tables)
    counted: dict[str, list[asking.CountedRow]] = {}
    own = {(one.party, one.figure): one for one in ledger.counted(whole)}
    for reserved in ledger.reservations(whole, lambda one: figures_of(ledger, one)):
        one = reserved.counted
        own.pop((one.party, one.figure), None)
        counted.setdefault(one.figure, []).append(asking.CountedRow(
            name(one.party), one.ref.full_name, one.number, one.reason, one.language, day_text(reserved.since),
            reserved.updates, True,
        ))  # fmt: skip
    for one in own.values():
        as_of = day_text(whole.declared.as_of)
        counted.setdefault(one.figure, []).append(asking.CountedRow(
            name(one.party), one.ref.full_name, one.number, one.reason, one.language, as_of, 0, False,
        ))  # fmt: skip
    found = []
    for figure in layout.figures:
        value = sheet.value(figure.name)
        if value.number is not None or value.kept_back or figure.name in counted:
            found.append(asking.FigureRow(
                figure.name, dict(figure.label), value.number, value.why, counted.pop(figure.name, []),
            ))  # fmt: skip
    known = {figure.name for figure in layout.figures}
    found += [asking.FigureRow(one, {}, None, "no figure of its layout", said) for one, said in counted.items()
              if one not in known]  # fmt: skip
    return found


def findings_of(ledger: Ledger, whole: Whole) -> list[Finding]:
    """What the rules of its layout say; nothing while parts lack, or the layout is not known."""
    layout = ledger.layout_of(whole.declared)
    return judge_declaration(layout, whole.declared) if layout is not None and not whole.missing else []


def unit_row(unit: Unit | None) -> asking.UnitRow | None:
    """A unit."""
    return None if unit is None else asking.UnitRow(*unit)


def difference_row(one: Difference, name: str, days: tuple[str, str]) -> asking.DifferenceRow:
    """A difference, with the question it gives rise to in both languages of its layouts."""
    english = ", and ".join(_WHAT[kind][0] for kind in one.kinds)
    russian = ", и ".join(_WHAT[kind][1] for kind in one.kinds)
    formats = ", ".join(asked.format for asked in one.asked)
    question = {
        "en": f"{name}: unit {one.unit} {english}, in your declaration as of {days[1]} against that as of {days[0]} "
              f"and the notices since. We ask for the notice that says so{f' ({formats})' if formats else ''}.",
        "ru": f"{name}: единица {one.unit} {russian} — в вашем заявлении по состоянию на {days[1]} по сравнению с "
              f"заявлением на {days[0]} и последующими уведомлениями. Просим соответствующее уведомление"
              f"{f' ({formats})' if formats else ''}.",
    }  # fmt: skip
    return asking.DifferenceRow(
        one.unit, [str(kind) for kind in one.kinds], unit_row(one.expected), unit_row(one.declared),
        [ref.full_name for ref in one.notices], [asking.AskedRow(asked.format, asked.fields) for asked in one.asked],
        question,
    )  # fmt: skip


def reconciliation_row(
    found: Reconciliation | None, name: str, layout: str, pair: tuple[Whole, Whole], more: Sequence[Finding]
) -> asking.ReconciliationRow:
    """A pair of declarations."""
    before, after = pair
    days = day_text(before.declared.as_of), day_text(after.declared.as_of)
    head = (name, layout, before.refs[0].full_name, days[0], after.refs[0].full_name, days[1])
    if found is None:
        return asking.ReconciliationRow(*head, False, 0, 0, [], finding_rows(more), [])
    differences = [difference_row(one, name, days) for one in found.differences]
    findings = finding_rows([*found.findings, *more])
    return asking.ReconciliationRow(
        *head, True, found.unchanged, found.explained, differences, findings, list(found.open)
    )


def said_in_lines(tables: Mapping[str, list[dict[str, Any]]]) -> str:
    """Tables as text: a line a row."""
    lines = []
    for name, rows in tables.items():
        lines.append(f"{name}: {len(rows)} rows")
        lines += ["  " + ", ".join(f"{column}: {cell}" for column, cell in row.items()) for row in rows]
    return "\n".join(lines)
