"""The board of a running station: what is the case becomes alarms, people's acts on them are facts of the desk's log.

The board is in memory: after a restart what is still the case rings anew. What people did stands in the desk's log.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from openline.console.alarm import asking
from openline.console.alarm.needs import NEED, Needs, causes_of, causes_of_dues
from openline.console.alarm.sharing import Rang, Sharing
from openline.console.channel.asking import Status
from openline.console.channel.clock import counted_ms
from openline.console.channel.relayed import Relayed
from openline.console.channel.reporting import Watch
from openline.console.channel.stillness import together
from openline.console.channel.submitting import Watchers
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.screen.naming import ref_of
from openline.console.watch.desk import Desk
from openline.console.watch.relays import write_down
from openline.desk import alarms, facts
from openline.desk.alarms import Alarm, Board, Cause, Kind, Priority, Standing
from openline.desk.due import Due
from openline.desk.people import Actor
from openline.errors import Refused, StoreDown
from openline.limits import ALARM_TEST_MS, EAR_SILENT_AFTER_MS, EARS_MAX
from openline.line.events import Draft
from openline.line.ports import LogId, Store
from openline.line.state import LineState
from openline.record.entry import MESSAGE, Ref
from openline.seal.charter import Charter

LOOK_EVERY_S: Final = 1.0
QUIET_LOOK_EVERY_S: Final = 60.0
TEST: Final = "test"
SOUND: Final = "sound"
_SAID: Final = {"heard": facts.SOUND_HEARD, "not heard": facts.SOUND_NOT_HEARD, "not used here": 3}


class Alarming(Protocol):
    """The station whose alarms these are."""

    ticks: int
    watch: Watch

    @property
    def charter(self) -> Charter:
        """The terms of the line as amended."""

    @property
    def store(self) -> Store:
        """The record."""

    @property
    def state(self) -> LineState:
        """The machine's state after the last committed turn."""

    @property
    def desk(self) -> Desk:
        """Who is at work here."""

    def now_ms(self) -> int:
        """UTC, ms."""

    def status(self) -> Status:
        """How the line is."""

    def changed(self) -> None:
        """Tell whoever watches."""

    async def submit(self, drafts: Sequence[Draft]) -> list[tuple[LogId, int]]:
        """Append drafts; returns once they are durable here. Raises StoreDown, Refused, Told."""

    @property
    def relayed(self) -> Relayed:
        """When bearers took messages of ours."""

    @property
    def watchers(self) -> Watchers:
        """Told of every change of the record, the desk and the alarms."""


class Ear(NamedTuple):
    """One annunciator, as it last said of itself."""

    armed: bool
    how: str
    heard_ms: int


