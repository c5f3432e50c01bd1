"""What travels inside a frame, as plain values. How each is spelled: `items` and `batches`.

All are claims of whoever held the epoch's key. Parties are places in the roster (0..7), generations
are 12 bytes, sizes and indices count entries of one log.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from openline.limits import GENERATION_BYTES

TAIL_BYTES: Final = (0, 2, GENERATION_BYTES)  # by kind: the sender's current log, short, full


class LogRef(NamedTuple):
    """A log named as shortly as the other side can still tell: no tail, two bytes, or all twelve.

    Without a tail it is the log of `party`, the frame's sender, whose generation ends with the frame's start.
    """

    party: int
    tail: bytes


class HailLog(NamedTuple):
    """What the sender of the hail holds of one log; `root8` is the first 8 bytes of its root."""

    party: int
    generation: bytes
    size: int
    root8: bytes


class HailReceipt(NamedTuple):
    """The size of the sender's current log for which it holds `party`'s receipt; 0 is none."""

    party: int
    size: int


class Lack(NamedTuple):
    """The sender lacks this log from entry `first` on."""

    party: int
    generation: bytes
    first: int


class Hail(NamedTuple):
    """Here I am, this I hold, this I lack. `logs` and `lacks` ascend by (party, generation), `receipted` by party.

    `epoch` is the highest epoch of the receiver's frames that this sender has opened. `echo` answers
    the nonce of the last hail heard over the same bearer; eight zero bytes are none. `waited_ms` is how long ago that
    nonce first came: a claim, by which the round trip is told from the wait.
    """

    clock_ms: int
    nonce: bytes
    echo: bytes
    epoch: int
    logs: tuple[HailLog, ...]
    receipted: tuple[HailReceipt, ...]
    lacks: tuple[Lack, ...]
    waited_ms: int = 0


class ShortHail(NamedTuple):
    """Here I am, and as far as I know you hold all that I hold and I have your receipts. For narrow bearers.

    `level4` begins the SHA-256 of what the sender holds of each party's newest log: whoever computes another answers by
    a whole hail.
    """

    clock_ms: int
    nonce: bytes
    echo: bytes
    waited_ms: int
    epoch: int
    level4: bytes


class Opening(NamedTuple):
    """The secret of a log whose entry 0 commits to it; `station` begins the station certificate's digest."""

    party: int
    generation: bytes
    secret: bytes
    station: bytes


class Ref(NamedTuple):
    """An entry named in full."""

    party: int
    generation: bytes
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


class AfterSlot(NamedTuple):
    """What the author held of `party`'s newest log when writing, and what `party` had receipted of its own.

    `tail` empty: nothing held (then size is 0). Two bytes: a log of the recipient, who knows the root. Twelve: any
    log, with its root. Only the last has a root.
    """

    party: int
    tail: bytes
    size: int
    root: bytes
    receipted: int


WireAfter = tuple[AfterSlot, ...]  # ascending by party


class Run(NamedTuple):
    """The next `count` entries share one `after`."""

    count: int  # type: ignore[assignment]  # shadows tuple.count, which nobody wants here
    after: WireAfter


class WireEntry(NamedTuple):
    """One entry as it travels. `bits`: precedence (0x03) and exercise (0x04). `body` is still coded."""

    kind: int
    bits: int
    written_at_ms: int
    references: tuple[Ref, ...]
    codec: int
    body: bytes


class Entries(NamedTuple):
    """Entries of a log from index `first`, without a signature. The runs' counts sum to the entries."""

    log: LogRef
    first: int
    runs: tuple[Run, ...]
    entries: tuple[WireEntry, ...]


class Commit(NamedTuple):
    """Entries and the author's signature over the checkpoint of size `first` + their number."""

    log: LogRef
    first: int
    runs: tuple[Run, ...]
    entries: tuple[WireEntry, ...]
    signature: bytes


class Overtaking(NamedTuple):
    """One entry that goes before its predecessors, with what leads from it to the signed root of `size`.

    `hashes`: of complete subtrees, left to right, over the entries from `first` to this one and from behind it to
    `size`; what the recipient holds below `first` is not sent. `first` 0 needs nothing of it.
    """

    log: LogRef
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    after: WireAfter
    entry: WireEntry
    size: int
    signature: bytes
    first: int
    hashes: tuple[bytes, ...]


class Checkpoint(NamedTuple):
    """The author's signature over the checkpoint of `size`; the receiver recomputes the root."""

    log: LogRef
    size: int
    signature: bytes


class Receipt(NamedTuple):
    """A cosignature by `witness` (None: the frame's sender) of the checkpoint of `size`, stamped in unix seconds."""

    log: LogRef
    witness: int | None
    size: int
    at_s: int
    signature: bytes


class Note(NamedTuple):
    """A whole C2SP signed note, as the answer to `Differs`."""

    text: bytes


class DiffersReason(IntEnum):
    """Why something could not be taken."""

    SIGNATURE = 0
    ROOT = 1
    UNKNOWN_LOG = 2
    UNRESOLVED_REFERENCE = 3
    BAD_ENTRY = 4


class Differs(NamedTuple):
    """The sender could not take what it was sent at `size` of `log`; `root` is what it computed, or zeros."""

    log: LogRef
    size: int
    root: bytes
    reason: int


class Fragment(NamedTuple):
    """Part of one encoded item of `total` bytes; `set_id` begins the SHA-256 of the whole."""

    set_id: bytes
    offset: int
    total: int
    chunk: bytes


class Gaps(NamedTuple):
    """What the sender lacks of a whole of `total` bytes that comes to it in fragments: stretches [start, end),
    ascending, with something held between them."""

    set_id: bytes
    total: int
    spans: tuple[tuple[int, int], ...]


class BlobAsk(NamedTuple):
    """Send this attachment from `offset` on."""

    digest: bytes
    offset: int


class BlobChunk(NamedTuple):
    """Part of an attachment of `total` bytes, named by its SHA-256."""

    digest: bytes
    offset: int
    total: int
    data: bytes


class Grant(NamedTuple):
    """A fresh epoch secret, sealed to the receiver, and the sender's next one-time key (or none)."""

    epoch: int
    sealed: bytes
    next_key: bytes


class PqCheckpoint(NamedTuple):
    """Like Checkpoint, by ML-DSA-44."""

    log: LogRef
    size: int
    signature: bytes


class PqReceipt(NamedTuple):
    """Like Receipt, by ML-DSA-44."""

    log: LogRef
    witness: int | None
    size: int
    at_s: int
    signature: bytes


class RosterEntry(NamedTuple):
    """A station certificate that the sender offers: of a joiner, or renewed."""

    certificate: bytes


Item = (
    Hail
    | Opening
    | Entries
    | Commit
    | Checkpoint
    | Receipt
    | Note
    | Differs
    | Fragment
    | BlobAsk
    | BlobChunk
    | Grant
    | PqCheckpoint
    | PqReceipt
    | RosterEntry
    | Overtaking
    | ShortHail
    | Gaps
)
