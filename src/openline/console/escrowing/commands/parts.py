"""What both groups of commands share: writing or drafting a paper, and lines of what was asked."""

from __future__ import annotations

from openline.console.accords.commands import drafting
from openline.console.dtg import dtg
from openline.console.escrowing import asking
from openline.console.terminal import Session
from openline.visible import visible


def written(session: Session, ask: asking.Paper, as_draft: bool, then: str) -> None:
    """Record it, or write a draft that another officer releases; say where."""
    draft = (lambda one: asking.DraftSealed(paper=one)) if as_draft else None
    drafting.written(session, ask, draft, then, "here as")


def step_line(one: asking.StepRow) -> str:
    """A step in a line."""
    done = f", in {', '.join(one.done)}" if one.done else ""
    return f"  {dtg(one.by_ms)}  {visible(one.name)}: {one.what}: {one.state}{done}"


def mark_line(one: asking.MarkRow) -> str:
    """What is not as it should be, in a line."""
    return f"  MARKED {one.place} ({visible(one.name)}): {visible(one.what)}"
