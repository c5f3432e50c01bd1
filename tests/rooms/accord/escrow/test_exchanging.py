"""A sealed exchange as the record tells it: order, marks, what is owed, in any order. R-555, R-556, R-557."""

from __future__ import annotations

import pytest

from openline.accord.clocks.duty import DutyState
from openline.accord.clocks.spans import exactly
from openline.accord.escrow import canon, exchanging
from openline.accord.escrow.bodies import Committed, Countersigned, Opened
from openline.accord.escrow.exchanging import Seen
from openline.accord.escrow.sealed import Sealed
from openline.console.escrowing.door import look
from openline.errors import Refused
from openline.record.entry import Ref
from tests.rooms.accord.escrow.parts import List, Story, listed

OURS, THEIRS = listed(0, "Alpha", "Bravo", "Charlie"), listed(1, "Delta", "Echo")


def seen(sealed: Sealed, of: Ref) -> Seen:
    found = exchanging.seen(sealed, of)
    assert found is not None
    return found


def locked(*lists: List) -> tuple[Story, Ref, list[tuple[Ref, List]]]:
    """An exchange that every party has countersigned."""
    story = Story(tuple(one.party for one in lists))
    of = story.exchange()
    committed = [(story.commit(of, one), one) for one in lists]
    for one in lists:
        story.countersign(one.party, of, *committed)
    return story, of, committed


def marks(one: Seen, party: int) -> list[str]:
    side = one.side(party)
    assert side is not None
    return [mark.what for mark in side.marks]


@pytest.mark.parametrize("lists", [(OURS, THEIRS), (OURS, THEIRS, listed(2, "Foxtrot"))])
def test_all_commit_all_countersign_all_open(lists: tuple[List, ...]) -> None:
    story, of, committed = locked(*lists)
    before = seen(story.fold(), of)
    assert before.locked is not None and not before.all_opened
    for ref, one in committed:
        story.open(ref, one)
    found = seen(story.fold(), of)
    assert found.all_opened and not any(side.marks for side in found.sides)
    assert [side.records[0] for side in found.sides] == [one.levels[0][0] for one in lists]


def test_the_fold_is_the_same_in_whatever_order_entries_came() -> None:
    story, of, committed = locked(OURS, THEIRS)
    story.commit(of, listed(1, "Other"))
    story.open(*committed[0], 0, 2)
    story.open(*committed[0])
    story.open(committed[0][0], THEIRS)
    story.say(1, Opened(committed[1][0], THEIRS.opening()._replace(records=(b"Delta", b"Lima"))))
    story.say(1, Countersigned(of, ((Ref(0, bytes(12), 9), bytes(32)), (committed[1][0], THEIRS.lock()))))
    states = {repr(list(canon.lines(story.fold(order)))) for order in range(40)}
    assert len(states) == 1 and "is not what was committed" in states.pop()


def test_nothing_is_locked_before_every_party_named_the_same_commitments() -> None:
    story = Story()
    of = story.exchange()
    ours, theirs = (story.commit(of, OURS), OURS), (story.commit(of, THEIRS), THEIRS)
    story.countersign(0, of, ours, theirs)
    story.say(1, Countersigned(of, ((ours[0], bytes(32)), (theirs[0], THEIRS.lock()))))
    found = seen(story.fold(), of)
    assert found.locked is None and marks(found, 1) == ["does not name one commitment of each party of this exchange"]
    early = story.open(*ours)
    found = seen(story.fold(), of)
    assert marks(found, 0) == ["came before every party had countersigned"]
    story.countersign(1, of, ours, theirs)
    found = seen(story.fold(), of)
    assert found.locked is not None
    late = "was written after an opening of another party was held"
    assert marks(found, 1) == ["does not name one commitment of each party of this exchange", late]
    side = found.side(0)
    assert side is not None and [mark.ref for mark in side.marks] == [early], "it stays marked"


