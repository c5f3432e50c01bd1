"""A bounded window of roots by size: immutable, and cheap to add to. Copying it whole for each turn cost more than
the turn's hashing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from openline.limits import RECENT_ROOTS

CHUNK: Final = 32
CHUNKS_MAX: Final = RECENT_ROOTS // CHUNK + 1  # never fewer than RECENT_ROOTS once there were as many
ASKED_MAX: Final = 64


class Window(NamedTuple):
    """Roots of one log. `rising`: of the newest sizes that its author signed, oldest chunk first; `asked`: of any that
    somebody named.

    What is asked for never drives out what is new, whoever asks how often.
    """

    rising: tuple[Mapping[int, bytes], ...] = ()
    asked: Mapping[int, bytes] = {}
    last: int = -1

    def get(self, size: int) -> bytes | None:
        """The root at `size`, if it is still here."""
        return self.signed(size) or self.asked.get(size)

    def signed(self, size: int) -> bytes | None:
        """The root at `size`, if its author signed there and it is still here."""
        for chunk in reversed(self.rising):
            root = chunk.get(size)
            if root is not None:
                return root
        return None

    def ask(self, size: int, root: bytes) -> Window:
        """The window with the root of a size that somebody named."""
        kept = self.asked if len(self.asked) < ASKED_MAX else {}
        return self._replace(asked={**kept, size: root})

    def put(self, size: int, root: bytes) -> Window:
        """The window with the root of one more size that its author signed."""
        if size <= self.last:
            return self.ask(size, root)
        newest = self.rising[-1] if self.rising else {}
        if len(newest) < CHUNK:
            return Window((*self.rising[:-1], {**newest, size: root}), self.asked, size)
        return Window((*self.rising[-CHUNKS_MAX + 1 :], {size: root}), self.asked, size)


NOTHING: Final = Window()


def window_of(roots: Iterable[tuple[int, bytes]]) -> Window:
    """The window that holds these sizes and roots; sizes ascend."""
    pairs = list(roots)
    chunks = tuple(dict(pairs[at : at + CHUNK]) for at in range(0, len(pairs), CHUNK))
    return Window(chunks[-CHUNKS_MAX:], {}, pairs[-1][0] if pairs else -1)
