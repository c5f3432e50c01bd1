"""A message over a voice line: read out here, typed in there, provisional until the entry itself has come."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.parties import Desk
from tests.whole.test_sticks import carry

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]

TEXT = "Ours, one engine out, 3 nm west of the line, descending.\nIt carries no weapons. Do not intercept."


def two_without_a_bearer(on_a_line: Line) -> tuple[Desk, Desk]:
    amber, birch = on_a_line("Amber", "Birch")
    for desk in (amber, birch):
        desk.settings({})
        desk.start()
    return amber, birch


def test_it_is_provisional_until_its_entry_comes_by_stick_and_then_confirmed(on_a_line: Line, tmp_path: Path) -> None:
    """R-274 R-275 R-276"""
    amber, birch = two_without_a_bearer(on_a_line)
    place = amber.json("send", TEXT, "--subject", "Transport aircraft in distress", "--precedence", "FLASH",
                       "--exercise")["place"]  # fmt: skip
    reading = amber.run("read-aloud", "show", place).stdout
    assert "EXERCISE" in reading and "say   transport" in reading.casefold() and "COMMA" in reading
    sheet = amber.run("read-aloud", "show", place, "--plain").stdout
    spoken = sheet.upper().replace("A ", "a ", 0)  # who types hears no small letters
    taken = birch.run(
        "read-aloud", "take", "-", "--officer", "Lt. B. Sample", "--remark", "read by Capt. A. over voice 2", "--json",
        input=spoken,
    )  # fmt: skip
    heard = json.loads(taken.stdout)
    assert (heard["precedence"], heard["exercise"]) == ("FLASH", True)
    assert heard["read_aloud"]["state"] == "provisional"
    (listed,) = birch.json("inbox")["entries"]
    assert listed["read_aloud"]["officer"] == "Lt. B. Sample"
    assert "PROVISIONAL" in birch.run("inbox").stdout
    assert birch.json("inbox", "--after", "0")["entries"] == [listed]

    before = tmp_path / "before.oln"
    birch.run("export", str(before))
    assert "PROVISIONAL; its own word" in birch.run("verify", str(before)).stdout

    carry(amber, birch, tmp_path / "stick")
    shown = birch.json("show", heard["place"])
    assert (shown["read_aloud"]["state"], shown["read_aloud"]["of"]) == ("confirmed", place)
    assert [entry["kind"] for entry in birch.json("inbox")["entries"]] == ["message"]

    carry(birch, amber, tmp_path / "back")
    assert amber.json("show", heard["place"])["read_aloud"]["state"] == "confirmed"
    after = tmp_path / "after.oln"
    amber.run("export", str(after))
    said = json.loads(amber.run("verify", str(after), "--json").stdout)["read_aloud"]
    assert [(one["of_party"], one["state"]) for one in said] == [(0, "confirmed")]
    assert "CONFIRMED by" in amber.run("verify", str(after)).stdout


def test_a_slip_names_its_line_and_what_fits_is_kept(on_a_line: Line, tmp_path: Path) -> None:
    """R-271 R-273"""
    amber, birch = two_without_a_bearer(on_a_line)
    place = amber.json("send", TEXT, "--subject", "Aircraft")["place"]
    rows = amber.run("read-aloud", "show", place, "--plain").stdout.splitlines()
    wrong = list(rows)
    assert wrong[3].startswith("2 Ours, one engine out")
    wrong[3] = wrong[3].replace("one engine", "both engines")
    wrong[4] = wrong[4][:-1] + str((int(wrong[4][-1]) + 1) % 10)
    said = birch.run("read-aloud", "take", "-", input="\n".join(wrong), ok=2)
    assert "OL-205" in said.stderr
    assert "line 2: its check group does not fit its words; ask for line 2 again" in said.stderr
    assert "line 3: its digits do not fit each other; ask for its digits again" in said.stderr
    assert birch.json("inbox")["entries"] == []
    mended = birch.run("read-aloud", "take", "-", "--json", input="\n".join(rows[3:5]))
    assert json.loads(mended.stdout)["text"].startswith("Ours, one engine out")
    assert not list((birch.home / "lines" / birch.line).glob("read-aloud*"))
    own = amber.run("read-aloud", "take", "-", input="\n".join(rows), ok=2)
    assert "our own party" in own.stderr
    assert "OL-203" in birch.run("read-aloud", "take", ok=2).stderr


def test_other_words_than_were_recorded_are_shown_as_a_contradiction_and_accuse_nobody(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-275: somebody reads out, with digits that fit, what was never recorded."""
    amber, birch = two_without_a_bearer(on_a_line)
    place = amber.json("send", "Do not intercept.")["place"]
    from openline.console.aloud.dictation import sheet_of
    from openline.console.channel.asking import Show, Shown
    from openline.contact.aloud import Sheet, end_digits, in_groups, line_digits, naming_digits

    with amber.link() as link:
        true = sheet_of(link.ask(Show(place=place), Shown))
    lie = Sheet(true.naming, ("Do intercept.",))
    rows = [f"{which} {in_groups(digits)}" for which, digits in zip("AB", naming_digits(lie.naming), strict=True)]
    rows += [f"1 Do intercept. {line_digits(lie.naming, 1, 'Do intercept.')}", f"E {in_groups(end_digits(lie))}"]
    heard = json.loads(birch.run("read-aloud", "take", "-", "--json", input="\n".join(rows)).stdout)
    carry(amber, birch, tmp_path / "stick")
    shown = birch.json("show", heard["place"])["read_aloud"]
    assert (shown["state"], shown["of"]) == ("contradicted", place)
    assert "CONTRADICTED" in birch.run("inbox").stdout
    assert birch.run("status", "--json", ok=None).returncode in (0, 6)
    assert not any(peer["disputed"] for peer in json.loads(birch.run("status", "--json", ok=None).stdout)["peers"])
    record = tmp_path / "record.oln"
    birch.run("export", str(record))
    assert json.loads(birch.run("verify", str(record), "--json").stdout)["accusations"] == []


