"""Items: one spelling each, read strictly, refused whole. (R-006, R-010 to R-016)"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.limits import COMMIT_ENTRIES_MAX, ITEMS_PER_FRAME_MAX, NOTE_BYTES_MAX
from openline.wire import items as it
from openline.wire.frame import encode_frame, join_body
from openline.wire.items import decode_items, encode_item, encode_items
from openline.wire.padding import pad
from openline.wire.varint import put_varint
from tests.rooms.wire import things
from tests.rooms.wire.things import OPENED_AT_MS, lone_commit


def kinds(items):
    return [type(item) for item in items]


def spell(item) -> bytes:
    return encode_items([item], OPENED_AT_MS)


def read(payload: bytes):
    return decode_items(payload, OPENED_AT_MS)


@given(things.payload_items)
def test_what_is_spelled_is_read_back(items):
    got = read(encode_items(items, OPENED_AT_MS))
    assert got == items
    assert kinds(got) == kinds(items)


@given(things.payload_items)
def test_padding_says_nothing_and_is_dropped(items):
    """R-010, R-284."""
    plain = encode_items(items, OPENED_AT_MS)
    payload = pad(plain, 1 << 20)
    assert payload.startswith(plain) and len(payload) >= 256
    assert read(payload) == items


@given(st.binary(max_size=200))
def test_whatever_is_read_has_no_second_spelling(payload):
    """R-011"""
    try:
        items = read(payload)
    except Malformed:
        return
    again = encode_items(items, OPENED_AT_MS)
    assert payload.startswith(again)
    assert not any(payload[len(again) :])


@given(things.any_item, st.data())
def test_a_touched_item_is_refused_or_is_another_item_with_one_spelling(item, data):
    payload = bytearray(spell(item))
    at = data.draw(st.integers(0, min(len(payload), 200) - 1))
    payload[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        items = read(bytes(payload))
    except Malformed:
        return
    again = encode_items(items, OPENED_AT_MS)
    assert bytes(payload).startswith(again)
    assert not any(payload[len(again) :])
    assert items != [item] or kinds(items) != [type(item)]


@given(things.any_item, st.data())
def test_a_cut_item_is_refused(item, data):
    payload = spell(item)
    cut = payload[: data.draw(st.integers(1, len(payload) - 1))]
    with pytest.raises(Malformed, match=r"item 0 \(.*\) at byte 0: "):
        read(cut)


def test_a_fault_names_the_item_and_the_byte():
    good = spell(it.Checkpoint(it.LogRef(0, b""), 7, bytes(64)))
    with pytest.raises(Malformed, match=rf"item 1 \(checkpoint\) at byte {len(good)}: byte {len(good) + 3}: signature"):
        read(good + good[:-1])


def test_an_unknown_kind_refuses_all_that_came_with_it():
    """R-011"""
    good = spell(it.Note(b"hello"))
    with pytest.raises(Malformed, match="item 1 at byte 7: unknown kind 200"):
        read(good + b"\xc8")


def test_padding_that_is_not_zero_is_refused():
    """R-010"""
    with pytest.raises(Malformed, match="padding"):
        read(b"\0\0\x01\0")


def test_more_items_than_a_frame_may_hold_are_refused():
    payload = spell(it.Note(b"")) * (ITEMS_PER_FRAME_MAX + 1)
    with pytest.raises(Malformed, match="more than"):
        read(payload)


def test_a_lone_commit_and_its_receipt_are_as_short_as_promised():
    """Whole frames, for a 600-byte body and two parties."""
    commit = encode_item(lone_commit(), OPENED_AT_MS)
    frame = encode_frame(join_body(bytes(4), bytes(4), 1, commit + bytes(16)))
    assert len(frame) - 600 <= 125
    receipt = encode_item(it.Receipt(it.LogRef(1, b"ab"), None, 100_001, 1_770_000_000, bytes(64)), OPENED_AT_MS)
    assert len(encode_frame(join_body(bytes(4), bytes(4), 1, receipt + bytes(16)))) <= 110


def entry_of(**changes) -> it.Commit:
    commit = lone_commit()
    return commit._replace(entries=(commit.entries[0]._replace(**changes),))


# --- each refusal with the one thing that is wrong (offsets are into the lone commit)

ENTRY = 1 + 1 + 3 + 1 + 1 + (1 + 1 + 2 + 3 + 1)  # kind, log, first, runs, count, after


@pytest.mark.parametrize(
    ("at", "byte", "says"),
    [
        (1, 0x30, "log reference"),  # a kind of reference that does not exist
        (1, 0x08, "log reference"),  # a ninth party
        (5, 0x00, "none"),  # no runs
        (6, 0x00, "a run of no entries"),
        (6, 0x02, "signature needs 64"),  # more announced than there are
        (7, 0x02, "`after`"),  # a slot that is not there
        (8, 0x71, "no known form"),
        (8, 0x41, "no known form"),  # a root of nothing
        (8, 0x18, "out of order"),  # a ninth party
        (ENTRY + 1, 0x40, "unknown bits"),
        (ENTRY + 1, 0x08 | 0x13, "references"),  # announced, and none there
    ],
)
def test_a_commit_out_of_bounds_is_refused(at, byte, says):
    payload = bytearray(encode_item(lone_commit(), OPENED_AT_MS))
    if byte & 0x08 and at == ENTRY + 1:
        payload[ENTRY + 7 : ENTRY + 7] = b"\0"
    payload[at] = byte
    with pytest.raises(Malformed, match=says):
        read(bytes(payload))


def test_slots_of_one_party_twice_are_refused():
    """R-015"""
    slot = it.AfterSlot(1, b"ab", 5, b"", 0)
    commit = lone_commit()._replace(runs=(it.Run(1, (slot, slot)),))
    with pytest.raises(LocalFault, match="out of order"):
        spell(commit)


def test_receipted_beyond_the_entry_itself_is_refused():
    """R-015: nobody can have receipted what was not written yet."""
    slot = it.AfterSlot(1, b"ab", 5, b"", 100_001)
    with pytest.raises(LocalFault, match="receipted"):
        spell(lone_commit()._replace(runs=(it.Run(1, (slot,)),)))


def test_a_length_of_body_has_one_spelling():
    entry = lone_commit().entries[0]._replace(body=b"x")
    payload = bytearray(spell(lone_commit()._replace(entries=(entry,))))
    at = ENTRY + 7
    assert payload[at] == 1
    payload[at : at + 1] = b"\x81\x00"
    with pytest.raises(Malformed, match="shortest"):
        read(bytes(payload))


def test_a_batch_of_more_entries_than_one_commit_covers_is_refused():
    commit = lone_commit()
    many = commit.entries * (COMMIT_ENTRIES_MAX + 1)
    with pytest.raises(LocalFault, match="entries"):
        spell(commit._replace(entries=many, runs=(it.Run(len(many), ()),)))


@pytest.mark.parametrize("rows", ["logs", "receipted", "lacks"])
def test_rows_of_a_hail_stand_in_one_order(rows):
    """R-016"""
    some = {
        "logs": (it.HailLog(1, bytes(12), 3, bytes(8)), it.HailLog(2, bytes(12), 3, bytes(8))),
        "receipted": (it.HailReceipt(1, 3), it.HailReceipt(2, 3)),
        "lacks": (it.Lack(1, bytes(12), 3), it.Lack(2, bytes(12), 3)),
    }[rows]
    empty = it.Hail(1, bytes(8), bytes(8), 0, (), (), ())
    payload = spell(empty._replace(**{rows: some}))
    first, second = (spell(empty._replace(**{rows: (row,)})) for row in some)
    head = 1 + 6 + 8 + 8 + 1 + 1 + {"logs": 1, "receipted": 2, "lacks": 3}[rows]
    width = len(first) - len(spell(empty))
    assert payload[head : head + 2 * width] == first[head : head + width] + second[head : head + width]
    for pair in ((second, first), (first, first)):
        swapped = payload[:head] + b"".join(one[head : head + width] for one in pair) + payload[head + 2 * width :]
        with pytest.raises(Malformed, match="do not ascend"):
            read(swapped)
    with pytest.raises(LocalFault, match="ascend"):
        spell(empty._replace(**{rows: some[::-1]}))


def test_a_reason_that_nobody_defined_is_refused():
    payload = spell(it.Differs(it.LogRef(0, b""), 1, bytes(32), 4))
    with pytest.raises(Malformed, match="reason 5"):
        read(payload[:-1] + b"\x05")


def test_a_note_over_its_bound_is_refused_before_it_is_read():
    with pytest.raises(Malformed, match=f"more than {NOTE_BYTES_MAX}"):
        read(b"\x08" + put_varint(NOTE_BYTES_MAX + 1))
    with pytest.raises(LocalFault):
        spell(it.Note(bytes(NOTE_BYTES_MAX + 1)))


@pytest.mark.parametrize(
    "item",
    [
        it.Checkpoint(it.LogRef(8, b""), 1, bytes(64)),
        it.Checkpoint(it.LogRef(0, b"abc"), 1, bytes(64)),
        it.Checkpoint(it.LogRef(0, b""), -1, bytes(64)),
        it.Checkpoint(it.LogRef(0, b""), 1, bytes(63)),
        it.Opening(0, bytes(11), bytes(32), bytes(8)),
        it.Receipt(it.LogRef(0, b""), 8, 1, 1, bytes(64)),
        it.Receipt(it.LogRef(0, b""), None, 1, 2**40, bytes(64)),
        it.Grant(0, bytes(4097), b""),
        it.Grant(0, b"", bytes(5)),
        it.Fragment(bytes(8), 0, 5, b""),
        it.Fragment(bytes(8), 3, 5, b"abc"),
        it.BlobChunk(bytes(32), 3, 5, b"abc"),
        lone_commit()._replace(entries=(lone_commit().entries[0]._replace(written_at_ms=OPENED_AT_MS - 1),)),
        lone_commit()._replace(entries=(lone_commit().entries[0]._replace(bits=8),)),
        lone_commit()._replace(
            entries=(lone_commit().entries[0]._replace(references=(it.Ref(0, bytes(12), 0),) * 33),)
        ),
    ],
    ids=str,
)
def test_we_never_write_what_nobody_could_read(item):
    with pytest.raises(LocalFault):
        spell(item)
