"""What officers may do, and what leaves: each refusal says why, and changes nothing."""

from __future__ import annotations

import itertools

import pytest

from openline.desk import acts, facts
from openline.desk.acts import Meeting, release_refusal
from openline.desk.people import ALLOWED, Act, Actor, Role, may
from openline.desk.release import encode_release, parse_release, release_digest, short_code
from openline.desk.state import Stage
from openline.errors import Malformed, Refused
from openline.limits import DRAFT_VERSIONS_MAX, DRAFTS_OPEN_MAX
from openline.record.body import Message, encode_message, parse_message
from openline.record.entry import MESSAGE
from tests.rooms.desk.desks import ANN, BOB, CYD, DOT, EVE, WORDS, TestDesk


def test_every_act_has_its_roles() -> None:
    assert set(ALLOWED) == set(Act)
    assert all(ALLOWED.values())
    assert set(acts.NEEDS) == set(acts.Asked.__args__)


def test_who_has_no_role_for_an_act_is_refused_by_name() -> None:
    desk = TestDesk()
    for act, officer in itertools.product(Act, desk.state.officers):
        actor = Actor(officer.number, b"whatever")
        if ALLOWED[act] & officer.roles:
            assert acts.allow(desk.state, act, actor) == officer
        else:
            with pytest.raises(Refused, match=officer.name):
                acts.allow(desk.state, act, actor)


def test_two_let_a_draft_go_and_the_names_leave_with_it() -> None:
    desk = TestDesk()
    number = desk.draft()
    desk.act(acts.LetGo(number, 1), CYD)
    draft = desk.state.drafts[number]
    assert draft.stage is Stage.RELEASED
    leaving = acts.leaving(desk.state, draft, CYD)[0].body
    assert parse_message(leaving).released_by == ("Bob", "Cyd")
    assert draft.digest == release_digest(MESSAGE, 1, 0, leaving)
    record = acts.release_of(desk.state, draft)
    assert parse_release(encode_release(record)) == record
    assert [tuple(one) for one in record.signatories] == [("Bob", "drafter"), ("Cyd", "releaser")]


@pytest.mark.parametrize("met", [Meeting(*three) for three in itertools.product((False, True), repeat=3)])
def test_one_row_of_the_table_of_releases_fits(met: Meeting) -> None:
    """R-302. The rows as the docstring prints them, each with what it fits."""
    rows = [
        (not met.two_needed, None),
        (met.two_needed and met.wrote_it, "whoever wrote or submitted it"),
        (met.two_needed and not met.wrote_it and met.same_sitting, "sitting of the releaser's own"),
        (met.two_needed and not met.wrote_it and not met.same_sitting, None),
    ]
    fitting = [says for fits, says in rows if fits]
    assert len(fitting) == 1
    refusal = release_refusal(met)
    assert (refusal is None) == (fitting[0] is None)
    if fitting[0] is not None:
        assert refusal is not None and fitting[0] in refusal


def test_nobody_releases_what_they_wrote_or_submitted() -> None:
    """R-302: also not by writing it themselves and letting another submit it."""
    desk = TestDesk()
    own = desk.draft(DOT)
    with pytest.raises(Refused, match="two persons"):
        desk.act(acts.LetGo(own, 1), DOT)
    desk.act(acts.Write(None, 0, 0, 0, WORDS), DOT)
    desk.act(acts.Submit(own + 1, 1), BOB)
    with pytest.raises(Refused, match="two persons"):
        desk.act(acts.LetGo(own + 1, 1), DOT)
    with pytest.raises(Refused, match="sitting of the releaser's own"):
        desk.act(acts.LetGo(own, 1), CYD._replace(sitting=DOT.sitting))
    desk.act(acts.LetGo(own, 1), CYD)


def test_a_draft_that_changed_is_not_what_was_submitted() -> None:
    desk = TestDesk()
    number = desk.draft()
    desk.act(acts.Write(number, 1, 3, 0, encode_message(Message("Subject", "Other words."))), DOT)
    assert desk.state.drafts[number].stage is Stage.OPEN
    with pytest.raises(Refused, match="open"):
        desk.act(acts.LetGo(number, 1), CYD)
    desk.act(acts.Submit(number, 2), BOB)
    with pytest.raises(Refused, match="version 2, not 1"):
        desk.act(acts.LetGo(number, 1), CYD)
    with pytest.raises(Refused, match="two persons"):
        desk.act(acts.LetGo(number, 2), DOT)  # who wrote the version that would leave
    desk.act(acts.LetGo(number, 2), CYD)


def test_a_draft_goes_one_way() -> None:
    desk = TestDesk()
    number = desk.draft()
    desk.act(acts.Return(number, "say which day"), CYD)
    assert desk.state.drafts[number].remark == "say which day"
    with pytest.raises(Refused, match="open"):
        desk.act(acts.Return(number, "again"), CYD)
    desk.act(acts.Submit(number, 1), BOB)
    with pytest.raises(Refused, match="word of why"):
        desk.act(acts.Return(number, " "), CYD)
    desk.act(acts.LetGo(number, 1), CYD)
    for asked, actor in (
        (acts.Withdraw(number), BOB), (acts.Submit(number, 1), BOB), (acts.LetGo(number, 1), CYD),
        (acts.Write(number, 1, 0, 0, WORDS), BOB), (acts.Return(number, "late"), CYD),
    ):  # fmt: skip
        with pytest.raises(Refused, match="released"):
            desk.act(asked, actor)
    desk.take(facts.Recorded(number, 0, bytes(12), 7), None)
    assert desk.state.drafts[number].place == (0, bytes(12), 7)
    assert desk.state.drafts[number].version.body == b""
    with pytest.raises(Refused, match="no draft D-9"):
        desk.act(acts.Submit(9, 1), BOB)


