"""The relay's own process: real sockets or pseudo-terminals on both sides, bad weather between, orders on stdin.

    {"kind": "udp", "seed": "1", "to": ["127.0.0.1", 4001]}      first: what it is; answered by where it listens
    {"do": "cut", "way": "there"}                                every further line is an order, answered by one line

It ends when its orders end, so it outlives nobody who started it. `there` is from the near side to the far side.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import sys
import time
import tty
from collections.abc import Callable
from typing import Any, Final, Protocol

from openline.console.demo.weather import Count, Way, Weather

WAYS: Final = ("there", "back")
READ_BYTES: Final = 1 << 16
UNTAKEN_BYTES_MAX: Final = 1 << 20  # given on to somebody who does not read
LOOK_AGAIN_S: Final = 0.01  # at an end that did not take all, or whose way is full


class End(Protocol):
    """Something to read from and to give to."""

    @property
    def has_untaken(self) -> bool:
        """Whether it keeps what the other side has not taken yet."""

    def fileno(self) -> int:
        """For the selector."""

    def read(self) -> bytes | None:
        """What has come; empty when it is over, None when nothing is there."""

    def give(self, data: bytes) -> None:
        """Give on; what nobody takes is lost."""

    def close(self) -> None:
        """No more."""


class Datagrams:
    """A UDP socket that speaks with one address: the one it is told, else whoever spoke last."""

    has_untaken = False

    def __init__(self, to: tuple[str, int] | None, listen: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(listen)
        self._socket.setblocking(False)
        self._to = to
        self._is_told = to is not None
        self.address = self._socket.getsockname()

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> bytes | None:
        try:
            data, whence = self._socket.recvfrom(READ_BYTES)
        except OSError:  # also what the kernel says of a datagram that met nobody
            return None
        if not self._is_told:
            self._to = whence
        return data or None

    def give(self, data: bytes) -> None:
        if self._to is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(data, self._to)

    def close(self) -> None:
        self._socket.close()


class Terminal:
    """Our end of a pseudo-terminal in raw mode; `path` is the other, which a station opens like any serial device."""

    has_untaken = False

    def __init__(self) -> None:
        self._ours, self._theirs = os.openpty()  # theirs stays open here, so that a station may close and come back
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)

    def fileno(self) -> int:
        return self._ours

    def read(self) -> bytes | None:
        try:
            return os.read(self._ours, READ_BYTES)
        except OSError:
            return None

    def give(self, data: bytes) -> None:
        """A serial line has nowhere to keep what nobody reads: beyond the kernel's buffer it is lost."""
        with contextlib.suppress(OSError):
            os.write(self._ours, data)

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


