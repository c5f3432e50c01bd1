"""The clock, the queue and the roads between stations: one thread, one order of things, decided by the seed.

A run has two halves. First the weather, with everything the plan holds. Then the calm: roads heal, nobody is reset,
the machines that are dark come back; the line must settle by itself within `CALM_MS`, and then be quiet.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Final

from openline.limits import BEARER_WAITING_MS, NARROW_BELOW_BYTES_PER_SECOND
from openline.line.events import ClockSet, PqWanted
from openline.line.state import BearerUp, Duplex
from openline.record.entry import Ref
from simulation import errands, lies, officers, texts
from simulation.cells import Cells
from simulation.checks.contact import pace_ms
from simulation.checks.watch import Watch
from simulation.checks.words import Violation
from simulation.grounds import Ground, MemoryGround, SqliteGround
from simulation.liar import Liar
from simulation.papers import OPENED_AT_MS
from simulation.plan import COURIERS, DAY_MS, OFFICERS_ACTS, SPARE, WIRE_ENDS_MS, Act, LinkPlan, Plan
from simulation.station import TICK_MS, WIRE, Station
from simulation.weather import Road

CALM_MS: Final = 90_000
LOOK_EVERY_MS: Final = 2_000
GO_ON_EVERY_MS: Final = 2_500
QUIET_MS: Final = 10_000
LATE_MS: Final = 8_000  # what was still on its way when the weather ended may be answered once
NARROW_FRAME_BYTES: Final = 700
SLOW_TICK_MS: Final = 400_000
LAST_LOOKS, LAST_LOOK_MS = 40, 500
TESTED_ON: Final = 3  # of the seeds with link tests one in so many goes on until all are seen to pass


class Link:
    """One bearer of a pair of parties: two roads, and whether it is up as its ends know it."""

    def __init__(self, plan: LinkPlan, seed: int) -> None:
        self.plan = plan
        self.up = not (plan.severed and plan.stream)
        name = f"{seed} {plan.name}" if plan.name != WIRE else str(seed)
        self.roads = {
            (plan.low, plan.high): Road(plan, Random(f"road {name} {plan.low} {plan.high}")),
            (plan.high, plan.low): Road(plan, Random(f"road {name} {plan.high} {plan.low}")),
        }
        # A slow link by turns is one channel: what one side has on the air, the other waits for.
        self.by_turns = Random(f"air {name} {plan.low} {plan.high}").random() < 0.5
        self._busy_until_ms = {plan.low: 0, plan.high: 0}

    def air_ms(self, sender: int, count_bytes: int, now_ms: int) -> int:
        """When the last byte of a frame given now is on its way. Broad links take no time for that."""
        is_calm = self.roads[self.plan.low, self.plan.high].calm
        if is_calm or self.plan.bytes_per_second >= NARROW_BELOW_BYTES_PER_SECOND:
            return now_ms
        end_ms = max(self.busy_until_ms(sender), now_ms) + count_bytes * 1000 // self.plan.bytes_per_second
        self._busy_until_ms[sender] = end_ms
        return end_ms

    def busy_until_ms(self, sender: int) -> int:
        """Until when the air is taken, as far as a sender is concerned."""
        return max(self._busy_until_ms.values()) if self.by_turns else self._busy_until_ms[sender]


class World:
    """Everything there is in one seed."""

    def __init__(self, plan: Plan, lines: list[str] | None = None) -> None:
        self.plan = plan
        self.now_ms = 0
        self.leapt_ms = 0
        self.cells: Cells = Cells()
        self.crashes = 0
        self.frames = 0
        self.texts = 0
        self.walking = 0  # couriers
        self.agreed: list[Ref] = []  # entries of notices and agreements, by whoever wrote them
        self._lines = lines
        self._digest = blake2b(digest_size=16)
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._ticking: dict[int, int] = {}  # by party, the chain of ticks that counts
        self.is_calm = False
        self._serial = 0
        self.draw = Random(f"world {plan.seed}")
        self.watch = Watch(self)
        self.links = [Link(link, plan.seed) for link in plan.links]
        self.stations = [self._station(party) for party in range(plan.parties)]
        self.count("store", self.stations[0].ground.kind)
        self.count("parties", str(plan.parties))
        self.count("kind", plan.kind)
        self.count("bearers", "two" if any(link.name == SPARE for link in plan.links) else "one")

    def _station(self, party: int) -> Station:
        seed = self.plan.seed * 8 + party
        ground: Ground = SqliteGround(seed) if self.plan.sqlite else MemoryGround()
        kind = Liar if party == self.plan.liar else Station
        return kind(self, party, ground, self.plan.clocks_ms[party])

    # ------------------------------------------------------------------ time
    def wall_ms(self) -> int:
        """True time, UTC."""
        return OPENED_AT_MS + DAY_MS * 30 + self.now_ms + self.leapt_ms

    def counted_ms(self) -> int:
        """On a clock that only counts."""
        return self.now_ms + self.leapt_ms

    def after(self, span_ms: int, action: Callable[[], None]) -> None:
        """Do something in a while."""
        self._serial += 1
        heapq.heappush(self._queue, (self.now_ms + span_ms, self._serial, action))

    def run(self) -> None:
        """The whole seed. Raises Violation."""
        try:
            self._weather()
            self._calm()
            self.watch.end()
        finally:
            for station in self.stations:
                if isinstance(station.ground, SqliteGround):
                    station.ground.close()

    def _until(self, end_ms: int) -> None:
        while self._queue and self._queue[0][0] <= end_ms:
            self.now_ms, _, action = heapq.heappop(self._queue)
            action()
        self.now_ms = end_ms

    def _weather(self) -> None:
        for station in self.stations:
            self.after(self.draw.randrange(0, 2_000), station.boot)
            self._tick_from(station)
        for act in self.plan.acts:
            self.after(act.at_ms, lambda one=act: self._act(one))  # type: ignore[misc]
        self._until(self.plan.weather_ms)

    def _tick_from(self, station: Station) -> None:
        chain = self._ticking[station.party] = self._ticking.get(station.party, 0) + 1
        self.after(self.draw.randrange(0, TICK_MS), lambda: self._tick(station, chain))

    def _tick(self, station: Station, chain: int) -> None:
        """Days in which only couriers walk are looked at every few minutes."""
        if chain != self._ticking[station.party]:
            return
        station.tick()
        is_slow = self.plan.kind == COURIERS and self.now_ms > WIRE_ENDS_MS + TICK_MS and not self.is_calm
        self.after(SLOW_TICK_MS if is_slow else TICK_MS, lambda: self._tick(station, chain))

    def _calm(self) -> None:
        """Heal the roads; whoever is up stays up, whatever it believes."""
        self.is_calm = True
        for station in self.stations:
            self._tick_from(station)
        for link in self.links:
            for road in link.roads.values():
                road.calm = True
                for name in ("lost", "repeated", "damaged", "overtaken", "truncated", "halved"):
                    self.count("weather", name, getattr(road, name))
            if not link.plan.severed:
                self._mend(link)
        self.watch.calm()
        for station in self.stations:
            station.ground.fill(False)
            station.ground.arm("", 0)
            station.cut_sending = None
        end_ms = self.now_ms + CALM_MS
        if self.plan.stubborn:
            self._go_on(Random(f"stubborn {self.plan.seed}"))
        while not self.watch.settled():
            if self.now_ms >= end_ms:
                raise Violation("not settled", f"{CALM_MS} ms after calm: {self.watch.unsettled()}")
            self._until(self.now_ms + LOOK_EVERY_MS)
        self.most("settled after ms", self.now_ms - end_ms + CALM_MS)
        self._until(self.now_ms + LATE_MS + 3 * max(pace_ms(link.bytes_per_second) for link in self.plan.links))
        if self.plan.test_every_s:
            self.watch.tests_from()
            if self.plan.seed % TESTED_ON == 0 and self.plan.kind != COURIERS:
                self._until(self.now_ms + 2_500 * self.plan.test_every_s)
            self.watch.tests_until()
            for _ in range(LAST_LOOKS):  # a test may be under way
                if self.watch.settled():
                    break
                self._until(self.now_ms + LAST_LOOK_MS)
        else:
            self.watch.quiet_from()
            self._until(self.now_ms + QUIET_MS)
            self.watch.quiet_until()

    def _go_on(self, draw: Random) -> None:
        """A stubborn liar makes noise for as long as the world lasts; the honest must settle all the same."""
        assert self.plan.liar is not None
        liar = self.stations[self.plan.liar]
        assert isinstance(liar, Liar)
        lies.go_on(liar, draw)
        self.after(GO_ON_EVERY_MS, lambda: self._go_on(draw))

    # ------------------------------------------------------------------ roads
    def carry(self, sender: int, receiver: int, bearer: str, body: bytes) -> None:
        """Put a frame on its way."""
        self.frames += 1
        self._digest.update(b"%d %d %d %s " % (self.now_ms, sender, receiver, bearer.encode()) + body)
        link = self.link(sender, receiver, bearer)
        if not link.up:
            return
        for at_ms, data in link.roads[sender, receiver].carry(body, link.air_ms(sender, len(body), self.now_ms)):
            self.after(at_ms - self.now_ms, lambda d=data: self._arrive(link, receiver, bearer, d))  # type: ignore[misc]

    def _arrive(self, link: Link, receiver: int, bearer: str, body: bytes) -> None:
        if link.up:
            self.stations[receiver].frame(bearer, body)

    def has_room(self, sender: int, receiver: int, bearer: str) -> bool:
        """True while no more than a little waits in a slow bearer."""
        return self.link(sender, receiver, bearer).busy_until_ms(sender) - self.now_ms <= BEARER_WAITING_MS

    def on_stick(self, sender: int, receiver: int, bodies: list[bytes], after_ms: int) -> None:
        """A courier walks."""
        self.count("weather", "stick")
        self.tell(sender, "stick", receiver, len(bodies))

        self.walking += 1

        def hand_over() -> None:
            self.walking -= 1
            for body in bodies:
                self.stations[receiver].frame("stick", body)

        self.after(after_ms, hand_over)

    def link(self, one: int, other: int, name: str = WIRE) -> Link:
        """The bearer of that name between two parties."""
        pair = {one, other}
        return next(link for link in self.links if link.plan.name == name and {link.plan.low, link.plan.high} == pair)

    def network_up(self, station: Station) -> None:
        """A station has started: it finds its bearers, and over a stream the other end notices."""
        for link in self.links:
            if station.party in (link.plan.low, link.plan.high) and link.up:
                self._join(link, only=None if link.plan.stream else station)

    def network_down(self, station: Station) -> None:
        """A station went dark: over a stream the other end notices."""
        for link in self.links:
            if link.plan.stream and link.up and station.party in (link.plan.low, link.plan.high):
                other = link.plan.low + link.plan.high - station.party
                name = link.plan.name
                self.after(50, lambda peer=other, name=name: self.stations[peer].bearer_down(station.party, name))  # type: ignore[misc]

    def _join(self, link: Link, only: Station | None) -> None:
        ends = (link.plan.low, link.plan.high)
        if not all(self.stations[end].on for end in ends) and link.plan.stream:
            return
        for end, other in (ends, ends[::-1]):
            if only is None or only.party == end:
                narrow = link.plan.bytes_per_second < NARROW_BELOW_BYTES_PER_SECOND
                frame_bytes = min(self.plan.frame_bytes_max, NARROW_FRAME_BYTES if narrow else 1 << 20)
                duplex = Duplex.HALF if narrow and link.by_turns else Duplex.FULL
                rate, alarm_ms = link.plan.bytes_per_second, link.plan.alarm_ms
                bearer = BearerUp(link.plan.name, frame_bytes, rate, duplex, 0, link.plan.cost, alarm_ms)
                self.stations[end].bearer_up(other, bearer)

    def _mend(self, link: Link) -> None:
        for road in link.roads.values():
            road.closed_until_ms = 0
        if not link.up:
            link.up = True
            self._join(link, None)

    # ------------------------------------------------------------------ acts
    def _act(self, act: Act) -> None:
        self.count("act", act.what)
        self.tell(act.party, act.what, act.other, act.number, act.word)
        station = self.stations[act.party]
        match act.what:
            case "submit":
                self._submit(station, act)
            case "cut" if act.word == "idle":
                if station.on:
                    station.go_dark("idle")
            case "cut" if act.word == "sending":
                station.cut_sending = act.number
            case "cut":
                self._cut(station, act)
            case "jump":
                station.clock_ms += act.number
                station.happened(ClockSet(act.number))
            case "days":
                self.leapt_ms += act.number * DAY_MS
            case "backup":
                station.backups.append(station.ground.backup())
            case "restore":
                self._restore(station)
            case "full":
                station.ground.fill(True)
                self.after(act.number, lambda: station.ground.fill(False))
            case "unknown":
                station.ground.arm("unknown", act.number)
            case "outage":
                self._outage(act)
            case "stick":
                errands.stick(station, act.other, act.number)
            case "post-quantum":
                station.happened(PqWanted())
            case one if one in OFFICERS_ACTS:
                officers.act(station, act)
            case _:
                assert isinstance(station, Liar)
                lies.tell(station, act)

    def _submit(self, station: Station, act: Act) -> None:
        drafts = []
        for _ in range(act.number):
            self.texts += 1
            padding = self.draw.choice((0, 10, 80, 300 if act.word != "long" else 2_500))
            token = f"t{self.texts}" if act.word == "token" else ""
            drafts.append(texts.draft(station.party, self.texts, padding, token))
        if act.word == "long" and station.on:
            data = self.draw.randbytes(self.draw.randrange(1, 3_000))
            digest = errands.attach(station, data)
            if digest is not None:
                self.texts += 1
                drafts.append(texts.draft(station.party, self.texts, 0, "", (digest, len(data))))
        station.submit(tuple(drafts))

    def _cut(self, station: Station, act: Act) -> None:
        """Power goes at the next commit; one time in three, at the first of the start that follows."""
        if act.number % 3 == 0 and station.on:
            station.go_dark("idle")
        station.ground.arm(act.word, act.number)

    def _restore(self, station: Station) -> None:
        if not station.backups:
            return
        if station.on:
            station.go_dark("idle")
        station.ground.restore(station.backups[-1])
        station.waiting.clear()  # an old copy has forgotten tokens too: what to ask again is for people to decide
        self.watch.restored(station)

    def _outage(self, act: Act) -> None:
        what, _, name = act.word.partition(" over ")
        link = self.link(act.party, act.other, name or WIRE)
        if link.plan.severed:
            self.count("weather", "severed")
            return
        if what == "silent":
            self.count("weather", "silent")
            for road in link.roads.values():
                road.closed_until_ms = self.now_ms + act.number
            return
        if what == "one way":
            self.count("weather", "one way")
            link.roads[act.party, act.other].closed_until_ms = self.now_ms + act.number
            return
        self.count("weather", "outage")
        if not link.plan.stream:
            for road in link.roads.values():
                road.closed_until_ms = self.now_ms + act.number
            return
        link.up = False
        for end, other in ((act.party, act.other), (act.other, act.party)):
            self.stations[end].bearer_down(other, link.plan.name)
        self.after(act.number, lambda: self._mend(link))

    # ------------------------------------------------------------------ words
    def count(self, table: str, cell: str, times: int = 1) -> None:
        """A cell was reached."""
        self.cells[table, cell] += times

    def most(self, name: str, value: int) -> None:
        """Keep the largest."""
        self.cells["most", name] = max(self.cells["most", name], value)

    def tell(self, party: int, *what: object) -> None:
        """Put one line into the seed's history; its digest is what must be the same again."""
        line = f"{self.now_ms} {party} {' '.join(map(str, what))}"
        self._digest.update(line.encode())
        if self._lines is not None:
            self._lines.append(line)

    def digest(self) -> str:
        """What happened, in sixteen bytes."""
        return self._digest.hexdigest()
