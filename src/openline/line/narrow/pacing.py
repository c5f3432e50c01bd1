"""What a station gives to its slow bearers, and when: one outbox for each of them and each peer. R-200 to R-204.

The station and the simulation both run this, so what is simulated is what is shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from openline.line.events import Arrived, Down, Event, Up
from openline.line.forms import Unresolved, find_log
from openline.line.narrow.outbox import Outbox, Rank, ranked
from openline.line.ports import LogId
from openline.line.state import BearerUp, LineState
from openline.wire.items import Checkpoint, Commit, Differs, Entries, Gaps, Item, Opening, Overtaking, Receipt


class Given(NamedTuple):
    """One payload to seal for `peer` and to give to `bearer` now."""

    peer: int
    bearer: str
    payload: bytes


class Pacing:
    """All outboxes of one line. Volatile: the record is what they are filled from."""

    def __init__(self, opened_at_ms: int) -> None:
        """`opened_at_ms`: the charter's instant."""
        self._opened_at_ms = opened_at_ms
        self._boxes: dict[tuple[int, str], Outbox] = {}
        self._told: dict[int, tuple[bytes, int]] = {}  # by peer: life and counter of the last frame that told gaps

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return any(self._boxes.values())

    def heed(self, events: Sequence[Event], state: LineState | None, now_ms: int) -> None:
        """Bearers came up or went down; where there is a state, peers may have said what they lack."""
        if state is not None:
            self._resume(state, events, now_ms)
        for event in events:
            if isinstance(event, Down):
                self._boxes.pop((event.peer, event.bearer), None)
            elif isinstance(event, Up) and (event.peer, event.bearer.name) in self._boxes:
                self._boxes[event.peer, event.bearer.name].again()

    def _resume(self, state: LineState, events: Iterable[Event], now_ms: int) -> None:
        """Peers said which pieces of long items they lack. What was said before is not taken: anybody on the way can
        say it again. R-213"""
        for event in events:
            if isinstance(event, Arrived) and any(isinstance(item, Gaps) for item in event.items):
                known = state.peers.get(event.peer)
                start, frame = self._told.get(event.peer, (b"", -1))
                if known is None or known.start != event.start or (start == event.start and event.frame <= frame):
                    continue
                self._told[event.peer] = event.start, event.frame
                boxes = [box for (peer, _), box in self._boxes.items() if peer == event.peer]
                for gaps in (item for item in event.items if isinstance(item, Gaps)):
                    for box in boxes:
                        box.lacking(gaps, now_ms)

    def put(
        self,
        state: LineState,
        peer: int,
        bearer: BearerUp,
        items: Sequence[Item],
        precedence: int | None = None,
    ) -> None:
        """Let items wait for a slow bearer to `peer`."""
        box = self._boxes.get((peer, bearer.name))
        if box is None:
            box = self._boxes[peer, bearer.name] = Outbox(bearer, self._opened_at_ms)
        for rank, item in ranked(items, precedence):
            box.put(rank, item, _log_of(state, item))

    def due(self, state: LineState, now_ms: int, has_room: Callable[[int, str], bool]) -> Iterator[Given]:
        """Payloads to give now, one by one: after each the bearer is asked again whether it has room."""
        for (peer, name), box in list(self._boxes.items()):
            known = state.peers.get(peer)
            if known is not None:  # its frames may have been cut shorter since
                box.bearer = next((one for one in known.bearers if one.name == name), box.bearer)
            while box and has_room(peer, name):
                payload = box.draw(now_ms, known.flows if known is not None else {})
                if payload is None:
                    break
                yield Given(peer, name, payload)

    def moved(self, peer: int, name: str) -> None:
        """Ordinary traffic to `peer` takes another bearer now: only what goes out on all of them stays here."""
        box = self._boxes.get((peer, name))
        if box is not None:
            box.keep((Rank.FLASH, Rank.CONTROL))

    def waiting_bytes(self) -> Mapping[tuple[int, str], int]:
        """What waits, by peer and bearer."""
        return {key: box.bytes_held for key, box in self._boxes.items()}


def _log_of(state: LineState, item: Item) -> LogId | None:
    """The log that an item of ours speaks of."""
    if isinstance(item, Opening):
        return LogId(item.party, item.generation)
    if not isinstance(item, Commit | Entries | Checkpoint | Differs | Overtaking | Receipt):
        return None
    start = state.own.generation[-4:] if state.own is not None else b""
    try:
        return find_log(item.log, state.me, start, state.logs)
    except Unresolved:
        return None
