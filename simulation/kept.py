"""What a station keeps on its disk beside the store, as `console.kept.keeping.Kept` has it in files: papers, its own
keys and those that are to replace them, the keyring. What is on disk survives the power; an old store brings none of
it back.
"""

from __future__ import annotations

from hashlib import sha256
from types import SimpleNamespace
from typing import Any, cast

from openline.console.channel.reporting import Watch
from openline.console.contact.keeping import ContactKeeping
from openline.console.contact.rings import Rings
from openline.console.kept import keeping, upkeep
from openline.console.kept.papers import Papers, roster_of
from openline.console.roads.roads import Roads
from openline.line.ports import Store
from openline.record.roster import Roster
from openline.record.standing import Standing
from openline.seal import keyring
from openline.seal.certificate import Certificate, StationSecrets
from openline.seal.keyring import Keyring, Ports
from simulation.drawn import Drawn
from simulation.papers import certificate_of, papers_of, secrets_of
from simulation.sealing import SignedBy, first_keyring, signers_of


class Kept:
    """Everything of one station's disk but the store."""

    def __init__(self, seed: int, count: int, party: int, now_ms: int, test_every_s: int) -> None:
        self.count = count
        self.party = party
        self.papers: Papers = papers_of(count, party)
        self.roster: Roster = roster_of(self.papers)
        self.config = SimpleNamespace(test_every_s=test_every_s)
        self.store: Store
        self._drawn = Drawn(f"keys {seed} {party}")
        self._number = 0  # of our station keys
        self.next: int | None = None  # of those that are to replace them
        self._ring_draw = Drawn(f"ring {seed} {party}")
        self._use(0)
        self._ports = Ports(self._ring_draw, self._sign, self._by_station)
        line_id = self.papers.line_id
        self.recovery_secret = sha256(b"recovery" + line_id).digest()
        self.keyring: Keyring = first_keyring(line_id, count, party, now_ms, self._ports)
        self._ring_on_disk = self.keyring.dump()
        self._saved = -1
        self.safe_open = False  # an officer has the recovery secret at hand

    def _use(self, number: int) -> None:
        self._number = number
        self.secrets: StationSecrets = secrets_of(self.party, number)
        self.certificate: Certificate = certificate_of(self.count, self.party, number)
        self.hpke_seeds = [self.secrets.hpke]
        self._ring_draw.certified[self.secrets.hpke] = self.certificate.hpke_key
        self.keys = SignedBy(signers_of(self.count, self.party, number), self._drawn)

    def _sign(self, message: bytes) -> bytes:
        return self.keys.signers.note.sign(message)

    def _by_station(self, party: int, signature: bytes, message: bytes) -> bool:
        return keeping.signed_by_station(self.roster, party, signature, message)

    # ------------------------------------------------------------------ a life
    def open(self, store: Store, *, goes_on: bool) -> None:
        """Power is there: read what the disk has. `goes_on`: the program still runs, only the store was opened anew."""
        self.store = store
        if goes_on:
            return
        self.roster = roster_of(self.papers)
        self.keyring = keyring.load(self._ring_on_disk, self._ports)
        self._saved = -1

    def save_keyring(self) -> None:
        """Put the keyring on disk."""
        if self.keyring.changes != self._saved:
            self._ring_on_disk, self._saved = self.keyring.dump(), self.keyring.changes

    def follow(self, standing: Standing, roster: Roster) -> None:
        """Take over what the record has changed."""
        self.roster = roster
        self.papers = self.papers.with_standing(standing)

    def reread_dial(self) -> bool:
        """There are no settings here."""
        return False

    # ------------------------------------------------------------------ what officers do
    def renew(self) -> Certificate | None:
        """New keys, beside the old ones; None where such wait already."""
        if self.next is not None:
            return None
        self.next = self._number + 1
        return self.next_certificate()

    def next_certificate(self) -> Certificate:
        """Of those that wait."""
        assert self.next is not None
        return certificate_of(self.count, self.party, self.next)

    def renewed(self) -> Certificate | None:
        """The certificate of keys that are to replace ours, once our papers have it."""
        if self.next is None:
            return None
        made = self.next_certificate()
        if made not in self.papers.of_party(self.party):
            return None
        waiting = secrets_of(self.party, self.next)
        self._ring_draw.certified[waiting.hpke] = made.hpke_key
        self.hpke_seeds = [self.secrets.hpke, waiting.hpke]
        return made

    def rotate(self) -> None:
        """Use them from now on."""
        assert self.next is not None
        self._use(self.next)
        self.next = None

    def lose_keyring(self, peers: list[int], now_ms: int) -> None:
        """The keyring is gone: an empty one with recovery grants, as `openline line recover` makes it."""
        ring = keyring.lost(self.papers.line_id, self.papers.charter.suite, self.party, peers, self._ports)
        for peer in peers:
            ring.make_recovery(peer, upkeep.newest_hpke(self.roster, peer), self.recovery_secret, now_ms)
        self.keyring = ring
        self._saved = -1
        self.save_keyring()


class SimulatedUpkeep(upkeep.Upkeep):
    """The shipped upkeep; no links to pin. What it draws and counts is the seed's."""

    def __init__(self, kept: Kept, watch: Watch, happened: Any, counting: Any, best: Any) -> None:
        """`best`: the bearer that ordinary traffic to a peer takes now, or None."""

        def can_answer() -> bool:
            return True

        roads = cast(Roads, SimpleNamespace(can_answer=can_answer, best=best))
        super().__init__(cast(keeping.Kept, kept), roads, watch, happened)
        self.contact = ContactKeeping(
            kept.store,
            happened,
            Rings(watch, can_answer),
            kept.config.test_every_s * 1000,
            counting,
            kept.keys.draw,
        )

    def _pin(self) -> None:
        """Frames that open are enough here."""
