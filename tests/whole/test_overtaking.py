"""Two stations and a slow road: a FLASH overtakes a letter under way, is seen at once, and all is receipted at last."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather
from tests.ports import free_port
from tests.whole.letters import check_exports
from tests.whole.parties import Desk, until
from tests.whole.test_radio import held, only, send

pytestmark = pytest.mark.whole
WEATHER = Weather(bits_per_second=9_600, delay_ms=200)
LETTER_CHARS = 45_000
CALL = "Do not intercept: ours, one engine out, no weapons aboard."


def letter() -> str:
    """Text that no press makes much shorter: three quarters of a minute of this road."""
    draw = random.Random(1962)
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz0123456789 ") for _ in range(LETTER_CHARS)).strip()


def ahead(desk: Desk) -> list[Any]:
    found = desk.json_here("inbox")
    assert all(entry["text"] != CALL for entry in found["entries"]), "it stood in its place before it was seen ahead"
    return list(found.get("ahead", []))


def test_a_flash_is_read_while_a_letter_is_still_under_way(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path
) -> None:
    """R-221, R-222, R-226, R-228, R-229, R-239."""
    amber, birch = on_a_line("Amber", "Birch")
    near, far = (("127.0.0.1", free_port()) for _ in range(2))
    with Relay("udp", there=WEATHER, to=far, near_is=near, seed="62") as relay:
        for desk, at, to in ((amber, near, relay.near), (birch, far, relay.far)):
            only(desk, kind="udp", name="radio", listen=f"{at[0]}:{at[1]}", address=f"{to[0]}:{to[1]}",
                 bits_per_second=WEATHER.bits_per_second, latency_ms=WEATHER.delay_ms, frame_bytes_max=256)  # fmt: skip
            desk.start()
        assert held(amber, send(amber, "level")), "both are level"
        before = relay.count().there.bytes_in
        (long,) = send(amber, letter())
        until(lambda: relay.count().there.bytes_in > before + 2_000, "the letter is under way")
        place = amber.json_here("send", CALL, "--precedence", "FLASH")["place"]
        (seen,) = until(lambda: ahead(birch), "the FLASH is shown ahead")
        assert (seen["text"], seen["precedence"], seen["ahead_of"], seen["place"]) == (CALL, "FLASH", 1, place)
        assert birch.json_anyhow("status")["peers"][0]["ahead"] == 1
        birch.run("acknowledge", place, "--officer", "Capt. B. Example")
        said = until(lambda: amber.json_here("show", place)["said_ahead"], "the other side's word")
        shown = amber.json("show", place)
        assert said[0]["name"] == "Birch" and (shown["held"] == [] or shown["acknowledged"])
        assert held(amber, [long]), "the letter comes to its end"
        whole = until(lambda: (one := amber.json_here("show", place))["held"] and one, "the receipt")
        assert whole["said_ahead"] and whole["lacking"] == []
        until(lambda: amber.json_here("show", place)["acknowledged"], "a person has opened it")
        assert birch.json("inbox").get("ahead", []) == []
        for desk in (amber, birch):
            desk.stop()
        assert birch.run("fsck").returncode == 0 and amber.run("fsck").returncode == 0
        rows = [{"from": "A", "text": text} for text in ("level", letter(), CALL)]
        file = tmp_path / "said.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        for desk in (amber, birch):
            desk.start()
        check_exports([amber, birch], file, tmp_path)
        verdict = json.loads(amber.run("verify", str(tmp_path / "Birch.record"), "--json").stdout)
        assert [(one["by"], one["entry"], one["fits"]) for one in verdict["ahead"]] == [(1, place, True)]
