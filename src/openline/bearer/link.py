"""One TLS connection: greeting, frames, room. Which of several is used is the bearer's affair. (R-022)"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Final, NamedTuple, Protocol, cast

from openline.bearer.pins import ALPN, why
from openline.errors import Malformed
from openline.limits import SEND_BUFFER_BYTES, TCP_GIVE_UP_AFTER_MS
from openline.wire.frame import FrameReader, encode_frame

# In TLS 1.3 the side that dials is done before the other has judged its certificate: both say that they have.
GREETING: Final = b"openln/1"
# No key has the tag 00000000. After this the sender sends nothing more; the other side, once it has sent all
# it wants to, closes. So nothing under way is lost when one of two links goes.
BYE: Final = bytes(12) + b"openline bearer "

_CLOSED: Final = "they closed the connection"
_CLOSED_UNGREETED: Final = "they closed before greeting: our certificate may not be on their roster, or is past its end"


def after_greeting(data: bytes) -> bytes | None:
    """What follows the greeting at the start of a stream; None while it is not whole. Raises Malformed. (R-022)"""
    if not GREETING.startswith(data[: len(GREETING)]):
        raise Malformed("they do not greet as this bearer does", data[: len(GREETING)])
    return data[len(GREETING) :] if len(data) >= len(GREETING) else None


class Owner(Protocol):
    """Whom a link tells what happens to it."""

    def who(self, certificate: bytes) -> int | None:
        """The party whose pinned certificate this is."""

    def began(self, link: Link) -> None: ...

    def is_theirs(self, link: Link) -> None: ...

    def came_up(self, link: Link) -> None: ...

    def got(self, link: Link, body: bytes) -> None: ...

    def was_junk(self, link: Link, reason: str) -> None: ...

    def has_room(self, link: Link) -> None: ...

    def takes_leave(self, link: Link) -> None: ...

    def went(self, link: Link, reason: str) -> None: ...


class LinkBounds(NamedTuple):
    """`greeting_ms` from the end of the handshake; `body_bytes_max` of one frame."""

    greeting_ms: int
    body_bytes_max: int


class Link(asyncio.Protocol):
    """A connection on which the handshake is under way or done.

    `settled` is done when the link came up (result "") or ended before that (result: why).
    """

    def __init__(self, owner: Owner, where: str, bounds: LinkBounds, dialled_peer: int | None = None) -> None:
        self.where = where
        self.dialled = dialled_peer is not None
        self.peer = -1 if dialled_peer is None else dialled_peer
        self.certificate = b""
        self.is_up = False
        self.settled: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()
        self._owner = owner
        self._bounds = bounds
        self._reader = FrameReader(bounds.body_bytes_max)
        self._greeting = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reason = ""

    # --- what the loop tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done on our side: is it who it must be?"""
        self._transport = cast(asyncio.Transport, transport)
        self._owner.began(self)
        secured: ssl.SSLObject = transport.get_extra_info("ssl_object")
        self.certificate = secured.getpeercert(binary_form=True) or b""
        party = self._owner.who(self.certificate)
        if party is None or (self.dialled and party != self.peer):
            self.drop("their certificate is not the one on our roster")
            return
        if secured.selected_alpn_protocol() != ALPN or secured.version() != "TLSv1.3":
            self.drop(f"they do not speak {ALPN} over TLS 1.3")
            return
        self.peer = party
        if not self.dialled:
            self._owner.is_theirs(self)
        _watch_for_silence(transport.get_extra_info("socket"))
        self._transport.set_write_buffer_limits(high=SEND_BUFFER_BYTES)
        self._timer = asyncio.get_running_loop().call_later(
            self._bounds.greeting_ms / 1000, self.drop, "no greeting came in time"
        )
        self._transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Bytes of the stream: the greeting first, then frames."""
        if not self.is_up:
            self._greeting += data
            try:
                rest = after_greeting(self._greeting)
            except Malformed as fault:
                self.drop(fault.reason)
                return
            if rest is None:
                return
            self._greeting, data = b"", rest
            self._come_up()
        for one in self._reader.feed(data):
            if not isinstance(one, bytes):
                self._owner.was_junk(self, one.reason)
            elif one == BYE:
                self._owner.takes_leave(self)
                self.retire("they took leave")
                return
            else:
                self._owner.got(self, one)

    def resume_writing(self) -> None:
        """What waited has drained."""
        if self.is_up:
            self._owner.has_room(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, whoever ended it."""
        was_up, self.is_up = self.is_up, False
        self._stop_timer()
        reason = self._reason or (why(exc) if exc is not None else _CLOSED if was_up else _CLOSED_UNGREETED)
        self.ended.set()
        if not self.settled.done():
            self.settled.set_result(reason)
        self._owner.went(self, reason)

    # --- what the bearer does with it

    def send(self, body: bytes) -> None:
        """Give one frame to the transport; only while up."""
        if self._transport is not None:
            self._transport.write(encode_frame(body))

    @property
    def waiting_bytes(self) -> int:
        """What was sent and is still in our own memory."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def hold(self, on: bool) -> None:
        """Stop or go on reading."""
        if self._transport is None or self._transport.is_closing():
            return
        if on:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def take_leave(self, reason: str) -> None:
        """Send nothing more, take what still comes, and let the other side close, within the span of a greeting."""
        self._reason = self._reason or reason
        self.send(BYE)
        self._timer = asyncio.get_running_loop().call_later(self._bounds.greeting_ms / 1000, self.drop, reason)

    def retire(self, reason: str) -> None:
        """End it in good order: what waits is still sent."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.close()

    def drop(self, reason: str) -> None:
        """End it now."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()

    def _come_up(self) -> None:
        self._stop_timer()
        self.is_up = True
        if not self.settled.done():
            self.settled.set_result("")
        self._owner.came_up(self)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _watch_for_silence(sock: socket.socket) -> None:
    """A machine that lost its power says no goodbye: let the kernel notice."""
    seconds = TCP_GIVE_UP_AFTER_MS // 1000
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, seconds // 2)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, seconds // 4)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_GIVE_UP_AFTER_MS)
