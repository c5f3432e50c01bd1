"""Whose the watch is, and what keeps a desk: hand-over sheet, the desk's log, contact, bearers, people, help."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from openline.console.channel.asking import Amendments, AskAmendments, AskContact, AskStatus, Drawn, Nothing, Status
from openline.console.codes import code_of
from openline.console.contact.drawing import ENGLISH, Tongue, svg
from openline.console.monitor.asking import AskKeeping, Keeping
from openline.console.watch import asking
from openline.console.watch.keys.asking import AgreePolicy, ConfirmMeans
from openline.console.web.visit import Visit, status_of
from openline.desk.people import Role
from openline.errors import OpenlineError

LOG_PAGE: Final = 100
DAY_MS: Final = 86_400_000
DAYS_MAX: Final = 31


async def watch(visit: Visit) -> Response:
    """Who has the watch, and the hand-over sheet."""
    return await _watch(visit)


async def _watch(visit: Visit, status: int = 200, error: OpenlineError | None = None) -> Response:
    row = await visit.ask(asking.AskDesk(), asking.DeskRow)
    others = [one.name for one in row.officers if Role.WATCH in one.roles and not one.dismissed]
    told = [{"words": str(error), "at": ""}] if error is not None else None
    screen = await visit.screen()
    return visit.page("watch.html", status, screen=screen, desk=row, others=others, told=told, given=visit.form)


async def take(visit: Visit) -> Response:
    """The watch is this officer's."""
    try:
        await visit.ask(asking.TakeWatch(), Nothing)
    except OpenlineError as error:
        return await _watch(visit, status_of(code_of(error)), error)
    return visit.go("/watch")


async def hand_over(visit: Visit) -> Response:
    """The watch is another's, with a remark."""
    try:
        ask = asking.HandOver(to=visit.form.get("to", ""), remark=visit.form.get("remark", "").strip())
        await visit.ask(ask, Nothing)
    except OpenlineError as error:
        return await _watch(visit, status_of(code_of(error)), error)
    return visit.go("/watch")


async def desk_log(visit: Visit) -> Response:
    """The desk's own log, oldest first from where it is asked."""
    after = visit.number("after")
    size = (await visit.ask(asking.AskDesk(), asking.DeskRow)).log_entries
    first = max(0, size - LOG_PAGE) if after is None else after
    page = await visit.ask(asking.ReadDeskLog(after=first, count=LOG_PAGE), asking.DeskLogPage)
    return visit.page("desk-log.html", screen=await visit.screen(), page=page, first=first, step=LOG_PAGE, size=size)


async def _timeline(visit: Visit) -> tuple[dict[str, Any], int]:
    days = min(max(visit.number("days") or 1, 1), DAYS_MAX)
    status = await visit.ask(AskStatus(), Status)
    ask = AskContact(from_ms=max(status.now_ms - days * DAY_MS, 0), to_ms=status.now_ms)
    return (await visit.ask(ask, Drawn)).timeline, days


async def contact(visit: Visit) -> Response:
    """Contact over time: drawn, the same as a table, and in words."""
    timeline, days = await _timeline(visit)
    return visit.page("contact.html", screen=await visit.screen(), timeline=timeline, days=days)


async def contact_drawn(visit: Visit) -> Response:
    """The drawing."""
    timeline, _days = await _timeline(visit)
    chosen = visit.preferences
    tongue = ENGLISH if chosen.language == "en" else Tongue(visit.word, chosen.language, chosen.direction == "rtl")
    return Response(svg(timeline, chosen.colours, tongue), media_type="image/svg+xml; charset=utf-8")


async def engineer(visit: Visit) -> Response:
    """Bearers and what was refused at the doors."""
    status = await visit.ask(AskStatus(), Status)
    return visit.page("engineer.html", screen=await visit.screen(), status=status)


async def custodian(visit: Visit) -> Response:
    """Officers, the parties of the line, keys and their ages."""
    return await _custodian(visit)


async def _custodian(
    visit: Visit, status: int = 200, error: OpenlineError | None = None, made: asking.Enrolled | None = None
) -> Response:
    row = await visit.ask(asking.AskDesk(), asking.DeskRow)
    line = await visit.ask(AskAmendments(), Amendments)
    now = await visit.ask(AskStatus(), Status)
    kept = await visit.ask(AskKeeping(), Keeping)
    told = [{"words": str(error), "at": "people"}] if error is not None else None
    return visit.page(
        "custodian.html", status, screen=await visit.screen(), desk=row, line=line, status=now, told=told, made=made,
        kept=kept, roles=[str(one) for one in Role], given=visit.form,
    )  # fmt: skip


def _roles(visit: Visit) -> list[str]:
    return [str(one) for one in Role if visit.form.get(f"role {one}") == "on"]


async def _made(visit: Visit, ask: asking.EnrolOfficer | asking.RenewPin) -> Response:
    try:
        made = await visit.ask(ask, asking.Enrolled)
    except OpenlineError as error:
        return await _custodian(visit, status_of(code_of(error)), error)
    return await _custodian(visit, made=made)


async def enrol(visit: Visit) -> Response:
    """A new officer. What to set the code generator up with stands on the page that answers, once."""
    name, pin = visit.form.get("name", "").strip(), visit.form.get("pin", "")
    return await _made(visit, asking.EnrolOfficer(name=name, roles=_roles(visit), pin=pin))


async def renew_pin(visit: Visit) -> Response:
    """Another PIN and code generator."""
    return await _made(visit, asking.RenewPin(name=visit.form.get("name", ""), pin=visit.form.get("pin", "")))


_Changes = asking.GiveRoles | asking.DismissOfficer | asking.SetPolicy | ConfirmMeans | AgreePolicy


async def _changed(visit: Visit, ask: _Changes) -> Response:
    try:
        await visit.ask(ask, Nothing if isinstance(ask, asking.GiveRoles | asking.DismissOfficer) else asking.DeskRow)
    except OpenlineError as error:
        return await _custodian(visit, status_of(code_of(error)), error)
    return visit.go("/custodian")


async def give_roles(visit: Visit) -> Response:
    """Other roles; that officer's sittings end."""
    return await _changed(visit, asking.GiveRoles(name=visit.form.get("name", ""), roles=_roles(visit)))


async def confirm(visit: Visit) -> Response:
    """Another's word for what one person gave an officer."""
    return await _changed(visit, ConfirmMeans(name=visit.form.get("name", "")))


async def agree(visit: Visit) -> Response:
    """Agree to what another officer asked: less than before."""
    return await _changed(visit, AgreePolicy())


async def dismiss(visit: Visit) -> Response:
    """No longer of this desk."""
    remark = visit.form.get("remark", "").strip()
    return await _changed(visit, asking.DismissOfficer(name=visit.form.get("name", ""), remark=remark))


async def set_policy(visit: Visit) -> Response:
    """How many persons a release takes."""
    return await _changed(visit, asking.SetPolicy(persons=2 if visit.form.get("persons") == "2" else 1))


async def manual(visit: Visit) -> Response:
    """The keys, the words of the ladder, what the shapes mean."""
    return visit.page("help.html", screen=await visit.screen())
