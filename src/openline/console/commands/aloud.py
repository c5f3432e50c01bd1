"""read-aloud: a short message over a voice line, with check digits. Provisional until its entry comes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import click

from openline.console import words
from openline.console.aloud import dictation
from openline.console.channel.asking import Append, AskStatus, Sent, Show, Shown, Status
from openline.console.codes import Told, as_given
from openline.console.home import read_bounded
from openline.console.terminal import Session, at_a_terminal, login, room_options
from openline.contact.aloud import Sheet, end_digits, in_groups, line_digits, naming_digits
from openline.contact.taken import TakenDown, encode_taken
from openline.record.entry import READ_ALOUD

_FROM_STDIN: Final = Path("-")


@click.group(name="read-aloud")
def read_aloud() -> None:
    """A short message over a voice line. What was taken down is provisional until its entry comes by any bearer."""


@read_aloud.command("show")
@click.argument("entry")
@click.option("--spell", is_flag=True, help="Every word letter by letter, in the ICAO or the Russian alphabet.")
@click.option("--plain", is_flag=True, help="The sheet alone, as `take` reads it.")
@room_options
@click.pass_obj
def show(session: Session, entry: str, spell: bool, plain: bool) -> None:
    """Print the sheet of ENTRY, a message, to be read out line by line."""
    position = words.parse_position(entry)
    with session.link() as link:
        shown = link.ask(Show(place=None if position is not None else entry, position=position), Shown)
    sheet = dictation.sheet_of(shown)
    session.answer(
        _as_data(sheet),
        lambda: dictation.plain(sheet).rstrip("\n") if plain else dictation.for_a_reader(sheet, shown, spell=spell),
    )


@read_aloud.command("take")
@click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False)
@click.option("--officer", envvar="OPENLINE_OFFICER", metavar="NAME",
              help="Who takes it down [OPENLINE_OFFICER or the login name].")
@click.option("--remark", default="", help="Who read it, and over which voice line.")
@click.option("--anew", is_flag=True, help="Forget what was taken down before of another sheet.")
@click.option("--token", help="Asking twice under one token records once.")
@room_options
@click.pass_obj
def take(
    session: Session, sheet: Path | None, officer: str | None, remark: str, anew: bool, token: str | None
) -> None:
    """Take a message down, line by line, or from SHEET (- for stdin). Each line is checked at once.

    Lines that fit are kept until the whole is recorded: a later `take` goes on where this one stopped.
    """
    line = session.line
    taking = dictation.Taking(line.read_aloud)
    if anew:
        taking.forget()
    with session.link() as link:
        us = link.ask(AskStatus(), Status)
        if sheet is None and at_a_terminal():
            said = dictation.take_by_hand(taking, lambda row: click.prompt(row, err=True), session.say)
        elif sheet is None:
            raise Told("OL-203", "give a SHEET, or - for stdin")
        else:
            said = dictation.take_text(taking, _read(sheet))
        if said.naming.party not in {peer.party for peer in us.peers}:
            whose = "our own party" if said.naming.party == us.party else "no party of this line"
            raise Told("OL-204", f"that sheet is of party {said.naming.party}, {whose}; --anew begins another")
        with as_given():
            body = encode_taken(TakenDown(said, time.time_ns() // 1_000_000, officer or login(), remark))
        place = link.ask(Append(kind=READ_ALOUD, body=body.hex(), token=token), Sent).places[0]
        taking.forget()
        entry = link.ask(Show(place=str(place)), Shown)
    session.answer(entry, lambda: words.whole(entry))


def _read(sheet: Path) -> str:
    if sheet == _FROM_STDIN:
        data = sys.stdin.buffer.read(dictation.DRAFT_BYTES_MAX + 1)
        if len(data) > dictation.DRAFT_BYTES_MAX:
            raise Told("OL-204", f"more than {dictation.DRAFT_BYTES_MAX} bytes; no sheet is so long")
    else:
        data = read_bounded(sheet, dictation.DRAFT_BYTES_MAX)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Told("OL-204", f"the sheet is not text in UTF-8: {error}") from error


def _as_data(sheet: Sheet) -> dict[str, object]:
    first, second = naming_digits(sheet.naming)
    return {
        "a": in_groups(first),
        "b": in_groups(second),
        "lines": [{"text": text, "group": line_digits(sheet.naming, n, text)} for n, text in enumerate(sheet.lines, 1)],
        "subject_lines": sheet.naming.subject_lines,
        "e": in_groups(end_digits(sheet)),
    }
