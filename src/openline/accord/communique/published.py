"""The published file of a joint statement: JSON in one spelling, for people to read and for anybody to check. (R-546)

    {"openline": "joint statement 1",
     "digest": hex, "id": text, "release_at": instant, "zone": {"name": text, "minutes_east": number},
     "texts": [{"language": tag, "title": text, "text": text} ...],
     "line": hex, "published_at": instant, "published_by": number, "evidence": base64 of an extract}

The evidence is an extract of the record as everywhere (R-170): the papers of the line, and of each party the entry by
which it signed, with its salt, checkpoint, receipts and proof.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any, Final, NamedTuple

from openline.accord.communique.statement import (
    EAST_MINUTES_MAX,
    WEST_MINUTES_MAX,
    Statement,
    Version,
    encode_statement,
    statement_digest,
)
from openline.accord.formats.times import SECONDS_MAX, Instant
from openline.accord.formats.unfit import Unfit
from openline.accord.spelling import LANGUAGES_MAX
from openline.errors import Malformed
from openline.limits import PARTIES_MAX, STATEMENT_FILE_BYTES_MAX

MARK: Final = "joint statement 1"
BEGINS: Final = b'{\n "openline": "joint statement'  # by this a file is known, whatever its version
_KEYS: Final = ("openline", "digest", "id", "release_at", "zone", "texts", "line", "published_at", "published_by",
                "evidence")  # fmt: skip


class Published(NamedTuple):
    """What the file says. Nothing of it is checked but its spelling: `prove` checks the rest."""

    digest: bytes
    statement: Statement
    line_id: bytes
    published_s: int
    published_by: int
    evidence: bytes

    @property
    def is_what_it_names(self) -> bool:
        """Whether texts, instant and zone make the statement of this digest."""
        try:
            return statement_digest(encode_statement(self.statement)) == self.digest
        except Malformed:
            return False


def spell_published(one: Published) -> bytes:
    """The one spelling: JSON, each member on a line, one space a level, UTF-8, a line feed at the end."""
    said = one.statement
    texts = [{"language": each.language, "title": each.title, "text": each.text} for each in said.versions]
    zone = {"name": said.zone, "minutes_east": said.east_minutes}
    values = (MARK, one.digest.hex(), said.id, Instant().give(said.release_s), zone, texts, one.line_id.hex(),
              Instant().give(one.published_s), one.published_by, b64encode(one.evidence).decode())  # fmt: skip
    return (json.dumps(dict(zip(_KEYS, values, strict=True)), ensure_ascii=False, indent=1) + "\n").encode()


def parse_published(data: bytes) -> Published:
    """Raises Malformed for what is not in the one spelling. (R-546)"""
    if len(data) > STATEMENT_FILE_BYTES_MAX:
        raise _ill(f"{len(data)} bytes, at most {STATEMENT_FILE_BYTES_MAX}")
    try:
        values = json.loads(data.decode("utf-8"))
        if type(values) is not dict or tuple(values) != _KEYS:
            raise _ill(f"it does not have the members {', '.join(_KEYS)} in this order")
        if values["openline"] != MARK:
            raise _ill(f"it is no {MARK!r}")
        found = _read(values)
        again = spell_published(found)
    except (ValueError, RecursionError, KeyError, TypeError, Unfit) as wrong:
        raise _ill(f"it does not read: {str(wrong)[:200]}") from wrong
    if again != data:
        raise _ill("it is not in its one spelling, or something follows it")
    return found


def _read(values: dict[str, Any]) -> Published:
    zone = values["zone"]
    statement = Statement(
        _text(values["id"]),
        tuple(Version(_text(one["language"]), _text(one["title"]), _text(one["text"]))
              for one in _list(values["texts"])),
        _instant(values["release_at"]),
        _text(zone["name"]),
        _number(zone["minutes_east"], -WEST_MINUTES_MAX, EAST_MINUTES_MAX),
    )  # fmt: skip
    return Published(
        _hex(values["digest"]), statement, _hex(values["line"]), _instant(values["published_at"]),
        _number(values["published_by"], 0, PARTIES_MAX - 1), b64decode(_text(values["evidence"]), validate=True),
    )  # fmt: skip


def _text(value: object) -> str:
    if type(value) is not str:
        raise _ill("a text is none")
    return value


def _list(value: object) -> list[Any]:
    if type(value) is not list or not 0 < len(value) <= LANGUAGES_MAX:
        raise _ill(f"texts are not a list of 1 to {LANGUAGES_MAX}")
    return value


def _number(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _ill(f"a number is not from {least} to {most}")
    return value


def _instant(value: object) -> int:
    at_s = Instant().read(_text(value))
    return _number(at_s, 0, SECONDS_MAX)


def _hex(value: object) -> bytes:
    found = bytes.fromhex(_text(value))
    if len(found) != 32:
        raise _ill("a hash is not 32 bytes")
    return found


def _ill(why: str) -> Malformed:
    return Malformed(f"published statement (form): {why}")
