"""A backup is whole or nothing, opens for its passphrase only, and never takes the place of what is there. R-198."""

from __future__ import annotations

import errno
import os
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from openline.errors import Locked, Malformed, Misconfigured, StoreDown
from openline.store import backup
from openline.store.backup import CHUNK_BYTES, MAGIC, Part, check_backup, make_backup, restore_backup
from openline.store.fsck import check_file
from openline.store.keyfile import Cost
from openline.store.sqlite import SqliteStore
from tests.contracts.store_contract import A, entry, turn
from tests.rooms.record.world import two
from tests.rooms.store.filled import filled, written

CHEAP = Cost(8, 1, 1)
PASSPHRASE = b"correct horse battery staple"
BESIDE = {"charter.cbor": b"charter", "roster.cbor": b""}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "store.sqlite"
    filled(path, written())
    return path


@pytest.fixture(scope="module")
def kept(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("stick") / "line.backup"
    make_backup(store, target, PASSPHRASE, beside=BESIDE, cost=CHEAP)
    return target


def test_a_backup_comes_back_whole(kept: Path, tmp_path: Path) -> None:
    placed = restore_backup(kept, tmp_path, PASSPHRASE)
    assert [path.name for path in placed] == ["store.sqlite", "charter.cbor", "roster.cbor"]
    assert {path.name: path.read_bytes() for path in placed[1:]} == BESIDE
    assert sorted(os.listdir(tmp_path)) == ["charter.cbor", "roster.cbor", "store.sqlite"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in placed)
    assert list(check_file(placed[0], two().roster)) == []
    restored = SqliteStore(placed[0])
    assert len(restored.logs()) == 1 and restored.state("count") == (1, b"600")
    restored.close()


def test_a_backup_names_its_parts_without_being_put_anywhere(kept: Path) -> None:
    parts = check_backup(kept, PASSPHRASE)
    assert [part.name for part in parts] == ["store.sqlite", "charter.cbor", "roster.cbor"]
    assert parts[1] == Part("charter.cbor", 7)


def test_nothing_readable_is_in_it_and_nothing_is_left_beside_the_store(kept: Path, store: Path) -> None:
    data = kept.read_bytes()
    assert b"entry 12" not in data and b"SQLite" not in data and b"charter" not in data
    assert kept.stat().st_mode & 0o077 == 0
    assert not [name for name in os.listdir(store.parent) if "backup" in name]
    assert os.listdir(kept.parent) == [kept.name]


def test_two_backups_of_one_store_share_nothing(store: Path, kept: Path, tmp_path: Path) -> None:
    make_backup(store, tmp_path / "again", PASSPHRASE, beside=BESIDE, cost=CHEAP)
    assert (tmp_path / "again").read_bytes()[-100:] != kept.read_bytes()[-100:]


def test_it_is_consistent_while_the_station_commits(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite")
    store.commit(turn(A, 0, 40))
    done = threading.Event()

    def write() -> None:
        first = 40
        while not done.is_set():
            store.commit(turn(A, first, 40))
            first += 40

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            make_backup(tmp_path / "store.sqlite", tmp_path / f"{number}.backup", PASSPHRASE, cost=CHEAP)
    finally:
        done.set()
        thread.join()
    sizes = []
    for number in range(5):
        (placed,) = restore_backup(tmp_path / f"{number}.backup", tmp_path / str(number), PASSPHRASE)
        restored = SqliteStore(placed)
        (row,) = restored.logs()
        assert restored.entries(A, 0, 10**6, 10**9) == [entry(index) for index in range(row.size)]
        assert row.size % 40 == 0 and restored.integrity() == []
        sizes.append(row.size)
        restored.close()
    assert sizes == sorted(sizes)
    store.close()


def test_an_old_backup_is_continued_not_replayed(kept: Path, tmp_path: Path) -> None:
    """What was written after the backup is not in it; the store takes it again from where the backup ends."""
    (path, *_) = restore_backup(kept, tmp_path, PASSPHRASE)
    restored = SqliteStore(path)
    restored.commit(turn(A, 0, 3))
    assert restored.find(None, 600, 9)[0].position == 601
    restored.close()


# --- refusals


def test_a_wrong_passphrase_opens_nothing(kept: Path, tmp_path: Path) -> None:
    for passphrase in (b"correct horse", b"", PASSPHRASE + b"\n"):
        with pytest.raises(Locked):
            restore_backup(kept, tmp_path, passphrase)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["store.sqlite", "charter.cbor", "store.sqlite-wal", "store.sqlite-wal-copy"])
def test_what_is_there_is_never_written_over(kept: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(Misconfigured, match="is there already"):
        restore_backup(kept, tmp_path, PASSPHRASE)
    assert os.listdir(tmp_path) == [name] and (tmp_path / name).read_bytes() == b"mine"


def test_a_backup_does_not_replace_another(store: Path, kept: Path) -> None:
    before = kept.read_bytes()
    with pytest.raises(Misconfigured, match="is there already"):
        make_backup(store, kept, PASSPHRASE, cost=CHEAP)
    assert kept.read_bytes() == before


def pieces(kept: Path) -> tuple[bytes, list[bytes]]:
    """The head, and the sealed chunks."""
    data = kept.read_bytes()
    start = len(MAGIC) + 2 + int.from_bytes(data[len(MAGIC) : len(MAGIC) + 2], "big")
    size = CHUNK_BYTES + 16
    return data[:start], [data[at : at + size] for at in range(start, len(data), size)]


def refused(data: bytes, tmp_path: Path, fault: type[Exception] = Malformed) -> None:
    path = tmp_path / "bent.backup"
    path.write_bytes(data)
    with pytest.raises(fault):
        restore_backup(path, tmp_path / "home", PASSPHRASE)
    assert not (tmp_path / "home").exists() or os.listdir(tmp_path / "home") == []


def test_every_flipped_bit_of_the_head_is_noticed(kept: Path, tmp_path: Path) -> None:
    head, chunks = pieces(kept)
    for at in range(len(head)):
        bent = bytearray(head)
        bent[at] ^= 1
        with pytest.raises((Malformed, Locked)):
            (tmp_path / "bent").write_bytes(bytes(bent) + b"".join(chunks[:1]))
            check_backup(tmp_path / "bent", PASSPHRASE)


def test_a_flipped_bit_anywhere_is_noticed_before_anything_is_placed(kept: Path, tmp_path: Path) -> None:
    head, chunks = pieces(kept)
    assert len(chunks) > 5
    for number in (0, 1, len(chunks) // 2, len(chunks) - 1):
        for at in (0, len(chunks[number]) // 2, len(chunks[number]) - 1):
            bent = bytearray(chunks[number])
            bent[at] ^= 0x80
            refused(head + b"".join([*chunks[:number], bytes(bent), *chunks[number + 1 :]]), tmp_path)


def test_a_backup_cut_off_anywhere_is_refused(kept: Path, tmp_path: Path) -> None:
    head, chunks = pieces(kept)
    data = head + b"".join(chunks)
    for end in (0, 5, len(MAGIC), len(MAGIC) + 1, len(head) - 1, len(head), len(head) + 10, len(data) - 1):
        refused(data[:end], tmp_path)
    for number in range(len(chunks)):
        refused(head + b"".join(chunks[:number]), tmp_path)


def test_chunks_repeated_reordered_dropped_or_appended_are_refused(kept: Path, tmp_path: Path) -> None:
    head, chunks = pieces(kept)
    for bent in (
        [chunks[1], chunks[0], *chunks[2:]],
        [*chunks[:2], *chunks[1:]],
        [chunks[0], *chunks[2:]],
        [*chunks, chunks[-1]],
        [*chunks, b"x"],
        [*chunks[:-1], chunks[-1] + b"x"],
    ):
        refused(head + b"".join(bent), tmp_path)


def test_chunks_of_another_backup_under_the_same_passphrase_are_refused(
    store: Path, kept: Path, tmp_path: Path
) -> None:
    make_backup(store, tmp_path / "other", PASSPHRASE, beside=BESIDE, cost=CHEAP)
    head, chunks = pieces(kept)
    other_head, other = pieces(tmp_path / "other")
    refused(other_head + b"".join(chunks), tmp_path)
    refused(head + b"".join([*chunks[:-1], other[-1]]), tmp_path)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 64, "Ü", "store.sqlite"])
def test_a_part_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    """As somebody who knows the passphrase might write it."""
    coded = name.encode("latin-1")
    content = bytes([12]) + b"store.sqlite" + bytes(8) + bytes([len(coded)]) + coded + bytes(8)
    with (tmp_path / "evil").open("wb") as out:
        sealed = backup._Sealing(out, PASSPHRASE, CHEAP)
        sealed.write(content)
        sealed.finish()
    with pytest.raises(Malformed, match="not one of ours"):
        restore_backup(tmp_path / "evil", tmp_path / "home", PASSPHRASE)
    assert os.listdir(tmp_path / "home") == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\x01a" + bytes(8), b"\x0cstore.sqlite" + (1_000).to_bytes(8, "big") + b"short", b"\x01a" + b"\xff" * 8],
    ids=["nothing", "no store", "cut off", "too large"],
)
def test_a_backup_that_makes_no_sense_inside_is_refused(tmp_path: Path, content: bytes) -> None:
    with (tmp_path / "odd").open("wb") as out:
        sealed = backup._Sealing(out, PASSPHRASE, CHEAP)
        sealed.write(content)
        sealed.finish()
    with pytest.raises(Malformed):
        restore_backup(tmp_path / "odd", tmp_path / "home", PASSPHRASE)


def test_what_is_missing_is_said(store: Path, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no store"):
        make_backup(tmp_path / "absent.sqlite", tmp_path / "x", PASSPHRASE, cost=CHEAP)
    with pytest.raises(Misconfigured, match="absent"):
        restore_backup(tmp_path / "absent", tmp_path, PASSPHRASE)
    with pytest.raises(Misconfigured):
        make_backup(store, tmp_path / "no folder" / "x", PASSPHRASE, cost=CHEAP)
    with pytest.raises(Misconfigured, match="cannot be called"):
        make_backup(store, tmp_path / "x", PASSPHRASE, beside={"../up": b""}, cost=CHEAP)
    assert os.listdir(tmp_path) == []


def test_a_stick_without_links_takes_a_backup_too(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: object, target: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    make_backup(store, tmp_path / "x", PASSPHRASE, cost=CHEAP)
    assert os.listdir(tmp_path) == ["x"]
    assert [path.name for path in restore_backup(tmp_path / "x", tmp_path / "home", PASSPHRASE)] == ["store.sqlite"]


def test_a_full_stick_leaves_nothing_half(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreDown, match="No space left"):
        make_backup(store, tmp_path / "x", PASSPHRASE, cost=CHEAP)
    assert os.listdir(tmp_path) == []


def test_the_store_is_not_changed_by_being_copied(store: Path, tmp_path: Path) -> None:
    before = sha256(store.read_bytes()).digest()
    make_backup(store, tmp_path / "x", PASSPHRASE, cost=CHEAP)
    assert sha256(store.read_bytes()).digest() == before
