"""Whole line machines over a slow bearer: what is urgent passes what is long, and nothing is said twice for nothing."""

from __future__ import annotations

import random

import pytest

from openline import limits
from openline.line.events import Arrived
from openline.line.narrow.contacts import JOINS_WITHIN_MS, hailed_in_ms
from openline.line.narrow.facts import under_way_bytes, window_bytes
from openline.wire.items import Commit, Hail, Receipt
from tests.rooms.line.desks import OPENED_AT_MS
from tests.rooms.line.narrow.air import RADIO_300, RADIO_1200, TLS, Air

HOUR_MS = 3_600_000


def level(*bearers) -> Air:
    """Two stations that hold each other's openings and have receipted them."""
    air = Air(*bearers)
    air.run(HOUR_MS, lambda: air.receipted(0) == 1 and air.receipted(1) == 1)
    assert air.receipted(0) == air.receipted(1) == 1
    return air


def letter(count_bytes: int) -> bytes:
    """Text that no press makes shorter by much."""
    draw = random.Random(count_bytes)
    return bytes(draw.randrange(32, 127) for _ in range(count_bytes))


def test_an_answer_passes_a_letter_that_is_on_its_way_back() -> None:
    """R-202: receipts and hails of both sides go between the pieces of a letter."""
    air = level(RADIO_1200)
    ours, theirs = air.desks
    air.write(0, letter(20_000))
    air.run(20_000)
    air.write(1, "We hear you. Go on.", precedence=2)
    air.run(30_000, lambda: air.receipted(1) == 2)
    assert air.held(0, theirs.own) == 2
    assert air.receipted(1) == 2, "our receipt passed our letter"
    assert air.held(1, ours.own) == 1, "which is still on its way"
    air.run(HOUR_MS, lambda: air.receipted(0) == 2)
    assert air.held(1, ours.own) == 2


def test_a_letter_that_takes_minutes_is_sent_once() -> None:
    """R-205: nobody is impatient with what cannot have arrived yet."""
    air = level(RADIO_1200)
    body = letter(20_000)
    air.write(0, body)
    air.run(HOUR_MS, lambda: air.receipted(0) == 2)
    air.run(200_000)
    commits = [item for _, me, _, item in air.came if me == 1 and isinstance(item, Commit)]
    assert [item.first for item in commits] == [0, 1]


def test_a_backlog_is_loaded_as_the_bearer_takes_it() -> None:
    """R-205: the record is the queue; what waits in memory is bounded by the rate."""
    air = level(RADIO_1200)
    air.roads["radio"].dead = True
    for number in range(60):
        air.write(0, letter(700) + bytes([number]))
    air.roads["radio"].dead = False
    most = 0

    def look() -> bool:
        nonlocal most
        most = max(most, air.pacing[0].waiting_bytes().get((1, "radio"), 0))
        return air.receipted(0) == 61

    air.run(HOUR_MS, look)
    assert air.receipted(0) == 61
    assert most <= window_bytes(RADIO_1200) + 2_000
    assert under_way_bytes(air.desks[0].turns.state.peers[1]) == 0


def test_a_lost_piece_of_a_letter_is_repaired() -> None:
    """R-205: when all of it has had its time, and the other side still lacks it."""
    air = level(RADIO_1200)
    air.roads["radio"].lost = lambda number: number % 17 == 0
    air.write(0, letter(6_000))
    air.run(HOUR_MS, lambda: air.receipted(0) == 2)
    assert air.receipted(0) == 2


def test_messages_of_both_sides_over_a_bearer_of_300_bit_per_second() -> None:
    """R-200 to R-205: slow, and it comes to an end."""
    air = level(RADIO_300)
    for number in range(5):
        air.write(0, f"Message {number} of ours. " * 6)
        air.write(1, f"Message {number} of theirs. " * 6)
    air.run(HOUR_MS, lambda: air.receipted(0) == air.receipted(1) == 6)
    assert air.receipted(0) == air.receipted(1) == 6


