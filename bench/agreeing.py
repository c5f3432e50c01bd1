"""The fold of 1,000 agreements with all that two parties said of them, from the bytes of their entries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import cbor2

from bench.table import Sample
from openline.accord.agreements.acts import Act, What, encode_act
from openline.accord.agreements.offers import Answer, Offer, Said, encode_offer
from openline.accord.agreements.table import State
from openline.accord.agreements.terms import End, Terms, encode_terms
from openline.accord.bodies import Agreement, Standing, Status, agreement_digest, encode_agreement, encode_status
from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.accord.clocks.spans import When
from openline.console.accords.reading import take_paper
from openline.record.entry import ACT, AGREEMENT, OFFER, STATUS, TERMS, Ref

AGREEMENTS: Final = 1_000
BEGIN_S: Final = 1_296_864_000
END_S: Final = 1_770_249_600
YEAR_S: Final = 31_536_000
Entries = list[tuple[Ref, int, bytes]]


def folding(say: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Seconds from bodies to how every agreement and offer stands in both views, written in the one spelling."""
    entries = _made()
    began = time.perf_counter()
    for _, _, body in entries:
        cbor2.loads(body)
    limit = time.perf_counter() - began
    began = time.perf_counter()
    book = Book((0, 1))
    for ref, kind, body in entries:
        take_paper(book, ref, kind, body)
        book.lives.take_received(ref, When(BEGIN_S * 1000, BEGIN_S * 1000 + 999))
    state = canon.state_of(canon.said(book), canon.held(book, END_S * 1000))
    took = time.perf_counter() - began
    lives = [book.lives.life(digest) for digest in book.agreements]
    extended = sum(one is not None and one.step(0, END_S).state is State.EXTENDED for one in lives)
    assert extended == AGREEMENTS and len(book.lives.made()) == AGREEMENTS, "it is not the work"
    say(f"{AGREEMENTS} agreements, {len(entries)} entries, {state.lines} lines of state in {took:.2f} s")
    return {"fold_1k_agreements_s": [Sample(took, limit)]}


def _made() -> Entries:
    found: Entries = []
    for number in range(AGREEMENTS):
        body = encode_agreement(
            Agreement(f"BENCH-{number:04d}", (("en", "Bench"),), (("en", bytes(32)),), BEGIN_S, END_S, None, ())
        )
        digest = agreement_digest(body)
        end = End(END_S, 180, "Moscow")
        terms = encode_terms(Terms(digest, "en", ("Amber", "Birch"), "Amber", ("all",), (), (), "", 90, end, None))
        extend = encode_act(Act(digest, What.EXTEND, BEGIN_S + YEAR_S, END_S + YEAR_S))
        for party in (0, 1):
            both = ((AGREEMENT, body), (TERMS, terms), (ACT, extend))
            found += [(Ref(party, bytes(12), 10 * number + at), *one) for at, one in enumerate(both)]
        for at, standing in enumerate((Standing.SUSPENDED, Standing.IN_FORCE)):
            status = encode_status(Status(digest, standing, BEGIN_S + (at + 2) * YEAR_S, "", ""))
            found.append((Ref(1, bytes(12), 10 * number + 3 + at), STATUS, status))
        made = Ref(0, bytes(12), 10 * number + 5)
        offer = Offer(Said.OFFERED, None, digest, "Bench", "To go on.", "if so", "en", END_S)
        answer = Offer(Said.ANSWERED, made, None, "", "No.", "", "en", None, Answer.REFUSED)
        found.append((made, OFFER, encode_offer(offer)))
        found.append((Ref(1, bytes(12), 10 * number + 6), OFFER, encode_offer(answer)))
    return found
