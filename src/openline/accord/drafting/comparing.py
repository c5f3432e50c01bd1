"""Two versions of a text compared, word by word; and one version in two languages, part by part.

Articles are aligned first, then the lines of two aligned articles, then the words of two aligned lines, so that an
article that was put in between does not make everything behind it look changed. Sequences are matched by `difflib`
(Ratcliff and Obershelp's gestalt matching) without its heuristic for frequent words, after what both begin and end with
alike was set aside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple, TypeVar

from openline.accord.drafting.text import Article, Text, pieces

_WORDS: Final = re.compile(r"[ \u00a0]?(?:\[[^\[\]:]+:|[\w'’-]+|[^\w \u00a0])")
ALIKE_MIN: Final = 0.3  # of the words of two lines or articles: below this they are two, and not one that was changed
MATCHES_MAX: Final = 3_000_000  # words (lines, articles) of one side times their likes on the other: of a comparison
MATCHES_OF_ONE_MAX: Final = 150_000  # of two lines, or of two articles: a line of a page or two
LIKENESSES_MAX: Final = 30_000  # pairs of lines or articles held against each other, of a comparison
LIKENESSES_OF_ONE_MAX: Final = 10_000  # between two that are the same
_T = TypeVar("_T", bound=Hashable)
Pairs = list[tuple[int | None, int | None]]


class Run(NamedTuple):
    """Words of a line: in both versions (`=`), only in the earlier (`-`), only in the later (`+`)."""

    sign: str
    words: str


class Line(NamedTuple):
    """A heading or paragraph in either version. Line 0 of an article is its heading; in the preamble, the title."""

    before: int | None
    after: int | None
    runs: tuple[Run, ...]

    @property
    def is_same(self) -> bool:
        """Whether no word of it differs, and it is in both."""
        return all(run.sign == "=" for run in self.runs) and self.before is not None and self.after is not None


class Compared(NamedTuple):
    """An article in either version; None: it is not in that one."""

    before: int | None
    after: int | None
    lines: tuple[Line, ...]

    @property
    def is_same(self) -> bool:
        """Whether it says the same; its number may be another."""
        return all(line.is_same for line in self.lines)


class Unlike(NamedTuple):
    """Where a text in one language is built otherwise than in the other."""

    article: int
    what: str


def compare(before: Text, after: Text) -> list[Compared]:
    """Every article of both, in the order of the later version, what was taken out where it stood."""
    work = _Work()
    old, new = [_lines(before, one) for one in before.articles], [_lines(after, one) for one in after.articles]
    found = [_compared(work, 0, 0, old[0], new[0])]  # the preambles are each other's, whatever they say
    for a, b in _aligned(work, old[1:], new[1:], _article_words, _heading_or_all):
        found.append(_compared(
            work, None if a is None else a + 1, None if b is None else b + 1,
            () if a is None else old[a + 1], () if b is None else new[b + 1],
        ))  # fmt: skip
    return found


def _lines(text: Text, article: Article) -> tuple[str, ...]:
    """Line 0 and the paragraphs. A heading is compared without its number."""
    return (article.heading if article.number else text.title, *article.paragraphs)


def _compared(work: _Work, before: int | None, after: int | None, old: Sequence[str], new: Sequence[str]) -> Compared:
    if before is None or after is None:
        made = [_taken_out(at, line) for at, line in enumerate(old)]
        return Compared(before, after, (*made, *(_put_in(at, line) for at, line in enumerate(new))))
    found = [Line(0, 0, tuple(runs(old[0], new[0], work)))]
    for a, b in _aligned(work, old[1:], new[1:], _line_words):
        if b is None:
            assert a is not None
            found.append(_taken_out(a + 1, old[a + 1]))
        elif a is None:
            found.append(_put_in(b + 1, new[b + 1]))
        else:
            found.append(Line(a + 1, b + 1, tuple(runs(old[a + 1], new[b + 1], work))))
    return Compared(before, after, tuple(found))


def _taken_out(at: int, line: str) -> Line:
    return Line(at, None, (Run("-", line),) if line else ())


def _put_in(at: int, line: str) -> Line:
    return Line(None, at, (Run("+", line),) if line else ())


class _Work:
    """How much one comparison may still cost, so that a text made to cost hours costs seconds, and is shown coarser."""

    def __init__(self) -> None:
        self._matches = MATCHES_MAX
        self._likenesses = LIKENESSES_MAX

    def opcodes(self, a: Sequence[_T], b: Sequence[_T]) -> list[tuple[str, int, int, int, int]]:
        """As `difflib` has them; one replacement where that would cost too much."""
        begin = _common(a, b)
        end = _common(a[begin:][::-1], b[begin:][::-1])
        a_end, b_end = len(a) - end, len(b) - end
        counted = Counter(b[begin:b_end])
        matches = sum(counted[one] for one in a[begin:a_end])
        if matches > min(self._matches, MATCHES_OF_ONE_MAX):
            middle = [("replace", begin, a_end, begin, b_end)]
        else:
            self._matches -= matches
            matcher = SequenceMatcher(None, a[begin:a_end], b[begin:b_end], autojunk=False)
            middle = [(which, begin + a1, begin + a2, begin + b1, begin + b2)
                      for which, a1, a2, b1, b2 in matcher.get_opcodes()]  # fmt: skip
        first, last = ("equal", 0, begin, 0, begin), ("equal", a_end, len(a), b_end, len(b))
        return [*([first] if begin else []), *middle, *([last] if end else [])]

    def may_rank(self, pairs: int) -> bool:
        """Whether so many pairs may be held against each other."""
        if pairs > min(self._likenesses, LIKENESSES_OF_ONE_MAX):
            return False
        self._likenesses -= pairs
        return True


def runs(old: str, new: str, work: _Work | None = None) -> Iterator[Run]:
    """Two lines word by word. Joined, what is not `+` is the old line, and what is not `-` the new one."""
    if old == new:
        if old:
            yield Run("=", old)
        return
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    for which, a1, a2, b1, b2 in (work or _Work()).opcodes(a, b):
        if which == "equal":
            yield Run("=", "".join(a[a1:a2]))
            continue
        if a2 > a1:
            yield Run("-", "".join(a[a1:a2]))
        if b2 > b1:
            yield Run("+", "".join(b[b1:b2]))


def _common(a: Sequence[_T], b: Sequence[_T]) -> int:
    """How many of their first are alike."""
    return next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


def _itself(line: Hashable) -> Hashable:
    return line


def _heading_or_all(lines: tuple[str, ...]) -> Hashable:
    """An article that has kept its heading is the same one, whatever it says now."""
    return lines[0] or lines


def _aligned(
    work: _Work, old: Sequence[_T], new: Sequence[_T], words: Callable[[_T], frozenset[str]],
    known_by: Callable[[_T], Hashable] = _itself,
) -> Pairs:  # fmt: skip
    """Which of the one is which of the other: the very same first, then, between these, what is most alike."""
    found: Pairs = []
    for which, a1, a2, b1, b2 in work.opcodes([known_by(one) for one in old], [known_by(one) for one in new]):
        if which == "equal":
            found += zip(range(a1, a2), range(b1, b2), strict=True)
        else:
            found += _by_likeness(work, old, new, range(a1, a2), range(b1, b2), words)
    return found


def _by_likeness(
    work: _Work, old: Sequence[_T], new: Sequence[_T], a: range, b: range, words: Callable[[_T], frozenset[str]]
) -> Pairs:
    """Pairs in rising order on both sides, the most alike first; what is like nothing stands alone."""
    likely: list[tuple[int, int]] = []
    if work.may_rank(len(a) * len(b)):
        ours, theirs = [(one, words(old[one])) for one in a], [(one, words(new[one])) for one in b]
        ranked = sorted(
            (-_alike(left, right), abs((one - a.start) - (other - b.start)), one, other)
            for one, left in ours for other, right in theirs
        )  # fmt: skip
        for unlike, _, one, other in ranked:
            if -unlike >= ALIKE_MIN and all((one - x) * (other - y) > 0 for x, y in likely):
                likely.append((one, other))
        likely.sort()
    else:
        likely = list(zip(a, b, strict=False))
    found: Pairs = []
    at_a, at_b = a.start, b.start
    for one, other in [*likely, (a.stop, b.stop)]:
        found += ((left, None) for left in range(at_a, one))
        found += ((None, right) for right in range(at_b, other))
        if one < a.stop:
            found.append((one, other))
        at_a, at_b = one + 1, other + 1
    return found


def _line_words(line: str) -> frozenset[str]:
    return frozenset(line.split())


def _article_words(lines: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _alike(old: frozenset[str], new: frozenset[str]) -> float:
    """The share of different words that two have in common, whatever their order."""
    return 2 * len(old & new) / max(1, len(old) + len(new))


def differences_of_build(one: Text, other: Text) -> list[Unlike]:
    """Where two languages of one version are not built alike: articles, paragraphs, their numbers, brackets. (R-527)"""
    found = []
    if len(one.articles) != len(other.articles):
        found.append(Unlike(0, f"{len(one.articles) - 1} articles in the one, {len(other.articles) - 1} in the other"))
    for a, b in zip(one.articles, other.articles, strict=False):
        if bool(a.heading) != bool(b.heading):
            found.append(Unlike(a.number, "words in its heading in one of the two only"))
        if len(a.paragraphs) != len(b.paragraphs):
            what = f"{len(a.paragraphs)} paragraphs in the one, {len(b.paragraphs)} in the other"
            found.append(Unlike(a.number, what))
            continue
        for at, (left, right) in enumerate(zip(a.lines, b.lines, strict=True)):
            if at and _number(left) != _number(right):
                found.append(Unlike(a.number, f"line {at} has a number in one of the two, or another one"))
            if _bracketed(left) != _bracketed(right):
                what = "its heading" if at == 0 else f"line {at}"
                found.append(Unlike(a.number, f"brackets in {what} are not the same parties' in both, or not as many"))
    if _bracketed(one.title) != _bracketed(other.title):
        found.append(Unlike(0, "brackets in the title are not the same parties' in both, or not as many"))
    return found


def _number(line: str) -> str:
    found = re.match(r"[0-9]{1,6}\. ", line)
    return found[0] if found is not None else ""


def _bracketed(line: str) -> Counter[tuple[str, ...]]:
    """Whose brackets; the order of words differs between languages."""
    return Counter(piece.by for piece in pieces(line) if piece.by)
