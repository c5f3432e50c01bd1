"""An agreement from signature to what is left of it after its end, over two real stations, in both parties' views."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.whole.parties import Desk
from tests.whole.test_desk import Officers
from tests.whole.test_notices import rows
from tests.whole.test_statements import both_up, held, instant, refused

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
NAME = "TREATY-1"


def paper(folder: Path, name: str, begin: str, end: str) -> str:
    (folder / "text.txt").write_text("The parties shall keep to the limits.")
    file = folder / f"{name}.toml"
    file.write_text(f'id = "{name}"\ntitle = {{ en = "A treaty", ru = "Договор" }}\nfrom = "{begin}"\n'
                    f'until = "{end}"\n[texts]\nen = "text.txt"\n')  # fmt: skip
    return str(file)


def life(desk: Desk, name: str = NAME) -> Any:
    return json.loads(desk.here("agreement", "show", name, "--json"))


def states(desk: Desk, name: str = NAME) -> dict[str, list[str]]:
    return {view["name"]: [step["state"] for step in view["steps"]] for view in life(desk, name)["views"]}


def test_an_agreement_lives_is_seen_in_two_ways_ends_and_is_adhered_to_alone(on_a_line: Line, tmp_path: Path) -> None:
    """R-500 to R-513, as two parties type it."""
    amber, birch = both_up(on_a_line)
    begin, end = instant(days=-400), instant(days=-30)
    file = paper(tmp_path, NAME, begin, end)
    held(amber, "agreement", "record", file)
    assert states(birch) == {"Amber": ["proposed"], "Birch": ["proposed"]}
    refused(birch, 4, "not every party has recorded", "agreement", "suspend", NAME, "--from", begin)
    refused(amber, 4, "already, by us", "agreement", "sign", NAME)
    refused(birch, 3, "no agreement", "agreement", "sign", "TREATY-2")
    signed = held(birch, "agreement", "sign", NAME)
    assert states(amber) == {name: ["signed", "in force", "expired"] for name in ("Amber", "Birch")}
    _terms(amber, birch, end)
    suspended = held(birch, "agreement", "suspend", NAME, "--from", instant(days=-100), "--reason", "No trust.")
    for desk in (amber, birch):
        whole = life(desk)
        assert states(desk)["Amber"] == ["signed", "in force", "expired"]
        assert states(desk)["Birch"] == ["signed", "in force", "suspended", "expired"]
        (step,) = [one for one in whole["views"][1]["steps"] if one["state"] == "suspended"]
        assert step["causes"] == [suspended] and signed in whole["views"][0]["steps"][0]["causes"]
    refused(amber, 4, "it has ended", "agreement", "withdraw", NAME, "--from", instant(days=-1))
    refused(amber, 4, "an extension after the end", "agreement", "extend", NAME, "--until", instant(days=400))
    refused(amber, 4, "it has not ended", "agreement", "adhere", NAME, "--from", instant(days=-60),
            "--condition", "If so.")  # fmt: skip
    offer = _offers(amber, birch, end)
    adhered = held(amber, "agreement", "adhere", NAME, "--from", instant(days=-20), "--until", instant(days=345),
                   "--condition", "As long as the other does.", "--said-on", "2026-02-11", "--said-by",
                   "A minister")  # fmt: skip
    _reports(amber, birch, offer)
    for desk in (amber, birch):
        row = next(one for one in life(desk)["acts"] if one["place"] == adhered)
        assert (row["said_on"], row["said_by"], row["marks"]) == ("2026-02-11", "A minister", [])
        now = {view["name"]: view["now"] for view in life(desk)["views"]}
        assert now == {"Amber": "adhered to on condition", "Birch": "expired"} and life(desk)["row"]["differ"]
    text = birch.here("agreement", "show", NAME)
    assert "THE VIEWS DIFFER" in text and "in the view of Amber: ADHERED TO ON CONDITION" in text
    assert text.index("UNANSWERED AT ITS DATE") < text.index("reported from outside, agreed by nobody")
    _same_state(amber, birch)


def _terms(amber: Desk, birch: Desk, end: str) -> None:
    """R-500, R-510: the same bytes by both; another end, and a name that mimics, are refused here."""
    given = ("agreement", "terms", NAME, "--party", "Amber", "--party", "Birch", "--asked-by", "Birch",
             "--limit", "new-start-data:A", "--notice-days", "90")  # fmt: skip
    refused(amber, 2, "names no zone", *given, "--end", end.removesuffix("Z"), "--zone", "UTC")
    refused(amber, 2, "two instants", *given, "--end", end)
    refused(amber, 4, "two ends", *given, "--end", instant(days=9), "--zone", "UTC")
    refused(amber, 4, "taken for another", *given, "--asked-by", "Вirch", "--end", end, "--zone", "UTC")
    said = held(amber, *given, "--end", end, "--zone", "UTC")
    assert [one["counts"] for one in life(birch)["terms"]] == [False]
    held(birch, "agreement", "terms", NAME, "--same-as", said)
    (terms,) = life(amber)["terms"]
    assert terms["counts"] and terms["by"] == ["Amber", "Birch"] and "(UTC)" in terms["end"]


def _offers(amber: Desk, birch: Desk, end: str) -> str:
    """R-504, R-505: silence is neither consent nor refusal, and a yes after the date is late."""
    offer = held(amber, "offer", "make", "The limits", "To keep them for a year.", "--condition", "If the other does.",
                 "--until", end, "--agreement", NAME, "--said-on", "2025-09-22", "--said-by",
                 "The president")  # fmt: skip
    refused(amber, 4, "does not answer its own", "offer", "answer", offer, "accepted")
    late = held(birch, "offer", "answer", offer, "accepted", "--words", "A good idea.")
    for desk in (amber, birch):
        (row,) = rows(desk, "offer", "list", "--agreement", NAME)
        (towards,), (answer,) = row["towards"], row["answers"]  # type: ignore[misc]
        assert towards["state"] == "unanswered at its date" and answer["place"] == late
        assert answer["marks"] == ["late: held after the date of the offer"]
    other = held(amber, "offer", "make", "Talks", "To talk.", "--until", instant(days=9))
    held(amber, "offer", "withdraw", other)
    refused(birch, 4, "an answer to a withdrawn offer", "offer", "answer", other, "accepted")
    refused(birch, 3, "is no offer", "offer", "answer", late, "accepted")
    third = held(birch, "offer", "make", "Experts", "To send them.", "--until", instant(days=5))
    asked = {(one["name"], one["of"], one["state"]) for one in rows(amber, "duties", "--to", instant(days=20))}
    assert {(name, "answer to an offer", "due") for name in ("Amber", "Birch")} <= asked
    held(amber, "offer", "answer", third, "with conditions", "--condition", "In March.")
    shown = json.loads(birch.here("offer", "show", third, "--json"))
    assert shown["towards"][0]["state"] == "accepted with conditions"
    return offer


def _reports(amber: Desk, birch: Desk, offer: str) -> None:
    """R-506, R-510: who says that who said what; against what; nothing follows from it."""
    first = held(amber, "report", "enter", "They are near an understanding.", "--by", "An agency", "--source",
                 "https://example.org/1", "--on", "2026-02-05", "--agreement", NAME, "--entered-by",
                 "A. Archivist")  # fmt: skip
    given = ("report", "enter", "A new treaty instead.", "--by", "Another agency", "--said-by", "The president",
             "--source", "https://example.org/2", "--on", "2026-02-05", "--agreement", NAME)  # fmt: skip
    refused(birch, 2, "say who enters it", *given)
    refused(birch, 2, "no date", *given, "--on", "2026-02-30", "--entered-by", "B. Clerk")
    refused(birch, 4, "taken for another", *given, "--by", "Аn agency", "--entered-by", "B. Clerk")
    held(birch, *given, "--entered-by", "B. Clerk", "--confirmed", "--contradicts", first, "--confirms", offer)
    for desk in (amber, birch):
        found = {one["place"]: one for one in rows(desk, "report", "list")}
        assert not found[first]["confirmed"] and found[first]["told_of"][0]["word"] == "contradicts"  # type: ignore[index]
        assert life(desk)["offers"][0]["reports"][0]["word"] == "confirms"


def _same_state(amber: Desk, birch: Desk) -> None:
    """R-512: both sides write the same bytes of what entries say."""
    ours, theirs = (json.loads(one.here("accord", "replay", "--json")) for one in (amber, birch))
    assert ours["said"] == theirs["said"]


def test_both_are_reminded_of_an_end_and_move_it_together_and_an_offer_leaves_by_two(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-508, R-511, R-303."""
    amber, birch = both_up(on_a_line)
    file = paper(tmp_path, "TREATY-3", instant(days=-400), instant(days=10))
    for desk in (amber, birch):
        held(desk, "agreement", "record", file)
    for desk in (amber, birch):
        words = {one["words"] for one in json.loads(desk.here("screen", "--json"))["ahead"]}
        assert "an end comes near: prolong it in time, or let it pass" in words
        assert {one["of"] for one in rows(desk, "duties")} == {"end"}
    refused(birch, 7, "no end is proposed", "agreement", "accept", "TREATY-3")
    refused(birch, 4, "two ends", "agreement", "extend", "TREATY-3", "--until", instant(days=5))
    until = instant(days=400)
    held(amber, "agreement", "extend", "TREATY-3", "--until", until)
    refused(amber, 4, "two ends proposed", "agreement", "extend", "TREATY-3", "--until", instant(days=500))
    assert life(birch, "TREATY-3")["open"][0]["by"] == ["Amber"], "one party's word moves nothing"
    held(birch, "agreement", "accept", "TREATY-3")
    for desk in (amber, birch):
        whole = life(desk, "TREATY-3")
        assert {view["now"] for view in whole["views"]} == {"extended"} and not whole["open"] and not whole["marks"]
        assert whole["row"]["end_ms"] and not rows(desk, "duties"), "the end is no longer near"
    officers = Officers(amber, tmp_path)
    officers.staff()
    given = ("offer", "make", "Inspections", "To resume them.", "--agreement", "TREATY-3")
    assert officers.run("Cyd", *given, ok=4).returncode == 4
    row = json.loads(officers.run("Bob", *given, "--as-draft", "--json").stdout)
    name = f"D-{row['draft']}"
    officers.run("Bob", "draft", "submit", name)
    shown = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)
    assert "To resume them." in shown["text"]
    officers.run("Cyd", "draft", "release", name, "--code", shown["code"])
    held(birch, "service", "send", "Level?")
    held(birch, "offer", "answer", rows(birch, "offer", "list")[0]["place"], "refused")  # type: ignore[arg-type]
    (row,) = rows(birch, "offer", "list")
    assert row["towards"][0]["state"] == "refused"
