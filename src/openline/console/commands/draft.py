"""Drafts: write, submit, return, withdraw, release. Each asks the running station's desk one thing."""

from __future__ import annotations

import click

from openline.console.channel.asking import Precedence, Sent
from openline.console.codes import Told
from openline.console.commands.message import composed, message_options
from openline.console.templates.commands.beginning import Begun, begin, template_options
from openline.console.terminal import Session, ask_yes, room_options, session_of
from openline.console.watch import asking
from openline.console.watch.draft_words import line_of, number_of, whole
from openline.visible import visible

_DRAFT = click.argument("draft", type=str)


@click.group()
def draft() -> None:
    """Drafts at this desk. What leaves is exactly what was released, and the record says by whom."""


@draft.command("new")
@click.argument("text", required=False)
@template_options
@message_options
@room_options
@click.pass_context
def new(
    context: click.Context, /, text: str | None, template: str | None, fill: tuple[str, ...], precedence: Precedence,
    **given: object,
) -> None:
    """Begin a draft with TEXT (or stdin), or with a template. What is given besides stands before the template's."""
    session = session_of(context)
    begun = begin(context, template, fill, Begun(text, precedence, given))
    message = composed(session, begun.text, begun.precedence, begun.given)
    with session.link() as link:
        row = link.ask(asking.WriteDraft(message=message, checklist=begun.checklist), asking.DraftRow)
    session.answer(row, lambda: whole(row))


@draft.command("edit")
@_DRAFT
@click.argument("text", required=False)
@click.option("--over", type=click.IntRange(1), required=True, metavar="VERSION",
              help="The version this was made from.")
@message_options
@room_options
@click.pass_obj
def edit(
    session: Session, /, draft: str, text: str | None, over: int, precedence: Precedence, **given: object
) -> None:
    """Write the next version of DRAFT, whole; one that waits for release waits no longer."""
    message = composed(session, text, precedence, given)
    with session.link() as link:
        row = link.ask(asking.WriteDraft(message=message, draft=number_of(draft), over=over), asking.DraftRow)
    session.answer(row, lambda: whole(row))


@draft.command("list")
@click.option("--all", "every", is_flag=True, help="Recorded and withdrawn ones too.")
@room_options
@click.pass_obj
def listed(session: Session, every: bool) -> None:
    """List drafts, oldest first."""
    with session.link() as link:
        rows = link.ask(asking.AskDrafts(every=every), list[asking.DraftRow])
    session.answer(rows, lambda: "\n".join(line_of(row) for row in rows) or "No drafts.")


@draft.command("show")
@_DRAFT
@room_options
@click.pass_obj
def show(session: Session, draft: str) -> None:
    """Show DRAFT as it would leave; to an officer who may release it, with its short code."""
    with session.link() as link:
        row = link.ask(asking.AskDraft(draft=number_of(draft)), asking.DraftRow)
    session.answer(row, lambda: whole(row))


@draft.command("submit")
@_DRAFT
@click.option("--version", type=click.IntRange(1), help="Only if it is still at this version.")
@click.option("--remark", default="")
@room_options
@click.pass_obj
def submit(session: Session, draft: str, version: int | None, remark: str) -> None:
    """Let DRAFT wait for release by another officer."""
    with session.link() as link:
        at = version or link.ask(asking.AskDraft(draft=number_of(draft)), asking.DraftRow).version
        row = link.ask(asking.SubmitDraft(draft=number_of(draft), version=at, remark=remark), asking.DraftRow)
    session.answer(row, lambda: line_of(row))


@draft.command("return")
@_DRAFT
@click.option("--remark", required=True, help="Why it is not released.")
@room_options
@click.pass_obj
def give_back(session: Session, draft: str, remark: str) -> None:
    """Give DRAFT back instead of releasing it."""
    _moved(session, asking.ReturnDraft(draft=number_of(draft), remark=remark))


@draft.command("withdraw")
@_DRAFT
@click.option("--remark", default="")
@room_options
@click.pass_obj
def withdraw(session: Session, draft: str, remark: str) -> None:
    """DRAFT is not to be sent. What was released cannot be withdrawn any more, only corrected."""
    _moved(session, asking.WithdrawDraft(draft=number_of(draft), remark=remark))


@draft.command("release")
@_DRAFT
@click.option("--code", help="The short code of what was read; without it DRAFT is shown, and asked about.")
@room_options
@click.pass_obj
def release(session: Session, draft: str, code: str | None) -> None:
    """Release DRAFT: it is recorded and sent, with the names of who drafted and who released it."""
    number = number_of(draft)
    with session.link() as link:
        row = link.ask(asking.AskDraft(draft=number), asking.DraftRow)
        if code is None:
            if row.why_not or row.stage != "submitted":
                raise Told("OL-401", row.why_not or f"draft D-{number} is {row.stage}, not submitted")
            session.say(whole(row))
            ask_yes(f"release D-{number} version {row.version}, code {row.code}?", yes=False)
        asked = asking.ReleaseDraft(draft=number, version=row.version, code=row.code if code is None else code)
        sent = link.ask(asked, Sent)
    if not sent.places:
        session.answer(sent, lambda: f"released beforehand; whoever has the watch may send D-{number}, filled in")
        return
    left = [one.words for one in row.checklist if not one.ticked_by]
    if left:
        session.say(f"released with {len(left)} points of its checklist not looked at: {visible('; '.join(left))}")
    session.answer(sent, lambda: f"released; recorded here as {sent.places[0]}, not held there until a receipt says so")


@draft.command("checklist")
@_DRAFT
@click.argument("points", nargs=-1, required=True)
@room_options
@click.pass_obj
def checklist(session: Session, draft: str, points: tuple[str, ...]) -> None:
    """Say what is to be looked at before DRAFT is released: each of POINTS a few words."""
    ask = asking.SetChecklist(draft=number_of(draft), items=list(points))
    with session.link() as link:
        row = link.ask(ask, asking.DraftRow)
    session.answer(row, lambda: whole(row))


@draft.command("tick")
@_DRAFT
@click.argument("point", type=click.IntRange(1))
@room_options
@click.pass_obj
def tick(session: Session, draft: str, point: int) -> None:
    """Say that POINT of the checklist was looked at, in the version as it is now. A release shows what was not."""
    number = number_of(draft)
    with session.link() as link:
        version = link.ask(asking.AskDraft(draft=number), asking.DraftRow).version
        row = link.ask(asking.Tick(draft=number, version=version, item=point), asking.DraftRow)
    session.answer(row, lambda: whole(row))


def _moved(session: Session, ask: asking.ReturnDraft | asking.WithdrawDraft) -> None:
    """Ask, and tell in one line where the draft is now."""
    with session.link() as link:
        row = link.ask(ask, asking.DraftRow)
    session.answer(row, lambda: line_of(row))
