"""Pages of joint statements: all of them; one with its texts side by side, who signed which bytes, its file in time."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from openline.console.accord_pages import printing
from openline.console.accords.asking import Drafted
from openline.console.channel.asking import Amendments, AskAmendments
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.publishing import asking
from openline.console.publishing.sheets import given_of
from openline.console.web.visit import Visit

LISTED_MAX: Final = 300
ASKED_MAX: Final = 80  # characters of what names a statement


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
