"""Salted leaves, locks and openings: nothing opens as anything but itself. R-550, R-551, R-554."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.escrow import tree
from openline.accord.escrow.bodies import LEVELS
from openline.accord.escrow.tree import Opening
from openline.errors import LocalFault
from openline.record import merkle
from tests.rooms.accord.escrow.parts import List, listed

SEED = bytes(range(32))
HASHES = st.binary(min_size=32, max_size=32)


def test_leaves_and_tree_are_those_of_the_reference() -> None:
    """Computed apart from this code, with other salts: the vector that was published with this layout."""
    salts = [sha256(f"salt{number}".encode()).digest() for number in range(4)]
    records = [b'{"base":"A","item":"icbm","uid":"0001"}', b'{"base":"A","item":"icbm","uid":"0002"}',
               b'{"base":"B","item":"slbm","uid":"0003"}', b""]  # fmt: skip
    rows = tree.tree_of(records, salts)
    assert rows[0][2].hex() == "b713ee7d059f44735c046e18b664c4c68eec96d19c7fb0568c9ab59b81e1e91a"
    assert rows[-1][0].hex() == "fb3821beb769f3541238609fb2c0d87ff09c5902b9f16cf6ed0f269cb63c5518"
    opening = tree.open_run(rows, 0, 2, salts[2:3], records[2:3])
    assert [one.hex()[:8] for one in opening.beside] == ["a54f7b0e", "28ad890d"]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=40), st.data())
def test_any_run_opens_and_leads_to_the_root_of_the_record(records: list[bytes], data: st.DataObject) -> None:
    padded = tree.padded(records)
    one = List(3, SEED, (tuple(padded),))
    assert one.rows()[-1][0] == merkle.root_of(one.rows()[0]), "the tree is that of RFC 9162"
    first = data.draw(st.integers(0, len(padded) - 1))
    count = data.draw(st.integers(1, len(padded) - first))
    found = tree.check(3, one.lock(), len(padded), one.opening(first, count))
    assert found.matches and found.records == dict(enumerate(padded[first : first + count], first))


@given(st.lists(st.binary(max_size=20), min_size=2, max_size=33), st.data())
def test_no_opening_verifies_as_another_index_level_party_or_size(records: list[bytes], data: st.DataObject) -> None:
    padded = tree.padded(records)
    one = List(1, SEED, (tuple(padded),))
    first = data.draw(st.integers(0, len(padded) - 1))
    opening = one.opening(first, data.draw(st.integers(1, len(padded) - first)))
    elsewhere = data.draw(st.integers(0, len(padded)).filter(lambda at: at != first))
    moved = tree.check(1, one.lock(), len(padded), opening._replace(first=elsewhere))
    assert not moved.matches and not moved.records.keys() & set(range(elsewhere, elsewhere + 1))
    level = data.draw(st.integers(1, len(LEVELS) - 1))
    assert tree.check(1, one.lock(), len(padded), opening._replace(level=level)).why
    assert tree.check(0, one.lock(), len(padded), opening).why, "nobody opens with what another committed"
    assert tree.check(1, one.lock(), 2 * len(padded), opening).why


@given(st.integers(0, 6), st.integers(0, 4), st.booleans())
def test_a_changed_record_is_named_by_its_index(at: int, change: int, salted: bool) -> None:
    one = listed(0, *"abcdefg")
    opening = one.opening()
    if salted:
        salts = [bytes(32) if index == at else salt for index, salt in enumerate(opening.salts)]
        opening = opening._replace(salts=tuple(salts))
    else:
        said = (b"", b"A", opening.records[at] + b" ", b"\0", opening.records[(at + 1) % 7])[change]
        changed = [said if index == at else record for index, record in enumerate(opening.records)]
        opening = opening._replace(records=tuple(changed))
    found = tree.check(0, one.lock(), 8, opening)
    assert (found.why, found.differ) == ("", (at,)) and at not in found.records and len(found.records) == 7


@given(
    st.integers(0, 70_000), st.lists(HASHES, max_size=9), st.lists(HASHES, max_size=9), st.lists(HASHES, max_size=9),
    st.lists(st.binary(max_size=9), max_size=9), st.sampled_from([1, 2, 8, 65_536]),
)  # fmt: skip
def test_whatever_an_opening_holds_it_is_told_and_nothing_is_raised(
    first: int, leaves: list[bytes], beside: list[bytes], salts: list[bytes], records: list[bytes], size: int
) -> None:
    opening = Opening(0, first, tuple(leaves), tuple(beside), tuple(salts), tuple(records))
    found = tree.check(0, bytes(32), size, opening)
    assert found.why and not found.records and not found.matches


def test_salts_are_of_one_seed_level_and_index_and_all_different() -> None:
    salts = {tree.salt_of(SEED, level, index) for level in range(5) for index in range(300)}
    assert len(salts) == 1500 and tree.salt_of(SEED, 0, 0) != tree.salt_of(bytes(32), 0, 0)


def test_a_list_says_nothing_of_its_length_but_the_next_power_of_two() -> None:
    assert [tree.leaves_for(count) for count in (0, 1, 2, 3, 4, 5, 65_536)] == [1, 1, 2, 4, 4, 8, 65_536]
    assert tree.leaves_for(3, 60) == 64 and len(tree.padded([b"a"], 10)) == 16
    with pytest.raises(LocalFault):
        tree.rows_of([bytes(32)] * 3)
