"""What officers tell about messages that came: looked at before it is recorded, so that what is written also counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from openline.console.channel.asking import Sent
from openline.console.channel.showing import Reader, place_of
from openline.console.codes import as_given
from openline.console.dtg import dtg
from openline.console.ladder import asking
from openline.console.ladder.rows import DirectoryRow
from openline.console.stating.running import Running
from openline.desk.people import Role
from openline.desk.telling.bodies import KIND_OF, Passed, Understood, encode_body
from openline.errors import Refused
from openline.line.events import Draft
from openline.record.entry import MESSAGE, NOTICE_KINDS, Ref


class Telling:
    """Writes what officers tell, and tells whose directory is in force."""

    def __init__(self, running: Running, reader: Reader) -> None:
        self._running = running
        self._reader = reader

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.TellUnderstood: self.understood, asking.TellPassed: self.passed, asking.AskOffices: self.offices
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

    def _who(self, ask: asking.TellUnderstood | asking.TellPassed) -> tuple[str, str]:
        """The officer whose sitting it is; where the desk has none, who is named."""
        officer = self._running.desk.who(ask.sitting)
        return (officer.name, str(Role.WATCH)) if officer is not None else (ask.officer, ask.role)

    def _theirs(self, place: str) -> tuple[Ref, bool]:
        """A message of theirs that stands in its log, and whether it is of an exercise. Raises Refused, Told OL-301."""
        shown = self._reader.shown_at(place, self._running.state)
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
