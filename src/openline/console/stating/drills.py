"""Drills: a scripted exercise message to all desks, and how far it came. Counted in no statistics. (R-296)"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from openline.console.channel.asking import FIND_MAX, Shown
from openline.console.channel.showing import Reader, name_of
from openline.console.codes import Told, as_given
from openline.console.stating import asking
from openline.console.stating.running import Drilling
from openline.contact.declared import open_drills
from openline.contact.saying import Drill, Stated, encode_said
from openline.desk import acts
from openline.desk.facts import Drafted
from openline.desk.people import Actor
from openline.desk.state import Draft as DeskDraft
from openline.desk.state import Stage
from openline.errors import Refused
from openline.limits import COMMIT_BYTES_MAX, OFFICES_MAX
from openline.line.events import Draft
from openline.line.ports import EntryRow, LogId
from openline.record.body import Message, encode_message, parse_message
from openline.record.entry import ALERTED, DRILL, EXERCISE, KIND_NAMES, MESSAGE, PRIORITY, Ref, parse_header

SCRIPT: Final = {
    "en": "EXERCISE EXERCISE EXERCISE. This message is part of a drill. Acknowledge it as if it were in earnest, and "
    "answer it by a message marked as an exercise. Nothing else is to be done.",
    "ru": "УЧЕНИЕ УЧЕНИЕ УЧЕНИЕ. Это сообщение передаётся в рамках тренировки. Подтвердите ознакомление, как с "
    "настоящим, и ответьте сообщением с пометкой «учение». Никаких иных действий не требуется.",
}
SUBJECT: Final = "Drill"


class Drills:
    """Begins and ends drills of ours."""

    def __init__(
        self, running: Drilling, reader: Reader, read: Callable[[Callable[[Reader], Any]], Awaitable[Any]]
    ) -> None:
        """`read`: entries with all that was said of them, beside the loop."""
        self._running = running
        self._read = read
        self._reader = reader

    async def drill(self, ask: asking.DrillAsk) -> asking.DrillReport:
        """Begin one, or end the last that is on. Raises Refused."""
        ours = [one for one in open_drills(self._reader.statements.of_line()) if one.at.ref.party == self._me]
        if ask.begins:
            if ours:
                raise Refused("a drill of ours is on already; end it first: `openline drill stop`")
            return await self._begin(ask)
        if not ours:
            raise Refused("no drill of ours is on; `openline drill start` begins one")
        return await self._end(ask, ours[-1])

    @property
    def _me(self) -> int:
        return self._running.state.me

    async def _begin(self, ask: asking.DrillAsk) -> asking.DrillReport:
        """Where a message needs a release, so does this one: it is submitted, and another officer releases it."""
        body = self._message((ask.officer,), None)
        is_free = self._running.desk.lets_pass([Draft(MESSAGE, PRIORITY, EXERCISE, (), body)])
        actor = None if is_free else self._drafter(ask.sitting)  # before anything is recorded
        begun_at_ms = self._running.now_ms()
        drill = await self._record(DRILL, 0, (), _body(True, ask))
        report = asking.DrillReport(drill.full_name, None, begun_at_ms, ended=False)
        if actor is None:
            report.message = (await self._record(MESSAGE, PRIORITY, (drill,), body)).full_name
        else:
            report.draft = self._submit(self._message((), drill), actor)
        return report

    def _message(self, released_by: tuple[str, ...], drill: Ref | None) -> bytes:
        """The scripted words, to all offices. A draft names the drill as what it answers: by that it is found again."""
        terms = self._running.charter
        offices = [office for party in terms.offices for office in party][:OFFICES_MAX]
        spoken = [language for language in terms.languages if language in SCRIPT] or ["en"]
        words = "\n\n".join(SCRIPT[language] for language in spoken)
        action = tuple(offices)
        return encode_message(Message(SUBJECT, words, spoken[0], action, in_reply_to=drill, released_by=released_by))

    def _drafter(self, sitting: str) -> Actor:
        """Raises Told OL-404, Refused."""
        desk = self._running.desk
        actor = desk.sitting(sitting).actor
        acts.decide(desk.state, acts.Write(None, 0, PRIORITY, EXERCISE, self._message((), None)), actor)
        return actor

    def _submit(self, body: bytes, actor: Actor) -> int:
        (fact,) = self._running.desk.act(acts.Write(None, 0, PRIORITY, EXERCISE, body), actor)
        assert isinstance(fact, Drafted)
        self._running.desk.act(acts.Submit(fact.draft, fact.version, "a drill"), actor)
        return fact.draft

    async def _end(self, ask: asking.DrillAsk, begun: Stated) -> asking.DrillReport:
        drill = begun.at.ref
        found = self._message_of(drill)
        report = asking.DrillReport(drill.full_name, None, begun.at.at_ms, ended=True)
        if found is not None:
            report.message = found.full_name
            log, state = LogId(found.party, found.generation), self._running.state
            position = self._reader.position_of(log, found.index)
            shown = await self._read(lambda reader: reader.shown(position, log, found.index, state))
            report.steps = list(self._steps(found, position, shown))
        else:
            report.steps = list(self._not_released(drill, ask))
        await self._record(DRILL, 0, (drill,), _body(False, ask))
        return report

    def _not_released(self, drill: Ref, ask: asking.DrillAsk) -> Iterator[asking.DrillStep]:
        """A draft of a drill that ends is not to leave later: it is withdrawn, where who ends the drill may."""
        desk = self._running.desk
        for draft in [one for one in desk.state.under_way.values() if _is_draft_of(one, drill)]:
            note = f"draft D-{draft.number} was not released"
            try:
                desk.act(acts.Withdraw(draft.number, "the drill has ended"), desk.sitting(ask.sitting).actor)
                note += "; it is withdrawn now"
            except (Refused, Told) as why:
                note += f"; it still waits, withdraw it: {why}"
            yield asking.DrillStep("released", self._me, "", None, None, note)

    async def _record(self, kind: int, precedence: int, references: tuple[Ref, ...], body: bytes) -> Ref:
        [(log, index)] = await self._running.submit([Draft(kind, precedence, EXERCISE, references, body)])
        return Ref(log.party, log.generation, index)

    # ---------------------------------------------------------------- how far it came
    def _message_of(self, drill: Ref) -> Ref | None:
        """Recorded straight after the drill began, or once it was released; None where a station died before."""
        store, log = self._running.store, LogId(drill.party, drill.generation)
        position = self._reader.position_of(log, drill.index)
        while rows := store.find(MESSAGE, position, FIND_MAX):
            for row in rows:
                [entry] = store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
                if row.log.party == self._me and _refers(entry, MESSAGE, drill):
                    return Ref(*row.log, row.index)
            position = rows[-1].position
        return None

    def _steps(self, message: Ref, position: int, shown: Shown) -> Iterator[asking.DrillStep]:
        begun_ms = shown.written_at_ms

        def step(what: str, party: int | None, at_ms: int | None, note: str = "") -> asking.DrillStep:
            name = name_of(self._running.state.roster, party) if party is not None else ""
            return asking.DrillStep(what, party, name, at_ms, at_ms - begun_ms if at_ms is not None else None, note)

        yield step("released", self._me, begun_ms)
        for party in self._others():
            relay = self._running.relayed.of(party, message.generation, message.index)
            if relay is not None:
                yield step("relayed", party, relay.at_ms, f"{relay.bearer} had taken all of it, as this station saw it")
            else:
                yield step("relayed", party, None, "no bearer took it while this station looked: it is on no record")
        for held in shown.held:
            note = "time disputed" if held.disputed else "at the latest; by their receipt and its arrival here"
            yield step("held", held.party, held.latest_ms, note)
        for name in shown.lacking:
            yield asking.DrillStep("held", None, name, None, None, "no receipt covers it")
        for party in self._others():
            rang = next((one for one in shown.stated if one.party == party and one.kind == KIND_NAMES[ALERTED]), None)
            note = f"{rang.words}, by their clock" if rang else "opened before it rang, or their station does not tell"
            yield step("alerted", party, rang.at_ms if rang else None, note)
        for party in self._others():
            opened = next((one for one in shown.acknowledged if one.party == party), None)
            note = f"by {opened.officer}, by their clock" if opened else "not acknowledged"
            yield step("opened", party, opened.at_ms if opened else None, note)
        for party in self._others():
            at_ms = self._answered_by(party, message, position)
            yield step("answered", party, at_ms, "by their clock" if at_ms is not None else "not answered")

    def _others(self) -> list[int]:
        parties = self._running.state.roster.parties
        return [number for number, party in enumerate(parties) if number != self._me and not party.left]

    def _answered_by(self, party: int, message: Ref, position: int) -> int | None:
        store = self._running.store
        while rows := store.find(MESSAGE, position, FIND_MAX):
            for row in rows:
                if row.log.party == party:
                    [entry] = store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)
                    if _refers(entry, MESSAGE, message):
                        return parse_header(entry.header).written_at_ms
            position = rows[-1].position
        return None


def _refers(row: EntryRow, kind: int, ref: Ref) -> bool:
    """An exercise of that kind that refers to an entry."""
    header = parse_header(row.header)
    return header.kind == kind and bool(header.flags & EXERCISE) and ref in header.references


def _is_draft_of(draft: DeskDraft, drill: Ref) -> bool:
    is_open = draft.stage in (Stage.OPEN, Stage.SUBMITTED, Stage.RELEASED) and bool(draft.version.body)
    return is_open and parse_message(draft.version.body).in_reply_to == drill


def _body(begins: bool, ask: asking.DrillAsk) -> bytes:
    with as_given():
        return encode_said(Drill(begins, ask.remark, ask.officer))
