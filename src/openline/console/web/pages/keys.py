"""Security keys: one's own, those of the desk, who is invited to register one, whether a release takes one.

What a key does itself goes through the API, by a script of our own: a page without script says so.
"""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import Response

from openline.console.codes import code_of
from openline.console.watch import asking
from openline.console.watch.asking import DeskRow, DraftRow
from openline.console.watch.etag import etag_of
from openline.console.watch.keys.asking import (
    AskInvitation,
    AskKeys,
    Invitation,
    InviteKey,
    KeyRow,
    RevokeKey,
)
from openline.console.web.visit import Visit, status_of
from openline.errors import OpenlineError


class Releasing(NamedTuple):
    """What a page with a draft says of keys: whether the officer has one, whether a release takes one, its ETag."""

    mine: bool = False
    demanded: bool = False
    etag: str = ""


async def releasing(visit: Visit, row: DraftRow) -> Releasing:
    """For an officer who may release this draft; for nobody else anything is asked."""
    if not row.code:
        return Releasing()
    assert visit.officer is not None
    rows = await visit.ask(AskKeys(), list[KeyRow])
    desk = await visit.ask(asking.AskDesk(), DeskRow)
    mine = any(one.officer == visit.officer.name and not one.revoked for one in rows)
    return Releasing(mine, desk.keys_demanded, etag_of(row))


async def keys(visit: Visit) -> Response:
    """One's own keys; for custodians all of them."""
    return await _keys(visit)


async def _keys(visit: Visit, status: int = 200, error: OpenlineError | None = None) -> Response:
    assert visit.officer is not None
    rows = await visit.ask(AskKeys(), list[KeyRow])
    desk = await visit.ask(asking.AskDesk(), DeskRow)
    told = [{"words": str(error), "at": ""}] if error is not None else None
    return visit.page(
        "keys.html", status, screen=await visit.screen(), keys=rows, desk=desk, told=told,
        mine=[one for one in rows if one.officer == visit.officer.name], used=[one for one in rows if not one.revoked],
        people=[one for one in desk.officers if not one.dismissed and not one.is_program],
        waits=any(one.unconfirmed for one in desk.officers if one.name == visit.officer.name),
        invitation=await visit.ask(AskInvitation(), Invitation),
    )  # fmt: skip


async def _done(visit: Visit, ask: InviteKey | RevokeKey | asking.SetPolicy, answer: type) -> Response:
    try:
        await visit.ask(ask, answer)
    except OpenlineError as error:
        return await _keys(visit, status_of(code_of(error)), error)
    return visit.go("/keys")


async def invite(visit: Visit) -> Response:
    """An officer may register one, in a sitting of their own."""
    return await _done(visit, InviteKey(name=visit.form.get("name", "")), Invitation)


async def revoke(visit: Visit) -> Response:
    """One counts no longer."""
    credential, remark = visit.form.get("credential", ""), visit.form.get("remark", "").strip()
    return await _done(visit, RevokeKey(credential=credential, remark=remark), KeyRow)


async def demand(visit: Visit) -> Response:
    """Whether a release takes one; less of it is only asked for, where two persons are needed."""
    desk = await visit.ask(asking.AskDesk(), DeskRow)
    wanted = asking.SetPolicy(persons=desk.release_takes, keys=visit.form.get("keys", "") == "1")
    return await _done(visit, wanted, DeskRow)
