"""Duties: rounds that end with a span to send them, silence that has a name of its own, alarm before the time."""

from __future__ import annotations

from datetime import datetime

import pytest

from openline.accord.bodies import Agreement, Offered, Standing, Status, agreement_digest, encode_agreement
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.duty import LEAD_MAX_MS, Duty, DutyState
from openline.accord.clocks.spans import DAY_MS
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import Relation
from openline.accord.formats.reader import NotAFormat, read_format
from openline.console.accords.owed import SOURCE, dues_of, subject_of
from openline.desk.due import Key, Queue, What
from openline.desk.people import Role
from openline.limits import DUTY_CHARS_MAX
from openline.record.entry import Ref
from tests.rooms.accord.clocks.test_book import LIFE, QUESTION, UPDATE, at, notice

ROUND = UPDATE.replace(b'span = "P6M"', b'span = "P6M"\nthen = "P30D"')


def ms(text: str) -> int:
    return at(text) * 1000


def standing_on(file: bytes, *seen: NoticeSeen) -> tuple[Book, bytes]:
    agreement = Agreement("TEST-1", (("en", "A test"),), (("en", bytes(32)),), at("2011-02-05T00:00:00"), None,
                          at("2011-03-01T00:00:00"), (format_digest(file),))  # fmt: skip
    body = encode_agreement(agreement)
    book = Book(range(2))
    for party in (0, 1):
        book.take_offered(Ref(party, LIFE, 1), Offered(format_digest(file), file if party else b""))
        book.take_agreement(Ref(party, LIFE, 2), body)
    for one in seen:
        book.take_notice(one)
    return book, agreement_digest(body)


def of(book: Book, party: int, begin: str, end: str, now: str) -> list[Duty]:
    return [one for one in book.duties(ms(begin), ms(end), ms(now)) if one.party == party]


def test_a_duty_is_not_due_before_its_time_has_begun_and_is_due_from_then_on() -> None:
    """R-463: each round's time begins when the round before it has passed."""
    book, _ = standing_on(ROUND)
    first, second, third = of(book, 0, "2011-03-01T00:00:00", "2012-11-01T00:00:00", "2011-05-01T00:00:00")
    assert [one.state for one in (first, second, third)] == [DutyState.DUE, DutyState.NOT_DUE, DutyState.NOT_DUE]
    assert first.since_ms == ms("2011-03-01T00:00:00") and second.since_ms == first.due.by.latest_ms
    first, second, third = of(book, 0, "2011-03-01T00:00:00", "2012-11-01T00:00:00", "2011-10-02T00:00:00")
    assert [one.state for one in (first, second, third)] == [DutyState.MISSING, DutyState.DUE, DutyState.NOT_DUE]


@pytest.mark.parametrize(
    ("days", "due", "rule"),
    [(b"spans of 24 hours", "2011-10-01T00:00:00", "every P6M from the begin, then P30D: spans of 24 hours"),
     (b"calendar days, the day of the event is day 1", "2011-09-30T23:59:59.999", "day 1, in UTC")],
)  # fmt: skip
def test_a_round_is_due_so_long_after_its_period_by_the_rule_that_is_named(days: bytes, due: str, rule: str) -> None:
    """R-462, rule B9: periods from 1 March, data as of 1 September, thirty days to send them."""
    file = ROUND.replace(b'then = "P30D"', b'then = "P30D"\ndays = "' + days + b'"')
    sent = [notice(file, 0, 10, "2011-09-29T00:00:00"), notice(file, 0, 11, "2012-04-05T00:00:00")]
    book, _ = standing_on(file, *sent)
    first, second, third = of(book, 0, "2011-03-01T00:00:00", "2012-11-01T00:00:00", "2012-09-10T00:00:00")
    assert first.due.by.latest_ms == round(datetime.fromisoformat(due + "+00:00").timestamp() * 1000)
    assert rule in first.due.rule and first.due.by.is_exact
    assert [one.state for one in (first, second, third)] == [DutyState.KEPT, DutyState.LATE, DutyState.DUE]
    assert [one.discharged_by for one in (first, second, third)] == [sent[0].ref, sent[1].ref, None]


