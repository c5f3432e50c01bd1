"""Taking a sheet down: row by row, with slips, with a line that is cut in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.aloud.dictation import Taking, for_a_reader, plain, sheet_of, take_by_hand, take_text
from openline.console.channel.asking import Shown
from openline.console.codes import Told
from openline.contact.aloud import Sheet
from openline.errors import Malformed

LEAF = "a3abd3d70fbb475b7b1e568579ec983a56d0b134a090221305a322d80146a4a6"


def shown(text: str, subject: str = "", language: str = "en", *, leaf: str = LEAF) -> Shown:
    return Shown(
        position=1, place="0/019c2d07a268846e4f2c438f/3", party=0, name="State of Amber", ours=True, kind="message",
        kind_number=1, written_at_ms=1_770_298_234_567, arrived_at_ms=0, precedence="FLASH", subject=subject, text=text,
        language=language, leaf=leaf,
    )  # fmt: skip


def a_sheet(text: str = "Hold at 10 4 8213.\nIt carries no weapons.") -> Sheet:
    return sheet_of(shown(text, "Aircraft"))


def test_a_sheet_as_it_is_printed_is_taken_down_from_a_file() -> None:
    sheet = a_sheet()
    assert take_text(Taking(None), plain(sheet)) == sheet
    loose = plain(sheet).replace("A ", "  A:  ").replace("\n1 ", "\n\n1.  ").replace("\n2 ", "\n2)\t")
    assert take_text(Taking(None), loose).lines == sheet.lines


def test_by_hand_a_row_that_does_not_fit_is_asked_for_again(tmp_path: Path) -> None:
    """R-273"""
    sheet = a_sheet()
    a, b, one, two, three, end = (row.split(" ", 1)[1] for row in plain(sheet).splitlines())
    typed = iter([a[:-1], a, b, "Aircrafts" + one[8:], one, two.replace("10", "ten"), two, three, end[:-1] + "x", end])
    said: list[str] = []
    asked: list[str] = []

    def ask(row: str) -> str:
        asked.append(row)
        return next(typed)

    assert take_by_hand(Taking(tmp_path / "draft"), ask, said.append) == sheet
    assert [row.split(",")[0] for row in asked] == [
        "line A", "line A", "line B", "line 1", "line 1", "line 2", "line 2", "line 3", "line E", "line E"
    ]  # fmt: skip
    assert len(said) == 4 and "ask for line 1 again" in said[1]


def test_a_line_that_was_cut_goes_on_where_it_stopped(tmp_path: Path) -> None:
    sheet = a_sheet()
    rows = plain(sheet).splitlines()

    def cut() -> Iterator[str]:
        yield from (row.split(" ", 1)[1] for row in rows[:4])
        raise KeyboardInterrupt

    typed = cut()
    with pytest.raises(KeyboardInterrupt):
        take_by_hand(Taking(tmp_path / "draft"), lambda _: next(typed), lambda _: None)
    rest = iter(row.split(" ", 1)[1] for row in rows[4:])
    assert take_by_hand(Taking(tmp_path / "draft"), lambda _: next(rest), lambda _: None) == sheet
    assert (tmp_path / "draft").stat().st_mode & 0o777 == 0o600
    Taking(tmp_path / "draft").forget()
    assert not (tmp_path / "draft").exists()


def test_another_sheet_begins_anew_and_a_damaged_draft_is_left_out(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    first = Taking(draft)
    first.take_rows("\n".join(plain(a_sheet()).splitlines()[:4]))
    assert len(first.lines) == 2
    other = sheet_of(shown("Quite other words.", leaf="b" * 64))
    assert take_text(Taking(draft), plain(other)) == other
    draft.write_bytes(b"A 1234\n\xff\xfe\n1 x 12345\n" + b"9" * 5000)
    assert Taking(draft).lacking() == ["A", "B"]


def test_every_row_that_does_not_fit_is_named_at_once() -> None:
    """R-273"""
    rows = plain(a_sheet()).splitlines()
    rows[2] = rows[2].replace("Aircraft", "Airship")
    rows[4] = rows[4].replace("no weapons", "weapons")
    with pytest.raises(Told) as told:
        take_text(Taking(None), "\n".join(rows))
    assert told.value.code == "OL-205"
    assert "line 1:" in told.value.detail and "line 3:" in told.value.detail and "line 2:" not in told.value.detail
    with pytest.raises(Told, match="not here yet: line 1, 2, 3, E"):
        take_text(Taking(None), "\n".join(plain(a_sheet()).splitlines()[:2]))
    with pytest.raises(Told, match="lines A and B come first"):
        take_text(Taking(None), rows[3])
    with pytest.raises(Told, match="begins with none of"):
        take_text(Taking(None), "hello there")
    with pytest.raises(Told, match="line A says there are 3"):
        take_text(Taking(None), "\n".join([*plain(a_sheet()).splitlines(), "9 word 12345"]))


@given(st.text(max_size=300))
def test_whatever_is_typed_is_taken_down_or_named(typed: str) -> None:
    with pytest.raises(Told):
        take_text(Taking(None), typed)
    taking = Taking(None)
    taking.take_rows(plain(a_sheet()))
    with pytest.raises(Malformed):
        taking.take("1", typed)


def test_who_reads_is_told_what_to_say() -> None:
    entry = shown("Нет оружия, «стоп».", language="ru")
    said = for_a_reader(sheet_of(entry), entry, spell=True)
    assert "Нет оружия ЗАПЯТАЯ КАВЫЧКА стоп КАВЫЧКА ТОЧКА" in said
    assert "НИКОЛАЙ ЕЛЕНА ТАТЬЯНА" in said
    entry = shown("Hold. Zulu", "Over")
    entry.reply_by_ms = 5
    said = for_a_reader(sheet_of(entry), entry, spell=True)
    assert "HOTEL OSCAR LIMA DELTA FULL STOP" in said and "ZULU UNIFORM LIMA UNIFORM" in said
    assert "only in the entry: reply by" in said
