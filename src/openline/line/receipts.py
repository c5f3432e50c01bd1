"""Receipts that come in, and the order in which ours go out. R-127 to R-129.

A receipt says: every header and body below this size is durably held here. It is checked against our
own root at that size, stored, and repeated byte for byte to anybody who lacks it.
"""

from __future__ import annotations

from openline.errors import PeerFault, Unchecked
from openline.line.events import FindRoot, ReceiptCame, Send, UnsignedReceipt
from openline.line.forms import Unresolved, name_log
from openline.line.outgoing import proved
from openline.line.ports import LogId, PutReceipt
from openline.line.state import LogState, Receipted
from openline.line.work import Work
from openline.record.entry import log_name
from openline.record.roster import check_receipt
from openline.wire.items import Receipt


def take(work: Work, party: int, start: bytes, item: Receipt) -> None:
    """Check and store a receipt. One that cannot be judged yet is dropped: its maker repeats it."""
    try:
        log = work.find(item.log, party, start)
    except Unresolved:
        return
    witness = party if item.witness is None else item.witness
    held = work.logs[log]
    if witness in (log.party, work.me) or witness >= len(work.roster.parties):
        work.notice("receipt-refused", f"receipt for {log_name(log)} names party {witness} as its witness: refused")
        return
    known = held.receipts.get(witness)
    if item.size > held.size or (known is not None and item.size <= known.size):
        return  # not judged yet, or a repetition
    # Of ours: at a size that we signed. Another shows nothing to anybody: no checkpoint of ours goes with it. R-127.
    root = work.signed_root(log, item.size) if log.party == work.me else work.root_at(log, item.size)
    if root is None:
        work.wasted += 1
        work.wanted.append(FindRoot(party, log, item.size, item._replace(witness=witness)))
        return
    judge(work, log, witness, item, root)


def judge(work: Work, log: LogId, witness: int, item: Receipt, root: bytes) -> None:
    """Store a receipt whose root is known, if the witness's key made it."""
    held = work.logs[log]
    known = held.receipts.get(witness)
    if known is not None and item.size <= known.size:
        return
    try:
        check_receipt(work.roster, log, witness, item.size, root, item.at_s, item.signature)
    except (PeerFault, Unchecked) as doubt:
        work.wasted += len(work.roster.parties[witness].stations)
        work.notice("receipt-unchecked", f"party {witness}, {log_name(log)} at {item.size}: {doubt}")
        return
    receipt = Receipted(item.size, item.at_s, item.signature)
    store(work, held, witness, receipt)
    work.told.append(ReceiptCame(log, witness, item.size, item.at_s))
    proved(work, witness, log, item.size)


def store(work: Work, held: LogState, witness: int, receipt: Receipted) -> None:
    """Write a receipt, and keep it as the witness's newest."""
    work.logs[held.log] = held.receipted(witness, receipt)
    work.writes.append(PutReceipt(held.log, witness, *receipt, arrived_at_ms=work.now_ms))


def sends(work: Work, made: UnsignedReceipt, receipt: Receipted) -> list[Send]:
    """Our receipt, to the author and to every other party in contact."""
    item = Receipt(name_log(made.log, full=work.newest.get(made.log.party) != made.log), None, *receipt)
    out = []
    for party, peer in list(work.peers.items()):
        if peer.bearers:
            out.append(Send(party, (item,)))
            work.put_peer(peer.given(made.log, receipt.size, work.now_ms))
    return out
