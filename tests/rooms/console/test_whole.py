"""Two real stations as processes of their own, and every command as a person would give it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from openline.console.channel.link import ControlLink
from openline.console.demo.staging import LINE, Ran, Side, Stage
from openline.console.verifying import verify_file
from openline.errors import PeerFault
from tests import needs
from tests.whole.parties import WITHIN_S, until

pytestmark = pytest.mark.whole
ROOT = Path(__file__).resolve().parents[3]
KENNEDY = ROOT.parent / "shared" / "reference" / "kennedy-khrushchev-1962.jsonl"


class Desks:
    """Red and Blue, each with a home, a passphrase and a station."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.red = stage.add("red", "Red")
        self.blue = stage.add("blue", "Blue")

    def open_line(self) -> None:
        must = self.stage.must
        for side in (self.red, self.blue):
            must("party", "create", side.name, side=side, secret=True)
            (self.stage.folder / f"{side.key}.card").write_text(must("party", "card", side=side)["text"])
        must("line", "propose", LINE, "--with", "blue.card", side=self.red, secret=True)
        must("line", "accept", f"{LINE}.proposal", "--card", "red.card", "--yes", side=self.blue, secret=True)
        opened = must("line", "open", f"{LINE}.acceptance", side=self.red, secret=True)
        theirs = must("line", "open", f"{LINE}.opening", side=self.blue, secret=True)
        assert opened["digits"] == theirs["digits"]

    def start(self, side: Side) -> None:
        here = f"127.0.0.1:{self.red.port}"
        self.stage.start(side, *(("--listen", here) if side is self.red else ("--dial", f"Red={here}")))

    def run(self, side: Side, *arguments: str) -> Ran:
        return self.stage.run(*arguments, side=side)

    def must(self, side: Side, *arguments: str) -> Any:
        return self.stage.must(*arguments, side=side)

    def cards(self) -> list[str]:
        return [word for key in ("red", "blue") for word in ("--card", str(self.stage.folder / f"{key}.card"))]

    def texts(self, side: Side) -> list[str]:
        """Every message text that a side's record holds, as `verify` reads it from the export."""
        record = self.stage.folder / f"{side.key}-{time.monotonic_ns()}.oln"
        self.must(side, "export", str(record))
        verdict = self.stage.must("verify", str(record), "--entries", *self.cards())
        assert not verdict["doubts"] and not verdict["accusations"]
        return [e["text"] for log in verdict["logs"] for e in log["each"] if e["kind"] == "message"]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        stage = Stage((sys.executable, "-m", "openline"), tmp_path_factory.mktemp("desks"))
        both = Desks(stage)
        try:
            both.open_line()
            yield both
        finally:
            stage.end()


@pytest.fixture
def up(desks: Desks) -> Desks:
    """Both stations running, whatever the test before did to them."""
    for side in (desks.red, desks.blue):
        if side.station is None or side.station.poll() is not None:
            desks.start(side)
    return desks


def test_a_message_is_held_acknowledged_and_shown_on_both_sides(up: Desks) -> None:
    sent = up.must(up.red, "send", "--wait", "200", "--subject", "Привет", "--precedence", "FLASH", "Слово и дело")
    assert sent["held"][0]["name"] == "Blue" and not sent["lacking"]
    assert len(bytes.fromhex(sent["held"][0]["signature"])) == 64
    inbox = up.must(up.blue, "inbox")
    assert [e["text"] for e in inbox["entries"]][-1] == "Слово и дело"
    position = str(inbox["entries"][-1]["position"])
    up.must(up.blue, "acknowledge", position, "--officer", "Lt. Blue", "--role", "watch")
    assert up.must(up.blue, "show", position)["acknowledged"][0]["officer"] == "Lt. Blue"
    seen = until(lambda: up.must(up.red, "show", sent["place"])["acknowledged"], "the acknowledgement")
    assert seen[0]["officer"] == "Lt. Blue"


