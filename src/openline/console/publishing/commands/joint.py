"""Joint statements: propose, sign, withdraw, list, show, publish. Each asks the running station one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from openline.accord.communique.statement import Statement
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, written
from openline.console.channel.asking import Amendments, AskAmendments, AskStatus, Status
from openline.console.dtg import dtg
from openline.console.home import write_whole
from openline.console.publishing import asking
from openline.console.publishing.papers import read_statement
from openline.console.publishing.sheets import given_of
from openline.console.publishing.words import release_text
from openline.console.sheets import setting
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible

_Paper = asking.ProposeJoint | asking.SignJoint | asking.WithdrawJoint


@click.group()
def joint() -> None:
    """Joint statements: one text in all languages, signed by every party, published at the agreed instant."""


def _write(session: Session, paper: _Paper, as_draft: bool, then: str) -> None:
    written(session, paper, (lambda one: asking.DraftJoint(paper=one)) if as_draft else None, then)


@joint.command("propose")
@click.argument("file", type=INPUT_FILE)
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def propose(session: Session, file: Path, as_draft: bool, token: str | None) -> None:
    """Propose the statement in FILE (TOML; its texts lie beside it), and sign it by that."""
    paper = read_statement(file)
    paper.token = token
    _write(session, paper, as_draft, "agreed once every party has signed the same bytes")


@joint.command("sign")
@click.argument("statement")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def sign(session: Session, statement: str, as_draft: bool, token: str | None) -> None:
    """Sign STATEMENT (an id, or the first digits of a digest): every language of it, as it stands on the record."""
    _write(session, asking.SignJoint(statement=statement, token=token), as_draft, "`openline joint show` says who has")


@joint.command("withdraw")
@click.argument("statement")
@click.option("--reason", default="")
@click.option("--language", default="", help="Language of the reason.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def withdraw(session: Session, /, statement: str, reason: str, language: str, as_draft: bool, **given: Any) -> None:
    """Withdraw from STATEMENT, or refuse to sign it, as long as not every party has signed."""
    said = language or ("en" if reason else "")
    paper = asking.WithdrawJoint(statement=statement, reason=reason, language=said, token=given["token"])
    _write(session, paper, as_draft, "a signature that crossed with this still counts")


@joint.command("list")
@room_options
@click.pass_obj
def list_joint(session: Session) -> None:
    """List joint statements: how they stand, who has signed, when they are released."""
    with session.link() as link:
        found = link.ask(asking.AskJoints(), list[asking.JointRow])
    session.answer(found, lambda: "\n".join(map(_line, found)) or "no joint statement is on the record")


@joint.command("show")
@click.argument("statement")
@room_options
@click.pass_obj
def show(session: Session, statement: str) -> None:
    """Show STATEMENT with its texts, and which bytes each party signed."""
    with session.link() as link:
        found = link.ask(asking.AskJoint(statement=statement), asking.JointWhole)
    session.answer(found, lambda: _text(found))


@joint.command("publish")
@click.argument("statement")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@room_options
@click.pass_obj
def publish(session: Session, statement: str, file: Path) -> None:
    """Write STATEMENT to FILE, for anybody to verify; refused before the agreed instant.

    FILE ending in .pdf is sheets for people that carry the same file inside; any other name gets the file itself.
    """
    of_pdf = file.suffix.lower() == ".pdf"
    if of_pdf:
        setting.check_installed()
    with session.link() as link:
        made = link.ask(asking.PublishJoint(statement=statement), asking.PublishedFile)
        row = link.ask(asking.AskJoint(statement=statement), asking.JointWhole).row
        status = link.ask(AskStatus(), Status) if of_pdf else None
        terms = link.ask(AskAmendments(), Amendments) if of_pdf else None
    data = made.file.encode()
    if status is not None and terms is not None:
        signers = [(one.name, one.place) for one in row.signed]
        banners = [banner.partition("=")[2] or banner for banner in terms.handling]
        data = setting.set_sheets(given_of(data, line=status.line, signers=signers, banners=banners))
    write_whole(file, data, mode=0o644, replace=False)
    answer = {"path": str(file), "bytes": len(data), "sha256_of_statement_file": made.sha256}
    session.answer(answer, lambda: f"{file}: {len(data)} bytes; anybody can check it with `openline verify`")


def _release(row: asking.JointRow) -> str:
    if row.release_ms is None:
        return "its words are not here"
    return "released " + release_text(Statement(row.id, (), row.release_ms // 1000, row.zone, row.minutes_east))


def _line(row: asking.JointRow) -> str:
    signed = ", ".join(visible(one.name) for one in row.signed if one.place) or "nobody"
    title = visible(row.title.get("en", next(iter(row.title.values()), "")))
    marks = "".join(f"\n    {visible(mark)}" for mark in row.marks)
    yours = "; WAITS FOR OUR SIGNATURE" if row.ours_lacks else ""
    state = f"{row.state.upper()}, signed by {signed}{yours}"
    return f"{row.digest[:12]}  {row.id}  {state}; {_release(row)}: {title}{marks}"


def _text(whole: asking.JointWhole) -> str:
    row = whole.row
    lines = [f"{row.id}  {row.state.upper()}", f"  digest {row.digest}, {whole.bytes} bytes", f"  {_release(row)}"]
    for one in row.signed:
        done = "has not signed"
        if one.written_at_ms is not None:
            done = f"signed these bytes at {dtg(one.written_at_ms)}, {one.place}"
        lines.append(f"  {visible(one.name)} {done}")
    for said in row.withdrawn:
        words = f": {visible(said.words)}" if said.words else ""
        lines.append(f"  WITHDRAWN by {visible(said.name)} at {dtg(said.written_at_ms)}, {said.place}{words}")
    lines += [f"  {visible(mark)}" for mark in row.marks]
    lines.append("  may be published now" if row.may_publish else f"  not to be published: {visible(row.why_not)}")
    lines.append(f"  this station's clock: {dtg(whole.now_ms)}, against the others': {whole.clock}")
    for text in whole.texts:
        lines += [f"[{text.language}] {visible(text.title)}", *(visible(line) for line in text.text.split("\n"))]
    return "\n".join(lines)
