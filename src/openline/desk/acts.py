"""Acts of officers: what each adds to the desk's log, or why it is refused.

Pure. `decide(state, act, actor)` answers with the facts to append; nothing else changes a desk. Roles are one table
(`people.ALLOWED`); who may release what is one decision table, `release_refusal`.
"""

from __future__ import annotations

from typing import Final, NamedTuple, assert_never

from openline.desk import facts, means
from openline.desk.facts import BEFOREHAND, Fact
from openline.desk.leaving import Part, check_told, parts_of
from openline.desk.means import AgreeWeaker as AgreeWeaker
from openline.desk.means import AllowPrecleared as AllowPrecleared
from openline.desk.means import ConfirmMeans as ConfirmMeans
from openline.desk.means import EnrolProgram as EnrolProgram
from openline.desk.means import GiveKey as GiveKey
from openline.desk.means import RevokeKey as RevokeKey
from openline.desk.means import SetPolicy as SetPolicy
from openline.desk.means import officer_named
from openline.desk.people import OF_PROGRAMS, Act, Actor, Officer, Role, may
from openline.desk.release import Release, Signatory, release_digest
from openline.desk.state import DeskState, Draft, Stage
from openline.desk.texts.precleared import PRECLEARED, Clearing, encode_clearing, fill, parse_notice
from openline.desk.texts.translations import check_new, check_step
from openline.errors import Refused
from openline.limits import DRAFT_VERSIONS_MAX, DRAFTS_OPEN_MAX, OFFICERS_MAX, RELEASE_BYTES_MAX
from openline.record.body import parse_message
from openline.record.entry import MESSAGE, OFFICES, ROUTINE
from openline.record.fields import dump_map, load_map


# ------------------------------------------------------------------ what is asked
class Enrol(NamedTuple):
    """A new officer. The first one of a desk is enrolled by whoever holds the station, and is a custodian."""

    name: str
    roles: frozenset[Role]


class GiveRoles(NamedTuple):
    """Other roles from now on."""

    name: str
    roles: frozenset[Role]


class Dismiss(NamedTuple):
    """No longer of this desk."""

    name: str
    remark: str = ""


class RenewPin(NamedTuple):
    """A new PIN and code generator for an officer who lost theirs."""

    name: str


class TakeWatch(NamedTuple):
    """The actor has the watch."""


class SetRelief(NamedTuple):
    """Who has the watch shall be relieved at an instant, UTC ms; 0: it is open again."""

    at_ms: int


class HandOver(NamedTuple):
    """The watch goes to another watch officer."""

    to: str
    remark: str = ""


class Write(NamedTuple):
    """A new draft (`draft` None), or its next version. `over`: the version this one was made from.

    `kind` and `told`: of the entry that says what the message does to earlier ones, or that leaves without a message.
    """

    draft: int | None
    over: int
    precedence: int
    flags: int
    body: bytes
    kind: int = MESSAGE
    told: bytes = b""
    checklist: tuple[str, ...] | None = None  # what is to be looked at from now on; None: as it was


class WriteOffices(NamedTuple):
    """A new directory of our offices, written and submitted in one act: a custodian's too, who drafts nothing else."""

    told: bytes


class SendPrecleared(NamedTuple):
    """The watch officer sends a notice that two persons released beforehand, filled in; each field once, ascending."""

    notice: int
    values: tuple[tuple[str, str], ...]
    flags: int


class Translate(NamedTuple):
    """A working translation of a draft or an entry; `program`: that made it, empty for the actor's own."""

    of: str
    stage: int
    language: str
    words: str
    program: str = ""


class MarkTranslation(NamedTuple):
    """A translation is reviewed (0) or certified (1)."""

    of: str
    number: int
    step: int


class SetChecklist(NamedTuple):
    """What is to be looked at before this draft is released."""

    draft: int
    items: tuple[str, ...]


class Tick(NamedTuple):
    """A point of it was looked at, counted from 0."""

    draft: int
    version: int
    item: int


