"""What the control channel can ask of a running station, answered from the store and by its turns.

Nothing here signs, seals or writes: every act becomes drafts handed to the station, and is answered after the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Protocol

from openline import limits
from openline.console.accords.acts import Accords
from openline.console.accords.keeping import OneBook
from openline.console.agreeing.acts import Agreeing
from openline.console.channel import asking
from openline.console.channel.amending import Amending
from openline.console.channel.attaching import take_files
from openline.console.channel.exporting import Wanted, export
from openline.console.channel.showing import Reader, log_of, place_of
from openline.console.channel.submitting import Watchers
from openline.console.codes import Told, as_given
from openline.console.contact.clocks import mark
from openline.console.contact.gathering import of_store
from openline.console.declaring.acts import Declaring
from openline.console.disclosing.asking import Chosen, Planned
from openline.console.disclosing.choosing import Choice, choice_of, planned
from openline.console.escrowing.acts import Escrowing
from openline.console.files.operations import FilesOf
from openline.console.home import LineHome
from openline.console.kept.papers import Papers
from openline.console.kept.upkeep import Upkeep
from openline.console.ladder.acts import Telling
from openline.console.ladder.addressing import Addressing
from openline.console.monitor.written import Written
from openline.console.negotiating.acts import Negotiating
from openline.console.publishing.acts import Publishing
from openline.console.stating.acts import Stating
from openline.console.stating.running import Drilling as Stated
from openline.console.topics.acts import Topics
from openline.console.watch.desk import files_beside
from openline.console.words import parse_place
from openline.contact.taken import parse_taken
from openline.desk.facts import Opened
from openline.desk.people import Role
from openline.errors import Refused, StoreDown
from openline.line.events import Draft, Event, PqWanted
from openline.line.ports import LogId
from openline.line.state import others
from openline.record import entry as entries
from openline.record.body import Acknowledgement, Attachment, Message, encode_acknowledgement, encode_message
from openline.record.entry import Ref
from openline.store.backup import make_backup

KINDS_OF_OURS: Final = (entries.CERTIFICATE, entries.REVOCATION, entries.READ_ALOUD)


class Running(Stated, Protocol):
    """What operations need of the station they speak for, beside what statements need."""

    @property
    def line(self) -> LineHome:
        """Where its files lie."""

    @property
    def papers(self) -> Papers:
        """The papers of the line as they stand."""

    @property
    def upkeep(self) -> Upkeep:
        """What follows the roster."""

    @property
    def watchers(self) -> Watchers:
        """Told of every change of the record, the desk and the alarms."""

    def happened(self, event: Event) -> None:
        """Have an event taken with the next turn."""

    async def settled(self) -> None:
        """Returns once everything given so far has been taken."""

    async def change(self, until: float) -> None:
        """Returns at the next change of the record, or at that instant of the event loop's clock."""

    def status(self) -> asking.Status:
        """How the line is."""

    async def carry_out(self, folder: Path, party: int, *, pages: bool = False) -> asking.Carried:
        """Write what `party` lacks into `folder`."""

    async def carry_in(self, folder: Path) -> asking.Carried:
        """Read a folder."""

    def stop(self) -> None:
        """End in order."""


