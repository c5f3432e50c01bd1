"""What can be asked of a running station about declarations; names as in `--json`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from openline.console.accords.asking import FaultRow
from openline.console.channel.asking import Precedence, _Request


class AskLayouts(_Request, tag="layouts", tag_field="op"):
    """Layouts that the record has, and those that come with the program."""


class LayoutRow(msgspec.Struct):
    """One layout. `agreed`: every party has said it. `faults`: why its file cannot be used, where it cannot."""

    digest: str
    id: str
    version: int
    title: dict[str, str]
    agreement: str
    unconfirmed: bool
    agreed: bool
    by: list[str]
    shipped: bool
    faults: list[str] = []


class AskLayout(_Request, tag="layout", tag_field="op"):
    """One layout, by its id, or the first digits of its hash."""

    name: str


class ColumnRow(msgspec.Struct):
    """One column: its name, what it is called, its type in words."""

    name: str
    label: dict[str, str]
    type: str
    required: bool
    key: bool


class TableRow(msgspec.Struct):
    """One table."""

    name: str
    label: dict[str, str]
    columns: list[ColumnRow]


class LayoutWhole(msgspec.Struct):
    """A layout with its tables, what must hold, and its file."""

    row: LayoutRow
    tables: list[TableRow]
    figures: dict[str, dict[str, str]]
    rules: list[str]
    sources: list[str]
    file: str


class OfferLayout(_Request, tag="offer-layout", tag_field="op"):
    """Say on the record: this layout. It is agreed once every party has said it. `file`: the text of its file."""

    file: str
    token: str | None = None


class CheckDeclaration(_Request, tag="check-declaration", tag_field="op"):
    """Read a declaration that is not sent yet. `csv`: texts of files by table; `json`: the text of one of the whole;
    `only`: rows where each of these columns says this. `as_of`: 2020-09-01."""

    layout: str
    as_of: str = ""
    csv: dict[str, str] = {}
    json: str = ""
    only: dict[str, str] = {}
    language: str = ""


class SendDeclaration(_Request, tag="send-declaration", tag_field="op"):
    """Record a declaration and send it. `with_faults`: also where something lacks or stands twice; it leaves marked."""

    form: CheckDeclaration
    precedence: Precedence = "ROUTINE"
    exercise: bool = False
    with_faults: bool = False
    relation: Literal["", "corrects", "cancels"] = ""
    place: str | None = None
    token: str | None = None


class CountDeclaration(_Request, tag="count-declaration", tag_field="op"):
    """Say what we count of another party's declaration, and why: it stands beside what they declare."""

    place: str
    figures: dict[str, int]
    reason: str = ""
    language: str = ""
    token: str | None = None


class DraftDeclaring(_Request, tag="draft-declaring", tag_field="op"):
    """A layout, a declaration or a count as a draft of this desk, for another officer to release; a draft a part."""

    paper: OfferLayout | SendDeclaration | CountDeclaration


class FindingRow(msgspec.Struct):
    """One rule asked of one place. `verdict`: holds, is broken, cannot be told, is not in force."""

    rule: str
    severity: str
    verdict: str
    place: str
    what: str


class DeclarationChecked(msgspec.Struct):
    """A declaration as it was read. `may_leave`: nothing of it is without spelling. `figures`: its own numbers."""

    faults: list[FaultRow]
    findings: list[FindingRow]
    bytes: int
    parts: int
    rows: dict[str, int]
    may_leave: bool
    figures: list[FigureRow] = []


class AskDeclarations(_Request, tag="declarations", tag_field="op"):
    """Declarations of the record by party, layout and day."""

    layout: str = ""


class DeclarationRow(msgspec.Struct):
    """A declaration. `digest`: of its layout, or what it says of it; `stands`: it is complete and nothing replaced it;
    `broken`: rules that are, ERROR and BREACH."""

    place: str
    number: str
    name: str
    ours: bool
    layout: str
    digest: str
    known: bool
    agreed: bool
    as_of: str
    rows: dict[str, int]
    parts: int
    missing: list[int]
    exercise: bool
    stands: bool
    replaced_by: list[str]
    broken: int
    open: int


class AskDeclaration(_Request, tag="declaration", tag_field="op"):
    """One declaration with its tables, figures and findings."""

    place: str


class CountedRow(msgspec.Struct):
    """What another party counts for a figure. `since`: the day of the declaration it was first said of."""

    name: str
    place: str
    number: int
    reason: str
    language: str
    since: str
    updates: int
    open: bool


class FigureRow(msgspec.Struct):
    """A figure. `declared` null where `why` says why there is no number; it is never zero for that."""

    name: str
    label: dict[str, str]
    declared: int | None
    why: str
    counted: list[CountedRow]


class DeclarationWhole(msgspec.Struct):
    """A declaration. `tables`: cells as they would be given again; `raw`: of what does not fit, or is not known."""

    row: DeclarationRow
    language: str
    tables: dict[str, list[dict[str, Any]]]
    raw: str
    figures: list[FigureRow]
    findings: list[FindingRow]


class AskReconciliation(_Request, tag="reconcile", tag_field="op"):
    """The last declaration and the notices since against the next one; of every pair with `all`."""

    layout: str
    party: str = ""
    all: bool = False


class UnitRow(msgspec.Struct):
    """What is said of a unit."""

    type: str
    place: str
    state: str


class AskedRow(msgspec.Struct):
    """A notice that would explain a difference, as far as it can be known: fields for `openline notice check`."""

    format: str
    fields: dict[str, Any]


class DifferenceRow(msgspec.Struct):
    """A unit that is not as the last declaration and the notices since make it."""

    unit: str
    kinds: list[str]
    expected: UnitRow | None
    declared: UnitRow | None
    notices: list[str]
    ask: list[AskedRow]
    question: dict[str, str]


class ReconciliationRow(msgspec.Struct):
    """One pair of declarations of one party. `units` false: one of the two lists none, and nothing is compared."""

    name: str
    layout: str
    before: str
    before_as_of: str
    after: str
    after_as_of: str
    units: bool
    unchanged: int
    explained: int
    differences: list[DifferenceRow]
    findings: list[FindingRow]
    kept_back: list[str]


class AskUnit(_Request, tag="unit", tag_field="op"):
    """The history of one unit."""

    layout: str
    unit: str


class LifeRow(msgspec.Struct):
    """One moment of it, and the entry that says so. `unit` null: it is there no more."""

    day: str
    name: str
    what: str
    unit: UnitRow | None
    place: str
    differs: str


class AskCeilings(_Request, tag="ceilings", tag_field="op"):
    """Figures that stand under ceilings, over time, as a table and as a drawing (SVG)."""

    layout: str
    language: str = "en"


class CeilingRow(msgspec.Struct):
    """A ceiling, and how it is counted. Days as 2018-02-05; `until` is not included."""

    id: str
    figure: str
    most: int
    begins: str
    until: str
    counting: dict[str, str]


class PointRow(msgspec.Struct):
    """One declared figure under one ceiling. `value` null where `why` says why."""

    ceiling: str
    name: str
    as_of: str
    place: str
    value: int | None
    why: str
    verdict: str
    counted: dict[str, int]


class Ceilings(msgspec.Struct):
    """Ceilings of a layout, and what was declared under them."""

    layout: str
    ceilings: list[CeilingRow]
    points: list[PointRow]
    svg: str


Request = (
    AskLayouts | AskLayout | OfferLayout | CheckDeclaration | SendDeclaration | DraftDeclaring | AskDeclarations
    | AskDeclaration | CountDeclaration | AskReconciliation | AskUnit | AskCeilings
)  # fmt: skip
