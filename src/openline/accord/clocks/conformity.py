"""What a notice does not keep: shown and recorded, never a reason not to send. From one look at a book, for the state
that both sides write alike as for the words of a page. Faults of form are `formats.notice.judge`'s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from openline.accord.clocks.book import Book, NoticeSeen, Timeliness
from openline.accord.clocks.limits import Kept
from openline.accord.clocks.owing import Years
from openline.accord.formats.format import Cover, Format, LimitKind
from openline.accord.formats.numbers import Number
from openline.accord.formats.times import Window

_RULES = {LimitKind.BEFORE: "B1", LimitKind.AFTER: "B2", LimitKind.CALENDAR_DAY: "B5", LimitKind.CLOCK_TIME: "B6"}


class Finding(NamedTuple):
    """One thing that is not kept. `what` is empty where it is a time limit, which `timely` tells."""

    place: str
    what: str
    remedy: str
    severity: str
    rule: str = ""
    timely: Timeliness | None = None


class Conformity:
    """One look at a book: good until the book takes in more."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._years = Years(book)

    def of(self, seen: NoticeSeen, format_: Format) -> list[Finding]:
        """Everything that is not kept. `seen` need not be in the record."""
        return [*self._cited(seen, format_), *self._timed(seen, format_), *_bounded(seen, format_),
                *self._by_year(seen, format_), *self._needed(format_)]  # fmt: skip

    def _cited(self, seen: NoticeSeen, format_: Format) -> Iterator[Finding]:
        of = seen.notice.of
        if of is not None and of not in self._book.notices:
            what = f"{of.full_name}, which it cites, is no notice that is held here"
            yield Finding("references", what, "ask its sender for it", "WARN", "A5")
        if not self._book.shelf.is_agreed(format_.digest):
            yield Finding("format", "not every party has said this format", "`openline format offer`", "WARN")

    def _timed(self, seen: NoticeSeen, format_: Format) -> Iterator[Finding]:
        for one in self._book.timeliness_of(seen, format_):
            if one.kept is Kept.KEPT or (one.due is None and one.kept is Kept.OPEN):
                continue
            severity = "BREACH" if one.kept is Kept.BROKEN else "WARN"
            rule = one.limit.rule or _RULES.get(one.limit.kind, "")
            yield Finding(one.limit.event or "time", "", "it counts from receipt", severity, rule, one)

    def _by_year(self, seen: NoticeSeen, format_: Format) -> Iterator[Finding]:
        for cover in format_.covers:
            yield from self._covered(seen, format_, cover)
        nth, owed = self._years.nth(seen, format_), format_.owed
        if nth is not None and owed is not None and nth > owed.a_year:
            what = f"{nth} of {owed.a_year} owed this year: what is more is goodwill, and none is owed"
            yield Finding(owed.event, what, "nothing more is owed this year", "WARN", owed.rule)

    def _covered(self, seen: NoticeSeen, format_: Format, cover: Cover) -> Iterator[Finding]:
        lacking = self._years.uncovered(seen, format_, cover)
        if lacking is None:
            return
        years = ", ".join(map(str, lacking.years))
        number = format_.value(cover.number, seen.notice.values) if cover.number else None
        remedy = f"a notice of {cover.format} for that year, or another day"
        if lacking.kept is Kept.OPEN:
            what = f"whether a number of {cover.format} for {years} was held before it cannot be told"
            yield Finding(cover.event, what, remedy, "WARN", cover.rule)
        elif isinstance(number, str):
            what = f"{number!r:.80} is no number of {cover.format} for {years} that was held before it"
            yield Finding(cover.number, what, remedy, "BREACH", cover.rule)
        else:
            what = f"no number of {cover.format} for {years} was held before it"
            yield Finding(cover.event, what, remedy, "BREACH", cover.rule)

    def _needed(self, format_: Format) -> Iterator[Finding]:
        for need in format_.needs:
            if not self._book.has_any(need):
                what = f"needs a notice of {need} before it, and there is none"
                yield Finding("references", what, "send that one", "ERROR", "A6")


def _bounded(seen: NoticeSeen, format_: Format) -> Iterator[Finding]:
    """Quantities that an agreement bounds, where they are given."""
    for keep in format_.keeps:
        field, value = format_.field(keep.field), format_.value(keep.field, seen.notice.values)
        type_ = field.type if field is not None else None
        if keep.days_most and isinstance(type_, Window) and _days_long(value) > keep.days_most:
            what = f"{_days_long(value)} days from its first to its last; at most {keep.days_most}"
            yield Finding(keep.field, what, "shorten it, or explain", "BREACH", keep.rule)
        if isinstance(type_, Number) and type(value) is int and value < keep.at_least * 10**type_.decimals:
            unit = f" {type_.unit}" if type_.unit else ""
            what = f"{type_.give(value)}{unit} is less than {keep.at_least}{unit}"
            yield Finding(keep.field, what, "keep the distance, or explain", "BREACH", keep.rule)


def _days_long(value: object) -> int:
    """How far a window of dates reaches beyond its first day."""
    match value:
        case (int(), int(length)) | [int(), int(length)]:
            return length
        case _:
            return 0
