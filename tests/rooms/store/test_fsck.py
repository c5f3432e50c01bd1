"""What was changed on the disk behind the program's back is found, named, and costs one report. R-197."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from openline.errors import Misconfigured
from openline.line.ports import PutState, Store
from openline.record.entry import encode_header, leaf, parse_header
from openline.store.fsck import Counts, Fault, check, check_file
from openline.store.memory import MemoryStore
from openline.store.migrations import PAGE_BYTES
from tests.rooms.record.world import two
from tests.rooms.store.filled import ENTRIES, NOTED, fill, filled, meddle, written

LOG = written()
ROSTER = two().roster


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fsck") / "store.sqlite"
    filled(path, LOG)
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """A copy to meddle with."""
    for name in whole.parent.glob("store.sqlite*"):
        shutil.copy(name, tmp_path / name.name)
    return tmp_path / "store.sqlite"


def found(path: Path) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.at) for fault in check_file(path, ROSTER)]


def test_an_honest_store_has_nothing_to_report(whole: Path) -> None:
    counts = Counts()
    assert list(check_file(whole, ROSTER, counts=counts)) == []
    assert (counts.logs, counts.entries, counts.notes, counts.receipts) == (1, ENTRIES, len(NOTED), len(NOTED) - 1)
    assert counts.signatures == len(NOTED) * 2 - 1 + 1 + 2 + 2 + 1, (
        "notes, receipts, the newest note, two of ML-DSA, an exhibit, one over an entry held ahead"
    )
    assert counts.ahead == 1
    assert (counts.nodes, counts.exhibits, counts.attachments, counts.unchecked) == (2, 2, 1, 0)


def test_the_memory_store_is_checked_alike() -> None:
    store = MemoryStore()
    fill(store, LOG)
    assert list(check(store, ROSTER)) == []


def test_without_a_roster_signatures_are_counted_as_unchecked(whole: Path) -> None:
    counts = Counts()
    assert list(check_file(whole, counts=counts)) == []
    assert counts.signatures == 0 and counts.unchecked == len(NOTED) * 2 + 2 + 1


def changed_header(index: int) -> bytes:
    header = parse_header(LOG.headers[index])
    return encode_header(header._replace(written_at_ms=header.written_at_ms + 1))


@pytest.mark.parametrize(
    ("sql", "bindings", "faults"),
    [
        ("UPDATE entries SET body = ? WHERE idx = 123", (b"Peace, 123",), [("digest", 123)]),
        ("UPDATE entries SET body = x'' WHERE idx = 0", (), [("digest", 0), ("opening", 0)]),
        ("UPDATE entries SET header = ? WHERE idx = 7", (changed_header(7),), [("leaf", 7)]),
        ("UPDATE entries SET header = CAST(header || x'00' AS BLOB) WHERE idx = 7", (), [("header", 7)]),
        ("UPDATE entries SET header = ? WHERE idx = 7", (LOG.headers[8],), [("index", 7), ("leaf", 7), ("digest", 7)]),
        ("UPDATE entries SET kind = 9 WHERE idx = 599", (), [("kind", 599)]),
        (
            "UPDATE entries SET leaf = ? WHERE idx = 400",
            (bytes(32),),
            [("leaf", 400), ("root", 512), ("signature", 512), ("node", 256), ("signature", 512), ("signature", 512)],
        ),
        ("UPDATE nodes SET hash = ? WHERE idx = 0", (bytes(32),), [("node", 0)]),
        ("DELETE FROM nodes WHERE idx = 1", (), [("node", 256)]),
        ("UPDATE notes SET root = ? WHERE size = 100", (bytes(32),), [("root", 100), ("signature", 100)]),
        ("UPDATE notes SET signature = zeroblob(64) WHERE size = 100", (), [("signature", 100)]),
        ("UPDATE notes SET size = 700 WHERE size = 600", (), [("beyond", 700)]),
        ("UPDATE receipts SET at_s = at_s - 60 WHERE size = 256", (), [("signature", 256)]),
        ("UPDATE receipts SET size = 255 WHERE size = 256", (), [("signature", 255)]),
        ("UPDATE receipts SET witness = 0 WHERE size = 256", (), [("signature", 256)]),
        ("UPDATE receipts SET size = 601 WHERE size = 600", (), [("beyond", 601)]),
        ("UPDATE pq SET signature = zeroblob(2420) WHERE witness = 0", (), [("signature", 512)]),
        ("UPDATE pq SET size = 9999 WHERE witness = 0", (), [("beyond", 9999)]),
        ("UPDATE logs SET secret = ?", (b"x" * 32,), [*[("digest", index) for index in range(ENTRIES)], ("secret", 0)]),
        ("UPDATE logs SET peaks = zeroblob(length(peaks))", (), [("peaks", 600)]),
        ("UPDATE logs SET noted_signature = zeroblob(64)", (), [("signature", 600)]),
        ("UPDATE exhibits SET data = x'00' WHERE proves = 0", (), [("exhibit", None)]),
        ("UPDATE exhibits SET proves = 1", (), [("exhibit", None)]),
        ("UPDATE chunks SET data = zeroblob(length(data)) WHERE start = 65536", (), [("attachment", None)]),
        ("UPDATE submissions SET idx = 600", (), [("database", None)]),
        ("INSERT INTO notes SELECT log + 5, size, root, signature FROM notes WHERE size = 1", (), [("database", None)]),
        ("DELETE FROM entries WHERE idx = 599", (), [("missing", 599)]),
        ("UPDATE ahead SET body = ?", (b"theirs 4",), [("ahead", 5)]),
        ("UPDATE ahead SET header = ?", (LOG.headers[5],), [("ahead", 5), ("ahead", 5)]),
        ("UPDATE ahead SET header = x'a0'", (), [("ahead", 5)]),
        ("UPDATE ahead SET idx = 4", (), [("ahead", 4), ("ahead", 4), ("ahead", 4)]),
        ("UPDATE ahead SET leaf = ?", (bytes(32),), [("ahead", 5), ("ahead", 5)]),
        ("UPDATE ahead SET before = x''", (), [("ahead", 5)]),
        ("UPDATE ahead SET behind = CAST(behind || x'00' AS BLOB)", (), [("ahead", 5)]),
        ("UPDATE ahead SET root = ?", (bytes(32),), [("ahead", 5), ("signature", 8)]),
        ("UPDATE ahead SET size = 7", (), [("signature", 7)]),
        ("UPDATE ahead SET signature = zeroblob(64)", (), [("signature", 8)]),
        ("UPDATE ahead SET secret = ?", (b"x" * 32,), [("ahead", 5)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_meddling_is_found_and_named(
    path: Path, sql: str, bindings: tuple[object, ...], faults: list[tuple[str, int | None]]
) -> None:
    meddle(path, sql, *bindings)
    assert Counter(found(path)) == Counter(faults)


def test_entries_taken_out_of_the_middle_are_named_and_nothing_else_is_doubted(path: Path) -> None:
    meddle(path, "DELETE FROM entries WHERE idx IN (100, 101, 511)")
    assert found(path) == [("missing", 100), ("missing", 101), ("missing", 511)]


def test_two_faults_far_apart_are_both_found(path: Path) -> None:
    meddle(path, "UPDATE entries SET body = x'00' WHERE idx IN (3, 300, 599)")
    assert found(path) == [("digest", 3), ("digest", 300), ("digest", 599)]


def test_a_clever_meddler_who_mends_the_leaf_is_betrayed_by_the_node_and_the_signature(path: Path) -> None:
    header = changed_header(300)
    meddle(path, "UPDATE entries SET header = ?, leaf = ? WHERE idx = 300", header, leaf(header))
    faults = found(path)
    assert ("node", 256) in faults and ("root", 512) in faults and ("root", 599) not in faults


def test_a_page_the_disk_destroyed_is_reported_and_the_rest_is_checked(path: Path) -> None:
    Path(f"{path}-wal").unlink(missing_ok=True)
    data = bytearray(path.read_bytes())
    at = data.index(LOG.bodies[300]) // PAGE_BYTES * PAGE_BYTES
    data[at : at + PAGE_BYTES] = b"\xff" * PAGE_BYTES
    path.write_bytes(data)
    counts = Counts()
    faults = list(check_file(path, ROSTER, counts=counts))
    codes = Counter(fault.code for fault in faults)
    assert codes["database"] and codes["unreadable"] and counts.entries == ENTRIES
    assert not {"root", "node", "digest", "signature"} & set(codes), "what is lost is not called forged"


def test_a_snapshot_is_derived_again() -> None:
    store = MemoryStore()
    fill(store, LOG)

    def count(store: Store) -> tuple[int, bytes]:
        return 1, b"%d" % sum(row.size for row in store.logs())

    derive: dict[str, Callable[[Store], tuple[int, bytes]]] = {"count": count, "absent": count}
    assert list(check(store, snapshots=derive)) == []
    store.commit([PutState("count", 1, b"599")])
    faults: list[Fault] = list(check(store, snapshots=derive))
    assert [fault.code for fault in faults] == ["snapshot"] and "'count'" in faults[0].text


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        list(check_file(tmp_path / "absent"))
    (tmp_path / "text").write_bytes(b"x" * 20_000)
    with pytest.raises(Misconfigured):
        list(check_file(tmp_path / "text"))


def test_the_helper_of_these_tests_makes_true_hashes() -> None:
    assert all(leaf(header) == each for header, each in zip(LOG.headers, LOG.leaves, strict=True))
    assert sha256(b"\x00" + LOG.headers[5]).digest() == LOG.leaves[5]
