"""Figures: what was promised, what was measured, how near the machine's own limit that is; as a table and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

RADIO_RATES: Final = (300, 1200, 2400, 9600)  # bits a second


class Promise(NamedTuple):
    """One figure we promise. `limit_is` says what the machine's own limit means for it."""

    name: str
    unit: str
    target: float
    at_least: bool  # else: at most
    limit_is: str


class Sample(NamedTuple):
    """One run's value, beside the limit of the machine in that same run."""

    value: float
    limit: float


class Figure(NamedTuple):
    """One line of the result. `ratio` is value over limit; `met` says whether the median keeps the promise."""

    name: str
    value: float
    unit: str
    limit: float
    ratio: float
    target: float
    met: bool
    runs: tuple[float, ...]


class Part(NamedTuple):
    """One thing this machine can do, by itself, in absolute figures. It is promised by nobody."""

    name: str
    value: float
    unit: str
    what: str


PROMISES = {
    promise.name: promise
    for promise in (
        Promise("lone_p50_ratio", "x floor", 3, False, "1: two fdatasyncs, two signatures, two checks, one round trip"),
        Promise("lone_p50_ms", "ms", 0, False, "that floor in ms; the target is three times it"),
        Promise("sustained_msgs_per_s", "/s", 10_000, True, "hash, seal and insert the same bytes, two cores, no more"),
        Promise("overhead_message_bytes", "bytes", 125, False, "one signature and one seal tag"),
        Promise("overhead_receipt_bytes", "bytes", 110, False, "one signature and one seal tag"),
        Promise("catchup_10k_s", "s", 5, False, "10,000 messages at the limit of sustained_msgs_per_s"),
        Promise("startup_1m_s", "s", 2, False, "the interpreter with this program's modules, nothing else"),
        Promise("rss_1m_mb", "MB", 300, False, "the same"),
        Promise("proof_1m_ms", "ms", 5, False, "the hashing alone"),
        Promise("append_1m_ratio", "x empty", 1.2, False, "1: the same on an empty log"),
        Promise("verify_100k_s", "s", 15, False, "its signature checks and hashes alone, on two cores"),
        *(
            Promise(f"radio_{rate}_{language}_ratio", "x least", 1.15, False, "1: the bits that both need, two delays")
            for rate in RADIO_RATES
            for language in ("en", "ru")
        ),
        Promise("flash_overtake_extra_s", "s", 8, False, "1"),
        Promise("failover_hail_periods", "hails", 3, False, "1"),
        Promise("idle_300_bps", "bit/s", 3, False, "1"),
        Promise("catchup_1k_s", "s", 2, False, "1,000 messages at the limit of sustained_msgs_per_s"),
        Promise("idle_100_lines_cpu_percent", "%", 3, False, "1"),
        Promise("verify_statement_ms", "ms", 200, False, "checking its signatures over logs, and nothing else"),
        Promise("reconcile_5k_s", "s", 2, False, "decoding the same 5,002 bodies, and nothing else"),
        Promise("escrow_65k_s", "s", 3, False, "as many hashes as it has leaves and nodes, and nothing else"),
        Promise("escrow_open_ms", "ms", 5, False, "as many hashes as it has leaves and nodes, and nothing else"),
        Promise("compare_100p_s", "s", 1, False, "splitting the same files into words, and nothing else"),
        Promise("fold_1k_agreements_s", "s", 1, False, "decoding the same 10,000 bodies, and nothing else"),
        Promise("card_p95_ms", "ms", 250, False, "two commits, two ways over loopback, one hop to the pages"),
        Promise("first_screen_100k_ms", "ms", 300, False, "one way over loopback and one hop, nothing looked up"),
        Promise("search_100k_ms", "ms", 200, False, "the same"),
        Promise("card_p95_50_desks_ms", "ms", 500, False, "as of card_p95_ms"),
        Promise("page_kb", "kB", 300, False, "1"),
        Promise("fold_100k_s", "s", 10, False, "listing the entries alone"),
        Promise("fold_next_ms", "ms", 5, False, "1"),
        Promise("validate_ms", "ms", 2, False, "1"),
        Promise("due_100k_ms", "ms", 20, False, "1"),
    )
}


def settle(promise: Promise, samples: Sequence[Sample]) -> Figure:
    """The run with the median value, and all values. Of an even number of runs, the lower of the two in the middle."""
    values = [sample.value for sample in samples]
    chosen = samples[values.index(statistics.median_low(values))]
    target = promise.target or 3 * chosen.limit
    met = chosen.value >= target if promise.at_least else chosen.value <= target
    ratio = chosen.value / chosen.limit
    return Figure(promise.name, chosen.value, promise.unit, chosen.limit, ratio, target, met, tuple(values))


def as_table(figures: Sequence[Figure]) -> str:
    """For a person: one row a figure."""
    head = ("figure", "value", "unit", "limit", "ratio", "target", "met", "runs")
    rows = [head]
    for one in figures:
        bound = ">= " if PROMISES[one.name].at_least else "<= "
        runs = " ".join(number(value) for value in one.runs)
        rows.append((one.name, number(one.value), one.unit, number(one.limit), f"{one.ratio:.2f}",
                     bound + number(one.target), "yes" if one.met else "NO", runs))  # fmt: skip
    return _columns(rows)


def as_parts(parts: Sequence[Part]) -> str:
    """For a person: what this machine can do, one thing a row."""
    return _columns([(one.name, number(one.value), one.unit, one.what) for one in parts])


def number(value: float) -> str:
    """Three or four digits that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in rows)  # fmt: skip


def write_results(path: Path, figures: Sequence[Figure]) -> None:
    """One JSON object a line, one line a figure."""
    path.write_text("".join(json.dumps(one._asdict()) + "\n" for one in figures))
