"""The ladder past *opened*, by the commands a person types, over two real stations."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console.codes import Told
from openline.console.ladder.directories import read_offices
from tests.whole.parties import Desk, until
from tests.whole.test_desk import Officers
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
    later = json.loads(amber.here("send", "After.", "--wait", "200", "--json"))["place"]
    for desk in (amber, birch):
        until(lambda desk=desk: desk.holds(first), "what its first life wrote")  # type: ignore[misc]
        assert show(desk, first)["crossed"] == [second] and show(desk, second)["crossed"] == [first]
        assert show(desk, later)["crossed"] == []
        assert f"CROSSED     with {second}" in desk.here("show", first)
        assert desk.here("inbox", "--all").count("[CROSSED, ") == 2

OFFICES = """
[[office]]
short = "FOREIGN"
full = "Ministry of Foreign Affairs, duty officer"

[[office]]
short = "DEFENCE"
hours = "daily, 0600Z to 1800Z"
telephone = "+99 555 0100"
[office.address]
en = "Sir"
ru = "Господин полковник"
"""

NOTICE = """
name = "accident"
subject = "Unplanned launch"
precedence = "FLASH"
text = "{count} left at {time}. It was not ordered."
[field.count]
kind = "number"
low = 1
high = 4
[field.time]
kind = "instant"
"""


def test_what_two_let_go_corrects_and_withdraws_and_the_directory_goes_the_same_way(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-312, R-313, R-316 to R-319; nothing of it leaves by one person's door."""
    amber, birch = both_up(on_a_line)
    first = sent(amber, "--subject", "Inspection")
    theirs = sent(birch)
    officers = Officers(amber, tmp_path)
    officers.staff()
    directory = tmp_path / "offices.toml"
    directory.write_text(OFFICES)
    for command in (
        ("send", "At 1500Z.", "--corrects", first), ("send", "In error.", "--withdraws", first),
        ("send", "For you.", "--forwards", theirs),
    ):  # fmt: skip
        assert officers.run("Cyd", *command, ok=4).returncode == 4
    assert "is theirs" in officers.run("Bob", "draft", "new", "No.", "--withdraws", theirs, ok=4).stderr

    def out(by: str, *command: str) -> str:
        row = json.loads(officers.run(by, *command, "--json").stdout)
        name = f"D-{row['draft']}"
        if row.get("stage", "submitted") != "submitted":
            officers.run(by, "draft", "submit", name)
        shown = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)
        assert shown["code"], shown
        done = officers.run("Cyd", "draft", "release", name, "--code", shown["code"], "--json")
        party, generation, index = json.loads(done.stdout)["places"][0]
        return f"{party}/{generation}/{index}"

    fixed = out("Bob", "draft", "new", "At 1500Z.", "--corrects", first, "--note", "The hour.")
    out("Bob", "draft", "new", "Sent in error.", "--withdraws", fixed)
    sent_on = out("Bob", "draft", "new", "For your office.", "--forwards", theirs, "--action", "DEFENCE")
    out("Ann", "offices", "set", str(directory))
    assert "says the same" in officers.run("Ann", "offices", "set", str(directory), ok=4).stderr
    held(birch, "service", "send", "Level?")
    for desk in (amber, birch):
        assert [(one["which"], one["place"], one["note"]) for one in show(desk, first)["related"]] == [
            ("corrected by", fixed, "The hour.")]  # fmt: skip
        related = show(desk, fixed)["related"]
        assert [one["which"] for one in related] == ["corrects", "withdrawn by"] and related[0]["place"] == first
        assert related[1]["released_by"] == ["Bob", "Cyd"]
        assert [one["place"] for one in show(desk, theirs)["related"]] == [sent_on]
        listed = desk.here("inbox", "--all")
        assert "CORRECTED" in listed and "WITHDRAWN" in listed
        assert "WITHDRAWN BY" in desk.here("show", fixed)
        offices = desk.here("offices", "list")
        assert "addressed (ru)  Господин полковник" in offices and "FOREIGN: Ministry" in offices
    of = officers.run("Bob", "translation", "write", first, "Осмотр в 14.00 UTC, 3 судна.", "--language", "ru").stdout
    assert "rough (unofficial)" in of and "time '14.00' stands in the translation only" in of
    assert "another officer" in officers.run("Bob", "translation", "review", first, "1", ok=4).stderr
    assert "reviewed by Cyd" in officers.run("Cyd", "translation", "review", first, "1").stdout
    assert "no program is set" in officers.run("Bob", "translation", "machine", first, "--to", "ru", ok=8).stderr
    looked = json.loads(officers.run("Bob", "draft", "new", "Later.", "--json").stdout)["draft"]
    officers.run("Bob", "draft", "checklist", f"D-{looked}", "Times in UTC", "Office addressed")
    ticked = officers.run("Bob", "draft", "tick", f"D-{looked}", "1").stdout
    assert "[x] 1. Times in UTC  (Bob)" in ticked and "[ ] 2. Office addressed  NOT LOOKED AT" in ticked
    notice = tmp_path / "notice.toml"
    notice.write_text(NOTICE)
    row = json.loads(officers.run("Bob", "precleared", "write", str(notice), "--json").stdout)
    name = f"D-{row['draft']}"
    officers.run("Bob", "draft", "submit", name)
    code = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)["code"]
    assert "may send" in officers.run("Cyd", "draft", "release", name, "--code", code).stdout
    use = ("precleared", "send", name, "--set", "count=2", "--set", "time=221005Z NOV 26")
    assert "who has the watch" in officers.run("Ann", *use, ok=4).stderr
    officers.run("Ann", "watch", "take")
    assert "whole number" in officers.run("Ann", *use[:3], "--set", "count=9", ok=4).stderr
    party, generation, index = json.loads(officers.run("Ann", *use, "--json").stdout)["places"][0]
    officers.run("Ann", "precleared", "allow", "no")
    assert "switched off" in officers.run("Ann", *use, ok=4).stderr
    shown = show(amber, f"{party}/{generation}/{index}")
    assert (shown["precedence"], shown["released_by"]) == ("FLASH", ["Ann"]) and "2 left at 221005Z" in shown["text"]
    assert "PRE-CLEARED" in amber.here("show", f"{party}/{generation}/{index + 1}")
    assert "notice used" in officers.run("Ann", "watch", "log").stdout
    told, _ = verified(amber, tmp_path)
    assert "1 are PRE-CLEARED" in told
    assert "2 name two persons" in told and "2 are over a withdrawal or a directory" in told


def test_a_directory_that_does_not_read_says_every_fault_at_once(tmp_path: Path) -> None:
    text = '[[office]]\nshort = " "\n[[office]]\nshort = "A"\nfax = "1"\nhours = 5\n[line]\n'
    with pytest.raises(Told) as refusal:
        read_offices(text, "offices.toml")
    said = str(refusal.value)
    for fault in ("'line' is not known", "office 1: directory: short name", "office 2: 'fax'", "hours is not a text"):
        assert fault in said
