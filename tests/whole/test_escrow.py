"""Lists exchanged at once and a declaration in escrow, over a real line; one party that does not open, one that forges.

R-554, R-555, R-556, R-557, R-558, R-559, R-560, R-561, R-562.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.link import ControlLink
from tests.whole.parties import WITHIN_S, Desk
from tests.whole.test_desk import Officers
from tests.whole.test_notices import owed_on_screen, replayed_alike
from tests.whole.test_statements import both_up, held, instant, refused

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
ITEMS = """figure,site,type,id
launchers,Base A,TYPE-1,0001
launchers,Base A,TYPE-1,0002
launchers,Base B,TYPE-2,0003
bombers,Base B,TYPE-9,0004
"""

# The same program without its own door, which shows other records than it committed to: what a peer may run.
DISHONEST = """
import sys
from openline.console.escrowing import door, vault
honest = vault.Secret.opening
def changed(self, *where):
    found = honest(self, *where)
    return found._replace(records=(*found.records[:1], b"Lima", *found.records[2:]))
vault.Secret.opening = changed
door.look = lambda *_: None
from openline.__main__ import main
sys.exit(main())
"""


def asked(desk: Desk, *command: str) -> Any:
    return json.loads(desk.here(*command, "--json"))


def propose(amber: Desk, name: str, **times: float) -> None:
    by = {"commit-by": 3600.0, "open-by": 7200.0, **{key.replace("_", "-"): later for key, later in times.items()}}
    given = (word for key, later in by.items() for word in (f"--{key}", instant(seconds=later)))
    held(amber, "sealed", "propose", name, *given, "--title", "Lists of 1 January")


def propose_soon(amber: Desk, name: str) -> None:
    """With times that pass while this test runs, however slow the machine."""
    for ahead in (3, 10, 60, 180):
        times = ("--commit-by", instant(seconds=ahead), "--open-by", instant(seconds=ahead + 2))
        ran = amber.try_here("sealed", "propose", name, *times)
        if ran.code == 0:
            return
        assert "is past" in ran.err, ran.err
    raise AssertionError("no time is soon enough")


def committed(amber: Desk, birch: Desk, name: str, folder: Path) -> None:
    """Both have committed and countersigned."""
    for desk, lines in ((amber, "Alpha\nBravo\nCharlie\n"), (birch, "Delta\nEcho\n")):
        path = folder / f"{desk.name}.list"
        path.write_text(lines)
        held(desk, "sealed", "commit", name, str(path))
    for desk in (amber, birch):
        held(desk, "sealed", "countersign", name)


def sides(desk: Desk, name: str) -> dict[str, Any]:
    return {one["name"]: one for one in asked(desk, "sealed", "show", name)["sides"]}


def states(desk: Desk, name: str) -> dict[tuple[str, str], str]:
    return {(one["name"], one["what"]): one["state"] for one in asked(desk, "sealed", "show", name)["steps"]}


def until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN_S
    while not fact():
        assert time.monotonic() < end, "it did not come to this"
        time.sleep(0.1)


def start_dishonest(desk: Desk, folder: Path) -> None:
    program = folder / "dishonest.py"
    program.write_text(DISHONEST)
    with desk.log.open("ab") as log:
        desk.process = subprocess.Popen([sys.executable, str(program), "serve", "--home", str(desk.home)], stdout=log,
                                        stderr=log, stdin=subprocess.DEVNULL)  # fmt: skip

    def answers() -> bool:
        assert desk.process is not None and desk.process.poll() is None, desk.log.read_text()[-3000:]
        try:
            ControlLink.open(desk.control).close()
        except Exception:  # noqa: BLE001  not up yet, whatever the reason
            return False
        return True

    until(answers)


def test_lists_are_shown_at_once_and_whoever_does_not_is_recorded(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = both_up(on_a_line)
    propose(amber, "LISTS-1")
    path = tmp_path / "early.list"
    path.write_text("Alpha\n")
    refused(birch, 3, "no sealed exchange", "sealed", "commit", "LISTS-9", str(path))
    held(birch, "sealed", "commit", "LISTS-1", str(path), "--token", "t1")
    held(birch, "sealed", "commit", "LISTS-1", str(path), "--token", "t1")
    refused(birch, 4, "nobody replaces their list", "sealed", "commit", "LISTS-1", str(path))
    refused(birch, 4, "Amber did not commit yet", "sealed", "countersign", "LISTS-1")
    refused(birch, 4, "nobody opens before that", "sealed", "open", "LISTS-1")
    held(amber, "sealed", "commit", "LISTS-1", str(path), "--at-least", "16")
    held(amber, "sealed", "countersign", "LISTS-1")
    refused(amber, 4, "nobody opens before that", "sealed", "open", "LISTS-1")
    held(birch, "sealed", "countersign", "LISTS-1")
    for desk in (birch, amber):
        held(desk, "sealed", "open", "LISTS-1")
        refused(desk, 4, "open already", "sealed", "open", "LISTS-1")
    for desk in (amber, birch):
        found = asked(desk, "sealed", "show", "LISTS-1")
        assert found["row"]["state"] == "opened by all" and not found["row"]["marks"]
        assert [one["leaves"] for one in found["sides"]] == [16, 1]
        assert set(states(desk, "LISTS-1").values()) == {"kept"}
        assert [one["records"][0]["text"] for one in found["sides"]] == ["Alpha", "Alpha"]

    propose_soon(amber, "LISTS-2")  # what is late is done all the same, and recorded as late
    committed(amber, birch, "LISTS-2", tmp_path)
    held(amber, "sealed", "open", "LISTS-2")
    for desk in (amber, birch):
        until(lambda desk=desk: states(desk, "LISTS-2")["Birch", "opening"] == "not provided")  # type: ignore[misc]
        assert states(desk, "LISTS-2")["Amber", "opening"] != "not provided"
        row = next(one for one in asked(desk, "sealed", "list") if one["id"] == "LISTS-2")
        assert row["state"] == "not done in its time" and "Birch: opening" in row["behind"]
        assert any(one["of"] == "opening" and one["state"] == "not provided" for one in asked(desk, "duties"))
    until(lambda: "open what was committed" in owed_on_screen(birch))

    propose(amber, "LISTS-3")
    committed(amber, birch, "LISTS-3", tmp_path)
    held(amber, "sealed", "open", "LISTS-3")
    birch.stop()
    start_dishonest(birch, tmp_path)
    forged = held(birch, "sealed", "open", "LISTS-3")
    for desk in (amber, birch):
        side = sides(desk, "LISTS-3")["Birch"]
        assert [(one["index"], one["place"]) for one in side["marks"]] == [(1, forged)] and not side["complete"]
        assert side["marks"][0]["what"] == "record 1 is not what was committed"
        assert [one["text"] for one in side["records"]] == ["Delta"]
    assert "record 1 is not what was committed" in amber.here("sealed", "show", "LISTS-3")
    states_of = Path(replayed_alike(amber, birch, tmp_path)).read_text()
    assert states_of.count('["exchange"') == 3


def test_a_declaration_is_opened_step_by_step_challenged_and_contradicted(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = both_up(on_a_line)
    items = tmp_path / "items.csv"
    items.write_text(ITEMS)
    form = ("--as-of", "2026-09-01", "--items", str(items))
    held(amber, "escrow", "commit", "STOCKS", *form)
    refused(amber, 4, "choose another id", "escrow", "commit", "STOCKS", *form)
    refused(birch, 4, "another party's", "escrow", "open", "STOCKS", "--level", "aggregate")
    held(amber, "escrow", "open", "STOCKS", "--level", "aggregate")
    shown = birch.here("escrow", "show", "STOCKS")
    assert "figure launchers, number 3" in shown and "What this does not prove:" in shown and "0004" not in shown

    challenge = held(birch, "escrow", "challenge", "STOCKS", "--level", "items")
    refused(birch, 4, "not answered yet", "escrow", "reveal", challenge)
    refused(amber, 4, "nothing is drawn yet", "escrow", "open", "--drawn", challenge)
    held(amber, "escrow", "answer", challenge)
    held(amber, "escrow", "reveal", challenge)
    held(birch, "escrow", "reveal", challenge)
    (drawn,) = asked(birch, "escrow", "show", "STOCKS")["challenges"]
    assert drawn["waits_for"] == ["Amber: opening of what was drawn"]
    held(amber, "escrow", "open", "--drawn", challenge)
    found = asked(birch, "escrow", "show", "STOCKS")
    assert found["challenges"][0]["opened"] and not found["challenges"][0]["waits_for"]
    assert [one["index"] for one in found["records"] if one["level"] == "items"] == [drawn["index"]]
    assert {one["verdict"] for one in found["findings"]} == {"cannot be told"}

    _salts_are_lost_and_put_back(amber, tmp_path, found["row"]["commitment"])
    for level in ("types", "sites", "numbers", "items"):
        held(amber, "escrow", "open", "STOCKS", "--level", level)
    found = asked(birch, "escrow", "show", "STOCKS")
    assert {one["verdict"] for one in found["findings"]} == {"holds"}
    assert all(level["complete"] for level in found["row"]["levels"])

    levels = tmp_path / "levels.json"
    levels.write_text(json.dumps({"aggregate": [["launchers", 2]], "types": [["launchers", "TYPE-1", 3]]}))
    wrong = ("escrow", "commit", "WRONG", "--as-of", "2026-09-02", "--levels", str(levels))
    refused(amber, 2, "2 = 3, the sum of types", *wrong)
    held(amber, *wrong, "--with-faults", "--follows", "STOCKS")
    for level in ("aggregate", "types"):
        held(amber, "escrow", "open", "WRONG", "--level", level)
    for desk in (amber, birch):
        assert "IS BROKEN: aggregate: launchers: 2 = 3, the sum of types" in desk.here("escrow", "show", "WRONG")
        assert "CONTRADICTED" in desk.here("escrow", "list")
    replayed_alike(amber, birch, tmp_path)


def _salts_are_lost_and_put_back(amber: Desk, folder: Path, commitment: str) -> None:
    """R-562: two of three offices together, and only they."""
    offices, shares = [], folder / "shares"
    for office in ("DEFENCE", "FOREIGN", "CABINET"):
        path = folder / office
        path.write_text(f"the passphrase of {office}\n")
        path.chmod(0o600)
        offices += ["--office", f"{office}={path}"]
    split = ("escrow", "salts", "split", commitment[:16], "--need", "2", *offices, "--out", str(shares))
    assert len(asked(amber, *split)["files"]) == 4
    refused(amber, 7, "there already", *split)
    kept = amber.home / "lines" / amber.line / "escrow" / f"{commitment}.key"
    assert commitment in asked(amber, "escrow", "salts", "list")
    kept.unlink()
    refused(amber, 3, "not on this machine", "escrow", "open", "STOCKS", "--level", "types")
    assert "NOT ON THIS MACHINE" in amber.here("escrow", "list")

    def restore(*names: str) -> list[str]:
        given = [word for name in names for word in ("--share", f"{shares / name}.share={folder / name}")]
        return ["escrow", "salts", "restore", str(shares / "records.sealed"), *given]

    refused(amber, 2, "1 different shares: 2 of 3 are needed", *restore("DEFENCE"))
    refused(amber, 2, "1 different shares", *restore("DEFENCE", "DEFENCE"))
    amber.here(*restore("CABINET", "FOREIGN"))
    refused(amber, 7, "here already", *restore("CABINET", "FOREIGN"))
    assert kept.exists() and "launchers" not in kept.read_bytes().decode("latin-1")


def test_a_commitment_and_an_opening_leave_by_two(on_a_line: Line, tmp_path: Path) -> None:
    """R-303, R-556: no door for one person, and none past the order of the exchange."""
    amber, birch = both_up(on_a_line)
    propose(birch, "LISTS-2027")
    officers = Officers(amber, tmp_path)
    officers.staff()
    path = tmp_path / "list"
    path.write_text("Alpha\n")
    officers.run("Cyd", "sealed", "commit", "LISTS-2027", str(path), ok=4)
    place = _let_go(officers, "sealed", "commit", "LISTS-2027", str(path))
    refused_early = officers.run("Bob", "sealed", "open", "LISTS-2027", "--as-draft", ok=4)
    assert "nobody opens before that" in refused_early.stderr
    assert sides(amber, "LISTS-2027")["Amber"]["commitment"] == place


def _let_go(officers: Officers, *command: str) -> str:
    """Drafted by Bob, released by Cyd: where it stands then."""
    row = json.loads(officers.run("Bob", *command, "--as-draft", "--json").stdout)
    name = f"D-{row['draft']}"
    officers.run("Bob", "draft", "submit", name)
    shown = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)
    assert "committed to a list" in shown["subject"]
    done = officers.run("Cyd", "draft", "release", name, "--code", shown["code"], "--json")
    return "{}/{}/{}".format(*json.loads(done.stdout)["places"][0])
