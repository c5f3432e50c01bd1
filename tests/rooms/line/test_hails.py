"""Contact over each bearer by itself: how often it is hailed, what is proved, and how old that is. R-230 to R-233."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from openline.line.events import Arrived, ClockSet, Down, Send, Submitted, Tick, Up
from openline.line.narrow.cadence import alarm_after_ms, fresh_ms, hail_every_ms
from openline.line.state import BearerUp, Contact, Duplex
from openline.line.turn import payloads
from openline.store.memory import MemoryStore
from openline.wire.items import Hail, Item, ShortHail
from tests.rooms.line.desks import OPENED_AT_MS, Desk, draft, make_roster, make_world

TLS = BearerUp("tls", 1 << 20, 10_000_000)
RADIO = BearerUp("radio", 700, 37, Duplex.HALF, 500, 10)
STICK = BearerUp("stick", 1 << 20, 1 << 20, Duplex.FULL, 60_000, 1_000)
FRAME_BYTES = 12 + 16 + 8  # head and seal, mark, length and checks of a stream
HOUR_MS = 3_600_000


@dataclass
class Roads:
    """Two stations and bearers of different delay between them. A frame arrives when it is due, or not at all."""

    desks: list[Desk]
    now_ms: int = OPENED_AT_MS + 10_000_000
    up: dict[str, BearerUp] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    under_way: list[tuple[int, int, str, Item]] = field(default_factory=list)
    sent: list[tuple[int, str, Item]] = field(default_factory=list)  # at, over, what

    def bring_up(self, *bearers: BearerUp) -> None:
        for bearer in bearers:
            self.up[bearer.name] = bearer
            for desk in self.desks:
                self.put(desk.me, desk.take((Up(1 - desk.me, bearer),), self.now_ms))

    def put(self, sender: int, sends: list[Send]) -> None:
        best = min(self.up.values(), key=lambda one: one.preference).name if self.up else ""
        for send in sends:
            road = self.desks[sender].turns.state.peers[send.peer].road  # which the station takes, too
            name = send.bearer or (road.name if road is not None else best)
            for item in send.items:
                self.sent.append((self.now_ms, name, item))
                if name in self.up and name not in self.cut:
                    self.under_way.append((self.now_ms + self.up[name].latency_ms, sender, name, item))

    def run(self, until_ms: int, step_ms: int = 1_000) -> None:
        while self.now_ms < until_ms:
            self.now_ms += step_ms
            due = [one for one in self.under_way if one[0] <= self.now_ms]
            self.under_way = [one for one in self.under_way if one[0] > self.now_ms]
            for _, sender, name, item in due:
                event = Arrived(sender, name, self.desks[sender].start_bytes, (item,))
                self.put(1 - sender, self.desks[1 - sender].take((event,), self.now_ms))
            for desk in self.desks:
                self.put(desk.me, desk.take((Tick(),), self.now_ms))

    def contact(self, party: int, bearer: str) -> Contact:
        return self.desks[party].turns.state.peers[1 - party].contacts[bearer]

    def hails(self, bearer: str) -> list[tuple[int, Item]]:
        return [(at, item) for at, name, item in self.sent if name == bearer and isinstance(item, Hail | ShortHail)]


def joined(*bearers: BearerUp) -> Roads:
    roster, keys = make_roster(2)
    roads = Roads([Desk(number, roster, keys[number], MemoryStore()) for number in range(2)])
    for desk in roads.desks:
        desk.start(roads.now_ms)
    roads.bring_up(*bearers)
    return roads


@pytest.mark.whole
def test_each_bearer_has_its_own_round_trip() -> None:
    """R-232: what came back quickly over one says nothing of the other, also where the answer waits for its turn."""
    roads = joined(TLS, RADIO)
    roads.run(roads.now_ms + HOUR_MS, 250)
    assert 0 <= (roads.contact(0, "tls").round_trip_ms or 0) <= 1_000
    radio = roads.contact(0, "radio").round_trip_ms
    assert radio is not None and 1_000 <= radio <= 4_000, "not the minutes until the next hail"
    assert abs(roads.contact(0, "radio").clock_offset_ms or 0) <= 2_000


@pytest.mark.whole
def test_a_standby_that_carries_nothing_is_seen_though_the_line_is_up() -> None:
    """R-232."""
    roads = joined(TLS, RADIO)
    roads.run(roads.now_ms + HOUR_MS)
    roads.cut.add("radio")
    cut_ms = roads.now_ms
    roads.run(cut_ms + HOUR_MS)
    proved_at_ms = roads.contact(0, "radio").proved_at_ms
    assert proved_at_ms is not None and proved_at_ms <= cut_ms
    assert roads.now_ms - proved_at_ms > fresh_ms(RADIO)
    assert roads.now_ms - (roads.contact(0, "tls").proved_at_ms or 0) <= fresh_ms(TLS)


def test_an_answer_over_another_bearer_proves_life_and_not_the_bearer() -> None:
    """R-232: a nonce that went by radio and came back over TLS shows that the peer lives; the radio may be deaf."""
    roads = joined(RADIO)
    asked = roads.desks[0].turns.state.peers[1].asked[-1]
    hail = Hail(roads.now_ms, b"another.", asked.nonce, 0, (), (), ())
    roads.now_ms += 100
    roads.desks[0].take((Arrived(1, "tls", roads.desks[1].start_bytes, (hail,)),), roads.now_ms)
    peer = roads.desks[0].turns.state.peers[1]
    assert peer.proved_at_ms == asked.at_ms
    assert peer.contacts["radio"].proved_at_ms is None and peer.contacts["tls"].proved_at_ms is None


@pytest.mark.whole
def test_an_idle_narrow_bearer_carries_short_hails_worth_a_bit_and_a_half_a_second() -> None:
    """R-230, R-231: both directions together, frames and marks included."""
    roads = joined(RADIO)
    roads.run(roads.now_ms + 2 * HOUR_MS)  # openings and receipts have gone
    start_ms, roads.sent = roads.now_ms, []
    roads.run(start_ms + 24 * HOUR_MS, 5_000)
    kinds = {type(item) for _, _, item in roads.sent}
    assert kinds == {ShortHail}
    sizes = [len(one) + FRAME_BYTES for _, _, item in roads.sent for one in payloads((item,), OPENED_AT_MS, 600)]
    bits_per_second = sum(sizes) * 8 / (24 * 3600)
    assert bits_per_second <= 1.5, bits_per_second
    age_ms = roads.now_ms - (roads.contact(0, "radio").proved_at_ms or 0)
    assert age_ms <= fresh_ms(RADIO) <= HOUR_MS


def test_broad_bearers_are_hailed_every_three_seconds_and_couriers_not_by_time() -> None:
    """R-230."""
    assert hail_every_ms(TLS) == 3_000
    assert 10 * 60_000 <= hail_every_ms(RADIO) <= 15 * 60_000
    assert hail_every_ms(RADIO, busy=True) <= 90_000
    roads = joined(TLS, STICK)
    roads.run(roads.now_ms + 120_000)
    roads.sent = []
    roads.run(roads.now_ms + 6 * HOUR_MS, 60_000)
    assert not roads.hails("stick")


def test_what_was_lost_on_a_narrow_bearer_is_repaired_within_minutes_not_at_the_next_slow_hail() -> None:
    """R-230."""
    roads = joined(RADIO)
    roads.run(roads.now_ms + HOUR_MS)
    roads.cut.add("radio")
    roads.put(0, roads.desks[0].take((Submitted((draft("lost on its way"),)),), roads.now_ms))
    roads.cut.clear()
    own = roads.desks[0].own
    begun_ms = roads.now_ms
    while roads.desks[1].size(own) < roads.desks[0].size(own):
        roads.run(roads.now_ms + 1_000)
        assert roads.now_ms - begun_ms < 4 * 60_000, "waited for the slow hail"


def test_a_short_hail_of_another_level_is_answered_by_a_whole_one() -> None:
    """R-231."""
    roads = joined(RADIO)
    roads.run(roads.now_ms + HOUR_MS)
    desk = roads.desks[0]
    roads.now_ms += 10_000
    same = next(item for _, item in reversed(roads.hails("radio")) if isinstance(item, ShortHail))
    for level4, expected in ((same.level4, 0), (b"else", 1)):
        said = same._replace(level4=level4, nonce=level4 * 2)
        sends = desk.take((Arrived(1, "radio", roads.desks[1].start_bytes, (said,)),), roads.now_ms)
        assert sum(isinstance(item, Hail) for send in sends for item in send.items) == expected


def test_a_short_hail_of_a_life_not_known_changes_nothing_and_is_answered_by_a_whole_one() -> None:
    """R-231, R-126: it names no logs, so it cannot begin a life."""
    roads = joined(RADIO)
    roads.run(roads.now_ms + HOUR_MS)
    desk, before = roads.desks[0], roads.desks[0].turns.state.peers[1]
    roads.now_ms += 10_000
    said = ShortHail(roads.now_ms, b"nonce of", before.asked[-1].nonce, 0, 0, b"else")
    sends = desk.take((Arrived(1, "radio", b"what", (said,)),), roads.now_ms)
    after = desk.turns.state.peers[1]
    assert (after.start, after.heard_at_ms) == (before.start, before.heard_at_ms)
    assert after.proved_at_ms == before.proved_at_ms
    assert [type(item) for send in sends for item in send.items] == [Hail]


@pytest.mark.parametrize("by_ms", [86_400_000, -86_400_000])
def test_a_clock_that_is_set_by_a_day_makes_no_proof_younger_or_older(by_ms: int) -> None:
    """R-233: neither a false green nor a false silence."""
    roads = joined(TLS)
    roads.run(roads.now_ms + 60_000)
    desk = roads.desks[0]
    age_ms = roads.now_ms - (roads.contact(0, "tls").proved_at_ms or 0)
    desk.take((ClockSet(by_ms),), roads.now_ms + by_ms)
    after = desk.turns.state.peers[1].contacts["tls"]
    assert roads.now_ms + by_ms - (after.proved_at_ms or 0) == age_ms
    assert after.clock_offset_ms == (roads.contact(1, "tls").clock_offset_ms or 0) - by_ms
    hail = [send for send in desk.take((Tick(),), roads.now_ms + by_ms + 3_000) for item in send.items]
    assert hail, "hails go on"


def test_a_peer_cannot_look_fresher_by_what_it_says_of_its_own_wait() -> None:
    """R-232: the wait is a claim; the age counts from when we sent the nonce."""
    roads = joined(TLS)
    desk = roads.desks[0]
    asked = desk.turns.state.peers[1].asked[-1]
    roads.now_ms += 50_000
    hail = Hail(roads.now_ms, b"another.", asked.nonce, 0, (), (), (), waited_ms=1 << 60)
    desk.take((Arrived(1, "tls", roads.desks[1].start_bytes, (hail,)),), roads.now_ms)
    contact = roads.contact(0, "tls")
    assert contact.proved_at_ms == asked.at_ms and contact.round_trip_ms == 0


def test_the_nonces_of_two_bearers_in_one_step_differ() -> None:
    """R-232: else an answer would not show which bearer carried the question."""
    world = make_world()
    desk = world.desks[0]
    desk.take((Up(1, TLS), Up(1, RADIO)), world.now_ms)
    nonces = [asked.nonce for asked in desk.turns.state.peers[1].asked]
    assert len(nonces) == len(set(nonces)) == 2
    for _ in range(50):
        world.now_ms += 3_000
        desk.take((Tick(),), world.now_ms)
    assert len([one for one in desk.turns.state.peers[1].asked if one.bearer == "tls"]) <= 8
    desk.take((Down(1, "tls"),), world.now_ms)
    assert "tls" in desk.turns.state.peers[1].contacts, "what was observed is remembered"


def test_an_alarm_is_never_earlier_than_a_lost_hail_or_two() -> None:
    """R-230."""
    for bearer in (TLS, RADIO, STICK._replace(silence_alarm_after_ms=1 << 30)):
        assert alarm_after_ms(bearer) >= min(4 * hail_every_ms(bearer), 1 << 30)
