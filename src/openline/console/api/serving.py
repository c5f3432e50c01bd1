"""The table as an application: who asks, what is given, what is answered. Every other end is a problem (RFC 9457).

Who asks shows a token: `Authorization: Bearer`, or the cookie of a sitting that a page of ours began (the layer before
this one has then seen where the request came from). What changes something carries `Idempotency-Key`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.console.api.events import events
from openline.console.api.table import TABLE, Row, Shape
from openline.console.codes import CODES, Told, code_of, detail_of
from openline.console.screen.asking import AskSitting, SittingRow
from openline.console.watch import asking as watch
from openline.console.watch.etag import etag_of
from openline.console.web import saving
from openline.console.web.desk import Pages
from openline.console.web.preferences import LANGUAGES
from openline.console.web.routes import To, lets
from openline.console.web.safety import TooMuch
from openline.console.web.uploads import put_down
from openline.console.web.visit import status_of
from openline.console.wording.sentences import sentence
from openline.console.words import parse_place
from openline.desk.people import Role
from openline.errors import OpenlineError, Refused
from openline.limits import ONCE_KEY_CHARS_MAX, SITTING_MS_MAX, TAG_CHARS_MAX

PAGE_MAX: Final = 1000
PAGE_USUAL: Final = 100
_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{ONCE_KEY_CHARS_MAX}}}")
_STATUS: Final = {
    "OL-206": 422, "OL-204": 422, "OL-704": 409, "OL-705": 412, "OL-405": 403,
    "OL-501": 422, "OL-502": 422, "OL-503": 422, "OL-504": 422,  # of bytes that this request brought
}  # fmt: skip
_OF_HTTP: Final = {404: "OL-301", 405: "OL-201", 413: "OL-204", 415: "OL-201", 401: "OL-404", 403: "OL-401"}
_ENCODE: Final = msgspec.json.Encoder()


class Wrong(Exception):
    """A request that is refused before the station is asked, with the status and code that fit."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


def _meant(request: Request) -> str:
    """In which state the draft was seen, for the station to compare. Raises Wrong 428 without `If-Match`."""
    wanted = request.headers.get("if-match", "").strip()
    if not wanted:
        raise Wrong(428, "OL-705", "say with If-Match which state of the draft is meant: its ETag")
    if len(wanted) > TAG_CHARS_MAX:
        raise Wrong(400, "OL-204", f"If-Match: at most {TAG_CHARS_MAX} characters")
    return "" if wanted == "*" else wanted


def problem(request: Request, error: BaseException) -> Response:
    """Any end that is no answer: status, code, what is known, what is not, what to do. `told` is its detail in the
    language that was asked for, where the desk has one besides English; what it has no words for stays English."""
    headers: dict[str, str] = {}
    if isinstance(error, Wrong):
        status, code, detail = error.status, CODES[error.code], error.detail
    elif isinstance(error, HTTPException):
        status, code = error.status_code, CODES[_OF_HTTP.get(error.status_code, "OL-201")]
        detail, headers = f"{request.method} {request.url.path}: {error.detail}", dict(error.headers or {})
    else:
        code, detail = code_of(error), detail_of(error)
        status = _STATUS.get(code.code) or status_of(code)
    body = {
        "type": f"/help#{code.code}", "title": code.title, "status": status, "detail": detail,
        "instance": request.url.path, "code": code.code, "known": code.known, "unknown": code.unknown, "act": code.act,
    }  # fmt: skip
    language = request.headers.get("accept-language", "")[:2].lower()
    if detail and language in LANGUAGES and language != "en":
        body["told"] = sentence(detail, language).striptags()
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="openline"'
    return Response(_ENCODE.encode(body), status, headers, "application/problem+json")


def make_api(pages: Pages) -> Starlette:
    """Every route of the table behind its guard."""

    async def lost(request: Request, error: Exception) -> Response:
        return problem(request, error)

    routes = [Route(row.path, _guarded(row, pages), methods=[row.method]) for row in TABLE]
    return Starlette(routes=routes, exception_handlers={HTTPException: lost, Exception: lost})


