"""A desk's log on a real disk: it only grows, and what is no desk log is said."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import apsw
import pytest

from openline.errors import Misconfigured, StoreDown
from openline.store.desklog import DeskLog


def test_entries_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    log = DeskLog(path)
    log.append(0, [b"one", b"two"])
    log.append(2, [b"three"])
    log.close()
    again = DeskLog(path)
    assert list(again.read()) == [b"one", b"two", b"three"]
    assert list(again.read(1, 1)) == [b"two"]
    assert path.stat().st_mode & 0o077 == 0
    again.close()
    again.close()


def test_nothing_is_changed_removed_or_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    log = DeskLog(path)
    log.append(0, [b"one"])
    with pytest.raises(StoreDown):
        log.append(0, [b"other"])
    with pytest.raises(StoreDown):
        log.append(1, [b"two", None])  # type: ignore[list-item]
    for sql in ("UPDATE entries SET bytes = x'00'", "DELETE FROM entries"):
        with pytest.raises(apsw.ConstraintError, match="only grows"):
            log._conn.execute(sql)
    assert list(log.read()) == [b"one"]  # whole or not at all
    log.close()


def test_another_program_s_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE things (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="another program"):
        DeskLog(path)
    assert path.read_bytes() == before
    path.write_bytes(b"not a database, but long enough to be looked at by whoever opens it " * 40)
    with pytest.raises(Misconfigured):
        DeskLog(path)
    with pytest.raises(Misconfigured, match="no desk log"):
        DeskLog(tmp_path / "none", read_only=True)


def test_an_image_of_it_is_a_whole_log(tmp_path: Path) -> None:
    log = DeskLog(tmp_path / "desk.sqlite")
    log.append(0, [b"one", b"two"])
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(log.image())
    log.close()
    again = DeskLog(copy)
    assert list(again.read()) == [b"one", b"two"]
    again.append(2, [b"three"])
    again.close()


def test_a_killed_writer_leaves_a_log_that_opens_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    child = os.fork()
    if child == 0:
        log = DeskLog(path)
        log.append(0, [b"one"])
        os._exit(9)
    os.waitpid(child, 0)
    for number in range(1, 4):  # after a kill, after an orderly end, and once more
        log = DeskLog(path)
        log.append(number, [b"another"])
        log.close()
    log = DeskLog(path)
    assert sum(1 for _ in log.read()) == 4
    log.close()
