"""UDP as a bearer, over real sockets."""

from __future__ import annotations

import asyncio
import random
import socket
from pathlib import Path

import pytest

from openline.bearer.contract import BearerFacts
from openline.bearer.udp import UdpBearer, UdpBounds
from openline.errors import Misconfigured
from openline.limits import UDP_FRAME_BYTES
from openline.line.state import Duplex
from tests.contracts.bearer_contract import BearerContract, Side, body
from tests.ports import free_port
from tests.rooms.bearer.ears import Ears, run, until

FAST = BearerFacts("path", 1_250_000, 50, UDP_FRAME_BYTES, Duplex.FULL, 86_400_000)
QUICK = UdpBounds(open_again_first_ms=10, open_again_max_ms=40, look_up_every_ms=20)


def sides(host: str = "127.0.0.1", facts: BearerFacts = FAST, bounds: UdpBounds = QUICK) -> tuple[Side, Side]:
    """Two stations on one machine."""
    one, two = free_port(), free_port()
    ears = Ears(), Ears()
    return (
        Side(UdpBearer(1, ears[0], (host, one), (host, two), facts, bounds=bounds), ears[0]),
        Side(UdpBearer(0, ears[1], (host, two), (host, one), facts, bounds=bounds), ears[1]),
    )


async def both(host: str = "127.0.0.1", facts: BearerFacts = FAST) -> tuple[Side, Side]:
    made = sides(host, facts)
    for one in made:
        await one.bearer.start()
        assert one.ears.up
    return made


async def close(*made: Side) -> None:
    for one in made:
        await one.bearer.close()


class OverUdp(BearerContract):
    """Datagrams may be lost anywhere; on one machine, at the declared rate, they are not."""

    HOST = "127.0.0.1"

    async def pair(self, place: Path) -> tuple[Side, Side]:
        return sides(self.HOST)


class TestUdp(OverUdp):
    """IPv4."""


class TestUdp6(OverUdp):
    """IPv6."""

    HOST = "::1"


def test_junk_and_wrong_lengths_are_dropped_with_one_word_and_good_frames_pass() -> None:
    """R-245"""

    async def story() -> None:
        ours, theirs = await both()
        assert isinstance(ours.bearer, UdpBearer)
        sending = ours.bearer._socket  # only this address is heard
        assert sending is not None
        draw = random.Random(3)
        for _ in range(300):
            sending.send(draw.randbytes(draw.choice([0, 1, 27, UDP_FRAME_BYTES + 1, 9_000])))
        ours.bearer.send(1, body(1))
        await until(lambda: theirs.ears.frames)
        assert theirs.ears.bodies(0) == [body(1)]
        assert len(theirs.ears.faults) == 1
        assert "is no frame" in theirs.ears.refusals()
        await close(ours, theirs)

    run(story())


def test_who_sends_from_elsewhere_is_not_heard() -> None:
    """R-246"""

    async def story() -> None:
        ours, theirs = await both()
        assert isinstance(theirs.bearer, UdpBearer)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for n in range(100):
                stranger.sendto(body(n), theirs.bearer.address or ("", 0))
        ours.bearer.send(1, body(777))
        await until(lambda: theirs.ears.frames)
        assert theirs.ears.bodies(0) == [body(777)]
        await close(ours, theirs)

    run(story())


def test_a_flood_under_a_forged_address_is_read_no_faster_than_the_bearer_could_carry_many_times_over() -> None:
    """R-246"""

    async def story() -> None:
        ours, theirs = await both(facts=FAST._replace(bytes_per_second=1_000))
        assert isinstance(ours.bearer, UdpBearer) and ours.bearer._socket is not None
        began, sent = asyncio.get_running_loop().time(), 0
        while sent < 600 or "dropped" not in theirs.ears.refusals():
            for n in range(10):
                ours.bearer._socket.send(body(n, 1_000))  # as somebody who can forge our address
            sent += 10
            await asyncio.sleep(0.001)
        credit_s = 2 + asyncio.get_running_loop().time() - began  # one, what it took, and some for both ends
        assert len(theirs.ears.frames) <= credit_s * 66 < sent, "more was read than a bearer of its rate may bring"
        await close(ours, theirs)

    run(story())


