"""The Merkle tree of RFC 9162 section 2.1: append-only, incremental, with proofs as pure functions.

A log keeps only its *peaks* (the roots of the perfect subtrees that its size in binary names, largest
first: at most 40 hashes) and, stored beside the leaves, the hash of every complete subtree of height
8, 16, 24 and 32. From those, any root or proof of a log of a million entries is rebuilt by reading a
few hundred hashes. Nothing here reads anything: a *plan* says which hashes are needed, the caller
looks them up, `build_*` does the rest.

A node is named (level, index): it covers leaves [index << level, (index + 1) << level), cut off at the
size of the tree. Only a node on the right edge is ever cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import LocalFault
from openline.limits import LOG_ENTRIES_MAX

Peaks = tuple[bytes, ...]
NodeName = tuple[int, int]
StoredNode = tuple[int, int, bytes]
Lookup = Callable[[int, int, int], Sequence[bytes]]
"""lookup(level, first, count): complete nodes of a stored level (0: leaf hashes; 8, 16, 24, 32), ascending."""

EMPTY_ROOT: Final = sha256(b"").digest()
STORED_LEVEL_STEP: Final = 8
PROOF_HASHES_MAX: Final = LOG_ENTRIES_MAX.bit_length() * 2


class Source(NamedTuple):
    """`width` (a power of two) stored nodes of `level`, from `first`, that make one complete subtree."""

    level: int
    first: int
    width: int


Plan = tuple[tuple[Source, ...], ...]
"""For each hash of a proof, the complete subtrees it is made of, left to right."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data), RFC 9162 section 2.1.1. (R-070)"""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 9162 section 2.1.1. (R-070)"""
    return sha256(b"\x01" + left + right).digest()


def extend(size: int, peaks: Peaks, leaves: Sequence[bytes]) -> tuple[Peaks, list[StoredNode]]:
    """Append leaf hashes to a tree of `size` leaves with `peaks`.

    Returns the new peaks and every subtree of a stored level (8, 16, 24, 32) that became complete,
    ascending by level, then index. Raises LocalFault if the peaks are not those of `size`.
    """
    if len(peaks) != size.bit_count():
        raise LocalFault(f"{len(peaks)} peaks do not belong to a log of {size} entries: load the log again")
    if len(leaves) == 1:
        return _extend_by_one(size, peaks, leaves[0])
    waiting = list(peaks)  # taken from the right, smallest subtree first
    made: list[bytes] = []  # new peaks, smallest first
    stored: list[StoredNode] = []
    row: list[bytes] = list(leaves)
    index = size  # of row[0] on this level
    level = 0
    while row:
        if level and not level & 7:
            stored.extend([(level, index + i, h) for i, h in enumerate(row)])
        if index & 1:
            row.insert(0, waiting.pop())
            index -= 1
        if len(row) & 1:
            made.append(row.pop())
        pairs = iter(row)
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
        index >>= 1
        level += 1
    return (*waiting, *reversed(made)), stored


def _extend_by_one(size: int, peaks: Peaks, leaf: bytes) -> tuple[Peaks, list[StoredNode]]:
    """`extend` for the lone entry, which is what an unhurried line appends."""
    waiting = list(peaks)
    stored: list[StoredNode] = []
    digest, index, level = leaf, size, 0
    while index & 1:
        digest = sha256(b"\x01" + waiting.pop() + digest).digest()
        index >>= 1
        level += 1
        if not level & 7:
            stored.append((level, index, digest))
    return (*waiting, digest), stored


def graft(size: int, peaks: Peaks, level: int, node: bytes) -> Peaks:
    """Append one complete subtree of 2**level leaves where the tree's size is a multiple of that.

    Raises LocalFault if the peaks are not those of `size`, or the subtree does not begin there.
    """
    if len(peaks) != size.bit_count() or size & (1 << level) - 1:
        raise LocalFault(f"a subtree of level {level} does not follow a log of {size} entries with {len(peaks)} peaks")
    waiting = list(peaks)
    index = size >> level
    while index & 1:
        node = node_hash(waiting.pop(), node)
        index >>= 1
    return (*waiting, node)


def root(peaks: Peaks) -> bytes:
    """Root hash of the tree with these peaks; of the empty tree, SHA-256 of nothing. (R-070)"""
    if not peaks:
        return EMPTY_ROOT
    digest = peaks[-1]
    for peak in reversed(peaks[:-1]):
        digest = sha256(b"\x01" + peak + digest).digest()
    return digest


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root hash over a whole sequence of leaf hashes."""
    return root(extend(0, (), leaves)[0])


# --- which nodes a proof is made of


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (RFC 9162 section 2.1.1); count >= 2."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_nodes(index: int, size: int) -> list[NodeName]:
    """Nodes of the inclusion proof of leaf `index` in a tree of `size`, lowest first (RFC 9162 2.1.3.1)."""
    if not 0 <= index < size <= LOG_ENTRIES_MAX:
        raise LocalFault(f"no inclusion proof of entry {index} in a log of {size}: the entry must be below the size")
    nodes: list[NodeName] = []
    first, count = 0, size
    while count > 1:
        half = _split(count)
        level = half.bit_length() - 1
        if index < first + half:
            nodes.append((level, (first + half) >> level))
            count = half
        else:
            nodes.append((level, first >> level))
            first, count = first + half, count - half
    nodes.reverse()
    return nodes


