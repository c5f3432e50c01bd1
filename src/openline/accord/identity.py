"""An agreement's identity: the one body that every party records alike, and the digest that names it.

    AGREEMENT (98)  {0: id, 1: [[language, title] ...], 2: [[language, SHA-256 of the authentic text] ...],
                     3: in force from, s, or null, 4: ends at, s, or null, 5: begin of its periods, s, or null,
                     6: [digest of each format that serves it ...]}
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Final, NamedTuple

from openline.accord.formats.times import SECONDS_MAX
from openline.accord.spelling import by_language, read_id
from openline.accord.spelling import titles as read_titles
from openline.errors import Malformed
from openline.record.fields import dump_map, load_map, octets, rows, same, whole

DIGEST_BYTES: Final = 32
AGREEMENT_LABEL: Final = b"openline/agreement/v1\n"
AGREEMENT_BYTES_MAX: Final = 32 * 1024
FORMATS_MAX: Final = 256


class Agreement(NamedTuple):
    """What an agreement is, without its words: enough for duties to hang on. Instants in seconds since 1970, UTC."""

    id: str
    titles: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, bytes], ...]
    from_s: int | None
    until_s: int | None  # None: no end was agreed
    periods_from_s: int | None
    formats: tuple[bytes, ...]


def by_all(parties: Collection[int], who: Collection[int]) -> bool:
    """Whether every party of the line is among these, and they are two at least: where all others have left, what one
    says alone is agreed with nobody. (R-405)"""
    return len(who) > 1 and all(party in who for party in parties)


def agreement_digest(body: bytes) -> bytes:
    """What names an agreement: SHA-256 over a label and the body of its entry, the same for every party. (R-405)"""
    return sha256(AGREEMENT_LABEL + body).digest()


def encode_agreement(agreement: Agreement) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_agreement` would refuse."""
    data = _spell(agreement)
    parse_agreement(data)
    return data


def _spell(one: Agreement) -> bytes:
    titles, texts = [list(pair) for pair in one.titles], [list(pair) for pair in one.texts]
    return dump_map((one.id, titles, texts, one.from_s, one.until_s, one.periods_from_s, list(one.formats)))


def parse_agreement(data: bytes) -> Agreement:
    """From the body of an AGREEMENT entry. Raises Malformed naming the field. (R-405)"""
    name, titles, texts, from_s, until_s, periods_s, formats = load_map(
        data, 7, "agreement", AGREEMENT_BYTES_MAX
    ).values()
    found = Agreement(
        read_id(name, "agreement", data),
        read_titles(titles, "agreement", data),
        by_language(texts, "agreement: text", data, lambda one: octets(one, DIGEST_BYTES, "agreement: text", data)),
        _instant(from_s, "from", data),
        _instant(until_s, "until", data),
        _instant(periods_s, "begin of periods", data),
        tuple(octets(one, DIGEST_BYTES, "agreement: format", data)
              for one in rows(formats, FORMATS_MAX, "agreement: formats", data)),
    )  # fmt: skip
    if found.until_s is not None and (found.from_s is None or found.until_s <= found.from_s):
        raise Malformed("agreement: it ends before it begins, or ends without a begin", data)
    if list(found.formats) != sorted(set(found.formats)):
        raise Malformed("agreement: formats not in ascending order, each once", data)
    same(_spell(found), data, "agreement")
    return found


def _instant(value: object, what: str, data: bytes) -> int | None:
    return None if value is None else whole(value, SECONDS_MAX, f"agreement: {what}", data)
