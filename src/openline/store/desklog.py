"""The desk's log on disk: a table of bytes that only grows, in a file of its own.

WAL with synchronous=EXTRA, as the record's store; no trigger-free way to change or remove an entry. Whether the entries
follow each other is for the desk to say: each names the hash of the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import apsw

from openline.errors import Misconfigured, StoreDown
from openline.store.wal import make_wal_durable

APPLICATION_ID: Final = 0x4F4C4453  # "OLDS"
_PAGE: Final = 64  # entries; one may have a quarter of a MiB
_SCHEMA: Final = """
CREATE TABLE entries (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'a desk log only grows'); END;
CREATE TRIGGER entries_kept BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'a desk log only grows'); END;
"""


class DeskLog:
    """One file. One writer: the station, which holds the lock of the store beside it."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open, or make. Raises Misconfigured when it is no desk log, StoreDown when the disk does not take it."""
        self.path = path
        if read_only and not path.is_file():
            raise Misconfigured(f"there is no desk log at {path}")
        with _as_store_down(path):
            if not read_only and path.exists():
                make_wal_durable(path, None)
            flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
            self._conn = apsw.Connection(str(path), flags=flags)
            try:
                self._prepare(read_only)
            except BaseException:
                self.close()
                raise

    def _prepare(self, read_only: bool) -> None:
        conn = self._conn
        number = conn.execute("PRAGMA application_id").get
        tables = conn.execute("SELECT count(*) FROM sqlite_schema").get
        if number != APPLICATION_ID and (number or tables):
            raise Misconfigured(f"{self.path} is a database of another program")
        if read_only:
            return
        self.path.chmod(0o600)
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = EXTRA")
        if number != APPLICATION_ID:
            with conn:
                conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                conn.execute(_SCHEMA)

    def append(self, first: int, entries: Sequence[bytes]) -> None:
        """Add entries from index `first`; durable on return. Raises StoreDown: nothing was added."""
        with _as_store_down(self.path), self._conn:
            self._conn.executemany(
                "INSERT INTO entries (idx, bytes) VALUES (?, ?)", list(enumerate(entries, start=first))
            )

    def read(self, first: int = 0, count: int | None = None) -> Iterator[bytes]:
        """Entries from `first`, in order; all of them without a count. No transaction is open between two of them."""
        left = count
        while left is None or left > 0:
            page = self._page(first, _PAGE if left is None else min(left, _PAGE))
            yield from page
            if len(page) < _PAGE:
                return
            first += len(page)
            left = None if left is None else left - len(page)

    def _page(self, first: int, count: int) -> list[bytes]:
        with _as_store_down(self.path):
            sql = "SELECT bytes FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?"
            return [bytes(row[0]) for row in self._conn.execute(sql, (first, count)).fetchall()]  # type: ignore[arg-type]

    def image(self) -> bytes:
        """The whole file as of one instant, for a backup."""
        with _as_store_down(self.path):
            return self._conn.serialize("main")

    def close(self) -> None:
        """Let go of the file. Doing it twice does nothing."""
        with suppress(apsw.Error):
            self._conn.close(True)


@contextmanager
def _as_store_down(path: Path) -> Iterator[None]:
    try:
        yield
    except apsw.NotADBError as error:
        raise Misconfigured(f"{path} is no desk log: {error}") from error
    except (apsw.Error, OSError) as error:
        raise StoreDown(f"{path}: {error}; nothing was added to the desk's log") from error
