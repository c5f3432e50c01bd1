"""How many notices of a kind a party owes a year, and the how manieth one is: what is more is goodwill. (rule D9)"""

from __future__ import annotations

from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.duty import event_of
from openline.accord.clocks.spans import year_begin
from openline.accord.formats.format import Format


def nth_of_year(book: Book, seen: NoticeSeen, format_: Format) -> int | None:
    """1 for the first of that year by its number, whatever the order in which they came; None where the format says
    nothing of how many are owed, or the notice does not say when.

    Corrections, cancelled notices and exercises are not counted. `seen` need not be in the record.
    """
    year = _year(seen, format_)
    if year is None or not book.counts(seen):
        return None
    key = (seen.notice.year, seen.notice.serial, seen.ref)
    earlier = 0
    for ref in book.in_format(seen.ref.party, format_.mark):
        other = book.notices[ref]
        is_before = (other.notice.year, other.notice.serial, ref) < key and ref != seen.ref
        earlier += is_before and book.counts(other) and _year(other, format_) == year
    return earlier + 1


def _year(seen: NoticeSeen, format_: Format) -> int | None:
    event = event_of(format_, seen.notice, format_.owed.event) if format_.owed is not None else None
    return year_begin(event[0].latest_ms) if event is not None else None

