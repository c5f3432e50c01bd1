"""What can be asked of a running station, and what it answers: the vocabulary of the control channel.

Every request is one JSON object on one line, `{"id": 7, "op": "send", ...}`; every answer is one object on one
line, `{"id": 7, "ok": ...}` or `{"id": 7, "error": {"code": "OL-402", ...}}`. Answers come in the order in which
the acts end, so several requests may be under way at once. Field names are those of `--json`.

An entry is named `party/generation hex/index`, for example `0/019ab1c2d3e4f5a6b7c8d9ea/17`. A `position` is
where an entry stands in this station's own store: it counts up by arrival, and asking for what came after the
last one seen replays everything since, so a program that was away misses nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple, Protocol

import msgspec

from openline.console.disclosing.asking import Chosen, Planned
from openline.console.ladder.rows import PassedRow, RelatedRow, ReleaseRow, UnderstoodRow
from openline.limits import ONCE_KEY_CHARS_MAX, TAG_CHARS_MAX

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]  # what every JSON reader can hold, and our store too
Precedence = Literal["ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH"]
PRECEDENCES: Final[tuple[Precedence, ...]] = ("ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH")

BATCH_MAX: Final = 1024  # messages in one request
FIND_MAX: Final = 1000  # entries in one answer
CONTROL_LINE_BYTES_MAX: Final = 16 * 1024 * 1024
CONTROL_TALKS_MAX: Final = 256  # connections at once: pages, annunciators, programs, people
CONTROL_UNDER_WAY_MAX: Final = 64  # requests of one connection that may run at once


class Place(NamedTuple):
    """One entry by its name; on the channel the array [party, generation hex, index]."""

    party: Count
    generation: str
    index: Count  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here

    def __str__(self) -> str:
        return f"{self.party}/{self.generation}/{self.index}"


class _Request(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    id: int = 0
    sitting: str = ""  # token of an officer's sitting, where the desk has officers
    once: Annotated[str, msgspec.Meta(max_length=ONCE_KEY_CHARS_MAX)] = ""  # asked twice under it, it is done once
    meant: Annotated[str, msgspec.Meta(max_length=TAG_CHARS_MAX)] = ""  # in which state the draft it changes was seen


class Attachment(msgspec.Struct, forbid_unknown_fields=True):
    """A file to send along: its name for the other side, its media type, and where it lies on this machine."""

    name: str
    media_type: str
    path: str


class Outgoing(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One message to record and send. `token` makes asking twice harmless: one token, one entry.

    `released_by` is recorded as the fact it is: who let it out. One name means it was released by one person.
    `relates` says what it does to the entries `of`, with a `note` about that; a withdrawal is no message, and its
    text is the reason.
    """

    text: str
    subject: str = ""
    language: str = "en"
    precedence: Precedence = "ROUTINE"
    exercise: bool = False
    action: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    reply_by_ms: Count | None = None
    in_reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    released_by: tuple[str, ...] = ()
    token: str | None = None
    relates: Literal["", "corrects", "withdraws", "supersedes", "forwards"] = ""
    of: tuple[str, ...] = ()
    note: str = ""


class Send(_Request, tag="send", tag_field="op"):
    """Record these messages, in this order. Answered after the commit: recorded here, not held there yet.

    With `within_ms`, answered when every other party's receipt covers all of them, or when that span has passed.
    """

    messages: list[Outgoing]
    within_ms: Count = 0


class Sent(msgspec.Struct, omit_defaults=True):
    """Places in the order of the messages. A repeated token gives the place it had the first time.

    `held` is true only when that was waited for, and receipts of all other parties cover all of them.
    """

    places: list[Place]
    held: bool = False
    doubts: list[str] = []  # of the offices that were named, in words


class Find(_Request, tag="find", tag_field="op"):
    """Entries after a position, oldest first. `kind` None means every kind; `wait_ms` waits for the first one."""

    after: Count = 0
    count: Count = 50
    kind: Count | None = None
    theirs: bool = False  # leave ours out
    newest: bool = False  # instead: the newest `count`, still oldest first
    wait_ms: Count = 0
    ahead_since_ms: Count | None = None  # waiting ends too when something is held ahead that arrived after this


