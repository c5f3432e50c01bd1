"""Items into payloads: several small ones together, one too large in pieces; and the pieces back again.

A set of pieces is named by the start of the SHA-256 of the whole item, so that the same item sent
twice, over two bearers, in pieces of different sizes, still fills one set. (R-017, R-018)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from openline.errors import LocalFault, Malformed
from openline.limits import FRAGMENT_GAPS_MAX, FRAGMENT_SETS_MAX, FRAGMENTED_BYTES_MAX, ITEMS_PER_FRAME_MAX
from openline.wire.items import FRAGMENT, Fragment, encode_item
from openline.wire.varint import put_varint

SET_ID_BYTES: Final = 8
PACK_BYTES_MIN: Final = 64  # less than this and a fragment's own head outweighs it


def pack(items_encoded: Sequence[bytes], bytes_max: int) -> list[bytes]:
    """Payloads of at most `bytes_max` bytes holding the encoded items in order.

    An item longer than that is cut into Fragment items. Raises LocalFault when `bytes_max` is under
    PACK_BYTES_MIN or an item is longer than FRAGMENTED_BYTES_MAX.
    """
    if bytes_max < PACK_BYTES_MIN:
        raise LocalFault(f"payloads of {bytes_max} bytes are too small; the least is {PACK_BYTES_MIN}")
    payloads: list[bytes] = []
    held: list[bytes] = []
    room = bytes_max
    for item in items_encoded:
        for piece in (item,) if len(item) <= bytes_max else _cut(item, bytes_max):
            if held and (len(piece) > room or len(held) >= ITEMS_PER_FRAME_MAX):
                payloads.append(b"".join(held))
                held, room = [], bytes_max
            held.append(piece)
            room -= len(piece)
    if held:
        payloads.append(b"".join(held))
    return payloads


def _cut(item: bytes, bytes_max: int) -> list[bytes]:
    total = len(item)
    if total > FRAGMENTED_BYTES_MAX:
        raise LocalFault(f"an item of {total} bytes; the most that travels in pieces is {FRAGMENTED_BYTES_MAX}")
    set_id = sha256(item).digest()[:SET_ID_BYTES]
    head_bytes = 1 + SET_ID_BYTES + 3 * len(put_varint(total))
    step = bytes_max - head_bytes
    return [encode_item(Fragment(set_id, at, total, item[at : at + step]), 0) for at in range(0, total, step)]


class _Gathered:
    """One set: the bytes so far, and which stretches of them are there (ascending, never touching)."""

    __slots__ = ("data", "ends", "starts", "total")

    def __init__(self, total: int) -> None:
        self.total = total
        self.data = bytearray()
        self.starts: list[int] = []
        self.ends: list[int] = []

    def put(self, start: int, chunk: bytes) -> None:
        end = start + len(chunk)
        low = bisect_left(self.ends, start)  # the first stretch that reaches `start`
        high = bisect_right(self.starts, end)  # the first stretch that begins beyond `end`
        if low == high and len(self.starts) >= FRAGMENT_GAPS_MAX:
            return  # too scattered to keep: a repeat will fill it
        if len(self.data) < end:
            self.data.extend(bytes(end - len(self.data)))
        self.data[start:end] = chunk
        if low < high:
            start, end = min(start, self.starts[low]), max(end, self.ends[high - 1])
        self.starts[low:high] = [start]
        self.ends[low:high] = [end]

    def is_whole(self) -> bool:
        return self.starts == [0] and self.ends == [self.total]


class Reassembly:
    """Gathers fragments of one peer. Holds at most FRAGMENT_SETS_MAX sets; the oldest gives way.

    Volatile: what is lost here is sent again.
    """

    __slots__ = ("_sets",)

    def __init__(self) -> None:
        self._sets: dict[tuple[bytes, int], _Gathered] = {}

    def take(self, fragment: Fragment) -> bytes | None:
        """Add a fragment; give back the whole encoded item once it is complete, else None.

        Raises Malformed when the whole does not match its set id or is itself a fragment; the set is
        then dropped.
        """
        key = (fragment.set_id, fragment.total)
        gathered = self._sets.get(key)
        if gathered is None:
            while len(self._sets) >= FRAGMENT_SETS_MAX:
                del self._sets[next(iter(self._sets))]
            gathered = self._sets[key] = _Gathered(fragment.total)
        gathered.put(fragment.offset, fragment.chunk)
        if not gathered.is_whole():
            return None
        del self._sets[key]
        item = bytes(gathered.data)
        if sha256(item).digest()[:SET_ID_BYTES] != fragment.set_id:
            raise Malformed(f"the {len(item)} bytes put together do not match their set id; send again", item[:64])
        if item[0] == FRAGMENT:
            raise Malformed("an item put together from fragments is itself a fragment", item[:64])
        return item

    @property
    def bytes_held(self) -> int:
        return sum(len(gathered.data) for gathered in self._sets.values())
