"""A layout: what a declaration of one type holds, which sums must close, which ceilings it stands under. Frozen data.

Like a format it is a file that both sides agree on, named by its hash. What it says of sums is one small language:

    deployed_icbm + deployed_slbm <= 700      figures and whole numbers, + and -, one of = <= >=

A figure is a number that a declaration gives: the amounts of some rows, or how many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from openline.accord.formats.format import MARK_BYTES
from openline.accord.formats.tables import Column
from openline.accord.formats.words import Said

LAYOUT_LABEL: Final = b"openline/layout/v1\n"


class Severity(StrEnum):
    """How bad it is where a rule is broken. None of them stops anything from being sent."""

    ERROR = "ERROR"  # cannot be right
    BREACH = "BREACH"  # the right form, and a duty or limit that is not kept
    WARN = "WARN"


class Level(NamedTuple):
    """One level of totals in a table: a row whose `column` says `total` is the sum of the rows that say anything else.

    `rule`: under which number it is named where it is not.
    """

    column: str
    total: str
    rule: str


class TableOf(NamedTuple):
    """A table of a declaration. `amount`: the column that holds numbers to be summed; empty where rows are counted."""

    name: str
    label: Said
    columns: tuple[Column, ...]
    least: int
    most: int
    amount: str
    levels: tuple[Level, ...]

    def at(self, column: str) -> int:
        """The place of a column. Raises ValueError for one that is not there."""
        return [one.name for one in self.columns].index(column)


class Figure(NamedTuple):
    """A number that a declaration gives: of the rows of a table where each column named in `where` says one of these.

    `column`: whose amounts; empty for how many rows.
    """

    name: str
    label: Said
    table: str
    column: str
    where: tuple[tuple[str, tuple[str, ...]], ...]


class Term(NamedTuple):
    """A figure or a whole number (`figure` empty), added or taken away."""

    sign: int
    figure: str
    number: int = 0


class Claim(NamedTuple):
    """`left` stands to `right` as `how` says."""

    left: tuple[Term, ...]
    how: str  # = <= >=
    right: tuple[Term, ...]
    text: str


class Rule(NamedTuple):
    """What must hold in every declaration; with `each`, for every value of that column by itself."""

    id: str
    severity: Severity
    claim: Claim
    each: str
    label: Said


class RowRule(NamedTuple):
    """What must hold in every row of a table, between its own columns: numbers, or days where they are dates."""

    id: str
    severity: Severity
    table: str
    claim: Claim
    label: Said


class Allowed(NamedTuple):
    """In rows where `where` holds, a column says one of these."""

    id: str
    severity: Severity
    table: str
    where: tuple[tuple[str, tuple[str, ...]], ...]
    column: str
    codes: tuple[str, ...]
    label: Said


class Step(NamedTuple):
    """From one declaration to the next a figure changes by no more than this, as far as is known of former ones; with
    `off_days` only where the later one stands on none of the layout's days, so between two updates."""

    id: str
    figure: str
    most: int
    off_days: bool = False


class Ceiling(NamedTuple):
    """The most that a figure may be, from a day on and until another (not included); `counting`: how it is counted."""

    id: str
    rule: str
    figure: str
    most: int
    from_day: int
    until_day: int | None
    counting: Said


class Quota(NamedTuple):
    """How many rows of a table may begin within a year counted from `month_day`; and not before `not_before`."""

    id: str
    table: str
    begins: str
    ends: str
    where: tuple[tuple[str, tuple[str, ...]], ...]
    most: int
    month_day: tuple[int, int]
    not_before: int | None
    one_at_a_time: bool


class Units(NamedTuple):
    """The table that lists units one by one, and which column says what."""

    table: str
    id: str
    type: str
    place: str
    state: str


class Change(NamedTuple):
    """What a notice in a format says of a unit: fields of the notice by what they say.

    `rows`: the table field whose rows are the units, or empty. `place` and `state` are where it is and what it is
    afterwards, `was_place` and `was_state` before. `began`: when a movement set out. `code`: the state itself, where
    the notice need not say it. `only`: it says so where this field holds this code.
    """

    format: str
    when: str
    rows: str = ""
    id: str = ""
    type: str = ""
    place: str = ""
    state: str = ""
    was_place: str = ""
    was_state: str = ""
    began: str = ""
    code: str = ""
    only: tuple[str, str] = ("", "")
    appears: bool = False
    ends: bool = False
    days_most: int = 0


class AsOf(NamedTuple):
    """On which days of the year a declaration stands, and on which days besides."""

    rule: str
    month_days: tuple[tuple[int, int], ...]
    days: tuple[int, ...]


class Layout(NamedTuple):
    """A whole layout. `digest` is over the bytes of its file."""

    id: str
    version: int
    title: Said
    agreement: str
    languages: tuple[str, ...]
    tables: tuple[TableOf, ...]
    figures: tuple[Figure, ...]
    rules: tuple[Rule, ...]
    row_rules: tuple[RowRule, ...]
    allowed: tuple[Allowed, ...]
    steps: tuple[Step, ...]
    ceilings: tuple[Ceiling, ...]
    quotas: tuple[Quota, ...]
    outside: tuple[tuple[str, str], ...]  # rule and figure: shown, and in no sum
    units: Units | None
    changes: tuple[Change, ...]
    as_of: AsOf | None
    is_unconfirmed: bool
    sources: tuple[str, ...]
    digest: bytes

    @property
    def mark(self) -> bytes:
        """The first bytes of the hash, by which declarations name it."""
        return self.digest[:MARK_BYTES]

    def table(self, name: str) -> TableOf | None:
        """The table of that name."""
        return next((one for one in self.tables if one.name == name), None)

    def by_name(self) -> Mapping[str, Figure]:
        """The figures."""
        return {one.name: one for one in self.figures}


def layout_digest(data: bytes) -> bytes:
    """What names a layout: SHA-256 over a label and the bytes of its file. (R-410)"""
    return sha256(LAYOUT_LABEL + data).digest()
