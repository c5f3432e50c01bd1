"""The ladder past *opened*, by the commands a person types, over two real stations."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.parties import Desk
from tests.whole.test_statements import both_up, held, instant, refused, sent, show, verified

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def test_a_message_is_read_back_and_passed_on(on_a_line: Line, tmp_path: Path) -> None:
    """R-310, R-311, R-314, R-315; crossed: R-095."""
    amber, birch = both_up(on_a_line)
    asked = sent(amber, "--subject", "Exercise area")
    drill = sent(amber, "--exercise")
    held(birch, "understood", asked, "Area as before;\n1400Z.", "--language", "en", "--officer", "B")
    held(birch, "passed", asked, "--to", "DEFENCE", "--how", "by hand", "--officer", "B")
    held(birch, "understood", drill, "A drill.", "--officer", "B")
    for desk in (amber, birch):
        shown = show(desk, asked)
        assert [(row["text"], row["officer"], row["role"]) for row in shown["understood"]] == [
            ("Area as before;\n1400Z.", "B", "watch officer")]  # fmt: skip
        (passed,) = shown["passed"]
        assert (passed["office"], passed["how"], passed["name"]) == ("DEFENCE", "by hand", "Birch")
        words = desk.here("show", asked)
        assert "understood" in words and "(not agreement): Area as before; / 1400Z." in words
        assert "to DEFENCE: by hand" in words
    assert show(amber, drill)["understood"][0]["text"] == "A drill."
    assert "passed on by Birch" in amber.here("inbox", "--all")
    refused(amber, 4, "this message is ours", "understood", asked, "Ours.", "--officer", "A")
    refused(birch, 4, "still to come", "passed", asked, "--to", "X", "--at", instant(hours=1))
    refused(birch, 2, "office: it is empty", "passed", asked, "--to", " ")
    refused(birch, 4, "is no message", "understood", show(birch, asked)["passed"][0]["place"], "What?")
    told, _ = verified(amber, tmp_path)
    assert "passed on" in told and "understood" in told
    assert "no directory sent" in birch.here("offices", "list")


def test_messages_that_crossed_are_shown_as_crossed_at_both(on_a_line: Line) -> None:
    """R-095: neither had the other's when it wrote."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    first = json.loads(amber.here("send", "From Amber.", "--json"))["place"]
    amber.stop()
    birch.start()
    second = json.loads(birch.here("send", "From Birch.", "--json"))["place"]
    amber.start()
    held(birch, "service", "send", "Good evening.")  # Amber holds this, and so all that was before it
    later = json.loads(amber.here("send", "After.", "--wait", "30", "--json"))["place"]
    for desk in (amber, birch):
        assert show(desk, first)["crossed"] == [second] and show(desk, second)["crossed"] == [first]
        assert show(desk, later)["crossed"] == []
        assert f"CROSSED     with {second}" in desk.here("show", first)
        assert desk.here("inbox", "--all").count("[CROSSED, ") == 2
