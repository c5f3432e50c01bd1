"""What the line asks of a store: the rows, the writes and the `Store` port, named by the room that needs them.

One turn of the line machine becomes one `commit` of these writes; nothing signed leaves memory before that commit
returns. Rows are plain data: a store neither signs nor judges. Indexes, sizes and counts are entries; instants are
UTC, in milliseconds where the name ends in `_ms` and in seconds where it ends in `_s`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from openline.record.entry import LogId as LogId

# --- rows: what is read back


class EntryRow(NamedTuple):
    """One entry as it stands in a log, byte for byte as its author wrote it."""

    header: bytes  # deterministic CBOR, the Merkle leaf's preimage
    body: bytes  # uncompressed
    leaf: bytes  # 32 bytes


class LogRow(NamedTuple):
    """One log: what is known of it besides its entries. `size` entries are held, without a gap."""

    log: LogId
    secret: bytes  # 32 bytes; b"" while unknown. Set once
    station: bytes  # digest of the author's station certificate, 32 bytes or its first 8. Set once
    size: int
    peaks: bytes  # roots of the perfect subtrees of `size`, largest first, 32 bytes each
    noted_size: int  # of the newest checked checkpoint; equals `size` for admitted entries
    noted_signature: bytes  # 64 bytes; b"" while there is none
    disputed_from: int | None  # the log has forked at or after this size


class NoteRow(NamedTuple):
    """A checkpoint its author signed, and we checked."""

    size: int
    root: bytes
    signature: bytes


class ReceiptRow(NamedTuple):
    """`witness` signed that it holds `size` entries of a log, and we checked."""

    witness: int
    size: int
    at_s: int  # their clock, in the signed bytes
    signature: bytes
    arrived_at_ms: int  # our clock


class PqRow(NamedTuple):
    """An ML-DSA-44 statement over a checkpoint: the author's (`witness` is the author, `at_s` 0) or a receipt."""

    witness: int
    size: int
    at_s: int
    signature: bytes


class ExhibitRow(NamedTuple):
    """Bytes kept because they broke the protocol; `proves` only if two signatures make them an accusation."""

    digest: bytes  # SHA-256 of `data`
    data: bytes
    noted_at_ms: int
    proves: bool


class FoundRow(NamedTuple):
    """Where one entry stands: its place in the store's own order of arrival, and its place in its log."""

    position: int  # 1, 2, 3 ... in the order this store committed them; never reused
    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


class AheadRow(NamedTuple):
    """An entry that is held before what comes before it, under a root that its author signed. R-225.

    `before` and `behind` lead from its leaf to the root: the peaks of the entries before it, and the subtrees of those
    behind it, 32 bytes each. Secret and station are those of its log, which may not be known here otherwise yet.
    """

    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    header: bytes
    body: bytes
    leaf: bytes
    size: int
    root: bytes
    signature: bytes
    before: bytes
    behind: bytes
    secret: bytes
    station: bytes
    arrived_at_ms: int


class BlobRow(NamedTuple):
    """How much of an attachment is held: its first `held` bytes of `total`."""

    digest: bytes
    held: int
    total: int


# --- writes: a commit is one list of these, applied in one transaction


class PutLog(NamedTuple):
    """Insert or update a log. `size` may only grow; `secret` and `station` never change once set."""

    row: LogRow


class PutEntries(NamedTuple):
    """Append entries `first`, `first + 1` ... The same commit carries the `PutLog` with the new size."""

    log: LogId
    first: int
    rows: Sequence[EntryRow]
    arrived_at_ms: int


class PutNodes(NamedTuple):
    """Keep completed interior nodes as (level, index, hash); the levels are multiples of 8."""

    log: LogId
    nodes: Sequence[tuple[int, int, bytes]]


class PutNote(NamedTuple):
    """Keep a checked checkpoint of the author."""

    log: LogId
    size: int
    root: bytes
    signature: bytes


class PutReceipt(NamedTuple):
    """Keep a receipt, ours or theirs. The first kept for one (log, witness, size) stands."""

    log: LogId
    witness: int
    size: int
    at_s: int
    signature: bytes
    arrived_at_ms: int


class PutPq(NamedTuple):
    """Keep an ML-DSA-44 statement. The first kept for one (log, witness, size) stands."""

    log: LogId
    witness: int
    size: int
    at_s: int
    signature: bytes


class PutExhibit(NamedTuple):
    """Keep an exhibit under the SHA-256 of its bytes."""

    digest: bytes
    data: bytes
    noted_at_ms: int
    proves: bool


class PutState(NamedTuple):
    """Replace a named snapshot: of a fold over the record, or of a machine's durable part."""

    name: str
    version: int  # of the snapshot's format, so that a newer program can rebuild instead of misread
    data: bytes


class PutBlob(NamedTuple):
    """Append a chunk of an attachment. A chunk already held is skipped; one past the held end is a LocalFault."""

    digest: bytes
    offset: int
    total: int
    data: bytes


