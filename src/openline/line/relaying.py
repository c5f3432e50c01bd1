"""Receipts that go round: between an author and a witness out of each other's reach, through whoever is in reach of
both. R-128.

The author lists a few of its old logs that lack the witness's receipt; whoever hears that repeats the receipts it has,
and for those it lacks lists the log to the witness in turn; the witness, hearing of a log whose author it cannot
reach, repeats its own. Nobody is told to stop, so all of it is seldom and bounded.
"""

from __future__ import annotations

from typing import TypeVar

from openline import limits
from openline.line.narrow.cadence import fresh_ms, is_courier
from openline.line.outgoing import patience_ms, send_receipt, send_receipts
from openline.line.ports import LogId
from openline.line.state import LogState, others
from openline.line.work import Work
from openline.wire.items import Lack

Row = TypeVar("Row", LogId, Lack)
LOGS_A_HAIL = 4
ASKS_MAX = 64
ASK_STANDS_MS = 4 * limits.HAIL_EVERY_MS


def in_contact(work: Work, party: int) -> bool:
    """True if a bearer is up and the party was heard over it of late: some bearers are up and carry nothing."""
    peer = work.peer(party)
    if not peer.bearers or peer.heard_at_ms is None:
        return False
    slow_ms = max((fresh_ms(bearer) for bearer in peer.bearers if not is_courier(bearer)), default=0)
    return work.since(peer.heard_at_ms) < max(slow_ms, patience_ms(peer, limits.CONTACT_LOST_AFTER_MS))


def lacks_receipt(held: LogState, witness: int) -> bool:
    """True if `witness` has not receipted all we hold of a log."""
    receipt = held.receipts.get(witness)
    return receipt is None or receipt.size < held.size


def to_list(work: Work, party: int) -> list[LogId]:
    """Old logs to list to `party` for their receipts' sake: a few of ours, and what other authors asked us for."""
    away = [p for p in others(work.roster, work.me) if p != party and not in_contact(work, p)]
    lacking = [
        log
        for log, held in sorted(work.logs.items())
        if log.party == work.me and log != work.own and any(lacks_receipt(held, p) for p in away)
    ]
    asked = [
        log
        for peer in work.peers.values()
        for log, at_ms in peer.asks.items()
        if peer.party != party and work.since(at_ms) < ASK_STANDS_MS and lacks_receipt(work.logs[log], party)
    ]
    return in_turn(work, lacking, LOGS_A_HAIL) + asked


def in_turn(work: Work, rows: list[Row], count: int) -> list[Row]:
    """`count` of the rows, with each hail the next ones."""
    first = work.now_ms // limits.HAIL_EVERY_MS * count % max(len(rows), 1)
    return (rows[first:] + rows[:first])[:count]


def author_lists(work: Work, party: int, held: LogState) -> None:
    """The author still lists an old log of its own: repeat what receipts we have, and ask the others for theirs."""
    send_receipts(work, party, held)
    peer = work.peer(party)
    if any(lacks_receipt(held, p) for p in others(work.roster, work.me) if p != party):
        kept = list(peer.asks.items())[-ASKS_MAX:]
        work.put_peer(peer._replace(asks={**dict(kept), held.log: work.now_ms}))


def third_lists(work: Work, party: int, held: LogState) -> None:
    """`party` lists a log whose author we cannot reach: our receipt may go through it; it cannot say that it has it."""
    receipt = held.receipts.get(work.me)
    size, at_ms = work.peer(party).receipts_sent.get(held.log, (0, 0))
    if receipt is None or in_contact(work, held.log.party):
        return
    if receipt.size > size or work.since(at_ms) >= limits.RELAY_AGAIN_AFTER_MS:
        send_receipt(work, party, held, work.me)


def remind(work: Work, party: int) -> None:
    """Repeat to `party`, with each hail, our receipt for one log of a third: it cannot say that it lacks it.

    The author gets ours by asking. A bystander only ever had it said once, and its frame may be lost; what it then
    shows, and exports, would lack a receipt that was given. The newest logs take turns, and beside them the old ones.
    """
    theirs = [log for log, held in sorted(work.logs.items()) if work.me in held.receipts]
    logs = [log for log in theirs if log.party not in (work.me, party)]
    newest = [log for log in logs if work.newest.get(log.party) == log]
    turn = work.now_ms // limits.HAIL_EVERY_MS
    for log in sorted({kind[turn % len(kind)] for kind in (newest, logs) if kind}):
        send_receipt(work, party, work.logs[log], work.me)
