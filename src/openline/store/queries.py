"""Every question the store answers, as SQL. `sqlite.py` owns the connections; this file owns what is asked of them.

Answers come from a connection of their own, so they can be given while a commit is under way, and always show whole
commits. No query here walks a log: each touches an index range as long as its answer.
"""

# ruff: noqa: S608  (what is joined into a statement here are constants of this file; values are always bound)

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final

import apsw

from openline.errors import StoreDown
from openline.limits import PARTIES_MAX
from openline.line.ports import (
    AheadRow,
    BlobRow,
    EntryRow,
    ExhibitRow,
    FoundRow,
    LogId,
    LogRow,
    NoteRow,
    PqRow,
    ReceiptRow,
)

_MESSAGE: Final = 1  # the one kind outside the index entries_by_kind
_LOG = "(SELECT id FROM logs WHERE party = ? AND generation = ?)"
_INTEGRITY: Final = {
    "{}": "PRAGMA integrity_check",
    **{
        f"{{}} rows of {table} belong to no log": f"SELECT count(*) FROM {table} WHERE log NOT IN (SELECT id FROM logs)"
        for table in ("entries", "nodes", "notes", "receipts", "pq")
    },
    "{} submissions name entries that are not held": (
        "SELECT count(*) FROM submissions AS s WHERE NOT EXISTS "
        "(SELECT 1 FROM entries AS e WHERE e.log = s.log AND e.idx = s.idx)"
    ),
}
_BLOB = "SELECT digest, start + length(data), total FROM chunks"


