"""A sealed exchange as it stands: who committed, what every party countersigned, who opened, what is not as it should.

Nothing is locked before every party has countersigned one and the same set of commitments, one of each party; from
then on these and no others can be opened. What came out of its order is marked, with the entry. (R-555, R-556)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from openline.accord.escrow.bodies import LIST_LEVEL, Committed, Countersigned, Exchange, Opened
from openline.accord.escrow.sealed import Mark, Sealed, Step, opened_of
from openline.record.entry import Ref

COMMIT, COUNTERSIGN, OPEN = "commitment", "countersignature", "opening"
Set = tuple[tuple[Ref, bytes], ...]
Named = tuple[Ref, Set, bool]  # a countersignature, what it names, whether that is one commitment of each party


class Side(NamedTuple):
    """One party's part of it. `records`: what it opened that matches, by index; `complete`: all of it."""

    party: int
    commitment: Ref | None
    leaves: int
    lock: bytes
    countersignature: Ref | None
    openings: tuple[Ref, ...]
    records: dict[int, bytes]
    complete: bool
    marks: tuple[Mark, ...]


class Seen(NamedTuple):
    """An exchange. `locked`: the commitments that every party has countersigned; None before."""

    ref: Ref
    exchange: Exchange
    locked: Set | None
    sides: tuple[Side, ...]
    marks: tuple[Mark, ...]  # of entries by parties that are not of it

    def side(self, party: int) -> Side | None:
        """One party's part; None where it has none."""
        return next((one for one in self.sides if one.party == party), None)

    @property
    def all_committed(self) -> bool:
        """Every party has."""
        return all(one.commitment is not None for one in self.sides)

    @property
    def all_opened(self) -> bool:
        """Every party has, and all of it matches."""
        return all(one.complete for one in self.sides)


def seen(sealed: Sealed, ref: Ref) -> Seen | None:
    """An exchange of the record as it stands; None where there is none at that place."""
    exchange = sealed.get(ref, Exchange)
    if exchange is None:
        return None
    committed = sealed.said_of(ref, Committed)
    signed = sealed.said_of(ref, Countersigned)
    opened = [pair for name, _ in committed for pair in sealed.said_of(name, Opened)]
    there = {(name, one.lock) for name, one in committed}
    sets = [(name, one.commitments, _is_set(exchange, there, one.commitments)) for name, one in signed]
    locked = _locked(exchange, sets)
    sides = tuple(_side(sealed, party, locked, committed, sets, opened) for party in exchange.parties)
    strangers = [Mark(name, "is by no party of the exchange") for name, _ in (*committed, *signed)
                 if name.party not in exchange.parties]  # fmt: skip
    return Seen(ref, exchange, locked, sides, tuple(strangers))


def all_seen(sealed: Sealed) -> list[Seen]:
    """Every exchange of the record."""
    found = (seen(sealed, ref) for ref, _ in sealed.all(Exchange))
    return [one for one in found if one is not None]


def _is_set(exchange: Exchange, there: Collection[tuple[Ref, bytes]], named: Set) -> bool:
    return tuple(ref.party for ref, _ in named) == exchange.parties and all(pair in there for pair in named)


def _locked(exchange: Exchange, signed: Sequence[Named]) -> Set | None:
    """Each party has one voice: its first countersignature that names commitments of this exchange. Two sets can so
    never both be locked, whatever comes later."""
    voices: dict[int, Set] = {}
    for ref, commitments, is_set in signed:
        if ref.party in exchange.parties and is_set:
            voices.setdefault(ref.party, commitments)
    sets = set(voices.values())
    return sets.pop() if len(voices) == len(exchange.parties) and len(sets) == 1 else None


def _side(
    sealed: Sealed, party: int, locked: Set | None, committed: Sequence[tuple[Ref, Committed]],
    signed: Sequence[Named], opened: Sequence[tuple[Ref, Opened]],
) -> Side:  # fmt: skip
    own = [pair for pair in committed if pair[0].party == party]
    others = [ref for ref, _ in opened if ref.party != party]
    counts = next((ref for ref, _ in locked or () if ref.party == party), own[0][0] if own else None)
    marks = _late(sealed, [ref for ref, _ in own], others)
    marks += [Mark(ref, "is another commitment of this party, and does not count") for ref, _ in own if ref != counts]
    voice = None
    for ref, _, is_set in (each for each in signed if each[0].party == party):
        if not is_set:
            marks.append(Mark(ref, "does not name one commitment of each party of this exchange"))
        elif voice is not None:
            marks.append(Mark(ref, "is another countersignature of this party, and does not count"))
        else:
            voice = ref
            marks += _late(sealed, [ref], others)
    body = sealed.get(counts, Committed) if counts is not None else None
    if counts is None or body is None:
        return Side(party, None, 0, b"", voice, (), {}, False, tuple(marks))
    found = opened_of(sealed, counts, LIST_LEVEL, body.leaves)
    every = [ref for ref, _ in sealed.said_of(counts, Opened) if ref.party == party]
    voices: dict[int, Ref] = {}
    for ref, commitments, _ in signed:
        if commitments == locked:
            voices.setdefault(ref.party, ref)
    early = [ref for ref in every
             if locked is None or not all(sealed.is_after(ref, name) for name in voices.values())]  # fmt: skip
    marks += [*found.marks, *(Mark(ref, "came before every party had countersigned") for ref in early)]
    return Side(party, counts, body.leaves, body.lock, voice, found.by, found.records, found.complete, tuple(marks))


def _late(sealed: Sealed, refs: Sequence[Ref], openings: Sequence[Ref]) -> list[Mark]:
    return [Mark(ref, "was written after an opening of another party was held") for ref in refs
            if any(sealed.is_after(ref, opening) for opening in openings)]  # fmt: skip


def steps(one: Seen) -> list[Step]:
    """What each party owes of it and by when. A countersignature is owed once all have committed, an opening once all
    have countersigned: nobody is late with what could not be done. (R-557)"""
    exchange, found = one.exchange, list[Step]()
    committed = tuple(side.commitment for side in one.sides if side.commitment is not None)
    signed = tuple(side.countersignature for side in one.sides if side.countersignature is not None)
    for side in one.sides:
        def owed(what: str, by_s: int, causes: tuple[Ref, ...], *done: Ref | None, party: int = side.party) -> Step:
            there = tuple(ref for ref in done if ref is not None)
            return Step(party, what, exchange.id, by_s, causes, there)

        found.append(owed(COMMIT, exchange.commit_by_s, (one.ref,), side.commitment))
        if one.all_committed:
            found.append(owed(COUNTERSIGN, exchange.countersign_by_s, committed, side.countersignature))
        if one.locked is not None:
            done = side.openings if side.complete else ()
            found.append(owed(OPEN, exchange.open_by_s, signed, *done))
    return found
