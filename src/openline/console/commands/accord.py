"""Formats, notices, agreements and duties. Each asks the running station one thing; `format check` asks nobody."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from openline.accord.formats.reader import FORMAT_BYTES_MAX, NotAFormat, read_format
from openline.console.accords import asking, library
from openline.console.accords.papers import read_agreement
from openline.console.accords.rows import field_row, limit_text
from openline.console.channel.asking import PRECEDENCES, Precedence, Sent
from openline.console.codes import Told
from openline.console.commands.draft import number_of
from openline.console.commands.message import full_name
from openline.console.dtg import interval, iso, parse_iso
from openline.console.terminal import INPUT_FILE, F, Session, room_options
from openline.console.words import safe

FIELDS_BYTES_MAX: Final = 16 * 1024 * 1024
DAYS_AHEAD: Final = 30
_DAY_MS: Final = 86_400_000
_TOKEN: Final = click.option("--token", help="Asking twice under one token records once.")


_AS_DRAFT: Final = click.option("--as-draft", is_flag=True, help="Write a draft that another officer releases.")


def _drafted(session: Session, ask: asking.DraftNotice | asking.DraftPaper) -> None:
    with session.link() as link:
        row = link.ask(ask, asking.Drafted)
    session.answer(row, lambda: f"D-{row.draft}, version {row.version}: `openline draft submit`, then another officer")


# ------------------------------------------------------------------ formats
@click.group("format")
def format_() -> None:
    """Formats of notices: files, data without code, agreed by both sides and named by their hash."""


@format_.command("check")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def check(session: Session, file: Path) -> int:
    """Read a format FILE and tell every fault in it at once, with its line and what would be right."""
    data = _read(file, FORMAT_BYTES_MAX)
    try:
        found = read_format(data)
    except NotAFormat as refused:
        faults = [one._asdict() for one in refused.faults]
        session.answer({"faults": faults}, "\n".join(f"{file}: {one.in_a_line()}" for one in refused.faults))
        return 1
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
    session.answer(found, lambda: "\n".join(_format_line(one) for one in found))


def _format_line(one: asking.FormatRow) -> str:
    if one.faults:
        return f"{one.digest[:12]}  CANNOT BE USED: {safe(one.faults[0])}"
    said = f"said by {', '.join(map(safe, one.by))}" if one.by else "comes with the program"
    state = "agreed" if one.agreed else said
    doubt = " (after an unconfirmed description)" if one.unconfirmed else ""
    return f"{one.digest[:12]}  {one.id:<28} {one.version}  {state}: {safe(one.title.get('en', ''))}{doubt}"


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
    lines = [_format_line(one.row), *(f"  rests on  {safe(line)}" for line in one.basis)]
    lines += [f"  due       {safe(line)}" for line in one.limits]
    for field in one.fields:
        need = "" if field.required else f" (where {field.required_if})" if field.required_if else " (may be left out)"
        lines.append(f"  {field.name:<24} {safe(field.label.get('en', ''))}: {field.type}{need}")
    return "\n".join([*lines, *(f"  source    {safe(line)}" for line in one.sources)])


@format_.command("offer")
@click.argument("name")
@_AS_DRAFT
@_TOKEN
@room_options
@click.pass_obj
def offer(session: Session, name: str, as_draft: bool, token: str | None) -> None:
    """Say on the record: this format. NAME is a file, or the id of one that comes with the program.

    A format is agreed once every party of the line has said it.
    """
    data = library.files().get(name)
    if data is None:
        path = Path(name)
        if not path.is_file():
            raise Told("OL-303", f"{name}: neither a file nor a format that comes with the program")
        data = _read(path, FORMAT_BYTES_MAX)
    ask = asking.OfferFormat(file=data.decode("utf-8", "replace"), token=token)
    if as_draft:
        _drafted(session, asking.DraftPaper(paper=ask))
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded as {sent.places[0]}; agreed once every party has said it")


# ------------------------------------------------------------------ notices
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
@_AS_DRAFT
@click.option("--edit", metavar="DRAFT", help="With --as-draft: the next version of this draft.")
@click.option("--over", type=click.IntRange(1), metavar="VERSION", help="The version this was made from.")
@_TOKEN
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
        _drafted(session, draft)
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
        found = json.loads(_read(path, FIELDS_BYTES_MAX))
    except (ValueError, RecursionError) as wrong:
        raise Told("OL-202", f"{path} is not JSON: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Told("OL-202", f"{path} is not one JSON object of fields")
    return found


def _table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file (RFC 4180) by its heads. Raises Told OL-202 naming the line."""
    try:
        reader = csv.DictReader(io.StringIO(_read(path, FIELDS_BYTES_MAX).decode("utf-8-sig"), newline=""), strict=True)
        rows = []
        for row in reader:
            if None in row or None in row.values():
                heads = len(reader.fieldnames or ())
                raise Told("OL-202", f"{path}, line {reader.line_num}: not {heads} cells as in its first line")
            rows.append(row)
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise Told("OL-202", f"{path}: {wrong}") from wrong
    return rows


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Told("OL-202", f"{path}: more than {most} bytes")
    return data