def _guarded(row: Row, pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    call = _Call(row, pages)

    async def answer(request: Request) -> Response:
        try:
            return await call.answer(request)
        except TooMuch:
            return problem(request, Wrong(413, "OL-204", "more than one request may bring"))
        except (OpenlineError, OSError, Wrong) as error:
            return problem(request, error)

    return answer


class _Call:
    """One route of the table."""

    def __init__(self, row: Row, pages: Pages) -> None:
        self._row = row
        self._pages = pages
        self._shape = Shape(row)

    async def answer(self, request: Request) -> Response:
        """What the station answers. Raises Wrong, Told, Refused, TooMuch."""
        token = await self._let_in(request)
        if self._row.request is None:
            return await self._own(request, token)
        once = self._once(request)
        given = await self._given(request)
        paging = self._paging(request)
        if not self._row.takes_file:
            return await self._asked(request, token, once, given, paging)
        self._of_kind(request, "application/octet-stream")
        async with self._pages.uploads.slot():
            with put_down(await request.body()) as (path, digest):
                of_file = {"path": path, "sha256": digest}
                return await self._asked(request, token, once, given, paging, of_file)

    async def _own(self, request: Request, token: str) -> Response:
        """What is no request of the station: it is put together of several here."""
        if not self._row.gives:
            return await events(request, self._pages, token)
        if request.query_params:
            raise Wrong(400, "OL-204", "nothing is asked for here but by the path")
        named = request.path_params
        if "day" in named:
            return await saving.day_sheets(self._pages.station, token, named["day"])
        place = parse_place(f"{named['party']}/{named['generation']}/{named['index']}")
        return await saving.message_sheet(self._pages.station, token, str(place))

    async def _asked(
        self, request: Request, token: str, once: str, given: msgspec.Struct, paging: tuple[str, int],
        of_file: dict[str, str] | None = None,
    ) -> Response:  # fmt: skip
        try:
            ask = self._shape.request(given, dict(request.path_params), of_file)
        except msgspec.ValidationError as error:
            raise Wrong(404, "OL-301", str(error)) from error
        if hasattr(ask, "source"):
            ask.source = (request.client.host if request.client else "")[:64]
        if self._row.conditional:
            ask.meant = _meant(request)
        if self._row.gives:  # nothing is changed by asking twice
            return await saving.exported(self._pages.station, token, ask, f"openline-{self._pages.line}.record")
        if once and self._row.who is not To.ANYBODY:
            ask.once = once
        found = await self._pages.station.ask(ask, self._row.answer, token)
        return self._response(request, found, paging)

    async def _let_in(self, request: Request) -> str:
        """The token. Raises Told OL-404, Refused."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(self._pages.cookie, "")
        if self._row.who is To.ANYBODY:
            return ""
        if not re.fullmatch(r"[0-9a-f]{1,128}", token):
            raise Told("OL-404", "no token: sign in, or ask the custodian for a program's")
        sitting = await self._pages.station.ask(AskSitting(), SittingRow, token)
        if not lets(self._row, frozenset(Role(one) for one in sitting.roles)):
            raise Refused(f"{sitting.name} may not: the roles here are {', '.join(sitting.roles) or 'none any more'}")
        return token

    def _once(self, request: Request) -> str:
        if self._row.method == "GET":
            return ""
        key = request.headers.get("idempotency-key")
        if key is None:
            raise Wrong(400, "OL-204", "what changes something carries Idempotency-Key, a new word for each request")
        if not _KEY.fullmatch(key):
            raise Wrong(400, "OL-204", f"Idempotency-Key: 1 to {ONCE_KEY_CHARS_MAX} ASCII characters, no space")
        return key

    async def _given(self, request: Request) -> msgspec.Struct:
        """The body or the query string. Raises Wrong."""
        if self._row.method == "GET" or self._row.takes_file:
            pairs = [(name, text) for name, text in request.query_params.multi_items() if not self._pages_by(name)]
            if len({name for name, _ in pairs}) != len(pairs):
                raise Wrong(400, "OL-204", "a parameter is given twice")
            return self._read(lambda: msgspec.convert(dict(pairs), self._shape.taken, strict=False), 400)
        self._of_kind(request, "application/json")
        body = await request.body()
        return self._read(lambda: msgspec.json.decode(body, type=self._shape.taken), 422)

    @staticmethod
    def _of_kind(request: Request, wanted: str) -> None:
        """Raises Wrong for a body of another media type."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != wanted:
            raise Wrong(415, "OL-201", f"the body is {wanted} here")

    @staticmethod
    def _read(read: Callable[[], msgspec.Struct], misfit: int) -> msgspec.Struct:
        try:
            return read()
        except msgspec.ValidationError as error:
            raise Wrong(misfit, "OL-204", str(error)) from error
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Wrong(400, "OL-204", f"the body cannot be read: {error}") from error

    def _pages_by(self, name: str) -> bool:
        return bool(self._row.listed) and name in ("after", "count")

    def _paging(self, request: Request) -> tuple[str, int]:
        """From where a list goes on, and how much of it."""
        if not self._row.listed:
            return "", 0
        text = request.query_params.get("count", str(PAGE_USUAL))
        if not re.fullmatch(r"[1-9][0-9]{0,3}", text) or int(text) > PAGE_MAX:
            raise Wrong(400, "OL-204", f"count: 1 to {PAGE_MAX}")
        return request.query_params.get("after", ""), int(text)

    def _response(self, request: Request, found: Any, paging: tuple[str, int]) -> Response:
        headers = {}
        if isinstance(found, watch.DraftRow):
            headers["etag"] = etag_of(found)
        if self._row.listed:
            found = _paged(found, self._row.listed, *paging)
        by_a_page = "origin" in request.headers or "sec-fetch-site" in request.headers
        cookie = ""
        if isinstance(found, watch.SignedIn) and by_a_page:  # out of reach of scripts, as after a sign-in by form
            cookie, found = found.token, msgspec.structs.replace(found, token="")
        response = Response(_ENCODE.encode(found), 200, headers, "application/json")
        if cookie:
            response.set_cookie(
                self._pages.cookie, cookie, max_age=SITTING_MS_MAX // 1000, path="/", httponly=True, samesite="strict",
                secure=self._pages.setting.scheme == "https",
            )  # fmt: skip
        return response


def _paged(rows: list[Any], name: str, after: str, count: int) -> dict[str, Any]:
    """A part of a list, and from where to go on: what stands in the field `name` of the last one given, or null."""
    first = next((at + 1 for at, row in enumerate(rows) if str(getattr(row, name)) == after), 0)
    if after and first == 0:
        raise Wrong(400, "OL-204", f"after: nothing is called {after!r} here; begin again without it")
    part = rows[first : first + count]
    more = first + count < len(rows)
    return {"items": part, "next": str(getattr(part[-1], name)) if part and more else None}


