"""Notices that two officers released beforehand: which there are, and sending one, filled in."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.responses import Response

from openline.console.channel.asking import Sent
from openline.console.codes import code_of
from openline.console.watch import asking
from openline.console.web.visit import Visit, status_of
from openline.errors import OpenlineError

FIELD: Final = "field "


async def notices(visit: Visit) -> Response:
    """All that may be sent."""
    return await _page(visit)


async def _page(visit: Visit, error: OpenlineError | None = None, at: int = -1) -> Response:
    rows = await visit.ask(asking.AskNotices(), list[asking.NoticeRow])
    told = [{"words": str(error), "at": f"notice-{at}"}] if error is not None else None
    fields = {row.draft: [one.partition(": ")[::2] for one in row.fields] for row in rows}
    status = 200 if error is None else status_of(code_of(error))
    return visit.page(
        "precleared.html", status, screen=await visit.screen(), rows=rows, fields=fields, told=told, at=at,
        once=secrets.token_hex(8),
        given={name.removeprefix(FIELD): value for name, value in visit.form.items() if name.startswith(FIELD)},
    )  # fmt: skip


async def send(visit: Visit) -> Response:
    """One of them, filled in: it leaves at once, and the record says that it was cleared beforehand."""
    number: int = visit.request.path_params["draft"]
    values = {name.removeprefix(FIELD): text.strip() for name, text in visit.form.items() if name.startswith(FIELD)}
    ask = asking.SendPrecleared(notice=number, values=values, exercise=visit.form.get("exercise") == "on",
                                once=visit.once() or "")  # fmt: skip
    try:
        sent = await visit.ask(ask, Sent)
    except OpenlineError as error:
        return await _page(visit, error, number)
    return visit.go(f"/message/{sent.places[0]}?released={number}")