def test_never_more_than_a_few_seconds_wait_in_the_bearer() -> None:
    """R-200, R-201"""
    air = level(RADIO_1200)
    air.write(0, letter(20_000))
    longest = 0

    def look() -> bool:
        nonlocal longest
        longest = max(longest, air.roads["radio"].busy_until_ms[0] - air.now_ms)
        return False

    air.run(120_000, look)
    assert 0 < longest <= limits.NARROW_FRAME_MS + limits.NARROW_LEAD_MS + 500


def test_hails_and_receipts_that_wait_are_replaced_not_heaped() -> None:
    """R-204: a hundred ticks while the bearer is busy leave one hail."""
    air = level(RADIO_300)
    air.roads["radio"].busy_until_ms[0] = air.now_ms + 300_000
    came = len(air.came)
    air.run(300_000)
    assert air.pacing[0].waiting_bytes()[1, "radio"] < 300
    air.run(30_000)
    new = [item for _, me, _, item in air.came[came:] if me == 1]
    assert sum(isinstance(item, Hail) for item in new) <= 12
    assert sum(isinstance(item, Receipt) for item in new) <= 1


def test_an_old_hail_that_a_courier_brings_is_not_taken_for_a_new_life() -> None:
    """R-126: on a slow bearer hails are so seldom that the last proof is a minute old in the best of times."""
    air = level(RADIO_1200)
    air.run(1_200_000)
    before = air.desks[0].turns.state.peers[1]
    old = Hail(OPENED_AT_MS, bytes(8), b"long ago", 0, (), (), ())
    air.take(0, Arrived(1, "stick", b"oldl", (old,)))
    assert air.desks[0].turns.state.peers[1].start == before.start


def test_a_life_known_only_by_short_hails_becomes_known() -> None:
    """R-126, R-231: the other side believes both level and says no more than it must."""
    air = level(RADIO_1200)
    air.run(1_200_000)
    state = air.desks[0].turns.state
    astray = state.peers[1]._replace(start=b"oldl", proved_at_ms=0, flows={}, reviewed=0)
    air.desks[0].turns.state = state._replace(peers={1: astray})
    air.run(600_000)
    found = air.desks[0].turns.state.peers[1]
    assert found.start == air.desks[1].start_bytes
    assert air.now_ms - (found.proved_at_ms or 0) < 600_000
    air.write(0, "as before")
    air.run(20_000, lambda: air.receipted(0) == 2)
    assert air.receipted(0) == 2


def test_a_hail_sent_again_by_somebody_on_the_way_has_nothing_said_again() -> None:
    """R-235: whoever recorded one frame of a radio line would fill it for hours, a hundred bytes a minute."""
    air = level(RADIO_1200)
    for _ in range(6):
        air.write(0, letter(3_000))
        air.run(120_000)
    air.run(1_200_000)
    old = next(one for one in air.arrived if one.peer == 1 and any(isinstance(item, Hail) for item in one.items))
    hails = next(item for item in old.items if isinstance(item, Hail)).logs
    assert max((row.size for row in hails if row.party == 0), default=0) < air.receipted(0), "from before the letters"
    before, heard_ms = air.sent_bytes[0], air.desks[0].turns.state.peers[1].contacts["radio"].heard_at_ms
    air.take(0, old)
    assert air.desks[0].turns.state.peers[1].contacts["radio"].heard_at_ms == heard_ms, "nor is it a sign of life"
    for _ in range(10):
        air.take(0, old)
        air.run(60_000)
    assert air.sent_bytes[0] - before < 2_000
    air.write(0, "and the line goes on")
    air.run(20_000, lambda: air.receipted(0) == 8)
    assert air.receipted(0) == 8


def test_a_hail_that_comes_late_over_another_bearer_proves_it_and_asks_for_nothing() -> None:
    """R-235: a quicker bearer has brought a newer one."""
    air = level(RADIO_1200)
    air.write(0, letter(3_000))
    air.run(600_000)
    old = next(one for one in air.arrived if one.peer == 1 and any(isinstance(item, Hail) for item in one.items))
    before = air.sent_bytes[0]
    air.take(0, old._replace(bearer="stick"))
    peer = air.desks[0].turns.state.peers[1]
    assert peer.contacts["stick"].heard_at_ms == air.now_ms
    air.run(5_000)
    assert air.sent_bytes[0] - before < 500


