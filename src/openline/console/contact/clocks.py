"""How the clock of another party stood to ours at an instant: by the link test nearest to it, else as hails show now.

A receipt's time, and the time of an entry of theirs, are by their clock. What is told of such a time says how far that
clock could be believed then: known good, off by so much, or unknown. It changes nothing else. (R-258)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from openline.console.channel.asking import ClockThen, Shown
from openline.contact.fold import Clocks, Fact, Given, fold
from openline.contact.timeline import BETWEEN_MS
from openline.limits import CLOCK_TOLERANCE_MS
from openline.line.ports import FoundRow, Store
from openline.line.state import LineState
from openline.record.entry import LINK_ANSWER, LINK_TEST, LogId, parse_header

ANSWERS_MAX: Final = 256  # that are looked at for one instant; an hour has two or three
_BODY_BYTES: Final = 64 * 1024


class _Tested(NamedTuple):
    at_ms: int  # when the later of test and answer came here, by our clock
    theirs: Clocks  # by how much the other's clock is ahead of ours


def mark(shown: Shown, store: Store, state: LineState, now_ms: int) -> Shown:
    """Say on one entry how the clocks stood that its times are by: its author's, and those of who gave receipts."""
    for held in shown.held:
        held.clock = _of_stamp(store, state, held.party, held.stamped_ms, held.arrived_at_ms, now_ms)
    if not shown.ours:
        shown.clock = _of_stamp(store, state, shown.party, shown.written_at_ms, shown.arrived_at_ms, now_ms)
    return shown


def _of_stamp(store: Store, state: LineState, other: int, stamped_ms: int, came_ms: int, now_ms: int) -> ClockThen:
    """Of a time that `other` wrote at `stamped_ms` of its clock, and that came here at `came_ms` of ours: what was long
    on its way was written when the clocks may have stood otherwise."""
    then = clock_then(store, state, other, came_ms, now_ms)
    if then.word == "disagrees" or abs(came_ms - stamped_ms) <= BETWEEN_MS:
        return then
    return clock_then(store, state, other, stamped_ms, now_ms)


def clock_then(store: Store, state: LineState, other: int, at_ms: int, now_ms: int) -> ClockThen:
    """How the clock of `other` stood to ours about an instant of our clock.

    By the tests just before and just after it, no further off than contact is taken to last between two proofs, and for
    the last hour by hails too. Whatever shows that the clocks disagreed goes before what shows that they agreed.
    """
    near = [one for one in _tests(store, state.me, other, at_ms) if one.theirs.word != "unknown"]
    before = [one for one in near if one.at_ms <= at_ms][-1:]
    after = [one for one in near if one.at_ms > at_ms][:1]
    found = [
        ClockThen(_WORDS[one.theirs.word], one.theirs.at_least_ms, one.theirs.at_most_ms, "test", one.at_ms)
        for one in sorted((*before, *after), key=lambda one: abs(one.at_ms - at_ms))
    ]
    peer = state.peers.get(other)
    offset_ms = peer.clock_offset_ms if peer is not None else None
    if offset_ms is not None and 0 <= now_ms - at_ms <= BETWEEN_MS:
        word = "agrees" if abs(offset_ms) <= CLOCK_TOLERANCE_MS else "disagrees"
        found.append(ClockThen(word, offset_ms, offset_ms, "hails", now_ms))
    found.sort(key=lambda one: one.word != "disagrees")
    return found[0] if found else ClockThen("unknown")


_WORDS: Final = {"agree": "agrees", "disagree": "disagrees", "unknown": "unknown"}


def _tests(store: Store, me: int, other: int, at_ms: int) -> Iterator[_Tested]:
    """Answered tests between us and `other` near an instant, in order of arrival."""
    after = _before(store, at_ms - BETWEEN_MS)
    for row in store.find(LINK_ANSWER, after, ANSWERS_MAX):
        came_ms = store.arrivals(row.log, row.index, 1)[0]
        if came_ms > at_ms + BETWEEN_MS:
            return
        if row.log.party in (me, other) and came_ms >= at_ms - BETWEEN_MS:
            found = _read(store, row, me, other)
            if found is not None:
                yield _Tested(came_ms, found)


def _before(store: Store, at_ms: int) -> int:
    """A position after which every answer that came at `at_ms` or later stands; positions are in order of arrival."""
    low, high = 0, sum(row.size for row in store.logs())
    while low < high:
        middle = (low + high) // 2
        rows = store.find(LINK_ANSWER, middle, 1)
        if rows and store.arrivals(rows[0].log, rows[0].index, 1)[0] < at_ms:
            low = rows[0].position
        else:
            high = middle
    return low


def _read(store: Store, row: FoundRow, me: int, other: int) -> Clocks | None:
    """What one answer, its test and the tester's receipt for it say of the two clocks."""
    answer = _fact(store, row.log, row.index)
    for ref in answer.header.references[:1]:
        log = LogId(ref.party, ref.generation)
        held = next((one.size for one in store.logs() if one.log == log), 0)
        if {ref.party, row.log.party} != {me, other} or ref.index >= held:
            return None
        test = _fact(store, log, ref.index)
        if test.header.kind != LINK_TEST:
            return None
        receipt = store.receipt_covering(row.log, ref.party, row.index + 1)
        given = [] if receipt is None else [Given(row.log, ref.party, receipt.size, receipt.at_s)]
        clocks = fold([test, answer], given).clocks.get((min(me, other), max(me, other)))
        return None if clocks is None else _seen_from(clocks, is_ours_higher=me > other)
    return None


def _seen_from(clocks: Clocks, *, is_ours_higher: bool) -> Clocks:
    if not is_ours_higher:
        return clocks
    low, high = clocks
    return Clocks(None if high is None else -high, None if low is None else -low)


def _fact(store: Store, log: LogId, index: int) -> Fact:
    [row] = store.entries(log, index, 1, _BODY_BYTES)
    return Fact(log, parse_header(row.header), row.body)


def in_words(clock: ClockThen | None, whose: str) -> str:
    """A few words behind a time that is by somebody's clock; empty where nobody asked."""
    if clock is None:
        return ""
    if clock.word == "unknown":
        return f"; {whose} clock then: unknown"
    by = "the link test next to it" if clock.by == "test" else "hails now"
    if clock.word == "agrees":
        return f"; {whose} clock then: known good, by {by}"
    return f"; {whose.upper()} CLOCK THEN: {_off(clock)}, by {by}"


def _off(clock: ClockThen) -> str:
    low, high = clock.at_least_ms, clock.at_most_ms
    if low is not None and low > 0:
        return f"AHEAD OF OURS by {_span(low, high)}"
    if high is not None and high < 0:
        return f"BEHIND OURS by {_span(-high, None if low is None else -low)}"
    return "off"


def _span(least_ms: int, most_ms: int | None) -> str:
    if most_ms is None:
        return f"{_seconds(least_ms)} or more"
    return _seconds(least_ms) if most_ms - least_ms < 1000 else f"{_seconds(least_ms)} to {_seconds(most_ms)}"


def _seconds(span_ms: int) -> str:
    return f"{span_ms / 1000:.1f} s"

