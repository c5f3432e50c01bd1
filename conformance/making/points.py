"""Points of edwards25519 in affine arithmetic: slow, plain, and another program than the one under test.

Makes the signatures and keys that a lenient library takes: of mixed order, and such as verify only with the cofactor.
"""

from __future__ import annotations

from hashlib import sha512
from typing import Final

Point = tuple[int, int]
P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
NEUTRAL: Final[Point] = (0, 1)
ORDER_TWO: Final[Point] = (0, P - 1)


def _base() -> Point:
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x % 2 else x, y)


def add(one: Point, other: Point) -> Point:
    """The sum of two points (RFC 8032, 5.1.4, in affine coordinates)."""
    (x1, y1), (x2, y2) = one, other
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P
    return (x, y)


def times(factor: int, point: Point) -> Point:
    """`point` added to itself so many times."""
    total = NEUTRAL
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def spelled(point: Point) -> bytes:
    """Its 32 bytes."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE: Final = _base()


def hashed(*parts: bytes) -> int:
    """SHA-512 as a number."""
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little")


def secret_of(seed: bytes) -> tuple[int, bytes]:
    """The scalar and the prefix of a seed (RFC 8032, 5.1.5)."""
    spread = bytearray(sha512(seed).digest())
    spread[0] &= 248
    spread[31] = spread[31] & 127 | 64
    return int.from_bytes(spread[:32], "little"), bytes(spread[32:])


def sign_with(seed: bytes, message: bytes, spoil: Point) -> bytes:
    """A signature whose R has `spoil`, of small order, added: it verifies with the cofactor and not without."""
    scalar, prefix = secret_of(seed)
    key = spelled(times(scalar, BASE))
    nonce = hashed(prefix, message) % L
    point = spelled(add(times(nonce, BASE), spoil))
    challenge = hashed(point, key, message) % L
    return point + ((nonce + challenge * scalar) % L).to_bytes(32, "little")
