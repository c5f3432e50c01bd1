"""Lines of this chamber in the canonical state of the accords (`clocks.canon`): what was said, and what stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from openline.accord.agreements.acts import spell_act
from openline.accord.agreements.offers import spell_offer
from openline.accord.agreements.papers import Lives
from openline.accord.agreements.reports import spell_report
from openline.record.entry import Ref

Row = list[object]


def said_of(lives: Lives) -> Iterator[Row]:
    """What entries alone say: each with a hash of its body, so that the words are named too."""
    for ref, terms in sorted((ref, one) for digest in lives.agreements() for ref, one in lives.terms_of(digest)):
        yield ["terms", ref.full_name, terms.agreement.hex(), terms.digest.hex()]
    for ref, act in sorted((ref, one) for digest in lives.agreements() for ref, one in lives.acts_of(digest)):
        yield ["act", ref.full_name, act.agreement.hex(), act.what.name, act.from_s, act.until_s,
               _hash(spell_act(act))]  # fmt: skip
    for ref, offer in sorted(lives.offers.items()):
        answer = None if offer.answer is None else offer.answer.name
        yield ["offer", ref.full_name, offer.said.name, None if offer.of is None else offer.of.full_name, offer.until_s,
               answer, _hash(spell_offer(offer))]  # fmt: skip
    for ref, report in sorted(lives.reports.items()):
        about = [[word.name, of.full_name] for word, of in report.about]
        yield ["report", ref.full_name, report.confirmed, about, _hash(spell_report(report))]
    for name, why, ref in lives.odd_names():
        yield ["name", name, why, ref.full_name]


def held_of(lives: Lives, agreements: Iterable[bytes], at_ms: int) -> Iterator[Row]:
    """How agreements stand in each view over time, what does not fit, and how offers stand at an instant."""
    for digest in sorted(agreements):
        life = lives.life(digest)
        assert life is not None
        for party in sorted(life.views):
            steps = [[one.at_s, str(one.state), one.until_s, _names(one.causes)] for one in life.views[party]]
            yield ["life", digest.hex(), party, steps]
        terms = life.terms.digest.hex() if life.terms is not None else None
        proposed = [[until_s, _names(refs)] for until_s, refs in life.open]
        yield ["end", digest.hex(), life.end_s, _names(life.end_causes), terms, proposed]
        for mark in life.marks:
            yield ["mark", digest.hex(), mark.ref.full_name, mark.why]
        for mark in life.breaches:
            yield ["breach", digest.hex(), mark.ref.full_name, mark.why]
    for ref, _ in lives.made():
        outcome = lives.outcome(ref, at_ms)
        towards = [[party, str(one[0]), one[1], one[2].full_name if one[2] is not None else None]
                   for party, one in sorted(outcome.towards.items())]  # fmt: skip
        yield ["outcome", ref.full_name, towards, [[one.ref.full_name, list(one.marks)] for one in outcome.spoken]]


def _names(refs: Iterable[Ref]) -> list[str]:
    return [ref.full_name for ref in refs]


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()
