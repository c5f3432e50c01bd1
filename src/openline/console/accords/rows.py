"""Formats, notices, agreements and duties as answers: plain data for programs, words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from openline.accord.clocks.book import Book, NoticeSeen, Timeliness
from openline.accord.clocks.conformity import Conformity
from openline.accord.clocks.duty import Duty, event_of
from openline.accord.clocks.limits import Kept, span_text
from openline.accord.formats.format import RECURRING, Field, Format, Limit, LimitKind
from openline.accord.formats.notice import Notice, Relation, as_given, encode_notice, judge, parse_notice
from openline.accord.formats.numbers import Number
from openline.accord.formats.places import Area, Circle, Named, Point, Points, Quadrant, form_name
from openline.accord.formats.printing import Head, number_of, print_notice
from openline.accord.formats.tables import ListOf, Table
from openline.accord.formats.texts import Choice
from openline.accord.formats.times import Clock, Date, Instant, Window
from openline.accord.formats.unfit import Fault, Unfit
from openline.console.accords import asking, library
from openline.console.accords.words import words_of_paper
from openline.console.agreeing.words import whole_words
from openline.console.dtg import dtg
from openline.console.escrowing.words import whole_of_sealed
from openline.record.entry import ACT, NOTICE, OFFER, REPORT, TERMS, Ref
from openline.record.roster import Roster

_GAPS_SHOWN: Final = 8
_RELATED_SHOWN: Final = 64  # of each relation
_TYPES: Final = {
    "Instant": "instant, as 2026-03-04T12:00:00Z", "Date": "date, as 2026-03-04", "Clock": "clock time, as 12:00",
    "Year": "year", "Point": "point, as 57 12.3N 155 00.0E", "Circle": "circle, as 57 12.3N 155 00.0E radius 45 km",
    "Quadrant": "quadrant of an ocean, as PACIFIC NE", "Named": "name of a place", "Identifier": "identifier",
    "Flag": "yes or no", "Text": "text",
}  # fmt: skip


def type_text(type_: Any) -> str:
    """A field's type as somebody who fills it in needs it."""
    match type_:
        case Window(of=of):
            return "window, as 2026-03-04 to 2026-03-08" if isinstance(of, Date) else (
                "window, as 2026-03-04T00:00:00Z to 2026-03-05T00:00:00Z")
        case Number(least=least, most=most, unit=unit, decimals=decimals):
            scale = 10**decimals
            bounds = f"{least / scale:g} to {most / scale:g}" if most < 10**12 else f"from {least / scale:g}"
            return f"number, {bounds}{f' {unit}' if unit else ''}{f', {decimals} decimals' if decimals else ''}"
        case Area(forms=forms):
            return f"place, in one of the forms {', '.join(f'`{form_name(one)}: ...`' for one in forms)}"
        case Choice(options=options):
            return f"one of {', '.join(option.code for option in options)}"
        case ListOf(of=of, least=least, most=most):
            return f"list of {least} to {most}: {type_text(of)}"
        case Table(columns=columns):
            return "table with the columns " + ", ".join(f"{one.name} ({type_text(one.type)})" for one in columns)
        case _:
            name = type(type_).__name__
            return _TYPES.get(name, "polygon or route: points between semicolons")


def field_row(field: Field) -> asking.FieldRow:
    """One field."""
    condition = field.required_if
    because = "" if condition is None else f"{condition.field} is {condition.code or 'given'}"
    options = [one.code for one in field.type.options] if isinstance(field.type, Choice) else []
    return asking.FieldRow(
        field.name, str(field.group), dict(field.label), type_text(field.type), field.required, because, options,
        dict(field.note or {}),
    )  # fmt: skip


def limit_text(limit: Limit) -> str:
    """A time limit in words."""
    of = "" if limit.of == "notice" else f"{limit.of}: "
    of += f"{limit.notices} notices together, " if limit.notices > 1 else ""
    event = f" {limit.event}" if limit.event else " receipt of what it answers"
    match limit.kind:
        case LimitKind.BEFORE:
            most = f", as a rule at most {span_text(limit.most)}" if limit.most else ""
            return f"{of}at least {span_text(limit.span)} before{event}{most} ({limit.days})"
        case LimitKind.AFTER:
            return f"{of}at most {span_text(limit.span)} after{event} ({limit.days})"
        case LimitKind.EVERY:
            then = f", then within {span_text(limit.then)} ({limit.days})" if limit.then else ""
            return f"{of}every {span_text(limit.span)}{then}"
        case LimitKind.CALENDAR_DAY:
            return f"{of}on {', '.join(f'{month:02d}-{day:02d}' for month, day in limit.month_days)} ({limit.scale})"
        case LimitKind.CLOCK_TIME:
            return f"{of}by {limit.minute // 60:02d}:{limit.minute % 60:02d} ({limit.scale})"
        case LimitKind.FIRST_THEN:
            assert limit.then is not None
            return f"{of}first within {span_text(limit.span)}, then {span_text(limit.then)} before each year"
        case _:
            return f"{of}{limit.kind}"


