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
    expect(other.locator("#summary")).to_contain_text("построены неодинаково: статья 1")
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


def drafted(desk: Watch, page: Any, submit: str = "Submit for release") -> str:
    """The draft that the page shows, submitted on it and let go by the second officer; its place."""
    page.wait_for_url(re.compile(r"/drafts/\d+$"))
    page.get_by_role("button", name=submit).click()
    return released(desk, page)


def test_an_offer_is_made_in_a_browser_answered_there_and_contradicted_by_a_report(
    desks: tuple[Watch, Watch], sits: Any
) -> None:
    """Every fault at once and nothing typed lost, without script; what others report stands apart."""
    ours, theirs = desks
    page = sits(ours, "Bob", "/agreements", java_script_enabled=False)
    page.get_by_role("link", name="Make an offer").click()
    page.get_by_label("What is offered").fill("To keep the limits for a year.")
    page.get_by_label("Open until (UTC)").fill("soon")
    page.get_by_role("button", name="Write a draft").click()
    told = page.locator("#summary li").all_inner_texts()
    assert len(told) == 2 and told[0].startswith("Subject") and "'soon' is no instant" in told[1]
    assert page.get_by_label("What is offered").input_value() == "To keep the limits for a year."
    assert page.get_by_label("Open until (UTC)").input_value() == "soon"
    page.get_by_label("Subject").fill("Limits for a year")
    page.get_by_label("Open until (UTC)").fill("2031-02-05T00:00:00+03:00")
    page.get_by_role("button", name="Write a draft").click()
    offer = drafted(ours, page)
    # on the other side it is read and answered
    theirs.until(lambda: "Limits for a year" in theirs.get("/agreements", "Bob").text)
    other = sits(theirs, "Bob", "/agreements", "ru")
    answer = other.locator(f'form[action="/offer/{offer}/answer"]')
    other.locator("details", has=answer).locator("summary").click()
    answer.locator("select[name=answer]").select_option("with conditions")
    answer.locator("textarea[name=words]").fill("На год.")
    answer.get_by_role("button").click()
    expect(other.locator("#summary")).to_contain_text("Условия: обязательно и не заполнено")
    expect(other.locator("#words")).to_have_value("На год.")
    other.locator("#condition").fill("Если и вы.")
    other.get_by_role("button", name="Написать черновик").click()
    drafted(theirs, other, "Подать на выпуск")
    # and a report from outside about it, entered on that side
    other.goto(f"{theirs.address}/reports/new?contradicts={offer}")
    for name, words in (("reported_by", "Агентство"), ("source", "https://example.org/1"), ("said_on", "2026-02"),
                        ("words", "Предложения не было.")):  # fmt: skip
        other.locator(f"#{name}").fill(words)
    other.get_by_role("button", name="Написать черновик").click()
    drafted(theirs, other, "Подать на выпуск")
    ours.until(lambda: "Предложения не было." in ours.get("/agreements", "Bob").text)
    page.goto(f"{ours.address}/agreements")
    made = page.locator("li", has=page.locator(f'a[href="/message/{offer}"]')).first
    assert all(words in made.inner_text() for words in ("accepted with conditions", "Если и вы.", "contradicts"))
    apart = page.locator("section.reported").inner_text()
    assert "Reported by Агентство" in apart and "unconfirmed" in apart


def test_lists_are_committed_countersigned_and_opened_on_both_sides_and_an_escrow_is_challenged(
    desks: tuple[Watch, Watch], sits: Any
) -> None:
    """R-556, R-558: each step on a page, its file chosen there, the next one offered once it may be taken."""
    ours, theirs = desks
    page, other = sits(ours, "Bob", "/sealed/new"), sits(theirs, "Bob", "/sealed")
    for name, words in (("called", "LISTS"), ("commit_by", "2031-01-01"), ("open_by", "2031-01-03")):
        page.locator(f"#{name}").fill(words)
    page.get_by_role("button", name="Write a draft").click()
    exchange = drafted(ours, page)
    path = f"/sealed/exchange/{exchange}"
    theirs.until(lambda: theirs.get(path, "Bob").status == 200)

    def step(desk: Watch, one: Any, does: str) -> None:
        desk.until(lambda: does in desk.get(path, "Bob").text)
        one.goto(desk.address + path)
        one.locator("article, main").get_by_text(does, exact=True).first.click()

    for desk, one, words in ((ours, page, b""), (theirs, other, b"Delta\n")):
        step(desk, one, "Commit to our list")
        file = {"name": "list.txt", "mimeType": "text/plain", "buffer": words}
        one.locator("#list").set_input_files(file)
        one.get_by_role("button", name="Write a draft").click()
        if not words:
            expect(one.locator("#summary")).to_contain_text("a list of nothing commits to nothing")
            one.locator("#list").set_input_files({**file, "buffer": b"Alpha\nBravo\n"})
            one.get_by_role("button", name="Write a draft").click()
        drafted(desk, one)
    for desk, one in ((ours, page), (theirs, other)):
        step(desk, one, "Draft our countersignature under the commitments of all")
        drafted(desk, one)
    step(ours, page, "Open our list")
    page.get_by_role("button", name="Write a draft").click()
    drafted(ours, page)
    theirs.until(lambda: "Bravo" in theirs.get(path, "Bob").text)
    # a declaration of theirs in escrow, and a record of it that both draw
    other.goto(f"{theirs.address}/sealed/escrow")
    items = b"figure,site,type,id\nlaunchers,NORTH,TYPE-1,A1\nlaunchers,NORTH,TYPE-1,A2\n"
    other.locator("#called").fill("STOCKS")
    other.locator("#as_of").fill("2026-09-01")
    other.locator("#declaration").set_input_files({"name": "items.csv", "mimeType": "text/csv", "buffer": items})
    other.get_by_role("button", name="Write a draft").click()
    path = f"/sealed/escrow/{drafted(theirs, other)}"
    ours.until(lambda: ours.get(path, "Bob").status == 200)
    page.goto(f"{ours.address}{path}/challenge")
    page.locator("#level").select_option("items")
    page.get_by_role("button", name="Write a draft").click()
    drafted(ours, page)
    shows_draw = "Draft that we show our part of the draw"
    for desk, one, does in (
        (theirs, other, "Draft our answer: a commitment to our part of the draw"), (theirs, other, shows_draw),
        (ours, page, shows_draw), (theirs, other, "Draft the opening of the record drawn"),
    ):  # fmt: skip
        step(desk, one, does)
        drafted(desk, one)
    ours.until(lambda: "NORTH" in ours.get(path, "Bob").text)


def test_axe_finds_nothing_on_any_blank_in_three_languages(desks: tuple[Watch, Watch], sits: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    ours, _ = desks
    found = []
    looked = {"en": ("/reports/new", "/sealed/escrow"), "ru": ("/joint/new",), "ar": ("/sealed/new",)}
    for language, chosen in looked.items():
        page = sits(ours, "Bob", "/", language, bypass_csp=True)
        page.set_viewport_size({"width": 360, "height": 700})
        for path in chosen:
            page.goto(ours.address + path)
            page.locator("form.blank button.primary").click()
            expect(page.locator("#summary")).to_be_visible()
            told = axe.Axe().run(page, options=AXE)
            found += [f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in told.response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth") > 360:
                found.append(f"{path} is wider than 360 px in {language}")
            if language != "en" and page.locator("#summary [lang=en]").count():
                found.append(f"{path}: a fault in English in {language}")
    assert not found, "\n".join(found)
