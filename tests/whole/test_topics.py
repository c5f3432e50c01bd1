"""Topics and meetings over two real stations: filed by each side, contradicted; agreed, refused, held."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.whole.parties import Desk
from tests.whole.test_statements import both_up, held, refused

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def told(desk: Desk, *command: str) -> Any:
    return json.loads(desk.here(*command, "--json"))


def message(desk: Desk, text: str) -> str:
    return str(told(desk, "send", text, "--wait", "200")["place"])


def at(**ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_topic_sets_in_order_what_each_side_said_and_what_contradicts_it(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-570 to R-573."""
    amber, birch = both_up(on_a_line)
    earlier = message(amber, "The draft is ready for both presidents.")
    later = message(birch, "There is no draft; experts will work on a new treaty.")
    held(amber, "topic", "name", "arms-limits", "--title", "en=Arms limits", "--title", "ru=Пределы вооружений")
    held(birch, "topic", "name", "arms-limits", "--title", "en=What may follow the treaty")
    held(amber, "topic", "file", "arms-limits", later, "--as", "statement", "--said", "2026-02-05")
    held(birch, "topic", "file", "arms-limits", later, "--as", "report", "--remark", "By another outlet.")
    held(amber, "topic", "file", "arms-limits", earlier, "--said", "2026-02")
    held(birch, "topic", "contradict", earlier, later, "--remark", "A draft, and none.")
    held(birch, "topic", "capacity", later, "--person", "B. Example", "--as", "head of delegation",
         "--also", "deputy minister")  # fmt: skip
    refused(amber, 4, "so already", "topic", "file", "arms-limits", earlier, "--said", "2026-02")
    refused(birch, 4, "not ours to take back", "topic", "file", "arms-limits", earlier, "--as", "not of it")
    refused(amber, 2, "no date", "topic", "file", "arms-limits", earlier, "--said", "spring")
    refused(amber, 2, "no identifier", "topic", "name", "аrms", "--title", "en=Look-alike")
    refused(amber, 3, "no topic", "topic", "show", "trade")
    for desk in (amber, birch):
        one = told(desk, "topic", "show", "arms-limits")
        assert {by: said["en"] for by, said in one["row"]["titles"].items()} == {
            "Amber": "Arms limits", "Birch": "What may follow the treaty"}  # fmt: skip
        assert [item["place"] for item in one["items"]] == [earlier, later], "a month begins before its fifth day"
        assert [item["differs"] for item in one["items"]] == [False, True]
        assert [against["other"] for item in one["items"] for against in item["against"]] == [later, earlier]
        (spoke,) = one["items"][1]["capacity"]
        assert spoke["own"] and spoke["words"]["en"]["also"] == ["deputy minister"]
        words = desk.here("topic", "show", "arms-limits")
        assert "THE SIDES DIFFER" in words and "spoke as head of delegation" in words and "CONTRADICTS" in words
    table = tmp_path / "press.csv"
    head = "date,reported_by,source,words,language,key,contradicts"
    table.write_text(f"{head}\n2025-10,An outlet,,Near.,en,,\n")
    refused(birch, 2, "line 2: source is not said", "topic", "import", "arms-limits", str(table), "--entered-by", "Cyd")
    rows = "2025-10,An outlet,paper,One is near.,en,near,\n2026-02-06,Another,paper,None is.,en,none,near\n"
    table.write_text(f"{head}\n{rows}")
    for _ in range(2):  # the second time nothing is entered
        birch.here("topic", "import", "arms-limits", str(table), "--entered-by", "Cyd")
        items = told(birch, "topic", "show", "arms-limits")["items"]
        assert [item["said"] for item in items] == ["2025-10", "2026-02", "2026-02-05", "2026-02-06"]
        assert items[0]["against"][0]["other"] == items[3]["place"] and "reported by An outlet" in items[0]["words"]
    held(amber, "topic", "file", "arms-limits", earlier, "--as", "not of it")
    birch.here("topic", "file", "arms-limits", items[0]["place"], "--as", "not of it")
    birch.here("topic", "file", "arms-limits", items[3]["place"], "--as", "not of it")
    assert [item["place"] for item in told(birch, "topic", "show", "arms-limits")["items"]] == [later]


def test_a_meeting_is_agreed_by_words_and_a_talk_refused_with_a_reason(on_a_line: Line) -> None:
    """R-574 to R-576."""
    amber, birch = both_up(on_a_line)
    first = held(
        amber, "meeting", "propose", "abu-dhabi-3", "--title", "en=Third round", "--from", at(days=2), "--until",
        at(days=3), "--where", "Abu Dhabi", "--item", "en=The channel", "--item", "en=Limits", "--delegate",
        "Amber=A. Example, head of delegation", "--delegate", "Birch=B. Example",
    )  # fmt: skip
    assert [duty["of"] for duty in told(birch, "duties") if duty["ours"]] == ["answer"]
    held(birch, "meeting", "hold", first, "--until", at(hours=3))
    assert told(amber, "meeting", "list")[0]["state"] == "an answer is promised"
    second = held(birch, "meeting", "propose", "abu-dhabi-3", "--title", "en=Third round", "--from", at(days=4),
                  "--where", "Abu Dhabi", "--replaces", first)  # fmt: skip
    refused(birch, 4, "another version", "meeting", "agree", first)
    refused(birch, 4, "is ours", "meeting", "agree", second)
    held(amber, "meeting", "agree", second)
    refused(amber, 4, "has not come", "meeting", "held", second)
    talk = held(birch, "meeting", "talk", "talk-1600", "--title", "en=Talk", "--from", at(hours=2), "--by", "telephone")
    refused(amber, 2, "--reason", "meeting", "refuse", talk)
    held(amber, "meeting", "refuse", talk, "--reason", "The duty general is away until 1800Z.")
    refused(amber, 4, "has passed", "meeting", "talk", "late", "--title", "en=Late", "--from", "2026-01-01T00:00:00Z")
    refused(amber, 2, "no party", "meeting", "propose", "x", "--title", "en=X", "--from", at(days=1), "--delegate",
            "Cedar=C. Example")  # fmt: skip
    for desk in (amber, birch):
        states = {one["place"]: one["state"] for one in told(desk, "meeting", "list")}
        assert states == {first: "replaced by another version", second: "agreed", talk: "refused"}
        assert "B. Example" in desk.here("meeting", "list")
    held(birch, "meeting", "cancel", second, "--reason", "Postponed.")
    assert {one["state"] for one in told(amber, "meeting", "list") if one["place"] == second} == {"cancelled"}
