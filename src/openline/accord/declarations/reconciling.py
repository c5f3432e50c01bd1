"""One declaration and the next: whether the notices between them explain what changed, unit by unit.

Last declaration + notices since = next declaration. Every unit of which that does not hold is listed by its identifier,
with the notice that would explain it, drafted for asking. A notice dated on the very day of a declaration may be in it
or not: the treaties do not say, so both are taken as explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.declarations.declaration import Declaration
from openline.accord.declarations.files import give_cell
from openline.accord.declarations.judging import Finding, Verdict, day_text
from openline.accord.declarations.layout import Change, Layout, Severity
from openline.accord.formats.format import Field
from openline.accord.formats.notice import Relation
from openline.accord.formats.tables import Table
from openline.accord.formats.times import Instant
from openline.accord.formats.unfit import Unfit
from openline.record.entry import Ref

DAY_S: Final = 86_400
IN_TRANSIT_DAYS: Final = 30  # after which a departure without arrival is asked about (rule E5)


class Unit(NamedTuple):
    """What is said of one unit: of which type, where, and what it is. A text is empty where nothing is said."""

    type: str
    place: str
    state: str


class Kind(StrEnum):
    """How a unit differs from what was to be expected."""

    APPEARED = "appeared"
    GONE = "gone"
    MOVED = "moved"
    CHANGED = "changed state"
    OTHER_TYPE = "changed type"
    NOT_DONE = "not as a notice said"


class Event(NamedTuple):
    """What one notice says of one unit. `day` 0: it does not say when."""

    day: int
    ref: Ref
    number: str
    unit: str
    type: str
    place: str
    state: str
    was_place: str
    was_state: str
    began: int | None
    change: Change


class Asked(NamedTuple):
    """A notice that would explain a difference, as `openline notice check` reads it, as far as it can be known."""

    format: str
    fields: dict[str, Any]


class Difference(NamedTuple):
    """A unit that is not as the last declaration and the notices since make it."""

    unit: str
    kinds: tuple[Kind, ...]
    expected: Unit | None
    declared: Unit | None
    notices: tuple[Ref, ...]  # that speak of it in between, and do not explain it
    asked: tuple[Asked, ...]


class Reconciliation(NamedTuple):
    """What came of it. `explained`: units that changed as notices said; `unchanged`: as before."""

    before_day: int
    after_day: int
    unchanged: int
    explained: int
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    open: tuple[str, ...]  # units of which a declaration keeps back what would be compared


class Life(NamedTuple):
    """One moment in the history of a unit, and the entry that says so. `unit` None: it is there no more."""

    day: int
    what: str
    unit: Unit | None
    cause: Ref
    differs: str = ""


# ------------------------------------------------------------------ what notices say
def events_of(book: Book, layout: Layout, party: int) -> list[Event]:
    """What a party's notices say of its units, by day. Cancelled and corrected ones say nothing any more."""
    found = []
    for change in layout.changes:
        for format_ in book.shelf.by_id(change.format):
            form = {field.name: field for field in format_.fields}
            for ref in book.in_format(party, format_.mark):
                replaced = book.replaced_by(ref)
                if not any(relation is not Relation.ANSWERS for relation, _ in replaced):
                    found += list(_said(book, book.notices[ref], form, change))
    return sorted(found, key=lambda one: (one.day, one.ref, one.unit))


def _said(book: Book, seen: NoticeSeen, form: Mapping[str, Field], change: Change) -> Iterable[Event]:
    if seen.notice.relation is Relation.CANCELS or seen.exercise:
        return
    fields = dict(zip(form, seen.notice.values, strict=False))
    if change.only[0] and _given(form, fields, change.only[0]) != change.only[1]:
        return
    day = _day(form, fields, change.when)
    if day is None:
        return
    began, number = _day(form, fields, change.began) if change.began else None, book.number(seen.ref)
    for words in _rows(form, fields, change):
        unit = words.get(change.id)
        if isinstance(unit, str) and unit:
            texts = (str(words.get(name) or "") for name in
                     (change.type, change.place, change.state, change.was_place, change.was_state))  # fmt: skip
            type_, place, state, was_place, was_state = texts
            yield Event(day, seen.ref, number, unit, type_, place, state or change.code, was_place, was_state, began,
                        change)  # fmt: skip


