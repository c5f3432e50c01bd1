"""Bodies of entries about drafts across the border. Nothing in them is agreed by anybody's silence.

    TABLED (132)    {0: the body of the AGREEMENT entry (98) that whoever signs it records,
                     1: [its text in each language of field 2 of that: the bytes, or their number where they go as an
                        attachment], 2: number of articles, 3: [[article, [name ...]] ...] with brackets, and whose,
                     4: null, or [party, generation, index] of the version it counters, 5: lapses at, s, or null,
                     6: note, 7: its language}
    POSITION (133)  {0: [party, generation, index] of a version, 1: [[article, 0 accepts, 1 reserves or 2 comments,
                     words] ...], 2: language of the words, or empty}
    CLOSED (134)    {0: [party, generation, index] of a version, 1: 0 refused or 1 withdrawn, 2: reason,
                     3: its language}

Article 0 is title and preamble. What field 1 of a version has is checked against its hashes, articles and brackets as
it is read, so both sides fold the same of it; what goes as an attachment says its hash, and fields 2 and 3 are its
author's word until it has come. (R-520 to R-523)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

from openline.accord.drafting.text import Text, brackets_of, parse_text, text_digest
from openline.accord.formats.section import is_language
from openline.accord.formats.times import SECONDS_MAX
from openline.accord.identity import AGREEMENT_BYTES_MAX, Agreement, agreement_digest, parse_agreement
from openline.accord.spelling import remark
from openline.errors import Malformed
from openline.limits import (
    BODY_BYTES_MAX,
    DRAFT_ARTICLES_MAX,
    DRAFT_INLINE_BYTES_MAX,
    DRAFT_TEXT_BYTES_MAX,
    LANGUAGE_CHARS_MAX,
    NAME_CHARS_MAX,
    PARTIES_MAX,
    REMARK_CHARS_MAX,
)
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets_up_to, row, rows, same, text, whole

POSITION_BYTES_MAX: Final = 64 * 1024
CLOSED_BYTES_MAX: Final = 16 * 1024
Brackets = tuple[tuple[int, tuple[str, ...]], ...]


class Tabled(NamedTuple):
    """A version of a draft. `given`: of each language of the agreement's texts the bytes, or how many go beside it."""

    body: bytes  # of the agreement that signing it records
    given: tuple[bytes | int, ...]
    articles: int
    brackets: Brackets
    over: Ref | None
    lapses_s: int | None
    note: str
    language: str

    @property
    def agreement(self) -> Agreement:
        """What signing it would make."""
        return parse_agreement(self.body)

    @property
    def digest(self) -> bytes:
        """What names that."""
        return agreement_digest(self.body)

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.over,) if self.over is not None else ()


class Stand(IntEnum):
    """What a party says of an article."""

    ACCEPTS = 0
    RESERVES = 1
    COMMENTS = 2


class Said(NamedTuple):
    """What a party says of one article."""

    article: int
    stand: Stand
    words: str


class Position(NamedTuple):
    """What a party says of articles of a version."""

    of: Ref
    said: tuple[Said, ...]
    language: str

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,)


class Closing(IntEnum):
    """How a version is closed."""

    REFUSED = 0
    WITHDRAWN = 1


class Closed(NamedTuple):
    """A party refuses a version, with its reason, or takes its own back."""

    of: Ref
    closing: Closing
    reason: str
    language: str

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,)


