"""What one party has us open and check in one step, weighed in bytes: beyond a bound its entries wait. R-160.

A few bytes of a compressed body open to a quarter of a megabyte, and only then shows whether any signature covers what
came. So whoever sends them is charged before they are opened, as if for nothing; what is then admitted is charged only
with what it grew by on being opened. Bodies that travel as they are weigh nothing: frames bound them already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openline import limits
from openline.line.ports import EntryRow
from openline.line.work import Work
from openline.wire.items import WireEntry

FOR_NOTHING_TIMES: Final = 4  # what brings nothing weighs so many times as much
_ENTRY_BYTES: Final = 512  # of making a header and its digest


def is_left(work: Work, peer: int) -> bool:
    """True once this party has had all that one step opens for it. What is left comes again, or waits here."""
    return work.weighed.get(peer, 0) >= limits.OPENED_A_STEP_MAX


def charge(work: Work, peer: int, items: Sequence[WireEntry]) -> None:
    """Before entries are opened: all that they could open to, as if for nothing."""
    work.weighed[peer] = work.weighed.get(peer, 0) + _for_nothing(items)


def admitted(work: Work, peer: int, items: Sequence[WireEntry], rows: Sequence[EntryRow]) -> None:
    """They were not for nothing: what they grew by is what they weigh."""
    grown = sum([len(row.body) for row in rows]) - sum([len(item.body) for item in items])
    work.weighed[peer] += max(grown, 0) - _for_nothing(items)


def _for_nothing(items: Sequence[WireEntry]) -> int:
    could = sum([limits.BODY_BYTES_MAX if item.codec else len(item.body) for item in items])
    return FOR_NOTHING_TIMES * (min(could, limits.PENDING_BYTES_MAX) + _ENTRY_BYTES * len(items))
