"""Between full facts and their compact form on the wire. What the other side can recompute is not sent.

A compact form is a guess about what the recipient holds. A wrong guess costs one `differs` and one
repetition in full form; it can never put a wrong byte into the record, because the signature covers
the full facts. R-123, R-124.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from openline.errors import Unchecked
from openline.line.ports import LogId
from openline.line.window import NOTHING, Window
from openline.record.entry import After, Held, Receipted
from openline.wire.items import AfterSlot, LogRef, WireAfter

SHORT_TAIL_BYTES = 2


class Unresolved(Unchecked):
    """A compact form names something we do not hold: ask for the full form."""


def name_log(log: LogId, *, full: bool, sender_now: LogId | None = None) -> LogRef:
    """The shortest name of `log` that the recipient should understand."""
    if log == sender_now:
        return LogRef(log.party, b"")
    return LogRef(log.party, log.generation if full else log.generation[-SHORT_TAIL_BYTES:])


def find_log(ref: LogRef, sender: int, start: bytes, known: Iterable[LogId]) -> LogId:
    """The log among `known` that a reference names, the newest where a short tail fits several. Raises Unresolved."""
    tail = ref.tail or start
    fits = [log for log in known if log.party == ref.party and log.generation.endswith(tail)]
    if not fits or (not ref.tail and ref.party != sender):  # without a tail a log has one spelling: its sender's
        raise Unresolved(f"no log of party {ref.party} ends with {tail.hex()}: ask by a hail")
    return max(fits)


def compact_after(after: After, recipient: int, *, full: bool) -> WireAfter:
    """Wire form of `after`. Only roots of the recipient's own log are left out: it made them."""
    held = {item.party: item for item in after.held}
    receipted = dict(after.receipted)
    slots = []
    for party in sorted(held.keys() | receipted.keys()):
        item = held.get(party)
        size = receipted.get(party, 0)
        if item is None:
            slots.append(AfterSlot(party, b"", 0, b"", size))
        elif party == recipient and not full:
            tail = item.generation[-SHORT_TAIL_BYTES:]
            slots.append(AfterSlot(party, tail, item.size, b"", size))
        else:
            slots.append(AfterSlot(party, item.generation, item.size, item.root, size))
    return tuple(slots)


class Known(NamedTuple):
    """What expansion may look at: logs held, and windows of their roots."""

    logs: Sequence[LogId]
    roots: Mapping[LogId, Window]


def expand_after(slots: WireAfter, known: Known) -> After:
    """Full form of a wire `after`. Raises Unresolved where a left-out root is not in our window."""
    held = []
    receipted = []
    for slot in slots:
        if len(slot.tail) == 12:
            held.append(Held(slot.party, slot.tail, slot.size, slot.root))
        elif slot.tail:
            held.append(_recall(slot, known))
        if slot.receipted:
            receipted.append(Receipted(slot.party, slot.receipted))
    return After(tuple(held), tuple(receipted))


def _recall(slot: AfterSlot, known: Known) -> Held:
    fits = [log for log in known.logs if log.party == slot.party and log.generation.endswith(slot.tail)]
    for log in sorted(fits, reverse=True):
        root = known.roots.get(log, NOTHING).get(slot.size)
        if root is not None:
            return Held(slot.party, log.generation, slot.size, root)
    raise Unresolved(f"root of party {slot.party} at size {slot.size} is not in our window")
