"""The store in memory, for the simulation: the same promises, nothing on any disk.

`trip` is called at the two points of a commit where a power cut tells stores apart, "before" and "after" anything
was applied, and may raise what a disk would (StoreDown before, UnknownOutcome after). `copy` is a backup.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar, assert_never

from openline.errors import LocalFault, StoreDown, UnknownOutcome
from openline.line.ports import (
    AheadRow,
    BlobRow,
    DropAhead,
    DropBlob,
    EntryRow,
    ExhibitRow,
    FoundRow,
    LogId,
    LogRow,
    NoteRow,
    PqRow,
    PutAhead,
    PutBlob,
    PutEntries,
    PutExhibit,
    PutLog,
    PutNodes,
    PutNote,
    PutPq,
    PutReceipt,
    PutState,
    PutSubmission,
    ReceiptRow,
    Write,
)
from openline.store.inserts import rest_of
from openline.store.turn import after_turn, kind_of, short

_Row = TypeVar("_Row", NoteRow, ReceiptRow)


@dataclass
class _Log:
    """Everything about one log; the lists ascend."""

    entries: list[EntryRow] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    notes: list[NoteRow] = field(default_factory=list)
    receipts: dict[int, list[ReceiptRow]] = field(default_factory=dict)
    pq: dict[tuple[int, int], PqRow] = field(default_factory=dict)


@dataclass
class _Held:
    """What a power cut leaves: the whole of the store."""

    rows: dict[LogId, LogRow] = field(default_factory=dict)
    logs: dict[LogId, _Log] = field(default_factory=dict)
    found: list[tuple[int, LogId, int]] = field(default_factory=list)  # kind, log, index; position - 1 is the place
    exhibits: dict[bytes, ExhibitRow] = field(default_factory=dict)
    ahead: dict[tuple[LogId, int], AheadRow] = field(default_factory=dict)
    states: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    blobs: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)  # total, held bytes
    submissions: dict[str, tuple[LogId, int]] = field(default_factory=dict)


class MemoryStore:
    """A `line.ports.Store` that lives as long as the object does."""

    def __init__(self, trip: Callable[[str], None] | None = None) -> None:
        self.trip = trip
        self._held = _Held()
        self._unknown = False
        self._closed = False

    def copy(self) -> MemoryStore:
        """An independent store with what this one holds now, as a restored backup would be."""
        other = MemoryStore()
        other._held = deepcopy(self._held)
        return other

    def commit(self, writes: Sequence[Write]) -> None:
        """Apply all writes or none. See `line.ports.Store.commit`."""
        if self._closed or self._unknown:
            raise UnknownOutcome("the outcome of the last commit is unknown; reopen the store")
        rows = after_turn(writes, self._held.rows)
        _check(writes, self._held)
        if self.trip is not None:
            self.trip("before")
        self._held.rows.update(rows)
        for log in rows:
            self._held.logs.setdefault(log, _Log())
        for write in writes:
            _apply(write, self._held)
        if self.trip is not None:
            self._unknown = True
            self.trip("after")
            self._unknown = False

    def reopen(self) -> None:
        """Answer and commit again."""
        self._unknown = self._closed = False

    def close(self) -> None:
        """Stop answering, until `reopen`."""
        self._closed = True

    def _log(self, log: LogId) -> _Log:
        return self._seen().logs.get(log) or _Log()

    def _seen(self) -> _Held:
        if self._closed:
            raise StoreDown("the store is closed")
        return self._held

    def logs(self) -> list[LogRow]:
        """Every log held, in the order they were first put."""
        return list(self._seen().rows.values())

    def entries(self, log: LogId, first: int, count_max: int, bytes_max: int) -> list[EntryRow]:
        """Entries from `first` on, at most `count_max` and `bytes_max`, but at least one if there is one."""
        rows: list[EntryRow] = []
        left = bytes_max
        for row in self._log(log).entries[first : first + count_max]:
            left -= len(row.header) + len(row.body)
            if left < 0 and rows:
                break
            rows.append(row)
        return rows

    def leaves(self, log: LogId, first: int, count: int) -> list[bytes]:
        """Leaf hashes of `count` entries from `first`, fewer where the log ends."""
        return [row.leaf for row in self._log(log).entries[first : first + count]]

    def arrivals(self, log: LogId, first: int, count: int) -> list[int]:
        """When we committed each entry, in ms of our clock."""
        return self._log(log).arrivals[first : first + count]

    def position_of(self, log: LogId, index: int) -> int | None:
        """Where `find` finds an entry; None where it is not held."""
        found = enumerate(self._seen().found, 1)
        return next((position for position, (_, its_log, at) in found if (its_log, at) == (log, index)), None)

    def kinds(self, log: LogId, first: int, count: int) -> list[int]:
        """Under which kind each entry is found."""
        return [kind_of(row.header) for row in self._log(log).entries[first : first + count]]

    def nodes(self, log: LogId, level: int, first: int, count: int) -> list[bytes]:
        """Stored nodes of one level from `first`, stopping at the first that is not stored."""
        held = self._log(log).nodes
        rows: list[bytes] = []
        for index in range(first, first + count):
            if (level, index) not in held:
                break
            rows.append(held[level, index])
        return rows

    def notes(self, log: LogId, from_size: int, to_size: int) -> list[NoteRow]:
        """Checkpoints with from_size <= size <= to_size, ascending."""
        notes = self._log(log).notes
        return notes[bisect_left(notes, from_size, key=_size) : bisect_right(notes, to_size, key=_size)]

    def note_at_or_after(self, log: LogId, size: int) -> NoteRow | None:
        """The smallest checkpoint that covers `size`."""
        notes = self._log(log).notes
        return next(iter(notes[bisect_left(notes, size, key=_size) :][:1]), None)

    def note_at_or_before(self, log: LogId, size: int) -> NoteRow | None:
        """The largest checkpoint of at most `size`."""
        notes = self._log(log).notes
        return next(iter(notes[: bisect_right(notes, size, key=_size)][-1:]), None)

    def receipts(self, log: LogId) -> list[ReceiptRow]:
        """Every receipt for this log, by witness, then size."""
        return [row for _, rows in sorted(self._log(log).receipts.items()) for row in rows]

    def receipt_covering(self, log: LogId, witness: int, size: int) -> ReceiptRow | None:
        """The receipt of `witness` with the smallest size >= `size`."""
        rows = self._log(log).receipts.get(witness, [])
        return next(iter(rows[bisect_left(rows, size, key=_size) :][:1]), None)

    def newest_receipts(self, log: LogId) -> list[ReceiptRow]:
        """The largest receipt of each witness, by witness."""
        return [rows[-1] for _, rows in sorted(self._log(log).receipts.items())]

    def pq_statements(self, log: LogId) -> list[PqRow]:
        """Every ML-DSA-44 statement about this log, by witness, then size."""
        return [row for _, row in sorted(self._log(log).pq.items())]

    def check_readable(self) -> None:
        """Raises StoreDown while it is not open."""
        self._seen()

    def submission(self, token: str) -> tuple[LogId, int] | None:
        """The entry that a local submission became."""
        return self._seen().submissions.get(token)

    def state(self, name: str) -> tuple[int, bytes] | None:
        """A named snapshot: its version and its bytes."""
        return self._seen().states.get(name)

    def states(self) -> list[str]:
        """The names of all snapshots, sorted."""
        return sorted(self._seen().states)

    def ahead(self) -> list[AheadRow]:
        """Every entry held ahead of its log, in order of arrival."""
        return list(self._seen().ahead.values())

    def exhibits(self) -> list[ExhibitRow]:
        """Every exhibit, in the order they were kept."""
        return list(self._seen().exhibits.values())

    def blob(self, digest: bytes) -> BlobRow | None:
        """How much of an attachment is held."""
        total, data = self._seen().blobs.get(digest, (0, b""))
        return BlobRow(digest, len(data), total) if data else None

    def blob_bytes(self, digest: bytes, offset: int, count: int) -> bytes:
        """Held bytes of an attachment from `offset`, at most `count`."""
        return self._seen().blobs.get(digest, (0, b""))[1][offset : offset + count]

    def blobs(self) -> list[BlobRow]:
        """Every attachment of which something is held, by digest."""
        return [BlobRow(digest, len(data), total) for digest, (total, data) in sorted(self._seen().blobs.items())]

    def find(self, kind: int | None, after_position: int, limit: int) -> list[FoundRow]:
        """Entries of one kind (None: of any) past a position, in order of arrival."""
        found = enumerate(islice(self._seen().found, after_position, None), after_position + 1)
        fits = (FoundRow(position, log, index) for position, (its, log, index) in found if kind is None or its == kind)
        return list(islice(fits, limit))


def _size(row: NoteRow | ReceiptRow) -> int:
    return row.size


def _check(writes: Sequence[Write], held: _Held) -> None:
    """Find before anything is touched what SQLite finds while inserting. Raises LocalFault."""
    nodes: set[tuple[LogId, int, int]] = set()
    roots: dict[tuple[LogId, int], bytes] = {}
    tokens: dict[str, tuple[LogId, int]] = {}
    chunks: dict[bytes, tuple[int, int]] = {}
    ahead: set[tuple[LogId, int]] = set()
    for write in writes:
        match write:
            case PutEntries():
                for row in write.rows:
                    kind_of(row.header)
            case PutNodes():
                mine = held.logs[write.log].nodes if write.log in held.logs else {}
                for level, index, _ in write.nodes:
                    if (level, index) in mine or (write.log, level, index) in nodes:
                        raise LocalFault(f"{short(write.log)}: node {index} of level {level} is put once")
                    nodes.add((write.log, level, index))
            case PutNote():
                first = roots.setdefault((write.log, write.size), _root_of(held, write))
                if first != write.root:
                    raise LocalFault(f"{short(write.log)}: a second root for size {write.size}; that is an exhibit")
            case PutSubmission():
                place = (write.log, write.index)
                if tokens.setdefault(write.token, held.submissions.get(write.token, place)) != place:
                    raise LocalFault(f"submission {write.token!r} already became another entry")
            case PutBlob():
                total, data = held.blobs.get(write.digest, (write.total, b""))
                total, end = chunks.get(write.digest, (total, len(data)))
                total = total or write.total  # 0: dropped earlier in this turn
                end += len(rest_of(write, end, total))
                if end:  # an empty chunk leaves no trace, not even of its total
                    chunks[write.digest] = (total, end)
            case DropBlob():
                chunks[write.digest] = (0, 0)
            case PutAhead(row):
                if (row.log, row.index) in held.ahead or (row.log, row.index) in ahead:
                    raise LocalFault(f"{short(row.log)}: entry {row.index} is put ahead once")
                kind_of(row.header)
                ahead.add((row.log, row.index))
            case DropAhead():
                _check_drop(write, writes, held)
            case PutLog() | PutReceipt() | PutPq() | PutExhibit() | PutState():
                pass
            case _:
                assert_never(write)


def _check_drop(write: DropAhead, writes: Sequence[Write], held: _Held) -> None:
    row = held.ahead.get((write.log, write.index))
    if row is None:
        return
    log = held.logs.get(write.log) or _Log()
    found = log.entries[write.index : write.index + 1]
    for put in writes:
        if isinstance(put, PutEntries) and put.log == write.log and put.first <= write.index:
            found = [*found, *put.rows[write.index - put.first :]][:1]
    if not found or found[0].leaf != row.leaf:
        raise LocalFault(f"{short(write.log)}: it does not hold what was held ahead as its entry {write.index}")


def _root_of(held: _Held, write: PutNote) -> bytes:
    """The root held for the size of `write`, else its own."""
    notes = held.logs[write.log].notes if write.log in held.logs else []
    at = bisect_left(notes, write.size, key=_size)
    return notes[at].root if notes[at : at + 1] and notes[at].size == write.size else write.root


def _apply(write: Write, held: _Held) -> None:
    match write:
        case PutLog():
            pass
        case PutEntries():
            log = held.logs[write.log]
            log.entries += write.rows
            log.arrivals += [write.arrived_at_ms] * len(write.rows)
            held.found += [(kind_of(row.header), write.log, write.first + at) for at, row in enumerate(write.rows)]
        case PutNodes():
            held.logs[write.log].nodes.update({(level, index): node for level, index, node in write.nodes})
        case PutNote():
            _insert(held.logs[write.log].notes, NoteRow(*write[1:]))
        case PutReceipt():
            _insert(held.logs[write.log].receipts.setdefault(write.witness, []), ReceiptRow(*write[1:]))
        case PutPq():
            held.logs[write.log].pq.setdefault((write.witness, write.size), PqRow(*write[1:]))
        case PutExhibit():
            held.exhibits.setdefault(write.digest, ExhibitRow(*write))
        case PutState():
            held.states[write.name] = (write.version, write.data)
        case PutBlob():
            total, data = held.blobs.get(write.digest, (write.total, b""))
            data += rest_of(write, len(data), total)
            if data:
                held.blobs[write.digest] = (total, data)
        case DropBlob():
            held.blobs.pop(write.digest, None)
        case PutAhead(row):
            held.ahead[row.log, row.index] = row
        case DropAhead(log_id, index):
            held.ahead.pop((log_id, index), None)
        case PutSubmission():
            held.submissions[write.token] = (write.log, write.index)
        case _:
            assert_never(write)


def _insert(rows: list[_Row], row: _Row) -> None:
    """Keep the list ascending; the first kept for a size stands."""
    at = bisect_left(rows, row.size, key=_size)
    if not (rows[at : at + 1] and rows[at].size == row.size):
        rows.insert(at, row)
