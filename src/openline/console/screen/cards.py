"""Cards and rows of the screen, made of entries as `Reader` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openline.console.channel.asking import PRECEDENCES, Shown
from openline.console.screen.asking import (
    CARD_CHARS_MAX,
    Card,
    DueRow,
    Hit,
    LogLine,
    Related,
    Step,
    Waiting,
)
from openline.console.words import parse_place
from openline.limits import OPEN_WITHIN_MS
from openline.seal.charter import Charter

EXCERPT_CHARS: Final = 200


def reference(name: str, place: str) -> str:
    """How people on both sides call an entry: whose, the last four digits of the log's name, and the index."""
    at = parse_place(place)
    return f"{name} {at.generation[-4:]}-{at.index}"


def agreed_within_ms(terms: Charter, precedence: str) -> int:
    """Within what a person shall open a message of that precedence, from its receipt, as was agreed."""
    return terms.due_ms[len(PRECEDENCES) - 1 - PRECEDENCES.index(precedence)]


def ours_within_ms(terms: Charter, precedence: str) -> int:
    """Within what this desk wants it opened: its own limit, or what was agreed where that is shorter."""
    return min(OPEN_WITHIN_MS[PRECEDENCES.index(precedence)], agreed_within_ms(terms, precedence))


def opened_by(entry: Shown) -> set[int]:
    """Parties whose officer has opened it."""
    return {one.party for one in entry.acknowledged}


def card(entry: Shown, due: Sequence[DueRow], crossed_with: str = "") -> Card:
    """A message of theirs that needs somebody."""
    return Card(
        reference=reference(entry.name, entry.place), place=entry.place, position=entry.position, party=entry.party,
        name=entry.name, precedence=entry.precedence, kind=entry.kind, subject=entry.subject,
        text=entry.text[:CARD_CHARS_MAX], whole=len(entry.text) <= CARD_CHARS_MAX, language=entry.language,
        written_at_ms=entry.written_at_ms, received_at_ms=entry.arrived_at_ms, due=list(due),
        exercise=entry.exercise, crossed=bool(crossed_with), crossed_with=crossed_with,
        in_reply_to=entry.in_reply_to, reply_by_ms=entry.reply_by_ms, steps=[step.word for step in ladder(entry)],
        ahead_of=entry.ahead_of, attachments=len(entry.attachments), disputed=entry.disputed,
    )  # fmt: skip


def opening_due(entry: Shown, terms: Charter, now_ms: int) -> DueRow:
    """By when an officer here shall open it: the clock runs from when it was held here."""
    at_ms = entry.arrived_at_ms + ours_within_ms(terms, entry.precedence)
    who = "watch officer"
    return DueRow(entry.place, "acknowledge", "acknowledge receipt", at_ms, at_ms <= now_ms, who, 0, "record")


def waiting(entry: Shown, terms: Charter, now_ms: int) -> Waiting | None:
    """What is lacking of a message of ours; None where nothing is."""
    opened = opened_by(entry)
    unopened = [one for one in entry.held if one.party not in opened]
    if entry.lacking:
        state, of, since_ms, due_ms = "not held", entry.lacking, entry.arrived_at_ms, None
    elif unopened:
        since_ms = max(one.latest_ms for one in unopened)
        state, of = "held, not opened", [one.name for one in unopened]
        due_ms = since_ms + agreed_within_ms(terms, entry.precedence)
    else:
        return None
    return Waiting(
        reference(entry.name, entry.place), entry.place, entry.position, entry.precedence, entry.subject, state,
        list(of), since_ms, due_ms, due_ms is not None and due_ms <= now_ms, entry.exercise,
    )  # fmt: skip


def ladder(entry: Shown) -> list[Step]:
    """Every step with its evidence, in order of time."""
    first = "recorded" if entry.ours else "held ahead" if entry.ahead_of is not None else "held"
    steps = [Step(first, entry.party, entry.name, "", "", entry.written_at_ms, entry.arrived_at_ms, entry.place, "")]
    for held in entry.held:
        words = f"receipt over {held.size} entries, signature {held.signature[:16]}…"
        steps.append(Step("held", held.party, held.name, "", "", held.latest_ms, held.arrived_at_ms, "", words))
    for seen in entry.acknowledged:
        who = (seen.party, seen.name, seen.officer, seen.role)
        steps.append(Step("opened", *who, seen.at_ms, seen.at_ms, seen.place, seen.note))
    for said in entry.stated:
        steps.append(Step(said.kind, said.party, said.name, "", "", said.at_ms, said.at_ms, said.place, said.words))
    return sorted(steps, key=lambda step: step.at_ms)


def related(entry: Shown, others: Sequence[Shown]) -> list[Related]:
    """What it answers or refers to."""
    return [
        Related(
            "answers" if one.place == entry.in_reply_to else "refers to", one.place, one.position, one.ours, one.name,
            one.kind, one.subject, one.written_at_ms,
        )
        for one in others
    ]  # fmt: skip


def line_of(entry: Shown) -> LogLine:
    """An entry as one line of the running log."""
    told = entry.subject or entry.text.split("\n", 1)[0][:80]
    words = f"{entry.precedence} {entry.kind}: {told}" if told else entry.kind
    return LogLine(
        entry.arrived_at_ms, "record", entry.name, words, entry.place, entry.position, entry.exercise
    )


def hit(entry: Shown, words: Sequence[str]) -> Hit:
    """A message that was found, with what stands around the first word."""
    text = entry.text
    at = text.casefold().replace("ё", "е").find(words[0]) if words else 0
    start = max(0, at - EXCERPT_CHARS // 3)
    return Hit(
        reference(entry.name, entry.place), entry.place, entry.position, entry.ours, entry.name, entry.precedence,
        entry.exercise, entry.written_at_ms, entry.arrived_at_ms, entry.subject, entry.language,
        text[start : start + EXCERPT_CHARS], [step.word for step in ladder(entry)],
    )  # fmt: skip
