"""What the amendments in an export say of who is on the line, against who writes in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openline.record.entry import LogId
from openline.record.evidence.findings import Doubt
from openline.record.logbook import LogBook
from openline.record.roster import Roster
from openline.record.standing import Record, Standing
from openline.record.statement import AMENDING, gathered
from openline.seal.certificate import Revocation


def record_of(books: Iterable[LogBook], revocations: Iterable[Revocation]) -> Record:
    """The statements that change the line, from the entries that are disclosed."""
    books = list(books)
    disclosed = (
        (book.log, header, body) for book in books for header, body in book.entries
        if header.kind in AMENDING and body is not None
    )  # fmt: skip
    return Record(
        gathered(disclosed),
        {book.log: book.start.size for book in books},
        {book.log: book.start.station for book in books},
        {book.log: max((size for _, size in book.receipts), default=0) for book in books},
        tuple(revocations),
        {book.log: book.opening.previous[:2] for book in books if book.opening and book.opening.previous},
    )


def joined_doubts(roster: Roster, standing: Standing) -> Iterator[Doubt]:
    """Parties whose cards are here and of whom no amendment here says that the others let them join. (R-096)"""
    members = standing.terms.parties
    for number, party in enumerate(roster.parties):
        if number >= len(members) or members[number].root.party_id != party.party_id:
            sentence = f"nothing in this file shows that party {number} ({party.name}) was let join"
            yield Doubt("not-joined", LogId(number, b""), None, sentence)
