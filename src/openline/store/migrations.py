"""The tables, and the steps that take an older store to them. `STEPS[n]` takes schema n to n + 1.

Every table is STRICT. What was said is append-only by trigger: entries, notes, receipts, nodes, exhibits and
submissions know neither UPDATE nor DELETE, a log row only grows, an attachment's chunks are never changed, only
dropped whole when they turn out not to have its hash, and an entry held ahead goes only into its place in its log. The
triggers guard against our own bugs and careless hands; against a determined one there is `fsck`. R-191, R-196.
"""

from __future__ import annotations

from typing import Final

import apsw

from openline.errors import Misconfigured

APPLICATION_ID: Final = 0x4F4C4E31  # "OLN1" in the file's own header, so that `file` and we can tell it
PAGE_BYTES: Final = 4096  # of a new store: a lone commit writes six pages, and costs a sixth less than with 8192

_TABLES = """
CREATE TABLE logs (
    id INTEGER PRIMARY KEY,            -- stands for (party, generation) in every other table
    party INTEGER NOT NULL CHECK (party BETWEEN 0 AND 7),
    generation BLOB NOT NULL CHECK (length(generation) = 12),
    secret BLOB NOT NULL,
    station BLOB NOT NULL,
    size INTEGER NOT NULL,
    peaks BLOB NOT NULL,
    noted_size INTEGER NOT NULL,
    noted_signature BLOB NOT NULL,
    disputed_from INTEGER,
    UNIQUE (party, generation)
) STRICT;
CREATE TABLE entries (
    position INTEGER PRIMARY KEY,      -- order of arrival in this store
    log INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    arrived_at_ms INTEGER NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    header BLOB NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (log, idx)
) STRICT;
-- Messages (kind 1) are the bulk and are found by walking `entries`; all other kinds are few.
CREATE INDEX entries_by_kind ON entries (kind) WHERE kind <> 1;
CREATE TABLE nodes (
    log INTEGER NOT NULL,
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (log, level, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    log INTEGER NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32),
    signature BLOB NOT NULL,
    PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (
    log INTEGER NOT NULL,
    witness INTEGER NOT NULL,
    size INTEGER NOT NULL,
    at_s INTEGER NOT NULL,
    signature BLOB NOT NULL,
    arrived_at_ms INTEGER NOT NULL,
    PRIMARY KEY (log, witness, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE pq (
    log INTEGER NOT NULL,
    witness INTEGER NOT NULL,
    size INTEGER NOT NULL,
    at_s INTEGER NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (log, witness, size)
) STRICT;
CREATE TABLE exhibits (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    data BLOB NOT NULL,
    noted_at_ms INTEGER NOT NULL,
    proves INTEGER NOT NULL
) STRICT;
CREATE TABLE chunks (
    digest BLOB NOT NULL,
    start INTEGER NOT NULL,
    total INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (digest, start)
) STRICT;
CREATE TABLE submissions (
    token TEXT PRIMARY KEY,
    log INTEGER NOT NULL,
    idx INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE states (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TRIGGER logs_only_grow BEFORE UPDATE ON logs
WHEN NEW.size < OLD.size OR NEW.noted_size < OLD.noted_size OR NEW.id <> OLD.id
  OR NEW.party <> OLD.party OR NEW.generation <> OLD.generation
  OR (OLD.secret <> x'' AND NEW.secret <> OLD.secret) OR (OLD.station <> x'' AND NEW.station <> OLD.station)
BEGIN SELECT RAISE(ABORT, 'logs only grow'); END;
CREATE TRIGGER chunks_stand BEFORE UPDATE ON chunks BEGIN SELECT RAISE(ABORT, 'chunks is append-only'); END;
CREATE TRIGGER logs_stay BEFORE DELETE ON logs BEGIN SELECT RAISE(ABORT, 'logs stay'); END;
"""

_APPEND_ONLY = ("entries", "nodes", "notes", "receipts", "pq", "exhibits", "submissions")


def _append_only(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_stand BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;\n"
        f"CREATE TRIGGER {table}_stay BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;\n"
    )


_AHEAD = """
-- Not by the number of the log: nothing else of it may be held yet.
CREATE TABLE ahead (
    id INTEGER PRIMARY KEY,            -- order of arrival
    party INTEGER NOT NULL CHECK (party BETWEEN 0 AND 7),
    generation BLOB NOT NULL CHECK (length(generation) = 12),
    idx INTEGER NOT NULL CHECK (idx < size),
    header BLOB NOT NULL,
    body BLOB NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    size INTEGER NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32),
    signature BLOB NOT NULL,
    before BLOB NOT NULL,
    behind BLOB NOT NULL,
    secret BLOB NOT NULL,
    station BLOB NOT NULL,
    arrived_at_ms INTEGER NOT NULL,
    UNIQUE (party, generation, idx)
) STRICT;
CREATE TRIGGER ahead_stand BEFORE UPDATE ON ahead BEGIN SELECT RAISE(ABORT, 'ahead is append-only'); END;
-- What was held ahead goes only when its log holds the very same entry.
CREATE TRIGGER ahead_stay BEFORE DELETE ON ahead WHEN NOT EXISTS (
    SELECT 1 FROM logs JOIN entries ON entries.log = logs.id
    WHERE logs.party = OLD.party AND logs.generation = OLD.generation
      AND entries.idx = OLD.idx AND entries.leaf = OLD.leaf
) BEGIN SELECT RAISE(ABORT, 'its log does not hold what was held ahead'); END;
"""

STEPS: tuple[str, ...] = (_TABLES + "".join(map(_append_only, _APPEND_ONLY)), _AHEAD)


def bring_up(conn: apsw.Connection, where: str, steps: tuple[str, ...] = STEPS) -> None:
    """Create the tables, or take an older store to them, one transaction a step: a cut leaves a whole version.

    Raises Misconfigured: not a store of ours, or one written by a newer program.
    """
    version = schema_of(conn, where, steps)
    for number, step in enumerate(steps[version:], start=version + 1):
        conn.execute("BEGIN IMMEDIATE")
        conn.execute(step)
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number}; COMMIT")


def schema_of(conn: apsw.Connection, where: str, steps: tuple[str, ...] = STEPS) -> int:
    """The store's schema version; 0 for an empty file. Raises Misconfigured as `bring_up` does."""
    version = int(conn.pragma("user_version"))
    identity = int(conn.pragma("application_id"))
    empty = not conn.execute("SELECT count(*) FROM sqlite_schema").get
    if identity != APPLICATION_ID and not (empty and identity == 0 and version == 0):
        raise Misconfigured(f"{where} is a database of another program, not a store of ours; name the right file")
    if version > len(steps):
        raise Misconfigured(
            f"{where} has schema {version}, this program knows up to {len(steps)}; "
            "use the newer program, or restore a backup made by this one"
        )
    return version
