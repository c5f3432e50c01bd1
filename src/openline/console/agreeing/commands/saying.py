"""What commands about agreements, offers and reports share: options, and recording or drafting what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, written
from openline.console.agreeing import asking
from openline.console.dtg import parse_iso
from openline.console.terminal import Session, room_options

LANGUAGE: Final = click.option("--language", default="en", metavar="TAG", help="Language of the words [en].")
SAID_ON: Final = click.option(
    "--said-on", default="", metavar="DATE",
    help="When it was said or done, as far as it is known: 2021-23 is autumn 2021, 2025-10, 2026-02-05 ...",
)  # fmt: skip
SAID_BY: Final = click.option("--said-by", default="", metavar="NAME", help="Who said it, and in which capacity.")
FROM: Final = click.option("--from", "begins", required=True, metavar="INSTANT", help="From when on it counts.")


def saying(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that says something, and the session."""
    return LANGUAGE(SAID_ON(SAID_BY(AS_DRAFT(TOKEN(room_options(click.pass_obj(command)))))))


def say(session: Session, paper: asking.Paper, as_draft: bool, then: str = "") -> None:
    """Record it, or write it as a draft, and say where it is."""
    written(session, paper, (lambda one: asking.DraftAgreeing(paper=one)) if as_draft else None, then)


def instant(text: str | None) -> int | None:
    """An instant, where one is given. Raises Told OL-204."""
    return None if text is None else parse_iso(text)
