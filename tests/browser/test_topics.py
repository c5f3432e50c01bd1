"""Topics and meetings in a browser: each side's word beside the other's, dates as stated, nothing agreed by silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import AskStatus, Outgoing, Send, Sent, Status
from openline.console.topics import asking
from tests.browser.test_notices import violations
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
SAID = {"en": ("autumn 2021", "contradicts", "waits for", "The limits are kept."),
        "ru": ("осень 2021", "противоречит", "ждёт ответа от", "Ограничения соблюдаются."),
        "ar": ("خريف 2021", "يناقض", "ينتظر", "The limits are kept.")}  # fmt: skip


@pytest.fixture(scope="module")
def told(watch: Watch) -> str:
    """Birch files two of its messages under a topic, in two languages, and proposes a talk. The topic's page."""
    assert watch.other is not None
    with watch.other.link() as link:
        sent = link.ask(Send(messages=[Outgoing(text="We keep the limits."), Outgoing(text="We do not.")]), Sent)
        one, two = map(str, sent.places)
        titles = {"en": "Limits", "ru": "Ограничения"}
        link.ask(asking.NameTopic(topic="limits", titles=titles), Sent)
        filed = asking.FileUnder(topic="limits", place=one, filing="statement", said="2021-23",
                                 remark=SAID["en"][3], language="en")  # fmt: skip
        link.ask(filed, Sent)
        link.ask(asking.FileUnder(topic="limits", place=two, filing="report", said="2026-02-05",
                                  remark=SAID["ru"][3], language="ru"), Sent)  # fmt: skip
        link.ask(asking.SayContradiction(place=one, other=two, remark="One of the two.", language="en"), Sent)
        spoke = asking.SpokeRow("B. Example", "head of delegation", ["deputy minister"])
        link.ask(asking.SayCapacity(place=two, words={"en": spoke}), Sent)
        begins = link.ask(AskStatus(), Status).now_ms + 86_400_000
        link.ask(asking.ProposeMeeting(meeting="talk-1600", sort="contact", titles=titles, from_ms=begins), Sent)
    watch.until(lambda: "talk-1600" in watch.get("/topics", "Ann").text)
    return "/topics/limits"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_topic_is_read_in_the_language_of_the_page(
    opened: Opened, told: str, language: str, tmp_path: Path
) -> None:
    """R-570 to R-576."""
    season, against, waits, _ = SAID[language]
    colours = {"en": "night", "ru": "light", "ar": "contrast"}[language]
    page = opened("Ann", "/topics", language, colours, bypass_csp=True)
    found = violations(page)
    assert waits in page.locator("main").inner_text()
    page.screenshot(path=str(tmp_path / f"topics-{language}.png"), full_page=True)
    page.locator(f'a[href="{told}"]').click()
    items = page.locator("ol.topic > li")
    assert items.count() == 2 and season in items.first.inner_text()
    assert all(against in item.inner_text() for item in items.all())
    assert "B. Example" in items.last.inner_text() and "deputy minister" in items.last.inner_text()
    assert SAID["ru"][3] in items.last.inner_text(), "words that are in one language are shown in that one"
    found += violations(page)
    page.screenshot(path=str(tmp_path / f"topic-{language}.png"), full_page=True)
    assert not found, "\n".join(found)


def test_pages_of_topics_fit_their_windows_and_refuse_what_is_not_there(
    opened: Opened, watch: Watch, told: str
) -> None:
    for width in (360, 1024):
        page = opened("Ann", viewport={"width": width, "height": 768})
        for path in ("/topics", told):
            page.goto(watch.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert watch.get("/topics/nowhere", "Ann").status == 404