class Submit(NamedTuple):
    """Let a version wait for release."""

    draft: int
    version: int
    remark: str = ""


class Return(NamedTuple):
    """Give a submitted draft back, with the reason."""

    draft: int
    remark: str


class Withdraw(NamedTuple):
    """The draft is not to be sent."""

    draft: int
    remark: str = ""


class LetGo(NamedTuple):
    """Release a version. `evidence`: what the releaser's security key signed over it, empty without a key.

    Whoever asks has checked that evidence, and that the key is the releaser's.
    """

    draft: int
    version: int
    evidence: bytes = b""


class SignOut(NamedTuple):
    """End the sitting."""


Asked = (
    Enrol | GiveRoles | Dismiss | RenewPin | SetPolicy | TakeWatch | HandOver | Write | Submit | Return | Withdraw
    | LetGo | SignOut | WriteOffices | AgreeWeaker | GiveKey | RevokeKey | EnrolProgram
    | SendPrecleared | AllowPrecleared | ConfirmMeans | Translate | MarkTranslation | SetChecklist | Tick | SetRelief
)  # fmt: skip

NEEDS: Final[dict[type[Asked], Act]] = {
    Enrol: Act.ENROL, GiveRoles: Act.GIVE_ROLES, Dismiss: Act.DISMISS, RenewPin: Act.RENEW_PIN,
    SetPolicy: Act.SET_POLICY, TakeWatch: Act.TAKE_WATCH, HandOver: Act.HAND_OVER, Write: Act.DRAFT,
    Submit: Act.SUBMIT, Return: Act.RETURN, Withdraw: Act.WITHDRAW, LetGo: Act.RELEASE, SignOut: Act.SIGN_OUT,
    AgreeWeaker: Act.AGREE_WEAKER, GiveKey: Act.GIVE_KEY, RevokeKey: Act.GIVE_KEY, EnrolProgram: Act.MAKE_TOKEN,
    WriteOffices: Act.SET_OFFICES, SendPrecleared: Act.SEND_PRECLEARED, AllowPrecleared: Act.SET_POLICY,
    Translate: Act.TRANSLATE, MarkTranslation: Act.TRANSLATE, SetChecklist: Act.DRAFT, Tick: Act.TICK,
    SetRelief: Act.HAND_OVER, ConfirmMeans: Act.CONFIRM,
}  # fmt: skip


