"""The pages of docs/operations, run in their order as one story: two sides, and only the files they name travel."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.needs import needs_tool
from tests.ports import free_port

pytestmark = pytest.mark.whole
ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = ROOT / "docs" / "operations"
WITHIN_S: Final = 600.0
PRINTED_ADDRESS: Final = "192.0.2.1:7443"
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WHO: Final = re.compile(r"# (?:side ([AB])|(both) sides)\n")
_CARRY: Final = re.compile(r"^# carry (\S+) to side ([AB])$", re.MULTILINE)
ORDER: Final = (
    "install", "ceremony", "first-contact", "watch", "notices", "declarations", "joint-statements",
    "sealed-exchanges", "agreements", "negotiations", "topics",
    "hand-over", "broken-line", "drill",
    "lost-officer-key", "lost-station-key", "last-custodian-lost", "restore", "upgrade", "decommission",
)  # fmt: skip

# What the pages call `code FILE`: a code generator set up with the address in FILE. No code is given twice.
CODE: Final = """
import base64, re, sys, time
from pathlib import Path
from urllib.parse import parse_qs, urlparse
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
path = Path(sys.argv[1])
address = re.search(r"otpauth://\\S+", path.read_text())[0]
seed = base64.b32decode(parse_qs(urlparse(address).query)["secret"][0])
used = path.with_suffix(".used")
step = max(int(time.time()) // 30, int(used.read_text()) + 1 if used.exists() else 0)
while step > int(time.time()) // 30 + 1:
    time.sleep(0.2)
used.write_text(str(step))
print(TOTP(seed, 6, SHA1(), 30).generate(step * 30).decode())
"""


class Block(NamedTuple):
    """One fenced block of a page: who types it, what, and what is carried afterwards."""

    page: str
    sides: str
    text: str
    carried: list[tuple[str, str]]


def blocks() -> list[Block]:
    found = []
    for page in ORDER:
        for text in _BLOCK.findall((PAGES / f"{page}.md").read_text("utf-8")):
            who = _WHO.match(text)
            assert who is not None, f"{page}: a block that does not say whose it is:\n{text}"
            found.append(Block(page, who[1] or "AB", text, _CARRY.findall(text)))
    return found


@dataclass
class Side:
    """One side: a home of its own, and what it started."""

    name: str
    home: Path
    tools: Path
    address: str
    said: str = ""

    def type(self, block: Block) -> None:
        """Run a block in a shell that stops at the first command that does not end well."""
        out = self.home.parent / f"said-by-{self.name}"
        text = block.text.replace(PRINTED_ADDRESS, self.address)
        env = {"HOME": str(self.home), "LOGNAME": f"officer-{self.name.lower()}", "LANG": "C.UTF-8",
               "PATH": f"{self.tools}:{os.environ['PATH']}"}  # fmt: skip
        with out.open("wb") as file:  # a file, not a pipe: a station in the background keeps it open
            process = subprocess.Popen(
                ["bash", "-eu", "-o", "pipefail", "-c", f"echo $$ >> {self.home}.pids\n{text}"], cwd=self.home, env=env,
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip
            try:
                code = process.wait(WITHIN_S)
            except subprocess.TimeoutExpired:
                code = -1
        words = out.read_text("utf-8", "replace")
        self.said += words
        assert code == 0, f"{block.page}, side {self.name}: exit {code} of\n{text}\n{words[-6000:]}"

        if re.search(r"^openline stop$", block.text, re.MULTILINE):
            self.wait_for_end()

    def wait_for_end(self) -> None:
        """As a person does who told a station to stop."""
        until = time.monotonic() + WITHIN_S
        while self.stations() and time.monotonic() < until:
            time.sleep(0.05)
        assert not self.stations(), f"side {self.name}: the station goes on after `openline stop`"

    def stations(self) -> list[str]:
        """Processes of this side that serve its line."""
        done = subprocess.run(["ps", "-eo", "sid=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
        return [args for sid, args in rows if sid in self.sessions() and "openline serve" in args]

    def sessions(self) -> list[str]:
        """The sessions of the blocks that ran here."""
        pids = Path(f"{self.home}.pids")
        return pids.read_text().split() if pids.exists() else []

    def end(self) -> None:
        """End every process that this side's blocks started: each block is a session of its own."""
        for session in self.sessions():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(session), signal.SIGKILL)


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[dict[str, Side]]:
    needs_tool("ps")
    tools = tmp_path / "tools"
    tools.mkdir()
    program = "import sys\nfrom openline.__main__ import main\nsys.exit(main())\n"
    for name, text in (("openline", program), ("code", CODE)):
        (tools / name).write_text(f"#!{sys.executable}\n{text}")
        (tools / name).chmod(0o755)
    address = f"127.0.0.1:{free_port()}"
    made = {}
    for name in "AB":
        home = tmp_path / name.lower()
        home.mkdir(mode=0o700)
        made[name] = Side(name, home, tools, address)
    yield made
    for side in made.values():
        side.end()


def test_the_pages_run_in_their_order_as_one_story(sides: dict[str, Side]) -> None:
    for block in blocks():
        for name in block.sides:
            sides[name].type(block)
        for file, taker in block.carried:
            giver = sides["A" if taker == "B" else "B"]
            shutil.copyfile(giver.home / file, sides[taker].home / file)
    a = sides["A"]
    assert (a.home / "day.pdf").read_bytes().startswith(b"%PDF")
    assert "OPENLINE OK" in a.said or "OPENLINE WARNING" in a.said
    assert a.said.splitlines().count("PROVED") == 2
    assert "withheld: " in a.said


def test_every_page_is_linked_and_every_page_runs() -> None:
    there = {path.stem for path in PAGES.glob("*.md")}
    linked = set(re.findall(r"\(operations/([a-z-]+)\.md\)", (ROOT / "docs" / "OPERATIONS.md").read_text("utf-8")))
    assert there == linked == set(ORDER)
    assert {block.page for block in blocks()} == there
