"""UDP as a bearer: one datagram, one frame body, from one fixed address to another. (R-245, R-246)

Nothing is built up, and nobody can know whether the other side is there: up means that we can send, and the line's
hails tell the rest. The kernel drops what does not come from the address that is set; who forges that address can only
send what no key opens, no faster than is read here.
"""

from __future__ import annotations

import asyncio
import errno
import math
import socket
from typing import Any, Final, NamedTuple

from openline.bearer.contract import BearerFacts, Hears
from openline.bearer.door import Address
from openline.bearer.onepeer import Opened
from openline.bearer.ordering import Ordering
from openline.bearer.pacing import Pace, set_within
from openline.errors import Misconfigured
from openline.limits import FRAME_BODY_BYTES_MIN, HANDSHAKE_MS

_READ_AT_ONCE: Final = 64  # datagrams, before others have their turn
_FLOOD_TIMES: Final = 4  # so many times the declared rate is read; more is dropped
_FLOOD_BYTES_PER_SECOND_MIN: Final = 64 * 1024  # or so much: a slow bearer's fill would cost a stranger nothing
_HEADS_BYTES: Final = 28  # of a datagram beside its body: an empty one costs something too
_FLOOD_CREDIT_S: Final = 1.0
_BATCH_S: Final = 0.005  # timers are no finer
_CREDIT_S: Final = 0.01  # or a burst runs over the buffers on its way
_ORDER_S_MIN: Final = 0.05  # a frame that leapt ahead waits so long for those before it
_ORDER_S_MAX: Final = 0.25
_NEVER: Final = frozenset([errno.EADDRINUSE, errno.EACCES, errno.EAFNOSUPPORT])
# Of the path, not of the socket: their machine said that nobody listens, or a router that it does not know the way.
_SAID_BACK: Final = frozenset([errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EHOSTDOWN])


class UdpBounds(NamedTuple):
    """Spans that tests shorten."""

    open_again_first_ms: int = 500
    open_again_max_ms: int = 30_000
    look_up_every_ms: int = 300_000  # a name may come to mean another address
    close_within_ms: int = HANDSHAKE_MS


UDP_BOUNDS: Final = UdpBounds()


class _Found(NamedTuple):
    """What a name means."""

    family: socket.AddressFamily
    kind: socket.SocketKind
    protocol: int
    at: tuple[Any, ...]


