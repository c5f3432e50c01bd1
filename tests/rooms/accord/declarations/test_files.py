"""CSV and JSON in and out: strict, every fault with row and column, and what is written out is read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.accord.declarations.declaration import NOT_PROVIDED, WITHHELD
from openline.accord.declarations.files import FAULTS_MAX, as_csv, as_json, read_csv, read_json
from openline.console.accords import library

FACTS = Path(__file__).parent / "facts"
LAYOUT = library.layouts()["new-start-data"]
TOTALS, DETAIL, UNITS = LAYOUT.tables
HEAD = "id,type,place,state,place_kind\n"


def told(source: str, only: dict[str, str] | None = None) -> list[str]:
    return [one.in_a_line() for one in read_csv(UNITS, source, only or {})[1]]


def test_every_fault_is_told_at_once_with_row_and_column() -> None:
    source = HEAD + (
        "A1,T,Base,ICBM_DEPLOYED,\n"
        "A1,T,Base,ICBM_DEPLOYED,\n"
        "A\u202e2,T,Base,ICBM_DEPLOYED,\n"
        "A3,T,,MISSILE,\n"
        "A4,T,Base\n"
        "A5,T,Base,ICBM_DEPLOYED,MOON\n"
    )
    lines = told(source)
    for says in ("line 3, units row 2, id: A1 stands in row 1 already", "line 4, units row 3, id:", "U+202E",
                 "line 5, units row 4, place: nothing there", "line 5, units row 4, state: 'MISSILE'",
                 "line 6, units row 5: 3 cells", "line 7, units row 5, place_kind: 'MOON'"):  # fmt: skip
        assert any(says in one for one in lines), (says, lines)
    assert len(lines) == 6


def test_wrong_columns_are_told_and_no_row_is_read() -> None:
    lines = told("id,id,sort,place,state\nA,B,C,D,E\n")
    assert len(lines) == 3 and all("line 1, units head" in one for one in lines), lines
    assert told(HEAD, {"party": "US"}) == [
        "line 1, units head: rows are chosen by party, which is no column; one of the heads"]  # fmt: skip
    assert told("") and told('"') and told(HEAD + 'A,"B\n')


def test_not_provided_and_withheld_stand_among_numbers_and_nothing_does_not() -> None:
    """R-413, rule C12."""
    head = "deployed_delivery_vehicles,warheads_counted,deployed_and_nondeployed_launchers\n"
    (row,), faults = read_csv(TOTALS, head + "not provided,withheld,0\n", {})
    assert not faults and row[0] is NOT_PROVIDED and row[1] is WITHHELD and row[2] == 0 and row[2] is not NOT_PROVIDED
    for cell in ("", "n/a", "-", "007", "+5", "1e3", "1,5", "1.0.0", "1_000", "½"):
        rows, faults = read_csv(TOTALS, head + f'1,"{cell}",3\n', {})
        assert len(faults) == 1 and "totals row 1, warheads_counted" in faults[0].in_a_line(), cell
    assert "nothing is not zero" in read_csv(TOTALS, head + "1,,3\n", {})[1][0].remedy


def test_rows_are_chosen_by_columns_that_the_table_need_not_have() -> None:
    source = (FACTS / "new-start-totals.csv").read_text("utf-8")
    (row,), faults = read_csv(TOTALS, source, {"as_of": "2020-09-01", "party": "US"})
    assert not faults and row[:3] == [675, 1457, 800]
    (row,), faults = read_csv(TOTALS, source, {"as_of": "2023-03-01", "party": "RU"})
    assert not faults and row[:3] == [NOT_PROVIDED] * 3
    assert "50 rows" in read_csv(TOTALS, source, {})[1][-1].in_a_line(), "one declaration has one row of totals"


def test_faults_beyond_the_bound_are_counted() -> None:
    lines = told(HEAD + "!,T,Base,ICBM_DEPLOYED,\n" * (FAULTS_MAX + 7))
    assert len(lines) == FAULTS_MAX + 1 and "7 faults more" in lines[-1]


def test_what_is_written_out_is_read_back() -> None:
    for name, table in (("new-start-totals.csv", TOTALS), ("new-start-us-detail.csv", DETAIL)):
        source = (FACTS / name).read_text("utf-8")
        for day in sorted({line.split(",", 1)[0] for line in source.splitlines()[1:]}):
            for party in ("US", "RU"):
                cells, faults = read_csv(table, source, {"as_of": day, "party": party})
                if not cells:
                    continue
                assert not faults
                assert read_csv(table, as_csv(table, cells), {}) == (cells, ())
                tables = tuple(cells if one is table else None for one in LAYOUT.tables)
                said, read = read_json(LAYOUT, as_json(LAYOUT, day, tables))
                assert said == day and not read.faults and read.tables == tables


@pytest.mark.parametrize("source", [
    "", "[]", "{}", '{"tables": []}', '{"tables": {}, "more": 1}', '{"tables": {}, "tables": {}}',
    '{"tables": {"totals": NaN}}', "[" * 100_000,
])  # fmt: skip
def test_json_that_is_no_declaration_is_refused_whole(source: str) -> None:
    _, read = read_json(LAYOUT, source)
    assert len(read.faults) == 1 and read.faults[0].place == "file"


def test_json_faults_are_told_at_once() -> None:
    given = {"as_of": "2020-09-01", "tables": {"other": [], "totals": {}, "units": [
        {"id": "A", "type": "T", "place": "B", "state": "X"}, {"id": "A", "sort": 1}, 7]}}  # fmt: skip
    _, read = read_json(LAYOUT, json.dumps(given))
    lines = [one.in_a_line() for one in read.faults]
    for says in ("there is no table 'other'", "totals: {} is no list of rows", "units row 1, state",
                 "units row 2: there is no column", "units row 3: 7 is no row"):  # fmt: skip
        assert any(says in one for one in lines), (says, lines)


@settings(max_examples=settings().max_examples * 4 // 5)
@given(st.text(max_size=100))
def test_any_text_is_read_or_told(source: str) -> None:
    for text in (source, HEAD + source):
        cells, faults = read_csv(UNITS, text, {})
        assert isinstance(cells, list) and (faults or text.startswith(HEAD))
    assert read_json(LAYOUT, source)[1].faults
