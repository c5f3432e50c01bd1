"""Two audio modems and the air between them, for tests that put a serial bearer on each."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.needs import needs_tool

KEYED_MS = 600  # from the last byte written until the other side hears the first: the transmission is made whole


class Boxes(NamedTuple):
    """Two devices, and what was sent between them: side, bytes sent, bytes heard, alike or not, seconds of sound."""

    devices: tuple[Path, Path]
    folder: Path

    def sent(self) -> list[list[str]]:
        return [row.split() for row in (self.folder / "sent").read_text().splitlines()]


@contextlib.contextmanager
def boxes(baud: int, noise_db: str, folder: Path) -> Iterator[Boxes]:
    """A modem on each side of the air, as a process that ends with the block."""
    needs_tool("minimodem")
    words = [sys.executable, "-m", "tests.rooms.bearer.modem_box", str(baud), noise_db, str(folder)]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None and process.stdin is not None
        one, other = process.stdout.readline().split()
        yield Boxes((Path(one), Path(other)), folder)
        process.stdin.close()
