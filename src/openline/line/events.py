"""What can happen to a line machine, and what it wants done. Closed unions; `match` ends in assert_never.

Facts come in with the event: the machine never asks a clock, a disk or a key.
"""

from __future__ import annotations

from typing import NamedTuple

from openline import limits
from openline.line.ports import EntryRow, LogId, NoteRow, Write
from openline.line.state import BearerUp
from openline.record.entry import Header, Ref
from openline.wire.items import HailLog, Item, Overtaking


# ------------------------------------------------------------------ events
class Draft(NamedTuple):
    """One entry that somebody here wants written. `body` is the raw body, at most BODY_BYTES_MAX bytes."""

    kind: int
    precedence: int
    flags: int
    references: tuple[Ref, ...]
    body: bytes
    token: str = ""  # idempotency token of the submission; empty = none


class Started(NamedTuple):
    """A new life of this station: open `generation` with `secret`, `opening` being the body of entry 0."""

    generation: bytes
    secret: bytes
    station: bytes
    opening: bytes


class Submitted(NamedTuple):
    """Drafts to append to our own log, in order."""

    drafts: tuple[Draft, ...]


class Up(NamedTuple):
    """A bearer to `peer` began to move bytes."""

    peer: int
    bearer: BearerUp


class Down(NamedTuple):
    """A bearer to `peer` stopped moving bytes."""

    peer: int
    bearer: str


class Arrived(NamedTuple):
    """Items from one opened frame. `start` names the life of the sender's station; `epoch_opened` is the
    highest epoch of its frames that our keyring can prove to hold; `frame` is its counter, which rises with
    everything that this life seals."""

    peer: int
    bearer: str
    start: bytes
    items: tuple[Item, ...]
    epoch_opened: int = 0
    frame: int = -1  # not known


class Loaded(NamedTuple):
    """Answer to `Load`: rows from `first`, ending where `note` ends; no rows if there is nothing to send.

    `is_full`: nothing was read, because as much as allowed is under way to this peer.
    """

    peer: int
    log: LogId
    first: int
    rows: tuple[EntryRow, ...]
    note: NoteRow | None
    is_full: bool = False


class RootFound(NamedTuple):
    """Answer to `FindRoot`: our root of `log` at `size`, None where we do not hold that much."""

    want: FindRoot
    root: bytes | None


class ForkFound(NamedTuple):
    """Answer to `FindFork`: our root at `want.size`, and the proof that leads from it to our newest root."""

    want: FindFork
    root: bytes
    proof: tuple[bytes, ...]


class AheadLoaded(NamedTuple):
    """Answer to `LoadAhead`: the entry, the signature over `want.size`, the hashes."""

    want: LoadAhead
    row: EntryRow
    signature: bytes
    hashes: tuple[bytes, ...]


class PeaksFound(NamedTuple):
    """Answer to `FindPeaks`: None where we do not hold that much."""

    want: FindPeaks
    peaks: tuple[bytes, ...] | None


class BlobWanted(NamedTuple):
    """A message names an attachment of which we hold `held` bytes of `total`. `asked`: also over narrow bearers."""

    digest: bytes
    total: int
    held: int
    asked: bool = False
    named_by: int = -1  # whose message it is


class BlobLoaded(NamedTuple):
    """Answer to `LoadBlob`: a piece, empty where we do not hold the whole."""

    want: LoadBlob
    total: int
    data: bytes


class BlobChecked(NamedTuple):
    """Answer to `CheckBlob`: does what we hold have that hash?"""

    want: CheckBlob
    right: bool


class PqSigned(NamedTuple):
    """Answer to `SignPq`."""

    want: SignPq
    signature: bytes


class PqWanted(NamedTuple):
    """Somebody wants post-quantum statements now: before an export, or by hand."""


class Tick(NamedTuple):
    """Time passed."""


class ClockSet(NamedTuple):
    """Our own clock was set by so much, ahead or back, beside one that only counts: what was observed moves with it."""

    by_ms: int


class CarryOut(NamedTuple):
    """Somebody carries a stick to `peer`: send all it has not receipted, without waiting for a hail."""

    peer: int


Event = (
    Started
    | Submitted
    | Up
    | Down
    | Arrived
    | Loaded
    | RootFound
    | ForkFound
    | Tick
    | CarryOut
    | BlobWanted
    | BlobLoaded
    | BlobChecked
    | PqSigned
    | PqWanted
    | ClockSet
    | AheadLoaded
    | PeaksFound
)