def test_a_trickle_under_a_forged_address_does_not_fill_a_slow_bearer() -> None:
    """R-246: at 300 bit/s four times the rate is five small datagrams a second, which cost a stranger nothing."""

    async def story() -> None:
        ours, theirs = await both(facts=FAST._replace(bytes_per_second=37))
        assert isinstance(ours.bearer, UdpBearer) and ours.bearer._socket is not None
        for n in range(40):
            ours.bearer._socket.send(body(n, 100))  # as somebody who can forge our address
        ours.bearer.send(1, body(99, 60))
        await until(lambda: (0, body(99, 60)) in theirs.ears.frames)
        await close(ours, theirs)

    run(story())


def test_nobody_there_is_told_by_the_network_and_changes_nothing() -> None:
    async def story() -> None:
        ours, theirs = sides()
        await ours.bearer.start()
        ours.bearer.send(1, body(1))
        await until(lambda: ours.ears.faults)
        assert "Connection refused" in ours.ears.refusals()
        assert ours.bearer.peers_up() == (1,)  # we can send; that is all that it says
        await theirs.bearer.start()
        ours.bearer.send(1, body(2))
        await until(lambda: body(2) in theirs.ears.bodies(0))
        await close(ours, theirs)

    run(story())


def test_a_declared_2400_bit_a_second_is_kept() -> None:
    async def story() -> None:
        ours, theirs = await both(facts=FAST._replace(bytes_per_second=300))
        began = asyncio.get_running_loop().time()
        for n in range(5):
            ours.bearer.send(1, body(n, 120))
        assert ours.bearer.room(1) == 0
        await until(lambda: len(theirs.ears.frames) == 5)
        assert asyncio.get_running_loop().time() - began >= 4 * 120 / 300 - 0.1
        assert ours.ears.count("room")
        await close(ours, theirs)

    run(story())


def test_a_port_that_another_has_can_never_work() -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            bearer = UdpBearer(1, Ears(), other.getsockname(), ("127.0.0.1", 9), FAST)
            with pytest.raises(Misconfigured, match=r"path: from 127\.0\.0\.1 port .*in use"):
                await bearer.start()
            await bearer.close()

    run(story())


def test_addresses_of_different_kinds_can_never_work() -> None:
    async def story() -> None:
        bearer = UdpBearer(1, Ears(), ("127.0.0.1", 0), ("::1", 9), FAST)
        with pytest.raises(Misconfigured, match="different kinds"):
            await bearer.start()
        await bearer.close()

    run(story())


def test_a_name_that_nobody_knows_is_an_alarm_and_is_asked_for_again() -> None:
    async def story() -> None:
        ears = Ears()
        bearer = UdpBearer(1, ears, ("127.0.0.1", 0), ("no-such-host.example.invalid", 9), FAST, bounds=QUICK)
        await bearer.start()
        await until(lambda: "no-such-host.example.invalid port 9" in ears.alarms.get("path", ""))
        assert bearer.peers_up() == ()
        await bearer.close()

    run(story())


def test_a_network_that_goes_away_and_comes_back() -> None:
    async def story() -> None:
        ours, theirs = await both()
        assert isinstance(ours.bearer, UdpBearer) and ours.bearer._socket is not None
        ours.bearer._went_wrong(OSError(101, "Network is unreachable"))
        assert "Network is unreachable" in ours.ears.alarms["path"]
        await until(lambda: ours.ears.up)
        assert not ours.ears.alarms
        ours.bearer.send(1, body(3))
        await until(lambda: theirs.ears.bodies(0) == [body(3)])
        await close(ours, theirs)

    run(story())