def test_our_own_message_is_not_ours_to_acknowledge(up: Desks) -> None:
    place = up.must(up.red, "send", "to ourselves?")["place"]
    ran = up.run(up.red, "acknowledge", place)
    assert ran.code == 4 and ran.complaint["code"] == "OL-401"


def test_without_a_number_the_one_message_that_waits_is_meant_and_never_one_of_several(up: Desks) -> None:
    for entry in up.must(up.blue, "inbox", "--count", "1000")["entries"]:
        if not entry["acknowledged"]:
            up.must(up.blue, "acknowledge", entry["place"])
    ran = up.run(up.blue, "acknowledge")
    assert ran.code == 2 and ran.complaint["code"] == "OL-204" and "no message waits" in ran.complaint["detail"]
    place = up.must(up.red, "send", "--wait", "200", "the one")["place"]
    assert up.must(up.blue, "show")["text"] == "the one"
    up.must(up.blue, "acknowledge")
    assert up.must(up.blue, "show", place)["acknowledged"]
    for text in ("one of two", "two of two"):
        up.must(up.red, "send", "--wait", "200", text)
    ran = up.run(up.blue, "acknowledge")
    assert ran.code == 2 and "these wait" in ran.complaint["detail"]
    newest = up.must(up.blue, "inbox", "--count", "2")["entries"]
    assert not any(entry["acknowledged"] for entry in newest)


def test_while_they_are_away_it_is_queued_and_said_so(up: Desks) -> None:
    up.stage.kill(up.blue)
    ran = up.run(up.red, "send", "--wait", "0.2", "--token", "once", "while you were away")
    assert ran.code == 6 and ran.answer["lacking"] == ["Blue"] and ran.complaint["code"] == "OL-602"
    again = up.must(up.red, "send", "--token", "once", "while you were away")
    assert again["place"] == ran.answer["place"], "one token, one entry"
    up.start(up.blue)
    up.must(up.red, "send", "--wait", "200", "and another")
    assert up.must(up.red, "show", ran.answer["place"])["held"][0]["name"] == "Blue"
    assert [e["text"] for e in up.must(up.blue, "inbox", "--count", "2")["entries"]] == [
        "while you were away", "and another"]


def test_the_status_tells_alive_from_gone(up: Desks) -> None:
    up.must(up.red, "send", "--wait", "200", "are you there")
    now = until(lambda: (ran := up.run(up.red, "status")).code == 0 and ran, "a proof of life, which takes two hails")
    assert now.answer["peers"][0]["state"] == "up" and now.answer["peers"][0]["bearers"] == ["tls"]
    up.stage.kill(up.blue)
    until(lambda: (ran := up.run(up.red, "status")).code == 6 and not ran.answer["peers"][0]["bearers"], "it is gone")


def test_an_attachment_travels_and_is_named(up: Desks, tmp_path: Path) -> None:
    file = tmp_path / "map.txt"
    file.write_bytes(os.urandom(100_000))
    sent = up.must(up.red, "send", "--wait", "200", "--attach", str(file), "see the map")
    assert "map.txt (100000 bytes" in sent["attachments"][0]


def test_events_replay_from_a_position_and_miss_nothing(up: Desks) -> None:
    start = up.must(up.red, "inbox", "--all", "--after", "0", "--count", "1000")["next"]
    for n in range(5):
        up.must(up.red, "send", f"event {n}")
    seen: list[str] = []
    at = start
    while page := up.must(up.red, "inbox", "--all", "--after", str(at), "--count", "2"):
        if not page["entries"]:
            break
        seen += [e["text"] for e in page["entries"] if e["kind"] == "message"]
        at = page["next"]
    assert seen == [f"event {n}" for n in range(5)]


