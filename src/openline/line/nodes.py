"""Merkle nodes of a stored log, as the proofs of `record.merkle` look them up."""

from __future__ import annotations

from collections.abc import Sequence

from openline.line.ports import LogId, Store
from openline.record import merkle


def nodes_of(store: Store, log: LogId) -> merkle.Lookup:
    """Leaves and stored nodes of one log. What it gives may raise StoreDown."""

    def look_up(level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return store.leaves(log, first, count)
        return store.nodes(log, level, first, count)

    return look_up
