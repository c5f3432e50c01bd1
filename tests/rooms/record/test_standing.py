"""How a line stands after amendments: who must agree, what comes first, and that the order of arrival is nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import Forged, Malformed
from openline.record.entry import (
    AMENDMENT_ACCEPTED,
    AMENDMENT_PROPOSED,
    CERTIFICATE,
    REVOCATION,
    After,
    Header,
    Held,
    LogId,
    Ref,
)
from openline.record.standing import (
    IN_FORCE,
    OPEN,
    REFUSED,
    STATEMENTS_MAX,
    TURNOVERS_MAX,
    VOID,
    WAITING,
    WITHDRAWN,
    Amendment,
    Record,
    Standing,
    stand,
)
from openline.record.statement import Reopened as Reopening
from openline.record.statement import Statement, encode_reopened, parse_reopened, read_statement
from openline.seal.amendment import (
    Answer,
    Change,
    Close,
    Join,
    Leave,
    Proposal,
    Terms,
    encode_answer,
    encode_proposal,
    parse_answer,
    parse_proposal,
)
from openline.seal.certificate import Agreed, certify, join_nonce, revoke
from openline.seal.charter import Charter, CharterLimits
from tests.rooms.record import world
from tests.rooms.record.world import OPENED_AT_MS, YEAR_MS, Side, word

GENERATION = OPENED_AT_MS.to_bytes(6, "big") + b"first."
SHORT = Terms(limits=CharterLimits(body_bytes_max=1000))
LONG = Terms(limits=CharterLimits(body_bytes_max=2000))


@cache
def side(number: int) -> Side:
    return Side(number)


@cache
def joining(number: int, place: int | None = None, name: str = "first") -> Join:
    """Party `number` of the world of three asks to join the line of two."""
    member, line_id = side(number), world.two().charter.line_id()
    nonce = join_nonce(line_id, member.root.party_id)
    until = OPENED_AT_MS + YEAR_MS
    certificate = certify(member.root, member.secrets(name), nonce, OPENED_AT_MS, until, member.draw)
    return Join(number if place is None else place, member.card, certificate)


class Book:
    """Statements as the parties write them. Each holds all of the others' entries, or as much as it is told."""

    def __init__(self, parties: int = 2) -> None:
        self.charter: Charter = (world.two() if parties == 2 else world.three()).charter
        self.statements: dict[Ref, Statement] = {}
        self.sizes: dict[int, int] = {}
        self.covered: dict[LogId, int] = {}

    def write(self, party: int, kind: int, body: bytes, *about: Ref, knows: Sequence[int] | None = None) -> Ref:
        index = self.sizes.get(party, 1)
        others = [one for one in sorted(self.sizes) if one != party and (knows is None or one in knows)]
        held = tuple(Held(one, GENERATION, self.sizes[one], word(one)) for one in others)
        at_ms = OPENED_AT_MS + 1000 * len(self.statements)
        header = Header(index, at_ms, kind, 0, 0, After(held, ()), about, bytes(32))
        self.sizes[party] = index + 1
        statement = read_statement(LogId(party, GENERATION), header, body)
        self.statements[statement.at.ref] = statement
        return statement.at.ref

    def propose(self, party: int, change: Change, knows: Sequence[int] | None = None) -> Ref:
        return self.write(party, AMENDMENT_PROPOSED, encode_proposal(Proposal(change)), knows=knows)

    def say(self, party: int, about: Ref, accepted: bool = True, knows: Sequence[int] | None = None) -> Ref:
        return self.write(party, AMENDMENT_ACCEPTED, encode_answer(Answer(accepted)), about, knows=knows)

    def record(self, statements: dict[Ref, Statement] | None = None) -> Record:
        held = {LogId(party, GENERATION): size for party, size in self.sizes.items()}
        stations = {LogId(n, GENERATION): side(n).certificate.digest for n in range(3)}
        return Record(self.statements if statements is None else statements, held, stations, self.covered)

    def stands(self) -> Standing:
        return stand(self.charter, self.record())

    def of(self, ref: Ref) -> Amendment:
        return next(one for one in self.stands().amendments if one.ref == ref)

    def state(self, ref: Ref) -> str:
        return self.of(ref).state


