"""Restarts, restored backups, clocks: every start is a new life, and nothing that was held is lost or forked."""

from __future__ import annotations

import pytest

from openline import limits
from openline.errors import StoreDown, UnknownOutcome
from openline.line.events import Arrived, CarryOut, Down, Submitted, Tick, Up
from openline.line.ports import LogId
from openline.line.state import BearerUp, Duplex
from openline.line.turn import name_generation
from openline.record.body import parse_opening
from openline.store.memory import MemoryStore
from openline.wire.items import Commit, Hail, Item, Receipt
from tests.rooms.line.desks import Desk, Wire, draft, make_world, submit
from tests.rooms.line.test_custody import joined, level, receipted, sizes

DAY_MS = 86_400_000


def restart(world: Wire, party: int) -> LogId:
    """The station ends and starts again; over a wire that both ends notice."""
    desk = world.desks[party]
    peers = [peer for peer in range(len(world.desks)) if (party, peer) in world.links]
    for peer in peers:
        world.put(peer, world.desks[peer].take((Down(party, "wire"),), world.now_ms))
    before = desk.own
    world.now_ms += 1_000
    world.put(party, desk.start(world.now_ms))
    for peer in peers:
        world.connect(party, peer)
    world.settle()
    return before


def restore(world: Wire, party: int, backup: MemoryStore) -> LogId:
    """The station stops, an old copy of its disk is put in place, and it starts again."""
    world.desks[party].store = backup.copy()
    return restart(world, party)


def backup_of(desk: Desk) -> MemoryStore:
    assert isinstance(desk.store, MemoryStore)
    return desk.store.copy()


def test_every_start_opens_a_log_that_names_the_last_one() -> None:
    """R-121"""
    world = joined()
    submit(world, 0, "before")
    world.settle()
    ours = world.desks[0]
    before = restart(world, 0)
    assert ours.own != before
    opening = parse_opening(ours.store.entries(ours.own, 0, 1, 1 << 20)[0].body)
    assert opening.previous == (before.generation, 2, ours.turns.state.logs[before].noted.root)
    assert level(world)


def test_a_restored_backup_reads_its_lost_generation_back() -> None:
    """R-121, R-129: what the peer held was only out of the house."""
    world = joined()
    backup = backup_of(world.desks[0])
    submit(world, 0, "after the backup", "and one more")
    world.settle()
    world.now_ms += 3 * DAY_MS
    lost = restore(world, 0, backup)
    world.settle(3)
    assert sizes(world.desks[0])[lost] == 3
    assert [row.body for row in world.desks[0].store.entries(lost, 1, 9, 1 << 20)] == [
        b"after the backup",
        b"and one more",
    ]
    assert level(world)


def test_a_restored_backup_gets_the_others_logs_again_though_it_had_receipted_them() -> None:
    """R-129: a receipt of another life says nothing about this disk."""
    world = joined(3)
    backup = backup_of(world.desks[0])
    submit(world, 1, "held once")
    world.settle()
    theirs = restart(world, 1)
    assert world.desks[1].turns.state.logs[theirs].receipts[0].size == 2
    restore(world, 0, backup)
    world.settle(4)
    assert sizes(world.desks[0])[theirs] == 2
    assert level(world)


def test_a_restored_station_forks_nothing_and_nobody_accuses_it() -> None:
    """R-121: it writes in a new log, so no size has two roots."""
    world = joined()
    backup = backup_of(world.desks[0])
    submit(world, 0, "the first version")
    world.settle()
    restore(world, 0, backup)
    submit(world, 0, "another second entry")
    world.settle(4)
    assert level(world)
    assert not world.desks[1].store.exhibits()
    assert all(log.disputed_from is None for log in world.desks[1].turns.state.logs.values())


def test_receipts_of_an_old_life_come_again_byte_for_byte() -> None:
    """R-128: they were lost on the way, and the life they were for is over."""
    world = joined()
    ours, theirs = world.desks
    world.drop = lambda sender, receiver, item: isinstance(item, Receipt)
    submit(world, 0, "receipted, and the receipt lost")
    world.settle()
    world.drop = None
    made = theirs.store.newest_receipts(ours.own)[0]
    old = restart(world, 0)
    world.settle(3)
    kept = ours.store.newest_receipts(old)[0]
    assert (
        (kept.size, kept.at_s, kept.signature)
        == (made.size, made.at_s, made.signature)
        == (2, made.at_s, made.signature)
    )


def test_a_lost_receipt_of_the_current_log_comes_again_byte_for_byte() -> None:
    """R-128"""
    world = joined()
    seen: list[Receipt] = []

    def lose_the_first(sender: int, receiver: int, item: Item) -> bool:
        if isinstance(item, Receipt):
            seen.append(item)
        return isinstance(item, Receipt) and len(seen) == 1

    world.drop = lose_the_first
    submit(world, 0, "hello")
    world.settle(3)
    assert len(seen) >= 2
    assert len(set(seen)) == 1
    assert receipted(world.desks[0], 1) == 2


