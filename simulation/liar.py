"""A station with real keys whose party lies. It runs the shipped program too, and stands between it and the line.

Its program never hears of the logs its pens write: it would be the first to show them for what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openline.line.events import Draft, Submitted
from openline.line.ports import LogId
from openline.wire.items import (
    BlobChunk,
    Checkpoint,
    Commit,
    Differs,
    Entries,
    Hail,
    Item,
    LogRef,
    Note,
    Opening,
    Overtaking,
    Receipt,
)
from simulation.grounds import Ground
from simulation.pen import Pen
from simulation.station import Station

if TYPE_CHECKING:
    from simulation.world import World

KEPT = 60  # frames it remembers, to use them again


def spoilt(item: BlobChunk) -> BlobChunk:
    """The same piece with one bit changed."""
    return item._replace(data=item.data[:-1] + bytes([item.data[-1] ^ 1]))


@dataclass
class Memory:
    """What the liar has kept of the line's traffic."""

    sent: list[tuple[int, tuple[Item, ...]]] = field(default_factory=list)
    came: list[tuple[int, tuple[Item, ...]]] = field(default_factory=list)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)


class Liar(Station):
    """A station that can be told to lie."""

    def __init__(self, world: World, party: int, ground: Ground, clock_ms: int) -> None:
        super().__init__(world, party, ground, clock_ms)
        self.memory = Memory()
        self.withholding = False
        self.spoiling = False
        self.pens: dict[LogId, Pen] = {}

    def pen(self) -> Pen:
        """A log of its own hand."""
        generation = self.wall_ms().to_bytes(6, "big") + self.draw.randbytes(6)
        pen = Pen(self.roster, self.keys.signers, generation, self.wall_ms())
        self.pens[pen.log] = pen
        return pen

    def lie(self, peer: int, *items: Item) -> None:
        """Say something that its program never would."""
        self.send(peer, items)

    def lie_raw(self, peer: int, payload: bytes) -> None:
        """The same, with bytes that are no items."""
        if self.bearers.get(peer):
            for body in self.seal_payload(peer, payload):
                self.world.carry(self.party, peer, "wire", body)

    def take_draft(self, draft: Draft) -> None:
        """Let its own program write an entry."""
        self.take((Submitted((draft,)),))

    def outgoing(self, peer: int, items: Sequence[Item]) -> tuple[Item, ...]:
        """Its program speaks: let through what suits."""
        kept = [item for item in items if not (self.withholding and isinstance(item, Receipt) and item.witness is None)]
        said = tuple(spoilt(item) if self.spoiling and isinstance(item, BlobChunk) else item for item in kept)
        self.memory.sent = [*self.memory.sent[-KEPT:], (peer, said)]
        return said

    def incoming(self, peer: int, items: Sequence[Item]) -> tuple[Item, ...]:
        """Others speak: its program hears nothing of the pens."""
        self.memory.came = [*self.memory.came[-KEPT:], (peer, tuple(items))]
        return tuple(self._censored(item) for item in items if not self._is_about_pens(item))

    def sealed(self, peer: int, body: bytes) -> None:
        """A frame of its own, kept to be sent again as it is."""
        self.memory.bodies = [*self.memory.bodies[-KEPT:], (peer, body)]

    def _is_about_pens(self, item: Item) -> bool:
        match item:
            case Opening(party, generation):
                return LogId(party, generation) in self.pens
            case Commit() | Entries() | Checkpoint() | Overtaking() | Receipt() | Differs():
                return self._is_pen(item.log)
            case Note(text):
                return any(log.generation.hex().encode() in text for log in self.pens)
            case _:
                return False

    def _is_pen(self, ref: LogRef) -> bool:
        return bool(ref.tail) and any(log.party == ref.party and log.generation.endswith(ref.tail) for log in self.pens)

    def _censored(self, item: Item) -> Item:
        if not isinstance(item, Hail):
            return item
        logs = tuple(row for row in item.logs if LogId(row.party, row.generation) not in self.pens)
        lacks = tuple(row for row in item.lacks if LogId(row.party, row.generation) not in self.pens)
        return item._replace(logs=logs, lacks=lacks)
