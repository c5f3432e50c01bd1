"""Station keys and what the root says about them: certificates, validity windows, revocations.

A station has one key for each purpose, certified by its party's root for one line: the certificate carries the
party's own nonce of that line's charter. A certificate is in force between two dates; dates warn, they never undo what
was recorded. A revocation acts at once, without the peer, and names the last sizes both sides agreed on.
(R-042 to R-046)
"""

from __future__ import annotations

import datetime
import enum
import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from openline.errors import Malformed
from openline.limits import (
    CERTIFICATE_BYTES_MAX,
    GENERATION_BYTES,
    HAIL_LOGS_MAX,
    LOG_ENTRIES_MAX,
    REASON_CHARS_MAX,
    RENEW_WARN_BEFORE_MS,
    REVOCATION_BYTES_MAX,
)
from openline.seal import signature
from openline.seal.draw import XWING_PUBLIC_BYTES, XWING_SEED_BYTES, Draw, xwing_public
from openline.seal.party import PartyRoot, RootPublic, Signed, parse_signed
from openline.seal.signature import SEED_BYTES, Ed25519Signer, Mldsa44Signer
from openline.seal.spelling import INT_MAX, Fields, items, octets, whole, write_map

CERTIFICATE_LABEL: Final = "openline/certificate/v1"
REVOCATION_LABEL: Final = "openline/revocation/v1"
JOIN_LABEL: Final = b"openline/join-nonce/v1\n"
TLS_CERTIFICATE_BYTES_MAX: Final = 4096
NONCE_BYTES: Final = 32
_TLS_YEARS_MAX: Final = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)


class StationSecrets(NamedTuple):
    """The private seeds of one station on one line, 32 bytes each; every purpose has its own."""

    note: bytes
    receipt: bytes
    mldsa44: bytes
    hpke: bytes
    tls: bytes

    def __repr__(self) -> str:
        return "StationSecrets(…)"  # a traceback must not print it

    def encode(self) -> bytes:
        """The secret seeds; only ever written through an encrypted key file."""
        return write_map(self)

    def note_signer(self) -> Ed25519Signer:
        """Signs the notes of our own logs."""
        return Ed25519Signer(self.note)

    def receipt_signer(self) -> Ed25519Signer:
        """Signs receipts: cosignatures over the others' checkpoints."""
        return Ed25519Signer(self.receipt)

    def mldsa44_signer(self) -> Mldsa44Signer:
        """Signs the hourly post-quantum statements, about our logs and theirs."""
        return Mldsa44Signer(self.mldsa44)

    def tls_key_pem(self) -> bytes:
        """The TLS private key, unencrypted PKCS #8 PEM, for a TLS library that reads nothing else."""
        return Ed25519PrivateKey.from_private_bytes(self.tls).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def draw_station(draw: Draw) -> StationSecrets:
    """Fresh station keys."""
    return StationSecrets(*(draw.fresh(SEED_BYTES) for _ in range(5)))


def parse_station(data: bytes) -> StationSecrets:
    """The seeds of `StationSecrets.encode`. Raises Malformed."""
    names = ("note seed", "receipt seed", "ML-DSA-44 seed", "HPKE seed", "TLS seed")
    fields = Fields(data, "station key", names, 512)
    return StationSecrets(*(fields.octets(number, XWING_SEED_BYTES) for number in range(5)))


class Standing(enum.Enum):
    """Where an instant lies in a certificate's window."""

    EARLY = "not yet in force"
    IN_FORCE = "in force"
    RENEW = "in force, renewal due"
    EXPIRED = "expired"


class Certificate(NamedTuple):
    """Station keys that a root has certified for one line; made only by `parse_certificate`."""

    party_id: bytes
    line_nonce: bytes
    note_key: bytes
    receipt_key: bytes
    mldsa_key: bytes
    hpke_key: bytes
    tls_certificate: bytes
    not_before_ms: int
    not_after_ms: int
    serial: bytes
    signed: bytes
    digest: bytes

    def standing(self, at_ms: int) -> Standing:
        """Where `at_ms` lies in the window: from `not_before_ms` up to, and not at, `not_after_ms`. (R-044)"""
        if at_ms < self.not_before_ms:
            return Standing.EARLY
        if at_ms >= self.not_after_ms:
            return Standing.EXPIRED
        return Standing.RENEW if at_ms >= self.not_after_ms - RENEW_WARN_BEFORE_MS else Standing.IN_FORCE

    def in_force(self, at_ms: int) -> bool:
        """True within the window."""
        return self.not_before_ms <= at_ms < self.not_after_ms


_NAMES: Final = (
    "party id",
    "line nonce",
    "note key",
    "receipt key",
    "ML-DSA-44 key",
    "HPKE key",
    "TLS certificate",
    "not before",
    "not after",
    "serial",
)


