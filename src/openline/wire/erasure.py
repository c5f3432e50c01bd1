"""Any `needed` of `made` symbols bring all back: the systematic Reed-Solomon erasure code of RFC 5510, over GF(2^8).

Symbol number x is the value at alpha^x of the one polynomial of degree below `needed` that has the source symbols as
its values at alpha^0, alpha^1, ...; so making the further symbols and bringing lost ones back are the same act. alpha
is a root of 1 + x^2 + x^3 + x^4 + x^8 (RFC 5510, 8.1), and 255 symbols is the most. A wrong symbol makes a wrong
whole: who uses this checks the whole by its digest. (R-264)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from openline.errors import LocalFault

SYMBOLS_MAX: Final = 255
_MODULUS: Final = 0x11D


def _powers() -> tuple[bytes, bytes]:
    powers, logs = bytearray(255), bytearray(256)
    value = 1
    for exponent in range(255):
        powers[exponent], logs[value] = value, exponent
        value = value << 1 ^ (_MODULUS if value & 0x80 else 0)
    return bytes(powers), bytes(logs)


_POWER, _LOG = _powers()


@cache
def _times(factor: int) -> bytes:
    """The products of `factor`, not 0, with every byte, as a table."""
    return bytes([0, *(_POWER[(_LOG[factor] + _LOG[byte]) % 255] for byte in range(1, 256))])


def extend(source: Sequence[bytes], made: int) -> list[bytes]:
    """The source symbols, all of one length, and behind them further ones: `made` in all. Raises LocalFault."""
    if not 1 <= len(source) <= made <= SYMBOLS_MAX or len({len(one) for one in source}) != 1:
        raise LocalFault(f"{len(source)} symbols of one length into {made}: 1 to {SYMBOLS_MAX} are made")
    return [*source, *_values(dict(enumerate(source)), range(len(source), made))]


def restore(known: Mapping[int, bytes], needed: int) -> list[bytes]:
    """The source symbols from any `needed` symbols by their numbers, all of one length. Raises LocalFault."""
    if not 1 <= needed <= len(known) or not all(0 <= number < SYMBOLS_MAX for number in known):
        raise LocalFault(f"{len(known)} symbols are not {needed} of 1 to {SYMBOLS_MAX}")
    some = {number: known[number] for number in sorted(known)[:needed]}
    if len({len(data) for data in some.values()}) != 1:
        raise LocalFault("symbols of several lengths are not of one set")
    lost = [number for number in range(needed) if number not in some]
    found = some | dict(zip(lost, _values(some, lost), strict=True))
    return [found[number] for number in range(needed)]


def _values(known: Mapping[int, bytes], wanted: Iterable[int]) -> list[bytes]:
    """The polynomial's values at other places, after Lagrange. Logarithms add where numbers multiply."""
    numbers = list(known)
    length = len(known[numbers[0]])
    below = [sum(_log_between(one, other) for other in numbers if other != one) for one in numbers]
    values = []
    for place in wanted:
        apart = [_log_between(place, number) for number in numbers]
        above = sum(apart)
        total = 0
        for at, number in enumerate(numbers):
            factor = _POWER[(above - apart[at] - below[at]) % 255]
            total ^= int.from_bytes(known[number].translate(_times(factor)), "big")
        values.append(total.to_bytes(length, "big"))
    return values


def _log_between(one: int, other: int) -> int:
    """The logarithm of alpha^one - alpha^other, for two different places."""
    return _LOG[_POWER[one] ^ _POWER[other]]
