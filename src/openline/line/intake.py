"""Entries into the record: our own drafts, and the other parties' commits once a signature covers them.

Nothing is admitted on anybody's word: headers are rebuilt here from the fields that came, the root is
recomputed, and only a signature by the log's own key over that root lets them in. R-120 to R-125.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from openline import limits
from openline.errors import Forged, Malformed, PeerFault, Unchecked
from openline.line.events import Draft, Fresh, Held, UnsignedCheckpoint, UnsignedReceipt
from openline.line.forms import Known, Unresolved, expand_after
from openline.line.narrow import filling
from openline.line.ports import EntryRow, LogId, PutEntries, PutNodes, PutNote, PutSubmission
from openline.line.state import LogState, Pending, Standing
from openline.line.terms import amendments, rate, weight
from openline.line.work import Work
from openline.record import entry as entries
from openline.record import merkle
from openline.record.entry import After, Header, Receipted, Ref
from openline.record.opening import parse_opening, secret_commitment
from openline.record.roster import Claim, check_checkpoint
from openline.record.statement import AMENDING
from openline.wire.codec import NO_DICTIONARIES, Dictionaries, open_body
from openline.wire.items import Run, WireEntry

PRECEDENCE_BITS = 0x03
EXERCISE_BIT = 0x04
_HEEDED = frozenset((entries.HELD_AHEAD, entries.DISPUTE))


class Made(NamedTuple):
    """Entries ready to be stored, and the log they lead to."""

    rows: list[EntryRow]
    peaks: merkle.Peaks
    nodes: list[tuple[int, int, bytes]]
    size: int
    root: bytes


# ------------------------------------------------------------------ our own
def current_after(work: Work) -> After:
    """What we hold of the others, and what they receipted of our current log: the `after` of this turn."""
    held = []
    for party in sorted(work.newest):
        log = work.logs.get(work.newest[party])
        if party != work.me and log is not None and log.size:
            held.append(entries.Held(party, log.log.generation, log.size, log.noted.root))
    own = work.logs.get(work.own) if work.own is not None else None
    receipted = []
    if own is not None:
        receipted = [Receipted(party, own.receipts[party].size) for party in sorted(own.receipts)]
    return After(tuple(held), tuple(receipted))


def append(work: Work, drafts: list[Draft]) -> None:
    """Append drafts to our current log: rows, nodes and one unsigned checkpoint for all of them."""
    if not drafts:
        return
    own = work.logs[_own(work)]
    after = current_after(work)
    written_at_ms = max(work.now_ms, work.roster.opened_at_ms)
    rows = []
    headers = []
    leaves = []
    for index, draft in enumerate(drafts, own.size):
        digest = entries.body_digest(entries.salt_for(own.secret, index), draft.body)
        header = Header(
            index, written_at_ms, draft.kind, draft.precedence, draft.flags, after, draft.references, digest
        )
        headers.append(header)
        coded = entries.encode_header(header)
        leaf = merkle.leaf_hash(coded)
        leaves.append(leaf)
        rows.append(EntryRow(coded, draft.body, leaf))
    peaks, nodes = merkle.extend(own.size, own.peaks, leaves)
    size = own.size + len(rows)
    rate.count_own(work, len(rows), written_at_ms)
    _write_rows(work, own.log, own.size, rows, nodes)
    for index, draft in enumerate(drafts, own.size):
        if draft.token:
            work.writes.append(PutSubmission(draft.token, own.log, index))
    root = merkle.root(peaks)
    work.logs[own.log] = own.grown(Standing(size, root, b""), peaks)
    work.remember_root(own.log, size, root)
    work.last_written_ms = written_at_ms
    work.checkpoint = UnsignedCheckpoint(own.log, size, root)
    if not AMENDING.isdisjoint([draft.kind for draft in drafts]):
        amendments.collect(work, own.log, rows)
    work.fresh = Fresh(own.size, tuple(headers), tuple(rows), tuple([draft.token for draft in drafts]))


def _own(work: Work) -> LogId:
    if work.own is None:
        raise Unchecked("this station has not started: no generation is open")
    return work.own


def _write_rows(
    work: Work,
    log: LogId,
    first: int,
    rows: list[EntryRow],
    nodes: list[tuple[int, int, bytes]],
) -> None:
    work.writes.append(PutEntries(log, first, rows, work.now_ms))
    if nodes:
        work.writes.append(PutNodes(log, nodes))


# ------------------------------------------------------------------ theirs
def take_opening(work: Work, peer: int, log: LogId, secret: bytes, station: bytes) -> None:
    """Remember the secret of a log that we hold nothing of, as this peer says it. Bounded: the oldest gives way.

    Kept apart by peer, as unsigned entries are: what one of them invents cannot stand in the way of another. R-122.
    """
    if log in work.logs or log.party >= len(work.roster.parties):
        return
    work.secrets.pop((peer, log), None)
    work.secrets[peer, log] = (secret, station)
    theirs = [key for key in work.secrets if key[0] == peer]
    if len(theirs) > limits.OPENED_LOGS_MAX:
        del work.secrets[theirs[0]]


def blank(work: Work, peer: int, log: LogId) -> LogState | None:
    """State of a log as held, or an empty one where `peer` has opened its secret. None: unknown."""
    held = work.logs.get(log)
    if held is not None:
        return held
    opened = work.secrets.get((peer, log))
    if opened is None:
        return None
    secret, station = opened
    standing = Standing(0, merkle.EMPTY_ROOT, b"")
    return LogState(log, secret, station, standing, (), disputed_from=work.disputed.get(log))


def keep_pending(
    work: Work, peer: int, log: LogId, first: int, runs: tuple[Run, ...], items: tuple[WireEntry, ...]
) -> Pending | None:
    """Join new entries to what waits for its signature. None: they leave a gap, nothing was kept. R-122."""
    state = blank(work, peer, log)
    size = state.size if state else 0
    filling.fill(work, peer, log, size)
    before = work.pending.get((peer, log))
    if before is not None and before.first != size:
        before = None  # the log moved on under it
    end = before.first + len(before.entries) if before else size
    if first > end:
        return None
    skip = end - first  # what we have already; a difference would show in the root
    if skip >= len(items):
        return before or Pending(size, (), (), 0)
    runs = _skip(runs, skip)
    items = items[skip:]
    held = sum([len(item.body) + 64 for item in items])
    if before is not None:
        runs = before.runs + runs
        items = before.entries + items
        held += before.bytes_held
    if held > limits.PENDING_BYTES_MAX or len(items) > limits.PENDING_ENTRIES_MAX:
        work.pending.pop((peer, log), None)
        work.notice("unsigned-dropped", "more unsigned entries than the bound: dropped, asked for again")
        return None
    pending = Pending(size, runs, items, held)
    work.pending.pop((peer, log), None)
    work.pending[peer, log] = pending
    _make_room(work, peer)
    return pending


def _make_room(work: Work, peer: int) -> None:
    """The oldest of what waits from one peer gives way: it is asked for again, one log after the other."""
    theirs = [key for key in work.pending if key[0] == peer]
    held = sum([work.pending[key].bytes_held for key in theirs])
    for number, key in enumerate(theirs[:-1]):
        if held <= limits.PENDING_BYTES_MAX and len(theirs) - number <= limits.PENDING_LOGS_MAX:
            return
        held -= work.pending.pop(key).bytes_held


def _skip(runs: tuple[Run, ...], count: int) -> tuple[Run, ...]:
    left = []
    for run in runs:
        if count >= run.count:
            count -= run.count
        else:
            left.append(Run(run.count - count, run.after))
            count = 0
    return tuple(left)


def admit(work: Work, log: LogId, size: int, signature: bytes, peer: int) -> bool:
    """Admit pending entries of `log` up to `size` under `signature`. True: held, or held already; False: not yet.

    Raises Unresolved, Unchecked or PeerFault; then nothing of it was admitted and the pending entries are gone.
    """
    state = blank(work, peer, log)
    if state is None:
        raise Unchecked(f"{entries.log_name(log)} is unknown here: its opening has not come")
    if size <= state.size:
        return True  # a repetition
    if state.size == 0 and len(work.logs_of(log.party)) >= limits.LOGS_OF_A_PARTY_MAX:  # each is kept at hand for good
        raise Unchecked(f"{entries.log_name(log)}: no more than {limits.LOGS_OF_A_PARTY_MAX} logs of a party are held")
    if weight.is_left(work, peer):
        return False
    filling.fill(work, peer, log, state.size)
    pending = work.pending.pop((peer, log), None)
    if pending is None or pending.first != state.size or pending.first + len(pending.entries) < size:
        if pending is not None:
            work.pending[peer, log] = pending
        return False  # the signature came before its entries
    count = size - state.size
    weight.charge(work, peer, pending.entries[:count])
    made = rebuild(state, pending, count, known_to(work), work.dictionaries)
    if state.size == 0:
        state = _opened(state, made.rows[0], pending.entries[0].kind)
    checked = check_checkpoint(work.roster, state.station, Claim(log, made.size, made.root, signature))
    if not rate.admits(work, log, pending, count):
        work.pending[peer, log] = pending
        return False
    weight.admitted(work, peer, pending.entries[:count], made.rows)
    last = amendments.undisputed(work, log, state.station)
    is_beyond = last is not None and made.size > last
    new = state.grown(Standing(checked.claim.size, checked.claim.root, signature), made.peaks)
    if is_beyond and state.disputed_from is None:
        new = new._replace(disputed_from=last)
    _write_rows(work, log, state.size, made.rows, made.nodes)
    work.writes.append(PutNote(log, made.size, made.root, signature))
    work.put_log(new)
    if state.size == 0:
        amendments.opened(work, log, made.rows[0].body)
    if log != work.newest.get(log.party):
        work.review_again()
    work.remember_root(log, made.size, made.root)
    for key in [key for key in work.secrets if key[1] == log]:
        del work.secrets[key]
    if log.party != work.me and not is_beyond:
        work.receipts[log] = UnsignedReceipt(log, made.size, made.root)
    work.told.append(Held(log, state.size, count, peer, tuple(made.rows)))
    _heed(work, log, made.rows, [item.kind for item in pending.entries[:count]])
    if count < len(pending.entries):
        rest = pending.entries[count:]
        work.pending[peer, log] = Pending(
            made.size, _skip(pending.runs, count), rest, sum(len(item.body) + 64 for item in rest)
        )
    return True


def _heed(work: Work, log: LogId, rows: list[EntryRow], kinds: list[int]) -> None:
    """What entries just admitted say of the line itself."""
    if not AMENDING.isdisjoint(kinds):
        amendments.collect(work, log, rows)
    said = [(kind, row.body) for kind, row in zip(kinds, rows, strict=True) if kind in _HEEDED]
    work.said_ahead += [(log.party, body) for kind, body in said if kind == entries.HELD_AHEAD]
    work.exhibits += [body for kind, body in said if kind == entries.DISPUTE]


def _opened(state: LogState, row: EntryRow, kind: int) -> LogState:
    """A log begins with an OPENING that names its secret and its station as its opener did: under another station an
    export of ours would be refused, for what somebody else wrote. Raises Malformed. R-078."""
    said = parse_opening(row.body) if kind == entries.OPENING else None
    if said is None or said.commitment != secret_commitment(state.secret) or not said.station.startswith(state.station):
        raise Malformed(f"{entries.log_name(state.log)} does not begin with its opening", row.body[:64])
    return state._replace(station=said.station)


def known_to(work: Work) -> Known:
    """What the compact form of an `after` may leave to us."""
    return Known(work.logs_of(work.me), work.roots)


def rebuild(
    state: LogState, pending: Pending, count: int, known: Known, dictionaries: Dictionaries = NO_DICTIONARIES
) -> Made:
    """Rebuild `count` headers from wire fields, and the root they lead to. Raises Unresolved, PeerFault."""
    rows: list[EntryRow] = []
    leaves: list[bytes] = []
    index = state.size
    position = 0
    left = limits.PENDING_BYTES_MAX
    secret = state.secret
    for run in pending.runs:
        after = expand_after(run.after, known)
        for item in pending.entries[position : min(position + run.count, count)]:
            kind, bits, written_at_ms, references, codec, body = item
            if codec:
                body = open_body(codec, body, limits.BODY_BYTES_MAX, dictionaries)
            digest = entries.body_digest(entries.salt_for(secret, index), body)
            header = entries.encode_header(
                Header(
                    index,
                    written_at_ms,
                    kind,
                    bits & PRECEDENCE_BITS,
                    1 if bits & EXERCISE_BIT else 0,
                    after,
                    tuple(Ref(*ref) for ref in references) if references else (),
                    digest,
                )
            )
            left -= len(header) + len(body)
            if left < 0:  # a few deflated bodies can open to more than anybody could serve again. R-122
                raise Malformed(f"entries under one signature open to more than {limits.PENDING_BYTES_MAX} bytes")
            leaf = sha256(b"\x00" + header).digest()
            leaves.append(leaf)
            rows.append(EntryRow(header, body, leaf))
            index += 1
        position += run.count
        if position >= count:
            break
    peaks, nodes = merkle.extend(state.size, state.peaks, leaves)
    return Made(rows, peaks, nodes, index, merkle.root(peaks))


def admit_or_differ(work: Work, log: LogId, size: int, signature: bytes, peer: int) -> int | None:
    """Admit, or say why not as a `differs` reason (0 signature, 3 unresolved, 4 bad entry). None: nothing to say."""
    try:
        admit(work, log, size, signature, peer)
    except Unresolved:
        return 3
    except Forged:
        return 0
    except PeerFault as fault:
        work.notice("entries-refused", f"entries of {entries.log_name(log)} from party {peer} refused: {fault.reason}")
        return 4
    except Unchecked as doubt:
        work.notice("commit-unjudged", f"commit not judged yet: {doubt}")
        return 2
    return None
