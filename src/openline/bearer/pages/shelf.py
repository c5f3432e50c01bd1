"""Sets that are not complete yet, kept between calls: photographs come in as people find time to make them.

One file a set, replaced whole; what was taken leaves an empty mark, so that a late photograph is not begun anew.
Bounded in number, the longest untouched one going first; after as long as a courier may take, a set is dropped. (R-265)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from openline.bearer.folder import open_plain
from openline.errors import BearerDown, Malformed
from openline.limits import COURIER_KEEP_MS, PAGE_SETS_KEPT_MAX, PAGE_SYMBOL_BYTES_MAX
from openline.wire.erasure import SYMBOLS_MAX
from openline.wire.pages import SYMBOL_OVERHEAD_BYTES, PageHead, Symbol, encode_head, encode_symbol, parse_symbol

_FILE_BYTES_MAX: Final = SYMBOLS_MAX * (2 + SYMBOL_OVERHEAD_BYTES + PAGE_SYMBOL_BYTES_MAX)
_LOCK_NAME: Final = ".lock"


class Shelved(NamedTuple):
    """One set as far as it came."""

    head: PageHead
    data: dict[int, bytes]


class Shelf:
    """The only one that touches its folder while it is open. Use as a context."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """The folder is there. Raises BearerDown when it cannot be written or another command reads pages now."""
        self._folder = folder
        self._clock = clock
        self.dropped: list[str] = []
        try:
            self._lock = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise BearerDown(f"{folder} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise BearerDown(f"{folder}: another command is reading pages; wait for it") from error
        self._sets: dict[PageHead, Shelved] = {}
        self._touched: set[PageHead] = set()
        self._expire()
        for path in self._files(".set"):
            shelved = self._load(path)
            if shelved is not None:
                self._sets[shelved.head] = shelved

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def sets(self) -> list[Shelved]:
        """All sets that were not taken yet."""
        return list(self._sets.values())

    def was_taken(self, head: PageHead) -> bool:
        """Was this set complete, and given to the station, before?"""
        return self._path(head, ".done").exists()

    def put(self, symbol: Symbol) -> None:
        """Keep one code. A later one in the same place is taken for the better one."""
        shelved = self._sets.setdefault(symbol.head, Shelved(symbol.head, {}))
        if shelved.data.get(symbol.number) != symbol.data:
            shelved.data[symbol.number] = symbol.data
            self._touched.add(symbol.head)

    def save(self) -> None:
        """What was put is on the disk when this returns. Raises BearerDown."""
        for head in self._touched & self._sets.keys():
            symbols = [encode_symbol(Symbol(head, *item)) for item in sorted(self._sets[head].data.items())]
            self._write(self._path(head, ".set"), b"".join(len(one).to_bytes(2, "big") + one for one in symbols))
        self._touched.clear()
        self._bound()

    def take(self, head: PageHead) -> None:
        """The station has what this set held."""
        self._write(self._path(head, ".done"), b"")
        self.forget(head)

    def forget(self, head: PageHead) -> None:
        """Begin this set anew."""
        self._sets.pop(head, None)
        self._path(head, ".set").unlink(missing_ok=True)

    def _path(self, head: PageHead, suffix: str) -> Path:
        return self._folder / f"{sha256(encode_head(head)).hexdigest()[:32]}{suffix}"

    def _files(self, *suffixes: str) -> list[Path]:
        """The longest untouched first."""
        found = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.suffix in suffixes and path.is_file() and not path.is_symlink():
                    found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found)]

    def _expire(self) -> None:
        for path in self._files(".set", ".done", ".part"):
            age_ms = (self._clock() - path.stat().st_mtime) * 1000
            if age_ms > COURIER_KEEP_MS or path.suffix == ".part":
                self._drop(path, "untouched for longer than a courier takes")

    def _bound(self) -> None:
        for suffix in (".set", ".done"):
            files = self._files(suffix)
            for path in files[: max(0, len(files) - PAGE_SETS_KEPT_MAX)]:
                self._drop(path, f"more than {PAGE_SETS_KEPT_MAX} sets wait for their rest")

    def _drop(self, path: Path, why: str) -> None:
        if path.suffix == ".set":
            shelved = self._load(path)
            if shelved is not None:
                self.dropped.append(f"set {shelved.head.name}: {len(shelved.data)} codes forgotten: {why}")
                self._sets.pop(shelved.head, None)
        path.unlink(missing_ok=True)

    def _load(self, path: Path) -> Shelved | None:
        """What a file holds, or None, said so and removed, when it is not as we wrote it."""
        try:
            with open(path, "rb", opener=open_plain) as file:
                symbols = _parse(file.read(_FILE_BYTES_MAX + 1))
        except (OSError, Malformed) as fault:
            self.dropped.append(f"{path.name}: {fault}; its codes must be read again")
            path.unlink(missing_ok=True)
            return None
        return Shelved(symbols[0].head, {one.number: one.data for one in symbols})

    def _write(self, path: Path, data: bytes) -> None:
        part = path.with_suffix(".part")
        try:
            with open(part, "wb", opener=open_plain) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise BearerDown(f"{path} cannot be written: {error.strerror}") from error


def _parse(data: bytes) -> list[Symbol]:
    """Symbols of one set, each behind its length. Raises Malformed."""
    symbols: list[Symbol] = []
    at = 0
    while at < len(data) <= _FILE_BYTES_MAX:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        symbols.append(parse_symbol(data[at + 2 : end]))
        at = end
    if not symbols or at != len(data) or len({one.head for one in symbols}) != 1:
        raise Malformed("not a file of one set's codes")
    return symbols
