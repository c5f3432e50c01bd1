"""Frames on a stream that loses step: what is untouched arrives, what is junk is said once. (R-001 to R-004)"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.limits import FRAME_BODY_BYTES_MAX
from openline.wire.frame import FRAME_HEAD_BYTES, MARK, FrameReader, encode_frame, join_body, split_body

bodies = st.one_of(
    st.binary(min_size=28, max_size=80),
    st.binary(min_size=1, max_size=6).map(lambda seed: (bytes((MARK,)) + seed) * 30),  # full of marks
)


def bodies_of(got):
    return [one for one in got if isinstance(one, bytes)]


def faults_of(got):
    return [one for one in got if isinstance(one, Malformed)]


def fed(stream: bytes, cuts=(), **bounds) -> list[bytes | Malformed]:
    """The stream in the given pieces, through one reader."""
    reader = FrameReader(**bounds)
    got: list[bytes | Malformed] = []
    places = [0, *sorted(cuts), len(stream)]
    for start, end in pairwise(places):
        got += reader.feed(stream[start:end])
    return got


def subsequence(few, many) -> bool:
    rest = iter(many)
    return all(any(one == other for other in rest) for one in few)


def test_a_frame_is_spelled_as_the_protocol_says():
    """R-001, R-002; the check value of CRC-8 over b"123456789" is 0xF4."""
    frame = encode_frame(bytes(28))
    assert frame[:4] == b"\x6f\x00\x00\x1c"
    assert frame[4] == crc8(frame[:4])
    assert crc8(b"123456789") == 0xF4
    assert frame[5:] == bytes(28)


def crc8(data: bytes) -> int:
    register = 0
    for byte in data:
        for bit in range(7, -1, -1):
            carry = register >> 7 ^ (byte >> bit & 1)
            register = (register << 1 & 0xFF) ^ (0x07 if carry else 0)
    return register


@given(st.binary(min_size=16, max_size=40), st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1))
def test_a_body_is_taken_apart_as_it_was_put_together(sealed, four, counter):
    body = join_body(four, four[::-1], counter, sealed)
    assert split_body(body) == (four, four[::-1], counter, sealed)


@pytest.mark.parametrize("length", [0, 27, FRAME_BODY_BYTES_MAX + 1])
def test_a_body_out_of_bounds_is_refused_both_ways(length):
    """R-003"""
    with pytest.raises(Malformed, match=f"{length} bytes"):
        split_body(bytes(length))
    with pytest.raises(LocalFault, match=f"{length} bytes"):
        encode_frame(bytes(length))


@given(st.lists(bodies, max_size=8), st.data())
def test_frames_arrive_whole_however_the_stream_is_cut(sent, data):
    stream = b"".join(map(encode_frame, sent))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20))
    assert fed(stream, cuts) == sent


@given(st.lists(bodies, min_size=1, max_size=4))
def test_a_frame_is_given_out_with_its_last_byte(sent):
    reader = FrameReader()
    for body in sent:
        frame = encode_frame(body)
        for byte in frame[:-1]:
            assert reader.feed(bytes((byte,))) == []
        assert reader.feed(frame[-1:]) == [body]


@given(st.lists(bodies, min_size=1, max_size=8), st.data())
def test_one_flipped_bit_costs_at_most_the_frame_it_is_in(sent, data):
    """R-004"""
    stream = bytearray(b"".join(map(encode_frame, sent)))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= 1 << data.draw(st.integers(0, 7))
    touched = next(n for n in range(len(sent)) if at < sum(len(body) + FRAME_HEAD_BYTES for body in sent[: n + 1]))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    got = bodies_of(fed(bytes(stream) + encode_frame(bytes(28)), cuts))
    assert subsequence(sent[:touched] + sent[touched + 1 :], got)


def test_much_damage_costs_only_what_it_touches():
    """R-004, over many streams: bits flipped at random, frames cut short, bytes put in.

    A frame cut short is a right head over the frames that follow it. A narrow bearer bounds how far such a
    head, or one made by chance, can reach; up to there frames are late, not lost.
    """
    for seed in range(200):
        dice = random.Random(seed)
        sent, pieces, untouched = [], [], []
        for n in range(30):
            body = n.to_bytes(4, "big") + dice.randbytes(dice.randrange(24, 300))
            sent.append(body)
            piece = bytearray(encode_frame(body))
            damage = dice.choice(["none", "none", "flip", "cut", "junk", "head"])
            if damage == "flip":
                for _ in range(dice.randrange(1, 9)):
                    piece[dice.randrange(len(piece))] ^= 1 << dice.randrange(8)
            elif damage == "cut":
                del piece[dice.randrange(len(piece)) :]
            elif damage == "junk":
                piece[:0] = dice.randbytes(dice.randrange(1, 50))
            elif damage == "head":
                piece[dice.randrange(5)] ^= 1 << dice.randrange(8)
            if damage in ("none", "junk"):
                untouched.append(body)
            pieces.append(bytes(piece))
        stream = b"".join(pieces) + encode_frame(bytes(28)) * 12  # what a frame cut short still waits for
        cuts = [dice.randrange(len(stream)) for _ in range(dice.randrange(20))]
        got = bodies_of(fed(stream, cuts, body_bytes_max=400))
        missing = [body for body in untouched if body not in got]
        assert not missing, (seed, len(missing))


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8))
def test_junk_stops_nothing_and_is_said_once(junk, cuts):
    """R-004"""
    clean = junk.replace(bytes((MARK,)), b"n")
    good = encode_frame(b"good" * 7)
    got = fed(good + clean + good + good, [min(cut, len(clean)) for cut in cuts])
    assert bodies_of(got) == [b"good" * 7] * 3
    assert [fault.reason.split(";")[0] for fault in faults_of(got)] == (
        [f"byte {len(good)} of the stream is no frame"] if clean else []
    )


@given(st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=8))
def test_any_bytes_at_all_are_survived(stream, cuts):
    cuts = [min(cut, len(stream)) for cut in cuts]
    got = fed(stream, cuts)
    assert sum(map(len, bodies_of(got))) <= 6 * len(stream)
    for body in bodies_of(got):
        split_body(body)


def test_a_false_head_inside_damage_swallows_no_frame():
    """R-004: the head says 1000 bytes and is right by its check, but three whole frames follow it."""
    false_head = encode_frame(bytes(1000))[:FRAME_HEAD_BYTES]
    sent = [bytes((n,)) * 300 for n in range(1, 6)]
    stream = b"x" + false_head + b"".join(map(encode_frame, sent))
    got = bodies_of(fed(stream))
    assert subsequence(sent, [body for body in got if len(body) == 300])
    assert len(got) == 6  # and the false one, which the seal refuses


def test_a_head_beyond_what_the_bearer_carries_is_no_head():
    reader = FrameReader(body_bytes_max=200)
    got = reader.feed(encode_frame(bytes(201)) + encode_frame(b"a" * 200))
    assert bodies_of(got) == [b"a" * 200]
    assert len(faults_of(got)) == 1


def test_memory_stays_within_two_frames():
    reader = FrameReader(body_bytes_max=1000)
    dice = random.Random(7)
    for _ in range(300):
        reader.feed(encode_frame(dice.randbytes(1000)) if dice.random() < 0.7 else dice.randbytes(700))
        assert len(reader._buf) <= 2 * (1000 + FRAME_HEAD_BYTES) + FRAME_HEAD_BYTES
