"""Declarations: layouts, check, send, list, show, export, count, unit. Each asks the running station one thing."""

from __future__ import annotations

import csv as csv_
import io
import json
from pathlib import Path
from typing import Any

import click

from openline.accord.declarations.files import FILE_CHARS_MAX
from openline.accord.declarations.reading import NotALayout, read_layout
from openline.accord.formats.reader import FORMAT_BYTES_MAX
from openline.console.accords import library
from openline.console.accords.commands.drafting import (
    AS_DRAFT,
    TOKEN,
    file_named,
    in_a_line,
    read,
    refused_with,
    written,
)
from openline.console.channel.asking import PRECEDENCES, Precedence
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.declaring import asking
from openline.console.declaring.commands.lines import (
    checked_text,
    declaration_line,
    declaration_text,
    layout_text,
    life_line,
)
from openline.console.terminal import INPUT_FILE, F, Session, room_options


@click.group()
def declare() -> None:
    """Declarations: tables of what a party has, under a layout; sums that must close; what the other side counts."""


# ------------------------------------------------------------------ layouts
@declare.command("layouts")
@room_options
@click.pass_obj
def list_layouts(session: Session) -> None:
    """List the layouts of the record, and those that come with the program."""
    with session.link() as link:
        found = link.ask(asking.AskLayouts(), list[asking.LayoutRow])
    session.answer(found, lambda: "\n".join(map(in_a_line, found)))


@declare.command("layout")
@click.argument("name")
@click.option("--file", "raw", is_flag=True, help="The bytes of its file, and nothing else.")
@room_options
@click.pass_obj
def show_layout(session: Session, name: str, raw: bool) -> None:
    """Show the layout NAME: an id, or the first digits of a hash."""
    with session.link() as link:
        found = link.ask(asking.AskLayout(name=name), asking.LayoutWhole)
    session.answer(found, lambda: found.file.rstrip("\n") if raw else layout_text(found))


@declare.command("check-layout")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def check_layout(session: Session, file: Path) -> int:
    """Read a layout FILE and tell every fault in it at once, with its line and what would be right."""
    try:
        found = read_layout(read(file, FORMAT_BYTES_MAX))
    except NotALayout as refused:
        return refused_with(session, file, refused)
    text = f"{found.id}, version {found.version}: {found.title['en']}\nhash {found.digest.hex()}"
    session.answer({"faults": [], "id": found.id, "digest": found.digest.hex()}, text)
    return 0


@declare.command("offer")
@click.argument("name")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def offer(session: Session, name: str, as_draft: bool, token: str | None) -> None:
    """Say on the record: this layout. NAME is a file, or the id of one that comes with the program."""
    data = file_named(name, library.layout_files(), "layout")
    ask = asking.OfferLayout(file=data.decode("utf-8", "replace"), token=token)
    _written(session, ask, as_draft, "agreed once every party has said it")


# ------------------------------------------------------------------ declarations
def _form_options(command: F) -> F:
    for option in reversed((
        click.option("--as-of", default="", metavar="DAY", help="The day it stands for: 2020-09-01."),
        click.option("--csv", "csv", multiple=True, metavar="TABLE=FILE.csv", help="A table from CSV, with heads."),
        click.option("--file", "file", type=INPUT_FILE, help="The whole from JSON, as `declare export` writes it."),
        click.option("--only", "only", multiple=True, metavar="COLUMN=TEXT", help="Of CSV only rows that say this."),
        click.option("--language", default="", help="Language of the free text."),
    )):
        command = option(command)
    return command  # fmt: skip


def _form(layout: str, given: dict[str, Any]) -> asking.CheckDeclaration:
    sources = {name: _text(Path(path)) for name, path in (_pair(one, "--csv") for one in given["csv"])}
    whole = _text(given["file"]) if given["file"] is not None else ""
    only = dict(_pair(one, "--only") for one in given["only"])
    return asking.CheckDeclaration(
        layout=layout, as_of=given["as_of"], csv=sources, json=whole, only=only, language=given["language"]
    )


def _pair(text: str, option: str) -> tuple[str, str]:
    name, between, value = text.partition("=")
    if not between or not name:
        raise Told("OL-204", f"{option} {text!r:.60}: write NAME=VALUE")
    return name, value


def _text(path: Path) -> str:
    try:
        return read(path, FILE_CHARS_MAX).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Told("OL-202", f"{path}: byte {wrong.start} is not UTF-8") from wrong
    except OSError as error:
        raise Told("OL-303", f"{path}: {error.strerror}") from error


@declare.command("check")
@click.argument("layout")
@_form_options
@room_options
@click.pass_obj
def check(session: Session, /, layout: str, **given: Any) -> int:
    """Read a declaration under LAYOUT without sending it: every fault at once, and what its rules say."""
    with session.link() as link:
        found = link.ask(_form(layout, given), asking.DeclarationChecked)
    session.answer(found, lambda: checked_text(found))
    return 1 if found.faults else 0


@declare.command("send")
@click.argument("layout")
@_form_options
@click.option("--precedence", type=click.Choice(PRECEDENCES, case_sensitive=False), default="ROUTINE",
              show_default=True)
