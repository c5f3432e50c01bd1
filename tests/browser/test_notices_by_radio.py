"""One notice of each family: written in a browser, released by two, over 300 bit/s, read there in Russian."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from openline.accord.formats.format import Format
from openline.accord.formats.tables import ListOf, Table
from openline.console.accord_pages.forms import parts_of
from openline.console.accords import asking as accords
from openline.console.accords.library import files, formats
from openline.console.channel.asking import Sent
from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather
from tests.browser.conftest import ARGUMENTS, expect
from tests.browser.test_notices import release
from tests.needs import lacks, needs_tool
from tests.rooms.accord.library.listing import example
from tests.whole.parties import Desk, make_parties, open_line, until
from tests.whole.watching import Watch

pytestmark = [pytest.mark.whole, pytest.mark.acceptance]
BAUD: Final = 300
FAMILIES: Final = (
    "launch-1988", "exercise-1989", "hague-pre-launch", "india-pakistan-missile-2005", "india-pakistan-installations",
    "incsea-signal", "dma-phrase", "accident-1971", "cyber-inquiry", "air-deconfliction", "strike-deconfliction",
    "ceasefire-violation", "humanitarian-site", "open-skies-f1", "contact-request", "goodwill", "new-start-ii-2",
    "new-start-vi-2",
)  # fmt: skip


def over_radio(desk: Desk, device: str) -> None:
    """Settings with one serial device of 300 bit/s and nothing else."""
    (desk.home / "station.toml").write_text(
        f'[station]\nline = "{desk.line}"\npassphrase_file = "{desk.passphrase_file}"\n'
        f"[lines.{desk.line}]\ntest_every_s = 0\n[[lines.{desk.line}.bearer]]\n"
        f'kind = "serial"\nname = "radio"\ndevice = "{device}"\nbaud = {BAUD}\nlatency_ms = 50\n'
    )


@pytest.fixture(scope="module")
def by_radio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Formats agreed over a wire; then nothing but a radio."""
    folder = tmp_path_factory.mktemp("radio")
    amber, birch = make_parties(folder, "Amber", "Birch")
    open_line(folder, [amber, birch])
    made = Watch(amber, birch)
    try:
        for desk in (amber, birch):
            desk.start()
            for name in FAMILIES:
                with desk.link() as link:
                    link.ask(accords.OfferFormat(file=files()[name].decode()), Sent)
        for desk in (amber, birch):
            until(lambda desk=desk: len(agreed(desk)) == len(FAMILIES), "all formats are agreed")
            desk.stop()
        with Relay("pty", there=Weather(bits_per_second=BAUD, delay_ms=50)) as relay:
            over_radio(amber, relay.near)
            over_radio(birch, relay.far)
            birch.start()
            made.open()
            yield made
    finally:
        for desk in (amber, birch):
            if desk.process is not None:
                desk.kill()
        shutil.rmtree(folder, ignore_errors=True)


def agreed(desk: Desk) -> list[Any]:
    with desk.link() as link:
        return [one for one in link.ask(accords.AskFormats(), list[accords.FormatRow]) if one.agreed]


@pytest.fixture(scope="module")
def page(by_radio: Watch) -> Iterator[Any]:
    path = needs_tool("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacks("playwright (make browser)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
        cookies = {by_radio.cookie: by_radio.tokens["Bob"], f"openline-preferences-{by_radio.port}": "ru.night.keys"}
        context.add_cookies([{"name": key, "value": value, "url": by_radio.address} for key, value in cookies.items()])
        yield context.new_page()
        browser.close()


def fill(page: Any, format_: Format, given: dict[str, Any]) -> None:
    """As a drafter would, field by field."""
    for name, value in given.items():
        field = format_.field(name)
        assert field is not None
        match field.type:
            case ListOf(of=of):
                values = value if isinstance(value, list) else [value]
                for at, one in enumerate(values):
                    room(page, name, at)
                    typed(page, f"f.{name}.{at}", parts_of(of, one))
            case Table(columns=columns):
                for at, row in enumerate(value):
                    room(page, name, at)
                    for column in columns:
                        if column.name in row:
                            typed(page, f"f.{name}.{at}.{column.name}", parts_of(column.type, row[column.name]))
            case type_:
                typed(page, f"f.{name}", parts_of(type_, value))


def room(page: Any, name: str, at: int) -> None:
    """Lines enough for one more."""
    while page.locator(f'[name^="f.{name}.{at}"]').count() == 0:
        page.locator(f'button[name=more][value="{name}"]').click()


def typed(page: Any, name: str, parts: dict[str, str]) -> None:
    for part, value in parts.items():
        place = page.locator(f'[name="{name}{"." if part else ""}{part}"]')
        match place.evaluate("one => one.type"):
            case "select-one":
                place.select_option(value)
            case "checkbox":
                place.check()
            case _:
                place.fill(value)


def test_one_of_each_family_is_written_here_and_read_there_in_the_other_language(
    by_radio: Watch, page: Any, tmp_path: Path
) -> None:
    assert by_radio.other is not None
    birch, places, bytes_ = by_radio.other, {}, {}
    for name in FAMILIES:
        format_ = formats()[name]
        page.goto(f"{by_radio.address}/notices/new/{format_.mark.hex()}")
        fill(page, format_, example(name))
        page.locator("#language_of").select_option("en")
        page.locator("button[name=check]").click()
        expect(page.locator("#summary")).to_have_count(0)
        bytes_[name] = re.search(r"(\d+) байт", page.locator("section.panel").inner_text())
        page.locator("button.primary").click()
        page.wait_for_url(re.compile(r"/drafts/\d+$"))
        places[name] = release(by_radio, int(page.url.rsplit("/", 1)[1]))
    kept = Path(os.environ.get("OPENLINE_KEEP", tmp_path))
    for name, place in places.items():
        until(lambda place=place: birch.try_here("notice", "show", place).code == 0, f"{name} is there")
        row = json.loads(birch.here("notice", "show", place, "--json"))
        assert row["fields"] == by_given(name), name
        sheet = birch.here("notice", "show", place, "--in", "ru")
        assert formats()[name].title["ru"].upper() in sheet and "??" not in sheet
        path = kept / f"{name}.pdf"
        birch.here("notice", "print", place, "--as", "pdf", "--out", str(path))
        assert path.read_bytes().startswith(b"%PDF-1.7")


def by_given(name: str) -> dict[str, Any]:
    """The example as it is given back: one spelling of it."""
    from openline.accord.formats.notice import Notice, Relation, as_given, compose

    format_ = formats()[name]
    values = compose(format_, example(name)).values
    return json.loads(json.dumps(as_given(Notice(format_.mark, 2026, 1, "en", Relation.NONE, values), format_)))
