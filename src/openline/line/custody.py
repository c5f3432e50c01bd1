"""Custody: who holds which entries of which logs, and which signatures say so.

Charter. Each party writes logs that only it writes; every other party holds exact copies. This machine
appends our drafts to our own log, admits the others' entries once their signature covers a recomputed
root, answers with receipts, and repeats whatever a peer's hail shows to be missing. Any bearer may lose,
repeat or reorder what it carries: every item is idempotent.

    step(state, event, now) -> (state, intent)         pure; says what must be signed
    complete(state, intent, signatures, now) -> (state, outcome)   what to commit, and what to do after it

The caller signs between the two, commits `outcome.writes` in one transaction, and only then performs
`outcome.sends`. A crash in between costs a repetition, never a lie. R-120.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from openline import limits
from openline.line import hails, intake, outgoing, receipts
from openline.line.broad import blobs, pq
from openline.line.events import (
    AheadLoaded,
    Appended,
    Arrived,
    BlobChecked,
    BlobLoaded,
    BlobWanted,
    CarryOut,
    ClockSet,
    Down,
    Draft,
    Event,
    ForkFound,
    Intent,
    Loaded,
    Outcome,
    PeaksFound,
    PqSigned,
    PqWanted,
    RootFound,
    Signatures,
    Started,
    Submitted,
    Tick,
    Up,
)
from openline.line.forks import disputes
from openline.line.forms import Unresolved
from openline.line.narrow import ahead, contacts, filling, overtaking, roads
from openline.line.ports import LogId, PutNote, PutReceipt
from openline.line.state import Flow, LineState, LogState, Receipted, Standing, others
from openline.line.terms import amendments
from openline.line.work import Work
from openline.record.entry import OPENING
from openline.record.merkle import EMPTY_ROOT
from openline.wire.items import (
    BlobAsk,
    BlobChunk,
    Checkpoint,
    Commit,
    Differs,
    Entries,
    Gaps,
    Hail,
    HailLog,
    Item,
    Note,
    Opening,
    Overtaking,
    PqCheckpoint,
    PqReceipt,
    Receipt,
    RosterEntry,
    ShortHail,
)


def step(state: LineState, events: Sequence[Event], now_ms: int, nonce: bytes) -> tuple[LineState, Intent]:
    """Take a batch of events in order. `nonce`: 8 unpredictable bytes for whatever hail goes out in this step."""
    work = Work(state, now_ms, nonce)
    amendments.due(work)
    for event in events:
        _take(work, event)
    amendments.catch_up(work)
    amendments.keep_offered(work)
    intake.append(work, work.drafts)
    if work.wants_changed:
        blobs.save(work)
    return work.freeze(), work.intent()


def complete(state: LineState, intent: Intent, signatures: Signatures, now_ms: int) -> tuple[LineState, Outcome]:
    """Put the signatures in: notes, receipts, and the sends that carry them."""
    if intent.checkpoint is None and not intent.receipts:
        return state, Outcome(intent.writes, intent.sends, intent.wanted, intent.told)
    work = Work(state, now_ms, b"")
    writes = list(intent.writes)
    sends = list(intent.sends)
    told = list(intent.told)
    for unsigned, signature in zip(intent.receipts, signatures.receipts, strict=True):
        receipt = Receipted(unsigned.size, signatures.at_s, signature)
        held = work.logs[unsigned.log]
        work.logs[unsigned.log] = held.receipted(work.me, receipt)
        writes.append(PutReceipt(unsigned.log, work.me, *receipt, arrived_at_ms=now_ms))
        sends += receipts.sends(work, unsigned, receipt)
    if intent.checkpoint is not None and intent.fresh is not None:
        log, size, root = intent.checkpoint
        own = work.logs[log]
        own = own.grown(Standing(size, root, signatures.checkpoint), own.peaks)
        work.put_log(own)
        writes += [*work.writes, PutNote(log, size, root, signatures.checkpoint)]
        overtaking.remember(work, intent.fresh)
        aside = overtaking.aside(work, log, intent.fresh.first)
        sends += outgoing.push_fresh(work, own, intent.fresh, signatures.checkpoint, aside)
        for party in aside:
            overtaking.due(work, party)
            outgoing.pump(work, party, log)
        told.append(Appended(log, intent.fresh.first, len(intent.fresh.rows), intent.fresh.tokens))
    return work.freeze(), Outcome(tuple(writes), tuple(sends), (*intent.wanted, *work.wanted), tuple(told))


def _take(work: Work, event: Event) -> None:
    match event:
        case Submitted(drafts):
            work.drafts.extend(drafts)
        case Arrived(peer) | Up(peer) if amendments.is_gone(work.roster, peer):
            pass  # what it said before it left is held; from now on nothing is taken from it. R-158
        case Arrived(peer, bearer, start, items, epoch, frame):
            work.bearer, work.frame = bearer, frame
            heard = work.peer(peer)
            if epoch > heard.epoch_opened:
                work.put_peer(heard._replace(epoch_opened=epoch))
            _take_items(work, peer, start, items)
            roads.heard(work, peer)
        case Loaded():
            outgoing.take_loaded(work, event)
        case RootFound():
            _take_root(work, event)
        case ForkFound():
            disputes.take_fork(work, event)
        case AheadLoaded():
            overtaking.take_loaded(work, event)
        case PeaksFound(want):
            ahead.take_peaks(work, event)
            _admit_reached(work, want.peer, b"", want.log)
        case Tick():
            overtaking.forget(work)
            roads.due(work)
            hails.due(work)
            blobs.due(work)
            pq.due(work)
        case Up():
            _up(work, event)
        case Down(peer, name):
            state = work.peer(peer)
            left = tuple(bearer for bearer in state.bearers if bearer.name != name)
            work.put_peer(state._replace(bearers=left, flows={} if not left else state.flows))
            roads.settle(work, peer)
        case CarryOut(peer):
            hails.hail(work, peer, bearer="")
            _carry_out(work, peer)
        case ClockSet(by_ms):
            contacts.clock_set(work, by_ms)
        case PqSigned():
            pq.take_signed(work, event)
        case PqWanted():
            work.pq_at_ms = work.now_ms - limits.PQ_CHECKPOINT_EVERY_MS
            pq.due(work)
        case BlobWanted():
            blobs.want(work, event)
        case BlobLoaded():
            blobs.take_loaded(work, event)
        case BlobChecked():
            blobs.take_checked(work, event)
        case Started():
            _start(work, event)
        case _:
            assert_never(event)


def _start(work: Work, event: Started) -> None:
    log = LogId(work.me, event.generation)
    own = LogState(log, event.secret, event.station, Standing(0, EMPTY_ROOT, b""), ())
    work.own = log
    work.logs[log] = own
    work.newest[work.me] = log
    amendments.opened(work, log, event.opening)
    if work.ledger is not None:
        amendments.judge(work)  # the stored snapshot is that of what we start with
    for party in others(work.roster, work.me):
        work.put_peer(work.peer(party))
    work.drafts.append(Draft(OPENING, 0, 0, (), event.opening))


def _up(work: Work, event: Up) -> None:
    peer = work.peer(event.peer)
    kept = tuple(bearer for bearer in peer.bearers if bearer.name != event.bearer.name)
    # what went into a bearer that broke is lost: start over from what the peer says it holds
    flows = {} if not kept else peer.flows
    work.put_peer(peer._replace(bearers=(*kept, event.bearer), flows=flows, receipts_sent={}))
    roads.up(work, event.peer, event.bearer)
    hails.hail(work, event.peer, bearer=event.bearer.name)
    pq.greet(work, event.peer)
    if outgoing.is_carried(work.peer(event.peer)):
        _carry_out(work, event.peer)


def _carry_out(work: Work, party: int) -> None:
    """Everything `party` has not receipted, from its receipts alone, without waiting for a hail."""
    for log, held in sorted(work.logs.items()):
        if log.party == party:
            outgoing.send_receipt(work, party, held, work.me)
            continue
        if hails.is_settled(work, log, party, None):  # none of these is one that its life writes
            continue
        receipt = held.receipts.get(party)
        size = receipt.size if receipt else 0
        work.put_flow(party, log, Flow(size, work.now_ms, size, asked=True, whole=True))
        outgoing.pump(work, party, log)


def _take_items(work: Work, peer: int, start: bytes, items: Sequence[Item]) -> None:
    """One frame. When it has wasted too much of our time the rest is left: what matters is repeated. R-160."""
    work.wasted = 0
    for number, item in enumerate(items):
        if work.wasted > limits.WASTE_A_FRAME_MAX:
            left = len(items) - number
            work.notice("frame-left", f"{left} items of a frame from party {peer} left: it was nothing but work")
            return
        _take_item(work, peer, start, item)


def _take_item(work: Work, peer: int, start: bytes, item: Item) -> None:
    match item:
        case Commit():
            _take_entries(work, peer, start, item, item.signature)
        case Entries():
            _take_entries(work, peer, start, item, None)
        case Opening(party, generation, secret, station):
            intake.take_opening(work, peer, LogId(party, generation), secret, station)
        case Receipt():
            receipts.take(work, peer, start, item)
        case Hail():
            hails.take(work, peer, start, item)
            overtaking.due(work, peer)
        case ShortHail():
            hails.take_short(work, peer, start, item)
            overtaking.due(work, peer)
        case Checkpoint():
            _take_checkpoint(work, peer, start, item)
        case Overtaking():
            _take_overtaking(work, peer, start, item)
        case PqCheckpoint() | PqReceipt():
            pq.take(work, peer, start, item)
        case BlobAsk():
            blobs.serve(work, peer, item)
        case BlobChunk():
            blobs.take(work, peer, item)
        case Note():
            disputes.take_note(work, peer, item)
        case Differs() if not contacts.is_late(work, work.peer(peer), start):
            disputes.take_differs(work, peer, start, item)
        case RosterEntry(certificate):
            amendments.take_offered(work, peer, certificate)
        case Differs() | Gaps():  # of gaps the outboxes know: R-213
            work.wasted += 1
        case _:
            work.notice("item-not-taken", f"item {type(item).__name__} from party {peer} is not taken by this station")


def _named(work: Work, peer: int, start: bytes, item: Commit | Entries | Checkpoint | Overtaking) -> LogId | None:
    try:
        return work.find(item.log, peer, start, [log for by, log in work.secrets if by == peer])
    except Unresolved:
        work.wasted += 1
        if work.since(work.peer(peer).hailed_at_ms) >= contacts.rest_ms(work.peer(peer)):
            hails.hail(work, peer)  # shows what we hold, so that the sender begins at the beginning
        return None


def _take_entries(work: Work, peer: int, start: bytes, item: Commit | Entries, signature: bytes | None) -> None:
    log = _named(work, peer, start, item)
    if log is None or log == work.own:
        return
    kept = intake.keep_pending(work, peer, log, item.first, item.runs, item.entries)
    if kept is not None and signature is not None:
        _admit(work, peer, start, log, item.first + len(item.entries), signature)
    _admit_reached(work, peer, start, log)


def _take_checkpoint(work: Work, peer: int, start: bytes, item: Checkpoint) -> None:
    log = _named(work, peer, start, item)
    if log is None or log == work.own:
        return
    _admit(work, peer, start, log, item.size, item.signature)
    _admit_reached(work, peer, start, log)


def _take_overtaking(work: Work, peer: int, start: bytes, item: Overtaking) -> None:
    log = _named(work, peer, start, item)
    if log is not None and log != work.own:
        ahead.take(work, peer, log, item)
        _admit_reached(work, peer, start, log)


def _admit(work: Work, peer: int, start: bytes, log: LogId, size: int, signature: bytes) -> None:
    reason = intake.admit_or_differ(work, log, size, signature, peer)
    if reason is not None:
        work.wasted += 1
        hails.differ(work, peer, log, reason)
    else:
        _after_admission(work, peer, start, log, size)


def _admit_reached(work: Work, peer: int, start: bytes, log: LogId) -> None:
    """Let in what the checkpoints cover that came with entries ahead, as far as nothing lacks before them. R-228."""
    while (end := filling.reached(work, peer, log)) is not None:
        _admit(work, peer, start, log, *end)
        if log not in work.logs or work.logs[log].size < end[0]:
            return


def _after_admission(work: Work, peer: int, start: bytes, log: LogId, size: int) -> None:
    ahead.settle(work, log)
    overtaking.hear(work)
    disputes.take_exhibits(work)
    disputes.take_ahead(work, log)
    flow = work.peer(peer).flows.get(log)
    if flow is not None and flow.reported < size and work.peer(peer).start == start:
        work.put_flow(peer, log, flow._replace(reported=size, sent=max(flow.sent, size)))


def _take_root(work: Work, event: RootFound) -> None:
    want, root = event.want, event.root
    if root is None:
        return
    work.remember_asked(want.log, want.size, root)
    match want.why:
        case HailLog() as row:
            hails.compare(work, want.peer, row, root)
        case Receipt() as item:
            receipts.judge(work, want.log, item.witness if item.witness is not None else want.peer, item, root)
        case Note() as item:
            disputes.take_note(work, want.peer, item)
        case PqCheckpoint() | PqReceipt() as item:
            pq.take(work, want.peer, b"", item)
        case _:
            pass
