"""What makes a sound on this machine: a player that is set or found, at last the terminal's bell; and a lamp's command.

No shell reads anything: a player gets the file's path as its last argument, a command gets all it is told in its
environment, with control characters made visible.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from openline.console.alarm.tones import READY, wav
from openline.desk.ringing import Ring
from openline.visible import visible

PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"))
PLAY_WITHIN_S: Final = 10.0
COMMAND_WITHIN_S: Final = 30.0
TOLD_MAX: Final = 8  # that wait for a command which is still running
_READY_LOUDNESS: Final = 0.15
_SAID_CHARS_MAX: Final = 200
_KEPT_OF_ENVIRONMENT: Final = (
    "PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SERVER", "PIPEWIRE_REMOTE",
    "PIPEWIRE_RUNTIME_DIR", "ALSA_CONFIG_PATH", "AUDIODEV",
)  # fmt: skip


class Player:
    """Plays WAV files, and knows whether it can. `how` says with what, or why not."""

    def __init__(self, given: Sequence[str], ring_bell: Callable[[], bool]) -> None:
        """`given`: the player's words, empty to look for one. `ring_bell` rings the terminal's bell if there is one."""
        self._ring_bell = ring_bell
        self._choices = [tuple(given)] if given else [one for one in PLAYERS if shutil.which(one[0])]
        self._folder = tempfile.TemporaryDirectory(prefix="openline-tones-")
        self.armed = False
        self.how = "no sound was tried yet"

    def close(self) -> None:
        """Remove the tones."""
        self._folder.cleanup()

    def try_out(self) -> bool:
        """Play two quiet notes: whether something on this machine takes them."""
        return self.play(wav(READY, _READY_LOUDNESS))

    def play(self, tone: bytes) -> bool:
        """Let a tone be heard. False where nothing on this machine could make a sound; `how` says why."""
        troubles = []
        path = Path(self._folder.name) / "tone.wav"
        path.write_bytes(tone)
        for words in self._choices:
            trouble = _run(words, path)
            if not trouble:
                self.armed, self.how = True, words[0]
                return True
            troubles.append(trouble)
        tried = "; ".join(troubles) or "no player is installed (pw-play, paplay or aplay)"
        if self._ring_bell():
            self.armed, self.how = True, f"only the terminal's bell: {tried}"
        else:
            self.armed, self.how = False, f"NO SOUND IS POSSIBLE HERE: {tried}, and there is no terminal to ring at"
        return self.armed


def _run(words: Sequence[str], path: Path) -> str:
    """Why the player did not play it; empty where it did."""
    try:
        done = subprocess.run(
            [*words, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            timeout=PLAY_WITHIN_S, check=False, env=environment({}),
        )  # fmt: skip
    except OSError as error:
        return f"{words[0]}: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"{words[0]} did not end within {PLAY_WITHIN_S:.0f} s"
    if done.returncode == 0:
        return ""
    said = visible(done.stderr.decode("utf-8", "replace").strip())[:_SAID_CHARS_MAX].replace("\n", " ")
    return f"{words[0]} ended with {done.returncode}{': ' + said if said else ''}"


class Lamp:
    """A command that is told when something begins to ring, rises, or is quiet again. It never holds up the sound."""

    def __init__(self, words: Sequence[str], line: str, say: Callable[[str], None]) -> None:
        self._words = list(words)
        self._line = line
        self._say = say
        self._waiting: deque[dict[str, str]] = deque(maxlen=TOLD_MAX)
        self._running: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    def tell(self, ring: Ring | None) -> None:
        """Something rings, or nothing does any more."""
        if self._words:
            self._waiting.append(told(ring, self._line))
            self.tend()

    def tend(self) -> None:
        """Look after the command that runs; start the next one."""
        if self._running is not None:
            code = self._running.poll()
            if code is None and time.monotonic() - self._began < COMMAND_WITHIN_S:
                return
            if code is None:
                self._running.kill()
                self._running.wait()
                self._say(f"the alarm's command did not end within {COMMAND_WITHIN_S:.0f} s and was ended")
            elif code != 0:
                self._say(f"the alarm's command ended with {code}")
            self._running = None
        if self._waiting:
            self._start(self._waiting.popleft())

    def _start(self, more: Mapping[str, str]) -> None:
        self._began = time.monotonic()
        try:
            self._running = subprocess.Popen(
                self._words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment(more), start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            self._say(f"the alarm's command {self._words[0]} cannot be started: {error.strerror}")

    def close(self) -> None:
        """Let what runs end, within a second."""
        until = time.monotonic() + 1.0
        while (self._running is not None or self._waiting) and time.monotonic() < until:
            self.tend()
            time.sleep(0.02)
        if self._running is not None:
            self._running.kill()
            self._running.wait()


def told(ring: Ring | None, line: str) -> dict[str, str]:
    """What a command learns, by the names of its environment."""
    words = {"OPENLINE_ALARM_LINE": line, "OPENLINE_ALARM_STATE": "quiet" if ring is None else "ringing"}
    if ring is not None:
        words |= {
            "OPENLINE_ALARM_NAME": ring.name, "OPENLINE_ALARM_KIND": ring.kind,
            "OPENLINE_ALARM_PRIORITY": ring.priority.name, "OPENLINE_ALARM_LEVEL": str(ring.level),
            "OPENLINE_ALARM_EXERCISE": "1" if ring.exercise else "0", "OPENLINE_ALARM_TEXT": ring.text,
        }  # fmt: skip
    return {name: visible(value).replace("\n", " ") for name, value in words.items()}


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Of ours only what a player needs; none of the station's own settings."""
    return {name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ} | dict(more)
