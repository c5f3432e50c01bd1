"""A path that swallows long frames and lets short ones through: seen, said, and got round."""

from __future__ import annotations

import pytest

from openline import limits
from openline.bearer.contract import BearerFacts
from openline.console.roads.sending import frame_bytes_max
from openline.line.events import ClockSet, Noticed
from openline.line.state import BearerUp, Duplex
from tests.rooms.line.narrow.air import RADIO_1200, TLS, Air

UDP = BearerUp("udp", limits.UDP_FRAME_BYTES, 125_000, latency_ms=50)
LETTER = "".join(f"{number * 7919 % 9973:04d}" for number in range(2_000))  # packs badly
MINUTE_MS = 60_000


def frames_now(air: Air, name: str, me: int = 0) -> int:
    (up,) = (one for one in air.desks[me].turns.state.peers[1 - me].bearers if one.name == name)
    return up.frame_bytes_max


@pytest.mark.parametrize(("bearer", "longest"), [(UDP, 700), (UDP, 300), (RADIO_1200, 300)])
def test_a_letter_arrives_in_pieces_that_are_short_enough(bearer: BearerUp, longest: int) -> None:
    """R-207."""
    air = Air(bearer)
    air.run(MINUTE_MS)
    air.roads[bearer.name].longest = longest
    air.write(0, LETTER)
    size = air.desks[0].size(air.desks[0].own)
    air.run(60 * MINUTE_MS, lambda: air.receipted(0) == size)
    assert air.receipted(0) == size
    assert limits.NARROW_FRAME_BYTES_MIN <= frames_now(air, bearer.name) <= longest
    assert frames_now(air, bearer.name, 1) == bearer.frame_bytes_max, "what goes the other way gets on"


def test_it_is_said_by_the_name_of_the_bearer() -> None:
    air = Air(UDP)
    air.run(MINUTE_MS)
    air.roads["udp"].longest = 400
    air.write(0, LETTER)
    air.run(5 * MINUTE_MS, lambda: frames_now(air, "udp") < 400)
    said = [one.text for one in air.desks[0].told if isinstance(one, Noticed) and one.code == "frames"]
    assert len(said) == 2 and all("by udp: it is heard and long frames do not arrive" in one for one in said)


@pytest.mark.whole
def test_frames_grow_again_step_by_step_and_at_once_when_the_bearer_comes_up_afresh() -> None:
    """R-207: also where it was no path but a peer that lived and took nothing."""
    air = Air(UDP)
    air.run(MINUTE_MS)
    air.roads["udp"].longest = 400
    air.write(0, LETTER)
    size = air.desks[0].size(air.desks[0].own)
    air.run(10 * MINUTE_MS, lambda: air.receipted(0) == size)
    short = frames_now(air, "udp")
    air.roads["udp"].longest = 1 << 30
    air.take(0, ClockSet(-86_400_000))
    air.take(0, ClockSet(86_400_000))
    air.run(limits.LENGTHENED_AFTER_MS - MINUTE_MS)
    assert frames_now(air, "udp") == short
    air.run(3 * MINUTE_MS)
    assert frames_now(air, "udp") == 2 * short
    air.down("udp")
    air.up("udp")
    assert frames_now(air, "udp") == UDP.frame_bytes_max


def test_a_road_on_which_nothing_is_heard_and_a_stream_are_left_as_they_are() -> None:
    """R-207: they are passed over, or repeated as ever."""
    air = Air(UDP, TLS)
    air.run(MINUTE_MS)
    air.roads["udp"].dead = air.roads["tls"].dead = True
    air.write(0, LETTER)
    air.run(20 * MINUTE_MS)
    assert frames_now(air, "udp") == UDP.frame_bytes_max and frames_now(air, "tls") == TLS.frame_bytes_max


@pytest.mark.whole
def test_an_idle_hour_and_much_traffic_change_nothing() -> None:
    air = Air(UDP)
    for _ in range(10):
        air.write(0, LETTER)
        air.run(MINUTE_MS)
    air.run(30 * MINUTE_MS)
    assert frames_now(air, "udp") == UDP.frame_bytes_max


def test_what_is_sealed_is_as_long_as_what_arrives() -> None:
    """R-207: the bearer goes on to declare what it declared."""
    air = Air(UDP)
    facts = BearerFacts("udp", 125_000, 50, limits.UDP_FRAME_BYTES, Duplex.FULL, 0)
    air.run(MINUTE_MS)
    assert frame_bytes_max(air.desks[0].turns.state, 1, facts) == facts.frame_bytes_max
    air.roads["udp"].longest = 400
    air.write(0, LETTER)
    air.run(5 * MINUTE_MS, lambda: frames_now(air, "udp") < 400)
    state = air.desks[0].turns.state
    assert frame_bytes_max(state, 1, facts) == frames_now(air, "udp") < 400
    assert frame_bytes_max(state, 1, facts._replace(name="another")) == facts.frame_bytes_max
