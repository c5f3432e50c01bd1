"""One item that waits for a slow bearer: what it makes superfluous, what of it is still to go, and in which pieces.

An item that was cut goes on from where it stood when its receiver says which stretches of it have not come. R-213.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from openline.line.ports import LogId
from openline.line.state import Flow
from openline.wire.fragments import SET_ID_BYTES
from openline.wire.items import (
    BlobAsk,
    Checkpoint,
    Commit,
    Differs,
    Entries,
    Fragment,
    Gaps,
    Grant,
    Hail,
    Item,
    Opening,
    Overtaking,
    PqCheckpoint,
    PqReceipt,
    Receipt,
    encode_item,
)
from openline.wire.varint import put_varint

PIECE_BYTES_MIN: Final = 24  # a shorter piece is left for the next frame

Spans = tuple[tuple[int, int], ...]  # stretches of bytes, [start, end), ascending and apart


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
    """One item that waits, or has gone. `todo`: what of it is still to go."""

    __slots__ = ("data", "gone_at_ms", "key", "log", "needed_to", "rank", "set_id", "size", "stretch", "todo", "told")

    def __init__(self, item: Item, data: bytes, log: LogId | None, rank: int = 0) -> None:
        self.data = data
        self.rank = rank
        self.key = _key_of(item, log) or data
        self.size = item.size if isinstance(item, Receipt) else 0
        self.stretch = _stretch_of(item, log)
        self.log = log
        self.needed_to = _needed_to(item)
        self.todo: Spans = ((0, len(data)),)
        self.told: Spans | None = None  # what was lacking when its receiver last said so
        self.set_id = b""  # of an item that was cut
        self.gone_at_ms = 0

    @property
    def has_begun(self) -> bool:
        """Whether some of it has gone, and some has not."""
        return self.todo != ((0, len(self.data)),)

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

    def begin_again(self) -> None:
        """Nothing of what has gone since may have arrived: all that was lacking is to go."""
        self.todo = self.told or ((0, len(self.data)),)

    def whole(self) -> bytes:
        """All of it, as one item."""
        self.todo = ()
        return self.data

    def piece(self, room: int) -> bytes | None:
        """The next fragment of at most `room` bytes; None where that is too little to be worth its head."""
        head_bytes = 1 + SET_ID_BYTES + 3 * len(put_varint(len(self.data)))
        (start, end), *rest = self.todo
        if room - head_bytes < min(PIECE_BYTES_MIN, end - start):
            return None
        self.set_id = self.set_id or sha256(self.data).digest()[:SET_ID_BYTES]
        stop = min(end, start + room - head_bytes)
        self.todo = (((stop, end),) if stop < end else ()) + tuple(rest)
        return encode_item(Fragment(self.set_id, start, len(self.data), self.data[start:stop]), 0)

    def heed(self, gaps: Gaps, *, is_settled: bool) -> None:
        """Its receiver lacks these stretches. What it lacks before something that has come was lost; what it lacks at
        the end may be under way, unless all that had gone has had time to come (`is_settled`). R-213"""
        total = len(self.data)
        lost = [span for span in gaps.spans if span[1] < total or is_settled]
        self.told = gaps.spans
        self.todo = joined((*both(self.todo, gaps.spans), *lost))


def both(ones: Spans, others: Spans) -> Spans:
    """What stands in both."""
    found = []
    place = 0
    for start, end in ones:
        while place < len(others) and others[place][1] <= start:
            place += 1
        at = place
        while at < len(others) and others[at][0] < end:
            found.append((max(start, others[at][0]), min(end, others[at][1])))
            at += 1
    return tuple(found)


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """What stands in any of them."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)


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
