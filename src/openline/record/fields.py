"""Strict reading of deterministic CBOR maps (RFC 8949 section 4.2.1), shared by everything this room parses.

A map has exactly the unsigned keys 0, 1, 2 ... in ascending order. Every reader here encodes again what it
read and compares: one value, one spelling, nothing after it. (R-073)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import cbor2

from openline.errors import Malformed
from openline.seal.spelling import REFUSED_IN_ANY_TEXT, decode

# cbor2 wraps most errors; nonsense can let others out.
_DECODING_ERRORS: Final = (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)
_DEPTH_MAX: Final = 6
_KEYS: Final = tuple(tuple(range(count)) for count in range(24))
_IN_A_LINE: Final = re.compile(f"[\x00-\x1f{REFUSED_IN_ANY_TEXT}]")
_IN_LINES: Final = re.compile(f"[\x00-\x08\x0b-\x1f{REFUSED_IN_ANY_TEXT}]")


def load_map(data: bytes, keys: int, what: str, bytes_max: int) -> dict[int, Any]:
    """The map in `data` with keys 0 to keys-1. Raises Malformed naming `what`. The caller re-encodes and compares."""
    if len(data) > bytes_max:
        raise Malformed(f"{what} of {len(data)} bytes: at most {bytes_max}", data[:bytes_max])
    try:
        fields = decode(data, _DEPTH_MAX)
    except _DECODING_ERRORS as error:
        raise Malformed(f"{what} is not CBOR: {error}", data) from error
    if type(fields) is not dict or tuple(fields) != _KEYS[keys]:  # true and 1.0 equal 1: the caller sees them
        raise Malformed(f"{what} is not a map of the keys 0 to {keys - 1} in ascending order", data)
    return fields


def dump_map(values: Sequence[object]) -> bytes:
    """The one spelling of a map of the keys 0, 1, 2 ... with these values."""
    return cbor2.dumps(dict(enumerate(values)))


def text_string(value: str) -> bytes:
    """One text in its one spelling, ten times quicker than the library's: for what is written many times a second."""
    data = value.encode()
    length = len(data)
    if length < 24:
        return bytes((0x60 | length,)) + data
    if length < 0x100:
        return bytes((0x78, length)) + data
    if length < 0x10000:
        return b"\x79" + length.to_bytes(2, "big") + data
    return b"\x7a" + length.to_bytes(4, "big") + data


def same(again: bytes, data: bytes, what: str) -> None:
    """Raises Malformed unless what was read encodes to exactly what came."""
    if again != data:
        raise Malformed(f"{what} is not in its one spelling (deterministic CBOR, nothing after it)", data)


def whole(value: object, at_most: int, name: str, data: bytes) -> int:
    """A whole number from 0 to `at_most`. True is not 1 here, nor is 1.0."""
    if type(value) is not int or not 0 <= value <= at_most:
        raise Malformed(f"{name} is not a whole number from 0 to {at_most}", data)
    return value


def octets(value: object, length: int, name: str, data: bytes) -> bytes:
    """A byte string of exactly `length`."""
    if type(value) is not bytes or len(value) != length:
        raise Malformed(f"{name} is not {length} bytes", data)
    return value


def octets_up_to(value: object, at_most: int, name: str, data: bytes) -> bytes:
    """A byte string of at most `at_most`."""
    if type(value) is not bytes or len(value) > at_most:
        raise Malformed(f"{name} is not a byte string of at most {at_most}", data)
    return value


def rows(value: object, at_most: int, name: str, data: bytes) -> list[Any]:
    """An array of at most `at_most` items."""
    if type(value) is not list or len(value) > at_most:
        raise Malformed(f"{name} is not an array of at most {at_most}", data)
    return value


def row(value: object, length: int, name: str, data: bytes) -> list[Any]:
    """An array of exactly `length` items."""
    if type(value) is not list or len(value) != length:
        raise Malformed(f"{name} does not have {length} fields", data)
    return value


def text(value: object, chars_max: int, name: str, data: bytes, *, lines: bool = False) -> str:
    """A text of at most `chars_max` characters without control characters; newline and tab if `lines`. (R-075)

    Kept as written: neither trimmed nor normalised.
    """
    if type(value) is not str or len(value) > chars_max:
        raise Malformed(f"{name} is not a text of at most {chars_max} characters", data)
    if value.isascii() and value.isprintable():
        return value
    found = (_IN_LINES if lines else _IN_A_LINE).search(value)
    if found is not None:
        raise Malformed(f"{name} holds the control character U+{ord(found[0]):04X}", data)
    return value
