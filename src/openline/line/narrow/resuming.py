"""A receiver's side of a long item that comes in pieces: when to say which of them did not come. R-212.

Over a slow bearer a letter is hundreds of frames, and one that is lost must not cost the others. So when nothing more
of a set has come for some frames and a round trip, its receiver says what it lacks; each time after twice as long,
until some piece has come, also one that is here already: then who sends it does not know better. Who has nothing of a
set says nothing: then the whole item comes again, as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from openline import limits
from openline.line.narrow.facts import FRAMING_BYTES, is_slow, span_ms
from openline.line.ports import LogId
from openline.line.state import BearerUp, LineState, PeerState
from openline.wire.fragments import Reassembly
from openline.wire.items import Gaps

_ROAD_SHARE: Final = 4  # a quarter of the road at most
_REST_MS_MAX: Final = 600_000  # and no longer: our clock may have been set

_IDLE_MAX: Final = 3  # askings for an attachment that brought nothing: it may be nowhere

_Key = tuple[bytes, int]


class _Seen(NamedTuple):
    """So many pieces of a set had come, since when, and how often what lacks was told since."""

    came: int
    since_ms: int
    told: int = 0


class Lacking:
    """What is lacking of the sets of one peer. Volatile, bounded by the sets that are kept."""

    def __init__(self) -> None:
        self._seen: dict[_Key, _Seen] = {}
        self._next_ms = 0  # a peer that begins and leaves sets must not have a slow road filled with what we lack

    def due(self, pieces: Reassembly, road: BearerUp | None, now_ms: int) -> tuple[Gaps, ...]:
        """What to tell now, over `road`: of one set at most; nothing where the road is not slow. Call it from time to
        time."""
        unfinished = pieces.unfinished()
        self._seen = {key: seen for key, seen in self._seen.items() if key in unfinished}
        if road is None or not is_slow(road):
            return ()
        quiet_ms = limits.NARROW_QUIET_MS + 2 * road.latency_ms
        for key, came in unfinished.items():
            seen = self._seen.get(key)
            if seen is None or seen.came != came or now_ms < seen.since_ms:
                self._seen[key] = _Seen(came, now_ms)
        if 0 < self._next_ms - now_ms <= _REST_MS_MAX:
            return ()
        for key, seen in self._seen.items():
            if seen.told < limits.NARROW_TOLD_TIMES_MAX and now_ms - seen.since_ms >= quiet_ms << seen.told:
                self._seen[key] = seen._replace(since_ms=now_ms, told=seen.told + 1)
                gaps = pieces.gaps(key)
                cost_bytes = limits.FRAME_BODY_BYTES_MIN + FRAMING_BYTES + 16 + 8 * len(gaps.spans)
                self._next_ms = now_ms + min(_ROAD_SHARE * span_ms(road, cost_bytes), _REST_MS_MAX)
                return (gaps,)
        return ()


class Hearing(Protocol):
    """What comes from one peer: a `Heard`."""

    def lacks(self, road: BearerUp | None, now_ms: int) -> tuple[Gaps, ...]:
        """What is to be told now."""


def to_tell(heard: Mapping[int, Hearing], state: LineState, now_ms: int) -> Iterator[tuple[int, tuple[Gaps, ...]]]:
    """For each peer what it is to be told now, where there is anything: of sets that it has left nobody needs more, so
    only while it has shown that it holds more than we do, or an attachment is wanted."""
    for party, hearing in heard.items():
        known = state.peers.get(party)
        if known is None:
            continue
        is_fetching = any(one.asked_of == party and one.idle <= _IDLE_MAX for one in state.wants.values())
        if not is_fetching and not any(_is_short(state, log, known) for log in known.lacks_since):
            continue
        gaps = hearing.lacks(known.road, now_ms)
        if gaps:
            yield party, gaps


def _is_short(state: LineState, log: LogId, peer: PeerState) -> bool:
    held = state.logs.get(log)
    return (held.size if held is not None else 0) < peer.lacks_since[log][0]
