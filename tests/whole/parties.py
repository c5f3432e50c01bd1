"""Real parties for tests of the whole program: homes made by the commands, stations as processes, files that travel."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from unittest import mock

from openline.__main__ import Hall
from openline.console.channel.link import ControlLink
from openline.console.cli import run
from openline.console.kept.keeping import keep_line
from openline.console.roads.bearers import bearers_of
from openline.console.terminal import Serving
from openline.store import keyfile
from tests.ports import free_port

T = TypeVar("T")
WITHIN_S = 300.0  # a busy machine with two processors, a browser and other tests on it
HELD_MS = 200_000  # for a receipt that must come; less than the above, so that its absence is what is told
PASSPHRASE = "a passphrase for tests"


class Patient(ControlLink):
    """A link whose user waits as long as a busy machine takes."""

    @classmethod
    def open(cls, path: Path, sitting: str = "") -> Patient:
        made = super().open(path, sitting)
        assert isinstance(made, Patient)
        return made

    def collect(self, request_id: int, answer: type[T], within_ms: int = 0) -> T:
        return super().collect(request_id, answer, max(within_ms, int(WITHIN_S * 1000)))


def until(look: Callable[[], T], what: str, within_s: float = WITHIN_S) -> T:
    """The first answer that is true. A fact is waited for, never a time; what did not come is said."""
    end = time.monotonic() + within_s
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"never so: {what}; last {found!r}")
        time.sleep(0.1)
    return found


@dataclass
class Desk:
    """One party: its home, its port, its running station if there is one."""

    name: str
    home: Path
    port: int
    line: str = "hotline"
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    program: tuple[str, ...] = ("-m", "openline")  # how a station of it is started
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.home.parent / f"{self.name}.log"

    def run(self, *arguments: str, ok: int | None = 0, **more: Any) -> subprocess.CompletedProcess[str]:
        """One command of the real program. Fails the test when it ends with another code than `ok` (None: any)."""
        command = [sys.executable, "-m", "openline", *arguments, "--home", str(self.home)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=WITHIN_S, cwd=self.home.parent, check=False, **more
        )
        if ok is not None and done.returncode != ok:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def try_here(self, *arguments: str) -> Ran:
        """One command, run in this process, however it ends."""
        return in_process(*arguments, "--home", str(self.home))

    def here(self, *arguments: str) -> str:
        """The answer of one command that must succeed, run in this process."""
        ran = self.try_here(*arguments)
        assert ran.code == 0, f"{' '.join(arguments)} ended with {ran.code}\n{ran.out}\n{ran.err}"
        return ran.out

    def json_anyhow(self, *arguments: str) -> Any:
        """As `json`, in this process and however the command ends: `status` says 6 while a party is not up."""
        ran = self.try_here(*arguments, "--json")
        try:
            return json.loads(ran.out)
        except json.JSONDecodeError as error:
            said = f"{' '.join(arguments)} ended with {ran.code} and said no JSON\n{ran.out}\n{ran.err}"
            raise AssertionError(f"{said}\nthe station's log ends:\n{self.log.read_text()[-3000:]}") from error

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    @property
    def passphrase_file(self) -> Path:
        return self.home / "passphrase"

    @property
    def control(self) -> Path:
        return self.home / "lines" / self.line / "control.sock"

    @property
    def store_path(self) -> Path:
        return self.home / "lines" / self.line / "store.sqlite"

    def settings(self, dial: dict[str, int], *more: str) -> None:
        dials = ", ".join(f'"{name}" = "127.0.0.1:{port}"' for name, port in dial.items())
        rows = [
            "[station]",
            f'line = "{self.line}"',
            f'passphrase_file = "{self.passphrase_file}"',
            f"[lines.{self.line}]",
            f'listen = ["127.0.0.1:{self.port}"]',
            f"dial = {{ {dials} }}",
        ]
        if not any(row.startswith("test_every_s") for row in more):
            rows.append("test_every_s = 0")  # no test of these counts on no whole hour
        rows += more  # tables of bearers come last
        (self.home / "station.toml").write_text("\n".join(rows) + "\n")

    def start(self) -> None:
        """Start the station as a process and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--home", str(self.home)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.home.parent,
            )  # fmt: skip
        self.starts += 1
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"the station of {self.name} ended: {self.log.read_text()[-3000:]}")
            try:
                ControlLink.open(self.control).close()
            except Exception:  # noqa: BLE001  not up yet, whatever the reason
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"the station of {self.name} did not answer: {self.log.read_text()[-3000:]}")

    def link(self) -> Patient:
        return Patient.open(self.control)

    def json_here(self, *arguments: str) -> Any:
        """As `json`, in this process: for what is asked again and again while something is waited for."""
        return json.loads(self.here(*arguments, "--json"))

    def holds(self, place: str) -> bool:
        """Whether its record has that entry yet."""
        return self.try_here("show", place, "--json").code == 0

    def kill(self) -> None:
        """SIGKILL: no goodbye, no flush."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(WITHIN_S)
        self.process = None

    def stop(self) -> None:
        """End in order."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            code = self.process.wait(WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.process = None
        assert code == 0, f"{self.name} ended with {code}: {self.log.read_text()[-3000:]}"


