"""The control channel, asking side: blocking, for commands and for programs that generate load.

    with ControlLink.open(path) as link:
        sent = link.ask(Send(messages=[Outgoing(text="...")]), Sent)

`post` and `collect` are the two halves of `ask`: post many, then collect each, and the station works on all of
them at once. A link is for one thread.
"""

from __future__ import annotations

import math
import select
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from openline.console.channel.answers import Answer, outcome, read, written
from openline.console.channel.control import short_path
from openline.console.codes import Told
from openline.console.watch.asking import AnyRequest

T = TypeVar("T")
ASK_WITHIN_MS: Final = 60_000
CONNECT_WITHIN_S: Final = 10.0


class ControlLink:
    """One connection to a running station."""

    def __init__(self, sock: socket.socket, sitting: str = "") -> None:
        self._sock = sock
        self._sitting = sitting
        self._sock.setblocking(False)
        self._next_id = 1
        self._in = bytearray()
        self._out = bytearray()
        self._answers: dict[int, Answer] = {}

    @classmethod
    def open(cls, path: Path, sitting: str = "") -> ControlLink:
        """Connect; `sitting` goes with every request. Raises Told OL-603 when no station answers there."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with short_path(path) as name:
                _connect(sock, name)
        except OSError as error:
            sock.close()
            raise Told("OL-603", f"nothing answers at {path}") from error
        return cls(sock, sitting)

    def __enter__(self) -> ControlLink:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; what was posted goes on at the station."""
        self._sock.close()

    def ask(self, request: AnyRequest, answer: type[T], within_ms: int = ASK_WITHIN_MS) -> T:
        """Post and collect. Raises Told with the station's code, OL-104 when no answer came."""
        return self.collect(self.post(request), answer, within_ms)

    def post(self, request: AnyRequest) -> int:
        """Put a request on its way and return its id. Sends what the socket takes now, the rest on `collect`."""
        request.id = self._next_id
        request.sitting = request.sitting or self._sitting
        self._next_id += 1
        self._out += written(request)
        self._push()
        return request.id

    def collect(self, request_id: int, answer: type[T], within_ms: int = ASK_WITHIN_MS) -> T:
        """The answer to a posted request. Raises Told with the station's code, OL-104 when no answer came."""
        until = time.monotonic() + within_ms / 1000
        while request_id not in self._answers:
            left = until - time.monotonic()
            if left <= 0:
                raise Told("OL-104", f"no answer from the station within {within_ms} ms")
            self._wait(left)
        return outcome(self._answers.pop(request_id), answer)

    def _wait(self, seconds: float) -> None:
        door = select.poll()  # also in a program with more than a thousand descriptors
        door.register(self._sock, select.POLLIN | (select.POLLOUT if self._out else 0))
        for _, came in door.poll(math.ceil(seconds * 1000)):
            if came & select.POLLOUT:
                self._push()
            if came & ~select.POLLOUT:
                self._pull()

    def _push(self) -> None:
        while self._out:
            try:
                sent = self._sock.send(memoryview(self._out)[: 1 << 18])
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                raise Told("OL-104", f"the station closed the connection ({error.strerror})") from error
            del self._out[:sent]

    def _pull(self) -> None:
        try:
            data = self._sock.recv(1 << 18)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            raise Told("OL-104", f"the station closed the connection ({error.strerror})") from error
        if not data:
            raise Told("OL-104", "the station closed the connection")
        self._in += data
        *lines, rest = self._in.split(b"\n")
        for line in lines:
            got = read(line)
            self._answers[got.id] = got
        self._in = bytearray(rest)


def _connect(sock: socket.socket, name: str) -> None:
    """Raises OSError where nobody listens, or the station is so busy that it lets nobody in."""
    until = time.monotonic() + CONNECT_WITHIN_S
    sock.setblocking(False)
    while True:
        try:
            sock.connect(name)
        except BlockingIOError:  # more wait at the door than it has places for
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
