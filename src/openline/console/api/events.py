"""Entries as they come, as server-sent events: the id of each is its position in this station's record.

Who was away says `Last-Event-ID` (or `after`) and gets everything since, in order: nothing is missed, nothing is told
twice. Who says a position that this record has not come to is refused. Each stream has a connection of its own to the
station, since it waits there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from openline.console.channel.asking import Find, Found
from openline.console.codes import Told
from openline.console.screen.asking import AskSitting, SittingRow
from openline.console.web.desk import Pages
from openline.console.web.line import Station
from openline.console.web.streams import Stream, Streams
from openline.desk.people import ALLOWED, Act, Role
from openline.errors import OpenlineError

PAGE: Final = 200
WAIT_MS: Final = 5_000  # then a comment says that we are alive, and whether the sitting still is
AGAIN_AFTER_S: Final = 1.0


async def events(request: Request, pages: Pages, token: str) -> Response:
    """The stream. Raises Told OL-204, Refused where too many are open."""
    text = request.headers.get("last-event-id") or request.query_params.get("after", "0")
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text) or set(request.query_params) - {"after"}:
        raise Told("OL-204", "Last-Event-ID, or after: a position in the record; nothing else")
    await _check_there(pages.station, int(text), token)
    station, over = pages.station.another(), asyncio.Event()
    stream = pages.streams.open(token, over.set)
    told = _until(over, _entries(station, int(text), token))
    return _Streamed(told, pages.streams, stream)


async def _check_there(station: Station, after: int, token: str) -> None:
    """Who has seen more than this record holds would wait in silence, and miss what comes up to there: it is told.

    Raises Told OL-204.
    """
    if after == 0:
        return
    try:
        found = await station.ask(Find(newest=True, count=1), Found, token)
    except OpenlineError:
        return  # the stream goes on once it can be read, and says by itself when the sitting has ended
    if after > found.next:
        raise Told("OL-204", f"position {after} lies beyond the end of this record, {found.next}: another record, "
                   "or an older copy of it; begin again without Last-Event-ID")  # fmt: skip


class _Streamed(StreamingResponse):
    """Counted for as long as it is answered, also where nobody hears its first word."""

    def __init__(self, told: AsyncIterator[bytes], streams: Streams, stream: Stream) -> None:
        super().__init__(told, media_type="text/event-stream")
        self._streams, self._stream = streams, stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.close(self._stream)


async def _until(over: asyncio.Event, entries: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """The entries, until a newer stream of the same sitting has this one's place."""
    ended: asyncio.Future[object] = asyncio.ensure_future(over.wait())
    coming: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    try:
        while True:
            coming = asyncio.ensure_future(_next(entries))
            await asyncio.wait((coming, ended), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                yield b'event: ended\ndata: {"why":"a newer stream of this sitting"}\n\n'
                return
            if not (event := coming.result()):
                return
            yield event
    finally:
        ended.cancel()
        coming.cancel()
        await asyncio.gather(coming, ended, return_exceptions=True)
        await entries.aclose()


async def _next(entries: AsyncGenerator[bytes, None]) -> bytes:
    return await anext(entries, b"")


async def _entries(station: Station, after: int, token: str) -> AsyncGenerator[bytes, None]:
    try:
        yield b"retry: 1000\n\n"
        while True:
            try:
                sitting = await station.ask(AskSitting(), SittingRow, token)
                if not ALLOWED[Act.SEE_MESSAGES] & frozenset(map(Role, sitting.roles)):  # a program's roles may change
                    yield b"event: ended\ndata: {}\n\n"
                    return
                found = await station.ask(Find(after=after, count=PAGE, wait_ms=WAIT_MS), Found, token)
            except Told as told:
                if told.code == "OL-404":
                    yield b"event: ended\ndata: {}\n\n"
                    return
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            except OpenlineError:
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            for one in found.entries:
                yield b"id: %d\nevent: entry\ndata: %s\n\n" % (one.position, msgspec.json.encode(one))
            after = max(after, found.next)
            if not found.entries:
                yield b": alive\n\n"
    finally:
        await station.close()
