"""The write-ahead log's file, before SQLite opens it: made durable as it stands, and given its room ahead. R-193."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw

WAL_BYTES: Final = 8 * 1024 * 1024  # between checkpoints
_PIECE_BYTES: Final = 64 * 1024  # SQLite's unix VFS takes less than 128 KiB a write: it never writes more itself


def make_wal_durable(path: Path, vfs: str | None, *, afresh: bool) -> None:
    """Sync the WAL before SQLite reads from it.

    A killed predecessor may have written a commit and not synced it: SQLite would show it to us, we would speak of it,
    and a power cut would take it away. `afresh` writes the file over itself first, byte for byte: after a sync that
    went wrong the kernel marks bytes clean that it never wrote, and another sync alone would not try again. The
    database file needs no such care: a checkpoint whose sync went wrong is done again from the WAL.

    Raises apsw.Error: the disk does not take it.
    """
    name = f"{path}-wal"
    if vfs is None and not os.path.exists(name):
        return
    try:
        file = apsw.VFSFile(vfs or "", name, [apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_WAL, 0])
    except apsw.CantOpenError:
        if vfs is None:
            raise
        return  # there is none
    try:
        size = file.xFileSize() if afresh else 0
        for at in range(0, size, _PIECE_BYTES):
            file.xWrite(file.xRead(min(_PIECE_BYTES, size - at), at), at)
        file.xSync(apsw.SQLITE_SYNC_FULL)
    finally:
        file.xClose()


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