def correspondence(path: Path, count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    texts = [f"{seed}-{n} " + "word " * rng.randrange(1, 200) for n in range(count)]
    path.write_text("".join(json.dumps({"from": "AB"[n % 2], "text": t}) + "\n" for n, t in enumerate(texts)))
    return texts


def controls(both: Desks, *names: str) -> list[str]:
    paths = (both.red.line.control, both.blue.line.control)
    return [word for name, path in zip(names, paths, strict=True) for word in ("--control", f"{name}={path}")]


def test_a_correspondence_is_replayed_and_every_text_held(up: Desks, tmp_path: Path) -> None:
    file = tmp_path / "c.jsonl"
    texts = correspondence(file, 40, 1)
    answer = up.stage.must("replay", str(file), *controls(up, "A", "B"))
    assert (answer["sent"], answer["held"]) == (40, 40)
    assert sorted(t for t in up.texts(up.blue) if t.startswith("1-")) == sorted(texts)


def test_the_correspondence_of_october_1962(up: Desks) -> None:
    if not KENNEDY.exists():
        pytest.skip(f"{needs.SKIP_PREFIX}the reference letters beside the checkout")
    answer = up.stage.must("replay", str(KENNEDY), *controls(up, "A", "B"))
    assert answer["sent"] == answer["held"] == 13
    said = [json.loads(line)["text"] for line in KENNEDY.read_text().splitlines()]
    for side in (up.red, up.blue):
        assert sorted(text for text in up.texts(side) if text in said) == sorted(said)


def test_stations_killed_during_a_replay_lose_and_double_nothing(up: Desks, tmp_path: Path) -> None:
    file = tmp_path / "c.jsonl"
    texts = correspondence(file, 400, 2)
    replaying = subprocess.Popen([*up.stage.program, "replay", str(file), *controls(up, "A", "B"), "--json"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for side in (up.red, up.blue, up.red):
        time.sleep(0.3)
        up.stage.kill(side)
        up.start(side)
    out, err = replaying.communicate(timeout=2 * WITHIN_S)
    assert replaying.returncode == 0, err
    assert json.loads(out)["held"] == 400
    for side in (up.red, up.blue):
        got = [t for t in up.texts(side) if t.startswith("2-")]
        assert sorted(got) == sorted(texts)


def test_a_record_and_an_extract_verify_and_every_change_is_refused(up: Desks, tmp_path: Path) -> None:
    places = [up.must(up.red, "send", "--wait", "200", f"proof {n}")["place"] for n in range(4)]
    record, extract = tmp_path / "record.oln", tmp_path / "extract.oln"
    up.must(up.red, "export", str(record))
    up.must(up.red, "export", str(extract), "--entry", places[1])
    assert up.stage.must("verify", str(extract), *up.cards())["logs"][0]["each"][0]["text"] == "proof 1"
    bare = tmp_path / "bare.oln"
    up.must(up.blue, "export", str(bare), "--no-bodies")
    verdict = up.stage.must("verify", str(bare), "--entries", *up.cards())
    assert all(e["text"] is None for log in verdict["logs"] for e in log["each"])
    rng = random.Random(3)
    for path in (record, extract):
        data = path.read_bytes()
        for at in [rng.randrange(len(data)) for _ in range(20)]:
            bad = tmp_path / "bad.oln"
            bad.write_bytes(data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :])
            with pytest.raises(PeerFault):
                verify_file(bad, [])
        bad.write_bytes(data[:-1])
        with pytest.raises(PeerFault, match="cut off"):
            verify_file(bad, [])
        assert up.stage.run("verify", str(bad)).code == 5


def test_a_card_of_somebody_else_does_not_fit_the_record(up: Desks, tmp_path: Path) -> None:
    record = tmp_path / "r.oln"
    up.must(up.red, "export", str(record))
    up.stage.must("party", "create", "Red", "--home", str(tmp_path / "x"), "--passphrase-file", str(up.red.secret))
    ran = up.stage.run("verify", str(record), "--card", str(tmp_path / "x" / "party" / "card.txt"))
    assert ran.code == 5 and "has other keys there" in ran.complaint["detail"]


def test_an_export_never_writes_over_a_file(up: Desks, tmp_path: Path) -> None:
    record = tmp_path / "r.oln"
    record.write_bytes(b"mine")
    ran = up.run(up.red, "export", str(record))
    assert ran.code == 7 and record.read_bytes() == b"mine"


def test_a_second_station_on_the_same_line_is_refused(up: Desks) -> None:
    ran = up.stage.run("serve", side=up.red, secret=True)
    assert ran.code in (7, 9) and ran.complaint["code"] in ("OL-703", "OL-901")
    assert up.must(up.red, "status")["name"] == "Red", "the first one is unharmed"


def test_a_wrong_passphrase_exits_9(up: Desks, tmp_path: Path) -> None:
    up.stage.kill(up.blue)
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"not it")
    wrong.chmod(0o600)
    ran = up.stage.run("serve", "--passphrase-file", str(wrong), side=up.blue)
    assert ran.code == 9 and ran.complaint["code"] == "OL-901"


def test_without_a_terminal_nobody_is_asked_for_a_passphrase(desks: Desks) -> None:
    if desks.blue.station is not None:
        desks.stage.kill(desks.blue)
    ran = desks.stage.run("serve", side=desks.blue)
    assert ran.code == 2 and ran.complaint["code"] == "OL-203"


def test_a_stopped_station_leaves_a_record_that_is_still_exported_and_checked(up: Desks, tmp_path: Path) -> None:
    up.must(up.red, "send", "--wait", "200", "last words")
    up.must(up.red, "stop")
    assert up.red.station is not None and up.red.station.wait(WITHIN_S) == 0
    up.red.station = None
    with pytest.raises(Exception, match="nothing answers"):
        ControlLink.open(up.red.line.control)
    assert "last words" in up.texts(up.red)
    assert up.must(up.red, "fsck")["faults"] == []


def test_a_restored_backup_reads_back_what_is_newer(up: Desks, tmp_path: Path) -> None:
    up.must(up.red, "send", "--wait", "200", "before the backup")
    backup = tmp_path / "red.backup"
    up.stage.must("backup", str(backup), side=up.red, secret=True)
    up.must(up.red, "send", "--wait", "200", "after the backup")
    up.stage.kill(up.red)
    for path in up.red.line.folder.glob("store.sqlite*"):
        path.rename(tmp_path / path.name)
    refused = up.stage.run("restore", str(tmp_path / "red.passphrase"), side=up.red, secret=True)
    assert refused.code != 0
    up.stage.must("restore", str(backup), side=up.red, secret=True)
    up.start(up.red)
    until(lambda: "after the backup" in up.texts(up.red), "what is newer")
    texts = up.texts(up.red)
    assert texts.count("before the backup") == texts.count("after the backup") == 1


def test_a_changed_store_is_found_by_fsck(up: Desks) -> None:
    up.must(up.blue, "send", "--wait", "200", "a sentence that somebody will change on the disk")
    up.must(up.blue, "stop")
    assert up.blue.station is not None and up.blue.station.wait(WITHIN_S) == 0
    up.blue.station = None
    base = apsw.Connection(str(up.blue.line.store))
    base.execute("DROP TRIGGER entries_stand")
    base.execute("UPDATE entries SET body = CAST(replace(body, 'on the disk', 'on the desk') AS BLOB)")
    base.close()
    ran = up.run(up.blue, "fsck")
    assert ran.code == 5 and ran.complaint["code"] == "OL-505" and len(ran.answer["faults"]) == 1


def test_the_demonstration_ends_by_itself_and_well(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        patch.setenv("TMPDIR", str(tmp_path))
        stage = Stage((sys.executable, "-m", "openline"), tmp_path)
        ran = stage.run("demo")
    assert ran.code == 0, ran.complaint
    assert not list(tmp_path.glob("openline-demo-*"))
