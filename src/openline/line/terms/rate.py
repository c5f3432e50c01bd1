"""Entries a minute: our own are refused beyond the agreed rate, another party's are not taken in yet. R-180 to R-182.

Of each party one instant is kept, `due`: when everything counted of it so far would have been written at exactly the
agreed rate. How far `due` lies beyond now is how much was written too early; a minute of that is allowed, and a
reserve more for FLASH. Nothing here is durable: after a restart the others' count begins anew, in their favour.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from openline import limits
from openline.line.events import Draft
from openline.line.ports import LogId, Store
from openline.line.state import Ledger, LineState, LogState, Pending, Rate
from openline.line.work import Work
from openline.record.entry import ACKNOWLEDGEMENT, FLASH, INTAKE, LINE_KINDS, MESSAGE, log_name
from openline.record.statement import Paused, encode_paused

MINUTE_US: Final = 60_000_000
NO_RATE: Final = Rate(0, None)
_BY_PEOPLE: Final = frozenset((MESSAGE, ACKNOWLEDGEMENT))
_PRECEDENCE_BITS: Final = 0x03


def entries_per_minute(ledger: Ledger | None) -> int:
    """As agreed now; the most that a charter can say where no charter is known."""
    return ledger.standing.terms.limits.entries_per_minute if ledger is not None else limits.ENTRIES_A_MINUTE_MAX


def reserve_of(rate: int) -> int:
    """Entries beyond a minute's worth that are kept for FLASH and for what the line itself has to say."""
    return max(limits.RATE_RESERVE_MIN, rate // 4)


def _due_us(known: Rate, now_us: int, rate: int) -> int:
    """`due` as kept; or now, where it lies further ahead than counting can bring it: our clock was set back."""
    if known.due_us <= now_us:
        return known.due_us
    furthest = MINUTE_US + (reserve_of(rate) + limits.PENDING_ENTRIES_MAX) * (MINUTE_US // rate)
    return known.due_us if known.due_us <= now_us + furthest else now_us


# ------------------------------------------------------------------ our own
def count_own(work: Work, count: int, written_at_ms: int) -> None:
    """Entries of ours go onto the record."""
    rate, now_us = entries_per_minute(work.ledger), written_at_ms * 1000
    due_us = max(_due_us(work.rates.get(work.me, NO_RATE), now_us, rate), now_us) + count * (MINUTE_US // rate)
    work.rates = {**work.rates, work.me: Rate(due_us, None)}


def own_room(state: LineState, drafts: Iterable[Draft], now_ms: int) -> int:
    """How many entries may be asked for now beside those that wait, were they all like `drafts`. Not below 0."""
    rate = entries_per_minute(state.ledger)
    step_us = MINUTE_US // rate
    ahead_us = max(0, _due_us(state.rates.get(state.me, NO_RATE), now_ms * 1000, rate) - now_ms * 1000)
    most = rate + (reserve_of(rate) if all(_is_reserved_for(draft) for draft in drafts) else 0)
    return max(0, most - -(-ahead_us // step_us))


def has_half(work: Work) -> bool:
    """False where half a minute's worth is written already: what others make us say leaves the rest to our people."""
    step_us, now_us = MINUTE_US // entries_per_minute(work.ledger), work.now_ms * 1000
    due_us = max(_due_us(work.rates.get(work.me, NO_RATE), now_us, entries_per_minute(work.ledger)), now_us)
    return due_us + len(work.drafts) * step_us < now_us + MINUTE_US // 2


def _is_reserved_for(draft: Draft) -> bool:
    return draft.precedence == FLASH or (draft.kind in LINE_KINDS and draft.kind not in _BY_PEOPLE)


def own_before(store: Store, ledger: Ledger | None, logs: Iterable[LogState]) -> Rate:
    """What our former lives wrote within the last minute of theirs, never counted too low. Raises StoreDown."""
    count = last_ms = 0
    for held in sorted(logs, key=lambda one: one.log, reverse=True):
        end_ms = store.arrivals(held.log, held.size - 1, 1)[0]
        last_ms = last_ms or end_ms
        if end_ms <= last_ms - MINUTE_US // 1000:
            break
        count += held.size - _first_after(store, held.log, held.size, last_ms - MINUTE_US // 1000)
    rate = entries_per_minute(ledger)
    return Rate(last_ms * 1000 + min(count, rate) * (MINUTE_US // rate), None)  # of what was read back, no more


def _first_after(store: Store, log: LogId, size: int, at_ms: int) -> int:
    """Index of the first entry of a log that was recorded after an instant."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if store.arrivals(log, middle, 1)[0] > at_ms:
            high = middle
        else:
            low = middle + 1
    return low


# ------------------------------------------------------------------ theirs
def admits(work: Work, log: LogId, pending: Pending, count: int) -> bool:
    """Whether `count` signed entries of another party may be taken in now; they are counted if so.

    If not, our record says so, once in a while: what was signed is not lost, it is sent again and taken later.
    """
    if log.party == work.me:
        return True  # our own, read back
    rate = entries_per_minute(work.ledger)
    step_us, now_us = MINUTE_US // rate, work.now_ms * 1000
    known = work.rates.get(log.party, NO_RATE)
    before_us = _due_us(known, now_us, rate)
    first_us = min(pending.entries[0].written_at_ms * 1000, now_us)
    last_us = min(pending.entries[count - 1].written_at_ms * 1000, now_us)
    is_old = log != work.newest.get(log.party, log) and last_us < min(before_us, now_us) - MINUTE_US
    if is_old and _is_within_all(work, log.party, rate, count):
        return True
    if before_us > now_us + MINUTE_US + _reserve_us(pending, count, rate, step_us):
        _pause(work, log, known, rate)
        return False
    due_us = max(max(before_us, first_us) + count * step_us, last_us + step_us)
    work.rates = {**work.rates, log.party: known._replace(due_us=due_us)}
    return True


def waiting(state: LineState, now_ms: int) -> list[int]:
    """Parties that are beyond the agreed rate now: more of theirs is not taken in yet."""
    rate = entries_per_minute(state.ledger)
    dues = {party: _due_us(known, now_ms * 1000, rate) for party, known in state.rates.items() if party != state.me}
    return sorted(party for party, due_us in dues.items() if due_us > now_ms * 1000 + MINUTE_US)


def _reserve_us(pending: Pending, count: int, rate: int, step_us: int) -> int:
    is_flash = any(item.bits & _PRECEDENCE_BITS == FLASH for item in pending.entries[:count])
    return reserve_of(rate) * step_us if is_flash else 0


def _is_within_all(work: Work, party: int, rate: int, count: int) -> bool:
    """An earlier life, read after a later one. It counts against all that the party could have written so far."""
    held = sum(one.size for log, one in work.logs.items() if log.party == party)
    minutes = work.since(work.roster.opened_at_ms) // 60_000 + 1
    return held + count <= rate * minutes


def _pause(work: Work, log: LogId, known: Rate, rate: int) -> None:
    work.wasted += 1
    if known.said_at_ms is not None and work.since(known.said_at_ms) < limits.INTAKE_SAID_EVERY_MS:
        return
    work.rates = {**work.rates, log.party: known._replace(said_at_ms=work.now_ms)}
    held = work.logs.get(log)
    size = held.size if held is not None else 0
    name = work.roster.parties[log.party].name
    work.notice("intake-paused", f"{name} writes more than {rate} entries a minute: {log_name(log)} waits at {size}")
    standing = work.ledger.standing if work.ledger is not None else None
    if standing is None or not (standing.closed or work.me in standing.left):
        body = encode_paused(Paused(log.party, log.generation, size, rate))
        work.drafts.append(Draft(INTAKE, 0, 0, (), body))
