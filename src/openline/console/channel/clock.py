"""Two clocks of this machine: one that says what time it is and can be set, one that only counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

SET_MS: Final = 1_000  # less is a clock that is being disciplined, not set
# Counts also while the machine sleeps: otherwise a proof of life from before the sleep would look young after it.
_COUNTING: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def wall_ms() -> int:
    """UTC, ms."""
    return time.time_ns() // 1_000_000


def counted_ms() -> int:
    """Ms since some instant; never goes back, cannot be set."""
    return time.clock_gettime_ns(_COUNTING) // 1_000_000


class ClockWatch:
    """Says when, and by how much, the clock was set."""

    def __init__(self, wall: Callable[[], int] = wall_ms, counted: Callable[[], int] = counted_ms) -> None:
        self._wall = wall
        self._counted = counted
        self._ahead_ms = wall() - counted()

    def set_by_ms(self) -> int:
        """By how much the clock was set since this was last asked; 0 where it was not."""
        ahead_ms = self._wall() - self._counted()
        by_ms = ahead_ms - self._ahead_ms
        if abs(by_ms) < SET_MS:
            return 0
        self._ahead_ms = ahead_ms
        return by_ms
