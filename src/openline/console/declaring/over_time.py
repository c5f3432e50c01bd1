"""What a book of a line says of declarations over time: pairs that follow each other, lives of units, ceilings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from openline.accord.clocks.book import Book
from openline.accord.declarations.figures import Sheet
from openline.accord.declarations.judging import Verdict, day_text, is_in_force, judge_step
from openline.accord.declarations.layout import Layout
from openline.accord.declarations.ledger import Ledger, Whole
from openline.accord.declarations.reconciling import ended_before, events_of, history, reconcile
from openline.console.codes import Told
from openline.console.declaring import asking, rows
from openline.console.declaring.chart import draw

PAIRS_MAX: Final = 200  # in one answer
Names = Callable[[int], str]


def pairs_of(book: Book, layout: Layout, ask: asking.AskReconciliation, name: Names) -> list[asking.ReconciliationRow]:
    """Pairs of declarations that follow each other, of each party. Raises Told OL-302."""
    found = []
    for party in _parties(book, ask.party, name):
        standing = book.declared.standing(party, layout.mark)
        pairs = list(pairwise(standing))
        pairs = pairs[-PAIRS_MAX:] if ask.all else pairs[-1:]
        events = events_of(book, layout, party) if pairs else []
        for before, after in pairs:
            ended = ended_before(events, before.declared.as_of)
            one = reconcile(layout, before.declared, after.declared, events, ended)
            more = judge_step(layout, before.declared, after.declared)
            found.append(rows.reconciliation_row(one, name(party), layout.id, (before, after), more))
    return found


def _parties(book: Book, said: str, name: Names) -> list[int]:
    if not said:
        return list(book.parties)
    found = [one for one in book.parties if name(one) == said]
    if not found:
        raise Told("OL-302", f"no party {said!r:.64}: {', '.join(map(name, book.parties))}")
    return found


def lives(book: Book, layout: Layout, unit: str, name: Names) -> list[asking.LifeRow]:
    """The history of one unit, whoever declares it. Raises Told OL-301."""
    found = []
    for party in book.parties:
        declared = [(one.refs[0], one.declared) for one in book.declared.standing(party, layout.mark)]
        for life in history(layout, unit, declared, events_of(book, layout, party)):
            found.append(asking.LifeRow(
                day_text(life.day), name(party), life.what, rows.unit_row(life.unit), life.cause.full_name,
                life.differs,
            ))  # fmt: skip
    if not found:
        raise Told("OL-301", f"nothing is said of a unit {unit!r:.64}")
    return found


def under_ceilings(book: Book, layout: Layout, name: Names, language: str) -> asking.Ceilings:
    """What stands under ceilings, over time, drawn."""
    ceilings = [
        asking.CeilingRow(one.id, one.figure, one.most, day_text(one.from_day) if one.from_day else "",
                          "" if one.until_day is None else day_text(one.until_day), dict(one.counting))
        for one in layout.ceilings
    ]  # fmt: skip
    points = []
    for party in book.parties:
        for whole in book.declared.standing(party, layout.mark):
            points += _points(layout, book.declared, whole, name)
    return asking.Ceilings(layout.id, ceilings, points, draw(ceilings, points, language))


def _points(layout: Layout, ledger: Ledger, whole: Whole, name: Names) -> list[asking.PointRow]:
    sheet, as_of = Sheet(layout, whole.declared.tables), whole.declared.as_of
    reserved = ledger.reservations(whole, lambda one: rows.figures_of(ledger, one))
    found = []
    for one in layout.ceilings:
        value = sheet.value(one.figure)
        verdict = Verdict.OPEN
        if value.number is not None:
            verdict = Verdict.HOLDS if value.number <= one.most else Verdict.BROKEN
            verdict = verdict if is_in_force(one, as_of) else Verdict.OUTSIDE
        counted = {name(each.counted.party): each.counted.number for each in reserved
                   if each.counted.figure == one.figure and not each.updates}  # fmt: skip
        if value.number is not None or value.kept_back:
            found.append(asking.PointRow(
                one.id, name(whole.party), day_text(as_of), whole.refs[0].full_name, value.number, value.why,
                str(verdict), counted,
            ))  # fmt: skip
    return found
