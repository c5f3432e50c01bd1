"""Two real stations over a slow road, and over two roads of which the better is cut without a word."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather
from tests.whole.parties import WITHIN_S, Desk, free_port
from tests.whole.test_bearers import bearer, only

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def letter(chars: int) -> str:
    """Text that no press makes much shorter."""
    draw = random.Random(chars)
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(chars))


def came(desk: Desk) -> list[str]:
    """Texts that have come, shortened; last those that are held ahead."""
    inbox = desk.json("inbox")
    return [entry["text"][:20] for entry in (*inbox["entries"], *inbox["ahead"])]


def until(desk: Desk, text: str) -> list[str]:
    """What has come once that text has."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        texts = came(desk)
        if text in texts:
            return texts
        time.sleep(0.05)
    raise AssertionError(f"{text!r} never came: {came(desk)}")


def test_what_is_urgent_passes_a_letter_on_its_way_over_a_slow_device(on_a_line: Line) -> None:
    """R-200 to R-203, R-222: 20 kB at 2,400 bit/s take more than a minute; nobody waits for that."""
    amber, birch = on_a_line("Amber", "Birch")
    with Relay("pty", there=Weather(bits_per_second=2_400, delay_ms=50)) as relay:
        for desk, device in ((amber, relay.near), (birch, relay.far)):
            only(desk, bearer("serial", "radio", device=device, baud=2_400, latency_ms=50))
            desk.start()
        assert amber.json("send", "Radio check.", "--wait", "50")["held"]
        text = letter(20_000)
        place = amber.json("send", text)["place"]
        amber.run("send", "Aircraft over you.", "--precedence", "IMMEDIATE", ok=None)
        assert text[:20] not in until(birch, "Aircraft over you."), "the letter is still under way"
        assert birch.json("send", "We see it.", "--precedence", "IMMEDIATE", "--wait", "50")["held"]
        assert not amber.json("show", place)["held"], "a receipt passed the letter too"


def test_the_better_road_is_cut_without_a_word_and_nothing_is_lost(on_a_line: Line) -> None:
    """R-206 to R-209: the next message goes by the other road, and back by the first when that lives again."""
    amber, birch = on_a_line("Amber", "Birch")
    ports = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    with Relay("tcp", to=["127.0.0.1", birch.port]) as relay:
        path = {"bits_per_second": 38_400, "latency_ms": 100}
        amber.settings({"Birch": relay.near[1]}, bearer("udp", "path", listen=ports[0], address=ports[1], **path))
        birch.settings({}, bearer("udp", "path", listen=ports[1], address=ports[0], **path))
        amber.start()
        birch.start()
        assert amber.json("send", "Over the first.", "--wait", "50")["held"]
        relay.cut()
        assert amber.json("send", "Nobody said that it is cut.", "--wait", "50")["held"]
        assert birch.json("send", "Nor to us.", "--wait", "50")["held"]
        assert amber.json("send", "Hold fire.", "--precedence", "FLASH", "--wait", "50")["held"]
        relay.mend()
        assert amber.json("send", "Whole again.", "--wait", "50")["held"]
        assert came(birch) == ["Over the first.", "Nobody said that it ", "Hold fire.", "Whole again."]
