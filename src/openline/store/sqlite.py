"""The store on SQLite: one file, one writer, whole turns, durable before `commit` returns.

WAL with synchronous=EXTRA: a commit is one write to the end of the log file and one fdatasync. One process writes
(a lock file, see `Locked`), any number read. What is read after opening has been made durable first, also what a
killed predecessor had written but not yet synced: we may speak of it at once. R-190 to R-194.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import apsw

from openline.errors import Damaged, LocalFault, Misconfigured, StoreDown, UnknownOutcome
from openline.line.ports import LogId, LogRow, Write
from openline.store.inserts import apply
from openline.store.lockfile import LockFile
from openline.store.migrations import PAGE_BYTES, STEPS, bring_up, schema_of
from openline.store.queries import Queries, read_logs
from openline.store.turn import after_turn
from openline.store.wal import WAL_BYTES, extend_wal, make_wal_durable

BUSY_WAIT_MS: Final = 5_000
_FULL_MESSAGE = "the disk is full; nothing was written and nothing held is lost; make space, sending resumes by itself"


class SqliteStore(Queries):
    """A `line.ports.Store` in one SQLite file.

    `vfs` names an apsw VFS to put everything through (the simulation's disk); such a store keeps one connection and
    no lock file. `read_only` opens beside a running station, for export, fsck and backup: no lock, no commit.

    Raises Locked: another process writes this store. Misconfigured: not a store, or one of a newer program.
    StoreDown: the disk is full, broken or not ours to write.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        vfs: str | None = None,
        read_only: bool = False,
        synchronous: str = "EXTRA",  # anything less is for tests that must see a loss
    ) -> None:
        self.path = Path(path) if vfs else Path(path).resolve()  # as SQLite will, so that all names stand side by side
        self._vfs = vfs
        self._read_only = read_only
        self._synchronous = synchronous
        self._write_turn = threading.Lock()
        self._read_turn = threading.Lock()
        self._writer: apsw.Connection | None = None
        self._reader: apsw.Connection | None = None
        self._held: dict[LogId, LogRow] = {}
        self._numbers: dict[LogId, int] = {}
        self._unknown = False
        self._is_lost = False  # the outcome of a commit is unknown, and the store was not opened again yet
        self._lock = LockFile(self.path) if vfs is None and not read_only else None
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    # --- opening and closing

    def reopen(self) -> None:
        """Open again after UnknownOutcome; what is then read is durable. Raises StoreDown while it cannot."""
        with self._write_turn, self._read_turn:
            self._let_go()
            self._open()

    def close(self) -> None:
        """Let go of the files and the lock. Doing it twice does nothing."""
        with self._write_turn, self._read_turn:
            self._let_go()
            if self._lock is not None:
                self._lock.release()

    def _let_go(self) -> None:
        for conn in (self._reader, self._writer):
            with suppress(apsw.Error):  # what was committed is on the disk, what was not never was
                if conn is not None:
                    conn.close(True)
        self._reader = self._writer = None

    def _open(self) -> None:
        with _as_store_down(str(self.path)):
            if self._read_only:
                self._open_beside()
                return
            if self._vfs is None:
                _create(self.path)
            make_wal_durable(self.path, self._vfs)
            conn = self._writer = self._connect()
            bring_up(conn, str(self.path), STEPS)
            if self._vfs is None:
                extend_wal(self.path)
            self._reader = conn if self._vfs else self._connect()
            numbered = read_logs(conn)
            self._held = {row.log: row for row in numbered.values()}
            self._numbers = {row.log: number for number, row in numbered.items()}
            self._unknown = self._is_lost = False

    def _open_beside(self) -> None:
        if not self.path.is_file():
            raise Misconfigured(f"there is no store at {self.path}")
        conn = self._reader = self._connect()
        conn.execute("PRAGMA query_only = ON")
        if schema_of(conn, str(self.path)) < len(STEPS):
            raise Misconfigured(f"{self.path} has an older schema; start its station once, which brings it up to date")

    def _connect(self) -> apsw.Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if self._vfs else 0)
        conn = apsw.Connection(str(self.path), flags=flags, vfs=self._vfs)
        try:
            self._set_up(conn)
        except BaseException:
            with suppress(apsw.Error):
                conn.close(True)
            raise
        return conn

    def _set_up(self, conn: apsw.Connection) -> None:
        if self._vfs is None:
            conn.set_busy_timeout(BUSY_WAIT_MS)
        else:
            conn.execute("PRAGMA locking_mode = EXCLUSIVE")  # the wal-index in memory: a VFS in Python has no shm
        if not self._read_only:
            self._make_wal(conn)
        conn.execute("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000")
        # Deleting the WAL at the end of a life is not made durable, and costs the next life its room.
        keep = ctypes.c_int(1)
        conn.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(keep))

    def _make_wal(self, conn: apsw.Connection) -> None:
        # `synchronous` first: turning WAL on is itself a transaction with a rollback journal, and only EXTRA makes that
        # journal's deletion durable. Come back after a power cut, it would roll the whole store back (seed 0).
        # A statement that gives a row holds up those behind it until the row is fetched.
        conn.execute(
            f"PRAGMA synchronous = {self._synchronous}; PRAGMA page_size = {PAGE_BYTES}; PRAGMA journal_mode = WAL;"
            f"PRAGMA journal_size_limit = {WAL_BYTES};"
            "PRAGMA recursive_triggers = ON"  # so that REPLACE meets the triggers too
        ).fetchall()
        # A store keeps the pages that it was made with.
        conn.execute(f"PRAGMA wal_autocheckpoint = {WAL_BYTES // int(conn.pragma('page_size'))}").fetchall()
        if conn.pragma("journal_mode") != "wal":  # SQLite answers so instead of raising
            raise StoreDown(
                f"{self.path}: the write-ahead log cannot be made; check the mount, the owner and the space"
            )

    # --- committing

    def commit(self, writes: Sequence[Write]) -> None:
        """Apply all writes or none; durable on return. See `line.ports.Store.commit`."""
        with self._write_turn:
            if self._read_only:
                raise LocalFault(f"{self.path} was opened for reading")
            conn = self._writer
            if conn is None or self._unknown:
                raise UnknownOutcome(f"{self.path}: the outcome of the last commit is unknown; reopen the store")
            rows = after_turn(writes, self._held)
            try:
                conn.execute("BEGIN IMMEDIATE")
                numbers = apply(conn, writes, rows, self._numbers)
            except BaseException:
                self._undo(conn)
                with _as_store_down(str(self.path)):
                    raise
            self._finish(conn)
            self._held.update(rows)
            self._numbers.update(numbers)
            self._unknown = False

    def _finish(self, conn: apsw.Connection) -> None:
        """COMMIT. A full disk cannot have taken the last frame, so that outcome is known; any other is not."""
        self._unknown = True  # until we know better, also when a signal cuts in
        try:
            conn.execute("COMMIT")
        except apsw.FullError as fault:
            self._unknown = False
            self._undo(conn)
            raise StoreDown(f"{self.path}: {_FULL_MESSAGE}") from fault
        except apsw.Error as fault:
            self._is_lost = True
            raise UnknownOutcome(
                f"{self.path}: the disk failed during a commit ({fault}); it may or may not be done; reopen the store"
            ) from fault

    def _undo(self, conn: apsw.Connection) -> None:
        try:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
        except apsw.Error:
            self._unknown = True  # not done for certain, but this connection is no longer fit to commit

    # --- reading

    def copy_into(self, target: Path) -> None:
        """A copy as of one instant in an empty file; a writer in another process or thread is not held up."""
        with self._reading() as conn:
            conn.execute("PRAGMA query_only = OFF")  # it forbids writing other files too
            try:
                conn.execute("VACUUM INTO ?", (str(target),))
            finally:
                conn.execute(f"PRAGMA query_only = {int(self._read_only)}")

    def check_readable(self) -> None:
        """Asks the disk nothing, from any thread. Raises StoreDown while what is read may not be durable."""
        self._readable()

    def _readable(self) -> apsw.Connection:
        if self._reader is None:
            raise StoreDown(f"{self.path} is closed")
        if self._is_lost:  # what it shows may never have become durable
            raise StoreDown(f"{self.path}: nobody knows what the last commit came to; it is opened again first")
        return self._reader

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        turn = self._write_turn if self._vfs else self._read_turn
        with turn, _as_store_down(str(self.path)):
            yield self._readable()


@contextmanager
def _as_store_down(where: str) -> Iterator[None]:
    """Say what the database said in the terms of our error tree."""
    try:
        yield
    except apsw.FullError as fault:
        raise StoreDown(f"{where}: {_FULL_MESSAGE}") from fault
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as fault:
        raise StoreDown(f"{where}: cannot be written ({fault}); check the mount, the owner and the space") from fault
    except apsw.NotADBError as fault:
        raise Misconfigured(f"{where} is not a store, or its first page is destroyed; restore a backup") from fault
    except apsw.CorruptError as fault:
        raise Damaged(f"{where} is damaged: {fault}") from fault
    except (apsw.ConstraintError, apsw.MismatchError, apsw.RangeError) as fault:
        raise LocalFault(f"{where}: the turn contradicts what is held ({fault})") from fault
    except apsw.Error as fault:
        raise StoreDown(f"{where}: {type(fault).__name__}: {fault}") from fault
    except OSError as fault:
        raise StoreDown(f"{where}: {fault.strerror or fault}; check the mount, the owner and the space") from fault


def _create(path: Path) -> None:
    """Make the file ours alone to read, and its name durable, before SQLite sees it."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
