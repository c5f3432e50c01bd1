"""What an author should not have done is told from what it should."""

from __future__ import annotations

from openline.record.breach import breaches, names_itself
from openline.record.entry import ACKNOWLEDGEMENT, CERTIFICATE, INTAKE, MESSAGE, After, Held, Receipted
from openline.record.merkle import EMPTY_ROOT


def test_an_after_that_names_its_own_author_says_nothing() -> None:
    """R-177"""
    theirs = Held(1, bytes(12), 3, EMPTY_ROOT)
    assert not names_itself(0, After((theirs,), (Receipted(1, 3),)))
    assert names_itself(1, After((theirs,), ()))
    assert names_itself(0, After((theirs,), (Receipted(0, 3), Receipted(1, 3))))


def test_the_terms_bound_what_people_and_programs_write() -> None:
    """R-183"""
    kinds = (MESSAGE, ACKNOWLEDGEMENT, CERTIFICATE, INTAKE, 31, 32, 255)
    assert [kind for kind in kinds if list(breaches(kind, 9, 8))] == [MESSAGE, ACKNOWLEDGEMENT, 32, 255]
    assert not list(breaches(MESSAGE, 8, 8))
