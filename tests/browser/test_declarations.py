"""Declarations in a browser: what was declared, which rule fails where, what changed without notice, what is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from openline.console.accords import asking as accords
from openline.console.accords.library import files, layout_files
from openline.console.channel.asking import Sent
from openline.console.channel.link import ControlLink
from openline.console.declaring import asking
from tests.browser.test_notices import release, violations
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
UNITS: Final = "id,type,place,state\n"
TOTALS: Final = "deployed_delivery_vehicles,warheads_counted,deployed_and_nondeployed_launchers\n"
BEFORE: Final = ["U1,MM-3,Warren,ICBM_DEPLOYED", "U2,MM-3,Malmstrom,ICBM_DEPLOYED", "U3,MM-3,Minot,ICBM_DEPLOYED"]
AFTER: Final = ["U1,MM-3,Malmstrom,ICBM_DEPLOYED", "U2,MM-3,Minot,ICBM_DEPLOYED", "U3,MM-3,Minot,ICBM_DEPLOYED",
                "U4,MM-3,Minot,ICBM_DEPLOYED"]  # fmt: skip
SAID: Final = {"en": ("without a notice", "is broken", "in your declaration"),
               "ru": ("без уведомления", "нарушено", "в вашем заявлении"),
               "ar": ("بلا إخطار", "لم يُراعَ", "في إعلانكم")}  # fmt: skip


def say_layout(link: ControlLink) -> str:
    """New START's layout is on the record, said by who asks, once: the line is shared by other tests. Its hash."""
    rows = link.ask(asking.AskLayouts(), list[asking.LayoutRow])
    one = next(one for one in rows if one.id == "new-start-data")
    if not one.by:
        link.ask(asking.OfferLayout(file=layout_files()["new-start-data"].decode()), Sent)
    return one.digest


@pytest.fixture(scope="module")
def declared(watch: Watch) -> dict[str, str]:
    """Birch declares twice: one unit moved as a notice says, one without any, one appeared; the second passes a ceiling
    and does not close, and Amber counts otherwise, as two officers of it say. Where each page is."""
    assert watch.other is not None
    places: dict[str, str] = {}
    with watch.other.link() as link:
        say_layout(link)
        link.ask(accords.OfferFormat(file=files()["new-start-iii-2"].decode()), Sent)
        fields = {"departure": "2020-05-01", "arrival": "2020-05-04", "origin": "Warren", "destination": "Malmstrom",
                  "type": "MM-3", "item": "U1"}  # fmt: skip
        link.ask(accords.SendNotice(format="new-start-iii-2", fields=fields), Sent)
        given = (("before", "2020-03-01", BEFORE, "680,1400,790"),
                 ("after", "2020-09-01", AFTER, "801,not provided,800"))  # fmt: skip
        for name, as_of, rows, totals in given:
            csv = {"units": UNITS + "\n".join(rows) + "\n", "totals": f"{TOTALS}{totals}\n"}
            form = asking.CheckDeclaration(layout="new-start-data", as_of=as_of, csv=csv)
            places[name] = f"/declaration/{link.ask(asking.SendDeclaration(form=form), Sent).places[0]}"
    watch.until(lambda: watch.get(places["after"], "Ann").status == 200)
    paper = asking.CountDeclaration(
        place=places["after"].removeprefix("/declaration/"), figures={"launchers": 901}, reason="101 more.",
        language="en",
    )  # fmt: skip
    row = watch.ask("Bob", asking.DraftDeclaring(paper=paper), accords.Drafted)
    release(watch, row.draft)
    layouts = watch.ask("Ann", asking.AskLayouts(), list[asking.LayoutRow])
    digest = next(one.digest for one in layouts if one.id == "new-start-data" and one.by)
    return {**places, "list": "/declarations", "over time": f"/declarations/{digest[:16]}"}


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_declarations_are_read_in_the_language_of_the_page(
    opened: Opened, watch: Watch, declared: dict[str, str], language: str, tmp_path: Path
) -> None:
    colours = {"en": "night", "ru": "light", "ar": "contrast"}[language]
    page = opened("Ann", declared["list"], language, colours, bypass_csp=True)
    found = violations(page)
    page.screenshot(path=str(tmp_path / f"declarations-{language}.png"), full_page=True)
    page.locator(f'a[href="{declared["after"]}"]').click()
    rules = page.locator("#rules + .scroll")
    text = rules.inner_text()
    assert SAID[language][1] in text and "C10" in text and "D1" in text and "C12" in text
    assert ("is 101 above the" in text) == (language == "en")
    counted = page.locator("#figures + .scroll").inner_text()
    assert "901" in counted and "+101" in counted and "101 more." in counted
    found += violations(page)
    page.screenshot(path=str(tmp_path / f"declaration-{language}.png"), full_page=True)

    page.locator(f'a[href="{declared["over time"]}"]').click()
    text = page.locator("main").inner_text()
    assert SAID[language][0] in text
    rows = page.locator("main section table").first.locator("tbody tr")
    assert [row.locator("th").inner_text() for row in rows.all()] == ["U2", "U4"], "U1 moved as a notice says"
    assert "new-start-iii-2" in rows.first.inner_text() and "Malmstrom" in rows.first.inner_text()
    rows.first.locator("summary").click()
    assert SAID[language][2] in rows.first.inner_text()
    drawn = page.locator("figure.drawn svg")
    assert "II.1.c" in drawn.get_attribute("aria-label") and "901" in drawn.inner_html()
    assert drawn.locator("title").count() >= 4, "each mark says what it is"
    assert "901" in page.locator("#points").inner_text(), "and the table under it says the same"
    found += violations(page)
    page.screenshot(path=str(tmp_path / f"over-time-{language}.png"), full_page=True)
    assert not found, "\n".join(found)


def test_pages_of_declarations_fit_their_windows_and_refuse_what_is_not_there(
    opened: Opened, watch: Watch, declared: dict[str, str]
) -> None:
    for width in (360, 1024):
        page = opened("Ann", viewport={"width": width, "height": 768})
        for path in (declared["list"], declared["after"], declared["over time"], declared["over time"] + "?all=yes"):
            page.goto(watch.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert watch.get("/declarations/nowhere", "Ann").status == 404
    assert watch.get(declared["after"].replace("/declaration/", "/notice/"), "Ann").status == 404
    assert watch.get(declared["list"], "Dee").status == watch.get(declared["after"], "Dee").status
