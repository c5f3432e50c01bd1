"""Entries held ahead: what leads from a leaf to its root over what is held, and what the holder says. (R-220, R-226)"""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.record import merkle
from openline.record.ahead import (
    HeldAhead,
    encode_held_ahead,
    nodes_between,
    parse_held_ahead,
    path_from,
    plan_between,
    root_along,
)
from openline.record.entry import Ref
from openline.wire.overtaking import subtrees_between
from tests.rooms.record.world import word

LEAVES = [sha256(bytes([number])).digest() for number in range(200)]


def look_up(level: int, first: int, count: int) -> list[bytes]:
    width = 1 << level
    return [merkle.root_of(LEAVES[at * width : (at + 1) * width]) for at in range(first, first + count)]


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, len(LEAVES)))
    index = draw(st.integers(0, size - 1))
    return draw(st.integers(0, index)), index, size


@given(places())
def test_from_any_frontier_the_nodes_lead_to_the_root(place: tuple[int, int, int]) -> None:
    """R-220: nothing below the frontier is sent, and no more than two hashes a bit of the size."""
    first, index, size = place
    nodes = merkle.build(plan_between(first, index, size), look_up)
    assert len(nodes) == subtrees_between(first, index) + subtrees_between(index + 1, size) <= 2 * 2 * 8
    path = path_from(first, merkle.extend(0, (), LEAVES[:first])[0], index, nodes)
    assert root_along(path, LEAVES[index], index, size) == merkle.root_of(LEAVES[:size])


@given(places(), st.data())
def test_a_wrong_node_or_leaf_leads_elsewhere(place: tuple[int, int, int], data: st.DataObject) -> None:
    first, index, size = place
    nodes = merkle.build(plan_between(first, index, size), look_up)
    leaf = LEAVES[index]
    spoiled = data.draw(st.integers(0, len(nodes)))
    if spoiled == len(nodes):
        leaf = word("another leaf")
    else:
        nodes[spoiled] = word("another node")
    path = path_from(first, merkle.extend(0, (), LEAVES[:first])[0], index, nodes)
    assert root_along(path, leaf, index, size) != merkle.root_of(LEAVES[:size])


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_the_subtrees_stand_side_by_side_each_at_its_own_width(one: int, other: int) -> None:
    """R-220: also at sizes that no test could hash."""
    first, end = sorted((one, other))
    at = first
    for level, index in nodes_between(first, end):
        assert index << level == at
        at += 1 << level
    assert at == end and len(nodes_between(first, end)) == subtrees_between(first, end) <= 80


def test_a_subtree_that_does_not_follow_is_refused() -> None:
    with pytest.raises(LocalFault):
        merkle.graft(2, merkle.extend(0, (), LEAVES[:2])[0], 2, LEAVES[0])
    with pytest.raises(LocalFault):
        merkle.graft(4, (), 2, LEAVES[0])


SAID = HeldAhead(Ref(1, b"g" * 12, 41), word("leaf"), 42, word("root"))


def test_what_is_said_is_read_back() -> None:
    """R-226"""
    assert parse_held_ahead(encode_held_ahead(SAID)) == SAID


@pytest.mark.parametrize(
    "said",
    [
        SAID._replace(size=41),
        SAID._replace(leaf=b""),
        SAID._replace(of=Ref(8, b"g" * 12, 41)),
        SAID._replace(root=b"r"),
    ],
)
def test_what_nobody_could_mean_is_not_said(said: HeldAhead) -> None:
    """R-226"""
    with pytest.raises(Malformed):
        encode_held_ahead(said)
