"""Formats offered, notices checked and sent, agreements and standings recorded; what the record shows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal

from openline.accord.bodies import (
    Offered,
    Standing,
    Status,
    agreement_digest,
    encode_offered,
    encode_status,
    parse_agreement,
)
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.shelf import PREFIX_MIN
from openline.accord.clocks.spans import exactly
from openline.accord.formats.format import Format
from openline.accord.formats.notice import (
    Notice,
    Relation,
    compose,
    encode_notice,
    has_free_text,
    parse_notice,
)
from openline.accord.formats.notice import (
    as_given as as_form,
)
from openline.accord.formats.printing import Head, regime_of
from openline.accord.formats.reader import NotAFormat, read_format
from openline.accord.formats.section import is_language
from openline.accord.formats.unfit import Fault
from openline.console.accords import asking, library, rows
from openline.console.accords.keeping import OneBook
from openline.console.accords.writing import record, write_draft, write_version
from openline.console.agreeing.acts import digest_of
from openline.console.agreeing.fitting import check_standing
from openline.console.channel.asking import PRECEDENCES, Sent
from openline.console.channel.showing import Reader, name_of
from openline.console.codes import Told, as_given
from openline.console.stating.running import Running
from openline.desk.acts import Write
from openline.errors import Refused
from openline.record.entry import AGREEMENT, EXERCISE, FORMAT, NOTICE, STATUS, Ref

DUTIES_MAX: Final = 2_000  # in one answer
_STANDINGS: Final = {"in force": Standing.IN_FORCE, "suspended": Standing.SUSPENDED, "ended": Standing.ENDED,
                     "countermeasure": Standing.COUNTERMEASURE}  # fmt: skip
_RELATIONS: Final = {"": Relation.NONE, "answers": Relation.ANSWERS, "corrects": Relation.CORRECTS,
                     "cancels": Relation.CANCELS}  # fmt: skip
_RELATED: Final[dict[Relation, Literal["", "answers", "corrects", "cancels"]]] = {
    Relation.NONE: "", Relation.ANSWERS: "answers", Relation.CORRECTS: "corrects", Relation.CANCELS: "cancels",
}  # fmt: skip


class Accords:
    """Answers `asking` over a running station."""

    def __init__(self, running: Running, reader: Reader, book: OneBook) -> None:
        self._running = running
        self._reader = reader
        self._one_book = book
        self._numbering = asyncio.Lock()  # two notices at once must not take one serial

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AskFormats: self.formats, asking.AskFormat: self.format, asking.OfferFormat: self.offer,
            asking.NoticeForm: self.check, asking.SendNotice: self.send, asking.AskNotice: self.notice,
            asking.DraftNotice: self.draft, asking.DraftPaper: self.draft_paper, asking.AskNoticeDraft: self.redraft,
            asking.RecordAgreement: self.record, asking.SayStanding: self.say, asking.AskAgreements: self.agreements,
            asking.AskDuties: self.duties,
        }  # fmt: skip

    async def book(self) -> Book:
        """The book, level with the record; good until the caller next awaits (see `OneBook`)."""
        return await self._one_book.level()

    # ---------------------------------------------------------------- formats
    async def formats(self, _ask: asking.AskFormats) -> list[asking.FormatRow]:
        """Those of the record first, then those that come with the program and are not in it."""
        book = await self.book()
        found = [self._row(book, digest) for digest in sorted(book.shelf.files())]
        there = {row.digest for row in found}
        shipped = (self._shipped(one) for one in library.formats().values() if one.digest.hex() not in there)
        return [*found, *shipped]

    def _row(self, book: Book, digest: bytes) -> asking.FormatRow:
        by = [name_of(self._running.state.roster, party) for party in book.shelf.offered_by(digest)]
        if digest in book.shelf.faulty:
            faults = [one.in_a_line() for one in book.shelf.faulty[digest]]
            return asking.FormatRow(digest.hex(), "", 0, {}, "", True, False, by, False, faults)
        return self._described(book.shelf.read[digest], agreed=book.shelf.is_agreed(digest), by=by)

    def _shipped(self, format_: Format) -> asking.FormatRow:
        return self._described(format_, agreed=False, by=[])

    @staticmethod
    def _described(format_: Format, *, agreed: bool, by: list[str]) -> asking.FormatRow:
        shipped = any(one.digest == format_.digest for one in library.formats().values())
        return asking.FormatRow(
            format_.digest.hex(), format_.id, format_.version, dict(format_.title), str(format_.message_class),
            format_.is_unconfirmed, agreed, by, shipped,
        )  # fmt: skip

    async def format(self, ask: asking.AskFormat) -> asking.FormatWhole:
        """One format, whole."""
        book = await self.book()
        format_, file = self._named(book, ask.name)
        row = self._row(book, format_.digest) if format_.digest in book.shelf.files() else self._shipped(format_)
        return rows.whole_format(format_, row, file)

    def _named(self, book: Book, name: str) -> tuple[Format, bytes]:
        """By id or by the first digits of its hash: one that is agreed, one of the record, one that is shipped.

        Raises Told OL-301 where there is none, Refused where several in the record would do.
        """
        fitting = book.shelf.named(name)
        if len(fitting) > 1:
            which = ", ".join(one.digest.hex()[:12] for one in fitting)
            raise Refused(f"several formats are called {name}: name one by its hash: {which}")
        if fitting:
            return fitting[0], book.shelf.files()[fitting[0].digest]
        for one in library.formats().values():
            if one.id == name or (len(name) >= PREFIX_MIN and one.digest.hex().startswith(name)):
                return one, library.files()[one.id]
        raise Told("OL-301", f"no format {name!r}: `openline format list` names those that there are")

    async def offer(self, ask: asking.OfferFormat) -> Sent:
        """Record a format. Raises Told OL-204 with every fault of its file."""
        return await record(self._running, FORMAT, self._offered(await self.book(), ask), token=ask.token)

    def _offered(self, book: Book, ask: asking.OfferFormat) -> bytes:
        data = ask.file.encode()
        try:
            format_ = read_format(data)
        except NotAFormat as refused:
            raise Told("OL-204", "; ".join(one.in_a_line() for one in refused.faults)) from refused
        me = self._running.state.me
        if me in book.shelf.offered_by(format_.digest):
            raise Refused(f"the format {format_.id} is on the record already, by us")
        if any(digest[:8] == format_.mark and digest != format_.digest for digest in book.shelf.read):
            raise Refused(f"the mark {format_.mark.hex()} is that of another format here too: change its file a little")
        file = b"" if format_.digest in book.shelf.files() else data
        return encode_offered(Offered(format_.digest, file))

    # ---------------------------------------------------------------- notices
    async def check(self, ask: asking.NoticeForm) -> asking.NoticeChecked:
        """Every fault at once; nothing is recorded."""
        book = await self.book()
        format_, _ = self._named(book, ask.format)
        relation = _RELATIONS[ask.relation]
        of = self._of(ask.place, relation) if ask.place is not None and ask.relation else None
        notice, faults, may_leave = self._composed(
            book, format_, ask.fields, ask.language, relation if of is not None else Relation.NONE, of
        )
        body = b""
        if may_leave:
            with as_given():
                body = encode_notice(notice)
        now_ms = self._running.now_ms()
        names = (of.full_name,) if of is not None else ()
        head = Head(self._name_of_us(), self._others(), now_ms, PRECEDENCES[0], ask.exercise, names)
        seen = NoticeSeen(Ref(self._running.state.me, b"", 0), notice, exactly(now_ms), notice.references)
        return asking.NoticeChecked(
            rows.fault_rows(faults, format_), len(body), rows.printed(notice, format_, head),
            rows.conformity(book, seen, format_), may_leave, body.hex(),
        )  # fmt: skip

    def _composed(
        self, book: Book, format_: Format, fields: dict[str, Any], language: str, relation: Relation, of: Ref | None
    ) -> tuple[Notice, tuple[Fault, ...], bool]:  # fmt: skip
        """The notice, its faults, and whether all that was given can be spelled."""
        written = compose(format_, fields)
        faults = written.faults
        may_leave = written.unread == 0
        if language and not is_language(language):
            may_leave = False
            faults += (Fault("language", f"{language!r:.20} is no language tag", "en, ru, ar ..."),)
        if not has_free_text(format_, written.values):
            language = ""
        elif not language:
            faults += (Fault("language", "is not said, and there is free text", "say the language of the text"),)
        year = datetime.fromtimestamp(self._running.now_ms() / 1000, UTC).year
        serial = book.free_serial(self._running.state.me, format_, year, self._in_hand(book, format_, year))
        return Notice(format_.mark, year, serial, language, relation, written.values, of), faults, may_leave

    def _in_hand(self, book: Book, format_: Format, year: int) -> set[int]:
        """Serials that drafts of this desk have, which are neither recorded nor withdrawn."""
        found = set()
        for draft in self._running.desk.state.under_way.values():
            if draft.version.kind == NOTICE and draft.version.told:
                notice = parse_notice(draft.version.told)
                other = library.of_mark(notice.mark, book.formats)
                is_same = notice.mark == format_.mark or (other and regime_of(other) == regime_of(format_))
                if is_same and notice.year == year:
                    found.add(notice.serial)
        return found

    async def send(self, ask: asking.SendNotice) -> Sent:
        """Record a notice. Raises Told OL-204 with every fault of its form: none is sent by mistake."""
        async with self._numbering:
            body = self._spelled(await self.book(), ask)
            precedence = PRECEDENCES.index(ask.precedence)
            return await record(
                self._running, NOTICE, body, precedence=precedence, flags=int(ask.exercise), token=ask.token
            )

    def _spelled(self, book: Book, ask: asking.SendNotice, serial: int | None = None) -> bytes:
        format_, _ = self._named(book, ask.format)
        relation = _RELATIONS[ask.relation]
        if (relation is Relation.NONE) != (ask.place is None):
            raise Refused("a notice answers, corrects or cancels one entry: say both which and how, or neither")
        of = self._of(ask.place, relation) if ask.place is not None else None
        notice, faults, may_leave = self._composed(book, format_, ask.fields, ask.language, relation, of)
        if faults and not (ask.with_faults and may_leave):
            raise Told("OL-204", "; ".join(one.in_a_line() for one in faults))
        with as_given():
            return encode_notice(notice if serial is None else notice._replace(serial=serial))

    def _of(self, place: str, relation: Relation) -> Ref:
        log, index, _ = self._reader.find_here(place)
        if relation is not Relation.ANSWERS and log.party != self._running.state.me:
            raise Refused("a party corrects and cancels its own notices; another's can be answered")
        return Ref(log.party, log.generation, index)

    async def draft(self, ask: asking.DraftNotice) -> asking.Drafted:
        """A version of a draft of a notice. A next version keeps its serial. Raises as `send` does, and Refused."""
        async with self._numbering:
            book, serial = await self.book(), None
            if ask.draft is not None and ask.draft in self._running.desk.state.drafts:
                told = self._running.desk.state.drafts[ask.draft].version.told
                serial = parse_notice(told).serial if told else None
            notice = ask.notice
            body = self._spelled(book, notice, serial)
            write = Write(ask.draft, ask.over, PRECEDENCES.index(notice.precedence), int(notice.exercise), b"", NOTICE,
                          body)  # fmt: skip
            return write_version(self._running.desk, ask.sitting, write)

    async def draft_paper(self, ask: asking.DraftPaper) -> asking.Drafted:
        """A draft of a format, an agreement or a standing. Raises as these do, and Refused."""
        book = await self.book()
        match ask.paper:
            case asking.OfferFormat():
                kind, body = FORMAT, self._offered(book, ask.paper)
            case asking.RecordAgreement():
                kind, body = AGREEMENT, self._recorded(book, ask.paper)
            case _:
                kind, body = STATUS, self._said(book, ask.paper)
        return write_draft(self._running.desk, ask.sitting, kind, body)

    async def redraft(self, ask: asking.AskNoticeDraft) -> asking.NoticeDraft:
        """A draft of a notice as a form. Raises Told OL-301 where it is none, or its format is not here."""
        book = await self.book()
        draft = self._running.desk.state.drafts.get(ask.draft)
        if draft is None or draft.version.kind != NOTICE or not draft.version.told:
            raise Told("OL-301", f"D-{ask.draft} is no draft of a notice, or has left")
        version = draft.version
        notice = parse_notice(version.told)
        format_, _ = self._named(book, notice.mark.hex())
        form = asking.SendNotice(
            format=notice.mark.hex(), fields=as_form(notice, format_), language=notice.language,
            precedence=PRECEDENCES[version.precedence], exercise=bool(version.flags & EXERCISE),
            relation=_RELATED[notice.relation], place=notice.of.full_name if notice.of is not None else None,
        )  # fmt: skip
        return asking.NoticeDraft(draft.number, version.number, form, version.told.hex())

    async def notice(self, ask: asking.AskNotice) -> asking.NoticeRow:
        """A notice of the record. Raises Told OL-301 where there is none."""
        book = await self.book()
        log, index, kind = self._reader.find_here(ask.place)
        seen = book.notices.get(Ref(log.party, log.generation, index))
        if kind != NOTICE or seen is None:
            raise Told("OL-301", f"{ask.place} is no notice that can be read")
        shown = self._reader.bare_at(ask.place, self._running.state)
        roster = self._running.state.roster
        others = tuple(one.name for number, one in enumerate(roster.parties) if number != log.party and not one.left)
        head = Head(shown.name, others, shown.written_at_ms, shown.precedence, shown.exercise, tuple(shown.references))
        row = await self._one_book.ask(lambda book: rows.notice_row(book, seen, head))
        row.position, row.leaf, row.ours = shown.position, shown.leaf, shown.ours
        return row

    def words_of_draft(self, kind: int, told: bytes) -> tuple[str, str]:
        """What a draft of one of these kinds says: in a line, and whole, as it will print."""
        book = self._one_book.near
        return rows.words_of_draft(book, kind, told, self._name_of_us(), self._others(), self._running.now_ms())

    def _name_of_us(self) -> str:
        return name_of(self._running.state.roster, self._running.state.me)

    def _others(self) -> tuple[str, ...]:
        state = self._running.state
        return tuple(one.name for number, one in enumerate(state.roster.parties) if number != state.me and not one.left)

    # ---------------------------------------------------------------- agreements and duties
    async def record(self, ask: asking.RecordAgreement) -> Sent:
        """Record an agreement's identity. Raises Told OL-204."""
        return await record(self._running, AGREEMENT, self._recorded(await self.book(), ask), token=ask.token)

    def _recorded(self, book: Book, ask: asking.RecordAgreement) -> bytes:
        try:
            body = bytes.fromhex(ask.body)
        except ValueError as error:
            raise Told("OL-204", f"the body is not hex: {error}") from error
        with as_given():
            agreement = parse_agreement(body)
        if self._running.state.me in book.known_by(agreement_digest(body)):
            raise Refused(f"the agreement {agreement.id} is on the record already, by us")
        return body

    async def say(self, ask: asking.SayStanding) -> Sent:
        """Record how we stand to an agreement. Raises Told OL-301, OL-204."""
        return await record(self._running, STATUS, self._said(await self.book(), ask), token=ask.token)

    def _said(self, book: Book, ask: asking.SayStanding) -> bytes:
        digest = digest_of(book, ask.agreement)
        status = Status(digest, _STANDINGS[ask.standing], ask.from_ms // 1000, ask.reason, ask.language)
        with as_given():
            body = encode_status(status)
        check_standing(book, self._running.state.me, status)
        return body

    async def agreements(self, _ask: asking.AskAgreements) -> list[asking.AgreementRow]:
        """Agreements of the record."""
        book, roster, now_s = await self.book(), self._running.state.roster, self._running.now_ms() // 1000
        found = []
        for digest, one in sorted(book.agreements.items(), key=lambda pair: (pair[1].id, pair[0])):
            standing, (begin_s, end_s) = {}, book.span(digest)
            for party in range(len(roster.parties)):
                stands = book.standing(digest, party, now_s)
                standing[name_of(roster, party)] = "" if stands is None else stands.name.lower().replace("_", " ")
            found.append(asking.AgreementRow(
                digest.hex(), one.id, dict(one.titles), _ms(begin_s or one.from_s), _ms(end_s), book.is_known(digest),
                [name_of(roster, party) for party in book.known_by(digest)], standing,
                [book.shelf.read[of].id if of in book.shelf.read else of.hex() for of in one.formats],
            ))  # fmt: skip
        return found

    async def duties(self, ask: asking.AskDuties) -> list[asking.DutyRow]:
        """What is due, by time. Raises Refused for more than one answer takes."""
        state, now_ms = self._running.state, self._running.now_ms()

        def asked(book: Book) -> list[asking.DutyRow]:
            found = []
            for duty in book.duties(ask.from_ms, ask.to_ms, now_ms):
                if ask.agreement in ("", duty.agreement):
                    found.append(rows.duty_row(duty, state.roster, state.me))
                if len(found) > DUTIES_MAX:
                    raise Refused(f"more than {DUTIES_MAX} duties between these instants; ask for less time")
            return sorted(found, key=lambda one: (one.due_earliest_ms, one.party, one.format, one.causes))

        return await self._one_book.ask(asked)


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