def test_an_opening_that_was_written_before_the_other_countersignature_was_held_is_marked() -> None:
    story = Story()
    of = story.exchange()
    ours, theirs = (story.commit(of, OURS), OURS), (story.commit(of, THEIRS), THEIRS)
    story.countersign(0, of, ours, theirs)
    story.countersign(1, of, ours, theirs)
    story.say(0, Opened(ours[0], OURS.opening()), unread=(1,))
    assert marks(seen(story.fold(), of), 0) == ["came before every party had countersigned"]


def test_a_list_committed_or_replaced_after_the_other_was_read_is_marked_and_does_not_count() -> None:
    story = Story()
    of = story.exchange()
    ours = (story.commit(of, OURS), OURS)
    story.open(*ours)
    theirs = (story.commit(of, THEIRS), THEIRS)
    found = seen(story.fold(), of)
    assert marks(found, 1) == ["was written after an opening of another party was held"]
    story.countersign(0, of, ours, theirs)
    story.countersign(1, of, ours, theirs)
    other = listed(1, "Golf")
    second = story.commit(of, other)
    story.open(second, other)
    found = seen(story.fold(), of)
    assert any("is another commitment" in what for what in marks(found, 1))
    side = found.side(1)
    assert side is not None and side.commitment == theirs[0] and not side.records


def test_a_copied_commitment_can_be_opened_by_nobody_but_who_made_it() -> None:
    """The lock is of a party: what another opens afterwards does not fit the same bytes under one's own name."""
    story = Story()
    of = story.exchange()
    ours = story.commit(of, OURS)
    copied = story.say(1, Committed(of, 4, OURS.lock()))
    for party in (0, 1):
        story.say(party, Countersigned(of, ((ours, OURS.lock()), (copied, OURS.lock()))))
    story.open(ours, OURS)
    story.say(1, Opened(copied, OURS.opening()))
    found = seen(story.fold(), of)
    side = found.side(1)
    assert side is not None and not side.records
    assert marks(found, 1) == ["does not match, record 0 to 3: its leaves are not those that were committed"]


def test_a_record_behind_an_empty_one_does_not_hide() -> None:
    hidden = List(1, bytes(32), ((b"Delta", b"", b"Echo", b""),))
    story, of, committed = locked(OURS, hidden)
    story.open(*committed[1])
    found = seen(story.fold(), of)
    assert marks(found, 1) == ["record 1 is empty, and others stand behind it"]
    side = found.side(1)
    assert side is not None and not side.complete


def test_what_parties_that_are_not_of_it_say_does_not_count() -> None:
    story, of, committed = locked(OURS, THEIRS)
    third = listed(2, "Hotel")
    story.commit(of, third)
    story.say(2, Opened(committed[0][0], OURS.opening()))
    found = seen(story.fold(), of)
    assert [mark.what for mark in found.marks] == ["is by no party of the exchange"]
    assert found.side(2) is None and marks(found, 0) == ["opens what another party committed"]


def states(sealed: Sealed, of: Ref, now_s: int) -> list[tuple[int, str, str]]:
    steps = exchanging.steps(seen(sealed, of))
    return [(one.party, one.of, str(one.state)) for one in sealed.duties(steps, 0, 10**9, now_s * 1000)]


def test_whoever_does_not_do_their_step_in_its_time_is_recorded_with_it() -> None:
    story, of, committed = locked(OURS, THEIRS)
    story.open(*committed[0])
    sealed = story.fold()
    for ref, _, _ in story.entries:
        sealed.take_held(ref, exactly(900_000))
    opening = [one for one in states(sealed, of, 3_001) if one[1] == exchanging.OPEN]
    assert opening == [(0, "opening", DutyState.KEPT), (1, "opening", DutyState.MISSING)]
    assert [one for one in states(sealed, of, 2_999) if one[0] == 1][-1] == (1, "opening", DutyState.DUE)
    story.open(*committed[1])
    sealed = story.fold()
    for at, (ref, _, _) in enumerate(story.entries):
        sealed.take_held(ref, exactly(3_000_001 if at == len(story.entries) - 1 else 900_000))
    assert states(sealed, of, 4_000)[-1] == (1, "opening", DutyState.LATE)


