"""The simulation itself: a seed happens again exactly, the judges catch what is planted, the report counts."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from openline.record import merkle
from simulation import faults, report
from simulation.cells import MUST, Cells, at_zero
from simulation.checks import own
from simulation.checks.ledger import Ledger
from simulation.checks.words import Violation
from simulation.plan import SQLITE_EVERY, make_plan
from simulation.run import Verdict, run_seed
from tests.house import source

# Seeds with renewed keys on slow bearers: what a root had signed was pressed to another size each time. 10 runs on the
# real store.
DIGESTS = """
from simulation.run import run_seed
for seed in (1, 10, 204):
    verdict = run_seed(seed)
    print(verdict._replace(cells=None), sorted(verdict.cells.items()))
"""


def digests(hash_seed: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        cwd=source.ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": "src:."},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


@pytest.mark.whole
def test_a_seed_happens_again_exactly_also_in_another_process() -> None:
    """Events, frames byte for byte, what was counted, verdicts. Python shuffles its sets anew in each process, which
    must not show, nor what the operating system would draw."""
    with ThreadPoolExecutor() as both:
        once, again = both.map(digests, ("1", "2"))
    assert once == again
    assert once.count("digest=") == 3


@pytest.mark.whole  # `make check` runs the same seeds beside its tests
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_seed_breaks_nothing(seed: int) -> None:
    verdict = run_seed(seed)
    assert not verdict.rule, verdict.text
    assert verdict.entries and verdict.crashes


def test_one_seed_in_ten_drives_the_real_store() -> None:
    kinds = [make_plan(seed).sqlite for seed in range(2_000)]
    assert sum(kinds) == 2_000 // SQLITE_EVERY


QUICK = [
    "nonce reused", "sent before commit", "receipt over a gap", "receipt not stored", "commit not synced",
    "receipts not relayed", "what has begun goes on before FLASH", "entry about one not read yet left out",
]  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_fault_is_caught(name: str) -> None:
    caught = faults.first_catch(name, range(20))
    assert caught is not None
    assert caught.rule != "broke", caught.text


@pytest.mark.acceptance
@pytest.mark.parametrize("name", list(faults.FAULTS))
def test_every_planted_fault_is_caught_within_200_seeds(name: str) -> None:
    assert faults.first_catch(name, range(200)) is not None


def test_a_fault_is_gone_when_it_has_been_undone() -> None:
    assert faults.first_catch("nonce reused", range(1)) is not None
    assert not run_seed(0).rule


def test_the_judges_tree_is_the_published_one() -> None:
    headers = [b"%d" % number for number in range(70)]
    roots = own.roots_of(headers)
    for size in range(71):
        assert roots[size] == merkle.root_of([merkle.leaf_hash(one) for one in headers[:size]])


def test_a_cell_that_stayed_at_zero_is_named() -> None:
    cells = Cells({(table, cell): 1 for table, must in MUST.items() for cell in must})
    assert not at_zero(cells)
    del cells["lie", "flood"]
    assert at_zero(cells) == ["lie: flood"]
    verdicts = [Verdict(seed, "", "", "", 500, 5, cells) for seed in range(report.ALL_CELLS_FROM)]
    assert report.lacking(report.add_up(verdicts)) == ["never reached: lie: flood"]
    assert not report.lacking(report.add_up(verdicts[:-1])), "a short run need not reach everything"


def test_a_run_with_too_few_entries_or_crashes_proves_too_little() -> None:
    cells = Cells({(table, cell): 1 for table, must in MUST.items() for cell in must})
    verdicts = [Verdict(seed, "", "", "", 99, 1, cells) for seed in range(report.ALL_CELLS_FROM)]
    assert len(report.lacking(report.add_up(verdicts))) == 2


def test_the_report_names_the_seed_that_broke_something() -> None:
    broken = Verdict(1194, "lost", "lost: message 0.7 is not with party 1", "", 1, 1, Cells())
    text = "\n".join(report.write(report.add_up([broken]), 1194, 1.0))
    assert "BROKEN by seed 1194: lost: message 0.7" in text


def test_the_ledger_knows_one_message_at_one_place_only() -> None:
    ledger = Ledger()
    place = (faults.LogId(0, bytes(12)), 3)
    ledger.place["0.7"] = place
    ledger.on_disk["0.7"] = set()
    row = type("Row", (), {"body": b"0.7||"})()
    ledger._see(1, place[0], 3, [row])
    with pytest.raises(Violation, match="two places"):
        ledger._see(1, place[0], 4, [row])
