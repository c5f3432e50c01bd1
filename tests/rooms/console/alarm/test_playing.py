"""Players and lamps: real programs, no shell, and it is said where no sound is possible."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from openline.console.alarm import playing
from openline.console.alarm.playing import Lamp, Player
from openline.console.alarm.tones import READY, wav
from openline.desk.alarms import Priority
from openline.desk.ringing import Ring

HOSTILE = Ring("message 1/ab/4", "need", Priority.TOP, True, 2, "$(touch owned) `id`; \u202egnp.exe\n\x1b[2J")


def script(folder: Path, name: str, text: str) -> list[str]:
    path = folder / name
    path.write_text(text)
    return [sys.executable, str(path)]


def until(is_so: object, lamp: Lamp) -> None:
    end = time.monotonic() + 60
    while not is_so() and time.monotonic() < end:  # type: ignore[operator]
        lamp.tend()
        time.sleep(0.02)


def test_a_player_gets_the_tone_as_a_file(tmp_path: Path) -> None:
    words = script(tmp_path, "play.py", f"import shutil, sys; shutil.copy(sys.argv[-1], {str(tmp_path / 'got.wav')!r})")
    player = Player(words, lambda: False)
    assert player.try_out() and player.armed and player.how == sys.executable
    tone = wav(READY, 0.5)
    assert player.play(tone) and (tmp_path / "got.wav").read_bytes() == tone
    player.close()


@pytest.mark.parametrize("has_terminal", [True, False])
def test_where_no_player_works_the_bell_is_the_last_resort_and_without_it_that_is_said(
    tmp_path: Path, has_terminal: bool
) -> None:
    rung: list[int] = []

    def bell() -> bool:
        rung.append(1)
        return has_terminal

    for words, why in (
        (script(tmp_path, "no.py", "import sys; sys.exit('no device')"), "ended with 1: no device"),
        ([str(tmp_path / "nothing there")], "No such file"),
    ):
        player = Player(words, bell)
        assert player.try_out() is has_terminal and player.armed is has_terminal
        assert why in player.how
        assert ("bell" in player.how) is has_terminal
        assert ("NO SOUND IS POSSIBLE HERE" in player.how) is not has_terminal
        player.close()
    assert len(rung) == 2


def test_a_player_that_hangs_is_ended_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "PLAY_WITHIN_S", 0.2)
    player = Player(script(tmp_path, "hang.py", "import time; time.sleep(600)"), lambda: False)
    assert not player.play(b"") and "did not end" in player.how
    player.close()


def test_a_machine_without_any_player_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing.shutil, "which", lambda name: None)
    player = Player((), lambda: False)
    assert not player.try_out()
    assert player.how.startswith("NO SOUND IS POSSIBLE HERE: no player is installed")
    player.close()


def test_a_command_learns_it_from_its_environment_and_no_shell_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINE_HOME", "/not/for/lamps")
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "told.jsonl"
    code = f"import json, os; open({str(out)!r}, 'a').write(json.dumps(dict(os.environ)) + chr(10))"
    lamp = Lamp(script(tmp_path, "lamp.py", code), "hotline", pytest.fail)
    lamp.tell(HOSTILE)
    lamp.tell(None)
    until(lambda: out.exists() and out.read_text().count("\n") == 2, lamp)
    lamp.close()
    first, last = (json.loads(line) for line in out.read_text().splitlines())
    mine = {name.removeprefix("OPENLINE_ALARM_"): first[name] for name in first if name.startswith("OPENLINE")}
    assert mine == {
        "LINE": "hotline", "STATE": "ringing", "NAME": "message 1/ab/4", "KIND": "need", "PRIORITY": "TOP",
        "LEVEL": "2", "EXERCISE": "1", "TEXT": "$(touch owned) `id`; \\u{202e}gnp.exe \\u{1b}[2J",
    }  # fmt: skip
    assert last["OPENLINE_ALARM_STATE"] == "quiet" and "OPENLINE_ALARM_NAME" not in last
    assert not (tmp_path / "owned").exists()


def test_a_command_that_hangs_or_is_not_there_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(playing, "COMMAND_WITHIN_S", 0.2)
    lamp = Lamp(script(tmp_path, "hang.py", "import time; time.sleep(600)"), "hotline", said.append)
    for _ in range(50):
        lamp.tell(HOSTILE)  # more than are kept
    until(lambda: bool(said), lamp)
    lamp.close()
    assert "was ended" in said[0]
    gone = Lamp([str(tmp_path / "nothing there")], "hotline", said.append)
    gone.tell(HOSTILE)
    gone.close()
    assert "cannot be started" in said[-1]
