"""When time is looked at: often while something moves, seldom while nothing does but hails.

An idle line costs as much as its process wakes up. So what is idle sleeps until the next hail is due, and whatever
stirs it ends that sleep soon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from openline.console.channel.clock import counted_ms

TICK_MS: Final = 250
STILL_AFTER_MS: Final = 5_000
SLACK_MS: Final = 5  # two clocks run beside each other: time is not looked at a moment before a hail is due


class Stillness:
    """Of one station, on its event loop."""

    def __init__(self, hails_in_ms: Callable[[], int]) -> None:
        """`hails_in_ms`: how long until a hail is due; 0 or less: now."""
        self._hails_in_ms = hails_in_ms
        self._stirred_at_ms = counted_ms()
        self._long: asyncio.Future[None] | None = None  # a pause that whatever stirs ends

    @property
    def is_still(self) -> bool:
        """Nothing has stirred for a while."""
        return counted_ms() - self._stirred_at_ms > STILL_AFTER_MS

    def stir(self) -> None:
        """Something moves: time is looked at every TICK_MS for a while, a long pause under way included."""
        self._stirred_at_ms = counted_ms()
        if self._long is not None:
            asyncio.get_running_loop().call_later(TICK_MS / 1000, _end, self._long)
            self._long = None

    def look(self) -> None:
        """After something came: where a hail is due with it, time is looked at now, since the process is awake."""
        if self._long is not None and self._hails_in_ms() <= 0:
            _end(self._long)
            self._long = None

    async def pause(self, *, still: bool) -> None:
        """Returns when time is to be looked at again. `still`: as long as nothing stirs, not before a hail is due."""
        wait_ms = max(TICK_MS, self._hails_in_ms() + SLACK_MS) if still else TICK_MS
        loop = asyncio.get_running_loop()
        paused = loop.create_future()
        timer = loop.call_later(wait_ms / 1000, _end, paused)
        self._long = paused if wait_ms > TICK_MS else None
        try:
            await paused
        finally:
            timer.cancel()


def _end(paused: asyncio.Future[None]) -> None:
    if not paused.done():
        paused.set_result(None)
