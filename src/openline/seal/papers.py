"""The three papers of the ceremony, as bytes: proposal, acceptance, opening. Reading them checks everything one paper
alone can show; `ceremony` checks them against each other. (R-062)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.errors import Malformed
from openline.limits import CARD_BYTES_MAX, CEREMONY_BYTES_MAX, PARTIES_MAX
from openline.seal.certificate import CERTIFICATE_BYTES_MAX, NONCE_BYTES, Certificate, parse_certificate
from openline.seal.charter import NO_NONCE, Charter, parse_charter
from openline.seal.draw import SEALED_OVERHEAD_BYTES, XWING_PUBLIC_BYTES, xwing_public
from openline.seal.party import Card, PartyRoot, RootPublic, Signed, parse_card, parse_signed
from openline.seal.spelling import Fields, armour, octets, unarmour, write_map

PROPOSAL: Final = "PROPOSAL"
ACCEPTANCE: Final = "ACCEPTANCE"
OPENING: Final = "OPENING"
_LABELS: Final = {
    PROPOSAL: "openline/proposal/v1",
    ACCEPTANCE: "openline/acceptance/v1",
    OPENING: "openline/opening/v1",
}
SECRET_BYTES: Final = 32
_PROPOSAL_NAMES: Final = ("charter", "proposer", "cards", "proposer's certificate", "one-time key")
_ACCEPTANCE_NAMES: Final = (
    "proposal digest",
    "party",
    "nonce",
    "station certificate",
    "sealed secret",
    "one-time key",
)
_OPENING_NAMES: Final = ("proposal digest", "acceptances", "charter", "sealed secrets")


class Proposal(NamedTuple):
    """The terms, everybody's card, and the proposer's certificate and one-time key."""

    charter: Charter
    proposer: int
    cards: tuple[Card, ...]
    certificate: Certificate
    one_time_key: bytes
    signed: Signed

    @property
    def digest(self) -> bytes:
        """What every later paper names the proposal by."""
        return self.signed.digest

    def armoured(self) -> str:
        """The proposal as a text file."""
        return armour(PROPOSAL, self.signed.encode())


class Acceptance(NamedTuple):
    """One party's yes to one proposal, its nonce, certificate, one-time key, and its secret sealed to the proposer."""

    proposal_digest: bytes
    party: int
    nonce: bytes
    certificate: Certificate
    sealed: bytes
    one_time_key: bytes
    signed: Signed

    @property
    def digest(self) -> bytes:
        """What the opening and the transcript name the acceptance by."""
        return self.signed.digest

    def armoured(self) -> str:
        """The acceptance as a text file."""
        return armour(ACCEPTANCE, self.signed.encode())


class Opening(NamedTuple):
    """All acceptances, the charter they make, and all secrets sealed to each acceptor (empty for the proposer)."""

    proposal_digest: bytes
    acceptances: tuple[Acceptance, ...]
    charter: Charter
    sealed: tuple[bytes, ...]
    signed: Signed

    def armoured(self) -> str:
        """The opening as a text file."""
        return armour(OPENING, self.signed.encode())


# --- making


def sign_proposal(
    root: PartyRoot, charter: Charter, proposer: int, cards: Sequence[Card], certificate: Certificate, key: bytes
) -> Proposal:
    """The signed proposal; raises what reading it would raise."""
    cards_raw = [card.signed for card in cards]
    body = write_map((charter.encode(), proposer, cards_raw, certificate.signed, key))
    return parse_proposal(root.sign(_LABELS[PROPOSAL], body).encode())


def sign_acceptance(
    root: PartyRoot, proposal: Proposal, party: int, nonce: bytes, certificate: Certificate, sealed: bytes, key: bytes
) -> Acceptance:
    """The signed acceptance; raises what reading it would raise."""
    body = write_map((proposal.digest, party, nonce, certificate.signed, sealed, key))
    return parse_acceptance(root.sign(_LABELS[ACCEPTANCE], body).encode(), proposal)


def sign_opening(
    root: PartyRoot,
    proposal: Proposal,
    acceptances: Sequence[Acceptance],
    charter: Charter,
    sealed: Sequence[bytes],
) -> Opening:
    """The signed opening; raises what reading it would raise."""
    papers = [acceptance.signed.encode() for acceptance in acceptances]
    body = write_map((proposal.digest, papers, charter.encode(), list(sealed)))
    return parse_opening(root.sign(_LABELS[OPENING], body).encode(), proposal)


# --- reading


def file_bytes(kind: str, file_text: str) -> bytes:
    """The bytes inside a ceremony file of one kind. Raises Malformed."""
    return unarmour(kind, file_text, CEREMONY_BYTES_MAX)


