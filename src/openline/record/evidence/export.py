"""The exported record as a file: what an auditor, a mediator or a court gets, and reads without us.

    openline-record 1\n
    item   length (4 bytes, big endian, of the payload)  kind (1)  payload  check (8)
    ...
    the end item, and nothing after it

The check of an item is the first eight bytes of a running SHA-256: state 0 is SHA-256 of the first line, each next
state is SHA-256(state || length || kind || payload). It tells by name where a file was damaged; it proves nothing, for
whoever changes a file on purpose can compute it anew. What proves are the signatures inside (see `judge`). (R-170)

Items come in this order: head, charter, cards, certificates, revocations; then each log with what belongs to it;
then exhibits. In a *record* a log is all its headers with the bodies that are disclosed, each checkpoint straight
after the entry it ends with. In an *extract* its checkpoints come first, then chosen entries, each with its proof.
An arrival is the exporter's own word: when a receipt reached its station. (R-171, R-172)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from openline.errors import LocalFault, Malformed
from openline.limits import (
    BODY_BYTES_MAX,
    CARD_BYTES_MAX,
    CEREMONY_BYTES_MAX,
    CERTIFICATE_BYTES_MAX,
    EXHIBIT_BYTES_MAX,
    EXPORT_ITEM_BYTES_MAX,
    GENERATION_BYTES,
    HEADER_BYTES_MAX,
    LOG_ENTRIES_MAX,
    NOTE_BYTES_MAX,
    PARTIES_MAX,
    REVOCATION_BYTES_MAX,
    SUBJECT_CHARS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.entry import entry_name, log_name
from openline.record.fields import dump_map, load_map, octets, octets_up_to, rows, same, text, whole
from openline.record.merkle import PROOF_HASHES_MAX

MAGIC: Final = b"openline-record 1\n"
RECORD: Final = "record"
EXTRACT: Final = "extract"
CHECK_BYTES: Final = 8
_HEAD_BYTES: Final = 5
_PAPER_BYTES: Final = 16  # that the map around a paper takes at most
HEAD_BYTES_MAX: Final = 2048


class Head(NamedTuple):
    """What file this is: which line, a whole record or an extract, when and by which party it was made."""

    line_id: bytes
    kind: str
    made_at_ms: int
    by: int
    scope: str


class CharterPaper(NamedTuple):
    """The line's charter."""

    data: bytes


class CardPaper(NamedTuple):
    """A party's card. It proves nothing that the reader's own copy of the card does not."""

    party: int
    data: bytes


class CertificatePaper(NamedTuple):
    """A station certificate of a party."""

    party: int
    data: bytes


class RevocationPaper(NamedTuple):
    """A party's revocation of one of its station certificates."""

    party: int
    data: bytes


class LogStart(NamedTuple):
    """What follows belongs to this log. `size`: how many entries its newest checkpoint here covers."""

    party: int
    generation: bytes
    station: bytes
    size: int


class Entry(NamedTuple):
    """An entry of the log: always its header; body and salt where they are disclosed, else both None."""

    header: bytes
    body: bytes | None
    salt: bytes | None


class NotePaper(NamedTuple):
    """A checkpoint of the log, signed by its author, with the receipts for it as further signature lines."""

    data: bytes


class Proof(NamedTuple):
    """Inclusion of the entry before it under this log's checkpoint of `size`."""

    size: int
    hashes: tuple[bytes, ...]


class Arrival(NamedTuple):
    """When the receipt of `witness` for `size` reached the exporter, by its clock: its own word."""

    witness: int
    size: int
    arrived_at_ms: int


class ExhibitPaper(NamedTuple):
    """An exhibit, as in `record.exhibit`."""

    data: bytes


Item = (
    Head
    | CharterPaper
    | CardPaper
    | CertificatePaper
    | LogStart
    | Entry
    | NotePaper
    | ExhibitPaper
    | Proof
    | Arrival
    | RevocationPaper
)
END: Final = 12


# --- payloads


def _read_head(data: bytes) -> Head:
    line_id, kind, made_at_ms, by, scope = load_map(data, 5, "head", HEAD_BYTES_MAX).values()
    if kind not in (RECORD, EXTRACT):
        raise Malformed("head: neither a record nor an extract", data)
    return Head(
        octets(line_id, 32, "head: line id", data),
        kind,
        whole(made_at_ms, WRITTEN_AT_MS_MAX, "head: made at", data),
        whole(by, PARTIES_MAX - 1, "head: by", data),
        text(scope, SUBJECT_CHARS_MAX, "head: scope", data),
    )


