"""How the item is spelled by which a receiver says what it lacks of a set of fragments. (R-211)"""

from __future__ import annotations

from typing import Final

from openline.errors import LocalFault
from openline.limits import FRAGMENTED_BYTES_MAX, GAPS_TOLD_MAX
from openline.wire.cursor import Cursor
from openline.wire.shapes import Gaps
from openline.wire.varint import put_varint

GAPS: Final = 19
_SET_BYTES: Final = 8


def put_gaps(item: Gaps, _: int) -> list[bytes]:
    """Raises LocalFault for one that `take_gaps` would refuse."""
    if len(item.set_id) != _SET_BYTES or item.total > FRAGMENTED_BYTES_MAX or not 1 <= len(item.spans) <= GAPS_TOLD_MAX:
        raise LocalFault(f"gaps of a set of {item.total} bytes: {len(item.spans)} of them")
    out = [bytes((GAPS,)), item.set_id, put_varint(item.total), put_varint(len(item.spans))]
    at = 0
    for number, (start, end) in enumerate(item.spans):
        if start < at + (number > 0) or end <= start or end > item.total:
            raise LocalFault("gaps do not ascend with something held between them")
        out += (put_varint(start - at), put_varint(end - start))
        at = end
    return out


def take_gaps(cursor: Cursor, _: int) -> Gaps:
    """Raises Malformed."""
    set_id, total = cursor.take(_SET_BYTES, "set id"), cursor.varint(FRAGMENTED_BYTES_MAX, "total")
    count = cursor.varint(GAPS_TOLD_MAX, "number of gaps")
    if not count:
        raise cursor.wrong("no gaps")
    spans = []
    at = 0
    for number in range(count):
        start = at + cursor.varint(FRAGMENTED_BYTES_MAX, "start of a gap")
        end = start + cursor.varint(FRAGMENTED_BYTES_MAX, "length of a gap")
        if end == start or (number and start == at):
            raise cursor.wrong("a gap of no bytes, or beside another")
        if end > total:
            raise cursor.wrong(f"a gap up to {end} of a whole of {total} bytes")
        spans.append((start, end))
        at = end
    return Gaps(set_id, total, tuple(spans))
