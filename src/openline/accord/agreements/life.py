"""How one agreement stands over time in each party's view, folded from what the parties have recorded.

No clock and no order of arrival goes in. Instants are those that the entries state; where two entries depend on each
other (an extension proposed and accepted) receipts say which was held in time. (R-507, R-508, R-509)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from openline.accord.agreements.acts import Act, What
from openline.accord.agreements.leaving import short_notices
from openline.accord.agreements.names import mixed_in
from openline.accord.agreements.table import ALONE, RANK, Event, Move, State, Step, row_for
from openline.accord.agreements.terms import End, Terms
from openline.accord.bodies import Agreement, Standing, Status
from openline.accord.clocks.spans import SECOND_MS, When
from openline.accord.identity import by_all
from openline.record.entry import Ref

_BY_STATUS = {Standing.IN_FORCE: Event.RESUMED, Standing.SUSPENDED: Event.SUSPENDED,
              Standing.ENDED: Event.WITHDRAWN, Standing.COUNTERMEASURE: Event.COUNTERED}  # fmt: skip


class Happened(NamedTuple):
    """An event with the entries that made it. `at_s` None: before everything that has an instant."""

    at_s: int | None
    event: Event
    causes: tuple[Ref, ...]
    until_s: int | None = None


class Mark(NamedTuple):
    """Something that does not fit: which entry, and why. It is kept, and changes nothing."""

    ref: Ref
    why: str


class Life(NamedTuple):
    """One agreement. `begin_s`: in force from; `end_s`: the end that stands; None where there is none.

    `open`: ends that are proposed and not agreed yet, with the entries that propose them. `breaches`: what counts as it
    was said, against the terms.
    """

    views: Mapping[int, tuple[Step, ...]]
    begin_s: int | None
    end_s: int | None
    end_causes: tuple[Ref, ...]
    terms: Terms | None
    open: tuple[tuple[int, tuple[Ref, ...]], ...]
    marks: tuple[Mark, ...]
    breaches: tuple[Mark, ...] = ()

    def step(self, party: int, at_s: int) -> Step:
        """How it stands in a party's view at an instant."""
        return [one for one in self.views[party] if one.at_s is None or one.at_s <= at_s][-1]


class Papers(NamedTuple):
    """All that the record has of one agreement."""

    agreement: Agreement
    known: Mapping[int, Ref]
    terms: Sequence[tuple[Ref, Terms]]
    statuses: Mapping[int, Sequence[tuple[int, Ref, Status]]]
    acts: Sequence[tuple[Ref, Act]]
    received: Mapping[Ref, When]


def life_of(papers: Papers, parties: Sequence[int]) -> Life:
    """The life of an agreement between these parties."""
    marks = list(_odd_names(papers))
    causes = tuple(papers.known[party] for party in sorted(papers.known))
    known = by_all(parties, papers.known)
    terms = _agreed_terms(papers, parties, marks)
    happened = list(_begins(papers, parties, terms, causes)) if known else []
    end_s, end_causes, extended, proposed = _ends(papers, parties, terms, causes, marks)
    if known:
        happened += extended
        if end_s is not None:
            happened.append(Happened(end_s, Event.EXPIRED, end_causes))
    views = {}
    for party in parties:
        own = [*happened, *_alone(papers, party)]
        own.sort(key=lambda one: (one.at_s is not None, one.at_s or 0, RANK[one.event], one.causes))
        views[party] = _walk(own, causes, marks)
    begin_s = next((one.at_s for one in happened if one.event is Event.IN_FORCE), None)
    unique = tuple(sorted(set(marks)))
    days = terms.notice_days if terms is not None else None
    short = short_notices(views, days, papers.received) if days is not None else ()
    return Life(views, begin_s, end_s, end_causes, terms, proposed, unique, tuple(Mark(*one) for one in short))


