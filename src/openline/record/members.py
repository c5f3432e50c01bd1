"""From papers to roster: what charter, certificates and revocations together say about who is on a line.

Every paper is checked here: certificates and revocations under the party roots that the charter names, and each
certificate for being made for this line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openline.errors import Forged, Malformed
from openline.record.roster import Party, Roster, StationKeys
from openline.seal.certificate import Certificate, Revocation, parse_certificate, parse_revocation
from openline.seal.charter import Charter, parse_charter


class Members(NamedTuple):
    """A line's charter and the roster that its papers make; `revocations` as (party, revocation)."""

    charter: Charter
    roster: Roster
    revocations: tuple[tuple[int, Revocation], ...]


Paper = tuple[int, bytes]
"""A signed paper and the number of the party that it is of."""


def read_members(charter: bytes, certificates: Sequence[Paper], revocations: Sequence[Paper] = ()) -> Members:
    """Read and check all papers of a line. Raises Malformed or Forged naming the paper. (R-096)"""
    terms = parse_charter(charter)
    held = [_read_certificate(party, data, terms) for party, data in certificates]
    revoked = tuple([(party, _read_revocation(party, data, terms)) for party, data in revocations])
    parties = tuple(
        Party(member.root.party_id, member.name, _stations(member.root.party_id, held, revoked))
        for member in terms.parties
    )
    return Members(terms, Roster(terms.line_id(), terms.opened_at_ms, parties), revoked)


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


def _read_certificate(party: int, data: bytes, terms: Charter) -> Certificate:
    what = f"station certificate of party {party}"
    if party >= len(terms.parties):
        raise Malformed(f"{what}: the charter names {len(terms.parties)} parties", data)
    certificate = parse_certificate(data, terms.parties[party].root, what)
    if certificate.line_nonce != terms.nonces[party]:
        raise Forged(f"{what}: made for another line", data)
    return certificate


def _read_revocation(party: int, data: bytes, terms: Charter) -> Revocation:
    if party >= len(terms.parties):
        raise Malformed(f"revocation of party {party}: the charter names {len(terms.parties)} parties", data)
    return parse_revocation(data, terms.parties[party].root)
