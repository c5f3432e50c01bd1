"""When histories do not fit: two signatures accuse, nothing else does, and everything still flows."""

from __future__ import annotations

from openline import limits
from openline.line.events import Arrived, Disputed, Draft, Noticed, Submitted
from openline.line.forks.disputes import NOTES_AHEAD_MAX
from openline.line.ports import ExhibitRow
from openline.record.entry import DISPUTE
from openline.record.exhibit import TwoRoots, encode_exhibit, judge, parse_exhibit
from openline.record.note import author_line, checkpoint_text, format_note
from openline.record.roster import origin_of
from openline.store.memory import MemoryStore
from openline.wire.items import Commit, Differs, Hail, HailLog, Item, Note, Opening
from tests.rooms.line.desks import Desk, Wire, make_world, submit
from tests.rooms.line.test_custody import joined, level, sizes


def twin_of(desk: Desk, now_ms: int) -> Desk:
    """The same party with the same keys, which begins the same log on another disk: so a liar writes two histories."""
    twin = Desk(desk.me, desk.roster, desk.keys, MemoryStore())
    twin.start(now_ms)
    assert twin.own == desk.own
    return twin


def two_histories() -> tuple[Wire, Desk]:
    """Party 0 has told party 1 one history; the second one waits with its twin."""
    world = make_world(2)
    twin = twin_of(world.desks[0], world.now_ms)
    world.connect(0, 1)
    submit(world, 0, "we withdraw")
    world.settle()
    return world, twin


def show_twin(world: Wire, twin: Desk, *texts: str) -> None:
    """The liar's other history speaks from now on."""
    world.desks[0] = twin
    submit(world, 0, *texts)
    world.connect(0, 1)
    world.settle(3)


def shown(desk: Desk) -> list[ExhibitRow]:
    return [row for row in desk.store.exhibits() if row.proves]


def test_two_histories_of_one_size_end_in_an_exhibit() -> None:
    """R-130, R-131: and in an entry that every other party reads."""
    world, twin = two_histories()
    show_twin(world, twin, "we stay")
    theirs = world.desks[1]
    (exhibit,) = shown(theirs)
    assert isinstance(parse_exhibit(exhibit.data), TwoRoots)
    assert judge(exhibit.data, theirs.roster).log == twin.own
    assert theirs.turns.state.logs[twin.own].disputed_from == 2
    bodies = [row.body for row in theirs.store.entries(theirs.own, 0, 99, 1 << 20)]
    assert exhibit.data in bodies
    assert len([told for told in theirs.told if isinstance(told, Disputed)]) == 1


def test_a_longer_history_on_another_beginning_ends_in_an_exhibit() -> None:
    """R-131: two notes, and the proof that one is not the beginning of the other."""
    world, twin = two_histories()
    ours, theirs = world.desks
    submit(world, 0, "a third entry", "a fourth")
    world.settle()
    submit(Wire([twin, theirs]), 0, "we stay")
    note = Note(_note(twin, 2))
    world.put(1, theirs.take((Arrived(0, "wire", ours.start_bytes, (note,)),), world.now_ms))
    (exhibit,) = shown(theirs)
    assert judge(exhibit.data, theirs.roster).size == 2


def _note(desk: Desk, size: int) -> bytes:
    row = desk.store.notes(desk.own, size, size)[0]
    origin = origin_of(desk.roster, desk.own)
    line = author_line(origin, desk.keys.station().note_key, row.signature)
    return format_note(checkpoint_text(origin, size, row.root), (line,))


def test_a_note_that_comes_before_its_entries_is_compared_when_they_have_come() -> None:
    """R-130"""
    world = make_world(2)
    twin = twin_of(world.desks[0], world.now_ms)
    submit(Wire([twin, world.desks[1]]), 0, "we stay")
    theirs = world.desks[1]
    theirs.take((Arrived(0, "wire", twin.start_bytes, (Note(_note(twin, 2)),)),), world.now_ms)
    assert not shown(theirs)
    submit(world, 0, "we withdraw")
    world.connect(0, 1)
    world.settle(1)
    assert len(shown(theirs)) == 1


def test_notes_of_what_never_comes_are_forgotten_in_the_end() -> None:
    """R-130: sixty-four are kept, whatever a liar signs."""
    world = make_world(2)
    ours, theirs = world.desks
    origin = origin_of(ours.roster, ours.own)
    for size in range(10, 10 + 3 * NOTES_AHEAD_MAX):
        text = checkpoint_text(origin, size, bytes(32))
        line = author_line(origin, ours.keys.station().note_key, ours.keys.sign_checkpoint(text))
        theirs.take((Arrived(0, "wire", ours.start_bytes, (Note(format_note(text, (line,))),)),), world.now_ms)
    assert len(theirs.turns.state.ahead) == NOTES_AHEAD_MAX


def test_different_histories_told_to_two_parties_are_found_when_those_two_talk() -> None:
    """R-130: and both of them show it."""
    world = make_world(3)
    twin = twin_of(world.desks[0], world.now_ms)
    world.connect(0, 1)
    submit(world, 0, "to one of them")
    world.settle()
    world.links.clear()
    world.desks[0] = twin
    submit(world, 0, "to the other")
    world.connect(0, 2)
    world.settle()
    world.links.clear()
    world.connect(1, 2)
    world.settle(4)
    assert len(shown(world.desks[1])) == len(shown(world.desks[2])) == 1


