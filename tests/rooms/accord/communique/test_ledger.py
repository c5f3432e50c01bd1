"""Who has signed what: the same in any order; what crossed undoes nothing, what was known does. (R-543, R-544)"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.making.joint import BODY, DIGEST, LIVES, RELEASE_S, SAID
from openline.accord.bodies import check_body
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.communique.ledger import State, Statements
from openline.accord.communique.statement import (
    Signature,
    Withdrawal,
    encode_signature,
    encode_statement,
    encode_withdrawal,
    statement_digest,
)
from openline.console.accords.reading import take_entry
from openline.errors import Malformed
from openline.record.entry import EXERCISE, JOINT, JOINT_WITHDRAWN, After, Header, Held, Ref

Act = Callable[[Statements], None]


def header(holds: dict[int, int], at_ms: int = 0) -> Header:
    held = tuple(Held(party, LIVES[party], size, bytes(32)) for party, size in sorted(holds.items()))
    return Header(0, at_ms, JOINT, 0, 0, After(held, ()), (), bytes(32))


def ref(party: int, index: int) -> Ref:
    return Ref(party, LIVES[party], index)


def signs(party: int, index: int, *, body: bytes = b"", at_ms: int = 0, **holds: int) -> Act:
    held = {int(name[1:]): size for name, size in holds.items()}
    digest = statement_digest(body) if body else DIGEST
    return lambda found: found.take_signature(ref(party, index), header(held, at_ms), Signature(digest, body))


def withdraws(party: int, index: int, **holds: int) -> Act:
    held = {int(name[1:]): size for name, size in holds.items()}
    return lambda found: found.take_withdrawal(ref(party, index), header(held), Withdrawal(DIGEST, "", ""))


def of(*acts: Act, parties: int = 2) -> Statements:
    found = Statements(range(parties))
    for act in acts:
        act(found)
    return found


PROPOSED = signs(0, 1, body=BODY)


def test_all_have_signed_the_same_bytes() -> None:
    assert of(PROPOSED).state(DIGEST) is State.OPEN
    agreed = of(PROPOSED, signs(1, 1, p0=2))
    assert agreed.state(DIGEST) is State.AGREED and sorted(agreed.signed_by(DIGEST)) == [0, 1]


def test_a_signature_that_crossed_with_a_withdrawal_counts_and_one_that_knew_of_it_does_not() -> None:
    assert of(PROPOSED, withdraws(0, 2)).state(DIGEST) is State.WITHDRAWN
    assert of(PROPOSED, withdraws(0, 2), signs(1, 1, p0=2)).state(DIGEST) is State.AGREED
    knowing = of(PROPOSED, withdraws(0, 2), signs(1, 1, p0=3))
    assert knowing.state(DIGEST) is State.WITHDRAWN
    assert [one.ref for one in knowing.void(DIGEST)] == [ref(1, 1)]
    again = of(PROPOSED, withdraws(0, 2), signs(1, 1, p0=3), signs(1, 2, p0=3))
    assert again.state(DIGEST) is State.WITHDRAWN, "asking twice does not help"
    assert of(PROPOSED, signs(1, 1, p0=2), withdraws(0, 2, p1=2)).state(DIGEST) is State.AGREED, "too late"


def test_who_took_a_signature_back_does_not_give_it_again() -> None:
    assert of(PROPOSED, withdraws(0, 2), signs(0, 3), signs(1, 1, p0=2)).signed_by(DIGEST)[0].ref == ref(0, 1)
    assert of(withdraws(0, 1), signs(0, 2, body=BODY), signs(1, 1)).state(DIGEST) is State.WITHDRAWN


def test_a_signature_in_a_disputed_log_is_passed_over_by_who_knows_of_it() -> None:
    found = of(PROPOSED, signs(1, 1), signs(1, 4))
    assert found.signed_by(DIGEST)[1].ref == ref(1, 1)
    assert found.signed_by(DIGEST, lambda at: at != ref(1, 1))[1].ref == ref(1, 4)
    assert list(found.signed_by(DIGEST, lambda at: at.party == 0)) == [0]
    assert found.state(DIGEST) is State.AGREED, "how it stands follows from the entries alone"


def test_different_bytes_under_one_id_are_named_on_both_sides() -> None:
    later = encode_statement(SAID._replace(release_s=RELEASE_S + 60))
    found = of(PROPOSED, signs(1, 1, body=later))
    other = statement_digest(later)
    assert found.same_id(DIGEST) == [other] and found.same_id(other) == [DIGEST]
    assert found.state(DIGEST) is found.state(other) is State.OPEN
    one = of(PROPOSED, signs(1, 1, body=encode_statement(SAID._replace(id="JS-2026-2"))))
    assert one.same_id(DIGEST) == []


def test_a_signature_dated_at_the_agreed_instant_is_marked() -> None:
    found = of(PROPOSED, signs(1, 1, at_ms=RELEASE_S * 1000))
    assert found.state(DIGEST) is State.AGREED and [one.ref for one in found.late(DIGEST)] == [ref(1, 1)]
    assert not of(PROPOSED, signs(1, 1, at_ms=RELEASE_S * 1000 - 1)).late(DIGEST)


def test_a_digest_whose_words_nobody_sent_is_not_agreed() -> None:
    found = of(signs(0, 1), signs(1, 1))
    assert found.state(DIGEST) is State.OPEN and found.digests() == [DIGEST] and not found.read


ACTS: tuple[Act, ...] = (
    PROPOSED, signs(0, 4), signs(1, 1, p0=2), signs(1, 3, p0=3, p2=1), signs(2, 1, p0=2, p1=2), signs(2, 5, p0=9, p1=9),
    withdraws(0, 2), withdraws(1, 2, p0=2), withdraws(2, 4, p0=3),
    signs(1, 6, body=encode_statement(SAID._replace(zone="Vienna"))),
)  # fmt: skip


@given(st.lists(st.sampled_from(range(len(ACTS))), unique=True), st.integers(0, 9))
def test_order_does_not_matter(chosen: list[int], seed: int) -> None:
    other = chosen[:]
    Random(seed).shuffle(other)
    rows = [list(of(*(ACTS[one] for one in way), parties=3).rows()) for way in (chosen, other)]
    assert rows[0] == rows[1]


@given(st.lists(st.integers(0, 2), max_size=6))
def test_what_is_agreed_stays_agreed_whatever_is_withdrawn_after_it(withdrawing: list[int]) -> None:
    found = of(PROPOSED, signs(1, 1, p0=2), signs(2, 1, p0=2, p1=2), parties=3)
    assert found.state(DIGEST) is State.AGREED
    for number, party in enumerate(withdrawing):
        withdraws(party, 50 + number, p0=60, p1=60, p2=60)(found)
    assert found.state(DIGEST) is State.AGREED


def test_the_book_takes_them_and_its_state_says_them() -> None:
    book = Book((0, 1))
    bodies = (
        (ref(0, 1), JOINT, encode_signature(Signature(DIGEST, BODY))),
        (ref(1, 1), JOINT, encode_signature(Signature(DIGEST, b""))),
        (ref(1, 2), JOINT_WITHDRAWN, encode_withdrawal(Withdrawal(DIGEST, "Too late.", "en"))),
    )
    for at, kind, body in bodies:
        assert check_body(kind, body) == ()
        take_entry(book, at, header({})._replace(kind=kind), body)
    (line,) = (one for one in canon.said(book) if one.startswith('["joint"'))
    assert f'"{DIGEST.hex()}","JS-2026-1","agreed"' in line
    with pytest.raises(Malformed):
        take_entry(book, ref(1, 3), header({}), b"\xa0")
    drill = Book((0, 1))
    with pytest.raises(Malformed, match="exercise"):
        take_entry(drill, *bodies[0][:1], header({})._replace(flags=EXERCISE), bodies[0][2])
    with pytest.raises(Malformed, match="refer to nothing"):
        take_entry(drill, *bodies[0][:1], header({})._replace(references=(ref(1, 1),)), bodies[0][2])
    named = header({})._replace(kind=JOINT_WITHDRAWN, references=(ref(1, 1),))
    with pytest.raises(Malformed, match="refer to nothing"):
        take_entry(drill, bodies[2][0], named, bodies[2][2])
    assert not drill.joint.digests()


def test_what_one_says_alone_when_the_others_have_left_is_agreed_with_nobody() -> None:
    """R-405, R-545: what those who left signed before counts as it was said."""
    alone = of(PROPOSED, parties=1)
    assert alone.state(DIGEST) is State.OPEN and set(alone.signed_by(DIGEST)) == {0}
    both = of(PROPOSED, signs(1, 1), parties=1)
    assert both.state(DIGEST) is State.AGREED and set(both.signed_by(DIGEST)) == {0, 1}
    assert of(signs(1, 1, body=BODY), parties=1).state(DIGEST) is State.OPEN, "who is there has not signed"
