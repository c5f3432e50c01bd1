"""Which statement was written knowing which other, by what nobody can change afterwards. (R-142)

The name of a generation is chosen by its writer, and may say any time. What comes before what is therefore told by the
openings alone: entry 0 of a log names the log before it, and up to where. A log that no opening leads back to, whenever
it is shown, changes nothing that was said without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openline.record.entry import LogId, Ref
from openline.record.statement import Written

Before = Mapping[LogId, tuple[bytes, int]]
"""For each log the generation and size that its opening names as the life before; none where it names nothing."""


class Lives:
    """Walks from a log to the lives before it. Of thousands of them only those that hold statements are stops."""

    def __init__(self, before: Before, stops: Iterable[LogId]) -> None:
        self._before = before
        self._stops = frozenset(stops)
        self._hops: dict[LogId, tuple[LogId, int] | None] = {}

    def knew(self, then: Written, other: Ref) -> bool:
        """Whether the author of `then` had the entry `other`, as far as it can be told."""
        if other.party == then.ref.party:
            return self._covers(then.log, then.ref.index, other)
        for party, generation, size in then.held:
            if party == other.party:
                return self._covers(LogId(party, generation), size, other)
        return False

    def _covers(self, log: LogId, size: int, entry: Ref) -> bool:
        while log.generation != entry.generation:
            hop = self._hop(log) if log.generation > entry.generation else None
            if hop is None:
                return False
            log, size = hop
        return entry.index < size

    def _hop(self, log: LogId) -> tuple[LogId, int] | None:
        """The nearest earlier life that is a stop, and up to where it was known."""
        passed: list[LogId] = []
        found: tuple[LogId, int] | None = None
        while log not in self._hops:
            passed.append(log)
            generation, size = self._before.get(log, (b"", 0))
            if not generation or generation >= log.generation:  # a life before has an earlier name, or there is no end
                break
            log = LogId(log.party, generation)
            if log in self._stops:
                found = (log, size)
                break
        else:
            found = self._hops[log]
        for one in passed:
            self._hops[one] = found
        return found
