"""What a record proves of contact, what one side only says, and how it is drawn."""

from __future__ import annotations

from openline.contact import body
from openline.contact.body import LinkAnswer, LinkTest, Observed, Seen, Transition
from openline.contact.due import PERIOD_MS
from openline.contact.fold import Clocks, Fact, Folded, Given, fold
from openline.contact.timeline import BETWEEN_MS, draw
from openline.record.entry import LINK_ANSWER, LINK_TEST, MESSAGE, NOTHING_HELD, OBSERVED, Header, LogId, Ref

AMBER, BLUE = LogId(0, b"a" * 12), LogId(1, b"b" * 12)
START = 1_790_000_000_000 // PERIOD_MS * PERIOD_MS
SECOND = 1_000


class Logs:
    """Two logs in the making."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.given: list[Given] = []
        self.sizes: dict[LogId, int] = {}

    def write(self, log: LogId, at_ms: int, kind: int, data: bytes | None, *references: Ref) -> Ref:
        index = self.sizes.get(log, 0)
        self.sizes[log] = index + 1
        self.facts.append(Fact(log, Header(index, at_ms, kind, 0, 0, NOTHING_HELD, references, bytes(32)), data))
        return Ref(*log, index)

    def ask(self, log: LogId, at_ms: int, bearer: str = "") -> Ref:
        to = (1 - log.party,) if bearer else ()
        challenge = body.challenge_of(b"a nonce.") if bearer else b"c" * 16
        test = LinkTest(0, "en", challenge, (), (), bytes(32), bearer, to)
        return self.write(log, at_ms, LINK_TEST, body.encode_test(test))

    def answer(self, log: LogId, at_ms: int, test: Ref, echo: bytes = b"c" * 16, came_ms: int | None = None) -> Ref:
        came_ms = at_ms if came_ms is None else came_ms
        said = LinkAnswer(echo, b"", "tls", came_ms, bytes(8))
        return self.write(log, at_ms, LINK_ANSWER, body.encode_answer(said), test)

    def receipt(self, of: Ref, at_ms: int) -> None:
        self.given.append(Given(LogId(of.party, of.generation), 1 - of.party, of.index + 1, at_ms // 1000))

    def observe(self, log: LogId, *rows: tuple[int, str, Seen]) -> None:
        transitions = tuple(Transition(at, 1 - log.party, bearer, seen) for at, bearer, seen in rows)
        self.write(log, rows[-1][0] + SECOND, OBSERVED, body.encode_observed(Observed(transitions)))

    def folded(self) -> Folded:
        return fold(self.facts, self.given)


def hourly(logs: Logs, hours: range) -> None:
    for hour in hours:
        tester, other = (AMBER, BLUE) if hour % 2 == 0 else (BLUE, AMBER)
        at_ms = START + hour * PERIOD_MS
        logs.answer(other, at_ms + SECOND, logs.ask(tester, at_ms))


def test_answered_tests_prove_contact_in_both_logs_and_a_gap_between_them() -> None:
    """R-257, R-259."""
    logs = Logs()
    hourly(logs, range(5))
    hourly(logs, range(8, 11))
    drawn = draw(logs.folded(), (0, 1), START, START + 10 * PERIOD_MS + SECOND)
    (pair,) = drawn.pairs
    assert [(span.from_ms, span.to_ms) for span in pair.spans] == [
        (START + SECOND, START + 4 * PERIOD_MS + SECOND),
        (START + 8 * PERIOD_MS + SECOND, START + 10 * PERIOD_MS + SECOND),
    ]
    assert [(gap.from_ms - START, gap.to_ms - START) for gap in pair.gaps] == [
        (0, SECOND),
        (4 * PERIOD_MS + SECOND, 8 * PERIOD_MS + SECOND),
    ]
    assert pair.share == 599, "six hours of ten and a second, rounded down"
    assert not pair.missed and len(pair.tests) == 8


def test_a_test_without_an_answer_or_with_a_wrong_one_proves_nothing() -> None:
    """R-257."""
    logs = Logs()
    logs.ask(AMBER, START)
    wrong = logs.ask(AMBER, START + 2 * PERIOD_MS)
    logs.answer(BLUE, START + 2 * PERIOD_MS + SECOND, wrong, echo=b"x" * 16)
    own = logs.ask(AMBER, START + 4 * PERIOD_MS)
    logs.answer(AMBER, START + 4 * PERIOD_MS + SECOND, own)
    logs.answer(BLUE, START + 5 * PERIOD_MS, Ref(0, b"n" * 12, 99))
    folded = logs.folded()
    assert not folded.proofs
    (pair,) = draw(folded, (0, 1), None, None).pairs
    assert len(pair.missed) == 3 and pair.share == 0


def test_a_receipt_proves_contact_between_what_it_covers_and_when_it_was_given() -> None:
    """R-257."""
    logs = Logs()
    sent = logs.write(AMBER, START, MESSAGE, b"")
    logs.receipt(sent, START + 3 * SECOND)
    (proof,) = logs.folded().proofs
    assert (proof.what, proof.from_ms, proof.to_ms) == ("receipt", START, START + 3 * SECOND + 999)
    assert proof.parties == (0, 1) and not proof.disordered


def test_what_one_side_says_it_saw_is_only_its_word() -> None:
    """R-252, R-259: a lie of one side lengthens nothing that both logs prove."""
    logs = Logs()
    hourly(logs, range(2))
    logs.observe(AMBER, (START, "tls", Seen.UP), (START + 6 * PERIOD_MS, "tls", Seen.SILENT))
    logs.observe(BLUE, (START, "tls", Seen.UP), (START + PERIOD_MS, "tls", Seen.DOWN))
    logs.write(BLUE, START + 2 * PERIOD_MS, MESSAGE, b"")
    (pair,) = draw(logs.folded(), (0, 1), START, START + 8 * PERIOD_MS).pairs
    assert pair.share == 125, "one hour of eight, whatever is claimed"
    rows = {(row.author, row.bearer): row for row in pair.rows}
    assert [span.seen for span in rows[0, "tls"].spans] == [Seen.UP, Seen.SILENT]
    assert rows[1, "tls"].share == 500


def test_nothing_is_said_of_the_time_after_the_last_word() -> None:
    """R-259: a station that was killed is not drawn as up for ever."""
    logs = Logs()
    logs.observe(AMBER, (START, "tls", Seen.UP))
    (pair,) = draw(logs.folded(), (0, 1), START, START + PERIOD_MS).pairs
    (row,) = pair.rows
    assert row.spans[-1].to_ms == START + SECOND


def test_a_bearer_is_proved_by_its_own_nonce_only() -> None:
    """R-250, R-257."""
    logs = Logs()
    logs.answer(BLUE, START + SECOND, logs.ask(AMBER, START, "radio"), echo=b"a nonce.")
    logs.answer(BLUE, START + 2 * SECOND, logs.ask(AMBER, START + SECOND, "udp"), echo=body.challenge_of(b"a nonce."))
    assert [proof.bearer for proof in logs.folded().proofs] == ["radio"]


def test_clocks_are_bounded_by_a_test_and_its_answer() -> None:
    """R-258."""
    logs = Logs()
    day = 24 * PERIOD_MS
    answer = logs.answer(BLUE, START + day + SECOND, logs.ask(AMBER, START))
    logs.receipt(answer, START + 2 * SECOND)
    clocks = logs.folded().clocks[0, 1]
    assert clocks == Clocks(day - SECOND - 999, day + SECOND)
    assert clocks.word == "disagree"
    assert Clocks(-3_000, 900).word == "agree"
    assert Clocks(None, 100).word == "unknown"
    assert Clocks(None, -day).word == "disagree"


def test_the_other_sides_test_bounds_the_same_difference() -> None:
    """R-258: seen from the other end, with the other sign."""
    logs = Logs()
    day = 24 * PERIOD_MS
    answer = logs.answer(AMBER, START + SECOND, logs.ask(BLUE, START + day), came_ms=START + SECOND)
    logs.receipt(answer, START + day + 2 * SECOND)
    clocks = logs.folded().clocks[0, 1]
    assert clocks.at_least_ms == day - SECOND and clocks.at_most_ms == day + SECOND + 999


def test_a_clock_a_day_back_accuses_nobody_and_joins_nothing() -> None:
    """R-257: that there was contact stays proved; when, is not told."""
    logs = Logs()
    logs.answer(BLUE, START - 24 * PERIOD_MS, logs.ask(AMBER, START))
    folded = logs.folded()
    assert [proof.disordered for proof in folded.proofs] == [True]
    (pair,) = draw(folded, (0, 1), None, None).pairs
    assert not pair.spans and not pair.missed


def test_bodies_that_are_withheld_or_do_not_read_are_counted() -> None:
    logs = Logs()
    logs.write(AMBER, START, LINK_TEST, None)
    logs.write(AMBER, START, LINK_ANSWER, b"junk")
    assert logs.folded().unread == 2


def test_an_empty_record_is_drawn_as_nothing() -> None:
    drawn = draw(fold([], []), (0, 1, 2), None, None)
    assert len(drawn.pairs) == 3 and drawn.from_ms == drawn.to_ms == 0
    assert all(not pair.spans and pair.share == 0 for pair in drawn.pairs)


def test_instants_further_apart_than_a_slot_and_a_twelfth_are_not_joined() -> None:
    """R-259."""
    for apart_ms, spans in ((BETWEEN_MS, 1), (BETWEEN_MS + 1, 2)):
        logs = Logs()
        logs.answer(BLUE, START, logs.ask(AMBER, START))
        logs.answer(BLUE, START + apart_ms, logs.ask(AMBER, START + apart_ms))
        (pair,) = draw(logs.folded(), (0, 1), None, None).pairs
        assert len(pair.spans) == spans
