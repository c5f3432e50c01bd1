"""Entries as they come, as server-sent events: the id of each is its position in this station's record.

Who was away says `Last-Event-ID` (or `after`) and gets everything since, in order: nothing is missed, nothing is told
twice. Each stream has a connection of its own to the station, since it waits there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from openline.console.channel.asking import Find, Found
from openline.console.codes import Told
from openline.console.screen.asking import AskSitting, SittingRow
from openline.console.web.desk import Pages
from openline.console.web.line import Station
from openline.desk.people import ALLOWED, Act, Role
from openline.errors import OpenlineError, Refused

STREAMS_MAX: Final = 64
PAGE: Final = 200
WAIT_MS: Final = 5_000  # then a comment says that we are alive, and whether the sitting still is
AGAIN_AFTER_S: Final = 1.0
_streams: set[int] = set()


async def events(request: Request, pages: Pages, token: str) -> Response:
    """The stream. Raises Told OL-204, Refused where too many are open."""
    text = request.headers.get("last-event-id") or request.query_params.get("after", "0")
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text) or set(request.query_params) - {"after"}:
        raise Told("OL-204", "Last-Event-ID, or after: a position in the record; nothing else")
    if len(_streams) >= STREAMS_MAX:
        raise Refused(f"{STREAMS_MAX} streams of events are open")
    return StreamingResponse(_entries(pages.station.another(), int(text), token), media_type="text/event-stream")


async def _entries(station: Station, after: int, token: str) -> AsyncIterator[bytes]:
    _streams.add(id(station))
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
        _streams.discard(id(station))
        await station.close()
