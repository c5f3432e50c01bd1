"""The letters of October 1962, replayed between two stations: every one held, each once, and both exports verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.needs import SKIP_PREFIX
from tests.whole.parties import Desk

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
LETTERS: Final = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "kennedy-khrushchev-1962.jsonl"
SAMPLE: Final = 5


@pytest.fixture
def letters() -> Path:
    """The published letters. They are not part of the project: where they do not lie beside it, that is said."""
    if not LETTERS.exists():
        pytest.skip(f"{SKIP_PREFIX}the reference letters beside the checkout")
    return LETTERS


def replayed(desks: list[Desk], file: Path, *more: str) -> dict[str, Any]:
    """Replay `file`, the first speaker over the first station and the second over the second."""
    speakers = list(dict.fromkeys(json.loads(row)["from"] for row in file.read_text("utf-8").splitlines()))
    addresses = [
        word
        for name, desk in zip(speakers, desks, strict=True)
        for word in ("--control", f"{name}={desk.control}")
    ]
    return dict(desks[0].json("replay", str(file), *addresses, *more))


def check_exports(desks: list[Desk], file: Path, folder: Path) -> None:
    """Both records, as a stranger reads them, hold each text once, under the party that said it, held by the other."""
    rows = [json.loads(row) for row in file.read_text("utf-8").splitlines()]
    speakers = list(dict.fromkeys(row["from"] for row in rows))
    wanted = sorted((speakers.index(row["from"]), row["text"]) for row in rows)
    cards = [word for desk in desks for word in ("--card", str(folder / f"{desk.name}.card"))]
    for desk in desks:
        record = folder / f"{desk.name}.record"
        desk.run("export", str(record))
        verdict = json.loads(desk.run("verify", str(record), "--entries", "--json", *cards).stdout)
        assert verdict["accusations"] == []
        assert verdict["doubts"] == []
        said = [(int(log["log"][0]), one) for log in verdict["logs"] for one in log["each"] if one["kind"] == "message"]
        assert sorted((party, one["text"]) for party, one in said) == wanted
        assert all(one["held"] for _, one in said)


def test_a_sample_of_the_letters_of_1962_is_held_and_verified(on_a_line: Line, letters: Path, tmp_path: Path) -> None:
    rows = sorted(letters.read_text("utf-8").splitlines(), key=len)[:SAMPLE]
    file = tmp_path / "sample.jsonl"
    file.write_text("\n".join(row for row in letters.read_text("utf-8").splitlines() if row in rows) + "\n")
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