def test_one_person_may_do_it_where_the_desk_says_so() -> None:
    desk = TestDesk()
    desk.take(facts.PolicySet(1), ANN)
    number = desk.draft(DOT)
    desk.act(acts.LetGo(number, 1), DOT)
    record = acts.release_of(desk.state, desk.state.drafts[number])
    assert [tuple(one) for one in record.signatories] == [("Dot", "releaser")]
    assert parse_message(acts.leaving(desk.state, desk.state.drafts[number], DOT)[0].body).released_by == ("Dot",)


def test_a_desk_cannot_lock_itself_out() -> None:
    desk = TestDesk()
    with pytest.raises(Refused, match="last custodian"):
        desk.act(acts.Dismiss("Ann"), ANN)
    with pytest.raises(Refused, match="last custodian"):
        desk.act(acts.GiveRoles("Ann", frozenset((Role.WATCH,))), ANN)
    desk.act(acts.GiveRoles("Eve", frozenset((Role.CUSTODIAN,))), ANN)
    desk.act(acts.Dismiss("Ann", "moved"), EVE)
    assert desk.state.named("Ann") is None
    with pytest.raises(Refused, match="none any more"):
        desk.act(acts.SetPolicy(1), ANN)
    with pytest.raises(Refused, match="was, an officer"):
        desk.act(acts.Enrol("Ann", frozenset((Role.AUDITOR,))), EVE)


def test_two_are_asked_for_only_where_there_are_two() -> None:
    desk = TestDesk()
    desk.take(facts.PolicySet(1), ANN)
    for name in ("Bob", "Cyd", "Dot"):
        desk.act(acts.Dismiss(name), ANN)
    with pytest.raises(Refused, match="nothing could ever leave"):
        desk.act(acts.SetPolicy(2), ANN)
    with pytest.raises(Refused, match="one person or two"):
        desk.act(acts.SetPolicy(3), ANN)


def test_the_first_officer_keeps_the_keys() -> None:
    from openline.desk.state import DeskState

    with pytest.raises(Refused, match="custodian too"):
        acts.decide(DeskState(), acts.Enrol("Ann", frozenset((Role.WATCH,))), None)
    with pytest.raises(Refused, match="signed in"):
        acts.decide(TestDesk().state, acts.Enrol("Fay", frozenset((Role.CUSTODIAN,))), None)
    with pytest.raises(Refused, match="needs a role"):
        acts.decide(TestDesk().state, acts.Enrol("Fay", frozenset()), ANN)


def test_the_watch_passes_from_one_to_the_next() -> None:
    desk = TestDesk()
    with pytest.raises(Refused, match="only who has the watch"):
        desk.act(acts.HandOver("Dot"), ANN)
    desk.act(acts.TakeWatch(), ANN)
    for to, says in (("Bob", "no watch officer"), ("Ann", "somebody else"), ("Zoe", "no officer")):
        with pytest.raises(Refused, match=says):
            desk.act(acts.HandOver(to), ANN)
    desk.act(acts.HandOver("Dot", "an answer is due at noon"), ANN)
    assert (desk.state.watch, desk.state.watch_remark) == (DOT.officer, "an answer is due at noon")
    desk.act(acts.Dismiss("Dot"), ANN)
    assert desk.state.watch is None


def test_drafts_are_bounded_and_name_no_releaser() -> None:
    desk = TestDesk()
    with pytest.raises(Refused, match="names nobody"):
        desk.act(acts.Write(None, 0, 0, 0, encode_message(Message("", "x", released_by=("Cyd",)))), BOB)
    with pytest.raises(Malformed):
        desk.act(acts.Write(None, 0, 0, 0, b"no message"), BOB)
    desk.act(acts.Write(None, 0, 0, 0, WORDS), BOB)
    for version in range(1, DRAFT_VERSIONS_MAX):
        desk.take(facts.Drafted(0, version + 1, 0, 0, WORDS), BOB)
    with pytest.raises(Refused, match="begin another"):
        desk.act(acts.Write(0, DRAFT_VERSIONS_MAX, 0, 0, WORDS), BOB)
    for number in range(1, DRAFTS_OPEN_MAX):
        desk.take(facts.Drafted(number, 1, 0, 0, WORDS), BOB)
    with pytest.raises(Refused, match="withdraw what is not needed"):
        desk.act(acts.Write(None, 0, 0, 0, WORDS), BOB)
    desk.act(acts.Withdraw(5, "not needed"), BOB)
    desk.act(acts.Write(None, 0, 0, 0, WORDS), BOB)


def test_who_was_dismissed_may_nothing() -> None:
    desk = TestDesk()
    desk.act(acts.Dismiss("Cyd"), ANN)
    assert not any(may(desk.state.officers[CYD.officer], act) for act in Act)


def test_a_short_code_is_the_beginning_of_the_digest() -> None:
    assert short_code(bytes.fromhex("3f9a01c2") + bytes(28)) == "3f9a 01c2"
