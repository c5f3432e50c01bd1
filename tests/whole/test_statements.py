"""What parties state of the line and of messages, by the commands a person types, over two real stations. R-290."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import Waited, WaitHeld
from tests.whole.parties import HELD_MS, Desk, until
from tests.whole.test_desk import Officers

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def instant(**later: float) -> str:
    """An instant of UTC as the commands take it."""
    return (datetime.now(UTC) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def held(desk: Desk, *command: str) -> str:
    """Run a command that records an entry, and wait until the other side holds it; the entry's name."""
    party, generation, index = json.loads(desk.here(*command, "--json"))["places"][0]
    with desk.link() as link:
        ask = WaitHeld(places=[[party, generation, index]], within_ms=HELD_MS)  # type: ignore[list-item]
        assert link.ask(ask, Waited).held
    return f"{party}/{generation}/{index}"


def sent(desk: Desk, *more: str) -> str:
    """A message of theirs that the other side holds."""
    return str(json.loads(desk.here("send", "A question.", "--wait", "200", *more, "--json"))["place"])


def show(desk: Desk, place: str) -> Any:
    return json.loads(desk.here("show", place, "--json"))


def status(desk: Desk) -> Any:
    """Of the other party, whatever else is to be said of the line."""
    ran = desk.try_here("status", "--json")
    assert ran.code in (0, 6)
    return json.loads(ran.out)


def refused(desk: Desk, code: int, why: str, *command: str) -> None:
    ran = desk.try_here(*command)
    assert ran.code == code and why in ran.err, (ran.code, ran.err)


def verified(desk: Desk, folder: Path, *how: str) -> tuple[str, Any]:
    """The verdict on the record as one party exports it, in words and as data."""
    export = folder / f"{desk.name}-{len(list(folder.glob('*.openline')))}.openline"
    desk.here("export", str(export), *how)
    cards = [word for name in ("Amber", "Birch") for word in ("--card", str(folder / f"{name}.card"))]
    export_words = desk.here("verify", str(export), *cards)
    return export_words, json.loads(desk.here("verify", str(export), *cards, "--json"))


def both_up(on_a_line: Line) -> tuple[Desk, Desk]:
    amber, birch = on_a_line("Amber", "Birch")
    for desk in (amber, birch):
        desk.start()
    return amber, birch


