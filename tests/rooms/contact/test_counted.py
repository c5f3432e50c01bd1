"""A party that states without end: its newest statements count, the same ones for everybody, and memory has an end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openline.console.contact.book import TestBook
from openline.console.stating.statements import Statements
from openline.contact.counted import Newest, counted
from openline.contact.declared import DeclaredState, declared
from openline.contact.saying import Drill, Refusal, Resumption, Said, Stated, Suspension, encode_said
from openline.limits import STATED_OF_LINE_MAX
from openline.line.events import Draft, Submitted
from openline.record.entry import SUSPENSION, Ref
from openline.record.statement import Written
from openline.store.memory import MemoryStore
from tests.rooms.line.desks import OPENED_AT_MS, Desk, make_roster

LIVES = [bytes(11) + bytes([life]) for life in range(3)]


def stated(party: int, life: int, index: int, one: Said, about: Ref | None = None, exercise: bool = False) -> Stated:
    return Stated(Written(Ref(party, LIVES[life], index), 1_000 + index, ()), one, about, exercise)


@given(st.permutations(range(40)), st.integers(0, 39))
def test_which_count_follows_from_the_record_and_not_from_the_order_of_arrival(order: list[int], twice: int) -> None:
    """R-299."""
    limit = STATED_OF_LINE_MAX - 20
    old = [stated(1, 0, index, Suspension(1, None, "Why.", "A")) for index in range(limit)]
    some = [stated(1, number % 2, 200 + number, Suspension(1, None, "Why.", "A")) for number in range(40)]
    arrived = [*old, *(some[number] for number in order), some[twice]]
    expected = sorted(arrived, key=lambda one: one.at.ref)
    places = list(dict.fromkeys(one.at.ref for one in expected))
    assert [one.at.ref for one in counted(arrived)] == places[-STATED_OF_LINE_MAX:]


def test_a_flood_of_one_party_and_kind_touches_no_other() -> None:
    """R-299: what another party stated, what the same stated in another kind, and what was said in earnest, stands."""
    ours = stated(0, 0, 5, Suspension(1, None, "Ours.", "A"))
    theirs = stated(1, 0, 5, Refusal(True, "Contact.", "B"))
    began = stated(1, 0, 6, Drill(True, "", "B"), exercise=True)
    newest = Newest()
    for one in (ours, theirs, began):
        assert newest.put(one) is None
    gone = 0
    for number in range(3 * STATED_OF_LINE_MAX):
        flood = (Suspension(1, 2, "x" * 2_000, "B"), Resumption("", "B"))
        gone += sum(newest.put(stated(1, 1, 10 + number, one)) is not None for one in flood)
        gone += newest.put(stated(1, 1, 10 + number, Refusal(True, "Drill.", "B"), exercise=True)) is not None
    assert gone == 3 * 2 * STATED_OF_LINE_MAX
    assert {ours, theirs, began} <= set(newest.all()) and len(newest.all()) == 3 + 3 * STATED_OF_LINE_MAX
    assert declared(newest.all(), 0, 1, 5_000).state is DeclaredState.REFUSED


def test_who_writes_suspensions_without_end_is_remembered_to_a_bound() -> None:
    """R-299: nothing of it is lost from the record."""
    roster, keys = make_roster(2)
    desk = Desk(0, roster, keys[0], MemoryStore())
    desk.start(OPENED_AT_MS)
    body = encode_said(Suspension(5, None, "Why.", "A"))
    statements, book = Statements(desk.store), TestBook(desk.store)
    for _ in range(3):
        drafts = tuple(Draft(SUSPENSION, 0, 0, (), body) for _ in range(100))
        desk.take([Submitted(drafts)], OPENED_AT_MS + 1_000)
        statements.of_line()
    assert [one.at.ref.index for one in statements.of_line()] == list(range(301 - STATED_OF_LINE_MAX, 301))
    book.read((0, 1))
    assert len(book._stated.all()) == STATED_OF_LINE_MAX
    assert book.declared(0, 1, 10).state is DeclaredState.SUSPENDED
    assert len(desk.store.find(SUSPENSION, 0, 10_000)) == 300, "all stand on the record"
