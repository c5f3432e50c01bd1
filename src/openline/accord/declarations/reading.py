"""Layout files: TOML, strict, every fault at once with place and remedy. `read_layout` is the only way to a Layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from openline.accord.clocks.spans import days_of, month_day_of
from openline.accord.declarations.layout import (
    Allowed,
    AsOf,
    Ceiling,
    Change,
    Claim,
    Figure,
    Layout,
    Level,
    Quota,
    RowRule,
    Rule,
    Severity,
    Step,
    TableOf,
    Term,
    Units,
    layout_digest,
)
from openline.accord.formats.reader import LANGUAGES_MAX, SOURCES_MAX, NotAFormat, tables_of
from openline.accord.formats.section import Lines, Section, is_language
from openline.accord.formats.tables import COLUMNS_MAX
from openline.accord.formats.texts import Identifier
from openline.accord.formats.times import Date
from openline.accord.formats.types import read_column
from openline.accord.formats.unfit import Fault, Unfit

TABLES_MAX: Final = 16
FIGURES_MAX: Final = 128
RULES_MAX: Final = 128
CHANGES_MAX: Final = 32
TERMS_MAX: Final = 32
ROWS_MAX: Final = 100_000
AMOUNT_MAX: Final = 10**12
_STATUS: Final = ("confirmed", "unconfirmed")
_UNIT: Final = ("id", "type", "place", "state")
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?", re.ASCII)
_RULE: Final = re.compile(r"[A-Z][A-Za-z0-9.-]{0,15}", re.ASCII)
_MONTH_DAY: Final = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
_TERM: Final = re.compile(r" *([+-]?) *(?:([a-z][a-z0-9_]{0,47})|(\d{1,13}))", re.ASCII)


class NotALayout(NotAFormat):
    """A layout file with faults; `faults` has all of them."""


def read_layout(data: bytes) -> Layout:
    """A layout from the bytes of its file. Raises NotALayout with every fault that can be told. (R-410)"""
    values, lines = tables_of(data, NotALayout)
    faults: list[Fault] = []
    found = _Reader(values, lines, faults).read(layout_digest(data))
    if faults:
        raise NotALayout(sorted(faults, key=lambda one: one.line), data)
    return found


def read_claim(text: str) -> Claim:
    """`a + b <= c`. Raises Unfit."""
    remedy = "names and whole numbers with + and -, and one of = <= >= between the two sides"
    sides = re.split(r" *(<=|>=|=) *", text)
    if len(sides) != 3:
        raise Unfit(f"{text!r:.80} claims nothing", remedy)
    return Claim(_terms(sides[0], remedy), sides[1], _terms(sides[2], remedy), text)


def _terms(side: str, remedy: str) -> tuple[Term, ...]:
    found: list[Term] = []
    at = 0
    while at < len(side.rstrip()):
        match = _TERM.match(side, at)
        if match is None or (found and not match[1]) or len(found) == TERMS_MAX:
            raise Unfit(f"{side[at:]!r:.60} cannot stand there", remedy)
        found.append(Term(-1 if match[1] == "-" else 1, match[2] or "", int(match[3] or 0)))
        at = match.end()
    if not found:
        raise Unfit("one side is empty", remedy)
    return tuple(found)


class _Reader:
    """Reads one file; faults are noted and reading goes on."""

    def __init__(self, values: dict[str, Any], lines: Lines, faults: list[Fault]) -> None:
        self._whole = Section(values, "", lines, faults)
        self._lines = lines
        self._faults = faults
        self._languages = ["en"]
        self._tables: dict[str, TableOf] = {}
        self._figures: dict[str, Figure] = {}

    def read(self, digest: bytes) -> Layout:
        whole, nothing = self._whole, dict[str, object]()
        inside = whole.take("declaration", lambda one: isinstance(one, dict), "a table [declaration]", nothing,
                            required=True)  # fmt: skip
        head = Section(inside, "declaration", self._lines, self._faults)
        name = head.take("id", lambda one: isinstance(one, str) and _ID.fullmatch(one) is not None,
                         "small letters, digits and -, at most 48", "", required=True)  # fmt: skip
        self._languages = head.take("languages", _are_languages, 'a list of language tags, English among them: ["en"]',
                                    ["en"], required=True)  # fmt: skip
        tables = tuple(self._table(one) for one in whole.inner("table", TABLES_MAX, least=1))
        self._tables = {one.name: one for one in tables}
        figures = tuple(self._figure(one) for one in whole.inner("figure", FIGURES_MAX))
        self._figures = {one.name: one for one in figures}
        outside = tuple(self._outside(one) for one in whole.inner("outside", RULES_MAX))
        found = Layout(
            name, head.whole("version", 1, 1, 999, required=True), head.words("title", self._languages),
            head.line("agreement"), tuple(self._languages), tables, figures,
            tuple(self._rule(one) for one in whole.inner("rule", RULES_MAX)),
            tuple(self._row_rule(one) for one in whole.inner("row_rule", RULES_MAX)),
            tuple(self._allow(one) for one in whole.inner("allowed", RULES_MAX)),
            tuple(self._step(one) for one in whole.inner("step", RULES_MAX)),
            tuple(self._ceiling(one) for one in whole.inner("limit", RULES_MAX)),
            tuple(self._quota(one) for one in whole.inner("quota", RULES_MAX)),
            outside, self._units(), tuple(self._change(one) for one in whole.inner("change", CHANGES_MAX)),
            self._as_of(), head.one_of("status", _STATUS, "unconfirmed", required=True) != "confirmed",
            tuple(head.listed("sources", SOURCES_MAX)), digest,
        )  # fmt: skip
        head.take("note", lambda one: isinstance(one, str) and len(one) <= 2_000, "a text", "")
        if not found.is_unconfirmed and not found.sources:
            head.fault("sources", "a confirmed layout names no source", 'name one, or say status = "unconfirmed"')
        if found.changes and found.units is None:
            whole.fault("change", "there are changes of units, and no [units]", "say which table lists the units")
        head.end()
        whole.end()
        self._each_once("table", [one.name for one in tables])
        self._each_once("figure", [one.name for one in figures])
        self._in_no_sum(found)
        return found

    def _each_once(self, what: str, names: Sequence[str]) -> None:
        for number, name in enumerate(names, 1):
            if name in names[: number - 1]:
                place = f"{what}[{number}]"
                line = self._lines.of(place, "name")
                self._faults.append(Fault(f"{place}.name", f"{name} is the name of another too", "another name", line))

    def _in_no_sum(self, found: Layout) -> None:
        summed = {term.figure for rule in found.rules for term in (*rule.claim.left, *rule.claim.right)}
        summed |= {one.figure for one in found.ceilings}
        for rule, figure in found.outside:
            if figure in summed:
                what = f"{figure} is to be in no sum ({rule}), and a rule names it"
                self._whole.fault("outside", what, "leave one of the two out")

    def _table(self, given: Section) -> TableOf:
        columns = tuple(read_column(one, self._languages) for one in given.inner("columns", COLUMNS_MAX, least=1))
        names = [column.name for column in columns]
        for name in sorted({one for one in names if names.count(one) > 1}):
            given.fault("columns", f"two columns are called {name}", "another name for one of them")
        least = given.whole("least", 0, 0, ROWS_MAX)
        levels = []
        for one in given.inner("totals", 4):
            column = one.one_of("column", names, names[0] if names else "", required=True)
            levels.append(Level(column, one.line("total", required=True), self._id(one, "rule")))
            one.end()
        amount = given.one_of("amount", names, "") if given.has("amount") else ""
        found = TableOf(
            given.name("name"), given.words("label", self._languages), columns, least,
            given.whole("most", ROWS_MAX, max(least, 1), ROWS_MAX), amount, tuple(levels),
        )  # fmt: skip
        if levels and not amount:
            given.fault("amount", "there are totals, and no column whose numbers are summed", "name the column")
        given.end()
        return found

    def _id(self, given: Section, key: str = "id") -> str:
        return given.take(key, lambda one: isinstance(one, str) and _RULE.fullmatch(one) is not None,
                          "a rule's number: C4, II.1.a", "X", required=True)  # fmt: skip

    def _severity(self, given: Section) -> Severity:
        return Severity(given.one_of("severity", tuple(map(str, Severity)), "ERROR", required=True))

    def _of_table(self, given: Section, key: str = "table") -> TableOf | None:
        name = given.one_of(key, tuple(self._tables), "", required=True)
        return self._tables.get(name)

    def _column(self, given: Section, key: str, table: TableOf | None, *, required: bool = True) -> str:
        if not required and not given.has(key):
            return ""
        names = [one.name for one in table.columns] if table else []
        return given.one_of(key, names, names[0] if names else "", required=required)

    def _where(self, given: Section, table: TableOf | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
        names = [one.name for one in table.columns] if table else []
        remedy = '{ column = ["CODE"] }, each a column of the table'
        value = given.take("where", lambda one: isinstance(one, dict) and all(
            name in names and isinstance(codes, list) and codes and all(isinstance(code, str) for code in codes)
            for name, codes in one.items()), remedy, dict[str, list[str]]())  # fmt: skip
        return tuple((name, tuple(codes)) for name, codes in value.items())

    def _figure(self, given: Section) -> Figure:
        table = self._of_table(given)
        found = Figure(
            given.name("name"), given.words("label", self._languages), table.name if table else "",
            self._column(given, "column", table, required=False), self._where(given, table),
        )  # fmt: skip
        given.end()
        return found

    def _outside(self, given: Section) -> tuple[str, str]:
        found = (self._id(given), given.one_of("figure", tuple(self._figures), "", required=True))
        given.end()
        return found

    def _claim(self, given: Section, names: Sequence[str]) -> Claim:
        text = given.line("holds", "0 = 0", required=True)
        try:
            claim = read_claim(text)
        except Unfit as unfit:
            given.fault("holds", unfit.what, unfit.remedy)
            return read_claim("0 = 0")
        for term in (*claim.left, *claim.right):
            if term.figure and term.figure not in names:
                given.fault("holds", f"{term.figure} is not known here", f"one of {', '.join(names)}")
        return claim

    def _rule(self, given: Section) -> Rule:
        columns = sorted({level.column for table in self._tables.values() for level in table.levels})
        each = given.one_of("each", columns, "") if given.has("each") else ""
        found = Rule(self._id(given), self._severity(given), self._claim(given, tuple(self._figures)), each,
                     given.words("label", self._languages))  # fmt: skip
        given.end()
        return found

    def _row_rule(self, given: Section) -> RowRule:
        table = self._of_table(given)
        names = [one.name for one in table.columns] if table else []
        found = RowRule(self._id(given), self._severity(given), table.name if table else "", self._claim(given, names),
                        given.words("label", self._languages))  # fmt: skip
        given.end()
        return found

    def _allow(self, given: Section) -> Allowed:
        table = self._of_table(given)
        found = Allowed(
            self._id(given), self._severity(given), table.name if table else "", self._where(given, table),
            self._column(given, "column", table), tuple(given.listed("is", 64, required=True)),
            given.words("label", self._languages),
        )  # fmt: skip
        given.end()
        return found

    def _step(self, given: Section) -> Step:
        found = Step(self._id(given), given.one_of("figure", tuple(self._figures), "", required=True),
                     given.whole("most", 0, 0, AMOUNT_MAX, required=True), given.flag("off_days"))  # fmt: skip
        given.end()
        return found

    def _day(self, given: Section, key: str) -> int | None:
        if not given.has(key):
            return None
        text = given.line(key)
        try:
            return Date("UTC").read(text)
        except Unfit as unfit:
            given.fault(key, unfit.what, unfit.remedy)
            return None

    def _ceiling(self, given: Section) -> Ceiling:
        found = Ceiling(
            self._id(given), self._id(given, "rule"), given.one_of("figure", tuple(self._figures), "", required=True),
            given.whole("most", 0, 0, AMOUNT_MAX, required=True), self._day(given, "from") or 0,
            self._day(given, "until"), given.words("counting", self._languages),
        )  # fmt: skip
        given.end()
        return found

    def _month_days(self, given: Section, key: str, most: int) -> tuple[tuple[int, int], ...]:
        found = []
        for text in given.listed(key, most, required=True):
            match = _MONTH_DAY.fullmatch(text)
            month, day = (int(match[1]), int(match[2])) if match else (0, 0)
            if not 1 <= month <= 12 or not day >= 1 or month_day_of(days_of(2000, month, day))[1:] != (month, day):
                given.fault(key, f"{text!r:.20} is no day of a year", "month and day: 03-01")
                continue
            found.append((month, day))
        return tuple(found)

    def _quota(self, given: Section) -> Quota:
        table = self._of_table(given)
        starts = self._month_days(given, "year_from", 1)
        found = Quota(
            self._id(given), table.name if table else "", self._column(given, "begins", table),
            self._column(given, "ends", table, required=False), self._where(given, table),
            given.whole("most", 0, 0, 10_000, required=True), starts[0] if starts else (1, 1),
            self._day(given, "not_before"), given.flag("one_at_a_time"),
        )  # fmt: skip
        given.end()
        return found

    def _units(self) -> Units | None:
        if not self._whole.has("units"):
            return None
        inside = self._whole.take("units", lambda one: isinstance(one, dict), "a table [units]", dict[str, object]())
        given = Section(inside, "units", self._lines, self._faults)
        table = self._of_table(given)
        found = Units(table.name if table else "", *(self._column(given, key, table) for key in _UNIT))
        key = next((one for one in table.columns if one.name == found.id), None) if table else None
        if key is None or not key.key or not isinstance(key.type, Identifier):
            given.fault("id", "is no key of its table", "a column of the type identifier with key = true")
        given.end()
        return found

    def _change(self, given: Section) -> Change:
        words = {key: given.name(key) for key in ("id", "when")}
        more = ("rows", "type", "place", "state", "was_place", "was_state", "began")
        words |= {key: given.name(key) for key in more if given.has(key)}
        only = given.take("only", lambda one: isinstance(one, dict) and set(one) == {"field", "is"}
                          and all(isinstance(text, str) for text in one.values()),
                          '{ field = "...", is = "CODE" }', {"field": "", "is": ""})  # fmt: skip
        found = Change(
            given.take("format", lambda one: isinstance(one, str) and _ID.fullmatch(one) is not None,
                       "the id of a format", "", required=True),
            code=given.line("code"), only=(only["field"], only["is"]), appears=given.flag("appears"),
            ends=given.flag("ends"), days_most=given.whole("days_most", 0, 1, 3_660), **words,
        )  # fmt: skip
        given.end()
        return found

    def _as_of(self) -> AsOf | None:
        if not self._whole.has("as_of"):
            return None
        inside = self._whole.take("as_of", lambda one: isinstance(one, dict), "a table [as_of]", dict[str, object]())
        given = Section(inside, "as_of", self._lines, self._faults)
        days = []
        for text in given.listed("besides", 32):
            try:
                days.append(Date("UTC").read(text))
            except Unfit as unfit:
                given.fault("besides", unfit.what, unfit.remedy)
        found = AsOf(self._id(given, "rule"), self._month_days(given, "days", 12), tuple(days))
        given.end()
        return found


def _are_languages(value: object) -> bool:
    return (
        isinstance(value, list) and 0 < len(value) <= LANGUAGES_MAX and all(map(is_language, value))
        and len(set(value)) == len(value) and "en" in value
    )  # fmt: skip
