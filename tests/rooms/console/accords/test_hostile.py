"""Two stations with real keys on the real line machine say whatever can be said of agreements: of themselves, of what
is not there yet, of entries of other kinds, twice, crossing. Both fold the same; nothing stands that was not said."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import Random

import pytest

from openline.accord.agreements.acts import Act, What, encode_act
from openline.accord.agreements.answering import Standing as Stands
from openline.accord.agreements.offers import Answer, Offer, encode_offer
from openline.accord.agreements.offers import Said as OfferSaid
from openline.accord.agreements.reports import Report, encode_report
from openline.accord.agreements.reports import Word as ReportWord
from openline.accord.agreements.terms import Terms, encode_terms
from openline.accord.bodies import Standing, Status, check_body, encode_status
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.communique.ledger import State as JointState
from openline.accord.communique.statement import (
    Signature,
    Statement,
    Version,
    Withdrawal,
    encode_signature,
    encode_statement,
    encode_withdrawal,
    statement_digest,
)
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
from openline.accord.drafting.drafts import State as DraftState
from openline.accord.escrow import bodies as escrow
from openline.accord.escrow import exchanging
from openline.accord.meetings.bodies import Meeting, MeetingWord, Sort, Word, encode_meeting, encode_meeting_word
from openline.accord.topics.bodies import (
    Capacity,
    Contradiction,
    Filed,
    Spoke,
    Topic,
    encode_capacity,
    encode_contradiction,
    encode_filed,
    encode_topic,
)
from openline.accord.topics.bodies import What as FiledAs
from openline.console.accords.reading import Follower, take_paper
from openline.console.agreeing import rows as agreeing_rows
from openline.console.topics import rows as topic_rows
from openline.errors import Malformed
from openline.line.events import Draft, Submitted
from openline.record.entry import (
    ACT,
    AGREEMENT,
    CAPACITY,
    CHALLENGE,
    CLOSED,
    COMMITTED,
    CONTRADICTION,
    COUNTERSIGNED,
    ESCROW,
    EXCHANGE,
    EXERCISE,
    FILED,
    JOINT,
    JOINT_WITHDRAWN,
    MEETING,
    MEETING_WORD,
    OFFER,
    POSITION,
    REPORT,
    STATUS,
    TABLED,
    TERMS,
    TOPIC,
    Ref,
)
from tests.rooms.accord.drafting.treaty import both, tabled
from tests.rooms.accord.escrow.parts import listed
from tests.rooms.line.desks import OPENED_AT_MS, make_world

NOW_S = OPENED_AT_MS // 1000 + 1_000
TREATIES = [
    tabled(id=f"TREATY-{n}", of={"from_s": NOW_S - 9, "until_s": NOW_S + 900 * n if n else None}) for n in range(3)
]
WORDS = [encode_statement(Statement(f"JS-{n % 2}", (Version("en", "Title", f"Words {n}."),), NOW_S, "UTC", 0))
         for n in range(3)]  # fmt: skip
LISTS = [listed(party, "Alpha", "Bravo") for party in (0, 1)]
LOCK = bytes(32)
Made = tuple[int, bytes]


class World:
    """Both stations, and what each has said."""

    def __init__(self, seed: int) -> None:
        self.rng, self.wire = Random(seed), make_world(2)
        self.wire.connect(0, 1)
        self.wire.settle()
        self.said: list[tuple[Ref, int, int, bytes]] = []

    def says(self, party: int, kind: int, body: bytes, flags: int = 0, references: Sequence[Ref] | None = None) -> Ref:
        desk = self.wire.desks[party]
        log, index = desk.own, desk.size(desk.own)
        refs = tuple(check_body(kind, body) if references is None else references)
        self.wire.put(party, desk.take((Submitted((Draft(kind, 0, flags, refs, body, ""),)),), self.wire.now_ms))
        ref = Ref(*log, index)
        assert desk.size(log) == index + 1
        self.said.append((ref, kind, flags, body))
        return ref

    def place(self, *kinds: int) -> Ref:
        """Something there, of these kinds more often than not; itself, something to come, or nothing at all."""
        fitting = [ref for ref, kind, _, _ in self.said if kind in kinds]
        if fitting and self.rng.random() < 0.8:
            return self.rng.choice(fitting[-6:])
        party, chance = self.rng.randrange(2), self.rng.random()
        log = self.wire.desks[party].own
        if chance < 0.6 and self.said:
            return self.rng.choice(self.said)[0]
        if chance < 0.95:
            return Ref(*log, self.rng.randrange(self.wire.desks[party].size(log) + 4))
        return Ref(party, b"\xff" * 12, 0)

    def far(self) -> Ref:
        """An entry that never comes."""
        return Ref(self.rng.randrange(2), b"\xee" * 12, 7)

    def both_fold(self) -> tuple[Book, Book]:
        """Once all is delivered and receipted."""
        self.wire.settle(ticks=4)
        found = [Follower(desk.store, (0, 1)) for desk in self.wire.desks]
        return found[0].follow(), found[1].follow()


def anything(world: World) -> Made:
    """A body of any kind from 128 to 153, 98 or 99, of few agreements, statements and names, so that they meet."""
    rng, of = world.rng, world.place()
    table, offer, talk = world.place(TABLED), world.place(OFFER), world.place(MEETING)
    one, instant = rng.choice(TREATIES), NOW_S + rng.randrange(-50, 50)
    words = rng.choice(WORDS)
    digest = rng.choice([one.digest] * 9 + [sha256(b"no agreement").digest()])
    made: list[Callable[[], Made]] = [
        lambda: (AGREEMENT, one.body),
        lambda: (STATUS, encode_status(Status(digest, rng.choice(list(Standing)), instant, "", ""))),
        lambda: (TERMS, encode_terms(Terms(digest, "en", ("Amber", rng.choice(["Birch"] * 5 + ["Вirch"])), "",
                                           (), (), (), "", 9, None, None))),
        lambda: (ACT, _act(rng, digest, instant)),
        lambda: (OFFER, encode_offer(_offer(rng, offer, instant))),
        lambda: (REPORT, encode_report(Report("X", "paper", "", "Words.", "en", "2026-02-05", False,
                                              ((rng.choice(list(ReportWord)), of),), None, "A"))),
        lambda: (TABLED, encode_tabled(tabled(both(str(rng.randrange(20, 23))), id=f"TREATY-{rng.randrange(2)}",
                                              over=rng.choice([None, table]), lapses_s=rng.choice([None, instant])))),
        lambda: (TABLED, encode_tabled(one._replace(over=rng.choice([None, table]),
                                                    lapses_s=rng.choice([None, instant])))),
        lambda: (POSITION, encode_position(Position(table, (Said(rng.randrange(4), rng.choice(list(Stand)[:2]), ""),),
                                                    ""))),
        lambda: (CLOSED, encode_closed(Closed(table, rng.choice(list(Closing)), "No.", "en"))),
        lambda: (JOINT, encode_signature(Signature(statement_digest(words), rng.choice([words, b""])))),
        lambda: (JOINT_WITHDRAWN, encode_withdrawal(Withdrawal(statement_digest(words), "", ""))),
        lambda: (TOPIC, encode_topic(Topic(f"topic-{rng.randrange(2)}", (("en", "A topic"),)))),
        lambda: (FILED, encode_filed(Filed(f"topic-{rng.randrange(2)}", of, rng.choice(list(FiledAs))))),
        lambda: (CONTRADICTION, encode_contradiction(Contradiction(*sorted((of, world.far()))))),
        lambda: (CAPACITY, encode_capacity(Capacity(of, (("en", Spoke("A", "head")),)))),
        lambda: (MEETING, encode_meeting(Meeting("talk", Sort.CONTACT, (("en", "A talk"),), NOW_S * 1000 + instant,
                                                 None, "", of=rng.choice([None, None, talk])))),
        lambda: (MEETING_WORD, encode_meeting_word(_word(rng, talk, digest))),
        *(lambda body=body: (escrow.kind_of(body), escrow.encode(body)) for body in _sealed(world)),  # type: ignore[misc]
    ]  # fmt: skip
    return rng.choice(made)()


def _act(rng: Random, digest: bytes, instant: int) -> bytes:
    what = rng.choice(list(What))
    until = NOW_S + rng.choice([2_000, 3_000]) if what in (What.EXTEND, What.ADHERE) else None
    return encode_act(Act(digest, what, instant, until, *(("If so.", "en") if what is What.ADHERE else ("", ""))))


def _offer(rng: Random, of: Ref, instant: int) -> Offer:
    said = rng.choice(list(OfferSaid))
    if said is OfferSaid.OFFERED:
        return Offer(said, None, None, "Limits", "For a year.", "", "en", rng.choice([None, instant]))
    answer = rng.choice([Answer.ACCEPTED, Answer.REFUSED]) if said is OfferSaid.ANSWERED else None
    return Offer(said, of, None, "", "", "", "en", None, answer)


def _word(rng: Random, of: Ref, digest: bytes) -> MeetingWord:
    word = rng.choice(list(Word))
    until_ms = NOW_S * 1000 if word is Word.HOLDS else None
    reason = ("No.", "en") if word is Word.REFUSES else ("", "")
    return MeetingWord(of, word, until_ms, *reason, record=digest if word is Word.WAS_HELD else None)


def _sealed(world: World) -> list[escrow.Body]:
    exchange, of, asked = world.place(EXCHANGE), world.place(COMMITTED, ESCROW), world.place(CHALLENGE)
    rng, there = world.rng, [ref for ref, kind, _, _ in world.said if kind == COMMITTED]
    sets = {ref.party: (ref, LISTS[ref.party].lock()) for ref in rng.sample(there, min(4, len(there)))}
    mine = LISTS[rng.randrange(2)]
    found: list[escrow.Body] = [
        escrow.Exchange("LISTS", "", "", (0, 1), NOW_S, NOW_S + 5, NOW_S + 9),
        escrow.Committed(exchange, 2, mine.lock()),
        escrow.Escrow("E-1", 20_000, b"", ((1, LOCK), (2, LOCK), (4, LOCK), (8, LOCK), (16, LOCK)), None),
        escrow.Challenge(world.place(ESCROW), 4, LOCK, NOW_S, NOW_S + 5, NOW_S + 9), escrow.Answered(asked, LOCK),
        escrow.Revealed(asked, bytes(32)), escrow.Opened(of, mine.opening()),
    ]  # fmt: skip
    named = tuple(sets[party] for party in sorted(sets))
    return [*found, escrow.Countersigned(exchange, named)] if len(named) > 1 else found


@pytest.mark.parametrize("seed", range(8))
def test_both_stations_fold_alike_whatever_is_said_and_nothing_stands_that_was_not(seed: int) -> None:
    """R-461, R-405, R-507, R-524, R-543, R-555, R-576: no agreement by silence."""
    world = World(seed)
    for _ in range(220):
        kind, body = anything(world)
        world.says(world.rng.randrange(2), kind, body, EXERCISE if world.rng.random() < 0.1 else 0)
        if world.rng.random() < 0.15:
            world.wire.settle(ticks=world.rng.randrange(2))
    ours, theirs = world.both_fold()
    assert list(canon.said(ours)) == list(canon.said(theirs))
    for at_s in (NOW_S - 60, NOW_S, NOW_S + 9_000):
        assert list(canon.held(ours, at_s * 1000)) == list(canon.held(theirs, at_s * 1000))
        assert sorted(ours.duties(0, 2**42, at_s * 1000)) == sorted(theirs.duties(0, 2**42, at_s * 1000))
    _check_claims(ours, world)
    _all_rows(ours, world)


def _wrote(world: World, kind: int, fits: Callable[[Ref, bytes], bool]) -> set[int]:
    return {ref.party for ref, of, flags, body in world.said if of == kind and not flags and fits(ref, body)}


def _check_claims(book: Book, world: World) -> None:
    """Whatever is said to be of both was said by both, in no exercise."""
    for digest, agreement in book.agreements.items():
        every = (*TREATIES, *(one.tabled for one in book.drafts.all_versions()))
        bodies = {one.body for one in every if one.digest == digest}
        if book.is_known(digest):
            assert _wrote(world, AGREEMENT, lambda _, body, b=bodies: body in b) == {0, 1}  # type: ignore[misc]
        life = book.lives.life(digest)
        assert life is not None
        if life.terms is not None:
            told = encode_terms(life.terms)
            assert _wrote(world, TERMS, lambda _, body, t=told: body == t) == {0, 1}  # type: ignore[misc]
        if life.end_s != agreement.until_s:
            moved = {act.until_s for _, act in book.lives.acts_of(digest) if act.what is What.EXTEND}
            assert life.end_s in moved
            assert {ref.party for ref, act in book.lives.acts_of(digest) if act.until_s == life.end_s} == {0, 1}
    for version in book.drafts.all_versions():
        if book.drafts.state(version.ref, NOW_S * 1000) is DraftState.SIGNED:
            assert _wrote(world, AGREEMENT, lambda _, body, v=version: body == v.tabled.body) == {0, 1}  # type: ignore[misc]
    for digest in book.joint.digests():
        if book.joint.state(digest) is JointState.AGREED:
            assert _wrote(world, JOINT, lambda _, body, d=digest: d in body) == {0, 1}  # type: ignore[misc]
    for one in exchanging.all_seen(book.sealed):
        if one.locked is not None:
            assert {ref.party for ref, kind, _, body in world.said if kind == COUNTERSIGNED} == {0, 1}
    for ref in book.meetings.meetings:
        if book.meetings.is_agreed(ref):
            agrees = encode_meeting_word(MeetingWord(ref, Word.AGREES))
            assert _wrote(world, MEETING_WORD, lambda _, body, a=agrees: body == a) >= {1 - ref.party}  # type: ignore[misc]
    for ref, _ in book.lives.made():
        for party, (stands, _, by) in book.lives.outcome(ref, 2**42).towards.items():
            if stands in (Stands.ACCEPTED, Stands.REFUSED, Stands.CONDITIONS):
                assert by is not None and by.party == party
            else:
                assert stands in (Stands.WITHDRAWN, Stands.UNANSWERED, Stands.OPEN)


def _all_rows(book: Book, world: World) -> None:
    """What pages and commands show of it is made without a fault."""
    view = agreeing_rows.View(book, world.wire.desks[0].roster, 0, NOW_S * 1000)
    for digest in book.agreements:
        agreeing_rows.life_whole(view, digest)
    agreeing_rows.offers(view, None)
    agreeing_rows.reports(view, None)
    for topic in book.topics.ids():
        for item in book.topics.items(topic):
            topic_rows.item_row(book.topics, item, str, 0)
    for ref in book.meetings.meetings:
        topic_rows.meeting_row(book.meetings, ref, str, 0, NOW_S * 1000, {})


def test_a_meeting_that_is_a_version_of_itself_or_of_each_other_stands_and_ends_nothing_for_ever() -> None:
    """R-576: places can be named before anything stands there."""
    world = World(0)
    first, second = (Ref(*world.wire.desks[party].own, world.wire.desks[party].size(world.wire.desks[party].own))
                     for party in (0, 1))  # fmt: skip
    for party, of in ((0, second), (1, first)):
        one = Meeting("talk", Sort.CONTACT, (("en", "A talk"),), NOW_S * 1000 + 10**9, None, "", of=of)
        world.says(party, MEETING, encode_meeting(one))
    ours, theirs = world.both_fold()
    assert list(canon.said(ours)) == list(canon.said(theirs))
    assert {str(ours.meetings.state(ref, NOW_S * 1000)) for ref in (first, second)} == {"replaced by another version"}


def test_an_entry_that_refers_to_others_than_its_body_names_is_held_by_both_and_folded_alike() -> None:
    world = World(1)
    version = world.says(0, TABLED, encode_tabled(TREATIES[0]))
    other = world.says(1, AGREEMENT, TREATIES[1].body)
    body = encode_closed(Closed(version, Closing.REFUSED, "No.", "en"))
    world.says(1, CLOSED, body, references=(other,))
    ours, theirs = world.both_fold()
    assert list(canon.said(ours)) == list(canon.said(theirs))
    with pytest.raises(Malformed):
        check_body(CLOSED, body + b"\0")


# ------------------------------------------------------------------ a flood
def _flood(count: int) -> list[tuple[int, int, bytes]]:
    """So many entries of each sort that name one and the same thing: party, kind, body."""
    first, at = Ref(0, bytes(12), 0), NOW_S
    one = TREATIES[1]
    statement = Signature(statement_digest(WORDS[0]), WORDS[0])
    found = [(0, TABLED, encode_tabled(TREATIES[0]))]
    for n in range(count):
        name = encode_statement(Statement("JS-0", (Version("en", "Title", f"Flood {n}."),), at, "UTC", 0))
        status = Status(one.digest, Standing.SUSPENDED if n % 2 else Standing.IN_FORCE, at - 9 + n, "", "")
        found += [(1, kind, body) for kind, body in (
            (TABLED, encode_tabled(TREATIES[0]._replace(over=first, lapses_s=at + n))), (AGREEMENT, one.body),
            (AGREEMENT, tabled(id="TREATY-0", of={"from_s": at + n, "until_s": None}).body),
            (STATUS, encode_status(status)), (CLOSED, encode_closed(Closed(first, Closing.REFUSED, "No.", "en"))),
            (JOINT, encode_signature(statement)), (JOINT_WITHDRAWN, encode_withdrawal(Withdrawal(statement.digest,
                                                                                                 "", ""))),
            (JOINT, encode_signature(Signature(statement_digest(name), name))),
            (MEETING_WORD, encode_meeting_word(MeetingWord(first, Word.AGREES))),
            (escrow.KINDS[1], escrow.encode(escrow.Committed(first, 2, LISTS[1].lock()))),
            (COUNTERSIGNED, escrow.encode(escrow.Countersigned(first, ((Ref(0, bytes(12), 1), LOCK),
                                                                       (Ref(1, bytes(12), 1), LOCK))))),
        )]  # fmt: skip
    return [*found, (0, AGREEMENT, one.body), (0, EXCHANGE, escrow.encode(
        escrow.Exchange("LISTS", "", "", (0, 1), at, at + 5, at + 9)))]  # fmt: skip


def _calls(count: int) -> int:
    """How many calls it takes to fold a flood and to say how everything stands."""
    entries, calls, book = _flood(count), 0, Book((0, 1))

    def counted(_frame: object, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        for index, (party, kind, body) in enumerate(entries):
            take_paper(book, Ref(party, bytes(12), index), kind, body)
        lines = [*canon.said(book), *canon.held(book, NOW_S * 1000)]
    finally:
        sys.setprofile(None)
    assert sum(map(len, lines)) < 12_000 * count, "what it comes to is as long as what was sent, and not as its square"
    return calls


def test_what_a_flood_about_one_thing_costs_grows_as_its_length_and_not_as_its_square() -> None:
    """A peer pays for each entry; so must this side. Calls are counted, not time."""
    few, many = _calls(60), _calls(240)
    assert many < 6 * few, f"four times as many entries take {many / few:.1f} times the work"
