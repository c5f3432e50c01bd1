"""The one table of the HTTP API: method, path, who may, and which request of the station it is.

What a body may hold, what is answered and what OpenAPI says are made from the station's own requests and answers, so
they cannot differ. The station decides every act again, by its own table (`watch.doors`).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from openline.console.accords import asking as accords
from openline.console.agreeing import asking as agreeing
from openline.console.alarm import asking as alarm
from openline.console.channel import asking as line
from openline.console.declaring import asking as declaring
from openline.console.disclosing.asking import Planned
from openline.console.escrowing import asking as escrowing
from openline.console.files import asking as files
from openline.console.ladder import asking as ladder
from openline.console.ladder.rows import DirectoryRow
from openline.console.monitor import asking as monitor
from openline.console.negotiating import asking as negotiating
from openline.console.publishing import asking as publishing
from openline.console.screen import asking as screen
from openline.console.stating import asking as stating
from openline.console.templates import asking as templates
from openline.console.topics import asking as topics
from openline.console.watch import asking as watch
from openline.console.watch.doors import DOORS
from openline.console.watch.keys import asking as keys
from openline.console.web.routes import To
from openline.desk.people import Act

PREFIX: Final = "/api/v1"
ENTRY: Final = "/entries/{party}/{generation}/{index}"
DRAFT: Final = "/drafts/{draft}"
_OURS: Final = frozenset(("id", "sitting", "once", "meant"))  # said by us, not by who asks
_OF_A_FILE: Final = frozenset(("path", "sha256"))  # of the bytes that a request brings
# A key does for the first; who acts is who is signed in.
_NOT_OVER_HTTP: Final = frozenset(("token", "officer", "role"))


class Message(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A message to be drafted or sent. Files are put to a draft, by a request of their own."""

    text: str
    subject: str = ""
    language: str = "en"
    precedence: line.Precedence = "ROUTINE"
    exercise: bool = False
    action: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    reply_by_ms: line.Count | None = None
    in_reply_to: str | None = None


class Row(NamedTuple):
    """One route. `request` None: answered by the API itself. `fixed`: fields that the route means; `conditional`: what
    it changes is a draft, which must be as `If-Match` says; `listed`: the field that a list is paged by."""

    method: str
    path: str
    who: Act | To
    request: type[Any] | None
    answer: Any
    fixed: dict[str, Any] = {}
    conditional: bool = False
    listed: str = ""
    gives: str = ""  # a file of this media type, and no JSON
    takes_file: bool = False  # the body is a file; its name, type and what else is asked stand in the query

    @property
    def names(self) -> tuple[str, ...]:
        """What the path names."""
        return tuple(re.findall(r"{(\w+)}", self.path))


def _row(method: str, path: str, request: type[Any], answer: Any, who: Act | To | None = None, **more: Any) -> Row:
    act = DOORS[request] if who is None else who
    assert act is not None, f"{path}: say who may"
    return Row(method, path, act, request, answer, **more)