def whole_format(format_: Format, row: asking.FormatRow, file: bytes) -> asking.FormatWhole:
    """A format with all that is in it."""
    return asking.FormatWhole(
        row, [field_row(one) for one in format_.fields], [limit_text(one) for one in format_.limits],
        [f"{one.agreement}{f', {one.article}' if one.article else ''}: {one.label['en']}" for one in format_.basis],
        list(format_.sources), file.decode("utf-8"),
    )  # fmt: skip


def fault_rows(faults: Sequence[Fault], format_: Format) -> list[asking.FaultRow]:
    """Faults of form, each with the rule that it breaks (docs/FORMATS.md lists them)."""
    return [asking.FaultRow(one.place, one.what, one.remedy, "ERROR", _rule(one, format_)) for one in faults]


def _rule(fault: Fault, format_: Format) -> str:
    if fault.place == "language":
        return "A7"
    if fault.what.startswith("is required"):
        return "R-441"
    name, _, inside = fault.place.partition("[")
    field = format_.field(name.split(".")[0])
    type_: Any = field.type if field is not None else None
    if isinstance(type_, Table):
        column = inside.partition("].")[2].split(".")[0].split("[")[0]
        cell = next((one for one in type_.columns if one.name == column), None)
        if cell is not None and cell.key and fault.what.endswith("already"):
            return "E1"
        type_ = cell.type if cell is not None else None
    if isinstance(type_, ListOf):
        type_ = type_.of
    if isinstance(type_, Instant | Date | Window | Clock):
        return "A1"
    return "A4" if isinstance(type_, Area | Circle | Point | Points | Quadrant | Named) else "R-404"


def printed(notice: Notice, format_: Format, head: Head) -> dict[str, str]:
    """The sheet in every language of the format."""
    return {language: print_notice(notice, format_, head, language) for language in format_.languages}


def notice_row(book: Book, seen: NoticeSeen, head: Head) -> asking.NoticeRow:
    """A notice with everything that stands beside it."""
    format_ = book.format_of(seen)
    related = [
        asking.RelatedNotice(relation.name.lower(), ref.full_name, book.number(ref))
        for relation, ref in _newest(book.replaced_by(seen.ref))
    ]
    place, number = seen.ref.full_name, book.number(seen.ref)
    raw = repr(seen.notice.values)
    if format_ is None:
        fault = _nameless(book, seen.notice.mark)
        return asking.NoticeRow(
            place, number, seen.notice.mark.hex(), False, False, "", {}, raw, {}, [fault], related, *_about(seen, head)
        )
    faults = [*fault_rows(judge(seen.notice, format_), format_), *_numbering(book, seen)]
    faults += conformity(book, seen, format_)
    if seen.references != seen.notice.references:
        what = "the header refers to another entry than the notice"
        faults.append(asking.FaultRow("references", what, "the same one"))
    try:
        fields = as_given(seen.notice, format_)
    except Unfit:
        fields = {}
    agreed = book.shelf.is_agreed(format_.digest)
    return asking.NoticeRow(
        place, number, format_.id, True, agreed, str(format_.message_class), fields, "" if fields else raw,
        printed(seen.notice, format_, head), faults, related, *_about(seen, head), times=_times(book, seen, format_),
    )  # fmt: skip


def _times(book: Book, seen: NoticeSeen, format_: Format) -> list[asking.TimeRow]:
    """Every time limit of a notice, kept or not: measured from what, until when, and when it was held. (R-407)"""
    found = []
    for one in book.timeliness_of(seen, format_):
        if one.limit.kind in (LimitKind.NONE, LimitKind.BY_AGREEMENT) or (one.limit.kind in RECURRING and not one.due
                                                                          and one.kept is Kept.OPEN):  # fmt: skip
            continue  # nothing to measure; what comes round stands in the calendar
        of, cause = seen.notice.of, None
        event = event_of(format_, seen.notice, one.limit.event) if one.limit.event else None
        if event is None and of in book.notices and one.limit.kind is LimitKind.AFTER:
            cause = of
            answered = book.notices[of].received
            event = (answered, answered) if answered is not None else None
        begin, due = event[0] if event is not None else None, one.due.by if one.due is not None else None
        causes = [ref.full_name for ref in (cause, seen.ref) if ref is not None]
        counted = one.due.rule if one.due is not None else ""
        ends = (edge for when in (begin, due, seen.received) for edge in (when or (None, None)))
        found.append(asking.TimeRow(limit_text(one.limit), str(one.kept), counted, causes, *ends))
    return found


