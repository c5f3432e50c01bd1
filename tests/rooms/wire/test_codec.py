"""Bodies coded for transport and opened again within bounds. (R-020)"""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.limits import BODY_BYTES_MAX
from openline.wire.codec import DEFLATE, RAW, code_body, open_body


def deflated(raw: bytes) -> bytes:
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    return press.compress(raw) + press.flush()


@given(st.binary(max_size=2000), st.booleans())
def test_a_body_is_opened_as_it_was(raw, narrow):
    codec, coded = code_body(raw, narrow)
    assert open_body(codec, coded, BODY_BYTES_MAX) == raw
    assert len(coded) <= len(raw)


def test_a_narrow_bearer_carries_the_shorter_form():
    text = b"The dialogue is suspended. " * 20
    codec, coded = code_body(text, narrow=True)
    assert codec == DEFLATE
    assert len(coded) < len(text) // 4
    assert code_body(text, narrow=False) == (RAW, text)
    assert code_body(b"ab", narrow=True) == (RAW, b"ab")


def test_a_small_body_that_would_swell_is_refused_unswollen():
    with pytest.raises(Malformed, match="longer than 1000"):
        open_body(DEFLATE, deflated(bytes(50_000_000)), 1000)


@pytest.mark.parametrize("length", [999, 1000])
def test_a_body_up_to_its_bound_is_opened(length):
    assert open_body(DEFLATE, deflated(bytes(length)), 1000) == bytes(length)


@pytest.mark.parametrize(
    ("codec", "data", "says"),
    [
        (RAW, bytes(1001), "longer"),
        (DEFLATE, deflated(bytes(1001)), "longer"),
        (DEFLATE, deflated(b"abc" * 50)[:-3], "cut off"),
        (DEFLATE, b"", "cut off"),
        (DEFLATE, deflated(b"abc") + b"\0", "follow"),
        (DEFLATE, b"\xff\xff\xff", "not deflate"),
        (DEFLATE, zlib.compress(b"abc"), "not deflate|cut off|follow"),
        (2, b"", "not known"),
        (3, b"", "not known"),
    ],
)
def test_what_is_not_a_coded_body_is_refused(codec, data, says):
    with pytest.raises(Malformed, match=says):
        open_body(codec, data, 1000)


@given(st.binary(max_size=100))
def test_any_bytes_open_within_the_bound_or_are_refused(data):
    try:
        assert len(open_body(DEFLATE, data, 500)) <= 500
    except Malformed:
        pass


def test_a_body_too_long_for_any_entry_is_our_own_mistake():
    with pytest.raises(LocalFault):
        code_body(bytes(BODY_BYTES_MAX + 1), narrow=False)
