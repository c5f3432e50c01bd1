"""Which of several bearers ordinary traffic to a peer takes, and what happens when that changes. R-206 to R-208.

The least cost first, of one cost the quickest, of those over which the peer was heard of late. A bearer that is up and
brings no hail for two and a half of its hail periods, or none that answers ours for four, is passed over until it
brings one: links that are up and carry nothing are the usual way in which lines break. What was given to a bearer that
is no longer taken, and is not proved to be held, goes again by the one that is: the record repeats, no bearer is asked
what it did.
"""

from __future__ import annotations

from openline import limits
from openline.line.narrow import contacts, shortening
from openline.line.narrow.cadence import can_answer, fresh_ms, hail_every_ms, is_courier
from openline.line.outgoing import pump
from openline.line.state import NO_CONTACT, BearerUp, PeerState
from openline.line.work import Work


def is_silent(work: Work, peer: PeerState, bearer: BearerUp) -> bool:
    """True if the peer should have been heard over this bearer and was not, or hears nothing of us over it. R-207."""
    if not can_answer(bearer):
        return False
    contact = peer.contacts.get(bearer.name, NO_CONTACT)
    period_ms = hail_every_ms(bearer)
    heard_ms = work.since(max(contact.up_at_ms, contact.heard_at_ms or 0))
    proved_ms = work.since(max(contact.up_at_ms, contact.proved_at_ms or 0))
    return heard_ms > period_ms * limits.ROAD_SILENT_HALF_PERIODS // 2 or proved_ms > fresh_ms(bearer)


def choose(work: Work, peer: PeerState) -> BearerUp | None:
    """The bearer to take now. A standing courier only where nothing else is up; one that leaves now, at once."""
    return min(
        peer.bearers,
        key=lambda one: (is_courier(one) and one.cost >= 0, is_silent(work, peer, one), one.preference),
        default=None,
    )


def settle(work: Work, party: int) -> None:
    """Choose again; where another bearer is taken than before, send again what is not proved to be held."""
    peer = work.peer(party)
    road = choose(work, peer)
    if road == peer.road:
        return
    before = peer.road
    work.put_peer(peer._replace(road=road))
    if before is None or road is None or before.name == road.name:
        return
    work.notice("road", f"to party {party}: by {road.name} instead of {before.name}")
    repeat(work, party)


def repeat(work: Work, party: int) -> None:
    """What was given to a bearer that is gone, and is not proved to be held, goes again."""
    peer = work.peer(party)
    work.put_peer(peer._replace(receipts_sent={}))
    for log, flow in peer.flows.items():
        if flow.sent > flow.reported:
            work.put_flow(party, log, flow._replace(sent=flow.reported, moved_at_ms=work.now_ms, ahead_bytes=0))
            pump(work, party, log)


def up(work: Work, party: int, bearer: BearerUp) -> None:
    """A bearer came up: it counts as heard. What went into its last link may be lost."""
    peer = work.peer(party)
    if peer.road is not None and peer.road.name == bearer.name:
        repeat(work, party)
    work.put_peer(shortening.came_up(contacts.came_up(work, work.peer(party), bearer.name), bearer.name))
    settle(work, party)


def heard(work: Work, party: int) -> None:
    """Something came from a peer: perhaps over a bearer that was silent."""
    if len(work.peer(party).bearers) > 1:
        settle(work, party)


def due(work: Work) -> None:
    """Time passed: a bearer may have fallen silent."""
    for party, peer in list(work.peers.items()):
        if len(peer.bearers) > 1:
            settle(work, party)
        road = work.peer(party).road
        if road is not None:
            shortening.look(work, party, is_silent=is_silent(work, work.peer(party), road))
