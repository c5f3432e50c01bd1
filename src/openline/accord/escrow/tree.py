"""Salted leaves, the tree over them, the lock that is committed, and openings of some of them. Nothing is drawn here.

    leaf   SHA-256(0x00 || index (4) || salt (32) || record)
    node   SHA-256(0x01 || left || right), over a power of two leaves
    lock   SHA-256("openline/escrow/lock/v1\\n" || party (1) || level (1) || leaves (4) || root)

What is not a record is an empty one with a salt of its own, behind the last record: how many records there are is not
given away, and a drawn index always has a leaf. The root itself is in no entry before an opening: whoever copied
another's commitment could not make a lock of their own from it, and so could not open it later with what the other
opened. (R-550, R-551)
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import LocalFault
from openline.record import merkle

SALT_BYTES: Final = 32
SEED_BYTES: Final = 32
HASH_BYTES: Final = 32
LEAVES_MAX: Final = 65_536
LOCK_LABEL: Final = b"openline/escrow/lock/v1\n"
SALT_LABEL: Final = b"openline/escrow/salt/v1"

Rows = list[list[bytes]]
"""Every node of a tree: leaves first, the root last."""


class Opening(NamedTuple):
    """Leaves `first` to `first + len(records)` of one level, their salts and records, and the nodes beside them."""

    level: int
    first: int
    leaves: tuple[bytes, ...]
    beside: tuple[bytes, ...]
    salts: tuple[bytes, ...]
    records: tuple[bytes, ...]


class Checked(NamedTuple):
    """What an opening comes to. `why` is empty where its leaves are those that were committed; only then count
    `records`, by index, and `differ`, the indexes whose salt and record are not those of the leaf."""

    why: str
    records: dict[int, bytes]
    differ: tuple[int, ...]

    @property
    def matches(self) -> bool:
        """All of it is what was committed."""
        return not self.why and not self.differ


def salt_of(seed: bytes, level: int, index: int) -> bytes:
    """The salt of one leaf: HKDF-Expand-SHA256(seed, label || level (1) || index (4), 32) (RFC 5869, 2.3). (R-550)"""
    info = SALT_LABEL + bytes((level,)) + index.to_bytes(4, "big")
    return hmac.digest(seed, info + b"\x01", "sha256")


def salts_of(seed: bytes, level: int, count: int) -> list[bytes]:
    """The salts of a level."""
    return [salt_of(seed, level, index) for index in range(count)]


def leaf_of(index: int, salt: bytes, record: bytes) -> bytes:
    """One leaf."""
    return sha256(b"\x00" + index.to_bytes(4, "big") + salt + record).digest()


def leaves_for(records: int, at_least: int = 1) -> int:
    """How many leaves so many records take: the next power of two, at least one and `at_least`."""
    return 1 << max(0, max(records, at_least) - 1).bit_length()


def padded(records: Sequence[bytes], at_least: int = 1) -> list[bytes]:
    """Records with empty ones behind them."""
    return [*records, *[b""] * (leaves_for(len(records), at_least) - len(records))]


def rows_of(leaves: Sequence[bytes]) -> Rows:
    """The whole tree. Raises LocalFault for a number of leaves that is no power of two."""
    if not leaves or len(leaves) & (len(leaves) - 1):
        raise LocalFault(f"a tree of {len(leaves)} leaves: a power of two is meant")
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        pairs = iter(rows[-1])
        rows.append([sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)])
    return rows


def tree_of(records: Sequence[bytes], salts: Sequence[bytes]) -> Rows:
    """The tree over records, padded already, and as many salts."""
    return rows_of([leaf_of(index, salt, record)
                    for index, (salt, record) in enumerate(zip(salts, records, strict=True))])  # fmt: skip


def lock_of(party: int, level: int, leaves: int, root: bytes) -> bytes:
    """What is committed of a level: by whom, which, over how many leaves. (R-551)"""
    return sha256(LOCK_LABEL + bytes((party, level)) + leaves.to_bytes(4, "big") + root).digest()


def whole_of(locks: Sequence[bytes]) -> bytes:
    """One name for the locks of all levels: the root of the tree over them (RFC 9162 section 2.1.1)."""
    return merkle.root_of([merkle.leaf_hash(lock) for lock in locks])


def open_run(rows: Rows, level: int, first: int, salts: Sequence[bytes], records: Sequence[bytes]) -> Opening:
    """Leaves from `first` on, as many as there are salts and records."""
    count = len(records)
    leaves = tuple(rows[0][first : first + count])
    beside = []
    begin, end = first, first + count
    for row in rows[:-1]:
        if begin & 1:
            begin -= 1
            beside.append(row[begin])
        if end & 1:
            beside.append(row[end])
            end += 1
        begin, end = begin >> 1, end >> 1
    return Opening(level, first, leaves, tuple(beside), tuple(salts), tuple(records))


def root_of(leaves: int, opening: Opening) -> bytes | None:
    """The root that an opening leads to in a tree of so many leaves; None where its parts do not fit it."""
    row, at, width = list(opening.leaves), opening.first, leaves
    if not row or at + len(row) > leaves or not len(row) == len(opening.salts) == len(opening.records):
        return None
    beside = iter(opening.beside)
    while width > 1:
        if at & 1:
            left = next(beside, None)
            if left is None:
                return None
            row.insert(0, left)
            at -= 1
        if len(row) & 1:
            right = next(beside, None)
            if right is None:
                return None
            row.append(right)
        pairs = iter(row)
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
        at, width = at >> 1, width >> 1
    return row[0] if next(beside, None) is None else None


def check(party: int, lock: bytes, leaves: int, opening: Opening) -> Checked:
    """An opening against the lock of its level. Whatever it holds, it raises nothing. (R-554)"""
    root = root_of(leaves, opening)
    if root is None:
        return Checked("its leaves and the nodes beside them make no tree of that size", {}, ())
    if lock_of(party, opening.level, leaves, root) != lock:
        return Checked("its leaves are not those that were committed", {}, ())
    found, differ = {}, []
    numbered = enumerate(zip(opening.leaves, opening.salts, opening.records, strict=True), opening.first)
    for index, (leaf, salt, record) in numbered:
        if leaf_of(index, salt, record) == leaf:
            found[index] = record
        else:
            differ.append(index)
    return Checked("", found, tuple(differ))
