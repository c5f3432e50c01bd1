"""One simulated station: the shipped turns, keyring and store, on a machine that may go dark at any commit.

It does what `openline.station` does, without sockets: frames and drafts wait in one queue, a turn takes all that
waits, and only what a turn gives back is spoken. Its clock is its own and may jump.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Final

from openline.errors import PeerFault, StoreDown, Unchecked, UnknownOutcome
from openline.line.events import (
    Appended,
    Arrived,
    BlobWanted,
    CarryOut,
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
from openline.line.ports import LogId, PutBlob, Store
from openline.line.state import BearerUp, Duplex
from openline.line.turn import Heard, Life, Result, Turns, name_generation, payloads
from openline.record.entry import MESSAGE
from openline.seal import keyring
from openline.wire.items import Grant, Item
from simulation import texts
from simulation.drawn import Drawn
from simulation.grounds import Ground, PowerCut, SqliteGround
from simulation.papers import OPENED_AT_MS, roster_of
from simulation.sealing import SignedBy, first_keyring, keyring_ports, signers_of

if TYPE_CHECKING:
    from simulation.world import World

WIRE: Final = "wire"
STICK: Final = "stick"
SEALING_BYTES: Final = 64
TICK_MS: Final = 1_000
OFFER_EVERY_MS: Final = 20_000
STICK_UP: Final = BearerUp(STICK, 1 << 20, 10_000_000, duplex=Duplex.SIMPLEX)


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
        count = world.plan.parties
        self.roster = roster_of(count)
        self.draw = Random(f"station {world.plan.seed} {party}")
        self.keys = SignedBy(signers_of(count, party), Drawn(f"keys {world.plan.seed} {party}"))
        self._ports = keyring_ports(count, party, Drawn(f"ring {world.plan.seed} {party}"))
        self.ring = first_keyring(count, party, self.wall_ms(), self._ports)
        self.ring_kept = self.ring.dump()
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
        self.ring_saved = -1
        self.pacing = Pacing(OPENED_AT_MS)

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
        try:
            self.store = self.ground.reopen() if reopen else self.ground.boot()
            self.ring = keyring.load(self.ring_kept, self._ports)
            self.turns = Turning(self.store, self.keys, self.roster, self.party)
            self.turns.tally = self.world
            self.world.watch.booted(self)
            self.lives += 1
            life = self.new_life()
            self.frame_start = life.generation[-4:]
            self.world.count("event", "Started")
            self.after(self.turns.start(life, self.wall_ms()))
        except PowerCut as cut:
            self.go_dark(f"{cut} of a start" if "commit" in str(cut) else str(cut))
        except UnknownOutcome:
            self._reopen()
        except StoreDown:
            self.world.count("refused", "start: disk down")
            self._life_over()
            self.world.after(1_000, self.boot)
        else:
            self.world.network_up(self)
            if self.waiting:
                self.world.after(2_000, self._ask_again)
            self._want_blobs(None)

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
        self._life_over()
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
                    self.world.watch.came(self, event.items)
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
            volatile = [event for event in events if not isinstance(event, Submitted | Arrived)]
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
        for peer, state in self.turns.state.peers.items():
            self.ring.confirm(peer, state.epoch_held, self.wall_ms())
        for told in result.told:
            self.world.count("told", f"notice {told.code}" if isinstance(told, Noticed) else type(told).__name__)
            self.world.tell(self.party, type(told).__name__, *_plain(told))
            self.world.watch.told(self, told)
            if isinstance(told, Held):
                self._want_blobs(told)

    # ------------------------------------------------------------------ out
    def speak(self, sends: Iterable[Send]) -> None:
        """Hand over what a turn gave back; power may go in the middle."""
        joined: dict[tuple[int, str], list[Item]] = {}
        for send in sends:
            for bearer in self._names(send):
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

    def _names(self, send: Send) -> list[str]:
        """The bearers it goes by, as `console.channel.sending` chooses them."""
        up = self.bearers.get(send.peer, {})
        if send.everywhere:
            return list(up)
        name = send.bearer or self.road(send.peer)
        return [name] if name in up else []

    def road(self, peer: int) -> str:
        """The bearer that ordinary traffic to a peer takes."""
        known = self.turns.state.peers.get(peer) if self.turns is not None else None
        if known is not None and known.road is not None and known.road.name in self.bearers.get(peer, {}):
            return known.road.name
        return max(self.bearers.get(peer, {}).values(), key=_breadth).name if self.bearers.get(peer) else ""

    def send(self, peer: int, items: Sequence[Item], bearer: str | None = None) -> None:
        """Seal and hand to a bearer; nothing happens where none is up, the next hail will show what is lacking."""
        road = self.bearers.get(peer, {}).get(bearer or self.road(peer))
        if road is None or self.turns is None:
            return
        self.world.watch.leaving(self, items)
        if is_slow(road):
            for item in items:
                self.world.count("item", _kind(item))
            self.pacing.put(self.turns.state, peer, road, items)
            return
        for body in self.seal(peer, items, road.frame_bytes_max):
            self.world.carry(self.party, peer, road.name, body)

    def give(self) -> None:
        """Give slow bearers what they have room for."""
        if self.turns is None:
            return
        for peer, name, payload in self.pacing.due(self.turns.state, self.wall_ms(), self._has_room):
            self.world.count("paced", "frame")
            self.save_ring()
            self.world.carry(self.party, peer, name, self.seal_payload(peer, payload))

    def _has_room(self, peer: int, name: str) -> bool:
        return name in self.bearers.get(peer, {}) and self.world.has_room(self.party, peer, name)

    def seal(self, peer: int, items: Sequence[Item], frame_bytes_max: int) -> list[bytes]:
        """Frame bodies for a peer. What they depend on in the keyring is on disk before."""
        for item in items:
            self.world.count("item", _kind(item))
        self.save_ring()
        bodies = []
        for payload in payloads(items, OPENED_AT_MS, frame_bytes_max - SEALING_BYTES):
            bodies.append(self.seal_payload(peer, payload))
        return bodies

    def save_ring(self) -> None:
        """Put the keyring on disk."""
        if self.ring.changes != self.ring_saved:
            self.ring_kept, self.ring_saved = self.ring.dump(), self.ring.changes

    def seal_payload(self, peer: int, payload: bytes) -> bytes:
        """One frame body."""
        body = self.ring.seal(peer, payload, self.frame_start, self.counter)
        self.counter += 1
        self.world.watch.sealed(self, peer, body)
        self.sealed(peer, body)
        return body

    # ------------------------------------------------------------------ in
    def frame(self, bearer: str, body: bytes) -> None:
        """A frame came. Bytes that do not open are noise; they break nothing."""
        if not self.on:
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
        self.ring.ratchet(now_ms)
        self.ring.forget(now_ms)
        for peer in self.ring.peers():
            waited_ms = self.world.now_ms - self.offered_at_ms.get(peer, -OFFER_EVERY_MS)
            if self.bearers.get(peer) and waited_ms >= OFFER_EVERY_MS:
                self.offered_at_ms[peer] = self.world.now_ms
                out = [self.ring.make_offer(peer), *self.ring.grants_to_repeat(peer)]
                self.send(peer, [Grant(*item) for item in out])
        for peer in self.ring.grants_due(now_ms):
            grant = self.ring.make_grant(peer)
            if grant is not None:
                self.send(peer, [Grant(*grant)])
        self.world.watch.ticked(self)
        for peer, gaps in to_tell(self.heard, self.turns.state, now_ms) if self.turns is not None else ():
            self.send(peer, self.outgoing(peer, gaps))
        self.happened(Tick())

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

    def _ask_again(self) -> None:
        waiting, self.waiting = self.waiting, []
        for drafts in waiting:
            self.submit(drafts)

    def attach(self, data: bytes) -> bytes | None:
        """Put an attachment into the store before a message names it. None: the disk takes nothing."""
        digest = texts.digest_of(data)
        try:
            self.store.commit((PutBlob(digest, 0, len(data), data),))
        except PowerCut as cut:
            self.go_dark(str(cut))
            return None
        except UnknownOutcome:
            self._reopen()
            return None
        except StoreDown:
            return None
        return digest

    def _want_blobs(self, held: Held | None) -> None:
        """Ask for what messages name and we lack: of one commit, or after a start of the whole record."""
        if not self.on:
            return
        for row in self.store.find(MESSAGE, 0, 1 << 20) if held is None else ():
            self._want_blob(row.log, row.index)
        if held is not None:
            for index in range(held.first, held.first + held.entries):
                self._want_blob(held.log, index)

    def _want_blob(self, log: LogId, index: int) -> None:
        body = self.store.entries(log, index, 1, 1 << 20)[0].body
        named = texts.attachment_of(body)
        if named is None:
            return
        digest, total = named
        row = self.store.blob(digest)
        if row is None or row.held < total:
            self.happened(BlobWanted(digest, total, row.held if row else 0, asked=True))

    def stick(self, peer: int, after_ms: int) -> None:
        """A courier takes to `peer` all that it has not receipted."""
        if not self.on:
            return
        self.world.count("event", "CarryOut")
        result = self._run((Up(peer, STICK_UP), CarryOut(peer)))
        if result is None:
            return
        self._hear(result)
        bodies: list[bytes] = []
        for send in result.sends:
            if send.peer == peer:
                self.world.watch.leaving(self, send.items)
                bodies += self.seal(peer, send.items, STICK_UP.frame_bytes_max)
        self.speak(send for send in result.sends if send.peer != peer)
        self.happened(Down(peer, STICK))
        self.world.on_stick(self.party, peer, bodies, after_ms)


def _plain(told: Told) -> tuple[object, ...]:
    """What a told thing says, with logs as people write them."""
    fields = [f"{one[0]}/{one[1].hex()[-8:]}" if isinstance(one, LogId) else one for one in told]
    return tuple(one for one in fields if isinstance(one, str | int))


def _breadth(bearer: BearerUp) -> int:
    return bearer.frame_bytes_max


def _kind(item: Item) -> str:
    name = type(item).__name__
    if name == "Differs":
        return f"Differs {int(item.reason)}"  # type: ignore[union-attr]
    if name == "Receipt" and item.witness is not None:  # type: ignore[union-attr]
        return "Receipt of another"
    return name
