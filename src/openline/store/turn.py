"""One commit's writes, checked against what is held before anything is touched. Pure; every store asks it.

A store judges no signature, but it does refuse its own program a gap, a shrinking log or a second secret: such a
write can only be a bug, and on disk it would be one for good. R-191.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from openline.errors import LocalFault
from openline.line.ports import (
    LogId,
    LogRow,
    PutAhead,
    PutEntries,
    PutLog,
    PutNodes,
    PutNote,
    PutPq,
    PutReceipt,
    PutSubmission,
    Write,
)

_KIND_KEY = b"\x02"  # third key of the header's map: kind
_UINT_BYTES = (*(1,) * 24, 2, 3, 5, 9)  # by initial byte, of an unsigned CBOR integer (RFC 8949 3.)

_OF_A_LOG: Final = (PutNote, PutReceipt, PutPq, PutNodes, PutSubmission)  # besides rows and entries


def short(log: LogId) -> str:
    """A log's name as messages show it: party and the first bytes of the generation."""
    return f"log {log.party}/{log.generation.hex()[:12]}"


def kind_of(header: bytes) -> int:
    """The kind in an entry header, read from its fixed beginning {0: index, 1: written_at_ms, 2: kind ...}.

    Raises LocalFault: not a header; whoever admits entries has parsed it in full already.
    """
    try:
        at = 3 + _UINT_BYTES[header[2]]
        at += _UINT_BYTES[header[at]]
        kind = header[at + 1]
        if header[0] == 0xA9 and header[1] == 0 and header[at] == 2 and kind < 24:
            return kind
        if header[0] == 0xA9 and header[1] == 0 and header[at] == 2 and kind == 24:
            return header[at + 2]
    except IndexError:
        pass
    raise LocalFault(f"not an entry header: {header[:24].hex()}...; only parsed entries may be put")


def after_turn(writes: Sequence[Write], held: Mapping[LogId, LogRow]) -> dict[LogId, LogRow]:
    """The rows of the logs that `writes` put, as they stand afterwards.

    Raises LocalFault: a write contradicts `held` or another write of the same turn; nothing may be applied.
    """
    rows: dict[LogId, LogRow] = {}
    for write in writes:
        if isinstance(write, PutLog):
            row = write.row
            fault = _fault_of(rows.get(row.log) or held.get(row.log), row)
            if fault:
                raise LocalFault(f"{short(row.log)}: {fault}")
            rows[row.log] = row
    ends = _ends(writes, held, rows)
    for log, row in rows.items():
        end = ends[log] if log in ends else _size(held.get(log))
        if row.size != end:
            raise LocalFault(f"{short(log)}: the turn says size {row.size}, its entries end at {end}")
    for write in writes:
        if isinstance(write, _OF_A_LOG):
            _check_known(write, rows.get(write.log) or held.get(write.log))
        elif isinstance(write, PutAhead):
            _check_ahead(write, rows.get(write.row.log) or held.get(write.row.log))
    return rows


def _size(row: LogRow | None) -> int:
    return row.size if row is not None else 0


def _fault_of(old: LogRow | None, new: LogRow) -> str:
    """Why `new` may not take the place of `old`: an update keeps identity and only grows. Empty if it may."""
    if len(new.peaks) != 32 * new.size.bit_count():
        return f"{len(new.peaks)} bytes of peaks do not belong to size {new.size}"
    if new.noted_size > new.size:
        return f"noted size {new.noted_size} is beyond size {new.size}"
    if old is None:
        return ""
    if new.size < old.size or new.noted_size < old.noted_size:
        return f"a log never shrinks (held {old.size}, put {new.size})"
    if old.secret not in (b"", new.secret) or old.station not in (b"", new.station):
        return "its secret and station are set once"
    if old.disputed_from is not None and (new.disputed_from is None or new.disputed_from > old.disputed_from):
        return "a dispute is not taken back"
    return ""


def _ends(writes: Sequence[Write], held: Mapping[LogId, LogRow], rows: Mapping[LogId, LogRow]) -> dict[LogId, int]:
    """Where each log's entries end after the turn; every PutEntries must begin where the log then ends."""
    ends: dict[LogId, int] = {}
    for write in writes:
        if not isinstance(write, PutEntries):
            continue
        log = write.log
        if log not in rows:
            raise LocalFault(f"{short(log)}: entries without the log's new size in the same turn")
        end = ends[log] if log in ends else _size(held.get(log))
        if write.first != end:
            raise LocalFault(f"{short(log)}: entries from {write.first} do not follow its {end} held")
        ends[log] = end + len(write.rows)
    return ends


def _check_ahead(write: PutAhead, row: LogRow | None) -> None:
    """What is held ahead lies beyond what is held, and below the size it is signed under. R-225."""
    log, index, size = write.row.log, write.row.index, write.row.size
    if not _size(row) <= index < size:
        raise LocalFault(f"{short(log)}: entry {index} of {size} is not ahead of the {_size(row)} held")


def _check_known(write: PutNote | PutReceipt | PutPq | PutNodes | PutSubmission, row: LogRow | None) -> None:
    """Nothing is said of a log that is not here, and a statement over more than is held cannot have been checked."""
    if isinstance(write, (PutNodes, PutSubmission)):
        if row is None:
            raise LocalFault(f"{short(write.log)}: not a log of this store")
        if isinstance(write, PutSubmission) and write.index >= row.size:
            raise LocalFault(f"{short(write.log)}: submission {write.token!r} names entry {write.index} of {row.size}")
    elif write.size > _size(row):
        raise LocalFault(f"{short(write.log)}: a statement over {write.size}, but {_size(row)} are held")
