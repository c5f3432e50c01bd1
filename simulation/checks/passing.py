"""Over a slow bearer FLASH passes what waits there, also what is half gone, at the next frame boundary.

What is FLASH is read here from the items themselves, and whether a frame carries it from the frame's own bytes: by what
the outbox calls it nothing is judged. While a FLASH batch waits, a frame without any of it may go only after eight
with some of it since the waiting began or since the last such frame (one frame in sixteen is everybody else's, and
of those some may have been counted before it came). R-202, R-203
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from openline.line.narrow.pacing import Given, Pacing
from openline.line.state import BearerUp
from openline.wire.items import Commit, Entries, Item, Opening, Overtaking, encode_item
from simulation.checks.words import demand
from simulation.papers import OPENED_AT_MS

if TYPE_CHECKING:
    from simulation.station import Station

FLASH_BITS: Final = 3
BETWEEN: Final = 8  # frames with FLASH before one without
SET_BYTES: Final = 8
Road = tuple[int, str]  # to whom, over which bearer
TOGETHER: Final = (Opening, Commit, Entries, Overtaking)  # of one sending go as the most urgent of them


class Waits:
    """FLASH batches on their way to one peer over one slow bearer: those that its outbox holds, or may take back.

    The same bytes may wait there twice: an opening goes with every sending until its log is known, and is FLASH only
    in a sending that is.
    """

    def __init__(self) -> None:
        self._flash: dict[int, Any] = {}
        self.with_flash = 0  # frames since they began to wait, or since the last without

    def __bool__(self) -> bool:
        return bool(self._flash)

    def put(self, box: Any, known: Mapping[int, Any], batches: Set[bytes], *, flash: bool) -> None:
        """A sending was put there beside what was `known`. What is new, or has come back, is of it; where nothing is,
        a FLASH batch was superfluous beside what says the same, and that is FLASH from now on."""
        there = _there(box)
        new = {key: one for key, one in there.items() if key not in known and one.data in batches}
        if not flash:
            self._flash = {key: one for key, one in self._flash.items() if key not in new}
            return
        still = batches - {one.data for one in new.values()}
        self._flash |= new | {key: one for key, one in there.items() if one.data in still}

    def waiting(self, box: Any) -> list[Any]:
        """Those that still wait there, in part at least, wherever the box has put them."""
        if not self._flash:
            return []
        there = _there(box)
        gone = {id(one) for one in box._gone}
        self._flash = {key: one for key, one in self._flash.items() if key in there or key in gone}
        return [one for key, one in self._flash.items() if key in there]


class Passing:
    """Judges in which order a station gives frames to its slow bearers."""

    def __init__(self) -> None:
        self._waits: dict[int, tuple[Pacing, dict[Road, Waits]]] = {}

    def put(self, station: Station, peer: int, bearer: BearerUp, items: Sequence[Item]) -> None:
        """Put items on the way to a slow bearer, and look at what comes of it."""
        assert station.turns is not None
        road = peer, bearer.name
        flash = any(_is_flash(item) for item in items)
        waits = self._of(station).setdefault(road, Waits())
        known = _there(station.pacing._boxes.get(road)) if waits or flash else {}
        station.pacing.put(station.turns.state, peer, bearer, items)
        if not waits and not flash:
            return
        batches = {encode_item(item, OPENED_AT_MS) for item in items if isinstance(item, TOGETHER)}
        waits.put(station.pacing._boxes[road], known, batches, flash=flash)

    def given(self, station: Station, frames: Iterator[Given]) -> Iterator[Given]:
        """The same frames, one by one, each looked at beside what waited when it was made."""
        roads, boxes = self._of(station), station.pacing._boxes
        while any(waits for waits in roads.values()):
            before = {road: waits.waiting(boxes[road]) for road, waits in roads.items() if road in boxes}
            begun = {road for road, flash in before.items() if flash and _is_half_gone(boxes[road], flash)}
            one = next(frames, None)
            if one is None:
                return
            road = one.peer, one.bearer
            if before.get(road):
                self._judge(station, road, before[road], one.payload, road in begun)
            yield one
        yield from frames

    def _of(self, station: Station) -> dict[Road, Waits]:
        """Of this life of its outboxes: what waited in another is gone, and the record fills it again."""
        pacing, waits = self._waits.get(station.party, (None, {}))
        if pacing is not station.pacing:
            waits = {}
            self._waits[station.party] = station.pacing, waits
        return waits

    def _judge(self, station: Station, road: Road, flash: list[Any], payload: bytes, passes: bool) -> None:
        waits = self._of(station)[road]
        left = waits.waiting(station.pacing._boxes[road])
        if any(one.data in payload or sha256(one.data).digest()[:SET_BYTES] in payload for one in flash):
            station.world.count("flash", "passed what was half gone" if passes else "went first")
            waits.with_flash = waits.with_flash + 1 if left else BETWEEN
            return
        if not left:
            waits.with_flash = 0
            return  # its receiver has proved to hold it
        name = f"party {station.party} gave a frame to party {road[0]} over {road[1]} without FLASH, which waited"
        demand(waits.with_flash >= BETWEEN, "flash waits", f"{name}; {waits.with_flash} frames of it had gone before")
        station.world.count("flash", "shared its bearer")
        waits.with_flash = 0


def _is_flash(item: Item) -> bool:
    match item:
        case Commit() | Entries():
            return any(entry.bits & FLASH_BITS == FLASH_BITS for entry in item.entries)
        case Overtaking():
            return item.entry.bits & FLASH_BITS == FLASH_BITS
        case _:
            return False


def _there(box: Any) -> dict[int, Any]:
    """What waits in an outbox, by identity."""
    return {id(one): one for line in box._lines.values() for one in line} if box is not None else {}


def _is_half_gone(box: Any, flash: Sequence[Any]) -> bool:
    """Whether something that is no FLASH has begun to go there and has not ended."""
    return any(one.has_begun and one not in flash for one in _there(box).values())