def test_an_opening_that_does_not_match_is_none_in_its_time() -> None:
    story, of, committed = locked(OURS, THEIRS)
    story.say(1, Opened(committed[1][0], THEIRS.opening()._replace(records=(b"Delta", b"Lima"))))
    sealed = story.fold()
    assert (1, "opening", DutyState.MISSING) in states(sealed, of, 3_001)
    assert marks(seen(sealed, of), 1) == ["record 1 is not what was committed"]


def test_nobody_is_late_with_what_could_not_be_done() -> None:
    story = Story()
    of = story.exchange()
    story.commit(of, OURS)
    found = states(story.fold(), of, 5_000)
    assert found == [(0, "commitment", DutyState.OPEN), (1, "commitment", DutyState.MISSING)]


def test_the_door_lets_nothing_out_of_its_order() -> None:
    """R-556: refused here, whatever the way; what a peer sends is held and marked."""
    story = Story()
    of = story.exchange()

    def refused(party: int, body: object, why: str) -> None:
        with pytest.raises(Refused, match=why):
            look(story.fold(), party, (0, 1), body)  # type: ignore[arg-type]

    refused(0, Opened(of, OURS.opening()), "opens what it has committed itself")
    ours = (story.commit(of, OURS), OURS)
    refused(0, Committed(of, 4, bytes(32)), "nobody replaces their list")
    refused(0, Opened(ours[0], OURS.opening()), "nobody opens before that")
    refused(0, Countersigned(of, ((ours[0], OURS.lock()), (Ref(1, bytes(12), 0), bytes(32)))), "not committed yet")
    theirs = (story.commit(of, THEIRS), THEIRS)
    refused(0, Countersigned(of, ((ours[0], OURS.lock()), (theirs[0], bytes(32)))), "as they stand here")
    both = Countersigned(of, ((ours[0], OURS.lock()), (theirs[0], THEIRS.lock())))
    look(story.fold(), 0, (0, 1), both)
    early = story.fold()
    early.take(Ref(1, bytes(12), 50), Opened(theirs[0], THEIRS.opening()))
    with pytest.raises(Refused, match="nobody countersigns after reading"):
        look(early, 0, (0, 1), both)
    story.say(0, both)
    refused(0, both, "countersigned in")
    refused(0, Opened(ours[0], OURS.opening()), "nobody opens before that")
    story.say(1, both)
    look(story.fold(), 0, (0, 1), Opened(ours[0], OURS.opening()))
    changed = OURS.opening()._replace(records=(b"Alpha", b"Bravo", b"Kilo", b""))
    refused(0, Opened(ours[0], changed), "record 2 is not what was committed")
    refused(0, Opened(theirs[0], THEIRS.opening()), "committed itself")
    story.open(*ours)
    refused(0, Opened(ours[0], OURS.opening()), "open already")
    with pytest.raises(Refused, match="all parties of the line"):
        look(Sealed((0, 1, 2)), 0, (0, 1, 2), story.entries[0][1])
    with pytest.raises(Refused, match="choose another id"):
        look(story.fold(), 0, (0, 1), story.entries[0][1])


def test_nobody_commits_after_reading() -> None:
    story = Story()
    of = story.exchange()
    ours = story.commit(of, OURS)
    story.open(ours, OURS)
    with pytest.raises(Refused, match="nobody commits after reading"):
        look(story.fold(), 1, (0, 1), Committed(of, 2, THEIRS.lock()))


def test_a_commitment_in_an_exercise_is_none_in_an_exchange_that_is_not_and_is_shown() -> None:
    """R-552"""
    story = Story()
    of = story.exchange()
    practised, meant = story.commit(of, listed(1, "Practice")), story.commit(of, THEIRS)
    sealed = Sealed((0, 1))
    for ref, body, after in story.entries:
        sealed.take(ref, body, after, exercise=ref == practised)
    side = seen(sealed, of).side(1)
    assert side is not None and side.commitment == meant and not side.marks
    ((ref, why),) = sealed.astray()
    assert ref == practised and "in an exercise" in why