CHEAP = keyfile.Cost(8, 1, 1)


class AboutToServe(Exception):
    """A station would have been run in the process of the tests."""


class StartsOnly(Hall):
    """The hall of a program that opens everything a station needs, and then does not run it."""

    def serve(self, serving: Serving) -> None:
        with keep_line(serving.line, serving.config, serving.passphrase) as kept:
            bearers_of(kept, None)  # type: ignore[arg-type]
            raise AboutToServe


class Ran(NamedTuple):
    """How a command ended that was run in this process."""

    code: int
    out: str
    err: str


def in_process(*arguments: str) -> Ran:
    """Run one command here, passphrases at the lowest cost: quicker, where starting a process is not what is tested."""
    real = keyfile.make_key
    said, complained = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(keyfile, "make_key", lambda passphrase, cost=CHEAP: real(passphrase, CHEAP)),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
    ):
        code = run(StartsOnly(), arguments)
    return Ran(code, said.getvalue(), complained.getvalue())


def make_parties(folder: Path, *names: str) -> list[Desk]:
    """Homes with a party each, settings that dial everybody, cards exchanged as files."""
    desks = []
    for name in names:
        home = folder / name.lower()
        home.mkdir(mode=0o700)
        desk = Desk(name, home, free_port())
        desk.passphrase_file.write_text(PASSPHRASE + "\n")
        desk.passphrase_file.chmod(0o600)
        desk.here("party", "create", name, "--passphrase-file", str(desk.passphrase_file))
        desks.append(desk)
    for desk in desks:
        desk.settings({other.name: other.port for other in desks if other is not desk})
        (folder / f"{desk.name}.card").write_text(desk.here("party", "card"))
    return desks


def open_line(folder: Path, desks: list[Desk]) -> None:
    """The ceremony: only files travel, and everybody ends with the same digits."""
    first, *rest = desks
    secret = ("--passphrase-file", str(first.passphrase_file))
    cards = [word for other in rest for word in ("--with", str(folder / f"{other.name}.card"))]
    first.here("line", "propose", first.line, *cards, "--out", str(folder / "proposal"), *secret)
    acceptances = []
    for desk in rest:
        path = folder / f"{desk.name}.acceptance"
        secret = ("--passphrase-file", str(desk.passphrase_file))
        card = ("--card", str(folder / f"{first.name}.card"))
        desk.here("line", "accept", str(folder / "proposal"), *card, "--yes", "--out", str(path), *secret)
        acceptances.append(str(path))
    secret = ("--passphrase-file", str(first.passphrase_file))
    opening = str(folder / "opening")
    digits = [json.loads(first.here("line", "open", *acceptances, "--out", opening, *secret, "--json"))["digits"]]
    for desk in rest:
        secret = ("--passphrase-file", str(desk.passphrase_file))
        digits.append(json.loads(desk.here("line", "open", opening, *secret, "--json"))["digits"])
    assert len(set(digits)) == 1, digits
