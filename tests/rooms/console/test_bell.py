"""The bell that calls a station to its turns: one turn for all who rang, rest when nobody does."""

from __future__ import annotations

import asyncio

import pytest

from openline.console.kept.bell import ALONE_AFTER_S, Bell


class Desk:
    """Counts turns and rests; rings again as often as told."""

    def __init__(self, again: int = 0) -> None:
        self.did: list[str] = []
        self.again = again
        self.bell = Bell(self.turn, lambda: self.did.append("rest"), lambda: True)

    def turn(self) -> None:
        self.did.append("turn")
        if self.again:
            self.again -= 1
            self.bell.ring()

    async def serve(self, *, rings: int) -> None:
        served = asyncio.get_running_loop().create_task(self.bell.serve())
        await asyncio.sleep(0)
        for _ in range(rings):
            self.bell.ring()
        for _ in range(10):
            await asyncio.sleep(0)
        self.bell.stop()
        await served


def test_who_rings_together_shares_a_turn() -> None:
    async def story() -> list[str]:
        desk = Desk()
        await desk.serve(rings=5)
        return desk.did

    assert asyncio.run(story()) == ["turn", "rest", "turn", "rest"]  # the last two are those at the end


def test_what_may_wait_waits_while_there_is_more_to_take() -> None:
    async def story() -> list[str]:
        desk = Desk(again=3)
        await desk.serve(rings=1)
        return desk.did

    assert asyncio.run(story()) == ["turn"] * 4 + ["rest"] + ["turn", "rest"]


def test_what_was_rung_before_is_taken_first_and_a_stop_before_the_start_ends_at_once() -> None:
    async def story() -> tuple[list[str], list[str]]:
        early, stopped = Desk(), Desk()
        early.bell.ring()
        await early.serve(rings=0)
        stopped.bell.stop()
        await asyncio.wait_for(stopped.bell.serve(), 10)
        return early.did, stopped.did

    assert asyncio.run(story()) == (["turn", "rest", "turn", "rest"], ["turn", "rest"])


def test_a_fault_in_a_turn_ends_the_station_where_it_is_served() -> None:
    async def story() -> None:
        def fail() -> None:
            raise RuntimeError("a fault of ours")

        bell = Bell(fail, lambda: None, lambda: True)
        bell.ring()
        await bell.serve()

    with pytest.raises(RuntimeError, match="a fault of ours"):
        asyncio.run(story())


class Stopped(asyncio.SelectorEventLoop):
    """A loop whose clock goes on when told."""

    now = 100.0

    def time(self) -> float:
        return self.now


def test_who_comes_alone_is_answered_at_once_and_who_comes_upon_others_with_them() -> None:
    async def story() -> list[list[str]]:
        desk, seen = Desk(), []
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Stopped)
        served = loop.create_task(desk.bell.serve())
        await asyncio.sleep(0)
        for _ in range(3):  # the first alone; the others within the same instant
            desk.bell.come()
            seen.append(list(desk.did))
        await asyncio.sleep(0)
        seen.append(list(desk.did))
        loop.now += ALONE_AFTER_S
        desk.bell.ring()
        desk.bell.come()  # one has rung before: they share the turn
        seen.append(list(desk.did))
        for _ in range(3):
            await asyncio.sleep(0)
        seen.append(list(desk.did))
        desk.bell.stop()
        await served
        return seen

    with asyncio.Runner(loop_factory=Stopped) as runner:
        seen = runner.run(story())
    assert seen[:3] == [["turn"]] * 3
    assert seen[3] == ["turn", "turn"] and seen[4] == seen[3]
    assert seen[5] == ["turn", "turn", "turn", "rest"]


def test_who_comes_within_a_turn_begins_none_within_it() -> None:
    async def story() -> tuple[list[str], int]:
        deepest = depth = 0
        did: list[str] = []

        def turn() -> None:
            nonlocal deepest, depth
            depth += 1
            deepest = max(deepest, depth)
            did.append("turn")
            if len(did) < 3:
                bell.come()
            depth -= 1

        bell = Bell(turn, lambda: None, lambda: True)
        served = asyncio.get_running_loop().create_task(bell.serve())
        await asyncio.sleep(0)
        bell.come()
        for _ in range(5):
            await asyncio.sleep(0)
        before = list(did)
        bell.stop()
        await served
        return before, deepest

    assert asyncio.run(story()) == (["turn"] * 3, 1)
