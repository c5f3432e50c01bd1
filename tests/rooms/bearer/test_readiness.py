"""A descriptor stays watched whatever the kernel says of it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

from openline.bearer.readiness import Readiness
from tests.rooms.bearer.ears import until


def _bound() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    return sock


def _reading(sock: socket.socket, into: list[bytes | str]) -> Callable[[], None]:
    def read() -> None:
        try:
            into.append(sock.recv(100))
        except OSError as error:
            into.append(error.strerror or "")

    return read


def test_an_error_on_a_socket_is_told_and_what_comes_after_it_too() -> None:
    async def story() -> None:
        ours, theirs = _bound(), _bound()
        at = theirs.getsockname()
        ours.connect(at)
        got: list[bytes | str] = []
        ready = Readiness(ours.fileno())
        ready.when_readable(_reading(ours, got))
        theirs.close()
        ours.send(b"to nobody")
        await until(lambda: got == ["Connection refused"])
        theirs = _bound()
        ours.connect(theirs.getsockname())
        theirs.sendto(b"here I am", ours.getsockname())
        await until(lambda: got[1:] == [b"here I am"])
        ready.close()
        ours.close()
        theirs.close()

    asyncio.run(story())


def test_only_what_is_asked_for_is_watched() -> None:
    async def story() -> None:
        ours, theirs = socket.socketpair()
        got: list[bytes | str] = []
        room: list[str] = []
        ready = Readiness(ours.fileno())
        theirs.send(b"before anybody reads")
        await asyncio.sleep(0.05)
        ready.when_readable(_reading(ours, got))
        await until(lambda: got == [b"before anybody reads"])
        ready.when_readable(None)
        ready.when_writable(lambda: (room.append("room"), ready.when_writable(None))[0])
        theirs.send(b"while it is held")
        await until(lambda: room)
        await asyncio.sleep(0.05)
        assert (got[1:], room) == ([], ["room"])
        ready.when_readable(_reading(ours, got))
        await until(lambda: got[1:] == [b"while it is held"])
        ready.close()
        ready.close()
        theirs.send(b"after the end")
        await asyncio.sleep(0.05)
        assert len(got) == 2
        ours.close()
        theirs.close()

    asyncio.run(story())


def test_a_pipe_whose_other_end_is_gone_is_told_as_such() -> None:
    async def story() -> None:
        out, into = os.pipe()
        ends: list[bytes] = []
        ready = Readiness(out)

        def read() -> None:
            ends.append(os.read(out, 10))
            ready.when_readable(None)

        ready.when_readable(read)
        os.close(into)
        await until(lambda: ends == [b""])
        ready.close()
        os.close(out)

    asyncio.run(story())