class Show(_Request, tag="show", tag_field="op"):
    """One entry by name or by position: exactly one of the two."""

    place: str | None = None
    position: Count | None = None


class Acknowledge(_Request, tag="acknowledge", tag_field="op"):
    """An officer has read it. Not agreement. Recorded as an entry that refers to the one acknowledged."""

    place: str
    officer: str = ""
    role: str = ""
    note: str = ""
    token: str | None = None


class Append(_Request, tag="append", tag_field="op"):
    """Any other entry of ours by kind, body as hex: certificates, revocations and what later rooms define."""

    kind: Count
    body: str
    references: list[str] = []
    token: str | None = None


class WaitHeld(_Request, tag="wait-held", tag_field="op"):
    """Answered when every other party's receipt covers all these places, or when `within_ms` has passed."""

    places: list[Place]
    within_ms: Count


class Waited(msgspec.Struct):
    """`held` is true only when receipts of all other parties cover all places; `lacking` are those not covered."""

    held: bool
    lacking: list[Place] = []


class AskStatus(_Request, tag="status", tag_field="op"):
    """How the line is, as this station knows it now."""


class AskContact(_Request, tag="contact", tag_field="op"):
    """The timeline of contact in a period, UTC ms; without an end, up to now."""

    from_ms: int | None = None
    to_ms: int | None = None


class Drawn(msgspec.Struct):
    """The timeline as plain data: `console.contact.told.as_data` says what is in it."""

    timeline: dict[str, Any]


class Export(_Request, tag="export", tag_field="op"):
    """Write the record to `path` on this machine. `places` not empty means an extract of those entries only.

    `bodies` False leaves every body out: headers and signatures still prove when and how much. `chosen` says which
    bodies go along instead.
    """

    path: str
    places: list[str] = []
    bodies: bool = True
    chosen: Chosen | None = None


class PlanExport(_Request, tag="plan-export", tag_field="op"):
    """What an export would show; writes nothing."""

    bodies: bool = True
    chosen: Chosen | None = None


class Exported(msgspec.Struct):
    """What the file holds."""

    path: str
    entries: int
    bytes: int
    sha256: str


class Backup(_Request, tag="backup", tag_field="op"):
    """A consistent, encrypted copy of the store while the station runs. Never contains epoch secrets."""

    path: str
    passphrase: str


class BackedUp(msgspec.Struct):
    """What the copy came to."""

    path: str
    bytes: int


class CarryOut(_Request, tag="carry-out", tag_field="op"):
    """Write what `party` lacks into a folder, sealed afresh, with a cover note. None means every other party.

    With `pages`, in small frames and as few bytes as can be: for printed codes.
    """

    folder: str
    party: Count | None = None
    pages: bool = False


class CarryIn(_Request, tag="carry-in", tag_field="op"):
    """Read a folder brought by a courier."""

    folder: str


class Carried(msgspec.Struct):
    """What moved. `refused` files were left where they are, each with its reason."""

    files: int
    bytes: int
    entries: int = 0
    refused: list[str] = []


class Stop(_Request, tag="stop", tag_field="op"):
    """End the station in order: what is under way is committed, then it stops."""


class Nothing(msgspec.Struct):
    """Done; there is nothing more to say."""


class ClockThen(msgspec.Struct, omit_defaults=True):
    """How another party's clock stood to ours when something of it came here. `word`: agrees, disagrees or unknown.

    Theirs is ahead of ours by between the two, ms, as far as they are known; `by`: a link test of that time, or hails
    now; `at_ms`: when that was.
    """

    word: str
    at_least_ms: int | None = None
    at_most_ms: int | None = None
    by: str = ""
    at_ms: int | None = None


class Holding(msgspec.Struct):
    """One party's signed receipt over an entry. The time of receipt is an interval, see `record.times`."""

    party: int
    name: str
    size: int
    stamped_ms: int
    arrived_at_ms: int
    earliest_ms: int
    latest_ms: int
    disputed: bool
    signature: str  # hex
    clock: ClockThen | None = None  # the giver's, where one entry is shown


class Acknowledged(msgspec.Struct):
    """One officer's acknowledgement: it was opened by a person. It is not agreement."""

    party: int
    name: str
    place: str
    at_ms: int
    officer: str
    role: str
    note: str


