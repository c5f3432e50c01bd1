"""What counts of what was told about messages: by whom, knowing what, beside which message.

The same on both sides and from an export. (R-314 to R-318)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from openline.desk.release import release_digest
from openline.desk.telling.bodies import Offices, Passed, Relation, Understood, Which, check_references, parse_body
from openline.record.entry import EXERCISE, MESSAGE, Header, LogId, Ref
from openline.record.statement import Written


class Told(NamedTuple):
    """An entry of one of the TOLD_KINDS that reads: where it stands, knowing what, and about which entries."""

    at: Written
    said: Understood | Passed | Relation | Offices
    about: tuple[Ref, ...]
    exercise: bool


def written(log: LogId, header: Header) -> Written:
    """Where and when an entry was written, and after what."""
    held = tuple([(item.party, item.generation, item.size) for item in header.after.held])
    return Written(Ref(log.party, log.generation, header.index), header.written_at_ms, held)


def read_told(log: LogId, header: Header, body: bytes) -> Told:
    """From an entry of one of the TOLD_KINDS. Raises Malformed: it then says nothing, and is shown. (R-314)"""
    said = parse_body(header.kind, body)
    check_references(said, header.references)
    return Told(written(log, header), said, header.references, bool(header.flags & EXERCISE))


def stands_beside(relation: Relation, header: Header, before: tuple[Header, bytes] | None) -> bool:
    """Whether the entry straight before a relation is the message it names; a withdrawal needs none. (R-317)"""
    if relation.which is Which.WITHDRAWS:
        return True
    if before is None:
        return False
    other, body = before
    fits = other.kind == MESSAGE and (other.precedence, other.flags) == (header.precedence, header.flags)
    return fits and release_digest(MESSAGE, other.precedence, other.flags, body) == relation.beside


def counts_of(told: Told, message: Ref, exercise: bool) -> bool:
    """Whether this says something of that message or notice: who may, knowing it, in earnest or not. (R-315, R-316)"""
    if message not in told.about or told.exercise != exercise or not told.at.knew(Written(message, 0, ())):
        return False
    match told.said:
        case Understood() | Passed():
            return told.at.ref.party != message.party
        case Relation(Which.FORWARDS):
            return True
        case Relation():
            return told.at.ref.party == message.party
        case Offices():
            return False


def in_force(directories: Iterable[Told]) -> dict[int, Told]:
    """Of each party its newest directory, by generation and index; none of an exercise. (R-318)"""
    newest: dict[int, Told] = {}
    for told in sorted(directories, key=lambda one: one.at.ref):
        if isinstance(told.said, Offices) and not told.exercise:
            newest[told.at.ref.party] = told
    return newest
