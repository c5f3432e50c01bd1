"""Twelve and a half years of half-yearly declarations and the notices between them, made up from a seed.

Days are New START's: as of 1 March and 1 September from 2011-09-01 to 2023-03-01, and the first as of 2011-02-05.
Units, places and movements are invented. Some changes have no notice, and some notices are of what was not done:
`planted` names them, and nobody tells the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from openline.accord.bodies import Offered
from openline.accord.clocks.book import Book, NoticeSeen
from openline.accord.clocks.spans import days_of, exactly
from openline.accord.declarations.declaration import Declaration
from openline.accord.declarations.layout import Layout
from openline.accord.declarations.reading import read_layout
from openline.accord.declarations.reconciling import Kind
from openline.accord.formats.format import Format, format_digest
from openline.accord.formats.notice import Notice, Relation, compose
from openline.accord.formats.times import Date
from openline.console.accords import library
from openline.record.entry import Ref

BASES = ("Base North", "Base South", "Base East", "Depot One", "Depot Two", "Range West")
TYPES = ("TYPE-1", "TYPE-2", "TYPE-3")
STATES = ("ICBM_DEPLOYED", "ICBM_NONDEPLOYED", "SLBM_DEPLOYED", "SLBM_NONDEPLOYED")
DAYS = [days_of(2011, 2, 5), days_of(2011, 9, 1)] + [days_of(year, month, 1) for year in range(2012, 2023)
                                                     for month in (3, 9)] + [days_of(2023, 3, 1)]  # fmt: skip
_SHOWS = {"move": Kind.MOVED, "state": Kind.CHANGED, "new": Kind.APPEARED, "end": Kind.GONE}
Unit = tuple[str, str, str]  # type, place, state


def layout() -> Layout:
    """New START's, as it comes with the program."""
    return read_layout(library.layout_files()["new-start-data"])


def day(text: str) -> int:
    """Days since 1970."""
    return Date("UTC").read(text)


class Planted(NamedTuple):
    """A difference that nothing explains, and in which declaration it first shows."""

    as_of: int
    unit: str
    kind: Kind


