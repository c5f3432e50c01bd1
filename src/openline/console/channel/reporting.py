"""How the line is, in words of the watch: what this station observed itself, and what parties declared, side by side.

"Up" only means that our own unpredictable nonce came back within its time, and that a young entry of ours that nobody
could have foreseen has the peer's signature over it; both ages counted from when we sent or wrote it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from openline.console.channel.asking import BearerStatus, OverStatus, PeerStatus, Status
from openline.console.contact.towards import CLOCK_AGREES_WITHIN_MS, Towards
from openline.console.roads.roads import RoadNow
from openline.limits import LOGS_OF_A_PARTY_MAX, RENEW_WARN_BEFORE_MS
from openline.line.events import Disputed, Noticed, Told
from openline.line.state import LineState, PeerState
from openline.line.terms.rate import waiting
from openline.seal.charter import Charter
from openline.visible import visible

WITHHELD_AFTER_MS: Final = 30_000
NOTICES_KEPT: Final = 64
WATCH_CHARS_MAX: Final = 2_000  # of one alarm or notice


class Watch:
    """Alarms that are raised, and counts of what was refused. An alarm is a fact; it clears when the fact is gone."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when an alarm rings, clears or says something else."""
        self._changed = changed
        self._alarms: dict[str, str] = {}
        self.refused: Counter[str] = Counter()
        self.notices: list[str] = []

    def ring(self, name: str, text: str) -> None:
        """Raise an alarm, or renew its text. What it says may be in words of somebody else's program."""
        text = _in_our_hands(text)
        if self._alarms.get(name) != text:
            self._alarms[name] = text
            self._changed()

    def set(self, name: str, text: str) -> None:
        """Raise an alarm; with an empty text the fact is gone."""
        if text:
            self.ring(name, text)
        else:
            self.clear(name)

    def rings(self, name: str) -> bool:
        """Whether this alarm is raised."""
        return name in self._alarms

    def text(self, beginning: str) -> str:
        """What the first alarm says whose name begins so; empty where none rings."""
        return next((text for name, text in sorted(self._alarms.items()) if name.startswith(beginning)), "")

    def clear(self, name: str) -> None:
        """The fact is gone."""
        if self._alarms.pop(name, None) is not None:
            self._changed()

    def refuse(self, door: str, error: Exception) -> None:
        """Something from outside was refused at a door. Junk on the wire never breaks a line."""
        self.refused[f"{door}: {type(error).__name__}"] += 1
        self.note(f"{door}: {error}")

    def hear(self, told: Sequence[Told]) -> None:
        """Keep what an engineer may want to read; ring for what a watch officer must know."""
        for one in told:
            if isinstance(one, Disputed):
                self.ring(f"dispute {one.log.party}/{one.log.generation.hex()}", one.sentence)
            elif isinstance(one, Noticed):
                self.note(one.text)

    def note(self, text: str) -> None:
        """Something an engineer may want to read."""
        self.notices = [*self.notices[-NOTICES_KEPT + 1 :], _in_our_hands(text)]

    @property
    def alarms(self) -> list[str]:
        """What rings now, in words."""
        return [f"{name}: {text}" for name, text in sorted(self._alarms.items())]


def _in_our_hands(text: str) -> str:
    return visible(text[:WATCH_CHARS_MAX])


class Judge(Protocol):
    """Whoever keeps contact."""

    def towards(self, state: LineState, party: int, now_ms: int) -> Towards:
        """How the line stands towards a party."""


