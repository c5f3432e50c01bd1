"""Reconciliation of two declarations of 5,000 units with 5,000 notices between, from the bytes of their entries."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Final

import cbor2

from bench.table import Sample
from openline.accord.bodies import Offered
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.spans import days_of
from openline.accord.declarations.declaration import Declaration, encode_declaration, parse_declaration
from openline.accord.declarations.reconciling import ended_before, events_of, reconcile
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import Notice, Relation, encode_notice, parse_notice
from openline.console.accords import library
from openline.record.entry import Ref

UNITS: Final = 5_000
UNTOLD: Final = 25  # units that moved, and no notice says so
_FORMAT: Final = "new-start-iii-2"
_PLACES: Final = tuple(f"Base {number:02d}" for number in range(40))


def reconciling(say: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Seconds for it, beside reading the same bytes and nothing else."""
    before, after, notices = _made()
    began = time.perf_counter()
    for data in (before, after, *notices):
        cbor2.loads(data)
    limit = time.perf_counter() - began
    began = time.perf_counter()
    layout, book = library.layouts()["new-start-data"], Book((0, 1))
    file = library.files()[_FORMAT]
    book.take_offered(Ref(0, bytes(12), 0), Offered(format_digest(file), file))
    for number, data in enumerate(notices, 1):
        book.take_notice(NoticeSeen(Ref(0, bytes(12), number), parse_notice(data), None))
    first, second = parse_declaration(before), parse_declaration(after)
    events = events_of(book, layout, 0)
    found = reconcile(layout, first, second, events, ended_before(events, first.as_of))
    took = time.perf_counter() - began
    assert found is not None and len(found.differences) == UNTOLD and found.explained > UNITS // 2, "it is not the work"
    say(f"{UNITS} units, {len(notices)} notices in {took:.2f} s: {found.explained} explained, {UNTOLD} not")
    return {"reconcile_5k_s": [Sample(took, limit)]}


def _made() -> tuple[bytes, bytes, list[bytes]]:
    layout, form, random = library.layouts()["new-start-data"], library.formats()[_FORMAT], Random(5)
    rows = [[f"US-MM3-{number:06d}", "TYPE-1", random.choice(_PLACES), number % 4, None] for number in range(UNITS)]
    first, last = days_of(2020, 3, 1), days_of(2020, 9, 1)
    before = encode_declaration(Declaration(layout.mark, 2026, 1, "", first, (None, None, rows)))
    untold = set(random.sample(range(UNITS), UNTOLD))
    told = [number for number in range(UNITS) if number not in untold]
    notices = []
    for serial, day in enumerate(sorted(random.randint(first + 1, last - 1) for _ in range(UNITS)), 1):
        row = rows[random.choice(told)]
        place = random.choice([one for one in _PLACES if one != row[2]])
        values = (day - 2, day, row[2], place, "TYPE-1", row[0])
        row[2] = place
        notices.append(encode_notice(Notice(form.mark, 2026, serial, "", Relation.NONE, values)))
    for number in untold:
        rows[number][2] = "elsewhere"
    after = encode_declaration(Declaration(layout.mark, 2026, 2, "", last, (None, None, rows)))
    return before, after, notices
