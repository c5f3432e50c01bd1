"""verify: an exported record, checked by anybody, anywhere."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console import verdict
from openline.console.ceremonies import read_card_file
from openline.console.publishing import verdict as of_statement
from openline.console.publishing.verifying import is_published, prove_file
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.console.verifying import verify_file
from openline.record.evidence.export import EXTRACT


@click.command()
@click.argument("file", type=INPUT_FILE)
@click.option("--card", "cards", multiple=True, type=INPUT_FILE,
              help="A party's card, got in person; may be repeated.")
@click.option("--entries", is_flag=True, help="Each entry, and who held it when; an extract shows them anyway.")
@click.option("--processes", type=click.IntRange(1, 256), help="How many check signatures [one a core].")
@room_options
@click.pass_obj
def verify(session: Session, file: Path, cards: tuple[Path, ...], entries: bool, processes: int | None) -> None:
    """Check every signature, digest and root in FILE and say in plain words what it proves and what it does not.

    FILE is an exported record or extract, or a published joint statement: JSON, or the PDF that carries it.

    Needs no station, no network and no keys but the parties' cards. Exit 5 names the first thing that is not as it
    was signed.
    """
    with file.open("rb") as opened:
        begin = opened.read(64)
    if is_published(begin):
        found = prove_file(file, [read_card_file(path) for path in cards])
        session.answer(of_statement.as_data(found), lambda: of_statement.in_words(found))
        return
    verified = verify_file(file, [read_card_file(path) for path in cards], processes)
    each = entries or verified.findings.head.kind == EXTRACT
    session.answer(verdict.as_data(verified, entries=each), lambda: verdict.in_words(verified, entries=each))
