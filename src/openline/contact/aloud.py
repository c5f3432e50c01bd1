"""A short message as it is read over a voice line: its words line by line, each with check digits, and what names it.

    A  25 digits: version, author, precedence (4 more in an exercise), lines of subject (1 each), lines in all (2),
       written at in Unix seconds (10), index (8), Damm digit
    B  15 digits: 14 of the entry's leaf, Damm digit
    1  words    5 digits: 4 of what the line says, Damm digit
    ...
    E  10 digits: 9 over all of it, Damm digit

Digits are of SHA-256, taken as numbers. They find slips of tongue, ear and finger; they prove nothing to anybody: the
entry's checkpoint does that when it comes. The Damm digit (H. M. Damm, 2004) catches every wrong digit and every swap
of two neighbours within a row of digits, so that it shows whether digits or words were taken down wrong.
(R-268 to R-273)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import Malformed
from openline.limits import ALOUD_CHARS_MAX, ALOUD_LINE_CHARS, ALOUD_LINES_MAX, ALOUD_TYPED_CHARS_MAX, PARTIES_MAX

VERSION: Final = 1
LEAF_DIGITS: Final = 14
INDEX_MAX: Final = 10**8 - 1
WRITTEN_S_MAX: Final = 10**10 - 1
SUBJECT_LINES_MAX: Final = 9
_A_DIGITS, _B_DIGITS, _LINE_DIGITS, _END_DIGITS = 25, LEAF_DIGITS + 1, 5, 10
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)

# Quasigroup of order 10 with a Damm digit for every word; as published with the algorithm.
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip

# What is spoken alike is checked alike.
_ALIKE: Final = str.maketrans(
    dict.fromkeys("«»“”„‟″", '"') | dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("‐‑‒–—―−", "-") | {"…": "..."}
)


class Naming(NamedTuple):
    """Which entry it is: what lines A and B say."""

    party: int
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    precedence: int
    exercise: bool
    written_at_s: int
    leaf_number: int
    subject_lines: int
    lines: int


class Sheet(NamedTuple):
    """What is read aloud, and what is taken down."""

    naming: Naming
    lines: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The words of the subject, in one line."""
        return " ".join(self.lines[: self.naming.subject_lines])

    @property
    def text(self) -> str:
        """The other words."""
        return "\n".join(self.lines[self.naming.subject_lines :])


def leaf_number(leaf: bytes) -> int:
    """Of a leaf hash, the number that is read aloud."""
    return int.from_bytes(leaf[:8], "big") % 10**LEAF_DIGITS


def make_sheet(naming: Naming, subject: str, text: str) -> Sheet:
    """The sheet of a message; `naming` says all but the lines. Raises Malformed when it is too long to be read."""
    if len(subject) + len(text) > ALOUD_CHARS_MAX:
        raise Malformed(f"{len(subject) + len(text)} characters; at most {ALOUD_CHARS_MAX} are read aloud")
    first, rest = list(_filled(subject)), list(_filled(text))
    if not first and not rest:
        raise Malformed("it has no words to read aloud")
    lines = (*first, *rest)
    sheet = Sheet(naming._replace(subject_lines=len(first), lines=len(lines)), lines)
    return check_sheet(sheet)


def check_sheet(sheet: Sheet) -> Sheet:
    """The same sheet. Raises Malformed naming what no sheet has."""
    naming = sheet.naming
    bounds = (
        (naming.party, PARTIES_MAX - 1, "party"), (naming.index, INDEX_MAX, "index"),
        (naming.precedence, 3, "precedence"), (naming.written_at_s, WRITTEN_S_MAX, "instant"),
        (naming.leaf_number, 10**LEAF_DIGITS - 1, "number"),
        (naming.subject_lines, SUBJECT_LINES_MAX, "lines of subject"), (naming.lines, ALOUD_LINES_MAX, "lines"),
    )  # fmt: skip
    for value, most, what in bounds:
        if not 0 <= value <= most:
            raise Malformed(f"read aloud: {what} {value}, at most {most}")
    if not sheet.lines or len(sheet.lines) != naming.lines or naming.subject_lines > naming.lines:
        raise Malformed(f"read aloud: {len(sheet.lines)} lines, named as {naming.lines}")
    for line in sheet.lines:
        if len(line) > ALOUD_TYPED_CHARS_MAX or not line.strip(" "):  # no table of Unicode decides what is a body
            raise Malformed(f"read aloud: a line of {len(line)} characters; 1 to {ALOUD_TYPED_CHARS_MAX}")
    return sheet


def spoken(line: str) -> str:
    """What of a line can be heard: no capitals, one space between words, one kind of quotes and dash. (R-270)"""
    heard = _heard(line)
    folded = unicodedata.normalize("NFC", heard.translate(_ALIKE)).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def damm(digits: str) -> str:
    """The check digit of ASCII digits."""
    at = 0
    for digit in digits:
        at = int(_DAMM[at][int(digit)])
    return str(at)


