"""Words as they are looked for: without case, diacritics and the difference of ё and е, in any script."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from openline.errors import Refused

SEARCH_CHARS_MAX: Final = 256
SEARCH_TERMS_MAX: Final = 16

_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
)
_SHORT_I: Final = "\ue000"  # й is a letter of its own, and no и with a mark: it goes round the folding
_TERM: Final = re.compile(r'"([^"]*)"(\*?)|(\S+)')


def folded(text: str) -> str:
    """The text as it is indexed and looked for. Words stay words, and lines lines."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().replace("й", _SHORT_I)
    plain = _MARKS.sub("", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFC", plain).replace(_SHORT_I, "й")


def terms_of(text: str) -> list[tuple[str, bool]]:
    """What is asked for: folded words or phrases, and whether each is only a beginning. Raises Refused."""
    if len(text) > SEARCH_CHARS_MAX:
        raise Refused(f"{len(text)} characters to look for; at most {SEARCH_CHARS_MAX}")
    terms: list[tuple[str, bool]] = []
    for quoted, star, plain in _TERM.findall(text.replace("\0", " ")):
        words = folded(quoted or plain.rstrip("*").replace('"', " "))
        if any(c.isalnum() for c in words):
            terms.append((words, bool(star) or plain.endswith("*")))
    if len(terms) > SEARCH_TERMS_MAX:
        raise Refused(f"{len(terms)} words to look for; at most {SEARCH_TERMS_MAX}")
    if text.strip() and not terms:
        raise Refused("there is no letter and no digit in what is looked for")
    return terms


def expression_of(terms: list[tuple[str, bool]]) -> str:
    """An FTS5 query for all of them; what is in them is text and never syntax."""
    return " ".join('"' + words.replace('"', '""') + '"' + ("*" if begins else "") for words, begins in terms)
