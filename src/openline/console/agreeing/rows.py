"""Agreements, offers and reports as answers: plain data for programs, made from the book alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from openline.accord.agreements.answering import Spoken
from openline.accord.agreements.dates import begin_of
from openline.accord.agreements.life import Life
from openline.accord.agreements.offers import Answer, Offer, Said
from openline.accord.agreements.papers import Related
from openline.accord.agreements.table import Step
from openline.accord.agreements.terms import Terms
from openline.accord.clocks.book import Book
from openline.accord.identity import Agreement
from openline.console.agreeing import asking
from openline.console.agreeing.words import ACTS, ANSWERS, end_text
from openline.console.channel.showing import name_of
from openline.record.entry import Ref
from openline.record.roster import Roster

WORDS_SHOWN: Final = 160  # of another entry that a report speaks of


class View(NamedTuple):
    """What rows are made from: the book, who the parties are, and when."""

    book: Book
    roster: Roster
    me: int
    now_ms: int

    def name(self, party: int) -> str:
        """A party's name."""
        return name_of(self.roster, party)


def life_row(view: View, digest: bytes) -> asking.LifeRow:
    """An agreement as it stands now."""
    agreement, life = _there(view, digest)
    now_s = view.now_ms // 1000
    steps = {party: life.step(party, now_s) for party in life.views}
    views = [
        asking.ViewNow(party, view.name(party), party == view.me, str(step.state), _ms(step.at_s), _ms(step.until_s))
        for party, step in sorted(steps.items())
    ]
    no_end = life.terms is not None and life.terms.end is not None and life.end_s is None
    return asking.LifeRow(
        digest.hex(), agreement.id, dict(agreement.titles), view.book.is_known(digest),
        [view.name(party) for party in view.book.known_by(digest)], _ms(life.begin_s), _ms(life.end_s), no_end, views,
        len({step.state for step in steps.values()}) > 1, len(life.marks) + len(life.breaches),
    )  # fmt: skip


def _there(view: View, digest: bytes) -> tuple[Agreement, Life]:
    life = view.book.lives.life(digest)
    assert life is not None
    return view.book.agreements[digest], life


