"""The writing half: reads the record on from where the register is, and writes what came, one transaction a batch.

What does not fit the record any more (another one, an older one, one with a dispute that was not known) and what is
damaged is thrown away and made again. The file is synced by checkpoints only: a power cut costs reading on again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import apsw

from openline.desk.asked import asks
from openline.errors import StoreDown
from openline.line.ports import EntryRow, FoundRow, LogId, LogRow
from openline.record.body import Message
from openline.record.entry import Header, Ref, parse_header
from openline.store.register import reading
from openline.store.register.folding import folded
from openline.store.register.reading import Said, message_of, said_by
from openline.store.register.schema import APPLICATION_ID, SCHEMA, VERSION
from openline.store.turn import kind_of

SLOTS: Final = 16  # of words for each message: its original at 0, translations from 1 on
_BATCH_BYTES: Final = 1024 * 1024
_BUSY_MS: Final = 2_000
_SEEN: Final = frozenset(("opened", "understood", "passed", "answered", "refused", "holding reply"))
_ANSWERS: Final = frozenset(("answered", "refused", "accepted"))
_ENDS: Final = frozenset(("withdrawn", "superseded"))
_BEFORE: Final = (
    "SELECT word, logs.party, flags, until_ms FROM steps JOIN logs ON logs.id = by_log WHERE log = ? AND idx = ?"
)
_SETTLE: Final = """
UPDATE messages SET
    to_open = ours = 0 AND asks AND (seen & ?1) = 0,
    to_answer = ours = 0 AND ended = 0 AND concerns AND (answered & ?1) = 0 AND reply_due_ms IS NOT NULL,
    unopened = ours AND asks AND ended = 0 AND (?2 & ~seen) <> 0,
    unanswered = ours AND ended = 0 AND silence = 0 AND answered = 0 AND reply_due_ms IS NOT NULL
