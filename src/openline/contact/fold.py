"""From entries and receipts to what they prove of contact, and what one side only says. (R-257, R-258)

A test that was answered, or an entry that was receipted, stands in both logs: neither side can have made it alone.
What a station says it observed is its own word, signed, and proves nothing about the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from openline.contact.body import LinkTest, Transition, opens, parse_answer, parse_observed, parse_test
from openline.errors import Malformed
from openline.limits import CLOCK_TOLERANCE_MS
from openline.record.entry import LINK_ANSWER, LINK_TEST, OBSERVED, Header, LogId, Ref


class Fact(NamedTuple):
    """An entry as the record has it; `body` None where it is withheld."""

    log: LogId
    header: Header
    body: bytes | None


class Given(NamedTuple):
    """A receipt: `witness` signed at `at_s` of its clock that it holds the first `size` entries of a log."""

    log: LogId
    witness: int
    size: int
    at_s: int


class Answered(NamedTuple):
    """An answer to a test. `opened`: it opens the challenge, so the test had come. `bearer`: the answerer's word."""

    party: int
    place: Ref
    came_at_ms: int
    written_at_ms: int
    bearer: str
    opened: bool
    read: bytes


class FoldedTest(NamedTuple):
    """A link test, and what was answered."""

    place: Ref
    written_at_ms: int
    body: LinkTest
    answers: tuple[Answered, ...]


class Proof(NamedTuple):
    """Contact that stands in both logs: between these two instants, the first by one side's clock, the second by the
    other's, something of the first was in the hands of the second. `disordered`: their clocks contradict each other."""

    from_ms: int
    to_ms: int
    parties: tuple[int, int]  # ascending
    what: str  # "test" or "receipt"
    place: Ref  # the test, or the newest entry that the receipt covers
    bearer: str
    disordered: bool


class Watched(NamedTuple):
    """What one side says it observed of a bearer to a party, and until when it said anything at all."""

    transitions: tuple[Transition, ...]
    until_ms: int
    left_out: int


class Clocks(NamedTuple):
    """By how much the clock of the higher of two parties is ahead of the lower's: between the two, as their entries and
    receipts allow; None where nothing bounds it."""

    at_least_ms: int | None
    at_most_ms: int | None

    @property
    def word(self) -> str:
        """"unknown", "agree", or "disagree"."""
        low, high = self.at_least_ms, self.at_most_ms
        if (low is not None and low > CLOCK_TOLERANCE_MS) or (high is not None and high < -CLOCK_TOLERANCE_MS):
            return "disagree"
        return "unknown" if low is None or high is None else "agree"


class Folded(NamedTuple):
    """Everything about contact that a record shows."""

    tests: tuple[FoldedTest, ...]  # by instant
    proofs: tuple[Proof, ...]  # by their second instant
    watched: Mapping[tuple[int, int, str], Watched]  # by who says it, of whom, over what
    clocks: Mapping[tuple[int, int], Clocks]  # by pair, ascending; from the newest answered test
    unread: int  # bodies of our kinds that are withheld or do not read


def fold(facts: Iterable[Fact], receipts: Iterable[Given]) -> Folded:
    """All of it. Entries of a log come in order; logs in any."""
    found = _Found()
    for fact in facts:
        found.take(fact)
    given = sorted(receipts, key=lambda one: (one.log, one.witness, one.size))
    tests = found.tests_answered()
    proofs = [proof for test in tests for proof in _of_test(test)]
    proofs += [proof for one in given if (proof := _of_receipt(one, found.written)) is not None]
    proofs.sort(key=lambda one: (one.to_ms, one.from_ms, one.place))
    watched = {
        key: Watched(tuple(sorted(rows)), found.until[key[0]], found.left_out.get(key[0], 0))
        for key, rows in sorted(found.watched.items())
    }
    return Folded(tuple(tests), tuple(proofs), watched, _clocks(tests, given), found.unread)


