"""Bytes counted at the socket: a relay that two stations talk through, and TLS records cut out of the stream.

Our stations write one frame at a time. OpenSSL makes one record of each write of up to 16 KiB and pads nothing, so
in TLS 1.3 a record of application data of n bytes (RFC 8446 section 5.2) holds a frame of n - 17: one byte says what
is inside, sixteen are its tag.
"""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType
from typing import NamedTuple

_HEAD = 5
_APPLICATION_DATA = 23
INSIDE_BYTES = 17


class Carried(NamedTuple):
    """One record of application data: bytes at the socket, and bytes of what it seals."""

    wire_bytes: int
    frame_bytes: int


class _Way:
    """One direction: where bytes go, and the records seen in it."""

    def __init__(self, to: socket.socket, seen: list[Carried]) -> None:
        self.to = to
        self._seen = seen
        self._rest = b""

    def count(self, data: bytes) -> None:
        """Cut whole records off the stream."""
        self._rest += data
        while len(self._rest) >= _HEAD:
            whole = _HEAD + int.from_bytes(self._rest[3:5], "big")
            if len(self._rest) < whole:
                return
            if self._rest[0] == _APPLICATION_DATA:
                self._seen.append(Carried(whole, whole - _HEAD - INSIDE_BYTES))
            self._rest = self._rest[whole:]


class Relay:
    """Listens on loopback and passes everything on to `port`. `there`: records of whoever dialled; `back`: answers."""

    def __init__(self, port: int) -> None:
        self._to_port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.there: list[Carried] = []
        self.back: list[Carried] = []
        self._eyes = selectors.DefaultSelector()
        self._eyes.register(self._listening, selectors.EVENT_READ)
        self._stop, stopped = socket.socketpair()
        self._eyes.register(stopped, selectors.EVENT_READ)
        self._stopped = stopped
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.close()
        self._thread.join()
        for key in list(self._eyes.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._eyes.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._eyes.select():
                if key.fileobj is self._stopped:
                    return
                if key.fileobj is self._listening:
                    self._join()
                else:
                    assert isinstance(key.fileobj, socket.socket)
                    self._pass(key.fileobj, key.data)

    def _join(self) -> None:
        near, _ = self._listening.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self._to_port))
        except OSError:  # the other station is not up yet: whoever dialled will dial again
            near.close()
            return
        for sock in (near, far):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._eyes.register(near, selectors.EVENT_READ, _Way(far, self.there))
        self._eyes.register(far, selectors.EVENT_READ, _Way(near, self.back))

    def _pass(self, sock: socket.socket, way: _Way) -> None:
        try:
            data = sock.recv(1 << 16)
            if data:
                way.count(data)
                way.to.sendall(data)
                return
        except OSError:
            pass
        for end in (sock, way.to):  # one side has gone: so has the connection
            self._eyes.unregister(end)
            end.close()
