"""Writes the record, or an extract of it, as the file that `openline verify` and anybody else reads."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.channel.asking import Exported
from openline.console.codes import Told
from openline.console.disclosing.choosing import (
    PAGE_BYTES,
    PAGE_ENTRIES,
    Choice,
    Shown,
    scope_of,
    shown_bodies,
)
from openline.console.kept.papers import Papers, roster_of
from openline.errors import Refused
from openline.line.nodes import nodes_of
from openline.line.ports import LogId, LogRow, NoteRow, PqRow, ReceiptRow, Store
from openline.record import merkle
from openline.record.entry import log_name, salt_for
from openline.record.evidence import export as files
from openline.record.note import (
    NoteSignature,
    author_line,
    checkpoint_text,
    format_note,
    pq_line,
    receipt_line,
)
from openline.record.roster import Roster, check_pq, check_receipt, origin_of, receipt_name_of, station_of
from openline.record.statement import ALWAYS_SHOWN

NOTES_PAGE: Final = 100_000


class Wanted(NamedTuple):
    """What an export is to hold: with `places` an extract of these; else every header, and all bodies, none, or those
    of a choice."""

    places: Sequence[tuple[LogId, int]] = ()
    bodies: bool = True
    choice: Choice | None = None


class Exporter:
    """One reading of a store. What is appended meanwhile is left out: sizes are fixed at the start."""

    def __init__(self, store: Store, papers: Papers, now_ms: int) -> None:
        self._store = store
        self._papers = papers
        self._roster: Roster = roster_of(papers)
        self._now_ms = now_ms
        self._rows = sorted((row for row in store.logs() if row.size), key=lambda row: row.log)
        self.entries = 0

    def chosen(self, choice: Choice) -> Iterator[files.Item]:
        """Every header of every log, with the bodies of a choice. (R-350)"""
        shown = shown_bodies(self._store, self._rows, choice)
        scope = scope_of(choice, sum(len(one) for one in shown.values()))
        yield from self.record(bodies=False, scope=scope, shown=shown)

    def record(self, *, bodies: bool, scope: str, shown: Shown | None = None) -> Iterator[files.Item]:
        """Every header of every log, with all bodies, or those `shown` and those that always are."""
        yield files.Head(self._papers.line_id, files.RECORD, self._now_ms, self._papers.me, scope)
        yield from self._papers_of_line()
        for row in self._rows:
            yield self._log_start(row, row.size)
            yield from self._whole_log(row, bodies=bodies, shown=(shown or {}).get(row.log, set()))
        yield from (files.ExhibitPaper(one.data) for one in self._store.exhibits() if one.proves)

    def extract(self, chosen: Sequence[tuple[LogId, int]], *, scope: str) -> Iterator[files.Item]:
        """Chosen entries, each with its proof under a checkpoint that others receipted, and nothing else."""
        yield files.Head(self._papers.line_id, files.EXTRACT, self._now_ms, self._papers.me, scope)
        yield from self._papers_of_line()
        wanted: dict[LogId, list[int]] = defaultdict(list)
        for log, index in sorted(set(chosen)):
            wanted[log].append(index)
        for row in self._rows:
            if row.log in wanted:
                yield from self._some_entries(row, wanted[row.log])

    def _papers_of_line(self) -> Iterator[files.Item]:
        papers = self._papers
        yield files.CharterPaper(papers.charter.encode())
        for number, card in enumerate(papers.cards):
            yield files.CardPaper(number, card.signed)
        for number, certificate in papers.certificates:
            yield files.CertificatePaper(number, certificate.signed)
        for number, revocation in papers.revocations:
            yield files.RevocationPaper(number, revocation.signed)

    def _log_start(self, row: LogRow, size: int) -> files.LogStart:
        """`size` is that of the newest checkpoint of this log in the file."""
        station = station_of(self._roster, row.log.party, row.station)
        return files.LogStart(row.log.party, row.log.generation, station.digest, size)

    def _whole_log(self, row: LogRow, *, bodies: bool, shown: set[int]) -> Iterator[files.Item]:
        receipts = self._receipts(row)
        notes = iter(self._notes(row, receipts))
        due = next(notes, None)
        at = 0
        while at < row.size:
            page = self._store.entries(row.log, at, min(PAGE_ENTRIES, row.size - at), PAGE_BYTES)
            if not page:
                raise Told("OL-101", f"{log_name(row.log)} lacks entry {at} below its own size; run `openline fsck`")
            kinds = [] if bodies else self._store.kinds(row.log, at, len(page))
            for place, entry in enumerate(page):
                is_shown = bodies or at in shown or kinds[place] in ALWAYS_SHOWN
                salt = salt_for(row.secret, at) if is_shown else None
                yield files.Entry(entry.header, entry.body if is_shown else None, salt)
                at += 1
                self.entries += 1
                if due is not None and due.size == at:
                    yield from self._note(row, due, receipts.get(at, []))
                    due = next(notes, None)

    def _some_entries(self, row: LogRow, indexes: Sequence[int]) -> Iterator[files.Item]:
        receipts = self._receipts(row)
        under = {index: self._covering(row, index + 1, receipts) for index in indexes}
        yield self._log_start(row, max(note.size for note in under.values()))
        for note in sorted(set(under.values())):
            yield from self._note(row, note, receipts.get(note.size, []))
        for index in indexes:
            entry = self._store.entries(row.log, index, 1, PAGE_BYTES)[0]
            yield files.Entry(entry.header, entry.body, salt_for(row.secret, index))
            size = under[index].size
            yield files.Proof(size, tuple(merkle.inclusion_proof(index, size, nodes_of(self._store, row.log))))
            self.entries += 1

    def _covering(self, row: LogRow, size: int, receipts: dict[int, list[ReceiptRow]]) -> NoteRow:
        """The first checkpoint over `size` that most others receipted, else the first at all."""
        over = (one for one in receipts if one >= size)
        receipted = min(over, key=lambda one: (-len(receipts[one]), one), default=None)
        note = self._store.note_at_or_after(row.log, receipted or size)
        if note is None:
            raise Told("OL-101", f"{log_name(row.log)}: no checkpoint over entry {size - 1}; run `openline fsck`")
        return note

    def _receipts(self, row: LogRow) -> dict[int, list[ReceiptRow]]:
        """Receipts by the checkpoint they are for; only where we hold the author's checkpoint of that size."""
        found: dict[int, list[ReceiptRow]] = defaultdict(list)
        for receipt in self._store.receipts(row.log):
            if receipt.size <= row.size:
                found[receipt.size].append(receipt)
        return found

    def _notes(self, row: LogRow, receipts: dict[int, list[ReceiptRow]]) -> Iterator[NoteRow]:
        """Checkpoints that somebody receipted, and the newest: the others prove nothing more."""
        pq = {statement.size for statement in self._store.pq_statements(row.log)}
        at = 1
        while at <= row.size:
            page = self._store.notes(row.log, at, min(row.size, at + NOTES_PAGE - 1))
            yield from (n for n in page if n.size in receipts or n.size in pq or n.size == row.size)
            at += NOTES_PAGE

    def _note(self, row: LogRow, note: NoteRow, receipts: Sequence[ReceiptRow]) -> Iterator[files.Item]:
        origin = origin_of(self._roster, row.log)
        station = station_of(self._roster, row.log.party, row.station)
        lines = [author_line(origin, station.note_key, note.signature)]
        for receipt in receipts:
            lines.append(self._receipt_line(row.log, note, receipt))
        pq = [one for one in self._store.pq_statements(row.log) if one.size == note.size]
        lines += [self._pq_line(row.log, note, one) for one in pq]
        text = checkpoint_text(origin, note.size, note.root)
        yield files.NotePaper(format_note(text, tuple(lines)))
        for receipt in receipts:
            yield files.Arrival(receipt.witness, note.size, receipt.arrived_at_ms)

    def _receipt_line(self, log: LogId, note: NoteRow, receipt: ReceiptRow) -> NoteSignature:
        stations = self._roster.parties[receipt.witness].stations
        station = stations[-1]
        if len(stations) > 1:  # a receipt does not say which station gave it
            checked = check_receipt(
                self._roster, log, receipt.witness, note.size, note.root, receipt.at_s, receipt.signature
            )
            station = checked.station
        name = receipt_name_of(self._roster, receipt.witness)
        return receipt_line(name, station.receipt_key, receipt.at_s, receipt.signature)

    def _pq_line(self, log: LogId, note: NoteRow, one: PqRow) -> NoteSignature:
        author = one.witness == log.party
        name = origin_of(self._roster, log) if author else receipt_name_of(self._roster, one.witness)
        stations = self._roster.parties[one.witness].stations
        station = stations[-1]
        if len(stations) > 1:
            checked = check_pq(self._roster, log, one.witness, one.size, note.root, one.at_s, one.signature)
            station = checked.station
        return pq_line(name, station.mldsa_key, one.at_s, one.signature)


