"""Two or three line machines on real stores and real signatures, joined by a wire this test controls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openline.line.events import Arrived, Draft, Event, Send, Submitted, Tick, Told, Up
from openline.line.ports import LogId, Store
from openline.line.state import BearerUp
from openline.line.turn import Heard, Life, Turns, payloads
from openline.record.roster import Party, Roster, StationKeys
from openline.seal.signature import Mldsa44Signer
from openline.store.memory import MemoryStore
from openline.wire.items import Item

OPENED_AT_MS = 1_790_000_000_000
FRAME_BYTES_MAX = 1 << 20


@dataclass
class TestKeys:
    """Deterministic test keys of one station: never used outside tests."""

    seed: bytes
    drawn: int = 0

    def __post_init__(self) -> None:
        self.note = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"note" + self.seed).digest())
        self.receipt = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"receipt" + self.seed).digest())
        self.pq = Mldsa44Signer(hashlib.sha256(b"pq" + self.seed).digest())

    def sign_checkpoint(self, text: bytes) -> bytes:
        return self.note.sign(text)

    def cosign(self, text: bytes) -> bytes:
        return self.receipt.sign(text)

    def sign_pq(self, message: bytes) -> bytes:
        return self.pq.sign(message)

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.sha256(self.seed + self.drawn.to_bytes(8, "big")).digest()[:count]

    def station(self) -> StationKeys:
        return StationKeys(
            hashlib.sha256(b"certificate" + self.seed).digest(),
            self.note.public_key().public_bytes_raw(),
            self.receipt.public_key().public_bytes_raw(),
            self.pq.public,
            b"",
            b"",
            0,
            1 << 50,
            False,
        )


def make_roster(count: int) -> tuple[Roster, list[TestKeys]]:
    keys = [TestKeys(bytes([number])) for number in range(count)]
    parties = tuple(
        Party(hashlib.sha256(b"party" + key.seed).digest(), f"PARTY {'ABC'[number]}", (key.station(),))
        for number, key in enumerate(keys)
    )
    return Roster(hashlib.sha256(b"line").digest(), OPENED_AT_MS, parties), keys


@dataclass
class Desk:
    """One station without sockets."""

    me: int
    roster: Roster
    keys: TestKeys
    store: Store
    turns: Turns = field(init=False)
    told: list[Told] = field(default_factory=list)
    lives: int = 0

    def start(self, now_ms: int) -> list[Send]:
        self.turns = Turns(self.store, self.keys, self.roster, self.me)
        self.lives += 1
        generation = now_ms.to_bytes(6, "big") + hashlib.sha256(bytes([self.me, self.lives])).digest()[:6]
        secret = hashlib.sha256(b"secret" + generation).digest()
        self.heard = {party: Heard(OPENED_AT_MS) for party in range(len(self.roster.parties))}
        return self._keep(self.turns.start(Life(generation, secret, self.keys.station().digest, "test"), now_ms))

    def take(self, events: Sequence[Event], now_ms: int) -> list[Send]:
        return self._keep(self.turns.take(events, now_ms))

    def _keep(self, result: object) -> list[Send]:
        self.told += result.told  # type: ignore[attr-defined]
        return list(result.sends)  # type: ignore[attr-defined]

    def size(self, log: LogId) -> int:
        held = self.turns.state.logs.get(log)
        return held.size if held else 0

    @property
    def own(self) -> LogId:
        assert self.turns.state.own is not None
        return self.turns.state.own

    @property
    def start_bytes(self) -> bytes:
        return self.own.generation[-4:]


Judge = Callable[[int, int, Item], bool]


@dataclass
class Wire:
    """Carries items as encoded payloads between desks until nothing moves. `drop` may lose some."""

    desks: list[Desk]
    now_ms: int = OPENED_AT_MS + 1_000_000
    links: set[tuple[int, int]] = field(default_factory=set)
    drop: Judge | None = None
    queue: list[tuple[int, Send]] = field(default_factory=list)
    carried: int = 0
    frame_bytes_max: int = FRAME_BYTES_MAX
    opened_at_ms: int = OPENED_AT_MS

    def connect(self, a: int, b: int) -> None:
        self.links |= {(a, b), (b, a)}
        for one, other in ((a, b), (b, a)):
            up = Up(other, BearerUp("wire", self.frame_bytes_max, 10_000_000))
            self.put(one, self.desks[one].take((up,), self.now_ms))

    def put(self, sender: int, sends: Sequence[Send]) -> None:
        self.queue += [(sender, send) for send in sends]

    def settle(self, ticks: int = 0) -> None:
        """Deliver everything; then let `ticks` hail periods pass, delivering after each."""
        self._deliver()
        for _ in range(ticks):
            self.now_ms += 3_000
            for desk in self.desks:
                self.put(desk.me, desk.take((Tick(),), self.now_ms))
            self._deliver()

    def _deliver(self) -> None:
        rounds = 0
        while self.queue:
            rounds += 1
            assert rounds < 100_000, "the stations chase each other"
            sender, send = self.queue.pop(0)
            if (sender, send.peer) not in self.links:
                continue
            items = [item for item in send.items if self.drop is None or not self.drop(sender, send.peer, item)]
            for payload in payloads(items, self.opened_at_ms, self.frame_bytes_max - 64):
                self.carried += len(payload)
                self._hand(sender, send.peer, payload)

    def _hand(self, sender: int, receiver: int, payload: bytes) -> None:
        desk = self.desks[receiver]
        items = desk.heard[sender].items(payload)
        event = Arrived(sender, "wire", self.desks[sender].start_bytes, items)
        self.put(receiver, desk.take((event,), self.now_ms))


def draft(text: str = "hello", precedence: int = 0) -> Draft:
    return Draft(1, precedence, 0, (), text.encode())


def submit(wire: Wire, sender: int, *texts: str) -> None:
    event = Submitted(tuple(draft(text) for text in texts))
    wire.put(sender, wire.desks[sender].take((event,), wire.now_ms))


def make_world(count: int = 2, stores: Sequence[Store] | None = None) -> Wire:
    roster, keys = make_roster(count)
    stores = stores or [MemoryStore() for _ in range(count)]
    desks = [Desk(number, roster, keys[number], stores[number]) for number in range(count)]
    wire = Wire(desks)
    for desk in desks:
        wire.put(desk.me, desk.start(wire.now_ms))
    return wire
