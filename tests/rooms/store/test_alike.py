"""The two stores, side by side: the same turns, right and wrong ones, and the same answers to every question."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from openline.errors import LocalFault
from openline.line.ports import (
    DropAhead,
    DropBlob,
    LogId,
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
    Store,
    Write,
)
from openline.store.memory import MemoryStore
from openline.store.sqlite import SqliteStore
from tests.contracts.store_contract import A, B, ahead, entry, row

LOGS = (A, B, LogId(0, b"\x03" * 12))


def drawn_turn(draw: Random, sizes: dict[LogId, int]) -> list[Write]:
    """Mostly what a line would write; now and then something it never should."""
    log = draw.choice(LOGS)
    held = sizes[log]
    count = draw.choice((0, 1, 3, 70))
    size = held + count
    small = draw.randrange(4)
    digest = bytes([draw.randrange(3)]) * 32
    wrong = draw.random() < 0.15
    first = held + (draw.choice((-1, 1)) if wrong else 0)
    writes: list[Write] = [
        PutEntries(
            log, first, [entry(index, draw.choice((0, 1, 2, 200))) for index in range(held, size)], draw.randrange(9)
        ),
        PutLog(row(log, size, disputed_from=draw.choice((None, None, None, small)))),
    ]
    others: list[Write] = [
        PutNodes(log, [(8, draw.randrange(6), b"h" * 32)]),
        PutNote(log, draw.randint(0, size + wrong), bytes([draw.random() < 0.9]) * 32, b"n" * 64),
        PutReceipt(log, draw.randrange(3), draw.randint(0, size), small, bytes([small]) * 64, small),
        PutPq(log, draw.randrange(3), draw.randint(0, size), small, bytes([small]) * 64),
        PutExhibit(digest, digest, small, draw.random() < 0.5),
        PutState(f"state {small}", small, digest),
        PutBlob(digest, draw.choice((0, 2, 4)), 10, b"abcdefgh"[: draw.randrange(8)]),
        DropBlob(digest),
        PutSubmission(f"token {draw.randrange(20)}", log, draw.randint(0, size)),
        PutAhead(ahead(log, size + draw.randrange(3), size + 3, leaf=entry(size + small).leaf)),
        DropAhead(log, draw.randint(0, size)),
    ]
    return writes + draw.sample(others, draw.randrange(4))


def answers(store: Store) -> list[object]:
    """Every answer a store can give, more or less."""
    given: list[object] = [store.logs(), store.states(), store.exhibits(), store.blobs(), store.ahead()]
    given += [store.state(f"state {number}") for number in range(4)]
    given += [store.submission(f"token {number}") for number in range(20)]
    given += [store.find(kind, after, 50) for kind in (None, 0, 1, 2, 200, 9) for after in (0, 7)]
    for blob in store.blobs():
        given.append(store.blob_bytes(blob.digest, 1, 7))
    for log in LOGS:
        given += [store.entries(log, 1, 100, 4_000), store.leaves(log, 5, 80), store.arrivals(log, 0, 10**6)]
        given += [store.kinds(log, 2, 9), store.nodes(log, 8, 0, 9), store.notes(log, 2, 90), store.receipts(log)]
        given += [store.newest_receipts(log), store.pq_statements(log)]
        given += [store.note_at_or_after(log, size) for size in (0, 3, 80)]
        given += [store.note_at_or_before(log, size) for size in (0, 3, 80)]
        given += [store.receipt_covering(log, witness, size) for witness in range(4) for size in (0, 5, 50)]
    return given


def put(store: Store, writes: list[Write]) -> bool:
    try:
        store.commit(writes)
    except LocalFault:
        return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_both_stores_take_refuse_and_answer_alike(seed: int, tmp_path: Path) -> None:
    """R-191."""
    draw = Random(seed)
    disk, memory = SqliteStore(tmp_path / "store.sqlite"), MemoryStore()
    sizes = dict.fromkeys(LOGS, 0)
    taken = refused = 0
    for number in range(40):
        writes = drawn_turn(draw, sizes)
        both = put(disk, writes), put(memory, writes)
        assert both[0] == both[1], writes
        taken, refused = taken + both[0], refused + (not both[0])
        sizes |= {each.log: each.size for each in memory.logs()}
        if number % 10 == 9:
            assert answers(disk) == answers(memory)
    disk.close()
    disk.reopen()
    assert answers(disk) == answers(memory) == answers(memory.copy())
    assert taken > 3 and refused > 3
    disk.close()
