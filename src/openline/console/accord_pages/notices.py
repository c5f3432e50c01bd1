"""Pages of notices: formats to choose from, a form that loses nothing, a notice read in any language, its PDF."""

from __future__ import annotations

from typing import Any, Final, Literal, cast

from markupsafe import Markup
from starlette.responses import Response

from openline.accord.formats.format import Format
from openline.accord.formats.notice import compose, has_free_text, parse_notice
from openline.accord.formats.unfit import Fault
from openline.accord.formats.words import said
from openline.console.accord_pages import printing
from openline.console.accord_pages.forms import Given, given_of
from openline.console.accord_pages.widgets import EMPTY_ROWS, labelled, tongue, widgets
from openline.console.accords import asking
from openline.console.accords.library import known_format
from openline.console.accords.rows import limit_text
from openline.console.channel.asking import PRECEDENCES, Amendments, AskAmendments, Find, Found
from openline.console.codes import Told, code_of
from openline.console.maps.drawing import draw
from openline.console.maps.shapes import shapes_of
from openline.console.sheets import notices as sheets
from openline.console.watch.asking import DraftRow, SubmitDraft
from openline.console.web.pages.drafting import whole
from openline.console.web.pages.watching import place_of
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Fields, Visit, status_of
from openline.errors import OpenlineError
from openline.record.entry import NOTICE

RECENT: Final = 30
RELATIONS: Final = ("answers", "corrects", "cancels")
Relation = Literal["", "answers", "corrects", "cancels"]
_HEAD: Final = ("format", "language_of", "precedence", "exercise", "relation", "place", "draft", "over")


async def notices(visit: Visit) -> Response:
    """Formats to write in, the agreed ones first; notices that came and went."""
    rows = await visit.ask(asking.AskFormats(), list[asking.FormatRow])
    found = await visit.ask(Find(kind=NOTICE, newest=True, count=RECENT), Found)
    rows = sorted((one for one in rows if not one.faults), key=lambda one: (not one.agreed, one.id, -one.version))
    language = visit.preferences.language
    titles = {one.digest: labelled(one.title, language) for one in rows}
    return visit.page("notices.html", screen=await visit.screen(), rows=rows, titles=titles, recent=found.entries)


# ------------------------------------------------------------------ writing
async def new(visit: Visit) -> Response:
    """An empty form; filled as the notice that it corrects."""
    given_ = visit.request.query_params
    head = Fields({"format": visit.request.path_params["format"], "precedence": "ROUTINE",
                   "language_of": visit.preferences.language})  # fmt: skip
    given: Given = {}
    relation = next((one for one in RELATIONS if given_.get(one)), "")
    if relation:
        head |= {"relation": relation, "place": given_[relation]}
        if relation == "corrects":
            row = await visit.ask(asking.AskNotice(place=given_[relation]), asking.NoticeRow)
            given, head["precedence"] = row.fields, row.precedence
            head["exercise"] = "on" if row.exercise else ""
    return await _form(visit, head, given)


async def draft(visit: Visit) -> Response:
    """A draft of a notice as a form, checked as it stands."""
    number = visit.request.path_params["draft"]
    row = await visit.ask(asking.AskNoticeDraft(draft=number), asking.NoticeDraft)
    one = row.notice
    head = Fields({
        "format": one.format, "language_of": one.language or visit.preferences.language, "precedence": one.precedence,
        "exercise": "on" if one.exercise else "", "relation": one.relation, "place": one.place or "",
        "draft": str(row.draft), "over": str(row.version),
    })  # fmt: skip
    return await _form(visit, head, one.fields, check=True)


async def keep(visit: Visit) -> Response:
    """The form as it stands: in another language, with more rows, or checked. Nothing is written, nothing is lost."""
    visit.preferences = visit.preferences.changed({"language": visit.form.get("language", "")})
    response = await _given_again(visit, check="check" in visit.form)
    visit.remember_preferences(response)
    return response


