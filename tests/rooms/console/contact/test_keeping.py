"""Contact kept over hours and days, on a clock of the test's own: tests, answers, alarms, and what all of it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from openline.console.channel.reporting import Watch
from openline.console.contact.book import TestBook
from openline.console.contact.keeping import ContactKeeping
from openline.console.contact.rings import Rings
from openline.console.contact.towards import Towards
from openline.contact.due import PERIOD_MS
from openline.contact.table import State
from openline.line.events import ClockSet, Down, Event
from openline.line.narrow.contacts import seen_before
from openline.line.ports import FoundRow, Store
from openline.line.state import BearerUp
from openline.line.turn import payloads
from openline.record.entry import LINK_ANSWER, LINK_TEST, OBSERVED
from openline.store.memory import MemoryStore
from tests.rooms.line.desks import OPENED_AT_MS, Desk, make_roster
from tests.rooms.line.test_hails import FRAME_BYTES, HOUR_MS, RADIO, STICK, TLS, Roads

MINUTE_MS = 60_000
START_MS = OPENED_AT_MS // PERIOD_MS * PERIOD_MS + 100 * PERIOD_MS + 50 * MINUTE_MS  # ten minutes before an hour


@dataclass
class Kept(Roads):
    """Two stations that keep contact. `set_by`: how far each one's clock is from the world's."""

    keepers: list[ContactKeeping] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    events: list[list[Event]] = field(default_factory=lambda: [[], []])
    set_by: list[int] = field(default_factory=lambda: [0, 0])
    off: set[int] = field(default_factory=set)

    def run(self, until_ms: int, step_ms: int = 2_000) -> None:
        while self.now_ms < until_ms:
            super().run(self.now_ms + step_ms, step_ms)
            for desk in self.desks:
                if desk.me in self.off:
                    continue
                now_ms = self.now_ms + self.set_by[desk.me]
                self.keepers[desk.me].tick(desk.turns.state, now_ms, may_write=True)
                if events := tuple(self.events[desk.me]):
                    self.events[desk.me].clear()
                    self.put(desk.me, desk.take(events, now_ms))

    def towards(self, me: int) -> Towards:
        now_ms = self.now_ms + self.set_by[me]
        return self.keepers[me].towards(self.desks[me].turns.state, 1 - me, now_ms)

    def kinds(self, me: int, kind: int) -> int:
        return len(self.desks[me].store.find(kind, 0, 10_000))

    def alarms(self, me: int) -> list[str]:
        return self.watches[me].alarms


def kept(*bearers: BearerUp, period_ms: int = PERIOD_MS) -> Kept:
    roster, keys = make_roster(2)
    world = Kept([Desk(number, roster, keys[number], MemoryStore()) for number in range(2)], START_MS)
    for desk in world.desks:
        desk.start(world.now_ms)
        watch = Watch()
        happened = world.events[desk.me].append
        rings = Rings(watch, lambda: True)
        world.watches.append(watch)
        world.keepers.append(ContactKeeping(desk.store, happened, rings, period_ms, lambda: world.now_ms))
    world.bring_up(*bearers)
    return world


@pytest.mark.whole
def test_hour_by_hour_the_sides_test_and_answer_and_nothing_rings() -> None:
    """R-254, R-251, R-253."""
    world = kept(TLS)
    world.run(START_MS + 9 * MINUTE_MS)
    assert world.kinds(0, LINK_TEST) == 0, "not before the first whole hour"
    assert world.towards(0).state is State.UP, "by the receipt for our opening"
    world.run(START_MS + 5 * HOUR_MS)
    for me in (0, 1):
        assert world.kinds(me, LINK_TEST) == world.kinds(me, LINK_ANSWER) == 5
        assert not world.alarms(me)
        assert world.towards(me).state is State.UP
    authors = [row.log.party for row in world.desks[0].store.find(LINK_TEST, 0, 100)]
    assert authors in ([0, 1, 0, 1, 0], [1, 0, 1, 0, 1])


@pytest.mark.whole
def test_green_ends_when_what_they_signed_is_older_than_a_test_period() -> None:
    """R-253: hails alone are no signature."""
    world = kept(TLS, period_ms=PERIOD_MS)
    world.run(START_MS + 2 * HOUR_MS)
    own = world.desks[0].own
    held = world.desks[0].turns.state.logs[own].receipts[1]
    worst = 0
    for _ in range(60):
        world.run(world.now_ms + MINUTE_MS)
        found = world.towards(0)
        if found.state is State.UP:
            assert found.signed_age_ms is not None
            worst = max(worst, found.signed_age_ms)
    assert worst <= PERIOD_MS + PERIOD_MS // 12
    assert world.desks[0].turns.state.logs[own].receipts[1].size > held.size


def test_a_machine_that_slept_before_its_first_look_does_not_take_its_opening_for_new() -> None:
    """R-253: their receipt from before those three days proves nothing of today."""
    world = kept(TLS)
    Roads.run(world, START_MS + 20_000, 2_000)  # the lines speak; nobody has looked yet
    slept_ms = 3 * 24 * HOUR_MS
    world.now_ms += slept_ms
    for keeper, desk in zip(world.keepers, world.desks, strict=True):
        keeper.tick(desk.turns.state, world.now_ms, may_write=False)
        found = world.towards(desk.me)
        assert found.signed_age_ms is not None and found.signed_age_ms >= slept_ms
        assert found.state is not State.UP


@pytest.mark.whole
def test_an_idle_300_bit_bearer_with_tests_answers_and_receipts_costs_at_most_3_bits_a_second() -> None:
    """R-230, R-254: over a day, on a clock of the test's own, both directions together, marks and checks included."""
    world = kept(RADIO)
    world.run(START_MS + 2 * HOUR_MS)
    begun_ms, world.sent = world.now_ms, []
    world.run(begun_ms + 24 * HOUR_MS, 10_000)
    frames = [len(one) + FRAME_BYTES for _, _, item in world.sent for one in payloads((item,), OPENED_AT_MS, 600)]
    bits_per_second = sum(frames) * 8 / (24 * 3600)
    assert world.kinds(0, LINK_ANSWER) >= 24
    assert bits_per_second <= 3.0, bits_per_second
    assert world.towards(0).state is State.UP and not world.alarms(0) and not world.alarms(1)


