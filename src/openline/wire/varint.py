"""Unsigned integers in seven-bit groups, least significant first, with one spelling each. (R-005)

The high bit of a byte says that another follows; the last byte is zero only for the number zero;
at most eight bytes, so at most 2**56 - 1.
"""

from __future__ import annotations

from typing import Final

from openline.errors import LocalFault, Malformed

VARINT_MAX: Final = 2**56 - 1
_BYTES_MAX: Final = 8
_ONE: Final = tuple(bytes((value,)) for value in range(0x80))


def put_varint(value: int) -> bytes:
    """Spell `value` in as few bytes as it takes. Raises LocalFault outside 0..VARINT_MAX."""
    if 0 <= value < 0x80:
        return _ONE[value]
    if not 0 <= value <= VARINT_MAX:
        raise LocalFault(f"varint {value} is outside 0..{VARINT_MAX}")
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def get_varint(buf: bytes, pos: int) -> tuple[int, int]:
    """Read the number at `pos`; give it and the position after it.

    Raises Malformed when the bytes end early, go on past eight, or are not the shortest spelling.
    """
    value = shift = 0
    for at in range(pos, min(pos + _BYTES_MAX, len(buf))):
        byte = buf[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift:
                raise Malformed(f"varint at byte {pos} is not the shortest spelling")
            return value, at + 1
        shift += 7
    if len(buf) - pos >= _BYTES_MAX:
        raise Malformed(f"varint at byte {pos} is longer than {_BYTES_MAX} bytes")
    raise Malformed(f"varint at byte {pos} is cut off")
