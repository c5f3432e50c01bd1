"""What makes a bearer narrow, and what follows from its rate. Nothing here remembers anything."""

from __future__ import annotations

from collections.abc import Iterable

from openline import limits
from openline.line.narrow.cadence import is_courier
from openline.line.state import BearerUp, PeerState
from openline.wire.items import Commit, Entries, Item

FRAMING_BYTES = 16  # what a bearer puts around a frame body, about: mark, head, checks
FIELDS_BYTES = 32  # of an entry beside its body, about
COMMIT_BYTES = 128  # of a commit beside its entries, about: frame, log, signature


def is_slow(bearer: BearerUp) -> bool:
    """True if what goes over it is given frame by frame, the most urgent first. R-200."""
    return bearer.bytes_per_second < limits.NARROW_BELOW_BYTES_PER_SECOND and not is_courier(bearer)


def span_ms(bearer: BearerUp, count_bytes: int) -> int:
    """How long so many bytes take over it."""
    return count_bytes * 1000 // max(bearer.bytes_per_second, 1)


def frame_bytes(bearer: BearerUp) -> int:
    """Body of the longest frame that something is cut into: a few seconds of its rate. R-201."""
    span = bearer.bytes_per_second * limits.NARROW_FRAME_MS // 1000
    return min(max(span, limits.NARROW_FRAME_BYTES_MIN), bearer.frame_bytes_max)


def whole_bytes(bearer: BearerUp) -> int:
    """Body of a frame that carries one item which is not cut. R-201."""
    return min(max(frame_bytes(bearer), limits.NARROW_WHOLE_BYTES), bearer.frame_bytes_max)


def window_bytes(bearer: BearerUp) -> int:
    """How much may be under way to a peer over it before the peer has proved to hold some of it. R-205."""
    span = bearer.bytes_per_second * (limits.NARROW_WINDOW_MS + 2 * bearer.latency_ms) // 1000
    return max(span, limits.NARROW_WINDOW_BYTES_MIN)


def coded_bytes(items: Iterable[Item]) -> int:
    """What entries come to on the wire, about."""
    batches = [item for item in items if isinstance(item, Commit | Entries)]
    return sum(COMMIT_BYTES + sum(len(one.body) + FIELDS_BYTES for one in item.entries) for item in batches)


def under_way_bytes(peer: PeerState) -> int:
    """What was put on its way to a peer, over all logs, and is not proved to be held."""
    return sum(flow.ahead_bytes for flow in peer.flows.values() if flow.sent > flow.reported)


def slow_ms(peer: PeerState) -> int:
    """How long what is under way to a peer takes over its road, where that is slow; nothing goes again before. R-205"""
    road = peer.road
    if road is None or not is_slow(road):
        return 0
    return span_ms(road, under_way_bytes(peer)) + 2 * limits.NARROW_FRAME_MS
