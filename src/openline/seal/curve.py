"""Which 32 bytes name a point of edwards25519 that may be a key: whole numbers, no cleverness.

Used when a key enters a roster, never per signature. Follows RFC 8032, 5.1; not constant time, because it only ever
sees public keys.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
_SQRT_MINUS_ONE: Final = pow(2, (PRIME - 1) // 4, PRIME)
_SIGN: Final = 1 << 255


class _Point(NamedTuple):
    """Extended coordinates: x = X/Z, y = Y/Z, T = XY/Z."""

    x: int
    y: int
    z: int
    t: int


_IDENTITY: Final = _Point(0, 1, 1, 0)


def is_canonical(encoded: bytes) -> bool:
    """True if `encoded` is the one spelling of its point: y below the prime, and no sign on an x that is 0. (R-031)"""
    number = int.from_bytes(encoded, "little")
    y = number & (_SIGN - 1)
    return y < PRIME and not (number & _SIGN and y in (1, PRIME - 1))


@lru_cache(maxsize=256)  # a roster is read again with every amendment and export: the same few keys
def is_prime_order(encoded: bytes) -> bool:
    """True if `encoded` is on the curve, in the prime-order subgroup and not its neutral element. (R-032)"""
    point = _decompress(encoded)
    return point is not None and not _is_neutral(point) and _is_neutral(_times(ORDER, point))


def _decompress(encoded: bytes) -> _Point | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (_SIGN - 1)
    square_y = y * y % PRIME
    numerator, denominator = (square_y - 1) % PRIME, (_D * square_y + 1) % PRIME
    # RFC 8032, 5.1.3: one exponentiation gives the candidate root of numerator/denominator.
    x = numerator * pow(denominator, 3, PRIME) % PRIME
    x = x * pow(numerator * pow(denominator, 7, PRIME), (PRIME - 5) // 8, PRIME) % PRIME
    check = denominator * x * x % PRIME
    if check == -numerator % PRIME:
        x = x * _SQRT_MINUS_ONE % PRIME
    elif check != numerator:
        return None
    if x & 1 != sign:
        x = -x % PRIME
    return _Point(x, y, 1, x * y % PRIME)


def _add(p: _Point, q: _Point) -> _Point:
    a = (p.y - p.x) * (q.y - q.x) % PRIME
    b = (p.y + p.x) * (q.y + q.x) % PRIME
    c = 2 * p.t * q.t * _D % PRIME
    d = 2 * p.z * q.z % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return _Point(e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def _times(factor: int, point: _Point) -> _Point:
    total = _IDENTITY
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _is_neutral(point: _Point) -> bool:
    return point.x % PRIME == 0 and (point.y - point.z) % PRIME == 0
