"""Two real line machines with their outboxes, joined by bearers of a declared rate on a clock that this test turns."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from openline.line.events import Arrived, Down, Draft, Event, Send, Submitted, Tick, Up
from openline.line.narrow.facts import FRAMING_BYTES, is_slow
from openline.line.narrow.pacing import Pacing
from openline.line.narrow.resuming import to_tell
from openline.line.ports import LogId
from openline.line.state import BearerUp
from openline.line.turn import payloads
from openline.store.memory import MemoryStore
from openline.wire.items import Item
from tests.rooms.line.desks import OPENED_AT_MS, Desk, make_roster

STEP_MS = 50
TICK_MS = 250
SEAL_BYTES = 28
RADIO_300 = BearerUp("radio", 1024, 37, latency_ms=500)
RADIO_1200 = BearerUp("radio", 1024, 150, latency_ms=500)
TLS = BearerUp("tls", 1 << 20, 10_000_000, latency_ms=50)


@dataclass
class Road:
    """One bearer between the two: when its ends are free, and whether it carries anything at all."""

    up: BearerUp
    dead: bool = False  # up, as far as anybody can tell
    busy_until_ms: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    lost: Callable[[int], bool] = lambda number: False
    frames: int = 0
    longest: int = 1 << 30  # of the frames that arrive


class Air:
    """Two stations, their slow and quick bearers, one clock."""

    def __init__(self, *bearers: BearerUp) -> None:
        roster, keys = make_roster(2)
        self.desks = [Desk(number, roster, keys[number], MemoryStore()) for number in range(2)]
        self.pacing = [Pacing(OPENED_AT_MS), Pacing(OPENED_AT_MS)]
        self.now_ms = OPENED_AT_MS + 1_000_000
        self.roads = {up.name: Road(up) for up in bearers}
        self.came: list[tuple[int, int, str, Item]] = []  # when, at whom, over what, what
        self.arrived: list[Arrived] = []  # the same, as a neighbour could send it again
        self.sent_bytes = {0: 0, 1: 0}
        self._queue: list[tuple[int, int, int, str, bytes]] = []
        self._serial = 0
        for desk in self.desks:
            self._say(desk.me, desk.start(self.now_ms))
        for up in bearers:
            for one in (0, 1):
                self.take(one, Up(1 - one, up))

    def take(self, me: int, *events: Event) -> None:
        """One turn of one station."""
        self.pacing[me].heed(events, self.desks[me].turns.state, self.now_ms)
        self._say(me, self.desks[me].take(events, self.now_ms))
        self._give(me)

    def write(self, me: int, text: str | bytes, precedence: int = 0) -> None:
        body = text if isinstance(text, bytes) else text.encode()
        self.take(me, Submitted((Draft(1, precedence, 0, (), body),)))

    def up(self, name: str) -> None:
        for one in (0, 1):
            self.take(one, Up(1 - one, self.roads[name].up))

    def down(self, name: str) -> None:
        for one in (0, 1):
            self.take(one, Down(1 - one, name))

    def run(self, span_ms: int, until: Callable[[], bool] = lambda: False) -> int:
        """Let time pass; the ms that passed until `until` was so."""
        began_ms = self.now_ms
        while self.now_ms < began_ms + span_ms:
            if until():
                break
            self.now_ms += STEP_MS
            while self._queue and self._queue[0][0] <= self.now_ms:
                _, frame, receiver, name, payload = heapq.heappop(self._queue)
                self._arrive(receiver, name, payload, frame)
            for me in (0, 1):
                if self.now_ms % TICK_MS == 0:
                    self.take(me, Tick())
                    self._say_lacking(me)
                self._give(me)
        return self.now_ms - began_ms

    def held(self, me: int, log: LogId) -> int:
        """Entries of a log that a station holds."""
        return self.desks[me].size(log)

    def receipted(self, me: int) -> int:
        """Entries of our log that the other has receipted."""
        receipt = self.desks[me].turns.state.logs[self.desks[me].own].receipts.get(1 - me)
        return receipt.size if receipt else 0

    # ------------------------------------------------------------------ inside
    def _say(self, me: int, sends: Sequence[Send]) -> None:
        state = self.desks[me].turns.state
        for send in sends:
            known = state.peers[send.peer]
            names = [one.name for one in known.bearers] if send.everywhere else []
            if not send.everywhere and (send.bearer or known.road):
                names = [send.bearer or known.road.name]  # type: ignore[union-attr]
            for name in names:
                road = self.roads[name]
                if is_slow(road.up):
                    self.pacing[me].put(state, send.peer, road.up, send.items, send.precedence)
                    continue
                now = next((one for one in known.bearers if one.name == name), road.up)
                for payload in payloads(send.items, OPENED_AT_MS, now.frame_bytes_max - SEAL_BYTES):
                    self._carry(me, road, payload)

    def _say_lacking(self, me: int) -> None:
        desk = self.desks[me]
        for peer, gaps in to_tell(desk.heard, desk.turns.state, self.now_ms):
            self._say(me, [Send(peer, gaps)])

    def _give(self, me: int) -> None:
        def has_room(peer: int, name: str) -> bool:
            return self.roads[name].busy_until_ms[me] - self.now_ms <= 2_000

        for _, name, payload in self.pacing[me].due(self.desks[me].turns.state, self.now_ms, has_room):
            self._carry(me, self.roads[name], payload)

    def _carry(self, me: int, road: Road, payload: bytes) -> None:
        size = len(payload) + SEAL_BYTES + FRAMING_BYTES
        self.sent_bytes[me] += size
        road.frames += 1
        out_ms = max(road.busy_until_ms[me], self.now_ms) + size * 1000 // road.up.bytes_per_second
        road.busy_until_ms[me] = out_ms
        if not road.dead and size <= road.longest and not road.lost(road.frames):
            self._serial += 1
            heapq.heappush(self._queue, (out_ms + road.up.latency_ms, self._serial, 1 - me, road.up.name, payload))

    def _arrive(self, receiver: int, name: str, payload: bytes, frame: int) -> None:
        if self.roads[name].dead:
            return
        desk, sender = self.desks[receiver], 1 - receiver
        items = desk.heard[sender].items(payload)
        self.came += [(self.now_ms, receiver, name, item) for item in items]
        arrived = Arrived(sender, name, self.desks[sender].start_bytes, items, 0, frame)
        self.arrived.append(arrived)
        self.take(receiver, arrived)
