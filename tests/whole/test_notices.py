"""Formats agreed, notices sent in one language and read in the other, agreements and duties, over two real stations."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.rooms.accord.clocks.test_book import UPDATE
from tests.rooms.accord.formats.examples import EVERY_TYPE
from tests.whole.parties import Desk
from tests.whole.test_desk import Officers
from tests.whole.test_statements import both_up, held, instant, refused

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
LAUNCH = ("--field", "launch_area=quadrant: PACIFIC NE",
          "--field", "impact_areas=circle: 08 43.0N 167 43.0E radius 50 km")  # fmt: skip


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def rows(desk: Desk, *command: str) -> list[dict[str, object]]:
    found = json.loads(desk.here(*command, "--json"))
    assert isinstance(found, list)
    return found


def test_a_launch_notice_is_read_in_the_other_language_and_judged_by_when_it_was_held(on_a_line: Line) -> None:
    """R-400 to R-404, R-407."""
    amber, birch = both_up(on_a_line)
    early = held(amber, "notice", "send", "launch-1988", "--field", f"planned_date={day(1)}", *LAUNCH)
    known = json.loads(birch.here("notice", "show", early, "--json"))
    assert not known["known"] and known["raw"], "a format that is not on the record: kept, and shown raw"
    held(amber, "format", "offer", "launch-1988")
    held(birch, "format", "offer", "launch-1988")
    refused(birch, 4, "already, by us", "format", "offer", "launch-1988")
    for desk in (amber, birch):
        assert [one["agreed"] for one in rows(desk, "format", "list") if one["id"] == "launch-1988"] == [True]
    good = held(amber, "notice", "send", "launch-1988", "--field", f"planned_date={day(3)}", *LAUNCH)
    sheet = birch.here("notice", "show", good, "--in", "ru")
    assert "Тихий океан, северо-восточный квадрант" in sheet and "BREACH" not in sheet
    late = birch.here("notice", "show", early)
    assert "BREACH B1  planned_date" in late, late
    times = json.loads(birch.here("notice", "show", good, "--json"))["times"]
    (time,) = times
    assert time["standing"] == "kept" and time["counted"] == "spans of 24 hours" and time["causes"] == [good]
    assert time["held_earliest_ms"] < time["due_earliest_ms"] == time["event_earliest_ms"] - 86_400_000
    shown = birch.here("notice", "show", good)
    assert f"TIME at least PT24H before planned_date (spans of 24 hours): kept; from {day(3)[-2:]}" in shown, shown
    cancelled = held(amber, "notice", "send", "launch-1988", "--field", f"planned_date={day(3)}", *LAUNCH,
                     "--cancels", good)  # fmt: skip
    assert f"cancels by {cancelled}" in birch.here("notice", "show", good)
    refused(birch, 4, "corrects and cancels its own", "notice", "send", "launch-1988", "--field",
            f"planned_date={day(3)}", *LAUNCH, "--cancels", good)  # fmt: skip
    numbers = [json.loads(birch.here("notice", "show", one, "--json"))["number"] for one in (early, good, cancelled)]
    assert [one.rsplit("/", 1)[1] for one in numbers] == ["0001", "0002", "0003"]


def test_a_form_with_faults_is_told_whole_and_not_sent(on_a_line: Line, tmp_path: Path) -> None:
    amber, _ = both_up(on_a_line)
    file = tmp_path / "every.toml"
    file.write_text(EVERY_TYPE)
    assert "nothing in ru" in amber.try_here("format", "check", _broken(tmp_path)).out
    assert "every-type, version 1" in amber.here("format", "check", str(file))
    held(amber, "format", "offer", str(file))
    form = tmp_path / "form.json"
    form.write_text(amber.here("notice", "new", "every-type"))
    assert json.loads(form.read_text())["items"] == []
    ran = amber.try_here("notice", "check", "every-type", "--fields", str(form))
    assert ran.code == 1 and "when: is required" in ran.out and "no field" not in ran.out
    assert "when (required): " in amber.try_here("notice", "new", "every-type").err
    refused(amber, 3, "neither a file nor a format", "format", "offer", "nowhere.toml")
    refused(amber, 2, "line 3", "format", "offer", _broken(tmp_path))
    ran = amber.try_here("notice", "check", "every-type", "--field", "period=soon", "--field", "kind=OTHER")
    assert ran.code == 1
    for place in ("when: is required", "period: 'soon' is no window", "what_other: is required where kind is OTHER"):
        assert place in ran.out
    refused(amber, 2, "when: is required", "notice", "send", "every-type")
    refused(amber, 3, "no format 'nothing'", "notice", "send", "nothing")
    items = tmp_path / "items.csv"
    items.write_text("id,number\nX1,3\nX2,not provided\n")
    given = ("--field", f"when={instant(days=20)}", "--table", f"items={items}", "--field", "named=Море")
    sent = held(amber, "notice", "send", "every-type", *given)
    assert "НЕ ПРЕДОСТАВЛЕНО" in amber.here("notice", "show", sent, "--in", "ru")
    long = tmp_path / "long.json"
    long.write_text(json.dumps({"when": "2026-02-30T12:00:00Z", "remarks": "x" * 10_000_000}))
    ran = amber.try_here("notice", "check", "every-type", "--fields", str(long))
    assert ran.code == 1 and "ERROR A1  when: " in ran.out and "ERROR R-404  remarks: 10000000 characters" in ran.out
    assert "no spelling" in ran.out and len(ran.out) < 1_000
    lacks = held(amber, "notice", "send", "every-type", "--field", "item=RS-24", "--with-faults")
    assert "ERROR R-441  when: is required" in amber.here("notice", "show", lacks)
    refused(amber, 2, "when: is required", "notice", "send", "every-type", "--field", "item=RS-24")
    refused(amber, 2, "no calendar", "notice", "send", "every-type", "--fields", str(long), "--with-faults")
    assert "НЕ ПРЕДОСТАВЛЕНО" in amber.here("notice", "print", sent, "--in", "ru")
    for how, begins in (("html", b"<!doctype html>"), ("pdf", b"%PDF-1.7")):
        path = tmp_path / f"notice.{how}"
        amber.here("notice", "print", sent, "--as", how, "--out", str(path))
        assert path.read_bytes().startswith(begins)
    for wrong, says in (("id,id\nX1,X2\n", "two columns are called 'id'"), ("", "no line of heads")):
        items.write_text(wrong)
        refused(amber, 2, says, "notice", "check", "every-type", *given)
    refused(amber, 2, "given twice", "notice", "check", "every-type", *given, "--table", f"items={items}")
    long.write_text('{"when": "2026-01-01T00:00:00Z", "when": "2027-01-01T00:00:00Z"}')
    refused(amber, 2, "a key stands twice", "notice", "check", "every-type", "--fields", str(long))
    long.write_text('{"count": NaN}')
    refused(amber, 2, "NaN is no number", "notice", "check", "every-type", "--fields", str(long))
    items.write_text("id,number\nX1,3,4\n")
    refused(amber, 2, "line 2", "notice", "check", "every-type", *given)


def _broken(folder: Path) -> str:
    path = folder / "broken.toml"
    path.write_text(EVERY_TYPE.replace('title = { en = "Every type", ru = "Все виды полей" }', 'title = { en = "E" }')
                    .replace('id = "every-type"', 'id = "Every"'))  # fmt: skip
    return str(path)


UPDATE_30_DAYS = UPDATE.decode().replace('"P6M"', '"P30D"').replace(
    'type = "number"', 'type = "number"\nmay_be_withheld = true'
)


def test_duties_hang_on_an_agreement_and_a_suspension_is_seen_from_both_sides(on_a_line: Line, tmp_path: Path) -> None:
    """R-403, R-405 to R-407."""
    amber, birch = both_up(on_a_line)
    file, paper = tmp_path / "update.toml", tmp_path / "agreement.toml"
    file.write_text(UPDATE_30_DAYS)
    (tmp_path / "text.txt").write_text("The parties shall tell each other how many.")
    paper.write_text(
        f'id = "TEST-1"\ntitle = {{ en = "A test" }}\nfrom = "{instant(days=-45)}"\nformats = ["update"]\n'
        '[texts]\nen = "text.txt"\n'
    )
    for desk in (amber, birch):
        held(desk, "format", "offer", str(file))
    held(amber, "agreement", "record", str(paper))
    assert not rows(amber, "duties"), "one party's word makes no agreement"
    held(birch, "agreement", "record", str(paper))
    refused(birch, 4, "already, by us", "agreement", "record", str(paper))
    held(amber, "notice", "send", "update", "--field", "total=not provided")
    span = ("duties", "--from", instant(days=-40), "--to", instant(days=20))
    for desk in (amber, birch):
        states = {(one["name"], one["state"]) for one in rows(desk, *span)}
        assert ("Birch", "not provided") in states and ("Birch", "due") in states, states
    assert {"send the notice that is owed"} == owed_on_screen(birch), "late: it stands there, overdue"
    assert {"their notice is owed"} == owed_on_screen(amber)
    held(birch, "agreement", "standing", "TEST-1", "suspended", "--from", instant(days=-20), "--reason", "No trust.")
    for desk in (amber, birch):
        views = {one["state"]: one["views"] for one in rows(desk, *span) if one["name"] == "Birch"}
        assert views == {"not provided": {"Birch": "suspended"}, "due": {"Birch": "suspended"}}
        (row,) = rows(desk, "agreement", "list")
        assert row["standing"] == {"Amber": "in force", "Birch": "suspended"} and row["known"]
    assert not owed_on_screen(birch), "in its own view nothing is owed while it suspends"
    assert {"their notice is owed"} == owed_on_screen(amber)
    assert "told from" in amber.here("duties", "--agreement", "TEST-1")
    assert not rows(amber, "duties", "--agreement", "X")
    states = replayed_alike(amber, birch, tmp_path)
    (tmp_path / "text.txt").write_text("Another text.")
    held(amber, "agreement", "record", str(paper))
    assert [one["known"] for one in rows(birch, "agreement", "list")].count(True) == 1, "other bytes, another agreement"
    ran = birch.try_here("accord", "replay", "--against", states)
    assert ran.code == 5 and "only here" in ran.out and "agreement" in ran.out, ran


def owed_on_screen(desk: Desk) -> set[str]:
    """What the first screen says is overdue under agreements."""
    ahead = json.loads(desk.here("screen", "--json"))["ahead"]
    return {one["words"] for one in ahead if one["source"] == "accords" and one["overdue"]}


def replayed_alike(amber: Desk, birch: Desk, folder: Path) -> str:
    """R-461: both sides, and an export, come to the same state of what was said, by any of three ways."""
    states = str(folder / "amber.state")
    ours = json.loads(amber.here("accord", "replay", "--out", states, "--json"))
    theirs = json.loads(birch.here("accord", "replay", "--json"))
    assert (ours["said"], ours["at_ms"], ours["notices"]) == (theirs["said"], theirs["at_ms"], theirs["notices"])
    compared = birch.try_here("accord", "replay", "--against", states, "--json")
    differs = json.loads(compared.out)["differs"]
    of_receipts = ('"held"', '"time"', '"against"', '"duty"')
    assert all(any(kind in one for kind in of_receipts) for one in differs), differs
    assert (ours["whole"] == theirs["whole"]) == (not differs) == (compared.code == 0)
    file = folder / "amber.openline"
    amber.here("export", str(file))
    exported = json.loads(amber.here("accord", "replay", "--from", str(file), "--json"))
    assert (exported["said"], exported["whole"]) == (ours["said"], ours["whole"])
    return states


def test_a_notice_leaves_by_two(on_a_line: Line, tmp_path: Path) -> None:
    """R-303 for notices: no door for one person; what is released is what is recorded."""
    amber, birch = both_up(on_a_line)
    officers = Officers(amber, tmp_path)
    officers.staff()
    given = ("launch-1988", "--field", f"planned_date={day(3)}", *LAUNCH)
    assert officers.run("Cyd", "notice", "send", *given, ok=4).returncode == 4
    assert officers.run("Ann", "format", "offer", "launch-1988", ok=4).returncode == 4
    row = json.loads(officers.run("Bob", "notice", "send", *given, "--as-draft", "--json").stdout)
    name = f"D-{row['draft']}"
    row = json.loads(officers.run("Bob", "notice", "send", *given, "--as-draft", "--edit", name, "--over", "1",
                                  "--json").stdout)  # fmt: skip
    assert row["version"] == 2
    officers.run("Bob", "draft", "submit", name)
    shown = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)
    assert "0001" in shown["subject"] and "северо-восточный квадрант" in shown["text"]
    done = officers.run("Cyd", "draft", "release", name, "--code", shown["code"], "--json")
    party, generation, index = json.loads(done.stdout)["places"][0]
    held(birch, "service", "send", "Level?")
    place = f"{party}/{generation}/{index}"
    assert json.loads(birch.here("notice", "show", place, "--json"))["number"].endswith("/0001")
    for number, (format_, *fields) in enumerate((
        ("new-start-vi-1", "clearance=N-1", "year=2031", "validity=WHOLE"),
        ("new-start-vi-2", "departure=2031-02-01T00:00:00Z", "plan=(FPL)"),
    ), 1):  # fmt: skip
        typed = [part for one in fields for part in ("--field", one)]
        row = json.loads(officers.run("Bob", "notice", "send", format_, *typed, "--language", "en", "--as-draft",
                                      "--json").stdout)  # fmt: skip
        drafted = json.loads(officers.run("Bob", "draft", "show", f"D-{row['draft']}", "--json").stdout)
        assert f"NEW-START/{datetime.now(UTC).year}/000{number}" in drafted["subject"], "in hand, and counted (R-467)"
    following = json.loads(birch.here("show", f"{party}/{generation}/{index + 1}", "--json"))
    assert following["kind"] == "release" and "Bob" in following["subject"] and "Cyd" in following["subject"]
