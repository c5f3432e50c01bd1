"""What the parties said to each other means the same for whoever has it, in whatever order it came.

Each station's record is read as the shipped program reads it (`console.accords`), from its own store and so in the
order in which it came there; and once more from the export that a stranger reads, log by log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.console.accords.reading import Follower, Unread, book_of
from openline.record.evidence.findings import Findings
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.station import Station


class Reading(NamedTuple):
    """Whose, what it came to, and what could not be read."""

    name: str
    said: tuple[str, ...]
    unread: tuple[Unread, ...]


class Accords:
    """Judges what entries of notices and agreements come to."""

    def __init__(self, count: Callable[[str, str, int], None]) -> None:
        self._count = count
        self._followers: dict[int, tuple[int, Follower]] = {}

    def begun(self, stations: Sequence[Station]) -> None:
        """The weather is over: who is up has read what has come so far, and reads on from there."""
        for station in stations:
            if station.on:
                follower = Follower(station.store, range(station.world.plan.parties))
                follower.follow()
                self._followers[station.party] = station.lives, follower

    def end(self, stations: Sequence[Station], findings: Findings) -> None:
        """All have all: every reading is the same. Not asked where a log has two histories."""
        readings = []
        for station in stations:
            fresh = Follower(station.store, range(station.world.plan.parties))
            lives, follower = self._followers.get(station.party, (0, fresh))
            for one, how in ((fresh, "read at the end"), (follower, "read as it came")):
                if one is fresh or lives == station.lives:
                    readings.append(_reading(f"party {station.party}, {how}", one.follow(), one.unread))
        readings.append(_reading("a stranger", *book_of(findings)))
        first = readings[0]
        for other in readings[1:]:
            for ours, theirs in ((first.said, other.said), (first.unread, other.unread)):
                apart = sorted({*map(str, ours)} ^ {*map(str, theirs)})
                demand(ours == theirs, "read alike", f"{first.name} and {other.name} differ in {apart[:2]}")
        self._count("accord", "lines read alike", len(first.said))
        self._count("accord", "unread", len(first.unread))


def _reading(name: str, book: Book, unread: Sequence[Unread]) -> Reading:
    return Reading(name, tuple(canon.said(book)), tuple(sorted(unread)))
