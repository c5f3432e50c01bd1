"""Keys, tokens and what a release takes: less of it needs another officer whom nobody has made alone."""

from __future__ import annotations

import pytest

from openline.desk import acts, facts
from openline.desk.leaving import Part, lets_pass
from openline.desk.people import OF_PROGRAMS, Actor, Role
from openline.errors import Refused
from openline.limits import OFFICER_KEYS_MAX
from openline.record.entry import MESSAGE
from tests.rooms.desk.desks import ANN, BOB, CYD, DOT, WORDS, TestDesk


def give(name: str, number: int = 0) -> acts.GiveKey:
    """A key; what is in it is looked at elsewhere."""
    return acts.GiveKey(name, b"credential%d" % number, 0, b"public%d" % number, "localhost", "blue", bytes(16), 0)


def test_less_begins_when_another_agrees() -> None:
    desk = TestDesk()
    desk.act(acts.SetPolicy(1), ANN)
    assert desk.state.persons == 2, "asked for, no more"
    with pytest.raises(Refused, match="another officer than who asked"):
        desk.act(acts.AgreeWeaker(), ANN)
    with pytest.raises(Refused, match="another officer than who asked"):
        desk.act(acts.AgreeWeaker(), CYD._replace(sitting=ANN.sitting))
    with pytest.raises(Refused, match="Bob may not"):
        desk.act(acts.AgreeWeaker(), BOB)
    desk.act(acts.AgreeWeaker(), CYD)
    assert (desk.state.persons, desk.state.weaker) == (1, None)
    with pytest.raises(Refused, match="nobody asked for less"):
        desk.act(acts.AgreeWeaker(), DOT)
    desk.act(acts.SetPolicy(2), ANN)
    assert desk.state.persons == 2


def test_a_custodian_does_not_agree_through_somebody_of_their_own_making() -> None:
    desk = TestDesk()
    desk.act(acts.Enrol("Fay", frozenset((Role.CUSTODIAN,))), ANN)
    fay = Actor(5, b"sitting5")
    desk.act(acts.SetPolicy(1), ANN)
    with pytest.raises(Refused, match="had roles, PIN or key from Ann"):
        desk.act(acts.AgreeWeaker(), fay)
    for making in (acts.RenewPin("Cyd"), acts.GiveRoles("Dot", frozenset((Role.RELEASER, Role.AUDITOR)))):
        desk.act(making, ANN)
    for actor in (CYD, DOT):
        with pytest.raises(Refused, match="from Ann"):
            desk.act(acts.AgreeWeaker(), actor)
    assert desk.state.persons == 2
    desk.take(facts.PolicySet(1), None)
    desk.act(acts.SetPolicy(2), ANN)  # whoever is here now counts
    desk.act(acts.SetPolicy(1), ANN)
    desk.act(acts.AgreeWeaker(), fay)
    assert desk.state.persons == 1


def test_keys_are_demanded_where_a_releaser_has_one() -> None:
    desk = TestDesk()
    with pytest.raises(Refused, match="no releaser has a security key"):
        desk.act(acts.SetPolicy(2, keys=True), ANN)
    desk.act(give("Cyd"), ANN)
    desk.act(acts.ConfirmMeans("Cyd"), DOT)
    desk.act(acts.SetPolicy(2, keys=True), ANN)
    number = desk.draft()
    with pytest.raises(Refused, match="a PIN and a code are not enough"):
        desk.act(acts.LetGo(number, 1), CYD)
    desk.act(acts.LetGo(number, 1, b"evidence"), CYD)
    draft = desk.state.drafts[number]
    assert (draft.method, draft.evidence) == (facts.SECURITY_KEY, b"evidence")
    assert acts.release_of(desk.state, draft).evidence == b"evidence"
    desk.act(acts.SetPolicy(2, keys=False), ANN)
    assert desk.state.keys_demanded
    desk.act(acts.AgreeWeaker(), DOT)
    assert not desk.state.keys_demanded and desk.state.persons == 2


