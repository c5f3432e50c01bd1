"""The reading half: what is open, one message's ladder, and words. A question is an index range as long as its answer.

One connection of its own, for one thread; it sees whole batches of whoever writes.
"""

# ruff: noqa: S608  (what is joined into a statement here are constants of this file; values are always bound)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

from openline.errors import StoreDown
from openline.line.ports import LogId
from openline.record.entry import FLASH, Ref
from openline.store.register.file import SLOTS
from openline.store.register.folding import expression_of

_NEWEST: Final = 2**53  # no position is beyond
STEPS_MAX: Final = 500  # of one message: whoever writes more of them is not shown more
_PRECEDENCES: Final = range(FLASH, -1, -1)
_BUSY_MS: Final = 2_000


class MessageRow(NamedTuple):
    """One message as it stands. `seen`, `answered`: bits by party; `reply_due_ms` moves with holding replies."""

    position: int
    log: LogId
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    kind: int
    precedence: int
    flags: int
    subject: str
    language: str
    written_at_ms: int
    arrived_at_ms: int
    reply_by_ms: int | None
    reply_due_ms: int | None
    answers: Ref | None
    crossed: int | None
    seen: int
    answered: int
    silence: bool
    ended: bool
    ours: bool
    to_open: bool
    to_answer: bool
    unopened: bool
    unanswered: bool


class StepRow(NamedTuple):
    """One step of a ladder, and the entry that shows it."""

    word: str
    by: Ref
    position: int
    flags: int
    at_ms: int
    arrived_at_ms: int
    officer: str
    role: str
    words: str
    until_ms: int | None


class Wanted(NamedTuple):
    """What a search leaves: None leaves all."""

    ours: bool | None = None
    party: int | None = None
    precedence: int | None = None  # at least
    exercise: bool | None = None
    language: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    open_here: bool | None = None
    open_there: bool | None = None


class Open(NamedTuple):
    """How many messages there are of each."""

    needs: int  # to be opened here, or answered
    to_answer: int
    waiting: int  # of ours, to be opened or answered by somebody else
    worst: int | None  # precedence among what needs us


_MESSAGE: Final = """
SELECT m.position, a.party, a.generation, m.idx, m.kind, m.precedence, m.flags, m.subject, m.language, m.written_at_ms,
    m.arrived_at_ms, m.reply_by_ms, m.reply_due_ms, b.party, b.generation, m.answers_idx, m.crossed, m.seen, m.answered,
    m.silence, m.ended, m.ours, m.to_open, m.to_answer, m.unopened, m.unanswered
FROM messages AS m CROSS JOIN logs AS a ON a.id = m.log LEFT JOIN logs AS b ON b.id = m.answers_log
"""
_FOUND: Final = _MESSAGE.replace(
    "FROM messages AS m", f"FROM words CROSS JOIN messages AS m ON m.position = words.rowid / {SLOTS}"
)
_CLOCK: Final = {"to_open": "arrived_at_ms", "to_answer": "reply_due_ms", "unanswered": "reply_due_ms"}
_STEP: Final = """
SELECT word, logs.party, logs.generation, by_idx, position, flags, at_ms, arrived_at_ms, officer, role, words, until_ms
FROM steps CROSS JOIN logs ON logs.id = by_log
"""


