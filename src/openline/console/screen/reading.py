"""Reads entries for the screen: as `Reader` does, with who opened what from the register instead of from memory."""

from __future__ import annotations

from openline.console.channel.asking import Acknowledged, Shown
from openline.console.channel.showing import Ours, Reader, name_of
from openline.console.screen.naming import spelled
from openline.errors import Malformed
from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import LogId, Store
from openline.record.body import Message, parse_message
from openline.record.entry import MESSAGE, Ref
from openline.record.roster import Roster
from openline.store.register.looking import Looking, MessageRow
from openline.store.register.reading import NO_WORDS, OPENED


class RegisterReader(Reader):
    """For one thread, over a store and a register that are its own."""

    def __init__(self, store: Store, looking: Looking) -> None:
        super().__init__(store)
        self._looking = looking

    def _acknowledged(self, ref: Ref, roster: Roster) -> list[Acknowledged]:
        return [
            Acknowledged(
                party=step.by.party, name=name_of(roster, step.by.party), place=spelled(step.by), at_ms=step.at_ms,
                officer=step.officer, role=step.role, note=step.words,
            )
            for step in self._looking.steps(ref) if step.word == OPENED
        ]  # fmt: skip

    def ahead(self, ours: Ours) -> list[Shown]:
        """What is held ahead of its log, in order of arrival."""
        return [self._ahead(row, ours) for row in self._aheads.held()]

    def message(self, row: MessageRow) -> Message:
        """A message's own words; none where it does not read."""
        entry = self._store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
        if row.kind != MESSAGE or not entry:
            return NO_WORDS
        try:
            return parse_message(entry[0].body)
        except Malformed:
            return NO_WORDS

    def held_at(self, row: MessageRow, witness: int) -> int | None:
        """When a party's receipt says at the latest that it held a message; None without one."""
        receipt = self._store.receipt_covering(row.log, witness, row.index + 1)
        return receipt.arrived_at_ms if receipt is not None else None

    def place_at(self, position: int) -> str:
        """The name of the entry at a position; empty where there is none."""
        found = self._store.find(None, position - 1, 1)
        return spelled(Ref(*found[0].log, found[0].index)) if found and found[0].position == position else ""

    def disputed(self, log: LogId, index: int) -> bool:
        """Whether an entry stands where its log is disputed."""
        ends = (row.disputed_from for row in self._store.logs() if row.log == log)
        end = next(ends, None)
        return end is not None and index >= end
