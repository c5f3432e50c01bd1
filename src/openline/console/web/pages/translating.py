"""A text and its working translations side by side; what another officer makes of them."""

from __future__ import annotations

from typing import Final, Literal

from starlette.responses import Response

from openline.console.codes import Told, code_of
from openline.console.screen.asking import AskMatter, Matter
from openline.console.watch import asking
from openline.console.web.pages.watching import place_of
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Visit, status_of
from openline.errors import OpenlineError

STAGES: Final[dict[str, Literal["sight", "rough", "official"]]] = {
    "rough": "rough", "official": "official", "sight": "sight",
}  # fmt: skip
STEPS: Final[dict[str, Literal["reviewed", "certified"]]] = {"reviewed": "reviewed", "certified": "certified"}


class Original:
    """What is translated: an entry of the record, or a draft."""

    def __init__(self, of: str, path: str, title: str, text: str, language: str) -> None:
        self.of = of
        self.path = path
        self.title = title
        self.text = text
        self.language = language


async def _of_message(visit: Visit) -> Original:
    matter = await visit.ask(AskMatter(place=place_of(visit)), Matter)
    entry = matter.entry
    text = f"{entry.subject}\n{entry.text}" if entry.subject else entry.text
    return Original(entry.place, f"/message/{entry.place}", matter.reference, text, entry.language or "en")


async def _of_draft(visit: Visit) -> Original:
    number: int = visit.request.path_params["draft"]
    row = await visit.ask(asking.AskDraft(draft=number), asking.DraftRow)
    text = f"{row.subject}\n{row.text}" if row.subject else row.text
    return Original(f"D-{number}", f"/drafts/{number}", f"D-{number}", text, row.language or "en")


async def _original(visit: Visit) -> Original:
    return await (_of_draft(visit) if "draft" in visit.request.path_params else _of_message(visit))


async def translations(visit: Visit) -> Response:
    """The original beside each of its translations, the newest first."""
    return await _page(visit, await _original(visit))


async def _page(visit: Visit, original: Original, error: OpenlineError | None = None) -> Response:
    rows = await visit.ask(asking.AskTranslations(of=original.of), list[asking.TranslationRow])
    told = [{"words": str(error), "at": "text" if visit.form.get("text") else ""}] if error is not None else None
    status = 200 if error is None else status_of(code_of(error))
    return visit.page(
        "translations.html", status, screen=await visit.screen(), original=original, rows=list(reversed(rows)),
        told=told, given=visit.form, stages=STAGES, texts=LANGUAGES,
    )  # fmt: skip


async def translate(visit: Visit) -> Response:
    """The officer's own translation, kept as a new one. What was typed stays where it is refused."""
    original, form = await _original(visit), visit.form
    try:
        stage = STAGES.get(form.get("stage", ""))
        if stage is None:
            raise Told("OL-204", "a translation is of one of the stages sight, rough, official")
        language = form.get("language_of", "").strip()
        ask = asking.Translate(of=original.of, text=form.get("text", "").strip(), language=language, stage=stage)
        await visit.ask(ask, asking.TranslationRow)
    except OpenlineError as error:
        return await _page(visit, original, error)
    return visit.go(f"{original.path}/translations")


async def mark(visit: Visit) -> Response:
    """Reviewed, or certified, by this officer."""
    original, form = await _original(visit), visit.form
    try:
        step, number = STEPS.get(form.get("step", "")), form.get("number", "")
        if step is None or not (number.isascii() and number.isdecimal() and len(number) <= 9):
            raise Told("OL-204", "this form names no translation and step")
        ask = asking.MarkTranslation(of=original.of, number=int(number), step=step)
        await visit.ask(ask, asking.TranslationRow)
    except OpenlineError as error:
        return await _page(visit, original, error)
    return visit.go(f"{original.path}/translations")
