"""A declaration written in a browser: a file loaded by the strict readers, rows typed, sums and limits seen before it
leaves, released by two, read by the other side."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from openline.console.watch.asking import AskDraft, DraftRow, WithdrawDraft
from tests.browser.conftest import expect
from tests.browser.test_declarations import say_layout
from tests.browser.test_notices import release, violations
from tests.rooms.accord.declarations.test_judging import FACTS
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
HEAD: Final = "deployed_delivery_vehicles,warheads_counted,deployed_and_nondeployed_launchers\n"
KEPT: Final = os.environ.get("OPENLINE_KEEP")  # where who looks at the pages wants them
UNITS: Final = "id,type,place,state\n"
SAID: Final = {
    "ru": ("нет столбца", "не число", "нарушено", "не представлено"),
    "ar": ("لا يوجد عمود", "ليس عددا", "لم يُراعَ", "غير مقدَّم"),
}


@pytest.fixture(scope="module")
def mark(watch: Watch) -> str:
    """New START's layout, said by the other side; by its hash."""
    assert watch.other is not None
    with watch.other.link() as link:
        digest = say_layout(link)
    return digest[:16]


def load(page: Any, path: Path, into: str, only: str = "") -> None:
    page.locator("#file").set_input_files(str(path))
    page.locator("#into").select_option(into)
    page.locator("#only").fill(only)
    page.locator("button[name=load]").click()


def test_public_figures_are_loaded_without_script_checked_and_released_by_two(
    opened: Opened, watch: Watch, mark: str
) -> None:
    """R-410 to R-415: two files of public figures as they are; what does not close is seen before it leaves."""
    page = opened("Bob", "/declarations", "ru", java_script_enabled=False)
    page.locator(f'a[href="/declarations/new/{mark}"]').first.click()
    page.locator("#as_of").fill("2020-09-01")
    only = "as_of=2020-09-01\nparty=US"
    load(page, FACTS / "new-start-totals.csv", "totals", only)
    expect(page.locator('[id="f.totals.0.warheads_counted"]')).to_have_value("1457")
    load(page, FACTS / "new-start-us-detail.csv", "detail", only)
    expect(page.locator("#summary")).to_have_count(0)
    text = page.locator("section.panel").inner_text()
    assert "800 = 454 + 280 + 48 + 18" in text and "нарушено" not in text and "сумма II.1.a" in text
    page.locator('[id="f.totals.0.deployed_and_nondeployed_launchers"]').fill("801")
    page.locator('[name="f.totals.0.warheads_counted.kept"]').select_option("not provided")
    page.locator('button[value="units"]').click()
    for column, value in (("id", "U1"), ("type", "MM-3"), ("place", "Warren"), ("state", "ICBM_DEPLOYED")):
        cell = page.locator(f'[id="f.units.1.{column}"]')
        (cell.select_option if column == "state" else cell.fill)(value)
    page.locator("button[name=check]").click()
    rules = page.locator("section.panel").inner_text()
    for words in ("C5", "801", "D1", "C3", "C12", "не представлено"):
        assert words in rules, (words, rules)
    expect(page.locator('[id="f.units.0.id"]')).to_have_value("U1")
    page.locator("button.primary").click()
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    place = release(watch, int(page.url.rsplit("/", 1)[1]))
    assert watch.other is not None
    other = watch.other
    watch.until(lambda: other.try_here("declare", "show", place).code == 0)
    shown = json.loads(other.here("declare", "show", place, "--json"))
    assert shown["tables"]["totals"][0]["warheads_counted"] == "not provided"
    assert {one["rule"] for one in shown["findings"] if one["verdict"] == "is broken"} >= {"C3", "C5", "C12", "D1"}

    page.goto(f"{watch.address}/declaration/{place}")
    page.locator('a[href*="?corrects="]').click()
    expect(page.locator("#place")).to_have_value(place)
    expect(page.locator('[id="f.totals.0.deployed_and_nondeployed_launchers"]')).to_have_value("801")
    page.locator('[id="f.totals.0.deployed_and_nondeployed_launchers"]').fill("800")
    page.locator("button[value=submit]").click()
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    number = int(page.url.rsplit("/", 1)[1])
    row = watch.ask("Bob", AskDraft(draft=number), DraftRow)
    assert row.stage == "submitted"
    watch.ask("Bob", WithdrawDraft(draft=number, remark="A test."), DraftRow)  # the desk is shared


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_a_file_with_faults_stays_and_each_is_named_with_its_row_and_column(
    opened: Opened, watch: Watch, mark: str, language: str, tmp_path: Path
) -> None:
    page = opened("Bob", f"/declarations/new/{mark}", language, "contrast" if language == "ar" else "light",
                  bypass_csp=True)  # fmt: skip
    found = violations(page)
    path = tmp_path / "units.csv"
    path.write_text(UNITS + "U1,MM-3,Warren,ICBM_DEPLOYED\nU1,MM-3,Warren,MOON\nU\u202e2,MM-3\n")
    load(page, path, "units")
    summary = page.locator("#summary")
    for place in ("line 3, units row 2, state", "line 3, units row 2, id", "line 4, units row 3"):
        expect(summary).to_contain_text(place)
    expect(page.locator('[id="csv.units"]')).to_have_value(re.compile("MOON"))
    path.write_text("number\n1\n")
    load(page, path, "totals")
    expect(summary).to_contain_text(SAID[language][0])
    path.write_bytes(b"\xff\xfe1")
    load(page, path, "detail")
    expect(summary).to_contain_text("UTF-8")
    whole = tmp_path / "whole.json"
    whole.write_text('{"as_of": "2020-09-01", "tables": {"totals": [{"warheads_counted": "many"}], "totals": []}}')
    load(page, whole, "*")
    expect(page.locator("#json")).to_have_value(re.compile("many"))
    expect(summary).to_contain_text("JSON")
    assert "<span lang=\"en\"" not in summary.inner_html(), summary.inner_html()
    page.locator("#json").fill("")
    page.locator("button.primary").click()
    expect(page.locator("#summary")).to_be_visible()
    whole.write_text(json.dumps({"as_of": "2020-09-01", "tables": {"totals": [{
        "deployed_delivery_vehicles": 801, "warheads_counted": "not provided",
        "deployed_and_nondeployed_launchers": 800}]}}))  # fmt: skip
    load(page, whole, "*")
    expect(page.locator("#as_of")).to_have_value("2020-09-01")
    rules = page.locator("section.panel").inner_text()
    assert SAID[language][2] in rules and SAID[language][3] in rules and "C10" in rules
    found += violations(page)
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=str(KEPT or tmp_path) + f"/form-{language}.png", full_page=True)
    assert not found, "\n".join(found)
