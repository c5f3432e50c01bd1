"""Frames that came and wait for a turn: each peer has a queue of its own, and one frame of each is taken after another.

So a peer that sends without end, or what costs much to take, holds up nobody but itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

TURN_BYTES: Final = 2 * 1024 * 1024  # taken before the next look at sockets, clocks and people
HOLD_ABOVE_BYTES: Final = 16 * 1024 * 1024  # of one peer: then no more is read from it
FRAME_WEIGHT_BYTES: Final = 512  # of any frame beside its body, in memory and in the time to open it


class WaitingFrames:
    """Queues of (bearer, frame body) by peer: whom the bearer names. Only opening a frame shows who it was."""

    def __init__(self) -> None:
        self._queues: dict[int, deque[tuple[str, bytes]]] = {}
        self._bytes: dict[int, int] = {}
        self._given: dict[int, int] = {}  # frames so far, ever
        self._turn_bytes = 0

    def __bool__(self) -> bool:
        return bool(self._queues)

    def put(self, peer: int, bearer: str, body: bytes) -> None:
        """One more frame."""
        self._queues.setdefault(peer, deque()).append((bearer, body))
        self._bytes[peer] = self._bytes.get(peer, 0) + len(body) + FRAME_WEIGHT_BYTES
        self._given[peer] = self._given.get(peer, 0) + 1

    def begin_turn(self) -> None:
        """A turn begins: `take` gives out as much as one turn takes."""
        self._turn_bytes = 0

    def take(self) -> tuple[str, bytes] | None:
        """The next frame of this turn, of the peer that has waited longest; None when the turn has enough."""
        if not self._queues or self._turn_bytes >= TURN_BYTES:
            return None
        peer = next(iter(self._queues))
        queue = self._queues.pop(peer)
        bearer, body = queue.popleft()
        self._bytes[peer] -= len(body) + FRAME_WEIGHT_BYTES
        if queue:
            self._queues[peer] = queue
        self._turn_bytes += len(body) + FRAME_WEIGHT_BYTES
        return bearer, body

    def mark(self) -> dict[int, int]:
        """How far frames have been given, for `is_past`."""
        return dict(self._given)

    def is_past(self, mark: Mapping[int, int]) -> bool:
        """True when all frames given before the mark were taken, whatever came since."""
        return all(self._given[peer] - len(queue) >= mark.get(peer, 0) for peer, queue in self._queues.items())

    def is_too_much(self, peer: int) -> bool:
        """True when a peer should not be read from until some of its frames are taken."""
        return self._bytes.get(peer, 0) > HOLD_ABOVE_BYTES

    def clear(self) -> None:
        """Nothing of it can be taken: it comes again."""
        self._queues.clear()
        self._bytes.clear()