def test_a_message_is_held_off_refused_and_left_unanswered_and_a_stranger_reads_all_of_it(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-292, R-293, R-295, R-297."""
    amber, birch = both_up(on_a_line)
    asked = sent(amber, "--subject", "Inspection", "--reply-by", instant(seconds=-60))
    held(birch, "holding", asked, "--until", instant(hours=2), "--remark", "It is being studied.", "--officer", "B")
    held(birch, "refuse", asked, "--reason", "Not on this line.", "--officer", "B")
    silence = held(amber, "silence", "record", asked, "--officer", "A")
    held(birch, "silence", "contest", silence, "--remark", "We asked for time.", "--officer", "B")
    for desk in (amber, birch):
        said = show(desk, asked)["stated"]
        assert [row["kind"] for row in said] == [
            "holding reply", "refused", "silence recorded", "silence contested"]  # fmt: skip
        shown = desk.here("show", asked)
        assert "message refused: Not on this line. (B)" in shown and "silence contested: We asked for time." in shown
    held(birch, "silence", "confirm", silence, "--officer", "B")
    assert show(amber, asked)["stated"][-1]["kind"] == "silence confirmed"
    assert "silence confirmed by Birch" in amber.here("inbox", "--all")
    assert sent(amber), "nothing of it blocks anything"
    told, data = verified(amber, tmp_path)
    assert "STATED BY THE PARTIES" in told and "silence contested: We asked for time. (B)" in told
    assert [row["party"] for row in data["statements"]] == [1, 1, 0, 1, 1]
    assert data["declared"][0]["state"] == "open"


def test_contact_is_suspended_by_one_and_reopened_by_both(on_a_line: Line, tmp_path: Path) -> None:
    """R-294, R-298."""
    amber, birch = both_up(on_a_line)
    refused(amber, 4, "nothing to resume", "resume", "--officer", "A")
    held(amber, "suspend", "--reason", "The talks are suspended.", "--officer", "A")
    for desk in (amber, birch):
        (peer,) = status(desk)["peers"]
        assert peer["declared"] == "suspended"
        assert "SUSPENDED by Amber" in peer["bars"][0] and "no end named" in peer["bars"][0]
        assert "DECLARED  contact SUSPENDED by Amber" in desk.try_here("status").out
    assert sent(birch), "a line that is declared suspended carries"
    held(birch, "resume", "--remark", "At your disposal.", "--officer", "B")
    (peer,) = status(amber)["peers"]
    assert peer["declared"] == "suspended" and "Birch ready to resume, Amber not yet" in peer["bars"][0]
    told, data = verified(birch, tmp_path)
    assert data["declared"][0]["state"] == "suspended" and "Birch ready to resume, Amber not yet" in told
    held(amber, "resume", "--officer", "A")
    for desk in (amber, birch):
        (peer,) = status(desk)["peers"]
        assert (peer["declared"], peer["bars"]) == ("open", [])
    refusal = held(birch, "refuse", "--contact", "--reason", "Until the inquiry ends.", "--officer", "B")
    (peer,) = status(amber)["peers"]
    assert peer["declared"] == "refused" and "Until the inquiry ends." in peer["bars"][0]
    held(amber, "suspend", "--from", instant(hours=1), "--to", instant(hours=2), "--reason", "Repair.")
    (peer,) = status(birch)["peers"]
    assert peer["declared"] == "refused" and len(peer["bars"]) == 2 and "on: contact SUSPENDED" in peer["bars"][1]
    _, data = verified(amber, tmp_path)
    assert data["declared"][0]["state"] == "refused"
    told, data = verified(amber, tmp_path, "--entry", refusal)
    assert data["declared"] == [] and "Until the inquiry ends." in told and "others may be left out" in told
    told, data = verified(amber, tmp_path, "--no-bodies")
    assert (data["declared"], data["statements"]) == ([], [])


def test_operators_talk_apart_from_official_traffic(on_a_line: Line) -> None:
    """R-291."""
    amber, birch = both_up(on_a_line)
    asked = held(amber, "service", "send", "The radio moves to 8364 kHz.", "--officer", "A")
    held(birch, "service", "send", "Heard.", "--in-reply-to", asked, "--officer", "B")
    assert json.loads(birch.here("inbox", "--json"))["entries"] == []
    for command in (("inbox", "--service"), ("service", "list")):
        entries = json.loads(birch.here(*command, "--json"))["entries"]
        assert [one["text"] for one in entries] == ["The radio moves to 8364 kHz.", "Heard."]
        assert [one["kind"] for one in entries] == ["service message"] * 2
    assert "service message by A" in amber.here("show", asked)
    assert "The radio moves to 8364 kHz." in birch.here("service", "list")


def test_a_drill_runs_over_both_desks_and_tells_how_far_it_came(on_a_line: Line, tmp_path: Path) -> None:
    """R-296."""
    amber, birch = both_up(on_a_line)
    refused(amber, 4, "no drill of ours is on", "drill", "stop")
    begun = json.loads(amber.here("drill", "start", "--officer", "A", "--json"))
    refused(amber, 4, "is on already", "drill", "start")
    came = until(lambda: birch.json_here("inbox")["entries"], "the exercise message")
    assert came[0]["exercise"] and came[0]["subject"] == "Drill"
    assert "EXERCISE" in birch.here("inbox") and "EXERCISE: drill begins" in birch.try_here("status").out
    place = came[0]["place"]
    assert place == begun["message"]
    until(lambda: [one for one in show(amber, place)["stated"] if one["kind"] == "alerted"], "it rings at their desk")
    opened = held(birch, "acknowledge", place, "--officer", "officer B")
    assert show(birch, opened)["exercise"], "what is done in an exercise belongs to it"
    put_off = held(birch, "holding", place, "--until", instant(hours=1), "--officer", "B")
    assert show(amber, put_off)["exercise"]
    sent(birch, "--in-reply-to", place, "--exercise")
    report = json.loads(amber.here("drill", "stop", "--officer", "A", "--json"))
    steps = {step["step"]: step for step in report["steps"]}
    assert list(steps) == ["released", "relayed", "held", "alerted", "opened", "answered"]
    assert all(step["at_ms"] is not None for step in steps.values())
    assert "on screens only" in steps["alerted"]["note"] and steps["alerted"]["name"] == "Birch"
    assert steps["alerted"]["at_ms"] >= came[0]["written_at_ms"], "one machine, one clock"
    assert "tls had taken all of it" in steps["relayed"]["note"] and steps["relayed"]["name"] == "Birch"
    assert 0 <= steps["relayed"]["after_ms"] <= steps["held"]["after_ms"]
    assert report["exercise"] and report["ended"] and "officer B" in steps["opened"]["note"]
    refused(amber, 4, "no drill of ours is on", "drill", "stop")
    assert status(amber)["drills"] == []
    told, data = verified(amber, tmp_path)
    assert "EXERCISE drill begins" in told and all(row["exercise"] for row in data["statements"])
    assert data["declared"][0]["state"] == "open"


def test_an_exercise_suspends_nothing_in_earnest(on_a_line: Line) -> None:
    """R-290, R-296."""
    amber, birch = both_up(on_a_line)
    held(amber, "suspend", "--reason", "A rehearsal.", "--exercise", "--officer", "A")
    for desk in (amber, birch):
        assert status(desk)["peers"][0]["declared"] == "open"
    asked = sent(amber)
    refused(amber, 2, "one of the two", "refuse", "--reason", "Which?")
    ran = birch.try_here("refuse", asked, "--reason", "A rehearsal.", "--exercise")
    assert ran.code == 4 and "in earnest" in ran.err


def test_what_would_count_for_nothing_is_refused_before_it_is_recorded(on_a_line: Line) -> None:
    """R-290, R-293, R-295: every refusal names its reason, and nothing was recorded."""
    amber, birch = both_up(on_a_line)
    asked = sent(amber)
    spoken = held(amber, "service", "send", "A word.", "--officer", "A")
    entries = status(amber)["entries"]
    refused(amber, 4, "the other party refuses it", "refuse", asked, "--reason", "Ours.")
    refused(birch, 4, "is no message", "refuse", spoken, "--reason", "No.")
    refused(birch, 4, "has passed", "holding", asked, "--until", instant(hours=-1))
    refused(birch, 2, "", "holding", asked, "--until", "tomorrow")
    refused(birch, 4, "silence is recorded by who waits", "silence", "record", asked)
    refused(amber, 4, "until then nobody is silent", "silence", "record", asked)
    refused(amber, 4, "until then nobody is silent", "silence", "record", asked, "--due", instant(hours=1))
    refused(birch, 4, "records no silence", "silence", "confirm", asked)
    refused(amber, 4, "nothing would be suspended", "suspend", "--reason", "Why.", "--to", instant(hours=-1))
    refused(amber, 2, "it is empty", "suspend", "--reason", " ")
    refused(amber, 2, "at most 2000", "suspend", "--reason", "x" * 2001)
    refused(amber, 2, "it is empty", "service", "send", " ")
    refused(birch, 3, "no entry", "refuse", f"0/{'0' * 24}/1", "--reason", "None such.")
    silence = held(amber, "silence", "record", asked, "--due", instant(seconds=-5))
    refused(amber, 4, "the other party confirms", "silence", "confirm", silence)
    assert status(amber)["entries"] == entries + 1


def test_where_a_desk_has_officers_the_watch_officer_states_and_a_drill_finds_no_way_round(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-303: the drill's message is a message, and a release takes two here."""
    amber, birch = both_up(on_a_line)
    officers = Officers(amber, tmp_path)
    officers.staff()
    asked = sent(birch)
    assert "drafter" in officers.run("Bob", "refuse", asked, "--reason", "No.", ok=4).stderr
    assert "OL-404" in officers.run("Nobody", "suspend", "--reason", "No.", ok=4).stderr
    assert "releaser" in officers.run("Cyd", "service", "send", "A word.", ok=4).stderr
    officers.run("Ann", "holding", asked, "--until", instant(hours=1), "--officer", "Somebody else")
    (row,) = show(amber, asked)["stated"]
    assert "(Ann)" in row["words"], "who is signed in, and nobody else"
    assert officers.run("Nobody", "drill", "start", ok=4) and status(amber)["drills"] == []
    begun = json.loads(officers.run("Ann", "drill", "start", "--json").stdout)
    assert begun["message"] is None and begun["draft"] is not None and len(status(amber)["drills"]) == 1
    ended = json.loads(officers.run("Ann", "drill", "stop", "--json").stdout)
    assert ended["message"] is None and "not released; it is withdrawn" in ended["steps"][0]["note"]
    assert officers.run("Cyd", "draft", "release", f"D-{begun['draft']}", "--code", "0", ok=4)
    name = f"D-{json.loads(officers.run('Ann', 'drill', 'start', '--json').stdout)['draft']}"
    code = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)["code"]
    officers.run("Cyd", "draft", "release", name, "--code", code)
    came = until(lambda: birch.json_here("inbox")["entries"], "the exercise message")
    assert came[0]["exercise"] and came[0]["released_by"] == ["Ann", "Cyd"]
    report = json.loads(officers.run("Ann", "drill", "stop", "--json").stdout)
    assert report["message"] == came[0]["place"] and report["steps"][0]["at_ms"] is not None
    assert status(amber)["drills"] == []
    officers.run("Ann", "service", "send", "The radio moves.")
