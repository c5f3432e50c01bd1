"""Working translations of drafts and of messages: beside the original, never instead; with what differs in numbers."""

from __future__ import annotations

from typing import Literal

import click

from openline.console.channel.asking import Show, Shown
from openline.console.codes import Told
from openline.console.commands.message import full_name, given_text
from openline.console.dtg import dtg
from openline.console.ladder.translating import machine_translation
from openline.console.terminal import Session, room_options
from openline.console.watch import asking
from openline.console.watch.draft_words import number_of
from openline.console.words import wrapped
from openline.visible import visible

_OF = click.argument("of")
_STAGES = ("sight", "rough", "official")


@click.group()
@room_options
def translation() -> None:
    """Working translations of a draft (as D-12) or of a message (its position, or full name)."""


@translation.command("write")
@_OF
@click.argument("text", required=False)
@click.option("--language", required=True, help="Language of the translation.")
@click.option("--stage", type=click.Choice(_STAGES), default="rough", show_default=True)
@room_options
@click.pass_obj
def write(
    session: Session, of: str, text: str | None, language: str, stage: Literal["sight", "rough", "official"]
) -> None:
    """Keep TEXT (or stdin) as your translation of OF."""
    ask = asking.Translate(of=_name(session, of), text=given_text(text), language=language, stage=stage)
    with session.link() as link:
        row = link.ask(ask, asking.TranslationRow)
    session.answer(row, lambda: "\n".join(_lines(row)))


@translation.command("machine")
@_OF
@click.option("--to", "language", required=True, help="Language to translate into.")
@room_options
@click.pass_obj
def machine(session: Session, of: str, language: str) -> None:
    """Have the program of the settings ([translate] command) translate OF. Marked as the program's for ever."""
    command = session.config.translate
    if not command:
        raise Told("OL-801", "no program is set that translates: [translate] command in station.toml")
    name = _name(session, of)
    with session.link() as link:
        if name.startswith("D-"):
            row = link.ask(asking.AskDraft(draft=number_of(name)), asking.DraftRow)
            text, from_language = f"{row.subject}\n{row.text}", row.language
        else:
            shown = link.ask(Show(place=name), Shown)
            text, from_language = f"{shown.subject}\n{shown.text}", shown.language
    made, program = machine_translation(command, text, from_language, language)
    ask = asking.Translate(of=name, text=made, language=language, stage="sight", program=program)
    with session.link() as link:
        done = link.ask(ask, asking.TranslationRow)
    session.answer(done, lambda: "\n".join(_lines(done)))


@translation.command("list")
@_OF
@room_options
@click.pass_obj
def listed(session: Session, of: str) -> None:
    """Show every translation of OF, and where its numbers, dates, times and coordinates differ from the original's."""
    with session.link() as link:
        rows = link.ask(asking.AskTranslations(of=_name(session, of)), list[asking.TranslationRow])
    session.answer(rows, lambda: "\n".join(line for row in rows for line in _lines(row)) or "No translation.")


@translation.command("review")
@_OF
@click.argument("number", type=click.IntRange(1))
@room_options
@click.pass_obj
def review(session: Session, of: str, number: int) -> None:
    """Say that you, who did not do it, went through translation NUMBER of OF."""
    _marked(session, of, number, "reviewed")


@translation.command("certify")
@_OF
@click.argument("number", type=click.IntRange(1))
@room_options
@click.pass_obj
def certify(session: Session, of: str, number: int) -> None:
    """Certify the official translation NUMBER of OF, after it was reviewed."""
    _marked(session, of, number, "certified")


def _marked(session: Session, of: str, number: int, step: Literal["reviewed", "certified"]) -> None:
    ask = asking.MarkTranslation(of=_name(session, of), number=number, step=step)
    with session.link() as link:
        row = link.ask(ask, asking.TranslationRow)
    session.answer(row, lambda: "\n".join(_lines(row)))


def _name(session: Session, of: str) -> str:
    return of if of.startswith("D-") else full_name(session, of)


def _lines(row: asking.TranslationRow) -> list[str]:
    steps = (("done", row.done_by), ("reviewed", row.reviewed_by), ("certified", row.certified_by))
    people = [f"{step} by {visible(who)}" for step, who in steps if who]
    whose = "" if row.certified_by else " (unofficial)"
    of = f", of version {row.version}" if row.version else ""
    stage = f"{visible(row.stage)}{whose}{of}, {dtg(row.at_ms)}"
    head = f"{visible(row.of)} translation {row.number}, {row.language}: {stage}"
    lines = [head, f"  {', '.join(people)}", *wrapped(row.text)]
    for one in row.differences:
        lines.append(f"  DIFFERS  {one.kind} {visible(one.written)!r} stands in the {one.side} only")
    return lines
