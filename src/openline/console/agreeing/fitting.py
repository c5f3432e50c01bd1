"""Whether what is said of agreements and offers still fits the record: asked when it is written, and as it leaves.

An entry is tried on the book: what the fold would mark is not recorded by this station, by whichever way it comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from openline.accord.agreements.acts import parse_act
from openline.accord.agreements.names import mixed_in
from openline.accord.agreements.offers import Answer, Offer, Said, parse_offer
from openline.accord.agreements.reports import parse_report
from openline.accord.agreements.terms import parse_terms
from openline.accord.bodies import Standing, Status, agreement_digest, parse_status
from openline.accord.clocks.book import Book
from openline.errors import Refused
from openline.record.entry import ACT, AGREEMENT, OFFER, REPORT, STATUS, TERMS

KINDS: Final = frozenset((TERMS, ACT, OFFER, REPORT, STATUS, AGREEMENT))
_LATE: Final = "late: "  # begins the mark of an answer after the date: that may be said, and is shown as late


def check_fits(book: Book, me: int, kind: int, body: bytes, now_ms: int) -> None:
    """Raises Refused where the fold would mark this entry of ours, recorded now; of other kinds nothing is asked."""
    if kind == TERMS:
        _terms(book, me, body)
    elif kind == ACT:
        act = parse_act(body)
        _names(book, (act.said_by,), only_mixed=True)
        _fits(book.lives.marks_of_act(me, act, now_ms))
    elif kind == OFFER:
        _offer(book, me, parse_offer(body), now_ms)
    elif kind == REPORT:
        report = parse_report(body)
        _names(book, (report.reported_by, report.said_by, report.entered_by))
    elif kind == STATUS:
        check_standing(book, me, parse_status(body))
    elif kind == AGREEMENT:
        _signed(book, me, agreement_digest(body))


def check_standing(book: Book, me: int, status: Status) -> None:
    """Raises Refused where what we would say of ourselves does not fit how the agreement stands in our view."""
    _fits(book.lives.marks_of_status(me, status))


def _terms(book: Book, me: int, body: bytes) -> None:
    terms = parse_terms(body)
    if terms in [one for ref, one in book.lives.terms_of(terms.agreement) if ref.party == me]:
        raise Refused("these terms are on the record already, by us")
    _names(book, (*terms.parties, terms.asked_by))
    _fits(book.lives.marks_of_terms(me, terms))


def _signed(book: Book, me: int, digest: bytes) -> None:
    name = book.agreements[digest].id if digest in book.agreements else ""
    if me in book.known_by(digest):
        raise Refused(f"the agreement {name} is on the record already, by us")
    for (of, party), said in book.statuses().items():
        if of == digest and said[-1][2].standing is Standing.ENDED:
            raise Refused(f"party {party} has taken it back: {said[-1][1].full_name}")


def _offer(book: Book, me: int, offer: Offer, now_ms: int) -> None:
    _names(book, (offer.said_by,), only_mixed=True)
    if offer.of is None:
        return
    made = book.lives.offers.get(offer.of)
    if made is None or made.said is not Said.OFFERED:
        raise Refused(f"{offer.of.full_name} is no offer of this record")
    marks = book.lives.marks_of_offer(me, offer, now_ms)
    answers = isinstance(offer.answer, Answer)
    _fits(why for why in marks if not (answers and why.startswith(_LATE)))


def _fits(marks: Iterable[str]) -> None:
    found = sorted(set(marks))
    if found:
        raise Refused("; ".join(found))


def _names(book: Book, names: Iterable[str], *, only_mixed: bool = False) -> None:
    """Names that somebody may take for others are not said by this station. (R-510)"""
    for name in names:
        why = mixed_in(name) if only_mixed else book.lives.odd_name(name)
        if name and why:
            raise Refused(f"a name that may be taken for another: {why}; write it as it is known, or another one")
