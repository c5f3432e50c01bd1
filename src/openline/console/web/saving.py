"""The record as a file and a day on paper, for whoever asks over HTTP: pages and API alike."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from openline.console.accord_pages import printing
from openline.console.channel.asking import Amendments, AskAmendments, AskStatus, Export, Exported, Shown, Status
from openline.console.codes import Told
from openline.console.screen.asking import AskMatter, Matter
from openline.console.sheets.composing import called, given_of
from openline.console.sheets.days import day_ms, of_day
from openline.console.web.line import Station

WITHIN_MS: Final = 3_600_000
PIECE_BYTES: Final = 256 * 1024
ENTRIES_MAX: Final = 2_000  # on the sheets of one day: more is a file, not paper
_ONE: Final = asyncio.Semaphore(1)  # written whole before it is sent: one at a time has room on the disk


class _Saved(StreamingResponse):
    """A file in a folder of its own, which is gone with the answer, also where nobody hears it out."""

    def __init__(self, path: Path, name: str) -> None:
        headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(path.stat().st_size)}
        super().__init__(_pieces(path), media_type="application/octet-stream", headers=headers)
        self._folder = path.parent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece


async def exported(station: Station, sitting: str, ask: Export, name: str) -> Response:
    """What is asked for, as a file to save. Its `path` is chosen here. Raises Told, Refused, OSError."""
    async with _ONE:
        folder = Path(tempfile.mkdtemp(prefix="openline-export-"))
        try:
            ask.path = str(folder / "saved.record")
            await station.ask(ask, Exported, sitting, WITHIN_MS)
            return _Saved(Path(ask.path), name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


async def message_sheet(station: Station, sitting: str, place: str) -> Response:
    """One entry as PDF/A: reference, page x of y, record position and hash on every page. Raises Told OL-803."""
    entry = (await station.ask(AskMatter(place=place), Matter, sitting)).entry
    name = "-".join(entry.place.split("/"))
    return await _sheets(station, sitting, [entry], called(entry), entry.written_at_ms, name)


async def day_sheets(station: Station, sitting: str, day: str) -> Response:
    """All official text of a day, a list before it, as PDF/A. Raises Told OL-204, OL-803, Refused."""
    from_ms = day_ms(day)
    asking = of_day(from_ms)
    ask, answer = next(asking)
    while True:
        try:
            ask, answer = asking.send(await station.ask(ask, answer, sitting))
        except StopIteration as done:
            found: list[Shown] = done.value
            break
    if len(found) > ENTRIES_MAX:
        raise Told("OL-402", f"{len(found)} entries on that day; `openline print --day` prints so many")
    return await _sheets(station, sitting, found, None, from_ms, day, listed=True)


async def _sheets(
    station: Station, sitting: str, entries: list[Shown], title: str | None, at_ms: int, name: str, *,
    listed: bool = False,
) -> Response:  # fmt: skip
    status = await station.ask(AskStatus(), Status, sitting)
    terms = await station.ask(AskAmendments(), Amendments, sitting)
    banners = [banner.partition("=")[2] or banner for banner in terms.handling]
    given = given_of(
        entries, line=status.line, name=status.name, banners=banners, title=title or f"{status.line} {name}",
        at_ms=at_ms, listed=listed,
    )  # fmt: skip
    data = await printing.set_apart(given)
    if data is None:
        raise Told("OL-803", "printing needs typst: pip install 'openline[print]'")
    headers = {"content-disposition": f'attachment; filename="openline-{name}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
