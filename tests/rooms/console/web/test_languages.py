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

from openline.console.watch.log_words import NAMED, word_of
from openline.console.web import rendering
from openline.console.web.vocabulary import WORDS
from openline.console.wording.sentences import sentence
from openline.desk.facts import METHODS, Fact
from openline.desk.people import Role
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


SAID_IN_THE_LOG = (
    "understood, in the words of Moreau, watch officer (not agreement): north", "directory of offices: none",
    "understood, in the words of Moreau (not agreement): north", "directory of offices: OPS, HQ",
    "passed to OPS at 22 1005:31Z NOV 26, by Moreau", "passed to OPS at 22 1005:31Z NOV 26, by runner, by Moreau",
    *(f"{does} {what}{why}" for does in ("corrects", "withdraws", "supersedes", "forwards")
      for what in ("an earlier entry", "3 entries") for why in ("", ": north")),
)  # fmt: skip


def _log(language: str, *rows: tuple[str, dict[str, str]]) -> str:
    """The page of the log with these acts and their fields."""
    entries = [SimpleNamespace(index=0, at_ms=0, officer="drafter", what=what, fields=some) for what, some in rows]
    context = {
        "page": SimpleNamespace(entries=entries, next=len(rows)), "size": len(rows), "first": 0, "step": 100,
        "prefs": SimpleNamespace(language=language), "sentence": lambda text: sentence(text, language),
    }  # fmt: skip
    templates = rendering.templates(language)
    page = templates.get_template("desk-log.html")
    made = page.new_context(context)
    for name in ("ours", "logged"):
        made.vars[name] = getattr(templates.get_template("parts.html").make_module(context), name)
    return "".join(page.blocks["main"](made))


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_the_log_of_the_desk_says_its_fields_and_what_is_ours_in_them(language: str) -> None:
    named = {"body": "subject", "words": "begins", "told": "notice"}
    fields = {named.get(name, name) for one in get_args(Fact) for name in one._fields} - {"roles", "method"}
    told = _log(
        language, ("drafted", dict.fromkeys(fields, "7")), ("roles given", {"roles": ", ".join(Role)}),
        ("alarm shelved", {"until_ms": "1790000000000"}), *(("released", {"method": one}) for one in METHODS),
        *(("drafted other", {"says": one}) for one in SAID_IN_THE_LOG),
        ("not sent", {"remark": "that instant has passed; a relief is to come"}),
    )  # fmt: skip
    assert len(fields) > 40
    assert re.findall(r'lang="en"[^<]*', told) == []
    assert "1790000000000" not in told and "SEP 26" in told, "an instant is told as people write it"
    assert "north" in told and "Moreau" in told


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_what_stands_as_a_number_in_the_log_is_told_as_its_word(language: str) -> None:
    """Kinds, states and reasons; counts stay numbers."""
    numbers = {"precedence": 3, "method": 1, "sound": 2, "stage": 0, "step": 1, "what": 3, "allowed": 0, "demanded": 1,
               "given": 0, "heard": 1, "flags": 1, "kind": 2}  # fmt: skip
    assert set(numbers) == NAMED
    words = {name: word_of(name, value) for name, value in numbers.items()}
    told = _log(language, ("drafted", words), *(("drafted", {"kind": one}) for one in KIND_NAMES.values()))
    assert not [one for one in words.values() if one.isdecimal()] and 'lang="en"' not in told
    bare = re.sub(r"<[^>]+>|hash", " ", told)
    assert not [one for one in words.values() if re.search(rf"\b{one}\b", bare)], "each has its word in the language"
    assert [word_of("uses", 7), word_of("kind", 77), word_of("flags", 0)] == ["7", "77", ""]


def test_what_an_officer_wrote_is_not_translated_in_the_log() -> None:
    """A name or a remark may say what is a word of ours."""
    told = _log("ru", ("returned", {"remark": "engineer"}))
    assert '<bdi dir="auto">engineer</bdi>' in told and "<bdi>drafter</bdi>" in told


def test_no_template_calls_a_macro_that_it_does_not_import() -> None:
    """It would be found out by the first officer whose page has something to say with it."""
    sources = {path.name: path.read_text("utf-8") for path in (HERE / "templates").glob("*.html")}
    macros = {one for text in sources.values() for one in re.findall(r"{%-? macro (\w+)", text)}
    wrong = []
    included = set(re.findall(r'{% include "([^"]+)"', " ".join(sources.values())))  # they have what their page has
    for name, text in sources.items():
        if name in included:
            continue
        brought = set(re.findall(r"\w+", " ".join(re.findall(r"{%-? (?:from \S+ import|macro) ([^%]*)%}", text))))
        inside = " ".join(re.findall(r"{[{%](.*?)[%}]}", text))
        called = set(re.findall(r"(?<![.\w])(\w+)\(", inside))
        wrong += [(name, one) for one in sorted(called & macros - brought)]
    assert len(macros) > 20 and not wrong
