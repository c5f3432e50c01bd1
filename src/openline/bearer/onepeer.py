"""What bearers that lead to one party by a road of their own have in common: a device, a pair of addresses, a program.

`OnePeer` keeps what waits to go out and answers the station; `Opened` adds what goes for a thing that is opened, may be
lost and is opened again. What the road is, each bearer knows itself.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

from openline.bearer.contract import BearerFacts, Hears
from openline.bearer.pacing import Outgoing, Sparing, set_within
from openline.errors import BearerDown


class OnePeer(ABC):
    """See `openline.bearer.contract.Bearer` for what it promises."""

    _road: ClassVar[str] = "way"  # what there is none of, in the words of an error

    def __init__(self, peer: int, hears: Hears, facts: BearerFacts) -> None:
        self._peer = peer
        self._hears = hears
        self._facts = facts
        self._loop: asyncio.AbstractEventLoop  # from `start` on
        self._outgoing = Outgoing(facts)
        self._sparing = Sparing(lambda where, why: hears.on_fault(facts.name, where, why), lambda: self._loop.time())
        self._trouble = "not up yet"
        self._closing = asyncio.Event()
        self._stirred = asyncio.Event()  # the road went, or we close
        self._drained = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @abstractmethod
    def _moves(self) -> bool:
        """Bytes can be given to the road now."""

    @abstractmethod
    def _given(self) -> None:
        """Something waits to go out."""

    @property
    def facts(self) -> BearerFacts:
        """What it says of itself."""
        return self._facts

    def send(self, peer: int, body: bytes) -> None:
        """Take a frame body. Raises BearerDown, LocalFault."""
        self._outgoing.check(body)
        if peer not in self.peers_up():
            raise BearerDown(f"{self._facts.name}: no {self._road} to party {peer}: {self._trouble}")
        self._outgoing.put(peer, body)
        self._given()

    def room(self, peer: int) -> int:
        """Bytes that may be given now."""
        return self._outgoing.room if peer in self.peers_up() else 0

    def peers_up(self) -> tuple[int, ...]:
        """The peer, while bytes can be given to the road."""
        return (self._peer,) if self._moves() and not self._closing.is_set() else ()


class Opened(OnePeer):
    """A road that is opened, paced by one timer, and opened again when it is lost."""

    def __init__(self, peer: int, hears: Hears, facts: BearerFacts, close_within_ms: int) -> None:
        super().__init__(peer, hears, facts)
        self._close_within_ms = close_within_ms
        self._beat_at: asyncio.TimerHandle | None = None

    @abstractmethod
    def _beat(self) -> None:
        """Send what may go now, and see when more may."""

    @abstractmethod
    def _down(self, why: str) -> None:
        """Let go of the road, if there is one, and say so."""

    async def close(self) -> None:
        """Send what was taken, for a while, then let go of the road."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._trouble = "we closed"
        if self._moves():
            self._beat()
            await set_within(self._drained, self._close_within_ms)
        self._stirred.set()
        if self._keeping is not None:
            await self._keeping
        self._down("we closed")

    def _lost(self, why: str) -> None:
        self._down(why)
        self._hears.on_alarm(self._facts.name, f"{why}; it is tried again and again")
        self._stirred.set()

    def _beat_in(self, wait_s: float) -> None:
        if self._beat_at is not None:
            self._beat_at.cancel()
        self._beat_at = self._loop.call_later(wait_s, self._beat)
