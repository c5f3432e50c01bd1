"""Size classes: few, never smaller than what they hold, never much larger. (R-284)"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openline.limits import PADDED_BYTES_MIN, PAYLOAD_BYTES_MAX
from openline.wire.padding import pad, padded_bytes


@given(st.integers(0, PAYLOAD_BYTES_MAX))
def test_a_class_holds_its_lengths_and_little_more(length):
    padded = padded_bytes(length)
    assert padded >= max(length, PADDED_BYTES_MIN)
    assert padded <= max(PADDED_BYTES_MIN, length * 17 / 16)
    assert padded_bytes(padded) == padded


@given(st.integers(0, PAYLOAD_BYTES_MAX), st.integers(0, PAYLOAD_BYTES_MAX))
def test_a_longer_payload_is_in_no_lower_class(one, other):
    assert padded_bytes(min(one, other)) <= padded_bytes(max(one, other))


def test_there_are_few_classes():
    classes = {padded_bytes(length) for length in range(4097)}
    assert len(classes) < 66, "a listener who tells many classes apart tells many messages apart"
    assert {padded_bytes(length) for length in range(257)} == {256}


def test_padding_stops_at_what_a_frame_holds():
    assert pad(b"x" * 600, 605) == b"x" * 600 + bytes(5)
    assert pad(b"x" * 600, 10_000) == b"x" * 600 + bytes(8)
