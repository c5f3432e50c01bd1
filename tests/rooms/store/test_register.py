"""The register of the record: what is open, each message's ladder, words; what the record says, however it came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.accord.drafting.bodies import encode_tabled
from openline.contact.saying import HoldingReply, Refusal, SilenceAnswered, SilenceRecorded
from openline.desk.release import release_digest
from openline.desk.telling.bodies import Passed, Relation, Understood, Which, encode_body
from openline.errors import Refused
from openline.record.entry import EXERCISE, FLASH, MESSAGE, PASSED, RELATION, ROUTINE, UNDERSTOOD, Ref
from openline.store.memory import MemoryStore
from openline.store.register import file
from openline.store.register.file import Register, Whose, Words
from openline.store.register.folding import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX, expression_of, folded, terms_of
from openline.store.register.looking import Looking, MessageRow, Wanted
from openline.store.register.standing import standing
from tests.rooms.accord.drafting.treaty import tabled
from tests.rooms.store.spoken import AT_MS, Party, arrive

LATER_MS = AT_MS + 3_600_000
ALL = Wanted()


class Line:
    """Our store, our register, and two parties: 0 is us."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.path = folder / "register.sqlite"
        self.register = Register(self.path, Whose(0, (1,)))
        self.looking = Looking(self.path)
        self.us, self.them = Party(0), Party(1)

    def all_arrived(self) -> None:
        for party in (self.us, self.them):
            arrive(self.store, party)
        self.follow()

    def hear(self, hearer: Party, told: Party) -> None:
        """What the other wrote has arrived there, and here."""
        arrive(self.store, told)
        hearer.hears(told)

    def follow(self) -> None:
        made = self.register.made
        self.register.check(self.store)
        while self.register.follow(self.store, 7):
            pass
        if self.register.made != made:
            self.looking.close()  # it has the old file open

    def message(self, place: Ref) -> MessageRow:
        found = self.looking.message(place)
        assert found is not None
        return found

    def words(self, place: Ref) -> list[str]:
        return [step.word for step in self.looking.steps(place)]

    def found(self, text: str, wanted: Wanted = ALL, before: int = 0, limit: int = 50) -> list[int]:
        return [row.index for row in self.looking.search(terms_of(text), wanted, before, limit)]

    def close(self) -> None:
        self.looking.close()
        self.register.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.close()


# ---------------------------------------------------------------- what is open
def test_a_message_of_theirs_is_open_until_somebody_here_opened_it(line: Line) -> None:
    place = line.them.says("Where are you?", "Question", precedence=FLASH)
    line.hear(line.us, line.them)
    line.follow()
    (row,) = line.looking.to_open(10)
    assert (row.log, row.index, row.subject, row.precedence) == (line.them.log, place.index, "Question", FLASH)
    assert line.looking.counts() == (1, 0, 0, FLASH)
    line.us.opens(place)
    line.all_arrived()
    assert line.looking.to_open(10) == [] and line.looking.counts().needs == 0
    (step,) = line.looking.steps(place)
    assert step[:1] + step[6:9] == ("opened", "Petrova", "watch officer", "seen") and step.by.party == 0


def test_a_message_of_ours_waits_until_every_other_party_opened_it(line: Line) -> None:
    line.register.whose = Whose(0, (1, 2))
    third = Party(2)
    place = line.us.says("To both.")
    line.hear(line.them, line.us)
    line.them.opens(place)
    line.all_arrived()
    assert [row.index for row in line.looking.unopened(10)] == [place.index]
    third.hears(line.us)
    third.opens(place)
    arrive(line.store, third)
    line.follow()
    assert line.looking.unopened(10) == []


def test_the_most_urgent_come_first_and_then_the_oldest(line: Line) -> None:
    for precedence in (ROUTINE, FLASH, ROUTINE, FLASH):
        line.them.says("x", precedence=precedence)
    line.all_arrived()
    assert [row.index for row in line.looking.to_open(3)] == [1, 3, 0]


