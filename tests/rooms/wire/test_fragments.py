"""Items packed into payloads, cut where one is too long, and put together again. (R-017, R-018)"""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.limits import FRAGMENT_GAPS_MAX, FRAGMENT_SETS_MAX, FRAGMENTED_BYTES_MAX, ITEMS_PER_FRAME_MAX
from openline.wire.fragments import PACK_BYTES_MIN, Reassembly, pack
from openline.wire.items import Fragment, Note, decode_items, encode_item, encode_items
from tests.rooms.wire import things
from tests.rooms.wire.things import OPENED_AT_MS


def received(payloads, reassembly=None):
    """Items as the other side gets them, fragments put together."""
    reassembly = reassembly or Reassembly()
    out = []
    for payload in payloads:
        for item in decode_items(payload, OPENED_AT_MS):
            if isinstance(item, Fragment):
                whole = reassembly.take(item)
                if whole is not None:
                    out += decode_items(whole, OPENED_AT_MS)
            else:
                out.append(item)
    return out


whole_items = things.any_item.filter(lambda item: not isinstance(item, Fragment))


@given(st.lists(whole_items, max_size=6), st.integers(PACK_BYTES_MIN, 3000))
def test_items_arrive_in_order_through_payloads_of_any_size(items, bytes_max):
    payloads = pack([encode_item(item, OPENED_AT_MS) for item in items], bytes_max)
    assert all(0 < len(payload) <= bytes_max for payload in payloads)
    assert received(payloads) == items


@given(st.integers(), st.lists(st.integers(PACK_BYTES_MIN, 900), min_size=1, max_size=3))
def test_pieces_of_several_cuts_lost_repeated_and_shuffled_fill_one_whole(seed, sizes):
    """R-017: two bearers carry the same item in pieces of different sizes, each losing some."""
    dice = random.Random(seed)
    item = Note(dice.randbytes(5000))
    encoded = encode_item(item, OPENED_AT_MS)
    pieces = [payload for size in sizes for payload in pack([encoded], size) if dice.random() < 0.7]
    pieces += pack([encoded], sizes[0])
    dice.shuffle(pieces)
    reassembly = Reassembly()
    assert item in received(pieces, reassembly)


def test_small_items_share_a_payload_and_a_bound_on_their_number_holds():
    one = encode_item(Note(b""), OPENED_AT_MS)
    payloads = pack([one] * (ITEMS_PER_FRAME_MAX + 1), 100_000)
    assert [len(decode_items(payload, OPENED_AT_MS)) for payload in payloads] == [ITEMS_PER_FRAME_MAX, 1]


def test_a_whole_that_does_not_match_its_name_is_refused_and_forgotten():
    """R-018"""
    reassembly = Reassembly()
    assert reassembly.take(Fragment(b"notahash", 0, 4, b"ab")) is None
    with pytest.raises(Malformed, match="set id"):
        reassembly.take(Fragment(b"notahash", 2, 4, b"cd"))
    assert reassembly.bytes_held == 0


def test_a_fragment_inside_a_fragment_is_refused():
    """R-018: or a small frame could unfold without end."""
    inner = encode_items([Fragment(bytes(8), 0, 9, b"x")], OPENED_AT_MS)
    with pytest.raises(Malformed, match="itself a fragment"):
        Reassembly().take(Fragment(sha256(inner).digest()[:8], 0, len(inner), inner))


def test_sets_without_end_push_out_the_oldest():
    """R-018"""
    reassembly = Reassembly()
    for n in range(FRAGMENT_SETS_MAX * 3):
        reassembly.take(Fragment(n.to_bytes(8, "big"), 0, 1000, bytes(100)))
        assert reassembly.bytes_held <= FRAGMENT_SETS_MAX * 100
    item = encode_item(Note(bytes(500)), OPENED_AT_MS)
    assert received(pack([item], 100), reassembly) == [Note(bytes(500))]


def test_crumbs_scattered_on_purpose_take_bounded_memory_and_a_repeat_still_fills_the_whole():
    reassembly = Reassembly()
    item = encode_item(Note(bytes(16_000)), OPENED_AT_MS)
    set_id = sha256(item).digest()[:8]
    for at in range(0, len(item) - 1, 2):
        reassembly.take(Fragment(set_id, at, len(item), item[at : at + 1]))
    (gathered,) = reassembly._sets.values()
    assert len(gathered.starts) <= FRAGMENT_GAPS_MAX
    assert received(pack([item], 1000), reassembly) == [Note(bytes(16_000))]


def test_what_no_peer_could_put_together_is_our_own_mistake():
    with pytest.raises(LocalFault, match="most that travels"):
        pack([bytes(FRAGMENTED_BYTES_MAX + 1)], 1000)
    with pytest.raises(LocalFault, match="too small"):
        pack([], PACK_BYTES_MIN - 1)


def test_a_piece_from_the_far_end_costs_what_it_weighs():
    """R-018. Each piece of a frame named another set of four mebibytes, by its last byte: seconds of making room."""
    reassembly = Reassembly()
    for n in range(100):
        reassembly.take(Fragment(n.to_bytes(8, "big"), FRAGMENTED_BYTES_MAX - 1, FRAGMENTED_BYTES_MAX, b"x"))
    assert reassembly.bytes_held == FRAGMENT_SETS_MAX
