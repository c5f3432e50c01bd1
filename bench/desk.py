"""Figures of the watch desk: a long record, officers at work, their pages over HTTP with streams of beats.

The record of 100,000 messages, each acknowledged but the newest, is built by the real line machine in one process as
in `million`; stations and pages are then started on it as processes, and the register is made by them from the record.
"""

from __future__ import annotations

import asyncio
import base64
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import parse_qs, quote, urlparse

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from bench.browsing import Browser, Desks, Screen
from bench.machine import Machine
from bench.million import Writer, exchange, kept
from bench.pair import Homes, dial_each_other, free_port, running
from bench.table import Sample
from bench.traffic import Sizes
from openline.console.channel.asking import Acknowledge, Outgoing, Send, Sent, Show, Shown
from openline.console.channel.link import ControlLink
from openline.console.screen.asking import AskScreen
from openline.console.screen.asking import Screen as Made
from openline.console.watch import asking
from openline.line.events import Draft, Submitted
from openline.record.body import Acknowledgement, Message, encode_acknowledgement, encode_message
from openline.record.entry import ACKNOWLEDGEMENT, MESSAGE, Ref

Say = Callable[[str], None]
Measured = dict[str, list[Sample]]
PIN: Final = "481516"
STEP_S: Final = 30
WITHIN_MS: Final = 60_000
READY_WITHIN_S: Final = 600.0
DESKS: Final = 50
OPEN: Final = 20  # messages that nobody opened yet: what the first screen shows
COMMIT: Final = 512
FETCHES: Final = 30
CARDS: Final = 40
CARDS_AT_50: Final = 15
FRESH_S: Final = 1.05  # a page made before is not given again after so long
WORDS: Final = 4_000
WORDS_A_MESSAGE: Final = 80
FILES: Final = re.compile(rb'(?:href|src|data-worker)="(/(?:static|icon)/[^"]+)"')
IMPORTS: Final = re.compile(rb'from "\./([^"]+)"')


class Vocabulary:
    """Made-up words, some far more frequent than others, half of the messages in each of two scripts."""

    def __init__(self) -> None:
        self._draw = random.Random(4)
        self.words = [self._words("bdfgklmnprstvz", "aeiou"), self._words("бвгдклмнпрстз", "аеиоу")]
        self._weights = [1 / (rank + 10) for rank in range(WORDS)]

    def _words(self, consonants: str, vowels: str) -> list[str]:
        made: dict[str, None] = {}
        while len(made) < WORDS:
            count = self._draw.randint(2, 4)
            made["".join(self._draw.choice(consonants) + self._draw.choice(vowels) for _ in range(count))] = None
        return list(made)

    def message(self, number: int) -> bytes:
        """The body of one message."""
        which = number % 2
        words = self._draw.choices(self.words[which], self._weights, k=WORDS_A_MESSAGE)
        return encode_message(Message(" ".join(words[:4]), " ".join(words), ("en", "ru")[which]))


