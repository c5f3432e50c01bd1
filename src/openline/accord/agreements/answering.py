"""How an offer stands towards each party it was made to: open, answered, withdrawn, unanswered at its date.

Times run from receipt: an answer is in time if the one that offered held it by then, and a withdrawal counts from when
the other held it. No answer by the date is neither consent nor refusal, and an answer after it changes nothing of
that: it is kept and marked late. (R-504, R-505)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from openline.accord.agreements.offers import Answer, Offer, Said
from openline.accord.clocks.spans import SECOND_MS, When
from openline.record.entry import Ref


class Standing(StrEnum):
    """How an offer stands towards one party."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONDITIONS = "accepted with conditions"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered at its date"


_BY_ANSWER = {Answer.ACCEPTED: Standing.ACCEPTED, Answer.REFUSED: Standing.REFUSED,
              Answer.CONDITIONS: Standing.CONDITIONS}  # fmt: skip


class Spoken(NamedTuple):
    """An answer to an offer, or its withdrawal. `marks`: why it does not count, or what is odd of it."""

    ref: Ref
    offer: Offer
    received: When | None
    marks: tuple[str, ...]
    counts: bool


class Outcome(NamedTuple):
    """An offer. `towards`: by party how it stands, since when (ms; None while open), and the entry that did it."""

    towards: Mapping[int, tuple[Standing, int | None, Ref | None]]
    spoken: tuple[Spoken, ...]


def outcome_of(
    ref: Ref, offer: Offer, said: Sequence[tuple[Ref, Offer]], parties: Sequence[int], received: Mapping[Ref, When],
    at_ms: int,
) -> Outcome:  # fmt: skip
    """How an offer stands at an instant. `said`: the entries that name it."""
    until_ms = None if offer.until_s is None else offer.until_s * SECOND_MS
    gone = [(when.earliest_ms, one) for one, what in sorted(said)
            if what.said is Said.WITHDRAWN and one.party == ref.party
            and (when := received.get(one)) is not None and when.earliest_ms <= at_ms]  # fmt: skip
    gone_ms, gone_by = min(gone, default=(None, None))
    if gone_ms is not None and until_ms is not None and gone_ms > until_ms:
        gone_ms, gone_by = None, None
    towards: dict[int, tuple[Standing, int | None, Ref | None]] = {}
    for party in parties:
        if party == ref.party:
            continue
        if gone_ms is not None:
            towards[party] = (Standing.WITHDRAWN, gone_ms, gone_by)
        elif until_ms is not None and at_ms >= until_ms:
            towards[party] = (Standing.UNANSWERED, until_ms, None)
        else:
            towards[party] = (Standing.OPEN, None, None)
    spoken: dict[Ref, Spoken] = {}
    for _, one, what in sorted((_held_ms(one, received), one, what) for one, what in said):
        when = received.get(one)
        marks = _marks(ref, offer, one, what, when, (until_ms, gone_ms), towards)
        if when is None or when.earliest_ms > at_ms:
            marks.append("not proved to be held yet")
        spoken[one] = Spoken(one, what, when, tuple(marks), not marks)
        if not marks and what.said is Said.ANSWERED and what.answer is not None and when is not None:
            towards[one.party] = (_BY_ANSWER[what.answer], when.earliest_ms, one)
    return Outcome(towards, tuple(spoken[one] for one in sorted(spoken)))


def _held_ms(ref: Ref, received: Mapping[Ref, When]) -> float:
    when = received.get(ref)
    return float("inf") if when is None else when.earliest_ms


def _marks(
    of: Ref, offer: Offer, ref: Ref, said: Offer, when: When | None, ends_ms: tuple[int | None, int | None],
    towards: Mapping[int, tuple[Standing, int | None, Ref | None]],
) -> list[str]:  # fmt: skip
    """Why an answer or a withdrawal does not count."""
    until_ms, gone_ms = ends_ms
    if said.said is Said.WITHDRAWN:
        if ref.party != of.party:
            return ["only the party that made an offer withdraws it"]
        late = when is not None and until_ms is not None and when.earliest_ms > until_ms
        return ["late: its term had ended before"] if late else []
    if ref.party == of.party:
        return ["a party does not answer its own offer"]
    if ref.party not in towards:
        return ["of a party that is not of this line now"]
    found = []
    if when is not None and until_ms is not None and when.earliest_ms > until_ms:
        found.append("late: held after the date of the offer")
    if when is not None and gone_ms is not None and when.earliest_ms >= gone_ms:
        found.append("an answer to a withdrawn offer")
    if towards[ref.party][0] is Standing.ACCEPTED:
        found.append("accepted already")
    return found
