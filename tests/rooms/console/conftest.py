"""A hall that has no station above it, and a station that only pretends, on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from openline.console.channel.control import ControlDoor
from openline.console.cli import run
from openline.console.terminal import Ended, Serving
from tests.rooms.console.desk import Pretended


class Door:
    """A control door with operations that only pretend."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.operations = Pretended()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._door = ControlDoor(path, self.operations)
        self._run(self._door.open())

    def _run(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)  # type: ignore[arg-type]

    def close(self) -> None:
        self._run(self._door.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Hall:
    """Remembers what it was asked to serve."""

    version = "0"
    program = ("openline",)

    def __init__(self) -> None:
        self.served: list[Serving] = []

    def serve(self, serving: Serving) -> None:
        self.served.append(serving)
        serving.ready()

    def serve_all(self, lines: Mapping[str, Callable[[], Serving]], _tell: Ended) -> None:
        for begin in lines.values():
            self.serve(begin())


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    opened = Door(tmp_path / "control.sock")
    yield opened
    opened.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Door]:
    """A pretended station for the line `hotline` of the home `tmp_path/home`."""
    folder = tmp_path / "home" / "lines" / "hotline"
    folder.mkdir(parents=True)
    opened = Door(folder / "control.sock")
    yield opened
    opened.close()


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def openline(
    tmp_path: Path, hall: Hall, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs one command on the home `tmp_path/home`: (exit code, stdout, stderr)."""
    monkeypatch.setenv("OPENLINE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(hall, arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return command
