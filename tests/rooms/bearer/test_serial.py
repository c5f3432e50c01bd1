"""A serial device as a bearer, on real pseudo-terminals: whole frames, turns, noise, and devices that go and come."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.bearer.contract import BearerFacts
from openline.bearer.serial import SerialBearer, SerialBounds, SerialPort
from openline.bearer.tty import Tty
from openline.bearer.turns import OVER_BYTES, Over, encode_over
from openline.errors import BearerDown, Misconfigured
from openline.line.state import Duplex
from openline.wire.frame import encode_frame
from tests.contracts.bearer_contract import BearerContract, Side, body
from tests.rooms.bearer.cable import Cable
from tests.rooms.bearer.ears import Ears, run, until

FAST = BearerFacts("radio", 1_000_000, 0, 4096, Duplex.FULL, 86_400_000)
TURNS = FAST._replace(duplex=Duplex.HALF)
QUICK = SerialBounds(look_every_ms=20, open_again_first_ms=10, open_again_max_ms=40)


def side(me: int, cable: Cable, facts: BearerFacts, bounds: SerialBounds = QUICK) -> Side:
    """A station at its end of the cable."""
    ears = Ears()
    return Side(SerialBearer(me, 1 - me, ears, SerialPort(cable.paths[me], 115_200), facts, bounds=bounds), ears)


async def both(cable: Cable, facts: BearerFacts) -> tuple[Side, Side]:
    """Both stations, up."""
    sides = side(0, cable, facts), side(1, cable, facts)
    for one in sides:
        await one.bearer.start()
        assert one.ears.up
    return sides


async def close(*sides: Side) -> None:
    for one in sides:
        await one.bearer.close()


class OverSerial(BearerContract):
    """Two stations on one cable."""

    FACTS = FAST

    @pytest.fixture(autouse=True)
    def cable(self, tmp_path: Path) -> Iterator[None]:
        with Cable(tmp_path) as self._cable:
            yield

    async def pair(self, place: Path) -> tuple[Side, Side]:
        return side(0, self._cable, self.FACTS), side(1, self._cable, self.FACTS)


class TestSerialFullDuplex(OverSerial):
    """Both ways at once."""


class TestSerialByTurns(OverSerial):
    """One at a time."""

    FACTS = TURNS


# --- bytes that are not as they were sent


@pytest.mark.parametrize("facts", [FAST, pytest.param(TURNS, marks=pytest.mark.whole)], ids=["full", "half"])
def test_noise_between_frames_costs_no_frame_however_much_there_is(tmp_path: Path, facts: BearerFacts) -> None:
    """R-240"""

    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, facts)
            draw = random.Random(7)
            for n in range(10):
                await asyncio.to_thread(cable.say, 1, draw.randbytes(draw.randrange(400)))
                ours.bearer.send(1, body(n))
                await until(lambda n=n: body(n) in theirs.ears.bodies(0))
            assert len(theirs.ears.faults) <= 1  # the same trouble is not told thirty times
            await close(ours, theirs)

    run(story())


@pytest.mark.whole
def test_a_frame_cut_short_does_not_swallow_the_one_that_is_sent_after_a_pause(tmp_path: Path) -> None:
    """R-240"""

    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, FAST)
            await asyncio.to_thread(cable.say, 1, encode_frame(body(1, 4000))[:500])
            assert isinstance(theirs.bearer, SerialBearer)
            await until(lambda: theirs.bearer._reader.is_in_frame)
            ours.bearer.send(1, body(2))
            await until(lambda: theirs.ears.bodies(0) == [body(2)])
            await close(ours, theirs)

    run(story())


@pytest.mark.whole
def test_every_second_piece_damaged_and_what_is_whole_still_arrives(tmp_path: Path) -> None:
    """R-240"""

    async def story() -> None:
        draw = random.Random(11)

        def weather(side: int, data: bytes) -> bytes:
            if draw.random() < 0.5:
                return data
            at = draw.randrange(len(data))
            return (data[:at] + data[at + 1 :], data[:at], data[:at] + b"o" + data[at:])[draw.randrange(3)]

        with Cable(tmp_path, weather) as cable:
            ours, theirs = await both(cable, TURNS)
            # If bytes pass and nothing is ever whole this does not end by itself.
            while body(0) not in theirs.ears.bodies(0) or body(1) not in ours.ears.bodies(1):
                if ours.bearer.room(1) and theirs.bearer.room(0):
                    ours.bearer.send(1, body(0))
                    theirs.bearer.send(0, body(1))
                await asyncio.sleep(0.02)
            await close(ours, theirs)

    run(story())


def test_noise_without_end_keeps_a_side_from_speaking_for_a_while_and_not_for_good(tmp_path: Path) -> None:
    """R-242"""

    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, TURNS)
            theirs.bearer.send(0, body(1))
            await until(lambda: ours.ears.frames)  # somebody is there: what comes now may be theirs
            turns = ours.bearer._turns  # type: ignore[attr-defined]
            turns._times = turns._times._replace(turn_s=0.5)
            draw = random.Random(5)
            ours.bearer.send(1, body(2))
            while not theirs.ears.frames:
                await asyncio.to_thread(cable.say, 0, draw.randbytes(20))
                await asyncio.sleep(0.01)
            assert theirs.ears.bodies(0) == [body(2)]
            await close(ours, theirs)

    run(story())


def test_who_sends_heads_of_frames_without_end_does_not_have_the_line_for_good(tmp_path: Path) -> None:
    """R-244: a head that checks promises a frame, and costs a liar five bytes."""

    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, TURNS)
            turns = ours.bearer._turns  # type: ignore[attr-defined]
            turns._times = turns._times._replace(longest_s=0.5)
            head = encode_frame(body(9, 4_000))[:5]
            ours.bearer.send(1, body(1))
            while not theirs.ears.frames:
                await asyncio.to_thread(cable.say, 0, head + b"x")
                await asyncio.sleep(0.005)
            assert theirs.ears.bodies(0) == [body(1)]
            await close(ours, theirs)

    run(story())


# --- turns


@pytest.mark.whole
def test_only_one_side_is_heard_at_a_time_when_both_have_much_to_say(tmp_path: Path) -> None:
    """R-241 R-242 R-244"""

    async def story() -> None:
        facts = TURNS._replace(bytes_per_second=20_000, latency_ms=300)  # longer than a busy machine pauses
        with Cable(tmp_path, radio=20_000, late_s=0.02) as cable:
            ours, theirs = await both(cable, facts)
            for n in range(50):
                ours.bearer.send(1, body(n, 400))
                theirs.bearer.send(0, body(n, 400))
            await until(lambda: len(theirs.ears.frames) == 50 and len(ours.ears.frames) == 50)
            assert cable.collisions == 0
            frames = 50 * len(encode_frame(body(0, 400)))
            assert cable.carried[0] - frames <= 4 * OVER_BYTES  # what taking turns costs
            await close(ours, theirs)

    run(story())


@pytest.mark.whole
def test_when_no_end_of_a_turn_ever_arrives_quiet_takes_its_place(tmp_path: Path) -> None:
    """R-242"""

    async def story() -> None:
        def weather(side: int, data: bytes) -> bytes:
            for over in [encode_over(Over(at, bool(n & 1), bool(n & 2))) for at in (0, 1) for n in range(4)]:
                data = data.replace(over, b"")
            return data

        with Cable(tmp_path, weather, radio=1_000_000) as cable:
            ours, theirs = await both(cable, TURNS)
            for n in range(3):
                ours.bearer.send(1, body(n))
                await until(lambda n=n: len(theirs.ears.frames) == n + 1)
                theirs.bearer.send(0, body(n))
                await until(lambda n=n: len(ours.ears.frames) == n + 1)
            await close(ours, theirs)

    run(story())


@pytest.mark.whole
def test_both_begin_at_once_and_lose_it_and_do_not_do_so_for_ever(tmp_path: Path) -> None:
    """R-242"""

    async def story() -> None:
        with Cable(tmp_path, radio=5_000, late_s=0.01) as cable:
            ours, theirs = await both(cable, TURNS._replace(latency_ms=10, bytes_per_second=5_000))
            await asyncio.sleep(1.0)  # both have been free to speak for long
            while not (theirs.ears.frames and ours.ears.frames):
                if ours.bearer.room(1) and theirs.bearer.room(0):
                    ours.bearer.send(1, body(1, 1_000))
                    theirs.bearer.send(0, body(2, 1_000))
                await asyncio.sleep(0.05)
            assert cable.collisions
            await close(ours, theirs)

    run(story())


def test_our_own_words_echoed_by_a_radio_do_not_make_it_our_turn(tmp_path: Path) -> None:
    """R-243"""

    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, TURNS)
            cable.weather = lambda side, data: (cable.say(side, data), data)[1]
            ours.bearer.send(1, body(1))
            await until(lambda: theirs.ears.frames and ours.ears.frames)
            theirs.bearer.send(0, body(2))
            await until(lambda: body(2) in ours.ears.bodies(1))
            await close(ours, theirs)

    run(story())


def test_one_side_set_to_turns_and_the_other_not_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = side(0, cable, FAST), side(1, cable, TURNS)
            await ours.bearer.start()
            await theirs.bearer.start()
            theirs.bearer.send(0, body(1))
            await until(lambda: "set duplex alike on both sides" in ours.ears.refusals())
            assert ours.ears.bodies(1) == [body(1)]
            await close(ours, theirs)

    run(story())


# --- pace


def test_no_more_is_on_its_way_than_the_declared_rate_allows(tmp_path: Path) -> None:
    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, FAST._replace(bytes_per_second=2_000, frame_bytes_max=256))
            began = asyncio.get_running_loop().time()
            for n in range(12):
                ours.bearer.send(1, body(n, 250))
            await until(lambda: len(theirs.ears.frames) == 12)
            took = asyncio.get_running_loop().time() - began
            assert took >= 12 * 255 / 2_000 - 0.2
            await close(ours, theirs)

    run(story())


@pytest.mark.whole
def test_room_is_what_two_seconds_carry_and_comes_back(tmp_path: Path) -> None:
    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, FAST._replace(bytes_per_second=1_000))
            assert ours.bearer.room(1) == 2_000
            ours.bearer.send(1, body(1, 2_400))
            assert ours.bearer.room(1) == 0
            await until(lambda: ours.ears.count("room"))
            assert 0 < ours.bearer.room(1) <= 2_000
            assert not theirs.ears.frames  # there is room before all of it has left
            with pytest.raises(BearerDown, match="wait already"):
                for n in range(100):
                    ours.bearer.send(1, body(n, 4_000))
            ours.bearer._bounds = QUICK._replace(close_within_ms=10)  # type: ignore[attr-defined]
            await close(ours, theirs)

    run(story())


# --- devices


def test_a_device_that_is_unplugged_rings_by_name_and_is_opened_again_when_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, TURNS)
            cable.unplug(0)
            await until(lambda: not ours.ears.up)
            assert "tty0" in ours.ears.alarms["radio"]
            assert ours.bearer.room(1) == 0
            with pytest.raises(BearerDown, match="tty0"):
                ours.bearer.send(1, body(1))
            await asyncio.sleep(0.1)
            assert "is it plugged in?" in ours.ears.alarms["radio"] or "tty0" in ours.ears.alarms["radio"]
            cable.plug(0)
            await until(lambda: ours.ears.up)
            assert not ours.ears.alarms
            ours.bearer.send(1, body(2))
            await until(lambda: theirs.ears.bodies(0) == [body(2)])
            await close(ours, theirs)

    run(story())


def test_another_device_under_the_old_name_is_noticed(tmp_path: Path) -> None:
    async def story() -> None:
        with Cable(tmp_path) as cable:
            ours, theirs = await both(cable, FAST)
            handle = ours.bearer._tty.handle  # type: ignore[attr-defined]
            kept, cable._ends[0] = cable._ends[0], None
            cable.paths[0].unlink()
            cable.plug(0)
            await until(lambda: ours.ears.count("down") == 1 and ours.ears.up)
            assert kept is not None
            os.close(kept[0])
            os.close(kept[1])
            ours.bearer.send(1, body(1))
            await until(lambda: theirs.ears.bodies(0) == [body(1)])
            assert handle is not None
            await close(ours, theirs)

    run(story())


def test_a_device_that_is_not_there_yet_is_an_alarm_and_no_end(tmp_path: Path) -> None:
    async def story() -> None:
        ears = Ears()
        bearer = SerialBearer(0, 1, ears, SerialPort(tmp_path / "ttyUSB7", 9600), FAST, bounds=QUICK)
        await bearer.start()
        assert "ttyUSB7 is not there; is the device plugged in?" in ears.alarms["radio"]
        assert bearer.peers_up() == ()
        await bearer.close()

    run(story())


def test_what_is_no_device_and_what_another_program_holds_is_said(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    with pytest.raises(BearerDown, match="is no serial device"):
        Tty(plain, 9600, rts_cts=False)
    with Cable(tmp_path) as cable:
        first = Tty(cable.paths[0], 9600, rts_cts=True)
        with pytest.raises(BearerDown, match="in use by another program"):
            Tty(cable.paths[0], 9600, rts_cts=False)
        first.close(drop=True)
        Tty(cable.paths[0], 300, rts_cts=False).close(drop=False)


def test_a_modem_that_takes_no_bytes_is_down_with_a_reason_and_stops_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        ours, theirs = os.openpty()  # nobody reads `ours`
        ears = Ears()
        bounds = QUICK._replace(stuck_after_ms=200)
        bearer = SerialBearer(0, 1, ears, SerialPort(Path(os.ttyname(theirs)), 9600), FAST, bounds=bounds)
        await bearer.start()
        for n in range(40):
            bearer.send(1, body(n, 4000))
        await until(lambda: "takes no bytes; is flow control set" in ears.alarms.get("radio", ""))
        await until(lambda: ears.up)  # tried again
        await bearer.close()
        os.close(ours)
        os.close(theirs)

    run(story())


def test_settings_that_no_device_has_are_refused_at_once() -> None:
    with pytest.raises(Misconfigured, match="do not run at 9601 baud; the nearest is 9600"):
        SerialBearer(0, 1, Ears(), SerialPort(Path("/dev/null"), 9601), FAST)
    with pytest.raises(Misconfigured, match="full or half duplex"):
        SerialBearer(0, 1, Ears(), SerialPort(Path("/dev/null"), 9600), FAST._replace(duplex=Duplex.SIMPLEX))
