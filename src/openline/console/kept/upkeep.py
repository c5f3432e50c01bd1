"""What a change of the roster means for a running station: papers on disk, pinned certificates, keyring, own keys.

The record decides; this carries it out, after the commit that showed it. Everything here may be done twice: a station
that was cut off in the middle does it again when it starts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from openline.console.channel.reporting import Watch
from openline.console.contact.keeping import ContactKeeping
from openline.console.contact.rings import Rings
from openline.console.escrowing.vault import Vault
from openline.console.kept.keeping import Kept
from openline.console.roads.bearers import pins_of, unknown_dialled
from openline.console.roads.roads import Roads
from openline.errors import LocalFault, Misconfigured, PeerFault, Refused, Unchecked
from openline.limits import WASTE_A_FRAME_MAX
from openline.line.events import Draft, Event, Submitted
from openline.line.state import LineState, others
from openline.line.terms.amendments import is_revoked
from openline.record.entry import CERTIFICATE, RECOVERY, REVOCATION
from openline.record.roster import Roster
from openline.record.standing import Standing
from openline.record.statement import Reopened, encode_reopened
from openline.seal.certificate import Certificate
from openline.seal.epochs import NO_TAG
from openline.seal.grants import read_recovery
from openline.wire.items import Grant, Item, RosterEntry

LEAVE_GRACE_MS: Final = 5_000  # our receipt for the entry by which a party left is still on its way
REPEAT_RECOVERY_MS: Final = 5_000
_HEAD_BYTES: Final = 12


class Upkeep:
    """Follows the roster for one station."""

    def __init__(self, kept: Kept, roads: Roads, watch: Watch, happened: Callable[[Event], None]) -> None:
        self._kept = kept
        self._roads = roads
        self._watch = watch
        self._happened = happened
        rings = Rings(watch, roads.can_answer)
        self.contact = ContactKeeping(kept.store, happened, rings, kept.config.test_every_s * 1000)
        self._gone: dict[int, int] = {}
        self._cut: set[int] = set()
        self._renewing: Certificate | None = None
        self._repeated_at_ms: dict[int, int] = {}  # recovery grants, by party
        self._recovery_secret: bytes | None = None
        self._is_behind = False  # papers on disk do not have what the record has
        self._asked: set[str] = set()  # tokens of entries asked for in this run

    @property
    def vault(self) -> Vault:
        """What was committed here and is not shown yet."""
        return self._kept.vault

    # ---------------------------------------------------------------- what peers grant
    def take_grants(self, peer: int, items: tuple[Item, ...]) -> tuple[tuple[Item, ...], int]:
        """Grants go to the keyring; the other items are given back, with how many signatures were checked for nothing.

        A grant is checked against every station of its party; where a frame has caused WASTE_A_FRAME_MAX such checks
        and brought nothing new by them, its other grants are left: they are repeated. R-160.
        """
        rest = tuple([item for item in items if not isinstance(item, Grant)])
        if len(rest) == len(items):
            return rest, 0
        checks = sum(1 for one in self._kept.roster.parties[peer].stations if not one.revoked)
        wasted = left = 0
        for item in items:
            if not isinstance(item, Grant):
                continue
            if wasted > WASTE_A_FRAME_MAX:
                left += 1
                continue
            try:
                is_new = self._kept.keyring.take_grant(peer, item.epoch, item.sealed, item.next_key)
            except (PeerFault, Unchecked) as refused:
                self._watch.refuse("grant", refused)
                is_new = False
            wasted += 0 if is_new else max(1, checks)
        if left:
            self._watch.note(f"grant: {left} more in a frame from party {peer} left: nothing before them was new")
        return rest, wasted

    # ---------------------------------------------------------------- what the record changed
    def follow(self, state: LineState, now_ms: int) -> None:
        """Take over the roster as it stands. Call after the commit, before anything is sent that follows from it."""
        if state.ledger is None:
            return
        standing, ring = state.ledger.standing, self._kept.keyring
        try:
            self._kept.follow(standing, state.roster)
            self._is_behind = False
            self._watch.clear("papers")
        except OSError as fault:  # the record has it all: it is written when the disk takes it again
            self._is_behind = True
            self._watch.ring("papers", f"roster.cbor cannot be written: {fault.strerror}")
        for party, member in enumerate(state.roster.parties):
            if party == state.me:
                continue
            if member.left:
                self._gone.setdefault(party, now_ms)
            elif party not in ring.peers():
                ring.add_peer(party)
                self._grant_joining(state, party, now_ms)
        self._pin()
        self._tell(state, standing)
        self._find_renewal(state)
        self._record_revocations(standing)

    def _grant_joining(self, state: LineState, party: int, now_ms: int) -> None:
        """Of two parties that share no epoch the one with the lower place grants; the other waits. R-154."""
        if state.me < party:
            try:
                self._kept.keyring.make_recovery(party, newest_hpke(state.roster, party), None, now_ms)
            except (LocalFault, PeerFault) as fault:
                self._watch.ring("keyring", str(fault))

    def _pin(self) -> None:
        identity, peers = pins_of(self._kept)
        self._roads.pin(identity, [peer for peer in peers if peer.party not in self._cut])

    def _tell(self, state: LineState, standing: Standing) -> None:
        if state.me in standing.left:
            self._watch.ring("line", "we have left this line; nothing new is recorded here")
        elif standing.closed:
            self._watch.ring("line", "this line is closed; nothing new is recorded")
        if self._is_own_revoked(state):
            self._watch.ring("certificate", "our own station is revoked: renew its keys with `openline party renew`")
        else:
            self._watch.clear("certificate")

    def _is_own_revoked(self, state: LineState) -> bool:
        return is_revoked(state.roster, state.me, self._kept.certificate.digest)

    @staticmethod
    def is_open(state: LineState) -> bool:
        """Whether anything new may be recorded. R-149."""
        standing = state.ledger.standing if state.ledger is not None else None
        return standing is None or not (standing.closed or state.me in standing.left)

    @staticmethod
    def check_open(state: LineState) -> None:
        """Raises Refused where nothing new may be recorded: the line is closed, or we have left it. R-149."""
        standing = state.ledger.standing if state.ledger is not None else None
        if standing is not None and (standing.closed or state.me in standing.left):
            what = "we have left this line" if state.me in standing.left else "this line is closed"
            raise Refused(f"{what}; nothing new is recorded, what is here is still carried and receipted")

    # ---------------------------------------------------------------- settings
    def _reread(self) -> None:
        """New addresses to dial, for a party that has joined or moved, without a restart."""
        try:
            if self._kept.reread_dial():
                self._pin()
            else:
                return
        except Misconfigured as fault:
            self._watch.ring("settings", f"{fault}; what was set before stands")
            return
        unknown = unknown_dialled(self._kept)
        if unknown:
            self._watch.ring("settings", unknown)
        else:
            self._watch.clear("settings")

    # ---------------------------------------------------------------- from time to time
    def due(self, state: LineState, now_ms: int) -> bool:
        """What waits for its time. True: our keys have changed, a new life must begin now."""
        self.contact.tick(state, now_ms, may_write=self.is_open(state))
        if self._is_behind:
            self.follow(state, now_ms)
        self._reread()
        for party in [party for party, since in self._gone.items() if now_ms - since >= LEAVE_GRACE_MS]:
            if party not in self._cut:
                self._cut.add(party)
                self._pin()
                if party in self._kept.keyring.peers():
                    self._kept.keyring.drop_peer(party)
        return self._renew_if_due(state, now_ms)

    def recovery_frames(self, now_ms: int, fresh: list[int]) -> list[tuple[int, bytes]]:
        """Grants that reopen sealing, repeated until they are answered: at once where a bearer came up, else after a
        round trip, over a quarter of the road at most. The keyring must be on disk first."""
        ring = self._kept.keyring
        due = []
        for peer in ring.peers():
            frame, road = ring.recovery_to_repeat(peer), self._roads.best(peer, None)
            if not frame or road is None:
                continue
            by_rate_ms = 4 * len(frame) * 1000 // max(road.facts.bytes_per_second, 1)
            rest_ms = max(REPEAT_RECOVERY_MS, 2 * road.facts.latency_ms, by_rate_ms)
            if peer in fresh or not 0 <= now_ms - self._repeated_at_ms.get(peer, -rest_ms) < rest_ms:
                self._repeated_at_ms[peer] = now_ms
                due.append((peer, frame))
        return due

    # ---------------------------------------------------------------- our own keys
    def introduction(self) -> tuple[RosterEntry, ...]:
        """Our certificate, for a peer that may not have its entry yet: none where it is the first one. R-151."""
        first = self._kept.papers.of_party(self._kept.papers.me)[0]
        return () if first == self._kept.certificate else (RosterEntry(self._kept.certificate.signed),)

    def _find_renewal(self, state: LineState) -> None:
        """Renewed keys that lie ready; and a certificate of ours that the record does not have yet."""
        if self._renewing is None:
            try:
                self._renewing = self._kept.renewed()
            except LocalFault as fault:
                self._watch.ring("renewal", str(fault))
                return
        first = self._kept.papers.of_party(state.me)[0]
        for certificate in (self._kept.certificate, self._renewing):
            if certificate is not None and certificate != first:
                self._record(CERTIFICATE, certificate.signed, f"certificate/{certificate.digest.hex()}")

    def _record_revocations(self, standing: Standing) -> None:
        """Revocations that came by hand while no station ran."""
        on_record = {revocation.digest for _, revocation in standing.revocations}
        for _, revocation in self._kept.papers.revocations:
            if revocation.digest not in on_record:
                self._record(REVOCATION, revocation.signed, f"revocation/{revocation.digest.hex()}")

    def _record(self, kind: int, body: bytes, token: str) -> None:
        if token not in self._asked and self._kept.store.submission(token) is None:
            self._asked.add(token)
            self._happened(Submitted((Draft(kind, 2, 0, (), body, token),)))

    def _renew_if_due(self, state: LineState, now_ms: int) -> bool:
        if self._renewing is None:
            return False
        lacking = list(self._without_certificate(state))
        is_out = self._is_own_revoked(state) or not self._kept.certificate.in_force(now_ms)
        if lacking and not is_out:
            names = ", ".join(state.roster.parties[party].name for party in lacking)
            self._watch.ring("renewal", f"renewed keys wait until {names} has receipted their certificate")
            return False
        try:
            self._kept.rotate()
        except (LocalFault, OSError) as fault:
            self._watch.ring("renewal", f"renewed keys cannot be put in place: {fault}")
            return False
        self._renewing = None
        self._watch.clear("renewal")
        self._pin()
        return True

    def _without_certificate(self, state: LineState) -> Iterator[int]:
        """Other parties whose receipt does not cover the entry with the renewed certificate yet. R-157."""
        assert self._renewing is not None
        place = self._kept.store.submission(f"certificate/{self._renewing.digest.hex()}")
        for party in others(state.roster, state.me):
            log = state.logs.get(place[0]) if place else None
            receipt = log.receipts.get(party) if log else None
            if place is None or receipt is None or receipt.size <= place[1]:
                yield party

    # ---------------------------------------------------------------- sealing anew
    def give_secret(self, secret: bytes) -> None:
        """The recovery secret, entered by an officer; used for the recovery grants that come, kept in memory only."""
        self._recovery_secret = secret

    def begin_afresh(self, state: LineState, party: int, now_ms: int) -> None:
        """Forget all epochs with a party that joined later, as if it joined now. Raises Refused for another one."""
        founders = len(self._kept.papers.charter.parties)
        if party not in others(state.roster, state.me) or max(party, state.me) < founders:
            raise Refused("sealing is begun afresh with a party that joined later; founders use the recovery secret")
        ring = self._kept.keyring
        if party in ring.peers():
            ring.drop_peer(party)
        ring.add_peer(party)
        self._grant_joining(state, party, now_ms)
        self._record(RECOVERY, encode_reopened(Reopened(party, now_ms)), f"recovery/{party}/{now_ms}")

    def take_recovery(self, bearer: str, body: bytes, now_ms: int) -> None:
        """A frame without an epoch: a grant that reopens sealing, or lets us in. R-154, R-155."""
        ring = self._kept.keyring
        first, *waiting = self._kept.hpke_seeds
        try:
            try:
                sender = ring.take_recovery(body, first, self._recovery_secret, now_ms)
            except PeerFault:
                if not waiting:
                    raise
                sender = ring.take_recovery(body, waiting[0], self._recovery_secret, now_ms)
        except Unchecked as wanting:
            self._watch.ring("recovery", f"{wanting} (`openline line recover`)")
            return
        except PeerFault as refused:
            self._watch.refuse(bearer, refused)
            return
        if sender is not None:
            self._watch.clear("recovery")
            self._watch.clear("keyring")
            self._record_recovery(sender, body)

    def record_recoveries(self) -> None:
        """Our own recovery grants stand in our record too."""
        for peer in self._kept.keyring.peers():
            frame = self._kept.keyring.recovery_to_repeat(peer)
            if frame:
                self._record_recovery(peer, frame)

    def _record_recovery(self, peer: int, frame: bytes) -> None:
        ring = self._kept.keyring
        with contextlib.suppress(PeerFault):
            found = read_recovery(frame[_HEAD_BYTES:], ring.line_id, ring.suite, lambda *_: True)
            token = f"recovery/{peer}/{found.epoch}"
            if not found.joining:
                self._record(RECOVERY, encode_reopened(Reopened(peer, found.epoch)), token)


def is_recovery(body: bytes) -> bool:
    """True for a frame that is not sealed under an epoch."""
    return body[:4] == NO_TAG


def newest_hpke(roster: Roster, party: int) -> bytes:
    """The HPKE key of a party's newest station that is not revoked. Raises LocalFault where there is none."""
    for station in reversed(roster.parties[party].stations):
        if not station.revoked:
            return station.hpke_key
    raise LocalFault(f"no station of {roster.parties[party].name} is in force; take its new certificate first")