async def write(visit: Visit) -> Response:
    """A new draft of a notice, or the next version of one. Faults of what lacks do not hinder who says so."""
    format_ = await _format(visit, visit.form["format"])
    given, faults, _ = given_of(format_, visit.form)
    number, over = whole(visit.form["draft"]), whole(visit.form["over"])
    with_faults = visit.form["with_faults"] == "on"
    try:
        checked = await visit.ask(_checking(visit.form, given), asking.NoticeChecked)
        if faults or (checked.faults and not (with_faults and checked.may_leave)):
            return await _given_again(visit, check=True, status=400)
        ask = asking.DraftNotice(notice=_sending(visit.form, given, with_faults), draft=number, over=over or 0)
        row = await visit.ask(ask, asking.Drafted)
        if visit.form["then"] == "submit":
            await visit.ask(SubmitDraft(draft=row.draft, version=row.version, remark=""), DraftRow)
    except OpenlineError as error:
        return await _given_again(visit, check=False, status=status_of(code_of(error)), error=error)
    return visit.go(f"/drafts/{row.draft}")


def _sending(head: Fields, given: Given, with_faults: bool) -> asking.SendNotice:
    precedence = next((one for one in PRECEDENCES if one == head["precedence"]), PRECEDENCES[0])
    return asking.SendNotice(
        format=head["format"], fields=given, language=_language(head), precedence=precedence,
        exercise=head["exercise"] == "on", relation=_relation(head), place=head["place"].strip() or None,
        with_faults=with_faults,
    )  # fmt: skip


def _checking(head: Fields, given: Given) -> asking.NoticeForm:
    return asking.NoticeForm(
        format=head["format"], fields=given, language=_language(head), exercise=head["exercise"] == "on",
        relation=_relation(head), place=head["place"].strip() or None,
    )  # fmt: skip


def _relation(head: Fields) -> Relation:
    return cast(Relation, head["relation"] if head["relation"] in RELATIONS and head["place"].strip() else "")


def _language(head: Fields) -> str:
    return head["language_of"] if head["language_of"] in LANGUAGES else ""


async def _format(visit: Visit, name: str) -> Format:
    return known_format(await visit.ask(asking.AskFormat(name=name[:80]), asking.FormatWhole))


async def _given_again(
    visit: Visit, *, check: bool, status: int = 200, error: OpenlineError | None = None
) -> Response:
    """The form with what was typed."""
    format_ = await _format(visit, visit.form["format"])
    given, faults, kept = given_of(format_, visit.form)
    head = Fields({name: visit.form[name] for name in _HEAD})
    more = {name: 2 * EMPTY_ROWS for name in [visit.form["more"]] if name}
    return await _form(visit, head, given, check=check, status=status, error=error, csv=(faults, kept), more=more)


async def _form(
    visit: Visit, head: Fields, given: Given, *, check: bool = False, status: int = 200,
    error: OpenlineError | None = None, csv: tuple[list[Fault], dict[str, str]] = ([], {}),
    more: dict[str, int] | None = None,
) -> Response:  # fmt: skip
    """`head`: all but the fields. `csv`: what of pasted tables could not be read. `more`: rows to add, by field."""
    format_ = await _format(visit, head["format"])
    language = visit.preferences.language
    checked, preview = None, {}
    faults = [asking.FaultRow(one.place, one.what, one.remedy, "ERROR", "R-404") for one in csv[0]]
    if check:
        try:
            checked = await visit.ask(_checking(head, given), asking.NoticeChecked)
            faults += checked.faults
            preview = _preview(checked, format_, given, language)
        except OpenlineError as wrong:  # an entry that it answers and that is not there: the form stays
            error = error or wrong
    told: list[dict[str, Any]] = []
    if error is not None:
        told.append({"words": str(error), "at": "", "label": None, "rule": "", "lacks": False, "below": ""})
    told += [_told(one, format_, language) for one in faults]
    return visit.page(
        "notice-form.html", status, screen=await visit.screen(), format=format_, head=head,
        title=labelled(format_.title, language), fields=widgets(format_, given, faults, language, more or {}, csv[1]),
        faults=told, checked=checked, preview=preview, precedences=PRECEDENCES, tongues=LANGUAGES,
        limits=[limit_text(one) for one in format_.limits], is_free=_may_be_free(format_),
        lacks_language=language not in format_.languages, at_language="language_of", known=_labels(format_, language),
    )  # fmt: skip


