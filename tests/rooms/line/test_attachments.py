"""Attachments and post-quantum statements: what is large travels last, by broad bearers, and is checked when whole."""

from __future__ import annotations

from hashlib import sha256

from openline import limits
from openline.line.events import Arrived, BlobWanted, Noticed, PqWanted, Tick, Up
from openline.line.ports import PutBlob
from openline.line.state import BearerUp
from openline.record.entry import BLOB_HELD
from openline.wire.items import BlobAsk, BlobChunk, Item, LogRef, PqCheckpoint, PqReceipt
from tests.rooms.line.desks import Desk, Wire, make_world, submit
from tests.rooms.line.test_custody import joined
from tests.rooms.line.test_lives import restart

MAP = bytes(range(256)) * 700  # two pieces and a half
DIGEST = sha256(MAP).digest()
NARROW = BearerUp("radio", 700, 300)


def attach(desk: Desk) -> None:
    desk.store.commit((PutBlob(DIGEST, 0, len(MAP), MAP),))


def want(world: Wire, party: int, *, asked: bool = False) -> None:
    event = BlobWanted(DIGEST, len(MAP), 0, asked)
    world.put(party, world.desks[party].take((event, Tick()), world.now_ms))


def is_here(desk: Desk) -> bool:
    return desk.store.blob_bytes(DIGEST, 0, len(MAP)) == MAP and not desk.turns.state.wants


def test_an_attachment_is_fetched_piece_by_piece_and_its_receipt_is_an_entry() -> None:
    """R-134, R-136"""
    world = joined()
    ours, theirs = world.desks
    attach(ours)
    asked: list[int] = []

    def listen(sender: int, receiver: int, item: Item) -> bool:
        asked.extend([item.offset] if isinstance(item, BlobAsk) else [])
        return False

    world.drop = listen
    want(world, 1)
    world.settle()
    assert is_here(theirs)
    assert asked == [0, limits.BLOB_CHUNK_BYTES, 2 * limits.BLOB_CHUNK_BYTES]
    assert [row.log for row in ours.store.find(BLOB_HELD, 0, 9)] == [theirs.own]


def test_what_is_held_is_not_fetched_again_after_a_restart() -> None:
    """R-134"""
    world = joined()
    attach(world.desks[0])
    pieces: list[BlobChunk] = []

    def one_only(sender: int, receiver: int, item: Item) -> bool:
        if isinstance(item, BlobChunk):
            pieces.append(item)
        return isinstance(item, BlobAsk) and item.offset > 0 and len(pieces) == 1

    world.drop = one_only
    want(world, 1)
    world.settle()
    world.drop = lambda sender, receiver, item: bool(pieces.append(item)) if isinstance(item, BlobChunk) else False
    restart(world, 1)
    world.settle(3)
    assert is_here(world.desks[1])
    assert [piece.offset for piece in pieces] == [0, limits.BLOB_CHUNK_BYTES, 2 * limits.BLOB_CHUNK_BYTES]


def test_a_narrow_bearer_carries_no_attachment_unless_a_person_asks() -> None:
    """R-134"""
    world = make_world(2)
    attach(world.desks[0])
    ours = world.desks[1]
    ours.take((Up(0, NARROW),), world.now_ms)
    sends = ours.take((BlobWanted(DIGEST, len(MAP), 0), Tick()), world.now_ms)
    assert not [item for send in sends for item in send.items if isinstance(item, BlobAsk)]
    sends = ours.take((BlobWanted(DIGEST, len(MAP), 0, asked=True), Tick()), world.now_ms + 5_000)
    assert [item for send in sends for item in send.items if isinstance(item, BlobAsk)]


def test_a_piece_is_taken_from_whom_it_was_asked_of() -> None:
    """R-135: a third party that pushes other bytes is not heard."""
    world = joined(3)
    attach(world.desks[0])
    want(world, 1)
    pushed = BlobChunk(DIGEST, 0, len(MAP), b"other bytes")
    world.desks[1].take((Arrived(2, "wire", world.desks[2].start_bytes, (pushed,)),), world.now_ms)
    world.settle()
    assert is_here(world.desks[1])


def test_bytes_of_another_hash_are_dropped_and_fetched_of_another_party() -> None:
    """R-136"""
    world = joined(3)
    liar, ours, honest = world.desks
    attach(honest)
    liar.store.commit((PutBlob(DIGEST, 0, len(MAP), MAP[:-1] + b"!"),))
    want(world, 1)
    world.settle(4)
    assert is_here(ours)
    assert [told.code for told in ours.told if isinstance(told, Noticed)] == ["blob-wrong"]


def test_power_goes_between_the_last_piece_and_the_look_at_its_hash() -> None:
    """R-136: what lies there is looked at in the next life."""
    world = joined(3)
    liar, ours, honest = world.desks
    attach(honest)
    want(world, 1)
    world.queue.clear()
    ours.store.commit((PutBlob(DIGEST, 0, len(MAP), MAP[:-1] + b"!"),))
    restart(world, 1)
    world.settle(6)
    assert is_here(ours)


def test_post_quantum_statements_go_out_once_an_hour_and_when_asked() -> None:
    """R-137"""
    world = joined()
    ours, theirs = world.desks
    world.settle(1)
    assert {row.witness for row in ours.store.pq_statements(ours.own)} == {0, 1}
    submit(world, 0, "later")
    world.settle(3)
    assert {row.size for row in ours.store.pq_statements(ours.own)} == {1}
    world.now_ms += limits.PQ_CHECKPOINT_EVERY_MS
    world.settle(1)
    assert (1, 2) in {(row.witness, row.size) for row in ours.store.pq_statements(ours.own)}
    submit(world, 0, "now")
    world.settle()
    world.put(1, theirs.take((PqWanted(),), world.now_ms))
    world.settle()
    assert (1, 3) in {(row.witness, row.size) for row in ours.store.pq_statements(ours.own)}


def test_post_quantum_statements_stay_off_narrow_bearers() -> None:
    """R-138"""
    world = make_world(2)
    ours = world.desks[0]
    sends = ours.take((Up(1, NARROW), Tick(), PqWanted()), world.now_ms + 1)
    assert ours.store.pq_statements(ours.own)
    assert not [item for send in sends for item in send.items if isinstance(item, PqCheckpoint | PqReceipt)]


def test_a_statement_over_another_root_is_not_kept() -> None:
    """R-138"""
    world = joined()
    ours, theirs = world.desks
    log = next(log for log in theirs.turns.state.logs if log.party == 0)
    item = PqReceipt(LogRef(*log), None, 1, 1_790_000_000, bytes(2_420))
    ours.take((Arrived(1, "wire", theirs.start_bytes, (item,)),), world.now_ms)
    assert not [row for row in ours.store.pq_statements(log) if row.witness == 1]
    assert [told.code for told in ours.told if isinstance(told, Noticed)] == ["pq-unchecked"]
