"""Where others dial in: a bounded number of strangers at once, each for a bounded time. (R-024)"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from openline.bearer.link import Link
from openline.bearer.pins import why
from openline.errors import Misconfigured
from openline.limits import HANDSHAKE_MS, HANDSHAKES_MAX

Address = tuple[str, int]
_BACKLOG: Final = 128
_ACCEPT_AGAIN_S: Final = 1.0


class DoorBounds(NamedTuple):
    """How many handshakes at once, and how long each may take."""

    handshakes_max: int = HANDSHAKES_MAX
    handshake_ms: int = HANDSHAKE_MS


class _Caller:
    """One connection whose handshake is under way."""

    __slots__ = ("has_begun", "host", "task")

    def __init__(self, host: str) -> None:
        self.host = host
        self.has_begun = False
        self.task: asyncio.Task[None] | None = None


class Door:
    """Listens on some addresses and brings callers to the point where they are links.

    When too many knock, the host with most callers loses its oldest one, so that a flood from one
    place does not keep out another. What comes after the handshake is the bearer's.
    """

    def __init__(
        self,
        context: Callable[[], ssl.SSLContext],
        make_link: Callable[[str], Link],
        refused: Callable[[str, str], None],
        bounds: DoorBounds,
    ) -> None:
        self._context = context
        self._make_link = make_link
        self._refused = refused
        self._bounds = bounds
        self._sockets: list[socket.socket] = []
        self._loops: list[asyncio.Task[None]] = []
        self._callers: list[_Caller] = []  # oldest first

    @property
    def addresses(self) -> list[Address]:
        """Where it listens, with the ports that the system chose for port 0."""
        return [sock.getsockname()[:2] for sock in self._sockets]

    @property
    def callers(self) -> int:
        """Handshakes under way."""
        return len(self._callers)

    async def open(self, listen: Sequence[Address]) -> None:
        """Begin to listen. Raises Misconfigured naming the address that cannot be had."""
        for host, port in listen:
            try:
                for family, kind, proto, _, at in await asyncio.get_running_loop().getaddrinfo(
                    host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
                ):
                    self._listen(socket.socket(family, kind, proto), at)
            except OSError as error:
                await self.close()
                raise Misconfigured(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
        self._loops = [asyncio.create_task(self._accept(sock)) for sock in self._sockets]

    def _listen(self, sock: socket.socket, at: tuple[object, ...]) -> None:
        self._sockets.append(sock)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(at)
        sock.listen(_BACKLOG)

    async def close(self) -> None:
        """Stop listening and send callers away; links that exist stay."""
        tasks = self._loops + [caller.task for caller in self._callers if caller.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._callers.clear()
        for sock in self._sockets:
            sock.close()
        self._sockets, self._loops = [], []

    async def _accept(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                caller, at = await loop.sock_accept(sock)
            except OSError as error:  # out of descriptors, or gone before we came to it
                self._refused("door", f"a caller was not let in: {error.strerror or error}")
                await asyncio.sleep(_ACCEPT_AGAIN_S)
                continue
            self._admit(caller, at)

    def _admit(self, sock: socket.socket, at: Sequence[object]) -> None:
        host = str(at[0])
        if len(self._callers) >= self._bounds.handshakes_max:
            crowd = Counter(caller.host for caller in self._callers)
            most = max(crowd, key=crowd.__getitem__)
            oldest = next(caller for caller in self._callers if caller.host == most)
            self._callers.remove(oldest)
            if oldest.task is not None:
                oldest.task.cancel()
            self._refused(
                most, f"more than {self._bounds.handshakes_max} callers at the door; the oldest was sent away"
            )
        caller = _Caller(host)
        caller.task = asyncio.create_task(self._shake(caller, sock, f"{host} port {at[1]}"))
        # Sent away before its first step, a task runs nothing of its own, not even what should close the socket.
        caller.task.add_done_callback(lambda _: None if caller.has_begun else sock.close())
        self._callers.append(caller)

    async def _shake(self, caller: _Caller, sock: socket.socket, where: str) -> None:
        caller.has_begun = True
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._make_link(where),
                sock,
                ssl=self._context(),
                ssl_handshake_timeout=self._bounds.handshake_ms / 1000,
                ssl_shutdown_timeout=self._bounds.handshake_ms / 1000,
            )
        except OSError as error:  # all of TLS's errors are OSErrors too
            self._refused(where, why(error))
            _let_go(error)
        except asyncio.CancelledError as error:
            _let_go(error)
            raise
        finally:
            if caller in self._callers:
                self._callers.remove(caller)


def _let_go(error: BaseException) -> None:
    """Nothing of an error keeps its handshake: in a ring with the frames it passed, each one held a third of a megabyte
    until Python looked for rings, and strangers by the thousand held hundreds."""
    told: BaseException | None = error
    while told is not None:
        told.__traceback__, told = None, told.__context__