def _read_paper(data: bytes, bytes_max: int) -> tuple[int, bytes]:
    party, paper = load_map(data, 2, "paper", bytes_max + _PAPER_BYTES).values()
    return whole(party, PARTIES_MAX - 1, "party", data), octets_up_to(paper, bytes_max, "paper", data)


def _paper(make: Callable[[int, bytes], Item], bytes_max: int) -> Callable[[bytes], Item]:
    return lambda data: make(*_read_paper(data, bytes_max))


def _read_log(data: bytes) -> LogStart:
    party, generation, station, size = load_map(data, 4, "log", 128).values()
    return LogStart(
        whole(party, PARTIES_MAX - 1, "party", data),
        octets(generation, GENERATION_BYTES, "generation", data),
        octets(station, 32, "station", data),
        whole(size, LOG_ENTRIES_MAX, "size", data),
    )


def _read_entry(data: bytes) -> Entry:
    header, body, salt = load_map(data, 3, "entry", EXPORT_ITEM_BYTES_MAX).values()
    octets_up_to(header, HEADER_BYTES_MAX, "header", data)
    if body is not None or salt is not None:
        octets_up_to(body, BODY_BYTES_MAX, "body", data)
        octets(salt, 32, "salt", data)
    return Entry(header, body, salt)


def _read_proof(data: bytes) -> Proof:
    size, hashes = load_map(data, 2, "proof", 8192).values()
    found = tuple([octets(node, 32, "proof: hash", data) for node in rows(hashes, PROOF_HASHES_MAX, "proof", data)])
    return Proof(whole(size, LOG_ENTRIES_MAX, "proof: size", data), found)


def _read_arrival(data: bytes) -> Arrival:
    witness, size, arrived_at_ms = load_map(data, 3, "arrival", 64).values()
    return Arrival(
        whole(witness, PARTIES_MAX - 1, "arrival: witness", data),
        whole(size, LOG_ENTRIES_MAX, "arrival: size", data),
        whole(arrived_at_ms, WRITTEN_AT_MS_MAX, "arrival: time", data),
    )


def _spell_proof(item: Proof) -> bytes:
    return dump_map((item.size, list(item.hashes)))


def _raw(item: CharterPaper | NotePaper | ExhibitPaper) -> bytes:
    return item.data


class _Kind(NamedTuple):
    code: int
    name: str
    bytes_max: int
    spell: Callable[[Any], bytes]
    read: Callable[[bytes], Item]


_KIND_OF: Final[dict[type[Any], _Kind]] = {
    Head: _Kind(1, "head", HEAD_BYTES_MAX, dump_map, _read_head),
    CharterPaper: _Kind(2, "charter", CEREMONY_BYTES_MAX, _raw, CharterPaper),
    CardPaper: _Kind(3, "card", CARD_BYTES_MAX + _PAPER_BYTES, dump_map, _paper(CardPaper, CARD_BYTES_MAX)),
    CertificatePaper: _Kind(
        4,
        "certificate",
        CERTIFICATE_BYTES_MAX + _PAPER_BYTES,
        dump_map,
        _paper(CertificatePaper, CERTIFICATE_BYTES_MAX),
    ),
    LogStart: _Kind(5, "log", 128, dump_map, _read_log),
    Entry: _Kind(6, "entry", EXPORT_ITEM_BYTES_MAX, dump_map, _read_entry),
    NotePaper: _Kind(7, "checkpoint", NOTE_BYTES_MAX, _raw, NotePaper),
    ExhibitPaper: _Kind(8, "exhibit", EXHIBIT_BYTES_MAX, _raw, ExhibitPaper),
    Proof: _Kind(9, "proof", 8192, _spell_proof, _read_proof),
    Arrival: _Kind(10, "arrival", 64, dump_map, _read_arrival),
    RevocationPaper: _Kind(
        11,
        "revocation",
        REVOCATION_BYTES_MAX + _PAPER_BYTES,
        dump_map,
        _paper(RevocationPaper, REVOCATION_BYTES_MAX),
    ),
}
_END_KIND: Final = _Kind(END, "end", 64, dump_map, CharterPaper)  # its payload is read apart
_KIND_BY_CODE: Final = {kind.code: kind for kind in (*_KIND_OF.values(), _END_KIND)}


# --- the file


