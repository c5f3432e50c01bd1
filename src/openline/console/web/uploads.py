"""Files that come in with a form, as browsers send them (RFC 7578): one spelling, bounds first, nothing guessed.

The parts are read where they lie; a name is kept as it was given, and what is wrong with it the record's own rules say.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.codes import Told
from openline.errors import Refused

PARTS_MAX: Final = 16
HEAD_BYTES_MAX: Final = 1_024
TEXT_BYTES_MAX: Final = 4_096
TABLES_BYTES_MAX: Final = 1024 * 1024  # of one field of a form that has tables in it
CELLS_MAX: Final = 4_096  # fields of a form that has tables in it
WITHIN_S: Final = 600  # for one; who sends nothing keeps no place for ever
AT_ONCE_MAX: Final = 4  # uploads in memory; more are refused, and the officer tries again
UNKNOWN_TYPE: Final = "application/octet-stream"
_KIND: Final = re.compile(r"multipart/form-data; ?boundary=(\"?)([0-9A-Za-z'()+_,./:=?-]{1,70})\1", re.ASCII)
_HEAD: Final = re.compile(
    rb'content-disposition: form-data; name="([A-Za-z0-9_.-]{1,128})"(?:; filename="([^"\r\n]{0,512})")?'
    rb"(?:\r\ncontent-type: ([\x21-\x7e][\x20-\x7e]{0,127}))?", re.IGNORECASE,
)  # fmt: skip
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII)


class Part(NamedTuple):
    """One field of a form. `filename` None: it is no file."""

    name: str
    filename: str | None
    media_type: str
    data: bytes


def parse_parts(body: bytes, kind: str, most: int = PARTS_MAX) -> list[Part]:
    """All parts, in their order, `most` at most. Raises Told OL-204 for anything but what a browser sends."""
    found = _KIND.fullmatch(kind)
    if found is None:
        raise _wrong("it is not multipart/form-data with a boundary")
    delimiter = b"--" + found[2].encode()
    if not body.startswith(delimiter + b"\r\n"):
        raise _wrong("it does not begin with its boundary")
    at = len(delimiter) + 2
    parts: list[Part] = []
    while len(parts) < most:
        head_end = body.find(b"\r\n\r\n", at, at + HEAD_BYTES_MAX)
        head = _HEAD.fullmatch(body, at, head_end) if head_end >= 0 else None
        end = body.find(b"\r\n" + delimiter, head_end + 2) if head is not None else -1
        if head is None or end < 0:
            raise _wrong("a part of it cannot be read")
        data = body[head_end + 4 : end] if end >= head_end + 4 else b""
        if delimiter in data:
            raise _wrong("its boundary stands inside a part")
        parts.append(_part(head, data))
        at = end + 2 + len(delimiter)
        if body[at : at + 5] in (b"--", b"--\r\n"):
            return parts
        if body[at : at + 2] != b"\r\n":
            raise _wrong("something follows its boundary")
        at += 2
    raise _wrong(f"it has more than {most} parts")


def _part(head: re.Match[bytes], data: bytes) -> Part:
    try:
        filename = head[2].decode("utf-8") if head[2] is not None else None
    except UnicodeDecodeError as error:
        raise _wrong("the name of a file is not UTF-8") from error
    return Part(head[1].decode(), filename, media_type_of((head[3] or b"").decode()), data)


def media_type_of(given: str) -> str:
    """What a browser says that a file is, without parameters; where that is nothing, bytes."""
    plain = given.partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) else UNKNOWN_TYPE


def text_of(part: Part, bytes_max: int = TEXT_BYTES_MAX) -> str:
    """A field that is no file. Raises Told OL-204."""
    if len(part.data) > bytes_max:
        raise _wrong(f"{part.name} is too long")
    try:
        return part.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _wrong(f"{part.name} is not UTF-8") from error


def _wrong(why: str) -> Told:
    return Told("OL-204", f"this upload cannot be taken: {why}")


class Uploads:
    """How many bring a file at once."""

    def __init__(self) -> None:
        self._under_way = 0

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Raises Refused where as many are under way as may be, TimeoutError for one that does not come to an end."""
        if self._under_way >= AT_ONCE_MAX:
            raise Refused(f"{AT_ONCE_MAX} files are coming in just now; try again in a moment")
        self._under_way += 1
        try:
            async with asyncio.timeout(WITHIN_S):
                yield
        finally:
            self._under_way -= 1


@contextlib.contextmanager
def put_down(data: bytes) -> Iterator[tuple[str, str]]:
    """Bytes as a file of this account alone, for as long as the station reads it: its path, and its SHA-256 in hex."""
    with tempfile.TemporaryDirectory(prefix="openline-upload-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        yield str(path), sha256(data).hexdigest()
