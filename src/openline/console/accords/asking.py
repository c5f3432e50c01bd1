"""What can be asked of a running station about formats, notices, agreements and duties; names as in `--json`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from openline.console.channel.asking import Count, Precedence, _Request


class AskFormats(_Request, tag="formats", tag_field="op"):
    """Formats that the record has, and those that come with the program."""


class FormatRow(msgspec.Struct):
    """One format. `agreed`: every party has said it. `faults`: why its file cannot be used, where it cannot."""

    digest: str
    id: str
    version: int
    title: dict[str, str]
    message_class: str
    unconfirmed: bool
    agreed: bool
    by: list[str]
    shipped: bool
    faults: list[str] = []


class AskFormat(_Request, tag="format", tag_field="op"):
    """One format, by its id, or the first digits of its hash."""

    name: str


class FieldRow(msgspec.Struct):
    """One field: its name, what it is called, its type in words, an example of what to write."""

    name: str
    group: str
    label: dict[str, str]
    type: str
    required: bool
    required_if: str = ""
    options: list[str] = []
    note: dict[str, str] = {}


class FormatWhole(msgspec.Struct):
    """A format with its fields and its file."""

    row: FormatRow
    fields: list[FieldRow]
    limits: list[str]
    basis: list[str]
    sources: list[str]
    file: str


class OfferFormat(_Request, tag="offer-format", tag_field="op"):
    """Say on the record: this format. It is agreed once every party has said it. `file`: the text of its file."""

    file: str
    token: str | None = None


class NoticeForm(_Request, tag="check-notice", tag_field="op"):
    """Read a notice that is not sent yet: every fault at once, how it would be printed, how long it would be.

    With `relation` and `place` also what it does to that entry.
    """

    format: str
    fields: dict[str, Any]
    language: str = ""
    exercise: bool = False
    relation: Literal["", "answers", "corrects", "cancels"] = ""
    place: str | None = None


class SendNotice(_Request, tag="send-notice", tag_field="op"):
    """Record a notice and send it. `place`: the entry that it answers, corrects or cancels.

    `with_faults`: also where something that the format requires is lacking; what cannot be spelled never leaves.
    """

    format: str
    fields: dict[str, Any]
    language: str = ""
    precedence: Precedence = "ROUTINE"
    exercise: bool = False
    relation: Literal["", "answers", "corrects", "cancels"] = ""
    place: str | None = None
    with_faults: bool = False
    token: str | None = None


class DraftNotice(_Request, tag="draft-notice", tag_field="op"):
    """The same as a draft of this desk, for another officer to release; with `draft`, a version made from `over`."""

    notice: SendNotice
    draft: Count | None = None
    over: Count = 0


class Drafted(msgspec.Struct):
    """The draft's number and version. `openline draft show` has the rest. `more`: drafts of its further parts."""

    draft: int
    version: int
    more: list[int] = []


class AskNoticeDraft(_Request, tag="notice-draft", tag_field="op"):
    """A draft of a notice as a form again, to write its next version from."""

    draft: Count


class NoticeDraft(msgspec.Struct):
    """A draft of a notice. `notice`: what it would be sent by; `format` in it is the mark. `body`: hex."""

    draft: int
    version: int
    notice: SendNotice
    body: str


class FaultRow(msgspec.Struct):
    """One thing wrong: where, what, what would be right. `severity`: ERROR, BREACH or WARN; `rule`: its number."""

    place: str
    what: str
    remedy: str
    severity: str = "ERROR"
    rule: str = ""


class NoticeChecked(msgspec.Struct):
    """A form as it was read. `conformity`: what of it would not be as agreed if it were held there now.

    `may_leave`: all that is given can be spelled; `body`: hex of it, `bytes` how long that is; both empty where not.
    """

    faults: list[FaultRow]
    bytes: int
    printed: dict[str, str]
    conformity: list[FaultRow] = []
    may_leave: bool = True
    body: str = ""


class AskNotice(_Request, tag="notice", tag_field="op"):
    """A notice of the record, with its sheet in every language of its format and how it conforms."""

    place: str


class RelatedNotice(msgspec.Struct):
    """Another notice, and what it does to this one."""

    relation: str
    place: str
    number: str


class TimeRow(msgspec.Struct):
    """How a notice stands to one time limit of its format; what is not known is null.

    `event`: the instant or day it is measured from; `counted`: how days were; `causes`: the entries it follows from.
    """

    limit: str
    standing: str
    counted: str
    causes: list[str]
    event_earliest_ms: int | None = None
    event_latest_ms: int | None = None
    due_earliest_ms: int | None = None
    due_latest_ms: int | None = None
    held_earliest_ms: int | None = None
    held_latest_ms: int | None = None


class NoticeRow(msgspec.Struct):
    """A notice. `fields`: as they would be given again; empty where they do not fit the format, or it is not known.

    `mark`: what it names its format by; `body`: the whole of it; both hex.
    """

    place: str
    number: str
    format: str
    known: bool
    agreed: bool
    message_class: str
    fields: dict[str, Any]
    raw: str
    printed: dict[str, str]
    faults: list[FaultRow]
    related: list[RelatedNotice] = []
    mark: str = ""
    body: str = ""
    name: str = ""
    precedence: str = ""
    exercise: bool = False
    written_at_ms: int = 0
    position: int = 0
    leaf: str = ""
    ours: bool = False
    times: list[TimeRow] = []


class RecordAgreement(_Request, tag="record-agreement", tag_field="op"):
    """Say on the record: this is an agreement between us. `body`: hex of the entry's body (R-405)."""

    body: str
    token: str | None = None


class SayStanding(_Request, tag="say-standing", tag_field="op"):
    """Say how we stand to an agreement from an instant on: its id, or the first digits of its digest."""

    agreement: str
    standing: Literal["in force", "suspended", "ended", "countermeasure"]
    from_ms: Count
    reason: str = ""
    language: str = ""
    token: str | None = None


class AskAgreements(_Request, tag="agreements", tag_field="op"):
    """Agreements that the record has, and how each party says it stands to them now."""


class AgreementRow(msgspec.Struct):
    """An agreement. `known`: every party has recorded the same bytes."""

    digest: str
    id: str
    title: dict[str, str]
    from_ms: int | None
    until_ms: int | None
    known: bool
    by: list[str]
    standing: dict[str, str]
    formats: list[str]


class AskDuties(_Request, tag="duties", tag_field="op"):
    """What is due between two instants, whoever owes it, with how it stands."""

    from_ms: Count
    to_ms: Count
    agreement: str = ""  # only those under this one


class DutyRow(msgspec.Struct):
    """A duty. `causes`: the entries that it follows from. `views`: where a party sees it otherwise."""

    party: int
    name: str
    ours: bool
    agreement: str
    format: str
    of: str
    due_earliest_ms: int
    due_latest_ms: int
    rule: str
    state: str
    views: dict[str, str]
    causes: list[str]
    discharged_by: str | None
    alarm_at_ms: int = 0  # from when on this desk is told of it beforehand
    quota: list[int] = []  # of `withheld by right`: the how manieth, of how many a year


class DraftPaper(_Request, tag="draft-paper", tag_field="op"):
    """A format, an agreement or a standing to one as a draft of this desk, for another officer to release."""

    paper: OfferFormat | RecordAgreement | SayStanding


Request = (
    AskFormats | AskFormat | OfferFormat | NoticeForm | SendNotice | DraftNotice | DraftPaper | AskNotice
    | AskNoticeDraft | RecordAgreement | SayStanding | AskAgreements | AskDuties
)  # fmt: skip
