"""The text of a draft in one language: a plain file with one spelling, which is what is hashed and signed. (R-520)

    # Agreement on Prior Notice of Exercises

    The Parties, wishing to avoid surprise, have agreed as follows:

    ## 1. Notice

    1. Each Party gives notice of every exercise at least [Amber: 30] [Birch: 14] days before it begins.

    2. A notice names the area.

    ## 2. Entry into force

    This Agreement enters into force on signature.

UTF-8, a newline after every line, an empty line between two blocks and nowhere else. A block is one line: the title,
the heading of an article (`## 1. Notice`, or `## 1.` without words), or a paragraph. Articles count from 1; so do
numbered paragraphs within an article and within the preamble, others stand beside them. One space between words, none
at the ends.

What stands in brackets is not agreed: `[Amber: 30]` is what Amber wants there, `[Amber, Birch: 30]` what both want, in
alphabetical order, each name as the line's roster has it. Brackets stand in no other use, and not within each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from openline.accord.formats.unfit import Fault
from openline.errors import Malformed
from openline.limits import (
    DRAFT_ARTICLES_MAX,
    DRAFT_BRACKETS_MAX,
    DRAFT_PARAGRAPH_CHARS_MAX,
    DRAFT_PARAGRAPHS_MAX,
    DRAFT_TEXT_BYTES_MAX,
    NAME_CHARS_MAX,
    SUBJECT_CHARS_MAX,
)
from openline.seal.spelling import REFUSED_IN_ANY_TEXT

FAULTS_MAX: Final = 50
TITLE: Final = "# "
HEADING: Final = "## "
# Beside what no text may hold: what nobody sees. The joiners that Persian and Indic words need are let in.
_UNSEEN: Final = re.compile(
    f"[\x00-\x1f{REFUSED_IN_ANY_TEXT}\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_SPACES: Final = re.compile("[ \u00a0]{2}|[ \u00a0]$|^[ \u00a0]|[\u1680\u2000-\u200a\u202f\u205f\u3000]")
_HEAD: Final = re.compile(r"## ([1-9][0-9]{0,2})\.(?: (.+))?")
_NUMBERED: Final = re.compile(r"([0-9]{1,6})\. ")
_BRACKET: Final = re.compile(r"\[([^\[\]:]{1,600}): ([^\[\]]+)\]")


class NotAText(Malformed):
    """A file that is no text of a draft; `faults` has what is wrong, the first FAULTS_MAX."""

    def __init__(self, faults: list[Fault], data: bytes) -> None:
        more = " ..." if len(faults) > 3 else ""
        super().__init__("text: " + "; ".join(one.in_a_line() for one in faults[:3]) + more, data[:64])
        self.faults = faults


class Piece(NamedTuple):
    """Part of a line. `by`: who wants it, where it is not agreed; empty elsewhere."""

    by: tuple[str, ...]
    words: str


class Article(NamedTuple):
    """An article; number 0 is the preamble, which has no heading. `paragraphs`: lines as they stand in the file."""

    number: int
    heading: str
    paragraphs: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Heading and paragraphs."""
        return (self.heading, *self.paragraphs)


class Text(NamedTuple):
    """A text in one language. `articles` begins with the preamble, also where that says nothing."""

    title: str
    articles: tuple[Article, ...]


def text_digest(data: bytes) -> bytes:
    """What an agreement names a text by (R-405): SHA-256 of its file, which is its one spelling."""
    return sha256(data).digest()


def write_text(text: Text) -> bytes:
    """The one spelling. Raises NotAText for one that `parse_text` would refuse, or would read otherwise."""
    data = _spell(text)
    if parse_text(data) != text:
        fault = Fault("text", "it would be read otherwise than it is meant", "lines as its form has them")
        raise NotAText([fault], data)
    return data


def _spell(text: Text) -> bytes:
    blocks = [TITLE + text.title]
    for article in text.articles:
        if article.number:
            blocks.append(f"{HEADING}{article.number}.{' ' if article.heading else ''}{article.heading}")
        blocks += article.paragraphs
    return ("\n\n".join(blocks) + "\n").encode()


def parse_text(data: bytes) -> Text:
    """A text from its file. Raises NotAText with every fault, by line. (R-520)"""
    if len(data) > DRAFT_TEXT_BYTES_MAX:
        raise NotAText([Fault("file", f"{len(data)} bytes", f"at most {DRAFT_TEXT_BYTES_MAX}")], data)
    try:
        source = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise NotAText([Fault("file", "it is not UTF-8", "save it as UTF-8", line)], data) from wrong
    reading = _Reading(source)
    if reading.faults:
        raise NotAText(reading.faults[:FAULTS_MAX], data)
    text = Text(reading.title, tuple(reading.articles))
    if _spell(text) != data:
        raise NotAText([Fault("file", "it is not in its one spelling", "see the form of texts")], data)
    return text


