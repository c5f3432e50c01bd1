"""When an idle station looks at time, and that whatever stirs it wakes it."""

from __future__ import annotations

import asyncio

import pytest

from openline.console.channel import stillness
from openline.console.channel.stillness import HEARD_WITHIN_HAILS, TICK_MS, Stillness, are_heard
from openline.console.channel.submitting import Watchers
from openline.limits import COURIER_LATENCY_MS, HAIL_EVERY_MS
from openline.line.narrow.cadence import hail_every_ms
from openline.line.state import NO_CONTACT, BearerUp, LineState, PeerState
from openline.record.roster import Roster

DAY_MS = 86_400_000
NOW_MS = 10 * DAY_MS
TLS = BearerUp("tls", 65_536, 12_500_000)
RADIO = BearerUp("radio", 256, 37, latency_ms=500)
STICK = BearerUp("stick", 65_536, 1, latency_ms=COURIER_LATENCY_MS)


def peer_heard(ago_ms: int, bearer: BearerUp = TLS) -> PeerState:
    contact = NO_CONTACT._replace(hailed_at_ms=NOW_MS, heard_at_ms=NOW_MS - ago_ms)
    return PeerState(1, bearers=(bearer,), contacts={bearer.name: contact})


class Idle:
    """A station that counts how often time was looked at; its one peer was hailed this moment."""

    def __init__(self, peer: PeerState | None = None) -> None:
        peer = peer or peer_heard(0)
        self.state = LineState(Roster(bytes(32), 0, ()), 0, None, {}, {}, {}, {}, {}, {1: peer})
        self.looks = 0
        self.rests = True

    def now_ms(self) -> int:
        return NOW_MS

    def may_rest(self) -> bool:
        return self.rests

    def look_at_time(self) -> None:
        self.looks += 1

    def hail_is_due(self) -> None:
        overdue = NO_CONTACT._replace(hailed_at_ms=NOW_MS - DAY_MS, heard_at_ms=NOW_MS)
        self.state = self.state._replace(peers={1: self.state.peers[1]._replace(contacts={"tls": overdue})})


class Counted:
    """The clock that only counts, put on by hand."""

    def __init__(self) -> None:
        self.ms = DAY_MS

    def __call__(self) -> int:
        return self.ms


def still(of: Idle, clock: Counted) -> Stillness:
    """One in which nothing has stirred for a while, and which has looked around this moment."""
    one = Stillness(of)
    clock.ms += stillness.STILL_AFTER_MS + 1
    assert one.looks_around(), "the first time there is everything to look after"
    one.begin()
    return one


async def looked(of: Idle, times: int) -> None:
    while of.looks < times:
        await asyncio.sleep(TICK_MS / 1000)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    monkeypatch.setattr(stillness, "counted_ms", counted)
    return counted


def test_a_long_sleep_ends_soon_after_something_stirs(clock: Counted) -> None:
    async def act() -> None:
        idle = Idle()
        one = still(idle, clock)
        await asyncio.sleep(2 * TICK_MS / 1000)
        assert idle.looks == 0, "nothing stirs: it goes on"
        one.stir()
        one.stir()
        await looked(idle, 3)  # and often from now on
        one.end()

    asyncio.run(act())


def test_where_something_waits_time_is_looked_at_often_and_all_of_it(clock: Counted) -> None:
    async def act() -> None:
        idle = Idle()
        idle.rests = False
        one = still(idle, clock)
        await looked(idle, 2)
        assert one.looks_around()
        one.end()

    asyncio.run(act())


def test_after_its_end_it_looks_no_more(clock: Counted) -> None:
    class Ending(Idle):
        def look_at_time(self) -> None:
            super().look_at_time()
            one.end()

    async def act() -> None:
        one.begin()
        await looked(idle, 1)
        await asyncio.sleep(3 * TICK_MS / 1000)
        assert idle.looks == 1

    async def make() -> None:
        nonlocal one
        one = Stillness(idle)
        await act()

    idle = Ending()
    idle.rests = False
    one: Stillness
    asyncio.run(make())


def test_what_wakes_the_process_anyway_ends_a_long_sleep_where_a_hail_is_due(clock: Counted) -> None:
    async def act() -> None:
        idle = Idle()
        one = still(idle, clock)
        one.look()
        await asyncio.sleep(TICK_MS / 1000)
        assert idle.looks == 0, "nothing is due"
        idle.hail_is_due()
        one.look()
        await looked(idle, 1)
        one.end()

    asyncio.run(act())


