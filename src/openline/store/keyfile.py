"""Secrets at rest: one encrypted file each, opened by a passphrase.

Argon2id (RFC 9106) makes a key from the passphrase and the file's salt, AES-256-GCM-SIV (RFC 8452) encrypts under it;
purpose and costs stand beside and are covered. The same bytes, without a file, encrypt a backup. A file is 0600, and
replaced whole: written beside, synced, renamed, its directory synced. (R-065, R-066)
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from openline.errors import Locked, Malformed, Misconfigured, StoreDown, UnknownOutcome
from openline.seal.spelling import Fields, write_map

LABEL: Final = "openline/keyfile/v1"
KEYFILE_BYTES_MAX: Final = 64 * 1024 * 1024
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_NAMES: Final = ("label", "purpose", "memory in KiB", "passes", "lanes", "salt", "nonce", "ciphertext")


class Cost(NamedTuple):
    """What one guess at the passphrase costs. The default is the second choice of RFC 9106, 4."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


COST: Final = Cost()
# OpenSSL shares out threads for the lanes of all derivations that are under way in a process: two at once wait for each
# other for ever, or say that there is no memory.
_ONE_AT_A_TIME: Final = threading.Lock()
_COST_MAX: Final = Cost(1024 * 1024, 16, 16)  # a foreign file must not take the machine's memory or its day


class Keyed(NamedTuple):
    """A key made from a passphrase once, so that a file can be written again without the passphrase."""

    cost: Cost
    salt: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Keyed(…)"  # a traceback must not print it

    def close(self, purpose: str, secret: bytes) -> bytes:
        """`secret` encrypted for `purpose` under a fresh nonce."""
        nonce = os.urandom(_NONCE_BYTES)
        head = write_map((LABEL, purpose, *self.cost, self.salt, nonce))
        return write_map(
            (LABEL, purpose, *self.cost, self.salt, nonce, AESGCMSIV(self.key).encrypt(nonce, secret, head))
        )


def make_key(passphrase: bytes, cost: Cost = COST) -> Keyed:
    """A key for a new file, with a fresh salt. Takes a tenth of a second or so, on purpose."""
    salt = os.urandom(_SALT_BYTES)
    return Keyed(cost, salt, _derive(passphrase, salt, cost))


def close_bytes(purpose: str, secret: bytes, passphrase: bytes, cost: Cost = COST) -> bytes:
    """`secret` encrypted under `passphrase`. `purpose` names what it is and must be given again to open it."""
    return make_key(passphrase, cost).close(purpose, secret)


def open_bytes(data: bytes, purpose: str, passphrase: bytes) -> tuple[bytes, Keyed]:
    """The secret, and the key to write it again with.

    Raises Malformed if `data` is not such a file or one for another purpose; Locked if the passphrase does not open it
    or its bytes were changed (which of the two cannot be told).
    """
    what = f"{purpose} file"
    fields = Fields(data, what, _NAMES, KEYFILE_BYTES_MAX)
    if fields.text(0, 64) != LABEL:
        raise Malformed(f"{fields.where(0)}: not a key file of this program", data[:64])
    if fields.text(1, 64) != purpose:
        raise Malformed(f"{fields.where(1)}: holds “{fields.text(1, 64)}”, not “{purpose}”", data[:64])
    lanes = fields.whole(4, 1, _COST_MAX.lanes)
    cost = Cost(fields.whole(2, 8 * lanes, _COST_MAX.memory_kib), fields.whole(3, 1, _COST_MAX.passes), lanes)
    salt, nonce = fields.octets(5, _SALT_BYTES), fields.octets(6, _NONCE_BYTES)
    ciphertext = fields.octets(7, size_max=KEYFILE_BYTES_MAX)
    key = _derive(passphrase, salt, cost)
    head = write_map((LABEL, purpose, *cost, salt, nonce))
    try:
        return AESGCMSIV(key).decrypt(nonce, ciphertext, head), Keyed(cost, salt, key)
    except InvalidTag as problem:
        raise Locked(f"{what}: the passphrase does not open it, or its bytes were changed") from problem


class KeyFile:
    """An opened key file: its secret, and the way to replace it. Not safe for two writers."""

    __slots__ = ("_keyed", "path", "purpose", "secret")

    def __init__(self, path: Path, purpose: str, secret: bytes, keyed: Keyed) -> None:
        self.path: Final = path
        self.purpose: Final = purpose
        self.secret = secret
        self._keyed: Final = keyed

    def replace(self, secret: bytes) -> None:
        """Durable on return. Raises StoreDown if the disk refuses; the old file then still stands."""
        replace_file(self.path, self._keyed.close(self.purpose, secret))
        self.secret = secret


def create(path: Path, purpose: str, secret: bytes, passphrase: bytes, cost: Cost = COST) -> KeyFile:
    """A new key file. Raises Misconfigured if the path is taken: secrets are never written over."""
    if path.exists():
        raise Misconfigured(f"{path}: already there; move it away first if it is really to be replaced")
    keyed = make_key(passphrase, cost)
    replace_file(path, keyed.close(purpose, secret))
    return KeyFile(path, purpose, secret, keyed)


def unlock(path: Path, purpose: str, passphrase: bytes) -> KeyFile:
    """Open a key file. Raises Misconfigured if it is missing, damaged, or readable by others; Locked by a wrong
    passphrase.
    """
    try:
        secret, keyed = open_bytes(_read_private(path), purpose, passphrase)
    except Malformed as problem:
        raise Misconfigured(f"{path}: {problem.reason}") from problem
    except Locked as problem:
        raise Locked(f"{path}: {problem}") from problem
    return KeyFile(path, purpose, secret, keyed)


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise Misconfigured(f"{path}: mode {mode:04o} lets others read it; chmod 0600, and ask who has read it")
            data = file.read(KEYFILE_BYTES_MAX + 1)
    except FileNotFoundError as problem:
        raise Misconfigured(f"{path}: is missing; put it back from where it was kept") from problem
    except OSError as problem:
        raise Misconfigured(f"{path}: cannot be read ({problem.strerror})") from problem
    return data


def replace_file(path: Path, data: bytes) -> None:
    """Write `data` to `path`, mode 0600, whole or not at all, durable on return.

    Raises StoreDown: the old file stands. Raises UnknownOutcome: the new one is in its place, but may not survive a
    power cut; read it again before relying on either.
    """
    part = path.with_name(path.name + ".part")
    try:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            part.unlink()
        raise StoreDown(f"{path}: cannot be written ({problem.strerror}); the old one stands") from problem
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as problem:
        raise UnknownOutcome(
            f"{path}: written, but its directory did not reach the disk ({problem.strerror})"
        ) from problem


def _derive(passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
    if not passphrase:
        raise Locked("the passphrase is empty")
    deriver = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    with _ONE_AT_A_TIME:
        return deriver.derive(passphrase)
