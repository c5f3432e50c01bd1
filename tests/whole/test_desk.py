"""Two officers and nobody else let a message leave: through the real program, its doors, its disk and a kill."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from openline.console.watch.desk import read_desk
from openline.desk import facts
from openline.desk.acts import LetGo, decide
from openline.desk.facts import DeskEntry, encode_entry, parse_entry
from openline.desk.leaving import GATED
from openline.record.evidence.export import read_export
from openline.record.evidence.judge import judge_at_once
from openline.store.desklog import DeskLog
from tests.whole.parties import Desk, until

pytestmark = pytest.mark.whole

PIN = "481516"
STEP_S = 30


@dataclass
class Officers:
    """The officers of one desk: their generators, and a sitting each."""

    desk: Desk
    folder: Path
    seeds: dict[str, bytes] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pin_file = self.folder / "pin"
        self.pin_file.write_text(PIN + "\n")
        self.pin_file.chmod(0o600)

    def as_(self, name: str) -> dict[str, Any]:
        return {"env": {**os.environ, "OPENLINE_SITTING": str(self.folder / f"{name}.sitting")}}

    def run(self, name: str, *arguments: str, ok: int | None = 0) -> subprocess.CompletedProcess[str]:
        return self.desk.run(*arguments, ok=ok, **self.as_(name))

    def enrol(self, by: str, name: str, *roles: str) -> None:
        given = [word for role in roles for word in ("--role", role)]
        done = self.run(by, "officer", "enrol", name, *given, "--pin-file", str(self.pin_file), "--json")
        self.keep(name, done.stdout)

    def keep(self, name: str, answer: str) -> None:
        query = parse_qs(urlparse(json.loads(answer)["address"]).query)
        self.seeds[name] = base64.b32decode(query["secret"][0])

    def code(self, name: str) -> str:
        """A code that was not used yet: of this step or the next; that of the step before may pass on its way."""
        now = int(time.time()) // STEP_S
        step = max(now, self.steps.get(name, 0) + 1)
        while step > int(time.time()) // STEP_S + 1:
            time.sleep(0.5)
        self.steps[name] = step
        return TOTP(self.seeds[name], 6, SHA1(), STEP_S).generate(step * STEP_S).decode()

    def sign_in(self, name: str) -> None:
        self.run(name, "sign-in", name, "--pin-file", str(self.pin_file), "--code", self.code(name))

    def staff(self) -> None:
        """Ann keeps the keys and the watch, Bob drafts, Cyd releases; a release takes two."""
        self.enrol("Ann", "Ann", "custodian", "watch officer")
        self.sign_in("Ann")
        self.enrol("Ann", "Bob", "drafter")
        self.enrol("Ann", "Cyd", "releaser")
        self.sign_in("Bob")
        self.sign_in("Cyd")
        self.run("Ann", "officer", "release-takes", "2")


def drafted(officers: Officers, text: str) -> str:
    """A draft of Bob's that waits for release; its name."""
    row = json.loads(officers.run("Bob", "draft", "new", text, "--subject", "Talks", "--json").stdout)
    name = f"D-{row['draft']}"
    officers.run("Bob", "draft", "submit", name)
    return name


def verified(desk: Desk, folder: Path) -> str:
    desk.run("export", str(folder / "out.record"))
    cards = [word for name in ("Amber", "Birch") for word in ("--card", str(folder / f"{name}.card"))]
    said = desk.run("verify", str(folder / "out.record"), *cards, "--entries").stdout
    (folder / "out.record").unlink()
    return said


def official(desk: Desk, folder: Path) -> int:
    """How many entries of official text this party's record has."""
    desk.run("export", str(file := folder / "official.record"))
    findings = judge_at_once(read_export([file.read_bytes()]))
    file.unlink()
    return sum(entry.header.kind in GATED for log in findings.logs for entry in log.entries)


def test_a_message_leaves_by_two_and_by_no_other_door(on_a_line: Callable[..., list[Desk]], tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    officers = Officers(amber, tmp_path)
    officers.staff()
    replay = tmp_path / "one.jsonl"
    replay.write_text(json.dumps({"from": "Amber", "text": "by the side door"}) + "\n")
    before = official(amber, tmp_path)
    for name in ("Ann", "Bob", "Cyd"):
        assert officers.run(name, "send", "alone", ok=None).returncode == 4
    assert officers.run("Nobody", "send", "alone", ok=None).returncode == 4
    doors = [word for one in (amber, birch) for word in ("--control", f"{one.name}={one.control}")]
    done = officers.run("Cyd", "replay", str(replay), *doors, ok=None)
    assert done.returncode != 0
    name = drafted(officers, "We propose to meet on Tuesday.")
    assert "roles here are drafter" in officers.run("Bob", "draft", "release", name, "--code", "0", ok=4).stderr
    assert "code of draft" in officers.run("Cyd", "draft", "release", name, "--code", "0000 0000", ok=4).stderr
    assert official(amber, tmp_path) == before == 0, "of all this nothing reached the record"
    code = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)["code"]
    released = json.loads(officers.run("Cyd", "draft", "release", name, "--code", code, "--json").stdout)
    party, generation, index = released["places"][0]
    place = f"{party}/{generation}/{index}"
    amber.run("show", place)
    there = until(lambda: birch.json_here("inbox")["entries"], "it is there")
    assert there[0]["text"] == "We propose to meet on Tuesday."
    assert there[0]["released_by"] == ["Bob", "Cyd"]
    assert official(amber, tmp_path) == 1
    assert "recorded" in officers.run("Bob", "draft", "withdraw", name, ok=4).stderr
    said = verified(amber, tmp_path)
    assert "of its messages 1 name two persons who released them" in said
    assert "released by Bob (drafter) and Cyd (releaser); attested by the station, not signed by the officer" in said


