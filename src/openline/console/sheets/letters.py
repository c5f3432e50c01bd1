"""Which characters are printed as they are: those for which the setter brings glyphs. Every other is printed by its
number, so that nothing on paper is invisible, turns the direction of a line, or stands for something else.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_RANGES: Final = (
    (0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x34E), (0x350, 0x377), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1),
    (0x3A3, 0x482), (0x48A, 0x4FF), (0x5D0, 0x5EA), (0x60C, 0x60C), (0x61B, 0x61B), (0x61F, 0x61F), (0x621, 0x63A),
    (0x640, 0x655), (0x660, 0x66D), (0x67E, 0x67E), (0x686, 0x686), (0x698, 0x698), (0x6A9, 0x6A9), (0x6AF, 0x6AF),
    (0x6CC, 0x6CC), (0x6F0, 0x6F9), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203E), (0x2070, 0x2071),
    (0x2074, 0x208E), (0x20A0, 0x20BF), (0x2116, 0x2116), (0x2122, 0x2122), (0x2150, 0x2151), (0x2153, 0x215F),
    (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2500, 0x25FF),
)  # fmt: skip
PRINTED: Final = frozenset(code for low, high in _RANGES for code in range(low, high + 1))
RTL_LANGUAGES: Final = frozenset(("ar", "fa", "he", "ur", "ps", "yi", "ckb", "sd", "ug", "dv"))
LONG_WORD_CHARS: Final = 40
_BREAK: Final = "\u200b"  # ours: where a line may be broken within a word that no line holds


def printable(text: str) -> str:
    """A text in one line as it is printed."""
    return "".join(_printed(c) for c in text.replace("\t", "    "))


def _printed(c: str) -> str:
    return c if ord(c) in PRINTED else f"\\u{{{ord(c):x}}}"


def plainest(text: str) -> str:
    """The same with nothing but ASCII, for a setter that stumbles over the rest."""
    return "".join(c if c.isascii() else _BREAK if c == _BREAK else f"\\u{{{ord(c):x}}}" for c in text)


def lines_of(text: str) -> list[str]:
    """A text as paragraphs, long words broken."""
    return [breakable(printable(line)) for line in text.split("\n")]


def breakable(line: str) -> str:
    """A line in which every word can be broken somewhere. Combining marks stay with their letter."""
    return " ".join(_broken(word) for word in line.split(" "))


def _broken(word: str) -> str:
    if len(word) <= LONG_WORD_CHARS:
        return word
    pieces, since = [], 0
    for c in word:
        if since >= LONG_WORD_CHARS and not unicodedata.combining(c):
            pieces.append(_BREAK)
            since = 0
        pieces.append(c)
        since += 1
    return "".join(pieces)


def is_rtl(text: str, language: str) -> bool:
    """Which way a text runs: as its first letter with a direction does, else as its language does."""
    for c in text:
        way = unicodedata.bidirectional(c)
        if way in ("R", "AL", "L"):
            return way != "L"
    return language.partition("-")[0].lower() in RTL_LANGUAGES


def language_tag(language: str) -> str:
    """What the setter takes as a language: two or three letters."""
    first = language.partition("-")[0].lower()
    return first if first.isascii() and first.isalpha() and 2 <= len(first) <= 3 else "en"
