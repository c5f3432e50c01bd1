"""The record at the end: read from the disks, every digest, root and signature made again, every copy compared.

A log stands in one order, byte for byte the same on all honest disks; only a log whose writer lied about it may differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cbor2

from openline.line.ports import EntryRow, LogId, LogRow
from simulation.checks import own
from simulation.checks.ledger import ALL
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.station import Station


class Records:
    """Judges what the stores hold."""

    def __init__(self, signatures: own.Signatures, liar: int | None) -> None:
        self._signatures = signatures
        self._liar = liar
        self._copies: dict[LogId, tuple[int, list[EntryRow]]] = {}
        self.restores = 0
        self._roots: dict[tuple[LogId, int], list[bytes]] = {}

    def end(self, stations: Sequence[Station], forked: set[LogId]) -> None:
        """Read every store."""
        for station in stations:
            for row in station.store.logs():
                self._log(station, row, row.log in forked)
        for station in stations:
            self._afters(station, forked)

    def _log(self, station: Station, row: LogRow, forked: bool) -> None:
        name = f"party {station.party}, log {row.log.party}/{row.log.generation.hex()[-8:]}"
        rows = station.store.entries(row.log, 0, ALL, ALL)
        demand(len(rows) == row.size == row.noted_size, "record", f"{name}: {len(rows)} entries, size {row.size}")
        before = self._copies.setdefault(row.log, (station.party, rows))
        if before[1] is not rows and before[1] != rows:
            longer, shorter = sorted((rows, before[1]), key=len, reverse=True)
            late = row.log.party == self._liar and longer[: len(shorter)] == shorter  # a liar speaks when it likes
            demand(forked or late, "one order", f"{name} is not byte for byte what party {before[0]} holds")
        if before[1] is rows or before[1] != rows:
            self._entries(name, row, rows)
        roots = own.roots_of([one.header for one in rows])
        self._roots[row.log, station.party] = roots
        self._notes(station, row, roots, name)
        self._receipts(station, row, roots, name)

    def _entries(self, name: str, row: LogRow, rows: Sequence[EntryRow]) -> None:
        decreasing = []
        last: tuple[Any, Any] = ({}, {})
        for index, one in enumerate(rows):
            header: dict[int, Any] = cbor2.loads(one.header)
            demand(header[0] == index, "record", f"{name}: entry {index} says it is {header[0]}")
            demand(
                own.digest_of(row.secret, index, one.body) == header[8],
                "record",
                f"{name}: the body of entry {index} is not the one in its header",
            )
            held = {party: (generation, size) for party, generation, size, _ in header[5]}
            receipted = dict(header[6])
            for old, new in zip(last, (held, receipted), strict=True):
                decreasing += [index for party in old if new.get(party, type(old[party])()) < old[party]]
            demand(
                row.log.party == self._liar or all(size <= index for size in receipted.values()),
                "after",
                f"{name}: entry {index} names a receipt for entries that were not written",
            )
            last = (held, receipted)
        demand(row.log.party == self._liar or not decreasing, "after", f"{name}: `after` decreases at {decreasing[:5]}")

    def _notes(self, station: Station, row: LogRow, roots: Sequence[bytes], name: str) -> None:
        publics = [one.note_key for one in own.keys_of(station.roster, row.log.party, row.station)]
        notes = station.store.notes(row.log, 0, row.size)
        demand(not row.size or (bool(notes) and notes[-1].size == row.size), "record", f"{name}: its end is not signed")
        for note in notes:
            text = own.note_text(station.roster, row.log, note.size, roots[note.size])
            demand(note.root == roots[note.size], "record", f"{name}: the note of {note.size} has another root")
            demand(
                self._signatures.by_any(publics, note.signature, text),
                "signature",
                f"{name}: the note of {note.size} is not signed by its author",
            )

    def _receipts(self, station: Station, row: LogRow, roots: Sequence[bytes], name: str) -> None:
        for one in station.store.receipts(row.log):
            label = f"{name}: receipt of party {one.witness} for {one.size}"
            demand(one.size <= row.size and one.witness != row.log.party, "receipt", f"{label} cannot be")
            publics = [keys.receipt_key for keys in own.keys_of(station.roster, one.witness)]
            text = own.receipt_text(station.roster, row.log, one.size, roots[one.size], one.at_s)
            demand(self._signatures.by_any(publics, one.signature, text), "signature", f"{label} is not signed by it")

    def _afters(self, station: Station, forked: set[LogId]) -> None:
        """What an honest party says it held is what there was, where any disk still has it."""
        for row in station.store.logs():
            if row.log.party != station.party:
                continue
            last: object = None
            for one in station.store.entries(row.log, 0, ALL, ALL):
                held = cbor2.loads(one.header)[5]
                if held == last:
                    continue
                last = held
                for party, generation, size, root in held:
                    log = LogId(party, generation)
                    copies = [roots for (known, _), roots in self._roots.items() if known == log and size < len(roots)]
                    demand(
                        log in forked or all(roots[size] == root for roots in copies),
                        "after",
                        f"party {station.party} wrote that it held {size} of party {party} under another root",
                    )
                    demand(
                        bool(copies) or self.restores > 0,
                        "after",
                        f"party {station.party} wrote that it held {size} of party {party}; nobody does",
                    )
