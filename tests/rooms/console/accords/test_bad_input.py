"""Bad input about agreements, case by case, over the real line machine with real keys: what a peer sends is held and
receipted by both, marked with the reason or kept as unread with it, and both sides show the same."""

from __future__ import annotations

import pytest

from openline.accord.agreements.acts import Act, What, encode_act
from openline.accord.agreements.terms import End, Terms, encode_terms
from openline.accord.bodies import encode_agreement
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.communique.ledger import State as Joint
from openline.accord.communique.statement import Signature, Statement, Version, encode_signature, encode_statement
from openline.accord.communique.statement import statement_digest as joint_digest
from openline.accord.drafting.bodies import (
    Closed,
    Closing,
    Position,
    Said,
    Stand,
    encode_closed,
    encode_position,
    encode_tabled,
)
from openline.accord.drafting.drafts import Hindrance, State
from openline.accord.escrow import bodies as escrow
from openline.accord.escrow import exchanging
from openline.accord.identity import agreement_digest
from openline.console.accords.reading import KINDS, Follower
from openline.console.publishing.timing import why_not_yet
from openline.errors import Malformed
from openline.record.entry import ACT, AGREEMENT, CLOSED, JOINT, POSITION, TABLED, TERMS, Ref
from openline.record.fields import dump_map, load_map
from tests.rooms.accord.drafting.treaty import both, tabled
from tests.rooms.accord.escrow.parts import listed
from tests.rooms.console.accords.test_hostile import NOW_S, World

IN_FORCE = tabled(id="TREATY-1", of={"from_s": NOW_S - 900, "until_s": NOW_S + 900})


def alike(world: World) -> tuple[Book, dict[Ref, str]]:
    """What both sides show of it, and what neither can read. Nothing that was sent is missing on either."""
    world.wire.settle(ticks=4)
    found = [Follower(desk.store, (0, 1)) for desk in world.wire.desks]
    ours, theirs = [one.follow() for one in found]
    assert list(canon.said(ours)) == list(canon.said(theirs))
    for at_s in (NOW_S - 60, NOW_S, NOW_S + 9_000):
        assert list(canon.held(ours, at_s * 1000)) == list(canon.held(theirs, at_s * 1000))
    unread = [{one.ref: one.why for one in each.unread} for each in found]
    assert unread[0] == unread[1]
    for desk in world.wire.desks:
        held = sum(len(desk.store.find(kind, 0, 1_000)) for kind in KINDS)
        assert held == sum(kind in KINDS for _, kind, _, _ in world.said)
    return ours, unread[0]


@pytest.fixture
def world() -> World:
    return World(0)


def both_sign(world: World, body: bytes) -> None:
    for party in (0, 1):
        world.says(party, AGREEMENT, body)


def test_different_bytes_signed_by_the_two_sides(world: World) -> None:
    version = world.says(0, TABLED, encode_tabled(IN_FORCE))
    other = tabled(both("21"), id="TREATY-1", of={"from_s": NOW_S - 900, "until_s": NOW_S + 900})
    world.says(0, AGREEMENT, IN_FORCE.body)
    signed = world.says(1, AGREEMENT, other.body)
    book, _ = alike(world)
    assert not book.is_known(IN_FORCE.digest) and not book.is_known(other.digest)
    assert book.drafts.state(version, NOW_S * 1000) is State.SIGNED_BY_SOME
    assert [one.ref for one in book.drafts.others_signed("TREATY-1")] == [signed]


def test_different_bytes_of_a_joint_statement_under_one_id(world: World) -> None:
    names = [encode_statement(Statement("JS", (Version("en", "T", words),), NOW_S, "UTC", 0)) for words in "ab"]
    for party, words in enumerate(names):
        world.says(party, JOINT, encode_signature(Signature(joint_digest(words), words)))
    book, _ = alike(world)
    first, second = map(joint_digest, names)
    assert book.joint.state(first) is book.joint.state(second) is Joint.OPEN
    assert book.joint.same_id(first) == [second] and book.joint.same_id(second) == [first]


def test_a_text_changed_after_one_signature(world: World) -> None:
    first = world.says(0, TABLED, encode_tabled(IN_FORCE))
    world.says(1, AGREEMENT, IN_FORCE.body)
    world.wire.settle()
    changed = tabled(both("21"), id="TREATY-1", over=first, of={"from_s": NOW_S - 900, "until_s": NOW_S + 900})
    second = world.says(0, TABLED, encode_tabled(changed))
    world.says(0, AGREEMENT, changed.body)
    book, _ = alike(world)
    signed = {ref: [one.ref.party for one in book.drafts.signatures(ref)] for ref in (first, second)}
    assert signed == {first: [1], second: [0]}, "a signature stays with the bytes that it is over"
    assert not book.is_known(IN_FORCE.digest) and not book.is_known(changed.digest)


def test_a_language_is_missing(world: World) -> None:
    one = tabled({"en": both()["en"]}, id="TREATY-1")
    assert dict(one.agreement.titles).keys() == {"en", "ru"}
    version = world.says(1, TABLED, encode_tabled(one))
    signature = world.says(1, AGREEMENT, one.body)
    book, _ = alike(world)
    assert book.drafts.hindrances(version, NOW_S * 1000) == [Hindrance.LANGUAGE]
    spite = [line for line in canon.said(book) if signature.full_name in line and '"signature"' in line]
    assert len(spite) == 1 and "a language is missing" in spite[0]


