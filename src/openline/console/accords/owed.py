"""Duties under agreements for the desk's one due queue: what we owe, what is to be prepared, what they owe us.

The book is asked beside the station's loop, and only once there is something that duties can hang on. What is asked
again at one state of the record within a moment is answered from what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from openline.accord.agreements import reminders
from openline.accord.clocks.book import Book
from openline.accord.clocks.duty import Duty, DutyState
from openline.accord.clocks.spans import DAY_MS, month_day_of
from openline.accord.drafting.owed import LAPSE
from openline.accord.escrow import escrows, exchanging
from openline.accord.escrow.sealed import SEALED
from openline.accord.meetings import owed
from openline.console.accords.keeping import OneBook
from openline.desk.due import Due, Key, What
from openline.line.ports import Store
from openline.record.entry import AGREEMENT, ESCROW, EXCHANGE, FORMAT, MEETING, OFFER, PRIORITY, ROUTINE, TABLED

SOURCE: Final = "accords"
_BASES: Final = (AGREEMENT, FORMAT, MEETING, OFFER, EXCHANGE, ESCROW, TABLED)  # what duties hang on
BACK_MS: Final = 400 * DAY_MS  # what has been late for longer is in `openline duties`
THEIRS_BACK_MS: Final = 30 * DAY_MS
AHEAD_MS: Final = 30 * DAY_MS
GOOD_FOR_MS: Final = 10_000
DUES_MAX: Final = 256
WORDS_OF_STEPS: Final = {
    exchanging.COMMIT: "commit to the list", exchanging.COUNTERSIGN: "countersign the commitments",
    exchanging.OPEN: "open what was committed", escrows.ANSWER: "answer the challenge",
    escrows.REVEAL: "show our part of the draw", escrows.OPEN_DRAWN: "open the record that was drawn",
}  # fmt: skip
_THEIR_STEP: Final = "their part of a sealed exchange or an escrow is owed"
_OF_MEETINGS: Final = {  # what is ours, and what is theirs; a meeting at its time is one event, and stands there once
    "answer": ("answer the proposal of a meeting", "their answer about a meeting is owed"),
    "meeting": ("a meeting that was arranged", ""), "talk": ("a talk that was arranged", ""),
}  # fmt: skip
_REMINDED: Final = {
    reminders.END: (What.END_NEARS, What.AGREEMENT_ENDS), reminders.ADHERENCE: (What.END_NEARS, What.AGREEMENT_ENDS),
    reminders.OFFER: (What.OFFER_NEARS, What.OFFER_ENDS), LAPSE: (What.DRAFT_NEARS, What.DRAFT_LAPSES),
}  # fmt: skip
_OPEN: Final = (DutyState.NOT_DUE, DutyState.DUE, DutyState.MISSING, DutyState.OPEN)
_NAME_CHARS: Final = 40


class Owed:
    """The source."""

    def __init__(self, book: OneBook, store: Store) -> None:
        """`store`: the station's own."""
        self._book, self._store = book, store
        self._is_begun = False
        self._found: tuple[object, int, list[Duty]] | None = None

    async def duties(self, state: object, now_ms: int) -> list[Duty]:
        """Duties from some time back until some time ahead. `state`: the same object while the record is the same.

        Raises StoreDown.
        """
        if self._found is not None and self._found[0] is state and 0 <= now_ms - self._found[1] < GOOD_FOR_MS:
            return self._found[2]
        if not self._is_begun and not any(self._store.find(kind, 0, 1) for kind in _BASES):
            return []
        self._is_begun = True
        found = await self._book.ask(lambda book: _asked(book, now_ms))
        self._found = (state, now_ms, found)
        return found


def _asked(book: Book, now_ms: int) -> list[Duty]:
    return [
        one for one in book.duties(now_ms - BACK_MS, now_ms + AHEAD_MS, now_ms)
        if one.discharged_by is None and one.state in _OPEN
    ]  # fmt: skip


def dues_of(duties: Iterable[Duty], me: int, risen: Mapping[Key, int], now_ms: int) -> list[Due]:
    """As the queue takes them: every one that has risen, then the earliest of the others.

    What we have said that we suspended or withhold is not owed in our view. What they owe only shows.
    """
    found: list[Due] = []
    for duty in duties:
        at_ms = duty.due.by.earliest_ms
        if duty.of in _REMINDED:
            found += _reminded(duty, now_ms) if duty.party == me else []
        elif duty.party != me:
            if duty.agreement == owed.BASIS and duty.of != "answer":
                continue
            if at_ms > now_ms - THEIRS_BACK_MS:
                found.append(_due(duty, What.THEIR_NOTICE, at_ms, rises=False))
        elif me not in duty.view:
            found.append(_due(duty, What.SEND_NOTICE, at_ms))
            if duty.alarm_ms <= now_ms < at_ms:
                found.append(_due(duty, What.PREPARE_NOTICE, duty.alarm_ms))
    found.sort(key=lambda one: (one.key not in risen, one.at_ms, one.key))
    return found[: max(DUES_MAX, sum(one.key in risen for one in found))]


def _reminded(duty: Duty, now_ms: int) -> list[Due]:
    """An end or a date that comes, on both sides: from some time before, and at its instant."""
    nears, ends = _REMINDED[duty.of]
    at_ms = duty.due.by.earliest_ms
    found = [_due(duty, ends, at_ms, rises=False)]
    ours = nears is What.OFFER_NEARS and duty.causes[0].party == duty.party
    if duty.alarm_ms <= now_ms < at_ms and not ours:
        found.append(Due(subject_of(duty), nears, duty.alarm_ms, SOURCE, ROUTINE, cause=_cause(duty)))
    return found


def _due(duty: Duty, what: What, at_ms: int, *, rises: bool = True) -> Due:
    words = _words(duty, what) if what in (What.SEND_NOTICE, What.THEIR_NOTICE) else ""
    return Due(subject_of(duty), what, at_ms, SOURCE, PRIORITY, words, rises=rises, cause=_cause(duty))


def _words(duty: Duty, what: What) -> str:
    is_ours = what is What.SEND_NOTICE
    if duty.agreement == owed.BASIS:
        return _OF_MEETINGS[duty.of][0 if is_ours else 1]
    if duty.format_id == SEALED:
        return WORDS_OF_STEPS.get(duty.of, "") if is_ours else _THEIR_STEP
    return ""


def _cause(duty: Duty) -> str:
    """The entry that a duty hangs on: where a person reads what it is about."""
    return duty.causes[0].full_name if duty.causes else ""


def about_of(subject: str) -> str:
    """What people call it: without its day, which stands beside it, and its mark."""
    return subject.rsplit(" ", 2)[0]


def subject_of(duty: Duty) -> str:
    """What names it on screens and in the desk's log, the same after every start: its format, its day, and a mark."""
    told = (duty.party, duty.agreement, duty.format_id, duty.of, duty.due.by, sorted(duty.causes)[:1])
    year, month, day = month_day_of(duty.due.by.earliest_ms // DAY_MS)
    name = f"{duty.agreement} {duty.of}" if duty.format_id == SEALED else duty.format_id
    return f"{name[:_NAME_CHARS]} {year}-{month:02d}-{day:02d} {sha256(repr(told).encode()).hexdigest()[:8]}"
