"""Files that go along: put to a draft, looked at, saved. Saved they are bytes; nothing here opens one."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

import click

from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.files import asking
from openline.console.home import write_whole
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.console.watch.asking import AskDraft, DraftRow
from openline.console.watch.draft_words import number_of, whole
from openline.visible import visible

_NUMBER = click.argument("number", type=click.IntRange(1))


@click.group()
def attachment() -> None:
    """Files that go along with messages. OF is an entry's full name, or a draft like D-12."""


def _is_draft(of: str) -> bool:
    return "/" not in of


@attachment.command("list")
@click.argument("of")
@room_options
@click.pass_obj
def listed(session: Session, of: str) -> None:
    """List the files of OF, with their hashes; of a draft also how long they take over each bearer."""
    ask = asking.AskDraftFiles(draft=number_of(of)) if _is_draft(of) else asking.AskFiles(place=of)
    with session.link() as link:
        files = link.ask(ask, asking.Files)
    session.answer(files, lambda: "\n".join([*map(_row, files.files), *map(_road, files.roads)]) or "No files.")


def _row(row: asking.FileRow) -> str:
    here = "" if row.held == row.size else f", {row.held} of them here"
    runs = "; a file of this kind can run programs where it is opened" if row.runs else ""
    what = f"{row.size} bytes{here}, {visible(row.media_type)}"
    return f"{row.number}  {visible(row.name)} ({what}){runs}\n   {row.sha256}"


def _road(row: asking.RoadRow) -> str:
    slow = "; over a bearer this slow only when somebody there asks for them" if row.slow else ""
    return f"to {visible(row.party)} over {visible(row.bearer)}: about {row.takes_s} s{slow}"


@attachment.command("save")
@click.argument("of")
@_NUMBER
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A file that is not there.")
@room_options
@click.pass_obj
def save(session: Session, of: str, number: int, out: Path) -> None:
    """Save file NUMBER of OF. It is inert here: open it on a machine you can lose."""
    if out.exists():
        raise Told("OL-702", f"{out} is there already")
    with session.link() as link:
        row, data = _read(link, of, number)
    if not asking.is_whole(data, row):
        raise Told("OL-502", f"file {number} does not have the hash that the message names")
    write_whole(out, data, replace=False)
    session.answer(row, lambda: f"{out}: {row.size} bytes, SHA-256 {row.sha256}")


def _read(link: ControlLink, of: str, number: int) -> tuple[asking.FileRow, bytes]:
    data = b""
    while True:
        if _is_draft(of):
            part = link.ask(asking.ReadDraftFile(draft=number_of(of), number=number, offset=len(data)), asking.FilePart)
        else:
            part = link.ask(asking.ReadFile(place=of, number=number, offset=len(data)), asking.FilePart)
        if not part.data:
            return part.file, data
        data += part.data


@attachment.command("fetch")
@click.argument("entry")
@_NUMBER
@room_options
@click.pass_obj
def fetch(session: Session, entry: str, number: int) -> None:
    """Have file NUMBER of ENTRY asked for over slow bearers too, after everything else."""
    with session.link() as link:
        row = link.ask(asking.FetchFile(place=entry, number=number), asking.FileRow)
    session.answer(row, lambda: _row(row))


@attachment.command("add")
@click.argument("draft")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def add(session: Session, draft: str, file: Path) -> None:
    """Write the next version of DRAFT with FILE going along."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    with session.link() as link, file.open("rb") as opened:
        over = link.ask(AskDraft(draft=number_of(draft)), DraftRow).version
        ask = asking.AttachFile(
            draft=number_of(draft), over=over, name=file.name, media_type=kind, path=str(file.resolve()),
            sha256=hashlib.file_digest(opened, "sha256").hexdigest(),
        )  # fmt: skip
        row = link.ask(ask, DraftRow)
    session.answer(row, lambda: whole(row))


@attachment.command("remove")
@click.argument("draft")
@_NUMBER
@room_options
@click.pass_obj
def remove(session: Session, draft: str, number: int) -> None:
    """Write the next version of DRAFT without its file NUMBER."""
    with session.link() as link:
        over = link.ask(AskDraft(draft=number_of(draft)), DraftRow).version
        row = link.ask(asking.RemoveFile(draft=number_of(draft), over=over, number=number), DraftRow)
    session.answer(row, lambda: whole(row))
