"""Neutral texts: whole alphabets, and an answer that says which text was had. What is drawn runs nothing."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from openline.console.contact.drawing import svg
from openline.console.contact.texts import read_here, text_for, texts
from openline.console.contact.told import as_data, in_words
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
