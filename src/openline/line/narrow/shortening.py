"""Frames cut shorter where long ones are lost and short ones are not. R-207.

Charter. A path may swallow every frame beyond some length, and hails are short: then the bearer lives, is preferred,
and no letter ever arrives over it. So where a peer is heard over a bearer, and of what went to it by that bearer
nothing is proved for several times as long as it takes to be repeated, its frames become half as long, down to a bound;
and twice as long again, step by step, once an hour, or at once as declared when it comes up afresh. Only for bearers
that carry frames one by one: in a stream length means nothing. A peer that lives and takes nothing (its disk is full)
looks the same; then shorter frames cost a little, for a while.
"""

from __future__ import annotations

from openline import limits
from openline.line.narrow.cadence import can_answer, hail_every_ms
from openline.line.narrow.facts import span_ms, under_way_bytes
from openline.line.narrow.strain import Strain
from openline.line.outgoing import resend_ms
from openline.line.ports import LogId
from openline.line.state import BearerUp, PeerState
from openline.line.work import Work


def came_up(peer: PeerState, bearer: str) -> PeerState:
    """The peer after a bearer came up: it carries what it declares, as far as anybody knows."""
    return peer._replace(strains={name: one for name, one in peer.strains.items() if name != bearer})


def look(work: Work, party: int, *, is_silent: bool) -> None:
    """Time passed: see whether what goes by the peer's road gets on. `is_silent`: not even hails come over it."""
    peer = work.peer(party)
    road = peer.road
    if road is None or not can_answer(road) or road.frame_bytes_max > limits.SHORTENED_FROM_BYTES_MAX or is_silent:
        return
    strain = peer.strains.get(road.name) or Strain(None, 0, work.now_ms, road.frame_bytes_max)
    lags = _lags(work, peer)
    waited_ms = work.since(strain.since_ms)
    if lags != (strain.log, strain.reported):
        is_whole = lags is None and strain.log is None
        _put(work, peer, road.name, strain if is_whole else _new(work, strain, lags))
        if is_whole and road.frame_bytes_max < strain.declared_bytes and waited_ms >= limits.LENGTHENED_AFTER_MS:
            _cut(work, party, road, strain, min(2 * road.frame_bytes_max, strain.declared_bytes))
    elif waited_ms >= _patience_ms(peer, road) and road.frame_bytes_max > limits.NARROW_FRAME_BYTES_MIN:
        frame_bytes = max(road.frame_bytes_max // 2, limits.NARROW_FRAME_BYTES_MIN)
        _cut(work, party, road, strain, frame_bytes)
        said = f"to party {party} by {road.name}: it is heard and long frames do not arrive"
        cure = "Set frame_bytes_max lower, or look for what drops them"
        work.notice("frames", f"{said}; they are cut to {frame_bytes} bytes. {cure}")


def _lags(work: Work, peer: PeerState) -> tuple[LogId, int] | None:
    """A log of ours of which something is under way, and how much of it the peer has proved to hold."""
    flow = peer.flows.get(work.own) if work.own is not None else None
    if work.own is None or flow is None or flow.sent <= flow.reported:
        return None
    return work.own, flow.reported


def _new(work: Work, strain: Strain, lags: tuple[LogId, int] | None) -> Strain:
    log, reported = lags if lags is not None else (None, 0)
    return strain._replace(log=log, reported=reported, since_ms=work.now_ms)


def _patience_ms(peer: PeerState, road: BearerUp) -> int:
    """Several repetitions, each of which waits for a hail: a loss or two, of hails also, must not shorten anything."""
    under_way_ms = span_ms(road, under_way_bytes(peer))
    return limits.SHORTENED_AFTER_TIMES * (resend_ms(peer) + under_way_ms + hail_every_ms(road, busy=True))


def _cut(work: Work, party: int, road: BearerUp, strain: Strain, frame_bytes: int) -> None:
    peer = work.peer(party)
    cut = road._replace(frame_bytes_max=frame_bytes)
    bearers = tuple(cut if one.name == road.name else one for one in peer.bearers)
    work.put_peer(peer._replace(bearers=bearers, road=cut))
    _put(work, work.peer(party), road.name, strain._replace(since_ms=work.now_ms))


def _put(work: Work, peer: PeerState, bearer: str, strain: Strain) -> None:
    if peer.strains.get(bearer) != strain:
        work.put_peer(peer._replace(strains={**peer.strains, bearer: strain}))
