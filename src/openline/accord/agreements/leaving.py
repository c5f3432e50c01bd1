"""Whether a party that leaves gave the notice that the agreed terms ask for. Shown, and never enforced. (R-577)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from openline.accord.agreements.table import Event, State, Step
from openline.accord.clocks.spans import DAY_MS, SECOND_MS, When
from openline.record.entry import Ref

_RUNS: Final = frozenset((State.PROVISIONAL, State.IN_FORCE, State.EXTENDED, State.SUSPENDED))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def short_notices(
    views: Mapping[int, Sequence[Step]], notice_days: int, received: Mapping[Ref, When]
) -> Iterator[tuple[Ref, str]]:
    """Each withdrawal that counts earlier than so many days after the others held it, and by how much.

    The notice runs from the earliest instant at which receipts leave it possible that all others held it: what is told
    is certain. Where no receipt proves anything yet, nothing is told.
    """
    for party in sorted(views):
        for before, step in zip(views[party], views[party][1:], strict=False):
            if step.event is not Event.WITHDRAWN or step.at_s is None or before.state not in _RUNS:
                continue
            held = received.get(step.causes[0])
            if held is not None and step.at_s * SECOND_MS < held.earliest_ms + notice_days * DAY_MS:
                yield step.causes[0], _told(step.at_s * SECOND_MS, held.earliest_ms, notice_days)


def _told(at_ms: int, held_ms: int, notice_days: int) -> str:
    given = f"{(at_ms - held_ms) // DAY_MS} days of notice" if at_ms >= held_ms else "no notice: it counts from before"
    first = _EPOCH + timedelta(milliseconds=held_ms + notice_days * DAY_MS)
    return (f"against the terms, which stops nothing: {given}, and they ask for {notice_days}, counted from when the "
            f"others held it, which is {first:%Y-%m-%dT%H:%M:%SZ}")  # fmt: skip
