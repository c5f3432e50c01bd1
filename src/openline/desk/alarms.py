"""Alarms of a watch as a machine: what rings, what was acknowledged, what was put on the shelf, how many an hour.

Charter. An alarm is a fact that somebody must do something about now. Its words are those of ISA-18.2: it is raised,
acknowledged, returns to normal, is shelved. Acknowledging ends the sound and never the fact: an alarm is listed until
its cause has ended. What ended before anybody acknowledged it stays listed, silent. Shelving has an end, a reason and a
name. What is not acknowledged in its time rings again, one level higher; what got worse rings again whatever was
said before.

    raised -> UNACKNOWLEDGED -> ACKNOWLEDGED -> (cause ends) gone
                   |  cause ends -> RETURNED -> acknowledged, gone
                   |  and either -> SHELVED -> (its time ends, or it is taken off) UNACKNOWLEDGED

Instants here are on a clock that only counts, ms: setting the clock of the machine rings nothing and silences nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from openline.errors import Refused
from openline.limits import (
    ALARM_LEVEL_MAX,
    ALARM_SHELVED_MS_MAX,
    ALARM_SHELVED_MS_MIN,
    ALARMS_COUNTED_MAX,
    ALARMS_MAX,
    REMARK_CHARS_MAX,
)

HOUR_MS: Final = 3_600_000
MORE: Final = "alarms more"  # the name of the one for all that a board has no place for


class Kind(StrEnum):
    """What an alarm is about."""

    LINE = "line"
    CLOCK = "clock"
    RECORD = "record"
    DISK = "disk"
    SOUND = "sound"
    KEYS = "keys"
    PROGRAM = "program"
    NEED = "need"
    TEST = "test"


class Priority(IntEnum):
    """How soon somebody must answer. Of a message it is its precedence."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    TOP = 3


