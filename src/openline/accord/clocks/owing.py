"""Calendar years: how many notices of a kind a party owes in one, and the number that must be given for one. (rules D9
and B10)

A date's year is that of its own calendar; an instant's is that in UTC. Made for one look at a book: what it has counted
once it does not count again, and it does not see what comes into the book later.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.duty import event_of
from openline.accord.clocks.limits import Kept
from openline.accord.clocks.spans import When, month_day_of, year_of
from openline.accord.formats.format import Cover, Format
from openline.accord.formats.notice import Notice
from openline.accord.formats.texts import Identifier
from openline.accord.formats.times import Date, Window, Year
from openline.accord.formats.unfit import Unfit
from openline.record.entry import Ref

YEARS_NAMED: Final = 8  # that lack, of one event
YEARS_MAX: Final = 100  # of one event that are looked at: a peer may say one of thousands


class Uncovered(NamedTuple):
    """Calendar years for which no number was held beforehand, the first few of them; BROKEN, or OPEN where the record
    does not tell."""

    years: tuple[int, ...]
    kept: Kept


class _Given(NamedTuple):
    """From when on a number is held: surely (None: no receipt proves it); at the earliest (None: nobody can tell)."""

    surely_ms: int | None
    maybe_ms: int | None


def years_of(format_: Format, notice: Notice, name: str) -> range:
    """The calendar years of the event that a field names: none where it is not given or does not fit."""
    event, field = event_of(format_, notice, name), format_.field(name)
    if event is None or field is None:
        return range(0)
    begin_ms, end_ms = event[0].latest_ms, event[1].earliest_ms
    is_dated = isinstance(field.type, Date) or (isinstance(field.type, Window) and isinstance(field.type.of, Date))
    if not is_dated:
        return range(year_of(begin_ms)[0], year_of(end_ms)[0] + 1)
    value = format_.value(name, notice.values)
    days = [value, value] if type(value) is int else [value[0], value[0] + value[1]]  # type: ignore[index]
    first, last = (month_day_of(day)[0] for day in days)
    return range(first, last + 1)


class Years:
    """What one look at a book says of calendar years."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._owed: dict[tuple[int, bytes], dict[int, list[tuple[int, int, Ref]]]] = {}
        self._given: dict[tuple[str, str, str], dict[tuple[int, int, str], _Given]] = {}

    def nth(self, seen: NoticeSeen, format_: Format) -> int | None:
        """1 for the first of that year by its number, whatever the order in which they came; None where the format says
        nothing of how many are owed, or the notice does not say when.

        Corrections, cancelled notices and exercises are not counted. `seen` need not be in the record.
        """
        if format_.owed is None or not self._book.counts(seen):
            return None
        years = years_of(format_, self._book.as_corrected(seen).notice, format_.owed.event)
        if not years:
            return None
        key = (seen.ref.party, format_.mark)
        if key not in self._owed:
            self._owed[key] = self._counted(seen.ref.party, format_)
        there = self._owed[key].get(years[0], [])
        return bisect_left(there, (seen.notice.year, seen.notice.serial, seen.ref)) + 1

    def _counted(self, party: int, format_: Format) -> dict[int, list[tuple[int, int, Ref]]]:
        found: dict[int, list[tuple[int, int, Ref]]] = {}
        assert format_.owed is not None
        for ref in self._book.in_format(party, format_.mark):
            seen = self._book.notices[ref]
            if self._book.counts(seen):
                now = self._book.as_corrected(seen).notice
                for year in years_of(format_, now, format_.owed.event)[:1]:
                    found.setdefault(year, []).append((seen.notice.year, seen.notice.serial, ref))
        return {year: sorted(all_) for year, all_ in found.items()}

    def uncovered(self, seen: NoticeSeen, format_: Format, cover: Cover) -> Uncovered | None:
        """Years of an event for which no number was held before it began; None where all are covered, or the notice
        does not say when. `seen` need not be in the record. (R-466)"""
        event = event_of(format_, seen.notice, cover.event)
        if event is None:
            return None
        given = self._given_in(cover)
        number = format_.value(cover.number, seen.notice.values) if cover.number else None
        name = number if isinstance(number, str) else ""
        parties = [one for one in self._book.parties if (one == seen.ref.party) == cover.by_sender]
        lacking, open_ = list[int](), list[int]()
        for year in years_of(format_, seen.notice, cover.event)[:YEARS_MAX]:
            there = [given[party, year, name] for party in parties if (party, year, name) in given]
            if any(one.surely_ms is not None and one.surely_ms <= event[0].earliest_ms for one in there):
                continue
            maybe = any(one.maybe_ms is None or one.maybe_ms <= event[0].latest_ms for one in there)
            (open_ if maybe else lacking).append(year)
        if lacking:
            return Uncovered(tuple(lacking[:YEARS_NAMED]), Kept.BROKEN)
        return Uncovered(tuple(open_[:YEARS_NAMED]), Kept.OPEN) if open_ else None

    def _given_in(self, cover: Cover) -> dict[tuple[int, int, str], _Given]:
        """By party, year and number; the number "" stands for any."""
        key = (cover.format, cover.year, cover.names)
        if key not in self._given:
            found: dict[tuple[int, int, str], _Given] = {}
            for format_ in self._book.shelf.by_id(cover.format):
                year = format_.field(cover.year)
                is_read = self._book.formats.get(format_.mark) is format_ and self._book.shelf.is_agreed(format_.digest)
                if is_read and year is not None and isinstance(year.type, Year):
                    self._take(format_, cover, found)
            self._given[key] = found
        return self._given[key]

    def _take(self, format_: Format, cover: Cover, found: dict[tuple[int, int, str], _Given]) -> None:
        for party in self._book.parties:
            for ref in self._book.in_format(party, format_.mark):
                seen = self._book.notices[ref]
                if not self._book.counts(seen):
                    continue
                values = self._book.as_corrected(seen).notice.values
                year = _read(format_, cover.year, values)
                number = _read(format_, cover.names, values)
                held = seen.received
                for name in {"", number} if isinstance(number, str) else {""}:
                    if isinstance(year, int):
                        found[party, year, name] = _added(found.get((party, year, name)), held)


def _read(format_: Format, name: str, values: tuple[object, ...]) -> int | str | None:
    """A year or an identifier, where it fits its field."""
    field, value = format_.field(name), format_.value(name, values)
    if field is None or value is None or not isinstance(field.type, Year | Identifier):
        return None
    try:
        return field.type.check(value)
    except Unfit:
        return None


def _added(before: _Given | None, held: When | None) -> _Given:
    """The first to be held counts; of what no receipt proves held the record does not tell when it was."""
    surely, maybe = (held.latest_ms, held.earliest_ms) if held is not None else (None, None)
    if before is None:
        return _Given(surely, maybe)
    there = [at_ms for at_ms in (before.surely_ms, surely) if at_ms is not None]
    earliest = None if before.maybe_ms is None or maybe is None else min(before.maybe_ms, maybe)
    return _Given(min(there, default=None), earliest)

