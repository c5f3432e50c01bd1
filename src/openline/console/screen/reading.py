"""Reads entries for the screen: as `Reader` does, with who opened what from the register instead of from memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openline.accord.bodies import KINDS as ACCORD_KINDS
from openline.console.accords.words import words_of_paper
from openline.console.channel.asking import Acknowledged, Shown
from openline.console.channel.showing import Ours, Reader, name_of
from openline.console.ladder.found import Ladder
from openline.console.screen.naming import spelled
from openline.console.stating.statements import Statements
from openline.contact.saying import SilenceRecorded, Stated
from openline.desk.release import parse_release, release_digest
from openline.desk.telling.bodies import Relation
from openline.desk.telling.counting import Told
from openline.errors import Malformed
from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import FoundRow, LogId, Store
from openline.record.body import Message, parse_message
from openline.record.entry import MESSAGE, OFFICES, RELATION, Ref, parse_header
from openline.record.roster import Roster
from openline.store.register.looking import Looking, MessageRow
from openline.store.register.reading import HOLDING, NO_WORDS, OPENED, RANG, REFUSED, RELATED, SILENCE

TOLD: Final = frozenset(("understood", "passed", *RELATED.values()))
STATED: Final = frozenset((
    REFUSED, HOLDING, SILENCE, "silence confirmed", "silence contested", RANG,
))  # fmt: skip


class RegisterLadder(Ladder):
    """What was told about one message, by the register; of directories alone something stays in memory."""

    def __init__(self, store: Store, looking: Looking) -> None:
        super().__init__(store, (OFFICES,))
        self._looking = looking

    def _beside(self, message: Ref) -> Told | None:
        log, behind = LogId(message.party, message.generation), message.index + 1
        if list(self._store.kinds(log, behind, 1)) != [RELATION]:
            return None
        told = self.read(log, behind)
        return told if told is not None and isinstance(told.said, Relation) and told.said.beside else None

    def _said_of(self, message: Ref) -> Sequence[Told]:
        found = (self.read(LogId(one.party, one.generation), one.index) for one in _by(self._looking, message, TOLD))
        return [one for one in found if one is not None]


class RegisterStatements(Statements):
    """What was stated about one entry, by the register; of the line as a whole what the record says."""

    def __init__(self, store: Store, looking: Looking) -> None:
        super().__init__(store)
        self._looking = looking

    def _said_of(self, message: Ref) -> list[Stated]:
        direct = self._stating(message)
        silences = [one.at.ref for one in direct if isinstance(one.said, SilenceRecorded)]
        return [*direct, *(one for silence in silences for one in self._stating(silence))]

    def _stating(self, of: Ref) -> list[Stated]:
        found = (self.read(LogId(one.party, one.generation), one.index) for one in _by(self._looking, of, STATED))
        return [one for one in found if one is not None]


def _by(looking: Looking, of: Ref, words: frozenset[str]) -> list[Ref]:
    """Which entries say one of these words of an entry, each once, in order of arrival."""
    return list(dict.fromkeys(step.by for step in looking.steps(of) if step.word in words))


class RegisterReader(Reader):
    """For one thread, over a store and a register that are its own."""

    def __init__(self, store: Store, looking: Looking) -> None:
        super().__init__(store)
        self._looking = looking
        self.ladder = RegisterLadder(store, looking)
        self.statements = RegisterStatements(store, looking)
        self._newest_read: tuple[Roster | None, dict[int, Shown]] = (None, {})

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

    def newest(self, count: int, ours: Ours) -> list[Shown]:
        """The newest entries of the record without what others said of them, oldest first. What an entry says is
        written once: those of the last question are not read again."""
        rows = self._newest(None, None, count)
        roster, known = self._newest_read
        if roster is not ours.roster:  # parties may have other names
            known = {}
        read = {row.position: known.get(row.position) or self._bare_row(row, ours) for row in rows}
        self._newest_read = (ours.roster, read)
        return list(read.values())

    def _bare_row(self, row: FoundRow, ours: Ours) -> Shown:
        [entry] = self._store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
        return self._bare(row.position, row.log, entry, self._store.arrivals(row.log, row.index, 1)[0], ours)

    def message(self, row: MessageRow) -> Message:
        """A message's own words; none where it does not read."""
        entry = self._store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
        if row.kind != MESSAGE or not entry:
            return NO_WORDS
        try:
            return parse_message(entry[0].body)
        except Malformed:
            return NO_WORDS

    def says(self, row: MessageRow) -> str:
        """What it is called: the subject of a message; of an entry of the accords what it says, in a line."""
        if row.subject or row.kind not in ACCORD_KINDS:
            return row.subject
        entry = self._store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
        try:
            return words_of_paper(row.kind, entry[0].body) if entry else ""
        except Malformed:
            return ""

    def held_at(self, row: MessageRow, witness: int) -> int | None:
        """When a party's receipt says at the latest that it held a message; None without one."""
        receipt = self._store.receipt_covering(row.log, witness, row.index + 1)
        return receipt.arrived_at_ms if receipt is not None else None

    def releases_straight_before(self, log: LogId, index: int) -> bool:
        """Whether the release at this place is over the entry straight before it. (R-305)"""
        found = self._store.entries(log, index - 1, 2, 2 * COMMIT_BYTES_MAX) if index else []
        if len(found) != 2:
            return False
        try:
            header, release = parse_header(found[0].header), parse_release(found[1].body)
        except Malformed:
            return False
        return release.digest == release_digest(header.kind, header.precedence, header.flags, found[0].body)

    def place_at(self, position: int) -> str:
        """The name of the entry at a position; empty where there is none."""
        found = self._store.find(None, position - 1, 1)
        return spelled(Ref(*found[0].log, found[0].index)) if found and found[0].position == position else ""

    def disputed(self, log: LogId, index: int) -> bool:
        """Whether an entry stands where its log is disputed."""
        ends = (row.disputed_from for row in self._store.logs() if row.log == log)
        end = next(ends, None)
        return end is not None and index >= end
