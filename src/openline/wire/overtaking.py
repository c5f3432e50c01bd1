"""An entry that overtakes: itself, and the fewest hashes that lead from it to a root its author signed. (R-220)

    log | index | `after` | entry | entries behind it, to the size | signature (64) | entries missing before it | hashes

The hashes have no count: place, size and the number missing say how many there are, and in which order.
"""

from __future__ import annotations

from typing import Final

from openline.errors import LocalFault
from openline.limits import LOG_ENTRIES_MAX
from openline.wire.batches import put_after, put_entries, put_log, take_after, take_entries, take_log
from openline.wire.cursor import Cursor
from openline.wire.shapes import Overtaking
from openline.wire.varint import put_varint

KIND: Final = 17
HASH_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64


def subtrees_between(first: int, end: int) -> int:
    """How many complete subtrees cover the leaves from `first` to `end` - 1: at most two for each bit of a size."""
    count = 0
    while first < end:
        first += widest(first, end)
        count += 1
    return count


def widest(first: int, end: int) -> int:
    """Leaves of the largest complete subtree that begins with leaf `first` and ends before `end`; first < end."""
    most = 1 << (end - first).bit_length() - 1
    return min(first & -first, most) if first else most


def put_overtaking(item: Overtaking, opened_at_ms: int) -> list[bytes]:
    """The pieces of the item, its type byte first. Raises LocalFault on what could not be read back."""
    log, index, after, entry, size, signature, first, hashes = item
    if not 0 <= first <= index < size <= LOG_ENTRIES_MAX or len(signature) != _SIGNATURE_BYTES:
        raise LocalFault(f"entry {index} of {size} overtakes from {first} on, {len(signature)} bytes of signature")
    count = subtrees_between(first, index) + subtrees_between(index + 1, size)
    if len(hashes) != count or any(len(one) != HASH_BYTES for one in hashes):
        raise LocalFault(f"{len(hashes)} hashes beside an entry that overtakes; there must be {count} of {HASH_BYTES}")
    out = [bytes((KIND,)), put_log(log), put_varint(index), put_after(after, index)]
    put_entries((entry,), opened_at_ms, out)
    return [*out, put_varint(size - index - 1), signature, put_varint(index - first), *hashes]


def take_overtaking(cursor: Cursor, opened_at_ms: int) -> Overtaking:
    """What `put_overtaking` spelled. Raises Malformed naming the byte."""
    log, index = take_log(cursor), cursor.index("index")
    after = take_after(cursor, index)
    (entry,) = take_entries(cursor, 1, opened_at_ms)
    size = index + 1 + cursor.varint(LOG_ENTRIES_MAX - index - 1, "entries behind the one that overtakes")
    signature = cursor.take(_SIGNATURE_BYTES, "signature")
    first = index - cursor.varint(index, "entries before the one that overtakes")
    count = subtrees_between(first, index) + subtrees_between(index + 1, size)
    hashes = cursor.take(count * HASH_BYTES, "hashes")
    cut = tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
    return Overtaking(log, index, after, entry, size, signature, first, cut)
