"""The memory store keeps the promises of every store, and trips where a disk would."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openline.errors import StoreDown, UnknownOutcome
from openline.line.ports import Store
from openline.store.memory import MemoryStore
from tests.contracts.store_contract import A, StoreContract, turn


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def make_store(self) -> Callable[[], Store]:
        return MemoryStore


def test_a_trip_before_the_commit_leaves_nothing_and_recovers_by_itself() -> None:
    store = MemoryStore()

    def full(point: str) -> None:
        if point == "before":
            raise StoreDown("the disk is full")

    store.trip = full
    with pytest.raises(StoreDown):
        store.commit(turn(A, 0, 2))
    store.trip = None
    store.commit(turn(A, 0, 2))
    assert len(store.leaves(A, 0, 9)) == 2


def test_a_trip_after_the_commit_leaves_everything_and_needs_reopening() -> None:
    store = MemoryStore()

    def broken(point: str) -> None:
        if point == "after":
            raise UnknownOutcome("the disk failed during a commit")

    store.trip = broken
    with pytest.raises(UnknownOutcome):
        store.commit(turn(A, 0, 2))
    store.trip = None
    with pytest.raises(UnknownOutcome):
        store.commit(turn(A, 2, 1))
    store.reopen()
    store.commit(turn(A, 2, 1))
    assert len(store.leaves(A, 0, 9)) == 3


def test_a_copy_is_a_backup_that_does_not_move() -> None:
    store = MemoryStore()
    store.commit(turn(A, 0, 2))
    backup = store.copy()
    store.commit(turn(A, 2, 1))
    assert len(backup.leaves(A, 0, 9)) == 2
    backup.commit(turn(A, 2, 5))
    assert len(store.leaves(A, 0, 9)) == 3
