"""The door of what is shown beside a notice: form, time and order, by the entries of its record and their receipts."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.bodies import Offered
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.spans import When
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import parse_notice
from openline.accord.formats.printing import Head
from openline.console.accords.rows import notice_row
from openline.record.entry import Ref

_SECOND_MS: Final = 1000


def judged(given: dict[str, Any]) -> object:
    """Rules that the last of these notices breaks, and what relates to it. `said_by`: who said the formats; each
    notice is of `party`, at `index` in its log, and held by the other one within the second `received`, if at all."""
    book = Book((0, 1))
    for party in given["said_by"]:
        for number, file in enumerate(given["formats"]):
            data = bytes.fromhex(file)
            book.take_offered(Ref(party, bytes(12), number), Offered(format_digest(data), data))
    ref = Ref(0, bytes(12), 0)
    for one in given["notices"]:
        ref, notice = Ref(one["party"], bytes(12), one["index"]), parse_notice(bytes.fromhex(one["bytes"]))
        received = None
        if one["received"] is not None:
            received = When(one["received"] * _SECOND_MS, one["received"] * _SECOND_MS + _SECOND_MS - 1)
        book.take_notice(NoticeSeen(ref, notice, received, notice.references, one.get("exercise", False)))
    row = notice_row(book, book.notices[ref], Head("A", ("B",), 0, "ROUTINE", False, ()))
    return {
        "number": row.number,
        "broken": sorted([one.rule, one.severity, one.place] for one in row.faults),
        "related": [[one.relation, one.place] for one in row.related],
    }


DOORS: Final = {"notice-judged": judged}