# ------------------------------------------------------------------ effects
class Send(NamedTuple):
    """Seal these items for `peer` and hand them to `bearer` (None: the peer's road), or to all that are up.

    `precedence` of the entries, where some that are more urgent went ahead already.
    """

    peer: int
    items: tuple[Item, ...]
    bearer: str | None = None
    everywhere: bool = False
    precedence: int | None = None


class Load(NamedTuple):
    """Read entries of `log` from `first` up to a noted size, for `peer`: about `bytes_max`, or one whole commit."""

    peer: int
    log: LogId
    first: int
    bytes_max: int = limits.COMMIT_BYTES_MAX


class FindRoot(NamedTuple):
    """Find our root of `log` at `size`; `why` says what the answer is for."""

    peer: int
    log: LogId
    size: int
    why: Item | HailLog


class FindFork(NamedTuple):
    """Prove that our first `size` of `whole` entries of `log` have another root than `note` says."""

    log: LogId
    size: int
    whole: int
    note: bytes


class LoadAhead(NamedTuple):
    """Read entry `index` of our own log for `peer`, with what leads from it to the root of `size`, from `first` on."""

    peer: int
    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    size: int
    first: int


class FindPeaks(NamedTuple):
    """Find the peaks that `log` had at `size`, where the hashes of an entry that overtakes begin."""

    peer: int
    log: LogId
    size: int
    item: Overtaking


class LoadBlob(NamedTuple):
    """Read one piece of an attachment for `peer`."""

    peer: int
    digest: bytes
    offset: int


class CheckBlob(NamedTuple):
    """Hash what we hold of an attachment that came from `peer`."""

    digest: bytes
    peer: int


class SignPq(NamedTuple):
    """Sign a checkpoint with our ML-DSA-44 key; `at_s` 0 for our own log."""

    log: LogId
    size: int
    root: bytes
    at_s: int


class UnsignedCheckpoint(NamedTuple):
    """Our own log at a new size: sign this text with its note key."""

    log: LogId
    size: int
    root: bytes


class UnsignedReceipt(NamedTuple):
    """A log of another party that we hold to `size` once this turn is committed: cosign it."""

    log: LogId
    size: int
    root: bytes


class Appended(NamedTuple):
    """Our own entries, now durable here: recorded, not yet held by anybody else."""

    log: LogId
    first: int
    entries: int
    tokens: tuple[str, ...]


class Held(NamedTuple):
    """Entries of another party, now durable here and receipted; `rows` are those entries."""

    log: LogId
    first: int
    entries: int
    peer: int
    rows: tuple[EntryRow, ...]


class CameAhead(NamedTuple):
    """An entry of another party that came before its predecessors, now durable here ahead of its log."""

    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    peer: int


class ReceiptCame(NamedTuple):
    """A party's countersignature, checked: its machine holds `log` up to `size`. Stored, or owed to the store."""

    log: LogId
    witness: int
    size: int
    at_s: int


class Disputed(NamedTuple):
    """An exhibit against `log` was stored."""

    log: LogId
    size: int
    sentence: str


class Amended(NamedTuple):
    """The line stands differently now: see the state's ledger and roster. `news`: what changed, in words."""

    news: tuple[str, ...]


class Noticed(NamedTuple):
    """Something an engineer may want to know: a stable word and plain words."""

    code: str
    text: str


Told = Appended | Held | CameAhead | ReceiptCame | Disputed | Amended | Noticed
Wanted = Load | LoadAhead | FindPeaks | FindRoot | FindFork | LoadBlob | CheckBlob | SignPq


class Fresh(NamedTuple):
    """Our own entries made in this step: `headers` beside `rows`, from index `first`."""

    first: int
    headers: tuple[Header, ...]
    rows: tuple[EntryRow, ...]
    tokens: tuple[str, ...]


class Intent(NamedTuple):
    """What one step wants, before the signatures are there."""

    checkpoint: UnsignedCheckpoint | None
    receipts: tuple[UnsignedReceipt, ...]
    writes: tuple[Write, ...]
    sends: tuple[Send, ...]
    wanted: tuple[Wanted, ...]
    told: tuple[Told, ...]
    fresh: Fresh | None


class Signatures(NamedTuple):
    """The station's answer to an `Intent`: Ed25519 signatures in the order asked, and when it cosigned."""

    checkpoint: bytes
    receipts: tuple[bytes, ...]
    at_s: int


class Outcome(NamedTuple):
    """What to commit, and what to do only after the commit returned."""

    writes: tuple[Write, ...]
    sends: tuple[Send, ...]
    wanted: tuple[Wanted, ...]
    told: tuple[Told, ...]
