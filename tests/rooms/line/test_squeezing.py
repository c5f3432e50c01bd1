"""Bodies on a narrow bearer: the shortest form, an agreed dictionary, and a peer that does not hold it."""

from __future__ import annotations

from hashlib import sha256

import pytest

from openline.limits import BROTLI_BATCH_BYTES_MAX
from openline.line.events import Up
from openline.line.narrow.squeezing import squeezed
from openline.line.state import BearerUp
from openline.wire.codec import BROTLI, DEFLATE, DICTIONARY, RAW
from openline.wire.items import Commit, Differs, Item
from tests.rooms.line.desks import Wire, make_world, submit

WORDS = b"The aircraft is unarmed. Do not intercept. It will cross the line at "
DIGEST = sha256(WORDS).digest()
TEXT = WORDS.decode() + "half past ten."
NARROW = BearerUp("wire", 1 << 20, 300)


def met(*holding: int) -> tuple[Wire, list[Item]]:
    """Two stations over a narrow bearer, and what is carried; those named hold the dictionary."""
    world = make_world(2)
    for one in holding:
        turns = world.desks[one].turns
        turns.state = turns.state._replace(dictionaries={DIGEST: WORDS})
    carried: list[Item] = []

    def see(_sender: int, _receiver: int, item: Item) -> bool:
        carried.append(item)
        return False

    world.drop = see
    world.links |= {(0, 1), (1, 0)}
    for one, other in ((0, 1), (1, 0)):
        world.put(one, world.desks[one].take((Up(other, NARROW),), world.now_ms))
    world.settle(2)
    return world, carried


def sent(carried: list[Item]) -> list[int]:
    return [entry.codec for item in carried if isinstance(item, Commit) for entry in item.entries]


def test_a_message_in_the_agreed_words_takes_one_burst_and_the_dictionary() -> None:
    """R-283. No round trip before it can be read."""
    world, carried = met(0, 1)
    carried.clear()
    submit(world, 0, TEXT)
    world.settle()
    assert world.desks[1].size(world.desks[0].own) == 2
    assert sent(carried) == [DICTIONARY] and not [one for one in carried if isinstance(one, Differs)]


def test_a_peer_that_does_not_hold_the_dictionary_gets_the_message_in_a_form_that_needs_none() -> None:
    """R-281, R-283."""
    world, carried = met(0)
    carried.clear()
    submit(world, 0, TEXT * 2)
    world.settle(3)
    assert world.desks[1].size(world.desks[0].own) == 2
    first, *again = sent(carried)
    assert first == DICTIONARY and again and set(again) <= {RAW, DEFLATE}
    assert [one.reason for one in carried if isinstance(one, Differs)] == [4]


@pytest.mark.parametrize("holding", [(), (1,)])
def test_what_is_not_held_is_not_used(holding: tuple[int, ...]) -> None:
    world, carried = met(*holding)
    carried.clear()
    submit(world, 0, TEXT)
    world.settle()
    assert world.desks[1].size(world.desks[0].own) == 2
    assert DICTIONARY not in sent(carried)


def test_only_so_much_of_a_batch_is_worth_brotli() -> None:
    """R-283."""
    bodies = [(b"Message %d. " % number + TEXT.encode()) * 100 for number in range(12)]
    codecs = [codec for codec, _ in squeezed(bodies, {}, narrow=True, plain=False)]
    few = BROTLI_BATCH_BYTES_MAX // len(bodies[-1])
    assert 1 <= few < len(bodies)
    assert codecs[:few] == [BROTLI] * few and codecs[-1] == DEFLATE
    assert squeezed(bodies, {}, narrow=False, plain=False) == [(RAW, body) for body in bodies]
