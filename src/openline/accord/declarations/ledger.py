"""The declarations' part of the book: layouts agreed, declarations in their parts, what each side counts.

Like the book it answers alike whatever the order in which entries are taken; nothing in it blocks or refuses anything.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count as counting
from typing import NamedTuple

from openline.accord.bodies import Offered
from openline.accord.clocks.shelf import Shelf
from openline.accord.declarations.declaration import Count, Declaration, joined
from openline.accord.declarations.layout import Layout
from openline.accord.declarations.reading import read_layout
from openline.accord.formats.notice import Relation
from openline.record.entry import Ref


class Whole(NamedTuple):
    """A declaration, its parts put together as far as they are there. `refs`: the entry of each part, in order."""

    refs: tuple[Ref, ...]
    declared: Declaration
    missing: tuple[int, ...]  # parts that have not come
    twice: tuple[Ref, ...]  # entries under the number and part of another
    exercise: bool

    @property
    def party(self) -> int:
        """Whose it is."""
        return self.refs[0].party


class Counted(NamedTuple):
    """What a party counts for one figure of one declaration."""

    ref: Ref
    party: int
    figure: str
    number: int
    reason: str
    language: str


class Reservation(NamedTuple):
    """A count that stands beside what was declared. `since`: the day of the declaration it was first said of."""

    counted: Counted
    since: int
    updates: int  # declarations of later days since: it is shown with each of them (rule F2)


class Ledger:
    """Takes entries in any order; answers what stands."""

    def __init__(self, parties: Sequence[int]) -> None:
        """`parties`: who is of the line now."""
        self.shelf = Shelf(parties, read_layout)
        self._entries: dict[Ref, tuple[Declaration, bool]] = {}
        self._numbers: dict[tuple[int, bytes, int, int], list[Ref]] = {}
        self._replaced: dict[Ref, list[tuple[Relation, Ref]]] = {}
        self._counts: dict[Ref, list[tuple[Ref, Count]]] = {}

    # ---------------------------------------------------------------- taking in
    def take_offered(self, ref: Ref, offered: Offered) -> None:
        """A party says: this layout."""
        self.shelf.take(ref, offered)

    def take_declaration(self, ref: Ref, one: Declaration, *, exercise: bool) -> None:
        """A declaration, or a part of one."""
        self._entries[ref] = (one, exercise)
        insort(self._numbers.setdefault((ref.party, one.mark, one.year, one.serial), []), ref)
        if one.of is not None and one.of.party == ref.party:
            insort(self._replaced.setdefault(one.of, []), (one.relation, ref))

    def take_count(self, ref: Ref, count: Count) -> None:
        """What a party counts of a declaration."""
        insort(self._counts.setdefault(count.of, []), (ref, count))

    # ---------------------------------------------------------------- declarations
    def layout_of(self, declared: Declaration) -> Layout | None:
        """The layout that its mark names, where the record has it and it names one. (R-460)"""
        return self.shelf.formats.get(declared.mark)

    def free_serial(self, party: int, mark: bytes, year: int, taken: Collection[int]) -> int:
        """The lowest from 1 that this party has not used, nor has in hand."""
        return next(n for n in counting(1) if (party, mark, year, n) not in self._numbers and n not in taken)

    def whole_of(self, ref: Ref) -> Whole | None:
        """The declaration to which an entry belongs."""
        if ref not in self._entries:
            return None
        one = self._entries[ref][0]
        return self._whole(self._numbers[ref.party, one.mark, one.year, one.serial])

    def _whole(self, refs: Sequence[Ref]) -> Whole:
        parts: dict[int, Ref] = {}
        twice = []
        for ref in refs:
            if parts.setdefault(self._entries[ref][0].part, ref) != ref:
                twice.append(ref)
        of = max(self._entries[ref][0].parts for ref in refs)
        there = [parts[number] for number in sorted(parts)]
        missing = tuple(number for number in range(1, of + 1) if number not in parts)
        declared = joined([self._entries[ref][0] for ref in there])
        return Whole(tuple(there), declared, missing, tuple(twice), any(self._entries[ref][1] for ref in there))

    def counts(self) -> dict[Ref, list[tuple[Ref, Count]]]:
        """Every count, by the entry it is of."""
        return {of: list(said) for of, said in self._counts.items()}

    def replaced_by(self, whole: Whole) -> tuple[tuple[Relation, Ref], ...]:
        """What corrects or cancels it: its own party's word only."""
        return tuple(one for ref in whole.refs for one in self._replaced.get(ref, ()))

    def all_of(self, party: int | None = None, mark: bytes | None = None) -> list[Whole]:
        """Declarations by party and layout, then by the day they stand for, then by number. Replaced ones too."""
        found = [
            self._whole(refs) for (one, its, _, _), refs in self._numbers.items()
            if (party is None or one == party) and (mark is None or its == mark)
        ]  # fmt: skip
        return sorted(found, key=lambda one: (one.party, one.declared.mark, one.declared.as_of, one.declared.year,
                                              one.declared.serial))  # fmt: skip

    def standing(self, party: int, mark: bytes) -> list[Whole]:
        """Those that count: complete, not replaced, no exercise, and of each day the last that was numbered."""
        by_day: dict[int, Whole] = {}
        for one in self.all_of(party, mark):
            if not one.missing and not one.exercise and not self.replaced_by(one):
                if one.declared.relation is not Relation.CANCELS:
                    by_day[one.declared.as_of] = one
        return [by_day[day] for day in sorted(by_day)]

    # ---------------------------------------------------------------- both sides' numbers
    def counted(self, whole: Whole) -> list[Counted]:
        """What others count of it: of each party and figure what it said last."""
        found: dict[tuple[int, str], Counted] = {}
        said = sorted(pair for ref in whole.refs for pair in self._counts.get(ref, ()))
        for ref, count in said:
            if ref.party == whole.party:
                continue
            for figure, number in count.figures:
                found[ref.party, figure] = Counted(ref, ref.party, figure, number, count.reason, count.language)
        return [found[key] for key in sorted(found)]

    def reservations(self, whole: Whole, figures: Callable[[Whole], Mapping[str, int | None]]) -> list[Reservation]:
        """Counts that differ, of it or of an earlier one of its kind and not withdrawn since by a count that agrees.

        `figures`: what a declaration declares. A count of an earlier one is carried on with its own number.
        """
        open_: dict[tuple[int, str], tuple[Counted, int, int]] = {}
        for one in self.standing(whole.party, whole.declared.mark):
            if one.declared.as_of > whole.declared.as_of:
                break
            for key, (counted, since, updates) in list(open_.items()):
                open_[key] = (counted, since, updates + 1)
            for counted in self.counted(one):
                key = (counted.party, counted.figure)
                since, updates = open_[key][1:] if key in open_ else (one.declared.as_of, 0)
                open_[key] = (counted, since, updates)
                if figures(one).get(counted.figure) == counted.number:
                    open_.pop(key)
        return [Reservation(*open_[key]) for key in sorted(open_)]
