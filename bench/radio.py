"""Figures of slow, cut and idle lines: real stations, our relay between them, and bytes counted there.

Rates and delays are those of the relay, in real time, except where a clock is said to run faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from bench.machine import Machine
from bench.pair import Clock, Homes, Party, running
from bench.table import Sample
from bench.traffic import Sizes, queue
from openline.console.channel.asking import AskStatus, Status, Waited, WaitHeld

Say = Callable[[str], None]
Measured = dict[str, list[Sample]]
DAY_MS: Final = 86_400_000
WITHIN_MS: Final = 60_000
LINES_PROMISED: Final = 100
IDLE_S: Final = 30


def catchup(homes: Homes, now: Machine, say: Say) -> Measured:
    """Queued while the other side is away; both clocks are two days later when it comes back, with a new life."""
    count = 1_000
    ours, theirs = homes.pair()
    with running(ours, theirs):
        theirs.stop()
        with ours.link() as link:
            places = queue(link, count)
        ours.stop()
        later = Clock(since_ns=time.time_ns(), ahead_ms=2 * DAY_MS)
        ours.start(later)
        with ours.link() as link:
            theirs.start(later)
            assert link.ask(WaitHeld(places=places, within_ms=WITHIN_MS), Waited, 2 * WITHIN_MS).held
            held_at_ms = time.time() * 1000 + later.ahead_ms
        with theirs.link() as link:
            seconds = (held_at_ms - link.ask(AskStatus(), Status).started_at_ms) / 1000
    say(f"catch-up after two days: {count} messages held {seconds:.2f} s after the station that was away lived again")
    return {"catchup_1k_s": [Sample(seconds, count / now.messages_per_s)]}


def idle_lines(homes: Homes, sizes: Sizes, say: Say) -> Measured:
    """A line is a process of its own and shares nothing with others: ten are measured, a hundred promised."""
    pairs = [homes.pair() for _ in range(sizes.idle_lines)]
    parties = [party for pair in pairs for party in pair]
    with running(*parties):
        time.sleep(IDLE_S / 3)
        begun, before = time.monotonic(), [party.cpu_ns() for party in parties]
        time.sleep(IDLE_S)
        spent_s = (sum(party.cpu_ns() for party in parties) - sum(before)) / 2e9
        percent = spent_s / (time.monotonic() - begun) / len(pairs) * LINES_PROMISED * 100
        wakes = _wakes_a_second(parties[0])
    say(f"idle: {len(pairs)} lines, {IDLE_S} s: {percent / LINES_PROMISED:.4f} % of a core for each, the mean of both "
        f"sides; {wakes:.1f} wake-ups a second")
    return {"idle_100_lines_cpu_percent": [Sample(percent, 1.0)]}


def _wakes_a_second(party: Party) -> float:
    def count() -> int:
        rows = dict(row.split(":\t") for row in party.status_text().splitlines() if ":\t" in row)
        return int(rows["voluntary_ctxt_switches"])

    before = count()
    time.sleep(10)
    return (count() - before) / 10
