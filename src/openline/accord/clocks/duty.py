"""Something owed: by whom, by when, because of which entries, and how it stands, to each side in its own view.

Silence has names of its own. A duty is `not due` until its time begins, when the round before it has passed, and `due`
from then on; one that passed is `not provided`, unless its format
lets so many a year be withheld by right, or its party says that it withholds as a countermeasure: that is this party's
view, and the others go on seeing it due. (R-463)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from openline.accord.clocks.limits import Due
from openline.accord.clocks.spans import DAY_MS, SECOND_MS, When, day_of, exactly, year_begin
from openline.accord.formats.format import Field, Format, Limit
from openline.accord.formats.notice import Notice
from openline.accord.formats.times import Date, Instant, Window
from openline.accord.formats.unfit import Unfit
from openline.record.entry import Ref

LEAD_MAX_MS: Final = 7 * DAY_MS


class DutyState(StrEnum):
    """How a duty stands in somebody's view."""

    NOT_DUE = "not due"
    DUE = "due"
    KEPT = "kept"
    LATE = "late"
    WITHHELD = "withheld by right"
    COUNTERMEASURE = "withheld as countermeasure"
    MISSING = "not provided"
    SUSPENDED = "suspended"
    OPEN = "not to be told"
    PASSED = "passed"


class Duty(NamedTuple):
    """Something that a party owes, the entries that caused it, and what discharged it."""

    party: int
    agreement: str
    format_id: str
    of: str  # what it limits: notice, reply, confirmation
    due: Due
    causes: tuple[Ref, ...]
    discharged_by: Ref | None
    state: DutyState
    view: dict[int, DutyState]  # where a party sees it otherwise, its own view
    since_ms: int  # from when on it stood to be done: the receipt of its cause, or the round before
    quota: tuple[int, int] | None = None  # of `withheld by right`: the how manieth of how many this year
    lead_ms: int = LEAD_MAX_MS  # how long beforehand somebody is told, at most

    @property
    def alarm_ms(self) -> int:
        """When somebody is told of it beforehand: a quarter of its time before it is due, `lead_ms` at most."""
        by_ms = self.due.by.earliest_ms
        return by_ms - min(self.lead_ms, max(0, by_ms - self.since_ms) // 4)


def rationed(limit: Limit, from_ms: int, found: Iterable[Duty]) -> Iterator[Duty]:
    """Duties from an instant on. `found` in order, from the begin of that year where the limit has a quota."""
    used: dict[tuple[int, int], int] = {}
    for duty in found:
        if limit.quota and duty.state is DutyState.MISSING:
            year = (duty.party, year_begin(duty.due.by.latest_ms))
            used[year] = used.get(year, 0) + 1
            if used[year] <= limit.quota:
                duty = duty._replace(state=DutyState.WITHHELD, quota=(used[year], limit.quota))
        if duty.due.by.latest_ms >= from_ms:
            yield duty


def state_of(due: Due, answer: object | None, now_ms: int, since_ms: int = 0) -> DutyState:
    """How a duty stands at an instant, before what was sent is measured. `since_ms`: when its time begins."""
    if answer is not None:
        return DutyState.OPEN
    if now_ms <= due.by.earliest_ms:
        return DutyState.DUE if now_ms >= since_ms else DutyState.NOT_DUE
    return DutyState.MISSING if now_ms > due.by.latest_ms else DutyState.OPEN


def event_of(format_: Format, notice: Notice, name: str) -> tuple[When, When] | None:
    """When the event that a field names begins and ends; None where the field is not given or does not fit."""
    for field, value in zip(format_.fields, notice.values, strict=False):
        if field.name == name and value is not None:
            try:
                return _event(field, field.type.check(value))
            except Unfit:  # it is shown as a fault; nothing is counted from what is no instant
                return None
    return None


def _event(field: Field, value: object) -> tuple[When, When] | None:
    match field.type, value:
        case Instant(), int(at):
            return exactly(at * SECOND_MS), exactly(at * SECOND_MS)
        case Date(scale=scale), int(days):
            return day_of(days, scale)
        case Window(of=Instant()), [int(begin), int(length)]:
            return exactly(begin * SECOND_MS), exactly((begin + length) * SECOND_MS)
        case Window(of=Date(scale=scale)), [int(begin), int(length)]:
            return day_of(begin, scale)[0], day_of(begin + length, scale)[1]
        case _:
            return None