def test_who_answers_or_refuses_without_a_word_of_acknowledgement_has_dealt_with_it(line: Line) -> None:
    one, two = (line.them.says("x", reply_by_ms=LATER_MS) for _ in range(2))
    line.hear(line.us, line.them)
    answer = line.us.says("Here.", answers=one)
    line.us.states(Refusal(False, "not ours", "A"), two)
    line.all_arrived()
    assert line.looking.counts().needs == 0
    assert line.words(one) == ["answered"] and line.words(two) == ["refused"]
    assert [row.index for row in line.looking.answering(one, 9)] == [answer.index]


def test_a_reply_that_was_asked_for_is_owed_until_it_is_given_and_a_holding_reply_moves_its_time(line: Line) -> None:
    place = line.them.says("x", reply_by_ms=LATER_MS)
    line.hear(line.us, line.them)
    line.us.opens(place)
    line.all_arrived()
    (row,) = line.looking.to_answer(10)
    assert row.reply_due_ms == LATER_MS and line.looking.to_open(10) == []
    line.us.states(HoldingReply(LATER_MS + 5, "", "A"), place)
    line.all_arrived()
    (row,) = line.looking.to_answer(10)
    assert (row.reply_by_ms, row.reply_due_ms) == (LATER_MS, LATER_MS + 5)
    line.us.says("Here.", answers=place)
    line.all_arrived()
    assert line.looking.to_answer(10) == []


def test_silence_on_record_ends_our_waiting_and_is_answered_itself(line: Line) -> None:
    place = line.us.says("x", reply_by_ms=AT_MS)
    line.hear(line.them, line.us)
    assert line.them.opens(place)
    silence = line.us.states(SilenceRecorded(AT_MS, "", "A"), place, at_ms=LATER_MS)
    line.hear(line.them, line.us)
    line.them.states(SilenceAnswered(False, "it was answered", "B"), silence)
    line.all_arrived()
    assert line.looking.unanswered(10) == [] and line.words(silence) == ["silence contested"]
    assert line.words(place) == ["silence recorded", "opened"] or line.words(place) == ["opened", "silence recorded"]


def test_what_offices_of_others_shall_do_is_not_ours_to_answer(line: Line) -> None:
    line.register.whose = Whose(0, (1, 2), frozenset(("OUR DESK",)), frozenset(("THIRD DESK",)))
    line.them.says("x", reply_by_ms=LATER_MS, action=("THIRD DESK",))
    mine = line.them.says("x", reply_by_ms=LATER_MS, action=("OUR DESK", "THIRD DESK"))
    line.all_arrived()
    assert [row.index for row in line.looking.to_answer(10)] == [mine.index]
    assert len(line.looking.to_open(10)) == 2


# ---------------------------------------------------------------- who may say what
def test_nobody_opens_their_own_message_nor_speaks_of_what_they_had_not_seen(line: Line) -> None:
    place = line.them.says("x", reply_by_ms=LATER_MS)
    line.them.opens(place)
    line.us.states(Refusal(False, "unseen", "A"), place)  # written before it arrived
    line.all_arrived()
    assert line.words(place) == [] and line.looking.counts().needs == 1


def test_what_is_said_in_an_exercise_opens_nothing_in_earnest(line: Line) -> None:
    place = line.them.says("x")
    drill = line.them.says("x", flags=EXERCISE)
    line.hear(line.us, line.them)
    line.us.opens(place, flags=EXERCISE)
    line.us.opens(drill, flags=EXERCISE)
    line.all_arrived()
    assert [row.index for row in line.looking.to_open(10)] == [place.index]
    assert line.words(place) == ["opened"], "it is on the record all the same"


def test_a_body_that_does_not_read_still_wants_to_be_opened(line: Line) -> None:
    line.them.writes(1, b"\xff")
    line.them.writes(100, b"a notice of a format we do not know")
    line.all_arrived()
    assert [row.kind for row in line.looking.to_open(10)] == [1, 100]


