"""A declaration in escrow: opened by level or by record, sums, drawn challenges. R-558, R-559, R-560, R-561."""

from __future__ import annotations

from typing import Any

import pytest

from openline.accord.clocks.duty import DutyState
from openline.accord.declarations.judging import Finding, Verdict
from openline.accord.escrow import canon, escrows, sums, tree
from openline.accord.escrow.bodies import LEVELS, Answered, Challenge, Opened, Revealed, draw_closed, drawn
from openline.accord.escrow.escrows import Asked, Kept
from openline.accord.escrow.sums import AGGREGATE, ITEMS, NUMBERS, SITES, TYPES, Record
from openline.console.escrowing.door import look
from openline.errors import Malformed, Refused
from openline.record.entry import Ref
from tests.rooms.accord.escrow.parts import List, Story

UNITS = [("launchers", "Base A", "TYPE-1", "0001"), ("launchers", "Base A", "TYPE-1", "0002"),
         ("launchers", "Base B", "TYPE-2", "0003"), ("bombers", "Base B", "TYPE-9", "0004")]  # fmt: skip
DRAWS = (bytes(range(32)), bytes(range(32, 64)))


def declared(levels: list[list[Record]], party: int = 0) -> List:
    spelled = [tree.padded([sums.spell_record(level, cells) for cells in records])
               for level, records in enumerate(levels)]  # fmt: skip
    return List(party, bytes(31) + bytes((party,)), tuple(map(tuple, spelled)))


def kept(story: Story, ref: Ref) -> Kept:
    found = escrows.kept(story.fold(), ref)
    assert found is not None
    return found


def broken(story: Story, ref: Ref, plain: dict[str, int] | None = None) -> list[str]:
    found = sums.judge(sums.sheet_of(kept(story, ref)), plain.get if plain is not None else None)
    return [f"{one.place}: {one.what}" for one in found if one.verdict is Verdict.BROKEN]


def verdicts(found: list[Finding]) -> set[Verdict]:
    return {one.verdict for one in found}


def test_levels_are_made_of_items_and_close() -> None:
    levels = sums.levels_of(UNITS)
    assert levels[AGGREGATE] == [("bombers", 1), ("launchers", 3)] and levels[SITES] == [("Base A",), ("Base B",)]
    assert levels[NUMBERS][1] == ("launchers", "Base A", "TYPE-1", 2)
    assert verdicts(sums.judge(sums.sheet_given(levels))) == {Verdict.HOLDS}


def test_a_level_opens_at_once_or_record_by_record_and_only_what_is_open_is_known() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    ref = story.escrow(one)
    assert not any(level.records for level in kept(story, ref).levels)
    story.open(ref, one, level=AGGREGATE)
    story.open(ref, one, first=2, count=1, level=ITEMS)
    found = kept(story, ref)
    assert [level.complete for level in found.levels] == [True, False, False, False, False]
    assert list(found.levels[ITEMS].records) == [2] and not found.marks
    judged = sums.judge(sums.sheet_of(found))
    assert verdicts(judged) == {Verdict.OPEN}, "one item of three contradicts no total yet, and closes none"
    for level in (TYPES, SITES, NUMBERS, ITEMS):
        story.open(ref, one, level=level)
    assert verdicts(sums.judge(sums.sheet_of(kept(story, ref)))) == {Verdict.HOLDS}


def changed(level: int, at: int, *record: Any) -> list[list[Record]]:
    levels = sums.levels_of(UNITS)
    levels[level] = [*levels[level][:at], record, *levels[level][at + 1 :]]
    return levels


