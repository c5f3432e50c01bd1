"""When a bearer first took the whole of a message or paper of ours: the step "relayed" of its ladder.

Seen by this station alone, on no record and no promise of anybody. A restart forgets it here; of what left by a release
the desk's own log has it (`watch.relays`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.desk.leaving import GATED
from openline.errors import PeerFault
from openline.line.turn import Heard
from openline.wire.items import Commit, Entries, Item, LogRef, Overtaking, WireEntry

ENTRIES_MAX: Final = 4_096  # remembered; the newest


class Relay(NamedTuple):
    """Which bearer took it, and when (UTC, ms)."""

    bearer: str
    at_ms: int


class Relayed:
    """Of one life of a station."""

    def __init__(self, me: int, opened_at_ms: int) -> None:
        self._me = me
        self._opened_at_ms = opened_at_ms
        self.begin(b"")

    def begin(self, generation: bytes) -> None:
        """A new log of ours."""
        self.generation = generation
        # Ordered, since the oldest go one by one: a plain dict looks for its first behind all that have gone.
        # `came`: not yet looked at by whoever writes it down; the newest.
        self.came: OrderedDict[tuple[int, int], Relay] = OrderedDict()
        self._seen: OrderedDict[tuple[int, int], Relay] = OrderedDict()  # by party and index
        self._pieces: dict[tuple[int, str], Heard] = {}  # what goes by slow bearers goes in pieces

    def of(self, party: int, generation: bytes, index: int) -> Relay | None:
        """When the whole of an entry of ours had been given to a bearer to that party, as far as it was seen."""
        return self._seen.get((party, index)) if generation == self.generation else None

    def took(self, party: int, bearer: str, what: Sequence[Item] | bytes, at_ms: int) -> None:
        """A bearer took items for a party, or one payload of them."""
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
        return log.party == self._me and self.generation.endswith(log.tail)

    def _note(self, party: int, bearer: str, rows: Sequence[tuple[int, WireEntry]], at_ms: int) -> None:
        for index, entry in rows:
            if entry.kind in GATED and (party, index) not in self._seen:
                self._seen[party, index] = self.came[party, index] = Relay(bearer, at_ms)
        for kept in (self._seen, self.came):
            while len(kept) > ENTRIES_MAX:
                kept.popitem(last=False)
