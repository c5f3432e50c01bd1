"""What a line machine remembers. Sizes, frontiers and bounded windows; never the entries themselves.

`LineState.logs` is the durable part: every field of it is rebuilt from the store after a restart.
Everything else is volatile: a station that forgets it asks again by its next hail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from openline import limits
from openline.line.narrow.strain import Strain
from openline.line.ports import AheadRow, LogId
from openline.line.window import Window
from openline.record.entry import Ref
from openline.record.lives import Before
from openline.record.merkle import Peaks
from openline.record.roster import Roster
from openline.record.standing import Checks
from openline.record.standing import Standing as LineStanding
from openline.record.statement import Statement
from openline.seal.charter import Charter
from openline.wire.codec import Dictionaries
from openline.wire.items import Note, Run, WireEntry


class Standing(NamedTuple):
    """A signed checkpoint of one log: the newest one checked, or made, here."""

    size: int
    root: bytes
    signature: bytes


class Receipted(NamedTuple):
    """A party's newest countersignature over one log, as checked here."""

    size: int
    at_s: int
    signature: bytes


class LogState(NamedTuple):
    """One log as held here: complete from entry 0 to `noted.size`, every entry under a checked note."""

    log: LogId
    secret: bytes
    station: bytes
    noted: Standing
    peaks: Peaks
    receipts: Mapping[int, Receipted] = {}  # by witness
    disputed_from: int | None = None

    @property
    def size(self) -> int:
        """Number of entries held, all under one checked signature."""
        return self.noted.size

    # Spelled out where every turn does it: `_replace` costs more than what is replaced.

    def grown(self, noted: Standing, peaks: Peaks) -> LogState:
        """This log under a newer checkpoint."""
        return LogState(self.log, self.secret, self.station, noted, peaks, self.receipts, self.disputed_from)

    def receipted(self, witness: int, receipt: Receipted) -> LogState:
        """This log with a newer receipt."""
        receipts = {**self.receipts, witness: receipt}
        return LogState(self.log, self.secret, self.station, self.noted, self.peaks, receipts, self.disputed_from)


class Pending(NamedTuple):
    """Entries that came ahead of the signature that covers them. Bounded by PENDING_BYTES_MAX."""

    first: int
    runs: tuple[Run, ...]
    entries: tuple[WireEntry, ...]
    bytes_held: int


class BlobWant(NamedTuple):
    """An attachment on its way here. Volatile: the store knows what is held, the messages what is named.

    Messages may give it several sizes; only its bytes show which is right.
    """

    totals: tuple[int, ...]
    held: int
    asked: bool
    moved_at_ms: int
    tries: int = 0
    asked_of: int = -1  # whose pieces are taken
    named_by: int = -1  # whose message named it first
    idle: int = 0  # askings since the last piece
    total: int = 0  # of the pieces held, 0 for none


class Rate(NamedTuple):
    """How fast a party writes: when all counted of it would have been written at the agreed rate, and when our record
    last said that intake from it pauses (None: not in this life)."""

    due_us: int
    said_at_ms: int | None


class Urgent(NamedTuple):
    """An entry of our current log that may overtake, `size` of the checkpoint that covers it, and what holds it up.

    `before` is the last less urgent entry of an earlier commit, -1 for none; `beside_bytes` what is less urgent in its
    own comes to.
    """

    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    size: int
    precedence: int
    before: int
    beside_bytes: int
    body_bytes: int


class Overtook(NamedTuple):
    """An entry of our current log that was sent ahead to a peer. Volatile, as flows are."""

    again_at_ms: int
    tries: int
    is_held: bool = False  # by the peer's own word


class PqHeld(NamedTuple):
    """A party's newest ML-DSA-44 statement about one log."""

    size: int
    at_s: int
    signature: bytes


class Flow(NamedTuple):
    """How far a log was pushed to one peer. Volatile; the peer's hails and receipts correct it."""

    sent: int
    moved_at_ms: int
    reported: int  # what the peer last proved or said it holds
    loading: bool = False
    full: bool = False  # the peer could not resolve compact forms: send everything in full
    asked: bool = False  # the peer lacks it and wants it of us, though its author may be in its reach
    whole: bool = False  # sent again: also what went ahead of it
    ahead_bytes: int = 0  # of bodies and fields sent beyond what was reported, about


class Duplex(Enum):
    """Which ways a bearer carries, in radio's words."""

    FULL = "full"  # both ways at once
    HALF = "half"  # both ways, one at a time: by turns
    SIMPLEX = "simplex"  # one way only


class BearerUp(NamedTuple):
    """A bearer that moves bytes to one peer now."""

    name: str
    frame_bytes_max: int
    bytes_per_second: int
    duplex: Duplex = Duplex.FULL
    latency_ms: int = 0
    cost: int = 0  # the lower is taken first
    silence_alarm_after_ms: int = limits.SILENCE_ALARM_AFTER_MS  # a peer unheard over it for so long

    @property
    def preference(self) -> tuple[int, int, str]:
        """The least is preferred: by cost, then by rate."""
        return self.cost, -self.bytes_per_second, self.name


