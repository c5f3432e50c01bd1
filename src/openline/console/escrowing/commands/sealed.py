"""Sealed exchanges: propose, commit, countersign, open, list, show. Each asks the running station one thing."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, read
from openline.console.codes import Told
from openline.console.dtg import dtg, parse_iso
from openline.console.escrowing import asking
from openline.console.escrowing.commands.parts import mark_line, step_line, written
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible

LIST_BYTES_MAX = 8 * 1024 * 1024


@click.group()
def sealed() -> None:
    """Lists exchanged at once: all commit, all countersign, and only then all open. Nobody reads first."""


@sealed.command("propose")
@click.argument("called", metavar="ID")
@click.option("--commit-by", required=True, metavar="INSTANT", help="Like 2027-01-01T10:00:00Z.")
@click.option("--countersign-by", metavar="INSTANT", help="[half way between the two]")
@click.option("--open-by", required=True, metavar="INSTANT")
@click.option("--title", default="", help="What is exchanged.")
@click.option("--language", default="en", show_default=True, help="Language of the title.")
@click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def propose(
    session: Session, /, called: str, commit_by: str, countersign_by: str | None, open_by: str, title: str,
    language: str, exercise: bool, as_draft: bool, token: str | None,
) -> None:  # fmt: skip
    """Name an exchange between all parties of the line, ID, and its times."""
    ask = asking.ProposeExchange(
        called=called, commit_by_ms=parse_iso(commit_by), open_by_ms=parse_iso(open_by), title=title,
        countersign_by_ms=parse_iso(countersign_by) if countersign_by else None, language=language, exercise=exercise,
        token=token,
    )  # fmt: skip
    written(session, ask, as_draft, "every party now commits")


@sealed.command("commit")
@click.argument("name")
@click.argument("file", type=INPUT_FILE)
@click.option("--at-least", type=click.IntRange(0), default=0, metavar="N",
              help="So many leaves, so that the length of the list is not given away.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def commit(session: Session, name: str, file: Path, at_least: int, as_draft: bool, token: str | None) -> None:
    """Commit to the list in FILE, a record a line, in the exchange NAME. Nothing of it leaves before it is opened."""
    try:
        text = read(file, LIST_BYTES_MAX).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Told("OL-202", f"{file}: byte {wrong.start} is not UTF-8") from wrong
    ask = asking.CommitList(name=name, records=text.splitlines(), at_least=at_least, token=token)
    written(session, ask, as_draft, "keep it: `openline escrow salts`; countersign once all have committed")


@sealed.command("countersign")
@click.argument("name")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def countersign(session: Session, name: str, as_draft: bool, token: str | None) -> None:
    """Countersign the commitments of all parties in the exchange NAME: from then on they are these and no others."""
    written(session, asking.Countersign(name=name, token=token), as_draft, "open once all have countersigned")


@sealed.command("open")
@click.argument("name")
@click.option("--first", type=click.IntRange(0), default=0, help="Only from this record on.")
@click.option("--count", type=click.IntRange(0), default=0, help="Only so many records.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def open_list(session: Session, name: str, first: int, count: int, as_draft: bool, token: str | None) -> None:
    """Open our list in the exchange NAME: refused before every party has countersigned."""
    ask = asking.OpenList(name=name, first=first, count=count, token=token)
    written(session, ask, as_draft, "it is in time once the others hold it")


@sealed.command("list")
@room_options
@click.pass_obj
def list_exchanges(session: Session) -> None:
    """List the sealed exchanges of the record, and how each stands."""
    with session.link() as link:
        found = link.ask(asking.AskExchanges(), list[asking.ExchangeRow])
    session.answer(found, lambda: "\n".join(map(_line, found)) or "no sealed exchanges")


def _line(one: asking.ExchangeRow) -> str:
    title = f": {visible(one.title)}" if one.title else ""
    drill = "EXERCISE  " if one.exercise else ""
    late = f" ({visible('; '.join(one.behind))})" if one.behind else ""
    marks = f", {one.marks} MARKED" if one.marks else ""
    return f"{drill}{one.id}{title}  {one.state}{late}{marks}; open by {dtg(one.open_by_ms)}  {one.place}"


@sealed.command("show")
@click.argument("name")
@click.option("--records", "most", type=click.IntRange(0), default=100, show_default=True, help="Of each side.")
@room_options
@click.pass_obj
def show(session: Session, name: str, most: int) -> None:
    """Show the exchange NAME: each side's steps with their times, what is opened, and what is not as it should be."""
    with session.link() as link:
        found = link.ask(asking.AskExchange(name=name, records=most), asking.ExchangeWhole)
    session.answer(found, lambda: _text(found))


def _text(found: asking.ExchangeWhole) -> str:
    lines = [_line(found.row), "steps:", *map(step_line, found.steps), *map(mark_line, found.marks)]
    for side in found.sides:
        state = "opened whole" if side.complete else f"{side.opened} of {side.leaves} leaves opened"
        said = f"committed in {side.commitment}, {state}" if side.commitment else "no commitment"
        lines.append(f"{visible(side.name)}{' (ours)' if side.ours else ''}: {said}")
        if side.lock:
            lines.append(f"  lock {side.lock}")
        lines += [f"  {one.index}: {visible(one.text)}" for one in side.records]
        lines += map(mark_line, side.marks)
    return "\n".join(lines)
