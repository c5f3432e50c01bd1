"""One spelling for every structure of this room: deterministic CBOR (RFC 8949, 4.2.1), read strictly, field by field.

A map here has the keys 0, 1, 2 … in order and every key present, so that what was signed can be made again from what
was read, byte for byte. Errors name the structure and the field. (R-035)
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import cbor2

from openline.errors import Malformed

_DEPTH_MAX: Final = 8
# Controls; half a surrogate pair, which has no spelling in UTF-8; line and paragraph separators; marks that turn the
# direction of what follows, so that it reads as something else. Ranges, and no tables of Unicode, whose versions
# differ from one reader to the next: what one honest station signed every other one reads.
REFUSED_IN_ANY_TEXT: Final = "\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069"
# In names also what nobody sees, what only a few agree on, and what is no character.
_REFUSED: Final = re.compile(
    f"[\x00-\x1f{REFUSED_IN_ANY_TEXT}\u00ad\u061c\u180e\u200b-\u200f\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U0010ffff]"
)
SPACES: Final = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
INT_MAX: Final = 2**63 - 1


def _no_tags(*_: Any) -> NoReturn:
    raise ValueError("a tag")


# Every tag the library would act on: dates, big numbers, even regular expressions are built from their bytes, and one
# of a few kilobytes took seconds.
_TAGS_REFUSED: Final = dict.fromkeys(
    (*range(6), *range(21, 40), 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799), _no_tags
)
_SCANNED_ABOVE_BYTES: Final = 4096  # less than this is too little for a map whose keys all fall together
_LENGTH_BYTES: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_MAP, _TAG = 5, 6  # major types
_ONE_BYTE_HEADS: Final = range(24)


def decode(data: bytes, depth_max: int) -> object:
    """The value of `data`: a map of plain values, no map inside it, no tags.

    Raises CBORError, ValueError, TypeError, OverflowError or RecursionError, as the library does.
    """
    if len(data) > _SCANNED_ABOVE_BYTES:
        _scan(data)
    return cbor2.loads(
        data,
        allow_duplicate_keys=False,
        allow_indefinite=False,
        max_depth=depth_max,
        semantic_decoders=_TAGS_REFUSED,
        tag_hook=_no_tags,
    )


def _scan(data: bytes) -> None:
    """Refuse maps inside the map before they are built: keys can be chosen so that looking them up takes hours."""
    if data[0] >> 5 == _MAP and data[0] & 31 not in _ONE_BYTE_HEADS:
        raise ValueError("a map of more than 23 fields")
    at, end = 1, len(data)
    while at < end:
        major, count = data[at] >> 5, data[at] & 31
        at += 1
        if major in (_MAP, _TAG):
            raise ValueError("a map inside a map, or a tag")
        width = _LENGTH_BYTES.get(count, 0)
        if width:
            count = int.from_bytes(data[at : at + width], "big")
            at += width
        if major in (2, 3):
            at += count


def write_map(values: Sequence[object]) -> bytes:
    """The deterministic CBOR of the map {0: values[0], 1: values[1], …}; at most 24 fields."""
    return cbor2.dumps(dict(enumerate(values)))


def _read(data: bytes, what: str, bytes_max: int) -> object:
    if len(data) > bytes_max:
        raise Malformed(f"{what}: {len(data)} bytes, more than {bytes_max}", data[:64])
    try:
        value = decode(data, _DEPTH_MAX)
        again = cbor2.dumps(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as problem:
        raise Malformed(f"{what}: not CBOR that may stand here ({problem})", data) from problem
    if again != data:
        raise Malformed(f"{what}: not the one deterministic spelling, or bytes after the end", data)
    return value


class Fields:
    """The fields of one map, taken by number; every taking names what it expects. Raises Malformed."""

    __slots__ = ("_names", "_values", "_what")

    def __init__(self, data: bytes, what: str, names: Sequence[str], bytes_max: int) -> None:
        value = _read(data, what, bytes_max)
        if not isinstance(value, dict) or list(value) != list(range(len(names))):
            raise Malformed(f"{what}: not a map of the {len(names)} fields {', '.join(names)} in order", data)
        if any(type(key) is not int for key in value):  # true and 1.0 equal 1
            raise Malformed(f"{what}: field numbers are not whole numbers", data)
        self._values = list(value.values())
        self._names = names
        self._what = what

    def where(self, number: int) -> str:
        """How an error names the field."""
        return f"{self._what}, field {number} ({self._names[number]})"

    def octets(self, number: int, size: int | None = None, size_max: int | None = None) -> bytes:
        """A byte string of exactly `size`, or of at most `size_max` bytes."""
        return octets(self._values[number], self.where(number), size, size_max)

    def whole(self, number: int, least: int = 0, most: int = INT_MAX) -> int:
        """A whole number within bounds."""
        return whole(self._values[number], self.where(number), least, most)

    def text(self, number: int, chars_max: int, chars_min: int = 1) -> str:
        """A text of one line, without control characters."""
        return text(self._values[number], self.where(number), chars_max, chars_min)

    def items(self, number: int, count_max: int, count_min: int = 0) -> list[object]:
        """An array with bounds on its length."""
        return items(self._values[number], self.where(number), count_max, count_min)


def octets(value: object, where: str, size: int | None = None, size_max: int | None = None) -> bytes:
    """`value` as bytes of exactly `size` or at most `size_max`; raises Malformed naming `where`."""
    if not isinstance(value, bytes):
        raise Malformed(f"{where}: not a byte string")
    if size is not None and len(value) != size:
        raise Malformed(f"{where}: {len(value)} bytes, not {size}", value)
    if size_max is not None and len(value) > size_max:
        raise Malformed(f"{where}: {len(value)} bytes, more than {size_max}", value[:64])
    return value


def whole(value: object, where: str, least: int = 0, most: int = INT_MAX) -> int:
    """`value` as a whole number within bounds; raises Malformed naming `where`."""
    if type(value) is not int:
        raise Malformed(f"{where}: not a whole number")
    if not least <= value <= most:
        raise Malformed(f"{where}: {value} is not within {least} to {most}")
    return value


def text(value: object, where: str, chars_max: int, chars_min: int = 1) -> str:
    """`value` as one line of text without control or direction characters; raises Malformed naming `where`."""
    if not isinstance(value, str):
        raise Malformed(f"{where}: not a text")
    if not chars_min <= len(value) <= chars_max:
        raise Malformed(f"{where}: {len(value)} characters, not within {chars_min} to {chars_max}")
    found = _REFUSED.search(value)
    if found is not None:
        raise Malformed(f"{where}: holds U+{ord(found[0]):04X}, a control, invisible or private character")
    if value != value.strip(SPACES):
        raise Malformed(f"{where}: a space at an end")
    return value


def items(value: object, where: str, count_max: int, count_min: int = 0) -> list[object]:
    """`value` as a list with bounds on its length; raises Malformed naming `where`."""
    if not isinstance(value, list):
        raise Malformed(f"{where}: not an array")
    if not count_min <= len(value) <= count_max:
        raise Malformed(f"{where}: {len(value)} items, not within {count_min} to {count_max}")
    return value


# --- armour: what travels as a text file

_LINE_CHARS: Final = 64


def armour(label: str, data: bytes) -> str:
    """`data` as a text file: a BEGIN line naming `label`, base64 in lines of 64, an END line. (R-036)"""
    coded = base64.b64encode(data).decode("ascii")
    lines = [coded[at : at + _LINE_CHARS] for at in range(0, len(coded), _LINE_CHARS)]
    return "\n".join((f"-----BEGIN OPENLINE {label}-----", *lines, f"-----END OPENLINE {label}-----", ""))


def unarmour(label: str, file_text: str, bytes_max: int) -> bytes:
    """The bytes of `armour(label, …)`. Raises Malformed.

    What mail and editors do to text is forgiven: space at the ends of lines, CR LF, empty lines, lines before BEGIN
    and after END. Everything between the marks has one spelling.
    """
    if len(file_text) > 2 * bytes_max + 4096:
        raise Malformed(f"{label.lower()} file: {len(file_text)} characters, more than {2 * bytes_max + 4096}")
    lines = [line.strip() for line in file_text.splitlines()]
    first, last = f"-----BEGIN OPENLINE {label}-----", f"-----END OPENLINE {label}-----"
    if lines.count(first) != 1 or lines.count(last) != 1 or lines.index(first) > lines.index(last):
        raise Malformed(f"{label.lower()} file: not one pair of the lines “{first}” and “{last}”")
    coded = "".join(lines[lines.index(first) + 1 : lines.index(last)])
    try:
        data = base64.b64decode(coded.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Malformed(f"{label.lower()} file: the part between the marks is not base64 ({problem})") from problem
    if base64.b64encode(data).decode("ascii") != coded:
        raise Malformed(f"{label.lower()} file: the base64 part has a second spelling")
    if len(data) > bytes_max:
        raise Malformed(f"{label.lower()} file: {len(data)} bytes, more than {bytes_max}")
    return data
