"""What waits to go out over a bearer, how fast it may go, and how often the same trouble is worth a word.

A modem takes bytes as fast as it is given them and sends them minutes later. So nothing is given out faster than the
declared rate, and what is not on its way yet waits here, where a bearer can still say that it has no room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from openline.bearer.contract import BearerFacts
from openline.errors import BearerDown, LocalFault
from openline.limits import (
    BEARER_FRAMES_WAITING,
    BEARER_REFUSED_MS,
    BEARER_WAITING_MS,
    SEND_BUFFER_BYTES,
    SEND_BUFFER_BYTES_MAX,
)

_CREDIT_S: Final = 0.05  # late by so much, a timer is caught up with; later, the time is lost
_SAME_AGAIN_S: Final = 60.0
_SEVERAL: Final = 16


class Outgoing:
    """Frame bodies given to a bearer and not yet on their way, first in, first out."""

    def __init__(self, facts: BearerFacts) -> None:
        self._facts = facts
        self._bodies: deque[bytes] = deque()
        self._bytes = 0
        self._under_way = 0  # of the frame that was taken last: what has not left yet
        self._was_full = False
        self._room_bytes = min(SEND_BUFFER_BYTES, max(1, facts.bytes_per_second * BEARER_WAITING_MS // 1000))
        refused = max(facts.bytes_per_second * BEARER_REFUSED_MS // 1000, BEARER_FRAMES_WAITING * facts.frame_bytes_max)
        self._refused_bytes = min(SEND_BUFFER_BYTES_MAX, refused)

    def __bool__(self) -> bool:
        return bool(self._bodies)

    @property
    def waiting_bytes(self) -> int:
        """All that was given and has not left."""
        return self._bytes + self._under_way

    @property
    def room(self) -> int:
        """What `Bearer.room` promises, while bytes move."""
        return max(0, self._room_bytes - self.waiting_bytes)

    def check(self, body: bytes) -> None:
        """Raises LocalFault when no frame may be so long."""
        if len(body) > self._facts.frame_bytes_max:
            raise LocalFault(
                f"a frame body of {len(body)} bytes; {self._facts.name} takes {self._facts.frame_bytes_max}"
            )

    def put(self, peer: int, body: bytes) -> None:
        """One more to carry. Raises BearerDown when far too much waits already."""
        if self.waiting_bytes >= self._refused_bytes:
            raise BearerDown(f"{self._facts.name}: {self.waiting_bytes} bytes to party {peer} wait already")
        self._bodies.append(body)
        self._bytes += len(body)
        self._was_full = self._was_full or self.room == 0

    def take(self) -> bytes:
        """The next one; it counts as waiting until `left` says that it is gone."""
        body = self._bodies.popleft()
        self._bytes -= len(body)
        self._under_way = len(body)
        return body

    def left(self, remaining: int = 0) -> None:
        """Of the frame taken last so many bytes have not left yet."""
        self._under_way = remaining

    def has_room_again(self) -> bool:
        """True once, after there was none."""
        if self._was_full and self.room > 0:
            self._was_full = False
            return True
        return False

    def clear(self) -> None:
        """The line has it in its record and sends it again."""
        self._bodies.clear()
        self._bytes = self._under_way = 0
        self._was_full = False


class Pace:
    """So many bytes a second, no more. Instants are the event loop's, in seconds."""

    def __init__(self, bytes_per_second: float, credit_s: float = _CREDIT_S) -> None:
        self._rate = bytes_per_second
        self._credit_s = credit_s
        self._free_at = 0.0

    def wait_s(self, now: float) -> float:
        """How long until more may go; 0 or less: now."""
        return self._free_at - now

    def spent(self, count: int, now: float) -> None:
        """So many bytes have gone."""
        self._free_at = max(self._free_at, now - self._credit_s) + count / self._rate


class Sparing:
    """Says a thing once, and again only after a minute: junk without end must not drown what matters."""

    def __init__(self, tell: Callable[[str, str], None], clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}  # by text: when, and how often since

    def __call__(self, where: str, why: str, about: str | None = None) -> None:
        """`about`: what counts as the same, where the text differs each time."""
        key = why if about is None else about
        now = self._clock()
        said_at, more = self._said.get(key, (-_SAME_AGAIN_S, 0))
        if now - said_at < _SAME_AGAIN_S:
            self._said[key] = (said_at, more + 1)
            return
        if len(self._said) >= _SEVERAL:
            del self._said[min(self._said, key=lambda one: self._said[one][0])]
        self._said[key] = (now, 0)
        self._tell(where, f"{why} ({more} more like it since the last time)" if more else why)


async def set_within(event: asyncio.Event, span_ms: float) -> None:
    """Returns when the event is set, or after so long."""
    try:
        async with asyncio.timeout(span_ms / 1000):
            await event.wait()
    except TimeoutError:
        return