def _newest(related: Sequence[tuple[Relation, Ref]]) -> list[tuple[Relation, Ref]]:
    """Of each relation the last few, in their order: somebody may answer one notice a hundred thousand times."""
    found = []
    for relation in Relation:
        found += [one for one in related if one[0] is relation][-_RELATED_SHOWN:]
    return found


def _nameless(book: Book, mark: bytes) -> asking.FaultRow:
    """Why a notice cannot be read."""
    clash = book.shelf.clash(mark)
    if not clash:
        return asking.FaultRow("format", f"format {mark.hex()} is not in this record",
                               "its values are shown raw; ask its sender for the format", "WARN")  # fmt: skip
    which = " and ".join(one.hex() for one in clash)
    what = f"the mark {mark.hex()} is that of several formats, {which}, of which not one alone is agreed: read by none"
    return asking.FaultRow("format", what, "agree on one of them, or on another", "ERROR")


def _about(seen: NoticeSeen, head: Head) -> tuple[str, str, str, str, bool, int]:
    body = encode_notice(seen.notice).hex()
    return seen.notice.mark.hex(), body, head.sender, head.precedence, head.exercise, head.written_at_ms


def _numbering(book: Book, seen: NoticeSeen) -> list[asking.FaultRow]:
    """Serials used twice, serials that lack."""
    found = []
    count, others = book.same_number(seen.ref)
    for other in others:
        what = f"{other.full_name} has the same number"
        found.append(asking.FaultRow("number", what, "one serial once", "ERROR", "A2"))
    if count > len(others):
        what = f"{count - len(others)} more have the same number"
        found.append(asking.FaultRow("number", what, "one serial once", "ERROR", "A2"))
    lacking = [serial for serial in book.gaps(seen.ref.party, seen.notice.mark, seen.notice.year)
               if serial < seen.notice.serial]  # fmt: skip
    if lacking:
        what = f"{len(lacking)} before it are not there: {', '.join(map(str, lacking[-_GAPS_SHOWN:]))}"
        found.append(asking.FaultRow("number", what, "ask their sender for them", "ERROR", "A2"))
    return found


def conformity(book: Book, seen: NoticeSeen, format_: Format) -> list[asking.FaultRow]:
    """What is not kept: shown and recorded, never a reason not to send. `seen` need not be in the record."""
    return [asking.FaultRow(one.place, one.what or _in_time(one.timely), one.remedy, one.severity, one.rule)
            for one in Conformity(book).of(seen, format_)]  # fmt: skip


def _in_time(timely: Timeliness | None) -> str:
    """How a notice stands to a time limit, in words."""
    assert timely is not None
    what = f"{limit_text(timely.limit)}: {timely.kept}"
    if timely.due is None:
        return what
    first, last = map(dtg, timely.due.by)
    if first == last:
        return f"{what}; in time until {last}"
    return f"{what}; in time until {first} at the earliest, {last} at the latest"


def words_of_draft(
    book: Book, kind: int, told: bytes, sender: str, receivers: tuple[str, ...], now_ms: int
) -> tuple[str, str]:
    """A draft in a line, and whole: a notice as it will print in each language of its format."""
    if kind != NOTICE:
        whole = whole_words(kind, told) if kind in (TERMS, ACT, OFFER, REPORT) else whole_of_sealed(kind, told)
        return words_of_paper(kind, told), whole
    notice = parse_notice(told)
    format_ = library.of_mark(notice.mark, book.formats)
    if format_ is None:
        return f"notice in the format {notice.mark.hex()}, which is not here", repr(notice.values)
    references = tuple(one.full_name for one in notice.references)
    head = Head(sender, receivers, now_ms, "", False, references)
    return f"notice {number_of(notice, format_)}: {format_.title['en']}", "\n".join(
        printed(notice, format_, head).values())  # fmt: skip


def duty_row(duty: Duty, roster: Roster, me: int) -> asking.DutyRow:
    """A duty."""
    name = roster.parties[duty.party].name if duty.party < len(roster.parties) else f"party {duty.party}"
    views = {(roster.parties[party].name if party < len(roster.parties) else str(party)): str(state)
             for party, state in sorted(duty.view.items())}  # fmt: skip
    return asking.DutyRow(
        duty.party, name, duty.party == me, duty.agreement, duty.format_id, duty.of, duty.due.by.earliest_ms,
        duty.due.by.latest_ms, duty.due.rule, str(duty.state), views, [one.full_name for one in duty.causes],
        duty.discharged_by.full_name if duty.discharged_by is not None else None, duty.alarm_ms,
        list(duty.quota or ()),
    )  # fmt: skip


