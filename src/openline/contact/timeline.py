"""Contact over time: what both logs prove, what one side observed, where there is a gap. (R-257 to R-259)

Both logs prove instants. Between two of them that are no further apart than `between_ms` contact is taken to have held;
that is said wherever a share is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from openline.contact.body import Seen
from openline.contact.due import LATE_PART, PERIOD_MS
from openline.contact.fold import Clocks, Folded, FoldedTest, Proof, Watched

BETWEEN_MS: Final = PERIOD_MS + PERIOD_MS // LATE_PART


class Span(NamedTuple):
    """From one instant to another, UTC ms; `seen` where it is an observation."""

    from_ms: int
    to_ms: int
    seen: Seen | None = None


class Row(NamedTuple):
    """What one party says it saw of a bearer to another. `share`: of the time for which it says anything, how much the
    bearer was up, in thousandths; None where it says nothing."""

    author: int
    party: int
    bearer: str
    spans: tuple[Span, ...]
    share: int | None


class Between(NamedTuple):
    """Two parties: contact that both logs prove, and the gaps in it. `share` in thousandths of the period."""

    parties: tuple[int, int]
    proofs: tuple[Proof, ...]
    tests: tuple[FoldedTest, ...]
    missed: tuple[FoldedTest, ...]  # that the other of the two should have answered, and did not
    spans: tuple[Span, ...]
    gaps: tuple[Span, ...]
    share: int
    clocks: Clocks
    rows: tuple[Row, ...]


class Timeline(NamedTuple):
    """The whole drawing. Instants UTC ms."""

    from_ms: int
    to_ms: int
    between_ms: int
    pairs: tuple[Between, ...]
    unread: int


def draw(
    folded: Folded, parties: Sequence[int], from_ms: int | None, to_ms: int | None, between_ms: int = BETWEEN_MS
) -> Timeline:
    """The timeline of every pair of `parties` in a period; without bounds, from the first to the last that is known."""
    instants = [at for proof in folded.proofs for at in (proof.from_ms, proof.to_ms)]
    instants += [test.written_at_ms for test in folded.tests]
    instants += [one.at_ms for watched in folded.watched.values() for one in watched.transitions]
    first = from_ms if from_ms is not None else min(instants, default=0)
    last = to_ms if to_ms is not None else max(instants, default=first)
    last = max(first, last)
    pairs = [(low, high) for place, low in enumerate(parties) for high in parties[place + 1 :]]
    drawn = tuple(_between(folded, pair, Span(first, last), between_ms) for pair in pairs)
    return Timeline(first, last, between_ms, drawn, folded.unread)


def _between(folded: Folded, pair: tuple[int, int], period: Span, between_ms: int) -> Between:
    proofs = [one for one in folded.proofs if one.parties == pair]
    spans = [cut for one in joined(proofs, between_ms) if (cut := _cut(one, period)) is not None]
    tests = [one for one in folded.tests if _asks(one, pair) and period.from_ms <= one.written_at_ms <= period.to_ms]
    rows = [
        _row(key, watched, period) for key, watched in folded.watched.items() if tuple(sorted(key[:2])) == pair
    ]
    return Between(
        pair,
        tuple(one for one in proofs if period.from_ms <= one.to_ms <= period.to_ms),
        tuple(tests),
        tuple(one for one in tests if not _passed(one, pair)),
        tuple(spans),
        tuple(_gaps(spans, period)),
        share_of(spans, period),
        folded.clocks.get(pair, Clocks(None, None)),
        tuple(rows),
    )


def _asks(test: FoldedTest, pair: tuple[int, int]) -> bool:
    if test.place.party not in pair:
        return False
    other = pair[0] if test.place.party == pair[1] else pair[1]
    return not test.body.to or other in test.body.to


def _passed(test: FoldedTest, pair: tuple[int, int]) -> bool:
    return any(one.opened and one.party in pair for one in test.answers)


def joined(proofs: Iterable[Proof], between_ms: int) -> list[Span]:
    """Stretches of proved contact: instants at most `between_ms` apart belong together. Proofs whose two clocks
    contradict each other prove that there was contact, and not when: they join nothing."""
    spans: list[Span] = []
    for at_ms in sorted(one.to_ms for one in proofs if not one.disordered):
        if spans and at_ms - spans[-1].to_ms <= between_ms:
            spans[-1] = spans[-1]._replace(to_ms=at_ms)
        else:
            spans.append(Span(at_ms, at_ms))
    return spans


def _row(key: tuple[int, int, str], watched: Watched, period: Span) -> Row:
    spans = []
    rows = watched.transitions
    for place, one in enumerate(rows):
        end_ms = rows[place + 1].at_ms if place + 1 < len(rows) else max(watched.until_ms, one.at_ms)
        cut = _cut(Span(one.at_ms, end_ms, one.seen), period)
        if cut is not None:
            spans.append(cut)
    known_ms = sum(span.to_ms - span.from_ms for span in spans)
    up_ms = sum(span.to_ms - span.from_ms for span in spans if span.seen is Seen.UP)
    return Row(*key, tuple(spans), up_ms * 1000 // known_ms if known_ms else None)


def _cut(span: Span, period: Span) -> Span | None:
    first, last = max(span.from_ms, period.from_ms), min(span.to_ms, period.to_ms)
    return span._replace(from_ms=first, to_ms=last) if first <= last else None


def _gaps(spans: Sequence[Span], period: Span) -> list[Span]:
    gaps, at_ms = [], period.from_ms
    for span in spans:
        if span.from_ms > at_ms:
            gaps.append(Span(at_ms, span.from_ms))
        at_ms = max(at_ms, span.to_ms)
    if at_ms < period.to_ms:
        gaps.append(Span(at_ms, period.to_ms))
    return gaps


def share_of(spans: Iterable[Span], period: Span) -> int:
    """How much of the period, in thousandths, rounded down: a share is never said to be whole when it is not."""
    length = period.to_ms - period.from_ms
    return sum(span.to_ms - span.from_ms for span in spans) * 1000 // length if length > 0 else 0