def certify(
    root: PartyRoot,
    secrets: StationSecrets,
    line_nonce: bytes,
    not_before_ms: int,
    not_after_ms: int,
    draw: Draw,
) -> Certificate:
    """Certify station keys for the line whose charter holds `line_nonce`; instants are unix milliseconds.

    Raises Malformed if the window is empty or a key does not fit.
    """
    body = write_map(
        (
            root.party_id,
            line_nonce,
            secrets.note_signer().public,
            secrets.receipt_signer().public,
            secrets.mldsa44_signer().public,
            draw.public_of(secrets.hpke),
            _tls_certificate(secrets.tls, root.party_id, not_before_ms, not_after_ms, draw),
            not_before_ms,
            not_after_ms,
            draw.fresh(16),
        )
    )
    return parse_certificate(root.sign(CERTIFICATE_LABEL, body).encode(), root.public)


def parse_certificate(data: bytes, root: RootPublic, what: str = "station certificate") -> Certificate:
    """Read a certificate and check it under `root`. Raises Malformed or Forged naming the field. (R-042, R-043)"""
    signed = parse_signed(data, CERTIFICATE_LABEL, what, CERTIFICATE_BYTES_MAX)
    fields = Fields(signed.body, f"{what} body", _NAMES, CERTIFICATE_BYTES_MAX)
    certificate = Certificate(
        fields.octets(0, 32),
        fields.octets(1, NONCE_BYTES),
        fields.octets(2, signature.ED25519_KEY_BYTES),
        fields.octets(3, signature.ED25519_KEY_BYTES),
        fields.octets(4, signature.MLDSA44_KEY_BYTES),
        fields.octets(5, XWING_PUBLIC_BYTES),
        fields.octets(6, size_max=TLS_CERTIFICATE_BYTES_MAX),
        fields.whole(7),
        fields.whole(8),
        fields.octets(9, 16),
        data,
        signed.digest,
    )
    if certificate.party_id != root.party_id:
        raise Malformed(f"{fields.where(0)}: names another party than the root that should have signed", data)
    signed.check(root, what)
    if certificate.not_before_ms >= certificate.not_after_ms:
        raise Malformed(f"{fields.where(8)}: not later than “not before”", data)
    _check_keys(certificate, root, fields)
    return certificate


def _check_keys(certificate: Certificate, root: RootPublic, fields: Fields) -> None:
    signature.check_public_key(certificate.note_key, fields.where(2))
    signature.check_public_key(certificate.receipt_key, fields.where(3))
    signature.check_mldsa_key(certificate.mldsa_key, fields.where(4))
    xwing_public(certificate.hpke_key, fields.where(5))
    tls = _tls_key(certificate.tls_certificate, fields.where(6))
    _check_tls_owner(certificate.tls_certificate, certificate.party_id, fields.where(6))
    keys = (root.ed25519, certificate.note_key, certificate.receipt_key, tls, certificate.hpke_key[-32:])
    if len(set(keys)) != len(keys) or certificate.mldsa_key == root.mldsa44:
        raise Malformed(f"{fields.where(2)}: one key serves two purposes; make new station keys", certificate.signed)


def _tls_key(der: bytes, where: str) -> bytes:
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        spelled_again = certificate.public_bytes(serialization.Encoding.DER)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as problem:
        raise Malformed(f"{where}: not an X.509 certificate ({problem})", der) from problem
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed(f"{where}: its key is not Ed25519", der)
    if spelled_again != der:
        raise Malformed(f"{where}: not DER", der)
    signature.check_public_key(key.public_bytes_raw(), where)
    return key.public_bytes_raw()


def _tls_name(party_id: bytes) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"openline {party_id.hex()[:16]}")])


def _check_tls_owner(der: bytes, party_id: bytes, where: str) -> None:
    """Made by whoever has its key, for this party: nobody can certify another's as its own and stand in its way."""
    made = x509.load_der_x509_certificate(der)
    try:
        made.verify_directly_issued_by(made)
        is_theirs = made.subject == _tls_name(party_id)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as problem:
        raise Malformed(f"{where}: not signed by its own key", der) from problem
    if not is_theirs:
        raise Malformed(f"{where}: not named after its party", der)


def _tls_certificate(seed: bytes, party_id: bytes, not_before_ms: int, not_after_ms: int, draw: Draw) -> bytes:
    """A self-signed certificate: peers pin its bytes, so dates in it decide nothing."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    name = _tls_name(party_id)
    try:
        begins = datetime.datetime.fromtimestamp(not_before_ms // 1000, datetime.UTC)
        ends = datetime.datetime.fromtimestamp(-(-not_after_ms // 1000), datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(int.from_bytes(draw.fresh(15), "big") + 1)
            .not_valid_before(begins)
            .not_valid_after(min(ends, _TLS_YEARS_MAX))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, None)
        )
    except (ValueError, OverflowError, OSError) as problem:
        raise Malformed(f"station certificate: the window cannot be written ({problem})") from problem
    return built.public_bytes(serialization.Encoding.DER)


_REVOCATION_NAMES: Final = ("party id", "certificate digest", "at", "last agreed", "reason")


class Agreed(NamedTuple):
    """The last state of one of the revoked station's logs that both sides had agreed on."""

    generation: bytes
    size: int
    root: bytes


