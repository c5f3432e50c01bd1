"""Entries that are ahead of their logs: those held so here, and those that others say they hold so."""

from __future__ import annotations

from openline.console.channel.asking import FIND_MAX, SaidAhead
from openline.errors import Malformed
from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import AheadRow, LogId, Store
from openline.record.ahead import parse_held_ahead
from openline.record.entry import HELD_AHEAD, Ref, parse_header


class Aheads:
    """Reads a store and changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._said: dict[Ref, list[SaidAhead]] = {}
        self._said_to = 0

    def held(self) -> list[AheadRow]:
        """What is held ahead here now, in order of arrival; what stands in the way of another history is not shown."""
        rows = self._store.ahead()
        sizes = {row.log: row.size for row in self._store.logs()} if rows else {}
        return [row for row in rows if row.index >= sizes.get(row.log, 0)]

    def row(self, log: LogId, index: int) -> AheadRow | None:
        """One entry that is held ahead here."""
        return next((row for row in self.held() if (row.log, row.index) == (log, index)), None)

    def lacking(self, row: AheadRow) -> int:
        """How many earlier entries of its log are not here."""
        held = next((one.size for one in self._store.logs() if one.log == row.log), 0)
        here = sum(1 for one in self.held() if one.log == row.log and one.index < row.index)
        return row.index - held - here

    def said_of(self, log: LogId, index: int) -> list[SaidAhead]:
        """Who says that it holds this entry ahead, the first word of each; also where that word itself came ahead."""
        while rows := self._store.find(HELD_AHEAD, self._said_to, FIND_MAX):
            for found in rows:
                entry = self._store.entries(found.log, found.index, 1, COMMIT_BYTES_MAX)[0]
                self._keep(self._said, found.log, entry.header, entry.body)
            self._said_to = rows[-1].position
        ref = Ref(*log, index)
        told = {ref: list(self._said.get(ref, []))}
        for row in self.held():
            self._keep(told, row.log, row.header, row.body)
        return told[ref]

    @staticmethod
    def _keep(told: dict[Ref, list[SaidAhead]], log: LogId, header: bytes, body: bytes) -> None:
        head = parse_header(header)
        if head.kind != HELD_AHEAD:
            return
        try:
            said = parse_held_ahead(body)
        except Malformed:
            return  # held and shown raw like every entry; it says nothing
        known = told.setdefault(said.of, [])
        if log.party != said.of.party and all(one.party != log.party for one in known):
            place = f"{log.party}/{log.generation.hex()}/{head.index}"
            known.append(SaidAhead(log.party, "", place, head.written_at_ms, said.leaf.hex()))
