"""One simulated station: the shipped turns, keyring and store, on a machine that may go dark at any commit.

It does what `openline.station` does, without sockets: frames and drafts wait in one queue, a turn takes all that
waits, and only what a turn gives back is spoken. Its clock is its own and may jump.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Final

from openline.console.channel.reporting import Watch as Alarms
from openline.console.channel.submitting import needs_no_disk
from openline.console.kept.upkeep import is_recovery
from openline.errors import PeerFault, Refused, StoreDown, Unchecked, UnknownOutcome
from openline.line.events import (
    Amended,
    Appended,
    Arrived,
    Down,
    Draft,
    Event,
    Held,
    Noticed,
    Send,
    Submitted,
    Tick,
    Told,
    Up,
    Wanted,
)
from openline.line.narrow.facts import is_slow
from openline.line.narrow.pacing import Pacing
from openline.line.narrow.resuming import to_tell
from openline.line.ports import LogId, Store
from openline.line.state import BearerUp, PeerState
from openline.line.turn import Heard, Life, Result, Turns, name_generation, payloads
from openline.record.roster import Roster
from openline.seal.keyring import Keyring
from openline.wire.items import Grant, Item
from simulation import errands
from simulation.grounds import Ground, PowerCut, SqliteGround
from simulation.kept import Kept, SimulatedUpkeep
from simulation.papers import OPENED_AT_MS
from simulation.sealing import SignedBy

if TYPE_CHECKING:
    from simulation.world import World

WIRE: Final = "wire"
SEALING_BYTES: Final = 64
TICK_MS: Final = 1_000


class Turning(Turns):
    """The shipped turns; the machine's own questions are counted on their way."""

    tally: World

    def _answer(self, want: Wanted) -> Event:
        answer = super()._answer(want)
        self.tally.count("event", type(answer).__name__)
        return answer


