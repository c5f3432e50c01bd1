"""One due queue: what is to be done by when, whose it is, and to whom it goes on when nobody did it.

Charter. Pure. Sources (the record, the desk, later the clocks of notices) say what they have due; the queue keeps it,
says what has risen by an instant, and what has ended of what had risen. Each rise and each such end is a fact in the
desk's log, and how far a duty had risen is known from there: a restart loses none, and tells none twice. A source names
its earliest duties and every one that has risen and still stands; what it names no longer has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, NamedTuple

from openline.desk.people import Role
from openline.limits import DUTIES_RISEN_MAX, OPEN_WITHIN_MS

RISES_MAX: Final = 2  # overdue: everybody who may act; overdue twice as long: the custodian


class What(IntEnum):
    """What is to be done. Numbers stand in the desk's log: new ones come at the end."""

    ACKNOWLEDGE = 0
    ANSWER = 1
    RECORD_SILENCE = 2
    RELEASE = 3
    LINK_TEST = 4
    RELIEF = 5
    OTHER = 6  # of a source that says in words what it is
    SEND_NOTICE = 7
    PREPARE_NOTICE = 8
    THEIR_NOTICE = 9
    END_NEARS = 10
    AGREEMENT_ENDS = 11
    OFFER_NEARS = 12
    OFFER_ENDS = 13
    DRAFT_NEARS = 14
    DRAFT_LAPSES = 15
    NOT_SENT = 16


WORDS: Final[Mapping[What, str]] = {
    What.ACKNOWLEDGE: "acknowledge receipt",
    What.ANSWER: "answer",
    What.RECORD_SILENCE: "record their silence, or give them time",
    What.RELEASE: "release it, or give it back",
    What.LINK_TEST: "link test",
    What.RELIEF: "relief of the watch",
    What.OTHER: "due",
    What.SEND_NOTICE: "send the notice that is owed",
    What.PREPARE_NOTICE: "prepare the notice that will be owed",
    What.THEIR_NOTICE: "their notice is owed",
    What.END_NEARS: "an end comes near: prolong it in time, or let it pass",
    What.AGREEMENT_ENDS: "it ends",
    What.OFFER_NEARS: "an offer to us runs out: answer it, or let its date pass",
    What.OFFER_ENDS: "an offer reaches its date",
    What.DRAFT_NEARS: "a text on the table is about to lapse: see to it in time, or let it pass",
    What.DRAFT_LAPSES: "a text on the table lapses",
    What.NOT_SENT: "released, and not sent: read why; write it anew, or withdraw it",
}

# Whose a duty is at first, when it is overdue, and when it is overdue twice as long.
WHOSE: Final[Mapping[What, tuple[tuple[Role, ...], ...]]] = {
    what: (first, (Role.RELEASER, Role.WATCH), (Role.CUSTODIAN,))
    for what, first in (
        (What.ACKNOWLEDGE, (Role.WATCH,)), (What.ANSWER, (Role.WATCH,)), (What.RECORD_SILENCE, (Role.WATCH,)),
        (What.RELEASE, (Role.RELEASER,)), (What.LINK_TEST, (Role.ENGINEER,)), (What.RELIEF, (Role.WATCH,)),
        (What.OTHER, (Role.WATCH,)), (What.SEND_NOTICE, (Role.DRAFTER, Role.WATCH)),
        (What.PREPARE_NOTICE, (Role.DRAFTER,)), (What.THEIR_NOTICE, (Role.WATCH,)),
        (What.END_NEARS, (Role.DRAFTER,)), (What.AGREEMENT_ENDS, (Role.WATCH,)),
        (What.OFFER_NEARS, (Role.DRAFTER,)), (What.OFFER_ENDS, (Role.WATCH,)),
        (What.DRAFT_NEARS, (Role.DRAFTER,)), (What.DRAFT_LAPSES, (Role.WATCH,)),
        (What.NOT_SENT, (Role.DRAFTER, Role.RELEASER)),
    )
}  # fmt: skip


