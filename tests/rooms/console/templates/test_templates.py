"""Templates of messages as files: those that come along read, one of a home stands before them, each fault is told
with its line and what to do, and none of them stops the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.codes import Told
from openline.console.templates.asking import TemplateRow
from openline.console.templates.reading import filled_in, places_in, read_template
from openline.console.templates.shelf import every, one_of, own, shipped
from openline.limits import CHECKLIST_MAX, TEMPLATE_BYTES_MAX
from openline.record.body import Message, encode_message

WHOLE = """\
title = "Weather"
subject = "Storm near {place}"
language = "en"
precedence = "PRIORITY"
action = ["METEO"]
info = ["HARBOUR"]
reply_within_minutes = 60
checklist = ["Looked at the map", "Own ships told"]
text = "At {time} a storm of force {force} near {place}."
"""


def faults(text: str, name: str = "storm") -> list[str]:
    with pytest.raises(Told) as told:
        read_template(text.encode(), name, "storm.toml")
    assert told.value.code == "OL-204"
    return told.value.detail.split("; storm.toml")


def test_those_that_come_along_read_and_make_messages() -> None:
    rows = shipped()
    assert len(rows) >= 6 and {row.language for row in rows.values()} >= {"en", "ru"}
    for row in rows.values():
        text, said = filled_in(row, [f"{place}=x" for place in row.places], 0)
        assert not places_in(text) and row.checklist and row.places
        encode_message(Message(row.subject, text, row.language, tuple(row.action), tuple(row.info)))
        assert str(said["reply_by"]).startswith("1970-01-01T")


def test_a_whole_file_is_a_row_with_its_places() -> None:
    row = read_template(WHOLE.encode(), "storm", "storm.toml")
    assert row.places == ["place", "time", "force"]
    text, said = filled_in(row, ["time=0610Z", "place=Cape = North"], 1_000)
    assert text == "At 0610Z a storm of force {force} near Cape = North."
    assert said["subject"] == "Storm near Cape = North" and said["action"] == ("METEO",)
    assert places_in(text) == ["force"]


def test_every_fault_is_said_with_its_line_and_what_to_do() -> None:
    spoilt = WHOLE.replace("precedence", "precedense").replace('["METEO"]', '"METEO"').replace("60", "0")
    unknown, action, minutes = faults(spoilt)
    assert "line 4" in unknown and "did you mean precedence?" in unknown
    assert "line 5" in action and 'like ["one", "two"]' in action
    assert "line 7" in minutes and "whole number" in minutes
    (missing,) = faults(WHOLE.replace('title = "Weather"\n', ""))
    assert 'title: is missing; write title = "…"' in missing
    (kind,) = faults(WHOLE.replace('"PRIORITY"', '"URGENT"'))
    assert "line 4" in kind and "ROUTINE, PRIORITY" in kind


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Weather"', '""', "title: is empty"),
        ('"Weather"', "5", "title: is not a text"),
        ('"en"', '"english and much more than a language is"', "language: "),
        ("force {force}", "force\\u0007", "control character U+0007"),
        ('"Looked at the map"', '" Looked"', "point 1 is empty"),
        ('"Looked at the map"', '"' + "x" * 65 + '"', "point 1 is empty, longer than 64"),
        ('["METEO"]', '["' + "x" * 300 + '"]', "action: "),
        ('"Looked at the map"', ", ".join(f'"{n}"' for n in range(CHECKLIST_MAX)), "33 points; 32 at most"),
        ('"At {time}', '"   " # "', "text: is empty"),
    ],
)
def test_what_a_draft_would_refuse_is_refused_in_the_file(old: str, new: str, said: str) -> None:
    assert old in WHOLE and said in "".join(faults(WHOLE.replace(old, new)))


def test_files_that_are_no_files_of_ours() -> None:
    assert "small letters" in faults(WHOLE, "../storm")[0]
    for data, said in ((b"\xff", "not UTF-8"), (b"# " + bytes(TEMPLATE_BYTES_MAX), "longer than")):
        with pytest.raises(Told, match=said):
            read_template(data, "storm", "storm.toml")
    with pytest.raises(Told, match="no place 'plaice'"):
        filled_in(read_template(WHOLE.encode(), "storm", "s"), ["plaice=x"], 0)
    with pytest.raises(Told, match="PLACE=WORDS"):
        filled_in(read_template(WHOLE.encode(), "storm", "s"), ["place"], 0)


def test_a_file_of_the_home_stands_before_the_one_that_comes_along_and_a_bad_one_stops_none(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    assert own(tmp_path) == {}
    folder.mkdir()
    name = next(iter(shipped()))
    (folder / f"{name}.toml").write_text(WHOLE)
    (folder / "bad.toml").write_text("title = 5\ntext = 'x'\n")
    (folder / "folder.toml").mkdir()
    rows = every(tmp_path)
    assert one_of(rows, name).own and one_of(rows, name).title == "Weather"
    assert len(rows) == len(shipped()) + 2
    with pytest.raises(Told, match=r"bad.toml line 1: title: is not a text"):
        one_of(rows, "bad")
    with pytest.raises(Told) as told:
        one_of(rows, "none")
    assert told.value.code == "OL-301" and name in told.value.detail


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_lies_there_is_a_row_or_is_told(data: bytes) -> None:
    try:
        assert isinstance(read_template(data, "x", "x.toml"), TemplateRow)
    except Told as told:
        assert told.code == "OL-204" and "x.toml" in told.detail