# --- consent


def test_terms_hold_when_both_have_agreed() -> None:
    """R-141, R-143"""
    book = Book()
    ref = book.propose(0, SHORT)
    assert (book.state(ref), book.of(ref).lacking) == (OPEN, (1,))
    book.say(1, ref)
    assert book.state(ref) == IN_FORCE
    assert book.stands().terms.limits.body_bytes_max == 1000
    assert book.charter.limits.body_bytes_max != 1000, "the charter itself never changes"


def test_the_first_answer_counts() -> None:
    """R-141"""
    book = Book()
    ref = book.propose(0, SHORT)
    book.say(1, ref, False)
    book.say(1, ref)
    assert (book.state(ref), book.of(ref).lacking) == (REFUSED, (1,))


def test_a_withdrawn_proposal_is_not_accepted_any_more_but_a_yes_on_its_way_counts() -> None:
    """R-141: offer and acceptance that cross."""
    knowing, crossing = Book(), Book()
    for book, knows in ((knowing, None), (crossing, ())):
        ref = book.propose(0, SHORT)
        before = book.sizes[0]
        book.say(0, ref, False)
        if knows is not None:
            book.sizes[0], after = before, book.sizes[0]
            book.say(1, ref)
            book.sizes[0] = after
        else:
            book.say(1, ref)
    assert knowing.stands().amendments[0].state == WITHDRAWN
    assert crossing.stands().amendments[0].state == IN_FORCE


def test_a_yes_to_nothing_is_nothing() -> None:
    """R-141, R-142: to a proposal that is not there, or that its author cannot have known."""
    book = Book()
    book.say(1, Ref(0, GENERATION, 1))
    assert book.stands().amendments == ()
    ref = book.propose(0, SHORT)
    assert book.state(ref) == OPEN, "the yes came before there was anything to agree to"
    book.say(1, ref, knows=())
    assert book.state(ref) == OPEN


def test_an_answer_that_names_no_proposal_is_malformed() -> None:
    """R-141"""
    with pytest.raises(Malformed, match="refers to no proposal"):
        Book().write(1, AMENDMENT_ACCEPTED, encode_answer(Answer(True)))


def test_of_two_changes_of_one_term_the_later_in_the_record_holds() -> None:
    """R-144: later by what its author knew; between strangers by time."""
    book = Book()
    first = book.propose(0, SHORT)
    book.say(1, first)
    second = book.propose(1, LONG)
    book.say(0, second)
    assert [one.ref for one in book.stands().amendments] == [first, second]
    assert book.stands().terms.limits.body_bytes_max == 2000
    crossed = Book()
    one, other = crossed.propose(0, SHORT, knows=()), crossed.propose(1, LONG, knows=())
    crossed.say(0, other)
    crossed.say(1, one)
    assert [each.ref for each in crossed.stands().amendments] == [one, other]


def test_terms_that_do_not_fit_are_void() -> None:
    """R-145"""
    book = Book()
    ref = book.propose(0, Terms(handling=(("fr", "SECRET"),)))
    book.say(1, ref)
    assert book.state(ref) == VOID and "languages" in book.of(ref).why
    assert book.stands().terms == book.charter


# --- joining


def joined() -> tuple[Book, Ref]:
    book = Book()
    ref = book.propose(0, joining(2))
    book.say(1, ref)
    return book, ref


def test_a_party_joins_and_is_asked_from_then_on() -> None:
    """R-143, R-146"""
    book, ref = joined()
    assert book.state(ref) == IN_FORCE
    standing = book.stands()
    assert standing.current() == (0, 1, 2)
    assert standing.terms.parties[2].name == side(2).name
    assert standing.terms.line_id() != book.charter.line_id(), "amended terms are no charter and name no line"
    terms = book.propose(0, SHORT)
    book.say(1, terms)
    assert book.of(terms).lacking == (2,)
    book.say(2, terms)
    assert book.state(terms) == IN_FORCE