def _given(form: Mapping[str, Field], fields: Mapping[str, Any], name: str) -> Any:
    field, value = form.get(name), fields.get(name)
    if field is None or value is None or isinstance(field.type, Table):
        return None
    try:
        return field.type.give(field.type.check(value))  # type: ignore[arg-type]
    except Unfit:
        return None


def _day(form: Mapping[str, Field], fields: Mapping[str, Any], name: str) -> int | None:
    field, value = form.get(name), fields.get(name)
    if field is None or type(value) is not int or _given(form, fields, name) is None:
        return None
    return value // DAY_S if isinstance(field.type, Instant) else value


def _rows(form: Mapping[str, Field], fields: Mapping[str, Any], change: Change) -> Iterable[dict[str, Any]]:
    """Words by name, once for each unit that the notice speaks of: of a row, and of the notice itself where it has no
    column of that name."""
    named = {name for name in change[3:9] if name} - {""}
    outer = {name: _given(form, fields, name) for name in named if name in form}
    if not change.rows:
        return [outer]
    field, value = form.get(change.rows), fields.get(change.rows)
    if field is None or not isinstance(field.type, Table) or value is None:
        return []
    try:
        given = field.type.give(field.type.check(value))
    except Unfit:
        return []
    assert isinstance(given, list)
    return [{**outer, **row} for row in given]


# ------------------------------------------------------------------ what declarations say
def units_of(layout: Layout, declared: Declaration) -> tuple[dict[str, Unit], set[str]] | None:
    """The units by identifier, and those of which something is kept back; None where it lists none.

    Of an identifier that stands twice the first row counts: that it stands twice is a finding of its own (rule E1).
    """
    columns = layout.units
    table = layout.table(columns.table) if columns is not None else None
    if columns is None or table is None:
        return None
    number = [one.name for one in layout.tables].index(table.name)
    cells = declared.tables[number] if number < len(declared.tables) else None
    if cells is None:
        return None
    found: dict[str, Unit] = {}
    unsaid = set()
    places = [table.at(name) for name in (columns.id, columns.type, columns.place, columns.state)]
    for row in cells:
        words = []
        for place in places:
            cell = row[place] if place < len(row) else None
            try:
                words.append("" if type(cell) is bool else str(give_cell(table.columns[place], cell)))
            except Unfit:
                words.append("")
        if words[0] and words[0] not in found:
            found[words[0]] = Unit(*words[1:])
            if "" in words:
                unsaid.add(words[0])
    return found, unsaid


