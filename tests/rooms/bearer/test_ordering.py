"""Datagrams that overtake each other: in order again, none lost, none kept for ever, and nothing waits elsewhere."""

from __future__ import annotations

import asyncio
import random
import socket

from hypothesis import given
from hypothesis import strategies as st

from openline.bearer.ordering import BYTES_MAX, FRAMES_MAX, Ordering
from openline.bearer.udp import UdpBearer
from tests.rooms.bearer.ears import run, until
from tests.rooms.bearer.test_udp import FAST, both, close

WAIT_S = 0.1


def frame(counter: int, start: bytes = b"life", length: int = 40) -> bytes:
    return b"\x01tag" + start + counter.to_bytes(4, "big") + bytes(length - 12)


def numbers(bodies: list[bytes]) -> list[int]:
    return [int.from_bytes(one[8:12], "big") for one in bodies]


def after_one_came_late() -> Ordering:
    """Frames 0 and 1 came, 1 first."""
    ordering = Ordering(WAIT_S)
    assert numbers([*ordering.take(frame(1), 0.0), *ordering.take(frame(0), 0.0)]) == [1, 0]
    return ordering


def test_where_nothing_came_late_nothing_waits() -> None:
    """R-246: numbers left out are frames that went by other bearers, or are lost."""
    ordering = Ordering(WAIT_S)
    for counter in (7, 8, 12, 900):
        assert numbers(ordering.take(frame(counter), 0.0)) == [counter] and ordering.due_in(0.0) is None


def test_pairs_the_wrong_way_round_come_out_in_order() -> None:
    """R-246."""
    ordering = after_one_came_late()
    out = [one for at in range(2, 100, 2) for counter in (at + 1, at) for one in ordering.take(frame(counter), 1.0)]
    assert numbers(out) == list(range(2, 100)) and ordering.due_in(1.0) is None


def test_what_is_lost_holds_up_the_rest_for_a_moment_only() -> None:
    ordering = after_one_came_late()
    assert ordering.take(frame(3), 5.0) == [] and ordering.take(frame(4), 5.05) == []
    assert ordering.due(5.05) == [] and ordering.due_in(5.05) is not None
    assert numbers(ordering.due(5.0 + WAIT_S)) == [3, 4] and ordering.due_in(6.0) is None
    assert numbers(ordering.take(frame(2), 6.0)) == [2], "late, and not lost"
    assert numbers(ordering.take(frame(9), 6.0 + 61.0)) == [9], "nothing came late for a minute"


def test_forged_numbers_and_lives_hold_up_nothing_and_take_no_memory() -> None:
    """R-246: heads are in clear, and anybody can write one."""
    ordering = after_one_came_late()
    flood = [frame(counter, length=1_200) for counter in range(1_000, 3_000)]
    out = [one for forged in flood for one in ordering.take(forged, 1.0)]
    assert len(flood) - len(out) <= FRAMES_MAX and (len(flood) - len(out)) * 1_200 <= BYTES_MAX
    out += ordering.take(frame(0, b"liar"), 1.0)
    assert len(out) == len(flood) + 1
    assert ordering.take(frame(2), 1.0) == [frame(2)] and ordering.take(frame(3), 1.0) == [frame(3)]
    last = after_one_came_late()
    assert last.take(frame(2**32 - 1), 1.0) == [] and len(last.due(2.0)) == 1
    assert numbers([one for n in (2, 3, 4) for one in last.take(frame(n), 2.0)]) == [2, 3, 4]


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([b"one.", b"two."]), st.floats(0, 0.2)), max_size=120))
def test_whatever_comes_comes_out_as_often(came: list[tuple[int, bytes, float]]) -> None:
    ordering, now = Ordering(WAIT_S), 0.0
    out: list[bytes] = []
    for counter, start, wait_s in came:
        now += wait_s
        out += ordering.due(now)
        out += ordering.take(frame(counter, start), now)
    out += ordering.due(now + WAIT_S)
    assert sorted(out) == sorted(frame(counter, start) for counter, start, _ in came)
    assert ordering.due_in(now + WAIT_S) is None


def test_over_sockets_on_a_path_that_reorders_everything() -> None:
    """R-246."""

    async def story() -> None:
        ours, theirs = await both(facts=FAST)
        assert isinstance(ours.bearer, UdpBearer)
        sending = ours.bearer._socket
        assert isinstance(sending, socket.socket)
        draw, count = random.Random(7), 400
        sending.send(frame(1))
        sending.send(frame(0))
        order = list(range(2, count))
        for at in range(0, len(order), 8):
            some = order[at : at + 8]
            draw.shuffle(some)
            for counter in some:
                sending.send(frame(counter))
            await asyncio.sleep(0)
        sending.send(frame(count + 5))  # what is between never comes
        await until(lambda: len(theirs.ears.frames) == count + 1)
        came = numbers(theirs.ears.bodies(0))
        assert came[:2] == [1, 0] and sorted(came) == [*range(count), count + 5]
        assert came[2:] == sorted(came[2:]), "in order, once it was known that they do not come so"
        await close(ours, theirs)

    run(story())
