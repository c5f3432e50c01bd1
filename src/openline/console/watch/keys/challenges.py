"""Challenges that are open: made and kept here, each for one purpose and one officer, answered once and soon."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple

from openline.console.codes import Told
from openline.limits import CHALLENGE_MS_MAX, CHALLENGES_BY_SOURCE_MAX, CHALLENGES_MAX

SIGN_IN: Final = "sign-in"
NEW_KEY: Final = "new key"
OWN_KEY: Final = "own key"
_BYTES: Final = 32


class Challenge(NamedTuple):
    """One. `officer` -1: a name that is not here, of which nobody learns that."""

    purpose: str
    officer: int
    data: bytes
    made_at_ms: int
    source: str


class Challenges:
    """All of one desk. Volatile: a restart ends them."""

    def __init__(self) -> None:
        self._open: dict[str, Challenge] = {}

    def make(self, purpose: str, officer: int, now_ms: int, source: str = "") -> tuple[str, bytes]:
        """A new one: its name and what is to be signed. The oldest makes room, first that of the same source."""
        self._open = {name: one for name, one in self._open.items() if now_ms - one.made_at_ms <= CHALLENGE_MS_MAX}
        same = [name for name, one in self._open.items() if one.source == source]
        if len(same) >= CHALLENGES_BY_SOURCE_MAX:
            del self._open[same[0]]
        while len(self._open) >= CHALLENGES_MAX:
            del self._open[next(iter(self._open))]
        name, data = secrets.token_hex(_BYTES), secrets.token_bytes(_BYTES)
        self._open[name] = Challenge(purpose, officer, data, now_ms, source)
        return name, data

    def take(self, purpose: str, name: str, now_ms: int) -> Challenge:
        """The one of that name, which is gone with it. Raises Told OL-405."""
        found = self._open.pop(name, None)
        if found is None or found.purpose != purpose or now_ms - found.made_at_ms > CHALLENGE_MS_MAX:
            raise Told("OL-405", "this challenge is not open any more; begin again")
        return found