def test_with_one_person_and_a_key_nothing_passes_unreleased() -> None:
    """R-303."""
    desk = TestDesk()
    desk.act(give("Cyd"), ANN)
    desk.take(facts.PolicySet(1), ANN)
    assert lets_pass(desk.state, [Part(MESSAGE, 0, 0, (), WORDS)])
    desk.act(acts.SetPolicy(1, keys=True), ANN)
    assert not lets_pass(desk.state, [Part(MESSAGE, 0, 0, (), WORDS)])


def test_a_key_is_one_officers_once() -> None:
    desk = TestDesk()
    desk.act(give("Cyd"), ANN)
    for again, says in (
        (give("Dot"), "was, enrolled"),
        (give("Dot", 1)._replace(public=b"public0"), "same public key"),
        (give("Zoe", 1), "no officer"),
    ):
        with pytest.raises(Refused, match=says):
            desk.act(again, ANN)
    desk.act(acts.RevokeKey(b"credential0", "lost"), ANN)
    with pytest.raises(Refused, match="no security key"):
        desk.act(acts.RevokeKey(b"credential0"), ANN)
    with pytest.raises(Refused, match="was, enrolled"):
        desk.act(give("Cyd"), ANN)
    for number in range(1, OFFICER_KEYS_MAX + 1):
        desk.act(give("Cyd", number), ANN)
    with pytest.raises(Refused, match="revoke one first"):
        desk.act(give("Cyd", 99), ANN)
    with pytest.raises(Refused, match="Bob may not"):
        desk.act(give("Bob", 99), BOB)


def test_what_the_record_has_not_been_told_is_known() -> None:
    desk = TestDesk()
    desk.act(give("Cyd"), ANN)
    assert [(key.credential, given) for key, given in desk.state.untold()] == [(b"credential0", True)]
    desk.take(facts.KeyTold(b"credential0", 1), None)
    assert desk.state.untold() == []
    desk.act(acts.Dismiss("Cyd"), ANN)
    assert desk.state.keys_of(CYD.officer) == []
    assert [given for _, given in desk.state.untold()] == [False]
    desk.take(facts.KeyTold(b"credential0", 0), None)
    assert desk.state.untold() == []


def test_a_program_is_no_person() -> None:
    desk = TestDesk()
    for role in set(Role) - OF_PROGRAMS:
        with pytest.raises(Refused, match="no person"):
            desk.act(acts.EnrolProgram("robot", frozenset((role,)), bytes(32), 9_000), ANN)
    desk.act(acts.EnrolProgram("robot", frozenset((Role.DRAFTER,)), bytes(32), 9_000), ANN)
    robot = Actor(5, b"sitting5")
    desk.act(acts.Write(None, 0, 0, 0, WORDS), robot)
    with pytest.raises(Refused, match="a person reads and submits"):
        desk.act(acts.Submit(0, 1), robot)
    for asked, says in (
        (acts.RenewPin("robot"), "a token, no PIN"),
        (acts.GiveRoles("robot", frozenset((Role.RELEASER,))), "is a program"),
        (give("robot"), "no security key"),
        (acts.Enrol("robot", frozenset((Role.WATCH,))), "was, an officer"),
    ):
        with pytest.raises(Refused, match=says):
            desk.act(asked, ANN)
    desk.act(acts.Submit(0, 1), BOB)
    desk.act(acts.LetGo(0, 1), CYD)
    record = acts.release_of(desk.state, desk.state.drafts[0])
    assert [one.name for one in record.signatories] == ["Bob", "Cyd"], "persons only"