def test_nobody_passes_over_a_party_that_has_joined_by_keeping_silent_about_it() -> None:
    """R-143: the proposal was written before the joining, the last yes after it."""
    book = Book()
    terms = book.propose(0, SHORT)
    ref = book.propose(0, joining(2))
    book.say(1, ref)
    book.say(1, terms)
    assert book.of(terms).lacking == (2,)


def test_an_amendment_agreed_before_the_joining_needs_no_more() -> None:
    """R-143"""
    book = Book()
    terms = book.propose(0, SHORT)
    book.say(1, terms)
    ref = book.propose(0, joining(2))
    book.say(1, ref)
    assert {book.state(terms), book.state(ref)} == {IN_FORCE}


def test_a_stranger_proposes_and_agrees_in_vain() -> None:
    """R-143, R-159: before it has joined, or without ever joining."""
    book = Book()
    ref = book.propose(2, SHORT)
    book.say(0, ref)
    book.say(1, ref)
    assert book.state(ref) == VOID
    own = book.propose(2, joining(2))
    book.say(0, own)
    book.say(1, own)
    assert book.state(own) == VOID
    terms = book.propose(0, LONG)
    book.say(2, terms)
    assert book.of(terms).lacking == (1,)


def test_a_join_for_another_line_or_place_or_in_anothers_name_is_void() -> None:
    """R-146"""
    foreign = Join(2, side(2).card, side(2).certificate)
    double = joining(2)._replace(card=side(0).card)
    for change in (foreign, joining(2, place=3), joining(2, place=1)):
        book = Book()
        ref = book.propose(0, change)
        book.say(1, ref)
        assert book.state(ref) == VOID, change.place
        assert book.stands().current() == (0, 1)
    with pytest.raises(Malformed):
        Book().propose(0, double)


def test_two_who_would_join_at_one_place_get_one_yes_from_each() -> None:
    """R-147: and where the parties disagree, neither joins until one is refused."""
    rival = joining(3 - 1, name="rival")
    book = Book()
    one = book.propose(0, joining(2), knows=())
    other = book.propose(1, rival, knows=())
    book.say(1, one)
    book.say(0, other)
    assert {book.state(one), book.state(other)} == {OPEN}
    stuck = Book()
    one = stuck.propose(0, joining(2), knows=())
    other = stuck.propose(1, rival, knows=())
    stuck.say(0, other, False)
    stuck.say(1, one)
    assert (stuck.state(one), stuck.state(other)) == (IN_FORCE, REFUSED)


# --- leaving, closing


def test_a_party_leaves_by_its_own_word() -> None:
    """R-148"""
    book = Book(3)
    ref = book.propose(2, Leave(2))
    assert book.state(ref) == IN_FORCE
    assert book.stands().left == (2,)
    terms = book.propose(0, SHORT)
    book.say(1, terms)
    assert book.state(terms) == IN_FORCE, "who has left is not asked"
    late = book.propose(2, LONG)
    book.say(0, late)
    book.say(1, late)
    assert book.state(late) == VOID, "and asks in vain"


def test_all_the_others_turn_a_party_out_and_one_alone_cannot() -> None:
    """R-148"""
    book = Book(3)
    ref = book.propose(0, Leave(2))
    assert book.of(ref).lacking == (1,)
    book.say(1, ref)
    assert book.state(ref) == IN_FORCE
    pair = Book()
    ref = pair.propose(0, Leave(1))
    assert pair.of(ref).lacking == (1,)


def test_a_line_is_closed_by_all() -> None:
    """R-149"""
    book = Book(3)
    ref = book.propose(1, Close())
    book.say(0, ref)
    assert not book.stands().closed
    book.say(2, ref)
    assert book.stands().closed


# --- the order in which things come here


def history() -> Book:
    """Three parties from two, terms that cross, a refusal, a leaving."""
    book, _ = joined()
    one, other = book.propose(0, SHORT, knows=(1, 2)), book.propose(1, LONG, knows=(2,))
    for party in (2, 0):
        book.say(party, other)
    for party in (1, 2):
        book.say(party, one)
    no = book.propose(2, Close())
    book.say(0, no, False)
    book.propose(2, Leave(2))
    return book