def _walk(happened: Iterable[Happened], causes: tuple[Ref, ...], marks: list[Mark]) -> tuple[Step, ...]:
    state = common = State.PROPOSED
    steps = [Step(None, state, Event.SIGNED, causes)]
    for one in happened:
        row = row_for(state, one.event)
        if row.why:
            marks += [Mark(ref, row.why) for ref in one.causes if one.event in ALONE or ref not in causes]
        if one.event not in ALONE:
            moved = row_for(common, one.event).to
            common = moved if isinstance(moved, State) else common
        before = state
        state = row.to if isinstance(row.to, State) else common if row.to is Move.BACK else state
        renewed = one.event in (Event.ADHERED, Event.EXTENDED) and state in (State.ADHERED, State.EXTENDED)
        if state is not before or (renewed and not row.why):
            step = Step(one.at_s, state, one.event, one.causes, one.until_s)
            if steps[-1].at_s == one.at_s:
                steps.pop()
            steps.append(step)
    return tuple(steps)


def _begins(
    papers: Papers, parties: Sequence[int], terms: Terms | None, causes: tuple[Ref, ...]
) -> Iterable[Happened]:
    """Signed, applied provisionally, in force: by the paper itself, or by what every party has declared."""
    yield Happened(None, Event.SIGNED, causes)
    provisional = _all_said(papers, parties, What.PROVISIONAL)
    if terms is not None and terms.provisional_s is not None:
        by = tuple(sorted(ref for ref, one in papers.terms if one == terms))
        yield Happened(terms.provisional_s, Event.PROVISIONAL, by)
    elif provisional is not None:
        yield Happened(provisional[0], Event.PROVISIONAL, provisional[1])
    ratified = _all_said(papers, parties, What.RATIFIED)
    if papers.agreement.from_s is not None:
        yield Happened(papers.agreement.from_s, Event.IN_FORCE, causes)
    elif ratified is not None:
        yield Happened(ratified[0], Event.IN_FORCE, ratified[1])


def _all_said(papers: Papers, parties: Sequence[int], what: What) -> tuple[int, tuple[Ref, ...]] | None:
    """From when on every party has said so: the latest of what each said first; None where one has not."""
    first: dict[int, tuple[int, Ref]] = {}
    for ref, act in papers.acts:
        if act.what is what:
            first[ref.party] = min((act.from_s, ref), first.get(ref.party, (act.from_s, ref)))
    if not by_all(parties, first):
        return None
    return max(at_s for at_s, _ in first.values()), tuple(first[party][1] for party in sorted(first))


def _alone(papers: Papers, party: int) -> Iterable[Happened]:
    """What a party declares for itself. Of two words of one instant the later entry counts."""
    statuses = papers.statuses.get(party, ())
    for number, (from_s, ref, status) in enumerate(statuses):
        if number + 1 == len(statuses) or statuses[number + 1][0] != from_s:
            yield Happened(from_s, _BY_STATUS[status.standing], (ref,))
    adhered = sorted((act.from_s, ref, act) for ref, act in papers.acts
                     if ref.party == party and act.what is What.ADHERE)  # fmt: skip
    for number, (from_s, ref, act) in enumerate(adhered):
        yield Happened(from_s, Event.ADHERED, (ref,), act.until_s)
        renewed = number + 1 < len(adhered) and act.until_s is not None and adhered[number + 1][0] <= act.until_s
        if act.until_s is not None and not renewed:
            yield Happened(act.until_s, Event.CEASED, (ref,))
    for ref, act in papers.acts:
        if ref.party == party and act.what is What.CEASE:
            yield Happened(act.from_s, Event.CEASED, (ref,))