def test_a_generation_is_named_later_than_its_own_older_ones_when_the_clock_was_set_back() -> None:
    """R-121"""
    world = joined()
    state = world.desks[0].turns.state
    name = name_generation(state, world.now_ms - 9 * DAY_MS, b"chance")
    assert name > world.desks[0].own.generation
    assert name_generation(state, world.now_ms + DAY_MS, b"chance")[:6] == (world.now_ms + DAY_MS).to_bytes(6, "big")


def test_a_clock_set_back_stops_nothing() -> None:
    """R-126: hails, repetitions and receipts go on at once, not in nine days."""
    world = joined()
    world.settle(2)
    world.now_ms -= 9 * DAY_MS
    world.drop = lambda sender, receiver, item: isinstance(item, Commit)
    submit(world, 0, "lost")
    world.settle(1)
    world.drop = None
    world.settle(3)
    assert level(world)
    assert receipted(world.desks[0], 1) == 2


def test_a_refused_turn_changes_nothing_and_the_next_one_goes_on() -> None:
    """R-120: the disk was full."""
    world = joined()
    ours = world.desks[0]
    before = ours.turns.state

    def full(point: str) -> None:
        raise StoreDown("no space left")

    assert isinstance(ours.store, MemoryStore)
    ours.store.trip = full
    with pytest.raises(StoreDown):
        ours.take((Submitted((draft("no room"),)),), world.now_ms)
    assert ours.turns.state is before
    ours.store.trip = None
    submit(world, 0, "room again")
    world.settle()
    assert receipted(ours, 1) == 2


def test_after_an_unknown_outcome_the_next_life_says_what_the_disk_has() -> None:
    """R-120, R-121: nothing of it was spoken of before."""
    world = joined()
    ours = world.desks[0]

    def silent(point: str) -> None:
        if point == "after":
            raise UnknownOutcome("the disk said nothing")

    assert isinstance(ours.store, MemoryStore)
    ours.store.trip = silent
    with pytest.raises(UnknownOutcome):
        ours.take((Submitted((draft("perhaps"),)),), world.now_ms)
    ours.store.trip = None
    ours.store.reopen()
    old = restart(world, 0)
    world.settle(2)
    assert sizes(world.desks[1])[old] == 2
    assert level(world)


def test_a_late_hail_of_a_dead_life_takes_nothing_back() -> None:
    """R-126: it was on its way since before; the living one has proved itself meanwhile."""
    world = joined()
    ours, theirs = world.desks
    hails: list[tuple[bytes, Hail]] = []

    def listen(sender: int, receiver: int, item: Item) -> bool:
        if sender == 1 and isinstance(item, Hail):
            hails.append((theirs.start_bytes, item))
        return False

    world.drop = listen
    world.settle(1)
    start, late = hails[0]
    restart(world, 1)
    world.settle(2)
    known = ours.turns.state.peers[1]
    world.put(0, ours.take((Arrived(1, "wire", start, (late,)),), world.now_ms))
    assert ours.turns.state.peers[1].start == known.start != start
    assert ours.turns.state.peers[1].flows == known.flows
    world.settle(2)
    assert level(world)


def test_an_answer_proves_life_though_it_comes_after_the_next_hail() -> None:
    """R-126: a round trip longer than the time between hails."""
    world = joined()
    ours, theirs = world.desks
    sent: list[Hail] = []
    for _ in range(3):
        world.now_ms += limits.HAIL_EVERY_MS
        sends = ours.take((Tick(),), world.now_ms)
        sent += [item for send in sends for item in send.items if isinstance(item, Hail)]
    first_ms = sent[0].clock_ms
    answer = [
        item
        for send in theirs.take((Arrived(0, "wire", ours.start_bytes, sent[:1]), Tick()), world.now_ms)
        for item in send.items
        if isinstance(item, Hail)
    ]
    assert answer[-1].echo == sent[0].nonce
    ours.take((Arrived(1, "wire", theirs.start_bytes, (answer[-1],)),), world.now_ms)
    assert ours.turns.state.peers[1].proved_at_ms == first_ms


def test_two_stations_that_are_level_do_not_chase_each_other() -> None:
    """R-126: one hail each in three seconds, and nothing else."""
    world = joined()
    submit(world, 0, "settled")
    world.settle(5)
    seen: list[str] = []

    def listen(sender: int, receiver: int, item: Item) -> bool:
        seen.append(type(item).__name__)
        return False

    world.drop = listen
    world.settle(20)
    assert set(seen) == {"Hail"}
    assert len(seen) == 40


def test_everything_goes_one_way_by_a_courier() -> None:
    """A stick that nobody answers: all of our logs, from our receipts alone."""
    world = make_world(2)
    ours, theirs = world.desks
    submit(world, 0, *(f"line {number}" for number in range(50)))
    old = restart(world, 0)
    submit(world, 0, "in the next life")
    stick = Up(1, BearerUp("stick", 1 << 20, 1 << 20, duplex=Duplex.SIMPLEX))
    sends = ours.take((stick, CarryOut(1)), world.now_ms)
    sends += ours.take((Tick(), Down(1, "stick")), world.now_ms + 1)
    for send in sends:
        theirs.take((Arrived(0, "stick", ours.start_bytes, send.items),), world.now_ms)
    assert sizes(theirs)[old] == 51
    assert sizes(theirs)[ours.own] == 2
