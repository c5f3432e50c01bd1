"""Meetings: a table with exactly one row for everything, no order, nothing agreed by silence."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.bodies import KINDS, check_body
from openline.accord.meetings.bodies import (
    Meeting,
    MeetingWord,
    Sort,
    Word,
    encode_meeting,
    encode_meeting_word,
    parse_meeting,
    parse_meeting_word,
)
from openline.accord.meetings.ledger import _TABLE, Facts, Meetings, MeetingState, state_of
from openline.accord.meetings.owed import duties
from openline.errors import Malformed
from openline.record.entry import MEETING, MEETING_WORD, Ref

OF = Ref(0, bytes(12), 0)
PLAIN = Meeting("talk-1600", Sort.CONTACT, (("en", "A talk"),), 1000, 2000, "the telephone")
WORDS = {
    Word.AGREES: MeetingWord(OF, Word.AGREES),
    Word.REFUSES: MeetingWord(OF, Word.REFUSES, reason="No.", language="en"),
    Word.HOLDS: MeetingWord(OF, Word.HOLDS, 900),
    Word.CANCELS: MeetingWord(OF, Word.CANCELS),
    Word.WAS_HELD: MeetingWord(OF, Word.WAS_HELD, present=((0, (("A", "head"),)),), record=bytes(32)),
    Word.WAS_NOT_HELD: MeetingWord(OF, Word.WAS_NOT_HELD),
}
SAID = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(WORDS))), max_size=8)


def test_every_combination_fits_exactly_one_row_and_every_row_is_needed() -> None:
    """R-576."""
    found = set()
    for ends, cancelled, refused, told, agreed, holding, over in product(
        *[(False, True)] * 3, ("", "one", "held", "not", "both"), *[(False, True)] * 3
    ):
        facts = Facts(ends or cancelled or refused, cancelled, refused, told, agreed, holding, over)
        assert sum(fits(facts) for fits, _ in _TABLE) == 1, facts
        found.add(state_of(facts))
    assert found == set(MeetingState)


@given(SAID, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_does_not_matter(said: list[tuple[int, Word]], chance: object) -> None:
    """R-461, R-576."""
    placed = [(Ref(party, bytes(12), 1 + at), WORDS[word]) for at, (party, word) in enumerate(said)]
    mixed = list(placed)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    states = []
    for entries in (placed, mixed):
        meetings = Meetings((0, 1, 2))
        for ref, word in entries:
            meetings.take_word(ref, word)
        meetings.take_meeting(OF, PLAIN)
        states.append((meetings.state(OF, 999), meetings.state(OF, 5000), list(meetings.said())))
    assert states[0] == states[1]


def test_silence_agrees_to_nothing() -> None:
    """R-576."""
    meetings = Meetings((0, 1, 2))
    meetings.take_meeting(OF, PLAIN)
    meetings.take_word(Ref(1, bytes(12), 1), WORDS[Word.AGREES])
    assert meetings.state(OF, 999) is MeetingState.PROPOSED
    assert list(meetings.unanswered(999)) == [(OF, 2)]
    assert meetings.state(OF, 1000) is MeetingState.LAPSED
    assert list(meetings.unanswered(1000)) == []


def test_a_record_is_agreed_when_every_party_names_it() -> None:
    """R-576."""
    meetings = Meetings((0, 1))
    meetings.take_meeting(OF, PLAIN)
    meetings.take_word(Ref(0, bytes(12), 1), WORDS[Word.WAS_HELD])
    assert meetings.record_of(OF) is None
    meetings.take_word(Ref(1, bytes(12), 1), WORDS[Word.WAS_HELD]._replace(record=b"\1" * 32))
    assert meetings.record_of(OF) is None
    meetings.take_word(Ref(1, bytes(12), 2), WORDS[Word.WAS_HELD])
    assert meetings.record_of(OF) == bytes(32)
    assert meetings.state(OF, 3000) is MeetingState.HELD


def test_versions_that_refer_to_each_other_end() -> None:
    """A peer can name an entry that is still to come."""
    meetings = Meetings((0, 1))
    other = Ref(1, bytes(12), 0)
    meetings.take_meeting(OF, PLAIN._replace(of=other))
    meetings.take_meeting(other, PLAIN._replace(of=OF))
    assert meetings.state(OF, 1) is meetings.state(other, 1) is MeetingState.REPLACED


@pytest.mark.parametrize("word", sorted(WORDS))
def test_words_have_one_spelling(word: Word) -> None:
    data = encode_meeting_word(WORDS[word])
    assert parse_meeting_word(data) == WORDS[word]
    assert check_body(MEETING_WORD, data) == (OF,)
    assert check_body(MEETING, encode_meeting(PLAIN)) == ()
    assert check_body(MEETING, encode_meeting(PLAIN._replace(of=OF))) == (OF,)
    assert {MEETING, MEETING_WORD} <= set(KINDS)


@given(st.binary(max_size=60))
def test_no_bytes_get_past_as_anything_else_than_malformed(data: bytes) -> None:
    for parse in (parse_meeting, parse_meeting_word):
        with pytest.raises(Malformed):
            parse(data)


def test_an_answer_is_due_before_it_begins_and_the_meeting_at_its_time() -> None:
    meetings = Meetings((0, 1))
    meetings.take_meeting(OF, PLAIN)
    assert [(one.party, one.of, one.due.by.latest_ms) for one in duties(meetings, 0, 5000, 10)] == [(1, "answer", 1000)]
    meetings.take_word(Ref(1, bytes(12), 1), WORDS[Word.HOLDS])
    assert [one.due.by.latest_ms for one in duties(meetings, 0, 5000, 10)] == [900], "as promised"
    meetings.take_word(Ref(1, bytes(12), 2), WORDS[Word.AGREES])
    assert [(one.party, one.of, str(one.state)) for one in duties(meetings, 0, 5000, 10)] == [
        (0, "talk", "due"), (1, "talk", "due")]  # fmt: skip
    meetings.take_word(Ref(1, bytes(12), 3), WORDS[Word.WAS_HELD])
    assert [(one.party, str(one.state)) for one in duties(meetings, 0, 5000, 3000)] == [(0, "not provided")]
    assert list(duties(meetings, 0, 1000, 10)) == [], "not in that time"
