"""How the line stands towards one party, as the decision table has it, with all that it was decided from."""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.console.contact.seen import Sight, age_ms
from openline.contact.body import Seen
from openline.contact.declared import Declared, DeclaredState
from openline.contact.table import Conditions, State, observed_of, state_of
from openline.limits import CLOCK_TOLERANCE_MS, SILENCE_ALARM_AFTER_MS
from openline.line.narrow.cadence import alarm_after_ms, can_answer, fresh_ms, is_courier
from openline.line.state import NO_CONTACT, BearerUp, PeerState

CLOCK_AGREES_WITHIN_MS: Final = 2_000


class OverBearer(NamedTuple):
    """One bearer to the party, as observed here. Ages and spans in ms; None where it is not known."""

    name: str
    seen: str  # up, silent, down, or unknown
    since_ms: int | None
    proved_age_ms: int | None
    round_trip_ms: int | None
    clock_off_ms: int | None
    alarm_after_ms: int


class Towards(NamedTuple):
    """The state that meets the eye, and what it rests on. Instants UTC ms, ages ms."""

    state: State
    observed: State
    declared: Declared
    fault: str
    since_ms: int | None  # silent since: the last proof of life
    proved_age_ms: int | None
    round_trip_ms: int | None
    signed_age_ms: int | None
    clock: str  # "agrees", "disagrees" or "unknown"
    clock_off_ms: int | None
    bearers: tuple[OverBearer, ...]


class Known(NamedTuple):
    """What goes into the judgement beside the machine's own state."""

    fault: str
    declared: Declared
    signed_age_ms: int | None
    green_ms: int | None  # None: no tests are written, so what they signed once is all there is


def towards(peer: PeerState, sight: Sight, known: Known, now_ms: int) -> Towards:
    """Judge one party. (R-253)"""
    answering = [bearer for bearer in peer.bearers if can_answer(bearer)]
    live = [bearer for bearer in answering if _is_within(_proved_age(peer, bearer, now_ms), fresh_ms(bearer))]
    conditions = Conditions(
        fault=bool(known.fault),
        declared=known.declared.state,
        live=bool(live),
        signed=_is_within(known.signed_age_ms, known.green_ms),
        recent=_is_recent(peer, sight, known, now_ms),
        ever=peer.heard_at_ms is not None,
    )
    best = min(live, key=lambda bearer: bearer.preference, default=None)
    contact = peer.contacts.get(best.name, NO_CONTACT) if best is not None else NO_CONTACT
    proofs = [at for one in peer.contacts.values() for at in (one.proved_at_ms, one.heard_at_ms) if at is not None]
    return Towards(
        state_of(conditions),
        observed_of(conditions),
        known.declared,
        known.fault,
        max(proofs, default=None),
        age_ms(now_ms, contact.proved_at_ms),
        contact.round_trip_ms,
        known.signed_age_ms,
        _clock(peer.clock_offset_ms),
        peer.clock_offset_ms,
        tuple(_over(peer, sight, now_ms)),
    )


def _is_within(age: int | None, most: int | None) -> bool:
    return age is not None and (most is None or age <= most)


def _proved_age(peer: PeerState, bearer: BearerUp, now_ms: int) -> int | None:
    return age_ms(now_ms, peer.contacts.get(bearer.name, NO_CONTACT).proved_at_ms)


def _is_recent(peer: PeerState, sight: Sight, known: Known, now_ms: int) -> bool:
    """Does anything prove, or at least show, life within what its own bearer's alarm waits?"""
    if _is_within(known.signed_age_ms, SILENCE_ALARM_AFTER_MS) and peer.heard_at_ms is not None:
        return True
    # Also those over which it was only heard, our first nonce not back yet: that is not silence (seeds 0, 35).
    over = {name: bearer for (party, name), bearer in sight.known.items() if party == peer.party}
    bearers = over or {bearer.name: bearer for bearer in peer.bearers if is_courier(bearer)}
    for bearer in bearers.values():
        contact = peer.contacts.get(bearer.name, NO_CONTACT)
        for at_ms in (contact.proved_at_ms, contact.heard_at_ms):
            if _is_within(age_ms(now_ms, at_ms), alarm_after_ms(bearer)):
                return True
    return False


def _clock(offset_ms: int | None) -> str:
    if offset_ms is None:
        return "unknown"
    return "agrees" if abs(offset_ms) <= CLOCK_AGREES_WITHIN_MS else "disagrees"


def _over(peer: PeerState, sight: Sight, now_ms: int) -> list[OverBearer]:
    rows = []
    names = {bearer.name: bearer for bearer in peer.bearers if can_answer(bearer)}
    up = set(names)  # up again and not proved yet: neither down nor up
    names |= {name: looked.bearer for (party, name), looked in sight.looked.items() if party == peer.party}
    for name, bearer in sorted(names.items()):
        looked = sight.looked.get((peer.party, name))
        contact = peer.contacts.get(name, NO_CONTACT)
        rows.append(
            OverBearer(
                name,
                "unknown" if looked is None or (looked.seen is Seen.DOWN and name in up) else looked.seen.name.lower(),
                looked.since_ms if looked is not None else None,
                age_ms(now_ms, contact.proved_at_ms),
                contact.round_trip_ms,
                contact.clock_offset_ms,
                alarm_after_ms(bearer),
            )
        )
    return rows


def is_clock_alarming(offset_ms: int | None) -> bool:
    """Beyond what two honest clocks may differ by."""
    return offset_ms is not None and abs(offset_ms) > CLOCK_TOLERANCE_MS


NOTHING_DECLARED: Final = Declared(DeclaredState.OPEN, (), ())
