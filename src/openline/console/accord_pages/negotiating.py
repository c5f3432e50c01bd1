"""Pages of texts under negotiation: what is on the table, one version with its languages side by side, and our acts.

Every act becomes a draft of this desk, which another officer releases.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from starlette.responses import Response

from openline.console.accords.asking import Drafted
from openline.console.codes import Told, code_of
from openline.console.dtg import iso, parse_iso
from openline.console.negotiating import asking
from openline.console.watch.asking import DraftRow, SubmitDraft
from openline.console.web.pages.watching import place_of
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Fields, Visit, status_of
from openline.desk.people import Act
from openline.errors import OpenlineError

SIGNS: Final = {"accepts": "✓", "reserves": "◆", "tabled": "●", "": "○"}
_CLOSING: Final[dict[str, Literal["refuse", "withdraw"]]] = {"refuse": "refuse", "withdraw": "withdraw"}
_STANDS: Final[dict[str, asking.StandWord]] = {"accept": "accept", "reserve": "reserve", "comment": "comment"}


async def texts(visit: Visit) -> Response:
    """Every version by draft, the drafts with the newest version first."""
    rows = await visit.ask(asking.AskTexts(), list[asking.TextRow])
    drafts: dict[str, list[asking.TextRow]] = {}
    for row in rows:
        drafts.setdefault(row.draft, []).append(row)
    newest = sorted(drafts.items(), key=lambda pair: -max(one.at_ms for one in pair[1]))
    titles = {name: _title(found[-1].titles, visit.preferences.language) for name, found in drafts.items()}
    return visit.page("texts.html", screen=await visit.screen(), drafts=newest, titles=titles)


def _title(titles: dict[str, str], language: str) -> dict[str, str]:
    """In the language of the page where there is one, else in English, else in any."""
    chosen = next((one for one in (language, "en") if one in titles), next(iter(titles)))
    return {"words": titles[chosen], "lang": chosen}


# ------------------------------------------------------------------ one version
async def text(visit: Visit) -> Response:
    """One version; with `before` what differs from that one."""
    return await _page(visit)


async def _page(visit: Visit, error: OpenlineError | None = None) -> Response:
    one = await visit.ask(asking.AskText(place=place_of(visit)), asking.TextWhole)
    others = await visit.ask(asking.AskTexts(draft=one.row.draft), list[asking.TextRow])
    before = visit.request.query_params.get("before", "")
    compared: list[asking.Compared] = []
    told = [{"words": str(error), "at": ""}] if error is not None else []
    if before:
        there = {each.language for each in one.row.languages if each.here}
        other = next((row for row in others if row.place == before), None)
        shared = [each.language for each in other.languages if each.language in there] if other is not None else []
        try:
            for language in shared:
                ask = asking.CompareTexts(before=before, after=one.row.place, language=language)
                compared.append(await visit.ask(ask, asking.Compared))
        except OpenlineError as wrong:
            told.append({"words": str(wrong), "at": ""})
    status = 200 if error is None else status_of(code_of(error))
    return visit.page(
        "text.html", status, screen=await visit.screen(), row=one.row, articles=one.articles, compared=compared,
        others=[row for row in others if row.place != one.row.place], before=before, told=told or None, signs=SIGNS,
        title=_title(one.row.titles, visit.preferences.language), given=visit.form, tongues=LANGUAGES,
    )  # fmt: skip


async def say(visit: Visit) -> Response:
    """Articles accepted, reserved or commented, as a draft."""
    form, said = visit.form, []
    stand = _STANDS.get(form["stand"])
    try:
        if stand is None:
            raise Told("OL-204", "accept, reserve or comment")
        for name in form["articles"].replace(",", " ").split():
            if not (name.isascii() and name.isdecimal() and len(name) <= 3):
                raise Told("OL-204", f"{name!r:.20} is no number of an article")
            said.append(asking.StandGiven(article=int(name), stand=stand, words=form["words"].strip()))
        paper = asking.SayOfText(
            place=place_of(visit), said=said, accept_all=stand == "accept" and not said,
            language=_language(form) if form["words"].strip() and said else "",
        )  # fmt: skip
        return await _drafted(visit, paper)
    except OpenlineError as error:
        return await _page(visit, error)


async def close(visit: Visit) -> Response:
    """A refusal with its reason, or a withdrawal, as a draft."""
    form = visit.form
    how = _CLOSING.get(form["how"])
    try:
        if how is None:
            raise Told("OL-204", "refuse, or withdraw")
        reason = form["reason"].strip()
        language = _language(form) if reason else ""
        return await _drafted(visit, asking.CloseText(place=place_of(visit), how=how, reason=reason, language=language))
    except OpenlineError as error:
        return await _page(visit, error)


async def sign(visit: Visit) -> Response:
    """Our signature, as a draft."""
    try:
        return await _drafted(visit, asking.SignText(place=place_of(visit)))
    except OpenlineError as error:
        return await _page(visit, error)


def _language(form: Fields) -> str:
    return form["language_of"] if form["language_of"] in LANGUAGES else "en"


async def _drafted(
    visit: Visit, paper: asking.TableText | asking.SayOfText | asking.CloseText | asking.SignText
) -> Response:
    row = await visit.ask(asking.DraftNegotiating(paper=paper), Drafted)
    if visit.may(Act.SUBMIT):
        await visit.ask(SubmitDraft(draft=row.draft, version=row.version, remark=""), DraftRow)
    return visit.go(f"/drafts/{row.draft}")


# ------------------------------------------------------------------ tabling
async def new(visit: Visit) -> Response:
    """An empty form."""
    return await _form(visit, Fields())


async def counter(visit: Visit) -> Response:
    """The form with the texts of the version that is countered."""
    place = place_of(visit)
    row = (await visit.ask(asking.AskText(place=place), asking.TextWhole)).row
    fields = Fields({"draft": row.draft, "over": row.place, "lapses": iso(row.lapses_ms) or ""})
    for one in row.languages:
        if one.here and not one.fault:
            file = await visit.ask(asking.AskTextFile(place=place, language=one.language), asking.TextFile)
            fields[f"text_{one.language}"] = file.text
    fields["also"] = " ".join(one.language for one in row.languages if one.language not in LANGUAGES)
    return await _form(visit, fields)


async def _form(visit: Visit, fields: Fields, status: int = 200, told: Any = None) -> Response:
    tongues = [*LANGUAGES.items(), *((name, name) for name in fields["also"].split()[:8])]
    return visit.page("text-form.html", status, screen=await visit.screen(), fields=fields, tongues=tongues, told=told)


async def table(visit: Visit) -> Response:
    """A version as a draft. What was typed stays where it is refused."""
    form = visit.form
    found = {name.removeprefix("text_"): _file(words) for name, words in form.items() if name.startswith("text_")}
    try:
        lapses = form["lapses"].strip()
        note = form["note"].strip()
        ask = asking.TableText(
            draft=form["draft"].strip(), texts={name: words for name, words in found.items() if words},
            over=form["over"] or None, lapses_ms=parse_iso(lapses) if lapses else None, note=note,
            language=_language(form) if note else "", exercise=form["exercise"] == "on",
        )  # fmt: skip
        return await _drafted(visit, ask)
    except OpenlineError as error:
        at = next((f"text_{name}" for name in found if str(error).startswith((f"{name}:", f"{name},"))), "draft")
        return await _form(visit, form, status_of(code_of(error)), [{"words": str(error), "at": at}])


def _file(words: str) -> str:
    """A text as it was typed: browsers leave out, or add, the last new line, and nothing else."""
    plain = words.rstrip("\n")
    return f"{plain}\n" if plain.strip() else ""
