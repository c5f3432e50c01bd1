"""The book: duties hang on what is in the record, views differ where a party suspended, order does not matter."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from openline.accord.bodies import (
    Agreement,
    Offered,
    Standing,
    Status,
    agreement_digest,
    encode_agreement,
    encode_offered,
    encode_status,
    parse_agreement,
    parse_offered,
    parse_status,
)
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.duty import DutyState
from openline.accord.clocks.limits import Kept
from openline.accord.clocks.spans import LAST_MS, exactly
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import Notice, Relation, compose
from openline.accord.formats.reader import read_format
from openline.console.dtg import dtg
from openline.errors import Malformed
from openline.record.entry import Ref
from tests.rooms.accord.formats.examples import EVERY_TYPE

LIFE = bytes(12)
UPDATE = b"""
[format]
id = "update"
version = 1
class = "data declaration"
release = "two"
status = "unconfirmed"
languages = ["en"]
title = { en = "Half-yearly data" }
[[basis]]
agreement = "TEST-1"
label = { en = "A test" }
[[limit]]
kind = "every"
span = "P6M"
[[field]]
name = "total"
group = "object"
type = "number"
required = true
label = { en = "Total" }
"""
QUESTION = UPDATE.replace(b'id = "update"', b'id = "question"').replace(b'"data declaration"', b'"request"').replace(
    b'kind = "every"\nspan = "P6M"', b'kind = "at most after"\nspan = "P60D"\nof = "reply"'
)
ANSWER = QUESTION.replace(b'id = "question"', b'id = "answer"').replace(b'of = "reply"', b'of = "notice"')


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


AGREEMENT = Agreement(
    "TEST-1", (("en", "A test"),), (("en", bytes(32)),), at("2011-02-05T00:00:00"), at("2026-02-05T00:00:00"),
    at("2011-03-01T00:00:00"), (format_digest(UPDATE),),
)  # fmt: skip
DIGEST = agreement_digest(encode_agreement(AGREEMENT))


def notice(
    file: bytes, party: int, index: int, received: str | None, relation: Relation = Relation.NONE,
    references: tuple[Ref, ...] = (), serial: int | None = None,
) -> NoticeSeen:  # fmt: skip
    mark = format_digest(file)[:8]
    held = exactly(at(received) * 1000) if received else None
    of = references[0] if references else None
    body = Notice(mark, 2026, index if serial is None else serial, "", relation, (1,), of)
    return NoticeSeen(Ref(party, LIFE, index), body, held, references)


def book_of(*acts: Callable[[Book], None], parties: int = 2) -> Book:
    book = Book(range(parties))
    for act in acts:
        act(book)
    return book


def agreed(*files: bytes) -> list[Callable[[Book], None]]:
    acts: list[Callable[[Book], None]] = []
    for number, file in enumerate(files):
        for party in (0, 1):
            offered = Offered(format_digest(file), file if party == 0 else b"")
            ref = Ref(party, LIFE, 1000 + number)
            acts.append(lambda book, ref=ref, offered=offered: book.take_offered(ref, offered))  # type: ignore[misc]
    for party in (0, 1):
        ref = Ref(party, LIFE, 2000)
        acts.append(lambda book, ref=ref: book.take_agreement(ref, encode_agreement(AGREEMENT)))  # type: ignore[misc]
    return acts


def test_a_format_is_agreed_once_every_party_has_said_it() -> None:
    digest = format_digest(UPDATE)
    book = book_of(lambda b: b.take_offered(Ref(0, LIFE, 1), Offered(digest, UPDATE)))
    assert not book.shelf.is_agreed(digest) and book.shelf.offered_by(digest) == (0,)
    book.take_offered(Ref(1, LIFE, 1), Offered(digest, b""))
    assert book.shelf.is_agreed(digest) and book.formats[digest[:8]].id == "update"


def test_a_file_with_faults_is_kept_with_its_faults() -> None:
    bad = UPDATE.replace(b'span = "P6M"', b'span = "soon"')
    book = book_of(lambda b: b.take_offered(Ref(0, LIFE, 1), Offered(format_digest(bad), bad)))
    assert "limit[1].span" in book.shelf.faulty[format_digest(bad)][0].place and not book.formats


def test_half_yearly_data_are_due_kept_late_and_missing() -> None:
    book = book_of(*agreed(UPDATE))
    for one in (notice(UPDATE, 0, 1, "2011-08-20T00:00:00"), notice(UPDATE, 0, 2, "2012-03-05T00:00:00"),
                notice(UPDATE, 1, 1, "2011-08-25T00:00:00")):
        book.take_notice(one)
    found = list(book.duties(at("2011-01-01T00:00:00") * 1000, at("2012-10-01T00:00:00") * 1000,
                             at("2012-08-01T00:00:00") * 1000))  # fmt: skip
    states = {party: [duty.state for duty in found if duty.party == party] for party in (0, 1)}
    assert states[0] == [DutyState.KEPT, DutyState.LATE, DutyState.DUE]
    assert states[1] == [DutyState.KEPT, DutyState.MISSING, DutyState.DUE]
    assert all(duty.causes for duty in found)


def test_after_the_end_nothing_is_due() -> None:
    book = book_of(*agreed(UPDATE))
    found = list(book.duties(at("2026-02-05T00:00:00") * 1000, at("2030-01-01T00:00:00") * 1000, 0))
    assert [(one.party, one.of) for one in found] == [(0, "end"), (1, "end")], "of the end itself both are reminded"


def test_suspended_for_one_is_due_for_the_other() -> None:
    book = book_of(*agreed(UPDATE))
    book.take_status(Ref(1, LIFE, 9), Status(DIGEST, Standing.SUSPENDED, at("2023-02-28T00:00:00"), "", ""))
    span = (at("2023-01-01T00:00:00") * 1000, at("2023-10-01T00:00:00") * 1000, at("2023-10-01T00:00:00") * 1000)
    by_party = {duty.party: duty for duty in book.duties(*span) if duty.due.by.latest_ms > at("2023-03-02T00:00:00")}
    assert by_party[1].state is DutyState.MISSING and by_party[1].view == {1: DutyState.SUSPENDED}
    assert Ref(1, LIFE, 9) in by_party[1].causes
    assert by_party[0].state is DutyState.MISSING and not by_party[0].view


def test_an_explanation_is_due_sixty_days_after_the_question_was_held() -> None:
    book = book_of(*agreed(QUESTION, ANSWER))
    question = notice(QUESTION, 0, 1, "2020-01-01T00:00:00")
    book.take_notice(question)
    span = (0, at("2021-01-01T00:00:00") * 1000)
    (duty,) = book.duties(*span, at("2020-02-01T00:00:00") * 1000)
    assert duty.party == 1 and duty.state is DutyState.DUE and duty.causes == (question.ref,)
    assert duty.due.by == exactly(at("2020-03-01T00:00:00") * 1000)
    (duty,) = book.duties(*span, at("2020-04-01T00:00:00") * 1000)
    assert duty.state is DutyState.MISSING
    answer = notice(ANSWER, 1, 1, "2020-03-02T00:00:00", Relation.ANSWERS, (question.ref,))
    book.take_notice(answer)
    (duty,) = book.duties(*span, at("2020-04-01T00:00:00") * 1000)
    assert duty.state is DutyState.LATE and duty.discharged_by == answer.ref
    assert [one.kept for one in book.timeliness(answer.ref)] == [Kept.BROKEN]
    assert book.replaced_by(question.ref) == ((Relation.ANSWERS, answer.ref),)


def test_nobody_corrects_what_another_said() -> None:
    book = book_of(*agreed(QUESTION))
    first = notice(QUESTION, 0, 1, "2020-01-01T00:00:00")
    book.take_notice(first)
    book.take_notice(notice(QUESTION, 1, 1, "2020-01-02T00:00:00", Relation.CORRECTS, (first.ref,)))
    assert book.replaced_by(first.ref) == ()
    own = notice(QUESTION, 0, 2, "2020-01-02T00:00:00", Relation.CANCELS, (first.ref,))
    book.take_notice(own)
    assert book.replaced_by(first.ref) == ((Relation.CANCELS, own.ref),)


def test_numbers_twice_and_numbers_missing_are_seen() -> None:
    book = book_of(*agreed(UPDATE))
    for index, serial in ((1, 1), (2, 4), (3, 4)):
        book.take_notice(notice(UPDATE, 0, index, None, serial=serial))
    assert book.same_number(Ref(0, LIFE, 2)) == (1, (Ref(0, LIFE, 3),))
    assert book.gaps(0, format_digest(UPDATE)[:8], 2026) == (2, 3)
    assert book.free_serial(0, read_format(UPDATE), 2026, {2}) == 3


def test_a_sender_counts_together_what_it_sends_under_one_agreement() -> None:
    """R-467, rule A2: a number is told without its format, so it must not stand twice under one agreement."""
    other = UPDATE.replace(b'agreement = "TEST-1"', b'agreement = "TEST-2"').replace(b'id = "update"', b'id = "other"')
    acts = [
        lambda book, one=one: book.take_notice(one) for one in (
            notice(UPDATE, 0, 1, None, serial=1), notice(ANSWER, 0, 2, None, serial=1),
            notice(QUESTION, 0, 3, None, serial=4), notice(other, 0, 4, None, serial=1),
            notice(ANSWER, 1, 2, None, serial=1),
        )
    ]  # fmt: skip
    offered = agreed(UPDATE, QUESTION, ANSWER, other)
    for order in (acts + offered, offered + acts[::-1]):
        book = book_of(*order)  # type: ignore[arg-type]
        mark = format_digest(UPDATE)[:8]
        assert book.same_number(Ref(0, LIFE, 1)) == (1, (Ref(0, LIFE, 2),)) and book.number(Ref(0, LIFE, 1)) == (
            book.number(Ref(0, LIFE, 2)))
        assert book.gaps(0, mark, 2026) == (2, 3) == book.gaps(0, format_digest(ANSWER)[:8], 2026)
        assert book.same_number(Ref(0, LIFE, 4)) == (0, ()) == book.same_number(Ref(1, LIFE, 2))
        assert book.free_serial(0, read_format(ANSWER), 2026, {2, 3}) == 5
        assert book.free_serial(0, read_format(other), 2026, ()) == 2
        assert len(book.series()) == 3


def test_a_notice_before_its_event_is_in_time_or_not_by_when_it_was_held() -> None:
    format_ = read_format(EVERY_TYPE.encode())
    values = compose(format_, {"when": "2026-03-15T10:00:00Z"}).values
    book = book_of(lambda b: b.take_offered(Ref(0, LIFE, 0), Offered(format_.digest, EVERY_TYPE.encode())))
    for index, received, kept in ((1, "2026-03-01T10:00:00", Kept.KEPT), (2, "2026-03-01T10:00:01", Kept.BROKEN)):
        seen = NoticeSeen(Ref(0, LIFE, index), Notice(format_.mark, 2026, index, "", Relation.NONE, values),
                          exactly(at(received) * 1000))  # fmt: skip
        book.take_notice(seen)
        assert [one.kept for one in book.timeliness(seen.ref)] == [kept]
    unheld = NoticeSeen(Ref(0, LIFE, 3), Notice(format_.mark, 2026, 3, "", Relation.NONE, values), None)
    book.take_notice(unheld)
    assert [one.kept for one in book.timeliness(unheld.ref)] == [Kept.OPEN]


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_arrival_does_not_matter(seed: int) -> None:
    draw = random.Random(seed)
    acts = agreed(UPDATE, QUESTION, ANSWER)
    question = notice(QUESTION, 0, 50, "2012-01-01T00:00:00")
    seen = [
        question,
        notice(ANSWER, 1, 51, "2012-02-01T00:00:00", Relation.ANSWERS, (question.ref,)),
        *(notice(UPDATE, draw.randint(0, 1), n, f"201{n % 6}-0{n % 8 + 1}-15T00:00:00") for n in range(20)),
    ]
    acts += [lambda book, one=one: book.take_notice(one) for one in seen]  # type: ignore[misc]
    status = Status(DIGEST, Standing.SUSPENDED, at("2013-01-01T00:00:00"), "", "")
    acts.append(lambda book: book.take_status(Ref(1, LIFE, 90), status))

    def answer() -> list[object]:
        book = book_of(*acts)
        times = (0, at("2016-01-01T00:00:00") * 1000, at("2015-01-01T00:00:00") * 1000)
        return [*book.duties(*times), *(book.timeliness(one.ref) for one in seen)]

    first = answer()
    draw.shuffle(acts)
    assert answer() == first and first


def test_bodies_have_one_spelling_and_bounds() -> None:
    offered = Offered(format_digest(UPDATE), UPDATE)
    assert parse_offered(encode_offered(offered)) == offered
    with pytest.raises(Malformed, match="digest is not that of the file"):
        encode_offered(Offered(bytes(32), UPDATE))
    assert parse_agreement(encode_agreement(AGREEMENT)) == AGREEMENT
    for wrong, says in (
        (AGREEMENT._replace(until_s=AGREEMENT.from_s), "ends before it begins"),
        (AGREEMENT._replace(from_s=None), "ends without a begin"),
        (AGREEMENT._replace(titles=()), "no title"),
        (AGREEMENT._replace(id="А-1"), "identifier"),
        (AGREEMENT._replace(titles=(("ru", "x"), ("en", "y"))), "ascending"),
        (AGREEMENT._replace(formats=(bytes(32), bytes(32))), "ascending"),
    ):
        with pytest.raises(Malformed, match=says):
            encode_agreement(wrong)
    status = Status(DIGEST, Standing.SUSPENDED, 5, "why", "en")
    assert parse_status(encode_status(status)) == status
    for wrong_status in (status._replace(language=""), status._replace(reason=""), status._replace(from_s=-1)):
        with pytest.raises(Malformed):
            encode_status(wrong_status)


@pytest.mark.parametrize("kind", ["at least before", "at most after", "clock time"])
@pytest.mark.parametrize(
    "days", ["spans of 24 hours", "calendar days, the day of the event is day 0",
             "calendar days, the day of the event is day 1"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["when", "day", "days"])
@pytest.mark.parametrize(
    "value", [0, 1, 2**62, -(2**62), 253_402_300_799, 2_932_896, [0, 0], [2_932_896, 0], [2_932_896, 1],
              [2**61, 2**61], [-1, 2**40], [False, False], "soon", False],
)  # fmt: skip
def test_whatever_a_peer_says_of_when_is_counted_or_not_and_can_be_written(
    kind: str, days: str, field: str, value: object
) -> None:
    """R-402, R-407: nothing raises, and every due time is one that a date-time group can say."""
    more = 'at = "23:59"' if kind == "clock time" else 'span = "P99Y14D"'
    text = EVERY_TYPE.replace('kind = "at least before"\nspan = "P14D"\nevent = "when"', (
        f'kind = "{kind}"\n{more}\nevent = "{field}"\ndays = "{days}"\nscale = "local of the event"'))  # fmt: skip
    format_ = read_format(text.encode())
    values: list[object] = [None] * 4
    values[{"when": 0, "day": 1, "days": 3}[field]] = value
    book = book_of(lambda b: b.take_offered(Ref(0, LIFE, 1), Offered(format_.digest, text.encode())))
    seen = NoticeSeen(Ref(1, LIFE, 1), Notice(format_.mark, 2026, 1, "", Relation.NONE, tuple(values)), None, ())
    book.take_notice(seen)
    for one in book.timeliness(seen.ref):
        if one.due is not None:
            assert 0 <= one.due.by.earliest_ms <= one.due.by.latest_ms <= LAST_MS
            assert dtg(one.due.by.latest_ms)


def test_duties_of_all_times_end() -> None:
    """A span that reaches past the last instant that can be written does not make the count go on for ever."""
    file = UPDATE.replace(b'"P6M"', b'"P99Y"')
    agreement = AGREEMENT._replace(until_s=None, formats=(format_digest(file),))
    book = book_of(lambda b: b.take_offered(Ref(0, LIFE, 1), Offered(format_digest(file), file)))
    for party in (0, 1):
        book.take_agreement(Ref(party, LIFE, 2), encode_agreement(agreement))
    assert 0 < len(list(book.duties(0, 2**62, 0))) < 400


def test_a_needed_format_is_there_once_anybody_sent_a_notice_in_it() -> None:
    book = book_of(*agreed(UPDATE))
    assert not book.has_any("update") and not book.has_any("nothing")
    book.take_notice(notice(UPDATE, 0, 1, None))
    assert book.has_any("update")
