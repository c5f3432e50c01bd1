"""The declarations' part of the book: the same in any order; parts, corrections, counts beside what was declared."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from openline.accord.bodies import Offered, check_body, encode_offered, parse_offered
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.declarations.declaration import (
    Count,
    Declaration,
    encode_count,
    encode_declaration,
)
from openline.accord.declarations.layout import layout_digest
from openline.accord.declarations.ledger import Ledger, Whole
from openline.accord.formats.notice import Relation
from openline.record.entry import COUNT, DECLARATION, LAYOUT, Ref
from tests.rooms.accord.declarations.test_layout import SMALL

DIGEST = layout_digest(SMALL)
MARK = DIGEST[:8]


def ref(party: int, index: int) -> Ref:
    return Ref(party, bytes(12), index)


def small(number: int, as_of: int, serial: int = 1, **more: Any) -> Declaration:
    return Declaration(MARK, 2020, serial, "", as_of, ([["a", number]],), **more)


def figures(whole: Whole) -> dict[str, int | None]:
    return {"items_all": (whole.declared.tables[0] or [[0, 0]])[0][1]}


def three_parts() -> list[Declaration]:
    return [small(number, 400, 9, part=number, parts=3) for number in (1, 2, 3)]


def filled(order: int) -> Ledger:
    def declared(index: int, one: Declaration, party: int = 0, exercise: bool = False) -> Any:
        return lambda book: book.take_declaration(ref(party, index), one, exercise=exercise)

    acts: list[Any] = [
        lambda book: book.take_offered(ref(0, 0), Offered(DIGEST, SMALL)),
        lambda book: book.take_offered(ref(1, 0), Offered(DIGEST, b"")),
        declared(1, small(10, 100, 1)),
        declared(2, small(12, 200, 2)),
        declared(3, small(13, 200, 3, relation=Relation.CORRECTS, of=ref(0, 2))),
        declared(4, small(99, 300, 3)),
        declared(5, small(7, 300, 4), exercise=True),
        declared(6, small(1, 200, 1, relation=Relation.CANCELS, of=ref(0, 1)), party=1),
        declared(7, small(14, 300, 5)),
        lambda book: book.take_count(ref(1, 1), Count(ref(0, 1), (("items_all", 11),), "One more.", "en")),
        lambda book: book.take_count(ref(1, 2), Count(ref(0, 1), (("items_all", 15),), "Five more.", "en")),
        lambda book: book.take_count(ref(0, 8), Count(ref(0, 1), (("items_all", 1),), "Own.", "en")),
    ]
    acts += [declared(50 + number, part) for number, part in enumerate(three_parts())]
    Random(order).shuffle(acts)
    book = Ledger((0, 1))
    for act in acts:
        act(book)
    return book


def answers(book: Ledger) -> Any:
    standing = book.standing(0, MARK)
    return [
        book.shelf.is_agreed(DIGEST), book.shelf.offered_by(DIGEST), [repr(one) for one in book.all_of()], standing,
        [book.counted(one) for one in standing], [book.reservations(one, figures) for one in standing],
        [book.replaced_by(one) for one in book.all_of()],
    ]  # fmt: skip


def test_the_ledger_is_the_same_in_whatever_order_entries_came() -> None:
    """R-417."""
    first = answers(filled(0))
    assert all(answers(filled(order)) == first for order in range(1, 6))


def test_a_party_corrects_its_own_and_parts_are_one() -> None:
    """R-412, R-418."""
    book = filled(0)
    standing = book.standing(0, MARK)
    assert [one.declared.as_of for one in standing] == [100, 200, 300, 400]
    assert [figures(one)["items_all"] for one in standing[:3]] == [10, 13, 14], "the other side's cancelling counts not"
    long = standing[3]
    assert not long.missing and long.declared.tables[0] == [["a", 1], ["a", 2], ["a", 3]]
    (wrong,) = [one for one in book.all_of(0) if one.twice]
    assert wrong.declared.serial == 3 and wrong.twice == (ref(0, 4),)


def test_a_part_that_has_not_come_is_named_and_nothing_is_summed() -> None:
    """R-412."""
    book = Ledger((0, 1))
    book.take_declaration(ref(0, 1), three_parts()[1], exercise=False)
    whole = book.whole_of(ref(0, 1))
    assert whole is not None and whole.missing == (1, 3)
    assert not book.standing(0, MARK) and book.whole_of(ref(0, 9)) is None


def test_what_the_other_side_counts_stands_beside_and_is_carried_on() -> None:
    """R-414, R-419, rules F1 and F2."""
    book = filled(0)
    standing = book.standing(0, MARK)
    assert [(one.party, one.number) for one in book.counted(standing[0])] == [(1, 15)], "what it said last"
    (first,) = book.reservations(standing[0], figures)
    (third,) = book.reservations(standing[2], figures)
    assert (first.since, first.updates) == (100, 0) and (third.since, third.updates) == (100, 2)
    book.take_count(ref(1, 30), Count(ref(0, 7), (("items_all", 14),), "", ""))
    assert not book.reservations(standing[2], figures), "counted as declared: withdrawn"
    assert book.reservations(standing[1], figures), "and still open where it was"


def test_a_layout_with_faults_is_kept_and_named() -> None:
    """R-410."""
    bad = b"[declaration]\n"
    book = Ledger((0, 1))
    book.take_offered(ref(0, 0), Offered(layout_digest(bad), bad))
    assert book.shelf.faulty[layout_digest(bad)] and not book.shelf.formats


def test_the_room_knows_its_bodies() -> None:
    offered = Offered(DIGEST, SMALL)
    body = encode_offered(offered, layout_digest)
    assert parse_offered(body, layout_digest) == offered and check_body(LAYOUT, body) == ()
    of = ref(0, 2)
    assert check_body(DECLARATION, encode_declaration(small(1, 1, relation=Relation.CORRECTS, of=of))) == (of,)
    assert check_body(COUNT, encode_count(Count(of, (("items_all", 1),), "", ""))) == (of,)


def test_the_state_of_an_accord_has_declarations_in_its_one_spelling() -> None:
    """R-417, R-461."""
    lines = []
    for order in (1, 2):
        book = Book((0, 1))
        book.declared = filled(order)
        lines.append(list(canon.said(book)))
    assert lines[0] == lines[1]
    kinds = [json.loads(line)[0] for line in lines[0]]
    assert {kind: kinds.count(kind) for kind in ("layout", "declaration", "count")} == {
        "layout": 1, "declaration": 7, "count": 3,
    }  # fmt: skip