class Standing(StrEnum):
    """How an alarm stands; normal is not to be listed at all."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "ended, not acknowledged"
    SHELVED = "shelved"


# Not acknowledged for so long: it rings again, one level higher.
RINGS_AGAIN_AFTER_MS: Final[Mapping[Priority, int]] = {
    Priority.TOP: 60_000, Priority.HIGH: 3 * 60_000, Priority.MEDIUM: 10 * 60_000, Priority.LOW: 30 * 60_000,
}  # fmt: skip

# The first word of an alarm's name says what it is about. What is not here is about the program itself.
_KINDS: Final[Mapping[str, tuple[Kind, Priority]]] = {
    "contact": (Kind.LINE, Priority.HIGH), "line": (Kind.LINE, Priority.HIGH), "link": (Kind.LINE, Priority.HIGH),
    "standby": (Kind.LINE, Priority.LOW), "test": (Kind.LINE, Priority.LOW), "bearer": (Kind.LINE, Priority.LOW),
    "intake": (Kind.LINE, Priority.LOW),
    "clock": (Kind.CLOCK, Priority.MEDIUM),
    "dispute": (Kind.RECORD, Priority.TOP), "record": (Kind.RECORD, Priority.TOP),
    "disk": (Kind.DISK, Priority.TOP), "papers": (Kind.DISK, Priority.MEDIUM),
    "sound": (Kind.SOUND, Priority.HIGH),
    "certificate": (Kind.KEYS, Priority.MEDIUM), "keyring": (Kind.KEYS, Priority.HIGH),
    "recovery": (Kind.KEYS, Priority.HIGH), "renewal": (Kind.KEYS, Priority.LOW),
    "settings": (Kind.PROGRAM, Priority.LOW), "program": (Kind.PROGRAM, Priority.HIGH),
}  # fmt: skip


class Cause(NamedTuple):
    """Something that is the case now and rings. `stage` rises when it gets worse: a message that is overdue."""

    name: str
    kind: Kind
    priority: Priority
    text: str
    exercise: bool = False
    stage: int = 0


class Alarm(NamedTuple):
    """One alarm. `rang_ms`: when it began to ring at this level; `by`: who acknowledged or shelved it."""

    cause: Cause
    raised_ms: int
    standing: Standing
    level: int
    rang_ms: int
    by: str = ""
    until_ms: int = 0  # on the shelf
    remark: str = ""


class Board(NamedTuple):
    """All alarms of one desk, and when each was raised within the last day, bounded."""

    alarms: Mapping[str, Alarm] = {}
    raised: tuple[int, ...] = ()


def cause_of(name: str, text: str) -> Cause:
    """The cause behind an alarm that a station raises by name, such as `clock Birch`."""
    kind, priority = _KINDS.get(name.split(" ", 1)[0], (Kind.PROGRAM, Priority.MEDIUM))
    return Cause(name, kind, priority, text)


def follow(board: Board, causes: Sequence[Cause], now_ms: int) -> Board:
    """The board once it is known what is the case now: raised, worse, ended, off the shelf, rung again."""
    alarms: dict[str, Alarm] = {}
    raised = [at_ms for at_ms in board.raised if now_ms - at_ms < 24 * HOUR_MS]
    for cause in _fitting(causes):
        old = board.alarms.get(cause.name)
        new = _still(old, cause, now_ms) if old is not None else None
        if new is None:
            new = Alarm(cause, now_ms, Standing.UNACKNOWLEDGED, 0, now_ms)
            raised.append(now_ms)
        alarms[cause.name] = new
    for name, old in board.alarms.items():
        unseen = old.standing in (Standing.UNACKNOWLEDGED, Standing.RETURNED)
        by_itself = old.cause.kind not in (Kind.TEST, Kind.NEED)  # a message that waits no more was opened by somebody
        if name not in alarms and unseen and by_itself and len(alarms) < ALARMS_MAX:
            alarms[name] = old._replace(standing=Standing.RETURNED)
    return Board(alarms, tuple(raised[-ALARMS_COUNTED_MAX:]))


def _fitting(causes: Sequence[Cause]) -> Sequence[Cause]:
    """The most urgent, as many as a board holds; where there are more, its last place says so."""
    if len(causes) <= ALARMS_MAX:
        return causes
    ordered = sorted(causes, key=lambda one: -one.priority)
    shown, rest = ordered[: ALARMS_MAX - 1], ordered[ALARMS_MAX - 1 :]
    text = f"{len(rest)} more alarms than a board holds, none more urgent than those that are shown"
    return [*shown, Cause(MORE, Kind.PROGRAM, rest[0].priority, text)]


def _still(old: Alarm, cause: Cause, now_ms: int) -> Alarm | None:
    """An alarm whose cause goes on; None where it is to be raised anew."""
    if old.standing is Standing.RETURNED:
        return None
    worse = cause.stage > old.cause.stage or cause.priority > old.cause.priority
    alarm = old._replace(cause=cause)
    if old.standing is Standing.SHELVED:
        return _ring_again(alarm, now_ms) if now_ms >= old.until_ms else alarm
    if worse:
        return _ring_again(alarm, now_ms)
    waited_ms = now_ms - old.rang_ms
    if old.standing is Standing.UNACKNOWLEDGED and waited_ms >= RINGS_AGAIN_AFTER_MS[cause.priority]:
        return _ring_again(alarm, now_ms)
    return alarm


def _ring_again(alarm: Alarm, now_ms: int) -> Alarm:
    level = min(alarm.level + 1, ALARM_LEVEL_MAX)
    return alarm._replace(standing=Standing.UNACKNOWLEDGED, level=level, rang_ms=now_ms, until_ms=0)


def acknowledge(board: Board, name: str, by: str) -> Board:
    """Somebody has seen it: the sound ends, the fact stays; what has ended already is gone. Raises Refused."""
    alarm = _named(board, name)
    if alarm.standing is Standing.SHELVED:
        raise Refused(f"the alarm {name!r} is on the shelf; it rings again when its time there is over")
    if alarm.standing is Standing.RETURNED:
        return board._replace(alarms={key: one for key, one in board.alarms.items() if key != name})
    return _put(board, alarm._replace(standing=Standing.ACKNOWLEDGED, by=by))


def shelve(board: Board, name: str, for_ms: int, remark: str, by: str, now_ms: int) -> Board:
    """Keep an alarm silent for a time, with a reason. A message that waits for somebody is never shelved.

    Raises Refused.
    """
    alarm = _named(board, name)
    if alarm.cause.kind in (Kind.NEED, Kind.TEST):
        raise Refused(f"{name!r} is a message or a test, and waits for somebody: it is acknowledged, not shelved")
    if alarm.standing is Standing.RETURNED:
        raise Refused(f"the alarm {name!r} has ended; acknowledge it")
    if not ALARM_SHELVED_MS_MIN <= for_ms <= ALARM_SHELVED_MS_MAX:
        low, high = ALARM_SHELVED_MS_MIN // 60_000, ALARM_SHELVED_MS_MAX // 60_000
        raise Refused(f"an alarm is shelved for {low} to {high} minutes")
    if not remark.strip() or len(remark) > REMARK_CHARS_MAX:
        raise Refused("a shelved alarm needs a word of why")
    until_ms = now_ms + for_ms
    return _put(board, alarm._replace(standing=Standing.SHELVED, by=by, until_ms=until_ms, remark=remark))


def take_off(board: Board, name: str, now_ms: int) -> Board:
    """Take an alarm off the shelf: it rings. Raises Refused where it is not there."""
    alarm = _named(board, name)
    if alarm.standing is not Standing.SHELVED:
        raise Refused(f"the alarm {name!r} is not on the shelf")
    return _put(board, _ring_again(alarm, now_ms))


def sounding(board: Board) -> Alarm | None:
    """What is to be heard now: the most urgent alarm that nobody acknowledged; of several, what escalated furthest,
    then the newest. A test gives way to what is meant in earnest.
    """
    ringing = [one for one in board.alarms.values() if one.standing is Standing.UNACKNOWLEDGED]
    return max(ringing, key=_urgency, default=None)


def in_order(board: Board) -> list[Alarm]:
    """As a person reads them: what rings first, the most urgent above."""
    order = list(Standing)
    return sorted(board.alarms.values(), key=lambda one: (order.index(one.standing), *(-n for n in _urgency(one))))


def _urgency(alarm: Alarm) -> tuple[int, int, int, int]:
    cause = alarm.cause
    return (cause.kind is not Kind.TEST, cause.priority, alarm.level, alarm.rang_ms)


def within_hour(board: Board, now_ms: int) -> int:
    """How many alarms were raised within the last hour."""
    return sum(now_ms - at_ms < HOUR_MS for at_ms in board.raised)


def by_hour(board: Board, now_ms: int, hours: int = 24) -> list[int]:
    """How many alarms were raised in each of the last hours, the youngest last."""
    ages = [(now_ms - at_ms) // HOUR_MS for at_ms in board.raised]
    return [ages.count(age) for age in range(hours - 1, -1, -1)]


def _named(board: Board, name: str) -> Alarm:
    alarm = board.alarms.get(name)
    if alarm is None:
        raise Refused(f"there is no alarm {name!r}; `openline alarm list` says which there are")
    return alarm


def _put(board: Board, alarm: Alarm) -> Board:
    return board._replace(alarms={**board.alarms, alarm.cause.name: alarm})
