"""Declarations on the wire: one spelling, bounds, parts; what is not provided is no zero."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.declarations.declaration import (
    NOT_PROVIDED,
    WITHHELD,
    Count,
    Declaration,
    encode_count,
    encode_declaration,
    in_parts,
    joined,
    parse_count,
    parse_declaration,
)
from openline.accord.formats.notice import Relation
from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX
from openline.record.entry import Ref

MARK = bytes(range(8))
REF = Ref(1, bytes(12), 7)
WORD = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
NUMBERS = st.lists(st.integers(0, 99), min_size=1, max_size=8)
CELL = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORD | NUMBERS


@st.composite
def tables(draw: st.DrawFn) -> list[list[Any]]:
    width = draw(st.integers(1, 4))
    few = draw(st.lists(CELL, min_size=1, max_size=3))
    return draw(st.lists(st.lists(st.sampled_from(few) | CELL, min_size=width, max_size=width), max_size=12))


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    of = draw(st.none() | st.just(REF))
    relation = draw(st.sampled_from((Relation.CORRECTS, Relation.CANCELS))) if of else Relation.NONE
    parts = draw(st.integers(1, 64))
    number = draw(st.integers(1900, 9999)), draw(st.integers(0, 999_999))
    return Declaration(MARK, *number, draw(st.sampled_from(("", "en"))),
                       draw(st.integers(0, 90_000)), tuple(draw(st.lists(st.none() | tables(), max_size=4))),
                       draw(st.integers(1, parts)), parts, relation, of)  # fmt: skip


def exact(tables_: Any) -> str:
    return repr(tables_)  # true is not 1 here


@given(declarations())
def test_what_is_written_is_read_and_has_one_spelling(one: Declaration) -> None:
    """R-411, R-412."""
    data = encode_declaration(one)
    found = parse_declaration(data)
    assert found == one and exact(found.tables) == exact(one.tables) and encode_declaration(found) == data
    for at in range(0, len(data), max(1, len(data) // 8)):
        for other in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data + b"\0"):
            try:
                again = parse_declaration(other)
            except Malformed:
                continue
            assert encode_declaration(again) == other


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (parse_declaration, parse_count):
        try:
            read(data)  # type: ignore[operator]
        except Malformed:
            continue


def test_not_provided_and_withheld_are_neither_zero_nor_one() -> None:
    """R-413."""
    rows = [[NOT_PROVIDED], [WITHHELD], [0], [1], [None]] * 3
    found = parse_declaration(encode_declaration(Declaration(MARK, 2020, 1, "", 1, (rows,))))
    assert exact(found.tables[0]) == exact(rows)


def units(count: int) -> list[list[Any]]:
    places = [f"Base {number:02d}" for number in range(40)]
    return [[f"US-MM3-{number:06d}", ("Minuteman III", "Trident II")[number % 2], places[number % 40], number % 9, None]
            for number in range(count)]  # fmt: skip


def test_five_thousand_units_are_one_entry() -> None:
    """R-412: fourteen bytes of identifier, and three for all the rest."""
    one = Declaration(MARK, 2020, 1, "", 18_000, (None, None, units(5_000)))
    assert in_parts(one) == [one]
    assert len(encode_declaration(one)) < 100_000 < BODY_BYTES_MAX


@pytest.mark.whole
def test_what_does_not_fit_is_sent_in_parts_that_read_alone_and_join() -> None:
    """R-412."""
    one = Declaration(MARK, 2020, 1, "", 18_000, (None, [["x", 1]], units(30_000)))
    parts = in_parts(one)
    assert len(parts) > 1 and {part.parts for part in parts} == {len(parts)}
    read = [parse_declaration(encode_declaration(part)) for part in parts]
    assert all(len(encode_declaration(part)) <= BODY_BYTES_MAX for part in parts)
    assert joined(read) == one
    with pytest.raises(Malformed, match="does not fit"):
        in_parts(one._replace(tables=([["x" * BODY_BYTES_MAX], ["y"]],)))


def plain(**other: Any) -> bytes:
    fields = {0: MARK, 1: [2020, 1], 2: "", 3: None, 4: 1, 5: [1, 1], 6: [[1, [["a"]]]]}
    return cbor2.dumps({**fields, **{int(key[1:]): value for key, value in other.items()}})


@pytest.mark.parametrize("data", [
    plain(_0=b"short"), plain(_1=[2020]), plain(_1=[1, 1]), plain(_1=[2020, 1_000_000]), plain(_2="e"),
    plain(_3=[1, list(REF)]), plain(_3=[True, list(REF)]), plain(_3=[4, list(REF)]), plain(_4=-1), plain(_4=True),
    plain(_5=[0, 1]), plain(_5=[2, 1]), plain(_5=[1, 65]),
    plain(_6=[[2, [["a"]]]]), plain(_6=[[0, [[]]]]), plain(_6=[[1, []]]), plain(_6=[[1, [[1.5]]]]),
    plain(_6=[[1, [[b"x"]]]]), plain(_6=[[1, [[[]]]]]), plain(_6=[[1, [[2**53]]]]), plain(_6=[[2, [["a", "a"]]]]),
    plain(_6=[[2, [[["a", "b"], b"\0\1"]]]]), plain(_6=[[2, [[["a"], b"\0\1"]]]]), plain(_6=[[2, [[["a"], b"\0"]]]]),
    plain(_6=[[4, [[["a", "b"], b"\1\0\1\0"]]]]), plain(_6=[None] * 17), plain(_7=0), plain()[:-1], b"",
])  # fmt: skip
def test_another_spelling_is_refused(data: bytes) -> None:
    """R-411, R-412."""
    with pytest.raises(Malformed):
        parse_declaration(data)


def test_a_repeated_column_is_spelled_by_places() -> None:
    data = plain(_6=[[4, [[["a", "b"], b"\0\1\0\1"]]]])
    assert parse_declaration(data).tables == ([["a"], ["b"], ["a"], ["b"]],)
    with pytest.raises(Malformed, match="one spelling"):
        parse_declaration(plain(_6=[[4, [["a", "b", "a", "b"]]]]))


COUNT = Count(REF, (("icbm_deployed", 3), ("launchers", 901)), "101 are not counted.", "en")


def test_a_count_is_read_and_has_one_spelling() -> None:
    """R-414."""
    assert parse_count(encode_count(COUNT)) == COUNT
    for wrong in (
        COUNT._replace(figures=()), COUNT._replace(figures=(("launchers", 1), ("icbm_deployed", 1))),
        COUNT._replace(figures=(("launchers", 1), ("launchers", 2))), COUNT._replace(language=""),
        COUNT._replace(reason=""), COUNT._replace(figures=(("Launchers", 1),)), COUNT._replace(figures=(("l", -1),)),
        COUNT._replace(reason="x" * 2_001), COUNT._replace(figures=(("l", True),)),
    ):  # fmt: skip
        with pytest.raises(Malformed):
            encode_count(wrong)
