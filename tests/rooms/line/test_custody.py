"""Two and three stations, one wire: who holds what, and what says so."""

from __future__ import annotations

from openline import limits
from openline.line.events import Appended, Arrived, Down, Held, ReceiptCame, Send, Submitted
from openline.line.ports import LogId
from openline.wire.items import Commit, Differs, Entries, Hail, Item, Opening, Receipt
from tests.rooms.line.desks import Desk, Wire, draft, make_world, submit


def joined(count: int = 2) -> Wire:
    """A world where everybody reaches everybody and all openings are receipted."""
    world = make_world(count)
    for a in range(count):
        for b in range(a):
            world.connect(a, b)
    world.settle()
    return world


def sizes(desk: Desk) -> dict[LogId, int]:
    return {log: held.size for log, held in desk.turns.state.logs.items()}


def level(world: Wire) -> bool:
    """Everybody holds the same of everything."""
    return all(sizes(desk) == sizes(world.desks[0]) for desk in world.desks)


def receipted(desk: Desk, witness: int) -> int:
    receipt = desk.turns.state.logs[desk.own].receipts.get(witness)
    return receipt.size if receipt else 0


def test_a_lone_message_is_held_and_receipted() -> None:
    """R-125, R-127"""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "Good morning.")
    assert isinstance(ours.told[-1], Appended)
    assert receipted(ours, 1) == 1, "recorded is not held: their machine has said nothing yet"
    world.settle()
    assert theirs.store.entries(ours.own, 1, 1, 1 << 20)[0].body == b"Good morning."
    assert receipted(ours, 1) == 2
    assert ours.told[-1] == ReceiptCame(ours.own, 1, 2, world.now_ms // 1000)
    assert theirs.store.newest_receipts(ours.own)[0].signature == ours.store.newest_receipts(ours.own)[0].signature


def test_the_receipt_is_on_disk_before_it_leaves() -> None:
    """R-120, R-127: also the entries it receipts."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "one", "two")
    _, send = world.queue.pop()
    sends = theirs.take((Arrived(0, "wire", ours.start_bytes, send.items),), world.now_ms)
    (item,) = [item for one in sends for item in one.items if isinstance(item, Receipt)]
    (kept,) = [one for one in theirs.store.receipts(ours.own) if one.size == item.size]
    assert (kept.witness, kept.at_s, kept.signature) == (1, item.at_s, item.signature)
    assert len(theirs.store.leaves(ours.own, 0, 99)) == item.size == 3


def test_a_hundred_drafts_of_one_turn_are_signed_and_receipted_once() -> None:
    """R-127: one commit, one signature, one receipt."""
    world = joined()
    submit(world, 0, *(f"number {number}" for number in range(100)))
    world.settle()
    assert [note.size for note in world.desks[1].store.notes(world.desks[0].own, 2, 999)] == [101]
    assert [row.size for row in world.desks[0].store.receipts(world.desks[0].own)] == [1, 101]


def test_a_lost_frame_is_sent_again() -> None:
    """R-129: their hail shows what they lack."""
    world = joined()
    world.drop = lambda sender, receiver, item: isinstance(item, Commit)
    submit(world, 0, "lost on the way")
    world.settle(1)
    world.drop = None
    world.settle(3)
    assert level(world)
    assert receipted(world.desks[0], 1) == 2


def test_a_frame_that_comes_twice_does_nothing() -> None:
    """R-122: nothing is stored, nothing is said to anybody, the same receipt may go again."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "once")
    _, send = world.queue[-1]
    world.settle()
    told = len(theirs.told)
    again = theirs.take((Arrived(0, "wire", ours.start_bytes, send.items),), world.now_ms)
    assert not again
    assert len(theirs.told) == told
    assert sizes(theirs)[ours.own] == 2


def test_entries_that_leave_a_gap_are_not_kept() -> None:
    """R-122, R-125: a receipt is never over a gap."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "first, lost")
    world.queue.clear()
    submit(world, 0, "second")
    world.settle()
    assert sizes(theirs)[ours.own] == 1
    assert receipted(ours, 1) == 1
    world.now_ms += limits.RESEND_AFTER_MS
    world.settle(2)
    assert level(world)


def test_entries_wait_for_their_signature_within_bounds() -> None:
    """R-122: eight megabytes of each party, whatever it sends, and the line goes on."""
    world = joined()
    ours, theirs = world.desks
    world.drop = lambda sender, receiver, item: isinstance(item, Commit)
    for _ in range(50):
        submit(world, 0, "x" * 200_000)
        world.settle()
    held = sum(one.bytes_held for one in theirs.turns.state.pending.values())
    assert held <= limits.PENDING_BYTES_MAX
    world.drop = None
    world.settle(12)
    assert level(world)


def test_what_a_third_party_invents_stands_in_nobodys_way() -> None:
    """R-122: unsigned entries and openings are kept apart by who sent them."""
    world = joined(3)
    ours, theirs, _ = world.desks
    submit(world, 0, "the real one")
    _, send = world.queue[0]
    (real,) = send.items
    assert isinstance(real, Commit)
    invented = real.entries[0]._replace(body=b"the invented one")
    world.queue.clear()
    junk: tuple[Item, ...] = (
        Opening(0, ours.own.generation, bytes(32), bytes(8)),
        Entries(real.log._replace(tail=ours.own.generation), real.first, real.runs, (invented,)),
    )
    theirs.take((Arrived(2, "wire", world.desks[2].start_bytes, junk),), world.now_ms)
    theirs.take((Arrived(0, "wire", ours.start_bytes, (real,)),), world.now_ms)
    assert theirs.store.entries(ours.own, 1, 1, 1 << 20)[0].body == b"the real one"


def test_a_station_catches_up_after_a_long_absence() -> None:
    """Three thousand entries in batches that end on a checkpoint, never more than a bounded number ahead."""
    world = joined()
    ours, theirs = world.desks
    for desk, peer in ((ours, 1), (theirs, 0)):
        desk.take((Down(peer, "wire"),), world.now_ms)
    world.links.clear()
    for number in range(60):
        world.now_ms += 60_000
        submit(world, 0, *(f"{number}.{line}" for line in range(50)))
    assert sizes(theirs)[ours.own] == 1
    world.connect(0, 1)
    world.settle(2)
    assert sizes(theirs)[ours.own] == 3_001
    assert receipted(ours, 1) == 3_001


def test_only_the_authors_signature_admits_an_entry() -> None:
    """R-125: a commit with one changed byte is refused whole, and comes again."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "as written")
    _, send = world.queue.pop()
    (commit,) = send.items
    assert isinstance(commit, Commit)
    changed = commit._replace(entries=(commit.entries[0]._replace(body=b"as changed"),))
    answers = theirs.take((Arrived(0, "wire", ours.start_bytes, (changed,)),), world.now_ms)
    assert sizes(theirs)[ours.own] == 1
    (differs,) = [item for one in answers for item in one.items if isinstance(item, Differs)]
    assert differs.reason == 0
    world.put(1, answers)
    world.settle()
    assert theirs.store.entries(ours.own, 1, 1, 1 << 20)[0].body == b"as written"


def test_a_compact_form_that_does_not_resolve_comes_again_in_full() -> None:
    """R-123, R-124: a restored station is sent roots that it would have known."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 1, "they speak first")
    world.settle()
    submit(world, 0, "written after theirs")
    _, send = world.queue.pop()
    (commit,) = send.items
    assert isinstance(commit, Commit)
    assert [slot.root for slot in commit.runs[0].after] == [b""], "the root of their own log is left out"
    state = theirs.turns.state
    forgotten = {log: window for log, window in state.roots.items() if log != theirs.own}
    theirs.turns.state = state._replace(roots=forgotten)
    answers = theirs.take((Arrived(0, "wire", ours.start_bytes, (commit,)),), world.now_ms)
    (differs,) = [item for one in answers for item in one.items if isinstance(item, Differs)]
    assert differs.reason == 3
    again = ours.take((Arrived(1, "wire", theirs.start_bytes, (differs,)),), world.now_ms)
    full = [item for one in again for item in one.items if isinstance(item, Commit)]
    assert len(full[0].runs[0].after[0].root) == 32
    world.put(0, again)
    world.settle()
    assert level(world)


def test_three_parties_and_one_pair_that_never_meets() -> None:
    """R-139, R-128: entries and receipts go through the third."""
    world = make_world(3)
    world.connect(0, 1)
    world.connect(1, 2)
    submit(world, 0, "to a party we cannot reach")
    submit(world, 2, "and back")
    world.settle(25)
    assert level(world)
    assert receipted(world.desks[0], 2) == 2
    assert receipted(world.desks[2], 0) == 2
    (told,) = [one for one in world.desks[2].told if isinstance(one, Held) and one.log == world.desks[0].own]
    assert told.peer == 1


def test_an_author_in_reach_is_given_time_before_others_are_asked() -> None:
    """R-139: ten seconds."""
    world = joined(3)
    lost = {(0, 2)}
    world.drop = lambda sender, receiver, item: (sender, receiver) in lost and isinstance(item, Commit)
    submit(world, 0, "does not arrive directly")
    asked: list[int] = []

    def listen(sender: int, receiver: int, item: Item) -> bool:
        if (sender, receiver) == (2, 1) and isinstance(item, Hail) and item.lacks:
            asked.append(world.now_ms)
        return (sender, receiver) in lost and isinstance(item, Commit)

    world.drop = listen
    begun = world.now_ms
    world.settle(8)
    assert level(world)
    assert asked and asked[0] - begun >= limits.SERVE_OTHERS_AFTER_MS


def test_a_large_message_crosses_a_bearer_of_small_frames() -> None:
    world = make_world(2)
    world.frame_bytes_max = 700
    world.connect(0, 1)
    world.settle()
    submit(world, 0, "x" * 20_000)
    world.settle()
    assert receipted(world.desks[0], 1) == 2


def test_what_was_asked_and_not_recorded_is_not_sent() -> None:
    """R-120"""
    world = joined()
    ours = world.desks[0]
    sends: list[Send] = ours.take((Submitted((draft("a"), draft("b"))),), world.now_ms)
    commits = [item for send in sends for item in send.items if isinstance(item, Commit)]
    assert [one.first + len(one.entries) for one in commits] == [3]
    assert ours.store.notes(ours.own, 3, 3)[0].signature == commits[0].signature


def test_a_bystander_that_missed_a_receipt_gets_it_with_a_later_hail() -> None:
    """R-128: B's receipt for A's log is lost on its way to C, who cannot know that it lacks it."""
    world = make_world(3)
    for a, b in ((1, 0), (2, 0), (2, 1)):
        world.connect(a, b)
    world.settle(2)
    world.drop = lambda sender, receiver, item: (sender, receiver) == (1, 2) and isinstance(item, Receipt)
    submit(world, 0, "seen by all")
    world.settle()
    log = world.desks[0].own
    assert world.desks[2].turns.state.logs[log].receipts[1].size == 1
    world.drop = None
    world.settle(4)
    assert world.desks[2].turns.state.logs[log].receipts[1].size == 2
