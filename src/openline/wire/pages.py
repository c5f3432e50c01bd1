"""A set of codes on paper or a screen: frames in, symbols out, and back from any of them that are enough.

    "OLP1" | line (8) | sender (1) | receiver (1) | made at, ms (6) | digest (16) | length (4) | size (2)
    | needed (1) | made (1) | number (1) | data (size) | check (4)

All but number, data and check are the same in every symbol of a set, and name it: symbols with other heads are of other
sets and never meet. `check` is of this symbol, `digest` of the whole set, which holds whole frames one after
another as on a stream. Everything here is a claim; what it brings is opened like any frame. (R-260 to R-265)
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import LocalFault, Malformed, Unchecked
from openline.limits import PAGE_SET_BYTES_MAX, PAGE_SYMBOL_BYTES_MAX, PARTIES_MAX, WRITTEN_AT_MS_MAX
from openline.wire.erasure import SYMBOLS_MAX, extend, restore

MARK: Final = b"OLP1"
LINE_BYTES: Final = 8
DIGEST_BYTES: Final = 16
CHECK_BYTES: Final = 4
HEAD_BYTES: Final = len(MARK) + LINE_BYTES + 1 + 1 + 6 + DIGEST_BYTES + 4 + 2 + 1 + 1
SYMBOL_OVERHEAD_BYTES: Final = HEAD_BYTES + 1 + CHECK_BYTES


class PageHead(NamedTuple):
    """What all symbols of one set say."""

    line: bytes  # how the line's id begins
    sender: int
    receiver: int
    made_at_ms: int
    digest: bytes
    length: int  # bytes of the whole
    size: int  # bytes of each symbol's data
    needed: int
    made: int

    @property
    def name(self) -> str:
        """What people call the set: eight letters and digits of its digest."""
        text = b32encode(self.digest[:5]).decode()
        return f"{text[:4]}-{text[4:]}"


class Symbol(NamedTuple):
    """One code's content."""

    head: PageHead
    number: int
    data: bytes


def cut(line_id: bytes, sender: int, receiver: int, made_at_ms: int, whole: bytes, size: int, made: int) -> list[bytes]:
    """All symbols of a set, encoded, in order of number. Raises LocalFault when the parts are out of bounds."""
    needed = -(-len(whole) // size) if size > 0 else 0
    in_bounds = 0 < size <= PAGE_SYMBOL_BYTES_MAX and len(whole) <= PAGE_SET_BYTES_MAX
    if not (in_bounds and 1 <= needed <= made <= SYMBOLS_MAX):
        raise LocalFault(f"{len(whole)} bytes do not go into {made} symbols of {size}")
    blank = bytes(DIGEST_BYTES)
    head = PageHead(line_id[:LINE_BYTES], sender, receiver, made_at_ms, blank, len(whole), size, needed, made)
    head = head._replace(digest=_digest(head, whole))
    source = [whole[at : at + size].ljust(size, b"\0") for at in range(0, len(whole), size)]
    return [encode_symbol(Symbol(head, number, data)) for number, data in enumerate(extend(source, made))]


def join(head: PageHead, data: Mapping[int, bytes]) -> bytes:
    """The whole from any `head.needed` symbols' data, by number. One that is not of the set is found and left out
    where there are more than it takes. (R-263, R-264)

    Raises Unchecked while there are too few, Malformed when they do not give what the head names.
    """
    if len(data) < head.needed:
        raise Unchecked(f"set {head.name}: {len(data)} codes of {head.needed} that it takes")
    whole = _joined(head, data)
    if whole is None and len(data) > head.needed:
        used = sorted(data)[: head.needed]
        for number in used:
            whole = _joined(head, {other: data[other] for other in data if other != number})
            if whole is not None:
                break
    if whole is None:
        raise Malformed(f"set {head.name}: its codes do not give the whole that they name; some are not of it")
    return whole


def _joined(head: PageHead, data: Mapping[int, bytes]) -> bytes | None:
    padded = b"".join(restore(data, head.needed))
    whole = padded[: head.length]
    return whole if _digest(head, whole) == head.digest and not any(padded[head.length :]) else None


def encode_symbol(symbol: Symbol) -> bytes:
    """What goes into one code. The reverse of `parse_symbol`."""
    said = encode_head(symbol.head) + bytes((symbol.number,)) + symbol.data
    return said + sha256(said).digest()[:CHECK_BYTES]


def parse_symbol(data: bytes) -> Symbol:
    """Read one code. Raises Malformed for all that is not exactly one symbol. (R-260 to R-262)"""
    if data[: len(MARK)] != MARK:
        raise Malformed("not a code of an Openline page", data[:64])
    if not SYMBOL_OVERHEAD_BYTES < len(data) <= SYMBOL_OVERHEAD_BYTES + PAGE_SYMBOL_BYTES_MAX:
        raise Malformed(f"a code of {len(data)} bytes; none has so many or so few", data[:64])
    if sha256(data[:-CHECK_BYTES]).digest()[:CHECK_BYTES] != data[-CHECK_BYTES:]:
        raise Malformed("a code whose check does not fit", data[:64])
    head = _parse_head(data[:HEAD_BYTES])
    number, content = data[HEAD_BYTES], data[HEAD_BYTES + 1 : -CHECK_BYTES]
    if number >= head.made or len(content) != head.size:
        raise Malformed(f"code {number + 1} of {head.made} with {len(content)} bytes; it has {head.size}", data[:64])
    return Symbol(head, number, content)


def encode_head(head: PageHead) -> bytes:
    """What all symbols of a set begin with."""
    return b"".join(
        (
            MARK,
            head.line,
            bytes((head.sender, head.receiver)),
            head.made_at_ms.to_bytes(6, "big"),
            head.digest,
            head.length.to_bytes(4, "big"),
            head.size.to_bytes(2, "big"),
            bytes((head.needed, head.made)),
        )
    )


def _parse_head(data: bytes) -> PageHead:
    head = PageHead(
        line=data[4:12],
        sender=data[12],
        receiver=data[13],
        made_at_ms=int.from_bytes(data[14:20], "big"),
        digest=data[20:36],
        length=int.from_bytes(data[36:40], "big"),
        size=int.from_bytes(data[40:42], "big"),
        needed=data[42],
        made=data[43],
    )
    if max(head.sender, head.receiver) >= PARTIES_MAX or head.sender == head.receiver:
        raise Malformed(f"a code from party {head.sender} to party {head.receiver}", data)
    if not 1 <= head.needed <= head.made <= SYMBOLS_MAX:
        raise Malformed(f"a code of a set of which {head.needed} of {head.made} are enough", data)
    if head.length > PAGE_SET_BYTES_MAX:  # to put together what somebody made up must cost seconds, not minutes
        raise Malformed(f"a code of a set of {head.length} bytes; one has {PAGE_SET_BYTES_MAX} at most", data)
    if not (head.needed - 1) * head.size < head.length <= head.needed * head.size:
        raise Malformed(f"a code of {head.length} bytes in {head.needed} symbols of {head.size}", data)
    return head


def _digest(head: PageHead, whole: bytes) -> bytes:
    """Of the whole and of all else that the set's head says. (R-263)"""
    said = encode_head(head._replace(digest=bytes(DIGEST_BYTES)))
    return sha256(b"openline/pages/v1\n" + said + whole).digest()[:DIGEST_BYTES]


assert WRITTEN_AT_MS_MAX >= 256**6 - 1  # every instant that six bytes spell is one of the record
