"""What can be asked of a running station about sealed exchanges and escrow; names as in `--json`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from openline.console.channel.asking import Count, _Request
from openline.console.declaring.asking import FindingRow

LevelName = Literal["aggregate", "types", "sites", "numbers", "items"]


# ------------------------------------------------------------------ exchanges
class AskExchanges(_Request, tag="sealed-exchanges", tag_field="op"):
    """Sealed exchanges of the record, and how each stands."""


class StepRow(msgspec.Struct):
    """What a party owes by an instant, and how that stands; `causes`: entries that it follows from."""

    party: int
    name: str
    ours: bool
    what: str
    by_ms: int
    state: str
    done: list[str]
    causes: list[str]


class ExchangeRow(msgspec.Struct):
    """One exchange. `state`: in a word; `behind`: whoever is late with what, in words; `marks`: how many there are."""

    place: str
    id: str
    title: str
    language: str
    parties: list[str]
    commit_by_ms: int
    countersign_by_ms: int
    open_by_ms: int
    exercise: bool
    state: str
    behind: list[str]
    marks: int


class MarkRow(msgspec.Struct):
    """What is not as it should be with an entry. `index`: of the record it is about, -1 for none."""

    place: str
    name: str
    what: str
    index: int


class RecordRow(msgspec.Struct):
    """One opened record."""

    index: int
    text: str


class SideRow(msgspec.Struct):
    """One party's part of an exchange. `records`: those that match, at most as many as were asked for."""

    name: str
    ours: bool
    commitment: str
    leaves: int
    lock: str
    countersignature: str
    openings: list[str]
    opened: int
    complete: bool
    records: list[RecordRow]
    marks: list[MarkRow]


class AskExchange(_Request, tag="sealed-exchange", tag_field="op"):
    """One exchange, by its id or its entry."""

    name: str
    records: Count = 100


class ExchangeWhole(msgspec.Struct):
    """One exchange with both sides."""

    row: ExchangeRow
    sides: list[SideRow]
    steps: list[StepRow]
    marks: list[MarkRow]
    now_ms: int


class ProposeExchange(_Request, tag="propose-exchange", tag_field="op"):
    """Name an exchange between all parties of the line, and its times, UTC ms."""

    called: str
    commit_by_ms: Count
    open_by_ms: Count
    countersign_by_ms: Count | None = None
    title: str = ""
    language: str = ""
    exercise: bool = False
    token: str | None = None


class CommitList(_Request, tag="commit-list", tag_field="op"):
    """Commit to a list. `at_least`: so many leaves, so that its length is not given away."""

    name: str
    records: list[str]
    at_least: Count = 0
    token: str | None = None


class Countersign(_Request, tag="countersign-lists", tag_field="op"):
    """Countersign the commitments of all parties, as they are here."""

    name: str
    token: str | None = None


class OpenList(_Request, tag="open-list", tag_field="op"):
    """Open our list. `first` and `count`: some leaves of it alone."""

    name: str
    first: Count = 0
    count: Count = 0
    token: str | None = None


# ------------------------------------------------------------------ escrow
class AskEscrows(_Request, tag="escrows", tag_field="op"):
    """Escrows of the record, and how far each is open."""


class LevelRow(msgspec.Struct):
    """One level of an escrow."""

    name: str
    leaves: int
    opened: int
    complete: bool
    openings: list[str]


class EscrowRow(msgspec.Struct):
    """One escrow. `commitment`: one name for all its levels; `kept_here`: what opens it lies on this machine;
    `broken`: how many findings contradict."""

    place: str
    id: str
    name: str
    ours: bool
    as_of: str
    layout: str
    commitment: str
    follows: str
    exercise: bool
    levels: list[LevelRow]
    challenges: int
    broken: int
    marks: int
    kept_here: bool


class AskEscrow(_Request, tag="escrow", tag_field="op"):
    """One escrow, by its id or its entry. `records`: at most so many of each level."""

    name: str
    records: Count = 100


class OpenedRow(msgspec.Struct):
    """One opened record of a level; `raw`: of one that cannot be read."""

    level: str
    index: int
    cells: dict[str, Any]
    raw: str = ""


class ChallengeRow(msgspec.Struct):
    """A challenge. `index` null until both parts of the draw are shown; `waits_for`: whose move it is, and which."""

    place: str
    name: str
    ours: bool
    level: str
    answer_by_ms: int
    reveal_by_ms: int
    open_by_ms: int
    answer: str
    reveals: dict[str, str]
    index: int | None
    opened: str
    waits_for: list[str]
    marks: list[MarkRow]


class EscrowWhole(msgspec.Struct):
    """One escrow: what is open, what of it closes or is contradicted, challenges, and what all this does not prove."""

    row: EscrowRow
    records: list[OpenedRow]
    findings: list[FindingRow]
    challenges: list[ChallengeRow]
    steps: list[StepRow]
    marks: list[MarkRow]
    not_proved: list[str]
    now_ms: int


class CommitEscrow(_Request, tag="commit-escrow", tag_field="op"):
    """Commit to a declaration. `items`: CSV with the heads figure, site, type, id, of which all levels are made; or
    `levels`: JSON, a list of records for each level. `with_faults`: also where these do not add up."""

    called: str
    as_of: str
    items: str = ""
    levels: str = ""
    layout: str = ""
    follows: str = ""
    at_least: Count = 0
    with_faults: bool = False
    exercise: bool = False
    token: str | None = None


class OpenEscrow(_Request, tag="open-escrow", tag_field="op"):
    """Open a level of ours, or some records of it; or with `drawn` the record that a challenge drew."""

    name: str = ""
    level: LevelName = "aggregate"
    first: Count = 0
    count: Count = 0
    drawn: str = ""
    token: str | None = None


class ChallengeEscrow(_Request, tag="challenge-escrow", tag_field="op"):
    """Ask another party for one record of a level, drawn by both; by when each step is due, UTC ms."""

    name: str
    level: LevelName
    answer_by_ms: Count
    reveal_by_ms: Count
    open_by_ms: Count
    token: str | None = None


class AnswerChallenge(_Request, tag="answer-challenge", tag_field="op"):
    """Commit to our part of the draw."""

    challenge: str
    token: str | None = None


class RevealDraw(_Request, tag="reveal-draw", tag_field="op"):
    """Show our part of the draw, once both have committed to theirs."""

    challenge: str
    token: str | None = None


Paper = (
    ProposeExchange | CommitList | Countersign | OpenList | CommitEscrow | OpenEscrow | ChallengeEscrow
    | AnswerChallenge | RevealDraw
)  # fmt: skip


class DraftSealed(_Request, tag="draft-sealed", tag_field="op"):
    """Any of these as a draft of this desk, for another officer to release."""

    paper: Paper


Request = Paper | DraftSealed | AskExchanges | AskExchange | AskEscrows | AskEscrow
