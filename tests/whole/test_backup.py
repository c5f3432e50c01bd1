"""A backup made under load, restored when it is old: the peers give back what was lost, and nobody is accused."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import (
    AskStatus,
    BackedUp,
    Backup,
    Find,
    Found,
    Outgoing,
    Send,
    Sent,
    Status,
    Waited,
    WaitHeld,
)
from openline.record.entry import MESSAGE
from openline.store.sqlite import SqliteStore
from tests.whole.parties import HELD_MS, PASSPHRASE, WITHIN_S, Desk, until

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def say(desk: Desk, texts: Sequence[str], *, wait: bool = True) -> set[str]:
    """Record texts in batches; wait until all are held. Returns them."""
    with desk.link() as link:
        places = []
        for at in range(0, len(texts), 200):
            batch = [Outgoing(text=text) for text in texts[at : at + 200]]
            places += link.ask(Send(messages=batch), Sent).places
        if wait:
            assert link.ask(WaitHeld(places=places, within_ms=HELD_MS), Waited).held
    return set(texts)


def texts(desk: Desk) -> list[str]:
    found: list[str] = []
    after = 0
    with desk.link() as link:
        while entries := (page := link.ask(Find(kind=MESSAGE, after=after, count=1000), Found)).entries:
            found += [entry.text for entry in entries]
            after = page.next
    return found


class Load(threading.Thread):
    """Messages from one side, one after the other, until told to stop."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._end = threading.Event()
        self.said: set[str] = set()

    def run(self) -> None:
        while not self._end.is_set():
            self.said |= say(self._desk, [f"load {self._desk.name} {len(self.said) + n}" for n in range(20)])

    def stop(self) -> set[str]:
        self._end.set()
        self.join(WITHIN_S)
        return self.said


def back_up_under_load(desk: Desk, other: Desk, path: Path) -> set[str]:
    """A backup while both sides write. Returns what they wrote meanwhile."""
    loads = [Load(desk), Load(other)]
    for load in loads:
        load.start()
    with desk.link() as link:
        link.ask(Backup(path=str(path), passphrase=PASSPHRASE), BackedUp)
    said = [load.stop() for load in loads]
    assert all(said), "no load"
    return set().union(*said)


def three_days(desk: Desk, other: Desk) -> set[str]:
    """What happens after a backup: lives of the station, and words of both sides in each."""
    said: set[str] = set()
    for day in range(3):
        said |= say(desk, [f"day {day}, ours {n}" for n in range(300)])
        said |= say(other, [f"day {day}, theirs {n}" for n in range(300)])
        desk.kill()
        said |= say(other, [f"day {day}, while they were away {n}" for n in range(50)], wait=False)
        desk.start()
    return said


def status(desk: Desk) -> Status:
    with desk.link() as link:
        return link.ask(AskStatus(), Status)


def wait_for(desk: Desk, wanted: set[str]) -> None:
    until(lambda: wanted <= set(texts(desk)), f"{desk.name} has all that was said")


def check_whole(desks: Sequence[Desk], wanted: set[str], folder: Path) -> None:
    """On both sides: every text once, the store is as signed, the export verifies, nobody is accused."""
    for desk in desks:
        wait_for(desk, wanted)
        have = texts(desk)
        assert len(have) == len(set(have)), "a message stands twice"
        assert set(have) == wanted
        until(lambda desk=desk: not status(desk).alarms, "nothing rings")  # type: ignore[misc]
        assert not any(peer.disputed for peer in status(desk).peers)
        record = folder / f"{desk.name}-{time.monotonic_ns()}.record"
        desk.here("export", str(record))
        verdict: dict[str, Any] = json.loads(desk.here("verify", str(record), "--json"))
        assert verdict["accusations"] == []
        assert verdict["doubts"] == []
        assert json.loads(desk.here("fsck", "--json"))["faults"] == []


def lose_the_disk(desk: Desk, aside: Path, *kept: str) -> None:
    """Power goes, and with it the line's folder but for what was kept elsewhere."""
    desk.kill()
    folder = desk.store_path.parent
    shutil.move(folder, aside)
    folder.mkdir(mode=0o700)
    for name in kept:
        shutil.copy2(aside / name, folder / name)


def test_a_backup_made_under_load_and_three_days_old_is_filled_up_by_the_peer(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    backup = tmp_path / "amber.backup"
    said = say(amber, ["before the backup"])
    said |= back_up_under_load(amber, birch, backup)
    said |= three_days(amber, birch)
    birch.stop()
    say(amber, ["recorded here, and never called held"], wait=False)
    lose_the_disk(amber, tmp_path / "lost", "station.key", "keyring")
    ran = amber.try_here("restore", "--line", "hotline", str(backup), "--passphrase-file", str(amber.passphrase_file))
    assert ran.code == 0, ran
    assert "new generation" in ran.out
    amber.start()
    with amber.link() as link:
        assert link.ask(AskStatus(), Status).generation > max(own_generations(tmp_path / "lost"))
    said |= say(amber, ["first words of the restored station, before the peer is there"], wait=False)
    birch.start()
    wait_for(amber, said)
    said |= say(amber, ["and after"])
    said |= say(birch, ["and theirs"])
    check_whole([amber, birch], said, tmp_path)


def own_generations(folder: Path) -> list[str]:
    """Every generation that the lost store had."""
    store = SqliteStore(folder / "store.sqlite", read_only=True)
    try:
        return [row.log.generation.hex() for row in store.logs() if row.log.party == 0]
    finally:
        store.close()


def test_on_a_new_machine_without_the_keyring_sealing_is_reopened_by_both_sides(
    on_a_line: Line, tmp_path: Path
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    backup = tmp_path / "amber.backup"
    said = say(amber, [f"before {n}" for n in range(50)])
    amber.here("backup", str(backup))
    said |= say(amber, [f"after, ours {n}" for n in range(50)])
    said |= say(birch, [f"after, theirs {n}" for n in range(50)])
    lose_the_disk(amber, tmp_path / "lost", "station.key", "recovery.key")  # what was in the safe
    amber.here("restore", "--line", "hotline", str(backup))
    refused = amber.try_here("serve")
    assert refused.code == 8
    assert "line recover" in refused.err
    amber.here("line", "recover")
    said |= say(birch, ["said while they could not open anything"], wait=False)
    amber.start()
    birch.here("line", "recover")
    wait_for(amber, said)
    said |= say(amber, ["sealed again"])
    said |= say(birch, ["and opened"])
    check_whole([amber, birch], said, tmp_path)
