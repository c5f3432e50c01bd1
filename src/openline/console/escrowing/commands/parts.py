"""What both groups of commands share: writing or drafting a paper, and lines of what was asked."""

from __future__ import annotations

from openline.console.accords.asking import Drafted
from openline.console.channel.asking import Sent
from openline.console.dtg import dtg
from openline.console.escrowing import asking
from openline.console.terminal import Session
from openline.console.words import safe


def written(session: Session, ask: asking.Paper, as_draft: bool, then: str) -> None:
    """Record it, or write a draft that another officer releases; say where."""
    with session.link() as link:
        if as_draft:
            row = link.ask(asking.DraftSealed(paper=ask), Drafted)
            text = f"D-{row.draft}, version {row.version}: `openline draft submit`, then another officer"
            session.answer(row, lambda: text)
            return
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded here as {', '.join(map(str, sent.places))}; {then}")


def step_line(one: asking.StepRow) -> str:
    """A step in a line."""
    done = f", in {', '.join(one.done)}" if one.done else ""
    return f"  {dtg(one.by_ms)}  {safe(one.name)}: {one.what}: {one.state}{done}"


def mark_line(one: asking.MarkRow) -> str:
    """What is not as it should be, in a line."""
    return f"  MARKED {one.place} ({safe(one.name)}): {safe(one.what)}"
