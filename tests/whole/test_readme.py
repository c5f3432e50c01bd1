"""README's first five minutes, run as printed: two machines, two users, and only the files it names travel."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.needs import lacks, needs_root, needs_tool

pytestmark = pytest.mark.whole
ROOT: Final = Path(__file__).resolve().parents[2]
WITHIN_S: Final = 600.0
UIDS: Final = {"A": 61801, "B": 61802}  # of nobody: two accounts that cannot read each other's files
ADDRESSES: Final = {"A": "192.0.2.1/24", "B": "192.0.2.2/24"}
TRAVEL: Final = {"a.card", "b.card", "hotline.proposal", "hotline.acceptance", "hotline.opening"}
PYTHON: Final = Path(os.path.realpath(sys.executable))
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WHO: Final = re.compile(r"# (?:side ([AB])|(both) sides)\b")
_CARRY: Final = re.compile(r"^# carry (\S+) to side ([AB])$", re.MULTILINE)


class Block(NamedTuple):
    """One fenced block: who types it, what, and what is carried afterwards."""

    sides: str
    text: str
    carried: list[tuple[str, str]]


def printed_blocks() -> list[Block]:
    """The blocks under "The first five minutes" as they stand in README."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("## The first five minutes", 1)[1].split("\n## ", 1)[0]
    blocks = []
    for text in _BLOCK.findall(section):
        who = _WHO.match(text)
        assert who is not None, f"a block that does not say whose it is:\n{text}"
        blocks.append(Block(who[1] or "AB", text, _CARRY.findall(text)))
    return blocks


@dataclass
class Side:
    """A machine of its own: network, account and home. What is typed here is typed by its account."""

    name: str
    network: str
    home: Path
    program: Path
    said: str = ""
    carried: set[str] = field(default_factory=set)

    def type(self, text: str) -> None:
        """Run one block in a shell that stops at the first command that does not end well."""
        out = self.home.parent / f"said-by-{self.name}"
        # Python itself may lie in a home of somebody else: it is mounted where this account finds it, for it alone.
        become = f"exec setpriv --reuid={UIDS[self.name]} --regid={UIDS[self.name]} --clear-groups"
        enter = f'mount --bind "$1" {self.program}/python; {become} bash -eu -o pipefail -c "$2"'
        command = ["ip", "netns", "exec", self.network, "bash", "-eu", "-c", enter, "-", sys.base_prefix, text]
        env = {
            "HOME": str(self.home), "LOGNAME": f"officer-{self.name.lower()}", "LANG": "C.UTF-8",
            "PATH": f"{self.program}/bin:{os.environ['PATH']}", "LD_LIBRARY_PATH": f"{self.program}/python/lib",
        }  # fmt: skip
        with out.open("wb") as file:  # a file, not a pipe: a station in the background keeps it open
            done = subprocess.run(
                command, cwd=self.home, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                check=False, timeout=WITHIN_S,
            )  # fmt: skip
        words = out.read_text("utf-8")
        self.said += words
        assert done.returncode == 0, f"side {self.name}: exit {done.returncode} of\n{text}\n{words}"

    def processes(self) -> list[int]:
        """What runs in this machine's network."""
        done = subprocess.run(["ip", "netns", "pids", self.network], capture_output=True, text=True, check=False)
        return [int(word) for word in done.stdout.split()]


def ip(*words: str) -> None:
    done = subprocess.run([needs_tool("ip"), *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lacks(f"network namespaces (ip {' '.join(words)}: {done.stderr.strip()})")


def installed(folder: Path) -> Path:
    """The program and the packages it names, alone, where every account may run it; returns the folder on the path."""
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE)
    for name in names:
        for part in importlib.metadata.files(name) or []:
            if ".." not in part.parts:
                (folder / "lib" / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(part.locate(), folder / "lib" / part)
    shutil.copytree(ROOT / "src" / "openline", folder / "lib" / "openline")
    (folder / "python").mkdir()
    python = folder / "python" / PYTHON.relative_to(sys.base_prefix)
    start = f"import sys\nsys.path.insert(0, {str(folder / 'lib')!r})\nfrom openline.__main__ import main\n"
    script = folder / "bin" / "openline"
    script.parent.mkdir()
    script.write_text(f"#!{python} -I\n{start}if __name__ == '__main__':\n    sys.exit(main())\n")
    script.chmod(0o755)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder


@pytest.fixture
def sides() -> Iterator[dict[str, Side]]:
    """Two machines joined by a cable."""
    needs_root()
    for tool in ("ip", "setpriv", "mount"):
        needs_tool(tool)
    folder = Path(tempfile.mkdtemp(prefix="openline-readme-"))
    folder.chmod(0o711)
    names = {side: f"openline-{side.lower()}-{os.getpid()}" for side in "AB"}
    cable = {side: f"ol{side.lower()}{os.getpid()}" for side in "AB"}
    machines = {}
    try:
        for side in "AB":
            ip("netns", "add", names[side])
        ip("link", "add", cable["A"], "netns", names["A"], "type", "veth", "peer", cable["B"], "netns", names["B"])
        program = installed(folder / "program")
        for side in "AB":
            ip("-n", names[side], "address", "add", ADDRESSES[side], "dev", cable[side])
            ip("-n", names[side], "link", "set", cable[side], "up")
            home = folder / f"home-{side.lower()}"
            home.mkdir(mode=0o700)
            os.chown(home, UIDS[side], UIDS[side])
            machines[side] = Side(side, names[side], home, program)
        yield machines
    finally:
        for machine in machines.values():
            for pid in machine.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for name in names.values():
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def carry(file: str, giver: Side, taker: Side) -> None:
    """From hand to hand: the one way in which anything but the line's own frames gets across."""
    target = taker.home / file
    shutil.copyfile(giver.home / file, target)
    os.chown(target, UIDS[taker.name], UIDS[taker.name])
    taker.carried.add(file)


def end_of(side: Side) -> None:
    """Wait until what `openline stop` stopped is gone."""
    until = time.monotonic() + WITHIN_S
    while side.processes() and time.monotonic() < until:
        time.sleep(0.05)
    assert side.processes() == [], f"side {side.name}: the station goes on after `openline stop`"


def test_the_first_five_minutes_run_as_printed(sides: dict[str, Side]) -> None:
    for block in printed_blocks():
        for name in block.sides:
            sides[name].type(block.text)
        for file, taker in block.carried:
            carry(file, sides["A" if taker == "B" else "B"], sides[taker])
    a, b = sides["A"], sides["B"]
    assert a.carried | b.carried == TRAVEL
    digits = [re.findall(r"(?:\d{5} ){6}\d{5}", side.said) for side in (a, b)]
    assert digits[0][0] == digits[1][0]
    assert "First words on this line." in a.said
    assert "by PARTY B, receipt over" in a.said
    assert "First words on this line." in b.said
    assert "not agreement" in b.said
    assert a.said.splitlines().count("PROVED") == 1
    for side in (a, b):
        end_of(side)


def test_what_readme_says_of_travelling_files_is_what_its_blocks_carry() -> None:
    carried = [file for block in printed_blocks() for file, _ in block.carried]
    assert len(carried) == len(set(carried))
    assert set(carried) == TRAVEL