# ------------------------------------------------------------------ deciding
def decide(state: DeskState, asked: Asked, actor: Actor | None) -> tuple[Fact, ...]:
    """The facts this act adds. Raises Refused: nothing is added; the sentence says why and what to do."""
    if actor is None:
        if isinstance(asked, Enrol) and not state.is_staffed:
            return _enrol(state, asked)
        raise Refused("nobody is signed in for this; `openline sign-in NAME` first")
    allow(state, NEEDS[type(asked)], actor)
    match asked:
        case Enrol():
            return _enrol(state, asked)
        case GiveRoles(name, roles):
            officer = officer_named(state, name)
            _keep_a_custodian(state, officer, roles)
            if officer.is_program and not roles <= OF_PROGRAMS:
                raise Refused(f"{officer.name} is a program; it may be {', '.join(sorted(OF_PROGRAMS))}")
            return (facts.RolesGiven(officer.number, _sorted(roles)),)
        case Dismiss(name, remark):
            officer = officer_named(state, name)
            _keep_a_custodian(state, officer, frozenset())
            return (facts.Dismissed(officer.number, remark),)
        case RenewPin(name):
            officer = officer_named(state, name)
            if officer.is_program:
                raise Refused(f"{name} is a program: it has a token, no PIN")
            means.check_confirmable(state, officer, actor.officer)
            return (facts.PinRenewed(officer.number),)
        case SetPolicy() | AllowPrecleared() | AgreeWeaker() | ConfirmMeans() | GiveKey() | RevokeKey():
            return means.decide(state, asked, actor)
        case EnrolProgram():
            _enrol(state, Enrol(asked.name, asked.roles))
            return means.program(asked, len(state.officers))
        case TakeWatch() | SetRelief() | HandOver():
            return _watch(state, asked, actor)
        case Write():
            return (written := _write(state, asked), *_checklist(state, asked, written))
        case WriteOffices(told):
            return _write_offices(state, told)
        case Translate() | MarkTranslation() | SetChecklist() | Tick() | SendPrecleared():
            return (_on_texts(state, asked, actor),)
        case Submit(number, version, remark):
            if state.officers[actor.officer].is_program:
                raise Refused("a program writes drafts; a person reads and submits them")
            draft = _draft(state, number, version, Stage.OPEN)
            return (facts.Submitted(draft.number, version, remark),)
        case Return(number, remark):
            if not remark.strip():
                raise Refused("a returned draft needs a word of why")
            draft = _draft(state, number, None, Stage.SUBMITTED)
            return (facts.Returned(draft.number, remark),)
        case Withdraw(number, remark):
            draft = _draft(state, number, None, Stage.OPEN, Stage.SUBMITTED, Stage.CLEARED, Stage.NOT_SENT)
            if any(one.under == number and one.stage is Stage.RELEASED for one in state.under_way.values()):
                raise Refused(f"a use of D-{number} is on its way; withdraw it when that is recorded")
            return (facts.Withdrawn(draft.number, remark),)
        case LetGo():
            return _let_go(state, asked, actor)
        case SignOut():
            return (facts.SignedOut(),)
        case _:
            assert_never(asked)


def allow(state: DeskState, act: Act, actor: Actor) -> Officer:
    """The officer who acts. Raises Refused when none of their roles allows it."""
    officer = state.officers[actor.officer]
    if not may(officer, act):
        roles = ", ".join(sorted(officer.roles)) or "none any more"
        raise Refused(f"{officer.name} may not {act.value}: the roles here are {roles}")
    return officer


def _sorted(roles: frozenset[Role]) -> tuple[Role, ...]:
    if not roles:
        raise Refused(f"an officer needs a role; there are: {', '.join(Role)}")
    return tuple(sorted(roles))


def _enrol(state: DeskState, asked: Enrol) -> tuple[Fact, ...]:
    if not state.is_staffed and Role.CUSTODIAN not in asked.roles:
        raise Refused("the first officer of a desk keeps its keys: give the role custodian too")
    if any(one.name == asked.name for one in state.officers):
        raise Refused(f"{asked.name!r} is, or was, an officer here: names in the log must stay plain, take another")
    if len(state.officers) >= OFFICERS_MAX:
        raise Refused(f"{OFFICERS_MAX} officers have been enrolled at this desk; there is room for no more")
    return (facts.Enrolled(len(state.officers), asked.name, _sorted(asked.roles)),)


def _keep_a_custodian(state: DeskState, officer: Officer, roles: frozenset[Role]) -> None:
    others = any(Role.CUSTODIAN in one.roles for one in state.officers if one.number != officer.number)
    if not others and Role.CUSTODIAN not in roles:
        raise Refused(f"{officer.name} is the last custodian here; make another one first")


def _watch(state: DeskState, asked: TakeWatch | SetRelief | HandOver, actor: Actor) -> tuple[Fact, ...]:
    match asked:
        case TakeWatch():
            return (facts.WatchTaken(actor.officer),)
        case SetRelief(at_ms):
            if state.watch != actor.officer:
                raise Refused("only who has the watch says when it is relieved")
            return (facts.ReliefSet(at_ms),)
        case HandOver(to, remark):
            return _hand_over(state, to, remark, actor)


def _hand_over(state: DeskState, to: str, remark: str, actor: Actor) -> tuple[Fact, ...]:
    if state.watch != actor.officer:
        raise Refused("only who has the watch hands it over; `openline watch take` takes it")
    officer = officer_named(state, to)
    if Role.WATCH not in officer.roles:
        raise Refused(f"{officer.name} is no watch officer")
    if officer.number == actor.officer:
        raise Refused("a hand-over is to somebody else")
    return (facts.WatchHandedOver(officer.number, remark),)


