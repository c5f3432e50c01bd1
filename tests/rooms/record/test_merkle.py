"""The tree against the published eight-leaf reference tree of RFC 6962/9162, and against the definition."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import LocalFault
from openline.record import merkle

# The reference tree that certificate-transparency implementations share (leaf data, roots, proofs).
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(h)
    for h in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSION = [  # (leaf counted from 0, size, proof)
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, word for word and slow: the second opinion."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162 section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162 section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def some_leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(count)]


class Shelf:
    """What a store keeps: leaves and the nodes of the stored levels."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.peaks, stored = merkle.extend(0, (), leaves)
        self.rows: dict[int, dict[int, bytes]] = {0: dict(enumerate(leaves))}
        for level, index, digest in stored:
            self.rows.setdefault(level, {})[index] = digest
        self.touched = 0

    def lookup(self, level: int, first: int, count: int) -> list[bytes]:
        self.touched += count
        return [self.rows[level][i] for i in range(first, first + count)]


def test_the_published_roots() -> None:
    """R-070"""
    hashes = [merkle.leaf_hash(d) for d in LEAVES]
    for size, expected in enumerate(ROOTS):
        assert merkle.root_of(hashes[:size]) == expected


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_the_published_inclusion_proofs(index: int, size: int, proof: list[str]) -> None:
    """R-071"""
    hashes = [merkle.leaf_hash(d) for d in LEAVES]
    expected = [bytes.fromhex(h) for h in proof]
    assert merkle.inclusion_proof(index, size, Shelf(hashes[:size]).lookup) == expected
    assert merkle.verify_inclusion(hashes[index], index, size, expected, ROOTS[size])


@pytest.mark.parametrize(("old", "size", "proof"), CONSISTENCY)
def test_the_published_consistency_proofs(old: int, size: int, proof: list[str]) -> None:
    """R-071"""
    hashes = [merkle.leaf_hash(d) for d in LEAVES]
    expected = [bytes.fromhex(h) for h in proof]
    assert merkle.consistency_proof(old, size, Shelf(hashes[:size]).lookup) == expected
    assert merkle.verify_consistency(old, size, ROOTS[old], ROOTS[size], expected)


def test_every_small_tree_agrees_with_the_definition() -> None:
    leaves = some_leaves(40)
    for size in range(1, 41):
        some = leaves[:size]
        shelf = Shelf(some)
        root = mth(some)
        assert merkle.root(shelf.peaks) == root
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, shelf.lookup)
            assert proof == path(index, some)
            assert merkle.verify_inclusion(some[index], index, size, proof, root)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(old, size, shelf.lookup)
            assert proof == subproof(old, some)
            assert merkle.verify_consistency(old, size, mth(some[:old]), root, proof)


@settings(max_examples=settings().max_examples * 6 // 5, deadline=None)
@given(st.lists(st.integers(0, 70), max_size=12))
def test_appending_in_any_batches_gives_the_same_tree(batches: list[int]) -> None:
    leaves = some_leaves(sum(batches))
    whole_peaks, whole_stored = merkle.extend(0, (), leaves)
    peaks: merkle.Peaks = ()
    stored: list[merkle.StoredNode] = []
    done = 0
    for batch in batches:
        peaks, more = merkle.extend(done, peaks, leaves[done : done + batch])
        stored += more
        done += batch
    assert peaks == whole_peaks
    assert sorted(stored) == sorted(whole_stored)
    assert merkle.root(peaks) == mth(leaves)


@settings(max_examples=settings().max_examples * 3 // 5, deadline=None)
@given(st.data())
def test_a_changed_proof_proves_nothing(data: st.DataObject) -> None:
    """R-071"""
    size = data.draw(st.integers(2, 600))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    leaves = some_leaves(size)
    shelf = Shelf(leaves)
    root, old_root = merkle.root(shelf.peaks), merkle.root(merkle.peaks_at(old, shelf.lookup))
    proof = merkle.inclusion_proof(index, size, shelf.lookup)
    steps = merkle.consistency_proof(old, size, shelf.lookup)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, root)
    assert merkle.verify_consistency(old, size, old_root, root, steps)
    assert not merkle.verify_inclusion(leaves[index], index, size, proof[:-1], root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not merkle.verify_inclusion(leaves[index - 1], index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], size, size, proof, root)
    assert not merkle.verify_consistency(old, size, root, root, steps)
    assert not merkle.verify_consistency(old, size, old_root, old_root, steps)
    assert not merkle.verify_consistency(old, size, old_root, root, [*steps, root])
    if steps:
        place = data.draw(st.integers(0, len(steps) - 1))
        bent = list(steps)
        bent[place] = bytes([bent[place][0] ^ 1]) + bent[place][1:]
        assert not merkle.verify_consistency(old, size, old_root, root, bent)


def test_a_proof_in_a_large_log_touches_few_hashes() -> None:
    leaves = [merkle.leaf_hash(b"same")] * 100_001
    shelf = Shelf(leaves)
    for index in (0, 54_321, 99_999, 100_000):
        shelf.touched = 0
        proof = merkle.inclusion_proof(index, len(leaves), shelf.lookup)
        assert merkle.verify_inclusion(leaves[index], index, len(leaves), proof, merkle.root(shelf.peaks))
        assert shelf.touched < 1200


def test_peaks_of_an_older_size_come_back_from_stored_nodes() -> None:
    leaves = some_leaves(1300)
    shelf = Shelf(leaves)
    for size in (0, 1, 255, 256, 257, 1000, 1300):
        assert merkle.peaks_at(size, shelf.lookup) == merkle.extend(0, (), leaves[:size])[0]


def test_wrong_peaks_and_missing_nodes_are_our_own_fault() -> None:
    with pytest.raises(LocalFault, match="peaks"):
        merkle.extend(3, (ROOTS[1],), [])
    with pytest.raises(LocalFault, match="fsck"):
        merkle.inclusion_proof(1, 300, lambda level, first, count: [])
    with pytest.raises(LocalFault, match="below the size"):
        merkle.inclusion_nodes(5, 5)
    with pytest.raises(LocalFault, match="only grows"):
        merkle.consistency_nodes(6, 5)
    with pytest.raises(LocalFault, match="power of two"):
        merkle.node_from([ROOTS[0]] * 3)


def test_the_empty_tree_is_consistent_with_everything_and_only_with_the_right_root() -> None:
    assert merkle.verify_consistency(0, 8, ROOTS[0], ROOTS[8], [])
    assert not merkle.verify_consistency(0, 8, ROOTS[1], ROOTS[8], [])
