"""What waits to be recorded, and who waits for the answer: as much as one commit holds, answered with its places."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from openline import limits
from openline.console.codes import Told
from openline.console.roads.waiting import WaitingFrames
from openline.line.events import Appended, Arrived, ClockSet, Down, Draft, Event, Tick, Up
from openline.line.events import Told as Heard
from openline.line.ports import LogId, Store
from openline.line.state import LineState
from openline.line.terms.rate import entries_per_minute, own_room
from openline.record.breach import breaches
from openline.seal.charter import Charter
from openline.wire.items import Hail, ShortHail

Places = list[tuple[LogId, int]]
QUIET_TURNS_MAX: Final = 64


class Submission:
    """Drafts that wait for a turn, and who waits for the answer."""

    __slots__ = ("answer", "drafts")

    def __init__(self, drafts: tuple[Draft, ...], answer: asyncio.Future[Places]) -> None:
        self.drafts = drafts
        self.answer = answer


class Submissions:
    """Those that wait, first come first served. `waiting` is what no turn has taken yet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.waiting: list[Submission] = []
        self.doors: list[Callable[[Sequence[Draft]], Awaitable[None]]] = []  # each may refuse what is to be recorded

    def take(self, drafts: Sequence[Draft]) -> asyncio.Future[Places]:
        """Let drafts wait for a turn; the future has their places once they are durable here."""
        answer: asyncio.Future[Places] = asyncio.get_running_loop().create_future()
        self.waiting.append(Submission(tuple(drafts), answer))
        return answer

    async def pass_doors(self, drafts: Sequence[Draft]) -> None:
        """Raises Refused where a door does not let these be recorded now; what it knows is level with the record.

        What was recorded under its token has passed already.
        """
        new = [one for one in drafts if not (one.token and self._known(one.token))]
        for look in self.doors if new else ():
            await look(new)

    def check(self, state: LineState, terms: Charter, drafts: Sequence[Draft], now_ms: int) -> None:
        """What the terms of the line do not allow is refused before anything is recorded. (R-180, R-183, R-210)

        Raises Told: OL-402 for a body too long, OL-403 where the agreed rate has no room for these besides what waits;
        those whose token is known are on the record already.
        """
        most = terms.limits.bytes_max()
        for draft in drafts:
            if len(draft.body) > most[draft.precedence]:
                for breach in breaches(draft.kind, draft.precedence, len(draft.body), most):
                    raise Told("OL-402", breach)
        waiting = sum([len(one.drafts) for one in self.waiting]) if self.waiting else 0
        if waiting + len(drafts) <= own_room(state, drafts, now_ms):
            return
        new = [draft for draft in drafts if not (draft.token and self._known(draft.token))]
        room = max(0, own_room(state, new, now_ms) - waiting)
        if len(new) > room:
            rate = entries_per_minute(state.ledger)
            raise Told("OL-403", f"{len(new)} more now; this line allows {rate} a minute, and has room for {room}")

    def choose(self) -> tuple[list[Submission], list[Draft]]:
        """As many as one commit may hold; a token that is known becomes the place it had."""
        chosen: list[Submission] = []
        drafts: list[Draft] = []
        tokens: set[str] = set()
        size = 0
        while self.waiting:
            one = self.waiting[0]
            cost = sum(len(draft.body) + limits.HEADER_BYTES_MAX // 8 for draft in one.drafts)
            over = len(drafts) + len(one.drafts) > limits.COMMIT_ENTRIES_MAX or size + cost > limits.COMMIT_BYTES_MAX
            if over and chosen:
                break
            chosen.append(self.waiting.pop(0))
            for draft in one.drafts:
                if not draft.token or (draft.token not in tokens and self._known(draft.token) is None):
                    drafts.append(draft)
                    tokens.add(draft.token)
            size += cost
        return chosen, drafts

    def _known(self, token: str) -> tuple[LogId, int] | None:
        return self._store.submission(token)

    def answer(self, submissions: Sequence[Submission], told: Sequence[Heard]) -> None:
        """Give every chosen submission its places, from what the committed turn told."""
        appended = next((one for one in told if isinstance(one, Appended)), None)
        index = appended.first if appended else 0
        made: dict[str, tuple[LogId, int]] = {}
        for one in submissions:
            places: Places = []
            for draft in one.drafts:
                place = made.get(draft.token) if draft.token else None
                if place is None and draft.token and not (appended and draft.token in appended.tokens):
                    place = self._known(draft.token)
                if place is None:
                    assert appended is not None
                    place = (appended.log, index)
                    index += 1
                if draft.token:
                    made[draft.token] = place
                places.append(place)
            if not one.answer.done():
                one.answer.set_result(places)


def refuse(submissions: Sequence[Submission], error: Exception) -> None:
    """Tell all of them why nothing was recorded, or that nobody knows."""
    for one in submissions:
        if not one.answer.done():
            one.answer.set_exception(error)


class Watchers:
    """Those who wait for a change of the record, each until an instant of its own."""

    def __init__(self, began_at_ms: int) -> None:
        """`version` grows with every change, over restarts too: there is not one in every microsecond."""
        self._watching: set[asyncio.Future[None]] = set()
        self._aside: set[asyncio.Future[None]] = set()
        self.version = began_at_ms * 1000

    @property
    def is_watched(self) -> bool:
        """Somebody waits."""
        return bool(self._watching)

    async def wait(self, until: float) -> None:
        """Returns when told, or at that instant of the event loop's clock; woken in one step of the loop."""
        if not self._watching:
            self._wake_aside()
        await self._wait_among(self._watching, until)

    async def wait_aside(self, until: float | None = None) -> None:
        """The same for who looks on behalf of those who wait: also returns as soon as there is the first of them."""
        await self._wait_among(self._aside, until)

    def tell(self) -> None:
        """The record changed, or what else is watched: the desk, the alarms."""
        self.version += 1
        for watcher in self._watching:
            _wake(watcher)
        self._wake_aside()

    def _wake_aside(self) -> None:
        for watcher in self._aside:
            _wake(watcher)

    @staticmethod
    async def _wait_among(waiting: set[asyncio.Future[None]], until: float | None) -> None:
        loop = asyncio.get_running_loop()
        watcher: asyncio.Future[None] = loop.create_future()
        timer = loop.call_at(until, _wake, watcher) if until is not None else None
        waiting.add(watcher)
        try:
            await watcher
        finally:
            waiting.discard(watcher)
            if timer is not None:
                timer.cancel()


def _wake(watcher: asyncio.Future[None]) -> None:
    if not watcher.done():
        watcher.set_result(None)


class _Waiting(NamedTuple):
    """Frames up to `mark` are to be taken, and questions answered for so many turns at most."""

    told: asyncio.Future[None]
    mark: dict[int, int]
    last_turn: int


class Quiet:
    """Those who wait until what was given so far is taken. A peer that never stops asking keeps nobody waiting."""

    def __init__(self, frames: WaitingFrames) -> None:
        self._frames = frames
        self.waiting: list[_Waiting] = []
        self.turns = 0  # so far

    def wait(self) -> asyncio.Future[None]:
        """Done once all frames given so far are in the record or refused."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(_Waiting(told, self._frames.mark(), self.turns + QUIET_TURNS_MAX))
        return told

    def tell(self, more: bool) -> None:
        """Tell those for whom all is taken; `more`: questions of this turn are left."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            if (more and self.turns < one.last_turn) or not self._frames.is_past(one.mark):
                self.waiting.append(one)
            elif not one.told.done():
                one.told.set_result(None)


def needs_no_disk(event: Event) -> bool:
    """Links, hails and time go on while the disk takes nothing."""
    if isinstance(event, Arrived):
        return all(isinstance(item, Hail | ShortHail) for item in event.items)
    return isinstance(event, Up | Down | Tick | ClockSet)
