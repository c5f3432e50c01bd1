"""Files that go along with a message: hashed and kept in the store before the message that names them is written."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence

from openline.accord.drafting.bodies import parse_tabled
from openline.console.channel import asking
from openline.console.codes import Told
from openline.errors import Malformed, Refused
from openline.limits import ATTACHMENTS_MAX, BLOB_CHUNK_BYTES, BODY_BYTES_MAX
from openline.line.events import BlobWanted, Held
from openline.line.events import Told as Heard
from openline.line.ports import EntryRow, PutBlob, Store
from openline.record.body import Attachment, parse_message
from openline.record.entry import MESSAGE, TABLED
from openline.record.fields import load_map
from openline.store.turn import kind_of


def take_files(store: Store, files: Sequence[asking.Attachment], blob_bytes_max: int) -> tuple[Attachment, ...]:
    """Keep the files' bytes and say how a message names them.

    Raises Refused when there are too many, Told OL-402 when one is larger than the charter allows, OL-204 when one is
    no file, OSError when one cannot be read.
    """
    if len(files) > ATTACHMENTS_MAX:
        raise Refused(f"{len(files)} attachments; a message takes {ATTACHMENTS_MAX}")
    taken = [_read(file, blob_bytes_max) for file in files]  # all of them, before the first is kept
    for data in taken:
        keep_bytes(store, data)
    return tuple(
        Attachment(file.name, len(data), file.media_type, hashlib.sha256(data).digest())
        for file, data in zip(files, taken, strict=True)
    )


def _read(file: asking.Attachment, blob_bytes_max: int) -> bytes:
    if "\0" in file.path:
        raise Told("OL-204", f"{file.path!r} is not a path")
    with open(file.path, "rb", opener=_at_once) as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise Told("OL-204", f"{file.path} is not a file that could go along")
        data = opened.read(blob_bytes_max + 1)
    if len(data) > blob_bytes_max:
        raise Told("OL-402", f"{file.name} is larger than the {blob_bytes_max} bytes that the charter allows")
    return data


def _at_once(path: str, flags: int) -> int:
    """A pipe without a writer is no reason for a station to wait."""
    return os.open(path, flags | os.O_NONBLOCK)


def keep_bytes(store: Store, data: bytes) -> None:
    """Keep what goes along, whole, under its hash. Raises StoreDown."""
    digest = hashlib.sha256(data).digest()
    starts = range(0, len(data), BLOB_CHUNK_BYTES) or range(1)  # an empty file is one empty chunk
    store.commit([PutBlob(digest, at, len(data), data[at : at + BLOB_CHUNK_BYTES]) for at in starts])


def wanted_files(store: Store, told: Sequence[Heard], blob_bytes_max: int) -> list[BlobWanted]:
    """What messages and drafts just held name and is not whole here. Larger ones than agreed are not fetched."""
    wanted = []
    for one in told:
        if not isinstance(one, Held):
            continue
        for row in one.rows:
            files = [(digest, size) for digest, size in _named(row) if 0 < size <= blob_bytes_max]
            wanted += [BlobWanted(digest, size, 0, named_by=one.log.party) for digest, size in files]
    return [lacking for one in wanted if (lacking := _with_held(store, one)) is not None]


def _named(row: EntryRow) -> list[tuple[bytes, int]]:
    """Hash and size of what an entry says goes along: files of a message, texts of a draft."""
    kind = kind_of(row.header)
    if kind == MESSAGE and _names_files(row.body):
        return [(file.digest, file.size) for file in _files_of(row.body)]
    return texts_beside(row.body) if kind == TABLED else []


def texts_beside(body: bytes) -> list[tuple[bytes, int]]:
    """Hash and size of each text of a draft that goes as an attachment. (R-528)"""
    try:
        tabled = parse_tabled(body)
    except Malformed:
        return []
    hashes = (digest for _, digest in tabled.agreement.texts)
    return [(digest, given) for digest, given in zip(hashes, tabled.given, strict=True) if isinstance(given, int)]


def _names_files(body: bytes) -> bool:
    """A quick look that spares the strict reading of every message."""
    try:
        return bool(load_map(body, 9, "message", BODY_BYTES_MAX)[7])
    except Malformed:  # whatever it is, it is not a message that names files
        return False


def _files_of(body: bytes) -> tuple[Attachment, ...]:
    try:
        return parse_message(body).attachments
    except Malformed:
        return ()  # held and shown raw; nothing can be fetched for it


def _with_held(store: Store, one: BlobWanted) -> BlobWanted | None:
    """With what is here of it; None when that is the whole."""
    row = store.blob(one.digest)
    if row is None or not row.held:
        return one
    return one._replace(held=row.held, total=row.total) if row.held < row.total else None
