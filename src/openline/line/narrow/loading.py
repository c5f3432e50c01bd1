"""What overtaking asks of the store: answers to the machine's questions, and what a new life begins with."""

from __future__ import annotations

from collections.abc import Mapping

from openline.limits import BODY_BYTES_MAX
from openline.line.events import AheadLoaded, LoadAhead
from openline.line.nodes import nodes_of
from openline.line.ports import AheadRow, EntryRow, LogId, Store
from openline.line.state import LogState
from openline.record import merkle
from openline.record.ahead import plan_between


def load_ahead(store: Store, want: LoadAhead) -> AheadLoaded:
    """One entry, and what leads from it to the root that its author signed. Raises StoreDown."""
    _, log, index, size, first = want
    rows, notes = store.entries(log, index, 1, BODY_BYTES_MAX), store.notes(log, size, size)
    if not rows or not notes:
        return AheadLoaded(want, EntryRow(b"", b"", b""), b"", ())
    hashes = merkle.build(plan_between(first, index, size), nodes_of(store, log))
    return AheadLoaded(want, rows[0], notes[0].signature, tuple(hashes))


def held_ahead(store: Store, logs: Mapping[LogId, LogState]) -> dict[tuple[LogId, int], AheadRow]:
    """What is held ahead still; what stands in the way of another history stays in the store only. Raises StoreDown."""
    sizes = {log: held.size for log, held in logs.items()}
    return {(row.log, row.index): row for row in store.ahead() if row.index >= sizes.get(row.log, 0)}
