"""Entries on the wire: the hot path. A core has about 100 µs a message, so this takes under 5 µs of them.

- entry: kind (1) | bits (1) | time (5: ms since the line was opened) | [references] | length | body
- bits:  0x03 precedence, 0x04 exercise, 0x08 references follow, 0x30 codec; 0xC0 zero
- after: slots (1), each: form << 4 | party (1) | [generation | size | [root]] | run's first index - receipted
- form:  0 nothing held; 1 the recipient's own log: two bytes of its generation; 2 in full: twelve, and the root
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final

from openline.errors import LocalFault
from openline.limits import (
    BODY_BYTES_MAX,
    COMMIT_ENTRIES_MAX,
    GENERATION_BYTES,
    LOG_ENTRIES_MAX,
    PARTIES_MAX,
    REFERENCES_MAX,
)
from openline.wire.cursor import Cursor
from openline.wire.shapes import TAIL_BYTES, AfterSlot, LogRef, Ref, Run, WireAfter, WireEntry
from openline.wire.varint import put_varint

ROOT_BYTES: Final = 32
WRITTEN_MS_MAX: Final = 2**40 - 1  # five bytes: 34 years from the opening of the line

_HEAD: Final = Struct(">BBBI")  # kind, bits, high byte and low four bytes of the time
_HEAD_BYTES: Final = _HEAD.size
_OWN_BITS: Final = 0x07
_HAS_REFS: Final = 0x08
_CODEC_SHIFT: Final = 4
_BITS_KNOWN: Final = 0x3F
_FULL: Final = 2


def put_log(log: LogRef) -> bytes:
    """`kind << 4 | party` and the tail. Raises LocalFault on a tail or party out of bounds. (R-012)"""
    party, tail = log
    if not 0 <= party < PARTIES_MAX or len(tail) not in TAIL_BYTES:
        raise LocalFault(f"log reference to party {party} with {len(tail)} bytes of generation")
    return bytes((TAIL_BYTES.index(len(tail)) << 4 | party,)) + tail


def take_log(cursor: Cursor) -> LogRef:
    """What `put_log` spelled. Raises Malformed naming the byte."""
    byte = cursor.number(1, "log reference")
    kind, party = byte >> 4, byte & 0x0F
    if kind > _FULL or party >= PARTIES_MAX:
        cursor.pos -= 1
        raise cursor.wrong(f"log reference {byte:#04x} is of no known kind or party")
    return LogRef(party, cursor.take(TAIL_BYTES[kind], "log reference's generation"))


def put_batch(
    log: LogRef, first: int, runs: Sequence[Run], entries: Sequence[WireEntry], opened_at_ms: int
) -> list[bytes]:
    """The pieces of an Entries item after its type byte. Raises LocalFault on what could not be read back."""
    if not 1 <= len(entries) <= COMMIT_ENTRIES_MAX or sum([run.count for run in runs]) != len(entries):
        raise LocalFault(f"{len(runs)} runs, {len(entries)} entries; 1 to {COMMIT_ENTRIES_MAX} entries, all in runs")
    if not 0 <= first <= LOG_ENTRIES_MAX - len(entries):
        raise LocalFault(f"entries from {first} on are beyond the longest log")
    out = [put_log(log), put_varint(first), put_varint(len(runs))]
    at = first
    for run in runs:
        if run.count < 1:
            raise LocalFault("a run of no entries")
        out.append(put_varint(run.count))
        out.append(put_after(run.after, at))
        at += run.count
    put_entries(entries, opened_at_ms, out)
    return out


def take_batch(cursor: Cursor, opened_at_ms: int) -> tuple[LogRef, int, tuple[Run, ...], tuple[WireEntry, ...]]:
    """What `put_batch` spelled. Raises Malformed naming the byte. (R-013, R-014)"""
    log = take_log(cursor)
    first = cursor.size("first index")
    run_count = cursor.varint(COMMIT_ENTRIES_MAX, "number of runs")
    runs = []
    total = 0
    for _ in range(run_count):
        count = cursor.varint(COMMIT_ENTRIES_MAX - total, "length of a run")
        if count < 1:
            raise cursor.wrong("a run of no entries")
        runs.append(Run(count, take_after(cursor, first + total)))
        total += count
    if total < 1 or first + total > LOG_ENTRIES_MAX:
        raise cursor.wrong(f"{total} entries from {first} on: none, or beyond the longest log")
    return log, first, tuple(runs), take_entries(cursor, total, opened_at_ms)


def put_after(after: WireAfter, run_first: int) -> bytes:
    """An `after` of entries from `run_first` on. Raises LocalFault on what could not be read back. (R-015)"""
    out = [bytes((len(after),))]
    last = -1
    for party, tail, size, root, receipted in after:
        form = _form(tail, size, root)
        if not last < party < PARTIES_MAX or form < 0 or not 0 <= receipted <= run_first:
            raise LocalFault(
                f"`after` of party {party}: out of order, of no form, or receipted {receipted} beyond {run_first}"
            )
        last = party
        out.append(bytes((form << 4 | party,)))
        if tail:
            out += (tail, put_varint(size), root)
        out.append(put_varint(run_first - receipted))
    return b"".join(out)


def _form(tail: bytes, size: int, root: bytes) -> int:
    """The form of a slot, or -1 when it has none."""
    if not tail:
        return -1 if size or root else 0
    if len(tail) not in TAIL_BYTES or not 0 <= size <= LOG_ENTRIES_MAX:
        return -1
    form = TAIL_BYTES.index(len(tail))
    return form if len(root) == (ROOT_BYTES if form == _FULL else 0) else -1


def take_after(cursor: Cursor, run_first: int) -> WireAfter:
    """What `put_after` spelled. Raises Malformed naming the byte. (R-015)"""
    slots: list[AfterSlot] = []
    last = -1
    for _ in range(cursor.number(1, "number of `after` slots")):
        byte = cursor.number(1, "`after` slot")
        form, party = byte >> 4, byte & 0x0F
        if form > _FULL:
            raise cursor.wrong(f"`after` slot {byte:#04x} is of no known form")
        if not last < party < PARTIES_MAX:
            raise cursor.wrong(f"`after` slot of party {party} is out of order or beyond the roster")
        last = party
        tail = cursor.take(TAIL_BYTES[form], "`after` generation")
        size = cursor.size("`after` size") if tail else 0
        root = cursor.take(ROOT_BYTES, "`after` root") if form == _FULL else b""
        slots.append(AfterSlot(party, tail, size, root, run_first - cursor.varint(run_first, "unreceipted entries")))
    return tuple(slots)


def put_entries(entries: Sequence[WireEntry], opened_at_ms: int, out: list[bytes]) -> None:
    """Add the pieces of entries to `out`. Raises LocalFault on what could not be read back. (R-014)"""
    pack = _HEAD.pack
    put = out.append
    for kind, bits, written_at_ms, references, codec, body in entries:
        since = written_at_ms - opened_at_ms
        length = len(body)
        if bits & ~_OWN_BITS or codec & ~3 or not 0 <= since <= WRITTEN_MS_MAX or length > BODY_BYTES_MAX:
            raise LocalFault(
                f"entry with bits {bits:#x}, codec {codec}, {length} bytes, written {since} ms after the opening"
            )
        bits |= codec << _CODEC_SHIFT
        if references:
            bits |= _HAS_REFS
        put(pack(kind, bits, since >> 32, since & 0xFFFFFFFF))
        if references:
            put(_put_references(references))
        put(put_varint(length))
        put(body)


def _put_references(references: Sequence[Ref]) -> bytes:
    if len(references) > REFERENCES_MAX:
        raise LocalFault(f"{len(references)} references; an entry has at most {REFERENCES_MAX}")
    out = [put_varint(len(references))]
    for party, generation, index in references:
        if not 0 <= party < PARTIES_MAX or len(generation) != GENERATION_BYTES or not 0 <= index < LOG_ENTRIES_MAX:
            raise LocalFault(f"reference to party {party}, {len(generation)} bytes of generation, index {index}")
        out += (bytes((party,)), generation, put_varint(index))
    return b"".join(out)


def take_entries(cursor: Cursor, count: int, opened_at_ms: int) -> tuple[WireEntry, ...]:
    """`count` entries, as `put_entries` spelled them. Raises Malformed naming the byte. (R-014)"""
    buf, pos, end = cursor.buf, cursor.pos, len(cursor.buf)
    unpack = _HEAD.unpack_from
    out: list[WireEntry] = []
    for _ in range(count):
        cursor.pos = pos
        if pos + _HEAD_BYTES >= end:
            raise cursor.wrong(f"entry {len(out)} of {count} is cut off")
        kind, bits, high, low = unpack(buf, pos)
        if bits > _BITS_KNOWN:
            raise cursor.wrong(f"entry {len(out)} has unknown bits {bits:#04x}")
        pos += _HEAD_BYTES
        references: tuple[Ref, ...] = ()
        if bits & _HAS_REFS:
            cursor.pos = pos
            references = _take_references(cursor)
            pos = cursor.pos
        # Nearly every length has one or two bytes; anything else takes the long way, which also refuses.
        one = buf[pos] if pos < end else 0x80
        two = buf[pos + 1] if pos + 1 < end else 0x80
        if one < 0x80:
            length = one
            pos += 1
        elif 0 < two < 0x80:
            length = one & 0x7F | two << 7
            pos += 2
        else:
            cursor.pos = pos
            length = cursor.varint(BODY_BYTES_MAX, "length of a body")
            pos = cursor.pos
        stop = pos + length
        if stop > end:
            cursor.pos = pos
            raise cursor.wrong(f"body of entry {len(out)} needs {length} bytes, {end - pos} are left")
        written = opened_at_ms + (high << 32 | low)
        out.append(WireEntry(kind, bits & _OWN_BITS, written, references, bits >> _CODEC_SHIFT, buf[pos:stop]))
        pos = stop
    cursor.pos = pos
    return tuple(out)


def _take_references(cursor: Cursor) -> tuple[Ref, ...]:
    count = cursor.varint(REFERENCES_MAX, "number of references")
    if count < 1:
        raise cursor.wrong("references are announced and there are none")
    return tuple(
        Ref(cursor.party("reference"), cursor.generation("reference"), cursor.index("reference")) for _ in range(count)
    )
