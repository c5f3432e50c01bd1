"""Pages of agreements: how each stands in both views and why; offers; what others report, visibly apart from both."""

from __future__ import annotations

from typing import Final, get_args

from starlette.responses import Response

from openline.accord.agreements.dates import SEASONS
from openline.console.accord_pages.widgets import labelled
from openline.console.accords import asking as accords
from openline.console.agreeing import asking
from openline.console.codes import Told
from openline.console.dtg import parse_iso
from openline.console.web.pages.watching import place_of
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Visit

LISTED_MAX: Final = 200  # offers, and reports, on one page
NAME_MAX: Final = 80  # characters of what names an agreement
ACTS: Final[tuple[asking.ActName, ...]] = get_args(asking.ActName)
STANDINGS: Final = {"suspend": "suspended", "resume": "in force", "withdraw": "ended"}
# What can be drafted on the page, as the form calls it.
DRAFTED: Final = {
    "suspend": "suspend it", "resume": "resume it", "withdraw": "leave it", "extend": "extend it to a new end",
    "adhere": "adhere to it alone, on condition", "cease": "adhere to it no longer",
    "ratified": "say that it is ratified", "provisional": "apply it provisionally",
    "signed": "say the day of signature",
}  # fmt: skip


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


async def draft(visit: Visit) -> Response:
    """What we would say of an agreement, as a draft that another officer releases."""
    form, name = visit.form, str(visit.request.path_params["name"])[:NAME_MAX]
    what, words = form["what"], form["words"].strip()
    language = form["language_of"] if words and form["language_of"] in LANGUAGES else ""
    from_ms = _instant(form["from"])
    if from_ms is None:
        raise Told("OL-204", "say from when on it counts")
    if what in STANDINGS:
        said = accords.SayStanding(
            agreement=name, standing=STANDINGS[what], from_ms=from_ms, reason=words, language=language,  # type: ignore[arg-type]
        )  # fmt: skip
        row = await visit.ask(accords.DraftPaper(paper=said), accords.Drafted)
        return visit.go(f"/drafts/{row.draft}")
    act = next((one for one in ACTS if one == what), None)
    if act is None:
        raise Told("OL-204", "choose what to say of it")
    paper = asking.SayAct(
        agreement=name, act=act, from_ms=from_ms, until_ms=_instant(form["until"]), words=words, language=language
    )
    row = await visit.ask(asking.DraftAgreeing(paper=paper), accords.Drafted)
    return visit.go(f"/drafts/{row.draft}")


async def answer(visit: Visit) -> Response:
    """An answer to an offer, as a draft that another officer releases."""
    form = visit.form
    said = next((one for one in get_args(asking.AnswerName) if one == form["answer"]), None)
    if said is None:
        raise Told("OL-204", "choose what to answer")
    paper = asking.AnswerOffer(
        place=place_of(visit), answer=said, words=form["words"].strip(), condition=form["condition"].strip(),
        language=form["language_of"] if form["language_of"] in LANGUAGES else "en",
    )  # fmt: skip
    row = await visit.ask(asking.DraftAgreeing(paper=paper), accords.Drafted)
    return visit.go(f"/drafts/{row.draft}")


def _instant(text: str) -> int | None:
    """A day alone begins at midnight, UTC; None where nothing is given. Raises Told OL-204."""
    plain = text.strip()
    if not plain:
        return None
    return parse_iso(f"{plain}T00:00:00Z" if len(plain) == len("2026-02-05") else plain)
