"""Nothing lost, nothing doubled, nothing invented: the judge keeps a list of every message and of the disks it is on.

A message that a station answered as recorded is on that station's disk, and stays there until somebody puts an old
copy in its place. While one honest disk has it, it must in the end be on all of them, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from openline.line.events import Appended, Draft, Held
from openline.line.ports import EntryRow, LogId
from simulation import texts
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.station import Station

ALL = 1 << 30


class Ledger:
    """Who wrote what, and whose disks have it."""

    def __init__(self) -> None:
        self.author: dict[str, int] = {}
        self.on_disk: dict[str, set[int]] = {}
        self.place: dict[str, tuple[LogId, int]] = {}
        self.recorded: set[str] = set()
        self._old_copy: set[int] = set()
        self.gone: set[str] = set()
        self._missing: dict[int, set[str]] = {}
        self.read_back = 0

    def asked(self, party: int, drafts: Sequence[Draft]) -> None:
        """An officer asked for these; nothing is promised yet."""
        for draft in drafts:
            name = texts.name_of(draft.body)
            self.author.setdefault(name, party)
            self.on_disk.setdefault(name, set())

    def answered(self, station: Station, drafts: Sequence[Draft], told: Appended) -> None:
        """The station said: recorded. Then its disk has them, in this order."""
        rows = station.store.entries(told.log, told.first, told.entries, ALL)
        bodies = [row.body for row in rows]
        want = [draft.body for draft in drafts]
        demand(
            bodies[: len(want)] == want or bodies[-len(want) :] == want,
            "recorded",
            f"party {station.party} answered recorded for what its store does not hold",
        )
        self.recorded |= {texts.name_of(draft.body) for draft in drafts}
        self._see(station.party, told.log, told.first, rows)

    def held(self, station: Station, told: Held) -> None:
        """A station holds entries of another."""
        rows = station.store.entries(told.log, told.first, told.entries, ALL)
        name = f"party {station.party} says it holds {told.entries} entries of party {told.log.party}"
        demand(len(rows) == told.entries, "held", f"{name}; its store has {len(rows)} of them")
        self._see(station.party, told.log, told.first, rows)

    def _see(self, party: int, log: LogId, first: int, rows: Sequence[EntryRow]) -> None:
        for index, row in enumerate(rows, first):
            name = texts.name_of(row.body)
            if not name or name not in self.on_disk:
                continue
            demand(
                self.place.setdefault(name, (log, index)) == (log, index),
                "doubled",
                f"message {name} stands at two places",
            )
            if name in self._missing.get(party, set()):
                self._missing[party].discard(name)
                self.read_back += 1
            self.on_disk[name].add(party)

    def old_copy(self, party: int) -> None:
        """Somebody put an old copy in place of what this station's disk had."""
        self._old_copy.add(party)

    def booted(self, station: Station) -> None:
        """A station starts: everything that was on its disk is on it, unless the disk was exchanged."""
        party = station.party
        found: set[str] = set()
        for row in station.store.logs():
            rows = station.store.entries(row.log, 0, ALL, ALL)
            found |= {texts.name_of(one.body) for one in rows}
            self._see(party, row.log, 0, rows)
        missing = {name for name, disks in self.on_disk.items() if party in disks and name not in found}
        if party not in self._old_copy:
            demand(not missing, "lost", f"party {party} lost {sorted(missing)[:5]} from its disk over a restart")
        self._old_copy.discard(party)
        for name in missing:
            self.on_disk[name].discard(party)
            self._missing.setdefault(party, set()).add(name)

    def end(self, stations: Sequence[Station]) -> None:
        """What one honest disk has, all have, once; what nobody asked for, nobody has."""
        for station in stations:
            seen: dict[str, tuple[LogId, int]] = {}
            for row in station.store.logs():
                for index, one in enumerate(station.store.entries(row.log, 0, ALL, ALL)):
                    name = texts.name_of(one.body)
                    if name and name in self.author:
                        self._once(station, name, (row.log, index), seen)
            for name, disks in self.on_disk.items():
                if disks and name not in seen:
                    author = self.author[name]
                    demand(False, "lost", f"message {name} of party {author} is not with party {station.party}")
        self.gone = {name for name in self.recorded if not self.on_disk[name]}

    def _once(self, station: Station, name: str, place: tuple[LogId, int], seen: dict[str, tuple[LogId, int]]) -> None:
        demand(name not in seen, "doubled", f"message {name} is twice with party {station.party}")
        demand(
            self.author[name] == place[0].party,
            "invented",
            f"message {name} stands in a log of party {place[0].party}",
        )
        seen[name] = place
