"""Joint statements of a record: who signed which bytes, who withdrew, and whether all have signed the same.

Order does not matter, and no clock is asked: whatever the order in which entries come, the answer is the same for all
who hold the same entries. What crossed is told by what each entry says it held. (R-543)
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from openline.accord.communique.statement import (
    Signature,
    Statement,
    Withdrawal,
    parse_statement,
)
from openline.accord.identity import by_all
from openline.record.entry import Header, Held, Ref

OTHERS_SHOWN_MAX: Final = 16


class State(StrEnum):
    """How a statement stands."""

    OPEN = "open"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


class Said(NamedTuple):
    """An entry about a statement, and what its writer held when it was written."""

    ref: Ref
    written_at_ms: int
    held: tuple[Held, ...]

    def knew(self, other: Said) -> bool:
        """Whether this was written with that one in hand: it stood in the same log, or in what the writer held."""
        mine, its = self.ref, other.ref
        if its.party == mine.party:
            return (its.generation, its.index) < (mine.generation, mine.index)
        return any(
            (one.generation, one.size) > (its.generation, its.index) for one in self.held if one.party == its.party
        )


class Withdrawn(NamedTuple):
    """A withdrawal and its words."""

    said: Said
    words: Withdrawal


class Statements:
    """Takes entries in any order; answers what stands. Bounded by the record it is made of."""

    def __init__(self, parties: Sequence[int]) -> None:
        """`parties`: who is of the line now."""
        self.parties = tuple(parties)
        self.bytes: dict[bytes, bytes] = {}  # of statements whose words the record has, by digest
        self.read: dict[bytes, Statement] = {}
        self._signed: dict[bytes, dict[int, list[Said]]] = {}
        self._withdrawn: dict[bytes, list[Withdrawn]] = {}
        self._first_gone: dict[bytes, dict[int, Said]] = {}  # of each party the first: who knows any knows that
        self._by_id: dict[str, list[bytes]] = {}  # ascending

    # ---------------------------------------------------------------- taking in
    def take_signature(self, ref: Ref, header: Header, signature: Signature) -> None:
        """A party signs."""
        if signature.statement:
            self.bytes[signature.digest] = signature.statement
            if signature.digest not in self.read:
                read = self.read[signature.digest] = parse_statement(signature.statement)
                insort(self._by_id.setdefault(read.id, []), signature.digest)
        of = self._signed.setdefault(signature.digest, {}).setdefault(ref.party, [])
        insort(of, Said(ref, header.written_at_ms, header.after.held))

    def take_withdrawal(self, ref: Ref, header: Header, withdrawal: Withdrawal) -> None:
        """A party withdraws, or refuses."""
        said = Said(ref, header.written_at_ms, header.after.held)
        insort(self._withdrawn.setdefault(withdrawal.digest, []), Withdrawn(said, withdrawal))
        first = self._first_gone.setdefault(withdrawal.digest, {})
        first[ref.party] = min(said, first.get(ref.party, said))

    # ---------------------------------------------------------------- asked
    def digests(self) -> list[bytes]:
        """All that anybody spoke of, in order of id, those without their words last."""
        found = {*self._signed, *self._withdrawn}
        return sorted(found, key=lambda one: (one not in self.read, self.read[one].id if one in self.read else "", one))

    def withdrawals(self, digest: bytes) -> list[Withdrawn]:
        """In order of party, generation and index."""
        return list(self._withdrawn.get(digest, ()))

    def signature(self, digest: bytes, party: int, stands: Callable[[Ref], bool] = lambda _: True) -> Said | None:
        """The first that counts: written while its writer knew of no withdrawal of this statement, by anybody.

        `stands`: of those alone whose entry stands, where the caller knows which logs are disputed.
        """
        signed = self._signed.get(digest, {}).get(party, ())
        return next((one for one in signed if not self._knew(digest, one) and stands(one.ref)), None)

    def _knew(self, digest: bytes, one: Said) -> bool:
        return any(one.knew(gone) for gone in self._first_gone.get(digest, {}).values())

    def void(self, digest: bytes) -> list[Said]:
        """Signatures that do not count: they were written by somebody who knew of a withdrawal."""
        every = [one for of in self._signed.get(digest, {}).values() for one in of]
        return sorted(one for one in every if self._knew(digest, one))

    def signed_by(self, digest: bytes, stands: Callable[[Ref], bool] = lambda _: True) -> dict[int, Said]:
        """Whose signature counts, by party, those who left the line included; `stands` as for `signature`."""
        found = ((party, self.signature(digest, party, stands)) for party in sorted(self._signed.get(digest, ())))
        return {party: said for party, said in found if said is not None}

    def state(self, digest: bytes) -> State:
        """Agreed once every party's signature counts, whatever is withdrawn later; or withdrawn, or open. (R-543)"""
        if digest in self.read and by_all(self.parties, self.signed_by(digest)):
            return State.AGREED
        return State.WITHDRAWN if self._withdrawn.get(digest) else State.OPEN

    def same_id(self, digest: bytes) -> list[bytes]:
        """Other bytes that were signed under this id, ascending; no more than anybody reads, whatever a peer sends."""
        if digest not in self.read:
            return []
        others = (other for other in self._by_id[self.read[digest].id] if other != digest)
        return list(islice(others, OTHERS_SHOWN_MAX))

    def late(self, digest: bytes) -> list[Said]:
        """Signatures that their own writers date at the instant of release or after it."""
        if digest not in self.read:
            return []
        release_ms = self.read[digest].release_s * 1000
        return sorted(one for one in self.signed_by(digest).values() if one.written_at_ms >= release_ms)

    def rows(self) -> Iterator[list[object]]:
        """What stands, for the state in one spelling. (R-461)"""
        for digest in sorted({*self._signed, *self._withdrawn}):
            one = self.read.get(digest)
            yield ["joint", digest.hex(), one.id if one else "", str(self.state(digest)),
                   [[party, said.ref.full_name] for party, said in sorted(self.signed_by(digest).items())],
                   [other.said.ref.full_name for other in self.withdrawals(digest)],
                   [said.ref.full_name for said in self.void(digest)],
                   [said.ref.full_name for said in self.late(digest)],
                   [other.hex() for other in self.same_id(digest)]]  # fmt: skip
