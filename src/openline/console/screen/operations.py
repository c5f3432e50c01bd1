"""Answers the screen's requests over a running station. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from openline.console.channel.asking import PRECEDENCES, Find, Shown, Status
from openline.console.channel.clock import counted_ms
from openline.console.channel.showing import Reader
from openline.console.codes import Told
from openline.console.screen import asking, cards, lines
from openline.console.screen.running import Running
from openline.console.watch.drafts import Presenter
from openline.console.watch.sittings import Sitting
from openline.console.words import parse_position
from openline.desk.facts import METHODS
from openline.desk.people import Act, may
from openline.desk.state import Draft, Stage
from openline.errors import OpenlineError, Refused
from openline.limits import SITTING_IDLE_MS, SITTING_MS_MAX
from openline.record.entry import MESSAGE

LOOK_EVERY_S: Final = 1.0  # how the line stands in words, and whether something has become overdue
LOOKED_THROUGH_MAX: Final = 1_000


class Telling(Protocol):
    """What already tells of the station."""

    reader: Reader

    async def status(self) -> Status:
        """How the line is, observed and declared."""


class ScreenOperations:
    """`asking.Request`s over one station."""

    def __init__(self, running: Running, telling: Telling) -> None:
        self._running = running
        self._telling = telling
        self._presenter = Presenter(running.desk)

    def table(self) -> dict[type, Callable[..., Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AskSitting: self.sitting, asking.AskScreen: self.screen, asking.AskNews: self.news,
            asking.AskMatter: self.matter, asking.Search: self.search,
        }  # fmt: skip

    async def look(self) -> None:
        """Tell whoever watches when the line stands otherwise, or a time has passed, which no turn and no act tells."""
        before: object = None
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                now = lines.looks_of(await self._telling.status())
            except OpenlineError:
                continue  # the store is out: the alarm that says so has told already
            if before is not None and now != before:
                self._running.changed()
            before = now

    # ---------------------------------------------------------------- who asks
    async def sitting(self, ask: asking.AskSitting) -> asking.SittingRow:
        """Who a sitting is."""
        sitting = self._running.desk.sittings.look(ask.sitting, counted_ms())
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
        return self._running.desk.sittings.look(token, counted_ms()) if self._running.desk.is_staffed else None

    def _may(self, asker: Sitting | None, act: Act) -> bool:
        return asker is None or may(self._running.desk.officer(asker.actor), act)

    # ---------------------------------------------------------------- the screen
    async def news(self, ask: asking.AskNews) -> asking.News:
        """Answered in the same step of the loop as the change is told."""
        loop = asyncio.get_running_loop()
        end = loop.time() + min(ask.within_ms, asking.NEWS_WITHIN_MS_MAX) / 1000
        while self._running.version == ask.after and loop.time() < end:
            await self._running.change(end)
        position = sum(log.size for log in self._running.state.logs.values())
        return asking.News(self._running.version, self._running.now_ms(), position)

    async def screen(self, ask: asking.AskScreen) -> asking.Screen:
        """The first screen."""
        running = self._running
        version, asker = running.version, self._asker(ask.sitting)
        status = await self._telling.status()
        sees = self._may(asker, Act.SEE_MESSAGES)
        entries = self._messages() if sees else []
        now_ms, terms = status.now_ms, running.charter
        needs = [one for one in entries if not one.ours and running.state.me not in cards.opened_by(one)]
        shown = [cards.card(one, [cards.opening_due(one, terms, now_ms)]) for one in needs]
        shown.sort(key=lambda one: (-PRECEDENCES.index(one.precedence), one.due[0].at_ms))
        waiting = [row for one in entries if one.ours and (row := cards.waiting(one, terms, now_ms)) is not None]
        release = self._release(asker) if self._may(asker, Act.SEE_DRAFTS) else []
        overdue = sum(any(due.overdue for due in one.due) for one in shown) + sum(one.overdue for one in waiting)
        return asking.Screen(
            version=version, now_ms=now_ms, line=status.line, party=status.party, name=status.name,
            banners=[list(banner) for banner in terms.handling], parties=lines.parties_now(status),
            record=lines.record_now(running.state), watch=lines.watch_now(running.desk.state),
            alarms=lines.alarms_of(status), tests=asking.LinkTests(*running.upkeep.contact.tests(now_ms)),
            needs=shown[: asking.CARDS_MAX], waiting=waiting[: asking.CARDS_MAX],
            release=release[: asking.CARDS_MAX], ahead=[], log=self._log() if sees else [],
            counts=asking.Counts(len(shown), len(waiting), len(release), overdue, shown[0].precedence if shown else ""),
            drills=status.drills, notices=status.notices, reached=self._telling.reader.last_position(),
            withheld=not sees,
        )  # fmt: skip

    def _messages(self) -> list[Shown]:
        ask = Find(count=LOOKED_THROUGH_MAX, kind=MESSAGE, newest=True)
        found = self._telling.reader.find(ask, self._running.state)
        return [*found.entries, *found.ahead]

    def _log(self) -> list[asking.LogLine]:
        found = self._telling.reader.find(Find(count=asking.LOG_LINES_MAX, newest=True), self._running.state)
        desk = self._running.desk
        rows = [cards.line_of(one) for one in found.entries]
        for entry in desk.entries(max(0, desk.state.size - asking.LOG_LINES_MAX), asking.LOG_LINES_MAX):
            row = self._presenter.log_row(entry)
            said = ", ".join(f"{name} {value}" for name, value in row.fields.items() if value)
            words = f"{row.what}: {said}" if said else row.what
            rows.append(asking.LogLine(row.at_ms, "desk", row.officer or "the station", words))
        return sorted(rows, key=lambda one: one.at_ms, reverse=True)[: asking.LOG_LINES_MAX]

    def _release(self, asker: Sitting | None) -> list[asking.Leaving]:
        drafts = self._running.desk.state.drafts.values()
        return [self._leaving(one, asker) for one in drafts if one.stage is Stage.SUBMITTED]

    def _leaving(self, draft: Draft, asker: Sitting | None) -> asking.Leaving:
        assert asker is not None  # a desk without officers has no drafts
        row = self._presenter.row(draft, asker.actor)
        return asking.Leaving(
            row.draft, row.version, row.precedence, row.exercise, row.subject or row.text[:80], row.submitted_by,
            row.changed_at_ms, not row.why_not, row.why_not, row.in_reply_to,
        )  # fmt: skip

    # ---------------------------------------------------------------- one message, and finding it
    async def matter(self, ask: asking.AskMatter) -> asking.Matter:
        """Everything about one message."""
        running, reader = self._running, self._telling.reader
        position = parse_position(ask.place)
        if position is not None:
            entry = reader.at_position(position, running.state)
        else:
            entry = reader.shown_at(ask.place, running.state)
        now_ms = running.now_ms()
        needs = entry.kind_number == MESSAGE and not entry.ours and running.state.me not in cards.opened_by(entry)
        due = [cards.opening_due(entry, running.charter, now_ms)] if needs else []
        others = []
        for place in dict.fromkeys([*([entry.in_reply_to] if entry.in_reply_to else []), *entry.references]):
            try:
                others.append(reader.shown_at(place, running.state))
            except Told:
                continue  # it refers to what is not here
        return asking.Matter(
            cards.reference(entry.name, entry.place), entry, cards.ladder(entry), cards.related(entry, others), due,
            [], "", now_ms,
        )  # fmt: skip

    async def search(self, ask: asking.Search) -> asking.Hits:
        """Messages with all these words, newest first."""
        if not 1 <= ask.count <= asking.SEARCH_MAX:
            raise Refused(f"count must be 1 to {asking.SEARCH_MAX}")
        words = [word.strip('"*') for word in folded(ask.text).split()]
        hits = []
        for one in reversed(self._messages()):
            if ask.after and one.position >= ask.after:
                continue
            told = folded(f"{one.subject} {one.text}")
            if all(word in told for word in words):
                hits.append(cards.hit(one, words))
            if len(hits) > ask.count:
                break
        more = len(hits) > ask.count
        hits = hits[: ask.count]
        return asking.Hits(hits, hits[-1].position if more else 0, self._telling.reader.last_position())


def folded(text: str) -> str:
    """Case and ё/е make no difference when looking for words."""
    return text.casefold().replace("ё", "е")
