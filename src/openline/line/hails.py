"""Hails: what I hold, what I lack, and that I am alive now. All repetition on a line is driven by them.

A hail that answers our own unpredictable nonce proves life; its age counts from when we sent that nonce.
"""

from __future__ import annotations

from typing import Final

from openline import limits
from openline.line import relaying
from openline.line.events import FindRoot
from openline.line.forms import name_log
from openline.line.narrow import contacts
from openline.line.narrow.cadence import fresh_ms, is_courier
from openline.line.outgoing import is_narrow, is_narrow_bearer, proved, pump, rewind, send_receipt
from openline.line.ports import LogId
from openline.line.state import Asked, Flow, PeerState, others
from openline.line.terms import amendments
from openline.line.work import LONG_AGO_MS, Work
from openline.wire.items import Differs, Hail, HailLog, HailReceipt, Lack, ShortHail

ROOT8: Final = 8
REVIEW_LOGS: Final = 64  # a hail, while a peer that may have been restored is told of everything we hold


def is_settled(work: Work, log: LogId, party: int, current: LogId | None) -> bool:
    """True when `party` holds all we hold of `log`: by its receipt; of logs that are not ours, its word is enough.
    `current`: the log that its life writes. Asked of every log, so nothing here looks at all of them."""
    held = work.logs[log]
    receipt = held.receipts.get(party)
    if receipt is not None and receipt.size >= held.size:
        return True
    peer = work.peer(party)
    if log.party == work.me:  # listing an old log of ours is how we ask for its receipt; a revoked key's gets none
        return amendments.is_revoked(work.roster, log.party, held.station) and peer.reviewed >= len(work.logs)
    if log.party == party and log == current:
        return True  # the life that writes it has put it on its disk before it told us of it
    flow = peer.flows.get(log)
    return flow is not None and flow.reported >= held.size


def current_log(work: Work, party: int, start: bytes) -> LogId | None:
    """The log that the life of `party` with this start writes. Not always the newest by name: clocks are set back."""
    newest = work.newest.get(party)
    if newest is None or not start or newest.generation.endswith(start):
        return newest
    return next((log for log in work.logs if log.party == party and log.generation.endswith(start)), None)


def is_level(work: Work, party: int) -> bool:
    """True if, as far as we know, neither of us lacks anything: then a short hail says it all. R-231."""
    peer = work.peer(party)
    is_reviewed = bool(peer.start) and peer.reviewed >= len(work.logs)
    lacking = any(_size(work, log) < size for log, (size, _) in peer.lacks_since.items())
    if not is_reviewed or lacking:
        return False
    current = current_log(work, party, peer.start)
    return all(is_settled(work, log, party, current) for log in work.logs)


def _size(work: Work, log: LogId) -> int:
    held = work.logs.get(log)
    return held.size if held is not None else 0


def compose(work: Work, party: int, bearer: str) -> Hail:
    """A hail for `party` over `bearer`: the newest log of everybody, older ones that are not settled with it, and what
    we lack.

    A life of `party` that we have not heard before may stand on an old copy of its disk: what it receipted or said in
    another life counts for nothing. So every log is listed once to each life, page by page. R-129.
    """
    peer = work.peer(party)
    first = {log for log in work.newest.values() if log in work.logs}
    current = current_log(work, party, peer.start)
    if current is not None:
        first.add(current)
    if peer.reviewed < len(work.logs):
        first.update(sorted(work.logs)[peer.reviewed : peer.reviewed + REVIEW_LOGS])
    listed = set(first)
    listed |= {log for log in work.logs if log not in listed and not is_settled(work, log, party, current)}
    listed.update(relaying.to_list(work, party))
    # Whoever opens thousands of logs must not push out the ones that the rest of the line lives by.
    others = relaying.in_turn(work, sorted(listed - first), limits.HAIL_LOGS_MAX - len(first))
    logs = sorted([*first, *others])
    own = work.logs.get(work.own) if work.own is not None else None
    receipted = {} if own is None else {p: r.size for p, r in own.receipts.items()}
    nonce, echo, waited_ms = contacts.nonces(work, peer, bearer)
    return Hail(
        clock_ms=work.now_ms,
        nonce=nonce,
        echo=echo,
        waited_ms=waited_ms,
        epoch=peer.epoch_opened,
        logs=tuple(
            HailLog(log.party, log.generation, work.logs[log].size, work.logs[log].noted.root[:ROOT8]) for log in logs
        ),
        receipted=tuple(HailReceipt(p, receipted[p]) for p in sorted(receipted)),
        lacks=_lacks(work, peer),
    )