# ------------------------------------------------------------------ one after the other
class _Walk:
    """Units as notices change them, from one declaration on."""

    def __init__(self, units: Mapping[str, Unit], day: int) -> None:
        self.units: dict[str, Unit | None] = dict(units)
        self.day = day
        self.findings: list[Finding] = []
        self.touched: dict[str, list[Event]] = {}
        self.ended: dict[str, Event] = {}
        self.transits: dict[str, Event] = {}

    def take(self, event: Event) -> None:
        """One notice more."""
        self.touched.setdefault(event.unit, []).append(event)
        known = self.units.get(event.unit)
        if event.day > self.day:  # what is of the declaration's own day may be in it, and was looked at before it
            self._judge(event, known)
        if event.change.ends:
            self.units[event.unit] = None
            self.ended[event.unit] = event
            self.transits.pop(event.unit, None)
            return
        if known is None and not event.change.appears and not (event.type and event.place and event.state):
            return  # who knows neither where nor what it was cannot say what it is now
        was = known or Unit("", "", "")
        place = event.place or was.place
        self.units[event.unit] = Unit(was.type or event.type, place, event.state or was.state)
        if event.change.appears:
            self.transits[event.unit] = event
        elif event.place:
            self.transits.pop(event.unit, None)

    def _judge(self, event: Event, known: Unit | None) -> None:
        place = f"notice {event.number}: {event.unit}"
        if event.began is not None and event.change.days_most:
            days = event.day - event.began
            verdict = Verdict.HOLDS if days <= event.change.days_most else Verdict.BROKEN
            if verdict is Verdict.BROKEN:
                self._note("D5", Severity.BREACH, place, f"{days} days under way; at most {event.change.days_most}")
        elif event.change.began:
            self._note("E5", Severity.WARN, place, "it arrived, and no notice says when it departed")
        if known is None:
            if event.unit in self.ended:
                self._note("E4", Severity.ERROR, place, "its elimination was completed before")
            elif not event.change.appears:
                self._note("E1", Severity.WARN, place, "no declaration or notice before speaks of this unit")
            return
        for what, was, is_ in (("place", event.was_place, known.place), ("state", event.was_state, known.state),
                               ("type", event.type, known.type)):  # fmt: skip
            if was and is_ and was != is_:
                self._note("E1", Severity.ERROR, place, f"says its {what} was {was}; it was known as {is_}")

    def _note(self, rule: str, severity: Severity, place: str, what: str) -> None:
        self.findings.append(Finding(rule, severity, Verdict.BROKEN, place, what))

    def overdue(self, day: int) -> None:
        """Departures without arrival. (rule E5)"""
        for unit, event in sorted(self.transits.items()):
            if day - event.day > IN_TRANSIT_DAYS:
                what = f"departed on {day_text(event.day)}, and no notice of its arrival since"
                self._note("E5", Severity.WARN, f"notice {event.number}: {unit}", what)


def reconcile(
    layout: Layout, before: Declaration, after: Declaration, events: Sequence[Event], ended: Mapping[str, Event]
) -> Reconciliation | None:
    """None where one of the two lists no units. `ended`: units eliminated before. (rule E2, R-416)"""
    first, second = units_of(layout, before), units_of(layout, after)
    if first is None or second is None:
        return None
    between = [one for one in events if before.as_of <= one.day <= after.as_of]
    walk = _Walk(first[0], before.as_of)
    walk.ended.update(ended)
    for event in between:
        if event.day < after.as_of:
            walk.take(event)
    early = dict(walk.units)
    for event in between:
        if event.day == after.as_of:
            walk.take(event)
    walk.overdue(after.as_of)
    either = {event.unit for event in between if event.day == after.as_of}
    differences, explained, unchanged = [], 0, 0
    for unit in sorted(first[0].keys() | second[0].keys() | walk.units.keys()):
        declared, expected = second[0].get(unit), walk.units.get(unit)
        if _fits(expected, declared) or (unit in either and _fits(early.get(unit), declared)):
            moved = declared != first[0].get(unit)
            explained, unchanged = explained + moved, unchanged + (not moved and declared is not None)
            continue
        told = walk.touched.get(unit, [])
        differences.append(_difference(layout, unit, first[0].get(unit), expected, declared, told))
        if declared is not None and unit in walk.ended:
            what = f"declared again as of {day_text(after.as_of)}, after its completed elimination"
            walk.findings.append(Finding("E4", Severity.ERROR, Verdict.BROKEN, unit, what))
    return Reconciliation(
        before.as_of, after.as_of, unchanged, explained, tuple(differences), tuple(walk.findings),
        tuple(sorted(first[1] | second[1])),
    )  # fmt: skip


def _fits(expected: Unit | None, declared: Unit | None) -> bool:
    """Whether they are the same as far as both say anything."""
    if expected is None or declared is None:
        return expected is declared
    return all(was == is_ for was, is_ in zip(expected, declared, strict=True) if was and is_)


