"""Versions compared word by word, articles aligned first; languages compared part by part."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from openline.accord.drafting.comparing import Compared, compare, differences_of_build, runs
from openline.accord.drafting.text import Article, Text, parse_text
from tests.rooms.accord.drafting.treaty import english, russian


def shown(compared: Compared) -> list[str]:
    return ["".join({"=": run.words, "-": f"[-{run.words}-]", "+": f"{{+{run.words}+}}"}[run.sign] for run in line.runs)
            for line in compared.lines]  # fmt: skip


def joined(line_runs: object, but: str) -> str:
    return "".join(run.words for run in line_runs if run.sign != but)  # type: ignore[attr-defined]


def text(*articles: tuple[str, list[str]]) -> Text:
    return Text("T", (Article(0, "", ()), *(Article(n, h, tuple(p)) for n, (h, p) in enumerate(articles, 1))))


def test_a_changed_word_is_shown_in_its_place_and_all_else_as_the_same() -> None:
    found = compare(parse_text(english("30")), parse_text(english("[Amber: 30] [Birch: 14]")))
    assert [one.is_same for one in found] == [True, False, True, True]
    assert shown(found[1])[1] == (
        "1. Each Party gives notice of every exercise at least{+ [Amber:+} 30{+] [Birch: 14]+} days before it begins."
    )


def test_an_article_put_in_between_leaves_those_behind_it_the_same() -> None:
    old = text(("Notice", ["Each Party gives notice."]), ("Area", ["The area is named."]))
    new = text(("Notice", ["Each Party gives notice."]), ("Costs", ["Nobody pays."]), ("Area", ["The area is named."]))
    found = compare(old, new)
    assert [(one.before, one.after, one.is_same) for one in found] == [
        (0, 0, True), (1, 1, True), (None, 2, False), (2, 3, True),
    ]  # fmt: skip
    back = compare(new, old)
    assert [(one.before, one.after) for one in back] == [(0, 0), (1, 1), (2, None), (3, 2)]


def test_an_article_without_heading_is_found_again_by_its_words() -> None:
    old = text(("", ["Ships keep a distance of ten miles."]), ("", ["Aircraft do not pass over them."]))
    new = text(("", ["Costs are borne by each side."]), ("", ["Ships keep a distance of twelve miles."]),
               ("", ["Aircraft do not pass over them."]))  # fmt: skip
    found = compare(old, new)
    assert [(one.before, one.after) for one in found] == [(0, 0), (None, 1), (1, 2), (2, 3)]
    assert shown(found[2])[1] == "Ships keep a distance of[- ten-]{+ twelve+} miles."


def test_paragraphs_and_headings_put_in_and_taken_out() -> None:
    old = text(("Notice", ["One word.", "Two words here.", "Three more words there."]))
    new = text(("Notices", ["One word.", "Three more words there.", "Quite another sentence."]))
    (_, found) = compare(old, new)
    assert [(one.before, one.after) for one in found.lines] == [(0, 0), (1, 1), (2, None), (3, 2), (None, 3)]
    assert shown(found)[0] == "[-Notice-]{+Notices+}"


def test_texts_of_nothing_alike_and_made_to_cost_much_are_compared_coarsely_and_wholly() -> None:
    """Each line of it alone would take minutes word by word."""
    rng = random.Random(7)
    lines = [" ".join(rng.choice("ab") for _ in range(9_000)) for _ in range(40)]
    old, new = text(("X", lines[:20])), text(("X", lines[20:]))
    found = compare(old, new)
    assert [joined(one.runs, "+") for one in found[1].lines if one.before] == lines[:20]
    assert [joined(one.runs, "-") for one in found[1].lines if one.after] == lines[20:]


WORDS = st.text("ab. [Z:]\u00a0", max_size=40)


@given(WORDS, WORDS)
def test_the_runs_of_two_lines_make_up_both(old: str, new: str) -> None:
    found = list(runs(old, new))
    assert all(run.words for run in found)
    assert len(joined(found, "+")) <= len(old) and len(joined(found, "-")) <= len(new)
    if not any(one in line for line in (old, new) for one in ("  ", "\u00a0\u00a0", " \u00a0", "\u00a0 ")):
        if not (old.endswith((" ", "\u00a0")) or new.endswith((" ", "\u00a0"))):
            assert joined(found, "+") == old and joined(found, "-") == new


def test_two_languages_are_built_alike_or_it_is_told_where_not() -> None:
    """R-527"""
    one = parse_text(english("[Amber: 30] [Birch: 14]"))
    assert differences_of_build(one, parse_text(russian("[Birch: 14] [Amber: 30]"))) == []
    told = differences_of_build(one, parse_text(russian("30")))
    assert [(each.article, "brackets" in each.what) for each in told] == [(1, True)]
    other = russian().decode().replace("2. Уведомление", "Уведомление").replace("## 2. Форма", "## 2.")
    told = differences_of_build(parse_text(english()), parse_text(other.encode()))
    assert [each.article for each in told] == [1, 2]
    shorter = russian().decode().partition("\n\n## 3.")[0] + "\n\nЕщё одно.\n"
    told = differences_of_build(parse_text(english()), parse_text(shorter.encode()))
    assert [(each.article, each.what) for each in told] == [
        (0, "3 articles in the one, 2 in the other"), (2, "1 paragraphs in the one, 2 in the other"),
    ]  # fmt: skip
