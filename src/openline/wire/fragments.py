"""Items into payloads: several small ones together, one too large in pieces; and the pieces back again.

A set of pieces is named by the start of the SHA-256 of the whole item, so that the same item sent
twice, over two bearers, in pieces of different sizes, still fills one set. (R-017, R-018)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from openline.errors import LocalFault, Malformed
from openline.limits import (
    FRAGMENT_GAPS_MAX,
    FRAGMENT_SETS_MAX,
    FRAGMENTED_BYTES_MAX,
    GAPS_TOLD_MAX,
    ITEMS_PER_FRAME_MAX,
)
from openline.wire.items import FRAGMENT, Fragment, Gaps, encode_item
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
    """One set: the stretches of it that are there, ascending, never overlapping. Costs no more than what came: a piece
    from the end of four mebibytes does not make room for what lies before it."""

    __slots__ = ("came", "held", "starts", "stretches", "total")

    def __init__(self, total: int) -> None:
        self.total = total
        self.came = 0
        self.held = 0
        self.starts: list[int] = []
        self.stretches: list[bytearray] = []

    def put(self, start: int, chunk: bytes) -> None:
        """Take what of this piece is not there yet."""
        self.came += 1
        end = start + len(chunk)
        at = start
        while at < end:
            place = bisect_right(self.starts, at)
            if place and at < self._end(place - 1):
                at = self._end(place - 1)  # here already
                continue
            stop = min(end, self.starts[place]) if place < len(self.starts) else end
            if not self._put_new(place, at, chunk[at - start : stop - start]):
                return
            at = stop

    def _put_new(self, place: int, at: int, piece: bytes) -> bool:
        if place and self._end(place - 1) == at:
            self.stretches[place - 1] += piece
        elif len(self.starts) >= FRAGMENT_GAPS_MAX:
            return False  # too scattered to keep: a repeat will fill it
        else:
            self.starts.insert(place, at)
            self.stretches.insert(place, bytearray(piece))
        self.held += len(piece)
        return True

    def _end(self, place: int) -> int:
        return self.starts[place] + len(self.stretches[place])

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """What is missing, the first GAPS_TOLD_MAX stretches; the last of them then ends where the whole ends."""
        edges = [0, *(edge for at in range(len(self.starts)) for edge in (self.starts[at], self._end(at))), self.total]
        found = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
        if len(found) <= GAPS_TOLD_MAX:
            return tuple(found)
        return (*found[: GAPS_TOLD_MAX - 1], (found[GAPS_TOLD_MAX - 1][0], self.total))

    def whole(self) -> bytes | None:
        """All of it, once nothing is missing."""
        return b"".join(self.stretches) if self.held == self.total else None


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
        item = gathered.whole()
        if item is None:
            return None
        del self._sets[key]
        if sha256(item).digest()[:SET_ID_BYTES] != fragment.set_id:
            raise Malformed(f"the {len(item)} bytes put together do not match their set id; send again", item[:64])
        if item[0] == FRAGMENT:
            raise Malformed("an item put together from fragments is itself a fragment", item[:64])
        return item

    def unfinished(self) -> Mapping[tuple[bytes, int], int]:
        """The sets that are not whole, by name and total, and how many pieces of each have come, new or not."""
        return {key: gathered.came for key, gathered in self._sets.items()}

    def gaps(self, key: tuple[bytes, int]) -> Gaps:
        """What is missing of one of them. (R-211)"""
        return Gaps(*key, self._sets[key].gaps())

    @property
    def bytes_held(self) -> int:
        return sum(gathered.held for gathered in self._sets.values())
