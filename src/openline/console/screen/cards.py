"""Cards and rows of the screen, made of what the register has and of each message's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from openline.console.accords.owed import SOURCE as ACCORDS
from openline.console.accords.owed import about_of
from openline.console.channel.asking import PRECEDENCES, Shown
from openline.console.ladder.rows import RelatedRow
from openline.console.screen.asking import CARD_CHARS_MAX, Card, DueRow, Hit, LogLine, Standing, Step, Waiting
from openline.console.screen.naming import ref_of, reference, spelled
from openline.console.screen.reading import RegisterReader
from openline.desk.due import WORDS, Due, What
from openline.limits import OPEN_WITHIN_MS
from openline.line.state import LineState, others
from openline.record.entry import ALERTED, EXERCISE, KIND_NAMES, Ref
from openline.seal.charter import Charter
from openline.store.register.folding import folded
from openline.store.register.looking import Looking, MessageRow, StepRow

RECORD: Final = "record"  # the source of what is to be done about a message
EXCERPT_CHARS: Final = 200
ENDED_BY: Final = frozenset(("withdrawn by", "corrected by", "superseded by"))
OPENED_WORDS: Final = frozenset(("opened", "understood", "passed", "answered", "refused", "holding reply"))


class View(NamedTuple):
    """What a card is made from beside the register: how the line is now, and under which terms."""

    state: LineState
    terms: Charter
    now_ms: int
    looking: Looking
    reader: RegisterReader

    def name(self, party: int) -> str:
        """A party's name."""
        parties = self.state.roster.parties
        return parties[party].name if party < len(parties) else f"party {party}"


    def called(self, name: str) -> str:
        """How people call an entry, by its full name; empty where there is none."""
        return reference(self.name(ref_of(name).party), ref_of(name)) if name else ""


def standing(rows: Sequence[RelatedRow], view: View) -> list[Standing]:
    """Whether a message stands as it was written, and what it does to earlier ones: the first first."""
    found = [
        Standing(one.which, view.called(one.place), one.place, one.at_ms, one.note, one.which in ENDED_BY)
        for one in rows if one.which != "forwarded by"
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.ended, one.at_ms))


def agreed_within_ms(terms: Charter, precedence: int) -> int:
    """Within what a person shall open a message of that precedence, from its receipt, as was agreed."""
    return terms.due_ms[len(PRECEDENCES) - 1 - precedence]


def ours_within_ms(terms: Charter, precedence: int) -> int:
    """Within what this desk wants it opened: its own limit, or what was agreed where that is shorter."""
    return min(OPEN_WITHIN_MS[precedence], agreed_within_ms(terms, precedence))


def place(row: MessageRow) -> Ref:
    """Where a message stands."""
    return Ref(row.log.party, row.log.generation, row.index)


def dues_of(row: MessageRow, view: View) -> list[Due]:
    """What is to be done here about a message: clocks run from when it was held here."""
    subject, dues = spelled(place(row)), []
    if row.to_open:
        at_ms = row.arrived_at_ms + ours_within_ms(view.terms, row.precedence)
        dues.append(Due(subject, What.ACKNOWLEDGE, at_ms, RECORD, row.precedence))
    if row.to_answer and row.reply_due_ms is not None:
        words = "answer, as the holding reply promised" if row.reply_due_ms != row.reply_by_ms else "answer"
        dues.append(Due(subject, What.ANSWER, row.reply_due_ms, RECORD, row.precedence, words))
    if row.unanswered and row.reply_due_ms is not None:
        dues.append(Due(subject, What.RECORD_SILENCE, row.reply_due_ms, RECORD, row.precedence))
    return dues


def due_row(due: Due, now_ms: int, called: Callable[[str], str] = lambda _name: "") -> DueRow:
    """A duty as it is shown. `called`: how people call an entry, by its full name."""
    about, cause = "", due.cause
    if due.source == ACCORDS:
        about = about_of(due.subject)
    elif due.source == RECORD:
        about, cause = called(due.subject), due.subject
    elif due.subject.startswith("D-"):
        about = due.subject
    return DueRow(
        due.subject, due.what.name.lower().replace("_", " "), due.words or WORDS[due.what], due.at_ms,
        due.at_ms <= now_ms, " or ".join(due.who(now_ms)), due.step(now_ms), due.source,
        about, cause,
    )  # fmt: skip


