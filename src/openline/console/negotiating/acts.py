"""Texts tabled, countered, accepted, reserved, refused, withdrawn, compared and signed at a running station."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from openline.accord.bodies import Agreement, agreement_digest, check_body, encode_agreement, parse_agreement
from openline.accord.clocks.book import Book
from openline.accord.drafting.bodies import (
    Closed,
    Closing,
    Position,
    Said,
    Stand,
    Tabled,
    encode_closed,
    encode_position,
    encode_tabled,
    parse_tabled,
)
from openline.accord.drafting.comparing import compare
from openline.accord.drafting.drafts import Drafts, State, Version
from openline.accord.drafting.text import NotAText, Text, brackets_of, parse_text, text_digest
from openline.console.accords.acts import Accords
from openline.console.accords.asking import Drafted, RecordAgreement
from openline.console.accords.keeping import OneBook
from openline.console.accords.words import words_of_paper
from openline.console.accords.writing import record, write_draft
from openline.console.channel.asking import PRECEDENCES, Nothing, Sent
from openline.console.channel.attaching import keep_bytes, texts_beside
from openline.console.channel.showing import Reader, name_of
from openline.console.codes import Told, as_given
from openline.console.negotiating import asking, rows
from openline.console.negotiating.reading import NO_HEADER, differing, texts_of
from openline.console.negotiating.words import files_in_words, said_in_words
from openline.console.stating.running import Running
from openline.errors import Refused
from openline.limits import DRAFT_INLINE_BYTES_MAX
from openline.line.events import BlobWanted, Draft, Event
from openline.record.entry import AGREEMENT, CLOSED, POSITION, TABLED, Ref

_STANDS: Final = {"accept": Stand.ACCEPTS, "reserve": Stand.RESERVES, "comment": Stand.COMMENTS}
_CLOSINGS: Final = {"refuse": Closing.REFUSED, "withdraw": Closing.WITHDRAWN}
Paper = asking.TableText | asking.SayOfText | asking.CloseText | asking.SignText
Entry = tuple[int, int, int, bytes]  # kind, precedence, flags, body


class Negotiating:
    """Answers `asking` over a running station."""

    def __init__(
        self, running: Running, reader: Reader, book: OneBook, accords: Accords, happened: Callable[[Event], None]
    ) -> None:
        """`happened`: has an event taken with the next turn."""
        self._running = running
        self._reader = reader
        self._book = book
        self._happened = happened
        self._accords = accords

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.TableText: self.act, asking.SayOfText: self.act, asking.CloseText: self.act,
            asking.SignText: self.sign, asking.DraftNegotiating: self.draft, asking.AskTexts: self.texts,
            asking.AskText: self.text, asking.AskTextFile: self.file, asking.CompareTexts: self.compared,
            asking.FetchText: self.fetch,
        }  # fmt: skip

    def _name(self, party: int) -> str:
        return name_of(self._running.state.roster, party)

    # ---------------------------------------------------------------- acts
    async def act(self, ask: asking.TableText | asking.SayOfText | asking.CloseText) -> Sent:
        """Record it. Raises Told OL-204, OL-301, Refused."""
        kind, precedence, flags, body = self._spelled(await self._book.level(), ask)
        return await record(self._running, kind, body, precedence=precedence, flags=flags, token=ask.token)

    async def sign(self, ask: asking.SignText) -> Sent:
        """Record the agreement that a version says. Raises Told OL-301, OL-204, Refused. (R-524, R-526)"""
        one = self._version(await self._book.level(), ask.place)
        return await self._accords.record(RecordAgreement(body=one.tabled.body.hex(), token=ask.token))

    async def draft(self, ask: asking.DraftNegotiating) -> Drafted:
        """A draft for another officer to release. Raises as these do."""
        book = await self._book.level()
        if isinstance(ask.paper, asking.SignText):
            body = self._version(book, ask.paper.place).tabled.body
            self.check_agreement(book, body)
            entry: Entry = (AGREEMENT, 0, 0, body)
        else:
            entry = self._spelled(book, ask.paper)
        kind, precedence, flags, body = entry
        return write_draft(self._running.desk, ask.sitting, kind, body, precedence, flags)

    def _spelled(self, book: Book, ask: asking.TableText | asking.SayOfText | asking.CloseText) -> Entry:
        with as_given():
            match ask:
                case asking.TableText():
                    tabled = self._tabled(book, ask)
                    return TABLED, PRECEDENCES.index(ask.precedence), int(ask.exercise), encode_tabled(tabled)
                case asking.SayOfText():
                    one, said = self._said(book, ask)
                    return POSITION, 0, int(one.exercise), encode_position(said)
                case _:
                    one = self._version(book, ask.place)
                    closing = _CLOSINGS[ask.how]
                    self._check_closing(book.drafts, one, closing)
                    return CLOSED, 0, int(one.exercise), encode_closed(
                        Closed(one.ref, closing, ask.reason, ask.language)
                    )

    async def check_leaving(self, drafts: Sequence[Draft]) -> None:
        """A door: whatever is to be recorded, by whichever way, as the record stands now. Raises Refused. (R-526)"""
        for draft in drafts:
            if draft.kind == AGREEMENT:
                self.check_agreement(await self._book.level(), draft.body)
            elif draft.kind in (POSITION, CLOSED):
                book = await self._book.level()
                one = book.drafts.version(check_body(draft.kind, draft.body)[0])
                if one is not None:
                    self._check_open(book.drafts, one)

    def words_of_draft(self, kind: int, told: bytes) -> tuple[str, str] | None:
        """What a draft of one of these says: in a line, and with every text whole; None for what is none of them."""
        drafts = self._book.near.drafts
        if kind == TABLED:
            tabled = parse_tabled(told)
            one = Version(Ref(self._running.state.me, b"", 0), tabled, tabled.agreement, tabled.digest, NO_HEADER)
            return words_of_paper(kind, told), files_in_words(texts_of(self._running.store, one))
        if kind in (POSITION, CLOSED):
            return words_of_paper(kind, told), said_in_words(kind, told, drafts)
        if kind == AGREEMENT:
            said = [one for one in drafts.versions(parse_agreement(told).id) if one.digest == agreement_digest(told)]
            if said:
                texts = files_in_words(texts_of(self._running.store, said[-1]))
                return f"signature under the draft {said[-1].draft}, version {said[-1].ref.full_name}", texts
        return None

    # ---------------------------------------------------------------- tabling
    def _tabled(self, book: Book, ask: asking.TableText) -> Tabled:
        base = self._base(book.drafts, ask)
        data = {language: text.encode() for language, text in ask.texts.items()}
        texts = self._read(data)
        titles = {**ask.titles, **{language: text.title for language, text in texts}}
        agreement = Agreement(
            ask.draft, tuple(sorted(titles.items())),
            tuple((language, text_digest(data[language])) for language, _ in texts),
            *self._terms(book, ask, base.agreement if base is not None else None),
        )  # fmt: skip
        now_s = self._running.now_ms() // 1000
        if ask.lapses_ms is not None and ask.lapses_ms // 1000 <= now_s:
            raise Told("OL-204", "the date at which it lapses has passed already")
        first = texts[0][1]
        return Tabled(
            encode_agreement(agreement), tuple(self._given(data)), len(first.articles) - 1, brackets_of(first),
            base.ref if base is not None else None, None if ask.lapses_ms is None else ask.lapses_ms // 1000,
            ask.note, ask.language,
        )  # fmt: skip

    def _base(self, drafts: Drafts, ask: asking.TableText) -> Version | None:
        if ask.over is None:
            if drafts.versions(ask.draft):
                raise Refused(f"the draft {ask.draft} is on the table already: counter a version of it")
            return None
        base = drafts.version(self._ref(ask.over))
        if base is None:
            raise Told("OL-301", f"{ask.over} is no version of a draft")
        if base.draft != ask.draft:
            raise Refused(f"{ask.over} is a version of {base.draft}, and not of {ask.draft}")
        if drafts.state(base.ref, self._running.now_ms()) is State.SIGNED:
            raise Refused(f"{ask.over} is signed: a change of it is another agreement")
        return base

    def _read(self, data: dict[str, bytes]) -> list[tuple[str, Text]]:
        """The texts by language, built alike, brackets of parties of the line. Raises Told OL-204 with every fault."""
        faults: list[str] = []
        texts: list[tuple[str, Text]] = []
        for language, file in sorted(data.items()):
            try:
                texts.append((language, parse_text(file)))
            except NotAText as refused:
                faults += [f"{language}: {one.in_a_line()}" for one in refused.faults]
        if faults:
            raise Told("OL-204", "; ".join(faults))
        if not texts:
            raise Told("OL-204", "nothing is tabled: a text in one language at least")
        names = {party.name for party in self._running.state.roster.parties if not party.left}
        for language, text in texts:
            for article, by in brackets_of(text):
                if strange := sorted(set(by) - names):
                    there = ", ".join(sorted(names))
                    raise Told("OL-204", f"{language}, article {article}: {strange[0]!r} is no party here: {there}")
        unlike = [one for one in differing(texts) if one.kind == "build"]
        if unlike:
            told = "; ".join(f"article {one.article} ({', '.join(one.languages)}): {one.what}" for one in unlike[:20])
            raise Told("OL-204", f"the languages are not built alike: {told}")
        return texts

    def _terms(
        self, book: Book, ask: asking.TableText, base: Agreement | None
    ) -> tuple[int | None, int | None, int | None, tuple[bytes, ...]]:
        if base is not None and not ask.anew:
            return base.from_s, base.until_s, base.periods_from_s, base.formats
        formats = []
        for name in ask.formats:
            found = book.shelf.named(name)
            if len(found) != 1:
                raise Told("OL-301", f"{name!r:.48} is no format of this record, or several")
            formats.append(found[0].digest)
        instants = [None if one is None else one // 1000 for one in (ask.from_ms, ask.until_ms, ask.periods_from_ms)]
        return instants[0], instants[1], instants[2], tuple(sorted(set(formats)))

    def _given(self, data: dict[str, bytes]) -> list[bytes | int]:
        """The bytes themselves where they fit into the entry; else they are kept here and go beside it. (R-528)"""
        files = [data[language] for language in sorted(data)]
        if sum(map(len, files)) <= DRAFT_INLINE_BYTES_MAX:
            return [*files]
        most = self._running.charter.limits.blob_bytes_max
        if any(len(one) > most for one in files):
            raise Told("OL-402", f"a text is larger than the {most} bytes that the charter allows an attachment")
        for one in files:
            keep_bytes(self._running.store, one)
        return [len(one) for one in files]

    # ---------------------------------------------------------------- what is said of a version
    def _said(self, book: Book, ask: asking.SayOfText) -> tuple[Version, Position]:
        one = self._version(book, ask.place)
        self._check_open(book.drafts, one)
        said = {each.article: Said(each.article, _STANDS[each.stand], each.words) for each in ask.said}
        if len(said) != len(ask.said):
            raise Told("OL-204", "an article is named twice")
        if any(article > one.tabled.articles for article in said):
            raise Told("OL-204", f"it has {one.tabled.articles} articles; 0 is title and preamble")
        if ask.accept_all:
            for article in range(one.tabled.articles + 1):
                said.setdefault(article, Said(article, Stand.ACCEPTS, ""))
        if one.ref.party == self._running.state.me and any(each.stand is Stand.ACCEPTS for each in said.values()):
            raise Refused("this version is ours: the others accept it")
        return one, Position(one.ref, tuple(said[article] for article in sorted(said)), ask.language)

    def _check_open(self, drafts: Drafts, one: Version) -> None:
        state = drafts.state(one.ref, self._running.now_ms())
        if state in (State.SIGNED, State.WITHDRAWN, State.REFUSED, State.LAPSED):
            raise Refused(f"{one.ref.full_name} is {state}: nothing more is said of it")
        me = self._running.state.me
        if any(each.ref.party == me and not each.late for each in drafts.signatures(one.ref)):
            raise Refused(f"{one.ref.full_name} has our signature")

    def _check_closing(self, drafts: Drafts, one: Version, closing: Closing) -> None:
        ours = one.ref.party == self._running.state.me
        if closing is Closing.WITHDRAWN and not ours:
            raise Refused("a party withdraws its own versions; theirs can be refused")
        if closing is Closing.REFUSED and ours:
            raise Refused("this version is ours: withdraw it")
        self._check_open(drafts, one)

    # ---------------------------------------------------------------- signing
    def check_agreement(self, book: Book, body: bytes) -> None:
        """Raises Refused where an agreement under the id of a draft may not be recorded. (R-526)"""
        drafts, agreement, digest = book.drafts, parse_agreement(body), agreement_digest(body)
        versions = drafts.versions(agreement.id)
        if not versions:
            return
        said = [one for one in versions if one.digest == digest]
        if not said:
            raise Refused(f"no version of the draft {agreement.id} says these bytes: nothing is signed over others")
        why: list[str] = []
        for one in said:
            why = [str(hindrance) for hindrance in drafts.hindrances(one.ref, self._running.now_ms())]
            for text in texts_of(self._running.store, one):
                if text.text is None:
                    why.append(text.fault or f"its text in {text.language} is not here yet")
            if not why:
                return
        raise Refused(f"{said[-1].ref.full_name} cannot be signed: {'; '.join(why)}")

    # ---------------------------------------------------------------- reading
    def _ref(self, place: str) -> Ref:
        log, index, _ = self._reader.find_here(place)
        return Ref(log.party, log.generation, index)

    def _version(self, book: Book, place: str) -> Version:
        one = book.drafts.version(self._ref(place))
        if one is None:
            raise Told("OL-301", f"{place} is no version of a draft that can be read")
        return one

    async def texts(self, ask: asking.AskTexts) -> list[asking.TextRow]:
        """Versions by draft, as their authors' clocks have them."""
        drafts = (await self._book.level()).drafts
        ids = [ask.draft] if ask.draft else drafts.ids()
        return [self._row(drafts, one) for draft in ids for one in drafts.versions(draft)]

    def _row(self, drafts: Drafts, one: Version) -> asking.TextRow:
        here = texts_of(self._running.store, one, read=False)
        return rows.text_row(drafts, one, here, self._running.state.me, self._name, self._running.now_ms())

    async def text(self, ask: asking.AskText) -> asking.TextWhole:
        """One version, whole."""
        one = self._version(await self._book.level(), ask.place)
        here = texts_of(self._running.store, one)
        me, now_ms = self._running.state.me, self._running.now_ms()

        def answer(book: Book) -> asking.TextWhole:
            row = rows.text_row(book.drafts, one, here, me, self._name, now_ms)
            return asking.TextWhole(row, rows.article_rows(book.drafts, one, here, self._name), one.tabled.body.hex())

        return await self._book.ask(answer)

    async def file(self, ask: asking.AskTextFile) -> asking.TextFile:
        """The file that is signed. Raises Told OL-301."""
        data, _ = self._text(await self._book.level(), ask.place, ask.language)
        return asking.TextFile(ask.language, text_digest(data).hex(), data.decode())

    def _text(self, book: Book, place: str, language: str) -> tuple[bytes, Text]:
        one = self._version(book, place)
        found = next((each for each in texts_of(self._running.store, one) if each.language == language), None)
        if found is None:
            there = ", ".join(each for each, _ in one.agreement.texts)
            raise Told("OL-301", f"{place} has no text in {language!r:.16}: {there}")
        if found.data is None:
            raise Told("OL-301", f"the text in {language} has not come yet: `openline text fetch`")
        if found.text is None:
            raise Told("OL-204", found.fault)
        return found.data, found.text

    async def compared(self, ask: asking.CompareTexts) -> asking.Compared:
        """Word by word, beside the loop. Raises Told OL-301."""
        book = await self._book.level()
        (_, before), (_, after) = (self._text(book, place, ask.language) for place in (ask.before, ask.after))
        found = await asyncio.to_thread(compare, before, after)
        return rows.compared(found, ask.before, ask.after, ask.language)

    async def fetch(self, ask: asking.FetchText) -> Nothing:
        """A person asks: it is fetched over slow bearers too, after everything else. (R-134)"""
        one = self._version(await self._book.level(), ask.place)
        for digest, size in texts_beside(encode_tabled(one.tabled)):
            row = self._running.store.blob(digest)
            held = row.held if row is not None else 0
            if held < size:
                self._happened(BlobWanted(digest, size, held, asked=True, named_by=one.ref.party))
        return Nothing()
