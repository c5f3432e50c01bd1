"""The topics' part of the book. Like the book it answers alike whatever the order in which entries are taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from openline.accord.topics.bodies import Capacity, Contradiction, Filed, Topic, What
from openline.record.entry import Ref


class Filing(NamedTuple):
    """What one party files an entry as: the last that it said."""

    ref: Ref
    filed: Filed


class Item(NamedTuple):
    """An entry under a topic, with each party's filing, in the order of the parties."""

    of: Ref
    filings: tuple[Filing, ...]

    @property
    def differs(self) -> bool:
        """The parties do not say the same of it."""
        return len({(one.filed.what, one.filed.said) for one in self.filings}) > 1


class Topics:
    """Takes entries in any order; answers what stands under each topic."""

    def __init__(self, parties: Sequence[int]) -> None:
        """`parties`: who is of the line now."""
        self.parties = tuple(parties)
        self._topics: dict[str, dict[int, tuple[Ref, Topic]]] = {}
        self._filed: dict[str, dict[Ref, dict[int, Filing]]] = {}
        self._against: dict[Ref, dict[tuple[Ref, int], tuple[Ref, Contradiction]]] = {}
        self._capacities: dict[Ref, dict[int, tuple[Ref, Capacity]]] = {}

    # ---------------------------------------------------------------- taking in
    def take_topic(self, ref: Ref, topic: Topic) -> None:
        """A party names a topic; of what it says several times the last counts."""
        said = self._topics.setdefault(topic.id, {})
        if ref.party not in said or said[ref.party][0] < ref:
            said[ref.party] = (ref, topic)

    def take_filed(self, ref: Ref, filed: Filed) -> None:
        """A party puts an entry under a topic, or takes that back."""
        said = self._filed.setdefault(filed.topic, {}).setdefault(filed.of, {})
        if ref.party not in said or said[ref.party].ref < ref:
            said[ref.party] = Filing(ref, filed)

    def take_contradiction(self, ref: Ref, one: Contradiction) -> None:
        """A party says that two entries contradict each other."""
        for this, other in ((one.one, one.other), (one.other, one.one)):
            said = self._against.setdefault(this, {})
            key = (other, ref.party)
            if key not in said or said[key][0] < ref:
                said[key] = (ref, one)

    def take_capacity(self, ref: Ref, one: Capacity) -> None:
        """A party says as what somebody spoke."""
        said = self._capacities.setdefault(one.of, {})
        if ref.party not in said or said[ref.party][0] < ref:
            said[ref.party] = (ref, one)

    # ---------------------------------------------------------------- answers
    def ids(self) -> list[str]:
        """Every topic that somebody has named or filed under."""
        return sorted({*self._topics, *self._filed})

    def named(self, topic: str) -> dict[int, tuple[Ref, Topic]]:
        """What each party calls it."""
        return dict(sorted(self._topics.get(topic, {}).items()))

    def items(self, topic: str) -> list[Item]:
        """What is filed under it and not taken back by everybody who filed it, by place in the record."""
        found = []
        for of, said in sorted(self._filed.get(topic, {}).items()):
            filings = tuple(one for _, one in sorted(said.items()) if one.filed.what is not What.NOT_OF_IT)
            if filings:
                found.append(Item(of, filings))
        return found

    def against(self, of: Ref) -> list[tuple[Ref, Ref, Contradiction]]:
        """What contradicts an entry, by whose word: the other, the entry that says so, what it says."""
        said = self._against.get(of, {})
        return [(other, said[other, party][0], said[other, party][1]) for other, party in sorted(said)]

    def capacity(self, of: Ref) -> list[tuple[Ref, Capacity]]:
        """As what somebody spoke there: the word of the party whose entry it is first."""
        said = self._capacities.get(of, {})
        return [said[party] for party in sorted(said, key=lambda party: (party != of.party, party))]

    def said(self) -> Iterator[list[object]]:
        """Lines of the canonical state. (R-461)"""
        for topic in self.ids():
            for party, (ref, one) in self.named(topic).items():
                yield ["topic", topic, party, ref.full_name, [list(pair) for pair in one.titles]]
            for item in self.items(topic):
                for filing in item.filings:
                    filed = filing.filed
                    yield ["filed", topic, item.of.full_name, filing.ref.party, filing.ref.full_name, filed.what.name,
                           filed.said]  # fmt: skip
        for of in sorted(self._against):
            for other, ref, _ in self.against(of):
                if of < other:
                    yield ["contradiction", of.full_name, other.full_name, ref.party, ref.full_name]
        for of in sorted(self._capacities):
            for ref, capacity in self.capacity(of):
                words = [[language, spoke.person, spoke.spoke_as] for language, spoke in capacity.words]
                yield ["capacity", of.full_name, ref.party, ref.full_name, words]