class _Found:
    def __init__(self) -> None:
        self.tests: dict[Ref, tuple[int, LinkTest]] = {}
        self.answers: dict[Ref, list[tuple[LogId, Header, bytes]]] = {}
        self.written: dict[LogId, dict[int, int]] = {}
        self.watched: dict[tuple[int, int, str], list[Transition]] = {}
        self.until: dict[int, int] = {}
        self.left_out: dict[int, int] = {}
        self.unread = 0

    def take(self, fact: Fact) -> None:
        log, header, body = fact
        self.written.setdefault(log, {})[header.index] = header.written_at_ms
        self.until[log.party] = max(self.until.get(log.party, 0), header.written_at_ms)
        if header.kind not in (LINK_TEST, LINK_ANSWER, OBSERVED):
            return
        if body is None:
            self.unread += 1
            return
        try:
            self._take(Ref(*log, header.index), header, body)
        except Malformed:
            self.unread += 1

    def _take(self, place: Ref, header: Header, body: bytes) -> None:
        if header.kind == LINK_TEST:
            self.tests[place] = header.written_at_ms, parse_test(body)
        elif header.kind == LINK_ANSWER:
            parse_answer(body)
            for test in header.references[:1]:
                self.answers.setdefault(test, []).append((LogId(place.party, place.generation), header, body))
        else:
            seen = parse_observed(body)
            self.left_out[place.party] = self.left_out.get(place.party, 0) + seen.left_out
            for one in seen.transitions:
                self.watched.setdefault((place.party, one.party, one.bearer), []).append(one)

    def tests_answered(self) -> list[FoldedTest]:
        tests = [
            FoldedTest(place, at_ms, body, tuple(self._answers(place, body)))
            for place, (at_ms, body) in self.tests.items()
        ]
        return sorted(tests, key=lambda one: (one.written_at_ms, one.place))

    def _answers(self, place: Ref, test: LinkTest) -> Iterable[Answered]:
        for log, header, body in self.answers.get(place, []):
            answer = parse_answer(body)
            if log.party != place.party and (not test.to or log.party in test.to):
                where = Ref(*log, header.index)
                opened = opens(test, answer)
                yield Answered(
                    log.party, where, answer.came_at_ms, header.written_at_ms, answer.bearer, opened, answer.read
                )


def _of_test(test: FoldedTest) -> Iterable[Proof]:
    for answer in test.answers:
        if answer.opened:
            low, high = sorted((test.place.party, answer.party))
            first, last = test.written_at_ms, answer.written_at_ms
            disordered = last + CLOCK_TOLERANCE_MS < first
            yield Proof(min(first, last), last, (low, high), "test", test.place, test.body.bearer, disordered)


def _of_receipt(given: Given, written: Mapping[LogId, Mapping[int, int]]) -> Proof | None:
    first = written.get(given.log, {}).get(given.size - 1)
    if first is None or given.witness == given.log.party:
        return None
    last = given.at_s * 1000 + 999
    low, high = sorted((given.log.party, given.witness))
    disordered = last + CLOCK_TOLERANCE_MS < first
    return Proof(min(first, last), last, (low, high), "receipt", Ref(*given.log, given.size - 1), "", disordered)


def _clocks(tests: list[FoldedTest], given: list[Given]) -> dict[tuple[int, int], Clocks]:
    """From the newest answered test of each pair: it came after it was written; its answer was held after that."""
    newest: dict[tuple[int, int], tuple[FoldedTest, Answered]] = {}
    for test in tests:
        for answer in test.answers:
            if answer.opened:
                low, high = sorted((test.place.party, answer.party))
                newest[low, high] = test, answer
    return {pair: _bounds(test, answer, given) for pair, (test, answer) in sorted(newest.items())}


def _bounds(test: FoldedTest, answer: Answered, given: list[Given]) -> Clocks:
    log = LogId(answer.place.party, answer.place.generation)
    tester = test.place.party
    held = [one.at_s for one in given if one.log == log and one.witness == tester and one.size > answer.place.index]
    at_most_ms = answer.came_at_ms - test.written_at_ms  # the answerer's clock before the tester's
    at_least_ms = answer.written_at_ms - (min(held) * 1000 + 999) if held else None
    if answer.party > tester:
        return Clocks(at_least_ms, at_most_ms)
    return Clocks(-at_most_ms, None if at_least_ms is None else -at_least_ms)
