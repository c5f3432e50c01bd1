"""Which request needs which act of an officer: the one table for every door (command, program, later the screen).

Where a desk has no officers, the account is all there is, and every request is open to it. Where it has, what is `None`
here stays open to the account: reading, and what keeps the station running. A release by two is not a matter of this
table alone: `Desk.check` stands before the record itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openline.console.accords import asking as accords
from openline.console.agreeing import asking as agreeing
from openline.console.alarm import asking as alarm
from openline.console.channel import asking as line
from openline.console.codes import Told
from openline.console.declaring import asking as declaring
from openline.console.escrowing import asking as escrowing
from openline.console.files import asking as files
from openline.console.ladder import asking as ladder
from openline.console.monitor import asking as monitor
from openline.console.negotiating import asking as negotiating
from openline.console.publishing import asking as publishing
from openline.console.screen import asking as screen
from openline.console.stating import asking as stating
from openline.console.templates import asking as templates
from openline.console.topics import asking as topics
from openline.console.watch import asking as watch
from openline.console.watch.desk import Desk
from openline.console.watch.keys import asking as keys
from openline.desk.leaving import TOKENS_OF_DESK as TOKENS_OF_DESK
from openline.desk.people import Act
from openline.errors import Refused

DOORS: Final[Mapping[type, Act | None]] = {
    # the line
    line.Send: Act.RELEASE,
    line.Acknowledge: Act.ANSWER,
    line.Append: Act.CHANGE_LINE,
    line.Propose: Act.CHANGE_LINE,
    line.AnswerProposal: Act.CHANGE_LINE,
    line.TakePaper: Act.CHANGE_LINE,
    line.Recover: Act.CHANGE_LINE,
    line.Find: None,
    line.Show: None,
    line.WaitHeld: None,
    line.AskStatus: None,
    line.AskAmendments: None,
    line.AskContact: None,
    line.Export: None,
    line.PlanExport: None,
    line.Backup: None,
    line.CarryOut: None,
    line.CarryIn: None,
    line.Stop: None,
    # statements
    stating.Declare: Act.ANSWER,
    stating.SayOperating: Act.OPERATE,
    stating.DrillAsk: Act.ANSWER,
    # the screen
    screen.AskSitting: Act.SEE_SCREEN,
    screen.AskScreen: Act.SEE_SCREEN,
    screen.AskNews: Act.SEE_SCREEN,
    screen.AskMatter: Act.SEE_MESSAGES,
    screen.Search: Act.SEE_MESSAGES,
    monitor.AskKeeping: None,
    templates.AskTemplates: Act.SEE_DRAFTS,
    # the ladder past "opened"
    ladder.TellUnderstood: Act.ANSWER,
    ladder.TellPassed: Act.ANSWER,
    ladder.AskOffices: None,
    ladder.SetOffices: Act.SET_OFFICES,
    # files that go along
    files.AttachFile: Act.DRAFT,
    files.RemoveFile: Act.DRAFT,
    files.AskDraftFiles: Act.SEE_DRAFTS,
    files.ReadDraftFile: Act.SEE_DRAFTS,
    files.AskFiles: None,
    files.ReadFile: None,
    files.FetchFile: Act.OPERATE,
    # alarms
    alarm.AskAlarms: None,
    alarm.Listen: None,
    alarm.AcknowledgeAlarm: Act.ALARMS,
    alarm.ShelveAlarm: Act.ALARMS,
    alarm.TestAlarm: Act.ALARMS,
    alarm.TellSound: Act.ALARMS,
    # formats, notices, agreements
    accords.AskFormats: None,
    accords.AskFormat: None,
    accords.OfferFormat: Act.CHANGE_LINE,
    accords.NoticeForm: None,
    accords.SendNotice: Act.RELEASE,
    accords.DraftNotice: Act.DRAFT,
    accords.DraftPaper: Act.DRAFT,
    accords.AskNotice: None,
    accords.AskNoticeDraft: Act.SEE_DRAFTS,
    # declarations
    declaring.AskLayouts: None,
    declaring.AskLayout: None,
    declaring.OfferLayout: Act.CHANGE_LINE,
    declaring.CheckDeclaration: None,
    declaring.SendDeclaration: Act.RELEASE,
    declaring.DraftDeclaring: Act.DRAFT,
    declaring.AskDeclarations: None,
    declaring.AskDeclaration: None,
    declaring.CountDeclaration: Act.RELEASE,
    declaring.AskReconciliation: None,
    declaring.AskUnit: None,
    declaring.AskCeilings: None,
    # topics and meetings
    topics.NameTopic: Act.RELEASE,
    topics.FileUnder: Act.RELEASE,
    topics.SayContradiction: Act.RELEASE,
    topics.SayCapacity: Act.RELEASE,
    topics.AskTopics: None,
    topics.AskTopic: None,
    topics.ProposeMeeting: Act.RELEASE,
    topics.SayOfMeeting: Act.RELEASE,
    topics.AskMeetings: None,
    topics.DraftTopics: Act.DRAFT,
    # what is committed before it is shown
    escrowing.AskExchanges: None,
    escrowing.AskExchange: None,
    escrowing.AskEscrows: None,
    escrowing.AskEscrow: None,
    escrowing.ProposeExchange: Act.RELEASE,
    escrowing.CommitList: Act.RELEASE,
    escrowing.Countersign: Act.RELEASE,
    escrowing.OpenList: Act.RELEASE,
    escrowing.CommitEscrow: Act.RELEASE,
    escrowing.OpenEscrow: Act.RELEASE,
    escrowing.ChallengeEscrow: Act.RELEASE,
    escrowing.AnswerChallenge: Act.RELEASE,
    escrowing.RevealDraw: Act.RELEASE,
    escrowing.DraftSealed: Act.DRAFT,
    accords.RecordAgreement: Act.RELEASE,
    accords.SayStanding: Act.RELEASE,
    accords.AskAgreements: None,
    accords.AskDuties: None,
    # texts under negotiation
    negotiating.TableText: Act.RELEASE,
    negotiating.SayOfText: Act.RELEASE,
    negotiating.CloseText: Act.RELEASE,
    negotiating.SignText: Act.RELEASE,
    negotiating.DraftNegotiating: Act.DRAFT,
    negotiating.AskTexts: None,
    negotiating.AskText: None,
    negotiating.AskTextFile: None,
    negotiating.CompareTexts: None,
    negotiating.FetchText: Act.OPERATE,
    publishing.ProposeJoint: Act.RELEASE,
    publishing.SignJoint: Act.RELEASE,
    publishing.WithdrawJoint: Act.RELEASE,
    publishing.DraftJoint: Act.DRAFT,
    publishing.AskJoints: None,
    publishing.AskJoint: None,
    publishing.PublishJoint: None,
    # the life of agreements, offers, reports
    agreeing.SayTerms: Act.RELEASE,
    agreeing.SignAgreement: Act.RELEASE,
    agreeing.SayAct: Act.RELEASE,
    agreeing.MakeOffer: Act.RELEASE,
    agreeing.AnswerOffer: Act.RELEASE,
    agreeing.WithdrawOffer: Act.RELEASE,
    agreeing.EnterReport: Act.RELEASE,
    agreeing.DraftAgreeing: Act.DRAFT,
    agreeing.AskLives: None,
    agreeing.AskAstray: None,
    agreeing.AskLife: None,
    agreeing.AskOffers: None,
    agreeing.AskOffer: None,
    agreeing.AskReports: None,
    # the desk
    watch.SignIn: None,
    watch.SignOut: Act.SIGN_OUT,
    watch.EnrolOfficer: Act.ENROL,
    watch.RenewPin: Act.RENEW_PIN,
    watch.GiveRoles: Act.GIVE_ROLES,
    watch.DismissOfficer: Act.DISMISS,
    watch.AskDesk: None,
    watch.SetPolicy: Act.SET_POLICY,
    watch.TakeWatch: Act.TAKE_WATCH,
    watch.HandOver: Act.HAND_OVER,
    watch.SetRelief: Act.HAND_OVER,
    watch.ReadDeskLog: Act.SEE_LOG,
    watch.WriteDraft: Act.DRAFT,
    watch.AskDrafts: Act.SEE_DRAFTS,
    watch.AskDraft: Act.SEE_DRAFTS,
    watch.SubmitDraft: Act.SUBMIT,
    watch.ReturnDraft: Act.RETURN,
    watch.WithdrawDraft: Act.WITHDRAW,
    watch.ReleaseDraft: Act.RELEASE,
    # security keys, tokens, what a release takes
    keys.BeginSignIn: None,
    keys.SignInByKey: None,
    keys.BeginKey: Act.GIVE_KEY,
    keys.EnrolKey: Act.GIVE_KEY,
    keys.RevokeKey: Act.GIVE_KEY,
    keys.InviteKey: Act.GIVE_KEY,
    keys.AskInvitation: Act.OWN_KEY,
    keys.BeginOwnKey: Act.OWN_KEY,
    keys.EnrolOwnKey: Act.OWN_KEY,
    keys.AskKeys: None,
    keys.BeginRelease: Act.RELEASE,
    keys.ReleaseByKey: Act.RELEASE,
    keys.AgreePolicy: Act.AGREE_WEAKER,
    keys.ConfirmMeans: Act.CONFIRM,
    keys.MakeToken: Act.MAKE_TOKEN,
    watch.WriteNotice: Act.DRAFT,
    watch.AskNotices: Act.SEE_DRAFTS,
    watch.SendPrecleared: Act.SEND_PRECLEARED,
    watch.AllowPrecleared: Act.SET_POLICY,
    watch.Translate: Act.TRANSLATE,
    watch.MarkTranslation: Act.TRANSLATE,
    watch.AskTranslations: Act.SEE_DRAFTS,
    watch.SetChecklist: Act.DRAFT,
    watch.Tick: Act.TICK,
}

ONLY_WHERE_STAFFED: Final = frozenset(kind for kind in DOORS if kind.__module__ in (watch.__name__, keys.__name__)) - {
    watch.AskDesk,
    watch.EnrolOfficer,
} | {screen.AskSitting, files.AttachFile, files.RemoveFile, files.AskDraftFiles, files.ReadDraftFile}


ONLY_LOOKS: Final = frozenset((screen.AskSitting, screen.AskScreen, screen.AskNews))  # a page asks these by itself


def let_in(desk: Desk, request: watch.AnyRequest) -> None:
    """Raises Told OL-404 or Refused where this request is an officer's act and none who may do it is signed in."""
    kind = type(request)
    _check_token(getattr(request, "token", None))
    if isinstance(request, line.Send):
        for one in request.messages or ():
            _check_token(one.token)
    if not desk.is_staffed:
        if kind in ONLY_WHERE_STAFFED:
            raise Told("OL-701", "this desk has no officers yet; `openline officer enrol NAME --role custodian` first")
        return
    act = DOORS[kind]
    if act is not None:
        desk.allow(request.sitting, act, looks=kind in ONLY_LOOKS)


def _check_token(token: str | None) -> None:
    """A token that the asker wants entries to be known by."""
    if token and token.startswith(TOKENS_OF_DESK):
        # An entry under the token of a release would stand for the released message, which then never leaves.
        raise Refused(f"a token that begins with {TOKENS_OF_DESK} names a release of this desk; take another")
