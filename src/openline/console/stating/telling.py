"""Statements in plain words. They say whose statement it is, and never more than it says."""

from __future__ import annotations

from collections.abc import Sequence

from openline.console.dtg import dtg
from openline.contact.declared import Bar, Declared, DeclaredState
from openline.contact.saying import (
    Alerted,
    Drill,
    HoldingReply,
    Operating,
    Refusal,
    Resumption,
    Said,
    SilenceAnswered,
    SilenceRecorded,
    Suspension,
)
from openline.record.entry import ALERTED, KIND_NAMES
from openline.visible import visible


def in_words(said: Said) -> str:
    """One statement in one line: what it says, why, and by whom it was made; that it rang is said by a station."""
    by = f" ({visible(said.officer)})" if not isinstance(said, Alerted) else ""
    match said:
        case Alerted(at_ms, aloud):
            return f"it rang at {dtg(at_ms)}, {'by the annunciator' if aloud else 'on screens only'}"
        case Operating(text):
            return f"service message: {_line(text)}{by}"
        case Refusal(of_contact, reason):
            return f"{'contact' if of_contact else 'message'} refused: {_line(reason)}{by}"
        case HoldingReply(until_ms, remark):
            return f"holding reply: an answer not later than {dtg(until_ms)}{_after(remark)}{by}"
        case Suspension(from_ms, until_ms, reason):
            return f"contact suspended {_span(from_ms, until_ms)}: {_line(reason)}{by}"
        case Resumption(remark):
            return f"ready to resume contact{_after(remark)}{by}"
        case SilenceRecorded(due_ms, remark):
            return f"silence recorded: unanswered at {dtg(due_ms)}{_after(remark)}{by}"
        case SilenceAnswered(confirmed, remark):
            return f"silence {'confirmed' if confirmed else 'contested'}{_after(remark)}{by}"
        case Drill(begins, remark):
            return f"drill {'begins' if begins else 'ends'}{_after(remark)}{by}"


def kind_of(said: Said) -> str:
    """What a statement about a message comes to, in a word or two for programs."""
    match said:
        case Refusal():
            return "refused"
        case HoldingReply():
            return "holding reply"
        case SilenceRecorded():
            return "silence recorded"
        case SilenceAnswered(confirmed):
            return "silence confirmed" if confirmed else "silence contested"
        case Alerted():
            return KIND_NAMES[ALERTED]
        case _:
            return "statement"


def declared_in_words(stands: Declared, names: Sequence[str], pair: tuple[int, int]) -> list[str]:
    """How contact between two parties is declared: one line for each bar that holds, and each that is coming."""
    return [
        *(_bar(bar, names, pair) for bar in stands.bars),
        *(f"from {dtg(bar.from_ms)} on: {_bar(bar, names, pair)}" for bar in stands.coming),
    ]


def _bar(bar: Bar, names: Sequence[str], pair: tuple[int, int]) -> str:
    by = visible(names[bar.stated.at.ref.party])
    if bar.state is DeclaredState.REFUSED:
        what = f"contact REFUSED by {by} since {dtg(bar.from_ms)}"
    else:
        what = f"contact SUSPENDED by {by} {_span(bar.from_ms, bar.until_ms)}"
    ready = [visible(names[party]) for party in bar.resumed]
    lacking = [visible(names[party]) for party in pair if party not in bar.resumed]
    left = f"; {' and '.join(ready)} ready to resume, {' and '.join(lacking)} not yet" if ready else ""
    return f"{what}: {_line(bar.reason)}{left}"


def _span(from_ms: int, until_ms: int | None) -> str:
    return f"from {dtg(from_ms)} " + ("with no end named" if until_ms is None else f"until {dtg(until_ms)}")


def _after(remark: str) -> str:
    return f": {_line(remark)}" if remark.strip() else ""


def _line(text: str) -> str:
    return " / ".join(visible(part.strip()) for part in text.replace("\t", " ").split("\n") if part.strip())