def _lacks(work: Work, peer: PeerState) -> tuple[Lack, ...]:
    lacks = []
    for log, (size, since_ms) in sorted(peer.lacks_since.items()):
        have = _size(work, log)
        if have >= size:
            continue
        patient = log.party not in (peer.party, work.me) and bool(work.peer(log.party).bearers)
        if patient and work.since(since_ms) < limits.SERVE_OTHERS_AFTER_MS:
            continue  # its author is in contact and will send it itself
        lacks.append(Lack(log.party, log.generation, have))
    return tuple(sorted(relaying.in_turn(work, lacks, limits.HAIL_LOGS_MAX)))


def hail(work: Work, party: int, *, bearer: str | None = None, short: bool = False) -> None:
    """Send a hail now: over `bearer`, else the best one; "" is whichever takes it. With a fresh nonce unless the last
    one is still young."""
    peer = work.peer(party)
    best = contacts.preferred(peer)
    over = best if bearer is None else bearer
    listed = peer.reviewed if peer.reviewed >= len(work.logs) else peer.reviewed + REVIEW_LOGS
    peer = contacts.ask(work, peer, over, listed)
    work.put_peer(peer)
    name = None if over in ("", best) else over
    if short:
        nonce, echo, waited_ms = contacts.nonces(work, peer, over)
        said = ShortHail(work.now_ms, nonce, echo, waited_ms, peer.epoch_opened, contacts.level4(work))
        work.send(party, said, bearer=name)
    else:
        work.send(party, compose(work, party, over), bearer=name)


def due(work: Work) -> None:
    """Hail every peer over every bearer whose time has come; over a narrow one in short where there is nothing to tell.
    R-230, R-231."""
    for party, peer in list(work.peers.items()):
        is_slow = [bearer for bearer in peer.bearers if is_narrow_bearer(bearer) or is_courier(bearer)]
        level = bool(is_slow) and is_level(work, party)
        for bearer in peer.bearers:
            if contacts.is_due(work, peer, bearer, level=level):
                short = level and is_narrow_bearer(bearer) and not _lacks_of_others(work, party)
                hail(work, party, bearer=bearer.name, short=short)
                if bearer.name == contacts.preferred(peer) and not is_narrow(peer):
                    relaying.remind(work, party)


def take(work: Work, party: int, start: bytes, item: Hail) -> None:
    """Learn from a hail: life, clock, what the peer holds and lacks; then serve it. R-126, R-235."""
    work.wasted += 4 + (len(item.logs) + len(item.lacks)) // 16
    peer = work.peer(party)
    if contacts.is_repeated(work, peer, start):
        return
    is_late = contacts.is_late(work, peer, start)
    rested = work.since(peer.hailed_at_ms) >= contacts.rest_ms(peer)
    alive = _alive(work, peer, start, item)
    if alive is None:
        if rested:
            hail(work, party)  # only who lives can answer its nonce; we do not answer what we did not take
        return
    answer_now = peer.start != start or (rested and _news(work, party, item))
    _heard(work, alive, start, item)
    if is_late:
        return  # it proves its bearer, and life; what it says has been said better since
    current = current_log(work, party, start)
    for row in item.logs:
        _take_log(work, party, current, row)
    _start_flow(work, party, item)
    for lack in item.lacks:
        log = LogId(lack.party, lack.generation)
        if log in work.logs:
            rewind(work, party, log, lack.first)
    _repeat_receipts(work, party, start, item)
    if answer_now:
        hail(work, party)


