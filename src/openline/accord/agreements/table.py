"""The life of an agreement as a table: in each state, what each event does. Exactly one row for each pair. (R-507)

One view is one party's: events that take all parties, and what this party alone declares. A row that does not move
anything either says why, and the event is marked with it, or lets it be what was the case already.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from functools import cache
from typing import Final, NamedTuple

from openline.record.entry import Ref


class State(StrEnum):
    """How an agreement stands in a party's view."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    PROVISIONAL = "applied provisionally"
    IN_FORCE = "in force"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn from"
    EXPIRED = "expired"
    ADHERED = "adhered to on condition"


class Event(StrEnum):
    """What happens, in the order in which it counts at one instant."""

    SIGNED = "signed by all"
    PROVISIONAL = "applied provisionally"
    IN_FORCE = "in force"
    EXTENDED = "extended by all"
    RESUMED = "resumed"
    COUNTERED = "withheld as a countermeasure"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn from"
    EXPIRED = "expired"
    CEASED = "adherence ended"
    ADHERED = "adhered to on condition"


RANK: Final = {event: rank for rank, event in enumerate(Event)}
ALONE: Final = frozenset((
    Event.RESUMED, Event.COUNTERED, Event.SUSPENDED, Event.WITHDRAWN, Event.CEASED, Event.ADHERED,
))  # fmt: skip


class Step(NamedTuple):
    """From when on an agreement stands so in a view, and because of which entries."""

    at_s: int | None
    state: State
    event: Event
    causes: tuple[Ref, ...]
    until_s: int | None = None  # of an adherence its term, of an extension the new end


class Move(Enum):
    """What a row does where it names no state."""

    STAYS = "stays"
    BACK = "to what the events of all parties have come to"


class Row(NamedTuple):
    """One row. `why`: what an event is marked with that does not fit."""

    states: frozenset[State]
    event: Event
    to: State | Move
    why: str = ""


S, E = State, Event
_RUNS: Final = frozenset((S.PROVISIONAL, S.IN_FORCE, S.EXTENDED))
_OVER: Final = frozenset((S.WITHDRAWN, S.EXPIRED, S.ADHERED))
_NOT_ALL: Final = "not every party has recorded this agreement"
_NOT_YET: Final = "it is not applied yet"
_ENDED: Final = "it has ended"


def _row(event: Event, states: State | frozenset[State], to: State | Move, why: str = "") -> Row:
    return Row(states if isinstance(states, frozenset) else frozenset((states,)), event, to, why)


TABLE: Final[tuple[Row, ...]] = (
    *(_row(event, S.PROPOSED, Move.STAYS, _NOT_ALL) for event in Event if event is not E.SIGNED),
    _row(E.SIGNED, S.PROPOSED, S.SIGNED),
    _row(E.SIGNED, frozenset(S) - {S.PROPOSED}, Move.STAYS),
    _row(E.PROVISIONAL, S.SIGNED, S.PROVISIONAL),
    _row(E.PROVISIONAL, _RUNS | {S.SUSPENDED}, Move.STAYS),
    _row(E.PROVISIONAL, _OVER, Move.STAYS, _ENDED),
    _row(E.IN_FORCE, frozenset((S.SIGNED, S.PROVISIONAL)), S.IN_FORCE),
    _row(E.IN_FORCE, frozenset((S.IN_FORCE, S.EXTENDED, S.SUSPENDED)), Move.STAYS),
    _row(E.IN_FORCE, _OVER, Move.STAYS, _ENDED),
    _row(E.EXTENDED, frozenset((S.IN_FORCE, S.EXTENDED)), S.EXTENDED),
    _row(E.EXTENDED, frozenset((S.SIGNED, S.PROVISIONAL, S.SUSPENDED)), Move.STAYS),
    _row(E.EXTENDED, _OVER, Move.STAYS, _ENDED),
    _row(E.RESUMED, S.SIGNED, Move.STAYS, _NOT_YET),
    _row(E.RESUMED, _RUNS, Move.STAYS),
    _row(E.RESUMED, S.SUSPENDED, Move.BACK),
    _row(E.RESUMED, _OVER, Move.STAYS, _ENDED),
    _row(E.COUNTERED, S.SIGNED, Move.STAYS, _NOT_YET),
    _row(E.COUNTERED, _RUNS, Move.STAYS),
    _row(E.COUNTERED, S.SUSPENDED, Move.BACK),
    _row(E.COUNTERED, _OVER, Move.STAYS, _ENDED),
    _row(E.SUSPENDED, S.SIGNED, Move.STAYS, _NOT_YET),
    _row(E.SUSPENDED, _RUNS, S.SUSPENDED),
    _row(E.SUSPENDED, S.SUSPENDED, Move.STAYS),
    _row(E.SUSPENDED, _OVER, Move.STAYS, _ENDED),
    _row(E.WITHDRAWN, _RUNS | {S.SIGNED, S.SUSPENDED}, S.WITHDRAWN),
    _row(E.WITHDRAWN, S.WITHDRAWN, Move.STAYS),
    _row(E.WITHDRAWN, frozenset((S.EXPIRED, S.ADHERED)), Move.STAYS, _ENDED),
    _row(E.EXPIRED, _RUNS | {S.SIGNED, S.SUSPENDED}, S.EXPIRED),
    _row(E.EXPIRED, _OVER, Move.STAYS),
    _row(E.CEASED, S.ADHERED, S.EXPIRED),
    _row(E.CEASED, frozenset(S) - {S.ADHERED, S.PROPOSED}, Move.STAYS, "nobody adheres to it here"),
    _row(E.ADHERED, S.EXPIRED, S.ADHERED),
    _row(E.ADHERED, S.ADHERED, Move.STAYS),
    _row(E.ADHERED, _RUNS | {S.SIGNED, S.SUSPENDED}, Move.STAYS, "it has not ended: nothing to adhere to alone"),
    _row(E.ADHERED, S.WITHDRAWN, Move.STAYS, "this party left it by its own act"),
)


def matching(state: State, event: Event) -> list[Row]:
    """The rows for a state and an event: one, whatever they are."""
    return [row for row in TABLE if row.event is event and state in row.states]


@cache
def row_for(state: State, event: Event) -> Row:
    """The one row."""
    (found,) = matching(state, event)
    return found
