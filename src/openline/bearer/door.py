"""Where others dial in: a bounded number of strangers at once, each for a bounded time. (R-024)"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from openline.bearer import descriptors
from openline.bearer.link import Link
from openline.bearer.pins import why
from openline.errors import Misconfigured
from openline.limits import HANDSHAKE_MS, HANDSHAKES_MAX

Address = tuple[str, int]
_BACKLOG: Final = 128
_ACCEPT_AGAIN_S: Final = 1.0
_SCARCE_S: Final = 0.05  # between callers while few descriptors are left: who was sent away has let go of his by then


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
    place does not keep out another. Where few descriptors are left, callers give way to each other as
    well, and the last ones are no caller's: without them no key is written and no command is answered.
    What comes after the handshake is the bearer's.
    """

    def __init__(
        self,
        context: Callable[[], ssl.SSLContext],
        make_link: Callable[[str], Link],
        refused: Callable[[str, str], None],
        bounds: DoorBounds,
        on_alarm: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_alarm` is told in words what a person must mend, and nothing once it is mended."""
        self._context = context
        self._make_link = make_link
        self._refused = refused
        self._bounds = bounds
        self._on_alarm = on_alarm
        self._relief: asyncio.Task[None] | None = None  # while few descriptors are left
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
        if self._relief is not None:
            tasks.append(self._relief)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._callers.clear()
        for sock in self._sockets:
            sock.close()
        self._sockets, self._loops = [], []

    async def _accept(self, sock: socket.socket) -> None:
        while True:
            try:
                caller, at = await self._let_in(sock)
            except OSError as error:  # out of descriptors, or gone before we came to it
                self._refused("door", f"a caller was not let in: {error.strerror or error}")
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self._lacks_descriptors(sock)
                await asyncio.sleep(_ACCEPT_AGAIN_S)
                continue
            if descriptors.is_among_the_last(caller.fileno()):
                caller.close()
            else:
                self._admit(caller, at)

    async def _let_in(self, sock: socket.socket) -> tuple[socket.socket, Sequence[object]]:
        caller, at = await asyncio.get_running_loop().sock_accept(sock)
        if not descriptors.is_among_the_last(caller.fileno()):
            return caller, at
        with caller:
            self._lacks_descriptors(sock)
            await asyncio.sleep(_SCARCE_S)
            return caller.dup(), at  # on that of who gave way: the last ones are held by no caller

    def _lacks_descriptors(self, sock: socket.socket) -> None:
        """A caller gives way, and it is said until there are enough again."""
        if self._relief is None or self._relief.done():
            self._relief = asyncio.create_task(self._wait_for_relief(sock))
        if self._callers:
            self._send_one_away()

    async def _wait_for_relief(self, sock: socket.socket) -> None:
        self._on_alarm(
            f"few are left of the {descriptors.bound()} files and connections that this process may have open: callers "
            "give way to each other; allow more (LimitNOFILE, ulimit -n)"
        )
        while True:
            await asyncio.sleep(_ACCEPT_AGAIN_S)
            if not descriptors.are_scarce(sock.fileno()):
                self._on_alarm("")
                return

    def _send_one_away(self) -> str:
        """The oldest of the host with most callers. Returns that host."""
        crowd = Counter(caller.host for caller in self._callers)
        most = max(crowd, key=crowd.__getitem__)
        oldest = next(caller for caller in self._callers if caller.host == most)
        self._callers.remove(oldest)
        if oldest.task is not None:
            oldest.task.cancel()
        return most

    def _admit(self, sock: socket.socket, at: Sequence[object]) -> None:
        host = str(at[0])
        if len(self._callers) >= self._bounds.handshakes_max:
            most = self._send_one_away()
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
