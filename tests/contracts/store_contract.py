"""What every store promises (`openline.line.ports.Store`). A store's own tests subclass and provide `make_store`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import pytest

from openline.errors import LocalFault
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
    Store,
    Write,
)

A = LogId(0, b"\x01" * 12)
B = LogId(1, b"\x02" * 12)
SECRET = b"s" * 32
STATION = b"t" * 32
MESSAGE, ACKNOWLEDGEMENT = 1, 2


def uint(value: int) -> bytes:
    """An unsigned CBOR integer, as headers begin with."""
    for most, head in ((23, 0), (0xFF, 24), (0xFFFF, 25), (0xFFFFFFFF, 26)):
        if value <= most:
            return bytes([value]) if most == 23 else bytes([head]) + value.to_bytes(1 << head - 24, "big")
    return b"\x1b" + value.to_bytes(8, "big")


def header(index: int, kind: int = MESSAGE) -> bytes:
    """Only the beginning that a store looks at, and something to tell headers apart."""
    return b"\xa9\x00" + uint(index) + b"\x01" + uint(1_770_000_000_000 + index) + b"\x02" + uint(kind) + b"..."


def entry(index: int, kind: int = MESSAGE, body: bytes = b"text") -> EntryRow:
    head = header(index, kind)
    return EntryRow(head, body + b" %d" % index, hashlib.sha256(b"\x00" + head).digest())


def row(log: LogId, size: int, **changes: object) -> LogRow:
    peaks = bytes(32 * size.bit_count())
    return LogRow(log, SECRET, STATION, size, peaks, size, b"n" * 64, None)._replace(**changes)  # type: ignore[arg-type]


def turn(
    log: LogId, first: int, count: int, *, kind: int = MESSAGE, at_ms: int = 5_000, note: bool = True
) -> list[Write]:
    """What the line commits when it admits `count` entries of one log."""
    size = first + count
    writes: list[Write] = [
        PutEntries(log, first, [entry(index, kind) for index in range(first, size)], at_ms),
        PutLog(row(log, size)),
    ]
    return writes + ([PutNote(log, size, b"r" * 31 + bytes([size % 256]), b"n" * 64)] if note else [])


def ahead(log: LogId, index: int, size: int, **changes: object) -> AheadRow:
    """An entry held ahead, as the line keeps it."""
    header, body, leaf = entry(index)
    behind = bytes(32 * (size - index - 1))
    before = bytes(32 * index.bit_count())
    root, signed = b"r" * 32, b"n" * 64
    row = AheadRow(log, index, header, body, leaf, size, root, signed, before, behind, SECRET, STATION, 4_000)
    return row._replace(**changes)  # type: ignore[arg-type]


class StoreContract:
    """Subclass, name it Test..., and give it a fixture `store`."""

    @pytest.fixture
    def make_store(self) -> Callable[[], Store]:
        raise NotImplementedError

    @pytest.fixture
    def store(self, make_store: Callable[[], Store]) -> Iterator[Store]:
        store = make_store()
        yield store
        store.close()

    # --- entries and logs

    def test_an_empty_store_answers_every_question(self, store: Store) -> None:
        assert store.logs() == [] and store.entries(A, 0, 10, 10_000) == [] and store.leaves(A, 0, 10) == []
        assert store.nodes(A, 8, 0, 10) == [] and store.notes(A, 0, 100) == [] and store.receipts(A) == []
        assert store.note_at_or_after(A, 0) is None and store.note_at_or_before(A, 9) is None
        assert store.receipt_covering(A, 1, 0) is None and store.newest_receipts(A) == []
        assert store.pq_statements(A) == [] and store.arrivals(A, 0, 10) == []
        assert store.submission("x") is None and store.state("x") is None and store.states() == []
        assert store.exhibits() == [] and store.blobs() == [] and store.blob(b"d" * 32) is None
        assert store.ahead() == []
        assert store.blob_bytes(b"d" * 32, 0, 10) == b"" and store.find(None, 0, 10) == []

    def test_what_was_committed_is_read_back_byte_for_byte(self, store: Store) -> None:
        store.commit(turn(A, 0, 3))
        store.commit(turn(B, 0, 2, at_ms=6_000))
        store.commit(turn(A, 3, 1, at_ms=7_000))
        assert store.entries(A, 0, 10, 10_000) == [entry(index) for index in range(4)]
        assert store.entries(A, 1, 2, 10_000) == [entry(1), entry(2)]
        assert store.leaves(A, 2, 10) == [entry(2).leaf, entry(3).leaf]
        assert store.arrivals(A, 1, 10) == [5_000, 5_000, 7_000]
        assert store.logs() == [row(A, 4), row(B, 2)]

    @pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 65, 127, 511, 513, 1024])
    def test_turns_of_any_length_keep_order(self, store: Store, count: int) -> None:
        store.commit(turn(A, 0, 5))
        store.commit(turn(A, 5, count))
        assert store.entries(A, 0, 2_000, 10**9) == [entry(index) for index in range(count + 5)]

    def test_an_answer_stops_before_its_bytes_but_never_starves(self, store: Store) -> None:
        store.commit(turn(A, 0, 5))
        one = len(entry(0).header) + len(entry(0).body)
        assert len(store.entries(A, 0, 10, 3 * one)) == 3
        assert len(store.entries(A, 0, 10, 3 * one + one - 1)) == 3
        assert store.entries(A, 2, 10, 1) == [entry(2)], "one entry always fits"
        assert store.entries(A, 5, 10, 10_000) == []

    def test_a_log_row_is_updated_with_its_entries(self, store: Store) -> None:
        store.commit([PutLog(row(A, 0, secret=b"", station=b"", noted_signature=b""))])
        store.commit([PutLog(row(A, 0))])
        store.commit([*turn(A, 0, 3), PutLog(row(A, 3, disputed_from=2))])
        assert store.logs() == [row(A, 3, disputed_from=2)]

    def test_the_order_of_writes_within_a_turn_does_not_matter(self, store: Store) -> None:
        writes: list[Write] = [PutSubmission("t", A, 1), *reversed(turn(A, 0, 2))]
        store.commit(writes)
        assert store.submission("t") == (A, 1) and len(store.leaves(A, 0, 9)) == 2

    @pytest.mark.parametrize(
        "writes",
        [
            turn(A, 4, 1),
            turn(A, 2, 1),
            [PutEntries(A, 3, [entry(3)], 1)],
            [PutLog(row(A, 4))],
            [PutLog(row(A, 2))],
            [PutEntries(A, 3, [entry(3)], 1), PutLog(row(A, 5))],
            [PutLog(row(A, 3, secret=b"x" * 32))],
            [PutLog(row(A, 3, station=b"x" * 32))],
            [PutLog(row(A, 3, noted_size=2))],
            [PutLog(row(A, 3, peaks=b"x"))],
            [PutNote(A, 4, b"r" * 32, b"n" * 64)],
            [PutNote(A, 3, b"x" * 32, b"n" * 64)],
            [PutNote(B, 1, b"x" * 32, b"n" * 64)],
            [PutReceipt(A, 1, 4, 1, b"n" * 64, 1)],
            [PutNodes(B, [(8, 0, b"h" * 32)])],
            [PutNodes(A, [(8, 0, b"h" * 32), (8, 0, b"h" * 32)])],
            [PutSubmission("other", A, 3)],
            [PutSubmission("token", A, 1)],
            [PutSubmission("new", A, 1), PutSubmission("new", A, 2)],
            [PutBlob(b"d" * 32, 1, 10, b"gap")],
            [PutBlob(b"d" * 32, 0, 2, b"too much")],
            [PutEntries(A, 3, [EntryRow(b"not a header", b"", b"l" * 32)], 1), PutLog(row(A, 4))],
            [PutAhead(ahead(A, 2, 3))],
            [PutAhead(ahead(A, 4, 5)._replace(size=4))],
            [PutAhead(ahead(A, 4, 5)), PutAhead(ahead(A, 4, 6))],
            [*turn(A, 3, 2), PutAhead(ahead(A, 4, 6))],
        ],
        ids=lambda writes: "-".join(type(write).__name__ for write in writes),
    )
    def test_a_turn_that_contradicts_what_is_held_changes_nothing(self, store: Store, writes: Sequence[Write]) -> None:
        """R-191."""
        store.commit([*turn(A, 0, 3), PutSubmission("token", A, 0)])
        with pytest.raises(LocalFault):
            store.commit([PutState("s", 1, b"must not appear"), *writes])
        assert store.logs() == [row(A, 3)] and len(store.leaves(A, 0, 10)) == 3 and store.state("s") is None
        assert len(store.notes(A, 0, 99)) == 1 and store.blobs() == [] and store.find(None, 3, 9) == []
        store.commit(turn(A, 3, 1))
        assert len(store.leaves(A, 0, 10)) == 4

    def test_a_dispute_is_not_taken_back(self, store: Store) -> None:
        store.commit([*turn(A, 0, 3), PutLog(row(A, 3, disputed_from=2))])
        for later in (None, 3):
            with pytest.raises(LocalFault):
                store.commit([PutLog(row(A, 3, disputed_from=later))])
        store.commit([PutLog(row(A, 3, disputed_from=1))])
        assert store.logs() == [row(A, 3, disputed_from=1)]

    # --- nodes, notes, receipts

    def test_nodes_are_read_up_to_the_first_that_is_missing(self, store: Store) -> None:
        nodes = [(8, 0, b"a" * 32), (8, 1, b"b" * 32), (8, 3, b"d" * 32), (16, 0, b"e" * 32)]
        store.commit([*turn(A, 0, 1), PutNodes(A, nodes)])
        assert store.nodes(A, 8, 0, 10) == [b"a" * 32, b"b" * 32]
        assert store.nodes(A, 8, 1, 1) == [b"b" * 32]
        assert store.nodes(A, 8, 2, 5) == [] and store.nodes(A, 8, 3, 5) == [b"d" * 32]
        assert store.nodes(A, 16, 0, 5) == [b"e" * 32] and store.nodes(B, 8, 0, 5) == []

    def test_notes_are_found_from_either_side(self, store: Store) -> None:
        for first in range(0, 9, 3):
            store.commit(turn(A, first, 3))
        sizes = [note.size for note in store.notes(A, 0, 100)]
        assert sizes == [3, 6, 9]
        assert [note.size for note in store.notes(A, 6, 8)] == [6]
        assert store.note_at_or_after(A, 4) == NoteRow(6, b"r" * 31 + b"\x06", b"n" * 64)
        assert store.note_at_or_after(A, 6) == store.note_at_or_before(A, 8)
        assert store.note_at_or_after(A, 10) is None and store.note_at_or_before(A, 2) is None
        store.commit([PutNote(A, 9, b"r" * 31 + b"\x09", b"n" * 64)])
        assert len(store.notes(A, 0, 100)) == 3, "the same note again does nothing"

    def test_receipts_rise_by_witness_and_the_first_stands(self, store: Store) -> None:
        """R-192."""
        store.commit(turn(A, 0, 9))
        for witness, size, at_s in ((1, 3, 10), (2, 4, 11), (1, 9, 12), (1, 5, 13), (1, 3, 99)):
            store.commit([PutReceipt(A, witness, size, at_s, bytes([at_s]) * 64, at_s * 1_000)])
        by_one = [ReceiptRow(1, size, at, bytes([at]) * 64, at * 1_000) for size, at in ((3, 10), (5, 13), (9, 12))]
        by_two = ReceiptRow(2, 4, 11, b"\x0b" * 64, 11_000)
        assert store.receipts(A) == [*by_one, by_two]
        assert store.newest_receipts(A) == [by_one[-1], by_two]
        assert store.receipt_covering(A, 1, 4) == by_one[1] and store.receipt_covering(A, 1, 3) == by_one[0]
        assert store.receipt_covering(A, 2, 5) is None and store.receipts(B) == []

    def test_post_quantum_statements_stand_beside(self, store: Store) -> None:
        store.commit([*turn(A, 0, 2), PutPq(A, 1, 2, 7, b"w" * 2420), PutPq(A, 0, 2, 0, b"a" * 2420)])
        store.commit([PutPq(A, 1, 2, 8, b"x" * 2420)])
        assert store.pq_statements(A) == [PqRow(0, 2, 0, b"a" * 2420), PqRow(1, 2, 7, b"w" * 2420)]

    # --- what is held ahead

    def test_entries_are_held_ahead_of_their_log_until_it_holds_them(self, store: Store) -> None:
        """R-225: in order of arrival, also of a log of which nothing else is here; then they go, for good."""
        store.commit(turn(A, 0, 2))
        rows = [ahead(A, 4, 6), ahead(B, 7, 8), ahead(A, 3, 4, secret=b"", station=b"t" * 8)]
        store.commit([PutAhead(rows[0]), PutAhead(rows[1])])
        store.commit([PutAhead(rows[2]), *turn(A, 2, 1)])
        assert store.ahead() == rows and [one.log for one in store.logs()] == [A]
        store.commit([DropAhead(A, 3), *turn(A, 3, 1)])
        assert store.ahead() == rows[:2]
        store.commit(turn(A, 4, 1))
        store.commit([DropAhead(A, 4), DropAhead(A, 4), DropAhead(A, 9)])
        assert store.ahead() == [rows[1]]

    def test_what_is_held_ahead_goes_only_into_its_own_place(self, store: Store) -> None:
        """R-225: it is what shows that a log was forked."""
        other = ahead(A, 3, 4, leaf=b"l" * 32)
        store.commit([*turn(A, 0, 2), PutAhead(other)])
        for writes in ([DropAhead(A, 3)], [*turn(A, 2, 2), DropAhead(A, 3)], [PutAhead(ahead(A, 3, 5))]):
            with pytest.raises(LocalFault):
                store.commit(writes)
            assert store.ahead() == [other] and len(store.leaves(A, 0, 9)) == 2
        store.commit(turn(A, 2, 2))
        assert store.ahead() == [other]

    # --- everything else

    def test_a_submission_repeated_names_the_same_entry(self, store: Store) -> None:
        store.commit([*turn(A, 0, 2), PutSubmission("token", A, 1)])
        store.commit([PutSubmission("token", A, 1)])
        assert store.submission("token") == (A, 1) and store.submission("Token") is None

    def test_a_snapshot_is_replaced(self, store: Store) -> None:
        store.commit([PutState("inbox", 1, b"old"), PutState("line", 3, b"")])
        store.commit([PutState("inbox", 2, b"new")])
        assert store.state("inbox") == (2, b"new") and store.state("line") == (3, b"")
        assert store.states() == ["inbox", "line"]

    def test_an_exhibit_is_kept_once(self, store: Store) -> None:
        first = ExhibitRow(b"d" * 32, b"bytes", 5, True)
        store.commit([PutExhibit(*first), PutExhibit(b"c" * 32, b"junk", 6, False)])
        store.commit([PutExhibit(b"d" * 32, b"bytes", 9, True)])
        assert store.exhibits() == [first, ExhibitRow(b"c" * 32, b"junk", 6, False)]

    def test_an_attachment_grows_from_its_start_and_repeats_do_nothing(self, store: Store) -> None:
        digest = b"d" * 32
        store.commit([PutBlob(digest, 0, 10, b"0123"), PutBlob(digest, 4, 10, b"45")])
        assert store.blob(digest) == BlobRow(digest, 6, 10)
        store.commit([PutBlob(digest, 0, 10, b"0123")])
        store.commit([PutBlob(digest, 2, 10, b"234567")])
        assert store.blobs() == [BlobRow(digest, 8, 10)]
        store.commit([PutBlob(digest, 8, 10, b"89"), PutBlob(b"e" * 32, 0, 3, b"abc")])
        assert store.blobs() == [BlobRow(digest, 10, 10), BlobRow(b"e" * 32, 3, 3)]
        for offset in range(11):
            for count in range(12):
                assert store.blob_bytes(digest, offset, count) == b"0123456789"[offset : offset + count]

    def test_an_attachment_with_the_wrong_hash_is_dropped_and_begun_again(self, store: Store) -> None:
        digest = b"d" * 32
        store.commit([PutBlob(digest, 0, 4, b"evil"), PutBlob(b"e" * 32, 0, 3, b"abc")])
        store.commit([DropBlob(digest), PutBlob(digest, 0, 5, b"go")])
        assert store.blob(digest) == BlobRow(digest, 2, 5) and store.blob_bytes(digest, 0, 9) == b"go"
        store.commit([DropBlob(digest), DropBlob(b"f" * 32)])
        assert store.blobs() == [BlobRow(b"e" * 32, 3, 3)]

    def test_entries_are_found_by_kind_in_order_of_arrival(self, store: Store) -> None:
        store.commit(turn(A, 0, 2))
        store.commit(turn(B, 0, 2, kind=ACKNOWLEDGEMENT))
        store.commit(turn(A, 2, 2, kind=31))
        places = [
            FoundRow(1 + at, log, index)
            for at, (log, index) in enumerate([(A, 0), (A, 1), (B, 0), (B, 1), (A, 2), (A, 3)])
        ]
        assert store.find(None, 0, 100) == places
        assert [store.position_of(row.log, row.index) for row in places] == [row.position for row in places]
        assert store.position_of(A, 4) is None and store.position_of(LogId(7, b"-" * 12), 0) is None
        assert store.find(None, 2, 2) == places[2:4]
        assert store.find(MESSAGE, 0, 100) == places[:2] and store.find(MESSAGE, 2, 100) == []
        assert store.find(ACKNOWLEDGEMENT, 0, 100) == places[2:4] and store.find(ACKNOWLEDGEMENT, 3, 9) == places[3:4]
        assert store.kinds(A, 1, 9) == [MESSAGE, 31, 31] and store.kinds(B, 0, 1) == [ACKNOWLEDGEMENT]
        assert store.find(31, 0, 1) == places[4:5] and store.find(30, 0, 9) == []

    def test_a_closed_store_refuses_and_opens_again(self, store: Store) -> None:
        store.commit(turn(A, 0, 2))
        store.close()
        store.close()
        with pytest.raises(LocalFault):
            store.logs()
        with pytest.raises(LocalFault):
            store.commit(turn(A, 2, 1))
        with pytest.raises(LocalFault):
            store.check_readable()
        store.reopen()
        store.check_readable()
        store.commit(turn(A, 2, 1))
        assert len(store.leaves(A, 0, 10)) == 3
