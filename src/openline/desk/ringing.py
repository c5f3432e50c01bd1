"""What an annunciator lets be heard: the station's most pressing alarm, or that the station is gone.

Pure. An annunciator trusts no silence. An answer of the station proves little if the station's work stands still, so
its beat has to move too; without either for a while the annunciator rings by itself, louder than anything, until
somebody hushes it or the station is back. Hushing has an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from openline.desk.alarms import Priority
from openline.limits import STATION_LOST_AFTER_MS

HUSH_MS: Final = 5 * 60_000
LOST: Final = "lost"
# From the beginning of one sound to that of the next; halved with every level.
EVERY_MS: Final[Mapping[Priority, int]] = {
    Priority.TOP: 3_000, Priority.HIGH: 6_000, Priority.MEDIUM: 20_000, Priority.LOW: 60_000,
}  # fmt: skip
_EVERY_MS_MIN: Final = 2_500


class Ring(NamedTuple):
    """Something to be heard. `kind` is an alarm's kind, or LOST."""

    name: str
    kind: str
    priority: Priority
    exercise: bool
    level: int
    text: str


class Heard(NamedTuple):
    """One answer of the station: its beat, and what is to be heard."""

    beat: int
    ring: Ring | None


class Ringing(NamedTuple):
    """An annunciator between two questions. Instants are on a clock that only counts, ms."""

    answered_ms: int
    beat_ms: int
    beat: int = -1
    ring: Ring | None = None
    played: Ring | None = None
    played_ms: int = 0
    hushed_until_ms: int = 0


def begin(now_ms: int) -> Ringing:
    """Nothing heard yet: the station has its time to answer."""
    return Ringing(now_ms, now_ms)


def listen(state: Ringing, heard: Heard | None, now_ms: int) -> Ringing:
    """After one question; None: it was not answered."""
    if heard is not None:
        beat_ms = now_ms if heard.beat != state.beat else state.beat_ms
        state = state._replace(answered_ms=now_ms, beat=heard.beat, beat_ms=beat_ms, ring=heard.ring)
    why = why_lost(state, now_ms)
    if why:
        state = state._replace(ring=Ring("station", LOST, Priority.TOP, False, 0, why))
    elif state.ring is not None and state.ring.kind == LOST:
        state = state._replace(ring=None)
    return state if why else state._replace(hushed_until_ms=0)


def why_lost(state: Ringing, now_ms: int) -> str:
    """Why the station counts as lost, in words; empty where it does not."""
    silent_ms, still_ms = now_ms - state.answered_ms, now_ms - state.beat_ms
    if silent_ms >= STATION_LOST_AFTER_MS:
        return f"our station has not answered for {silent_ms // 1000} s: nothing that arrives is shown or rings"
    if still_ms >= STATION_LOST_AFTER_MS:
        return f"our station answers, but its work has stood still for {still_ms // 1000} s: what it shows is old"
    return ""


def to_play(state: Ringing, now_ms: int) -> Ring | None:
    """What is to be played now: at once where it is new or rose, else when its time has come again."""
    ring = state.ring
    if ring is None or (ring.kind == LOST and now_ms < state.hushed_until_ms):
        return None
    if state.played is None or (ring.name, ring.level) != (state.played.name, state.played.level):
        return ring
    every_ms = max(EVERY_MS[ring.priority] >> ring.level, _EVERY_MS_MIN)
    return ring if now_ms - state.played_ms >= every_ms else None


def played(state: Ringing, ring: Ring, now_ms: int) -> Ringing:
    """This was let be heard, beginning at that instant."""
    return state._replace(played=ring, played_ms=now_ms)


def quiet(state: Ringing) -> Ringing:
    """Nothing rings any more: the next one is heard at once."""
    return state._replace(played=None)


def hush(state: Ringing, now_ms: int) -> Ringing:
    """Somebody has heard that the station is lost: silent about it for a while. Of the station's own alarms it hushes
    none, these are acknowledged at the desk."""
    return state._replace(hushed_until_ms=now_ms + HUSH_MS)
