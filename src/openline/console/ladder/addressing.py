"""The offices that messages of ours name, against what the other parties said they have."""

from __future__ import annotations

from collections.abc import Iterable

from openline.console.channel.asking import Outgoing
from openline.console.ladder.found import Ladder
from openline.console.stating.running import Running
from openline.desk.telling.addressed import Doubt, Why, doubts
from openline.desk.telling.bodies import Offices
from openline.errors import Refused
from openline.record.entry import OFFICES


class Addressing:
    """Looks at addressees. It reads entries of the kind OFFICES alone, and those once."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._told = Ladder(running.store, (OFFICES,))
        self._known: tuple[object, frozenset[str]] | None = None

    def known(self) -> frozenset[str]:
        """Every office of a directory in force or of the terms; none while no other party has told any."""
        state, terms = self._running.state, self._running.charter
        sizes = (state.roster, terms, [(log, at.size) for log, at in state.logs.items()])
        if self._known is None or self._known[0] != sizes:
            self._known = (sizes, self._read())
        return self._known[1]

    def _read(self) -> frozenset[str]:
        state, terms = self._running.state, self._running.charter
        found: dict[int, set[str]] = {party: set(names) for party, names in enumerate(terms.offices)}
        for party, member in enumerate(state.roster.parties):
            told = None if member.left else self._told.directory(party)
            if told is not None and isinstance(told.said, Offices):
                found.setdefault(party, set()).update(one.short for one in told.said.offices)
        if not any(names for party, names in found.items() if party != state.me):
            return frozenset()
        return frozenset(name for names in found.values() for name in names)

    def doubts(self, offices: Iterable[str]) -> list[Doubt]:
        """What is doubtful about these names."""
        named = tuple(offices)
        return doubts(named, self.known()) if named else []

    def check(self, message: Outgoing) -> None:
        """Raises Refused for a name that looks like an office of theirs and is another: it would reach nobody."""
        for one in self.doubts((*message.action, *message.info)):
            if one.why is not Why.UNKNOWN:
                meant = f"; write it as {one.near[0]!r}" if one.near else ""
                raise Refused(f"addressee {one.office!r}: {one.why}{meant}")
