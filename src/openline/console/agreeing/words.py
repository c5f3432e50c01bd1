"""Terms, acts, offers and reports in a line each: what their bodies say by themselves."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from openline.accord.agreements.acts import What, parse_act
from openline.accord.agreements.offers import Answer, Said, parse_offer
from openline.accord.agreements.reports import parse_report
from openline.accord.agreements.terms import End, parse_terms
from openline.console.dtg import dtg, iso
from openline.record.entry import ACT, OFFER, TERMS, Ref

ACTS: Final = {
    What.SIGNED: "signed", What.PROVISIONAL: "applied provisionally", What.RATIFIED: "ratified",
    What.EXTEND: "extended to a new end", What.ADHERE: "adhered to on condition", What.CEASE: "adherence ended",
}  # fmt: skip
ANSWERS: Final = {
    Answer.ACCEPTED: "accepted", Answer.REFUSED: "refused", Answer.CONDITIONS: "accepted with conditions",
}  # fmt: skip


def words_of_agreements(kind: int, body: bytes) -> str:
    """Terms, an act, an offer, a report. Raises Malformed."""
    if kind == TERMS:
        terms = parse_terms(body)
        return f"terms of the agreement {terms.agreement.hex()[:12]} between {', '.join(terms.parties)}"
    if kind == ACT:
        act = parse_act(body)
        until = f" until {dtg(act.until_s * 1000)}" if act.until_s is not None else ""
        words = f": {act.words}" if act.words else ""
        return f"agreement {act.agreement.hex()[:12]}, {ACTS[act.what]}: from {dtg(act.from_s * 1000)}{until}{words}"
    if kind == OFFER:
        offer = parse_offer(body)
        if offer.said is Said.OFFERED:
            until = f"open until {dtg(offer.until_s * 1000)}" if offer.until_s is not None else "without a term"
            condition = f" (on condition: {offer.condition})" if offer.condition else ""
            return f"offer: {offer.subject}: {offer.words}{condition} ({until})"
        of = offer.of.full_name if offer.of is not None else ""
        done = "withdrawn" if offer.answer is None else ANSWERS[offer.answer]
        more = ": ".join(one for one in (offer.condition, offer.words) if one)
        return f"offer {of} {done}{f': {more}' if more else ''}"
    report = parse_report(body)
    doubt = "confirmed" if report.confirmed else "unconfirmed"
    said = f", said by {report.said_by}" if report.said_by else ""
    return f"reported by {report.reported_by}{said} ({report.said_on}, {doubt}): {report.words} [{report.source}]"


def whole_words(kind: int, body: bytes) -> str:
    """Every field that says something, line by line: what another officer reads before it leaves. Raises Malformed."""
    if kind == TERMS:
        fields = parse_terms(body)._asdict()
        end = fields.pop("end")
        fields["end"] = "nothing is said" if end is None else "no end" if end.at_s is None else end_text(end)
    elif kind == ACT:
        fields = {**parse_act(body)._asdict(), "what": ACTS[parse_act(body).what]}
    elif kind == OFFER:
        fields = parse_offer(body)._asdict()
    else:
        fields = parse_report(body)._asdict()
    return "\n".join(f"{name.replace('_', ' ')}: {_plain(name, value)}" for name, value in fields.items()
                     if value not in (None, "", ()))  # fmt: skip


def _plain(name: str, value: object) -> str:
    match value:
        case bytes():
            return value.hex()
        case Ref():
            return value.full_name
        case IntEnum():
            return value.name.lower()
        case int() if name.endswith("_s"):
            return dtg(value * 1000)
        case tuple():
            return "; ".join(_plain(name, one) for one in value)
        case _:
            return str(value)


def end_text(end: End) -> str:
    """An end as people read it: in its own zone, and in UTC."""
    if end.at_s is None:
        return "no end"
    local = iso((end.at_s + end.offset_minutes * 60) * 1000) or str(end.at_s)
    hours, minutes = divmod(abs(end.offset_minutes), 60)
    sign = "-" if end.offset_minutes < 0 else "+"
    return f"{local[:19]}{sign}{hours:02d}:{minutes:02d} ({end.zone}) = {(iso(end.at_s * 1000) or '')[:19]}Z"
