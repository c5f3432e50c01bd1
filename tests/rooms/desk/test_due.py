"""The one due queue: nothing with a due time is ever lost, whatever happens in whatever order, restarts included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.desk import due as module
from openline.desk import facts
from openline.desk.acts import SetRelief, TakeWatch, decide
from openline.desk.due import RISES_MAX, WHOSE, Due, Key, Queue, What
from openline.desk.facts import BEFORE_ALL, DeskEntry, DutyEnded, DutyRose, encode_entry, entry_hash, parse_entry
from openline.desk.people import Actor, Role
from openline.desk.state import DeskState, apply
from openline.errors import Refused
from openline.limits import OPEN_WITHIN_MS

AT_MS = 1_795_000_000_000
FLASH_MS = OPEN_WITHIN_MS[3]


def due(subject: str = "0/aa/1", at_ms: int = AT_MS, what: What = What.ACKNOWLEDGE, precedence: int = 3,
        source: str = "record") -> Due:  # fmt: skip
    return Due(subject, what, at_ms, source, precedence)


class Desk:
    """A desk's log and the queue over it, as a station keeps them."""

    def __init__(self) -> None:
        self.log: list[bytes] = []
        self.standing: dict[str, dict[Key, Due]] = {"record": {}, "desk": {}}
        self.restart()

    def restart(self) -> None:
        self.state = DeskState()
        for data in self.log:
            self.state = apply(self.state, parse_entry(data), entry_hash(data))
        self.queue = Queue().knowing(self.state.risen)
        self.asked = False

    def write(self, fact: facts.Fact) -> None:
        entry = DeskEntry(self.state.size, AT_MS, None, self.state.head, fact)
        data = encode_entry(entry)
        self.log.append(data)
        self.state = apply(self.state, entry, entry_hash(data))

    def sweep(self, now_ms: int) -> list[facts.Fact]:
        """What a station does when something has changed or a time has come."""
        for source, dues in self.standing.items():
            self.queue = self.queue.given(source, dues.values())
        self.queue = self.queue.knowing(self.state.risen)
        written: list[facts.Fact] = [DutyEnded(*key) for key in self.queue.ended()]
        written += [DutyRose(one.due.subject, one.due.what, one.step) for one in self.queue.rises(now_ms)]
        for fact in written:
            self.write(fact)
        self.queue = self.queue.knowing(self.state.risen)
        return written


_SUBJECTS = st.sampled_from([f"0/aa/{index}" for index in range(6)])
_WHATS = st.sampled_from([What.ACKNOWLEDGE, What.ANSWER, What.RELEASE])
_EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("due"), _SUBJECTS, _WHATS, st.integers(-10, 10), st.integers(0, 3)),
        st.tuples(st.just("done"), _SUBJECTS, _WHATS),
        st.tuples(st.just("time"), st.integers(1, 40)),
        st.tuples(st.just("sweep")),
        st.tuples(st.just("restart")),
    ),
    max_size=40,
)


@settings(max_examples=settings().max_examples * 6)
@given(_EVENTS, st.integers(1, 5))
def test_nothing_with_a_due_time_is_lost_by_any_order_of_events_or_restarts(events: list[tuple], room: int) -> None:  # type: ignore[type-arg]
    desk, now_ms = Desk(), AT_MS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DUTIES_RISEN_MAX", room)
        for event in events:
            match event:
                case ("due", subject, what, minutes, precedence):
                    source = "desk" if what is What.RELEASE else "record"
                    one = due(subject, now_ms + minutes * 60_000, what, precedence, source)
                    desk.standing[source][one.key] = one
                case ("done", subject, what):
                    for dues in desk.standing.values():
                        dues.pop(Key(subject, what), None)
                case ("time", minutes):
                    now_ms += minutes * 60_000
                case ("sweep",):
                    desk.sweep(now_ms)
                case ("restart",):
                    desk.restart()
            desk.sweep(now_ms) if event[0] == "restart" else None
        desk.sweep(now_ms)
        desk.restart()
        assert desk.sweep(now_ms) == [], "after a restart nothing is told twice"
        standing = {key: one for dues in desk.standing.values() for key, one in dues.items()}
        assert set(desk.queue.dues) == set(standing)
        late = {key: one for key, one in standing.items() if one.at_ms <= now_ms}
        assert {one.key for one in desk.queue.overdue(now_ms)} == set(late)
        assert set(desk.state.risen) <= set(standing), "what has ended is over in the log too"
        unwritten = [key for key in late if key not in desk.state.risen]
        assert not unwritten or len(desk.state.risen) >= room, "left out only where there is no room"
        for key, step in desk.state.risen.items():
            assert step >= min(RISES_MAX, standing[key].step(now_ms)), "each has risen as far as its time says"
        while unwritten:  # and what had no room is written as others end
            for key in desk.state.risen:
                desk.standing["desk" if key.what == What.RELEASE else "record"].pop(key)
            desk.sweep(now_ms)
            unwritten = [key for key in unwritten if key not in desk.state.risen]


