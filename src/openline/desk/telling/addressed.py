"""Whether the offices that a message names are offices that the other side has: pure, over what its directory says.

A name that looks like one of theirs and is spelled otherwise reaches nobody, and whoever reads it takes it for the
right one. A name that stands in no directory may be new; it is shown, and stops nothing.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final, NamedTuple

NEAREST_MAX: Final = 3

# Capital letters of other scripts, and digits, that a person takes for a Latin capital; the way Unicode's table of
# confusables (UTS 39) has them, of the scripts that desks write.
_LIKE: Final = str.maketrans(
    "АВЕЗКМНОРСТУХІЈЅҮԌԜ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" "0135L|",
    "ABE3KMHOPCTYXIJSYGW" "ABEZHIKMNOPTYX" "OI3SII",
)


class Why(StrEnum):
    """What is doubtful about the name of an office."""

    UNKNOWN = "in no directory of theirs"
    LOOKS_LIKE = "looks like another office"
    TWO_SCRIPTS = "letters of two scripts in one word"


class Doubt(NamedTuple):
    """One name that is doubtful, and those of theirs that may be meant, the nearest first."""

    office: str
    why: Why
    near: tuple[str, ...]


def doubts(offices: Iterable[str], known: Collection[str]) -> list[Doubt]:
    """Of each name what is doubtful about it. `known`: the offices that directories and terms name; none: not told."""
    looks = {look(one): one for one in sorted(known)}
    found = []
    for office in dict.fromkeys(offices):
        if office in known:
            continue
        like = looks.get(look(office))
        if like is not None:
            found.append(Doubt(office, Why.LOOKS_LIKE, (like,)))
        elif known:
            near = difflib.get_close_matches(look(office), looks, NEAREST_MAX, 0.5)
            found.append(Doubt(office, Why.UNKNOWN, tuple(looks[one] for one in near)))
        elif any(len(scripts(word)) > 1 for word in office.split()):
            found.append(Doubt(office, Why.TWO_SCRIPTS, ()))
    return found


def look(name: str) -> str:
    """How a name looks: without case, marks, spaces, hyphens and characters that are not seen."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).upper())
    return "".join(one for one in apart if one.isalnum() or one == "|").translate(_LIKE)


def scripts(word: str) -> set[str]:
    """The scripts of its letters, by the first word of their names in Unicode."""
    return {unicodedata.name(one, "?").split(" ")[0] for one in word if one.isalpha()}
