"""Sums that close and sums that do not, ceilings, quotas: on public figures, and with each rule broken by itself."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from openline.accord.declarations.declaration import NOT_PROVIDED, WITHHELD, Declaration
from openline.accord.declarations.files import read_csv
from openline.accord.declarations.judging import Finding, Verdict, judge_declaration, judge_step
from openline.accord.declarations.layout import Layout
from openline.console.accords import library
from tests.rooms.accord.declarations.story import day

FACTS = Path(__file__).parent / "facts"
LAYOUT = library.layouts()["new-start-data"]


def fact(as_of: str, party: str) -> Declaration:
    """What a party declared as of a day, from the two files of public figures."""
    tables: list[Any] = []
    for table, name in zip(LAYOUT.tables, ("new-start-totals.csv", "new-start-us-detail.csv"), strict=False):
        cells, faults = read_csv(table, (FACTS / name).read_text("utf-8"), {"as_of": as_of, "party": party})
        assert not [one for one in faults if "rows" not in one.what], faults
        tables.append(cells or None)
    return Declaration(LAYOUT.mark, 2026, 1, "en", day(as_of), tuple(tables))


def all_facts() -> list[tuple[str, str]]:
    with (FACTS / "new-start-totals.csv").open() as file:
        return [(row["as_of"], row["party"]) for row in csv.DictReader(file)]


def broken(one: Declaration, layout: Layout = LAYOUT) -> set[str]:
    return {finding.rule for finding in judge_declaration(layout, one) if finding.verdict is Verdict.BROKEN}


def find(one: Declaration, rule: str) -> list[Finding]:
    return [finding for finding in judge_declaration(LAYOUT, one) if finding.rule == rule]


def test_every_public_declaration_is_loaded_and_every_sum_that_can_be_made_closes() -> None:
    """R-415."""
    counts: Counter[tuple[str, Verdict]] = Counter()
    for as_of, party in all_facts():
        one = fact(as_of, party)
        findings = judge_declaration(LAYOUT, one)
        counts.update((finding.rule, finding.verdict) for finding in findings)
        kept_back = (as_of, party) == ("2023-03-01", "RU")
        assert broken(one) == ({"C12"} if kept_back else set()), (as_of, party)
    assert counts["C4", Verdict.HOLDS] == 5 and counts["C5", Verdict.HOLDS] == 1 and counts["C10", Verdict.HOLDS] == 49
    assert counts["D1", Verdict.OUTSIDE] == 84 and counts["D1", Verdict.HOLDS] == 63 and counts["D1", Verdict.OPEN] == 3


def test_the_numbers_of_a_sum_are_shown() -> None:
    assert find(fact("2020-09-01", "US"), "C5")[0].what == "800 = 454 + 280 + 48 + 18"
    assert {one.what for one in find(fact("2017-03-01", "US"), "C3")} == {
        "405 = 405, the sum by facility", "220 = 220, the sum by facility"}  # fmt: skip


def test_what_is_not_provided_stops_every_sum_that_needs_it_and_is_no_zero() -> None:
    """R-413, rule C12."""
    one = fact("2023-03-01", "RU")
    open_ = {finding.rule for finding in judge_declaration(LAYOUT, one) if finding.verdict is Verdict.OPEN}
    assert open_ == {"C10", "D1"}
    us = fact("2020-09-01", "US")
    for cell in (NOT_PROVIDED, WITHHELD):
        (found,) = find(changed(us, "ICBM_DEPLOYED", cell), "C4")
        assert found.verdict is Verdict.OPEN and ("withheld" if cell else "not provided") in found.what


def changed(one: Declaration, category: str, value: Any, type_: str = "") -> Declaration:
    """With another number in the rows of a category."""
    table = LAYOUT.tables[1]
    code = table.columns[3].type.read(category)  # type: ignore[arg-type]
    rows = [[*row[:4], value, *row[5:]] if row[3] == code and type_ in ("", row[2]) else row
            for row in one.tables[1] or ()]  # fmt: skip
    return one._replace(tables=(one.tables[0], rows))


def totals(one: Declaration, *numbers: int) -> Declaration:
    row = (one.tables[0] or [[]])[0]
    return one._replace(tables=([[*numbers, *row[3:]]], *one.tables[1:]))


US = ("2020-09-01", "US")
BREAKS = {
    "C1": lambda: changed(fact(*US), "ICBM_LAUNCHER_NONDEPLOYED", 56),
    "C2": lambda: changed(fact(*US), "BOMBER_TEST", 6, "all"),
    "C3": lambda: changed(fact("2017-03-01", "US"), "ICBM_DEPLOYED", 100, "Minuteman III"),
    "C4": lambda: totals(fact(*US), 674, 1457, 800),
    "C5": lambda: totals(fact(*US), 675, 1457, 799),
    "C6": lambda: changed(fact(*US), "SLBM_LAUNCHER_TEST", 51),
    "C7": lambda: changed(fact(*US), "SLBM_LAUNCHER_DEPLOYED", 229),
    "C8": lambda: totals(fact(*US), 675, 47, 800),
    "C9": lambda: totals(fact(*US), 675, 600, 800),
    "C10": lambda: totals(fact(*US), 801, 1457, 800),
    "D1": lambda: totals(fact(*US), 675, 1551, 800),
    "B9": lambda: fact(*US)._replace(as_of=day("2020-09-02")),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_is_named_where_it_is_broken(rule: str) -> None:
    assert rule in broken(BREAKS[rule]())


def test_a_ceiling_stands_from_its_first_day_to_its_last() -> None:
    """Rules D1 to D3: before and after it only how far away it is, is shown."""
    above = totals(fact(*US), 701, 1457, 801)
    outside, broken_ = Verdict.OUTSIDE, Verdict.BROKEN
    for as_of, verdict in (("2018-02-04", outside), ("2018-02-05", broken_), ("2026-02-04", broken_),
                           ("2026-02-05", outside)):  # fmt: skip
        found = {one.place: one for one in find(above._replace(as_of=day(as_of)), "D1")}
        assert found["II.1.a"].verdict is verdict, as_of
        assert "1 above the 700" in found["II.1.a"].what
    assert "voluntary adherence" in found["II.1.a"].what


def test_warheads_by_base_add_up() -> None:
    """Rule C13."""
    one = fact(*US)
    code = LAYOUT.tables[1].columns[3].type.read("WARHEADS")  # type: ignore[arg-type]
    for count, verdict in ((1409, Verdict.HOLDS), (1408, Verdict.BROKEN)):
        row = ["*TOTAL*", None, "all", code, count, None, None, None]
        rows = [*(one.tables[1] or ()), row]
        (found,) = find(one._replace(tables=(one.tables[0], rows)), "C13")
        assert found.verdict is verdict


def test_what_is_equipped_for_other_arms_is_in_no_sum() -> None:
    """Rule C11."""
    (found,) = find(fact(*US), "C11")
    assert found.what == "41 stand in no sum"


def unit(name: str, state: str, kind: str | None) -> list[Any]:
    columns = LAYOUT.tables[2].columns
    return [name, "T", "Base", columns[3].type.read(state),  # type: ignore[arg-type]
            None if kind is None else columns[4].type.read(kind)]  # type: ignore[arg-type]  # fmt: skip


def with_units(*rows: list[Any]) -> Declaration:
    return Declaration(LAYOUT.mark, 2026, 1, "", day("2020-09-01"), (None, None, list(rows)))


def test_an_item_stands_only_where_it_may() -> None:
    """Rule D4: what is not said breaks nothing."""
    good = with_units(unit("A", "ICBM_NONDEPLOYED", "STORAGE"), unit("B", "ICBM_LAUNCHER_TEST", "TEST_RANGE"),
                      unit("C", "ICBM_NONDEPLOYED", None), unit("D", "ICBM_DEPLOYED", "ICBM_BASE"))  # fmt: skip
    assert broken(good) == set()
    assert broken(with_units(unit("A", "ICBM_NONDEPLOYED", "AIR_BASE"))) == {"D4"}
    assert broken(with_units(unit("A", "SLBM_LAUNCHER_TEST", "SUBMARINE_BASE"))) == {"D4"}


def test_one_identifier_stands_once() -> None:
    """Rule E1: kept and marked, not refused, when it comes from the other side."""
    assert broken(with_units(unit("A", "ICBM_DEPLOYED", None), unit("A", "SLBM_DEPLOYED", None))) == {"E1"}


def test_units_listed_are_as_many_as_declared() -> None:
    one = fact(*US)
    rows = [unit(f"U{number}", "BOMBER_DEPLOYED", None) for number in range(48)]
    for there, verdict in ((rows, Verdict.HOLDS), (rows[1:], Verdict.BROKEN)):
        listed = {finding.place: finding for finding in find(one._replace(tables=(*one.tables, there)), "C3")}
        assert listed["deployed heavy bombers as many as are listed one by one"].verdict is verdict
        assert listed["deployed ICBMs as many as are listed one by one"].what.startswith("397 = 0")


def test_what_does_not_fit_its_column_is_named_and_stops_its_sums() -> None:
    one = fact(*US)
    found = judge_declaration(LAYOUT, changed(one, "ICBM_DEPLOYED", "many"))
    assert [finding.place for finding in found if not finding.rule] == ["detail row 1, value"]
    assert "C12" in {finding.rule for finding in found}
    short = one._replace(tables=([[1, 2]],))
    assert any("2 cells" in finding.what for finding in judge_declaration(LAYOUT, short))
    assert any("tables" in finding.place for finding in judge_declaration(LAYOUT, one._replace(tables=(None,) * 9)))


def test_a_jump_is_shown() -> None:
    """Rule E6: no public step is as large; one warhead more is."""
    by_party: dict[str, list[Declaration]] = {}
    for as_of, party in all_facts():
        by_party.setdefault(party, []).append(fact(as_of, party))
    steps = [one for rows in by_party.values() for pair in pairwise(rows) for one in judge_step(LAYOUT, *pair)]
    assert len(steps) == 47 and {one.verdict for one in steps} == {Verdict.HOLDS}
    before = fact(*US)
    for warheads, verdict in ((1457 - 250, Verdict.HOLDS), (1457 - 251, Verdict.BROKEN), (1457 + 251, Verdict.BROKEN)):
        (found,) = judge_step(LAYOUT, before, totals(before, 675, warheads, 800))
        assert found.verdict is verdict and found.rule == "E6"
    assert not judge_step(LAYOUT, before, fact("2023-03-01", "RU"))


INSPECTIONS = library.layouts()["new-start-inspections"]


def inspections(*rows: tuple[int, str, str]) -> Declaration:
    cells = [[f"N{number}", kind, "Site", day(begin), day(end)] for number, (kind, begin, end) in enumerate(rows)]
    return Declaration(INSPECTIONS.mark, 2026, 1, "", day("2012-02-01"), (cells,))


def test_inspections_are_counted_by_treaty_year_and_one_at_a_time() -> None:
    """Rule D6."""
    ones = [(0, f"2011-0{month}-10", f"2011-0{month}-11") for month in range(5, 10)]
    ones += [(0, f"2011-0{month}-20", f"2011-0{month}-21") for month in range(5, 10)]
    assert broken(inspections(*ones), INSPECTIONS) == set()
    assert broken(inspections(*ones, (0, "2012-02-04", "2012-02-04")), INSPECTIONS) == {"D6"}
    assert broken(inspections(*ones, (0, "2012-02-05", "2012-02-05")), INSPECTIONS) == set(), "another year"
    assert broken(inspections(*ones, (1, "2011-05-11", "2011-05-12")), INSPECTIONS) == {"D6"}, "two at once"
    assert broken(inspections((1, "2011-04-05", "2011-04-05")), INSPECTIONS) == {"D6"}, "within the first 60 days"
    assert broken(inspections((1, "2011-04-06", "2011-04-06")), INSPECTIONS) == set()
    twos = [(1, f"2011-{month:02d}-10", f"2011-{month:02d}-11") for month in range(5, 13)]
    assert broken(inspections(*twos), INSPECTIONS) == set()
    assert broken(inspections(*twos, (1, "2012-01-10", "2012-01-11")), INSPECTIONS) == {"D6"}
    assert broken(inspections((0, "2011-05-03", "2011-05-01")), INSPECTIONS) == {"D6"}


QUOTAS = library.layouts()["open-skies-quota"]


def test_a_quota_is_what_was_given_less_used_and_transferred() -> None:
    """Rule D10."""
    def of(*numbers: Any) -> Declaration:
        return Declaration(QUOTAS.mark, 2026, 1, "", 1, ([["STATE-A", *numbers]],))

    assert broken(of(4, 1, 1, 2), QUOTAS) == set()
    assert broken(of(4, 1, 1, 3), QUOTAS) == {"D10"}
    assert broken(of(1, 1, 1, -1), QUOTAS) == {"D10"}
    assert broken(of(4, NOT_PROVIDED, 1, 3), QUOTAS) == {"C12"}
