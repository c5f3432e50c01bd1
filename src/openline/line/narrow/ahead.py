"""Entries of others that come before their predecessors: held ahead of their log, and said so. R-221 to R-228.

Charter. Nothing is held ahead on anybody's word: the header is made here from what came, and its leaf with the hashes
beside it must lead, from peaks of what is held here or from nothing, to a root that the log's own station signed. It is
stored in the turn in which our own entry says so. The log itself grows only as it always does, from its end and without
a gap; what is held ahead then stands where it belongs among what waits to be admitted.
"""

from __future__ import annotations

from typing import Final

from openline import limits
from openline.errors import PeerFault, Unchecked
from openline.line import intake
from openline.line.events import CameAhead, Draft, FindPeaks, PeaksFound
from openline.line.forks import disputes
from openline.line.forms import Unresolved
from openline.line.narrow import overtaking
from openline.line.ports import AheadRow, DropAhead, EntryRow, LogId, PutAhead, PutEntries
from openline.line.state import LogState, Pending, Standing
from openline.line.terms import amendments, rate, weight
from openline.line.work import Work
from openline.record import ahead, merkle
from openline.record.entry import HELD_AHEAD, ROUTINE, Ref, log_name, parse_header
from openline.record.note import author_line, checkpoint_text, format_note
from openline.record.roster import Claim, check_checkpoint, origin_of, station_of
from openline.wire.items import Note, Overtaking, Run

_ROW_BYTES: Final = 512  # of an entry held ahead beside its header and body, about


def take(work: Work, peer: int, log: LogId, item: Overtaking) -> None:
    """Hold an entry ahead of its log, if all of it fits; else leave it: it comes again in its order."""
    state = intake.blank(work, peer, log)
    if state is None or not _is_wanted(work, state, item) or weight.is_left(work, peer):
        work.wasted += 1
    elif item.first in (0, state.size):
        _judge(work, peer, state, item, state.peaks if item.first else ())
    elif item.first < state.size:
        work.wasted += 1
        work.wanted.append(FindPeaks(peer, log, item.first, item))
    else:
        work.wasted += 1  # its way to the root begins beyond what we hold


def take_peaks(work: Work, event: PeaksFound) -> None:
    """The peaks that our copy had where the hashes begin are here."""
    want = event.want
    state = intake.blank(work, want.peer, want.log)
    if event.peaks is not None and state is not None and _is_wanted(work, state, want.item):
        _judge(work, want.peer, state, want.item, event.peaks)


def _is_wanted(work: Work, state: LogState, item: Overtaking) -> bool:
    """False for what is held, for what may not overtake, and for what would not be receipted either."""
    log = state.log
    if log.party == work.me or item.index < state.size or (log, item.index) in work.held_ahead:
        return False
    if item.entry.bits & intake.PRECEDENCE_BITS == ROUTINE:
        return False
    if work.ledger is not None and work.ledger.standing.closed:
        return False
    last = amendments.undisputed(work, log, state.station)
    return last is None or item.size <= last


def _judge(work: Work, peer: int, state: LogState, item: Overtaking, peaks: merkle.Peaks) -> None:
    weight.charge(work, peer, (item.entry,))
    try:
        row = _row(work, state, item, peaks)
        check_checkpoint(work.roster, state.station, Claim(row.log, row.size, row.root, row.signature))
    except Unresolved:
        work.wasted += 1  # it comes again, spelled in full
    except (PeerFault, Unchecked) as doubt:
        work.wasted += 1
        work.notice("ahead-refused", f"an entry ahead of {log_name(state.log)} from party {peer}: {doubt}")
    else:
        weight.admitted(work, peer, (item.entry,), (EntryRow(row.header, row.body, row.leaf),))
        _keep(work, peer, row)


def _row(work: Work, state: LogState, item: Overtaking, peaks: merkle.Peaks) -> AheadRow:
    """The entry as its author must have written it, and the root to which it leads. Raises Unresolved, PeerFault."""
    log, index, size = state.log, item.index, item.size
    path = ahead.path_from(item.first, peaks, index, item.hashes)
    below = LogState(log, state.secret, state.station, Standing(index, b"", b""), path.before)
    alone = Pending(index, (Run(1, item.after),), (item.entry,), 0)
    made = intake.rebuild(below, alone, 1, intake.known_to(work), work.dictionaries)
    root = merkle.root(ahead.grafted(index + 1, made.peaks, size, path.behind))
    before, behind = b"".join(path.before), b"".join(path.behind)
    return AheadRow(
        log, index, *made.rows[0], size, root, item.signature, before, behind, state.secret, state.station, work.now_ms
    )


def _keep(work: Work, peer: int, row: AheadRow) -> None:
    """Store it and say so, in one turn. A HELD AHEAD is not answered by another: there would be no end. R-227."""
    theirs = [one for one in work.held_ahead.values() if one.log.party == row.log.party]
    held = sum(len(one.header) + len(one.body) + _ROW_BYTES for one in [*theirs, row])
    if len(theirs) >= limits.AHEAD_ENTRIES_MAX or held > limits.AHEAD_BYTES_MAX:
        work.wasted += 1
        work.notice("ahead-full", f"party {row.log.party} has more entries ahead of its logs than are kept: left")
        return
    if not rate.has_half(work):
        work.wasted += 1
        work.notice("ahead-full", f"party {row.log.party} has had half of what we may write a minute said: left")
        return
    work.held_ahead[row.log, row.index] = row
    work.writes.append(PutAhead(row))
    header = parse_header(row.header)
    if header.kind == HELD_AHEAD:
        overtaking.take_said(work, row.log.party, row.body)
    elif work.own is not None:
        work.drafts.append(_said(row, header.precedence))
    work.told.append(CameAhead(row.log, row.index, peer))


def _said(row: AheadRow, precedence: int) -> Draft:
    said = ahead.HeldAhead(Ref(*row.log, row.index), row.leaf, row.size, row.root)
    return Draft(HELD_AHEAD, precedence, 0, (), ahead.encode_held_ahead(said))


def _admitted(work: Work, log: LogId, index: int) -> list[bytes]:
    """The leaf that this turn admits in that place."""
    writes = [one for one in work.writes if isinstance(one, PutEntries) and one.log == log]
    return [one.rows[index - one.first].leaf for one in writes if one.first <= index < one.first + len(one.rows)]


def _drop(work: Work, row: AheadRow) -> None:
    """It stands in its place. What came and was admitted in one turn was never ahead."""
    put = PutAhead(row)
    if put in work.writes:
        work.writes.remove(put)
        work.drafts = [one for one in work.drafts if one.kind != HELD_AHEAD or one.body != _said(row, 0).body]
        work.told = [
            one for one in work.told if not isinstance(one, CameAhead) or one[:2] != (row.log, row.index)
        ]
    else:
        work.writes.append(DropAhead(row.log, row.index))


def settle(work: Work, log: LogId) -> None:
    """A log has grown: what it now holds itself is not held ahead any more, and its checkpoint is compared. R-225."""
    held = work.logs.get(log)
    if held is None or not work.held_ahead:
        return
    for row in [row for row in work.held_ahead.values() if row.log == log and row.index < held.size]:
        del work.held_ahead[log, row.index]
        if row.leaf in _admitted(work, log, row.index):
            _drop(work, row)
        if (row.size, row.root) != (held.size, held.noted.root):
            key = station_of(work.roster, log.party, held.station).note_key
            origin = origin_of(work.roster, log)
            lines = (author_line(origin, key, row.signature),)
            disputes.take_note(work, log.party, Note(format_note(checkpoint_text(origin, row.size, row.root), lines)))
