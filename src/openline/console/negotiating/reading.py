"""Texts of versions as they are here: in their entries, or come beside them; and what of two languages differs."""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.accord.drafting.bodies import read_given
from openline.accord.drafting.comparing import differences_of_build
from openline.accord.drafting.drafts import Version
from openline.accord.drafting.text import Article, Text
from openline.console.negotiating.asking import DifferenceRow
from openline.desk.texts.comparing import differences
from openline.errors import Malformed
from openline.line.ports import Store
from openline.record.entry import TABLED, After, Header

NO_HEADER: Final = Header(0, 0, TABLED, 0, 0, After((), ()), (), bytes(32))  # of what is not recorded yet


class Here(NamedTuple):
    """A text of a version. `text` None where it is not here, or, with a `fault`, not what its entry says."""

    language: str
    digest: bytes
    size: int
    data: bytes | None
    text: Text | None
    fault: str


def texts_of(store: Store, version: Version, *, read: bool = True) -> list[Here]:
    """Its texts by language, from the entry or the store; `read` False: only whether their bytes are here."""
    return [_text(store, version, number, read) for number in range(len(version.tabled.given))]


def _text(store: Store, version: Version, number: int, read: bool) -> Here:
    language, digest = version.agreement.texts[number]
    given = version.tabled.given[number]
    if isinstance(given, bytes):
        data: bytes | None = given
        size = len(given)
    else:
        row, size = store.blob(digest), given
        is_here = row is not None and row.held == row.total == given
        data = (store.blob_bytes(digest, 0, given) if read else b"") if is_here else None
    if data is None or not read:
        return Here(language, digest, size, data, None, "")
    try:
        return Here(language, digest, size, data, read_given(version.tabled, number, data), "")
    except Malformed as fault:
        return Here(language, digest, size, data, None, fault.reason)


def differing(texts: list[tuple[str, Text]]) -> list[DifferenceRow]:
    """Where languages differ from the first of them, by article. Numbers only where both are built alike. (R-527)"""
    found: list[DifferenceRow] = []
    for language, text in texts[1:]:
        first, original = texts[0]
        pair = [first, language]
        unlike = differences_of_build(original, text)
        found += [DifferenceRow(one.article, pair, "build", one.what) for one in unlike]
        if not unlike:
            for one, other in zip(original.articles, text.articles, strict=True):
                found += _numbers(one, other, pair)
    return found


def _numbers(one: Article, other: Article, pair: list[str]) -> list[DifferenceRow]:
    found = []
    for at, (left, right) in enumerate(zip(one.lines, other.lines, strict=True)):
        for each in differences(left, right):
            language = pair[0] if each.side == "original" else pair[1]
            where = "in the heading" if at == 0 else f"in line {at}"
            found.append(DifferenceRow(one.number, pair, each.kind, f"{each.written}, only in {language}, {where}"))
    return found
