"""The case of February 2026: played over a real line, and what the record then says, the same on both sides."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from openline.console.demo.story import shipped_story
from openline.console.history.case import read_case, shipped_case
from openline.errors import Misconfigured
from tests.whole.parties import WITHIN_S

SAID = {"tabled", "answered", "lapsed", "offered", "unanswered", "suspended", "expired", "reported", "contradicted",
        "adhered to on condition", "contact", "agreed"}  # fmt: skip


@pytest.mark.whole
def test_every_event_is_entered_and_both_sides_read_the_same(tmp_path: Path) -> None:
    """In the kinds of object they were: suspended, tabled, answered, lapsed, offered, unanswered, reported ..."""
    ran = subprocess.run(
        [sys.executable, "-m", "openline", "demo", "2026", "--json"], capture_output=True, text=True,
        timeout=4 * WITHIN_S, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    says = json.loads(ran.stdout)["says"]
    words = {side: [word for word, _ in said] for side, said in says.items()}
    assert words["a"] == words["b"]
    assert set(words["a"]) >= SAID, SAID - set(words["a"])
    told = dict(says["b"])
    assert "V. Putin" in told["offered"] and "neither consent nor refusal" in told["unanswered"]
    assert all("unconfirmed" in what for word, what in says["a"] if word == "reported")
    assert "PARTY A ready to resume, PARTY B not yet" in told["contact"]
    views = [what for word, what in says["a"] if word == "adhered to on condition"]
    assert len(views) == 1 and "PARTY B" in views[0], "one side alone, in its own view"


def _given() -> dict[str, Any]:
    data = resources.files("openline.console.history").joinpath("case-2026.toml").read_bytes()
    return tomllib.loads(data.decode())


def test_every_event_says_its_source_or_that_it_is_an_illustration() -> None:
    case = shipped_case()
    assert [event.id for event in case.events if not event.sources] == ["first-talk"]
    assert all(event.date and event.speaker and event.where for event in case.events if event.sources)
    assert {event.id for event in case.events if event.doubt} >= {"dialogue-suspended", "reported-understanding"}
    told = {line.id for line in shipped_story().lines if line.kind == "sourced"}
    assert told <= {str(event.get("story")) for event in _given()["event"]}, "nothing of the story is left out"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sources": []}, "a sourced event says"),
        ({"date": "spring"}, "its date or an address"),
        ({"sources": ["http://example.org/x"]}, "its date or an address"),
        ({"filing": "rumour"}, "filed as one of"),
        ({"sure": False}, "what is not sure says why"),
        ({"contradicts": "nothing"}, "contradicts an earlier event"),
        ({"topics": ["weather"]}, "are not all topics"),
        ({"ru": ""}, "words in en and ru"),
        ({"story": "expiry"}, "then says nothing itself"),
        ({"colour": "red"}, "does not know ['colour']"),
        ({"ask": [{"side": "c", "op": "message"}]}, "whose it is"),
    ],
)
def test_an_event_with_a_fault_is_refused(change: dict[str, Any], why: str) -> None:
    given = _given()
    given["event"][0] = {**given["event"][0], **change}
    with pytest.raises(Misconfigured) as refused:
        read_case(given, shipped_story())
    assert why in str(refused.value)
