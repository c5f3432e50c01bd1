"""What officers tell about messages that came: looked at before it is recorded, so that what is written also counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from openline.console.channel.asking import PRECEDENCES, Outgoing, Sent
from openline.console.channel.showing import Reader, place_of
from openline.console.codes import as_given
from openline.console.dtg import dtg
from openline.console.ladder import asking
from openline.console.ladder.directories import directory_of
from openline.console.ladder.rows import DirectoryRow
from openline.console.ladder.working import Working
from openline.console.stating.running import Running
from openline.desk import acts
from openline.desk.facts import DraftedOther
from openline.desk.people import Role
from openline.desk.release import release_digest
from openline.desk.telling.bodies import KIND_OF, Passed, Relation, Understood, Which, encode_body, parse_body
from openline.errors import Refused
from openline.line.events import Draft
from openline.record.entry import MESSAGE, NOTICE_KINDS, OFFICES, RELATION, Ref

_NAMES: Final[tuple[str, ...]] = PRECEDENCES


class Telling:
    """Writes what officers tell, and tells whose directory is in force."""

    def __init__(self, running: Running, reader: Reader) -> None:
        self._running = running
        self._reader = reader
        self._working = Working(running, reader)

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.TellUnderstood: self.understood, asking.TellPassed: self.passed, asking.AskOffices: self.offices,
            asking.SetOffices: self.set_offices, **self._working.table(),
        }  # fmt: skip

    async def understood(self, ask: asking.TellUnderstood) -> Sent:
        """Record what was understood. Raises Refused for what would count for nothing, Told OL-204, OL-301."""
        ref, exercise = self._theirs(ask.place)
        said = Understood(ask.text, ask.language, *self._who(ask))
        return await self._record(said, ref, exercise, ask.token)

    async def passed(self, ask: asking.TellPassed) -> Sent:
        """Record to whom it was passed. Raises Refused, Told OL-204, OL-301."""
        ref, exercise = self._theirs(ask.place)
        now_ms = self._running.now_ms()
        at_ms = now_ms if ask.at_ms is None else ask.at_ms
        if at_ms > now_ms:
            raise Refused(f"{dtg(at_ms)} is still to come; say when it was passed")
        return await self._record(Passed(ask.office, at_ms, ask.how, *self._who(ask)), ref, exercise, ask.token)

    async def offices(self, ask: asking.AskOffices) -> list[DirectoryRow]:
        """Of every party on the line, with none where it has sent none."""
        parties = enumerate(self._running.state.roster.parties)
        return [self._reader.ladder.directory_row(number, party.name) for number, party in parties if not party.left]

    async def set_offices(self, ask: asking.SetOffices) -> asking.OfficesSet:
        """A directory of ours. Raises Refused where it says what the one in force says, Told OL-204."""
        desk = self._running.desk
        told = self._reader.ladder.directory(self._running.state.me)
        with as_given():
            body = directory_of(ask.offices, () if desk.is_staffed else (ask.officer,))
            said = parse_body(OFFICES, body)
        if told is not None and told.said[0] == said[0]:
            raise Refused("the directory in force says the same; nothing is sent")
        if desk.is_staffed:
            fact, _ = desk.act(acts.WriteOffices(body), desk.sitting(ask.sitting).actor)
            assert isinstance(fact, DraftedOther)
            return asking.OfficesSet(fact.draft, "")
        [(log, index)] = await self._running.submit([Draft(OFFICES, 0, 0, (), body)])
        return asking.OfficesSet(None, str(place_of(log, index)))

    # ---------------------------------------------------------------- what a message does to earlier ones
    def beside(self, message: Outgoing, composed: Draft) -> Draft:
        """What stands straight behind a message that corrects, supersedes or forwards. Raises Refused, Told."""
        which = Which[message.relates.upper()]
        of, exercise, _ = self._targets(message, ours=which is not Which.FORWARDS)
        if exercise != message.exercise:
            raise Refused("a message in earnest and one of an exercise have nothing to do with each other")
        digest = release_digest(composed.kind, composed.precedence, composed.flags, composed.body)
        said = Relation(which, of, digest, message.note, message.language, message.released_by)
        return self._relation(said, composed.precedence, composed.flags, message.token)

    def withdrawal(self, message: Outgoing) -> Draft:
        """A withdrawal, at least as urgent as what it withdraws; its text is the reason. Raises Refused, Told."""
        if any((message.note, message.subject, message.action, message.info, message.attachments, message.reply_by_ms)):
            raise Refused("a withdrawal has a reason and nothing else; to say more, correct or supersede the message")
        of, exercise, precedence = self._targets(message, ours=True)
        said = Relation(Which.WITHDRAWS, of, b"", message.text, message.language, message.released_by)
        precedence = max(precedence, PRECEDENCES.index(message.precedence))
        return self._relation(said, precedence, int(exercise or message.exercise), message.token)

    @staticmethod
    def _relation(said: Relation, precedence: int, flags: int, token: str | None) -> Draft:
        with as_given():
            body = encode_body(said)
        return Draft(RELATION, precedence, flags, said.of, body, f"{token}/relation" if token else "")

    def _targets(self, message: Outgoing, *, ours: bool) -> tuple[tuple[Ref, ...], bool, int]:
        """The messages it is about, whether they are of an exercise, and the highest precedence. Raises Refused."""
        shown = [self._reader.bare_at(place, self._running.state) for place in message.of]
        for one in shown:
            if one.ahead_of is not None:
                raise Refused(f"{one.place} is held ahead of its log; say more when what comes before it is here")
            if one.kind_number != MESSAGE and one.kind_number not in NOTICE_KINDS:
                raise Refused(f"{one.place} is no message; it is of the kind “{one.kind}”")
            if ours and not one.ours:
                raise Refused(f"{one.place} is theirs; only who wrote a message corrects, withdraws or supersedes it")
        if len({one.exercise for one in shown}) > 1:
            raise Refused("some of these are of an exercise and some in earnest")
        found = [self._reader.find_here(one.place) for one in shown]
        of = tuple(Ref(log.party, log.generation, index) for log, index, _ in found)
        highest = max((_NAMES.index(one.precedence) for one in shown), default=0)
        return of, any(one.exercise for one in shown), highest

    def _who(self, ask: asking.TellUnderstood | asking.TellPassed) -> tuple[str, str]:
        """The officer whose sitting it is; where the desk has none, who is named."""
        officer = self._running.desk.who(ask.sitting)
        return (officer.name, str(Role.WATCH)) if officer is not None else (ask.officer, ask.role)

    def _theirs(self, place: str) -> tuple[Ref, bool]:
        """A message of theirs that stands in its log, and whether it is of an exercise. Raises Refused, Told OL-301."""
        shown = self._reader.bare_at(place, self._running.state)
        if shown.ahead_of is not None:
            raise Refused("it is held ahead of its log: acknowledge it now; say more when what comes before it is here")
        if shown.kind_number != MESSAGE and shown.kind_number not in NOTICE_KINDS:
            raise Refused(f"{shown.place} is no message; it is of the kind “{shown.kind}”")
        if shown.ours:
            raise Refused("this message is ours; the other party says what it understood, and to whom it passed it")
        log, index, _ = self._reader.find_here(place)
        return Ref(log.party, log.generation, index), shown.exercise

    async def _record(self, said: Understood | Passed, ref: Ref, exercise: bool, token: str | None) -> Sent:
        with as_given():
            body = encode_body(said)
        drafts = [Draft(KIND_OF[type(said)], 0, int(exercise), (ref,), body, token or "")]
        return Sent([place_of(log, index) for log, index in await self._running.submit(drafts)])
