"""How an entry's body is coded for transport. Never part of what is signed. (R-020, R-280 to R-283)

0 is the body itself; 1 raw deflate (RFC 1951); 2 one byte that says which agreed dictionary, then raw deflate whose
window begins with it; 3 brotli (RFC 7932). A sender on a narrow bearer takes the shortest: a body of 600 characters
costs it about 2 ms, which no fast path pays. A receiver makes of any bytes a bounded number of bytes, or refuses.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final

import brotli

from openline.errors import LocalFault, Malformed
from openline.limits import BODY_BYTES_MAX, DICTIONARY_BYTES_MAX

RAW: Final = 0
DEFLATE: Final = 1
DICTIONARY: Final = 2
BROTLI: Final = 3
BROTLI_WINDOW_BITS: Final = 18  # 256 KiB: no body is longer
_WINDOW: Final = -15  # raw deflate, 32 KiB window
_EXHIBIT_BYTES: Final = 64

Dictionaries = Mapping[bytes, bytes]  # agreed on this line and held here, by SHA-256
NO_DICTIONARIES: Final[Dictionaries] = MappingProxyType({})


def check_dictionary(data: bytes) -> bytes:
    """The SHA-256 that names a dictionary. Raises Malformed unless all of it is in reach of deflate. (R-281)"""
    if not 1 <= len(data) <= DICTIONARY_BYTES_MAX:
        raise Malformed(f"a dictionary of {len(data)} bytes; it has 1 to {DICTIONARY_BYTES_MAX}", data[:_EXHIBIT_BYTES])
    return sha256(data).digest()


def code_body(
    raw: bytes, narrow: bool, dictionaries: Dictionaries = NO_DICTIONARIES, *, plain: bool = False, slow: bool = True
) -> tuple[int, bytes]:
    """Code `raw` for a bearer: as it is on a broad one (time is dearer), in the shortest form on a narrow one.

    `plain`: the receiver could not read something, so only what needs no agreement. `slow`: brotli may be tried too.
    Of two forms of one length the lower codec is taken. Raises LocalFault on a body longer than any. (R-283)
    """
    if len(raw) > BODY_BYTES_MAX:
        raise LocalFault(f"a body of {len(raw)} bytes; the most is {BODY_BYTES_MAX}")
    if not narrow:
        return RAW, raw
    forms = [(RAW, raw), (DEFLATE, _deflate(raw))]
    if not plain:
        forms += [(DICTIONARY, digest[:1] + _deflate(raw, one)) for digest, one in _by_mark(dictionaries).items()]
        if slow:
            forms.append((BROTLI, brotli.compress(raw, lgwin=BROTLI_WINDOW_BITS)))
    return min(forms, key=lambda form: len(form[1]))


def open_body(
    codec: int, data: bytes, bytes_max: int = BODY_BYTES_MAX, dictionaries: Dictionaries = NO_DICTIONARIES
) -> bytes:
    """Undo `code_body`. Makes at most about twice `bytes_max` on the way, and never gives back more than it.

    Raises Malformed on an unknown codec, a dictionary that is not agreed or not held, a broken, cut or trailing stream,
    or a body over `bytes_max`.
    """
    if codec == RAW:
        raw = data
    elif codec == DEFLATE:
        raw = _inflate(data, bytes_max)
    elif codec == DICTIONARY:
        raw = _inflate(data[1:], bytes_max, _named(data, dictionaries))
    elif codec == BROTLI:
        raw = _unbrotli(data, bytes_max)
    else:
        raise Malformed(f"body codec {codec} is not known here; ask for the body raw", data[:_EXHIBIT_BYTES])
    if len(raw) > bytes_max:
        raise Malformed(f"body is longer than {bytes_max} bytes", data[:_EXHIBIT_BYTES])
    return raw


def _by_mark(dictionaries: Dictionaries) -> dict[bytes, bytes]:
    """Where two begin with the same byte, that byte means the lower. (R-281)"""
    marks: dict[bytes, bytes] = {}
    for digest in sorted(dictionaries):
        marks.setdefault(digest[:1], digest)
    return {digest: dictionaries[digest] for digest in marks.values()}


def _named(data: bytes, dictionaries: Dictionaries) -> bytes:
    for digest, dictionary in _by_mark(dictionaries).items():
        if digest[:1] == data[:1]:
            return dictionary
    raise Malformed(
        f"no dictionary that is agreed and held here begins with {data[:1].hex() or 'nothing'}", data[:_EXHIBIT_BYTES]
    )


def _deflate(raw: bytes, dictionary: bytes = b"") -> bytes:
    if dictionary:
        press = zlib.compressobj(9, zlib.DEFLATED, _WINDOW, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    else:
        press = zlib.compressobj(9, zlib.DEFLATED, _WINDOW, 9)
    return press.compress(raw) + press.flush()


def _inflate(data: bytes, bytes_max: int, dictionary: bytes = b"") -> bytes:
    press = zlib.decompressobj(_WINDOW, dictionary) if dictionary else zlib.decompressobj(_WINDOW)
    try:
        raw = press.decompress(data, bytes_max + 1)
    except zlib.error as error:
        raise Malformed(f"body is not deflate: {error}", data[:_EXHIBIT_BYTES]) from None
    if len(raw) > bytes_max:
        raise Malformed(f"body is longer than {bytes_max} bytes", data[:_EXHIBIT_BYTES])
    if not press.eof:
        raise Malformed("deflated body is cut off", data[:_EXHIBIT_BYTES])
    if press.unused_data:
        raise Malformed(f"{len(press.unused_data)} bytes follow the deflated body", data[:_EXHIBIT_BYTES])
    return raw


def _unbrotli(data: bytes, bytes_max: int) -> bytes:
    """The library stops at the end of the block in which the bound lies: it makes up to twice as much, and 32 KiB."""
    if _window_bits(data) > BROTLI_WINDOW_BITS:
        raise Malformed(f"brotli asks for a window of more than {BROTLI_WINDOW_BITS} bits", data[:_EXHIBIT_BYTES])
    press = brotli.Decompressor()
    try:
        raw: bytes = press.process(data, output_buffer_limit=bytes_max + 1)
    except brotli.error:  # also when bytes follow the end of the stream
        raise Malformed("body is not brotli, or bytes follow it", data[:_EXHIBIT_BYTES]) from None
    if len(raw) > bytes_max:
        raise Malformed(f"body is longer than {bytes_max} bytes", data[:_EXHIBIT_BYTES])
    if not press.is_finished():
        raise Malformed("brotli body is cut off", data[:_EXHIBIT_BYTES])
    return raw


def _window_bits(data: bytes) -> int:
    """The window that a brotli stream asks for (RFC 7932, 9.1); 99 for the pattern that is no window."""
    bits = data[0] if data else 0
    if not bits & 1:
        return 16
    if bits >> 1 & 7:
        return 17 + (bits >> 1 & 7)
    small = bits >> 4 & 7
    return {0: 17, 1: 99}.get(small, 8 + small)
