"""One log derived again, from its first entry to its last. Part of `fsck`, whose charter stands there. R-197."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from openline.errors import Malformed, OpenlineError, StoreDown, Unchecked
from openline.limits import PARTIES_MAX
from openline.line.ports import EntryRow, LogId, LogRow, NoteRow, PqRow, ReceiptRow, Store
from openline.record.entry import OPENING, body_digest, leaf, parse_header, salt_for
from openline.record.merkle import EMPTY_ROOT, Peaks, extend, node_from, root
from openline.record.opening import parse_opening, secret_commitment
from openline.record.roster import Claim, Roster, check_checkpoint, check_pq, check_receipt

TILE: Final = 256
_NODE_LEVELS: Final = (8, 16, 24, 32)
_ALL: Final = 2**40
_READ_BYTES: Final = 64 * 1024 * 1024
_Row = TypeVar("_Row")


class Fault(NamedTuple):
    """One thing that is not as it must be. `log` and `at` (an entry index or a size) say where, if anywhere."""

    code: str
    log: LogId | None
    at: int | None
    text: str


@dataclass
class Counts:
    """What was looked at. `unchecked` signatures had nobody on the roster to be checked by."""

    logs: int = 0
    entries: int = 0
    nodes: int = 0
    notes: int = 0
    receipts: int = 0
    signatures: int = 0
    unchecked: int = 0
    exhibits: int = 0
    attachments: int = 0
    ahead: int = 0
    snapshots: int = 0


class Walk:
    """One log from its first entry to its last, with what was derived on the way."""

    def __init__(self, store: Store, row: LogRow, roster: Roster | None, counts: Counts) -> None:
        self._store, self._row, self._log, self._roster, self._counts = store, row, row.log, roster, counts
        self._tiles: Peaks = ()  # of the tree over complete tiles: each stands for 256 leaves
        self._spare: Peaks | None = None  # `_tiles` with a stored node where the tile itself gives another
        self._size = 0
        self._lost_at = _ALL  # the first entry of this tile that is not there: no root after it can be derived
        self._peaks: Peaks = ()
        self._newest: NoteRow | None = None
        self._noted_root = EMPTY_ROOT if row.noted_size == 0 else b""
        self._pq = {statement.size for statement in _or_nothing(lambda: store.pq_statements(row.log))}
        self._roots: dict[int, bytes] = {}
        self._receipts = [_Receipts(store, row.log, witness) for witness in range(PARTIES_MAX)]

    def faults(self) -> Iterator[Fault]:
        """Everything wrong with this log."""
        for first in range(0, self._row.size, TILE):
            yield from self._tile(first, min(TILE, self._row.size - first))
        yield from guarded(f"log {self._log}", self._end())

    def _fault(self, code: str, at: int | None, text: str) -> Fault:
        return Fault(code, self._log, at, text)

    # --- one tile of entries

    def _tile(self, first: int, count: int) -> Iterator[Fault]:
        leaves: list[bytes] = []
        self._lost_at = _ALL
        kinds = _or_nothing(lambda: self._store.kinds(self._log, first, count))
        for place, row in enumerate(self._read(first, count)):
            index = first + len(leaves)
            if isinstance(row, str):
                yield self._lose(index, leaves, "unreadable", row)
                continue
            for gap in range(index, min(_own_index(row, index), first + count)):
                yield self._lose(gap, leaves, "missing", "is not there; the next one is")
            if len(leaves) == count:
                break
            yield from self._entry(first + len(leaves), row, kinds[place] if place < len(kinds) else None)
            leaves.append(row.leaf)
        while len(leaves) < count:
            yield self._lose(first + len(leaves), leaves, "missing", "is not there")
        self._counts.entries += count
        yield from guarded(f"log {self._log}", self._statements(first, leaves))
        yield from guarded(f"log {self._log}", self._nodes(first, leaves))

    def _lose(self, index: int, leaves: list[bytes], code: str, text: str) -> Fault:
        """An entry that is gone: its place in the tree stays, and nothing after it in the tile can be derived."""
        self._lost_at = min(self._lost_at, index)
        leaves.append(bytes(32))
        return self._fault(code, index, text)

    def _read(self, first: int, count: int) -> Iterator[EntryRow | str]:
        """The entries of a tile; where the disk gives none, what it said, one by one."""
        at = first
        while at < first + count:
            try:
                rows = self._store.entries(self._log, at, first + count - at, _READ_BYTES)
                yield from rows
                at += len(rows)
            except StoreDown:
                yield from (self._read_one(index) for index in range(at, first + count))
                return
            if not rows:
                return

    def _read_one(self, index: int) -> EntryRow | str:
        try:
            found = self._store.entries(self._log, index, 1, _READ_BYTES)
        except StoreDown as fault:
            return str(fault)
        return found[0] if found else "is not there"

    def _entry(self, index: int, row: EntryRow, kind: int | None) -> Iterator[Fault]:
        try:
            header = parse_header(row.header)
        except Malformed as fault:
            yield self._fault("header", index, fault.reason)
            return
        if header.index != index:
            yield self._fault("index", index, f"the header says {header.index}")
        if leaf(row.header) != row.leaf:
            yield self._fault("leaf", index, "the stored leaf is not the hash of the header")
        if kind is not None and kind != header.kind:
            yield self._fault("kind", index, f"found under kind {kind}, the header says {header.kind}")
        if not self._row.secret:
            self._counts.unchecked += 1
        elif body_digest(salt_for(self._row.secret, index), row.body) != header.digest:
            yield self._fault("digest", index, "the body is not the one the header was written for")
        if index == 0 and header.kind == OPENING:
            yield from self._opening(row.body)

    def _opening(self, body: bytes) -> Iterator[Fault]:
        try:
            opening = parse_opening(body)
        except Malformed as fault:
            yield self._fault("opening", 0, fault.reason)
            return
        if self._row.secret and secret_commitment(self._row.secret) != opening.commitment:
            yield self._fault("secret", 0, "the log secret is not the one the opening commits to")
        if not opening.station.startswith(self._row.station):
            yield self._fault("station", 0, "the log is kept under another station than its opening names")

    # --- what is signed over it

    def _statements(self, first: int, leaves: Sequence[bytes]) -> Iterator[Fault]:
        """Notes and receipts over sizes that end in this tile."""
        end = first + len(leaves)
        notes = {note.size: note for note in self._store.notes(self._log, first + 1, end)}
        receipts = [receipt for each in self._receipts for receipt in each.up_to(end)]
        sizes = {*notes, *(receipt.size for receipt in receipts), *(size for size in self._pq if first < size <= end)}
        if first < self._row.noted_size <= end:
            sizes.add(self._row.noted_size)
        roots: dict[int, bytes] = {}
        for size in sorted(sizes):
            self._peaks, _ = extend(self._size, self._peaks, leaves[self._size - first : size - first])
            self._size = size
            if size in notes and notes[size].root != root(self._peaks):
                self._try_spare(notes[size], first, leaves)
            roots[size] = root(self._peaks)
        roots = {size: derived for size, derived in roots.items() if size <= self._lost_at}
        for note in notes.values():
            yield from self._note(note, roots.get(note.size, note.root))
        for receipt in receipts:
            yield from self._receipt(receipt, roots.get(receipt.size))
        self._roots |= {size: roots[size] for size in self._pq if size in roots}
        self._noted_root = roots.get(self._row.noted_size, self._noted_root)
        self._peaks, _ = extend(self._size, self._peaks, leaves[self._size - first :])
        self._size = end

    def _try_spare(self, note: NoteRow, first: int, leaves: Sequence[bytes]) -> None:
        """Where a tile and its stored node differ, the next noted root tells which of them the author signed."""
        if self._spare is not None:
            peaks, _ = extend(first, self._spare, leaves[: note.size - first])
            if root(peaks) == note.root:
                self._peaks, self._tiles = peaks, self._spare
        self._spare = None

    def _note(self, note: NoteRow, derived: bytes) -> Iterator[Fault]:
        self._counts.notes += 1
        self._newest = note
        if note.root != derived:
            yield self._fault("root", note.size, "the entries do not give the root that was noted")
        claim = Claim(self._log, note.size, note.root, note.signature)
        yield from self._signature("note", note.size, lambda roster: check_checkpoint(roster, self._row.station, claim))

    def _receipt(self, receipt: ReceiptRow, derived: bytes | None) -> Iterator[Fault]:
        self._counts.receipts += 1
        if derived is None:
            self._counts.unchecked += 1
            return
        witness, size, at_s, signature, _ = receipt
        yield from self._signature(
            f"receipt of party {witness}",
            size,
            lambda roster: check_receipt(roster, self._log, witness, size, derived, at_s, signature),
        )

    def _signature(self, what: str, size: int, verify: Callable[[Roster], object]) -> Iterator[Fault]:
        if self._roster is None:
            self._counts.unchecked += 1
            return
        try:
            verify(self._roster)
            self._counts.signatures += 1
        except Unchecked:
            self._counts.unchecked += 1
        except OpenlineError as fault:
            yield self._fault("signature", size, f"{what}: {fault}")

    # --- the tree

    def _nodes(self, first: int, leaves: list[bytes]) -> Iterator[Fault]:
        """A complete tile against its stored node, which then carries the tree on."""
        if len(leaves) < TILE:
            return
        tile = first // TILE
        derived = node_from(leaves)
        held = self._store.nodes(self._log, 8, tile, 1)
        yield from self._node(8, tile, derived, held)
        before, lost = self._tiles, self._lost_at < _ALL
        self._tiles, above = extend(tile, before, [held[0] if held and lost else derived])
        if held and held[0] != derived and not lost:
            self._spare, _ = extend(tile, before, held)
        elif self._spare is not None:
            self._spare, _ = extend(tile, self._spare, [derived])
        self._peaks = self._tiles
        for level, index, node in above:
            yield from self._node(level + 8, index, node, self._store.nodes(self._log, level + 8, index, 1))

    def _node(self, level: int, index: int, derived: bytes, held: list[bytes]) -> Iterator[Fault]:
        self._counts.nodes += 1
        at = index << level
        if self._lost_at < _ALL:
            return
        if not held:
            yield self._fault("node", at, f"node {index} of level {level} is not stored")
        elif held[0] != derived:
            yield self._fault("node", at, f"node {index} of level {level} is not the hash of what is below it")

    def _end(self) -> Iterator[Fault]:
        """What the log row says of the whole, and what stands beyond its end."""
        row, log, store = self._row, self._log, self._store
        if self._lost_at == _ALL and b"".join(self._peaks) != row.peaks:
            yield self._fault("peaks", row.size, "the entries do not give the log's stored peaks")
        for level in _NODE_LEVELS:
            if store.nodes(log, level, row.size >> level, 1):
                yield self._fault("node", row.size, f"nodes of level {level} beyond the end of the log")
        if store.leaves(log, row.size, 1):
            yield self._fault("beyond", row.size, "entries beyond the size of the log")
        sizes = [note.size for note in store.notes(log, row.size + 1, _ALL)]
        sizes += [receipt.size for receipt in store.newest_receipts(log) if receipt.size > row.size]
        for size in sizes:
            yield self._fault("beyond", size, "a note or receipt over more entries than are held")
        if row.noted_size and self._noted_root:
            claim = Claim(log, row.noted_size, self._noted_root, row.noted_signature)
            yield from self._signature("newest note", row.noted_size, lambda r: check_checkpoint(r, row.station, claim))
        if self._newest is not None and self._newest.size > row.noted_size:
            yield self._fault("note", self._newest.size, f"a note beyond the newest one on the row ({row.noted_size})")
        for statement in store.pq_statements(log):
            yield from self._pq_statement(statement)

    def _pq_statement(self, statement: PqRow) -> Iterator[Fault]:
        witness, size, at_s, signature = statement
        derived = self._roots.get(size)
        if derived is not None:
            yield from self._signature(
                f"ML-DSA-44 of party {witness}",
                size,
                lambda roster: check_pq(roster, self._log, witness, size, derived, at_s, signature),
            )
        elif size > self._row.size:
            yield self._fault("beyond", size, "an ML-DSA-44 statement over more entries than are held")
        else:
            self._counts.unchecked += 1


def _own_index(row: EntryRow, expected: int) -> int:
    """The index an unspoiled entry says it has; a spoiled one stands where it is expected."""
    try:
        return parse_header(row.header).index if leaf(row.header) == row.leaf else expected
    except Malformed:
        return expected


class _Receipts:
    """The receipts of one witness in order of size, one at a time: a log may have a million."""

    def __init__(self, store: Store, log: LogId, witness: int) -> None:
        self._store, self._log, self._witness = store, log, witness
        self._next: ReceiptRow | None = None
        self._sought = 0

    def up_to(self, size: int) -> Iterator[ReceiptRow]:
        """Those not yet given, up to `size`."""
        while True:
            if self._next is None:
                self._next = self._store.receipt_covering(self._log, self._witness, self._sought)
            if self._next is None or self._next.size > size:
                return
            yield self._next
            self._sought, self._next = self._next.size + 1, None


def guarded(what: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    """The faults, and where the disk ends them early, that."""
    try:
        yield from faults
    except StoreDown as fault:
        yield Fault("unreadable", None, None, f"{what}: {fault}")


def _or_nothing(read: Callable[[], list[_Row]]) -> list[_Row]:
    try:
        return read()
    except StoreDown:
        return []
