"""A staffed watch and a real browser, shared by all tests of screens. Chromium is Debian's; nothing is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from openline.console.channel.asking import Outgoing, Send, Sent
from openline.console.watch import asking
from tests.needs import lacks, needs_tool
from tests.whole.parties import WITHIN_S, make_parties, open_line
from tests.whole.watching import Watch

ARGUMENTS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

SEEDED: Final = (
    Outgoing(
        text="В 19.22 по всемирному времени произведён один внеплановый пуск.", subject="Внеплановый пуск",
        language="ru", precedence="IMMEDIATE",
    ),
    Outgoing(text="نقترح اجتماعا يوم الثلاثاء.", subject="اقتراح اجتماع", language="ar"),
    Outgoing(text="<script>document.title='x'</script> zero\u200bwidth " + "long " * 380, subject="<b>Hostile</b>"),
    Outgoing(text="This is a drill.", subject="Drill 7", exercise=True, precedence="PRIORITY"),
)  # fmt: skip


def expect(locator: Any) -> Any:
    """What a page must come to say, as long as a busy machine takes."""
    from playwright.sync_api import expect as playwright_expect

    playwright_expect.set_options(timeout=WITHIN_S * 1000)
    return playwright_expect(locator)


def send(watch: Watch, *messages: Outgoing) -> list[str]:
    """Messages of theirs that have come; where their pages are."""
    assert watch.other is not None
    with watch.other.link() as link:
        places = link.ask(Send(messages=list(messages)), Sent).places
    paths = [f"/message/{place}" for place in places]
    watch.until(lambda: all(watch.get(path, "Ann").status == 200 for path in paths))
    return paths


@pytest.fixture(scope="session")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Amber's desk, with what came from Birch and a draft that waits for its release."""
    folder = tmp_path_factory.mktemp("watch")
    amber, birch = make_parties(folder, "Amber", "Birch")
    open_line(folder, [amber, birch])
    made = Watch(amber, birch)
    try:
        birch.start()
        made.open()
        send(made, *SEEDED)
        draft = made.ask(
            "Bob", asking.WriteDraft(message=Outgoing(text="We propose Tuesday.", subject="Talks")), asking.DraftRow
        )
        made.ask("Bob", asking.SubmitDraft(draft=draft.draft, version=draft.version), asking.DraftRow)
        yield made
    finally:
        for desk in (amber, birch):
            if desk.process is not None:
                desk.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium. Of a module and no longer: its driver holds the thread's event loop, which others need."""
    path = needs_tool("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacks("playwright (make browser)")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Any, watch: Watch) -> Iterator[Callable[..., Any]]:
    """`opened("Ann", "/", language="ru")`: a page in a browser of its own. What it complains of fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_page(name: str, path: str = "/", language: str = "en", colours: str = "night", **more: Any) -> Any:
        context = browser.new_context(viewport=more.pop("viewport", {"width": 1280, "height": 800}), **more)
        contexts.append(context)
        context.set_default_timeout(WITHIN_S * 1000)
        cookies = {f"openline-preferences-{watch.port}": f"{language}.{colours}.keys"}
        if name:
            cookies[watch.cookie] = watch.tokens[name]
        context.add_cookies([{"name": key, "value": value, "url": watch.address} for key, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.on("request", lambda asked: complaints.append(asked.url) if watch.address not in asked.url else None)
        page.goto(watch.address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
