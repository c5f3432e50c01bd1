"""Our own code stands every vector; the vectors are what their generator makes; the runner finds what differs."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance import example, make_vectors, run
from conformance.doors import DOORS
from tests.conformance import stranger
from tests.house import test_rules

VECTORS = run.load(sorted(run.VECTORS.glob("*.json")))
ANSWERS_ALL = f"{sys.executable} -m conformance.driver"


@pytest.mark.parametrize("door", sorted(DOORS))
def test_our_own_code_stands_the_vectors_of_a_door(door: str) -> None:
    vectors = [vector for vector in VECTORS if vector.door == door]
    assert vectors, f"no vector shows the door {door}"
    outcomes = run.run(vectors, run.ask_ours, ours=True)
    assert not [f"{vector.name}: {differs}" for vector, differs in outcomes if differs != ""]


@pytest.mark.whole
def test_making_the_vectors_anew_changes_nothing() -> None:
    """Byte for byte, also what chance had a part in: that is kept."""
    book = make_vectors.make()
    assert not make_vectors.changed(make_vectors.texts(book)), "run `python -m conformance.make_vectors` and look at it"


def test_the_protocols_example_and_bounds_are_cut_from_the_vectors_and_the_program() -> None:
    document = example.PROTOCOL.read_text("utf-8")
    assert example.placed(document) == document, "run `python -m conformance.make_vectors`"
    with pytest.raises(ValueError, match="one pair of marks for the example"):
        example.placed(document.replace("<!-- end of example -->", ""))


def test_a_vector_cites_rules_that_are_stated() -> None:
    stated = test_rules.all_stated()
    unknown = {rule: vector.name for vector in VECTORS for rule in vector.rules if rule not in stated}
    assert not unknown
    assert all(vector.rules and vector.story for vector in VECTORS)


def test_refusals_are_the_most_of_them() -> None:
    """Several for each acceptance; a door that only takes shows nothing of where it closes."""
    # pure: nothing comes in, or whatever comes in is kept and comes to something
    computed = {
        "about-a-message",
        "about-a-message-told",
        "body-digest",
        "crossed",
        "declared",
        "drafts",
        "epoch",
        "escrow-folded",
        "escrow-lock",
        "escrow-opening",
        "exchange-folded",
        "interval",
        "joint-standing",
        "link-test-receipts",
        "notice-judged",
        "padding",
        "release-challenge",
        "release-digest",
        "topics-and-meetings",
        "tree",
    }
    verdicts = Counter(vector.verdict for vector in VECTORS if vector.door not in computed)
    assert verdicts["refuse"] + verdicts["wait"] >= 2 * verdicts["accept"]
    for door in set(DOORS) - computed:
        assert any(vector.verdict != "accept" for vector in VECTORS if vector.door == door), f"{door} never refuses"


@pytest.mark.whole
def test_another_program_is_driven_by_lines() -> None:
    vectors = [vector for vector in VECTORS if vector.name.startswith("wire-n")]
    with run.Driven(ANSWERS_ALL) as other:
        outcomes = run.run(vectors, other.ask, ours=False)
    assert [differs for _, differs in outcomes] == [""] * len(vectors)


def test_a_stranger_who_read_the_protocol_stands_the_vectors_of_its_doors() -> None:
    """Another program, which knows nothing of ours: document and vectors say enough to write one."""
    program = Path(stranger.__file__)
    assert not re.search(r"^\s*(from|import) (openline|conformance)", program.read_text("utf-8"), re.MULTILINE)
    with run.Driven(f"{sys.executable} -S {program}") as other:
        outcomes = run.run(VECTORS, other.ask, ours=False)
    assert not [f"{vector.name}: {differs}" for vector, differs in outcomes if differs]
    assert {vector.door for vector, differs in outcomes if differs == ""} == set(stranger.DOORS)


def test_the_runner_says_what_differs_and_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    vectors = {vector.verdict: vector for vector in VECTORS if vector.door in ("payload", "pieces")}

    def differs(verdict: str, answer: dict[str, Any]) -> str | None:
        return run.judge(vectors[verdict], answer, ours=False)

    assert differs("accept", {"verdict": "accept", "gives": vectors["accept"].gives}) == ""
    assert "gives" in (differs("accept", {"verdict": "accept", "gives": {}}) or "")
    assert "'accept'" in (differs("refuse", {"verdict": "accept", "gives": {}}) or "")
    assert "'refuse'" in (differs("wait", {"verdict": "refuse", "why": "no"}) or "")
    assert differs("refuse", {"verdict": "no such door"}) is None
    outcomes = [run.Outcome(vectors["refuse"], "other"), run.Outcome(vectors["accept"], None)]
    assert run.report(outcomes) == 1
    said = capsys.readouterr().out
    assert vectors["refuse"].name in said and "left out: 1" in said


def test_a_driver_that_ends_or_answers_out_of_turn_is_named(tmp_path: Path) -> None:
    with run.Driven(f"{sys.executable} -c pass") as silent, pytest.raises((EOFError, BrokenPipeError)):
        run.run(VECTORS[:2], silent.ask, ours=False)
    parrot = tmp_path / "parrot.py"
    parrot.write_text("import sys\nfor line in sys.stdin: print('{\"id\": 7}', flush=True)\n")
    with run.Driven(f"{sys.executable} {parrot}") as other, pytest.raises(EOFError, match="answers 7 to question 0"):
        run.run(VECTORS[:2], other.ask, ours=False)


def test_a_file_that_is_no_vector_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "perhaps.json"
    path.write_text('{"door": "card", "rules": [], "story": "", "given": {}, "verdict": "perhaps"}')
    with pytest.raises(ValueError, match="perhaps"):
        run.load([path])
