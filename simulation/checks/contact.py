"""Contact truth: what a station shows of another is what the judge knows to be so.

Never green without a signature that covers something of ours that is young and that nobody could foresee, nor where the
other has said nothing for as long. Never red while frames of the life that is there have arrived within the time that
the bearer's alarm waits. Link tests are written in their own hour by whose turn it is, answered once, by what opens
them; a missed one rings. R-232, R-233, R-250 to R-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import cbor2

from openline import limits
from openline.contact.table import State
from openline.line.events import Appended, Arrived, ClockSet, Held, Up
from openline.line.ports import LogId
from openline.wire.items import Hail, ShortHail
from simulation.checks.ledger import ALL
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.station import Station
    from simulation.world import World

UNFORESEEN: Final = (0, 32, 33)  # kinds: an opening, a link test, an answer to one
LINK_TEST, LINK_ANSWER = 32, 33
RED: Final = (State.SILENT, State.NEVER)
TURN_MS: Final = 1_500  # from a frame to the tick that shows it
LATE_MIN_MS: Final = 5_000
HEAD: Final = 12
CLOCKS_MS: Final = 2_000


class Sent(NamedTuple):
    """Of a frame: when it was sealed, in which life."""

    at_ms: int
    life: int


class Seen(NamedTuple):
    """A link test as a station's record has it."""

    author: int
    at_ms: int
    bearer: str
    challenge: bytes


