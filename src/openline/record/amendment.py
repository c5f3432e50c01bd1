"""What changes a line after it was opened: bodies of proposals and answers, as deterministic CBOR read strictly.

A proposal (AMENDMENT_PROPOSED) says one change; an answer (AMENDMENT_ACCEPTED) names the proposal by its first
reference and says yes or no. What comes into force, and when, is the fold in `standing`. Renewed certificates and
revocations need no consent: their entries hold the root-signed paper itself.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from openline.errors import Forged, Malformed
from openline.limits import (
    BODY_BYTES_MAX,
    CARD_BYTES_MAX,
    CERTIFICATE_BYTES_MAX,
    OFFICE_CHARS_MAX,
    OFFICES_MAX,
    PARTIES_MAX,
    REMARK_CHARS_MAX,
)
from openline.record.entry import AMENDMENT_ACCEPTED, AMENDMENT_PROPOSED, CERTIFICATE, REVOCATION, Header, LogId, Ref
from openline.record.fields import dump_map, load_map, octets_up_to, row, rows, same, text, whole
from openline.seal.certificate import Certificate, parse_certificate
from openline.seal.charter import (
    DUE_MS_MAX,
    FORMATS_MAX,
    LANGUAGES_MAX,
    Charter,
    CharterLimits,
    CharterParty,
    read_banner,
    read_language,
    read_limits,
)
from openline.seal.party import Card, parse_card
from openline.seal.spelling import octets

AMENDING: Final = frozenset((AMENDMENT_PROPOSED, AMENDMENT_ACCEPTED, CERTIFICATE, REVOCATION))
TERMS, JOIN, LEAVE, CLOSE = range(4)
YES: Final = 1
Due = tuple[int, int, int, int]
Offices = tuple[tuple[int, tuple[str, ...]], ...]


class Terms(NamedTuple):
    """New terms; None leaves a term as it is. Fields as in the charter; `offices` only of the parties named. (R-145)"""

    due_ms: Due | None = None
    limits: CharterLimits | None = None
    languages: tuple[str, ...] | None = None
    handling: tuple[tuple[str, str], ...] | None = None
    offices: Offices | None = None
    formats: tuple[bytes, ...] | None = None


class Join(NamedTuple):
    """A party joins at `place`, the next number on the roster, with the keys of card and certificate. (R-146)"""

    place: int
    card: Card
    certificate: Certificate
    offices: tuple[str, ...] = ()


class Leave(NamedTuple):
    """A party leaves; its logs stay. (R-148)"""

    party: int


class Close(NamedTuple):
    """The line ends; its record stays. (R-149)"""


Change = Terms | Join | Leave | Close


class Proposal(NamedTuple):
    """One change, and why."""

    change: Change
    remark: str = ""


class Answer(NamedTuple):
    """Yes or no to the proposal that the entry refers to; by the proposer itself, no withdraws it. (R-141)"""

    accepted: bool
    remark: str = ""


class Paper(NamedTuple):
    """A root-signed certificate or revocation, whoever brought it onto the record. Checked by the fold."""

    data: bytes


class Statement(NamedTuple):
    """An entry that may change the line, with what its place in the record says of when it was written."""

    ref: Ref
    at_ms: int
    kind: int
    held: tuple[tuple[int, bytes, int], ...]  # (party, generation, size) of the others' logs, from `after`
    about: Ref | None
    body: Proposal | Answer | Paper

    @property
    def log(self) -> LogId:
        """The log it stands in."""
        return LogId(self.ref.party, self.ref.generation)


def read_statement(log: LogId, header: Header, body: bytes) -> Statement:
    """A statement from an entry of one of the AMENDING kinds. Raises Malformed or Forged; it then changes nothing."""
    said: Proposal | Answer | Paper
    if header.kind == AMENDMENT_PROPOSED:
        said = parse_proposal(body)
    elif header.kind == AMENDMENT_ACCEPTED:
        said = parse_answer(body)
        if not header.references:
            raise Malformed("answer: it refers to no proposal", body)
    else:
        said = Paper(body)
    about = header.references[0] if header.references else None
    held = tuple([(item.party, item.generation, item.size) for item in header.after.held])
    return Statement(Ref(log.party, log.generation, header.index), header.written_at_ms, header.kind, held, about, said)


# --- proposals


def encode_proposal(proposal: Proposal) -> bytes:
    """The one spelling. Raises Malformed or Forged for one that `parse_proposal` would refuse. (R-140)"""
    data = _spell(proposal)
    parse_proposal(data)
    return data


def _spell(proposal: Proposal) -> bytes:
    change = proposal.change
    what: tuple[int, object]
    match change:
        case Terms():
            offices = None if change.offices is None else [[party, list(names)] for party, names in change.offices]
            handling = None if change.handling is None else [list(pair) for pair in change.handling]
            terms = [
                None if change.due_ms is None else list(change.due_ms),
                None if change.limits is None else list(change.limits),
                None if change.languages is None else list(change.languages),
                handling,
                offices,
                None if change.formats is None else list(change.formats),
            ]
            what = (TERMS, terms)
        case Join():
            what = (JOIN, [change.place, change.card.signed, change.certificate.signed, list(change.offices)])
        case Leave():
            what = (LEAVE, change.party)
        case Close():
            what = (CLOSE, None)
    return dump_map((*what, proposal.remark))


def parse_proposal(data: bytes) -> Proposal:
    """From the body of an AMENDMENT_PROPOSED entry.

    Raises Malformed naming the field; Forged where a card or certificate in it is not signed by its root. (R-140)
    """
    what, value, remark = load_map(data, 3, "proposal", BODY_BYTES_MAX).values()
    kind = whole(what, CLOSE, "proposal: kind of change", data)
    change: Change
    if kind == TERMS:
        change = _read_terms(value, data)
    elif kind == JOIN:
        change = _read_join(value, data)
    elif kind == LEAVE:
        change = Leave(whole(value, PARTIES_MAX - 1, "proposal: party that leaves", data))
    else:
        change = Close()
    proposal = Proposal(change, text(remark, REMARK_CHARS_MAX, "proposal: remark", data, lines=True))
    same(_spell(proposal), data, "proposal")
    return proposal


def _read_terms(value: object, data: bytes) -> Terms:
    due, limits, languages, handling, offices, formats = row(value, 6, "proposal: terms", data)
    terms = Terms(
        None if due is None else _read_due(due, data),
        None if limits is None else read_limits(row(limits, 3, "proposal: limits", data), "proposal: limits"),
        None if languages is None else _each(languages, LANGUAGES_MAX, "proposal: languages", data, read_language),
        None if handling is None else _each(handling, LANGUAGES_MAX, "proposal: handling banner", data, read_banner),
        None if offices is None else _read_offices(offices, data),
        None
        if formats is None
        else tuple([octets(one, "proposal: formats", 32) for one in rows(formats, FORMATS_MAX, "formats", data)]),
    )
    if terms == Terms():
        raise Malformed("proposal: new terms that change nothing", data)
    return terms


def _each(value: object, at_most: int, name: str, data: bytes, read: Any) -> tuple[Any, ...]:
    return tuple([read(one, name) for one in rows(value, at_most, name, data)])


def _read_due(value: object, data: bytes) -> Due:
    flash, immediate, priority, routine = (
        1 + whole(one - 1 if type(one) is int else one, DUE_MS_MAX - 1, "proposal: due times", data)
        for one in row(value, 4, "proposal: due times", data)
    )
    return flash, immediate, priority, routine


def _read_offices(value: object, data: bytes) -> Offices:
    found: list[tuple[int, tuple[str, ...]]] = []
    for one in rows(value, PARTIES_MAX, "proposal: offices", data):
        party, names = row(one, 2, "proposal: offices", data)
        whole(party, PARTIES_MAX - 1, "proposal: offices of party", data)
        if found and party <= found[-1][0]:
            raise Malformed("proposal: offices do not ascend by party", data)
        found.append((party, _office_names(names, data)))
    return tuple(found)


def _office_names(value: object, data: bytes) -> tuple[str, ...]:
    names = rows(value, OFFICES_MAX, "proposal: offices", data)
    return tuple([text(one, OFFICE_CHARS_MAX, "proposal: office", data) for one in names])


def _read_join(value: object, data: bytes) -> Join:
    place, card, certificate, offices = row(value, 4, "proposal: joining party", data)
    read = parse_card(octets_up_to(card, CARD_BYTES_MAX, "proposal: card", data))
    signed = octets_up_to(certificate, CERTIFICATE_BYTES_MAX, "proposal: certificate", data)
    return Join(
        whole(place, PARTIES_MAX - 1, "proposal: place", data),
        read,
        parse_certificate(signed, read.root, f"certificate of “{read.name}”"),
        _office_names(offices, data),
    )


# --- answers


def encode_answer(answer: Answer) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_answer` would refuse."""
    data = dump_map((int(answer.accepted), answer.remark))
    parse_answer(data)
    return data


