"""Doors of time and form: by when a notice had to be held, what is owed under an agreement, forms as people fill them
in, and forms of others."""

from __future__ import annotations

import json
from typing import Any, Final

from openline.accord.bodies import Offered, parse_status
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.limits import Due
from openline.accord.clocks.spans import When
from openline.accord.foreign.carrying import FORMS
from openline.accord.foreign.scanning import Misread
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import compose, parse_notice
from openline.accord.formats.reader import read_format
from openline.console.accords.rows import fault_rows
from openline.errors import Malformed
from openline.record.entry import Ref

_SECOND_MS: Final = 1000


def _book(given: dict[str, Any]) -> tuple[Book, Ref]:
    """The record, and its last notice. `received`: the seconds within which the other one held it, both counted."""
    book = Book((0, 1))
    for number, file in enumerate(given["formats"]):
        data = bytes.fromhex(file)
        for party in (0, 1):
            book.take_offered(Ref(party, bytes(12), number), Offered(format_digest(data), data))
    for number, body in enumerate(given.get("agreements", ()), 100):
        for party in (0, 1):
            book.take_agreement(Ref(party, bytes(12), number), bytes.fromhex(body))
    for party, index, body in given.get("statuses", ()):
        book.take_status(Ref(party, bytes(12), index), parse_status(bytes.fromhex(body)))
    ref = Ref(0, bytes(12), 0)
    for one in given["notices"]:
        ref, notice = Ref(one["party"], bytes(12), one["index"]), parse_notice(bytes.fromhex(one["bytes"]))
        received = None
        if one["received"] is not None:
            first, last = one["received"]
            received = When(first * _SECOND_MS, last * _SECOND_MS + _SECOND_MS - 1)
        book.take_notice(NoticeSeen(ref, notice, received, notice.references))
    return book, ref


def _due(due: Due | None) -> object:
    return None if due is None else [due.by.earliest_ms, due.by.latest_ms, due.rule]


def timed(given: dict[str, Any]) -> object:
    """How the last notice stands to each time limit of its format: kind, event, whether it was kept, and by when."""
    book, ref = _book(given)
    return {"limits": [[str(one.limit.kind), one.limit.event, str(one.kept), _due(one.due)]
                       for one in book.timeliness(ref)]}  # fmt: skip


def owed(given: dict[str, Any]) -> object:
    """What is due between `from` and `to` (seconds) as of `now`: of whom, in which format, what of it, by when, how it
    stands, how it stands in whose own view, the how manieth of how many that may be withheld."""
    book, _ = _book(given)
    span = (given[name] * _SECOND_MS for name in ("from", "to", "now"))
    rows = [[one.party, one.format_id, one.of, _due(one.due), str(one.state),
             [[party, str(state)] for party, state in sorted(one.view.items())], list(one.quota or ())]
            for one in book.duties(*span)]  # fmt: skip
    return {"duties": sorted(rows, key=json.dumps)}


def form(given: dict[str, Any]) -> object:
    """A notice as people fill it in: every fault with the rule that it breaks."""
    format_ = read_format(given["file"].encode())
    faults = fault_rows(compose(format_, given["fields"]).faults, format_)
    return {"faults": sorted([one.rule, one.severity, one.place] for one in faults)}


def foreign(given: dict[str, Any]) -> object:
    """A form of others as fields of ours, and what has no field there; refused by line and column."""
    try:
        found = FORMS[given["form"]].read(given["text"])
    except Misread as wrong:
        raise Malformed(str(wrong)) from wrong
    return {"fields": found.fields, "left": found.left}


DOORS: Final = {"notice-timed": timed, "notices-owed": owed, "notice-form": form, "foreign-form": foreign}
