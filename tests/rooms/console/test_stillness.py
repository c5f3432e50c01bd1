"""When an idle station looks at time, and that whatever stirs it wakes it."""

from __future__ import annotations

import asyncio

from openline.console.channel.stillness import TICK_MS, Stillness
from openline.console.channel.submitting import Watchers

DAY_MS = 86_400_000


def test_a_long_pause_ends_soon_after_something_stirs() -> None:
    async def act() -> None:
        stillness = Stillness(lambda: DAY_MS)
        pause = asyncio.create_task(stillness.pause(still=True))
        await asyncio.sleep(2 * TICK_MS / 1000)
        assert not pause.done(), "nothing stirs: it goes on"
        stillness.stir()
        stillness.stir()
        await pause

    asyncio.run(act())


def test_a_usual_pause_ends_by_itself_and_leaves_nothing_behind() -> None:
    async def act() -> None:
        stillness = Stillness(lambda: DAY_MS)
        await stillness.pause(still=False)
        stillness.stir()
        await stillness.pause(still=False)
        assert not stillness.is_still, "it was stirred a moment ago"

    asyncio.run(act())


def test_a_pause_can_be_given_up() -> None:
    async def act() -> None:
        stillness = Stillness(lambda: DAY_MS)
        pause = asyncio.create_task(stillness.pause(still=True))
        await asyncio.sleep(0)
        pause.cancel()
        await asyncio.gather(pause, return_exceptions=True)
        stillness.stir()
        await stillness.pause(still=False)

    asyncio.run(act())


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


def test_what_wakes_the_process_anyway_ends_a_long_pause_where_a_hail_is_due() -> None:
    async def act() -> None:
        left_ms = [DAY_MS]
        stillness = Stillness(lambda: left_ms[0])
        stillness.look()
        pause = asyncio.create_task(stillness.pause(still=True))
        await asyncio.sleep(0)
        stillness.look()
        await asyncio.sleep(0)
        assert not pause.done(), "nothing is due"
        left_ms[0] = 0
        stillness.look()
        await pause
        stillness.look()

    asyncio.run(act())