# ---------------------------------------------------------------------------------------------------------- digits
def naming_digits(naming: Naming) -> tuple[str, str]:
    """Lines A and B, without spaces. (R-269)"""
    precedence = naming.precedence + 4 * naming.exercise
    first = (f"{VERSION}{naming.party}{precedence}{naming.subject_lines}{naming.lines:02d}"
             f"{naming.written_at_s:010d}{naming.index:08d}")  # fmt: skip
    second = f"{naming.leaf_number:0{LEAF_DIGITS}d}"
    return first + damm(first), second + damm(second)


def parse_naming(first: str, second: str) -> Naming:
    """From the digits of lines A and B. Raises Malformed naming the line to ask for again. (R-269)"""
    a, b = checked_digits(first, _A_DIGITS, "A"), checked_digits(second, _B_DIGITS, "B")
    if a[0] != str(VERSION):
        raise Malformed(f"line A: a sheet of version {a[0]}; this program reads {VERSION}")
    naming = Naming(
        party=int(a[1]), index=int(a[16:24]), precedence=int(a[2]) % 4, exercise=int(a[2]) >= 4,
        written_at_s=int(a[6:16]), leaf_number=int(b[:LEAF_DIGITS]), subject_lines=int(a[3]), lines=int(a[4:6]),
    )  # fmt: skip
    if naming.party >= PARTIES_MAX or int(a[2]) > 7 or not 1 <= naming.lines <= ALOUD_LINES_MAX:
        raise Malformed("line A: its check digit fits, and no sheet says that; ask for line A again")
    if naming.subject_lines > naming.lines:
        raise Malformed("line A: more lines of subject than lines; ask for line A again")
    return naming


def line_digits(naming: Naming, number: int, line: str) -> str:
    """The group behind line `number`, from 1. (R-271)"""
    said = f"openline/read-aloud/v1\n{naming_digits(naming)[1]}\n{number}\n{spoken(line)}"
    digits = f"{_number(said) % 10**4:04d}"
    return digits + damm(digits)


def end_digits(sheet: Sheet) -> str:
    """Line E: over all of it. (R-272)"""
    said = "\n".join(("openline/read-aloud/v1", *naming_digits(sheet.naming), *map(spoken, sheet.lines)))
    digits = f"{_number(said) % 10**9:09d}"
    return digits + damm(digits)


def check_line(naming: Naming, number: int, line: str, group: str) -> str:
    """The line, if its group fits. Raises Malformed saying whether digits or words are wrong. (R-271)"""
    given = checked_digits(group, _LINE_DIGITS, str(number))
    if not spoken(line) or len(line) > ALOUD_TYPED_CHARS_MAX:
        raise Malformed(f"line {number}: {len(line)} characters; 1 to {ALOUD_TYPED_CHARS_MAX}")
    if given != line_digits(naming, number, line):
        raise Malformed(f"line {number}: its check group does not fit its words; ask for line {number} again")
    return line.strip()


def check_end(sheet: Sheet, digits: str) -> Sheet:
    """The sheet, if line E fits. Raises Malformed. (R-272)"""
    given = checked_digits(digits, _END_DIGITS, "E")
    if given != end_digits(sheet):
        raise Malformed("line E: it does not fit the lines before it; read all of it back, line A first")
    return sheet


def checked_digits(typed: str, count: int, line: str) -> str:
    """`count` digits, however they were spaced, whose last one is their Damm digit. Raises Malformed. (R-273)"""
    digits = re.sub(r"[ \t.\-]", "", typed[:200])
    if not _DIGITS.fullmatch(digits) or len(digits) != count:
        raise Malformed(f"line {line}: {count} digits belong there; ask for its digits again")
    if damm(digits) != "0":
        raise Malformed(f"line {line}: its digits do not fit each other; ask for its digits again")
    return digits


def in_groups(digits: str) -> str:
    """Five by five, as they are read."""
    return " ".join(digits[at : at + 5] for at in range(0, len(digits), 5))


def agrees(taken: Sheet, ours: Sheet) -> bool:
    """Does what was taken down say the same as the sheet of an entry that is held?"""
    return taken.naming == ours.naming and list(map(spoken, taken.lines)) == list(map(spoken, ours.lines))


def _heard(words: str) -> str:
    """Without characters that only steer how others are drawn."""
    return "".join(c for c in words if unicodedata.category(c) != "Cf")


def _number(said: str) -> int:
    return int.from_bytes(sha256(said.encode()).digest(), "big")


def _filled(words: str) -> Iterator[str]:
    """Lines of at most ALOUD_LINE_CHARS: paragraphs filled word by word, a longer word cut. (R-268)"""
    for paragraph in _heard(words).split("\n"):
        line = ""
        for word in _pieces(paragraph.split()):
            if line and len(line) + 1 + len(word) > ALOUD_LINE_CHARS:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        if line:
            yield line


def _pieces(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield from (word[at : at + ALOUD_LINE_CHARS] for at in range(0, len(word), ALOUD_LINE_CHARS))