WHERE log = ?3 AND idx = ?4
"""


class Source(Protocol):
    """What the register reads of a record. A `line.ports.Store` is one."""

    def logs(self) -> list[LogRow]: ...
    def find(self, kind: int | None, after_position: int, limit: int) -> list[FoundRow]: ...
    def entries(self, log: LogId, first: int, count_max: int, bytes_max: int) -> list[EntryRow]: ...
    def arrivals(self, log: LogId, first: int, count: int) -> list[int]: ...


class Whose(NamedTuple):
    """Whose record it is: our place, and the places of all others on the line; which offices are ours and theirs."""

    me: int
    others: tuple[int, ...]
    our_offices: frozenset[str] = frozenset()
    their_offices: frozenset[str] = frozenset()

    @property
    def all_others(self) -> int:
        """As bits."""
        return sum(1 << party for party in self.others)

    def concerns(self, message: Message) -> bool:
        """Whether an answer is ours to give: not where only offices of others shall act."""
        action = set(message.action)
        return not action or bool(action & self.our_offices) or not action & self.their_offices


class Words(NamedTuple):
    """A translation of the message at a position. `slot`: 1 to SLOTS - 1; the same one again replaces it."""

    position: int
    slot: int
    text: str


class Register:
    """One file, one writer. Raises StoreDown where the disk does not take it; nothing else depends on that."""

    def __init__(self, path: Path, whose: Whose) -> None:
        self.path = path
        self.whose = whose
        self.reached = 0  # the record is in here up to this position
        self.rebuilt = ""  # why it was made anew last
        self.made = 0  # so often since this was opened: who reads beside opens again
        self._conn: apsw.Connection | None = None
        self._logs: dict[LogId, int] = {}
        self._kept: dict[str, Any] = {}
        with _as_store_down(path):
            try:
                self._open()
            except (apsw.NotADBError, apsw.CorruptError) as fault:
                self._make_anew(f"it was damaged ({fault})")

    def close(self) -> None:
        """Let go of the file."""
        with suppress(apsw.Error):
            if self._conn is not None:
                self._conn.close(True)
        self._conn = None

    # ---------------------------------------------------------------- opening
    def _open(self) -> None:
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        conn = self._conn = apsw.Connection(str(self.path))
        conn.set_busy_timeout(_BUSY_MS)
        conn.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000").fetchall()
        number = conn.execute("PRAGMA application_id").get
        if number and (number, conn.execute("PRAGMA user_version").get) != (APPLICATION_ID, VERSION):
            self._make_anew("it was made by another version of the program")
            return
        if not number:
            with conn:
                conn.execute(SCHEMA)
                conn.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}")
        rows = conn.execute("SELECT id, party, generation FROM logs")
        self._logs = {LogId(party, generation): number for number, party, generation in rows}
        found = conn.execute("SELECT value FROM kept WHERE name = 'state'").get
        self._kept = json.loads(str(found)) if found else {"reached": 0, "leaf": "", "disputed": [], "crossed": {}}
        self.reached = int(self._kept["reached"])

    def _make_anew(self, why: str) -> None:
        self.close()
        for name in (self.path, Path(f"{self.path}-wal"), Path(f"{self.path}-shm")):
            name.unlink(missing_ok=True)
        self.rebuilt = why
        self.made += 1
        self._open()

    # ---------------------------------------------------------------- following
    def check(self, source: Source) -> None:
        """Make anew what does not belong to this record. Call when either was opened. Raises StoreDown."""
        why = self._misfit(source)
        with _as_store_down(self.path):
            if why:
                self._make_anew(why)
            elif self._connection().execute("PRAGMA quick_check(1)").get != "ok":
                self._make_anew("it was damaged")

    def _misfit(self, source: Source) -> str:
        """Why this is not a register of that record, or empty."""
        if self.reached and self._kept.get("me") != self.whose.me:
            return "the record says otherwise now who wrote what"
        return misfit(self._kept, source)

    def follow(self, source: Source, count: int) -> int:
        """Take in at most `count` entries; answers how many there were. Raises StoreDown: nothing was taken."""
        rows = source.find(None, self.reached, count)
        if not rows:
            return 0
        disputed = _disputed(source)
        if disputed != self._kept["disputed"] and self.reached:
            with _as_store_down(self.path):
                self._make_anew("a log came to be disputed")
            return self.follow(source, count)
        ends = {LogId(party, bytes.fromhex(generation)): first for party, generation, first in disputed}
        before = (self.reached, dict(self._kept), dict(self._logs))
        leaf = b""
        with _as_store_down(self.path):
            try:
                with self._connection():
                    for row, entry, arrived_at_ms in _read(source, rows):
                        leaf = entry.leaf
                        if row.index < ends.get(row.log, row.index + 1):
                            self._take(source, row, entry, arrived_at_ms)
                    self.reached = rows[-1].position
                    self._keep(leaf, disputed)
            except BaseException as fault:
                self.reached, self._kept, self._logs = before
                if isinstance(fault, apsw.CorruptError):
                    self._make_anew(f"it was damaged ({fault})")
                    return len(rows)
                raise
        return len(rows)

    def _keep(self, leaf: bytes, disputed: list[list[Any]]) -> None:
        self._kept |= {"reached": self.reached, "leaf": leaf.hex(), "disputed": disputed, "me": self.whose.me}
        self._execute("INSERT OR REPLACE INTO kept VALUES ('state', ?)", (json.dumps(self._kept),))

    def _take(self, source: Source, row: FoundRow, entry: EntryRow, arrived_at_ms: int) -> None:
        if kind_of(entry.header) not in reading.FOLLOWED:
            return
        header = parse_header(entry.header)
        message = message_of(header, entry.body)
        if message is not None:
            self._put_message(row, header, message, asks(header.kind, entry.body), arrived_at_ms)

        def before() -> tuple[Header, bytes] | None:
            rows = source.entries(row.log, row.index - 1, 1, 1) if row.index else []
            return (parse_header(rows[0].header), rows[0].body) if rows else None

        for said in said_by(row.log, header, entry.body, message, before):
            self._put_step(row, header, said, arrived_at_ms)

    def _put_message(
        self, row: FoundRow, header: Header, message: Message, is_asked: bool, arrived_at_ms: int
    ) -> None:
        ours = row.log.party == self.whose.me
        answers = message.in_reply_to
        number = self._number(row.log)
        self._execute(
            "INSERT INTO messages (position, log, idx, kind, precedence, flags, subject, language, written_at_ms, "
            "arrived_at_ms, reply_by_ms, reply_due_ms, answers_log, answers_idx, crossed, ours, concerns, asks) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (row.position, number, row.index, header.kind, header.precedence, header.flags, message.subject,
             message.language, header.written_at_ms, arrived_at_ms, message.reply_by_ms, message.reply_by_ms,
             self._number(LogId(answers.party, answers.generation)) if answers else None,
             answers.index if answers else None, self._crossed(row, header), int(ours),
             int(self.whose.concerns(message)), int(is_asked)),
        )  # fmt: skip
        self._execute("INSERT INTO words (rowid, subject, text) VALUES (?,?,?)",
                      (row.position * SLOTS, folded(message.subject), folded(message.text)))  # fmt: skip
        if ours:
            self._kept["ours"] = [row.position, row.log.generation.hex(), row.index]
        self._settle(number, row.index)
        before: Any = self._execute(_BEFORE, (number, row.index)).fetchall()
        for word, party, flags, until_ms in before:
            if flags == header.flags:  # it came before what it speaks of
                self._mark(number, row.index, word, party, until_ms)

    def _put_step(self, row: FoundRow, header: Header, said: Said, arrived_at_ms: int) -> None:
        number = self._number(LogId(said.of.party, said.of.generation))
        self._execute(
            "INSERT INTO steps VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (number, said.of.index, said.word, self._number(row.log), row.index, row.position, header.flags,
             header.written_at_ms, arrived_at_ms, said.officer, said.role, said.words, said.until_ms),
        )  # fmt: skip
        flags = self._execute("SELECT flags FROM messages WHERE log = ? AND idx = ?", (number, said.of.index)).get
        if flags == header.flags:  # what is said in an exercise counts in exercises, and nowhere else
            self._mark(number, said.of.index, said.word, row.log.party, said.until_ms)

    def _mark(self, log: int, index: int, word: str, party: int, until_ms: int | None) -> None:
        """One step more of a message that is here."""
        bit = 1 << party
        self._execute(
            "UPDATE messages SET seen = seen | ?, answered = answered | ?, silence = silence | ?, ended = ended | ?, "
            "reply_due_ms = CASE WHEN ? THEN ? ELSE reply_due_ms END WHERE log = ? AND idx = ?",
            (bit * (word in _SEEN), bit * (word in _ANSWERS), int(word == reading.SILENCE), int(word in _ENDS),
             word == reading.HOLDING, until_ms, log, index),
        )  # fmt: skip
        self._settle(log, index)

    def _settle(self, log: int, index: int) -> None:
        """What is open of a message now."""
        self._execute(_SETTLE, (1 << self.whose.me, self.whose.all_others, log, index))

    # ---------------------------------------------------------------- what crossed
    def _crossed(self, row: FoundRow, header: Header) -> int | None:
        """The newest message of ours that was on its way when they wrote this; all such are marked as crossed too."""
        if row.log.party == self.whose.me or "ours" not in self._kept:
            return None
        position, generation, index = self._kept["ours"]
        newest = Ref(self.whose.me, bytes.fromhex(generation), index)
        if reading.knew(row.log, header, newest):
            return None
        marked = self._kept["crossed"].get(str(row.log.party), 0)
        held = next(((one.generation, one.size) for one in header.after.held if one.party == self.whose.me), (b"", 0))
        self._execute(
            "UPDATE messages SET crossed = ?1 WHERE position > ?2 AND position <= ?3 AND ours AND crossed IS NULL AND "
            "(SELECT generation > ?4 OR (generation = ?4 AND idx >= ?5) FROM logs WHERE id = log)",
            (row.position, marked, position, *held),
        )
        self._kept["crossed"] = {**self._kept["crossed"], str(row.log.party): position}
        return int(position)

    # ---------------------------------------------------------------- words in another language
    @property
    def desk_reached(self) -> int:
        """So many entries of the desk's log have been looked at for translations."""
        return int(self._kept.get("desk", 0))

    @property
    def desk_waiting(self) -> list[int]:
        """Which of them are to be looked at again."""
        return [int(one) for one in self._kept.get("desk_waiting", [])]

    def put_translations(self, translated: Sequence[Words], upto: int, waiting: Sequence[int] = ()) -> None:
        """Have translations found with their messages; the desk's log is in here up to there, but for `waiting`."""
        kept = {**self._kept, "desk": upto, "desk_waiting": list(waiting)}
        with _as_store_down(self.path), self._connection():
            for position, slot, text in translated:
                assert 1 <= slot < SLOTS
                self._execute("DELETE FROM words WHERE rowid = ?", (position * SLOTS + slot,))
                self._execute("INSERT INTO words (rowid, subject, text) VALUES (?,?,?)",
                              (position * SLOTS + slot, "", folded(text)))  # fmt: skip
            self._execute("INSERT OR REPLACE INTO kept VALUES ('state', ?)", (json.dumps(kept),))
        self._kept = kept

    def _number(self, log: LogId) -> int:
        number = self._logs.get(log)
        if number is None:
            self._execute("INSERT INTO logs VALUES (NULL,?,?)", tuple(log))
            number = self._logs[log] = self._connection().last_insert_rowid()
        return number

    def _execute(self, sql: str, values: tuple[Any, ...] = ()) -> apsw.Cursor:
        return self._connection().execute(sql, values)

    def _connection(self) -> apsw.Connection:
        if self._conn is None:
            raise StoreDown(f"{self.path} is closed")
        return self._conn