def take_short(work: Work, party: int, start: bytes, item: ShortHail) -> None:
    """A peer that believes us level with it; where we are not, or do not know that life of it, ours is a whole hail.
    R-231, R-235."""
    work.wasted += 4
    peer = work.peer(party)
    if contacts.is_repeated(work, peer, start):
        return
    is_late = contacts.is_late(work, peer, start)
    rested = work.since(peer.hailed_at_ms) >= contacts.rest_ms(peer)
    is_level = item.level4 == contacts.level4(work)  # it names no logs: enough for a life that is level
    is_known = peer.start == start or (is_level and _answered(peer, item) is not None)
    alive = _alive(work, peer, start, item) if is_known else None
    if alive is not None:
        _heard(work, alive, start, item)
        if is_level and not is_late:
            _found_level(work, party)
    if rested and not is_late and (alive is None or not is_level):
        hail(work, party)


def _lacks_of_others(work: Work, party: int) -> bool:
    """Another party's receipt for a log of ours is not here, or one that its author asked us for: `party` may have it,
    and only a whole hail says that it is lacked. R-231; seeds 343, 809, 913.
    """
    own = work.logs.get(work.own) if work.own is not None else None
    if relaying.to_list(work, party):
        return True
    return own is not None and any(
        relaying.lacks_receipt(own, one) for one in others(work.roster, work.me) if one != party
    )


def _found_level(work: Work, party: int) -> None:
    """The peer holds what we hold of every newest log, by its own word: no whole hail need say it again. R-231."""
    for log in sorted(work.newest.values()):
        if log in work.logs:
            proved(work, party, log, work.logs[log].size)
    peer = work.peer(party)
    lacks = {log: known for log, known in peer.lacks_since.items() if _size(work, log) < known[0]}
    work.put_peer(peer._replace(lacks_since=lacks))


def _heard(work: Work, alive: PeerState, start: bytes, item: Hail | ShortHail) -> None:
    peer = contacts.heard(work, alive, item, _answered(alive, item))
    epoch_held = max(peer.epoch_held, item.epoch)
    work.put_peer(peer._replace(start=start, heard_at_ms=work.now_ms, epoch_held=epoch_held))


def _answered(peer: PeerState, item: Hail | ShortHail) -> Asked | None:
    return next((asked for asked in peer.asked if asked.nonce == item.echo), None)


def _alive(work: Work, peer: PeerState, start: bytes, item: Hail | ShortHail) -> PeerState | None:
    """What is now known of the peer's life: proved by an answer to our nonce, and which page of logs it has seen.

    None: a hail of another life than the one we know to be alive, which answers nothing. It may have been on its way
    since before that life ended, so nothing of it is taken. R-126.
    """
    answered = _answered(peer, item)
    if peer.start != start:
        known_ms = peer.proved_at_ms if peer.proved_at_ms is not None else -LONG_AGO_MS
        lost_ms = max((fresh_ms(one) for one in peer.bearers if not is_courier(one)), default=0)
        if answered is None and work.since(known_ms) < max(limits.CONTACT_LOST_AFTER_MS, lost_ms):
            return None
        lives = tuple(at_ms for at_ms in peer.lives_at if work.since(at_ms) < limits.CONTACT_LOST_AFTER_MS)
        if answered is None and len(lives) >= limits.LIVES_UNPROVED_MAX:
            return None  # all that is under way begins anew with each: it may prove itself
        if answered is not None and work.since(answered.at_ms) > work.since(known_ms):
            return None
        asked = tuple(one._replace(listed=0) for one in peer.asked)
        lives = lives if answered is not None else (*lives, work.now_ms)
        known = contacts.of_another_life(peer)
        peer = peer._replace(flows={}, lacks_since={}, reviewed=0, asked=asked, lives_at=lives, contacts=known)
    if answered is None:
        return peer
    reviewed = max(peer.reviewed, answered.listed if peer.start == start else 0)
    return peer._replace(proved_at_ms=max(answered.at_ms, peer.proved_at_ms or 0), reviewed=reviewed)


