"""The pages as one application: every row of the table behind its guard, our own files, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from openline.console.api.openapi import description
from openline.console.api.serving import make_api, problem
from openline.console.api.table import PREFIX
from openline.console.codes import Told
from openline.console.screen.asking import AskSitting, SittingRow
from openline.console.web import preferences, routes
from openline.console.web.desk import Pages
from openline.console.web.rendering import edition, icon, static
from openline.console.web.routes import Row, To
from openline.console.web.safety import API, READING, Safety, TooMuch, token_fits
from openline.console.web.visit import Officer, Visit
from openline.desk.people import Role
from openline.errors import OpenlineError, Refused
from openline.limits import TEXT_CHARS_MAX

BODY_BYTES_MAX: Final = 2 * 12 * TEXT_CHARS_MAX  # a text and its translation, each character as %XX of four bytes
SITTING_CHARS_MAX: Final = 128


def make_app(pages: Pages) -> Safety:
    """Everything a browser can reach."""
    rows = [Route(row.path, _guarded(row, pages), methods=[row.method]) for row in routes.TABLE]
    files = [
        Route("/static/{edition}/{name}", _file, methods=["GET"]),
        Route("/icon/{count:int}.svg", _icon, methods=["GET"]),
    ]

    async def lost(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(API):
            return problem(request, error)
        return await _lost(await _visit(request, pages), error)

    @contextlib.asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        yield
        await pages.live.close()
        await pages.station.close()

    api = [Mount(PREFIX, app=make_api(pages)), Route("/openapi.json", description, methods=["GET"])]
    app = Starlette(routes=[*rows, *files, *api], exception_handlers={HTTPException: lost}, lifespan=life)
    return Safety(app, pages.setting.names(pages.port), pages.setting.scheme, BODY_BYTES_MAX)


async def _file(request: Request) -> Response:
    found = static(request.path_params["name"])
    if found is None or request.path_params["edition"] != edition():
        raise HTTPException(404)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found[0], media_type=found[1], headers=headers)


async def _icon(request: Request) -> Response:
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(icon(request.path_params["count"]), media_type="image/svg+xml", headers=headers)


async def _lost(visit: Visit, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = visit.told(Told("OL-301" if status == 404 else "OL-201", visit.request.url.path))
    response.status_code = status
    return response


async def _visit(request: Request, pages: Pages) -> Visit:
    chosen = preferences.read(
        request.cookies.get(pages.preferences_cookie, ""), request.headers.get("accept-language", "")
    )
    sitting = request.cookies.get(pages.cookie, "")
    sitting = sitting if len(sitting) <= SITTING_CHARS_MAX and sitting.isascii() and sitting.isalnum() else ""
    return Visit(request, pages, chosen, sitting)


def _guarded(row: Row, pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    """The row's page, once everything that must hold before it does."""

    async def answer(request: Request) -> Response:
        visit = await _visit(request, pages)
        try:
            return await _answer(row, visit)
        except TooMuch:
            raise
        except (OpenlineError, OSError) as error:
            if isinstance(error, Told) and error.code == "OL-404" and row.who is not To.ANYBODY:
                return _to_sign_in(visit)
            return visit.told(error)

    return answer


async def _answer(row: Row, visit: Visit) -> Response:
    if visit.sitting:
        visit.officer = await _officer(visit)
    if row.method not in READING and not row.takes_file:
        await visit.read_form()
    if visit.officer is None and row.who is not To.ANYBODY:
        return _to_sign_in(visit)
    if not routes.lets(row, visit.officer.roles if visit.officer else None):
        raise Refused("none of your roles here opens this page")
    if row.takes_file:
        await visit.read_upload(has_tables=row.has_tables)
    acts = row.method not in READING and visit.officer is not None
    if acts and not token_fits(visit.sitting, visit.form.get("token", "")):
        raise Refused("this form is of another sitting; open the page again")
    return await row.page(visit)


async def _officer(visit: Visit) -> Officer | None:
    """Whose sitting it is, by the station's word; None where it has ended."""
    try:
        row = await visit.ask(AskSitting(), SittingRow)
    except Told as told:
        if told.code == "OL-404":
            return None
        raise
    return Officer(row.name, frozenset(Role(one) for one in row.roles), row.has_watch, row.ends_at_ms)


def _to_sign_in(visit: Visit) -> Response:
    if visit.request.method in READING:
        response = visit.go("/sign-in")
    else:
        response = visit.page("sign-in.html", 401, name="", problem="ended", kept=visit.form)
    if visit.sitting:
        response.delete_cookie(visit.pages.cookie)
    return response
