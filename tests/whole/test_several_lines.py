"""Several lines of one home in one process: what befalls one of them is nothing to the others."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from openline.console.channel.asking import Outgoing, Place, Send, Sent, Waited, WaitHeld
from tests.ports import free_port
from tests.whole.parties import HELD_MS, WITHIN_S, Desk, Patient, make_parties, open_line, until

pytestmark = pytest.mark.whole
OTHERS: Final = ("Birch", "Cedar", "Dune")


class Several:
    """Amber, with a line to each of the others, and the one process that serves them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "amber"
        self.log = folder / "several.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.of: dict[str, Desk] = {}  # Amber's end of each line, by the other's name
        self.others: dict[str, Desk] = {}
        whole, *others = make_parties(folder, "Amber", *OTHERS)
        for other in others:
            other.line = other.name.lower()
            end = Desk(whole.name, whole.home, free_port(), line=other.line)
            end.settings({})
            other.settings({whole.name: end.port})
            open_line(folder, [end, other])
            self.of[other.name], self.others[other.name] = end, other
        self.settle()

    def settle(self, **own: str) -> None:
        """Settings of the home; `own` are further rows of lines, by their names."""
        rows = ["[station]", f'passphrase_file = "{self.home / "passphrase"}"']
        for name, end in self.of.items():
            rows += [f"[lines.{end.line}]", f'listen = ["127.0.0.1:{end.port}"]',
                     f'dial = {{ "{name}" = "127.0.0.1:{self.others[name].port}" }}', "test_every_s = 0",
                     own.get(end.line, "")]
        (self.home / "station.toml").write_text("\n".join(rows) + "\n")

    def start(self, *words: str, up: tuple[str, ...] = OTHERS, **more: object) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "openline", "serve", "--all", "--home", str(self.home), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **more,  # type: ignore[call-overload]
            )
        for name in up:
            self.wait_for(name)

    def wait_for(self, name: str) -> None:
        """Until that line is served."""
        assert self.process is not None
        def answers() -> bool:
            assert self.process is not None and self.process.poll() is None, self.said()
            return self.is_served(name)
        until(answers, f"the line with {name} is served; {self.log}")

    def is_served(self, name: str) -> bool:
        try:
            Patient.open(self.of[name].control).close()
        except Exception:  # noqa: BLE001  not up, whatever the reason
            return False
        return True

    def said(self) -> str:
        return self.log.read_text()

    def files(self) -> set[str]:
        """What the process has open, of this home."""
        assert self.process is not None
        folder = Path(f"/proc/{self.process.pid}/fd")
        found = set()
        for one in folder.iterdir():
            try:
                found.add(os.readlink(one))
            except FileNotFoundError:
                continue  # closed meanwhile
        return {name for name in found if str(self.home) in name}

    def end(self) -> int:
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(WITHIN_S)
        self.process = None
        return code

    def exchange(self, name: str, text: str) -> None:
        """A message each way over the line with that party, held."""
        for one in (self.of[name], self.others[name]):
            one.run("send", text, "--wait", "200", "--line", one.line)


@pytest.fixture
def several(tmp_path: Path) -> Iterator[Several]:
    made = Several(tmp_path)
    try:
        yield made
    finally:
        if made.process is not None:
            made.process.kill()
            made.process.wait(WITHIN_S)
        for other in made.others.values():
            if other.process is not None:
                other.kill()


def test_one_process_serves_every_line_and_each_ends_for_itself(several: Several) -> None:
    for other in several.others.values():
        other.start()
    several.start()
    for name in OTHERS:
        several.exchange(name, f"to {name}")
    # One is told to stop: it lets go of all it had, and can be served elsewhere at once.
    several.of["Birch"].run("stop", "--line", "birch")
    until(lambda: not [one for one in several.files() if "/lines/birch/" in one], "nothing of the ended line is open")
    assert [one for one in several.files() if "/lines/cedar/store.sqlite" in one]
    several.exchange("Cedar", "still here")
    alone = several.of["Birch"]
    with several.log.open("ab") as log:
        alone.process = subprocess.Popen(
            [sys.executable, "-m", "openline", "serve", "--line", "birch", "--home", str(several.home)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )
    several.wait_for("Birch")
    several.exchange("Birch", "served by itself now")
    alone.stop()
    # All that are left end with the process, in order.
    assert several.end() == 0, several.said()
    assert "Traceback" not in several.said()
    for name, end in several.of.items():
        theirs = several.others[name]
        theirs.stop()
        assert end.run("fsck", "--line", end.line).returncode == 0


def test_a_line_that_fails_is_told_of_and_begun_again_while_the_others_go_on(several: Several) -> None:
    secret = several.home / "secret"
    secret.write_text("not the one\n")
    secret.chmod(0o600)
    several.settle(birch=f'passphrase_file = "{secret}"')
    for other in several.others.values():
        other.start()
    several.start(up=("Cedar", "Dune"))
    until(lambda: "line birch is not served" in several.said(), "the line that fails is told of")
    assert "OL-901" in several.said() and "lines/birch/station.key" in several.said()
    several.exchange("Cedar", "nothing to us")
    secret.write_text((several.home / "passphrase").read_text())
    several.wait_for("Birch")  # by itself, with the passphrase as it is now
    several.exchange("Birch", "up")
    assert several.end() == 0, several.said()


def test_each_line_has_pages_of_its_own(several: Several) -> None:
    ports = {"cedar": free_port(), "dune": free_port()}
    several.settle(**{line: f'desk = {{ listen = "127.0.0.1:{port}" }}' for line, port in ports.items()})
    several.start()
    for line, port in ports.items():
        until(lambda line=line, port=port: f"<bdi>{line}</bdi>" in page(port), f"the pages of {line} are served")  # type: ignore[misc]
    several.of["Cedar"].run("stop", "--line", "cedar")
    until(lambda: page(ports["cedar"]) == "", "the pages of a line that was stopped end with it")
    assert "<bdi>dune</bdi>" in page(ports["dune"])
    assert several.end() == 0, several.said()


def page(port: int) -> str:
    """The desk's first page as anybody gets it; nothing where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=WITHIN_S) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def test_a_home_none_of_whose_lines_can_begin_ends_at_once(several: Several) -> None:
    (several.home / "passphrase").write_text("not the one\n")
    several.start(up=())
    assert several.process is not None
    assert several.process.wait(WITHIN_S) == 9, several.said()
    several.process = None
    assert several.said().count("OL-901") == len(OTHERS)


def test_killed_in_the_middle_of_every_line_nothing_is_lost_on_any(several: Several) -> None:
    for other in several.others.values():
        other.start()
    several.start()
    sent: dict[str, list[Place]] = {name: [] for name in OTHERS}
    for round_ in range(3):
        for name, end in several.of.items():
            with Patient.open(end.control) as link:
                asked = Send(messages=[Outgoing(text=f"{round_} {number} to {name}") for number in range(40)])
                sent[name] += link.ask(asked, Sent).places
        assert several.process is not None
        several.process.kill()
        several.process.wait(WITHIN_S)
        several.start()
    for name, end in several.of.items():
        with Patient.open(end.control) as link:
            assert link.ask(WaitHeld(places=sent[name], within_ms=HELD_MS), Waited).held
    assert several.end() == 0, several.said()
