"""What was taken down, and what bears it out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.contact.aloud import Naming, Sheet
from openline.contact.taken import Standing, TakenDown, encode_taken, parse_taken, sheet_of, weigh
from openline.errors import Malformed
from openline.record.body import Message, encode_message
from openline.record.entry import ACKNOWLEDGEMENT, EXERCISE, MESSAGE, After, Header

HEARD_AT_MS = 1_770_298_800_000


def entry(text: str, *, index: int = 3, at_ms: int = 1_770_298_234_567, flags: int = 0) -> tuple[Header, bytes]:
    body = encode_message(Message("", text))
    return Header(index, at_ms, MESSAGE, 2, flags, After((), ()), (), bytes(32)), body


def heard(text: str, **more: int) -> TakenDown:
    return TakenDown(sheet_of(0, *entry(text, **more)), HEARD_AT_MS, "Lt. B. Sample", "")


def test_it_is_confirmed_by_the_entry_and_provisional_without_it() -> None:
    """R-275"""
    taken = heard("Do not intercept.")
    assert weigh(taken, []) == (Standing.PROVISIONAL, None)
    assert weigh(taken, [entry("Do not intercept.")]) == (Standing.CONFIRMED, 0)
    shouted = taken._replace(sheet=taken.sheet._replace(lines=("DO  NOT INTERCEPT.",)))
    assert weigh(shouted, [entry("Do not intercept.")]) == (Standing.CONFIRMED, 0)


def test_an_entry_of_another_place_or_instant_says_nothing_of_it() -> None:
    """R-275: of another life of the same party, for example."""
    taken = heard("Do not intercept.")
    others = [entry("Something else.", at_ms=1_770_298_240_000), entry("Do not intercept.", index=4)]
    assert weigh(taken, others) == (Standing.PROVISIONAL, None)
    assert weigh(taken, [*others, entry("Do not intercept.")]) == (Standing.CONFIRMED, 2)


def test_other_words_in_its_place_contradict_it_until_something_confirms_it() -> None:
    """R-275"""
    taken = heard("Do not intercept.")
    assert weigh(taken, [entry("Do intercept.")]) == (Standing.CONTRADICTED, 0)
    assert weigh(taken, [entry("Do intercept."), entry("Do not intercept.")]) == (Standing.CONFIRMED, 1)
    lied = taken._replace(sheet=taken.sheet._replace(lines=("Do intercept.",)))
    assert weigh(lied, [entry("Do not intercept.")]) == (Standing.CONTRADICTED, 0)
    acknowledgement = (entry("x")[0]._replace(kind=ACKNOWLEDGEMENT), b"")
    assert weigh(taken, [acknowledgement]) == (Standing.CONTRADICTED, 0)


def test_words_that_are_withheld_neither_bear_it_out_nor_gainsay_it() -> None:
    """R-275"""
    taken = heard("Do not intercept.")
    header, _ = entry("Do not intercept.")
    assert weigh(taken, [(header, None)]) == (Standing.PROVISIONAL, None)


def test_an_exercise_is_never_taken_for_the_real_thing() -> None:
    """R-275"""
    taken = heard("Do not intercept.", flags=EXERCISE)
    assert taken.sheet.naming.exercise
    assert weigh(taken, [entry("Do not intercept.")]) == (Standing.CONTRADICTED, 0)


NAMINGS = st.builds(
    Naming, st.integers(0, 7), st.integers(0, 10**8 - 1), st.integers(0, 3), st.booleans(), st.integers(0, 10**10 - 1),
    st.integers(0, 10**14 - 1), st.just(0), st.just(2),
)  # fmt: skip


@given(NAMINGS, st.text("abc дом.", min_size=1, max_size=40).filter(lambda line: line.strip()))
def test_its_body_has_one_spelling(naming: Naming, line: str) -> None:
    """R-274"""
    taken = TakenDown(Sheet(naming, (line, "two")), HEARD_AT_MS, "Lt. B. Sample", "over voice 2")
    data = encode_taken(taken)
    assert parse_taken(data) == taken
    for spoiled in (data + b"\x00", data[:-1], b"\xac" + data[1:]):
        with pytest.raises(Malformed):
            parse_taken(spoiled)


@given(st.binary(max_size=200))
def test_no_junk_is_a_body(junk: bytes) -> None:
    """R-274"""
    with pytest.raises(Malformed):
        parse_taken(junk)


def test_bodies_that_no_sheet_has_are_refused() -> None:
    """R-274"""
    taken = heard("Do not intercept.")
    for wrong in (
        taken._replace(officer=" "),
        taken._replace(officer="x" * 65),
        taken._replace(remark="x" * 2001),
        taken._replace(heard_at_ms=2**48),
        taken._replace(sheet=taken.sheet._replace(lines=("x" * 161,))),
        taken._replace(sheet=taken.sheet._replace(naming=taken.sheet.naming._replace(party=8))),
        taken._replace(sheet=taken.sheet._replace(naming=taken.sheet.naming._replace(index=-1))),
    ):
        with pytest.raises(Malformed):
            encode_taken(wrong)
    with pytest.raises(Malformed, match="only messages"):
        sheet_of(0, entry("x")[0]._replace(kind=ACKNOWLEDGEMENT), b"")
