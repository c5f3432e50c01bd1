"""The screen's parts that come from the record, made beside the loop: what needs us, what we wait for, the log."""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.console.channel.asking import PRECEDENCES, Shown
from openline.console.codes import Told
from openline.console.screen.asking import CARDS_MAX, LOG_LINES_MAX, Card, Counts, DueVersion, LogLine, Related, Waiting
from openline.console.screen.cards import (
    View,
    card,
    card_ahead,
    line_of,
    not_held,
    ours_within_ms,
    place,
    waited_for,
)
from openline.console.screen.naming import ref_of, spelled
from openline.line.ports import LogId
from openline.line.state import others
from openline.record.entry import KIND_NAMES, MESSAGE, PRECEDENCE_NAMES, RELEASE, Ref
from openline.store.register.looking import MessageRow
from openline.store.register.reading import HOLDING

RELATED_MAX: Final = 100
_AS_EVER: Final = "; attested by the station, not signed by the officer"  # the message's own page says it
_LEVELS: Final = range(len(PRECEDENCES))


class FromRecord(NamedTuple):
    """What the record makes of a screen."""

    needs: list[Card]
    waiting: list[Waiting]
    log: list[LogLine]
    counts: Counts


def from_record(view: View) -> FromRecord:
    """The parts, bounded; counted whole."""
    looking = view.looking
    rows = {row.position: row for row in (*looking.to_open(CARDS_MAX), *looking.to_answer(CARDS_MAX))}
    needs = [card(row, view) for row in rows.values()]
    ahead = [card_ahead(one, view) for one in view.reader.ahead(view.state) if _needs_us(one, view)]
    needs = sorted([*ahead, *needs], key=_urgency)[:CARDS_MAX]
    counted = looking.counts()
    levels = [PRECEDENCE_NAMES.index(one.precedence) for one in ahead]
    worst = max([*levels, *([counted.worst] if counted.worst is not None else [])], default=None)
    return FromRecord(
        needs,
        waiting(view),
        running_log(view),
        Counts(
            needs=counted.needs + len(ahead), waiting=counted.waiting, release=0, overdue=overdue(view),
            worst=PRECEDENCES[worst] if worst is not None else "",
        ),
    )  # fmt: skip


def _needs_us(entry: Shown, view: View) -> bool:
    is_open = all(seen.party != view.state.me for seen in entry.acknowledged)
    return entry.kind_number == MESSAGE and not entry.ours and is_open


def _urgency(one: Card) -> tuple[int, int, int]:
    return -PRECEDENCE_NAMES.index(one.precedence), min(due.at_ms for due in one.due), one.position


def overdue(view: View) -> int:
    """How many messages are overdue: not opened or answered here, or unanswered there."""
    found = 0
    for precedence in _LEVELS:
        before_ms = view.now_ms - ours_within_ms(view.terms, precedence)
        found += view.looking.count_before("to_open", precedence, before_ms)
        found += view.looking.count_before("to_answer", precedence, view.now_ms)
        found += view.looking.count_before("unanswered", precedence, view.now_ms)
    return found


def waiting(view: View) -> list[Waiting]:
    """What lacks at the others: an answer, an opening, or a receipt; overdue first, then the most urgent."""
    rows: dict[int, Waiting] = {}
    for row in (*view.looking.unanswered(CARDS_MAX), *view.looking.unopened(CARDS_MAX)):
        lacking = waited_for(row, view)
        if lacking is not None:
            rows.setdefault(row.position, lacking)
    for row in _not_held(view):
        lacking = not_held(row, view)
        if lacking is not None:
            rows[row.position] = lacking
    return sorted(rows.values(), key=_patience)[:CARDS_MAX]


def _patience(one: Waiting) -> tuple[bool, int, int]:
    return not one.overdue, -PRECEDENCE_NAMES.index(one.precedence), one.position


def _not_held(view: View) -> list[MessageRow]:
    rows: list[MessageRow] = []
    present = others(view.state.roster, view.state.me)
    for log_id, log in sorted(view.state.logs.items()):
        if log_id.party == view.state.me:
            sizes = [log.receipts[party].size if party in log.receipts else 0 for party in present]
            least = min(sizes, default=log.size)
            if least < log.size:
                rows += view.looking.of_log(log_id, least, CARDS_MAX)
    return rows


def running_log(view: View) -> list[LogLine]:
    """The newest entries of the record, newest first; a release stands in the line of what it is over."""
    found = view.reader.newest(LOG_LINES_MAX, view.state)
    lines = {spelled(ref_of(one.place)): line_of(one) for one in found}
    for one in found:
        ref = ref_of(one.place)
        over = spelled(ref._replace(index=ref.index - 1)) if ref.index else ""
        log = LogId(ref.party, ref.generation)
        if one.kind_number == RELEASE and over in lines and view.reader.releases_straight_before(log, ref.index):
            lines[over].words += f"; {one.subject.removesuffix(_AS_EVER)}"
            del lines[spelled(ref)]
    return list(reversed(lines.values()))


def related(of: Ref, in_reply_to: str | None, references: list[str], view: View) -> list[Related]:
    """What a message answers, refers to, and is answered by."""
    rows = []
    for name in dict.fromkeys([*([in_reply_to] if in_reply_to else []), *references]):
        try:
            other = view.reader.shown_at(name, view.state)
        except Told:
            continue  # it refers to what is not here
        relation = "answers" if name == in_reply_to else "refers to"
        rows.append(Related(relation, name, other.position, other.ours, other.name, other.kind, other.subject,
                            other.written_at_ms))  # fmt: skip
    for row in view.looking.answering(of, RELATED_MAX):
        rows.append(Related("answered by", spelled(place(row)), row.position, row.ours, view.name(row.log.party),
                            KIND_NAMES[row.kind], row.subject, row.written_at_ms))  # fmt: skip
    return rows


def versions(of: Ref, row: MessageRow | None, view: View) -> list[DueVersion]:
    """How a message's due times came to be what they are."""
    if row is None:
        return []
    found = []
    if row.to_open or (not row.ours and row.seen >> view.state.me & 1):
        at_ms = row.arrived_at_ms + ours_within_ms(view.terms, row.precedence)
        why = f"{PRECEDENCES[row.precedence]}, held here"
        found.append(DueVersion("acknowledge", at_ms, row.arrived_at_ms, why))
    if row.reply_by_ms is not None:
        found.append(DueVersion("answer", row.reply_by_ms, row.arrived_at_ms, "the message names it", spelled(of)))
    for step in view.looking.steps(of):
        if step.word == HOLDING and step.until_ms is not None and step.flags == row.flags:
            why = f"holding reply by {view.name(step.by.party)}"
            found.append(DueVersion("answer", step.until_ms, step.arrived_at_ms, why, spelled(step.by)))
    return found
