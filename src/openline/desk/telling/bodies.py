"""Bodies of the entries by which a desk speaks about messages, and of its directory. Deterministic CBOR, read strictly.

A body that does not read says nothing; its entry is held, receipted and shown. (R-310 to R-313)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from openline.errors import Malformed
from openline.limits import (
    ADDRESSES_MAX,
    BODY_BYTES_MAX,
    HOW_CHARS_MAX,
    LANGUAGE_CHARS_MAX,
    NAME_CHARS_MAX,
    OFFICE_CARD_CHARS_MAX,
    OFFICE_CHARS_MAX,
    OFFICE_NAME_CHARS_MAX,
    OFFICES_MAX,
    REFERENCES_MAX,
    REMARK_CHARS_MAX,
    UNDERSTOOD_CHARS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.body import RELEASERS_MAX, read_ref
from openline.record.entry import KIND_NAMES, OFFICES, PASSED, RELATION, UNDERSTOOD, Ref
from openline.record.fields import dump_map, load_map, octets_up_to, row, rows, same, text, whole

DIGEST_BYTES: Final = 32


class Understood(NamedTuple):
    """An officer's own words of what the message referred to was understood to say. It is not agreement. (R-310)"""

    text: str
    language: str
    officer: str
    role: str


class Passed(NamedTuple):
    """The message referred to was passed to an office at an instant (UTC, ms), so; by whom. (R-311)"""

    office: str
    at_ms: int
    how: str
    officer: str
    role: str


class Which(IntEnum):
    """What a message, or its author, does to earlier entries."""

    CORRECTS = 0  # the earlier one was wrong: read this instead
    WITHDRAWS = 1  # it is to be taken as not said; nothing stands in its place
    SUPERSEDES = 2  # it was right when it was written; this is what holds now
    FORWARDS = 3  # it goes to other offices, with what the message says of it


class Relation(NamedTuple):
    """What the message straight before it, or for a withdrawal its author alone, does to the entries `of`. (R-312)

    `beside` is the digest (R-301) of that message, empty for a withdrawal. `released_by` as in a message.
    """

    which: Which
    of: tuple[Ref, ...]
    beside: bytes
    note: str
    language: str
    released_by: tuple[str, ...] = ()


class Office(NamedTuple):
    """One office: how it is named in short and in full, addressed in each language, when and how it is reached."""

    short: str
    full: str
    addresses: tuple[tuple[str, str], ...]  # (language, form of address), ascending by language
    hours: str
    telephone: str


class Offices(NamedTuple):
    """All offices of the party that writes it, ascending by their short names. The newest one is in force. (R-313)"""

    offices: tuple[Office, ...]
    released_by: tuple[str, ...] = ()


Body = Understood | Passed | Relation | Offices
KIND_OF: Final[dict[type, int]] = {Understood: UNDERSTOOD, Passed: PASSED, Relation: RELATION, Offices: OFFICES}
TOLD_KINDS: Final = frozenset(KIND_OF.values())