def parse_answer(data: bytes) -> Answer:
    """From the body of an AMENDMENT_ACCEPTED entry. Raises Malformed naming the field. (R-141)"""
    accepted, remark = load_map(data, 2, "answer", BODY_BYTES_MAX).values()
    answer = Answer(
        whole(accepted, YES, "answer: yes or no", data) == YES,
        text(remark, REMARK_CHARS_MAX, "answer: remark", data, lines=True),
    )
    same(dump_map((int(answer.accepted), answer.remark)), data, "answer")
    return answer


# --- terms as they become


def with_terms(terms: Charter, change: Terms) -> Charter:
    """The charter's terms with those of a proposal in their place; whether they fit together is for reading it."""
    offices = list(terms.offices)
    for party, names in change.offices or ():
        if party >= len(offices):
            raise Malformed(f"proposal: offices of party {party}, who is not on the line")
        offices[party] = names
    return terms._replace(
        due_ms=change.due_ms or terms.due_ms,
        limits=change.limits or terms.limits,
        languages=terms.languages if change.languages is None else change.languages,
        handling=terms.handling if change.handling is None else change.handling,
        formats=terms.formats if change.formats is None else change.formats,
        offices=tuple(offices),
    )


def with_party(terms: Charter, join: Join) -> Charter:
    """The terms with one more party. They name the parties as they are now; the line id is that of the charter."""
    return terms._replace(
        parties=(*terms.parties, CharterParty(join.card.name, join.card.root)),
        nonces=(*terms.nonces, join.certificate.line_nonce),
        offices=(*terms.offices, join.offices),
    )


__all__ = [
    "AMENDING",
    "Answer",
    "Change",
    "Close",
    "Forged",
    "Join",
    "Leave",
    "Paper",
    "Proposal",
    "Statement",
    "Terms",
]
