"""The letters of October 1962, replayed between two stations: every one held, each once, and both exports verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.whole.letters import check_exports, replayed, sample
from tests.whole.parties import Desk

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
SAMPLE: Final = 5


def test_a_sample_of_the_letters_of_1962_is_held_and_verified(on_a_line: Line, letters: Path, tmp_path: Path) -> None:
    file = sample(letters, SAMPLE, tmp_path)
    desks = on_a_line("Amber", "Birch")
    for desk in desks:
        desk.start()
    done = replayed(desks, file, "--token", "october", "--one-by-one")
    assert (done["sent"], done["held"], done["lacking"]) == (SAMPLE, SAMPLE, [])
    again = replayed(desks, file, "--token", "october")
    assert again["places"] == done["places"], "replayed twice under one token"
    check_exports(desks, file, tmp_path)


@pytest.mark.acceptance
def test_all_letters_of_1962_are_held_and_verified(on_a_line: Line, letters: Path, tmp_path: Path) -> None:
    desks = on_a_line("Amber", "Birch")
    for desk in desks:
        desk.start()
    count = len(letters.read_text("utf-8").splitlines())
    done = replayed(desks, letters)
    assert (done["sent"], done["held"]) == (count, count)
    check_exports(desks, letters, tmp_path)


def test_a_replay_waits_for_a_station_that_is_away_and_says_what_was_not_held(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    file = tmp_path / "words.jsonl"
    file.write_text('{"from":"A","text":"one"}\n{"from":"A","text":"two"}\n')
    done = amber.run("replay", str(file), "--json", "--wait", "1", "--token", "t", ok=6)
    assert json.loads(done.stdout)["sent"] == 2
    assert len(json.loads(done.stdout)["lacking"]) == 2
    assert json.loads(done.stderr)["code"] == "OL-602"
    birch.start()
    assert amber.json("replay", str(file), "--token", "t")["held"] == 2
