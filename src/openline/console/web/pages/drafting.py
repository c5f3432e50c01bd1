"""What leaves: drafts with their versions, submitting, giving back, withdrawing, and the release by another officer."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from openline.console.channel.asking import PRECEDENCES, Outgoing, Sent
from openline.console.channel.clock import wall_ms
from openline.console.codes import Told, code_of
from openline.console.dtg import iso, parse_iso
from openline.console.files.asking import AskDraftFiles, Files
from openline.console.ladder.asking import AskOffices
from openline.console.ladder.rows import DirectoryRow
from openline.console.screen.asking import AskMatter, Matter
from openline.console.templates.asking import AskTemplates, TemplateRow
from openline.console.templates.reading import filled_in
from openline.console.templates.shelf import one_of
from openline.console.watch import asking
from openline.console.watch.asking import AskDraft, AskDrafts, DraftRow
from openline.console.web.pages.keys import releasing
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Fields, Visit, status_of
from openline.errors import OpenlineError

OFFICES_MAX: Final = 32
RELATIONS: Final = ("corrects", "withdraws", "supersedes", "forwards")
ALONE: Final = "withdraws"  # it has its reason and nothing else; the form asks for no more
KEPT_FIELDS: Final = (
    "text", "subject", "language_of", "precedence", "exercise", "action", "info", "reply_by", "in_reply_to",
    "relates", "of", "note", "checklist",
)  # fmt: skip


def number_of(visit: Visit) -> int:
    """The draft that the path names."""
    number: int = visit.request.path_params["draft"]
    return number


async def drafts(visit: Visit) -> Response:
    """Drafts under way; with `every`, all."""
    every = visit.request.query_params.get("every") == "1"
    rows = await visit.ask(AskDrafts(every=every), list[DraftRow])
    return visit.page("drafts.html", screen=await visit.screen(), rows=rows, every=every)


async def new(visit: Visit) -> Response:
    """An empty draft, or one that answers a message."""
    given = visit.request.query_params
    fields = {"language_of": "en", "precedence": "ROUTINE"} | await _of_template(visit, given.get("template", ""))
    answers, relates = given.get("answers", ""), given.get("relates", "")
    original = None
    if relates in RELATIONS and given.get("of"):
        original = await visit.ask(AskMatter(place=given["of"]), Matter)
        fields |= {
            "relates": relates, "of": original.entry.place, "precedence": original.entry.precedence,
            "subject": "" if relates == ALONE else original.entry.subject,
            "language_of": original.entry.language or "en",
            "exercise": "on" if original.entry.exercise else "",
        }  # fmt: skip
    if answers:
        original = await visit.ask(AskMatter(place=answers), Matter)
        subject = original.entry.subject
        fields |= {
            "in_reply_to": original.entry.place, "precedence": original.entry.precedence,
            "subject": subject if subject.startswith("Re: ") or not subject else f"Re: {subject}",
            "exercise": "on" if original.entry.exercise else "",
        }  # fmt: skip
    return await _editor(visit, None, fields, original=original)


async def _of_template(visit: Visit, name: str) -> dict[str, str]:
    """What a template writes into the form. Raises Told OL-301, OL-204: its file does not read."""
    if not name:
        return {}
    row = one_of(await visit.ask(AskTemplates(), list[TemplateRow]), name)
    text, more = filled_in(row, (), wall_ms())
    return {
        "text": text, "subject": row.subject, "language_of": row.language, "precedence": row.precedence,
        "action": ", ".join(row.action), "info": ", ".join(row.info), "reply_by": str(more["reply_by"] or ""),
        "checklist": "\n".join(row.checklist), "template": name,
    }  # fmt: skip


async def edit(visit: Visit) -> Response:
    """The newest version, to write the next one from."""
    row = await visit.ask(AskDraft(draft=number_of(visit)), DraftRow)
    return await _editor(visit, row, _fields(row))


def _fields(row: DraftRow) -> dict[str, str]:
    return {
        "text": row.text, "subject": row.subject, "language_of": row.language, "precedence": row.precedence,
        "exercise": "on" if row.exercise else "", "action": ", ".join(row.action), "info": ", ".join(row.info),
        "reply_by": iso(row.reply_by_ms) or "", "in_reply_to": row.in_reply_to or "",
        "relates": row.relates, "of": ", ".join(row.of), "note": row.note,
        "checklist": "\n".join(one.words for one in row.checklist),
    }  # fmt: skip


async def _editor(
    visit: Visit, row: DraftRow | None, fields: dict[str, str], status: int = 200,
    told: list[dict[str, str]] | None = None, original: Matter | None = None, over: int | None = None,
) -> Response:  # fmt: skip
    """`fields` are what stands in the form; `over` the version that they were made from."""
    if original is None and fields.get("in_reply_to") and told is None:
        try:
            original = await visit.ask(AskMatter(place=fields["in_reply_to"]), Matter)
        except OpenlineError:
            original = None  # what it answers is not shown beside it; the draft is
    offices = [one for one in await visit.ask(AskOffices(), list[DirectoryRow]) if one.offices]
    templates = await visit.ask(AskTemplates(), list[TemplateRow]) if row is None and not fields.get("relates") else []
    return visit.page(
        "draft.html", status, screen=await visit.screen(), row=row, fields=Fields(fields), told=told, original=original,
        precedences=PRECEDENCES, over=row.version if row and over is None else over, templates=templates,
        directories=offices,
    )  # fmt: skip


async def keep(visit: Visit) -> Response:
    """The form as it stands, in another language: nothing is written, nothing is lost."""
    visit.preferences = visit.preferences.changed({"language": visit.form.get("language", "")})
    number, over = whole(visit.form.get("draft", "")), whole(visit.form.get("over", ""))
    row = await visit.ask(AskDraft(draft=number), DraftRow) if number is not None else None
    response = await _editor(visit, row, _given(visit), over=over)
    visit.remember_preferences(response)
    return response


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.form.get(name, "") for name in KEPT_FIELDS}


async def write(visit: Visit) -> Response:
    """A new draft, or the next version of one. With `then` submit it waits for release at once."""
    number, over = whole(visit.form.get("draft", "")), whole(visit.form.get("over", ""))
    row = None
    try:
        if visit.form.get("draft") and (number is None or over is None):
            raise Told("OL-204", "this form names no draft and version")
        message, faults = _message(visit)
        if faults:
            row = await visit.ask(AskDraft(draft=number), DraftRow) if number is not None else None
            return await _editor(visit, row, _given(visit), 400, faults, over=over or 0)
        points = [one.strip() for one in visit.form.get("checklist", "").splitlines() if one.strip()]
        ask = asking.WriteDraft(message=message, draft=number, over=over or 0, keep_files=True, checklist=points)
        row = await visit.ask(ask, DraftRow)
        if visit.form.get("then") == "submit":
            submit = asking.SubmitDraft(draft=row.draft, version=row.version, remark=visit.form.get("remark", ""))
            row = await visit.ask(submit, DraftRow)
    except OpenlineError as error:
        told = [{"words": str(error), "at": "text"}]
        return await _editor(visit, row, _given(visit), status_of(code_of(error)), told, over=over or 0)
    return visit.go(f"/drafts/{row.draft}")


def _message(visit: Visit) -> tuple[Outgoing, list[dict[str, str]]]:
    form, faults = visit.form, []
    reply_by = None
    if form.get("reply_by", "").strip():
        try:
            reply_by = parse_iso(form["reply_by"].strip())
        except OpenlineError as error:
            faults.append({"words": str(error), "at": "reply_by"})
    if not form.get("text", "").strip():
        faults.append({"words": visit.word("There is no text."), "at": "text"})
    precedence = next((one for one in PRECEDENCES if one == form.get("precedence")), None)
    if precedence is None:
        faults.append({"words": visit.word("Choose a precedence."), "at": "precedence"})
    language = form.get("language_of", "")
    message = Outgoing(
        text=form.get("text", ""), subject=form.get("subject", ""), precedence=precedence or "ROUTINE",
        language=language if language in LANGUAGES else "en", exercise=form.get("exercise") == "on",
        action=_offices(form.get("action", "")), info=_offices(form.get("info", "")), reply_by_ms=reply_by,
        in_reply_to=form.get("in_reply_to") or None, note=form.get("note", ""),
        relates=next((one for one in RELATIONS if one == form.get("relates")), ""), of=_offices(form.get("of", "")),
    )  # fmt: skip
    return message, faults


def _offices(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())[:OFFICES_MAX]


async def draft(visit: Visit) -> Response:
    """A draft as it would leave; to who may release it, with the short code and both names."""
    return await shown_draft(visit)


async def shown_draft(visit: Visit, status: int = 200, error: OpenlineError | None = None) -> Response:
    """The same, with what was refused."""
    row = await visit.ask(AskDraft(draft=number_of(visit)), DraftRow)
    told = [{"words": str(error), "at": ""}] if error is not None else None
    return visit.page(
        "leaving.html", status, screen=await visit.screen(), row=row, told=told, given=visit.form,
        keys=await releasing(visit, row), goes=await visit.ask(AskDraftFiles(draft=row.draft), Files),
    )  # fmt: skip


def _version(visit: Visit) -> int:
    return whole(visit.form.get("version", "")) or 0


def whole(text: str) -> int | None:
    """A number as our own forms send it; None for anything else, however long."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


