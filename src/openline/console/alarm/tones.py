"""The tones of alarms, made here: what an alarm is about is its pair of notes, how urgent it is its pace, how often it
rose its loudness. EXERCISE begins with three notes that nothing else has and sounds like a reed.
"""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from openline.desk.alarms import Kind, Priority
from openline.desk.ringing import LOST, Ring

RATE_HZ: Final = 22_050
_EDGE_MS: Final = 8  # up and down, so that no note begins with a crack
_GAP_MS: Final = 40
LOUDNESS_MAX: Final = 0.95


class Note(NamedTuple):
    """A tone of a length; 0 Hz is a pause."""

    hz: int
    ms: int


_PAIRS: Final[Mapping[str, tuple[int, int]]] = {
    Kind.NEED: (988, 1319), Kind.LINE: (659, 494), Kind.RECORD: (740, 370), Kind.DISK: (587, 294),
    Kind.CLOCK: (880, 831), Kind.SOUND: (523, 659), Kind.KEYS: (784, 698), Kind.PROGRAM: (554, 415),
    Kind.TEST: (440, 554),
}  # fmt: skip
_PACE: Final[Mapping[Priority, tuple[int, int]]] = {  # how often the pair comes, and how long each note is
    Priority.TOP: (4, 130), Priority.HIGH: (3, 190), Priority.MEDIUM: (2, 280), Priority.LOW: (1, 420),
}  # fmt: skip
_LOST: Final = tuple(Note(hz, 220) for hz in (1175, 880, 659, 440, 1175, 880, 659, 440))
_DRILL: Final = (Note(392, 160), Note(466, 160), Note(622, 240), Note(0, 200))
READY: Final = (Note(440, 90), Note(0, 40), Note(660, 90))  # the annunciator has begun: quiet, and nobody's alarm


def notes_of(kind: str, priority: Priority, *, exercise: bool) -> tuple[Note, ...]:
    """The notes of an alarm: every kind, urgency and exercise has its own."""
    if kind == LOST:
        return _LOST
    times, length_ms = _PACE[priority]
    high, low = _PAIRS[kind]
    pair = (Note(high, length_ms), Note(0, _GAP_MS), Note(low, length_ms), Note(0, _GAP_MS))
    return (_DRILL if exercise else ()) + pair * times


def tone_of(ring: Ring) -> bytes:
    """A ring as a WAV file."""
    loudness = min(0.4 + 0.2 * ring.level, LOUDNESS_MAX) if ring.kind != LOST else LOUDNESS_MAX
    return wav(notes_of(ring.kind, ring.priority, exercise=ring.exercise), loudness, reed=ring.exercise)


def length_ms(notes: tuple[Note, ...]) -> int:
    """How long they take."""
    return sum(note.ms for note in notes)


@cache
def wav(notes: tuple[Note, ...], loudness: float, *, reed: bool = False) -> bytes:
    """Notes as a WAV file: one channel, 16 bit, RATE_HZ. The same notes are the same bytes."""
    frames = bytearray()
    for note in notes:
        frames += _samples(note, loudness, reed=reed)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(bytes(frames))
    return out.getvalue()


def _samples(note: Note, loudness: float, *, reed: bool) -> bytes:
    count = RATE_HZ * note.ms // 1000
    if note.hz == 0:
        return bytes(2 * count)
    edge = RATE_HZ * _EDGE_MS // 1000
    step = 2 * math.pi * note.hz / RATE_HZ
    values = []
    for at in range(count):
        value = math.sin(step * at)
        if reed:  # odd partials: another colour on the smallest loudspeaker
            value = (value + math.sin(3 * step * at) / 3 + math.sin(5 * step * at) / 5) / 1.2
        ramp = min(1.0, at / edge, (count - at) / edge)
        values.append(int(32_767 * loudness * ramp * max(-1.0, min(1.0, value))))
    return struct.pack(f"<{count}h", *values)