def test_a_duty_goes_on_to_the_next_persons_as_time_passes() -> None:
    one = due()
    assert [one.step(AT_MS + ms) for ms in (-1, 0, FLASH_MS - 1, FLASH_MS, 9 * FLASH_MS)] == [0, 1, 1, 2, 2]
    assert one.who(AT_MS - 1) == (Role.WATCH,)
    assert one.who(AT_MS) == (Role.RELEASER, Role.WATCH) and one.who(AT_MS + FLASH_MS) == (Role.CUSTODIAN,)
    assert [one.next_ms(AT_MS + ms) for ms in (-1, 0, FLASH_MS)] == [AT_MS, AT_MS + FLASH_MS, None]
    assert all(len(roles) == RISES_MAX + 1 for roles in WHOSE.values()) and set(WHOSE) == set(What)


def test_the_queue_says_when_something_rises_next_and_what_is_ahead() -> None:
    queue = Queue().given("record", [due(), due("b", AT_MS + 5, precedence=0), due("c", AT_MS + 86_400_001)])
    assert queue.next_ms(AT_MS - 1) == AT_MS and queue.next_ms(AT_MS) == AT_MS + 5
    assert [one.subject for one in queue.ahead(AT_MS, 86_400_000)] == ["b"]
    assert Queue().next_ms(AT_MS) is None
    shown = Queue().given("contact", [due()._replace(rises=False)])
    assert shown.next_ms(AT_MS) is None and shown.rises(AT_MS + 1) == () and len(shown.overdue(AT_MS)) == 1


def test_a_source_speaks_for_itself_only_and_of_two_alike_the_earlier_counts() -> None:
    queue = Queue().given("record", [due("a"), due("a", AT_MS - 5)]).given("desk", [due("b", source="desk")])
    assert queue.dues[Key("a", What.ACKNOWLEDGE)].at_ms == AT_MS - 5
    assert set(queue.given("desk", []).dues) == {Key("a", What.ACKNOWLEDGE)}


def test_the_most_urgent_is_told_first_where_there_is_no_room_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DUTIES_RISEN_MAX", 2)
    dues = [due("routine", precedence=0), due("flash"), due("later", AT_MS + 1), due("priority", precedence=1)]
    queue = Queue().given("record", dues)
    assert [one.due.subject for one in queue.rises(AT_MS + 2)] == ["flash", "later"]


def test_only_who_has_the_watch_says_when_it_is_relieved_and_taking_it_opens_that_again() -> None:
    state = DeskState()

    def take(fact: facts.Fact) -> None:
        nonlocal state
        entry = DeskEntry(state.size, AT_MS, None, state.head, fact)
        state = apply(state, entry, entry_hash(encode_entry(entry)))

    assert state.head == BEFORE_ALL
    for number in (0, 1):
        take(facts.Enrolled(number, f"Officer {number}", (Role.WATCH,)))
    first, second = (Actor(number, bytes(8)) for number in (0, 1))
    for fact in decide(state, TakeWatch(), first):
        take(fact)
    with pytest.raises(Refused, match="only who has the watch"):
        decide(state, SetRelief(AT_MS), second)
    for fact in decide(state, SetRelief(AT_MS), first):
        take(fact)
    assert state.relief_at_ms == AT_MS
    for fact in decide(state, TakeWatch(), second):
        take(fact)
    assert state.relief_at_ms == 0
