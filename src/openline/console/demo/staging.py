"""Two parties of a demonstration on one machine: homes of their own, stations as separate processes, bounded waits.

Every child is started here, known by its id and ended here. Nothing outside the stage's own folder is touched.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.home import Home, LineHome, make_folder, write_whole

LINE: Final = "hotline"
COMMAND_WITHIN_S: Final = 300
UP_WITHIN_S: Final = 180  # as long as a busy machine takes: two seconds otherwise
END_WITHIN_S: Final = 60
_PORTS: Final = range(20_000, 30_000)  # a kernel gives none of these to an outgoing connection by itself


class Broken(Told):
    """Something on the stage went otherwise than it must."""

    def __init__(self, detail: str) -> None:
        super().__init__("OL-101", detail)


@dataclass
class Side:
    """One party: its key in the story, its name, its folder."""

    key: str
    name: str
    folder: Path
    port: int
    station: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def home(self) -> Home:
        return Home(self.folder)

    @property
    def line(self) -> LineHome:
        return self.home.line(LINE)

    @property
    def secret(self) -> Path:
        """The 0600 file with this party's passphrase, outside its home."""
        return self.folder.with_suffix(".passphrase")

    @property
    def log(self) -> Path:
        """What its station writes to stderr."""
        return self.folder.with_suffix(".log")


@dataclass
class Ran:
    """How a child command ended."""

    code: int
    answer: Any
    complaint: Any
    seconds: float


@dataclass
class Stage:
    """The whole of a demonstration's machinery. `program` starts this program again as another process."""

    program: Sequence[str]
    folder: Path
    sides: dict[str, Side] = field(default_factory=dict)

    def add(self, key: str, name: str) -> Side:
        """A party with a home, a passphrase and a free port."""
        side = Side(key, name, make_folder(self.folder / key), free_port())
        write_whole(side.secret, secrets.token_urlsafe(24).encode())
        self.sides[key] = side
        return side

    def run(self, *arguments: str, side: Side | None = None, secret: bool = False) -> Ran:
        """One command as a process of its own, answered as JSON. Raises Broken when it does not end in time."""
        given = [*self.program, *arguments, "--json"]
        if side is not None:
            given += ["--home", str(side.folder)]
        if side is not None and secret:
            given += ["--passphrase-file", str(side.secret)]
        begun = time.monotonic()
        try:
            done = subprocess.run(given, capture_output=True, timeout=COMMAND_WITHIN_S, cwd=self.folder,
                                  stdin=subprocess.DEVNULL, env=_environment(), check=False)
        except subprocess.TimeoutExpired as error:
            raise Broken(f"openline {arguments[0]} did not end within {COMMAND_WITHIN_S} s") from error
        return Ran(done.returncode, _json(done.stdout), _json(done.stderr.splitlines()[-1:]), time.monotonic() - begun)

    def must(self, *arguments: str, side: Side | None = None, secret: bool = False) -> Any:
        """`run`, for a command that has to succeed. Raises Broken with what it said."""
        ran = self.run(*arguments, side=side, secret=secret)
        if ran.code != 0:
            raise Broken(f"openline {' '.join(arguments[:2])} ended with {ran.code}: {ran.complaint}")
        return ran.answer

    def start(self, side: Side, *road: str) -> None:
        """Start a station as a process of its own and wait until it answers. Raises Broken."""
        settings = side.folder / "station.toml"
        if not settings.exists():
            # A story told across a whole hour must not have link tests in it: what it shows is counted.
            settings.write_text(f"[lines.{side.line.name}]\ntest_every_s = 0\n")
        words = [*self.program, "serve", "--home", str(side.folder), "--passphrase-file", str(side.secret), *road]
        with side.log.open("ab") as log:
            side.station = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, env=_environment())
        side.starts += 1
        until = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < until:
            if side.station.poll() is not None:
                raise Broken(f"the station of {side.name} ended at once: {_tail(side.log)}")
            with contextlib.suppress(Told):
                ControlLink.open(side.line.control).close()
                return
            time.sleep(0.05)
        raise Broken(f"the station of {side.name} did not answer within {UP_WITHIN_S} s: {_tail(side.log)}")

    def kill(self, side: Side) -> int:
        """SIGKILL, as a power cut would end it. Returns the process id that is no more."""
        assert side.station is not None
        side.station.send_signal(signal.SIGKILL)
        side.station.wait(END_WITHIN_S)
        ended, side.station = side.station.pid, None
        return ended

    def end(self) -> None:
        """End every station still running: politely, then by force. Never raises."""
        for side in self.sides.values():
            if side.station is not None:
                _end(side.station)
                side.station = None

    @contextlib.contextmanager
    def link(self, side: Side) -> Iterator[ControlLink]:
        """A connection to a side's station. Raises Broken with the station's own words when it has died."""
        if side.station is not None and side.station.poll() is not None:
            raise Broken(f"the station of {side.name} has ended by itself: {_tail(side.log)}")
        with ControlLink.open(side.line.control) as link:
            yield link


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.terminate()
    try:
        process.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait(END_WITHIN_S)


def free_port() -> int:
    """A TCP port of the loopback that nothing listens at now. Raises Broken where there is none."""
    for _ in range(1_000):
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Broken(f"no port from {_PORTS.start} to {_PORTS.stop - 1} is free on 127.0.0.1")


def _environment() -> dict[str, str]:
    """Ours, without what would lead a child to another home; a child runs in another folder than we do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENLINE_")}
    kept.pop("CREDENTIALS_DIRECTORY", None)
    if kept.get("PYTHONPATH"):
        kept["PYTHONPATH"] = os.pathsep.join(os.path.abspath(part) for part in kept["PYTHONPATH"].split(os.pathsep))
    return kept


def _json(data: bytes | Sequence[bytes]) -> Any:
    text = data if isinstance(data, bytes) else b"".join(data)
    try:
        return json.loads(text)
    except ValueError:
        return text.decode("utf-8", "replace")


def _tail(path: Path) -> str:
    return path.read_text("utf-8", "replace")[-2000:].strip() or "it said nothing"
