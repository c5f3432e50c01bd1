"""Offers: made, answered, withdrawn, and how they stand. No answer is neither consent nor refusal."""

from __future__ import annotations

from typing import Any

import click

from openline.console.agreeing import asking
from openline.console.agreeing.commands.lines import offer_lines
from openline.console.agreeing.commands.saying import instant, say, saying
from openline.console.terminal import Session, room_options


@click.group()
def offer() -> None:
    """Offers with a term: accepted, refused, accepted with conditions, withdrawn, or unanswered at their date."""


@offer.command("make")
@click.argument("subject")
@click.argument("words")
@click.option("--condition", default="", metavar="TEXT", help="On what it hangs.")
@click.option("--until", metavar="INSTANT", help="Open until then; without it, until it is answered or withdrawn.")
@click.option("--agreement", default="", metavar="NAME", help="An agreement that it is about.")
@saying
def make(session: Session, /, subject: str, words: str, condition: str, until: str | None, **given: Any) -> None:
    """Offer SUBJECT, in WORDS."""
    paper = asking.MakeOffer(
        subject=subject, words=words, condition=condition, until_ms=instant(until), agreement=given["agreement"],
        language=given["language"], said_on=given["said_on"], said_by=given["said_by"], token=given["token"],
    )  # fmt: skip
    say(session, paper, given["as_draft"])


@offer.command("answer")
@click.argument("place")
@click.argument("answer", type=click.Choice(("accepted", "refused", "with conditions")))
@click.option("--words", default="", metavar="TEXT")
@click.option("--condition", default="", metavar="TEXT", help="Which conditions.")
@saying
def answer(session: Session, /, place: str, answer: Any, words: str, condition: str, **given: Any) -> None:
    """Answer the offer at PLACE. After its date an answer is recorded, and stands as late."""
    paper = asking.AnswerOffer(
        place=place, answer=answer, words=words, condition=condition, language=given["language"],
        said_on=given["said_on"], said_by=given["said_by"], token=given["token"],
    )  # fmt: skip
    say(session, paper, given["as_draft"])


@offer.command("withdraw")
@click.argument("place")
@click.option("--words", default="", metavar="TEXT")
@saying
def withdraw(session: Session, /, place: str, words: str, **given: Any) -> None:
    """Withdraw our offer at PLACE. It counts from when the others hold it."""
    paper = asking.WithdrawOffer(
        place=place, words=words, language=given["language"], said_on=given["said_on"], said_by=given["said_by"],
        token=given["token"],
    )  # fmt: skip
    say(session, paper, given["as_draft"])


@offer.command("list")
@click.option("--agreement", default="", metavar="NAME", help="Only those about it.")
@room_options
@click.pass_obj
def list_offers(session: Session, agreement: str) -> None:
    """Offers of both sides, the latest first."""
    with session.link() as link:
        found = link.ask(asking.AskOffers(agreement=agreement), list[asking.OfferRow])
    session.answer(found, lambda: "\n".join(map(offer_lines, found)) or "no offer is on the record")


@offer.command("show")
@click.argument("place")
@room_options
@click.pass_obj
def show(session: Session, /, place: str) -> None:
    """One offer with its answers."""
    with session.link() as link:
        found = link.ask(asking.AskOffer(place=place), asking.OfferRow)
    session.answer(found, lambda: offer_lines(found))
