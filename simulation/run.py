"""One seed, or many: run, judge, give back a verdict that says everything a second run must repeat."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from typing import NamedTuple

from simulation.cells import Cells
from simulation.checks.words import Violation
from simulation.plan import make_plan
from simulation.sealing import doubles
from simulation.world import World


class Verdict(NamedTuple):
    """What came of one seed."""

    seed: int
    rule: str  # the promise that was broken; empty for none
    text: str
    digest: str
    entries: int
    crashes: int
    cells: Cells


def run_seed(seed: int, lines: list[str] | None = None) -> Verdict:
    """Run one seed to its verdict."""
    plan = make_plan(seed)
    rule = text = ""
    with doubles(plan.parties):
        world = World(plan, lines)
        try:
            world.run()
        except Violation as broken:
            rule, text = broken.rule, str(broken)
        except Exception as fault:  # noqa: BLE001  # whatever our program raises here, it broke
            rule, text = "broke", "".join(traceback.format_exception(fault))
    entries = max((_entries(world, station.party) for station in world.stations), default=0)
    return Verdict(seed, rule, text, world.digest(), entries, world.crashes, world.cells)


def _entries(world: World, party: int) -> int:
    turns = world.stations[party].turns
    return sum(log.size for log in turns.state.logs.values()) if turns is not None else 0


def run_seeds(seeds: Iterable[int], jobs: int) -> Iterator[Verdict]:
    """Run seeds in order, on `jobs` processes; the first verdict comes while others still run."""
    if jobs < 2:
        yield from map(run_seed, seeds)
        return
    with get_context("spawn").Pool(jobs, initializer=_let_garbage_lie) as pool:
        yield from pool.imap(run_seed, seeds, chunksize=8)


def _let_garbage_lie() -> None:
    """What a seed leaves is looked for less often: Python's own pace costs a process that does nothing else 7 %."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
