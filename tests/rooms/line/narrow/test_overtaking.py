"""Entries that go before their predecessors on slow roads: held ahead, said so, and in their place at last."""

from __future__ import annotations

from itertools import pairwise

import pytest

from openline import limits
from openline.line.events import Arrived, CameAhead, Submitted, Tick, Up
from openline.line.outgoing import commit_items
from openline.line.ports import LogId
from openline.line.state import BearerUp
from openline.line.work import Work
from openline.record import merkle
from openline.record.ahead import nodes_between, parse_held_ahead
from openline.record.entry import FLASH, HELD_AHEAD, IMMEDIATE, MESSAGE, ROUTINE, parse_header
from openline.store.fsck import check
from openline.store.memory import MemoryStore
from openline.store.sqlite import SqliteStore
from openline.wire.items import Checkpoint, Commit, Entries, Item, Opening, Overtaking
from tests.rooms.line.desks import OPENED_AT_MS, Desk, Wire, draft, make_world
from tests.rooms.line.pens import Pen

SLOW = BearerUp("wire", 700, 1_200)
LETTER = "a letter " * 500


def narrow_world(count: int = 2, stores: list[object] | None = None) -> Wire:
    """Two stations over 300 bit/s, level with each other."""
    wire = make_world(count, stores)  # type: ignore[arg-type]
    for one in range(count):
        for other in range(count):
            if one != other:
                join(wire, one, other)
    wire.settle(ticks=2)
    return wire


def join(wire: Wire, one: int, other: int, bearer: BearerUp = SLOW) -> None:
    wire.links.add((one, other))
    wire.put(one, wire.desks[one].take((Up(other, bearer),), wire.now_ms))


def write(wire: Wire, sender: int, *drafts: tuple[str, int]) -> None:
    """One turn's entries."""
    event = Submitted(tuple(draft(text, precedence) for text, precedence in drafts))
    wire.put(sender, wire.desks[sender].take((event,), wire.now_ms))


def texts(desk: Desk, log: LogId) -> list[bytes]:
    rows = desk.store.entries(log, 0, 10_000, 1 << 30)
    return [row.body for row in rows if parse_header(row.header).kind == MESSAGE]


def said(desk: Desk) -> list[tuple[int, int]]:
    """Index and size of every HELD AHEAD that a desk has written."""
    rows = desk.store.entries(desk.own, 0, 10_000, 1 << 30)
    bodies = [parse_held_ahead(row.body) for row in rows if parse_header(row.header).kind == HELD_AHEAD]
    return [(body.of.index, body.size) for body in bodies]


def lose_batches(wire: Wire) -> None:
    """What carries entries in their order is lost; what goes ahead passes."""
    wire.drop = lambda sender, _, item: sender == 0 and isinstance(item, Commit | Entries | Checkpoint)


def passed(wire: Wire, *kinds: type[Item]) -> list[Item]:
    """From here on, every item of these kinds that is put on the wire is listed; none is lost."""
    seen: list[Item] = []

    def look(_sender: int, _receiver: int, item: Item) -> bool:
        if isinstance(item, kinds):
            seen.append(item)
        return False

    wire.drop = look
    return seen


def test_a_flash_overtakes_a_letter_and_both_are_receipted_in_the_end() -> None:
    """R-221, R-222, R-226, R-228."""
    wire = narrow_world()
    a, b = wire.desks
    lose_batches(wire)
    write(wire, 0, (LETTER, ROUTINE))
    before = a.size(a.own)
    write(wire, 0, ("do not shoot", FLASH))
    wire.settle()
    (row,) = b.store.ahead()
    assert row.body == b"do not shoot" and row.index == before and row.size == before + 1
    assert [told for told in b.told if isinstance(told, CameAhead)] == [CameAhead(a.own, before, 0)]
    assert said(b) == [(before, before + 1)] and b"do not shoot" not in texts(b, a.own)
    newest = b.turns.state.logs[a.own].receipts[1].size
    assert newest == b.size(a.own) == before - 1, "no receipt over a gap"
    wire.drop = None
    wire.settle(ticks=10)
    assert texts(b, a.own) == [LETTER.encode(), b"do not shoot"] and b.store.ahead() == []
    assert a.turns.state.logs[a.own].receipts[1].size == a.size(a.own)
    assert list(check(b.store, b.roster)) == []


