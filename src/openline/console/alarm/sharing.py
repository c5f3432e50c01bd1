"""When messages of an exercise first rang here, told to the other side: a step of the ladder that a drill reports.

In earnest it stands in the desk's own log and nowhere else. What is on the record already is looked up there, so a
restart tells nothing twice. (R-287)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from openline.console.channel.asking import FIND_MAX
from openline.contact.saying import Alerted, encode_said
from openline.limits import COMMIT_BYTES_MAX
from openline.line.events import Draft
from openline.line.ports import LogId, Store
from openline.record.entry import ALERTED, EXERCISE, Ref, parse_header

AT_ONCE_MAX: Final = 64  # entries of a commit; what else rings is told of at the next look


class Rang(NamedTuple):
    """A message of an exercise that rings now: since when (UTC, ms), and whether anybody could hear it."""

    of: Ref
    at_ms: int
    aloud: bool


class Sharing:
    """What of that is still to be told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: set[Ref] = set()  # of those that ring

    def owed(self, rings: Iterable[Rang], me: int) -> list[Draft]:
        """Entries to record for what rings and was not told of yet. Raises StoreDown."""
        now = {one.of: one for one in rings}
        self._told &= now.keys()
        new = {of: one for of, one in now.items() if of not in self._told and self._position(of) is not None}
        self._told |= self._recorded(set(new), me)
        owed = [one for of, one in new.items() if of not in self._told][:AT_ONCE_MAX]
        return [Draft(ALERTED, 0, EXERCISE, (of,), encode_said(Alerted(at_ms, aloud))) for of, at_ms, aloud in owed]

    def recorded(self, drafts: Iterable[Draft]) -> None:
        """These are on the record now."""
        self._told.update(ref for draft in drafts for ref in draft.references)

    def _position(self, of: Ref) -> int | None:
        """None while it is held ahead of its log: what is written without its log says nothing of it. (R-290)"""
        return self._store.position_of(LogId(of.party, of.generation), of.index)

    def _recorded(self, new: set[Ref], me: int) -> set[Ref]:
        """Which of them the record has told of; every such entry stands behind what it is of."""
        if not new:
            return new
        position, found = min(self._position(of) or 0 for of in new), set()
        while rows := self._store.find(ALERTED, position, FIND_MAX):
            for row in rows:
                if row.log.party == me:
                    [entry] = self._store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
                    found.update(new.intersection(parse_header(entry.header).references))
            position = rows[-1].position
        return found
