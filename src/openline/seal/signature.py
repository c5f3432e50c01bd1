"""Signatures: Ed25519 with one answer for every implementation, and ML-DSA-44.

The library behind this accepts small-order keys, under which one constant signature verifies for everything. So key
order, the spelling of R and the range of S are checked here, before the call (R-030 to R-034; the cases are those of
"Taming the many EdDSAs", SSR 2020). Ed25519 as in RFC 8032 (PureEdDSA, equation without cofactor), ML-DSA-44 as in
FIPS 204 (pure, empty context unless one is given).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from openline.errors import LocalFault, Malformed
from openline.seal import curve

ED25519_KEY_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
MLDSA44_KEY_BYTES: Final = 1312
MLDSA44_SIGNATURE_BYTES: Final = 2420
SEED_BYTES: Final = 32

# All eight points whose order divides the cofactor, each in its one canonical spelling.
SMALL_ORDER_POINTS: Final = frozenset(
    bytes.fromhex(spelling)
    for spelling in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)


def check_public_key(public: bytes, what: str = "Ed25519 public key") -> None:
    """Refuse a key that no roster may hold. Raises Malformed naming `what`.

    Refused: wrong length, a second spelling of a point, not on the curve, small order, mixed order. (R-030 to R-032)
    """
    if len(public) != ED25519_KEY_BYTES:
        raise Malformed(f"{what}: {len(public)} bytes, not {ED25519_KEY_BYTES}", public)
    if not curve.is_canonical(public):
        raise Malformed(f"{what}: not the canonical spelling of a point; make a new key", public)
    if public in SMALL_ORDER_POINTS:
        raise Malformed(f"{what}: a point of small order, under which anything verifies; make a new key", public)
    if not curve.is_prime_order(public):
        raise Malformed(f"{what}: not a point of the prime-order group; make a new key", public)


def check_mldsa_key(public: bytes, what: str = "ML-DSA-44 public key") -> None:
    """Refuse a key that does not load. Raises Malformed naming `what`."""
    if len(public) != MLDSA44_KEY_BYTES:
        raise Malformed(f"{what}: {len(public)} bytes, not {MLDSA44_KEY_BYTES}", public)
    try:
        MLDSA44PublicKey.from_public_bytes(public)
    except ValueError as problem:
        raise Malformed(f"{what}: {problem}", public) from problem


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """True only for the one canonical signature form under a key of full order. Never raises. (R-033, R-034)

    The key must have passed `check_public_key` when it entered the roster; small order and spelling are checked again
    here because that costs nothing.
    """
    if len(signature) != ED25519_SIGNATURE_BYTES:
        return False
    point = signature[:32]
    if int.from_bytes(signature[32:], "little") >= curve.ORDER:
        return False
    if point in SMALL_ORDER_POINTS or not curve.is_canonical(point):
        return False
    key = _ed25519_key(public)
    if key is None:
        return False
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=256)
def _ed25519_key(public: bytes) -> Ed25519PublicKey | None:
    if len(public) != ED25519_KEY_BYTES or public in SMALL_ORDER_POINTS or not curve.is_canonical(public):
        return None
    return Ed25519PublicKey.from_public_bytes(public)


def verify_mldsa44(public: bytes, signature: bytes, message: bytes, context: bytes = b"") -> bool:
    """True if `signature` is a pure ML-DSA-44 signature of `message` under `public`. Never raises."""
    if len(signature) != MLDSA44_SIGNATURE_BYTES or len(public) != MLDSA44_KEY_BYTES:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message, context)
    except (InvalidSignature, ValueError):
        return False
    return True


class Ed25519Signer:
    """A private key made from a 32-byte seed. `sign` is deterministic. Raises LocalFault for a seed of another size."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        _check_seed(seed, "Ed25519")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public: Final[bytes] = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`."""
        return self._key.sign(message)


class Mldsa44Signer:
    """A private key made from a 32-byte seed. `sign` is hedged: two signatures of one message differ."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        _check_seed(seed, "ML-DSA-44")
        self._key = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.public: Final[bytes] = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes, context: bytes = b"") -> bytes:
        """The 2,420-byte signature of `message`; never to be used as a name for it."""
        return self._key.sign(message, context)


def _check_seed(seed: bytes, what: str) -> None:
    if len(seed) != SEED_BYTES:
        raise LocalFault(f"{what} seed: {len(seed)} bytes, not {SEED_BYTES}")
