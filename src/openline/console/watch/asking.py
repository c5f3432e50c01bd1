"""What can be asked of the desk of a running station: officers, sittings, the watch, drafts and their release.

Field names are those of `--json`. Every request may carry `sitting`, the token that signing in gave.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from openline.console.accords.asking import Request as AccordRequest
from openline.console.agreeing.asking import Request as AgreeingRequest
from openline.console.alarm.asking import Request as AlarmRequest
from openline.console.channel.asking import Count, Outgoing, _Request
from openline.console.channel.asking import Request as LineRequest
from openline.console.declaring.asking import Request as DeclaringRequest
from openline.console.escrowing.asking import Request as EscrowingRequest
from openline.console.files.asking import Request as FilesRequest
from openline.console.ladder.asking import Request as LadderRequest
from openline.console.monitor.asking import Request as MonitorRequest
from openline.console.negotiating.asking import Request as NegotiatingRequest
from openline.console.publishing.asking import Request as PublishingRequest
from openline.console.screen.asking import Request as ScreenRequest
from openline.console.stating.asking import Request as StatingRequest
from openline.console.templates.asking import Request as TemplatesRequest
from openline.console.topics.asking import Request as TopicsRequest
from openline.console.watch.keys.asking import Request as KeysRequest
from openline.console.watch.keys.asking import Source


class SignIn(_Request, tag="sign-in", tag_field="op"):
    """Begin a sitting with a PIN and the code of this half minute."""

    name: str
    pin: str
    code: str
    source: Source = ""


class SignedIn(msgspec.Struct):
    """The token of the sitting: whoever has it acts as this officer."""

    name: str
    roles: list[str]
    token: str


class SignOut(_Request, tag="sign-out", tag_field="op"):
    """End the sitting."""


class EnrolOfficer(_Request, tag="enrol", tag_field="op"):
    """A new officer, with the PIN they chose. The first of a desk needs nobody signed in."""

    name: str
    roles: list[str]
    pin: str


class RenewPin(_Request, tag="renew-pin", tag_field="op"):
    """A new PIN and code generator for an officer who lost theirs."""

    name: str
    pin: str


class Enrolled(msgspec.Struct):
    """What to set the officer's code generator up with. Shown this once."""

    name: str
    address: str


class GiveRoles(_Request, tag="give-roles", tag_field="op"):
    """An officer's roles from now on."""

    name: str
    roles: list[str]


class DismissOfficer(_Request, tag="dismiss", tag_field="op"):
    """No longer of this desk; what they did stays in the log under their name."""

    name: str
    remark: str = ""


class AskDesk(_Request, tag="desk", tag_field="op"):
    """Who is of this desk, who has the watch, how many persons a release takes."""


class OfficerRow(msgspec.Struct):
    """One officer."""

    number: int
    name: str
    roles: list[str]
    dismissed: bool
    keys: int = 0
    is_program: bool = False
    means_at_ms: int = 0  # when they were given the PIN, or the token, that they have now
    key_at_ms: int = 0  # when the oldest of their security keys that are good was given; 0: they have none
    unconfirmed: list[str] = []  # who gave them roles, a PIN or a key, and nobody else has confirmed it


class DeskRow(msgspec.Struct):
    """The desk now."""

    officers: list[OfficerRow]
    release_takes: int
    watch: str | None
    watch_since_ms: int
    watch_remark: str
    log_entries: int
    log_head: str
    keys_demanded: bool = False
    less_asked: str = ""  # what somebody asks to be let go more easily, where another has not agreed yet
    allows_precleared: bool = True


class SetPolicy(_Request, tag="set-policy", tag_field="op"):
    """So many persons does a release take: 1 or 2; and whether the releaser's security key. Less begins, where two
    are needed, once another officer agrees. Answered with the desk as it is then."""

    persons: int
    keys: bool | None = None


class TakeWatch(_Request, tag="take-watch", tag_field="op"):
    """The officer of this sitting has the watch from now on."""


class SetRelief(_Request, tag="set-relief", tag_field="op"):
    """When whoever has the watch shall be relieved, UTC ms; 0: it is open again."""

    at_ms: Count


class HandOver(_Request, tag="hand-over", tag_field="op"):
    """The watch goes to another watch officer."""

    to: str
    remark: str = ""


class ReadDeskLog(_Request, tag="desk-log", tag_field="op"):
    """The desk's own log from an index on, in words."""

    after: Count = 0
    count: Count = 100


class DeskLogRow(msgspec.Struct):
    """One entry of the desk's log."""

    index: int
    at_ms: int
    officer: str
    what: str
    fields: dict[str, str]


class DeskLogPage(msgspec.Struct):
    """Entries, oldest first, and the index to go on from."""

    entries: list[DeskLogRow]
    next: int


class WriteDraft(_Request, tag="write-draft", tag_field="op"):
    """A new draft, or with `draft` and the version it was made from (`over`) its next version."""

    message: Outgoing
    draft: Count | None = None
    over: Count = 0
    keep_files: bool = False  # those of the version it was made from go along with this one too
    checklist: list[str] | None = None  # what is to be looked at before its release; left out: as it was


class AskDrafts(_Request, tag="drafts", tag_field="op"):
    """Drafts that are not recorded or withdrawn; with `every`, the newest of those too, as many as are at hand."""

    every: bool = False


class AskDraft(_Request, tag="draft", tag_field="op"):
    """One draft, whole."""

    draft: Count


