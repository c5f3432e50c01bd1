"""A FLASH is heard, acknowledged, and so is the station's death: a player and a lamp of the test's own."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openline.console.alarm.tones import LOUDNESS_MAX, notes_of, wav
from openline.desk.alarms import Kind, Priority
from openline.desk.ringing import LOST
from tests.whole.parties import WITHIN_S, Desk, until

pytestmark = pytest.mark.whole

FLASH_DRILL = wav(notes_of(Kind.NEED, Priority.TOP, exercise=True), 0.4, reed=True)
GONE = wav(notes_of(LOST, Priority.TOP, exercise=False), LOUDNESS_MAX)


class Room:
    """What is heard and lit in the room where the annunciator stands."""

    def __init__(self, folder: Path) -> None:
        self.heard = folder / "heard"
        self.lit = folder / "lit"
        self.log = folder / "annunciator.log"
        self.heard.mkdir()
        self.lit.touch()
        play = "import shutil, sys, time; shutil.copy(sys.argv[2], f'{sys.argv[1]}/{time.time_ns()}.wav')"
        lamp = "import json, os, sys; open(sys.argv[1], 'a').write(json.dumps(dict(os.environ)) + chr(10))"
        self.player = shlex.join([sys.executable, "-c", play, str(self.heard)])
        self.lamp = shlex.join([sys.executable, "-c", lamp, str(self.lit)])

    def has_heard(self, tone: bytes) -> bool:
        return any(path.read_bytes() == tone for path in self.heard.glob("*.wav"))

    def lamps(self) -> list[dict[str, str]]:
        whole, _, _ = self.lit.read_text().rpartition("\n")  # the last one may be half written
        return [json.loads(line) for line in whole.splitlines()]

    def forget(self) -> None:
        for path in self.heard.glob("*.wav"):
            path.unlink()

    @contextmanager
    def annunciator(self, desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "openline", "annunciate", "--home", str(desk.home)]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*command, "--player", self.player, "--command", self.lamp], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=desk.home.parent,
            )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.wait(WITHIN_S)


def board(desk: Desk) -> Any:
    return desk.json_here("alarm", "list")


def test_a_flash_is_heard_and_so_is_the_death_of_the_station(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    room = Room(tmp_path)
    with room.annunciator(amber) as process:
        until(lambda: bool(board(amber)["sound"]["state"] == "armed"), "the station does not know of the annunciator")
        birch.run("send", "Words no lamp is told.", "--precedence", "flash", "--exercise", "--wait", "200")
        until(lambda: room.has_heard(FLASH_DRILL), "the FLASH is not heard")
        rung = board(amber)
        assert rung["alarms"][0]["kind"] == "need" and rung["sounding"] == rung["alarms"][0]["name"]
        said = amber.run("alarm", "acknowledge").stdout
        assert "seen " in said and "EXERCISE FLASH of Birch" in said
        until(lambda: any(one["OPENLINE_ALARM_STATE"] == "quiet" for one in room.lamps()), "the lamp stays lit")
        first = room.lamps()[0]
        assert first["OPENLINE_ALARM_PRIORITY"] == "TOP" and first["OPENLINE_ALARM_EXERCISE"] == "1"
        assert not any("Words" in value for one in room.lamps() for value in one.values())
        healthy = until(lambda: (ran := amber.run("check", ok=None)).returncode == 0 and ran, "it is found well").stdout
        assert healthy.startswith("OPENLINE OK - hotline: nothing is wrong | ") and "messages_waiting=1" in healthy
        amber.kill()
        assert "CRITICAL - hotline: the station does not answer" in amber.run("check", ok=2).stdout
        until(lambda: room.has_heard(GONE), "the station is dead and nothing rings")
        process.send_signal(signal.SIGUSR1)
        until(lambda: "hushed for" in room.log.read_text(), "it is not hushed")
        amber.start()
        until(lambda: bool(board(amber)["sound"]["state"] == "armed"), "the annunciator does not come back")
        room.forget()
        until(lambda: room.has_heard(FLASH_DRILL), "what still waits does not ring after a restart")
        amber.run("acknowledge")
        until(lambda: not [one for one in board(amber)["alarms"] if one["kind"] == "need"], "opened, and still listed")
        process.terminate()
        assert process.wait(WITHIN_S) == 0
    until(lambda: bool(board(amber)["sound"]["state"] == "lost"), "nobody listens, and nobody says so")
    until(lambda: any(one.startswith("sound: ") for one in amber.json_anyhow("status")["alarms"]), "status says so too")
    log = room.log.read_text()
    assert "ARMED" in log and "RINGING TOP: EXERCISE FLASH of Birch" in log and "Traceback" not in log