def test_what_carries_on_a_negotiation_waits_for_nobody_and_may_be_opened(line: Line) -> None:
    """Of both sides alike: what we do not ask an officer for, we do not wait for. (0054)"""
    text = encode_tabled(tabled())
    opening = line.them.writes(132, text)
    counter = line.them.writes(132, encode_tabled(tabled(over=opening)))
    ours = line.us.writes(132, encode_tabled(tabled(over=counter)))
    line.all_arrived()
    assert [row.index for row in line.looking.to_open(10)] == [opening.index] and line.looking.unopened(10) == []
    assert line.looking.counts()[:3] == (1, 0, 0)
    line.hear(line.us, line.them)
    line.us.opens(counter)
    line.all_arrived()
    assert line.words(counter) == ["opened"] and line.looking.message(ours) is not None


# ---------------------------------------------------------------- what crossed
def test_messages_that_were_on_their_way_at_once_are_crossed_and_no_others(line: Line) -> None:
    seen = line.us.says("seen by them")
    line.hear(line.them, line.us)
    ours = [line.us.says("on its way"), line.us.says("and this")]
    arrive(line.store, line.us)
    theirs = line.them.says("knowing the first only")
    line.hear(line.us, line.them)
    after = line.us.says("written knowing theirs")
    line.hear(line.them, line.us)
    reply = line.them.says("knowing all")
    line.all_arrived()
    crossed = line.message(theirs).position
    assert [line.message(one).crossed for one in ours] == [crossed, crossed]
    assert line.message(theirs).crossed == line.message(ours[1]).position
    assert [line.message(one).crossed for one in (seen, after, reply)] == [None, None, None]


# ---------------------------------------------------------------- words
def test_words_are_found_without_case_diacritics_and_yo_in_any_script(line: Line) -> None:
    texts = ("Ёлка у мОЙ стены", "Café à Genève", "الرِّسَالَة", "Ordinary words, in order")
    for text in texts:
        line.them.says(text, subject="s")
    line.all_arrived()
    assert line.found("ЕЛКА") == line.found("ёлка") == [0]
    assert line.found("CAFE geneve") == [1] and line.found("الرسالة") == [2]
    assert line.found("мои") == [] and line.found("мой") == [0], "й is a letter of its own"
    assert line.found('"in order"') == [3] and line.found('"order in"') == []
    assert line.found("ordin*") == [3] and line.found("ordin") == []
    assert line.found("s") == [3, 2, 1, 0], "newest first"
    assert line.found("s", limit=2) == [3, 2] and line.found("s", before=3) == [1, 0]


def test_what_is_typed_is_never_a_question_of_another_kind(line: Line) -> None:
    line.them.says('NEAR OR NOT "quoted" a-b subject:x (y)')
    line.all_arrived()
    for text in ("NEAR(", "a AND", 'OR "', "subject:x", "x*y", "-a", "(y)", "a-b", '"', "quoted\0"):
        try:
            line.found(text)
        except Refused:
            continue
    assert line.found("NOT") == line.found("subject:x") == line.found('"quoted" NEAR') == [0]


@given(st.text(max_size=SEARCH_CHARS_MAX))
def test_any_text_is_looked_for_or_refused(text: str) -> None:
    try:
        terms = terms_of(text)
    except Refused:
        return
    conn = apsw.Connection(":memory:")
    conn.execute("CREATE VIRTUAL TABLE words USING fts5 (text)")
    if terms:
        conn.execute("SELECT * FROM words WHERE words MATCH ?", (expression_of(terms),)).fetchall()


def test_too_much_to_look_for_is_refused() -> None:
    for text in ("x" * (SEARCH_CHARS_MAX + 1), "a " * (SEARCH_TERMS_MAX + 1), "— …"):
        with pytest.raises(Refused):
            terms_of(text)
    assert terms_of("") == terms_of("  ") == []


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_filters_leave_what_they_name(line: Line) -> None:
    line.them.says("x one", precedence=FLASH)
    line.them.says("x two", flags=EXERCISE)
    line.us.says("x three")
    line.all_arrived()
    assert line.found("x", Wanted(precedence=1)) == [0]
    assert line.found("x", Wanted(exercise=True)) == line.found("", Wanted(exercise=True)) == [1]
    assert line.found("x", Wanted(ours=True)) == line.found("x", Wanted(party=0)) == [0]
    assert line.found("x", Wanted(open_there=True)) == [0] and len(line.found("x", Wanted(open_here=True))) == 2
    assert line.found("x", Wanted(language="ru")) == [] and len(line.found("x", Wanted(language="en"))) == 3
    assert line.found("x", Wanted(to_ms=AT_MS)) == [] and len(line.found("x", Wanted(from_ms=AT_MS))) == 3


