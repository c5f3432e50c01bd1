"""The clock that can be set, beside the one that counts."""

from __future__ import annotations

import pytest

from openline.console.channel.clock import ClockWatch, counted_ms, wall_ms


class Clocks:
    def __init__(self) -> None:
        self.wall, self.counted = 1_790_000_000_000, 5_000


@pytest.mark.parametrize("by_ms", [86_400_000, -86_400_000, 1_500])
def test_a_clock_that_is_set_is_noticed_once(by_ms: int) -> None:
    """R-233."""
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.wall, lambda: clocks.counted)
    clocks.wall, clocks.counted = clocks.wall + 250 + by_ms, clocks.counted + 250
    assert watch.set_by_ms() == by_ms
    clocks.wall, clocks.counted = clocks.wall + 250, clocks.counted + 250
    assert watch.set_by_ms() == 0


def test_a_clock_that_is_disciplined_adds_up_until_it_counts() -> None:
    """R-233: a clock that gains a little with every tick is followed in steps; nothing is lost."""
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.wall, lambda: clocks.counted)
    found = 0
    for _ in range(1_000):
        clocks.wall, clocks.counted = clocks.wall + 260, clocks.counted + 250
        found += watch.set_by_ms()
    assert found == 10_000


def test_the_clocks_of_this_machine_agree_while_nobody_sets_them() -> None:
    watch = ClockWatch()
    first = counted_ms(), wall_ms()
    assert counted_ms() >= first[0]
    assert watch.set_by_ms() == 0
