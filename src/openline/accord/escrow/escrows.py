"""An escrow as it stands: what is opened of each level, what of that cannot be true together, who was challenged.

A challenge asks for one record of a level. Which one, both draw: each commits to 32 bytes, then each shows them, and
the index follows from both. Whoever does not answer, show or open in time is recorded with that. (R-558 to R-561)
"""

from __future__ import annotations

from typing import NamedTuple

from openline.accord.escrow.bodies import (
    LEVELS,
    Answered,
    Challenge,
    Escrow,
    Opened,
    Revealed,
    draw_closed,
    drawn,
)
from openline.accord.escrow.sealed import Mark, Sealed, Step, opened_of
from openline.accord.escrow.tree import whole_of
from openline.record.entry import Ref

ANSWER, REVEAL, OPEN_DRAWN = "answer to a challenge", "part of a draw", "opening of what was drawn"


class Level(NamedTuple):
    """One level. `records`: what is opened and matches, by index; `complete`: all of it."""

    name: str
    leaves: int
    records: dict[int, bytes]
    openings: tuple[Ref, ...]
    complete: bool

    @property
    def said(self) -> dict[int, bytes]:
        """What is no empty record, in the order of the level."""
        return {index: record for index, record in sorted(self.records.items()) if record}


class Asked(NamedTuple):
    """A challenge. `index`: what was drawn, None before; `opened`: the entry that opened it."""

    ref: Ref
    challenge: Challenge
    answer: Ref | None
    answered: bytes | None  # what the answer commits to
    reveals: tuple[tuple[int, Ref], ...]
    index: int | None  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    opened: Ref | None
    record: bytes | None
    marks: tuple[Mark, ...]


class Kept(NamedTuple):
    """An escrow."""

    ref: Ref
    escrow: Escrow
    whole: bytes
    levels: tuple[Level, ...]
    challenges: tuple[Asked, ...]
    marks: tuple[Mark, ...]


def kept(sealed: Sealed, ref: Ref) -> Kept | None:
    """An escrow of the record as it stands; None where there is none at that place."""
    escrow = sealed.get(ref, Escrow)
    if escrow is None:
        return None
    levels, marks = [], list[Mark]()
    for number, (leaves, _) in enumerate(escrow.levels):
        found = opened_of(sealed, ref, number, leaves)
        levels.append(Level(LEVELS[number], leaves, found.records, found.by, found.complete))
        marks += found.marks
    if escrow.follows is not None:
        former = sealed.get(escrow.follows, Escrow)
        if escrow.follows.party != ref.party or former is None:
            marks.append(Mark(ref, "names as the one before it what is no escrow of this party here"))
        elif former.as_of > escrow.as_of:
            marks.append(Mark(ref, "stands for an earlier day than the one before it"))
    asked = tuple(_asked(sealed, ref, name, one, levels[one.level]) for name, one in sealed.said_of(ref, Challenge))
    whole = whole_of([lock for _, lock in escrow.levels])
    return Kept(ref, escrow, whole, tuple(levels), asked, tuple(marks))


def all_kept(sealed: Sealed) -> list[Kept]:
    """Every escrow of the record."""
    found = (kept(sealed, ref) for ref, _ in sealed.all(Escrow))
    return [one for one in found if one is not None]


def _asked(sealed: Sealed, of: Ref, ref: Ref, one: Challenge, level: Level) -> Asked:
    marks = []
    if ref.party == of.party:
        marks.append(Mark(ref, "is by the party whose escrow it is"))
    answers = [pair for pair in sealed.said_of(ref, Answered) if pair[0].party == of.party]
    marks += [Mark(name, "is another answer, or one of another party, and does not count")
              for name, _ in sealed.said_of(ref, Answered) if (name, _) not in answers[:1]]  # fmt: skip
    closed = {ref.party: (one.draw, ref)} if ref.party != of.party else {}
    if answers:
        closed[of.party] = (answers[0][1].draw, answers[0][0])
    shown: dict[int, tuple[Ref, bytes]] = {}
    for name, said in sealed.said_of(ref, Revealed):
        if name.party not in closed:
            marks.append(Mark(name, "shows a part of a draw that this party had not committed to"))
        elif draw_closed(name.party, said.draw) != closed[name.party][0]:
            marks.append(Mark(name, "shows another part of the draw than was committed"))
        else:
            shown.setdefault(name.party, (name, said.draw))
    early = [name for name, _ in shown.values() if answers and sealed.is_after(answers[0][0], name)]
    marks += [Mark(answers[0][0], "was written after the other part of the draw was held") for _ in early]
    index = opened = record = None
    if len(shown) == 2 and not early:
        index = drawn(ref, shown[ref.party][1], shown[of.party][1], level.leaves)
        record = level.records.get(index)
        opened = next((name for name in level.openings if _has(sealed, name, index)), None)
    reveals = tuple((party, name) for party, (name, _) in sorted(shown.items()))
    answer, committed = (answers[0][0], answers[0][1].draw) if answers else (None, None)
    return Asked(ref, one, answer, committed, reveals, index, opened, record, tuple(marks))


def _has(sealed: Sealed, name: Ref, index: int) -> bool:
    one = sealed.get(name, Opened)
    return one is not None and index in sealed.checked(name, one).records


def steps(one: Kept) -> list[Step]:
    """What is owed because of challenges to it, by whom and by when. (R-557)"""
    found = []
    owner, subject = one.ref.party, one.escrow.id
    for asked in one.challenges:
        said, shown = asked.challenge, dict(asked.reveals)
        if asked.ref.party == owner:
            continue
        done = (asked.answer,) if asked.answer is not None else ()
        found.append(Step(owner, ANSWER, subject, said.answer_by_s, (asked.ref,), done))
        if asked.answer is not None:
            for party in sorted((owner, asked.ref.party)):
                done = (shown[party],) if party in shown else ()
                found.append(Step(party, REVEAL, subject, said.reveal_by_s, (asked.answer,), done))
        if asked.index is not None:
            done = (asked.opened,) if asked.opened is not None else ()
            found.append(Step(owner, OPEN_DRAWN, subject, said.open_by_s, tuple(shown.values()), done))
    return found
