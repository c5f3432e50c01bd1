"""Bodies of entries of this chamber: one spelling, bounds, what the header refers to. R-552, R-553, R-558, R-560."""

from __future__ import annotations

import contextlib
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.bodies import check_body
from openline.accord.escrow import bodies
from openline.accord.escrow.bodies import (
    Answered,
    Body,
    Challenge,
    Committed,
    Countersigned,
    Escrow,
    Exchange,
    Opened,
    Revealed,
)
from openline.errors import Malformed
from openline.record.entry import KIND_NAMES, NOTICE_KINDS, Ref
from openline.record.fields import dump_map, load_map
from tests.rooms.accord.escrow.parts import listed

OF, OTHER = Ref(0, bytes(12), 3), Ref(1, bytes(12), 4)
LOCK = bytes(range(32))
LEVELS = tuple((size, LOCK) for size in (1, 2, 4, 8, 65_536))
BODIES: dict[int, Body] = {
    140: Exchange("LISTS", "Lists of 1 January", "en", (0, 1), 1, 2, 3),
    141: Committed(OF, 4, LOCK),
    142: Countersigned(OF, ((OF, LOCK), (OTHER, LOCK))),
    143: Opened(OF, listed(0, "a", "b", "c").opening(1, 2)),
    144: Escrow("E-1", 20_000, bytes(8), LEVELS, OF),
    145: Challenge(OF, 4, LOCK, 1, 2, 3),
    146: Answered(OF, LOCK),
    147: Revealed(OF, LOCK),
}


@pytest.mark.parametrize("kind", BODIES)
def test_each_body_has_one_spelling_and_says_what_its_header_refers_to(kind: int) -> None:
    body = BODIES[kind]
    data = bodies.encode(body)
    assert bodies.parse(kind, data) == body and bodies.kind_of(body) == kind
    assert check_body(kind, data) == bodies.references_of(body)
    assert kind in KIND_NAMES and kind in NOTICE_KINDS, "official text: what release by two is for"
    for wrong in (data + b"\0", data[:-1], b"", b"\xa0", cbor2.dumps([1])):
        with pytest.raises(Malformed):
            bodies.parse(kind, wrong)


def test_a_countersignature_refers_to_the_exchange_and_to_every_commitment() -> None:
    assert bodies.references_of(BODIES[142]) == (OF, OF, OTHER)
    assert bodies.references_of(BODIES[140]) == ()


@pytest.mark.parametrize(
    ("kind", "field", "value", "says"),
    [
        (140, 0, "a\u202eb", "id"), (140, 1, "", "only a title"), (140, 2, "", "has a language"),
        (140, 3, [0], "two or more"),
        (140, 3, [1, 0], "ascending"), (140, 3, [0, 0], "each once"), (140, 3, [0, 8], "party"),
        (140, 4, 2, "follow each other"), (140, 5, 3, "follow each other"), (140, 6, True, "time"),
        (141, 1, 3, "power of two"), (141, 1, 0, "power of two"), (141, 1, 131_072, "leaves"), (141, 2, b"", "lock"),
        (142, 1, [[list(OF), LOCK]], "two parties"), (142, 1, [[list(OTHER), LOCK], [list(OF), LOCK]], "ascending"),
        (142, 1, [[list(OF), LOCK]] * 2, "each once"), (143, 1, 5, "level"), (143, 2, 65_536, "first"),
        (143, 3, bytes(32), "leaves"), (143, 3, bytes(65), "leaves"), (143, 4, bytes(33), "nodes"),
        (143, 4, bytes(32 * 40), "nodes"), (143, 5, bytes(32), "salts"), (143, 6, [], "no record"),
        (143, 6, ["a", "b"], "record"), (143, 6, [b"", bytes(2049)], "record"), (144, 2, bytes(7), "layout"),
        (144, 2, "", "layout"), (144, 3, [[1, LOCK]] * 4, "levels"), (144, 3, [[5, LOCK]] * 5, "power of two"),
        (144, 4, [9, bytes(12), 0], "follows"), (145, 1, 5, "level"), (145, 3, 2, "follow each other"),
        (145, 5, -1, "time"), (146, 1, bytes(31), "draw"), (147, 1, bytes(33), "draw"),
        (147, 0, [0, bytes(11), 0], "of"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_named(kind: int, field: int, value: Any, says: str) -> None:
    fields = list(load_map(bodies.encode(BODIES[kind]), len(bodies._SPELLED[type(BODIES[kind])](BODIES[kind])), "x",
                           10_000).values())  # fmt: skip
    fields[field] = value
    with pytest.raises(Malformed, match=says):
        bodies.parse(kind, dump_map(fields))


@given(st.sampled_from(sorted(BODIES)), st.binary(max_size=120))
def test_noise_is_malformed(kind: int, data: bytes) -> None:
    with contextlib.suppress(Malformed):
        bodies.parse(kind, data)


@given(st.sampled_from(sorted(BODIES)), st.data())
def test_a_changed_bit_is_refused_or_says_something_else(kind: int, data: st.DataObject) -> None:
    spelled = bytearray(bodies.encode(BODIES[kind]))
    spelled[data.draw(st.integers(0, len(spelled) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(Malformed):
        found = bodies.parse(kind, bytes(spelled))
        assert found != BODIES[kind] and bodies.encode(found) == bytes(spelled)
