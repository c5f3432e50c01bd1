"""The one table of what can be asked of the desk's pages, by what method, and who may: a test walks role by route.

The station decides every act again, by its own table (`watch.doors`); this one decides what a page shows at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final, NamedTuple, Protocol

from starlette.responses import Response

from openline.console.accord_pages import (
    agreeing,
    arranging,
    composing,
    declaring,
    negotiating,
    notices,
    publishing,
    saying,
    sealing,
    topics,
)
from openline.console.web.pages import (
    alarming,
    clearing,
    drafting,
    entering,
    escrowing,
    files,
    finding,
    keeping,
    keys,
    recording,
    translating,
    watching,
)
from openline.console.web.visit import Visit
from openline.desk.people import ALLOWED, Act, Role

Page = Callable[[Visit], Awaitable[Response]]


class To(Enum):
    """For whom a page is, where no act of an officer decides it."""

    ANYBODY = "anybody"  # nobody needs to be signed in
    OFFICERS = "officers"  # whoever is signed in


class Row(NamedTuple):
    """One page or act. `path` as starlette spells it."""

    method: str
    path: str
    who: Act | To
    page: Page
    takes_file: bool = False  # its form brings one, and is read after everything else was looked at
    has_tables: bool = False  # and many fields beside it


ENTRY: Final = "/message/{party}/{generation}/{index}"
NOTICE: Final = "/notice/{party}/{generation}/{index}"
TEXT: Final = "/text/{party}/{generation}/{index}"
DECLARATION: Final = "/declaration/{party}/{generation}/{index}"
MEETING: Final = "/meeting/{party}/{generation}/{index}"
OFFER: Final = "/offer/{party}/{generation}/{index}"
EXCHANGE: Final = "/sealed/exchange/{party}/{generation}/{index}"
ESCROW: Final = "/sealed/escrow/{party}/{generation}/{index}"
CHALLENGE: Final = "/sealed/challenge/{party}/{generation}/{index}"

TABLE: Final[tuple[Row, ...]] = (
    Row("GET", "/sign-in", To.ANYBODY, entering.sign_in_page),
    Row("POST", "/sign-in", To.ANYBODY, entering.sign_in),
    Row("POST", "/sign-out", To.OFFICERS, entering.sign_out),
    Row("POST", "/preferences", To.ANYBODY, entering.prefer),
    # the watch
    Row("GET", "/", Act.SEE_SCREEN, watching.first),
    Row("GET", "/live", Act.SEE_SCREEN, watching.live),
    Row("GET", ENTRY, Act.SEE_MESSAGES, watching.message),
    Row("GET", f"{ENTRY}/proof", Act.SEE_MESSAGES, recording.proof),
    Row("POST", f"{ENTRY}/acknowledge", Act.ANSWER, watching.acknowledge),
    Row("GET", f"{ENTRY}/sheet", Act.SEE_MESSAGES, recording.sheet),
    Row("GET", f"{ENTRY}/translations", Act.SEE_DRAFTS, translating.translations),
    Row("POST", f"{ENTRY}/translations", Act.TRANSLATE, translating.translate),
    Row("POST", f"{ENTRY}/translations/mark", Act.TRANSLATE, translating.mark),
    Row("POST", f"{ENTRY}/{{act}}", Act.ANSWER, watching.state),
    Row("GET", "/record", Act.EXPORT, recording.record),
    Row("GET", "/record/file", Act.EXPORT, recording.save),
    Row("GET", "/record/day.pdf", Act.EXPORT, recording.day),
    Row("GET", "/search", Act.SEE_MESSAGES, finding.search),
    Row("GET", "/watch", Act.SEE_SCREEN, keeping.watch),
    Row("POST", "/watch/take", Act.TAKE_WATCH, keeping.take),
    Row("POST", "/watch/hand-over", Act.HAND_OVER, keeping.hand_over),
    Row("GET", "/alarms", Act.SEE_SCREEN, alarming.alarms),
    Row("POST", "/alarms/acknowledge", Act.ALARMS, alarming.acknowledge),
    Row("POST", "/alarms/shelve", Act.ALARMS, alarming.shelve),
    Row("POST", "/alarms/test", Act.ALARMS, alarming.test),
    Row("POST", "/alarms/sound", Act.ALARMS, alarming.sound),
    Row("GET", "/desk-log", Act.SEE_LOG, keeping.desk_log),
    # what leaves
    Row("GET", "/drafts", Act.SEE_DRAFTS, drafting.drafts),
    Row("GET", "/drafts/new", Act.DRAFT, drafting.new),
    Row("POST", "/drafts", Act.DRAFT, drafting.write),
    Row("POST", "/drafts/keep", Act.DRAFT, drafting.keep),
    Row("GET", "/drafts/{draft:int}", Act.SEE_DRAFTS, drafting.draft),
    Row("GET", "/drafts/{draft:int}/edit", Act.DRAFT, drafting.edit),
    Row("POST", "/drafts/{draft:int}/release", Act.RELEASE, drafting.release),
    Row("POST", "/drafts/{draft:int}/return", Act.RETURN, drafting.give_back),
    Row("POST", "/drafts/{draft:int}/submit", Act.SUBMIT, drafting.submit),
    Row("POST", "/drafts/{draft:int}/tick", Act.TICK, drafting.tick),
    Row("POST", "/drafts/{draft:int}/withdraw", Act.WITHDRAW, drafting.withdraw),
    # notices
    Row("GET", "/notices", Act.SEE_MESSAGES, notices.notices),
    Row("GET", "/notices/new/{format}", Act.DRAFT, notices.new),
    Row("POST", "/notices", Act.DRAFT, notices.write),
    Row("POST", "/notices/keep", Act.DRAFT, notices.keep),
    Row("GET", "/notices/draft/{draft:int}", Act.SEE_DRAFTS, notices.draft),
    Row("GET", NOTICE, Act.SEE_MESSAGES, notices.notice),
    Row("GET", f"{NOTICE}/sheet.pdf", Act.SEE_MESSAGES, notices.sheet),
    # agreements
    Row("GET", "/agreements", Act.SEE_MESSAGES, agreeing.agreements),
    Row("GET", "/agreement/{name}", Act.SEE_MESSAGES, agreeing.agreement),
    Row("GET", "/agreement/{name}/say", Act.DRAFT, saying.new_act),
    Row("POST", "/agreement/{name}", Act.DRAFT, saying.act),
    Row("GET", "/agreement/{name}/terms", Act.DRAFT, saying.new_terms),
    Row("POST", "/agreement/{name}/terms", Act.DRAFT, saying.terms),
    Row("POST", "/agreement/{name}/sign", Act.DRAFT, saying.sign),
    Row("GET", "/offers/new", Act.DRAFT, saying.new_offer),
    Row("POST", "/offers", Act.DRAFT, saying.offer),
    Row("POST", f"{OFFER}/answer", Act.DRAFT, saying.answer),
    Row("GET", f"{OFFER}/withdraw", Act.DRAFT, saying.new_withdrawal),
    Row("POST", f"{OFFER}/withdraw", Act.DRAFT, saying.withdrawal),
    Row("GET", "/reports/new", Act.DRAFT, saying.new_report),
    Row("POST", "/reports", Act.DRAFT, saying.report),
    # topics and meetings
    Row("GET", "/topics", Act.SEE_MESSAGES, topics.topics),
    Row("GET", "/topics/{topic}", Act.SEE_MESSAGES, topics.topic),
    Row("GET", "/topic/new", Act.DRAFT, arranging.new_topic),
    Row("POST", "/topic/new", Act.DRAFT, arranging.topic),
    Row("GET", "/topics/{topic}/file", Act.DRAFT, arranging.new_filing),
    Row("POST", "/topics/{topic}/file", Act.DRAFT, arranging.filing),
    Row("GET", "/topic/contradiction", Act.DRAFT, arranging.new_contradiction),
    Row("POST", "/topic/contradiction", Act.DRAFT, arranging.contradiction),
    Row("GET", "/topic/capacity", Act.DRAFT, arranging.new_capacity),
    Row("POST", "/topic/capacity", Act.DRAFT, arranging.capacity),
    Row("GET", "/meetings/new", Act.DRAFT, arranging.new_meeting),
    Row("POST", "/meetings/new", Act.DRAFT, arranging.meeting),
    Row("GET", f"{MEETING}/say", Act.DRAFT, arranging.new_word),
    Row("POST", f"{MEETING}/say", Act.DRAFT, arranging.word),
    # what is committed before it is shown
    Row("GET", "/sealed", Act.SEE_MESSAGES, escrowing.sealed),
    Row("GET", "/sealed/new", Act.DRAFT, sealing.new_exchange),
    Row("POST", "/sealed/new", Act.DRAFT, sealing.exchange),
    Row("GET", EXCHANGE, Act.SEE_MESSAGES, escrowing.exchange),
    Row("GET", f"{EXCHANGE}/commit", Act.DRAFT, sealing.new_list),
    Row("POST", f"{EXCHANGE}/commit", Act.DRAFT, sealing.commit_list, takes_file=True),
    Row("POST", f"{EXCHANGE}/countersign", Act.DRAFT, sealing.countersign),
    Row("GET", f"{EXCHANGE}/open", Act.DRAFT, sealing.new_opening),
    Row("POST", f"{EXCHANGE}/open", Act.DRAFT, sealing.open_list),
    Row("GET", "/sealed/escrow", Act.DRAFT, sealing.new_escrow),
    Row("POST", "/sealed/escrow", Act.DRAFT, sealing.commit_escrow, takes_file=True),
    Row("GET", ESCROW, Act.SEE_MESSAGES, escrowing.escrow),
    Row("GET", f"{ESCROW}/open", Act.DRAFT, sealing.new_level),
    Row("POST", f"{ESCROW}/open", Act.DRAFT, sealing.open_level),
    Row("GET", f"{ESCROW}/challenge", Act.DRAFT, sealing.new_challenge),
    Row("POST", f"{ESCROW}/challenge", Act.DRAFT, sealing.challenge),
    Row("POST", f"{CHALLENGE}/answer", Act.DRAFT, sealing.answer),
    Row("POST", f"{CHALLENGE}/reveal", Act.DRAFT, sealing.reveal),
    Row("POST", f"{CHALLENGE}/open", Act.DRAFT, sealing.open_drawn),
    # declarations
    Row("GET", "/declarations", Act.SEE_MESSAGES, declaring.declarations),
    Row("GET", "/declarations/{layout}", Act.SEE_MESSAGES, declaring.over_time),
    Row("GET", "/declarations/new/{layout}", Act.DRAFT, composing.new),
    Row("POST", "/declarations", Act.DRAFT, composing.write, takes_file=True, has_tables=True),
    Row("POST", "/declarations/keep", Act.DRAFT, composing.keep, takes_file=True, has_tables=True),
    Row("GET", DECLARATION, Act.SEE_MESSAGES, declaring.declaration),
    # joint statements
    Row("GET", "/joint", Act.SEE_MESSAGES, publishing.statements),
    Row("GET", "/joint/new", Act.DRAFT, publishing.new),
    Row("POST", "/joint/new", Act.DRAFT, publishing.propose),
    Row("GET", "/joint/{statement}", Act.SEE_MESSAGES, publishing.statement),
    Row("POST", "/joint/{statement}/sign", Act.DRAFT, publishing.sign),
    Row("POST", "/joint/{statement}/withdraw", Act.DRAFT, publishing.withdraw),
    Row("GET", "/joint/{statement}/statement.json", Act.SEE_MESSAGES, publishing.file),
    Row("GET", "/joint/{statement}/statement.pdf", Act.SEE_MESSAGES, publishing.sheet),
    Row("GET", "/drafts/{draft:int}/translations", Act.SEE_DRAFTS, translating.translations),
    Row("POST", "/drafts/{draft:int}/translations", Act.TRANSLATE, translating.translate),
    Row("POST", "/drafts/{draft:int}/translations/mark", Act.TRANSLATE, translating.mark),
    Row("GET", "/precleared", Act.SEE_DRAFTS, clearing.notices),
    Row("POST", "/precleared/{draft:int}", Act.SEND_PRECLEARED, clearing.send),
    Row("POST", "/drafts/{draft:int}/attachments", Act.DRAFT, files.attach, takes_file=True),
    Row("POST", "/drafts/{draft:int}/attachments/{number:int}/remove", Act.DRAFT, files.remove),
    Row("GET", "/drafts/{draft:int}/attachments/{number:int}", Act.SEE_DRAFTS, files.of_draft),
    Row("GET", f"{ENTRY}/attachments/{{number:int}}", Act.SEE_MESSAGES, files.of_entry),
    Row("POST", f"{ENTRY}/attachments/{{number:int}}/fetch", Act.OPERATE, files.fetch),
    # texts under negotiation
    Row("GET", "/texts", Act.SEE_MESSAGES, negotiating.texts),
    Row("GET", "/texts/new", Act.DRAFT, negotiating.new),
    Row("POST", "/texts", Act.DRAFT, negotiating.table),
    Row("GET", TEXT, Act.SEE_MESSAGES, negotiating.text),
    Row("GET", f"{TEXT}/counter", Act.DRAFT, negotiating.counter),
    Row("POST", f"{TEXT}/say", Act.DRAFT, negotiating.say),
    Row("POST", f"{TEXT}/close", Act.DRAFT, negotiating.close),
    Row("POST", f"{TEXT}/sign", Act.DRAFT, negotiating.sign),
    # what keeps a desk
    Row("GET", "/contact", Act.SEE_SCREEN, keeping.contact),
    Row("GET", "/contact.svg", Act.SEE_SCREEN, keeping.contact_drawn),
    Row("GET", "/engineer", Act.SEE_SCREEN, keeping.engineer),
    Row("GET", "/custodian", Act.SEE_SCREEN, keeping.custodian),
    Row("POST", "/custodian/enrol", Act.ENROL, keeping.enrol),
    Row("POST", "/custodian/pin", Act.RENEW_PIN, keeping.renew_pin),
    Row("POST", "/custodian/roles", Act.GIVE_ROLES, keeping.give_roles),
    Row("POST", "/custodian/confirm", Act.CONFIRM, keeping.confirm),
    Row("POST", "/custodian/agree", Act.AGREE_WEAKER, keeping.agree),
    Row("POST", "/custodian/dismiss", Act.DISMISS, keeping.dismiss),
    Row("POST", "/custodian/release-takes", Act.SET_POLICY, keeping.set_policy),
    Row("GET", "/keys", Act.OWN_KEY, keys.keys),
    Row("POST", "/keys/invite", Act.GIVE_KEY, keys.invite),
    Row("POST", "/keys/revoke", Act.GIVE_KEY, keys.revoke),
    Row("POST", "/keys/demand", Act.SET_POLICY, keys.demand),
    Row("GET", "/help", To.OFFICERS, keeping.manual),
)


class Opens(Protocol):
    """A row of this table or of the API's."""

    @property
    def who(self) -> Act | To: ...


def lets(row: Opens, roles: frozenset[Role] | None) -> bool:
    """Whether a row is open to somebody with these roles; None: nobody is signed in."""
    if row.who is To.ANYBODY:
        return True
    if roles is None:
        return False
    return row.who is To.OFFICERS or bool(ALLOWED[row.who] & roles)