class Station:
    """One party's station, on or off."""

    def __init__(self, world: World, party: int, ground: Ground, clock_ms: int) -> None:
        self.world = world
        self.party = party
        self.ground = ground
        self.clock_ms = clock_ms
        plan = world.plan
        self.draw = Random(f"station {plan.seed} {party}")
        self.kept = Kept(plan.seed, plan.parties, party, self.wall_ms(), plan.test_every_s)
        self.upkeep: SimulatedUpkeep
        self.alarms = Alarms()
        self.honest = world.plan.liar != party
        self.lives = 0
        self.turns: Turning | None = None
        self.store: Store
        self.frame_start = b""
        self.cut_sending: int | None = None
        self.waiting: list[tuple[Draft, ...]] = []  # with tokens: asked for again after a crash
        self.backups: list[object] = []
        self._life_over()

    def _life_over(self) -> None:
        self.turns = None
        self.bearers: dict[int, dict[str, BearerUp]] = {}
        self.heard: dict[int, Heard] = {}
        self.inbox: list[Event] = []
        self.woken = False
        self.counter = 0
        self.offered_at_ms: dict[int, int] = {}
        self.seen: Mapping[int, PeerState] | None = None  # by the life before, of the same process
        self.pacing = Pacing(OPENED_AT_MS)

    @property
    def ring(self) -> Keyring:
        """Its keyring as it stands."""
        return self.kept.keyring

    @property
    def keys(self) -> SignedBy:
        """Its own keys."""
        return self.kept.keys

    @property
    def roster(self) -> Roster:
        """Who is on the line by which keys, as it knows them."""
        return self.turns.state.roster if self.turns is not None else self.kept.roster

    def wall_ms(self) -> int:
        """UTC as this station's clock has it."""
        return self.world.wall_ms() + self.clock_ms

    @property
    def on(self) -> bool:
        """True while the program runs."""
        return self.turns is not None

    # ------------------------------------------------------------------ lives
    def boot(self, *, reopen: bool = False) -> None:
        """Power is there: open the store, begin a new generation, find out which bearers are up."""
        if not self._starts(lambda: self._open(reopen)):
            return
        self.world.network_up(self)
        if self.waiting:
            self.world.after(2_000, self._ask_again)
        errands.want_blobs(self, None)
        if self.kept.safe_open:
            self.upkeep.give_secret(self.kept.recovery_secret)
        self.upkeep.record_recoveries()

    def _open(self, reopen: bool) -> None:
        self.store = self.ground.reopen() if reopen else self.ground.boot()
        self.kept.open(self.store, goes_on=reopen)
        if not reopen:
            self.alarms = Alarms()
            tools = self.happened, self.world.counted_ms, lambda *of: errands.best(self, *of)
            self.upkeep = SimulatedUpkeep(self.kept, self.alarms, *tools)
        self.begin_life()

    def _starts(self, start: Callable[[], None]) -> bool:
        """Whether `start` came to its end; what comes of it where power, disk or an unknown outcome stopped it."""
        try:
            start()
            return True
        except PowerCut as cut:
            self.go_dark(f"{cut} of a start" if "commit" in str(cut) else str(cut))
        except UnknownOutcome:
            self._reopen()
        except StoreDown:
            self.world.count("refused", "start: disk down")
            self._life_over()
            self.world.after(1_000, self.boot)
        return False

    def begin_life(self) -> None:
        """A new generation under the keys we have now. Raises PowerCut, UnknownOutcome, StoreDown."""
        goes_on = self.seen is not None
        keys, roster = self.kept.keys, self.kept.roster
        self.turns = Turning(self.store, keys, roster, self.party, self.kept.papers.charter, seen=self.seen)
        self.turns.tally = self.world
        self.seen = None
        self.upkeep.follow(self.turns.state, self.wall_ms())
        self.world.watch.booted(self, goes_on=goes_on)
        self.lives += 1
        life = self.new_life()
        self.frame_start = life.generation[-4:]
        self.counter = 0
        self.heard = {}
        self.pacing = Pacing(OPENED_AT_MS)
        self.world.count("event", "Started")
        self.after(self.turns.start(life, self.wall_ms()))

    def new_life(self) -> Life:
        """A generation, named by this clock and by chance; nothing before it is ever written again."""
        assert self.turns is not None
        generation = name_generation(self.turns.state, self.wall_ms(), self.draw.randbytes(6))
        secret = self.draw.randbytes(32)
        return Life(generation, secret, self.keys.signers.certificate, "simulation")

    def go_dark(self, point: str) -> None:
        """Power is gone; what was not committed never was."""
        self.world.count("crash", point)
        self.world.crashes += 1
        self.world.tell(self.party, "dark", point)
        self.ground.cut()
        if isinstance(self.ground, SqliteGround) and self.draw.random() < 0.3:
            self.ground.arm_opening(self.draw.randrange(40))
        self._life_over()
        self.world.network_down(self)
        self.world.after(self.draw.randrange(300, 6_000), self.boot)

    def _reopen(self) -> None:
        """The disk said nothing: nothing may be said either. Open the store again and begin a new life."""
        self.world.count("crash", "unknown outcome")
        self.world.tell(self.party, "unknown outcome")
        seen = self.seen if self.turns is None else self.turns.state.peers
        self._life_over()
        self.seen = seen
        self.boot(reopen=True)

    # ------------------------------------------------------------------ turns
    def happened(self, event: Event) -> None:
        """Something to take with the next turn."""
        if self.on:
            self.inbox.append(event)
            if not self.woken:
                self.woken = True
                self.world.after(self.draw.randrange(1, 6), self.turn)

    def turn(self) -> None:
        """Take everything that waits, as one batch."""
        self.woken = False
        events, self.inbox = self.inbox, []
        if self.on:
            self.take(events)

    def take(self, events: Sequence[Event]) -> Result | None:
        """One turn, and everything after it. None: the machine went dark in it, or its disk took nothing."""
        for event in events:
            self.world.count("event", type(event).__name__)
        self.pacing.heed(events, self.turns.state if self.turns is not None else None, self.wall_ms())
        result = self._run(events)
        if result is not None:
            for event in events:
                if isinstance(event, Arrived):
                    self.world.watch.came(self, event)
            self.after(result)
            self._pay()
        return result

    def _pay(self) -> None:
        """Store the receipts that were told first; the power may fail just before."""
        if self.turns is None or not self.turns.owes:
            return
        self.world.count("owed", "receipts")
        try:
            self.turns.pay()
        except PowerCut as cut:
            self.go_dark(str(cut))
        except UnknownOutcome:
            self._reopen()
        except StoreDown:
            self.world.count("refused", "owed: disk down")

    def _run(self, events: Sequence[Event]) -> Result | None:
        if self.turns is None:
            return None
        try:
            return self.turns.take(events, self.wall_ms(), may_owe=True)
        except PowerCut as cut:
            self.go_dark(str(cut))
            return None
        except UnknownOutcome:
            self._reopen()
            return None
        except StoreDown:
            self.world.count("refused", "turn: disk down")
            self.alarms.ring("disk", "simulated")
            volatile = [event for event in events if needs_no_disk(event) or not isinstance(event, Submitted | Arrived)]
            if volatile and len(volatile) < len(events):
                self.take(volatile)
            return None

    def after(self, result: Result) -> None:
        """All of it may be repeated; none of it came before the commit."""
        self._hear(result)
        self.speak(result.sends)
        self.give()

    def _hear(self, result: Result) -> None:
        assert self.turns is not None
        if result.more and not self.woken:
            self.woken = True
            self.world.after(1, self.turn)
        if any(isinstance(told, Amended) for told in result.told):
            self.upkeep.follow(self.turns.state, self.wall_ms())
        for peer, state in self.turns.state.peers.items():
            if peer in self.ring.peers():
                self.ring.confirm(peer, state.epoch_held, self.wall_ms())
        for told in result.told:
            self.world.count("told", f"notice {told.code}" if isinstance(told, Noticed) else type(told).__name__)
            self.world.tell(self.party, type(told).__name__, *_plain(told))
            self.world.watch.told(self, told)
            if isinstance(told, Held):
                errands.want_blobs(self, told)

    # ------------------------------------------------------------------ out
    def speak(self, sends: Iterable[Send]) -> None:
        """Hand over what a turn gave back; power may go in the middle."""
        joined: dict[tuple[int, str], list[Item]] = {}
        for send in sends:
            for bearer in errands.names(self, send):
                joined.setdefault((send.peer, bearer), []).extend(send.items)
        stop_at = None
        if self.cut_sending is not None and joined:
            stop_at, self.cut_sending = self.cut_sending % len(joined), None
        for number, ((peer, bearer), items) in enumerate(joined.items()):
            if number == stop_at:
                self.go_dark("after a commit, while sending")
                return
            self.send(peer, self.outgoing(peer, items), bearer)

    def outgoing(self, peer: int, items: Sequence[Item]) -> Sequence[Item]:
        """What the party lets its program say: an honest one, everything."""
        return items

    def incoming(self, peer: int, items: Sequence[Item]) -> Sequence[Item]:
        """What the party lets its program hear: an honest one, everything."""
        return items

    def sealed(self, peer: int, body: bytes) -> None:
        """A frame of ours was sealed; an honest party keeps no copy."""

    def send(self, peer: int, items: Sequence[Item], bearer: str | None = None) -> None:
        """Seal and hand to a bearer; nothing happens where none is up, the next hail will show what is lacking."""
        road = self.bearers.get(peer, {}).get(bearer or errands.road(self, peer))
        if road is None or self.turns is None:
            return
        self.world.watch.leaving(self, items)
        if is_slow(road):
            for item in items:
                self.world.count("item", errands.kind_of(item))
            self.world.watch.passing.put(self, peer, road, items)
            return
        for body in self.seal(peer, items, road.frame_bytes_max):
            self.world.carry(self.party, peer, road.name, body)

    def give(self) -> None:
        """Give slow bearers what they have room for."""
        if self.turns is None:
            return
        due = self.pacing.due(self.turns.state, self.wall_ms(), self._has_room)
        for peer, name, payload in self.world.watch.passing.given(self, due):
            self.world.count("paced", "frame")
            self.kept.save_keyring()
            for body in self.seal_payload(peer, payload):
                self.world.carry(self.party, peer, name, body)

    def _has_room(self, peer: int, name: str) -> bool:
        return name in self.bearers.get(peer, {}) and self.world.has_room(self.party, peer, name)

    def seal(self, peer: int, items: Sequence[Item], frame_bytes_max: int) -> list[bytes]:
        """Frame bodies for a peer. What they depend on in the keyring is on disk before."""
        for item in items:
            self.world.count("item", errands.kind_of(item))
        self.kept.save_keyring()
        bodies = []
        for payload in payloads(items, OPENED_AT_MS, frame_bytes_max - SEALING_BYTES):
            bodies += self.seal_payload(peer, payload)
        return bodies

    def seal_payload(self, peer: int, payload: bytes) -> list[bytes]:
        """One frame body; none while the keyring has lost its epochs with that party."""
        try:
            body = self.ring.seal(peer, payload, self.frame_start, self.counter)
        except Unchecked:
            self.world.count("sealing", "lost")
            return []
        self.counter += 1
        self.world.watch.sealed(self, peer, body)
        self.sealed(peer, body)
        return [body]

    # ------------------------------------------------------------------ in
    def frame(self, bearer: str, body: bytes) -> None:
        """A frame came. Bytes that do not open are noise; they break nothing."""
        if not self.on:
            return
        if is_recovery(body):
            self.upkeep.take_recovery(bearer, body, self.wall_ms())
            self.kept.save_keyring()
            return
        try:
            opened = self.ring.open(body)
            items = self.heard.setdefault(opened.peer, Heard(OPENED_AT_MS)).items(opened.payload)
        except (PeerFault, Unchecked) as refused:
            self.world.count("frame refused", type(refused).__name__)
            return
        items = tuple(self.incoming(opened.peer, items))
        rest = tuple(item for item in items if not isinstance(item, Grant))
        for item in items:
            if isinstance(item, Grant):
                self._take_grant(opened.peer, item)
        epoch = self.ring.report(opened.peer)
        self.world.most("epoch", epoch)
        self.happened(Arrived(opened.peer, bearer, opened.start, rest, epoch, opened.counter))

    def _take_grant(self, peer: int, item: Grant) -> None:
        try:
            new = self.ring.take_grant(peer, item.epoch, item.sealed, item.next_key)
            self.world.count("grant", "new" if new else "repeated")
        except (PeerFault, Unchecked) as refused:
            self.world.count("grant", f"refused {type(refused).__name__}")

    def tick(self) -> None:
        """Time passes; keys turn with it."""
        if not self.on:
            return
        now_ms = self.wall_ms()
        if not self.ground.full:
            self.alarms.clear("disk")
        errands.turn_keys(self, now_ms)
        self._upkeep(now_ms)
        self.world.watch.ticked(self)
        for peer, gaps in to_tell(self.heard, self.turns.state, now_ms) if self.turns is not None else ():
            self.send(peer, self.outgoing(peer, gaps))
        self.happened(Tick())

    def _upkeep(self, now_ms: int) -> None:
        """What waits for its time; renewed keys begin a new life."""
        assert self.turns is not None
        if not self.upkeep.due(self.turns.state, now_ms):
            return
        self.world.count("keys", "renewed")
        self.world.watch.renewed(self)
        self.world.tell(self.party, "renewed keys in place")
        if self._starts(self._renew):
            for peer, up in self.bearers.items():
                for bearer in up.values():
                    self.happened(Up(peer, bearer))

    def _renew(self) -> None:
        assert self.turns is not None
        self.turns.pay()
        self.seen = self.turns.state.peers
        self.begin_life()

    def bearer_up(self, peer: int, bearer: BearerUp) -> None:
        """A bearer moves bytes to a peer."""
        if self.on:
            self.bearers.setdefault(peer, {})[bearer.name] = bearer
            self.happened(Up(peer, bearer))

    def bearer_down(self, peer: int, name: str) -> None:
        """We noticed that a bearer stopped."""
        if self.on and self.bearers.get(peer, {}).pop(name, None) is not None:
            self.happened(Down(peer, name))

    # ------------------------------------------------------------------ officers
    def submit(self, drafts: tuple[Draft, ...]) -> None:
        """An officer sends. A token that is known has become an entry already and is not written again."""
        if not self.on:
            self.waiting += [drafts] if drafts[0].token else []
            return
        new = tuple(draft for draft in drafts if not draft.token or self.store.submission(draft.token) is None)
        if len(new) < len(drafts):
            self.world.count("token", "known")
        if not new:
            return
        assert self.turns is not None
        try:
            self.upkeep.check_open(self.turns.state)
        except Refused:
            self.world.count("refused", "closed line")
            return
        self.world.watch.asked(self, new)
        self.world.count("event", "Submitted")
        result = self._run((Submitted(new),))
        if result is None and drafts[0].token:
            self.waiting.append(drafts)
            if self.on:
                self.world.after(3_000, self._ask_again)
        if result is not None:
            appended = next(told for told in result.told if isinstance(told, Appended))
            self.world.watch.recorded(self, new, appended)
            self.after(result)

    def append(self, drafts: tuple[Draft, ...]) -> Appended | None:
        """An officer does something about the line itself. None: it is not on the record."""
        known = self.store.submission(drafts[0].token) if drafts[0].token else None
        if known is not None:
            return Appended(known[0], known[1], 1, ())
        self.world.count("event", "Submitted")
        result = self._run((Submitted(drafts),))
        if result is None:
            return None
        self.after(result)
        return next(told for told in result.told if isinstance(told, Appended))

    def _ask_again(self) -> None:
        waiting, self.waiting = self.waiting, []
        for drafts in waiting:
            self.submit(drafts)

def _plain(told: Told) -> tuple[object, ...]:
    """What a told thing says, with logs as people write them."""
    fields = [f"{one[0]}/{one[1].hex()[-8:]}" if isinstance(one, LogId) else one for one in told]
    return tuple(one for one in fields if isinstance(one, str | int))