class Revocation(NamedTuple):
    """A root's word that one station certificate no longer speaks for it; made only by `parse_revocation`."""

    party_id: bytes
    certificate: bytes
    at_ms: int
    agreed: tuple[Agreed, ...]
    reason: str
    signed: bytes
    digest: bytes


def revoke(root: PartyRoot, certificate: bytes, at_ms: int, agreed: Sequence[Agreed], reason: str) -> Revocation:
    """Revoke the certificate whose digest is `certificate`, as of `at_ms`. Acts at once, without the peer. (R-045)

    `agreed` names the last (generation, size, root) receipted by a peer, in ascending order of generation.
    """
    body = write_map((root.party_id, certificate, at_ms, [list(one) for one in agreed], reason))
    return parse_revocation(root.sign(REVOCATION_LABEL, body).encode(), root.public)


def parse_revocation(data: bytes, root: RootPublic) -> Revocation:
    """Read a revocation and check it under `root`. Raises Malformed or Forged."""
    what = "revocation"
    signed = parse_signed(data, REVOCATION_LABEL, what, REVOCATION_BYTES_MAX)
    fields = Fields(signed.body, f"{what} body", _REVOCATION_NAMES, REVOCATION_BYTES_MAX)
    party_id = fields.octets(0, 32)
    if party_id != root.party_id:
        raise Malformed(f"{fields.where(0)}: names another party than the root that should have signed", data)
    signed.check(root, what)
    agreed = tuple(_parse_agreed(one, fields.where(3)) for one in fields.items(3, HAIL_LOGS_MAX))
    if [one.generation for one in agreed] != sorted({one.generation for one in agreed}):
        raise Malformed(f"{fields.where(3)}: not in ascending order of generation, each once", data)
    return Revocation(
        party_id,
        fields.octets(1, 32),
        fields.whole(2, most=INT_MAX),
        agreed,
        fields.text(4, REASON_CHARS_MAX, 0),
        data,
        signed.digest,
    )


def _parse_agreed(value: object, where: str) -> Agreed:
    generation, size, root = items(value, where, 3, 3)
    return Agreed(
        octets(generation, where, GENERATION_BYTES), whole(size, where, 0, LOG_ENTRIES_MAX), octets(root, where, 32)
    )


def certificate_digest(data: bytes) -> bytes:
    """The digest by which everything else names a certificate, without checking it. Raises Malformed. (R-040)"""
    return parse_signed(data, CERTIFICATE_LABEL, "station certificate", CERTIFICATE_BYTES_MAX).digest


def join_nonce(line_id: bytes, party_id: bytes) -> bytes:
    """The nonce in certificates of a party that joined later: the charter, which never changes, holds none of it.

    The line id holds fresh nonces of all founders, so a certificate still fits one line only. (R-146)
    """
    return hashlib.sha256(JOIN_LABEL + line_id + party_id).digest()


def certified_party(data: bytes) -> bytes:
    """Which party a certificate says it is of, before anything is checked. Raises Malformed."""
    signed = parse_signed(data, CERTIFICATE_LABEL, "station certificate", CERTIFICATE_BYTES_MAX)
    return Fields(signed.body, "station certificate body", _NAMES, CERTIFICATE_BYTES_MAX).octets(0, 32)


def revoking_party(data: bytes) -> bytes:
    """Which party a revocation says it is of, before anything is checked. Raises Malformed."""
    signed = parse_signed(data, REVOCATION_LABEL, "revocation", REVOCATION_BYTES_MAX)
    return Fields(signed.body, "revocation body", _REVOCATION_NAMES, REVOCATION_BYTES_MAX).octets(0, 32)


def tls_fingerprint(certificate: Certificate) -> bytes:
    """SHA-256 of the pinned TLS certificate, for people who compare."""
    return hashlib.sha256(certificate.tls_certificate).digest()


__all__ = [
    "CERTIFICATE_BYTES_MAX",
    "NONCE_BYTES",
    "REASON_CHARS_MAX",
    "REVOCATION_BYTES_MAX",
    "Agreed",
    "Certificate",
    "Revocation",
    "Signed",
    "Standing",
    "StationSecrets",
    "certificate_digest",
    "certified_party",
    "certify",
    "draw_station",
    "join_nonce",
    "parse_certificate",
    "parse_revocation",
    "parse_station",
    "revoke",
    "revoking_party",
    "tls_fingerprint",
]
