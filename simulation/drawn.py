"""Bytes from a name and a count: the deterministic double of `seal.draw.Draw`.

HPKE draws randomness inside the library, so a double stands in for it: it opens for the holder of the seed and for
nobody else who follows the rules.
"""

from __future__ import annotations

from hashlib import shake_128

from openline.errors import Forged, Malformed
from openline.seal.draw import SEALED_OVERHEAD_BYTES, XWING_PUBLIC_BYTES
from openline.seal.signature import MLDSA44_SIGNATURE_BYTES


class Drawn:
    """One stream of bytes, and a double of HPKE."""

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._count = 0
        self.certified: dict[bytes, bytes] = {}  # public keys that stand in certificates, by seed: those are real

    def fresh(self, size: int) -> bytes:
        """The next `size` bytes."""
        self._count += 1
        return shake_128(self._name + self._count.to_bytes(8, "big")).digest(size)

    def public_of(self, seed: bytes) -> bytes:
        """As long as an X-Wing public key."""
        return self.certified.get(seed) or shake_128(b"public" + seed).digest(XWING_PUBLIC_BYTES)

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """As long as HPKE would make it; bound to key and info."""
        if len(public) != XWING_PUBLIC_BYTES:
            raise Malformed("simulated public key of a wrong length", public)
        stream = shake_128(b"seal" + public + info).digest(len(plaintext) + SEALED_OVERHEAD_BYTES)
        hidden = bytes(a ^ b for a, b in zip(plaintext, stream, strict=False))
        return hidden + stream[len(plaintext) :]

    def open_with(self, seed: bytes, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to the public key of `seed` with this `info`."""
        size = len(sealed) - SEALED_OVERHEAD_BYTES
        stream = shake_128(b"seal" + self.public_of(seed) + info).digest(len(sealed))
        if size < 0 or sealed[size:] != stream[size:]:
            raise Forged("simulated HPKE: not sealed to this key for this use", sealed)
        return bytes(a ^ b for a, b in zip(sealed[:size], stream, strict=False))


def double_of_mldsa44(public: bytes, message: bytes) -> bytes:
    """As long as a signature by ML-DSA-44, and the same each time."""
    return shake_128(public + message).digest(MLDSA44_SIGNATURE_BYTES)