def _difference(
    layout: Layout, unit: str, before: Unit | None, expected: Unit | None, declared: Unit | None,
    events: Sequence[Event],
) -> Difference:  # fmt: skip
    kinds = []
    if events and declared == before:
        kinds.append(Kind.NOT_DONE)
    elif declared is None:
        kinds.append(Kind.GONE)
    elif expected is None:
        kinds.append(Kind.APPEARED)
    else:
        pairs = zip((Kind.OTHER_TYPE, Kind.MOVED, Kind.CHANGED), expected, declared, strict=True)
        kinds += [kind for kind, was, is_ in pairs if was and is_ and was != is_]
    asked = () if Kind.NOT_DONE in kinds else tuple(_asked(layout, unit, kinds, expected, declared))
    return Difference(unit, tuple(kinds), expected, declared, tuple(one.ref for one in events), asked)


def _asked(
    layout: Layout, unit: str, kinds: Sequence[Kind], expected: Unit | None, declared: Unit | None
) -> Iterable[Asked]:
    """The first change of the layout that would say so, its fields filled as far as the two declarations know."""
    for kind in kinds:
        for change in layout.changes:
            fits = {
                Kind.APPEARED: change.appears,
                Kind.GONE: change.ends,
                Kind.MOVED: bool(change.place and change.was_place) and not change.appears,
                Kind.CHANGED: bool(change.state and change.was_state),
                Kind.OTHER_TYPE: False,
            }
            if fits.get(kind, False):
                yield _filled(change, unit, expected, declared)
                break


def _filled(change: Change, unit: str, expected: Unit | None, declared: Unit | None) -> Asked:
    was, is_ = expected or Unit("", "", ""), declared or Unit("", "", "")
    said = {change.id: unit, change.type: is_.type or was.type, change.place: is_.place, change.state: is_.state,
            change.was_place: was.place, change.was_state: was.state}  # fmt: skip
    words = {name: text for name, text in said.items() if name and text}
    if change.rows:
        return Asked(change.format, {change.rows: [words]})
    if change.only[0]:
        words[change.only[0]] = change.only[1]
    return Asked(change.format, words)


def ended_before(events: Sequence[Event], day: int) -> dict[str, Event]:
    """Units whose elimination a notice completed before that day, and that no later notice let appear again."""
    found: dict[str, Event] = {}
    for event in events:
        if event.day < day and event.change.ends:
            found[event.unit] = event
        elif event.day < day and event.change.appears:
            found.pop(event.unit, None)
    return found


def history(
    layout: Layout, unit: str, declared: Sequence[tuple[Ref, Declaration]], events: Sequence[Event]
) -> list[Life]:
    """What was said of one unit, by day: each declaration and each notice, and where one contradicts what went before.

    One identifier, one place, one state at a time: at any moment what was said last is where and what it is. (rule E1)
    """
    moments: list[tuple[int, int, Any]] = [(one.as_of, 1, (ref, one)) for ref, one in declared]
    moments += [(event.day, 0, event) for event in events if event.unit == unit]
    moments.sort(key=lambda one: one[:2])
    found: list[Life] = []
    walk = _Walk({}, 0)
    for day, _, said in moments:
        if isinstance(said, Event):
            count = len(walk.findings)
            walk.take(said)
            differs = "; ".join(one.what for one in walk.findings[count:] if one.severity is not Severity.WARN)
            found.append(Life(day, f"notice {said.number}", walk.units.get(unit), said.ref, differs))
            continue
        ref, one = said
        listed = units_of(layout, one)
        if listed is None:
            continue
        now, known = listed[0].get(unit), walk.units.get(unit)
        if now is None and known is None:
            continue
        differs = "" if _fits(known, now) or not found else "not as the notices before say"
        found.append(Life(day, f"declared as of {day_text(day)}", now, ref, differs))
        walk.units[unit] = now
    return found
