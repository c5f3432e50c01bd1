"""What happens to a frame on its way: lost, repeated, late, overtaken, damaged, or simply carried."""

from __future__ import annotations

from random import Random

from simulation.plan import LinkPlan


class Road:
    """One direction between two stations."""

    def __init__(self, plan: LinkPlan, draw: Random) -> None:
        self.plan = plan
        self._draw = draw
        self.closed_until_ms = 0  # nobody is told
        self.calm = False
        self.dead = plan.severed and not plan.stream  # its bearer is up, as far as anybody can tell
        self.lost = self.repeated = self.damaged = self.overtaken = self.truncated = self.halved = 0
        self._last_ms = 0

    def carry(self, body: bytes, now_ms: int) -> list[tuple[int, bytes]]:
        """When each copy of the frame arrives, and as what."""
        if self.dead:
            return []
        if self.calm:
            return [(now_ms + 20, body)]
        draw, plan = self._draw, self.plan
        if now_ms < self.closed_until_ms or draw.random() < plan.loss:
            self.lost += 1
            return []
        copies = 1
        if draw.random() < plan.repeat:
            self.repeated += 1
            copies = draw.choice((2, 2, 3))
        return [one for _ in range(copies) for one in self._pieces(body, now_ms)]

    def _pieces(self, body: bytes, now_ms: int) -> list[tuple[int, bytes]]:
        """One copy: as it is, cut off at some byte, or in two pieces that each pass for a frame."""
        draw = self._draw
        if not self.plan.cut or draw.random() >= self.plan.cut or len(body) < 2:
            return [self._one(body, now_ms)]
        at = draw.randrange(1, len(body))
        if draw.random() < 0.5:
            self.truncated += 1
            return [self._one(body[:at], now_ms)]
        self.halved += 1
        return [self._one(body[:at], now_ms), self._one(body[at:], now_ms)]

    def _one(self, body: bytes, now_ms: int) -> tuple[int, bytes]:
        draw, plan = self._draw, self.plan
        at_ms = now_ms + draw.randrange(1, plan.delay_ms + 1)
        if plan.stream:
            at_ms = max(at_ms, self._last_ms)  # a stream keeps its order
        elif at_ms < self._last_ms:
            self.overtaken += 1
        self._last_ms = max(at_ms, self._last_ms)
        if draw.random() < plan.damage:
            self.damaged += 1
            body = damage(body, draw)
        return at_ms, body


def damage(data: bytes, draw: Random) -> bytes:
    """Bytes that are nearly these: flipped, cut off, lengthened, or a piece of them zeroed."""
    if not data:
        return b"\0"
    kind = draw.randrange(5)
    at = draw.randrange(len(data))
    if kind < 2:
        return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
    if kind == 2:
        return data[:at]
    if kind == 3:
        return data + draw.randbytes(draw.randrange(1, 9))
    end = min(len(data), at + draw.randrange(1, 9))
    return data[:at] + bytes(end - at) + data[end:]
