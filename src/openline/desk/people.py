"""Officers, their roles, and which role may do what: one table, which every door reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final, NamedTuple


class Role(StrEnum):
    """What an officer is at this desk for. One person may have several."""

    DRAFTER = "drafter"
    RELEASER = "releaser"
    WATCH = "watch officer"
    CUSTODIAN = "custodian"
    ENGINEER = "engineer"
    AUDITOR = "auditor"


class Act(Enum):
    """What can be done at a desk."""

    ENROL = "enrol an officer"
    DISMISS = "dismiss an officer"
    GIVE_ROLES = "change an officer's roles"
    RENEW_PIN = "give an officer a new PIN"
    GIVE_KEY = "enrol or revoke an officer's security key"
    OWN_KEY = "register a security key of one's own, where a custodian invited to it"
    MAKE_TOKEN = "give a program a token"
    SET_POLICY = "say what a release takes"
    AGREE_WEAKER = "agree that a release takes less"
    CONFIRM = "confirm what one person gave an officer"
    TAKE_WATCH = "take the watch"
    HAND_OVER = "hand over the watch"
    DRAFT = "write or change a draft"
    TRANSLATE = "translate, review and certify translations"
    TICK = "tick a point of a checklist"
    SET_OFFICES = "write the directory of our offices"
    SUBMIT = "submit a draft for release"
    WITHDRAW = "withdraw a draft"
    RETURN = "return a submitted draft"
    RELEASE = "release a draft"
    ANSWER = "acknowledge, read back, pass on, give a holding reply, refuse, suspend and resume, record silence, drill"
    SEND_PRECLEARED = "send a notice that was released beforehand"
    OPERATE = "say something about the line to the other side's operators"
    SEE_SCREEN = "see the watch desk's screen"
    SEE_MESSAGES = "read messages on the screen, and look for them"
    EXPORT = "save the record as a file, or a day of it on paper"
    SEE_DRAFTS = "read drafts"
    SEE_LOG = "read the desk's log"
    CHANGE_LINE = "change the line: terms, parties, keys"
    ALARMS = "acknowledge, shelve and test alarms"
    SIGN_OUT = "sign out"


_EVERYBODY: Final = frozenset(Role)
_WRITERS: Final = frozenset((Role.DRAFTER, Role.RELEASER, Role.WATCH))
OF_PROGRAMS: Final = frozenset((Role.DRAFTER, Role.ENGINEER, Role.AUDITOR))  # the others speak for persons

# Acknowledging, a holding reply and a refusal speak for the party at once: the watch officer's alone.
ALLOWED: Final[Mapping[Act, frozenset[Role]]] = {
    Act.ENROL: frozenset((Role.CUSTODIAN,)),
    Act.DISMISS: frozenset((Role.CUSTODIAN,)),
    Act.GIVE_ROLES: frozenset((Role.CUSTODIAN,)),
    Act.RENEW_PIN: frozenset((Role.CUSTODIAN,)),
    Act.GIVE_KEY: frozenset((Role.CUSTODIAN,)),
    Act.MAKE_TOKEN: frozenset((Role.CUSTODIAN,)),
    Act.SET_POLICY: frozenset((Role.CUSTODIAN,)),
    Act.AGREE_WEAKER: frozenset((Role.CUSTODIAN, Role.RELEASER)),
    Act.CONFIRM: frozenset((Role.CUSTODIAN, Role.RELEASER)),
    Act.TAKE_WATCH: frozenset((Role.WATCH,)),
    Act.HAND_OVER: frozenset((Role.WATCH,)),
    Act.DRAFT: _WRITERS,
    Act.TRANSLATE: _WRITERS,
    Act.TICK: _WRITERS,
    Act.SET_OFFICES: _WRITERS | {Role.CUSTODIAN},
    Act.SUBMIT: _WRITERS,
    Act.WITHDRAW: _WRITERS,
    Act.RETURN: frozenset((Role.RELEASER,)),
    Act.RELEASE: frozenset((Role.RELEASER,)),
    Act.ANSWER: frozenset((Role.WATCH,)),
    Act.SEND_PRECLEARED: frozenset((Role.WATCH,)),
    Act.OPERATE: frozenset((Role.ENGINEER, Role.WATCH)),
    Act.SEE_SCREEN: _EVERYBODY,
    Act.SEE_MESSAGES: _WRITERS | {Role.AUDITOR},
    Act.EXPORT: frozenset((Role.RELEASER, Role.WATCH, Role.AUDITOR)),
    Act.SEE_DRAFTS: _WRITERS | {Role.AUDITOR},
    Act.SEE_LOG: frozenset((Role.WATCH, Role.CUSTODIAN, Role.AUDITOR)),
    Act.CHANGE_LINE: frozenset((Role.CUSTODIAN,)),
    Act.ALARMS: frozenset((Role.WATCH, Role.ENGINEER)),
    Act.OWN_KEY: _EVERYBODY,
    Act.SIGN_OUT: _EVERYBODY,
}


class Officer(NamedTuple):
    """One person at this desk. `number` is theirs for good; who was dismissed keeps it and has no roles.

    `made_by`: who gave them roles, a PIN or a key since a release takes two, unconfirmed by another; -1 is the
    account.
    """

    number: int
    name: str
    roles: frozenset[Role]
    dismissed: bool = False
    is_program: bool = False
    made_by: tuple[int, ...] = ()
    means_at_ms: int = 0  # when they were given the PIN, or the token, that they have now


class Actor(NamedTuple):
    """Who acts: an officer in one sitting. `sitting` names one sign-in, 8 bytes; two sign-ins never share it."""

    officer: int
    sitting: bytes


def may(officer: Officer, act: Act) -> bool:
    """Whether one of the officer's roles allows the act."""
    return not officer.dismissed and bool(ALLOWED[act] & officer.roles)
