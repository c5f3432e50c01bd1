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
_DEEP: Final = 4  # what is filled in may be a sentence itself, and so may what is filled in there
_QUOTES: Final = ("'", '"')  # what was typed is filled in within these
_TELLING_CHARS: Final = 8  # what is filled in is taken for a sentence by no fewer of its own
_SAYING_CHARS: Final = 12  # with fewer of its own, only values are filled in, and no words
_WORDS_MIN: Final = 3
_PLACE: Final = ": "  # where it is, and what is said of it
_PLACES_MAX: Final = 4  # a file, a line in it, a field
_PLACE_CHARS_MAX: Final = 300  # a path may be long
_PARTS_MAX: Final = 150  # faults that are named at once, with what to do about each
_WITHIN_MAX: Final = 3  # parts of one sentence that has semicolons


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
    whole = patterns(language)[1]
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
        several_ = _in_turn(text.split(_BETWEEN), language, known, deep)
        if several_ is not None:
            return several_
    return _alone(text, language, known, deep)


def _in_turn(parts: list[str], language: str, known: Mapping[str, str], deep: int) -> Markup | None:
    """Sentences one after the other, of which some have a semicolon within; None where one is not known."""
    if len(parts) > _PARTS_MAX:
        return None
    found: list[Markup] = []
    at = 0
    while at < len(parts):
        for end in range(at + 1, min(at + _WITHIN_MAX, len(parts)) + 1):
            part = _BETWEEN.join(parts[at:end])
            told = _told(part, language, known, deep) if end == at + 1 else _whole(part, language, known, deep)
            if told is not None:
                found.append(told)
                at = end
                break
        else:
            return None
    between = Markup("؛ ") if language == "ar" else Markup("; ")
    return between.join(found)


def _whole(text: str, language: str, known: Mapping[str, str], deep: int) -> Markup | None:
    said = known.get(text) or patterns(language)[1].get(text)
    return shown(said) if said else _alone(text, language, known, deep)


def _alone(text: str, language: str, known: Mapping[str, str], deep: int) -> Markup | None:
    """By its pattern, with what is filled in; or said of a place."""
    for one in patterns(language)[0]:
        telling = sum(map(len, one.english))
        if deep < _DEEP and telling < _TELLING_CHARS:
            break
        values = filled(one.english, text)
        if values is None:
            continue
        if telling <= _TELLING_CHARS and not one.english[-1] and _PLACE in values[-1]:
            continue  # `article {0}` is a place, of which something is said then
        inner = [None if value[:1] in _QUOTES else _told(value, language, known, deep - 1) for value in values]
        if telling < _SAYING_CHARS and any(a is None and _says(b) for a, b in zip(inner, values, strict=True)):
            continue
        said = Markup("")
        for words, number in one.told:
            said += shown(words)
            if number >= 0:
                told = inner[number]
                said += Markup("<bdi>{}</bdi>").format(shown(values[number]) if told is None else told)
        return said
    return _placed(text, language, known, deep - 1)


def _says(value: str) -> bool:
    """Whether it is more than a value: words that a short pattern would leave in English amid another language."""
    return sum(one.isascii() and one.islower() and one.isalpha() for one in value.split()) >= _WORDS_MIN


def _placed(text: str, language: str, known: Mapping[str, str], deep: int) -> Markup | None:
    """A place, and a sentence that is known said of it: `draft: it says nothing`. The place may be of any words."""
    at = -len(_PLACE)
    for _ in range(_PLACES_MAX):
        at = text.find(_PLACE, at + len(_PLACE))
        if at < 0 or at > _PLACE_CHARS_MAX or _BETWEEN in text[:at]:
            break
        told = _told(text[at + len(_PLACE) :], language, known, deep)
        if told is not None:
            place = _told(text[:at], language, known, deep)
            return Markup("{}: {}").format(Markup("<bdi>{}</bdi>").format(shown(text[:at])) if place is None else place,
                                           told)  # fmt: skip
    return None


def sentence(text: str, language: str, known: Mapping[str, str] | None = None) -> Markup:
    """For a page. `known`: labels of a format or a layout by their English."""
    if language == "en":
        return shown((known or {}).get(text, text))
    told = _told(text, language, known or {})
    if told is None and text[:1].isalpha() and not text[:1].isascii():
        return shown(text)  # said in the language of the page already
    return Markup('<span lang="en" dir="ltr">{}</span>').format(shown(text)) if told is None else told
