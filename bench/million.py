"""Figures at 1,000,000 entries. The store is built by the real line machine and the real store, in one process.

Two parties' homes, keys and synchronous SQLite stores; drafts in the largest commits there are; every commit is
checked, held and receipted by the other side. Only sockets and frames are left out: a million messages through two
stations would take two minutes more. Stations as processes are then started on these stores.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator

from bench import machine
from bench.machine import BATCH
from bench.pair import (
    LINE,
    PASSPHRASE,
    Homes,
    Party,
    body_of,
    dial_each_other,
    heard_after,
    message,
    peer_of,
    running,
    wait_until_up,
)
from bench.table import Sample
from bench.traffic import Sizes, send_many
from openline import limits
from openline.console import config
from openline.console.home import Home
from openline.console.kept.keeping import Kept, keep_line
from openline.line.events import Arrived, Draft, Event, Send, Submitted, Up
from openline.line.ports import LogId, Store
from openline.line.state import BearerUp
from openline.line.turn import Life, Turns
from openline.record import merkle
from openline.record.entry import MESSAGE
from openline.store.sqlite import SqliteStore

Say = Callable[[str], None]
PROOFS = 200
APPENDS = 30  # of BATCH entries each, to either log, in turn
_BEARER = BearerUp("bench", limits.FRAME_BODY_BYTES_MAX, 10_000_000)


class Writer:
    """One party's line machine over its store: a station without sockets."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.me = kept.papers.me
        self.turns = Turns(kept.store, kept.keys, kept.roster, self.me)
        self._generation = now_ms().to_bytes(6, "big") + os.urandom(6)
        self._body = body_of(message(0))
        self._life = Life(self._generation, os.urandom(32), kept.certificate.digest, "bench")
        self.turns.start(self._life, now_ms())

    @property
    def log(self) -> LogId:
        """The log that it writes."""
        return LogId(self.me, self._generation)

    def up(self) -> Up:
        """The road to the other side is open."""
        return Up(1 - self.me, _BEARER)

    def take(self, *events: Event) -> list[Send]:
        """One turn."""
        return list(self.turns.take(events, now_ms()).sends)

    def drafts(self, first: int, count: int) -> Submitted:
        """Messages of 600 bytes, no two alike."""
        head, tail = self._body.split(b"000000000000", 1)
        return Submitted(tuple(Draft(MESSAGE, 0, 0, (), head + b"%012d" % number + tail)
                               for number in range(first, first + count)))  # fmt: skip

    def arrived(self, send: Send) -> Arrived:
        """What we send, as it comes to the other side."""
        return Arrived(self.me, _BEARER.name, self._generation[-4:], send.items)


def now_ms() -> int:
    """UTC, ms."""
    return time.time_ns() // 1_000_000


def exchange(writers: tuple[Writer, Writer], sends: list[tuple[int, Send]]) -> None:
    """Carry everything until nothing moves."""
    waiting = deque(sends)
    while waiting:
        by, send = waiting.popleft()
        other = writers[1 - by]
        waiting.extend((other.me, one) for one in other.take(writers[by].arrived(send)))


@contextlib.contextmanager
def kept(party: Party) -> Iterator[Kept]:
    """A party's line, opened as its station would."""
    home = Home(party.home)
    line = home.line(LINE)
    with keep_line(line, config.load(home).of_line(line.name), PASSPHRASE.encode()) as opened:
        yield opened


