"""What calls a station to its next turn: rung by whoever has something, answered once for all of them.

The answer comes one step of the event loop later, after the sockets were looked at: what came meanwhile is the same
batch. What comes alone, after a rest, need not wait for others and may be answered at once. When nobody has rung again,
what may wait is done a step later still, after the turn's answers have gone out; where nothing waits, there is no such
step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

ALONE_AFTER_S: Final = 0.001  # no turn for so long: under load there is always one


class Bell:
    """`turn` takes all that waits; `rest` does what may wait, where `waits` says that something does. None of them runs
    before `serve`."""

    def __init__(self, turn: Callable[[], None], rest: Callable[[], None], waits: Callable[[], bool]) -> None:
        self._turn = turn
        self._rest = rest
        self._waits = waits
        self._rung = False
        self._answering = False
        self._answered_at = 0.0  # of the event loop's clock
        self._loop: asyncio.AbstractEventLoop | None = None  # while it is served
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ring(self) -> None:
        """There is something to take."""
        if not self._rung:
            self._rung = True
            if self._loop is not None:
                self._loop.call_soon(self._answer)

    def come(self) -> None:
        """The same, from who has no more to say in this step of the event loop: the turn at once, where he comes alone.

        Never within a turn.
        """
        loop = self._loop
        if loop is None or self._rung or self._answering or loop.time() < self._answered_at + ALONE_AFTER_S:
            self.ring()
        else:
            self._answer()

    def answer_now(self) -> None:
        """The turn at once, for who was called by the event loop itself and has all that there is to take."""
        if self._loop is None:
            self._rung = True
        else:
            self._answer()

    def stop(self) -> None:
        """`serve` returns after the turn under way, also when it has not begun yet."""
        if not self._end.done():
            self._end.set_result(None)

    async def serve(self) -> None:
        """Answer until stopped, and once more. What a turn raises is raised here."""
        self._loop = asyncio.get_running_loop()
        if self._rung:
            self._loop.call_soon(self._answer)
        try:
            await self._end
        finally:
            self._loop = None
        self._turn()
        self._rest()

    def _answer(self) -> None:
        if self._loop is None:
            return
        self._rung = False
        self._do(self._turn)
        self._answered_at = self._loop.time()
        if not self._rung and self._waits():
            self._loop.call_soon(self._be_at_rest)

    def _be_at_rest(self) -> None:
        if not self._rung:
            self._do(self._rest)

    def _do(self, act: Callable[[], None]) -> None:
        self._answering = True
        try:
            act()
        except Exception as fault:  # noqa: BLE001  it ends the station, from where it is served
            if not self._end.done():
                self._end.set_exception(fault)
        finally:
            self._answering = False