def test_time_is_looked_at_together_with_what_came_once_half_a_period_has_passed(clock: Counted) -> None:
    async def act() -> None:
        idle = Idle()
        one = still(idle, clock)
        assert not one.joins(), "it was looked at this moment"
        clock.ms += HAIL_EVERY_MS // 2
        assert one.joins()
        one.look()
        assert not one.joins(), "and now again"
        clock.ms += HAIL_EVERY_MS // 2
        one.stir()
        assert not one.joins(), "time is looked at often"
        one.end()

    asyncio.run(act())


def test_what_hangs_on_no_second_is_looked_after_seldom_while_all_are_heard_and_always_where_one_is_not(
    clock: Counted,
) -> None:
    async def act(peer: PeerState) -> list[bool]:
        one = still(Idle(peer), clock)
        looks = []
        for _ in range(8):
            clock.ms += HAIL_EVERY_MS
            looks.append(one.looks_around())
        one.end()
        return looks

    assert asyncio.run(act(peer_heard(0))) == [False, False, False, True] * 2
    assert asyncio.run(act(peer_heard(HEARD_WITHIN_HAILS * HAIL_EVERY_MS))) == [True] * 8


def test_who_is_heard() -> None:
    assert are_heard([peer_heard(0)], NOW_MS)
    assert not are_heard([peer_heard(hail_every_ms(RADIO), RADIO)], NOW_MS), "a slow bearer is hailed seldom"
    assert are_heard([peer_heard(DAY_MS, STICK)], NOW_MS), "for a courier nobody waits"
    assert not are_heard([peer_heard(0), peer_heard(DAY_MS)], NOW_MS)
    assert not are_heard([peer_heard(-1)], NOW_MS), "our clock was set back"
    assert not are_heard([PeerState(1)], NOW_MS), "no bearer to it is up"
    assert not are_heard([PeerState(1, bearers=(TLS,))], NOW_MS), "it was never heard"


def test_who_looks_for_others_is_woken_by_the_first_of_them_and_by_what_is_told() -> None:
    async def act() -> None:
        watchers = Watchers(0)
        loop = asyncio.get_running_loop()
        aside = asyncio.create_task(watchers.wait_aside())
        await asyncio.sleep(0)
        assert not aside.done() and not watchers.is_watched, "who looks for others watches nothing"
        watching = [asyncio.create_task(watchers.wait(loop.time() + DAY_MS / 1000)) for _ in range(2)]
        await aside
        assert watchers.is_watched
        aside = asyncio.create_task(watchers.wait_aside(loop.time() + DAY_MS / 1000))
        await asyncio.sleep(0)
        watchers.tell()
        await asyncio.gather(aside, *watching)
        assert not watchers.is_watched
        await watchers.wait_aside(loop.time())

    asyncio.run(act())


def test_idle_lines_of_one_process_wake_in_one_step_of_its_loop(
    clock: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever they have to say then goes out while the program is near the processor."""
    apart_ms = 2_000
    monkeypatch.setattr(stillness, "TOGETHER_EVERY_MS", apart_ms)
    steps: list[int] = []

    class Hailed(Idle):
        def __init__(self, due_in_ms: int) -> None:
            hailed = NO_CONTACT._replace(hailed_at_ms=NOW_MS + due_in_ms - HAIL_EVERY_MS, heard_at_ms=NOW_MS)
            super().__init__(PeerState(1, bearers=(TLS,), contacts={"tls": hailed}))

        def look_at_time(self) -> None:
            steps.append(self.step)
            asyncio.get_running_loop().call_soon(self.next_step)

        step = 0

        @classmethod
        def next_step(cls) -> None:
            Hailed.step += 1

    async def act() -> None:
        several = [Stillness(Hailed(due_in_ms), together=True) for due_in_ms in (300, 330, 360)]
        clock.ms += stillness.STILL_AFTER_MS + 1
        await asyncio.sleep(-asyncio.get_running_loop().time() % (apart_ms / 1000))
        for one in several:
            one.begin()
        while len(steps) < len(several):
            await asyncio.sleep(TICK_MS / 1000)
        for one in several:
            one.end()
        assert steps == [steps[0]] * len(several)

    asyncio.run(act())
