"""How drafts stand: the same in any order; what should not have been written is kept, and marked."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.clocks.duty import DutyState
from openline.accord.clocks.spans import When
from openline.accord.drafting.bodies import Closed, Closing, Position, Said, Stand, Tabled
from openline.accord.drafting.drafts import Drafts, Hindrance, State
from openline.accord.drafting.owed import LAPSE
from openline.console.accords.owed import dues_of
from openline.console.negotiating.rows import text_row
from openline.desk.due import What
from openline.record.entry import Ref
from tests.rooms.accord.drafting.treaty import AT_MS, ID, both, header, ref, tabled

LATER_MS = AT_MS + 10_000_000
Act = Callable[[Book], None]
V1, V2, V3, V4 = ref(0, 1), ref(1, 1), ref(0, 2), ref(1, 2)


def table(at: Ref, one: Tabled, *, saw: int = 0, exercise: bool = False) -> Act:
    references = (one.over,) if one.over is not None else ()
    return lambda book: book.take_tabled(at, one, header(at, *references, saw=saw, exercise=exercise))


def says(at: Ref, of: Ref, *said: Said) -> Act:
    return lambda book: book.drafts.take_position(at, Position(of, said, "en" if any(s.words for s in said) else ""))


def closes(at: Ref, of: Ref, closing: Closing, reason: str = "No.") -> Act:
    return lambda book: book.drafts.take_closed(at, Closed(of, closing, reason, "en"))


def signs(at: Ref, one: Tabled, at_ms: int = AT_MS) -> Act:
    return lambda book: book.take_agreement(at, one.body, at_ms)


def booked(*acts: Act, parties: tuple[int, ...] = (0, 1)) -> Book:
    """Whatever the order, the book says the same."""
    states = set()
    for order in range(6):
        book = Book(parties)
        shuffled = list(acts)
        Random(order).shuffle(shuffled)
        for act in shuffled:
            act(book)
        states.add("\n".join([*canon.said(book), *canon.held(book, LATER_MS)]))
    assert len(states) == 1
    return book


def state(book: Book, of: Ref, at_ms: int = LATER_MS) -> State:
    return book.drafts.state(of, at_ms)


OPEN = tabled(both("[Amber: 30] [Birch: 14]"))
CLEAN = tabled(both("21"), over=V1)


def test_a_draft_is_tabled_countered_accepted_and_signed_by_all() -> None:
    """R-521, R-522, R-524"""
    accepted = [Said(number, Stand.ACCEPTS, "") for number in range(4)]
    first = (table(V1, OPEN), table(V2, CLEAN, saw=2))
    book = booked(*first)
    assert (state(book, V1), state(book, V2)) == (State.COUNTERED, State.TABLED)
    assert book.drafts.hindrances(V1, LATER_MS) == [Hindrance.BRACKETS] and book.drafts.hindrances(V2, LATER_MS) == []
    book = booked(*first, says(ref(0, 2), V2, *accepted))
    assert state(book, V2) is State.TABLED, "accepted is not signed"
    assert [(one.said.article, one.party) for one in book.drafts.positions(V2)] == [(n, 0) for n in range(4)]
    book = booked(*first, signs(ref(0, 3), CLEAN))
    assert state(book, V2) is State.SIGNED_BY_SOME and not book.is_known(CLEAN.digest)
    book = booked(*first, signs(ref(0, 3), CLEAN), signs(ref(1, 3), CLEAN))
    assert state(book, V2) is State.SIGNED and book.is_known(CLEAN.digest) and state(book, V1) is State.COUNTERED


def test_two_counters_that_crossed_are_both_kept_and_shown_as_crossed() -> None:
    """R-521"""
    ours, theirs = tabled(both("20"), over=V1), tabled(both("25"), over=V1)
    book = booked(table(V1, OPEN), table(V3, ours, saw=0), table(V4, theirs, saw=2))
    assert book.drafts.counters(V1) == (V3, V4)
    one, other = book.drafts.version(V3), book.drafts.version(V4)
    assert one is not None and other is not None
    assert book.drafts.crossing(one) == (V4,) and book.drafts.crossing(other) == (V3,)
    book = booked(table(V1, OPEN), table(V3, ours, saw=0), table(V4, theirs, saw=3))
    one = book.drafts.version(V3)
    assert one is not None and book.drafts.crossing(one) == (), "they had it in hand"


def test_silence_is_neither_consent_nor_refusal_and_a_lapse_is_computed() -> None:
    """R-525"""
    one = tabled(lapses_s=LATER_MS // 1000)
    book = booked(table(V1, one), signs(ref(0, 2), one))
    assert state(book, V1, LATER_MS - 1) is State.SIGNED_BY_SOME and state(book, V1) is State.LAPSED
    assert book.drafts.hindrances(V1, LATER_MS) == [Hindrance.LAPSED]
    book = booked(table(V1, one), signs(ref(0, 2), one), signs(ref(1, 2), one, LATER_MS))
    assert [each.late for each in book.drafts.signatures(V1)] == [False, True]
    assert state(book, V1) is State.LAPSED and not book.is_known(one.digest), "signed too late by one"
    book = booked(table(V1, one), signs(ref(0, 2), one), signs(ref(1, 2), one, LATER_MS - 1))
    assert state(book, V1) is State.SIGNED and book.is_known(one.digest)
    again = table(ref(0, 5), one._replace(lapses_s=None))
    book = booked(table(V1, one), again, signs(ref(0, 6), one, LATER_MS), signs(ref(1, 2), one, LATER_MS))
    assert state(book, ref(0, 5)) is State.SIGNED and book.is_known(one.digest), "tabled again without a term"


def test_a_refusal_says_why_and_a_withdrawal_is_its_authors_alone() -> None:
    """R-523"""
    clean = tabled()
    book = booked(table(V1, clean), closes(ref(1, 1), V1, Closing.REFUSED, "It names no area."))
    assert state(book, V1) is State.REFUSED and Hindrance.REFUSED in book.drafts.hindrances(V1, LATER_MS)
    book = booked(table(V1, clean), closes(ref(1, 1), V1, Closing.WITHDRAWN), closes(ref(0, 2), V1, Closing.REFUSED))
    assert [one.why_not for one in book.drafts.closures(V1)] == [
        "a party withdraws its own version, and does not refuse it", "a party withdraws its own versions",
    ]  # fmt: skip
    assert state(book, V1) is State.TABLED
    book = booked(table(V1, clean), closes(ref(0, 2), V1, Closing.WITHDRAWN), signs(ref(1, 1), clean))
    assert state(book, V1) is State.WITHDRAWN and not book.is_known(clean.digest)
    assert [str(one) for one in book.drafts.hindrances(V1, LATER_MS)] == ["it was withdrawn"], "marked at the signature"


def test_who_has_signed_does_not_refuse_or_withdraw_it_any_more() -> None:
    clean = tabled()
    signed = (table(V1, clean), signs(ref(0, 2), clean), signs(ref(1, 2), clean))
    book = booked(*signed, closes(ref(0, 3), V1, Closing.WITHDRAWN), closes(ref(1, 3), V1, Closing.REFUSED))
    assert state(book, V1) is State.SIGNED
    assert {one.why_not for one in book.drafts.closures(V1)} == {"its writer has signed the version"}


def test_what_is_said_last_of_an_article_counts_and_comments_change_nothing() -> None:
    """R-522"""
    reserve, accept = Said(2, Stand.RESERVES, "The costs."), Said(2, Stand.ACCEPTS, "")
    asked = Said(2, Stand.COMMENTS, "Who pays?")
    book = booked(table(V1, tabled()), says(ref(1, 1), V1, reserve), says(ref(1, 2), V1, asked))
    assert book.drafts.hindrances(V1, LATER_MS) == [Hindrance.RESERVED]
    assert [one.said.words for one in book.drafts.comments(V1)] == ["Who pays?"]
    book = booked(table(V1, tabled()), says(ref(1, 1), V1, reserve), says(ref(1, 3), V1, accept))
    assert book.drafts.hindrances(V1, LATER_MS) == []
    book = booked(table(V1, tabled()), says(ref(1, 4), V1, reserve), says(ref(1, 3), V1, accept))
    assert book.drafts.hindrances(V1, LATER_MS) == [Hindrance.RESERVED]


def test_different_bytes_signed_by_the_two_sides_are_shown_so_by_both() -> None:
    """R-526"""
    ours, theirs = tabled(), tabled(both("31"))
    book = booked(table(V1, ours), signs(ref(0, 2), ours), signs(ref(1, 2), theirs))
    assert state(book, V1) is State.SIGNED_BY_SOME
    (other,) = book.drafts.others_signed(ID)
    assert (other.ref, other.digest) == (ref(1, 2), theirs.digest)
    assert any('"signed over other bytes"' in line for line in canon.said(book))
    book = booked(table(V1, ours), table(V2, theirs), signs(ref(0, 2), ours), signs(ref(1, 2), theirs))
    assert book.drafts.others_signed(ID) == [], "of two versions, each signed by one"
    assert (state(book, V1), state(book, V2)) == (State.SIGNED_BY_SOME, State.SIGNED_BY_SOME)


def test_the_same_words_under_other_terms_are_other_bytes() -> None:
    ours, theirs = tabled(), tabled(of={"from_s": 1_800_000_000})
    book = booked(table(V1, ours), signs(ref(0, 2), ours), signs(ref(1, 2), theirs))
    assert [one.digest for one in book.drafts.others_signed(ID)] == [theirs.digest]


def test_a_signature_in_spite_of_brackets_a_missing_language_or_in_an_exercise_is_marked() -> None:
    """R-526"""
    lacking = tabled({"en": both("[Amber: 30]")["en"]})
    book = booked(table(V1, lacking, exercise=True), signs(ref(1, 1), lacking))
    assert book.drafts.hindrances(V1, AT_MS) == [Hindrance.BRACKETS, Hindrance.LANGUAGE, Hindrance.EXERCISE]
    (line,) = [line for line in canon.said(book) if line.startswith('["signature"')]
    assert "brackets remain" in line and "a language is missing" in line


def test_three_parties_all_sign() -> None:
    one = tabled()
    two_of_them = (table(V1, one), signs(ref(0, 2), one), signs(ref(1, 2), one))
    assert state(booked(*two_of_them, parties=(0, 1, 2)), V1) is State.SIGNED_BY_SOME
    book = booked(*two_of_them, signs(ref(2, 1), one), parties=(0, 1, 2))
    assert state(book, V1) is State.SIGNED


def test_what_counters_nothing_or_another_draft_says_so() -> None:
    stray, other = tabled(over=ref(1, 40)), tabled(id="another", over=V1)
    book = booked(table(V1, tabled()), table(V3, stray), table(ref(0, 3), other))
    flaws = {one.ref: book.drafts.flaws(one) for one in book.drafts.all_versions()}
    assert flaws[V1] == [] and flaws[V3] == ["it counters an entry that is no version here"]
    assert flaws[ref(0, 3)] == [f"it counters a version of another draft, {ID}"]
    assert book.drafts.counters(V1) == () and book.drafts.ids() == ["another", ID]


def test_nothing_is_known_of_what_is_not_there() -> None:
    drafts = Drafts((0, 1))
    assert drafts.version(V1) is None and drafts.ids() == [] and drafts.counted(bytes(32)) is None


def test_every_party_is_reminded_before_a_text_on_the_table_lapses_and_of_no_other() -> None:
    """R-511"""
    lapses_s = AT_MS // 1000 + 40 * 86_400
    now_ms = lapses_s * 1000 - 86_400_000
    one, counter = tabled(lapses_s=lapses_s), tabled(both("20"), over=V1)
    book = booked(table(V1, one))
    found = list(book.duties(0, lapses_s * 1000 + 1, now_ms))
    assert [(each.party, each.of, each.causes) for each in found] == [(0, LAPSE, (V1,)), (1, LAPSE, (V1,))]
    for party in (0, 1):
        dues = dues_of(found, party, {}, now_ms)
        assert {due.what for due in dues} == {What.DRAFT_NEARS, What.DRAFT_LAPSES}
        assert [due.rises for due in dues if due.what is What.DRAFT_NEARS] == [True]
        assert not dues_of(found, party, {}, AT_MS) or all(due.what is What.DRAFT_LAPSES
                                                           for due in dues_of(found, party, {}, AT_MS))
    assert not list(book.duties(0, lapses_s * 1000, now_ms)), "the end of the time that is asked for is not in it"
    (gone,) = {each.state for each in book.duties(0, lapses_s * 1000 + 1, lapses_s * 1000)}
    assert gone is DutyState.PASSED
    signed_by_one = booked(table(V1, one), signs(ref(1, 2), one))
    assert len(list(signed_by_one.duties(0, lapses_s * 1000 + 1, now_ms))) == 2
    for over in (
        [signs(ref(0, 2), one), signs(ref(1, 2), one)], [closes(ref(1, 2), V1, Closing.REFUSED)],
        [closes(ref(0, 2), V1, Closing.WITHDRAWN)], [table(V2, counter, saw=2)],
    ):  # fmt: skip
        book = booked(table(V1, one), *over)
        assert not [each for each in book.duties(0, lapses_s * 1000 + 1, now_ms) if each.of == LAPSE]
    assert not list(booked(table(V1, one, exercise=True)).duties(0, lapses_s * 1000 + 1, now_ms))


def test_what_is_said_in_an_exercise_closes_and_accepts_nothing_that_is_not_one() -> None:
    """R-522"""
    def closes_in_one(at: Ref, of: Ref) -> Act:
        return lambda book: book.drafts.take_closed(at, Closed(of, Closing.REFUSED, "No.", "en"), exercise=True)

    def accepts_in_one(at: Ref, of: Ref) -> Act:
        said = Position(of, (Said(1, Stand.RESERVES, ""),), "")
        return lambda book: book.drafts.take_position(at, said, exercise=True)

    book = booked(table(V1, OPEN), closes_in_one(ref(1, 2), V1), accepts_in_one(ref(1, 3), V1))
    assert state(book, V1) is State.TABLED and not book.drafts.positions(V1)
    (closure,) = book.drafts.closures(V1)
    assert closure.why_not == "it was written in an exercise, and the version was not"
    book = booked(table(V1, OPEN, exercise=True), closes_in_one(ref(1, 2), V1), accepts_in_one(ref(1, 3), V1))
    assert state(book, V1) is State.REFUSED and len(book.drafts.positions(V1)) == 1


def test_a_signature_dated_before_the_lapse_and_held_only_after_it_counts_and_is_shown_so() -> None:
    """R-525: a stamp is its writer's word; when it was held is not."""
    one = tabled(lapses_s=LATER_MS // 1000)
    for held_ms, told in ((LATER_MS - 5, []), (LATER_MS, []), (LATER_MS + 1, [ref(1, 2)])):
        held = When(held_ms, held_ms + 999)
        book = booked(table(V1, one), signs(ref(0, 2), one), signs(ref(1, 2), one, LATER_MS - 9),
                      lambda book, held=held: book.lives.take_received(ref(1, 2), held))  # type: ignore[misc]
        assert book.is_known(one.digest) and [each.ref for each in book.drafts.held_late(V1)] == told
        assert sum('"held after the lapse"' in line for line in canon.held(book, LATER_MS)) == len(told)
    version = book.drafts.version(V1)
    assert version is not None
    row = text_row(book.drafts, version, [], 0, str, LATER_MS)
    assert row.flaws == ["the signature of 1 is dated before the lapse, and the others held it only after that"]
