"""What this machine can do at all: the parts that no message can do without, each measured by itself.

Nothing of the product is used here, except for the shape of its work: sizes, file settings, algorithms.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from bench.floor import SIGNED_BYTES, SyncedFile, take
from bench.table import Part

MESSAGE_BYTES = 600
CORES = 2
BATCH = 512


class Machine(NamedTuple):
    """Seconds, each the median of many in a row, so warm. The serial floor of a lone message is in `floor`."""

    fdatasync_s: float
    sign_s: float
    check_s: float
    loopback_s: float
    hop_s: float
    commit_s: float
    row_s: float
    hashes_s: float
    seal_s: float

    @property
    def messages_per_s(self) -> float:
        """If two cores did nothing but hash, seal, open and insert a message at both ends."""
        return CORES / (2 * (self.hashes_s + self.seal_s + self.row_s))

    def parts(self) -> list[Part]:
        """One by one, for the table."""
        said = {
            "fdatasync": "4 KiB over an existing file, then fdatasync",
            "sign": "Ed25519 over 200 bytes",
            "check": "Ed25519, the same",
            "loopback": "700 bytes there and back, TCP on loopback, two processes",
            "hop": "700 bytes there and back over a Unix socket",
            "commit": "SQLite: one row of 600 bytes, WAL, synchronous EXTRA",
            "row": f"SQLite: one of {BATCH} rows of 600 bytes in one such commit",
            "hashes": "salt, body digest and leaf of 600 bytes",
            "seal": "AES-256-GCM-SIV, 600 bytes of a large frame",
        }
        values = self._asdict()
        return [Part(name, values[f"{name}_s"] * 1e6, "us", text) for name, text in said.items()]


def measure(folder: Path) -> Machine:
    """All parts, now. `folder` lies on the disk where the stores will lie."""
    key = Ed25519PrivateKey.generate()
    public, text = key.public_key(), os.urandom(SIGNED_BYTES)
    signature = key.sign(text)
    cipher, payload = AESGCMSIV(os.urandom(32)), os.urandom(BATCH * MESSAGE_BYTES)
    with (
        _synced_file(folder) as write,
        _echo(socket.AF_INET) as tcp,
        _echo(socket.AF_UNIX) as hop,
        _table(folder / "lone.sqlite", 1) as commit,
        _table(folder / "rows.sqlite", BATCH) as rows,
    ):
        return Machine(
            fdatasync_s=median_s(write, 100),
            sign_s=median_s(lambda: key.sign(text), 200),
            check_s=median_s(lambda: public.verify(signature, text), 200),
            loopback_s=median_s(tcp, 300),
            hop_s=median_s(hop, 300),
            commit_s=median_s(commit, 100),
            row_s=median_s(rows, 20) / BATCH,
            hashes_s=median_s(_hashes(), 500),
            seal_s=median_s(lambda: cipher.encrypt(bytes(12), payload, bytes(12)), 50) / BATCH,
        )


def median_s(act: Callable[[], object], times: int) -> float:
    """Median seconds of one call."""
    act()
    spans = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


@contextlib.contextmanager
def _synced_file(folder: Path) -> Iterator[Callable[[], None]]:
    file = SyncedFile(folder / "fdatasync")
    try:
        yield file.write
    finally:
        file.close()


def _answer_for_ever(listening: socket.socket) -> None:
    conn, _ = listening.accept()
    while data := conn.recv(65536):
        conn.sendall(data)


@contextlib.contextmanager
def _echo(family: socket.AddressFamily) -> Iterator[Callable[[], None]]:
    with socket.socket(family) as listening, socket.socket(family) as ours:
        listening.bind(("127.0.0.1", 0) if family == socket.AF_INET else f"\0openline-bench-{os.getpid()}")
        listening.listen(1)
        other = get_context("fork").Process(target=_answer_for_ever, args=(listening,), daemon=True)
        other.start()
        ours.connect(listening.getsockname())
        if family == socket.AF_INET:
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = os.urandom(MESSAGE_BYTES + 100)

        def once() -> None:
            ours.sendall(data)
            take(ours, len(data))

        try:
            yield once
        finally:
            other.kill()
            other.join()


@contextlib.contextmanager
def _table(path: Path, rows: int) -> Iterator[Callable[[], None]]:
    conn = apsw.Connection(str(path))
    conn.execute("PRAGMA synchronous = EXTRA; PRAGMA page_size = 8192; PRAGMA journal_mode = WAL")
    conn.execute("CREATE TABLE entries (position INTEGER PRIMARY KEY, leaf BLOB, header BLOB, body BLOB) STRICT")
    sql = "INSERT INTO entries (leaf, header, body) VALUES " + ",".join(["(?,?,?)"] * rows)
    values = [os.urandom(32), os.urandom(150), os.urandom(MESSAGE_BYTES)] * rows

    def once() -> None:
        with conn:
            conn.execute(sql, values)

    try:
        yield once
    finally:
        conn.close()
        for left in path.parent.glob(path.name + "*"):
            left.unlink()


def _hashes() -> Callable[[], None]:
    secret, body, header = os.urandom(32), os.urandom(MESSAGE_BYTES), os.urandom(150)

    def once() -> None:
        salt = hmac.digest(secret, bytes(25), "sha256")
        hmac.digest(salt, body, "sha256")
        hashlib.sha256(header).digest()

    return once


class Interpreter(NamedTuple):
    """Python with the program's modules loaded and nothing done: seconds until then, memory in MB."""

    start_s: float
    rss_mb: float


def bare_interpreter() -> Interpreter:
    """The least that any start of this program can cost, its modules compiled already."""
    ask = [sys.executable, "-c", "import openline.station; print(open('/proc/self/status').read())"]

    def start() -> str:
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout

    return Interpreter(median_s(start, 3), peak_mb(start()))


def peak_mb(status: str) -> float:
    """VmHWM of a /proc/PID/status: the most memory the process ever held, in MB of 1,000,000 bytes."""
    line = next(row for row in status.splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6
