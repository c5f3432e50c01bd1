"""What this station observes of each bearer to each party, and how old what they signed is.

Ages are on a clock that only counts; instants in what is written are UTC.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.contact.body import OBSERVED_ROWS_MAX, Seen, Transition
from openline.line.narrow.cadence import alarm_after_ms, can_answer, fresh_ms
from openline.line.ports import LogId
from openline.line.state import NO_CONTACT, BearerUp, LineState, PeerState

OURS_KEPT: Final = 64


class Looked(NamedTuple):
    """How one bearer to a party looks, since when (UTC ms)."""

    bearer: BearerUp
    seen: Seen
    since_ms: int


def age_ms(now_ms: int, at_ms: int | None) -> int | None:
    """How long ago that was; None where it never was, or lies ahead: then nobody knows."""
    return None if at_ms is None or at_ms > now_ms else now_ms - at_ms


class Sight:
    """Changes of what is seen, bounded, until they are written down."""

    def __init__(self) -> None:
        self.looked: dict[tuple[int, str], Looked] = {}
        self.known: dict[tuple[int, str], BearerUp] = {}  # that were up at some time and can answer
        self._up_since: dict[tuple[int, str], int] = {}  # on the counting clock
        self._rows: list[Transition] = []
        self._left_out = 0

    def look(self, state: LineState, now_ms: int, counted_ms: int) -> None:
        """See what changed."""
        for party, peer in state.peers.items():
            up = {bearer.name: bearer for bearer in peer.bearers if can_answer(bearer)}
            for name, bearer in up.items():
                self.known[party, name] = bearer
                self._up_since.setdefault((party, name), counted_ms)
                seen = self._of(party, peer, bearer, now_ms, counted_ms)
                if seen is not None:
                    self._put(party, bearer, seen, now_ms)
            for (whose, name), known in list(self.looked.items()):
                if whose == party and name not in up:
                    self._up_since.pop((party, name), None)
                    self._put(party, known.bearer, Seen.DOWN, now_ms)

    def _of(self, party: int, peer: PeerState, bearer: BearerUp, now_ms: int, counted_ms: int) -> Seen | None:
        age = age_ms(now_ms, peer.contacts.get(bearer.name, NO_CONTACT).proved_at_ms)
        if age is not None and age <= fresh_ms(bearer):
            return Seen.UP
        waited_ms = counted_ms - self._up_since[party, bearer.name]
        if waited_ms >= alarm_after_ms(bearer) and (age is None or age >= alarm_after_ms(bearer)):
            return Seen.SILENT
        known = self.looked.get((party, bearer.name))
        return None if known is None or known.seen is Seen.DOWN else known.seen

    def _put(self, party: int, bearer: BearerUp, seen: Seen, now_ms: int) -> None:
        known = self.looked.get((party, bearer.name))
        if known is not None and known.seen is seen:
            return
        self.looked[party, bearer.name] = Looked(bearer, seen, now_ms)
        if len(self._rows) < OBSERVED_ROWS_MAX:
            self._rows.append(Transition(now_ms, party, bearer.name[:32], seen))
        else:
            self._left_out += 1

    @property
    def has_news(self) -> bool:
        """Something to write down."""
        return bool(self._rows)

    def take(self) -> tuple[tuple[Transition, ...], int]:
        """What changed since this was last taken."""
        rows, left_out = tuple(self._rows), self._left_out
        self._rows, self._left_out = [], 0
        return rows, left_out


class Unpredictable:
    """Entries of ours that nobody could have signed before we wrote them, and when that was on the counting clock."""

    def __init__(self) -> None:
        self._log: LogId | None = None
        self._ours: list[tuple[int, int]] = []  # index, written

    def follow(self, state: LineState, looked_ms: int) -> None:
        """A new life of ours begins with an entry that is one. `looked_ms`: when we looked last, and it was not there:
        its age is never told too low, also where the machine slept in between (seed 603)."""
        if state.own != self._log:
            self._log, self._ours = state.own, [(0, looked_ms)]

    def wrote(self, log: LogId, index: int, counted_ms: int) -> None:
        """A test, or an answer, that was asked for at that instant."""
        if log == self._log:
            self._ours = [*self._ours[1 - OURS_KEPT :], (index, counted_ms)]

    def signed_age_ms(self, state: LineState, party: int, counted_ms: int) -> int | None:
        """How old the newest of them is that a party's receipt covers; None where it covers none."""
        own = state.logs.get(state.own) if state.own is not None else None
        receipt = own.receipts.get(party) if own is not None else None
        covered = [at_ms for index, at_ms in self._ours if receipt is not None and index < receipt.size]
        return counted_ms - max(covered) if covered else None
