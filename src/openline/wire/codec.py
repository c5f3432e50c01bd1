"""How an entry's body is coded for transport. Never part of what is signed. (R-020)

Codec 0 is the body itself, 1 is raw deflate (RFC 1951). 2 and 3 are kept for a dictionary and for
brotli, and are refused until a charter can name them.
"""

from __future__ import annotations

import zlib
from typing import Final

from openline.errors import LocalFault, Malformed
from openline.limits import BODY_BYTES_MAX

RAW: Final = 0
DEFLATE: Final = 1
_WINDOW: Final = -15  # raw deflate, 32 KiB window


def code_body(raw: bytes, narrow: bool) -> tuple[int, bytes]:
    """Code `raw` for a bearer: as it is on a broad one (time is dearer), the shorter form on a narrow one."""
    if len(raw) > BODY_BYTES_MAX:
        raise LocalFault(f"a body of {len(raw)} bytes; the most is {BODY_BYTES_MAX}")
    if narrow:
        press = zlib.compressobj(9, zlib.DEFLATED, _WINDOW, 9)
        pressed = press.compress(raw) + press.flush()
        if len(pressed) < len(raw):
            return DEFLATE, pressed
    return RAW, raw


def open_body(codec: int, data: bytes, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """Undo `code_body`. Never makes more than `bytes_max` + 1 bytes.

    Raises Malformed on an unknown codec, a broken, cut or trailing stream, or a body over `bytes_max`.
    """
    if codec == RAW:
        raw = data
    elif codec == DEFLATE:
        raw = _inflate(data, bytes_max)
    else:
        raise Malformed(f"body codec {codec} is not known here; ask for the body raw", data[:64])
    if len(raw) > bytes_max:
        raise Malformed(f"body is longer than {bytes_max} bytes", data[:64])
    return raw


def _inflate(data: bytes, bytes_max: int) -> bytes:
    press = zlib.decompressobj(_WINDOW)
    try:
        raw = press.decompress(data, bytes_max + 1)
    except zlib.error as error:
        raise Malformed(f"body is not deflate: {error}", data[:64]) from None
    if len(raw) > bytes_max:
        raise Malformed(f"body is longer than {bytes_max} bytes", data[:64])
    if not press.eof:
        raise Malformed("deflated body is cut off", data[:64])
    if press.unused_data:
        raise Malformed(f"{len(press.unused_data)} bytes follow the deflated body", data[:64])
    return raw
