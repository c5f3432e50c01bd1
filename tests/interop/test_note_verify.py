"""Author signatures under an independent verifier: Go's sumdb note, from Debian (golang-golang-x-mod-dev)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from openline.record import note
from openline.seal.signature import Ed25519Signer
from tests import needs

GOCODE = Path("/usr/share/gocode")
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNER = Ed25519Signer(sha256(b"note key of party A").digest())
ORIGIN = note.origin_for(bytes([3]) * 32, bytes([4]) * 32, bytes([5]) * 12)
VKEY = note.vkey(ORIGIN, note.ED25519, SIGNER.public)
Verify = Callable[[str, bytes], "subprocess.CompletedProcess[bytes]"]


def build(go: str, folder: Path) -> Path:
    """The Go program, built without a network and without modules."""
    program = folder / "note_verify"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOCACHE": str(folder / "cache"),
        "GOPATH": str(GOCODE),
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    source = Path(__file__).parent / "note_verify" / "main.go"
    subprocess.run([go, "build", "-o", str(program), str(source)], env=environment, cwd=folder, check=True)
    return program


@pytest.fixture(scope="module")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verify]:
    go = needs.needs_tool("go")
    needs.needs_path(GOCODE / "src/golang.org/x/mod/sumdb/note", "Debian package golang-golang-x-mod-dev")
    program = build(go, tmp_path_factory.mktemp("go"))

    def run(vkey: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([str(program), vkey], input=data, capture_output=True, check=False)

    yield run


def signed(text: bytes, *more: note.NoteSignature) -> bytes:
    return note.format_note(text, (note.author_line(ORIGIN, SIGNER.public, SIGNER.sign(text)), *more))


def test_go_opens_our_checkpoints(verify: Verify) -> None:
    """R-081, R-082, R-085"""
    for size in (0, 1, 20852163, 2**40):
        text = note.checkpoint_text(ORIGIN, size, sha256(str(size).encode()).digest())
        done = verify(VKEY, signed(text))
        assert (done.returncode, done.stdout, done.stderr) == (0, text, b"")


def test_go_opens_a_checkpoint_that_carries_receipts_it_does_not_know(verify: Verify) -> None:
    """R-083, R-084"""
    text = note.checkpoint_text(ORIGIN, 7, bytes(32))
    name = note.receipt_name(bytes([3]) * 32, bytes([6]) * 32)
    receipt = note.receipt_line(name, bytes([8]) * 32, 1_770_000_000, bytes(64))
    quantum = note.pq_line(name, bytes(1312), 1_770_000_000, bytes(2420))
    assert verify(VKEY, signed(text, receipt, quantum)).stdout == text


def test_go_refuses_what_we_refuse(verify: Verify) -> None:
    text = note.checkpoint_text(ORIGIN, 7, bytes(32))
    data = signed(text)
    for bad in (
        data.replace(b"\n7\n", b"\n8\n"),
        data[:-1],
        data.replace("— ".encode(), b"- "),
        data.replace(b"\n\n", b"\n"),
        data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
    ):
        assert verify(VKEY, bad).returncode == 1
    assert verify(PETER, data).returncode == 1
    assert verify(VKEY.replace("+", "+0", 1), data).returncode == 1
