"""Contact kept by two stations: tests by turns, answered, in both exports; one that dies is missed, and comes back."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.record.evidence.export import read_export
from openline.record.evidence.judge import judge_at_once
from tests.whole.parties import Desk, until

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
PERIOD_S = 6


def scaled(*desks: Desk) -> None:
    for desk, other in zip(desks, reversed(desks), strict=True):
        desk.settings({other.name: other.port}, f"test_every_s = {PERIOD_S}")


def status(desk: Desk) -> Any:
    return desk.json_anyhow("status")


def towards(desk: Desk) -> Any:
    return status(desk)["peers"][0]


def answered_at(desk: Desk, *more: str) -> list[Any]:
    (pair,) = desk.json_here("contact", *more)["pairs"]
    missed = {test["place"] for test in pair["missed"]}
    return [test for test in pair["tests"] if test["place"] not in missed]


def amber_saw(amber: Desk) -> Any:
    """What Amber wrote of its bearer, once it says both that it was up and that it was down."""
    rows = [row for row in amber.json_here("contact")["pairs"][0]["observed"] if row["by"] == 0]
    return next((row for row in rows if {span[2] for span in row["spans"]} >= {"up", "down"}), None)


def both_have_tested(desk: Desk) -> bool:
    answered = answered_at(desk)
    return len(answered) >= 4 and {test["by"] for test in answered} == {0, 1}


def kinds(export: Path) -> list[tuple[int, int]]:
    findings = judge_at_once(read_export([export.read_bytes()]))
    return sorted((log.log.party, entry.header.kind) for log in findings.logs for entry in log.entries)


def test_tests_alternate_are_answered_and_prove_contact_in_both_exports(on_a_line: Line, tmp_path: Path) -> None:
    """R-250 to R-257, in the three forms of `openline contact` and in what `verify` says."""
    amber, birch = on_a_line("Amber", "Birch")
    scaled(amber, birch)
    amber.start()
    birch.start()
    up = until(lambda: (peer := towards(amber))["state"] == "up" and peer["clock"] != "unknown" and peer, "Birch is up")
    assert up["observed"] == "up" and up["declared"] == "open" and up["clock"] == "agrees"
    assert up["signed_age_ms"] is not None and up["over"][0]["name"] == "tls"
    until(lambda: both_have_tested(amber), "both sides have tested")
    answered = answered_at(amber)
    slots = [test["written_at_ms"] // (PERIOD_S * 1000) % 2 for test in answered]
    assert slots == [test["by"] for test in answered], "even slots one, odd slots the other"
    assert {answer["opens"] for test in answered for answer in test["answers"]} == {True}
    assert all(answer["read"] for test in answered for answer in test["answers"])
    words = amber.run("contact").stdout
    assert "Amber and Birch" in words and "by both logs" in words and "only Amber's word" in words
    exports = []
    for desk in (amber, birch):
        file = tmp_path / f"{desk.name}.openline"
        desk.run("export", str(file))
        verified = desk.run("verify", str(file)).stdout
        assert "last proved contact" in verified, verified
        bound = {row["party"]: row for row in desk.json("verify", str(file))["tests_of_receipts"]}
        assert set(bound) == {0, 1}, "R-286: both sides' tests carry the hash of receipts"
        assert all(row["fit"] and row["receipts"] and not row["differ"] for row in bound.values()), bound
        exports.append(file)
        drawing = tmp_path / f"{desk.name}.svg"
        desk.run("contact", str(file), "--svg", str(drawing))
        root = ET.fromstring(drawing.read_text())
        assert root.attrib["role"] == "img" and "script" not in drawing.read_text()
        assert {32, 33, 34} <= {kind for _, kind in kinds(file)}
        shown = desk.json("contact", str(file), "--from", "2020-01-01T00:00Z")["pairs"][0]
        assert shown["clocks"]["word"] == "agree" and shown["observed"]
        assert shown["proved_thousandths"] < 1, "of years: nearly nothing"
    assert answered_at(birch, str(exports[0])), "anybody reads it from the other's export"


def test_a_station_that_is_killed_is_silent_since_then_rings_and_is_up_again(on_a_line: Line) -> None:
    """R-253, R-256: silent, not degraded for ever; the alarm goes when the fact is gone."""
    amber, birch = on_a_line("Amber", "Birch")
    scaled(amber, birch)
    amber.start()
    birch.start()
    until(lambda: towards(amber)["state"] == "up", "Birch is up for Amber")
    until(lambda: answered_at(amber), "a test was answered")
    until(lambda: any(one["seen"] == "up" for one in towards(amber)["over"]), "Amber has looked at the bearer since")
    birch.kill()
    silent = until(lambda: (peer := towards(amber))["state"] == "silent" and peer, "Birch is silent")
    assert silent["since_ms"] is not None and silent["over"][0]["seen"] == "down"
    until(lambda: any(one.startswith("contact Birch: silent since") for one in status(amber)["alarms"]), "it rings")
    until(lambda: any(one.startswith("link test Birch") for one in status(amber)["alarms"]), "the tests ring too")
    words = amber.try_here("status").out
    assert "Birch (party 1): SILENT since" in words
    birch.start()
    until(lambda: towards(amber)["state"] == "up", "Birch is back")
    until(lambda: not any("Birch" in one for one in status(amber)["alarms"]), "nothing rings")
    row = until(lambda: amber_saw(amber), "what Amber saw is in its log")
    assert row["bearer"] == "tls"
    assert amber.json("contact")["pairs"][0]["missed"], "tests that nobody answered"


def test_a_line_at_rest_and_one_without_tests_are_drawn_too(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    amber.json("send", "Hello", "--wait", "200")
    until(lambda: towards(amber)["state"] == "up", "Birch is up for Amber, by a receipt and by hails")
    amber.stop()
    birch.stop()
    (pair,) = amber.json("contact")["pairs"]
    assert not pair["tests"] and pair["proofs"]
    svg = tmp_path / "taken.svg"
    svg.write_text("mine")
    assert "there is" in amber.run("contact", "--svg", str(svg), ok=None).stderr or svg.read_text() == "mine"
    assert amber.run("contact", "--from", "2026-01-02T00:00Z", "--to", "2026-01-01T00:00Z", ok=None).returncode == 2
