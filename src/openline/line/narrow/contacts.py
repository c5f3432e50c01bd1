"""Contact over each bearer by itself: whose nonce came back, how old that is, how long it took. R-230 to R-233.

Charter. Every bearer has an exchange of nonces of its own, so that a standby that carries nothing else is known to be
alive or dead. A proof's age counts from when we sent the nonce: an answer cannot be recorded ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from openline import limits
from openline.line.narrow.cadence import hail_every_ms, is_courier
from openline.line.state import NO_CONTACT, Asked, BearerUp, Contact, PeerState
from openline.line.work import LONG_AGO_MS, Work
from openline.wire.items import Hail, ShortHail

ASKED_MAX: Final = 8  # nonces of each bearer that may still be answered
ECHOES_MAX: Final = 16  # nonces of the other side that are remembered: a test may ask for one of them
CONTACTS_MAX: Final = 32  # bearers of one peer that are remembered
LEVEL_BYTES: Final = 4
JOINS_WITHIN_MS: Final = 250  # after a hail of the other side came: ours goes with it, and both sleep on
LEADS_BY_MS: Final = limits.HAIL_EVERY_MS // 8  # who joins in waits so much longer before it begins by itself
assert LEADS_BY_MS > JOINS_WITHIN_MS
ANSWER_REST_MS: Final = 500  # between hails sent out of turn: two stations must not chase each other
ANSWERS_BYTES: Final = 800  # nor may who repeats an old hail have a slow road filled with ours: four times a whole one


def preferred(peer: PeerState) -> str:
    """The bearer that a send without a name takes; none where none is up."""
    return peer.road.name if peer.road is not None else ""


def rest_ms(peer: PeerState) -> int:
    """How long after a hail the next may be sent out of turn: a whole one takes a quarter of the road at most. R-236"""
    rate = peer.road.bytes_per_second if peer.road is not None else 0
    return max(ANSWER_REST_MS, ANSWERS_BYTES * 1000 // rate if rate else 0)


def ask(work: Work, peer: PeerState, bearer: str, listed: int) -> PeerState:
    """The peer with a nonce of ours under way over `bearer`: a fresh one, unless the last is still young."""
    known = [asked for asked in peer.asked if asked.bearer == bearer]
    if not known or known[-1].listed != listed or work.since(known[-1].at_ms) >= limits.HAIL_EVERY_MS:
        nonce = sha256(work.nonce + bytes([peer.party]) + bearer.encode()).digest()[: len(work.nonce)]
        rest = [asked for asked in peer.asked if asked.bearer != bearer or asked in known[1 - ASKED_MAX :]]
        asked = (*rest[1 - ASKED_MAX * CONTACTS_MAX :], Asked(nonce, work.now_ms, listed, bearer))
        peer = peer._replace(asked=asked)
    contact = peer.contacts.get(bearer, NO_CONTACT)
    if bearer:
        peer = _put(peer, bearer, contact._replace(hailed_at_ms=work.now_ms))
    return peer._replace(hailed_at_ms=work.now_ms)


def came_up(work: Work, peer: PeerState, bearer: str) -> PeerState:
    """The peer after a bearer to it came up."""
    return _put(peer, bearer, peer.contacts.get(bearer, NO_CONTACT)._replace(up_at_ms=work.now_ms))


def nonces(work: Work, peer: PeerState, bearer: str) -> tuple[bytes, bytes, int]:
    """Nonce, echo and how long the echoed nonce has waited here, for a hail over `bearer`.

    A bearer over which nothing came echoes what came over another: that proves life, though not that bearer.
    """
    nonce = next((asked.nonce for asked in reversed(peer.asked) if asked.bearer == bearer), bytes(8))
    own = peer.contacts.get(bearer, NO_CONTACT)
    if not own.echoes:
        own = max(peer.contacts.values(), key=lambda contact: contact.echo_at_ms, default=NO_CONTACT)
    if not own.echoes:
        return nonce, bytes(8), 0
    waited_ms = work.since(own.echo_at_ms)
    return nonce, own.echoes[-1], waited_ms if waited_ms < LONG_AGO_MS else 0


def is_repeated(work: Work, peer: PeerState, start: bytes) -> bool:
    """True where a hail of this life, as new or newer, has come over this bearer already. R-235."""
    return peer.start == start and 0 <= work.frame <= peer.contacts.get(work.bearer, NO_CONTACT).frame


def is_late(work: Work, peer: PeerState, start: bytes) -> bool:
    """True where a newer hail of this life has come, over whichever bearer: what this frame asks for is out of date.

    Anybody on the way can send a frame of ours twice: an hour-old hail must not have us say that hour again. R-235.
    """
    newest = max((contact.frame for contact in peer.contacts.values()), default=-1)
    return peer.start == start and 0 <= work.frame < newest


def of_another_life(peer: PeerState) -> Mapping[str, Contact]:
    """The contacts of a peer that began another life, whose frames are counted anew."""
    return {name: one._replace(frame=NO_CONTACT.frame) for name, one in peer.contacts.items()}


def seen_before(peers: Mapping[int, PeerState]) -> dict[int, PeerState]:
    """What another life of this program, in the same process, observed of its peers: it is as true in the next. What
    was said to them, and sent, is forgotten: that begins anew. R-232.
    """
    return {
        party: PeerState(
            party,
            start=one.start,
            heard_at_ms=one.heard_at_ms,
            proved_at_ms=one.proved_at_ms,
            asked=tuple(asked._replace(listed=0) for asked in one.asked),
            clock_offset_ms=one.clock_offset_ms,
            contacts=one.contacts,
            lives_at=one.lives_at,
        )
        for party, one in peers.items()
    }


def heard(work: Work, peer: PeerState, item: Hail | ShortHail, answered: Asked | None) -> PeerState:
    """The peer after a hail of the life that we take to be its own. `answered`: the nonce of ours that it echoes."""
    bearer = work.bearer
    known = peer.contacts.get(bearer, NO_CONTACT)
    contact = known._replace(heard_at_ms=work.now_ms, frame=max(known.frame, work.frame))
    if item.nonce not in known.echoes[-1:]:
        echoes = (*known.echoes[1 - ECHOES_MAX :], item.nonce)
        contact = contact._replace(echoes=echoes, echo_at_ms=work.now_ms)
    if answered is not None and answered.bearer == bearer and answered.at_ms >= (known.proved_at_ms or 0):
        # What the peer says of its own wait is a claim; it can make the line look quicker, never fresher.
        round_trip_ms = max(0, work.since(answered.at_ms) - item.waited_ms)
        offset_ms = item.clock_ms - (work.now_ms - round_trip_ms // 2)
        contact = contact._replace(
            proved_at_ms=answered.at_ms,
            proved_by=answered.nonce,
            round_trip_ms=round_trip_ms,
            clock_offset_ms=offset_ms,
        )
        peer = peer._replace(clock_offset_ms=offset_ms)
    return _put(peer, bearer, contact)


def is_due(work: Work, peer: PeerState, bearer: BearerUp, *, level: bool) -> bool:
    """Is it time to hail over this bearer? A standby keeps its slow pace: what is lost is repaired over the best."""
    hailed_at_ms = peer.contacts.get(bearer.name, NO_CONTACT).hailed_at_ms
    waited_ms = work.since(hailed_at_ms) if hailed_at_ms is not None else LONG_AGO_MS
    if is_courier(bearer):
        return not level and bearer.name == preferred(peer) and waited_ms >= limits.COURIER_HAIL_EVERY_MS
    if waited_ms >= hail_every_ms(bearer) or _joins_in(work.me, peer, bearer, work.now_ms):
        return True
    busy_ms = hail_every_ms(bearer, busy=True)
    if level or waited_ms < busy_ms or bearer.name != preferred(peer):
        return False
    return all(work.since(flow.moved_at_ms) >= busy_ms for flow in peer.flows.values() if flow.sent > flow.reported)


def _joins_in(me: int, peer: PeerState, bearer: BearerUp, now_ms: int) -> bool:
    """True where the other side's hail came this moment and ours is half due: an idle station is not woken twice for
    one exchange. The higher place joins in, the lower leads, so that they never chase each other. R-230."""
    contact = peer.contacts.get(bearer.name, NO_CONTACT)
    if contact.hailed_at_ms is None or contact.heard_at_ms is None or not _follows(me, peer, bearer):
        return False
    is_fresh = 0 <= now_ms - contact.heard_at_ms < JOINS_WITHIN_MS
    return is_fresh and 2 * (now_ms - contact.hailed_at_ms) >= hail_every_ms(bearer)


def _follows(me: int, peer: PeerState, bearer: BearerUp) -> bool:
    return peer.party < me and hail_every_ms(bearer) == limits.HAIL_EVERY_MS


def hailed_in_ms(me: int, peers: Iterable[PeerState], now_ms: int) -> int:
    """How long until a bearer is to be hailed by time alone; HAIL_EVERY_MS at most, and a little more where the other
    side leads. 0 or less: it is due."""
    left = []
    for peer in peers:
        for bearer in peer.bearers:
            hailed_at_ms = peer.contacts.get(bearer.name, NO_CONTACT).hailed_at_ms
            if is_courier(bearer) or hailed_at_ms is None:
                continue
            if _joins_in(me, peer, bearer, now_ms):
                return 0
            left_ms = hailed_at_ms + hail_every_ms(bearer) - now_ms
            if left_ms <= limits.HAIL_EVERY_MS:
                left.append(left_ms + (LEADS_BY_MS if _follows(me, peer, bearer) else 0))
    return min(left, default=limits.HAIL_EVERY_MS)


def level4(work: Work) -> bytes:
    """The beginning of a hash over what we hold of each party's newest log. R-231."""
    rows = [
        bytes([party]) + log.generation + held.size.to_bytes(8, "big") + held.noted.root
        for party, log in sorted(work.newest.items())
        if (held := work.logs.get(log)) is not None
    ]
    return sha256(b"".join(rows)).digest()[:LEVEL_BYTES]


