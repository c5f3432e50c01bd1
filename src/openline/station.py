"""The hall: the one file that wires a station. Read this first.

    bytes -> frame -> keyring opens it -> items -> line machine -> ONE store transaction -> only then: receipts out
    a person -> control channel -> drafts -> line machine -> one transaction -> carried by a bearer

Everything that happens is put into one queue and taken in batches: whatever arrived during the last commit becomes
the next one. That is the whole of group commit; there is no timer in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from openline import __version__, limits
from openline.bearer.folder import Cover, Outbox, Written
from openline.console.alarm.board import Alarms
from openline.console.channel import asking
from openline.console.channel.attaching import wanted_files
from openline.console.channel.clock import ClockWatch, wall_ms
from openline.console.channel.control import ControlDoor
from openline.console.channel.operations import StationOperations
from openline.console.channel.reporting import Watch, not_receipted, status_of
from openline.console.channel.stillness import Stillness
from openline.console.channel.submitting import Places, Quiet, Submission, Submissions, Watchers, needs_no_disk, refuse
from openline.console.home import LineHome
from openline.console.kept.bell import Bell
from openline.console.kept.keeping import Kept
from openline.console.kept.papers import Papers
from openline.console.kept.upkeep import Upkeep, is_recovery
from openline.console.monitor.keeping import KeepingOperations
from openline.console.roads.bearers import bearers_of
from openline.console.roads.roads import CARRY_FACTS, PAGES_FACTS, Roads, up_of
from openline.console.roads.sending import Sending
from openline.console.screen.operations import ScreenOperations
from openline.console.terminal import Serving
from openline.console.watch.desk import Desk
from openline.console.watch.operations import DeskOperations
from openline.errors import LocalFault, PeerFault, Refused, StoreDown, Unchecked, UnknownOutcome
from openline.line.events import Amended, Arrived, CarryOut, ClockSet, Down, Draft, Event, Send, Submitted, Tick, Up
from openline.line.ports import PutState, Store
from openline.line.state import LineState, PeerState
from openline.line.turn import Heard, Life, Result, Turns, name_generation
from openline.seal.charter import Charter
from openline.wire.items import Grant, Item

ITEMS_A_TURN: Final = 1024  # of all frames but the last: what is honest comes as a few items a frame
ITEMS_OF_JUNK: Final = 16  # that a frame counts as which was refused: what was in it is not known
PROBE_EVERY_TICKS: Final = 4


class Station:
    """One running station of one line. All of it runs on one event loop; one turn at a time. `together`: other lines
    are served on that loop."""

    def __init__(self, kept: Kept, *, together: bool = False) -> None:
        self.kept = kept
        self.watchers = Watchers(wall_ms())
        self.watch = Watch(self.watchers.tell)
        self.changed = kept.desk.changed = self.watchers.tell
        self.started_at_ms = self.now_ms()
        self._events: list[Event] = []
        self._submissions = Submissions(kept.store)
        self.pass_doors = self._submissions.pass_doors
        self._clock = ClockWatch()
        self._stillness = Stillness(self, together=together)
        self._bell = Bell(self._turn, self._pay, lambda: self.turns.owes)
        self._has_ended = False
        self.ticks = 0
        self._roads = Roads(self.happened, self.frame_came, self.settled, self.watch.note, self.watch.set)
        self._sending = Sending(kept, self._roads, self.watch)
        self.relayed = self._sending.relayed  # when bearers took messages of ours
        self._quiet = Quiet(self._roads.frames)
        self._is_out = False  # the store is closed, or no life could begin in it: tried again with every probe
        self.upkeep = Upkeep(kept, self._roads, self.watch, self.happened)
        self._start_life()
        self.upkeep.record_recoveries()

    # ------------------------------------------------------------------ a life
    def _start_life(self, seen: Mapping[int, PeerState] | None = None) -> None:
        """Every start opens a new generation, so that a restored copy of this store can never fork its log."""
        now_ms = self.now_ms()
        self._heard: dict[int, Heard] = {}
        kept, papers = self.kept, self.kept.papers
        self.turns = Turns(kept.store, kept.keys, kept.roster, papers.me, papers.charter, kept.dictionaries, seen)
        self.upkeep.follow(self.state, now_ms)
        generation = name_generation(self.state, now_ms, os.urandom(6))
        self._sending.begin(generation)
        life = Life(generation, os.urandom(32), self.kept.certificate.digest, f"openline {__version__}")
        self._speak(self.turns.start(life, now_ms))

    @property
    def store(self) -> Store:
        """The record."""
        return self.kept.store

    @property
    def line(self) -> LineHome:
        """Where its files lie."""
        return self.kept.line

    @property
    def charter(self) -> Charter:
        """The terms of the line as amended."""
        ledger = self.state.ledger
        return ledger.standing.terms if ledger is not None else self.kept.papers.charter

    @property
    def papers(self) -> Papers:
        """The papers of the line as they stand."""
        return self.kept.papers

    @property
    def desk(self) -> Desk:
        """Who is at work here."""
        return self.kept.desk

    @property
    def state(self) -> LineState:
        """The machine's state after the last committed turn."""
        return self.turns.state

    def now_ms(self) -> int:
        """UTC, ms."""
        return wall_ms()

    # ------------------------------------------------------------------ in
    def happened(self, event: Event) -> None:
        """Something happened; it is taken with the next turn."""
        if not isinstance(event, Tick):
            self._stillness.stir()
        self._events.append(event)
        self._bell.ring()

    def frame_came(self) -> None:
        """A frame came by a bearer, and waits there."""
        self._bell.come()

    def look_at(self, drafts: Sequence[Draft]) -> None:
        """Raises Refused or Told where the terms of the line as they stand do not let these be recorded now."""
        if self._has_ended:
            raise Refused("this station is stopping; ask again when it is up")
        self.upkeep.check_open(self.state)
        self._submissions.check(self.state, self.charter, drafts, self.now_ms())

    async def submit(self, drafts: Sequence[Draft]) -> Places:
        """Append drafts; returns their places once they are durable here. Raises StoreDown, Refused, Told."""
        await self.pass_doors(drafts)
        self.look_at(drafts)
        self.desk.check(drafts)
        answer = self._submissions.take(drafts)
        self._stillness.stir()
        self._bell.come()
        return await answer

    async def change(self, until: float) -> None:
        """Returns at the next change of the record, desk or alarms, or at that instant of the event loop's clock."""
        await self.watchers.wait(until)

    def stop(self) -> None:
        """End in order after the turn under way."""
        self._has_ended = True
        self._bell.stop()

    async def settled(self) -> None:
        """Returns once all frames given so far are in the record or refused."""
        told = self._quiet.wait()
        self._bell.ring()
        await told

    def _settle(self, *, more: bool = False) -> None:
        if self._quiet.waiting:
            self._pay()
        self._quiet.tell(more)

    # ------------------------------------------------------------------ turns
    async def serve(self, serving: Serving) -> None:
        """Run until told to stop. Nothing of it goes on afterwards: other lines may be served in this process."""
        loop = asyncio.get_running_loop()
        operations = StationOperations(self)
        self._submissions.doors += operations.doors()
        known = (self.line.name, self.state.roster.line_id, serving.relying)
        desk = DeskOperations(self.desk, self, operations.compose_all, *known)
        screen = ScreenOperations(self, operations, operations.book, self.watch.note)
        alarms = Alarms(self)
        operations.read, screen.board, alarms.overdue = screen.read, alarms.now, screen.overdue
        tables = (desk, KeepingOperations(self, operations.written), *operations.tables(), screen, alarms)
        more = {kind: act for one in tables for kind, act in one.table().items()}
        door = ControlDoor(serving.line.control, operations, more, desk.once.let_in, desk.once.perform)
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(operations.book.close)  # the last to end
            stack.callback(screen.close)
            stack.push_async_callback(door.close)
            stack.push_async_callback(self._roads.close)
            await self._roads.open(bearers_of(self.kept, self._roads))
            await door.open()  # last: who is answered here finds the station wholly up
            beside = (one() for one in serving.beside)
            stack.callback(self._stillness.end)
            self._stillness.begin()
            going_on = (desk.carry_through(), screen.keep(), alarms.go_on(), *beside)
            stack.push_async_callback(_end, [loop.create_task(one) for one in going_on])
            serving.ready()
            await self._bell.serve()

    def look_at_time(self) -> None:
        """What time brings; and the hails that are due, in a turn of their own."""
        self.ticks += 1
        if self._stillness.looks_around():
            self._look_around()
        self._events.append(Tick())
        self._bell.answer_now()

    def _look_around(self) -> None:
        try:
            if self.ticks % PROBE_EVERY_TICKS == 0:
                self._probe()
            if not self._is_out:
                self._turn_keys()
                self._sending.say_lacking(self._heard, self.state, self.now_ms())
                if self.upkeep.due(self.state, self.now_ms()):
                    self._pay()
                    self._new_life()
        except (StoreDown, UnknownOutcome) as down:  # of the keyring: the old one stands, the next tick tries again
            self.watch.ring("disk", str(down))
        except Exception as fault:  # noqa: BLE001  time goes on whatever happens
            self.watch.ring("program", f"what is due from time to time was not done: {fault!r}")
            traceback.print_exc()

    def may_rest(self) -> bool:
        """Nothing waits to move: time is looked at more seldom."""
        return not (self._sending.pacing or self._is_out or self.watch.rings("disk"))

    def _turn(self) -> None:
        """Take everything that waits, as one batch."""
        events, self._events = self._events, []
        if (by_ms := self._clock.set_by_ms()) != 0:
            events.insert(0, ClockSet(by_ms))
            self.watch.note(f"our clock was set by {by_ms} ms; what was observed is as old as it was")
        if self._is_out:
            self._wait_for_store()
            return
        if self._roads.frames and (arrived := self._open_frames()):
            events += arrived
            if self._stillness.joins():
                self.ticks += 1
                events.append(Tick())
        self._sending.heed(events, self.turns.state, self.now_ms())
        submissions, drafts = self._submissions.choose()
        if self._submissions.waiting:
            self._bell.ring()
        if drafts:
            events.insert(0, Submitted(tuple(drafts)))
        self._quiet.turns += 1
        self._roads.taken()
        if self._roads.frames:
            self._bell.ring()
        if not events and not submissions:
            self._sending.give(self.turns.state, self.now_ms())  # a bearer may have room again
            self._settle()
            return
        try:
            result = self.turns.take(events, self.now_ms(), may_owe=True)
        except UnknownOutcome as unknown:
            self._after_unknown(submissions, unknown)
            return
        except Exception as error:  # noqa: BLE001  no batch may stop the line: find the one that does not go
            self._one_by_one(events, submissions, error)
            return
        self._speak(result)  # first: their station has most of what is left to do
        self._submissions.answer(submissions, result.told)
        if result.more:
            self._bell.ring()
        self._stillness.look()
        self._settle(more=result.more)

    def _pay(self) -> None:
        """Store receipts that were told first: whoever waited for them has been answered meanwhile."""
        try:
            self.turns.pay()
        except UnknownOutcome as unknown:
            self._after_unknown([], unknown)
        except StoreDown as down:
            self.watch.ring("disk", str(down))

    def _one_by_one(self, events: list[Event], submissions: list[Submission], error: Exception) -> None:
        """A batch did not go: the disk takes nothing, or one event meets a fault of ours. Refuse what is new, take
        the rest one by one, keep what only waits for the disk, drop what cannot be taken. Nothing held is lost: what
        came from others has no receipt, they send it again.
        """
        refuse(submissions, error)
        kept: list[Event] = []
        is_full = False
        for event in events:
            if isinstance(event, Submitted) or (is_full and isinstance(event, Arrived) and not needs_no_disk(event)):
                continue
            if is_full and not needs_no_disk(event):
                kept.append(event)
                continue
            try:
                self._speak(self.turns.take((event,), self.now_ms()))
            except UnknownOutcome as unknown:
                self._after_unknown([], unknown)
                return
            except StoreDown as down:
                self.watch.ring("disk", str(down))
                is_full = True
                if not isinstance(event, Arrived):
                    kept.append(event)
            except Exception as fault:  # noqa: BLE001  kept in the log below; the next event is another matter
                self.watch.ring("program", f"an event could not be taken and was dropped: {fault!r}")
                traceback.print_exc()
        self._events[:0] = kept  # tried again with the next tick

    def _after_unknown(self, submissions: list[Submission], unknown: UnknownOutcome) -> None:
        """The commit may or may not have happened: say nothing of it, reopen, begin a new life."""
        self.watch.ring("disk", str(unknown))
        refuse(submissions, unknown)
        self._bring_back()

    def _bring_back(self) -> None:
        try:
            self.store.reopen()
        except LocalFault as down:
            self._is_out = True
            self.watch.ring("disk", str(down))
        else:
            self._new_life()

    def _new_life(self) -> None:
        try:
            self._start_life(self.state.peers)
        except (StoreDown, UnknownOutcome) as down:
            self._is_out = True
            self.watch.ring("disk", str(down))
            return
        self._is_out = False
        for event in self._roads.who_is_up():
            self.happened(event)

    def _wait_for_store(self) -> None:
        """Nothing can be recorded, nor read: refuse what is asked; what comes has no receipt and comes again."""
        why = "the store could not be opened again yet; the alarm in `status` says why"
        refuse(self._submissions.waiting, StoreDown(why))
        self._submissions.waiting.clear()
        self._roads.frames.clear()
        self._roads.taken()
        self._settle()

    def _probe(self) -> None:
        """While the disk alarm rings: does the disk take the largest message again? Asked of it, not guessed."""
        if not self.watch.rings("disk"):
            return
        if self._is_out:
            self._bring_back()
        if self._is_out:
            return
        try:
            self._sending.save_keyring()
            for size in (limits.BODY_BYTES_MAX, 0):
                self.store.commit([PutState("probe of the disk", 1, bytes(size))])
        except UnknownOutcome as unknown:
            self._after_unknown([], unknown)
        except StoreDown as down:
            self.watch.ring("disk", str(down))
        else:
            self.watch.clear("disk")

    # ------------------------------------------------------------------ frames
    def _open_frames(self) -> list[Event]:
        """As much as one turn takes: the rest waits, so that time and people have theirs."""
        arrived: list[Event] = []
        items_left = ITEMS_A_TURN
        self._roads.frames.begin_turn()
        while items_left > 0 and (frame := self._roads.frames.take()) is not None:
            bearer, body = frame
            if is_recovery(body):
                self.upkeep.take_recovery(bearer, body, self.now_ms())
                continue
            try:
                opened = self.kept.keyring.open(body)
                if (heard := self._heard.get(opened.peer)) is None:
                    heard = self._heard[opened.peer] = Heard(self.charter.opened_at_ms)
                items, checked = self.upkeep.take_grants(opened.peer, heard.items(opened.payload))
            except (PeerFault, Unchecked) as refused:
                self.watch.refuse(bearer, refused)
                items_left -= ITEMS_OF_JUNK
                continue
            items_left -= heard.came + checked
            epoch = self.kept.keyring.report(opened.peer)
            arrived.append(Arrived(opened.peer, bearer, opened.start, items, epoch, opened.counter))
        return arrived

    def _turn_keys(self) -> None:
        """Offers, grants, the ratchet and the deletion rule. What they change is on disk before it is spoken of."""
        now_ms = self.now_ms()
        keyring = self.kept.keyring
        keyring.ratchet(now_ms)
        keyring.forget(now_ms)
        self._sending.save_keyring()  # while it cannot be written nothing new is offered or granted
        fresh = [peer for peer in self._roads.newly_up() if peer in keyring.peers()]
        for peer, frame in self.upkeep.recovery_frames(now_ms, fresh):
            self._sending.save_keyring()
            road = self._roads.best(peer, None)
            if road is not None:
                self._roads.carry(peer, road, frame)
        for peer in fresh:
            # Grants and offers, 1.3 kB each, wait for a broad bearer: on a narrow one keys turn by time alone. R-234.
            out = [] if self._roads.is_narrow(peer) else [keyring.make_offer(peer), *keyring.grants_to_repeat(peer)]
            self._say_keys(peer, *self.upkeep.introduction(), *(Grant(*item) for item in out))
        for peer in keyring.grants_due(now_ms):
            grant = None if self._roads.is_narrow(peer) else keyring.make_grant(peer)
            if grant is not None:
                self._say_keys(peer, Grant(*grant))

    def _say_keys(self, peer: int, *items: Item) -> None:
        self._sending.say((Send(peer, items),), self.state)

    # ------------------------------------------------------------------ out
    def _speak(self, result: Result) -> None:
        """Everything here is after the commit: a crash from here on costs a repetition, never a lie."""
        now_ms = self.now_ms()
        if any(isinstance(told, Amended) for told in result.told):
            self.upkeep.follow(self.turns.state, now_ms)
        self._sending.say(result.sends, self.turns.state)
        for peer, state in self.turns.state.peers.items():
            self.kept.keyring.confirm(peer, state.epoch_held, now_ms)
        if result.told:
            self._stillness.stir()
            self.watch.hear(result.told)
            for wanted in wanted_files(self.store, result.told, self.charter.limits.blob_bytes_max):
                self.happened(wanted)
            self.watchers.tell()
        self._sending.give(self.turns.state, now_ms)
        if self._sending.pacing:
            self._stillness.stir()

    # ------------------------------------------------------------------ by hand
    async def carry_out(self, folder: Path, party: int, *, pages: bool = False) -> asking.Carried:
        """Write what `party` has not receipted into `folder`, sealed afresh. Raises BearerDown."""
        facts = PAGES_FACTS if pages else CARRY_FACTS
        files: list[Written] = []
        before = not_receipted(self.state, party)
        events: list[Event] = [Up(party, up_of(facts)), CarryOut(party)]
        keyring = self.kept.keyring
        items: list[Item] = [Grant(*one) for one in (keyring.make_offer(party), *keyring.grants_to_repeat(party))]
        with Outbox(folder, self._cover(party)) as outbox:
            while True:
                result = self.turns.take(events, self.now_ms())
                items += [item for send in result.sends if send.peer == party for item in send.items]
                self._speak(result._replace(sends=tuple(send for send in result.sends if send.peer != party)))
                bodies = self._sending.seal(party, items, facts.frame_bytes_max)
                files += await asyncio.to_thread(outbox.write, bodies)
                if not result.more:
                    break
                events, items = [], []
        self.happened(Down(party, facts.name))
        return asking.Carried(len(files), sum(file.size for file in files), before)

    def _cover(self, party: int) -> Cover:
        names = [one.name for one in self.kept.roster.parties]
        return Cover(self.charter.line_name, self.kept.roster.line_id, names[self.state.me], names[party])

    async def carry_in(self, folder: Path) -> asking.Carried:
        """Read a folder that a courier brought. Raises BearerDown."""
        before = sum(log.size for log in self.state.logs.values())
        done, refused = await self._roads.carry_in(folder)
        entries = sum(log.size for log in self.state.logs.values()) - before
        return asking.Carried(len(done), sum(path.stat().st_size for path in done), entries, refused)

    # ------------------------------------------------------------------ asked by people
    def status(self) -> asking.Status:
        """How the line is."""
        contact, begun_ms = self.upkeep.contact, self.started_at_ms
        return status_of(self.state, self.charter, self.watch, contact, begun_ms, self.now_ms(), self._roads.now())


async def _end(going_on: Sequence[asyncio.Task[None]]) -> None:
    """Cancel them and wait: pages that were only told to end would outlive whoever started them."""
    for one in going_on:
        one.cancel()
    await asyncio.wait(going_on)
