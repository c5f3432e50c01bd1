"""What can be asked of a running station about terms, acts, offers and reports; names as in `--json`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from openline.console.channel.asking import Count, _Request

NOTICE_DAYS_MAX = 36_525
ActName = Literal["signed", "provisional", "ratified", "extend", "adhere", "cease"]
AnswerName = Literal["accepted", "refused", "with conditions"]
Offset = Annotated[int, msgspec.Meta(ge=-840, le=840)]
Days = Annotated[int, msgspec.Meta(ge=0, le=NOTICE_DAYS_MAX)]


# ------------------------------------------------------------------ saying
class SayTerms(_Request, tag="say-terms", tag_field="op"):
    """Say on the record: these are the terms of an agreement. They count once every party has said the same.

    `end`: "" says nothing, "none" that there is no end, "at" the instant `end_ms` in the zone `zone`. `limits`: layout,
    or layout and figure. `same_as`: the entry whose terms we say too; then nothing else is given but the agreement.
    """

    agreement: str
    language: str = "en"
    parties: list[str] = []
    asked_by: str = ""
    areas: list[str] = []
    contacts: list[str] = []
    limits: list[list[str]] = []
    ending: str = ""
    notice_days: Days | None = None
    end: Literal["", "none", "at"] = ""
    end_ms: Count = 0
    offset_minutes: Offset = 0
    zone: str = ""
    provisional_ms: Count | None = None
    same_as: str = ""
    token: str | None = None


class SignAgreement(_Request, tag="sign-agreement", tag_field="op"):
    """Record the same bytes of an agreement's identity that another party has recorded: our signature. (R-509)"""

    agreement: str
    token: str | None = None


class SayAct(_Request, tag="say-act", tag_field="op"):
    """Declare something in the life of an agreement. What takes all parties stands once all have declared it."""

    agreement: str
    act: ActName
    from_ms: Count
    until_ms: Count | None = None
    words: str = ""
    language: str = ""
    said_on: str = ""
    said_by: str = ""
    token: str | None = None


class MakeOffer(_Request, tag="make-offer", tag_field="op"):
    """Offer something, with a term or without. `until_ms` None: it stays open until it is answered or withdrawn."""

    subject: str
    words: str
    condition: str = ""
    language: str = "en"
    until_ms: Count | None = None
    agreement: str = ""
    said_on: str = ""
    said_by: str = ""
    token: str | None = None


class AnswerOffer(_Request, tag="answer-offer", tag_field="op"):
    """Answer an offer of another party, by its entry."""

    place: str
    answer: AnswerName
    words: str = ""
    condition: str = ""
    language: str = "en"
    said_on: str = ""
    said_by: str = ""
    token: str | None = None


class WithdrawOffer(_Request, tag="withdraw-offer", tag_field="op"):
    """Withdraw an offer of ours."""

    place: str
    words: str = ""
    language: str = "en"
    said_on: str = ""
    said_by: str = ""
    token: str | None = None


class EnterReport(_Request, tag="enter-report", tag_field="op"):
    """Put on the record what somebody outside this line reported. `entered_by`: where nobody is signed in."""

    reported_by: str
    source: str
    words: str
    said_on: str
    said_by: str = ""
    language: str = "en"
    confirmed: bool = False
    contradicts: list[str] = []
    confirms: list[str] = []
    replaces: list[str] = []
    agreement: str = ""
    entered_by: str = ""
    token: str | None = None


Paper = SayTerms | SignAgreement | SayAct | MakeOffer | AnswerOffer | WithdrawOffer | EnterReport


class DraftAgreeing(_Request, tag="draft-agreeing", tag_field="op"):
    """One of these as a draft of this desk, for another officer to release."""

    paper: Paper


# ------------------------------------------------------------------ reading
class AskLives(_Request, tag="lives", tag_field="op"):
    """Agreements of the record and how each stands now, in each party's view."""


class ViewNow(msgspec.Struct):
    """How an agreement stands by one party's word. `since_ms` None: since it was recorded."""

    party: int
    name: str
    ours: bool
    state: str
    since_ms: int | None
    until_ms: int | None = None


class LifeRow(msgspec.Struct):
    """An agreement. `end_ms`: the end that stands; `no_end`: terms say so.

    `differ`: views differ now. `marks`: how much does not fit.
    """

    digest: str
    id: str
    title: dict[str, str]
    known: bool
    by: list[str]
    begin_ms: int | None
    end_ms: int | None
    no_end: bool
    views: list[ViewNow]
    differ: bool
    marks: int = 0


