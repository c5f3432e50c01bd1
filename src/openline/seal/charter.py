"""The charter: what the parties of a line agreed when they opened it, in bytes whose hash names the line.

The line id is the hash of these bytes, and they hold a fresh nonce of every party: nobody can prepare a line id alone.
The charter never changes; amendments are entries. (R-047, R-048)
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from openline.errors import Malformed
from openline.limits import (
    BLOB_BYTES_MAX,
    BODY_BYTES_MAX,
    CEREMONY_BYTES_MAX,
    ENTRIES_A_MINUTE_MAX,
    FLASH_BYTES_MAX,
    IMMEDIATE_BYTES_MAX,
    NAME_CHARS_MAX,
    OFFICE_CHARS_MAX,
    OFFICES_MAX,
    PARTIES_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.seal import signature
from openline.seal.certificate import NONCE_BYTES
from openline.seal.party import RootPublic
from openline.seal.spelling import Fields, items, octets, text, whole, write_map

LINE_LABEL: Final = b"openline/line/v1\n"
SUITE: Final = "xwing-hkdf-sha256-aes256gcmsiv"
NO_NONCE: Final = bytes(NONCE_BYTES)
VERSION: Final = 1
LANGUAGES_MAX: Final = 8
FORMATS_MAX: Final = 64
BANNER_CHARS_MAX: Final = 120
OPENED_AT_MS_MAX: Final = WRITTEN_AT_MS_MAX + 1 - 2**40  # entries travel with 40 bits of time since then
DUE_MS_MAX: Final = 366 * 86_400_000
# FLASH, IMMEDIATE, PRIORITY, ROUTINE: until a person has opened it.
DUE_MS: Final = (10 * 60_000, 30 * 60_000, 3 * 3_600_000, 6 * 3_600_000)


class CharterParty(NamedTuple):
    """One party as the charter names it."""

    name: str
    root: RootPublic


class CharterLimits(NamedTuple):
    """What a station takes in: bytes of a body, entries a minute from one party, bytes of an attachment; and bytes of a
    body that goes before others. The bound on all bodies holds for those too."""

    body_bytes_max: int = BODY_BYTES_MAX
    entries_per_minute: int = 6_000_000
    blob_bytes_max: int = BLOB_BYTES_MAX
    flash_bytes_max: int = FLASH_BYTES_MAX
    immediate_bytes_max: int = IMMEDIATE_BYTES_MAX

    def spell(self) -> list[int]:
        """The one spelling: the last two are left out where both are as they are without being said. (R-048)"""
        return list(self[:3] if self[3:] == (FLASH_BYTES_MAX, IMMEDIATE_BYTES_MAX) else self)

    def bytes_max(self) -> tuple[int, int, int, int]:
        """Of a body, by precedence: ROUTINE, PRIORITY, IMMEDIATE, FLASH. (R-210)"""
        most = self.body_bytes_max
        return most, most, min(most, self.immediate_bytes_max), min(most, self.flash_bytes_max)


class Charter(NamedTuple):
    """The terms of a line. `nonces` holds NO_NONCE for parties that have not accepted yet."""

    line_name: str
    parties: tuple[CharterParty, ...]
    nonces: tuple[bytes, ...]
    opened_at_ms: int
    languages: tuple[str, ...] = ("en",)
    handling: tuple[tuple[str, str], ...] = ()  # (language, banner), ascending by language
    due_ms: tuple[int, int, int, int] = DUE_MS
    limits: CharterLimits = CharterLimits()
    suite: str = SUITE
    formats: tuple[bytes, ...] = ()  # SHA-256 of each agreed format file
    offices: tuple[tuple[str, ...], ...] = ()  # for each party its addresses, such as “PARTY A DESK”

    def encode(self) -> bytes:
        """The one spelling of the charter; the other way is `parse_charter`."""
        return write_map(
            (
                VERSION,
                self.line_name,
                [[party.name, party.root.ed25519, party.root.mldsa44] for party in self.parties],
                list(self.nonces),
                self.opened_at_ms,
                list(self.languages),
                [list(pair) for pair in self.handling],
                list(self.due_ms),
                self.limits.spell(),
                self.suite,
                list(self.formats),
                [list(offices) for offices in self.offices],
            )
        )

    def line_id(self) -> bytes:
        """SHA-256 of a label and the charter's bytes. (R-047)"""
        return line_id(self.encode())

    def party_of(self, party_id: bytes) -> int | None:
        """The index of a party by its id; None if it is not of this line."""
        return next((n for n, party in enumerate(self.parties) if party.root.party_id == party_id), None)


def line_id(charter: bytes) -> bytes:
    """SHA-256 of a label and the charter's bytes. (R-047)"""
    return hashlib.sha256(LINE_LABEL + charter).digest()


_NAMES: Final = (
    "version",
    "line name",
    "parties",
    "nonces",
    "opened at",
    "languages",
    "handling banner",
    "due times",
    "limits",
    "suite",
    "formats",
    "offices",
)


