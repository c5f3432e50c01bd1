"""Notices that two officers released beforehand: what is filled in, who sends them, and what the record shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.desk import acts, facts
from openline.desk.leaving import Part, lets_pass
from openline.desk.people import Role
from openline.desk.release import Release, encode_release, parse_release
from openline.desk.state import Stage
from openline.desk.texts.precleared import (
    PRECLEARED,
    Clearing,
    Field,
    FieldKind,
    Notice,
    check_use,
    encode_clearing,
    encode_notice,
    fill,
    parse_clearing,
    parse_notice,
)
from openline.errors import Malformed, Refused
from openline.record.body import encode_message, parse_message
from openline.record.entry import FLASH, MESSAGE
from tests.rooms.desk.desks import ANN, BOB, CYD, DOT, TestDesk

NOTICE = Notice(
    "accident", "Unplanned launch of {count}", "At {time} {count} {what} left {place} ({site}). It was not ordered.",
    "en", FLASH, ("DEFENCE",), (), (
        Field("count", FieldKind.NUMBER, 1, 4), Field("place", FieldKind.POINT),
        Field("site", FieldKind.NAME, 0, 16), Field("time", FieldKind.INSTANT),
        Field("what", FieldKind.CHOICE, choices=("missile", "drone")),
    ),
)  # fmt: skip
BODY = encode_notice(NOTICE)
VALUES = {"count": "2", "place": "57 12.3N 155 00.0E", "site": "Range 4", "time": "221005Z NOV 26", "what": "missile"}


def cleared(desk: TestDesk) -> int:
    """A notice that Bob wrote and Cyd released."""
    (fact,) = desk.act(acts.Write(None, 0, 0, 0, b"", PRECLEARED, BODY), BOB)
    assert isinstance(fact, facts.DraftedOther)
    desk.act(acts.Submit(fact.draft, 1), BOB)
    desk.act(acts.LetGo(fact.draft, 1), CYD)
    assert desk.state.drafts[fact.draft].stage is Stage.CLEARED
    return fact.draft


def use(number: int, **values: str) -> acts.SendPrecleared:
    return acts.SendPrecleared(number, tuple(sorted({**VALUES, **values}.items())), 0)


def test_a_notice_reads_back_and_no_other_spelling_does() -> None:
    """R-321."""
    assert parse_notice(BODY) == NOTICE
    for at in range(len(BODY)):
        try:
            assert parse_notice(BODY[:at] + bytes((BODY[at] ^ 1,)) + BODY[at + 1 :]) != NOTICE
        except Malformed:
            continue
    for fields in (
        NOTICE.fields[1:], (*NOTICE.fields, Field("more", FieldKind.NAME, 0, 8)), (*NOTICE.fields, NOTICE.fields[0]),
        (NOTICE.fields[0]._replace(low=5), *NOTICE.fields[1:]),
        (NOTICE.fields[0]._replace(name="Count"), *NOTICE.fields[1:]),
        (*NOTICE.fields[:4], NOTICE.fields[4]._replace(choices=())),
        (NOTICE.fields[0], NOTICE.fields[1]._replace(high=3), *NOTICE.fields[2:]),
    ):  # fmt: skip
        with pytest.raises(Malformed):
            encode_notice(NOTICE._replace(fields=fields))
    for text in ("{count} {time} {what} {place} {site} {", "", "{count}}", "{count} {other}"):
        with pytest.raises(Malformed):
            encode_notice(NOTICE._replace(text=text))


def test_only_what_the_fields_allow_is_filled_in_and_every_fault_is_said() -> None:
    message = parse_message(fill(NOTICE, VALUES))
    assert message.text == "At 221005Z NOV 26 2 missile left 57 12.3N 155 00.0E (Range 4). It was not ordered."
    assert message.subject == "Unplanned launch of 2" and message.action == ("DEFENCE",)
    wrong = {
        "count": ("0", "5", "02", "2.0", "two", "", "٢", "+2"), "what": ("", "Missile", "missile, drone"),
        "time": ("221005 NOV 26", "321005Z NOV 26", "222405Z NOV 26", "221005z nov 26", "221005Z NOV 2026"),
        "place": ("57 12.3N", "97 12.3N 155 00.0E", "57 12.3N 185 00.0E", "57 62.3N 155 00.0E", "57.2N 155.0E"),
        "site": ("", " ", "x" * 17, "a\nb"),
    }  # fmt: skip
    for name, values in wrong.items():
        for value in values:
            with pytest.raises(Refused, match=name):
                fill(NOTICE, {**VALUES, name: value})
    with pytest.raises(Refused) as refusal:
        fill(NOTICE, {"count": "9", "fee": "1"})
    for each in ("'fee' is no field", "count", "time is missing", "place is missing"):
        assert each in str(refusal.value)
    assert "{time}" in parse_message(fill(NOTICE, {**VALUES, "site": "{time}"})).text  # what is filled in is no place


@given(st.text(max_size=20))
def test_nothing_that_fits_a_name_leaves_its_place(value: str) -> None:
    try:
        message = parse_message(fill(NOTICE, {**VALUES, "site": value}))
    except (Refused, Malformed):
        return
    assert message.text.replace(f"({value})", "()", 1).endswith("155 00.0E (). It was not ordered.")


def test_the_watch_officer_alone_sends_it_and_nothing_else_passes_the_gate() -> None:
    """R-303, R-321, R-322: each use is a fact, its release says pre-cleared and by whom."""
    desk = TestDesk()
    number = cleared(desk)
    body = fill(NOTICE, VALUES, ("Ann",))
    part = Part(MESSAGE, FLASH, 0, (), body)
    assert not lets_pass(desk.state, [part])
    assert not lets_pass(desk.state, [Part(MESSAGE, 0, 0, (), encode_message(parse_message(body)))])
    with pytest.raises(Refused, match="who has the watch"):
        desk.act(use(number), ANN)
    for nobody in (BOB, CYD):
        with pytest.raises(Refused, match="may not send a notice"):
            desk.act(use(number), nobody)
    desk.act(acts.TakeWatch(), ANN)
    with pytest.raises(Refused, match="who has the watch"):
        desk.act(use(number), DOT)
    with pytest.raises(Refused, match="whole number from 1 to 4"):
        desk.act(use(number, count="5"), ANN)
    (fact,) = desk.act(use(number), ANN)
    assert isinstance(fact, facts.NoticeUsed) and fact.under == number
    sent = desk.state.drafts[fact.draft]
    assert lets_pass(desk.state, [part], sent) and not lets_pass(desk.state, [part])
    for other in (part._replace(precedence=0), part._replace(flags=1), part._replace(body=fill(NOTICE, VALUES)),
                  part._replace(body=fill(NOTICE, {**VALUES, "count": "3"}, ("Ann",)))):  # fmt: skip
        assert not lets_pass(desk.state, [other], sent)
    draft = desk.state.drafts[fact.draft]
    (leaving,) = acts.leaving(desk.state, draft, ANN)
    record = parse_release(encode_release(acts.release_of(desk.state, draft)))
    assert leaving == part and record.digest == part.digest
    clearing = check_use(record, FLASH, body)
    assert [one.name for one in clearing.signatories] == ["Bob", "Cyd"] and dict(clearing.values) == VALUES
    with pytest.raises(Refused, match="on its way"):
        desk.act(acts.Withdraw(number), BOB)
    desk.take(facts.Recorded(fact.draft, 0, bytes(12), 7), None)
    assert not lets_pass(desk.state, [part], desk.state.drafts[fact.draft])  # once
    desk.act(acts.Withdraw(number), BOB)
    with pytest.raises(Refused, match="withdrawn"):
        desk.act(use(number), ANN)


def test_a_notice_cleared_without_a_key_is_no_way_round_the_key_that_is_demanded_since() -> None:
    """R-303: what was released by PIN and code before lets nothing leave where a release takes a key."""
    desk = TestDesk()
    number = cleared(desk)
    desk.act(acts.TakeWatch(), ANN)
    desk.take(facts.KeysDemanded(1), ANN)
    with pytest.raises(Refused, match="takes a security key by now"):
        desk.act(use(number), ANN)
    desk.take(facts.KeysDemanded(0), ANN)
    assert desk.act(use(number), ANN)


def test_a_custodian_switches_them_off_two_on_and_clearing_always_takes_two() -> None:
    """R-339."""
    desk = TestDesk()
    number = cleared(desk)
    desk.act(acts.TakeWatch(), ANN)
    desk.act(acts.AllowPrecleared(False), ANN)
    with pytest.raises(Refused, match="switched off"):
        desk.act(use(number), ANN)
    with pytest.raises(Refused, match="may not"):
        desk.act(acts.AllowPrecleared(True), BOB)
    desk.act(acts.AllowPrecleared(True), ANN)
    assert not desk.state.allows_precleared, "asked for, no more"
    for alone in (ANN, CYD._replace(sitting=ANN.sitting)):
        with pytest.raises(Refused, match="another officer than who asked"):
            desk.act(acts.AgreeWeaker(), alone)
    desk.act(acts.AgreeWeaker(), CYD)
    assert (desk.state.allows_precleared, desk.state.weaker, desk.state.persons) == (True, None, 2)
    desk.act(use(number), ANN)
    desk.act(acts.AllowPrecleared(False), ANN)
    desk.act(acts.AllowPrecleared(True), ANN)
    desk.act(acts.AllowPrecleared(False), ANN)  # what was asked is not asked any more
    with pytest.raises(Refused, match="nobody asked"):
        desk.act(acts.AgreeWeaker(), CYD)
    desk.take(facts.PreclearedSet(1), ANN)
    desk.act(acts.SetPolicy(1), ANN)
    (fact,) = desk.act(acts.Write(None, 0, 0, 0, b"", PRECLEARED, BODY), DOT)
    assert isinstance(fact, facts.DraftedOther)
    with pytest.raises(Refused, match="submitted"):
        desk.act(acts.LetGo(fact.draft, 1), DOT)
    desk.act(acts.Submit(fact.draft, 1), DOT)
    with pytest.raises(Refused, match="two persons"):
        desk.act(acts.LetGo(fact.draft, 1), DOT)
    with pytest.raises(Refused, match="submitted"):
        desk.act(use(fact.draft), ANN)


def test_a_clearing_ends_with_the_office_of_either_who_gave_it() -> None:
    """R-337: judged when it is used, and good again with who gave it."""
    for name, roles, keeps in (
        ("Bob", {Role.AUDITOR}, {Role.DRAFTER}),
        ("Cyd", {Role.DRAFTER, Role.AUDITOR}, {Role.RELEASER}),
    ):
        desk = TestDesk()
        number = cleared(desk)
        desk.act(acts.TakeWatch(), ANN)
        desk.act(acts.GiveRoles(name, frozenset(roles)), ANN)
        with pytest.raises(Refused, match=f"by {name}, who may no longer"):
            desk.act(use(number), ANN)
        desk.act(acts.GiveRoles(name, frozenset(keeps)), ANN)
        desk.act(use(number), ANN)
        desk.act(acts.Dismiss(name), ANN)
        with pytest.raises(Refused, match=f"by {name}, who is dismissed"):
            desk.act(use(number, count="1"), ANN)


def test_the_same_use_twice_while_the_disk_takes_nothing_is_one() -> None:
    """R-338."""
    desk = TestDesk()
    number = cleared(desk)
    desk.act(acts.TakeWatch(), ANN)
    (fact,) = desk.act(use(number), ANN)
    assert isinstance(fact, facts.NoticeUsed)
    with pytest.raises(Refused, match=f"D-{fact.draft} is the same"):
        desk.act(use(number), ANN)
    desk.act(use(number, count="3"), ANN)
    desk.take(facts.Recorded(fact.draft, 0, bytes(12), 7), None)
    desk.act(use(number), ANN)


def test_a_release_as_precleared_of_other_words_shows_nothing() -> None:
    """R-322."""
    desk = TestDesk()
    number = cleared(desk)
    desk.act(acts.TakeWatch(), ANN)
    (fact,) = desk.act(use(number), ANN)
    assert isinstance(fact, facts.NoticeUsed)
    record = acts.release_of(desk.state, desk.state.drafts[fact.draft])
    body = fill(NOTICE, VALUES, ("Ann",))
    clearing = parse_clearing(record.evidence)
    for wrong, precedence, message in (
        (record, FLASH, fill(NOTICE, {**VALUES, "count": "3"}, ("Ann",))), (record, FLASH, fill(NOTICE, VALUES)),
        (record, 0, body), (record._replace(evidence=b"x"), FLASH, body),
        (record._replace(signatories=(clearing.signatories[0],)), FLASH, body),
        (record._replace(evidence=encode_clearing(clearing._replace(values=clearing.values[1:]))), FLASH, body),
        (record._replace(evidence=encode_clearing(clearing._replace(notice=b""))), FLASH, body),
    ):  # fmt: skip
        with pytest.raises(Malformed):
            check_use(wrong, precedence, message)
    one = clearing.signatories[0]
    with pytest.raises(Malformed, match="two persons"):
        encode_clearing(Clearing(BODY, (one, one), 0, b"", 0, ()))
    with pytest.raises(Malformed, match="ascending"):
        encode_clearing(clearing._replace(values=clearing.values[::-1]))
    with pytest.raises(Malformed, match="security key"):
        encode_release(Release(record.digest, record.signatories, 2))