class _Reading:
    """One pass over the lines of a file, collecting what is wrong."""

    def __init__(self, source: str) -> None:
        self.faults: list[Fault] = []
        self.title = ""
        self.articles: list[Article] = []
        self._paragraphs: list[str] = []
        self._numbered = self._brackets = 0
        self._head = (0, "")
        if not source.endswith("\n"):
            self._fault("file", "it does not end with a new line", "one new line after the last paragraph", 0)
        lines = source.removesuffix("\n").split("\n")
        for at, line in enumerate(lines, 1):
            if len(self.faults) >= FAULTS_MAX:
                return
            if at % 2 == 0:
                if line:
                    self._fault("line", "an empty line belongs here", "one empty line between two blocks, no more", at)
                    return  # whatever follows would be one line off
            else:
                self._block(line, at)
        if len(lines) % 2 == 0:
            self._fault("file", "an empty line at the end", "one new line after the last paragraph", len(lines))
        self._close(len(lines))
        if len(self.articles) < 2:
            self._fault("articles", "there is no article", "## 1. and its paragraphs", len(lines))

    def _fault(self, place: str, what: str, remedy: str, line: int) -> None:
        self.faults.append(Fault(place, what, remedy, line))

    def _block(self, line: str, at: int) -> None:
        self._check_signs(line, at)
        if at == 1:
            self.title = line.removeprefix(TITLE)
            if not line.startswith(TITLE) or not self.title or self.title.startswith("#"):
                self._fault("title", "the first line is no title", "# and the title", at)
            self._line(self.title, SUBJECT_CHARS_MAX, at)
        elif line.startswith("#"):
            self._heading(line, at)
        elif not line:
            self._fault("line", "two empty lines", "one empty line between two blocks, no more", at)
        else:
            self._paragraph(line, at)

    def _check_signs(self, line: str, at: int) -> None:
        found = _UNSEEN.search(line)
        if found is not None:
            self._fault("line", f"U+{ord(found[0]):04X}, which nobody sees, stands in it", "take it out", at)
        if _SPACES.search(line):
            self._fault("line", "spaces at an end, two together, or of an unusual kind", "one plain space", at)

    def _heading(self, line: str, at: int) -> None:
        self._close(at)
        number = self._head[0] + 1
        found = _HEAD.fullmatch(line)
        if found is None or int(found[1]) != number:
            self._fault("heading", f"{line[:40]!r} is not the heading of article {number}", f"## {number}. Words", at)
        if number > DRAFT_ARTICLES_MAX:
            self._fault("articles", f"more than {DRAFT_ARTICLES_MAX}", "fewer articles", at)
        self._head = (number, (found[2] or "") if found is not None else "")
        self._line(self._head[1], SUBJECT_CHARS_MAX, at)

    def _close(self, at: int) -> None:
        """Put away the article before."""
        number, heading = self._head
        if number and not self._paragraphs:
            self._fault("articles", f"article {number} has no paragraph", "what it says, below its heading", at)
        self.articles.append(Article(number, heading, tuple(self._paragraphs)))
        self._paragraphs, self._numbered = [], 0

    def _paragraph(self, line: str, at: int) -> None:
        found = _NUMBERED.match(line)
        if found is not None:
            self._numbered += 1
            if found[1] != str(self._numbered):
                what = f"paragraph {found[1]} stands where {self._numbered} belongs"
                self._fault("paragraph", what, "paragraphs with numbers count from 1 in each article", at)
                self._numbered = int(found[1])
        self._paragraphs.append(line)
        if len(self._paragraphs) == DRAFT_PARAGRAPHS_MAX + 1:
            self._fault("paragraphs", f"more than {DRAFT_PARAGRAPHS_MAX} in an article", "more articles", at)
        self._line(line, DRAFT_PARAGRAPH_CHARS_MAX, at)

    def _line(self, line: str, chars_max: int, at: int) -> None:
        if len(line) > chars_max:
            self._fault("line", f"{len(line)} characters", f"at most {chars_max}", at)
            return
        rest = _BRACKET.sub("", line)
        if "[" in rest or "]" in rest:
            remedy = "`[Name: words]` in one line; brackets have no other use"
            self._fault("brackets", "a bracket is not closed, or says not whose it is", remedy, at)
        for found in _BRACKET.finditer(line):
            self._brackets += 1
            names = found[1].split(", ")
            if not all(0 < len(one) <= NAME_CHARS_MAX and one == one.strip() for one in names):
                self._fault("brackets", f"{found[1]!r:.60} names nobody", "the name of a party, or several", at)
            elif names != sorted(set(names)):
                self._fault("brackets", "names out of alphabetical order, or twice", "[Amber, Birch: words]", at)
            if found[2] != found[2].strip():
                self._fault("brackets", "spaces at an end of what stands in brackets", "[Name: words]", at)
        if self._brackets > DRAFT_BRACKETS_MAX:
            self._fault("brackets", f"more than {DRAFT_BRACKETS_MAX}", "agree on some of them first", at)


def pieces(line: str) -> Iterator[Piece]:
    """A line of a text that was read: what nobody has bracketed, and what somebody has, in its order."""
    end = 0
    for found in _BRACKET.finditer(line):
        if found.start() > end:
            yield Piece((), line[end : found.start()])
        yield Piece(tuple(found[1].split(", ")), found[2])
        end = found.end()
    if end < len(line):
        yield Piece((), line[end:])


def brackets_of(text: Text) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Articles with brackets, and whose they are, ascending. A bracket in the title counts to the preamble."""
    found: dict[int, set[str]] = {}
    for article in text.articles:
        lines = (text.title, *article.lines) if article.number == 0 else article.lines
        for line in lines:
            for bracket in _BRACKET.finditer(line):
                found.setdefault(article.number, set()).update(bracket[1].split(", "))
    return tuple((number, tuple(sorted(names))) for number, names in sorted(found.items()))
