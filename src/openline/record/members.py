"""From papers to roster: what charter, certificates and revocations together say about who is on a line.

Every paper is checked here: certificates and revocations under the party roots that the charter names, and each
certificate for being made for this line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openline.errors import Forged, Malformed
from openline.limits import PARTIES_MAX
from openline.record.roster import Party, Roster, StationKeys
from openline.seal.certificate import Certificate, Revocation, join_nonce, parse_certificate, parse_revocation
from openline.seal.charter import Charter, parse_charter
from openline.seal.party import Card, RootPublic


class Members(NamedTuple):
    """A line's charter and the roster that its papers make; `revocations` as (party, revocation).

    Parties past those of the charter are there because their cards were given: whether the others let them join,
    the record's amendments say (`record.standing`).
    """

    charter: Charter
    roster: Roster
    revocations: tuple[tuple[int, Revocation], ...]


class _Member(NamedTuple):
    name: str
    root: RootPublic
    nonce: bytes


Paper = tuple[int, bytes]
"""A signed paper and the number of the party that it is of."""


def read_members(
    charter: bytes,
    certificates: Sequence[Paper],
    revocations: Sequence[Paper] = (),
    joined: Sequence[Card] = (),
) -> Members:
    """Read and check all papers of a line; `joined` are the cards of later parties, in the order of their numbers.

    Raises Malformed or Forged naming the paper. (R-096)
    """
    terms = parse_charter(charter)
    line_id = terms.line_id()
    members = [_Member(*party, nonce) for party, nonce in zip(terms.parties, terms.nonces, strict=True)]
    members += [_Member(card.name, card.root, join_nonce(line_id, card.party_id)) for card in joined]
    if len(members) > PARTIES_MAX or len({member.root.party_id for member in members}) < len(members):
        raise Malformed(f"{len(joined)} cards of joined parties: too many, or one stands twice", charter)
    held = [_read_certificate(party, data, members) for party, data in certificates]
    revoked = tuple([(party, _read_revocation(party, data, members)) for party, data in revocations])
    parties = tuple(
        Party(member.root.party_id, member.name, _stations(member.root.party_id, held, revoked)) for member in members
    )
    return Members(terms, Roster(line_id, terms.opened_at_ms, parties), revoked)


def with_revocations(members: Members, found: Sequence[tuple[int, Revocation]]) -> Members:
    """The same members with revocations, already checked, that stand in the record."""
    known = {revocation.digest for _, revocation in members.revocations}
    every = (*members.revocations, *((party, one) for party, one in found if one.digest not in known))
    revoked = {(one.party_id, one.certificate) for _, one in every}
    parties = tuple(
        party._replace(
            stations=tuple(keys._replace(revoked=(party.party_id, keys.digest) in revoked) for keys in party.stations)
        )
        for party in members.roster.parties
    )
    return Members(members.charter, members.roster._replace(parties=parties), every)


def station_keys(certificate: Certificate, revoked: bool) -> StationKeys:
    """A certificate as the roster holds it."""
    return StationKeys(
        certificate.digest,
        certificate.note_key,
        certificate.receipt_key,
        certificate.mldsa_key,
        certificate.hpke_key,
        certificate.tls_certificate,
        certificate.not_before_ms,
        certificate.not_after_ms,
        revoked,
    )


def _stations(
    party_id: bytes, held: Sequence[Certificate], revocations: Sequence[tuple[int, Revocation]]
) -> tuple[StationKeys, ...]:
    revoked = {revocation.certificate for _, revocation in revocations if revocation.party_id == party_id}
    own = {certificate.digest: certificate for certificate in held if certificate.party_id == party_id}
    ordered = sorted(own.values(), key=lambda certificate: (certificate.not_before_ms, certificate.digest))
    return tuple(station_keys(certificate, certificate.digest in revoked) for certificate in ordered)


def _read_certificate(party: int, data: bytes, members: Sequence[_Member]) -> Certificate:
    what = f"station certificate of party {party}"
    if party >= len(members):
        raise Malformed(f"{what}: there are {len(members)} parties", data)
    certificate = parse_certificate(data, members[party].root, what)
    if certificate.line_nonce != members[party].nonce:
        raise Forged(f"{what}: made for another line", data)
    return certificate


def _read_revocation(party: int, data: bytes, members: Sequence[_Member]) -> Revocation:
    if party >= len(members):
        raise Malformed(f"revocation of party {party}: there are {len(members)} parties", data)
    return parse_revocation(data, members[party].root)
