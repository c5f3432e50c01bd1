"""One writer a store: a lock on a file beside it, held by the kernel and gone with the process that held it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from openline.errors import Locked, StoreDown


class LockFile:
    """An exclusive lock on `<path>.lock`. Raises Locked: somebody else has it. StoreDown: it cannot be made."""

    def __init__(self, path: Path) -> None:
        name = f"{path}.lock"
        try:
            self._fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise StoreDown(f"{name}: {fault.strerror}; check the mount, the owner and the space") from fault
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            holder = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            self._fd = -1
            raise Locked(
                f"{path} is in use by process {holder}; a store has one writer: stop that one first"
            ) from fault
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)  # for the message above only
        except OSError:
            pass  # a full disk: the lock itself is held

    def release(self) -> None:
        """Give the lock up. Doing it twice does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
