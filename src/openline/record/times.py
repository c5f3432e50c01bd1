"""When something was held, as far as the record can say: an interval, and whether the stated time fits it.

A receipt carries its giver's clock. Nobody has to believe it: it is bounded below by what it receipts having been
written, above by the receipt having arrived, and on both sides by what the giver itself had written down as held. A
stated time outside those bounds is shown as disputed. Time disorder accuses nobody. (R-094)
"""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.limits import CLOCK_TOLERANCE_MS
from openline.record.entry import Header


class Interval(NamedTuple):
    """Held not before `earliest_ms` and not after `latest_ms` (None: no later bound is on record); UTC.

    `disputed`: the stated time lies outside what the entries around it and our own record of its arrival allow.
    """

    earliest_ms: int
    latest_ms: int | None
    disputed: bool


class Bounds(NamedTuple):
    """What the entries around a receipt say of when it was given; None where they say nothing."""

    not_before_ms: int | None = None
    not_after_ms: int | None = None


NO_BOUNDS: Final = Bounds()


def receipt_interval(at_s: int, arrived_at_ms: int | None, bounds: Bounds = NO_BOUNDS) -> Interval:
    """Interval of a receipt stamped `at_s` (its giver's clock, seconds) that arrived here at `arrived_at_ms`.

    The stated second counts where it fits; clocks may differ by CLOCK_TOLERANCE_MS before that is called disorder.
    """
    above = [bound for bound in (arrived_at_ms, bounds.not_after_ms) if bound is not None]
    latest = min(above) if above else None
    stated = at_s * 1000
    below = bounds.not_before_ms
    too_early = below is not None and stated + 999 + CLOCK_TOLERANCE_MS < below
    too_late = latest is not None and stated > latest + CLOCK_TOLERANCE_MS
    disordered = latest is not None and below is not None and below > latest + CLOCK_TOLERANCE_MS
    if too_early or too_late:
        earliest = below if below is not None else min(stated, latest if latest is not None else stated)
    else:
        earliest = stated
    if latest is not None:
        earliest = min(earliest, latest)
    return Interval(earliest, latest, too_early or too_late or disordered)


def held_before(header: Header, log: tuple[int, bytes], index: int) -> bool:
    """Whether the author of `header` had entry `index` of `log` when writing it, as its `after` says.

    A later generation of the same party says so too: its writer had ended the earlier life before.
    """
    for party, generation, size, _ in header.after.held:
        if party == log[0]:
            return generation > log[1] or (generation == log[1] and index < size)
    return False


def crossed(a_header: Header, a_log: tuple[int, bytes], b_header: Header, b_log: tuple[int, bytes]) -> bool:
    """Whether two parties' entries crossed: each was written without the other in hand. (R-095)"""
    if a_log[0] == b_log[0]:
        return False
    return not held_before(a_header, b_log, b_header.index) and not held_before(b_header, a_log, a_header.index)
