"""Our entries that go before their predecessors, where those would hold them up. R-222 to R-224.

Charter. On a slow bearer a letter takes minutes, and what is urgent does not wait for it: an entry goes by itself, at
once, with the fewest hashes that lead from what the peer holds to a root that we signed. It goes again, ever more
seldom, while hails show that the peer lives and neither holds it nor says that it holds it ahead. The log itself goes
on in its order as before, and leaves out what went ahead; whatever was lost of that, repetition brings whole.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from openline import limits
from openline.errors import Malformed
from openline.line.events import AheadLoaded, Fresh, LoadAhead, Send
from openline.line.forms import compact_after, name_log
from openline.line.narrow.squeezing import squeezed
from openline.line.outgoing import is_carried, is_far_ahead, is_narrow, patience_ms, wire_entry
from openline.line.ports import LogId
from openline.line.state import Overtook, PeerState, Urgent
from openline.line.work import NO_FLOW, Work
from openline.record.ahead import parse_held_ahead
from openline.record.entry import FLASH, ROUTINE, parse_header
from openline.wire.items import Item, Opening, Overtaking
from openline.wire.overtaking import subtrees_between

_FIELDS_BYTES: Final = 100  # of an entry beside its body, about
_ITEM_BYTES: Final = 512  # what goes with a body, there, and comes back as an answer, about


def remember(work: Work, fresh: Fresh) -> None:
    """Entries of ours just appended: which of them would overtake, and past what."""
    size = fresh.first + len(fresh.headers)
    before, last, weights = work.last_of, list(work.last_of), [0, 0, 0, 0]
    for header, row in zip(fresh.headers, fresh.rows, strict=True):
        last[header.precedence] = header.index
        weights[header.precedence] += len(row.body) + _FIELDS_BYTES
    work.last_of = (last[0], last[1], last[2], last[3])
    if not any(weights[ROUTINE + 1 :]):
        return
    found = []
    for header, row in zip(fresh.headers, fresh.rows, strict=True):
        least = header.precedence
        if least > ROUTINE and max(last[:least]) >= 0:
            beside = sum(weights[:least])
            found.append(Urgent(header.index, size, least, max(before[:least]), beside, len(row.body)))
    work.urgent = (*work.urgent, *found)[-limits.URGENT_MAX :]


def helps(peer: PeerState, log: LogId) -> bool:
    """True where a log in its order would keep something urgent waiting: on slow roads, or far behind. R-222."""
    if not peer.bearers or is_carried(peer):
        return False
    return is_narrow(peer) or is_far_ahead(peer, peer.flows.get(log, NO_FLOW))


def held_to(work: Work, peer: PeerState, log: LogId) -> int:
    """How much of a log of ours the peer has proved to hold."""
    receipt = work.logs[log].receipts.get(peer.party)
    return max(peer.flows.get(log, NO_FLOW).reported, receipt.size if receipt is not None else 0)


def aside(work: Work, log: LogId, first: int) -> frozenset[int]:
    """Parties to whom something from `first` on goes ahead: there the log goes on in its order, not at once."""
    return frozenset(party for party, peer in work.peers.items() if _overtakes(work, peer, log, first))


def _overtakes(work: Work, peer: PeerState, log: LogId, first: int) -> bool:
    if not work.urgent or not helps(peer, log):
        return False
    held = held_to(work, peer, log)
    return any(one.index >= first and _is_held_up(peer, one, held) for one in work.urgent)


def _is_held_up(peer: PeerState, one: Urgent, held: int) -> bool:
    """True if what is less urgent may keep it waiting: whatever is under way from earlier, or much beside it."""
    beside_ms = 1_000 * one.beside_bytes // _rate(peer)
    return one.before >= held or beside_ms > limits.OVERTAKE_FROM_MS


def _rate(peer: PeerState) -> int:
    return max(1, peer.road.bytes_per_second) if peer.road is not None else 1


def due(work: Work, party: int) -> None:
    """Send ahead what is urgent, held up, and neither held nor said to be held ahead; the most urgent first. R-224."""
    if not work.urgent or work.own is None:
        return
    peer = work.peer(party)
    if not helps(peer, work.own):
        return
    held = held_to(work, peer, work.own)
    for one in sorted(work.urgent, key=lambda one: (-one.precedence, one.index)):
        sent = peer.overtook.get(one.index, Overtook(0, 0))
        is_early = 0 < sent.again_at_ms - work.now_ms <= _patience_ms(peer, one, sent.tries)
        is_needed = one.index >= held and _is_held_up(peer, one, held)
        if not is_needed or sent.is_held or is_early or sent.tries >= limits.OVERTAKE_TRIES_MAX:
            continue
        again_at_ms = work.now_ms + _patience_ms(peer, one, sent.tries + 1)
        peer = peer._replace(overtook={**peer.overtook, one.index: Overtook(again_at_ms, sent.tries + 1)})
        first = held if subtrees_between(held, one.index) <= subtrees_between(0, one.index) else 0
        work.wanted.append(LoadAhead(party, work.own, one.index, one.size, first))
    work.put_peer(peer)


def _patience_ms(peer: PeerState, one: Urgent, tries: int) -> int:
    """How long an answer may take, over the quickest bearer, before the entry goes again: twice as long each time."""
    span_ms = patience_ms(peer, limits.RESEND_AFTER_MS) + 2_000 * (one.body_bytes + _ITEM_BYTES) // _rate(peer)
    return span_ms << min(tries, limits.OVERTAKE_TRIES_MAX)


def take_loaded(work: Work, event: AheadLoaded) -> None:
    """The entry and its hashes are here: it goes, with the log's secret where the peer has proved to hold nothing."""
    want = event.want
    peer = work.peer(want.peer)
    log = work.logs.get(want.log)
    if log is None or not event.signature or not peer.bearers:
        return
    sent = peer.overtook.get(want.index)
    full = sent is not None and sent.tries > 1
    header = parse_header(event.row.header)
    form = squeezed([event.row.body], work.dictionaries, narrow=is_narrow(peer), plain=full)[0]
    after = compact_after(header.after, want.peer, full=full)
    ref = name_log(want.log, full=full, sender_now=work.own)
    entry = wire_entry(header, *form)
    item = Overtaking(ref, want.index, after, entry, want.size, event.signature, want.first, event.hashes)
    items: list[Item] = [item]
    if held_to(work, peer, want.log) == 0:
        items.insert(0, Opening(want.log.party, want.log.generation, log.secret, log.station[:8]))
    work.sends.append(Send(want.peer, tuple(items), everywhere=header.precedence == FLASH))


def hear(work: Work) -> None:
    """What the others' entries say that they hold ahead."""
    for party, body in work.said_ahead:
        take_said(work, party, body)
    work.said_ahead = []


def take_said(work: Work, party: int, body: bytes) -> None:
    """`party` says that it holds an entry ahead: one of ours need not go there again. Its word costs only itself."""
    with suppress(Malformed):
        of = parse_held_ahead(body).of
        peer = work.peer(party)
        if work.own is not None and LogId(*of[:2]) == work.own and of.index in peer.overtook:
            held = peer.overtook[of.index]._replace(is_held=True)
            work.put_peer(peer._replace(overtook={**peer.overtook, of.index: held}))


def forget(work: Work) -> None:
    """What every other party has receipted needs no thought any more."""
    own = work.logs.get(work.own) if work.own is not None else None
    if own is None or not work.urgent:
        return
    least = min((own.receipts[party].size if party in own.receipts else 0 for party in work.peers), default=0)
    if work.urgent[0].index < least:
        work.urgent = tuple(one for one in work.urgent if one.index >= least)
        for peer in list(work.peers.values()):
            if peer.overtook:
                left = {index: sent for index, sent in peer.overtook.items() if index >= least}
                work.put_peer(peer._replace(overtook=left))
