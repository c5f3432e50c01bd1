"""When a bearer first took an entry of ours that belongs to an exercise: what a drill reports as relayed.

Seen by this station alone, and in its memory: it is on no record, and a restart forgets it. Only looked at while a
drill of ours is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.errors import PeerFault
from openline.line.turn import Heard
from openline.wire.items import Commit, Entries, Item, LogRef, Overtaking, WireEntry

ENTRIES_MAX: Final = 256  # remembered; the newest
_EXERCISE_BIT: Final = 0x04


class Relay(NamedTuple):
    """Which bearer took it, and when (UTC, ms)."""

    bearer: str
    at_ms: int


class Relayed:
    """Of one life of a station. `is_on` is set by whoever wants to know later."""

    def __init__(self, me: int, opened_at_ms: int) -> None:
        self._me = me
        self._opened_at_ms = opened_at_ms
        self.is_on = False
        self.begin(b"")

    def begin(self, generation: bytes) -> None:
        """A new log of ours."""
        self._generation = generation
        self._seen: dict[tuple[int, int], Relay] = {}  # by party and index
        self._pieces: dict[tuple[int, str], Heard] = {}  # what goes by slow bearers goes in pieces

    def of(self, party: int, generation: bytes, index: int) -> Relay | None:
        """When the whole of an entry of ours had been given to a bearer to that party, as far as it was seen."""
        return self._seen.get((party, index)) if generation == self._generation else None

    def took(self, party: int, bearer: str, what: Sequence[Item] | bytes, at_ms: int) -> None:
        """A bearer took items for a party, or one payload of them."""
        if not self.is_on:
            self._pieces.clear()
            return
        for item in what if not isinstance(what, bytes) else self._items(party, bearer, what):
            match item:
                case Commit() | Entries():
                    rows = list(enumerate(item.entries, item.first))
                case Overtaking():
                    rows = [(item.index, item.entry)]
                case _:
                    continue
            if self._is_ours(item.log):
                self._note(party, bearer, rows, at_ms)

    def _items(self, party: int, bearer: str, payload: bytes) -> tuple[Item, ...]:
        pieces = self._pieces.setdefault((party, bearer), Heard(self._opened_at_ms))
        try:
            return pieces.items(payload)
        except PeerFault:  # our own payload: a piece of a set that was begun before we looked
            return ()

    def _is_ours(self, log: LogRef) -> bool:
        return log.party == self._me and self._generation.endswith(log.tail)

    def _note(self, party: int, bearer: str, rows: Sequence[tuple[int, WireEntry]], at_ms: int) -> None:
        for index, entry in rows:
            if entry.bits & _EXERCISE_BIT and (party, index) not in self._seen:
                self._seen[party, index] = Relay(bearer, at_ms)
        while len(self._seen) > ENTRIES_MAX:
            self._seen.pop(next(iter(self._seen)))
