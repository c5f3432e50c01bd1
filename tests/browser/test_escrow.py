"""Sealed exchanges and escrow in a browser: steps and times, what is open, what is not proved; three languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import AskStatus, Sent, Status
from openline.console.escrowing import asking
from tests.browser.test_notices import violations
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
SAID = {"en": ("commitment", "What this does not prove", "is broken"),
        "ru": ("обязательство", "Чего это не доказывает", "нарушено"),
        "ar": ("التزام", "ما لا يثبته هذا", "لم يُراعَ")}  # fmt: skip
LEVELS = '{"aggregate": [["launchers", 2]], "types": [["launchers", "TYPE-1", 3]]}'


@pytest.fixture(scope="module")
def told(watch: Watch) -> tuple[str, str]:
    """Birch commits to a list, and to a declaration that contradicts itself once two levels are open. The two pages."""
    assert watch.other is not None
    with watch.other.link() as link:
        now_ms = link.ask(AskStatus(), Status).now_ms
        times = {"commit_by_ms": now_ms + 3_600_000, "open_by_ms": now_ms + 7_200_000}
        ask = asking.ProposeExchange(called="LISTS", title="Lists of 1 January", language="en", **times)
        exchange = str(link.ask(ask, Sent).places[0])
        link.ask(asking.CommitList(name="LISTS", records=["Alpha", "Bravo"]), Sent)
        ask_ = asking.CommitEscrow(called="STOCKS", as_of="2026-09-01", levels=LEVELS, with_faults=True)
        escrow = str(link.ask(ask_, Sent).places[0])
        link.ask(asking.OpenEscrow(name="STOCKS", level="aggregate"), Sent)
        link.ask(asking.OpenEscrow(name="STOCKS", level="types"), Sent)
    watch.until(lambda: "STOCKS" in watch.get("/sealed", "Ann").text)
    return f"/sealed/exchange/{exchange}", f"/sealed/escrow/{escrow}"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_both_sides_steps_and_what_is_open_are_read_in_the_language_of_the_page(
    opened: Opened, watch: Watch, told: tuple[str, str], language: str, tmp_path: Path
) -> None:
    """R-556, R-557, R-559."""
    step, unproved, broken = SAID[language]
    colours = {"en": "night", "ru": "light", "ar": "contrast"}[language]
    page = opened("Ann", "/sealed", language, colours, bypass_csp=True)
    found = violations(page)
    for path, words in zip(told, ((step,), (unproved, broken, "TYPE-1")), strict=True):
        page.locator(f'a[href="{path}"]').click()
        text = page.locator("main").inner_text()
        assert all(word in text for word in words), text
        found += violations(page)
        page.screenshot(path=str(tmp_path / f"{path.split('/')[2]}-{language}.png"), full_page=True)
        page.goto(watch.address + "/sealed")
    assert not found, "\n".join(found)


def test_pages_of_what_is_committed_fit_their_windows_and_refuse_what_is_not_there(
    opened: Opened, watch: Watch, told: tuple[str, str]
) -> None:
    for width in (360, 1024):
        page = opened("Ann", viewport={"width": width, "height": 768})
        for path in ("/sealed", *told):
            page.goto(watch.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert watch.get(told[0].replace("exchange", "escrow"), "Ann").status == 404