class SaidAhead(msgspec.Struct):
    """One party's word that it holds an entry ahead of its log: that entry is there, earlier ones may not be."""

    party: int
    name: str
    place: str  # of its HELD AHEAD entry
    at_ms: int  # by its clock
    leaf: str  # hex


class StatedRow(msgspec.Struct):
    """What a party stated about an entry: refused, holding reply, silence recorded, confirmed or contested; of an
    exercise, that it rang there: alerted, and since when."""

    party: int
    name: str
    place: str
    at_ms: int
    kind: str
    words: str
    until_ms: int | None = None


class ReadAloud(msgspec.Struct):
    """What somebody took down by ear. `state`: provisional, confirmed or contradicted, the last two by entry `of`."""

    party: int
    name: str
    index: int
    written_at_ms: int
    heard_at_ms: int
    officer: str
    remark: str
    number: str
    state: str
    of: str | None = None


class Shown(msgspec.Struct):
    """One entry as a person may see it. What has no meaning here is shown raw in `body`."""

    position: int
    place: str
    party: int
    name: str
    ours: bool
    kind: str
    kind_number: int
    written_at_ms: int
    arrived_at_ms: int
    precedence: str = "ROUTINE"
    exercise: bool = False
    references: list[str] = []
    subject: str = ""
    text: str = ""
    language: str = ""
    action: list[str] = []
    info: list[str] = []
    reply_by_ms: int | None = None
    in_reply_to: str | None = None
    attachments: list[str] = []
    released_by: list[str] = []
    release: ReleaseRow | None = None  # the record of that, and what shows it
    body: str = ""  # hex, only where the kind is not one we read
    held: list[Holding] = []
    lacking: list[str] = []  # names of the parties whose receipt does not cover it
    acknowledged: list[Acknowledged] = []
    disputed: bool = False
    ahead_of: int | None = None  # held ahead here, its position not given yet: so many earlier entries are missing
    said_ahead: list[SaidAhead] = []  # who says that it holds it ahead; no receipt
    stated: list[StatedRow] = []  # what parties said of it, as far as it counts
    understood: list[UnderstoodRow] = []
    passed: list[PassedRow] = []
    related: list[RelatedRow] = []  # what later entries do to it, and what it does to earlier ones
    crossed: list[str] = []  # messages of others: neither side had the other's when it wrote
    leaf: str = ""
    read_aloud: ReadAloud | None = None  # an entry by which its writer says what it heard
    breaches: list[str] = []  # what its author should not have done; it is held like any other
    clock: ClockThen | None = None  # its author's when it came here, where one entry of theirs is shown


class Found(msgspec.Struct):
    """Entries, oldest first, and the position to go on from."""

    entries: list[Shown]
    next: int
    ahead: list[Shown] = []  # held ahead of their logs, in order of arrival: they have no position yet


class OverStatus(msgspec.Struct):
    """One bearer to a party, as observed here. `seen`: up, silent, down or unknown. Ages and spans in ms."""

    name: str
    seen: str
    since_ms: int | None
    proved_age_ms: int | None
    round_trip_ms: int | None
    clock_off_ms: int | None
    alarm_after_ms: int


class PeerStatus(msgspec.Struct):
    """One other party. `state` is a word of the watch: up, degraded, silent, our fault, refused, suspended, never
    heard.

    `observed` and `declared` are the two facts apart; `since_ms` the last proof of life; `proved_age_ms` and
    `signed_age_ms` count from when this station sent, or wrote, what was answered. `clock`: agrees, disagrees, unknown.
    """

    party: int
    name: str
    state: str
    heard_at_ms: int | None
    bearers: list[str]
    ours_held: int  # entries of our current log that their receipts cover
    ours: int  # entries in our current log
    theirs: int  # entries of all their logs held here
    ahead: int = 0  # entries of theirs that are held ahead of what is missing
    clock_off_ms: int | None = None
    disputed: bool = False
    withheld: bool = False  # they answer but give no receipt
    declared: str = "open"  # by the parties' own statements: open, suspended or refused
    bars: list[str] = []  # what is suspended or refused, by whom, why, and who is ready to resume
    observed: str = ""
    fault: str = ""  # what of our own is broken
    since_ms: int | None = None
    proved_age_ms: int | None = None
    round_trip_ms: int | None = None
    signed_age_ms: int | None = None
    clock: str = "unknown"
    over: list[OverStatus] = []