class Million:
    """Two homes with one long log, held by both, and what is measured on them."""

    def __init__(self, homes: Homes, sizes: Sizes, say: Say) -> None:
        self._homes = homes
        self._size = sizes.million
        self._say = say
        self._parties = homes.pair()
        self._interpreter = machine.bare_interpreter()
        self._appends: list[Sample] = []
        self._log: LogId | None = None

    def build(self, runs: int) -> None:
        """Fill both stores; then append to the long log and to an empty one in turn."""
        begun = time.perf_counter()
        with kept(self._parties[0]) as ours, kept(self._parties[1]) as theirs:
            writers = (Writer(ours), Writer(theirs))
            self._log = writers[0].log
            for writer in writers:
                exchange(writers, [(writer.me, send) for send in writer.take(writer.up())])
            for first in range(0, self._size, limits.COMMIT_ENTRIES_MAX):
                count = min(limits.COMMIT_ENTRIES_MAX, self._size - first)
                exchange(writers, [(0, send) for send in writers[0].take(writers[0].drafts(first, count))])
            spent = time.perf_counter() - begun
            held = [writer.turns.state.logs[self._log] for writer in writers]
            assert held[0].size == held[1].size == held[0].receipts[1].size == self._size + 1
            self._say(f"million: {self._size} entries built, held and receipted in {spent:.0f} s, in one process, "
                      f"commits of {limits.COMMIT_ENTRIES_MAX}")  # fmt: skip
            self._appends = [self._append(writers) for _ in range(runs)]

    def _append(self, writers: tuple[Writer, Writer]) -> Sample:
        """Seconds of the same appends to the long log and to one that is new, in turn: their ratio.

        Both have a peer that is level with them, so both also make what goes out to it.
        """
        spent = [0.0, 0.0]
        ours, theirs = self._homes.pair()
        with kept(ours) as fresh, kept(theirs) as other:
            short = (Writer(fresh), Writer(other))
            for writer in short:
                exchange(short, [(writer.me, send) for send in writer.take(writer.up())])
            queued: tuple[list[Send], list[Send]] = ([], [])
            for number in range(APPENDS):
                for which, writer in ((0, writers[0]), (1, short[0])):
                    drafts = writer.drafts(number * BATCH, BATCH)
                    begun = time.perf_counter()
                    sends = writer.take(drafts)
                    spent[which] += time.perf_counter() - begun
                    queued[which].extend(sends)
            for which, both in enumerate((writers, short)):
                exchange(both, [(0, send) for send in queued[which]])
        self._say(f"append: {spent[0] / APPENDS / BATCH * 1e6:.1f} us an entry at {self._size}, "
                  f"{spent[1] / APPENDS / BATCH * 1e6:.1f} us in an empty log, commits of {BATCH}")  # fmt: skip
        return Sample(spent[0] / spent[1], 1.0)

    def appends(self) -> dict[str, list[Sample]]:
        """Measured while the log was open."""
        return {"append_1m_ratio": self._appends}

    def proof(self) -> dict[str, list[Sample]]:
        """Inclusion proofs of entries anywhere in the log, from the store, each verified; the store is not warmed."""
        assert self._log is not None
        store = SqliteStore(self._parties[0].store_path, read_only=True)
        try:
            spans = _proofs(store, self._log)
        finally:
            store.close()
        hashing_ms = machine.median_s(lambda: merkle.node_from([bytes(32)] * 256), 50) * 2 * 1000
        self._say(f"proof: p50 {statistics.median(spans):.2f} ms, worst of {PROOFS} {max(spans):.2f} ms")
        return {"proof_1m_ms": [Sample(statistics.median(spans), hashing_ms)]}

    def startup(self) -> dict[str, list[Sample]]:
        """From the start of the process until the other station hears its first hail; then its memory after work."""
        ours, theirs = self._parties
        dial_each_other(ours, theirs)
        with running(ours, theirs):
            ours.stop()
            with theirs.link() as link:
                known = peer_of(link).heard_at_ms
                begun = time.time()
                ours.start()
                heard_s = heard_after(link, known) / 1000 - begun
            wait_until_up(ours)
            with ours.link() as link:
                send_many(link, 2_000)
            memory = [machine.peak_mb(party.status_text()) for party in (ours, theirs)]
        self._say(f"start-up: first hail after {heard_s:.2f} s; the most memory held: {memory[0]:.0f} MB by the author "
                  f"of the long log, {memory[1]:.0f} MB by the other")  # fmt: skip
        bare = self._interpreter
        return {"startup_1m_s": [Sample(heard_s, bare.start_s)], "rss_1m_mb": [Sample(max(memory), bare.rss_mb)]}


def _proofs(store: Store, log: LogId) -> list[float]:
    row = next(row for row in store.logs() if row.log == log)
    peaks = tuple(row.peaks[at : at + 32] for at in range(0, len(row.peaks), 32))
    root = merkle.root(peaks)

    def look_up(level: int, first: int, count: int) -> list[bytes]:
        return store.nodes(log, level, first, count) if level else store.leaves(log, first, count)

    spans = []
    for _ in range(PROOFS):
        index = random.randrange(row.size)
        begun = time.perf_counter()
        proof = merkle.inclusion_proof(index, row.size, look_up)
        spans.append((time.perf_counter() - begun) * 1000)
        leaf = store.leaves(log, index, 1)[0]
        assert merkle.verify_inclusion(leaf, index, row.size, proof, root)
    return spans
