"""How many streams of events are open: so many of one sitting, and so many in all.

A sitting that opens one more than it may loses its oldest: a program that forgets its streams shuts out nobody, itself
neither. Where all together are too many, who has one gives its oldest for the new one, and who has none is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from openline.errors import Refused
from openline.limits import EVENT_STREAMS_BY_SITTING_MAX, EVENT_STREAMS_MAX


class Stream:
    """One that is open. `is_over`: a newer one of the same sitting has its place."""

    __slots__ = ("end", "is_over", "whose")

    def __init__(self, whose: bytes, end: Callable[[], None]) -> None:
        self.whose = whose
        self.end = end
        self.is_over = False


class Streams:
    """All that are open, of pages and of programs, in the order in which they were opened."""

    def __init__(self) -> None:
        self._open: list[Stream] = []

    def __len__(self) -> int:
        return len(self._open)

    def open(self, sitting: str, end: Callable[[], None]) -> Stream:
        """One more; `end` is called when it has to go. Raises Refused where there are too many in all."""
        whose = sha256(sitting.encode()).digest()
        own = [one for one in self._open if one.whose == whose]
        full = len(self._open) >= EVENT_STREAMS_MAX
        if full and not own:
            raise Refused(f"{EVENT_STREAMS_MAX} streams of events are open; close one, or try again later")
        if full or len(own) >= EVENT_STREAMS_BY_SITTING_MAX:
            own[0].is_over = True
            self.close(own[0])
            own[0].end()
        stream = Stream(whose, end)
        self._open.append(stream)
        return stream

    def close(self, stream: Stream) -> None:
        """It has ended."""
        if stream in self._open:
            self._open.remove(stream)
