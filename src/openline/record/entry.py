"""An entry: its header (the Merkle leaf), its salted body digest, its kinds.

The header is deterministic CBOR (RFC 8949 section 4.2.1): one map, unsigned keys 0 to 8 ascending and all
present, shortest integers, no floats, no tags.

    0 index          position in its log, from 0
    1 written_at_ms  the author's clock, UTC, ms since 1970: a claim
    2 kind           0..31 belong to the line, 32..63 to contact, the rest to the desk and the accords
    3 precedence     0 ROUTINE, 1 PRIORITY, 2 IMMEDIATE, 3 FLASH
    4 flags          bit 0: exercise
    5 held           [[party, generation, size, root] ...] other logs as held when this was written
    6 receipted      [[party, own size] ...] own size that the author holds each party's receipt for
    7 references     [[party, generation, index] ...]
    8 digest         HMAC-SHA256(salt, body)

`held` and `receipted` are the `after` of an entry: written down in every entry, they show which messages
crossed and are an implied signed receipt. The body itself is no part of the tree, so it can be withheld.
"""

from __future__ import annotations

import hmac
import struct
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import Malformed
from openline.limits import (
    GENERATION_BYTES,
    HEADER_BYTES_MAX,
    LOG_ENTRIES_MAX,
    PARTIES_MAX,
    REFERENCES_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.fields import load_map, octets, row, rows, same, whole

OPENING: Final = 0
MESSAGE: Final = 1
ACKNOWLEDGEMENT: Final = 2
AMENDMENT_PROPOSED: Final = 3
AMENDMENT_ACCEPTED: Final = 4
CERTIFICATE: Final = 5
REVOCATION: Final = 6
RECOVERY: Final = 7
BLOB_HELD: Final = 9
HELD_AHEAD: Final = 10
DISPUTE: Final = 11
INTAKE: Final = 12
RELEASE: Final = 64
UNDERSTOOD: Final = 65  # of the desk: what its officers and its party say about messages, and its directory
PASSED: Final = 66
RELATION: Final = 67
OFFICES: Final = 68
KEY_OF_OFFICER: Final = 69
LINE_KINDS: Final = range(32)
NOTICE_KINDS: Final = range(96, 256)  # of agreements: held, receipted and shown raw where they are not known
LINK_TEST: Final = 32
LINK_ANSWER: Final = 33
OBSERVED: Final = 34
OPERATING: Final = 40  # what operators say about the line itself, apart from official traffic
REFUSAL: Final = 41
HOLDING_REPLY: Final = 42
SUSPENSION: Final = 43
RESUMPTION: Final = 44
SILENCE_RECORDED: Final = 45
SILENCE_ANSWERED: Final = 46
DRILL: Final = 47
READ_ALOUD: Final = 48
ALERTED: Final = 49
NOTICE: Final = 96
FORMAT: Final = 97
AGREEMENT: Final = 98
STATUS: Final = 99
LAYOUT: Final = 100
DECLARATION: Final = 101
COUNT: Final = 102
TERMS: Final = 128
ACT: Final = 129
OFFER: Final = 130
REPORT: Final = 131
TABLED: Final = 132  # drafts across the border
POSITION: Final = 133
CLOSED: Final = 134
JOINT: Final = 138
JOINT_WITHDRAWN: Final = 139
TOPIC: Final = 148
FILED: Final = 149
CONTRADICTION: Final = 150
CAPACITY: Final = 151
MEETING: Final = 152
MEETING_WORD: Final = 153
EXCHANGE: Final = 140  # of what is committed before it is shown, up to 147
COMMITTED: Final = 141
COUNTERSIGNED: Final = 142
OPENED: Final = 143
ESCROW: Final = 144
CHALLENGE: Final = 145
ANSWERED: Final = 146
REVEALED: Final = 147
KIND_MAX: Final = 255
KIND_NAMES: Final = {
    OPENING: "opening",
    MESSAGE: "message",
    ACKNOWLEDGEMENT: "acknowledgement",
    AMENDMENT_PROPOSED: "amendment proposed",
    AMENDMENT_ACCEPTED: "amendment accepted",
    CERTIFICATE: "certificate",
    REVOCATION: "revocation",
    RECOVERY: "recovery",
    BLOB_HELD: "attachment held",
    HELD_AHEAD: "held ahead",
    DISPUTE: "dispute",
    INTAKE: "intake paused",
    LINK_TEST: "link test",
    LINK_ANSWER: "link test answered",
    OBSERVED: "contact observed",
    OPERATING: "service message",
    REFUSAL: "refusal",
    HOLDING_REPLY: "holding reply",
    SUSPENSION: "suspension",
    RESUMPTION: "resumption",
    SILENCE_RECORDED: "silence recorded",
    SILENCE_ANSWERED: "silence answered",
    DRILL: "drill",
    RELEASE: "release",
    UNDERSTOOD: "understood",
    PASSED: "passed on",
    RELATION: "relation",
    OFFICES: "directory of offices",
    KEY_OF_OFFICER: "officer's key",
    READ_ALOUD: "read aloud, taken down",
    ALERTED: "alerted",
    NOTICE: "notice",
    FORMAT: "format",
    AGREEMENT: "agreement",
    STATUS: "standing to an agreement",
    LAYOUT: "layout of declarations",
    DECLARATION: "declaration",
    COUNT: "count of a declaration",
    TERMS: "terms of an agreement",
    ACT: "act in the life of an agreement",
    OFFER: "offer",
    REPORT: "report from outside",
    TABLED: "draft tabled",
    POSITION: "position on a draft",
    CLOSED: "draft refused or withdrawn",
    TOPIC: "topic",
    FILED: "filed under a topic",
    CONTRADICTION: "contradiction",
    CAPACITY: "capacity of a speaker",
    MEETING: "meeting",
    MEETING_WORD: "word of a meeting",
    JOINT: "signature under a joint statement",
    JOINT_WITHDRAWN: "withdrawal from a joint statement",
    EXCHANGE: "sealed exchange",
    COMMITTED: "sealed commitment",
    COUNTERSIGNED: "commitments countersigned",
    OPENED: "sealed opening",
    ESCROW: "escrow of a declaration",
    CHALLENGE: "challenge to an escrow",
    ANSWERED: "challenge answered",
    REVEALED: "draw revealed",
}

ROUTINE: Final = 0
PRIORITY: Final = 1
IMMEDIATE: Final = 2
FLASH: Final = 3
PRECEDENCE_NAMES: Final = ("ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH")

EXERCISE: Final = 1
FLAGS_KNOWN: Final = EXERCISE


class LogId(NamedTuple):
    """One life of one writer: a party's position in the roster and the 12-byte name of the generation."""

    party: int
    generation: bytes


class Ref(NamedTuple):
    """An entry, anywhere on the line."""

    party: int
    generation: bytes
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here

    @property
    def full_name(self) -> str:
        """As people and programs write it: party, generation in hex, index."""
        return f"{self.party}/{self.generation.hex()}/{self.index}"


class Held(NamedTuple):
    """The first `size` entries of another party's log, as held, with their root."""

    party: int
    generation: bytes
    size: int
    root: bytes


class Receipted(NamedTuple):
    """The author holds `party`'s receipt for the first `size` entries of the author's own log."""

    party: int
    size: int


class After(NamedTuple):
    """What an entry was written after. Both parts ascend strictly by party."""

    held: tuple[Held, ...]
    receipted: tuple[Receipted, ...]


class Header(NamedTuple):
    """The Merkle leaf of an entry; see the table above."""

    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    written_at_ms: int
    kind: int
    precedence: int
    flags: int
    after: After
    references: tuple[Ref, ...]
    digest: bytes


NOTHING_HELD: Final = After((), ())


# --- writing: a codec of its own, because a station writes ten thousand headers a second

_U8: Final = struct.Struct(">BB").pack
_U16: Final = struct.Struct(">BH").pack
_U32: Final = struct.Struct(">BI").pack
_U64: Final = struct.Struct(">BQ").pack
_SMALL: Final = tuple(bytes([i]) for i in range(24))
_MIDDLE: Final = tuple(
    (b"\x02" + k + b"\x03" + p)
    for k in (*(bytes([i]) for i in range(24)), *(bytes([0x18, i]) for i in range(24, 256)))
    for p in _SMALL[:4]
)
_NO_REFERENCES: Final = b"\x07\x80\x08\x58\x20"
_last_after: tuple[After, bytes] = (NOTHING_HELD, b"\x05\x80\x06\x80")  # a pure function's memory of one call


def _uint(value: int) -> bytes:
    if value < 24:
        return _SMALL[value]
    if value < 0x100:
        return _U8(0x18, value)
    if value < 0x10000:
        return _U16(0x19, value)
    if value < 0x100000000:
        return _U32(0x1A, value)
    return _U64(0x1B, value)


def _encode_after(after: After) -> bytes:
    parts = [b"\x05", bytes([0x80 + len(after.held)])]
    for party, generation, size, root in after.held:
        parts += (b"\x84", _SMALL[party], b"\x4c", generation, _uint(size), b"\x58\x20", root)
    parts += (b"\x06", bytes([0x80 + len(after.receipted)]))
    for party, size in after.receipted:
        parts += (b"\x82", _SMALL[party], _uint(size))
    return b"".join(parts)


def _encode_references(references: tuple[Ref, ...]) -> bytes:
    count = len(references)
    parts = [b"\x07", bytes([0x80 + count]) if count < 24 else bytes([0x98, count])]
    for party, generation, index in references:
        parts += (b"\x83", _SMALL[party], b"\x4c", generation, _uint(index))
    parts.append(b"\x08\x58\x20")
    return b"".join(parts)


def encode_header(header: Header) -> bytes:
    """The leaf bytes of a header. Expects a header made by this program or by `parse_header`: it does not check.

    Quick (about 2 us) where `after` is the same as in the call before, as it is within a commit. (R-072)
    """
    global _last_after
    index, written_at_ms, kind, precedence, flags, after, references, digest = header
    known, coded = _last_after
    if known is not after:
        if known != after:
            coded = _encode_after(after)
        _last_after = (after, coded)
    return b"".join(
        (
            b"\xa9\x00",
            _uint(index),
            b"\x01",
            _U64(0x1B, written_at_ms) if written_at_ms >= 0x100000000 else _uint(written_at_ms),
            _MIDDLE[kind << 2 | precedence],
            b"\x04",
            _SMALL[flags],
            coded,
            _encode_references(references) if references else _NO_REFERENCES,
            digest,
        )
    )


# --- reading: strict, one spelling

_last_read: tuple[object, object, After] = ([], [], NOTHING_HELD)  # as above: one call's memory


def parse_header(data: bytes) -> Header:
    """A header from leaf bytes. Raises Malformed on anything `encode_header` would not have written. (R-072, R-073)"""
    fields = load_map(data, 9, "entry header", HEADER_BYTES_MAX)
    index, written_at_ms, kind, precedence, flags, held, receipted, references, digest = fields.values()
    header = Header(
        whole(index, LOG_ENTRIES_MAX - 1, "entry header: index", data),
        whole(written_at_ms, WRITTEN_AT_MS_MAX, "entry header: written_at_ms", data),
        whole(kind, KIND_MAX, "entry header: kind", data),
        whole(precedence, FLASH, "entry header: precedence", data),
        whole(flags, FLAGS_KNOWN, "entry header: flags", data),
        _read_after(held, receipted, data),
        tuple([_read_ref(item, data) for item in rows(references, REFERENCES_MAX, "entry header: references", data)]),
        octets(digest, 32, "entry header: digest", data),
    )
    same(encode_header(header), data, "entry header")
    return header


def _read_after(held: object, receipted: object, data: bytes) -> After:
    """One object for entries that follow each other with the same `after`, as within a commit."""
    global _last_read
    known_held, known_receipted, after = _last_read
    if held == known_held and receipted == known_receipted:  # true equals 1 here; the spelling then differs
        return after
    after = After(_read_held(held, data), _read_receipted(receipted, data))
    _last_read = (held, receipted, after)
    return after


def _read_held(value: object, data: bytes) -> tuple[Held, ...]:
    name = "entry header: held"
    held: list[Held] = []
    before = -1
    for item in rows(value, PARTIES_MAX, name, data):
        party, generation, size, root = row(item, 4, name, data)
        before = _ascending(party, before, name, data)
        octets(generation, GENERATION_BYTES, name, data)
        held.append(Held(party, generation, whole(size, LOG_ENTRIES_MAX, name, data), octets(root, 32, name, data)))
    return tuple(held)


def _read_receipted(value: object, data: bytes) -> tuple[Receipted, ...]:
    name = "entry header: receipted"
    receipted: list[Receipted] = []
    before = -1
    for item in rows(value, PARTIES_MAX, name, data):
        party, size = row(item, 2, name, data)
        before = _ascending(party, before, name, data)
        receipted.append(Receipted(party, whole(size, LOG_ENTRIES_MAX, name, data)))
    return tuple(receipted)


def _ascending(party: object, before: int, name: str, data: bytes) -> int:
    number = whole(party, PARTIES_MAX - 1, f"{name}: party", data)
    if number <= before:
        raise Malformed(f"{name} does not ascend by party", data)
    return number


def _read_ref(value: object, data: bytes) -> Ref:
    name = "entry header: reference"
    party, generation, index = row(value, 3, name, data)
    whole(party, PARTIES_MAX - 1, f"{name}: party", data)
    octets(generation, GENERATION_BYTES, f"{name}: generation", data)
    return Ref(party, generation, whole(index, LOG_ENTRIES_MAX - 1, f"{name}: index", data))


# --- leaf, salt, digest


def leaf(header_bytes: bytes) -> bytes:
    """The leaf hash of an entry: SHA-256(0x00 || header). (R-070)"""
    return sha256(b"\x00" + header_bytes).digest()


def salt_for(log_secret: bytes, index: int) -> bytes:
    """Salt of entry `index`: HKDF-Expand-SHA256(log secret, "openline/salt/v1" || index, 32) (RFC 5869 2.3). (R-074)

    The log secret stays with the line's stations; an export carries the salts of what it discloses only.
    """
    return hmac.digest(log_secret, b"openline/salt/v1" + index.to_bytes(8, "big") + b"\x01", "sha256")


def body_digest(salt: bytes, body: bytes) -> bytes:
    """HMAC-SHA256(salt, body), over the uncompressed body, also an empty one. (R-074)"""
    return hmac.digest(salt, body, "sha256")


# --- names for people and for errors


def log_name(log: tuple[int, bytes]) -> str:
    """A log as errors and reports call it: party number and the last eight hex digits of the generation."""
    return f"log {log[0]}/{log[1].hex()[-8:]}"


def entry_name(log: tuple[int, bytes], index: int) -> str:
    """An entry as errors and reports call it."""
    return f"{log_name(log)} entry {index}"
