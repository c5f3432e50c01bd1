"""Names that look like others: letters of two scripts in one word, and two names that differ only to a machine.

A small table of letters of Cyrillic, Greek and Armenian that are drawn like Latin ones; not all that Unicode knows
(UTS 39), which changes with its versions, while what two stations say of one record must not. (R-510)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_ALIKE: Final = str.maketrans(dict(zip(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһѵ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρικυχ" "օսոհ" "０１ｌ",
    "ABESIJKMHOPCTYXaesijopcyxdqwhv" "ABEZHIKMNOPTYXoavpikux" "ouhh" "01l",
    strict=True,
)))  # fmt: skip
_FOLDED: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l"})
_SCRIPTS: Final = (
    ("Latin", 0x41, 0x24F), ("Latin", 0x1E00, 0x1EFF), ("Greek", 0x370, 0x3FF), ("Cyrillic", 0x400, 0x52F),
    ("Armenian", 0x530, 0x58F), ("Hebrew", 0x590, 0x5FF), ("Arabic", 0x600, 0x6FF), ("wide", 0xFF10, 0xFF5A),
)  # fmt: skip


def mixed_in(name: str) -> str:
    """Why a name may be meant to be taken for another: scripts mixed within a word; empty where they are not."""
    if name.isascii():
        return ""
    for word in name.split():
        scripts = sorted({found for letter in word if letter.isalpha() and (found := _script_of(letter))})
        if len(scripts) > 1 or "wide" in scripts:
            return f"{word!r} has letters of {' and '.join(scripts)}"
    return ""


def looks_of(name: str) -> str:
    """What a name looks like at a glance: names with one look are easily taken for each other."""
    return " ".join(name.translate(_ALIKE).casefold().translate(_FOLDED).split())


def alike(name: str, others: Iterable[str]) -> str | None:
    """Another name of `others` that looks like this one, and is not it."""
    looks = looks_of(name)
    return next((other for other in others if other != name and looks_of(other) == looks), None)


def _script_of(letter: str) -> str:
    return next((script for script, first, last in _SCRIPTS if first <= ord(letter) <= last), "")
