"""The ladder past *opened*: what was understood, to whom it was passed; and the offices on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from openline.console import ceremonies
from openline.console.channel.asking import Sent
from openline.console.codes import as_given
from openline.console.commands.message import full_name, given_text
from openline.console.dtg import dtg, parse_iso
from openline.console.ladder import asking
from openline.console.ladder.directories import FILE_BYTES_MAX, read_offices
from openline.console.ladder.rows import DirectoryRow, OfficeRow
from openline.console.terminal import INPUT_FILE, F, Session, login, room_options
from openline.visible import visible

_WHO: Final = (
    click.option("--officer", envvar="OPENLINE_OFFICER", metavar="NAME",
                 help="Who does this, as it shall be recorded [OPENLINE_OFFICER or the login name]."),
    click.option("--role", default="watch officer", show_default=True),
    click.option("--token", help="Asking twice under one token records once."),
)


def _by(command: F) -> F:
    for option in reversed(_WHO):
        command = option(command)
    return command


@click.command()
@click.argument("entry")
@click.argument("text", required=False)
@click.option("--language", default="en", show_default=True, help="Language of the text.")
@_by
@room_options
@click.pass_obj
def understood(session: Session, /, entry: str, text: str | None, language: str, **given: Any) -> None:
    """Read back: say in TEXT (or stdin), in your own words, what their message ENTRY was understood to say.

    It is no agreement. Of numbers and times say those that matter: that is where mishearing hides.
    """
    of = full_name(session, entry)
    ask = asking.TellUnderstood(place=of, text=given_text(text), language=language, **_who(given))
    with session.link() as link:
        written = link.ask(ask, Sent)
    session.answer(written, lambda: f"read back; recorded here as {written.places[0]}. It is not agreement.")


@click.command()
@click.argument("entry")
@click.option("--to", "office", required=True, metavar="OFFICE", help="The office it was passed to.")
@click.option("--how", default="", help="By hand, by voice, by which system; at most 256 characters.")
@click.option("--at", metavar="INSTANT", help="When [now].")
@_by
@room_options
@click.pass_obj
def passed(session: Session, /, entry: str, office: str, how: str, at: str | None, **given: Any) -> None:
    """Record that their message ENTRY was passed to the office it is for."""
    ask = asking.TellPassed(place=full_name(session, entry), office=office, how=how,
                            at_ms=parse_iso(at) if at else None, **_who(given))  # fmt: skip
    with session.link() as link:
        written = link.ask(ask, Sent)
    session.answer(written, lambda: f"passed to {visible(office)}; recorded here as {written.places[0]}")


@click.group()
@room_options
def offices() -> None:
    """Offices on both sides: their names, forms of address, hours and telephone cards."""


@offices.command("list")
@room_options
@click.pass_obj
def listed(session: Session) -> None:
    """List every party's directory that is in force."""
    with session.link() as link:
        rows = link.ask(asking.AskOffices(), list[DirectoryRow])
    session.answer(rows, lambda: "\n".join(line for row in rows for line in _directory(row)))


@offices.command("set")
@click.argument("file", type=INPUT_FILE)
@click.option("--officer", envvar="OPENLINE_OFFICER", metavar="NAME", help="Where the desk has no officers: who.")
@room_options
@click.pass_obj
def set_offices(session: Session, file: Path, officer: str | None) -> None:
    """Send the directory of our offices in FILE (TOML) to the other side, where it has changed.

    Where the desk has officers it becomes a draft that waits for release, like a message.
    """
    with as_given():
        text = ceremonies.read_text(file, FILE_BYTES_MAX)
    rows = read_offices(text, str(file))
    with session.link() as link:
        done = link.ask(asking.SetOffices(offices=rows, officer=officer or login()), asking.OfficesSet)
    said = f"recorded here as {done.place}" if done.draft is None else f"D-{done.draft} waits for release"
    session.answer(done, lambda: said)


def _who(given: dict[str, Any]) -> dict[str, Any]:
    return {"officer": given["officer"] or login(), "role": given["role"], "token": given["token"]}


def _directory(row: DirectoryRow) -> list[str]:
    if not row.place:
        return [f"{visible(row.name)}: no directory sent"]
    return [f"{visible(row.name)}: as of {dtg(row.at_ms)}", *(line for one in row.offices for line in _office(one))]


def _office(one: OfficeRow) -> list[str]:
    lines = [f"  {visible(one.short)}" + (f": {visible(one.full)}" if one.full else "")]
    lines += [f"    addressed ({tag})  {visible(form)}" for tag, form in one.addresses.items()]
    for name, text in (("hours", one.hours), ("telephone", one.telephone)):
        lines += [f"    {name:<14}  {visible(line)}" for line in text.split("\n") if line.strip()]
    return lines
