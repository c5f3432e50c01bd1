"""A clock that jumps a day either way: nothing hangs, nobody is accused, nobody dead looks alive, and it rings."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.whole.parties import Desk, until

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
DAY_MS = 86_400_000
PROGRAM = Path(__file__).with_name("set_clock.py")
GREEN = ("up", "degraded")
BLAMES = ("contact", "link test", "dispute", "record", "standby", "program")


class Clock:
    """The clock of the machine that a station runs on."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._file = folder / f"{desk.name}.ahead"
        self.set(0)
        desk.program = (str(PROGRAM), str(self._file))

    def set(self, ahead_ms: int) -> None:
        """Somebody sets it, at once."""
        half = self._file.with_suffix(".part")
        half.write_text(str(ahead_ms))
        half.replace(self._file)


def towards(desk: Desk) -> Any:
    return desk.json_anyhow("status")["peers"][0]


def alarms(desk: Desk) -> list[str]:
    return desk.json_anyhow("status")["alarms"]  # type: ignore[no-any-return]


def crosses(desk: Desk, other: Desk, text: str) -> str:
    """A message of one side, held by the other, and shown there."""
    sent = desk.json_here("send", text, "--wait", "200")
    assert sent["lacking"] == [], f"{text}: {sent}"
    until(lambda: other.holds(sent["place"]), text)
    return str(sent["place"])


def rings_of_clocks(desk: Desk, other: Desk, words: str) -> None:
    """It rings, names whose clock, by how much, and says what to do."""
    begins = f"clock {other.name}: the clock of {other.name} is "
    said = until(lambda: [one for one in alarms(desk) if one.startswith(begins) and words in one], f"{words} rings")
    assert "compare both with a third clock" in said[0]


def agree_again(desk: Desk) -> bool:
    peer = towards(desk)
    return peer["state"] == "up" and peer["clock"] == "agrees" and not any("clock" in one for one in alarms(desk))


def test_a_clock_that_jumps_a_day_either_way_holds_up_nothing_and_rings(on_a_line: Line, tmp_path: Path) -> None:
    """R-233, R-258: what is known of contact is as old as it was; both sides say whose clock is off, and go on."""
    amber, birch = on_a_line("Amber", "Birch")
    clock = Clock(amber, tmp_path)
    for desk, other in ((amber, birch), (birch, amber)):
        desk.settings({other.name: other.port}, "test_every_s = 3600")
        desk.start()
    until(lambda: agree_again(amber) and agree_again(birch), "both are up, and their clocks agree")
    for day, ours, theirs in ((DAY_MS, "behind ours", "ahead of ours"), (-DAY_MS, "ahead of ours", "behind ours")):
        clock.set(day)
        rings_of_clocks(amber, birch, ours)
        rings_of_clocks(birch, amber, theirs)
        place = crosses(amber, birch, f"written {day} ms off")
        assert json.loads(birch.here("show", place, "--json"))["clock"]["word"] == "disagrees", "marked, and held"
        crosses(birch, amber, f"the other way at {day}")
        for desk in (amber, birch):
            until(lambda desk=desk: towards(desk)["state"] == "up", f"{desk.name} shows the other")  # type: ignore[misc]
            assert not [one for one in alarms(desk) if one.startswith(BLAMES)], "a clock is off, and nothing else is"
    clock.set(0)
    until(lambda: agree_again(amber) and agree_again(birch), "set right, all is as before")
    for desk in (amber, birch):
        assert not any(one.startswith("dispute") for one in alarms(desk))
        file = tmp_path / f"{desk.name}.openline"
        desk.here("export", str(file))
        verified = json.loads(desk.here("verify", str(file), "--json"))
        assert not verified["doubts"], "nobody is accused of anything"


def test_no_clock_that_is_set_makes_a_dead_party_look_alive(on_a_line: Line, tmp_path: Path) -> None:
    """R-233: nor does it make anybody silent who is there."""
    amber, birch = on_a_line("Amber", "Birch")
    clock = Clock(amber, tmp_path)
    for desk, other in ((amber, birch), (birch, amber)):
        desk.settings({other.name: other.port})
        desk.start()
    until(lambda: towards(amber)["state"] == "up", "Birch is up for Amber")
    birch.kill()
    clock.set(-DAY_MS)
    until(lambda: towards(amber)["state"] == "silent", "Birch is silent")
    for ahead_ms in (DAY_MS, -DAY_MS, 0):
        clock.set(ahead_ms)
        shown = amber.json_anyhow("status")
        assert abs(shown["now_ms"] - time.time() * 1000 - ahead_ms) < DAY_MS // 2, "that is the time it has now"
        assert shown["peers"][0]["state"] not in GREEN, f"at once: {ahead_ms}"
        until(lambda: "our clock was set" in str(amber.json_anyhow("status")["notices"]), "it has seen that")
        assert towards(amber)["state"] not in GREEN, f"nobody is there, whatever the clock says: {ahead_ms}"
    until(lambda: any(one.startswith("contact Birch: silent since") for one in alarms(amber)), "it rings")
