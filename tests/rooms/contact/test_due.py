"""When a link test is due, who writes it, and when one was missed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.contact import due
from openline.contact.due import (
    PERIOD_MS,
    Rule,
    is_standby_due,
    is_test_due,
    missed,
    missed_standby,
    to_answer,
    turn_of,
)
from openline.record.entry import Ref

HOUR_10 = 10 * PERIOD_MS  # an even slot
MINUTE = 60_000


def rule(me: int, parties: tuple[int, ...] = (0, 1), since_ms: int = HOUR_10 - 5 * MINUTE) -> Rule:
    return Rule(PERIOD_MS, me, parties, since_ms)


def written(
    author: int, at_ms: int, *answered: int, bearer: str = "", to: tuple[int, ...] = (), index: int = 0
) -> due.Tested:
    to = to or tuple(party for party in (0, 1) if party != author)
    return due.Tested(Ref(author, bytes(12), index or at_ms // MINUTE), author, at_ms, bearer, to, frozenset(answered))


def test_sides_alternate_by_the_hour() -> None:
    """R-254: even hours one, odd hours the other, whatever happened before."""
    for hour in range(24):
        at_ms = HOUR_10 + hour * PERIOD_MS + MINUTE
        whose = [me for me in (0, 1) if is_test_due([], rule(me), at_ms)]
        assert whose == [hour % 2]


def test_nothing_is_due_before_the_first_whole_hour_and_once_in_each() -> None:
    """R-254."""
    assert not is_test_due([], rule(0, since_ms=HOUR_10 + 1), HOUR_10 + 59 * MINUTE)
    assert is_test_due([], rule(0, since_ms=HOUR_10 - 1), HOUR_10)
    assert not is_test_due([written(0, HOUR_10)], rule(0), HOUR_10 + 59 * MINUTE)
    assert is_test_due([written(0, HOUR_10)], rule(0), HOUR_10 + 2 * PERIOD_MS)
    standby = written(0, HOUR_10, bearer="radio")
    assert is_test_due([standby], rule(0), HOUR_10 + MINUTE), "a standby's test is not the line's"


def test_among_three_the_next_on_the_roster_after_the_last_that_all_have_answered() -> None:
    """R-254."""
    three = rule(0, (0, 1, 2))
    first = written(0, HOUR_10, 1, 2, to=(1, 2))
    second = written(1, HOUR_10 + PERIOD_MS, 0, to=(0, 2))  # party 2 has not answered
    assert turn_of(10, [], three) == 0
    assert turn_of(11, [first], three) == 1
    assert turn_of(12, [first, second], three) == 1, "its turn until all have answered"
    done = second._replace(answered=frozenset((0, 2)))
    assert turn_of(12, [first, done], three) == 2
    last = written(2, HOUR_10 + 2 * PERIOD_MS, 0, 1, to=(0, 1))
    assert turn_of(13, [first, done, last], three) == 0


def test_only_the_newest_test_of_each_bearer_is_answered_and_once() -> None:
    """R-251: two days of tests come at once over a stick."""
    old, new = written(1, HOUR_10), written(1, HOUR_10 + 2 * PERIOD_MS)
    standby = written(1, HOUR_10, bearer="radio", index=7)
    ours = written(0, HOUR_10)
    assert to_answer([old, new, standby, ours], 0) == [new, standby]
    answered = new._replace(answered=frozenset((0,)))
    assert to_answer([old, answered, standby], 0) == [standby], "an older one is not answered after a newer"
    other = written(1, HOUR_10, to=(2,))
    assert to_answer([other], 0) == []


def test_a_test_that_is_not_answered_in_time_is_missed_by_both_sides() -> None:
    """R-256."""
    asked = written(0, HOUR_10)
    late_ms = rule(0).late_ms
    for me, party in ((0, 1), (1, 0)):
        assert missed([asked], rule(me), party, HOUR_10 + late_ms - 1) is None, "not yet"
        assert missed([asked], rule(me), party, HOUR_10 + late_ms) == HOUR_10
        answered = asked._replace(answered=frozenset((1,)))
        assert missed([answered], rule(me), party, HOUR_10 + late_ms) is None
        assert missed([], rule(me), party, HOUR_10 + late_ms) == HOUR_10, "nor was it written"


def test_a_missed_test_is_over_when_the_next_is_answered() -> None:
    """R-256."""
    asked, after = written(0, HOUR_10), written(1, HOUR_10 + PERIOD_MS, 0)
    assert missed([asked, after], rule(0), 1, HOUR_10 + PERIOD_MS + MINUTE) is None
    late = written(0, HOUR_10, 1)
    assert missed([late], rule(0), 1, HOUR_10 + PERIOD_MS - 1) is None, "answered late is answered"


def test_nothing_is_owed_from_before_this_station_began() -> None:
    """R-256: a station that was off has missed nothing of theirs; its own silence is in the record."""
    began = rule(0, since_ms=HOUR_10 + MINUTE)
    assert missed([], began, 1, HOUR_10 + PERIOD_MS - 1) is None
    assert missed([], began, 1, HOUR_10 + PERIOD_MS + began.late_ms) == HOUR_10 + PERIOD_MS


def test_a_third_partys_test_says_nothing_of_the_two_others() -> None:
    """R-256."""
    three = rule(0, (0, 1, 2))
    theirs = written(1, HOUR_10, 0, to=(0, 2))
    ours = written(0, HOUR_10 - PERIOD_MS, 1, 2, to=(1, 2))
    assert missed([ours, theirs], three, 2, HOUR_10 + three.late_ms) is None


def test_a_standby_is_tested_daily_and_its_silence_rings() -> None:
    """R-255, R-256."""
    assert is_standby_due([], rule(0), "radio", 1, HOUR_10)
    asked = written(0, HOUR_10, bearer="radio", to=(1,))
    assert not is_standby_due([asked], rule(0), "radio", 1, HOUR_10 + 23 * PERIOD_MS)
    assert is_standby_due([asked], rule(0), "radio", 1, HOUR_10 + 24 * PERIOD_MS)
    assert is_standby_due([asked], rule(0), "udp", 1, HOUR_10 + PERIOD_MS)
    assert missed_standby([asked], rule(0), "radio", 1, HOUR_10 + MINUTE) is None
    assert missed_standby([asked], rule(0), "radio", 1, HOUR_10 + 6 * MINUTE) == HOUR_10
    assert missed_standby([asked._replace(answered=frozenset((1,)))], rule(0), "radio", 1, HOUR_10 + PERIOD_MS) is None


def test_a_clock_that_jumps_a_day_asks_for_one_test_and_no_more() -> None:
    """R-254: ahead, one is due; back, the tests go on."""
    ahead = HOUR_10 + 24 * PERIOD_MS
    assert is_test_due([written(0, HOUR_10)], rule(0), ahead)
    assert not is_test_due([written(0, HOUR_10), written(0, ahead)], rule(0), ahead)
    assert is_test_due([written(0, ahead)], rule(0), HOUR_10 + 2 * PERIOD_MS)


def _missed_hour_by_hour(tests: list[due.Tested], one: Rule, party: int, now_ms: int) -> int | None:
    """The rule as it is said, every hour looked at. R-256."""
    slot = due.slot_of(now_ms - one.late_ms, one)
    while slot * PERIOD_MS > one.since_ms:
        if turn_of(slot, tests, one) in (one.me, party):
            passed = any(
                due.slot_of(test.at_ms, one) >= slot and {test.author, *test.answered} >= {one.me, party}
                for test in tests
                if not test.bearer and test.author in (one.me, party)
            )
            return None if passed else slot * PERIOD_MS
        slot -= 1
    return None


PARTIES = st.integers(0, 2)
TESTS = st.lists(st.tuples(PARTIES, st.integers(0, 30), st.sets(PARTIES), st.booleans()), max_size=12)


@given(TESTS, st.integers(2, 3), st.integers(1, 30))
def test_what_was_missed_is_found_without_looking_at_every_hour(
    made: list[tuple[int, int, set[int], bool]], count: int, hours: int
) -> None:
    """R-256."""
    parties = tuple(range(count))
    tests = [
        written(author, HOUR_10 + hour * PERIOD_MS, *answered - {author}, bearer="radio" if standby else "",
                to=tuple(party for party in parties if party != author))
        for author, hour, answered, standby in made
        if author < count
    ]  # fmt: skip
    one, now_ms = rule(1, parties), HOUR_10 + hours * PERIOD_MS + 10 * MINUTE
    for party in parties:
        if party != 1:
            assert missed(tests, one, party, now_ms) == _missed_hour_by_hour(tests, one, party, now_ms)


def test_a_party_that_never_answers_does_not_have_us_look_at_every_hour_of_years(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Simulation, seed 200: three parties, the first silent for ever, its turn in every hour since. R-256."""
    looked = 0

    def counted(*asked: Any) -> int:
        nonlocal looked
        looked += 1
        return turn_of(*asked)

    monkeypatch.setattr(due, "turn_of", counted)
    assert missed([], rule(1, (0, 1, 2)), 2, HOUR_10 + 50_000 * PERIOD_MS) is None
    assert looked <= 2
