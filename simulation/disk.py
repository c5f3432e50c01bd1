"""A disk in memory that loses what was not synced: an apsw VFS for the real SQLite store under the simulation.

Every write stays in a journal until the file is synced. `power_cut` keeps, drops or tears each journaled write for
itself, in no order, as a drive with a cache may; what was synced stays. `kill` ends the process only: the kernel still
shows what was written. Files also fill up, turn read-only and fail to sync, on request. One seed, one course of events.

The disk promises what Linux promises SQLite and no more: a write changes no byte outside its range (powersafe
overwrite), a torn one leaves any mixture of sectors inside it, a failed sync leaves its bytes readable and never writes
them again, a new file's name is durable with its first sync, and a deleted one may come back.
"""

from __future__ import annotations

import ctypes
import itertools
import random
import sys
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import apsw

SECTOR_BYTES: Final = 512
_SERIAL = itertools.count(1)


class Write(NamedTuple):
    """Bytes on their way to the platter; `data` None is a truncation to `offset`."""

    offset: int
    data: bytes | None


class Cut(NamedTuple):
    """What one power cut did to the writes under way."""

    kept: int
    dropped: int
    torn: int


@dataclass
class File:
    """One file as the kernel shows it and as the platter holds it."""

    shown: bytearray = field(default_factory=bytearray)
    platter: bytearray = field(default_factory=bytearray)
    pending: list[Write] = field(default_factory=list)
    named: bool = False  # its directory entry is durable


class Disk:
    """The disk of one simulated machine. Give `vfs` to `SqliteStore`; it changes with every cut and kill."""

    def __init__(self, seed: int = 0) -> None:
        self._draw = random.Random(seed)
        self._lives: list[_Vfs] = []
        self.files: dict[str, File] = {}
        self.deleted: dict[str, File] = {}  # not yet durably gone
        self.operations = 0  # writes, truncations, syncs and deletions so far: the points at which power can go
        self.cut_after: int | None = None  # power goes at this many operations from now
        self.off = False
        self.room_bytes: int | None = None  # all files together; None is no bound
        self.read_only = False
        self.syncs_broken = 0  # so many of the next syncs go wrong
        self._boot()

    @property
    def vfs(self) -> str:
        """The name under which the machine, as it runs now, reaches this disk."""
        return self._lives[-1].name

    def image(self) -> dict[str, bytes]:
        """A copy of every file as shown now: a snapshot of the machine, or a backup taken while it stands still."""
        return {name: bytes(file.shown) for name, file in self.files.items()}

    def restore(self, image: dict[str, bytes]) -> None:
        """Put the machine back to an `image`, durably."""
        self.kill()
        self.deleted.clear()
        self.files = {name: File(bytearray(data), bytearray(data), named=True) for name, data in image.items()}

    def kill(self) -> None:
        """End the process that uses the disk; its files stay as it wrote them, synced or not."""
        self._boot()

    def power_cut(self, seed: int | None = None) -> Cut:
        """Take the power away, and give it back: what was not synced is kept, dropped or torn."""
        draw = self._draw if seed is None else random.Random(seed)
        fates = draw.choice([("kept",), ("dropped",), ("kept", "dropped", "torn"), ("kept", "torn")])
        counts = {"kept": 0, "dropped": 0, "torn": 0}
        for name, file in list(self.files.items()):
            if not file.named and draw.choice(fates) != "kept":
                counts["dropped"] += len(file.pending)
                del self.files[name]
                continue
            file.named = True
            for write in file.pending:
                fate = draw.choice(fates)
                fate = "dropped" if fate == "torn" and write.data is None else fate
                counts[fate] += 1
                _land(file.platter, write, fate, draw)
            file.pending.clear()
            file.shown[:] = file.platter
        for name, file in self.deleted.items():
            if name not in self.files and draw.choice(fates) != "kept":  # the deletion never reached the directory
                self.files[name] = File(bytearray(file.platter), file.platter, named=True)
        self.deleted.clear()
        self._boot()
        return Cut(**counts)

    def close(self) -> None:
        """Take the disk out of SQLite's list."""
        self._lives[-1].unregister()

    def _boot(self) -> None:
        """A new life of the machine: handles of the one before reach nothing any more."""
        if self._lives:
            self._lives[-1].dead = True
            self._lives[-1].unregister()
        self._lives.append(_Vfs(self, f"simulated-{next(_SERIAL)}", self._draw.randbytes(16)))
        self.off, self.cut_after = False, None

    # --- what files ask

    def begin(self, file: File | None = None, grow_bytes: int = 0) -> None:
        """One operation that changes something: count it, or say why it cannot be."""
        self.check_power()
        self.operations += 1
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                self.off = True
                self.check_power()
        if self.read_only:
            raise _io_error("read-only file system", apsw.SQLITE_IOERR_WRITE)
        used = sum(len(each.shown) for each in self.files.values()) if self.room_bytes is not None else 0
        if self.room_bytes is not None and grow_bytes > 0 and used + grow_bytes > self.room_bytes:
            raise apsw.FullError("no space left on device")

    def check_power(self) -> None:
        """Nothing answers while the power is off."""
        if self.off:
            raise _io_error("the power is off", apsw.SQLITE_IOERR)

    def sync(self, file: File) -> None:
        """Make the file durable, unless this sync is to go wrong."""
        self.begin()
        if self.syncs_broken:
            self.syncs_broken -= 1
            for write in file.pending:  # some reached the platter; the kernel marks all of them clean and never retries
                _land(file.platter, write, self._draw.choice(("kept", "dropped")), self._draw)
            file.pending.clear()
            raise _io_error("input/output error", apsw.SQLITE_IOERR_FSYNC)
        for write in file.pending:
            _land(file.platter, write, "kept", self._draw)
        file.pending.clear()
        if not file.named:  # SQLite syncs the folder with the first sync of a new log or journal
            file.named = True
            self.deleted.clear()