@click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever.")
@click.option("--with-faults", is_flag=True, help="Also where something lacks or stands twice: it is marked there.")
@click.option("--corrects", metavar="ENTRY", help="Our declaration that this one corrects.")
@click.option("--cancels", metavar="ENTRY", help="Our declaration that this one cancels.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def send(
    session: Session, /, layout: str, precedence: Precedence, exercise: bool, with_faults: bool, corrects: str | None,
    cancels: str | None, as_draft: bool, token: str | None, **given: Any,
) -> None:  # fmt: skip
    """Record a declaration under LAYOUT and send it; or draft it. Sums that do not close are shown, and leave."""
    ask = asking.SendDeclaration(
        form=_form(layout, given), precedence=precedence, exercise=exercise, with_faults=with_faults, token=token
    )
    if corrects and cancels:
        raise Told("OL-201", "a declaration corrects or cancels one entry: give one of the two")
    if corrects or cancels:
        ask.relation, ask.place = "corrects" if corrects else "cancels", full_name(session, corrects or cancels or "")
    _written(session, ask, as_draft, "not held there until a receipt says so")


_Paper = asking.OfferLayout | asking.SendDeclaration | asking.CountDeclaration


def _written(session: Session, ask: _Paper, as_draft: bool, then: str) -> None:
    draft = (lambda one: asking.DraftDeclaring(paper=one)) if as_draft else None
    written(session, ask, draft, then, "here as")


@declare.command("list")
@click.option("--layout", default="", help="Only those under this layout.")
@room_options
@click.pass_obj
def list_declarations(session: Session, layout: str) -> None:
    """List the declarations of the record, with how many rules each breaks."""
    with session.link() as link:
        found = link.ask(asking.AskDeclarations(layout=layout), list[asking.DeclarationRow])
    session.answer(found, lambda: "\n".join(map(declaration_line, found)) or "no declarations")


def _whole(session: Session, entry: str) -> asking.DeclarationWhole:
    place = full_name(session, entry)
    with session.link() as link:
        return link.ask(asking.AskDeclaration(place=place), asking.DeclarationWhole)


@declare.command("show")
@click.argument("entry")
@click.option("--rows", "most", type=click.IntRange(0), default=20, show_default=True, help="Of each table.")
@room_options
@click.pass_obj
def show(session: Session, entry: str, most: int) -> None:
    """Show the declaration ENTRY: figures beside what the other side counts, sums that close and that do not, rows."""
    found = _whole(session, entry)
    session.answer(found, lambda: declaration_text(found, most))


@declare.command("export")
@click.argument("entry")
@click.option("--table", default="", help="One table as CSV; left out: the whole as JSON.")
@room_options
@click.pass_obj
def export(session: Session, entry: str, table: str) -> None:
    """Write the declaration ENTRY as a file that `declare send` reads back to the same cells."""
    found = _whole(session, entry)
    if found.raw:
        why = "its rows do not fit its layout, or that is not here; `openline declare show` has them raw"
        raise Told("OL-204", why)
    with session.link() as link:
        whole = link.ask(asking.AskLayout(name=found.row.digest), asking.LayoutWhole)
    if not table:
        given = {"as_of": found.row.as_of, "tables": found.tables}
        session.answer(given, lambda: json.dumps(given, ensure_ascii=False, indent=1))
        return
    columns = next((one.columns for one in whole.tables if one.name == table and table in found.tables), None)
    if columns is None:
        raise Told("OL-204", f"it has no table {table!r:.40}: {', '.join(found.tables)}")
    out = io.StringIO(newline="")
    writer = csv_.writer(out, lineterminator="\n")
    writer.writerow([one.name for one in columns])
    writer.writerows([row.get(one.name, "") for one in columns] for row in found.tables[table])
    session.answer(found.tables[table], out.getvalue().rstrip("\n"))


@declare.command("count")
@click.argument("entry")
@click.option("--figure", "figures", multiple=True, required=True, metavar="NAME=NUMBER",
              help="What we count; again for more.")
@click.option("--reason", default="", help="Why it is not what they declare.")
@click.option("--language", default="", help="Language of the reason.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def count(
    session: Session, entry: str, figures: tuple[str, ...], reason: str, language: str, as_draft: bool,
    token: str | None,
) -> None:  # fmt: skip
    """Say what we count of their declaration ENTRY: beside what they declare, a reservation where it differs."""
    numbers = {}
    for name, text in (_pair(one, "--figure") for one in figures):
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise Told("OL-204", f"--figure {name}={text!r:.40}: a whole number")
        numbers[name] = int(text)
    ask = asking.CountDeclaration(
        place=full_name(session, entry), figures=numbers, reason=reason, language=language, token=token
    )
    _written(session, ask, as_draft, "it stands beside what they declare")


@declare.command("unit")
@click.argument("layout")
@click.argument("unit")
@room_options
@click.pass_obj
def show_unit(session: Session, layout: str, unit: str) -> None:
    """Show the history of one UNIT: where and what it was, by which declaration or notice."""
    with session.link() as link:
        found = link.ask(asking.AskUnit(layout=layout, unit=unit), list[asking.LifeRow])
    session.answer(found, lambda: "\n".join(map(life_line, found)))
