"""The board of a station: what is the case rings, acts are in the desk's log, nobody listening is an alarm too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from openline.accord.drafting.bodies import encode_tabled
from openline.console.alarm import asking, needs
from openline.console.alarm import board as boards
from openline.console.alarm.annunciator import heard_of
from openline.console.alarm.board import Alarms
from openline.console.channel.asking import Status
from openline.console.channel.clock import counted_ms
from openline.console.channel.relayed import Relayed
from openline.console.channel.reporting import Watch
from openline.console.channel.showing import Reader
from openline.console.codes import Told
from openline.console.commands.alarm import in_words
from openline.console.screen.naming import ref_of
from openline.console.stating.statements import Statements
from openline.console.watch.desk import Desk
from openline.contact.saying import Alerted, Stated
from openline.desk import acts, facts
from openline.desk.due import Due, What
from openline.desk.people import Role
from openline.errors import Refused, StoreDown
from openline.limits import ALARM_TEST_MS, EAR_SILENT_AFTER_MS, EARS_MAX, OPEN_WITHIN_MS
from openline.line.events import Draft, Submitted
from openline.line.ports import LogId, Store
from openline.line.state import LineState
from openline.record.body import Acknowledgement, Message, encode_acknowledgement, encode_message
from openline.record.entry import ACKNOWLEDGEMENT, ALERTED, EXERCISE, FLASH, MESSAGE, NOTICE, TABLED, Ref
from openline.seal.charter import DUE_MS
from tests.rooms.accord.drafting.treaty import ref, tabled
from tests.rooms.line.desks import Wire, make_world

WALL_MS = 1_795_000_000_000
WORDS = encode_message(Message("Subject", "Words that no lamp is told."))
T = TypeVar("T")


class Terms:
    due_ms = DUE_MS


@dataclass
class Alarmed:
    """Our side of a line on real stores, with a desk; the other side writes."""

    desk: Desk
    wire: Wire = field(default_factory=make_world)
    watch: Watch = field(default_factory=Watch)
    relayed: Relayed = field(default_factory=lambda: Relayed(0, 0))
    ticks: int = 0
    passed_ms: int = 0
    changes: int = 0
    refuses: Exception | None = None
    charter: Terms = field(default_factory=Terms)

    def __post_init__(self) -> None:
        self.wire.connect(0, 1)
        self.wire.settle()
        self.alarms = Alarms(self)  # type: ignore[arg-type]
        self.wall_ms = self.wire.now_ms

    @property
    def store(self) -> Store:
        return self.wire.desks[0].store

    @property
    def state(self) -> LineState:
        return self.wire.desks[0].turns.state

    def now_ms(self) -> int:
        return self.wall_ms + self.passed_ms

    def status(self) -> Status:
        return Status("hotline", "", 0, "PARTY A", "", 0, self.now_ms(), 0, [], alarms=self.watch.alarms)

    def changed(self) -> None:
        self.changes += 1

    async def submit(self, drafts: Sequence[Draft]) -> list[tuple[LogId, int]]:
        if self.refuses is not None:
            raise self.refuses
        one = self.wire.desks[0]
        self.wire.put(0, one.take((Submitted(tuple(drafts)),), self.wire.now_ms))
        self.wire.settle()
        return [(one.own, one.size(one.own) - 1)]

    def look(self) -> asking.BoardRow:
        asyncio.run(self.alarms._look())
        return self.ask(self.alarms.listed(asking.AskAlarms()))

    def ask(self, answer: Awaitable[T]) -> T:
        async def wait() -> T:
            return await answer

        return asyncio.run(wait())

    def listen(self, *, armed: bool = True, leaving: bool = False, ear: str = "one") -> asking.BoardRow:
        return self.ask(self.alarms.listen(asking.Listen(ear=ear, armed=armed, how="aplay", leaving=leaving)))

    def facts(self) -> list[facts.Fact]:
        return [entry.fact for entry in self.desk.entries(0, 1000)]

    def theirs(self, precedence: int, *, flags: int = 0, kind: int = MESSAGE, body: bytes = WORDS) -> Ref:
        """A message of theirs, or an entry of another kind, held here."""
        other = self.wire.desks[1]
        self.wire.put(1, other.take((Submitted((Draft(kind, precedence, flags, (), body),)),), self.wire.now_ms))
        self.wire.settle()
        log = other.own
        return Ref(log.party, log.generation, other.size(log) - 1)

    def opens(self, ref: Ref) -> None:
        body = encode_acknowledgement(Acknowledgement("Ann", "watch officer", ""))
        ours = self.wire.desks[0]
        self.wire.put(0, ours.take((Submitted((Draft(ACKNOWLEDGEMENT, 0, 0, (ref,), body),)),), self.wire.now_ms))
        self.wire.settle()


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Alarmed]:
    desk = Desk(tmp_path / "desk.sqlite", tmp_path / "officers.key", b"passphrase", lambda: WALL_MS)
    made = Alarmed(desk)
    monkeypatch.setattr(boards, "counted_ms", lambda: 10**9 + made.passed_ms)
    yield made
    desk.close()


def names(row: asking.BoardRow) -> dict[str, str]:
    return {one.name: one.standing for one in row.alarms}


def test_what_the_station_rings_for_is_on_the_board_until_it_ends(ours: Alarmed) -> None:
    ours.watch.ring("disk", "it takes nothing")
    before = ours.changes
    assert names(ours.look()) == {"disk": "unacknowledged"}
    assert ours.changes == before + 1 and names(ours.look()) and ours.changes == before + 1  # screens are told once
    row = ours.ask(ours.alarms.acknowledge(asking.AcknowledgeAlarm(name="disk")))
    assert names(row) == {"disk": "acknowledged"} and row.sounding == ""
    ours.watch.clear("disk")
    assert ours.look().alarms == []
    assert ours.facts() == [facts.AlarmAcknowledged("disk", 0)]  # a desk without officers keeps its log too


def test_a_message_that_waits_rings_by_its_precedence_until_it_is_opened(ours: Alarmed) -> None:
    drill = ours.theirs(FLASH, flags=EXERCISE)
    routine = ours.theirs(0)
    row = ours.look()
    first, second = row.alarms
    assert (first.kind, first.priority, first.exercise) == ("need", "TOP", True)
    assert (second.kind, second.priority, second.exercise) == ("need", "LOW", False)
    assert first.text.startswith("EXERCISE FLASH of PARTY B, received ") and "Words" not in first.text
    assert row.sounding == first.name and heard_of(row).ring is not None
    row = ours.ask(ours.alarms.acknowledge(asking.AcknowledgeAlarm()))  # every one that rings
    assert row.sounding == "" and len(row.alarms) == 2  # the fact stays
    ours.opens(drill)
    assert [one.kind for one in ours.look().alarms] == ["need"]
    ours.opens(routine)
    assert ours.look().alarms == []


def test_a_notice_rings_as_a_message_does_and_what_carries_a_matter_on_does_not(ours: Alarmed) -> None:
    """What an officer is asked to acknowledge is what rings. (0054)"""
    ours.theirs(0, kind=TABLED, body=encode_tabled(tabled(over=ref(1, 7))))
    notice = ours.theirs(FLASH, kind=NOTICE, body=b"of whatever format")
    text = ours.theirs(0, kind=TABLED, body=encode_tabled(tabled()))
    first, second = ours.look().alarms
    assert (first.name, first.priority) == (f"message {notice.full_name}", "TOP")
    assert (second.name, second.priority) == (f"message {text.full_name}", "LOW")
    ours.opens(notice)
    ours.opens(text)
    assert ours.look().alarms == []


def test_of_many_the_most_urgent_and_oldest_ring_by_name_and_the_rest_is_counted(
    ours: Alarmed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "MESSAGES_NAMED_MAX", 3)
    drill = ours.theirs(FLASH, flags=EXERCISE)
    routine = [ours.theirs(0) for _ in range(4)]

    def rings(row: asking.BoardRow) -> set[Ref]:
        return {ref_of(one.name.removeprefix("message ")) for one in row.alarms if one.name != needs.MORE}

    def more(row: asking.BoardRow) -> int:
        return next((int(one.text.split()[0]) for one in row.alarms if one.name == needs.MORE), 0)

    row = ours.look()
    assert rings(row) == set(routine[:3]) and more(row) == 2  # an exercise hides nothing that is meant in earnest
    flash = ours.theirs(FLASH)
    row = ours.look()
    assert rings(row) == {flash, *routine[:2]} and more(row) == 3
    ours.opens(flash)
    ours.opens(routine[1])
    row = ours.look()
    assert rings(row) == {routine[0], *routine[2:]} and more(row) == 1
    ours.opens(drill)
    row = ours.look()
    assert more(row) == 0 and len(row.alarms) == 3
    for one in (routine[0], *routine[2:]):
        ours.opens(one)
    assert ours.look().alarms == []


def test_a_message_that_is_overdue_rings_again_although_its_alarm_was_acknowledged(ours: Alarmed) -> None:
    ours.theirs(FLASH)
    name = ours.look().alarms[0].name
    ours.ask(ours.alarms.acknowledge(asking.AcknowledgeAlarm(name=name)))
    ours.passed_ms = DUE_MS[0] - 1_000
    assert ours.look().sounding == ""
    ours.passed_ms = DUE_MS[0] + 4_000
    row = ours.look()
    assert row.sounding == name and "overdue since" in row.alarms[0].text and row.alarms[0].level == 1


def test_whoever_listened_and_is_gone_is_an_alarm(ours: Alarmed) -> None:
    assert ours.look().sound.state == "none" and ours.look().alarms == []  # nobody ever did
    assert ours.listen().sound.state == "armed"
    ours.passed_ms = EAR_SILENT_AFTER_MS - 1
    assert ours.look().sound.state == "armed"
    ours.passed_ms = EAR_SILENT_AFTER_MS
    row = ours.look()
    assert row.sound.state == "lost" and "nobody listens since" in row.alarms[0].text
    assert "sound: nobody listens" in ours.watch.alarms[0]  # `status` and screens say it too
    assert ours.listen().sound.state == "armed" and ours.watch.alarms == []


def test_an_annunciator_that_ends_in_order_is_missed_at_once(ours: Alarmed) -> None:
    ours.listen()
    assert ours.listen(leaving=True).sound.state == "lost"


def test_an_annunciator_without_sound_is_an_alarm(ours: Alarmed) -> None:
    row = ours.listen(armed=False)
    assert row.sound.state == "mute" and "has no sound: aplay" in row.alarms[0].text
    assert ours.listen(ear="two").sound.state == "armed"  # another one can


def test_not_more_annunciators_than_are_kept(ours: Alarmed) -> None:
    for number in range(EARS_MAX):
        ours.listen(ear=str(number))
    with pytest.raises(Refused, match="listen already"):
        ours.listen(ear="one more")
    ours.passed_ms = EAR_SILENT_AFTER_MS
    assert ours.listen(ear="one more").sound.state == "armed"


def test_what_was_said_of_the_sound_is_expected_after_a_restart(ours: Alarmed) -> None:
    for said, state, rings in (
        ("heard", "lost", True),
        ("not used here", "none", False),
        ("not heard", "lost", True),
    ):
        ours.ask(ours.alarms.tell_sound(asking.TellSound(said=said)))
        ours.alarms = Alarms(ours)  # type: ignore[arg-type]  # as after a restart: the desk's log is what is left
        row = ours.look()
        assert row.sound.state == state and bool(row.alarms) is rings and row.sound.said == said
    row = ours.listen()
    assert "was not heard" in row.alarms[0].text
    row = ours.ask(ours.alarms.tell_sound(asking.TellSound(said="heard")))
    assert [one.standing for one in row.alarms if one.name == "sound"] == ["ended, not acknowledged"]
    with pytest.raises(Refused, match="heard, not heard"):
        ours.ask(ours.alarms.tell_sound(asking.TellSound(said="perhaps")))


def test_a_test_rings_ends_by_itself_and_stands_in_the_log(ours: Alarmed) -> None:
    row = ours.ask(ours.alarms.test(asking.TestAlarm()))
    assert row.sounding == "test"
    ours.passed_ms = ALARM_TEST_MS
    assert ours.look().alarms == []
    ours.ask(ours.alarms.test(asking.TestAlarm()))
    assert ours.ask(ours.alarms.acknowledge(asking.AcknowledgeAlarm(name="test"))).alarms == []
    assert ours.facts()[:1] == [facts.AlarmTested()]


def test_who_takes_the_watch_hears_the_tone_and_acts_are_in_their_name(ours: Alarmed) -> None:
    desk = ours.desk
    desk.write([facts.Enrolled(0, "Ann", (Role.CUSTODIAN, Role.WATCH))], None)
    token, actor = desk.sittings.begin(0, 0, counted_ms())
    assert ours.look().alarms == []
    desk.act(acts.TakeWatch(), actor)
    row = ours.look()
    assert row.sounding == "test" and "Ann, who has the watch" in row.alarms[0].text
    row = ours.ask(ours.alarms.tell_sound(asking.TellSound(said="heard", sitting=token)))
    assert row.sounding != "test" and row.sound.said_by == "Ann"
    ours.watch.ring("clock B", "ahead")
    ours.look()
    ask = asking.ShelveAlarm(name="clock B", minutes=30, remark="they know", sitting=token)
    row = ours.ask(ours.alarms.shelve(ask))
    shelved = next(one for one in row.alarms if one.name == "clock B")
    assert shelved.by == "Ann" and shelved.shelved_until_ms is not None
    assert "shelved until" in in_words(row) and "they know" in in_words(row)
    row = ours.ask(ours.alarms.shelve(asking.ShelveAlarm(name="clock B", minutes=0, sitting=token)))
    assert names(row)["clock B"] == "unacknowledged"
    kinds = [type(fact) for fact in ours.facts()]
    assert kinds[-3:] == [facts.SoundTold, facts.AlarmShelved, facts.AlarmShelved]
    with pytest.raises(Told):
        ours.ask(ours.alarms.test(asking.TestAlarm(sitting="f" * 64)))


def test_words_for_a_person_say_everything(ours: Alarmed) -> None:
    ours.watch.ring("dispute 1/ab", "two \u202eroots")
    ours.theirs(2, flags=EXERCISE)
    ours.look()
    ours.watch.clear("dispute 1/ab")
    said = in_words(ours.look())
    assert "RINGING HIGH   EXERCISE message 1/" in said
    assert "ended   TOP    dispute 1/ab: two \\u{202e}roots" in said
    assert "sound: NONE" in said and "raised within the last hour: 2" in said
    ours.ask(ours.alarms.acknowledge(asking.AcknowledgeAlarm()))
    assert "seen " in in_words(ours.look())


def test_what_is_overdue_rings_and_rings_again_when_it_goes_on_to_the_next(ours: Alarmed) -> None:
    """A release, an answer, a relief: by whose turn it is; of a message the need itself says so."""
    ref = ours.theirs(FLASH)
    place = f"{ref.party}/{ref.generation.hex()}/{ref.index}"
    at_ms = ours.now_ms() - 1
    dues = [
        Due("D-3", What.RELEASE, at_ms, "desk", FLASH), Due(place, What.ANSWER, at_ms, "record", FLASH),
        Due(place, What.ACKNOWLEDGE, at_ms, "record", FLASH), Due("line", What.LINK_TEST, at_ms, "line", rises=False),
    ]  # fmt: skip
    ours.alarms.overdue = lambda now_ms: dues
    said = {one.name: one.text for one in ours.look().alarms}
    assert set(said) >= {"due D-3 release", f"due {place} answer", f"message {place}"}
    assert "due line link_test" not in said
    assert "falls to releaser or watch officer" in said["due D-3 release"]
    assert "now releaser or watch officer too" in said[f"message {place}"] and "Words" not in "".join(said.values())
    for name in said:
        ours.ask(ours.alarms.acknowledge(asking.AcknowledgeAlarm(name=name)))
    row = ours.look()
    assert not row.sounding and set(names(row).values()) == {"acknowledged"}, "the sound ends, the fact stays"
    ours.passed_ms += OPEN_WITHIN_MS[FLASH] + 1_000
    row = ours.look()
    assert names(row)["due D-3 release"] == names(row)[f"message {place}"] == "unacknowledged"
    assert "falls to custodian" in next(one.text for one in row.alarms if one.name == "due D-3 release")
    with pytest.raises(Refused, match="not shelved"):
        ours.ask(ours.alarms.shelve(asking.ShelveAlarm(name="due D-3 release", minutes=5, remark="later")))
    dues.clear()
    assert "due D-3 release" not in names(ours.look())
    assert ours.alarms.now()[1] == "none"


def test_when_a_message_rang_first_stands_in_the_desks_log_once(ours: Alarmed) -> None:
    first = ours.theirs(FLASH)
    ours.look()
    assert not [one for one in ours.facts() if isinstance(one, facts.Alerted)], "no officers, no log"
    ours.desk.act(acts.Enrol("Ann", frozenset((Role.CUSTODIAN, Role.WATCH))), None)
    ours.look()
    ours.listen()
    second = ours.theirs(FLASH)
    for _ in range(3):
        ours.look()
    rang = [one for one in ours.facts() if isinstance(one, facts.Alerted)]
    assert rang == [facts.Alerted(first.full_name, 0), facts.Alerted(second.full_name, 1)]
    assert ours.desk.state.alerted[second.full_name] == (WALL_MS, True)
    ours.opens(second)
    ours.look()
    assert set(ours.desk.state.alerted) == {first.full_name, second.full_name}


def test_when_an_exercise_rang_first_is_told_to_the_other_side_once(ours: Alarmed) -> None:
    """R-287: in earnest to nobody; not twice after a restart; not lost where the disk was full."""

    def told() -> list[Stated]:
        log = ours.wire.desks[0].own
        rows = [row for row in ours.wire.desks[1].store.find(ALERTED, 0, 100) if row.log == log]
        reader = Statements(ours.wire.desks[1].store)
        return [one for row in rows if (one := reader.read(row.log, row.index)) is not None]

    ours.theirs(FLASH)
    ours.theirs(FLASH, flags=EXERCISE, kind=NOTICE, body=b"of whatever format")
    assert len(ours.look().alarms) == 2
    assert told() == [], "a message in earnest rings, and a notice, and nobody else is told"
    first = ours.theirs(FLASH, flags=EXERCISE)
    ours.refuses = StoreDown("the disk is full")
    ours.look()
    ours.refuses = None
    ours.passed_ms += 5_000
    ours.listen()
    rang_ms = ours.now_ms() - 5_000
    for _ in range(3):
        ours.look()
    (one,) = told()
    assert (one.said, one.about, one.exercise) == (Alerted(rang_ms, True), first, True)
    ours.alarms = Alarms(ours)  # type: ignore[arg-type]
    second = ours.theirs(FLASH, flags=EXERCISE)
    ours.passed_ms += 1_000
    ours.look()
    ours.opens(first)
    ours.look()
    assert [(one.about, one.said) for one in told()] == [
        (first, Alerted(rang_ms, True)), (second, Alerted(ours.now_ms(), False)),
    ]  # fmt: skip
    (row,) = Reader(ours.wire.desks[1].store).statements.about(second, exercise=True, names=["A", "B"])
    assert (row.kind, row.at_ms) == ("alerted", ours.now_ms()) and row.words.endswith("on screens only")
