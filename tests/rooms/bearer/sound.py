"""Sound between two modems without a sound card: Debian's minimodem writes a WAV file and reads it, with noise between.

300 baud are Bell 103 tones, 1,200 are Bell 202, one start and one stop bit around eight. Making and reading a file
takes milliseconds where the tones would last for seconds, so tests run faster than the air; the tones are the same.
"""

from __future__ import annotations

import array
import math
import random
import subprocess
import wave
from pathlib import Path
from typing import Final, NamedTuple

from tests.needs import needs_tool

SAMPLES_PER_S: Final = 9_600  # about what a voice channel carries, and whole samples to a bit at both rates
BITS_A_BYTE: Final = 10
FULL_SCALE: Final = 32_767


class Modem(NamedTuple):
    """One rate of the audio modem. `noise_db`: signal over noise in the whole band, if there is noise."""

    baud: int
    noise_db: float | None = None
    seed: int = 0

    def send(self, data: bytes, path: Path) -> None:
        """Write one transmission as tones."""
        _minimodem("--tx", self.baud, path, data)
        if self.noise_db is not None:
            add_noise(path, self.noise_db, self.seed)

    def hear(self, path: Path) -> bytes:
        """The bytes that the modem makes out in one transmission."""
        return _minimodem("--rx", self.baud, path, b"")


def _minimodem(mode: str, baud: int, path: Path, data: bytes) -> bytes:
    words = [needs_tool("minimodem"), mode, "--quiet", "--ascii", "--samplerate", str(SAMPLES_PER_S)]
    return subprocess.run([*words, "--file", str(path), str(baud)], input=data, capture_output=True, check=True).stdout


def seconds_of(path: Path) -> float:
    """How long it would sound."""
    with wave.open(str(path)) as sound:
        return sound.getnframes() / sound.getframerate()


def add_noise(path: Path, noise_db: float, seed: int) -> None:
    """White noise over the whole file, the tones made quieter so that both fit."""
    with wave.open(str(path)) as sound:
        settings, tones = sound.getparams(), array.array("h", sound.readframes(sound.getnframes()))
    draw = random.Random(seed)
    quieter = 0.3
    power = sum(float(one) * one for one in tones) / max(1, len(tones)) * quieter**2
    spread = math.sqrt(power / 10 ** (noise_db / 10))
    noisy = (round(one * quieter + draw.gauss(0, spread)) for one in tones)
    with wave.open(str(path), "wb") as sound:
        sound.setparams(settings)
        sound.writeframes(array.array("h", (max(-FULL_SCALE, min(FULL_SCALE, one)) for one in noisy)).tobytes())
