"""What a person asks of the record: which entries came, what they say, who holds them since when, who opened them.

Reads a store and changes nothing. A running station reads its own through this; a command may read one beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from openline.accord.bodies import KINDS as ACCORD_KINDS
from openline.console.accords.words import words_of_paper
from openline.console.aloud.hearing import tell_taken
from openline.console.channel.aheads import Aheads
from openline.console.channel.asking import FIND_MAX, PRECEDENCES, Acknowledged, Find, Found, Holding, Place, Shown
from openline.console.codes import Told
from openline.console.ladder.found import Ladder
from openline.console.ladder.released import Releases
from openline.console.ladder.telling import in_words as told_in_words
from openline.console.stating.statements import Statements
from openline.console.stating.telling import in_words
from openline.console.words import parse_place
from openline.contact.saying import STATED_KINDS, Operating, Said, check_references, parse_said
from openline.desk.release import in_a_line, parse_release
from openline.desk.signing import key_in_a_line, parse_key_named
from openline.desk.telling.bodies import TOLD_KINDS, parse_body
from openline.desk.telling.bodies import check_references as check_told
from openline.errors import Malformed
from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import AheadRow, EntryRow, FoundRow, LogId, ReceiptRow, Store
from openline.line.state import Ledger
from openline.record.ahead import parse_held_ahead
from openline.record.body import Message, parse_acknowledgement, parse_message
from openline.record.breach import body_bytes_most, breaches, names_itself
from openline.record.entry import (
    ACKNOWLEDGEMENT,
    EXERCISE,
    HELD_AHEAD,
    INTAKE,
    KEY_OF_OFFICER,
    KIND_NAMES,
    MESSAGE,
    NOTICE_KINDS,
    READ_ALOUD,
    RELEASE,
    Header,
    Ref,
    leaf,
    log_name,
    parse_header,
)
from openline.record.roster import Roster
from openline.record.statement import parse_paused
from openline.record.times import Bounds, receipt_interval

_WINDOW: Final = 512  # positions looked at in one question when listing backwards
_LOOK_BACK_MAX: Final = 100_000  # positions, so that one question about a long record stays one question


def place_of(log: LogId, index: int) -> Place:
    """An entry's name as programs write it."""
    return Place(log.party, log.generation.hex(), index)


def log_of(place: Place) -> LogId:
    """The log an entry stands in."""
    return LogId(place.party, bytes.fromhex(place.generation))


class Ours(Protocol):
    """Whose record it is: who is on the line now, and which of them we are. A `LineState` is one."""

    @property
    def roster(self) -> Roster:
        """The parties and their keys."""

    @property
    def ledger(self) -> Ledger | None:
        """How the line stands, where its charter is known."""

    @property
    def me(self) -> int:
        """Our place on the roster."""


