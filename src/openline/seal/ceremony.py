"""The ceremony that opens a line: propose, accept, open. Three kinds of file, carried in person; pure functions.

The proposer's file holds the terms; each other party answers with an acceptance, its secret sealed to the proposer's
one-time key; the proposer's opening gives all secrets to all, sealed to theirs. Every party then has the same charter,
the same certificates and the same secret, and the same 35 digits, which they read to each other: one digit off means
that somebody stood between them. (R-062 to R-064)

The opening comes last and holds fresh randomness of the proposer, so an impostor towards an acceptor must hit a number
that is already fixed on the other side: 10^35 tries, not the square root of that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.errors import Forged, Malformed, Unchecked
from openline.limits import CEREMONY_BYTES_MAX, TRANSCRIPT_DIGITS
from openline.seal import papers
from openline.seal.certificate import (
    NONCE_BYTES,
    Certificate,
    StationSecrets,
    certify,
    draw_station,
    parse_station,
)
from openline.seal.charter import NO_NONCE, Charter, CharterParty
from openline.seal.draw import XWING_SEED_BYTES, Draw
from openline.seal.epochs import hkdf
from openline.seal.papers import SECRET_BYTES, Acceptance, Opening, Proposal
from openline.seal.party import Card, PartyRoot
from openline.seal.spelling import Fields, write_map

TRANSCRIPT_LABEL: Final = b"openline/transcript/v1\n"
DIGITS_LABEL: Final = b"openline/digits/v1\n"


class Window(NamedTuple):
    """When a station certificate is in force, unix milliseconds; the second instant is outside."""

    not_before_ms: int
    not_after_ms: int


class Waiting(NamedTuple):
    """What a party keeps, encrypted, between its file and the end of the ceremony."""

    ours: int
    proposal: bytes
    acceptance: bytes  # empty for the proposer
    one_time_seed: bytes
    secret: bytes
    station: StationSecrets

    def __repr__(self) -> str:
        return "Waiting(…)"  # a traceback must not print it

    def encode(self) -> bytes:
        """Secret bytes; only ever written through an encrypted key file."""
        return write_map((*self[:5], self.station.encode()))


class Begun(NamedTuple):
    """A file to hand over and what to keep until the answer comes."""

    file: str
    waiting: Waiting


class OpenLine(NamedTuple):
    """A line as every party has it after the ceremony. `ceremony_secret` and `station` are secret."""

    ours: int
    charter: Charter
    line_id: bytes
    cards: tuple[Card, ...]
    certificates: tuple[Certificate, ...]
    transcript: bytes
    ceremony_secret: bytes
    station: StationSecrets

    def __repr__(self) -> str:
        return "OpenLine(…)"  # a traceback must not print it

    def digits(self) -> str:
        """What the parties read to each other."""
        return transcript_digits(self.transcript)


def parse_waiting(data: bytes) -> Waiting:
    """What `Waiting.encode` wrote. Raises Malformed."""
    names = ("our party", "proposal", "acceptance", "one-time seed", "secret", "station keys")
    fields = Fields(data, "ceremony state", names, 3 * CEREMONY_BYTES_MAX)
    return Waiting(
        fields.whole(0, 0, 255),
        fields.octets(1, size_max=CEREMONY_BYTES_MAX),
        fields.octets(2, size_max=CEREMONY_BYTES_MAX),
        fields.octets(3, XWING_SEED_BYTES),
        fields.octets(4, SECRET_BYTES),
        parse_station(fields.octets(5, size_max=1024)),
    )


def draft_charter(line_name: str, cards: Sequence[Card], opened_at_ms: int) -> Charter:
    """Terms with every default, for the parties of `cards` in that order; `_replace` what should differ."""
    parties = tuple(CharterParty(card.name, card.root) for card in cards)
    return Charter(line_name, parties, (NO_NONCE,) * len(cards), opened_at_ms, offices=((),) * len(cards))


def propose(root: PartyRoot, terms: Charter, cards: Sequence[Card], window: Window, draw: Draw) -> Begun:
    """First step, by one party: terms, cards and our certificate. Raises Malformed if the terms cannot stand."""
    proposer = _our_index(terms, root)
    nonce, seed = draw.fresh(NONCE_BYTES), draw.fresh(XWING_SEED_BYTES)
    nonces = tuple(nonce if number == proposer else NO_NONCE for number in range(len(terms.parties)))
    station = draw_station(draw)
    certificate = certify(root, station, nonce, *window, draw)
    charter = terms._replace(nonces=nonces)
    proposal = papers.sign_proposal(root, charter, proposer, cards, certificate, draw.public_of(seed))
    waiting = Waiting(proposer, proposal.signed.encode(), b"", seed, draw.fresh(SECRET_BYTES), station)
    return Begun(proposal.armoured(), waiting)


def read_proposal(file_text: str) -> Proposal:
    """A proposal file, checked, to be shown to the people who decide. Raises Malformed or Forged."""
    return papers.parse_proposal(papers.file_bytes(papers.PROPOSAL, file_text))


def accept(root: PartyRoot, proposal_file: str, window: Window, draw: Draw) -> Begun:
    """Second step, by every other party. Raises Malformed or Forged naming the field."""
    proposal = read_proposal(proposal_file)
    ours = _our_index(proposal.charter, root)
    if ours == proposal.proposer:
        raise Malformed("proposal: is our own; another party must accept it")
    nonce, seed, secret = draw.fresh(NONCE_BYTES), draw.fresh(XWING_SEED_BYTES), draw.fresh(SECRET_BYTES)
    station = draw_station(draw)
    certificate = certify(root, station, nonce, *window, draw)
    sealed = draw.seal_to(proposal.one_time_key, secret, _acceptance_info(proposal, ours, nonce))
    key = draw.public_of(seed)
    acceptance = papers.sign_acceptance(root, proposal, ours, nonce, certificate, sealed, key)
    waiting = Waiting(ours, proposal.signed.encode(), acceptance.signed.encode(), seed, secret, station)
    return Begun(acceptance.armoured(), waiting)


def check_acceptance(waiting: Waiting, acceptance_file: str) -> None:
    """See that a file is an acceptance of our proposal, so that of several a bad one can be named.

    Raises Malformed or Forged naming party and field.
    """
    data = papers.file_bytes(papers.ACCEPTANCE, acceptance_file)
    papers.parse_acceptance(data, papers.parse_proposal(waiting.proposal))


def open_line(root: PartyRoot, waiting: Waiting, acceptance_files: Sequence[str], draw: Draw) -> tuple[str, OpenLine]:
    """Third step, by the proposer, with the files of all others: the opening file, and the line.

    Raises Malformed or Forged naming party and field; Unchecked if an acceptance is still missing.
    """
    proposal = papers.parse_proposal(waiting.proposal)
    if waiting.acceptance or root.public != proposal.charter.parties[waiting.ours].root:
        raise Malformed("ceremony state: not that of the proposer, who alone can open the line")
    acceptances = _all_acceptances(proposal, acceptance_files)
    secrets = [waiting.secret] * len(proposal.charter.parties)
    for acceptance in acceptances:
        info = _acceptance_info(proposal, acceptance.party, acceptance.nonce)
        secrets[acceptance.party] = _unseal(draw, waiting, acceptance.sealed, info, f"acceptance {acceptance.party}")
    charter = papers.final_charter(proposal, acceptances)
    sealed = [b""] * len(secrets)
    for acceptance in acceptances:
        info = _opening_info(proposal, acceptances, charter, acceptance.party)
        sealed[acceptance.party] = draw.seal_to(acceptance.one_time_key, b"".join(secrets), info)
    opening = papers.sign_opening(root, proposal, acceptances, charter, sealed)
    return opening.armoured(), _finish(waiting, proposal, opening, secrets)


def take_opening(waiting: Waiting, opening_file: str, draw: Draw) -> OpenLine:
    """Last step, by every acceptor. Raises Malformed or Forged naming the field."""
    if not waiting.acceptance:
        raise Malformed("ceremony state: is the proposer's, who has the line already")
    proposal = papers.parse_proposal(waiting.proposal)
    opening = papers.parse_opening(papers.file_bytes(papers.OPENING, opening_file), proposal)
    ours = papers.parse_acceptance(waiting.acceptance, proposal)
    found = next(one for one in opening.acceptances if one.party == waiting.ours)
    if found.digest != ours.digest:
        raise Malformed("opening body, field 1 (acceptances): ours in it is not the one we gave")
    info = _opening_info(proposal, opening.acceptances, opening.charter, waiting.ours)
    plain = _unseal(draw, waiting, opening.sealed[waiting.ours], info, "opening body, field 3 (sealed secrets)")
    secrets = [plain[at : at + SECRET_BYTES] for at in range(0, len(plain), SECRET_BYTES)]
    if secrets[waiting.ours] != waiting.secret:
        raise Malformed("opening body, field 3 (sealed secrets): ours in it is not the one we gave")
    return _finish(waiting, proposal, opening, secrets)


def transcript_digits(transcript: bytes) -> str:
    """The transcript as 35 decimal digits in seven groups of five. (R-064)"""
    number = int.from_bytes(hashlib.sha256(DIGITS_LABEL + transcript).digest(), "big")
    digits = f"{number % 10**TRANSCRIPT_DIGITS:0{TRANSCRIPT_DIGITS}d}"
    return " ".join(digits[at : at + 5] for at in range(0, TRANSCRIPT_DIGITS, 5))


def _finish(waiting: Waiting, proposal: Proposal, opening: Opening, secrets: Sequence[bytes]) -> OpenLine:
    digests = [proposal.digest, *(acceptance.digest for acceptance in opening.acceptances), opening.signed.digest]
    transcript = hashlib.sha256(TRANSCRIPT_LABEL + b"".join(digests)).digest()
    certificates = [proposal.certificate] * len(secrets)
    for acceptance in opening.acceptances:
        certificates[acceptance.party] = acceptance.certificate
    return OpenLine(
        waiting.ours,
        opening.charter,
        opening.charter.line_id(),
        proposal.cards,
        tuple(certificates),
        transcript,
        hkdf(transcript, b"".join(secrets), b"openline/ceremony/v1"),
        waiting.station,
    )


def _all_acceptances(proposal: Proposal, files: Sequence[str]) -> list[Acceptance]:
    found: dict[int, Acceptance] = {}
    for file_text in files:
        acceptance = papers.parse_acceptance(papers.file_bytes(papers.ACCEPTANCE, file_text), proposal)
        if found.setdefault(acceptance.party, acceptance).digest != acceptance.digest:
            raise Malformed(f"acceptance: two different ones of party {acceptance.party}; ask which one stands")
    for number, party in enumerate(proposal.charter.parties):
        if number not in found and number != proposal.proposer:
            raise Unchecked(f"the acceptance of party {number}, “{party.name}”, is missing: ask for its file")
    return [found[number] for number in sorted(found)]


def _unseal(draw: Draw, waiting: Waiting, sealed: bytes, info: bytes, what: str) -> bytes:
    try:
        return draw.open_with(waiting.one_time_seed, sealed, info)
    except Forged as problem:
        raise Forged(f"{what}: {problem.reason}", *problem.exhibit) from problem


def _our_index(charter: Charter, root: PartyRoot) -> int:
    ours = charter.party_of(root.party_id)
    if ours is None:
        raise Malformed("charter, field 2 (parties): our own root key is not among them; is this our card?")
    return ours


def _acceptance_info(proposal: Proposal, party: int, nonce: bytes) -> bytes:
    return b"openline/acceptance/v1\n" + proposal.digest + bytes((party,)) + nonce


def _opening_info(proposal: Proposal, acceptances: Sequence[Acceptance], charter: Charter, party: int) -> bytes:
    digests = b"".join(acceptance.digest for acceptance in acceptances)
    return b"openline/opening/v1\n" + proposal.digest + digests + charter.line_id() + bytes((party,))
