"""A folder of numbered files of frames: what a courier, a diode, rsync or a mail bag can move. Blocking calls.

Writing: `00000001.part`, all on the disk, then its name `00000001.oln`; a cover note for people beside
it. Reading: in order of number, plain files only, damage skipped; `00000001.done` holds the digest of
what was read, so that a file that changed is read again. (R-025 to R-027)
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import re
import stat
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from openline.errors import BearerDown, Malformed
from openline.limits import CARRY_FILE_BYTES, CARRY_FILE_BYTES_MAX, CARRY_FILES_MAX
from openline.wire.frame import FrameReader, encode_frame

COVER_NAME: Final = "READ-ME-FIRST.txt"
NUMBER_MAX: Final = 99_999_999
_LAST_NAME: Final = ".last"
_LOCK_NAME: Final = ".lock"
_NUMBERED: Final = re.compile(r"([0-9]{8})\.(oln|part|done)", re.ASCII)
_PIECE_BYTES: Final = 1024 * 1024


class Cover(NamedTuple):
    """What the cover note says besides the list of files."""

    line: str
    line_id: bytes
    sender: str
    receiver: str


class Written(NamedTuple):
    """One file that is whole and on the disk."""

    path: Path
    frames: int
    size: int
    digest: bytes


class Outbox:
    """The only writer of a folder, while it is open. Use as a context."""

    def __init__(self, folder: Path, cover: Cover, clock: Callable[[], float] = time.time) -> None:
        """Raises BearerDown when the folder is not there, cannot be written, or another program writes to it."""
        self._folder = folder
        self._cover = cover
        self._clock = clock
        try:
            self._lock = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise BearerDown(f"{folder} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._number = max(self._numbers(), default=0)
            for left in folder.glob("[0-9]*.part"):  # of a writer that was cut short: nobody else writes here
                left.unlink()
        except OSError as error:
            os.close(self._lock)
            busy = isinstance(error, BlockingIOError)
            what = "another program is writing there" if busy else error.strerror
            raise BearerDown(f"{folder} cannot be written: {what}") from error

    def __enter__(self) -> Outbox:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def write(self, bodies: Iterable[bytes]) -> list[Written]:
        """Write frames into as many files as it takes, and the cover note; on the disk when this returns.

        Raises BearerDown when the disk does not take them; files that are whole by then stay.
        """
        written: list[Written] = []
        held: list[bytes] = []
        size = 0
        for body in bodies:
            held.append(encode_frame(body))
            size += len(held[-1])
            if size >= CARRY_FILE_BYTES:
                written.append(self._write_file(held))
                held, size = [], 0
        if held:
            written.append(self._write_file(held))
        if written:
            self._put(COVER_NAME, cover_note(self._cover, written, self._clock()).encode())
        return written

    def _numbers(self) -> Iterator[int]:
        for name in os.listdir(self._folder):
            match = _NUMBERED.fullmatch(name)
            if match:
                yield int(match[1])
        with contextlib.suppress(OSError, ValueError, Malformed):  # files may have been taken away since
            with open(self._folder / _LAST_NAME, "rb", opener=open_plain) as file:
                yield min(int(file.read(8)), NUMBER_MAX)

    def _write_file(self, frames: Sequence[bytes]) -> Written:
        if self._number >= NUMBER_MAX:
            raise BearerDown(f"{self._folder} has no number left; use an empty folder")
        self._number += 1
        data = b"".join(frames)
        name = f"{self._number:08d}.oln"
        self._put(name, data)
        self._put(_LAST_NAME, f"{self._number:08d}".encode())
        return Written(self._folder / name, len(frames), len(data), sha256(data).digest())

    def _put(self, name: str, data: bytes) -> None:
        """All of it under its name, or nothing."""
        part = self._folder / f"{name.removesuffix('.oln')}.part"
        try:
            part.unlink(missing_ok=True)
            try:
                with open(part, "xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(part, self._folder / name)
                _sync_folder(self._folder)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise BearerDown(f"{self._folder} takes no more: {error.strerror}") from error


class Reading:
    """One file being read: pieces of bodies and faults, and at the end what there was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stamp: tuple[int, int, int] | None = None  # once it is open, as it was then
        self.digest = b""
        self.size = 0
        self.faults: list[Malformed] = []
        self.is_cut = False

    def pieces(self) -> Generator[list[bytes], None, None]:
        """The bodies, about a mebibyte of file at a time. Raises BearerDown when the file cannot be read
        and Malformed when it is no plain file or too long."""
        try:
            with open(self.path, "rb", opener=open_plain) as file:
                self.stamp = _stamp(os.fstat(file.fileno()))
                hashed = sha256()
                reader = FrameReader()
                while data := file.read(_PIECE_BYTES):
                    self.size += len(data)
                    if self.size > CARRY_FILE_BYTES_MAX:
                        raise Malformed(f"{self.path.name} is longer than {CARRY_FILE_BYTES_MAX} bytes")
                    hashed.update(data)
                    got = reader.feed(data)
                    self.faults += [one for one in got if isinstance(one, Malformed)]
                    yield [one for one in got if isinstance(one, bytes)]
                self.digest = hashed.digest()
                self.is_cut = reader.waiting_bytes > 0
        except OSError as error:
            raise BearerDown(f"{self.path.name} cannot be read: {error.strerror}") from error


