"""Neutral texts: whole alphabets, and an answer that says which text was had. What is drawn runs nothing."""

from __future__ import annotations

import re
import string
import xml.etree.ElementTree as ET
from itertools import pairwise
from types import SimpleNamespace

import pytest

from openline.console.contact.drawing import Tongue, svg
from openline.console.contact.texts import read_here, text_for, texts
from openline.console.contact.told import as_data, in_words
from openline.console.web import rendering
from openline.contact.body import Seen, read_of
from openline.contact.timeline import draw
from tests.rooms.contact.test_timeline import AMBER, BLUE, PERIOD_MS, SECOND, START, Logs, hourly

ALPHABETS = {
    "en": string.ascii_lowercase + string.digits,
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + string.digits,
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءةىأإآؤئ" + string.digits + "٠١٢٣٤٥٦٧٨٩",
}


@pytest.mark.parametrize("language", ALPHABETS)
def test_every_text_has_every_letter_every_digit_and_the_usual_marks(language: str) -> None:
    """R-250."""
    for words in texts()[language]:
        assert not set(ALPHABETS[language]) - set(words.lower())
        assert {"(", ")", "-", ":", "%", "!"} <= set(words)


def test_all_texts_come_in_turn_and_what_is_not_known_is_not_read() -> None:
    """R-251."""
    count = sum(len(some) for some in texts().values())
    seen = {text_for(slot) for slot in range(3 * count)}
    assert len(seen) == count
    language, number = text_for(7)
    assert read_here(language, number) == read_of(texts()[language][number])
    assert read_here("en", 255) == b"" == read_here("xx", 0)


def test_the_drawing_tells_by_shape_and_words_and_runs_nothing() -> None:
    """R-259."""
    logs = Logs()
    hourly(logs, range(3))
    logs.ask(AMBER, START + 4 * PERIOD_MS)
    logs.observe(BLUE, (START, "tls", Seen.UP), (START + PERIOD_MS, "tls", Seen.SILENT), (START + 9, "<b>", Seen.DOWN))
    data = as_data(draw(logs.folded(), (0, 1), START, START + 5 * PERIOD_MS), ["A <script>", "B & C"])
    drawn = svg(data)
    root = ET.fromstring(drawn)
    assert root.attrib["role"] == "img" and root.attrib["aria-labelledby"] == "title desc"
    assert not [element for element in root.iter() if element.tag.endswith(("script", "image", "a"))]
    assert "<script>" not in drawn and "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert "3 of 4 tests answered" in drawn and "not answered" in drawn
    said = in_words(data)
    assert "missed" in said and "only B & C's word" in said and "DISAGREE" not in said
    assert f"{(START + SECOND)}" not in said, "instants are told as people write them"


def test_no_instant_on_the_axis_runs_into_the_next() -> None:
    data = as_data(draw(Logs().folded(), (0, 1), START, START + PERIOD_MS), ["A", "B"])
    spans = []
    for one in ET.fromstring(svg(data)).iter():
        if one.tag.endswith("text") and "text-anchor" in one.attrib:
            width = len(one.text or "") * 6.5  # at 10 px no usual face is wider on average
            at, anchor = float(one.attrib["x"]), one.attrib["text-anchor"]
            first = at - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
            spans.append((first, first + width))
    assert len(spans) > 2
    assert all(before[1] < after[0] for before, after in pairwise(spans)), spans


def _eventful() -> dict[str, object]:
    """Of everything that is drawn or said, one."""
    logs = Logs()
    hourly(logs, range(3))
    logs.ask(AMBER, START + 4 * PERIOD_MS)
    logs.observe(BLUE, (START, "tls", Seen.UP), (START + PERIOD_MS, "tls", Seen.SILENT), (START + 9, "x", Seen.DOWN))
    return as_data(draw(logs.folded(), (0, 1), START, START + 5 * PERIOD_MS), ["A1", "B2"])


def _words(text: str) -> set[str]:
    """Words in letters of English that stand in it, without instants, names and what stands for an entry."""
    text = re.sub(r"\d\d \d{4}:\d\dZ [A-Z]{3} \d\d|\d{6}Z [A-Z]{3} \d\d|\d/[0-9a-f]+/\d+", "", text)
    return set(re.findall(r"[A-Za-z]{2,}", text)) - {"tls"}


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_a_drawing_for_a_page_is_said_in_its_language_and_runs_as_it_is_written(language: str) -> None:
    data = _eventful()
    drawn = svg(data, "", Tongue(rendering.translations(language).gettext, language, language == "ar"))
    root, plain = ET.fromstring(drawn), ET.fromstring(svg(data))
    said = [one.text or "" for one in root.iter()]
    assert not _words(" ".join(said)), "no word of English is left"
    assert len([one for one in said if one.strip()]) == len([one for one in plain.iter() if (one.text or "").strip()])
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == language
    assert root.attrib.get("direction") == ("rtl" if language == "ar" else None)
    places = [[float(one.attrib["x"]) for one in tree.iter() if "text-anchor" in one.attrib] for tree in (root, plain)]
    mirrored = [960 - x for x in places[1]]
    assert places[0] == (mirrored if language == "ar" else places[1])
    assert all(0 <= float(one.attrib["x"]) <= 960 for one in root.iter() if "x" in one.attrib)
    assert "lang" not in svg(data) and "direction" not in svg(data), "a drawing of the record stays as it is"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_page_says_what_the_words_say_in_its_language(language: str) -> None:
    templates = rendering.templates(language)
    context = {"timeline": _eventful(), "days": 1, "prefs": SimpleNamespace(language=language)}
    page = templates.get_template("contact.html")
    told = "".join(page.blocks["main"](page.new_context(context)))
    text = re.sub(r"<[^>]*>", " ", told)
    assert "tls" in text and "A1" in text
    if language == "en":
        assert "not answered" in text and "Only the word of" in text
        assert "Up for" in text and "Unknown: no answered test" in text
    else:
        assert not _words(text) - {"UTC"}
        assert 'lang="en"' not in told
