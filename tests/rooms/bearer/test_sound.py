"""The audio modem by itself: every byte comes through tones, and through noise until there is too much of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from openline.wire.frame import FrameReader, encode_frame
from tests.rooms.bearer.sound import BITS_A_BYTE, Modem, seconds_of

EVERY_BYTE = bytes(range(256)) + bytes(20) + b"\xff" * 20


@pytest.mark.parametrize("baud", [300, 1200])
@pytest.mark.parametrize("noise_db", [None, 15.0])
def test_every_byte_comes_through_the_tones_exactly(baud: int, noise_db: float | None, tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    Modem(baud, noise_db).send(EVERY_BYTE, path)
    assert Modem(baud).hear(path) == EVERY_BYTE


@pytest.mark.parametrize("baud", [300, 1200])
def test_it_sounds_as_long_as_that_rate_takes(baud: int, tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    Modem(baud).send(EVERY_BYTE, path)
    assert 1.0 <= seconds_of(path) / (len(EVERY_BYTE) * BITS_A_BYTE / baud) < 1.1


def test_in_too_much_noise_some_frames_are_damaged_and_those_after_them_are_found_again(tmp_path: Path) -> None:
    draw = random.Random(3)
    path = tmp_path / "sound.wav"
    bodies = [draw.randbytes(60) for _ in range(12)]
    sent = b"".join(encode_frame(body) for body in bodies)
    Modem(300, 4.0, seed=3).send(sent, path)
    heard = Modem(300).hear(path)
    assert heard != sent, "there was not enough noise to show anything"
    frames = [one for one in FrameReader(1000).feed(heard) if isinstance(one, bytes)]
    whole = [bodies.index(frame) for frame in frames if frame in bodies]
    assert whole == sorted(whole)
    assert 1 <= len(whole) < len(bodies)
    assert any(lost < whole[-1] for lost in set(range(len(bodies))) - set(whole))