def test_what_one_person_gave_a_releaser_lets_nothing_leave_until_another_confirms_it() -> None:
    """R-336: else a custodian could write as one officer and release as another."""
    for making in (acts.RenewPin("Cyd"), give("Cyd"), acts.GiveRoles("Cyd", frozenset((Role.RELEASER, Role.AUDITOR)))):
        desk = TestDesk()
        number = desk.draft()
        desk.act(making, ANN)
        with pytest.raises(Refused, match="Cyd had roles, PIN or key from Ann"):
            desk.act(acts.LetGo(number, 1), CYD)
        for alone, says in ((ANN, "another confirms it than who gave it"), (CYD, "than who gave it and who was given")):
            with pytest.raises(Refused, match=says):
                desk.act(acts.ConfirmMeans("Cyd"), alone)
        with pytest.raises(Refused, match="Bob may not confirm"):
            desk.act(acts.ConfirmMeans("Cyd"), BOB)
        desk.act(acts.ConfirmMeans("Cyd"), DOT)
        desk.act(acts.LetGo(number, 1), CYD)
        with pytest.raises(Refused, match="nothing of Cyd's waits"):
            desk.act(acts.ConfirmMeans("Cyd"), DOT)


def test_nobody_confirms_who_was_made_by_the_same_hands() -> None:
    """R-336: each who gave something is remembered until a third confirms."""
    desk = TestDesk()
    fay, gus = Actor(5, b"sitting5"), Actor(6, b"sitting6")
    desk.act(acts.Enrol("Fay", frozenset((Role.CUSTODIAN, Role.RELEASER))), ANN)
    desk.act(acts.Enrol("Gus", frozenset((Role.RELEASER,))), ANN)
    for one, other in ((fay, "Gus"), (gus, "Fay")):
        with pytest.raises(Refused, match="from Ann"):
            desk.act(acts.ConfirmMeans(other), one)
    desk.act(acts.ConfirmMeans("Fay"), CYD)
    desk.act(acts.RenewPin("Gus"), fay)
    assert desk.state.officers[6].made_by == (0, 5)
    for maker in (ANN, fay):
        with pytest.raises(Refused, match="another confirms it"):
            desk.act(acts.ConfirmMeans("Gus"), maker)
    desk.act(acts.ConfirmMeans("Gus"), DOT)
    assert desk.state.officers[6].made_by == ()
    desk.act(acts.RenewPin("Fay"), fay)
    assert desk.state.officers[5].made_by == (), "their own makes nobody able to act as them"


def test_the_only_releaser_is_not_given_what_nobody_could_confirm() -> None:
    """R-336: they could release nothing any more."""
    desk = TestDesk()
    desk.act(acts.Dismiss("Dot"), ANN)
    for making in (acts.RenewPin("Cyd"), give("Cyd")):
        with pytest.raises(Refused, match="nobody at this desk could confirm it"):
            desk.act(making, ANN)
    desk.act(acts.RenewPin("Bob"), ANN)  # no releaser
    desk.act(acts.Enrol("Fay", frozenset((Role.CUSTODIAN,))), ANN)
    desk.act(acts.ConfirmMeans("Fay"), CYD)
    desk.act(give("Cyd"), ANN)
    desk.act(acts.ConfirmMeans("Cyd"), Actor(5, b"sitting5"))


def test_how_old_a_pin_and_a_key_are_is_how_old_the_newest_gift_of_each_is() -> None:
    """Other roles make no PIN younger; a revoked key does not count."""
    desk = TestDesk()

    def pin_at() -> int:
        return desk.state.officers[1].means_at_ms

    enrolled_at = pin_at()
    assert enrolled_at == next(one.at_ms for one in desk.entries if isinstance(one.fact, facts.Enrolled) and
                               one.fact.name == "Bob")
    desk.act(acts.GiveRoles("Bob", frozenset((Role.DRAFTER, Role.ENGINEER))), ANN)
    assert pin_at() == enrolled_at
    desk.act(acts.RenewPin("Bob"), ANN)
    assert pin_at() == desk.state.last_at_ms > enrolled_at
    for number in range(2):
        desk.act(give("Bob", number), ANN)
    first, second = desk.state.keys_of(1)
    assert enrolled_at < first.given_at_ms < second.given_at_ms == desk.state.last_at_ms
    desk.act(acts.RevokeKey(first.credential), ANN)
    assert [one.given_at_ms for one in desk.state.keys_of(1)] == [second.given_at_ms]
    assert pin_at() < first.given_at_ms, "a key is no PIN"
