"""Whether the agreed instant has come, as far as this station can tell: its own clock, and who bears it out.

A clock may be wrong by mistake or by intent. While it is known to agree with the others it is believed; else the record
is asked: an entry of another party that its writer dates at the instant or later shows that the others are past it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from openline.console.dtg import dtg
from openline.limits import CLOCK_TOLERANCE_MS
from openline.line.ports import LogId, LogRow, Store
from openline.record.entry import parse_header

_ENTRY_BYTES: Final = 1024 * 1024


def clock_word(offsets_ms: Iterable[int | None]) -> str:
    """`agrees`, `disagrees` or `unknown`: how this clock stands to those of the others, by what hails showed last."""
    known = [one for one in offsets_ms if one is not None]
    if any(abs(one) > CLOCK_TOLERANCE_MS for one in known):
        return "disagrees"
    return "agrees" if known else "unknown"


def newest_of_others_ms(store: Store, me: int) -> int:
    """The latest time that another party wrote under the last entry of its newest log; 0 where there is none."""
    newest: dict[int, LogRow] = {}
    for row in store.logs():
        if row.log.party != me and row.size:
            before = newest.get(row.log.party)
            if before is None or row.log.generation > before.log.generation:
                newest[row.log.party] = row
    return max((_written_ms(store, row.log, row.size - 1) for row in newest.values()), default=0)


def _written_ms(store: Store, log: LogId, index: int) -> int:
    [entry] = store.entries(log, index, 1, _ENTRY_BYTES)
    return parse_header(entry.header).written_at_ms


def why_not_yet(release_ms: int, now_ms: int, clock: str, others_ms: int, *, alone: bool = False) -> str:
    """Why a statement may not be published now; empty where it may. `alone`: nobody else is on the line any more whose
    clock or entries could bear ours out. (R-545)"""
    if now_ms < release_ms:
        doubt = "" if clock == "agrees" else f", which is not known to be right (others: {clock})"
        return f"the agreed instant is {dtg(release_ms)}, and it is {dtg(now_ms)} by this station's clock{doubt}"
    if alone or clock == "agrees" or others_ms >= release_ms:
        return ""
    shown = f"their newest entry is dated {dtg(others_ms)}" if others_ms else "no entry of another party is here"
    return (f"the agreed instant {dtg(release_ms)} has passed by this station's clock alone, whose standing to the "
            f"others' is {clock}, and {shown}; compare the clock with a third one, or wait for an entry of theirs")
