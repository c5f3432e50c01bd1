"""Parties on an open line, whose stations end with the test, whatever happens in it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.needs import SKIP_PREFIX
from tests.whole.letters import LETTERS
from tests.whole.parties import Desk, make_parties, open_line


@pytest.fixture
def on_a_line(tmp_path: Path) -> Iterator[Callable[..., list[Desk]]]:
    """`on_a_line("Amber", "Birch")`: homes, ceremony done, stations not started."""
    made: list[Desk] = []

    def make(*names: str) -> list[Desk]:
        desks = make_parties(tmp_path, *names)
        made.extend(desks)
        open_line(tmp_path, desks)
        return desks

    yield make
    for desk in made:
        if desk.process is not None:
            with contextlib.suppress(ProcessLookupError):
                desk.kill()


@pytest.fixture
def letters() -> Path:
    """The published letters. They are not part of the project: where they do not lie beside it, that is said."""
    if not LETTERS.exists():
        pytest.skip(f"{SKIP_PREFIX}the reference letters beside the checkout")
    return LETTERS
