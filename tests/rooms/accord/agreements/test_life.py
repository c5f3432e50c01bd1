"""The table has one row for each state and event; lives and offers stand alike whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.agreements.acts import Act, What
from openline.accord.agreements.answering import Standing as Stands
from openline.accord.agreements.offers import Answer, Offer, Said
from openline.accord.agreements.reminders import END, LEAD_MS, OFFER
from openline.accord.agreements.reports import Report, Word
from openline.accord.agreements.table import TABLE, Event, Move, State, matching, row_for
from openline.accord.agreements.terms import End, Terms
from openline.accord.bodies import Agreement, Standing, Status, agreement_digest, encode_agreement, encode_status
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.clocks.duty import DutyState
from openline.accord.clocks.spans import When
from openline.accord.drafting.bodies import Closed, Closing, Position, Stand
from openline.accord.drafting.bodies import Said as SaidOf
from openline.accord.escrow.bodies import Committed
from openline.accord.meetings.bodies import MeetingWord
from openline.accord.meetings.bodies import Word as MeetingSaid
from openline.console.accords.owed import dues_of
from openline.console.accords.reading import take_paper
from openline.desk.due import What as Owed
from openline.errors import Malformed
from openline.record.entry import ACT, AGREEMENT, EXERCISE, STATUS, Ref
from tests.rooms.accord.clocks.test_book import at

LIFE = bytes(12)
BEGIN, END_S = at("2011-02-05T00:00:00"), at("2026-02-05T00:00:00")
IDENTITY = Agreement("NEW-START", (("en", "A treaty"),), (("en", bytes(32)),), BEGIN, END_S, None, ())
OPEN = IDENTITY._replace(id="OPEN", from_s=None, until_s=None)
Take = Callable[[Book], None]


def ref(party: int, index: int) -> Ref:
    return Ref(party, LIFE, index)


def known(one: Agreement = IDENTITY) -> list[Take]:
    body = encode_agreement(one)
    return [lambda book, party=party: book.take_agreement(ref(party, 1), body) for party in (0, 1)]  # type: ignore[misc]


def digest(one: Agreement = IDENTITY) -> bytes:
    return agreement_digest(encode_agreement(one))


def says(party: int, index: int, standing: Standing, from_s: int) -> Take:
    return lambda book: book.take_status(ref(party, index), Status(digest(), standing, from_s, "", ""))


def act(party: int, index: int, one: Act, held_s: int | None = None) -> list[Take]:
    held_ms = (one.from_s if held_s is None else held_s) * 1000
    return [lambda book: book.lives.take_act(ref(party, index), one),
            lambda book: book.lives.take_received(ref(party, index), When(held_ms, held_ms + 999))]  # fmt: skip


def offers() -> list[Take]:
    made = Offer(Said.OFFERED, None, None, "Limits", "For a year.", "", "en", END_S)
    no = Offer(Said.ANSWERED, ref(0, 50), None, "", "", "", "en", None, Answer.REFUSED)
    gone = Offer(Said.WITHDRAWN, ref(0, 50), None, "", "", "", "en")
    report = Report("An agency", "a.example", "", "Near.", "en", "2026-02-05", False, ((Word.CONTRADICTS, ref(1, 90)),),
                    None, "X")  # fmt: skip
    found: list[Take] = []
    for party, index, one, held_s in ((0, 50, made, BEGIN), (1, 60, no, BEGIN + 9), (1, 61, no, END_S + 9),
                                      (0, 62, gone, END_S - 5), (1, 63, no, None)):  # fmt: skip
        of = ref(party, index)
        found.append(lambda book, of=of, one=one: book.lives.take_offer(of, one))  # type: ignore[misc]
        if held_s is not None:
            when = When(held_s * 1000, held_s * 1000 + 999)
            found.append(lambda book, of=of, when=when: book.lives.take_received(of, when))  # type: ignore[misc]
    return [*found, lambda book: book.lives.take_report(ref(0, 91), report)]


def everything() -> list[Take]:
    terms = Terms(digest(), "en", ("Amber", "Birch"), "Аmber", (), (), (), "", 90, End(END_S, 180, "Moscow"), None)
    found = [*known(), *known(OPEN), *offers()]
    found += [lambda book, p=p: book.lives.take_terms(ref(p, 2), terms) for p in (0, 1)]  # type: ignore[misc]
    found += [says(1, 3, Standing.SUSPENDED, at("2023-02-28T00:00:00")), says(1, 4, Standing.IN_FORCE, END_S - 99),
              says(0, 3, Standing.COUNTERMEASURE, at("2023-06-01T00:00:00")),
              says(0, 4, Standing.ENDED, END_S + 5)]  # fmt: skip
    for party in (0, 1):
        found += act(party, 10, Act(digest(), What.EXTEND, BEGIN + 5, END_S + 1000))
        found += act(party, 11, Act(digest(), What.EXTEND, BEGIN + 6, END_S + 900))
        found += act(party, 12, Act(digest(OPEN), What.RATIFIED, BEGIN + party))
        found += act(party, 13, Act(digest(OPEN), What.PROVISIONAL, BEGIN - 7 + party))
    for index, (from_s, until_s) in enumerate(((END_S + 2000, END_S + 3000), (END_S + 2500, None)), 20):
        found += act(0, index, Act(digest(), What.ADHERE, from_s, until_s, "If they do.", "en"))
    found += act(0, 25, Act(digest(), What.CEASE, END_S + 9000))
    return [*found, *act(1, 30, Act(bytes(32), What.SIGNED, 5))]


def book_of(takes: Sequence[Take]) -> Book:
    book = Book(range(2))
    for take in takes:
        take(book)
    return book


def lines(takes: Sequence[Take]) -> list[str]:
    book = book_of(takes)
    return [*canon.said(book), *canon.held(book, END_S * 1000)]


FIRST = lines(everything())


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_each_state_and_event_have_exactly_one_row(state: State, event: Event) -> None:
    """R-507."""
    assert len(matching(state, event)) == 1


def test_rows_lead_where_the_life_of_an_agreement_leads() -> None:
    """R-507. What has ended never comes back to force, and nobody enters one that not all have recorded."""
    assert {row.to for row in TABLE if isinstance(row.to, State)} == set(State) - {State.PROPOSED}
    for state, event in product((State.WITHDRAWN, State.EXPIRED, State.ADHERED), Event):
        to = row_for(state, event).to
        assert to in (Move.STAYS, State.EXPIRED, State.ADHERED), (state, event)
    assert all(row_for(State.PROPOSED, event).why for event in Event if event is not Event.SIGNED)


@given(st.permutations(range(len(everything()))))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    """R-507, R-512."""
    takes = everything()
    assert lines([takes[one] for one in order]) == FIRST


def test_what_stands_is_told_with_the_entries_that_caused_it() -> None:
    """R-507, R-508, R-510."""
    book = book_of(everything())
    life = book.lives.life(digest())
    assert life is not None and life.views[0] != life.views[1] and life.end_s == END_S + 1000
    ours = [(one.state, one.at_s) for one in life.views[0]]
    assert ours == [
        (State.SIGNED, None), (State.IN_FORCE, BEGIN), (State.EXTENDED, BEGIN + 5), (State.WITHDRAWN, END_S + 5),
    ]  # fmt: skip
    theirs = [one.state for one in life.views[1]]
    assert theirs == [State.SIGNED, State.IN_FORCE, State.EXTENDED, State.SUSPENDED, State.EXTENDED, State.EXPIRED]
    assert life.views[1][3].causes == (ref(1, 3),) and life.views[1][2].causes == (ref(0, 10), ref(1, 10))
    why = {mark.ref: mark.why for mark in life.marks}
    assert why[ref(0, 11)] == "two ends: no later than the end that stands"
    assert why[ref(0, 20)] == "this party left it by its own act"
    assert "taken for another" in why[ref(0, 2)] and book.lives.odd_names()
    assert "it names no agreement of this record" in [why for _, why in book.astray()]


def test_a_ratified_agreement_is_in_force_from_the_latest_of_what_all_said() -> None:
    """R-509."""
    book = book_of([*known(OPEN), *act(0, 2, Act(digest(OPEN), What.RATIFIED, BEGIN))])
    assert book.standing(digest(OPEN), 0, END_S) is None, "one party's word brings nothing into force"
    for take in act(1, 2, Act(digest(OPEN), What.RATIFIED, BEGIN + 5)):
        take(book)
    assert book.span(digest(OPEN)) == (BEGIN + 5, None)
    assert book.standing(digest(OPEN), 0, BEGIN + 4) is None
    assert book.standing(digest(OPEN), 0, BEGIN + 5) is Standing.IN_FORCE


def test_what_was_agreed_to_last_longer_goes_on_being_due() -> None:
    """R-508."""
    takes = known()
    assert book_of(takes).standing(digest(), 0, END_S) is Standing.ENDED
    for party in (0, 1):
        takes += act(party, 10, Act(digest(), What.EXTEND, BEGIN + 5, END_S + 1000))
    assert book_of(takes).standing(digest(), 0, END_S) is Standing.IN_FORCE
    assert book_of(takes).standing(digest(), 0, END_S + 1000) is Standing.ENDED


def test_an_extension_written_down_by_both_after_the_end_counts_and_one_accepted_late_does_not() -> None:
    """R-508."""
    one = Act(digest(), What.EXTEND, BEGIN + 5, END_S + 1000)
    both_late = [*known(), *act(0, 10, one, END_S + 9), *act(1, 10, one, END_S + 8)]
    assert book_of(both_late).span(digest())[1] == END_S + 1000
    stale = [*known(), *act(0, 10, one), *act(1, 10, one, END_S + 8)]
    life = book_of(stale).lives.life(digest())
    assert life is not None and life.end_s == END_S
    assert {mark.why for mark in life.marks} == {"accepted after the end that it would have moved"}


def test_an_end_and_a_date_are_reminded_of_on_both_sides() -> None:
    """R-511."""
    now_ms = END_S * 1000 - LEAD_MS // 2
    book = book_of([*known(), *offers()[:2]])
    found = list(book.duties(0, (END_S + 9) * 1000, now_ms))
    assert sorted((one.party, one.of) for one in found) == [(0, OFFER), (0, END), (1, OFFER), (1, END)]
    assert all(one.state is DutyState.DUE and one.causes for one in found)
    ours = {one.what for one in dues_of(found, 0, {}, now_ms)}
    theirs = {one.what for one in dues_of(found, 1, {}, now_ms)}
    assert ours == {Owed.END_NEARS, Owed.AGREEMENT_ENDS, Owed.OFFER_ENDS}
    assert theirs == {*ours, Owed.OFFER_NEARS}
    assert {one.state for one in book.duties(0, (END_S + 9) * 1000, (END_S + 1) * 1000)} == {DutyState.PASSED}


def test_who_is_reported_to_contradict_whom_is_found_from_both_ends() -> None:
    """R-506."""
    lives = book_of(everything()).lives
    assert [(one.word, one.ref) for one in lives.related(ref(1, 90))] == [(Word.CONTRADICTS, ref(0, 91))]
    own = Report("A", "a", "", "x", "en", "2026", True, ((Word.REPLACES, ref(1, 90)),), None, "X")
    lives.take_report(ref(0, 95), own)
    assert ref(0, 95) not in [one.ref for one in lives.related(ref(1, 90))], "a party replaces its own"


def test_an_answer_to_nothing_and_one_of_a_stranger_are_marked() -> None:
    """R-504, R-505."""
    book = book_of(everything())
    outcome = book.lives.outcome(ref(0, 50), END_S * 1000)
    assert outcome.towards[1][0] is Stands.REFUSED and outcome.towards[1][2] == ref(1, 60)
    assert [one.ref for one in outcome.spoken if not one.counts] == [ref(1, 61), ref(1, 63)]
    no = Offer(Said.ANSWERED, ref(0, 777), None, "", "", "", "en", None, Answer.REFUSED)
    before = book.astray()
    book.lives.take_offer(ref(1, 70), no)
    assert [one for one in book.astray() if one not in before] == [(ref(1, 70), "it names no offer of this record")]


def test_what_is_said_of_what_the_record_does_not_have_is_shown_until_that_comes() -> None:
    """R-512"""
    book, version = Book((0, 1)), ref(0, 9)
    book.drafts.take_closed(ref(1, 1), Closed(version, Closing.REFUSED, "No.", "en"))
    book.drafts.take_position(ref(1, 2), Position(version, (SaidOf(1, Stand.ACCEPTS, ""),), ""))
    book.meetings.take_word(ref(1, 3), MeetingWord(version, MeetingSaid.AGREES))
    book.sealed.take(ref(1, 4), Committed(version, 1, bytes(32)))
    (takes_act, *_) = act(1, 5, Act(digest(), What.RATIFIED, BEGIN))
    takes_act(book)
    why = dict(book.astray())
    assert [why[ref(1, at)].split(" no ")[1] for at in range(1, 6)] == [
        "version of a draft of this record", "version of a draft of this record", "meeting of this record",
        "commitment of this record", "agreement of this record",
    ]  # fmt: skip
    assert sum('"astray"' in line for line in canon.said(book)) == 5
    for take in known():
        take(book)
    assert ref(1, 5) not in dict(book.astray())


def test_an_exercise_changes_nothing() -> None:
    """R-513."""
    with pytest.raises(Malformed, match="an exercise"):
        take_paper(Book(range(2)), ref(0, 1), ACT, b"", EXERCISE)


NOTICE_DAYS = 90
ASKS = Terms(digest(), "en", ("Amber", "Birch"), "", (), (), (), "By notice.", NOTICE_DAYS, None, None)
DAY_S = 86_400


def leaves(from_s: int, held_s: int | None, *, asks: Terms = ASKS) -> list[Take]:
    """Both agreed to the terms; party 1 leaves."""
    takes = [*known(), *(lambda book, p=p: book.lives.take_terms(ref(p, 2), asks) for p in (0, 1))]  # type: ignore[misc]
    takes.append(says(1, 5, Standing.ENDED, from_s))
    if held_s is not None:
        held = When(held_s * 1000, held_s * 1000 + 999)
        takes.append(lambda book: book.lives.take_received(ref(1, 5), held))
    return takes


@pytest.mark.parametrize(
    ("days", "given"), [(NOTICE_DAYS - 1, "89 days of notice"), (0, "0 days of notice"), (-3, "no notice: it counts")]
)
def test_a_withdrawal_with_shorter_notice_than_the_terms_ask_for_counts_and_is_marked_on_both_sides(
    days: int, given: str
) -> None:
    """R-577"""
    held_s = BEGIN + 400 * DAY_S
    book = book_of(leaves(held_s + days * DAY_S, held_s))
    life = book.lives.life(digest())
    assert life is not None and not life.marks
    ((place, why),) = life.breaches
    assert place == ref(1, 5) and "against the terms, which stops nothing" in why and given in why
    assert "ask for 90" in why and "2012-06-09T00:00:00Z" in why
    assert book.standing(digest(), 1, held_s + days * DAY_S) is Standing.ENDED, "it counts as its party says"
    assert book.standing(digest(), 0, held_s + days * DAY_S) is Standing.IN_FORCE, "and only for that party"
    assert sum('"breach"' in line for line in canon.held(book, END_S * 1000)) == 1


def test_notice_as_long_as_the_terms_ask_for_or_not_proved_or_not_asked_for_is_no_breach() -> None:
    """R-577"""
    held_s = BEGIN + 400 * DAY_S
    for takes in (
        leaves(held_s + NOTICE_DAYS * DAY_S, held_s), leaves(held_s, None),
        leaves(held_s, held_s, asks=ASKS._replace(notice_days=None)), leaves(BEGIN - 5, BEGIN - 9),
    ):  # fmt: skip
        life = book_of(takes).lives.life(digest())
        assert life is not None and not life.breaches
    alone = leaves(held_s, held_s)[:2] + leaves(held_s, held_s)[3:]
    life = book_of(alone).lives.life(digest())
    assert life is not None and not life.breaches, "terms by one party's word ask for nothing"


def test_a_station_is_not_kept_from_leaving_with_short_notice() -> None:
    """R-577: shown, never enforced."""
    book = book_of(leaves(BEGIN + 5, None)[:-1])
    assert book.lives.marks_of_status(1, Status(digest(), Standing.ENDED, BEGIN + 5, "", "")) == []


def test_nothing_is_signed_suspended_or_left_in_an_exercise() -> None:
    """R-405, R-406"""
    body, book = encode_agreement(IDENTITY), Book((0, 1))
    take_paper(book, ref(0, 1), AGREEMENT, body)
    with pytest.raises(Malformed, match="an exercise"):
        take_paper(book, ref(1, 1), AGREEMENT, body, EXERCISE)
    assert not book.is_known(digest())
    take_paper(book, ref(1, 2), AGREEMENT, body)
    ended = encode_status(Status(digest(), Standing.ENDED, BEGIN + 5, "", ""))
    with pytest.raises(Malformed, match="an exercise"):
        take_paper(book, ref(1, 3), STATUS, ended, EXERCISE)
    assert book.standing(digest(), 1, BEGIN + 9) is Standing.IN_FORCE


def test_what_one_says_alone_when_the_others_have_left_brings_nothing_into_force_and_prolongs_nothing() -> None:
    """R-405, R-508"""
    body = encode_agreement(IDENTITY)
    for takes, is_known in ((known()[:1], False), (known(), True), (known()[1:], False)):
        book = Book((0,))
        for take in takes:
            take(book)
        assert book.is_known(agreement_digest(body)) is is_known
        assert (book.standing(digest(), 0, BEGIN) is Standing.IN_FORCE) is is_known
    book = Book((0,))
    longer = Act(digest(), What.EXTEND, BEGIN + 5, END_S + 1000)
    for take in (*known(), *act(0, 10, longer)):
        take(book)
    assert book.span(digest())[1] == END_S
    for take in act(1, 10, longer):  # said before it left
        take(book)
    assert book.span(digest())[1] == END_S + 1000
