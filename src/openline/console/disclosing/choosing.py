"""Choosing: which bodies of a store's entries are shown. Nothing is written here. (R-350, R-351)"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from openline.console.disclosing.asking import Chosen, Planned, PlannedLog
from openline.console.dtg import short_dtg
from openline.console.words import parse_place
from openline.errors import Refused
from openline.line.ports import LogId, LogRow, Store
from openline.record.entry import MESSAGE, RELEASE, Header, Ref, parse_header
from openline.record.statement import ALWAYS_SHOWN

PAGE_ENTRIES: Final = 1024
PAGE_BYTES: Final = 8 * 1024 * 1024

Shown = dict[LogId, set[int]]


class Choice(NamedTuple):
    """Bodies to show. `parties` None: of whichever party; without a period either, only `entries`."""

    entries: frozenset[Ref]
    parties: frozenset[int] | None
    from_ms: int | None
    to_ms: int | None

    def takes(self, ref: Ref, header: Header) -> bool:
        """Whether this entry is chosen by itself."""
        if ref in self.entries:
            return True
        if self.parties is None and self.from_ms is None and self.to_ms is None:
            return False
        after = self.from_ms is None or header.written_at_ms >= self.from_ms
        before = self.to_ms is None or header.written_at_ms < self.to_ms
        return after and before and (self.parties is None or ref.party in self.parties)


def choice_of(chosen: Chosen, parties: int) -> Choice:
    """Raises Told OL-204 for a name that is none, Refused for a party that is not there or a period that ends first."""
    for party in chosen.parties:
        if not 0 <= party < parties:
            raise Refused(f"party {party} is not on this line; there are 0 to {parties - 1}")
    if chosen.from_ms is not None and chosen.to_ms is not None and chosen.from_ms >= chosen.to_ms:
        raise Refused("the period ends before it begins")
    places = [parse_place(name) for name in chosen.entries]
    refs = frozenset(Ref(one.party, bytes.fromhex(one.generation), one.index) for one in places)
    whose = frozenset(chosen.parties) if chosen.parties else None
    return Choice(refs, whose, chosen.from_ms, chosen.to_ms)


def headers(store: Store, row: LogRow) -> Iterator[Header]:
    """Every header of a log, in order."""
    at = 0
    while at < row.size:
        page = store.entries(row.log, at, min(PAGE_ENTRIES, row.size - at), PAGE_BYTES)
        if not page:
            return
        for entry in page:
            yield parse_header(entry.header)
        at += len(page)


def shown_bodies(store: Store, rows: Sequence[LogRow], choice: Choice) -> Shown:
    """Which bodies are shown, beside those that always are: what is chosen, and what was done about it. (R-351)"""
    shown: Shown = defaultdict(set)
    chosen: set[Ref] = set()
    about: list[tuple[Ref, tuple[Ref, ...]]] = []
    for row in rows:
        for header in headers(store, row):
            ref = Ref(row.log.party, row.log.generation, header.index)
            if choice.takes(ref, header):
                chosen.add(ref)
            elif header.kind == RELEASE:
                about.append((ref, (ref._replace(index=ref.index - 1),)))
            elif header.kind != MESSAGE and header.references:
                about.append((ref, header.references))
    chosen |= {ref for ref, of in about if any(one in chosen for one in of)}
    missing = [ref for ref in choice.entries if ref not in chosen]
    if missing:
        ref = missing[0]
        raise Refused(f"no entry {ref.full_name} is held here; it cannot be shown")
    for ref in chosen:
        shown[LogId(ref.party, ref.generation)].add(ref.index)
    return shown


def scope_of(choice: Choice, bodies: int) -> str:
    """How the bodies were chosen, in a line for the head of the file. (R-352)"""
    words = [f"all entries, {bodies} {'body' if bodies == 1 else 'bodies'} chosen"]
    if choice.parties is not None:
        words.append("of parties " + ", ".join(str(one) for one in sorted(choice.parties)))
    if choice.from_ms is not None:
        words.append(f"from {short_dtg(choice.from_ms)}")
    if choice.to_ms is not None:
        words.append(f"before {short_dtg(choice.to_ms)}")
    if choice.entries:
        words.append(f"{len(choice.entries)} by name")
    return "; ".join(words)


def planned(store: Store, names: Sequence[str], choice: Choice | None, *, bodies: bool) -> Planned:
    """What an export would show; `choice` None: every body or none. Raises Refused as `shown_bodies`."""
    rows = sorted((row for row in store.logs() if row.size), key=lambda row: row.log)
    shown = shown_bodies(store, rows, choice) if choice is not None else {}
    found: dict[int, PlannedLog] = {}
    for row in rows:
        party = row.log.party
        told = found.setdefault(party, PlannedLog(party, names[party], 0, 0, 0, 0))
        here = shown.get(row.log, set())
        for header in headers(store, row):
            told.entries += 1
            if header.kind in ALWAYS_SHOWN:
                told.always += 1
            elif header.index in here or (choice is None and bodies):
                told.shown += 1
            else:
                told.withheld += 1
    count = sum(len(one) for one in shown.values())
    if choice is not None:
        return Planned(list(found.values()), scope_of(choice, count))
    return Planned(list(found.values()), "all entries, all bodies" if bodies else "all entries, no bodies")
