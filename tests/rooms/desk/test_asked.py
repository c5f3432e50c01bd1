"""Which entries an officer is asked to acknowledge: every kind is decided, and what cannot be read is asked for."""

from __future__ import annotations

import pytest

from openline.accord.bodies import KINDS
from openline.accord.drafting.bodies import encode_tabled
from openline.accord.meetings.bodies import MeetingWord, Word, encode_meeting_word
from openline.desk.asked import CARRIES_ON, asks
from openline.record import entry
from tests.rooms.accord.drafting.treaty import ref, tabled

ASKED = {
    entry.NOTICE, entry.STATUS, entry.DECLARATION, entry.TERMS, entry.ACT, entry.OFFER, entry.JOINT,
    entry.JOINT_WITHDRAWN, entry.MEETING, entry.EXCHANGE, entry.ESCROW, entry.CHALLENGE,
}  # fmt: skip


def test_every_kind_of_the_accords_is_decided() -> None:
    assert set(KINDS) - CARRIES_ON == ASKED and set(KINDS) >= CARRIES_ON
    assert all(asks(kind, b"") for kind in (entry.MESSAGE, *ASKED))
    assert not any(asks(kind, b"") for kind in (entry.OPENING, entry.ACKNOWLEDGEMENT, entry.RELEASE, entry.DRILL))


def test_a_text_asks_when_it_comes_on_the_table_and_its_counters_do_not() -> None:
    assert asks(entry.TABLED, encode_tabled(tabled()))
    assert not asks(entry.TABLED, encode_tabled(tabled(over=ref(1, 7))))


@pytest.mark.parametrize("word", Word)
def test_of_the_words_about_a_meeting_only_its_cancelling_asks(word: Word) -> None:
    until_ms = 900 if word is Word.HOLDS else None
    why = ("No.", "en") if word is Word.REFUSES else ("", "")
    body = encode_meeting_word(MeetingWord(ref(1, 7), word, until_ms, *why))
    assert asks(entry.MEETING_WORD, body) is (word is Word.CANCELS)


def test_what_cannot_be_read_or_is_not_known_is_asked_for() -> None:
    assert all(asks(kind, b"\xff") for kind in CARRIES_ON)
    assert asks(255, b"of a newer program")