def test_the_sayer_holds_it_in_the_same_turn_and_answers_with_the_same_precedence() -> None:
    """R-221: a crash after that commit loses neither, before it both."""
    wire = narrow_world()
    a, b = wire.desks
    lose_batches(wire)
    write(wire, 0, (LETTER, ROUTINE), ("now", IMMEDIATE))
    wire.settle()
    rows = b.store.entries(b.own, 0, 100, 1 << 30)
    (header,) = [one for row in rows if (one := parse_header(row.header)).kind == HELD_AHEAD]
    assert header.precedence == IMMEDIATE and len(b.store.ahead()) == 1
    arrived = b.store.arrivals(b.own, header.index, 1)[0]
    assert arrived == b.store.ahead()[0].arrived_at_ms
    assert a.turns.state.peers[1].overtook[b.store.ahead()[0].index].is_held


def test_in_one_turn_with_a_letter_the_urgent_goes_first_and_never_in_one_item_with_it() -> None:
    """R-222, R-228: also what stands before the letter under the same signature."""
    wire = narrow_world()
    a, b = wire.desks
    seen = passed(wire, Overtaking, Commit, Entries, Checkpoint)
    write(wire, 0, ("first", FLASH), (LETTER, ROUTINE), ("last", IMMEDIATE))
    wire.settle(ticks=1)
    assert texts(b, a.own) == [b"first", LETTER.encode(), b"last"]
    ahead = [item for item in seen if isinstance(item, Overtaking)]
    assert [item.entry.bits & 3 for item in ahead] == [FLASH, IMMEDIATE]
    batches = [item for item in seen if isinstance(item, Commit | Entries) and item.log.party == 0]
    assert [[entry.bits & 3 for entry in item.entries] for item in batches] == [[FLASH], [ROUTINE], [IMMEDIATE]]
    assert a.turns.state.logs[a.own].receipts[1].size == a.size(a.own)


def test_on_broad_roads_and_without_anything_less_urgent_before_it_nothing_overtakes() -> None:
    """R-222."""
    wire = make_world()
    wire.connect(0, 1)
    wire.settle(ticks=1)
    seen = passed(wire, Overtaking)
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle(ticks=1)
    slow = narrow_world()
    also = passed(slow, Overtaking)
    write(slow, 0, ("one", FLASH))
    write(slow, 0, ("two", FLASH))
    slow.settle(ticks=1)
    write(slow, 0, ("short", ROUTINE), ("three", FLASH))
    slow.settle(ticks=1)
    assert seen == also == [] and len(texts(slow.desks[1], slow.desks[0].own)) == 4


def test_hashes_begin_where_the_peer_is_or_at_the_start_whichever_is_fewer() -> None:
    """R-223"""
    wire = narrow_world()
    a, b = wire.desks
    for number in range(10):
        write(wire, 0, (f"letter {number}", ROUTINE))
        wire.settle()
    seen = passed(wire, Overtaking)
    held = b.size(a.own)
    wire.drop = lambda sender, _, item: sender == 0 and (
        isinstance(item, Commit | Entries | Checkpoint) or (isinstance(item, Overtaking) and seen.append(item))
    )
    write(wire, 0, *[(f"lost {number}", ROUTINE) for number in range(16 - held)])
    write(wire, 0, ("flash", FLASH))
    wire.settle()
    (item,) = seen
    assert held == 11 and item.index == 16
    assert item.first == 0 and len(item.hashes) == 1, "sixteen entries are one subtree; 11, and 12 to 15, are two"
    write(wire, 0, ("lost", ROUTINE))
    write(wire, 0, ("another", FLASH))
    wire.settle()
    assert seen[1].first == 0 and len(seen[1].hashes) == 2, "0 to 15, and 16 to 17; from 11 on it would take three"
    write(wire, 0, *[("lost", ROUTINE)] * 4)
    write(wire, 0, ("third", FLASH))
    wire.settle()
    assert seen[2].index == 23 and seen[2].first == 0 and len(seen[2].hashes) == 4, "16, 4, 2 and 1 entries"
    assert [row.index for row in b.store.ahead()] == [16, 18, 23]


