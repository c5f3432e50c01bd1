"""Sheets: the same bytes again, an archive's format, and nothing that anybody wrote is read as a command."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.console.channel.asking import Acknowledged, Holding, Shown
from openline.console.codes import Told
from openline.console.sheets import setting
from openline.console.sheets.composing import EXERCISE, given_of, sheet_of
from openline.console.sheets.letters import PRINTED, breakable, is_rtl, lines_of, plainest, printable

AT_MS = 1_795_341_931_204
HOSTILE = "#panic() #sys.inputs $x$ \\ [ ] <a> @b // /* */ #import \"/etc/passwd\": * `raw` = heading - list"


def shown(index: int = 1, text: str = "Words.", **more: object) -> Shown:
    entry = Shown(
        position=100 + index, place=f"1/{'0123456789ab' * 2}/{index}", party=1, name="PARTY B", ours=False,
        kind="message", kind_number=1, written_at_ms=AT_MS, arrived_at_ms=AT_MS + 9_000, subject="Subject", text=text,
        language="en", precedence="FLASH", leaf=f"{index:02x}" * 32,
    )  # fmt: skip
    for name, value in more.items():
        setattr(entry, name, value)
    return entry


def pdf(*entries: Shown, listed: bool = False) -> bytes:
    banners = ["FOR THE PARTIES ONLY", "ТОЛЬКО ДЛЯ СТОРОН"]
    data = given_of(entries, line="hotline", name="PARTY A", banners=banners, title="hotline", at_ms=AT_MS,
                    listed=listed)  # fmt: skip
    return setting.set_sheets(data)


def pages(data: bytes) -> int:
    return int(re.findall(rb"/Type\s*/Pages.*?/Count\s+(\d+)", data, re.DOTALL)[0])


def test_the_same_record_gives_the_same_file() -> None:
    first = pdf(shown(1), shown(2, exercise=True), listed=True)
    assert first == pdf(shown(1), shown(2, exercise=True), listed=True) and pages(first) == 3
    assert first != pdf(shown(1), shown(2), listed=True)


def test_it_is_an_archive_file_and_dated_by_the_record() -> None:
    data = pdf(shown())
    assert data.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in data and b"<pdfaid:conformance>A</pdfaid:conformance>" in data
    assert b"2026-11-22" in data and b"/JavaScript" not in data and b"/EmbeddedFile" not in data


def test_markup_is_text(capfd: pytest.CaptureFixture[str]) -> None:
    data = pdf(shown(1, HOSTILE, subject=HOSTILE, name=HOSTILE, released_by=[HOSTILE], attachments=[HOSTILE]))
    assert pages(data) == 1 and not capfd.readouterr().err
    sheet = sheet_of(shown(1, HOSTILE))
    assert "".join(sheet["body"]["lines"]) == HOSTILE  # as it came, and never looked into


LONG = ["x" * 20_000, "\n" * 3_000, "а́" * 2_000, "ش" * 2_000, "", " " * 5_000, "\u0301" * 500]


@pytest.mark.parametrize("text", LONG)
def test_what_no_line_holds_is_broken_and_nothing_is_lost(text: str) -> None:
    assert "".join(lines_of(text)).replace("\u200b", "") == text.replace("\n", "")
    assert pages(pdf(shown(1, text))) >= 1


def test_every_letter_that_is_printed_as_it_is_has_a_shape() -> None:
    letters = "".join(chr(code) for code in sorted(PRINTED))
    data = given_of([shown(1, "\n".join(re.findall(".{1,40}", letters)))], line="", name="", banners=[], title="x",
                    at_ms=AT_MS, listed=False)  # fmt: skip
    setting._set(data)  # refuses a letter without one, and would then be printed plainly


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u202eb", "a\\u{202e}b"),
        ("zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"),
        ("中", "\\u{4e2d}"),
        ("soft\u00adhyphen", "soft\\u{ad}hyphen"),
        ("Ёжик، تمرين £5 → №7", "Ёжик، تمرين £5 → №7"),
    ],
)
def test_what_has_no_shape_or_none_to_be_seen_is_printed_by_its_number(text: str, seen: str) -> None:
    assert printable(text) == seen


def test_directions() -> None:
    assert is_rtl("تلقينا", "en") and is_rtl("12 שלום", "") and is_rtl("57 12.3", "ar-EG")
    assert not is_rtl("Hello", "ar") and not is_rtl("57 12.3", "ru")


def test_long_words_are_broken_and_marks_stay_with_their_letters() -> None:
    assert max(len(part) for part in re.split("[ \u200b]", breakable("x" * 500 + " y"))) <= 40
    assert not re.search("\u200b\u0301", breakable("а\u0301" * 200))


def test_what_a_sheet_says() -> None:
    held = Holding(0, "PARTY A", 55, AT_MS, AT_MS, AT_MS, AT_MS + 8_000, False, "")
    opened = Acknowledged(0, "PARTY A", "0/x/3", AT_MS, "A. Officer", "watch officer", "seen")
    sheet = sheet_of(shown(3, exercise=True, held=[held], acknowledged=[opened], lacking=["PARTY C"], disputed=True))
    assert sheet["reference"] == "PARTY B 89ab-3" and sheet["hash"] == "SHA-256 " + "03" * 32
    assert sheet["position"] == f"record #103, entry 1/{'0123456789ab' * 2}/3"
    said = json.dumps(sheet["evidence"])
    assert "receipt over 55 entries" in said and "A. Officer, watch officer" in said and "not agreement" in said
    assert ["not held by", "PARTY C"] in sheet["evidence"] and sheet["exercise"] and "EXERCISE" in EXERCISE
    assert any(name == "DISPUTED" for name, _ in sheet["head"])


def test_what_the_setter_stumbles_over_is_printed_by_its_numbers() -> None:
    data = given_of([shown()], line="中", name="n", banners=[], title="x", at_ms=AT_MS, listed=False)
    data["sheets"][0]["body"]["lines"] = ["中文, which should have been its numbers"]
    assert pages(setting.set_sheets(data)) == 1
    assert plainest("中\u200bx") == "\\u{4e2d}\u200bx"


@settings(max_examples=settings().max_examples * 4 // 5)
@given(st.text(st.characters(codec="utf-8"), max_size=400), st.sampled_from(["en", "ar", "ru", "x-?", "tlh", ""]))
def test_whatever_anybody_writes_there_is_a_sheet(text: str, language: str) -> None:
    assert pdf(shown(1, text, subject=text[:256], language=language)).startswith(b"%PDF")


def test_without_the_setter_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Told, match=r"openline\[print\]") as told:
        setting.check_installed()
    assert told.value.code == "OL-803"
