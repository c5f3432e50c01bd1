"""What the rules of its layout say of a declaration. Every finding is one of four; none of them refuses anything.

    holds            the sum closes, the limit is kept
    is broken        ERROR: cannot be right; BREACH: a duty or a limit is not kept; WARN
    cannot be told   a number that it needs is not provided, withheld, or does not fit its column
    is not in force  a ceiling before its first day or after its last: only how far away it is, is shown

A rule about figures that a declaration does not have at all is not asked of it: what is nowhere declared breaks no sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from operator import eq, ge, le
from typing import Any, Final, NamedTuple

from openline.accord.clocks.spans import days_of, month_day_of
from openline.accord.declarations.declaration import Cells, Declaration
from openline.accord.declarations.figures import NOT_DECLARED, Sheet, Value, in_numbers, total_of
from openline.accord.declarations.files import check_cell
from openline.accord.declarations.layout import Ceiling, Claim, Layout, Quota, Rule, Severity
from openline.accord.formats.times import Date
from openline.accord.formats.unfit import Unfit

FINDINGS_MAX: Final = 2_000
_HOLDS: Final = {"=": eq, "<=": le, ">=": ge}
_DAY: Final = Date("UTC")


class Verdict(StrEnum):
    """What came of asking a rule."""

    HOLDS = "holds"
    BROKEN = "is broken"
    OPEN = "cannot be told"
    OUTSIDE = "is not in force"


class Finding(NamedTuple):
    """One rule asked of one place."""

    rule: str
    severity: Severity
    verdict: Verdict
    place: str
    what: str


def day_text(days: int) -> str:
    """`2020-09-01`."""
    return str(_DAY.give(days))


def judge_declaration(layout: Layout, declared: Declaration) -> list[Finding]:
    """Every rule of one declaration, in the order of its layout. (R-415)"""
    sheet = Sheet(layout, declared.tables)
    found = [
        *_form(layout, declared.tables), *_as_of(layout, declared.as_of), *_totals(layout, sheet),
        *(one for rule in layout.rules for one in _rule(rule, sheet)), *_row_rules(layout, sheet),
        *_allowed(layout, sheet), *(found for one in layout.ceilings for found in _ceiling(one, sheet, declared.as_of)),
        *(one for quota in layout.quotas for one in _quota(quota, sheet)), *_outside(layout, sheet),
    ]  # fmt: skip
    return _kept_back(found)[:FINDINGS_MAX]


def _form(layout: Layout, tables: Sequence[Cells | None]) -> Iterator[Finding]:
    if len(tables) > len(layout.tables):
        yield _fault("tables", f"{len(tables)} tables, and its layout has {len(layout.tables)}")
    for table, cells in zip(layout.tables, tables, strict=False):
        if cells is None:
            continue
        seen: dict[tuple[str, Any], int] = {}
        if not table.least <= len(cells) <= table.most:
            yield _fault(table.name, f"{len(cells)} rows: {table.least} to {table.most}")
        for number, row in enumerate(cells, 1):
            if len(row) != len(table.columns):
                yield _fault(f"{table.name} row {number}", f"{len(row)} cells: {len(table.columns)}")
                break
            for column, cell in zip(table.columns, row, strict=True):
                place = f"{table.name} row {number}, {column.name}"
                try:
                    check_cell(column, cell)
                except Unfit as unfit:
                    yield _fault(place + unfit.place, f"{unfit.what}; {unfit.remedy}")
                    continue
                if column.key and cell is not None and seen.setdefault((column.name, cell), number) != number:
                    what = f"{cell} stands in row {seen[column.name, cell]} already"
                    yield Finding("E1", Severity.ERROR, Verdict.BROKEN, place, what)


def _fault(place: str, what: str) -> Finding:
    return Finding("", Severity.ERROR, Verdict.BROKEN, place, what)


def _as_of(layout: Layout, as_of: int) -> Iterator[Finding]:
    days = layout.as_of
    if days is not None:
        fits = _stands_on_its_days(layout, as_of)
        what = f"as of {day_text(as_of)}" + ("" if fits else ", which is none of its days")
        yield Finding(days.rule, Severity.WARN, Verdict.HOLDS if fits else Verdict.BROKEN, "as of", what)


def _stands_on_its_days(layout: Layout, as_of: int) -> bool:
    days = layout.as_of
    return days is None or as_of in days.days or month_day_of(as_of)[1:] in days.month_days


def _totals(layout: Layout, sheet: Sheet) -> Iterator[Finding]:
    for figure in layout.figures:
        table = layout.table(figure.table)
        for number, level in enumerate(table.levels if table is not None else ()):
            for place, total, parts in sheet.parts(figure, number):
                what = f"{_said(total)} = {_said(parts)}, the sum by {level.column}"
                verdict = Verdict.OPEN
                if total.number is not None and parts.number is not None:
                    verdict = Verdict.HOLDS if total == parts else Verdict.BROKEN
                yield Finding(level.rule, Severity.ERROR, verdict, place, what)


def _said(value: Value) -> str:
    return value.why if value.number is None else str(value.number)


def _rule(rule: Rule, sheet: Sheet) -> Iterator[Finding]:
    if not rule.each:
        yield from _claimed(rule.id, rule.severity, rule.claim, rule.label["en"], sheet.value)
        return
    names = [term.figure for term in (*rule.claim.left, *rule.claim.right) if term.figure]
    for said in sorted({one for name in names for one in sheet.values_of(name, rule.each)}):

        def value(name: str, said: str = said) -> Value:
            return sheet.value(name, (rule.each, said))

        yield from _claimed(rule.id, rule.severity, rule.claim, f"{said}: {rule.label['en']}", value)


def _claimed(rule: str, severity: Severity, claim: Claim, place: str, value: Any) -> Iterator[Finding]:
    left, stops_left = total_of(claim.left, value)
    right, stops_right = total_of(claim.right, value)
    stopped = [*stops_left, *stops_right]
    if any(why == NOT_DECLARED for _, why in stopped):
        return
    what = f"{in_numbers(claim.left, value)} {claim.how} {in_numbers(claim.right, value)}"
    if left is None or right is None:
        yield Finding(rule, severity, Verdict.OPEN, place, what)
        return
    holds = _HOLDS[claim.how](left, right)
    if not holds:
        what += f": {left} against {right}, {left - right:+d}"
    yield Finding(rule, severity, Verdict.HOLDS if holds else Verdict.BROKEN, place, what)


def _row_rules(layout: Layout, sheet: Sheet) -> Iterator[Finding]:
    for rule in layout.row_rules:
        for number, row in enumerate(sheet.rows(rule.table) or (), 1):

            def value(name: str, words: dict[str, Any] = row.words) -> Value:
                found = words.get(f"{name} ")
                return Value(found) if type(found) is int else Value(None, str(words.get(name) or NOT_DECLARED))

            place = f"{rule.table} row {number}: {rule.label['en']}"
            yield from _claimed(rule.id, rule.severity, rule.claim, place, value)


def _allowed(layout: Layout, sheet: Sheet) -> Iterator[Finding]:
    for rule in layout.allowed:
        allowed = ("", *rule.codes)  # what is not said breaks nothing
        wrong = [row for row in sheet.chosen(rule.table, rule.where) if row.words.get(rule.column, "") not in allowed]
        for row in wrong:
            name = next(iter(row.words.values()), "")
            what = f"{name}: {rule.column} is {row.words[rule.column]}; allowed: {', '.join(rule.codes)}"
            yield Finding(rule.id, rule.severity, Verdict.BROKEN, f"{rule.table}: {rule.label['en']}", what)
        if not wrong and sheet.rows(rule.table) is not None:
            yield Finding(rule.id, rule.severity, Verdict.HOLDS, rule.table, rule.label["en"])


def is_in_force(one: Ceiling, day: int) -> bool:
    """Whether a ceiling stands on that day by its own dates. (rules D1 to D3)"""
    return one.from_day <= day and (one.until_day is None or day < one.until_day)


def _ceiling(one: Ceiling, sheet: Sheet, as_of: int) -> Iterator[Finding]:
    value = sheet.value(one.figure)
    if value.number is None:
        if value.kept_back:
            yield Finding(one.rule, Severity.BREACH, Verdict.OPEN, one.id, f"{value.why} against at most {one.most}")
        return
    what = f"{value.number} of at most {one.most}, {one.most - value.number} below it"
    if value.number > one.most:
        what = f"{value.number} is {value.number - one.most} above the {one.most} allowed"
    if not is_in_force(one, as_of):
        when = "counts only as somebody's declared voluntary adherence" if as_of >= one.from_day else "not yet in force"
        yield Finding(one.rule, Severity.BREACH, Verdict.OUTSIDE, one.id, f"{what}; {when}")
        return
    verdict = Verdict.HOLDS if value.number <= one.most else Verdict.BROKEN
    yield Finding(one.rule, Severity.BREACH, verdict, one.id, what)


def _quota(quota: Quota, sheet: Sheet) -> Iterator[Finding]:
    if sheet.rows(quota.table) is None:
        return
    rows = sheet.chosen(quota.table, quota.where)
    spans = []
    for row in rows:
        begin, end = row.words.get(f"{quota.begins} "), row.words.get(f"{quota.ends} ")
        if type(begin) is int:
            spans.append((begin, end if type(end) is int else begin, str(next(iter(row.words.values()), ""))))
    counts: dict[int, int] = {}
    for begin, _, name in spans:
        year = _year_of(begin, quota.month_day)
        counts[year] = counts.get(year, 0) + 1
        if quota.not_before is not None and begin < quota.not_before:
            what = f"{name} on {day_text(begin)}, before {day_text(quota.not_before)}"
            yield Finding(quota.id, Severity.BREACH, Verdict.BROKEN, quota.table, what)
    for year, used in sorted(counts.items()):
        what = f"{used} of {quota.most} in the year from {day_text(days_of(year, *quota.month_day))}"
        verdict = Verdict.HOLDS if used <= quota.most else Verdict.BROKEN
        yield Finding(quota.id, Severity.BREACH, verdict, quota.table, what)
    if quota.one_at_a_time:
        spans.sort()
        for (_, end, one), (begin, _, other) in pairwise(spans):
            if begin <= end:
                what = f"{other} began on {day_text(begin)}, before {one} had ended"
                yield Finding(quota.id, Severity.BREACH, Verdict.BROKEN, quota.table, what)


def _year_of(day: int, month_day: tuple[int, int]) -> int:
    year = month_day_of(day)[0]
    return year if day >= days_of(year, *month_day) else year - 1


def _outside(layout: Layout, sheet: Sheet) -> Iterator[Finding]:
    for rule, figure in layout.outside:
        value = sheet.value(figure)
        if value.number:
            yield Finding(rule, Severity.WARN, Verdict.HOLDS, figure, f"{value.number} stand in no sum")


def _kept_back(found: list[Finding]) -> list[Finding]:
    """Rule C12 beside whatever could not be told: a number that is kept back stops every sum that needs it."""
    stopped = [one for one in found if one.verdict is Verdict.OPEN]
    if not stopped:
        return found
    names = ", ".join(dict.fromkeys(one.rule for one in stopped))
    what = f"what is not provided or withheld is not zero: {len(stopped)} answers need it ({names})"
    return [*found, Finding("C12", Severity.WARN, Verdict.BROKEN, "declaration", what)]


def judge_step(layout: Layout, before: Declaration, after: Declaration) -> list[Finding]:
    """What the rules say of two declarations of one party that follow each other. (rules E3, E6)"""
    found = []
    first, second = Sheet(layout, before.tables), Sheet(layout, after.tables)
    for one in layout.steps:
        was, is_ = first.value(one.figure), second.value(one.figure)
        if was.number is None or is_.number is None:
            continue
        if one.off_days and _stands_on_its_days(layout, after.as_of):
            continue
        what = f"{was.number} to {is_.number}: {is_.number - was.number:+d}, at most {one.most} either way was known"
        if one.off_days:
            what = f"{was.number} to {is_.number} between two updates: it changes with an update, by {one.most} else"
        verdict = Verdict.HOLDS if abs(is_.number - was.number) <= one.most else Verdict.BROKEN
        found.append(Finding(one.id, Severity.WARN, verdict, one.figure, what))
    return found