def encode_tabled(tabled: Tabled) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_tabled` would refuse."""
    data = _spell(tabled)
    parse_tabled(data)
    return data


def _spell(one: Tabled) -> bytes:
    brackets = [[article, list(names)] for article, names in one.brackets]
    over = list(one.over) if one.over is not None else None
    return dump_map((one.body, list(one.given), one.articles, brackets, over, one.lapses_s, one.note, one.language))


def parse_tabled(data: bytes) -> Tabled:
    """From the body of a TABLED entry. Raises Malformed naming the field. (R-521)"""
    body, given, articles, brackets, over, lapses, note, language = load_map(data, 8, "draft", BODY_BYTES_MAX).values()
    agreement = parse_agreement(octets_up_to(body, AGREEMENT_BYTES_MAX, "draft: agreement", data))
    texts = rows(given, len(agreement.texts), "draft: texts", data)
    if not texts or len(texts) != len(agreement.texts):
        raise Malformed("draft: a text for each hash of its agreement, one at least", data)
    found = Tabled(
        body, tuple(_given(one, data) for one in texts),
        whole(articles, DRAFT_ARTICLES_MAX, "draft: articles", data), _brackets(brackets, data),
        None if over is None else read_ref(over, "draft: over", data),
        None if lapses is None else whole(lapses, SECONDS_MAX, "draft: lapses at", data),
        *remark(note, language, "draft", data, "note"),
    )  # fmt: skip
    if not found.articles or any(article > found.articles for article, _ in found.brackets):
        raise Malformed("draft: no article, or brackets in one that it does not have", data)
    if not {one for one, _ in agreement.texts} <= {one for one, _ in agreement.titles}:
        raise Malformed("draft: a text in a language in which it has no title", data)
    same(_spell(found), data, "draft")
    if sum(len(one) for one in found.given if isinstance(one, bytes)) > DRAFT_INLINE_BYTES_MAX:
        raise Malformed(f"draft: more than {DRAFT_INLINE_BYTES_MAX} bytes of texts in the entry itself", data)
    for number, one in enumerate(found.given):
        if isinstance(one, bytes):
            read_given(found, number, one)
    return found


def read_given(tabled: Tabled, number: int, data: bytes) -> Text:
    """A text of a version: whose hash is as the agreement says, whose articles and brackets are as the version says.

    Raises Malformed, NotAText.
    """
    language, digest = tabled.agreement.texts[number]
    if text_digest(data) != digest:
        raise Malformed(f"draft: the text in {language} has another hash than its agreement says", data[:64])
    found = parse_text(data)
    if len(found.articles) - 1 != tabled.articles:
        raise Malformed(f"draft: the text in {language} has {len(found.articles) - 1} articles", data[:64])
    if brackets_of(found) != tabled.brackets:
        raise Malformed(f"draft: the text in {language} has other brackets than its entry says", data[:64])
    return found


def _given(value: object, data: bytes) -> bytes | int:
    if type(value) is int:
        return whole(value, DRAFT_TEXT_BYTES_MAX, "draft: size of a text", data)
    return octets_up_to(value, DRAFT_INLINE_BYTES_MAX, "draft: text", data)


def _brackets(value: object, data: bytes) -> Brackets:
    found = []
    for one in rows(value, DRAFT_ARTICLES_MAX + 1, "draft: brackets", data):
        article, names = row(one, 2, "draft: brackets", data)
        named = [text(name, NAME_CHARS_MAX, "draft: brackets", data)
                 for name in rows(names, PARTIES_MAX, "draft: brackets", data)]  # fmt: skip
        if not named or named != sorted(set(named)) or not all(named):
            raise Malformed("draft: brackets of nobody, or names out of order", data)
        found.append((whole(article, DRAFT_ARTICLES_MAX, "draft: brackets", data), tuple(named)))
    if [article for article, _ in found] != sorted({article for article, _ in found}):
        raise Malformed("draft: brackets: articles out of order", data)
    return tuple(found)


def encode_position(position: Position) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_position` would refuse."""
    data = _spell_position(position)
    parse_position(data)
    return data


def _spell_position(one: Position) -> bytes:
    said = [[each.article, int(each.stand), each.words] for each in one.said]
    return dump_map((list(one.of), said, one.language))


def parse_position(data: bytes) -> Position:
    """From the body of a POSITION entry. Raises Malformed naming the field. (R-522)"""
    of, said, language = load_map(data, 3, "position", POSITION_BYTES_MAX).values()
    found = Position(
        read_ref(of, "position: of", data),
        tuple(_said(one, data) for one in rows(said, DRAFT_ARTICLES_MAX + 1, "position: articles", data)),
        text(language, LANGUAGE_CHARS_MAX, "position: language", data),
    )
    articles = [one.article for one in found.said]
    if not articles or articles != sorted(set(articles)):
        raise Malformed("position: no article, or articles out of order", data)
    if any(one.words for one in found.said) != bool(found.language) or (
        found.language and not is_language(found.language)
    ):
        raise Malformed("position: words have a language, and only words", data)
    same(_spell_position(found), data, "position")
    return found


def _said(value: Any, data: bytes) -> Said:
    article, stand, words = row(value, 3, "position: article", data)
    found = Said(
        whole(article, DRAFT_ARTICLES_MAX, "position: article", data),
        Stand(whole(stand, max(Stand), "position: stand", data)),
        text(words, REMARK_CHARS_MAX, "position: words", data, lines=True),
    )
    if found.stand is Stand.COMMENTS and not found.words:
        raise Malformed("position: a comment without words", data)
    return found


def encode_closed(closed: Closed) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_closed` would refuse."""
    data = dump_map((list(closed.of), int(closed.closing), closed.reason, closed.language))
    parse_closed(data)
    return data


def parse_closed(data: bytes) -> Closed:
    """From the body of a CLOSED entry. Raises Malformed naming the field. (R-523)"""
    of, closing, reason, language = load_map(data, 4, "closing", CLOSED_BYTES_MAX).values()
    found = Closed(
        read_ref(of, "closing: of", data),
        Closing(whole(closing, max(Closing), "closing: how", data)),
        *remark(reason, language, "closing", data, "reason"),
    )
    if found.closing is Closing.REFUSED and not found.reason:
        raise Malformed("closing: a refusal says why", data)
    same(dump_map((list(found.of), int(found.closing), found.reason, found.language)), data, "closing")
    return found
