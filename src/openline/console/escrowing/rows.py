"""Sealed exchanges and escrows as rows, for programs and for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from openline.accord.clocks.duty import DutyState
from openline.accord.clocks.spans import LAST_MS
from openline.accord.declarations.judging import Finding, Verdict, day_text
from openline.accord.escrow import escrows, exchanging
from openline.accord.escrow.bodies import LEVELS
from openline.accord.escrow.escrows import Asked, Kept
from openline.accord.escrow.exchanging import Seen, Side
from openline.accord.escrow.sealed import Mark, Sealed, Step
from openline.accord.escrow.sums import read_record, said_of
from openline.console.declaring.rows import finding_rows
from openline.console.escrowing import asking
from openline.errors import Malformed
from openline.record.entry import Ref

NOT_PROVED: Final = (
    "That the declaration is true: only that it is the one that was committed on that day.",
    "That it is complete: what was left out of it from the start is in no level, and no opening shows that.",
    "That what is not open yet adds up: sums are checked as far as levels are open.",
    "Why a party does not open: that is an event of its own, and no proof of a false record.",
)
Name = Callable[[int], str]


class Rows:
    """Makes rows, as of an instant, for one party."""

    def __init__(self, sealed: Sealed, me: int, name: Name, now_ms: int) -> None:
        self._sealed, self._me, self._name, self._now_ms = sealed, me, name, now_ms

    # ---------------------------------------------------------------- exchanges
    def exchange(self, one: Seen) -> asking.ExchangeRow:
        """An exchange in a row."""
        said, steps = one.exchange, self.steps(exchanging.steps(one))
        late = [f"{step.name}: {step.what}" for step in steps if step.state == DutyState.MISSING]
        marks = len(one.marks) + sum(len(side.marks) for side in one.sides)
        return asking.ExchangeRow(
            one.ref.full_name, said.id, said.title, said.language, [self._name(party) for party in said.parties],
            said.commit_by_s * 1000, said.countersign_by_s * 1000, said.open_by_s * 1000,
            self._sealed.is_exercise(one.ref), state_of(one, bool(late)), late, marks,
        )  # fmt: skip

    def exchange_whole(self, one: Seen, most: int) -> asking.ExchangeWhole:
        """An exchange with its sides, at most so many records of each."""
        return asking.ExchangeWhole(
            self.exchange(one), [self._side(side, most) for side in one.sides], self.steps(exchanging.steps(one)),
            self._marks(one.marks), self._now_ms,
        )  # fmt: skip

    def _side(self, side: Side, most: int) -> asking.SideRow:
        there = [index for index in sorted(side.records) if side.records[index]][:most]
        records = [asking.RecordRow(index, words(side.records[index])) for index in there]
        return asking.SideRow(
            self._name(side.party), side.party == self._me, _named(side.commitment), side.leaves, side.lock.hex(),
            _named(side.countersignature), [ref.full_name for ref in side.openings], len(side.records), side.complete,
            records, self._marks(side.marks),
        )  # fmt: skip

    def steps(self, steps: Sequence[Step]) -> list[asking.StepRow]:
        """Steps with how each stands now."""
        duties = self._sealed.duties(steps, 0, LAST_MS + 1, self._now_ms)
        return [
            asking.StepRow(duty.party, self._name(duty.party), duty.party == self._me, duty.of, duty.due.by.latest_ms,
                           str(duty.state), [ref.full_name for ref in step.done],
                           [ref.full_name for ref in step.causes])
            for step, duty in zip(steps, duties, strict=True)
        ]  # fmt: skip

    def _marks(self, marks: Iterable[Mark]) -> list[asking.MarkRow]:
        return [asking.MarkRow(one.ref.full_name, self._name(one.ref.party), one.what, one.index)
                for one in sorted(marks)]  # fmt: skip

    # ---------------------------------------------------------------- escrow
    def escrow(self, one: Kept, findings: Sequence[Finding], *, kept_here: bool) -> asking.EscrowRow:
        """An escrow in a row."""
        said = one.escrow
        levels = [asking.LevelRow(level.name, level.leaves, len(level.records), level.complete,
                                  [ref.full_name for ref in level.openings]) for level in one.levels]  # fmt: skip
        marks = len(one.marks) + sum(len(asked.marks) for asked in one.challenges)
        broken = sum(found.verdict is Verdict.BROKEN for found in findings)
        return asking.EscrowRow(
            one.ref.full_name, said.id, self._name(one.ref.party), one.ref.party == self._me, day_text(said.as_of),
            said.mark.hex(), one.whole.hex(), _named(said.follows), self._sealed.is_exercise(one.ref), levels,
            len(one.challenges), broken, marks, kept_here,
        )  # fmt: skip

    def escrow_whole(self, one: Kept, row: asking.EscrowRow, findings: list[Finding], most: int) -> asking.EscrowWhole:
        """An escrow with what is open of it."""
        records = [opened_row(level, index, data) for level, kept in enumerate(one.levels)
                   for index, data in list(kept.said.items())[:most]]  # fmt: skip
        return asking.EscrowWhole(
            row, records, finding_rows(findings), [self._asked(one, asked) for asked in one.challenges],
            self.steps(escrows.steps(one)), self._marks(one.marks), list(NOT_PROVED), self._now_ms,
        )  # fmt: skip

    def _asked(self, one: Kept, asked: Asked) -> asking.ChallengeRow:
        said, owner = asked.challenge, one.ref.party
        shown = dict(asked.reveals)
        waits = []
        if asked.answer is None:
            waits = [f"{self._name(owner)}: {escrows.ANSWER}"]
        elif asked.index is None:
            waits = [f"{self._name(party)}: {escrows.REVEAL}" for party in (asked.ref.party, owner)
                     if party not in shown]  # fmt: skip
        elif asked.opened is None:
            waits = [f"{self._name(owner)}: {escrows.OPEN_DRAWN}"]
        return asking.ChallengeRow(
            asked.ref.full_name, self._name(asked.ref.party), asked.ref.party == self._me, LEVELS[said.level],
            said.answer_by_s * 1000, said.reveal_by_s * 1000, said.open_by_s * 1000, _named(asked.answer),
            {self._name(party): ref.full_name for party, ref in asked.reveals}, asked.index, _named(asked.opened),
            waits, self._marks(asked.marks),
        )  # fmt: skip


def state_of(one: Seen, late: bool) -> str:
    """How an exchange stands, in a word or two."""
    if one.all_opened:
        return "opened by all"
    if late:
        return "not done in its time"
    if one.locked is not None:
        return "to be opened"
    return "to be countersigned" if one.all_committed else "to be committed"


def opened_row(level: int, index: int, data: bytes) -> asking.OpenedRow:
    """An opened record by its columns; raw where it cannot be read."""
    try:
        return asking.OpenedRow(LEVELS[level], index, dict(said_of(level, read_record(level, data))))
    except Malformed:
        return asking.OpenedRow(LEVELS[level], index, {}, data.hex())


def words(record: bytes) -> str:
    """A record of a list as text; in hexadecimal where it is none."""
    try:
        return record.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{record.hex()}"


def _named(ref: Ref | None) -> str:
    return "" if ref is None else ref.full_name
