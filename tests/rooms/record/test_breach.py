"""What an author should not have done is told from what it should."""

from __future__ import annotations

from openline.record.breach import breaches, names_itself
from openline.record.entry import (
    ACKNOWLEDGEMENT,
    CERTIFICATE,
    FLASH,
    IMMEDIATE,
    INTAKE,
    MESSAGE,
    PRIORITY,
    ROUTINE,
    After,
    Held,
    Receipted,
)
from openline.record.merkle import EMPTY_ROOT
from openline.seal.charter import CharterLimits

MOST = (8, 8, 4, 2)  # by precedence, from ROUTINE on


def test_an_after_that_names_its_own_author_says_nothing() -> None:
    """R-177"""
    theirs = Held(1, bytes(12), 3, EMPTY_ROOT)
    assert not names_itself(0, After((theirs,), (Receipted(1, 3),)))
    assert names_itself(1, After((theirs,), ()))
    assert names_itself(0, After((theirs,), (Receipted(0, 3), Receipted(1, 3))))


def test_the_terms_bound_what_people_and_programs_write() -> None:
    """R-183"""
    kinds = (MESSAGE, ACKNOWLEDGEMENT, CERTIFICATE, INTAKE, 31, 32, 255)
    assert [kind for kind in kinds if list(breaches(kind, ROUTINE, 9, MOST))] == [MESSAGE, ACKNOWLEDGEMENT, 32, 255]
    assert not list(breaches(MESSAGE, ROUTINE, 8, MOST))


def test_what_goes_before_others_is_bounded_more_tightly() -> None:
    """R-210: each precedence by its own bound, and never above the bound on all."""
    over = {ROUTINE: 8, PRIORITY: 8, IMMEDIATE: 4, FLASH: 2}
    for precedence, most in over.items():
        assert not list(breaches(MESSAGE, precedence, most, MOST))
        assert len(list(breaches(MESSAGE, precedence, most + 1, MOST))) == 1
    assert not list(breaches(INTAKE, FLASH, 9, MOST)), "what the line itself writes is bound by no terms"
    said = "a FLASH body of 3 bytes; the terms of this line allow no more than 2"
    assert list(breaches(MESSAGE, FLASH, 3, MOST)) == [said]
    assert CharterLimits(body_bytes_max=1_000).bytes_max() == (1_000, 1_000, 1_000, 1_000)
    assert CharterLimits().bytes_max()[FLASH] == 2_000