def _write(state: DeskState, asked: Write) -> facts.Drafted | facts.DraftedOther:
    if (asked.body or asked.kind == MESSAGE) and parse_message(asked.body).released_by:
        raise Refused("a draft names nobody who released it; the desk puts the names in when it is released")
    if asked.kind != MESSAGE:
        check_told(asked.kind, asked.told, asked.body)
    if asked.draft is None:
        open_ones = sum(one.stage is not Stage.CLEARED for one in state.under_way.values())
        if open_ones >= DRAFTS_OPEN_MAX:
            raise Refused(f"{open_ones} drafts are open; withdraw what is not needed")
        return _written(state.drafted, 1, asked)
    draft = _draft(state, asked.draft, asked.over, Stage.OPEN, Stage.SUBMITTED, Stage.NOT_SENT)
    if draft.version.number >= DRAFT_VERSIONS_MAX:
        raise Refused(f"draft D-{draft.number} has {DRAFT_VERSIONS_MAX} versions; begin another")
    if draft.version.kind != asked.kind:
        raise Refused(f"draft D-{draft.number} is of another kind; withdraw it, and begin another")
    return _written(draft.number, draft.version.number + 1, asked)


def _write_offices(state: DeskState, told: bytes) -> tuple[Fact, ...]:
    fact = _write(state, Write(None, 0, ROUTINE, 0, b"", OFFICES, told))
    return fact, facts.Submitted(fact.draft, fact.version, "")


def _checklist(
    state: DeskState, asked: Write, written: facts.Drafted | facts.DraftedOther
) -> tuple[facts.ChecklistSet, ...]:
    """What is said with a version of what is to be looked at, where it was not so before."""
    before = state.drafts.get(written.draft)
    if asked.checklist is None or asked.checklist == (before.checklist if before is not None else ()):
        return ()
    return (facts.ChecklistSet(written.draft, asked.checklist),)


def _written(number: int, version: int, asked: Write) -> facts.Drafted | facts.DraftedOther:
    if asked.kind == MESSAGE:
        return facts.Drafted(number, version, asked.precedence, asked.flags, asked.body)
    return facts.DraftedOther(number, version, asked.precedence, asked.flags, asked.kind, asked.told, asked.body)


def _draft(state: DeskState, number: int, version: int | None, *stages: Stage) -> Draft:
    """A draft in one of these stages, at that version. Raises Refused."""
    draft = state.drafts.get(number)
    if draft is None and 0 <= number < state.drafted:
        raise Refused(f"draft D-{number} was recorded or withdrawn long ago; the desk's log has it")
    if draft is None:
        raise Refused(f"there is no draft D-{number}")
    if draft.stage not in stages:
        raise Refused(f"draft D-{number} is {draft.stage}; this needs one that is {' or '.join(stages)}")
    if version is not None and draft.version.number != version:
        raise Refused(f"draft D-{number} is at version {draft.version.number}, not {version}: read it again first")
    return draft


# ------------------------------------------------------------------ letting go
class Meeting(NamedTuple):
    """The conditions of a release, as they meet: one row of the table below fits."""

    two_needed: bool
    wrote_it: bool  # the releaser wrote this version or submitted it
    same_sitting: bool  # in the sitting in which it was written or submitted
    unconfirmed: str = ""  # why what one person gave the releaser does not count yet


