"""How parties have declared themselves, as a fold over their statements: what is refused, suspended, left unanswered.

Declared, not observed: a line that is declared open may be dead, and one that is suspended may carry. Only what the
record holds counts, and an exercise never counts in earnest. (R-297, R-298)
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from openline.contact.saying import (
    Alerted,
    Drill,
    HoldingReply,
    Refusal,
    Resumption,
    SilenceAnswered,
    SilenceRecorded,
    Stated,
    Suspension,
)
from openline.record.entry import Ref
from openline.record.statement import Written


class DeclaredState(Enum):
    """How contact between two parties stands by their own statements."""

    OPEN = "open"
    SUSPENDED = "suspended"
    REFUSED = "refused"


class Bar(NamedTuple):
    """A suspension, or a refusal of contact, that not both sides have lifted. `resumed`: who of the two has.

    `until_ms` None: open-ended.
    """

    state: DeclaredState
    stated: Stated
    from_ms: int
    until_ms: int | None
    reason: str
    resumed: tuple[int, ...]

    def holds(self, now_ms: int) -> bool:
        """Whether it bars contact at that instant."""
        return self.from_ms <= now_ms and (self.until_ms is None or now_ms < self.until_ms)


class Declared(NamedTuple):
    """Between two parties at an instant. `bars`: what holds now, refusals first, then by age; `coming`: what will."""

    state: DeclaredState
    bars: tuple[Bar, ...]
    coming: tuple[Bar, ...]


def declared(stated: Iterable[Stated], one: int, other: int, now_ms: int) -> Declared:
    """How contact between two parties stands at `now_ms` by their statements. (R-298)

    Open, unless one of them has suspended or refused it and not both have resumed knowing that; a suspension with an
    end also ends by itself.
    """
    of_both = [each for each in stated if each.at.ref.party in (one, other) and not each.exercise]
    resumed = [each.at for each in of_both if isinstance(each.said, Resumption)]
    bars = []
    for each in of_both:
        bar = _bar(each, resumed)
        if bar is not None and set(bar.resumed) != {one, other}:
            bars.append(bar)
    bars.sort(key=lambda bar: (bar.state is not DeclaredState.REFUSED, bar.from_ms, bar.stated.at.ref))
    now = tuple(bar for bar in bars if bar.holds(now_ms))
    coming = tuple(bar for bar in bars if bar.from_ms > now_ms)
    return Declared(now[0].state if now else DeclaredState.OPEN, now, coming)


def _bar(stated: Stated, resumed: list[Written]) -> Bar | None:
    match stated.said:
        case Suspension(from_ms, until_ms, reason, _):
            state = DeclaredState.SUSPENDED
        case Refusal(of_contact=True, reason=reason):
            state, from_ms, until_ms = DeclaredState.REFUSED, stated.at.at_ms, None
        case _:
            return None
    by = sorted({at.ref.party for at in resumed if at.knew(stated.at)})
    return Bar(state, stated, from_ms, until_ms, reason, tuple(by))


class Silence(NamedTuple):
    """A silence that a message's author has recorded, and of each other party what it last said of that."""

    recorded: Stated
    answers: tuple[Stated, ...]


class OfMessage(NamedTuple):
    """What was stated about one message: of each party the first refusal, the last holding reply, its first ring."""

    refused: tuple[Stated, ...]
    holding: tuple[Stated, ...]
    silences: tuple[Silence, ...]
    alerted: tuple[Stated, ...]


def of_message(message: Ref, exercise: bool, about: Iterable[Stated]) -> OfMessage:
    """What was stated about a message, by who may: `about` may hold any statements. (R-297)

    A statement counts only if it was written knowing what it refers to, and is an exercise exactly where that is one.
    """
    place = Written(message, 0, ())
    found = sorted((each for each in about if each.exercise == exercise), key=lambda each: each.at.ref)
    direct = [each for each in found if each.about == message and each.at.knew(place)]
    theirs = [each for each in direct if each.at.ref.party != message.party]
    refused: dict[int, Stated] = {}
    holding: dict[int, Stated] = {}
    alerted: dict[int, Stated] = {}
    for each in theirs:
        if isinstance(each.said, Refusal):
            refused.setdefault(each.at.ref.party, each)
        elif isinstance(each.said, HoldingReply):
            holding[each.at.ref.party] = each
        elif isinstance(each.said, Alerted) and exercise:
            alerted.setdefault(each.at.ref.party, each)
    silences = [_silence(each, found) for each in direct if _is_silence(each, message.party)]
    return OfMessage(tuple(refused.values()), tuple(holding.values()), tuple(silences), tuple(alerted.values()))


def _is_silence(stated: Stated, author: int) -> bool:
    """Recorded by the message's own party, of a time that had passed by its own clock."""
    said = stated.said
    return isinstance(said, SilenceRecorded) and stated.at.ref.party == author and said.due_ms <= stated.at.at_ms


def _silence(recorded: Stated, found: Iterable[Stated]) -> Silence:
    answers: dict[int, Stated] = {}
    for each in found:
        by = each.at.ref.party
        is_answer = isinstance(each.said, SilenceAnswered) and each.about == recorded.at.ref
        if is_answer and by != recorded.at.ref.party and each.at.knew(recorded.at):
            answers[by] = each
    return Silence(recorded, tuple(answers.values()))


def open_drills(stated: Iterable[Stated]) -> tuple[Stated, ...]:
    """Drills that their party has begun and not ended, the oldest first. (R-296)"""
    drills = [each for each in stated if isinstance(each.said, Drill) and each.exercise]
    ended = {(each.about, each.at.ref.party) for each in drills if each.about is not None}
    begun = [each for each in drills if isinstance(each.said, Drill) and each.said.begins]
    return tuple(sorted((each for each in begun if (each.at.ref, each.at.ref.party) not in ended),
                        key=lambda each: (each.at.at_ms, each.at.ref)))  # fmt: skip
