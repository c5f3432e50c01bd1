"""Feeds the fold of contact: from a store, or from an export whose every signature has been verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from openline.console.contact.told import as_data
from openline.contact.fold import Fact, Given, fold
from openline.contact.timeline import BETWEEN_MS, draw
from openline.line.ports import Store
from openline.record.entry import LINK_ANSWER, LINK_TEST, OBSERVED, LogId, parse_header
from openline.record.evidence.findings import Findings, LogFinding

KINDS: Final = (LINK_TEST, LINK_ANSWER, OBSERVED)
PAGE_ROWS: Final = 1_024
THIN_S: Final = 60  # of a log's receipts by one party, one a minute is enough to draw
_BODY_BYTES: Final = 64 * 1024
Plain = dict[str, object]


def of_store(
    store: Store, names: Sequence[str], from_ms: int | None, to_ms: int | None, between_ms: int = BETWEEN_MS
) -> Plain:
    """The timeline as plain data. Reads what it needs, not every entry; may be called beside the event loop."""
    sizes = {row.log: row.size for row in store.logs() if row.size}
    given = [
        one
        for log in sorted(sizes)
        for one in thinned(Given(log, row.witness, row.size, row.at_s) for row in store.receipts(log))
        if one.size <= sizes[log]
    ]
    wanted = {(one.log, one.size - 1) for one in given} | {(log, size - 1) for log, size in sizes.items()}
    wanted |= {place for kind in KINDS for place in _found(store, kind)}
    facts = [_fact(store, log, index) for log, index in sorted(wanted)]
    return as_data(draw(fold(facts, given), range(len(names)), from_ms, to_ms, between_ms), names)


def _found(store: Store, kind: int) -> Iterator[tuple[LogId, int]]:
    after = 0
    while True:
        rows = store.find(kind, after, PAGE_ROWS)
        yield from ((row.log, row.index) for row in rows)
        if len(rows) < PAGE_ROWS:
            return
        after = rows[-1].position


def _fact(store: Store, log: LogId, index: int) -> Fact:
    row = store.entries(log, index, 1, _BODY_BYTES)[0]
    header = parse_header(row.header)
    return Fact(log, header, row.body if header.kind in KINDS else None)


def of_findings(findings: Findings, from_ms: int | None, to_ms: int | None) -> Plain:
    """The same from an export. In an extract only what is in it is known."""
    names = [party.name for party in findings.roster.parties]
    facts, given = [], []
    for log in findings.logs:
        for one in log.receipts:
            rows = [row for row in one if _covers(log, row.size)]
            given += list(thinned(Given(log.log, row.witness, row.size, row.at_s) for row in rows))
        for entry in log.entries:
            facts.append(Fact(log.log, entry.header, entry.body if entry.header.kind in KINDS else None))
    return as_data(draw(fold(facts, given), range(len(names)), from_ms, to_ms), names)


def _covers(log: LogFinding, size: int) -> bool:
    """Whether a receipt for so many entries speaks of all of them that are here: in an extract proofs say. (R-176)"""
    return log.proved is None or all(under == size for index, under in log.proved.items() if index < size)


def thinned(given: Iterator[Given]) -> Iterator[Given]:
    """Of each witness, receipts at least a minute apart by their own stamps, and the last."""
    kept: dict[int, int] = {}
    last: dict[int, Given] = {}
    for one in given:
        last[one.witness] = one
        if abs(one.at_s - kept.get(one.witness, -THIN_S)) >= THIN_S:
            kept[one.witness] = one.at_s
            yield one
            last.pop(one.witness)
    yield from last.values()