def test_an_end_before_the_begin(world: World) -> None:
    fields = list(load_map(IN_FORCE.body, 7, "agreement", 1 << 20).values())
    fields[4] = fields[3] - 1
    agreement = world.says(1, AGREEMENT, dump_map(fields), references=())
    act = encode_act(Act(IN_FORCE.digest, What.EXTEND, NOW_S, NOW_S + 2_000))
    fields = list(load_map(act, 8, "act", 1 << 20).values())
    fields[3] = fields[2]
    ends = world.says(1, ACT, dump_map(fields), references=())
    _, unread = alike(world)
    assert "it ends before it begins" in unread[agreement] and "it ends before it begins" in unread[ends]
    with pytest.raises(Malformed, match="it ends before it begins"):
        encode_agreement(IN_FORCE.agreement._replace(until_s=NOW_S - 901))


def test_two_ends(world: World) -> None:
    both_sign(world, IN_FORCE.body)
    other = Terms(IN_FORCE.digest, "en", ("Amber", "Birch"), "", (), (), (), "", None, End(NOW_S + 5, 0, "UTC"), None)
    terms = [world.says(party, TERMS, encode_terms(other)) for party in (0, 1)]
    acts = [world.says(1, ACT, encode_act(Act(IN_FORCE.digest, What.EXTEND, NOW_S, NOW_S + more)))
            for more in (2_000, 3_000)]  # fmt: skip
    book, _ = alike(world)
    life = book.lives.life(agreement_digest(IN_FORCE.body))
    assert life is not None and life.end_s == NOW_S + 900 and life.terms is None
    why = {mark.ref: mark.why for mark in life.marks}
    assert {why[ref] for ref in terms} == {"two ends: its end is not that of the agreement it is of"}
    assert {why[ref] for ref in acts} == {"two ends proposed by one party"}


def test_an_extension_after_the_end(world: World) -> None:
    ended = tabled(id="TREATY-2", of={"from_s": NOW_S - 900, "until_s": NOW_S - 90})
    both_sign(world, ended.body)
    acts = [world.says(party, ACT, encode_act(Act(ended.digest, What.EXTEND, NOW_S, NOW_S + 900))) for party in (0, 1)]
    book, _ = alike(world)
    life = book.lives.life(ended.digest)
    assert life is not None and life.end_s == NOW_S - 90
    assert {mark.ref: mark.why for mark in life.marks} == dict.fromkeys(acts, "an extension after the end")


def test_an_acceptance_and_a_signature_of_a_withdrawn_draft(world: World) -> None:
    version = world.says(0, TABLED, encode_tabled(IN_FORCE))
    world.says(0, CLOSED, encode_closed(Closed(version, Closing.WITHDRAWN, "No.", "en")))
    world.wire.settle()
    accepts = Position(version, tuple(Said(number, Stand.ACCEPTS, "") for number in range(4)), "")
    world.says(1, POSITION, encode_position(accepts))
    world.says(1, AGREEMENT, IN_FORCE.body)
    book, _ = alike(world)
    assert book.drafts.state(version, NOW_S * 1000) is State.WITHDRAWN and not book.is_known(IN_FORCE.digest)
    assert book.drafts.hindrances(version, NOW_S * 1000) == [Hindrance.WITHDRAWN]
    assert len(book.drafts.positions(version)) == 4, "what they said is kept, and agrees nothing"


def test_an_opening_that_does_not_match(world: World) -> None:
    lists = [listed(party, "Alpha", "Bravo") for party in (0, 1)]

    def says(party: int, body: escrow.Body) -> Ref:
        world.wire.settle()
        return world.says(party, escrow.kind_of(body), escrow.encode(body))

    of = says(0, escrow.Exchange("LISTS", "", "", (0, 1), NOW_S + 1, NOW_S + 2, NOW_S + 3))
    committed = [says(party, escrow.Committed(of, 2, lists[party].lock())) for party in (0, 1)]
    pairs = tuple((ref, lists[party].lock()) for party, ref in enumerate(committed))
    for party in (0, 1):
        says(party, escrow.Countersigned(of, pairs))
    wrong = says(1, escrow.Opened(committed[1], listed(1, "Alpha", "Charlie").opening()))
    good = says(0, escrow.Opened(committed[0], lists[0].opening()))
    book, _ = alike(world)
    found = exchanging.seen(book.sealed, of)
    assert found is not None and found.locked == pairs
    ours, theirs = found.sides
    assert ours.complete and ours.openings == (good,) and not ours.marks
    assert not theirs.complete and not theirs.records and [mark.ref for mark in theirs.marks] == [wrong]
    assert "does not match" in theirs.marks[0].what or "is not what was committed" in theirs.marks[0].what


def test_a_statement_signed_after_its_instant_and_one_released_early(world: World) -> None:
    words = encode_statement(Statement("JS", (Version("en", "T", "w"),), NOW_S - 500_000, "UTC", 0))
    digest = joint_digest(words)
    for party in (0, 1):
        world.says(party, JOINT, encode_signature(Signature(digest, words)))
    book, _ = alike(world)
    assert book.joint.state(digest) is Joint.AGREED and len(book.joint.late(digest)) == 2, "marked, on both sides"
    assert "the agreed instant is" in why_not_yet(NOW_S * 1000, NOW_S * 1000 - 1, "agrees", NOW_S * 1000)


def test_a_look_alike_in_a_name(world: World) -> None:
    both_sign(world, IN_FORCE.body)
    named = Terms(IN_FORCE.digest, "en", ("Amber", "Birch"), "", (), (), (), "", None, None, None)
    world.says(0, TERMS, encode_terms(named))
    odd = world.says(1, TERMS, encode_terms(named._replace(parties=("Amber", "Вirch"))))
    book, _ = alike(world)
    life = book.lives.life(IN_FORCE.digest)
    assert life is not None and life.terms is None
    assert any(mark.ref == odd and "a name that may be taken for another" in mark.why for mark in life.marks)
    assert odd in [ref for _, _, ref in book.lives.odd_names()]
