"""A third hand on exported records: it knows how a file is laid out (R-170) and neither how we write nor how we judge.

Files spoilt by class, for two readers that were written apart: both must say the same of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

import cbor2

LINE: Final = b"openline-record 1\n"
HEAD, CHARTER, CARD, CERTIFICATE, LOG, ENTRY, NOTE, ARRIVAL, END = 1, 2, 3, 4, 5, 6, 7, 10, 12
KINDS: Final = {
    HEAD: "head", CHARTER: "charter", CARD: "card", CERTIFICATE: "certificate", LOG: "log", ENTRY: "entry",
    NOTE: "checkpoint", ARRIVAL: "arrival",
}  # fmt: skip
EARLY: Final = 24  # a byte before any signature of the second, post-quantum kind


class Item(NamedTuple):
    """One item, without its check."""

    kind: int
    payload: bytes


def items_of(data: bytes) -> list[Item]:
    """The items of a sound file, the last one left out."""
    at, found = len(LINE), []
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4]
        found.append(Item(kind, data[at + 5 : at + 5 + size]))
        at += 5 + size + 8
    return found[:-1]


def whole(items: list[Item]) -> bytes:
    """A file of these items, all checks made anew: spoilt by a hand, not by wear."""
    state, out = sha256(LINE).digest(), LINE
    for kind, payload in items:
        head = len(payload).to_bytes(4, "big") + bytes([kind])
        state = sha256(state + head + payload).digest()
        out += head + payload + state[:8]
    payload = cbor2.dumps({0: len(items), 1: state}, canonical=True)
    head = len(payload).to_bytes(4, "big") + bytes([END])
    return out + head + payload + sha256(state + head + payload).digest()[:8]


def _bit(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _cbor(item: Item, **changes: Any) -> Item:
    fields = cbor2.loads(item.payload)
    for key, value in changes.items():
        fields[int(key[1:])] = value
    return Item(item.kind, cbor2.dumps(fields, canonical=True))


def _first(items: list[Item], kind: int, number: int = 0) -> int:
    return [at for at, one in enumerate(items) if one.kind == kind][number]


def spoilt(data: bytes, other: bytes) -> Iterator[tuple[str, bytes]]:
    """(class and what was done, the file). `other`: a sound record of another line."""
    items = items_of(data)
    strange = items_of(other)
    assert whole(items) == data, "nothing done, nothing changed"
    yield from _by_kind(data, items)
    yield from _by_place(data, items)
    for kind in (CHARTER, CARD, CERTIFICATE, LOG, NOTE):
        at = _first(items, kind)
        put = strange[_first(strange, kind)]
        yield f"other line: its {KINDS[kind]}", whole([*items[:at], put, *items[at + 1 :]])
    yield from _inside(items)


def _by_kind(data: bytes, items: list[Item]) -> Iterator[tuple[str, bytes]]:
    at_byte, places = len(LINE), []
    for one in items:
        places.append(at_byte)
        at_byte += 5 + len(one.payload) + 8
    for kind, name in KINDS.items():
        at = _first(items, kind)
        item = items[at]
        yield f"bit: in a {name}", _bit(data, places[at] + 5 + len(item.payload) // 2)
        if kind in (CHARTER, CARD, CERTIFICATE, LOG, ENTRY, NOTE):
            turned = Item(kind, _bit(item.payload, min(EARLY, len(item.payload) - 1)))
            yield f"bit, checks anew: in a {name}", whole([*items[:at], turned, *items[at + 1 :]])
        yield f"dropped: a {name}", whole([*items[:at], *items[at + 1 :]])
        yield f"twice: a {name}", whole([*items[:at], item, *items[at:]])
        longer = Item(kind, item.payload + b"\0")
        yield f"unended: a {name} that is longer", whole([*items[:at], longer, *items[at + 1 :]])


def _by_place(data: bytes, items: list[Item]) -> Iterator[tuple[str, bytes]]:
    for part in (0, 10, len(LINE), len(data) // 3, len(data) // 2, len(data) - 9, len(data) - 1):
        yield f"truncation: {part} bytes", data[:part]
    yield "trailing: one byte", data + b"\0"
    yield "trailing: itself again", data + data
    yield "version: 2", data.replace(b"record 1", b"record 2", 1)
    yield "length: 2^31", data[: len(LINE)] + b"\x80\0\0\0" + data[len(LINE) + 4 :]
    yield "kind: 99", whole([Item(99, items[0].payload), *items[1:]])
    for one, two in ((0, 1), (_first(items, ENTRY), _first(items, NOTE)), (_first(items, LOG), _first(items, ENTRY))):
        swapped = list(items)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        yield f"order: {KINDS[items[one].kind]} and {KINDS[items[two].kind]}", whole(swapped)


def _inside(items: list[Item]) -> Iterator[tuple[str, bytes]]:
    first, second = _first(items, ENTRY), _first(items, ENTRY, 1)
    one, two = cbor2.loads(items[first].payload), cbor2.loads(items[second].payload)
    bodies = list(items)
    bodies[first], bodies[second] = _cbor(items[first], _1=two[1]), _cbor(items[second], _1=one[1])
    yield "bodies: swapped", whole(bodies)
    yield "body: without its salt", whole([*items[:second], _without(items[second], 2), *items[second + 1 :]])
    salted = _cbor(items[second], _2=bytes(len(two[2])))
    yield "body: salt of nought", whole([*items[:second], salted, *items[second + 1 :]])
    shown = _without(_without(items[first], 2), 1)
    yield "body: an opening that is withheld", whole([*items[:first], shown, *items[first + 1 :]])
    at = _first(items, NOTE)
    text = items[at].payload
    lines = [line for line in text.split(b"\n") if line.startswith("\u2014".encode())]
    for number, line in enumerate(lines):
        less = text.replace(line + b"\n", b"", 1)
        yield f"signature: line {number} left out", whole([*items[:at], Item(NOTE, less), *items[at + 1 :]])
        more = text.replace(line + b"\n", line + b"\n" + line + b"\n", 1)
        yield f"signature: line {number} twice", whole([*items[:at], Item(NOTE, more), *items[at + 1 :]])
    later = items[_first(items, NOTE, 1)].payload
    yield "checkpoint: a later one in its place", whole([*items[:at], Item(NOTE, later), *items[at + 1 :]])
    loose = b"\xbf" + items[0].payload[1:] + b"\xff"
    yield "cbor: a map without end", whole([Item(HEAD, loose), *items[1:]])


def _without(item: Item, key: int) -> Item:
    fields = cbor2.loads(item.payload)
    fields.pop(key, None)
    return Item(item.kind, cbor2.dumps(fields, canonical=True))