def release_refusal(met: Meeting) -> str | None:
    """Why this officer may not let it go, None where they may. (R-302, R-336)

    | two needed | wrote or submitted it | same sitting | unconfirmed | |
    |---|---|---|---|---|
    | no  | any | any | any | may |
    | yes | yes | any | any | another person |
    | yes | no  | yes | any | another sitting |
    | yes | no  | no  | yes | another confirms first |
    | yes | no  | no  | no  | may |
    """
    match met:
        case Meeting(two_needed=False):
            return None
        case Meeting(two_needed=True, wrote_it=True):
            return "a release here takes two persons: whoever wrote or submitted it cannot release it"
        case Meeting(two_needed=True, wrote_it=False, same_sitting=True):
            return "a release is given in a sitting of the releaser's own; sign in"
        case Meeting(two_needed=True, unconfirmed=why) if why:
            return why
        case _:
            return None


def meeting(state: DeskState, draft: Draft, actor: Actor) -> Meeting:
    """The conditions for this draft and this officer."""
    before = [one for one in (draft.version.author, draft.submitted_by) if one is not None]
    return Meeting(
        two_needed=state.persons >= 2 or draft.version.kind == PRECLEARED,
        wrote_it=any(one.officer == actor.officer for one in before),
        same_sitting=any(one.sitting == actor.sitting for one in before),
        unconfirmed=means.unconfirmed(state, state.officers[actor.officer]),
    )


def _let_go(state: DeskState, asked: LetGo, actor: Actor) -> tuple[Fact, ...]:
    draft = _draft(state, asked.draft, asked.version, Stage.SUBMITTED)
    refusal = release_refusal(meeting(state, draft, actor))
    if refusal is not None:
        raise Refused(refusal)
    if state.keys_demanded and not asked.evidence:
        raise Refused("a release here takes the releaser's security key; a PIN and a code are not enough")
    digest = leaving(state, draft, actor)[-1].digest
    _check_not_under_way(state, digest)
    method = facts.SECURITY_KEY if asked.evidence else facts.PIN_AND_CODE
    signed = (facts.ReleaseSigned(draft.number, asked.evidence),) if asked.evidence else ()
    return (*signed, facts.Released(draft.number, asked.version, digest, method))


def _check_not_under_way(state: DeskState, digest: bytes) -> None:
    """Raises Refused for the same words again while the first wait for the disk. (R-338)"""
    for other in state.under_way.values():
        if other.stage is Stage.RELEASED and other.digest == digest:
            raise Refused(f"D-{other.number} is the same, released, and will be recorded by itself: look there first")


def _on_texts(
    state: DeskState,
    asked: Translate | MarkTranslation | SetChecklist | Tick | SendPrecleared,
    actor: Actor,
) -> Fact:
    """Acts on texts beside the draft itself."""
    match asked:
        case Translate() | MarkTranslation():
            return _translate(state, asked, actor)
        case SetChecklist(number, items):
            return facts.ChecklistSet(_draft(state, number, None, Stage.OPEN).number, items)
        case Tick(number, version, item):
            draft = _draft(state, number, version, Stage.OPEN, Stage.SUBMITTED)
            if not 0 <= item < len(draft.checklist):
                raise Refused(f"the checklist of D-{number} has {len(draft.checklist)} points")
            return facts.Ticked(number, version, item)
        case SendPrecleared():
            return _send_precleared(state, asked, actor)
        case _:
            assert_never(asked)


def _translate(state: DeskState, asked: Translate | MarkTranslation, actor: Actor) -> Fact:
    there = state.translations.get(asked.of, ())
    if isinstance(asked, MarkTranslation):
        check_step(there, asked.of, asked.number, asked.step, actor)
        return facts.TranslationMarked(asked.of, asked.number, asked.step)
    check_new(there, asked.of, asked.stage, asked.language, asked.words, asked.program)
    draft = state.drafts.get(int(asked.of.removeprefix("D-"))) if asked.of.startswith("D-") else None
    if asked.of.startswith("D-") and draft is None:
        raise Refused(f"there is no draft {asked.of}")
    version = draft.version.number if draft is not None else 0
    number = len(there) + 1
    return facts.Translated(asked.of, number, version, asked.stage, asked.language, asked.words, asked.program)


