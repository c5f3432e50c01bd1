"""The way from the desk's pages to the station: its control socket, for many who ask at once.

One connection, opened when first needed and again after it was lost. A request that was on its way when it was lost
ends in OL-104: nobody knows whether it was done.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TypeVar

import msgspec

from openline.console.channel.answers import Answer, outcome, read, written
from openline.console.channel.asking import CONTROL_LINE_BYTES_MAX, CONTROL_UNDER_WAY_MAX
from openline.console.channel.control import short_path
from openline.console.channel.link import ASK_WITHIN_MS
from openline.console.codes import Told
from openline.console.watch.asking import AnyRequest

T = TypeVar("T")


class Station:
    """The station behind the pages, for one event loop."""

    def __init__(self, control: Path) -> None:
        self._control = control
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._room = asyncio.Semaphore(CONTROL_UNDER_WAY_MAX)  # more would wait in the station's buffer, unseen
        self._next_id = 1

    def another(self) -> Station:
        """Another connection to the same station, for what waits long."""
        return Station(self._control)

    async def ask(self, request: AnyRequest, answer: type[T], sitting: str = "", within_ms: int = ASK_WITHIN_MS) -> T:
        """The station's answer. Raises Told with the station's code, OL-603 where none answers, OL-104."""
        async with self._room:
            writer = await self._open()
            request.id, self._next_id = self._next_id, self._next_id + 1
            request.sitting = sitting
            waiting = self._waiting[request.id] = asyncio.get_running_loop().create_future()
            try:
                writer.write(written(request))
                got = await asyncio.wait_for(waiting, within_ms / 1000)
            except TimeoutError as error:
                raise Told("OL-104", f"no answer from the station within {within_ms} ms") from error
            finally:
                self._waiting.pop(request.id, None)
        return outcome(got, answer)

    async def close(self) -> None:
        """End the connection; what was asked goes on at the station."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        self._lost()

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._writer is None:
                try:
                    with short_path(self._control) as name:
                        opened = asyncio.open_unix_connection(name, limit=CONTROL_LINE_BYTES_MAX)
                        reader, self._writer = await opened
                except OSError as error:
                    raise Told("OL-603", f"nothing answers at {self._control}") from error
                self._reading = asyncio.get_running_loop().create_task(self._read(reader))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                got = read(line)
                waiting = self._waiting.pop(got.id, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(got)
        except (OSError, ValueError, msgspec.MsgspecError):
            pass  # a station that cannot be understood is one that does not answer
        finally:
            self._lost()

    def _lost(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            if not one.done():
                one.set_exception(Told("OL-104", "the station closed the connection"))