class Alarms:
    """All alarms of one station."""

    def __init__(self, station: Alarming) -> None:
        self._station = station
        self._needs = Needs(station.store)
        self._sharing = Sharing(station.store)
        self._waiting: list[Cause] = []
        self._messages: frozenset[Ref] = frozenset()  # of what waits
        self._has_looked = False
        self._looked: object = None
        self._board = Board()
        self._ears: dict[str, Ear] = {}
        self._lost_since_ms: int | None = None  # an annunciator that was there is gone: since when, by the wall
        self._test_until_ms = 0
        self._test_words = ""
        self._watch_since_ms = station.desk.state.watch_since_ms
        # What should be done by now; the station, which keeps the one due queue, sets it.
        self.overdue: Callable[[int], Sequence[Due]] = lambda _now_ms: ()

    def table(self) -> dict[type, Callable[..., Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AskAlarms: self.listed, asking.Listen: self.listen, asking.AcknowledgeAlarm: self.acknowledge,
            asking.ShelveAlarm: self.shelve, asking.TestAlarm: self.test, asking.TellSound: self.tell_sound,
        }  # fmt: skip

    async def go_on(self) -> None:
        """Look every second at what is the case, for as long as the station runs; where nothing rings or waits and
        nobody listens, when something changes, and once a minute: the end of a certificate comes by time alone."""
        loop = asyncio.get_running_loop()
        while True:
            version = self._station.watchers.version
            try:
                await self._look()
            except Exception as fault:  # noqa: BLE001  a board that stands still would be silence; it says so itself
                self._station.watch.ring("program", f"alarms were not looked at: {fault!r}")
                traceback.print_exc()
            if version == self._station.watchers.version and self._is_quiet():
                until = together(loop.time() + QUIET_LOOK_EVERY_S)
                await self._station.watchers.wait_aside(until)
                if loop.time() >= until:
                    continue  # enough time has passed
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_quiet(self) -> bool:
        return self._has_looked and not (self._board.alarms or self._waiting or self._ears)

    # ---------------------------------------------------------------- what is the case
    async def _look(self) -> None:
        try:
            if self._has_looked:
                self._see()
            else:  # the whole record once, beside the station's work
                await asyncio.to_thread(self._see)
                self._has_looked = True
        except StoreDown:  # it rings by itself; what waited still waits
            pass
        self.follow()
        self._note_alerted()
        write_down(self._station.desk, self._station.state.me, self._station.relayed, self._station.now_ms())
        await self._share_alerted()

    def _note_alerted(self) -> None:
        """When a message rang here first stands in the desk's log, and whether anybody could hear it."""
        desk = self._station.desk
        if not desk.is_staffed:
            return
        begins = f"{NEED} "
        rang = [name.removeprefix(begins) for name in self._board.alarms if name.startswith(begins)]
        heard = int(self._sound(counted_ms())[0] == "armed")
        new = [facts.Alerted(of, heard) for of in rang if of not in desk.state.alerted]
        if new:
            with contextlib.suppress(StoreDown):  # it rings by itself; this is said once the disk takes it
                desk.write(new, None)

    async def _share_alerted(self) -> None:
        """When a message of an exercise rang here first is told to the other side too. (R-287)"""
        with contextlib.suppress(StoreDown, Refused, Told):  # tried again at the next look
            owed = self._sharing.owed(self._rings_of_exercises(), self._station.state.me)
            if owed:
                await self._station.submit(owed)
                self._sharing.recorded(owed)

    def _rings_of_exercises(self) -> Iterator[Rang]:
        now_ms = counted_ms()
        heard, to_wall_ms = self._sound(now_ms)[0] == "armed", self._station.now_ms() - now_ms
        for name, one in self._board.alarms.items():
            if one.cause.exercise and name.startswith(f"{NEED} "):
                of = ref_of(name.removeprefix(f"{NEED} "))
                if of in self._messages:  # a notice tells nothing of this kind
                    yield Rang(of, one.raised_ms + to_wall_ms, heard)

    def _see(self) -> None:
        """What waits. Raises StoreDown."""
        station = self._station
        state = station.state
        waiting = self._needs.waiting(state)
        self._messages = frozenset(one.ref for one in waiting.first if one.kind == MESSAGE)
        now_ms = station.now_ms()
        risen: dict[tuple[str, int], Due] = {(one.subject, one.what): one for one in self.overdue(now_ms) if one.rises}
        self._waiting = causes_of(waiting, state, station.charter.due_ms, now_ms, risen)
        self._waiting += causes_of_dues(risen.values(), state, now_ms)

    def follow(self) -> Board:
        """The board as it is now."""
        now_ms = counted_ms()
        self._hear_watch(now_ms)
        self._ring_sound(now_ms)
        causes = []
        for line in self._station.status().alarms:
            name, _, text = line.partition(": ")
            causes.append(alarms.cause_of(name, text))
        causes += self._waiting
        if now_ms < self._test_until_ms:
            causes.append(Cause(TEST, Kind.TEST, Priority.HIGH, self._test_words))
        self._board = alarms.follow(self._board, causes, now_ms)
        looks = [(name, one.standing, one.level) for name, one in self._board.alarms.items()], self._sound(now_ms)
        if looks != self._looked:
            self._looked = looks
            self._station.changed()
        return self._board

    def _hear_watch(self, now_ms: int) -> None:
        """Whoever takes the watch hears the test tone."""
        desk = self._station.desk.state
        if desk.watch_since_ms == self._watch_since_ms:
            return
        self._watch_since_ms = desk.watch_since_ms
        if desk.watch is not None:
            name = desk.officers[desk.watch].name
            how = "say on the page Alarms, or with `openline alarm sound heard`, whether you hear it"
            self._begin_test(now_ms, f"test tone for {name}, who has the watch; {how}")

    def _begin_test(self, now_ms: int, words: str) -> None:
        self._test_until_ms, self._test_words = now_ms + ALARM_TEST_MS, words

    def _ring_sound(self, now_ms: int) -> None:
        """Nobody who could be heard listens, where somebody did or should: an alarm like any other."""
        state, how = self._sound(now_ms)
        said = facts.SOUNDS[self._station.desk.state.sound]
        text = ""
        if state == "lost":
            self._lost_since_ms = self._lost_since_ms or self._station.now_ms()
            text = f"nobody listens since {dtg(self._lost_since_ms)}: alarms are on screens only; start the annunciator"
        elif state == "mute":
            text = f"the annunciator has no sound: {how}"
        elif said == "not heard":
            text = "the tone was not heard; look at the loudspeaker, then test the alarm again"
        if state != "lost":
            self._lost_since_ms = None
        self._station.watch.set(SOUND, text)

    def _sound(self, now_ms: int) -> tuple[str, str]:
        """armed, mute, lost or none; and what is known of how."""
        here = [ear for ear in self._ears.values() if now_ms - ear.heard_ms < EAR_SILENT_AFTER_MS]
        armed = next((ear for ear in here if ear.armed), None)
        if armed is not None:
            return "armed", armed.how
        if here:
            return "mute", here[0].how
        said = facts.SOUNDS[self._station.desk.state.sound]
        if said == "not used here":
            return "none", "said to be not used here"
        if self._ears or said != "not said":
            return "lost", "the annunciator is gone"
        return "none", "no annunciator has listened yet"

    def now(self) -> tuple[Mapping[str, Alarm], str]:
        """The alarms by name, and whether anybody can hear them: armed, mute, lost or none."""
        return self._board.alarms, self._sound(counted_ms())[0]

    # ---------------------------------------------------------------- asked by people and ears
    async def listed(self, ask: asking.AskAlarms) -> asking.BoardRow:
        """The board."""
        return self._row(self.follow())

    async def listen(self, ask: asking.Listen) -> asking.BoardRow:
        """An annunciator asks. Raises Refused where too many do."""
        now_ms = counted_ms()
        if ask.ear not in self._ears and len(self._ears) >= EARS_MAX:
            oldest = min(self._ears, key=lambda name: self._ears[name].heard_ms)
            if now_ms - self._ears[oldest].heard_ms < EAR_SILENT_AFTER_MS:
                raise Refused(f"{EARS_MAX} annunciators listen already")
            del self._ears[oldest]
        heard_ms = now_ms - EAR_SILENT_AFTER_MS if ask.leaving else now_ms
        self._ears[ask.ear[:64]] = Ear(ask.armed, ask.how[:256], heard_ms)
        return self._row(self.follow())

    async def acknowledge(self, ask: asking.AcknowledgeAlarm) -> asking.BoardRow:
        """One alarm, or every one that rings or ended unseen. Raises Refused."""
        board = self.follow()
        names = [ask.name] if ask.name is not None else self._open(board)
        actor, who = self._who(ask.sitting)
        for name in names:
            level = board.alarms[name].level if name in board.alarms else 0
            board = alarms.acknowledge(board, name, who)
            self._station.desk.write((facts.AlarmAcknowledged(name, level),), actor)
        if TEST in names:
            self._test_until_ms = 0
        self._board = board
        return self._row(self.follow())

    @staticmethod
    def _open(board: Board) -> list[str]:
        open_ones = (Standing.UNACKNOWLEDGED, Standing.RETURNED)
        return [one.cause.name for one in alarms.in_order(board) if one.standing in open_ones]

    async def shelve(self, ask: asking.ShelveAlarm) -> asking.BoardRow:
        """Onto the shelf for a time, or off it. Raises Refused."""
        board, now_ms = self.follow(), counted_ms()
        actor, who = self._who(ask.sitting)
        until_ms = 0
        if ask.minutes == 0:
            board = alarms.take_off(board, ask.name, now_ms)
        else:
            board = alarms.shelve(board, ask.name, ask.minutes * 60_000, ask.remark, who, now_ms)
            until_ms = self._station.now_ms() + ask.minutes * 60_000
        self._station.desk.write((facts.AlarmShelved(ask.name, until_ms, ask.remark),), actor)
        self._board = board
        return self._row(self.follow())

    async def test(self, ask: asking.TestAlarm) -> asking.BoardRow:
        """Ring for a test."""
        actor, who = self._who(ask.sitting)
        self._station.desk.write((facts.AlarmTested(),), actor)
        self._begin_test(counted_ms(), f"test alarm{f', asked for by {who}' if who else ''}")
        return self._row(self.follow())

    async def tell_sound(self, ask: asking.TellSound) -> asking.BoardRow:
        """A person heard the tone, or did not. Ends the test. Raises Refused."""
        if ask.said not in _SAID:
            raise Refused(f"of the sound is said: {', '.join(_SAID)}")
        actor, _who = self._who(ask.sitting)
        self._station.desk.write((facts.SoundTold(_SAID[ask.said]),), actor)
        self._test_until_ms = 0
        return self._row(self.follow())

    def _who(self, token: str) -> tuple[Actor | None, str]:
        """Who acts; where this desk has no officers, the account, without a name."""
        desk = self._station.desk
        if not desk.is_staffed:
            return None, ""
        actor = desk.sitting(token).actor
        return actor, desk.officer(actor).name

    # ---------------------------------------------------------------- as it is told
    def _row(self, board: Board) -> asking.BoardRow:
        now_ms, wall_ms = counted_ms(), self._station.now_ms()
        sounding = alarms.sounding(board)
        return asking.BoardRow(
            alarms=[_told(one, wall_ms - now_ms) for one in alarms.in_order(board)],
            sounding=sounding.cause.name if sounding is not None else "",
            beat=self._station.ticks, now_ms=wall_ms, within_hour=alarms.within_hour(board, now_ms),
            by_hour=alarms.by_hour(board, now_ms), sound=self._told_sound(now_ms),
        )  # fmt: skip

    def _told_sound(self, now_ms: int) -> asking.SoundRow:
        state, how = self._sound(now_ms)
        desk = self._station.desk
        by = desk.officer(desk.state.sound_by).name if desk.state.sound_by is not None else ""
        return asking.SoundRow(state, how, facts.SOUNDS[desk.state.sound], desk.state.sound_at_ms, by)


def _told(alarm: Alarm, to_wall_ms: int) -> asking.AlarmRow:
    cause = alarm.cause
    shelved = alarm.standing is Standing.SHELVED
    return asking.AlarmRow(
        name=cause.name, kind=str(cause.kind), priority=cause.priority.name, standing=str(alarm.standing),
        text=cause.text, exercise=cause.exercise, level=alarm.level, raised_at_ms=alarm.raised_ms + to_wall_ms,
        rang_at_ms=alarm.rang_ms + to_wall_ms, by=alarm.by, remark=alarm.remark,
        shelved_until_ms=alarm.until_ms + to_wall_ms if shelved else None,
    )  # fmt: skip
