"""One request of one browser: who asks, in what sitting, in what language; and the answers a page can give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openline.console.channel.clock import wall_ms
from openline.console.codes import Code, Told, code_of
from openline.console.dtg import iso
from openline.console.screen.asking import AskScreen, Screen
from openline.console.watch.asking import AnyRequest
from openline.console.web import rendering
from openline.console.web.desk import Pages
from openline.console.web.preferences import Preferences
from openline.console.web.safety import token_of
from openline.console.web.uploads import (
    CELLS_MAX,
    PARTS_MAX,
    TABLES_BYTES_MAX,
    TEXT_BYTES_MAX,
    Part,
    parse_parts,
    text_of,
)
from openline.console.wording import sentences
from openline.desk.people import ALLOWED, Act, Role

T = TypeVar("T")
FIELDS_MAX: Final = 4_096  # a notice with a table of forty rows and every column
PREFERENCES_S: Final = 366 * 86_400
STATUS_OF_EXIT: Final = {1: 500, 2: 400, 3: 404, 4: 403, 5: 502, 6: 503, 7: 409, 8: 500, 9: 503}


class Fields(dict[str, str]):
    """What a form says; empty where it says nothing."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who is signed in."""

    name: str
    roles: frozenset[Role]
    has_watch: bool
    ends_at_ms: int


@dataclass(slots=True)
class Visit:
    """One request. `officer` None: nobody is signed in."""

    request: Request
    pages: Pages
    preferences: Preferences
    sitting: str = ""
    officer: Officer | None = None
    form: Fields = field(default_factory=Fields)
    upload: Part | None = None

    async def ask(self, request: AnyRequest, answer: type[T]) -> T:
        """Ask the station in this sitting. Raises Told."""
        return await self.pages.station.ask(request, answer, self.sitting)

    def may(self, act: Act) -> bool:
        """Whether the officer's roles allow it; the station decides."""
        return self.officer is not None and bool(ALLOWED[act] & self.officer.roles)

    async def screen(self) -> Screen:
        """The line as the head of every page has it. Raises Told."""
        return await self.ask(AskScreen(), Screen)

    def once(self) -> str | None:
        """What makes sending this form twice one act."""
        given = self.form.get("once", "")
        return f"page/{given}" if given.isalnum() and len(given) <= 32 else None

    def word(self, english: str) -> str:
        """A word of the interface."""
        return rendering.translations(self.preferences.language).gettext(english)

    def today(self) -> str:
        """This day, UTC."""
        return (iso(wall_ms()) or "")[:10]

    def number(self, name: str) -> int | None:
        """A plain number from the address; None where there is none."""
        text = self.request.query_params.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None

    def remember_preferences(self, response: Response) -> None:
        """Give the browser what was chosen."""
        response.set_cookie(
            self.pages.preferences_cookie, str(self.preferences), max_age=PREFERENCES_S, httponly=True,
            samesite="strict", secure=self.pages.setting.scheme == "https",
        )  # fmt: skip

    async def read_form(self) -> None:
        """Take the fields of a form in; of a name given twice the last. Raises Told OL-204."""
        body = await self.request.body()
        try:
            text = body.decode("utf-8")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX, strict_parsing=bool(text))
        except ValueError as error:
            raise Told("OL-204", f"this form cannot be read: {error}") from error
        self.form = Fields((name, value.replace("\r\n", "\n")) for name, value in pairs)

    async def read_upload(self, *, has_tables: bool = False) -> None:
        """Take in a form that brings a file, which is `upload` then. Raises Told OL-204, Refused."""
        most = (CELLS_MAX, TABLES_BYTES_MAX) if has_tables else (PARTS_MAX, TEXT_BYTES_MAX)
        async with self.pages.uploads.slot():
            parts = parse_parts(await self.request.body(), self.request.headers.get("content-type", ""), most[0])
        self.form = Fields(
            (part.name, text_of(part, most[1]).replace("\r\n", "\n")) for part in parts if part.filename is None
        )
        files = [part for part in parts if part.filename is not None]
        if len(files) != 1 or len({part.name for part in parts}) != len(parts):
            raise Told("OL-204", "this form brings one file, and each field once")
        self.upload = files[0]

    def page(self, template: str, status: int = 200, /, **context: Any) -> Response:
        """A page from a template, with what every page has."""
        path = self.request.url.path
        context = {
            "visit": self, "officer": self.officer, "prefs": self.preferences, "now_ms": wall_ms(), "path": path,
            "may": self.may, "Act": Act, "token": token_of(self.sitting) if self.sitting else "", "told": None,
            "screen": None, "query": self.request.url.query, "known": {}, **context,
        }  # fmt: skip
        known, language = context["known"], self.preferences.language
        context["sentence"] = lambda text: sentences.sentence(text, language, known)
        return HTMLResponse(rendering.page(template, language, context), status)

    def told(self, error: BaseException) -> Response:
        """The page that says what went wrong: known, unknown, what to do."""
        code = code_of(error)
        detail = str(error) or type(error).__name__
        return self.page("told.html", status_of(code), code=code, detail=detail)

    def go(self, path: str) -> Response:
        """See that page next (303)."""
        return RedirectResponse(path, 303)


def status_of(code: Code) -> int:
    """The HTTP status that fits a code."""
    return 401 if code.code == "OL-404" else STATUS_OF_EXIT[code.exit]
