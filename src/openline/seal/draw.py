"""What draws randomness or depends on it, as one small port: fresh bytes and HPKE.

A simulation replaces it by a deterministic double; everything else in this room is a function of its arguments.
`LibraryDraw` is HPKE (RFC 9180, base mode, single shot) with X-Wing (ML-KEM-768 and X25519,
draft-connolly-cfrg-xwing-kem; KEM id 0x647a), HKDF-SHA256 and AES-256-GCM, all inside `cryptography`. (R-037)
"""

from __future__ import annotations

from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHAKE256, XOFHash
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from openline.errors import Forged, LocalFault, Malformed
from openline.seal.curve import PRIME

XWING_SEED_BYTES: Final = 32
_KEM_PUBLIC_BYTES: Final = 1184
XWING_PUBLIC_BYTES: Final = _KEM_PUBLIC_BYTES + 32
SEALED_OVERHEAD_BYTES: Final = 1088 + 32 + 16  # ML-KEM ciphertext, X25519 share, AEAD tag
_PROBE: Final = X25519PrivateKey.from_private_bytes(bytes(range(32)))  # any: small-order points give it zero


class Draw(Protocol):
    """Fresh bytes, and sealing to a public key."""

    def fresh(self, size: int) -> bytes:
        """`size` unpredictable bytes."""
        ...

    def public_of(self, seed: bytes) -> bytes:
        """The 1,216-byte X-Wing public key of a 32-byte seed."""
        ...

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """`plaintext` sealed so that only the holder of the seed of `public` opens it, with the same `info`.

        Raises Malformed if `public` is not a usable key.
        """
        ...

    def open_with(self, seed: bytes, sealed: bytes, info: bytes) -> bytes:
        """What was sealed. Raises Forged if it was not sealed to this key with this `info`."""
        ...


class LibraryDraw:
    """The real thing: randomness and HPKE of the `cryptography` library."""

    __slots__ = ("_suite",)

    def __init__(self) -> None:
        self._suite: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

    def fresh(self, size: int) -> bytes:
        """`size` bytes from the operating system's generator, by way of the library's key generation."""
        drawn = b"".join(AESGCMSIV.generate_key(256) for _ in range(-(-size // 32)))
        return drawn[:size]

    def public_of(self, seed: bytes) -> bytes:
        """The 1,216-byte X-Wing public key of a 32-byte seed."""
        kem, curve = _expand(seed)
        return kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """Single-shot HPKE; the answer is encapsulation (1,120) and ciphertext (16 more than the plaintext)."""
        return self._suite.encrypt(plaintext, xwing_public(public), info)

    def open_with(self, seed: bytes, sealed: bytes, info: bytes) -> bytes:
        """What was sealed. Raises Forged if it was not sealed to this key with this `info`."""
        if len(sealed) < SEALED_OVERHEAD_BYTES:
            raise Forged(f"sealed secret: {len(sealed)} bytes, fewer than {SEALED_OVERHEAD_BYTES}", sealed)
        kem, curve = _expand(seed)
        try:
            return self._suite.decrypt(sealed, MLKEM768X25519PrivateKey(kem, curve), info)
        except (InvalidTag, ValueError) as problem:
            raise Forged("sealed secret: was not sealed to this key for this use", sealed) from problem


def xwing_public(public: bytes, what: str = "X-Wing public key") -> MLKEM768X25519PublicKey:
    """The key object of 1,216 bytes; raises Malformed naming `what`. (R-043)

    Refused: another size, ML-KEM coefficients out of range, a second spelling or a small order of the X25519 share.
    """
    if len(public) != XWING_PUBLIC_BYTES:
        raise Malformed(f"{what}: {len(public)} bytes, not {XWING_PUBLIC_BYTES}", public)
    try:
        kem = MLKEM768PublicKey.from_public_bytes(public[:_KEM_PUBLIC_BYTES])
    except ValueError as problem:
        raise Malformed(f"{what}: its ML-KEM-768 part is not a key", public) from problem
    if int.from_bytes(public[_KEM_PUBLIC_BYTES:], "little") >= PRIME:
        raise Malformed(f"{what}: its X25519 part is not the canonical spelling", public)
    curve = X25519PublicKey.from_public_bytes(public[_KEM_PUBLIC_BYTES:])
    try:
        _PROBE.exchange(curve)
    except ValueError as problem:
        raise Malformed(f"{what}: its X25519 part is a point of small order", public) from problem
    return MLKEM768X25519PublicKey(kem, curve)


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """One 32-byte seed to both private keys (draft-connolly-cfrg-xwing-kem, 5.2)."""
    if len(seed) != XWING_SEED_BYTES:
        raise LocalFault(f"X-Wing seed: {len(seed)} bytes, not {XWING_SEED_BYTES}")
    stretch = XOFHash(SHAKE256(digest_size=2**30))
    stretch.update(seed)
    both = stretch.squeeze(96)
    return MLKEM768PrivateKey.from_seed_bytes(both[:64]), X25519PrivateKey.from_private_bytes(both[64:])