def life_whole(view: View, digest: bytes) -> asking.LifeWhole:
    """An agreement with all that was said of it, outside reports apart."""
    agreement, life = _there(view, digest)
    formats = [view.book.shelf.read[of].id if of in view.book.shelf.read else of.hex() for of in agreement.formats]
    views = [
        asking.ViewRow(party, view.name(party), party == view.me, str(life.step(party, view.now_ms // 1000).state),
                       [_step(one) for one in steps])
        for party, steps in sorted(life.views.items())
    ]  # fmt: skip
    proposed = [asking.OpenEnd(until_s * 1000, [view.name(ref.party) for ref in refs], _names(refs))
                for until_s, refs in life.open]  # fmt: skip
    return asking.LifeWhole(
        life_row(view, digest), {language: text.hex() for language, text in agreement.texts}, formats,
        _terms(view, digest, life), views, _acts(view, digest, life), proposed,
        [asking.MarkRow(mark.ref.full_name, mark.why) for mark in (*life.marks, *life.breaches)], offers(view, digest),
        reports(view, digest),
    )  # fmt: skip


def _step(step: Step) -> asking.StepRow:
    return asking.StepRow(_ms(step.at_s), str(step.state), _ms(step.until_s), _names(step.causes))


def _terms(view: View, digest: bytes, life: Life) -> list[asking.TermsRow]:
    said: dict[bytes, tuple[Terms, list[Ref]]] = {}
    for ref, terms in view.book.lives.terms_of(digest):
        said.setdefault(terms.digest, (terms, []))[1].append(ref)
    return [
        asking.TermsRow(
            _names(refs), [view.name(ref.party) for ref in refs], one == life.terms, one.language, list(one.parties),
            one.asked_by, list(one.areas), list(one.contacts),
            [": ".join(part for part in pair if part) for pair in one.limits], one.ending, one.notice_days,
            end_text(one.end) if one.end is not None else "", _ms(one.provisional_s),
        )
        for one, refs in said.values()
    ]  # fmt: skip


def _acts(view: View, digest: bytes, life: Life) -> list[asking.ActRow]:
    """Acts and standings in one list, by the instant from which they count."""
    lives, found = view.book.lives, []
    marks: dict[Ref, list[str]] = {}
    for mark in (*life.marks, *life.breaches):
        marks.setdefault(mark.ref, []).append(mark.why)
    for ref, act in lives.acts_of(digest):
        found.append(asking.ActRow(
            ref.full_name, view.name(ref.party), ref.party == view.me, ACTS[act.what], act.from_s * 1000,
            _ms(act.until_s), act.words, act.language, act.said_on, act.said_by, lives.written.get(ref, 0),
            held_ms(view, ref), marks.get(ref, []),
        ))  # fmt: skip
    for (of, party), said in view.book.statuses().items():
        for from_s, ref, status in said if of == digest else ():
            found.append(asking.ActRow(
                ref.full_name, view.name(party), party == view.me, status.standing.name.lower().replace("_", " "),
                from_s * 1000, None, status.reason, status.language, "", "", lives.written.get(ref, 0), None,
                marks.get(ref, []),
            ))  # fmt: skip
    return sorted(found, key=lambda one: (one.from_ms, one.place))


def held_ms(view: View, ref: Ref) -> int | None:
    """When the others held an entry, where receipts prove it."""
    when = view.book.lives.received.get(ref)
    return when.latest_ms if when is not None else None


# ------------------------------------------------------------------ offers
def offers(view: View, digest: bytes | None = None) -> list[asking.OfferRow]:
    """Offers, the latest first."""
    found = [offer_row(view, ref, one) for ref, one in view.book.lives.made() if digest in (None, one.agreement)]
    return sorted(found, key=lambda one: (-(_stated(one.said_on, one.written_at_ms)), one.place))


def offer_row(view: View, ref: Ref, offer: Offer) -> asking.OfferRow:
    """An offer as it stands now."""
    lives = view.book.lives
    outcome = lives.outcome(ref, view.now_ms)
    towards = [
        asking.TowardsRow(party, view.name(party), party == view.me, str(state), since_ms,
                          by.full_name if by is not None else None)
        for party, (state, since_ms, by) in sorted(outcome.towards.items())
    ]  # fmt: skip
    told = [one for about in (ref, *(said.ref for said in outcome.spoken)) for one in lives.related(about)]
    return asking.OfferRow(
        ref.full_name, view.name(ref.party), ref.party == view.me, offer.subject, offer.words, offer.condition,
        offer.language, _ms(offer.until_s), _id(view, offer.agreement), offer.said_on, offer.said_by,
        lives.written.get(ref, 0), towards, [_answer(view, one) for one in outcome.spoken],
        _told(view, told),
    )  # fmt: skip


def _answer(view: View, one: Spoken) -> asking.AnswerRow:
    said = one.offer
    return asking.AnswerRow(
        one.ref.full_name, view.name(one.ref.party), one.ref.party == view.me,
        ANSWERS[said.answer] if said.answer is not None else "withdrawn", said.words, said.condition, said.language,
        said.said_on, said.said_by, one.received.latest_ms if one.received is not None else None, list(one.marks),
    )  # fmt: skip


# ------------------------------------------------------------------ reports
def reports(view: View, digest: bytes | None = None) -> list[asking.ReportRow]:
    """Reports from outside, by the date that they state, the latest first."""
    odd = {name: why for name, why, _ in view.book.lives.odd_names()}
    found = []
    for ref, one in view.book.lives.reports.items():
        if digest not in (None, one.agreement):
            continue
        about = [asking.AboutRow(word.name.lower(), of.full_name, _text(view, of)) for word, of in one.about]
        marks = [odd[name] for name in (one.reported_by, one.said_by) if name in odd]
        found.append(asking.ReportRow(
            ref.full_name, view.name(ref.party), ref.party == view.me, one.reported_by, one.source, one.said_by,
            one.words, one.language, one.said_on, one.confirmed, about, _told(view, view.book.lives.related(ref)),
            _id(view, one.agreement), one.entered_by, view.book.lives.written.get(ref, 0), marks,
        ))  # fmt: skip
    return sorted(found, key=lambda one: (-_stated(one.said_on, one.written_at_ms), one.place))


def _told(view: View, related: Iterable[Related]) -> list[asking.AboutRow]:
    return [asking.AboutRow(one.word.name.lower(), one.ref.full_name, _text(view, one.ref)) for one in related]


def _text(view: View, ref: Ref) -> str:
    """What an entry says that somebody refers to, in a few words."""
    report, offer = view.book.lives.reports.get(ref), view.book.lives.offers.get(ref)
    if report is not None:
        return f"{report.reported_by}: {report.words}"[:WORDS_SHOWN]
    if offer is None:
        return ""
    said = offer.subject if offer.said is Said.OFFERED else ANSWERS.get(offer.answer or Answer.ACCEPTED, "")
    return f"{said}: {offer.words}"[:WORDS_SHOWN]


def _stated(said_on: str, written_at_ms: int) -> int:
    begin_s = begin_of(said_on) if said_on else None
    return written_at_ms if begin_s is None else begin_s * 1000


def _id(view: View, digest: bytes | None) -> str:
    if digest is None:
        return ""
    there = view.book.agreements.get(digest)
    return there.id if there is not None else digest.hex()[:12]


def _names(refs: Iterable[Ref]) -> list[str]:
    return [ref.full_name for ref in refs]


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