def _news(work: Work, party: int, item: Hail) -> bool:
    """True if the peer holds something we lack, so that waiting for our next hail would waste its time."""
    for row in item.logs:
        held = work.logs.get(LogId(row.party, row.generation))
        if row.size > (held.size if held else 0) and row.party in (party, work.me):
            return (party, LogId(row.party, row.generation)) not in work.pending
    return False


def _take_log(work: Work, party: int, current: LogId | None, row: HailLog) -> None:
    log = LogId(row.party, row.generation)
    held = work.logs.get(log)
    ours = held.size if held else 0
    peer = work.peer(party)
    if row.size > ours:
        known = peer.lacks_since.get(log)
        since = known[1] if known else work.now_ms
        if known is not None or len(peer.lacks_since) < limits.HAIL_LOGS_MAX:
            work.put_peer(peer._replace(lacks_since={**peer.lacks_since, log: (row.size, since)}))
    elif log in peer.lacks_since and ours >= peer.lacks_since[log][0]:  # a hail may be older than the last one
        work.put_peer(peer._replace(lacks_since={k: v for k, v in peer.lacks_since.items() if k != log}))
    if held is None or row.size == 0:
        return
    if row.size <= ours:
        root = work.root_at(log, row.size)
        if root is None:
            work.wasted += 1
            work.wanted.append(FindRoot(party, log, row.size, row))
        else:
            compare(work, party, row, root)
    if log.party == party and log != current:
        relaying.author_lists(work, party, held)
    elif log.party not in (party, work.me):
        relaying.third_lists(work, party, held)


def compare(work: Work, party: int, row: HailLog, root: bytes) -> None:
    """Same root: the peer holds that much. Another root: exchange signed notes, which can become an exhibit."""
    log = LogId(row.party, row.generation)
    if root[:ROOT8] == row.root8:
        proved(work, party, log, row.size)
    else:
        differ(work, party, log, 1)


def differ(work: Work, party: int, log: LogId, reason: int) -> None:
    """Tell a peer that its commit, or its history, does not fit ours; at most once each RESEND_AFTER_MS a log."""
    peer = work.peer(party)
    told = {one: at_ms for one, at_ms in peer.differs_at.items() if work.since(at_ms) < limits.RESEND_AFTER_MS}
    if log in told or len(told) >= limits.DIFFERS_MAX:
        return
    work.put_peer(peer._replace(differs_at={**told, log: work.now_ms}))
    held = work.logs.get(log)
    size, root = (held.size, held.noted.root) if held else (0, bytes(32))
    work.send(party, Differs(name_log(log, full=True), size, root, reason))
    if reason == 1:
        work.send_note(party, log)


def _start_flow(work: Work, party: int, item: Hail) -> None:
    """A peer that does not name our current log has nothing of it: push from the start without being asked."""
    if work.own is None:
        return
    named = {LogId(row.party, row.generation): row.size for row in item.logs}
    size = named.get(work.own, 0)
    flow = work.peer(party).flows.get(work.own)
    if flow is None:
        work.put_flow(party, work.own, Flow(size, work.now_ms, size))
    elif size < flow.sent:
        rewind(work, party, work.own, size)
        return
    pump(work, party, work.own)


def _repeat_receipts(work: Work, party: int, start: bytes, item: Hail) -> None:
    current = current_log(work, party, start)
    held = work.logs.get(current) if current is not None else None
    if held is None:
        return
    known = {row.party: row.size for row in item.receipted}
    mine = held.receipts.get(work.me)
    if mine is not None and known.get(work.me, 0) < mine.size:
        send_receipt(work, party, held, work.me)
    for witness, receipt in held.receipts.items():
        if witness not in (work.me, party) and known.get(witness, 0) < receipt.size:
            send_receipt(work, party, held, witness)
