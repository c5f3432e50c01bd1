"""The alarms: what rings and for how long, who has seen it, whether anybody can be heard; and acts on them."""

from __future__ import annotations

from starlette.responses import Response

from openline.console.alarm import asking
from openline.console.codes import code_of
from openline.console.web.visit import Visit, status_of
from openline.errors import OpenlineError


async def alarms(visit: Visit) -> Response:
    """Every alarm, the most pressing first."""
    return await _alarms(visit)


async def _alarms(visit: Visit, status: int = 200, error: OpenlineError | None = None) -> Response:
    board = await visit.ask(asking.AskAlarms(), asking.BoardRow)
    told = [{"words": str(error), "at": ""}] if error is not None else None
    return visit.page("alarms.html", status, screen=await visit.screen(), board=board, told=told, given=visit.form)


async def _done(visit: Visit, ask: asking.Request) -> Response:
    try:
        await visit.ask(ask, asking.BoardRow)
    except OpenlineError as error:
        return await _alarms(visit, status_of(code_of(error)), error)
    return visit.go("/" if visit.form.get("back") == "/" else "/alarms")


async def acknowledge(visit: Visit) -> Response:
    """It was seen: the sound ends, the fact stays. Without a name: all that ring."""
    return await _done(visit, asking.AcknowledgeAlarm(name=visit.form.get("name") or None))


async def shelve(visit: Visit) -> Response:
    """Silent for a time, with the reason; 0 minutes takes it off the shelf."""
    minutes = visit.form.get("minutes", "")
    given = int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) <= 4 else 0
    remark = visit.form.get("remark", "").strip()
    return await _done(visit, asking.ShelveAlarm(name=visit.form.get("name", ""), minutes=given, remark=remark))


async def test(visit: Visit) -> Response:
    """Ring for a test."""
    return await _done(visit, asking.TestAlarm())


async def sound(visit: Visit) -> Response:
    """What somebody says of the sound."""
    return await _done(visit, asking.TellSound(said=visit.form.get("said", "")))
