"""How long a browser may take to ask: over real sockets, with shorter times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.console.web import visitors
from openline.console.web.visitors import Visitor

HEAD: Final = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 4\r\n\r\n"
SHORT_S: Final = 0.5
LONG_S: Final = 600.0


async def _length(request: Request) -> Response:
    return Response(str(len(await request.body())))


@asynccontextmanager
async def _pages() -> AsyncIterator[int]:
    chosen = uvicorn.Config(
        Starlette(routes=[Route("/", _length, methods=["POST"])]), port=0, log_config=None, access_log=False,
        http=Visitor, ws="none", loop="asyncio",
    )  # fmt: skip
    server = uvicorn.Server(chosen)
    chosen.load()
    server.lifespan = chosen.lifespan_class(chosen)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


async def _is_sent_away(port: int, *parts: bytes) -> bool:
    """Each part after a wait within which the one before it would have been too late; True at the end, without an
    answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(SHORT_S / 4)
        return await reader.read() == b""
    except ConnectionError:
        return True
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts",
    [(), (b"POST / HT",), tuple(HEAD[at : at + 1] for at in range(8)), (HEAD.replace(b"\r\n\r\n", b"\r\n"),)],
    ids=["silent", "half a line", "byte by byte", "no end of the head"],
)
def test_whoever_does_not_ask_in_time_is_sent_away(parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "HEAD_WITHIN_S", SHORT_S)

    async def act() -> None:
        async with _pages() as port:
            assert await _is_sent_away(port, *parts)

    asyncio.run(act())


def test_what_is_asked_may_take_longer_to_come_than_its_head_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(body_within_s: float) -> bytes:
        monkeypatch.setattr(visitors, "HEAD_WITHIN_S", SHORT_S)
        monkeypatch.setattr(visitors, "BODY_WITHIN_S", body_within_s)
        async with _pages() as port:
            if body_within_s < LONG_S:
                assert await _is_sent_away(port, HEAD, b"12")
                return b""
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + b"12")
            await asyncio.sleep(3 * SHORT_S)
            writer.write(b"34")
            head = await reader.readuntil(b"\r\n\r\n")
            writer.close()
            return head.splitlines()[0]

    assert asyncio.run(act(LONG_S)) == b"HTTP/1.1 200 OK"
    assert asyncio.run(act(2 * SHORT_S)) == b""
