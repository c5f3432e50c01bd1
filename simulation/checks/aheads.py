"""Entries held ahead of their logs: on the disk before it is said, as their author wrote them, and once at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cbor2

from openline.line.events import CameAhead
from openline.line.ports import AheadRow, LogId
from simulation.checks import own
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.station import Station

HELD_AHEAD = 10
ALL = 1 << 30
SAID_LATELY = 200  # of a station's own entries, where its word must stand


class Aheads:
    """Judges what stations say that they hold before what comes before it."""

    def __init__(self) -> None:
        self.count = 0

    def came(self, station: Station, told: CameAhead, honest: Sequence[Station]) -> None:
        """A station says that it holds an entry ahead: it does, and its own log says so too."""
        self.count += 1
        name = f"party {station.party} says it holds entry {told.index} of party {told.log.party} ahead"
        rows = [row for row in station.store.ahead() if (row.log, row.index) == (told.log, told.index)]
        if not rows and station.store.leaves(told.log, told.index, 1):
            return  # its log has come to it meanwhile
        demand(len(rows) == 1, "ahead", f"{name}; its store has {len(rows)} of it")
        header = cbor2.loads(rows[0].header)
        demand(rows[0].leaf == own.leaf_of(rows[0].header), "ahead", f"{name}; its leaf is not that of its header")
        demand(own.digest_of(rows[0].secret, told.index, rows[0].body) == header[8], "ahead", f"{name}; another body")
        demand(header[2] == HELD_AHEAD or self._is_said(station, rows[0]), "ahead", f"{name}; its log does not say so")
        author = next((one for one in honest if one.party == told.log.party and one.on), None)
        written = author.store.leaves(told.log, told.index, 1) if author is not None else []
        demand(written in ([], [rows[0].leaf]), "invented", f"{name}; its author wrote another")

    def _is_said(self, station: Station, row: AheadRow) -> bool:
        assert station.turns is not None and station.turns.state.own is not None
        log = station.turns.state.own
        size = station.turns.state.logs[log].size
        rows = station.store.entries(log, max(0, size - SAID_LATELY), ALL, ALL)
        return any(self._said(one.header, one.body) == (row.log, row.index, row.leaf) for one in rows)

    @staticmethod
    def _said(header: bytes, body: bytes) -> tuple[LogId, int, bytes] | None:
        if cbor2.loads(header)[2] != HELD_AHEAD:
            return None
        fields = cbor2.loads(body)
        party, generation, index = fields[0]
        return LogId(party, generation), index, fields[1]

    def end(self, stations: Sequence[Station], forked: set[LogId]) -> None:
        """What its log holds is not held beside it; what was said of an entry is what it is."""
        for station in stations:
            sizes = {row.log: row.size for row in station.store.logs()}
            for row in station.store.ahead():
                late = row.index < sizes.get(row.log, 0) and row.log not in forked
                demand(not late, "doubled", f"party {station.party} holds entry {row.index} in its log and ahead of it")
            for log, size in sizes.items():
                if log.party != station.party:
                    continue
                for one in station.store.entries(log, 0, size, ALL):
                    said = self._said(one.header, one.body)
                    leaves = station.store.leaves(said[0], said[1], 1) if said and said[0] not in forked else []
                    demand(not said or leaves in ([], [said[2]]), "ahead", f"party {station.party} said what is not so")
