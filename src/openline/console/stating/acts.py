"""Statements that officers make: looked at before they are recorded, so that what is written also counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from openline.console.channel.asking import PRECEDENCES, Sent, Shown, Status
from openline.console.channel.showing import Reader, place_of
from openline.console.codes import as_given
from openline.console.dtg import dtg
from openline.console.stating import asking
from openline.console.stating.drills import Drills
from openline.console.stating.running import Drilling
from openline.console.stating.telling import declared_in_words, in_words
from openline.contact.declared import declared, open_drills
from openline.contact.saying import (
    KIND_OF,
    HoldingReply,
    Operating,
    Refusal,
    Resumption,
    Said,
    SilenceAnswered,
    SilenceRecorded,
    Suspension,
    encode_said,
)
from openline.errors import Refused
from openline.line.events import Draft
from openline.record.entry import MESSAGE, NOTICE_KINDS, SILENCE_RECORDED, Ref


class Stating:
    """Makes statements and tells how the parties have declared themselves."""

    def __init__(self, running: Drilling, reader: Reader) -> None:
        self._running = running
        self._reader = reader
        # Reads entries with all that was said of them; the station's screen, once it is up, does that beside the loop.
        self.read: Callable[[Callable[[Reader], Any]], Awaitable[Any]] = self._read_here
        self._drills = Drills(running, reader, lambda question: self.read(question))
        self._acts: dict[str, Callable[[asking.Declare], Said]] = {
            "refuse": lambda ask: Refusal(False, ask.text, ask.officer),
            "refuse-contact": lambda ask: Refusal(True, ask.text, ask.officer),
            "hold": self._hold,
            "suspend": self._suspend,
            "resume": self._resume,
            "silence": self._silence,
            "confirm": lambda ask: SilenceAnswered(True, ask.text, ask.officer),
            "contest": lambda ask: SilenceAnswered(False, ask.text, ask.officer),
        }

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {asking.Declare: self.declare, asking.SayOperating: self.say, asking.DrillAsk: self.drill}

    async def declare(self, ask: asking.Declare) -> Sent:
        """Record a statement. Raises Refused for one that would count for nothing, Told OL-204 for one that cannot be
        written."""
        ask.officer = self._who(ask.sitting, ask.officer)
        references, exercise = self._about(ask)
        if ask.act == "silence" and ask.until_ms is None:
            state, place = self._running.state, ask.place or ""
            ask.until_ms = self._due_of(await self.read(lambda reader: reader.shown_at(place, state)))
        return await self._record(self._acts[ask.act](ask), references, exercise, ask.token)

    async def _read_here(self, question: Callable[[Reader], Any]) -> Any:
        return question(self._reader)

    async def say(self, ask: asking.SayOperating) -> Sent:
        """Record a service message. Raises Told OL-204, OL-301."""
        references: tuple[Ref, ...] = ()
        exercise = ask.exercise
        if ask.place is not None:
            log, index, _ = self._reader.find_here(ask.place)
            references = (Ref(log.party, log.generation, index),)
            exercise |= self._reader.bare_at(ask.place, self._running.state).exercise
        said = Operating(ask.text, ask.language, self._who(ask.sitting, ask.officer))
        return await self._record(said, references, exercise, ask.token)

    async def drill(self, ask: asking.DrillAsk) -> asking.DrillReport:
        """Begin a drill of ours, or end it. Raises Refused."""
        ask.officer = self._who(ask.sitting, ask.officer)
        return await self._drills.drill(ask)

    def _who(self, sitting: str, given: str) -> str:
        """The officer whose sitting it is; where the desk has none, who is named."""
        officer = self._running.desk.who(sitting)
        return officer.name if officer is not None else given

    async def _record(self, said: Said, references: tuple[Ref, ...], exercise: bool, token: str | None) -> Sent:
        with as_given():
            body = encode_said(said)
        drafts = [Draft(KIND_OF[type(said)], 0, int(exercise), references, body, token or "")]
        return Sent([place_of(log, index) for log, index in await self._running.submit(drafts)])

    def tell(self, status: Status) -> Status:
        """Add to a report how contact with each party is declared, and which drills are on."""
        state, now_ms = self._running.state, self._running.now_ms()
        stated = self._reader.statements.of_line()
        names = [party.name for party in state.roster.parties]
        for peer in status.peers:
            pair = (state.me, peer.party)
            stands = declared(stated, *pair, now_ms)
            peer.declared = stands.state.value
            peer.bars = declared_in_words(stands, names, pair)
        status.drills = [
            f"EXERCISE: {in_words(one.said)}, by {names[one.at.ref.party]} since {dtg(one.at.at_ms)}"
            for one in open_drills(stated)
        ]
        return status

    # ---------------------------------------------------------------- what each refers to
    def _about(self, ask: asking.Declare) -> tuple[tuple[Ref, ...], bool]:
        """The entry it is about, and whether it belongs to an exercise. Raises Refused, Told OL-301."""
        if ask.act in ("refuse-contact", "suspend", "resume"):
            if ask.place is not None:
                raise Refused("this is about contact and not about one entry")
            return (), ask.exercise
        if ask.place is None:
            raise Refused("say which entry it is about")
        shown = self._reader.bare_at(ask.place, self._running.state)
        self._check(ask, shown)
        log, index, _ = self._reader.find_here(ask.place)
        return (Ref(log.party, log.generation, index),), shown.exercise or ask.exercise

    @staticmethod
    def _check(ask: asking.Declare, shown: Shown) -> None:
        """What is written about an entry must be able to count. Raises Refused."""
        if shown.ahead_of is not None:
            raise Refused("it is held ahead of its log: acknowledge it now; say more when what comes before it is here")
        if ask.act in ("confirm", "contest"):
            if shown.kind_number != SILENCE_RECORDED:
                raise Refused(f"{shown.place} records no silence; it is of the kind “{shown.kind}”")
            if shown.ours:
                raise Refused("this silence is recorded by us; the other party confirms or contests it")
            return
        if shown.kind_number != MESSAGE and shown.kind_number not in NOTICE_KINDS:
            raise Refused(f"{shown.place} is no message; it is of the kind “{shown.kind}”")
        if ask.act == "silence":
            if not shown.ours:
                raise Refused("this message is theirs; silence is recorded by who waits for an answer")
        elif shown.ours:
            raise Refused("this message is ours; the other party refuses it or asks for time")
        if ask.exercise and not shown.exercise:
            raise Refused("this message is in earnest; what is said of it is no exercise")

    # ---------------------------------------------------------------- what each says
    def _hold(self, ask: asking.Declare) -> Said:
        if ask.until_ms is None:
            raise Refused("a holding reply says until when")
        if ask.until_ms <= self._running.now_ms():
            raise Refused(f"{dtg(ask.until_ms)} has passed; say by when an answer will come")
        return HoldingReply(ask.until_ms, ask.text, ask.officer)

    def _suspend(self, ask: asking.Declare) -> Said:
        now_ms = self._running.now_ms()
        from_ms = now_ms if ask.from_ms is None else ask.from_ms
        if ask.until_ms is not None and ask.until_ms <= max(from_ms, now_ms):
            raise Refused(f"{dtg(ask.until_ms)} is not after {dtg(max(from_ms, now_ms))}: nothing would be suspended")
        return Suspension(from_ms, ask.until_ms, ask.text, ask.officer)

    def _resume(self, ask: asking.Declare) -> Said:
        state = self._running.state
        stated = [one for one in self._reader.statements.of_line() if not one.exercise]
        others = [party for party in range(len(state.roster.parties)) if party != state.me]
        stands = [declared(stated, state.me, party, self._running.now_ms()) for party in others]
        if not ask.exercise and not any(bar for one in stands for bar in (*one.bars, *one.coming)):
            raise Refused("contact is declared open with everybody: there is nothing to resume")
        return Resumption(ask.text, ask.officer)

    def _silence(self, ask: asking.Declare) -> Said:
        assert ask.until_ms is not None  # what was not given was found before
        if ask.until_ms > self._running.now_ms():
            raise Refused(f"its time is due {dtg(ask.until_ms)}: until then nobody is silent")
        return SilenceRecorded(ask.until_ms, ask.text, ask.officer)

    def _due_of(self, shown: Shown) -> int:
        """The message's own reply-by, else the line's time for a person to open it. Raises Refused."""
        return self._to_open_by(shown) if shown.reply_by_ms is None else shown.reply_by_ms

    def _to_open_by(self, shown: Shown) -> int:
        """Clocks run from receipt. Raises Refused where nobody holds it, or everybody has opened it."""
        opened = {one.party for one in shown.acknowledged}
        waiting = [held for held in shown.held if held.party not in opened]
        if not shown.held:
            raise Refused("nobody has given a receipt for it: what did not arrive is not left unanswered")
        if not waiting:
            raise Refused("every party that holds it has opened it, and it names no time to reply by; give --due")
        due = dict(zip(reversed(PRECEDENCES), self._running.charter.due_ms, strict=True))
        return max(held.latest_ms for held in waiting) + due[shown.precedence]  # type: ignore[index]


