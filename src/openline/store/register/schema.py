"""The register's file: its tables, its version, and what of it is open at a glance.

`to_open`, `to_answer` are of messages of others: whether an officer here shall open, or answer. `unopened`,
`unanswered` are of ours: whether somebody else has still to. Each has an index of the open ones alone. `seen` and
`answered` are bits by party. `asks`: an officer of the other side is asked to acknowledge it.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x4F4C5247  # "OLRG"
VERSION: Final = 3  # of the tables and of what is folded into them: another one is made anew from the record

SCHEMA: Final = """
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE logs (id INTEGER PRIMARY KEY, party INTEGER NOT NULL, generation BLOB NOT NULL,
                   UNIQUE (party, generation)) STRICT;
CREATE TABLE messages (
    position INTEGER PRIMARY KEY, log INTEGER NOT NULL, idx INTEGER NOT NULL, kind INTEGER NOT NULL,
    precedence INTEGER NOT NULL, flags INTEGER NOT NULL, subject TEXT NOT NULL, language TEXT NOT NULL,
    written_at_ms INTEGER NOT NULL, arrived_at_ms INTEGER NOT NULL,
    reply_by_ms INTEGER, reply_due_ms INTEGER, answers_log INTEGER, answers_idx INTEGER, crossed INTEGER,
    seen INTEGER NOT NULL DEFAULT 0, answered INTEGER NOT NULL DEFAULT 0, silence INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0, ours INTEGER NOT NULL, concerns INTEGER NOT NULL,
    asks INTEGER NOT NULL,
    to_open INTEGER NOT NULL DEFAULT 0, to_answer INTEGER NOT NULL DEFAULT 0,
    unopened INTEGER NOT NULL DEFAULT 0, unanswered INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX messages_place ON messages (log, idx);
CREATE INDEX messages_answering ON messages (answers_log, answers_idx) WHERE answers_log IS NOT NULL;
CREATE INDEX messages_to_open ON messages (precedence, arrived_at_ms) WHERE to_open = 1;
CREATE INDEX messages_to_answer ON messages (precedence, reply_due_ms) WHERE to_answer = 1;
CREATE INDEX messages_only_to_answer ON messages (precedence) WHERE to_answer = 1 AND to_open = 0;
CREATE INDEX messages_unopened ON messages (precedence, position) WHERE unopened = 1;
CREATE INDEX messages_unanswered ON messages (precedence, reply_due_ms) WHERE unanswered = 1;
CREATE INDEX messages_only_unanswered ON messages (precedence) WHERE unanswered = 1 AND unopened = 0;
CREATE TABLE steps (
    id INTEGER PRIMARY KEY, log INTEGER NOT NULL, idx INTEGER NOT NULL, word TEXT NOT NULL,
    by_log INTEGER NOT NULL, by_idx INTEGER NOT NULL, position INTEGER NOT NULL, flags INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, arrived_at_ms INTEGER NOT NULL, officer TEXT NOT NULL, role TEXT NOT NULL,
    words TEXT NOT NULL, until_ms INTEGER
) STRICT;
CREATE INDEX steps_of ON steps (log, idx);
CREATE VIRTUAL TABLE words USING fts5 (
    subject, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
"""
