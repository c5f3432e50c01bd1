"""`python -m simulation`: run seeds, print the report; exit code 1 on a violation or on a cell that stayed at zero."""

from __future__ import annotations

import argparse
import os
import sys
import time

from simulation import faults
from simulation.report import add_up, lacking, write
from simulation.run import run_seed, run_seeds

FAULT_SEEDS = 200


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="simulation", description="The whole line on one thread, seed by seed.")
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one seed only")
    parser.add_argument("--tell", action="store_true", help="with --seed: tell its events one by one")
    parser.add_argument("--faults", action="store_true", help="run the planted faults; each must be caught")
    parser.add_argument("--fault", choices=faults.FAULTS, metavar="NAME", help="only this planted fault")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    args = parser.parse_args()
    if args.seed is not None:
        return _one(args.seed, args.tell)
    if args.faults or args.fault:
        names = [args.fault] if args.fault else list(faults.FAULTS)
        return _faults(names, args.first, args.seeds, args.jobs)
    started = time.monotonic()
    total = add_up(run_seeds(range(args.first, args.first + args.seeds), args.jobs))
    print("\n".join(write(total, args.first, time.monotonic() - started)))
    return 1 if total.broken or lacking(total) else 0


def _one(seed: int, tell: bool) -> int:
    lines: list[str] | None = [] if tell else None
    verdict = run_seed(seed, lines)
    print("\n".join(lines or []))
    print(f"seed {seed}: {verdict.entries} entries, {verdict.crashes} crashes, digest {verdict.digest}")
    print(verdict.text or "nothing broken")
    return 1 if verdict.rule else 0


def _faults(names: list[str], first: int, seeds: int, jobs: int) -> int:
    """Each fault until the first seed that catches it."""
    seeds = min(seeds, FAULT_SEEDS)
    missed = 0
    for name, caught in faults.run_all(names, range(first, first + seeds), jobs):
        missed += caught is None
        if caught is None:
            print(f"MISSED  {name}: not within {seeds} seeds", flush=True)
        else:
            print(f"caught  {name}: seed {caught.seed}, as '{caught.rule}'", flush=True)
    print(f"{len(names) - missed} of {len(names)} planted faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
