"""The store on SQLite: the promises of every store, one writer, append-only, a clear word when the disk is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from openline.errors import LocalFault, Locked, Misconfigured, StoreDown
from openline.line.ports import PutBlob, PutExhibit, PutNodes, PutPq, PutReceipt, PutSubmission, Store
from openline.store import migrations, sqlite, wal
from openline.store.sqlite import SqliteStore
from tests.contracts.store_contract import A, B, StoreContract, entry, turn


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], Store]:
        return lambda: SqliteStore(tmp_path / "store.sqlite")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


# --- one writer


def test_a_second_writer_is_told_who_has_the_store(path: Path) -> None:
    """R-195."""
    first = SqliteStore(path)
    with pytest.raises(Locked, match=f"process {os.getpid()}"):
        SqliteStore(path)
    first.close()
    SqliteStore(path).close()


def test_a_store_has_one_lock_under_all_its_names(path: Path, tmp_path: Path) -> None:
    """R-195."""
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "link.sqlite"
    other.symlink_to(path)
    store = SqliteStore(other)
    store.commit(turn(A, 0, 1))
    with pytest.raises(Locked):
        SqliteStore(path)
    store.close()
    assert [name.name for name in other.parent.iterdir()] == ["link.sqlite"]


def test_a_second_process_is_locked_out_and_the_lock_dies_with_its_holder(path: Path) -> None:
    program = (
        "import sys, time; from openline.store.sqlite import SqliteStore; s = SqliteStore(sys.argv[1]);"
        "print('open', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "src"}
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(Locked, match=str(holder.pid)):
            SqliteStore(path)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    SqliteStore(path).close()


def test_a_reader_beside_the_writer_sees_whole_commits_and_cannot_write(path: Path) -> None:
    writer = SqliteStore(path)
    writer.commit(turn(A, 0, 2))
    beside = SqliteStore(path, read_only=True)
    writer.commit(turn(A, 2, 3))
    assert len(beside.leaves(A, 0, 99)) == 5
    with pytest.raises(LocalFault, match="for reading"):
        beside.commit(turn(A, 5, 1))
    beside.close()
    writer.commit(turn(A, 5, 1))
    writer.close()
    with pytest.raises(Misconfigured, match="no store"):
        SqliteStore(path.with_name("other.sqlite"), read_only=True)


def test_reading_goes_on_while_another_thread_commits(path: Path) -> None:
    store = SqliteStore(path)
    done = threading.Event()
    sizes: list[int] = []

    def write() -> None:
        for first in range(0, 50 * 40, 40):
            store.commit(turn(A, first, 40))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        sizes.append(len(store.leaves(A, 0, 10_000)))
    thread.join()
    assert sizes == sorted(sizes) and all(size % 40 == 0 for size in sizes)
    assert len(store.leaves(A, 0, 10_000)) == 2_000
    store.close()


def test_nobody_else_can_read_the_files(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(turn(A, 0, 2))
    for name in path.parent.iterdir():
        assert name.stat().st_mode & 0o077 == 0, name
    store.close()


def test_every_commit_is_synced_and_the_log_is_written_ahead(path: Path) -> None:
    """R-190. The settings that the power cuts of `test_disk` are survived with are those of the real file."""
    store = SqliteStore(path)
    for conn in (store._writer, store._reader):
        assert conn is not None and conn.pragma("journal_mode") == "wal"
        assert conn.pragma("synchronous") == 3, "EXTRA"
    assert Path(f"{path}-wal").stat().st_size >= wal.WAL_BYTES, "its room is written out before it is needed"
    store.close()


def test_what_a_store_is_set_to_is_set(path: Path) -> None:
    """All of it: a setting that gives a row had kept those behind it from being made."""
    store = SqliteStore(path)
    conn = store._writer
    assert conn is not None
    assert conn.pragma("recursive_triggers") == 1 and conn.pragma("journal_size_limit") == wal.WAL_BYTES
    assert conn.pragma("wal_autocheckpoint") == wal.WAL_BYTES // migrations.PAGE_BYTES
    assert conn.pragma("trusted_schema") == 0 and conn.pragma("cache_size") == -16000
    store.close()


def test_our_own_connection_cannot_replace_what_was_said_either(path: Path) -> None:
    """R-191."""
    store = SqliteStore(path)
    store.commit(turn(A, 0, 3))
    assert store._writer is not None
    before = store.entries(A, 0, 3, 1_000_000)
    with pytest.raises(apsw.ConstraintError, match="append-only"):
        store._writer.execute("INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE idx = 1").fetchall()
    assert store.entries(A, 0, 3, 1_000_000) == before
    store.close()


@pytest.mark.parametrize("page_bytes", [migrations.PAGE_BYTES, 8192])
def test_a_log_keeps_to_its_room_whatever_pages_its_store_was_made_with(path: Path, page_bytes: int) -> None:
    """Beyond its room a commit lengthens the file, and costs twice as much."""
    made = apsw.Connection(str(path))
    made.execute(f"PRAGMA page_size = {page_bytes}; PRAGMA journal_mode = WAL; VACUUM")
    made.close()
    store = SqliteStore(path)
    assert store._writer is not None and store._writer.pragma("page_size") == page_bytes
    for first in range(24):
        data = os.urandom(1024 * 1024)
        store.commit([PutBlob(sha256(bytes([first])).digest(), 0, len(data), data)])
        # A checkpoint comes after the commit that reaches its size.
        assert Path(f"{path}-wal").stat().st_size < wal.WAL_BYTES + 2 * 1024 * 1024
    store.close()


# --- append-only


@pytest.mark.parametrize("table", ["logs", "entries", "nodes", "notes", "receipts", "pq", "exhibits", "submissions"])
def test_the_database_itself_refuses_to_change_what_was_said(path: Path, table: str) -> None:
    """R-191."""
    store = SqliteStore(path)
    store.commit(
        [
            *turn(A, 0, 3),
            PutNodes(A, [(8, 0, b"h" * 32)]),
            PutReceipt(A, 1, 3, 1, b"r" * 64, 1),
            PutPq(A, 1, 3, 1, b"r" * 64),
            PutExhibit(b"d" * 32, b"x", 1, False),
            PutBlob(b"d" * 32, 0, 1, b"x"),
            PutSubmission("t", A, 1),
        ]
    )
    store.close()
    careless = apsw.Connection(str(path))
    columns = [str(column[1]) for column in careless.execute(f"PRAGMA table_info({table})")]
    if table != "chunks":  # dropped whole when they turn out not to have their hash
        with pytest.raises(apsw.ConstraintError, match=r"append-only|logs stay"):
            careless.execute(f"DELETE FROM {table}")
    frozen = (
        {"size": "size - 1", "party": "party + 1", "secret": "x'01'"} if table == "logs" else {c: c for c in columns}
    )
    for column, value in frozen.items():
        with pytest.raises(apsw.ConstraintError, match=r"append-only|only grow"):
            careless.execute(f"UPDATE {table} SET {column} = {value}")
    careless.close()


# --- opening


def test_a_store_of_a_newer_program_is_refused_clearly(path: Path) -> None:
    SqliteStore(path).close()
    later = apsw.Connection(str(path))
    later.execute("PRAGMA user_version = 99")
    later.close()
    for read_only in (False, True):
        with pytest.raises(Misconfigured, match="schema 99, this program knows up to"):
            SqliteStore(path, read_only=read_only)


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    with pytest.raises(Misconfigured, match="another program"):
        SqliteStore(path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"Dear colleague, please find attached " * 100)
    with pytest.raises(Misconfigured, match="not a store"):
        SqliteStore(path)
    assert path.read_bytes().startswith(b"Dear colleague")


def test_a_damaged_page_is_said_and_not_survived_by_silence(path: Path) -> None:
    store = SqliteStore(path)
    for first in range(0, 2_000, 500):
        store.commit(turn(A, first, 500))
    store.close()
    Path(f"{path}-wal").unlink()
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // migrations.PAGE_BYTES):
        data[page * migrations.PAGE_BYTES : page * migrations.PAGE_BYTES + 64] = b"\xff" * 64
    path.write_bytes(data)
    with pytest.raises(StoreDown, match="damaged"):
        store = SqliteStore(path)
        try:
            store.entries(A, 0, 2_000, 10**9)
        finally:
            store.close()


def test_an_older_store_is_taken_one_step_at_a_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-196."""
    store = SqliteStore(path)
    store.commit(turn(A, 0, 3))
    store.close()
    later = (*migrations.STEPS, "CREATE TABLE more (x INTEGER) STRICT", "INSERT INTO more VALUES (7)")
    monkeypatch.setattr(sqlite, "STEPS", later)
    with pytest.raises(Misconfigured, match="older schema"):
        SqliteStore(path, read_only=True)
    store = SqliteStore(path)
    assert store.entries(A, 0, 9, 10_000) == [entry(index) for index in range(3)]
    store.close()
    raw = apsw.Connection(str(path))
    assert raw.pragma("user_version") == len(later) and raw.execute("SELECT x FROM more").get == 7
    raw.close()


