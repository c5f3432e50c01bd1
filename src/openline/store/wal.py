"""The write-ahead log's file, before SQLite opens it: made durable as it stands, and given its room ahead. R-193.

A killed predecessor may have written a commit and not synced it: SQLite would show it to us, we would speak of it, and
a power cut would take it away. A sync alone does not mend that: after one that went wrong the kernel marks bytes clean
that it never wrote, shows them to whoever reads, and would not try again. So the WAL is written over itself, byte for
byte. Power may go while that is done, and leave anything in what is being written; hence a copy first, whole and
durable, from which the next start does it again. The database file needs no such care: a checkpoint whose sync went
wrong is done again from the WAL.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import apsw

WAL_BYTES: Final = 8 * 1024 * 1024  # between checkpoints
_PIECE_BYTES: Final = 64 * 1024  # SQLite's unix VFS takes less than 128 KiB a write: it never writes more itself
_DIGEST_BYTES: Final = 32  # SHA-256 of the copy's content stands before it: a copy cut off is none


def make_wal_durable(path: Path, vfs: str | None) -> None:
    """Make the WAL beside `path` durable as it is shown, before SQLite reads from it.

    Raises apsw.Error: the disk does not take it; nothing of the store may be read then.
    """
    with _opened(f"{path}-wal", vfs) as wal:
        if wal is None:
            return  # and a copy beside it could not even be opened: SQLite looks for the file it is named after
        with _opened(f"{path}-wal-copy", vfs, create=True) as copy:
            assert copy is not None
            _copy_and_write_over(wal, copy)


def _copy_and_write_over(wal: apsw.VFSFile, copy: apsw.VFSFile) -> None:
    if _is_whole(copy):
        _write_over(wal, copy, _DIGEST_BYTES)
    elif wal.xFileSize() == 0:
        return
    else:
        _write_copy(copy, wal)
        _write_over(wal, wal, 0)
    copy.xTruncate(0)
    copy.xSync(apsw.SQLITE_SYNC_FULL)


@contextmanager
def _opened(name: str, vfs: str | None, create: bool = False) -> Iterator[apsw.VFSFile | None]:
    """One file through the VFS; None where there is none."""
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_WAL | (apsw.SQLITE_OPEN_CREATE if create else 0)
    if vfs is None and not create and not os.path.exists(name):
        yield None
        return
    try:
        file = apsw.VFSFile(vfs or "", name, [flags, 0])
    except apsw.CantOpenError:
        if vfs is None or create:
            raise
        yield None
        return
    try:
        yield file
    finally:
        file.xClose()


def _pieces(file: apsw.VFSFile, first: int) -> Iterator[tuple[int, bytes]]:
    size = file.xFileSize()
    for at in range(first, size, _PIECE_BYTES):
        yield at - first, file.xRead(min(_PIECE_BYTES, size - at), at)


def _is_whole(copy: apsw.VFSFile) -> bool:
    if copy.xFileSize() <= _DIGEST_BYTES:
        return False
    found = sha256()
    for _, piece in _pieces(copy, _DIGEST_BYTES):
        found.update(piece)
    return found.digest() == copy.xRead(_DIGEST_BYTES, 0)


def _write_copy(copy: apsw.VFSFile, wal: apsw.VFSFile) -> None:
    copy.xTruncate(0)
    found = sha256()
    for at, piece in _pieces(wal, 0):
        found.update(piece)
        copy.xWrite(piece, _DIGEST_BYTES + at)
    copy.xWrite(found.digest(), 0)
    copy.xSync(apsw.SQLITE_SYNC_FULL)


def _write_over(wal: apsw.VFSFile, source: apsw.VFSFile, first: int) -> None:
    for at, piece in _pieces(source, first):
        wal.xWrite(piece, at)
    wal.xTruncate(source.xFileSize() - first)
    wal.xSync(apsw.SQLITE_SYNC_FULL)


def extend_wal(path: Path) -> None:
    """Write the WAL's room out as zeros, which SQLite takes for the end of the log.

    A commit that lengthens a file makes fdatasync journal the new length: about twice the cost of one that does not.
    Not having the room is no fault: the commits will say so.
    """
    with suppress(OSError):
        fd = os.open(f"{path}-wal", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            missing = WAL_BYTES - os.fstat(fd).st_size
            if missing > 0:
                os.lseek(fd, 0, os.SEEK_END)
                os.write(fd, bytes(missing))
                os.fsync(fd)
        finally:
            os.close(fd)
