"""The items of an opened payload, each with one spelling: a type byte, then its fields. (R-010)

Fixed numbers are big endian, variable ones varints. A payload is items one after another; type 0 is
padding and everything after it is zero. An unknown type refuses the whole payload, because its
length is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from openline.errors import LocalFault, Malformed
from openline.limits import (
    BLOB_BYTES_MAX,
    BLOB_CHUNK_BYTES,
    CERTIFICATE_BYTES_MAX,
    FRAGMENTED_BYTES_MAX,
    GENERATION_BYTES,
    GRANT_BYTES_MAX,
    HAIL_LOGS_MAX,
    ITEMS_PER_FRAME_MAX,
    LOG_ENTRIES_MAX,
    NOTE_BYTES_MAX,
    PARTIES_MAX,
    PAYLOAD_BYTES_MAX,
)
from openline.wire.batches import put_batch, put_log, take_batch, take_log
from openline.wire.cursor import Cursor
from openline.wire.gaps import GAPS, put_gaps, take_gaps
from openline.wire.overtaking import KIND as OVERTAKING
from openline.wire.overtaking import put_overtaking, take_overtaking
from openline.wire.shapes import (
    AfterSlot,
    BlobAsk,
    BlobChunk,
    Checkpoint,
    Commit,
    Differs,
    DiffersReason,
    Entries,
    Fragment,
    Gaps,
    Grant,
    Hail,
    HailLog,
    HailReceipt,
    Item,
    Lack,
    LogRef,
    Note,
    Opening,
    Overtaking,
    PqCheckpoint,
    PqReceipt,
    Receipt,
    Ref,
    RosterEntry,
    Run,
    ShortHail,
    WireAfter,
    WireEntry,
)
from openline.wire.varint import VARINT_MAX, put_varint

__all__ = [
    "AfterSlot", "BlobAsk", "BlobChunk", "Checkpoint", "Commit", "Differs", "DiffersReason", "Entries", "Fragment",
    "Gaps", "Grant", "Hail", "HailLog", "HailReceipt", "Item", "Lack", "LogRef", "Note", "Opening", "Overtaking",
    "PqCheckpoint", "PqReceipt", "Receipt", "Ref", "RosterEntry", "Run", "ShortHail", "WireAfter", "WireEntry",
    "FRAGMENT", "NEXT_KEY_BYTES", "PQ_SIGNATURE_BYTES", "SIGNATURE_BYTES",
    "decode_items", "encode_item", "encode_items",
]  # fmt: skip

SIGNATURE_BYTES: Final = 64  # Ed25519
PQ_SIGNATURE_BYTES: Final = 2420  # ML-DSA-44
NEXT_KEY_BYTES: Final = 1216  # X-Wing public key
PADDING: Final = 0
FRAGMENT: Final = 10
_CLOCK_BYTES: Final = 6
_AT_BYTES: Final = 5
_SENDER: Final = b"\xff"  # in place of a party: whoever sent the frame


def encode_items(items: Iterable[Item], opened_at_ms: int) -> bytes:
    """Spell items one after another. `opened_at_ms`: the charter's instant, which entries' times count from.

    Raises LocalFault on anything that `decode_items` would refuse.
    """
    return b"".join([encode_item(item, opened_at_ms) for item in items])


def encode_item(item: Item, opened_at_ms: int) -> bytes:
    """Spell one item, its type byte first. Raises LocalFault as `encode_items` does."""
    return b"".join(_PUT[type(item)](item, opened_at_ms))


def decode_items(payload: bytes, opened_at_ms: int) -> list[Item]:
    """Read all items of a payload; padding is dropped.

    Raises Malformed naming the item's number, its kind and the byte; nothing of the payload is then used. (R-011)
    """
    if len(payload) > max(PAYLOAD_BYTES_MAX, FRAGMENTED_BYTES_MAX):
        raise Malformed(f"payload of {len(payload)} bytes is longer than any frame or fragmented item")
    cursor = Cursor(payload)
    items: list[Item] = []
    end = len(payload)
    while cursor.pos < end:
        start = cursor.pos
        kind = payload[start]
        if kind == PADDING:
            if payload.count(0, start) != end - start:
                raise Malformed(f"item {len(items)} at byte {start}: padding is not all zero", payload)
            break
        name, take = _TAKE.get(kind, ("", None))
        if take is None:
            raise Malformed(f"item {len(items)} at byte {start}: unknown kind {kind}; the payload is refused", payload)
        if len(items) >= ITEMS_PER_FRAME_MAX:
            raise Malformed(f"more than {ITEMS_PER_FRAME_MAX} items in one payload", payload)
        cursor.pos = start + 1
        try:
            items.append(take(cursor, opened_at_ms))
        except Malformed as fault:
            raise Malformed(f"item {len(items)} ({name}) at byte {start}: {fault.reason}", payload) from None
    return items


# --- writing: each gives the pieces of one item, type byte first


def _fixed(value: bytes, length: int, what: str) -> bytes:
    if len(value) != length:
        raise LocalFault(f"{what} of {len(value)} bytes; it must have {length}")
    return value


def _number(value: int, width: int, what: str) -> bytes:
    if not 0 <= value < 1 << 8 * width:
        raise LocalFault(f"{what} {value} does not fit {width} bytes")
    return value.to_bytes(width, "big")


def _party(party: int) -> bytes:
    if not 0 <= party < PARTIES_MAX:
        raise LocalFault(f"party {party}; a line has at most {PARTIES_MAX}")
    return bytes((party,))


def _generation(generation: bytes) -> bytes:
    return _fixed(generation, GENERATION_BYTES, "generation")


def _bounded(value: int, most: int, what: str) -> bytes:
    if not 0 <= value <= most:
        raise LocalFault(f"{what} {value} is outside 0..{most}")
    return put_varint(value)


def _size(size: int) -> bytes:
    return _bounded(size, LOG_ENTRIES_MAX, "size or index")


def _counted(value: bytes, most: int, what: str) -> bytes:
    return _bounded(len(value), most, f"length of {what}") + value


def _many(rows: Sequence[Any], keys: list[Any], most: int, what: str) -> bytes:
    """The count of rows that must stand in one order only."""
    if any(one >= other for one, other in pairwise(keys)):
        raise LocalFault(f"{what} of a hail must ascend, each once")
    return _bounded(len(rows), most, f"number of {what}")


def _put_hail(item: Hail, _: int) -> list[bytes]:
    out = [b"\x01", _number(item.clock_ms, _CLOCK_BYTES, "clock"), _fixed(item.nonce, 8, "nonce")]
    out += (_fixed(item.echo, 8, "echo"), put_varint(item.waited_ms), put_varint(item.epoch))
    out.append(_many(item.logs, [log[:2] for log in item.logs], HAIL_LOGS_MAX, "logs"))
    for party, generation, size, root8 in item.logs:
        out += (_party(party), _generation(generation), _size(size), _fixed(root8, 8, "root8"))
    out.append(_many(item.receipted, [row.party for row in item.receipted], PARTIES_MAX, "receipts"))
    for party, size in item.receipted:
        out += (_party(party), _size(size))
    out.append(_many(item.lacks, [lack[:2] for lack in item.lacks], HAIL_LOGS_MAX, "lacks"))
    for party, generation, first in item.lacks:
        out += (_party(party), _generation(generation), _size(first))
    return out


def _put_opening(item: Opening, _: int) -> list[bytes]:
    secret, station = _fixed(item.secret, 32, "log secret"), _fixed(item.station, 8, "station")
    return [b"\x02", _party(item.party), _generation(item.generation), secret, station]


def _put_entries(item: Entries, opened_at_ms: int) -> list[bytes]:
    return [b"\x03", *put_batch(item.log, item.first, item.runs, item.entries, opened_at_ms)]


def _put_commit(item: Commit, opened_at_ms: int) -> list[bytes]:
    pieces = put_batch(item.log, item.first, item.runs, item.entries, opened_at_ms)
    return [b"\x04", *pieces, _fixed(item.signature, SIGNATURE_BYTES, "signature")]


def _put_checkpoint(item: Checkpoint, _: int) -> list[bytes]:
    return [b"\x05", put_log(item.log), _size(item.size), _fixed(item.signature, SIGNATURE_BYTES, "signature")]


def _put_receipt(item: Receipt, _: int) -> list[bytes]:
    witness = b"\x06" if item.witness is None else b"\x07" + _party(item.witness)
    out = [witness, put_log(item.log), _size(item.size), _number(item.at_s, _AT_BYTES, "time")]
    return [*out, _fixed(item.signature, SIGNATURE_BYTES, "signature")]


def _put_note(item: Note, _: int) -> list[bytes]:
    return [b"\x08", _counted(item.text, NOTE_BYTES_MAX, "note")]


def _put_differs(item: Differs, _: int) -> list[bytes]:
    reason = DiffersReason(item.reason)
    return [b"\x09", put_log(item.log), _size(item.size), _fixed(item.root, 32, "root"), bytes((reason,))]


def _put_fragment(item: Fragment, _: int) -> list[bytes]:
    if item.offset + len(item.chunk) > item.total or not item.chunk:
        raise LocalFault("a fragment is empty or ends beyond its whole")
    out = [b"\x0a", _fixed(item.set_id, 8, "set id"), put_varint(item.offset)]
    return [*out, _bounded(item.total, FRAGMENTED_BYTES_MAX, "total"), put_varint(len(item.chunk)), item.chunk]


def _put_blob_ask(item: BlobAsk, _: int) -> list[bytes]:
    return [b"\x0b", _fixed(item.digest, 32, "digest"), _bounded(item.offset, BLOB_BYTES_MAX, "offset")]


def _put_blob_chunk(item: BlobChunk, _: int) -> list[bytes]:
    if item.offset + len(item.data) > item.total:
        raise LocalFault("a blob chunk ends beyond its whole")
    out = [b"\x0c", _fixed(item.digest, 32, "digest"), put_varint(item.offset)]
    return [*out, _bounded(item.total, BLOB_BYTES_MAX, "total"), _counted(item.data, BLOB_CHUNK_BYTES, "chunk")]


def _put_grant(item: Grant, _: int) -> list[bytes]:
    if len(item.next_key) not in (0, NEXT_KEY_BYTES):
        raise LocalFault(f"next key of {len(item.next_key)} bytes; it has 0 or {NEXT_KEY_BYTES}")
    has_key = b"\x01" if item.next_key else b"\x00"
    return [b"\x0d", put_varint(item.epoch), _counted(item.sealed, GRANT_BYTES_MAX, "grant"), has_key, item.next_key]


def _put_pq_checkpoint(item: PqCheckpoint, _: int) -> list[bytes]:
    return [b"\x0e", put_log(item.log), _size(item.size), _fixed(item.signature, PQ_SIGNATURE_BYTES, "signature")]


def _put_pq_receipt(item: PqReceipt, _: int) -> list[bytes]:
    witness = _SENDER if item.witness is None else _party(item.witness)
    out = [b"\x0f", witness, put_log(item.log), _size(item.size), _number(item.at_s, _AT_BYTES, "time")]
    return [*out, _fixed(item.signature, PQ_SIGNATURE_BYTES, "signature")]


def _put_roster_entry(item: RosterEntry, _: int) -> list[bytes]:
    return [b"\x10", _counted(item.certificate, CERTIFICATE_BYTES_MAX, "certificate")]


def _put_short_hail(item: ShortHail, _: int) -> list[bytes]:
    out = [b"\x12", _number(item.clock_ms, _CLOCK_BYTES, "clock"), _fixed(item.nonce, 8, "nonce")]
    out += (_fixed(item.echo, 8, "echo"), put_varint(item.waited_ms), put_varint(item.epoch))
    return [*out, _fixed(item.level4, 4, "level")]


_PUT: Final[dict[type, Callable[[Any, int], list[bytes]]]] = {
    Hail: _put_hail,
    ShortHail: _put_short_hail,
    Opening: _put_opening,
    Entries: _put_entries,
    Commit: _put_commit,
    Checkpoint: _put_checkpoint,
    Receipt: _put_receipt,
    Note: _put_note,
    Differs: _put_differs,
    Fragment: _put_fragment,
    BlobAsk: _put_blob_ask,
    BlobChunk: _put_blob_chunk,
    Grant: _put_grant,
    PqCheckpoint: _put_pq_checkpoint,
    PqReceipt: _put_pq_receipt,
    RosterEntry: _put_roster_entry,
    Overtaking: put_overtaking,
    Gaps: put_gaps,
}

# --- reading: each takes the fields after the type byte


def _ascending(last: Any, key: Any, cursor: Cursor, what: str) -> Any:
    if last is not None and key <= last:
        raise cursor.wrong(f"{what} of a hail do not ascend")
    return key


def _take_hail(cursor: Cursor, _: int) -> Hail:
    clock_ms = cursor.number(_CLOCK_BYTES, "clock")
    nonce, echo = cursor.take(8, "nonce"), cursor.take(8, "echo")
    waited_ms, epoch = cursor.varint(VARINT_MAX, "wait"), cursor.varint(VARINT_MAX, "epoch")
    logs, receipted, lacks = [], [], []
    last: Any = None
    for _row in range(cursor.varint(HAIL_LOGS_MAX, "number of logs")):
        log = HailLog(cursor.party("log"), cursor.generation("log"), cursor.size("size"), cursor.take(8, "root8"))
        last = _ascending(last, log[:2], cursor, "logs")
        logs.append(log)
    last = None
    for _row in range(cursor.varint(PARTIES_MAX, "number of receipts")):
        row = HailReceipt(cursor.party("receipt"), cursor.size("receipted size"))
        last = _ascending(last, row.party, cursor, "receipts")
        receipted.append(row)
    last = None
    for _row in range(cursor.varint(HAIL_LOGS_MAX, "number of lacks")):
        lack = Lack(cursor.party("lack"), cursor.generation("lack"), cursor.size("first index lacked"))
        last = _ascending(last, lack[:2], cursor, "lacks")
        lacks.append(lack)
    return Hail(clock_ms, nonce, echo, epoch, tuple(logs), tuple(receipted), tuple(lacks), waited_ms)


def _take_short_hail(cursor: Cursor, _: int) -> ShortHail:
    clock_ms = cursor.number(_CLOCK_BYTES, "clock")
    nonce, echo = cursor.take(8, "nonce"), cursor.take(8, "echo")
    waited_ms, epoch = cursor.varint(VARINT_MAX, "wait"), cursor.varint(VARINT_MAX, "epoch")
    return ShortHail(clock_ms, nonce, echo, waited_ms, epoch, cursor.take(4, "level"))


def _take_opening(cursor: Cursor, _: int) -> Opening:
    party, generation = cursor.party("opening"), cursor.generation("opening")
    return Opening(party, generation, cursor.take(32, "log secret"), cursor.take(8, "station"))


def _take_entries(cursor: Cursor, opened_at_ms: int) -> Entries:
    return Entries(*take_batch(cursor, opened_at_ms))


def _take_commit(cursor: Cursor, opened_at_ms: int) -> Commit:
    return Commit(*take_batch(cursor, opened_at_ms), cursor.take(SIGNATURE_BYTES, "signature"))


def _take_checkpoint(cursor: Cursor, _: int) -> Checkpoint:
    return Checkpoint(take_log(cursor), cursor.size("size"), cursor.take(SIGNATURE_BYTES, "signature"))


def _take_receipt(cursor: Cursor, _: int) -> Receipt:
    return Receipt(take_log(cursor), None, *_take_stamp(cursor, SIGNATURE_BYTES))


def _take_receipt_by(cursor: Cursor, _: int) -> Receipt:
    witness = cursor.party("witness")
    return Receipt(take_log(cursor), witness, *_take_stamp(cursor, SIGNATURE_BYTES))


def _take_stamp(cursor: Cursor, signature_bytes: int) -> tuple[int, int, bytes]:
    size, at_s = cursor.size("size"), cursor.number(_AT_BYTES, "time")
    return size, at_s, cursor.take(signature_bytes, "signature")


def _take_note(cursor: Cursor, _: int) -> Note:
    return Note(cursor.counted(NOTE_BYTES_MAX, "note"))


def _take_differs(cursor: Cursor, _: int) -> Differs:
    log, size, root = take_log(cursor), cursor.size("size"), cursor.take(32, "root")
    reason = cursor.number(1, "reason")
    if reason not in _DIFFERS_REASONS:
        raise cursor.wrong(f"reason {reason} is not known")
    return Differs(log, size, root, reason)


def _take_fragment(cursor: Cursor, _: int) -> Fragment:
    set_id, offset = cursor.take(8, "set id"), cursor.varint(FRAGMENTED_BYTES_MAX, "offset")
    total = cursor.varint(FRAGMENTED_BYTES_MAX, "total")
    chunk = cursor.counted(max(total - offset, 0), "fragment")
    if not chunk:
        raise cursor.wrong("a fragment of no bytes")
    return Fragment(set_id, offset, total, chunk)


def _take_blob_ask(cursor: Cursor, _: int) -> BlobAsk:
    return BlobAsk(cursor.take(32, "digest"), cursor.varint(BLOB_BYTES_MAX, "offset"))


def _take_blob_chunk(cursor: Cursor, _: int) -> BlobChunk:
    digest, offset = cursor.take(32, "digest"), cursor.varint(BLOB_BYTES_MAX, "offset")
    total = cursor.varint(BLOB_BYTES_MAX, "total")
    if offset > total:
        raise cursor.wrong(f"chunk at {offset} of a blob of {total} bytes")
    return BlobChunk(digest, offset, total, cursor.counted(min(total - offset, BLOB_CHUNK_BYTES), "chunk"))


def _take_grant(cursor: Cursor, _: int) -> Grant:
    epoch, sealed = cursor.varint(VARINT_MAX, "epoch"), cursor.counted(GRANT_BYTES_MAX, "grant")
    has_key = cursor.number(1, "mark of a next key")
    if has_key > 1:
        raise cursor.wrong(f"mark of a next key is {has_key}, not 0 or 1")
    return Grant(epoch, sealed, cursor.take(has_key * NEXT_KEY_BYTES, "next key"))


def _take_pq_checkpoint(cursor: Cursor, _: int) -> PqCheckpoint:
    return PqCheckpoint(take_log(cursor), cursor.size("size"), cursor.take(PQ_SIGNATURE_BYTES, "signature"))


def _take_pq_receipt(cursor: Cursor, _: int) -> PqReceipt:
    witness = None
    if cursor.buf[cursor.pos : cursor.pos + 1] == _SENDER:
        cursor.pos += 1
    else:
        witness = cursor.party("witness")
    return PqReceipt(take_log(cursor), witness, *_take_stamp(cursor, PQ_SIGNATURE_BYTES))


def _take_roster_entry(cursor: Cursor, _: int) -> RosterEntry:
    return RosterEntry(cursor.counted(CERTIFICATE_BYTES_MAX, "certificate"))


_DIFFERS_REASONS: Final = frozenset(DiffersReason)
_TAKE: Final[dict[int, tuple[str, Callable[[Cursor, int], Item]]]] = {
    1: ("hail", _take_hail),
    2: ("opening", _take_opening),
    3: ("entries", _take_entries),
    4: ("commit", _take_commit),
    5: ("checkpoint", _take_checkpoint),
    6: ("receipt", _take_receipt),
    7: ("receipt by another", _take_receipt_by),
    8: ("note", _take_note),
    9: ("differs", _take_differs),
    FRAGMENT: ("fragment", _take_fragment),
    11: ("blob ask", _take_blob_ask),
    12: ("blob chunk", _take_blob_chunk),
    13: ("grant", _take_grant),
    14: ("pq checkpoint", _take_pq_checkpoint),
    15: ("pq receipt", _take_pq_receipt),
    16: ("roster entry", _take_roster_entry),
    OVERTAKING: ("overtaking", take_overtaking),
    18: ("short hail", _take_short_hail),
    GAPS: ("gaps", take_gaps),
}
