"""How many of a party's statements about the line count: its newest, so that no party makes another remember, and weigh
each against each, without end. (R-299)"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from openline.contact.saying import Drill, Stated
from openline.limits import STATED_OF_LINE_MAX
from openline.record.entry import Ref

Sort = tuple[int, type, bool]


class Newest:
    """Statements about the line that count, as they come in whatever order. Which they are depends on the record alone:
    by the life of their author that wrote them, and their place in its log."""

    def __init__(self) -> None:
        self._kept: dict[Sort, list[Stated]] = {}

    def put(self, stated: Stated) -> Stated | None:
        """Take one in; the one that counts no more for it, if there is one: an older one, or itself."""
        kept = self._kept.setdefault((stated.at.ref.party, type(stated.said), stated.exercise), [])
        if (at := bisect_left(kept, stated.at.ref, key=_place)) < len(kept) and kept[at].at.ref == stated.at.ref:
            return None
        insort(kept, stated, key=_place)
        return kept.pop(0) if len(kept) > STATED_OF_LINE_MAX else None

    def all(self) -> list[Stated]:
        """All that count, those of a party and kind together."""
        return [one for kept in self._kept.values() for one in kept]


def is_of_line(stated: Stated) -> bool:
    """True of a statement about no entry, and of a drill that ended."""
    return stated.about is None or isinstance(stated.said, Drill)


def counted(stated: Iterable[Stated]) -> list[Stated]:
    """Those about the line that count, of all that are given."""
    newest = Newest()
    for one in stated:
        if is_of_line(one):
            newest.put(one)
    return newest.all()


def _place(stated: Stated) -> Ref:
    return stated.at.ref