def test_what_is_too_long_or_no_message_is_refused(on_a_line: Line, tmp_path: Path) -> None:
    """R-268"""
    amber, _ = two_without_a_bearer(on_a_line)
    long = amber.json("send", "x " * 501)["place"]
    assert "at most 1000 are read aloud" in amber.run("read-aloud", "show", long, ok=2).stderr
    opening = amber.json("inbox", "--all")["entries"][0]["place"]
    assert "only messages are read aloud" in amber.run("read-aloud", "show", opening, ok=2).stderr


def test_at_a_terminal_each_line_is_asked_for_and_a_cut_call_goes_on(on_a_line: Line, tmp_path: Path) -> None:
    """R-273: a real terminal, hung up after two rows."""
    amber, birch = two_without_a_bearer(on_a_line)
    place = amber.json("send", "Hold.\nWait.")["place"]
    rows = [row.split(" ", 1)[1] for row in amber.run("read-aloud", "show", place, "--plain").stdout.splitlines()]
    at_a_terminal(birch, [*rows[:2], None])
    seen = at_a_terminal(birch, ["Hold. 00000", *rows[2:]])
    assert "line A" not in seen and "ask for line 1 again" in seen
    (heard,) = birch.json("inbox")["entries"]
    assert heard["text"] == "Hold.\nWait."


def at_a_terminal(desk: Desk, typed: list[str | None]) -> str:
    """What a person sees who types these rows, each when asked; None hangs up."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "openline", "read-aloud", "take", "--home", str(desk.home)]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs, start_new_session=True)
    os.close(theirs)
    seen = ""
    for row in typed:
        while not seen.endswith(": "):
            seen += os.read(ours, 4096).decode()
        if row is None:
            process.kill()
            break
        os.write(ours, row.encode() + b"\n")
        seen += "\n"
    process.wait(60)
    with contextlib.suppress(OSError):  # the other end of a terminal is gone
        while data := os.read(ours, 4096):
            seen += data.decode()
    os.close(ours)
    return seen
