"""Who is signed in: tokens in memory, for a shift at most, and how often a PIN may be tried.

A sitting is one sign-in. Its token is told once, to whoever signed in, and only its hash is kept. A restart of the
station ends all of them.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final, NamedTuple

from openline.console.codes import Told
from openline.desk.facts import SITTING_BYTES
from openline.desk.people import Actor
from openline.errors import Refused
from openline.limits import (
    SIGN_IN_REST_MS,
    SIGN_INS_REFUSED_BY_SOURCE_MAX,
    SIGN_INS_REFUSED_IN_ALL_MAX,
    SIGN_INS_REFUSED_MAX,
    SITTING_IDLE_MS,
    SITTING_MS_MAX,
    SITTINGS_MAX,
)

_TOKEN_BYTES: Final = 32
_REFUSED_KEPT: Final = 4_096


class Sitting(NamedTuple):
    """One officer, signed in. Instants are on the clock that only goes forward, ms."""

    actor: Actor
    method: int
    began_at_ms: int
    used_at_ms: int


class _Refused(NamedTuple):
    at_ms: int
    officer: int
    source: str


class Sittings:
    """All sittings of one desk. Volatile."""

    def __init__(self) -> None:
        self._by_token: dict[bytes, Sitting] = {}
        self._refused: list[_Refused] = []

    def begin(self, officer: int, method: int, now_ms: int, source: str = "") -> tuple[str, Actor]:
        """A new sitting and its token. Raises Refused when too many are signed in."""
        self._end_old(now_ms)
        if len(self._by_token) >= SITTINGS_MAX:
            raise Refused(f"{SITTINGS_MAX} sittings are under way; sign out where nobody works")
        token = secrets.token_hex(_TOKEN_BYTES)
        actor = Actor(officer, secrets.token_bytes(SITTING_BYTES))
        self._by_token[_key(token)] = Sitting(actor, method, now_ms, now_ms)
        self._refused = [one for one in self._refused if (one.officer, one.source) != (officer, source)]
        return token, actor

    def find(self, token: str, now_ms: int) -> Sitting:
        """The sitting of a token, used now. Raises Told OL-404 when there is none."""
        self._by_token[_key(token)] = sitting = self.look(token, now_ms)._replace(used_at_ms=now_ms)
        return sitting

    def look(self, token: str, now_ms: int) -> Sitting:
        """The sitting of a token, which is not prolonged by this. Raises Told OL-404 when there is none."""
        self._end_old(now_ms)
        sitting = self._by_token.get(_key(token)) if token else None
        if sitting is None:
            why = "the sitting has ended" if token else "nobody is signed in here"
            raise Told("OL-404", f"{why}; `openline sign-in NAME` begins one")
        return sitting

    def end(self, token: str) -> None:
        """End one sitting."""
        self._by_token.pop(_key(token), None)

    def end_of(self, officer: int) -> None:
        """End every sitting of an officer: dismissed, or with other roles or another PIN."""
        self._by_token = {key: one for key, one in self._by_token.items() if one.actor.officer != officer}

    def may_try(self, officer: int, now_ms: int, source: str = "") -> None:
        """Raises Refused while too many tries went wrong lately: then nothing is looked at.

        Counted of the officer from this source, of the officer from everywhere, and of an address over all officers:
        who guesses at one place does not soon lock an officer out at another.
        """
        self._refused = [one for one in self._refused if now_ms - one.at_ms < SIGN_IN_REST_MS][-_REFUSED_KEPT:]
        of_officer = [one for one in self._refused if one.officer == officer]
        for counted, most in (
            ([one for one in of_officer if one.source == source], SIGN_INS_REFUSED_MAX),
            (of_officer, SIGN_INS_REFUSED_IN_ALL_MAX),
            ([one for one in self._refused if source and one.source == source], SIGN_INS_REFUSED_BY_SOURCE_MAX),
        ):
            if len(counted) >= most:
                minutes = -(-(SIGN_IN_REST_MS - (now_ms - counted[-most].at_ms)) // 60_000)
                raise Refused(f"{len(counted)} sign-ins were refused; none is looked at for {minutes} min more")

    def was_refused(self, officer: int, now_ms: int, source: str = "") -> None:
        """A PIN or code did not fit."""
        self._refused.append(_Refused(now_ms, officer, source))

    def _end_old(self, now_ms: int) -> None:
        for key, one in list(self._by_token.items()):
            if now_ms - one.used_at_ms > SITTING_IDLE_MS or now_ms - one.began_at_ms > SITTING_MS_MAX:
                del self._by_token[key]


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()
