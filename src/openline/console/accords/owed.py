"""Duties under agreements for the desk's one due queue: what we owe, what is to be prepared, what they owe us.

The record is followed beside the station's loop, a little at a time, and only once there is something that duties can
hang on. What is asked again at one state of the record within a moment is answered from what was found.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final

from openline.accord.clocks.book import Book
from openline.accord.clocks.duty import Duty, DutyState
from openline.accord.clocks.spans import DAY_MS, month_day_of
from openline.console.accords.reading import Follower
from openline.desk.due import Due, Key, What
from openline.errors import LocalFault
from openline.line.ports import Store
from openline.record.entry import AGREEMENT, FORMAT, PRIORITY
from openline.store.sqlite import SqliteStore

SOURCE: Final = "accords"
BACK_MS: Final = 400 * DAY_MS  # what has been late for longer is in `openline duties`
THEIRS_BACK_MS: Final = 30 * DAY_MS
AHEAD_MS: Final = 30 * DAY_MS
GOOD_FOR_MS: Final = 10_000
DUES_MAX: Final = 256
_ROWS: Final = 128  # read at once; then the line has its turn
_REST_S: Final = 0.001
_OPEN: Final = (DutyState.DUE, DutyState.MISSING, DutyState.OPEN)
_NAME_CHARS: Final = 40


class Owed:
    """The source. Made in the station's loop; `close` ends its thread."""

    def __init__(self, path: Path, store: Store) -> None:
        """`path`: of the store, opened beside the station; `store`: the station's own."""
        self._path, self._store = path, store
        self._thread = ThreadPoolExecutor(1, "accords")
        self._beside: tuple[SqliteStore, Follower] | None = None
        self._found: tuple[object, int, list[Duty]] | None = None

    async def duties(self, parties: tuple[int, ...], state: object, now_ms: int) -> list[Duty]:
        """Duties from some time back until some time ahead. `state`: the same object while the record is the same.

        Raises StoreDown.
        """
        if self._found is not None and self._found[0] is state and 0 <= now_ms - self._found[1] < GOOD_FOR_MS:
            return self._found[2]
        if self._beside is None and not any(self._store.find(kind, 0, 1) for kind in (AGREEMENT, FORMAT)):
            return []
        ask = _asked(now_ms)
        found = await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, parties, ask)
        self._found = (state, now_ms, found)
        return found

    def close(self) -> None:
        """End the thread; waits for what it is at."""
        self._thread.submit(self._let_go).result()
        self._thread.shutdown()

    # ---------------------------------------------------------------- the thread
    def _answer(self, parties: tuple[int, ...], ask: Callable[[Book], list[Duty]]) -> list[Duty]:
        if self._beside is not None and self._beside[1].book.parties != parties:
            self._let_go()
        if self._beside is None:
            store = SqliteStore(self._path, read_only=True)
            self._beside = (store, Follower(store, parties))
        follower = self._beside[1]
        try:
            while follower.follow_some(_ROWS):
                time.sleep(_REST_S)
        except LocalFault:  # the store is opened again: the book is made anew beside it
            self._let_go()
            raise
        return ask(follower.book)

    def _let_go(self) -> None:
        if self._beside is not None:
            self._beside[0].close()
            self._beside = None


def _asked(now_ms: int) -> Callable[[Book], list[Duty]]:
    return lambda book: [
        one for one in book.duties(now_ms - BACK_MS, now_ms + AHEAD_MS, now_ms)
        if one.discharged_by is None and one.state in _OPEN
    ]  # fmt: skip


def dues_of(duties: Iterable[Duty], me: int, risen: Mapping[Key, int], now_ms: int) -> list[Due]:
    """As the queue takes them: every one that has risen, then the earliest of the others.

    What we have said that we suspended or withhold is not owed in our view. What they owe only shows.
    """
    found: list[Due] = []
    for duty in duties:
        at_ms = duty.due.by.earliest_ms
        if duty.party != me:
            if at_ms > now_ms - THEIRS_BACK_MS:
                found.append(_due(duty, What.THEIR_NOTICE, at_ms, rises=False))
        elif me not in duty.view:
            found.append(_due(duty, What.SEND_NOTICE, at_ms))
            if duty.alarm_ms <= now_ms < at_ms:
                found.append(_due(duty, What.PREPARE_NOTICE, duty.alarm_ms))
    found.sort(key=lambda one: (one.key not in risen, one.at_ms, one.key))
    return found[: max(DUES_MAX, sum(one.key in risen for one in found))]


def _due(duty: Duty, what: What, at_ms: int, *, rises: bool = True) -> Due:
    return Due(subject_of(duty), what, at_ms, SOURCE, PRIORITY, rises=rises)


def subject_of(duty: Duty) -> str:
    """What names it on screens and in the desk's log, the same after every start: its format, its day, and a mark."""
    told = (duty.party, duty.agreement, duty.format_id, duty.of, duty.due.by, sorted(duty.causes)[:1])
    year, month, day = month_day_of(duty.due.by.earliest_ms // DAY_MS)
    return f"{duty.format_id[:_NAME_CHARS]} {year}-{month:02d}-{day:02d} {sha256(repr(told).encode()).hexdigest()[:8]}"
