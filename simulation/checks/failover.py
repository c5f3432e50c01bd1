"""Of two good bearers one is always silent: whatever is recorded is held over the other within three hail periods.

Asked only where both stations have been up since before, and no days were left out meanwhile. R-206, R-207.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from openline.line.events import Appended
from openline.line.ports import LogId
from simulation.checks.words import demand
from simulation.plan import TURNS

if TYPE_CHECKING:
    from simulation.station import Station
    from simulation.world import World

HELD_WITHIN_MS: Final = 12_000  # three hail periods, and the ticks and turns between
SETTLED_MS: Final = 15_000  # for so long both are up before


class Promise(NamedTuple):
    """Something recorded, and when it must be held."""

    log: LogId
    size: int
    by_ms: int
    lives: tuple[int, ...]
    leapt_ms: int


class Failover:
    """Judges how long a message takes where one bearer of two works."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._booted_ms: dict[int, int] = {}
        self._owed: list[Promise] = []

    def booted(self, station: Station) -> None:
        """A life begins."""
        self._booted_ms[station.party] = self._world.now_ms

    def told(self, told: Appended) -> None:
        """Entries became durable with their author."""
        world = self._world
        up_ms = max((self._booted_ms.get(one.party, 0) for one in world.stations), default=0)
        if world.plan.kind != TURNS or world.is_calm or world.now_ms - up_ms < SETTLED_MS:
            return
        lives = tuple(one.lives for one in world.stations)
        size, by_ms = told.first + told.entries, world.now_ms + HELD_WITHIN_MS
        self._owed.append(Promise(told.log, size, by_ms, lives, world.leapt_ms))

    def ticked(self, honest: Sequence[Station]) -> None:
        """What should be held by now?"""
        world = self._world
        due = [one for one in self._owed if one.by_ms <= world.now_ms]
        self._owed = [one for one in self._owed if one.by_ms > world.now_ms]
        for one in due:
            if one.lives != tuple(station.lives for station in world.stations) or one.leapt_ms != world.leapt_ms:
                continue
            for station in honest:
                if station.turns is None:
                    continue
                held = station.turns.state.logs.get(one.log)
                size = held.size if held is not None else 0
                name = f"party {station.party} holds {size} of {one.size} entries of party {one.log.party}"
                demand(size >= one.size, "failover", f"{name}, {HELD_WITHIN_MS} ms after they were recorded")
                world.count("failover", "held in time")