def _labels(format_: Format, language: str) -> dict[str, str]:
    """What fields are called, by what they are called in English: sentences about faults speak of them so."""
    return {one.label["en"]: said(one.label, language) for one in format_.fields
            if tongue(one.label, language) == language}  # fmt: skip


def _told(fault: asking.FaultRow, format_: Format, language: str) -> dict[str, Any]:
    name = fault.place.split("[")[0].split(".")[0]
    field = format_.field(name)
    below = fault.place.removeprefix(name)
    return {
        "words": f"{fault.what}; {fault.remedy}", "rule": fault.rule, "below": below,
        "lacks": fault.what == "is required and not given",
        "at": f"f.{name}" if field is not None else "language_of" if name == "language" else "",
        "label": labelled(field.label, language) if field is not None else None,
    }  # fmt: skip


def _may_be_free(format_: Format) -> bool:
    """Whether any field of it could hold free text."""
    return has_free_text(format_, ["x"] * len(format_.fields))


def _preview(checked: asking.NoticeChecked, format_: Format, given: Given, language: str) -> dict[str, Any]:
    values = compose(format_, given).values  # also where something else in it cannot be read yet
    return {
        "sheets": _sheets(checked.printed, language), "bytes": checked.bytes,
        **_map(format_, values, language, said(format_.title, language)),
    }  # fmt: skip


def _sheets(printed: dict[str, str], language: str) -> list[tuple[str, str, str]]:
    """Language, direction and text of each sheet, the page's own language first."""
    order = sorted(printed, key=lambda one: (one != language, one))
    return [(one, "rtl" if sheets.is_rtl(one) else "ltr", printed[one]) for one in order]


def _map(format_: Format | None, values: tuple[object, ...], language: str, title: str) -> dict[str, Any]:
    """A map, where there is something to draw, and the table beside it."""
    shapes = shapes_of(format_, values, language) if format_ is not None else []
    drawn = any(one.is_drawn for one in shapes)
    svg = Markup(draw(shapes, title)) if drawn else ""  # noqa: S704  what stands in it was escaped as it was drawn
    return {"places": shapes, "map": svg}


# ------------------------------------------------------------------ reading
async def _read(visit: Visit) -> tuple[asking.NoticeRow, Format | None]:
    row = await visit.ask(asking.AskNotice(place=place_of(visit)), asking.NoticeRow)
    return row, await _format(visit, row.mark) if row.known else None


async def notice(visit: Visit) -> Response:
    """A notice in every language of its format, from the same codes; raw where the format is not known."""
    row, format_ = await _read(visit)
    language = visit.preferences.language
    values = parse_notice(bytes.fromhex(row.body)).values
    return visit.page(
        "notice.html", screen=await visit.screen(), row=row, format=format_, sheets=_sheets(row.printed, language),
        title=labelled(format_.title, language) if format_ is not None else None,
        known=_labels(format_, language) if format_ is not None else {}, **_map(format_, values, language, row.number),
    )  # fmt: skip


async def sheet(visit: Visit) -> Response:
    """The same as PDF/A, to keep. Set in a process of its own: what is in it was written by anybody."""
    row, format_ = await _read(visit)
    screen = await visit.screen()
    terms = await visit.ask(AskAmendments(), Amendments)
    given = sheets.given_of_notice(
        row, format_, list(row.printed), line=visit.pages.line, name=screen.name,
        banners=[one.partition("=")[2] or one for one in terms.handling],
    )  # fmt: skip
    data = await printing.set_apart(given)
    if data is None:
        raise Told("OL-803", visit.word("This station has no setter for PDF; `notice print --as html` needs none."))
    headers = {"content-disposition": f'attachment; filename="{sheets.file_name(row)}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
