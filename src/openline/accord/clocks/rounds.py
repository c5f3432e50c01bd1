"""What comes round: declarations of every half-year, lists of a day, a number for each year. Which notice discharges
which round, and how each round stands to each side. (R-462 to R-465)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from openline.accord.bodies import Agreement, Standing
from openline.accord.clocks.duty import Duty, DutyState, rationed, state_of
from openline.accord.clocks.limits import Due, Kept, due_times, is_kept
from openline.accord.clocks.spans import SECOND_MS, year_begin
from openline.accord.formats.format import RECURRING, Format, Limit, LimitKind
from openline.record.entry import Ref

if TYPE_CHECKING:
    from openline.accord.clocks.book import Book

ROUNDS_MAX: Final = 200_000  # of one limit that are walked through
CALENDAR_DUTIES_MAX: Final = 4096  # of one agreement, format and party in one answer
# What a party that stands so says of what it does not send; to the others it stays due.
_OWN_VIEW: Final = {Standing.SUSPENDED: DutyState.SUSPENDED, Standing.COUNTERMEASURE: DutyState.COUNTERMEASURE}


class _Owed(NamedTuple):
    """Of whom, under which agreement, in which format, by which limit."""

    digest: bytes
    agreement: Agreement
    format: Format
    limit: Limit
    party: int


def duties(book: Book, digest: bytes, agreement: Agreement, times: tuple[int, int, int]) -> Iterator[Duty]:
    """Every round of an agreement that is due between two instants, with how it stands at the third."""
    from_ms, to_ms, now_ms = times
    formats = [book.shelf.read[one] for one in agreement.formats if one in book.shelf.read]
    for format_ in sorted(formats, key=lambda one: one.id):
        for limit in format_.limits:
            if limit.of != "notice" or limit.kind not in RECURRING:
                continue
            for party in book.parties:
                owed = _Owed(digest, agreement, format_, limit, party)
                first_ms = year_begin(from_ms) if limit.quota else from_ms
                yield from rationed(limit, from_ms, _rounds(book, owed, (first_ms, to_ms, now_ms)))


def _rounds(book: Book, owed: _Owed, times: tuple[int, int, int]) -> Iterator[Duty]:
    limit, (in_force_s, end_s) = owed.limit, book.span(owed.digest)
    counts_periods = limit.kind is not LimitKind.FIRST_THEN and owed.agreement.periods_from_s is not None
    begin_s = owed.agreement.periods_from_s if counts_periods else in_force_s
    if begin_s is None:
        return
    at_ms, end_ms = begin_s * SECOND_MS, times[1]
    if end_s is not None:
        end_ms = min(end_ms, end_s * SECOND_MS)
    sent = _ByTime(book, owed)
    by_year = _by_year(book, owed) if limit.year else {}
    before_ms, left = at_ms, CALENDAR_DUTIES_MAX
    dues = due_times(limit, at_ms)
    following = next(dues)
    for _ in range(ROUNDS_MAX):
        due, following = following, next(dues)
        if due.by.latest_ms >= end_ms or left == 0:
            return
        if limit.year:
            found = _for_years(by_year, due.years, limit.notices)
        else:
            found = sent.between(before_ms, following.by.latest_ms)
        if due.by.latest_ms >= times[0]:
            yield _round(book, owed, due, found, (before_ms, times[2]))
            left -= 1
        before_ms = due.by.latest_ms


class _ByTime:
    """A party's notices in a format, in the order in which they were held, each for one round."""

    def __init__(self, book: Book, owed: _Owed) -> None:
        self._book = book
        self._most = owed.limit.notices
        self._sent = iter(book.sent(owed.party, owed.format.mark))
        self._pending = next(self._sent, None)

    def between(self, from_ms: int, to_ms: int) -> list[Ref]:
        """Those that count of the next round; spans ascend."""
        found: list[Ref] = []
        while self._pending is not None and self._pending[0] < to_ms and len(found) < self._most:
            held_ms, ref = self._pending
            if held_ms >= from_ms and self._book.counts(self._book.notices[ref]):
                found.append(ref)
            self._pending = next(self._sent, None)
        return found


def _by_year(book: Book, owed: _Owed) -> dict[int, list[tuple[int, Ref]]]:
    """A party's notices that count, by the year that they say they are for, corrected as they are; each in its place
    in the order in which they were held."""
    found: dict[int, list[tuple[int, Ref]]] = {}
    for place, (_, ref) in enumerate(book.sent(owed.party, owed.format.mark)):
        if book.counts(book.notices[ref]):
            year = owed.format.value(owed.limit.year, book.as_corrected(book.notices[ref]).notice.values)
            if type(year) is int:
                found.setdefault(year, []).append((place, ref))
    return found


def _for_years(by_year: Mapping[int, list[tuple[int, Ref]]], years: tuple[int, int], most: int) -> list[Ref]:
    """The first of them that are for one of these years."""
    there = (one for year in range(years[0], years[1] + 1) for one in by_year.get(year, ())[:most])
    return [ref for _, ref in sorted(there)[:most]]


def _round(book: Book, owed: _Owed, due: Due, found: Sequence[Ref], times: tuple[int, int]) -> Duty:
    ref = found[-1] if len(found) == owed.limit.notices else None  # the one that completes it
    answer = book.notices[ref] if ref is not None else None
    since_ms, now_ms = times
    state = state_of(due, answer, now_ms, since_ms)
    if answer is not None and answer.received is not None:
        kept = is_kept(due, answer.received)
        state = {Kept.KEPT: DutyState.KEPT, Kept.BROKEN: DutyState.LATE}.get(kept, DutyState.OPEN)
    by_s = due.by.earliest_ms // SECOND_MS
    own = book.standing(owed.digest, owed.party, by_s)
    view = {owed.party: _OWN_VIEW[own]} if own in _OWN_VIEW and ref is None else {}
    causes = book.said_by(owed.digest)
    status = book.status_at(owed.digest, owed.party, by_s) if view else None
    causes += (status[0],) if status is not None else ()
    causes += tuple(found if ref is None else found[:-1])
    return Duty(owed.party, owed.agreement.id, owed.format.id, owed.limit.of, due, causes, ref, state, view, since_ms)
