"""The hash over receipts that each link test carries, compared with the receipts that a record shows. (R-286)

By it a test's author puts on its own record, under its own signature, which receipts it had given and which it held
when it wrote: none of them can be made later, exchanged for another, or denied to have been there. Compared is what
the tests say with receipts whose signatures have been verified; what is not in the file cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Final, NamedTuple

from openline.contact.body import LinkTest, parse_test, receipts_hash
from openline.errors import Malformed
from openline.record.entry import LINK_TEST, Header, LogId, Ref, entry_name
from openline.record.evidence.findings import Doubt, LogFinding

LIVES_TRIED: Final = 4  # of each party: a test names no generation, and its entry may know of a newer one
TRIES_MAX: Final = 16  # of one test

_Row = tuple[int, bytes, int, int, int, bytes]


class _Shown:
    """The receipts of a file."""

    def __init__(self, logs: Sequence[LogFinding]) -> None:
        self.by_log: dict[tuple[LogId, int, int], _Row] = {}  # log, witness, size
        self.by_party: dict[tuple[int, int, int], list[_Row]] = {}  # author, witness, size: the newest life first
        for log in sorted(logs, key=lambda one: one.log, reverse=True):
            for row in (row for rows in log.receipts for row in rows):
                told = (*log.log, row.witness, row.size, row.at_s, row.signature)
                self.by_log[log.log, row.witness, row.size] = told
                self.by_party.setdefault((log.log.party, row.witness, row.size), []).append(told)


class Carried(NamedTuple):
    """What the hash of one test comes to: it is over so many `receipts`. `fits` is None where one of them is not in the
    file, and False where all could be those in the file and none of what is there gives the hash."""

    place: Ref
    written_at_ms: int
    receipts: int
    fits: bool | None


def carried(logs: Sequence[LogFinding]) -> list[Carried]:
    """For every link test whose body is disclosed, log by log. (R-286)"""
    shown = _Shown(logs)
    found = []
    for log, header, test in _tests(logs):
        receipts = len(test.given) + len(test.received)
        place = Ref(*log.log, header.index)
        found.append(Carried(place, header.written_at_ms, receipts, _fits(log.log, header, test, shown)))
    return found


def _tests(logs: Sequence[LogFinding]) -> Iterator[tuple[LogFinding, Header, LinkTest]]:
    for log in logs:
        for header, body in log.entries:
            if header.kind == LINK_TEST and body is not None:
                try:
                    yield log, header, parse_test(body)
                except Malformed:
                    continue  # signed as it is; it says nothing


def _fits(log: LogId, header: Header, test: LinkTest, shown: _Shown) -> bool | None:
    received = [shown.by_log.get((log, party, size)) for party, size in test.received]
    lives = {held.party: held.generation for held in header.after.held}
    choices = [[row] for row in received if row is not None]
    is_known = len(choices) == len(received)
    for party, size in test.given:  # first of the life that the entry itself names
        rows = shown.by_party.get((party, log.party, size), [])
        named = [row for row in rows if row[1] == lives.get(party)]
        is_known = is_known and bool(named)
        choices.append([*named, *(row for row in rows[:LIVES_TRIED] if row not in named)])
    if len(choices) == len(received) + len(test.given) and any(
        receipts_hash(list(rows)) == test.receipts for rows in islice(product(*choices), TRIES_MAX)
    ):
        return True
    return False if is_known else None


def carried_doubts(found: Sequence[Carried]) -> Iterator[Doubt]:
    """Tests whose hash is over other receipts than those that the file shows. It accuses nobody."""
    for one in found:
        if one.fits is False:
            log = LogId(*one.place[:2])
            sentence = (
                f"{entry_name(log, one.place.index)}: the hash over receipts in this link test is not that of the "
                f"{one.receipts} receipts of those sizes in this file; its writer signed another hash, or one of these "
                "was given twice"
            )
            yield Doubt("receipts-differ", log, one.place.index, sentence)
