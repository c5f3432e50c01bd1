"""No word of the pages lacks its Russian, no catalogue says what is not asked, and placeholders stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from openline.console.web import rendering
from openline.console.web.vocabulary import WORDS

HERE = Path(rendering.__file__).parent
WAYS = [("**/templates/*.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
KEYWORDS = {"_": None, "ngettext": (1, 2), "_said": None, "word": None}


def asked() -> Iterator[str | tuple[str, ...]]:
    """Every word that a page or a program of ours asks for."""
    for _file, _line, said, _comments, _context in extract_from_dir(str(HERE), WAYS, keywords=KEYWORDS):
        yield said if isinstance(said, str) else tuple(said)


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


def test_words_of_the_station_are_in_the_catalogue() -> None:
    assert set(catalogue("ru")) >= WORDS
    russian = rendering.translations("ru")
    assert russian.gettext("held") == "получено"
    assert russian.ngettext("%(num)s day", "%(num)s days", 31) == "%(num)s день"
    assert rendering.translations("en").gettext("held") == "held"
