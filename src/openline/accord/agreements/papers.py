"""The agreements' part of the book: terms, acts, offers, reports, and when each was held, taken in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from openline.accord.agreements.acts import Act
from openline.accord.agreements.answering import Outcome, outcome_of
from openline.accord.agreements.life import Life, Mark, Papers, life_of
from openline.accord.agreements.names import alike, looks_of, mixed_in
from openline.accord.agreements.offers import Offer, Said
from openline.accord.agreements.reports import Report, Word
from openline.accord.agreements.terms import Terms
from openline.accord.bodies import Status
from openline.accord.clocks.spans import When, exactly
from openline.limits import GENERATION_BYTES, LOG_ENTRIES_MAX
from openline.record.entry import Ref

_NEXT: Final = (b"\xff" * GENERATION_BYTES, LOG_ENTRIES_MAX - 1)  # where an entry is tried that is not recorded yet


class Related(NamedTuple):
    """What another entry, a report, says of one."""

    word: Word
    ref: Ref


class Lives:
    """Takes entries in any order; answers how agreements and offers stand. Bounded by the record it is made of."""

    def __init__(self, parties: Sequence[int], identity: Callable[[bytes], Papers | None]) -> None:
        """`identity`: of an agreement what the book has of it beside terms and acts; None where it is not there."""
        self.parties = tuple(parties)
        self._identity = identity
        self._terms: dict[bytes, dict[Ref, Terms]] = {}
        self._acts: dict[bytes, dict[Ref, Act]] = {}
        self.received: dict[Ref, When] = {}
        self.written: dict[Ref, int] = {}  # ms, by the clock of who wrote it: to be shown, nothing follows from it
        self.offers: dict[Ref, Offer] = {}
        self.reports: dict[Ref, Report] = {}
        self._said: dict[Ref, dict[Ref, Offer]] = {}
        self._related: dict[Ref, dict[Ref, Word]] = {}
        self._folded: dict[bytes, Life] = {}
        self._about: dict[Ref, bytes] = {}  # of acts and statuses: when they were held changes what stands

    # ---------------------------------------------------------------- taking in
    def take_terms(self, ref: Ref, terms: Terms) -> None:
        """A party says: these terms."""
        self._terms.setdefault(terms.agreement, {})[ref] = terms
        self.changed(terms.agreement)

    def take_act(self, ref: Ref, act: Act) -> None:
        """A party declares something."""
        self._acts.setdefault(act.agreement, {})[ref] = act
        self.take_status(ref, act.agreement)

    def take_status(self, ref: Ref, agreement: bytes) -> None:
        """A party says how it stands; the book has what it says."""
        self._about[ref] = agreement
        self.changed(agreement)

    def take_offer(self, ref: Ref, offer: Offer) -> None:
        """An offer, an answer, a withdrawal."""
        self.offers[ref] = offer
        if offer.of is not None:
            self._said.setdefault(offer.of, {})[ref] = offer

    def take_report(self, ref: Ref, report: Report) -> None:
        """A report from outside."""
        self.reports[ref] = report
        for word, of in report.about:
            if word is not Word.REPLACES or of.party == ref.party:
                self._related.setdefault(of, {})[ref] = word

    def take_received(self, ref: Ref, received: When) -> None:
        """When all others held an entry, as receipts prove."""
        self.received[ref] = received
        if ref in self._about:
            self.changed(self._about[ref])

    def changed(self, agreement: bytes) -> None:
        """What is said of an agreement has changed."""
        self._folded.pop(agreement, None)

    # ---------------------------------------------------------------- agreements
    def life(self, digest: bytes) -> Life | None:
        """How an agreement stands over time; None where its identity is not in the record."""
        if digest not in self._folded:
            there = self._identity(digest)
            if there is None:
                return None
            papers = there._replace(terms=self.terms_of(digest), acts=self.acts_of(digest), received=self.received)
            self._folded[digest] = life_of(papers, self.parties)
        return self._folded[digest]

    # ---------------------------------------------------------------- tried before it is said
    def marks_of_act(self, party: int, act: Act, now_ms: int) -> list[str]:
        """What an act of a party would be marked with, were it recorded and held now."""
        ref = Ref(party, *_NEXT)
        return self._tried(act.agreement, ref, now_ms, acts=[*self.acts_of(act.agreement), (ref, act)])

    def marks_of_terms(self, party: int, terms: Terms) -> list[str]:
        """The same of terms."""
        ref = Ref(party, *_NEXT)
        return self._tried(terms.agreement, ref, 0, terms=[*self.terms_of(terms.agreement), (ref, terms)])

    def marks_of_status(self, party: int, status: Status) -> list[str]:
        """The same of a status."""
        there, ref = self._identity(status.agreement), Ref(party, *_NEXT)
        if there is None:
            return []
        said = sorted([*there.statuses.get(party, ()), (status.from_s, ref, status)])
        return self._tried(status.agreement, ref, 0, statuses={**there.statuses, party: said})

    def marks_of_offer(self, party: int, said: Offer, now_ms: int) -> list[str]:
        """The same of an answer to an offer, or of its withdrawal."""
        assert said.of is not None
        ref, received = Ref(party, *_NEXT), exactly(now_ms)
        others = sorted(self._said.get(said.of, {}).items())
        outcome = outcome_of(said.of, self.offers[said.of], [*others, (ref, said)], self.parties,
                             {**self.received, ref: received}, now_ms)  # fmt: skip
        return [why for one in outcome.spoken if one.ref == ref for why in one.marks]

    def _tried(self, digest: bytes, ref: Ref, now_ms: int, **changes: Any) -> list[str]:
        there = self._identity(digest)
        if there is None:
            return ["the agreement is not in the record"]
        papers = there._replace(terms=self.terms_of(digest), acts=self.acts_of(digest))
        papers = papers._replace(received={**self.received, ref: exactly(now_ms)}, **changes)
        return [mark.why for mark in life_of(papers, self.parties).marks if mark.ref == ref]

    def terms_of(self, digest: bytes) -> list[tuple[Ref, Terms]]:
        """Terms that are said to be those of an agreement, in the order of their entries."""
        return sorted(self._terms.get(digest, {}).items())

    def acts_of(self, digest: bytes) -> list[tuple[Ref, Act]]:
        """What parties have declared of an agreement."""
        return sorted(self._acts.get(digest, {}).items())

    def agreements(self) -> list[bytes]:
        """Every agreement of which something is said here, in the record or not."""
        return sorted({*self._terms, *self._acts})

    # ---------------------------------------------------------------- offers and reports
    def made(self) -> list[tuple[Ref, Offer]]:
        """Offers, without what is said of them."""
        return sorted((ref, one) for ref, one in self.offers.items() if one.said is Said.OFFERED)

    def outcome(self, ref: Ref, at_ms: int) -> Outcome:
        """How an offer stands at an instant."""
        said = sorted(self._said.get(ref, {}).items())
        return outcome_of(ref, self.offers[ref], said, self.parties, self.received, at_ms)

    def astray(self) -> list[Mark]:
        """Answers and withdrawals that name no offer of this record; terms and acts that name no agreement of it."""
        found = [Mark(ref, "it names no offer of this record") for of in sorted(self._said)
                 if of not in self.offers or self.offers[of].said is not Said.OFFERED
                 for ref in sorted(self._said[of])]  # fmt: skip
        nowhere = (ref for digest in self.agreements() if self._identity(digest) is None
                   for ref in sorted((*self._terms.get(digest, ()), *self._acts.get(digest, ()))))  # fmt: skip
        return [*found, *(Mark(ref, "it names no agreement of this record") for ref in nowhere)]

    def related(self, ref: Ref) -> list[Related]:
        """What reports say of an entry."""
        return [Related(word, other) for other, word in sorted(self._related.get(ref, {}).items())]

    # ---------------------------------------------------------------- names
    def names(self) -> Mapping[str, Ref]:
        """Names that entries of this part have used, each with the first entry that has."""
        found: dict[str, Ref] = {}
        used = [(ref, name) for said in self._terms.values() for ref, one in said.items()
                for name in (*one.parties, one.asked_by)]  # fmt: skip
        used += [(ref, name) for ref, one in self.reports.items() for name in (one.reported_by, one.said_by)]
        for ref, name in sorted(used):
            if name:
                found.setdefault(name, ref)
        return found

    def odd_name(self, name: str) -> str:
        """Why a name may be taken for another one; empty where it may not."""
        if why := mixed_in(name):
            return why
        other = alike(name, self.names())
        return f"{name!r} looks like {other!r}, which this record has" if other is not None else ""

    def odd_names(self) -> list[tuple[str, str, Ref]]:
        """Names of the record that look like others, each with the reason and its entry."""
        looks: dict[str, list[str]] = {}
        names = self.names()
        for name in names:
            looks.setdefault(looks_of(name), []).append(name)
        found = []
        for name, ref in sorted(names.items()):
            others = [other for other in looks[looks_of(name)] if other != name]
            why = mixed_in(name) or (f"it looks like {min(others)!r}" if others else "")
            if why:
                found.append((name, why, ref))
        return found
