"""A declaration's form: what is typed or loaded goes one way, to the strict readers, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.declarations.declaration import NOT_PROVIDED, WITHHELD
from openline.accord.declarations.files import as_csv, as_json, read_csv
from openline.console.accord_pages.declared_forms import WHOLE, Typed, is_of, loaded, table_widgets, typed_of
from openline.console.accord_pages.forms import GRID_ROWS_MAX
from openline.console.accords.library import layouts

DATA = layouts()["new-start-data"]
TOTALS, _, UNITS = DATA.tables
EMPTY = Typed("", {}, {}, "", {}, [])
NAMES = st.from_regex(r"[A-Z][A-Z0-9-]{0,8}[0-9]", fullmatch=True)


def typed(rows: list[dict[str, str]], **more: str) -> Typed:
    form = {f"f.units.{at}.{name}": text for at, row in enumerate(rows) for name, text in row.items()}
    return typed_of(DATA, {**form, "n.units": str(len(rows)), **more})


@given(st.lists(st.tuples(NAMES, NAMES), max_size=30, unique_by=lambda one: one[0]))
def test_rows_that_are_typed_are_read_as_a_file_and_stand_in_the_form_again(units: list[tuple[str, str]]) -> None:
    rows = [{"id": name, "type": type_, "place": "Base, \"North\"", "state": "ICBM_DEPLOYED"} for name, type_ in units]
    found = typed([*rows, {}], only="party=US")
    assert not found.faults and found.rows.get("units", []) == rows
    if rows:
        cells, faults = read_csv(UNITS, found.csv(DATA)["units"], found.only)
        assert not faults and [row[:3] for row in cells] == [[*unit, 'Base, "North"'] for unit in units]
        again = loaded(DATA, EMPTY, "units", as_csv(UNITS, cells).encode())
        assert again.rows["units"] == rows and not again.texts
        assert loaded(DATA, EMPTY, WHOLE, as_json(DATA, "2020-09-01", [None, None, cells]).encode()).rows == again.rows


def test_a_number_that_is_kept_back_is_neither_nothing_nor_zero() -> None:
    form = {"n.totals": "1", "f.totals.0.deployed_delivery_vehicles": "0", "f.totals.0.warheads_counted": "7",
            "f.totals.0.warheads_counted.kept": "not provided",
            "f.totals.0.deployed_and_nondeployed_launchers.kept": "withheld"}  # fmt: skip
    found = typed_of(DATA, form)
    cells, faults = read_csv(TOTALS, found.csv(DATA)["totals"], {})
    assert not faults and cells[0][:3] == [0, NOT_PROVIDED, WITHHELD]
    cell = table_widgets(DATA, found, [], "en", {})[0]["rows"][0][1]
    assert (cell["kept"], cell["value"]) == ("not provided", "")
    odd = typed_of(DATA, {**form, "f.totals.0.warheads_counted.kept": "who knows"})
    assert odd.rows["totals"][0]["warheads_counted"] == "7"


def test_a_long_file_and_one_with_faults_stay_texts_and_nothing_typed_is_lost() -> None:
    head = "id,type,place,state\n"
    long = head + "".join(f"U{n},T,Base,ICBM_DEPLOYED\n" for n in range(GRID_ROWS_MAX + 1))
    before = typed([{"id": "A"}], as_of="2020-09-01", json="{}")
    found = loaded(DATA, before, "units", long.encode())
    assert found.texts == {"units": long} and not found.rows and (found.as_of, found.json) == ("2020-09-01", "{}")
    wrong = head + "U1,T,Base,MOON\r\n"
    assert loaded(DATA, EMPTY, "units", wrong.encode()).texts == {"units": wrong.replace("\r\n", "\n")}
    twice = loaded(DATA, EMPTY, "units", (head + "U1,T,B,ICBM_DEPLOYED\n" * 2).encode())
    assert len(twice.rows["units"]) == 2, "what could leave marked can be corrected cell by cell"
    assert loaded(DATA, EMPTY, WHOLE, b"[1]").json == "[1]"
    for into, data, says in (("units", b"\xff", "UTF-8"), ("ships", b"a", "no table 'ships'")):
        assert says in loaded(DATA, before, into, data).faults[-1].what
        assert loaded(DATA, before, into, data).rows == before.rows


@pytest.mark.parametrize(("form", "says"), [
    ({"only": "party"}, "chooses none"), ({"only": "=US"}, "chooses none"), ({"only": "state=X"}, "is declared"),
    ({"n.units": "1", "f.units.0.id": "A", "csv.units": "id\nA"}, "stand in a file too"),
])  # fmt: skip
def test_what_cannot_be_meant_is_named(form: dict[str, str], says: str) -> None:
    (fault,) = typed_of(DATA, form).faults
    assert says in fault.what


def test_faults_stand_at_their_table() -> None:
    assert is_of("line 3, units row 2, id", "units") and is_of("units head", "units") and is_of("units", "units")
    assert not is_of("line 3, units row 2, id", "unit") and not is_of("as_of", "totals")
    rows = table_widgets(DATA, typed([{"id": "A"}]), [], "ar", {"units": 4})
    assert [len(one["rows"]) for one in rows] == [1, 2, 5], "empty rows to go on with"
