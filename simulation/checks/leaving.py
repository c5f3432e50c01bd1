"""Nothing is said before it is durable: whatever leaves an honest station is compared with its store at that moment.

Receipts: on disk, byte for byte, over entries that are on disk to the last, signed over their root, with sizes that
only rise. Commits and notes: of entries and signatures that are on disk. Frames: no nonce twice under one key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from openline.line.ports import LogId, LogRow
from openline.wire.items import Commit, Entries, Item, LogRef, Receipt
from simulation.checks import own
from simulation.checks.ledger import ALL
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.checks.standings import Standings
    from simulation.station import Station

_HEAD = 12  # tag, start, counter: which key, and its nonce


class Leaving:
    """Judges what goes out."""

    def __init__(self, signatures: own.Signatures, standings: Standings) -> None:
        self._signatures = signatures
        self._standings = standings
        self._nonces: set[bytes] = set()
        self._issued: dict[tuple[int, LogId], dict[int, tuple[int, bytes]]] = {}

    def sealed(self, body: bytes) -> None:
        """A frame was sealed, by whomever."""
        demand(body[:_HEAD] not in self._nonces, "nonce", f"a nonce was used twice: {body[:_HEAD].hex()}")
        self._nonces.add(body[:_HEAD])

    def booted(self, station: Station, old_copy: bool) -> None:
        """A station starts: its receipts are on its disk. After an old copy was put back, those of the copy are."""
        party = station.party
        for row in station.store.logs():
            ours = [one for one in station.store.receipts(row.log) if one.witness == party]
            stored = {one.size: (one.at_s, one.signature) for one in ours}
            issued = self._issued.get((party, row.log), {})
            if not old_copy:
                lost = sorted(size for size, said in issued.items() if stored.get(size) != said)
                demand(not lost, "receipt stored", f"party {party}: receipts given for {lost} are not on its disk")
            self._issued[party, row.log] = dict(stored)
        if old_copy:
            held = {row.log for row in station.store.logs()}
            for key in [key for key in self._issued if key[0] == party and key[1] not in held]:
                del self._issued[key]

    def items(self, station: Station, items: Sequence[Item]) -> None:
        """These are about to be sealed."""
        rows = station.store.logs()
        for item in items:
            if isinstance(item, Receipt) and item.witness in (None, station.party):
                self._receipt(station, rows, item)
            elif isinstance(item, Commit | Entries):
                self._entries(station, rows, item)

    def _receipt(self, station: Station, rows: Sequence[LogRow], item: Receipt) -> None:
        party, said = station.party, (item.at_s, item.signature)
        for row in _named(station, rows, item.log):
            if self._issued.get((party, row.log), {}).get(item.size) == said:
                return  # a repetition, byte for byte
        name = f"party {party}, receipt for {item.size} entries of party {item.log.party}"
        log = self._signed_log(station, rows, item)
        demand(log is not None, "receipt over a gap", f"{name}: not over entries that are on its disk")
        assert log is not None
        kept = [one for one in station.store.receipts(log) if one.witness == party and one.size == item.size]
        demand(
            [(one.at_s, one.signature) for one in kept] == [said],
            "receipt stored",
            f"{name}: left before it was on disk, or differs from what is",
        )
        issued = self._issued.setdefault((party, log), {})
        demand(item.size > max(issued, default=0), "receipts rise", f"{name}: after one for {max(issued, default=0)}")
        issued[item.size] = said
        self._standings.receipted(station, log, item.size)

    def _signed_log(self, station: Station, rows: Sequence[LogRow], item: Receipt) -> LogId | None:
        """The log whose first `size` entries, as they are on disk, this receipt signs."""
        publics = [keys.receipt_key for keys in own.keys_of(station.roster, station.party)]
        for row in _named(station, rows, item.log):
            entries = station.store.entries(row.log, 0, item.size, ALL)
            if len(entries) == item.size:
                root = own.roots_of([one.header for one in entries])[-1]
                text = own.receipt_text(station.roster, row.log, item.size, root, item.at_s)
                if self._signatures.by_any(publics, item.signature, text):
                    return row.log
        return None

    def _entries(self, station: Station, rows: Sequence[LogRow], item: Commit | Entries) -> None:
        end = item.first + len(item.entries)
        name = f"party {station.party}, entries {item.first} to {end} of party {item.log.party}"
        named = [row for row in _named(station, rows, item.log) if row.size >= end]
        demand(bool(named), "sent before commit", f"{name}: not on its disk")
        if isinstance(item, Commit):
            signed = [one.signature for row in named for one in station.store.notes(row.log, end, end)]
            demand(item.signature in signed, "sent before commit", f"{name}: their note is not on its disk")


def _named(station: Station, rows: Sequence[LogRow], ref: LogRef) -> list[LogRow]:
    tail = ref.tail or station.frame_start
    return [row for row in rows if row.log.party == ref.party and row.log.generation.endswith(tail)]