def test_what_discharges_no_round_and_what_discharges_several() -> None:
    """R-465: corrections, cancellations, what was cancelled, exercises; two agreements that hang on one notice."""
    first = notice(ROUND, 0, 10, "2011-09-29T00:00:00")
    correcting = notice(ROUND, 0, 11, "2011-11-01T00:00:00", Relation.CORRECTS, (first.ref,))
    drill = notice(ROUND, 0, 12, "2011-11-02T00:00:00")._replace(exercise=True)
    taken_back = notice(ROUND, 0, 13, "2011-11-03T00:00:00")
    cancelling = notice(ROUND, 0, 14, "2011-11-04T00:00:00", Relation.CANCELS, (taken_back.ref,))
    book, _ = standing_on(ROUND, correcting, drill, taken_back, cancelling, first)
    span = ("2011-03-01T00:00:00", "2012-05-01T00:00:00", "2012-05-01T00:00:00")
    kept, missing = of(book, 0, *span)
    assert (kept.state, kept.discharged_by) == (DutyState.KEPT, first.ref)
    assert (missing.state, missing.discharged_by) == (DutyState.MISSING, None)

    other = Agreement("TEST-2", (("en", "Another"),), (("en", bytes(32)),), at("2011-02-05T00:00:00"), None,
                      at("2011-03-01T00:00:00"), (format_digest(ROUND),))  # fmt: skip
    for party in (0, 1):
        book.take_agreement(Ref(party, LIFE, 3), encode_agreement(other))
    rounds = of(book, 0, *span)
    assert sorted(one.agreement for one in rounds if one.discharged_by == first.ref) == ["TEST-1", "TEST-2"]
    book.take_notice(notice(ROUND, 0, 15, "2011-11-05T00:00:00", Relation.CANCELS, (first.ref,)))
    assert {one.discharged_by for one in of(book, 0, *span)} == {None}, "cancelled: it was never sent"


def test_an_exercise_asks_for_no_reply_and_gives_none() -> None:
    """R-465."""
    question = notice(QUESTION, 0, 10, "2011-09-29T00:00:00")
    drill = notice(QUESTION, 0, 11, "2011-09-29T00:00:00")._replace(exercise=True)
    back = notice(QUESTION, 0, 12, "2011-09-29T00:00:00")
    gone = notice(QUESTION, 0, 13, "2011-09-30T00:00:00", Relation.CANCELS, (back.ref,))
    answer = notice(QUESTION, 1, 14, "2011-10-01T00:00:00", Relation.ANSWERS, (question.ref,))
    book, _ = standing_on(QUESTION, question, drill, back, gone, answer._replace(exercise=True))
    (one,) = of(book, 1, "2011-09-01T00:00:00", "2012-03-01T00:00:00", "2011-10-05T00:00:00")
    assert one.causes == (question.ref,) and one.discharged_by is None
    book.take_notice(notice(QUESTION, 1, 15, "2011-10-02T00:00:00", Relation.ANSWERS, (question.ref,)))
    (one,) = of(book, 1, "2011-09-01T00:00:00", "2012-03-01T00:00:00", "2011-10-05T00:00:00")
    assert one.discharged_by == Ref(1, LIFE, 15) and one.state is DutyState.KEPT