@pytest.mark.whole
def test_each_standby_is_tested_daily_over_itself() -> None:
    """R-255: the answer opens the challenge only with the nonce that went over the radio."""
    world = kept(TLS._replace(latency_ms=10_000), RADIO)  # as slow as the steps of this world: it looks every 20 s
    world.run(START_MS + 26 * HOUR_MS, 20_000)
    for me in (0, 1):
        assert not world.alarms(me)
    world.cut.add("radio")
    world.run(world.now_ms + 27 * HOUR_MS, 20_000)
    assert any(one.startswith("test of radio to") for one in world.alarms(0)), world.alarms(0)
    assert any(one.startswith("standby radio to") for one in world.alarms(0)), world.alarms(0)
    world.run(world.now_ms + MINUTE_MS)
    assert world.towards(0).state is State.UP, "the line holds over the other"


@pytest.mark.whole
def test_who_falls_silent_is_silent_after_the_bearers_delay_and_up_again_after_the_next_answer() -> None:
    """R-253, R-256."""
    world = kept(TLS)
    world.run(START_MS + 3 * HOUR_MS)
    world.cut.add("tls")
    world.run(world.now_ms + 30_000)
    assert world.towards(0).state is State.DEGRADED, "one lost hail wakes nobody"
    world.run(world.now_ms + MINUTE_MS)
    assert world.towards(0).state is State.SILENT
    assert any("silent since" in one for one in world.alarms(0))
    world.run(world.now_ms + 3 * HOUR_MS)
    assert any(one.startswith("link test") for one in world.alarms(0))
    world.cut.clear()
    world.run(world.now_ms + 2 * HOUR_MS)
    assert world.towards(0).state is State.UP and not world.alarms(0)
    assert world.kinds(0, OBSERVED) >= 1, "what was seen stands in the record"


def test_a_bearer_whose_end_is_broken_here_is_our_fault_and_not_their_silence() -> None:
    """R-253."""
    world = kept(TLS)
    world.run(START_MS + HOUR_MS)
    world.desks[0].take((Down(1, "tls"),), world.now_ms)
    world.cut.add("tls")
    world.watches[0].set("bearer tls", "the port is taken by another program")
    world.run(world.now_ms + 5 * MINUTE_MS)
    assert world.towards(0).state is State.OUR_FAULT
    assert not any(one.startswith("contact") for one in world.alarms(0))
    world.watches[0].set("bearer tls", "")
    world.watches[0].ring("disk", "the disk takes nothing")
    assert world.towards(0).state is State.OUR_FAULT


