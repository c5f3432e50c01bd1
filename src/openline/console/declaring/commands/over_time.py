"""Declarations over time: one reconciled with the next, figures under their ceilings."""

from __future__ import annotations

from html import escape
from pathlib import Path

import click

from openline.console.declaring import asking
from openline.console.declaring.commands.lines import ceilings_text, reconciliation_text
from openline.console.terminal import Session, room_options


@click.command()
@click.argument("layout")
@click.option("--party", default="", help="Only this party's declarations.")
@click.option("--all", "every", is_flag=True, help="Every pair of declarations, not the last of each party.")
@click.option("--in", "language", default="en", metavar="LANGUAGE", help="Of the questions: en or ru.")
@room_options
@click.pass_obj
def reconcile(session: Session, layout: str, party: str, every: bool, language: str) -> int:
    """Compare the last declaration and the notices since with the next one, unit by unit, under LAYOUT.

    Each difference without a notice is listed by its identifier, with the notice that would explain it drafted for
    asking. Ends with 1 where there is one.
    """
    with session.link() as link:
        ask = asking.AskReconciliation(layout=layout, party=party, all=every)
        found = link.ask(ask, list[asking.ReconciliationRow])
    text = "\n".join(reconciliation_text(one, language) for one in found)
    session.answer(found, lambda: text or "no two declarations that follow each other")
    return 1 if any(one.differences for one in found) else 0


@click.command()
@click.argument("layout")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write the drawing to this file.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write drawing and table as one page.")
@click.option("--in", "language", default="en", metavar="LANGUAGE", help="Of the drawing: en or ru.")
@room_options
@click.pass_obj
def limits(session: Session, layout: str, svg: Path | None, html: Path | None, language: str) -> None:
    """Show what was declared under the ceilings of LAYOUT over time, and what the other side counts."""
    with session.link() as link:
        found = link.ask(asking.AskCeilings(layout=layout, language=language), asking.Ceilings)
    if svg is not None:
        svg.write_text(found.svg, "utf-8")
    if html is not None:
        html.write_text(page(found, language), "utf-8")
    session.answer(found, lambda: ceilings_text(found))


def page(found: asking.Ceilings, language: str) -> str:
    """Drawing and table as a page that needs nothing from elsewhere."""
    rows = "\n".join(
        f"<tr><td>{escape(one.ceiling)}</td><td>{one.as_of}</td><td>{escape(one.name)}</td>"
        f"<td class=n>{one.value if one.value is not None else escape(one.why)}</td><td>{escape(one.verdict)}</td>"
        f"<td>{escape(', '.join(f'{name} {number}' for name, number in one.counted.items()))}</td></tr>"
        for one in found.points
    )
    heads = "".join(f"<th>{head}</th>" for head in ("limit", "as of", "party", "declared", "", "counted"))
    style = "body{font-family:sans-serif;max-width:60em}td,th{padding:.1em .6em;text-align:left}.n{text-align:right}"
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><meta charset="utf-8"><title>{escape(found.layout)}</title>'
        f"<style>{style}</style>\n<h1>{escape(found.layout)}</h1>\n{found.svg}<table><tr>{heads}</tr>\n{rows}\n"
        "</table></html>\n"
    )
