"""Datagrams that overtake each other, put back in order before the line sees them.

The line takes what it gets in any order, but what comes before its predecessors is repeated seconds later, so on a path
that reorders all the time everything would take seconds. A frame says in clear which life sent it and its number
(R-049). Where one has come late of late, frames that leap ahead wait a moment for those between. Nothing is lost or
refused here, whoever forged whatever: what waits comes out in its order when its moment has passed, or when too much
waits. No clock here: instants are given, in seconds.
"""

from __future__ import annotations

import math
from typing import Final

FRAMES_MAX: Final = 256
BYTES_MAX: Final = 512 * 1024
WATCHED_S: Final = 60.0  # after a frame came late: on other paths nothing ever waits
_START = slice(4, 8)
_COUNTER = slice(8, 12)


class Ordering:
    """Of one way of one bearer."""

    def __init__(self, wait_s: float) -> None:
        """`wait_s`: how long a frame may wait for those before it."""
        self._wait_s = wait_s
        self._start = b""
        self._next = 0
        self._late_at = -math.inf
        self._held: dict[int, bytes] = {}
        self._held_bytes = 0
        self._due_at = math.inf

    def take(self, body: bytes, now: float) -> list[bytes]:
        """A frame body came; what may go on, in order. Call `due` again after it."""
        counter = int.from_bytes(body[_COUNTER], "big")
        if body[_START] != self._start:
            before = self._release()
            self._start, self._next = body[_START], counter + 1
            return [*before, body]
        if counter < self._next or counter in self._held:
            self._late_at = now  # or it came twice
            return [body]
        if counter > self._next and now - self._late_at <= WATCHED_S:
            self._held[counter] = body
            self._held_bytes += len(body)
            self._due_at = min(self._due_at, now + self._wait_s)
            is_full = len(self._held) > FRAMES_MAX or self._held_bytes > BYTES_MAX
            return self._release() if is_full else []
        out = [body]
        self._next = counter + 1
        while (following := self._held.pop(self._next, None)) is not None:
            self._held_bytes -= len(following)
            out.append(following)
            self._next += 1
        if not self._held:
            self._due_at = math.inf
        return out

    def due_in(self, now: float) -> float | None:
        """Seconds until what waits has waited long enough; None where nothing does."""
        return max(0.0, self._due_at - now) if self._held else None

    def due(self, now: float) -> list[bytes]:
        """What has waited long enough, and all that waits behind it."""
        return self._release() if self._held and now >= self._due_at else []

    def _release(self) -> list[bytes]:
        numbers = sorted(self._held)
        out = [self._held[number] for number in numbers]
        if numbers:
            self._next = max(self._next, numbers[-1] + 1)
        self._held, self._held_bytes, self._due_at = {}, 0, math.inf
        return out