def parse_proposal(data: bytes) -> Proposal:
    """Read a proposal and check it under the proposer's card in it. Raises Malformed or Forged naming the field."""
    signed = parse_signed(data, _LABELS[PROPOSAL], "proposal")
    fields = Fields(signed.body, "proposal body", _PROPOSAL_NAMES, CEREMONY_BYTES_MAX)
    charter = parse_charter(fields.octets(0, size_max=CEREMONY_BYTES_MAX), draft=True)
    proposer = fields.whole(1, 0, len(charter.parties) - 1)
    count = len(charter.parties)
    cards = tuple(
        parse_card(octets(one, fields.where(2), size_max=CARD_BYTES_MAX)) for one in fields.items(2, count, count)
    )
    for number, (card, party) in enumerate(zip(cards, charter.parties, strict=True)):
        if card.root != party.root or card.name != party.name:
            raise Malformed(f"{fields.where(2)}: card {number} is not of the charter's party {number}, “{party.name}”")
    for number, nonce in enumerate(charter.nonces):
        if (nonce == NO_NONCE) == (number == proposer):
            raise Malformed(f"{fields.where(0)}: only the proposer's nonce may stand in it, and it must")
    root = charter.parties[proposer].root
    signed.check(root, "proposal")
    certificate = _certificate(fields, 3, root, charter.nonces[proposer])
    key = _one_time_key(fields, 4)
    return Proposal(charter, proposer, cards, certificate, key, signed)


def parse_acceptance(data: bytes, proposal: Proposal) -> Acceptance:
    """Read an acceptance of `proposal` and check it under that party's root. Raises Malformed or Forged."""
    signed = parse_signed(data, _LABELS[ACCEPTANCE], "acceptance")
    fields = Fields(signed.body, "acceptance body", _ACCEPTANCE_NAMES, CEREMONY_BYTES_MAX)
    if fields.octets(0, 32) != proposal.digest:
        raise Malformed(f"{fields.where(0)}: accepts another proposal than ours", data)
    party = fields.whole(1, 0, len(proposal.charter.parties) - 1)
    if party == proposal.proposer:
        raise Malformed(f"{fields.where(1)}: the proposer cannot accept its own proposal", data)
    root = proposal.charter.parties[party].root
    signed.check(root, f"acceptance of “{proposal.charter.parties[party].name}”")
    nonce = fields.octets(2, NONCE_BYTES)
    if nonce in proposal.charter.nonces:
        raise Malformed(f"{fields.where(2)}: not a fresh nonce", data)
    certificate = _certificate(fields, 3, root, nonce)
    sealed = fields.octets(4, SECRET_BYTES + SEALED_OVERHEAD_BYTES)
    return Acceptance(proposal.digest, party, nonce, certificate, sealed, _one_time_key(fields, 5), signed)


def parse_opening(data: bytes, proposal: Proposal) -> Opening:
    """Read the opening of `proposal` and check it under the proposer's root. Raises Malformed or Forged."""
    signed = parse_signed(data, _LABELS[OPENING], "opening")
    signed.check(proposal.charter.parties[proposal.proposer].root, "opening")
    fields = Fields(signed.body, "opening body", _OPENING_NAMES, CEREMONY_BYTES_MAX)
    if fields.octets(0, 32) != proposal.digest:
        raise Malformed(f"{fields.where(0)}: opens another proposal than ours", data)
    count = len(proposal.charter.parties)
    papers = fields.items(1, PARTIES_MAX, count - 1)
    acceptances = tuple(
        parse_acceptance(octets(one, fields.where(1), size_max=CEREMONY_BYTES_MAX), proposal) for one in papers
    )
    others = [number for number in range(count) if number != proposal.proposer]
    if [acceptance.party for acceptance in acceptances] != others:
        raise Malformed(f"{fields.where(1)}: not the acceptances of parties {others}, in order, each once", data)
    charter = parse_charter(fields.octets(2, size_max=CEREMONY_BYTES_MAX))
    if charter != final_charter(proposal, acceptances):
        raise Malformed(f"{fields.where(2)}: not the charter that was proposed with the nonces that were given", data)
    sizes = [
        0 if number == proposal.proposer else count * SECRET_BYTES + SEALED_OVERHEAD_BYTES for number in range(count)
    ]
    sealed = fields.items(3, count, count)
    ours = tuple(octets(one, fields.where(3), size) for one, size in zip(sealed, sizes, strict=True))
    return Opening(proposal.digest, acceptances, charter, ours, signed)


def final_charter(proposal: Proposal, acceptances: Sequence[Acceptance]) -> Charter:
    """The proposed charter with every party's nonce in its place."""
    nonces = list(proposal.charter.nonces)
    for acceptance in acceptances:
        nonces[acceptance.party] = acceptance.nonce
    return proposal.charter._replace(nonces=tuple(nonces))


def _certificate(fields: Fields, number: int, root: RootPublic, nonce: bytes) -> Certificate:
    where = fields.where(number)
    certificate = parse_certificate(fields.octets(number, size_max=CERTIFICATE_BYTES_MAX), root, where)
    if certificate.line_nonce != nonce:
        raise Malformed(f"{where}: certifies keys for another line (its nonce is not this party's)")
    return certificate


def _one_time_key(fields: Fields, number: int) -> bytes:
    key = fields.octets(number, XWING_PUBLIC_BYTES)
    xwing_public(key, fields.where(number))
    return key
