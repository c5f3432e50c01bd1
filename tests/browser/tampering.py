"""A third hand on exported records and published statements: it knows how a file is laid out (R-170, R-546) and neither
how we write nor how we judge.

Files spoilt by class, for two readers that were written apart: both must say the same of each.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

import cbor2

LINE: Final = b"openline-record 1\n"
HEAD, CHARTER, CARD, CERTIFICATE, LOG, ENTRY, NOTE, PROOF, ARRIVAL, END = 1, 2, 3, 4, 5, 6, 7, 9, 10, 12
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


# ------------------------------------------------------------------ published statements
Members = dict[str, Any]


def _spelled(members: Members) -> bytes:
    return (json.dumps(members, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def spoilt_statement(data: bytes, other: bytes, longer: bytes) -> Iterator[tuple[str, bytes]]:
    """(class and what was done, the file). `data`: a sound statement of two parties in two languages or more, party 0
    the one that sends the words along. `other`: one of another line. `longer`: one whose first log has two checkpoints.
    """
    sound: Members = json.loads(data)
    assert _spelled(sound) == data and whole(items_of(_evidence(sound))) == _evidence(sound)
    yield from _as_text(data)
    yield from _members(sound)
    yield from _said(sound, json.loads(other))
    yield from _proof(sound, json.loads(other), json.loads(longer))


def _evidence(members: Members) -> bytes:
    return base64.b64decode(members["evidence"])


def _with(members: Members, **changes: Any) -> bytes:
    return _spelled({**members, **changes})


def _with_items(members: Members, items: list[Item]) -> bytes:
    return _with(members, evidence=base64.b64encode(whole(items)).decode())


def _as_text(data: bytes) -> Iterator[tuple[str, bytes]]:
    for at in (1, len(data) // 3, len(data) // 2, len(data) - 30):
        yield f"bit: at {at} of the file", _bit(data, at)
    for part in (1, 12, len(data) // 2, len(data) - 1):
        yield f"truncation: {part} bytes", data[:part]
    yield "trailing: a space", data + b" "
    yield "trailing: itself again", data + data
    yield "spelling: two spaces a level", _spelled_otherwise(data, indent=2)
    yield "spelling: nothing but ASCII", _spelled_otherwise(data, indent=1, ensure_ascii=True)
    yield "spelling: a byte order mark", b"\xef\xbb\xbf" + data
    yield "spelling: other line ends", data.replace(b"\n", b"\r\n")


def _spelled_otherwise(data: bytes, **way: Any) -> bytes:
    return (json.dumps(json.loads(data), **{"ensure_ascii": False, **way}) + "\n").encode()


def _members(sound: Members) -> Iterator[tuple[str, bytes]]:
    for name in ("digest", "texts", "published_by", "evidence"):
        yield f"dropped: the member {name}", _spelled({key: value for key, value in sound.items() if key != name})
    yield "order: members turned round", _spelled(dict(reversed(sound.items())))
    yield "kind: a number as a text", _with(sound, published_by="0")
    yield "kind: true for a number", _with(sound, published_by=True)
    yield "kind: a text for texts", _with(sound, texts="none")
    yield "kind: no texts", _with(sound, texts=[])
    yield "kind: a list for all", _spelled([sound])  # type: ignore[arg-type]
    yield "instant: 30 February", _with(sound, release_at="2026-02-30T10:00:00Z")
    yield "instant: with its offset", _with(sound, release_at="2026-02-05T11:00:00+01:00")
    yield "instant: before 1970", _with(sound, release_at="1969-12-31T23:59:59Z")
    yield "base64: a space in it", _with(sound, evidence=sound["evidence"][:8] + " " + sound["evidence"][8:])
    yield "base64: without its padding", _with(sound, evidence=sound["evidence"].rstrip("=")[:-1])


def _said(sound: Members, other: Members) -> Iterator[tuple[str, bytes]]:
    first, *rest = sound["texts"]
    for name, value in (
        ("title", first["title"] + "."), ("text", first["text"].replace("e", "\u0435", 1)),
        ("text", first["text"] + "\n"), ("language", "fr"), ("title", ""), ("text", "a\u202eb"),
    ):  # fmt: skip
        yield f"text: {name} {value[-12:]!a}", _with(sound, texts=[{**first, name: value}, *rest])
    yield "text: half of a pair", _with(sound, texts=[{**first, "title": "\ud800"}, *rest])
    yield "language: dropped", _with(sound, texts=rest)
    yield "language: one more", _with(sound, texts=[*sound["texts"], {**first, "language": "zh"}])
    yield "language: order", _with(sound, texts=[*rest, first])
    yield "language: twice", _with(sound, texts=[first, first, *rest])
    yield "instant: earlier", _with(sound, release_at="2026-01-01T00:00:00Z")
    yield "instant: later", _with(sound, release_at="2099-01-01T00:00:00Z")
    yield "zone: name", _with(sound, zone={**sound["zone"], "name": "Minsk"})
    yield "zone: minutes", _with(sound, zone={**sound["zone"], "minutes_east": 180})
    yield "zone: too far east", _with(sound, zone={**sound["zone"], "minutes_east": 900})
    yield "id: another", _with(sound, id=sound["id"] + "1")
    yield "id: a look-alike", _with(sound, id=sound["id"].replace("J", "\u0408"))
    yield "digest: of nothing", _with(sound, digest="00" * 32)
    yield "line: another", _with(sound, line=other["line"])
    yield "other line: its evidence", _with(sound, evidence=other["evidence"])
    yield "other line: its evidence and line", _with(sound, evidence=other["evidence"], line=other["line"])
    yield "early: published before", _with(sound, published_at="2026-01-01T00:00:00Z")
    yield "early: published at another time", _with(sound, published_at="2099-01-01T00:00:00Z")
    yield "early: published by another", _with(sound, published_by=1)


def _proof(sound: Members, other: Members, longer: Members) -> Iterator[tuple[str, bytes]]:
    items, strange, more = (items_of(_evidence(one)) for one in (sound, other, longer))
    head, note, entry, proof = (_first(items, kind) for kind in (HEAD, NOTE, ENTRY, PROOF))
    note_2, entry_2, proof_2 = (_first(items, kind, 1) for kind in (NOTE, ENTRY, PROOF))
    log_2 = _first(items, LOG, 1)

    def put(*changes: tuple[int, Item]) -> bytes:
        found = list(items)
        for at, item in changes:
            found[at] = item
        return _with_items(sound, found)

    def without(*places: int) -> bytes:
        return _with_items(sound, [one for at, one in enumerate(items) if at not in places])

    yield "early: all of the file says so", _early(sound, items, head)
    yield "record: it says it is one", put((head, _cbor(items[head], _1="record")))
    yield "maker: party 7", put((head, _cbor(items[head], _3=7)))
    for name, at in (("entry", entry), ("checkpoint", note), ("proof", proof), ("log", log_2)):
        yield f"dropped: a {name}", without(at)
        turned = Item(items[at].kind, _bit(items[at].payload, len(items[at].payload) // 2))
        yield f"bit, checks anew: in a {name}", put((at, turned))
    yield "dropped: all of one party", without(*range(log_2, len(items)))
    yield "dropped: the other party", without(*range(_first(items, LOG), log_2))
    yield "twice: one party", _with_items(sound, [*items, *items[log_2:]])
    log = _first(items, LOG)
    yield "order: parties", _with_items(sound, [*items[:log], *items[log_2:], *items[log:log_2]])
    one, two = (cbor2.loads(items[at].payload) for at in (entry, entry_2))
    yield "bodies: swapped", put((entry, _cbor(items[entry], _1=two[1])), (entry_2, _cbor(items[entry_2], _1=one[1])))
    yield "entries: swapped", put((entry, items[entry_2]), (entry_2, items[entry]))
    yield "proofs: of nothing", put((proof, _cbor(items[proof], _1=[])))
    yield "body: withheld", put((entry, _without(_without(items[entry], 2), 1)))
    yield "salt: of nought", put((entry_2, _cbor(items[entry_2], _2=bytes(32))))
    yield "checkpoint: that of the other log", put((note, items[note_2]))
    later = more[_first(more, NOTE, 1)]
    yield "checkpoint: a later one", put((note, later))
    yield "receipt over a gap: a second checkpoint", _with_items(sound, [*items[: note + 1], later, *items[note + 1 :]])
    said = [*items[: note - 1], _cbor(items[note - 1], _3=3), items[note], later, *items[note + 1 :]]
    yield "receipt over a gap: said so", _with_items(sound, said)
    yield from _lines(sound, items, note, note_2)
    for kind in (CHARTER, CARD, CERTIFICATE):
        at, put_in = _first(items, kind), strange[_first(strange, kind)]
        yield f"other line: its {KINDS[kind]}", put((at, put_in))
        yield f"twice: a {KINDS[kind]}", _with_items(sound, [*items[: at + 1], *items[at:]])
    for at in (30, 400, len(whole(items)) - 30):
        yield f"bit: in the evidence at {at}", _with(sound, evidence=base64.b64encode(_bit(whole(items), at)).decode())
    yield "truncation: of the evidence", _with(sound, evidence=base64.b64encode(whole(items)[:-40]).decode())


def _early(sound: Members, items: list[Item], head: int) -> bytes:
    made_ms = 1_770_285_599_999
    found = [*items[:head], _cbor(items[head], _2=made_ms), *items[head + 1 :]]
    return _with_items({**sound, "published_at": "2026-02-05T09:59:59Z"}, found)


def _lines(sound: Members, items: list[Item], note: int, note_2: int) -> Iterator[tuple[str, bytes]]:
    """Signatures under the first party's checkpoint: its own first, then the other's receipt."""
    dash = "\u2014".encode()
    text = items[note].payload
    own, receipt = [line for line in text.split(b"\n") if line.startswith(dash)]
    theirs = [line for line in items[note_2].payload.split(b"\n") if line.startswith(dash)]
    for what, new in (
        ("signature: its own left out", text.replace(own + b"\n", b"")),
        ("signature: the receipt left out", text.replace(receipt + b"\n", b"")),
        ("signature: its own twice", text.replace(own, own + b"\n" + own)),
        ("signature: the receipt twice", text.replace(receipt, receipt + b"\n" + receipt)),
        ("signature: its own under the other's name", text.replace(own, theirs[0])),
        ("other key: a receipt for the other log", text.replace(receipt, theirs[1])),
        ("other key: the key id of nobody", text.replace(own, _line_of(own, lambda data: bytes(4) + data[4:]))),
        ("signature: a bit of it", text.replace(own, _line_of(own, lambda data: _bit(data, 40)))),
        ("receipt: another time", text.replace(receipt, _line_of(receipt, lambda data: _bit(data, 11)))),
        ("receipt: a bit of it", text.replace(receipt, _line_of(receipt, lambda data: _bit(data, 60)))),
        ("order: receipt before its own", text.replace(own, b"@").replace(receipt, own).replace(b"@", receipt)),
    ):  # fmt: skip
        yield what, _with_items(sound, [*items[:note], Item(NOTE, new), *items[note + 1 :]])


def _line_of(line: bytes, turn: Callable[[bytes], bytes]) -> bytes:
    before, _, data = line.rpartition(b" ")
    return before + b" " + base64.b64encode(turn(base64.b64decode(data)))