class Inbox:
    """Reads a folder that somebody else fills. Remembers what it read; marks it where it can."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[int, int, int]] = {}

    def unread(self) -> list[Path]:
        """Files to read, in order of number. Raises BearerDown when the folder is not there."""
        try:
            names = sorted(
                name for name in os.listdir(self._folder) if name.endswith(".oln") and _NUMBERED.fullmatch(name)
            )
        except OSError as error:
            raise BearerDown(f"{self._folder} cannot be read: {error.strerror}") from error
        # What was read stays where it is: it takes the place of nothing that comes after it.
        paths = (self._folder / name for name in names)
        return list(itertools.islice((path for path in paths if not self._was_read(path)), CARRY_FILES_MAX))

    def mark(self, reading: Reading) -> None:
        """What it held is in the record or refused. A folder that cannot be written is remembered here only."""
        self.remember(reading)
        if reading.is_cut:
            return  # the rest may be on its way: read again once it changes
        done = reading.path.with_suffix(".done")
        with contextlib.suppress(OSError, Malformed), open(done, "wb", opener=open_plain) as file:
            file.write(_mark_of(reading))

    def remember(self, reading: Reading) -> None:
        """Leave this file alone until it is another than when it was opened: who copies it may go on meanwhile."""
        with contextlib.suppress(OSError):
            self._seen[reading.path.name] = reading.stamp or _stamp(os.lstat(reading.path))

    def _was_read(self, path: Path) -> bool:
        try:
            stamp = _stamp(os.lstat(path))
            if self._seen.get(path.name) == stamp:
                return True
            with open(path.with_suffix(".done"), "rb", opener=open_plain) as file:
                marked = file.read(65)
        except (OSError, Malformed):
            return False
        reading = Reading(path)
        try:
            for _ in reading.pieces():
                pass
        except (BearerDown, Malformed):
            return False
        if marked != _mark_of(reading):
            return False
        self._seen[path.name] = stamp
        return True


def cover_note(cover: Cover, written: Sequence[Written], now_s: float) -> str:
    """The note for whoever carries the files: printable, without anything that is not on the outside anyhow."""
    made = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now_s))
    rows = [f"  {one.path.name}  {one.size:>11,} bytes  SHA-256 {one.digest.hex()[:32]}..." for one in written]
    return "\n".join(
        [
            "OPENLINE - SEALED FILES TO BE CARRIED",
            "",
            f"Line:      {cover.line}  ({cover.line_id.hex()[:16]})",
            f"From:      {cover.sender}",
            f"To:        {cover.receiver}",
            f"Written:   {made}",
            "",
            *rows,
            f"  {len(written)} files, {sum(one.size for one in written):,} bytes written this time; "
            "older ones may lie beside them.",
            "",
            "The files are sealed. Whoever carries or copies them cannot read or change them. A file that is",
            "lost, late, damaged or brought twice does no harm: what is missing is sent again.",
            "Bring all files whose names end in .oln. The receiving station reads them with",
            "    openline carry in FOLDER",
            "Files are held by the other side only when its receipts have come back.",
            "",
        ]
    )


def _mark_of(reading: Reading) -> bytes:
    return reading.digest.hex().encode() + b"\n"


def open_plain(path: str, flags: int) -> int:
    """An opener of plain files: no link that leads elsewhere, no pipe that waits for ever. Raises Malformed."""
    file = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Malformed(f"{Path(path).name} is not a plain file")
    return file


def _stamp(seen: os.stat_result) -> tuple[int, int, int]:
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems of sticks cannot
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