@pytest.mark.parametrize(
    ("levels", "opened", "says"),
    [
        (changed(AGGREGATE, 1, "launchers", 4), (AGGREGATE, NUMBERS), "launchers: 4 = 3, the sum of numbers"),
        (changed(TYPES, 1, "launchers", "TYPE-1", 9), (AGGREGATE, TYPES), "3 = 10, the sum of types"),
        (changed(TYPES, 1, "rockets", "TYPE-1", 2), (AGGREGATE, TYPES), "aggregate do not name it"),
        (changed(NUMBERS, 2, "launchers", "Base C", "TYPE-2", 1), (SITES, NUMBERS), "Base C: is none of the sites"),
        (changed(ITEMS, 3, "launchers", "Base B", "TYPE-2", "0001"), (ITEMS,), "0001 stands in record"),
        (changed(SITES, 1, "Base A"), (SITES,), "sites 1: Base A stands in record 0 already"),
        (changed(NUMBERS, 1, "launchers", "Base A", "TYPE-1", 5), (NUMBERS, ITEMS), "5 = 2, the sum of items"),
    ],
)
def test_what_cannot_be_true_together_is_shown_once_both_are_open(
    levels: list[list[Record]], opened: tuple[int, ...], says: str
) -> None:
    assert Verdict.BROKEN in verdicts(sums.judge(sums.sheet_given(levels))), "seen here before it is committed"
    story, one = Story(), declared(levels)
    ref = story.escrow(one)
    for level in opened[:-1]:
        story.open(ref, one, level=level)
    assert not broken(story, ref)
    story.open(ref, one, level=opened[-1])
    assert any(says in what for what in broken(story, ref)), broken(story, ref)


def test_more_than_the_total_contradicts_before_the_level_is_whole() -> None:
    story, one = Story(), declared(changed(AGGREGATE, 1, "launchers", 1))
    ref = story.escrow(one)
    story.open(ref, one, level=AGGREGATE)
    story.open(ref, one, first=1, count=1, level=ITEMS)
    assert not broken(story, ref)
    story.open(ref, one, first=2, count=1, level=ITEMS)
    assert broken(story, ref) == ["aggregate: launchers: 1, and 2 so far in what is open of items"]


def test_a_plain_declaration_of_the_same_day_is_compared() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    ref = story.escrow(one)
    story.open(ref, one, level=AGGREGATE)
    assert not broken(story, ref, {"launchers": 3})
    assert broken(story, ref, {"launchers": 5}) == ["aggregate: launchers: 3, and 5 in the declaration of that day"]


def test_what_is_no_record_of_its_level_is_told_and_closes_nothing() -> None:
    levels = [list(one) for one in declared(sums.levels_of(UNITS)).levels]
    levels[TYPES] = [b"\x83" + b"\x00" * 3, b"nonsense", *levels[TYPES][2:]]
    story, one = Story(), List(0, bytes(32), tuple(map(tuple, levels)))
    ref = story.escrow(one)
    story.open(ref, one, level=TYPES)
    found = broken(story, ref)
    assert len(found) == 2 and all("cannot be read" in what for what in found)
    assert not sums.sheet_of(kept(story, ref)).whole[TYPES]


@pytest.mark.parametrize(
    ("level", "cells"),
    [(AGGREGATE, ["a"]), (AGGREGATE, ["a", -1]), (AGGREGATE, ["a", True]), (AGGREGATE, ["", 1]), (AGGREGATE, [1, 1]),
     (SITES, ["a\u202eb"]), (SITES, ["x" * 201]), (ITEMS, ["a", "b", "c", " "]), (AGGREGATE, ["a", 2**53])],
)  # fmt: skip
def test_a_record_that_says_nothing_or_too_much_is_refused(level: int, cells: list[Any]) -> None:
    with pytest.raises(Malformed):
        sums.spell_record(level, cells)


def test_a_later_escrow_names_the_former_of_its_own_party() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    first = story.escrow(one)
    second = story.escrow(one, "E-2", 20_100, first)
    story.escrow(declared(sums.levels_of(UNITS), 1), "E-3", 20_200, first)
    story.escrow(one, "E-4", 19_000, second)
    found = [[mark.what for mark in each.marks] for each in escrows.all_kept(story.fold())]
    assert found == [[], [], ["stands for an earlier day than the one before it"],
                     ["names as the one before it what is no escrow of this party here"]]  # fmt: skip


# ------------------------------------------------------------------ challenges
def challenged(story: Story, ref: Ref, level: int = ITEMS) -> Ref:
    return story.say(1, Challenge(ref, level, draw_closed(1, DRAWS[1]), 1_000, 2_000, 3_000))


def asked(story: Story, ref: Ref) -> Asked:
    return kept(story, ref).challenges[0]


def owed(story: Story, ref: Ref, now_s: int) -> list[tuple[int, str, str]]:
    sealed = story.fold()
    found = escrows.kept(sealed, ref)
    assert found is not None
    return [(one.party, one.of, str(one.state))
            for one in sealed.duties(escrows.steps(found), 0, 10**9, now_s * 1000)]  # fmt: skip