READ: Final = Act.SEE_MESSAGES
TABLE: Final[tuple[Row, ...]] = (
    # coming and going
    _row("POST", "/sittings", watch.SignIn, watch.SignedIn, To.ANYBODY),
    _row("POST", "/sittings/key/challenge", keys.BeginSignIn, keys.Ceremony, To.ANYBODY),
    _row("POST", "/sittings/key", keys.SignInByKey, watch.SignedIn, To.ANYBODY),
    _row("GET", "/sitting", screen.AskSitting, screen.SittingRow),
    _row("POST", "/sitting/end", watch.SignOut, line.Nothing),
    # what there is
    _row("GET", "/status", line.AskStatus, line.Status, Act.SEE_SCREEN),
    _row("GET", "/contact", line.AskContact, line.Drawn, Act.SEE_SCREEN),
    _row("GET", "/screen", screen.AskScreen, screen.Screen),
    _row("GET", "/news", screen.AskNews, screen.News),
    _row("GET", "/entries", line.Find, line.Found, READ),
    _row("GET", ENTRY, line.Show, line.Shown, READ),
    _row("GET", f"{ENTRY}/matter", screen.AskMatter, screen.Matter),
    _row("POST", "/search", screen.Search, screen.Hits),
    _row("POST", "/entries/held", line.WaitHeld, line.Waited, READ),
    Row("GET", "/events", READ, None, line.Shown),
    # what leaves as a file
    _row("POST", "/record/plan", line.PlanExport, Planned, Act.EXPORT),
    _row("POST", "/record/file", line.Export, bytes, Act.EXPORT, gives="application/octet-stream"),
    Row("GET", "/record/days/{day}", Act.EXPORT, None, bytes, gives="application/pdf"),
    Row("GET", f"{ENTRY}/sheet", READ, None, bytes, gives="application/pdf"),
    # what is said about an entry, and about the line
    _row("POST", f"{ENTRY}/acknowledge", line.Acknowledge, line.Sent),
    _row("POST", f"{ENTRY}/understood", ladder.TellUnderstood, line.Sent),
    _row("POST", f"{ENTRY}/passed", ladder.TellPassed, line.Sent),
    _row("POST", "/statements", stating.Declare, line.Sent),
    _row("POST", "/service-messages", stating.SayOperating, line.Sent),
    _row("POST", "/drills", stating.DrillAsk, stating.DrillReport),
    _row("GET", "/offices", ladder.AskOffices, list[DirectoryRow], Act.SEE_SCREEN, listed="name"),
    _row("POST", "/offices", ladder.SetOffices, ladder.OfficesSet),
    # what leaves
    _row("POST", "/messages", line.Send, line.Sent),
    _row("GET", "/drafts", watch.AskDrafts, list[watch.DraftRow], listed="draft"),
    _row("POST", "/drafts", watch.WriteDraft, watch.DraftRow, fixed={"draft": None, "over": 0}),
    _row("GET", DRAFT, watch.AskDraft, watch.DraftRow),
    _row("POST", f"{DRAFT}/versions", watch.WriteDraft, watch.DraftRow, conditional=True),
    _row("POST", f"{DRAFT}/submit", watch.SubmitDraft, watch.DraftRow, conditional=True),
    _row("POST", f"{DRAFT}/return", watch.ReturnDraft, watch.DraftRow, conditional=True),
    _row("POST", f"{DRAFT}/withdraw", watch.WithdrawDraft, watch.DraftRow, conditional=True),
    _row("POST", f"{DRAFT}/release", watch.ReleaseDraft, line.Sent, conditional=True),
    _row("POST", f"{DRAFT}/release/challenge", keys.BeginRelease, keys.Ceremony, conditional=True),
    _row("POST", f"{DRAFT}/release/key", keys.ReleaseByKey, line.Sent, conditional=True),
    _row("GET", f"{DRAFT}/attachments", files.AskDraftFiles, files.Files),
    _row("POST", f"{DRAFT}/attachments", files.AttachFile, watch.DraftRow, conditional=True, takes_file=True),
    _row("POST", f"{DRAFT}/attachments/{{number}}/remove", files.RemoveFile, watch.DraftRow, conditional=True),
    _row("GET", f"{DRAFT}/attachments/{{number}}", files.ReadDraftFile, files.FilePart),
    _row("GET", f"{ENTRY}/attachments", files.AskFiles, files.Files, READ),
    _row("GET", f"{ENTRY}/attachments/{{number}}", files.ReadFile, files.FilePart, READ),
    _row("POST", f"{ENTRY}/attachments/{{number}}/fetch", files.FetchFile, files.FileRow),
    # agreed forms: notices, agreements, translations, checklists
    _row("GET", "/formats", accords.AskFormats, list[accords.FormatRow], READ, listed="digest"),
    _row("GET", "/formats/one", accords.AskFormat, accords.FormatWhole, READ),
    _row("POST", "/formats", accords.OfferFormat, line.Sent),
    _row("POST", "/notices/check", accords.NoticeForm, accords.NoticeChecked, READ),
    _row("POST", "/notices", accords.SendNotice, line.Sent),
    _row("POST", "/notices/drafts", accords.DraftNotice, accords.Drafted),
    _row("GET", "/notices/one", accords.AskNotice, accords.NoticeRow, READ),
    _row("GET", f"{DRAFT}/notice", accords.AskNoticeDraft, accords.NoticeDraft),
    _row("GET", "/agreements", accords.AskAgreements, list[accords.AgreementRow], READ, listed="digest"),
    _row("POST", "/agreements", accords.RecordAgreement, line.Sent),
    _row("POST", "/agreements/standing", accords.SayStanding, line.Sent),
    _row("POST", "/agreements/drafts", accords.DraftPaper, accords.Drafted),
    _row("GET", "/agreements/lives", agreeing.AskLives, list[agreeing.LifeRow], READ, listed="digest"),
    _row("GET", "/agreements/astray", agreeing.AskAstray, list[agreeing.MarkRow], READ),
    _row("GET", "/agreements/one", agreeing.AskLife, agreeing.LifeWhole, READ),
    _row("POST", "/agreements/terms", agreeing.SayTerms, line.Sent),
    _row("POST", "/agreements/sign", agreeing.SignAgreement, line.Sent),
    _row("POST", "/agreements/acts", agreeing.SayAct, line.Sent),
    _row("POST", "/agreements/papers", agreeing.DraftAgreeing, accords.Drafted),
    _row("GET", "/offers", agreeing.AskOffers, list[agreeing.OfferRow], READ, listed="place"),
    _row("GET", "/offers/one", agreeing.AskOffer, agreeing.OfferRow, READ),
    _row("POST", "/offers", agreeing.MakeOffer, line.Sent),
    _row("POST", "/offers/answers", agreeing.AnswerOffer, line.Sent),
    _row("POST", "/offers/withdrawals", agreeing.WithdrawOffer, line.Sent),
    _row("GET", "/reports", agreeing.AskReports, list[agreeing.ReportRow], READ, listed="place"),
    _row("POST", "/reports", agreeing.EnterReport, line.Sent),
    _row("GET", "/duties", accords.AskDuties, list[accords.DutyRow], READ),
    _row("GET", "/texts", negotiating.AskTexts, list[negotiating.TextRow], READ, listed="place"),
    _row("GET", "/texts/one", negotiating.AskText, negotiating.TextWhole, READ),
    _row("GET", "/texts/file", negotiating.AskTextFile, negotiating.TextFile, READ),
    _row("GET", "/texts/compared", negotiating.CompareTexts, negotiating.Compared, READ),
    _row("POST", "/texts", negotiating.TableText, line.Sent),
    _row("POST", "/texts/positions", negotiating.SayOfText, line.Sent),
    _row("POST", "/texts/closings", negotiating.CloseText, line.Sent),
    _row("POST", "/texts/signatures", negotiating.SignText, line.Sent),
    _row("POST", "/texts/drafts", negotiating.DraftNegotiating, accords.Drafted),
    _row("POST", "/texts/fetch", negotiating.FetchText, line.Nothing),
    _row("GET", "/joint", publishing.AskJoints, list[publishing.JointRow], READ, listed="digest"),
    _row("GET", "/joint/one", publishing.AskJoint, publishing.JointWhole, READ),
    _row("POST", "/joint", publishing.ProposeJoint, line.Sent),
    _row("POST", "/joint/signatures", publishing.SignJoint, line.Sent),
    _row("POST", "/joint/withdrawals", publishing.WithdrawJoint, line.Sent),
    _row("POST", "/joint/drafts", publishing.DraftJoint, accords.Drafted),
    _row("GET", "/joint/file", publishing.PublishJoint, publishing.PublishedFile, READ),
    _row("GET", "/declarations/layouts", declaring.AskLayouts, list[declaring.LayoutRow], READ, listed="digest"),
    _row("GET", "/declarations/layouts/one", declaring.AskLayout, declaring.LayoutWhole, READ),
    _row("POST", "/declarations/layouts", declaring.OfferLayout, line.Sent),
    _row("POST", "/declarations/check", declaring.CheckDeclaration, declaring.DeclarationChecked, READ),
    _row("GET", "/declarations", declaring.AskDeclarations, list[declaring.DeclarationRow], READ, listed="place"),
    _row("GET", "/declarations/one", declaring.AskDeclaration, declaring.DeclarationWhole, READ),
    _row("POST", "/declarations", declaring.SendDeclaration, line.Sent),
    _row("POST", "/declarations/counts", declaring.CountDeclaration, line.Sent),
    _row("POST", "/declarations/drafts", declaring.DraftDeclaring, accords.Drafted),
    _row("GET", "/declarations/reconciled", declaring.AskReconciliation, list[declaring.ReconciliationRow], READ),
    _row("GET", "/declarations/units", declaring.AskUnit, list[declaring.LifeRow], READ),
    _row("GET", "/declarations/ceilings", declaring.AskCeilings, declaring.Ceilings, READ),
    _row("GET", "/templates", templates.AskTemplates, list[templates.TemplateRow], listed="name"),
    _row("GET", "/topics", topics.AskTopics, list[topics.TopicRow], READ, listed="id"),
    _row("GET", "/topics/one", topics.AskTopic, topics.TopicWhole, READ),
    _row("POST", "/topics", topics.NameTopic, line.Sent),
    _row("POST", "/topics/filings", topics.FileUnder, line.Sent),
    _row("POST", "/topics/contradictions", topics.SayContradiction, line.Sent),
    _row("POST", "/topics/capacities", topics.SayCapacity, line.Sent),
    _row("POST", "/topics/drafts", topics.DraftTopics, accords.Drafted),
    _row("GET", "/meetings", topics.AskMeetings, list[topics.MeetingRow], READ, listed="place"),
    _row("POST", "/meetings", topics.ProposeMeeting, line.Sent),
    _row("POST", "/meetings/words", topics.SayOfMeeting, line.Sent),
    _row("GET", "/sealed", escrowing.AskExchanges, list[escrowing.ExchangeRow], READ, listed="place"),
    _row("GET", "/sealed/one", escrowing.AskExchange, escrowing.ExchangeWhole, READ),
    _row("POST", "/sealed", escrowing.ProposeExchange, line.Sent),
    _row("POST", "/sealed/commitments", escrowing.CommitList, line.Sent),
    _row("POST", "/sealed/countersignatures", escrowing.Countersign, line.Sent),
    _row("POST", "/sealed/openings", escrowing.OpenList, line.Sent),
    _row("POST", "/sealed/drafts", escrowing.DraftSealed, accords.Drafted),
    _row("GET", "/escrow", escrowing.AskEscrows, list[escrowing.EscrowRow], READ, listed="place"),
    _row("GET", "/escrow/one", escrowing.AskEscrow, escrowing.EscrowWhole, READ),
    _row("POST", "/escrow", escrowing.CommitEscrow, line.Sent),
    _row("POST", "/escrow/openings", escrowing.OpenEscrow, line.Sent),
    _row("POST", "/escrow/challenges", escrowing.ChallengeEscrow, line.Sent),
    _row("POST", "/escrow/challenges/answers", escrowing.AnswerChallenge, line.Sent),
    _row("POST", "/escrow/challenges/reveals", escrowing.RevealDraw, line.Sent),
    _row("GET", "/precleared", watch.AskNotices, list[watch.NoticeRow], listed="draft"),
    _row("POST", "/precleared", watch.WriteNotice, watch.DraftRow),
    _row("POST", "/precleared/{notice}/send", watch.SendPrecleared, line.Sent),
    _row("POST", "/precleared/allow", watch.AllowPrecleared, watch.DeskRow),
    _row("GET", "/translations", watch.AskTranslations, list[watch.TranslationRow]),
    _row("POST", "/translations", watch.Translate, watch.TranslationRow),
    _row("POST", "/translations/mark", watch.MarkTranslation, watch.TranslationRow),
    _row("POST", f"{DRAFT}/checklist", watch.SetChecklist, watch.DraftRow, conditional=True),
    _row("POST", f"{DRAFT}/tick", watch.Tick, watch.DraftRow, conditional=True),
    # the desk
    _row("GET", "/desk", watch.AskDesk, watch.DeskRow, Act.SEE_SCREEN),
    _row("GET", "/keeping", monitor.AskKeeping, monitor.Keeping, Act.SEE_SCREEN),
    _row("GET", "/desk/log", watch.ReadDeskLog, watch.DeskLogPage),
    _row("POST", "/watch/take", watch.TakeWatch, line.Nothing),
    _row("POST", "/watch/relief", watch.SetRelief, line.Nothing),
    _row("POST", "/watch/hand-over", watch.HandOver, line.Nothing),
    _row("POST", "/officers", watch.EnrolOfficer, watch.Enrolled),
    _row("POST", "/officers/{name}/pin", watch.RenewPin, watch.Enrolled),
    _row("POST", "/officers/{name}/roles", watch.GiveRoles, line.Nothing),
    _row("POST", "/officers/{name}/dismiss", watch.DismissOfficer, line.Nothing),
    _row("POST", "/officers/{name}/confirm", keys.ConfirmMeans, watch.DeskRow),
    _row("POST", "/officers/{name}/keys/challenge", keys.BeginKey, keys.Ceremony),
    _row("POST", "/officers/{name}/keys/invite", keys.InviteKey, keys.Invitation),
    _row("GET", "/keys/invitation", keys.AskInvitation, keys.Invitation),
    _row("POST", "/keys/own/challenge", keys.BeginOwnKey, keys.Ceremony),
    _row("POST", "/keys/own", keys.EnrolOwnKey, keys.KeyRow),
    _row("GET", "/keys", keys.AskKeys, list[keys.KeyRow], Act.SEE_SCREEN, listed="credential"),
    _row("POST", "/keys", keys.EnrolKey, keys.KeyRow),
    _row("POST", "/keys/{credential}/revoke", keys.RevokeKey, keys.KeyRow),
    _row("POST", "/tokens", keys.MakeToken, keys.Token),
    _row("POST", "/policy", watch.SetPolicy, watch.DeskRow),
    _row("POST", "/policy/agree", keys.AgreePolicy, watch.DeskRow),
    # alarms
    _row("GET", "/alarms", alarm.AskAlarms, alarm.BoardRow, Act.SEE_SCREEN),
    _row("POST", "/alarms/acknowledge", alarm.AcknowledgeAlarm, alarm.BoardRow),
    _row("POST", "/alarms/shelve", alarm.ShelveAlarm, alarm.BoardRow),
    _row("POST", "/alarms/test", alarm.TestAlarm, alarm.BoardRow),
    _row("POST", "/alarms/sound", alarm.TellSound, alarm.BoardRow),
    # the line itself
    _row("GET", "/amendments", line.AskAmendments, line.Amendments, Act.SEE_SCREEN),
    _row("POST", "/amendments", line.Propose, line.Sent),
    _row("POST", "/amendments/answer", line.AnswerProposal, line.Sent),
    _row("POST", "/papers", line.TakePaper, line.Sent),
)

