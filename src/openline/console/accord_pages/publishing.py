"""Pages of joint statements: all of them; one with its texts side by side, who signed which bytes, its file in time."""

from __future__ import annotations

import re
from typing import Final

from starlette.responses import Response

from openline.accord.communique.statement import EAST_MINUTES_MAX, WEST_MINUTES_MAX
from openline.accord.formats.unfit import Fault
from openline.console.accord_pages import printing
from openline.console.accord_pages.blanks import Blank, Field, Values, _said, show, take
from openline.console.accords.asking import Drafted
from openline.console.channel.asking import Amendments, AskAmendments
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.publishing import asking
from openline.console.publishing.sheets import given_of
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Visit
from openline.limits import TEXT_CHARS_MAX

LISTED_MAX: Final = 300
ASKED_MAX: Final = 80  # characters of what names a statement
EAST: Final = re.compile(r"([+-])([0-9]{2}):([0-9]{2})", re.ASCII)
HEAD: Final = (
    Field("called", _said("Id of the statement, the same on both sides"), "code", True),
    Field("release", _said("Agreed instant of release (UTC)"), "instant", True,
          _said("Nothing is published through this program before it.")),
    Field("zone", _said("Place by whose clock people speak of it"), required=True, hint=_said("As Geneva.")),
    Field("east", _said("Its offset from UTC at that instant"), "code", True, like="+01:00"),
)  # fmt: skip


async def statements(visit: Visit) -> Response:
    """What waits for us first, then by instant of release, the latest first."""
    found = await visit.ask(asking.AskJoints(), list[asking.JointRow])
    found.sort(key=lambda one: (not one.ours_lacks, -(one.release_ms or 0), one.id, one.digest))
    return visit.page(
        "joint-list.html", screen=await visit.screen(), rows=found[:LISTED_MAX], more=len(found) - LISTED_MAX,
        titles={one.digest: _title(one, visit.preferences.language) for one in found},
    )  # fmt: skip


def _title(row: asking.JointRow, language: str) -> tuple[str, str]:
    """The title in the page's language, else in the first there is: language and words."""
    tongue = language if language in row.title else next(iter(sorted(row.title)), "")
    return tongue, row.title.get(tongue, "")


def _named(visit: Visit) -> str:
    return str(visit.request.path_params["statement"])[:ASKED_MAX]


async def statement(visit: Visit) -> Response:
    """One statement."""
    whole = await visit.ask(asking.AskJoint(statement=_named(visit)), asking.JointWhole)
    row = whole.row
    local = dtg(row.release_ms + row.minutes_east * 60_000).replace("Z", "") if row.release_ms is not None else ""
    east = f"{'-' if row.minutes_east < 0 else '+'}{abs(row.minutes_east) // 60:02d}:{abs(row.minutes_east) % 60:02d}"
    return visit.page(
        "joint.html", screen=await visit.screen(), whole=whole, row=row, local=local, east=east,
        title=_title(row, visit.preferences.language),
    )  # fmt: skip


# ------------------------------------------------------------------ a proposal
def _blank(languages: list[str]) -> Blank:
    """Title and text in every language of the line: a joint statement is signed in all of them or not at all."""
    texts: list[Field] = []
    for code in languages:
        own = (LANGUAGES.get(code, code), code)
        texts += (Field(f"title_{code}", _said("Title"), "line", True, of=own),
                  Field(f"text_{code}", _said("Text"), "area", True, chars_most=TEXT_CHARS_MAX, of=own))  # fmt: skip
    return Blank(
        _said("Propose a joint statement"),
        _said("Every party signs the same bytes of all languages; proposing it is our signature."), (*HEAD, *texts),
    )  # fmt: skip


async def _languages(visit: Visit) -> list[str]:
    return (await visit.ask(AskAmendments(), Amendments)).languages


async def new(visit: Visit) -> Response:
    """An empty form."""
    return await show(visit, _blank(await _languages(visit)), "/joint/new", {}, back="/joint")


async def propose(visit: Visit) -> Response:
    """A proposal, as a draft."""
    languages = await _languages(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftJoint | None:
        east = _east(values["east"])
        if values["east"] and east is None:
            faults.append(Fault("east", f"{values['east']!r:.40} is no offset from UTC", "write it as +01:00"))
        if values["release"] is not None and values["release"] % 1000:
            faults.append(Fault("release", "the instant of release is agreed to the second", ""))
        if faults or east is None:
            return None
        texts = [asking.VersionRow(code, values[f"title_{code}"], values[f"text_{code}"]) for code in languages]
        return asking.DraftJoint(paper=asking.ProposeJoint(
            name=values["called"], texts=texts, release_ms=values["release"], zone=values["zone"], minutes_east=east,
        ))  # fmt: skip

    return await take(visit, _blank(languages), "/joint/new", make, back="/joint")


def _east(text: str) -> int | None:
    """Minutes east of UTC; None for what is no offset that the record takes."""
    found = EAST.fullmatch(text)
    if found is None or int(found[3]) >= 60:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    east = -minutes if found[1] == "-" else minutes
    return east if -WEST_MINUTES_MAX <= east <= EAST_MINUTES_MAX else None


# ------------------------------------------------------------------ what is said of one
async def sign(visit: Visit) -> Response:
    """A draft of our signature, for another officer to release."""
    paper = asking.SignJoint(statement=_named(visit))
    row = await visit.ask(asking.DraftJoint(paper=paper), Drafted)
    return visit.go(f"/drafts/{row.draft}")


async def withdraw(visit: Visit) -> Response:
    """A draft that takes our signature back, or refuses it."""
    reason = visit.form["reason"].strip()
    language = visit.preferences.language if reason else ""
    paper = asking.WithdrawJoint(statement=_named(visit), reason=reason, language=language)
    row = await visit.ask(asking.DraftJoint(paper=paper), Drafted)
    return visit.go(f"/drafts/{row.draft}")


async def file(visit: Visit) -> Response:
    """The published file, once its instant has come."""
    made = await visit.ask(asking.PublishJoint(statement=_named(visit)), asking.PublishedFile)
    headers = {"content-disposition": f'attachment; filename="{made.name}"'}
    return Response(made.file.encode(), media_type="application/json", headers=headers)


async def sheet(visit: Visit) -> Response:
    """The same on paper, carrying the file. Set in a process of its own: what is in it was written by anybody."""
    made = await visit.ask(asking.PublishJoint(statement=_named(visit)), asking.PublishedFile)
    row = (await visit.ask(asking.AskJoint(statement=_named(visit)), asking.JointWhole)).row
    terms = await visit.ask(AskAmendments(), Amendments)
    banners = [one.partition("=")[2] or one for one in terms.handling]
    signers = [(one.name, one.place) for one in row.signed]
    given = given_of(made.file.encode(), line=visit.pages.line, signers=signers, banners=banners)
    data = await printing.set_apart(given)
    if data is None:
        raise Told("OL-803", "this station has no setter for PDF; save the file itself")
    headers = {"content-disposition": f'attachment; filename="{made.name.removesuffix(".json")}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
