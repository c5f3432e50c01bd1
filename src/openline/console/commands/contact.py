"""contact: the timeline of contact, from a running station, from a store at rest, or from an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from openline.console.channel import asking
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.contact.drawing import svg as drawn
from openline.console.contact.gathering import of_findings, of_store
from openline.console.contact.told import in_words
from openline.console.dtg import parse_iso
from openline.console.home import LineHome
from openline.console.kept.papers import load_papers, roster_of
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.console.verifying import verify_file
from openline.store.sqlite import SqliteStore

_WITHIN_MS = 600_000


@click.command()
@click.argument("file", type=INPUT_FILE, required=False)
@click.option("--from", "from_", metavar="TIME", help="From this instant, such as 2026-11-22T00:00Z [the first known].")
@click.option("--to", "to", metavar="TIME", help="Up to this instant [the last known; of a running station, now].")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into this file too.")
@room_options
@click.pass_obj
def contact(session: Session, file: Path | None, from_: str | None, to: str | None, svg: Path | None) -> None:
    """Contact over time with each party: what both logs prove, what each side only says it saw, tests missed, clocks.

    With FILE, an exported record: every signature in it is verified first. Without, this home's own record.
    """
    first, last = (None if word is None else parse_iso(word) for word in (from_, to))
    if first is not None and last is not None and first > last:
        raise Told("OL-204", "--from is later than --to")
    data = _of_file(file, first, last) if file is not None else _of_line(session.line, first, last)
    if svg is not None:
        if svg.exists():
            raise Told("OL-702", f"{svg} is there already")
        svg.write_text(drawn(data), "utf-8")
    session.answer(data, lambda: in_words(data))


def _of_file(file: Path, first: int | None, last: int | None) -> dict[str, Any]:
    return of_findings(verify_file(file, []).findings, first, last)


def _of_line(line: LineHome, first: int | None, last: int | None) -> dict[str, Any]:
    link = _running(line)
    if link is not None:
        with link:
            return link.ask(asking.AskContact(from_ms=first, to_ms=last), asking.Drawn, _WITHIN_MS).timeline
    papers = load_papers(line)
    store = SqliteStore(line.store, read_only=True)
    try:
        return of_store(store, [party.name for party in roster_of(papers).parties], first, last)
    finally:
        store.close()


def _running(line: LineHome) -> ControlLink | None:
    try:
        return ControlLink.open(line.control)
    except Told:
        return None
