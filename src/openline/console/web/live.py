"""What tells open pages that something is new, and that all is alive: one request waits at the station, all browsers
hear its answers as server-sent events.

A beat goes out only when the station has answered: pages hear nothing of a station that is gone, and turn stale by
their own timers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from openline.console.codes import Told
from openline.console.screen.asking import AskNews, News
from openline.console.web.line import Station
from openline.console.web.streams import Stream, Streams
from openline.errors import OpenlineError

BEAT_MS: Final = 1_900  # below two seconds with the way there and back
AGAIN_AFTER_S: Final = 1.0
WAITING_MAX: Final = 16  # of one listener that does not read; it is dropped, and its browser begins again


class Listener:
    """One open stream, in the sitting that opened it."""

    def __init__(self, sitting: str) -> None:
        self.sitting = sitting
        self.stream: Stream | None = None
        self.events: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_MAX)

    def tell(self, event: bytes | None) -> bool:
        """False where it does not read any more."""
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            return False
        return True


class Live:
    """All open streams of one desk. Asks the station only while somebody listens."""

    def __init__(self, station: Station, streams: Streams) -> None:
        self._station = station
        self._streams = streams
        self._listeners: set[Listener] = set()
        self._asking: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """End every stream."""
        if self._asking is not None:
            self._asking.cancel()
        for one in list(self._listeners):
            self._drop(one)

    async def listen(self, sitting: str) -> AsyncIterator[bytes]:
        """The events of one stream until it ends. Raises Refused where there are too many."""
        listener = Listener(sitting)
        listener.stream = self._streams.open(sitting, lambda: self._drop(listener))
        self._listeners.add(listener)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._ask())
        return self._events(listener)

    async def _events(self, listener: Listener) -> AsyncIterator[bytes]:
        try:
            yield b"retry: 1000\n\n"
            while (event := await listener.events.get()) is not None:
                yield event
        finally:
            self._forget(listener)

    def _forget(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if listener.stream is not None:
            self._streams.close(listener.stream)

    def _drop(self, listener: Listener) -> None:
        self._forget(listener)
        while not listener.tell(None):
            listener.events.get_nowait()

    async def _ask(self) -> None:
        version = 0
        while self._listeners:
            sitting = next(iter(self._listeners)).sitting
            try:
                news = await self._station.ask(AskNews(after=version, within_ms=BEAT_MS), News, sitting)
            except Told as told:
                if told.code == "OL-404":  # that sitting has ended: its pages are told, another's is asked in
                    self._ended(sitting)
                    continue
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            except OpenlineError:
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            version = news.version
            self._tell(b"event: beat\ndata: " + msgspec.json.encode(news) + b"\n\n")

    def _tell(self, event: bytes) -> None:
        for one in list(self._listeners):
            if not one.tell(event):
                self._drop(one)

    def _ended(self, sitting: str) -> None:
        for one in [one for one in self._listeners if one.sitting == sitting]:
            one.tell(b"event: ended\ndata: {}\n\n")
            self._drop(one)
