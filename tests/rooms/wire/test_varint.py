"""Numbers of variable length have one spelling. (R-005)"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.wire.varint import VARINT_MAX, get_varint, put_varint


@given(st.integers(0, VARINT_MAX), st.binary(max_size=3), st.binary(max_size=3))
def test_a_number_is_read_back_where_it_stands(value, before, after):
    spelled = put_varint(value)
    assert get_varint(before + spelled + after, len(before)) == (value, len(before) + len(spelled))


@given(st.binary(max_size=12))
def test_whatever_is_read_is_spelled_so(data):
    try:
        value, end = get_varint(data, 0)
    except Malformed:
        return
    assert put_varint(value) == data[:end]


@pytest.mark.parametrize(
    ("value", "length"), [(0, 1), (127, 1), (128, 2), (16383, 2), (16384, 3), (2**21 - 1, 3), (VARINT_MAX, 8)]
)
def test_the_shortest_spelling_is_written(value, length):
    assert len(put_varint(value)) == length


@pytest.mark.parametrize(
    ("spelled", "says"),
    [
        (b"", "cut off"),
        (b"\x80", "cut off"),
        (b"\x80\x00", "shortest"),
        (b"\xff\x80\x00", "shortest"),
        (b"\x80" * 8 + b"\x01", "longer than"),
        (b"\xff" * 8, "longer than"),
    ],
)
def test_any_other_spelling_is_refused(spelled, says):
    with pytest.raises(Malformed, match=says):
        get_varint(spelled, 0)


@pytest.mark.parametrize("value", [-1, VARINT_MAX + 1])
def test_what_has_no_spelling_is_our_own_mistake(value):
    with pytest.raises(LocalFault):
        put_varint(value)
