"""The watch desk in a real browser: a watch as officers live it, by mouse, by keys alone, without script, in three
languages; what axe finds; what happens when the station is gone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from openline.console.alarm.asking import AcknowledgeAlarm, BoardRow, TellSound, TestAlarm
from openline.console.channel.asking import Outgoing
from openline.console.web.rendering import translations
from tests.browser.conftest import expect, send
from tests.whole.watching import PIN, Watch

pytestmark = pytest.mark.whole

Opened = Callable[..., Any]
PAGES = ("/", "/keys", "/drafts", "/drafts/0", "/drafts/new", "/search?words=drill", "/watch", "/contact", "/engineer",
         "/custodian", "/desk-log", "/alarms", "/help", "/record?which=all", "/precleared", "/declarations", "/topics",
         "/sealed", "/agreements", "/joint",
         "/drafts/0/translations")  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_axe_finds_nothing_on_any_page(opened: Opened, watch: Watch, language: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    colours = {"en": "night", "ru": "light", "ar": "contrast"}[language]
    page = opened("Ann", "/", language, colours, bypass_csp=True)
    places = [one.get_attribute("data-message") for one in page.locator("#needs [data-message]").all()]
    found: list[str] = []
    for path in (*PAGES, places[0]):
        page.goto(watch.address + path)
        told = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        found += [
            f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:200]}"
            for one in told.response["violations"]
        ]
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [360, 640, 1024])
def test_nothing_is_wider_than_the_window(opened: Opened, watch: Watch, width: int) -> None:
    """640 is 1280 at 200 % zoom."""
    page = opened("Ann", viewport={"width": width, "height": 768})
    places = [one.get_attribute("data-message") for one in page.locator("#needs [data-message]").all()]
    for path in (*PAGES, *places):
        page.goto(watch.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_new_message_comes_by_itself_and_is_acknowledged_by_one_key(opened: Opened, watch: Watch) -> None:
    page = opened("Ann")
    page.mouse.move(5, 5)
    before = page.locator("#needs .card").count()
    send(watch, Outgoing(text="One missile, unplanned.", subject="Flash one", precedence="FLASH"))
    first = page.locator("#needs .card").first
    expect(first).to_contain_text("Flash one")
    expect(page.locator("#news")).to_contain_text("Flash one")
    expect(page).to_have_title(re.compile(rf"^\({before + 1}\) FLASH"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", f"/icon/{before + 1}.svg")
    page.keyboard.press("a")
    expect(page.locator("#needs")).not_to_contain_text("Flash one")
    expect(page.locator("#needs .card")).to_have_count(before)
    expect(page.locator("#log")).to_contain_text("opened by Ann")


def test_what_is_still_to_be_answered_stays_where_it_was_acknowledged(opened: Opened, watch: Watch) -> None:
    """Its answer may be overdue: it must not go to stand behind a button as if it were new."""
    page = opened("Ann")
    page.mouse.move(5, 5)
    in_an_hour_ms = (int(time.time()) + 3_600) * 1000
    (path,) = send(watch, Outgoing(text="Answer.", subject="Owed", precedence="FLASH", reply_by_ms=in_an_hour_ms))
    card = page.locator(f'#needs [data-message="{path}"]')
    expect(card).to_contain_text("acknowledge by")
    card.focus()
    page.keyboard.press("a")
    expect(card).not_to_contain_text("acknowledge by")
    expect(card).to_contain_text("answer by")
    expect(card.get_by_role("button", name="Acknowledge receipt")).to_have_count(0)
    expect(page.locator("#show-new")).to_be_hidden()
    page.evaluate("() => document.activeElement.blur()")
    watch.post(f"{path}/refuse", "Ann", {"text": "Not here."})
    expect(card).to_have_count(0)


def test_nothing_moves_under_the_pointer(opened: Opened, watch: Watch) -> None:
    page = opened("Ann")
    card = page.locator("#needs .card").first
    card.hover()
    before = card.bounding_box()
    send(watch, Outgoing(text="Another.", subject="Flash two", precedence="FLASH"))
    button = page.locator("#show-new")
    expect(button).to_have_text("1 new – show")
    assert card.bounding_box() == before
    expect(page.locator("#needs")).not_to_contain_text("Flash two")
    button.click()
    expect(page.locator("#needs .card").first).to_contain_text("Flash two")
    page.mouse.move(5, 5)
    page.locator("#needs .card").first.get_by_role("button", name="Acknowledge receipt").click()
    expect(page.locator("#needs")).not_to_contain_text("Flash two")


def test_alarms_move_nothing_under_pointer_or_focus(opened: Opened, watch: Watch) -> None:
    """An alarm stands above everything; what somebody is about to press stays where it is."""
    send(watch, Outgoing(text="Words to point at. " * 60, subject="Pointed at"))
    page = opened("Ann")
    alarms, news = page.locator("#head-alarms .alarm"), page.locator("#news")

    def rings(name: str, **now: str) -> None:
        watch.ask("Ann", {"test": TestAlarm, "sound": TellSound}[name](**now), BoardRow)
        expect(page.locator(f'#head-alarms [data-key="alarm {name}"]')).to_have_count(1)

    def at(one: Any) -> tuple[int, int]:
        box = one.bounding_box()
        return round(box["x"]), round(box["y"] / 4)  # windows scroll by whole pixels

    assert alarms.count() == 0
    button = page.locator("#needs .card").last.get_by_role("button", name="Acknowledge receipt")
    button.hover()
    before = at(button)
    rings("test")
    expect(news).to_contain_text("ALARM test")  # said where it is seen, however far down one reads
    assert at(button) == before
    page.mouse.move(0, 0)
    link = page.locator("#needs .card").last.get_by_role("link", name="Reply")
    link.focus()
    before = at(link)
    watch.ask("Ann", AcknowledgeAlarm(name="test"), BoardRow)
    expect(page.locator('#head-alarms [data-key="alarm test"]')).to_have_count(0)
    rings("sound", said="not heard")
    assert at(link) == before
    assert link.evaluate("one => one === document.activeElement")
    page.evaluate("scrollTo(0, 0)")
    mine = page.locator('#head-alarms [data-key="alarm sound"]').get_by_role("button")
    mine.focus()
    mine.hover()
    before = at(mine)
    rings("test")
    assert at(mine) == before
    assert mine.evaluate("one => one === document.activeElement"), "the focus is where it was"
    page.keyboard.press("Enter")
    expect(page.locator('#head-alarms [data-key="alarm sound"]')).to_contain_text("acknowledged")
    watch.ask("Ann", TellSound(said="not used here"), BoardRow)  # whoever says so has answered the test too
    expect(alarms).to_have_count(0)


# What keys of the letters R and A say where another layout is on.
LAYOUTS = {
    "en": ({"KeyR": "r", "KeyA": "a"}, "Yes, a and r and n are letters here."),
    "ru": ({"KeyR": "к", "KeyA": "ф"}, "Да, ф, к и т здесь — буквы."),
    "ar": ({"KeyR": "ق", "KeyA": "ش"}, "نعم، ش و ق و ى حروف هنا."),
}


def strike(page: Any, code: str, letter: str) -> None:
    """One key of a board with that layout on."""
    held = page.context.new_cdp_session(page)
    given = {"key": letter, "code": code, "windowsVirtualKeyCode": ord(code[-1])}
    held.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": letter, **given})
    held.send("Input.dispatchKeyEvent", {"type": "keyUp", **given})
    held.detach()


def tab_to(page: Any, wanted: Any) -> None:
    """Nothing but Tab, as far as one goes."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def skip(page: Any) -> None:
    """The first thing that Tab leads to on a page goes past its head."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", LAYOUTS)
def test_keys_alone_from_receipt_to_release_and_the_other_side_has_it(
    opened: Opened, watch: Watch, language: str
) -> None:
    letters, words = LAYOUTS[language]
    (path,) = send(watch, Outgoing(text="Will you meet us?", subject="Keys alone", precedence="FLASH"))
    page = opened("Ann", "/", language)
    card = page.locator(f'#needs [data-message="{path}"]')
    expect(card).to_be_visible()
    assert page.locator("#needs .card").first.get_attribute("data-message") == path, "the most urgent one stands first"
    strike(page, "KeyA", letters["KeyA"])
    expect(card).to_have_count(0)
    page.goto(watch.address + path)
    strike(page, "KeyR", letters["KeyR"])
    page.locator("#text").wait_for()
    skip(page)
    tab_to(page, page.locator("#text"))
    page.keyboard.insert_text(words[:-1])
    strike(page, "KeyZ", words[-1])
    tab_to(page, page.locator("button[name=then][value=submit]"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    releaser = opened("Cyd", page.url.removeprefix(watch.address), language)
    expect(releaser.locator(".canonical")).to_have_text(words)
    skip(releaser)
    tab_to(releaser, releaser.locator("form[action$='/release'] button"))
    releaser.keyboard.press("Enter")
    releaser.wait_for_url(re.compile("/message/"))
    assert watch.other is not None
    other = watch.other
    watch.until(lambda: words in json.dumps(other.json_here("inbox"), ensure_ascii=False))
    ladder = releaser.locator("#ladder + .scroll")
    watch.until(lambda: "Birch" in (releaser.reload() and ladder.inner_text()))
    steps = ladder.locator("tbody th").all_inner_texts()
    told = ["drafted", "submitted", "released", "recorded", "relayed", "held"]
    assert steps[:6] == [translations(language).gettext(one) for one in told]


def test_single_keys_can_be_switched_off(opened: Opened) -> None:
    page = opened("Ann")
    page.get_by_role("button", name="Single keys act").click()
    page.locator("html[data-keys=off][data-script]").wait_for()
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile(r":\d+/$"))
    page.get_by_role("button", name="Single keys act").click()
    page.locator("html[data-keys=on][data-script]").wait_for()
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile("/help$"))


def test_the_language_changes_under_a_draft_and_nothing_is_lost(opened: Opened) -> None:
    page = opened("Bob", "/drafts/new")
    page.locator("#text").fill("Полтора текста, 48°12′ N & <так>")
    page.locator("#precedence").select_option("PRIORITY")
    page.get_by_role("button", name="العربية").first.click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#text")).to_have_value("Полтора текста, 48°12′ N & <так>")
    expect(page.locator("#precedence")).to_have_value("PRIORITY")


def test_without_script_the_same_watch_goes_on(opened: Opened, watch: Watch) -> None:
    (path,) = send(watch, Outgoing(text="No script here.", subject="No script"))
    page = opened("", "/", java_script_enabled=False)
    page.locator("#name").fill("Ann")
    page.locator("#pin").fill(PIN)
    page.locator("#code").fill(watch.code("Ann"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".asof")).to_contain_text("This page shows what stood at")
    assert page.locator("noscript meta[http-equiv=refresh]").count() or "http-equiv=\"refresh\"" in page.content()
    card = page.locator(f'[data-message="{path}"]')
    card.get_by_role("button", name="Acknowledge receipt").click()
    expect(page.locator(f'[data-message="{path}"]')).to_have_count(0)
    page.goto(watch.address + path)
    page.locator("#understood summary").click()
    page.locator("#text-understood").fill("There is no script.")
    page.locator("#understood").get_by_role("button", name="Record it").click()
    expect(page.locator("#ladder + .scroll")).to_contain_text("There is no script.")


def test_eight_tabs_share_one_stream(opened: Opened, watch: Watch) -> None:
    page = opened("Ann")
    tabs = [page, *(page.context.new_page() for _ in range(7))]
    for tab in tabs[1:]:
        tab.goto(watch.address)
    (path,) = send(watch, Outgoing(text="For eight.", subject="Eight tabs"))
    for tab in tabs:
        expect(tab.locator("#needs")).to_contain_text("Eight tabs")
    watch.post(f"{path}/acknowledge", "Ann")


def test_a_page_whose_station_is_gone_says_so_by_itself_and_comes_back(opened: Opened, watch: Watch) -> None:
    """The station is stopped in its tracks: the socket stays open and nothing answers."""
    import os
    import signal

    page = opened("Ann")
    expect(page.locator("#stale")).to_be_hidden()
    assert watch.desk.process is not None
    os.kill(watch.desk.process.pid, signal.SIGSTOP)
    try:
        expect(page.locator("#stale")).to_be_visible()
        expect(page.locator("#stale")).to_contain_text("STALE SINCE")
        expect(page).to_have_title(re.compile("^STALE"))
    finally:
        os.kill(watch.desk.process.pid, signal.SIGCONT)
    expect(page.locator("#stale")).to_be_hidden()
    expect(page).not_to_have_title(re.compile("^STALE"))
    send(watch, Outgoing(text="Back again.", subject="After the stop"))
    expect(page.locator("#needs")).to_contain_text("After the stop")
