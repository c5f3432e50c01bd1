"""A small record of entries that are committed before they are shown: made, reordered, folded."""

from __future__ import annotations

from hashlib import sha256
from random import Random
from typing import NamedTuple

from openline.accord.escrow import bodies, tree
from openline.accord.escrow.bodies import Body, Committed, Countersigned, Escrow, Exchange, Opened
from openline.accord.escrow.sealed import Sealed
from openline.accord.escrow.tree import Opening, Rows
from openline.record.entry import After, Held, Ref

TIMES = (1_000, 2_000, 3_000)


class List(NamedTuple):
    """What a party has and does not show yet."""

    party: int
    seed: bytes
    levels: tuple[tuple[bytes, ...], ...]

    def rows(self, level: int = 0) -> Rows:
        records = self.levels[level]
        return tree.tree_of(records, tree.salts_of(self.seed, level, len(records)))

    def lock(self, level: int = 0) -> bytes:
        rows = self.rows(level)
        return tree.lock_of(self.party, level, len(rows[0]), rows[-1][0])

    def opening(self, first: int = 0, count: int = 0, level: int = 0) -> Opening:
        records = self.levels[level]
        count = count or len(records) - first
        salts = tree.salts_of(self.seed, level, len(records))[first : first + count]
        return tree.open_run(self.rows(level), level, first, salts, records[first : first + count])


def listed(party: int, *records: str, at_least: int = 1) -> List:
    """A list of texts."""
    padded = tree.padded([one.encode() for one in records], at_least)
    return List(party, sha256(b"seed of %d" % party).digest(), (tuple(padded),))


class Story:
    """Entries in the order in which they were written; every one knows what of the others its writer held."""

    def __init__(self, parties: tuple[int, ...] = (0, 1)) -> None:
        self.parties = parties
        self.entries: list[tuple[Ref, Body, After]] = []
        self.sizes = dict.fromkeys(parties, 0)

    def say(self, party: int, body: Body, *, unread: tuple[int, ...] = ()) -> Ref:
        """The next entry of a party, who held all that was there but what parties `unread` wrote."""
        held = tuple(Held(one, bytes(12), size, bytes(32)) for one, size in sorted(self.sizes.items())
                     if one != party and one not in unread and size)  # fmt: skip
        ref = Ref(party, bytes(12), self.sizes.setdefault(party, 0))
        self.sizes[party] += 1
        self.entries.append((ref, bodies.parse(bodies.kind_of(body), bodies.encode(body)), After(held, ())))
        return ref

    def exchange(self, name: str = "LISTS-2027") -> Ref:
        return self.say(0, Exchange(name, "", "", self.parties, *TIMES))

    def commit(self, of: Ref, one: List) -> Ref:
        return self.say(one.party, Committed(of, len(one.levels[0]), one.lock()))

    def countersign(self, party: int, of: Ref, *committed: tuple[Ref, List]) -> Ref:
        return self.say(party, Countersigned(of, tuple((ref, one.lock()) for ref, one in committed)))

    def open(self, of: Ref, one: List, first: int = 0, count: int = 0, level: int = 0) -> Ref:
        return self.say(one.party, Opened(of, one.opening(first, count, level)))

    def escrow(self, one: List, name: str = "E-1", as_of: int = 20_000, follows: Ref | None = None) -> Ref:
        pairs = tuple((len(records), one.lock(level)) for level, records in enumerate(one.levels))
        return self.say(one.party, Escrow(name, as_of, b"", pairs, follows))

    def fold(self, order: int | None = None) -> Sealed:
        """The fold; in an order of its own where one is given."""
        taken = list(self.entries)
        if order is not None:
            Random(order).shuffle(taken)
        sealed = Sealed(self.parties)
        for ref, body, after in taken:
            sealed.take(ref, body, after)
        return sealed