def card(row: MessageRow, view: View) -> Card:
    """A message of theirs that needs somebody."""
    message = view.reader.message(row)
    name, crossed = view.name(row.log.party), view.reader.place_at(row.crossed) if row.crossed else ""
    names = [party.name for party in view.state.roster.parties]
    return Card(
        reference=reference(name, place(row)), place=spelled(place(row)), position=row.position,
        party=row.log.party, name=name, precedence=PRECEDENCES[row.precedence],
        kind=KIND_NAMES.get(row.kind, f"kind {row.kind}"), subject=view.reader.says(row),
        text=message.text[:CARD_CHARS_MAX],
        whole=len(message.text) <= CARD_CHARS_MAX, language=row.language, written_at_ms=row.written_at_ms,
        received_at_ms=row.arrived_at_ms, due=[due_row(one, view.now_ms) for one in dues_of(row, view)],
        exercise=bool(row.flags & EXERCISE),
        crossed=row.crossed is not None, crossed_with=crossed, crossed_reference=view.called(crossed),
        in_reply_to=spelled(row.answers) if row.answers else None, reply_by_ms=row.reply_by_ms,
        steps=["held", *(step.word for step in view.looking.steps(place(row)))],
        attachments=len(message.attachments), disputed=view.reader.disputed(row.log, row.index),
        standing=standing(view.reader.ladder.related(place(row), bool(row.flags & EXERCISE), names), view),
    )  # fmt: skip


def card_ahead(entry: Shown, view: View) -> Card:
    """A message that is held ahead of its log: it has no position yet, and its clock runs all the same."""
    at_ms = entry.arrived_at_ms + ours_within_ms(view.terms, PRECEDENCES.index(entry.precedence))
    due = Due(entry.place, What.ACKNOWLEDGE, at_ms, RECORD, PRECEDENCES.index(entry.precedence))
    return Card(
        reference=reference(entry.name, ref_of(entry.place)), place=entry.place, position=0, party=entry.party,
        name=entry.name, precedence=entry.precedence, kind=entry.kind, subject=entry.subject,
        text=entry.text[:CARD_CHARS_MAX], whole=len(entry.text) <= CARD_CHARS_MAX, language=entry.language,
        written_at_ms=entry.written_at_ms, received_at_ms=entry.arrived_at_ms, due=[due_row(due, view.now_ms)],
        exercise=entry.exercise,
        crossed=bool(entry.crossed), crossed_with=entry.crossed[0] if entry.crossed else "",
        in_reply_to=entry.in_reply_to, reply_by_ms=entry.reply_by_ms, steps=["held ahead"], ahead_of=entry.ahead_of,
        attachments=len(entry.attachments), disputed=entry.disputed, standing=standing(entry.related, view),
        crossed_reference=view.called(entry.crossed[0]) if entry.crossed else "",
    )  # fmt: skip


# ------------------------------------------------------------------ what we wait for
def not_held(row: MessageRow, view: View) -> Waiting | None:
    """A message of ours without the receipt of somebody; None where everybody's covers it."""
    log = view.state.logs.get(row.log)
    lacking = [party for party in others(view.state.roster, view.state.me)
               if log is None or party not in log.receipts or log.receipts[party].size <= row.index]  # fmt: skip
    return _waiting(row, view, "not held", lacking, row.arrived_at_ms, None) if lacking else None


def waited_for(row: MessageRow, view: View) -> Waiting | None:
    """What is lacking of a message of ours that somebody holds; None where nothing is, or nobody holds it."""
    held = {party: at for party in others(view.state.roster, view.state.me)
            if (at := view.reader.held_at(row, party)) is not None}  # fmt: skip
    unopened = [party for party in held if not row.seen >> party & 1]
    if row.unopened and unopened:
        since_ms = max(held[party] for party in unopened)
        due_ms = since_ms + agreed_within_ms(view.terms, row.precedence)
        if row.reply_due_ms is not None and row.unanswered:
            due_ms = min(due_ms, row.reply_due_ms)
        return _waiting(row, view, "held, not opened", unopened, since_ms, due_ms)
    if row.unanswered and held:
        return _waiting(row, view, "reply due", list(held), row.arrived_at_ms, row.reply_due_ms)
    return None


