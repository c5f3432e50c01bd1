"""Blanks of accords: every fault of a form at once, what was typed read as it is meant, and nothing guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.formats.unfit import Fault
from openline.console.accord_pages import arranging, publishing, saying, sealing
from openline.console.accord_pages.blanks import Blank, read

PLACE = f"1/{'0123456789ab' * 2}/7"
BLANKS = [saying.TERMS, saying.ACT, saying.OFFER, saying.ANSWER, saying.WITHDRAWAL, saying.REPORT, sealing.EXCHANGE,
          sealing.LIST, sealing.ESCROW, sealing.OPEN_LIST, sealing.OPEN_LEVEL, sealing.CHALLENGE, arranging.TOPIC,
          arranging.FILE, arranging.CONTRADICTION, arranging.CAPACITY, publishing._blank(["en", "ru"]),
          arranging._meeting(["Amber", "Birch"]), arranging._word(["Amber", "Birch"])]  # fmt: skip


def named(faults: list[Fault]) -> list[str]:
    return [one.place for one in faults]


def test_every_fault_of_a_report_is_told_at_once() -> None:
    values, faults = read(saying.REPORT, {
        "source": "https://example.org/1", "said_on": "last week", "words": "x" * 12_001, "confirmed": "on",
        "contradicts": f"{PLACE}\nnowhere",
    })  # fmt: skip
    assert named(faults) == ["reported_by", "said_on", "words", "contradicts"]
    assert values["confirmed"] is True and values["source"] == "https://example.org/1"
    assert [one.what for one in faults][1:] == [
        "'last week' is no date, nor a part of one",
        "12001 characters, at most 12000",
        "'nowhere' is no place in the record",
    ]


def test_what_is_typed_is_read_as_it_is_meant() -> None:
    values, faults = read(saying.TERMS, {
        "parties": " Amber \n\nBirch\n", "notice_days": "30", "provisional": "2026-03-01", "end": "none",
        "language_of": "xx",
    })  # fmt: skip
    assert not faults and values["parties"] == ["Amber", "Birch"] and values["notice_days"] == 30
    assert values["provisional"] == 1_772_323_200_000 and values["language_of"] == "en"
    assert values["areas"] == [] and values["asked_by"] == ""


@pytest.mark.parametrize(("given", "wrong"), [
    ({"end": "at", "end_at": "2026-02-05T00:00:00+03:00", "zone": "Moscow"}, []),
    ({"end": "at", "end_at": "2026-02-05T00:00:00", "zone": ""}, ["zone", "end_at"]),
    ({"end": "at", "end_at": "", "zone": "Moscow"}, ["end_at"]),
    ({"end": "", "end_at": "2026-02-05T00:00:00Z", "zone": ""}, ["end"]),
    ({"end": "none", "end_at": "", "zone": ""}, []),
])  # fmt: skip
def test_an_end_has_an_instant_and_a_zone_or_neither(given: dict[str, str], wrong: list[str]) -> None:
    faults: list[Fault] = []
    end = saying._end(read(saying.TERMS, given)[0], faults)
    assert named(faults) == wrong
    if given["end"] == "at" and not wrong:
        assert end == {"end": "at", "end_ms": 1_770_238_800_000, "offset_minutes": 180, "zone": "Moscow"}


@pytest.mark.parametrize(("given", "wrong"), [
    ({"what": "extend", "from": "2026-01-01"}, ["until"]),
    ({"what": "adhere", "from": "2026-02-05"}, ["words"]),
    ({"what": "adhere", "from": "2026-02-05", "words": "If you do.", "until": "2027-02-05"}, []),
    ({"what": "suspend", "from": "2026-01-01", "said_by": "A minister"}, ["said_by"]),
    ({"what": "ratified", "from": "2026-01-01", "until": "2025-01-01"}, ["until", "until"]),
    ({"what": "dance", "from": "2026-01-01"}, ["what"]),
    ({}, ["what", "from"]),
])  # fmt: skip
def test_what_a_declaration_needs_and_what_it_cannot_have(given: dict[str, str], wrong: list[str]) -> None:
    values, faults = read(saying.ACT, given)
    made = saying._act_of("TREATY-9", values, faults)
    assert named(faults) == wrong and (made is None) == bool(wrong)


@pytest.mark.parametrize(("text", "minutes"), [
    ("+01:00", 60), ("-03:30", -210), ("+14:00", 840), ("+14:01", None), ("-12:01", None), ("1", None),
    ("+01:60", None), ("\u0661", None),
])  # fmt: skip
def test_an_offset_is_spelled_one_way(text: str, minutes: int | None) -> None:
    assert publishing._east(text) == minutes


@given(st.sampled_from(BLANKS), st.data())
def test_nothing_that_is_typed_breaks_a_blank(blank: Blank, data: Any) -> None:
    form = {one.name: data.draw(st.one_of(st.text(max_size=40), st.sampled_from(("on", PLACE, "2026-02-05", "12"))))
            for one in blank.fields}  # fmt: skip
    values, faults = read(blank, form)
    assert set(values) == {one.name for one in blank.fields} and set(named(faults)) <= set(values)


def test_names_of_fields_are_what_an_upload_takes_and_no_name_stands_twice() -> None:
    for blank in BLANKS:
        names = [one.name for one in blank.fields]
        assert len(set(names)) == len(names) and "token" not in names
        assert len(names) + 1 <= 16 or not any(one.kind == "file" for one in blank.fields)