def write_export(path: Path, items: Iterator[files.Item], exporter: Exporter) -> Exported:
    """Write an export whole: beside its place, synced, renamed. Raises Told OL-702 when the path is taken."""
    if path.exists():
        raise Told("OL-702", f"{path} is there already")
    part = path.with_name(path.name + ".part")
    digest = hashlib.sha256()
    size = 0
    with part.open("wb") as file:
        for piece in files.spell_export(items):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return Exported(str(path), exporter.entries, size, digest.hexdigest())


def export(store: Store, papers: Papers, path: Path, wanted: Wanted, now_ms: int) -> Exported:
    """Write what is wanted. Raises Refused for an extract of which bodies are chosen: its entries are the choice."""
    exporter = Exporter(store, papers, now_ms)
    if wanted.places:
        if wanted.choice is not None or not wanted.bodies:
            raise Refused("an extract shows its entries whole; choose entries or bodies, not both")
        scope = f"{len(set(wanted.places))} chosen entries"
        return write_export(path, exporter.extract(wanted.places, scope=scope), exporter)
    if wanted.choice is not None:
        return write_export(path, exporter.chosen(wanted.choice), exporter)
    scope = "all entries, all bodies" if wanted.bodies else "all entries, no bodies"
    return write_export(path, exporter.record(bodies=wanted.bodies, scope=scope), exporter)
