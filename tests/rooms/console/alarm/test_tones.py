"""Tones: every kind, urgency and exercise sounds unlike every other, and holds the notes it claims."""

from __future__ import annotations

import io
import math
import struct
import wave

import pytest

from openline.console.alarm import tones
from openline.console.alarm.tones import LOUDNESS_MAX, RATE_HZ, notes_of, tone_of, wav
from openline.desk.alarms import Kind, Priority
from openline.desk.ringing import LOST, Ring

ALL = [(str(kind), priority, drill) for kind in Kind for priority in Priority for drill in (False, True)]


def samples(data: bytes) -> list[int]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        raw = file.readframes(file.getnframes())
    return list(struct.unpack(f"<{len(raw) // 2}h", raw))


def power(values: list[int], hz: float) -> float:
    """How much of that frequency is in it (Goertzel), between 0 and 1 of its whole power."""
    turn = 2 * math.pi * hz / RATE_HZ
    real = sum(value * math.cos(turn * at) for at, value in enumerate(values))
    imaginary = sum(value * math.sin(turn * at) for at, value in enumerate(values))
    whole = sum(value * value for value in values) or 1
    return 2 * (real * real + imaginary * imaginary) / (len(values) * whole)


def test_no_two_alarms_sound_alike() -> None:
    found = [notes_of(kind, priority, exercise=drill) for kind, priority, drill in ALL]
    found.append(notes_of(LOST, Priority.TOP, exercise=False))
    assert len(set(found)) == len(found) == 73


def test_an_exercise_begins_as_nothing_else_does() -> None:
    begins = notes_of(Kind.NEED, Priority.TOP, exercise=True)[:3]
    for kind, priority, drill in ALL:
        assert (notes_of(kind, priority, exercise=drill)[:3] == begins) == drill


@pytest.mark.parametrize("drill", [False, True])
def test_a_tone_holds_the_notes_it_claims(drill: bool) -> None:
    notes = notes_of(Kind.NEED, Priority.MEDIUM, exercise=drill)
    values, at = samples(wav(notes, 0.5, reed=drill)), 0
    for note in notes:
        count = RATE_HZ * note.ms // 1000
        part = values[at : at + count]
        at += count
        if note.hz == 0:
            assert not any(part)
        else:
            others = {one.hz for one in notes if one.hz} - {note.hz}
            assert power(part, note.hz) > 0.6 > 5 * max((power(part, hz) for hz in others), default=0)


def test_what_rose_is_louder_and_never_clipped() -> None:
    ring = Ring("disk", Kind.DISK, Priority.LOW, False, 0, "")
    peaks = [max(samples(tone_of(ring._replace(level=level)))) for level in range(4)]
    assert peaks == sorted(set(peaks)) and peaks[-1] <= 32_767 * LOUDNESS_MAX
    assert tone_of(ring) == tone_of(ring)


def test_no_tone_is_longer_than_a_player_may_take() -> None:
    assert all(tones.length_ms(notes_of(kind, priority, exercise=drill)) < 3_000 for kind, priority, drill in ALL)
