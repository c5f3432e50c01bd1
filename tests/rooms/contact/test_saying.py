"""Statements, in their one spelling: what is written is read, what is touched is refused or is another statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.contact.declared import DeclaredState, declared, of_message, open_drills
from openline.contact.saying import (
    KIND_OF,
    STATED_KINDS,
    Alerted,
    Drill,
    HoldingReply,
    Operating,
    Refusal,
    Resumption,
    Said,
    SilenceAnswered,
    SilenceRecorded,
    Stated,
    Suspension,
    check_references,
    encode_said,
    parse_said,
)
from openline.errors import Malformed
from openline.record.entry import Ref
from openline.record.statement import Written

letters = st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"))
words = st.text(letters, min_size=1, max_size=60).filter(str.strip)
remarks = st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=60)
instants = st.integers(0, 2**48 - 2)
said: st.SearchStrategy[Said] = st.one_of(
    st.builds(Operating, words, st.sampled_from(["en", "ru", "zh-Hant"]), words),
    st.builds(Refusal, st.booleans(), words, words),
    st.builds(HoldingReply, instants, remarks, words),
    st.builds(lambda first, length, *rest: Suspension(first, first + length if length else None, *rest),
              instants, st.integers(0, 1), words, words),
    st.builds(Resumption, remarks, words),
    st.builds(SilenceRecorded, instants, remarks, words),
    st.builds(SilenceAnswered, st.booleans(), remarks, words),
    st.builds(Alerted, instants, st.booleans()),
    st.builds(Drill, st.booleans(), remarks, words),
)  # fmt: skip


@given(said)
def test_what_is_stated_is_read_back(one: Said) -> None:
    """R-290."""
    read = parse_said(KIND_OF[type(one)], encode_said(one))
    assert read == one and type(read) is type(one)


@given(st.sampled_from(sorted(STATED_KINDS)), st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(kind: int, data: bytes) -> None:
    try:
        assert encode_said(parse_said(kind, data)) == data
    except Malformed:
        pass


@given(said, st.data())
def test_a_touched_statement_is_refused_or_is_another_with_one_spelling(one: Said, data: st.DataObject) -> None:
    kind, spelled = KIND_OF[type(one)], bytearray(encode_said(one))
    at = data.draw(st.integers(0, len(spelled) - 1))
    spelled[at] ^= data.draw(st.integers(1, 255))
    try:
        read = parse_said(kind, bytes(spelled))
    except Malformed:
        return
    assert read != one and encode_said(read) == bytes(spelled)


@given(said, st.integers(0, 32))
def test_a_statement_refers_to_one_entry_at_most(one: Said, count: int) -> None:
    refs = [Ref(0, bytes(12), number) for number in range(count)]
    try:
        check_references(one, refs)
    except Malformed:
        return
    assert count <= 1


@pytest.mark.parametrize("one", [Refusal(False, " ", "A"), Suspension(5, 5, "why", "A"), HoldingReply(1, "", ""),
                                 Operating("x" * 4001, "en", "A"), Drill(True, "\x1b", "A")])  # fmt: skip
def test_what_would_be_refused_is_not_written(one: Said) -> None:
    with pytest.raises(Malformed):
        encode_said(one)


# ------------------------------------------------------------------ how it stands
LIFE = bytes(12)


def put(found: list[Stated], party: int, one: Said, about: Ref | None = None, exercise: bool = False) -> Ref:
    """The next entry of a party's log, written knowing everything before it."""
    sizes = [1 + sum(each.at.ref.party == one for each in found) for one in range(3)]
    held = tuple((other, LIFE, sizes[other]) for other in range(3) if other != party)
    index = sizes[party]
    found.append(Stated(Written(Ref(party, LIFE, index), 1_000 + len(found), held), one, about, exercise))
    return found[-1].at.ref


def test_of_three_parties_a_suspension_is_lifted_between_two_when_these_two_have_resumed() -> None:
    """R-294, R-298."""
    found: list[Stated] = []
    put(found, 0, Suspension(1_000, None, "Why.", "A"))
    assert [declared(found, *pair, 2_000).state for pair in ((0, 1), (0, 2), (1, 2))] == [
        DeclaredState.SUSPENDED, DeclaredState.SUSPENDED, DeclaredState.OPEN]  # fmt: skip
    put(found, 0, Resumption("", "A"))
    put(found, 1, Resumption("", "B"))
    assert declared(found, 0, 1, 2_000).state is DeclaredState.OPEN
    (bar,) = declared(found, 0, 2, 2_000).bars
    assert bar.resumed == (0,)


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["suspend", "hour", "refuse", "resume"])), max_size=12))
def test_contact_is_open_exactly_when_no_bar_is_left(acts: list[tuple[int, str]]) -> None:
    """R-298: by a second way of counting."""
    made: dict[str, Said] = {
        "suspend": Suspension(1_000, None, "Why.", "A"), "hour": Suspension(1_000, 1_500, "Why.", "A"),
        "refuse": Refusal(True, "Why.", "A"), "resume": Resumption("", "A"),
    }  # fmt: skip
    found: list[Stated] = []
    left: list[tuple[str, set[int]]] = []
    for party, act in acts:
        put(found, party, made[act])
        if act == "resume":
            left = [(what, by | {party}) for what, by in left]
        elif act != "hour":
            left.append((act, set()))
        left = [(what, by) for what, by in left if by != {0, 1}]
    stands = declared(found, 0, 1, 2_000)
    expected = "refused" if "refuse" in [w for w, _ in left] else "suspended" if left else "open"
    assert stands.state.value == expected
    assert len(stands.bars) == len(left)


@given(st.lists(st.tuples(st.integers(0, 2), said, st.booleans()), max_size=10))
def test_nothing_that_is_stated_breaks_the_fold(acts: list[tuple[int, Said, bool]]) -> None:
    found: list[Stated] = []
    message = Ref(0, LIFE, 0)
    for party, one, exercise in acts:
        put(found, party, one, message, exercise)
    for exercise in (False, True):
        about = of_message(message, exercise, found)
        assert all(each.exercise == exercise for each in (*about.refused, *about.holding))
        assert all(each.at.ref.party != 0 for each in (*about.refused, *about.holding))
    assert declared(found, 0, 1, 2**47).state in DeclaredState
    assert all(each.exercise for each in open_drills(found))


def test_a_drill_is_ended_by_its_own_party_only() -> None:
    """R-296."""
    found: list[Stated] = []
    begun = put(found, 0, Drill(True, "", "A"), None, True)
    put(found, 1, Drill(False, "", "B"), begun, True)
    assert [each.at.ref for each in open_drills(found)] == [begun]
    put(found, 0, Drill(False, "", "A"), begun, True)
    assert open_drills(found) == ()
