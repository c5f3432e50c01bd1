"""Judging an exported record offline: what was signed, by whom, held by whom since when; what is missing or doubtful.

Nothing but the file is needed. Whose keys the charter's root keys are, the file cannot prove: the reader compares
their party ids with cards got in person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from openline.errors import Malformed, PeerFault, Unchecked
from openline.record.breach import body_bytes_most, breaches
from openline.record.entry import DISPUTE, LogId, entry_name, log_name
from openline.record.evidence import export
from openline.record.evidence.aheads import ahead_doubts, stated_ahead
from openline.record.evidence.export import (
    Arrival,
    CardPaper,
    CertificatePaper,
    CharterPaper,
    Entry,
    ExhibitPaper,
    Head,
    Item,
    LogStart,
    NotePaper,
    Proof,
    RevocationPaper,
)
from openline.record.evidence.findings import Doubt, Findings, Job, LogFinding, Unsettled, verify
from openline.record.evidence.weigh import receipts_of, weigh
from openline.record.exhibit import Accusation, judge
from openline.record.joining import joined_doubts, record_of
from openline.record.logbook import LogBook
from openline.record.members import Members, Paper, read_members, with_revocations
from openline.record.roster import station_of
from openline.record.standing import Standing, stand
from openline.seal.charter import parse_charter
from openline.seal.party import Card, parse_card

_ORDER: Final = (Head, CharterPaper, CardPaper, CertificatePaper, RevocationPaper, LogStart, ExhibitPaper)
_OF_A_LOG: Final = (Entry, NotePaper, Proof, Arrival)


def judge_export(items: Iterable[Item], jobs: list[Job] | None = None) -> Unsettled:
    """Read an export to its end. The signatures in `.jobs` are still to be verified. (R-171 to R-177)

    `jobs`: an empty list to which each is added as soon as it is read, for who verifies them meanwhile.

    Raises Malformed or Forged at the first thing that is not as it was signed, naming the log and the entry.
    """
    walk = _Walk([] if jobs is None else jobs)
    for item in items:
        walk.take(item)
    return walk.end()


def judge_at_once(items: Iterable[Item]) -> Findings:
    """Read an export and verify its signatures one after another. Raises Malformed or Forged."""
    unsettled = judge_export(items)
    return unsettled.settle([verify(job) for job in unsettled.jobs])


class _Walk:
    def __init__(self, jobs: list[Job]) -> None:
        self.stage = -1
        self.head: Head | None = None
        self.charter = b""
        self.papers: set[CardPaper | CertificatePaper | RevocationPaper] = set()
        self.cards: list[tuple[int, Card]] = []
        self.certificates: list[Paper] = []
        self.revocations: list[Paper] = []
        self.members: Members | None = None
        self.books: dict[LogId, LogBook] = {}
        self.book: LogBook | None = None
        self.exhibits: list[bytes] = []
        self.jobs = jobs

    def take(self, item: Item) -> None:
        book = self.book
        if isinstance(item, _OF_A_LOG):
            if book is None or self.stage != _ORDER.index(LogStart):
                raise Malformed(f"export: a {type(item).__name__} outside any log")
            self._take_of_log(book, item)
        else:
            self._take_paper(item)

    @staticmethod
    def _take_of_log(book: LogBook, item: Entry | NotePaper | Proof | Arrival) -> None:
        match item:
            case Entry():
                book.take_entry(item)
            case NotePaper():
                book.take_note(item.data)
            case Proof():
                book.take_proof(item)
            case Arrival():
                book.take_arrival(item)

    def _take_paper(self, item: Item) -> None:
        stage = _ORDER.index(type(item))
        once = stage <= _ORDER.index(CharterPaper)
        if stage < self.stage or (stage == self.stage and once) or (once and stage != self.stage + 1):
            raise Malformed(f"export: a {type(item).__name__} out of order")
        if self.stage < _ORDER.index(CharterPaper) < stage:
            raise Malformed("export: it does not begin with its head and the charter")
        self.stage = stage
        if isinstance(item, CardPaper | CertificatePaper | RevocationPaper):
            if item in self.papers:
                raise Malformed(f"export: a {type(item).__name__} stands in it twice")
            self.papers.add(item)
        match item:
            case Head():
                self.head = item
            case CharterPaper():
                self.charter = item.data
            case CardPaper():
                self.cards.append((item.party, parse_card(item.data)))
            case CertificatePaper():
                self.certificates.append((item.party, item.data))
            case RevocationPaper():
                self.revocations.append((item.party, item.data))
            case LogStart():
                self._open_log(item)
            case ExhibitPaper():
                self._close_log()
                self.exhibits.append(item.data)

    def _read_members(self, head: Head) -> Members:
        if self.members is None:
            founders = len(parse_charter(self.charter).parties)
            joined = [card for party, card in sorted(self.cards, key=_party) if party >= founders]
            self.members = read_members(self.charter, self.certificates, self.revocations, joined)
            if self.members.roster.line_id != head.line_id:
                raise Malformed("export: its head names another line than its charter")
            parties = self.members.roster.parties
            for party, card in self.cards:
                if party >= len(parties) or card.party_id != parties[party].party_id:
                    raise Malformed(f"export: the card of {card.name!r} is not of party {party}")
            if head.by >= len(parties):
                raise Malformed(f"export: its head says that party {head.by} made it, which is not on this roster")
        return self.members

    def _open_log(self, item: LogStart) -> None:
        self._close_log()
        assert self.head is not None
        roster = self._read_members(self.head).roster
        log = LogId(item.party, item.generation)
        if log in self.books:
            raise Malformed(f"export: {log_name(log)} stands in it twice")
        try:
            self.book = LogBook(item, roster, self.head.kind == export.RECORD, self.jobs)
        except Unchecked as lack:
            raise Malformed(f"export: {log_name(log)}: {lack}") from lack
        self.books[log] = self.book

    def _close_log(self) -> None:
        if self.book is not None:
            self.book.close()
            self.book = None

    def end(self) -> Unsettled:
        self._close_log()
        if self.head is None or self.stage < _ORDER.index(CharterPaper):
            raise Malformed("export: it holds no head and no charter")
        members = self._read_members(self.head)
        standing = stand(members.charter, record_of(self.books.values(), [one for _, one in members.revocations]))
        doubts = [*joined_doubts(members.roster, standing), *_breaches(self.books.values(), members, standing)]
        doubts += _out_of_dates(self.books.values(), members)
        members = with_revocations(members, standing.revocations)
        weighed = weigh(self.books, members.revocations, self.head.kind == export.RECORD)
        ahead = stated_ahead(self.books)
        accusations, unproven = self._judge_exhibits(members)
        findings = Findings(
            self.head,
            members.charter,
            members.roster,
            tuple(card for _, card in self.cards),
            standing,
            tuple(self._finding(book, members, accusations) for _, book in sorted(self.books.items())),
            tuple(accusations),
            tuple(unproven),
            weighed.missing,
            (*doubts, *weighed.doubts, *ahead_doubts(ahead)),
            len(self.jobs),
            ahead,
        )
        return Unsettled(findings, self.jobs)

    def _judge_exhibits(self, members: Members) -> tuple[list[Accusation], list[str]]:
        accusations: dict[LogId, Accusation] = {}
        unproven: list[str] = []
        in_entries = [
            finding.body
            for book in self.books.values()
            for finding in book.entries
            if finding.header.kind == DISPUTE and finding.body
        ]
        for data in (*self.exhibits, *in_entries):
            try:
                found = judge(data, members.roster)
                book = self.books.get(found.log)
                if book is not None:
                    found = judge(data, members.roster, book.start.station)
            except (PeerFault, Unchecked) as fault:
                unproven.append(str(fault))
                continue
            known = accusations.get(found.log)
            if known is None or found.size < known.size:
                accusations[found.log] = found
        return list(accusations.values()), unproven

    def _finding(self, book: LogBook, members: Members, accusations: list[Accusation]) -> LogFinding:
        station = station_of(members.roster, book.log.party, book.start.station)
        disputed = [found.size for found in accusations if found.log == book.log]
        if station.revoked:
            disputed += self._uncovered(book, members)
        return LogFinding(
            book.log,
            station,
            book.start.size,
            tuple(book.entries),
            len(book.noted),
            receipts_of(book, self.books, members.roster),
            tuple(book.pq_sizes),
            book.withheld,
            min(disputed, default=None),
            book.proved,
        )

    @staticmethod
    def _uncovered(book: LogBook, members: Members) -> list[int]:
        """Under a revoked key: entries past what the revocation agrees to and what another party's receipt covers.

        In an extract an entry is covered under the very checkpoint that its proof leads to, and under no other. (R-176)
        """
        agreed = [
            one
            for party, revocation in members.revocations
            for one in revocation.agreed
            if party == book.log.party and one.generation == book.log.generation
        ]
        receipted = {size for _, size in book.receipts}
        if book.proved is not None:
            good = receipted | {one.size for one in agreed if book.noted.get(one.size) == one.root}
            return [index for index, size in book.proved.items() if size not in good]
        covered = max([0, *receipted, *(one.size for one in agreed)])
        return [covered] if covered < book.start.size else []


def _breaches(books: Iterable[LogBook], members: Members, standing: Standing) -> Iterator[Doubt]:
    """Bodies beyond what the terms ever allowed. (R-183)"""
    most = body_bytes_most(members.charter, standing)
    for book in books:
        for header, body in book.entries:
            for breach in breaches(header.kind, header.precedence, len(body or b""), most):
                name = entry_name(book.log, header.index)
                yield Doubt("beyond-the-terms", book.log, header.index, f"{name} breaks the terms: {breach}")


def _out_of_dates(books: Iterable[LogBook], members: Members) -> Iterator[Doubt]:
    """Entries that say they were written outside the dates of their station's certificate. (R-044)"""
    for book in books:
        station = station_of(members.roster, book.log.party, book.start.station)
        outside = [
            header.index
            for header, _ in book.entries
            if not station.not_before_ms <= header.written_at_ms < station.not_after_ms
        ]
        if outside:
            more = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
            name = entry_name(book.log, outside[0]) + more
            sentence = f"{name}: written, by their own time, outside the dates of their station's certificate"
            yield Doubt("out-of-dates", book.log, outside[0], sentence)


def _party(numbered: tuple[int, Card]) -> int:
    return numbered[0]