def _peer_status(state: LineState, peer: PeerState, found: Towards, now_ms: int) -> PeerStatus:
    own = state.logs.get(state.own) if state.own is not None else None
    receipt = own.receipts.get(peer.party) if own is not None else None
    held = receipt.size if receipt else 0
    ours = own.size if own else 0
    theirs = [log for log in state.logs.values() if log.log.party == peer.party]
    flow = peer.flows.get(state.own) if state.own is not None else None
    waiting = flow is not None and flow.sent > held and now_ms - flow.moved_at_ms > WITHHELD_AFTER_MS
    offset = peer.clock_offset_ms
    return PeerStatus(
        party=peer.party,
        name=state.roster.parties[peer.party].name,
        state=found.state.value,
        heard_at_ms=peer.heard_at_ms,
        bearers=[bearer.name for bearer in peer.bearers],
        ours_held=held,
        ours=ours,
        theirs=sum(log.size for log in theirs),
        ahead=sum(1 for log, _ in state.held_ahead if log.party == peer.party),
        clock_off_ms=offset if offset is not None and abs(offset) > CLOCK_AGREES_WITHIN_MS else None,
        disputed=any(log.disputed_from is not None for log in theirs),
        withheld=found.proved_age_ms is not None and waiting,
        observed=found.observed.value,
        declared=found.declared.state.value,
        fault=found.fault,
        since_ms=found.since_ms,
        proved_age_ms=found.proved_age_ms,
        round_trip_ms=found.round_trip_ms,
        signed_age_ms=found.signed_age_ms,
        clock=found.clock,
        over=[OverStatus(*row) for row in found.bearers],
    )


def _bearer_status(state: LineState, road: RoadNow) -> BearerStatus:
    facts = road.facts
    return BearerStatus(
        name=facts.name,
        up=[state.roster.parties[party].name for party in road.up],
        bits_per_second=8 * facts.bytes_per_second,
        latency_ms=facts.latency_ms,
        cost=facts.cost,
        duplex=facts.duplex.value,
        trouble=road.trouble,
    )


def _renewals(state: LineState, now_ms: int) -> list[str]:
    rows = []
    for number, party in enumerate(state.roster.parties):
        if party.left:
            continue
        last = max((station.not_after_ms for station in party.stations if not station.revoked), default=0)
        if last <= now_ms:
            rows.append(f"certificate: no station certificate of {party.name} is in force; renew it")
        elif last - now_ms <= RENEW_WARN_BEFORE_MS and number == state.me:
            rows.append(f"certificate: ours ends in {(last - now_ms) // 86_400_000} days; renew it")
    return rows


def _paused(state: LineState, now_ms: int) -> list[str]:
    parties = state.roster.parties
    names = [parties[party].name for party in waiting(state, now_ms)]
    rows = [f"intake: {name} writes faster than agreed; more of it is taken in as the rate allows" for name in names]
    begun = Counter(log.party for log in state.logs)
    return rows + [
        f"intake: {parties[party].name} has begun {count} lives of its station; nothing of a further one is taken in"
        for party, count in sorted(begun.items())
        if count >= LOGS_OF_A_PARTY_MAX
    ]


def pq_confirmed(state: LineState) -> int:
    """Entries of our current log that every other party has signed with ML-DSA-44."""
    if state.own is None or not state.peers:
        return 0
    own = state.own
    return min(held.size if (held := state.pq.get((own, party))) else 0 for party in state.peers)


def not_receipted(state: LineState, party: int) -> int:
    """Entries here that `party` has not receipted."""
    logs = [log for log in state.logs.values() if log.log.party != party]
    return sum(log.size - (log.receipts[party].size if party in log.receipts else 0) for log in logs)


def status_of(
    state: LineState,
    charter: Charter,
    watch: Watch,
    contact: Judge,
    started_at_ms: int,
    now_ms: int,
    roads: Sequence[RoadNow] = (),
) -> Status:
    """The whole report."""
    peers = [
        _peer_status(state, peer, contact.towards(state, party, now_ms), now_ms)
        for party, peer in sorted(state.peers.items())
    ]
    return Status(
        line=charter.line_name,
        line_id=state.roster.line_id.hex(),
        party=state.me,
        name=state.roster.parties[state.me].name,
        generation=state.own.generation.hex() if state.own else "",
        started_at_ms=started_at_ms,
        now_ms=now_ms,
        entries=sum(log.size for log in state.logs.values()),
        peers=peers,
        alarms=[*watch.alarms, *_renewals(state, now_ms), *_paused(state, now_ms)],
        pq_confirmed=pq_confirmed(state),
        refused=dict(watch.refused),
        bearers=[_bearer_status(state, road) for road in roads],
        notices=list(watch.notices),
    )
