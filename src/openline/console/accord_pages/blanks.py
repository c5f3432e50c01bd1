"""Blanks: what can be said of accords in a form. Every fault is told at once, and what was typed stays.

Whatever is filled in becomes a draft of this desk, which another officer releases. What a blank alone can tell is told
before the station is asked; the station's own refusal stands above the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from starlette.responses import Response

from openline.accord.agreements.dates import begin_of
from openline.accord.formats.unfit import Fault
from openline.console.accords.asking import Drafted
from openline.console.codes import Told, code_of
from openline.console.dtg import parse_iso
from openline.console.watch.asking import AnyRequest
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Fields, Visit, status_of
from openline.console.words import parse_place
from openline.errors import OpenlineError
from openline.limits import REMARK_CHARS_MAX, SUBJECT_CHARS_MAX

Kind = Literal["line", "code", "area", "lines", "places", "instant", "day", "stated", "number", "choice", "check",
               "tongue", "file"]  # fmt: skip
Values = dict[str, Any]
Choices = Mapping[str, Sequence[tuple[str, str]]]
DAY_CHARS: Final = len("2026-02-05")
INSTANT_LIKE: Final = "2026-03-04T12:00:00Z"
LIKE: Final[dict[str, str]] = {"instant": INSTANT_LIKE, "day": "2026-09-01", "stated": "2026-02-05", "places": "1/…/12",
                               "number": "0"}  # fmt: skip
NUMBER_CHARS_MAX: Final = 9


def _said(word: str) -> str:
    """Marks a word for the catalogues."""
    return word


class Field(NamedTuple):
    """One question. `of`: what stands behind its label as it is, such as a language's own name, and that language."""

    name: str
    label: str
    kind: Kind = "line"
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()  # of a choice: value, and its word
    chars_most: int = SUBJECT_CHARS_MAX
    of: tuple[str, str] = ("", "")
    like: str = ""  # an example, which stands in the empty input: left to right in a page of any direction


class Blank(NamedTuple):
    """A form. `lead`: what it is and what it is not. `command`: what only a command line does, and why."""

    title: str
    lead: str
    fields: tuple[Field, ...]
    why_command: str = ""
    command: str = ""


# What several blanks ask.
TONGUE: Final = Field("language_of", _said("Language of the words"), "tongue")
KNOWN: Final = _said("As far as it is known: year, month, day; 21 to 24 in place of the month are spring to winter.")
SAID_ON: Final = Field("said_on", _said("When it was said or done"), "stated", hint=KNOWN)
SAID_BY: Final = Field("said_by", _said("Who said it, and in which capacity"))
AGREEMENT: Final = Field("agreement", _said("About the agreement"), "choice")


def area(name: str, label: str, *, required: bool = False, hint: str = "", most: int = REMARK_CHARS_MAX) -> Field:
    """Words in any number of lines."""
    return Field(name, label, "area", required, hint, chars_most=most)


# ------------------------------------------------------------------ reading
def read(blank: Blank, form: Mapping[str, str]) -> tuple[Values, list[Fault]]:
    """What was filled in, by name, and every fault. What is not filled in is None, empty or False."""
    values: Values = {}
    faults: list[Fault] = []
    for one in blank.fields:
        typed = form.get(one.name, "")
        if one.required and one.kind != "file" and not typed.strip():
            faults.append(Fault(one.name, "is required and not given", ""))
        elif len(typed) > one.chars_most:
            faults.append(Fault(one.name, f"{len(typed)} characters, at most {one.chars_most}", ""))
        values[one.name], fault = _value(one, typed)
        if fault is not None:
            faults.append(fault)
    return values, faults


def _value(field: Field, typed: str) -> tuple[Any, Fault | None]:
    plain = typed.strip()
    match field.kind:
        case "check":
            return plain == "on", None
        case "tongue":
            return plain if plain in LANGUAGES else "en", None
        case "lines":
            return [one.strip() for one in typed.split("\n") if one.strip()], None
        case "places":
            return _places(field, typed)
        case "instant":
            return _instant(field, plain)
        case "number":
            return _number(field, plain)
        case "stated" if plain and begin_of(plain) is None:
            what = f"{plain!r:.40} is no date, nor a part of one"
            return "", Fault(field.name, what, "write it as 2026-02-05")
        case _:
            return plain, None


def _places(field: Field, typed: str) -> tuple[list[str], Fault | None]:
    found = []
    for one in typed.split():
        try:
            found.append(str(parse_place(one)))
        except Told:
            what = f"{one!r:.80} is no place in the record"
            return found, Fault(field.name, what, "copy it from the page of the entry")
    return found, None


def _instant(field: Field, plain: str) -> tuple[int | None, Fault | None]:
    try:
        return instant(plain), None
    except Told:
        what = f"{plain!r:.40} is no instant that names its zone"
        return None, Fault(field.name, what, f"write it as {INSTANT_LIKE}")


def instant(plain: str) -> int | None:
    """A day alone begins at midnight, UTC; None where nothing is given. Raises Told OL-204."""
    if not plain:
        return None
    return parse_iso(f"{plain}T00:00:00Z" if len(plain) == DAY_CHARS else plain)


def _number(field: Field, plain: str) -> tuple[int | None, Fault | None]:
    if plain and not (plain.isascii() and plain.isdecimal() and len(plain) <= NUMBER_CHARS_MAX):
        return None, Fault(field.name, f"{plain!r:.40} is no whole number", "digits alone, as 30")
    return int(plain) if plain else None, None


# ------------------------------------------------------------------ the page
async def show(
    visit: Visit, blank: Blank, path: str, given: Mapping[str, str], *, faults: Sequence[Fault] = (),
    error: OpenlineError | None = None, choices: Choices | None = None, back: str = "/agreements",
) -> Response:  # fmt: skip
    """The form with what was typed. `path`: where it is posted to; `back`: the page that it belongs to."""
    status = 400 if faults else 200 if error is None else status_of(code_of(error))
    labels = {one.name: one for one in blank.fields}
    told: list[dict[str, Any]] = []
    if error is not None:
        told.append({"what": str(error), "field": None})
    told += [{"what": _told(one), "field": labels[one.place]} for one in faults]
    return visit.page(
        "blank.html", status, screen=await visit.screen(), blank=blank, action=path, given=Fields(given), faults=told,
        wrong={one.place: _told(one) for one in faults}, choices=choices or {}, back=back, like=LIKE, tongues=LANGUAGES,
        brings_file=any(one.kind == "file" for one in blank.fields),
    )  # fmt: skip


def _told(fault: Fault) -> str:
    return f"{fault.what}; {fault.remedy}" if fault.remedy else fault.what


async def take(
    visit: Visit, blank: Blank, path: str, make: Callable[[Values, list[Fault]], AnyRequest | None], *,
    choices: Choices | None = None, back: str = "/agreements",
) -> Response:  # fmt: skip
    """A draft of what was filled in. `make`: the request; it may find more faults, and is None where it cannot be."""
    values, faults = read(blank, visit.form)
    error: OpenlineError | None = None
    ask = make(values, faults)
    if ask is not None and not faults:
        try:
            row = await visit.ask(ask, Drafted)
            return visit.go(f"/drafts/{row.draft}")
        except OpenlineError as refused:
            error = refused
    return await show(visit, blank, path, visit.form, faults=faults, error=error, choices=choices, back=back)
