"""Two keyrings in any weather: frames lost, doubled, late and out of order, clocks running, power cut at will.

Whatever happens, an honest frame opens as long as a courier may carry it, nobody is accused, and after calm the line
has moved on to fresh secrets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import Unchecked
from openline.limits import EPOCH_EVERY_MS, EPOCH_ZERO_KEEP_MS
from openline.seal import keyring as rings
from openline.seal.charter import SUITE
from openline.seal.grants import GrantOut
from openline.seal.keyring import Keyring, Ports
from tests.rooms.seal.people import Counted

LINE = hashlib.sha256(b"line").digest()
KEEP_MS = 3 * EPOCH_EVERY_MS
Mail = tuple[bytes, int, int, list[GrantOut]]  # body, report, sealed at, grants


def sign_as(party: int, message: bytes) -> bytes:
    return hashlib.sha512(bytes([party]) + message).digest()


class Station:
    """A keyring that reaches the disk before anything is sent, and starts anew after a power cut."""

    def __init__(self, ours: int) -> None:
        self.ours, self.theirs = ours, 1 - ours
        self.draw = Counted(b"station%d" % ours)
        ports = self.ports()
        self.ring = rings.from_ceremony(LINE, SUITE, ours, 2, bytes(32), 0, ports)
        self.disk = self.ring.dump()
        self.life = 0
        self.counter = 0

    def ports(self) -> Ports:
        return Ports(
            self.draw,
            lambda message: sign_as(self.ours, message),
            lambda party, made, said: made == sign_as(party, said),
        )

    def power_cut(self) -> None:
        self.ring = rings.load(self.disk, self.ports())
        assert self.ring.dump() == self.disk
        self.life += 1
        self.counter = 0

    def hail(self, now: int) -> Mail:
        """A frame that says what we hold, with whatever they should have."""
        self.ring.ratchet(now)
        self.ring.forget(now, KEEP_MS)
        if self.theirs in self.ring.grants_due(now):
            self.ring.make_grant(self.theirs)
        grants = [self.ring.make_offer(self.theirs), *self.ring.grants_to_repeat(self.theirs)]
        self.disk = self.ring.dump()
        self.counter += 1
        body = self.ring.seal(self.theirs, b"hail", self.life.to_bytes(4, "big"), self.counter)
        return body, self.ring.report(self.theirs), now, grants

    def hear(self, mail: Mail, now: int) -> None:
        body, report, sealed_at, grants = mail
        try:
            self.ring.open(body)
        except Unchecked:
            assert now - sealed_at >= KEEP_MS, "an honest frame must open while a courier may still carry it"
            return
        for grant in grants:
            try:
                self.ring.take_grant(self.theirs, *grant)
            except Unchecked:
                assert now > sealed_at
        self.ring.confirm(self.theirs, report, now)


def epoch_of(ring: Keyring, peer: int) -> int:
    epoch = ring.sending_epoch(peer)
    assert epoch is not None
    return epoch


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["hail", "hear", "hear", "lose", "double", "wait", "cut"]), st.integers(0, 1), st.integers(0, 7)
    ),
    max_size=60,
)


def weather(actions: Sequence[tuple[str, int, int]]) -> tuple[list[Station], int]:
    stations = [Station(0), Station(1)]
    air: list[list[Mail]] = [[], []]
    now = 0
    for action, who, number in actions:
        mails = air[who]
        match action:
            case "hail":
                air[1 - who].append(stations[who].hail(now))
            case "hear" if mails:
                stations[who].hear(mails.pop(number % len(mails)), now)
            case "lose" if mails:
                mails.pop(number % len(mails))
            case "double" if mails:
                stations[who].hear(mails[number % len(mails)], now)
            case "wait":
                now += (number + 1) * EPOCH_EVERY_MS // 4
            case "cut":
                stations[who].power_cut()
        for one in stations:
            assert len(one.ring.dump()) < 64 * 1024
    return stations, now


@given(ACTIONS)
@settings(max_examples=settings().max_examples * 3, deadline=None)
def test_in_any_weather_honest_frames_open_and_calm_brings_fresh_secrets(actions: list[tuple[str, int, int]]) -> None:
    """R-056 to R-059."""
    stations, now = weather(actions)
    a, b = stations
    before = [epoch_of(a.ring, 1), epoch_of(b.ring, 0)]
    for _ in range(4):
        now += EPOCH_EVERY_MS
        for _ in range(3):
            b.hear(a.hail(now), now)
            a.hear(b.hail(now), now)
    after = [epoch_of(a.ring, 1), epoch_of(b.ring, 0)]
    assert after[0] >= before[0] + 2 and after[1] >= before[1] + 2
    assert a.ring.grants_to_repeat(1) == [] and b.ring.grants_to_repeat(0) == []
    now += KEEP_MS
    for one in stations:
        one.ring.forget(now, KEEP_MS)
        one.ring.forget(now + KEEP_MS, KEEP_MS)
    b.ring.open(a.hail(now)[0])


@given(ACTIONS, ACTIONS)
@settings(max_examples=settings().max_examples * 6 // 5, deadline=None)
def test_an_old_copy_of_a_keyring_accuses_nobody_and_finds_its_way_back(
    first: list[tuple[str, int, int]], then: list[tuple[str, int, int]]
) -> None:
    """A restored machine seals under an epoch it had left. Within the keeping time that opens, and a fresh grant
    follows; after it, and where the copy is from before the first grant, a recovery grant does. R-059
    """
    stations, now = weather(first)
    a, b = stations
    copied_at, old = now, a.disk
    for action, _, number in then[:10]:
        if action in ("hail", "hear", "double"):
            b.hear(a.hail(now), now)
            a.hear(b.hail(now), now)
        elif action == "wait":
            now += (number + 1) * EPOCH_EVERY_MS // 16
    a.disk = old
    a.power_cut()
    a.life = 99
    mail = a.hail(now)
    try:
        b.ring.open(mail[0])
        opened = True
    except Unchecked:
        opened = False
    assert opened or now - copied_at >= KEEP_MS or (epoch_of(a.ring, 1) < 2 and now - copied_at >= EPOCH_ZERO_KEEP_MS)
    epoch = 1_800_000_000_000 + now
    body = a.ring.make_recovery(1, a.draw.public_of(b"b" * 32), b"r" * 32, epoch)
    assert b.ring.take_recovery(body, b"b" * 32, b"r" * 32, epoch) == 0
    for _ in range(6):
        now += EPOCH_EVERY_MS
        b.hear(a.hail(now), now)
        a.hear(b.hail(now), now)
    assert epoch_of(a.ring, 1) > epoch and epoch_of(b.ring, 0) > epoch
