"""The same line by hand-carried stick: one way for a while, both ways, mixed with TLS, and by folders that sync."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console.channel import asking
from openline.console.channel.asking import Find, Found, Waited, WaitHeld
from openline.record.entry import MESSAGE
from openline.store.sqlite import SqliteStore
from tests.whole.parties import HELD_MS, Desk

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def texts(desk: Desk, *, theirs: bool = True) -> list[str]:
    with desk.link() as link:
        return [entry.text for entry in link.ask(Find(kind=MESSAGE, theirs=theirs, count=1000), Found).entries]


def carry(sender: Desk, receiver: Desk, folder: Path) -> dict[str, object]:
    folder.mkdir()
    sender.run("carry", "out", str(folder))
    assert list(folder.glob("*.oln")), "nothing was written"
    return dict(receiver.json("carry", "in", str(folder)))


def test_a_line_by_stick_alone_ends_with_receipts_on_both_sides(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.settings({})
    birch.settings({})
    amber.start()
    birch.start()
    place = amber.json("send", "by courier")["place"]
    amber.json("send", "also by courier")
    carried = carry(amber, birch, tmp_path / "1")
    assert carried["entries"] == 3  # the opening of the log, and two messages
    assert texts(birch) == ["by courier", "also by courier"]
    birch.json("send", "an answer, same way back")
    carry(birch, amber, tmp_path / "2")
    assert texts(amber) == ["an answer, same way back"]
    assert amber.json("show", place)["held"][0]["name"] == "Birch"
    carry(amber, birch, tmp_path / "3")
    shown = birch.json("show", birch.json("inbox", "--all", "--count", "50")["entries"][-1]["place"])
    assert shown is not None


def test_one_way_for_a_while_several_sticks_in_a_row_and_one_read_twice(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.settings({})
    birch.settings({})
    amber.start()
    birch.start()
    for n in range(3):
        amber.json("send", f"stick {n}")
        (tmp_path / f"s{n}").mkdir()
        amber.run("carry", "out", str(tmp_path / f"s{n}"))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "s2", copy)
    birch.run("carry", "in", str(tmp_path / "s2"))  # the newest first: it holds everything not receipted
    assert texts(birch) == ["stick 0", "stick 1", "stick 2"]
    again = birch.json("carry", "in", str(copy))
    assert again["entries"] == 0
    birch.run("carry", "in", str(tmp_path / "s0"))
    assert texts(birch) == ["stick 0", "stick 1", "stick 2"]


def test_a_damaged_stick_is_said_and_the_next_one_brings_what_was_lost(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.settings({})
    birch.settings({})
    amber.start()
    birch.start()
    amber.json("send", "may be damaged")
    folder = tmp_path / "s"
    folder.mkdir()
    amber.run("carry", "out", str(folder))
    for path in folder.glob("*.oln"):
        data = bytearray(path.read_bytes())
        for at in range(60, len(data), 40):
            data[at] ^= 0x55
        path.write_bytes(data)
    birch.json("carry", "in", str(folder))
    assert texts(birch) == []
    carry(amber, birch, tmp_path / "again")
    assert texts(birch) == ["may be damaged"]


def test_a_file_without_its_end_is_told_and_its_whole_copy_is_read(on_a_line: Line, tmp_path: Path) -> None:
    """R-026: what is there is taken, nothing is marked as read, and the same name brought whole brings the rest."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.settings({})
    birch.settings({})
    amber.start()
    birch.start()
    for _ in range(14):  # more than one commit takes, so that a part is something
        with amber.link() as link:
            batch = [asking.Outgoing(text=secrets.token_urlsafe(44_000)) for _ in range(10)]
            link.ask(asking.Send(messages=batch), asking.Sent)
    folder = tmp_path / "s"
    folder.mkdir()
    amber.run("carry", "out", str(folder))
    path = max(folder.glob("*.oln"))
    data = path.read_bytes()
    path.write_bytes(data[:-1_000])
    part = birch.run("carry", "in", str(folder), "--json")
    said = json.loads(part.stdout)
    assert said["files"] == 0 and 0 < said["entries"] < 141
    assert path.name in said["refused"][0] and "its end is missing" in said["refused"][0]
    assert not list(folder.glob("*.done"))
    assert birch.json("carry", "in", str(folder))["refused"], "told again while it is not whole"
    path.write_bytes(data)
    rest = birch.json("carry", "in", str(folder))
    assert rest["files"] == 1 and not rest["refused"] and said["entries"] + rest["entries"] == 141
    assert list(folder.glob("*.done"))


def test_a_stick_with_files_missing_doubled_renamed_and_of_another_line_brings_what_is_ours_once(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-025, R-026: what is there counts, whatever its file is called; what is not ours is refused."""
    amber, birch = on_a_line("Amber", "Birch")
    cedar, _ = on_a_line("Cedar", "Delta")
    for desk in (amber, birch, cedar):
        desk.settings({})
        desk.start()
    files = []
    for sender, text in ((amber, "one"), (amber, "two"), (amber, "three"), (cedar, "not for you")):
        sender.json("send", text)
        (tmp_path / text).mkdir()
        sender.run("carry", "out", str(tmp_path / text))
        files.append(next((tmp_path / text).glob("*.oln")))
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for name, file in (("00000001", files[3]), ("00000002", files[1]), ("00000005", files[0]), ("00000007", files[1])):
        shutil.copy(file, mixed / f"{name}.oln")
    said = birch.run("carry", "in", str(mixed), "--json")
    assert texts(birch) == ["one", "two"], "each once; what is on no file is not made up"
    assert json.loads(said.stdout)["entries"] == 3
    status = birch.json_anyhow("status")
    assert sum(status["refused"].values()) > 0, "frames of another line open under no key of ours, and are counted"
    assert carry(amber, birch, tmp_path / "next")["entries"] == 1
    assert texts(birch) == ["one", "two", "three"]
    birch.stop()
    store = SqliteStore(birch.store_path, read_only=True)
    assert not store.exhibits(), "nobody is accused of anything"
    store.close()


def test_sticks_and_tls_mixed_hold_everything_once(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.settings({})
    birch.settings({})
    amber.start()
    birch.start()
    amber.json("send", "first, by stick")
    carry(amber, birch, tmp_path / "1")
    amber.stop()
    amber.settings({"Birch": birch.port})
    amber.start()
    held = amber.json("send", "second, by wire", "--wait", "200")
    assert held["held"]
    carry(amber, birch, tmp_path / "2")
    assert texts(birch) == ["first, by stick", "second, by wire"]


def test_two_folders_that_sync_are_a_bearer_by_themselves(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    there, back = tmp_path / "there", tmp_path / "back"
    there.mkdir()
    back.mkdir()
    amber.settings({}, f'carry_out = "{there}"', f'carry_in = "{back}"')
    birch.settings({}, f'carry_out = "{back}"', f'carry_in = "{there}"')
    amber.start()
    birch.start()
    sent = amber.json("send", "through two folders")
    party, generation, index = sent["place"].split("/")
    with amber.link() as link:
        asked = WaitHeld(places=[[int(party), generation, int(index)]], within_ms=HELD_MS)  # type: ignore[list-item]
        assert link.ask(asked, Waited).held
    assert texts(birch) == ["through two folders"]
    assert amber.json("show", sent["place"])["held"]
