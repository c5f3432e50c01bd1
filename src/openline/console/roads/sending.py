"""What leaves a running station: items are sealed and given to bearers, to slow ones frame by frame. R-200.

Everything here comes after the commit: what is lost from here on costs a repetition, never a lie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from openline.bearer.contract import Bearer, BearerFacts
from openline.console.channel.clock import wall_ms
from openline.console.channel.relayed import Relayed
from openline.console.channel.reporting import Watch
from openline.console.kept.keeping import Kept
from openline.console.roads.roads import Roads, up_of
from openline.errors import StoreDown, Unchecked, UnknownOutcome
from openline.line.events import Event, Send
from openline.line.narrow.facts import is_slow
from openline.line.narrow.pacing import Pacing
from openline.line.narrow.resuming import to_tell
from openline.line.state import LineState
from openline.line.turn import Heard, payloads
from openline.wire.items import Item

SEALING_BYTES: Final = 64  # room a frame needs beside its payload


class Sending:
    """The way out. One caller at a time; a new life of the station begins with `begin`."""

    def __init__(self, kept: Kept, roads: Roads, watch: Watch) -> None:
        self._kept = kept
        self._roads = roads
        self._watch = watch
        self._opened_at_ms = kept.papers.charter.opened_at_ms
        self.relayed = Relayed(kept.papers.me, self._opened_at_ms)
        self.begin(b"")

    def begin(self, generation: bytes) -> None:
        """A new life: what waited is forgotten, the record has it."""
        self.relayed.begin(generation)
        self._frame_start = generation[-4:]
        self._counter = 0
        self._keyring_saved = -1
        self.pacing = Pacing(self._opened_at_ms)

    def heed(self, events: Sequence[Event], state: LineState, now_ms: int) -> None:
        """Bearers came up or went down, peers said which pieces they lack."""
        self.pacing.heed(events, state, now_ms)

    def say_lacking(self, heard: Mapping[int, Heard], state: LineState, now_ms: int) -> None:
        """Tell of pieces of long items that did not come over a slow road. R-212"""
        self.say([Send(party, gaps) for party, gaps in to_tell(heard, state, now_ms)], state)

    def say(self, sends: Sequence[Send], state: LineState) -> None:
        """Give to broad bearers now, and let wait what goes by slow ones."""
        if not sends:
            return
        joined: dict[tuple[int, str], tuple[Bearer, list[Item]]] = {}
        for send in sends:
            for bearer in self._bearers(send, state):
                up = up_of(bearer.facts)
                if is_slow(up):
                    self.pacing.put(state, send.peer, up, send.items, send.precedence)
                else:
                    joined.setdefault((send.peer, up.name), (bearer, []))[1].extend(send.items)
        for (peer, _), (bearer, items) in joined.items():
            self._carry(peer, bearer, items, frame_bytes_max(state, peer, bearer.facts))

    def give(self, state: LineState, now_ms: int) -> None:
        """Give slow bearers what they have room for."""
        for given in self.pacing.due(state, now_ms, self._roads.has_room):
            bearer = self._roads.best(given.peer, given.bearer)
            if bearer is not None:
                self._carry(given.peer, bearer, given.payload, bearer.facts.frame_bytes_max)

    def _bearers(self, send: Send, state: LineState) -> Sequence[Bearer]:
        if send.everywhere:
            return self._roads.all_up(send.peer)
        known = state.peers.get(send.peer)
        name = send.bearer or (known.road.name if known is not None and known.road is not None else None)
        bearer = self._roads.best(send.peer, name)
        if bearer is None and send.bearer is None:
            bearer = self._roads.best(send.peer, None)
        return () if bearer is None else (bearer,)  # none: the next hail will show that the peer lacks it

    def _carry(self, peer: int, bearer: Bearer, what: Sequence[Item] | bytes, bytes_max: int) -> None:
        try:
            if isinstance(what, bytes):
                bodies = [self._seal(peer, what)]
            else:
                bodies = self.seal(peer, what, bytes_max, padded=bearer.facts.padded)
        except Unchecked as lost:
            self._watch.ring("keyring", str(lost))
        except (StoreDown, UnknownOutcome) as down:  # unsaid, as if the bearer had lost it
            self._watch.ring("disk", str(down))
        else:
            for body in bodies:
                self._roads.carry(peer, bearer, body)
            self.relayed.took(peer, bearer.facts.name, what, wall_ms())

    def seal(self, peer: int, items: Sequence[Item], frame_bytes_max: int, *, padded: bool = False) -> list[bytes]:
        """Frame bodies that carry items to a peer, after everything they depend on is on disk."""
        bytes_max = frame_bytes_max - SEALING_BYTES
        return [self._seal(peer, one) for one in payloads(items, self._opened_at_ms, bytes_max, padded=padded)]

    def _seal(self, peer: int, payload: bytes) -> bytes:
        self.save_keyring()
        body = self._kept.keyring.seal(peer, payload, self._frame_start, self._counter)
        self._counter += 1
        return body

    def save_keyring(self) -> None:
        """Put the keyring on disk, if it has changed. Raises StoreDown, UnknownOutcome."""
        if self._kept.keyring.changes != self._keyring_saved:
            self._kept.save_keyring()
            self._keyring_saved = self._kept.keyring.changes


def frame_bytes_max(state: LineState, peer: int, facts: BearerFacts) -> int:
    """The longest frame body for a bearer now: it may carry less than it declares. (R-207)"""
    known = state.peers.get(peer)
    ups = known.bearers if known is not None else ()
    return min(facts.frame_bytes_max, next((up.frame_bytes_max for up in ups if up.name == facts.name), 1 << 30))
