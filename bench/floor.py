"""The serial floor of a lone message, walked for real: two bare processes do what no lone message can do without.

    ours:    sign, write and fdatasync, send
    theirs:  check, sign, write and fdatasync, send back
    ours:    check

Nothing else happens: no log, no sealing, no TLS, no database, no event loop. It is walked once after each lone message
that is measured, so that both meet the same weather, and as cold as a lone message meets it.
"""

from __future__ import annotations

import os
import socket
import statistics
import struct
import time
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bench.table import Part

MESSAGE_BYTES: Final = 700  # with its signature and heads
RECEIPT_BYTES: Final = 110
SIGNED_BYTES: Final = 200
PAGE_BYTES: Final = 4096
ROOM_BYTES: Final = 8 * 1024 * 1024
_SPENT: Final = struct.Struct("<4d")


class Walk(NamedTuple):
    """Seconds of each part of one walk, and of the whole."""

    fdatasync_ours: float
    fdatasync_theirs: float
    sign_ours: float
    sign_theirs: float
    check_ours: float
    check_theirs: float
    round_trip: float
    whole: float


class SyncedFile:
    """A file as long as it will ever be, so that fdatasync has nothing but the page to write."""

    def __init__(self, path: Path) -> None:
        self._page = os.urandom(PAGE_BYTES)
        self._at = 0
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.write(self.fd, bytes(ROOM_BYTES))
        os.fsync(self.fd)

    def write(self) -> None:
        """One page, durable on return."""
        os.pwrite(self.fd, self._page, self._at)
        os.fdatasync(self.fd)
        self._at = (self._at + PAGE_BYTES) % ROOM_BYTES

    def close(self) -> None:
        """Let go of it."""
        os.close(self.fd)


class Floor:
    """Both sides, ready to walk."""

    def __init__(self, folder: Path) -> None:
        """`folder` lies on the disk where the stores lie."""
        self._key = Ed25519PrivateKey.generate()
        self._text = os.urandom(SIGNED_BYTES)
        self._file = SyncedFile(folder / "floor-ours")
        theirs = SyncedFile(folder / "floor-theirs")
        listening = socket.create_server(("127.0.0.1", 0))
        key = Ed25519PrivateKey.generate()
        self._theirs = key.public_key()
        self._process = get_context("fork").Process(
            target=_other_side, args=(listening, key, self._key.public_key(), self._text, theirs), daemon=True
        )
        self._process.start()
        self._sock = socket.create_connection(listening.getsockname())
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.close()
        theirs.close()
        self._walks: list[Walk] = []

    def __enter__(self) -> Floor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sock.close()
        self._process.join()
        self._file.close()

    def walk(self) -> None:
        """Once; its parts are kept."""
        now = time.perf_counter
        begun = now()
        signature = self._key.sign(self._text)
        signed = now()
        self._file.write()
        stored = now()
        self._sock.sendall(signature + bytes(MESSAGE_BYTES - len(signature)))
        reply = take(self._sock, RECEIPT_BYTES)
        came = now()
        spent = _SPENT.unpack_from(reply, 64)
        self._theirs.verify(reply[:64], self._text)
        done = now()
        check_theirs, sign_theirs, fdatasync_theirs, all_theirs = spent
        self._walks.append(
            Walk(stored - signed, fdatasync_theirs, signed - begun, sign_theirs, done - came, check_theirs,
                 came - stored - all_theirs, done - begun)
        )  # fmt: skip

    def median(self) -> Walk:
        """Of each part by itself, and of the whole."""
        return Walk(*(statistics.median(column) for column in zip(*self._walks, strict=True)))


def parts(walk: Walk) -> list[Part]:
    """One by one, for the table."""
    said = {
        "fdatasync_ours": "4 KiB over an existing file, then fdatasync",
        "fdatasync_theirs": "the same at the other side",
        "sign_ours": "Ed25519 over 200 bytes",
        "sign_theirs": "the same at the other side",
        "check_ours": "Ed25519 over 200 bytes",
        "check_theirs": "the same at the other side",
        "round_trip": "700 bytes there, 110 back, TCP on loopback, two processes",
        "whole": "all of it, one after the other: the floor",
    }
    return [Part(f"floor_{name}", value * 1e6, "us", said[name]) for name, value in walk._asdict().items()]


def take(sock: socket.socket, count: int) -> bytes:
    """Exactly so many bytes; fewer only if the other side has gone."""
    data = b""
    while len(data) < count and (more := sock.recv(count - len(data))):
        data += more
    return data


def _other_side(
    listening: socket.socket, key: Ed25519PrivateKey, theirs: Ed25519PublicKey, text: bytes, file: SyncedFile
) -> None:
    sock, _ = listening.accept()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    now = time.perf_counter
    while len(message := take(sock, MESSAGE_BYTES)) == MESSAGE_BYTES:
        begun = now()
        theirs.verify(message[:64], text)
        checked = now()
        signature = key.sign(text)
        signed = now()
        file.write()
        stored = now()
        spent = _SPENT.pack(checked - begun, signed - checked, stored - signed, stored - begun)
        sock.sendall((signature + spent).ljust(RECEIPT_BYTES, b"\0"))
