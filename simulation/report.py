"""What a run says at its end: how much happened, what was reached, what was broken, what stayed at zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from simulation.cells import MUST, Cells, at_zero
from simulation.run import Verdict

ALL_CELLS_FROM: Final = 200  # seeds; a shorter run need not reach everything
ENTRIES_MEAN_MIN: Final = 100
CRASHES_MEAN_MIN: Final = 2
_LINE_CHARS: Final = 118


class Sum(NamedTuple):
    """Many verdicts as one."""

    seeds: int
    entries: int
    crashes: int
    cells: Cells
    broken: tuple[Verdict, ...]


def add_up(verdicts: Iterable[Verdict]) -> Sum:
    """One sum of all."""
    seeds = entries = crashes = 0
    cells: Cells = Cells()
    broken = []
    for verdict in verdicts:
        seeds, entries, crashes = seeds + 1, entries + verdict.entries, crashes + verdict.crashes
        for (table, cell), count in verdict.cells.items():
            key = (table, cell)
            cells[key] = max(cells[key], count) if table == "most" else cells[key] + count
        if verdict.rule:
            broken.append(verdict)
    return Sum(seeds, entries, crashes, cells, tuple(broken))


def lacking(total: Sum) -> list[str]:
    """Why a run that broke nothing still proves too little; empty where it does not, or was meant to be short."""
    if total.seeds < ALL_CELLS_FROM:
        return []
    missing = [f"never reached: {cell}" for cell in at_zero(total.cells)]
    if total.entries < ENTRIES_MEAN_MIN * total.seeds:
        missing.append(f"fewer than {ENTRIES_MEAN_MIN} entries a seed")
    if total.crashes < CRASHES_MEAN_MIN * total.seeds:
        missing.append(f"fewer than {CRASHES_MEAN_MIN} crashes a seed")
    return missing


def write(total: Sum, first: int, took_s: float) -> list[str]:
    """The report, line by line."""
    seeds = max(total.seeds, 1)
    lines = [
        f"simulation: seeds {first} to {first + total.seeds - 1}, {total.cells['store', 'sqlite']} of them on SQLite; "
        f"{took_s:.1f} s, {total.seeds / max(took_s, 0.001):.1f} seeds/s",
        f"a seed: {total.entries / seeds:.0f} entries, {total.crashes / seeds:.1f} crashes",
    ]
    tables = dict.fromkeys([*MUST, *(table for table, _ in total.cells)])
    for table in tables:
        counts = {cell: total.cells[table, cell] for cell in MUST.get(table, ())}
        counts |= {cell: count for (other, cell), count in sorted(total.cells.items()) if other == table}
        lines += _wrapped(table, [f"{cell} {count}" for cell, count in counts.items()])
    for verdict in total.broken[:10]:
        lines.append(f"BROKEN by seed {verdict.seed}: {verdict.text.strip()[-2_000:]}")
    if len(total.broken) > 10:
        lines.append(f"... and {len(total.broken) - 10} more seeds: {[one.seed for one in total.broken[10:60]]}")
    lines += [f"LACKING {reason}" for reason in lacking(total)]
    lines.append("simulation: nothing lost, doubled, invented or wrongly accused" if not total.broken else "BROKEN")
    return lines


def _wrapped(table: str, words: list[str]) -> list[str]:
    lines = []
    line = f"  {table}:"
    for word in words:
        if len(line) + len(word) > _LINE_CHARS:
            lines.append(line)
            line = "     "
        line += f" {word},"
    return [*lines, line.rstrip(",")]
