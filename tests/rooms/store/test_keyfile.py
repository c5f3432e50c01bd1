"""Key files: a passphrase opens them, nothing else does, and a full disk leaves the old one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openline.errors import Locked, Malformed, Misconfigured, StoreDown
from openline.seal.spelling import write_map
from openline.store import keyfile
from openline.store.keyfile import Cost

CHEAP = Cost(64, 1, 1)
SECRET = b"thirty-two bytes of what matters"


def test_a_key_file_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    """R-065."""
    path = tmp_path / "root.key"
    keyfile.create(path, "root key", SECRET, b"right", CHEAP)
    assert keyfile.unlock(path, "root key", b"right").secret == SECRET
    assert path.stat().st_mode & 0o777 == 0o600
    assert SECRET not in path.read_bytes()
    for wrong in (b"wrong", b"right ", b""):
        with pytest.raises(Locked):
            keyfile.unlock(path, "root key", wrong)
    with pytest.raises(Misconfigured, match="holds “root key”, not “keyring”"):
        keyfile.unlock(path, "keyring", b"right")


def test_any_changed_byte_is_noticed() -> None:
    data = keyfile.close_bytes("keyring", SECRET, b"pass", CHEAP)
    for at in range(len(data)):
        with pytest.raises((Locked, Malformed)):
            keyfile.open_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "keyring", b"pass")
    for short in range(0, len(data), 7):
        with pytest.raises(Malformed):
            keyfile.open_bytes(data[:short], "keyring", b"pass")


def test_a_foreign_file_cannot_ask_for_all_memory() -> None:
    """R-066."""
    dear = write_map((keyfile.LABEL, "keyring", 2**31, 3, 4, bytes(16), bytes(12), bytes(64)))
    with pytest.raises(Malformed, match="memory in KiB"):
        keyfile.open_bytes(dear, "keyring", b"pass")


def test_a_key_file_is_replaced_without_asking_again(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    opened = keyfile.create(path, "keyring", b"one", b"pass", CHEAP)
    before = path.read_bytes()
    opened.replace(b"two")
    assert keyfile.unlock(path, "keyring", b"pass").secret == b"two"
    assert path.read_bytes()[-40:] != before[-40:]
    assert os.listdir(tmp_path) == ["keyring"]


def test_secrets_are_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    keyfile.create(path, "root key", SECRET, b"p", CHEAP)
    with pytest.raises(Misconfigured, match="already there"):
        keyfile.create(path, "root key", b"other", b"p", CHEAP)


def test_missing_or_open_to_others(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    with pytest.raises(Misconfigured, match="is missing"):
        keyfile.unlock(path, "root key", b"p")
    keyfile.create(path, "root key", SECRET, b"p", CHEAP)
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="0640 lets others read"):
        keyfile.unlock(path, "root key", b"p")


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keyring"
    opened = keyfile.create(path, "keyring", b"one", b"pass", CHEAP)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreDown, match="No space left"):
        opened.replace(b"two")
    monkeypatch.undo()
    assert opened.secret == b"one"
    assert keyfile.unlock(path, "keyring", b"pass").secret == b"one"
    assert os.listdir(tmp_path) == ["keyring"]


TWO_AT_ONCE = """
import threading
from openline.store.keyfile import Cost, make_key
both = [threading.Thread(target=lambda: [make_key(b"x", Cost(8192, 1, 4)) for _ in range(10)]) for _ in range(2)]
for one in both:
    one.start()
for one in both:
    one.join()
print("both")
"""


def test_two_passphrases_tried_at_once_do_not_wait_for_each_other_for_ever() -> None:
    """A backup is encrypted on a thread while the station opens an escrow; lines of one process open beside others."""
    done = subprocess.run([sys.executable, "-c", TWO_AT_ONCE], capture_output=True, text=True, timeout=240, check=False)
    assert (done.stdout, done.returncode) == ("both\n", 0), done.stderr
