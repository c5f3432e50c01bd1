"""What leaves with a release, and the gate before the record: nothing official passes but what was released. R-303."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from openline.accord.declarations.declaration import Count, Declaration, encode_count, encode_declaration
from openline.accord.escrow.bodies import Committed, Countersigned, encode, kind_of, references_of
from openline.accord.formats.notice import Relation as NoticeRelation
from openline.desk import acts, facts
from openline.desk.leaving import GATED, NOT_YET, Part, draft_of, lets_pass, parts_of, token_of
from openline.desk.people import ALLOWED, Act, Role
from openline.desk.state import Stage
from openline.desk.telling.bodies import Office, Offices, Relation, Understood, Which, encode_body, parse_body
from openline.errors import Malformed, Refused
from openline.record.body import Message, encode_message, parse_message
from openline.record.entry import (
    ACKNOWLEDGEMENT,
    COUNT,
    DECLARATION,
    MESSAGE,
    NOTICE_KINDS,
    OFFICES,
    PASSED,
    RELATION,
    RELEASE,
    UNDERSTOOD,
    Ref,
)
from tests.rooms.desk.desks import ANN, BOB, CYD, DOT, WORDS, TestDesk

OLD = Ref(0, bytes(12), 4)
CORRECTS = encode_body(Relation(Which.CORRECTS, (OLD,), NOT_YET, "The hour was wrong.", "en"))
WITHDRAWS = encode_body(Relation(Which.WITHDRAWS, (OLD,), b"", "Sent in error.", "en"))
DIRECTORY = encode_body(Offices((Office("DEFENCE", "", (), "", ""),)))


def passes(desk: TestDesk, *parts: Part) -> bool:
    """As the desk records what was released last."""
    draft = next((one for one in reversed([*desk.state.drafts.values()]) if one.stage is Stage.RELEASED), None)
    return lets_pass(desk.state, parts, draft)


def submitted(desk: TestDesk, kind: int, told: bytes, body: bytes, precedence: int = 1) -> int:
    (fact,) = desk.act(acts.Write(None, 0, precedence, 0, body, kind, told), BOB)
    assert isinstance(fact, facts.DraftedOther)
    desk.act(acts.Submit(fact.draft, 1), BOB)
    return fact.draft


def released(desk: TestDesk, number: int) -> Sequence[Part]:
    """What leaves with a draft that Cyd released."""
    parts = acts.leaving(desk.state, desk.state.drafts[number], CYD)
    assert not passes(desk, *parts)
    desk.act(acts.LetGo(number, 1), CYD)
    assert acts.release_of(desk.state, desk.state.drafts[number]).digest == parts[-1].digest
    return parts


def test_nothing_passes_the_gate_but_what_was_released() -> None:
    """R-303."""
    desk = TestDesk()
    (part,) = released(desk, number := desk.draft())
    assert passes(desk, part)
    assert not passes(desk, part._replace(precedence=3))  # more urgent than what was read
    assert not passes(desk, part._replace(flags=1))  # an exercise it was not
    assert not passes(desk, part._replace(body=WORDS))
    assert not passes(desk, part, part._replace(body=WORDS))
    assert passes(desk, Part(ACKNOWLEDGEMENT, 0, 0, (), b""))
    desk.take(facts.Recorded(number, 0, bytes(12), 7), None)
    assert not passes(desk, part)  # once
    desk.take(facts.PolicySet(1), ANN)
    assert passes(desk, part._replace(body=WORDS))


def test_the_same_words_by_another_door_are_not_what_was_released() -> None:
    """R-338: until it is recorded too, and the same draft again while it waits is refused by name."""
    desk = TestDesk()
    (part,) = released(desk, number := desk.draft())
    waits = desk.state.drafts[number]
    assert not lets_pass(desk.state, [part]), "by `send`, say"
    token = token_of(waits)
    assert draft_of(desk.state, [token, f"{token}/release"]) == waits
    for tokens in ((), ("",), ("other",), (token, "other"), (token + "1",), (token_of(waits._replace(number=7)),)):
        assert draft_of(desk.state, tokens) is None
    again = desk.draft()
    with pytest.raises(Refused, match=f"D-{number} is the same"):
        desk.act(acts.LetGo(again, 1), CYD)
    desk.take(facts.Recorded(number, 0, bytes(12), 7), None)
    assert draft_of(desk.state, [token]) is None and not passes(desk, part)
    desk.act(acts.LetGo(again, 1), CYD)
    assert passes(desk, part) and not lets_pass(desk.state, [part], desk.state.drafts[number])


def test_no_kind_of_official_text_is_outside_the_gate() -> None:
    """R-319: messages, notices, what is done to earlier ones, and the directory; what the watch officer says is not."""
    desk = TestDesk()
    official = {MESSAGE, RELATION, OFFICES, *NOTICE_KINDS}
    for kind in range(256):
        assert passes(desk, Part(kind, 0, 0, (), b"")) == (kind not in official)
    assert official == GATED and not {UNDERSTOOD, PASSED, RELEASE} & GATED


def test_a_declaration_and_a_count_leave_by_two_and_refer_to_what_they_say() -> None:
    """R-303, R-319, R-411, R-414."""
    desk = TestDesk()
    declared = encode_declaration(
        Declaration(bytes(8), 2026, 1, "", 1, ([["A", 1]],), relation=NoticeRelation.CORRECTS, of=OLD)
    )
    count = encode_count(Count(OLD, (("launchers", 901),), "", ""))
    for kind, body in ((DECLARATION, declared), (COUNT, count)):
        (part,) = released(desk, submitted(desk, kind, body, b""))
        assert part.references == (OLD,) and part.body == body and passes(desk, part)
        for wrong in (part._replace(references=()), part._replace(body=body + b"\0"), part._replace(flags=1)):
            assert not passes(desk, wrong)
        with pytest.raises(Refused, match="stand alone"):
            desk.act(acts.Write(None, 0, 0, 0, WORDS, kind, body), BOB)
        with pytest.raises(Malformed):
            desk.act(acts.Write(None, 0, 0, 0, b"", kind, WITHDRAWS), BOB)


def test_what_is_committed_and_what_is_opened_leave_by_two() -> None:
    """R-303, R-319, R-552."""
    desk = TestDesk()
    theirs = Ref(1, bytes(12), 5)
    for said in (Committed(OLD, 4, bytes(32)), Countersigned(OLD, ((OLD, bytes(32)), (theirs, bytes(32))))):
        (part,) = released(desk, submitted(desk, kind_of(said), encode(said), b""))
        assert part.references == references_of(said) and passes(desk, part)
        for wrong in (part._replace(references=()), part._replace(kind=146), part._replace(flags=1)):
            assert not passes(desk, wrong)


def test_a_correction_is_one_release_over_both_entries() -> None:
    """R-312, R-317, R-319."""
    desk = TestDesk()
    message, relation = released(desk, submitted(desk, RELATION, CORRECTS, WORDS))
    said = parse_body(RELATION, relation.body)
    assert isinstance(said, Relation)
    assert (said.beside, said.of, said.released_by) == (message.digest, (OLD,), ("Bob", "Cyd"))
    assert parse_message(message.body).released_by == ("Bob", "Cyd") and relation.references == (OLD,)
    assert passes(desk, message, relation)
    other = message._replace(body=encode_message(Message("Subject", "Other words.")))
    for wrong in (
        (message,), (relation,), (relation, message), (other, relation), (message, other, relation),
        (message, relation._replace(references=())), (message, relation._replace(precedence=2)),
        (message._replace(flags=1), relation), (message._replace(precedence=2), relation),
        (message, relation._replace(body=CORRECTS)), (message, relation._replace(body=b"no body")),
        (message, message, relation),
    ):  # fmt: skip
        assert not passes(desk, *wrong), wrong


def test_a_withdrawal_leaves_alone() -> None:
    desk = TestDesk()
    (part,) = released(desk, submitted(desk, RELATION, WITHDRAWS, b"", precedence=3))
    assert (part.kind, part.precedence, part.references) == (RELATION, 3, (OLD,))
    assert passes(desk, part) and not passes(desk, part._replace(references=(OLD, OLD)))


def test_a_directory_is_written_by_a_custodian_and_released_by_another() -> None:
    """R-319."""
    desk = TestDesk()
    written, waits = desk.act(acts.WriteOffices(DIRECTORY), ANN)
    assert isinstance(written, facts.DraftedOther) and isinstance(waits, facts.Submitted)
    (part,) = released(desk, written.draft)
    assert part.kind == OFFICES and passes(desk, part) and not passes(desk, part._replace(body=DIRECTORY))
    assert Role.CUSTODIAN in ALLOWED[Act.SET_OFFICES] and Role.CUSTODIAN not in ALLOWED[Act.DRAFT]
    written, _ = desk.act(acts.WriteOffices(DIRECTORY), DOT)
    assert isinstance(written, facts.DraftedOther)
    with pytest.raises(Refused, match="two persons"):
        desk.act(acts.LetGo(written.draft, 1), DOT)


def test_what_cannot_become_entries_is_not_drafted() -> None:
    desk = TestDesk()
    understood = encode_body(Understood("Yes.", "en", "Ann", ""))
    named = encode_body(Relation(Which.WITHDRAWS, (OLD,), b"", "Why.", "en", ("Ann",)))
    signed = encode_message(Message("", "x", released_by=("A",)))
    for kind, told, body, why in (
        (RELATION, CORRECTS, b"", "by a message"), (RELATION, WITHDRAWS, WORDS, "by a message"),
        (OFFICES, DIRECTORY, WORDS, "stands alone"), (UNDERSTOOD, understood, b"", "watch officer"),
        (RELATION, named, b"", "names nobody"), (RELATION, CORRECTS, signed, "names nobody"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            desk.act(acts.Write(None, 0, 0, 0, body, kind, told), BOB)
    with pytest.raises(Malformed):
        desk.act(acts.Write(None, 0, 0, 0, b"", OFFICES, WITHDRAWS), BOB)
    number = desk.draft()
    with pytest.raises(Refused, match="another kind"):
        desk.act(acts.Write(number, 1, 0, 0, b"", RELATION, WITHDRAWS), BOB)


def test_closed_drafts_keep_no_words() -> None:
    desk = TestDesk()
    number = submitted(desk, RELATION, CORRECTS, WORDS)
    assert len(parts_of(desk.state.drafts[number].version, ("A",))) == 2
    desk.act(acts.Withdraw(number), BOB)
    version = desk.state.drafts[number].version
    assert (version.body, version.told) == (b"", b"")