def _land(platter: bytearray, write: Write, fate: str, draw: random.Random) -> None:
    if fate == "dropped":
        return
    if write.data is None:
        del platter[write.offset :]
        platter.extend(bytes(write.offset - len(platter)))
        return
    data = write.data
    if fate == "torn":
        data = _torn(platter, write.offset, data, draw)
    end = write.offset + len(data)
    platter.extend(bytes(max(0, end - len(platter))))
    platter[write.offset : end] = data


def _torn(platter: bytearray, offset: int, data: bytes, draw: random.Random) -> bytes:
    """Some sectors new, some old, and perhaps one that is neither."""
    old = bytes(platter[offset : offset + len(data)]).ljust(len(data), b"\0")
    pieces = range(0, len(data), SECTOR_BYTES)
    junk = draw.choice(pieces) if draw.random() < 0.3 else -1
    out = bytearray()
    for at in pieces:
        piece = (data if draw.random() < 0.5 else old)[at : at + SECTOR_BYTES]
        out += draw.randbytes(len(piece)) if at == junk else piece
    return bytes(out)


class Gone(apsw.IOError):
    """What a file of this disk says instead of doing what it was asked to."""


def _io_error(text: str, code: int) -> Gone:
    fault = Gone(text)
    fault.extendedresult = code  # type: ignore[attr-defined]  # apsw reads it, its stubs do not know it
    return fault


def _hear(unraisable: sys.UnraisableHookArgs) -> None:
    """SQLite passes over some errors on purpose, such as those of a checkpoint after a commit; then so do we."""
    if not isinstance(unraisable.exc_value, Gone | apsw.FullError):
        _HEARD_BEFORE(unraisable)


_HEARD_BEFORE: Final = sys.unraisablehook
sys.unraisablehook = _hear


class _Vfs(apsw.VFS):
    """One life of the machine, as SQLite sees its disk."""

    def __init__(self, disk: Disk, name: str, random_seed: bytes) -> None:
        self.name = name
        self.disk = disk
        self.dead = False
        self._draw = random.Random(random_seed)
        super().__init__(name, "")

    def _check(self) -> None:
        if self.dead:
            raise _io_error("this process has ended", apsw.SQLITE_IOERR)
        self.disk.check_power()

    def xFullPathname(self, filename: str) -> str:  # noqa: N802
        return filename

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        self._check()
        return pathname in self.disk.files

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._check()
        if filename not in self.disk.files:
            raise _io_error("no such file", apsw.SQLITE_IOERR_DELETE_NOENT)
        self.disk.begin()
        file = self.disk.files.pop(filename)
        if file.named and not syncdir:
            self.disk.deleted[filename] = file

    def xOpen(self, name: object, flags: list[int]) -> _Handle:  # type: ignore[override]  # noqa: N802
        self._check()
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            path = f"temporary-{next(_SERIAL)}"
        assert isinstance(path, str)
        if path not in self.disk.files:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(path)
            if self.disk.read_only:
                raise apsw.CantOpenError(f"{path}: read-only file system")
            self.disk.files[path] = File()
        flags[1] = flags[0]
        return _Handle(self, path, self.disk.files[path], bool(flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE))

    def xRandomness(self, numbytes: int) -> bytes:  # noqa: N802
        return self._draw.randbytes(numbytes)

    def xSleep(self, microseconds: int) -> int:  # noqa: N802
        return microseconds

    def xCurrentTimeInt64(self) -> int:  # noqa: N802
        return 212_902_171_200_000  # one instant: nothing here may depend on it


class _Handle:
    """One open file of one life."""

    def __init__(self, vfs: _Vfs, path: str, file: File, passing: bool) -> None:
        self._vfs, self._disk, self._path, self._file, self._passing = vfs, vfs.disk, path, file, passing
        self._keeps_wal = False

    def _check(self) -> None:
        self._vfs._check()

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._check()
        return bytes(self._file.shown[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._check()
        shown = self._file.shown
        end = offset + len(data)
        self._disk.begin(self._file, max(0, end - len(shown)))
        shown.extend(bytes(max(0, end - len(shown))))
        shown[offset:end] = data
        self._file.pending.append(Write(offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._check()
        self._disk.begin()
        del self._file.shown[newsize:]
        self._file.shown.extend(bytes(newsize - len(self._file.shown)))
        self._file.pending.append(Write(newsize, None))

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._check()
        self._disk.sync(self._file)

    def xFileSize(self) -> int:  # noqa: N802
        self._check()
        return len(self._file.shown)

    def xLock(self, level: int) -> None:  # noqa: N802
        if self._vfs.dead or self._disk.off:
            raise apsw.BusyError  # the one refusal SQLite takes in silence: a dead connection is collected some time

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        if op != apsw.SQLITE_FCNTL_PERSIST_WAL:
            return False
        wish = ctypes.c_int.from_address(ptr)
        if wish.value >= 0:
            self._keeps_wal = bool(wish.value)
        wish.value = int(self._keeps_wal)
        return True

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xClose(self) -> None:  # noqa: N802
        if self._passing and not self._vfs.dead:
            self._disk.files.pop(self._path, None)
