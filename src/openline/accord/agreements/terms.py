"""The body of a TERMS entry (128): what was agreed beside an agreement's identity, in words and in a few numbers.

    {0: digest of the agreement (32), 1: language of these words, 2: [name of each party], 3: who asked for it,
     4: [area], 5: [contact], 6: [[layout, figure or empty]] of its limits, 7: how it can be ended,
     8: days of notice before a withdrawal, or null,
     9: end: null (nothing said), [] (no end), or [at, s UTC; minutes ahead of UTC; name of the zone],
     10: applied provisionally from, s, or null}

Terms count once every party of the line has an entry over the same bytes, and no other such terms beside. (R-500)
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

from openline.accord.formats.section import is_language
from openline.accord.formats.times import SECONDS_MAX
from openline.accord.identity import DIGEST_BYTES
from openline.accord.spelling import read_id
from openline.errors import Malformed
from openline.limits import REMARK_CHARS_MAX, SUBJECT_CHARS_MAX
from openline.record.fields import dump_map, load_map, octets, row, rows, same, text, whole

TERMS_LABEL: Final = b"openline/terms/v1\n"
TERMS_BYTES_MAX: Final = 64 * 1024
NAMES_MAX: Final = 32  # of parties, areas, contacts, limits, each
DAYS_MAX: Final = 36_525
OFFSET_MINUTES_MAX: Final = 14 * 60


class End(NamedTuple):
    """An agreed end. `at_s` None: that there is no end was agreed in so many words."""

    at_s: int | None
    offset_minutes: int = 0
    zone: str = ""


class Terms(NamedTuple):
    """What was agreed beside the identity. `end` None: nothing is said of it here."""

    agreement: bytes
    language: str
    parties: tuple[str, ...]
    asked_by: str
    areas: tuple[str, ...]
    contacts: tuple[str, ...]
    limits: tuple[tuple[str, str], ...]
    ending: str
    notice_days: int | None
    end: End | None
    provisional_s: int | None

    @property
    def digest(self) -> bytes:
        """What names these terms."""
        return sha256(TERMS_LABEL + _spell(self)).digest()


def encode_terms(terms: Terms) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_terms` would refuse."""
    data = _spell(terms)
    parse_terms(data)
    return data


def _spell(one: Terms) -> bytes:
    end = None if one.end is None else [] if one.end.at_s is None else list(one.end)
    limits = [list(pair) for pair in one.limits]
    return dump_map((
        one.agreement, one.language, list(one.parties), one.asked_by, list(one.areas), list(one.contacts), limits,
        one.ending, one.notice_days, end, one.provisional_s,
    ))  # fmt: skip


def parse_terms(data: bytes) -> Terms:
    """From the body of a TERMS entry. Raises Malformed naming the field. (R-500)"""
    fields = load_map(data, 11, "terms", TERMS_BYTES_MAX)
    digest, language, parties, asked, areas, contacts, limits, ending, days, end, provisional_s = fields.values()
    if not is_language(language):
        raise Malformed("terms: no language of their words", data)
    found = Terms(
        octets(digest, DIGEST_BYTES, "terms: agreement", data),
        language,
        _names(parties, "parties", data),
        text(asked, SUBJECT_CHARS_MAX, "terms: who asked", data),
        _names(areas, "areas", data),
        _names(contacts, "contacts", data),
        tuple(_limit(one, data) for one in rows(limits, NAMES_MAX, "terms: limits", data)),
        text(ending, REMARK_CHARS_MAX, "terms: how it can be ended", data, lines=True),
        None if days is None else whole(days, DAYS_MAX, "terms: days of notice", data),
        None if end is None else _end(end, data),
        None if provisional_s is None else whole(provisional_s, SECONDS_MAX, "terms: provisional from", data),
    )
    if len(found.parties) < 2:
        raise Malformed("terms: fewer than two parties", data)
    if found.end is not None and found.end.at_s is not None and found.provisional_s is not None:
        if found.end.at_s <= found.provisional_s:
            raise Malformed("terms: they end before they are applied", data)
    same(_spell(found), data, "terms")
    return found


def _names(value: object, what: str, data: bytes) -> tuple[str, ...]:
    given = rows(value, NAMES_MAX, f"terms: {what}", data)
    found = tuple(text(one, SUBJECT_CHARS_MAX, f"terms: {what}", data) for one in given)
    if "" in found or len(set(found)) != len(found):
        raise Malformed(f"terms: {what}: an empty name, or one twice", data)
    return found


def _limit(value: object, data: bytes) -> tuple[str, str]:
    layout, figure = row(value, 2, "terms: limit", data)
    return read_id(layout, "terms: limit", data), text(figure, SUBJECT_CHARS_MAX, "terms: figure", data)


def _end(value: object, data: bytes) -> End:
    if value == []:
        return End(None)
    at_s, offset, zone = row(value, 3, "terms: end", data)
    if type(offset) is not int or abs(offset) > OFFSET_MINUTES_MAX:
        raise Malformed(f"terms: end: not at most {OFFSET_MINUTES_MAX} minutes from UTC", data)
    name = text(zone, SUBJECT_CHARS_MAX, "terms: zone", data)
    if not name:
        raise Malformed("terms: end: it names no zone, and is two instants", data)
    return End(whole(at_s, SECONDS_MAX, "terms: end", data), offset, name)
