"""One look at a running station: its status and its board of alarms, and how much room its disk has."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.alarm.asking import AskAlarms, BoardRow
from openline.console.channel.asking import AskStatus, Status
from openline.console.channel.clock import counted_ms
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.home import LineHome
from openline.limits import STATION_LOST_AFTER_MS

ANSWER_WITHIN_MS: Final = 10_000
AS_GOOD_AS_NEW_MS: Final = 1_000


class Look(NamedTuple):
    """What was seen. `status` and `board` are None where the station did not answer; `why` says so in our words."""

    status: Status | None
    board: BoardRow | None
    why: str
    store_bytes: int
    free_bytes: int
    stands_still: bool = False


def look(line: LineHome, within_ms: int = ANSWER_WITHIN_MS) -> Look:
    """Ask the station once. Never raises for a station that does not answer."""
    store_bytes, free_bytes = disk(line.store)
    try:
        with ControlLink.open(line.control) as link:
            status = link.ask(AskStatus(), Status, within_ms)
            board = link.ask(AskAlarms(), BoardRow, within_ms)
    except Told as told:
        return Look(None, None, f"{told.code} {told.detail}", store_bytes, free_bytes)
    return Look(status, board, "", store_bytes, free_bytes)


def disk(store: Path) -> tuple[int, int]:
    """What a store takes, and what its disk has left, bytes."""
    parts = (store, store.with_name(store.name + "-wal"))
    held = sum(path.stat().st_size for path in parts if path.exists())
    return held, shutil.disk_usage(store.parent).free if store.parent.exists() else 0


class Looking:
    """Looks of a process that is asked again and again, by several at once: none is asked twice within a second, and a
    station whose beat does not move is told from one that works."""

    def __init__(self, take: Callable[[], Look]) -> None:
        self._take = take
        self._lock = threading.Lock()
        self._last: Look | None = None
        self._at_ms = 0
        self._beat = -1
        self._beat_ms = counted_ms()

    def now(self) -> Look:
        """The newest look, at most a second old."""
        with self._lock:
            now_ms = counted_ms()
            if self._last is None or now_ms - self._at_ms >= AS_GOOD_AS_NEW_MS:
                found, self._at_ms = self._take(), counted_ms()
                if found.board is not None and found.board.beat != self._beat:
                    self._beat, self._beat_ms = found.board.beat, self._at_ms
                still = found.board is not None and self._at_ms - self._beat_ms >= STATION_LOST_AFTER_MS
                self._last = found._replace(stands_still=still)
            return self._last
