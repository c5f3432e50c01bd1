"""The fold of this chamber: every entry by its name, what it is of, and when the others held it.

Like the book it answers alike whatever the order in which entries are taken; nothing in it blocks or refuses anything.
What two entries of a party would both be is decided by the first by party, generation and index, never by arrival.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from openline.accord.clocks.duty import Duty, DutyState, state_of
from openline.accord.clocks.limits import Due, Kept, is_kept
from openline.accord.clocks.spans import SECOND_MS, When, exactly
from openline.accord.escrow import tree
from openline.accord.escrow.bodies import (
    LIST_LEVEL,
    Body,
    Committed,
    Escrow,
    Opened,
    references_of,
)
from openline.record.entry import NOTHING_HELD, After, Ref

B = TypeVar("B", bound=Body)
SEALED: Final = "sealed"  # stands where duties of notices name their format


class Taken(NamedTuple):
    """An entry as the record has it."""

    body: Body
    after: After
    exercise: bool


class Mark(NamedTuple):
    """What is not as it should be with an entry. `index`: the leaf it is about; -1 where it is about all of it."""

    ref: Ref
    what: str
    index: int = -1  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


class Step(NamedTuple):
    """What a party owes by an instant, since an entry, and the entries that did it; none: not done yet."""

    party: int
    what: str
    subject: str
    by_s: int
    causes: tuple[Ref, ...]
    done: tuple[Ref, ...]


class OfLevel(NamedTuple):
    """What is opened of a level: records by index, the entries that added some, what does not match; `complete`: all
    its leaves, with no record behind an empty one."""

    records: dict[int, bytes]
    by: tuple[Ref, ...]
    marks: tuple[Mark, ...]
    complete: bool


class Sealed:
    """Takes entries in any order; `exchanging` and `escrows` say what stands."""

    def __init__(self, parties: Sequence[int]) -> None:
        """`parties`: who is of the line now."""
        self.parties = tuple(parties)
        self._taken: dict[Ref, Taken] = {}
        self._of: dict[Ref, list[Ref]] = {}
        self._received: dict[Ref, When] = {}
        self._checked: dict[tuple[Ref, Ref], tree.Checked] = {}

    # ---------------------------------------------------------------- taking in
    def take(self, ref: Ref, body: Body, after: After = NOTHING_HELD, *, exercise: bool = False) -> None:
        """An entry, with what it was written after."""
        if ref in self._taken:
            return
        self._taken[ref] = Taken(body, after, exercise)
        for of in references_of(body)[:1]:
            insort(self._of.setdefault(of, []), ref)

    def take_held(self, ref: Ref, received: When) -> bool:
        """When all others held it, as receipts prove. False for an entry that is none of these."""
        if ref not in self._taken:
            return False
        self._received[ref] = received
        return True

    # ---------------------------------------------------------------- asking
    def get(self, ref: Ref, kind: type[B]) -> B | None:
        """The body of an entry, where it is one of that kind."""
        found = self._taken.get(ref)
        return found.body if found is not None and isinstance(found.body, kind) else None

    def is_exercise(self, ref: Ref) -> bool:
        """Whether an entry that was taken is marked so."""
        return self._taken[ref].exercise

    def all(self, kind: type[B]) -> list[tuple[Ref, B]]:
        """Every entry of a kind, by party, generation and index."""
        return [(ref, one.body) for ref, one in sorted(self._taken.items()) if isinstance(one.body, kind)]

    def said_of(self, of: Ref, kind: type[B]) -> list[tuple[Ref, B]]:
        """What was said of an entry, in the same order; in an exercise where that is one, and only there."""
        found = ((ref, self._taken[ref]) for ref in tuple(self._of.get(of, ())))
        about = self._taken.get(of)
        return [(ref, one.body) for ref, one in found
                if isinstance(one.body, kind) and (about is None or one.exercise == about.exercise)]  # fmt: skip

    def astray(self) -> list[tuple[Ref, str]]:
        """What names an entry that is none of these, or where only one of the two was written in an exercise."""
        found = []
        for of, said in self._of.items():
            about = self._taken.get(of)
            for ref in said:
                if about is None:
                    found.append((ref, "it names no commitment of this record"))
                elif about.exercise != self._taken[ref].exercise:
                    found.append((ref, "one of it and of what it names was written in an exercise, and not the other"))
        return sorted(found)

    def received(self, refs: Iterable[Ref]) -> When | None:
        """When the last of these was held by all others; None while one is not."""
        found = [self._received.get(ref) for ref in refs]
        times = [one for one in found if one is not None]
        if not found or len(times) < len(found):
            return None
        return When(max(one.earliest_ms for one in times), max(one.latest_ms for one in times))

    def is_after(self, ref: Ref, other: Ref) -> bool:
        """Whether an entry says that it was written when the other was held; of one's own log, that it stands behind.

        A later life of a log is begun upon what was held of those before it.
        """
        if ref.party == other.party:
            return (ref.generation, ref.index) > (other.generation, other.index)
        for held in self._taken[ref].after.held:
            if held.party == other.party:
                return (held.generation, held.size) > (other.generation, other.index)
        return False

    def checked(self, ref: Ref, one: Opened) -> tree.Checked:
        """An opening against what it opens; computed once."""
        key = (ref, one.of)
        if key not in self._checked:
            lock = self._lock(one)
            if lock is None:
                return tree.Checked("what it opens is not here", {}, ())
            self._checked[key] = tree.check(one.of.party, lock[1], lock[0], one.opening)
        return self._checked[key]

    def _lock(self, one: Opened) -> tuple[int, bytes] | None:
        found = self._taken.get(one.of)
        match found.body if found is not None else None:
            case Committed(leaves=leaves, lock=lock) if one.opening.level == LIST_LEVEL:
                return leaves, lock
            case Escrow(levels=levels):
                return levels[one.opening.level]
            case _:
                return None

    # ---------------------------------------------------------------- what is owed
    def duties(self, steps: Iterable[Step], from_ms: int, to_ms: int, now_ms: int) -> Iterator[Duty]:
        """Steps as duties, those due between two instants, as they stand at `now_ms`. (R-557)"""
        for step in steps:
            due = Due(exactly(step.by_s * SECOND_MS), "by receipt")
            if not from_ms <= due.by.latest_ms < to_ms:
                continue
            done, since = self.received(step.done), self.received(step.causes)
            state = state_of(due, step.done or None, now_ms)
            if done is not None:
                kept = is_kept(due, done)
                state = {Kept.KEPT: DutyState.KEPT, Kept.BROKEN: DutyState.LATE}.get(kept, DutyState.OPEN)
            since_ms = since.latest_ms if since is not None else due.by.earliest_ms
            last = step.done[-1] if step.done else None
            yield Duty(step.party, step.subject, SEALED, step.what, due, step.causes, last, state, {}, since_ms)


def opened_of(sealed: Sealed, of: Ref, level: int, leaves: int) -> OfLevel:
    """What the owner of a commitment has opened of one level of it. (R-554)"""
    records: dict[int, bytes] = {}
    by: list[Ref] = []
    marks: list[Mark] = []
    for ref, one in sealed.said_of(of, Opened):
        if one.opening.level != level:
            continue
        if ref.party != of.party:
            marks.append(Mark(ref, "opens what another party committed"))
            continue
        found = sealed.checked(ref, one)
        if found.why:
            last = one.opening.first + len(one.opening.records) - 1
            where = f"{one.opening.first}" if last == one.opening.first else f"{one.opening.first} to {last}"
            marks.append(Mark(ref, f"does not match, record {where}: {found.why}", one.opening.first))
        marks += [Mark(ref, f"record {index} is not what was committed", index) for index in found.differ]
        if found.records.keys() - records.keys():
            by.append(ref)
            records.update(found.records)
    behind = max((index for index, record in records.items() if record), default=-1)
    hidden = next((index for index in range(behind) if records.get(index) == b""), None)
    if hidden is not None:
        marks.append(Mark(by[-1], f"record {hidden} is empty, and others stand behind it", hidden))
    complete = len(records) == leaves and hidden is None
    return OfLevel(records, tuple(by), tuple(marks), complete)
