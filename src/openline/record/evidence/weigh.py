"""Between the logs of an export: do they name each other as they are, what is missing, when was what held.

Everything here compares signed statements of different origin. What does not fit is a doubt or a gap, shown for what
it is; it accuses nobody, for that takes an exhibit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openline.record.entry import OPENING, After, LogId, entry_name, log_name
from openline.record.evidence.findings import Doubt, Missing, ReceiptFinding
from openline.record.logbook import LogBook
from openline.record.roster import Roster, station_of
from openline.record.times import Bounds, receipt_interval
from openline.seal.certificate import Revocation


class Naming(NamedTuple):
    """A signed statement names the first `size` entries of a log, and their root."""

    log: LogId
    size: int
    root: bytes
    by: str
    by_log: LogId
    by_index: int | None


class Weighed(NamedTuple):
    """What comparing the logs came to."""

    missing: tuple[Missing, ...]
    doubts: tuple[Doubt, ...]


def weigh(books: Mapping[LogId, LogBook], revocations: Sequence[tuple[int, Revocation]], whole: bool) -> Weighed:
    """Compare every statement about a log with the log. An extract (not `whole`) leaves out on purpose: no gaps."""
    doubts: list[Doubt] = []
    namings: list[Naming] = []
    for book in books.values():
        doubts += _opening_doubts(book)
        doubts += _after_doubts(book)
        namings += _namings(book)
    namings += _revoked_namings(books, revocations)
    missing, more = _compare(books, namings)
    gaps = tuple(missing + _missing_receipts(books)) if whole else ()
    return Weighed(gaps, tuple(doubts + more))


# --- one log by itself


def _opening_doubts(book: LogBook) -> Iterator[Doubt]:
    first = book.entries[0] if book.entries else None
    if first is None or first.header.index != 0:
        return
    if first.header.kind != OPENING:
        yield Doubt("no-opening", book.log, 0, f"{book.name} does not begin with an opening")
    elif first.body is not None and book.opening is None:
        yield Doubt("no-opening", book.log, 0, f"the opening of {book.name} does not read")


def _after_doubts(book: LogBook) -> Iterator[Doubt]:
    """`after` never decreases along a log and never names its own. (R-177)"""
    before = After((), ())
    for index, after in book.changes:
        why = _decrease(before, after, book.log, index)
        if why:
            yield Doubt("after-decreases", book.log, index, f"{entry_name(book.log, index)}: {why}")
        before = after


def _decrease(before: After, after: After, own: LogId, index: int) -> str | None:
    now = {held.party: held for held in after.held}
    if own.party in now:
        return "it names its own party among those whose logs it holds"
    for was in before.held:
        held = now.get(was.party)
        if held is None or (held.generation, held.size) < (was.generation, was.size):
            return f"it says it held less of {log_name((was.party, was.generation))} than an entry before it"
        if held[:3] == was[:3] and held.root != was.root:
            return f"it names another root of {log_name((was.party, was.generation))} than an entry before it"
    sizes = dict(after.receipted)
    for party, size in before.receipted:
        if sizes.get(party, 0) < size:
            return f"it names a smaller receipt of party {party} than an entry before it"
    for party, size in after.receipted:
        if size > index or party == own.party:
            return f"it names a receipt of party {party} that could not have been there"
    return None


# --- statements about other logs


def _namings(book: LogBook) -> Iterator[Naming]:
    for index, after in book.changes:
        for party, generation, size, root in after.held:
            if party != book.log.party:
                log = LogId(party, generation)
                yield Naming(log, size, root, entry_name(book.log, index), book.log, index)
    if book.opening and book.opening.previous:
        generation, size, root = book.opening.previous
        yield Naming(LogId(book.log.party, generation), size, root, entry_name(book.log, 0), book.log, 0)


def _revoked_namings(books: Mapping[LogId, LogBook], revocations: Sequence[tuple[int, Revocation]]) -> Iterator[Naming]:
    for party, revocation in revocations:
        for generation, size, root in revocation.agreed:
            log = LogId(party, generation)
            yield Naming(log, size, root, f"the revocation by party {party}", log, None)


def _compare(books: Mapping[LogId, LogBook], namings: list[Naming]) -> tuple[list[Missing], list[Doubt]]:
    asked: dict[LogId, list[int]] = {}
    for naming in namings:
        asked.setdefault(naming.log, []).append(naming.size)
    roots = {log: books[log].root_at(sizes) for log, sizes in asked.items() if log in books}
    furthest: dict[LogId, Naming] = {}
    doubts: list[Doubt] = []
    for naming in namings:
        root = roots.get(naming.log, {}).get(naming.size)
        if root is not None and root != naming.root:
            sentence = f"{naming.by} names another root for the first {naming.size} entries of {log_name(naming.log)}"
            doubts.append(Doubt("other-root", naming.by_log, naming.by_index, sentence))
        if naming.size > _shown(books, naming.log) and naming.size > furthest.get(naming.log, naming).size - 1:
            furthest[naming.log] = naming
    missing = [Missing("entries", log, _shown(books, log), naming.size, naming.by) for log, naming in furthest.items()]
    return missing, doubts


def _shown(books: Mapping[LogId, LogBook], log: LogId) -> int:
    return books[log].start.size if log in books else 0


def _missing_receipts(books: Mapping[LogId, LogBook]) -> list[Missing]:
    """Receipts that an author says it holds, for its own log, and that are not here."""
    missing = []
    for book in books.values():
        if book.changes:
            index, after = book.changes[-1]
            for party, size in after.receipted:
                here = max((covered for witness, covered in book.receipts if witness == party), default=0)
                if here < size:
                    by = entry_name(book.log, index)
                    missing.append(Missing(f"receipts of party {party}", book.log, here, size, by))
    return missing


# --- when


def receipts_of(
    book: LogBook, books: Mapping[LogId, LogBook], roster: Roster
) -> tuple[tuple[ReceiptFinding, ...], ...]:
    """Each party's receipts for a log with their intervals, ascending by size. (R-094)"""
    found: list[list[ReceiptFinding]] = [[] for _ in roster.parties]
    author = _Steps.of_receipts(book)
    witnesses: dict[int, _Steps] = {}
    for (witness, size), (at_s, station, signature) in sorted(book.receipts.items()):
        if witness not in witnesses:
            witnesses[witness] = _Steps.of_holding(book.log, witness, books)
        said, noticed = witnesses[witness].around(size), author[witness].around(size)
        written = _written_last(book, size)
        bounds = Bounds(
            max((at for at in (written, said.not_before_ms) if at is not None), default=None),
            min((at for at in (said.not_after_ms, noticed.not_after_ms) if at is not None), default=None),
        )
        arrived = book.arrivals.get((witness, size))
        interval = receipt_interval(at_s, arrived, bounds)
        revoked = station_of(roster, witness, station).revoked
        by_arrival = interval.disputed and not receipt_interval(at_s, None, bounds).disputed
        found[witness].append(ReceiptFinding(witness, size, at_s, arrived, interval, revoked, by_arrival, signature))
    return tuple(tuple(receipts) for receipts in found)


