"""A serial cable for tests: two real pseudo-terminals, joined by a thread that can spoil what passes. And unplugged."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

Weather = Callable[[int, bytes], bytes]  # side (0 or 1) that spoke, bytes; what the other side hears


def fair(side: int, data: bytes) -> bytes:
    """Nothing happens to it."""
    return data


class Cable:
    """`place/tty0` and `place/tty1` while it is plugged in.

    `radio`: bytes a second of a radio, on which nobody hears while he speaks; 0: a cable. `late_s`: how long bytes are
    on their way.
    """

    def __init__(self, place: Path, weather: Weather = fair, *, radio: int = 0, late_s: float = 0.0) -> None:
        self.paths = (place / "tty0", place / "tty1")
        self.weather = weather
        self.carried = [0, 0]  # bytes, by the side that spoke
        self.collisions = 0
        self._radio = radio
        self._late_s = late_s
        self._speaks = [(0.0, 0.0), (0.0, 0.0)]  # each side, from and until when
        self._under_way: list[tuple[float, float, int, bytes]] = []
        self._ends: list[tuple[int, int] | None] = [None, None]
        self._lock = threading.Lock()
        self._wake, self._woken = os.pipe()
        self._is_over = False
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> Cable:
        for side in (0, 1):
            self.plug(side)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._stir()
        self._thread.join()
        for side in (0, 1):
            self.unplug(side)
        os.close(self._wake)
        os.close(self._woken)

    def plug(self, side: int) -> None:
        """A new device under the old name."""
        ours, theirs = os.openpty()
        os.set_blocking(ours, False)
        with self._lock:
            self._ends[side] = (ours, theirs)
        self.paths[side].symlink_to(os.ttyname(theirs))
        self._stir()

    def unplug(self, side: int) -> None:
        """The device is gone, and its name."""
        with self._lock:
            ends, self._ends[side] = self._ends[side], None
        if ends is not None:
            self.paths[side].unlink()
            for end in ends:
                os.close(end)
        self._stir()

    def say(self, side: int, data: bytes) -> None:
        """Noise that `side` hears."""
        self._hear(side, data)

    def _stir(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._woken, b".")

    def _carry(self) -> None:
        while not self._is_over:
            with self._lock:
                sides = {ends[0]: side for side, ends in enumerate(self._ends) if ends is not None}
            wait_s = max(0.0, self._under_way[0][0] - time.monotonic()) if self._under_way else 1.0
            try:
                ready, _, _ = select.select([*sides, self._wake], [], [], min(wait_s, 1.0))
            except (OSError, ValueError):
                continue  # unplugged meanwhile
            for handle in ready:
                if handle == self._wake:
                    os.read(handle, 64)
                else:
                    self._take(sides[handle], handle)
            while self._under_way and self._under_way[0][0] <= time.monotonic():
                until, began, side, data = self._under_way.pop(0)
                since, last = self._speaks[1 - side]
                if self._radio and since < until and last > began:
                    self.collisions += 1
                else:
                    self._hear(1 - side, data)

    def _take(self, side: int, handle: int) -> None:
        with self._lock:
            ends = self._ends[side]
            if ends is None or ends[0] != handle:
                return  # unplugged since it was waited for: the number may be somebody else's pipe by now
            try:
                data = os.read(handle, 4096)
            except OSError:
                data = b""
        if not data:
            time.sleep(0.01)  # nobody has opened the other end
            return
        now = time.monotonic()
        self.carried[side] += len(data)
        since, last = self._speaks[side]
        began = max(now, last)
        until = began + (len(data) / self._radio if self._radio else 0.0)
        self._speaks[side] = (since if last >= now else now, until)
        data = self.weather(side, data)
        if data:
            self._under_way.append((until + self._late_s, began + self._late_s, side, data))
            self._under_way.sort(key=lambda one: one[0])

    def _hear(self, side: int, data: bytes) -> None:
        with self._lock:
            ends = self._ends[side]
            if ends is None:
                return
            at = 0
            until = time.monotonic() + 5
            while at < len(data) and time.monotonic() < until:
                try:
                    at += os.write(ends[0], data[at:])
                except BlockingIOError:
                    time.sleep(0.001)
                except OSError:
                    return
