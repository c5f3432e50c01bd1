"""When time is looked at: often while something moves, seldom while nothing does but hails.

An idle line costs as much as its process wakes up, and as much code as runs then: after seconds of other programs
none of it is near the processor. So what is idle sleeps until the next hail is due, whatever stirs it ends that sleep
soon, and what hangs on no second is looked after at every fourth of these wakes only, while everybody is heard. Where
one process has several lines, those that are idle wake together, and find the program still there.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from typing import Final, Protocol

from openline.console.channel.clock import counted_ms
from openline.limits import HAIL_EVERY_MS
from openline.line.narrow.cadence import LOST_HAILS, is_courier
from openline.line.narrow.contacts import hailed_in_ms
from openline.line.state import NO_CONTACT, LineState, PeerState

TICK_MS: Final = 250
STILL_AFTER_MS: Final = 5_000
SLACK_MS: Final = 5  # two clocks run beside each other: time is not looked at a moment before a hail is due
LOOK_AROUND_EVERY_MS: Final = 4 * HAIL_EVERY_MS - HAIL_EVERY_MS // 2  # so that the fourth wake is late enough for it
# Where idle lines wake together, each at the first of these instants after its hail is due: the fourth after the last.
# A third of a hail's period at most is waited for it: with one hail lost a proof of life is still fresh then.
TOGETHER_EVERY_MS: Final = 945
HEARD_WITHIN_HAILS: Final = 2  # who is heard as seldom as that may be silent from now on
assert 3 * (HAIL_EVERY_MS + SLACK_MS + TOGETHER_EVERY_MS) < LOST_HAILS * HAIL_EVERY_MS


class Idling(Protocol):
    """Whose stillness it is."""

    @property
    def state(self) -> LineState:
        """The machine's state after the last committed turn."""

    def now_ms(self) -> int:
        """UTC, ms."""

    def may_rest(self) -> bool:
        """Nothing waits to move."""

    def look_at_time(self) -> None:
        """Time has come."""


class Stillness:
    """Of one station, on its event loop; `together` where there are others on it."""

    def __init__(self, of: Idling, *, together: bool = False) -> None:
        self._of = of
        self._together = together
        self._loop = asyncio.get_running_loop()
        self._looked_ms = self._stirred_at_ms = counted_ms()
        self._looked_around_ms = -LOOK_AROUND_EVERY_MS
        self._timer: asyncio.TimerHandle | None = None
        self._is_long = False  # the sleep under way, which whatever stirs shortens
        self._has_joined = False

    @property
    def is_still(self) -> bool:
        """Nothing has stirred for a while."""
        return counted_ms() - self._stirred_at_ms > STILL_AFTER_MS

    def begin(self) -> None:
        """From now on time is looked at, until `end`."""
        self._sleep()

    def end(self) -> None:
        """No more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._is_long = None, False

    def stir(self) -> None:
        """Something moves: time is looked at every TICK_MS for a while, a long sleep under way included."""
        self._stirred_at_ms = counted_ms()
        if self._is_long:
            self._wake_in(TICK_MS)

    def looks_around(self) -> bool:
        """Whenever time is looked at: is what hangs on no second to be looked after as well?"""
        self._looked_ms = counted_ms()
        if self._is_calm():
            return False
        self._looked_around_ms = self._looked_ms
        return True

    def joins(self) -> bool:
        """True where time is looked at together with what came, in one turn: a hail may go out with it, since the
        process is awake. Call `look` after that turn."""
        if not self._is_long or 2 * (counted_ms() - self._looked_ms) < HAIL_EVERY_MS or not self._is_calm():
            return False
        self._looked_ms = counted_ms()
        self._has_joined = True
        return True

    def look(self) -> None:
        """After something came: where a hail is due with it, time is looked at now."""
        if not self._is_long:
            return
        if self._has_joined:
            self._sleep()
        elif self._hails_in_ms() <= 0:
            self._wake_in(0)

    def _is_calm(self) -> bool:
        lately = counted_ms() - self._looked_around_ms < LOOK_AROUND_EVERY_MS
        if not (lately and self.is_still and self._of.may_rest()):
            return False
        return are_heard(self._of.state.peers.values(), self._of.now_ms())

    def _hails_in_ms(self) -> int:
        """How long until a hail is due; 0 or less: now."""
        state = self._of.state
        return hailed_in_ms(state.me, state.peers.values(), self._of.now_ms())

    def _sleep(self) -> None:
        self._has_joined = False
        is_still = self.is_still and self._of.may_rest()
        self._wake_in(max(TICK_MS, self._hails_in_ms() + SLACK_MS) if is_still else TICK_MS)

    def _wake_in(self, wait_ms: int) -> None:
        self.end()
        self._is_long = wait_ms > TICK_MS
        at_s = self._loop.time() + wait_ms / 1000
        if self._is_long and self._together:
            at_s = together(at_s)
        self._timer = self._loop.call_at(at_s, self._wake)

    def _wake(self) -> None:
        self._is_long = False
        self._of.look_at_time()
        if self._timer is not None:  # nobody has said that it is the end
            self._sleep()


def together(at_s: float) -> float:
    """The first instant after that one, by the event loop's clock, at which idle lines of one process wake; s."""
    return math.ceil(at_s * 1000 / TOGETHER_EVERY_MS) * TOGETHER_EVERY_MS / 1000


def are_heard(peers: Iterable[PeerState], now_ms: int) -> bool:
    """Every party, over each bearer that is up and waits for no courier, this moment or a hail ago. Never over a slow
    one, which is hailed seldom: what lacks of long items is to be told there at its time (R-212)."""
    for peer in peers:
        if not peer.bearers:
            return False
        for bearer in peer.bearers:
            heard_ms = peer.contacts.get(bearer.name, NO_CONTACT).heard_at_ms
            if is_courier(bearer):
                continue
            if heard_ms is None or not 0 <= now_ms - heard_ms < HEARD_WITHIN_HAILS * HAIL_EVERY_MS:
                return False
    return True
