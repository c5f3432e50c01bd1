"""The state of an accord in one spelling: what a record comes to, line by line, the same for everybody who has it.

Each line is a JSON array without spaces, in ASCII, and the lines of one kind ascend. Nothing but the record goes in: no
clock, no order of arrival, no name of a machine. `said` is made of entries alone, so two stations that hold the same
entries write the same bytes. `held` adds what receipts prove of when a notice was held, and what follows from that;
it is the same for those who hold the same receipts. (R-461)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from openline.accord.agreements.lines import held_of, said_of
from openline.accord.clocks.book import Book, Timeliness
from openline.accord.clocks.conformity import Conformity
from openline.accord.clocks.duty import Duty
from openline.accord.clocks.limits import Due
from openline.accord.clocks.spans import DAY_MS
from openline.accord.declarations.judging import judge_declaration
from openline.accord.declarations.ledger import Ledger
from openline.accord.drafting.canon import rows_of_states, rows_said
from openline.accord.escrow import canon as escrow
from openline.accord.formats.notice import judge
from openline.accord.formats.printing import regime_of
from openline.record.entry import Ref

LABEL: Final = b"openline/accord/state/v1\n"
AHEAD_DAYS: Final = 366
Row = list[object]
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))  # made once: a state has many lines


class State(NamedTuple):
    """What was written, and its two hashes: over the lines of `said`, and over all lines."""

    said: bytes
    whole: bytes
    lines: int


def state_of(lines_said: Iterable[str], lines_held: Iterable[str]) -> State:
    """Hash the state without keeping it."""
    said, count = sha256(LABEL), 0
    for line in lines_said:
        said.update(line.encode("ascii") + b"\n")
        count += 1
    whole = said.copy()
    for line in lines_held:
        whole.update(line.encode("ascii") + b"\n")
        count += 1
    return State(said.digest(), whole.digest(), count)


def said(book: Book) -> Iterator[str]:
    """What entries alone say."""
    yield _line(["parties", list(book.parties)])
    by_digest = book.shelf.said()
    for digest in sorted(by_digest):
        found = book.shelf.read.get(digest)
        faults = [[one.place, one.what] for one in book.shelf.faulty.get(digest, ())]
        by = [[party, ref.full_name] for party, ref in sorted(by_digest[digest].items())]
        yield _line(["format", digest.hex(), found.id if found else "", book.shelf.is_agreed(digest), by, faults,
                     [one.hex() for one in book.shelf.clash(digest[:8])]])  # fmt: skip
    for digest, agreement in sorted(book.agreements.items()):
        yield _line(["agreement", digest.hex(), agreement.id, book.is_known(digest), list(book.known_by(digest))])
    for (digest, party), statuses in sorted(book.statuses().items()):
        for from_s, ref, status in statuses:
            yield _line(["standing", digest.hex(), party, from_s, status.standing.name, ref.full_name])
    for ref in sorted(book.notices):
        yield _line(_notice(book, ref))
    for (party, mark, year) in sorted(book.series()):
        missing = book.gaps(party, mark, year)
        if missing:
            format_ = book.formats.get(mark)
            regime = regime_of(format_) if format_ is not None else mark.hex()
            yield _line(["gaps", party, regime, year, list(missing)])
    yield from map(_line, _declared(book.declared))
    yield from map(_line, said_of(book.lives))
    yield from (_line(["astray", ref.full_name, why]) for ref, why in book.astray())
    yield from map(_line, rows_said(book.drafts))
    yield from map(_line, book.topics.said())
    yield from map(_line, book.meetings.said())
    yield from map(_line, book.joint.rows())
    yield from map(_line, escrow.lines(book.sealed))


def _declared(ledger: Ledger) -> Iterator[Row]:
    shelf = ledger.shelf
    by_digest = shelf.said()
    for digest in sorted(by_digest):
        faults = [[one.place, one.what] for one in shelf.faulty.get(digest, ())]
        by = [[party, ref.full_name] for party, ref in sorted(by_digest[digest].items())]
        yield ["layout", digest.hex(), shelf.is_agreed(digest), by, faults]
    for whole in ledger.all_of():
        one, layout = whole.declared, ledger.layout_of(whole.declared)
        found = judge_declaration(layout, one) if layout is not None else []
        yield ["declaration", [ref.full_name for ref in whole.refs], one.mark.hex(), one.year, one.serial, one.as_of,
               list(whole.missing), [ref.full_name for ref in whole.twice], whole.exercise,
               [[relation.name, ref.full_name] for relation, ref in ledger.replaced_by(whole)],
               [[rule.rule, str(rule.verdict), rule.place, rule.what] for rule in found]]  # fmt: skip
    for of, said in sorted(ledger.counts().items()):
        for ref, count in said:
            yield ["count", of.full_name, ref.full_name, [list(pair) for pair in count.figures]]


def _notice(book: Book, ref: Ref) -> Row:
    seen = book.notices[ref]
    format_ = book.format_of(seen)
    faults = [one.place for one in judge(seen.notice, format_)] if format_ else None
    count, others = book.same_number(ref)
    return ["notice", ref.full_name, seen.notice.mark.hex(), seen.notice.year, seen.notice.serial, seen.exercise,
            faults, seen.references == seen.notice.references,
            [[relation.name, other.full_name] for relation, other in book.replaced_by(ref)],
            [count, [other.full_name for other in others]] if count else []]  # fmt: skip


def held(book: Book, at_ms: int) -> Iterator[str]:
    """What receipts prove, and what is due up to a year after an instant, as it stood then."""
    yield _line(["at", at_ms])
    conformity = Conformity(book)
    for ref in sorted(book.notices):
        seen = book.notices[ref]
        yield _line(["held", ref.full_name, list(seen.received) if seen.received else None])
        for one in book.timeliness(ref):
            yield _line(["time", ref.full_name, *_timely(one)])
        format_ = book.format_of(seen)
        against = conformity.of(seen, format_) if format_ is not None else ()
        if against:
            yield _line(["against", ref.full_name, [[one.rule, one.severity, one.place] for one in against]])
    yield from map(_line, held_of(book.lives, book.agreements, at_ms))
    duties = sorted(map(_duty, book.duties(0, at_ms + AHEAD_DAYS * DAY_MS, at_ms)), key=_line)
    yield from map(_line, duties)
    yield from map(_line, rows_of_states(book.drafts, at_ms))


def _timely(one: Timeliness) -> Row:
    return [str(one.limit.kind), one.limit.event, str(one.kept), _due(one.due)]


def _duty(duty: Duty) -> Row:
    return ["duty", duty.due.by.earliest_ms, duty.party, duty.agreement, duty.format_id, duty.of, _due(duty.due),
            str(duty.state), list(duty.quota or ()),
            [[party, str(state)] for party, state in sorted(duty.view.items())],
            [one.full_name for one in duty.causes],
            duty.discharged_by.full_name if duty.discharged_by else None]  # fmt: skip


def _due(due: Due | None) -> Row | None:
    return None if due is None else [due.by.earliest_ms, due.by.latest_ms, due.rule]


def _line(row: Row) -> str:
    return _ENCODER.encode(row)
