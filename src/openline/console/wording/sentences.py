"""Sentences that the station makes of faults and findings, said in the language of the page.

The station says them in English, and what they speak of stands in them already. Here each is known by its pattern: the
catalogue `sentences` has it with places for what is filled in. What no pattern fits stays English, marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from babel.messages.pofile import read_po
from markupsafe import Markup

from openline.console.web.rendering import shown, translations
from openline.console.web.vocabulary import WORDS

_HERE: Final = files("openline.console.web")
_BETWEEN: Final = "; "
_OR: Final = " or "
_AND: Final = ", "
_CHARS_MAX: Final = 4_000  # a sentence of ours is shorter; what is longer is not looked for
_DEEP: Final = 3  # what is filled in may be a sentence itself, and so may what is filled in there
_QUOTES: Final = ("'", '"')  # what was typed is filled in within these
_TELLING_CHARS: Final = 8  # what is filled in is taken for a sentence by no fewer of its own


class Pattern(NamedTuple):
    """What stands around and between what is filled in, in English; and all of it in another language."""

    english: tuple[str, ...]
    told: tuple[tuple[str, int], ...]  # words, and which of what is filled in comes after them (-1: nothing)


def parts_of(text: str) -> tuple[tuple[str, int], ...]:
    """`{0} rows: {1}` taken apart at its places."""
    found = []
    while "{" in text:
        before, _, rest = text.partition("{")
        number, _, text = rest.partition("}")
        found.append((before, int(number)))
    return (*found, (text, -1))


@cache
def patterns(language: str) -> tuple[tuple[Pattern, ...], Mapping[str, str]]:
    """Patterns with places, those that say most first; and sentences without any."""
    path = _HERE.joinpath("locale", language, "LC_MESSAGES", "sentences.po")
    if not path.is_file():
        return (), {}
    with path.open("rb") as file:
        said = {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id and one.string}
    open_ = [Pattern(tuple(words for words, _ in parts_of(one)), parts_of(told)) for one, told in said.items()
             if "{" in one]  # fmt: skip
    open_.sort(key=lambda one: -sum(map(len, one.english)))
    return tuple(open_), {one: told for one, told in said.items() if "{" not in one}


def filled(english: tuple[str, ...], text: str) -> list[str] | None:
    """What is filled in where the text is of that pattern: each as short as it can be. At a cost in step with it."""
    first, *between, last = english
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return None
    found, at, end = [], len(first), len(text) - len(last)
    for words in between:
        begin = text.find(words, at + 1, end)
        if begin < 0:
            return None
        found.append(text[at:begin])
        at = begin + len(words)
    return [*found, text[at:end]] if at < end else None


def _told(text: str, language: str, known: Mapping[str, str], deep: int = _DEEP) -> Markup | None:
    """None where it is not known in that language."""
    open_, whole = patterns(language)
    if text in known or text in whole:
        return shown(known.get(text) or whole[text])
    several = [text] if text in WORDS else text.split(_OR)
    if all(one in WORDS for one in several):  # a word of the station, or those a thing falls to
        word = translations(language).gettext
        return shown(f" {word('or')} ".join(word(one) for one in several))
    listed = text.split(_AND)
    if all(one in WORDS for one in listed):  # roles, one after the other
        return shown(("، " if language == "ar" else _AND).join(map(translations(language).gettext, listed)))
    if deep == 0 or len(text) > _CHARS_MAX:
        return None
    if _BETWEEN in text:
        halves = [_told(half, language, known, deep) for half in text.split(_BETWEEN)]
        whole_ = [half for half in halves if half is not None]
        if len(whole_) == len(halves):
            return Markup("; ").join(whole_)
    if deep < _DEEP and text[:1] in _QUOTES:
        return None
    for one in open_:
        if deep < _DEEP and sum(map(len, one.english)) < _TELLING_CHARS:
            break
        values = filled(one.english, text)
        if values is not None:
            said = Markup("")
            for words, number in one.told:
                said += shown(words)
                if number >= 0:
                    inner = _told(values[number], language, known, deep - 1)
                    said += Markup("<bdi>{}</bdi>").format(shown(values[number]) if inner is None else inner)
            return said
    return None


def sentence(text: str, language: str, known: Mapping[str, str] | None = None) -> Markup:
    """For a page. `known`: labels of a format or a layout by their English."""
    if language == "en":
        return shown((known or {}).get(text, text))
    told = _told(text, language, known or {})
    if told is None and text[:1].isalpha() and not text[:1].isascii():
        return shown(text)  # said in the language of the page already
    return Markup('<span lang="en" dir="ltr">{}</span>').format(shown(text)) if told is None else told
