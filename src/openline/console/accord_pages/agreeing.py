"""Pages of agreements: how each stands in both views and why; offers; what others report, visibly apart from both."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from openline.accord.agreements.dates import SEASONS
from openline.console.accord_pages.saying import DRAFTED, NAME_MAX
from openline.console.accord_pages.widgets import labelled
from openline.console.agreeing import asking
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Visit

LISTED_MAX: Final = 200  # offers, and reports, on one page


async def agreements(visit: Visit) -> Response:
    """Agreements and how each side sees them now; offers; reports from outside."""
    rows = await visit.ask(asking.AskLives(), list[asking.LifeRow])
    offers = await visit.ask(asking.AskOffers(), list[asking.OfferRow])
    reports = await visit.ask(asking.AskReports(), list[asking.ReportRow])
    titles = {one.digest: labelled(one.title, visit.preferences.language) for one in rows}
    return visit.page(
        "agreements.html", screen=await visit.screen(), rows=rows, titles=titles, offers=offers[:LISTED_MAX],
        reports=reports[:LISTED_MAX], seasons=_seasons(),
        more=max(0, len(offers) - LISTED_MAX) + max(0, len(reports) - LISTED_MAX),
    )  # fmt: skip


async def agreement(visit: Visit) -> Response:
    """One agreement, whole."""
    name = str(visit.request.path_params["name"])[:NAME_MAX]
    one = await visit.ask(asking.AskLife(agreement=name), asking.LifeWhole)
    marked = {act.place for act in one.acts}
    return visit.page(
        "agreement.html", screen=await visit.screen(), one=one, row=one.row, seasons=_seasons(), drafted=DRAFTED,
        title=labelled(one.row.title, visit.preferences.language), languages_of=LANGUAGES,
        marks=[mark for mark in one.marks if mark.place not in marked],
    )  # fmt: skip


def _seasons() -> dict[str, str]:
    return {str(number): word for number, word in SEASONS.items()}
