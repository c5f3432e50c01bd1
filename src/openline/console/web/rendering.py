"""From data to pages: templates that escape everything, words in three languages, hostile characters made visible."""

from __future__ import annotations

import gettext
import io
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from openline.console.dtg import clock, dtg, iso, short_dtg
from openline.console.screen.asking import Screen
from openline.console.web.preferences import LANGUAGES

_HERE: Final = files("openline.console.web")
SHARED_MAX: Final = 6  # of one part: screens a moment apart, in each language
_shared: Final[dict[str, OrderedDict[tuple[object, ...], Markup]]] = {}
STATIC_TYPES: Final = {
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml; charset=utf-8",
}  # fmt: skip

_INVISIBLE: Final = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\ufeff\uffa0")
_JOINERS: Final = frozenset("\u200c\u200d")  # Persian and Indic words need them: shown, but small
_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MARKS: Final = frozenset(("Mn", "Me"))
_MARKS_IN_A_ROW_MAX: Final = 4  # more combining marks than any script stacks climb over the lines around them


def _is_plain(text: str) -> bool:
    """Whether nothing in it is hidden: as nearly every text is, which then costs next to nothing."""
    rest = text.replace("\n", "").replace("\t", "")
    if not rest.isprintable():  # of the kinds in _HIDDEN nothing is
        return False
    return rest.isascii() or not any(c in _INVISIBLE or unicodedata.category(c) in _MARKS for c in set(rest))


def shown(text: str) -> Markup:
    """Their text for a page: escaped, and what is invisible or turns the direction of writing shown by its number."""
    if _is_plain(text):
        return escape(text)
    out: list[str] = []
    marks = 0
    for c in text:
        kind = unicodedata.category(c)
        marks = marks + 1 if kind in _MARKS else 0
        if (kind in _HIDDEN and c not in "\n\t") or c in _INVISIBLE or marks > _MARKS_IN_A_ROW_MAX:
            small = " joiner" if c in _JOINERS else ""
            out.append(f'<span class="hidden{small}" dir="ltr">U+{ord(c):04X}</span>')
        else:
            out.append(str(escape(c)))
    return Markup("".join(out))  # noqa: S704  each character was escaped above


def instant(at_ms: int) -> Markup:
    """A date-time group, left to right in a page of any direction: reordered it would be another instant."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(dtg(at_ms))


def short_instant(at_ms: int) -> Markup:
    """The same to the minute."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(short_dtg(at_ms))


@cache
def _files() -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(_HERE.joinpath("static").iterdir(), key=lambda one: one.name)}


@cache
def edition() -> str:
    """Of all our own files together: they name one another, and are kept by browsers for ever."""
    whole = sha256()
    for name, data in _files().items():
        whole.update(name.encode() + b"\0" + sha256(data).digest())
    return whole.hexdigest()[:16]


def static(name: str) -> tuple[bytes, str] | None:
    """One of our own files and its media type; None for any other name."""
    data = _files().get(name)
    return (data, STATIC_TYPES[name.rpartition(".")[2]]) if data is not None else None


def icon(count: int) -> bytes:
    """The sign of the page with how much needs us; above nine it says so."""
    data = _files()["icon.svg"]
    if not count:
        return data
    text = str(count) if count < 10 else "9+"
    mark = (
        '<circle cx="22" cy="22" r="10" fill="#ff3838" stroke="#fff"/><text x="22" y="27" font-size="14" '
        f'font-family="sans-serif" font-weight="700" text-anchor="middle" fill="#fff">{text}</text></svg>'
    )
    return data.replace(b"</svg>", mark.encode())


def static_address(name: str) -> str:
    """Where a page finds it: another file has another address, so that it may be kept for ever."""
    assert name in _files(), name
    return f"/static/{edition()}/{name}"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The words of the interface. English is what the program itself is written in."""
    path = _HERE.joinpath("locale", language, "LC_MESSAGES", "desk.po")
    if language == "en" or not path.is_file():
        return gettext.NullTranslations()
    packed = io.BytesIO()
    write_mo(packed, read_po(io.BytesIO(path.read_bytes()), locale=language))
    packed.seek(0)
    return gettext.GNUTranslations(packed)


def _template(name: str) -> str | None:
    path = _HERE.joinpath("templates", name)
    return path.read_text("utf-8") if path.is_file() else None


@cache
def templates(language: str) -> Environment:
    """The templates with their words in this language."""
    made = Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"],
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    install = made.install_gettext_translations  # type: ignore[attr-defined]  # the extension adds it
    install(translations(language), newstyle=True)
    made.filters.update(shown=shown, dtg=instant, short_dtg=short_instant, iso=iso, clock=clock)
    made.globals.update(static=static_address, languages=LANGUAGES, shared=shared)
    return made


def shared(name: str, screen: Screen, language: str, caller: Callable[[], Markup]) -> Markup:
    """A part of a page that is the same for all who look at one screen in one language: made once for all of them."""
    made = _shared.setdefault(name, OrderedDict())
    key = (language, screen.version, screen.now_ms, screen.withheld, screen.name)
    if key not in made:
        made[key] = caller()
        while len(made) > SHARED_MAX:
            made.popitem(last=False)
    return made[key]


def page(name: str, language: str, context: dict[str, Any]) -> str:
    """One page, whole."""
    return templates(language).get_template(name).render(context)
