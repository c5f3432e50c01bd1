"""ECDSA on P-256 with SHA-256 (ES256): what most security keys sign with. Verification only; stations sign otherwise.

FIPS 186-5 and SEC 1. A point has one spelling here (65 bytes, uncompressed) and a signature one (DER, shortest
integers, SEQUENCE of r and s). Keys do not normalise s, so both halves are taken: a signature is never a name.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from openline.errors import Malformed

POINT_BYTES: Final = 65
SIGNATURE_BYTES_MAX: Final = 72


def check_point(public: bytes, what: str = "P-256 public key") -> None:
    """Refuse what is no uncompressed point of the curve. Raises Malformed naming `what`. (R-306)"""
    if len(public) != POINT_BYTES or public[0] != 4:
        raise Malformed(f"{what}: not an uncompressed point of {POINT_BYTES} bytes", public)
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public)
    except ValueError as error:
        raise Malformed(f"{what}: not on the curve", public) from error


def verify_es256(public: bytes, signature: bytes, message: bytes) -> bool:
    """True only for the one spelling of a signature, under a point that passed `check_point`. Never raises. (R-308)"""
    if len(signature) > SIGNATURE_BYTES_MAX:
        return False
    try:
        check_point(public)
        if encode_dss_signature(*decode_dss_signature(signature)) != signature:
            return False
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public).verify(signature, message, ECDSA(SHA256()))
    except (Malformed, ValueError, InvalidSignature):
        return False
    return True
