"""One state, one spelling: whatever the order in which entries came, and whatever marks somebody makes collide."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.bodies import Offered, Standing, Status
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.clocks.spans import exactly
from openline.accord.formats.format import MARK_BYTES, format_digest
from openline.accord.formats.notice import Relation
from openline.record.entry import Ref
from tests.rooms.accord.clocks.test_book import ANSWER, DIGEST, LIFE, QUESTION, UPDATE, agreed, at, book_of, notice

END_MS = at("2016-01-01T00:00:00") * 1000


def acts() -> list[Callable[[Book], None]]:
    question = notice(QUESTION, 0, 50, "2012-01-01T00:00:00")
    seen = [
        question,
        notice(ANSWER, 1, 51, "2012-02-01T00:00:00", Relation.ANSWERS, (question.ref,)),
        notice(ANSWER, 0, 52, None, Relation.CANCELS, (question.ref,)),
        notice(UPDATE, 0, 60, "2012-01-15T00:00:00", serial=3),
        notice(UPDATE, 0, 61, "2012-08-15T00:00:00", serial=3),
        notice(UPDATE, 0, 62, "2013-01-15T00:00:00", serial=7),
        notice(UPDATE, 1, 63, "2012-01-15T00:00:00"),
    ]
    found = agreed(UPDATE, QUESTION, ANSWER)
    found += [lambda book, one=one: book.take_notice(one) for one in seen]  # type: ignore[misc]
    late = question._replace(received=exactly(at("2012-01-01T00:00:00") * 1000))
    found.append(lambda book: book.take_notice(late))
    for party, from_s in ((1, "2013-01-01T00:00:00"), (1, "2014-01-01T00:00:00"), (0, "2013-06-01T00:00:00")):
        status = Status(DIGEST, Standing.SUSPENDED if party else Standing.IN_FORCE, at(from_s), "", "")
        ref = Ref(party, LIFE, 90 + len(found))
        found.append(lambda book, ref=ref, status=status: book.take_status(ref, status))  # type: ignore[misc]
    again = Offered(format_digest(UPDATE), UPDATE)  # said twice by one party, in two lives
    found.append(lambda book: book.take_offered(Ref(0, bytes(11) + b"\x01", 4), again))
    return found


def lines(some: list[Callable[[Book], None]]) -> list[str]:
    book = book_of(*some)
    return [*canon.said(book), *canon.held(book, END_MS)]


FIRST = lines(acts())


@given(st.permutations(range(len(acts()))))
def test_the_state_does_not_depend_on_the_order(order: list[int]) -> None:
    """R-461."""
    some = acts()
    assert lines([some[at] for at in order]) == FIRST


def test_the_state_names_gaps_doubles_relations_and_duties() -> None:
    rows = [json.loads(line) for line in FIRST]
    kinds = {row[0] for row in rows}
    assert kinds - {"time", "duty"} == {"parties", "format", "agreement", "standing", "notice", "gaps", "at", "held",
                                          "against", "life", "end"}
    assert kinds >= {"time", "duty"}
    assert ["gaps", 0, "TEST-1", 2026, [4, 5, 6, *range(8, 50), 51]] in rows
    doubles = [row for row in rows if row[0] == "notice" and row[-1]]
    assert len(doubles) == 2
    book = book_of(*acts())
    state = canon.state_of(canon.said(book), canon.held(book, END_MS))
    assert state.lines == len(rows) and state.said != state.whole
    other = canon.state_of(canon.said(book), canon.held(book, END_MS + 1))
    assert other.said == state.said and other.whole != state.whole


def flood(count: int) -> int:
    """Bytes of the state where so many notices stand under one number, and as many words on one agreement."""
    book = book_of(*agreed(UPDATE, QUESTION, ANSWER))
    for index in range(count):
        book.take_notice(notice(UPDATE, 0, 3000 + index, "2012-01-15T00:00:00", serial=7))
        status = Status(DIGEST, Standing.SUSPENDED, at("2012-01-01T00:00:00") + index, "", "")
        book.take_status(Ref(0, LIFE, 200_000 + index), status)
    return sum(map(len, (*canon.said(book), *canon.held(book, END_MS))))


def test_what_one_number_or_one_agreement_is_flooded_with_grows_with_its_length() -> None:
    """Each of many notices under one number used to name all others, and each duty every word of its party."""
    less, more = flood(200), flood(400)
    assert less < more < 2.2 * less
    book = book_of(*(lambda b, one=one: b.take_notice(one) for one in (  # type: ignore[misc]
        notice(UPDATE, 0, index, None, serial=7) for index in range(40))))
    rows = [json.loads(line) for line in canon.said(book)]
    counts = {(row[-1][0], len(row[-1][1])) for row in rows if row[0] == "notice"}
    assert counts == {(39, 8)}, "how many there are, and the first of them"


@pytest.mark.parametrize("ours_first", [False, True])
def test_two_files_with_one_mark_are_told_apart_by_who_said_them(
    ours_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-460: a mark that names two files is read by the one that all have said, and by none where that is not one.

    Digests are made to share their first bytes here; to find such files costs somebody 2^32 hashes.
    """
    monkeypatch.setattr("openline.accord.formats.reader.format_digest", shared)
    one, two = Offered(shared(UPDATE), UPDATE), Offered(shared(QUESTION), QUESTION)
    assert one.digest[:MARK_BYTES] == two.digest[:MARK_BYTES] and one.digest != two.digest
    mark = one.digest[:MARK_BYTES]
    said = [(Ref(0, LIFE, 1), two), (Ref(0, LIFE, 2), one), (Ref(1, LIFE, 1), one._replace(file=b""))]
    book = Book(range(2))
    for ref, offered in said if ours_first else reversed(said):
        book.take_offered(ref, offered)
    assert book.formats[mark].id == "update" and set(book.shelf.clash(mark)) == {one.digest, two.digest}
    book.take_offered(Ref(1, LIFE, 5), two)
    assert mark not in book.formats, "both are agreed: read by none"
    seen = notice(UPDATE, 0, 60, "2012-01-15T00:00:00")
    seen = seen._replace(notice=seen.notice._replace(mark=mark))
    book.take_notice(seen)
    assert book.format_of(seen) is None and book.number(seen.ref).startswith(mark.hex())
    assert any(row[0] == "format" and len(row[-1]) == 2 for row in map(json.loads, canon.said(book)))


def shared(data: bytes) -> bytes:
    return bytes(MARK_BYTES) + format_digest(data)[MARK_BYTES:]