class Key(NamedTuple):
    """Which duty: of one subject there may be several, and no two alike."""

    subject: str
    what: int


class Due(NamedTuple):
    """A duty. `subject`: an entry's name, `D-12`, or what it is about. `at_ms`: UTC. `precedence` says how soon it goes
    on to the next, and which are told first where too many rise at once. `rises`: False only shows. `cause`: the entry
    to read, where that is not the subject itself."""

    subject: str
    what: What
    at_ms: int
    source: str
    precedence: int = 0
    words: str = ""
    rises: bool = True
    cause: str = ""

    @property
    def key(self) -> Key:
        """Which duty it is."""
        return Key(self.subject, self.what)

    def step(self, now_ms: int) -> int:
        """How far it has risen by an instant: 0 before it is overdue."""
        late_ms = now_ms - self.at_ms
        if late_ms < 0:
            return 0
        return min(RISES_MAX, 1 + late_ms // OPEN_WITHIN_MS[self.precedence])

    def who(self, now_ms: int) -> tuple[Role, ...]:
        """Whose it is at an instant."""
        return WHOSE[self.what][self.step(now_ms)]

    def next_ms(self, now_ms: int) -> int | None:
        """When it rises next; None where it has risen as far as it does."""
        step = self.step(now_ms)
        return None if step == RISES_MAX else self.at_ms + step * OPEN_WITHIN_MS[self.precedence]


class Rise(NamedTuple):
    """A duty has risen to a step, and is theirs too from now on; to be written down before anybody is told."""

    due: Due
    step: int


@dataclass(frozen=True, slots=True)
class Queue:
    """All duties. `risen`: how far each had risen that was written down and has not ended, as the desk's log has it."""

    dues: Mapping[Key, Due] = field(default_factory=dict)
    risen: Mapping[Key, int] = field(default_factory=dict)

    def given(self, source: str, dues: Iterable[Due]) -> Queue:
        """With what a source names now in place of what it named before; of two alike, the earlier one."""
        kept = {key: due for key, due in self.dues.items() if due.source != source}
        for due in sorted(dues, key=lambda one: -one.at_ms):
            kept[due.key] = due
        return replace(self, dues=kept)

    def knowing(self, risen: Mapping[Key, int]) -> Queue:
        """With what the desk's log has of rises."""
        return replace(self, risen=risen)

    def rises(self, now_ms: int) -> tuple[Rise, ...]:
        """What is to be written down now, the most urgent first; no more than there is room for, the rest after it."""
        found = [Rise(due, due.step(now_ms)) for key, due in self.dues.items()
                 if due.rises and due.step(now_ms) > self.risen.get(key, 0)]  # fmt: skip
        found.sort(key=lambda one: (one.due.key not in self.risen, -one.due.precedence, one.due.at_ms, one.due.key))
        room = max(0, DUTIES_RISEN_MAX - len(self.risen))
        known = [one for one in found if one.due.key in self.risen]
        return tuple(known + found[len(known) :][:room])

    def ended(self) -> tuple[Key, ...]:
        """What had risen and stands no longer: it was done, or is not to be done any more."""
        return tuple(key for key in self.risen if key not in self.dues)

    def overdue(self, now_ms: int) -> tuple[Due, ...]:
        """What should be done by now, the most urgent first."""
        late = [due for due in self.dues.values() if due.at_ms <= now_ms]
        return tuple(sorted(late, key=lambda one: (-one.precedence, one.at_ms, one.key)))

    def ahead(self, now_ms: int, within_ms: int) -> tuple[Due, ...]:
        """What is due from now on within a span, by time."""
        coming = [due for due in self.dues.values() if now_ms < due.at_ms <= now_ms + within_ms]
        return tuple(sorted(coming, key=lambda one: (one.at_ms, one.key)))

    def next_ms(self, now_ms: int) -> int | None:
        """When something rises next."""
        found = [at_ms for due in self.dues.values() if due.rises and (at_ms := due.next_ms(now_ms)) is not None]
        return min(found, default=None)
