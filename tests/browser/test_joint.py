"""Joint statements in a browser: texts side by side, who signed which bytes, nothing to save before the instant."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from openline.console.channel.asking import Sent
from openline.console.publishing import asking
from tests.browser.test_notices import release, violations
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
TEXTS: Final = {"en": "The parties keep the limits for one year.", "ru": "Стороны соблюдают пределы один год.",
                "ar": "يحافظ الطرفان على الحدود سنة واحدة."}  # fmt: skip
SAID: Final = {"en": ("waits for our signature", "has not signed these bytes", "cannot be published yet"),
               "ru": ("ждёт нашей подписи", "эти байты не подписаны", "Обнародовать ещё нельзя"),
               "ar": ("ينتظر توقيعنا", "لم يوقّع هذه البايتات", "لا يمكن نشره بعد")}  # fmt: skip
HOUR_MS: Final = 3_600_000


def propose(watch: Watch, name: str, in_ms: int) -> None:
    """Birch proposes; returns once the statement is on our page."""
    assert watch.other is not None
    texts = [asking.VersionRow(language, f"Statement {name}", words) for language, words in TEXTS.items()]
    release_ms = (time.time_ns() // 1_000_000 + in_ms) // 1000 * 1000
    ask = asking.ProposeJoint(name=name, texts=texts, release_ms=release_ms, zone="Geneva", minutes_east=60)
    with watch.other.link() as link:
        link.ask(ask, Sent)
    watch.until(lambda: watch.get(f"/joint/{name}", "Ann").status == 200)


@pytest.fixture(scope="module")
def proposed(watch: Watch) -> str:
    propose(watch, "JS-1", 30 * 24 * HOUR_MS)
    return "/joint/JS-1"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_statement_is_read_side_by_side_in_the_language_of_the_page(
    opened: Opened, proposed: str, language: str
) -> None:
    colours = {"en": "night", "ru": "light", "ar": "contrast"}[language]
    page = opened("Ann", "/joint", language, colours, bypass_csp=True)
    assert SAID[language][0] in page.locator("main").inner_text()
    found = violations(page)
    page.locator("main table a", has_text="JS-1").click()
    text = page.locator("main").inner_text()
    assert all(words in text for words in TEXTS.values()) and "UTC+01:00" in text
    assert SAID[language][1] in text and SAID[language][2] in text
    page.locator("time.until", has_text=re.compile(r"29 d \d\d:\d\d:\d\d")).wait_for()
    assert page.locator("a[href$='statement.json']").count() == 0, "nothing to save before the instant"
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not found, "\n".join(found)


def test_it_is_signed_by_two_officers_kept_until_its_instant_and_saved(
    opened: Opened, watch: Watch, proposed: str
) -> None:
    for end in ("json", "pdf"):
        assert watch.get(f"{proposed}/statement.{end}", "Ann").status == 403, "refused by policy, whoever asks"
    propose(watch, "JS-2", 15_000)
    page = opened("Bob", "/joint/JS-2")
    page.locator("form[action$='/sign'] button").click()
    page.wait_for_url("**/drafts/*")
    text = page.locator("main").inner_text()
    assert all(words in text for words in TEXTS.values()), "what is released is what is read"
    release(watch, int(page.url.rsplit("/", 1)[1]))
    watch.until(lambda: watch.get("/joint/JS-2/statement.json", "Ann").status == 200)
    saved = json.loads(watch.get("/joint/JS-2/statement.json", "Ann").text)
    assert saved["published_at"] >= saved["release_at"]
    assert {one["language"]: one["text"] for one in saved["texts"]} == TEXTS
    sheet = watch.get("/joint/JS-2/statement.pdf", "Ann")
    assert sheet.text.startswith("%PDF-1.") and sheet.headers["content-type"] == "application/pdf"
    page = opened("Ann", "/joint/JS-2")
    assert page.locator("a[href$='statement.json']").count() == 1
    assert watch.get("/joint/nothing", "Ann").status == 404
