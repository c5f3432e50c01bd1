"""Letters over slow or noisy roads alone: an audio modem, lossy datagrams, sticks. One verified record each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import Outgoing, Place, Send, Sent, Waited, WaitHeld
from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather
from tests.ports import free_port
from tests.rooms.bearer.air import boxes
from tests.rooms.bearer.sound import BITS_A_BYTE
from tests.whole.letters import LETTERS, check_exports, sample
from tests.whole.parties import Desk

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
SLOW_MS = 300_000
OURS = " ".join(
    f"Sentence {number} of a letter that nobody wrote in 1962, as long as the shortest." for number in range(10)
)


def only(desk: Desk, **bearer: object) -> None:
    """Settings with one bearer and nothing else."""
    head = [f'[station]\nline = "{desk.line}"\npassphrase_file = "{desk.passphrase_file}"\n[lines.{desk.line}]']
    head.append("test_every_s = 0")  # no test of these counts on no whole hour
    rows = [f"{key} = {json.dumps(value)}" for key, value in bearer.items()]
    (desk.home / "station.toml").write_text("\n".join([*head, f"[[lines.{desk.line}.bearer]]", *rows]) + "\n")


def held(desk: Desk, places: Sequence[Place]) -> bool:
    with desk.link() as link:
        return link.ask(WaitHeld(places=list(places), within_ms=SLOW_MS), Waited, 2 * SLOW_MS).held


def send(desk: Desk, *texts: str) -> list[Place]:
    with desk.link() as link:
        return link.ask(Send(messages=[Outgoing(text=text) for text in texts]), Sent).places


def shortest_letter(folder: Path) -> Path:
    """The shortest letter of 1962; where they do not lie beside the checkout, a text of ours of that length."""
    if LETTERS.exists():
        return sample(LETTERS, 1, folder)
    file = folder / "ours.jsonl"
    file.write_text(json.dumps({"from": "A", "text": OURS[:779]}) + "\n")
    return file


@pytest.mark.parametrize("baud", [300, 1200])
def test_the_shortest_letter_of_1962_over_an_audio_modem(baud: int, on_a_line: Line, tmp_path: Path) -> None:
    desks = on_a_line("Amber", "Birch")
    file = shortest_letter(tmp_path)
    (letter,) = (json.loads(row) for row in file.read_text("utf-8").splitlines())
    air = tmp_path / "air"
    air.mkdir()
    with boxes(baud, "15", air) as modems:
        for desk, device in zip(desks, modems.devices, strict=True):
            only(desk, kind="serial", name="radio", device=str(device), baud=baud, duplex="half", latency_ms=600)
            desk.start()
        assert held(desks[0], send(desks[0], letter["text"]))
        check_exports(desks, file, tmp_path)
        for desk in desks:
            desk.stop()
        sent = modems.sent()
        assert {row[0] for row in sent} == {"0", "1"}
        assert sum(float(row[4]) for row in sent) >= len(letter["text"]) / 4 * BITS_A_BYTE / baud, "it was not sound"


def over_datagrams(desks: list[Desk], file: Path, weather: Weather, folder: Path, seed: str) -> Any:
    """Send a file over UDP alone, through a relay, each letter by the station of its speaker; what it counted."""
    near, far = (("127.0.0.1", free_port()) for _ in desks)
    with Relay("udp", there=weather, to=far, near_is=near, seed=seed) as relay:
        for desk, at, to in zip(desks, (near, far), (relay.near, relay.far), strict=True):
            only(desk, kind="udp", name="radio", listen=f"{at[0]}:{at[1]}", address=f"{to[0]}:{to[1]}",
                 bits_per_second=weather.bits_per_second, latency_ms=weather.delay_ms, frame_bytes_max=256)  # fmt: skip
            desk.start()
        rows = [json.loads(row) for row in file.read_text("utf-8").splitlines()]
        speakers = list(dict.fromkeys(row["from"] for row in rows))
        for row in rows:
            desk = desks[speakers.index(row["from"])]
            assert held(desk, send(desk, row["text"])), "every letter is held before the next is sent"
        check_exports(desks, file, folder)
        return relay.count()


def test_a_sample_of_the_letters_over_2400_bits_a_second_where_frames_are_lost(
    on_a_line: Line, letters: Path, tmp_path: Path
) -> None:
    weather = Weather(bits_per_second=2400, delay_ms=100, lost=0.05)
    counted = over_datagrams(on_a_line("Amber", "Birch"), sample(letters, 4, tmp_path), weather, tmp_path, "62")
    assert counted.there.lost + counted.back.lost > 0


@pytest.mark.acceptance
def test_all_letters_of_1962_over_2400_bits_a_second_with_one_frame_in_a_hundred_lost(
    on_a_line: Line, letters: Path, tmp_path: Path
) -> None:
    weather = Weather(bits_per_second=2400, delay_ms=500, lost=0.01)
    counted = over_datagrams(on_a_line("Amber", "Birch"), letters, weather, tmp_path, "1962")
    assert counted.there.lost + counted.back.lost > 0


def by_stick(sender: Desk, receiver: Desk, folder: Path) -> None:
    folder.mkdir()
    sender.run("carry", "out", str(folder))
    receiver.run("carry", "in", str(folder))


def test_all_letters_of_1962_over_sticks_alone(on_a_line: Line, letters: Path, tmp_path: Path) -> None:
    desks = on_a_line("Amber", "Birch")
    rows = [json.loads(row) for row in letters.read_text("utf-8").splitlines()]
    speakers = list(dict.fromkeys(row["from"] for row in rows))
    for desk in desks:
        desk.settings({})
        desk.start()
    before = 0
    for number, row in enumerate(rows):
        speaker = speakers.index(row["from"])
        if speaker != before:
            by_stick(desks[before], desks[speaker], tmp_path / f"stick-{number}")
        send(desks[speaker], row["text"])
        before = speaker
    for number in range(3):  # the last words, their receipts, and the receipts of what came with those
        ours, theirs = (desks[before], desks[1 - before]) if number % 2 == 0 else (desks[1 - before], desks[before])
        by_stick(ours, theirs, tmp_path / f"last-{number}")
    check_exports(desks, letters, tmp_path)


def test_a_thousand_messages_each_way_by_one_stick_there_and_one_back(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    sent = {}
    for desk in (amber, birch):
        desk.settings({})
        desk.start()
        sent[desk.name] = [
            place for n in range(10) for place in send(desk, *(f"{desk.name} {n} {m}" for m in range(100)))
        ]
    by_stick(amber, birch, tmp_path / "there")
    by_stick(birch, amber, tmp_path / "back")
    assert held(amber, sent["Amber"]), "the stick back carried the receipts too"
    for desk, other in ((amber, "Birch"), (birch, "Amber")):
        record = tmp_path / f"{desk.name}.record"
        desk.run("export", str(record))
        verdict = json.loads(desk.run("verify", str(record), "--entries", "--json").stdout)
        texts = [one["text"] for log in verdict["logs"] for one in log["each"] if one["kind"] == "message"]
        assert sum(text.startswith(other) for text in texts) == 1000


@pytest.mark.acceptance
def test_the_radio_demonstration_ends_by_itself_and_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openline", "demo", "radio"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "marked there: held ahead" in done.stdout
