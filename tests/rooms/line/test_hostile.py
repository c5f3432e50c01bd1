"""A peer with real keys asks for more than anybody may: what one frame can make a station do is bounded."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest

from openline import limits
from openline.errors import Malformed
from openline.line import hails
from openline.line.events import Arrived, BlobWanted, Noticed, Tick, Up
from openline.line.ports import LogId, PutBlob, PutState, Write
from openline.line.state import BearerUp
from openline.line.turn import Heard
from openline.record.entry import MESSAGE
from openline.record.merkle import EMPTY_ROOT
from openline.wire.fragments import pack
from openline.wire.items import (
    BlobAsk,
    BlobChunk,
    Commit,
    Differs,
    Entries,
    Hail,
    HailLog,
    Item,
    Lack,
    LogRef,
    Note,
    Receipt,
    Run,
    WireEntry,
    encode_item,
    encode_items,
)
from tests.rooms.line.desks import OPENED_AT_MS, Desk, Wire, make_world, submit
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
        waiting = wire.desks[0].turns.state.pending.values()
        assert all(len(kept.entries) <= limits.PENDING_ENTRIES_MAX for kept in waiting)
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


def test_no_more_than_so_many_lives_of_a_party_are_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-162. A peer that signed a new log with every other item took five kilobytes of memory for each, for good."""
    monkeypatch.setattr(limits, "LOGS_OF_A_PARTY_MAX", 8)
    wire = met()
    held = []
    for number in range(20):
        mine = pen(wire, bytes([number]))
        held.append(mine)
        heard(wire, *mine.items())
    logs = wire.desks[0].turns.state.logs
    assert sum(1 for log in logs if log.party == 1) == 8
    assert noticed(wire.desks[0], "commit-unjudged")
    held[3].write(b"more of a life that is held")
    assert isinstance(heard(wire, *held[3].items(1))[0], Receipt)


# ------------------------------------------------------------------ asking
def hail(wire: Wire, logs: Sequence[HailLog] = (), lacks: Sequence[Lack] = (), echo: bytes = bytes(8)) -> Hail:
    return Hail(wire.now_ms, os.urandom(8), echo, 0, tuple(sorted(logs)), (), tuple(sorted(lacks)))


def test_a_frame_of_questions_for_one_attachment_gets_a_few_answers() -> None:
    """R-160. A megabyte of asking brought gigabytes of answers into memory."""
    wire = met()
    data = os.urandom(1000)
    digest = sha256(data).digest()
    wire.desks[0].store.commit([PutBlob(digest, 0, len(data), data)])
    asks = [BlobAsk(digest, at % 900) for at in range(limits.ITEMS_PER_FRAME_MAX)]
    assert len(heard(wire, *asks)) == limits.BLOBS_A_STEP_MAX
    assert heard(wire, *[BlobAsk(digest, 0)] * 9) == [BlobChunk(digest, 0, len(data), data)]


def test_a_peer_that_lives_anew_with_every_hail_is_served_a_few_times_and_then_asked_to_prove_itself() -> None:
    """R-126. Each hail as if by a new life began everything again: four megabytes read for seventy bytes."""
    wire = met()
    desk = wire.desks[0]
    submit(wire, 0, *("x" * 1000 for _ in range(100)))
    commits = 0
    for life in range(40):
        answers = heard(wire, hail(wire), start=life.to_bytes(4, "big"))
        commits += any(isinstance(item, Commit) for item in answers)
    assert commits == limits.LIVES_UNPROVED_MAX
    nonce = desk.turns.state.peers[1].asked[-1].nonce
    assert any(isinstance(item, Commit) for item in heard(wire, hail(wire, echo=nonce), start=b"true"))


