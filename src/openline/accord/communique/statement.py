"""A joint statement and the entries about it.

    SIGNATURE (138)     {0: digest of the statement (32), 1: the bytes of the statement, or empty where another's entry
                         has them}
    WITHDRAWAL (139)    {0: digest (32), 1: reason, 2: language of the reason}
    a statement         {0: id, 1: [[language, title, text] ...], 2: release at, s, 3: [place, minutes east of UTC]}

The party that records a statement first proposes it by that; every other signs by an entry over the same digest. A
withdrawal says that its writer signs no more: it takes back a signature, or refuses one. (R-540 to R-542)
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final, NamedTuple

from openline.accord.formats.section import is_language
from openline.accord.formats.times import SECONDS_MAX
from openline.accord.identity import DIGEST_BYTES
from openline.accord.spelling import LANGUAGES_MAX, read_id, remark
from openline.errors import Malformed
from openline.limits import (
    BODY_BYTES_MAX,
    LANGUAGE_CHARS_MAX,
    NAME_CHARS_MAX,
    SUBJECT_CHARS_MAX,
    TEXT_CHARS_MAX,
)
from openline.record.fields import dump_map, load_map, octets, octets_up_to, row, rows, same, text, whole
from openline.seal.spelling import SPACES

STATEMENT_LABEL: Final = b"openline/joint-statement/v1\n"
STATEMENT_BYTES_MAX: Final = BODY_BYTES_MAX - 64
WITHDRAWAL_BYTES_MAX: Final = 16 * 1024
WHITE: Final = "\t\n" + SPACES
WEST_MINUTES_MAX: Final = 12 * 60
EAST_MINUTES_MAX: Final = 14 * 60


class Version(NamedTuple):
    """The statement in one language."""

    language: str
    title: str
    text: str


class Statement(NamedTuple):
    """What parties say together. `release_s`: seconds since 1970 UTC; `zone` is how people speak of that instant."""

    id: str
    versions: tuple[Version, ...]
    release_s: int
    zone: str
    east_minutes: int


class Signature(NamedTuple):
    """A party signs the statement of this digest. `statement`: its bytes, or empty where another entry has them."""

    digest: bytes
    statement: bytes


class Withdrawal(NamedTuple):
    """A party signs this statement no more, or not at all."""

    digest: bytes
    reason: str
    language: str


def statement_digest(statement: bytes) -> bytes:
    """What names a statement: the same for whoever signs the same bytes. (R-541)"""
    return sha256(STATEMENT_LABEL + statement).digest()


def encode_statement(one: Statement) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_statement` would refuse."""
    data = _spell(one)
    parse_statement(data)
    return data


def _spell(one: Statement) -> bytes:
    return dump_map((one.id, [list(version) for version in one.versions], one.release_s, [one.zone, one.east_minutes]))


def parse_statement(data: bytes) -> Statement:
    """Raises Malformed naming the field. (R-541)"""
    name, versions, release_s, zone = load_map(data, 4, "joint statement", STATEMENT_BYTES_MAX).values()
    said, east = row(zone, 2, "joint statement: zone", data)
    found = Statement(
        read_id(name, "joint statement", data),
        tuple(_version(one, data) for one in rows(versions, LANGUAGES_MAX, "joint statement: texts", data)),
        whole(release_s, SECONDS_MAX, "joint statement: release", data),
        text(said, NAME_CHARS_MAX, "joint statement: zone", data),
        _east(east, data),
    )
    languages = [one.language for one in found.versions]
    if not languages:
        raise Malformed("joint statement: it has no text", data)
    if languages != sorted(set(languages)):
        raise Malformed("joint statement: languages not in ascending order, each once", data)
    if not found.zone:
        raise Malformed("joint statement: the zone has no name", data)
    same(_spell(found), data, "joint statement")
    return found


def _version(value: Any, data: bytes) -> Version:
    language, title, words = row(value, 3, "joint statement: text", data)
    found = Version(
        text(language, LANGUAGE_CHARS_MAX, "joint statement: language", data),
        text(title, SUBJECT_CHARS_MAX, "joint statement: title", data),
        text(words, TEXT_CHARS_MAX, "joint statement: text", data, lines=True),
    )
    if not is_language(found.language):
        raise Malformed(f"joint statement: {found.language!r:.40} is no language tag", data)
    if not found.title.strip(WHITE) or not found.text.strip(WHITE):
        raise Malformed(f"joint statement: no title, or no text, in {found.language}", data)
    return found


def _east(value: object, data: bytes) -> int:
    if type(value) is not int or not -WEST_MINUTES_MAX <= value <= EAST_MINUTES_MAX:
        raise Malformed(
            f"joint statement: minutes east of UTC are not from -{WEST_MINUTES_MAX} to {EAST_MINUTES_MAX}", data
        )
    return value


def encode_signature(one: Signature) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_signature` would refuse."""
    data = dump_map(one)
    parse_signature(data)
    return data


def parse_signature(data: bytes) -> Signature:
    """From the body of an entry of kind 138. Raises Malformed; the statement in it is read too. (R-540)"""
    digest, statement = load_map(data, 2, "signature", STATEMENT_BYTES_MAX + 64).values()
    found = Signature(
        octets(digest, DIGEST_BYTES, "signature: digest", data),
        octets_up_to(statement, STATEMENT_BYTES_MAX, "signature: statement", data),
    )
    if found.statement:
        if statement_digest(found.statement) != found.digest:
            raise Malformed("signature: the digest is not that of the statement", data)
        parse_statement(found.statement)
    same(dump_map(found), data, "signature")
    return found


def encode_withdrawal(one: Withdrawal) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_withdrawal` would refuse."""
    data = dump_map(one)
    parse_withdrawal(data)
    return data


def parse_withdrawal(data: bytes) -> Withdrawal:
    """From the body of an entry of kind 139. Raises Malformed naming the field. (R-542)"""
    digest, reason, language = load_map(data, 3, "withdrawal", WITHDRAWAL_BYTES_MAX).values()
    of = octets(digest, DIGEST_BYTES, "withdrawal: digest", data)
    found = Withdrawal(of, *remark(reason, language, "withdrawal", data, "reason"))
    same(dump_map(found), data, "withdrawal")
    return found
