"""Escrow of declarations: commit, open, challenge, answer, reveal, list, show; salts put away and put back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import click

from openline.accord.escrow.bodies import LEVELS
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, read
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.dtg import dtg, parse_iso
from openline.console.escrowing import asking
from openline.console.escrowing.commands.parts import mark_line, step_line, written
from openline.console.escrowing.commands.salts import salts
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible

DECLARATION_BYTES_MAX = 12 * 1024 * 1024
_DAY_MS = 86_400_000
LEVEL = click.Choice(LEVELS)


@click.group()
def escrow() -> None:
    """A whole declaration committed at once and opened later, level by level or record by record."""


escrow.add_command(salts)


def _text_of(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return read(path, DECLARATION_BYTES_MAX).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Told("OL-202", f"{path}: byte {wrong.start} is not UTF-8") from wrong


@escrow.command("commit")
@click.argument("called", metavar="ID")
@click.option("--as-of", required=True, metavar="DAY", help="The day it stands for: 2026-09-01.")
@click.option("--items", type=INPUT_FILE, help="CSV with the heads figure,site,type,id: all levels are made of it.")
@click.option("--levels", type=INPUT_FILE, help="JSON with each level by itself, instead.")
@click.option("--layout", default="", help="The layout whose figures these are: plain declarations are compared.")
@click.option("--follows", default="", metavar="NAME", help="Our escrow that this one comes after.")
@click.option("--at-least", type=click.IntRange(0), default=0, metavar="N", help="So many leaves of items.")
@click.option("--with-faults", is_flag=True, help="Also where it does not add up: that shows once it is open.")
@click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def commit(
    session: Session, /, called: str, as_of: str, items: Path | None, levels: Path | None, layout: str, follows: str,
    at_least: int, with_faults: bool, exercise: bool, as_draft: bool, token: str | None,
) -> None:  # fmt: skip
    """Commit to a whole declaration under the id ID. Nothing of it leaves before it is opened."""
    ask = asking.CommitEscrow(
        called=called, as_of=as_of, items=_text_of(items), levels=_text_of(levels), layout=layout, follows=follows,
        at_least=at_least, with_faults=with_faults, exercise=exercise, token=token,
    )  # fmt: skip
    written(session, ask, as_draft, "without its salts nothing can be opened: `openline escrow salts split`")


@escrow.command("open")
@click.argument("name", default="")
@click.option("--level", type=LEVEL, help="This level, or some records of it.")
@click.option("--first", type=click.IntRange(0), default=0, help="Only from this record on.")
@click.option("--count", type=click.IntRange(0), default=0, help="Only so many records.")
@click.option("--drawn", default="", metavar="CHALLENGE", help="The record that this challenge drew.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def open_levels(
    session: Session, /, name: str, level: str | None, first: int, count: int, drawn: str, as_draft: bool,
    token: str | None,
) -> None:  # fmt: skip
    """Open a level of our escrow NAME, some records of it, or the one that was drawn."""
    if bool(drawn) == bool(name and level):
        raise Told("OL-201", "give NAME and --level, or --drawn CHALLENGE")
    place = full_name(session, drawn) if drawn else ""
    which = cast(asking.LevelName, level or LEVELS[0])
    ask = asking.OpenEscrow(name=name, level=which, first=first, count=count, drawn=place, token=token)
    written(session, ask, as_draft, "both sides now check it")


@escrow.command("challenge")
@click.argument("name")
@click.option("--level", type=LEVEL, required=True)
@click.option("--answer-by", metavar="INSTANT", help="[in a day]")
@click.option("--reveal-by", metavar="INSTANT", help="[a day after that]")
@click.option("--open-by", metavar="INSTANT", help="[a day after that]")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def challenge(
    session: Session, /, name: str, level: str, answer_by: str | None, reveal_by: str | None, open_by: str | None,
    as_draft: bool, token: str | None,
) -> None:  # fmt: skip
    """Ask for one record of a level of their escrow NAME. Which one, both draw: nobody can choose it."""
    answer_ms = parse_iso(answer_by) if answer_by else int(time.time() * 1000) + _DAY_MS
    reveal_ms = parse_iso(reveal_by) if reveal_by else answer_ms + _DAY_MS
    open_ms = parse_iso(open_by) if open_by else reveal_ms + _DAY_MS
    ask = asking.ChallengeEscrow(
        name=name, level=cast(asking.LevelName, level), answer_by_ms=answer_ms, reveal_by_ms=reveal_ms,
        open_by_ms=open_ms, token=token,
    )  # fmt: skip
    written(session, ask, as_draft, "they answer, then both show their part of the draw")


@escrow.command("answer")
@click.argument("challenge")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def answer(session: Session, challenge: str, as_draft: bool, token: str | None) -> None:
    """Answer the entry CHALLENGE of theirs: commit to our part of the draw."""
    place = full_name(session, challenge)
    written(session, asking.AnswerChallenge(challenge=place, token=token), as_draft, "now both show their part")


@escrow.command("reveal")
@click.argument("challenge")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def reveal(session: Session, challenge: str, as_draft: bool, token: str | None) -> None:
    """Show our part of the draw of the entry CHALLENGE, once both sides have committed to theirs."""
    place = full_name(session, challenge)
    written(session, asking.RevealDraw(challenge=place, token=token), as_draft, "the index follows from both parts")


@escrow.command("list")
@room_options
@click.pass_obj
def list_escrows(session: Session) -> None:
    """List the escrows of the record, and how far each is open."""
    with session.link() as link:
        found = link.ask(asking.AskEscrows(), list[asking.EscrowRow])
    session.answer(found, lambda: "\n".join(map(_line, found)) or "no escrows")


def _line(one: asking.EscrowRow) -> str:
    drill = "EXERCISE  " if one.exercise else ""
    open_ = ", ".join(f"{level.name} {'whole' if level.complete else f'{level.opened} of {level.leaves}'}"
                      for level in one.levels if level.opened)  # fmt: skip
    bad = f", {one.broken} CONTRADICTED" if one.broken else ""
    marks = f", {one.marks} MARKED" if one.marks else ""
    lost = "; WHAT OPENS IT IS NOT ON THIS MACHINE" if one.ours and not one.kept_here else ""
    return (f"{drill}{one.id}  {visible(one.name)}, as of {one.as_of}: open: {open_ or 'nothing'}{bad}{marks}{lost}  "
            f"{one.place}")  # fmt: skip


@escrow.command("show")
@click.argument("name")
@click.option("--records", "most", type=click.IntRange(0), default=100, show_default=True, help="Of each level.")
@room_options
@click.pass_obj
def show(session: Session, name: str, most: int) -> None:
    """Show the escrow NAME: what is open, what of it closes or is contradicted, challenges, what is not proved."""
    with session.link() as link:
        found = link.ask(asking.AskEscrow(name=name, records=most), asking.EscrowWhole)
    session.answer(found, lambda: _text(found))


def _text(found: asking.EscrowWhole) -> str:
    lines = [_line(found.row), f"commitment {found.row.commitment}", *map(mark_line, found.marks)]
    for level in found.row.levels:
        state = "open" if level.complete else f"{level.opened} of {level.leaves} leaves open"
        lines.append(f"{level.name}: {state}")
        for one in (one for one in found.records if one.level == level.name):
            cells = ", ".join(f"{name} {cell}" for name, cell in one.cells.items())
            lines.append(f"  {one.index}: {visible(cells) if cells else f'CANNOT BE READ {one.raw}'}")
    lines += [f"{one.verdict.upper() if one.verdict == 'is broken' else one.verdict}: {visible(one.place)}: "
              f"{visible(one.what)}" for one in found.findings]  # fmt: skip
    for asked in found.challenges:
        index = "nothing drawn yet" if asked.index is None else f"record {asked.index} is drawn"
        opened = f", opened in {asked.opened}" if asked.opened else ""
        waits = f"; waits for {visible('; '.join(asked.waits_for))}" if asked.waits_for else ""
        lines.append(f"challenge {asked.place} by {visible(asked.name)} to {asked.level}: {index}{opened}{waits}; "
                     f"open by {dtg(asked.open_by_ms)}")  # fmt: skip
        lines += map(mark_line, asked.marks)
    return "\n".join([*lines, *map(step_line, found.steps), "What this does not prove:",
                      *(f"  {one}" for one in found.not_proved)])  # fmt: skip