class DropBlob(NamedTuple):
    """Forget an attachment's bytes: they do not have its hash."""

    digest: bytes


class PutAhead(NamedTuple):
    """Keep an entry ahead of its log: past what is held of it. Put once for one place."""

    row: AheadRow


class DropAhead(NamedTuple):
    """The log has come to an entry that was held ahead, and holds the same one: a second copy is not kept.

    A LocalFault where the log does not hold that very entry: then what is held ahead stays, for it shows a fork.
    """

    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


class PutSubmission(NamedTuple):
    """Remember that the local submission `token` became this entry, so that repeating it does nothing."""

    token: str
    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


Write = (
    PutLog
    | PutEntries
    | PutNodes
    | PutNote
    | PutReceipt
    | PutPq
    | PutExhibit
    | PutState
    | PutBlob
    | DropBlob
    | PutAhead
    | DropAhead
    | PutSubmission
)


class Store(Protocol):
    """Durable state of one line at one station. Every read sees whole commits only.

    All methods may raise StoreDown: the disk is full, read-only or broken, and the question could not be answered.
    Unknown logs read as empty.
    """

    def commit(self, writes: Sequence[Write]) -> None:
        """Apply all writes or none; durable on return.

        Raises StoreDown: known not done; try again later, the store recovers by itself.
        Raises UnknownOutcome: may or may not be done; stop speaking, `reopen`, and load again.
        Raises LocalFault: the writes contradict what is held (a gap, a shrinking log); nothing was done.
        """

    def reopen(self) -> None:
        """Open again after UnknownOutcome, making durable whatever is now read. Raises StoreDown while it cannot."""

    def close(self) -> None:
        """Let go of the files and the lock. Doing it twice does nothing."""

    def logs(self) -> list[LogRow]:
        """Every log held, in the order they were first put."""

    def entries(self, log: LogId, first: int, count_max: int, bytes_max: int) -> list[EntryRow]:
        """Entries from `first` on, at most `count_max`, stopping before their headers and bodies together exceed
        `bytes_max`; but at least one entry if there is one."""

    def leaves(self, log: LogId, first: int, count: int) -> list[bytes]:
        """Leaf hashes of `count` entries from `first`, fewer where the log ends."""

    def nodes(self, log: LogId, level: int, first: int, count: int) -> list[bytes]:
        """Stored nodes `first`, `first + 1` ... of one level, stopping at the first that is not stored."""

    def notes(self, log: LogId, from_size: int, to_size: int) -> list[NoteRow]:
        """Checkpoints with from_size <= size <= to_size, ascending."""

    def note_at_or_after(self, log: LogId, size: int) -> NoteRow | None:
        """The smallest checkpoint that covers `size`."""

    def note_at_or_before(self, log: LogId, size: int) -> NoteRow | None:
        """The largest checkpoint of at most `size`."""

    def receipts(self, log: LogId) -> list[ReceiptRow]:
        """Every receipt for this log, by witness, then size."""

    def receipt_covering(self, log: LogId, witness: int, size: int) -> ReceiptRow | None:
        """The receipt of `witness` with the smallest size >= `size`."""

    def newest_receipts(self, log: LogId) -> list[ReceiptRow]:
        """The largest receipt of each witness, by witness."""

    def pq_statements(self, log: LogId) -> list[PqRow]:
        """Every ML-DSA-44 statement about this log, by witness, then size."""

    def arrivals(self, log: LogId, first: int, count: int) -> list[int]:
        """When we committed each entry, in ms of our clock, fewer where the log ends."""

    def position_of(self, log: LogId, index: int) -> int | None:
        """Where `find` finds an entry; None where it is not held."""

    def kinds(self, log: LogId, first: int, count: int) -> list[int]:
        """Under which kind `find` finds each entry; for fsck, which compares it with the header."""

    def check_readable(self) -> None:
        """Asks the disk nothing, from any thread. Raises StoreDown while the store is not open, or the outcome of a
        commit is unknown: who reads beside it would show what may never have become durable. (R-193)"""

    def submission(self, token: str) -> tuple[LogId, int] | None:
        """The entry that a local submission became."""

    def state(self, name: str) -> tuple[int, bytes] | None:
        """A named snapshot: its version and its bytes."""

    def states(self) -> list[str]:
        """The names of all snapshots, sorted."""

    def ahead(self) -> list[AheadRow]:
        """Every entry held ahead of its log, in order of arrival."""

    def exhibits(self) -> list[ExhibitRow]:
        """Every exhibit, in the order they were kept."""

    def blob(self, digest: bytes) -> BlobRow | None:
        """How much of an attachment is held."""

    def blob_bytes(self, digest: bytes, offset: int, count: int) -> bytes:
        """Held bytes of an attachment from `offset`, at most `count`."""

    def blobs(self) -> list[BlobRow]:
        """Every attachment of which something is held, by digest."""

    def find(self, kind: int | None, after_position: int, limit: int) -> list[FoundRow]:
        """Entries of one kind (None: of any) past a position, in order of arrival. For listings and event replay."""
