"""What was asked under a key that makes asking twice harmless, and what was answered: kept over restarts, for a day.

Written before the act, and again after it: a crash in between leaves a request whose outcome nobody knows, and it is
not done a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import apsw

from openline.errors import StoreDown
from openline.limits import ONCE_KEPT_MAX, ONCE_KEPT_MS
from openline.store.wal import make_wal_durable

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS asked (
    key BLOB PRIMARY KEY, request BLOB NOT NULL, answer BLOB, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_at ON asked (at_ms);
"""


class Asked(NamedTuple):
    """One: the digest of the request, and the answer; None while nobody knows how it ended."""

    request: bytes
    answer: bytes | None


class OnceLog:
    """One file, one writer. Durable on return of everything that changes it."""

    def __init__(self, path: Path) -> None:
        """Raises StoreDown."""
        self._path = path
        with _as_store_down(path):
            if path.exists():
                make_wal_durable(path, None)
            self._conn = apsw.Connection(str(path))
            path.chmod(0o600)
            self._conn.execute("PRAGMA journal_mode = WAL")
            self._conn.execute("PRAGMA synchronous = EXTRA")
            self._conn.execute(_SCHEMA)

    def begin(self, key: bytes, request: bytes, now_ms: int) -> Asked | None:
        """What was asked under this key before; None: nothing, and from now on it is this. Raises StoreDown."""
        with _as_store_down(self._path), self._conn:
            self._conn.execute("DELETE FROM asked WHERE at_ms < ?", (now_ms - ONCE_KEPT_MS,))
            found = self._conn.execute("SELECT request, answer FROM asked WHERE key = ?", (key,)).fetchone()
            if found is not None:
                request_before, answer = found
                assert isinstance(request_before, bytes) and (answer is None or isinstance(answer, bytes))
                return Asked(request_before, answer)
            self._conn.execute(
                "DELETE FROM asked WHERE key IN (SELECT key FROM asked ORDER BY at_ms DESC LIMIT -1 OFFSET ?)",
                (ONCE_KEPT_MAX - 1,),
            )
            self._conn.execute("INSERT INTO asked VALUES (?, ?, NULL, ?)", (key, request, now_ms))
        return None

    def end(self, key: bytes, answer: bytes) -> None:
        """How it ended. Raises StoreDown."""
        with _as_store_down(self._path):
            self._conn.execute("UPDATE asked SET answer = ? WHERE key = ?", (answer, key))

    def drop(self, key: bytes) -> None:
        """Nothing was done: the key is free again. Raises StoreDown."""
        with _as_store_down(self._path):
            self._conn.execute("DELETE FROM asked WHERE key = ?", (key,))

    def close(self) -> None:
        """Let go of the file."""
        with suppress(apsw.Error):
            self._conn.close(True)


@contextmanager
def _as_store_down(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise StoreDown(f"{path}: {error}") from error