def test_silence_within_a_quota_is_withheld_by_right_and_beyond_it_not_provided() -> None:
    """R-463, rule B11."""
    file = UPDATE.replace(b'span = "P6M"', b'span = "P1M"\nquota = 3')
    book, _ = standing_on(file)
    now = "2013-01-01T00:00:00"
    whole = of(book, 1, "2012-01-01T00:00:00", "2012-12-30T00:00:00", now)
    assert [one.state for one in whole] == [DutyState.WITHHELD] * 3 + [DutyState.MISSING] * 9
    assert [one.quota for one in whole[:4]] == [(1, 3), (2, 3), (3, 3), None]
    assert of(book, 1, "2012-06-15T00:00:00", "2012-12-30T00:00:00", now) == whole[6:], "whatever stretch is asked for"
    for wrong in (b"quota = -1", b"quota = 5000", b'quota = "3"'):
        with pytest.raises(NotAFormat, match="quota"):
            read_format(file.replace(b"quota = 3", wrong))


def test_several_notices_discharge_one_duty_together() -> None:
    """R-462."""
    file = UPDATE.replace(b'span = "P6M"', b'span = "P6M"\nnotices = 2')
    sent = [notice(file, 1, 10 + n, at) for n, at in enumerate(("2011-08-10T00:00:00", "2011-08-12T00:00:00"))]
    whole = "2011-03-01T00:00:00", "2012-12-30T00:00:00", "2013-01-01T00:00:00"
    book, _ = standing_on(file, sent[0])
    lacking = of(book, 1, *whole)
    assert {one.discharged_by for one in lacking} == {None}
    assert [sent[0].ref in one.causes for one in lacking].count(True) == 1, "what came of it is shown"
    book.take_notice(sent[1])
    done = [one for one in of(book, 1, *whole) if one.discharged_by is not None]
    assert [one.discharged_by for one in done] == [sent[1].ref], "the one that completes it"
    assert sent[0].ref in done[0].causes and done[0].state is DutyState.KEPT
    for wrong in (b"notices = 0", b"notices = 1001", b'notices = "2"'):
        with pytest.raises(NotAFormat, match="notices"):
            read_format(file.replace(b"notices = 2", wrong))
    with pytest.raises(NotAFormat, match="comes round"):
        read_format(QUESTION.replace(b'of = "reply"', b'of = "reply"\nnotices = 2'))


def test_unanswered_questions_have_a_quota_too() -> None:
    """R-463."""
    file = QUESTION.replace(b'of = "reply"', b'of = "reply"\nquota = 1')
    asked = [notice(file, 0, 10 + n, f"2012-0{n + 1}-01T00:00:00") for n in range(3)]
    book, _ = standing_on(file, *asked)
    found = of(book, 1, "2012-03-15T00:00:00", "2013-01-01T00:00:00", "2013-01-01T00:00:00")
    assert [one.state for one in found] == [DutyState.MISSING, DutyState.MISSING]
    (first,) = of(book, 1, "2012-01-01T00:00:00", "2012-03-15T00:00:00", "2013-01-01T00:00:00")
    assert (first.state, first.quota) == (DutyState.WITHHELD, (1, 1))


def test_a_countermeasure_is_its_partys_view_and_due_in_the_others() -> None:
    """R-406, R-463."""
    book, digest = standing_on(ROUND)
    status = Status(digest, Standing.COUNTERMEASURE, at("2012-01-01T00:00:00"), "They did too.", "en")
    book.take_status(Ref(1, LIFE, 5), status)
    (one,) = of(book, 1, "2012-03-01T00:00:00", "2012-05-01T00:00:00", "2012-03-05T00:00:00")
    assert one.state is DutyState.DUE and one.view == {1: DutyState.COUNTERMEASURE} and Ref(1, LIFE, 5) in one.causes
    assert not dues_of([one], 1, {}, ms("2012-03-05T00:00:00")), "not owed in the view of who withholds"
    (theirs,) = dues_of([one], 0, {}, ms("2012-03-05T00:00:00"))
    assert theirs.what is What.THEIR_NOTICE and not theirs.rises


