"""Means: what officers and programs act with (security keys, tokens), and what a release takes.

Pure. A custodian gives means alone. Where a release takes two, who was given roles, a PIN or a key releases and agrees
to nothing until another custodian or releaser, in whose own means only they had a hand, has confirmed it. Else a
custodian could release, or agree, as an officer of their own making. (R-336)
"""

from __future__ import annotations

from typing import NamedTuple, assert_never

from openline.desk import facts
from openline.desk.facts import Fact
from openline.desk.people import OF_PROGRAMS, Act, Actor, Officer, Role, may
from openline.desk.state import DeskState
from openline.errors import Refused
from openline.limits import OFFICER_KEYS_MAX


class SetPolicy(NamedTuple):
    """So many persons does a release take: 1 or 2; and whether the releaser's security key (None: as it is)."""

    persons: int
    keys: bool | None = None


class AllowPrecleared(NamedTuple):
    """Whether notices that were released beforehand may be sent."""

    allowed: bool


class AgreeWeaker(NamedTuple):
    """Agree to what another asked: that a release take less from now on, or that such notices may be sent again."""


class ConfirmMeans(NamedTuple):
    """Confirm what one person alone gave an officer: it was asked for by that officer, and is theirs."""

    name: str


class GiveKey(NamedTuple):
    """A security key is this officer's from now on."""

    name: str
    credential: bytes
    algorithm: int
    public: bytes
    rp_id: str
    label: str
    aaguid: bytes
    uses: int


class RevokeKey(NamedTuple):
    """A security key counts no longer."""

    credential: bytes
    remark: str = ""


class EnrolProgram(NamedTuple):
    """A program may act with these roles while it shows the token of this SHA-256."""

    name: str
    roles: frozenset[Role]
    digest: bytes
    until_ms: int


def officer_named(state: DeskState, name: str) -> Officer:
    """The officer of that name. Raises Refused naming those there are."""
    officer = state.named(name)
    if officer is None:
        there = ", ".join(one.name for one in state.officers if not one.dismissed)
        raise Refused(f"no officer {name!r} at this desk; there are: {there}")
    return officer


Asked = SetPolicy | AllowPrecleared | AgreeWeaker | ConfirmMeans | GiveKey | RevokeKey


def decide(state: DeskState, asked: Asked, actor: Actor) -> tuple[Fact, ...]:
    """The facts that an act about means adds. Raises Refused."""
    match asked:
        case AllowPrecleared(allowed):
            return allow_precleared(state, allowed)
        case ConfirmMeans(name):
            return confirm(state, name, actor)
        case SetPolicy():
            return policy(state, asked)
        case AgreeWeaker():
            return agree(state, actor)
        case GiveKey():
            return give_key(state, asked, actor)
        case RevokeKey():
            return revoke_key(state, asked)
        case _:
            assert_never(asked)


def policy(state: DeskState, asked: SetPolicy) -> tuple[Fact, ...]:
    """What a release takes. More begins at once; less begins when another officer agrees."""
    if asked.persons not in (1, 2):
        raise Refused("a release takes one person or two")
    keys = state.keys_demanded if asked.keys is None else asked.keys
    if asked.persons < state.persons or keys < state.keys_demanded:
        if state.persons >= 2:
            return (facts.WeakerAsked(asked.persons, int(keys)),)
    _check_able(state, asked.persons, keys)
    return _policy_facts(state, asked.persons, keys)


def allow_precleared(state: DeskState, allowed: bool) -> tuple[Fact, ...]:
    """Off at once; on, where a release takes two, when another officer agrees: one person then sends alone. (R-339)"""
    if allowed and state.persons >= 2 and not state.allows_precleared:
        return (facts.PreclearedAsked(),)
    return (facts.PreclearedSet(int(allowed)),)


def _policy_facts(state: DeskState, persons: int, keys: bool) -> tuple[Fact, ...]:
    changed = (facts.KeysDemanded(int(keys)),) if keys != state.keys_demanded else ()
    return (*changed, facts.PolicySet(persons))


def _check_able(state: DeskState, persons: int, keys: bool) -> None:
    """Raises Refused where with these officers and keys nothing could ever leave."""
    able = [one for one in state.officers if may(one, Act.RELEASE) and not one.is_program]
    if keys:
        able = [one for one in able if state.keys_of(one.number)]
        if not able:
            raise Refused("with these officers nothing could ever leave: no releaser has a security key yet")
    writers = [one for one in state.officers if may(one, Act.SUBMIT)]
    if persons == 2 and (not able or len({one.number for one in able} | {one.number for one in writers}) < 2):
        raise Refused("with these officers nothing could ever leave: a drafter and another releaser are needed")


