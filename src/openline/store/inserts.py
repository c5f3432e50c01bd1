"""A turn's writes as SQL. Runs inside a transaction that the caller opened and will end."""

# ruff: noqa: S608  (what is joined into a statement here are constants of this file; values are always bound)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

import apsw

from openline.errors import LocalFault
from openline.line.ports import (
    DropAhead,
    DropBlob,
    LogId,
    LogRow,
    PutAhead,
    PutBlob,
    PutEntries,
    PutExhibit,
    PutLog,
    PutNodes,
    PutNote,
    PutPq,
    PutReceipt,
    PutState,
    PutSubmission,
    Write,
)
from openline.store.turn import kind_of, short

# One statement a batch, not one a row: the interpreter's lock is given up at every step of a statement, and beside a
# busy thread each taking back can cost a whole switch interval (500 rows: 150 ms instead of 4).
_BATCHES: Final = (512, 64, 8, 1)
_ENTRY = "(?,?,?,?,?,?,?)"
_ENTRIES: Final = {
    rows: f"INSERT INTO entries (log, idx, kind, arrived_at_ms, leaf, header, body) VALUES {','.join([_ENTRY] * rows)}"
    for rows in _BATCHES
}


def apply(
    conn: apsw.Connection, writes: Sequence[Write], rows: Mapping[LogId, LogRow], known: Mapping[LogId, int]
) -> dict[LogId, int]:
    """Put `writes`, whose logs end as `rows` (see `turn.after_turn`). Gives the numbers of logs new in this turn.

    Raises LocalFault: a note, submission or chunk contradicts one that is held. Lets apsw's errors through.
    """
    new = _put_logs(conn, rows, known)
    numbers = {**known, **new} if new else known
    for write in writes:
        match write:
            case PutLog():
                pass  # all of them above, before anything that names them
            case PutEntries():
                _put_entries(conn, numbers[write.log], write)
            case PutNodes():
                sql = "INSERT INTO nodes (log, level, idx, hash) VALUES (?,?,?,?)"
                conn.executemany(sql, [(numbers[write.log], *node) for node in write.nodes])
            case PutNote():
                _put_note(conn, numbers[write.log], write)
            case PutReceipt():
                sql = "INSERT INTO receipts VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING"
                conn.execute(sql, (numbers[write.log], *write[1:]))
            case PutPq():
                sql = "INSERT INTO pq (log, witness, size, at_s, signature) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"
                conn.execute(sql, (numbers[write.log], *write[1:]))
            case PutAhead(row):
                sql = f"INSERT INTO ahead VALUES (NULL,{','.join('?' * 14)})"
                conn.execute(sql, (*row.log, *row[1:]))
            case DropAhead():
                pass  # below, after the entries that take their place
            case PutExhibit() | PutState() | PutBlob() | PutSubmission() | DropBlob():
                _put_other(conn, numbers, write)
            case _:
                assert_never(write)
    dropped = [(*write.log, write.index) for write in writes if isinstance(write, DropAhead)]
    if dropped:
        conn.executemany("DELETE FROM ahead WHERE party = ? AND generation = ? AND idx = ?", dropped)
    return new


def _put_logs(conn: apsw.Connection, rows: Mapping[LogId, LogRow], known: Mapping[LogId, int]) -> dict[LogId, int]:
    new: dict[LogId, int] = {}
    for log, row in rows.items():
        number = known.get(log)
        if number is None:
            conn.execute("INSERT INTO logs VALUES (NULL,?,?,?,?,?,?,?,?,?)", (*log, *row[1:]))
            new[log] = conn.last_insert_rowid()
        else:
            sql = (
                "UPDATE logs SET secret = ?, station = ?, size = ?, peaks = ?, noted_size = ?, noted_signature = ?, "
                "disputed_from = ? WHERE id = ?"
            )
            conn.execute(sql, (*row[1:], number))
    return new


def _put_entries(conn: apsw.Connection, log: int, write: PutEntries) -> None:
    at, end = 0, len(write.rows)
    first, arrived = write.first, write.arrived_at_ms
    for batch in _BATCHES:
        while end - at >= batch:
            values: list[Any] = []
            for index, (header, body, leaf) in enumerate(write.rows[at : at + batch], start=first + at):
                values += (log, index, kind_of(header), arrived, leaf, header, body)
            conn.execute(_ENTRIES[batch], values)
            at += batch


def _put_note(conn: apsw.Connection, log: int, write: PutNote) -> None:
    sql = "INSERT INTO notes (log, size, root, signature) VALUES (?,?,?,?) ON CONFLICT DO NOTHING"
    conn.execute(sql, (log, write.size, write.root, write.signature))
    if not conn.changes():
        held = conn.execute("SELECT root FROM notes WHERE log = ? AND size = ?", (log, write.size)).get
        if held != write.root:
            raise LocalFault(f"{short(write.log)}: a second root for size {write.size}; that is an exhibit")


def _put_other(
    conn: apsw.Connection,
    numbers: Mapping[LogId, int],
    write: PutExhibit | PutState | PutBlob | PutSubmission | DropBlob,
) -> None:
    match write:
        case PutExhibit(digest, data, noted_at_ms, proves):
            sql = "INSERT INTO exhibits VALUES (NULL,?,?,?,?) ON CONFLICT DO NOTHING"
            conn.execute(sql, (digest, data, noted_at_ms, int(proves)))
        case PutState(name, version, data):
            sql = (
                "INSERT INTO states VALUES (?,?,?) "
                "ON CONFLICT (name) DO UPDATE SET version = excluded.version, data = excluded.data"
            )
            conn.execute(sql, (name, version, data))
        case PutBlob():
            sql = "SELECT start + length(data), total FROM chunks WHERE digest = ? ORDER BY start DESC LIMIT 1"
            held, total = next(conn.execute(sql, (write.digest,)), (0, write.total))
            rest = rest_of(write, held, total)
            if rest:
                conn.execute("INSERT INTO chunks VALUES (?,?,?,?)", (write.digest, held, write.total, rest))
        case DropBlob(digest):
            conn.execute("DELETE FROM chunks WHERE digest = ?", (digest,))
        case PutSubmission(token, log, index):
            place = (numbers[log], index)
            held = conn.execute("SELECT log, idx FROM submissions WHERE token = ?", (token,)).get
            if held is None:
                conn.execute("INSERT INTO submissions VALUES (?,?,?)", (token, *place))
            elif held != place:
                raise LocalFault(f"submission {token!r} already became another entry")


def rest_of(write: PutBlob, held: int, total: int) -> bytes:
    """What a chunk adds to the `held` bytes of an attachment; b"" if nothing. Raises LocalFault: a gap, or too much."""
    end = write.offset + len(write.data)
    name = f"attachment {write.digest.hex()[:12]}"
    if write.total != total:
        raise LocalFault(f"{name}: a chunk speaks of {write.total} bytes in all, the first one spoke of {total}")
    if write.offset > held or end > total:
        raise LocalFault(f"{name}: bytes {write.offset} to {end} do not follow the {held} held of {total}")
    return write.data[held - write.offset :] if end > held else b""
