"""The page on which a declaration is written: rows typed, or a file loaded, checked as it stands, kept as a draft.

Nothing that was typed or loaded is lost on the way, and nothing is written before it is kept. What is kept is a draft
of this desk, one a part, which another officer releases.
"""

from __future__ import annotations

from typing import Any, Final, Literal, cast

from starlette.responses import Response

from openline.accord.declarations.layout import Layout
from openline.accord.formats.unfit import Fault
from openline.console.accord_pages.declared_forms import Typed, loaded, table_widgets, typed_of
from openline.console.accord_pages.declaring import in_order, labels_of
from openline.console.accord_pages.forms import GRID_ROWS_MAX
from openline.console.accord_pages.widgets import EMPTY_ROWS, labelled
from openline.console.accords import library
from openline.console.accords.asking import Drafted, FaultRow
from openline.console.channel.asking import PRECEDENCES
from openline.console.codes import Told, code_of
from openline.console.declaring import asking
from openline.console.watch.asking import DraftRow, SubmitDraft
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Fields, Visit, status_of
from openline.errors import OpenlineError

RELATIONS: Final = ("corrects", "cancels")
NAME_CHARS_MAX: Final = 80
_HEAD: Final = ("layout", "language_of", "precedence", "exercise", "relation", "place")
_FIRST_VERSION: Final = 1


async def new(visit: Visit) -> Response:
    """An empty form; filled as the declaration that it corrects."""
    layout = await _layout(visit, visit.request.path_params["layout"])
    head = Fields({"layout": layout.digest.hex(), "precedence": "ROUTINE", "language_of": visit.preferences.language})
    typed = Typed("", {}, {}, "", {}, [])
    place = visit.request.query_params.get("corrects", "")
    if place:
        one = await visit.ask(asking.AskDeclaration(place=place), asking.DeclarationWhole)
        head |= {"relation": "corrects", "place": place, "exercise": "on" if one.row.exercise else ""}
        typed = _as_typed(layout, typed._replace(as_of=one.row.as_of), one.tables)
    return await _form(visit, layout, head, typed)


def _as_typed(layout: Layout, typed: Typed, tables: dict[str, list[dict[str, Any]]]) -> Typed:
    """Tables of a declaration as they would be typed; long ones as the text of a file."""
    for table in layout.tables:
        rows = [{name: str(cell) for name, cell in row.items()} for row in tables.get(table.name, [])]
        if rows:
            typed.rows[table.name] = rows
            if len(rows) > GRID_ROWS_MAX:
                typed.texts[table.name] = typed.csv(layout)[table.name]
                del typed.rows[table.name]
    return typed


async def keep(visit: Visit) -> Response:
    """The form as it stands: in another language, with a file, with more rows, or checked. Nothing is written."""
    visit.preferences = visit.preferences.changed({"language": visit.form["language"]})
    layout = await _layout(visit, visit.form["layout"])
    typed = typed_of(layout, visit.form)
    check, error = "check" in visit.form, None
    if "load" in visit.form:
        if visit.upload is None or not visit.upload.filename:
            error = Told("OL-204", visit.word("Choose a file first."))
        else:
            typed, check = loaded(layout, typed, visit.form["into"], visit.upload.data), True
    response = await _form(visit, layout, _head(visit), typed, check=check, error=error)
    visit.remember_preferences(response)
    return response


async def write(visit: Visit) -> Response:
    """A draft of a declaration, one a part of it. Faults of what lacks do not hinder who says so."""
    layout = await _layout(visit, visit.form["layout"])
    typed = typed_of(layout, visit.form)
    head, with_faults = _head(visit), visit.form["with_faults"] == "on"
    if visit.upload is not None and visit.upload.filename:  # chosen and not loaded: it would be left out unseen
        typed.faults.append(Fault("file", "is chosen and not loaded", "load it, or choose none"))
    try:
        checked = await visit.ask(_checking(layout, head, typed), asking.DeclarationChecked)
        if typed.faults or (checked.faults and not (with_faults and checked.may_leave)):
            return await _form(visit, layout, head, typed, check=True, status=400)
        kept = await visit.ask(asking.DraftDeclaring(paper=_sending(layout, head, typed, with_faults)), Drafted)
        if visit.form["then"] == "submit":
            for number in (kept.draft, *kept.more):
                await visit.ask(SubmitDraft(draft=number, version=_FIRST_VERSION, remark=""), DraftRow)
    except OpenlineError as error:
        return await _form(visit, layout, head, typed, status=status_of(code_of(error)), error=error)
    return visit.go(f"/drafts/{kept.draft}" if not kept.more else "/drafts")


def _head(visit: Visit) -> Fields:
    return Fields({name: visit.form[name] for name in _HEAD})


async def _layout(visit: Visit, name: str) -> Layout:
    return library.known_layout(await visit.ask(asking.AskLayout(name=name[:NAME_CHARS_MAX]), asking.LayoutWhole))


def _checking(layout: Layout, head: Fields, typed: Typed) -> asking.CheckDeclaration:
    language = head["language_of"] if head["language_of"] in LANGUAGES else ""
    return asking.CheckDeclaration(
        layout=layout.digest.hex(), as_of=typed.as_of, csv=typed.csv(layout), json=typed.json,
        only=typed.only, language=language,
    )  # fmt: skip


def _sending(layout: Layout, head: Fields, typed: Typed, with_faults: bool) -> asking.SendDeclaration:
    precedence = next((one for one in PRECEDENCES if one == head["precedence"]), PRECEDENCES[0])
    place = head["place"].strip()
    relation = head["relation"] if head["relation"] in RELATIONS and place else ""
    return asking.SendDeclaration(
        form=_checking(layout, head, typed), precedence=precedence, exercise=head["exercise"] == "on",
        with_faults=with_faults, relation=cast(Literal["", "corrects", "cancels"], relation),
        place=place if relation else None,
    )  # fmt: skip


async def _form(
    visit: Visit, layout: Layout, head: Fields, typed: Typed, *, check: bool = False, status: int = 200,
    error: OpenlineError | None = None,
) -> Response:  # fmt: skip
    language = visit.preferences.language
    checked: asking.DeclarationChecked | None = None
    faults = [FaultRow(one.place, one.what, one.remedy) for one in typed.faults]
    if check:
        try:
            checked = await visit.ask(_checking(layout, head, typed), asking.DeclarationChecked)
            faults += checked.faults
        except OpenlineError as wrong:
            error = error or wrong
    more = {visit.form["more"]: 2 * EMPTY_ROWS} if visit.form["more"] else {}
    return visit.page(
        "declaration-form.html", status, screen=await visit.screen(), layout=layout, head=head, typed=typed,
        title=labelled(layout.title, language), tables=table_widgets(layout, typed, faults, language, more),
        faults=faults, error=str(error) if error is not None else "", checked=checked, precedences=PRECEDENCES,
        tongues=LANGUAGES, findings=in_order(checked.findings) if checked is not None else [],
        figures=[(one, labelled(one.label, language)) for one in checked.figures] if checked is not None else [],
        known=labels_of(layout, language), only=visit.form["only"],
    )  # fmt: skip
