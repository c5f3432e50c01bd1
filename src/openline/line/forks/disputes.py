"""When two histories do not fit: notes are exchanged, and only two signatures together accuse. R-130 to R-133.

A fork marks one log disputed from a size. Everything still flows and is shown; only green is withheld.
"""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from hashlib import sha256

from openline.errors import Malformed, PeerFault, Unchecked
from openline.limits import NOTE_SIGNATURES_MAX
from openline.line.events import Disputed, Draft, FindFork, FindRoot, ForkFound
from openline.line.forms import Unresolved
from openline.line.outgoing import rewind
from openline.line.ports import LogId, PutExhibit, Store
from openline.line.work import Work
from openline.record.entry import DISPUTE
from openline.record.exhibit import NotAPrefixProof, TwoRoots, encode_exhibit, judge
from openline.record.roster import Roster, check_note
from openline.wire.items import Differs, DiffersReason, Note

NOTES_AHEAD_MAX = 64  # signed notes of more than we hold


def parse_author_note(roster: Roster, data: bytes) -> tuple[LogId, int, bytes]:
    """Log, size and root of a note that a station of the log's author signed. Raises Malformed, Forged, Unchecked."""
    note = check_note(roster, data)
    return note.log, note.checkpoint.size, note.checkpoint.root


def take_differs(work: Work, party: int, start: bytes, item: Differs) -> None:
    """The peer could not take what it got: repeat once in full form, or show our signed note of that log."""
    work.wasted += 1
    try:
        log = work.find(item.log, party, start)
    except Unresolved:
        return
    if item.reason == DiffersReason.ROOT:
        work.send_note(party, log)
    elif log in work.logs and item.size <= work.logs[log].size:
        rewind(work, party, log, item.size, full=True)


def take_note(work: Work, party: int, item: Note) -> None:
    """A whole signed note: compare it with what we hold of that log at that size."""
    work.wasted += 2
    try:
        log, size, root = parse_author_note(work.roster, item.text)
    except (PeerFault, Unchecked) as doubt:
        work.wasted += NOTE_SIGNATURES_MAX  # each of its lines may have been verified
        work.notice("note-refused", f"note from party {party} not taken: {doubt}")
        return
    held = work.logs.get(log)
    if held is None or size > held.size:
        work.ahead[log, size, root] = (party, item)  # its entries will come, and then be compared with it
        if len(work.ahead) > NOTES_AHEAD_MAX:
            del work.ahead[next(iter(work.ahead))]
        return
    if held.disputed_from is not None:
        return
    known = work.root_at(log, size)
    if known is None:
        work.wanted.append(FindRoot(party, log, size, item))
    elif known != root:
        accuse(work, log, size, item.text)


def take_ahead(work: Work, log: LogId) -> None:
    """A log has grown: compare it with the notes that were there before its entries."""
    held = work.logs.get(log)
    for key in [key for key in work.ahead if key[0] == log and held is not None and key[1] <= held.size]:
        take_note(work, *work.ahead.pop(key))


def accuse(work: Work, log: LogId, size: int, note: bytes) -> None:
    """Their signed root at `size` is not ours: build the exhibit, at once or once its proof is found."""
    held = work.logs[log]
    if size == held.size:
        _keep(work, TwoRoots(work.note_of(log), note))
    else:
        work.wanted.append(FindFork(log, size, held.size, note))


def take_fork(work: Work, event: ForkFound) -> None:
    """The proof over our history is here: together with both notes it shows the fork."""
    log, _, whole, note = event.want
    held = work.logs[log]
    if held.size == whole and held.disputed_from is None:
        _keep(work, NotAPrefixProof(note, work.note_of(log), event.root, event.proof))


def take_exhibits(work: Work) -> None:
    """Exhibits that other parties put into the record: judge each ourselves before we believe it."""
    exhibits, work.exhibits = work.exhibits, []
    for data in exhibits:
        keep_exhibit(work, data)


def _keep(work: Work, exhibit: TwoRoots | NotAPrefixProof) -> None:
    data = encode_exhibit(exhibit)
    if keep_exhibit(work, data) and work.own is not None:
        work.drafts.append(Draft(DISPUTE, 2, 0, (), data))


def proved_before(store: Store, roster: Roster, held: Container[LogId]) -> dict[LogId, int]:
    """Disputes of logs of which nothing is held, from the exhibits in the store."""
    found = {}
    for row in store.exhibits():
        if row.proves:
            with suppress(Malformed, Unchecked, PeerFault):
                accusation = judge(row.data, roster)
                if accusation.log not in held:
                    found[accusation.log] = accusation.size
    return found


def keep_exhibit(work: Work, data: bytes) -> bool:
    """Judge an exhibit; store it and mark the log if it proves something. True: it was new and proves."""
    try:
        accusation = judge(data, work.roster)
    except (Malformed, Unchecked, PeerFault) as doubt:
        work.wasted += 4
        work.notice("exhibit-void", f"an exhibit proves nothing: {doubt}")
        return False
    held = work.logs.get(accusation.log)
    known = held.disputed_from if held is not None else work.disputed.get(accusation.log)
    if known is not None:
        return False
    work.writes.append(PutExhibit(sha256(data).digest(), data, work.now_ms, True))
    if held is not None:
        work.put_log(held._replace(disputed_from=accusation.size))
    else:
        work.disputed[accusation.log] = accusation.size  # marked with the first of its entries that is admitted
    work.told.append(Disputed(accusation.log, accusation.size, accusation.sentence))
    return True
