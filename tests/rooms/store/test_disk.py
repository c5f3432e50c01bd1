"""Power cuts, full disks and broken syncs under the SQLite store, on the simulation's disk. R-190, R-193, R-194."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

import apsw
import pytest
from _pytest.mark.structures import ParameterSet

from openline.errors import LocalFault, StoreDown, UnknownOutcome
from openline.line.ports import Store
from openline.store.sqlite import SqliteStore
from simulation.disk import Disk
from tests.contracts.store_contract import A, StoreContract, entry, turn


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk(seed=1)
    yield disk
    disk.close()


def open_store(disk: Disk, synchronous: str = "EXTRA") -> SqliteStore:
    return SqliteStore("store.sqlite", vfs=disk.vfs, synchronous=synchronous)


class TestSqliteStoreOnTheSimulatedDisk(StoreContract):
    @pytest.fixture
    def make_store(self, disk: Disk) -> Callable[[], Store]:
        return lambda: open_store(disk)


def held(store: Store) -> int:
    """How many entries are held; every one of them whole and in place."""
    rows = store.entries(A, 0, 10_000, 10**9)
    assert rows == [entry(index) for index in range(len(rows))]
    assert [row.size for row in store.logs()] in ([len(rows)], [])
    return len(rows)


def until_the_cut(store: Store, draw: Random, size: int) -> tuple[int, int]:
    """Commit until the disk stops answering. Gives the size that was promised and the size that was tried."""
    for _ in range(400):
        count = draw.choice((1, 1, 2, 5, 40))
        try:
            store.commit(turn(A, size, count))
        except LocalFault:
            return size, size + count
        size += count
    return size, size


def course(seed: int, synchronous: str, lives: int = 3) -> int:
    """A store that lives, is cut at a drawn operation, and lives again. Gives how many promised entries were lost."""
    draw, disk, size, lost = Random(seed), Disk(seed), 0, 0
    for _ in range(lives):
        disk.cut_after = draw.choice((draw.randrange(40), draw.randrange(400), draw.randrange(2_000)))
        tried = size
        try:
            store = open_store(disk, synchronous)
        except LocalFault:
            pass
        else:
            found = held(store)
            size, tried = until_the_cut(store, draw, found)
        disk.power_cut()
        store = open_store(disk, synchronous)
        found = held(store)
        lost += max(0, size - found)
        if not lost:
            assert found in (size, tried), f"seed {seed}: {found} held, {size} promised, {tried} tried"
            assert apsw_check(disk) == "ok", f"seed {seed}"
        size = found
        store.close()
    disk.close()
    return lost


def apsw_check(disk: Disk) -> str:
    image = Disk()
    image.restore(disk.image())
    conn = apsw.Connection("store.sqlite", vfs=image.vfs)
    conn.execute("PRAGMA locking_mode = EXCLUSIVE")
    answer = str(conn.execute("PRAGMA integrity_check").get)
    conn.close()
    image.close()
    return answer


def more(*seeds: range) -> list[ParameterSet]:
    """Seeds that only `make test` takes."""
    return [pytest.param(one, marks=pytest.mark.whole) for one in seeds]


@pytest.mark.parametrize("seeds", [range(8), *more(range(8, 20), range(20, 40), range(40, 60))], ids=str)
def test_what_was_committed_survives_every_power_cut(seeds: range) -> None:
    """R-190. Also: a turn cut in the middle is there whole or not at all."""
    for seed in seeds:
        assert course(seed, "EXTRA") == 0, f"seed {seed}"


@pytest.mark.parametrize("synchronous", ["OFF", pytest.param("NORMAL", marks=pytest.mark.whole)])
def test_the_test_above_can_fail(synchronous: str) -> None:
    """A store that speaks before the sync loses what it promised, within few seeds."""
    losses = 0
    for seed in range(20):
        try:
            losses += course(seed, synchronous)
        except (AssertionError, LocalFault):  # or it comes back with holes or not at all, which is no better
            losses += 1
    assert losses


def test_power_goes_at_every_single_operation_of_a_life() -> None:
    """R-190. Every point of creating a store, committing twice and closing, one after the other."""
    whole = Disk(seed=7)
    store = open_store(whole)
    for first in (0, 1):
        store.commit(turn(A, first, 1 + first))
    store.close()
    whole.close()
    for point in range(whole.operations):
        disk = Disk(seed=point)
        disk.cut_after = point
        promised = tried = 0
        try:
            store = open_store(disk)
            for first in (0, 1):
                tried = first + 1 + first
                store.commit(turn(A, first, 1 + first))
                promised = tried
            store.close()
        except LocalFault:
            pass
        disk.power_cut(point)
        assert held(open_store(disk)) in (promised, tried), f"operation {point}"
        disk.close()


def bad_course(seed: int, lives: int = 6) -> None:
    """Lives ended by cuts, kills, bad syncs or several of them. What one life promised or read, the next one has."""
    draw, disk, sure, tried = Random(seed), Disk(seed), 0, 0
    for _ in range(lives):
        disk.cut_after = draw.choice((None, draw.randrange(60), draw.randrange(600)))
        with suppress(LocalFault):
            store = open_store(disk)
            sure, found = held(store), sure
            assert sure >= found, f"seed {seed}: {found} were sure, {sure} are held"
            tried = max(tried, sure)
            for _ in range(draw.randrange(60)):
                count = draw.choice((1, 3, 40))
                disk.syncs_broken = draw.random() < 0.05
                tried = max(tried, sure + count)
                try:
                    store.commit(turn(A, sure, count))
                    sure += count
                except UnknownOutcome:
                    store.reopen()
                    sure = held(store)
        assert sure <= tried
        disk.syncs_broken = 0
        disk.kill() if draw.random() < 0.4 else disk.power_cut()
    disk.close()


@pytest.mark.parametrize("seeds", [range(15, 20), *more(range(15), range(20, 30))], ids=str)
def test_no_life_loses_what_the_one_before_it_read(seeds: range) -> None:
    """R-193."""
    for seed in seeds:
        bad_course(seed)


@pytest.mark.parametrize("point", range(12))
def test_a_killed_process_may_leave_nothing_that_is_seen_and_not_durable(point: int) -> None:
    """R-193. One life is killed between writing a commit and syncing it; what the next one sees must stay."""
    disk = Disk(seed=point)
    store = open_store(disk)
    store.commit(turn(A, 0, 1))
    disk.cut_after = point
    with suppress(LocalFault):
        store.commit(turn(A, 1, 1))
    disk.kill()
    seen = held(open_store(disk))
    assert seen in (1, 2)
    disk.power_cut()
    assert held(open_store(disk)) == seen
    disk.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_sync_went_wrong_and_the_process_died_of_it(seed: int) -> None:
    """R-193. The next one reads what was never written, makes it durable first, and may be cut while it does."""
    disk = Disk(seed)
    store = open_store(disk)
    store.commit(turn(A, 0, 1))
    disk.syncs_broken = 1
    with pytest.raises(UnknownOutcome):
        store.commit(turn(A, 1, 2))
    disk.kill()
    disk.cut_after = seed
    with suppress(LocalFault):
        store = open_store(disk)
        seen = held(store)
        disk.power_cut()
        assert held(open_store(disk)) == seen
        disk.close()
        return
    disk.power_cut()
    seen = held(open_store(disk))
    assert seen in (1, 3)
    disk.power_cut()
    assert held(open_store(disk)) == seen
    disk.close()


@pytest.mark.parametrize("seed", range(30))
def test_an_unknown_outcome_needs_reopening_and_then_is_known(seed: int) -> None:
    """R-193, R-194. A failed sync leaves bytes that are shown and never written; reopening settles which they are."""
    disk = Disk(seed)
    store = open_store(disk)
    store.commit(turn(A, 0, 3))
    disk.syncs_broken = 1
    with pytest.raises(UnknownOutcome, match="reopen"):
        store.commit(turn(A, 3, 2))
    with pytest.raises(UnknownOutcome, match="reopen"):
        store.commit(turn(A, 3, 2))
    with pytest.raises(StoreDown, match="nobody knows"):
        store.logs()
    with pytest.raises(StoreDown, match="nobody knows"):
        store.check_readable()
    store.reopen()
    store.check_readable()
    seen = held(store)
    assert seen in (3, 5)
    disk.power_cut()
    store = open_store(disk)
    assert held(store) == seen
    store.commit(turn(A, seen, 1))
    disk.close()


def test_a_reopening_that_cannot_settle_is_refused_and_tried_again(disk: Disk) -> None:
    """R-193."""
    store = open_store(disk)
    store.commit(turn(A, 0, 3))
    disk.syncs_broken = 1
    with pytest.raises(UnknownOutcome):
        store.commit(turn(A, 3, 2))
    disk.syncs_broken = 3  # some go by while the old connection is let go of
    with pytest.raises(StoreDown):
        store.reopen()
    disk.syncs_broken = 0
    with pytest.raises(UnknownOutcome):
        store.commit(turn(A, 3, 2))
    with pytest.raises(StoreDown):
        store.logs()
    store.reopen()
    assert held(store) in (3, 5)


def test_a_full_disk_refuses_loses_nothing_and_recovers_by_itself(disk: Disk) -> None:
    """R-194."""
    store = open_store(disk)
    store.commit(turn(A, 0, 3))
    disk.room_bytes = sum(map(len, disk.image().values())) + 100_000
    size = 3
    with pytest.raises(StoreDown, match="full"):
        while True:
            store.commit(turn(A, size, 5))
            size += 5
    assert held(store) == size, "what is held can be read while the disk is full"
    for _ in range(3):
        with pytest.raises(StoreDown, match="nothing held is lost"):
            store.commit(turn(A, size, 500))
    disk.room_bytes = None
    store.commit(turn(A, size, 5))
    disk.power_cut()
    assert held(open_store(disk)) == size + 5


@pytest.mark.parametrize("seed", range(20))
def test_what_a_full_disk_refused_does_not_come_back_after_a_cut(seed: int) -> None:
    """R-194. "Known not done" must hold on the platter too."""
    disk = Disk(seed)
    store = open_store(disk)
    store.commit(turn(A, 0, 3))
    disk.room_bytes = sum(map(len, disk.image().values())) + 9_000 * (seed % 4) + seed * 37
    size = 3
    with pytest.raises(StoreDown):
        while True:
            store.commit(turn(A, size, 1))
            size += 1
    disk.power_cut()
    disk.room_bytes = None
    assert held(open_store(disk)) == size
    disk.close()


def test_a_disk_turned_read_only_is_said_and_outlived(disk: Disk) -> None:
    """R-194. The kernel turns a file system read-only when the device under it fails."""
    store = open_store(disk)
    store.commit(turn(A, 0, 3))
    disk.read_only = True
    with pytest.raises((StoreDown, UnknownOutcome)):
        store.commit(turn(A, 3, 1))
    with pytest.raises(StoreDown):
        store.reopen()
    disk.read_only = False
    store.reopen()
    assert held(store) == 3
    store.commit(turn(A, 3, 1))
