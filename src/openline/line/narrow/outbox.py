"""An outbox: what waits for one slow bearer to one peer, and which of it goes with the next frame. R-200 to R-204.

Charter. Over a bearer of 300 bit/s a letter takes half an hour, and what is said meanwhile may be the end of
a war. So nothing is given to such a bearer before it can go: items wait here, by rank, and a frame is made of
the most urgent of them when the bearer has room. A long item goes in pieces, and between two pieces anything of a
higher rank goes first. While others wait, one frame in NARROW_SHARE_FRAMES is of the rank that has waited longest, so
that nothing starves; while FLASH waits, half as often.

What waits is a copy of what the record holds: volatile, bounded, replaced by what says the same and more, and
dropped when the peer proves to hold it. What does not fit is not taken: the peer's next hail shows what it lacks.

    put(item)       takes an item, or not
    hold(proved)    drops what the peer holds
    draw(now)       the payload of the next frame, or nothing: nothing waits, or the bearer is still busy
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from hashlib import sha256
from typing import Final, NamedTuple

from openline import limits
from openline.line.narrow.facts import FRAMING_BYTES, frame_bytes, span_ms, whole_bytes
from openline.line.ports import LogId
from openline.line.state import BearerUp, Flow
from openline.wire.fragments import SET_ID_BYTES
from openline.wire.items import (
    BlobAsk,
    BlobChunk,
    Checkpoint,
    Commit,
    Differs,
    Entries,
    Fragment,
    Grant,
    Hail,
    Item,
    Opening,
    Overtaking,
    PqCheckpoint,
    PqReceipt,
    Receipt,
    RosterEntry,
    encode_item,
)
from openline.wire.varint import put_varint

PIECE_BYTES_MIN: Final = 24  # a shorter piece is left for the next frame


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


class Stretch(NamedTuple):
    """Entries of one log that an item carries, and whether it carries their signature too."""

    log: LogId
    first: int
    end: int
    signed: bool

    def covers(self, other: Stretch) -> bool:
        """True if who has taken this needs nothing of the other."""
        within = self.first <= other.first and other.end <= self.end
        return self.log == other.log and within and (self.signed or not other.signed)


class Waiting:
    """One item that waits. `sent`: so much of it has gone already, in pieces."""

    __slots__ = ("data", "key", "log", "needed_to", "sent", "set_id", "size", "stretch")

    def __init__(self, item: Item, data: bytes, log: LogId | None) -> None:
        self.data = data
        self.key = _key_of(item, log) or data
        self.size = item.size if isinstance(item, Receipt) else 0
        self.stretch = _stretch_of(item, log)
        self.log = log
        self.needed_to = _needed_to(item)
        self.sent = 0
        self.set_id = b""

    def makes_idle(self, other: Waiting) -> bool:
        """True if the other says nothing beyond this."""
        if self.data == other.data or (self.key == other.key and self.size > other.size):
            return True
        if self.stretch is None or other.stretch is None or self.stretch[:3] == other.stretch[:3]:
            return False  # the same entries in another form: the peer could not take the first
        return self.stretch.covers(other.stretch)

    def replaces(self, other: Waiting) -> bool:
        """True if the other need not go once this has come."""
        if self.stretch is not None and other.stretch is not None:
            return self.stretch.covers(other.stretch)
        return self.key == other.key and self.size >= other.size

    def is_held(self, proved: Mapping[LogId, Flow]) -> bool:
        """True if the peer has proved to hold what this carries."""
        flow = proved.get(self.log) if self.log is not None else None
        return flow is not None and self.needed_to is not None and flow.reported >= self.needed_to

    def piece(self, room: int) -> bytes | None:
        """The next fragment of at most `room` bytes; None where that is too little to be worth its head."""
        head_bytes = 1 + SET_ID_BYTES + 3 * len(put_varint(len(self.data)))
        if room - head_bytes < min(PIECE_BYTES_MIN, len(self.data) - self.sent):
            return None
        self.set_id = self.set_id or sha256(self.data).digest()[:SET_ID_BYTES]
        chunk = self.data[self.sent : self.sent + room - head_bytes]
        fragment = encode_item(Fragment(self.set_id, self.sent, len(self.data), chunk), 0)
        self.sent += len(chunk)
        return fragment


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
        self.bytes_held = 0

    def __bool__(self) -> bool:
        return any(self._lines.values())

    # ---------------------------------------------------------------- in
    def put(self, rank: Rank, item: Item, log: LogId | None = None) -> bool:
        """Take an item, in place of what it makes superfluous; False where it is superfluous itself, or does not fit.

        `log`: the log it speaks of, as far as that is known.
        """
        one = Waiting(item, encode_item(item, self._opened_at_ms), log)
        if any(other.makes_idle(one) for other_rank in Rank if other_rank <= rank for other in self._lines[other_rank]):
            return False
        if self.bytes_held + len(one.data) > limits.OUTBOX_BYTES_MAX:
            return False
        line = self._lines[rank]
        replaced = [place for place, other in enumerate(line) if not other.sent and one.replaces(other)]
        self._drop(lambda other: not other.sent and one.replaces(other), rank)
        if not line:
            self._served[rank] = self._frames
        line.insert(replaced[0] if replaced else len(line), one)
        self.bytes_held += len(one.data)
        return True

    def again(self) -> None:
        """The bearer came up afresh: of what had begun, nothing may have arrived."""
        self._busy_until_ms = 0
        for line in self._lines.values():
            for one in line:
                one.sent = 0

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
        rank = self._whose_turn()
        if rank is None:
            return None
        payload = self._fill(rank)
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

    def _fill(self, rank: Rank) -> bytes:
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
                if line[0].sent >= len(line[0].data):
                    self.bytes_held -= len(line.pop(0).data)
        return b"".join(parts)

    def _part(self, one: Waiting, room: int, *, is_first: bool) -> bytes | None:
        """The whole item or the next piece of it. One that a frame can hold is not cut: it waits for the next."""
        whole = whole_bytes(self.bearer) - limits.FRAME_BODY_BYTES_MIN
        if one.sent == 0 and len(one.data) <= (whole if is_first else room):
            one.sent = len(one.data)
            return one.data
        if one.sent == 0 and len(one.data) <= whole:
            return None
        return one.piece(room)


def _key_of(item: Item, log: LogId | None) -> object:
    """What an item is about, where a newer one takes the place of an older; None where only the same takes it."""
    match item:
        case Hail():
            return Hail
        case Receipt(ref, witness):
            return Receipt, log or ref, witness
        case Checkpoint(ref) | Differs(ref):
            return type(item), log or ref
        case Overtaking(ref, index):
            return Overtaking, log or ref, index
        case BlobAsk(digest):
            return BlobAsk, digest
        case Grant(epoch):
            return Grant, epoch
        case PqCheckpoint(ref):
            return PqCheckpoint, log or ref
        case PqReceipt(ref, witness):
            return PqReceipt, log or ref, witness
        case _:
            return None


def _needed_to(item: Item) -> int | None:
    """The size from which on who holds the log needs this no more; None where the log's size does not tell."""
    match item:
        case Commit() | Entries():
            return item.first + len(item.entries)
        case Overtaking():
            return item.index + 1
        case Opening():
            return 1
        case _:
            return None


def _stretch_of(item: Item, log: LogId | None) -> Stretch | None:
    if log is None or not isinstance(item, Commit | Entries):
        return None
    return Stretch(log, item.first, item.first + len(item.entries), isinstance(item, Commit))
