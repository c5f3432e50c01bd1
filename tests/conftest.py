"""Settings of every test: no clock decides a result, one seed gives one run, what was left out is counted by name."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import needs

settings.register_profile(
    "house", deadline=None, max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
# Of `make check`: the first of the same examples, so that one look costs two minutes; `make test` takes them all.
settings.register_profile("quick", settings.get_profile("house"), max_examples=10)
settings.register_profile(
    "long", deadline=None, max_examples=1000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays until the end: looking through it for garbage again and again is a seventh of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture
def needs_tool() -> Callable[[str], str]:
    """Path of a program, or a named skip; a failure in CI."""
    return needs.needs_tool


@pytest.fixture(scope="session")
def tree() -> Path:
    """Root of the source tree."""
    return Path(__file__).resolve().parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count by name what this machine lacked, so that a green run never hides what it left out."""
    lacking: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if needs.SKIP_PREFIX in reason:
            lacking[reason.split(needs.SKIP_PREFIX, 1)[1]] += 1
    if lacking:
        terminalreporter.section("left out, because this machine lacks it")
        for what, count in sorted(lacking.items()):
            terminalreporter.write_line(f"{count:4}  {what}")