def misfit(kept: Mapping[str, Any], source: Source) -> str:
    """Why what a register keeps of itself is not of that record, or empty. Raises StoreDown."""
    reached = int(kept["reached"])
    if reached == 0:
        return ""
    if kept["disputed"] != _disputed(source):
        return "the record says otherwise now who wrote what"
    row = next(iter(source.find(None, reached - 1, 1)), None)
    if row is None or row.position != reached:
        return "the record is an older one"
    (entry,) = source.entries(row.log, row.index, 1, 1)
    return "" if entry.leaf.hex() == kept["leaf"] else "the record is another one"


def _disputed(source: Source) -> list[list[Any]]:
    """Where logs end for us: beyond, nothing counts. As JSON has it."""
    return sorted([*row.log[:1], row.log.generation.hex(), row.disputed_from]
                  for row in source.logs() if row.disputed_from is not None)  # fmt: skip


def _read(source: Source, rows: Sequence[FoundRow]) -> Iterator[tuple[FoundRow, EntryRow, int]]:
    """Entries in order of arrival: a run of one log is one question."""
    at = 0
    while at < len(rows):
        first = rows[at]
        count = 1
        while at + count < len(rows) and rows[at + count][1:] == (first.log, first.index + count):
            count += 1
        entries = source.entries(first.log, first.index, count, _BATCH_BYTES)
        arrivals = source.arrivals(first.log, first.index, len(entries))
        yield from zip(rows[at : at + len(entries)], entries, arrivals, strict=True)
        at += len(entries)


@contextmanager
def _as_store_down(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise StoreDown(f"{path}: {error}; the record itself is not touched by this") from error
