"""Two real stations over a slow road, and over two roads of which the better is cut without a word."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console.channel.asking import Find, Found, Outgoing, Send, Sent
from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather
from openline.console.files.asking import FetchFile, FileRow
from openline.record.entry import BLOB_HELD, MESSAGE
from tests.ports import free_port
from tests.whole.parties import HELD_MS, Desk
from tests.whole.parties import until as wait_until
from tests.whole.test_bearers import bearer, only

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def letter(chars: int) -> str:
    """Text that no press makes much shorter."""
    draw = random.Random(chars)
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(chars))


def came(desk: Desk) -> list[str]:
    """Texts that have come, shortened; last those that are held ahead."""
    inbox = desk.json_here("inbox")
    return [entry["text"][:20] for entry in (*inbox["entries"], *inbox["ahead"])]


def until(desk: Desk, text: str) -> list[str]:
    """What has come once that text has."""
    return wait_until(lambda: text in (texts := came(desk)) and texts, f"{text!r} has come")


def test_what_is_urgent_passes_a_letter_on_its_way_over_a_slow_device(on_a_line: Line) -> None:
    """R-200 to R-203, R-222: 50 kB at 2,400 bit/s take more than two minutes; nobody waits for that."""
    amber, birch = on_a_line("Amber", "Birch")
    with Relay("pty", there=Weather(bits_per_second=2_400, delay_ms=50)) as relay:
        for desk, device in ((amber, relay.near), (birch, relay.far)):
            only(desk, bearer("serial", "radio", device=device, baud=2_400, latency_ms=50))
            desk.start()
        assert amber.json("send", "Radio check.", "--wait", "200")["held"]
        text = letter(50_000)
        place = amber.json_here("send", text)["place"]
        amber.run("send", "Aircraft over you.", "--precedence", "IMMEDIATE", ok=None)
        assert text[:20] not in until(birch, "Aircraft over you."), "the letter is still under way"
        assert birch.json("send", "We see it.", "--precedence", "IMMEDIATE", "--wait", "200")["held"]
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
        assert amber.json("send", "Over the first.", "--wait", "200")["held"]
        relay.cut()
        assert amber.json("send", "Nobody said that it is cut.", "--wait", "200")["held"]
        assert birch.json("send", "Nor to us.", "--wait", "200")["held"]
        assert amber.json("send", "Hold fire.", "--precedence", "FLASH", "--wait", "200")["held"]
        relay.mend()
        assert amber.json("send", "Whole again.", "--wait", "200")["held"]
        assert came(birch) == ["Over the first.", "Nobody said that it ", "Hold fire.", "Whole again."]


def test_a_file_comes_over_a_slow_device_when_it_is_asked_for_and_keeps_nothing_waiting(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-134 to R-136, R-202: it does not come by itself; once asked for it comes in pieces, behind everything else."""
    amber, birch = on_a_line("Amber", "Birch")
    file, saved = tmp_path / "map.bin", tmp_path / "saved.bin"
    file.write_bytes(random.Random(7).randbytes(4_000))
    with Relay("pty", there=Weather(bits_per_second=2_400, delay_ms=50)) as relay:
        for desk, device in ((amber, relay.near), (birch, relay.far)):
            only(desk, bearer("serial", "radio", device=device, baud=2_400, latency_ms=50))
            desk.start()
        assert amber.json("send", "The map.", "--attach", str(file), "--wait", "200")["held"]
        until(birch, "The map.")
        place = birch.json("inbox")["entries"][0]["place"]
        assert held_of(birch, place) == 0, "over a slow road only when somebody asks for it"
        birch.run("attachment", "save", place, "1", "--out", str(saved), ok=None)
        assert not saved.exists(), "nothing is given out before it is whole"
        with amber.link() as here, birch.link() as there:
            assert there.ask(FetchFile(place=place, number=1), FileRow).held == 0
            urgent = Outgoing(text="Hold the ford.", precedence="PRIORITY")
            assert here.ask(Send(messages=[urgent], within_ms=HELD_MS), Sent).held
            found = there.ask(Find(kind=BLOB_HELD, wait_ms=HELD_MS), Found)
            [held] = found.entries
            said = there.ask(Find(kind=MESSAGE, theirs=True), Found).entries[-1]
        assert said.text == "Hold the ford." and said.position < held.position, "what is said goes first"
        assert held_of(birch, place) == 4_000
        birch.run("attachment", "save", place, "1", "--out", str(saved))
    assert saved.read_bytes() == file.read_bytes()


def held_of(desk: Desk, place: str) -> int:
    """Bytes of the first file of a message that are here."""
    [row] = desk.json("attachment", "list", place)["files"]
    return int(row["held"])