def test_what_was_released_before_a_kill_is_recorded_after_it(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path
) -> None:
    """The release is on the desk's disk, the record has nothing yet: as if the station died between the two."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    officers = Officers(amber, tmp_path)
    officers.staff()
    drafted(officers, "Released before the power went.")
    amber.kill()
    log = DeskLog(amber.home / "lines" / amber.line / "desk.sqlite")
    state = read_desk(log)
    cyd = next(
        entry.actor
        for entry in map(parse_entry, log.read())
        if isinstance(entry.fact, facts.SignedIn) and entry.actor is not None and entry.actor.officer == 2
    )
    (fact,) = decide(state, LetGo(0, 1), cyd)
    entry = DeskEntry(state.size, state.last_at_ms, cyd, state.head, fact)
    log.append(state.size, [encode_entry(entry)])
    log.close()
    for _ in range(2):  # the second start finds it done
        amber.start()
        until(lambda: "Released before" in json.dumps(birch.json_here("inbox")), "it is recorded, and there")
        amber.stop()
    sent = [one for one in birch.json("inbox")["entries"] if "Released before" in one["text"]]
    assert len(sent) == 1
    assert sent[0]["released_by"] == ["Bob", "Cyd"]


def test_acknowledging_is_the_watch_officers_and_sittings_end(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    officers = Officers(amber, tmp_path)
    officers.staff()
    birch.run("send", "Are you there?", "--wait", "200")
    position = str(amber.json("inbox")["entries"][0]["position"])
    assert "drafter" in officers.run("Bob", "acknowledge", position, ok=4).stderr
    assert "OL-404" in officers.run("Nobody", "acknowledge", position, ok=4).stderr
    officers.run("Ann", "acknowledge", position, "--officer", "Somebody else")
    assert amber.json("show", position)["acknowledged"][0]["officer"] == "Ann"
    seen = officers.run("Ann", "matter", f"#{position}", "--json").stdout
    ladder = [(step["word"], step["name"]) for step in json.loads(seen)["ladder"]]
    ladder = [step for step in ladder if step[0] != "alerted"]  # who is quick opens it before it rings
    assert ladder == [("recorded", "Birch"), ("held", "Amber"), ("opened", "Amber")]
    officers.run("Ann", "officer", "dismiss", "Bob", "--remark", "moved")
    assert "OL-404" in officers.run("Bob", "draft", "list", ok=4).stderr
    refused = officers.run("Ann", "officer", "pin", "Cyd", "--pin-file", str(officers.pin_file), ok=4)
    assert "nobody at this desk could confirm it" in refused.stderr
    officers.enrol("Ann", "Dot", "custodian")
    officers.run("Cyd", "officer", "confirm", "Dot")
    officers.keep("Cyd", officers.run(
        "Ann", "officer", "pin", "Cyd", "--pin-file", str(officers.pin_file), "--json").stdout)
    assert "another confirms it" in officers.run("Ann", "officer", "confirm", "Cyd", ok=4).stderr
    assert "releases nothing until another than Ann confirms it" in officers.run("Ann", "officer", "list").stdout
    assert "OL-404" in officers.run("Cyd", "draft", "list", ok=4).stderr
    officers.steps.pop("Cyd")
    officers.sign_in("Cyd")
    officers.run("Cyd", "draft", "list")
    for _ in range(5):
        wrong = officers.run("Cyd", "sign-in", "Cyd", "--pin-file", str(officers.pin_file), "--code", "abc", ok=4)
        assert "do not fit together" in wrong.stderr
    assert "min more" in officers.run(
        "Cyd", "sign-in", "Cyd", "--pin-file", str(officers.pin_file), "--code", officers.code("Cyd"), ok=4).stderr
    said = officers.run("Ann", "watch", "log").stdout
    gone = "dismissed: officer 'Bob', remark 'moved'"
    for words in ("enrolled: officer 'Bob'", gone, "sign in refused", "pin renewed", "opened: of"):
        assert words in said
    amber.stop()
    amber.start()  # a restart ends every sitting
    assert "OL-404" in officers.run("Ann", "watch", "log", ok=4).stderr


def test_the_desk_goes_along_in_a_backup_and_fsck_looks_at_it(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path
) -> None:
    amber, _birch = on_a_line("Amber", "Birch")
    amber.start()
    officers = Officers(amber, tmp_path)
    officers.staff()
    secret = ("--passphrase-file", str(amber.passphrase_file))
    amber.run("backup", str(tmp_path / "kept"), *secret)
    amber.stop()
    assert "no fault" in amber.run("fsck").stdout
    folder = amber.home / "lines" / amber.line
    for name in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "desk.sqlite", "desk.sqlite-wal",
                 "desk.sqlite-shm", "officers.key", "store.sqlite.lock"):
        (folder / name).unlink(missing_ok=True)
    amber.run("restore", str(tmp_path / "kept"), *secret)
    amber.start()
    assert [one["name"] for one in amber.json("officer", "list")["officers"]] == ["Ann", "Bob", "Cyd"]
    officers.sign_in("Ann")
    amber.stop()
    log = DeskLog(folder / "desk.sqlite")
    size = sum(1 for _ in log.read())
    log.append(size, [encode_entry(DeskEntry(size, 0, None, bytes(32), facts.PolicySet(1)))])
    log.close()
    assert "desk-log" in amber.run("fsck", ok=5).stdout