class Reader:
    """The record of one line as this party holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._opened: dict[Ref, list[Acknowledged]] = {}
        self._opened_to = 0
        self._aheads = Aheads(store)
        self.statements = Statements(store)
        self.ladder = Ladder(store)
        self._releases = Releases(store)

    def find(self, ask: Find, ours: Ours) -> Found:
        """Entries after a position, or the newest; oldest first. Never more than FIND_MAX."""
        count = max(1, min(ask.count, FIND_MAX))
        leave_out = ours.me if ask.theirs else None
        if ask.newest:
            rows = self._newest(ask.kind, leave_out, count)
            reached = self.last_position()
        else:
            rows, reached = self._after(ask, leave_out, count)
        ahead = [self._ahead(row, ours) for row in self._aheads.held()]
        return Found(
            [self.shown(row.position, row.log, row.index, ours) for row in rows],
            reached,
            [one for one in ahead if ask.kind in (None, one.kind_number)],
        )

    def at_position(self, position: int, ours: Ours) -> Shown:
        """The entry at a position. Raises Told OL-301 when there is none."""
        return self.shown(position, *self.find_position(position), ours)

    def find_position(self, position: int) -> tuple[LogId, int]:
        """The log and index of the entry at a position. Raises Told OL-301 when there is none."""
        rows = self._store.find(None, position - 1, 1) if position > 0 else []
        if not rows or rows[0].position != position:
            raise Told("OL-301", f"nothing at position {position}; the last one is {self.last_position()}")
        return rows[0].log, rows[0].index

    def find_place(self, name: str) -> tuple[LogId, int]:
        """The log and index of an entry's full name. Raises Told: OL-204, or OL-301 when it is not here."""
        place = parse_place(name)
        log = log_of(place)
        if not any(row.log == log and place.index < row.size for row in self._store.logs()):
            raise Told("OL-301", f"no entry {place} is held here")
        return log, place.index

    def shown_at(self, name: str, ours: Ours) -> Shown:
        """The entry of that full name, also one that is held ahead. Raises Told: OL-204, OL-301."""
        place = parse_place(name)
        row = self._aheads.row(log_of(place), place.index)
        if row is not None:
            return self._ahead(row, ours)
        log, index = self.find_place(name)
        return self.shown(self.position_of(log, index), log, index, ours)

    def bare_at(self, name: str, ours: Ours) -> Shown:
        """The same without what others said of it: what decides an act must not read on in the record for that.

        Raises Told: OL-204, OL-301.
        """
        place = parse_place(name)
        row = self._aheads.row(log_of(place), place.index)
        if row is not None:
            shown = self._bare(0, row.log, EntryRow(row.header, row.body, row.leaf), row.arrived_at_ms, ours)
            shown.ahead_of = self._aheads.lacking(row)
            return shown
        log, index = self.find_place(name)
        [entry] = self._store.entries(log, index, 1, COMMIT_BYTES_MAX)
        position, [arrived_at_ms] = self.position_of(log, index), self._store.arrivals(log, index, 1)
        return self._bare(position, log, entry, arrived_at_ms, ours)

    def find_here(self, name: str) -> tuple[LogId, int, int]:
        """Log, index and kind of an entry that is held here, also ahead of its log. Raises Told: OL-204, OL-301."""
        place = parse_place(name)
        row = self._aheads.row(log_of(place), place.index)
        if row is not None:
            return row.log, row.index, parse_header(row.header).kind
        log, index = self.find_place(name)
        return log, index, self._store.kinds(log, index, 1)[0]

    def last_position(self) -> int:
        """Where the newest entry stands: positions count every entry of every log, from 1, without gaps."""
        return sum(row.size for row in self._store.logs())

    def position_of(self, log: LogId, index: int) -> int:
        """Where an entry stands. Raises Told OL-301 when it is not here."""
        position = self._store.position_of(log, index)
        if position is None:
            raise Told("OL-301", f"no entry {place_of(log, index)} is held here")
        return position

    def shown(self, position: int, log: LogId, index: int, ours: Ours) -> Shown:
        """One entry with all its evidence. Raises Told OL-301 when it is not here."""
        rows = self._store.entries(log, index, 1, COMMIT_BYTES_MAX)
        if not rows:
            raise Told("OL-301", f"no entry {place_of(log, index)} is held here")
        return self._shown(position, log, rows[0], self._store.arrivals(log, index, 1)[0], ours)

    def _ahead(self, row: AheadRow, ours: Ours) -> Shown:
        shown = self._shown(0, row.log, EntryRow(row.header, row.body, row.leaf), row.arrived_at_ms, ours)
        shown.ahead_of = self._aheads.lacking(row)
        return shown

    def _bare(self, position: int, log: LogId, row: EntryRow, arrived_at_ms: int, ours: Ours) -> Shown:
        header, body = parse_header(row.header), row.body
        index = header.index
        disputed_from = next((row.disputed_from for row in self._store.logs() if row.log == log), None)
        shown = Shown(
            position=position,
            place=str(place_of(log, index)),
            party=log.party,
            name=name_of(ours.roster, log.party),
            ours=log.party == ours.me,
            kind=KIND_NAMES.get(header.kind, f"kind {header.kind}"),
            kind_number=header.kind,
            written_at_ms=header.written_at_ms,
            arrived_at_ms=arrived_at_ms,
            precedence=PRECEDENCES[header.precedence],
            exercise=bool(header.flags & EXERCISE),
            references=[ref.full_name for ref in header.references],
            disputed=disputed_from is not None and index >= disputed_from,
        )
        shown.breaches = list(_breaches(log, header, body, ours))
        shown.leaf = leaf(row.header).hex()
        _tell_body(shown, header, body, lambda: tell_taken(shown, body, ours.roster, self._store))
        return shown

    def _shown(self, position: int, log: LogId, row: EntryRow, arrived_at_ms: int, ours: Ours) -> Shown:
        shown = self._bare(position, log, row, arrived_at_ms, ours)
        header = parse_header(row.header)
        ref = Ref(log.party, log.generation, header.index)
        if position:
            shown.release = self._releases.of(log, header, row.body, ours.roster.line_id)
        shown.held, shown.lacking = self._evidence(log, header.index, arrived_at_ms, ours)
        shown.acknowledged = self._acknowledged(ref, ours.roster)
        shown.said_ahead = self._aheads.said_of(log, header.index)
        for said in shown.said_ahead:
            said.name = name_of(ours.roster, said.party)
        names = [party.name for party in ours.roster.parties]
        shown.stated = self.statements.about(ref, shown.exercise, names)
        if header.kind == MESSAGE or header.kind in NOTICE_KINDS:
            self._climb(shown, ref, header, names)
        return shown

    def _climb(self, shown: Shown, ref: Ref, header: Header, names: list[str]) -> None:
        """What was told of a message past its acknowledgement."""
        shown.understood = self.ladder.understood(ref, shown.exercise, names)
        shown.passed = self.ladder.passed(ref, shown.exercise, names)
        shown.related = self.ladder.related(ref, shown.exercise, names)
        shown.crossed = [one.full_name for one in self.ladder.crossed(LogId(ref.party, ref.generation), header)]

    def _after(self, ask: Find, leave_out: int | None, count: int) -> tuple[list[FoundRow], int]:
        rows: list[FoundRow] = []
        reached = ask.after
        while page := self._store.find(ask.kind, reached, FIND_MAX):
            for row in page:
                reached = row.position
                if row.log.party != leave_out:
                    rows.append(row)
                if len(rows) == count:
                    return rows, reached
        return rows, reached

    def _newest(self, kind: int | None, leave_out: int | None, count: int) -> list[FoundRow]:
        last = upto = self.last_position()
        rows: list[FoundRow] = []
        while upto > 0 and len(rows) < count and last - upto < _LOOK_BACK_MAX:
            start = max(0, upto - _WINDOW)
            page = self._store.find(kind, start, _WINDOW)
            rows = [row for row in page if row.position <= upto and row.log.party != leave_out] + rows
            upto = start
        return rows[-count:]

    def _evidence(self, log: LogId, index: int, arrived_at_ms: int, ours: Ours) -> tuple[list[Holding], list[str]]:
        """Receipts of all parties but the author and us, and the names of those that gave none."""
        held: list[Holding] = []
        lacking: list[str] = []
        for party in range(len(ours.roster.parties)):
            if party in (log.party, ours.me):
                continue
            receipt = self._store.receipt_covering(log, party, index + 1)
            if receipt is not None:
                written_ms = arrived_at_ms if log.party == ours.me else None
                held.append(_holding(receipt, written_ms, name_of(ours.roster, party)))
            elif not ours.roster.parties[party].left:
                lacking.append(name_of(ours.roster, party))
        return held, lacking

    def _acknowledged(self, ref: Ref, roster: Roster) -> list[Acknowledged]:
        while rows := self._store.find(ACKNOWLEDGEMENT, self._opened_to, FIND_MAX):
            for row in rows:
                self._note_opened(row, roster)
            self._opened_to = rows[-1].position
        return self._opened.get(ref, [])

    def _note_opened(self, row: FoundRow, roster: Roster) -> None:
        entry = self._store.entries(row.log, row.index, 1, COMMIT_BYTES_MAX)[0]
        header = parse_header(entry.header)
        try:
            said = parse_acknowledgement(entry.body)
        except Malformed:
            return  # held and shown raw like every entry; it opens nothing
        note = Acknowledged(
            party=row.log.party, name=name_of(roster, row.log.party), place=str(place_of(row.log, row.index)),
            at_ms=header.written_at_ms, officer=said.officer, role=said.role, note=said.remark,
        )
        for ref in header.references:
            if ref.party != row.log.party:  # nobody opens for the other party what it wrote itself
                self._opened.setdefault(ref, []).append(note)