def test_a_new_life_is_looked_for_among_all_logs_once_and_not_once_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hail of sixty bytes took seconds from a station that held thousands of logs of the peer: their square."""
    wire = met()
    for number in range(40):
        heard(wire, *pen(wire, bytes([number])).items())
    searched = 0
    search = hails.current_log

    def counted(*args: Any) -> Any:
        nonlocal searched
        searched += 1
        return search(*args)

    monkeypatch.setattr(hails, "current_log", counted)
    asked = wire.desks[0].turns.state.peers[1].asked
    answer = heard(wire, hail(wire, echo=asked[-1].nonce), start=b"anew")
    assert any(isinstance(item, Hail) for item in answer)
    assert 0 < searched < 10


def test_all_that_is_under_way_to_one_peer_is_bounded_over_all_its_logs() -> None:
    """R-161. A hail that lacks a thousand logs had all of them in memory at once."""
    wire = met(3)
    desk = wire.desks[0]
    pens = []
    for number in range(30):
        mine = pen(wire, bytes([number]))
        for _ in range(4):
            mine.write(os.urandom(limits.BODY_BYTES_MAX))
        heard(wire, *mine.items())
        pens.append(mine)
    lacks = [Lack(1, mine.log.generation, 0) for mine in pens]
    sent = sum(len(item.entries) for item in heard(wire, hail(wire, lacks=lacks)) if isinstance(item, Commit | Entries))
    assert sent >= limits.IN_FLIGHT_BYTES_MAX // limits.BODY_BYTES_MAX
    assert sent * limits.BODY_BYTES_MAX <= limits.IN_FLIGHT_BYTES_MAX + limits.COMMIT_BYTES_MAX
    held: set[LogId] = set()
    for _ in range(60):  # whoever says what arrived gets the rest, without asking again
        flows = desk.turns.state.peers[1].flows
        done = [mine for mine in pens if mine.log not in held and flows[mine.log].sent == len(mine.headers)]
        held |= {mine.log for mine in done}
        rows = [HailLog(*mine.log, len(mine.headers), desk.turns.state.logs[mine.log].noted.root[:8]) for mine in done]
        heard(wire, hail(wire, rows))
    assert len(held) == len(pens)


def test_histories_said_to_differ_again_and_again_are_repeated_with_patience() -> None:
    wire = met()
    submit(wire, 0, *("x" * 1000 for _ in range(100)))
    heard(wire, hail(wire))
    differs = Differs(LogRef(0, wire.desks[0].own.generation), 0, EMPTY_ROOT, 4)
    repeated = [bool(heard(wire, differs)) for _ in range(10)]
    assert repeated == [True] + 9 * [False]
    wire.now_ms += limits.RESEND_AFTER_MS
    assert heard(wire, differs)


# ------------------------------------------------------------------ wasting
def test_a_frame_of_signatures_that_do_not_check_is_left_unread() -> None:
    """R-160. Four thousand in a frame took half a second, and frames came in dozens."""
    wire = met()
    submit(wire, 0, *("x" for _ in range(20)))
    log = LogRef(0, wire.desks[0].own.generation)
    heard(wire, *(Receipt(log, None, 1 + number % 20, number, bytes(64)) for number in range(4096)))
    assert noticed(wire.desks[0], "frame-left")
    checked = sum(isinstance(told, Noticed) and told.code == "receipt-unchecked" for told in wire.desks[0].told)
    assert checked <= limits.WASTE_A_FRAME_MAX + 1


def test_what_was_said_to_differ_is_forgotten() -> None:
    """R-160. Openings of logs that nobody wrote, and commits that nobody signed: each was remembered for ever."""
    wire = met()
    entry = (WireEntry(MESSAGE, 0, OPENED_AT_MS, (), 0, b"x"),)
    for number in range(10 * limits.DIFFERS_MAX):
        invented = pen(wire, number.to_bytes(2, "big"))
        heard(wire, invented.opening(), Commit(invented.ref, 0, (Run(1, ()),), entry, bytes(64)))
    assert len(wire.desks[0].turns.state.peers[1].differs_at) == limits.DIFFERS_MAX


@pytest.mark.whole
def test_thousands_of_logs_do_not_push_the_newest_ones_out_of_a_hail() -> None:
    """R-129. Past a thousand unsettled logs a hail to a third party named those of the one who opened them, only."""
    wire = met(3)
    desk = wire.desks[0]
    for number in range(limits.HAIL_LOGS_MAX + 100):
        desk.take((Arrived(2, "wire", b"liar", pen(wire, number.to_bytes(2, "big"), 2).items()),), wire.now_ms)
    listed: set[LogId] = set()
    for _ in range(8):
        wire.now_ms += limits.HAIL_EVERY_MS
        hails = [item for send in desk.take((Tick(),), wire.now_ms) for item in send.items if isinstance(item, Hail)]
        names = {LogId(row.party, row.generation) for row in hails[0].logs}
        assert len(names) == limits.HAIL_LOGS_MAX and desk.own in names
        listed |= names
    assert len(listed) == len(desk.turns.state.logs)


# ------------------------------------------------------------------ attachments
def test_attachments_named_without_end_are_wanted_up_to_a_bound_and_keep_nobody_elses_out() -> None:
    """R-134. A thousand messages with sixteen each held a station up for hours: every one wrote down all the others."""
    wire = met(3)
    desk = wire.desks[0]
    names = [BlobWanted(os.urandom(32), 1000, 0, named_by=1) for _ in range(limits.BLOBS_WANTED_MAX + 100)]
    writes: list[Write] = []
    commit = desk.store.commit
    desk.store.commit = lambda batch: (writes.extend(batch), commit(batch))[1]  # type: ignore[method-assign]
    desk.take(names, wire.now_ms)
    assert len(desk.turns.state.wants) == limits.BLOBS_WANTED_MAX and noticed(desk, "blob-left")
    assert sum(isinstance(one, PutState) for one in writes) == 1
    wire.now_ms += limits.RESEND_AFTER_MS
    asks = [item for send in desk.take((Tick(),), wire.now_ms) for item in send.items if isinstance(item, BlobAsk)]
    assert len(asks) == limits.BLOBS_ASKED_MAX
    desk.take((BlobWanted(sha256(b"x").digest(), 1, 0, named_by=2),), wire.now_ms)
    asks = [item for send in desk.take((Tick(),), wire.now_ms) for item in send.items if isinstance(item, BlobAsk)]
    assert BlobAsk(sha256(b"x").digest(), 0) in asks


def test_a_wrong_size_for_somebody_elses_attachment_does_not_keep_it_away() -> None:
    """R-134. Whoever named it first, with another size, kept the true one from ever being fetched."""
    wire = met()
    desk = wire.desks[0]
    data = os.urandom(3 * limits.BLOB_CHUNK_BYTES)
    digest = sha256(data).digest()
    for total in (1, len(data), 7):
        desk.take((BlobWanted(digest, total, 0),), wire.now_ms)
    wire.now_ms += limits.RESEND_AFTER_MS
    desk.take((Tick(),), wire.now_ms)
    assert heard(wire, BlobChunk(digest, 0, len(data) + 1, data[: limits.BLOB_CHUNK_BYTES])) == []
    assert heard(wire, BlobChunk(digest, 0, len(data), data[:10])) == [], "crumbs would be a commit each"
    for at in range(0, len(data), limits.BLOB_CHUNK_BYTES):
        heard(wire, BlobChunk(digest, at, len(data), data[at : at + limits.BLOB_CHUNK_BYTES]))
    assert not desk.turns.state.wants and desk.store.blob_bytes(digest, 0, len(data)) == data


def test_a_beginning_that_nobody_goes_on_from_is_thrown_away() -> None:
    """R-134. A first piece of the wrong whole, and then silence: the true pieces did not follow it."""
    wire = met()
    desk = wire.desks[0]
    data = os.urandom(100)
    digest = sha256(data).digest()
    for total in (2 * limits.BLOB_CHUNK_BYTES, len(data)):
        desk.take((BlobWanted(digest, total, 0),), wire.now_ms)
    offsets = []
    for _ in range(6):
        wire.now_ms += limits.RESEND_AFTER_MS
        sends = desk.take((Tick(),), wire.now_ms)
        asks = [item for send in sends for item in send.items if isinstance(item, BlobAsk)]
        offsets += [ask.offset for ask in asks]
        if len(offsets) == 1:
            heard(wire, BlobChunk(digest, 0, 2 * limits.BLOB_CHUNK_BYTES, bytes(limits.BLOB_CHUNK_BYTES)))
    assert offsets[0] == 0 and limits.BLOB_CHUNK_BYTES in offsets and offsets[-1] == 0
    heard(wire, BlobChunk(digest, 0, len(data), data))
    assert desk.store.blob_bytes(digest, 0, 1000) == data
