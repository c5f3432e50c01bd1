"""What meetings and talks make due: an answer before their time, and at their time the meeting itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openline.accord.clocks.duty import Duty, DutyState
from openline.accord.clocks.limits import Due
from openline.accord.clocks.spans import DAY_MS, exactly
from openline.accord.meetings.bodies import Sort
from openline.accord.meetings.ledger import Meetings, MeetingState
from openline.record.entry import Ref

BASIS: Final = "meetings"
_ARRANGED: Final = (MeetingState.AGREED, MeetingState.UNTOLD, MeetingState.ONE_SAID)


def duties(meetings: Meetings, from_ms: int, to_ms: int, now_ms: int) -> Iterator[Duty]:
    """What is due between two instants, UTC. An answer that did not come in time stays owed to nobody: it lapsed."""
    for of, party in meetings.unanswered(now_ms):
        one = meetings.meetings[of]
        answered = meetings.answered(of).get(party)
        by_ms = one.from_ms if answered is None or answered.until_ms is None else min(one.from_ms, answered.until_ms)
        if from_ms <= by_ms < to_ms:
            rule = "before it begins" if by_ms == one.from_ms else "as the holding reply promised"
            yield _duty(party, one.id, "answer", by_ms, rule, of, now_ms)
    for of, one in sorted(meetings.meetings.items()):
        if from_ms <= one.from_ms < to_ms and meetings.state(of, now_ms) in _ARRANGED:
            told, what = meetings.told(of), "talk" if one.sort is Sort.CONTACT else "meeting"
            for party in meetings.parties:
                if party not in told:
                    yield _duty(party, one.id, what, one.from_ms, "as agreed", of, now_ms)


def _duty(party: int, name: str, of: str, by_ms: int, rule: str, cause: Ref, now_ms: int) -> Duty:
    state = DutyState.DUE if now_ms <= by_ms else DutyState.MISSING
    since_ms = by_ms - DAY_MS  # told six hours before: the proposal itself stands on the screen when it comes
    return Duty(party, BASIS, name, of, Due(exactly(by_ms), rule), (cause,), None, state, {}, since_ms)
