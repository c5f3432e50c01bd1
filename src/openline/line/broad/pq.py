"""Post-quantum statements: ML-DSA-44 over the newest checkpoint of every log, hourly and when asked. R-137, R-138.

Made once an hour, kept, and carried by broad bearers or a stick only: at 2,420 bytes one would hold up a radio for
minutes. An author's statement and a receipt differ only in who signs. "PQ-confirmed to n" means that every other
party has so signed the first n entries.
"""

from __future__ import annotations

from openline import limits
from openline.errors import PeerFault, Unchecked
from openline.line.events import FindRoot, PqSigned, SignPq
from openline.line.forms import Unresolved, name_log
from openline.line.outgoing import is_narrow
from openline.line.ports import LogId, PutPq
from openline.line.state import PqHeld
from openline.line.work import Work
from openline.record.entry import log_name
from openline.record.roster import check_pq
from openline.wire.items import Item, PqCheckpoint, PqReceipt


def due(work: Work) -> None:
    """Ask for our statements about every newest log that has grown since the last ones."""
    if work.own is None or work.since(work.pq_at_ms) < limits.PQ_CHECKPOINT_EVERY_MS:
        return
    work.pq_at_ms = work.now_ms
    for log in work.newest.values():
        held = work.logs.get(log)
        ours = work.pq.get((log, work.me))
        if held is not None and held.noted.signature and (ours is None or ours.size < held.size):
            at_s = 0 if log.party == work.me else work.now_ms // 1000
            work.wanted.append(SignPq(log, held.size, held.noted.root, at_s))


def take_signed(work: Work, event: PqSigned) -> None:
    """Our statement is made: keep it, and send it wherever there is room for it."""
    log, size, _, at_s = event.want
    _keep(work, log, work.me, PqHeld(size, at_s, event.signature))
    for party, peer in list(work.peers.items()):
        if peer.bearers and not is_narrow(peer):
            work.send(party, item_of(work, log))


def item_of(work: Work, log: LogId) -> Item:
    """Our newest statement about `log`, as it travels."""
    held = work.pq[(log, work.me)]
    ref = name_log(log, full=True)
    if log.party == work.me:
        return PqCheckpoint(ref, held.size, held.signature)
    return PqReceipt(ref, None, held.size, held.at_s, held.signature)


def greet(work: Work, party: int) -> None:
    """A bearer came up: repeat our newest statements, if it is broad enough."""
    if not is_narrow(work.peer(party)):
        for log, witness in list(work.pq):
            if witness == work.me and log in work.newest.values():
                work.send(party, item_of(work, log))


def take(work: Work, party: int, start: bytes, item: PqCheckpoint | PqReceipt) -> None:
    """Check and keep another party's statement. One that cannot be judged yet is dropped: it is repeated."""
    try:
        log = work.find(item.log, party, start)
    except Unresolved:
        return
    witness, at_s = _witness(item, party)
    known = work.pq.get((log, witness))
    if item.size > work.logs[log].size or (known is not None and known.size >= item.size):
        return
    root = work.root_at(log, item.size)
    if root is None:
        work.wasted += 1
        work.wanted.append(FindRoot(party, log, item.size, item))
        return
    try:
        check_pq(work.roster, log, witness, item.size, root, at_s, item.signature)
    except (PeerFault, Unchecked) as doubt:
        work.wasted += 4
        work.notice("pq-unchecked", f"post-quantum statement of party {witness} for {log_name(log)}: {doubt}")
        return
    _keep(work, log, witness, PqHeld(item.size, at_s, item.signature))


def _witness(item: PqCheckpoint | PqReceipt, party: int) -> tuple[int, int]:
    if isinstance(item, PqCheckpoint):
        return item.log.party, 0
    return (party if item.witness is None else item.witness), item.at_s


def _keep(work: Work, log: LogId, witness: int, held: PqHeld) -> None:
    work.pq[(log, witness)] = held
    work.writes.append(PutPq(log, witness, held.size, held.at_s, held.signature))
