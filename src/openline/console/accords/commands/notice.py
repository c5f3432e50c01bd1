"""Notices in a format: new, check, send, draft, show, print. Each asks the running station one thing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from openline.accord.declarations.files import each_key_once, no_number
from openline.console.accords import asking
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, drafted, read
from openline.console.accords.library import known_format
from openline.console.channel.asking import (
    PRECEDENCES,
    Amendments,
    AskAmendments,
    AskStatus,
    Precedence,
    Sent,
    Status,
)
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.dtg import interval
from openline.console.home import write_whole
from openline.console.sheets import notices as sheets
from openline.console.sheets import setting
from openline.console.terminal import INPUT_FILE, F, Session, room_options
from openline.console.watch.draft_words import number_of
from openline.visible import visible

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


@notice.command("new")
@click.argument("name")
@room_options
@click.pass_obj
def new_notice(session: Session, name: str) -> None:
    """Write an empty form of the format NAME as JSON, for --fields; what goes into each field is told beside it."""
    with session.link() as link:
        found = link.ask(asking.AskFormat(name=name), asking.FormatWhole)
    form: dict[str, Any] = {one.name: [] if one.type.startswith(("list of", "table with")) else ""
                            for one in found.fields}  # fmt: skip
    for one in found.fields:
        need = " (required)" if one.required else f" (where {one.required_if})" if one.required_if else ""
        session.say(f"{one.name}{need}: {visible(one.label.get('en', ''))}: {one.type}")
    session.answer(form, lambda: json.dumps(form, ensure_ascii=False, indent=1))


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
    session.answer(found, lambda: _checked(found))
    return 1 if found.faults else 0


def _checked(found: asking.NoticeChecked) -> str:
    told = _faults([*found.faults, *found.conformity])
    if found.faults:
        more = "it could leave --with-faults, marked" if found.may_leave else "what is given here has no spelling"
        return f"{told}\n{len(found.faults)} faults; {more}"
    return "\n".join(part for part in (_sheets(found.printed), told, f"{found.bytes} bytes before sealing") if part)


@notice.command("send")
@click.argument("name")
@_notice_options
@click.option("--precedence", type=click.Choice(PRECEDENCES, case_sensitive=False), default="ROUTINE",
              show_default=True)
@click.option("--answers", metavar="ENTRY", help="The notice that this one answers.")
@click.option("--corrects", metavar="ENTRY", help="Our notice that this one corrects.")
@click.option("--cancels", metavar="ENTRY", help="Our notice that this one cancels.")
@click.option("--with-faults", is_flag=True, help="Also where something required is lacking: it is marked there.")
@AS_DRAFT
@click.option("--edit", metavar="DRAFT", help="With --as-draft: the next version of this draft.")
@click.option("--over", type=click.IntRange(1), metavar="VERSION", help="The version this was made from.")
@TOKEN
@room_options
@click.pass_obj
def send_notice(
    session: Session, /, name: str, language: str, exercise: bool, precedence: Precedence, answers: str | None,
    corrects: str | None, cancels: str | None, token: str | None, as_draft: bool, edit: str | None, over: int | None,
    with_faults: bool, **given: Any,
) -> None:  # fmt: skip
    """Record a notice in the format NAME and send it; or draft it for another officer. A form with faults is not."""
    ask = asking.SendNotice(
        format=name, fields=_fields(given), language=language, precedence=precedence, exercise=exercise, token=token,
        with_faults=with_faults,
    )  # fmt: skip
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
    lines = [_sheets(sheets) if sheets else f"{visible(one.number)}  raw: {visible(one.raw)}"]
    lines += [f"{related.relation} by {related.place} {visible(related.number)}".rstrip() for related in one.related]
    lines += map(_time_text, one.times)
    return "\n".join([*lines, _faults(one.faults)] if one.faults else lines)


def _time_text(one: asking.TimeRow) -> str:
    def when(before: str, earliest_ms: int | None, latest_ms: int | None, otherwise: str = "") -> str:
        if earliest_ms is None or latest_ms is None:
            return otherwise
        return f"; {before} {interval(earliest_ms, latest_ms)}"

    told = f"TIME {visible(one.limit)}: {one.standing}" + when("from", one.event_earliest_ms, one.event_latest_ms)
    told += when("in time until", one.due_earliest_ms, one.due_latest_ms)
    told += when("held", one.held_earliest_ms, one.held_latest_ms, "; no receipt proves it held")
    counted = f"counted {one.counted}; " if one.counted else ""
    return f"{told}\n    {counted}because of {', '.join(one.causes)}"


def _sheets(printed: dict[str, str]) -> str:
    return "\n".join("\n".join(visible(line) for line in text.split("\n")) for text in printed.values()).rstrip("\n")


def _faults(faults: Iterable[asking.FaultRow]) -> str:
    return "\n".join(
        f"{one.severity}{f' {one.rule}' if one.rule else ''}  {visible(one.place)}: {visible(one.what)}; "
        f"{visible(one.remedy)}"
        for one in faults
    )


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """Fields from --fields, --table and --field, the later over the earlier. Raises Told OL-202, OL-204."""
    found: dict[str, Any] = {}
    if given["file"] is not None:
        found.update(_object(given["file"]))
    tables = [_pair(one, "--table") for one in given["tables"]]
    for name, path in tables:
        if [one for one, _ in tables].count(name) > 1:
            raise Told("OL-204", f"--table {name!r:.60} is given twice: a table comes from one file")
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
        found = json.loads(read(path, FIELDS_BYTES_MAX), object_pairs_hook=each_key_once, parse_constant=no_number)
    except (ValueError, RecursionError) as wrong:
        raise Told("OL-202", f"{path} is not JSON: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Told("OL-202", f"{path} is not one JSON object of fields")
    return found


def _table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file (RFC 4180) by its heads. Raises Told OL-202 naming the line."""
    try:
        reader = csv.DictReader(io.StringIO(read(path, FIELDS_BYTES_MAX).decode("utf-8-sig"), newline=""), strict=True)
        heads = list(reader.fieldnames or ())
        twice = next((one for one in heads if heads.count(one) > 1), None)
        if twice is not None or not heads:
            what = f"two columns are called {twice!r:.40}" if heads else "there is no line of heads"
            raise Told("OL-202", f"{path}, line 1: {what}")
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise Told("OL-202", f"{path}, line {reader.line_num}: not {len(heads)} cells as in its first line")
            rows.append(row)
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise Told("OL-202", f"{path}: {wrong}") from wrong
    return rows