class Looking:
    """Reads one register. Raises StoreDown while it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._conn: apsw.Connection | None = None

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with suppress(apsw.Error):
            if self._conn is not None:
                self._conn.close(True)
        self._conn = None

    # ---------------------------------------------------------------- what is open
    def to_open(self, limit: int) -> list[MessageRow]:
        """What nobody here has opened, the most urgent first, then by arrival."""
        return self._by_precedence("m.to_open = 1", "m.arrived_at_ms", limit)

    def to_answer(self, limit: int) -> list[MessageRow]:
        """What waits for our answer, opened or not, the most urgent first, then by its due time."""
        return self._by_precedence("m.to_answer = 1", "m.reply_due_ms", limit)

    def unopened(self, limit: int) -> list[MessageRow]:
        """What of ours somebody else has not opened, the most urgent first, then the oldest."""
        return self._by_precedence("m.unopened = 1", "m.position", limit)

    def unanswered(self, limit: int) -> list[MessageRow]:
        """What of ours waits for an answer, the most urgent first, then by its due time."""
        return self._by_precedence("m.unanswered = 1", "m.reply_due_ms", limit)

    def _by_precedence(self, which: str, order: str, limit: int) -> list[MessageRow]:
        rows: list[MessageRow] = []
        for precedence in _PRECEDENCES:
            sql = f"{_MESSAGE} WHERE {which} AND m.precedence = ? ORDER BY {order} LIMIT ?"
            rows += self._messages(sql, (precedence, limit - len(rows)))
        return rows

    def open_before(self, column: str, precedence: int, upto_ms: int, limit: int) -> list[MessageRow]:
        """Of one precedence, what came (where `column` is to_open) or is due (to_answer, unanswered) up to an instant,
        the earliest first."""
        order = _CLOCK[column]
        sql = f"{_MESSAGE} WHERE m.{column} = 1 AND m.precedence = ? AND m.{order} <= ? ORDER BY m.{order} LIMIT ?"
        return self._messages(sql, (precedence, upto_ms, limit))

    def count_before(self, column: str, precedence: int, upto_ms: int) -> int:
        """How many `open_before` would give without a limit."""
        sql = f"SELECT count(*) FROM messages WHERE {column} = 1 AND precedence = ? AND {_CLOCK[column]} <= ?"
        with self._reading() as conn:
            return int(conn.execute(sql, (precedence, upto_ms)).get)

    def counts(self) -> Open:
        """How many there are, from the indexes alone."""
        with self._reading() as conn:
            def count(which: str) -> int:
                return int(conn.execute(f"SELECT count(*) FROM messages WHERE {which}").get)

            to_answer = count("to_answer = 1")
            needs = count("to_open = 1") + (count("to_answer = 1 AND to_open = 0") if to_answer else 0)
            found = (
                next(conn.execute(f"SELECT max(precedence) FROM messages WHERE {which}"), (None,))[0]
                for which in ("to_open = 1", "to_answer = 1")
            )
            worst = max((int(one) for one in found if one is not None), default=None)
            waiting = count("unopened = 1") + count("unanswered = 1 AND unopened = 0")
            return Open(needs, to_answer, waiting, worst)

    # ---------------------------------------------------------------- one message
    def of_log(self, log: LogId, first: int, limit: int) -> list[MessageRow]:
        """Messages of a log from an index on."""
        return self._messages(
            f"{_MESSAGE} WHERE m.log = (SELECT id FROM logs WHERE party = ? AND generation = ?) AND m.idx >= ? "
            "ORDER BY m.idx LIMIT ?",
            (*log, first, limit),
        )

    def count_from(self, log: LogId, first: int) -> int:
        """How many messages of a log stand at an index or behind."""
        sql = ("SELECT count(*) FROM messages WHERE idx >= ?3 AND "
               "log = (SELECT id FROM logs WHERE party = ?1 AND generation = ?2)")  # fmt: skip
        with self._reading() as conn:
            return int(conn.execute(sql, (*log, first)).get)

    def message(self, place: Ref) -> MessageRow | None:
        """One message; None where it is not here (yet), or is none."""
        rows = self.of_log(LogId(place.party, place.generation), place.index, 1)
        return rows[0] if rows and rows[0].index == place.index else None

    def at_position(self, position: int) -> MessageRow | None:
        """The message at a position."""
        return next(iter(self._messages(f"{_MESSAGE} WHERE m.position = ?", (position,))), None)

    def answering(self, place: Ref, limit: int) -> list[MessageRow]:
        """Messages that answer this one, in order of arrival."""
        return self._messages(
            f"{_MESSAGE} WHERE m.answers_log = (SELECT id FROM logs WHERE party = ? AND generation = ?) "
            "AND m.answers_idx = ? ORDER BY m.position LIMIT ?",
            (*place, limit),
        )

    def steps(self, place: Ref) -> list[StepRow]:
        """What was said of an entry, in order of arrival."""
        sql = (f"{_STEP} WHERE log = (SELECT id FROM logs WHERE party = ? AND generation = ?) AND idx = ? "
               "ORDER BY steps.id LIMIT ?")  # fmt: skip
        with self._reading() as conn:
            rows: Any = conn.execute(sql, (*place, STEPS_MAX)).fetchall()
        return [StepRow(word, Ref(party, generation, index), *rest) for word, party, generation, index, *rest in rows]

    # ---------------------------------------------------------------- words
    def search(self, terms: list[tuple[str, bool]], wanted: Wanted, before: int, limit: int) -> list[MessageRow]:
        """Messages with all these words, in any one language, newest first; `before`: a position, 0 for no bound."""
        which, values = _where(wanted)
        bound = before or _NEWEST
        if not terms:
            sql = f"{_MESSAGE} WHERE m.position < ?{which} ORDER BY m.position DESC LIMIT ?"
            return self._messages(sql, (bound, *values, limit))
        sql = (
            f"{_FOUND} WHERE words MATCH ? AND words.rowid < ?{which} ORDER BY words.rowid DESC"
        )
        rows: list[MessageRow] = []
        with self._reading() as conn:
            for row in conn.execute(sql, (expression_of(terms), bound * SLOTS, *values)):
                found = _message(row)
                if not rows or rows[-1].position != found.position:  # both languages of one message have them
                    rows.append(found)
                if len(rows) == limit:
                    break
        return rows

    def _messages(self, sql: str, values: tuple[Any, ...]) -> list[MessageRow]:
        with self._reading() as conn:
            return [_message(row) for row in conn.execute(sql, values)]

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        try:
            if self._conn is None:
                self._conn = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
                self._conn.set_busy_timeout(_BUSY_MS)
                self._conn.execute("PRAGMA cache_size = -8000")
            yield self._conn
        except apsw.Error as error:
            self.close()
            raise StoreDown(f"{self._path}: {error}; it is made again from the record") from error


def _message(row: Any) -> MessageRow:
    position, party, generation, index, *rest = row
    by, of, at = rest[9:12]
    answers = None if by is None else Ref(by, of, at)
    values = (*rest[:9], answers, *rest[12:15], *(bool(one) for one in rest[15:]))
    return MessageRow._make((position, LogId(party, generation), index, *values))


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    clauses = {
        "m.ours = ?": wanted.ours, "a.party = ?": wanted.party, "m.precedence >= ?": wanted.precedence,
        "m.flags & 1 = ?": wanted.exercise, "m.language = ?": wanted.language, "m.arrived_at_ms >= ?": wanted.from_ms,
        "m.arrived_at_ms < ?": wanted.to_ms, "(m.to_open OR m.to_answer) = ?": wanted.open_here,
        "(m.unopened OR m.unanswered) = ?": wanted.open_there,
    }  # fmt: skip
    given = {clause: value for clause, value in clauses.items() if value is not None}
    return "".join(f" AND {clause}" for clause in given), list(given.values())
