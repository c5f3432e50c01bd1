"""Notices in a format: check, send, draft, show. Each asks the running station one thing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from openline.console.accords import asking
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, drafted, read
from openline.console.channel.asking import PRECEDENCES, Precedence, Sent
from openline.console.codes import Told
from openline.console.commands.draft import number_of
from openline.console.commands.message import full_name
from openline.console.terminal import INPUT_FILE, F, Session, room_options
from openline.console.words import safe

FIELDS_BYTES_MAX: Final = 16 * 1024 * 1024


@click.group()
def notice() -> None:
    """Notices in a format: every fault at once, printed in every language from the same codes."""


def _notice_options(command: F) -> F:
    for option in reversed((
        click.option("--field", "fields", multiple=True, metavar="NAME=VALUE",
                     help="A field; again for more of a list."),
        click.option("--fields", "file", type=INPUT_FILE, help="Fields from a JSON object."),
        click.option("--table", "tables", multiple=True, metavar="NAME=FILE.csv", help="A table from CSV, with heads."),
        click.option("--language", default="", help="Language of the free text."),
        click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever."),
    )):
        command = option(command)
    return command  # fmt: skip


@notice.command("check")
@click.argument("name")
@_notice_options
@room_options
@click.pass_obj
def check_notice(session: Session, /, name: str, language: str, exercise: bool, **given: Any) -> int:
    """Read a notice in the format NAME without sending it: every fault at once, else how it prints."""
    ask = asking.NoticeForm(format=name, fields=_fields(given), language=language, exercise=exercise)
    with session.link() as link:
        found = link.ask(ask, asking.NoticeChecked)
    session.answer(found, lambda: _faults(found.faults) if found.faults else _sheets(found.printed))
    return 1 if found.faults else 0


@notice.command("send")
@click.argument("name")
@_notice_options
@click.option("--precedence", type=click.Choice(PRECEDENCES, case_sensitive=False), default="ROUTINE",
              show_default=True)
@click.option("--answers", metavar="ENTRY", help="The notice that this one answers.")
@click.option("--corrects", metavar="ENTRY", help="Our notice that this one corrects.")
@click.option("--cancels", metavar="ENTRY", help="Our notice that this one cancels.")
@AS_DRAFT
@click.option("--edit", metavar="DRAFT", help="With --as-draft: the next version of this draft.")
@click.option("--over", type=click.IntRange(1), metavar="VERSION", help="The version this was made from.")
@TOKEN
@room_options
@click.pass_obj
def send_notice(
    session: Session, /, name: str, language: str, exercise: bool, precedence: Precedence, answers: str | None,
    corrects: str | None, cancels: str | None, token: str | None, as_draft: bool, edit: str | None, over: int | None,
    **given: Any,
) -> None:  # fmt: skip
    """Record a notice in the format NAME and send it; or draft it for another officer. A form with faults is not."""
    ask = asking.SendNotice(
        format=name, fields=_fields(given), language=language, precedence=precedence, exercise=exercise, token=token
    )
    given_ones = (("answers", answers), ("corrects", corrects), ("cancels", cancels))
    chosen = [(how, entry) for how, entry in given_ones if entry]
    if len(chosen) > 1:
        raise Told("OL-201", "a notice answers, corrects or cancels one entry: give one of the three")
    for how, entry in chosen:
        ask.relation, ask.place = how, full_name(session, entry)  # type: ignore[assignment]
    if (edit is None) != (over is None) or (edit is not None and not as_draft):
        raise Told("OL-201", "--edit and --over go together, with --as-draft")
    if as_draft:
        draft = asking.DraftNotice(notice=ask, draft=number_of(edit) if edit else None, over=over or 0)
        drafted(session, draft)
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded here as {sent.places[0]}; not held there until a receipt says so")


@notice.command("show")
@click.argument("entry")
@click.option("--in", "language", default="", metavar="LANGUAGE", help="Only the sheet in this language.")
@room_options
@click.pass_obj
def show_notice(session: Session, entry: str, language: str) -> None:
    """Show the notice ENTRY as it prints in every language of its format, and how it conforms."""
    place = full_name(session, entry)
    with session.link() as link:
        found = link.ask(asking.AskNotice(place=place), asking.NoticeRow)
    session.answer(found, lambda: _notice_text(found, language))


def _notice_text(one: asking.NoticeRow, language: str) -> str:
    sheets = {key: text for key, text in one.printed.items() if not language or key == language}
    if language and one.printed and not sheets:
        raise Told("OL-204", f"its format has no {language!r}; it has {', '.join(one.printed)}")
    lines = [_sheets(sheets) if sheets else f"{safe(one.number)}  raw: {safe(one.raw)}"]
    lines += [f"{related.relation} by {related.place} {safe(related.number)}".rstrip() for related in one.related]
    return "\n".join([*lines, _faults(one.faults)] if one.faults else lines)


def _sheets(printed: dict[str, str]) -> str:
    return "\n".join("\n".join(safe(line) for line in text.split("\n")) for text in printed.values()).rstrip("\n")


def _faults(faults: Iterable[asking.FaultRow]) -> str:
    return "\n".join(
        f"{one.severity}{f' {one.rule}' if one.rule else ''}  {safe(one.place)}: {safe(one.what)}; {safe(one.remedy)}"
        for one in faults
    )


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """Fields from --fields, --table and --field, the later over the earlier. Raises Told OL-202, OL-204."""
    found: dict[str, Any] = {}
    if given["file"] is not None:
        found.update(_object(given["file"]))
    for name, path in (_pair(one, "--table") for one in given["tables"]):
        found[name] = _table(Path(path))
    typed: dict[str, list[str]] = {}
    for name, value in (_pair(one, "--field") for one in given["fields"]):
        typed.setdefault(name, []).append(value)
    found.update({name: values[0] if len(values) == 1 else values for name, values in typed.items()})
    return found


def _pair(text: str, option: str) -> tuple[str, str]:
    name, between, value = text.partition("=")
    if not between or not name:
        raise Told("OL-204", f"{option} {text!r:.60}: write NAME=VALUE")
    return name, value


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read(path, FIELDS_BYTES_MAX))
    except (ValueError, RecursionError) as wrong:
        raise Told("OL-202", f"{path} is not JSON: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Told("OL-202", f"{path} is not one JSON object of fields")
    return found


def _table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file (RFC 4180) by its heads. Raises Told OL-202 naming the line."""
    try:
        reader = csv.DictReader(io.StringIO(read(path, FIELDS_BYTES_MAX).decode("utf-8-sig"), newline=""), strict=True)
        rows = []
        for row in reader:
            if None in row or None in row.values():
                heads = len(reader.fieldnames or ())
                raise Told("OL-202", f"{path}, line {reader.line_num}: not {heads} cells as in its first line")
            rows.append(row)
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise Told("OL-202", f"{path}: {wrong}") from wrong
    return rows
