"""What is coming for all sides: the instant from which a version that is still on the table has lapsed. (R-511)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openline.accord.clocks.duty import Duty, DutyState
from openline.accord.clocks.limits import Due
from openline.accord.clocks.spans import DAY_MS, SECOND_MS, exactly
from openline.accord.drafting.drafts import Drafts, State

LAPSE: Final = "lapse of a draft"
LEAD_MS: Final = 28 * DAY_MS
_STANDS: Final = (State.TABLED, State.SIGNED_BY_SOME)


def duties(drafts: Drafts, from_ms: int, to_ms: int, now_ms: int) -> Iterator[Duty]:
    """Lapses between two instants, for every party. Nothing is owed by any of them, and silence agrees to nothing."""
    for one in drafts.all_versions():
        lapses_s = one.tabled.lapses_s
        if lapses_s is None or one.exercise or not from_ms <= lapses_s * SECOND_MS < to_ms:
            continue
        if drafts.state(one.ref, lapses_s * SECOND_MS - 1) in _STANDS:
            due = Due(exactly(lapses_s * SECOND_MS), "to the instant that was stated")
            state = DutyState.DUE if now_ms < lapses_s * SECOND_MS else DutyState.PASSED
            for party in drafts.parties:
                yield Duty(party, one.draft, one.draft, LAPSE, due, (one.ref,), None, state, {}, one.at_ms,
                           lead_ms=LEAD_MS)  # fmt: skip
