"""Notices on paper: every language of the format, Arabic too; the map, the faults; what is written is not obeyed."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from openline.accord.formats.format import Format
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice
from openline.accord.formats.printing import Head, number_of, print_notice
from openline.accord.formats.reader import read_format
from openline.console.accords.asking import FaultRow, NoticeRow
from openline.console.accords.library import formats
from openline.console.sheets import notices, setting
from tests.rooms.accord.formats.examples import EVERY_TYPE
from tests.rooms.accord.library.listing import example

AT_MS = 1_795_341_931_204
HOSTILE = "#panic() <script>alert(1)</script> zero\u200bwidth"
PLACES = {"circle": "57 12.300N 155 00.000E radius 200.5 nm", "quadrant": "PACIFIC NE", "named": "Море",
          "items": [{"id": "X1", "number": "3", "place": "10 00.0N 010 00.0E"}]}  # fmt: skip


def in_arabic() -> Format:
    text = re.sub(r'\{ en = "([^"]*)", ru', r'{ en = "\1", ar = "حقل \1", ru', EVERY_TYPE)
    return read_format(text.replace('languages = ["en", "ru"]', 'languages = ["en", "ru", "ar"]').encode())


def row_of(format_: Format, given: dict[str, object], *, exercise: bool = False) -> NoticeRow:
    notice = Notice(format_.mark, 2026, 7, "en", Relation.NONE, compose(format_, given).values)
    head = Head("Amber", ("Birch",), AT_MS, "PRIORITY", exercise)
    number = number_of(notice, format_)
    printed = {one: print_notice(notice, format_, head, one) for one in format_.languages}
    return NoticeRow(
        "1/0123456789ab0123456789ab/7", number, format_.id, True, True, "notification", {}, "", printed,
        [FaultRow("when", "at least before P14D when: broken", "it counts from receipt", "BREACH", "B1")], [],
        notice.mark.hex(), encode_notice(notice).hex(), "Amber", "PRIORITY", exercise, AT_MS, 812, "ab" * 32,
    )  # fmt: skip


def pdf(row: NoticeRow, format_: Format | None) -> bytes:
    languages = list(row.printed)
    given = notices.given_of_notice(row, format_, languages, line="hotline", name="Birch", banners=["FOR US"])
    return setting._set(given)  # not the plain way out: every letter has a shape


def test_a_notice_is_set_in_every_language_the_same_again_and_as_an_archive_file() -> None:
    format_ = in_arabic()
    given = {**PLACES, "when": "2026-12-20T12:00:00Z", "public": "yes", "remarks": HOSTILE}
    row = row_of(format_, given, exercise=True)
    data = pdf(row, format_)
    assert data == pdf(row, format_) and b"<pdfaid:part>2</pdfaid:part>" in data and b"/JavaScript" not in data
    english, russian, arabic = notices.sheets_of(row, format_, ["en", "ru", "ar"])
    assert english["evidence"] == [["BREACH B1", "when: at least before P14D when: broken"]]
    assert [one[0] for one in english["places"]] == ["1", "2", "3", "4"] and "roughly" in english["places"][1][2]
    assert "м. миль" in russian["places"][0][2] and arabic["body"]["rtl"] and not russian["body"]["rtl"]
    assert "N57°12.300′ E155°00.000′" in arabic["places"][0][2], "nothing in it turns within a line from right to left"
    assert any("؛" in line for _, line in arabic["typed"])
    words = "".join(line for _, line in english["typed"])
    assert "#panic() <script>" in words and "zero\\u{200b}width" in words


def test_html_is_one_page_that_asks_nobody_and_obeys_nobody() -> None:
    format_ = in_arabic()
    row = row_of(format_, {**PLACES, "public": "yes", "remarks": HOSTILE})
    text = notices.html_of(row, format_, ["en", "ar"], ["<b>"])
    assert "<script" not in text and "&lt;script&gt;" in text and "<b>" not in text
    assert not re.search(r"(?:src|href)=", text) and text.count("<svg") == 2 and 'dir="rtl"' in text
    ElementTree.fromstring(re.sub(r"<!doctype html>|<meta[^>]*>|<br>", "", text))


def test_an_unknown_format_prints_its_values_as_they_came() -> None:
    row = row_of(in_arabic(), PLACES)
    row.known, row.printed, row.raw = False, {}, "(None, [1, 'Ж'])"
    (sheet,) = notices.sheets_of(row, None, [])
    assert "not in this record" in sheet["typed"][0][1] and "[1, 'Ж']" in sheet["typed"][1][1] and not sheet["map"]
    assert pdf(row, None).startswith(b"%PDF")


@pytest.mark.parametrize("name", sorted(formats()))
def test_every_shipped_format_is_laid_out(name: str) -> None:
    row = row_of(formats()[name], example(name))
    for sheet in notices.sheets_of(row, formats()[name], ["en", "ru"]):
        assert "\\u{" not in str(sheet["typed"]) and len(sheet["map"]) < 90_000
    assert notices.file_name(row).isascii()