def test_a_translation_is_found_with_its_message_once(line: Line) -> None:
    place = line.them.says("Где вы?")
    line.all_arrived()
    position = line.message(place).position
    line.register.put_translations([Words(position, 1, "Where are you? Где")], 0)
    assert line.found("where") == line.found("где") == [place.index]
    line.register.put_translations([Words(position, 1, "Whereabouts?")], 0)
    assert line.found("where") == [] and line.found("whereabouts") == [place.index]


# ---------------------------------------------------------------- derived, and nothing else
def rows_of(path: Path) -> list[tuple[object, ...]]:
    """Everything in a register, logs by their names."""
    conn = apsw.Connection(str(path))
    found: list[tuple[object, ...]] = []
    for table, order in (("messages", "position"), ("steps", "position, id")):
        names = [str(row[1]) for row in conn.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
        found += list(conn.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}"))
    found += list(conn.execute("SELECT rowid FROM words ORDER BY rowid"))
    return found


ACTS = ("says", "asks", "opens", "hears", "arrives", "follows", "restarts", "refuses")


@settings(max_examples=settings().max_examples * 4 // 5, deadline=None)
@given(data=st.data())
def test_however_the_entries_came_the_register_is_what_the_record_says(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In any order of arrival, in any batches, with restarts, beside one that read everything at once."""
    line = Line(tmp_path_factory.mktemp("register"))
    parties = [line.us, line.them]
    places: list[Ref] = []
    opened: set[Ref] = set()
    for _ in range(data.draw(st.integers(1, 25))):
        me, other = data.draw(st.permutations(parties))
        match data.draw(st.sampled_from(ACTS)):
            case "says":
                places.append(me.says("words"))
            case "asks":
                answers = data.draw(st.sampled_from([None, *places]))
                places.append(me.says("words", reply_by_ms=LATER_MS, answers=answers))
            case "opens" if places:
                place = data.draw(st.sampled_from(places))
                me.opens(place)
                if place.party != me.log.party:
                    opened.add(place)
            case "refuses" if places:
                me.states(Refusal(False, "no", "A"), data.draw(st.sampled_from(places)))
            case "hears":
                me.hears(other)
            case "arrives":
                arrive(line.store, me, data.draw(st.integers(0, 3)))
            case "follows":
                line.register.follow(line.store, data.draw(st.integers(1, 4)))
            case "restarts":
                line.register.close()
                line.register = Register(line.path, line.register.whose)
                line.register.check(line.store)
    line.all_arrived()
    assert line.register.made == 0
    again = line.path.with_name("again.sqlite")
    register = Register(again, line.register.whose)
    while register.follow(line.store, 1000):
        pass
    assert rows_of(line.path) == rows_of(again)
    for row in line.looking.to_open(100):
        assert Ref(*row.log, row.index) not in opened
    assert line.looking.counts().needs >= sum(one.party == 1 and one not in opened for one in places) - len(places)
    register.close()
    line.close()


def test_a_restored_record_and_another_one_are_read_anew(line: Line, tmp_path: Path) -> None:
    line.them.says("one")
    line.them.says("two")
    line.all_arrived()
    for size in (1, 2):  # an older record; then one of the same length in which something else stands
        older = Line(tmp_path / f"{size}") if (tmp_path / f"{size}").mkdir() is None else line
        older.them.says(f"another {size}")
        if size == 2:
            older.them.says("one more")
        arrive(older.store, older.them)
        line.register.check(older.store)
        assert line.register.reached == 0 and line.register.made == size
        while line.register.follow(older.store, 100):
            pass
        line.looking.close()
        assert line.found("one") == ([1] if size == 2 else []) and line.found("another") == [0]
        older.close()


@pytest.mark.parametrize("how", ["head", "middle", "empty", "version", "garbage"])
def test_a_damaged_register_is_made_again_and_says_so(line: Line, how: str) -> None:
    for at in range(200):
        line.them.says(f"message {at} " + "words " * 50)
    line.all_arrived()
    line.close()
    data = bytearray(line.path.read_bytes())
    match how:
        case "head":
            data[:32] = bytes(32)
        case "middle":
            data[8192:65536] = b"\xa5" * (65536 - 8192)
        case "empty":
            data = bytearray()
        case "garbage":
            data = bytearray(b"not a database at all, and long enough to be taken for one " * 100)
        case "version":
            data[60:64] = (file.VERSION + 1).to_bytes(4, "big")
    line.path.write_bytes(data)
    for more in ("-wal", "-shm"):
        Path(f"{line.path}{more}").unlink(missing_ok=True)
    line.register = Register(line.path, Whose(0, (1,)))
    line.follow()
    assert line.register.rebuilt or how == "empty"
    assert len(line.found("message", limit=500)) == 200 and line.looking.counts().needs == 200


def test_how_a_register_stands_is_told_without_touching_it(line: Line, tmp_path: Path) -> None:
    assert standing(tmp_path / "none.sqlite", line.store).in_words().endswith("there is none yet")
    line.them.says("One.")
    line.all_arrived()
    assert standing(line.path, line.store).in_words() == "has all 1 entries of the record"
    line.them.says("Two.")
    arrive(line.store, line.them)
    assert standing(line.path, line.store).in_words().startswith("reaches 1 of 2 entries")
    other = MemoryStore()
    arrive(other, Party(1, life=7))
    assert standing(line.path, other).why == "the record is an older one"
    stranger = Party(1, life=7)
    stranger.says("Another.")
    arrive(other, stranger)
    assert standing(line.path, other).why == "the record is another one"
    line.close()
    before = line.path.read_bytes()
    line.path.write_bytes(b"no register" * 400)
    assert "damaged" in standing(line.path, line.store).why
    assert line.path.read_bytes() == b"no register" * 400 != before


def test_when_a_log_comes_to_be_disputed_what_is_beyond_counts_no_more(line: Line) -> None:
    place = line.us.says("x")
    line.hear(line.them, line.us)
    line.them.says("first")
    line.them.opens(place)
    line.all_arrived()
    assert line.looking.unopened(9) == []
    line.them.says("second")
    arrive(line.store, line.them, disputed_from=1)
    line.follow()
    assert line.register.rebuilt and line.found("first") == [0] and line.found("second") == []
    assert [row.index for row in line.looking.unopened(9)] == [place.index], "it opened nothing"


def test_what_was_told_of_a_message_and_done_to_it_are_steps_of_it(line: Line) -> None:
    place = line.them.says("x", reply_by_ms=LATER_MS)
    line.hear(line.us, line.them)
    line.us.writes(UNDERSTOOD, encode_body(Understood("that x", "en", "A", "watch officer")), place)
    line.us.writes(PASSED, encode_body(Passed("MINISTER", AT_MS, "by hand", "A", "")), place)
    line.us.writes(RELATION, encode_body(Relation(Which.WITHDRAWS, (place,), b"", "not mine", "en")), place)
    line.all_arrived()
    assert line.words(place) == ["understood", "passed"], "who did not write it cannot withdraw it"
    assert line.looking.to_open(9) == [] and len(line.looking.to_answer(9)) == 1
    line.them.says("better")
    text = line.them.rows[-1].body
    beside = release_digest(MESSAGE, 0, 0, text)
    line.them.writes(RELATION, encode_body(Relation(Which.SUPERSEDES, (place,), beside, "", "en")), place)
    line.all_arrived()
    assert line.words(place) == ["understood", "passed", "superseded"] and line.looking.to_answer(9) == []
    line.them.writes(RELATION, encode_body(Relation(Which.CORRECTS, (place,), beside, "", "en")), place)
    line.all_arrived()
    assert line.words(place)[3:] == [], "it does not stand straight behind the message that it names"