def _written_last(book: LogBook, size: int) -> int | None:
    """When the last entry that a checkpoint covers was written; in an extract, of those proved under it. (R-176)"""
    if book.proved is None:
        return book.entries[size - 1].header.written_at_ms if size <= len(book.entries) else None
    under = [one.header for one in book.entries if book.proved.get(one.header.index) == size]
    return under[-1].written_at_ms if under else None


class _Steps:
    """At which instants somebody's entries began to name at least a size: ascending sizes, with times around."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._bounds: list[Bounds] = []
        self.last_ms: int | None = None  # when the last entry was written that names no more than the largest size

    def add(self, size: int, bounds: Bounds) -> None:
        if not self._sizes or size > self._sizes[-1]:
            self._sizes.append(size)
            self._bounds.append(bounds)

    def around(self, size: int) -> Bounds:
        """Not before the last entry that names less, or names nothing, not after the first that names it."""
        at = bisect_left(self._sizes, size)
        return self._bounds[at] if at < len(self._sizes) else Bounds(self.last_ms)

    @staticmethod
    def of_holding(log: LogId, witness: int, books: Mapping[LogId, LogBook]) -> _Steps:
        """When the witness's own entries name what it holds of `log`."""
        steps = _Steps()
        for other in sorted(books):
            if other.party == witness:
                steps.add_holding(log, books[other])
        return steps

    def add_holding(self, log: LogId, book: LogBook) -> None:
        """What one log of the witness names of `log`. A later life of its author says nothing of how much of this."""
        later = False
        for index, after in book.changes:
            before_ms, at_ms = _times(book, index)
            if not later and before_ms is not None:
                self.last_ms = before_ms
            newest = next((held for held in after.held if held.party == log.party), None)
            later = newest is not None and newest.generation > log.generation
            if newest is not None and newest[:2] == log:
                self.add(newest.size, Bounds(self.last_ms, at_ms))
        if book.entries and not later:
            self.last_ms = book.entries[-1].header.written_at_ms

    @staticmethod
    def of_receipts(book: LogBook) -> dict[int, _Steps]:
        """When the author's own entries name each party's receipt."""
        steps: dict[int, _Steps] = {witness: _Steps() for witness, _ in book.receipts}
        for index, after in book.changes:
            for party, size in after.receipted:
                if party in steps:
                    steps[party].add(size, _times(book, index))
        return steps


def _times(book: LogBook, index: int) -> Bounds:
    """When an entry was written, and the one before it: in an extract, the one before it that is shown."""
    at = bisect_left(book.entries, index, key=lambda one: one.header.index)
    before = book.entries[at - 1].header.written_at_ms if at else None
    return Bounds(before, book.entries[at].header.written_at_ms)
