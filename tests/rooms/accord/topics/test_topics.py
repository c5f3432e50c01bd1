"""Topics: one spelling, no order, each party's word beside the other's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.bodies import KINDS, check_body
from openline.accord.topics.bodies import (
    Capacity,
    Contradiction,
    Filed,
    Spoke,
    Topic,
    What,
    encode_capacity,
    encode_contradiction,
    encode_filed,
    encode_topic,
    parse_capacity,
    parse_contradiction,
    parse_filed,
    parse_topic,
)
from openline.accord.topics.ledger import Topics
from openline.errors import Malformed
from openline.record.entry import CAPACITY, CONTRADICTION, FILED, TOPIC, Ref

REFS = [Ref(party, bytes(12), index) for party in (0, 1) for index in range(3)]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
IDS = st.sampled_from(["talks", "arms-limits"])
DAYS = st.sampled_from(["", "2026-02-05", "2021-23"])
REMARKS = st.sampled_from([("", ""), ("So it was told.", "en")])
FILINGS = st.builds(
    lambda topic, of, what, said, remark: Filed(topic, of, what, said, *remark),
    IDS, st.sampled_from(REFS), st.sampled_from(What), DAYS, REMARKS,
)  # fmt: skip
PARSERS = (parse_topic, parse_filed, parse_contradiction, parse_capacity)
Said = Topic | Filed | Contradiction | Capacity
ENTRIES = st.lists(
    st.tuples(st.integers(0, 1), FILINGS
              | st.builds(lambda name, said: Topic(name, (("en", said),)), IDS, WORDS)
              | st.builds(lambda two: Contradiction(*sorted(two)),
                          st.lists(st.sampled_from(REFS), min_size=2, max_size=2, unique=True))
              | st.builds(lambda of, said: Capacity(of, (("en", Spoke(said, said)),)), st.sampled_from(REFS), WORDS)),
    max_size=12,
)  # fmt: skip


def fold(entries: Sequence[tuple[Ref, Said]]) -> Topics:
    topics = Topics((0, 1))
    for ref, one in entries:
        match one:
            case Topic():
                topics.take_topic(ref, one)
            case Filed():
                topics.take_filed(ref, one)
            case Contradiction():
                topics.take_contradiction(ref, one)
            case Capacity():
                topics.take_capacity(ref, one)
    return topics


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_does_not_matter(entries: list[tuple[int, Said]], chance: object) -> None:
    """R-461, R-570 to R-573."""
    placed = [(Ref(party, bytes(12), 10 + at), one) for at, (party, one) in enumerate(entries)]
    mixed = list(placed)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert list(fold(mixed).said()) == list(fold(placed).said())


@given(ENTRIES)
def test_what_is_written_is_read_and_has_one_spelling(entries: list[tuple[int, Said]]) -> None:
    spell: dict[type, tuple[Callable[..., bytes], Callable[[bytes], object], int]] = {
        Topic: (encode_topic, parse_topic, TOPIC), Filed: (encode_filed, parse_filed, FILED),
        Contradiction: (encode_contradiction, parse_contradiction, CONTRADICTION),
        Capacity: (encode_capacity, parse_capacity, CAPACITY),
    }  # fmt: skip
    for _, one in entries:
        encode, parse, kind = spell[type(one)]
        assert parse(encode(one)) == one
        assert kind in KINDS
        assert check_body(kind, encode(one)) == one.references
        with pytest.raises(Malformed):
            parse(encode(one) + b"\0")


@given(st.binary(max_size=60), st.sampled_from(PARSERS))
def test_no_bytes_get_past_as_anything_else_than_malformed(data: bytes, parse: Callable[[bytes], object]) -> None:
    with pytest.raises(Malformed):
        parse(data)


def test_a_filing_is_taken_back_by_who_made_it_and_by_nobody_else() -> None:
    """R-571."""
    of = REFS[0]
    entries: list[tuple[Ref, Said]] = [
        (Ref(0, bytes(12), 10), Filed("talks", of, What.STATEMENT)),
        (Ref(1, bytes(12), 10), Filed("talks", of, What.NOT_OF_IT)),
    ]
    (item,) = fold(entries).items("talks")
    assert [one.ref.party for one in item.filings] == [0]
    entries.append((Ref(0, bytes(12), 11), Filed("talks", of, What.NOT_OF_IT)))
    assert fold(entries).items("talks") == []


def test_the_word_of_the_party_that_spoke_comes_first() -> None:
    """R-573."""
    of = Ref(1, bytes(12), 0)
    said = Capacity(of, (("en", Spoke("A. Example", "one office", ("another",))),))
    topics = fold([(Ref(0, bytes(12), 1), said), (Ref(1, bytes(12), 2), said)])
    assert [ref.party for ref, _ in topics.capacity(of)] == [1, 0]


def test_two_sides_that_file_it_differently_are_told_apart() -> None:
    of = REFS[0]
    filed = [(Ref(0, bytes(12), 10), Filed("talks", of, What.STATEMENT)), (Ref(1, bytes(12), 10), Filed("talks", of, What.REPORT))]  # fmt: skip # noqa: E501
    (item,) = fold(filed).items("talks")
    assert item.differs
    assert not fold(filed[:1]).items("talks")[0].differs
