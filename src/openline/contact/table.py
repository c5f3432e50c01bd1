"""Which state of contact holds: a table of conditions with exactly one matching row. (R-253)

Declared and observed are two facts. What somebody signed (a refusal, a suspension) never hides what is observed, nor
the reverse: both are given, and the one state that the eye meets first comes from this table.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from itertools import product
from typing import Final, NamedTuple

from openline.contact.declared import DeclaredState


class State(Enum):
    """The word that the eye meets first."""

    UP = "up"
    DEGRADED = "degraded"
    SILENT = "silent"
    NEVER = "never heard"
    OUR_FAULT = "our fault"
    REFUSED = "refused"
    SUSPENDED = "suspended"


class Conditions(NamedTuple):
    """What is the case now, towards one party.

    `fault`: something of our own is broken, so that silence says nothing of them. `live`: our nonce came back within
    its time over a bearer that is up. `signed`: a signature of theirs covers something unpredictable of ours that is
    younger than the test period, its age taken from when we wrote it. `recent`: some proof of life is younger than the
    alarm waits. `ever`: they were heard since this station started.
    """

    fault: bool
    declared: DeclaredState
    live: bool
    signed: bool
    recent: bool
    ever: bool


_ANY: Final = None
# fault, declared, live, signed, recent, ever
TABLE: Final[tuple[tuple[tuple[bool | DeclaredState | None, ...], State], ...]] = (
    ((True, _ANY, _ANY, _ANY, _ANY, _ANY), State.OUR_FAULT),
    ((False, DeclaredState.SUSPENDED, _ANY, _ANY, _ANY, _ANY), State.SUSPENDED),
    ((False, DeclaredState.REFUSED, _ANY, _ANY, _ANY, _ANY), State.REFUSED),
    ((False, DeclaredState.OPEN, True, True, _ANY, _ANY), State.UP),
    ((False, DeclaredState.OPEN, True, False, _ANY, _ANY), State.DEGRADED),
    ((False, DeclaredState.OPEN, False, _ANY, True, _ANY), State.DEGRADED),
    ((False, DeclaredState.OPEN, False, _ANY, False, True), State.SILENT),
    ((False, DeclaredState.OPEN, False, _ANY, False, False), State.NEVER),
)


def matching(conditions: Conditions) -> list[State]:
    """The states of all rows that match: one, for whatever conditions."""
    return [
        state
        for row, state in TABLE
        if all(wanted is _ANY or wanted == given for wanted, given in zip(row, conditions, strict=True))
    ]


@cache
def state_of(conditions: Conditions) -> State:
    """The state that is shown first. Fewer than a hundred conditions differ, and each second asks."""
    (state,) = matching(conditions)
    return state


def observed_of(conditions: Conditions) -> State:
    """What is observed, whatever anybody declared."""
    return state_of(conditions._replace(declared=DeclaredState.OPEN))


def every_condition() -> list[Conditions]:
    """The whole cross product, for the test of the table."""
    both = (False, True)
    return [Conditions(*row) for row in product(both, DeclaredState, both, both, both, both)]