def spell_export(items: Iterable[Item]) -> Iterator[bytes]:
    """The bytes of an export, piece by piece; the end item is added. Raises LocalFault for an item out of bounds."""
    yield MAGIC
    state = sha256(MAGIC).digest()
    count = 0
    for item in items:
        kind = _KIND_OF[type(item)]
        payload = kind.spell(item)
        if len(payload) > kind.bytes_max:
            raise LocalFault(f"export item {count + 1} ({kind.name}) of {len(payload)} bytes: at most {kind.bytes_max}")
        head = len(payload).to_bytes(4, "big") + bytes((kind.code,))
        state = sha256(state + head + payload).digest()
        yield head + payload + state[:CHECK_BYTES]
        count += 1
    payload = dump_map((count, state))
    head = len(payload).to_bytes(4, "big") + bytes((END,))
    yield head + payload + sha256(state + head + payload).digest()[:CHECK_BYTES]


class _Source:
    """Bytes on demand from chunks of any size; holds one chunk and one item at most."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = b""
        self._at = 0

    def take(self, count: int) -> bytes | None:
        """Exactly `count` bytes, or None where fewer are left."""
        end = self._at + count
        if end > len(self._held):
            parts = [self._held[self._at :]]
            have = len(parts[0])
            while have < count:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return None
                parts.append(chunk)
                have += len(chunk)
            self._held, self._at, end = b"".join(parts), 0, count
        taken = self._held[self._at : end]
        self._at = end
        return taken

    def ended(self) -> bool:
        """Whether nothing is left."""
        return self._at == len(self._held) and not any(self._chunks)


class _Place:
    """Where in the file the reader is, in words: item number, and the entry or checkpoint it belongs to."""

    def __init__(self) -> None:
        self.number = 0
        self.log: LogStart | None = None
        self.entries = 0

    def move(self, item: Item) -> None:
        if isinstance(item, LogStart):
            self.log, self.entries = item, 0
        elif isinstance(item, Entry):
            self.entries += 1

    def name(self, code: int | None) -> str:
        kind = _KIND_BY_CODE.get(code) if code is not None else None
        what = kind.name if kind else "of an unknown kind"
        if self.log and code == _KIND_OF[Entry].code:
            what = entry_name((self.log.party, self.log.generation), self.entries)
        elif self.log and kind in (_KIND_OF[NotePaper], _KIND_OF[Proof], _KIND_OF[Arrival]):
            what += f" of {log_name((self.log.party, self.log.generation))} after its entry {self.entries - 1}"
        return f"export item {self.number} ({what})"


def read_export(chunks: Iterable[bytes]) -> Iterator[Item]:
    """The items of an export, one at a time, from its bytes in chunks of any size.

    Raises Malformed naming the item, and the entry where it is one: damaged, cut off, out of bounds, of an unknown
    kind, not in its one spelling, or followed by anything. An export without its end item is cut off. (R-170)
    """
    source = _Source(chunks)
    if source.take(len(MAGIC)) != MAGIC:
        raise Malformed(f"not an export: it does not begin with the line {MAGIC[:-1].decode()!r}")
    state = sha256(MAGIC).digest()
    place = _Place()
    while True:
        place.number += 1
        code, payload, after = _take_item(source, state, place)
        if code == END:
            if payload != dump_map((place.number - 1, state)):
                raise Malformed(f"{place.name(code)}: it does not name the number of items before it", payload)
            if not source.ended():
                raise Malformed(f"{place.name(code)}: there are bytes after the end")
            return
        state = after
        kind = _KIND_BY_CODE[code]
        try:
            item = kind.read(payload)
            same(kind.spell(item), payload, "its payload")
        except Malformed as fault:
            raise Malformed(f"{place.name(code)}: {fault.reason}", *fault.exhibit) from fault
        place.move(item)
        yield item


def _take_item(source: _Source, state: bytes, place: _Place) -> tuple[int, bytes, bytes]:
    """Kind, payload and the state after it, once its check is right."""
    head = source.take(_HEAD_BYTES)
    if head is None:
        raise Malformed(f"{place.name(None)}: the file is cut off before it; an export ends with its end item")
    length, code = int.from_bytes(head[:4], "big"), head[4]
    kind = _KIND_BY_CODE.get(code)
    if kind is None or length > kind.bytes_max:
        raise Malformed(
            f"{place.name(code)}: kind {code} with {length} bytes is no item; the file is damaged here", head
        )
    rest = source.take(length + CHECK_BYTES)
    if rest is None:
        raise Malformed(f"{place.name(code)}: the file is cut off within it", head)
    payload = rest[:length]
    after = sha256(state + head + payload).digest()
    if rest[length:] != after[:CHECK_BYTES]:
        raise Malformed(f"{place.name(code)}: its bytes are not those that were exported", head, rest)
    return code, payload, after
