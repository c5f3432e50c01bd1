"""Codes from somebody who means ill: made-up sizes, two sets under one name, false codes among true ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from openline.bearer.pages.shelf import Shelf
from openline.errors import LocalFault, Malformed, Unchecked
from openline.limits import PAGE_SET_BYTES_MAX, PAGE_SYMBOL_BYTES_MAX
from openline.wire.pages import Symbol, cut, encode_symbol, join, parse_symbol

LINE = b"our line"
WHOLE = random.Random(5).randbytes(1_000)


def symbols(whole: bytes = WHOLE, made_at_ms: int = 5) -> list[Symbol]:
    return [parse_symbol(one) for one in cut(LINE, 0, 1, made_at_ms, whole, 100, 18)]


@pytest.mark.parametrize(
    "changes",
    [
        {"length": 2**32 - 1},
        {"length": PAGE_SET_BYTES_MAX + 1, "size": PAGE_SYMBOL_BYTES_MAX, "needed": 58, "made": 255},
        {"length": 254 * PAGE_SYMBOL_BYTES_MAX, "size": PAGE_SYMBOL_BYTES_MAX, "needed": 254, "made": 255},
        {"needed": 0, "length": 0},
        {"needed": 255, "made": 254},
    ],
    ids=str,
)
def test_sizes_that_no_set_has_are_refused_before_anything_is_kept(changes: dict[str, int]) -> None:
    """R-262: the check of a code is no secret, so anybody can write one that fits."""
    head = symbols()[0].head._replace(**changes)  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        parse_symbol(encode_symbol(Symbol(head, 0, bytes(head.size))))


def test_what_is_longer_than_a_set_is_not_cut_into_one() -> None:
    with pytest.raises(LocalFault):
        cut(LINE, 0, 1, 5, bytes(PAGE_SET_BYTES_MAX + 1), PAGE_SYMBOL_BYTES_MAX, 255)


def test_two_sets_that_differ_in_one_field_never_meet(tmp_path: Path) -> None:
    """R-262: also where the name that people read is the same: a set is named by all of its head."""
    ours, other = symbols(), symbols(made_at_ms=6)
    twin = [one._replace(head=one.head._replace(digest=ours[0].head.digest)) for one in other]
    assert twin[0].head.name == ours[0].head.name and twin[0].head != ours[0].head
    with Shelf(tmp_path) as shelf:
        for one, false in zip(ours[:6], twin[6:12], strict=True):
            shelf.put(one)
            shelf.put(false)
        shelf.save()
    with Shelf(tmp_path) as shelf:
        kept = {one.head: one.data for one in shelf.sets()}
        assert sorted(map(sorted, kept.values())) == [list(range(6)), list(range(6, 12))]
        for head, data in kept.items():
            with pytest.raises(Unchecked):
                join(head, data)
        data = {one.number: one.data for one in twin}
        with pytest.raises(Malformed):
            join(twin[0].head, data)


@pytest.mark.parametrize("false", [1, 2, 5])
def test_false_codes_under_the_true_head_never_make_another_whole(false: int) -> None:
    """R-263: one is found and left out, more spoil this reading, and nothing else comes of it."""
    draw, true = random.Random(false), symbols()
    data = {one.number: one.data for one in true}
    for number in draw.sample(range(len(true)), false):
        data[number] = draw.randbytes(100)
    try:
        assert join(true[0].head, data) == WHOLE
    except Malformed:
        assert false > 1
    few = dict(sorted(data.items())[: true[0].head.needed])
    try:
        assert join(true[0].head, few) == WHOLE
    except Malformed:
        pass


def test_after_a_false_code_the_true_ones_read_again_make_the_set(tmp_path: Path) -> None:
    """R-265: what spoiled a reading is forgotten with it."""
    true = symbols()
    head = true[0].head
    with Shelf(tmp_path) as shelf:
        for one in true[: head.needed]:
            shelf.put(one)
        shelf.put(Symbol(head, 0, bytes(100)))
        shelf.put(Symbol(head, 1, bytes(100)))
        shelf.save()
        with pytest.raises(Malformed):
            join(head, shelf.sets()[0].data)
        shelf.forget(head)
        for one in true[3 : 3 + head.needed]:
            shelf.put(one)
        assert join(head, shelf.sets()[0].data) == WHOLE
        shelf.take(head)
        assert shelf.was_taken(head) and not shelf.sets()
