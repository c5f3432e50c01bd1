"""Formats: check, list, show, offer. `check` asks nobody; the others ask the running station."""

from __future__ import annotations

from pathlib import Path

import click

from openline.accord.formats.reader import FORMAT_BYTES_MAX, NotAFormat, read_format
from openline.console.accords import asking, library
from openline.console.accords.commands.drafting import (
    AS_DRAFT,
    TOKEN,
    drafted,
    file_named,
    in_a_line,
    read,
    refused_with,
)
from openline.console.accords.rows import field_row, limit_text
from openline.console.channel.asking import Sent
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible


@click.group("format")
def format_() -> None:
    """Formats of notices: files, data without code, agreed by both sides and named by their hash."""


@format_.command("check")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def check(session: Session, file: Path) -> int:
    """Read a format FILE and tell every fault in it at once, with its line and what would be right."""
    data = read(file, FORMAT_BYTES_MAX)
    try:
        found = read_format(data)
    except NotAFormat as refused:
        return refused_with(session, file, refused)
    fields = "\n".join(
        f"  {one.name:<24} {row.type}{'' if one.required else ' (may be left out)'}"
        for one in found.fields for row in (field_row(one),)
    )  # fmt: skip
    limits = "\n".join(f"  {limit_text(one)}" for one in found.limits)
    head = f"{found.id}, version {found.version}: {found.title['en']}\nhash {found.digest.hex()}"
    text = f"{head}\n{fields}\ntime\n{limits}"
    session.answer({"faults": [], "id": found.id, "digest": found.digest.hex()}, text)
    return 0


@format_.command("list")
@room_options
@click.pass_obj
def list_formats(session: Session) -> None:
    """List the formats of the record, and those that come with the program."""
    with session.link() as link:
        found = link.ask(asking.AskFormats(), list[asking.FormatRow])
    session.answer(found, lambda: "\n".join(in_a_line(one) for one in found))


@format_.command("show")
@click.argument("name")
@click.option("--file", "raw", is_flag=True, help="The bytes of its file, and nothing else.")
@room_options
@click.pass_obj
def show_format(session: Session, name: str, raw: bool) -> None:
    """Show the format NAME: an id, or the first digits of a hash."""
    with session.link() as link:
        found = link.ask(asking.AskFormat(name=name), asking.FormatWhole)
    session.answer(found, lambda: found.file.rstrip("\n") if raw else _format_text(found))


def _format_text(one: asking.FormatWhole) -> str:
    lines = [in_a_line(one.row), *(f"  rests on  {visible(line)}" for line in one.basis)]
    lines += [f"  due       {visible(line)}" for line in one.limits]
    for field in one.fields:
        need = "" if field.required else f" (where {field.required_if})" if field.required_if else " (may be left out)"
        lines.append(f"  {field.name:<24} {visible(field.label.get('en', ''))}: {field.type}{need}")
    return "\n".join([*lines, *(f"  source    {visible(line)}" for line in one.sources)])


@format_.command("offer")
@click.argument("name")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def offer(session: Session, name: str, as_draft: bool, token: str | None) -> None:
    """Say on the record: this format. NAME is a file, or the id of one that comes with the program.

    A format is agreed once every party of the line has said it.
    """
    data = file_named(name, library.files(), "format")
    ask = asking.OfferFormat(file=data.decode("utf-8", "replace"), token=token)
    if as_draft:
        drafted(session, asking.DraftPaper(paper=ask))
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded as {sent.places[0]}; agreed once every party has said it")