class Contact(NamedTuple):
    """What this station observed of a peer over one bearer since it started. Instants are our own clock's. R-232."""

    hailed_at_ms: int | None = None
    echoes: tuple[bytes, ...] = ()  # the last nonces that came over it, the newest last
    echo_at_ms: int = 0  # when the newest of them first came
    heard_at_ms: int | None = None
    proved_at_ms: int | None = None  # when the nonce was sent that last came back over it
    proved_by: bytes = b""  # that nonce: the other side has it, by this bearer
    round_trip_ms: int | None = None
    clock_offset_ms: int | None = None  # the peer's clock less ours
    up_at_ms: int = 0  # when the bearer last came up
    frame: int = -1  # counter of the newest frame that brought a hail over it, in this life of the peer


NO_CONTACT: Final = Contact()


class Asked(NamedTuple):
    """A nonce of ours: when it was first sent, how many of our logs, in order, were listed with it, and over which
    bearer; none where any may have taken it."""

    nonce: bytes
    at_ms: int
    listed: int
    bearer: str = ""


class PeerState(NamedTuple):
    """One other party of the line, as this station sees it since it started."""

    party: int
    flows: Mapping[LogId, Flow] = {}
    receipts_sent: Mapping[LogId, tuple[int, int]] = {}  # size, at ms
    bearers: tuple[BearerUp, ...] = ()
    start: bytes = b""  # frame start of its newest heard generation
    heard_at_ms: int | None = None
    proved_at_ms: int | None = None  # when our own nonce last came back
    asked: tuple[Asked, ...] = ()  # our last nonces to it, the newest last: an answer may be several hails late
    clock_offset_ms: int | None = None
    contacts: Mapping[str, Contact] = {}  # by bearer, also of those that are down
    strains: Mapping[str, Strain] = {}  # by bearer: what does not get on
    hailed_at_ms: int = 0
    reviewed: int = 0  # so many of our logs, in order, this life of it has seen listed
    epoch_opened: int = 0  # highest epoch of its frames that we can open
    epoch_held: int = 0  # highest epoch of our frames that it says it can open
    lacks_since: Mapping[LogId, tuple[int, int]] = {}  # their size, first seen ms
    lives_at: tuple[int, ...] = ()  # when it last began another life without answering our nonce
    is_held_back: bool = False  # some log waits because as much as allowed is under way to it
    asks: Mapping[LogId, int] = {}  # its old logs that want receipts, and when it listed them
    differs_at: Mapping[LogId, int] = {}
    overtook: Mapping[int, Overtook] = {}  # by index in our current log
    road: BearerUp | None = None  # the bearer that ordinary traffic takes now; None when none is up

    # The two that every turn replaces stand first: the rest is taken over as it is.

    def flowing(self, log: LogId, flow: Flow) -> PeerState:
        """This peer with a log further on its way."""
        return PeerState(self.party, {**self.flows, log: flow}, *self[2:])

    def given(self, log: LogId, size: int, at_ms: int) -> PeerState:
        """This peer, sent our receipt for `size` entries of a log."""
        return PeerState(self.party, self.flows, {**self.receipts_sent, log: (size, at_ms)}, *self[3:])


@dataclass(frozen=True, slots=True)
class Ledger:
    """What amendments are judged from: the charter, the roster as our papers had it at the start, the statements."""

    charter: Charter
    papers: Roster
    statements: Mapping[Ref, Statement]
    standing: LineStanding
    checks: Checks
    snapshot: bytes = b""  # of `standing`, as stored
    offered: Mapping[bytes, bytes] = field(default_factory=dict)  # certificates shown, by digest: not on the record
    before: Before = field(default_factory=dict)  # what the opening of each log names as the life before


class LineState(NamedTuple):
    """The whole machine. Never changed; `step` answers with a new one."""

    roster: Roster
    me: int
    own: LogId | None  # our current generation; None before `Started`
    logs: Mapping[LogId, LogState]
    newest: Mapping[int, LogId]  # newest generation held of each party
    roots: Mapping[LogId, Window]
    secrets: Mapping[tuple[int, LogId], tuple[bytes, bytes]]  # opened by a peer, nothing held yet: secret, station
    pending: Mapping[tuple[int, LogId], Pending]  # by the peer who sent them
    peers: Mapping[int, PeerState]
    last_written_ms: int = 0
    ahead: Mapping[tuple[LogId, int, bytes], tuple[int, Note]] = {}  # of more than we hold
    disputed: Mapping[LogId, int] = {}  # by an exhibit that came before any of its entries
    pq: Mapping[tuple[LogId, int], PqHeld] = {}  # by log and witness
    pq_at_ms: int = 0
    dictionaries: Dictionaries = {}  # held here, agreed or not
    wants: Mapping[bytes, BlobWant] = {}
    rates: Mapping[int, Rate] = {}  # by party; see line.terms.rate
    held_ahead: Mapping[tuple[LogId, int], AheadRow] = {}  # bounded: AHEAD_BYTES_MAX
    urgent: tuple[Urgent, ...] = ()  # of our current log, not held by all yet; the newest URGENT_MAX
    last_of: tuple[int, int, int, int] = (-1, -1, -1, -1)  # our current log's last entry of each precedence
    ledger: Ledger | None = None  # None where no charter is known: then nothing amends the line


def others(roster: Roster, me: int) -> tuple[int, ...]:
    """Indices of the other parties still on the line, ascending."""
    return tuple([index for index, party in enumerate(roster.parties) if index != me and not party.left])
