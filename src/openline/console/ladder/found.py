"""Everything told about messages, found as entries come: by message, and of each party its directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from openline.console.ladder.rows import DirectoryRow, OfficeRow, PassedRow, RelatedRow, UnderstoodRow
from openline.desk.telling.bodies import Offices, Passed, Relation, Understood, Which
from openline.desk.telling.counting import Told, counts_of, in_force, read_told, stands_beside
from openline.errors import Malformed
from openline.limits import COMMIT_BYTES_MAX, LOG_ENTRIES_MAX
from openline.line.ports import LogId, Store
from openline.record.entry import (
    EXERCISE,
    MESSAGE,
    NOTICE_KINDS,
    OFFICES,
    PASSED,
    RELATION,
    UNDERSTOOD,
    Header,
    Ref,
    parse_header,
)
from openline.record.times import crossed, held_before

KINDS: Final = (UNDERSTOOD, PASSED, RELATION, OFFICES)
CROSSED_MAX: Final = 16  # that are named at one message
_PAGE: Final = 1000
_KINDS_AT_ONCE: Final = 256
_CROSSING_ENTRIES_MAX: Final = 8192  # of one log, looked at for messages that crossed one of ours
_DONE: Final = {
    Which.CORRECTS: "corrected by", Which.WITHDRAWS: "withdrawn by", Which.SUPERSEDES: "superseded by",
    Which.FORWARDS: "forwarded by",
}  # fmt: skip
_DOES: Final = {
    Which.CORRECTS: "corrects", Which.WITHDRAWS: "withdraws", Which.SUPERSEDES: "supersedes", Which.FORWARDS: "forwards"
}


class Ladder:
    """What was told about messages, as this party holds it."""

    def __init__(self, store: Store, kept: tuple[int, ...] = KINDS) -> None:
        """`kept`: of which kinds all that is found stays in memory."""
        self._store = store
        self._reached = dict.fromkeys(kept, 0)
        self._about: dict[Ref, list[Told]] = {}
        self._by: dict[Ref, Told] = {}  # what a message does to others, by the message
        self._directories: list[Told] = []

    # ---------------------------------------------------------------- about a message
    def understood(self, message: Ref, exercise: bool, names: list[str]) -> list[UnderstoodRow]:
        """What officers of the other side said was understood, in order."""
        return [
            UnderstoodRow(told.at.ref.party, _name(names, told), told.at.ref.full_name, told.at.at_ms, *told.said)
            for told in self._counting(message, exercise)
            if isinstance(told.said, Understood)
        ]

    def passed(self, message: Ref, exercise: bool, names: list[str]) -> list[PassedRow]:
        """To whom it was passed, in order."""
        return [
            PassedRow(
                party=told.at.ref.party, name=_name(names, told), place=told.at.ref.full_name, at_ms=told.said.at_ms,
                office=told.said.office, how=told.said.how, officer=told.said.officer, role=told.said.role,
            )
            for told in self._counting(message, exercise)
            if isinstance(told.said, Passed)
        ]  # fmt: skip

    def related(self, message: Ref, exercise: bool, names: list[str]) -> list[RelatedRow]:
        """What was done to it by later entries, and what it does itself to earlier ones."""
        rows = []
        own = self._beside(message)
        if own is not None and self._holds(own) and isinstance(own.said, Relation):
            rows += [
                _related(own, own.said, _DOES[own.said.which], of, names)
                for of in own.about
                if self._is_message(of, own.exercise) and counts_of(own, of, own.exercise)
            ]
        for told in self._counting(message, exercise):
            if isinstance(told.said, Relation):
                by = told.at.ref
                if told.said.beside:
                    by = by._replace(index=by.index - 1)
                rows.append(_related(told, told.said, _DONE[told.said.which], by, names))
        return rows

    def _beside(self, message: Ref) -> Told | None:
        """What a message does to others, as the entry straight behind it says."""
        self._look()
        return self._by.get(message)

    def _said_of(self, message: Ref) -> Sequence[Told]:
        """Everything told that names a message."""
        self._look()
        return self._about.get(message, ())

    def _counting(self, message: Ref, exercise: bool) -> list[Told]:
        found = [one for one in self._said_of(message) if self._holds(one) and counts_of(one, message, exercise)]
        return sorted(found, key=lambda one: (one.at.at_ms, one.at.ref))

    def _holds(self, told: Told) -> bool:
        """Not beyond where its log is disputed: two histories, or a key that was revoked."""
        ends = {row.log: row.disputed_from for row in self._store.logs() if row.disputed_from is not None}
        return told.at.ref.index < ends.get(told.at.log, LOG_ENTRIES_MAX)

    def _is_message(self, ref: Ref, exercise: bool) -> bool:
        """Whether a message or notice that is held stands there, in earnest or not."""
        rows = self._store.entries(LogId(ref.party, ref.generation), ref.index, 1, COMMIT_BYTES_MAX)
        header = parse_header(rows[0].header) if rows else None
        return header is not None and _is_one(header) and bool(header.flags & EXERCISE) == exercise

    # ---------------------------------------------------------------- directories
    def directory(self, party: int) -> Told | None:
        """A party's directory that is in force."""
        self._look()
        return in_force(one for one in self._directories if self._holds(one)).get(party)

    def directory_row(self, party: int, name: str) -> DirectoryRow:
        """The same as it is shown."""
        told = self.directory(party)
        if told is None or not isinstance(told.said, Offices):
            return DirectoryRow(party, name, "", 0, [], [])
        offices = [
            OfficeRow(one.short, one.full, dict(one.addresses), one.hours, one.telephone) for one in told.said.offices
        ]
        return DirectoryRow(party, name, told.at.ref.full_name, told.at.at_ms, offices, list(told.said.released_by))

    # ---------------------------------------------------------------- crossed
    def crossed(self, log: LogId, header: Header) -> list[Ref]:
        """Messages of other parties that crossed this one, the first CROSSED_MAX of each log. (R-095)"""
        if not _is_one(header):
            return []
        return [ref for row in self._store.logs() if row.log.party != log.party
                for ref in self._crossed_in(row.log, row.size, log, header)]  # fmt: skip

    def _crossed_in(self, other: LogId, size: int, log: LogId, header: Header) -> Iterator[Ref]:
        """From the first entry that it was written without, up to the first message written knowing it."""
        found = 0
        first = next((one.size for one in header.after.held if one[:2] == other), 0)
        if first == 0 and held_before(header, other, 0):
            return  # a later life of that party is held: this one had ended before
        for start in range(first, min(size, first + _CROSSING_ENTRIES_MAX), _KINDS_AT_ONCE):
            for index, kind in enumerate(self._store.kinds(other, start, _KINDS_AT_ONCE), start):
                if kind != MESSAGE and kind not in NOTICE_KINDS:
                    continue
                [row] = self._store.entries(other, index, 1, COMMIT_BYTES_MAX)
                if found == CROSSED_MAX or not crossed(header, log, parse_header(row.header), other):
                    return
                found += 1
                yield Ref(other.party, other.generation, index)

    # ---------------------------------------------------------------- finding
    def _look(self) -> None:
        for kind in self._reached:
            while rows := self._store.find(kind, self._reached[kind], _PAGE):
                self._reached[kind] = rows[-1].position
                for row in rows:
                    told = self.read(row.log, row.index)
                    if told is not None:
                        self._keep(told)

    def read(self, log: LogId, index: int) -> Told | None:
        """What an entry tells; None where it says nothing: it is held and shown like every entry."""
        before, entry = None, self._store.entries(log, index, 1, COMMIT_BYTES_MAX)[0]
        header = parse_header(entry.header)
        try:
            told = read_told(log, header, entry.body)
        except Malformed:
            return None
        if isinstance(told.said, Relation):
            if index > 0:
                [row] = self._store.entries(log, index - 1, 1, COMMIT_BYTES_MAX)
                before = (parse_header(row.header), row.body)
            if not stands_beside(told.said, header, before):
                return None
        return told

    def _keep(self, told: Told) -> None:
        if isinstance(told.said, Offices):
            self._directories.append(told)
        if isinstance(told.said, Relation) and told.said.beside:
            self._by[told.at.ref._replace(index=told.at.ref.index - 1)] = told
        for ref in told.about:
            self._about.setdefault(ref, []).append(told)


def _is_one(header: Header) -> bool:
    return header.kind == MESSAGE or header.kind in NOTICE_KINDS


def _related(told: Told, said: Relation, which: str, other: Ref, names: list[str]) -> RelatedRow:
    return RelatedRow(
        which=which, party=told.at.ref.party, name=_name(names, told), place=other.full_name,
        told_at=told.at.ref.full_name,
        at_ms=told.at.at_ms, note=said.note, language=said.language, released_by=list(said.released_by),
    )  # fmt: skip


def _name(names: list[str], told: Told) -> str:
    party = told.at.ref.party
    return names[party] if party < len(names) else f"party {party}"
