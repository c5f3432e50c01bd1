"""Terms, acts, offers and reports recorded or drafted: what does not fit is refused here, with the fold's own reason.

An entry is tried on the book before it is recorded: what the fold would mark is not said by this station. What others
say that does not fit is kept and marked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from openline.accord.agreements.acts import Act, What, encode_act
from openline.accord.agreements.offers import Answer, Offer, Said, encode_offer
from openline.accord.agreements.reports import Report, Word, encode_report
from openline.accord.agreements.terms import End, Terms, encode_terms
from openline.accord.bodies import encode_agreement
from openline.accord.clocks.book import Book
from openline.accord.clocks.shelf import PREFIX_MIN
from openline.console.accords.asking import Drafted
from openline.console.accords.keeping import OneBook
from openline.console.accords.writing import record, write_draft
from openline.console.agreeing import asking, rows
from openline.console.agreeing.fitting import KINDS, check_fits
from openline.console.channel.asking import Sent
from openline.console.channel.showing import Reader
from openline.console.codes import Told, as_given
from openline.console.stating.running import Running
from openline.errors import Refused
from openline.line.events import Draft
from openline.record.entry import ACT, AGREEMENT, EXERCISE, OFFER, REPORT, TERMS, Ref

_ACTS: Final = {"signed": What.SIGNED, "provisional": What.PROVISIONAL, "ratified": What.RATIFIED,
                "extend": What.EXTEND, "adhere": What.ADHERE, "cease": What.CEASE}  # fmt: skip
_ANSWERS: Final = {"accepted": Answer.ACCEPTED, "refused": Answer.REFUSED, "with conditions": Answer.CONDITIONS}
Bodied = tuple[int, bytes]


class Agreeing:
    """Answers `asking` over a running station."""

    def __init__(self, running: Running, reader: Reader, book: OneBook) -> None:
        self._running = running
        self._reader = reader
        self._book = book

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.SayTerms: self.say, asking.SignAgreement: self.say, asking.SayAct: self.say,
            asking.MakeOffer: self.say, asking.AnswerOffer: self.say, asking.WithdrawOffer: self.say,
            asking.EnterReport: self.say, asking.DraftAgreeing: self.draft, asking.AskLives: self.lives,
            asking.AskAstray: self.astray,
            asking.AskLife: self.life, asking.AskOffers: self.offers, asking.AskOffer: self.offer,
            asking.AskReports: self.reports,
        }  # fmt: skip

    # ---------------------------------------------------------------- saying
    async def say(self, ask: asking.Paper) -> Sent:
        """Record it. Raises Told OL-204, OL-301, Refused."""
        kind, body = await self._bodied(ask, ask.sitting)
        return await record(self._running, kind, body, token=ask.token)

    async def draft(self, ask: asking.DraftAgreeing) -> Drafted:
        """The same as a draft of this desk. Raises as `say` does."""
        kind, body = await self._bodied(ask.paper, ask.sitting)
        return write_draft(self._running.desk, ask.sitting, kind, body)

    async def _bodied(self, ask: asking.Paper, sitting: str) -> Bodied:
        book = await self._book.level()
        with as_given():
            kind, body = self._spelled(book, ask, sitting)
            check_fits(book, self._running.state.me, kind, body, self._running.now_ms())
        return kind, body

    def _spelled(self, book: Book, ask: asking.Paper, sitting: str) -> Bodied:
        match ask:
            case asking.SayTerms():
                return TERMS, self._terms(book, ask)
            case asking.SignAgreement():
                return AGREEMENT, encode_agreement(book.agreements[digest_of(book, ask.agreement)])
            case asking.SayAct():
                return ACT, self._act(book, ask)
            case asking.EnterReport():
                return REPORT, self._report(book, ask, sitting)
            case _:
                return OFFER, self._offer(book, ask)

    async def check_leaving(self, drafts: Sequence[Draft]) -> None:
        """A door: whatever is to be recorded, by whichever way, as the record stands now. Raises Refused."""
        said = [one for one in drafts if one.kind in KINDS and not one.flags & EXERCISE]
        if said:
            book, me, now_ms = await self._book.level(), self._running.state.me, self._running.now_ms()
            for one in said:
                check_fits(book, me, one.kind, one.body, now_ms)

    def _terms(self, book: Book, ask: asking.SayTerms) -> bytes:
        digest = digest_of(book, ask.agreement)
        if ask.same_as:
            ref = self._ref(ask.same_as)
            there = dict(book.lives.terms_of(digest))
            if ref not in there:
                raise Told("OL-301", f"{ask.same_as} has no terms of the agreement {ask.agreement}")
            terms = there[ref]
        else:
            end = {"": None, "none": End(None)}.get(ask.end, End(ask.end_ms // 1000, ask.offset_minutes, ask.zone))
            limits = tuple((one[0], one[1] if len(one) > 1 else "") for one in ask.limits if one)
            terms = Terms(
                digest, ask.language, tuple(ask.parties), ask.asked_by, tuple(ask.areas), tuple(ask.contacts), limits,
                ask.ending, ask.notice_days, end, _seconds(ask.provisional_ms),
            )  # fmt: skip
        return encode_terms(terms)

    def _act(self, book: Book, ask: asking.SayAct) -> bytes:
        return encode_act(Act(
            digest_of(book, ask.agreement), _ACTS[ask.act], ask.from_ms // 1000, _seconds(ask.until_ms), ask.words,
            ask.language, ask.said_on, ask.said_by,
        ))  # fmt: skip

    def _offer(self, book: Book, ask: asking.MakeOffer | asking.AnswerOffer | asking.WithdrawOffer) -> bytes:
        if isinstance(ask, asking.MakeOffer):
            digest = digest_of(book, ask.agreement) if ask.agreement else None
            return encode_offer(Offer(
                Said.OFFERED, None, digest, ask.subject, ask.words, ask.condition, ask.language,
                _seconds(ask.until_ms), None, ask.said_on, ask.said_by,
            ))  # fmt: skip
        of = self._ref(ask.place)
        made = book.lives.offers.get(of)
        if made is None or made.said is not Said.OFFERED:
            raise Told("OL-301", f"{ask.place} is no offer; `openline offer list` names those that there are")
        answer = _ANSWERS[ask.answer] if isinstance(ask, asking.AnswerOffer) else None
        condition = ask.condition if isinstance(ask, asking.AnswerOffer) else ""
        said = Said.WITHDRAWN if answer is None else Said.ANSWERED
        return encode_offer(Offer(
            said, of, None, "", ask.words, condition, ask.language, None, answer, ask.said_on, ask.said_by,
        ))  # fmt: skip

    def _report(self, book: Book, ask: asking.EnterReport, sitting: str) -> bytes:
        officer = self._running.desk.who(sitting)
        entered = ask.entered_by or (officer.name if officer is not None else "")
        if not entered:
            raise Told("OL-204", "say who enters it, with --entered-by: nobody is signed in at this desk")
        words = ((Word.CONTRADICTS, ask.contradicts), (Word.CONFIRMS, ask.confirms), (Word.REPLACES, ask.replaces))
        about = tuple((word, self._ref(place)) for word, places in words for place in places)
        me = self._running.state.me
        if any(word is Word.REPLACES and ref.party != me for word, ref in about):
            raise Refused("a party replaces its own reports; another's can be contradicted or confirmed")
        for _, ref in about:
            self._reader.find_here(ref.full_name)
        digest = digest_of(book, ask.agreement) if ask.agreement else None
        return encode_report(Report(
            ask.reported_by, ask.source, ask.said_by, ask.words, ask.language, ask.said_on, ask.confirmed, about,
            digest, entered,
        ))  # fmt: skip

    def _ref(self, place: str) -> Ref:
        log, index, _ = self._reader.find_here(place)
        return Ref(log.party, log.generation, index)

    # ---------------------------------------------------------------- reading
    def _view(self, book: Book) -> rows.View:
        state = self._running.state
        return rows.View(book, state.roster, state.me, self._running.now_ms())

    async def lives(self, _ask: asking.AskLives) -> list[asking.LifeRow]:
        """Agreements by id."""
        def asked(book: Book) -> list[asking.LifeRow]:
            view = self._view(book)
            found = [rows.life_row(view, digest) for digest in book.agreements]
            return sorted(found, key=lambda one: (one.id, one.digest))

        return await self._book.ask(asked)

    async def astray(self, _ask: asking.AskAstray) -> list[asking.MarkRow]:
        """What names nothing that is here, with why it has no effect."""
        found = await self._book.ask(lambda book: book.astray())
        return [asking.MarkRow(ref.full_name, why) for ref, why in found]

    async def life(self, ask: asking.AskLife) -> asking.LifeWhole:
        """One agreement, whole. Raises Told OL-301, Refused."""
        return await self._book.ask(lambda book: rows.life_whole(self._view(book), digest_of(book, ask.agreement)))

    async def offers(self, ask: asking.AskOffers) -> list[asking.OfferRow]:
        """Offers, the latest first."""
        def asked(book: Book) -> list[asking.OfferRow]:
            return rows.offers(self._view(book), digest_of(book, ask.agreement) if ask.agreement else None)

        return await self._book.ask(asked)

    async def offer(self, ask: asking.AskOffer) -> asking.OfferRow:
        """One offer. Raises Told OL-301."""
        ref, book = self._ref(ask.place), await self._book.level()
        made = book.lives.offers.get(ref)
        if made is None or made.said is not Said.OFFERED:
            raise Told("OL-301", f"{ask.place} is no offer; `openline offer list` names those that there are")
        return rows.offer_row(self._view(book), ref, made)

    async def reports(self, ask: asking.AskReports) -> list[asking.ReportRow]:
        """Reports from outside, by the date that they state."""
        def asked(book: Book) -> list[asking.ReportRow]:
            return rows.reports(self._view(book), digest_of(book, ask.agreement) if ask.agreement else None)

        return await self._book.ask(asked)


def digest_of(book: Book, name: str) -> bytes:
    """An agreement by its id, or the first digits of its digest. Raises Told OL-301, Refused where several would do."""
    found = [digest for digest, one in sorted(book.agreements.items()) if one.id == name]
    if not found and len(name) >= PREFIX_MIN:
        found = [digest for digest in sorted(book.agreements) if digest.hex().startswith(name)]
    known = [digest for digest in found if book.is_known(digest)]
    found = known if len(known) == 1 else found
    if not found:
        raise Told("OL-301", f"no agreement {name!r}: `openline agreement list` names those that there are")
    if len(found) > 1:
        which = ", ".join(one.hex()[:12] for one in found)
        raise Refused(f"several agreements are called {name}: name one by its digest: {which}")
    return found[0]


def _seconds(at_ms: int | None) -> int | None:
    return None if at_ms is None else at_ms // 1000
