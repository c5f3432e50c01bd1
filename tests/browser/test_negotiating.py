"""Two delegations in two browsers, each at its own station: an agreement of three articles in two languages is tabled,
countered, compared, accepted and signed; another is refused with its reason. Each act leaves by two officers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from openline.console.channel.asking import Sent
from openline.console.watch import asking
from tests.browser.test_two_desks import AXE, sits
from tests.browser.test_watch_desk import expect
from tests.rooms.accord.drafting.treaty import english, russian
from tests.whole.watching import Watch, two_desks

__all__ = ["sits"]
pytestmark = pytest.mark.whole

STAFF = {"Ann": ["custodian", "watch officer"], "Bob": ["drafter"], "Cyd": ["releaser"]}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Watch, Watch]]:
    """Amber's desk and Birch's; at both a release takes two."""
    folder = tmp_path_factory.mktemp("delegations")
    with two_desks(folder, STAFF) as desks:
        yield desks


def released(desk: Watch, page: Any) -> str:
    """The draft that the page shows, let go by the second officer; its place."""
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    number = int(page.url.rsplit("/", 1)[1])
    seen = desk.ask("Cyd", asking.AskDraft(draft=number), asking.DraftRow)
    sent = desk.ask("Cyd", asking.ReleaseDraft(draft=number, version=1, code=seen.code), Sent)
    return str(sent.places[0])


def arrives(desk: Watch, place: str) -> None:
    desk.until(lambda: desk.get(f"/text/{place}", "Bob").status == 200)


def tables(desk: Watch, page: Any, name: str, days: str) -> str:
    page.goto(f"{desk.address}/texts/new")
    page.locator("#draft").fill(name)
    page.locator("#text_en").fill(english(days).decode())
    page.locator("#text_ru").fill(russian(days).decode())
    page.get_by_role("button", name="Draft it for release").click()
    return released(desk, page)


def shows(desk: Watch, page: Any, place: str, words: str) -> None:
    """Once the version is shown with these English words: what the other side did has come."""
    desk.until(lambda: words in desk.get(f"/text/{place}", "Bob").text)
    page.goto(f"{desk.address}/text/{place}")


def test_an_agreement_of_three_articles_in_two_languages_is_negotiated_to_signature(
    desks: tuple[Watch, Watch], sits: Any
) -> None:
    ours, theirs = desks
    page = sits(ours, "Bob", "/texts")
    other = sits(theirs, "Bob", "/texts", "ru")
    first = tables(ours, page, "exercise-notices", "[Amber: 30] [Birch: 14]")
    # the other side: both languages beside each other, whose brackets, and no way to sign it
    arrives(theirs, first)
    other.goto(f"{theirs.address}/text/{first}")
    expect(other.locator("#a-1 + .pair .words")).to_have_count(2)
    expect(other.locator(".bracket").first).to_have_text("[Amber: 30]")
    expect(other.locator("article")).to_contain_text("остаются скобки")
    assert other.get_by_role("button", name="Подготовить нашу подпись").count() == 0
    # its counter, refused where the languages differ in build, then as meant
    other.get_by_role("link", name="Написать встречный текст").click()
    expect(other.locator("#text_ru")).to_have_value(russian("[Amber: 30] [Birch: 14]").decode())
    other.locator("#text_en").fill(english("21").decode())
    other.get_by_role("button", name="Подготовить к выпуску").click()
    expect(other.locator("#summary")).to_contain_text("not built alike: article 1")
    other.locator("#text_ru").fill(russian("21").decode())
    other.get_by_role("button", name="Подготовить к выпуску").click()
    second = released(theirs, other)
    # here: what differs, word by word
    arrives(ours, second)
    page.goto(f"{ours.address}/text/{second}")
    page.locator("#before").select_option(first)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("section[aria-labelledby=c-en] .compared ins")).to_have_text(" 21")
    expect(page.locator("section[aria-labelledby=c-en] .compared del")).to_have_text(" [Amber: 30] [Birch: 14]")
    expect(page.locator("section[aria-labelledby=c-ru] .compared ins")).to_have_text(" 21")
    # an article is reserved, which hinders; then all are accepted, which signs nothing
    page.locator("#stand").select_option("reserve")
    page.locator("#articles").fill("2")
    page.locator("#say-words").fill("The annex is not agreed yet.")
    page.get_by_role("button", name="Draft the position").click()
    released(ours, page)
    shows(theirs, other, second, "The annex is not agreed yet.")
    expect(other.locator("section[aria-labelledby=a-2]")).to_contain_text("Amber: с оговоркой")
    expect(other.locator("article")).to_contain_text("по статьям есть оговорки")
    shows(ours, page, second, "articles are reserved")
    page.get_by_role("button", name="Draft the position").click()
    released(ours, page)
    shows(ours, page, second, "Draft our signature")
    expect(page.locator("#state")).to_have_text("tabled")
    # both sign the same bytes
    page.get_by_role("button", name="Draft our signature").click()
    expect(page.locator(".canonical")).to_contain_text("Настоящее Соглашение вступает в силу")
    released(ours, page)
    shows(theirs, other, second, "signed by some")
    expect(other.locator("#state")).to_have_text("подписан не всеми")
    other.get_by_role("button", name="Подготовить нашу подпись").click()
    released(theirs, other)
    for desk, one, words in ((ours, page, "signed"), (theirs, other, "подписан")):
        shows(desk, one, second, 'id="state">signed<')
        expect(one.locator("#state")).to_contain_text(words)
    (agreement,) = ours.desk.json("agreement", "list")
    assert agreement["id"] == "exercise-notices" and agreement["known"]


def test_another_is_refused_with_its_reason_and_nothing_of_it_can_be_signed(
    desks: tuple[Watch, Watch], sits: Any
) -> None:
    ours, theirs = desks
    page = sits(ours, "Bob", "/texts")
    place = tables(ours, page, "costs", "30")
    arrives(theirs, place)
    other = sits(theirs, "Bob", f"/text/{place}")
    other.get_by_role("button", name="Draft the refusal").click()
    expect(other.locator("#summary")).to_contain_text("a refusal says why")
    other.locator("#reason").fill("It says nothing of who pays.")
    other.get_by_role("button", name="Draft the refusal").click()
    released(theirs, other)
    shows(ours, page, place, "It says nothing of who pays.")
    expect(page.locator("#state")).to_have_text("refused")
    expect(page.locator(".mark.ended")).to_contain_text("Birch – It says nothing of who pays.")
    assert page.get_by_role("button", name="Draft our signature").count() == 0
    assert ours.post(f"/text/{place}/sign", "Bob", {}).status == 403


def test_axe_finds_nothing_on_these_pages_in_three_languages(desks: tuple[Watch, Watch], sits: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    ours, _ = desks
    place = tables(ours, sits(ours, "Bob"), "axe", "[Amber: 30] [Birch: 14]")
    found = []
    for language in ("en", "ru", "ar"):
        page = sits(ours, "Bob", "/texts", language, bypass_csp=True)
        for path in ("/texts", "/texts/new", f"/text/{place}") if language == "en" else (f"/text/{place}",):
            page.goto(ours.address + path)
            told = axe.Axe().run(page, options=AXE)
            found += [f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in told.response["violations"]]
            page.set_viewport_size({"width": 360, "height": 700})
            if page.evaluate("document.documentElement.scrollWidth") > 360:
                found.append(f"{path} is wider than 360 px in {language}")
            page.set_viewport_size({"width": 1280, "height": 800})
    assert not found, "\n".join(found)