def clock_set(work: Work, by_ms: int) -> None:
    """Our clock was set: what was observed is as old as it was. R-233."""

    def moved(at_ms: int | None) -> int | None:
        return None if at_ms is None else at_ms + by_ms

    def moved_contact(one: Contact) -> Contact:
        return one._replace(
            hailed_at_ms=moved(one.hailed_at_ms),
            echo_at_ms=one.echo_at_ms + by_ms,
            up_at_ms=one.up_at_ms + by_ms,
            heard_at_ms=moved(one.heard_at_ms),
            proved_at_ms=moved(one.proved_at_ms),
            clock_offset_ms=None if one.clock_offset_ms is None else one.clock_offset_ms - by_ms,
        )

    for peer in list(work.peers.values()):
        work.put_peer(
            peer._replace(
                asked=tuple(asked._replace(at_ms=asked.at_ms + by_ms) for asked in peer.asked),
                heard_at_ms=moved(peer.heard_at_ms),
                proved_at_ms=moved(peer.proved_at_ms),
                hailed_at_ms=peer.hailed_at_ms + by_ms,
                lives_at=tuple(at_ms + by_ms for at_ms in peer.lives_at),
                clock_offset_ms=None if peer.clock_offset_ms is None else peer.clock_offset_ms - by_ms,
                contacts={name: moved_contact(one) for name, one in peer.contacts.items()},
                strains={name: one._replace(since_ms=one.since_ms + by_ms) for name, one in peer.strains.items()},
            )
        )


def _put(peer: PeerState, bearer: str, contact: Contact) -> PeerState:
    kept = {name: one for name, one in peer.contacts.items() if name != bearer}
    if len(kept) >= CONTACTS_MAX:
        kept.pop(next(iter(kept)))
    return peer._replace(contacts={**kept, bearer: contact})
