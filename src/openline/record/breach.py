"""What an entry does that its author should not have done. It is held, receipted and shown: a breach blocks nothing.

(R-177, R-183, R-210)
"""

from __future__ import annotations

from collections.abc import Iterator

from openline.record.entry import ACKNOWLEDGEMENT, LINE_KINDS, MESSAGE, PRECEDENCE_NAMES, ROUTINE, After
from openline.record.standing import IN_FORCE, Standing
from openline.seal.amendment import Terms
from openline.seal.charter import Charter


def is_limited(kind: int) -> bool:
    """Whether the terms bound bodies of this kind: what people and programs write, not what the line itself does."""
    return kind not in LINE_KINDS or kind in (MESSAGE, ACKNOWLEDGEMENT)


def body_bytes_most(charter: Charter, standing: Standing) -> tuple[int, ...]:
    """The most that the charter, or any terms that came into force since, have ever allowed a body to be, by
    precedence from ROUTINE on."""
    changes = [one.proposal.change for one in standing.amendments if one.state == IN_FORCE]
    agreed = [one.limits for one in changes if isinstance(one, Terms) and one.limits is not None]
    return tuple(map(max, zip(*(one.bytes_max() for one in (charter.limits, *agreed)), strict=True)))


def breaches(kind: int, precedence: int, body_bytes: int, most: tuple[int, ...]) -> Iterator[str]:
    """A body beyond the terms, in words. (R-210)"""
    if body_bytes > most[precedence] and is_limited(kind):
        which = f" {PRECEDENCE_NAMES[precedence]}" if most[precedence] < most[ROUTINE] else ""
        yield f"a{which} body of {body_bytes} bytes; the terms of this line allow no more than {most[precedence]}"


def names_itself(party: int, after: After) -> bool:
    """Whether an `after` names its author among those whose logs it holds, or whose receipts: that says nothing."""
    return party in (*(one.party for one in after.held), *(one.party for one in after.receipted))