_FILES: Final = "it names a file or folder of the station's own machine: a command there does it"
NOT_HERE: Final[dict[type[Any], str]] = {
    line.Append: "certificates, revocations and readings are prepared by commands, with keys that are not here",
    line.Recover: "it needs the recovery secret, which comes from a safe to the station's own machine",
    line.Backup: _FILES, line.CarryOut: _FILES, line.CarryIn: _FILES,
    line.Stop: "who holds the machine stops the station; a sitting does not",
    alarm.Listen: "the annunciator's own: it says that it hears, and from the same machine",
}  # fmt: skip


class Shape:
    """What a route takes beside its path: a struct made of the request's own fields."""

    def __init__(self, row: Row) -> None:
        self.row = row

    @cached_property
    def taken(self) -> type[msgspec.Struct]:
        """The fields of a body or of a query string."""
        assert self.row.request is not None
        named = {*self.row.names, *self.row.fixed, *_OURS, *(_NOT_OVER_HTTP if self.row.method == "POST" else ())}
        if self.row.takes_file or self.row.gives:
            named |= _OF_A_FILE
        if "generation" in named:
            named.add("place")
            named.add("position")
        fields: list[Any] = []
        for one in msgspec.structs.fields(self.row.request):
            if one.name in named or (self.row.request is line.Find and one.name == "ahead_since_ms"):
                continue
            if one.type == keys.Source:  # from where it is asked: ours to say
                continue
            kind: Any = one.type
            if kind is line.Outgoing:
                kind = Message
            elif kind == list[line.Outgoing]:
                kind = Annotated[list[Message], msgspec.Meta(min_length=1, max_length=line.BATCH_MAX)]
            if one.required:
                fields.append((one.name, kind))
            elif one.default is not msgspec.NODEFAULT:
                fields.append((one.name, kind, one.default))
            else:
                fields.append((one.name, kind, msgspec.field(default_factory=one.default_factory)))
        what = "Query" if self.row.method == "GET" or self.row.takes_file else "Body"
        return msgspec.defstruct(
            f"{self.row.request.__name__}{what}{len(fields)}", fields, forbid_unknown_fields=True, kw_only=True,
            namespace={"__doc__": self.row.request.__doc__},
        )  # fmt: skip

    def request(self, given: msgspec.Struct, path: dict[str, str], of_file: dict[str, str] | None = None) -> Any:
        """The station's request. `of_file`: where the file is that it brought, and its hash. Raises ValidationError
        where the path names something that cannot be."""
        assert self.row.request is not None
        values = {name: getattr(given, name) for name in given.__struct_fields__}
        known = {one.name: one.type for one in msgspec.structs.fields(self.row.request)}
        if "generation" in path:
            values["place"] = f"{path['party']}/{path['generation']}/{path['index']}"
        for name, text in path.items():
            if name in known:
                values[name] = msgspec.convert(text, known[name], strict=False)
        for name, value in values.items():
            if isinstance(value, Message):
                values[name] = outgoing(value)
            elif isinstance(value, list) and value and isinstance(value[0], Message):
                values[name] = [outgoing(one) for one in value]
        if "officer" in known and "officer" not in values:
            values["officer"] = ""  # where there are officers, the station names who is signed in
        if self.row.gives:
            values["path"] = ""  # whoever answers chooses it
        return self.row.request(**{**values, **self.row.fixed, **(of_file or {})})


def outgoing(message: Message) -> line.Outgoing:
    """As the station takes it."""
    return line.Outgoing(**{name: getattr(message, name) for name in message.__struct_fields__})


