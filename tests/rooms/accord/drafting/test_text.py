"""Texts of drafts: one spelling, faults by line, brackets that say whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.drafting.text import (
    Article,
    NotAText,
    Piece,
    Text,
    brackets_of,
    parse_text,
    pieces,
    text_digest,
    write_text,
)
from openline.errors import Malformed
from openline.limits import DRAFT_PARAGRAPH_CHARS_MAX, DRAFT_TEXT_BYTES_MAX
from tests.rooms.accord.drafting.treaty import english, russian

SMALL = "# T\n\n## 1.\n\nWords.\n"


def faults(source: str | bytes) -> str:
    with pytest.raises(NotAText) as refused:
        parse_text(source.encode() if isinstance(source, str) else source)
    return "; ".join(one.in_a_line() for one in refused.value.faults)


def test_a_text_is_its_title_preamble_and_articles_and_is_spelled_again_byte_for_byte() -> None:
    """R-520"""
    for data in (english(), russian(), SMALL.encode()):
        assert write_text(parse_text(data)) == data
    text = parse_text(english())
    assert text.title == "Agreement on Prior Notice of Exercises"
    assert [(one.number, one.heading, len(one.paragraphs)) for one in text.articles] == [
        (0, "", 1), (1, "Notice", 2), (2, "Form", 1), (3, "Entry into force", 1),
    ]  # fmt: skip
    assert parse_text(SMALL.encode()) == Text("T", (Article(0, "", ()), Article(1, "", ("Words.",))))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (SMALL.rstrip("\n"), "does not end with a new line"),
        (SMALL + "\n", "an empty line at the end"),
        (SMALL + "\n\n", "two empty lines"),
        ("\ufeff" + SMALL, "line 1, line: U+FEFF"),
        (SMALL.replace("\n", "\r\n"), "U+000D"),
        (SMALL.replace("# T", "T"), "line 1, title: the first line is no title"),
        ("# T\n\nWords.\n", "there is no article"),
        (SMALL.replace("## 1.", "## 2."), "line 3, heading: '## 2.' is not the heading of article 1"),
        (SMALL.replace("## 1.", "## 01."), "not the heading of article 1"),
        (SMALL.replace("## 1.", "## 1. "), "spaces at an end"),
        (SMALL.replace("## 1.", "### 1."), "not the heading of article 1"),
        (SMALL + "\n## 2. Empty\n", "article 2 has no paragraph"),
        (SMALL.replace("Words.", "Two  spaces."), "line 5, line: spaces at an end, two together"),
        (SMALL.replace("Words.", "An\u2003em space."), "spaces at an end, two together, or of an unusual kind"),
        (SMALL.replace("Words.", "Zero\u200bwidth."), "line 5, line: U+200B"),
        (SMALL.replace("Words.", "Turned \u202edrow."), "U+202E"),
        (SMALL.replace("Words.", "Two\nlines."), "an empty line belongs here"),
        (SMALL.replace("Words.", "2. Second."), "paragraph 2 stands where 1 belongs"),
        (SMALL.replace("Words.", "1. First.\n\n1. Again."), "paragraph 1 stands where 2 belongs"),
        (SMALL.replace("Words.", "[30] days."), "a bracket is not closed, or says not whose it is"),
        (SMALL.replace("Words.", "[Amber: 30 days."), "a bracket is not closed"),
        (SMALL.replace("Words.", "[Amber: 30 [Birch: 14]] days."), "a bracket is not closed"),
        (SMALL.replace("Words.", "[Amber:30] days."), "says not whose"),
        (SMALL.replace("Words.", "[Birch, Amber: 30] days."), "out of alphabetical order"),
        (SMALL.replace("Words.", "[Amber, Amber: 30] days."), "out of alphabetical order, or twice"),
        (SMALL.replace("Words.", "[Amber,Birch:  30] days."), "two together"),
        (SMALL.replace("Words.", f"[{'A' * 65}: 30] days."), "names nobody"),
        (SMALL.replace("Words.", "x" * (DRAFT_PARAGRAPH_CHARS_MAX + 1)), "20001 characters"),
        (b"# T\n\n## 1.\n\n\xff\n", "line 5, file: it is not UTF-8"),
        (b"#" * (DRAFT_TEXT_BYTES_MAX + 1), "at most"),
        (b"", "there is no article"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(source: str | bytes, says: str) -> None:
    """R-520"""
    assert says in faults(source)


def test_every_fault_is_told_at_once() -> None:
    told = faults("# T \n\n## 1.\n\n2. Second.\n\n## 3. Third\n\n[30]\n")
    for line in (1, 5, 7, 9):
        assert f"line {line}," in told


def test_brackets_say_whose_words_are_not_agreed() -> None:
    text = parse_text(english("[Amber: 30] [Birch, Cedar: 14]", "[Birch: names the area]"))
    assert brackets_of(text) == ((1, ("Amber", "Birch", "Cedar")),)
    assert list(pieces("At least [Amber: 30] [Birch, Cedar: 14] days.")) == [
        Piece((), "At least "), Piece(("Amber",), "30"), Piece((), " "), Piece(("Birch", "Cedar"), "14"),
        Piece((), " days."),
    ]  # fmt: skip
    titled = parse_text(SMALL.replace("# T", "# T [Birch: and more]").encode())
    assert brackets_of(titled) == ((0, ("Birch",)),)
    assert brackets_of(parse_text(english())) == ()


def test_a_text_that_would_be_read_otherwise_is_not_written() -> None:
    for text in (
        Text("T", (Article(0, "", ()),)),
        Text("T", (Article(0, "", ("## 1. No heading",)), Article(1, "", ("Words.",)))),
        Text("T", (Article(0, "", ()), Article(2, "", ("Words.",)))),
        Text("T", (Article(0, "", ()), Article(1, "", ("Two\n\nparagraphs.",)))),
    ):
        with pytest.raises(NotAText):
            write_text(text)


def test_the_hash_is_that_of_the_file() -> None:
    assert text_digest(b"abc").hex().startswith("ba7816bf8f01cfea")  # FIPS 180-2, B.1


@given(st.text() | st.text("#[]: \n1.ABab,", max_size=80) | st.text("# T\n\n1.[A:]\u00a0", max_size=60))
def test_whatever_comes_is_a_text_in_its_one_spelling_or_refused(source: str) -> None:
    data = source.encode("utf-8", "replace")
    try:
        text = parse_text(data)
    except NotAText:
        return
    assert write_text(text) == data


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_raise_nothing_else(data: bytes) -> None:
    try:
        parse_text(data)
    except Malformed:
        pass
