"""The story of the demonstration: what ships is honest about its sources, and a story badly written is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.demo.story import Story, date_in_words, parse_story, shipped_story
from openline.errors import Misconfigured
from openline.limits import STORY_BYTES_MAX, STORY_LINES_MAX

HEAD = """
title = "t"
about = "a"
banner = "b"
[parties.a]
name = "PARTY A"
offices = ["A/WATCH"]
[parties.b]
name = "PARTY B"
offices = ["B/WATCH", "B/OTHER"]
"""
SOURCED = """
[[line]]
id = "one"
kind = "sourced"
date = "2026-02-05"
speaker = "somebody"
where = "an outlet"
sources = ["https://example.org/report"]
party = "a"
precedence = "PRIORITY"
language = "en"
action = ["B/WATCH"]
info = []
subject = "s"
text = "t"
"""
MADE_UP = """
[[line]]
id = "two"
kind = "illustration"
party = "b"
precedence = "ROUTINE"
language = "en"
in_reply_to = "one"
action = ["A/WATCH"]
info = []
subject = "s"
text = "t"
"""
WHOLE = HEAD + SOURCED + MADE_UP


def read(text: str) -> Story:
    return parse_story(text.encode())


@pytest.fixture(scope="module")
def shipped() -> Story:
    return shipped_story()


def test_the_shipped_story_covers_the_record_from_suspension_to_the_unchanged_position(shipped: Story) -> None:
    sourced = [line for line in shipped.lines if line.kind == "sourced"]
    assert 16 <= len(shipped.lines) <= 20
    assert [line.date for line in sourced] == [
        "2021 autumn",
        "2021-12-15",
        "2021-12-17",
        "2022-01-26",
        "2022-02-17",
        "2023-02-28",
        "2023-06-01",
        "2025-09-22",
        "2025-10",
        "2026-02-04",
        "2026-02-05",
        "2026-02-05",
        "2026-02-05",
        "2026-02-05",
        "2026-02-11",
        "2026-02-12",
    ]


def test_every_sourced_line_says_who_and_where_and_no_illustration_pretends_to(shipped: Story) -> None:
    for line in shipped.lines:
        named = [bool(line.date), bool(line.speaker), bool(line.where), bool(line.sources)]
        assert named == [line.kind == "sourced"] * 4, line.id
    assert {line.kind for line in shipped.lines} == {"sourced", "illustration"}


def test_the_texts_are_our_own_words_and_carry_no_quotation(shipped: Story) -> None:
    for line in shipped.lines:
        for wording in filter(None, (line.wording, line.also)):
            assert not set("\"'\u00ab\u00bb\u201c\u201d\u201e\u2018") & set(wording.text.replace("'s ", "")), line.id


def test_both_stations_speak_and_some_lines_have_a_russian_version(shipped: Story) -> None:
    assert {line.party for line in shipped.lines} == {"a", "b"}
    russian = [line.also for line in shipped.lines if line.also]
    assert len(russian) >= 3
    assert all(any("а" <= letter <= "я" for letter in wording.text) for wording in russian)


def test_one_station_is_killed_in_the_middle_and_started_again(shipped: Story) -> None:
    cues = [(number, line.cue) for number, line in enumerate(shipped.lines) if line.cue]
    assert [cue for _, cue in cues] == ["kill-b", "start-b"]
    assert all(5 <= number <= len(shipped.lines) - 5 for number, _ in cues)


def test_a_press_report_is_never_called_agreed(shipped: Story) -> None:
    (report,) = [line for line in shipped.lines if line.id == "reported-understanding"]
    assert "Reported, not agreed" in report.wording.subject


@pytest.mark.parametrize(
    ("date", "words"),
    [("2021-12-05", "5 December 2021"), ("2025-10", "October 2025"), ("2021 autumn", "autumn 2021")],
)
def test_a_date_is_shown_as_exactly_as_it_is_known(date: str, words: str) -> None:
    assert date_in_words(date) == words


def test_a_small_story_is_read_and_its_paragraphs_folded() -> None:
    story = read(HEAD + SOURCED.replace('text = "t"', 'text = """\nfirst\n  second\n"""') + MADE_UP)
    assert [line.id for line in story.lines] == ["one", "two"]
    assert story.lines[0].wording.text == "first second"
    assert story.lines[1].when == "no date, made up"
    assert story.lines[1].in_reply_to == "one"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('title = "t"', "", "the story: title missing"),
        ('title = "t"', 'title = "t"\ncolour = "red"', "colour does not belong"),
        ('date = "2026-02-05"\n', "", "story line 1: date missing"),
        ('date = "2026-02-05"', 'date = "2026"', "none of"),
        ('date = "2026-02-05"', 'date = "2026-02-30"', "not in the calendar"),
        ('date = "2026-02-05"', 'date = "2026-13"', "not in the calendar"),
        ('date = "2026-02-05"', "date = 2026-02-05", "must be a text"),
        ('sources = ["https://example.org/report"]', "sources = []", "at least one source"),
        ('"https://example.org/report"', '"http://example.org"', "must be one https address"),
        ('"https://example.org/report"', '"https://example.org (copy)"', "must be one https address"),
        ('kind = "illustration"', 'kind = "illustration"\nspeaker = "x"', "speaker does not belong"),
        ('kind = "illustration"', 'kind = "rumour"', "kind must be one of"),
        ('party = "a"', 'party = "c"', "party must be one of"),
        ('precedence = "PRIORITY"', 'precedence = "urgent"', "precedence must be one of"),
        ('action = ["B/WATCH"]', "action = []", "action names no office"),
        ('action = ["B/WATCH"]', 'action = ["A/WATCH"]', "no office of PARTY B"),
        ('action = ["B/WATCH"]\ninfo = []', 'action = ["B/WATCH"]\ninfo = ["B/WATCH"]', "stands twice"),
        ('id = "two"', 'id = "one"', "earlier line has this id"),
        ('id = "two"', 'id = "Two!"', "small letters"),
        ('in_reply_to = "one"', 'in_reply_to = "two"', "no earlier line"),
        ('in_reply_to = "one"', 'cue = "start-a"', "does not fit"),
        ('in_reply_to = "one"', 'cue = "kill-b"', "cannot send"),
        ('in_reply_to = "one"', 'cue = "kill-a"', "never started again"),
        ('in_reply_to = "one"', 'acknowledged = "yes"', "true or false"),
        ('text = "t"', 'text = ""', "1 to"),
        ('text = "t"', 'text = "a\\u001bb"', "cannot be printed"),
        ('text = "t"', "text = 7", "must be a text"),
    ],
)
def test_a_story_badly_written_is_refused_and_told_where(old: str, new: str, complaint: str) -> None:
    assert old in WHOLE
    with pytest.raises(Misconfigured, match=complaint):
        read(WHOLE.replace(old, new, 1))


def test_a_line_out_of_time_order_is_refused() -> None:
    earlier = SOURCED.replace('"one"', '"late"').replace("2026-02-05", "2025-10")
    with pytest.raises(Misconfigured, match="lies before"):
        read(WHOLE + earlier)


def test_a_line_already_in_russian_has_no_second_russian_version() -> None:
    line = SOURCED.replace('language = "en"', 'language = "ru"') + '[line.ru]\nsubject = "s"\ntext = "t"\n'
    with pytest.raises(Misconfigured, match="Russian already"):
        read(HEAD + line)


def test_too_much_or_no_story_is_refused() -> None:
    with pytest.raises(Misconfigured, match="shorten"):
        parse_story(b"#" * (STORY_BYTES_MAX + 1))
    with pytest.raises(Misconfigured, match="line missing"):
        read(HEAD)
    many = "".join(SOURCED.replace('"one"', f'"one-{number}"') for number in range(STORY_LINES_MAX + 1))
    with pytest.raises(Misconfigured, match=f"1 to {STORY_LINES_MAX}"):
        read(HEAD + many)


@given(st.binary(max_size=200))
def test_junk_is_refused_and_nothing_else_is_raised(junk: bytes) -> None:
    with pytest.raises(Misconfigured):
        parse_story(junk)


@given(st.integers(0, len(WHOLE) - 1), st.characters(codec="utf-8"))
def test_one_changed_character_is_read_or_refused(position: int, letter: str) -> None:
    try:
        read(WHOLE[:position] + letter + WHOLE[position + 1 :])
    except Misconfigured as why:
        assert str(why)
