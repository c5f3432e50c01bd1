"""Layouts offered, declarations checked and sent, counts said; reconciliation, histories and ceilings of the record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from openline.accord.bodies import Offered, encode_offered
from openline.accord.clocks.book import Book
from openline.accord.clocks.shelf import PREFIX_MIN
from openline.accord.declarations.declaration import (
    Cells,
    Count,
    Declaration,
    encode_count,
    encode_declaration,
    has_texts,
    in_parts,
    parse_declaration,
)
from openline.accord.declarations.files import Lack, read_csv, read_json
from openline.accord.declarations.judging import Finding, Verdict, day_text, judge_declaration
from openline.accord.declarations.layout import Layout, layout_digest
from openline.accord.declarations.ledger import Ledger, Whole
from openline.accord.declarations.reading import NotALayout, read_layout
from openline.accord.formats.notice import Relation
from openline.accord.formats.section import is_language
from openline.accord.formats.times import Date
from openline.accord.formats.unfit import Fault, Unfit
from openline.console.accords import library
from openline.console.accords.asking import Drafted
from openline.console.accords.keeping import OneBook
from openline.console.accords.writing import record, write_draft
from openline.console.channel.asking import PRECEDENCES, Sent
from openline.console.channel.showing import Reader, name_of
from openline.console.codes import Told, as_given
from openline.console.declaring import asking, rows
from openline.console.declaring.over_time import lives, pairs_of, under_ceilings
from openline.console.stating.running import Running
from openline.errors import Refused
from openline.limits import DRAFTS_OPEN_MAX
from openline.record.entry import COUNT, DECLARATION, LAYOUT, Ref

_RELATIONS: Final = {"": Relation.NONE, "corrects": Relation.CORRECTS, "cancels": Relation.CANCELS}
_DAY: Final = Date("UTC")


class Declaring:
    """Answers `asking` over a running station."""

    def __init__(self, running: Running, reader: Reader, book: OneBook) -> None:
        self._running = running
        self._reader = reader
        self._book = book
        self._numbering = asyncio.Lock()  # two declarations at once must not take one serial

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AskLayouts: self.layouts, asking.AskLayout: self.layout, asking.OfferLayout: self.offer,
            asking.CheckDeclaration: self.check, asking.SendDeclaration: self.send, asking.DraftDeclaring: self.draft,
            asking.AskDeclarations: self.declarations, asking.AskDeclaration: self.declaration,
            asking.CountDeclaration: self.count, asking.AskReconciliation: self.reconciled, asking.AskUnit: self.unit,
            asking.AskCeilings: self.ceilings,
        }  # fmt: skip

    def _name(self, party: int) -> str:
        return name_of(self._running.state.roster, party)

    # ---------------------------------------------------------------- layouts
    async def layouts(self, _ask: asking.AskLayouts) -> list[asking.LayoutRow]:
        """Those of the record first, then those that come with the program and are not in it."""
        book = await self._book.level()
        shelf = book.declared.shelf
        found = [self._row(book, digest) for digest in sorted(shelf.files())]
        shipped = [one for one in library.layouts().values() if one.digest not in shelf.files()]
        return found + [self._described(book, one, []) for one in shipped]

    def _row(self, book: Book, digest: bytes) -> asking.LayoutRow:
        shelf = book.declared.shelf
        by = [self._name(party) for party in shelf.offered_by(digest)]
        if digest in shelf.faulty:
            faults = [one.in_a_line() for one in shelf.faulty[digest]]
            return asking.LayoutRow(digest.hex(), "", 0, {}, "", True, False, by, False, faults)
        return self._described(book, shelf.read[digest], by)

    def _described(self, book: Book, layout: Layout, by: list[str]) -> asking.LayoutRow:
        shipped = any(one.digest == layout.digest for one in library.layouts().values())
        return asking.LayoutRow(
            layout.digest.hex(), layout.id, layout.version, dict(layout.title), layout.agreement, layout.is_unconfirmed,
            book.declared.shelf.is_agreed(layout.digest), by, shipped,
        )  # fmt: skip

    async def layout(self, ask: asking.AskLayout) -> asking.LayoutWhole:
        """One layout, whole."""
        book = await self._book.level()
        layout, file = self._named(book, ask.name)
        is_there = layout.digest in book.declared.shelf.files()
        row = self._row(book, layout.digest) if is_there else self._described(book, layout, [])
        return rows.layout_whole(layout, row, file)

    def _named(self, book: Book, name: str) -> tuple[Layout, bytes]:
        """By id or by the first digits of its hash: agreed, of the record, shipped. Raises Told OL-301, Refused."""
        shelf = book.declared.shelf
        fitting = shelf.named(name)
        if len(fitting) > 1:
            which = ", ".join(one.digest.hex()[:12] for one in fitting)
            raise Refused(f"several layouts are called {name}: name one by its hash: {which}")
        if fitting:
            return fitting[0], shelf.files()[fitting[0].digest]
        for one in library.layouts().values():
            if one.id == name or (len(name) >= PREFIX_MIN and one.digest.hex().startswith(name)):
                return one, library.layout_files()[one.id]
        raise Told("OL-301", f"no layout {name!r}: `openline declare layouts` names those that there are")

    async def offer(self, ask: asking.OfferLayout) -> Sent:
        """Record a layout. Raises Told OL-204 with every fault of its file."""
        return await record(self._running, LAYOUT, self._offered(await self._book.level(), ask), token=ask.token)

    def _offered(self, book: Book, ask: asking.OfferLayout) -> bytes:
        data = ask.file.encode()
        try:
            layout = read_layout(data)
        except NotALayout as refused:
            raise Told("OL-204", "; ".join(one.in_a_line() for one in refused.faults)) from refused
        shelf = book.declared.shelf
        if self._running.state.me in shelf.offered_by(layout.digest):
            raise Refused(f"the layout {layout.id} is on the record already, by us")
        file = b"" if layout.digest in shelf.files() else data
        return encode_offered(Offered(layout.digest, file), layout_digest)

    # ---------------------------------------------------------------- declarations
    async def check(self, ask: asking.CheckDeclaration) -> asking.DeclarationChecked:
        """Every fault and every finding at once; nothing is recorded."""
        book = await self._book.level()
        layout, _ = self._named(book, ask.layout)
        one, faults = self._read(book, layout, ask)
        may_leave = all(isinstance(fault, Lack) for fault in faults)
        parts = in_parts(one) if may_leave else []
        size = sum(len(encode_declaration(part)) for part in parts)
        findings = await asyncio.to_thread(judge_declaration, layout, one)
        if any(fault.place == "as_of" for fault in faults):  # nothing is told of a day that nobody gave
            of_a_day = {ceiling.rule for ceiling in layout.ceilings}
            findings = [found for found in findings if found.place != "as of" and found.rule not in of_a_day]
        return asking.DeclarationChecked(
            rows.fault_rows(faults), rows.finding_rows(findings), size, len(parts), rows.counts_of(layout, one.tables),
            may_leave, rows.declared_figures(layout, one.tables),
        )  # fmt: skip

    def _read(self, book: Book, layout: Layout, ask: asking.CheckDeclaration) -> tuple[Declaration, list[Fault]]:
        faults: list[Fault] = []
        tables: list[Cells | None] = [None] * len(layout.tables)
        said = ask.as_of
        if ask.json:
            day, read = read_json(layout, ask.json)
            faults += read.faults
            tables = list(read.tables)
            if said and day and said != day:
                faults.append(Fault("as_of", f"{day} in the file, {said} beside it", "one day"))
            said = said or day
        for name, source in ask.csv.items():
            table = layout.table(name)
            if table is None:
                there = ", ".join(one.name for one in layout.tables)
                faults.append(Fault("tables", f"there is no table {name!r:.40}", f"the tables are {there}"))
                continue
            cells, wrong = read_csv(table, source, ask.only)
            tables[layout.tables.index(table)] = cells
            faults += wrong
        if all(cells is None for cells in tables):
            faults.append(Fault("tables", "nothing is declared", "a table at least"))
        try:
            as_of = _DAY.read(said)
        except Unfit as unfit:
            faults.append(Fault("as_of", unfit.what, unfit.remedy))
            as_of = 0
        language = ask.language
        if language and not is_language(language):
            faults.append(Fault("language", f"{language!r:.20} is no language tag", "en, ru, ar ..."))
            language = ""
        texts = has_texts(layout, tables)
        if texts and not language:
            faults.append(Lack("language", "is not said, and there is free text", "say the language of the text"))
        while tables and tables[-1] is None:
            tables.pop()
        year = datetime.fromtimestamp(self._running.now_ms() / 1000, UTC).year
        me, in_hand = self._running.state.me, self._in_hand(layout.mark, year)
        serial = book.declared.free_serial(me, layout.mark, year, in_hand)
        return Declaration(layout.mark, year, serial, language if texts else "", as_of, tuple(tables)), faults

    def _in_hand(self, mark: bytes, year: int) -> set[int]:
        """Serials that drafts of this desk have."""
        drafts = self._running.desk.state.under_way.values()
        told = [one.version.told for one in drafts if one.version.kind == DECLARATION]
        found = [parse_declaration(data) for data in told if data]
        return {one.serial for one in found if (one.mark, one.year) == (mark, year)}

    def _spelled(self, book: Book, ask: asking.SendDeclaration) -> list[bytes]:
        layout, _ = self._named(book, ask.form.layout)
        one, faults = self._read(book, layout, ask.form)
        if faults and not (ask.with_faults and all(isinstance(fault, Lack) for fault in faults)):
            raise Told("OL-204", "; ".join(fault.in_a_line() for fault in faults[:50]))
        relation = _RELATIONS[ask.relation]
        if (relation is Relation.NONE) != (ask.place is None):
            raise Refused("a declaration corrects or cancels one of ours: say both which and how, or neither")
        if ask.place is not None:
            whole = self._whole(book, ask.place)
            if whole.party != self._running.state.me:
                raise Refused("a party corrects and cancels its own declarations; another's can be counted otherwise")
            one = one._replace(relation=relation, of=whole.refs[0])
        with as_given():
            return [encode_declaration(part) for part in in_parts(one)]

    async def send(self, ask: asking.SendDeclaration) -> Sent:
        """Record a declaration, in as many parts as it needs. Raises Told OL-204 with the faults of its form."""
        async with self._numbering:
            bodies = self._spelled(await self._book.level(), ask)
            precedence = PRECEDENCES.index(ask.precedence)
            return await record(
                self._running, DECLARATION, *bodies, precedence=precedence, flags=int(ask.exercise), token=ask.token
            )

    async def draft(self, ask: asking.DraftDeclaring) -> Drafted:
        """A draft for another officer to release, one a part of a declaration. Raises as these do, and Refused."""
        precedence = flags = 0
        async with self._numbering:
            book = await self._book.level()
            match ask.paper:
                case asking.OfferLayout():
                    kind, body = LAYOUT, self._offered(book, ask.paper)
                case asking.CountDeclaration():
                    kind, body = COUNT, self._counted(book, ask.paper)
                case _:
                    bodies = self._spelled(book, ask.paper)
                    precedence, flags = PRECEDENCES.index(ask.paper.precedence), int(ask.paper.exercise)
                    return self._drafted(bodies, DECLARATION, precedence, flags, ask.sitting)
            return self._drafted([body], kind, precedence, flags, ask.sitting)

    def _drafted(self, bodies: list[bytes], kind: int, precedence: int, flags: int, sitting: str) -> Drafted:
        """A draft a body: what is released is what is recorded, entry by entry. All or none."""
        desk = self._running.desk
        room = DRAFTS_OPEN_MAX - len(desk.state.under_way)
        if len(bodies) > max(1, room):
            raise Refused(f"it needs {len(bodies)} drafts, and {room} more may be open; withdraw what is not needed")
        numbers = [write_draft(desk, sitting, kind, body, precedence, flags).draft for body in bodies]
        return Drafted(numbers[0], 1, numbers[1:])

    def words_of_draft(self, kind: int, told: bytes) -> tuple[str, str] | None:
        """What a draft of a declaration says: in a line, and whole; None for what is no declaration."""
        if kind != DECLARATION:
            return None
        one = parse_declaration(told)
        layout = self._book.near.declared.layout_of(one) or next(
            (each for each in library.layouts().values() if each.mark == one.mark), None)  # fmt: skip
        day = day_text(one.as_of)
        if layout is None:
            return f"declaration as of {day} under a layout {one.mark.hex()} that is not here", repr(one.tables)
        try:
            text = rows.said_in_lines(rows.tables_given(layout, one.tables))
        except Unfit:
            text = repr(one.tables)
        if one.parts > 1:
            head = f"declaration {layout.id}/{one.year}/{one.serial:04d} as of {day}, part {one.part} of {one.parts}"
            return head, f"{head}: {layout.title['en']}; its rules are asked of all parts together\n{text}"
        bad = [finding for finding in judge_declaration(layout, one) if finding.verdict is not Verdict.HOLDS]
        told_ = "\n".join(f"{each.severity} {each.rule} {each.verdict}: {each.place}: {each.what}" for each in bad)
        head = f"declaration {layout.id}/{one.year}/{one.serial:04d} as of {day}: {layout.title['en']}"
        return head, f"{head}\n{text}\n{told_}".rstrip("\n")

    async def declarations(self, ask: asking.AskDeclarations) -> list[asking.DeclarationRow]:
        """Declarations of the record by party, layout and day."""
        def asked(book: Book) -> list[asking.DeclarationRow]:
            mark = self._named(book, ask.layout)[0].mark if ask.layout else None
            return [self._declared(book.declared, one) for one in book.declared.all_of(mark=mark)]

        return await self._book.ask(asked)

    def _declared(self, ledger: Ledger, whole: Whole, findings: list[Finding] | None = None) -> asking.DeclarationRow:
        one, layout = whole.declared, ledger.layout_of(whole.declared)
        said = rows.findings_of(ledger, whole) if findings is None else findings
        replaced = [ref.full_name for _, ref in ledger.replaced_by(whole)]
        cancels = one.relation is Relation.CANCELS
        return asking.DeclarationRow(
            whole.refs[0].full_name, rows.number_of(ledger, whole), self._name(whole.party),
            whole.party == self._running.state.me, layout.id if layout is not None else one.mark.hex(),
            (layout.digest if layout is not None else one.mark).hex(), layout is not None,
            layout is not None and ledger.shelf.is_agreed(layout.digest), day_text(one.as_of),
            rows.counts_of(layout, one.tables), len(whole.refs), list(whole.missing), whole.exercise,
            not (whole.missing or whole.exercise or replaced or cancels), replaced, sum(map(rows.is_bad, said)),
            sum(one.verdict is Verdict.OPEN for one in said),
        )  # fmt: skip

    def _whole(self, book: Book, place: str) -> Whole:
        log, index, _ = self._reader.find_here(place)
        whole = book.declared.whole_of(Ref(log.party, log.generation, index))
        if whole is None:
            raise Told("OL-301", f"{place} is no declaration that can be read")
        return whole

    async def declaration(self, ask: asking.AskDeclaration) -> asking.DeclarationWhole:
        """One declaration. Raises Told OL-301 where there is none."""
        whole = self._whole(await self._book.level(), ask.place)
        return await self._book.ask(lambda book: self._shown(book.declared, whole.refs[0]))

    def _shown(self, ledger: Ledger, ref: Ref) -> asking.DeclarationWhole:
        whole = ledger.whole_of(ref)
        assert whole is not None
        layout = ledger.layout_of(whole.declared)
        figures = rows.figure_rows(ledger, whole, self._name)
        findings = rows.findings_of(ledger, whole)
        row = self._declared(ledger, whole, findings)
        tables, raw = dict[str, list[dict[str, Any]]](), ""
        try:
            if layout is None:
                raw = repr(whole.declared.tables)
            else:
                tables = rows.tables_given(layout, whole.declared.tables)
        except Unfit:
            raw = repr(whole.declared.tables)
        shown = rows.finding_rows(findings)
        for twice in whole.twice:
            what = f"{twice.full_name} is under the same number and part"
            shown.append(asking.FindingRow("A2", "ERROR", str(Verdict.BROKEN), "number", what))
        return asking.DeclarationWhole(row, whole.declared.language, tables, raw, figures, shown)

    # ---------------------------------------------------------------- what we count
    async def count(self, ask: asking.CountDeclaration) -> Sent:
        """Record what we count. Raises Told OL-204, OL-301, Refused for our own declaration."""
        return await record(self._running, COUNT, self._counted(await self._book.level(), ask), token=ask.token)

    def _counted(self, book: Book, ask: asking.CountDeclaration) -> bytes:
        whole = self._whole(book, ask.place)
        if whole.party == self._running.state.me:
            raise Refused("this declaration is ours: correct it; counts are of the others' declarations")
        layout = book.declared.layout_of(whole.declared)
        if layout is not None:
            for figure in ask.figures:
                if figure not in layout.by_name():
                    raise Told("OL-204", f"{figure!r:.48} is no figure: {', '.join(layout.by_name())}")
        with as_given():
            return encode_count(Count(whole.refs[0], tuple(sorted(ask.figures.items())), ask.reason, ask.language))

    # ---------------------------------------------------------------- over time
    async def reconciled(self, ask: asking.AskReconciliation) -> list[asking.ReconciliationRow]:
        """Pairs of declarations that follow each other, of each party. Raises Told OL-301."""

        def asked(book: Book) -> list[asking.ReconciliationRow]:
            return pairs_of(book, self._named(book, ask.layout)[0], ask, self._name)

        return await self._book.ask(asked)

    async def unit(self, ask: asking.AskUnit) -> list[asking.LifeRow]:
        """The history of one unit, whoever declares it. Raises Told OL-301."""

        def asked(book: Book) -> list[asking.LifeRow]:
            return lives(book, self._named(book, ask.layout)[0], ask.unit, self._name)

        return await self._book.ask(asked)

    async def ceilings(self, ask: asking.AskCeilings) -> asking.Ceilings:
        """What stands under ceilings, over time."""

        def asked(book: Book) -> asking.Ceilings:
            return under_ceilings(book, self._named(book, ask.layout)[0], self._name, ask.language)

        return await self._book.ask(asked)
