"""Every lie that two signatures prove ends in an exhibit; no exhibit names anybody who did not lie.

The judge reads each signed note that reaches an honest station. Where one contradicts the history on that station's
disk, the station has the proof in hand and must show it. Where two honest disks hold two histories of one log, both
stations must.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openline.line.ports import LogId
from openline.record.exhibit import judge
from openline.wire.items import Item, Note
from simulation.checks import own
from simulation.checks.ledger import ALL
from simulation.checks.words import demand

HEX = re.compile("[0-9a-f]{24}")

if TYPE_CHECKING:
    from simulation.station import Station


class Proofs:
    """Judges accusations, made and missing."""

    def __init__(self, signatures: own.Signatures, liar: int | None) -> None:
        self._signatures = signatures
        self._liar = liar
        self.forked: set[LogId] = set()  # as the liar's own books have it
        self._proved: set[tuple[int, LogId]] = set()
        self._signed: dict[tuple[int, LogId], set[tuple[int, bytes]]] = {}

    def came(self, station: Station, items: Sequence[Item]) -> None:
        """Items reached an honest station."""
        for item in items:
            if isinstance(item, Note):
                self._note(station, item.text)

    def _note(self, station: Station, data: bytes) -> None:
        note = own.parse_note(data)
        if note is None:
            return
        origin, size, root, signature = note
        for party, keys in enumerate(station.roster.parties):
            parts = origin.split("/")
            if len(parts) == 4 and parts[2] == keys.party_id.hex() and HEX.fullmatch(parts[3]):
                log = LogId(party, bytes.fromhex(parts[3]))
                text = own.note_text(station.roster, log, size, root)
                if self._signatures.by_any([one.note_key for one in keys.stations], signature, text):
                    self._signed.setdefault((station.party, log), set()).add((size, root))
                    self.grown(station, log)

    def booted(self, party: int) -> None:
        """A life begins: what the last one had seen, and could not yet set against its own disk, is forgotten."""
        self._signed = {key: seen for key, seen in self._signed.items() if key[0] != party}

    def old_copy(self, party: int) -> None:
        """What a station could prove before its disk was exchanged, it may not be able to prove now."""
        self._proved = {key for key in self._proved if key[0] != party}

    def grown(self, station: Station, log: LogId) -> None:
        """Does what a station has seen signed contradict what it holds by now?"""
        signed = self._signed.get((station.party, log), set())
        roots = own.roots_of(_headers(station, log)) if signed else []
        if any(size < len(roots) and roots[size] != root for size, root in signed):
            self._proved.add((station.party, log))

    def accused(self, station: Station, log: LogId) -> None:
        """A station says that a log is disputed."""
        demand(
            log.party == self._liar and log in self.forked,
            "accused",
            f"party {station.party} disputes a log of party {log.party}, who signed one history only",
        )

    def missing(self, stations: Sequence[Station]) -> str:
        """Who should show an exhibit and does not; empty when all is shown. Reads only logs that the liar forked."""
        for log in sorted(self.forked):
            histories = {one.party: _headers(one, log) for one in stations}
            for station in stations:
                mine = histories[station.party]
                others = [theirs for party, theirs in histories.items() if party != station.party]
                proved = (station.party, log) in self._proved
                proved = proved or (bool(mine) and any(theirs and not own.is_prefix(mine, theirs) for theirs in others))
                if proved and not _disputed(station, log):
                    return f"party {station.party} holds proof of a fork of party {log.party} and shows none"
        return ""

    def end(self, stations: Sequence[Station]) -> int:
        """Judge every exhibit as a third party would; how many there are."""
        demand(not self.missing(stations), "exhibit missing", self.missing(stations))
        count = 0
        for station in stations:
            shown = set()
            for row in station.store.exhibits():
                if row.proves:
                    accusation = judge(row.data, station.roster)
                    self.accused(station, accusation.log)
                    shown.add(accusation.log)
                    count += 1
            for log in station.store.logs():
                name = f"party {station.party} disputes a log of party {log.log.party} without an exhibit"
                revoked = any(one.revoked for one in own.keys_of(station.roster, log.log.party, log.station))
                demand(log.disputed_from is None or log.log in shown or revoked, "accused", name)
        return count


def _headers(station: Station, log: LogId) -> list[bytes]:
    return [row.header for row in station.store.entries(log, 0, ALL, ALL)]


def _disputed(station: Station, log: LogId) -> bool:
    return any(row.log == log and row.disputed_from is not None for row in station.store.logs())
