"""Bodies of link tests, answers and observations: they come back as written, and read in one spelling only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.contact import body
from openline.contact.body import LinkAnswer, LinkTest, Observed, Seen, Transition
from openline.errors import Malformed

parties = st.integers(0, 7)
names = st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=32)
instants = st.integers(0, 2**48 - 1)
sizes = st.dictionaries(parties, st.integers(0, 2**40), max_size=3).map(lambda some: tuple(sorted(some.items())))
tests = st.builds(
    LinkTest,
    st.integers(0, 255),
    st.sampled_from(["en", "ru", "ar", "zh-Hant"]),
    st.binary(min_size=16, max_size=16),
    sizes,
    sizes,
    st.binary(min_size=32, max_size=32),
    names,
    st.sets(parties, max_size=3).map(lambda some: tuple(sorted(some))),
)
answers = st.builds(
    LinkAnswer,
    st.one_of(st.binary(min_size=8, max_size=8), st.binary(min_size=16, max_size=16)),
    st.one_of(st.just(b""), st.binary(min_size=8, max_size=8)),
    names,
    instants,
    st.binary(min_size=8, max_size=8),
)
transitions = st.builds(Transition, instants, parties, names, st.sampled_from(list(Seen)))
observations = st.builds(Observed, st.lists(transitions, min_size=1, max_size=5).map(tuple), st.integers(0, 99))


@given(tests, answers, observations)
def test_what_was_written_is_read(test: LinkTest, answer: LinkAnswer, observed: Observed) -> None:
    """R-250, R-251, R-252."""
    assert body.parse_test(body.encode_test(test)) == test
    assert body.parse_answer(body.encode_answer(answer)) == answer
    assert body.parse_observed(body.encode_observed(observed)) == observed


@given(st.binary(max_size=120), st.sampled_from([body.parse_test, body.parse_answer, body.parse_observed]))
def test_junk_is_refused_and_nothing_else_happens(data: bytes, parse: object) -> None:
    try:
        parse(data)  # type: ignore[operator]
    except Malformed as fault:
        assert fault.reason


@given(tests, st.integers(0, 300), st.integers(0, 255))
def test_a_changed_byte_is_another_test_or_none(test: LinkTest, at: int, value: int) -> None:
    data = bytearray(body.encode_test(test))
    data[at % len(data)] = value
    try:
        read = body.parse_test(bytes(data))
    except Malformed:
        return
    assert body.encode_test(read) == bytes(data)


def test_a_test_of_two_parties_is_short() -> None:
    """One goes each hour over 300 bit/s, with its answer and two receipts."""
    test = LinkTest(2, "ru", bytes(16), ((1, 41_000),), ((1, 41_000),), bytes(32))
    assert len(body.encode_test(test)) <= 90
    assert len(body.encode_answer(LinkAnswer(bytes(16), bytes(8), "serial", 1_790_000_000_000, bytes(8)))) <= 64


def test_a_bearer_is_proved_only_by_the_nonce_that_went_over_it() -> None:
    """R-250, R-251: what stands in the record for all to read opens nothing."""
    nonce = b"12345678"
    test = LinkTest(0, "en", body.challenge_of(nonce), (), (), bytes(32), "radio", (1,))
    answer = LinkAnswer(nonce, b"", "serial", 0, bytes(8))
    assert body.opens(test, answer)
    assert not body.opens(test, answer._replace(echo=test.challenge))
    assert body.opens(test._replace(bearer="", to=()), answer._replace(echo=test.challenge))


def test_nothing_too_long_is_written() -> None:
    with pytest.raises(Malformed):
        body.encode_observed(Observed((Transition(0, 1, "tls", Seen.UP),) * 65))
    with pytest.raises(Malformed):
        body.encode_test(LinkTest(0, "en", bytes(16), (), (), bytes(32), "x" * 33))
