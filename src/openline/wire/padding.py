"""Padding: a payload is filled up with zeros, so that whoever counts bytes learns a size class and no size. (R-284)"""

from __future__ import annotations

from openline.limits import PADDED_BYTES_MIN


def padded_bytes(length: int) -> int:
    """The class of a length: `PADDED_BYTES_MIN`, and from there on at most a sixteenth more than the length.

    The rule is Padmé's (Nikitin et al., PURBs, 2019): of a length of e + 1 bits, as many of the first bits are kept as
    e itself has, and one more, and it is rounded up to them.
    """
    if length <= PADDED_BYTES_MIN:
        return PADDED_BYTES_MIN
    exponent = length.bit_length() - 1
    spare_bits = exponent - exponent.bit_length()
    mask = (1 << spare_bits) - 1
    return (length + mask) & ~mask


def pad(payload: bytes, bytes_max: int) -> bytes:
    """`payload` with zeros up to its class, or to `bytes_max` where the class is longer. (R-010, R-284)"""
    return payload.ljust(min(padded_bytes(len(payload)), bytes_max), b"\0")
