"""What a bad road does to what it carries: a machine without a clock of its own, every chance drawn from a seed.

One `Way` is one direction. What goes in at one instant comes out later, twice, out of order, spoiled or never.
A datagram is one piece and stays one. In a stream every byte is a piece, order is kept and nothing comes twice, as on a
wire. Eight bits are counted for a byte; whatever a carrier adds around it is not. Two ways over one air, as with two
radios on one frequency, spoil each other wherever both send at once.
"""

from __future__ import annotations

import heapq
import itertools
import random
from typing import Final, NamedTuple

CHUNK_MS: Final = 20  # a stream comes out in chunks that took about so long: at 300 bit/s byte by byte


class Weather(NamedTuple):
    """What happens on a way. Chances are from 0 to 1, for each piece by itself."""

    bits_per_second: int = 0  # 0: as fast as the machine
    delay_ms: int = 0
    jitter_ms: int = 0  # up to so much more delay, evenly drawn
    lost: float = 0.0
    spoiled: float = 0.0  # one bit turned over
    doubled: float = 0.0  # datagrams only: comes once more, `late_ms` later
    late: float = 0.0  # datagrams only: kept back by `late_ms`, so that others overtake it
    late_ms: int = 500
    waiting_bytes_max: int = 1 << 20  # before the slow part: of a datagram beyond it nothing remains

    def check(self, *, is_stream: bool) -> None:
        """Raises ValueError where it asks for what cannot be."""
        for name in ("lost", "spoiled", "doubled", "late"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is a chance: from 0 to 1")
        for name in ("bits_per_second", "delay_ms", "jitter_ms", "late_ms", "waiting_bytes_max"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is below nothing")
        if is_stream and (self.doubled or self.late):
            raise ValueError("a stream keeps its order and repeats nothing: doubled and late are for datagrams")


class Count(NamedTuple):
    """What one way has done so far. `bytes_in` is all that was given to it, whatever became of it."""

    pieces_in: int = 0
    bytes_in: int = 0
    pieces_out: int = 0
    bytes_out: int = 0
    lost: int = 0
    spoiled: int = 0
    doubled: int = 0
    late: int = 0
    collided: int = 0  # spoiled wholly, because the other way was sending too
    vanished_bytes: int = 0  # while it was cut
    overrun_bytes: int = 0  # no room was left before the slow part
    waited_ms_max: int = 0  # the longest that a piece waited for those before it


class Way:
    """One direction of a relay. `take` what comes, at `due` give on what it is time for; `now_ms` never goes back."""

    def __init__(self, weather: Weather, seed: str, *, is_stream: bool) -> None:
        """Raises ValueError as `Weather.check` does. `opposite` is set where both ways share one air."""
        weather.check(is_stream=is_stream)
        self.weather = weather
        self.is_cut = False
        self.count = Count()
        self._is_stream = is_stream
        self._draw = random.Random(seed)  # noqa: S311  weather is no secret
        self._free_at_ms = 0.0  # when the slow part has sent all it was given
        self._last_due_ms = 0.0
        self._under_way: list[tuple[float, int, float, bytes]] = []  # due, number, when its last bit was sent, bytes
        self.opposite: Way | None = None
        self._numbers = itertools.count()

    @property
    def next_at_ms(self) -> float | None:
        """When something is due next."""
        return self._under_way[0][0] if self._under_way else None

    def waiting_bytes(self, now_ms: float) -> int:
        """Bytes taken that the slow part has not sent yet."""
        if not self.weather.bits_per_second:
            return 0
        return int(max(0.0, self._free_at_ms - now_ms) * self.weather.bits_per_second / 8000)

    def is_sending(self, now_ms: float) -> bool:
        """Whether its slow part sends at this instant."""
        return not self.is_cut and self._free_at_ms > now_ms

    def cut(self) -> None:
        """From now on whatever comes vanishes, and what is under way with it. Nobody is told."""
        self.is_cut = True
        self._add(vanished_bytes=sum(len(data) for *_, data in self._under_way))
        self._under_way.clear()

    def mend(self) -> None:
        """End of `cut`."""
        self.is_cut = False

    def take(self, data: bytes, now_ms: float) -> None:
        """One datagram, or the next bytes of a stream."""
        if self._is_stream:
            rate = self.weather.bits_per_second
            size = max(1, rate * CHUNK_MS // 8000 if rate else len(data))
            for at in range(0, len(data), size):
                self._take_stream(data[at : at + size], now_ms)
        else:
            self._take_datagram(data, now_ms)

    def due(self, now_ms: float) -> list[bytes]:
        """What comes out by now, in order of coming."""
        out = []
        while self._under_way and self._under_way[0][0] <= now_ms:
            out.append(heapq.heappop(self._under_way)[3])
        self._add(pieces_out=len(out), bytes_out=sum(map(len, out)))
        return out

    def _take_datagram(self, data: bytes, now_ms: float) -> None:
        self._add(pieces_in=1, bytes_in=len(data))
        weather, draw = self.weather, self._draw.random
        if self.is_cut:
            self._add(vanished_bytes=len(data))
            return
        if self.waiting_bytes(now_ms) + len(data) > weather.waiting_bytes_max:
            self._add(overrun_bytes=len(data))
            return
        data = self._collide(data, now_ms)
        sent_at_ms = self._through(len(data), now_ms)
        if draw() < weather.lost:
            self._add(lost=1)
            return
        if data and draw() < weather.spoiled:
            self._add(spoiled=1)
            data = self._spoil(data)
        due_ms = sent_at_ms + weather.delay_ms + draw() * weather.jitter_ms
        if draw() < weather.late:
            self._add(late=1)
            due_ms += weather.late_ms
        self._put(due_ms, sent_at_ms, data)
        if draw() < weather.doubled:
            self._add(doubled=1)
            self._put(due_ms + weather.late_ms, sent_at_ms, data)

    def _take_stream(self, data: bytes, now_ms: float) -> None:
        self._add(pieces_in=len(data), bytes_in=len(data))
        weather, draw = self.weather, self._draw.random
        if self.is_cut:
            self._add(vanished_bytes=len(data))
            return
        data = self._collide(data, now_ms)
        sent_at_ms = self._through(len(data), now_ms)
        if weather.lost:
            kept = bytes(byte for byte in data if draw() >= weather.lost)
            self._add(lost=len(data) - len(kept))
            data = kept
        if weather.spoiled:
            for at in [at for at in range(len(data)) if draw() < weather.spoiled]:
                self._add(spoiled=1)
                data = data[:at] + self._spoil(data[at : at + 1]) + data[at + 1 :]
        if data:
            due_ms = sent_at_ms + weather.delay_ms + draw() * weather.jitter_ms
            self._last_due_ms = max(self._last_due_ms, due_ms)  # bytes never overtake bytes
            self._put(self._last_due_ms, sent_at_ms, data)

    def _through(self, size: int, now_ms: float) -> float:
        """When the last bit has left the slow part; one piece at a time goes through it."""
        begins_ms = max(now_ms, self._free_at_ms)
        self.count = self.count._replace(waited_ms_max=max(self.count.waited_ms_max, int(begins_ms - now_ms)))
        if self.weather.bits_per_second:
            begins_ms += size * 8000 / self.weather.bits_per_second
        self._free_at_ms = begins_ms
        return begins_ms

    def _spoil(self, data: bytes) -> bytes:
        at = self._draw.randrange(len(data) * 8)
        return data[: at // 8] + bytes([data[at // 8] ^ (1 << at % 8)]) + data[at // 8 + 1 :]

    def _put(self, due_ms: float, sent_at_ms: float, data: bytes) -> None:
        heapq.heappush(self._under_way, (due_ms, next(self._numbers), sent_at_ms, data))

    def _collide(self, data: bytes, now_ms: float) -> bytes:
        """`data`, unless the other way is sending now: then noise, and what it has not sent to the end is noise too."""
        if self.opposite is None or not self.opposite.is_sending(now_ms):
            return data
        self.opposite._drown(now_ms)
        self._add(collided=1)
        return self._draw.randbytes(len(data))

    def _drown(self, now_ms: float) -> None:
        for at, (due_ms, number, sent_at_ms, data) in enumerate(self._under_way):
            if sent_at_ms > now_ms:
                self._under_way[at] = (due_ms, number, now_ms, self._draw.randbytes(len(data)))
                self._add(collided=1)

    def _add(self, **more: int) -> None:
        self.count = self.count._replace(**{name: getattr(self.count, name) + n for name, n in more.items()})
