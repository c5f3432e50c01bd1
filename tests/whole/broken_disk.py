"""`python broken_disk.py FILE ARGUMENTS`: the program on a disk that, while FILE is there, takes no commit of a store.

What was written before can be read and written over, so that the store opens again; only a frame that is added to its
write-ahead log meets an input-output error. The kernel's call is what fails: all of SQLite stays as it is.
"""

from __future__ import annotations

import ctypes
import errno
import os
import runpy
import sys
from pathlib import Path

import apsw

FRAME_HEADER_BYTES = 24  # written by itself before each page; nothing else of a store is so short
CALL = "pwrite64"


def break_disk(broken: Path) -> None:
    """Put a call of our own between SQLite and the kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.pwrite.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64)
    libc.pwrite.restype = ctypes.c_ssize_t

    @ctypes.CFUNCTYPE(
        ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
    )
    def write(fd: int, data: int, size: int, at: int) -> int:
        if size == FRAME_HEADER_BYTES and broken.exists():
            if os.readlink(f"/proc/self/fd/{fd}").endswith("store.sqlite-wal"):
                ctypes.set_errno(errno.EIO)
                return -1
        return int(libc.pwrite(fd, data, size, at))

    break_disk.kept = write  # type: ignore[attr-defined]  # as long as SQLite may call it
    pointer = ctypes.cast(write, ctypes.c_void_p).value
    assert pointer is not None and apsw.VFS("broken", base="unix").xSetSystemCall(CALL, pointer)


def main() -> None:
    """Run the program on that disk."""
    break_disk(Path(sys.argv[1]))
    sys.argv = ["openline", *sys.argv[2:]]
    runpy.run_module("openline", run_name="__main__")


if __name__ == "__main__":
    main()
