"""Looking for messages: by words and filters, and by day."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from openline.console.channel.asking import PRECEDENCES
from openline.console.codes import code_of
from openline.console.dtg import parse_iso
from openline.console.screen.asking import Filters, Hits, Search
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Fields, Visit, status_of
from openline.errors import OpenlineError

PAGE: Final = 50


async def search(visit: Visit) -> Response:
    """Words and filters; newest first."""
    given = Fields(visit.request.query_params)
    screen = await visit.screen()
    hits, told, status = Hits([], 0, 0), None, 200
    try:
        ask = Search(text=given.get("words", ""), filters=_filters(given), after=visit.number("after") or 0, count=PAGE)
        hits = await visit.ask(ask, Hits)
    except OpenlineError as error:
        told, status = [{"words": str(error), "at": "words"}], status_of(code_of(error))
    return visit.page(
        "search.html", status, screen=screen, given=given, hits=hits, told=told, precedences=PRECEDENCES,
        texts=LANGUAGES, more={**given, "after": str(hits.next)} if hits.next else None,
    )  # fmt: skip


def _filters(given: dict[str, str]) -> Filters:
    from_ms, to_ms = (parse_iso(instant_of(given[name])) if given.get(name) else None for name in ("from", "to"))
    return Filters(
        ours={"ours": True, "theirs": False}.get(given.get("whose", "")),
        precedence=given.get("precedence") or None, exercise={"yes": True, "no": False}.get(given.get("exercise", "")),
        language=given.get("language") or None, from_ms=from_ms, to_ms=to_ms, state=given.get("state") or None,
    )


def instant_of(text: str) -> str:
    """A day alone begins at midnight, UTC."""
    plain: Any = text.strip()
    return f"{plain}T00:00Z" if len(plain) == 10 else str(plain)
