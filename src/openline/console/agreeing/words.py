"""Terms, acts, offers and reports in a line each: what their bodies say by themselves."""

from __future__ import annotations

from typing import Final

from openline.accord.agreements.acts import What, parse_act
from openline.accord.agreements.offers import Answer, Said, parse_offer
from openline.accord.agreements.reports import parse_report
from openline.accord.agreements.terms import parse_terms
from openline.console.dtg import dtg
from openline.record.entry import ACT, OFFER, TERMS

_ACTS: Final = {
    What.SIGNED: "signed", What.PROVISIONAL: "applied provisionally by us", What.RATIFIED: "ratified by us",
    What.EXTEND: "extended, as far as we are concerned,", What.ADHERE: "adhered to by us on condition",
    What.CEASE: "no longer adhered to by us",
}  # fmt: skip
_ANSWERS: Final = {Answer.ACCEPTED: "accepted", Answer.REFUSED: "refused", Answer.CONDITIONS: "accepted on condition"}


def words_of_agreements(kind: int, body: bytes) -> str:
    """Terms, an act, an offer, a report. Raises Malformed."""
    if kind == TERMS:
        terms = parse_terms(body)
        return f"terms of the agreement {terms.agreement.hex()[:12]} between {', '.join(terms.parties)}"
    if kind == ACT:
        act = parse_act(body)
        until = f" until {dtg(act.until_s * 1000)}" if act.until_s is not None else ""
        words = f": {act.words}" if act.words else ""
        return f"agreement {act.agreement.hex()[:12]} {_ACTS[act.what]} from {dtg(act.from_s * 1000)}{until}{words}"
    if kind == OFFER:
        offer = parse_offer(body)
        if offer.said is Said.OFFERED:
            until = f", open until {dtg(offer.until_s * 1000)}" if offer.until_s is not None else ", without a term"
            condition = f", on condition: {offer.condition}" if offer.condition else ""
            return f"offer: {offer.subject}: {offer.words}{condition}{until}"
        of = offer.of.full_name if offer.of is not None else ""
        done = "withdrawn" if offer.answer is None else _ANSWERS[offer.answer]
        more = ": ".join(one for one in (offer.condition, offer.words) if one)
        return f"offer {of} {done}{f': {more}' if more else ''}"
    report = parse_report(body)
    doubt = "confirmed" if report.confirmed else "unconfirmed"
    said = f", said by {report.said_by}" if report.said_by else ""
    return f"reported by {report.reported_by}{said} ({report.said_on}, {doubt}): {report.words} [{report.source}]"