def test_over_couriers_nothing_is_tested_and_nothing_rings() -> None:
    """R-254."""
    world = kept(STICK)
    world.run(START_MS + 30 * HOUR_MS, 60_000)
    assert world.kinds(0, LINK_TEST) == world.kinds(1, LINK_TEST) == 0
    assert not [one for one in world.alarms(0) if not one.startswith("contact")]


@pytest.mark.whole
@pytest.mark.parametrize("by_ms", [24 * HOUR_MS, -24 * HOUR_MS])
def test_a_clock_that_jumps_a_day_gives_no_false_green_no_flood_and_accuses_nobody(by_ms: int) -> None:
    """R-233, R-254, R-258: it rings on both sides as a difference of clocks."""
    world = kept(TLS)
    world.run(START_MS + 3 * HOUR_MS)
    before = world.kinds(0, LINK_TEST)
    world.set_by[0] = by_ms
    desk = world.desks[0]
    take = desk.take
    desk.take = lambda events, now_ms: take(events, world.now_ms + by_ms)  # type: ignore[method-assign]
    take((ClockSet(by_ms),), world.now_ms + by_ms)
    world.run(world.now_ms + MINUTE_MS)
    assert world.towards(0).state is State.UP and world.towards(1).state is State.UP, "the line holds"
    assert any(one.startswith("clock ") for one in world.alarms(0))
    assert any(one.startswith("clock ") for one in world.alarms(1))
    world.run(world.now_ms + 6 * HOUR_MS)
    assert world.kinds(0, LINK_TEST) - before <= 8, "one an hour, however the clock stands"
    assert world.towards(0).clock == "disagrees"
    world.cut.add("tls")
    world.run(world.now_ms + 2 * MINUTE_MS)
    assert world.towards(0).state is State.SILENT, "no false green"


def test_who_was_heard_is_not_silent_though_our_first_nonce_has_not_come_back() -> None:
    """R-253; simulation, seeds 0 and 35: shown as silent, and ringing, until the first answer or for a bearer that
    broke before it."""
    world = kept(TLS)
    for _ in range(20):
        world.under_way = [one for one in world.under_way if one[1] == 1]  # ours never arrive
        world.run(world.now_ms + 500, 500)
    assert world.towards(0).state is State.DEGRADED
    world.desks[0].take((Down(1, "tls"),), world.now_ms)
    world.cut.add("tls")
    world.run(world.now_ms + 5_000, 500)
    assert world.towards(0).state is State.DEGRADED
    assert not world.alarms(0)
    world.run(world.now_ms + 2 * MINUTE_MS)
    assert world.towards(0).state is State.SILENT
    assert [one for one in world.alarms(0) if one.startswith("contact")]


def test_a_new_life_of_ours_does_not_forget_what_was_observed() -> None:
    """R-232; simulation, seed 15: with renewed keys a station showed everybody as silent until the next hails."""
    world = kept(TLS)
    world.run(START_MS + MINUTE_MS)
    desk = world.desks[0]
    before = desk.turns.state.peers
    desk.turns.state = desk.turns.state._replace(peers=seen_before(before))
    after = desk.turns.state.peers[1]
    assert after.contacts == before[1].contacts and after.proved_at_ms == before[1].proved_at_ms
    assert not after.bearers and not after.flows and not after.receipts_sent and not after.reviewed
    assert world.towards(0).state is State.DEGRADED, "as recent as it was, over bearers that are told of anew"
    assert not world.alarms(0)


class Late:
    """A store in which the other side's tests come later than the answers to them, as from a third party."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.shows = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def find(self, kind: int, after: int, most: int) -> list[FoundRow]:
        return [] if kind == LINK_TEST and not self.shows else self._store.find(kind, after, most)


def test_an_answer_that_comes_before_its_test_counts_as_soon_as_the_test_comes() -> None:
    """R-254; simulation, seed 204: three stations that saw it differently each waited for another's turn, for good."""
    world = kept(TLS)
    world.run(START_MS + 2 * HOUR_MS)
    late = Late(world.desks[0].store)
    book = TestBook(cast(Store, late))
    book.read((0, 1))
    assert not book.tests
    late.shows = True
    book.read((0, 1))
    assert len(book.tests) == 2
    assert all(one.is_complete for one in book.tests)
