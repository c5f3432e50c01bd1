"""What changes a line after it was opened: the bodies of proposals and answers, in their one spelling.

A proposal says one change; an answer, in an entry that refers to the proposal, says yes or no. What comes into force
is for the fold over the record. The charter and the line id never change. (R-140, R-141)
"""

from __future__ import annotations

from typing import NamedTuple

from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX, CARD_BYTES_MAX, OFFICE_CHARS_MAX, OFFICES_MAX, PARTIES_MAX, REMARK_CHARS_MAX
from openline.seal.certificate import CERTIFICATE_BYTES_MAX, Certificate, parse_certificate
from openline.seal.charter import (
    DUE_MS_MAX,
    FORMATS_MAX,
    LANGUAGES_MAX,
    Charter,
    CharterLimits,
    CharterParty,
    parse_charter,
    read_banner,
    read_language,
    read_limits,
)
from openline.seal.party import Card, parse_card
from openline.seal.spelling import Fields, items, octets, text, whole, write_map

TERMS, JOIN, LEAVE, CLOSE = range(4)
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


def encode_proposal(proposal: Proposal) -> bytes:
    """The one spelling. Raises Malformed or Forged for one that `parse_proposal` would refuse. (R-140)"""
    data = write_map((*_spell(proposal.change), proposal.remark))
    parse_proposal(data)
    return data


def _spell(change: Change) -> tuple[int, object]:
    match change:
        case Terms(due_ms, limits, languages, handling, offices, formats):
            named = None if offices is None else [[party, list(names)] for party, names in offices]
            banners = None if handling is None else [list(pair) for pair in handling]
            spelled = None if limits is None else limits.spell()
            plain = [None if one is None else list(one) for one in (due_ms, spelled, languages)]
            return TERMS, [*plain, banners, named, None if formats is None else list(formats)]
        case Join(place, card, certificate, names):
            return JOIN, [place, card.signed, certificate.signed, list(names)]
        case Leave(party):
            return LEAVE, [party]
        case Close():
            return CLOSE, []


def parse_proposal(data: bytes) -> Proposal:
    """From the body of a proposal's entry.

    Raises Malformed naming the field; Forged where a card or certificate in it is not signed by its root. (R-140)
    """
    fields = Fields(data, "proposal", ("kind of change", "change", "remark"), BODY_BYTES_MAX)
    kind, where = fields.whole(0, TERMS, CLOSE), fields.where(1)
    change: Change
    if kind == TERMS:
        change = _read_terms(fields.items(1, 6, 6), where)
    elif kind == JOIN:
        change = _read_join(fields.items(1, 4, 4), where)
    elif kind == LEAVE:
        change = Leave(whole(fields.items(1, 1, 1)[0], where, 0, PARTIES_MAX - 1))
    else:
        fields.items(1, 0)
        change = Close()
    return Proposal(change, fields.text(2, REMARK_CHARS_MAX, 0))


def _read_terms(values: list[object], where: str) -> Terms:
    if values == [None] * 6:
        raise Malformed(f"{where}: new terms that change nothing")
    given = [None if one is None else items(one, where, FORMATS_MAX) for one in values]
    due, limits, languages, handling, offices, formats = given
    if len(languages or ()) > LANGUAGES_MAX or len(handling or ()) > LANGUAGES_MAX:
        raise Malformed(f"{where}: more than {LANGUAGES_MAX} languages")
    return Terms(
        None if due is None else _read_due(due, where),
        None if limits is None else read_limits(items(limits, where, 5, 3), where),
        None if languages is None else tuple(read_language(tag, where) for tag in languages),
        None if handling is None else tuple(read_banner(one, where) for one in handling),
        None if offices is None else _read_offices(offices, where),
        None if formats is None else tuple(octets(one, where, 32) for one in formats),
    )


def _read_due(values: list[object], where: str) -> Due:
    flash, immediate, priority, routine = (whole(one, where, 1, DUE_MS_MAX) for one in items(values, where, 4, 4))
    return flash, immediate, priority, routine


def _read_offices(values: list[object], where: str) -> Offices:
    found = []
    for one in items(values, where, PARTIES_MAX):
        party, names = items(one, where, 2, 2)
        found.append((whole(party, where, 0, PARTIES_MAX - 1), _read_names(names, where)))
    parties = [party for party, _ in found]
    if parties != sorted(set(parties)):
        raise Malformed(f"{where}: offices not in ascending order of the parties, each once")
    return tuple(found)


def _read_names(value: object, where: str) -> tuple[str, ...]:
    return tuple(text(one, where, OFFICE_CHARS_MAX) for one in items(value, where, OFFICES_MAX))


def _read_join(values: list[object], where: str) -> Join:
    place, card, certificate, names = values
    read = parse_card(octets(card, where, size_max=CARD_BYTES_MAX))
    signed = octets(certificate, where, size_max=CERTIFICATE_BYTES_MAX)
    return Join(
        whole(place, where, 0, PARTIES_MAX - 1),
        read,
        parse_certificate(signed, read.root, f"certificate of “{read.name}”"),
        _read_names(names, where),
    )


def encode_answer(answer: Answer) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_answer` would refuse."""
    data = write_map((int(answer.accepted), answer.remark))
    parse_answer(data)
    return data


def parse_answer(data: bytes) -> Answer:
    """From the body of an answer's entry. Raises Malformed naming the field. (R-141)"""
    fields = Fields(data, "answer", ("yes or no", "remark"), BODY_BYTES_MAX)
    return Answer(bool(fields.whole(0, 0, 1)), fields.text(1, REMARK_CHARS_MAX, 0))


def amended(terms: Charter, change: Terms | Join) -> Charter:
    """The charter's terms with the change in them; such terms are never signed, and have no line id of their own.

    Raises Malformed where the change does not fit: another party of that name, a banner in no language of the line.
    """
    if isinstance(change, Join):
        if change.place != len(terms.parties):
            raise Malformed(f"place {change.place} is not the next one")
        joined = terms._replace(
            parties=(*terms.parties, CharterParty(change.card.name, change.card.root)),
            nonces=(*terms.nonces, change.certificate.line_nonce),
            offices=(*terms.offices, change.offices),
        )
        return parse_charter(joined.encode())
    offices = list(terms.offices)
    for party, names in change.offices or ():
        if party >= len(offices):
            raise Malformed(f"offices of party {party}, who is not on the line")
        offices[party] = names
    changed = terms._replace(
        due_ms=change.due_ms or terms.due_ms,
        limits=change.limits or terms.limits,
        languages=terms.languages if change.languages is None else change.languages,
        handling=terms.handling if change.handling is None else change.handling,
        formats=terms.formats if change.formats is None else change.formats,
        offices=tuple(offices),
    )
    return parse_charter(changed.encode())
