"""A peer with real keys asks for more than anybody may: what one frame can make a station do is bounded."""

from __future__ import annotations

import os
import zlib

import pytest

from openline import limits
from openline.errors import Malformed
from openline.line.events import Arrived, Noticed, Up
from openline.line.state import BearerUp
from openline.line.turn import Heard
from openline.record.entry import MESSAGE
from openline.wire.fragments import pack
from openline.wire.items import (
    Differs,
    Entries,
    Item,
    Note,
    Receipt,
    Run,
    WireEntry,
    encode_item,
    encode_items,
)
from tests.rooms.line.desks import OPENED_AT_MS, Desk, Wire, make_world
from tests.rooms.line.pens import Pen


def heard(wire: Wire, *items: Item, start: bytes = b"liar", at: int = 0) -> list[Item]:
    """What desk `at` answers to a frame from party 1."""
    desk = wire.desks[at]
    sends = desk.take((Arrived(1, "wire", start, items),), wire.now_ms)
    return [item for send in sends if send.peer == 1 for item in send.items]


def met(count: int = 2) -> Wire:
    """Desk 0 with a bearer to party 1, whose own station says nothing."""
    wire = make_world(count)
    wire.desks[0].take((Up(1, BearerUp("wire", 1 << 20, 10_000_000)),), wire.now_ms)
    wire.queue.clear()
    return wire


def pen(wire: Wire, name: bytes = b"pen", party: int = 1) -> Pen:
    return Pen(wire.desks[0].roster, wire.desks[party].keys, party, name)


def noticed(desk: Desk, code: str) -> bool:
    return any(isinstance(told, Noticed) and told.code == code for told in desk.told)


def test_unsigned_entries_of_one_log_are_bounded_in_number_too() -> None:
    """R-122. A log sent an entry an item, unsigned, held a station up for minutes: every item copied all before it."""
    wire = met()
    mine = pen(wire)
    one = WireEntry(MESSAGE, 0, OPENED_AT_MS, (), 0, b"")
    heard(wire, mine.opening())
    for at in range(0, 2 * limits.PENDING_ENTRIES_MAX, 512):
        heard(wire, *(Entries(mine.ref, at + more, (Run(1, ()),), (one,)) for more in range(512)))
        pending = wire.desks[0].turns.state.pending
    assert all(len(kept.entries) <= limits.PENDING_ENTRIES_MAX for kept in pending.values())
    assert noticed(wire.desks[0], "unsigned-dropped")


def test_unsigned_entries_wait_in_few_logs_of_a_peer() -> None:
    """R-122."""
    wire = met()
    for number in range(3 * limits.PENDING_LOGS_MAX):
        mine = pen(wire, bytes([number]))
        heard(wire, mine.opening(), mine.entries())
    assert len(wire.desks[0].turns.state.pending) == limits.PENDING_LOGS_MAX
    assert isinstance(heard(wire, *mine.items())[0], Receipt)


def test_deflated_bodies_that_open_to_more_than_can_be_served_again_are_refused() -> None:
    """R-122. One frame put a quarter of a gigabyte into the record, which no third party could ever be sent."""
    wire = met()
    raw = bytes(limits.BODY_BYTES_MAX)
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    coded = press.compress(raw) + press.flush()
    mine = pen(wire)
    for _ in range(limits.PENDING_BYTES_MAX // len(raw)):
        mine.write(raw)
    (answer,) = heard(wire, *mine.items(codec=1, coded=coded))
    assert isinstance(answer, Differs)
    assert noticed(wire.desks[0], "entries-refused") and wire.desks[0].size(mine.log) == 0
    del mine.headers[-1], mine.bodies[-1]
    wire.now_ms += limits.RESEND_AFTER_MS
    assert isinstance(heard(wire, *mine.items(codec=1, coded=coded))[0], Receipt)


def test_fragments_make_one_item_not_thousands() -> None:
    """R-018."""
    item = encode_items([Note(os.urandom(60))] * 40, OPENED_AT_MS)
    listening = Heard(OPENED_AT_MS)
    *rest, last = pack([item], 200)
    for payload in rest:
        assert listening.items(payload) == ()
    with pytest.raises(Malformed, match="it is one item"):
        listening.items(last)
    assert Heard(OPENED_AT_MS).items(encode_item(Note(b"x"), OPENED_AT_MS)) == (Note(b"x"),)
