"""Offices that a message names: those of the directory pass, look-alikes are told from unknown ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.desk.telling.addressed import Doubt, Why, doubts

KNOWN = frozenset(("DEFENCE", "FOREIGN OFFICE", "МИД", "PARTY B DESK 1"))


def test_what_the_directory_has_is_not_doubtful() -> None:
    assert doubts(sorted(KNOWN), KNOWN) == []
    assert doubts(["ANYTHING", "ЧТО УГОДНО"], ()) == []


@pytest.mark.parametrize(
    ("office", "like"),
    [
        ("DEFEN\u0421E", "DEFENCE"),  # a Cyrillic capital es
        ("\u0414EFENCE".replace("\u0414", "D").replace("E", "\u0415"), "DEFENCE"),
        ("Defence", "DEFENCE"), ("DEFENCE ", "DEFENCE"), ("DE\u200bFENCE", "DEFENCE"),
        ("FOREIGN-OFFICE", "FOREIGN OFFICE"),
        ("FOREIGN 0FFICE", "FOREIGN OFFICE"), ("M\u0418\u0414", "МИД"), ("МИ\u0306Д", "МИД"),
        ("PARTY B DESK I", "PARTY B DESK 1"), ("\uff24\uff25\uff26\uff25\uff2e\uff23\uff25", "DEFENCE"),
    ],
)  # fmt: skip
def test_a_name_that_looks_like_one_of_theirs_is_not_it(office: str, like: str) -> None:
    assert doubts([office], KNOWN) == [Doubt(office, Why.LOOKS_LIKE, (like,))]


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    (doubt,) = doubts(["DEFENSE"], KNOWN)
    assert doubt == Doubt("DEFENSE", Why.UNKNOWN, ("DEFENCE",))
    assert doubts(["HARBOUR MASTER"], KNOWN)[0].why is Why.UNKNOWN
    assert [one.office for one in doubts(["X", "X", "DEFENCE"], KNOWN)] == ["X"]


def test_two_scripts_in_one_word_are_told_even_where_no_directory_is() -> None:
    assert doubts(["DEFEN\u0421E"], ()) == [Doubt("DEFEN\u0421E", Why.TWO_SCRIPTS, ())]
    assert doubts(["МИД RF"], ()) == []


@given(st.text(max_size=300))
def test_any_text_is_looked_at(office: str) -> None:
    assert all(one.office == office for one in doubts([office], KNOWN))
