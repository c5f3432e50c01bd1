"""Lines of the accord's canonical state (R-461) that are about what is committed before it is shown: entries alone."""

from __future__ import annotations

from collections.abc import Iterator

from openline.accord.escrow import escrows, exchanging
from openline.accord.escrow.sealed import Mark, Sealed
from openline.accord.escrow.sums import judge, sheet_of
from openline.record.entry import Ref

Row = list[object]


def lines(sealed: Sealed) -> Iterator[Row]:
    """Exchanges with their sides, then escrows with their levels, challenges and findings."""
    for one in exchanging.all_seen(sealed):
        exchange = one.exchange
        locked = None if one.locked is None else [[ref.full_name, lock.hex()] for ref, lock in one.locked]
        yield ["exchange", one.ref.full_name, exchange.id, list(exchange.parties), exchange.commit_by_s,
               exchange.countersign_by_s, exchange.open_by_s, sealed.is_exercise(one.ref), locked,
               _marks(one.marks)]  # fmt: skip
        for side in one.sides:
            yield ["exchanged", one.ref.full_name, side.party, _name(side.commitment), _name(side.countersignature),
                   [ref.full_name for ref in side.openings], side.leaves, len(side.records), side.complete,
                   _marks(side.marks)]  # fmt: skip
    for kept in escrows.all_kept(sealed):
        yield ["escrow", kept.ref.full_name, kept.escrow.id, kept.escrow.as_of, kept.escrow.mark.hex(),
               kept.whole.hex(), _name(kept.escrow.follows), sealed.is_exercise(kept.ref),
               [[level.leaves, len(level.records), level.complete] for level in kept.levels],
               _marks(kept.marks)]  # fmt: skip
        for asked in kept.challenges:
            yield ["challenge", asked.ref.full_name, kept.ref.full_name, asked.challenge.level, _name(asked.answer),
                   [[party, ref.full_name] for party, ref in asked.reveals], asked.index, _name(asked.opened),
                   _marks(asked.marks)]  # fmt: skip
        for found in judge(sheet_of(kept)):
            yield ["escrow-finding", kept.ref.full_name, str(found.verdict), found.place, found.what]


def _name(ref: Ref | None) -> str | None:
    return None if ref is None else ref.full_name


def _marks(marks: tuple[Mark, ...]) -> Row:
    return [[mark.ref.full_name, mark.what, mark.index] for mark in sorted(marks)]