class LongRecord:
    """Two homes whose record is long, and a desk with its officers on one of them."""

    def __init__(self, homes: Homes, sizes: Sizes, say: Say) -> None:
        self._say = say
        self._count = sizes.desk_messages
        self.ours, self.theirs = homes.pair()
        self.desks = Desks(free_port())
        self.vocabulary = Vocabulary()
        self.tokens: list[str] = []

    def build(self) -> None:
        """Fill both stores: as many messages of each side, each acknowledged by the other but the newest."""
        begun = time.perf_counter()
        with kept(self.ours) as ours, kept(self.theirs) as theirs:
            writers = (Writer(ours), Writer(theirs))
            for writer in writers:
                exchange(writers, [(writer.me, send) for send in writer.take(writer.up())])
            for first in range(0, self._count, COMMIT):
                author = writers[(self._count - 1 - first) // COMMIT % 2]  # the last ones are theirs, for B's officers
                self._write(writers, author, first, min(COMMIT, self._count - first))
        self._say(f"desk: {self._count} messages built and held in {time.perf_counter() - begun:.0f} s")
        dial_each_other(self.ours, self.theirs)
        settings = self.theirs.home / "station.toml"
        settings.write_text(settings.read_text() + f'[desk]\nlisten = "127.0.0.1:{self.desks.port}"\n')

    def _write(self, writers: tuple[Writer, Writer], author: Writer, first: int, count: int) -> None:
        other = writers[1 - author.me]
        size = author.turns.state.logs[author.log].size
        drafts = tuple(Draft(MESSAGE, 0, 0, (), self.vocabulary.message(first + at)) for at in range(count))
        exchange(writers, [(author.me, send) for send in author.take(Submitted(drafts))])
        opened = encode_acknowledgement(Acknowledgement("Officer", "watch officer", ""))
        left = self._count - OPEN - first
        openings = tuple(
            Draft(ACKNOWLEDGEMENT, 0, 0, (Ref(*author.log, size + at),), opened) for at in range(min(count, left))
        )
        if openings:
            exchange(writers, [(other.me, send) for send in other.take(Submitted(openings))])

    def staff(self, link: ControlLink) -> None:
        """Watch officers, each signed in; the first is a custodian too."""
        for number in range(DESKS):
            roles = ["custodian", "watch officer"] if number == 0 else ["watch officer"]
            sitting = self.tokens[0] if self.tokens else ""
            made = link.ask(
                asking.EnrolOfficer(name=f"Officer {number}", roles=roles, pin=PIN, sitting=sitting), asking.Enrolled
            )
            seed = base64.b32decode(parse_qs(urlparse(made.address).query)["secret"][0])
            code = TOTP(seed, 6, SHA1(), STEP_S).generate(time.time()).decode()
            ask = asking.SignIn(name=f"Officer {number}", pin=PIN, code=code)
            self.tokens.append(link.ask(ask, asking.SignedIn).token)

    def until_read(self, link: ControlLink) -> float:
        """Seconds until the register has all of the record."""
        begun = time.perf_counter()
        while True:
            made = link.ask(AskScreen(sitting=self.tokens[0] if self.tokens else ""), Made, WITHIN_MS)
            if made.reached == made.record.position:
                return time.perf_counter() - begun
            assert time.perf_counter() - begun < READY_WITHIN_S, "the register does not come to its end"
            time.sleep(0.2)



class Desk:
    """The desk while its station runs: what is measured on it."""

    def __init__(self, record: LongRecord, now: Machine, say: Say) -> None:
        self._record = record
        self._say = say
        self._sent = 0
        self._way_ms = (now.hop_s + now.loopback_s) * 1000
        self._card_ms = (2 * now.commit_s + 2 * now.loopback_s + now.hop_s) * 1000

    def cards(self, ours: ControlLink, theirs: ControlLink, desks: int, count: int) -> Sample:
        """From B's turn that stores a message until each open screen has its card: p95, ms."""
        spans = asyncio.run(self._cards(ours, theirs, desks, count))
        self._say(f"desk: {desks} open: card p50 {statistics.median(spans):.0f} ms, p95 {p95(spans):.0f}, "
                  f"worst of {len(spans)} {max(spans):.0f}")  # fmt: skip
        return Sample(p95(spans), self._card_ms)

    async def _cards(self, ours: ControlLink, theirs: ControlLink, desks: int, count: int) -> list[float]:
        screens = [Screen(self._record.desks, token) for token in self._record.tokens[:desks]]
        running = [asyncio.get_running_loop().create_task(one.run()) for one in screens]
        spans: list[float] = []
        try:
            for _ in range(count):
                await _until(lambda: all(one.rests and one.version >= 0 for one in screens), running)
                self._sent += 1
                word = f"benchmark card {self._sent} end"
                for one in screens:
                    one.wanted.add(word.encode())
                place = (await asyncio.to_thread(ours.ask, Send(messages=[Outgoing(text=word)]), Sent)).places[0]
                await _until(lambda: not any(one.wanted for one in screens), running)
                shown = await asyncio.to_thread(theirs.ask, Show(place=str(place)), Shown)
                spans += [one.seen.pop(word.encode()) * 1000 - shown.arrived_at_ms for one in screens]
                opened = Acknowledge(place=str(place), officer="", sitting=self._record.tokens[0])
                await asyncio.to_thread(theirs.ask, opened, Sent)  # the screen does not grow from card to card
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return spans

    def pages(self) -> Measured:
        """The first screen when it must be made anew, a search, and what a browser loads for a first screen."""
        first, found, weight = asyncio.run(self._pages())
        self._say(f"desk: first screen p50 {statistics.median(first):.0f} ms, p95 {p95(first):.0f}; search p50 "
                  f"{statistics.median(found):.0f} ms, p95 {p95(found):.0f}, worst {max(found):.0f}")  # fmt: skip
        return {
            "first_screen_100k_ms": [Sample(p95(first), self._way_ms)],
            "search_100k_ms": [Sample(p95(found), self._way_ms)],
            "page_kb": [Sample(weight / 1000, 1.0)],
        }

    async def _pages(self) -> tuple[list[float], list[float], int]:
        browser = Browser(self._record.desks, self._record.tokens[0])
        page = await browser.get("/")
        weight = len(page) + await self._files(browser, page)
        first, found = [], []
        for _ in range(FETCHES):
            await asyncio.sleep(FRESH_S)
            first.append(await _timed(browser, "/"))
        for path in self._searches():
            found.append(await _timed(browser, path))
        browser.close()
        return first, found, weight

    def _searches(self) -> Iterator[str]:
        """Frequent words, rare words, both, in either script, by word and by its beginning, with a filter."""
        for rank in (0, 1, 10, 100, 1_000, WORDS - 1):
            for words in self._record.vocabulary.words:
                yield f"/search?words={quote(words[rank])}"
                yield f"/search?words={quote(words[rank] + ' ' + words[0])}"
                yield f"/search?words={quote(words[rank])}&whose=ours&from=2020-01-01"
        yield "/search?words=notaword"
        yield "/search?state=needs+us"

    async def _files(self, browser: Browser, page: bytes) -> int:
        """Bytes of everything of ours that a page names, and what that imports; each once."""
        left, known = {one.decode() for one in FILES.findall(page)}, set[str]()
        total = 0
        while left - known:
            path = min(left - known)
            known.add(path)
            data = await browser.get(path)
            total += len(data)
            left |= {path.rpartition("/")[0] + "/" + one.decode() for one in IMPORTS.findall(data)}
        return total


async def _timed(browser: Browser, path: str) -> float:
    begun = time.perf_counter()
    await browser.get(path)
    return (time.perf_counter() - begun) * 1000


async def _until(holds: Callable[[], bool], running: list[asyncio.Task[None]]) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while not holds():
        ended = [one for one in running if one.done()]
        assert not ended and time.monotonic() < end, ended
        await asyncio.sleep(0.002)


def p95(values: list[float]) -> float:
    """Of twenty values, the largest but one."""
    return sorted(values)[len(values) * 95 // 100]


def measure(homes: Homes, sizes: Sizes, now: Machine, runs: int, say: Say) -> Measured:
    """All figures of the desk, so many times."""
    record = LongRecord(homes, sizes, say)
    record.build()
    measured: Measured = {}
    with running(record.ours, record.theirs), record.ours.link() as ours, record.theirs.link() as theirs:
        say(f"desk: the register is made of it in {record.until_read(theirs):.0f} s")
        record.staff(theirs)
        for _ in range(runs):
            desk = Desk(record, now, say)
            kept_apart = desk.pages()
            kept_apart["card_p95_ms"] = [desk.cards(ours, theirs, 1, CARDS)]
            kept_apart["card_p95_50_desks_ms"] = [desk.cards(ours, theirs, DESKS, CARDS_AT_50)]
            for name, samples in kept_apart.items():
                measured[name] = measured.get(name, []) + samples
    return measured
