"""Bodies of entries about drafts: one spelling; what a version says of its texts is checked where it has them."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.bodies import check_body
from openline.accord.drafting.bodies import (
    Closed,
    Closing,
    Position,
    Said,
    Stand,
    encode_closed,
    encode_position,
    encode_tabled,
    parse_closed,
    parse_position,
    parse_tabled,
    read_given,
)
from openline.accord.drafting.text import NotAText, text_digest
from openline.errors import Malformed
from openline.limits import DRAFT_INLINE_BYTES_MAX
from openline.record.entry import CLOSED, POSITION, TABLED
from tests.rooms.accord.drafting.treaty import both, english, ref, tabled

OF = ref(1, 7)


def test_a_version_says_the_agreement_that_signing_it_records() -> None:
    """R-521"""
    one = tabled(both("[Amber: 30] [Birch: 14]"), over=OF, lapses_s=1_800_000_000, note="Our reply.", language="en")
    assert parse_tabled(encode_tabled(one)) == one
    assert one.articles == 3 and one.brackets == ((1, ("Amber", "Birch")),)
    assert dict(one.agreement.texts)["en"] == text_digest(both("[Amber: 30] [Birch: 14]")["en"])
    assert check_body(TABLED, encode_tabled(one)) == (OF,) and check_body(TABLED, encode_tabled(tabled())) == ()


def test_a_text_that_goes_beside_its_entry_is_checked_when_it_has_come() -> None:
    """R-528"""
    one = tabled(beside=True)
    assert one.given == (len(english()), len(both()["ru"]))
    assert read_given(one, 0, english()).title.startswith("Agreement")
    for data, says in ((english("14"), "another hash"), (both()["ru"], "another hash")):
        with pytest.raises(Malformed, match=says):
            read_given(one, 0, data)
    with pytest.raises(Malformed, match="has 3 articles"):
        read_given(one._replace(articles=4), 0, english())
    bracketed = both("[Amber: 30]")
    with pytest.raises(Malformed, match="other brackets"):
        read_given(tabled(bracketed, beside=True, brackets=()), 0, bracketed["en"])
    broken = {"en": b"# T\n"}
    with pytest.raises(NotAText):
        read_given(tabled(beside=True)._replace(body=_over(broken)), 0, broken["en"])


def _over(texts: dict[str, bytes]) -> bytes:
    from openline.accord.identity import encode_agreement

    one = tabled().agreement
    return encode_agreement(one._replace(texts=tuple((name, text_digest(data)) for name, data in texts.items())))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"articles": 4}, "has 3 articles"),
        ({"articles": 0}, "no article"),
        ({"brackets": ((1, ("Amber",)),)}, "other brackets"),
        ({"brackets": ((4, ("Amber",)),)}, "brackets in one that it does not have"),
        ({"brackets": ((1, ()),)}, "brackets of nobody"),
        ({"brackets": ((1, ("B", "A")),)}, "out of order"),
        ({"brackets": ((2, ("A",)), (1, ("A",)))}, "articles out of order"),
        ({"given": (english(), english())}, "another hash"),
        ({"given": (english(),)}, "a text for each hash"),
        ({"given": (english(), True)}, "text is not a byte string"),
        ({"given": (english(), 2**30)}, "size of a text"),
        ({"note": "Why."}, "has a language"),
        ({"lapses_s": -1}, "lapses at"),
        ({"over": (9, bytes(12), 0)}, "over"),
        ({"body": b"\xa0"}, "agreement"),
    ],
)
def test_a_version_that_contradicts_itself_is_refused(changed: dict[str, Any], says: str) -> None:
    """R-521"""
    with pytest.raises(Malformed, match=says):
        encode_tabled(tabled()._replace(**changed))


def test_more_than_fits_goes_beside_it() -> None:
    long = {"en": english().replace(b"Annex 3", b"Annex 3 " + b"and so on " * 1_900)}
    paragraphs = b"\n\n".join([b"word " * 3_900 + b"end."] * 6)
    long["en"] = long["en"].replace(b"This Agreement", paragraphs + b"\n\nThis Agreement")
    assert len(long["en"]) > DRAFT_INLINE_BYTES_MAX
    with pytest.raises(Malformed, match="text is not a byte string of at most"):
        tabled(long)
    half = dict.fromkeys(("en", "ru"), long["en"][:DRAFT_INLINE_BYTES_MAX * 2 // 3] + b"\n")
    with pytest.raises(Malformed, match="in the entry itself"):
        encode_tabled(tabled()._replace(given=tuple(half.values()), body=_over(half)))
    assert len(encode_tabled(tabled(long, beside=True))) < 1_000


def test_positions_and_closings_are_spelled_once() -> None:
    """R-522, R-523"""
    said = (Said(0, Stand.ACCEPTS, ""), Said(2, Stand.RESERVES, "Our parliament."), Said(3, Stand.COMMENTS, "Why?"))
    one = Position(OF, said, "en")
    assert parse_position(encode_position(one)) == one and check_body(POSITION, encode_position(one)) == (OF,)
    for wrong, says in (
        (one._replace(said=()), "no article"),
        (one._replace(said=said[::-1]), "out of order"),
        (one._replace(said=(said[0], said[0])), "out of order"),
        (one._replace(language=""), "words have a language"),
        (one._replace(said=said[:1]), "words have a language"),
        (one._replace(said=(Said(1, Stand.COMMENTS, ""),), language=""), "a comment without words"),
        (one._replace(language="not a tag"), "language"),
    ):
        with pytest.raises(Malformed, match=says):
            encode_position(wrong)
    refusal = Closed(OF, Closing.REFUSED, "It names no area.", "en")
    assert parse_closed(encode_closed(refusal)) == refusal and check_body(CLOSED, encode_closed(refusal)) == (OF,)
    taken_back = Closed(OF, Closing.WITHDRAWN, "", "")
    assert parse_closed(encode_closed(taken_back)) == taken_back
    with pytest.raises(Malformed, match="a refusal says why"):
        encode_closed(refusal._replace(reason="", language=""))


GOOD = {TABLED: encode_tabled(tabled()), POSITION: encode_position(Position(OF, (Said(1, Stand.ACCEPTS, ""),), "")),
        CLOSED: encode_closed(Closed(OF, Closing.WITHDRAWN, "", ""))}  # fmt: skip


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_body_changed_anywhere_is_refused_or_says_something_else(kind: int, data: st.DataObject) -> None:
    good = GOOD[kind]
    at = data.draw(st.integers(0, len(good) - 1))
    changed = good[:at] + bytes([data.draw(st.integers(0, 255))]) + good[at + 1 :]
    try:
        check_body(kind, changed)
    except Malformed:
        return
    assert changed == good or cbor2.loads(changed) != cbor2.loads(good)


@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=300))
def test_bytes_of_any_kind_raise_nothing_else(kind: int, data: bytes) -> None:
    try:
        check_body(kind, data)
    except Malformed:
        pass