def test_a_step_that_goes_wrong_leaves_the_version_before_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-196."""
    SqliteStore(path).close()
    monkeypatch.setattr(
        sqlite, "STEPS", (*migrations.STEPS, "CREATE TABLE good (x)", "CREATE TABLE bad (x); SELECT nothing")
    )
    with pytest.raises(StoreDown):
        SqliteStore(path)
    monkeypatch.undo()
    raw = apsw.Connection(str(path))
    names = [name for (name,) in raw.execute("SELECT name FROM sqlite_schema")]
    assert raw.pragma("user_version") == len(migrations.STEPS) + 1 and "good" in names and "bad" not in names
    raw.close()


# --- a disk that is not there


def test_a_folder_we_may_not_write_is_store_down(tmp_path: Path) -> None:
    with pytest.raises(StoreDown):
        SqliteStore(tmp_path / "absent" / "store.sqlite")


def test_what_a_killed_process_left_is_all_there(path: Path) -> None:
    program = (
        "import os, signal, sys; from openline.store.sqlite import SqliteStore;"
        "from tests.contracts.store_contract import A, turn; s = SqliteStore(sys.argv[1]);"
        "[s.commit(turn(A, first, 7)) for first in range(0, 700, 7)]; os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], env={**os.environ, "PYTHONPATH": "src:."}, check=False)
    store = SqliteStore(path)
    assert store.entries(A, 0, 1_000, 10**9) == [entry(index) for index in range(700)]
    store.commit(turn(B, 0, 1))
    store.close()