# ------------------------------------------------------------------ the end, and what moves it
def _agreed_terms(papers: Papers, parties: Sequence[int], marks: list[Mark]) -> Terms | None:
    """The terms that every party has recorded; none where there are two such, or where they name another end."""
    by: dict[Terms, dict[int, Ref]] = {}
    for ref, terms in papers.terms:
        said = by.setdefault(terms, {})
        said[ref.party] = min(ref, said.get(ref.party, ref))
    agreed = [terms for terms, said in by.items() if by_all(parties, said)]
    if len(agreed) > 1:
        marks += [Mark(ref, "two terms of one agreement: none of them counts")
                  for terms in agreed for ref in by[terms].values()]  # fmt: skip
        return None
    for ref, terms in papers.terms:
        if _other_end(papers.agreement, terms.end):
            marks.append(Mark(ref, "two ends: its end is not that of the agreement it is of"))
    return agreed[0] if agreed and not _other_end(papers.agreement, agreed[0].end) else None


def _other_end(agreement: Agreement, end: End | None) -> bool:
    return end is not None and agreement.from_s is not None and end.at_s != agreement.until_s


def _ends(
    papers: Papers, parties: Sequence[int], terms: Terms | None, causes: tuple[Ref, ...], marks: list[Mark]
) -> tuple[int | None, tuple[Ref, ...], list[Happened], tuple[tuple[int, tuple[Ref, ...]], ...]]:
    """The end that stands and its entries; extensions that count; ends that are proposed and not agreed."""
    end_s, end_causes = papers.agreement.until_s, causes
    if end_s is None and terms is not None and terms.end is not None:
        end_s, end_causes = terms.end.at_s, tuple(sorted(ref for ref, one in papers.terms if one == terms))
    said: dict[int, dict[int, tuple[int, Ref]]] = {}
    for ref, act in sorted(papers.acts):
        if act.what is What.EXTEND and act.until_s is not None:
            by = said.setdefault(act.until_s, {})
            by[ref.party] = min((act.from_s, ref), by.get(ref.party, (act.from_s, ref)))
    happened: list[Happened] = []
    proposed: list[tuple[int, tuple[Ref, ...]]] = []
    for begin_s, until_s in sorted((max(one[0] for one in by.values()), until_s) for until_s, by in said.items()):
        by = said[until_s]
        refs = tuple(by[party][1] for party in sorted(by))
        why = _no_extension(end_s, begin_s, until_s)
        if why:
            marks += [Mark(ref, why) for ref in refs]
        elif not by_all(parties, by):
            proposed.append((until_s, refs))
        elif not _in_time(papers, refs, end_s):
            marks += [Mark(ref, "accepted after the end that it would have moved") for ref in refs]
        else:
            happened.append(Happened(begin_s, Event.EXTENDED, refs, until_s))
            end_s, end_causes = until_s, refs
    _two_ends(proposed, marks)
    return end_s, end_causes, happened, tuple(one for one in proposed if end_s is None or one[0] > end_s)


def _no_extension(end_s: int | None, begin_s: int, until_s: int) -> str:
    if end_s is None:
        return "there is no end to extend"
    if begin_s >= end_s:
        return "an extension after the end"
    return "" if until_s > end_s else "two ends: no later than the end that stands"


def _in_time(papers: Papers, refs: Sequence[Ref], end_s: int | None) -> bool:
    """All were held before the end; or all after it, where every party writes down what had been agreed."""
    held = [papers.received.get(ref) for ref in refs]
    if end_s is None or any(one is None for one in held):
        return False
    late = [one.earliest_ms > end_s * SECOND_MS for one in held if one is not None]
    return all(late) or not any(late)


def _two_ends(proposed: Sequence[tuple[int, tuple[Ref, ...]]], marks: list[Mark]) -> None:
    """A party that proposes two ends at once has proposed neither clearly."""
    by: dict[int, list[Ref]] = {}
    for _, refs in proposed:
        for ref in refs:
            by.setdefault(ref.party, []).append(ref)
    marks += [Mark(ref, "two ends proposed by one party") for refs in by.values() if len(refs) > 1 for ref in refs]


def _odd_names(papers: Papers) -> Iterable[Mark]:
    for ref, terms in papers.terms:
        for name in (*terms.parties, terms.asked_by):
            if why := mixed_in(name):
                yield Mark(ref, f"a name that may be taken for another: {why}")