def test_before_anything_of_a_log_is_held_the_secret_goes_along() -> None:
    """R-223: one burst, no answer awaited."""
    wire = make_world()
    a, b = wire.desks
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    lose_batches(wire)
    batches = wire.drop
    assert batches is not None
    wire.drop = lambda sender, receiver, item: sender == 1 or batches(sender, receiver, item)
    wire.links |= {(0, 1), (1, 0)}
    wire.put(0, a.take((Up(1, SLOW),), wire.now_ms))
    write(wire, 0, ("second flash", FLASH))
    wire.settle()
    assert [row.body for row in b.store.ahead()] == [b"flash", b"second flash"], "b has said nothing yet"
    wire.drop = None
    join(wire, 1, 0)
    wire.settle(ticks=10)
    assert texts(b, a.own) == [LETTER.encode(), b"flash", b"second flash"] and b.store.ahead() == []


@pytest.mark.whole
def test_what_was_lost_goes_again_ever_more_seldom_until_it_is_said_to_be_held() -> None:
    """R-224"""
    wire = narrow_world()
    a, b = wire.desks
    lost: list[tuple[int, Overtaking]] = []
    wire.drop = lambda sender, _, item: sender == 0 and (
        isinstance(item, Commit | Entries | Checkpoint)
        or (isinstance(item, Overtaking) and (lost.append((wire.now_ms, item)) or len(lost) < 3))
    )
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle(ticks=100)
    gaps = [late - early for (early, _), (late, _) in pairwise(lost)]
    assert len(lost) == 3 and gaps[1] >= 2 * gaps[0] - 3_000 and gaps[0] > limits.RESEND_AFTER_MS
    assert all(len(slot.tail) == 12 for slot in lost[1][1].after), "spelled in full the second time"
    assert len(b.store.ahead()) == 1 and a.turns.state.peers[1].overtook[lost[0][1].index].is_held
    everything = lost.copy()
    wire.drop = lambda sender, _, item: sender == 0 and (
        isinstance(item, Commit | Entries | Checkpoint)
        or (isinstance(item, Overtaking) and (everything.append((wire.now_ms, item)) or True))
    )
    write(wire, 0, ("nobody hears this", FLASH))
    wire.settle(ticks=2_000)
    assert len(everything) - len(lost) == limits.OVERTAKE_TRIES_MAX


def test_a_restart_between_loses_nothing_and_says_nothing_twice() -> None:
    """R-225"""
    wire = narrow_world()
    a, b = wire.desks
    lose_batches(wire)
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle()
    assert len(b.store.ahead()) == 1
    wire.now_ms += 1_000
    wire.put(1, b.start(wire.now_ms))
    assert [row.body for row in b.turns.state.held_ahead.values()] == [b"flash"]
    wire.drop = None
    for one, other in ((0, 1), (1, 0)):
        join(wire, one, other)
    wire.settle(ticks=12)
    assert texts(b, a.own) == [LETTER.encode(), b"flash"] and b.store.ahead() == []
    rows = [row for log in b.turns.state.logs for row in b.store.entries(log, 0, 99, 1 << 30)]
    kinds = [parse_header(row.header).kind for row in rows]
    assert kinds.count(HELD_AHEAD) == 1


