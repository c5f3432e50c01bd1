"""What is coming for both sides: the end of an agreement, the term of an adherence, the date of an offer. (R-511)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from openline.accord.agreements.answering import Standing
from openline.accord.agreements.papers import Lives
from openline.accord.agreements.table import State
from openline.accord.bodies import Agreement
from openline.accord.clocks.duty import Duty, DutyState
from openline.accord.clocks.limits import Due
from openline.accord.clocks.spans import DAY_MS, SECOND_MS, exactly
from openline.record.entry import Ref

END: Final = "end"
ADHERENCE: Final = "end of adherence"
OFFER: Final = "answer to an offer"
KINDS: Final = (END, ADHERENCE, OFFER)
LEAD_MS: Final = 28 * DAY_MS
_RUNS: Final = (State.PROVISIONAL, State.IN_FORCE, State.EXTENDED, State.SUSPENDED)


def reminders(
    lives: Lives, known: Mapping[bytes, Agreement], from_ms: int, to_ms: int, now_ms: int
) -> Iterator[Duty]:
    """Ends and dates between two instants, for every party. Nothing is owed by any of them."""
    for digest in sorted(known):
        yield from _ends(lives, digest, known[digest], (from_ms, to_ms, now_ms))
    for ref, offer in lives.made():
        if offer.until_s is not None and from_ms <= offer.until_s * SECOND_MS < to_ms:
            yield from _offer(lives, ref, offer.until_s, now_ms)


def _ends(lives: Lives, digest: bytes, agreement: Agreement, times: tuple[int, int, int]) -> Iterator[Duty]:
    life = lives.life(digest)
    if life is None:
        return
    since_ms = (life.begin_s or 0) * SECOND_MS
    for party in lives.parties:
        if life.end_s is not None and times[0] <= life.end_s * SECOND_MS < times[1]:
            if life.step(party, life.end_s - 1).state in _RUNS:
                yield _coming(party, agreement.id, END, life.end_s, life.end_causes, since_ms, times[2])
        for step in life.views[party]:
            if step.state is State.ADHERED and step.until_s is not None and step.at_s is not None:
                if times[0] <= step.until_s * SECOND_MS < times[1]:
                    for reminded in lives.parties:
                        yield _coming(reminded, agreement.id, ADHERENCE, step.until_s, step.causes,
                                      step.at_s * SECOND_MS, times[2])  # fmt: skip


def _offer(lives: Lives, ref: Ref, until_s: int, now_ms: int) -> Iterator[Duty]:
    outcome = lives.outcome(ref, now_ms)
    received = lives.received.get(ref)
    since_ms = received.latest_ms if received is not None else now_ms
    unanswered = any(one[0] in (Standing.OPEN, Standing.UNANSWERED) for one in outcome.towards.values())
    for party in lives.parties:
        stands = outcome.towards.get(party)
        if unanswered if party == ref.party else stands is not None and stands[0] is Standing.OPEN:
            name = f"offer {ref.party}-{ref.index}"
            yield _coming(party, name, OFFER, until_s, (ref,), since_ms, now_ms)


def _coming(
    party: int, name: str, of: str, at_s: int, causes: tuple[Ref, ...], since_ms: int, now_ms: int
) -> Duty:
    due = Due(exactly(at_s * SECOND_MS), "to the instant that was stated")
    state = DutyState.DUE if now_ms < at_s * SECOND_MS else DutyState.PASSED
    return Duty(party, name, name, of, due, causes, None, state, {}, since_ms, lead_ms=LEAD_MS)