class SubmitDraft(_Request, tag="submit-draft", tag_field="op"):
    """Let this version wait for release."""

    draft: Count
    version: Count
    remark: str = ""


class ReturnDraft(_Request, tag="return-draft", tag_field="op"):
    """Give a submitted draft back, with the reason."""

    draft: Count
    remark: str


class WithdrawDraft(_Request, tag="withdraw-draft", tag_field="op"):
    """The draft is not to be sent."""

    draft: Count
    remark: str = ""


class ReleaseDraft(_Request, tag="release-draft", tag_field="op"):
    """Release this version. `code` is the short code that was shown to this officer for it."""

    draft: Count
    version: Count
    code: str


class WriteNotice(_Request, tag="write-notice", tag_field="op"):
    """A notice that is to be released beforehand: its bytes, hex, become a draft."""

    notice: str


class AskNotices(_Request, tag="notices", tag_field="op"):
    """Notices that were released beforehand and may be sent."""


class NoticeRow(msgspec.Struct):
    """One of them; `fields` say in words what is to be filled in."""

    draft: int
    name: str
    subject: str
    text: str
    language: str
    precedence: str
    action: list[str]
    info: list[str]
    fields: list[str]
    cleared_by: list[str]
    cleared_at_ms: int
    not_good: str = ""  # why it is sent no more


class SendPrecleared(_Request, tag="send-precleared", tag_field="op"):
    """Send a notice, filled in; for whoever has the watch."""

    notice: Count
    values: dict[str, str]
    exercise: bool = False


class AllowPrecleared(_Request, tag="allow-precleared", tag_field="op"):
    """Whether notices that were released beforehand may be sent."""

    allowed: bool


class Translate(_Request, tag="translate", tag_field="op"):
    """A working translation of a draft (`D-12`) or an entry; `program`: that made it, empty for the officer's own."""

    of: str
    text: str
    language: str
    stage: Literal["sight", "rough", "official"] = "rough"
    program: str = ""


class MarkTranslation(_Request, tag="mark-translation", tag_field="op"):
    """A translation is reviewed or certified, by another officer than who did it."""

    of: str
    number: Count
    step: Literal["reviewed", "certified"]


class AskTranslations(_Request, tag="translations", tag_field="op"):
    """All working translations of a text."""

    of: str


class DifferenceRow(msgspec.Struct):
    """A number, date, time or coordinate that stands in one of the two texts only: original or translation."""

    side: str
    kind: str
    written: str


class TranslationRow(msgspec.Struct):
    """A working translation, unofficial unless certified. `version`: of the draft that it is of."""

    of: str
    number: int
    at_ms: int
    version: int
    stage: str
    language: str
    text: str
    program: str
    done_by: str
    reviewed_by: str
    certified_by: str
    differences: list[DifferenceRow]


class SetChecklist(_Request, tag="set-checklist", tag_field="op"):
    """What is to be looked at before a draft is released."""

    draft: Count
    items: list[str]


class Tick(_Request, tag="tick", tag_field="op"):
    """A point of the checklist, counted from 1, was looked at in this version."""

    draft: Count
    version: Count
    item: Count


class PointRow(msgspec.Struct):
    """A point of a checklist, and who looked at it in the newest version: nobody where that is empty."""

    words: str
    ticked_by: str


class OfficeDoubt(msgspec.Struct):
    """An addressee that is doubtful: why, in words that are always the same, and which office may be meant."""

    office: str
    why: str
    near: list[str]


class DraftRow(msgspec.Struct):
    """A draft. `code` is over what would leave if the officer who asks released it; empty where they may not."""

    draft: int
    version: int
    stage: str
    precedence: str
    exercise: bool
    subject: str
    text: str
    language: str
    action: list[str]
    info: list[str]
    reply_by_ms: int | None
    in_reply_to: str | None
    attachments: list[str]
    author: str
    submitted_by: str
    released_by: str
    changed_at_ms: int
    remark: str = ""
    code: str = ""
    why_not: str = ""  # where the officer who asks may not release it
    place: str = ""
    relates: str = ""  # corrects, withdraws, supersedes or forwards the entries `of`, with a `note`
    of: list[str] = []
    note: str = ""
    checklist: list[PointRow] = []
    doubts: list[OfficeDoubt] = []  # of the offices it names
    unfilled: list[str] = []  # what still stands in braces in subject or text, as a template has it
    says: str = ""  # the same, or what a directory of offices says, in words
    is_notice: bool = False  # in a format: `notice-draft` has it as a form


Request = (
    SignIn | SignOut | EnrolOfficer | RenewPin | GiveRoles | DismissOfficer | AskDesk | SetPolicy | TakeWatch | HandOver
    | ReadDeskLog | WriteDraft | AskDrafts | AskDraft | SubmitDraft | ReturnDraft | WithdrawDraft | ReleaseDraft
    | SetRelief | WriteNotice | AskNotices | SendPrecleared | AllowPrecleared
    | Translate | MarkTranslation | AskTranslations | SetChecklist | Tick
)  # fmt: skip

AnyRequest = (
    AccordRequest | DeclaringRequest | LineRequest | StatingRequest | LadderRequest | ScreenRequest | AlarmRequest
    | KeysRequest | MonitorRequest | FilesRequest | TemplatesRequest | Request
    | PublishingRequest | AgreeingRequest | EscrowingRequest | TopicsRequest | NegotiatingRequest
)