def name_of(roster: Roster, party: int) -> str:
    """A party's name, or its number when the roster here does not have it."""
    return roster.parties[party].name if party < len(roster.parties) else f"party {party}"


def _holding(receipt: ReceiptRow, written_ms: int | None, name: str) -> Holding:
    interval = receipt_interval(receipt.at_s, receipt.arrived_at_ms, Bounds(not_before_ms=written_ms))
    return Holding(
        party=receipt.witness, name=name, size=receipt.size, stamped_ms=receipt.at_s * 1000,
        arrived_at_ms=receipt.arrived_at_ms, earliest_ms=interval.earliest_ms,
        latest_ms=interval.latest_ms if interval.latest_ms is not None else receipt.arrived_at_ms,
        disputed=interval.disputed, signature=receipt.signature.hex(),
    )


def _breaches(log: LogId, header: Header, body: bytes, ours: Ours) -> Iterator[str]:
    if ours.ledger is not None:
        most = body_bytes_most(ours.ledger.charter, ours.ledger.standing)
        yield from breaches(header.kind, header.precedence, len(body), most)
    if names_itself(log.party, header.after):
        yield "it names its own party among those whose logs or receipts it holds, which says nothing"


def _tell_body(shown: Shown, header: Header, body: bytes, told_aloud: Callable[[], None]) -> None:
    try:
        if header.kind == READ_ALOUD:
            told_aloud()
            return
        if header.kind == MESSAGE:
            _tell_message(shown, parse_message(body))
            return
        if header.kind == ACKNOWLEDGEMENT:
            said = parse_acknowledgement(body)
            shown.text = said.remark
            shown.subject = f"opened by {said.officer}" + (f", {said.role}" if said.role else "")
            return
        if header.kind == HELD_AHEAD:
            ahead = parse_held_ahead(body)
            shown.subject = f"holds {ahead.of.full_name} ahead of its log, under a checkpoint of {ahead.size}"
            return
        if header.kind in STATED_KINDS:
            _tell_stated(shown, parse_said(header.kind, body), header)
            return
        if header.kind in ACCORD_KINDS:
            shown.subject = words_of_paper(header.kind, body)
            return
        if header.kind == INTAKE:
            paused = parse_paused(body)
            log = log_name((paused.party, paused.generation))
            shown.subject = f"intake of {log} paused at {paused.size}: more than {paused.entries_per_minute} a minute"
            return
        if header.kind in TOLD_KINDS:
            said_of = parse_body(header.kind, body)
            check_told(said_of, header.references)
            shown.subject = told_in_words(said_of)
            return
        if header.kind == RELEASE:
            shown.subject = in_a_line(parse_release(body))
            return
        if header.kind == KEY_OF_OFFICER:
            shown.subject = key_in_a_line(parse_key_named(body))
            return
    except Malformed as error:
        shown.subject = f"a body that cannot be read: {error.reason}"
    shown.body = body.hex()


def _tell_stated(shown: Shown, said: Said, header: Header) -> None:
    check_references(said, header.references)
    shown.subject = in_words(said)
    if isinstance(said, Operating):
        shown.subject, shown.text, shown.language = f"service message by {said.officer}", said.text, said.language


def _tell_message(shown: Shown, message: Message) -> None:
    shown.subject, shown.text, shown.language = message.subject, message.text, message.language
    shown.action, shown.info = list(message.action), list(message.info)
    shown.reply_by_ms = message.reply_by_ms
    shown.in_reply_to = message.in_reply_to.full_name if message.in_reply_to else None
    shown.attachments = [f"{a.name} ({a.size} bytes, {a.media_type}, SHA-256 {a.digest.hex()})"
                         for a in message.attachments]
    shown.released_by = list(message.released_by)
