"""The papers of the simulated lines: roots, cards, certificates and charters, byte for byte the same in every process.

All of it is real but one thing: where a root would sign by ML-DSA-44, which is hedged, stands the double of that. So
they can be read while `sealing.doubles` lasts.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Final, cast

from openline.console.kept.papers import Papers
from openline.record.members import read_members
from openline.record.roster import Roster
from openline.seal.certificate import Certificate, StationSecrets, certify
from openline.seal.charter import Charter, CharterParty
from openline.seal.draw import LibraryDraw
from openline.seal.party import PartyRoot, make_card
from openline.seal.signature import Mldsa44Signer
from simulation.drawn import Drawn, double_of_mldsa44

OPENED_AT_MS: Final = 1_790_000_000_000
YEAR_MS: Final = 365 * 86_400_000


class Fixed(LibraryDraw):
    """Real keys of drawn seeds."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._drawn = Drawn(name)

    def fresh(self, size: int) -> bytes:
        """The next bytes of this name."""
        return self._drawn.fresh(size)


class _Double:
    """Signs as `Mldsa44Signer` of the same seed does, for those who check by the double."""

    def __init__(self, seed: bytes) -> None:
        self.public = Mldsa44Signer(seed).public

    def sign(self, message: bytes) -> bytes:
        return double_of_mldsa44(self.public, message)


class Root(PartyRoot):
    """Root keys that sign the same each time."""

    __slots__ = ()

    def __init__(self, ed25519_seed: bytes, mldsa44_seed: bytes) -> None:
        super().__init__(ed25519_seed, mldsa44_seed)
        self._mldsa44 = cast(Mldsa44Signer, _Double(mldsa44_seed))


def _word(*parts: object) -> bytes:
    return sha256(repr(parts).encode()).digest()


@cache
def root_of(party: int) -> PartyRoot:
    """A party's root keys."""
    return Root(_word(party, "ed25519 root"), _word(party, "ml-dsa root"))


@cache
def secrets_of(party: int, number: int = 0) -> StationSecrets:
    """The seeds of its station; `number` counts renewals."""
    more = (number,) if number else ()
    return StationSecrets(*(_word(party, purpose, *more) for purpose in range(5)))


@cache
def certificate_of(count: int, party: int, number: int) -> Certificate:
    """What its root has certified of these, for the line of `count` parties."""
    starts_ms, ends_ms = OPENED_AT_MS + number, OPENED_AT_MS + 10 * YEAR_MS
    draw = Fixed(f"certificate {party}" if not number else f"certificate {party} {number}")
    return certify(root_of(party), secrets_of(party, number), _word(count, party, "nonce"), starts_ms, ends_ms, draw)


@cache
def papers_of(count: int, me: int) -> Papers:
    """A line of `count` parties, as party `me` keeps its papers."""
    names = [f"PARTY {'ABCDEFGH'[party]}" for party in range(count)]
    roots = [root_of(party) for party in range(count)]
    nonces = [_word(count, party, "nonce") for party in range(count)]
    charter = Charter(
        f"simulated line of {count}",
        tuple(CharterParty(name, root.public) for name, root in zip(names, roots, strict=True)),
        tuple(nonces),
        OPENED_AT_MS,
        offices=tuple(() for _ in names),
    )
    cards = tuple(make_card(root, name, OPENED_AT_MS) for name, root in zip(names, roots, strict=True))
    certificates = tuple((party, certificate_of(count, party, 0)) for party in range(count))
    return Papers(me, charter, cards, certificates)


@cache
def roster_of(count: int) -> Roster:
    """The same line as plain data."""
    papers = papers_of(count, 0)
    signed = [(party, certificate.signed) for party, certificate in papers.certificates]
    return read_members(papers.charter.encode(), signed).roster
