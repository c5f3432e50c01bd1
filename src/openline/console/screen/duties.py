"""Keeps the one due queue of a running station: asks its sources, writes down what rose, tells who watches.

Sources are the record (what is to be opened, answered, or recorded as silence), the desk (releases, the relief of the
watch) and the line (link tests); another one is given to `feed`. Without officers there is nobody to go on to, and no
desk's log: then duties are shown, and nothing rises.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from openline.console.codes import Told
from openline.console.screen.cards import View, dues_of
from openline.console.screen.naming import ref_of
from openline.console.screen.running import Running
from openline.desk.due import Due, Key, Queue, What
from openline.desk.facts import DutyEnded, DutyRose, Fact
from openline.desk.state import Stage
from openline.errors import OpenlineError
from openline.limits import OPEN_WITHIN_MS, WRITTEN_AT_MS_MAX
from openline.record.entry import FLASH, PRIORITY

WINDOW: Final = 64  # earliest duties of one kind and precedence that are looked at; what has risen is looked at besides
SWEEP_EVERY_S: Final = 1.0
_WAIT: Final = {Stage.SUBMITTED: What.RELEASE, Stage.NOT_SENT: What.NOT_SENT}
_COLUMNS: Final = ("to_open", "to_answer", "unanswered")
Source = Callable[[int], Awaitable[Iterable[Due]]]


Record = Callable[[Callable[[View], list[Due]]], Awaitable[list[Due] | None]]


class Duties:
    """All duties of one station.

    `record` asks the record beside the loop; None while the register is behind. `noted` hears what an engineer may want
    to read.
    """

    def __init__(self, running: Running, record: Record, noted: Callable[[str], None]) -> None:
        self._running = running
        self._record = record
        self._noted = noted
        self._sources: dict[str, Source] = {"desk": self._of_desk, "line": self._of_line}
        self.queue = Queue()

    def feed(self, name: str, source: Source) -> None:
        """Have another source asked, with the instant now. Its duties carry its name. It raises what `look` may."""
        assert name not in (*self._sources, "record")
        self._sources[name] = source

    # ---------------------------------------------------------------- from time to time
    async def keep(self) -> None:
        """Sweep when something has changed or a time has come."""
        loop, watchers, seen, again = asyncio.get_running_loop(), self._running.watchers, -1, False
        while True:
            now_ms = self._running.now_ms()
            next_ms = self.queue.next_ms(now_ms)
            until = None if next_ms is None else loop.time() + (next_ms - now_ms) / 1000
            if not again:  # or what could not be looked at
                await watchers.wait_aside(until)
            has_come = next_ms is not None and self._running.now_ms() >= next_ms
            if watchers.version == seen and not has_come and not again:
                continue
            await asyncio.sleep(SWEEP_EVERY_S)  # what comes at once is looked at once
            seen = watchers.version
            if not self._running.desk.is_staffed and not watchers.is_watched:
                continue
            try:
                again = not await self.sweep()
            except OpenlineError as fault:
                again = True
                self._noted(f"duties could not be looked at: {fault}")
            except Exception as fault:  # noqa: BLE001  duties must go on rising whatever happens
                self._noted(f"duties could not be looked at: {fault!r}")
                traceback.print_exc()

    async def sweep(self) -> bool:
        """Ask all sources, write down what rose and ended. False while that cannot be seen. Raises StoreDown."""
        late = {one.key for one in self.queue.overdue(self._running.now_ms())}
        if not await self.look():
            return False
        now_ms = self._running.now_ms()
        desk = self._running.desk
        if desk.is_staffed:
            written: list[Fact] = [DutyEnded(*key) for key in self.queue.ended()]
            written += [DutyRose(one.due.subject, one.due.what, one.step) for one in self.queue.rises(now_ms)]
            if written:
                desk.write(written, None)
                self.queue = self.queue.knowing(desk.state.risen)
                return True
        if {one.key for one in self.queue.overdue(now_ms)} - late:
            self._running.watchers.tell()
        return True

    async def look(self) -> bool:
        """Ask all sources, and write nothing. False while the register is behind: what is done may look undone."""
        risen = self._running.desk.state.risen
        found = await self._record(lambda view: _of_record(view, risen))
        if found is None:
            return False
        self.queue = self.queue.knowing(self._running.desk.state.risen).given("record", found)
        now_ms = self._running.now_ms()
        for name, source in self._sources.items():
            self.queue = self.queue.given(name, await source(now_ms))
        return True

    # ---------------------------------------------------------------- sources
    async def _of_desk(self, _now_ms: int) -> list[Due]:
        state = self._running.desk.state
        dues = []
        for draft in state.under_way.values():
            if draft.stage in _WAIT:
                at_ms = draft.changed_at_ms + OPEN_WITHIN_MS[draft.version.precedence]
                dues.append(Due(f"D-{draft.number}", _WAIT[draft.stage], at_ms, "desk", draft.version.precedence))
        if state.watch is not None and state.relief_at_ms:
            dues.append(Due("watch", What.RELIEF, state.relief_at_ms, "desk", PRIORITY))
        return dues

    async def _of_line(self, now_ms: int) -> list[Due]:
        next_ms = self._running.upkeep.contact.tests(now_ms)[1]
        return [] if next_ms is None else [Due("line", What.LINK_TEST, next_ms, "line", rises=False)]


def _of_record(view: View, risen: Iterable[Key]) -> list[Due]:
    """The earliest of each kind and precedence, and what has risen and still stands."""
    dues: dict[Key, Due] = {}
    for precedence in range(FLASH + 1):
        for column in _COLUMNS:
            for row in view.looking.open_before(column, precedence, WRITTEN_AT_MS_MAX, WINDOW):
                dues |= {due.key: due for due in dues_of(row, view)}
    for key in risen:
        if key not in dues and "/" in key.subject:
            try:
                message = view.looking.message(ref_of(key.subject))
            except Told:
                continue  # of another source
            found = dues_of(message, view) if message is not None else []
            dues |= {due.key: due for due in found if due.key == key}
    return list(dues.values())
