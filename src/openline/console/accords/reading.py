"""The book of a line (accord.clocks.book), filled from a store as it grows or from an export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from openline.accord.agreements.acts import parse_act
from openline.accord.agreements.offers import parse_offer
from openline.accord.agreements.reports import parse_report
from openline.accord.agreements.terms import parse_terms
from openline.accord.bodies import parse_offered, parse_status
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.spans import When
from openline.accord.communique.statement import parse_signature, parse_withdrawal
from openline.accord.declarations.declaration import parse_count, parse_declaration
from openline.accord.declarations.layout import layout_digest
from openline.accord.drafting.bodies import parse_closed, parse_position, parse_tabled
from openline.accord.escrow import bodies as escrow
from openline.accord.formats.notice import parse_notice
from openline.accord.meetings.bodies import parse_meeting, parse_meeting_word
from openline.accord.topics.bodies import parse_capacity, parse_contradiction, parse_filed, parse_topic
from openline.console.accords.runs import chunks
from openline.errors import Malformed
from openline.line.ports import LogId, Store
from openline.record.entry import (
    ACT,
    AGREEMENT,
    CAPACITY,
    CLOSED,
    CONTRADICTION,
    COUNT,
    DECLARATION,
    EXERCISE,
    FILED,
    FORMAT,
    JOINT,
    JOINT_WITHDRAWN,
    LAYOUT,
    MEETING,
    MEETING_WORD,
    NOTHING_HELD,
    NOTICE,
    OFFER,
    POSITION,
    REPORT,
    STATUS,
    TABLED,
    TERMS,
    TOPIC,
    Header,
    Ref,
    parse_header,
)
from openline.record.evidence.findings import Findings, LogFinding

_TIMED: Final = frozenset((ACT, OFFER, STATUS, AGREEMENT, *escrow.KINDS))  # when the others held them matters
_UNSAID_IN_EXERCISES: Final = frozenset((AGREEMENT, STATUS, TERMS, ACT, OFFER, REPORT, JOINT, JOINT_WITHDRAWN, TOPIC,
                                         FILED, CONTRADICTION, CAPACITY, MEETING, MEETING_WORD))  # fmt: skip
_WRITTEN: Final = frozenset((AGREEMENT, STATUS, TERMS, ACT, OFFER, REPORT))
_PAGE: Final = 1000


class Unread(NamedTuple):
    """An entry of these kinds whose body cannot be read: it is kept, and says nothing here."""

    ref: Ref
    why: str


class Follower:
    """Keeps a book level with a store. Call `follow` before asking the book."""

    def __init__(self, store: Store, parties: Sequence[int]) -> None:
        self._store = store
        self.book = Book(parties)
        self._reached = dict.fromkeys(KINDS, 0)
        self._unheld: dict[Ref, NoticeSeen | None] = {}
        self._covering: dict[tuple[LogId, int], tuple[int, int, int]] = {}  # first covered, size, second
        self.unread: list[Unread] = []
        self.newest_ms = 0  # when the last of these entries was written, by its writer's clock

    def follow(self) -> Book:
        """Take in what has come since, and receipts that have come for what was not held yet. Raises StoreDown."""
        while self.follow_some(_PAGE):
            pass
        return self.book

    def follow_some(self, count: int) -> bool:
        """Take in at most so many entries; False when it was level before. Raises StoreDown."""
        for kind in KINDS:
            rows = self._store.find(kind, self._reached[kind], count)
            for log, first, entries in chunks(self._store, rows):
                for index, entry in enumerate(entries, first):
                    self._add(Ref(log.party, log.generation, index), parse_header(entry.header), entry.body)
            if rows:
                self._reached[kind] = rows[-1].position
                return True
        self._hold()
        return False

    def _hold(self) -> None:
        """Receipts that have come since. A receipt covers all before it: behind the first unheld one none is asked."""
        waiting = set()
        for ref, seen in sorted(self._unheld.items()):
            if (ref.party, ref.generation) not in waiting:
                received = self._received(ref)
                self._again(ref, seen, received)
                if received is None:
                    waiting.add((ref.party, ref.generation))

    def _add(self, ref: Ref, header: Header, body: bytes) -> None:
        self.newest_ms = max(self.newest_ms, header.written_at_ms)
        try:
            if header.kind == NOTICE:
                notice = parse_notice(body)
                seen = NoticeSeen(ref, notice, self._received(ref), header.references, bool(header.flags & EXERCISE))
                self._take(seen)
            else:
                take_entry(self.book, ref, header, body)
                if header.kind in _WRITTEN:
                    self.book.lives.written[ref] = header.written_at_ms
                if header.kind in _TIMED:
                    self._again(ref, None, self._received(ref))
        except Malformed as error:
            self.unread.append(Unread(ref, error.reason))

    def _again(self, ref: Ref, seen: NoticeSeen | None, received: When | None) -> None:
        """A notice, or with None another entry, and whether it is proved to be held by now."""
        if seen is not None:
            self._take(seen._replace(received=received))
        elif received is None:
            self._unheld[ref] = None
        else:
            self._unheld.pop(ref, None)
            take_received(self.book, ref, received)

    def _take(self, seen: NoticeSeen) -> None:
        self.book.take_notice(seen)
        if seen.received is None:
            self._unheld[seen.ref] = seen
        else:
            self._unheld.pop(seen.ref, None)

    def _received(self, ref: Ref) -> When | None:
        """When all others held it, by the second that each stamped on the receipt that first covers it."""
        log = LogId(ref.party, ref.generation)
        stamps = []
        for party in self.book.parties:
            if party != ref.party:
                first, size, at_s = self._covering.get((log, party), (0, 0, 0))
                if not first <= ref.index < size:  # one that covers this is the first to cover all from here to its end
                    receipt = self._store.receipt_covering(log, party, ref.index + 1)
                    if receipt is None:
                        return None
                    at_s = receipt.at_s
                    self._covering[log, party] = (ref.index, receipt.size, at_s)
                stamps.append(at_s)
        return _held(stamps)


def _held(stamps: list[int]) -> When | None:
    """A stamp is a whole second: it was held within that one."""
    return When(max(stamps) * 1000, max(stamps) * 1000 + 999) if stamps else None


def take_received(book: Book, ref: Ref, received: When) -> None:
    """When all others held an entry, as receipts prove: to the part of the book that it is of."""
    if not book.sealed.take_held(ref, received):
        book.lives.take_received(ref, received)


def take_paper(book: Book, ref: Ref, kind: int, body: bytes, flags: int = 0) -> None:
    """An entry of which nothing but kind, flags and body matters. Raises Malformed."""
    take_entry(book, ref, Header(ref.index, 0, kind, 0, flags, NOTHING_HELD, (), b""), body)


def take_entry(book: Book, ref: Ref, header: Header, body: bytes) -> None:
    """An entry of any kind but a notice. Raises Malformed."""
    if header.kind in _UNSAID_IN_EXERCISES and header.flags & EXERCISE:
        raise Malformed("an exercise: it changes nothing between the parties")
    if header.kind in (JOINT, JOINT_WITHDRAWN) and header.references:
        raise Malformed("it refers to another entry: signatures and withdrawals refer to nothing")
    _TAKE[header.kind](book, ref, body, header)


_TAKE: Final[dict[int, Callable[[Book, Ref, bytes, Header], None]]] = {
    FORMAT: lambda book, ref, body, _: book.take_offered(ref, parse_offered(body)),
    AGREEMENT: lambda book, ref, body, header: book.take_agreement(ref, body, header.written_at_ms),
    STATUS: lambda book, ref, body, _: book.take_status(ref, parse_status(body)),
    LAYOUT: lambda book, ref, body, _: book.declared.take_offered(ref, parse_offered(body, layout_digest)),
    DECLARATION: lambda book, ref, body, header: book.declared.take_declaration(
        ref, parse_declaration(body), exercise=bool(header.flags & EXERCISE)),
    COUNT: lambda book, ref, body, _: book.declared.take_count(ref, parse_count(body)),
    TERMS: lambda book, ref, body, _: book.lives.take_terms(ref, parse_terms(body)),
    ACT: lambda book, ref, body, _: book.lives.take_act(ref, parse_act(body)),
    OFFER: lambda book, ref, body, _: book.lives.take_offer(ref, parse_offer(body)),
    REPORT: lambda book, ref, body, _: book.lives.take_report(ref, parse_report(body)),
    TABLED: lambda book, ref, body, header: book.take_tabled(ref, parse_tabled(body), header),
    POSITION: lambda book, ref, body, header: book.drafts.take_position(
        ref, parse_position(body), exercise=bool(header.flags & EXERCISE)),
    CLOSED: lambda book, ref, body, header: book.drafts.take_closed(
        ref, parse_closed(body), exercise=bool(header.flags & EXERCISE)),
    TOPIC: lambda book, ref, body, _: book.topics.take_topic(ref, parse_topic(body)),
    FILED: lambda book, ref, body, _: book.topics.take_filed(ref, parse_filed(body)),
    CONTRADICTION: lambda book, ref, body, _: book.topics.take_contradiction(ref, parse_contradiction(body)),
    CAPACITY: lambda book, ref, body, _: book.topics.take_capacity(ref, parse_capacity(body)),
    MEETING: lambda book, ref, body, _: book.meetings.take_meeting(ref, parse_meeting(body)),
    MEETING_WORD: lambda book, ref, body, _: book.meetings.take_word(ref, parse_meeting_word(body)),
    JOINT: lambda book, ref, body, header: book.joint.take_signature(ref, header, parse_signature(body)),
    JOINT_WITHDRAWN: lambda book, ref, body, header: book.joint.take_withdrawal(ref, header, parse_withdrawal(body)),
    **dict.fromkeys(escrow.KINDS, lambda book, ref, body, header: book.sealed.take(
        ref, escrow.parse(header.kind, body), header.after, exercise=bool(header.flags & EXERCISE))),
}  # fmt: skip
KINDS: Final = (NOTICE, *_TAKE)


def _held_by_all(log: LogFinding, index: int, parties: Sequence[int]) -> When | None:
    others = set(parties) - {log.log.party}
    stamps = [one.at_s for one in log.held(index) if one.witness in others]
    return _held(stamps) if len(stamps) == len(others) else None


def book_of(findings: Findings) -> tuple[Book, list[Unread]]:
    """The book of an export: entries whose bodies it does not disclose say nothing."""
    parties = [number for number, party in enumerate(findings.roster.parties) if not party.left]
    book, unread = Book(parties), list[Unread]()
    for log in findings.logs:
        for entry in log.entries:
            if entry.header.kind not in KINDS or entry.body is None:
                continue
            ref = Ref(log.log.party, log.log.generation, entry.header.index)
            try:
                if entry.header.kind == NOTICE:
                    received = _held_by_all(log, entry.header.index, parties)
                    exercise = bool(entry.header.flags & EXERCISE)
                    book.take_notice(
                        NoticeSeen(ref, parse_notice(entry.body), received, entry.header.references, exercise)
                    )
                else:
                    take_entry(book, ref, entry.header, entry.body)
                    timed = entry.header.kind in _TIMED
                    received = _held_by_all(log, entry.header.index, parties) if timed else None
                    if received is not None:
                        take_received(book, ref, received)
            except Malformed as error:
                unread.append(Unread(ref, error.reason))
    return book, unread
