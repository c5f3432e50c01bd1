"""What goes out: fresh commits at once, the rest by flows that the peer's hails and receipts correct.

A peer that is level with us gets each new commit as it is made. One that is behind is served from the
store in batches that end on a checkpoint, at most IN_FLIGHT_ENTRIES_MAX ahead of what it has proved to hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Final

from openline import limits
from openline.line.events import Fresh, Load, Loaded, Send
from openline.line.forms import compact_after, name_log
from openline.line.narrow.cadence import is_courier
from openline.line.narrow.facts import coded_bytes, is_slow, slow_ms, under_way_bytes, window_bytes
from openline.line.narrow.squeezing import squeezed
from openline.line.ports import EntryRow, LogId
from openline.line.state import BearerUp, Flow, LogState, PeerState
from openline.line.work import LONG_AGO_MS, Work
from openline.record.entry import FLASH, Header, parse_header
from openline.wire.items import Checkpoint, Commit, Entries, Item, Opening, Receipt, Ref, Run, WireEntry

NOTHING_APART: Final[Mapping[int, bool]] = {}
ENTRY_OVERHEAD_BYTES = 600  # room for one entry's fields and a run of full `after` forms


def best_bearer(peer: PeerState) -> int:
    """Frame bound of the bearer that `Send` without a name takes; 0 when none is up."""
    return peer.road.frame_bytes_max if peer.road is not None else 0


def is_carried(peer: PeerState) -> bool:
    """True if what goes to this peer goes by courier: then nothing waits for an answer."""
    return peer.road is not None and is_courier(peer.road)


def patience_ms(peer: PeerState, at_least_ms: int) -> int:
    """How long to wait for an answer: never less than a round trip."""
    return max(at_least_ms, 2 * peer.road.latency_ms) if peer.road is not None else at_least_ms


def resend_ms(peer: PeerState) -> int:
    """How long to wait before repeating: a round trip, and what is under way by a slow road. R-205."""
    return patience_ms(peer, limits.RESEND_AFTER_MS) + slow_ms(peer)


def is_narrow_bearer(bearer: BearerUp) -> bool:
    """True if this bearer is slow enough for compression to pay."""
    return bearer.bytes_per_second < limits.NARROW_BELOW_BYTES_PER_SECOND


def is_narrow(peer: PeerState) -> bool:
    """True if its road is slow enough for compression to pay."""
    return peer.road is not None and is_narrow_bearer(peer.road)


def wire_entry(header: Header, codec: int, coded: bytes) -> WireEntry:
    """Wire fields of one entry."""
    bits = header.precedence | (0x04 if header.flags & 1 else 0)
    references = tuple(Ref(*ref) for ref in header.references) if header.references else ()
    return WireEntry(header.kind, bits, header.written_at_ms, references, codec, coded)


def commit_items(
    work: Work,
    peer: PeerState,
    log: LogState,
    first: int,
    rows: Sequence[EntryRow],
    signature: bytes,
    *,
    full: bool,
    headers: Sequence[Header] | None = None,
    apart: Mapping[int, bool] = NOTHING_APART,
    everywhere: bool = False,
) -> tuple[Item, ...]:
    """Items that carry `rows` and the signature over all of them: zero or more Entries, then one Commit.

    `apart`: indexes of entries that went ahead, and whether the peer has them: those are left out, the others stand in
    an item alone. Where the last is left out, a Checkpoint ends the items. R-228.
    """
    if headers is None:
        headers = [parse_header(row.header) for row in rows]
    narrow = is_narrow(peer) or (everywhere and any(is_slow(bearer) for bearer in peer.bearers))
    forms = squeezed([row.body for row in rows], work.dictionaries, narrow=narrow, plain=full)
    coded = [wire_entry(header, *form) for header, form in zip(headers, forms, strict=True)]
    afters = [header.after for header in headers]
    ref = name_log(log.log, full=full, sender_now=work.own)
    items: list[Item] = []
    if first == 0:
        items.append(Opening(log.log.party, log.log.generation, log.secret, log.station[:8]))
    bound = best_bearer(peer) or limits.PAYLOAD_BYTES_MAX
    for start, end in _cuts(coded, bound - 256, {index - first for index in apart}):
        if apart.get(first + start):
            continue
        runs: list[Run] = []
        for after, same in groupby(afters[start:end]):
            count = len(list(same))
            runs.append(Run(count, compact_after(after, peer.party, full=full)))
        if end == len(coded):
            items.append(Commit(ref, first + start, tuple(runs), tuple(coded[start:end]), signature))
        else:
            items.append(Entries(ref, first + start, tuple(runs), tuple(coded[start:end])))
    if apart.get(first + len(coded) - 1):
        items.append(Checkpoint(ref, first + len(coded), signature))
    return tuple(items)


def _cuts(coded: Sequence[WireEntry], bytes_max: int, apart: Collection[int]) -> list[tuple[int, int]]:
    """Stretches of entries that fit an item each; one that stands `apart` is a stretch."""
    cuts = []
    start = 0
    held = 0
    for index, item in enumerate(coded):
        cost = len(item.body) + ENTRY_OVERHEAD_BYTES
        if held and (held + cost > bytes_max or index in apart or index - 1 in apart):
            cuts.append((start, index))
            start, held = index, 0
        held += cost
    cuts.append((start, len(coded)))
    return cuts


def push_fresh(
    work: Work, log: LogState, fresh: Fresh, signature: bytes, aside: Collection[int] = ()
) -> list[Send]:
    """Sends of a commit just made, to every peer that is level with us; the others, and those `aside`, catch up by
    their flow. FLASH goes out on every bearer. R-208."""
    sends = []
    first, size = fresh.first, fresh.first + len(fresh.rows)
    is_flash = any(header.precedence == FLASH for header in fresh.headers)
    for party, peer in list(work.peers.items()):
        flow = peer.flows.get(log.log)
        if flow is None or not peer.bearers or flow.loading or flow.sent != first or party in aside:
            continue
        if is_far_ahead(peer, flow):
            continue
        items = commit_items(
            work, peer, log, first, fresh.rows, signature, full=flow.full, headers=fresh.headers, everywhere=is_flash
        )
        sends.append(Send(party, items, everywhere=is_flash))
        work.put_flow(party, log.log, _sent(peer, flow, size, fresh.rows, items, work.now_ms))
    return sends


def _window(peer: PeerState) -> int:
    return window_bytes(peer.road) if peer.road is not None and is_slow(peer.road) else limits.IN_FLIGHT_BYTES_MAX


def is_far_ahead(peer: PeerState, flow: Flow) -> bool:
    """True when so much is under way that a peer should first prove to hold some of it."""
    if flow.sent <= flow.reported or is_carried(peer):
        return False
    return flow.sent - flow.reported >= limits.IN_FLIGHT_ENTRIES_MAX or flow.ahead_bytes >= _window(peer)


def _sent(
    peer: PeerState, flow: Flow, size: int, rows: Sequence[EntryRow], items: Sequence[Item], now_ms: int
) -> Flow:
    # Counted from the first that is not proved: fresh entries must not put off for ever what was lost before them (seed
    # 420: a test every 20 s on a slow road, and nothing said again).
    is_under_way = flow.sent > flow.reported
    ahead_bytes = flow.ahead_bytes if is_under_way else 0
    if peer.road is not None and is_slow(peer.road):
        ahead_bytes += coded_bytes(items)
    else:
        ahead_bytes += sum([len(row.header) + len(row.body) for row in rows])
    return flow._replace(sent=size, moved_at_ms=flow.moved_at_ms if is_under_way else now_ms, ahead_bytes=ahead_bytes)


def pump(work: Work, party: int, log: LogId) -> None:
    """Ask the store for the next batch of `log` for `party`, where there is one and the peer keeps up."""
    held = work.logs.get(log)
    peer = work.peer(party)
    flow = peer.flows.get(log)
    if held is None or flow is None or not peer.bearers or flow.loading or flow.sent >= held.size:
        return
    if is_far_ahead(peer, flow):
        return
    bytes_max = max(1, room_for(peer)) if is_narrow(peer) else limits.COMMIT_BYTES_MAX
    work.wanted.append(Load(party, log, flow.sent, bytes_max))
    work.put_flow(party, log, flow._replace(loading=True))


def take_loaded(work: Work, event: Loaded) -> None:
    """Send what the store answered, and ask for more."""
    flow = work.flow(event.peer, event.log)
    peer = work.peer(event.peer)
    held = work.logs.get(event.log)
    flow = flow._replace(loading=False)
    if event.is_full:
        work.put_peer(peer.flowing(event.log, flow)._replace(is_held_back=True))
        return
    if held is None or event.note is None or not event.rows or flow.sent != event.first or not peer.bearers:
        work.put_flow(event.peer, event.log, flow)
        if flow.sent != event.first:  # its road has changed meanwhile
            pump(work, event.peer, event.log)
        return
    ahead = peer.overtook if event.log == work.own else {}
    apart = {index: sent.is_held and not flow.whole for index, sent in ahead.items()}
    headers = [parse_header(row.header) for row in event.rows]
    items = commit_items(
        work, peer, held, event.first, event.rows, event.note.signature, full=flow.full, headers=headers, apart=apart
    )
    rest = [header.precedence for header in headers if header.index not in apart]
    work.sends.append(Send(event.peer, items, precedence=max(rest, default=None)))
    if event.note.size == held.size:
        _add_receipts(work, event.peer, held)
    work.put_flow(event.peer, event.log, _sent(peer, flow, event.note.size, event.rows, items, work.now_ms))
    pump(work, event.peer, event.log)


def _add_receipts(work: Work, party: int, log: LogState) -> None:
    """Who has caught up with a log also gets the receipts that others gave for it meanwhile. R-128."""
    for witness in sorted(log.receipts):
        if witness not in (party, log.log.party):
            send_receipt(work, party, log, witness)


def rewind(work: Work, party: int, log: LogId, size: int, *, full: bool = False) -> None:
    """The peer says it holds `size`: push from there, unless more is already under way to it."""
    flow = work.flow(party, log)
    if flow.loading:
        return
    in_flight = flow.sent > size and work.since(flow.moved_at_ms) < resend_ms(work.peer(party))
    if in_flight and (flow.full or not full):  # said to differ: repeated once, then as patiently as anything
        return
    work.put_flow(party, log, Flow(size, work.now_ms, size, full=full or flow.full, asked=True, whole=True))
    pump(work, party, log)


def proved(work: Work, party: int, log: LogId, size: int) -> None:
    """The peer proved, or said, that it holds `size`: its flow may go on. Logs of a third party wait to be asked for:
    their author sends them itself, at the same time. R-139."""
    flow = work.flow(party, log)
    if size > flow.reported or log not in work.peer(party).flows:
        under_way = max(flow.sent - flow.reported, 1)
        left = max(flow.sent - size, 0) * flow.ahead_bytes // under_way
        flow = flow._replace(
            reported=max(size, flow.reported), sent=max(flow.sent, size), moved_at_ms=work.now_ms, ahead_bytes=left
        )
        work.put_flow(party, log, flow)
        if work.peer(party).is_held_back:
            _go_on(work, party)
    if flow.asked or log.party in (party, work.me):
        pump(work, party, log)


def _go_on(work: Work, party: int) -> None:
    """There may be room again: the next log that waits for it, one for each that has moved."""
    for log, flow in work.peer(party).flows.items():
        held = work.logs.get(log)
        wanted = flow.asked or log.party in (party, work.me)
        if wanted and held is not None and not flow.loading and flow.sent < held.size:
            pump(work, party, log)
            return
    work.put_peer(work.peer(party)._replace(is_held_back=False))


def room_for(peer: PeerState) -> int:
    """Bytes that may be put on their way to a peer now, over all logs. A courier waits for no answer. R-161."""
    if is_carried(peer):
        return limits.ANSWER_BYTES_MAX
    return _window(peer) - under_way_bytes(peer)


def send_receipt(work: Work, party: int, log: LogState, witness: int) -> None:
    """Repeat a receipt byte for byte: ours, or another party's that `party` lacks."""
    receipt = log.receipts.get(witness)
    if receipt is None:
        return
    peer = work.peer(party)
    size, at_ms = peer.receipts_sent.get(log.log, (0, 0))
    if witness == work.me:
        if size >= receipt.size and work.since(at_ms) < resend_ms(peer):
            return
        work.put_peer(peer.given(log.log, receipt.size, work.now_ms))
    named = None if witness == work.me else witness
    is_old = work.newest.get(log.log.party) != log.log
    work.send(party, Receipt(name_log(log.log, full=is_old), named, receipt.size, receipt.at_s, receipt.signature))


def send_receipts(work: Work, party: int, log: LogState) -> None:
    """Repeat every receipt we have for a log of `party`, at most once each RESEND_AFTER_MS."""
    _, at_ms = work.peer(party).receipts_sent.get(log.log, (0, -LONG_AGO_MS))
    if work.since(at_ms) < resend_ms(work.peer(party)):
        return
    for witness in sorted(log.receipts):
        if witness != party:
            send_receipt(work, party, log, witness)