def test_hails_of_a_life_that_ended_do_not_fill_a_slow_line_with_answers() -> None:
    """R-236: whoever recorded one before a restart could have a whole hail for it every half second."""
    air = level(RADIO_300)
    air.run(600_000)
    old = Arrived(1, "radio", b"oldl", (Hail(OPENED_AT_MS, bytes(8), b"long ago", 0, (), (), ()),), 0, 7)
    before, began_ms = air.sent_bytes[0], air.now_ms
    for _ in range(300):
        air.take(0, old)
        air.run(1_000)
    most = (air.now_ms - began_ms) // 1000 * RADIO_300.bytes_per_second
    assert air.sent_bytes[0] - before < most // 3


@pytest.mark.parametrize("lost", [6, *(pytest.param(one, marks=pytest.mark.whole) for one in (0, 1, 2, 3, 4, 5, 7, 8))])
def test_whole_hails_end_when_everything_is_held(lost: int) -> None:
    """R-230, R-231: who has lacked something believes both level once it has come, though the other side, which
    believes so already, sends no whole hail any more. Two idle stations cost 3 bit/s at most."""
    air = Air(RADIO_300)
    air.roads["radio"].lost = lambda number: number == lost
    air.run(HOUR_MS)
    assert air.receipted(0) == air.receipted(1) == 1
    came, sent = len(air.came), sum(air.sent_bytes.values())
    air.run(HOUR_MS)
    assert not [item for _, _, _, item in air.came[came:] if isinstance(item, Hail)]
    assert (sum(air.sent_bytes.values()) - sent) * 8 <= 3 * HOUR_MS // 1000


def test_who_looks_at_time_wakes_for_the_next_hail() -> None:
    """R-230: an idle station sleeps until a hail is due, by the bearer that is hailed first, and never longer than
    the shortest of all periods."""
    air = Air(RADIO_300, TLS)
    air.run(60_000)
    state = air.desks[0].turns.state
    hailed_ms = state.peers[1].contacts["tls"].hailed_at_ms
    assert hailed_in_ms(state.me, state.peers.values(), hailed_ms) == limits.HAIL_EVERY_MS
    assert hailed_in_ms(state.me, state.peers.values(), hailed_ms + 2_000) == 1_000
    assert hailed_in_ms(state.me, state.peers.values(), hailed_ms + 4_000) == -1_000, "it is late"
    set_back_ms = hailed_ms - 86_400_000
    assert hailed_in_ms(state.me, state.peers.values(), set_back_ms) == limits.HAIL_EVERY_MS, "our clock was set back"
    assert hailed_in_ms(0, (), 0) == limits.HAIL_EVERY_MS


def test_idle_stations_hail_together_so_that_one_exchange_wakes_each_once() -> None:
    """R-230: the higher place waits a little for the lower, and its hail goes when the other's came; it begins by
    itself where nothing comes. Neither hails oftener than without."""
    air = Air(TLS)
    air.run(60_000)
    came = len(air.came)
    air.run(60_000)
    hails = {me: [at_ms for at_ms, at, _, item in air.came[came:] if at == 1 - me and isinstance(item, Hail)]
             for me in (0, 1)}  # fmt: skip
    assert all(18 <= len(times) <= 21 for times in hails.values())
    for mine in hails[1]:
        assert any(0 <= mine - theirs <= JOINS_WITHIN_MS + 2 * TLS.latency_ms for theirs in hails[0]), "it went alone"
    leads, follows = (desk.turns.state for desk in air.desks)
    alone_ms = follows.peers[0].contacts["tls"].hailed_at_ms + JOINS_WITHIN_MS
    assert hailed_in_ms(1, follows.peers.values(), alone_ms) > hailed_in_ms(0, leads.peers.values(), alone_ms)
    air.roads["tls"].dead = True
    before = air.roads["tls"].frames
    air.run(60_000)
    assert air.roads["tls"].frames - before >= 2 * 18, "both go on by themselves"
