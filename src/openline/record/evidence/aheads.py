"""HELD AHEAD entries of an export as evidence: who stated when that it held which entry, and whether that is so. R-239.

A party's word, signed and placed in its log like everything it says: it shows that the party had the entry by then, at
the latest, as far as its clock and the entries around tell. It is no receipt. Where the file has the other log, leaf
and root are compared; a word that does not fit is a doubt about two statements, and accuses nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from openline.errors import Malformed
from openline.record.ahead import HeldAhead, parse_held_ahead
from openline.record.entry import HELD_AHEAD, LogId, entry_name, log_name
from openline.record.evidence.findings import Doubt, StatedAhead
from openline.record.logbook import LogBook


def stated_ahead(books: Mapping[LogId, LogBook]) -> tuple[StatedAhead, ...]:
    """Every such statement of an export whose body it shows, log by log."""
    said = [one for book in books.values() for one in _of(book)]
    by_log: dict[LogId, list[HeldAhead]] = defaultdict(list)
    for one in said:
        by_log[LogId(*one.said.of[:2])].append(one.said)
    fitting = {log: _fitting(books[log], rows) for log, rows in by_log.items() if log in books}
    return tuple(one._replace(fits=fitting.get(LogId(*one.said.of[:2]), {}).get(one.said)) for one in said)


def _of(book: LogBook) -> Iterator[StatedAhead]:
    for header, body in book.entries:
        if header.kind == HELD_AHEAD and body is not None:
            with suppress(Malformed):  # signed as it is; it says nothing
                yield StatedAhead(book.log, header.index, header.written_at_ms, parse_held_ahead(body), None)


def _fitting(book: LogBook, said: Sequence[HeldAhead]) -> dict[HeldAhead, bool | None]:
    """Whether the log has that leaf in that place, and that root at that size, as far as the file shows them."""
    wanted = {one.of.index for one in said}
    rows = zip(book.entries, book.leaves, strict=True)
    leaves = {entry.header.index: leaf for entry, leaf in rows if entry.header.index in wanted}
    roots = book.root_at(sorted({one.size for one in said}))
    found: dict[HeldAhead, bool | None] = {}
    for one in said:
        leaf, root = leaves.get(one.of.index), roots.get(one.size)
        found[one] = None if leaf is None else True
        if leaf not in (None, one.leaf) or root not in (None, one.root):
            found[one] = False
    return found


def ahead_doubts(stated: tuple[StatedAhead, ...]) -> Iterator[Doubt]:
    """Words that do not fit what the other log says."""
    for one in stated:
        if one.by.party == one.said.of.party:
            what = "says that it holds an entry of its own author ahead, which says nothing"
        elif one.fits is False:
            log = LogId(*one.said.of[:2])
            what = (
                f"states that it held entry {one.said.of.index} of {log_name(log)} with another leaf, or under another "
                f"root of {one.said.size}, than this file shows: one of the two parties showed what was not so"
            )
        else:
            continue
        yield Doubt("ahead-differs", one.by, one.at, f"{entry_name(one.by, one.at)} {what}")
