"""Open desks as browsers hold them: one stream of beats, one page fetched again with every change. No browser's
drawing is in it, nor what a browser would cost this machine.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Final, NamedTuple

WITHIN_S: Final = 60.0
_BEAT: Final = re.compile(rb'data: \{[^}]*"version":(\d+)')


class Desks(NamedTuple):
    """Where the pages are, and the name of the cookie."""

    port: int

    @property
    def host(self) -> str:
        """As `Host` has it."""
        return f"localhost:{self.port}"

    def cookie(self, token: str) -> str:
        """A sitting's cookie."""
        return f"openline-{self.port}={token}"


class Browser:
    """One connection that asks one thing after another, in one sitting."""

    def __init__(self, desks: Desks, token: str) -> None:
        self._desks = desks
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """A page's body; anything but 200 is a fault of the benchmark."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._desks.port, limit=4 * 1024 * 1024)
        reader, writer = self._streams
        writer.write(_request(self._desks, self._token, path))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
        assert head.startswith(b"HTTP/1.1 200"), head
        found = re.search(rb"(?i)content-length: (\d+)", head)
        assert found is not None, head
        return await reader.readexactly(int(found[1]))

    def close(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()


class Screen:
    """One open first screen. `seen`: when each of the words that were looked for stood on it first."""

    def __init__(self, desks: Desks, token: str) -> None:
        self._desks = desks
        self._token = token
        self._browser = Browser(desks, token)
        self._again = asyncio.Event()
        self.wanted: set[bytes] = set()
        self.seen: dict[bytes, float] = {}
        self.version = -1
        self.fetched = -1  # the version that the page stands for at the least
        self.bytes = 0

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(self._hear(), self._fetch())

    async def _hear(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._desks.port)
        try:
            writer.write(_request(self._desks, self._token, "/live"))
            while line := await reader.readline():
                beat = _BEAT.match(line)
                if beat is not None and int(beat[1]) != self.version:
                    self.version = int(beat[1])
                    self._again.set()
        finally:
            writer.close()

    async def _fetch(self) -> None:
        try:
            while True:
                await self._again.wait()
                self._again.clear()
                version = self.version
                page = await self._browser.get("/")
                at = time.time()
                self.bytes = len(page)
                for one in [one for one in self.wanted if one in page]:
                    self.wanted.discard(one)
                    self.seen[one] = at
                self.fetched = version
        finally:
            self._browser.close()

    @property
    def rests(self) -> bool:
        """Whether nothing is asked for now."""
        return self.fetched == self.version and not self._again.is_set()


def _request(desks: Desks, token: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {desks.host}\r\nCookie: {desks.cookie(token)}\r\n\r\n".encode()
