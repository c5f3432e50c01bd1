"""All bearers of one line, as the station sees them: what came in is an event, what goes out takes the best one.

Nothing but frame bodies passes; what they mean is the line's affair.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from openline.bearer.contract import Bearer, BearerFacts
from openline.bearer.directory import DIRECTORY_FACTS
from openline.bearer.folder import Inbox, Reading
from openline.bearer.tls import Identity, TlsBearer, TlsPeer
from openline.console.roads.waiting import WaitingFrames
from openline.errors import BearerDown, Misconfigured, PeerFault
from openline.limits import PAGE_FRAME_BYTES_MAX
from openline.line.events import Down, Event, Up
from openline.line.narrow.cadence import can_answer
from openline.line.outgoing import is_narrow_bearer
from openline.line.state import BearerUp, Duplex

CARRY: Final = "carry"
BY_HAND: Final = -1  # in place of a peer: what a courier brought may be of anybody
# A stick that is being filled is taken before anything else that is up: it leaves now.
CARRY_FACTS: Final = DIRECTORY_FACTS._replace(name=CARRY, duplex=Duplex.SIMPLEX, cost=-1)
PAGES_FACTS: Final = CARRY_FACTS._replace(name="pages", bytes_per_second=100, frame_bytes_max=PAGE_FRAME_BYTES_MAX)


class RoadNow(NamedTuple):
    """How one bearer is."""

    facts: BearerFacts
    up: tuple[int, ...]
    trouble: str  # why it is not up, or what a person must mend; empty: nothing known


class Roads:
    """The bearers of one line. Tells the station of links and frames; never blocks."""

    def __init__(
        self,
        happened: Callable[[Event], None],
        frame_came: Callable[[], None],
        settle: Callable[[], Awaitable[None]],
        note: Callable[[str], None],
        alarm: Callable[[str, str], None],
    ) -> None:
        self._happened = happened
        self._frame_came = frame_came
        self._settle = settle
        self._note = note
        self._alarm = alarm
        self._bearers: dict[str, Bearer] = {}
        self._fresh: list[int] = []
        self.frames = WaitingFrames()
        self._held: set[int] = set()
        self._trouble: dict[str, str] = {}  # by bearer: the last word while it is not up

    # ---------------------------------------------------------------- wiring
    async def open(self, bearers: Sequence[Bearer]) -> None:
        """Start them all. Raises Misconfigured when one can never work as it is set."""
        for bearer in bearers:
            if bearer.facts.name in self._bearers:
                raise Misconfigured(f"two bearers are called {bearer.facts.name}; a bearer is known by its name")
            self._bearers[bearer.facts.name] = bearer
        for bearer in bearers:
            await bearer.start()

    async def close(self) -> None:
        """Write out what was taken, then stop."""
        await asyncio.gather(*(bearer.close() for bearer in self._bearers.values()))

    def pin(self, identity: Identity, peers: Sequence[TlsPeer]) -> None:
        """The roster or our own certificate has changed: links that are no longer on it are cut at once."""
        for bearer in self._bearers.values():
            if isinstance(bearer, TlsBearer):
                bearer.pin(identity, peers)

    def newly_up(self) -> list[int]:
        """Peers to whom a link came up since this was last asked: for offers and grants."""
        fresh, self._fresh = sorted(set(self._fresh)), []
        return fresh

    def is_narrow(self, peer: int) -> bool:
        """True if every bearer that moves bytes to `peer` is narrow; False where none does."""
        up = [one for one in self._bearers.values() if peer in one.peers_up()]
        return bool(up) and all(is_narrow_bearer(up_of(one.facts)) for one in up)

    def now(self) -> list[RoadNow]:
        """How each bearer is that the settings ask for, in their order."""
        return [
            RoadNow(one.facts, one.peers_up(), self._trouble.get(name, ""))
            for name, one in self._bearers.items()
            if not isinstance(one, TlsBearer) or one.is_used
        ]

    def can_answer(self) -> bool:
        """True if any bearer, up or not, could bring an answer: not by hand, and both ways."""
        return any(can_answer(up_of(one.facts)) for one in self._bearers.values())

    def who_is_up(self) -> list[Event]:
        """Every link that is up, as events for a machine that has just begun."""
        return [Up(peer, up_of(one.facts)) for one in self._bearers.values() for peer in one.peers_up()]

    def best(self, peer: int, name: str | None) -> Bearer | None:
        """The named bearer, else of those that move bytes to `peer` the one of least cost; of these, the quickest."""
        if name is not None:
            named = self._bearers.get(name)
            return named if named is not None and peer in named.peers_up() else None
        return min(self.all_up(peer), key=lambda one: up_of(one.facts).preference, default=None)

    def all_up(self, peer: int) -> list[Bearer]:
        """Every bearer that moves bytes to `peer`."""
        return [one for one in self._bearers.values() if peer in one.peers_up()]

    def has_room(self, peer: int, name: str) -> bool:
        """True if the named bearer takes a frame for `peer` now."""
        bearer = self._bearers.get(name)
        return bearer is not None and bearer.room(peer) > 0

    def carry(self, peer: int, bearer: Bearer, body: bytes) -> None:
        """Give one frame body to a bearer. What it loses the next hail shows."""
        try:
            bearer.send(peer, body)
        except BearerDown as down:
            self._note(str(down))

    # ---------------------------------------------------------------- by hand
    async def carry_in(self, folder: Path) -> tuple[list[Path], list[str]]:
        """Read what a courier brought: the files read, and what was refused or damaged, in words.

        A file is marked as read only after everything in it is in the record or refused, and never one whose end is
        missing: that is taken as far as it goes, and read again when it is brought again. Raises BearerDown when the
        folder cannot be read.
        """
        inbox = Inbox(folder)
        done: list[Path] = []
        refused: list[str] = []
        for path in await asyncio.to_thread(inbox.unread):
            reading = Reading(path)
            pieces = reading.pieces()
            try:
                while (bodies := await asyncio.to_thread(next, pieces, None)) is not None:
                    for body in bodies:
                        self.frames.put(BY_HAND, CARRY, body)
                        self._frame_came()
                    await self._settle()
            except (BearerDown, PeerFault) as fault:
                refused.append(f"{path.name}: {fault}")
                continue
            refused += [f"{path.name}: {damage}" for damage in reading.faults]
            if reading.is_cut:  # not marked: a better copy under the same name is read
                refused.append(f"{path.name}: its end is missing; it is taken as far as it goes, bring a whole copy")
                continue
            await asyncio.to_thread(inbox.mark, reading)
            done.append(path)
        return done, refused

    # ---------------------------------------------------------------- what bearers tell
    def on_up(self, bearer: str, peer: int) -> None:
        """A link moves bytes."""
        self._trouble.pop(bearer, None)
        self._fresh.append(peer)
        self._happened(Up(peer, up_of(self._bearers[bearer].facts)))

    def on_frame(self, bearer: str, peer: int, body: bytes) -> None:
        """A frame body came; who sent it shows when it is opened."""
        self.frames.put(peer, bearer, body)
        if self.frames.is_too_much(peer) and peer not in self._held:
            self._held.add(peer)
            for one in self._bearers.values():
                one.hold(peer)
        self._frame_came()

    def taken(self) -> None:
        """Frames were taken: read on from whoever was held back and has few left."""
        for peer in [peer for peer in self._held if not self.frames.is_too_much(peer)]:
            self._held.discard(peer)
            for one in self._bearers.values():
                one.go_on(peer)

    def on_room(self, bearer: str, peer: int) -> None:
        """Room again: what waits for a slow bearer may go."""
        self._frame_came()

    def on_down(self, bearer: str, peer: int, why: str) -> None:
        """A link stopped."""
        self._trouble[bearer] = why
        self._note(f"{bearer} to party {peer}: {why}")
        self._happened(Down(peer, bearer))

    def on_fault(self, bearer: str, where: str, why: str) -> None:
        """Something at the door was refused; kept for the engineer."""
        self._note(f"{bearer} {where}: {why}")

    def on_alarm(self, bearer: str, why: str) -> None:
        """A bearer needs a person, or no longer."""
        if why:
            self._trouble[bearer] = why
        else:
            self._trouble.pop(bearer, None)
        self._alarm(f"bearer {bearer}", why)

    async def settled(self) -> None:
        """All frames given so far are in the record or refused."""
        await self._settle()


@cache
def up_of(facts: BearerFacts) -> BearerUp:
    """What the line machine knows of a bearer."""
    return BearerUp(
        facts.name,
        facts.frame_bytes_max,
        facts.bytes_per_second,
        facts.duplex,
        facts.latency_ms,
        facts.cost,
        facts.silence_alarm_after_ms,
    )
