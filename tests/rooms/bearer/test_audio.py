"""The serial bearer over a real audio modem: half duplex, by turns, sound in between."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from openline.bearer.contract import BearerFacts
from openline.bearer.serial import SerialBearer, SerialPort
from openline.line.state import Duplex
from tests.rooms.bearer.air import KEYED_MS, Boxes, boxes
from tests.rooms.bearer.ears import Ears
from tests.rooms.bearer.sound import BITS_A_BYTE


@pytest.mark.whole
@pytest.mark.parametrize("baud", [300, 1200])
def test_frames_cross_the_air_by_turns_byte_for_byte(baud: int, tmp_path: Path) -> None:
    """R-241"""
    draw = random.Random(baud)
    bodies = [draw.randbytes(baud // 10 * n) for n in (1, 2, 3)]
    facts = BearerFacts("radio", baud // BITS_A_BYTE, KEYED_MS, 4096, Duplex.HALF, 86_400_000)

    async def story(air: Boxes) -> None:
        ears = [Ears(), Ears()]
        bearers = [
            SerialBearer(me, 1 - me, ears[me], SerialPort(air.devices[me], baud), facts, jitter=lambda: 0.5)
            for me in (0, 1)
        ]
        for bearer in bearers:
            await bearer.start()
        for body in bodies:
            bearers[0].send(1, body)
            bearers[1].send(0, body[::-1])
        while len(ears[0].frames) < len(bodies) or len(ears[1].frames) < len(bodies):
            await asyncio.sleep(0.05)
        for bearer in bearers:
            await bearer.close()
        assert ears[1].bodies(0) == bodies
        assert ears[0].bodies(1) == [body[::-1] for body in bodies]

    with boxes(baud, "15", tmp_path) as air:
        asyncio.run(story(air))
        assert {row[0] for row in air.sent()} == {"0", "1"}
        assert all(row[3] == "True" for row in air.sent()), "what was heard is not what was sent"