class Connection:
    """One end of a TCP connection."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._untaken = b""

    @property
    def has_untaken(self) -> bool:
        return bool(self._untaken)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> bytes | None:
        try:
            return self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def give(self, data: bytes) -> None:
        self._untaken = (self._untaken + data)[-UNTAKEN_BYTES_MAX:]
        try:
            self._untaken = self._untaken[self._socket.send(self._untaken) :]
        except BlockingIOError:
            return
        except OSError:
            self._untaken = b""

    def close(self) -> None:
        self._socket.close()


class Pair:
    """Two ends and the two ways between them."""

    def __init__(self, ends: tuple[End, End], ways: tuple[Way, Way]) -> None:
        self.ends = ends
        self.ways = ways
        self.is_over = False  # one end has gone: the other follows when all is given on
        self.full: set[int] = set()  # ways that take no more for now: their ends are not read

    @property
    def next_at_ms(self) -> float | None:
        times = [way.next_at_ms for way in self.ways if way.next_at_ms is not None]
        return min(times, default=None)

    @property
    def waits(self) -> bool:
        """Whether it must be looked at again soon, whatever is due."""
        return bool(self.full) or any(end.has_untaken for end in self.ends)

    def pass_on(self, now_ms: float) -> None:
        for number, way in enumerate(self.ways):
            for data in way.due(now_ms):
                self.ends[1 - number].give(data)
            if self.ends[1 - number].has_untaken:
                self.ends[1 - number].give(b"")


class Relay:
    """All pairs of one relay, on one thread."""

    def __init__(self, order: dict[str, Any]) -> None:
        """Raises ValueError, TypeError, KeyError where the order makes no sense; OSError where a port cannot be had."""
        self._kind: str = order["kind"]
        self._seed = str(order["seed"])
        self._weathers = [Weather(**order.get(way, {})) for way in WAYS]
        self._is_half_duplex = bool(order.get("half_duplex", False))
        self._cut = [False, False]
        self._to = _address(order.get("to"))
        self._eyes = selectors.DefaultSelector()
        self._pairs: list[Pair] = []
        self._past = [Count(), Count()]
        self._made = 0
        self._door: socket.socket | None = None
        self.where = self._open(order)

    def _open(self, order: dict[str, Any]) -> dict[str, Any]:
        if self._kind == "udp":
            near = Datagrams(_address(order.get("near_is")), _address(order.get("listen")) or ("127.0.0.1", 0))
            far = Datagrams(self._to)
            self._join(near, far)
            return {"near": near.address, "far": far.address}
        if self._kind == "pty":
            one, other = Terminal(), Terminal()
            self._join(one, other)
            return {"near": one.path, "far": other.path}
        if self._kind == "tcp" and self._to is not None:
            self._ways()  # complains now, not at the first caller
            self._door = socket.create_server(_address(order.get("listen")) or ("127.0.0.1", 0))
            self._eyes.register(self._door, selectors.EVENT_READ, self._called)
            return {"near": self._door.getsockname(), "far": list(self._to)}
        raise ValueError(f"no relay of kind {self._kind!r}: udp, pty, or tcp with an address to go to")

    def _ways(self) -> tuple[Way, Way]:
        is_stream = self._kind != "udp"
        made = [Way(weather, f"{self._seed}/{self._made}/{way}", is_stream=is_stream)
                for way, weather in zip(WAYS, self._weathers, strict=True)]  # fmt: skip
        there, back = made
        if self._is_half_duplex:
            there.opposite, back.opposite = back, there
        there.is_cut, back.is_cut = self._cut
        self._made += 1
        return there, back

    def _join(self, near: End, far: End) -> None:
        pair = Pair((near, far), self._ways())
        self._pairs.append(pair)
        for number, end in enumerate(pair.ends):
            self._eyes.register(end.fileno(), selectors.EVENT_READ, self._reader(pair, number))

    def _reader(self, pair: Pair, number: int) -> Callable[[float], None]:
        def read(now_ms: float) -> None:
            data = pair.ends[number].read()
            if data:
                pair.ways[number].take(data, now_ms)
                self._hold_if_full(pair, number, now_ms)
            elif data is not None:
                self._eyes.unregister(pair.ends[number].fileno())
                pair.is_over = True

        return read

    def _hold_if_full(self, pair: Pair, number: int, now_ms: float) -> None:
        """A full stream is not read on: whoever writes to it has to wait, as for a modem. Datagrams are lost."""
        way = pair.ways[number]
        if self._kind != "udp" and way.waiting_bytes(now_ms) > way.weather.waiting_bytes_max:
            self._eyes.unregister(pair.ends[number].fileno())
            pair.full.add(number)

    def _read_on(self, pair: Pair, now_ms: float) -> None:
        for number in list(pair.full):
            way = pair.ways[number]
            if way.waiting_bytes(now_ms) > way.weather.waiting_bytes_max:
                continue
            pair.full.discard(number)
            self._eyes.register(pair.ends[number].fileno(), selectors.EVENT_READ, self._reader(pair, number))

    def _called(self, _now_ms: float) -> None:
        assert self._door is not None and self._to is not None
        near, _ = self._door.accept()
        try:
            far = socket.create_connection(self._to)
        except OSError:  # the other station is not up yet: whoever called will call again
            near.close()
            return
        self._join(Connection(near), Connection(far))

    def run(self, orders: int) -> None:
        """Until the orders on that file descriptor end."""
        rest = b""
        self._eyes.register(orders, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._eyes.select(self._wait_s()):
                if key.data is not None:
                    key.data(_now_ms())
                    continue
                read = os.read(orders, READ_BYTES)
                if not read:
                    return
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    _say(self._obey(json.loads(line)))
            self._pass_on(_now_ms())

    def _wait_s(self) -> float | None:
        times = [pair.next_at_ms for pair in self._pairs if pair.next_at_ms is not None]
        spans = [max(0.0, (min(times) - _now_ms()) / 1000)] if times else []
        if any(pair.waits for pair in self._pairs):
            spans.append(LOOK_AGAIN_S)
        return min(spans, default=None)

    def _pass_on(self, now_ms: float) -> None:
        for pair in list(self._pairs):
            pair.pass_on(now_ms)
            self._read_on(pair, now_ms)
            if pair.is_over and pair.next_at_ms is None and not any(self._cut):
                self._part(pair)

    def _part(self, pair: Pair) -> None:
        self._pairs.remove(pair)
        for end in pair.ends:
            with contextlib.suppress(KeyError):
                self._eyes.unregister(end.fileno())
            end.close()
        for number, way in enumerate(pair.ways):
            self._past[number] = _sum(self._past[number], way.count)

    def _obey(self, order: dict[str, Any]) -> dict[str, Any]:
        act = order["do"]
        numbers = [number for number, way in enumerate(WAYS) if order.get("way", "both") in ("both", way)]
        for number in numbers:
            ways = [pair.ways[number] for pair in self._pairs]
            if act in ("cut", "mend"):
                self._cut[number] = act == "cut"
                for way in ways:
                    way.cut() if act == "cut" else way.mend()
            elif act == "weather":
                weather = Weather(**order["weather"])
                weather.check(is_stream=self._kind != "udp")
                self._weathers[number] = weather
                for way in ways:
                    way.weather = weather
        counts = list(self._past)
        for pair in self._pairs:
            counts = [_sum(count, way.count) for count, way in zip(counts, pair.ways, strict=True)]
        waiting = [sum(pair.ways[number].waiting_bytes(_now_ms()) for pair in self._pairs) for number in (0, 1)]
        return {way: count._asdict() | {"waiting_bytes": left}
                for way, count, left in zip(WAYS, counts, waiting, strict=True)}  # fmt: skip


def _sum(one: Count, other: Count) -> Count:
    added = Count(*(a + b for a, b in zip(one, other, strict=True)))
    return added._replace(waited_ms_max=max(one.waited_ms_max, other.waited_ms_max))


def _address(given: Any) -> tuple[str, int] | None:
    return None if given is None else (str(given[0]), int(given[1]))


def _now_ms() -> float:
    return time.monotonic_ns() / 1e6


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def main() -> int:
    """Read what to be, say where, relay."""
    first = b""
    while not first.endswith(b"\n"):  # byte by byte: what follows belongs to `run`
        read = os.read(0, 1)
        if not read:
            return 0
        first += read
    try:
        relay = Relay(json.loads(first))
    except (ValueError, TypeError, KeyError, OSError) as why:
        _say({"refused": str(why)})
        return 1
    _say(relay.where)
    relay.run(0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
