"""When a link test is due, and whether the last one was missed: by the hour, the sides alternating. (R-254, R-255)

Times are cut into slots of one period, counted from 1970 UTC. Between two parties the one with the lower place tests in
even slots, the other in odd ones; among more, the next on the roster after whoever's test was last answered by all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from openline.record.entry import Ref

PERIOD_MS: Final = 3_600_000
STANDBY_PERIODS: Final = 24  # each standby bearer once a day
LATE_MIN_MS: Final = 5_000  # where tests are scaled down: both stations look once a second
LATE_PART: Final = 12  # a test not answered after a twelfth of its period is missed

assert PERIOD_MS // LATE_PART >= 60_000  # one slow exchange must not wake anyone


class Rule(NamedTuple):
    """How this station tests. `since_ms`: it began then, and tests from the next whole slot on."""

    period_ms: int
    me: int
    parties: tuple[int, ...]  # on the line now, ascending
    since_ms: int

    @property
    def late_ms(self) -> int:
        """How long an answer may take."""
        return max(self.period_ms // LATE_PART, LATE_MIN_MS)

    @property
    def green_ms(self) -> int:
        """How old the newest thing of ours that they signed may be: a period, and what the next answer may take."""
        return self.period_ms + self.late_ms


class Tested(NamedTuple):
    """A link test on the record. `bearer` is empty for a test of the line as a whole; `to` are those who should answer,
    `answered` those whose answer opens it."""

    place: Ref
    author: int
    at_ms: int
    bearer: str
    to: tuple[int, ...]
    answered: frozenset[int]

    @property
    def is_complete(self) -> bool:
        """All have answered."""
        return set(self.to) <= self.answered


def slot_of(at_ms: int, rule: Rule) -> int:
    """Number of the slot."""
    return at_ms // rule.period_ms


def turn_of(slot: int, tests: Sequence[Tested], rule: Rule) -> int:
    """Whose turn it is in a slot."""
    if len(rule.parties) <= 2:
        return rule.parties[slot % len(rule.parties)]
    before = [one for one in tests if not one.bearer and one.is_complete and slot_of(one.at_ms, rule) < slot]
    if not before:
        return rule.parties[0]
    last = max(before, key=lambda one: (one.at_ms, one.place)).author
    return next((party for party in rule.parties if party > last), rule.parties[0])


def is_test_due(tests: Sequence[Tested], rule: Rule, now_ms: int) -> bool:
    """Is it our turn, and have we not written this slot's test yet? (R-254)

    One dated in another slot does not count: a clock that was set back must not stop the tests for as long.
    """
    slot = slot_of(now_ms, rule)
    if slot * rule.period_ms <= rule.since_ms or turn_of(slot, tests, rule) != rule.me:
        return False
    return not any(one.author == rule.me and not one.bearer and slot_of(one.at_ms, rule) == slot for one in tests)


def is_standby_due(tests: Sequence[Tested], rule: Rule, bearer: str, party: int, now_ms: int) -> bool:
    """Has a bearer that carries nothing else gone a day without a test of ours? (R-255)"""
    if slot_of(now_ms, rule) * rule.period_ms <= rule.since_ms:
        return False
    every_ms = STANDBY_PERIODS * rule.period_ms
    return not any(
        one.author == rule.me and one.bearer == bearer and party in one.to and abs(now_ms - one.at_ms) < every_ms
        for one in tests
    )


def to_answer(tests: Sequence[Tested], me: int) -> list[Tested]:
    """Tests that wait for our answer: of each author and bearer the newest; older ones stay unanswered. (R-251)"""
    newest: dict[tuple[int, str], Tested] = {}
    for one in tests:
        if one.author != me and me in one.to:
            known = newest.get((one.author, one.bearer))
            if known is None or (known.place.generation, known.place.index) < (one.place.generation, one.place.index):
                newest[one.author, one.bearer] = one
    return [one for one in newest.values() if me not in one.answered]


def missed(tests: Sequence[Tested], rule: Rule, party: int, now_ms: int) -> int | None:
    """The start of the last slot whose test between us and `party` should have been answered by now and was not; None
    where it was, or where none is owed yet. (R-256)

    A slot in which a third party tests says nothing of the two of us.
    """
    for slot, tester in _turns_back(slot_of(now_ms - rule.late_ms, rule), tests, rule):
        if tester in (rule.me, party):
            passed = any(
                slot_of(one.at_ms, rule) >= slot and {one.author, *one.answered} >= {rule.me, party}
                for one in tests
                if not one.bearer and one.author in (rule.me, party)
            )
            return None if passed else slot * rule.period_ms
    return None


def _turns_back(slot: int, tests: Sequence[Tested], rule: Rule) -> Iterator[tuple[int, int]]:
    """Slots and whose turn it was, backwards to our beginning; of a stretch in which it was one party's, the last.

    A turn passes on with a test that all have answered: a party that never answers must not have us look at every
    hour of a year, each second.
    """
    complete = sorted({slot_of(one.at_ms, rule) for one in tests if not one.bearer and one.is_complete}, reverse=True)
    while slot * rule.period_ms > rule.since_ms:
        yield slot, turn_of(slot, tests, rule)
        slot = next((one for one in complete if one < slot), -1) if len(rule.parties) > 2 else slot - 1


def missed_standby(tests: Sequence[Tested], rule: Rule, bearer: str, party: int, now_ms: int) -> int | None:
    """When our last test of a standby bearer was written, if it should have been answered by now and was not."""
    ours = [one for one in tests if one.author == rule.me and one.bearer == bearer and party in one.to]
    last = max(ours, key=lambda one: one.at_ms, default=None)
    if last is None or party in last.answered or now_ms - last.at_ms < rule.late_ms or last.at_ms <= rule.since_ms:
        return None
    return last.at_ms
