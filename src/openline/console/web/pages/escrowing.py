"""Pages of what is committed before it is shown: exchanges with both sides' steps, escrows and what of them is open."""

from __future__ import annotations

from starlette.responses import Response

from openline.console.escrowing import asking
from openline.console.web.pages.watching import place_of
from openline.console.web.visit import Visit

RECORDS_SHOWN = 200  # of each side, and of each level


async def sealed(visit: Visit) -> Response:
    """Every exchange and every escrow, the newest first."""
    exchanges = await visit.ask(asking.AskExchanges(), list[asking.ExchangeRow])
    escrows = await visit.ask(asking.AskEscrows(), list[asking.EscrowRow])
    exchanges.sort(key=lambda one: (-one.open_by_ms, one.place))
    escrows.sort(key=lambda one: (one.as_of, one.place), reverse=True)
    return visit.page("sealed.html", screen=await visit.screen(), exchanges=exchanges, escrows=escrows)


async def exchange(visit: Visit) -> Response:
    """One exchange: both sides' steps with their times, what is opened, what is not as it should be."""
    found = await visit.ask(asking.AskExchange(name=place_of(visit), records=RECORDS_SHOWN), asking.ExchangeWhole)
    return visit.page("sealed-exchange.html", screen=await visit.screen(), found=found, row=found.row)


async def escrow(visit: Visit) -> Response:
    """One escrow: what is open of each level, what is contradicted, challenges, and what it does not prove."""
    found = await visit.ask(asking.AskEscrow(name=place_of(visit), records=RECORDS_SHOWN), asking.EscrowWhole)
    levels = [(level, [one for one in found.records if one.level == level.name]) for level in found.row.levels]
    return visit.page("escrow.html", screen=await visit.screen(), found=found, row=found.row, levels=levels)
