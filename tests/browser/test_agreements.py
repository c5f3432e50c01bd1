"""Agreements in a browser: two views with what caused them, an offer to answer, and what others report, set apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from openline.accord.bodies import Agreement, encode_agreement
from openline.console.accords import asking as accords
from openline.console.agreeing import asking
from openline.console.channel.asking import Sent
from tests.browser.test_notices import release, violations
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
Opened = Callable[..., Any]
BEGIN_S: Final = 1_296_864_000  # 2011-02-05
END_S: Final = 1_770_249_600  # 2026-02-05
NAME: Final = "TREATY-9"
SAID: Final = {"en": ("The views differ", "is suspended", "unconfirmed", "contradicts", "autumn"),
               "ru": ("Взгляды расходятся", "приостановлено", "не подтверждено", "противоречит", "осень"),
               "ar": ("الآراء مختلفة", "معلق", "غير مؤكد", "يناقض", "خريف")}  # fmt: skip


@pytest.fixture(scope="module")
def treaty(watch: Watch) -> dict[str, str]:
    """Birch records it, suspends it, makes an offer and enters two reports; Amber signs by two. Where its page is."""
    assert watch.other is not None
    body = encode_agreement(Agreement(NAME, (("en", "A treaty"), ("ru", "Договор")), (("en", bytes(32)),), BEGIN_S,
                                      4_000_000_000, None, ()))  # fmt: skip
    with watch.other.link() as link:
        link.ask(accords.RecordAgreement(body=body.hex()), Sent)
    watch.until(lambda: NAME in watch.get("/agreements", "Ann").text)
    row = watch.ask("Bob", asking.DraftAgreeing(paper=asking.SignAgreement(agreement=NAME)), accords.Drafted)
    release(watch, row.draft)
    with watch.other.link() as link:
        watch.until(lambda: link.ask(asking.AskLife(agreement=NAME), asking.LifeWhole).row.known)
        link.ask(accords.SayStanding(agreement=NAME, standing="suspended", from_ms=END_S * 1000), Sent)
        offer = link.ask(asking.MakeOffer(subject="Limits", words="To keep them.", condition="If you do.",
                                          agreement=NAME, said_on="2021-23"), Sent).places[0]  # fmt: skip
        given = {"source": "https://example.org/1", "said_on": "2026-02-05", "agreement": NAME, "entered_by": "Clerk"}
        first = link.ask(asking.EnterReport(reported_by="An agency", words="They are near.", **given), Sent).places[0]  # type: ignore[arg-type]
        link.ask(asking.EnterReport(reported_by="A paper", words="Nothing is agreed.", said_by="An official",
                                    confirmed=True, contradicts=[str(first)], **given), Sent)  # type: ignore[arg-type]
    watch.until(lambda: "A paper" in watch.get("/agreements", "Ann").text)
    return {"page": f"/agreement/{NAME}", "offer": str(offer)}


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_an_agreement_is_read_in_the_language_of_the_page(
    opened: Opened, watch: Watch, treaty: dict[str, str], language: str, tmp_path: Path
) -> None:
    colours = {"en": "night", "ru": "light", "ar": "contrast"}[language]
    differ, suspended, unconfirmed, contradicts, autumn = SAID[language]
    page = opened("Ann", "/agreements", language, colours, bypass_csp=True)
    found = violations(page)
    text = page.locator("main").inner_text()
    assert differ in text and autumn in text and unconfirmed in text
    page.screenshot(path=str(tmp_path / f"agreements-{language}.png"), full_page=True)
    page.goto(watch.address + treaty["page"])
    views = [one.inner_text() for one in page.locator(".views section").all()]
    assert len(views) == 2 and sum(suspended in one for one in views) == 1
    assert all(page.locator(".views section").nth(at).locator("a").count() >= 2 for at in (0, 1)), "causes are named"
    apart = page.locator("section.reported")
    assert contradicts in apart.inner_text() and "They are near." in apart.inner_text()
    assert "They are near." not in page.locator("article").inner_text(), "what is reported stands apart"
    found += violations(page)
    page.screenshot(path=str(tmp_path / f"agreement-{language}.png"), full_page=True)
    assert not found, "\n".join(found)


def test_what_is_said_of_an_agreement_and_to_an_offer_begins_as_a_draft(
    opened: Opened, watch: Watch, treaty: dict[str, str]
) -> None:
    page = opened("Bob", treaty["page"], java_script_enabled=False)
    page.locator("article > details summary").click()
    page.locator("article > details").get_by_label("From (UTC)").fill("2026-03-01")
    page.locator("article > details").get_by_label("Condition or reason").fill("We withhold too.")
    page.locator("article > details").get_by_role("button").click()
    assert "/drafts/" in page.url and "suspended from" in page.locator("main").inner_text()
    page.goto(watch.address + "/agreements")
    answer = page.locator(f'form[action="/offer/{treaty["offer"]}/answer"]')
    page.locator("details", has=answer).locator("summary").click()
    answer.get_by_label("Answer").select_option("refused")
    answer.get_by_label("Words").first.fill("Not so.")
    answer.get_by_role("button").click()
    text = page.locator("main").inner_text()
    assert "/drafts/" in page.url and "Not so." in text
    given = {"what": "adhere", "from": "2026-03-01", "words": "If so.", "language_of": "en"}
    wrong = watch.post(f"/agreement/{NAME}", "Bob", {"token": watch.form_token("Bob"), **given})
    assert wrong.status == 403 and "it has not ended" in wrong.text
    assert watch.get("/agreement/nowhere", "Ann").status == 404


def test_pages_of_agreements_fit_their_windows(opened: Opened, watch: Watch, treaty: dict[str, str]) -> None:
    for width in (360, 1024):
        page = opened("Ann", viewport={"width": width, "height": 768})
        for path in ("/agreements", treaty["page"]):
            page.goto(watch.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
