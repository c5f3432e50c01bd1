"""Measure what we promise and print it: `python -m bench [PART] [--only NAME ...] [--quick] [--runs N]`.

Three runs, median. One JSON object a figure goes to bench/results.jsonl, except from a quick run or one of a
single part, `line`, `radio` or `desk`.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bench import accord, agreeing, declaring, desk, escrow, machine, negotiating, publishing, radio, traffic
from bench.machine import Machine
from bench.million import Million
from bench.pair import Homes
from bench.table import PROMISES, RADIO_RATES, Sample, as_parts, as_table, settle, write_results
from bench.traffic import QUICK, WHOLE, Sizes

RESULTS = Path(__file__).parent / "results.jsonl"
Measured = dict[str, list[Sample]]

def say(text: str) -> None:
    """What goes on, on stderr."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def _ratios(rate: int, homes: Homes, _sizes: Sizes, _now: Machine) -> Measured:
    return radio.ratios(homes, rate, say)


# Those of the part `radio`: slow, cut and idle lines. The rest is the part `line`.
# Which measurement gives which figures. Those of one row are measured together.
TRAFFIC: Mapping[tuple[str, ...], Callable[[Homes, Sizes, Machine], Measured]] = {
    ("lone_p50_ratio", "lone_p50_ms"): lambda homes, sizes, _now: traffic.lone(homes, sizes, say),
    ("sustained_msgs_per_s", "verify_100k_s"): lambda homes, sizes, now: traffic.sustained(homes, sizes, now, say),
    ("overhead_message_bytes", "overhead_receipt_bytes"): lambda homes, sizes, _now: traffic.overhead(
        homes, sizes, say
    ),
    ("catchup_10k_s",): lambda homes, sizes, now: traffic.catchup(homes, sizes, now, say),
    ("reconcile_5k_s",): lambda _homes, _sizes, _now: declaring.reconciling(say),
    ("verify_statement_ms",): lambda _homes, _sizes, _now: publishing.proving(say),
    ("escrow_65k_s", "escrow_open_ms"): lambda _homes, _sizes, _now: escrow.committing(say),
    ("compare_100p_s",): lambda _homes, _sizes, _now: negotiating.comparing(say),
    ("fold_1k_agreements_s",): lambda _homes, _sizes, _now: agreeing.folding(say),
}
RADIO: Mapping[tuple[str, ...], Callable[[Homes, Sizes, Machine], Measured]] = {
    **{
        (f"radio_{rate}_en_ratio", f"radio_{rate}_ru_ratio"): functools.partial(_ratios, rate)
        for rate in RADIO_RATES
    },
    ("flash_overtake_extra_s",): lambda homes, _sizes, _now: radio.overtaking(homes, say),
    ("failover_hail_periods",): lambda homes, _sizes, _now: radio.failover(homes, say),
    ("idle_300_bps",): lambda homes, sizes, _now: radio.idle_300(homes, sizes, say),
    ("catchup_1k_s",): lambda homes, _sizes, now: radio.catchup(homes, now, say),
    ("idle_100_lines_cpu_percent",): lambda homes, sizes, _now: radio.idle_lines(homes, sizes, say),
}
MILLION = ("startup_1m_s", "rss_1m_mb", "proof_1m_ms", "append_1m_ratio")
DESK = ("card_p95_ms", "first_screen_100k_ms", "search_100k_ms", "card_p95_50_desks_ms", "page_kb")

ACCORD = ("fold_100k_s", "fold_next_ms", "validate_ms", "due_100k_ms")


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    choices = ("line", "radio", "desk", "accord")
    parser.add_argument("part", nargs="?", choices=choices, help="only this part of it [all]")
    parser.add_argument("--only", action="append", choices=sorted(PROMISES), metavar="NAME", help="only this figure")
    parser.add_argument("--quick", action="store_true", help="one run, smaller sizes: for those who develop")
    parser.add_argument("--runs", type=int, default=0, metavar="N", help="how many runs; the median counts [3]")
    asked = parser.parse_args()
    parts = {"line": {*_names(TRAFFIC), *MILLION}, "radio": _names(RADIO), "desk": {*DESK}, "accord": {*ACCORD}}
    wanted = set(asked.only or PROMISES) & (parts[asked.part] if asked.part else set(PROMISES))
    runs = asked.runs or (1 if asked.quick else 3)
    sizes = QUICK if asked.quick else WHOLE
    with tempfile.TemporaryDirectory(prefix="openline-bench-") as folder:
        _keep_compiled(Path(folder))
        print(as_parts(machine.measure(Path(folder)).parts()), flush=True)
        samples = _measure(Homes(Path(folder)), sizes, runs, wanted)
    figures = [settle(promise, samples[name]) for name, promise in PROMISES.items() if samples.get(name)]
    print()
    print(as_table(figures))
    if not asked.quick and asked.part is None:
        write_results(RESULTS, figures)
    return 0


def _keep_compiled(folder: Path) -> None:
    """Processes begin from compiled modules, as those of an installed program do, also where Python is told to keep
    none: each would compile the whole program again, for twice the time of a start."""
    if sys.dont_write_bytecode:
        say("Python is told to keep no compiled modules; what is started here keeps them for this run")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")


def _measure(homes: Homes, sizes: Sizes, runs: int, wanted: set[str]) -> Measured:
    samples: Measured = defaultdict(list)

    def keep(measured: Measured) -> None:
        for name, values in measured.items():
            samples[name] += values

    for number in range(runs):
        say(f"run {number + 1} of {runs}")
        now = machine.measure(homes.folder)
        for names, act in {**TRAFFIC, **RADIO}.items():
            if wanted & set(names):
                keep(act(homes, sizes, now))
    if wanted & set(MILLION):
        keep(_million(homes, sizes, runs))
    if wanted & set(ACCORD):
        keep(accord.measure(homes, sizes, runs, say))
    if wanted & set(DESK):
        keep(desk.measure(homes, sizes, machine.measure(homes.folder), runs, say))
    return samples


def _names(rows: Iterable[tuple[str, ...]]) -> set[str]:
    return {name for names in rows for name in names}


def _million(homes: Homes, sizes: Sizes, runs: int) -> Measured:
    million = Million(homes, sizes, say)
    million.build(runs)
    samples: Measured = million.appends()
    for _ in range(runs):
        for measured in (million.proof(), million.startup()):
            for name, values in measured.items():
                samples[name] = samples.get(name, []) + values
    return samples


if __name__ == "__main__":
    sys.exit(main())