def pace_ms(bytes_per_second: int) -> int:
    """Time between hails beyond that of a broad bearer; said here once more. R-230."""
    return max(0, 2 * 72 * 200 * 1000 // bytes_per_second - limits.HAIL_EVERY_MS)


class Contacts:
    """Judges what stations show of each other."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sent: dict[tuple[int, bytes], Sent] = {}  # by party, and start and counter of the frame
        self._spoke: dict[tuple[int, int], int] = {}
        self._heard: dict[tuple[int, int, str], int] = {}  # station, peer, bearer: when the newest hail was sent
        self._known: dict[tuple[int, int, str], int] = {}  # station, peer, bearer: first seen up in this life
        self._ours: dict[LogId, list[tuple[int, int]]] = {}  # what nobody could foresee: index, when it was written
        self._booted_ms: dict[int, int] = {}
        self._tests: dict[int, dict[tuple[int, bytes, int], Seen]] = {}
        self._answered: dict[int, set[tuple[tuple[int, bytes, int], int]]] = {}
        self._exchanged: set[int] = set()  # parties whose disk was exchanged
        self._green: set[tuple[int, int]] | None = None

    # ------------------------------------------------------------------ told by the world
    def _now(self) -> int:
        return self._world.now_ms + self._world.leapt_ms

    def sealed(self, station: Station, peer: int, body: bytes) -> None:
        """A frame was sealed."""
        self._spoke[station.party, peer] = self._world.now_ms
        self._sent[station.party, body[4:HEAD]] = Sent(self._now(), station.lives)

    def came(self, station: Station, event: Arrived) -> None:
        """A frame was taken: if it hails, in the life that its sender leads now, it is a sign of life."""
        peer = event.peer
        sent = self._sent.get((peer, event.start + event.frame.to_bytes(4, "big")))
        if sent is None or station.turns is None:
            return
        known = station.turns.state.peers.get(peer)
        is_known = known is not None and known.start == event.start  # another life proves itself first.
        if not is_known or not any(isinstance(one, Hail | ShortHail) for one in event.items):
            return
        author = self._world.stations[peer]
        if author.on and sent.life == author.lives:
            key = station.party, peer, event.bearer
            self._heard[key] = max(sent.at_ms, self._heard.get(key, sent.at_ms))

    def booted(self, station: Station) -> None:
        """A life begins: nothing has been seen in it."""
        for key in [key for key in self._heard if key[0] == station.party]:
            del self._heard[key]
        self._known = {key: at_ms for key, at_ms in self._known.items() if key[0] != station.party}
        self._booted_ms[station.party] = station.wall_ms()
        self._tests.pop(station.party, None)
        self._answered.pop(station.party, None)

    def old_copy(self, party: int) -> None:
        """A disk was exchanged: what had been asked is forgotten."""
        self._exchanged.add(party)

    def told(self, station: Station, told: Appended | Held) -> None:
        """Entries became part of a station's record."""
        rows = station.store.entries(told.log, told.first, told.entries, ALL)
        for index, row in enumerate(rows, told.first):
            header: dict[int, Any] = cbor2.loads(row.header)
            if header[2] in UNFORESEEN and isinstance(told, Appended):
                self._ours.setdefault(told.log, []).append((index, self._now()))

    # ------------------------------------------------------------------ each tick
    def ticked(self, station: Station) -> None:
        """What does it show now, and is it so?"""
        if station.turns is None or any(isinstance(one, ClockSet | Up) for one in station.inbox):
            return
        state = station.turns.state
        for party, peer in state.peers.items():
            for bearer in peer.bearers:
                self._known.setdefault((station.party, party, bearer.name), self._now())
            found = station.upkeep.contact.towards(state, party, station.wall_ms())
            self._world.count("contact state", found.state.value)
            if found.state is State.UP:
                self._signed(station, party)
            if found.state in RED or found.observed in RED:
                self._silent(station, party, found.observed)
            if self._green is not None and found.state is State.UP:
                self._green.add((station.party, party))
        self._fresh(station)
        self._rings(station)

    def _fresh(self, station: Station) -> None:
        assert station.turns is not None
        for party, peer in station.turns.state.peers.items():
            up = {bearer.name: bearer for bearer in peer.bearers}
            for name, contact in peer.contacts.items():
                if contact.proved_at_ms is None or name not in up:
                    continue
                fresh = 4 * (limits.HAIL_EVERY_MS + pace_ms(up[name].bytes_per_second))
                if 0 <= station.wall_ms() - contact.proved_at_ms <= fresh:
                    self._world.count("contact", "shown as up")
                    silent_ms = self._world.now_ms - self._spoke.get((party, station.party), -(1 << 40))
                    text = f"party {station.party} shows party {party} as up; it said nothing for {silent_ms} ms"
                    demand(silent_ms <= fresh, "false green", text)

    def _signed(self, station: Station, party: int) -> None:
        """Green: their receipt covers something of this life that was written a period ago at most."""
        assert station.turns is not None and station.turns.state.own is not None
        own = station.turns.state.own
        receipts = [one.size for one in station.store.newest_receipts(own) if one.witness == party]
        owed = station.turns.state.logs[own].receipts.get(party)  # told and not stored yet
        size = max([*receipts, owed.size if owed is not None else 0])
        covered = [at_ms for index, at_ms in self._ours.get(own, []) if index < size]
        period_ms = 1000 * self._world.plan.test_every_s
        most_ms = period_ms + max(LATE_MIN_MS, period_ms // 12) + TURN_MS if period_ms else 1 << 60
        age_ms = self._now() - max(covered, default=-(1 << 61))
        name = f"party {station.party} shows party {party} as up; it signed nothing of ours younger than {age_ms} ms"
        demand(age_ms <= most_ms, "green unsigned", name)

    def _silent(self, station: Station, party: int, shown: State) -> None:
        for (here, peer, bearer), sent_ms in self._heard.items():
            if (here, peer) != (station.party, party):
                continue
            if self._now() - self._known.get((here, peer, bearer), self._now()) < TURN_MS:
                continue  # not up, or only just, as far as this station could see: it looks once a second
            link = self._world.link(here, peer, bearer).plan if bearer != "stick" else None
            if link is None:
                continue
            hails_ms = limits.HAIL_EVERY_MS + pace_ms(link.bytes_per_second)
            most_ms = max(link.alarm_ms, 4 * hails_ms) - TURN_MS
            age_ms = self._now() - sent_ms
            name = f"party {here} shows party {peer} as {shown.value}; {bearer} brought a hail sent {age_ms} ms ago"
            demand(age_ms > most_ms, "false red", name)
        self._world.count("contact", "rightly red")

    # ------------------------------------------------------------------ link tests
    def _rings(self, station: Station) -> None:
        """Days without an answer: the alarm of a missed test rings, and only then. Worlds of couriers only."""
        if self._world.plan.kind != "couriers" or station.turns is None:
            return
        self._read(station)
        period_ms, now_ms, peer = 1000 * self._world.plan.test_every_s, station.wall_ms(), 1 - station.party
        slot = (now_ms - max(LATE_MIN_MS, period_ms // 12)) // period_ms
        if slot * period_ms <= self._booted_ms[station.party] or not station.upkeep.contact.has_looked(peer):
            return
        tests, answered = self._tests[station.party], self._answered[station.party]
        passed = any(
            one.at_ms // period_ms >= slot and not one.bearer and (place, 1 - one.author) in answered
            for place, one in tests.items()
        )
        name = station.roster.parties[peer].name
        rings = station.alarms.rings(f"link test {name}")
        said = f"party {station.party}: the test of slot {slot} {'passed' if passed else 'was missed'}"
        self._world.count("link test", "rings" if rings else "passed")
        demand(rings != passed, "missed test", f"{said}, and the alarm {'rings' if rings else 'does not ring'}")

    def _read(self, station: Station) -> None:
        """Tests and answers as this station's store has them."""
        tests = self._tests.setdefault(station.party, {})
        answered = self._answered.setdefault(station.party, set())
        for kind, known in ((LINK_TEST, len(tests)), (LINK_ANSWER, len(answered))):
            rows = station.store.find(kind, 0, ALL)
            if len(rows) <= known:
                continue
            for row in rows:
                entry = station.store.entries(row.log, row.index, 1, ALL)[0]
                header, body = cbor2.loads(entry.header), cbor2.loads(entry.body)
                if kind == LINK_TEST:
                    seen = Seen(row.log.party, header[1], body[6], body[2])
                    tests[row.log.party, row.log.generation, row.index] = seen
                else:
                    party, generation, index = header[7][0]
                    answered.add(((party, generation, index), row.log.party))

    def end(self, stations: Sequence[Station], liar: int | None) -> None:
        """The whole record: who tested when, and who answered what."""
        plan = self._world.plan
        if not plan.test_every_s:
            return
        jumped = {act.party for act in plan.acts if act.what == "jump"}
        for station in stations:
            self._tests.pop(station.party, None)
            self._answered.pop(station.party, None)
            self._read(station)
            tests = self._tests[station.party]
            self._world.count("link test", "on record", len(tests))
            slots: set[tuple[int, int]] = set()
            for (author, _, _), one in sorted(tests.items()):
                if one.bearer or author == liar or author in self._exchanged | jumped:
                    continue
                slot = one.at_ms // (1000 * plan.test_every_s)
                demand((author, slot) not in slots, "test twice", f"party {author} wrote two tests in slot {slot}")
                slots.add((author, slot))
                begun_ms = one.at_ms - slot * 1000 * plan.test_every_s
                fits = plan.parties > 2 or slot % 2 == author or begun_ms < TURN_MS
                demand(fits, "test out of turn", f"party {author} wrote the test of slot {slot}")
            self._answers(station, tests, liar)

    def _answers(self, station: Station, tests: dict[tuple[int, bytes, int], Seen], liar: int | None) -> None:
        given: set[tuple[tuple[int, bytes, int], int]] = set()
        for row in station.store.find(LINK_ANSWER, 0, ALL):
            if row.log.party == liar:
                continue
            entry = station.store.entries(row.log, row.index, 1, ALL)[0]
            party, generation, index = cbor2.loads(entry.header)[7][0]
            place = (party, generation, index)
            name = f"party {row.log.party} answers {party}/{index}"
            test = tests.get(place)
            if test is None:
                continue  # of a log that went with a disk
            echo = cbor2.loads(entry.body)[0]
            right = sha256(b"openline/bearer-test/v1\n" + echo).digest()[: len(test.challenge)] if test.bearer else echo
            demand(test.author != row.log.party, "answer", f"{name}, a test of its own")
            demand(right == test.challenge, "answer", f"{name} with what does not open it")
            again = (place, row.log.party) in given and row.log.party not in self._exchanged
            demand(not again, "answer", f"{name} twice")
            given.add((place, row.log.party))
            self._world.count("link test", "answered over one bearer" if test.bearer else "answered")

    # ------------------------------------------------------------------ calm
    def tests_from(self) -> None:
        """In calm weather, for two periods and more: who is shown as up at all?"""
        self._green = set()

    def tests_until(self, stations: Sequence[Station], period_ms: int, ran_ms: int) -> None:
        """Everybody that can be reached, where clocks agree."""
        if ran_ms < 2 * period_ms or self._green is None or self._world.plan.liar is not None:
            return
        clocks = [one.clock_ms for one in stations]
        if max(clocks) - min(clocks) > CLOCKS_MS:
            return
        severed = {frozenset((link.low, link.high)) for link in self._world.plan.links if link.severed}
        for one in stations:
            for other in stations:
                pair = frozenset((one.party, other.party))
                if one is other or pair in severed or not station_open(one):
                    continue
                self._world.count("contact", "green in calm")
                name = f"party {one.party} never showed party {other.party} as up in {ran_ms} ms of calm"
                demand((one.party, other.party) in self._green, "not green", name)


def station_open(station: Station) -> bool:
    """Whether its line still takes entries: where it does not, no tests are written."""
    assert station.turns is not None
    return station.upkeep.is_open(station.turns.state)