@notice.command("print")
@click.argument("entry")
@click.option("--as", "how", type=click.Choice(("text", "html", "pdf")), default="text", show_default=True)
@click.option("--in", "language", default="", metavar="LANGUAGE", help="Only in this language.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to; text goes to stdout without.")
@room_options
@click.pass_obj
def print_notice_sheets(session: Session, entry: str, how: str, language: str, out: Path | None) -> None:
    """Print the notice ENTRY in every language of its format: text, a page of HTML, or PDF/A, with a map of its places.

    The same record gives the same file. A notice in a format that is not known here prints as its raw values.
    """
    if how == "pdf":
        setting.check_installed()
    place = full_name(session, entry)
    with session.link() as link:
        row = link.ask(asking.AskNotice(place=place), asking.NoticeRow)
        format_ = known_format(link.ask(asking.AskFormat(name=row.mark), asking.FormatWhole)) if row.known else None
        status, terms = link.ask(AskStatus(), Status), link.ask(AskAmendments(), Amendments)
    if language and row.known and language not in row.printed:
        raise Told("OL-204", f"its format has no {language!r}; it has {', '.join(row.printed)}")
    languages = [language] if language else list(row.printed)
    banners = [one.partition("=")[2] or one for one in terms.handling]
    match how:
        case "text":
            data = (_notice_text(row, language) + "\n").encode()
        case "html":
            data = sheets.html_of(row, format_, languages, banners).encode()
        case _:
            data = setting.set_sheets(sheets.given_of_notice(
                row, format_, languages, line=status.line, name=status.name, banners=banners))  # fmt: skip
    if out is None and how == "text":
        session.answer(row, lambda: data.decode().rstrip("\n"))
        return
    path = out if out is not None else Path(sheets.file_name(row) + f".{'txt' if how == 'text' else how}")
    write_whole(path, data, replace=False)
    session.answer({"path": str(path), "bytes": len(data)}, f"{path}: {len(data)} bytes")
