"""What the watch officer works with: the first screen, a message with its ladder, what is said of it."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.responses import Response, StreamingResponse

from openline.console.channel.asking import Acknowledge, Sent
from openline.console.codes import Told, code_of
from openline.console.dtg import parse_iso
from openline.console.files.asking import AskFiles, Files
from openline.console.ladder.asking import TellPassed, TellUnderstood
from openline.console.screen.asking import AskMatter, Matter
from openline.console.stating.asking import Declare
from openline.console.watch.asking import AskTranslations, TranslationRow
from openline.console.web.visit import Visit, status_of
from openline.console.words import parse_place
from openline.desk.people import Act
from openline.errors import OpenlineError
from openline.record import entry

_BY_PLACE: Final = {
    entry.TABLED: "/text", entry.DECLARATION: "/declaration", entry.EXCHANGE: "/sealed/exchange",
    entry.ESCROW: "/sealed/escrow",
}  # fmt: skip
_AMONG: Final = {
    "/agreements": (entry.AGREEMENT, entry.STATUS, entry.TERMS, entry.ACT, entry.OFFER, entry.REPORT),
    "/texts": (entry.POSITION, entry.CLOSED),
    "/declarations": (entry.LAYOUT, entry.COUNT),
    "/notices": (entry.FORMAT,),
    "/topics": (entry.TOPIC, entry.FILED, entry.CONTRADICTION, entry.CAPACITY, entry.MEETING, entry.MEETING_WORD),
    "/joint": (entry.JOINT, entry.JOINT_WITHDRAWN),
    "/sealed": (entry.COMMITTED, entry.COUNTERSIGNED, entry.OPENED, entry.CHALLENGE, entry.ANSWERED, entry.REVEALED),
}


async def first(visit: Visit) -> Response:
    """The first screen."""
    return visit.page("first.html", screen=await visit.screen(), once=secrets.token_hex(8))


async def live(visit: Visit) -> Response:
    """Beats and news, for as long as the page is open."""
    events = await visit.pages.live.listen(visit.sitting)
    return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def place_of(visit: Visit) -> str:
    """The entry that the path names. Raises Told OL-204."""
    given = visit.request.path_params
    return str(parse_place(f"{given['party']}/{given['generation']}/{given['index']}"))


async def message(visit: Visit) -> Response:
    """One message, whole."""
    return await _message(visit)


async def _message(visit: Visit, status: int = 200, error: OpenlineError | None = None, at: str = "") -> Response:
    place = place_of(visit)
    matter = await visit.ask(AskMatter(place=place), Matter)
    files = (await visit.ask(AskFiles(place=place), Files)).files if matter.entry.attachments else []
    rows: list[TranslationRow] = []
    if visit.may(Act.SEE_DRAFTS):
        rows = await visit.ask(AskTranslations(of=matter.entry.place), list[TranslationRow])
    best = [one for one in rows if one.certified_by] or rows
    told = [{"words": str(error), "at": at}] if error is not None else None
    own = own_page(matter.entry.kind_number, place)
    return visit.page(
        "message.html", status, screen=await visit.screen(), matter=matter, entry=matter.entry, place=place, own=own,
        files=files, translated=best[-1] if best else None, told=told, given=visit.form, once=secrets.token_hex(8),
    )  # fmt: skip


def own_page(kind: int, place: str) -> str:
    """Where an entry of the accords is read as what it is; empty for all others. Notices have a link of their own."""
    if kind in _BY_PLACE:
        return f"{_BY_PLACE[kind]}/{place}"
    return next((path for path, kinds in _AMONG.items() if kind in kinds), "")


async def acknowledge(visit: Visit) -> Response:
    """One key, no question. Not agreement."""
    place = place_of(visit)
    assert visit.officer is not None
    await visit.ask(Acknowledge(place=place, officer=visit.officer.name, token=visit.once()), Sent)
    return visit.go("/" if visit.form.get("back") == "/" else f"/message/{place}")


async def state(visit: Visit) -> Response:
    """A holding reply, a refusal, a read-back, to whom it was passed. What was typed stays where it is refused."""
    place, form = place_of(visit), visit.form
    assert visit.officer is not None
    name, act = visit.officer.name, visit.request.path_params["act"]
    text = form.get("text", "").strip()
    try:
        if act == "understood":
            asked: Declare | TellUnderstood | TellPassed = TellUnderstood(
                place=place, text=text, language=visit.preferences.language, officer=name, token=visit.once()
            )
        elif act == "passed":
            asked = TellPassed(place=place, office=form.get("office", ""), how=text, officer=name, token=visit.once())
        elif act == "hold":
            until_ms = parse_iso(form.get("until", "").strip()) if form.get("until") else None
            asked = Declare(act="hold", officer=name, text=text, place=place, until_ms=until_ms, token=visit.once())
        elif act == "refuse":
            asked = Declare(act="refuse", officer=name, text=text, place=place, token=visit.once())
        else:
            raise Told("OL-301", visit.request.url.path)
        await visit.ask(asked, Sent)
    except OpenlineError as error:
        return await _message(visit, status_of(code_of(error)), error, act)
    return visit.go(f"/message/{place}#ladder")
