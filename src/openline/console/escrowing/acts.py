"""Exchanges proposed, lists committed, countersigned, opened; declarations put into escrow, opened, challenged."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

from openline.accord.clocks.book import Book
from openline.accord.declarations.figures import Sheet
from openline.accord.declarations.judging import Finding, Verdict
from openline.accord.escrow import bodies, escrows, exchanging
from openline.accord.escrow.bodies import (
    DRAW_BYTES,
    LEVELS,
    LIST_LEVEL,
    RUN_BYTES,
    RUN_MAX,
    Answered,
    Body,
    Challenge,
    Committed,
    Countersigned,
    Escrow,
    Exchange,
    Opened,
    Revealed,
    draw_closed,
)
from openline.accord.escrow.escrows import Asked, Kept
from openline.accord.escrow.exchanging import Seen
from openline.accord.escrow.sums import judge, sheet_given, sheet_of
from openline.accord.escrow.tree import whole_of
from openline.accord.formats.times import Date
from openline.accord.formats.unfit import Unfit
from openline.console.accords.asking import Drafted
from openline.console.accords.keeping import OneBook
from openline.console.accords.writing import write_draft
from openline.console.channel.asking import Place, Sent
from openline.console.channel.showing import name_of, place_of
from openline.console.codes import Told, as_given
from openline.console.escrowing import asking, composing
from openline.console.escrowing.door import Door
from openline.console.escrowing.rows import Rows
from openline.console.escrowing.vault import Secret, make_secret
from openline.console.kept.upkeep import Upkeep
from openline.console.stating.running import Running as Stated
from openline.console.words import parse_place
from openline.errors import Refused
from openline.line.events import Draft
from openline.line.state import others
from openline.record.entry import EXERCISE, Ref

_DAY: Final = Date("UTC")
_LEAF_BYTES: Final = 72  # of a leaf, its salt and the heads around a record, in an opening
Said = tuple[list[Body], int]  # bodies of the entries, and their flags


class Running(Stated, Protocol):
    """What this needs of its station beside the rest."""

    @property
    def upkeep(self) -> Upkeep:
        """It has what was committed here and is not shown yet."""


class Escrowing:
    """Answers `asking` over a running station."""

    def __init__(self, running: Running, book: OneBook) -> None:
        self._running = running
        self._book = book
        self._one = asyncio.Lock()  # what was looked at is still so when it is recorded
        self.door = Door(lambda: running.state, book)

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AskExchanges: self.exchanges, asking.AskExchange: self.exchange, asking.AskEscrows: self.escrows,
            asking.AskEscrow: self.escrow, asking.DraftSealed: self.draft, asking.ProposeExchange: self.write,
            asking.CommitList: self.write, asking.Countersign: self.write, asking.OpenList: self.write,
            asking.CommitEscrow: self.write, asking.OpenEscrow: self.write, asking.ChallengeEscrow: self.write,
            asking.AnswerChallenge: self.write, asking.RevealDraw: self.write,
        }  # fmt: skip

    # ---------------------------------------------------------------- reading
    def _rows(self, book: Book) -> Rows:
        state = self._running.state
        return Rows(book.sealed, state.me, lambda party: name_of(state.roster, party), self._running.now_ms())

    async def exchanges(self, _ask: asking.AskExchanges) -> list[asking.ExchangeRow]:
        """Exchanges of the record."""
        return await self._book.ask(
            lambda book: [self._rows(book).exchange(one) for one in exchanging.all_seen(book.sealed)]
        )

    async def exchange(self, ask: asking.AskExchange) -> asking.ExchangeWhole:
        """One exchange. Raises Told OL-301 where there is none."""
        return await self._book.ask(
            lambda book: self._rows(book).exchange_whole(_exchange(book, ask.name), ask.records)
        )

    async def escrows(self, _ask: asking.AskEscrows) -> list[asking.EscrowRow]:
        """Escrows of the record."""
        return await self._book.ask(
            lambda book: [self._escrow_row(book, one)[0] for one in escrows.all_kept(book.sealed)]
        )

    def _escrow_row(self, book: Book, one: Kept) -> tuple[asking.EscrowRow, list[Finding]]:
        findings = judge(sheet_of(one), self._declared(book, one.escrow, one.ref.party))
        kept_here = self._running.upkeep.vault.has(one.whole)
        return self._rows(book).escrow(one, findings, kept_here=kept_here), findings

    async def escrow(self, ask: asking.AskEscrow) -> asking.EscrowWhole:
        """One escrow. Raises Told OL-301 where there is none."""

        def found(book: Book) -> asking.EscrowWhole:
            one = _escrow(book, ask.name)
            row, findings = self._escrow_row(book, one)
            return self._rows(book).escrow_whole(one, row, findings, ask.records)

        return await self._book.ask(found)

    @staticmethod
    def _declared(book: Book, escrow: Escrow, party: int) -> Callable[[str], int | None] | None:
        """The figures of the plain declaration of the same party, layout and day, where there is one that stands."""
        for one in book.declared.standing(party, escrow.mark) if escrow.mark else ():
            layout = book.declared.layout_of(one.declared)
            if one.declared.as_of == escrow.as_of and layout is not None:
                sheet, names = Sheet(layout, one.declared.tables), layout.by_name()
                return lambda figure: sheet.value(figure).number if figure in names else None
        return None

    # ---------------------------------------------------------------- writing
    async def write(self, ask: asking.Paper) -> Sent:
        """Record it. Raises Told, Refused where it is not its turn."""
        async with self._one:
            token = ask.token or ""
            if known := self._known(token):
                return Sent(known)
            said, flags = await self._said(ask)
            drafts = [_draft(body, flags, f"{token}/{at}" if token and at else token) for at, body in enumerate(said)]
            places = await self._running.submit(drafts)
        return Sent([place_of(log, index) for log, index in places])

    def _known(self, token: str) -> list[Place]:
        """What was recorded under this token before."""
        found: list[Place] = []
        while place := token and self._running.store.submission(f"{token}/{len(found)}" if found else token):
            found.append(place_of(*place))
        return found

    async def draft(self, ask: asking.DraftSealed) -> Drafted:
        """A draft for another officer to release. Raises as `write`, and Refused for what needs several entries."""
        async with self._one:
            said, flags = await self._said(ask.paper)
            if len(said) > 1:
                raise Refused(f"it needs {len(said)} entries, and a draft is one: open fewer records at once")
            one = _draft(said[0], flags, "")
            return write_draft(self._running.desk, ask.sitting, one.kind, one.body, flags=flags)

    async def _said(self, ask: asking.Paper) -> Said:
        """The bodies of its entries. What opens them again is on disk before this returns."""
        match ask:
            case asking.ProposeExchange():
                return await self._looked([self._proposed(ask)]), ask.exercise * EXERCISE
            case asking.CommitList():
                return await self._listed(ask)
            case asking.Countersign():
                return await self._signed(ask)
            case asking.OpenList():
                return await self._opened_list(ask)
            case asking.CommitEscrow():
                return await self._committed(ask)
            case asking.OpenEscrow():
                return await self._opened(ask)
            case asking.ChallengeEscrow():
                return await self._challenged(ask)
            case asking.AnswerChallenge():
                return await self._answered(ask)
            case asking.RevealDraw():
                return await self._revealed(ask)

    async def _looked(self, said: list[Body]) -> list[Body]:
        """Spelled once, and looked at as the door will, before anything is kept or drafted."""
        for body in said:
            with as_given():
                bodies.encode(body)
        await self.door.look(said)
        return said

    def _proposed(self, ask: asking.ProposeExchange) -> Exchange:
        commit_s, open_s = ask.commit_by_ms // 1000, ask.open_by_ms // 1000
        countersign_s = (commit_s + open_s) // 2 if ask.countersign_by_ms is None else ask.countersign_by_ms // 1000
        if commit_s * 1000 <= self._running.now_ms():
            raise Refused("the time to commit is past: name one that is to come")
        present = others(self._running.state.roster, -1)
        language = ask.language if ask.title else ""
        return Exchange(ask.called, ask.title, language, present, commit_s, countersign_s, open_s)

    async def _listed(self, ask: asking.CommitList) -> Said:
        of, flags = await self._book.ask(lambda book: _flagged(book, _exchange(book, ask.name).ref))
        records = composing.list_of(ask.records, ask.at_least)
        secret = make_secret([records])
        (lock,) = await asyncio.to_thread(secret.locks, self._running.state.me)
        said = await self._looked([Committed(of, len(records), lock)])
        await asyncio.to_thread(self._running.upkeep.vault.keep, lock, secret)
        return said, flags

    async def _signed(self, ask: asking.Countersign) -> Said:
        found = await self._book.ask(lambda book: _exchange(book, ask.name))
        lacking = [side.party for side in found.sides if side.commitment is None]
        if lacking:
            names = ", ".join(name_of(self._running.state.roster, party) for party in lacking)
            raise Refused(f"{names} did not commit yet: commitments are countersigned together")
        there = tuple((side.commitment, side.lock) for side in found.sides if side.commitment is not None)
        _, flags = await self._book.ask(lambda book: _flagged(book, found.ref))
        return await self._looked([Countersigned(found.ref, there)]), flags

    async def _opened_list(self, ask: asking.OpenList) -> Said:
        found = await self._book.ask(lambda book: _exchange(book, ask.name))
        side = found.side(self._running.state.me)
        if side is None or side.commitment is None:
            raise Refused("we have not committed to this exchange: there is nothing of ours to open")
        if found.locked is None:
            raise Refused("not every party has countersigned the commitments: nobody opens before that")
        secret = await asyncio.to_thread(self._running.upkeep.vault.find, side.lock)
        said = await self._runs(side.commitment, secret, LIST_LEVEL, ask.first, ask.count)
        _, flags = await self._book.ask(lambda book: _flagged(book, found.ref))
        return await self._looked(said), flags

    async def _runs(self, of: Ref, secret: Secret, level: int, first: int, count: int) -> list[Body]:
        """Openings of leaves of a level, in as many entries as they need."""
        there = secret.levels[level]
        end = len(there) if count == 0 else first + count
        if not 0 <= first < end <= len(there):
            raise Told("OL-204", f"records {first} to {end - 1}: there are 0 to {len(there) - 1}")
        rows = await asyncio.to_thread(secret.rows, level)
        most = min(RUN_BYTES, self._running.charter.limits.bytes_max()[0] * 3 // 4)
        said: list[Body] = []
        begin = first
        while begin < end:
            size, stop = 0, begin
            while stop < end and stop - begin < RUN_MAX and (size < most or stop == begin):
                size += len(there[stop]) + _LEAF_BYTES
                stop += 1
            said.append(Opened(of, secret.opening(rows, level, begin, stop - begin)))
            begin = stop
        return said

    # ---------------------------------------------------------------- escrow
    async def _committed(self, ask: asking.CommitEscrow) -> Said:
        try:
            as_of = _DAY.read(ask.as_of)
        except Unfit as unfit:
            raise Told("OL-204", f"as of: {unfit.what}; {unfit.remedy}") from unfit
        levels = composing.levels_given(ask.items, ask.levels)
        records = composing.spelled(levels, ask.at_least)
        broken = [one for one in await asyncio.to_thread(judge, sheet_given(levels)) if one.verdict is Verdict.BROKEN]
        if broken and not ask.with_faults:
            raise Told("OL-204", "; ".join(f"{one.place}: {one.what}" for one in broken[:50]))
        follows, mark = await self._book.ask(lambda book: (
            _escrow(book, ask.follows).ref if ask.follows else None, _mark(book, ask.layout)))  # fmt: skip
        secret = make_secret(records)
        locks = await asyncio.to_thread(secret.locks, self._running.state.me)
        pairs = tuple((len(one), lock) for one, lock in zip(records, locks, strict=True))
        said = await self._looked([Escrow(ask.called, as_of, mark, pairs, follows)])
        await asyncio.to_thread(self._running.upkeep.vault.keep, whole_of(locks), secret)
        return said, ask.exercise * EXERCISE

    async def _opened(self, ask: asking.OpenEscrow) -> Said:
        level, first, count = LEVELS.index(ask.level), ask.first, ask.count
        if ask.drawn:
            kept, asked, _ = await self._book.ask(lambda book: _challenge(book, ask.drawn))
            if asked.index is None:
                raise Refused("nothing is drawn yet: both parts of the draw must be shown first")
            level, first, count = asked.challenge.level, asked.index, 1
        else:
            kept = await self._book.ask(lambda book: _escrow(book, ask.name))
        if kept.ref.party != self._running.state.me:
            raise Refused("this escrow is another party's: they open it, or are challenged to")
        secret = await asyncio.to_thread(self._running.upkeep.vault.find, kept.whole)
        _, flags = await self._book.ask(lambda book: _flagged(book, kept.ref))
        return await self._looked(await self._runs(kept.ref, secret, level, first, count)), flags

    async def _challenged(self, ask: asking.ChallengeEscrow) -> Said:
        of, flags = await self._book.ask(lambda book: _flagged(book, _escrow(book, ask.name).ref))
        draw = os.urandom(DRAW_BYTES)
        closed = draw_closed(self._running.state.me, draw)
        times = (ask.answer_by_ms // 1000, ask.reveal_by_ms // 1000, ask.open_by_ms // 1000)
        said = await self._looked([Challenge(of, LEVELS.index(ask.level), closed, *times)])
        await asyncio.to_thread(self._running.upkeep.vault.keep_draw, closed, draw)
        return said, flags

    async def _answered(self, ask: asking.AnswerChallenge) -> Said:
        _, asked, flags = await self._book.ask(lambda book: _challenge(book, ask.challenge))
        draw = os.urandom(DRAW_BYTES)
        closed = draw_closed(self._running.state.me, draw)
        said = await self._looked([Answered(asked.ref, closed)])
        await asyncio.to_thread(self._running.upkeep.vault.keep_draw, closed, draw)
        return said, flags

    async def _revealed(self, ask: asking.RevealDraw) -> Said:
        kept, asked, flags = await self._book.ask(lambda book: _challenge(book, ask.challenge))
        closed = asked.challenge.draw
        if kept.ref.party == self._running.state.me:
            if asked.answered is None:
                raise Refused("this challenge is not answered yet: `openline escrow answer` first")
            closed = asked.answered
        draw = await asyncio.to_thread(self._running.upkeep.vault.find_draw, closed)
        return await self._looked([Revealed(asked.ref, draw)]), flags


def _exchange(book: Book, name: str) -> Seen:
    found = [ref for ref, one in book.sealed.all(Exchange) if name in (one.id, ref.full_name)]
    one = exchanging.seen(book.sealed, _only(found, name, "sealed exchange", "sealed list"))
    assert one is not None
    return one


def _escrow(book: Book, name: str) -> Kept:
    found = [ref for ref, one in book.sealed.all(Escrow) if name in (one.id, ref.full_name)]
    one = escrows.kept(book.sealed, _only(found, name, "escrow", "escrow list"))
    assert one is not None
    return one


def _challenge(book: Book, name: str) -> tuple[Kept, Asked, int]:
    """A challenge, its escrow, and the flags of what is said of it. Raises Told OL-301, OL-204."""
    party, generation, index = parse_place(name)
    ref = Ref(party, bytes.fromhex(generation), index)
    challenge = book.sealed.get(ref, Challenge)
    kept = escrows.kept(book.sealed, challenge.of) if challenge is not None else None
    asked = next((one for one in kept.challenges if one.ref == ref), None) if kept is not None else None
    if kept is None or asked is None:
        raise Told("OL-301", f"{name} is no challenge to an escrow: `openline escrow show` names those that there are")
    return kept, asked, _flagged(book, kept.ref)[1]


def _flagged(book: Book, ref: Ref) -> tuple[Ref, int]:
    """What belongs to an exercise is one."""
    return ref, EXERCISE if book.sealed.is_exercise(ref) else 0


def _mark(book: Book, name: str) -> bytes:
    found = book.declared.shelf.named(name) if name else []
    if name and len(found) != 1:
        raise Told("OL-301", f"no one layout {name!r:.64} is on the record: `openline declare layouts`")
    return found[0].mark if found else b""


def _draft(body: Body, flags: int, token: str) -> Draft:
    return Draft(bodies.kind_of(body), 0, flags, bodies.references_of(body), bodies.encode(body), token)


def _only(found: Iterable[Ref], name: str, what: str, command: str) -> Ref:
    there = list(found)
    if not there:
        raise Told("OL-301", f"no {what} {name!r:.64}: `openline {command}` names those that there are")
    if len(there) > 1:
        raise Refused(f"several are called {name}: name one by its entry: {', '.join(ref.full_name for ref in there)}")
    return there[0]