def encode_body(body: Body) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_body` would refuse."""
    data = _spell(body)
    parse_body(KIND_OF[type(body)], data)
    return data


def parse_body(kind: int, data: bytes) -> Body:
    """From the body of an entry of one of the TOLD_KINDS. Raises Malformed naming the field. (R-073)"""
    if kind not in _READ:
        raise Malformed(f"kind {kind} says nothing about messages", data[:64])
    count, read = _READ[kind]
    name = KIND_NAMES[kind]
    body = read(list(load_map(data, count, name, BODY_BYTES_MAX).values()), data)
    same(_spell(body), data, name)
    return body


def check_references(body: Body, references: Sequence[Ref]) -> None:
    """Raises Malformed unless the entry refers to what its body is about. (R-314)"""
    name = KIND_NAMES[KIND_OF[type(body)]]
    match body:
        case Relation():
            if tuple(references) != body.of:
                raise Malformed(f"{name}: its entry refers to other entries than it names")
        case Offices():
            if references:
                raise Malformed(f"{name}: it refers to {len(references)} entries; 0 is right")
        case _:
            if len(references) != 1:
                raise Malformed(f"{name}: it refers to {len(references)} entries; 1 is right")


def _spell(body: Body) -> bytes:
    match body:
        case Relation():
            return dump_map([int(body.which), [list(ref) for ref in body.of], *body[2:5], list(body.released_by)])
        case Offices():
            offices = [[*one[:2], [list(pair) for pair in one.addresses], *one[3:]] for one in body.offices]
            return dump_map([offices, list(body.released_by)])
        case _:
            return dump_map(body)


def _words(value: object, chars_max: int, name: str, data: bytes, *, lines: bool = False) -> str:
    """A text that says something."""
    found = text(value, chars_max, name, data, lines=lines)
    if not found.strip():
        raise Malformed(f"{name}: it is empty", data)
    return found


def _language(value: object, name: str, data: bytes) -> str:
    tag = text(value, LANGUAGE_CHARS_MAX, name, data)
    if not tag or not tag.isascii() or not tag.replace("-", "").isalnum():
        raise Malformed(f"{name} is not a tag such as en, ru or ar", data)
    return tag


def _names(value: object, name: str, data: bytes) -> tuple[str, ...]:
    return tuple([_words(one, NAME_CHARS_MAX, name, data) for one in rows(value, RELEASERS_MAX, name, data)])


def _understood(values: list[Any], data: bytes) -> Understood:
    words, language, officer, role = values
    return Understood(
        _words(words, UNDERSTOOD_CHARS_MAX, "understood: text", data, lines=True),
        _language(language, "understood: language", data),
        _words(officer, OFFICE_CHARS_MAX, "understood: officer", data),
        text(role, OFFICE_CHARS_MAX, "understood: role", data),
    )


def _passed(values: list[Any], data: bytes) -> Passed:
    office, at_ms, how, officer, role = values
    return Passed(
        _words(office, OFFICE_CHARS_MAX, "passed on: office", data),
        whole(at_ms, WRITTEN_AT_MS_MAX, "passed on: at", data),
        text(how, HOW_CHARS_MAX, "passed on: how", data),
        _words(officer, OFFICE_CHARS_MAX, "passed on: officer", data),
        text(role, OFFICE_CHARS_MAX, "passed on: role", data),
    )


def _relation(values: list[Any], data: bytes) -> Relation:
    which, of, beside, note, language, released_by = values
    read = Relation(
        Which(whole(which, max(Which), "relation: which", data)),
        tuple([read_ref(one, "relation: of", data) for one in rows(of, REFERENCES_MAX, "relation: of", data)]),
        octets_up_to(beside, DIGEST_BYTES, "relation: beside", data),
        text(note, REMARK_CHARS_MAX, "relation: note", data, lines=True),
        _language(language, "relation: language", data),
        _names(released_by, "relation: released by", data),
    )
    if not read.of or len(set(read.of)) != len(read.of):
        raise Malformed("relation: of nothing, or of one entry twice", data)
    if read.which is Which.CORRECTS and len(read.of) > 1:
        raise Malformed("relation: a correction is of one entry", data)
    if read.which is Which.WITHDRAWS:
        if read.beside:
            raise Malformed(
                "relation: a withdrawal stands alone; what stands in its place corrects or supersedes", data
            )
        _words(note, REMARK_CHARS_MAX, "relation: the reason of a withdrawal", data, lines=True)
    elif len(read.beside) != DIGEST_BYTES:
        raise Malformed("relation: beside is not the digest of a message (32 bytes)", data)
    return read


def _offices(values: list[Any], data: bytes) -> Offices:
    offices, released_by = values
    found = tuple([_office(one, data) for one in rows(offices, OFFICES_MAX, "directory: offices", data)])
    shorts = [one.short for one in found]
    if shorts != sorted(set(shorts)):
        raise Malformed("directory: offices not in ascending order of their short names, each once", data)
    return Offices(found, _names(released_by, "directory: released by", data))


def _office(value: object, data: bytes) -> Office:
    short, full, addresses, hours, telephone = row(value, 5, "directory: an office", data)
    pairs = [
        row(one, 2, "directory: an address", data)
        for one in rows(addresses, ADDRESSES_MAX, "directory: addresses", data)
    ]
    read = Office(
        _words(short, OFFICE_CHARS_MAX, "directory: short name", data),
        text(full, OFFICE_NAME_CHARS_MAX, "directory: full name", data),
        tuple(
            [(_language(tag, "directory: language", data),
              _words(form, OFFICE_NAME_CHARS_MAX, "directory: form of address", data)) for tag, form in pairs]
        ),
        text(hours, OFFICE_CARD_CHARS_MAX, "directory: hours", data, lines=True),
        text(telephone, OFFICE_CARD_CHARS_MAX, "directory: telephone", data, lines=True),
    )  # fmt: skip
    tags = [tag for tag, _ in read.addresses]
    if tags != sorted(set(tags)):
        raise Malformed("directory: languages not in ascending order, each once", data)
    return read


_READ: Final[dict[int, tuple[int, Callable[[list[Any], bytes], Body]]]] = {
    UNDERSTOOD: (4, _understood),
    PASSED: (5, _passed),
    RELATION: (6, _relation),
    OFFICES: (2, _offices),
}
