"""A table of reports: a source in every row, every fault at once with its line, nothing entered by halves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.codes import Told
from openline.console.topics.commands.importing import ROWS_MAX, read_rows

HEAD = "date,reported_by,source,words,language,key,contradicts,filing,confirmed,said_by\n"
GOOD = (
    '2026-02-05,Outlet,https://example.org/1,"Near an understanding, it says.",en,near,,,no,unnamed\n'
    "2021-23,Другое издание,газета,Новый договор вместо продления.,ru,new,near,report,yes,\n"
)


def test_rows_are_read_with_their_lines_keys_and_what_they_contradict() -> None:
    one, two = read_rows((HEAD + GOOD).encode(), "Ann", "limits")
    assert (one.line, one.key, one.report.said_on, one.report.confirmed) == (2, "near", "2026-02-05", False)
    assert (two.line, two.contradicts, two.report.language, two.report.confirmed) == (3, ("near",), "ru", True)
    again = read_rows((HEAD + GOOD).encode(), "Ann", "limits")
    assert [row.report.token for row in again] == [one.report.token, two.report.token], "entered twice is entered once"
    assert read_rows((HEAD + GOOD).encode(), "Ann", "talks")[0].report.token != one.report.token


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("date,reported_by,words,language\n", "columns lacking: source"),
        (HEAD + "2026-02-05,Outlet,,Words,en,,,,,\n", "line 2: source is not said"),
        (HEAD + "2026-02-30,Outlet,x,Words,en,,,,,\n", "line 2: date '2026-02-30'"),
        (HEAD + "2026,Outlet,x,Words,english!,,,,,\n", "line 2: language"),
        (HEAD + "2026,Outlet,x,Words,en,,,rumour,,\n", "line 2: filing 'rumour'"),
        (HEAD + "2026,Outlet,x,Words,en,,,,maybe,\n", "line 2: confirmed"),
        (HEAD + "2026,Outlet,x,Words,en,,later,,,\n", "which no earlier row has"),
        (HEAD + "2026,O,x,W,en,a,,,,\n2026,O,x,W,en,a,,,,\n", "line 3: the key 'a' is that of an earlier row"),
        (HEAD + "2026,Outlet\n", "line 2: 2 cells under 10 columns"),
        (HEAD + '2026,"Outlet', "line 2:"),
        (HEAD + "2026,O,x,W,en,,,,,\n" * (ROWS_MAX + 1), f"more than {ROWS_MAX} rows"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(table: str, why: str) -> None:
    with pytest.raises(Told) as told:
        read_rows(table.encode(), "", "limits")
    assert why in told.value.detail and told.value.code == "OL-202"


def test_all_faults_are_told_at_once() -> None:
    table = HEAD + "2026-13,,,Words,en,,,,,\n" + "x,O,s,W,en,,,,,\n"
    with pytest.raises(Told) as told:
        read_rows(table.encode(), "", "limits")
    for why in ("line 2: reported_by", "line 2: source", "line 2: date", "line 3: date"):
        assert why in told.value.detail


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_rows(HEAD.encode() + data, "", "limits")
    except Told:
        pass
