"""What is held ahead of a log, put where it belongs among what waits there for its signature. R-228."""

from __future__ import annotations

from openline.line.forms import compact_after
from openline.line.ports import AheadRow, LogId
from openline.line.state import Pending
from openline.line.work import Work
from openline.record.entry import EXERCISE, parse_header
from openline.wire.items import Ref, Run, WireEntry

_NOBODY = -1  # for whom nothing is left out of an `after`
_EXERCISE_BIT = 0x04


def fill(work: Work, peer: int, log: LogId, size: int) -> None:
    """Let what waits of `log` from `peer`, or what is held to `size`, go on with the entries held ahead that follow."""
    if not work.held_ahead:
        return
    waits = work.pending.get((peer, log))
    if waits is None or waits.first != size:
        waits = Pending(size, (), (), 0)
    end = size + len(waits.entries)
    while (row := work.held_ahead.get((log, end))) is not None:
        run, item = wire_of(row)
        held = waits.bytes_held + len(item.body) + 64
        waits = Pending(size, (*waits.runs, run), (*waits.entries, item), held)
        work.pending[peer, log] = waits
        end += 1


def wire_of(row: AheadRow) -> tuple[Run, WireEntry]:
    """The fields that an entry held ahead would come with in its order, spelled in full."""
    header = parse_header(row.header)
    bits = header.precedence | (_EXERCISE_BIT if header.flags & EXERCISE else 0)
    references = tuple(Ref(*ref) for ref in header.references)
    item = WireEntry(header.kind, bits, header.written_at_ms, references, 0, row.body)
    return Run(1, compact_after(header.after, _NOBODY, full=True)), item


def reached(work: Work, peer: int, log: LogId) -> tuple[int, bytes] | None:
    """The largest checkpoint that came with an entry ahead and that what waits now reaches: its size and signature."""
    if not work.held_ahead:
        return None
    held = work.logs.get(log)
    size = held.size if held is not None else 0
    fill(work, peer, log, size)
    waits = work.pending.get((peer, log))
    end = size + len(waits.entries) if waits is not None and waits.first == size else size
    rows = [row for row in work.held_ahead.values() if row.log == log and size < row.size <= end]
    newest = max(rows, key=lambda row: row.size, default=None)
    return (newest.size, newest.signature) if newest is not None else None