def agree(state: DeskState, actor: Actor) -> tuple[Fact, ...]:
    """What was asked for happens. Raises Refused unless another agrees, whom no one person made since."""
    weaker, officer = state.weaker, state.officers[actor.officer]
    if weaker is None:
        raise Refused("nobody asked for less here; a custodian does, with `openline officer release-takes`")
    if weaker.by.officer == actor.officer or weaker.by.sitting == actor.sitting:
        raise Refused("another officer than who asked agrees, in a sitting of their own")
    if refusal := unconfirmed(state, officer):
        raise Refused(refusal)
    if weaker.precleared:
        return (facts.PreclearedSet(1),)
    _check_able(state, weaker.persons, weaker.demanded)
    return _policy_facts(state, weaker.persons, weaker.demanded)


def unconfirmed(state: DeskState, officer: Officer) -> str:
    """Why this officer neither releases nor agrees; empty where they may. (R-336)"""
    if not officer.made_by:
        return ""
    who = " and ".join(state.officers[one].name if one >= 0 else "the account" for one in officer.made_by)
    return (
        f"{officer.name} had roles, PIN or key from {who} since a release takes two persons: another custodian or "
        f"releaser confirms it first, with `openline officer confirm`"
    )


def confirm(state: DeskState, name: str, actor: Actor) -> tuple[Fact, ...]:
    """Raises Refused for who gave it, for the officer, and for who is not confirmed."""
    officer, second = officer_named(state, name), state.officers[actor.officer]
    if not officer.made_by:
        raise Refused(f"nothing of {officer.name}'s waits to be confirmed")
    if second.number == officer.number or second.number in officer.made_by:
        raise Refused("another confirms it than who gave it and who was given it")
    if refusal := unconfirmed(state, second):
        raise Refused(refusal)
    return (facts.MeansConfirmed(officer.number),)


def check_confirmable(state: DeskState, officer: Officer, giver: int) -> None:
    """Raises Refused where a releaser would be given what nobody could confirm: they could release nothing more."""
    if state.persons < 2 or not may(officer, Act.RELEASE) or officer.number == giver:
        return
    makers = (*officer.made_by, giver, officer.number)
    if not any(may(one, Act.CONFIRM) and not one.made_by and one.number not in makers for one in state.officers):
        raise Refused(
            f"nobody at this desk could confirm it, and {officer.name} could release nothing any more: "
            "make another custodian or releaser first, and have them confirmed"
        )


def give_key(state: DeskState, asked: GiveKey, actor: Actor) -> tuple[Fact, ...]:
    """Raises Refused for a program, a key that was here before, or one too many."""
    officer = officer_named(state, asked.name)
    if officer.is_program:
        raise Refused(f"{officer.name} is a program: it has a token, no security key")
    if asked.credential in state.keys:
        raise Refused("this security key is, or was, enrolled at this desk; revoked ones do not come back")
    if any(one.public == asked.public for one in state.keys.values()):
        raise Refused("another credential here has the same public key: this is no key of its own")
    if len(state.keys_of(officer.number)) >= OFFICER_KEYS_MAX:
        raise Refused(f"{officer.name} has {OFFICER_KEYS_MAX} security keys; revoke one first")
    check_confirmable(state, officer, actor.officer)
    return (facts.KeyEnrolled(officer.number, *asked[1:]),)


def program(asked: EnrolProgram, number: int) -> tuple[Fact, ...]:
    """A program is enrolled, under a number and a name that were looked at."""
    if not asked.roles <= OF_PROGRAMS:
        theirs = ", ".join(sorted(asked.roles - OF_PROGRAMS))
        may_be = ", ".join(sorted(OF_PROGRAMS))
        raise Refused(f"a program is no person: {theirs} is for officers; it may be {may_be}")
    return (facts.ProgramEnrolled(number, asked.name, tuple(sorted(asked.roles)), asked.digest, asked.until_ms),)


def revoke_key(state: DeskState, asked: RevokeKey) -> tuple[Fact, ...]:
    """At once, also the last one there is: a lost key must not count while somebody looks for another."""
    key = state.keys.get(asked.credential)
    if key is None or key.revoked:
        raise Refused("no security key of that name is in use here")
    return (facts.KeyRevoked(asked.credential, asked.remark),)
