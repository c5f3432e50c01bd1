"""No word of the pages lacks its Russian, no catalogue says what is not asked, and placeholders stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from openline.console.web import rendering
from openline.console.web.vocabulary import WORDS
from openline.desk.facts import Fact
from openline.record.entry import KIND_NAMES

HERE = Path(rendering.__file__).parent
WAYS = [("**/templates/*.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
KEYWORDS = {"_": None, "ngettext": (1, 2), "_said": None, "word": None}


def asked() -> Iterator[str | tuple[str, ...]]:
    """Every word that a page or a program of ours asks for."""
    for folder in (HERE, HERE.parent / "accord_pages", HERE.parent / "contact"):
        for _file, _line, said, _comments, _context in extract_from_dir(str(folder), WAYS, keywords=KEYWORDS):
            yield said if isinstance(said, str) else tuple(said)


@cache
def catalogue(language: str) -> dict[object, object]:
    with (HERE / "locale" / language / "LC_MESSAGES" / "desk.po").open("rb") as file:
        return {one.id: one.string for one in read_po(file, locale=language) if one.id}


def test_russian_is_whole() -> None:
    there, wanted = catalogue("ru"), set(asked())
    assert len(wanted) > 250
    assert not [said for said in wanted if not there.get(said) or not all(there[said])]  # type: ignore[call-overload]
    assert not set(there) - wanted


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_what_is_filled_in_stays(language: str) -> None:
    for said, told in catalogue(language).items():
        one = said if isinstance(said, str) else said[0]  # type: ignore[index]
        for form in [told] if isinstance(told, str) else told:  # type: ignore[attr-defined]
            assert sorted(re.findall(r"%\(\w+\)s", one)) == sorted(re.findall(r"%\(\w+\)s", form)), said


def test_every_kind_of_entry_and_every_act_at_the_desk_is_said_in_all_languages() -> None:
    acts = {"".join(" " + c.lower() if c.isupper() else c for c in one.__name__).strip() for one in get_args(Fact)}
    said = acts | set(KIND_NAMES.values())
    assert said <= WORDS
    for language in ("ru", "ar"):
        assert not [one for one in said if not catalogue(language).get(one)], language


def test_what_nobody_translated_is_marked_as_english() -> None:
    for language, shown in (("en", "kind 77"), ("ru", '<span lang="en" dir="ltr">kind 77</span>')):
        prefs = SimpleNamespace(language=language)
        made = rendering.templates(language).get_template("parts.html").make_module({"prefs": prefs})
        assert str(made.ours("kind 77")) == shown  # type: ignore[attr-defined]
        assert str(made.ours("drafted")) == ("drafted" if language == "en" else "черновик написан")  # type: ignore[attr-defined]


def test_words_of_the_station_are_in_the_catalogue() -> None:
    assert set(catalogue("ru")) >= WORDS and set(catalogue("ar")) >= WORDS
    russian = rendering.translations("ru")
    assert russian.gettext("held") == "получено"
    assert russian.ngettext("%(num)s day", "%(num)s days", 31) == "%(num)s день"
    assert rendering.translations("en").gettext("held") == "held"
