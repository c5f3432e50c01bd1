"""An outbox: what waits for one slow bearer to one peer, and which of it goes with the next frame. R-200 to R-204.

Charter. Over a bearer of 300 bit/s a letter takes half an hour, and what is said meanwhile may be the end of
a war. So nothing is given to such a bearer before it can go: items wait here, by rank, and a frame is made of
the most urgent of them when the bearer has room. A long item goes in pieces, and between two pieces anything of a
higher rank goes first. While others wait, one frame in NARROW_SHARE_FRAMES is of the rank that has waited longest, so
that nothing starves; while FLASH waits, half as often.

What waits is a copy of what the record holds: volatile, bounded, replaced by what says the same and more, and
dropped when the peer proves to hold it. What does not fit is not taken: the peer's next hail shows what it lacks.

    put(item)       takes an item, or not
    lacking(gaps)   of an item that was cut, lets go again what did not come
    draw(now)       the payload of the next frame, or nothing: nothing waits, or the bearer is still busy
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Final

from openline import limits
from openline.line.narrow.facts import FRAMING_BYTES, frame_bytes, span_ms, whole_bytes
from openline.line.narrow.waiting import Waiting
from openline.line.ports import LogId
from openline.line.state import BearerUp, Flow
from openline.wire.items import (
    BlobAsk,
    BlobChunk,
    Checkpoint,
    Commit,
    Entries,
    Gaps,
    Grant,
    Item,
    Opening,
    Overtaking,
    PqCheckpoint,
    PqReceipt,
    RosterEntry,
    encode_item,
)


class Rank(IntEnum):
    """What goes first. The lowest number is the most urgent."""

    FLASH = 0
    CONTROL = 1  # receipts, hails, what is asked and differs
    IMMEDIATE = 2
    PRIORITY = 3
    ROUTINE = 4
    KEYS = 5  # offers, grants, certificates
    BULK = 6  # attachments, post-quantum statements


BY_PRECEDENCE: Final = (Rank.ROUTINE, Rank.PRIORITY, Rank.IMMEDIATE, Rank.FLASH)
_BY_KIND: Final[Mapping[type, Rank]] = {
    Grant: Rank.KEYS,
    RosterEntry: Rank.KEYS,
    BlobAsk: Rank.BULK,
    BlobChunk: Rank.BULK,
    PqCheckpoint: Rank.BULK,
    PqReceipt: Rank.BULK,
}


def rank_of(item: Item) -> Rank:
    """How urgent one item is: a batch of entries is as urgent as the most urgent of them."""
    if isinstance(item, Commit | Entries):
        return BY_PRECEDENCE[max((entry.bits & 3 for entry in item.entries), default=0)]
    if isinstance(item, Overtaking):
        return BY_PRECEDENCE[item.entry.bits & 3]
    return _BY_KIND.get(type(item), Rank.CONTROL)


def ranked(items: Sequence[Item], precedence: int | None = None) -> list[tuple[Rank, Item]]:
    """Items of one sending with their ranks: what one needs to read the other goes with it, and in this order.

    `precedence`: that of entries in their order, where what was more urgent among them went ahead.
    """
    batches = [rank_of(item) for item in items if isinstance(item, Commit | Entries | Overtaking)]
    first = min(batches, default=Rank.CONTROL) if precedence is None else BY_PRECEDENCE[precedence]
    together: tuple[type, ...] = (Commit, Entries, Opening, Overtaking)
    if precedence is not None:
        together = (*together, Checkpoint)  # it ends a batch of which the last entry went ahead
    return [(first if isinstance(item, together) else rank_of(item), item) for item in items]


class Outbox:
    """What waits for one bearer to one peer. One caller at a time; time comes in by the door."""

    def __init__(self, bearer: BearerUp, opened_at_ms: int) -> None:
        """`opened_at_ms`: the charter's instant, which times in items count from."""
        self.bearer = bearer
        self._opened_at_ms = opened_at_ms
        self._lines: dict[Rank, list[Waiting]] = {rank: [] for rank in Rank}
        self._served: dict[Rank, int] = {}  # the frame that last was of this rank, or the last before it began to wait
        self._frames = 0
        self._since_share = 0  # frames in a row of the most urgent rank while others waited
        self._busy_until_ms = 0
        self._gone: list[Waiting] = []  # that were cut and have gone, the newest last
        self.bytes_held = 0

    def __bool__(self) -> bool:
        return any(self._lines.values())

    # ---------------------------------------------------------------- in
    def put(self, rank: Rank, item: Item, log: LogId | None = None) -> bool:
        """Take an item, in place of what it makes superfluous; False where it is superfluous itself, or does not fit.

        `log`: the log it speaks of, as far as that is known.
        """
        one = Waiting(item, encode_item(item, self._opened_at_ms), log, rank)
        if any(other.makes_idle(one) for other_rank in Rank if other_rank <= rank for other in self._lines[other_rank]):
            return False
        if self.bytes_held + len(one.data) > limits.OUTBOX_BYTES_MAX:
            return False
        known = next((other for other in self._gone if other.data == one.data), None)
        if known is not None:
            self._gone.remove(known)
            if known.told is not None:  # of what has gone before, only what lacked when that was last said
                known.begin_again()
                known.rank = rank
                one = known
        line = self._lines[rank]
        least = (self._lines[other_rank] for other_rank in Rank if other_rank >= rank)
        replaced = [other for others in least for other in others if one.replaces(other) and not other.has_begun]
        place = line.index(replaced[0]) if replaced and replaced[0] in line else len(line)
        if replaced:
            self._drop(set(replaced).__contains__, rank)
        if not line:
            self._served[rank] = self._frames
        line.insert(place, one)
        self.bytes_held += len(one.data)
        return True

    def again(self) -> None:
        """The bearer came up afresh: of what had begun, nothing may have arrived."""
        self._busy_until_ms = 0
        for line in self._lines.values():
            for one in line:
                one.begin_again()

    def lacking(self, gaps: Gaps, now_ms: int) -> None:
        """The peer lacks these stretches of an item that was cut: only they go again. R-213"""
        for line in self._lines.values():
            for one in line:
                if one.set_id == gaps.set_id and len(one.data) == gaps.total:
                    one.heed(gaps, is_settled=False)
                    if not one.todo:
                        line.remove(one)
                        self._remember(one, now_ms)
                    return
        for one in self._gone:
            if one.set_id == gaps.set_id and len(one.data) == gaps.total:
                one.heed(gaps, is_settled=now_ms - one.gone_at_ms >= self._settle_ms or now_ms < one.gone_at_ms)
                if one.todo:
                    self._gone.remove(one)
                    self._lines[Rank(one.rank)].insert(0, one)
                    self.bytes_held += len(one.data)
                return

    @property
    def _settle_ms(self) -> int:
        """How long what was given last may be under way."""
        return limits.NARROW_LEAD_MS + limits.NARROW_FRAME_MS + self.bearer.latency_ms

    def keep(self, ranks: Sequence[Rank]) -> None:
        """Drop what is of other ranks: it goes by another bearer now."""
        for rank in set(Rank) - set(ranks):
            self._lines[rank].clear()
        self._drop(lambda _: False)

    def _drop(self, judge: Callable[[Waiting], bool], least: Rank = Rank.FLASH) -> None:
        """Drop what is judged so, of this rank and less urgent ones: nothing urgent gives way to what comes later."""
        for rank, line in self._lines.items():
            if line and rank >= least:
                self._lines[rank][:] = [one for one in line if not judge(one)]
        self.bytes_held = sum(len(one.data) for line in self._lines.values() for one in line)

    # ---------------------------------------------------------------- out
    def is_ready(self, now_ms: int) -> bool:
        """True if a frame given now waits in the bearer for NARROW_LEAD_MS at most, by its declared rate. R-201."""
        lead_ms = self._busy_until_ms - now_ms
        longest_ms = limits.NARROW_LEAD_MS + span_ms(self.bearer, whole_bytes(self.bearer) + FRAMING_BYTES)
        return lead_ms <= limits.NARROW_LEAD_MS or lead_ms > longest_ms  # longer: our clock was set back

    def draw(self, now_ms: int, proved: Mapping[LogId, Flow]) -> bytes | None:
        """The payload of the next frame; None where nothing waits or the bearer is busy. `proved`: what the peer holds
        by its own word is not sent any more."""
        if not self or not self.is_ready(now_ms):
            return None
        self._drop(lambda one: one.is_held(proved))
        self._gone = [one for one in self._gone if not one.is_held(proved)]
        rank = self._whose_turn()
        if rank is None:
            return None
        payload = self._fill(rank, now_ms)
        self._frames += 1
        self._served[rank] = self._frames
        busy_ms = span_ms(self.bearer, len(payload) + limits.FRAME_BODY_BYTES_MIN + FRAMING_BYTES)
        lead_ms = min(max(self._busy_until_ms - now_ms, 0), limits.NARROW_LEAD_MS)
        self._busy_until_ms = now_ms + lead_ms + busy_ms
        return payload

    def _whose_turn(self) -> Rank | None:
        """The most urgent rank; from time to time the one that has waited longest. R-203."""
        waiting = [rank for rank in Rank if self._lines[rank]]
        if len(waiting) < 2:
            self._since_share = 0
            return waiting[0] if waiting else None
        often = 2 if waiting[0] is Rank.FLASH else 1
        if self._since_share + 1 < limits.NARROW_SHARE_FRAMES * often:
            self._since_share += 1
            return waiting[0]
        self._since_share = 0
        return min(waiting[1:], key=lambda rank: self._served[rank])

    def _fill(self, rank: Rank, now_ms: int) -> bytes:
        """A frame of one rank. Only what is short and steers the line lets others ride along."""
        parts: list[bytes] = []
        room = frame_bytes(self.bearer) - limits.FRAME_BODY_BYTES_MIN
        for one_rank in Rank:
            if one_rank < rank or (one_rank > rank and rank is not Rank.CONTROL):
                continue
            line = self._lines[one_rank]
            while line:
                part = self._part(line[0], room, is_first=not parts)
                if part is None:
                    return b"".join(parts)
                parts.append(part)
                room -= len(part)
                if not line[0].todo:
                    self._remember(line.pop(0), now_ms)
        return b"".join(parts)

    def _remember(self, one: Waiting, now_ms: int) -> None:
        """It has gone; one that was cut is kept for a while: its receiver may say what of it was lost."""
        self.bytes_held -= len(one.data)
        one.gone_at_ms = now_ms
        if one.set_id:
            self._gone.append(one)
        while len(self._gone) > limits.FRAGMENT_SETS_MAX or self._gone_bytes() > limits.OUTBOX_BYTES_MAX:
            self._gone.pop(0)

    def _gone_bytes(self) -> int:
        return self.bytes_held + sum(len(one.data) for one in self._gone)

    def _part(self, one: Waiting, room: int, *, is_first: bool) -> bytes | None:
        """The whole item or the next piece of it. One that a frame can hold is not cut: it waits for the next."""
        whole = whole_bytes(self.bearer) - limits.FRAME_BODY_BYTES_MIN
        if not one.has_begun and len(one.data) <= (whole if is_first else room):
            return one.whole()
        if not one.has_begun and len(one.data) <= whole:
            return None
        return one.piece(room)