def _send_precleared(state: DeskState, asked: SendPrecleared, actor: Actor) -> Fact:
    """Raises Refused, naming every fault of what is filled in at once."""
    if not state.allows_precleared:
        raise Refused("notices released beforehand are switched off at this desk; a custodian switches them on")
    if state.watch != actor.officer:
        raise Refused("only who has the watch sends a notice that was released beforehand; `openline watch take`")
    under = _draft(state, asked.notice, None, Stage.CLEARED)
    if gone := not_good(state, under):
        raise Refused(gone)
    if state.keys_demanded and under.method != facts.SECURITY_KEY:
        why = f"D-{under.number} was released by PIN and code, and a release here takes a security key by now"
        raise Refused(f"{why}; have the notice written and released again")
    notice = parse_notice(under.version.told)
    names = (state.officers[actor.officer].name,)
    body = fill(notice, dict(asked.values), names)
    release_record(state, under, names[0], asked.values, bytes(32))  # that it can be written is known before it is said
    digest = release_digest(MESSAGE, notice.precedence, asked.flags, body)
    _check_not_under_way(state, digest)
    told = dump_map([[list(pair) for pair in asked.values]])
    unsigned = fill(notice, dict(asked.values))
    number = state.drafted
    return facts.NoticeUsed(number, under.number, notice.precedence, asked.flags, unsigned, told, digest)


def not_good(state: DeskState, under: Draft) -> str:
    """Why a notice that was released beforehand is sent no more: who released it could not do so now. (R-337)"""
    first = under.submitted_by or under.version.author
    assert under.released_by is not None
    for actor, act in ((first, Act.SUBMIT), (under.released_by, Act.RELEASE)):
        officer = state.officers[actor.officer]
        if not may(officer, act):
            gone = "is dismissed" if officer.dismissed else f"may no longer {act.value}"
            return f"D-{under.number} was released beforehand by {officer.name}, who {gone}; have it released again"
    return ""


def release_record(
    state: DeskState, under: Draft, watch: str, values: tuple[tuple[str, str], ...], digest: bytes
) -> Release:
    """The release record of a use: the watch officer, and as evidence who released the notice, and what was filled in.

    Raises Malformed for values that are not ascending, each once.
    """
    assert under.released_by is not None
    first, last = names_of(state, under, under.released_by)
    people = (Signatory(first, str(Role.DRAFTER)), Signatory(last, str(Role.RELEASER)))
    clearing = Clearing(under.version.told, people, under.method, under.evidence, under.changed_at_ms, values)
    return Release(digest, (Signatory(watch, str(Role.WATCH)),), BEFOREHAND, encode_clearing(clearing))


def names_of(state: DeskState, draft: Draft, releaser: Actor) -> tuple[str, ...]:
    """Who lets it go, in the order in which they acted: one name where it was one person."""
    first = draft.submitted_by or draft.version.author
    numbers = dict.fromkeys((first.officer, releaser.officer))
    return tuple(state.officers[number].name for number in numbers)


def leaving(state: DeskState, draft: Draft, releaser: Actor) -> tuple[Part, ...]:
    """What will be recorded if this officer releases it; the digest of the last is what the release is over."""
    return parts_of(draft.version, names_of(state, draft, releaser))


def release_of(state: DeskState, draft: Draft) -> Release:
    """The release record of a draft that was released. Raises LocalFault for another (a misuse of ours)."""
    assert draft.released_by is not None
    names = names_of(state, draft, draft.released_by)
    if draft.under is not None:
        pairs = load_map(draft.values, 1, "values", RELEASE_BYTES_MAX)[0]
        values = tuple([(name, value) for name, value in pairs])
        return release_record(state, state.drafts[draft.under], names[0], values, draft.digest)
    roles = (Role.DRAFTER, Role.RELEASER)[-len(names) :]
    signatories = tuple(Signatory(name, str(role)) for name, role in zip(names, roles, strict=True))
    return Release(draft.digest, signatories, draft.method, draft.evidence)