def _waiting(
    row: MessageRow, view: View, state: str, of: Sequence[int], since_ms: int, due_at_ms: int | None
) -> Waiting:
    ref = place(row)
    return Waiting(
        reference(view.name(ref.party), ref), spelled(ref), row.position, PRECEDENCES[row.precedence],
        view.reader.says(row), state, [view.name(party) for party in of], since_ms, due_at_ms,
        due_at_ms is not None and due_at_ms <= view.now_ms, bool(row.flags & EXERCISE),
        KIND_NAMES.get(row.kind, f"kind {row.kind}"),
    )  # fmt: skip


# ------------------------------------------------------------------ the ladder, lines, hits
def ladder(
    entry: Shown, steps: Sequence[StepRow], view: View, rang: tuple[int, bool] | None = None,
    beside: Iterable[Step] = (),
) -> list[Step]:
    """Every step of a message with its evidence, in order of time. `rang`: when it did at this desk, and aloud, as the
    desk's own log has it; that is shared in exercises only, and then stands among the steps. What stands `beside` the
    record is shared with nobody."""
    at_ms, came_at_ms = entry.written_at_ms, entry.arrived_at_ms
    rows, after = list[Step](), list[Step]()
    for own in beside:  # within one millisecond it is recorded before a bearer has it
        (after if own.word == "relayed" else rows).append(own)
    rows += [Step("recorded", entry.party, entry.name, "", "", at_ms, came_at_ms, entry.place, ""), *after]
    if not entry.ours:  # they recorded it; that we hold it is ours to say
        word, us = "held ahead" if entry.ahead_of is not None else "held", view.state.me
        rows.append(Step(word, us, view.name(us), "", "", came_at_ms, came_at_ms, "", ""))
    told = any(step.word == KIND_NAMES[ALERTED] and step.by.party == view.state.me for step in steps)
    if rang is not None and not told:
        how = f"{'by the annunciator' if rang[1] else 'on screens only'}; from the desk's own log"
        rows.append(Step("alerted", view.state.me, view.name(view.state.me), "", "", rang[0], rang[0], "", how))
    for held in entry.held:
        words = f"receipt over {held.size} entries, signature {held.signature[:16]}…"
        rows.append(Step("held", held.party, held.name, "", "", held.latest_ms, held.arrived_at_ms, "", words))
    for step in steps:
        who = (step.by.party, view.name(step.by.party), step.officer, step.role)
        rows.append(Step(step.word, *who, step.at_ms, step.arrived_at_ms, spelled(step.by), step.words))
    return sorted(rows, key=lambda step: step.arrived_at_ms)


def line_of(entry: Shown) -> LogLine:
    """An entry as one line of the running log."""
    told = entry.subject or entry.text.split("\n", 1)[0][:80]
    words = f"{entry.precedence} {entry.kind}: {told}" if told else entry.kind
    line = LogLine(entry.arrived_at_ms, "record", entry.name, words, entry.place, entry.position, entry.exercise)
    line.what, line.told, line.language = entry.kind, told, entry.language or "en"
    line.precedence = entry.precedence if told else ""
    return line


def hit(row: MessageRow, terms: Sequence[tuple[str, bool]], view: View) -> Hit:
    """A message that was found, with what stands around the first word."""
    text = view.reader.message(row).text
    at = folded(text).find(terms[0][0]) if terms else 0  # folding keeps nearly every place: an excerpt may be a bit off
    start = max(0, at - EXCERPT_CHARS // 3)
    ref, name = place(row), view.name(row.log.party)
    return Hit(
        reference(name, ref), spelled(ref), row.position, row.ours, name, PRECEDENCES[row.precedence],
        bool(row.flags & EXERCISE), row.written_at_ms, row.arrived_at_ms, row.subject, row.language,
        text[start : start + EXCERPT_CHARS],
        ["recorded" if row.ours else "held", *dict.fromkeys(step.word for step in view.looking.steps(ref))],
    )  # fmt: skip