class BearerStatus(msgspec.Struct):
    """One of our bearers. `up`: names of the parties to whom it moves bytes; whether they hear, their proofs say."""

    name: str
    up: list[str]
    bits_per_second: int
    latency_ms: int
    cost: int
    duplex: str
    trouble: str = ""  # why it is not up, as far as is known


class Status(msgspec.Struct):
    """The line as this station knows it at `now_ms`."""

    line: str
    line_id: str
    party: int
    name: str
    generation: str
    started_at_ms: int
    now_ms: int
    entries: int
    peers: list[PeerStatus]
    alarms: list[str] = []
    pq_confirmed: int = 0
    bearers: list[BearerStatus] = []
    refused: dict[str, int] = {}  # how much was refused at which door since we started; it accuses nobody
    notices: list[str] = []  # for the engineer, newest last of each kind
    drills: list[str] = []  # that are on now


class Propose(_Request, tag="propose", tag_field="op"):
    """Record a proposal that changes the line; `body` is the proposal's bytes, hex."""

    body: str
    token: str | None = None


class AnswerProposal(_Request, tag="answer", tag_field="op"):
    """Say yes or no to the proposal at `place`; no to our own withdraws it."""

    place: str
    accepted: bool
    remark: str = ""
    token: str | None = None


class AskAmendments(_Request, tag="amendments", tag_field="op"):
    """How the line stands, with every proposal."""


class TakePaper(_Request, tag="take-paper", tag_field="op"):
    """Put a root-signed certificate or revocation, hex, onto the record, whoever brought it."""

    paper: str


class Recover(_Request, tag="recover", tag_field="op"):
    """The recovery secret, hex, for recovery grants that come; `party`: begin afresh with one that joined later."""

    secret: str | None = None
    party: Count | None = None


class Member(msgspec.Struct):
    """A party on the roster; its number is its place for good."""

    party: int
    name: str
    party_id: str
    left: bool
    certificates: int


class AmendmentRow(msgspec.Struct):
    """A proposal and what became of it. `lacking`: whose yes it needs, or, where it is refused, who said no."""

    place: str
    proposer: str
    what: str
    remark: str
    state: str
    in_force: bool
    accepted: list[str]
    lacking: list[str]
    why: str


class Amendments(msgspec.Struct):
    """The line as amended; amendments in force first, in the order of coming into force."""

    line_id: str
    me: int
    closed: bool
    parties: list[Member]
    languages: list[str]
    due_ms: list[int]
    limits: list[int]
    handling: list[str]
    offices: list[list[str]]
    amendments: list[AmendmentRow]


Request = (
    Send | Find | Show | Acknowledge | Append | WaitHeld | AskStatus | Export | Backup | CarryOut | CarryIn | Stop
    | Propose | AnswerProposal | AskAmendments | TakePaper | Recover | AskContact | PlanExport
)  # fmt: skip


class Operations(Protocol):
    """What the station offers to the control channel. Any OpenlineError becomes an answer with its stable code."""

    async def send(self, ask: Send) -> Sent: ...
    async def find(self, ask: Find) -> Found: ...
    async def show(self, ask: Show) -> Shown: ...
    async def acknowledge(self, ask: Acknowledge) -> Sent: ...
    async def append(self, ask: Append) -> Sent: ...
    async def wait_held(self, ask: WaitHeld) -> Waited: ...
    async def status(self) -> Status: ...
    async def contact(self, ask: AskContact) -> Drawn: ...
    async def export(self, ask: Export) -> Exported: ...
    async def plan_export(self, ask: PlanExport) -> Planned: ...
    async def backup(self, ask: Backup) -> BackedUp: ...
    async def carry_out(self, ask: CarryOut) -> Carried: ...
    async def carry_in(self, ask: CarryIn) -> Carried: ...
    async def stop(self) -> Nothing: ...
    async def propose(self, ask: Propose) -> Sent: ...
    async def answer(self, ask: AnswerProposal) -> Sent: ...
    async def amendments(self) -> Amendments: ...
    async def take_paper(self, ask: TakePaper) -> Sent: ...
    async def recover(self, ask: Recover) -> Nothing: ...
