"""Fields that bodies of this room share: names, words in several languages, a remark with its language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from openline.accord.formats.section import is_language
from openline.accord.formats.texts import Identifier
from openline.accord.formats.unfit import Unfit
from openline.errors import Malformed
from openline.limits import LANGUAGE_CHARS_MAX, REMARK_CHARS_MAX, SUBJECT_CHARS_MAX
from openline.record.fields import row, rows, text

LANGUAGES_MAX: Final = 12
_T = TypeVar("_T")


def read_id(value: object, what: str, data: bytes) -> str:
    """A name that both sides write alike. Raises Malformed naming `what`. (R-405)"""
    try:
        return Identifier().check(value)
    except Unfit as unfit:
        raise Malformed(f"{what}: id: {unfit}", data) from unfit


def by_language(value: object, what: str, data: bytes, read: Callable[[Any], _T]) -> tuple[tuple[str, _T], ...]:
    """[[language, ...] ...], languages in ascending order, each once. Raises Malformed naming `what`."""
    found = [tuple(row(one, 2, what, data)) for one in rows(value, LANGUAGES_MAX, f"{what}s", data)]
    languages = [language for language, _ in found]
    if not all(map(is_language, languages)) or languages != sorted(set(languages)):
        raise Malformed(f"{what}s: languages not in ascending order, each once", data)
    return tuple((language, read(said)) for language, said in found)


def titles(value: object, what: str, data: bytes) -> tuple[tuple[str, str], ...]:
    """Titles by language, at least one. Raises Malformed naming `what`."""
    name = f"{what}: title"
    found = by_language(value, name, data, lambda said: text(said, SUBJECT_CHARS_MAX, name, data))
    if not found:
        raise Malformed(f"{what}: no title", data)
    return found


def remark(said: object, language: object, what: str, data: bytes, name: str = "remark") -> tuple[str, str]:
    """A remark of any length up to the bound, and its language; both or neither. Raises Malformed naming `what`."""
    words = text(said, REMARK_CHARS_MAX, f"{what}: {name}", data, lines=True)
    tag = text(language, LANGUAGE_CHARS_MAX, f"{what}: language", data)
    if bool(words) != bool(tag) or (tag and not is_language(tag)):
        raise Malformed(f"{what}: a {name} has a language, and only a {name}", data)
    return words, tag
