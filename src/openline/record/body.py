"""Bodies that people write: messages and acknowledgements. Deterministic CBOR, read strictly, bounded.

A body that does not read is still held, receipted and shown raw: refusing to read it blocks nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cbor2

from openline.errors import Malformed
from openline.limits import (
    ATTACHMENTS_MAX,
    BLOB_BYTES_MAX,
    BODY_BYTES_MAX,
    FILE_NAME_CHARS_MAX,
    GENERATION_BYTES,
    LANGUAGE_CHARS_MAX,
    LOG_ENTRIES_MAX,
    MEDIA_TYPE_CHARS_MAX,
    OFFICE_CHARS_MAX,
    OFFICES_MAX,
    PARTIES_MAX,
    REMARK_CHARS_MAX,
    SUBJECT_CHARS_MAX,
    TEXT_CHARS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, row, rows, same, text, text_string, whole
from openline.record.opening import Opening, Previous, encode_opening, parse_opening, secret_commitment

__all__ = [
    "Acknowledgement",
    "Attachment",
    "Message",
    "Opening",
    "Previous",
    "encode_acknowledgement",
    "encode_message",
    "encode_opening",
    "parse_acknowledgement",
    "parse_message",
    "parse_opening",
    "secret_commitment",
]

RELEASERS_MAX: Final = 4


class Attachment(NamedTuple):
    """A file that is named and hashed here and travels by itself, inert. `size` in bytes, `digest` SHA-256."""

    name: str
    size: int
    media_type: str
    digest: bytes


class Message(NamedTuple):
    """A message as its author wrote it.

    `action` and `info` are offices; `reply_by_ms` an instant, UTC; `released_by` says who let it go, as recorded
    by the author's side: one name where one person did. (R-076)
    """

    subject: str
    text: str
    language: str = "en"
    action: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    reply_by_ms: int | None = None
    in_reply_to: Ref | None = None
    attachments: tuple[Attachment, ...] = ()
    released_by: tuple[str, ...] = ()


_NOTHING_ELSE: Final = [(), (), None, None, (), ()]
_NO_REST: Final = bytes.fromhex("0380048005f606f607800880")  # keys 3 to 8 of a message that has only words


def encode_message(message: Message) -> bytes:
    """The one spelling of a message. Raises Malformed for one that `parse_message` would refuse.

    By hand where it has only words, and checked field by field instead of read back: a station writes ten thousand a
    second.
    """
    if list(message[3:]) == _NOTHING_ELSE:
        _read_words(message[0], message[1], message[2], b"")
    else:
        _read_message(message[:3] + _plain_rest(message), b"")
    data = _spell_message(message)
    if len(data) > BODY_BYTES_MAX:
        raise Malformed(f"message of {len(data)} bytes: at most {BODY_BYTES_MAX}", data[:BODY_BYTES_MAX])
    return data


def _plain_rest(message: Message) -> tuple[object, ...]:
    """Fields 3 to 8 as CBOR has them."""
    return (
        list(message.action),
        list(message.info),
        message.reply_by_ms,
        None if message.in_reply_to is None else list(message.in_reply_to),
        [list(attachment) for attachment in message.attachments],
        list(message.released_by),
    )


def _spell_message(message: Message) -> bytes:
    subject, words, language, *rest = message
    head = (b"\xa9\x00", text_string(subject), b"\x01", text_string(words), b"\x02", text_string(language))
    if rest == _NOTHING_ELSE:
        return b"".join((*head, _NO_REST))
    return b"".join((*head, cbor2.dumps(dict(enumerate(_plain_rest(message), 3)))[1:]))  # without its own head


def parse_message(data: bytes) -> Message:
    """A message from the body of a MESSAGE entry. Raises Malformed naming the field. (R-073, R-075, R-076)"""
    fields = load_map(data, 9, "message", BODY_BYTES_MAX)
    message = _read_message(tuple(fields.values()), data)
    same(_spell_message(message), data, "message")
    return message


def _read_message(fields: tuple[object, ...], data: bytes) -> Message:
    subject, words, language, action, info, reply_by, reply_to, attachments, released_by = fields
    return Message(
        *_read_words(subject, words, language, data),
        _offices(action, OFFICES_MAX, "message: action", data),
        _offices(info, OFFICES_MAX, "message: info", data),
        None if reply_by is None else whole(reply_by, WRITTEN_AT_MS_MAX, "message: reply by", data),
        None if reply_to is None else read_ref(reply_to, "message: in reply to", data),
        tuple([_attachment(item, data) for item in rows(attachments, ATTACHMENTS_MAX, "message: attachments", data)]),
        _offices(released_by, RELEASERS_MAX, "message: released by", data),
    )


def _read_words(subject: object, words: object, language: object, data: bytes) -> tuple[str, str, str]:
    return (
        text(subject, SUBJECT_CHARS_MAX, "message: subject", data),
        text(words, TEXT_CHARS_MAX, "message: text", data, lines=True),
        _language(language, data),
    )


def read_ref(value: object, name: str, data: bytes) -> Ref:
    """A reference to an entry, [party, generation, index]. Raises Malformed naming the field."""
    party, generation, index = row(value, 3, name, data)
    return Ref(
        whole(party, PARTIES_MAX - 1, name, data),
        octets(generation, GENERATION_BYTES, name, data),
        whole(index, LOG_ENTRIES_MAX - 1, name, data),
    )


def _language(value: object, data: bytes) -> str:
    tag = text(value, LANGUAGE_CHARS_MAX, "message: language", data)
    if not tag or not tag.isascii() or not tag.replace("-", "").isalnum():
        raise Malformed("message: language is not a tag such as en, ru or ar", data)
    return tag


def _offices(value: object, at_most: int, name: str, data: bytes) -> tuple[str, ...]:
    return tuple([_named(item, OFFICE_CHARS_MAX, name, data) for item in rows(value, at_most, name, data)])


def _named(value: object, chars_max: int, name: str, data: bytes) -> str:
    words = text(value, chars_max, name, data)
    if not words.strip():
        raise Malformed(f"{name}: an empty name", data)
    return words


def _attachment(value: object, data: bytes) -> Attachment:
    name, size, media_type, digest = row(value, 4, "message: an attachment", data)
    file_name = _named(name, FILE_NAME_CHARS_MAX, "message: attachment name", data)
    if "/" in file_name or "\\" in file_name or file_name in (".", ".."):
        raise Malformed("message: attachment name is a path, not a name", data)
    return Attachment(
        file_name,
        whole(size, BLOB_BYTES_MAX, "message: attachment size", data),
        _named(media_type, MEDIA_TYPE_CHARS_MAX, "message: attachment media type", data),
        octets(digest, 32, "message: attachment digest", data),
    )


class Acknowledgement(NamedTuple):
    """An officer has opened what the entry refers to. It is not agreement. (R-077)"""

    officer: str
    role: str
    remark: str


def encode_acknowledgement(acknowledgement: Acknowledgement) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_acknowledgement` would refuse."""
    data = dump_map(acknowledgement)
    parse_acknowledgement(data)
    return data


def parse_acknowledgement(data: bytes) -> Acknowledgement:
    """From the body of an ACKNOWLEDGEMENT entry. Raises Malformed naming the field. (R-077)"""
    officer, role, remark = load_map(data, 3, "acknowledgement", BODY_BYTES_MAX).values()
    read = Acknowledgement(
        _named(officer, OFFICE_CHARS_MAX, "acknowledgement: officer", data),
        text(role, OFFICE_CHARS_MAX, "acknowledgement: role", data),
        text(remark, REMARK_CHARS_MAX, "acknowledgement: remark", data, lines=True),
    )
    same(dump_map(read), data, "acknowledgement")
    return read
