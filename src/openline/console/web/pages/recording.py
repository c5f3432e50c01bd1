"""The record as a file, with the bodies that are chosen, and a day of it on paper."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from openline.console.channel.asking import Amendments, AskAmendments, Export, PlanExport, Show, Shown
from openline.console.codes import Told, code_of
from openline.console.disclosing.asking import Chosen, Planned
from openline.console.dtg import parse_iso
from openline.console.web import saving
from openline.console.web.pages.finding import instant_of
from openline.console.web.pages.watching import place_of
from openline.console.web.visit import Fields, Visit, status_of
from openline.console.words import parse_place, parse_position
from openline.errors import OpenlineError

WHICH: Final = ("all", "some", "none")
ENTRIES_MAX: Final = 1_000  # named one by one


async def record(visit: Visit) -> Response:
    """What an export would hold, said before it is saved; and which day is to be printed."""
    given = Fields(visit.request.query_params)
    parties = [one.name for one in (await visit.ask(AskAmendments(), Amendments)).parties]
    plan, told, status = None, None, 200
    if given["which"]:
        try:
            ask = PlanExport(bodies=given["which"] != "none", chosen=await _chosen(visit, given, len(parties)))
            plan = await visit.pages.station.ask(ask, Planned, visit.sitting, saving.WITHIN_MS)
        except OpenlineError as error:
            told, status = [{"words": str(error), "at": "which-some"}], status_of(code_of(error))
    return visit.page(
        "record.html", status, screen=await visit.screen(), given=given, parties=parties, plan=plan, told=told,
        today=visit.today(),
    )  # fmt: skip


async def _chosen(visit: Visit, given: Fields, parties: int) -> Chosen | None:
    """Raises Told OL-204 for what cannot be chosen, OL-301."""
    if given["which"] not in WHICH:
        raise Told("OL-204", f"{given['which']!r} is no choice; there are: {', '.join(WHICH)}")
    if given["which"] != "some":
        return None
    from_ms, to_ms = (parse_iso(instant_of(given[name])) if given[name].strip() else None for name in ("from", "to"))
    whose = [number for number in range(parties) if given[f"party-{number}"]]
    words = given["entries"].replace(",", " ").split()
    if len(words) > ENTRIES_MAX:
        raise Told("OL-204", f"at most {ENTRIES_MAX} entries are named one by one; choose a party or a period")
    chosen = Chosen([await _name(visit, word) for word in words], whose, from_ms, to_ms)
    if chosen == Chosen():
        raise Told("OL-204", "nothing was chosen: tick a party, give a period, or name entries")
    return chosen


async def _name(visit: Visit, word: str) -> str:
    position = parse_position(word)
    return str(parse_place(word)) if position is None else (await visit.ask(Show(position=position), Shown)).place


async def save(visit: Visit) -> Response:
    """The file."""
    given = Fields(visit.request.query_params)
    parties = [one.name for one in (await visit.ask(AskAmendments(), Amendments)).parties]
    chosen = await _chosen(visit, given, len(parties))
    ask = Export(path="", bodies=given["which"] != "none", chosen=chosen)
    return await saving.exported(visit.pages.station, visit.sitting, ask, f"openline-{visit.pages.line}.record")


async def day(visit: Visit) -> Response:
    """That day as PDF/A."""
    text = visit.request.query_params.get("day", "").strip()
    return await saving.day_sheets(visit.pages.station, visit.sitting, text)


async def sheet(visit: Visit) -> Response:
    """One message as PDF/A."""
    return await saving.message_sheet(visit.pages.station, visit.sitting, place_of(visit))


async def proof(visit: Visit) -> Response:
    """A file that proves this one message to anybody, with what it says itself."""
    place = place_of(visit)
    name = f"openline-{'-'.join(place.split('/'))}.record"
    return await saving.exported(visit.pages.station, visit.sitting, Export(path="", places=[place]), name)
