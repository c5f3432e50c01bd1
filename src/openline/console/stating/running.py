"""What statements need of the station they are made at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from openline.console.channel.relayed import Relayed
from openline.console.watch.desk import Desk
from openline.line.events import Draft
from openline.line.ports import LogId, Store
from openline.line.state import LineState
from openline.seal.charter import Charter


class Running(Protocol):
    """What statements need of the station they are made at."""

    @property
    def charter(self) -> Charter:
        """The terms of the line as amended."""

    @property
    def store(self) -> Store:
        """The record."""

    @property
    def state(self) -> LineState:
        """The machine's state after the last committed turn."""

    @property
    def desk(self) -> Desk:
        """Who is on watch, and what needs a release."""

    def now_ms(self) -> int:
        """UTC, ms."""

    async def submit(self, drafts: Sequence[Draft]) -> list[tuple[LogId, int]]:
        """Append drafts; returns once they are durable here. Raises StoreDown, Refused."""


class Drilling(Running, Protocol):
    """What a drill needs beside."""

    @property
    def relayed(self) -> Relayed:
        """When bearers took what belongs to a drill of ours."""