def parse_charter(data: bytes, draft: bool = False) -> Charter:
    """Read a charter; with `draft`, nonces may still be missing. Raises Malformed naming the field. (R-048)"""
    fields = Fields(data, "charter", _NAMES, CEREMONY_BYTES_MAX)
    if fields.whole(0) != VERSION:
        raise Malformed(f"{fields.where(0)}: this program reads version {VERSION} only", data)
    where = fields.where
    parties = tuple(_party(one, where(2)) for one in fields.items(2, PARTIES_MAX, 2))
    nonces = tuple(octets(one, where(3), NONCE_BYTES) for one in fields.items(3, len(parties), len(parties)))
    languages = tuple(read_language(one, where(5)) for one in fields.items(5, LANGUAGES_MAX, 1))
    handling = tuple(read_banner(one, where(6)) for one in fields.items(6, LANGUAGES_MAX))
    due = [whole(one, where(7), 1, DUE_MS_MAX) for one in fields.items(7, 4, 4)]
    offices = tuple(
        tuple(text(office, where(11), OFFICE_CHARS_MAX) for office in items(one, where(11), OFFICES_MAX))
        for one in fields.items(11, len(parties), len(parties))
    )
    charter = Charter(
        fields.text(1, NAME_CHARS_MAX),
        parties,
        nonces,
        fields.whole(4, most=OPENED_AT_MS_MAX),
        languages,
        handling,
        (due[0], due[1], due[2], due[3]),
        read_limits(fields.items(8, 5, 3), where(8)),
        fields.text(9, 64),
        tuple(octets(one, where(10), 32) for one in fields.items(10, FORMATS_MAX)),
        offices,
    )
    _check_charter(charter, fields, draft)
    return charter


def _check_charter(charter: Charter, fields: Fields, draft: bool) -> None:
    """What no single field shows: nothing twice, nothing missing, one order."""
    if len({party.root.party_id for party in charter.parties}) != len(charter.parties):
        raise Malformed(f"{fields.where(2)}: one party stands in it twice")
    if len({party.name for party in charter.parties}) != len(charter.parties):
        raise Malformed(f"{fields.where(2)}: two parties have one name")
    given = [nonce for nonce in charter.nonces if nonce != NO_NONCE]
    if len(given) != len(set(given)) or (len(given) < len(charter.parties) and not draft):
        raise Malformed(f"{fields.where(3)}: a party's nonce is missing or stands in it twice")
    if len(set(charter.languages)) != len(charter.languages):
        raise Malformed(f"{fields.where(5)}: one language stands in it twice")
    spoken = [language for language, _ in charter.handling]
    if spoken != sorted(set(spoken)) or not set(spoken) <= set(charter.languages):
        raise Malformed(f"{fields.where(6)}: not in ascending order of the charter's languages, each once")
    if charter.suite != SUITE:
        raise Malformed(f"{fields.where(9)}: “{charter.suite}” is not “{SUITE}”; there is no other")
    if list(charter.formats) != sorted(set(charter.formats)):
        raise Malformed(f"{fields.where(10)}: not in ascending order, each once")
    addresses = [office for offices in charter.offices for office in offices]
    if len(addresses) != len(set(addresses)):
        raise Malformed(f"{fields.where(11)}: one address stands in it twice")


def _party(value: object, where: str) -> CharterParty:
    name, ed25519, mldsa44 = items(value, where, 3, 3)
    root = RootPublic(
        octets(ed25519, where, signature.ED25519_KEY_BYTES), octets(mldsa44, where, signature.MLDSA44_KEY_BYTES)
    )
    return CharterParty(text(name, where, NAME_CHARS_MAX), root.check(where))


def read_language(value: object, where: str) -> str:
    """A language tag (BCP 47). Raises Malformed naming `where`."""
    tag = text(value, where, 35)
    if not tag.isascii() or not all(part.isalnum() for part in tag.split("-")):
        raise Malformed(f"{where}: “{tag}” is not a language tag (BCP 47)")
    return tag


def read_banner(value: object, where: str) -> tuple[str, str]:
    """A handling banner with its language. Raises Malformed naming `where`."""
    language, banner = items(value, where, 2, 2)
    return read_language(language, where), text(banner, where, BANNER_CHARS_MAX)


def read_limits(values: list[object], where: str) -> CharterLimits:
    """Three limits, or five, in the order of `CharterLimits`. Raises Malformed naming `where`."""
    read = CharterLimits(
        whole(values[0], where, 1, BODY_BYTES_MAX),
        whole(values[1], where, 1, ENTRIES_A_MINUTE_MAX),
        whole(values[2], where, 0, BLOB_BYTES_MAX),
        *(whole(one, where, 1, BODY_BYTES_MAX) for one in values[3:]),
    )
    if len(values) != len(read.spell()):
        raise Malformed(f"{where}: three limits, or five of which the last two are not as they are unsaid")
    return read
