"""Backup and restore of a store: one encrypted file, consistent while the station runs.

    openline-backup 1\\n
    length of the head (2 bytes) and the head: a random file key, closed under the passphrase (`keyfile.close_bytes`)
    chunks of 64 KiB of the content, each AES-256-GCM-SIV (RFC 8452) under the file key
        nonce = number of the chunk (11 bytes), 1 for the last chunk, else 0 (1 byte); associated data = SHA-256 of
        everything before the first chunk

The content is a list of named parts: the store as SQLite copies it within one reading transaction, and small files that
belong to it (charter, roster). Never the keyring: a restored station begins a new generation and is granted new epochs.
Nothing of a backup is put in place before all of it was checked, and nothing that is there is written over. R-198.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import apsw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from openline.errors import Malformed, Misconfigured, StoreDown
from openline.store.keyfile import COST, Cost, close_bytes, open_bytes
from openline.store.sqlite import SqliteStore

MAGIC: Final = b"openline-backup 1\n"
PURPOSE: Final = "backup"
STORE_NAME: Final = "store.sqlite"
CHUNK_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16
_HEAD_BYTES_MAX: Final = 4096
_BESIDE_BYTES_MAX: Final = 512 * 1024 * 1024  # a desk's log of many years is the largest of them
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class Part(NamedTuple):
    """One file of a backup."""

    name: str
    size: int  # bytes


def make_backup(
    store: Path, target: Path, passphrase: bytes, *, beside: Mapping[str, bytes] | None = None, cost: Cost = COST
) -> list[Part]:
    """Write a backup of the store at `store`, and of the small files `beside` it, to the new file `target`.

    The station may be running and committing. Needs room for a plain copy beside the store while it works; that copy is
    0600 and removed. Durable on return.

    Raises Misconfigured: no store, or `target` is there already. StoreDown: no room, or the disk is broken.
    """
    _refuse_taken(target)
    with _told(target), _plain_copy(store) as plain, _new_file(target) as out:
        parts = [Part(STORE_NAME, plain.stat().st_size)]
        sealed = _Sealing(out, passphrase, cost)
        with plain.open("rb") as copy:
            sealed.part(parts[0], copy)
        for name, data in sorted((beside or {}).items()):
            parts.append(Part(name, len(data)))
            sealed.write(_head_of(parts[-1]) + data)
        sealed.finish()
    return parts


def check_backup(source: Path, passphrase: bytes) -> list[Part]:
    """The parts of a backup, all of it read and authenticated. Raises as `restore_backup` does."""
    with _told(source), source.open("rb") as file:
        return [part for part, _ in _parts(_Opening(file, source, passphrase), source)]


def restore_backup(source: Path, folder: Path, passphrase: bytes) -> list[Path]:
    """Put a backup's files into `folder`, all or none of them. Durable on return.

    Raises Misconfigured: one of them is there already, or there is no such backup. Locked: the passphrase does not open
    it. Malformed: cut off, changed or not a backup. StoreDown: no room, or the disk is broken. The peers fill in what
    is newer than the backup, and a restored station writes a new generation.
    """
    work = folder / ".restoring"
    with _told(source), source.open("rb") as file:
        opening = _Opening(file, source, passphrase)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700, parents=True)
        try:
            placed = [folder / name for name in _unpack(opening, source, work)]
            for path in placed:
                _refuse_taken(path)
            for tail in (
                "-wal",
                "-wal-copy",
                "-shm",
                "-journal",
            ):  # what is left of another store would be replayed into this one
                _refuse_taken(folder / (STORE_NAME + tail))
            for path in placed:
                _place(work / path.name, path)
            _sync_folder(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return placed


def _unpack(opening: _Opening, source: Path, work: Path) -> list[str]:
    names: list[str] = []
    for part, content in _parts(opening, source):
        with open(work / part.name, "xb", opener=_private) as out:
            for piece in content:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        names.append(part.name)
    if STORE_NAME not in names:
        raise Malformed(f"{source}: a backup without a store")
    SqliteStore(work / STORE_NAME, read_only=True).close()  # Misconfigured where this program is too old for it
    return names


# --- writing


class _Sealing:
    """Content in, encrypted chunks out."""

    def __init__(self, out: BinaryIO, passphrase: bytes, cost: Cost) -> None:
        key = AESGCMSIV.generate_key(256)
        head = close_bytes(PURPOSE, key, passphrase, cost)
        start = MAGIC + len(head).to_bytes(2, "big") + head
        out.write(start)
        self._out, self._cipher, self._bound = out, AESGCMSIV(key), sha256(start).digest()
        self._number, self._waiting = 0, bytearray()

    def part(self, part: Part, content: BinaryIO) -> None:
        """A part as long as it says; `content` is a file of our own that nobody else writes."""
        self.write(_head_of(part))
        while piece := content.read(CHUNK_BYTES):
            self.write(piece)

    def write(self, data: bytes) -> None:
        """Some content. One byte stays behind for `finish`, so that the last chunk is known to be the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """The last chunk."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), chunk, self._bound))
        self._number += 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _head_of(part: Part) -> bytes:
    """What stands before a part: its name and its size."""
    if not _NAME.fullmatch(part.name) or part.name == STORE_NAME + "-wal":
        raise Misconfigured(f"a part of a backup cannot be called {part.name!r}")
    name = part.name.encode()
    return bytes([len(name)]) + name + part.size.to_bytes(8, "big")


@contextmanager
def _plain_copy(store: Path) -> Iterator[Path]:
    """The store as of one instant, in a file of our own beside it."""
    plain = store.with_name(f"{store.name}.backup-part")
    with suppress(FileNotFoundError):
        plain.unlink()  # of a run that was killed
    reader = SqliteStore(store, read_only=True)
    try:
        os.close(os.open(plain, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        reader.copy_into(plain)
        yield plain
    finally:
        reader.close()
        with suppress(FileNotFoundError):
            plain.unlink()


@contextmanager
def _new_file(target: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name whole and durable, or not at all."""
    part = target.with_name(f"{target.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    try:
        with open(part, "xb", opener=_private) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _place(part, target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    _sync_folder(target.parent)


def _place(part: Path, target: Path) -> None:
    """Give a finished file its name. A link, unlike a rename, never replaces; a FAT stick knows no links."""
    try:
        os.link(part, target)
    except OSError as fault:
        if fault.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        _refuse_taken(target)
        part.rename(target)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _refuse_taken(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise Misconfigured(f"{path} is there already; nothing is written over: move it away first")


@contextmanager
def _told(where: Path) -> Iterator[None]:
    """What the system refused, in our terms."""
    try:
        yield
    except FileExistsError as fault:
        raise Misconfigured(f"{fault.filename2 or fault.filename} is there already; nothing is written over") from fault
    except (FileNotFoundError, IsADirectoryError) as fault:
        raise Misconfigured(f"{fault.filename}: {fault.strerror}") from fault
    except OSError as fault:
        raise StoreDown(
            f"{fault.filename or where}: {fault.strerror or fault}; make space or check the disk"
        ) from fault
    except apsw.Error as fault:
        raise StoreDown(f"{where}: {fault}; make space or check the disk") from fault


# --- reading


class _Opening:
    """Encrypted chunks in, content out, each chunk authenticated before a byte of it is given."""

    def __init__(self, file: BinaryIO, source: Path, passphrase: bytes) -> None:
        start = file.read(len(MAGIC) + 2)
        if not start.startswith(MAGIC) or len(start) != len(MAGIC) + 2:
            raise Malformed(f"{source} is not a backup of this program", start)
        length = int.from_bytes(start[-2:], "big")
        head = file.read(min(length, _HEAD_BYTES_MAX))
        if len(head) != length:
            raise Malformed(f"{source}: cut off or changed in its head", start + head)
        key, _ = open_bytes(head, PURPOSE, passphrase)
        if len(key) != 32:
            raise Malformed(f"{source}: its head holds no key")
        self._file, self._source, self._cipher = file, source, AESGCMSIV(key)
        self._bound = sha256(start + head).digest()
        self._number, self._content, self._ahead = 0, bytearray(), file.read(CHUNK_BYTES + _TAG_BYTES)
        self._ended = False

    def take(self, size: int) -> bytes:
        """The next `size` bytes; fewer only at the end."""
        while len(self._content) < size and not self._ended:
            self._open_one()
        taken = bytes(self._content[:size])
        del self._content[:size]
        return taken

    def _open_one(self) -> None:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK_BYTES + _TAG_BYTES)
        self._ended = not self._ahead
        try:
            self._content += self._cipher.decrypt(_nonce(self._number, self._ended), sealed, self._bound)
        except (InvalidTag, ValueError) as fault:
            at = self._number * (CHUNK_BYTES + _TAG_BYTES)
            text = f"{self._source}: cut off or changed in or after chunk {self._number} (byte {at} of its content)"
            raise Malformed(f"{text}; take another copy of it") from fault
        self._number += 1


def _parts(opening: _Opening, source: Path) -> Iterator[tuple[Part, Iterator[bytes]]]:
    """Each part with its content; the content is read to its end before the next part is given."""
    seen: set[str] = set()
    while head := opening.take(1):
        name = opening.take(head[0]).decode("ascii", "replace")
        size = int.from_bytes(opening.take(8), "big")
        if not _NAME.fullmatch(name) or name in seen or (name != STORE_NAME and size > _BESIDE_BYTES_MAX):
            raise Malformed(f"{source}: a part called {name!r} of {size} bytes is not one of ours")
        seen.add(name)
        content = _content(opening, source, name, size)
        yield Part(name, size), content
        for _ in content:
            pass


def _content(opening: _Opening, source: Path, name: str, size: int) -> Iterator[bytes]:
    while size:
        piece = opening.take(min(size, CHUNK_BYTES))
        if not piece:
            raise Malformed(f"{source}: ends within {name!r}")
        size -= len(piece)
        yield piece