def test_the_order_of_arrival_is_nothing() -> None:
    """R-142 to R-144"""
    book = history()
    expected = book.stands()
    rows = list(book.statements.items())
    for turn in range(len(rows)):
        rows = rows[1:] + rows[:1]
        assert stand(book.charter, book.record(dict(rows if turn % 2 else rows[::-1]))) == expected


@given(st.data())
@settings(max_examples=settings().max_examples // 2, deadline=None)
def test_what_is_in_force_stays_in_force_as_more_of_the_record_comes(data: st.DataObject) -> None:
    """R-142: any prefix of every log first, then more of them."""
    book = history()
    every = book.statements
    before: set[Ref] = set()
    sizes = dict.fromkeys(range(3), 1)
    while any(sizes[party] < book.sizes[party] for party in sizes):
        party = data.draw(st.sampled_from([p for p in sizes if sizes[p] < book.sizes[p]]))
        sizes[party] = data.draw(st.integers(sizes[party] + 1, book.sizes[party]))
        here = {ref: one for ref, one in every.items() if ref.index < sizes[ref.party]}
        held = {LogId(p, GENERATION): size for p, size in sizes.items()}
        now = stand(book.charter, book.record(here)._replace(held=held))
        force = {one.ref for one in now.amendments if one.state == IN_FORCE}
        assert before <= force
        before = force
    assert before == {one.ref for one in book.stands().amendments if one.state == IN_FORCE}


def test_a_statement_waits_for_what_it_was_written_after() -> None:
    """R-142"""
    book = Book(3)
    book.propose(1, SHORT)
    ref = book.propose(0, LONG)
    held = book.record()._replace(held={LogId(0, GENERATION): 2})
    standing = stand(book.charter, held)
    assert {one.state for one in standing.amendments if one.ref == ref} == {WAITING}
    assert not standing.settled
    assert book.stands().settled


def test_lies_about_the_past_end_nowhere() -> None:
    """Everybody claims to have known everything: no circle, the same answer in any order, and in good time."""
    book = Book()
    book.sizes = {0: 50, 1: 50, 2: 50}
    refs = []
    for place in (2, 3):
        refs += [book.propose(party, joining(2, place)) for party in (0, 1, 2)]
    for ref, party in ((ref, party) for ref in refs for party in (0, 1, 2)):
        book.say(party, ref)
    book.sizes = dict.fromkeys(book.sizes, 500)
    lies = {
        ref: one._replace(at=one.at._replace(held=tuple((p, GENERATION, 500) for p in range(3) if p != ref.party)))
        for ref, one in book.statements.items()
    }
    answers = [stand(book.charter, book.record(dict(rows))) for rows in (lies.items(), list(lies.items())[::-1])]
    assert answers[0] == answers[1]


def test_a_flood_of_proposals_is_bounded() -> None:
    """R-150: the sixteenth proposal to join or leave counts, the seventeenth does not."""
    book = Book(3)
    for _ in range(TURNOVERS_MAX):
        book.propose(2, Leave(1))
    ref = book.propose(2, Leave(2))
    assert book.state(ref) == VOID


# --- papers


def test_a_renewed_certificate_counts_whoever_brings_it() -> None:
    """R-151: and one by another root, or for another line, does not."""
    book = Book()
    renewed = side(0).certified("second", OPENED_AT_MS + 5)
    book.write(1, CERTIFICATE, renewed.signed)
    foreign = certify(side(0).root, side(0).secrets("x"), bytes(32), 1, 2, side(0).draw)
    book.write(0, CERTIFICATE, foreign.signed)
    book.write(0, CERTIFICATE, side(2).certificate.signed)
    book.write(0, CERTIFICATE, b"no certificate")
    assert book.stands().certificates == ((0, renewed),)


def test_a_revoked_key_agrees_to_nothing_beyond_what_was_agreed_or_receipted() -> None:
    """R-152, R-153"""
    book = Book()
    ref = book.propose(0, SHORT)
    book.say(1, ref)  # entry 1 of party 1: by a thief
    agreed = [Agreed(GENERATION, 1, word("root"))]
    paper = revoke(side(1).root, side(1).certificate.digest, OPENED_AT_MS + 9, agreed, "stolen")
    book.write(0, REVOCATION, paper.signed)
    assert book.of(ref).lacking == (1,)
    assert book.stands().revocations == ((1, paper),)
    book.covered[LogId(1, GENERATION)] = 2
    assert book.state(ref) == IN_FORCE, "somebody held it before the revocation: it stands"


def test_nobody_revokes_anothers_station() -> None:
    """R-152"""
    book = Book()
    ref = book.propose(0, SHORT)
    book.say(1, ref)
    book.write(0, REVOCATION, revoke(side(0).root, side(1).certificate.digest, OPENED_AT_MS + 9, (), "no").signed)
    assert book.state(ref) == IN_FORCE


# --- spelling


CHANGES: tuple[Callable[[], Change], ...] = (
    lambda: SHORT,
    lambda: Terms((1, 2, 3, 4), CharterLimits(), ("en", "ru"), (("en", "A"),), ((0, ("DESK",)), (1, ())), (bytes(32),)),
    lambda: joining(2),
    lambda: Leave(7),
    Close,
)


@pytest.mark.parametrize("make", CHANGES)
def test_a_proposal_reads_back_as_it_was_written(make: Callable[[], Change]) -> None:
    """R-140"""
    proposal = Proposal(make(), "because")
    assert parse_proposal(encode_proposal(proposal)) == proposal


@pytest.mark.parametrize("make", CHANGES)
def test_one_flipped_bit_or_one_more_byte_is_another_proposal_or_none(make: Callable[[], Change]) -> None:
    """R-140: at every 97th byte, for a join is long."""
    data = encode_proposal(Proposal(make(), "because"))
    for at in range(0, len(data), 97 if len(data) > 500 else 1):
        changed = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        try:
            read = parse_proposal(changed)
        except (Malformed, Forged):
            continue
        assert encode_proposal(read) == changed
    for wrong in (data + b"\0", data[:-1], b"", b"\xa0"):
        with pytest.raises(Malformed):
            parse_proposal(wrong)


def test_terms_that_change_nothing_are_no_proposal() -> None:
    """R-140"""
    with pytest.raises(Malformed, match="change nothing"):
        encode_proposal(Proposal(Terms()))


def test_answers_and_recoveries_read_back() -> None:
    """R-141, R-155"""
    for answer in (Answer(True), Answer(False, "not now")):
        assert parse_answer(encode_answer(answer)) == answer
    for data in (encode_answer(Answer(True)) + b"\0", b"\xa2\x00\x02\x01\x60", b""):
        with pytest.raises(Malformed):
            parse_answer(data)
    reopened = Reopening(1, OPENED_AT_MS)
    assert parse_reopened(encode_reopened(reopened)) == reopened
    with pytest.raises(Malformed):
        parse_reopened(encode_reopened(reopened) + b"\0")


def test_the_snapshot_says_what_follows_from_the_record() -> None:
    """R-156: equal for equal records, and another one for every change."""
    book = history()
    assert book.stands().encode() == stand(book.charter, book.record()).encode()
    seen = {Book().stands().encode(), book.stands().encode(), joined()[0].stands().encode()}
    assert len(seen) == 3


# --- a life shown late, under whatever name

LATE = (OPENED_AT_MS - 1).to_bytes(6, "big") + b"late!!"  # older by name than any other


class Backdated(Book):
    """A book in which party 1 shows, after everything, one more life that its name puts before all others."""

    def late(self, *bodies: tuple[int, bytes, tuple[Ref, ...]]) -> None:
        """It says to have known all that the others wrote."""
        held = tuple(Held(one, GENERATION, self.sizes[one], word(one)) for one in sorted(self.sizes) if one != 1)
        for index, (kind, body, about) in enumerate(bodies, 1):
            header = Header(index, OPENED_AT_MS, kind, 0, 0, After(held, ()), about, bytes(32))
            statement = read_statement(LogId(1, LATE), header, body)
            self.statements[statement.at.ref] = statement

    def record(self, statements: dict[Ref, Statement] | None = None) -> Record:
        record = super().record(statements)
        return record._replace(held={**record.held, LogId(1, LATE): 5000})


def test_a_yes_is_not_taken_back_by_a_life_shown_late() -> None:
    """R-141. The first answer counted in the order of the names: a no of an older name undid what was in force."""
    book = Backdated()
    ref = book.propose(0, SHORT)
    book.say(1, ref)
    book.late((AMENDMENT_ACCEPTED, encode_answer(Answer(False)), (ref,)))
    assert book.state(ref) == IN_FORCE


def test_who_left_in_a_life_shown_late_had_still_agreed() -> None:
    """R-142."""
    book = Backdated()
    ref = book.propose(0, SHORT)
    book.say(1, ref)
    book.late((AMENDMENT_PROPOSED, encode_proposal(Proposal(Leave(1))), ()))
    assert book.state(ref) == IN_FORCE and book.stands().left == (1,)


def test_nobody_joins_in_the_past_of_what_was_agreed() -> None:
    """R-142, R-143. A yes held back and shown later under an older name: the third was then passed over, it seemed."""
    book = Backdated()
    third = book.propose(0, joining(2))
    ref = book.propose(0, SHORT)
    book.say(1, ref)
    book.late((AMENDMENT_ACCEPTED, encode_answer(Answer(True)), (third,)))
    assert [book.state(one) for one in (third, ref)] == [IN_FORCE, IN_FORCE]


def test_a_proposal_is_not_withdrawn_nor_a_place_given_away_by_a_life_shown_late() -> None:
    """R-141, R-147."""
    book = Backdated()
    ref = book.propose(1, joining(2))
    book.say(0, ref)
    assert book.state(ref) == IN_FORCE
    book.late(
        (AMENDMENT_ACCEPTED, encode_answer(Answer(False)), (ref,)),
        (AMENDMENT_PROPOSED, encode_proposal(Proposal(joining(2, name="other"))), ()),
    )
    assert book.state(ref) == IN_FORCE


def test_statements_in_great_number_push_out_nothing_that_was_agreed() -> None:
    """R-150. The first thousand counted in the order of the names."""
    book = Backdated()
    ours = book.propose(0, LONG)
    book.say(1, ours)
    terms = book.propose(1, SHORT)
    book.say(0, terms)
    third = book.propose(1, joining(2))
    book.say(0, third)
    flood = [(AMENDMENT_PROPOSED, encode_proposal(Proposal(LONG)), ())] * STATEMENTS_MAX
    flood += [(AMENDMENT_PROPOSED, encode_proposal(Proposal(Leave(0))), ())] * (2 * TURNOVERS_MAX)
    flood += [(AMENDMENT_ACCEPTED, encode_answer(Answer(False)), (Ref(0, LATE, 7),))] * STATEMENTS_MAX
    book.late(*flood)
    assert [book.state(ref) for ref in (terms, third, ours)] == [IN_FORCE] * 3


def test_what_was_said_in_earlier_lives_is_known_to_later_ones() -> None:
    """R-142: by their openings, over lives that said nothing."""
    book = Backdated()
    ref = book.propose(0, SHORT)
    said = (AMENDMENT_ACCEPTED, encode_answer(Answer(False)), (ref,))
    book.late(said)
    book.say(1, ref)
    assert book.state(ref) == IN_FORCE, "two lives that do not know each other: the yes"
    between = OPENED_AT_MS.to_bytes(6, "big") + b"a life"
    before = {LogId(1, GENERATION): (between, 3), LogId(1, between): (LATE, 2)}
    record = book.record()._replace(before=before)
    assert stand(book.charter, record).amendments[0].state == REFUSED, "it had said no before"
    record = book.record()._replace(before=before | {LogId(1, between): (LATE, 1)})
    assert stand(book.charter, record).amendments[0].state == IN_FORCE, "what was not known yet"
