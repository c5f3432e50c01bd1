"""Versions, positions and comparisons as answers: plain data for programs, words for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from openline.accord.drafting.bodies import Closing, Stand
from openline.accord.drafting.comparing import Compared
from openline.accord.drafting.drafts import Drafts, Stated, Version
from openline.accord.drafting.text import Text, pieces
from openline.console.negotiating import asking
from openline.console.negotiating.reading import Here, differing

STANDS: Final = {Stand.ACCEPTS: "accepts", Stand.RESERVES: "reserves", Stand.COMMENTS: "comments"}
CLOSINGS: Final = {Closing.REFUSED: "refused", Closing.WITHDRAWN: "withdrawn"}
OTHERS_SHOWN_MAX: Final = 16  # beside each version, whatever a peer sends
Name = Callable[[int], str]


def text_row(drafts: Drafts, one: Version, here: Sequence[Here], me: int, name: Name, now_ms: int) -> asking.TextRow:
    """A version."""
    tabled, agreement = one.tabled, one.agreement
    titles = dict(agreement.titles)
    signed = drafts.signatures(one.ref)
    there = {each.ref.party for each in signed if not each.late}
    return asking.TextRow(
        one.ref.full_name, one.draft, titles, name(one.ref.party), one.ref.party == me, one.at_ms,
        tabled.over.full_name if tabled.over is not None else None, str(drafts.state(one.ref, now_ms)),
        list(map(str, drafts.hindrances(one.ref, now_ms))), _ms(tabled.lapses_s), _ms(agreement.from_s),
        _ms(agreement.until_s), tabled.articles,
        {str(article): list(names) for article, names in tabled.brackets},
        [asking.LanguageRow(each.language, titles.get(each.language, ""), each.digest.hex(), each.size,
                            each.data is not None, each.fault) for each in here],
        list(one.missing), [ref.full_name for ref in drafts.crossing(one)],
        [ref.full_name for ref in drafts.counters(one.ref)], [*drafts.flaws(one), *_held_late(drafts, one, name)],
        [asking.SignatureRow(name(each.ref.party), each.ref.full_name, each.at_ms, each.late) for each in signed],
        [name(party) for party in drafts.parties if party not in there],
        [asking.ClosureRow(name(each.ref.party), each.ref.full_name, CLOSINGS[each.closed.closing], each.closed.reason,
                           each.closed.language, each.why_not) for each in drafts.closures(one.ref)],
        [asking.OtherRow(name(each.ref.party), each.ref.full_name, each.digest.hex())
         for each in drafts.others_signed(one.draft)[:OTHERS_SHOWN_MAX]],
        tabled.note, tabled.language, one.exercise, one.digest.hex(),
    )  # fmt: skip


def _held_late(drafts: Drafts, one: Version, name: Name) -> list[str]:
    return [f"the signature of {name(each.ref.party)} is dated before the lapse, and the others held it only after that"
            for each in drafts.held_late(one.ref)]  # fmt: skip


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000


def article_rows(drafts: Drafts, one: Version, here: Sequence[Here], name: Name) -> list[asking.ArticleRow]:
    """Every article in every language that is here, with what each party says of it."""
    texts = [(each.language, each.text) for each in here if each.text is not None]
    if not texts:
        return []
    unlike = differing(texts)
    stated = {(each.said.article, each.party): each for each in drafts.positions(one.ref)}
    comments = drafts.comments(one.ref)
    found = []
    for number in range(one.tabled.articles + 1):
        positions = [_position(stated.get((number, party)), party, one, name) for party in drafts.parties]
        found.append(asking.ArticleRow(
            number, {language: _lines(text, number) for language, text in texts}, positions,
            [_stated(each, name) for each in comments if each.said.article == number],
            [each for each in unlike if each.article == number],
        ))  # fmt: skip
    return found


def _lines(text: Text, number: int) -> list[list[asking.PieceRow]]:
    article = text.articles[number]
    lines = (text.title, *article.paragraphs) if number == 0 else article.lines
    return [[asking.PieceRow(piece.words, list(piece.by)) for piece in pieces(line)] for line in lines]


def _position(stated: Stated | None, party: int, one: Version, name: Name) -> asking.StatedRow:
    if stated is not None:
        return _stated(stated, name)
    author = party == one.ref.party
    return asking.StatedRow(name(party), "tabled" if author else "", "", "", one.ref.full_name if author else "")


def _stated(stated: Stated, name: Name) -> asking.StatedRow:
    said = stated.said
    return asking.StatedRow(name(stated.party), STANDS[said.stand], said.words, stated.language if said.words else "",
                            stated.ref.full_name)  # fmt: skip


def compared(found: Sequence[Compared], before: str, after: str, language: str) -> asking.Compared:
    """A comparison."""
    articles = [
        asking.ComparedRow(one.before, one.after, one.is_same, [
            asking.LineRow(line.before, line.after, [asking.RunRow(*run) for run in line.runs]) for line in one.lines
        ]) for one in found
    ]  # fmt: skip
    return asking.Compared(before, after, language, sum(not one.is_same for one in found), articles)
