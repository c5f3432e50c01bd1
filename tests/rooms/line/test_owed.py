"""Receipts of others may be told before they are stored: never for long, and nothing else ever is."""

from __future__ import annotations

from openline.line.events import Arrived, ReceiptCame, Submitted, Tick
from openline.line.turn import Turns
from openline.wire.items import Receipt
from tests.rooms.line.desks import Wire, draft, make_world, submit


def receipt_under_way() -> tuple[Wire, Arrived]:
    """Ours has sent a message; the receipt for it has come as far as our door."""
    world = make_world()
    world.connect(0, 1)
    world.settle()
    ours, theirs = world.desks
    submit(world, 0, "Are you there?")
    _, send = world.queue.pop()
    sends = theirs.take((Arrived(0, "wire", ours.start_bytes, send.items),), world.now_ms)
    (receipt,) = [item for one in sends for item in one.items if isinstance(item, Receipt)]
    return world, Arrived(1, "wire", theirs.start_bytes, (receipt,))


def test_a_receipt_is_told_and_then_stored() -> None:
    """R-128: its giver has it on disk; ours follows."""
    world, came = receipt_under_way()
    turns, store = world.desks[0].turns, world.desks[0].store
    result = turns.take((came,), world.now_ms, may_owe=True)
    assert isinstance(result.told[0], ReceiptCame)
    assert turns.owes
    assert [row.size for row in store.receipts(world.desks[0].own)] == [1]
    turns.pay()
    assert [row.size for row in store.receipts(world.desks[0].own)] == [1, 2]
    assert not turns.owes


def test_who_does_not_allow_it_is_told_after_the_commit() -> None:
    world, came = receipt_under_way()
    turns, store = world.desks[0].turns, world.desks[0].store
    turns.take((came,), world.now_ms)
    assert [row.size for row in store.receipts(world.desks[0].own)] == [1, 2]
    assert not turns.owes


def test_nothing_is_said_that_mentions_it_before_it_is_stored() -> None:
    """Also where the next turn may owe: a hail says whose receipts we hold, an entry's `after` signs it."""
    for event in (Tick(), Submitted((draft("next"),))):
        world, came = receipt_under_way()
        turns, store = world.desks[0].turns, world.desks[0].store
        turns.take((came,), world.now_ms, may_owe=True)
        result = turns.take((event,), world.now_ms + 10_000, may_owe=True)
        assert result.sends
        assert 2 in [row.size for row in store.receipts(world.desks[0].own)]
        assert not turns.owes


def test_power_fails_while_a_receipt_is_owed_and_the_other_side_repeats_it() -> None:
    world, came = receipt_under_way()
    ours = world.desks[0]
    before = ours.own
    ours.turns.take((came,), world.now_ms, may_owe=True)
    world.now_ms += 1_000
    world.put(0, ours.start(world.now_ms))  # what was owed is gone with the memory
    assert [row.size for row in ours.store.receipts(before)] == [1]
    world.connect(0, 1)
    world.settle(ticks=4)
    assert [row.size for row in ours.store.receipts(before)] == [1, 2]
    assert isinstance(ours.turns, Turns)