# ------------------------------------------------------------------ agreements and duties
@click.group()
def agreement() -> None:
    """Agreements that duties hang on: their identity, the hashes of their texts, how each party stands to them."""


@agreement.command("record")
@click.argument("file", type=INPUT_FILE)
@_AS_DRAFT
@_TOKEN
@room_options
@click.pass_obj
def record(session: Session, file: Path, as_draft: bool, token: str | None) -> None:
    """Say on the record: this is an agreement between us. It is known once every party has recorded the same."""
    with session.link() as link:
        formats = {one.id: bytes.fromhex(one.digest) for one in link.ask(asking.AskFormats(), list[asking.FormatRow])}
        ask = asking.RecordAgreement(body=read_agreement(file, formats).hex(), token=token)
        if not as_draft:
            sent = link.ask(ask, Sent)
    if as_draft:
        _drafted(session, asking.DraftPaper(paper=ask))
        return
    session.answer(sent, lambda: f"recorded as {sent.places[0]}; known once every party has recorded the same bytes")


@agreement.command("list")
@room_options
@click.pass_obj
def list_agreements(session: Session) -> None:
    """List agreements, and how each party says it stands to them now."""
    with session.link() as link:
        found = link.ask(asking.AskAgreements(), list[asking.AgreementRow])
    session.answer(found, lambda: "\n".join(map(_agreement_text, found)) or "no agreement is on the record")


def _agreement_text(one: asking.AgreementRow) -> str:
    state = "known" if one.known else f"recorded by {', '.join(map(safe, one.by))} only"
    when = f"from {iso(one.from_ms)}" if one.from_ms is not None else "not in force"
    until = f" until {iso(one.until_ms)}" if one.until_ms is not None else ", no end agreed"
    lines = [f"{one.digest[:12]}  {one.id}: {safe(one.title.get('en', ''))} ({state}; {when}{until})"]
    return "\n".join([*lines, *(f"  {safe(name)}: {said or 'not in force'}" for name, said in one.standing.items())])


@agreement.command("standing")
@click.argument("name")
@click.argument("standing", type=click.Choice(("in force", "suspended", "ended")))
@click.option("--from", "begins", required=True, metavar="INSTANT", help="From when on, like 2026-11-22T10:05:00Z.")
@click.option("--reason", default="")
@click.option("--language", default="", help="Language of the reason.")
@_AS_DRAFT
@_TOKEN
@room_options
@click.pass_obj
def standing(session: Session, /, name: str, standing: Any, begins: str, **given: Any) -> None:
    """Say how we stand to the agreement NAME. The other party may see it otherwise, and both views are shown."""
    ask = asking.SayStanding(
        agreement=name, standing=standing, from_ms=parse_iso(begins), reason=given["reason"],
        language=given["language"] or ("en" if given["reason"] else ""), token=given["token"],
    )  # fmt: skip
    if given["as_draft"]:
        _drafted(session, asking.DraftPaper(paper=ask))
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded as {sent.places[0]}")


@click.command()
@click.option("--from", "begins", metavar="INSTANT", help="From when on [30 days ago].")
@click.option("--to", "ends", metavar="INSTANT", help="Until when [30 days ahead].")
@room_options
@click.pass_obj
def duties(session: Session, begins: str | None, ends: str | None) -> None:
    """What is due, from whom and by when, and the entries that it follows from. Clocks run from receipt."""
    now_ms = int(time.time() * 1000)
    ask = asking.AskDuties(
        from_ms=parse_iso(begins) if begins else now_ms - DAYS_AHEAD * _DAY_MS,
        to_ms=parse_iso(ends) if ends else now_ms + DAYS_AHEAD * _DAY_MS,
    )
    with session.link() as link:
        found = link.ask(ask, list[asking.DutyRow])
    session.answer(found, lambda: "\n".join(map(_duty_text, found)) or "nothing is due in that time")


def _duty_text(one: asking.DutyRow) -> str:
    views = "".join(f"; in the view of {safe(name)}: {state}" for name, state in one.views.items())
    causes = ", ".join(one.causes)
    done = f"; discharged by {one.discharged_by}" if one.discharged_by else ""
    return (
        f"{interval(one.due_earliest_ms, one.due_latest_ms)}  {safe(one.name)} owes {one.of} {one.format} "
        f"({one.agreement}): {one.state}{views}\n    counted {one.rule}; because of {causes}{done}"
    )
