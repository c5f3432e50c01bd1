"""The state of the accords recomputed from a record alone: from a store beside its station, or from an export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from openline.accord.clocks import canon
from openline.accord.clocks.book import Book
from openline.console.accords.reading import KINDS, Follower, Unread, book_of
from openline.console.codes import Told
from openline.console.home import LineHome
from openline.console.kept.papers import load_papers, roster_of
from openline.console.verifying import verify_file
from openline.store.sqlite import SqliteStore

LINE_CHARS_MAX: Final = 1 << 20
DIFFERENCES_SHOWN: Final = 20


class Replayed(NamedTuple):
    """A book made anew, and the instant as of which it is told: when the last of its entries was written."""

    book: Book
    unread: list[Unread]
    newest_ms: int


class Answer(msgspec.Struct):
    """What a replay comes to. `differs`: lines that are only here or only there, where another's state was given."""

    said: str
    whole: str
    lines: int
    notices: int
    unread: int
    at_ms: int
    differs: list[str] | None = None


def of_store(line: LineHome) -> Replayed:
    """From the store, running or not; changes nothing. Raises StoreDown."""
    roster = roster_of(load_papers(line))
    parties = [number for number, party in enumerate(roster.parties) if not party.left]
    store = SqliteStore(line.store, read_only=True)
    try:
        follower = Follower(store, parties)
        return Replayed(follower.follow(), follower.unread, follower.newest_ms)
    finally:
        store.close()


def of_export(path: Path) -> Replayed:
    """From a file, every signature of it checked first. Raises Malformed, Forged."""
    findings = verify_file(path, []).findings
    written = (one.header.written_at_ms for log in findings.logs for one in log.entries if one.header.kind in KINDS)
    newest_ms = max(written, default=0)
    return Replayed(*book_of(findings), newest_ms)


def lines_of(replayed: Replayed, at_ms: int) -> Iterator[str]:
    """The whole state."""
    yield from canon.said(replayed.book)
    yield from canon.held(replayed.book, at_ms)


def answer(replayed: Replayed, at_ms: int | None, against: Path | None) -> Answer:
    """Hash it, and compare it with a state that another replay wrote. Raises Told OL-202, OSError."""
    at = replayed.newest_ms if at_ms is None else at_ms
    state = canon.state_of(canon.said(replayed.book), canon.held(replayed.book, at))
    counts = (state.lines, len(replayed.book.notices), len(replayed.unread))
    found = Answer(state.said.hex(), state.whole.hex(), *counts, at)
    if against is not None:
        found.differs = _differences(lines_of(replayed, at), against)
    return found


def _differences(ours: Iterable[str], path: Path) -> list[str]:
    with path.open(encoding="ascii", errors="replace") as file:
        theirs = set()
        while line := file.readline(LINE_CHARS_MAX):
            if not line.endswith("\n"):
                raise Told("OL-202", f"{path}: no state: a line without an end, or of more than {LINE_CHARS_MAX}")
            theirs.add(line[:-1])
    here = set(ours)
    only = [f"only here: {line}" for line in sorted(here - theirs)]
    only += [f"only there: {line}" for line in sorted(theirs - here)]
    return only
