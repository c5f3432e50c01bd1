"""A real line's logs, signed and receipted, put into a store as the line would."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import apsw

from openline.line.ports import (
    AheadRow,
    EntryRow,
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
    Store,
    Write,
)
from openline.record import entry, merkle
from openline.record.ahead import nodes_between
from openline.record.exhibit import TwoRoots, encode_exhibit
from openline.record.note import MLDSA44_BYTES, parse_timestamped
from openline.store.sqlite import SqliteStore
from tests.rooms.record.world import OPENED_AT_MS, Log, two

ENTRIES = 600
NOTED = (1, 2, 100, 256, 257, 300, 512, 599, ENTRIES)
AT_S = OPENED_AT_MS // 1_000
BLOB = bytes(range(256)) * 1_000


def written(noted: tuple[int, ...] = NOTED, pq_at: int = 512) -> Log:
    """Party 0's log: 600 entries, some checkpoints, receipts of party 1, a post-quantum pair."""
    log = Log(two(), 0)
    for size in noted:
        while log.size < size:
            kind = entry.ACKNOWLEDGEMENT if log.size % 50 == 49 else entry.MESSAGE
            log.write(b"entry %d" % log.size, kind=kind)
        log.sign()
        if size != 257:
            log.receipt(1, AT_S + size)
    log.pq(0, 0, pq_at)
    log.pq(1, AT_S + pq_at, pq_at)
    return log


def turns(log: Log) -> list[list[Write]]:
    """The log as turns, one for each checkpoint."""
    done: list[list[Write]] = []
    first, peaks = 0, ()
    for size, lines in log.lines.items():
        rows = [EntryRow(*row) for row in zip(log.headers, log.bodies, log.leaves, strict=True)][first:size]
        peaks, nodes = merkle.extend(first, peaks, log.leaves[first:size])
        root, author = merkle.root(peaks), lines[0].signature
        station = log.side.certificate.digest
        row = LogRow(log.log, log.secret, station, size, b"".join(peaks), size, author, None)
        writes: list[Write] = [
            PutLog(row),
            PutEntries(log.log, first, rows, OPENED_AT_MS + size),
            PutNodes(log.log, nodes),
            PutNote(log.log, size, root, author),
        ]
        for line in lines[1:]:
            if len(line.signature) == 8 + MLDSA44_BYTES:
                witness = log.log.party if line.name == log.origin else 1
                writes.append(PutPq(log.log, witness, size, *parse_timestamped(line.signature, MLDSA44_BYTES)))
            else:
                writes.append(PutReceipt(log.log, 1, size, *parse_timestamped(line.signature, 64), OPENED_AT_MS))
        done.append(writes)
        first = size
    return done


def ahead(index: int = 5, size: int = 8) -> AheadRow:
    """An entry of party 1's log that came before those below it."""
    log = Log(two(), 1, life=3)
    while log.size < size:
        log.write(b"theirs %d" % log.size)
    signature = log.lines[log.sign()][0].signature
    before, _ = merkle.extend(0, (), log.leaves[:index])
    behind = [merkle.root_of(log.leaves[at << level : at + 1 << level]) for level, at in nodes_between(index + 1, size)]
    return AheadRow(
        log.log, index, log.headers[index], log.bodies[index], log.leaves[index], size, merkle.root_of(log.leaves),
        signature, b"".join(before), b"".join(behind), log.secret, log.side.certificate.digest, OPENED_AT_MS,
    )  # fmt: skip


def beside(log: Log, blob: bytes = BLOB) -> list[Write]:
    """An exhibit that proves, one of junk, an attachment, a submission, a snapshot, an entry held ahead."""
    one, other = Log(two(), 1), Log(two(), 1)
    one.write(b"peace"), other.write(b"war")
    one.sign(), other.sign()
    proof = encode_exhibit(TwoRoots(one.note(), other.note()))
    return [
        PutExhibit(sha256(proof).digest(), proof, OPENED_AT_MS, True),
        PutExhibit(sha256(b"junk").digest(), b"junk", OPENED_AT_MS, False),
        *[PutBlob(sha256(blob).digest(), at, len(blob), blob[at : at + 65_536]) for at in range(0, len(blob), 65_536)],
        PutSubmission("a message of ours", log.log, 7),
        PutState("count", 1, b"600"),
        PutAhead(ahead()),
    ]


def fill(store: Store, log: Log, blob: bytes = BLOB) -> None:
    """Commit all of it."""
    for writes in turns(log):
        store.commit(writes)
    store.commit(beside(log, blob))


def filled(path: Path, log: Log, blob: bytes = BLOB) -> None:
    """A store with all of it, closed."""
    store = SqliteStore(path)
    fill(store, log, blob)
    store.close()


def meddle(path: Path, sql: str, *bindings: object) -> None:
    """Change a closed store behind its back, triggers or not."""
    conn = apsw.Connection(str(path))
    for (name,) in list(conn.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute(sql, bindings)  # type: ignore[arg-type]
    assert conn.changes() > 0, "the meddling must change something"
    conn.close()