def test_a_disputed_log_still_flows_and_is_receipted() -> None:
    """R-133: only green is withheld."""
    world, twin = two_histories()
    ours = world.desks[0]
    show_twin(world, twin, "we stay")
    theirs = world.desks[1]
    world.desks[0] = ours
    world.connect(0, 1)
    submit(world, 0, "and we say so again")
    world.settle(2)
    assert theirs.turns.state.logs[ours.own].disputed_from == 2
    assert theirs.store.entries(ours.own, 2, 1, 1 << 20)[0].body == b"and we say so again"
    assert ours.turns.state.logs[ours.own].receipts[1].size == 3


def test_an_exhibit_in_somebody_elses_entry_is_judged_before_it_is_believed() -> None:
    """R-132"""
    world, twin = two_histories()
    show_twin(world, twin, "we stay")
    (exhibit,) = shown(world.desks[1])
    third = joined(3)
    third.put(1, third.desks[1].take((Submitted((Draft(DISPUTE, 2, 0, (), exhibit.data),)),), third.now_ms))
    third.settle(1)
    assert len(shown(third.desks[2])) == 1


def test_an_exhibit_about_a_log_that_is_not_here_yet_marks_it_when_it_comes() -> None:
    """R-132, also after a restart in between."""
    world, twin = two_histories()
    show_twin(world, twin, "we stay")
    (exhibit,) = shown(world.desks[1])
    third = make_world(3)
    third.connect(1, 2)
    third.settle()
    third.put(1, third.desks[1].take((Submitted((Draft(DISPUTE, 2, 0, (), exhibit.data),)),), third.now_ms))
    third.settle(1)
    reader = third.desks[2]
    assert reader.turns.state.disputed == {twin.own: 2}
    third.put(2, reader.start(third.now_ms + 1))
    assert reader.turns.state.disputed == {twin.own: 2}
    third.connect(0, 2)
    third.settle(2)
    assert reader.turns.state.logs[third.desks[0].own].disputed_from == 2


def test_a_false_exhibit_is_held_as_an_entry_and_has_no_effect() -> None:
    """R-132: one honest note, and one that the accuser signed itself."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "honest")
    world.settle()
    origin = origin_of(ours.roster, ours.own)
    text = checkpoint_text(origin, 2, bytes(32))
    forged = format_note(text, (author_line(origin, ours.keys.station().note_key, theirs.keys.sign_checkpoint(text)),))
    data = encode_exhibit(TwoRoots(_note(ours, 2), forged))
    world.put(
        1, theirs.take((Submitted((Draft(DISPUTE, 2, 0, (), data), Draft(DISPUTE, 2, 0, (), b"junk"))),), world.now_ms)
    )
    world.settle(1)
    assert level(world)
    assert not shown(ours)
    assert ours.turns.state.logs[ours.own].disputed_from is None
    assert [told.code for told in ours.told if isinstance(told, Noticed)] == ["exhibit-void", "exhibit-void"]


def test_a_hail_accuses_nobody() -> None:
    """R-130: its roots are not signed. Both sides show notes, and nothing comes of it."""
    world = joined()
    ours, theirs = world.desks
    submit(world, 0, "one history")
    world.settle()
    said = HailLog(0, ours.own.generation, 2, b"otherone")
    hail = Hail(world.now_ms, bytes(8), bytes(8), 0, (said,), (), ())
    answers = ours.take((Arrived(1, "wire", theirs.start_bytes, (hail,)),), world.now_ms)
    items = [item for send in answers for item in send.items]
    assert [item.reason for item in items if isinstance(item, Differs)] == [1]
    assert [item.text for item in items if isinstance(item, Note)] == [_note(ours, 2)]
    world.put(0, answers)
    world.settle(2)
    assert not shown(ours) and not shown(theirs)


def test_a_log_that_nobody_wrote_is_asked_for_and_forgotten_with_its_teller() -> None:
    """R-129: a boast costs one row, within a bound."""
    world = joined()
    ours, theirs = world.desks
    for batch in range(3):
        rows = tuple(
            HailLog(1, bytes([batch, number % 250, number // 250]) + bytes(9), 5, bytes(8)) for number in range(1_000)
        )
        hail = Hail(world.now_ms, bytes(8), bytes(8), 0, tuple(sorted(rows)), (), ())
        ours.take((Arrived(1, "wire", theirs.start_bytes, (hail,)),), world.now_ms)
    assert len(ours.turns.state.peers[1].lacks_since) == limits.HAIL_LOGS_MAX
    submit(world, 1, "the line goes on")
    world.settle(2)
    assert level(world)


def test_openings_of_what_never_comes_are_bounded() -> None:
    """R-122"""
    world = joined()
    ours, theirs = world.desks
    for number in range(2 * limits.OPENED_LOGS_MAX):
        opening = Opening(1, number.to_bytes(12, "big"), bytes(32), theirs.keys.station().digest[:8])
        ours.take((Arrived(1, "wire", theirs.start_bytes, (opening,)),), world.now_ms)
    assert len(ours.turns.state.secrets) == limits.OPENED_LOGS_MAX


def test_a_commit_under_another_partys_name_is_refused() -> None:
    """R-125: a third party may carry anybody's entries; it cannot write them."""
    world = joined(3)
    ours, theirs, third = world.desks
    submit(world, 0, "ours")
    _, send = world.queue[0]
    world.queue.clear()
    (commit,) = send.items
    assert isinstance(commit, Commit)
    signature = third.keys.sign_checkpoint(b"anything")
    forged: Item = commit._replace(log=commit.log._replace(tail=ours.own.generation), signature=signature)
    theirs.take((Arrived(2, "wire", third.start_bytes, (forged,)),), world.now_ms)
    assert sizes(theirs)[ours.own] == 1
    world.settle(3)
    assert level(world)
