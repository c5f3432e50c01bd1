"""Answers the screen's requests over a running station. Changes nothing; what reads much runs beside the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final, Protocol, TypeVar

import msgspec

from openline.console.accords import owed
from openline.console.accords.keeping import OneBook
from openline.console.channel.asking import PRECEDENCES, Status
from openline.console.channel.clock import counted_ms
from openline.console.channel.showing import Reader
from openline.console.screen import asking, cards, composing, lines
from openline.console.screen.beside import put_translations, steps_beside
from openline.console.screen.desk_lines import desk_lines
from openline.console.screen.duties import Duties
from openline.console.screen.following import Following
from openline.console.screen.naming import ref_of, reference
from openline.console.screen.reading import RegisterReader
from openline.console.screen.running import Running
from openline.console.watch.drafts import Presenter
from openline.console.watch.sittings import Sitting
from openline.console.words import parse_position
from openline.desk.alarms import Alarm
from openline.desk.due import Due, What
from openline.desk.facts import METHODS
from openline.desk.people import Act, may
from openline.desk.state import Draft, Stage
from openline.errors import OpenlineError, Refused, StoreDown
from openline.limits import SITTING_IDLE_MS, SITTING_MS_MAX
from openline.line.state import others
from openline.record.entry import Ref
from openline.seal.charter import Charter
from openline.store.register.file import Whose
from openline.store.register.folding import terms_of
from openline.store.register.looking import Looking, Wanted

T = TypeVar("T")
LOOK_EVERY_S: Final = 1.0  # how the line stands in words, and whether something has become overdue
AHEAD_MS: Final = 7 * 86_400_000
FRESH_WITHIN_MS: Final = 1_000  # a screen made so long ago is good for others who ask, while nothing has changed
WAITS_FOR_REGISTER_MS: Final = 250  # where much comes at once, a screen says up to where it reaches
NEEDS_US: Final = "needs us"
WAITS_FOR_THEM: Final = "waits for them"


class Telling(Protocol):
    """What already tells of the station."""

    async def status(self) -> Status:
        """How the line is, observed and declared."""


class ScreenOperations:
    """`asking.Request`s over one station. Made in its loop; `close` ends its threads."""

    def __init__(self, running: Running, telling: Telling, book: OneBook, noted: Callable[[str], None]) -> None:
        self._running = running
        self._telling = telling
        self._presenter = Presenter(running.desk)
        self._terms: tuple[object, Charter, Whose] | None = None
        self._following = Following(running.line, self._whose(), noted, running.store.check_readable)
        self._made: tuple[int, asking.Screen] | None = None
        # The alarms by name, and whether they can be heard; the station, which has the board, sets it.
        self.board: Callable[[], tuple[Mapping[str, Alarm], str]] = lambda: ({}, "")
        self._making = asyncio.Lock()
        self.duties = Duties(running, self._where_level, noted)
        self._owed = owed.Owed(book, running.store)
        self.duties.feed(owed.SOURCE, self._of_accords)

    def table(self) -> dict[type, Callable[..., Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AskSitting: self.sitting, asking.AskScreen: self.screen, asking.AskNews: self.news,
            asking.AskMatter: self.matter, asking.Search: self.search,
        }  # fmt: skip

    def close(self) -> None:
        """End the threads."""
        self._following.close()

    def overdue(self, now_ms: int) -> tuple[Due, ...]:
        """What should be done by now, as the due queue has it."""
        return self.duties.queue.overdue(now_ms)

    async def keep(self) -> None:
        """Follow what is recorded, and keep the duties, until cancelled."""
        await asyncio.gather(self.look(), self.duties.keep())

    async def look(self) -> None:
        """Follow what is recorded, and tell who watches when the line stands otherwise, which no turn tells.

        While nobody watches nothing is looked at by time; whoever begins to watch has it looked at at once.
        """
        before: object = None
        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        watchers, followed = self._running.watchers, -1
        while True:
            await watchers.wait_aside(looked_at + LOOK_EVERY_S if watchers.is_watched else None)
            if watchers.version != followed:
                followed = watchers.version
                self._following.told(self._whose())
            if not watchers.is_watched or loop.time() < looked_at + LOOK_EVERY_S:
                continue
            looked_at = loop.time()
            try:
                now = lines.looks_of(await self._telling.status())
            except OpenlineError:
                continue  # the store is out: the alarm that says so has told already
            if before is not None and now != before:
                watchers.tell()
            before = now

    def _whose(self) -> Whose:
        state, terms = self._running.state, self._running.charter
        if self._terms is None or self._terms[0] is not state.roster or self._terms[1] is not terms:
            theirs = [offices for party, offices in enumerate(terms.offices) if party != state.me]
            ours = frozenset(terms.offices[state.me]) if state.me < len(terms.offices) else frozenset()
            whose = Whose(state.me, others(state.roster, state.me), ours, frozenset().union(*theirs))
            self._terms = (state.roster, terms, whose)
        return self._terms[2]

    # ---------------------------------------------------------------- who asks
    async def sitting(self, ask: asking.AskSitting) -> asking.SittingRow:
        """Who a sitting is."""
        sitting = self._running.desk.look(ask.sitting)
        officer = self._running.desk.officer(sitting.actor)
        ahead_ms = self._running.now_ms() - counted_ms()
        ends_ms = min(sitting.began_at_ms + SITTING_MS_MAX, sitting.used_at_ms + SITTING_IDLE_MS)
        has_watch = self._running.desk.state.watch == officer.number
        return asking.SittingRow(
            officer.name, sorted(officer.roles), METHODS[sitting.method], sitting.began_at_ms + ahead_ms,
            ends_ms + ahead_ms, has_watch,
        )  # fmt: skip

    def _asker(self, token: str) -> Sitting | None:
        """The sitting that asks; None where this desk has no officers."""
        return self._running.desk.look(token) if self._running.desk.is_staffed else None

    def _may(self, asker: Sitting | None, act: Act) -> bool:
        return asker is None or may(self._running.desk.officer(asker.actor), act)

    # ---------------------------------------------------------------- the screen
    async def news(self, ask: asking.AskNews) -> asking.News:
        """Answered in the same step of the loop as the change is told."""
        loop = asyncio.get_running_loop()
        end = loop.time() + min(ask.within_ms, asking.NEWS_WITHIN_MS_MAX) / 1000
        while self._running.watchers.version == ask.after and loop.time() < end:
            await self._running.watchers.wait(end)
        return asking.News(self._running.watchers.version, self._running.now_ms(), self._position())

    def _position(self) -> int:
        return sum(log.size for log in self._running.state.logs.values())

    async def screen(self, ask: asking.AskScreen) -> asking.Screen:
        """The first screen: what all see is made once for all who ask within a moment."""
        asker = self._asker(ask.sitting)
        async with self._making:
            version = self._running.watchers.version
            made = self._made
            if made is None or made[0] != version or self._running.now_ms() - made[1].now_ms >= FRESH_WITHIN_MS:
                self._made = made = (version, await self._make(version))
        screen = msgspec.structs.replace(made[1])
        if not self._may(asker, Act.SEE_MESSAGES):
            return msgspec.structs.replace(screen, needs=[], waiting=[], log=[], withheld=True)
        if asker is not None and self._may(asker, Act.SEE_DRAFTS):
            screen.release = self._release(asker)[: asking.CARDS_MAX]
        return screen

    async def _make(self, version: int) -> asking.Screen:
        running = self._running
        position = self._position()
        reached = await self._following.until(position, WAITS_FOR_REGISTER_MS)
        status = await self._telling.status()
        board, sound = self.board()
        alarms = lines.alarms_of(status, board)
        try:
            made = await self._ask(composing.from_record)
            await self.duties.look()
        except StoreDown as down:  # what cannot be listed must not look like calm
            made = composing.FromRecord([], [], [], asking.Counts(0, 0, 0, 0, ""))
            alarms.append(asking.Alarm("register", f"what needs you cannot be listed now: {down}"))
            reached = 0
        put_translations(made.needs, running.desk)
        drafts = running.desk.state.under_way.values()
        queue = self.duties.queue
        coming = [one for one in queue.overdue(status.now_ms) if one.source == owed.SOURCE]  # others have cards
        coming += queue.ahead(status.now_ms, AHEAD_MS)
        ahead = [cards.due_row(one, status.now_ms, self._called) for one in coming if one.what != What.ACKNOWLEDGE]
        made.counts.release = sum(one.stage is Stage.SUBMITTED for one in drafts)
        log = sorted([*made.log, *self._desk_log()], key=lambda one: one.at_ms, reverse=True)
        return asking.Screen(
            version=version, now_ms=status.now_ms, line=status.line, party=status.party, name=status.name,
            banners=[list(banner) for banner in running.charter.handling], parties=lines.parties_now(status),
            record=lines.record_now(running.state), watch=lines.watch_now(running.desk.state), alarms=alarms,
            tests=asking.LinkTests(*running.upkeep.contact.tests(status.now_ms)), needs=made.needs,
            waiting=made.waiting, release=[], ahead=ahead[: asking.CARDS_MAX], log=log[: asking.LOG_LINES_MAX],
            counts=made.counts,
            drills=status.drills, notices=status.notices, reached=reached, sound=sound,
        )  # fmt: skip

    async def _ask(self, question: Callable[[cards.View], T]) -> T:
        """Ask the register and the record, beside the loop, as of the line's state now."""
        running = self._running
        state, terms, now_ms = running.state, running.charter, running.now_ms()

        def asked(looking: Looking, reader: RegisterReader) -> T:
            return question(cards.View(state, terms, now_ms, looking, reader))

        return await self._following.ask(asked)

    async def _of_accords(self, now_ms: int) -> list[Due]:
        state = self._running.state
        found = await self._owed.duties(state.logs, now_ms)
        return owed.dues_of(found, state.me, self._running.desk.state.risen, now_ms)

    async def read(self, question: Callable[[Reader], T]) -> T:
        """Read entries with all that was said of them, beside the loop; where the register is behind, without it.
        Raises StoreDown, also while nobody knows what the disk holds.
        """
        position = self._position()
        if await self._following.until(position, WAITS_FOR_REGISTER_MS) < position:
            return await self._following.ask_record(question)
        return await self._following.ask(lambda _looking, reader: question(reader))

    async def _where_level(self, question: Callable[[cards.View], list[Due]]) -> list[Due] | None:
        """Ask, if the register has all of the record; else None."""
        position = self._position()
        if await self._following.until(position, WAITS_FOR_REGISTER_MS) < position:
            return None
        return await self._ask(question)

    def _desk_log(self) -> list[asking.LogLine]:
        desk = self._running.desk
        newest = list(desk.entries(max(0, desk.state.size - asking.LOG_LINES_MAX), asking.LOG_LINES_MAX))
        return desk_lines(newest, self._presenter.log_row, self._name_of)

    def _called(self, name: str) -> str:
        return reference(self._name_of(ref_of(name).party), ref_of(name))

    def _name_of(self, party: int) -> str:
        parties = self._running.state.roster.parties
        return parties[party].name if party < len(parties) else f"party {party}"

    def _release(self, asker: Sitting) -> list[asking.Leaving]:
        drafts = self._running.desk.state.under_way.values()
        return [self._leaving(one, asker) for one in drafts if one.stage is Stage.SUBMITTED]

    def _leaving(self, draft: Draft, asker: Sitting) -> asking.Leaving:
        row = self._presenter.row(draft, asker.actor)
        return asking.Leaving(
            row.draft, row.version, row.precedence, row.exercise, row.subject or row.text[:80], row.submitted_by,
            row.changed_at_ms, not row.why_not, row.why_not, row.in_reply_to,
        )  # fmt: skip

    # ---------------------------------------------------------------- one message, and finding it
    async def matter(self, ask: asking.AskMatter) -> asking.Matter:
        """Everything about one message."""
        await self._following.until(self._position(), WAITS_FOR_REGISTER_MS)

        running, rang = self._running, self._running.desk.state.alerted

        def beside(ref: Ref, view: cards.View) -> Iterator[asking.Step]:
            return steps_beside(ref, running.desk, running.relayed, view)

        def asked(view: cards.View) -> asking.Matter:
            position = parse_position(ask.place)
            if position is not None:
                entry = view.reader.at_position(position, view.state)
            else:
                entry = view.reader.shown_at(ask.place, view.state)
            ref = ref_of(entry.place)
            row = view.looking.message(ref)
            crossed = view.reader.place_at(row.crossed) if row is not None and row.crossed else ""
            return asking.Matter(
                reference(entry.name, ref), entry,
                cards.ladder(entry, view.looking.steps(ref), view, rang.get(entry.place), beside(ref, view)),
                composing.related(ref, entry.in_reply_to, entry.references, view),
                [cards.due_row(one, view.now_ms) for one in (cards.dues_of(row, view) if row is not None else [])],
                composing.versions(ref, row, view), crossed, view.now_ms, cards.standing(entry.related, view),
                view.called(crossed),
            )  # fmt: skip

        return await self._ask(asked)

    async def search(self, ask: asking.Search) -> asking.Hits:
        """Messages with all these words, newest first."""
        if not 1 <= ask.count <= asking.SEARCH_MAX:
            raise Refused(f"count must be 1 to {asking.SEARCH_MAX}")
        terms, wanted = terms_of(ask.text), wanted_of(ask.filters)
        reached = await self._following.until(self._position(), WAITS_FOR_REGISTER_MS)

        def asked(view: cards.View) -> asking.Hits:
            rows = view.looking.search(terms, wanted, ask.after, ask.count + 1)
            hits = [cards.hit(row, terms, view) for row in rows[: ask.count]]
            return asking.Hits(hits, hits[-1].position if len(rows) > ask.count else 0, reached)

        return await self._ask(asked)


def wanted_of(filters: asking.Filters) -> Wanted:
    """Filters as the register takes them. Raises Refused."""
    if filters.precedence is not None and filters.precedence not in PRECEDENCES:
        raise Refused(f"{filters.precedence!r} is no precedence; there are: {', '.join(PRECEDENCES)}")
    if filters.state is not None and filters.state not in (NEEDS_US, WAITS_FOR_THEM):
        raise Refused(f"{filters.state!r} is no state; there are: {NEEDS_US}, {WAITS_FOR_THEM}")
    precedence = None if filters.precedence is None else PRECEDENCES.index(filters.precedence)
    return Wanted(
        filters.ours, filters.party, precedence, filters.exercise, filters.language, filters.from_ms, filters.to_ms,
        True if filters.state == NEEDS_US else None, True if filters.state == WAITS_FOR_THEM else None,
    )  # fmt: skip
