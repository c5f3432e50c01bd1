"""Doors of agreements: bodies of terms, acts, offers and reports, and what stands of them in each party's view."""

from __future__ import annotations

import json
from typing import Any, Final

from openline.accord.agreements.acts import parse_act
from openline.accord.agreements.lines import held_of, said_of
from openline.accord.agreements.offers import parse_offer
from openline.accord.agreements.reports import parse_report
from openline.accord.agreements.terms import parse_terms
from openline.accord.clocks.book import Book
from openline.accord.clocks.spans import When
from openline.console.accords.reading import take_paper
from openline.record.entry import Ref


def terms(given: dict[str, Any]) -> object:
    """The body of a terms entry, and what names these terms."""
    one = parse_terms(bytes.fromhex(given["bytes"]))
    end = None if one.end is None else [] if one.end.at_s is None else list(one.end)
    return {**one._asdict(), "end": end, "digest": one.digest}


def act(given: dict[str, Any]) -> object:
    """The body of an act entry."""
    one = parse_act(bytes.fromhex(given["bytes"]))
    return {**one._asdict(), "what": int(one.what)}


def offer(given: dict[str, Any]) -> object:
    """The body of an offer entry."""
    one = parse_offer(bytes.fromhex(given["bytes"]))
    answer = None if one.answer is None else int(one.answer)
    return {**one._asdict(), "said": int(one.said), "answer": answer}


def report(given: dict[str, Any]) -> object:
    """The body of a report entry."""
    one = parse_report(bytes.fromhex(given["bytes"]))
    return {**one._asdict(), "confirmed": int(one.confirmed), "about": [[int(word), ref] for word, ref in one.about]}


def stand(given: dict[str, Any]) -> object:
    """What entries come to: [party, index, kind, body, held by the others at, s, or null] in any order."""
    book = Book(range(given["parties"]))
    for party, index, kind, body, held_s in given["entries"]:
        ref = Ref(party, bytes(12), index)
        take_paper(book, ref, kind, bytes.fromhex(body))
        if held_s is not None:
            book.lives.take_received(ref, When(held_s * 1000, held_s * 1000 + 999))
    rows = [*said_of(book.lives), *held_of(book.lives, book.agreements, given["at_ms"])]
    return {"lines": [json.loads(json.dumps(row)) for row in rows]}


DOORS: Final = {"terms-body": terms, "act-body": act, "offer-body": offer, "report-body": report,
                "agreements-stand": stand}  # fmt: skip