def consistency_nodes(old: int, size: int) -> list[NodeName]:
    """Nodes of the consistency proof between trees of `old` and `size` leaves (RFC 9162 2.1.4.1).

    Empty for old == size, and for old == 0 (where nothing needs proof).
    """
    if not 0 <= old <= size <= LOG_ENTRIES_MAX:
        raise LocalFault(f"no consistency proof from {old} to {size}: a log only grows")
    if old in (0, size):
        return []
    nodes: list[NodeName] = []
    first, count = 0, size
    while old != first + count:
        half = _split(count)
        level = half.bit_length() - 1
        if old <= first + half:
            nodes.append((level, (first + half) >> level))
            count = half
        else:
            nodes.append((level, first >> level))
            first, count = first + half, count - half
    if first:  # the old tree ends inside: its last subtree is needed; otherwise the verifier has it, it is the old root
        level = (count - 1).bit_length()
        nodes.append((level, first >> level))
    nodes.reverse()
    return nodes


# --- from node names to stored hashes and back


def node_sources(level: int, index: int) -> Source:
    """Which stored nodes make the complete node (level, index); itself if its level is stored."""
    below = level % STORED_LEVEL_STEP
    return Source(level - below, index << below, 1 << below)


def node_from(hashes: Sequence[bytes]) -> bytes:
    """Root of a complete subtree from its nodes of one lower level; the count is a power of two."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise LocalFault(f"a complete subtree is made of a power of two nodes, not {len(row)}")
    while len(row) > 1:
        pairs = iter(row)
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return row[0]


def _subtrees(first: int, end: int) -> Iterator[NodeName]:
    """Complete nodes covering [first, end), left to right, where `first` is aligned to the whole range."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def proof_plan(nodes: Sequence[NodeName], size: int) -> Plan:
    """What to look up for each node of a proof in a tree of `size`, the cut-off right edge included."""
    plan = []
    for level, index in nodes:
        first, end = index << level, min((index + 1) << level, size)
        plan.append(tuple(node_sources(*node) for node in _subtrees(first, end)))
    return tuple(plan)


def build(plan: Plan, lookup: Lookup) -> list[bytes]:
    """The hashes that `plan` names, in its order. Raises LocalFault if `lookup` gives too few hashes."""
    proof = []
    for sources in plan:
        peaks = []
        for source in sources:
            hashes = lookup(source.level, source.first, source.width)
            if len(hashes) != source.width:
                raise LocalFault(
                    f"{len(hashes)} of {source.width} nodes of level {source.level} from {source.first}: run fsck"
                )
            peaks.append(node_from(hashes))
        proof.append(root(tuple(peaks)))
    return proof


def inclusion_proof(index: int, size: int, lookup: Lookup) -> list[bytes]:
    """Inclusion proof of leaf `index` in the tree of `size`: about 530 lookups of hashes at a million entries."""
    return build(proof_plan(inclusion_nodes(index, size), size), lookup)


def consistency_proof(old: int, size: int, lookup: Lookup) -> list[bytes]:
    """Consistency proof from `old` to `size`."""
    return build(proof_plan(consistency_nodes(old, size), size), lookup)


def peaks_at(size: int, lookup: Lookup) -> Peaks:
    """The peaks the tree had at `size`; `root(peaks_at(...))` is its root then."""
    return tuple(build(tuple((node_sources(*node),) for node in _subtrees(0, size)), lookup))


# --- verification


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether `proof` shows that `leaf` (a leaf hash) is entry `index` of the tree (RFC 9162 2.1.3.2). (R-071)"""
    if not 0 <= index < size or len(proof) > PROOF_HASHES_MAX:
        return False
    fn, sn, digest = index, size - 1, leaf
    for sibling in proof:
        if sn == 0 or len(sibling) != 32:
            return False
        if fn & 1 or fn == sn:
            digest = node_hash(sibling, digest)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            digest = node_hash(digest, sibling)
        fn >>= 1
        sn >>= 1
    return sn == 0 and digest == root_hash


def verify_consistency(old: int, size: int, old_root: bytes, root_hash: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `size` begins with the tree of `old` (RFC 9162 2.1.4.2). (R-071)"""
    if not 0 <= old <= size or len(proof) > PROOF_HASHES_MAX or any(len(node) != 32 for node in proof):
        return False
    if old == size:
        return not proof and old_root == root_hash
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if not old & (old - 1):
        path.insert(0, old_root)
    if not path:
        return False
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    before = after = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            before, after = node_hash(node, before), node_hash(node, after)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            after = node_hash(after, node)
        fn >>= 1
        sn >>= 1
    return sn == 0 and before == old_root and after == root_hash
