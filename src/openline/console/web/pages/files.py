"""Files that go along: attach one to a draft, take one off, save one. Saved they are bytes, and never shown here."""

from __future__ import annotations

import unicodedata
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from openline.console.codes import Told, code_of
from openline.console.files.asking import (
    AttachFile,
    FetchFile,
    FilePart,
    FileRow,
    ReadDraftFile,
    ReadFile,
    RemoveFile,
    is_whole,
)
from openline.console.watch.asking import DraftRow
from openline.console.web.pages.drafting import number_of, shown_draft, whole
from openline.console.web.pages.watching import place_of
from openline.console.web.uploads import put_down
from openline.console.web.visit import Visit, status_of
from openline.errors import OpenlineError

_UNSAFE: Final = frozenset('"\\/:*?<>|%;')


async def attach(visit: Visit) -> Response:
    """The next version of a draft, with this file."""
    number, upload = number_of(visit), visit.upload
    try:
        if upload is None or not upload.filename:
            raise Told("OL-204", visit.word("Choose a file first."))
        with put_down(upload.data) as (path, digest):
            ask = AttachFile(
                draft=number, over=whole(visit.form.get("over", "")) or 0, name=upload.filename,
                media_type=upload.media_type, sha256=digest, path=path,
            )  # fmt: skip
            await visit.ask(ask, DraftRow)
    except OpenlineError as error:
        return await shown_draft(visit, status_of(code_of(error)), error)
    return visit.go(f"/drafts/{number}#files")


def file_number(visit: Visit) -> int:
    """Which file the path names, from 1."""
    number: int = visit.request.path_params["number"]
    if not 1 <= number <= 999:
        raise Told("OL-301", visit.request.url.path)
    return number


async def remove(visit: Visit) -> Response:
    """The next version of a draft, without it."""
    number = number_of(visit)
    ask = RemoveFile(draft=number, over=whole(visit.form.get("over", "")) or 0, number=file_number(visit))
    try:
        await visit.ask(ask, DraftRow)
    except OpenlineError as error:
        return await shown_draft(visit, status_of(code_of(error)), error)
    return visit.go(f"/drafts/{number}#files")


async def of_draft(visit: Visit) -> Response:
    """What would go along, to whoever looks before it leaves."""
    return await _saved(visit, ReadDraftFile(draft=number_of(visit), number=file_number(visit)))


async def of_entry(visit: Visit) -> Response:
    """A file that came or left."""
    return await _saved(visit, ReadFile(place=place_of(visit), number=file_number(visit)))


async def _saved(visit: Visit, ask: ReadFile | ReadDraftFile) -> Response:
    async with visit.pages.uploads.slot():
        parts: list[bytes] = []
        while True:
            part = await visit.ask(ask, FilePart)
            if not part.data:
                break
            parts.append(part.data)
            ask.offset += len(part.data)
        data = b"".join(parts)
    if not is_whole(data, part.file):
        raise Told("OL-502", f"file {part.file.number} does not have the hash that the message names")
    return Response(data, media_type="application/octet-stream", headers=headers_of(part.file))


def headers_of(file: FileRow) -> dict[str, str]:
    """To be saved and not shown, under a name that hides nothing. (RFC 6266)"""
    plain = "".join("_" if _hides(c) else c for c in file.name).strip(". ") or "file"
    ascii_name = plain.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "content-disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(plain, safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
    }


def _hides(c: str) -> bool:
    return c in _UNSAFE or unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


async def fetch(visit: Visit) -> Response:
    """Ask for it over slow bearers too."""
    place = place_of(visit)
    await visit.ask(FetchFile(place=place, number=file_number(visit)), FileRow)
    return visit.go(f"/message/{place}#files")
