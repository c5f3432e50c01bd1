"""Pages of declarations: what was declared, one of them with its rules, and how each follows from the one before."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup
from starlette.responses import Response

from openline.accord.declarations.layout import Layout
from openline.accord.formats.texts import Choice
from openline.accord.formats.words import said
from openline.console.accord_pages.widgets import labelled, tongue
from openline.console.accords import library
from openline.console.declaring import asking
from openline.console.web.pages.watching import place_of
from openline.console.web.visit import Visit

LISTED_MAX: Final = 300  # declarations on one page, the newest first
ROWS_MAX: Final = 250  # of a table, of differences: what is more is told, and in what the command line exports
ASKED_MAX: Final = 80  # characters of what names a layout
KEPT_BACK: Final = ("not provided", "withheld")
_ORDER: Final = {"is broken": 0, "cannot be told": 1, "is not in force": 2, "holds": 3}


async def declarations(visit: Visit) -> Response:
    """Layouts that are in use, and what was declared under them."""
    layouts = await visit.ask(asking.AskLayouts(), list[asking.LayoutRow])
    found = await visit.ask(asking.AskDeclarations(), list[asking.DeclarationRow])
    found.sort(key=lambda one: (one.as_of, one.number), reverse=True)
    layouts = sorted((one for one in layouts if not one.faults), key=lambda one: (not one.agreed, one.id, -one.version))
    titles = {one.digest: labelled(one.title, visit.preferences.language) for one in layouts}
    return visit.page(
        "declarations.html", screen=await visit.screen(), rows=found[:LISTED_MAX], more=len(found) - LISTED_MAX,
        layouts=layouts, titles=titles, in_use={one.digest for one in found},
    )  # fmt: skip


async def declaration(visit: Visit) -> Response:
    """One declaration: figures beside what the other side counts, every rule that was asked, the tables."""
    one = await visit.ask(asking.AskDeclaration(place=place_of(visit)), asking.DeclarationWhole)
    language = visit.preferences.language
    layout = None
    if one.row.known:
        layout = await visit.ask(asking.AskLayout(name=one.row.digest), asking.LayoutWhole)
    known = labels_of(library.known_layout(layout), language) if layout is not None else {}
    figures = [(figure, labelled(figure.label, language) if figure.label else None) for figure in one.figures]
    return visit.page(
        "declaration.html", screen=await visit.screen(), row=one.row, language_of=one.language, raw=one.raw,
        title=labelled(layout.row.title, language) if layout is not None else None, figures=figures,
        findings=in_order(one.findings),
        tables=[_table(layout, name, rows, language) for name, rows in one.tables.items()], known=known,
    )  # fmt: skip


def in_order(findings: list[asking.FindingRow]) -> list[asking.FindingRow]:
    """What is bad first."""
    return sorted(findings, key=lambda each: _ORDER.get(each.verdict, 0))


def labels_of(layout: Layout, language: str) -> dict[str, str]:
    """What rules, tables, columns and codes are called, by what the station calls them."""
    rules = [one.label for one in layout.rules] + [one.label for one in layout.row_rules]
    called = [(label["en"], label) for label in (*rules, *(one.label for one in layout.allowed))]
    called += [(figure.name, figure.label) for figure in layout.figures]
    called += [(table.name, table.label) for table in layout.tables]
    columns = [column for table in layout.tables for column in table.columns]
    called += [(column.name, column.label) for column in columns]
    called += [(option.code, option.label) for column in columns if isinstance(column.type, Choice)
               for option in column.type.options]  # fmt: skip
    return {english: said(label, language) for english, label in called if tongue(label, language) == language}


def _table(
    layout: asking.LayoutWhole | None, name: str, rows: list[dict[str, Any]], language: str
) -> dict[str, Any]:
    """A table as a page shows it: its columns, without those that no row fills."""
    known = next((one for one in layout.tables if one.name == name), None) if layout is not None else None
    filled = {column for row in rows for column in row}
    there = known.columns if known is not None else []
    columns = [(one.name, labelled(one.label, language)) for one in there if one.name in filled]
    coded = {one.name for one in there if one.type == "choice" or one.type.startswith("one of ")}
    return {
        "name": name, "label": labelled(known.label, language) if known is not None else None, "columns": columns,
        "rows": [[(row.get(column, ""), column in coded or row.get(column) in KEPT_BACK) for column, _ in columns]
                 for row in rows[:ROWS_MAX]],
        "count": len(rows), "more": len(rows) - ROWS_MAX,
    }  # fmt: skip


async def over_time(visit: Visit) -> Response:
    """Declarations of one layout: each against the one before and the notices since; ceilings drawn and as a table."""
    name = visit.request.path_params["layout"][:ASKED_MAX]
    is_all = visit.request.query_params.get("all") == "yes"
    language = visit.preferences.language
    layout = await visit.ask(asking.AskLayout(name=name), asking.LayoutWhole)
    pairs = await visit.ask(asking.AskReconciliation(layout=name, all=is_all), list[asking.ReconciliationRow])
    ceilings = await visit.ask(asking.AskCeilings(layout=name, language=language), asking.Ceilings)
    labels = {figure: labelled(said, language) for figure, said in layout.figures.items()}
    svg = Markup(ceilings.svg)  # noqa: S704  what stands in it was escaped as it was drawn
    return visit.page(
        "declarations-over-time.html", screen=await visit.screen(), layout=layout.row, labels=labels,
        title=labelled(layout.row.title, language), is_all=is_all, pairs=[_pair(one) for one in pairs], svg=svg,
        ceilings=[(one, [point for point in ceilings.points if point.ceiling == one.id],
                   labelled(one.counting, language) if one.counting else None) for one in ceilings.ceilings],
        known=labels_of(library.known_layout(layout), language),
    )  # fmt: skip


def _pair(one: asking.ReconciliationRow) -> dict[str, Any]:
    """One after the other: what is bad first."""
    return {
        "row": one, "findings": in_order(one.findings),
        "differences": one.differences[:ROWS_MAX], "more": len(one.differences) - ROWS_MAX,
    }  # fmt: skip
