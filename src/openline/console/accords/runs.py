"""Entries that were found, read a stretch at a time where they lie side by side in their log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import EntryRow, FoundRow, LogId, Store


def chunks(store: Store, rows: Sequence[FoundRow]) -> Iterator[tuple[LogId, int, list[EntryRow]]]:
    """The log, the first index and the entries of each stretch, in the order of `rows`; at most COMMIT_BYTES_MAX of
    them at once. Raises StoreDown."""
    for log, first, many in _runs(rows):
        end = first + many
        while first < end:
            entries = store.entries(log, first, end - first, COMMIT_BYTES_MAX)
            yield log, first, entries
            first += len(entries)


def _runs(rows: Sequence[FoundRow]) -> Iterator[tuple[LogId, int, int]]:
    """Rows that stand side by side in a log: the log, the first, how many."""
    at = 0
    while at < len(rows):
        log, first = rows[at].log, rows[at].index
        many = 1
        while at + many < len(rows) and rows[at + many].log == log and rows[at + many].index == first + many:
            many += 1
        yield log, first, many
        at += many