def test_what_is_owed_goes_to_the_queue_before_it_is_due_and_leaves_it_with_the_notice() -> None:
    """R-463."""
    book, _ = standing_on(ROUND)
    before, in_time = "2011-09-20T00:00:00", "2011-09-25T00:00:00"
    (duty,) = of(book, 0, "2011-09-01T00:00:00", "2011-11-01T00:00:00", before)
    assert duty.due.by.earliest_ms - duty.alarm_ms == LEAD_MAX_MS == 7 * DAY_MS
    assert [one.what for one in dues_of([duty], 0, {}, ms(before))] == [What.SEND_NOTICE]
    soon = dues_of([duty], 0, {}, ms(in_time))
    assert [(one.what, one.at_ms) for one in soon] == [
        (What.PREPARE_NOTICE, duty.alarm_ms), (What.SEND_NOTICE, duty.due.by.earliest_ms)]  # fmt: skip
    (late,) = dues_of([duty], 0, {}, ms("2011-10-05T00:00:00"))
    assert late.what is What.SEND_NOTICE and late.source == SOURCE and late.rises
    assert late.subject == soon[0].subject == subject_of(duty) and len(late.subject) <= DUTY_CHARS_MAX
    book.take_notice(notice(ROUND, 0, 30, "2011-09-26T00:00:00"))
    (done,) = of(book, 0, "2011-09-01T00:00:00", "2011-11-01T00:00:00", in_time)
    assert done.state is DutyState.KEPT and done.discharged_by == Ref(0, LIFE, 30)


def test_what_has_risen_is_named_as_long_as_it_stands() -> None:
    file = UPDATE.replace(b'span = "P6M"', b'span = "PT1H"')
    book, _ = standing_on(file)
    now = "2011-04-01T00:00:00"
    many = of(book, 0, "2011-03-01T00:00:00", now, now)
    last = subject_of(many[-1])
    assert len(many) > 500 and last not in {one.subject for one in dues_of(many, 0, {}, ms(now))}
    assert last in {one.subject for one in dues_of(many, 0, {Key(last, What.SEND_NOTICE): 1}, ms(now))}
    assert len({subject_of(one) for one in many}) == len(many)


def test_a_reply_is_alarmed_within_its_own_span() -> None:
    asked = notice(QUESTION, 0, 10, "2012-01-01T00:00:00")
    book, _ = standing_on(QUESTION, asked)
    (duty,) = of(book, 1, "2012-01-01T00:00:00", "2012-04-01T00:00:00", "2012-01-02T00:00:00")
    assert duty.due.by.earliest_ms - duty.alarm_ms == LEAD_MAX_MS and duty.since_ms == ms("2012-01-01T00:00:00")
    assert asked.notice.relation is Relation.NONE


def test_what_is_late_goes_on_to_the_next_and_ends_with_the_notice() -> None:
    """R-463: the desk's one queue escalates it, and what had risen has ended once the notice is held."""
    book, _ = standing_on(ROUND)
    due_ms = of(book, 0, "2011-09-01T00:00:00", "2011-11-01T00:00:00", "2011-09-20T00:00:00")[0].due.by.earliest_ms
    queue = Queue()
    for hours, who in ((0, Role.RELEASER), (2, Role.CUSTODIAN)):
        now_ms = due_ms + hours * 3_600_000 + 1
        found = book.duties(due_ms - DAY_MS, due_ms + DAY_MS, now_ms)
        queue = queue.given(SOURCE, dues_of([one for one in found if one.party == 0], 0, queue.risen, now_ms))
        (rise,) = queue.rises(now_ms)
        assert who in rise.due.who(now_ms)
        queue = queue.knowing({rise.due.key: rise.step})
    late = "2011-10-02T00:00:00"
    book.take_notice(notice(ROUND, 0, 30, late))
    found = [one for one in book.duties(due_ms - DAY_MS, due_ms + DAY_MS, ms(late)) if one.discharged_by is None]
    queue = queue.given(SOURCE, dues_of([one for one in found if one.party == 0], 0, queue.risen, ms(late)))
    assert queue.ended() == (rise.due.key,) and not queue.overdue(ms(late))
