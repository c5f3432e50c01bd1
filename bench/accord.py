"""Figures of the accords: a record of 100,000 notices, made by the real line machine and held by both, folded from its
store as a station does; one more; the calendar of what is due; one notice checked."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.million import Writer, exchange, kept, now_ms
from bench.pair import Homes
from bench.table import Sample
from bench.traffic import Sizes
from openline import limits
from openline.accord.bodies import Agreement, Offered, check_body, encode_agreement, encode_offered
from openline.accord.clocks.book import Book
from openline.accord.formats.format import Format
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice, has_free_text, judge
from openline.console.accords import library
from openline.console.accords.reading import KINDS, Follower
from openline.line.events import Draft, Submitted
from openline.record.entry import AGREEMENT, FORMAT, NOTICE
from openline.store.sqlite import SqliteStore

EXAMPLES: Final = Path(__file__).resolve().parents[1] / "tests/rooms/accord/library/examples"
KINDS_SENT: Final = ("launch-1988", "incsea-hazard", "cyber-inquiry", "new-start-iii-2", "new-start-ii-3", "goodwill")
ASKED: Final = "new-start-iv-2"  # an answer to it is due in sixty days
ASKED_EVERY: Final = 1000
NEXT: Final = 50
DAY_MS: Final = 86_400_000
Say = Callable[[str], None]


def _values(format_: Format) -> tuple[object, ...]:
    written = compose(format_, json.loads((EXAMPLES / f"{format_.id}.json").read_text("utf-8")))
    assert not written.faults, written.faults
    return written.values


def _drafts(count: int, first: int = 0) -> Iterator[Draft]:
    made = [(library.formats()[name], _values(library.formats()[name])) for name in KINDS_SENT]
    asked = (library.formats()[ASKED], _values(library.formats()[ASKED]))
    for number in range(first, first + count):
        format_, values = asked if number % ASKED_EVERY == 0 else made[number % len(made)]
        language = "en" if has_free_text(format_, values) else ""
        serial = number + 1
        notice = Notice(format_.mark, 2026, serial, language, Relation.NONE, values)
        yield Draft(NOTICE, 0, 0, (), encode_notice(notice))


def _papers(with_files: bool) -> list[Draft]:
    formats = [library.formats()[name] for name in (*KINDS_SENT, ASKED, "new-start-ii-2")]
    files = library.files()
    bodies = [(FORMAT, encode_offered(Offered(one.digest, files[one.id] if with_files else b""))) for one in formats]
    agreement = Agreement("NEW-START", (("en", "Bench"),), (("en", bytes(32)),), int(datetime(2011, 2, 5, tzinfo=UTC)
                          .timestamp()), None, int(datetime(2011, 3, 1, tzinfo=UTC).timestamp()),
                          (library.formats()["new-start-ii-2"].digest,))  # fmt: skip
    bodies.append((AGREEMENT, encode_agreement(agreement)))
    return [Draft(kind, 0, 0, check_body(kind, body), body) for kind, body in bodies]


def measure(homes: Homes, sizes: Sizes, runs: int, say: Say) -> dict[str, list[Sample]]:
    """All figures, `runs` times over one record."""
    count = min(100_000, sizes.million // 10)
    samples: dict[str, list[Sample]] = {"validate_ms": [_validated(say) for _ in range(runs)]}
    parties = homes.pair()
    with kept(parties[0]) as ours, kept(parties[1]) as theirs:
        writers = (Writer(ours), Writer(theirs))
        for writer in writers:
            exchange(writers, [(writer.me, send) for send in writer.take(writer.up())])
            papers = Submitted(tuple(_papers(writer.me == 0)))
            exchange(writers, [(writer.me, send) for send in writer.take(papers)])
        for first in range(0, count, limits.COMMIT_ENTRIES_MAX):
            more = Submitted(tuple(_drafts(min(limits.COMMIT_ENTRIES_MAX, count - first), first)))
            exchange(writers, [(0, send) for send in writers[0].take(more)])
        say(f"accord: {count} notices recorded and held by both")
        for number in range(runs):
            measured = _folded(parties[1].store_path, writers, count + number * NEXT, say)
            for name, sample in measured.items():
                samples.setdefault(name, []).append(sample)
    return samples


def _folded(path: Path, writers: tuple[Writer, Writer], there: int, say: Say) -> dict[str, Sample]:
    store = SqliteStore(path, read_only=True)
    try:
        begun = time.perf_counter()
        reads = sum(len(store.find(kind, 0, 1_000_000)) for kind in KINDS)
        read_s = time.perf_counter() - begun
        follower = Follower(store, (0, 1))
        begun = time.perf_counter()
        book = follower.follow()
        fold_s = time.perf_counter() - begun
        assert len(book.notices) == there and all(one.received is not None for one in book.notices.values())
        spans = []
        for number in range(NEXT):
            exchange(writers, [(0, send) for send in writers[0].take(Submitted(tuple(_drafts(1, there + number))))])
            begun = time.perf_counter()
            follower.follow()
            spans.append((time.perf_counter() - begun) * 1000)
        assert len(book.notices) == there + NEXT
    finally:
        store.close()
    due_ms, found = _due(book)
    next_ms = statistics.median(spans)
    say(f"accord: {there} notices folded in {fold_s:.1f} s ({reads} entries listed in {read_s:.2f} s); one more p50 "
        f"{next_ms:.2f} ms, worst {max(spans):.2f} ms; {found} duties of 180 days in {due_ms:.1f} ms")  # fmt: skip
    return {
        "fold_100k_s": Sample(fold_s, read_s), "fold_next_ms": Sample(next_ms, 1.0), "due_100k_ms": Sample(due_ms, 1.0)
    }  # fmt: skip


def _due(book: Book) -> tuple[float, int]:
    at_ms, spans, found = now_ms(), [], 0
    for _ in range(9):
        begun = time.perf_counter()
        found = len(list(book.duties(at_ms - 90 * DAY_MS, at_ms + 90 * DAY_MS, at_ms)))
        spans.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spans), found


def _validated(say: Say) -> Sample:
    """The slowest of all formats that come along: its example composed, spelled and judged."""
    slowest = ("", 0.0)
    for name, format_ in library.formats().items():
        given = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
        spans = []
        for _ in range(30):
            begun = time.perf_counter()
            values = compose(format_, given).values
            language = "en" if has_free_text(format_, values) else ""
            notice = Notice(format_.mark, 2026, 1, language, Relation.NONE, values)
            encode_notice(notice)
            faults = judge(notice, format_)
            spans.append((time.perf_counter() - begun) * 1000)
            assert not faults, faults
        slowest = max(slowest, (name, statistics.median(spans)), key=lambda one: one[1])
    say(f"accord: the slowest notice to check is {slowest[0]}, {slowest[1]:.3f} ms")
    return Sample(slowest[1], 1.0)
