"""The running log says what the desk did by short names, and never a digest; the desk's books are not in it."""

from __future__ import annotations

import pytest

from openline.console.screen.desk_lines import RECORDED_AT_ONCE_MS, desk_line, desk_lines
from openline.console.watch.asking import DeskLogRow
from openline.desk.facts import (
    Alerted,
    DeskEntry,
    DutyEnded,
    DutyRose,
    Fact,
    KeyUsed,
    Opened,
    Recorded,
    Released,
    Translated,
)

LIFE = bytes.fromhex("01a2051400000000000b6b2c")


def said(fact: Fact, what: str, **fields: str) -> str | None:
    entry = DeskEntry(4, 1_795_000_000_000, None, bytes(32), fact)
    line = desk_line(entry, DeskLogRow(4, entry.at_ms, "Moreau", what, fields), ["Aurora", "Borealis"].__getitem__)
    return line.words if line is not None else None


def test_a_release_is_told_without_its_digest() -> None:
    fields = {"draft": "3", "version": "1", "digest": "ab" * 32, "method": "pin and code"}
    assert said(Released(3, 1, b"\xab" * 32, 0), "released", **fields) == "released: D-3, version 1, pin and code"


def test_where_it_stands_is_told_as_people_call_it() -> None:
    fields = {"draft": "3", "party": "0", "generation": LIFE.hex(), "index": "1"}
    assert said(Recorded(3, 0, LIFE, 1), "recorded", **fields) == "recorded: D-3, as Aurora 6b2c-1"


def test_a_translated_entry_is_named_as_people_call_it() -> None:
    fact = Translated(f"1/{LIFE.hex()}/7", 1, 0, 0, "ru", "words", "")
    assert said(fact, "translated", of=fact.of, language="ru") == "translated: of Borealis 6b2c-7, language ru"


BOOKS = [
    DutyRose("1/00/19", 2, 1), DutyEnded("1/00/19", 2), KeyUsed(b"k", 7), Alerted("1/00/19", 1), Opened("1/00/19")
]  # fmt: skip


@pytest.mark.parametrize("fact", BOOKS)
def test_bookkeeping_is_left_out(fact: Fact) -> None:
    assert said(fact, "what") is None


def told(recorded_after_ms: int) -> list[str]:
    facts: list[tuple[int, Fact]] = [(0, Released(3, 1, bytes(32), 0)), (recorded_after_ms, Recorded(3, 0, LIFE, 1))]
    entries = [DeskEntry(at, 1_795_000_000_000 + ms, None, bytes(32), fact) for at, (ms, fact) in enumerate(facts)]

    def row(entry: DeskEntry) -> DeskLogRow:
        what = type(entry.fact).__name__.lower()
        return DeskLogRow(entry.index, entry.at_ms, "Moreau", what, {"draft": "3"})

    return [one.words for one in desk_lines(entries, row, ["Aurora", "Borealis"].__getitem__)]


def test_a_release_and_its_place_are_one_line_unless_something_stood_between() -> None:
    assert told(5) == ["released: D-3, recorded as Aurora 6b2c-1"]
    assert told(RECORDED_AT_ONCE_MS + 1) == ["released: D-3", "recorded: D-3, as Aurora 6b2c-1"]
