"""Doors of declarations: their bodies, what their layout's rules say of them, and one reconciled with the next."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.bodies import Offered
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.declarations.declaration import parse_count, parse_declaration
from openline.accord.declarations.judging import Verdict, judge_declaration, judge_step
from openline.accord.declarations.ledger import Ledger
from openline.accord.declarations.reading import read_layout
from openline.accord.declarations.reconciling import ended_before, events_of, reconcile
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import parse_notice
from openline.console.declaring.rows import figure_rows
from openline.record.entry import Ref


def layout(given: dict[str, Any]) -> object:
    """A layout's file: what names it."""
    found = read_layout(bytes.fromhex(given["bytes"]))
    return {"id": found.id, "version": found.version, "digest": found.digest}


def body(given: dict[str, Any]) -> object:
    """The body of a declaration entry, and the entries its header refers to."""
    one = parse_declaration(bytes.fromhex(given["bytes"]))
    fields = {**one._asdict(), "relation": int(one.relation)}
    return {**fields, "references": one.references}


def count(given: dict[str, Any]) -> object:
    """The body of a count entry."""
    return parse_count(bytes.fromhex(given["bytes"]))


def judged(given: dict[str, Any]) -> object:
    """Rules by what came of asking them, in order, each once."""
    rules = read_layout(bytes.fromhex(given["layout"]))
    found = judge_declaration(rules, parse_declaration(bytes.fromhex(given["bytes"])))
    if "before" in given:
        before = parse_declaration(bytes.fromhex(given["before"]))
        found += judge_step(rules, before, parse_declaration(bytes.fromhex(given["bytes"])))
    verdicts = ((verdict, str(verdict)) for verdict in Verdict)
    return {said: sorted({one.rule for one in found if one.verdict is verdict}) for verdict, said in verdicts}


def reconciled(given: dict[str, Any]) -> object:
    """Units that differ without a notice that says so, how, and which rules are broken. Notices are of party 0."""
    rules = read_layout(bytes.fromhex(given["layout"]))
    book = Book((0, 1))
    for number, file in enumerate(given["formats"]):
        data = bytes.fromhex(file)
        book.take_offered(Ref(0, bytes(12), number), Offered(format_digest(data), data))
    for number, notice in enumerate(given["notices"], 1000):
        ref = Ref(0, bytes(12), number)
        said = parse_notice(bytes.fromhex(notice))
        book.take_notice(NoticeSeen(ref, said, None, said.references))
    before, after = (parse_declaration(bytes.fromhex(given[name])) for name in ("before", "after"))
    events = events_of(book, rules, 0)
    found = reconcile(rules, before, after, events, ended_before(events, before.as_of))
    if found is None:
        return {"compared": False}
    return {
        "compared": True,
        "unchanged": found.unchanged,
        "explained": found.explained,
        "differences": [[one.unit, [str(kind) for kind in one.kinds]] for one in found.differences],
        "rules": sorted({one.rule for one in found.findings}),
    }


def counted(given: dict[str, Any]) -> object:
    """Declarations of party 0, each with what party 1 counts of it: of the last one each figure as declared, or null
    where it is kept back, with what is counted and how long a reservation has been open."""
    rules = read_layout(bytes.fromhex(given["layout"]))
    ledger = Ledger((0, 1))
    ledger.take_offered(Ref(0, bytes(12), 0), Offered(rules.digest, bytes.fromhex(given["layout"])))
    refs = []
    for number, body in enumerate(given["declared"], 1):
        refs.append(Ref(0, bytes(12), number))
        ledger.take_declaration(refs[-1], parse_declaration(bytes.fromhex(body)), exercise=False)
    for number, said in enumerate(given["counts"], 1):
        ledger.take_count(Ref(1, bytes(12), number), parse_count(bytes.fromhex(said)))
    whole = ledger.whole_of(refs[-1])
    assert whole is not None
    return {"figures": [
        [one.name, one.declared, [[each.number, each.since, each.updates, each.open] for each in one.counted]]
        for one in figure_rows(ledger, whole, str)
    ]}  # fmt: skip


DOORS: Final = {
    "layout": layout,
    "declaration-body": body,
    "count-body": count,
    "declaration-judged": judged,
    "declarations-counted": counted,
    "declarations-reconciled": reconciled,
}
