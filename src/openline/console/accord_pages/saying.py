"""What is said of agreements in forms: terms, a signature, declarations, offers and their answers, reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, get_args

from starlette.responses import Response

from openline.accord.agreements.offers import OFFER_CHARS_MAX
from openline.accord.formats.unfit import Fault
from openline.console.accord_pages.blanks import (
    AGREEMENT,
    KNOWN,
    SAID_BY,
    SAID_ON,
    TONGUE,
    Blank,
    Choices,
    Field,
    Values,
    _said,
    area,
    instant,
    show,
    take,
)
from openline.console.accords import asking as accords
from openline.console.accords.asking import Drafted
from openline.console.agreeing import asking
from openline.console.codes import Told
from openline.console.web.pages.watching import place_of
from openline.console.web.visit import Fields, Visit
from openline.limits import REMARK_CHARS_MAX

NAME_MAX: Final = 80  # characters of what names an agreement
LIST_CHARS_MAX: Final = 12_000  # of a field that takes a line each
PLACES: Final = _said("Places in the record, one a line.")
STANDINGS: Final = {"suspend": "suspended", "resume": "in force", "withdraw": "ended"}
# What can be drafted on the page, as the form calls it.
DRAFTED: Final = {
    "suspend": "suspend it", "resume": "resume it", "withdraw": "leave it", "extend": "extend it to a new end",
    "adhere": "adhere to it alone, on condition", "cease": "adhere to it no longer",
    "ratified": "say that it is ratified", "provisional": "apply it provisionally",
    "signed": "say the day of signature",
}  # fmt: skip

TERMS: Final = Blank(
    _said("Terms of an agreement"),
    _said("What was agreed beside its texts. Terms count once every party has said the same, byte for byte."),
    (
        Field("parties", _said("Parties, as the text names them"), "lines", True, _said("One a line, two or more."),
              chars_most=LIST_CHARS_MAX),
        Field("asked_by", _said("Asked for by")),
        Field("areas", _said("Areas"), "lines", hint=_said("One a line."), chars_most=LIST_CHARS_MAX),
        Field("contacts", _said("Contacts"), "lines", hint=_said("One a line."), chars_most=LIST_CHARS_MAX),
        Field("limits", _said("Limits"), "lines", hint=_said("One a line: a layout of declarations, or layout:figure."),
              chars_most=LIST_CHARS_MAX),
        area("ending", _said("How to end it")),
        Field("notice_days", _said("Days of notice before leaving"), "number"),
        Field("end", _said("End"), "choice", options=(
            ("", _said("nothing is said of it")), ("none", _said("that it has no end was agreed")),
            ("at", _said("it ends at this instant:")),
        )),
        Field("end_at", _said("Instant of the end, with its offset"), "code",
              hint=_said("An instant without a zone is two instants."), like="2026-02-05T00:00:00+03:00"),
        Field("zone", _said("Zone in which the text counts its end")),
        Field("provisional", _said("Applied provisionally from (UTC)"), "instant"),
        TONGUE,
    ),
)  # fmt: skip
ACT: Final = Blank(
    _said("Say something of an agreement"),
    _said("It stands by our word, in our view. What takes every party stands once all have said it."),
    (
        Field("what", _said("What"), "choice", True, options=tuple(DRAFTED.items())),
        Field("from", _said("From (UTC)"), "instant", True),
        Field("until", _said("Until (UTC)"), "instant", hint=_said("For a new end, and for the term of an adherence.")),
        area("words", _said("Condition or reason"), hint=_said("An adherence alone says on what it hangs.")),
        TONGUE, SAID_ON, SAID_BY,
    ),
)  # fmt: skip
OFFER: Final = Blank(
    _said("Make an offer"),
    _said("An offer with a date stands as unanswered once that has passed: silence is neither consent nor refusal."),
    (
        Field("subject", _said("Subject"), required=True),
        area("words", _said("What is offered"), required=True, most=OFFER_CHARS_MAX),
        area("condition", _said("On condition")),
        Field("until", _said("Open until (UTC)"), "instant",
              hint=_said("Left empty it stays open until it is answered or withdrawn.")),
        AGREEMENT, TONGUE, SAID_ON, SAID_BY,
    ),
)  # fmt: skip
ANSWER: Final = Blank(
    _said("Answer this offer"), _said("Conditions belong to an acceptance with conditions, and only there."),
    (
        Field("answer", _said("Answer"), "choice", True, options=(
            ("accepted", _said("accepted")), ("refused", _said("refused")),
            ("with conditions", _said("accepted with conditions")),
        )),
        area("condition", _said("Conditions")),
        area("words", _said("Words"), most=OFFER_CHARS_MAX),
        TONGUE, SAID_ON, SAID_BY,
    ),
)  # fmt: skip
WITHDRAWAL: Final = Blank(
    _said("Withdraw our offer"), _said("It counts from when the others hold it; an answer before that stands."),
    (area("words", _said("Words"), most=OFFER_CHARS_MAX), TONGUE, SAID_ON, SAID_BY),
)
REPORT: Final = Blank(
    _said("Enter a report from outside"),
    _said("What others report was agreed by nobody: it stands apart, with who reported it, where, and who entered it."),
    (
        Field("reported_by", _said("Reported by"), required=True),
        Field("source", _said("Source: where it can be read"), "code", True, chars_most=REMARK_CHARS_MAX),
        Field("said_on", _said("Date of the report"), "stated", True,
              KNOWN),
        Field("said_by", _said("Who is reported to have said it")),
        area("words", _said("What is reported"), required=True, most=OFFER_CHARS_MAX),
        TONGUE,
        Field("confirmed", _said("Confirmed, by our own word"), "check"),
        Field("contradicts", _said("Contradicts these entries"), "places", hint=PLACES),
        Field("confirms", _said("Confirms these entries"), "places", hint=PLACES),
        Field("replaces", _said("Replaces these reports of ours"), "places", hint=PLACES),
        AGREEMENT,
    ),
)  # fmt: skip


def _named(visit: Visit) -> str:
    return str(visit.request.path_params["name"])[:NAME_MAX]


async def _agreements(visit: Visit) -> Choices:
    """Agreements to choose from, by their digests."""
    rows = await visit.ask(asking.AskLives(), list[asking.LifeRow])
    return {"agreement": [("", "–"), *((row.digest[:16], row.id) for row in rows)]}


async def _chosen(visit: Visit, name: str) -> str:
    """An agreement as the blanks name it; empty where none is meant."""
    if not name:
        return ""
    return (await visit.ask(asking.AskLife(agreement=name[:NAME_MAX]), asking.LifeWhole)).row.digest[:16]


# ------------------------------------------------------------------ terms, signature
async def new_terms(visit: Visit) -> Response:
    """An empty form of terms."""
    one = await visit.ask(asking.AskLife(agreement=_named(visit)), asking.LifeWhole)
    path = f"/agreement/{_named(visit)}"
    names = "\n".join(view.name for view in one.views)
    return await show(visit, TERMS, f"{path}/terms", {"parties": names}, back=path)


async def terms(visit: Visit) -> Response:
    """A draft of terms: those of the form, or of an entry of theirs, byte for byte."""
    name, path = _named(visit), f"/agreement/{_named(visit)}"
    if same_as := visit.form["same_as"]:
        return await _drafted(visit, asking.SayTerms(agreement=name, same_as=same_as))

    def make(values: Values, faults: list[Fault]) -> asking.DraftAgreeing | None:
        if 0 < len(values["parties"]) < 2:
            faults.append(Fault("parties", "fewer than two parties", "one a line"))
        end = _end(values, faults)
        given = asking.SayTerms(
            agreement=name, language=values["language_of"], parties=values["parties"], asked_by=values["asked_by"],
            areas=values["areas"], contacts=values["contacts"], ending=values["ending"],
            limits=[one.split(":", 1) for one in values["limits"]], notice_days=values["notice_days"],
            provisional_ms=values["provisional"], **end,
        )  # fmt: skip
        return asking.DraftAgreeing(paper=given)

    return await take(visit, TERMS, f"{path}/terms", make, back=path)


def _end(values: Values, faults: list[Fault]) -> dict[str, Any]:
    """The end as the station is told it; what does not go together is a fault."""
    text, zone = values["end_at"], values["zone"]
    if values["end"] != "at":
        if text or zone:
            what = "an instant or a zone is given, and no end that it would be of"
            faults.append(Fault("end", what, "choose that it ends at this instant, or leave both empty"))
        return {"end": "none" if values["end"] == "none" else ""}
    if not zone:
        faults.append(Fault("zone", "is required and not given", ""))
    try:
        end_ms, offset = instant(text), datetime.fromisoformat(text).utcoffset() if text else None
    except (Told, ValueError):
        end_ms = offset = None
    if end_ms is None or offset is None:
        what = f"{text!r:.40} is no instant that names its zone" if text else "is required and not given"
        faults.append(Fault("end_at", what, "write it as 2026-02-05T00:00:00+03:00" if text else ""))
        return {}
    return {"end": "at", "end_ms": end_ms, "offset_minutes": int(offset.total_seconds()) // 60, "zone": zone}


async def sign(visit: Visit) -> Response:
    """A draft of our signature under the identity that another party recorded."""
    return await _drafted(visit, asking.SignAgreement(agreement=_named(visit)))


async def _drafted(visit: Visit, paper: asking.Paper) -> Response:
    row = await visit.ask(asking.DraftAgreeing(paper=paper), Drafted)
    return visit.go(f"/drafts/{row.draft}")


# ------------------------------------------------------------------ declarations of one party
async def new_act(visit: Visit) -> Response:
    """An empty form; `what` chosen where the address says it."""
    path = f"/agreement/{_named(visit)}"
    chosen = visit.request.query_params.get("what", "")
    return await show(visit, ACT, path, {"what": chosen if chosen in DRAFTED else ""}, back=path)


async def act(visit: Visit) -> Response:
    """What we would say of an agreement, as a draft that another officer releases."""
    name, path = _named(visit), f"/agreement/{_named(visit)}"

    def make(values: Values, faults: list[Fault]) -> accords.DraftPaper | asking.DraftAgreeing | None:
        return _act_of(name, values, faults)

    return await take(visit, ACT, path, make, back=path)


def _act_of(name: str, values: Values, faults: list[Fault]) -> accords.DraftPaper | asking.DraftAgreeing | None:
    what, words = values["what"], values["words"]
    if what and what not in DRAFTED:
        faults.append(Fault("what", "is none of those that can be chosen", ""))
    if what == "extend" and values["until"] is None:
        faults.append(Fault("until", "is required and not given", ""))
    if what == "adhere" and not words:
        faults.append(Fault("words", "is required and not given", ""))
    if values["until"] is not None and values["from"] is not None and values["until"] <= values["from"]:
        faults.append(Fault("until", "it ends before it begins", ""))
    if what and what not in (*STANDINGS, "extend", "adhere") and values["until"] is not None:
        faults.append(Fault("until", "is for a new end and for an adherence alone", "leave it empty"))
    if what in STANDINGS and (values["said_on"] or values["said_by"] or values["until"] is not None):
        stray = next(one for one in ("until", "said_on", "said_by") if values[one] not in ("", None))
        faults.append(Fault(stray, "belongs to no suspension, resumption or departure", "leave it empty"))
    if faults:
        return None
    language = values["language_of"] if words else ""
    if what in STANDINGS:
        standing: Any = STANDINGS[what]
        said = accords.SayStanding(agreement=name, standing=standing, from_ms=values["from"], reason=words,
                                   language=language)  # fmt: skip
        return accords.DraftPaper(paper=said)
    return asking.DraftAgreeing(paper=asking.SayAct(
        agreement=name, act=what, from_ms=values["from"], until_ms=values["until"], words=words, language=language,
        said_on=values["said_on"], said_by=values["said_by"],
    ))  # fmt: skip


# ------------------------------------------------------------------ offers
async def new_offer(visit: Visit) -> Response:
    """An empty form, about an agreement where the address names one."""
    about = await _chosen(visit, visit.request.query_params.get("agreement", ""))
    return await show(visit, OFFER, "/offers", {"agreement": about}, choices=await _agreements(visit))


async def offer(visit: Visit) -> Response:
    """An offer, as a draft."""
    def make(values: Values, _faults: list[Fault]) -> asking.DraftAgreeing:
        return asking.DraftAgreeing(paper=asking.MakeOffer(
            subject=values["subject"], words=values["words"], condition=values["condition"],
            language=values["language_of"], until_ms=values["until"], agreement=values["agreement"],
            said_on=values["said_on"], said_by=values["said_by"],
        ))  # fmt: skip

    return await take(visit, OFFER, "/offers", make, choices=await _agreements(visit))


async def answer(visit: Visit) -> Response:
    """An answer to an offer, as a draft that another officer releases."""
    place = place_of(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftAgreeing | None:
        said = next((one for one in get_args(asking.AnswerName) if one == values["answer"]), None)
        if said is None:
            faults.append(Fault("answer", "is none of those that can be chosen", ""))
            return None
        if said == "with conditions" and not values["condition"]:
            faults.append(Fault("condition", "is required and not given", ""))
        if said != "with conditions" and values["condition"]:
            faults.append(Fault("condition", "belongs to an acceptance with conditions alone", "leave it empty"))
        return asking.DraftAgreeing(paper=asking.AnswerOffer(
            place=place, answer=said, words=values["words"], condition=values["condition"],
            language=values["language_of"], said_on=values["said_on"], said_by=values["said_by"],
        ))  # fmt: skip

    return await take(visit, ANSWER, f"/offer/{place}/answer", make, back="/agreements#offers")


async def new_withdrawal(visit: Visit) -> Response:
    """An empty form."""
    return await show(visit, WITHDRAWAL, f"/offer/{place_of(visit)}/withdraw", {}, back="/agreements#offers")


async def withdrawal(visit: Visit) -> Response:
    """The withdrawal of an offer of ours, as a draft."""
    place = place_of(visit)

    def make(values: Values, _faults: list[Fault]) -> asking.DraftAgreeing:
        return asking.DraftAgreeing(paper=asking.WithdrawOffer(
            place=place, words=values["words"], language=values["language_of"], said_on=values["said_on"],
            said_by=values["said_by"],
        ))  # fmt: skip

    return await take(visit, WITHDRAWAL, f"/offer/{place}/withdraw", make, back="/agreements#offers")


# ------------------------------------------------------------------ reports
async def new_report(visit: Visit) -> Response:
    """An empty form, about what the address names."""
    given: Mapping[str, str] = visit.request.query_params
    fields = Fields({name: given.get(name, "") for name in ("contradicts", "confirms")})
    fields["agreement"] = await _chosen(visit, given.get("agreement", ""))
    return await show(visit, REPORT, "/reports", fields, choices=await _agreements(visit))


async def report(visit: Visit) -> Response:
    """A report from outside, as a draft. Who enters it is the officer who is signed in."""
    def make(values: Values, _faults: list[Fault]) -> asking.DraftAgreeing:
        return asking.DraftAgreeing(paper=asking.EnterReport(
            reported_by=values["reported_by"], source=values["source"], words=values["words"],
            said_on=values["said_on"], said_by=values["said_by"], language=values["language_of"],
            confirmed=values["confirmed"], contradicts=values["contradicts"], confirms=values["confirms"],
            replaces=values["replaces"], agreement=values["agreement"],
        ))  # fmt: skip

    return await take(visit, REPORT, "/reports", make, choices=await _agreements(visit))