class Queries(ABC):
    """The reading half of the SQLite store."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[apsw.Connection]:
        """A connection to read from, for the length of a `with`; database errors leave it as StoreDown."""

    def _rows(self, sql: str, bindings: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._reading() as conn:
            return list(conn.execute(sql, bindings))

    def logs(self) -> list[LogRow]:
        """Every log held, in the order they were first put."""
        with self._reading() as conn:
            return list(read_logs(conn).values())

    def entries(self, log: LogId, first: int, count_max: int, bytes_max: int) -> list[EntryRow]:
        """Entries from `first` on, at most `count_max` and `bytes_max`, but at least one if there is one."""
        sql = f"SELECT header, body, leaf FROM entries WHERE log = {_LOG} AND idx >= ? ORDER BY idx LIMIT ?"
        with self._reading() as conn:
            return _fitting(conn.execute(sql, (*log, first, count_max)), bytes_max)

    def leaves(self, log: LogId, first: int, count: int) -> list[bytes]:
        """Leaf hashes of `count` entries from `first`, fewer where the log ends."""
        sql = f"SELECT leaf FROM entries WHERE log = {_LOG} AND idx >= ? ORDER BY idx LIMIT ?"
        return [leaf for (leaf,) in self._rows(sql, (*log, first, count))]

    def arrivals(self, log: LogId, first: int, count: int) -> list[int]:
        """When we committed each entry, in ms of our clock."""
        sql = f"SELECT arrived_at_ms FROM entries WHERE log = {_LOG} AND idx >= ? ORDER BY idx LIMIT ?"
        return [at for (at,) in self._rows(sql, (*log, first, count))]

    def position_of(self, log: LogId, index: int) -> int | None:
        """Where `find` finds an entry; None where it is not held."""
        found = self._rows(f"SELECT position FROM entries WHERE log = {_LOG} AND idx = ?", (*log, index))
        return int(found[0][0]) if found else None

    def kinds(self, log: LogId, first: int, count: int) -> list[int]:
        """Under which kind each entry is found."""
        sql = f"SELECT kind FROM entries WHERE log = {_LOG} AND idx >= ? ORDER BY idx LIMIT ?"
        return [kind for (kind,) in self._rows(sql, (*log, first, count))]

    def nodes(self, log: LogId, level: int, first: int, count: int) -> list[bytes]:
        """Stored nodes of one level from `first`, stopping at the first that is not stored."""
        sql = f"SELECT idx, hash FROM nodes WHERE log = {_LOG} AND level = ? AND idx >= ? ORDER BY idx LIMIT ?"
        found = self._rows(sql, (*log, level, first, count))
        return [node for place, (index, node) in enumerate(found) if index == first + place]

    def notes(self, log: LogId, from_size: int, to_size: int) -> list[NoteRow]:
        """Checkpoints with from_size <= size <= to_size, ascending."""
        sql = f"SELECT size, root, signature FROM notes WHERE log = {_LOG} AND size BETWEEN ? AND ? ORDER BY size"
        return [NoteRow(*row) for row in self._rows(sql, (*log, from_size, to_size))]

    def note_at_or_after(self, log: LogId, size: int) -> NoteRow | None:
        """The smallest checkpoint that covers `size`."""
        sql = f"SELECT size, root, signature FROM notes WHERE log = {_LOG} AND size >= ? ORDER BY size LIMIT 1"
        return next((NoteRow(*row) for row in self._rows(sql, (*log, size))), None)

    def note_at_or_before(self, log: LogId, size: int) -> NoteRow | None:
        """The largest checkpoint of at most `size`."""
        sql = f"SELECT size, root, signature FROM notes WHERE log = {_LOG} AND size <= ? ORDER BY size DESC LIMIT 1"
        return next((NoteRow(*row) for row in self._rows(sql, (*log, size))), None)

    def receipts(self, log: LogId) -> list[ReceiptRow]:
        """Every receipt for this log, by witness, then size."""
        sql = f"SELECT witness, size, at_s, signature, arrived_at_ms FROM receipts WHERE log = {_LOG} ORDER BY 1, 2"
        return [ReceiptRow(*row) for row in self._rows(sql, tuple(log))]

    def receipt_covering(self, log: LogId, witness: int, size: int) -> ReceiptRow | None:
        """The receipt of `witness` with the smallest size >= `size`."""
        sql = (
            f"SELECT witness, size, at_s, signature, arrived_at_ms FROM receipts "
            f"WHERE log = {_LOG} AND witness = ? AND size >= ? ORDER BY size LIMIT 1"
        )
        return next((ReceiptRow(*row) for row in self._rows(sql, (*log, witness, size))), None)

    def newest_receipts(self, log: LogId) -> list[ReceiptRow]:
        """The largest receipt of each witness, by witness. One descent a party: a log may have a million receipts."""
        sql = (
            f"SELECT witness, size, at_s, signature, arrived_at_ms FROM receipts "
            f"WHERE log = {_LOG} AND witness = ? ORDER BY size DESC LIMIT 1"
        )
        return [ReceiptRow(*row) for witness in range(PARTIES_MAX) for row in self._rows(sql, (*log, witness))]

    def pq_statements(self, log: LogId) -> list[PqRow]:
        """Every ML-DSA-44 statement about this log, by witness, then size."""
        sql = f"SELECT witness, size, at_s, signature FROM pq WHERE log = {_LOG} ORDER BY witness, size"
        return [PqRow(*row) for row in self._rows(sql, tuple(log))]

    def submission(self, token: str) -> tuple[LogId, int] | None:
        """The entry that a local submission became."""
        sql = "SELECT party, generation, idx FROM submissions JOIN logs ON logs.id = submissions.log WHERE token = ?"
        return next(((LogId(party, gen), index) for party, gen, index in self._rows(sql, (token,))), None)

    def state(self, name: str) -> tuple[int, bytes] | None:
        """A named snapshot: its version and its bytes."""
        found = self._rows("SELECT version, data FROM states WHERE name = ?", (name,))
        return (int(found[0][0]), bytes(found[0][1])) if found else None

    def states(self) -> list[str]:
        """The names of all snapshots, sorted."""
        return [name for (name,) in self._rows("SELECT name FROM states ORDER BY name")]

    def ahead(self) -> list[AheadRow]:
        """Every entry held ahead of its log, in order of arrival."""
        sql = (
            "SELECT party, generation, idx, header, body, leaf, size, root, signature, before, behind, secret, "
            "station, arrived_at_ms FROM ahead ORDER BY id"
        )
        return [AheadRow(LogId(party, generation), *rest) for party, generation, *rest in self._rows(sql)]

    def exhibits(self) -> list[ExhibitRow]:
        """Every exhibit, in the order they were kept."""
        found = self._rows("SELECT digest, data, noted_at_ms, proves FROM exhibits ORDER BY id")
        return [ExhibitRow(digest, data, at_ms, bool(proves)) for digest, data, at_ms, proves in found]

    def blob(self, digest: bytes) -> BlobRow | None:
        """How much of an attachment is held."""
        found = self._rows(f"{_BLOB} WHERE digest = ? ORDER BY start DESC LIMIT 1", (digest,))
        return BlobRow(*found[0]) if found else None

    def blob_bytes(self, digest: bytes, offset: int, count: int) -> bytes:
        """Held bytes of an attachment from `offset`, at most `count`."""
        sql = (
            "SELECT start, data FROM chunks WHERE digest = ?1 AND start < ?2 + ?3 AND start >= "
            "(SELECT max(start) FROM chunks WHERE digest = ?1 AND start <= ?2) ORDER BY start"
        )
        found = self._rows(sql, (digest, offset, count))
        return b"".join(data[max(0, offset - at) : max(0, offset + count - at)] for at, data in found)

    def blobs(self) -> list[BlobRow]:
        """Every attachment of which something is held, by digest."""
        sql = f"{_BLOB} AS c WHERE start = (SELECT max(start) FROM chunks WHERE digest = c.digest) ORDER BY digest"
        return [BlobRow(*row) for row in self._rows(sql)]

    def find(self, kind: int | None, after_position: int, limit: int) -> list[FoundRow]:
        """Entries of one kind (None: of any) past a position, in order of arrival."""
        which = "" if kind is None else " AND kind = ?2" + (" AND kind <> 1" if kind != _MESSAGE else "")
        sql = (
            "SELECT position, party, generation, idx FROM entries CROSS JOIN logs ON logs.id = entries.log "
            f"WHERE position > ?1{which} AND ?2 IS ?2 ORDER BY position LIMIT ?3"
        )
        found = self._rows(sql, (after_position, kind, limit))
        return [FoundRow(position, LogId(party, gen), index) for position, party, gen, index in found]

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with its own file, and rows that belong to nothing; [] if nothing."""
        found: list[str] = []
        for what, sql in _INTEGRITY.items():
            try:
                found += [what.format(answer) for (answer,) in self._rows(sql) if answer not in ("ok", 0)]
            except StoreDown as fault:
                found.append(str(fault))
        return found


def read_logs(conn: apsw.Connection) -> dict[int, LogRow]:
    """The log rows by their small number."""
    sql = (
        "SELECT id, party, generation, secret, station, size, peaks, noted_size, noted_signature, disputed_from "
        "FROM logs ORDER BY id"
    )
    return {number: LogRow(LogId(party, gen), *rest) for number, party, gen, *rest in conn.execute(sql)}


def _fitting(found: Iterable[tuple[Any, ...]], bytes_max: int) -> list[EntryRow]:
    """The first rows that fit, read one by one: what does not fit is not fetched."""
    rows: list[EntryRow] = []
    left = bytes_max
    for header, body, leaf in _lazily(found):
        left -= len(header) + len(body)
        if left < 0 and rows:
            break
        rows.append(EntryRow(header, body, leaf))
    return rows


def _lazily(found: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    yield from found