def test_both_draw_the_record_that_is_opened() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    ref = story.escrow(one)
    challenge = challenged(story, ref)
    story.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    story.say(1, Revealed(challenge, DRAWS[1]))
    assert asked(story, ref).index is None
    story.say(0, Revealed(challenge, DRAWS[0]))
    index = asked(story, ref).index
    assert index == drawn(challenge, DRAWS[1], DRAWS[0], 4) and asked(story, ref).opened is None
    assert (0, escrows.OPEN_DRAWN, DutyState.MISSING) in owed(story, ref, 3_001)
    opening = story.open(ref, one, first=index, count=1, level=ITEMS)
    found = asked(story, ref)
    assert found.opened == opening and found.record == one.levels[ITEMS][index] and not found.marks
    states = {repr(list(canon.lines(story.fold(order)))) for order in range(20)}
    assert len(states) == 1


def test_every_index_is_drawn_by_both_and_by_neither_alone() -> None:
    at = {drawn(Ref(1, bytes(12), 3), DRAWS[1], bytes(31) + bytes((byte,)), 8) for byte in range(200)}
    assert at == set(range(8))
    assert drawn(Ref(1, bytes(12), 3), *DRAWS, 1) == 0
    assert draw_closed(0, DRAWS[0]) != draw_closed(1, DRAWS[0]), "nobody answers with the other's commitment"


def test_whoever_does_not_answer_or_show_is_recorded() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    ref = story.escrow(one)
    challenge = challenged(story, ref)
    assert owed(story, ref, 1_001) == [(0, escrows.ANSWER, DutyState.MISSING)]
    story.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    story.say(0, Revealed(challenge, DRAWS[0]))
    assert owed(story, ref, 2_001)[1:] == [(0, escrows.REVEAL, DutyState.OPEN), (1, escrows.REVEAL, DutyState.MISSING)]


def test_what_is_shown_otherwise_than_committed_or_out_of_order_draws_nothing() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    ref = story.escrow(one)
    challenge = challenged(story, ref)
    story.say(1, Revealed(challenge, DRAWS[1]))
    story.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    story.say(0, Revealed(challenge, DRAWS[0]))
    found = asked(story, ref)
    assert found.index is None
    assert [mark.what for mark in found.marks] == ["was written after the other part of the draw was held"]
    other = Story()
    ref = other.escrow(one)
    challenge = challenged(other, ref)
    other.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    other.say(0, Answered(challenge, draw_closed(0, DRAWS[1])))
    other.say(1, Revealed(challenge, DRAWS[0]))
    other.say(0, Revealed(challenge, DRAWS[1]))
    other.say(2, Revealed(challenge, DRAWS[1]))
    found = asked(other, ref)
    assert found.index is None and not found.reveals
    assert sorted(mark.what.split()[0] for mark in found.marks) == ["is", "shows", "shows", "shows"]


def test_the_door_lets_no_draw_out_of_its_order_and_no_wrong_opening() -> None:
    story, one = Story(), declared(sums.levels_of(UNITS))
    ref = story.escrow(one)

    def refused(party: int, body: object, why: str) -> None:
        with pytest.raises(Refused, match=why):
            look(story.fold(), party, (0, 1), body)  # type: ignore[arg-type]

    refused(0, Challenge(ref, ITEMS, bytes(32), 1, 2, 3), "another party")
    challenge = challenged(story, ref)
    refused(1, Answered(challenge, bytes(32)), "by the party whose escrow")
    refused(1, Revealed(challenge, DRAWS[1]), "not answered yet")
    story.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    refused(0, Answered(challenge, bytes(32)), "answered once")
    refused(0, Revealed(challenge, DRAWS[1]), "not the part of the draw")
    look(story.fold(), 0, (0, 1), Revealed(challenge, DRAWS[0]))
    story.say(0, Revealed(challenge, DRAWS[0]))
    refused(0, Revealed(challenge, DRAWS[0]), "shown already")
    refused(0, Revealed(ref, DRAWS[0]), "no challenge")
    wrong = one.opening(0, 1, ITEMS)
    refused(0, Opened(ref, wrong._replace(level=TYPES)), "does not match")
    refused(0, Opened(ref, wrong._replace(salts=(bytes(32),))), "record 0 is not what was committed")
    refused(1, Opened(ref, wrong), "committed itself")
    assert [level.name for level in kept(story, ref).levels] == list(LEVELS)