def crafted(wire: Wire) -> tuple[Overtaking, Opening]:
    """A right overtaking item of a's, caught on its way."""
    caught: list[Overtaking] = []
    wire.drop = lambda sender, _, item: sender == 0 and (
        isinstance(item, Commit | Entries | Checkpoint)
        or (isinstance(item, Overtaking) and (caught.append(item) or True))
    )
    write(wire, 0, ("one", ROUTINE), (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle()
    wire.drop = None
    own = wire.desks[0].turns.state.logs[wire.desks[0].own]
    return caught[0], Opening(0, own.log.generation, own.secret, own.station[:8])


def hand(wire: Wire, *items: Item) -> None:
    event = Arrived(0, "radio", wire.desks[0].start_bytes, items)
    wire.put(1, wire.desks[1].take((event,), wire.now_ms))


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    "lie",
    [
        lambda item: item._replace(hashes=(*item.hashes[:-1], flipped(item.hashes[-1]))),
        lambda item: item._replace(signature=flipped(item.signature)),
        lambda item: item._replace(entry=item.entry._replace(body=b"shoot")),
        lambda item: item._replace(entry=item.entry._replace(written_at_ms=item.entry.written_at_ms + 1)),
        lambda item: item._replace(entry=item.entry._replace(kind=2)),
        lambda item: item._replace(entry=item.entry._replace(bits=IMMEDIATE)),
        lambda item: item._replace(entry=item.entry._replace(bits=ROUTINE)),
        lambda item: item._replace(entry=item.entry._replace(codec=3)),
        lambda item: item._replace(index=item.index + 1, size=item.size + 1, first=item.first + 1),
        lambda item: item._replace(size=item.size + 1, hashes=(*item.hashes, bytes(32))),
        lambda item: item._replace(first=item.index, hashes=()),
    ],
)
def test_a_lie_about_it_is_left_and_the_truth_is_taken_after_it(lie: object) -> None:
    """R-221: nothing is stored, nothing is said, nobody is accused; ordinary order is not disturbed."""
    wire = narrow_world()
    a, b = wire.desks
    item, _ = crafted(wire)
    before = b.size(b.own)
    hand(wire, lie(item))  # type: ignore[operator]
    assert b.store.ahead() == [] and b.size(b.own) == before and b.store.exhibits() == []
    hand(wire, item)
    assert [row.body for row in b.store.ahead()] == [b"flash"] and b.size(b.own) == before + 1
    hand(wire, item, item)
    assert len(b.store.ahead()) == 1 and b.size(b.own) == before + 1, "the same again does nothing"
    wire.settle(ticks=10)
    assert texts(b, a.own) == [b"one", LETTER.encode(), b"flash"]


def test_hashes_that_begin_below_what_is_held_are_put_on_the_peaks_of_then() -> None:
    """R-221: the recipient has moved on while it was on its way."""
    wire = narrow_world()
    a, b = wire.desks
    item, _ = crafted(wire)
    wire.drop = lambda sender, _, one: sender == 0
    write(wire, 0, (LETTER, ROUTINE), ("late flash", FLASH))
    wire.settle()
    own = a.turns.state.logs[a.own]
    rows = a.store.entries(a.own, 0, 99, 1 << 30)
    leaves = [row.leaf for row in rows]
    late = item._replace(
        index=5, size=6, first=1, signature=own.noted.signature, entry=item.entry._replace(body=b"late flash"),
        hashes=tuple(merkle.root_of(leaves[at << level : at + 1 << level]) for level, at in nodes_between(1, 5)),
    )  # fmt: skip
    written = parse_header(rows[5].header)
    late = late._replace(entry=late.entry._replace(written_at_ms=written.written_at_ms))
    hand(wire, item)
    wire.drop = None
    event = Arrived(0, "wire", a.start_bytes, batch(a, 1, 4))
    wire.put(1, b.take((event,), wire.now_ms))
    assert b.size(a.own) == 4 and b.store.ahead() == []
    hand(wire, late)
    assert [row.body for row in b.store.ahead()] == [b"late flash"]
    hand(wire, late._replace(index=5, first=2, hashes=late.hashes[1:]))
    wire.settle(ticks=12)
    assert texts(b, a.own)[-2:] == [LETTER.encode(), b"late flash"]


def batch(desk: Desk, first: int, end: int) -> tuple[Item, ...]:
    """A commit of a stretch of a desk's own log, as it would send it to party 1."""
    work = Work(desk.turns.state, OPENED_AT_MS, bytes(8))
    rows = desk.store.entries(desk.own, first, end - first, 1 << 30)
    (note,) = desk.store.notes(desk.own, end, end)
    return commit_items(work, work.peer(1), work.logs[desk.own], first, rows, note.signature, full=True)


def test_a_flood_of_entries_ahead_is_bounded_and_the_rest_comes_in_its_order() -> None:
    """R-227"""
    wire = narrow_world()
    a, b = wire.desks
    count = limits.AHEAD_ENTRIES_MAX + 8
    lose_batches(wire)
    write(wire, 0, (LETTER, ROUTINE), *[(f"flash {number}", FLASH) for number in range(count)])
    wire.settle(ticks=3)
    assert len(b.store.ahead()) == limits.AHEAD_ENTRIES_MAX == len(said(b))
    assert any(getattr(told, "code", "") == "ahead-full" for told in b.told)
    wire.drop = None
    wire.settle(ticks=20)
    assert len(texts(b, a.own)) == count + 1 and b.store.ahead() == []
    assert len(said(b)) == limits.AHEAD_ENTRIES_MAX


def test_a_large_body_ahead_leaves_no_room_for_another() -> None:
    """R-227"""
    wire = narrow_world()
    _, b = wire.desks
    lose_batches(wire)
    large = "x" * 200_000
    write(wire, 0, ("first", ROUTINE))
    write(wire, 0, *[(large, FLASH)] * 4)
    wire.settle(ticks=1)
    assert len(b.store.ahead()) == limits.AHEAD_BYTES_MAX // 200_000


def test_a_held_ahead_that_overtakes_is_not_answered_by_another() -> None:
    """R-227: two stations with letters under way both ways do not chase each other."""
    wire = narrow_world()
    a, b = wire.desks
    wire.drop = lambda _sender, _, item: isinstance(item, Commit | Entries | Checkpoint)
    for party in (0, 1):
        write(wire, party, (LETTER, ROUTINE))
    write(wire, 0, ("flash", FLASH))
    wire.settle(ticks=5)
    assert [parse_header(row.header).kind for row in a.store.ahead()] == [HELD_AHEAD]
    assert len(said(b)) == 1 and said(a) == []
    assert a.turns.state.peers[1].overtook[2].is_held, "its word counts before its log has come to it"
    wire.drop = None
    wire.settle(ticks=12)
    assert a.store.ahead() == b.store.ahead() == []
    assert b.size(a.own) == a.size(a.own) and a.size(b.own) == b.size(b.own)


def test_a_fork_shows_by_what_was_held_ahead() -> None:
    """R-225: the checkpoint that came with it is compared when its log has come so far."""
    wire = make_world()
    b = wire.desks[1]
    wire.links = {(0, 1), (1, 0)}
    keys = wire.desks[0].keys
    one, other = (Pen(b.roster, keys, 0, b"twice") for _ in range(2))
    for pen, words in ((one, b"a letter"), (other, b"another letter")):
        pen.write(words)
        pen.write(b"flash " + words, precedence=FLASH)
    hand(wire, one.opening(), one.ahead(2, 3))
    (row,) = b.store.ahead()
    assert row.body == b"flash a letter" and len(said(b)) == 1
    hand(wire, *other.items())
    wire.settle(ticks=1)
    assert b.size(one.log) == 3 and b.turns.state.logs[one.log].disputed_from is not None
    assert len(b.store.exhibits()) == 1 and b.store.ahead() == [row], "it stays: its log holds another there"
    assert list(check(b.store, b.roster)) == []
    b.start(wire.now_ms + 1)
    assert b.turns.state.held_ahead == {}


def test_over_sqlite_a_letter_and_a_flash_end_in_the_same_record(tmp_path: object) -> None:
    """R-225: with a real disk under the receiver."""
    store = SqliteStore(tmp_path / "store.sqlite")  # type: ignore[operator]
    wire = narrow_world(stores=[MemoryStore(), store])
    a, b = wire.desks
    lose_batches(wire)
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle()
    store.close()
    store.reopen()
    wire.put(1, b.start(wire.now_ms + 1))
    wire.drop = None
    for one, other in ((0, 1), (1, 0)):
        join(wire, one, other)
    wire.settle(ticks=12)
    assert texts(b, a.own) == [LETTER.encode(), b"flash"] and store.ahead() == []
    assert list(check(store, b.roster)) == []
    store.close()


def test_three_parties_each_by_its_own_road() -> None:
    """R-222: to the one over a broad road nothing goes ahead, and both hold the same in the end."""
    wire = make_world(3)
    join(wire, 0, 1), join(wire, 1, 0)
    wire.connect(0, 2)
    wire.settle(ticks=2)
    a, b, c = wire.desks
    wire.drop = lambda sender, receiver, item: (
        (sender, receiver) == (0, 1) and isinstance(item, Commit | Entries | Checkpoint)
    )
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle()
    assert texts(c, a.own) == [LETTER.encode(), b"flash"] and c.store.ahead() == [] and len(b.store.ahead()) == 1
    wire.drop = None
    wire.settle(ticks=15)
    assert texts(b, a.own) == texts(c, a.own)
    receipts = a.turns.state.logs[a.own].receipts
    assert receipts[1].size == receipts[2].size == a.size(a.own)


def test_a_tick_forgets_what_all_hold() -> None:
    wire = narrow_world()
    a, _ = wire.desks
    write(wire, 0, (LETTER, ROUTINE), ("flash", FLASH))
    wire.settle(ticks=3)
    a.take((Tick(),), wire.now_ms)
    assert a.turns.state.urgent == () and a.turns.state.peers[1].overtook == {}