class StationOperations:
    """`asking.Operations` over a running station."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.written = Written(running.line.written)  # when the last backup and export were written
        self._reader = Reader(running.store)
        self._amending = Amending(running)
        self.stating = Stating(running, self._reader)
        self.telling = Telling(running, self._reader)
        self.addressing = Addressing(running)
        running.desk.doubts_of = self.addressing.doubts
        self.book = OneBook(
            running.line.store, lambda: others(running.state.roster, -1), running.store.check_readable
        )
        self.accords = Accords(running, self._reader, self.book)
        self.files = FilesOf(running, self._reader, running.status, running.happened)
        self.declaring = Declaring(running, self._reader, self.book)
        self.escrowing = Escrowing(running, self.book)
        self.publishing = Publishing(running, self.book)
        self.agreeing = Agreeing(running, self._reader, self.book)
        self.topics = Topics(running, self._reader, self.book, lambda question: self.read(question))
        self.negotiating = Negotiating(running, self._reader, self.book, self.accords, running.happened)
        running.desk.words_of = self._words_of_draft
        # For whoever asks to see entries; the station's screen, once it is up, reads them beside the loop.
        self.read: Callable[[Callable[[Reader], Any]], Awaitable[Any]] = self._read_here
        self.stating.read = lambda question: self.read(question)

    def tables(self) -> tuple[Any, ...]:
        """Those that answer what belongs to one chamber each, by a table of requests."""
        return (self.stating, self.telling, self.accords, self.declaring, self.files, self.publishing, self.agreeing,
                self.topics, self.escrowing, self.negotiating)  # fmt: skip

    def doors(self) -> list[Callable[[Sequence[Draft]], Awaitable[None]]]:
        """Each may refuse what is to be recorded, as the record stands when it is."""
        return [self.escrowing.door.check, self.negotiating.check_leaving, self.agreeing.check_leaving,
                self.publishing.check_leaving]  # fmt: skip

    async def _read_here(self, question: Callable[[Reader], Any]) -> Any:
        return question(self._reader)

    def _words_of_draft(self, kind: int, told: bytes) -> tuple[str, str]:
        found = self.declaring.words_of_draft(kind, told) or self.publishing.words_of_draft(kind, told)
        found = found or self.negotiating.words_of_draft(kind, told)
        return found if found is not None else self.accords.words_of_draft(kind, told)

    # ---------------------------------------------------------------- writing
    async def send(self, ask: asking.Send) -> asking.Sent:
        """Record messages; answered when they are durable here."""
        if not 1 <= len(ask.messages) <= asking.BATCH_MAX:
            raise Refused(f"{len(ask.messages)} messages in one request; 1 to {asking.BATCH_MAX} are taken")
        officer = self._running.desk.who(ask.sitting)
        if officer is not None:  # where there are officers, who let it go is not for the caller to say
            for message in ask.messages:
                message.released_by = (officer.name,)
        composed = [self.compose_all(message) for message in ask.messages]
        written = await self._running.submit([draft for drafts in composed for draft in drafts])
        firsts = accumulate((len(drafts) for drafts in composed[:-1]), initial=0)
        places = [written[first] for first in firsts]
        sent = asking.Sent([place_of(log, index) for log, index in places])
        for message in ask.messages:
            if message.action or message.info:
                found = self.addressing.doubts((*message.action, *message.info))
                sent.doubts += [f"{one.office}: {one.why}" for one in found]
        if ask.within_ms > 0:
            sent.held = await self._until_held(places, ask.within_ms)
        return sent

    def compose(self, message: asking.Outgoing) -> Draft:
        """A message as a draft for the line. Raises Told OL-204, OL-301, OL-402, Refused, OSError for a file."""
        in_reply_to = self._ref(message.in_reply_to) if message.in_reply_to else None
        attachments: tuple[Attachment, ...] = ()
        if message.attachments:
            most = self._running.charter.limits.blob_bytes_max
            attachments = take_files(self._running.store, message.attachments, most)
        written = Message(
            message.subject, message.text, message.language, message.action, message.info, message.reply_by_ms,
            in_reply_to, attachments, message.released_by,
        )  # fmt: skip
        with as_given():
            body = encode_message(written)
        precedence = asking.PRECEDENCES.index(message.precedence)
        references = (in_reply_to,) if in_reply_to else ()
        return Draft(entries.MESSAGE, precedence, int(message.exercise), references, body, message.token or "")

    def compose_all(self, message: asking.Outgoing) -> list[Draft]:
        """A message, and behind it what it does to earlier entries; or a withdrawal alone. Raises as `compose`."""
        if message.relates == "withdraws":
            return [self.telling.withdrawal(message)]
        self.addressing.check(message)
        composed = self.compose(message)
        return [composed, self.telling.beside(message, composed)] if message.relates else [composed]

    async def acknowledge(self, ask: asking.Acknowledge) -> asking.Sent:
        """Record that an officer opened a message of theirs."""
        log, index, kind = self._reader.find_here(ask.place)
        ref = Ref(log.party, log.generation, index)
        if ref.party == self._running.state.me:
            raise Refused("this message is ours; the other party's officer acknowledges it")
        if kind != entries.MESSAGE and kind not in entries.NOTICE_KINDS:
            name = entries.KIND_NAMES.get(kind, f"kind {kind}")
            raise Refused(f"{ask.place} is of the kind “{name}”; officers acknowledge messages and notices, no more")
        officer = self._running.desk.who(ask.sitting)
        who = (officer.name, str(Role.WATCH)) if officer else (ask.officer, ask.role)
        with as_given():
            body = encode_acknowledgement(Acknowledgement(*who, ask.note))
        flags = int(self._reader.bare_at(ask.place, self._running.state).exercise)  # what is done in one belongs to it
        sent = await self._submit([Draft(entries.ACKNOWLEDGEMENT, 0, flags, (ref,), body, ask.token or "")])
        desk = self._running.desk
        if officer is not None:
            desk.write((Opened(ref.full_name),), desk.look(ask.sitting).actor)
        return sent

    async def append(self, ask: asking.Append) -> asking.Sent:
        """Record an entry of another kind that this program writes."""
        if ask.kind not in KINDS_OF_OURS:
            raise Refused(f"entries of kind {ask.kind} are not written by request")
        try:
            body = bytes.fromhex(ask.body)
        except ValueError as error:
            raise Refused(f"the body is not hex: {error}") from error
        references = tuple(self._ref(name) for name in ask.references)
        precedence = flags = 0
        if ask.kind == entries.READ_ALOUD:
            with as_given():
                naming = parse_taken(body).sheet.naming
            precedence, flags = naming.precedence, entries.EXERCISE if naming.exercise else 0
        return await self._submit([Draft(ask.kind, precedence, flags, references, body, ask.token or "")])

    # ---------------------------------------------------------------- the line itself
    async def propose(self, ask: asking.Propose) -> asking.Sent:
        """Record a proposal that changes the line."""
        return await self._amending.propose(ask)

    async def answer(self, ask: asking.AnswerProposal) -> asking.Sent:
        """Say yes or no to a proposal."""
        return await self._amending.answer(ask)

    async def amendments(self) -> asking.Amendments:
        """How the line stands."""
        return self._amending.listed()

    async def take_paper(self, ask: asking.TakePaper) -> asking.Sent:
        """A certificate or revocation that came by hand."""
        return await self._amending.take_paper(ask)

    async def recover(self, ask: asking.Recover) -> asking.Nothing:
        """Sealing begun anew."""
        return self._amending.recover(ask)

    async def _submit(self, drafts: list[Draft]) -> asking.Sent:
        places = await self._running.submit(drafts)
        return asking.Sent([place_of(log, index) for log, index in places])

    def _ref(self, name: str) -> Ref:
        log, index = self._reader.find_place(name)
        return Ref(log.party, log.generation, index)

    # ---------------------------------------------------------------- reading
    async def find(self, ask: asking.Find) -> asking.Found:
        """Entries by position; waits for the first one if asked to."""
        if not 1 <= ask.count <= asking.FIND_MAX or ask.after < 0:
            raise Refused(f"count must be 1 to {asking.FIND_MAX}, after must not be negative")
        end = asyncio.get_running_loop().time() + min(ask.wait_ms, 600_000) / 1000
        while True:
            version = self._running.watchers.version
            found: asking.Found = await self.read(lambda reader: reader.find(ask, self._running.state))
            left = end - asyncio.get_running_loop().time()
            since_ms = ask.ahead_since_ms
            is_new = since_ms is not None and any(one.arrived_at_ms > since_ms for one in found.ahead)
            if found.entries or is_new or left <= 0:
                return found
            if self._running.watchers.version == version:  # else something came while this was read
                await self._running.change(end)

    async def show(self, ask: asking.Show) -> asking.Shown:
        """One entry with its receipts and acknowledgements."""
        if (ask.place is None) == (ask.position is None):
            raise Refused("give a place or a position, one of the two")
        place, position, state = ask.place, ask.position or 0, self._running.state
        shown: asking.Shown = await self.read(
            lambda reader: reader.at_position(position, state) if place is None else reader.shown_at(place, state)
        )
        return mark(shown, self._running.store, self._running.state, self._running.now_ms())

    async def wait_held(self, ask: asking.WaitHeld) -> asking.Waited:
        """Wait for the receipts of all other parties."""
        names = {name: log_of(parse_place(f"{name[0]}/{name[1]}/0")) for name in {place[:2] for place in ask.places}}
        places = [(names[place[:2]], place[2]) for place in ask.places]
        if await self._until_held(places, ask.within_ms):
            return asking.Waited(True)
        lacking = [self._held_by_all(log) <= index for log, index in places]
        return asking.Waited(False, [place for place, short in zip(ask.places, lacking, strict=True) if short])

    async def _until_held(self, places: Sequence[tuple[LogId, int]], within_ms: int) -> bool:
        """True once receipts of all other parties cover all of them, False when the span has passed before."""
        end = asyncio.get_running_loop().time() + min(within_ms, 3_600_000) / 1000
        last: dict[LogId, int] = {}  # a receipt that covers the last of a log covers them all
        for log, index in places:
            last[log] = max(index, last.get(log, 0))
        while any(self._held_by_all(log) <= index for log, index in last.items()):
            if asyncio.get_running_loop().time() >= end:
                return False
            await self._running.watchers.wait(end)
        return True

    def _held_by_all(self, log: LogId) -> int:
        """How many entries of a log every party's receipt but its author's covers."""
        state = self._running.state
        held = state.logs.get(log)
        if held is None:
            raise Told("OL-301", f"no log {log.party}/{log.generation.hex()} here")
        sizes = [held.receipts[n].size if n in held.receipts else 0 for n in others(state.roster, log.party)]
        return min(sizes, default=0)

    async def status(self) -> asking.Status:
        """How the line is; while the store cannot be read, what was declared is not told, and that is said."""
        now = self._running.status()
        try:
            return self.stating.tell(now)
        except StoreDown as down:
            now.notices.append(f"what the parties declared cannot be read now: {down}")
            return now

    async def contact(self, ask: asking.AskContact) -> asking.Drawn:
        """The timeline, beside the running station's work."""
        running = self._running
        names = [party.name for party in running.state.roster.parties]
        to_ms = running.now_ms() if ask.to_ms is None else ask.to_ms
        apart_ms = running.upkeep.contact.between_ms
        drawn = await asyncio.to_thread(of_store, running.store, names, ask.from_ms, to_ms, apart_ms)
        return asking.Drawn(drawn)

    # ---------------------------------------------------------------- files
    async def export(self, ask: asking.Export) -> asking.Exported:
        """Write the record or an extract, beside the running station's work, our ML-DSA-44 statements made afresh."""
        self._running.happened(PqWanted())
        await self._running.settled()
        places = [self._reader.find_place(name) for name in ask.places]
        running = self._running
        wanted = Wanted(places, ask.bodies, self._choice(ask.chosen))
        done = await asyncio.to_thread(
            export, running.store, running.papers, path_of(ask.path), wanted, running.now_ms()
        )
        self.written.put("export", running.now_ms())
        return done

    async def plan_export(self, ask: asking.PlanExport) -> Planned:
        """What an export would show, beside the running station's work."""
        names = [party.name for party in self._running.state.roster.parties]
        choice = self._choice(ask.chosen)
        return await asyncio.to_thread(planned, self._running.store, names, choice, bodies=ask.bodies)

    def _choice(self, chosen: Chosen | None) -> Choice | None:
        return choice_of(chosen, len(self._running.state.roster.parties)) if chosen is not None else None

    async def backup(self, ask: asking.Backup) -> asking.BackedUp:
        """Consistent while the station runs; holds the charter and roster too, never the keyring."""
        self._running.store.check_readable()
        done = await asyncio.to_thread(_back_up, self._running.line, path_of(ask.path), ask.passphrase.encode())
        self.written.put("backup", self._running.now_ms())
        return done

    async def carry_out(self, ask: asking.CarryOut) -> asking.Carried:
        """For one party, or for every other one."""
        state = self._running.state
        present = others(state.roster, state.me)
        if ask.party is not None and ask.party not in present:
            raise Told("OL-302", f"party {ask.party} is not another party of this line")
        done = asking.Carried(0, 0)
        for party in present if ask.party is None else [ask.party]:
            one = await self._running.carry_out(path_of(ask.folder), party, pages=ask.pages)
            done.files += one.files
            done.bytes += one.bytes
            done.entries += one.entries
        return done

    async def carry_in(self, ask: asking.CarryIn) -> asking.Carried:
        """What a courier brought."""
        return await self._running.carry_in(path_of(ask.folder))


    async def stop(self) -> asking.Nothing:
        """Answered before the station ends."""
        self._running.stop()
        return asking.Nothing()


def path_of(name: str) -> Path:
    """A path that a program gave. Raises Told OL-204 for what no path can hold."""
    if not name or "\0" in name:
        raise Told("OL-204", f"{name!r} is not a path")
    return Path(name)


def _back_up(line: LineHome, path: Path, passphrase: bytes) -> asking.BackedUp:
    make_backup(line.store, path, passphrase, beside=files_beside(line))
    return asking.BackedUp(str(path), path.stat().st_size)


assert asking.BATCH_MAX <= limits.COMMIT_ENTRIES_MAX  # one request is at most one commit