class AskAstray(_Request, tag="astray", tag_field="op"):
    """Entries about an agreement, offer, draft, meeting or commitment that this record does not have."""


class AskLife(_Request, tag="life", tag_field="op"):
    """One agreement, whole: by its id, or the first digits of its digest."""

    agreement: str


class TermsRow(msgspec.Struct):
    """Terms as somebody said them. `counts`: every party has said the same. `end`: in words, with its zone."""

    places: list[str]
    by: list[str]
    counts: bool
    language: str
    parties: list[str]
    asked_by: str
    areas: list[str]
    contacts: list[str]
    limits: list[str]
    ending: str
    notice_days: int | None
    end: str
    provisional_ms: int | None


class StepRow(msgspec.Struct):
    """From when on it stands so in a view, and the entries that caused it."""

    at_ms: int | None
    state: str
    until_ms: int | None
    causes: list[str]


class ViewRow(msgspec.Struct):
    """One party's view over time; the last step that has come is how it stands now."""

    party: int
    name: str
    ours: bool
    now: str
    steps: list[StepRow]


class ActRow(msgspec.Struct):
    """What a party declared. `held_ms`: when the others held it, by their receipts; `marks`: what does not fit."""

    place: str
    name: str
    ours: bool
    act: str
    from_ms: int
    until_ms: int | None
    words: str
    language: str
    said_on: str
    said_by: str
    written_at_ms: int
    held_ms: int | None
    marks: list[str]


class OpenEnd(msgspec.Struct):
    """An end that is proposed and not agreed."""

    until_ms: int
    by: list[str]
    places: list[str]


class MarkRow(msgspec.Struct):
    """Something that does not fit: it is kept, and changes nothing."""

    place: str
    why: str


class AnswerRow(msgspec.Struct):
    """An answer to an offer, or its withdrawal."""

    place: str
    name: str
    ours: bool
    answer: str
    words: str
    condition: str
    language: str
    said_on: str
    said_by: str
    held_ms: int | None
    marks: list[str]


class TowardsRow(msgspec.Struct):
    """How an offer stands towards one party."""

    party: int
    name: str
    ours: bool
    state: str
    since_ms: int | None
    place: str | None


class AboutRow(msgspec.Struct):
    """What a report does to another entry. `text`: of the other, where that is an offer or a report."""

    word: str
    place: str
    text: str = ""


class OfferRow(msgspec.Struct):
    """An offer with everything said of it. `reports`: from outside, about it or its answers."""

    place: str
    name: str
    ours: bool
    subject: str
    words: str
    condition: str
    language: str
    until_ms: int | None
    agreement: str
    said_on: str
    said_by: str
    written_at_ms: int
    towards: list[TowardsRow]
    answers: list[AnswerRow]
    reports: list[AboutRow]


class ReportRow(msgspec.Struct):
    """A report from outside. `name`: the party that entered it. `told_of`: what other reports say of this one."""

    place: str
    name: str
    ours: bool
    reported_by: str
    source: str
    said_by: str
    words: str
    language: str
    said_on: str
    confirmed: bool
    about: list[AboutRow]
    told_of: list[AboutRow]
    agreement: str
    entered_by: str
    written_at_ms: int
    marks: list[str]


class LifeWhole(msgspec.Struct):
    """An agreement with its terms, its life in both views, and, apart from these, offers and reports about it."""

    row: LifeRow
    texts: dict[str, str]
    formats: list[str]
    terms: list[TermsRow]
    views: list[ViewRow]
    acts: list[ActRow]
    open: list[OpenEnd]
    marks: list[MarkRow]
    offers: list[OfferRow]
    reports: list[ReportRow]


class AskOffers(_Request, tag="offers", tag_field="op"):
    """Offers of the record, the latest first; of one agreement alone where it is named."""

    agreement: str = ""


class AskOffer(_Request, tag="offer", tag_field="op"):
    """One offer, by its entry."""

    place: str


class AskReports(_Request, tag="reports", tag_field="op"):
    """Reports from outside, the latest stated date first; of one agreement alone where it is named."""

    agreement: str = ""


Request = (
    SayTerms | SignAgreement | SayAct | MakeOffer | AnswerOffer | WithdrawOffer | EnterReport | DraftAgreeing
    | AskLives | AskAstray | AskLife | AskOffers | AskOffer | AskReports
)  # fmt: skip
