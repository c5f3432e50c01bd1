"""Notices in a browser: composed from every type of field, released by two, read by the other side, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from openline.console.accords import asking as accords
from openline.console.accords.library import files
from openline.console.channel.asking import Sent
from openline.console.watch import asking
from tests.browser.conftest import expect
from tests.rooms.accord.formats.examples import EVERY_TYPE
from tests.rooms.accord.library.listing import example
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def release(watch: Watch, draft: int) -> str:
    """Submitted by Bob, released by Cyd; where it is in the record."""
    version = watch.ask("Bob", asking.AskDraft(draft=draft), asking.DraftRow).version
    watch.ask("Bob", asking.SubmitDraft(draft=draft, version=version), asking.DraftRow)
    row = watch.ask("Cyd", asking.AskDraft(draft=draft), asking.DraftRow)
    ask = asking.ReleaseDraft(draft=draft, version=row.version, code=row.code)
    return str(watch.ask("Cyd", ask, Sent).places[0])


def agree(watch: Watch, file: str) -> str:
    """A format that both sides have said; its mark."""
    assert watch.other is not None
    row = watch.ask("Bob", accords.DraftPaper(paper=accords.OfferFormat(file=file)), accords.Drafted)
    release(watch, row.draft)
    with watch.other.link() as link:
        link.ask(accords.OfferFormat(file=file), Sent)
    found: list[str] = []

    def both() -> bool:
        rows = watch.ask("Bob", accords.AskFormats(), list[accords.FormatRow])
        found[:] = [one.digest[:16] for one in rows if one.agreed]
        return any(one.agreed and one.id in file for one in rows)

    watch.until(both)
    return next(one.digest[:16] for one in watch.ask("Bob", accords.AskFormats(), list[accords.FormatRow])
                if one.agreed and f'id = "{one.id}"' in file)  # fmt: skip


@pytest.fixture(scope="module")
def marks(watch: Watch) -> dict[str, str]:
    """Two formats that both sides have agreed, by their ids."""
    launch = files()["launch-1988"].decode()
    return {"launch-1988": agree(watch, launch), "every-type": agree(watch, EVERY_TYPE)}


def from_birch(watch: Watch, format_: str, **fields: object) -> str:
    """A notice of theirs that has come."""
    assert watch.other is not None
    with watch.other.link() as link:
        ask = accords.SendNotice(format=format_, fields=fields, language="ru", with_faults=True)
        place = link.ask(ask, Sent).places[0]
    watch.until(lambda: watch.get(f"/notice/{place}", "Ann").status == 200)
    return str(place)


def fill_every_type(page: Any) -> None:
    typed = {
        "f.when": f"{day(20)}T12:00:00Z", "f.day": "2026-12-20", "f.each_day": "16:00", "f.year": "2026",
        "f.period": "2026-12-20T00:00:00Z", "f.period.to": "2026-12-21T00:00:00Z", "f.days": "2026-12-01",
        "f.days.to": "2026-12-03", "f.height": "12.5", "f.point": "57 12 18N 155 00 00E",
        "f.circle": "57 12.300N 155 00.000E", "f.circle.radius": "45.5",
        "f.polygon": "60 00N 170 00E\n66 00N 170 00W\n58 00N 165 00W",
        "f.route": "52 00.0N 160 00.0E\n50 00.0N 175 00.0W",
        "f.named": "Баренцево море", "f.area": "10 00.0N 010 00.0E radius 50 km", "f.item": "RS-24/0417",
        "f.names.0": "ALPHA", "f.items.0.id": "X1", "f.items.0.number": "3", "f.items.0.place": "08 43.0N 167 43.0E",
        "f.what_other": "Летательный аппарат", "f.remarks": "Первая строка\nвторая",
    }  # fmt: skip
    for name, value in typed.items():
        page.locator(f'[id="{name}"]').fill(value)
    chosen = {"f.kind": "OTHER", "f.public": "yes", "f.quadrant": "PACIFIC NE", "f.area.form": "circle"}
    for name, value in chosen.items():
        page.locator(f'[id="{name}"]').select_option(value)
    page.locator('[id="f.count.not"]').check()
    page.locator('details:has([id="csv.items"]) summary').click()
    page.locator('[id="csv.items"]').fill("id;number\nX2;not provided\n")


def violations(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    told = axe.Axe().run(page, options={"runOnly": TAGS})
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:200]}"
            for one in told.response["violations"]]  # fmt: skip


def test_a_notice_of_every_type_is_composed_without_script_released_by_two_and_read_there(
    opened: Opened, watch: Watch, marks: dict[str, str]
) -> None:
    page = opened("Bob", f"/notices/new/{marks['every-type']}", "ru", java_script_enabled=False)
    page.locator('[id="f.polygon"]').fill("10 00N 10 00E\n11 00N 11 00E\n11 00N 10 00E\n10 00N 11 00E")
    page.locator('[id="f.period"]').fill("soon")
    page.locator('[id="f.names.0"]').fill("A\u202eB")
    page.get_by_role("button", name="Сохранить черновик").click()
    summary = page.locator("#summary")
    expect(summary).to_contain_text("многоугольник пересекает сам себя: встречаются стороны после точек 1 и 3")
    expect(summary).to_contain_text("(A4)")
    for words in ("Когда", "soon to", "не промежуток", "U+202E", "R-441", "A1"):
        expect(summary).to_contain_text(words)
    expect(page.locator('[id="f.when"]')).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#when-faults")).to_contain_text("обязательно")
    fill_every_type(page)
    page.get_by_role("button", name="العربية").first.click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator('[id="f.remarks"]')).to_have_value("Первая строка\nвторая")
    expect(page.locator('[id="f.items.1.id"]')).to_have_value("X2")
    expect(page.locator('[id="f.count.not"]')).to_be_checked()
    page.get_by_role("button", name="Русский").first.click()
    page.get_by_role("button", name="Проверить").click()
    expect(page.locator("#summary")).to_have_count(0)
    expect(page.locator("svg.map")).to_have_count(1)
    expect(page.locator(".typed").first).to_contain_text("НЕ ПРЕДОСТАВЛЕНО")
    page.locator("#language_of").select_option("ru")
    page.get_by_role("button", name="Сохранить черновик").click()
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    number = int(page.url.rsplit("/", 1)[1])
    place = release(watch, number)
    assert watch.other is not None
    other = watch.other

    def there() -> dict[str, Any]:
        ran = other.try_here("notice", "show", place, "--json")
        return dict(json.loads(ran.out)) if ran.code == 0 else {}

    watch.until(lambda: bool(there()))
    row = there()
    assert row["known"] and row["agreed"] and "NOT PROVIDED" in row["printed"]["en"], row
    assert row["fields"]["polygon"] == "60 00N 170 00E; 66 00N 170 00W; 58 00N 165 00W"
    assert [one["id"] for one in row["fields"]["items"]] == ["X1", "X2"] and row["fields"]["count"] == "not provided"


def test_what_is_late_or_lacks_is_shown_and_leaves(opened: Opened, watch: Watch, marks: dict[str, str]) -> None:
    page = opened("Bob", f"/notices/new/{marks['launch-1988']}")
    page.locator('[id="f.planned_date"]').fill(day(0))
    page.locator('[id="f.launch_area"]').fill("PACIFIC NE")
    page.locator('[id="f.launch_area.form"]').select_option("quadrant")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator("#summary")).to_contain_text("Impact areas: is required and not given")
    expect(page.locator("section.panel")).to_contain_text("BREACH B1")
    page.locator("#with_faults").check()
    page.get_by_role("button", name="Keep as a draft").click()
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    place = release(watch, int(page.url.rsplit("/", 1)[1]))
    page.goto(f"{watch.address}/notice/{place}")
    expect(page.locator("article")).to_contain_text("R-441")
    page.get_by_role("link", name="Correct it").click()
    expect(page.locator('[id="f.planned_date"]')).to_have_value(day(0))
    expect(page.locator("#place")).to_have_value(place)


def test_a_notice_is_read_in_every_language_with_its_map_and_pdf_and_an_unknown_one_raw(
    opened: Opened, watch: Watch, marks: dict[str, str]
) -> None:
    known = from_birch(watch, marks["launch-1988"], planned_date=day(3), launch_area="quadrant: PACIFIC NE",
                       impact_areas=["circle: 08 43.0N 167 43.0E radius 50 km"], remarks="Без изменений.")  # fmt: skip
    assert watch.other is not None
    raw = from_birch(watch, "goodwill", **example("goodwill"))
    complaints: list[str] = []
    for language, colours, words, limit in (
        ("en", "night", "Pacific Ocean", "at least PT24H before planned_date"),
        ("ru", "light", "Тихий океан", "не менее чем за PT24H до planned_date"),
        ("ar", "contrast", "Pacific Ocean", "PT24H"),
    ):
        page = opened("Ann", f"/notice/{known}", language, colours, bypass_csp=True)
        expect(page.locator(".typed").first).to_contain_text(words)
        expect(page.locator("section[aria-labelledby=times]")).to_contain_text(limit)
        expect(page.locator("svg.map")).to_have_count(1)
        complaints += violations(page)
        # axe looks at every pair of colours of every element: the long form is looked at once
        format_ = "every-type" if language == "ru" else "launch-1988"
        form = opened("Bob", f"/notices/new/{marks[format_]}", language, colours, bypass_csp=True)
        form.locator("button[name=check]").click()
        complaints += violations(form)
        for one in (page, form):
            one.set_viewport_size({"width": 360, "height": 780})
            assert one.evaluate("document.documentElement.scrollWidth") <= 360, one.url
    page = opened("Ann", "/notices", bypass_csp=True)
    complaints += violations(page)
    page.goto(f"{watch.address}/notice/{raw}")
    expect(page.locator("article")).to_contain_text("This record does not have the format that it names")
    expect(page.locator(".typed")).to_contain_text(str(next(iter(example("goodwill").values()))))
    for place in (known, raw):
        sheet = watch.get(f"/notice/{place}/sheet.pdf", "Ann")
        assert sheet.text.startswith("%PDF-1.7") and sheet.headers["content-type"] == "application/pdf"
        assert sheet.headers["content-disposition"].startswith("attachment;")
    assert not complaints, "\n".join(complaints)
