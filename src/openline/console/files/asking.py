"""What can be asked about the files of drafts and of entries. They are inert here: nothing of ours opens one."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

import msgspec

from openline.console.channel.asking import Count, _Request
from openline.limits import ATTACHMENTS_MAX, FILE_NAME_CHARS_MAX, MEDIA_TYPE_CHARS_MAX

FileNumber = Annotated[int, msgspec.Meta(ge=1, le=ATTACHMENTS_MAX)]  # from 1, as they stand in the message
FileName = Annotated[str, msgspec.Meta(min_length=1, max_length=FILE_NAME_CHARS_MAX)]
MediaType = Annotated[str, msgspec.Meta(min_length=1, max_length=MEDIA_TYPE_CHARS_MAX)]


class AttachFile(_Request, tag="attach-file", tag_field="op"):
    """The next version of a draft, made from version `over`, with one more file: the bytes at `path`, on the station's
    machine, whose SHA-256 is as given."""

    draft: Count
    over: Count
    name: FileName
    media_type: MediaType
    sha256: str
    path: str


class RemoveFile(_Request, tag="remove-file", tag_field="op"):
    """The next version of a draft, made from version `over`, without that file."""

    draft: Count
    over: Count
    number: FileNumber


class AskDraftFiles(_Request, tag="draft-files", tag_field="op"):
    """The files of a draft, and how long they would take to each party over each bearer that is up."""

    draft: Count


class AskFiles(_Request, tag="files", tag_field="op"):
    """The files that a message names, and how much of each is here."""

    place: str


class RoadRow(msgspec.Struct):
    """A bearer that is up to a party. `takes_s`: for all files of the draft at its declared rate, nothing else under
    way. `slow`: files do not go over it by themselves (R-134)."""

    party: str
    bearer: str
    bits_per_second: int
    takes_s: int
    slow: bool


class FileRow(msgspec.Struct):
    """One file. `held`: its bytes that are here. `runs`: by its name, opening it may start a program."""

    number: int
    name: str
    size: int
    media_type: str
    sha256: str
    held: int
    runs: bool


class Files(msgspec.Struct):
    """The files of a message or draft, in its order."""

    files: list[FileRow]
    roads: list[RoadRow] = []


class ReadFile(_Request, tag="read-file", tag_field="op"):
    """Bytes of a file that a message names, from `offset` on; only of one that is here whole."""

    place: str
    number: FileNumber
    offset: Count = 0


class ReadDraftFile(_Request, tag="read-draft-file", tag_field="op"):
    """The same of a draft: who releases it sees what would leave."""

    draft: Count
    number: FileNumber
    offset: Count = 0


class FilePart(msgspec.Struct):
    """Bytes of a file from `offset`; in JSON as base64. An empty part ends it."""

    file: FileRow
    offset: int
    data: bytes


class FetchFile(_Request, tag="fetch-file", tag_field="op"):
    """Have a file asked for over slow bearers too."""

    place: str
    number: FileNumber


Request = AttachFile | RemoveFile | AskDraftFiles | AskFiles | ReadFile | ReadDraftFile | FetchFile


def is_whole(data: bytes, row: FileRow) -> bool:
    """Whether these bytes are the file that the message names."""
    return len(data) == row.size and sha256(data).hexdigest() == row.sha256