class UdpBearer(Opened):
    """See `openline.bearer.contract.Bearer` for what it promises."""

    def __init__(
        self,
        peer: int,
        hears: Hears,
        listen: Address,
        address: Address,
        facts: BearerFacts,
        *,
        bounds: UdpBounds = UDP_BOUNDS,
    ) -> None:
        """`listen`: where theirs sends to; `address`: where ours sends to, and the only one that it takes from."""
        super().__init__(peer, hears, facts, bounds.close_within_ms)
        self._listen = listen
        self._address = address
        self._bounds = bounds
        self._pace = Pace(facts.bytes_per_second, _CREDIT_S)
        read_per_second = max(_FLOOD_TIMES * facts.bytes_per_second, _FLOOD_BYTES_PER_SECOND_MIN)
        self._intake = Pace(read_per_second, _FLOOD_CREDIT_S)
        self._socket: socket.socket | None = None
        self._at: object = None  # what the name of the other side meant when the socket was made
        self._ahead: bytes | None = None  # taken, and the socket was full
        self._is_held = False
        self._ordering = Ordering(min(_ORDER_S_MAX, max(_ORDER_S_MIN, facts.latency_ms / 1000)))
        self._order_at: asyncio.TimerHandle | None = None

    @property
    def address(self) -> Address | None:
        """Where it listens, with the port that the system chose for port 0; None while it does not."""
        return self._socket.getsockname()[:2] if self._socket is not None else None

    async def start(self) -> None:
        """Take the port. Raises Misconfigured when it cannot be had; an address that is not known yet is an alarm."""
        self._loop = asyncio.get_running_loop()
        await self._open(first=True)
        self._keeping = asyncio.create_task(self._keep_open())

    def _moves(self) -> bool:
        return self._socket is not None

    def _given(self) -> None:
        if self._beat_at is None:
            self._beat_in(0)

    def hold(self, peer: int) -> None:
        """Read no more; the system keeps some and drops the rest."""
        if peer == self._peer and not self._is_held:
            self._is_held = True
            if self._socket is not None:
                self._loop.remove_reader(self._socket)

    def go_on(self, peer: int) -> None:
        """Read again."""
        if peer == self._peer and self._is_held:
            self._is_held = False
            if self._socket is not None:
                self._loop.add_reader(self._socket, self._readable)

    # --- the socket

    async def _keep_open(self) -> None:
        wait_ms = self._bounds.open_again_first_ms
        while not self._closing.is_set():
            if self._socket is None:
                await set_within(self._closing, wait_ms)
                wait_ms = min(2 * wait_ms, self._bounds.open_again_max_ms)
                if not self._closing.is_set():
                    await self._open()
                continue
            wait_ms = self._bounds.open_again_first_ms
            self._stirred.clear()
            await set_within(self._stirred, self._bounds.look_up_every_ms)
            if self._socket is not None and not self._closing.is_set() and await self._moved():
                self._lost(f"{self._address[0]} is another address now")

    async def _moved(self) -> bool:
        try:
            return self._at not in [found.at for found in await self._look_up(self._address, 0)]
        except OSError:
            return False  # the old one may still be right

    async def _look_up(self, address: Address, flags: int) -> list[_Found]:
        found = await self._loop.getaddrinfo(*address, type=socket.SOCK_DGRAM, flags=flags)
        return [_Found(one[0], one[1], one[2], one[4]) for one in found]

    async def _open(self, *, first: bool = False) -> None:
        """One socket between the two addresses. Raises Misconfigured the first time, when that can never be."""
        opened: socket.socket | None = None
        try:
            ours = {found.family: found.at for found in reversed(await self._look_up(self._listen, socket.AI_PASSIVE))}
            theirs = [found for found in await self._look_up(self._address, 0) if found.family in ours]
            if not theirs:
                raise OSError(errno.EAFNOSUPPORT, f"{self._address[0]} and {self._listen[0]} are of different kinds")
            at = theirs[0].at
            opened = socket.socket(theirs[0].family, theirs[0].kind, theirs[0].protocol)
            opened.setblocking(False)
            opened.bind(ours[theirs[0].family])
            opened.connect(at)
        except OSError as error:
            if opened is not None:
                opened.close()
            self._trouble = f"from {_name(self._listen)} to {_name(self._address)}: {error.strerror or error}"
            if first and error.errno in _NEVER:
                raise Misconfigured(f"{self._facts.name}: {self._trouble}") from error
            self._hears.on_alarm(self._facts.name, self._trouble)
            return
        if self._closing.is_set():
            opened.close()
            return
        self._socket, self._at = opened, at
        if not self._is_held:
            self._loop.add_reader(opened, self._readable)
        self._hears.on_alarm(self._facts.name, "")
        self._hears.on_up(self._facts.name, self._peer)

    def _down(self, why: str) -> None:
        if self._beat_at is not None:
            self._beat_at.cancel()
            self._beat_at = None
        if self._order_at is not None:
            self._order_at.cancel()
            self._order_at = None
            self._give(self._ordering.due(math.inf), math.inf)
        if self._socket is None:
            return
        gone, self._socket, self._trouble = self._socket, None, why
        self._loop.remove_reader(gone)
        self._loop.remove_writer(gone)
        gone.close()
        self._outgoing.clear()
        self._ahead = None
        self._drained.set()
        self._hears.on_down(self._facts.name, self._peer, why)

    # --- what comes

    def _readable(self) -> None:
        for _ in range(_READ_AT_ONCE):
            if self._socket is None or self._is_held:
                return
            try:
                body = self._socket.recv(self._facts.frame_bytes_max + 1)
            except BlockingIOError:
                return
            except OSError as error:
                self._went_wrong(error)
                return
            now = self._loop.time()
            where = _name(self._address)
            counted = len(body) + _HEADS_BYTES
            if self._intake.wait_s(now) > 0:
                self._sparing(where, "more comes than the declared rate many times over; dropped")
            elif not FRAME_BODY_BYTES_MIN <= len(body) <= self._facts.frame_bytes_max:
                self._intake.spent(counted, now)
                self._sparing(where, f"a datagram of {len(body)} bytes is no frame; dropped", about="length")
            else:
                self._intake.spent(counted, now)
                self._give(self._ordering.take(body, now), now)

    def _give(self, bodies: list[bytes], now: float) -> None:
        for body in bodies:
            self._hears.on_frame(self._facts.name, self._peer, body)
        wait_s = self._ordering.due_in(now)
        if wait_s is not None and self._order_at is None:
            self._order_at = self._loop.call_later(wait_s, self._order)

    def _order(self) -> None:
        self._order_at = None
        now = self._loop.time()
        self._give(self._ordering.due(now), now)

    # --- what goes

    def _beat(self) -> None:
        """Send what may go now, and see when more may."""
        self._beat_at = None
        while self._socket is not None and (self._outgoing or self._ahead is not None):
            wait_s = self._pace.wait_s(self._loop.time())
            if wait_s > 0:
                self._beat_in(max(wait_s, _BATCH_S))
                break
            body = self._outgoing.take() if self._ahead is None else self._ahead
            self._ahead = None
            try:
                self._socket.send(body)
            except BlockingIOError:
                self._ahead = body
                self._loop.add_writer(self._socket, self._writable)
                return
            except OSError as error:
                self._went_wrong(error)
            self._outgoing.left()
            self._pace.spent(len(body), self._loop.time())
        if self._closing.is_set() and not self._outgoing and self._ahead is None:
            self._drained.set()
        if self._outgoing.has_room_again() and not self._closing.is_set():
            self._hears.on_room(self._facts.name, self._peer)

    def _writable(self) -> None:
        if self._socket is not None:
            self._loop.remove_writer(self._socket)
        self._beat()

    def _went_wrong(self, error: OSError) -> None:
        where = _name(self._address)
        if error.errno in _SAID_BACK:  # may be forged, may be for a moment: worth a word, no more
            self._sparing(where, f"the network says: {error.strerror}")
        elif error.errno == errno.EMSGSIZE:
            self._sparing(where, "a frame is too long for this path; set frame_bytes_max lower")
        else:
            self._lost(f"{where}: {error.strerror or error}")


def _name(address: Address) -> str:
    return f"{address[0]} port {address[1]}"
