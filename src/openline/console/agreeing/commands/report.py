"""Reports from outside: kept with who reported them and where, never as agreed."""

from __future__ import annotations

from typing import Any

import click

from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN
from openline.console.agreeing import asking
from openline.console.agreeing.commands.lines import report_lines
from openline.console.agreeing.commands.saying import say
from openline.console.terminal import Session, room_options


@click.group()
def report() -> None:
    """What others report: by whom, where it can be read, who is said to have said it, confirmed or not."""


@report.command("enter")
@click.argument("words")
@click.option("--by", "reported_by", required=True, metavar="NAME", help="Who reported it.")
@click.option("--source", required=True, metavar="WHERE", help="Where that can be read.")
@click.option("--on", "said_on", required=True, metavar="DATE", help="Its date, as far as it is known.")
@click.option("--said-by", default="", metavar="NAME", help="Who is reported to have said it.")
@click.option("--confirmed/--unconfirmed", default=False, help="By our own word [unconfirmed].")
@click.option("--contradicts", multiple=True, metavar="PLACE", help="An entry or another report.")
@click.option("--confirms", multiple=True, metavar="PLACE")
@click.option("--replaces", multiple=True, metavar="PLACE", help="An earlier one of ours.")
@click.option("--agreement", default="", metavar="NAME", help="An agreement that it is about.")
@click.option("--entered-by", default="", metavar="NAME", help="Who enters it [the officer who is signed in].")
@click.option("--language", default="en", metavar="TAG")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def enter(session: Session, /, words: str, **given: Any) -> None:
    """Enter WORDS as reported from outside."""
    as_draft = given.pop("as_draft")
    for name in ("contradicts", "confirms", "replaces"):
        given[name] = list(given[name])
    say(session, asking.EnterReport(words=words, **given), as_draft)


@report.command("list")
@click.option("--agreement", default="", metavar="NAME", help="Only those about it.")
@room_options
@click.pass_obj
def list_reports(session: Session, agreement: str) -> None:
    """Reports, the latest date first."""
    with session.link() as link:
        found = link.ask(asking.AskReports(agreement=agreement), list[asking.ReportRow])
    session.answer(found, lambda: "\n".join(map(report_lines, found)) or "no report is on the record")