class Story:
    """One party's forces, what it declares, and what it sends."""

    def __init__(
        self, seed: int, units: int = 60, changes: int = 12, planted: float = 0.15, days: Sequence[int] = DAYS
    ) -> None:
        self.random = Random(seed)
        self.layout = layout()
        self.units: dict[str, Unit] = {f"U-{number:05d}": self._new() for number in range(units)}
        self.notices: list[tuple[Ref, Notice, int]] = []
        self.planted: list[Planted] = []
        self._formats = {name: library.formats()[name] for name in
                         ("new-start-iii-1", "new-start-iii-2", "new-start-ii-3", "new-start-v")}  # fmt: skip
        self._made = units
        self._serials = 0
        self._late: dict[str, Unit | None] = {}  # told on the day of a declaration, and not in it yet
        self.declared: list[Declaration] = [self.declare(days[0])]
        for before, after in pairwise(days):
            self._half_year(before, after, changes, planted)
            self.declared.append(self.declare(after))

    def _new(self) -> Unit:
        return self.random.choice(TYPES), self.random.choice(BASES), self.random.choice(STATES)

    def declare(self, as_of: int) -> Declaration:
        """What it has now."""
        table = self.layout.tables[2]
        state = table.columns[3].type
        rows = [[name, type_, place, state.read(code), None]  # type: ignore[arg-type]
                for name, (type_, place, code) in sorted(self.units.items())]  # fmt: skip
        serial = len(getattr(self, "declared", ())) + 1
        return Declaration(self.layout.mark, 2026, serial, "", as_of, (None, None, rows))

    def _half_year(self, before: int, after: int, changes: int, planted: float) -> None:
        for name, now in self._late.items():
            self._set(name, now)
        late = self._late = dict[str, Unit | None]()
        spoiled: set[str] = set()
        days = sorted(self.random.randint(before + 1, after) for _ in range(changes))
        touched: set[str] = set()
        there = sorted(self.units)
        for at in days:
            kind = self.random.choice(("move", "state", "new", "end", "move", "state"))
            name = self._free(there, spoiled | late.keys()) if kind != "new" else f"U-{self._made:05d}"
            self._made += kind == "new"
            hidden = self.random.random() < planted and name not in touched and at < after
            was = self.units.get(name)
            now = self._changed(kind, was)
            touched.add(name)
            if not hidden:
                self._tell(kind, name, was, now, at)
                if at == after and self.random.random() < 0.5 and kind != "new":
                    late[name] = now  # a change of the very day, which the declaration does not have yet
                    continue
            else:
                spoiled.add(name)
                if kind in ("move", "state", "end") and self.random.random() < 0.3:
                    self._tell(kind, name, was, now, at)  # said, and not done
                    self.planted.append(Planted(after, name, Kind.NOT_DONE))
                    continue
                self.planted.append(Planted(after, name, _SHOWS[kind]))
            self._set(name, now)

    def _free(self, there: list[str], taken: set[str]) -> str:
        while (name := self.random.choice(there)) in taken or name not in self.units:
            pass
        return name

    def _changed(self, kind: str, was: Unit | None) -> Unit | None:
        if was is None:
            return self._new()
        if kind == "move":
            return was[0], self.random.choice([one for one in BASES if one != was[1]]), was[2]
        if kind == "state":
            return was[0], was[1], self.random.choice([one for one in STATES if one != was[2]])
        return None

    def _set(self, name: str, now: Unit | None) -> None:
        if now is None:
            self.units.pop(name, None)
        else:
            self.units[name] = now

    def _tell(self, kind: str, name: str, was: Unit | None, now: Unit | None, at: int) -> None:
        said = str(Date("UTC").give(at))
        match kind:
            case "new":
                assert now is not None
                exit_ = {"planned_exit": f"{said}T06:00:00Z", "facility": now[1], "type": now[0], "item": name}
                self._send("new-start-iii-1", exit_, at)
                given: dict[str, Any] = {"departure": said, "arrival": said, "origin": now[1], "destination": now[1],
                                         "type": now[0], "item": name}  # fmt: skip
                self._send("new-start-iii-2", given, at)
            case "move":
                assert was is not None and now is not None
                given = {"departure": str(Date("UTC").give(at - 3)), "arrival": said, "origin": was[1],
                         "destination": now[1], "type": was[0], "item": name}  # fmt: skip
                self._send("new-start-iii-2", given, at)
            case "state":
                assert was is not None and now is not None
                row = {"id": name, "type": was[0], "place": was[1], "old": was[2], "new": now[2]}
                given = {"date_of_change": said, "category": now[2], "reason": "OTHER", "items": [row]}
                self._send("new-start-ii-3", given, at)
            case _:
                assert was is not None
                given = {"stage": "COMPLETION", "completed": said, "facility": was[1], "type": was[0], "item": name,
                         "procedure": "as agreed"}  # fmt: skip
                self._send("new-start-v", given, at)

    def _send(self, format_: str, given: dict[str, Any], at: int) -> None:
        form: Format = self._formats[format_]
        written = compose(form, given)
        assert not written.faults, written.faults
        self._serials += 1
        language = "en" if format_ == "new-start-v" else ""
        notice = Notice(form.mark, 2011 + self._serials // 900_000, self._serials % 900_000, language, Relation.NONE,
                        written.values)  # fmt: skip
        self.notices.append((Ref(0, bytes(12), self._serials), notice, at))

    def book(self, shuffled: int | None = None) -> Book:
        """All of it in a book, in the order it was sent or in another."""
        book = Book((0, 1))
        offers = [library.files()[name] for name in self._formats]
        acts: list[Any] = []
        for number, data in enumerate(offers):
            ref, offered = Ref(0, bytes(11) + b"\1", number), Offered(format_digest(data), data)
            acts.append(lambda ref=ref, offered=offered: book.take_offered(ref, offered))
        for ref, notice, at in self.notices:
            seen = NoticeSeen(ref, notice, exactly(at * 86_400_000))
            acts.append(lambda seen=seen: book.take_notice(seen))
        for number, one in enumerate(self.declared):
            ref = Ref(0, bytes(11) + b"\2", number)
            acts.append(lambda ref=ref, one=one: book.declared.take_declaration(ref, one, exercise=False))
        if shuffled is not None:
            Random(shuffled).shuffle(acts)
        for act in acts:
            act()
        return book
