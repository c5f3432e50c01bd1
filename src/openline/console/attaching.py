"""Files that go along with a message: hashed and kept in the store before the message that names them is written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from openline.console import asking
from openline.errors import Refused
from openline.limits import ATTACHMENTS_MAX, BLOB_CHUNK_BYTES
from openline.line.ports import PutBlob, Store
from openline.record.body import Attachment


def take_files(store: Store, files: Sequence[asking.Attachment], blob_bytes_max: int) -> tuple[Attachment, ...]:
    """Keep the files' bytes and say how a message names them.

    Raises Refused when there are too many or one is larger than the charter allows, OSError when one cannot be read.
    """
    if len(files) > ATTACHMENTS_MAX:
        raise Refused(f"{len(files)} attachments; a message takes {ATTACHMENTS_MAX}")
    taken = [_read(file, blob_bytes_max) for file in files]  # all of them, before the first is kept
    for data in taken:
        _keep(store, data)
    return tuple(
        Attachment(file.name, len(data), file.media_type, hashlib.sha256(data).digest())
        for file, data in zip(files, taken, strict=True)
    )


def _read(file: asking.Attachment, blob_bytes_max: int) -> bytes:
    with Path(file.path).open("rb") as opened:
        data = opened.read(blob_bytes_max + 1)
    if len(data) > blob_bytes_max:
        raise Refused(f"{file.name} is larger than the {blob_bytes_max} bytes that the charter allows")
    return data


def _keep(store: Store, data: bytes) -> None:
    digest = hashlib.sha256(data).digest()
    starts = range(0, len(data), BLOB_CHUNK_BYTES) or range(1)  # an empty file is one empty chunk
    store.commit([PutBlob(digest, at, len(data), data[at : at + BLOB_CHUNK_BYTES]) for at in starts])
