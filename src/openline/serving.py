"""The process around stations: one line alone, or every line of a home, each beginning, failing and ending for itself.

Lines that are served together share one event loop and nothing else: papers, keys, store, desk and control socket are
each line's own, as they are in processes of their own (decisions 0002, 0056).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from openline.console.kept.keeping import keep_line
from openline.console.terminal import Ended, Serving
from openline.station import Station

AGAIN_AFTER_S: Final = 5.0
AGAIN_AFTER_MAX_S: Final = 300.0
YOUNG_MAX: Final = 10_000  # objects made and not yet looked through for rings; at 700 each lone message pays for it


def serve(serving: Serving) -> None:
    """Serve one line until told to stop. Raises OpenlineError when it cannot start or must end."""
    _open_as_many_as_allowed()
    with keep_line(serving.line, serving.config, serving.passphrase) as kept:

        async def alone() -> None:
            station = Station(kept)
            _on_signal(station.stop)
            await station.serve(serving._replace(ready=lambda: _up(serving)))

        asyncio.run(alone())


def serve_all(lines: Mapping[str, Callable[[], Serving]], tell: Ended) -> None:
    """Serve several lines, by name, until each was told to stop or the process was.

    A line that fails is told of and begun again, after a wait that grows from AGAIN_AFTER_S to AGAIN_AFTER_MAX_S, and
    its settings are asked for anew; the others go on. Raises what the last one raised when none could begin at all.
    """

    _open_as_many_as_allowed()

    async def together() -> None:
        await _Together(lines, tell).serve()

    asyncio.run(together())


def _open_as_many_as_allowed() -> None:
    with contextlib.suppress(OSError, ValueError):  # not where a unit file forbids it, and has set its own bound
        # A line has some two dozen files and sockets open, some hundreds with all its doors full, and the usual bound
        # of a shell is one for forty idle lines, on some systems for ten.
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


class _Together:
    """Several lines on one event loop."""

    def __init__(self, lines: Mapping[str, Callable[[], Serving]], tell: Ended) -> None:
        self._lines = lines
        self._tell = tell
        self._untried = set(lines)
        self._stations: dict[str, Station] = {}  # those that are served now
        self._has_served = False
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        """Until all have ended."""
        _on_signal(self._end)
        with ThreadPoolExecutor(1, "opening") as opening:
            ends = await asyncio.gather(*(self._keep(name, opening) for name in self._lines), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    def _end(self) -> None:
        self._ended.set()
        for station in self._stations.values():
            station.stop()

    async def _keep(self, name: str, opening: ThreadPoolExecutor) -> None:
        """One line, again and again until it is told to stop."""
        again_s = AGAIN_AFTER_S
        while not self._ended.is_set():
            begun_s = time.monotonic()
            try:
                await self._serve_once(name, opening)
            except Exception as fault:  # whatever it is, it is no reason for the other lines to end
                self._untried.discard(name)
                if not self._has_served and not self._untried:
                    self._end()
                    raise
                if time.monotonic() - begun_s > AGAIN_AFTER_MAX_S:
                    again_s = AGAIN_AFTER_S
                self._tell(name, fault, again_s)
            else:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), again_s)
            again_s = min(2 * again_s, AGAIN_AFTER_MAX_S)

    async def _serve_once(self, name: str, opening: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as stack:
            serving = self._lines[name]()
            keeping = keep_line(serving.line, serving.config, serving.passphrase)
            kept = await loop.run_in_executor(opening, stack.enter_context, keeping)
            if self._ended.is_set():
                return
            station = self._stations[name] = Station(kept, together=True)
            stack.callback(self._stations.pop, name)
            await station.serve(serving._replace(ready=lambda: self._is_up(name, serving)))

    def _is_up(self, name: str, serving: Serving) -> None:
        self._has_served = True
        self._untried.discard(name)
        serving.ready()
        if not self._untried:
            _settle_memory()


def _up(serving: Serving) -> None:
    _settle_memory()
    serving.ready()


def _settle_memory() -> None:
    """Code and papers stay: an idle station does not look through them again and again. What an ended life of a line
    left behind goes first."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX)


def _on_signal(end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