async def submit(visit: Visit) -> Response:
    """Let this version wait for release."""
    remark = visit.form.get("remark", "").strip()
    return await _moved(visit, asking.SubmitDraft(draft=number_of(visit), version=_version(visit), remark=remark))


async def tick(visit: Visit) -> Response:
    """A point of the checklist was looked at, in the version that the page showed."""
    ask = asking.Tick(draft=number_of(visit), version=_version(visit), item=whole(visit.form.get("item", "")) or 0)
    return await _moved(visit, ask)


async def give_back(visit: Visit) -> Response:
    """Not released, and why."""
    return await _moved(visit, asking.ReturnDraft(draft=number_of(visit), remark=visit.form.get("remark", "").strip()))


async def withdraw(visit: Visit) -> Response:
    """Not to be sent."""
    remark = visit.form.get("remark", "").strip()
    return await _moved(visit, asking.WithdrawDraft(draft=number_of(visit), remark=remark))


_Moves = asking.SubmitDraft | asking.ReturnDraft | asking.WithdrawDraft | asking.Tick


async def _moved(visit: Visit, ask: _Moves) -> Response:
    try:
        await visit.ask(ask, DraftRow)
    except OpenlineError as error:
        return await shown_draft(visit, status_of(code_of(error)), error)
    return visit.go(f"/drafts/{ask.draft}")


async def release(visit: Visit) -> Response:
    """Let it leave. The code is the one that stood on the page that was read."""
    number = number_of(visit)
    ask = asking.ReleaseDraft(draft=number, version=_version(visit), code=visit.form.get("code", ""))
    try:
        sent = await visit.ask(ask, Sent)
    except OpenlineError as error:
        return await shown_draft(visit, status_of(code_of(error)), error)
    return visit.go(f"/message/{sent.places[0]}?released={number}")
